/* teewatch.conf(5): every key good and bad, with the line that the message names; and the dump. */
#include "test.h"

#include <unistd.h>

#include "base/base64.h"
#include "cmd/config_keys.h"
#include "extract/extract.h"

#define KEY1 \
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEBhNUJzmyV7t4S8IoLBeigmlG5b" \
	"F+RtUGj0LYBSGJbjCE5OnoQ+yfHI3f6k7YUF/SBHN8QNNvGPBVJprycuKdRQ=="
#define KEY2 \
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAECqObfnocFLm/8McyON1/+iGG1F" \
	"Sq/c7Dt+b/Da47iSaZKdJtxiek8KZU3qKj9eJd0L3989plkHbrdQpadMNBNA=="
#define KEY_ED25519 "MCowBQYDK2VwAyEAEVugTHHX0cA5ydw0F/larFUCxMDv6GcGt+bMtyGJ4CA="
#define DIGEST "00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff"
#define REGISTER DIGEST "0123456789abcdef0123456789abcdef"
#define LOG_KEYS " kind = static url = \"https://log.example/\" key = \"" KEY1 "\" "
#define LOG(TEXT) "log \"x\" {" LOG_KEYS TEXT "}"

static char path[64];

/* Read text as a file; *message is good until the configuration is released. */
static bool read_bytes(struct bytes text, struct config *c, const char **message)
{
	snprintf(path, sizeof(path), "test-config-%ld.conf", (long)getpid());
	CHECK(file_write(path, text, 0600) == 0);
	bool good = config_read(path, c, message);
	unlink(path);
	return good;
}

static bool read_text(const char *text, struct config *c, const char **message)
{
	return read_bytes(bytes_of_text(text), c, message);
}

/* The text is refused on that line, with those words in the message. */
static void check_bad(const char *text, unsigned line, const char *words)
{
	struct config c;
	const char *message;
	char place[128];
	bool good = read_text(text, &c, &message);
	CHECK_THAT(!good, "%s", text);
	snprintf(place, sizeof(place), "%s:%u: ", path, line);
	if (!good && message) {
		CHECK_THAT(strncmp(message, place, strlen(place)) == 0, "line %u of\n%s\n%s", line, text, message);
		CHECK_THAT(strstr(message, words), "\"%s\" in\n%s\n%s", words, text, message);
		for (const char *s = message; *s; s++)
			CHECK_THAT((unsigned char)*s >= 0x20 && (unsigned char)*s < 0x7f, "%s", message);
	}
	config_release(&c);
}

static void dump(const struct config *c, struct buffer *out)
{
	buffer_init(out, 64u << 20);
	config_put(c, out);
	CHECK(buffer_ok(out));
}

/* Good, and its dump reads and dumps as the same. */
static void check_good(const char *text)
{
	struct config first, second;
	const char *message;
	struct buffer a, b;
	bool good = read_text(text, &first, &message);
	CHECK_THAT(good, "%s\n%s", text, message);
	if (good) {
		dump(&first, &a);
		good = read_bytes(buffer_bytes(&a), &second, &message);
		CHECK_THAT(good, "dump of %s\n%s", text, message);
		dump(&second, &b);
		CHECK_THAT(bytes_equal(buffer_bytes(&a), buffer_bytes(&b)), "%s\n%s", buffer_text(&a), buffer_text(&b));
		buffer_release(&a);
		buffer_release(&b);
		config_release(&second);
	}
	config_release(&first);
}

TEST(defaults)
{
	struct config c;
	const char *message;
	CHECK(read_text("", &c, &message));
	CHECK(!message);
	CHECK_TEXT(c.path, path);
	CHECK(!c.contact && !c.log_list && !c.log_list_key && !c.start_begin && !c.ca_file);
	CHECK_U64(c.log_count, 0);
	CHECK(c.evidence && !c.evidence[0] && c.collateral && !c.collateral[0]);
	CHECK(c.trust_anchors && !c.trust_anchors[0] && c.connect_to && !c.connect_to[0]);
	CHECK(c.fetch == FETCH_SCOPE_WATCHED);
	CHECK_U64(c.workers, 2);
	CHECK_TEXT(c.kds_url, "https://kdsintf.amd.com");
	CHECK(c.pcs_url && c.rim_url && c.ocsp_url && c.provenance_url);
	CHECK_U64(c.policy.watch_count, 0);
	config_release(&c);
}

static const char full[] =
	"# everything\n"
	"contact  = \"security@example.org\"\n"
	"log-list = 'list.json'\n"
	"log-list-key = \"list-key.pem\"   // comment\n"
	"start    = begin\n"
	"evidence = {\"/srv/evidence\", /srv/more}\n"
	"collateral = {}\n"
	"trust-anchors = {\"amd=ark.pem\", \"own.pem\"}\n"
	"fetch = all\n"
	"workers = 7\n"
	"ca-file = \"/etc/ca.pem\"\n"
	"connect-to = {\"example.org:443:127.0.0.1:8443\", \"::[::1]:1\"}\n"
	"kds-url = \"http://127.0.0.1:8080/kds/\"\n"
	"log \"local-2026h1\" {\n"
	"	kind = \"static\"\n"
	"	url = \"http://127.0.0.1:8080/\"\n"
	"	key = \"" KEY1 "\"\n"
	"	mmd = 60\n"
	"	start = \"begin\"\n"
	"}\n"
	"log other { kind = rfc6962 url = \"file:///srv/log\" key = \"" KEY2 "\" }\n"
	"/* several\n lines */\n"
	"watch \"Example.ORG.\" {\n"
	"	require-attestation = true\n"
	"	scheme = \"tinfoil\"\n"
	"	expect = {\"claim.tee_attested=asserted\", \"rtmr3=000\", \"isvsvn>=3\", \"mrtd^=AB\"}\n"
	"	measurement = {\"" REGISTER "\"}\n"
	"	key = {\"" DIGEST "\"}\n"
	"	issuer = {\"O=Google \\\"Trust\\\" \\\\ Services\", 'O=${HOME}'}\n"
	"	provenance = {\"github.com/owner/repo\"}\n"
	"	tcb = \"up-to-date\"\n"
	"	host \"*.models.example.org\" { require-attestation = false measurement = {} tcb = out-of-date }\n"
	"	host \"www.example.org\" { key = {\"" DIGEST "\"} }\n"
	"}\n"
	"watch \"b\xc3\xbc" "cher.example\" { }\n";

static void check_logs(const struct config *c)
{
	struct arena a;
	struct bytes der;
	arena_init(&a, 10000);
	CHECK_U64(c->log_count, 2);
	const struct config_log *log = &c->logs[0];
	CHECK_TEXT(log->name, "local-2026h1");
	CHECK(log->kind == LOG_STATIC && c->logs[1].kind == LOG_RFC6962);
	CHECK_TEXT(log->url, "http://127.0.0.1:8080/");
	CHECK(base64_decode_arena(&a, BYTES_LITERAL(KEY1), &der));
	struct sha256 id = hash_sha256(der);
	CHECK(bytes_equal(log->key, der) && sha256_equal(&log->log_id, &id));
	CHECK_U64(log->mmd_s, 60);
	CHECK(log->has_start && log->start_begin);
	CHECK_U64(c->logs[1].mmd_s, 86400);
	CHECK(!c->logs[1].has_start);
	arena_release(&a);
}

static void check_watches(const struct config *c)
{
	CHECK_U64(c->policy.watch_count, 2);
	const struct watch *w = &c->policy.watches[0];
	const struct watch_rules *r = &w->rules;
	CHECK_TEXT(w->domain, "example.org");
	CHECK_TEXT(c->policy.watches[1].domain, "xn--bcher-kva.example");
	CHECK(r->has_require_attestation && r->require_attestation);
	CHECK_TEXT(r->scheme, "tinfoil");
	CHECK_U64(r->expect_count, 4);
	CHECK_TEXT(r->expect[2].name, "isvsvn");
	CHECK(r->expect[2].op == EXPECT_AT_LEAST && r->expect[3].op == EXPECT_PREFIX);
	CHECK_U64(r->measurement_count, 1);
	CHECK(strspn(r->measurement[0], "0123456789abcdef") == 96);
	CHECK(r->key_count == 1 && r->key[0].b[10] == 0xaa);
	CHECK_U64(r->issuer_count, 2);
	CHECK_TEXT(r->issuer[0], "O=Google \"Trust\" \\ Services");
	CHECK_TEXT(r->issuer[1], "O=${HOME}");
	CHECK_TEXT(r->provenance[0], "github.com/owner/repo");
	CHECK_TEXT(r->tcb, "up-to-date");
	CHECK_U64(w->host_count, 2);
	CHECK_TEXT(w->hosts[0].pattern, "*.models.example.org");
	CHECK(w->hosts[0].rules.has_require_attestation && !w->hosts[0].rules.require_attestation);
	CHECK(w->hosts[0].rules.measurement_count == 0 && !w->hosts[0].rules.scheme);
	CHECK(!w->hosts[1].rules.has_require_attestation && w->hosts[1].rules.key_count == 1);
}

TEST(every_key)
{
	struct config c;
	const char *message;
	bool good = read_text(full, &c, &message);
	CHECK_THAT(good, "%s", message);
	if (good) {
		CHECK_TEXT(c.contact, "security@example.org");
		CHECK_TEXT(c.log_list, "list.json");
		CHECK_TEXT(c.log_list_key, "list-key.pem");
		CHECK(c.start_begin);
		CHECK_TEXT(c.evidence[0], "/srv/evidence");
		CHECK_TEXT(c.evidence[1], "/srv/more");
		CHECK(!c.evidence[2] && !c.collateral[0]);
		CHECK_TEXT(c.trust_anchors[0], "amd=ark.pem");
		CHECK(c.fetch == FETCH_SCOPE_ALL);
		CHECK_U64(c.workers, 7);
		CHECK_TEXT(c.ca_file, "/etc/ca.pem");
		CHECK_TEXT(c.connect_to[1], "::[::1]:1");
		CHECK_TEXT(c.kds_url, "http://127.0.0.1:8080/kds"); /* paths follow with their own slash */
		check_logs(&c);
		check_watches(&c);
	}
	config_release(&c);
	check_good(full);
}

TEST(good_values)
{
	static const char *const texts[] = {
		"", "\n\n", "# nothing", "// nothing", "/* nothing */", "\t \r\n",
		"contact = \"https://example.org/contact\"",
		"log-list = \"https://example.org/list.json\"", "log-list = /srv/list.json",
		"log-list = https://example.org/x // comment", "/// comment\nworkers = 1 //\n//\n//# x",
		"start = end", "fetch = none", "fetch = watched", "workers = 1", "workers = 64", "workers = \"2\"",
		"evidence = /srv/one", "evidence = {}", "evidence += {\"a\"}",
		"trust-anchors = {\"intel=a\", \"amd=a\", \"nvidia=a\", \"nitro=a\", \"sigstore=a\"}",
		"trust-anchors = {\"./x=y\", \"/a=b\"}",
		"connect-to = {\":::1\", \"a:1:b:2\", \"[::1]:443:[fe80::1]:65535\", \"::host:\"}",
		"kds-url = \"http://localhost:1\"", "kds-url = \"http://[::1]:8080/x\"",
		"pcs-url = \"https://a.b:444/c/d\"",
		"rim-url = \"http://127.1.2.3/\"", "ocsp-url = \"https://[2001:db8::1]/\"",
		"provenance-url = \"https://mirror.example\"",
		"ca-file = \"a b\\\"c\\\\d\\${e}\"", "ca-file = '${HOME}'",
		LOG("mmd = 1"), LOG("mmd = 604800"), LOG("start = end"),
		"watch \"a.example\" { require-attestation = false }", "watch a.example { scheme = any }",
		"watch a.example { tcb = sw-hardening-needed } watch b.example { tcb = configuration-needed }",
		"watch a.example { measurement = {\"" DIGEST "\", \"" REGISTER REGISTER "\"} }",
		"watch a.example { host \"a.example\" { } host \"*.a.example\" { } host \"B.a.example\" { } }",
		"watch a.example { expect = {\"ref=a,b\", \"status^=Up\"} expect += {\"isvsvn>=1\"} }",
		"watch a.example { } watch b.a.example { }",
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		check_good(texts[i]);
}

TEST(bad_values)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *words;
	} rows[] = {
	        {"\ncontact = \"\"", 2, "contact: the value is empty"},
	        {"contact = \"a\\nb\"", 1, "control character"},
	        {"contact = \"a(b)\"", 1, "User-Agent"},
	        {"contact = \"a\x80\"", 1, "not UTF-8"},
	        {"contact = \"\xc3\xa9\"", 1, "User-Agent"},
	        {"log-list = \"http://example.org/l.json\"", 1, "https"},
	        {"log-list = \"file:///srv/l.json\"", 1, "path of a file"},
	        {"log-list = \"https://\"", 1, "https"},
	        {"log-list = http://example.org/x", 1, "https"},
	        {"log-list-key = \"https://example.org/k.pem\"", 1, "path of a file"},
	        {"\n\nstart = middle", 3, "start: \"middle\" is not one of its values; write end or begin"},
	        {"fetch = some", 1, "write watched, all or none"},
	        {"workers = 0", 1, "from 1 to 64"},
	        {"workers = 65", 1, "from 1 to 64"},
	        {"workers = -1", 1, "from 1 to 64"},
	        {"workers = 0x10", 1, "from 1 to 64"},
	        {"workers = 010", 1, "from 1 to 64"},
	        {"workers = two", 1, "from 1 to 64"},
	        {"workers = 99999999999999999999999", 1, "from 1 to 64"},
	        {"workers = {1}", 1, "unexpected token"},
	        {"contact = {\"a\"}", 1, "unexpected token"},
	        {"ca-file = \"https://x/\"", 1, "path"},
	        {"evidence = {\"a\",\n\"\"}", 2, "evidence: the value is empty"},
	        {"evidence = {\"a\" \"b\"}", 1, "unexpected token"},
	        {"trust-anchors = {\"arm=x\"}", 1, "KIND is intel"},
	        {"trust-anchors = {\"amd=\"}", 1, "[KIND=]PATH"},
	        {"connect-to = {\"a:1:b\"}", 1, "HOST:PORT:ADDR:PORT"},
	        {"connect-to = {\"a:1:b:2:3\"}", 1, "HOST:PORT:ADDR:PORT"},
	        {"connect-to = {\"a:1::\"}", 1, "HOST:PORT:ADDR:PORT"},
	        {"connect-to = {\"a:0:b:1\"}", 1, "HOST:PORT:ADDR:PORT"},
	        {"connect-to = {\"a:1:b:65536\"}", 1, "HOST:PORT:ADDR:PORT"},
	        {"connect-to = {\"a:1:::1:2\"}", 1, "HOST:PORT:ADDR:PORT"},
	        {"connect-to = {\"a:1:[::1:2\"}", 1, "HOST:PORT:ADDR:PORT"},
	        {"connect-to = {\"\"}", 1, "empty"},
	        {"kds-url = \"http://kds.example\"", 1, "kds-url: \"http://kds.example\" is not https"},
	        {"kds-url = \"http://127.0.0.1.evil.example\"", 1, "not https"},
	        {"kds-url = \"http://localhost.evil.example\"", 1, "not https"},
	        {"kds-url = \"http://127.0.0.1@evil.example\"", 1, "no URL"},
	        {"pcs-url = \"ftp://example.org\"", 1, "not https"},
	        {"pcs-url = \"https:///x\"", 1, "not https"},
	        {"rim-url = \"https://example.org/?x\"", 1, "no URL"},
	        {"ocsp-url = \"https://example.org/#x\"", 1, "no URL"},
	        {"provenance-url = \"example.org\"", 1, "no URL"},
	        {"provenance-url = \"https://a:99999/\"", 1, "no URL"},
	        {"provenance-url = \"https://a b/\"", 1, "no URL"},
	        {"log \"x\" { kind = static url = \"https://a/\" }", 1, "log \"x\": key is missing"},
	        {"\nlog \"x\" {\nkind = static\nkey = \"" KEY1 "\"\n}", 2, "url is missing"},
	        {"log \"x\" { url = \"https://a/\" key = \"" KEY1 "\" }", 1, "kind is missing"},
	        {"log \"x\" {\nkind = tiled\n}", 2, "log \"x\": kind: \"tiled\" is not one of its values"},
	        {"log \"x\" { url = \"ftp://a/\" }", 1, "https, http or file"},
	        {"log \"x\" { url = \"file://host/a\" }", 1, "file:///absolute/path"},
	        {"log \"x\" { url = \"file://\" }", 1, "file:///absolute/path"},
	        {"log \"x\" { url = \"/srv/log\" }", 1, "no URL"},
	        {"log \"x\" { key = \"%%%\" }", 1, "base64"},
	        {"log \"x\" { key = \"AAAA\" }", 1, "no log key"},
	        {"log \"x\" { key = \"" KEY_ED25519 "\" }", 1, "no log key"},
	        {LOG("mmd = 0"), 1, "from 1 to 604800"},
	        {LOG("mmd = 604801"), 1, "from 1 to 604800"},
	        {LOG("start = now"), 1, "end or begin"},
	        {"\nlog \"\" {" LOG_KEYS "}", 2, "its name is empty"},
	        {LOG("") "\n\nlog \"y\" {" LOG_KEYS "}", 3, "its key is that of log \"x\""},
	        {LOG("") "\n" LOG(""), 2, "duplicate title"},
	        {"watch \"a.example\" {\nrequire-attestation = maybe }", 2, "write true or false"},
	        {"watch \"a.example\" { require-attestation = yes }", 1, "write true or false"},
	        {"watch \"a.example\" { scheme = tinfoyl }", 1, "write any, tinfoil"},
	        {"watch \"a.example\" {\n expect = {\"a=b\",\n \"a==b,\"} }", 3, "a value is empty"},
	        {"watch \"a.example\" { expect = {\"nonsense\"} }", 1, "is no expression: =, ^= or >= must follow"},
	        {"watch \"a.example\" { expect = {\"claim.x=asserted\"} }", 1, "no such claim"},
	        {"watch \"a.example\" { measurement = {\"00\"} }", 1, "no measurement"},
	        {"watch \"a.example\" { measurement = {\"" DIGEST "0\"} }", 1, "no measurement"},
	        {"watch \"a.example\" { key = {\"" REGISTER "\"} }", 1, "no SHA-256"},
	        {"watch \"a.example\" { key = {\"x"
	         "0112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff\"} }",
	         1, "no SHA-256"},
	        {"watch \"a.example\" { issuer = {\"\"} }", 1, "empty"},
	        {"watch \"a.example\" { provenance = {\"https://github.com/a/b\"} }", 1, "without https://"},
	        {"watch \"a.example\" { provenance = {\"github.com/a\"} }", 1, "host/owner/repository"},
	        {"watch \"a.example\" { provenance = {\"github.com//a\"} }", 1, "host/owner/repository"},
	        {"watch \"a.example\" { provenance = {\"github.com/a/b/\"} }", 1, "host/owner/repository"},
	        {"watch \"a.example\" { tcb = revoked }", 1, "write up-to-date"},
	        {"\nwatch \"*.a.example\" { }", 2, "this is no domain"},
	        {"watch \"a b\" { }", 1, "this is no domain"},
	        {"watch \"\" { }", 1, "this is no domain"},
	        {"watch \"a..example\" { }", 1, "this is no domain"},
	        {"watch \"a.example\" { }\n\nwatch \"A.Example.\" { }", 3, "this domain has a watch already"},
	        {"watch \"a.example\" { }\nwatch \"a.example\" { }", 2, "duplicate title"},
	        {"watch \"a.example\" { host \"b.example\" { } }", 1, "not under a.example"},
	        {"watch \"a.example\" { }\nwatch \"c.example\" {\n\nhost \"xa.example\" { } }", 4,
	         "not under c.example"},
	        {"watch \"a.example\" {\nhost \"x.*.a.example\" { } }", 2, "no host name"},
	        {"watch \"a.example\" {\nhost \"*\" { } }", 2, "no host name"},
	        {"watch \"a.example\" {\nhost \"x.a.example\" { }\nhost \"X.a.example\" { } }", 3,
	         "has a section already"},
	        {"watch \"a.example\" {\nhost \"x.a.example\" {\n tcb = bad } }", 3, "host \"x.a.example\": tcb"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_bad(rows[i].text, rows[i].line, rows[i].words);
}

TEST(bad_structure)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *words;
	} rows[] = {
		{"\n\ncolour = red", 3, "no such option 'colour'; the keys are in teewatch.conf(5)"},
		{"log \"x\" {\nexpect = {\"a=b\"}\n}", 2, "no such option 'expect'"},
		{"watch \"a.example\" {\nurl = x\n}", 2, "no such option 'url'"},
		{"watch \"a.example\" { host \"a.example\" {\nhost \"a.example\" { } } }", 2, "too deep"},
		{"host \"a.example\" { }", 1, "no such option 'host'"},
		{"retention = 3", 1, "no such option 'retention'"},
		{"workers = 1\nworkers = 2", 2, "workers stands twice here"},
		{"evidence = {\"a\"}\nfetch = all\nevidence = {\"b\"}", 3, "evidence stands twice here"},
		{"watch \"a.example\" {\ntcb = out-of-date\ntcb = up-to-date\n}", 3, "tcb stands twice"},
		{"watch \"a.example\" {\n\nhost \"a.example\" { }", 1, "this section has no end"},
		{"watch \"a.example\" {\nhost \"a.example\" {\n", 2, "this section has no end"},
		{"evidence = {\"a\",\n\n\"b\"", 3, "this list has no end"},
		{"}", 1, "closes nothing"},
		{"workers = 1\n}\n", 2, "closes nothing"},
		{"workers", 1, "premature end"},
		{"workers =", 1, "premature end"},
		{"workers 1", 1, "missing equal sign"},
		{"watch { }", 1, "missing title"},
		{"watch \"a.example\"\nworkers = 1", 2, "missing opening brace"},
		{"= 1", 1, "unexpected token"},
		{"workers += 1", 1, "append to non-list"},
		{"\ncontact = \"abc", 2, "this string has no end"},
		{"\ncontact = 'abc\n\n", 2, "this string has no end"},
		{"contact = \"abc\\", 1, "this string has no end"},
		{"contact = 'abc\\", 1, "this string has no end"},
		{"workers = 1\n/* never ends\n\n*", 2, "this comment has no end"},
		{"/*", 1, "this comment has no end"},
		{"\n//workers = 1", 2, "a space behind //"},
		{"workers = //1", 1, "a space behind //"},
		{"workers = 1 }//x", 1, "closes nothing"},
		{"ca-file = \"${HOME}/x\"", 1, "environment variables are not read"},
		{"ca-file = ${HOME}", 1, "environment variables are not read"},
		{"watch *.a.example { }", 1, "have no meaning outside of quotes"},
		{"ca-file = a+b", 1, "have no meaning outside of quotes"},
		{"ca-file = a\x01", 1, "control character"},
		{"\"watch|tcb\" = x", 1, "a key is one word"},
		{"contact = \"\\999\"", 1, ""},
		{"include(\"/etc/passwd\")", 1, "no such option 'include'"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_bad(rows[i].text, rows[i].line, rows[i].words);
}

TEST(files)
{
	struct config c;
	const char *message;
	CHECK(!config_read("no/such/teewatch.conf", &c, &message));
	CHECK(strstr(message, "no/such/teewatch.conf: cannot be read: No such file"));
	config_release(&c);
	CHECK(!config_read(".", &c, &message));
	CHECK(strstr(message, ".: cannot be read"));
	config_release(&c);
	if (access("/etc/teewatch.conf", F_OK) != 0) {
		CHECK(config_read(NULL, &c, &message));
		CHECK(!c.path);
		CHECK_U64(c.workers, 2);
		config_release(&c);
	}
	struct buffer b;
	buffer_init(&b, 2 * LIMIT_CONFIG_BYTES);
	while (b.n <= LIMIT_CONFIG_BYTES)
		buffer_put_text(&b, "# a comment that says nothing at all, many times\n");
	CHECK(!read_bytes(buffer_bytes(&b), &c, &message));
	CHECK(strstr(message, "larger than"));
	config_release(&c);
	b.n = LIMIT_CONFIG_BYTES;
	CHECK(read_bytes(buffer_bytes(&b), &c, &message));
	config_release(&c);
	b.p[777] = '\0';
	b.p[776] = '\n';
	CHECK(!read_bytes(buffer_bytes(&b), &c, &message));
	CHECK(strstr(message, "NUL byte"));
	config_release(&c);
	buffer_release(&b);
}

TEST(many_sections)
{
	struct config c;
	const char *message;
	struct buffer b;
	buffer_init(&b, LIMIT_CONFIG_BYTES);
	for (unsigned i = 0; i < 2000; i++)
		buffer_printf(&b, "watch \"w%u.example\" {\n\thost \"*.w%u.example\" { tcb = up-to-date }\n}\n", i, i);
	CHECK(read_bytes(buffer_bytes(&b), &c, &message));
	CHECK_U64(c.policy.watch_count, 2000);
	CHECK_TEXT(c.policy.watches[1999].hosts[0].pattern, "*.w1999.example");
	config_release(&c);
	buffer_put_text(&b, "watch \"last.example\" {\n\thost \"elsewhere.example\" { }\n}\n");
	CHECK(!read_bytes(buffer_bytes(&b), &c, &message));
	CHECK(strstr(message, ":6002: host \"elsewhere.example\": "));
	config_release(&c);
	buffer_clear(&b);
	for (unsigned i = 0; i <= LIMIT_WATCHES; i++)
		buffer_put_text(&b, "watch a { }\n");
	CHECK(!read_bytes(buffer_bytes(&b), &c, &message));
	CHECK(strstr(message, "too many sections"));
	config_release(&c);
	buffer_clear(&b);
	buffer_put_text(&b, "watch a.example { expect = {");
	for (unsigned i = 0; i <= LIMIT_EXPECTATIONS; i++)
		buffer_put_text(&b, "\"a=b\",");
	buffer_put_text(&b, "} }");
	CHECK(!read_bytes(buffer_bytes(&b), &c, &message));
	CHECK(strstr(message, "expect: too many values; 256 are the most"));
	config_release(&c);
	buffer_release(&b);
}

/* Cut anywhere, flipped anywhere: good or refused with a place, never a crash or a hang. */
static void check_hostile(struct bytes text)
{
	struct config c;
	const char *message;
	bool good = read_bytes(text, &c, &message);
	CHECK(good == (message == NULL));
	if (!good)
		CHECK_THAT(strncmp(message, path, strlen(path)) == 0, "%s", message);
	config_release(&c);
}

TEST(hostile_text)
{
	static uint8_t text[sizeof(full)];
	uint64_t seed = 3;
	for (size_t n = 0; n < sizeof(full) - 1; n++)
		check_hostile(bytes_of(full, n));
	for (size_t i = 0; i < sizeof(full) - 1; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			if (!test_long() && bit != test_random(&seed) % 8)
				continue;
			memcpy(text, full, sizeof(full));
			text[i] = (uint8_t)(text[i] ^ (1u << bit));
			check_hostile(bytes_of(text, sizeof(full) - 1));
		}
	}
	static const char *const pieces[] = {"watch",  "log", "host", " ",  "\"",        "'",   "{",
	                                     "}",      "=",   "+=",   ",",  "\n",        "#",   "/*",
	                                     "*/",     "//",  "\\",   "${", "a.example", "tcb", "up-to-date",
	                                     "expect", "a=b", "(",    ")",  "|",         "\x80"};
	for (unsigned round = 0; round < (test_long() ? 20000 : 2000); round++) {
		size_t n = 0;
		for (unsigned k = 0; k < 30; k++) {
			const char *piece = pieces[test_random(&seed) % (sizeof(pieces) / sizeof(pieces[0]))];
			size_t bytes = strlen(piece);
			memcpy(text + n, piece, bytes);
			n += bytes;
		}
		check_hostile(bytes_of(text, n));
	}
}

/* A file after a bad one is read as if that had never been: libconfuse keeps state. */
TEST(a_bad_file_leaves_nothing_behind)
{
	check_bad("contact = \"abc", 1, "no end");
	check_good("contact = \"abc\"");
	check_bad("workers = 1 }", 1, "closes nothing");
	check_bad("evidence = {\"a\", }}", 1, "closes nothing");
	check_good(full);
}

TEST(the_table)
{
	for (size_t i = 0; i < config_key_count; i++) {
		const struct config_key *key = &config_keys[i];
		CHECK(config_key_find(key->section, key->name) == key);
		CHECK_THAT(strlen(key->help) > 10 && !strchr(key->help, '\n'), "%s", key->name);
		CHECK(!key->initial || !key->required);
	}
	CHECK(!config_key_find(CONFIG_MAIN, "url"));
	struct arena a;
	arena_init(&a, 10000);
	const struct config_key *scheme = config_key_find(CONFIG_WATCH, "scheme");
	for (size_t i = 0; i < extract_carrier_count; i++)
		CHECK_THAT(!config_value_check(scheme, extract_carriers[i].scheme, &a), "%s",
		           extract_carriers[i].scheme);
	arena_release(&a);
}
