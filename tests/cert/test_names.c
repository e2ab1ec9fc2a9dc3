/* The host names of certificates, the odd ones above all; names as text; names and domains. */
#include "maker.h"

#include "base/text.h"
#include "cert/cert.h"
#include "cert/names.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

/* Every name of the walk, escaped and joined by spaces; '?' behind what is not readable, '=' before a CN. */
static const char *walk_names(const struct cert *c, struct buffer *out, struct fault *fault)
{
	struct cert_names walk;
	struct cert_name name;
	cert_names_start(&walk, c);
	while (cert_names_next(&walk, &name)) {
		CHECK(name.text.n > 0 && name.text.n <= LIMIT_NAME_BYTES);
		buffer_put_text(out, out->n ? " " : "");
		buffer_put_text(out, name.kind == CERT_NAME_COMMON_NAME ? "=" : "");
		text_put_escaped(out, name.text);
		buffer_put_text(out, name.readable ? "" : "?");
	}
	CHECK(!cert_names_next(&walk, &name)); /* the end is the end */
	if (fault)
		*fault = walk.fault;
	return buffer_text(out);
}

static void check_names(const struct recipe *r, const char *want, enum fault_code code, const char *what)
{
	struct buffer der = make_certificate(r), out;
	struct cert c;
	struct fault f;
	buffer_init(&out, 1 << 16);
	CHECK_THAT(!fault_is_set(cert_parse(buffer_bytes(&der), &c)), "%s", what);
	const char *have = walk_names(&c, &out, &f);
	CHECK_THAT(strcmp(have, want) == 0, "%s: \"%s\" is not \"%s\"", what, have, want);
	CHECK_THAT(f.code == code && f.offset <= der.n, "%s: %s at %zu", what, fault_code_name(f.code), f.offset);
	buffer_release(&der);
	buffer_release(&out);
}

/* ---- one dNSName ---- */

static const struct {
	struct bytes raw;
	const char *want;
} dns_rows[] = {
	{BYTES_LITERAL("Example.ORG"), "example.org"},
	{BYTES_LITERAL("example.org."), "example.org"},
	{BYTES_LITERAL("example.org.."), "example.org"},
	{BYTES_LITERAL(" example.org \t"), "example.org"},
	{BYTES_LITERAL("example.org. ."), "example.org"},
	{BYTES_LITERAL("*.Example.org"), "*.example.org"},
	{BYTES_LITERAL("a_b.example"), "a_b.example"},
	{BYTES_LITERAL(".example.org"), ".example.org"},
	{BYTES_LITERAL("localhost"), "localhost"},
	{BYTES_LITERAL(""), ""},
	{BYTES_LITERAL("."), ""},
	{BYTES_LITERAL("  "), ""},
	/* outside ASCII: UTF-8, Latin-1, what UTS #46 maps */
	{BYTES_LITERAL("XN--BCHER-KVA.example"), "xn--bcher-kva.example"},
	{BYTES_LITERAL("b\xc3\xbc" "cher.example"), "xn--bcher-kva.example"},
	{BYTES_LITERAL("B\xc3\x9c" "CHER.example"), "xn--bcher-kva.example"},
	{BYTES_LITERAL("b\xfc" "cher.example"), "xn--bcher-kva.example"},
	{BYTES_LITERAL("bu\xcc\x88" "cher.example"), "xn--bcher-kva.example"},                /* not NFC */
	{BYTES_LITERAL("stra\xc3\x9f" "e.example"), "xn--strae-oqa.example"},
	{BYTES_LITERAL("\xef\xbd\x85xample.org"), "example.org"},                             /* fullwidth e */
	{BYTES_LITERAL("b\xc3\xbc" "cher\xe3\x80\x82" "example\xe3\x80\x82"), "xn--bcher-kva.example"}, /* ideographic dots */
	{BYTES_LITERAL("*.b\xc3\xbc" "cher.example"), "*.xn--bcher-kva.example"},
	{BYTES_LITERAL("\x80.Example"), "\\x80.example?"},
	{BYTES_LITERAL("\xf0\x28\x8c\x28.example"), "\\xf0(\\x8c(.example?"},
	/* what stands around a name */
	{BYTES_LITERAL("http://Example.org/path?x"), "example.org"},
	{BYTES_LITERAL("HTTPS://example.org"), "example.org"},
	{BYTES_LITERAL("example.org/path"), "example.org"},
	{BYTES_LITERAL("https://"), ""},
	{BYTES_LITERAL("ftp://example.org"), "ftp:?"},
	{BYTES_LITERAL("example.org:443"), "example.org:443?"},
	/* addresses */
	{BYTES_LITERAL("192.0.2.1"), ""},
	{BYTES_LITERAL("192.0.2.1."), ""},
	{BYTES_LITERAL("2001:db8::1"), ""},
	{BYTES_LITERAL("[2001:DB8::1]"), ""},
	{BYTES_LITERAL("https://192.0.2.1/x"), ""},
	{BYTES_LITERAL("192.0.2.256"), "192.0.2.256"},
	{BYTES_LITERAL("192.0.2.1.5"), "192.0.2.1.5"},
	{BYTES_LITERAL("2001:db8::example"), "2001:db8::example?"},
	/* NUL: whole, and up to it */
	{BYTES_LITERAL("a.example\0.evil.test"), "a.example\\x00.evil.test? a.example"},
	{BYTES_LITERAL("A.example.\0"), "a.example.\\x00? a.example"},
	{BYTES_LITERAL("\0.evil.test"), "\\x00.evil.test?"},
	{BYTES_LITERAL("192.0.2.1\0.evil.test"), "192.0.2.1\\x00.evil.test?"},
	{BYTES_LITERAL("\xc3\xa9.example\0.evil.test"), "\\xc3\\xa9.example\\x00.evil.test? xn--9ca.example"},
	/* bytes that no host name has */
	{BYTES_LITERAL("a b.example"), "a b.example?"},
	{BYTES_LITERAL("a@b.example"), "a@b.example?"},
	{BYTES_LITERAL("we$ird.Example"), "we$ird.example?"},
	{BYTES_LITERAL("\\.example"), "\\x5c.example?"},
	{BYTES_LITERAL("f*o.example"), "f*o.example?"},
	{BYTES_LITERAL("a.*.example"), "a.*.example?"},
	{BYTES_LITERAL("*.*.example"), "*.*.example?"},
	{BYTES_LITERAL("*"), "*?"},
	{BYTES_LITERAL("*."), "*?"},
	{BYTES_LITERAL("*a.example"), "*a.example?"},
	{BYTES_LITERAL("?.example"), "?.example?"},
};

static void put_san(struct buffer *extensions, uint8_t tag, struct bytes raw)
{
	struct buffer san;
	buffer_init(&san, 1 << 16);
	put_der(&san, tag, raw);
	wrap_der(&san, 0, DER_SEQUENCE);
	put_extension(extensions, OID_SAN, buffer_bytes(&san));
	buffer_release(&san);
}

TEST(dns_names)
{
	for (size_t i = 0; i < ROWS(dns_rows); i++) {
		char what[32];
		struct buffer extensions;
		buffer_init(&extensions, 1 << 16);
		put_san(&extensions, DER_CONTEXT | 2, dns_rows[i].raw);
		snprintf(what, sizeof(what), "dns row %zu", i);
		check_names(&(struct recipe){.extensions = buffer_bytes(&extensions)}, dns_rows[i].want, FAULT_NONE, what);
		buffer_release(&extensions);
	}
}

/* The last bytes of a name that is too long tell its domain; one that just fits is whole. */
TEST(long_names)
{
	static const char end[] = ".example.org";
	for (size_t n = LIMIT_NAME_BYTES - 1; n <= LIMIT_NAME_BYTES + 200; n += n > LIMIT_NAME_BYTES ? 50 : 1) {
		struct buffer extensions, raw, der;
		struct cert c;
		struct cert_names walk;
		struct cert_name name;
		buffer_init(&extensions, 1 << 16);
		buffer_init(&raw, 1 << 16);
		for (size_t i = 0; i < n - (sizeof(end) - 1); i++)
			buffer_put_u8(&raw, 'A');
		buffer_put_text(&raw, end);
		put_san(&extensions, DER_CONTEXT | 2, buffer_bytes(&raw));
		der = make_certificate(&(struct recipe){.extensions = buffer_bytes(&extensions)});
		CHECK(!fault_is_set(cert_parse(buffer_bytes(&der), &c)));
		cert_names_start(&walk, &c);
		CHECK(cert_names_next(&walk, &name) && name.readable == (n <= LIMIT_NAME_BYTES));
		CHECK_U64(name.text.n, n < LIMIT_NAME_BYTES ? n : LIMIT_NAME_BYTES);
		CHECK(name.text.p[0] == 'a' && memcmp(name.text.p + name.text.n - 12, end, 12) == 0);
		CHECK(cert_name_under(name.text, BYTES_LITERAL("example.org")) && name.raw.n == n);
		CHECK(!cert_names_next(&walk, &name));
		buffer_release(&extensions);
		buffer_release(&raw);
		buffer_release(&der);
	}
}

/* ---- one CN ---- */

static const struct {
	uint8_t tag;
	struct bytes raw;
	const char *want;
} cn_rows[] = {
	{DER_UTF8_STRING, BYTES_LITERAL("A.example"), "=a.example"},
	{DER_PRINTABLE_STRING, BYTES_LITERAL("A.example"), "=a.example"},
	{DER_IA5_STRING, BYTES_LITERAL("*.a.example"), "=*.a.example"},
	{DER_VISIBLE_STRING, BYTES_LITERAL("a.example"), "=a.example"},
	{DER_TELETEX_STRING, BYTES_LITERAL("b\xfc" "cher.example"), "=xn--bcher-kva.example"},
	{DER_PRINTABLE_STRING, BYTES_LITERAL("b\xfc" "cher.example"), "=xn--bcher-kva.example"},
	{DER_UTF8_STRING, BYTES_LITERAL("b\xc3\xbc" "cher.example"), "=xn--bcher-kva.example"},
	{DER_UTF8_STRING, BYTES_LITERAL("b\xfc" "cher.example"), "=xn--bcher-kva.example?"}, /* no UTF-8 */
	{DER_UTF8_STRING, BYTES_LITERAL("\xed\xa0\x80.example"), "=\\xed\\xa0\\x80.example?"},
	{DER_BMP_STRING, BYTES_LITERAL("\0a\0.\0B"), "=a.b"},
	{DER_BMP_STRING, BYTES_LITERAL("\0\xfc\0.\0b"), "=xn--tda.b"},
	{DER_BMP_STRING, BYTES_LITERAL("\x30\x42\0.\0b"), "=xn--l8j.b"},
	{DER_BMP_STRING, BYTES_LITERAL("\0a\0.\0b\0"), "=\\x00a\\x00.\\x00b\\x00?"},              /* half a character */
	{DER_BMP_STRING, BYTES_LITERAL("\xd8\0\0.\0b"), "=\\xd8\\x00\\x00.\\x00b?"},              /* surrogate */
	{DER_BMP_STRING, BYTES_LITERAL("\0a\0.\0b\0\0\0c"), "=a.b\\x00c? =a.b"},
	{DER_UNIVERSAL_STRING, BYTES_LITERAL("\0\0\0a\0\0\0.\0\0\0b"), "=a.b"},
	{DER_UNIVERSAL_STRING, BYTES_LITERAL("\0\x11\0\0\0\0\0.\0\0\0b"), "=\\x00\\x11\\x00\\x00\\x00\\x00\\x00.\\x00\\x00\\x00b?"},
	{DER_UNIVERSAL_STRING, BYTES_LITERAL("\0\0\0a\0"), "=\\x00\\x00\\x00a\\x00?"},
	{0x12, BYTES_LITERAL("1.example"), "=1.example?"},                                        /* NumericString */
	{DER_OCTET_STRING, BYTES_LITERAL("a.example"), "=a.example?"},
	{DER_SEQUENCE, BYTES_LITERAL("\x0c\x01" "a"), "=\\x0c\\x01a?"},
	{DER_UTF8_STRING, BYTES_LITERAL(""), ""},
	{DER_OCTET_STRING, BYTES_LITERAL(""), ""},
	/* what is no host name */
	{DER_UTF8_STRING, BYTES_LITERAL("Example Corporation"), ""},
	{DER_BMP_STRING, BYTES_LITERAL("\0a\0 \0b"), ""},
	{DER_UTF8_STRING, BYTES_LITERAL("alice@example.org"), ""},
	{DER_UTF8_STRING, BYTES_LITERAL("192.0.2.1"), ""},
	{DER_UTF8_STRING, BYTES_LITERAL("\xe4\xbd\xa0 \xe5\xa5\xbd"), ""},
	/* but nobody hides a name behind a space */
	{DER_UTF8_STRING, BYTES_LITERAL(" a.example "), "=a.example"},
	{DER_UTF8_STRING, BYTES_LITERAL("a.example/some path"), "=a.example"},
	{DER_UTF8_STRING, BYTES_LITERAL("a.example\0 Example Corporation"), "=a.example"},
	{DER_UTF8_STRING, BYTES_LITERAL("a.example\0.evil.test"), "=a.example\\x00.evil.test? =a.example"},
	{DER_OCTET_STRING, BYTES_LITERAL("a b.example"), "=a b.example?"},
};

TEST(common_names)
{
	for (size_t i = 0; i < ROWS(cn_rows); i++) {
		char what[32];
		struct buffer subject;
		buffer_init(&subject, 4096);
		put_rdn(&subject, OID_COMMON_NAME, cn_rows[i].tag, cn_rows[i].raw);
		snprintf(what, sizeof(what), "cn row %zu", i);
		check_names(&(struct recipe){.subject = buffer_bytes(&subject)}, cn_rows[i].want, FAULT_NONE, what);
		buffer_release(&subject);
	}
}

/* Every CN counts: in several RDNs, and several in one. */
TEST(several_common_names)
{
	struct buffer subject;
	buffer_init(&subject, 4096);
	put_rdn(&subject, OID_COMMON_NAME, DER_UTF8_STRING, BYTES_LITERAL("a.example"));
	put_rdn(&subject, BYTES_LITERAL("\x55\x04\x0a"), DER_UTF8_STRING, BYTES_LITERAL("o.example"));
	size_t set = subject.n;
	put_attribute(&subject, OID_COMMON_NAME, DER_UTF8_STRING, BYTES_LITERAL("b.example"));
	put_attribute(&subject, OID_COMMON_NAME, DER_PRINTABLE_STRING, BYTES_LITERAL("c.example"));
	wrap_der(&subject, set, DER_SET);
	check_names(&(struct recipe){.subject = buffer_bytes(&subject)}, "=a.example =b.example =c.example", FAULT_NONE,
	            "several");
	buffer_release(&subject);
}

/* ---- lists that are broken: the walk says so and goes on with the next source ---- */

static const struct {
	const char *what;
	struct bytes san; /* value of the first of two SAN extensions */
	const char *want;
	enum fault_code code;
} san_rows[] = {
	{"good", BYTES_LITERAL("\x30\x03\x82\x01" "a"), "a z =cn", FAULT_NONE},
	{"empty", BYTES_LITERAL("\x30\x00"), "z =cn", FAULT_NONE},
	{"one zero byte behind", BYTES_LITERAL("\x30\x03\x82\x01" "a\0"), "a z =cn", FAULT_NONE},
	{"two zero bytes behind", BYTES_LITERAL("\x30\x03\x82\x01" "a\0\0"), "a z =cn", FAULT_TRAILING},
	{"another byte behind", BYTES_LITERAL("\x30\x03\x82\x01" "a\x01"), "a z =cn", FAULT_TRAILING},
	{"no bytes", BYTES_LITERAL(""), "z =cn", FAULT_TRUNCATED},
	{"a zero byte alone", BYTES_LITERAL("\0"), "z =cn", FAULT_TAG},
	{"no SEQUENCE", BYTES_LITERAL("\x31\x03\x82\x01" "a"), "z =cn", FAULT_TAG},
	{"indefinite length", BYTES_LITERAL("\x30\x80\x82\x01" "a\0\0"), "z =cn", FAULT_ENCODING},
	{"cut list", BYTES_LITERAL("\x30\x04\x82\x01" "a"), "z =cn", FAULT_TRUNCATED},
	{"cut name", BYTES_LITERAL("\x30\x06\x82\x01" "a\x82\x05" "b"), "a z =cn", FAULT_TRUNCATED},
	{"long length", BYTES_LITERAL("\x30\x07\x82\x01" "a\x82\x81\x01" "b"), "a z =cn", FAULT_ENCODING},
	{"high tag", BYTES_LITERAL("\x30\x06\x82\x01" "a\x9f\x02\x00"), "a z =cn", FAULT_TAG},
	{"other kinds", BYTES_LITERAL("\x30\x0f\x81\x03" "a@b\x87\x04\x01\x02\x03\x04\x86\x02" "u:"), "z =cn", FAULT_NONE},
	{"constructed", BYTES_LITERAL("\x30\x05\xa2\x03\x16\x01" "a"), "\\x16\\x01a? z =cn", FAULT_NONE},
};

TEST(broken_san)
{
	struct buffer subject;
	buffer_init(&subject, 4096);
	put_rdn(&subject, OID_COMMON_NAME, DER_UTF8_STRING, BYTES_LITERAL("cn"));
	for (size_t i = 0; i < ROWS(san_rows); i++) {
		struct buffer extensions;
		buffer_init(&extensions, 4096);
		put_extension(&extensions, OID_SAN, san_rows[i].san);
		put_san(&extensions, DER_CONTEXT | 2, BYTES_LITERAL("Z"));
		check_names(&(struct recipe){.extensions = buffer_bytes(&extensions), .subject = buffer_bytes(&subject)},
		            san_rows[i].want, san_rows[i].code, san_rows[i].what);
		buffer_release(&extensions);
	}
	buffer_release(&subject);
}

static const struct {
	const char *what;
	struct bytes subject;
	const char *want;
	enum fault_code code;
} subject_rows[] = {
	{"empty", BYTES_LITERAL(""), "", FAULT_NONE},
	{"empty SET", BYTES_LITERAL("\x31\x00\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01" "a"), "=a", FAULT_NONE},
	{"no value", BYTES_LITERAL("\x31\x07\x30\x05\x06\x03\x55\x04\x03\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01" "a"), "=a",
	 FAULT_TRUNCATED},
	{"bytes behind the value", BYTES_LITERAL("\x31\x0c\x30\x0a\x06\x03\x55\x04\x03\x0c\x01" "a\x05\x00"), "=a", FAULT_TRAILING},
	{"no OID", BYTES_LITERAL("\x31\x0a\x30\x08\x04\x03\x55\x04\x03\x0c\x01" "a\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01" "b"),
	 "=b", FAULT_TAG},
	{"cut attribute", BYTES_LITERAL("\x31\x0a\x30\x09\x06\x03\x55\x04\x03\x0c\x01" "a\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01"
	                                "b"),
	 "=b", FAULT_TRUNCATED},
	{"cut SET", BYTES_LITERAL("\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01" "a\x31\x0b\x30"), "=a", FAULT_TRUNCATED},
};

TEST(broken_subject)
{
	for (size_t i = 0; i < ROWS(subject_rows); i++)
		check_names(&(struct recipe){.subject = subject_rows[i].subject}, subject_rows[i].want, subject_rows[i].code,
		            subject_rows[i].what);
}

/* A fault's offset counts from the start of the certificate. */
TEST(fault_offsets)
{
	struct recipe r = {.subject = BYTES_LITERAL("\x31\x0a\x30\x08\x04\x03\x55\x04\x03\x0c\x01" "a")};
	struct buffer der = make_certificate(&r), out;
	struct cert c, tbs;
	struct fault f, g;
	buffer_init(&out, 4096);
	CHECK(!fault_is_set(cert_parse(buffer_bytes(&der), &c)) && !fault_is_set(cert_parse_tbs(c.tbs, &tbs)));
	walk_names(&c, &out, &f);
	CHECK(f.code == FAULT_TAG && f.offset < der.n && memcmp(der.p + f.offset, "\x04\x03\x55\x04\x03", 5) == 0);
	walk_names(&tbs, &out, &g);
	CHECK_U64(g.offset + (size_t)(c.tbs.p - der.p), f.offset);
	buffer_release(&der);
	buffer_release(&out);
}

/* Extensions that break off: what stands before them counts, and the subject does. */
TEST(broken_extensions)
{
	struct buffer subject, extensions;
	buffer_init(&subject, 4096);
	buffer_init(&extensions, 4096);
	put_rdn(&subject, OID_COMMON_NAME, DER_UTF8_STRING, BYTES_LITERAL("cn"));
	put_san(&extensions, DER_CONTEXT | 2, BYTES_LITERAL("a"));
	buffer_put(&extensions, "\x30\x20\x06", 3);
	check_names(&(struct recipe){.extensions = buffer_bytes(&extensions), .subject = buffer_bytes(&subject)}, "a =cn",
	            FAULT_TRUNCATED, "broken list");
	buffer_release(&subject);
	buffer_release(&extensions);
}

/* ---- names as text ---- */

static const struct {
	struct bytes name; /* content of the Name */
	const char *want;
} text_rows[] = {
	{BYTES_LITERAL(""), ""},
	{BYTES_LITERAL("\x31\x0b\x30\x09\x06\x03\x55\x04\x06\x13\x02US\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x0c\x02W1"), "C=US, CN=W1"},
	{BYTES_LITERAL("\x31\x14\x30\x08\x06\x03\x55\x04\x0a\x0c\x01" "a\x30\x08\x06\x03\x55\x04\x0b\x0c\x01" "b"), "O=a+OU=b"},
	/* a value cannot pretend to be a further attribute */
	{BYTES_LITERAL("\x31\x11\x30\x0f\x06\x03\x55\x04\x0a\x0c\x08" "a, CN=b+"), "O=a\\, CN\\=b\\+"},
	{BYTES_LITERAL("\x31\x0f\x30\x0d\x06\x03\x55\x04\x0a\x0c\x06" "\"<>;\\\n"), "O=\\\"\\<\\>\\;\\x5c\\x0a"},
	{BYTES_LITERAL("\x31\x0c\x30\x0a\x06\x03\x55\x04\x0a\x0c\x03 a "), "O=\\ a\\ "},
	{BYTES_LITERAL("\x31\x0a\x30\x08\x06\x03\x55\x04\x0a\x0c\x01 "), "O=\\ "},
	{BYTES_LITERAL("\x31\x0c\x30\x0a\x06\x03\x55\x04\x0a\x0c\x03#a#"), "O=\\#a#"},
	{BYTES_LITERAL("\x31\x0b\x30\x09\x06\x03\x55\x04\x0a\x0c\x02\0=" ), "O=\\x00\\="},
	/* string types */
	{BYTES_LITERAL("\x31\x0b\x30\x09\x06\x03\x55\x04\x0a\x0c\x02\xc3\xa9"), "O=\\xc3\\xa9"},
	{BYTES_LITERAL("\x31\x0a\x30\x08\x06\x03\x55\x04\x0a\x14\x01\xe9"), "O=\\xe9"},
	{BYTES_LITERAL("\x31\x0d\x30\x0b\x06\x03\x55\x04\x0a\x1e\x04\0a\0\xe9"), "O=a\\xc3\\xa9"},
	{BYTES_LITERAL("\x31\x0d\x30\x0b\x06\x03\x55\x04\x0a\x1c\x04\0\0\0a"), "O=a"},
	{BYTES_LITERAL("\x31\x0c\x30\x0a\x06\x03\x55\x04\x0a\x1e\x03\0a\0"), "O=#1e03006100"},
	{BYTES_LITERAL("\x31\x0a\x30\x08\x06\x03\x55\x04\x0a\x0c\x01\xff"), "O=\\xff"},
	{BYTES_LITERAL("\x31\x0a\x30\x08\x06\x03\x55\x04\x0a\x02\x01\x07"), "O=#020107"},
	/* types */
	{BYTES_LITERAL("\x31\x0b\x30\x09\x06\x04\x2a\x03\x04\x05\x0c\x01" "a"), "1.2.3.4.5=a"},
	{BYTES_LITERAL("\x31\x09\x30\x07\x06\x02\x2a\x80\x0c\x01" "a"), "#2a80=a"},
	{BYTES_LITERAL("\x31\x10\x30\x0e\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01\x16\x01" "a"), "emailAddress=a"},
	{BYTES_LITERAL("\x31\x11\x30\x0f\x06\x0a\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19\x16\x01" "a"), "DC=a"},
	{BYTES_LITERAL("\x31\x12\x30\x10\x06\x0b\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x03\x13\x01" "a"), "jurisdictionC=a"},
	/* what cannot be read does not vanish */
	{BYTES_LITERAL("\x31\x07\x30\x05\x06\x03\x55\x04\x0a"), "#3005060355040a"},
	{BYTES_LITERAL("\x31\x0b\x30\x09\x06\x03\x55\x04\x06\x13\x02US\x31\x01"), "C=US, #310b3009060355040613025553" "3101"},
	{BYTES_LITERAL("\x31\x02\x30\x01"), "#31023001"},
};

TEST(name_text)
{
	for (size_t i = 0; i < ROWS(text_rows); i++) {
		struct buffer name, out;
		buffer_init(&name, 4096);
		buffer_init(&out, 4096);
		put_der(&name, DER_SEQUENCE, text_rows[i].name);
		cert_name_put_text(buffer_bytes(&name), &out);
		CHECK_THAT(strcmp(buffer_text(&out), text_rows[i].want) == 0, "row %zu: \"%s\" is not \"%s\"", i, buffer_text(&out),
		           text_rows[i].want);
		buffer_release(&name);
		buffer_release(&out);
	}
}

/* Whatever a value holds, '=' without a backslash stands behind types only. */
TEST(hostile_values)
{
	uint64_t seed = 11;
	for (unsigned round = 0; round < 2000; round++) {
		static const char alphabet[] = "=,+\\\"#;<> aCNO\0\xc3\xa9";
		uint8_t value[12];
		struct buffer name, out;
		for (size_t i = 0; i < sizeof(value); i++)
			value[i] = (uint8_t)alphabet[test_random(&seed) % (sizeof(alphabet) - 1)];
		buffer_init(&name, 4096);
		buffer_init(&out, 4096);
		put_rdn(&name, BYTES_LITERAL("\x55\x04\x0a"), DER_PRINTABLE_STRING, bytes_of(value, sizeof(value)));
		wrap_der(&name, 0, DER_SEQUENCE);
		cert_name_put_text(buffer_bytes(&name), &out);
		unsigned bare = 0;
		for (size_t i = 0; i < out.n; i++) {
			if (out.p[i] == '\\')
				i++;
			else
				bare += out.p[i] == '=' || out.p[i] == ',' || out.p[i] == '+';
		}
		CHECK_THAT(bare == 1, "%s", buffer_text(&out));
		buffer_release(&name);
		buffer_release(&out);
	}
}

/* ---- names and domains ---- */

static const struct {
	const char *name, *domain;
	bool under;
} under_rows[] = {
	{"example.org", "example.org", true},
	{"a.example.org", "example.org", true},
	{"b.a.example.org", "example.org", true},
	{".example.org", "example.org", true},
	{"aexample.org", "example.org", false},
	{"a-example.org", "example.org", false},
	{"example.org.evil.test", "example.org", false},
	{"example.orgx", "example.org", false},
	{"org", "example.org", false},
	{"org", "org", true},
	{"a.org", "org", true},
	{"a.example.org", "b.example.org", false},
	/* wildcards: exactly one label */
	{"*.example.org", "example.org", true},
	{"*.example.org", "app.example.org", true},
	{"*.example.org", "a.b.example.org", false},
	{"*.b.example.org", "a.b.example.org", true},
	{"*.b.example.org", "b.example.org", true},
	{"*.b.example.org", "example.org", true},
	{"*.b.example.org", "a.c.example.org", false},
	{"*.org", "example.org", true},
	{"*.org", "a.example.org", false},
	{"*.org", "org", true},
	{"*.net", "example.org", false},
	{"*", "org", true},
	{"*", "example.org", false},
	{"*.*.org", "a.example.org", true},
	{"x.*.org", "example.org", true},
	{"*x.org", "example.org", false},
	{"example.*", "example.org", true},
	/* nothing is under nothing */
	{"a.example.org", "", false},
	{"", "example.org", false},
	{"", "", false},
	{".", "example.org", false},
	{"xn--bcher-kva.example", "xn--bcher-kva.example", true},
};

TEST(under)
{
	for (size_t i = 0; i < ROWS(under_rows); i++)
		CHECK_THAT(cert_name_under(bytes_of_text(under_rows[i].name), bytes_of_text(under_rows[i].domain)) == under_rows[i].under,
		           "\"%s\" under \"%s\"", under_rows[i].name, under_rows[i].domain);
}

#define LABEL_63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	const char *in, *want; /* "" where it is no host name */
} normalise_rows[] = {
	{"example.org", "example.org"},
	{" Example.ORG. ", "example.org"},
	{"_dmarc.example.org", "_dmarc.example.org"},
	{"localhost", "localhost"},
	{"b\xc3\xbc" "cher.example", "xn--bcher-kva.example"},
	{"B\xc3\x9c" "CHER.example.", "xn--bcher-kva.example"},
	{"b\xfc" "cher.example", "xn--bcher-kva.example"},
	{"XN--BCHER-KVA.example", "xn--bcher-kva.example"},
	{"192.0.2.1.example", "192.0.2.1.example"},
	{LABEL_63 ".example", LABEL_63 ".example"},
	{LABEL_63 "." LABEL_63 "." LABEL_63 "." "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	 LABEL_63 "." LABEL_63 "." LABEL_63 "." "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
	{LABEL_63 "." LABEL_63 "." LABEL_63 "." "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ""},
	{LABEL_63 "a.example", ""},
	{"", ""},
	{" ", ""},
	{".", ""},
	{"a..b", ""},
	{".a", ""},
	{"a b", ""},
	{"a/b", ""},
	{"a:80", ""},
	{"*.a", ""},
	{"a@b", ""},
	{"a\\b", ""},
	{"192.0.2.1", ""},
	{"2001:db8::1", ""},
	{"\xc2\x80.example", ""},
};

TEST(normalise)
{
	char out[256];
	for (size_t i = 0; i < ROWS(normalise_rows); i++) {
		memset(out, 'x', sizeof(out));
		bool good = cert_name_normalise(bytes_of_text(normalise_rows[i].in), out);
		CHECK_THAT(strcmp(out, normalise_rows[i].want) == 0, "\"%s\": \"%.255s\"", normalise_rows[i].in, out);
		CHECK(good == (out[0] != 0));
	}
	CHECK(!cert_name_normalise(bytes_of("a\0b", 3), out) && !cert_name_normalise(bytes_of("\xc3\xbc\0b", 4), out));
}
