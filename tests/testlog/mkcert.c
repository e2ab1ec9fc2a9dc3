/*
 * Makes certificates of demo enclaves, good and bad, with the documents and the collateral that go with them.
 *
 *   teewatch-mkcert --vendor DIR [--at MS]             the demo vendor's root, intermediate, VCEK and CRL
 *   teewatch-mkcert --out DIR --name NAME --host HOST [--kind KIND] [--key N]
 *
 * writes DIR/NAME.der and, where the certificate is tied to a document, DIR/NAME.json. KIND is one of
 *   hatt        HPKE key and document hash in the names (the usual form)
 *   att         the whole document in the names
 *   g1          the whole document under the host's own name (first generation)
 *   binding     the names of a good certificate on another key
 *   hpke        names another HPKE key than the document binds
 *   gap         a chunk is missing
 *   debug       the guest may be debugged
 *   signature   one bit of the report's signature is changed
 *   none        no attestation at all
 */
#include <errno.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base32.h"
#include "base/base64.h"
#include "base/file.h"
#include "base/gzip.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/memory.h"
#include "pki/demo_keys.h"
#include "pki/demo_vendor.h"

enum { NAME_MAX_CHARACTERS = 63, NAMES_MAX = 128 };

struct maker {
	const char *vendor, *out, *name, *host, *kind;
	unsigned key_number;
	int64_t at_ms;
	struct arena arena;
	char *names[NAMES_MAX];
	size_t name_count;
};

static _Noreturn void die(const char *what, const char *detail)
{
	fprintf(stderr, "teewatch-mkcert: %s: %s\n", what, detail);
	exit(2);
}

static void write_file(const char *dir, const char *name, const char *suffix, struct bytes content)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s%s", dir, name, suffix);
	if (file_make_directory(dir, 0755) < 0)
		die(dir, strerror(errno));
	int rc = file_write(path, content, 0644);
	if (rc < 0)
		die(path, strerror(-rc));
}

static bool is_kind(const struct maker *m, const char *kind)
{
	return strcmp(m->kind, kind) == 0;
}

/* ---- names ---- */

static void add_name(struct maker *m, const char *name)
{
	if (m->name_count >= NAMES_MAX)
		die(m->name, "too many names");
	m->names[m->name_count++] = memory_text(name);
}

static void add_chunks(struct maker *m, struct bytes payload, const char *suffix, bool gap)
{
	struct buffer text;
	size_t room = NAME_MAX_CHARACTERS - 1 - strlen(suffix) - 2;
	buffer_init(&text, 1 << 20);
	base32_put(&text, payload);
	for (size_t i = 0; i * room < text.n; i++) {
		char name[256];
		size_t n = text.n - i * room < room ? text.n - i * room : room;
		snprintf(name, sizeof(name), "%02zu%.*s.%s", i, (int)n, (const char *)text.p + i * room, suffix);
		if (!gap || i != 1)
			add_name(m, name);
	}
	buffer_release(&text);
}

/* ---- the enclave: key, report, document ---- */

/* A P-384 key from a number: the same number, the same key. */
static EVP_PKEY *make_key(unsigned number)
{
	char seed[32];
	uint8_t private[48], digest[64];
	snprintf(seed, sizeof(seed), "demo enclave key %u", number);
	hash_sha512(bytes_of_text(seed), digest);
	memcpy(private, digest, sizeof(private));
	private[0] &= 0x7f;
	EC_KEY *ec = EC_KEY_new_by_curve_name(NID_secp384r1);
	const EC_GROUP *group = EC_KEY_get0_group(ec);
	BIGNUM *d = BN_bin2bn(private, sizeof(private), NULL);
	EC_POINT *q = EC_POINT_new(group);
	EC_POINT_mul(group, q, d, NULL, NULL, NULL);
	EC_KEY_set_private_key(ec, d);
	EC_KEY_set_public_key(ec, q);
	EVP_PKEY *key = EVP_PKEY_new();
	EVP_PKEY_assign_EC_KEY(key, ec);
	EC_POINT_free(q);
	BN_free(d);
	return key;
}

static struct sha256 spki_hash(EVP_PKEY *key)
{
	uint8_t *der = NULL;
	int n = i2d_PUBKEY(key, &der);
	struct sha256 h = hash_sha256(bytes_of(der, (size_t)n));
	OPENSSL_free(der);
	return h;
}

static void make_hpke(unsigned number, uint8_t out[32])
{
	char seed[32];
	snprintf(seed, sizeof(seed), "demo hpke key %u", number);
	struct sha256 h = hash_sha256(bytes_of_text(seed));
	memcpy(out, h.b, 32);
}

static struct bytes make_report(struct maker *m, EVP_PKEY *key, const uint8_t hpke[32])
{
	struct demo_report r = demo_report_good();
	struct sha256 spki = spki_hash(key);
	char hex[65];
	memcpy(r.report_data, spki.b, 32);
	memcpy(r.report_data + 32, hpke, 32);
	if (is_kind(m, "g1")) {
		hex_encode(sha256_bytes(&spki), hex);
		memcpy(r.report_data, hex, 64);
	}
	if (is_kind(m, "debug"))
		r.policy |= UINT64_C(1) << 19;
	struct bytes report = demo_report(&r, &m->arena);
	uint8_t *p = arena_alloc(&m->arena, report.n);
	memcpy(p, report.p, report.n);
	if (is_kind(m, "signature"))
		p[0x2a0 + 5] ^= 1;
	return bytes_of(p, report.n);
}

/* {"format":...,"body":...}; the second generation deflates the report. */
static struct bytes make_document(struct maker *m, struct bytes report, struct sha256 *commitment)
{
	bool first = is_kind(m, "g1");
	const char *format = first ? "https://tinfoil.sh/predicate/sev-snp-guest/v1"
	                           : "https://tinfoil.sh/predicate/sev-snp-guest/v2";
	struct buffer deflated, body, json;
	buffer_init(&deflated, 1 << 20);
	buffer_init(&body, 1 << 20);
	buffer_init(&json, 1 << 20);
	gzip_deflate(report, &deflated);
	base64_put(&body, first ? report : buffer_bytes(&deflated));
	*commitment = hash_sha256_two(bytes_of_text(format), buffer_bytes(&body));
	buffer_printf(&json, "{\"format\":\"%s\",\"body\":\"%s\"}", format, buffer_text(&body));
	struct bytes out = arena_bytes(&m->arena, buffer_bytes(&json));
	buffer_release(&deflated);
	buffer_release(&body);
	buffer_release(&json);
	return out;
}

static void name_enclave(struct maker *m, EVP_PKEY *key)
{
	uint8_t hpke[32], other[32];
	struct sha256 commitment;
	struct buffer deflated;
	char hex[65];
	make_hpke(m->key_number, hpke);
	make_hpke(m->key_number + 1000, other);
	struct bytes document = make_document(m, make_report(m, key, hpke), &commitment);
	if (is_kind(m, "att") || is_kind(m, "g1")) {
		buffer_init(&deflated, 1 << 20);
		gzip_deflate(document, &deflated);
		if (is_kind(m, "att"))
			add_chunks(m, bytes_of(hpke, 32), "hpke.demo.example", false);
		add_chunks(m, buffer_bytes(&deflated), is_kind(m, "att") ? "att.demo.example" : m->host, false);
		buffer_release(&deflated);
		return;
	}
	hex_encode(sha256_bytes(&commitment), hex);
	add_chunks(m, bytes_of(is_kind(m, "hpke") ? other : hpke, 32), "hpke.demo.example", false);
	add_chunks(m, bytes_of_text(hex), "hatt.demo.example", is_kind(m, "gap"));
	write_file(m->out, m->name, ".json", document);
}

/* ---- the certificate ---- */

static struct bytes make_certificate(struct maker *m, EVP_PKEY *key)
{
	BIO *pem = BIO_new_mem_buf(demo_ca_key, -1);
	EVP_PKEY *ca = PEM_read_bio_PrivateKey(pem, NULL, NULL, NULL);
	X509 *x = X509_new();
	struct sha256 serial = hash_sha256_two(bytes_of_text(m->name), bytes_of_text(m->host));
	GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
	uint8_t *der = NULL;
	BIO_free(pem);
	serial.b[0] &= 0x7f;
	X509_set_version(x, X509_VERSION_3);
	ASN1_STRING_set(X509_get_serialNumber(x), serial.b, 16);
	X509_NAME_add_entry_by_txt(X509_get_issuer_name(x), "O", MBSTRING_UTF8, (const uint8_t *)"Demo CA", -1, -1, 0);
	X509_NAME_add_entry_by_txt(X509_get_issuer_name(x), "CN", MBSTRING_UTF8, (const uint8_t *)"Demo CA 1", -1, -1, 0);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8, (const uint8_t *)m->host, -1, -1, 0);
	X509_set_pubkey(x, key);
	ASN1_TIME_set(X509_getm_notBefore(x), (time_t)(m->at_ms / 1000 - 3600));
	ASN1_TIME_set(X509_getm_notAfter(x), (time_t)(m->at_ms / 1000 + 90 * 86400));
	for (size_t i = 0; i < m->name_count; i++) {
		GENERAL_NAME *n = GENERAL_NAME_new();
		ASN1_IA5STRING *s = ASN1_IA5STRING_new();
		ASN1_STRING_set(s, m->names[i], -1);
		GENERAL_NAME_set0_value(n, GEN_DNS, s);
		sk_GENERAL_NAME_push(names, n);
	}
	X509_add1_ext_i2d(x, NID_subject_alt_name, names, 0, 0);
	X509_sign(x, ca, EVP_sha256());
	int n = i2d_X509(x, &der);
	struct bytes out = arena_bytes(&m->arena, bytes_of(der, n > 0 ? (size_t)n : 0));
	OPENSSL_free(der);
	GENERAL_NAMES_free(names);
	X509_free(x);
	EVP_PKEY_free(ca);
	return out;
}

static void make_enclave(struct maker *m)
{
	EVP_PKEY *key = make_key(m->key_number), *other = make_key(m->key_number + 500);
	add_name(m, m->host);
	if (!is_kind(m, "none"))
		name_enclave(m, key);
	write_file(m->out, m->name, ".der", make_certificate(m, is_kind(m, "binding") ? other : key));
	EVP_PKEY_free(key);
	EVP_PKEY_free(other);
}

/* ---- the vendor ---- */

static void write_pem(struct maker *m, const char *name, struct bytes der)
{
	struct buffer b;
	buffer_init(&b, 1 << 16);
	buffer_put_text(&b, "-----BEGIN CERTIFICATE-----\n");
	struct buffer digits;
	buffer_init(&digits, 1 << 16);
	base64_put(&digits, der);
	for (size_t i = 0; i < digits.n; i += 64) {
		buffer_put(&b, digits.p + i, digits.n - i < 64 ? digits.n - i : 64);
		buffer_put_u8(&b, '\n');
	}
	buffer_put_text(&b, "-----END CERTIFICATE-----\n");
	write_file(m->vendor, name, "", buffer_bytes(&b));
	buffer_release(&digits);
	buffer_release(&b);
}

static void make_vendor(struct maker *m)
{
	struct demo_report r = demo_report_good();
	struct demo_vek v = demo_vek_of(&r);
	char collateral[4096];
	snprintf(collateral, sizeof(collateral), "%s/collateral", m->vendor);
	write_pem(m, "demo-ark.pem", demo_ark(AMD_GENOA, &m->arena));
	write_file(collateral, "demo-ask.der", "", demo_ask(AMD_GENOA, false, &m->arena));
	write_file(collateral, "demo-vcek.der", "", demo_vek(&v, &m->arena));
	write_file(collateral, "demo-crl.der", "",
	           demo_crl(AMD_GENOA, m->at_ms - 86400000, m->at_ms + INT64_C(45) * 86400000, false, &m->arena));
}

int main(int argc, char **argv)
{
	struct maker m = {.kind = "hatt", .name = "enclave", .host = "enclave.demo.example", .key_number = 1,
	                  .at_ms = INT64_C(1769126400000)};
	arena_init(&m.arena, 64 << 20);
	for (int i = 1; i + 1 < argc; i += 2) {
		const char *o = argv[i], *v = argv[i + 1];
		if (strcmp(o, "--vendor") == 0)
			m.vendor = v;
		else if (strcmp(o, "--out") == 0)
			m.out = v;
		else if (strcmp(o, "--name") == 0)
			m.name = v;
		else if (strcmp(o, "--host") == 0)
			m.host = v;
		else if (strcmp(o, "--kind") == 0)
			m.kind = v;
		else if (strcmp(o, "--key") == 0)
			m.key_number = (unsigned)strtoul(v, NULL, 10);
		else if (strcmp(o, "--at") == 0)
			m.at_ms = strtoll(v, NULL, 10);
		else
			die(o, "unknown option");
	}
	if (m.vendor)
		make_vendor(&m);
	if (m.out)
		make_enclave(&m);
	for (size_t i = 0; i < m.name_count; i++)
		free(m.names[i]);
	arena_release(&m.arena);
	return 0;
}
