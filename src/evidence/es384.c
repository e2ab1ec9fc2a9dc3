#include "evidence/es384.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

/* SubjectPublicKeyInfo up to the point: id-ecPublicKey, secp384r1, BIT STRING of an uncompressed point. */
static const uint8_t spki_head[] = {
	0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
	0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00, 0x04,
};

/* Only the one form above, so that neither curve nor parameters can be chosen by who wrote the key. */
static EVP_PKEY *read_key(struct bytes spki)
{
	const uint8_t *p = spki.p;
	if (spki.n != ES384_SPKI_BYTES || memcmp(spki.p, spki_head, sizeof(spki_head)) != 0)
		return NULL;
	return d2i_PUBKEY(NULL, &p, (long)spki.n);
}

static int signature_to_der(const uint8_t raw[ES384_SIGNATURE_BYTES], uint8_t **der)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(raw, ES384_COORDINATE_BYTES, NULL);
	BIGNUM *s = BN_bin2bn(raw + ES384_COORDINATE_BYTES, ES384_COORDINATE_BYTES, NULL);
	int n = -1;
	if (sig && r && s && ECDSA_SIG_set0(sig, r, s) == 1) {
		n = i2d_ECDSA_SIG(sig, der);
	} else {
		BN_free(r);
		BN_free(s);
	}
	ECDSA_SIG_free(sig);
	return n;
}

bool es384_verify(struct bytes spki, struct bytes message, const uint8_t signature[ES384_SIGNATURE_BYTES])
{
	EVP_PKEY *key = read_key(spki);
	EVP_MD_CTX *ctx = key ? EVP_MD_CTX_new() : NULL;
	uint8_t *der = NULL;
	int n = ctx ? signature_to_der(signature, &der) : -1;
	bool good = n > 0 && EVP_DigestVerifyInit(ctx, NULL, EVP_sha384(), NULL, key) == 1 &&
	            EVP_DigestVerify(ctx, der, (size_t)n, message.p, message.n) == 1;
	OPENSSL_free(der);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return good;
}

bool es384_spki(const uint8_t x[ES384_COORDINATE_BYTES], const uint8_t y[ES384_COORDINATE_BYTES],
                uint8_t out[ES384_SPKI_BYTES])
{
	memcpy(out, spki_head, sizeof(spki_head));
	memcpy(out + sizeof(spki_head), x, ES384_COORDINATE_BYTES);
	memcpy(out + sizeof(spki_head) + ES384_COORDINATE_BYTES, y, ES384_COORDINATE_BYTES);
	EVP_PKEY *key = read_key(bytes_of(out, ES384_SPKI_BYTES)); /* OpenSSL looks whether the point is on the curve */
	bool good = key != NULL;
	EVP_PKEY_free(key);
	ERR_clear_error();
	return good;
}
