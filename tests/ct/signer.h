/* Keys of our own, made with OpenSSL, for the tests of the certificate-transparency layer. */
#ifndef TEEWATCH_TEST_CT_SIGNER_H
#define TEEWATCH_TEST_CT_SIGNER_H

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/bytes.h"
#include "base/hash.h"

struct signer {
	EVP_PKEY *key;
	uint8_t algorithm; /* of DigitallySigned: 3 ECDSA, 1 RSA */
	uint8_t *der;      /* SubjectPublicKeyInfo */
	struct bytes spki;
	struct sha256 log_id;
};

static void signer_take(struct signer *s, EVP_PKEY *key, uint8_t algorithm)
{
	*s = (struct signer){.key = key, .algorithm = algorithm};
	int n = key ? i2d_PUBKEY(key, &s->der) : -1;
	if (n <= 0) {
		fprintf(stderr, "OpenSSL makes no key\n");
		exit(1);
	}
	s->spki = bytes_of(s->der, (size_t)n);
	s->log_id = hash_sha256(s->spki);
}

__attribute__((unused)) static struct signer signer_ec(const char *curve)
{
	struct signer s;
	signer_take(&s, EVP_EC_gen(curve), 3);
	return s;
}

__attribute__((unused)) static struct signer signer_rsa(unsigned bits)
{
	struct signer s;
	signer_take(&s, EVP_RSA_gen(bits), 1);
	return s;
}

static void signer_release(struct signer *s)
{
	EVP_PKEY_free(s->key);
	OPENSSL_free(s->der);
}

/* The bare signature over message, at most 1,024 bytes; returns its length. */
__attribute__((unused)) static size_t signer_sign(const struct signer *s, struct bytes message, uint8_t out[1024])
{
	size_t n = 1024;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	if (EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, s->key) != 1 ||
	    EVP_DigestSign(ctx, out, &n, message.p, message.n) != 1) {
		fprintf(stderr, "OpenSSL does not sign\n");
		exit(1);
	}
	EVP_MD_CTX_free(ctx);
	return n;
}

/* The same as a DigitallySigned, appended to out. */
__attribute__((unused)) static void signer_put(const struct signer *s, struct bytes message, struct buffer *out)
{
	uint8_t signature[1024];
	size_t n = signer_sign(s, message, signature);
	buffer_put_u8(out, 4);
	buffer_put_u8(out, s->algorithm);
	buffer_put_u16be(out, (uint16_t)n);
	buffer_put(out, signature, n);
}

#endif
