/* Certificates of the tests' own Fulcio, with SCTs of its CT log. */
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/hash.h"
#include "ct/sct.h"
#include "pki/demo_p384.h"
#include "pki/demo_sigstore.h"

#define NEED(CONDITION)                                                             \
	do {                                                                        \
		if (!(CONDITION)) {                                                 \
			fprintf(stderr, "demo Sigstore: %s failed\n", #CONDITION);  \
			exit(1);                                                    \
		}                                                                   \
	} while (0)

#define ARC "1.3.6.1.4.1.57264.1."
#define SCT_LIST "1.3.6.1.4.1.11129.2.4.2"

EVP_PKEY *demo_ed25519_key(const char *name)
{
	struct sha256 seed = hash_sha256(bytes_of_text(name));
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed.b, SHA256_BYTES);
	NEED(key);
	return key;
}

struct bytes demo_spki(EVP_PKEY *key, struct arena *a)
{
	uint8_t *der = NULL;
	int n = i2d_PUBKEY(key, &der);
	NEED(n > 0);
	struct bytes out = arena_bytes(a, bytes_of(der, (size_t)n));
	OPENSSL_free(der);
	return out;
}

struct bytes demo_x509(X509 *x, struct arena *a)
{
	uint8_t *der = NULL;
	int n = i2d_X509(x, &der);
	NEED(n > 0);
	struct bytes out = arena_bytes(a, bytes_of(der, (size_t)n));
	OPENSSL_free(der);
	return out;
}

struct bytes demo_sign(EVP_PKEY *key, struct bytes message, struct arena *a)
{
	const EVP_MD *md = EVP_PKEY_is_a(key, "ED25519") ? NULL : EVP_PKEY_get_bits(key) == 384 ? EVP_sha384() : EVP_sha256();
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t out[256];
	size_t n = sizeof(out);
	NEED(EVP_DigestSignInit(ctx, NULL, md, NULL, key) == 1);
	NEED(EVP_DigestSign(ctx, out, &n, message.p, message.n) == 1);
	EVP_MD_CTX_free(ctx);
	return arena_bytes(a, bytes_of(out, n));
}

static void set_name(X509_NAME *n, const char *cn)
{
	X509_NAME_add_entry_by_txt(n, "O", MBSTRING_UTF8, (const uint8_t *)"sigstore.dev", -1, -1, 0);
	X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_UTF8, (const uint8_t *)cn, -1, -1, 0);
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

static void add_octets(X509 *x, const char *oid, struct bytes value)
{
	ASN1_OBJECT *o = OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *s = ASN1_OCTET_STRING_new();
	ASN1_OCTET_STRING_set(s, value.p, (int)value.n);
	X509_EXTENSION *e = X509_EXTENSION_create_by_OBJ(NULL, o, 0, s);
	NEED(e);
	X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
	ASN1_OCTET_STRING_free(s);
	ASN1_OBJECT_free(o);
}

X509 *demo_authority(const char *subject, const char *key, const char *issuer, const char *issuer_key, bool ca,
                     const char *extended_usage)
{
	EVP_PKEY *own = demo_p384_key(key), *signer = demo_p384_key(issuer_key);
	X509 *x = X509_new();
	struct sha256 serial = hash_sha256(bytes_of_text(key));
	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), serial.b[0] + 1);
	set_name(X509_get_subject_name(x), subject);
	set_name(X509_get_issuer_name(x), issuer);
	X509_set_pubkey(x, own);
	ASN1_TIME_set(X509_getm_notBefore(x), (time_t)1640995200); /* 2022 to 2042 */
	ASN1_TIME_set(X509_getm_notAfter(x), (time_t)2272147200);
	add_extension(x, NID_key_usage, ca ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
	if (ca)
		add_extension(x, NID_basic_constraints, "critical,CA:TRUE");
	if (extended_usage)
		add_extension(x, NID_ext_key_usage, extended_usage);
	NEED(X509_sign(x, signer, EVP_sha384()) > 0);
	EVP_PKEY_free(own);
	EVP_PKEY_free(signer);
	return x;
}

/* ---- identity ---- */

static void add_raw(X509 *x, int number, const char *text)
{
	char oid[64];
	snprintf(oid, sizeof(oid), ARC "%d", number);
	if (text)
		add_octets(x, oid, bytes_of_text(text));
}

static void add_utf8(X509 *x, int number, const char *text)
{
	char oid[64];
	uint8_t der[256];
	snprintf(oid, sizeof(oid), ARC "%d", number);
	if (!text)
		return;
	size_t n = strlen(text), head = n < 128 ? 2 : 3;
	der[0] = 0x0c;
	der[1] = n < 128 ? (uint8_t)n : 0x81;
	der[2] = (uint8_t)n;
	NEED(n + head <= sizeof(der));
	memcpy(der + head, text, n);
	add_octets(x, oid, bytes_of(der, head + n));
}

static void add_identity(X509 *x, const struct demo_signer *s, struct arena *a)
{
	const char *source = arena_format(a, "https://github.com/%s", s->repository);
	const char *uri = arena_format(a, "%s/.github/workflows/%s@%s", source, s->workflow, s->ref);
	add_extension(x, NID_subject_alt_name, s->san ? s->san : arena_format(a, "critical,URI:%s", uri));
	if (!s->without_first_generation) {
		add_raw(x, 1, s->oidc);
		add_raw(x, 2, "push");
		add_raw(x, 3, s->commit);
		add_raw(x, 5, s->repository);
		add_raw(x, 6, s->ref);
	}
	if (!s->first_generation_only) {
		add_utf8(x, 8, s->oidc);
		add_utf8(x, 9, uri);
		add_utf8(x, 11, "github-hosted");
		add_utf8(x, 12, source);
		add_utf8(x, 13, s->commit);
		add_utf8(x, 14, s->ref);
		add_utf8(x, 15, "1077094187");
		add_utf8(x, 18, uri);
	}
	if (s->extra && s->extra_number > 6)
		add_utf8(x, s->extra_number, s->extra);
	else if (s->extra)
		add_raw(x, s->extra_number, s->extra);
}

/* ---- SCT ---- */

/* The precertificate's TBSCertificate is the certificate's without the list, which is added last. */
static struct bytes sct_list(const struct demo_signer *s, struct bytes tbs, struct arena *a)
{
	EVP_PKEY *log = demo_p256_key(s->ct_key), *named = demo_p256_key("ct log"), *issuer = demo_p384_key(s->issuer_key);
	struct sha256 log_id = hash_sha256(demo_spki(named, a)), issuer_hash = hash_sha256(demo_spki(issuer, a));
	struct ct_sct sct = {.log_id = log_id, .timestamp_ms = (uint64_t)s->sct_ms};
	struct buffer message, one, list;
	buffer_init(&message, 1 << 16);
	buffer_init(&one, 1 << 12);
	buffer_init(&list, 1 << 12);
	ct_sct_leaf_put(&sct, CT_ENTRY_PRECERT, &issuer_hash, tbs, &message);
	struct bytes signature = demo_sign(log, buffer_bytes(&message), a);
	buffer_put_u8(&one, 0);
	buffer_put_bytes(&one, sha256_bytes(&log_id));
	buffer_put_u64be(&one, sct.timestamp_ms);
	buffer_put_u16be(&one, 0);
	buffer_put_u16be(&one, 0x0403); /* SHA-256, ECDSA */
	buffer_put_u16be(&one, (uint16_t)signature.n);
	buffer_put_bytes(&one, signature);
	size_t copies = s->sct_twice ? 2 : 1, n = copies * (one.n + 2);
	buffer_put_u8(&list, 0x04);
	NEED(n + 2 < 256);
	if (n + 2 >= 128)
		buffer_put_u8(&list, 0x81);
	buffer_put_u8(&list, (uint8_t)(n + 2));
	buffer_put_u16be(&list, (uint16_t)n);
	for (size_t i = 0; i < copies; i++) {
		buffer_put_u16be(&list, (uint16_t)one.n);
		buffer_put_bytes(&list, buffer_bytes(&one));
	}
	struct bytes out = arena_bytes(a, buffer_bytes(&list));
	buffer_release(&message);
	buffer_release(&one);
	buffer_release(&list);
	EVP_PKEY_free(log);
	EVP_PKEY_free(named);
	EVP_PKEY_free(issuer);
	return out;
}

static struct bytes tbs_of(X509 *x, struct arena *a)
{
	uint8_t *der = NULL;
	int n = i2d_re_X509_tbs(x, &der);
	NEED(n > 0);
	struct bytes out = arena_bytes(a, bytes_of(der, (size_t)n));
	OPENSSL_free(der);
	return out;
}

struct bytes demo_signer_certificate(const struct demo_signer *s, const char *leaf_key, struct arena *a)
{
	EVP_PKEY *key = demo_p256_key(leaf_key), *signer = demo_p384_key(s->issuer_key);
	X509 *x = X509_new();
	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 4711);
	set_name(X509_get_issuer_name(x), s->issuer_name);
	X509_set_pubkey(x, key);
	ASN1_TIME_set(X509_getm_notBefore(x), (time_t)(s->from_ms / 1000));
	ASN1_TIME_set(X509_getm_notAfter(x), (time_t)(s->to_ms / 1000));
	add_extension(x, NID_key_usage, s->without_usage ? "critical,keyAgreement" : "critical,digitalSignature");
	add_extension(x, NID_ext_key_usage, s->without_code_signing ? "clientAuth" : "codeSigning");
	if (s->ca)
		add_extension(x, NID_basic_constraints, "critical,CA:TRUE");
	add_identity(x, s, a);
	NEED(X509_sign(x, signer, EVP_sha384()) > 0); /* sets the algorithm, which the TBS holds */
	if (s->ct_key) {
		add_octets(x, SCT_LIST, sct_list(s, tbs_of(x, a), a));
		NEED(X509_sign(x, signer, EVP_sha384()) > 0);
	}
	struct bytes out = demo_x509(x, a);
	X509_free(x);
	EVP_PKEY_free(key);
	EVP_PKEY_free(signer);
	ERR_clear_error();
	return out;
}
