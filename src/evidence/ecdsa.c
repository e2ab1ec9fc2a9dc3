#include "evidence/ecdsa.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>

#include "base/der.h"
#include "base/hash.h"
#include "base/memory.h"

enum { COORDINATE_BYTES_MAX = 48, HEAD_BYTES_MAX = 27, POINT_UNCOMPRESSED = 0x04 };

struct curve {
	const char *name;
	size_t bytes;                        /* of a coordinate, of r, of s */
	uint8_t order[COORDINATE_BYTES_MAX]; /* n, big-endian (SEC 2) */
	uint8_t head[HEAD_BYTES_MAX];        /* SubjectPublicKeyInfo up to the point's coordinates */
	size_t head_bytes;
};

static const struct curve curves[] = {
	[ECDSA_P256] = {"prime256v1", 32,
	                {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	                 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51},
	                {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
	                 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04},
	                27},
	[ECDSA_P384] = {"secp384r1", 48,
	                {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	                 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xc7, 0x63, 0x4d, 0x81, 0xf4, 0x37, 0x2d, 0xdf,
	                 0x58, 0x1a, 0x0d, 0xb2, 0x48, 0xb0, 0xa7, 0x7a, 0xec, 0xec, 0x19, 0x6a, 0xcc, 0xc5, 0x29, 0x73},
	                {0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
	                 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00, 0x04},
	                24},
};

struct ecdsa_key {
	enum ecdsa_curve curve;
	EVP_PKEY *pkey;
	EVP_PKEY_CTX *verifying; /* set up once: that costs as much as half a verification */
};

/* ---- keys ---- */

static EVP_PKEY *import(const struct curve *c, struct bytes xy)
{
	uint8_t point[1 + 2 * COORDINATE_BYTES_MAX] = {POINT_UNCOMPRESSED};
	char group[16];
	EVP_PKEY *pkey = NULL;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	memcpy(point + 1, xy.p, xy.n);
	memcpy(group, c->name, strlen(c->name) + 1);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, 1 + xy.n),
		OSSL_PARAM_construct_end(),
	};
	/* OpenSSL looks whether the point is on the curve, and its coordinates below the prime. */
	if (!ctx || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
		pkey = NULL;
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

struct ecdsa_key *ecdsa_key_of_point(enum ecdsa_curve curve, struct bytes xy)
{
	const struct curve *c = &curves[curve];
	struct ecdsa_key *k = xy.n == 2 * c->bytes ? memory_alloc(sizeof(*k)) : NULL;
	if (!k)
		return NULL;
	k->curve = curve;
	k->pkey = import(c, xy);
	k->verifying = k->pkey ? EVP_PKEY_CTX_new_from_pkey(NULL, k->pkey, NULL) : NULL;
	if (!k->verifying || EVP_PKEY_verify_init(k->verifying) != 1) {
		ecdsa_key_free(k);
		k = NULL;
	}
	ERR_clear_error();
	return k;
}

struct bytes ecdsa_spki_point(enum ecdsa_curve curve, struct bytes spki)
{
	const struct curve *c = &curves[curve];
	bool form = spki.n == c->head_bytes + 2 * c->bytes &&
	            bytes_starts_with(spki, bytes_of(c->head, c->head_bytes));
	return form ? bytes_slice(spki, c->head_bytes, 2 * c->bytes) : (struct bytes){NULL, 0};
}

struct ecdsa_key *ecdsa_key_of_spki(enum ecdsa_curve curve, struct bytes spki)
{
	return ecdsa_key_of_point(curve, ecdsa_spki_point(curve, spki));
}

void ecdsa_key_free(struct ecdsa_key *k)
{
	if (!k)
		return;
	EVP_PKEY_CTX_free(k->verifying);
	EVP_PKEY_free(k->pkey);
	free(k);
}

/* ---- signatures ---- */

static bool scalar_in_range(const struct curve *c, const uint8_t *v)
{
	return !bytes_is_zero(bytes_of(v, c->bytes)) && memcmp(v, c->order, c->bytes) < 0;
}

bool ecdsa_signature_in_range(enum ecdsa_curve curve, struct bytes signature)
{
	const struct curve *c = &curves[curve];
	return signature.n == 2 * c->bytes && scalar_in_range(c, signature.p) &&
	       scalar_in_range(c, signature.p + c->bytes);
}

/* One integer of an ECDSA-Sig-Value, minimally encoded. */
static void read_scalar(struct cursor *in, uint8_t *out, size_t bytes)
{
	struct bytes v = der_expect(in, DER_INTEGER, "signature").content;
	if (v.n > 1 && v.p[0] == 0 && v.p[1] & 0x80)
		v = bytes_slice(v, 1, v.n - 1);
	else if (v.n == 0 || v.p[0] & 0x80 || (v.n > 1 && v.p[0] == 0))
		cursor_fail(in, FAULT_ENCODING, "signature");
	if (v.n > bytes)
		cursor_fail(in, FAULT_LENGTH, "signature");
	else if (cursor_ok(in))
		memcpy(out + bytes - v.n, v.p, v.n);
}

bool ecdsa_signature_of_der(enum ecdsa_curve curve, struct bytes der, uint8_t out[ECDSA_SIGNATURE_BYTES_MAX])
{
	size_t bytes = curves[curve].bytes;
	struct cursor c = cursor_of(der);
	struct der sequence = der_expect(&c, DER_SEQUENCE, "signature");
	struct cursor in = der_inside(&sequence);
	memset(out, 0, ECDSA_SIGNATURE_BYTES_MAX);
	read_scalar(&in, out, bytes);
	read_scalar(&in, out + bytes, bytes);
	return !fault_is_set(cursor_end(&c, "signature")) && !fault_is_set(cursor_end(&in, "signature"));
}

static size_t put_scalar(uint8_t *out, const uint8_t *v, size_t n)
{
	for (; n > 1 && *v == 0; n--)
		v++;
	size_t sign = *v >> 7;
	out[0] = DER_INTEGER;
	out[1] = (uint8_t)(n + sign);
	out[2] = 0;
	memcpy(out + 2 + sign, v, n);
	return 2 + sign + n;
}

/* r || s in DER, as OpenSSL wants it: below 128 bytes for both curves. */
static size_t signature_to_der(const struct curve *c, const uint8_t *raw, uint8_t out[128])
{
	size_t n = put_scalar(out + 2, raw, c->bytes);
	n += put_scalar(out + 2 + n, raw + c->bytes, c->bytes);
	out[0] = DER_SEQUENCE;
	out[1] = (uint8_t)n;
	return 2 + n;
}

bool ecdsa_verify(const struct ecdsa_key *key, struct bytes message, struct bytes signature)
{
	uint8_t der[128], digest[SHA384_BYTES];
	size_t digest_bytes = SHA384_BYTES;
	if (!key || !ecdsa_signature_in_range(key->curve, signature))
		return false;
	size_t n = signature_to_der(&curves[key->curve], signature.p, der);
	if (key->curve == ECDSA_P256) {
		struct sha256 h = hash_sha256(message);
		memcpy(digest, h.b, SHA256_BYTES);
		digest_bytes = SHA256_BYTES;
	} else {
		hash_sha384(message, digest);
	}
	bool good = EVP_PKEY_verify(key->verifying, der, n, digest, digest_bytes) == 1;
	if (!good)
		ERR_clear_error();
	return good;
}

bool ecdsa_verify_der(const struct ecdsa_key *key, struct bytes message, struct bytes der)
{
	uint8_t raw[ECDSA_SIGNATURE_BYTES_MAX];
	return key && ecdsa_signature_of_der(key->curve, der, raw) &&
	       ecdsa_verify(key, message, bytes_of(raw, 2 * curves[key->curve].bytes));
}
