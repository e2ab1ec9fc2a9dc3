/*
 * Makes a certificate-transparency log on disk: DIR/static is a tree of files of the static-ct-api, DIR/rfc6962
 * what teewatch-logserver needs to serve the same entries over RFC 6962 (the same leaves, so the same root).
 * Most entries are filler of a realistic shape; the certificates of interest are given by name.
 *
 *   teewatch-mklog --out DIR [--size N] [--timestamp MS] [--origin NAME] [--name NAME] [--seed N] [--plain] [--real]
 *                  [--certificate FILE[@INDEX]]... [--precertificate FILE[@INDEX]]...
 *                  [--final FILE@INDEX:PROMISED]... [--log-key FILE] [--garbage INDEX]... [--wrong-root] [--bad-signature] [--fork-at INDEX]
 *
 * --final: the certificate at INDEX with an SCT of this log in it, which promises its precertificate at PROMISED.
 * The entry there is it where --precertificate FILE@PROMISED says so, and else the promise is broken.
 *
 * --real: filler has the size and the entropy of real entries (keys, signatures, issuers), for measuring.
 *
 * A log grows by making it again with a larger --size and a later --timestamp: equal seeds make equal entries.
 */
#include <errno.h>
#include <inttypes.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/base64.h"
#include "base/file.h"
#include "base/gzip.h"
#include "base/hex.h"
#include "base/memory.h"
#include "cert/cert.h"
#include "pki/demo_keys.h"
#include "testlog/head.h"
#include "testlog/merkle_tree.h"

enum { GIVEN_MAX = 256, TILE = 256, KEY_BYTES = 256, TILE_BYTES_MAX = 64 << 20 };

struct given {
	struct bytes der;
	uint64_t index;
	bool precertificate, placed, garbage, final;
	uint64_t promised;
};

struct maker {
	const char *out, *origin, *name, *log_key_file;
	uint64_t size, seed, fork_at;
	int64_t timestamp_ms;
	bool plain, wrong_root, bad_signature, real;
	struct given given[GIVEN_MAX];
	size_t given_count;
	struct arena arena;
	struct bytes issuer_der;
	struct sha256 issuer_sha256, issuer_key_hash;
	struct bytes template_cert, template_tbs; /* filler as final certificate, and as TBSCertificate */
	struct { size_t serial, name, key; } cert_at, tbs_at; /* what differs from entry to entry */
	uint8_t *precertificate; /* of the present filler, where it is real */
	EVP_PKEY *log_key;
	struct bytes log_spki;
	struct sha256 log_id;
	uint8_t (*leaves)[32];
	FILE *entries, *offsets;
	uint64_t entries_at;
	struct buffer tile;
	unsigned tile_count;
};

static _Noreturn void die(const char *what, const char *detail)
{
	fprintf(stderr, "teewatch-mklog: %s: %s\n", what, detail);
	exit(2);
}

static EVP_PKEY *read_key_file(const char *path)
{
	FILE *f = fopen(path, "r");
	EVP_PKEY *k = f ? PEM_read_PrivateKey(f, NULL, NULL, NULL) : NULL;
	if (!k)
		die(path, "no private key");
	fclose(f);
	return k;
}

static uint64_t mix(uint64_t z)
{
	z += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* ---- filler ---- */

static const char filler_name[] = "host-0123456789abcdef.filler.example.net";
static const uint8_t filler_serial[16] = {0x5e, 0x11, 0xa1, 0x00, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

static void add_extension(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	if (e)
		X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
}

static X509 *make_ca(EVP_PKEY *key, bool real)
{
	X509 *x = X509_new();
	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "O", MBSTRING_UTF8, (const uint8_t *)"Demo CA", -1, -1, 0);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8, (const uint8_t *)"Demo CA 1", -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	X509_set_pubkey(x, key);
	if (real) { /* chains of real logs have one or two certificates of a kilobyte each */
		char comment[1000];
		memset(comment, 'x', sizeof(comment) - 1);
		comment[sizeof(comment) - 1] = 0;
		add_extension(x, x, NID_netscape_comment, comment);
	}
	ASN1_TIME_set(X509_getm_notBefore(x), 1577836800);
	ASN1_TIME_set(X509_getm_notAfter(x), 2366841600);
	add_extension(x, x, NID_basic_constraints, "critical,CA:TRUE");
	X509_sign(x, key, NULL);
	return x;
}

static struct bytes keep_der(int n, uint8_t *der, struct arena *a)
{
	if (n <= 0)
		die("encoding", "OpenSSL cannot");
	struct bytes out = arena_bytes(a, bytes_of(der, (size_t)n));
	OPENSSL_free(der);
	return out;
}

static struct bytes certificate_der(X509 *x, struct arena *a)
{
	uint8_t *der = NULL;
	int n = i2d_X509(x, &der);
	return keep_der(n, der, a);
}

static struct bytes public_key_der(EVP_PKEY *key, struct arena *a)
{
	uint8_t *der = NULL;
	int n = i2d_PUBKEY(key, &der);
	return keep_der(n, der, a);
}

static size_t offset_of(struct bytes in, const void *what, size_t n)
{
	const uint8_t *p = memmem(in.p, in.n, what, n);
	if (!p)
		die("template", "its serial or name is not in it");
	return (size_t)(p - in.p);
}

static void make_templates(struct maker *m)
{
	static const uint8_t private[32] = {0x5e, 0xed};
	/* Ed25519 signs the same bytes the same way: a log made again has the same entries. */
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, private, sizeof(private));
	EVP_PKEY *leaf = m->real ? EVP_RSA_gen(2048) : head_key(demo_log_key);
	X509 *ca = make_ca(key, m->real), *x = X509_new();
	char san[128];
	struct cert c;
	struct buffer tbs;
	m->issuer_der = certificate_der(ca, &m->arena);
	m->issuer_sha256 = hash_sha256(m->issuer_der);
	m->issuer_key_hash = hash_sha256(public_key_der(key, &m->arena));
	X509_set_version(x, X509_VERSION_3);
	ASN1_STRING_set(X509_get_serialNumber(x), filler_serial, sizeof(filler_serial));
	X509_set_issuer_name(x, X509_get_subject_name(ca));
	X509_set_pubkey(x, leaf);
	ASN1_TIME_set(X509_getm_notBefore(x), (time_t)(m->timestamp_ms / 1000 - 86400));
	ASN1_TIME_set(X509_getm_notAfter(x), (time_t)(m->timestamp_ms / 1000 + 89 * 86400));
	snprintf(san, sizeof(san), "DNS:%s", filler_name);
	add_extension(x, ca, NID_key_usage, "critical,digitalSignature");
	add_extension(x, ca, NID_ext_key_usage, "serverAuth,clientAuth");
	add_extension(x, ca, NID_subject_key_identifier, "hash");
	add_extension(x, ca, NID_info_access, "OCSP;URI:http://ocsp.filler.example.net,caIssuers;URI:http://i.filler.example.net/ca");
	add_extension(x, ca, NID_subject_alt_name, san);
	add_extension(x, ca, NID_certificate_policies, "2.23.140.1.2.1");
	if (m->real)
		add_extension(x, ca, NID_crl_distribution_points, "URI:http://c.filler.example.net/0123456789abcdef/0123.crl");
	X509_sign(x, key, NULL);
	m->template_cert = certificate_der(x, &m->arena);
	if (fault_is_set(cert_parse(m->template_cert, &c)))
		die("template", "does not parse");
	buffer_init(&tbs, 1 << 20);
	cert_tbs_canonical(&c, &tbs);
	m->template_tbs = arena_bytes(&m->arena, buffer_bytes(&tbs));
	buffer_release(&tbs);
	m->cert_at.serial = offset_of(m->template_cert, filler_serial, sizeof(filler_serial));
	m->cert_at.name = offset_of(m->template_cert, filler_name, strlen(filler_name));
	m->tbs_at.serial = offset_of(m->template_tbs, filler_serial, sizeof(filler_serial));
	m->tbs_at.name = offset_of(m->template_tbs, filler_name, strlen(filler_name));
	if (m->real) {
		BIGNUM *modulus = NULL;
		uint8_t octets[KEY_BYTES];
		EVP_PKEY_get_bn_param(leaf, "n", &modulus);
		BN_bn2binpad(modulus, octets, sizeof(octets));
		m->cert_at.key = offset_of(m->template_cert, octets, sizeof(octets));
		m->tbs_at.key = offset_of(m->template_tbs, octets, sizeof(octets));
		m->precertificate = memory_alloc(m->template_cert.n);
		BN_free(modulus);
	}
	X509_free(x);
	X509_free(ca);
	EVP_PKEY_free(key);
	EVP_PKEY_free(leaf);
}

static void patch(uint8_t *p, size_t serial_at, size_t name_at, uint64_t number)
{
	char hex[17];
	snprintf(hex, sizeof(hex), "%016" PRIx64, number);
	memcpy(p + name_at + 5, hex, 16);
	for (size_t i = 0; i < 8; i++)
		p[serial_at + 4 + i] = (uint8_t)(number >> (8 * i));
}

static void put_random(uint8_t *p, size_t n, uint64_t seed)
{
	for (size_t i = 0; i < n; i += 8) {
		uint64_t v = mix(seed + i * 7919);
		memcpy(p + i, &v, n - i < 8 ? n - i : 8);
	}
}

/* The whole serial and the modulus of a key, which nobody looks at as such. */
static void patch_real(uint8_t *p, size_t serial_at, size_t key_at, uint64_t number)
{
	put_random(p + serial_at + 1, 15, number);
	put_random(p + key_at, KEY_BYTES, mix(number));
}

/* ---- one entry ---- */

static struct given *given_at(struct maker *m, uint64_t index)
{
	for (size_t i = 0; i < m->given_count; i++)
		if (m->given[i].index == index)
			return &m->given[i];
	return NULL;
}

struct entry {
	bool precertificate;
	struct bytes certificate, extra; /* certificate: or TBSCertificate; extra: what was submitted */
};

static int64_t entry_timestamp(const struct maker *m, uint64_t index)
{
	return m->timestamp_ms - 3600000 + (int64_t)(index % 3000000);
}

/* TimestampedEntry with the leaf_index extension of static logs. */
static void put_timestamped_entry(struct maker *m, const struct entry *e, uint64_t index, struct buffer *out)
{
	buffer_put_u64be(out, (uint64_t)entry_timestamp(m, index));
	buffer_put_u16be(out, e->precertificate ? 1 : 0);
	if (e->precertificate)
		buffer_put_bytes(out, sha256_bytes(&m->issuer_key_hash));
	buffer_put_u24be(out, (uint32_t)e->certificate.n);
	buffer_put_bytes(out, e->certificate);
	buffer_put_u16be(out, 8);
	buffer_put_u8(out, 0);
	buffer_put_u16be(out, 5);
	buffer_put_u8(out, (uint8_t)(index >> 32));
	buffer_put_u32be(out, (uint32_t)index);
}

/* SignedCertificateTimestampList with the one SCT of this log over the TBSCertificate. */
static void put_sct_list(struct maker *m, struct bytes tbs, uint64_t promised, struct buffer *out)
{
	struct buffer leaf, sct;
	struct entry e = {true, tbs, {NULL, 0}};
	buffer_init(&leaf, 1 << 20);
	buffer_init(&sct, 1 << 16);
	buffer_put_u16be(&leaf, 0);
	put_timestamped_entry(m, &e, promised, &leaf);
	buffer_put_u8(&sct, 0);
	buffer_put_bytes(&sct, sha256_bytes(&m->log_id));
	buffer_put_u64be(&sct, (uint64_t)entry_timestamp(m, promised));
	buffer_put(&sct, leaf.p + leaf.n - 10, 10); /* CtExtensions */
	uint8_t signature[256];
	buffer_put(&sct, signature, digitally_sign(buffer_bytes(&leaf), m->log_key, signature));
	buffer_put_u16be(out, (uint16_t)(sct.n + 2));
	buffer_put_u16be(out, (uint16_t)sct.n);
	buffer_put_bytes(out, buffer_bytes(&sct));
	buffer_release(&leaf);
	buffer_release(&sct);
}

/* The same certificate with an SCT list as its last extension; its own signature is left as it was, since logs do
 * not look at it. */
static struct bytes final_certificate(struct maker *m, const struct given *g)
{
	struct buffer tbs, list;
	struct cert c;
	const uint8_t *p = g->der.p;
	X509 *x = d2i_X509(NULL, &p, (long)g->der.n);
	ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new(), *value = ASN1_OCTET_STRING_new();
	uint8_t *der = NULL;
	buffer_init(&tbs, 1 << 20);
	buffer_init(&list, 1 << 16);
	if (!x || fault_is_set(cert_parse(g->der, &c)) || fault_is_set(cert_tbs_canonical(&c, &tbs)))
		die("--final", "does not parse");
	put_sct_list(m, buffer_bytes(&tbs), g->promised, &list);
	ASN1_OCTET_STRING_set(octets, list.p, (int)list.n); /* octets of the list, in octets of the extension */
	int n = i2d_ASN1_OCTET_STRING(octets, &der);
	ASN1_OCTET_STRING_set(value, der, n);
	X509_EXTENSION *e = X509_EXTENSION_create_by_NID(NULL, NID_ct_precert_scts, 0, value);
	X509_add_ext(x, e, -1);
	i2d_re_X509_tbs(x, NULL); /* else the encoding that was parsed is taken again */
	struct bytes out = certificate_der(x, &m->arena);
	X509_EXTENSION_free(e);
	ASN1_OCTET_STRING_free(octets);
	ASN1_OCTET_STRING_free(value);
	OPENSSL_free(der);
	X509_free(x);
	buffer_release(&tbs);
	buffer_release(&list);
	return out;
}

static void choose_entry(struct maker *m, uint64_t index, uint8_t *scratch, struct entry *out)
{
	struct given *g = given_at(m, index);
	uint64_t number = mix(m->seed * 1000003 + index) ^ (index >= m->fork_at ? 0x5a5a : 0);
	if (g && g->garbage) {
		memset(scratch, 0x5a, 700);
		*out = (struct entry){false, bytes_of(scratch, 700), {NULL, 0}};
		return;
	}
	if (g && g->final) {
		*out = (struct entry){false, final_certificate(m, g), {NULL, 0}};
		return;
	}
	if (g) {
		struct cert c;
		struct buffer tbs;
		*out = (struct entry){g->precertificate, g->der, {NULL, 0}};
		if (!g->precertificate)
			return;
		buffer_init(&tbs, 1 << 20);
		if (fault_is_set(cert_parse(g->der, &c)) || fault_is_set(cert_tbs_canonical(&c, &tbs)))
			die("--precertificate", "does not parse");
		memcpy(scratch, tbs.p, tbs.n);
		out->certificate = bytes_of(scratch, tbs.n);
		out->extra = g->der;
		buffer_release(&tbs);
		return;
	}
	bool pre = number % 4 != 0; /* most entries of real logs are precertificates */
	struct bytes template = pre ? m->template_tbs : m->template_cert, submitted = m->template_cert;
	memcpy(scratch, template.p, template.n);
	patch(scratch, pre ? m->tbs_at.serial : m->cert_at.serial, pre ? m->tbs_at.name : m->cert_at.name, number);
	if (m->real) {
		memcpy(m->precertificate, submitted.p, submitted.n);
		patch(m->precertificate, m->cert_at.serial, m->cert_at.name, number);
		patch_real(m->precertificate, m->cert_at.serial, m->cert_at.key, number);
		patch_real(scratch, pre ? m->tbs_at.serial : m->cert_at.serial, pre ? m->tbs_at.key : m->cert_at.key, number);
		put_random(m->precertificate + submitted.n - 64, 64, number + 1); /* the signature */
		submitted.p = m->precertificate;
	}
	*out = (struct entry){pre, bytes_of(scratch, template.n), pre ? submitted : (struct bytes){NULL, 0}};
}

/* {"leaf_input":"...","extra_data":"..."}, with a comma behind it, so that a page is one piece of the file. */
static void put_json_entry(struct maker *m, const struct entry *e, struct bytes timestamped, struct buffer *scratch)
{
	struct buffer leaf, extra;
	buffer_init(&leaf, 1 << 24);
	buffer_init(&extra, 1 << 24);
	buffer_put_u16be(&leaf, 0);
	buffer_put_bytes(&leaf, timestamped);
	if (e->precertificate) {
		buffer_put_u24be(&extra, (uint32_t)e->extra.n);
		buffer_put_bytes(&extra, e->extra);
	}
	buffer_put_u24be(&extra, (uint32_t)m->issuer_der.n + 3);
	buffer_put_u24be(&extra, (uint32_t)m->issuer_der.n);
	buffer_put_bytes(&extra, m->issuer_der);
	buffer_clear(scratch);
	buffer_put_text(scratch, "{\"leaf_input\":\"");
	base64_put(scratch, buffer_bytes(&leaf));
	buffer_put_text(scratch, "\",\"extra_data\":\"");
	base64_put(scratch, buffer_bytes(&extra));
	buffer_put_text(scratch, "\"},");
	fwrite(&m->entries_at, 8, 1, m->offsets);
	fwrite(scratch->p, 1, scratch->n, m->entries);
	m->entries_at += scratch->n;
	buffer_release(&leaf);
	buffer_release(&extra);
}

/* ---- files ---- */

static void make_parent(const char *path)
{
	char *copy = memory_text(path), *slash = strrchr(copy, '/');
	if (slash) {
		*slash = 0;
		if (file_make_directory(copy, 0755) < 0)
			die(copy, strerror(errno));
	}
	free(copy);
}

static void write_file(const struct maker *m, const char *name, struct bytes content)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", m->out, name);
	make_parent(path);
	FILE *f = fopen(path, "wb");
	if (!f || fwrite(content.p, 1, content.n, f) != content.n || fclose(f) != 0)
		die(path, strerror(errno));
}

static void tile_name(char *out, size_t size, const char *level, uint64_t index, unsigned width)
{
	char digits[64] = "";
	uint64_t high = index / 1000;
	if (high >= 1000)
		snprintf(digits, sizeof(digits), "x%03" PRIu64 "/x%03" PRIu64 "/", high / 1000, high % 1000);
	else if (high > 0)
		snprintf(digits, sizeof(digits), "x%03" PRIu64 "/", high);
	int n = snprintf(out, size, "static/tile/%s/%s%03" PRIu64, level, digits, index % 1000);
	if (width < TILE)
		snprintf(out + n, size - (size_t)n, ".p/%u", width);
}

static void flush_tile(struct maker *m, uint64_t tile_index)
{
	char name[256];
	struct buffer deflated;
	if (m->tile_count == 0)
		return;
	tile_name(name, sizeof(name), "data", tile_index, m->tile_count);
	buffer_init(&deflated, TILE_BYTES_MAX);
	if (m->plain || !gzip_deflate(buffer_bytes(&m->tile), &deflated))
		write_file(m, name, buffer_bytes(&m->tile));
	else
		write_file(m, name, buffer_bytes(&deflated));
	buffer_release(&deflated);
	buffer_clear(&m->tile);
	m->tile_count = 0;
}

static void make_entries(struct maker *m)
{
	char path[4096];
	struct buffer entry, json;
	uint8_t *scratch = memory_alloc(1 << 20);
	snprintf(path, sizeof(path), "%s/rfc6962/entries.json", m->out);
	make_parent(path);
	m->entries = fopen(path, "wb");
	snprintf(path, sizeof(path), "%s/rfc6962/offsets", m->out);
	m->offsets = fopen(path, "wb");
	if (!m->entries || !m->offsets)
		die(path, strerror(errno));
	buffer_init(&entry, 1 << 24);
	buffer_init(&json, 1 << 26);
	m->leaves = memory_array(m->size, 32);
	for (uint64_t i = 0; i < m->size; i++) {
		static const uint8_t version_and_type[2] = {0, 0};
		struct entry e;
		choose_entry(m, i, scratch, &e);
		buffer_clear(&entry);
		put_timestamped_entry(m, &e, i, &entry);
		struct sha256 leaf = hash_sha256_prefixed(0, bytes_of(version_and_type, 2), buffer_bytes(&entry));
		memcpy(m->leaves[i], leaf.b, 32);
		put_json_entry(m, &e, buffer_bytes(&entry), &json);
		buffer_put_bytes(&m->tile, buffer_bytes(&entry));
		if (e.precertificate) {
			buffer_put_u24be(&m->tile, (uint32_t)e.extra.n);
			buffer_put_bytes(&m->tile, e.extra);
		}
		buffer_put_u16be(&m->tile, 32);
		buffer_put_bytes(&m->tile, sha256_bytes(&m->issuer_sha256));
		if (++m->tile_count == TILE)
			flush_tile(m, i / TILE);
	}
	flush_tile(m, m->size / TILE);
	fwrite(&m->entries_at, 8, 1, m->offsets);
	if (fclose(m->entries) != 0 || fclose(m->offsets) != 0)
		die("entries", strerror(errno));
	buffer_release(&entry);
	buffer_release(&json);
	free(scratch);
}

static void write_hash_tiles(struct maker *m, const struct merkle_tree *t)
{
	for (unsigned level = 0; m->size >> (8 * level) > 0; level++) {
		uint64_t nodes = m->size >> (8 * level);
		for (uint64_t i = 0; i * TILE < nodes; i++) {
			unsigned width = nodes - i * TILE < TILE ? (unsigned)(nodes - i * TILE) : TILE;
			char name[256], number[8];
			snprintf(number, sizeof(number), "%u", level);
			tile_name(name, sizeof(name), number, i, width);
			write_file(m, name, bytes_of(t->level[8 * level][i * TILE], (size_t)width * 32));
		}
	}
}

/* ---- tree heads ---- */

static void write_heads(struct maker *m, const uint8_t root[32])
{
	struct head h = {.size = m->size, .timestamp_ms = m->timestamp_ms, .origin = m->origin, .log_id = m->log_id};
	struct buffer text;
	memcpy(h.root.b, root, sizeof(h.root.b));
	head_sign(&h, m->log_key, m->bad_signature);
	buffer_init(&text, 1 << 16);
	head_put_checkpoint(&h, &text);
	write_file(m, "static/checkpoint", buffer_bytes(&text));
	buffer_clear(&text);
	head_put_sth(&h, &text);
	write_file(m, "rfc6962/get-sth", buffer_bytes(&text));
	buffer_release(&text);
}

static void write_description(struct maker *m)
{
	struct buffer key, b;
	char name[256], hex[65];
	buffer_init(&key, 1024);
	base64_put(&key, m->log_spki);
	write_file(m, "key", buffer_bytes(&key));
	hex_encode(sha256_bytes(&m->issuer_sha256), hex);
	snprintf(name, sizeof(name), "static/issuer/%s", hex);
	write_file(m, name, m->issuer_der);
	buffer_init(&b, 1 << 16);
	for (int tiled = 0; tiled < 2; tiled++) {
		buffer_clear(&b);
		buffer_printf(&b, "{\"version\":\"1.0\",\"log_list_timestamp\":\"2026-01-01T00:00:00Z\",\"operators\":[{\"name\":\"local\","
		                  "\"email\":[\"root@localhost\"],\"%s\":[],\"%s\":[{\"description\":\"%s\",\"log_id\":\"",
		              tiled ? "logs" : "tiled_logs", tiled ? "tiled_logs" : "logs", m->name);
		base64_put(&b, sha256_bytes(&m->log_id));
		buffer_put_text(&b, "\",\"key\":\"");
		buffer_put_bytes(&b, buffer_bytes(&key));
		buffer_put_text(&b, "\",\"mmd\":86400,\"state\":{\"usable\":{\"timestamp\":\"2026-01-01T00:00:00Z\"}},");
		if (tiled)
			buffer_put_text(&b, "\"submission_url\":\"@URL@/\",\"monitoring_url\":\"@URL@/static/\"}]}]}");
		else
			buffer_put_text(&b, "\"url\":\"@URL@/\"}]}]}");
		write_file(m, tiled ? "log-list-static.json.in" : "log-list-rfc6962.json.in", buffer_bytes(&b));
	}
	buffer_release(&key);
	buffer_release(&b);
}

/* ---- command line ---- */

/* FILE[@INDEX], or for a final certificate FILE@INDEX:PROMISED. */
static void add_given(struct maker *m, const char *arg, bool precertificate, bool final)
{
	char path[4096];
	struct buffer content;
	snprintf(path, sizeof(path), "%s", arg);
	char *at = strrchr(path, '@');
	if (m->given_count >= GIVEN_MAX)
		die(arg, "too many certificates");
	struct given *g = &m->given[m->given_count++];
	*g = (struct given){.precertificate = precertificate, .index = UINT64_MAX, .final = final};
	if (at) {
		char *colon = strchr(at, ':');
		*at = 0;
		g->index = strtoull(at + 1, NULL, 10);
		g->promised = colon ? strtoull(colon + 1, NULL, 10) : 0;
	}
	buffer_init(&content, 1 << 20);
	int rc = file_read(path, &content);
	if (rc < 0)
		die(path, strerror(-rc));
	if (content.n > 0 && content.p[0] == '-') {
		BIO *b = BIO_new_mem_buf(content.p, (int)content.n);
		X509 *x = PEM_read_bio_X509(b, NULL, NULL, NULL);
		if (!x)
			die(path, "no certificate");
		g->der = certificate_der(x, &m->arena);
		X509_free(x);
		BIO_free(b);
	} else {
		g->der = arena_bytes(&m->arena, buffer_bytes(&content));
	}
	buffer_release(&content);
}

/* Those without a place of their own stand at seeded places. */
static void place_given(struct maker *m)
{
	for (size_t i = 0; i < m->given_count; i++) {
		if (m->given[i].index != UINT64_MAX)
			continue;
		uint64_t index = mix(m->seed + 77 * i) % m->size;
		while (given_at(m, index))
			index = (index + 1) % m->size;
		m->given[i].index = index;
	}
}

static void read_options(struct maker *m, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *o = argv[i], *v = i + 1 < argc ? argv[i + 1] : "";
		bool takes = true;
		if (strcmp(o, "--out") == 0)
			m->out = v;
		else if (strcmp(o, "--size") == 0)
			m->size = strtoull(v, NULL, 10);
		else if (strcmp(o, "--seed") == 0)
			m->seed = strtoull(v, NULL, 10);
		else if (strcmp(o, "--timestamp") == 0)
			m->timestamp_ms = strtoll(v, NULL, 10);
		else if (strcmp(o, "--origin") == 0)
			m->origin = v;
		else if (strcmp(o, "--name") == 0)
			m->name = v;
		else if (strcmp(o, "--log-key") == 0)
			m->log_key_file = v;
		else if (strcmp(o, "--fork-at") == 0)
			m->fork_at = strtoull(v, NULL, 10);
		else if (strcmp(o, "--certificate") == 0)
			add_given(m, v, false, false);
		else if (strcmp(o, "--precertificate") == 0)
			add_given(m, v, true, false);
		else if (strcmp(o, "--final") == 0)
			add_given(m, v, false, true);
		else if (strcmp(o, "--garbage") == 0 && m->given_count < GIVEN_MAX)
			m->given[m->given_count++] = (struct given){.index = strtoull(v, NULL, 10), .garbage = true};
		else
			takes = false;
		if (strcmp(o, "--plain") == 0)
			m->plain = true;
		else if (strcmp(o, "--wrong-root") == 0)
			m->wrong_root = true;
		else if (strcmp(o, "--real") == 0)
			m->real = true;
		else if (strcmp(o, "--bad-signature") == 0)
			m->bad_signature = true;
		else if (!takes)
			die(o, "unknown option");
		i += takes;
	}
	if (!m->out)
		die("usage", "--out DIR");
}

int main(int argc, char **argv)
{
	struct maker m = {.size = 1000, .seed = 1, .timestamp_ms = INT64_C(1769126400000), .origin = "log.demo.example/2026",
	                  .name = "demo-2026", .fork_at = UINT64_MAX};
	struct merkle_tree tree;
	uint8_t root[32];
	arena_init(&m.arena, (size_t)256 << 20);
	read_options(&m, argc, argv);
	place_given(&m);
	buffer_init(&m.tile, TILE_BYTES_MAX);
	m.log_key = m.log_key_file ? read_key_file(m.log_key_file) : head_key(demo_log_key);
	m.log_spki = public_key_der(m.log_key, &m.arena);
	m.log_id = hash_sha256(m.log_spki);
	make_templates(&m);
	make_entries(&m);
	merkle_tree_build(&tree, (const uint8_t (*)[32])m.leaves, m.size);
	merkle_tree_root(&tree, m.size, root);
	if (m.wrong_root)
		root[0] ^= 1;
	write_hash_tiles(&m, &tree);
	write_file(&m, "rfc6962/leaves", bytes_of(m.leaves, m.size * 32));
	write_heads(&m, root);
	write_description(&m);
	merkle_tree_free(&tree);
	free(m.leaves);
	buffer_release(&m.tile);
	EVP_PKEY_free(m.log_key);
	arena_release(&m.arena);
	return 0;
}
