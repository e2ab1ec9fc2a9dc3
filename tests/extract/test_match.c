/* Which certificates concern us: watched domains, markers, evidence OIDs, and what cannot be read. */
#include "base/limits.h"
#include "cert/names.h"
#include "maker.h"

static struct match_set *set_of(struct arena *a, const char *const *domains)
{
	struct bytes list[64];
	size_t n = 0;
	for (; domains[n]; n++)
		list[n] = bytes_of_text(domains[n]);
	struct match_set *set = match_set_build(a, list, n);
	CHECK(set != NULL);
	return set;
}

/* ---- names and domains ---- */

static const char *const watched[] = {"example.org", "app.example.net", "xn--bcher-kva.example", "a.b.c.test", NULL};

struct name_row {
	const char *name;
	bool under;
};

static const struct name_row name_rows[] = {
	{"example.org", true},
	{"www.example.org", true},
	{"a.b.c.d.example.org", true},
	{"*.example.org", true},
	{"_acme.example.org", true},
	{"notexample.org", false},
	{"xample.org", false},
	{"example.org.evil.test", false},
	{"example.com", false},
	{"org", false},
	{"", false},
	{".", false},
	{".example.org", true},
	{"app.example.net", true},
	{"x.app.example.net", true},
	{"example.net", false},
	{"*.example.net", true}, /* stands for app.example.net */
	{"*.net", false},
	{"*.org", true},
	{"*.app.example.net", true},
	{"x*.example.net", false},
	{"*", false},
	{"*.", false},
	{"web.example.net", false},
	{"*.web.example.net", false},
	{"xn--bcher-kva.example", true},
	{"*.example", true},
	{"b.c.test", false},
	{"*.b.c.test", true},
	{"*.c.test", false},
};

TEST(domains)
{
	struct arena a;
	arena_init(&a, 1 << 20);
	struct match_set *set = set_of(&a, watched);
	for (size_t i = 0; i < sizeof(name_rows) / sizeof(name_rows[0]); i++) {
		const struct name_row *row = &name_rows[i];
		CHECK_THAT(match_name(set, bytes_of_text(row->name)) == row->under, "%s", row->name);
		bool plain = false;
		for (size_t k = 0; watched[k]; k++)
			plain |= cert_name_under(bytes_of_text(row->name), bytes_of_text(watched[k]));
		CHECK_THAT(plain == row->under, "%s: cert_name_under says otherwise", row->name);
		CHECK(!match_name(NULL, bytes_of_text(row->name)));
	}
	arena_release(&a);
}

/* The table against a plain walk over all domains, with names and domains from few labels so that they meet. */
TEST(domains_at_random)
{
	static const char *const labels[] = {"a", "b", "ab", "ba", "org", "x"};
	uint64_t seed = 41;
	for (size_t round = 0; round <= 40; round++) {
		struct arena a;
		struct bytes domains[40];
		arena_init(&a, 4 << 20);
		for (size_t i = 0; i < 40; i++) {
			char *d = arena_format(&a, "%s", labels[test_random(&seed) % 6]);
			for (uint64_t k = test_random(&seed) % 4; k > 0; k--)
				d = arena_format(&a, "%s.%s", labels[test_random(&seed) % 6], d);
			domains[i] = bytes_of_text(d);
		}
		struct match_set *set = match_set_build(&a, domains, round);
		for (int i = 0; i < 200; i++) {
			char *name = arena_format(&a, "%s", labels[test_random(&seed) % 6]);
			for (uint64_t k = test_random(&seed) % 5; k > 0; k--)
				name = arena_format(&a, "%s.%s", labels[test_random(&seed) % 6], name);
			if (test_random(&seed) % 3 == 0)
				name = arena_format(&a, "*.%s", name);
			bool plain = false;
			for (size_t k = 0; k < round; k++)
				plain |= cert_name_under(bytes_of_text(name), domains[k]);
			CHECK_THAT(match_name(set, bytes_of_text(name)) == plain, "%s with %zu domains", name, round);
		}
		arena_release(&a);
	}
}

TEST(sets)
{
	struct arena a;
	struct bytes one = BYTES_LITERAL("example.org"), empty = {NULL, 0};
	arena_init(&a, 64);
	CHECK(match_set_build(&a, &one, 1) == NULL); /* no room */
	arena_release(&a);
	arena_init(&a, 1 << 20);
	struct match_set *none = match_set_build(&a, NULL, 0);
	CHECK(none && !match_name(none, one) && !match_raw(none, one));
	struct bytes twice[] = {one, empty, one};
	struct match_set *set = match_set_build(&a, twice, 3);
	CHECK(set && match_name(set, one) && !match_name(set, empty));
	arena_release(&a);
}

/* ---- certificates ---- */

static unsigned look_at(const struct match_set *set, const struct maker *m, struct fault *fault)
{
	struct buffer der = new_buffer();
	struct cert c;
	maker_make(m, &der);
	CHECK(!fault_is_set(cert_parse(buffer_bytes(&der), &c)));
	unsigned reasons = match_certificate(set, &c, fault);
	buffer_release(&der);
	return reasons;
}

/* The reasons for a certificate with these names and this CN. */
static unsigned reasons_of(const struct match_set *set, const char *const *names, struct bytes common_name)
{
	struct maker m;
	struct fault fault;
	maker_init(&m);
	for (; names && *names; names++)
		maker_name(&m, *names);
	m.common_name = common_name;
	unsigned reasons = look_at(set, &m, &fault);
	maker_release(&m);
	return reasons;
}

static unsigned reasons_of_name(const struct match_set *set, struct bytes name)
{
	struct maker m;
	struct fault fault;
	maker_init(&m);
	maker_name_bytes(&m, name);
	unsigned reasons = look_at(set, &m, &fault);
	maker_release(&m);
	return reasons;
}

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})
static const struct bytes no_name = {NULL, 0};

TEST(watched_names)
{
	struct arena a;
	arena_init(&a, 1 << 20);
	struct match_set *set = set_of(&a, watched);
	CHECK_U64(reasons_of(set, NAMES("www.example.com"), no_name), 0);
	CHECK_U64(reasons_of(set, NAMES("www.example.com", "www.example.org"), no_name), MATCH_WATCHED);
	CHECK_U64(reasons_of(set, NAMES("WWW.Example.ORG."), no_name), MATCH_WATCHED);
	CHECK_U64(reasons_of(set, NAMES("*.example.net"), no_name), MATCH_WATCHED);
	CHECK_U64(reasons_of(set, NAMES("b\xc3\xbc" "cher.example"), no_name), MATCH_WATCHED);
	CHECK_U64(reasons_of(set, NULL, BYTES_LITERAL("example.org")), MATCH_WATCHED);
	CHECK_U64(reasons_of(set, NAMES("www.example.com"), BYTES_LITERAL("Example.org")), MATCH_WATCHED);
	CHECK_U64(reasons_of(set, NAMES("www.example.com"), BYTES_LITERAL("Example Ltd")), 0);
	CHECK_U64(reasons_of(NULL, NAMES("www.example.org"), no_name), 0);

	/* A second SAN extension, and a CN as BMPString. */
	struct maker m;
	struct fault fault;
	struct bytes other = BYTES_LITERAL("x.example.org");
	maker_init(&m);
	maker_name(&m, "www.example.com");
	put_san(&m.extensions, &other, 1);
	CHECK_U64(look_at(set, &m, &fault), MATCH_WATCHED);
	maker_release(&m);
	maker_init(&m);
	m.common_name = BYTES_LITERAL("\0e\0x\0a\0m\0p\0l\0e\0.\0o\0r\0g");
	m.common_name_tag = DER_BMP_STRING;
	CHECK_U64(look_at(set, &m, &fault), MATCH_WATCHED);
	maker_release(&m);
	arena_release(&a);
}

TEST(markers)
{
	static const char gzip_piece[] = "00d6fqqaaaaaaaaah7uu.app.example.com";
	CHECK_U64(reasons_of(NULL, NAMES("00gvsxqh2o46.hpke.tinfoil.sh"), no_name), MATCH_MARKER);
	CHECK_U64(reasons_of(NULL, NAMES("01ABC.HATT.customer.example"), no_name), MATCH_MARKER);
	CHECK_U64(reasons_of(NULL, NAMES("00d6fqqaaa.att.tinfoil.sh"), no_name), MATCH_MARKER);
	CHECK_U64(reasons_of(NULL, NAMES("01abc.att.example"), no_name), 0);
	CHECK_U64(reasons_of(NULL, NAMES("abc.hpke.tinfoil.sh", "0a.hpke.tinfoil.sh", "00.hatt.x.org"), no_name), 0);
	CHECK_U64(reasons_of(NULL, NAMES("hpke.tinfoil.sh", "00abc.hpkex.x.org", "00abc.hpke"), no_name), 0);
	CHECK_U64(reasons_of(NULL, NULL, BYTES_LITERAL("00abc.hpke.tinfoil.sh")), 0); /* names only, no CN */
	/* Generation 1: its host must be there, before or behind it. */
	CHECK_U64(reasons_of(NULL, NAMES(gzip_piece), no_name), 0);
	CHECK_U64(reasons_of(NULL, NAMES(gzip_piece, "app.example.com"), no_name), MATCH_MARKER);
	CHECK_U64(reasons_of(NULL, NAMES("APP.example.com", gzip_piece), no_name), MATCH_MARKER);
	CHECK_U64(reasons_of(NULL, NAMES(gzip_piece), BYTES_LITERAL("app.example.com")), 0);
	CHECK_U64(reasons_of(NULL, NAMES("01d6fqqaaa.app.example.com", "app.example.com"), no_name), 0);
	/* More candidates than can be looked into are a reason to look. */
	CHECK_U64(reasons_of(NULL, NAMES("00d6fqa.a.b", "00d6fqa.b.b", "00d6fqa.c.b", "00d6fqa.d.b", "00d6fqa.e.b"),
	                     no_name),
	          MATCH_MARKER);
	/* Pieces of a document without its beginning: full names, and enough of them. */
	CHECK_U64(reasons_of(NULL,
	                     NAMES("01uesk4gm5qy4mlismae7x5o5tncm53rmz3v73wmq47ikk5p.att.tinfoil.sh",
	                           "02xxsvst3ognyawr7jaz35744vnia7bjoookjnybmmyx7dup.att.tinfoil.sh"),
	                     no_name), 0);
	CHECK_U64(reasons_of(NULL,
	                     NAMES("01uesk4gm5qy4mlismae7x5o5tncm53rmz3v73wmq47ikk5p.att.tinfoil.sh",
	                           "02xxsvst3ognyawr7jaz35744vnia7bjoookjnybmmyx7dup.att.tinfoil.sh",
	                           "037svj3curqom5r7o3mrhl47zqiemu76b7qkzluugwwv5fas.att.tinfoil.sh"),
	                     no_name), MATCH_MARKER);
}

/* ---- what cannot be read ---- */

struct unreadable_row {
	struct bytes name;
	unsigned reasons;
};
#define ROW(NAME, REASONS) {BYTES_LITERAL(NAME), REASONS}

static const struct unreadable_row unreadable_rows[] = {
	/* The end is plain, and it is ours. */
	ROW("foo bar.example.org", MATCH_WATCHED),
	ROW("w*.example.org", MATCH_WATCHED),
	ROW("a!b.c.example.org", MATCH_WATCHED),
	ROW("foo example.org", MATCH_WATCHED),
	/* Read with a character more, less or other, it is ours. */
	ROW("exam ple.org", MATCH_UNREADABLE),
	ROW("ex?mple.org", MATCH_UNREADABLE),
	ROW("www.example,org", MATCH_UNREADABLE),
	ROW("ex*e.org", MATCH_UNREADABLE),
	ROW("\1e\1x\1a\1m\1p\1l\1e\1.\1o\1r\1g", MATCH_UNREADABLE),
	ROW("foo;example.org", MATCH_UNREADABLE),
	/* It is not, whatever stood there. */
	ROW("foo bar.example.com", 0),
	ROW("exam ple.com", 0),
	ROW("ex?mple.net", 0),
	ROW("(internal)", 0),
	ROW("some text!", 0),
	ROW("x?ample.org", 0),
	ROW("exampl?e.de", 0),
	ROW("!!!!!!!!!!!!!!!!!!!!!!!!!", 0),
	ROW("notexample.org!", 0),
	ROW("*.*.example.com", 0),
};

TEST(unreadable_names)
{
	struct arena a;
	arena_init(&a, 1 << 20);
	struct match_set *set = set_of(&a, watched), *none = match_set_build(&a, NULL, 0);
	for (size_t i = 0; i < sizeof(unreadable_rows) / sizeof(unreadable_rows[0]); i++) {
		const struct unreadable_row *row = &unreadable_rows[i];
		unsigned reasons = reasons_of_name(set, row->name);
		CHECK_THAT(reasons == row->reasons, "\"%.*s\": %u", (int)row->name.n, (const char *)row->name.p,
		           reasons);
		CHECK_THAT(reasons_of_name(none, row->name) == 0, "%.*s", (int)row->name.n, (const char *)row->name.p);
	}
	/* Letters of an unknown character set, where a watched name has an A-label. */
	CHECK_U64(reasons_of_name(set, BYTES_LITERAL("b\xff\xfe cher!.example")), MATCH_UNREADABLE);
	CHECK_U64(reasons_of_name(set, BYTES_LITERAL("b\xff\xfe cher!.other")), 0);
	/* Markers that cannot be read as names. */
	CHECK_U64(reasons_of_name(none, BYTES_LITERAL("00abc!.hatt.tinfoil.sh")), MATCH_MARKER);
	CHECK_U64(reasons_of_name(none, BYTES_LITERAL("x!,00abcdef.hatt.tinfoil.sh")), MATCH_UNREADABLE);
	arena_release(&a);
}

/* The end of a name that is too long for a buffer counts. */
TEST(long_names)
{
	static char name[3000];
	struct arena a;
	arena_init(&a, 1 << 20);
	struct match_set *set = set_of(&a, watched);
	for (size_t i = 0; i < sizeof(name); i++)
		name[i] = i % 40 == 39 ? '.' : 'a';
	memcpy(name + sizeof(name) - 13, ".example.org", 13);
	CHECK_U64(reasons_of_name(set, bytes_of_text(name)), MATCH_WATCHED);
	name[sizeof(name) - 2] = 'm';
	CHECK_U64(reasons_of_name(set, bytes_of_text(name)), 0);
	arena_release(&a);
}

/* Many odd names and many watches: bounded, and in doubt looked at. */
TEST(many_unreadable_names)
{
	enum { DOMAINS = 10000 };
	struct arena a;
	struct maker m;
	struct fault fault;
	arena_init(&a, 16 << 20);
	struct bytes *domains = arena_array(&a, DOMAINS, sizeof(*domains));
	for (size_t i = 0; i < DOMAINS; i++)
		domains[i] = bytes_of_text(arena_format(&a, "host%zu.example.org", i));
	struct match_set *set = match_set_build(&a, domains, DOMAINS);
	maker_init(&m);
	maker_name(&m, "odd!.example.com");
	CHECK_U64(look_at(set, &m, &fault), 0);
	while (m.count < 200)
		maker_name(&m, "odd!.example.com");
	CHECK_U64(look_at(set, &m, &fault), MATCH_UNREADABLE);
	maker_release(&m);
	arena_release(&a);
}

/* A list that breaks off: only what its bytes hold is a reason. */
static unsigned look_at_broken_san(const struct match_set *set, const char *hidden)
{
	struct maker m;
	struct fault fault;
	struct buffer list = new_buffer(), value = new_buffer();
	maker_init(&m);
	put_der(&list, DER_CONTEXT | 2, BYTES_LITERAL("www.example.com"));
	buffer_put(&list, "\x82\x7f", 2);
	buffer_put_text(&list, hidden);
	put_inside(&value, DER_SEQUENCE, &list);
	maker_extension(&m, BYTES_LITERAL("\x55\x1d\x11"), buffer_bytes(&value));
	unsigned reasons = look_at(set, &m, &fault);
	CHECK(fault.code == FAULT_TRUNCATED);
	buffer_release(&value);
	maker_release(&m);
	return reasons;
}

TEST(broken_lists)
{
	struct arena a;
	arena_init(&a, 1 << 20);
	struct match_set *set = set_of(&a, watched);
	CHECK_U64(look_at_broken_san(set, "www.example.de"), 0);
	CHECK_U64(look_at_broken_san(set, "www.Example.org"), MATCH_UNREADABLE);
	CHECK_U64(look_at_broken_san(NULL, "www.Example.org"), 0);
	CHECK_U64(look_at_broken_san(NULL, "00abc.hatt.tinfoil.sh"), MATCH_UNREADABLE);

	/* An extension list that breaks off before evidence. */
	struct maker m;
	struct fault fault;
	maker_init(&m);
	maker_extension(&m, BYTES_LITERAL("\x55\x1d\x13"), BYTES_LITERAL("\x30\0"));
	buffer_put(&m.extensions, "\x30\x7f", 2);
	put_extension(&m.extensions, BYTES_LITERAL("\x67\x81\x05\x05\x04\x09"), true,
	              BYTES_LITERAL("\xd9\xea\x60\x82\x40\x40"));
	CHECK_U64(look_at(set, &m, &fault), MATCH_UNREADABLE);
	CHECK(fault_is_set(fault));
	maker_release(&m);
	maker_init(&m);
	buffer_put(&m.extensions, "\x30\x7f", 2);
	put_extension(&m.extensions, BYTES_LITERAL("\x67\x81\x05\x05\x04\x09"), false, BYTES_LITERAL("\x82\x40\x40"));
	CHECK_U64(look_at(set, &m, &fault), 0);
	maker_release(&m);
	arena_release(&a);
}

/* ---- bytes that are no certificate ---- */

TEST(raw_bytes)
{
	static const struct {
		struct bytes text;
		bool ours;
	} rows[] = {
		{BYTES_LITERAL("\x82\x0bwww.example.org0"), true},
		{BYTES_LITERAL("\x13\x80\xff"
	                       "EXAMPLE.ORG\x01"),
		 true},
		{BYTES_LITERAL("\0e\0x\0a\0m\0p\0l\0e\0.\0o\0r\0g\0"), true},
		{BYTES_LITERAL("*.example.net\xff"), true},
		{BYTES_LITERAL("example.net"), false},
		{BYTES_LITERAL("x*example.net"), false},
		{BYTES_LITERAL("e x a m p l e . o r g"), false},
		{BYTES_LITERAL("example-org"), false},
		{BYTES_LITERAL("example.or"), false},
		{BYTES_LITERAL(".00abcd.hatt.tinfoil.sh"), true},
		{BYTES_LITERAL("\x20z00ABCD.HPKE.tinfoil.sh"), true},
		{BYTES_LITERAL("\x08"
	                       "00abcdef\x04hpke\x07tinfoil\x02sh"),
		 true},
		{BYTES_LITERAL("\x3d"
	                       "07uesk4gm5qy4mlismae7x5o.att.tinfoil.sh"),
		 true},
		{BYTES_LITERAL("07uesk4gm.att.tinfoil.sh"), false},
		{BYTES_LITERAL("abcd.hatt.tinfoil.sh"), false},
		{BYTES_LITERAL("x.hpke.tinfoil.sh"), false},
		{BYTES_LITERAL("00.hpke."), false},
		{BYTES_LITERAL("00abc.hpke"), false},
		{BYTES_LITERAL("hpke."), false},
		{BYTES_LITERAL("...00d6fqqaaaaaaaaah7"), true},
		{BYTES_LITERAL("8444A1013822a0591234"), true},
		{BYTES_LITERAL("\x06\x0b\x06\x09\x2a\x86\x48\x86\xf8\x4d\x8a\x39\x06\x04\x01x"), true},
		{BYTES_LITERAL("\x06\x05\x2b\xcd\x2c\x02\x02"), true}, /* and cut off */
		{BYTES_LITERAL("\x06\x09\x2a\x86\x48\x86\xf8\x4d\x01\x0d\x01\x04\x02\x30\0"),
		 false}, /* PCK certificate */
		{BYTES_LITERAL("\x06\x09\x2a\x86\x48\x86\xf8\x4d\x01\x0d\x01"), false},
		{BYTES_LITERAL("\x06\x09\x2a\x86\x48\x86\xf8\x4d\x01\x0d\x01\x04\x02\3\0"), true},
		{BYTES_LITERAL("\x06\x03\x55\x1d\x11\x04\x00"), false},
		{BYTES_LITERAL("\x06"), false},
		{BYTES_LITERAL(""), false},
	};
	struct arena a;
	arena_init(&a, 1 << 20);
	struct match_set *set = set_of(&a, watched);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK_THAT(match_raw(set, rows[i].text) == rows[i].ours, "row %zu: %.*s", i, (int)rows[i].text.n,
		           (const char *)rows[i].text.p);
	arena_release(&a);
}

/* Every certificate that would match by its names is found in its bytes too, cut or not, while the name is there. */
TEST(raw_certificates)
{
	struct arena a;
	struct maker m;
	struct buffer der = new_buffer();
	arena_init(&a, 1 << 20);
	struct match_set *set = set_of(&a, watched);
	maker_init(&m);
	maker_name(&m, "www.example.com");
	maker_make(&m, &der);
	CHECK(!match_raw(set, buffer_bytes(&der)));
	maker_name(&m, "www.example.org");
	maker_make(&m, &der);
	size_t end = (size_t)((uint8_t *)memmem(der.p, der.n, "example.org", 11) - der.p) + 11;
	for (size_t n = 0; n <= der.n; n++)
		CHECK_THAT(match_raw(set, bytes_of(der.p, n)) == (n >= end), "cut to %zu", n);
	maker_release(&m);
	buffer_release(&der);
	arena_release(&a);
}

/* The longest input, of the kind that costs most: one pass, not one per domain. */
TEST(raw_is_bounded)
{
	struct arena a;
	arena_init(&a, 64 << 20);
	struct bytes *domains = arena_array(&a, LIMIT_WATCHES, sizeof(*domains));
	for (size_t i = 0; i < LIMIT_WATCHES; i++)
		domains[i] =
		        bytes_of_text(arena_format(&a, "a%zu.aaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaa", i));
	struct match_set *set = match_set_build(&a, domains, LIMIT_WATCHES);
	uint8_t *text = arena_alloc(&a, LIMIT_CERTIFICATE_BYTES);
	memset(text, 'a', LIMIT_CERTIFICATE_BYTES);
	CHECK(!match_raw(set, bytes_of(text, LIMIT_CERTIFICATE_BYTES)));
	memcpy(text + LIMIT_CERTIFICATE_BYTES - domains[77].n, domains[77].p, domains[77].n);
	CHECK(match_raw(set, bytes_of(text, LIMIT_CERTIFICATE_BYTES)));
	arena_release(&a);
}
