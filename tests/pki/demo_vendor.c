#include "pki/demo_vendor.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

#include "pki/demo_keys.h"

#define NEED(CONDITION)                                                             \
	do {                                                                        \
		if (!(CONDITION)) {                                                 \
			fprintf(stderr, "demo vendor: %s failed\n", #CONDITION);    \
			exit(1);                                                    \
		}                                                                   \
	} while (0)

#define DEMO_FROM_MS INT64_C(1577836800000) /* 2020-01-01 */
#define DEMO_TO_MS INT64_C(2366841600000)   /* 2045-01-01 */

static EVP_PKEY *read_key(const char *pem)
{
	BIO *b = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *k = PEM_read_bio_PrivateKey(b, NULL, NULL, NULL);
	BIO_free(b);
	NEED(k);
	return k;
}

struct demo_report demo_report_good(void)
{
	struct demo_report r = {
		.version = 3,
		.product = AMD_GENOA,
		.policy = 0x30000,
		.reported = {0, 10, 0, 27, 86},
		.committed = {0, 10, 0, 27, 86},
		.current = {0, 10, 0, 27, 86},
		.family = 0x19,
		.model = 0x11,
		.stepping = 1,
	};
	for (size_t i = 0; i < sizeof(r.chip_id); i++)
		r.chip_id[i] = (uint8_t)(i * 7 + 1);
	for (size_t i = 0; i < sizeof(r.measurement); i++)
		r.measurement[i] = (uint8_t)(0xa0 + i);
	for (size_t i = 0; i < sizeof(r.report_data); i++)
		r.report_data[i] = (uint8_t)(0x40 + i);
	return r;
}

struct demo_vek demo_vek_of(const struct demo_report *r)
{
	struct demo_vek v = {.product = r->product, .vlek = r->vlek, .tcb = r->reported, .not_before_ms = DEMO_FROM_MS,
	                     .not_after_ms = DEMO_TO_MS};
	memcpy(v.chip_id, r->chip_id, sizeof(v.chip_id));
	return v;
}

/* ---- certificates ---- */

static void add_name(X509_NAME *n, const char *cn)
{
	static const char *const parts[][2] = {{"OU", "Engineering"}, {"C", "US"},  {"L", "Santa Clara"},
	                                       {"ST", "CA"},          {"O", "Advanced Micro Devices"}};
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		X509_NAME_add_entry_by_txt(n, parts[i][0], MBSTRING_UTF8, (const uint8_t *)parts[i][1], -1, -1, 0);
	X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_UTF8, (const uint8_t *)cn, -1, -1, 0);
}

static void make_cn(char *out, size_t size, const char *prefix, enum amd_product p)
{
	snprintf(out, size, "%s%s", prefix, amd_product_name(p));
}

static EVP_MD_CTX *signing_context(EVP_PKEY *key, bool pkcs1)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *p = NULL;
	NEED(EVP_DigestSignInit(ctx, &p, EVP_sha384(), NULL, key) == 1);
	if (pkcs1)
		return ctx;
	NEED(EVP_PKEY_CTX_set_rsa_padding(p, RSA_PKCS1_PSS_PADDING) > 0);
	NEED(EVP_PKEY_CTX_set_rsa_pss_saltlen(p, 48) > 0);
	NEED(EVP_PKEY_CTX_set_rsa_mgf1_md(p, EVP_sha384()) > 0);
	return ctx;
}

static void set_times(X509 *x, int64_t from_ms, int64_t to_ms)
{
	ASN1_TIME_set(X509_getm_notBefore(x), (time_t)(from_ms / 1000));
	ASN1_TIME_set(X509_getm_notAfter(x), (time_t)(to_ms / 1000));
}

static X509 *new_certificate(const char *subject, const char *issuer, EVP_PKEY *key, long serial)
{
	X509 *x = X509_new();
	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), serial);
	add_name(X509_get_subject_name(x), subject);
	add_name(X509_get_issuer_name(x), issuer);
	X509_set_pubkey(x, key);
	set_times(x, DEMO_FROM_MS, DEMO_TO_MS);
	return x;
}

static void add_extension(X509 *x, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	NEED(e);
	X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
}

static struct bytes finish(X509 *x, EVP_PKEY *signer, bool pkcs1, struct arena *a)
{
	EVP_MD_CTX *ctx = signing_context(signer, pkcs1);
	uint8_t *der = NULL;
	NEED(X509_sign_ctx(x, ctx) > 0);
	int n = i2d_X509(x, &der);
	struct bytes out = arena_bytes(a, bytes_of(der, (size_t)n));
	OPENSSL_free(der);
	EVP_MD_CTX_free(ctx);
	X509_free(x);
	return out;
}

struct bytes demo_ark(enum amd_product product, struct arena *a)
{
	char cn[64];
	EVP_PKEY *key = read_key(demo_ark_key);
	make_cn(cn, sizeof(cn), "ARK-", product);
	X509 *x = new_certificate(cn, cn, key, 0x10000);
	add_extension(x, NID_basic_constraints, "critical,CA:TRUE");
	add_extension(x, NID_key_usage, "critical,keyCertSign,cRLSign");
	struct bytes out = finish(x, key, false, a);
	EVP_PKEY_free(key);
	return out;
}

enum { ASK_SERIAL = 0x10001, ASVK_SERIAL = 0x10101 };

struct bytes demo_ask(enum amd_product product, bool vlek, struct arena *a)
{
	char cn[64], issuer[64];
	EVP_PKEY *key = read_key(vlek ? demo_asvk_key : demo_ask_key), *root = read_key(demo_ark_key);
	make_cn(cn, sizeof(cn), vlek ? "SEV-VLEK-" : "SEV-", product);
	make_cn(issuer, sizeof(issuer), "ARK-", product);
	X509 *x = new_certificate(cn, issuer, key, vlek ? ASVK_SERIAL : ASK_SERIAL);
	add_extension(x, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
	add_extension(x, NID_key_usage, "critical,keyCertSign");
	struct bytes out = finish(x, root, false, a);
	EVP_PKEY_free(key);
	EVP_PKEY_free(root);
	return out;
}

/* ---- VCEK and VLEK ---- */

static void add_raw(X509 *x, const char *oid, const uint8_t *value, size_t n)
{
	ASN1_OBJECT *o = OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *s = ASN1_OCTET_STRING_new();
	ASN1_OCTET_STRING_set(s, value, (int)n);
	X509_EXTENSION *e = X509_EXTENSION_create_by_OBJ(NULL, o, 0, s);
	X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
	ASN1_OCTET_STRING_free(s);
	ASN1_OBJECT_free(o);
}

/* As the certificate should have it, or as the test wants it. */
static void add_vek_extension(X509 *x, const struct demo_vek *v, const char *oid, const uint8_t *value, size_t n)
{
	bool odd = v->odd_oid && strcmp(oid, v->odd_oid) == 0;
	for (int i = 0; i < 1 + (odd && v->odd_twice); i++)
		if (!odd)
			add_raw(x, oid, value, n);
		else if (v->odd_value.n > 0)
			add_raw(x, oid, v->odd_value.p, v->odd_value.n);
}

static void add_integer(X509 *x, const struct demo_vek *v, const char *oid, uint8_t number)
{
	uint8_t der[4] = {0x02, 0x01, number, 0};
	size_t n = 3;
	if (number >= 0x80) {
		der[1] = 2;
		der[2] = 0;
		der[3] = number;
		n = 4;
	}
	add_vek_extension(x, v, oid, der, n);
}

static void add_text(X509 *x, const struct demo_vek *v, const char *oid, const char *s)
{
	uint8_t der[128] = {0x16, (uint8_t)strlen(s)};
	memcpy(der + 2, s, strlen(s));
	add_vek_extension(x, v, oid, der, strlen(s) + 2);
}

static bool has_extension(X509 *x, const char *oid)
{
	ASN1_OBJECT *o = OBJ_txt2obj(oid, 1);
	bool has = X509_get_ext_by_OBJ(x, o, -1) >= 0;
	ASN1_OBJECT_free(o);
	return has;
}

static void add_vek_extensions(X509 *x, const struct demo_vek *v)
{
	bool turin = v->product == AMD_TURIN;
	add_integer(x, v, "1.3.6.1.4.1.3704.1.1", turin ? 1 : 0);
	add_text(x, v, "1.3.6.1.4.1.3704.1.2", amd_product_name(v->product));
	add_integer(x, v, "1.3.6.1.4.1.3704.1.3.1", v->tcb.bl);
	add_integer(x, v, "1.3.6.1.4.1.3704.1.3.2", v->tcb.tee);
	add_integer(x, v, "1.3.6.1.4.1.3704.1.3.3", v->tcb.snp);
	add_integer(x, v, "1.3.6.1.4.1.3704.1.3.8", v->tcb.ucode);
	if (turin)
		add_integer(x, v, "1.3.6.1.4.1.3704.1.3.9", v->tcb.fmc);
	if (v->vlek)
		add_text(x, v, "1.3.6.1.4.1.3704.1.5", "CN=cc.example");
	else if (!v->without_hwid)
		add_vek_extension(x, v, "1.3.6.1.4.1.3704.1.4", v->chip_id, turin ? 8 : DEMO_CHIP_ID_BYTES);
	if (v->odd_oid && v->odd_value.n > 0 && !has_extension(x, v->odd_oid))
		add_raw(x, v->odd_oid, v->odd_value.p, v->odd_value.n);
}

struct bytes demo_vek(const struct demo_vek *v, struct arena *a)
{
	char issuer[64];
	EVP_PKEY *key = read_key(v->on_p256 ? demo_ca_key : v->vlek ? demo_vlek_key : demo_vcek_key);
	EVP_PKEY *signer = read_key(v->vlek != v->signed_by_other ? demo_asvk_key : demo_ask_key);
	make_cn(issuer, sizeof(issuer), v->vlek ? "SEV-VLEK-" : "SEV-", v->product);
	X509 *x = new_certificate(v->subject ? v->subject : v->vlek ? "SEV-VLEK" : "SEV-VCEK",
	                          v->issuer ? v->issuer : issuer, key, 0);
	set_times(x, v->not_before_ms, v->not_after_ms);
	add_vek_extensions(x, v);
	struct bytes out = finish(x, signer, v->pkcs1, a);
	EVP_PKEY_free(key);
	EVP_PKEY_free(signer);
	return out;
}

struct bytes demo_crl(enum amd_product product, int64_t from_ms, int64_t to_ms, bool revokes_ask, struct arena *a)
{
	char cn[64];
	EVP_PKEY *root = read_key(demo_ark_key);
	X509_CRL *crl = X509_CRL_new();
	X509_NAME *issuer = X509_NAME_new();
	ASN1_TIME *from = ASN1_TIME_set(NULL, (time_t)(from_ms / 1000));
	ASN1_TIME *to = ASN1_TIME_set(NULL, (time_t)(to_ms / 1000));
	EVP_MD_CTX *ctx = signing_context(root, false);
	uint8_t *der = NULL;
	make_cn(cn, sizeof(cn), "ARK-", product);
	add_name(issuer, cn);
	X509_CRL_set_version(crl, X509_CRL_VERSION_2);
	X509_CRL_set_issuer_name(crl, issuer);
	X509_CRL_set1_lastUpdate(crl, from);
	if (to_ms != 0)
		X509_CRL_set1_nextUpdate(crl, to);
	if (revokes_ask) {
		X509_REVOKED *r = X509_REVOKED_new();
		ASN1_INTEGER *serial = ASN1_INTEGER_new();
		ASN1_INTEGER_set(serial, ASK_SERIAL);
		X509_REVOKED_set_serialNumber(r, serial);
		X509_REVOKED_set_revocationDate(r, from);
		X509_CRL_add0_revoked(crl, r);
		ASN1_INTEGER_free(serial);
	}
	NEED(X509_CRL_sign_ctx(crl, ctx) > 0);
	int n = i2d_X509_CRL(crl, &der);
	struct bytes out = arena_bytes(a, bytes_of(der, (size_t)n));
	OPENSSL_free(der);
	EVP_MD_CTX_free(ctx);
	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	X509_NAME_free(issuer);
	X509_CRL_free(crl);
	EVP_PKEY_free(root);
	return out;
}

/* ---- reports ---- */

static void put_le(uint8_t *p, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

static void put_tcb(uint8_t *p, const struct demo_tcb *t, enum amd_product product)
{
	memset(p, 0, 8);
	p[7] = t->ucode;
	if (product == AMD_TURIN) {
		p[0] = t->fmc;
		p[1] = t->bl;
		p[2] = t->tee;
		p[3] = t->snp;
	} else {
		p[0] = t->bl;
		p[1] = t->tee;
		p[6] = t->snp;
	}
}

struct bytes demo_report_unsigned(const struct demo_report *r, struct arena *a)
{
	uint8_t *p = arena_alloc(a, 1184);
	put_le(p, r->version, 4);
	put_le(p + 8, r->policy, 8);
	put_le(p + 0x30, r->vmpl, 4);
	put_le(p + 0x34, 1, 4);
	put_tcb(p + 0x38, &r->current, r->product);
	put_le(p + 0x40, 0x27, 8);
	put_le(p + 0x48, r->vlek ? 1 << 2 : 0, 4);
	memcpy(p + 0x50, r->report_data, 64);
	memcpy(p + 0x90, r->measurement, 48);
	memset(p + 0x140, 0x5a, 32);
	memset(p + 0x160, 0xff, 32);
	put_tcb(p + 0x180, &r->reported, r->product);
	if (r->version >= 3) {
		p[0x188] = r->family;
		p[0x189] = r->model;
		p[0x18a] = r->stepping;
	}
	if (!r->vlek)
		memcpy(p + 0x1a0, r->chip_id, r->product == AMD_TURIN ? 8 : DEMO_CHIP_ID_BYTES);
	put_tcb(p + 0x1e0, &r->committed, r->product);
	p[0x1e8] = p[0x1ec] = 40;
	p[0x1e9] = p[0x1ed] = 55;
	p[0x1ea] = p[0x1ee] = 1;
	put_tcb(p + 0x1f0, &r->current, r->product);
	return bytes_of(p, 1184);
}

void demo_report_sign(uint8_t *report, bool vlek)
{
	EVP_PKEY *key = read_key(vlek ? demo_vlek_key : demo_vcek_key);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t der[256];
	size_t n = sizeof(der);
	NEED(EVP_DigestSignInit(ctx, NULL, EVP_sha384(), NULL, key) == 1);
	NEED(EVP_DigestSign(ctx, der, &n, report, 0x2a0) == 1);
	const uint8_t *p = der;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)n);
	memset(report + 0x2a0, 0, 512);
	NEED(sig && BN_bn2lebinpad(ECDSA_SIG_get0_r(sig), report + 0x2a0, 48) == 48);
	NEED(BN_bn2lebinpad(ECDSA_SIG_get0_s(sig), report + 0x2a0 + 72, 48) == 48);
	ECDSA_SIG_free(sig);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
}

struct bytes demo_report(const struct demo_report *r, struct arena *a)
{
	struct bytes unsigned_report = demo_report_unsigned(r, a);
	uint8_t *p = arena_alloc(a, unsigned_report.n);
	memcpy(p, unsigned_report.p, unsigned_report.n);
	demo_report_sign(p, r->vlek);
	return bytes_of(p, unsigned_report.n);
}
