/* Certificates: fields, the canonical TBSCertificate, names; every truncation and flip. */
#include "test.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "cert/cert.h"
#include "cert/names.h"

static const char oid_poison[] = "1.3.6.1.4.1.11129.2.4.3", oid_sct_list[] = "1.3.6.1.4.1.11129.2.4.2";

static void add_raw(X509 *x, const char *oid, int critical, const char *value, size_t n)
{
	ASN1_OBJECT *o = OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *s = ASN1_OCTET_STRING_new();
	ASN1_OCTET_STRING_set(s, (const uint8_t *)value, (int)n);
	X509_EXTENSION *e = X509_EXTENSION_create_by_OBJ(NULL, o, critical, s);
	X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
	ASN1_OCTET_STRING_free(s);
	ASN1_OBJECT_free(o);
}

/* A certificate with these names, and with an extension of this OID at the front (NULL: none). */
static struct buffer make(const char *names, const char *oid, const char *cn)
{
	static const uint8_t private[32] = {1, 2, 3};
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, private, sizeof(private));
	X509 *x = X509_new();
	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 0x1234);
	X509_NAME_add_entry_by_txt(X509_get_issuer_name(x), "C", MBSTRING_ASC, (const uint8_t *)"US", -1, -1, 0);
	X509_NAME_add_entry_by_txt(X509_get_issuer_name(x), "O", MBSTRING_ASC, (const uint8_t *)"A, CN=evil", -1, -1, 0);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8, (const uint8_t *)cn, -1, -1, 0);
	ASN1_TIME_set(X509_getm_notBefore(x), 1769126400);
	ASN1_TIME_set(X509_getm_notAfter(x), 1769212800);
	X509_set_pubkey(x, key);
	if (oid)
		add_raw(x, oid, oid == oid_poison, oid == oid_poison ? "\x05" : "\x04\x02\x00\x00", oid == oid_poison ? 2 : 4);
	if (names) {
		X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names);
		X509_add_ext(x, e, -1);
		X509_EXTENSION_free(e);
	}
	X509_sign(x, key, NULL);
	uint8_t *der = NULL;
	int n = i2d_X509(x, &der);
	struct buffer b;
	buffer_init(&b, 1 << 16);
	buffer_put(&b, der, (size_t)n);
	OPENSSL_free(der);
	X509_free(x);
	EVP_PKEY_free(key);
	return b;
}

TEST(fields)
{
	struct buffer der = make("DNS:a.example", NULL, "a.example"), text;
	struct cert c, tbs;
	CHECK(cert_parse(buffer_bytes(&der), &c).code == FAULT_NONE);
	CHECK(c.serial.n == 2 && c.serial.p[0] == 0x12 && c.validity_readable);
	CHECK_U64(c.not_before_ms, UINT64_C(1769126400000));
	CHECK(c.spki.n == 44 && c.signature.n == 64 && bytes_equal(c.raw, buffer_bytes(&der)));
	CHECK(cert_parse_tbs(c.tbs, &tbs).code == FAULT_NONE && bytes_equal(tbs.spki, c.spki) && tbs.raw.n == 0);
	buffer_init(&text, 4096);
	cert_name_put_text(c.issuer, &text);
	CHECK_TEXT(buffer_text(&text), "C=US, O=A\\, CN\\=evil"); /* one attribute cannot pretend to be two */
	buffer_put_u8(&der, 0);
	CHECK(cert_parse(buffer_bytes(&der), &c).code == FAULT_TRAILING);
	buffer_release(&der);
	buffer_release(&text);
}

TEST(truncations_and_flips)
{
	struct buffer der = make("DNS:a.example,DNS:*.b.example", oid_sct_list, "a.example");
	struct cert c;
	for (size_t n = 0; n < der.n; n++)
		CHECK_THAT(cert_parse(bytes_of(der.p, n), &c).code != FAULT_NONE, "cut at %zu", n);
	uint64_t seed = 5;
	for (size_t i = 0; i < der.n; i++)
		for (unsigned bit = 0; bit < (test_long() ? 8 : 1); bit++) {
			uint8_t mask = (uint8_t)(1u << (test_long() ? bit : test_random(&seed) % 8));
			struct buffer out;
			struct cert_names walk;
			struct cert_name name;
			der.p[i] ^= mask;
			buffer_init(&out, 1 << 16);
			if (cert_parse(buffer_bytes(&der), &c).code == FAULT_NONE) {
				cert_tbs_canonical(&c, &out);
				cert_name_put_text(c.subject, &out);
				cert_names_start(&walk, &c);
				for (unsigned k = 0; cert_names_next(&walk, &name); k++)
					CHECK(k < 1000 && name.text.n <= 1024);
			}
			buffer_release(&out);
			der.p[i] ^= mask;
		}
	buffer_release(&der);
}

static struct buffer canonical(struct buffer *der)
{
	struct cert c;
	struct buffer out;
	buffer_init(&out, 1 << 16);
	CHECK(cert_parse(buffer_bytes(der), &c).code == FAULT_NONE);
	CHECK(cert_tbs_canonical(&c, &out).code == FAULT_NONE);
	return out;
}

/* A precertificate, its certificate and a certificate without either extension are one thing. */
TEST(canonical_form)
{
	struct buffer plain = make("DNS:a.example", NULL, "a"), pre = make("DNS:a.example", oid_poison, "a"),
	              final = make("DNS:a.example", oid_sct_list, "a"), other = make("DNS:b.example", oid_sct_list, "a");
	struct buffer a = canonical(&plain), b = canonical(&pre), c = canonical(&final), d = canonical(&other);
	struct cert parsed;
	CHECK(bytes_equal(buffer_bytes(&a), buffer_bytes(&b)) && bytes_equal(buffer_bytes(&a), buffer_bytes(&c)));
	CHECK(!bytes_equal(buffer_bytes(&a), buffer_bytes(&d)));
	CHECK(cert_parse_tbs(buffer_bytes(&b), &parsed).code == FAULT_NONE);
	/* The only extension goes with its wrapper. */
	struct buffer alone = make(NULL, oid_poison, "a"), none = make(NULL, NULL, "a");
	struct buffer e = canonical(&alone), f = canonical(&none);
	CHECK(cert_parse_tbs(buffer_bytes(&e), &parsed).code == FAULT_NONE && parsed.extensions.n == 0);
	CHECK(f.n >= e.n);
	struct buffer *all[] = {&plain, &pre, &final, &other, &alone, &none, &a, &b, &c, &d, &e, &f};
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		buffer_release(all[i]);
}

static const char *names_of(const char *san, const char *cn, char *out, size_t size)
{
	struct buffer der = make(san, NULL, cn);
	struct cert c;
	struct cert_names walk;
	struct cert_name name;
	size_t n = 0;
	out[0] = 0;
	CHECK(cert_parse(buffer_bytes(&der), &c).code == FAULT_NONE);
	cert_names_start(&walk, &c);
	while (cert_names_next(&walk, &name))
		n += (size_t)snprintf(out + n, size - n, "%s%.*s%s", n ? " " : "", (int)name.text.n, (const char *)name.text.p,
		                      name.readable ? "" : "?");
	buffer_release(&der);
	return out;
}

TEST(names)
{
	char out[2048];
	CHECK_TEXT(names_of("DNS:A.Example.ORG.,DNS:*.b.example,IP:1.2.3.4,email:x@y.z", "Some Company", out, sizeof(out)),
	           "a.example.org *.b.example");
	CHECK_TEXT(names_of("DNS:a.example", "https://B.example/path", out, sizeof(out)), "a.example b.example");
	CHECK_TEXT(names_of(NULL, "b\xc3\xbc" "cher.example", out, sizeof(out)), "xn--bcher-kva.example");
	CHECK_TEXT(names_of("DNS:we$ird.example", "x", out, sizeof(out)), "we$ird.example? x");
	CHECK_TEXT(names_of("DNS:b*d.example", "x", out, sizeof(out)), "b*d.example? x");
}

TEST(domains)
{
	static const struct {
		const char *name, *domain;
		bool under;
	} rows[] = {
		{"example.org", "example.org", true},        {"a.example.org", "example.org", true},
		{"aexample.org", "example.org", false},      {"example.org.evil.net", "example.org", false},
		{"org", "example.org", false},               {"*.example.org", "example.org", true},
		{"*.example.org", "app.example.org", true},  {"*.example.org", "a.b.example.org", false},
		{"*.org", "example.org", true},              {"x.example.org", "", false},
		{"", "example.org", false},                  {"*.net", "example.org", false},
	};
	char out[256];
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK_THAT(cert_name_under(bytes_of_text(rows[i].name), bytes_of_text(rows[i].domain)) == rows[i].under, "%s under %s",
		           rows[i].name, rows[i].domain);
	CHECK(cert_name_normalise(bytes_of_text(" Example.ORG. "), out) && strcmp(out, "example.org") == 0);
	CHECK(cert_name_normalise(bytes_of_text("b\xc3\xbc" "cher.example"), out) && strcmp(out, "xn--bcher-kva.example") == 0);
	static const char *const bad[] = {"", ".", "a..b", ".a", "a b", "a/b", "*.a"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_THAT(!cert_name_normalise(bytes_of_text(bad[i]), out), "%s", bad[i]);
	char label[80] = "";
	memset(label, 'a', 64);
	CHECK(!cert_name_normalise(bytes_of_text(label), out));
}
