#include "pki/demo_p384.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"

#define NEED(CONDITION)                                                             \
	do {                                                                        \
		if (!(CONDITION)) {                                                 \
			fprintf(stderr, "demo P-384: %s failed\n", #CONDITION);     \
			exit(1);                                                    \
		}                                                                   \
	} while (0)

/* The hash of the name is the private key. */
static EVP_PKEY *key_on(const char *name, int nid, size_t bytes)
{
	uint8_t scalar[SHA384_BYTES], point[1 + 2 * SHA384_BYTES];
	EC_GROUP *group = EC_GROUP_new_by_curve_name(nid);
	EC_POINT *public = EC_POINT_new(group);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;
	hash_sha384(bytes_of_text(name), scalar);
	scalar[0] &= 0x7f;
	BIGNUM *private = BN_bin2bn(scalar, (int)bytes, NULL);
	NEED(private && EC_POINT_mul(group, public, private, NULL, NULL, NULL) == 1);
	size_t n = EC_POINT_point2oct(group, public, POINT_CONVERSION_UNCOMPRESSED, point, sizeof(point), NULL);
	NEED(n == 1 + 2 * bytes);
	OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, OBJ_nid2sn(nid), 0);
	OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, n);
	OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, private);
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	NEED(params && EVP_PKEY_fromdata_init(ctx) == 1);
	NEED(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params) == 1);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(ctx);
	EC_POINT_free(public);
	EC_GROUP_free(group);
	BN_free(private);
	return key;
}

EVP_PKEY *demo_p384_key(const char *name)
{
	return key_on(name, NID_secp384r1, 48);
}

EVP_PKEY *demo_p256_key(const char *name)
{
	return key_on(name, NID_X9_62_prime256v1, 32);
}

/* r || s with the key, which is given up. */
static void sign(EVP_PKEY *key, const EVP_MD *md, struct bytes message, size_t bytes, uint8_t *out)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t der[256];
	size_t n = sizeof(der);
	NEED(EVP_DigestSignInit(ctx, NULL, md, NULL, key) == 1);
	NEED(EVP_DigestSign(ctx, der, &n, message.p, message.n) == 1);
	const uint8_t *p = der;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)n);
	NEED(sig && BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, (int)bytes) == (int)bytes);
	NEED(BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + bytes, (int)bytes) == (int)bytes);
	ECDSA_SIG_free(sig);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
}

void demo_p384_sign(const char *name, struct bytes message, uint8_t out[96])
{
	sign(demo_p384_key(name), EVP_sha384(), message, 48, out);
}

void demo_p256_sign(const char *name, struct bytes message, uint8_t out[64])
{
	sign(demo_p256_key(name), EVP_sha256(), message, 32, out);
}

static void point(EVP_PKEY *key, int bytes, uint8_t *x, uint8_t *y)
{
	BIGNUM *px = NULL, *py = NULL;
	NEED(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_X, &px) == 1 && BN_bn2binpad(px, x, bytes) == bytes);
	NEED(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_Y, &py) == 1 && BN_bn2binpad(py, y, bytes) == bytes);
	BN_free(px);
	BN_free(py);
	EVP_PKEY_free(key);
}

void demo_p384_point(const char *name, uint8_t x[48], uint8_t y[48])
{
	point(demo_p384_key(name), 48, x, y);
}

void demo_p256_point(const char *name, uint8_t xy[64])
{
	point(demo_p256_key(name), 32, xy, xy + 32);
}

/* ---- certificates ---- */

static void add_name(X509_NAME *n, const char *cn)
{
	X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_UTF8, (const uint8_t *)cn, -1, -1, 0);
	X509_NAME_add_entry_by_txt(n, "O", MBSTRING_UTF8, (const uint8_t *)"NVIDIA Corporation", -1, -1, 0);
	X509_NAME_add_entry_by_txt(n, "C", MBSTRING_UTF8, (const uint8_t *)"US", -1, -1, 0);
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

static void add_odd(X509 *x)
{
	ASN1_OBJECT *o = OBJ_txt2obj("1.3.6.1.4.1.99999.7", 1);
	ASN1_OCTET_STRING *s = ASN1_OCTET_STRING_new();
	ASN1_OCTET_STRING_set(s, (const uint8_t *)"\x05", 1);
	X509_EXTENSION *e = X509_EXTENSION_create_by_OBJ(NULL, o, 1, s);
	X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
	ASN1_OCTET_STRING_free(s);
	ASN1_OBJECT_free(o);
}

static void add_extensions(X509 *x, const struct demo_p384_certificate *c)
{
	char constraints[64] = "critical,CA:FALSE";
	if (c->ca && c->path_length >= 0)
		snprintf(constraints, sizeof(constraints), "critical,CA:TRUE,pathlen:%ld", c->path_length);
	else if (c->ca)
		snprintf(constraints, sizeof(constraints), "critical,CA:TRUE");
	add_extension(x, NID_basic_constraints, constraints);
	if (!c->without_usage)
		add_extension(x, NID_key_usage, c->ca ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
	else
		add_extension(x, NID_key_usage, "critical,keyEncipherment");
	if (c->odd_critical)
		add_odd(x);
}

struct bytes demo_p384_certificate(const struct demo_p384_certificate *c, struct arena *a)
{
	EVP_PKEY *key = c->on_p256 ? key_on(c->key, NID_X9_62_prime256v1, 32) : demo_p384_key(c->key);
	EVP_PKEY *signer = demo_p384_key(c->signer);
	X509 *x = X509_new();
	uint8_t *der = NULL;
	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), c->serial);
	add_name(X509_get_subject_name(x), c->subject);
	add_name(X509_get_issuer_name(x), c->issuer);
	X509_set_pubkey(x, key);
	ASN1_TIME_set(X509_getm_notBefore(x), (time_t)(c->from_ms / 1000));
	ASN1_TIME_set(X509_getm_notAfter(x), (time_t)(c->to_ms / 1000));
	add_extensions(x, c);
	NEED(X509_sign(x, signer, c->sha256 ? EVP_sha256() : EVP_sha384()) > 0);
	int n = i2d_X509(x, &der);
	struct bytes out = arena_bytes(a, bytes_of(der, (size_t)n));
	OPENSSL_free(der);
	X509_free(x);
	EVP_PKEY_free(key);
	EVP_PKEY_free(signer);
	return out;
}
