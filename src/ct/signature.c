#include "ct/signature.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/cursor.h"

enum { HASH_SHA256 = 4, SIGNATURE_RSA = 1, SIGNATURE_ECDSA = 3 };

static EVP_PKEY *read_key(struct bytes key)
{
	EVP_PKEY *k = NULL;
	if (bytes_starts_with(key, BYTES_LITERAL("-----BEGIN"))) {
		BIO *b = BIO_new_mem_buf(key.p, key.n > INT32_MAX ? 0 : (int)key.n);
		k = b ? PEM_read_bio_PUBKEY(b, NULL, NULL, NULL) : NULL;
		BIO_free(b);
	} else if (key.n <= INT32_MAX) {
		const uint8_t *p = key.p;
		k = d2i_PUBKEY(NULL, &p, (long)key.n);
		if (k && p != key.p + key.n) {
			EVP_PKEY_free(k);
			k = NULL;
		}
	}
	return k;
}

static bool verify(EVP_PKEY *key, struct bytes signature, struct bytes message)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = ctx && EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	            EVP_DigestVerify(ctx, signature.p, signature.n, message.p, message.n) == 1;
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return good;
}

bool ct_raw_signature_verify(struct bytes signature, struct bytes message, struct bytes key)
{
	EVP_PKEY *k = read_key(key);
	bool known = k && (EVP_PKEY_is_a(k, "EC") || EVP_PKEY_is_a(k, "RSA"));
	bool good = known && verify(k, signature, message);
	EVP_PKEY_free(k);
	ERR_clear_error();
	return good;
}

bool ct_signature_verify(struct bytes digitally_signed, struct bytes message, struct bytes key)
{
	struct cursor c = cursor_of(digitally_signed);
	uint8_t hash = cursor_u8(&c, "hash"), algorithm = cursor_u8(&c, "signature");
	struct bytes signature = cursor_vector16(&c, "signature");
	if (fault_is_set(cursor_end(&c, "signature")) || hash != HASH_SHA256)
		return false;
	EVP_PKEY *k = read_key(key);
	bool fits = k && ((algorithm == SIGNATURE_ECDSA && EVP_PKEY_is_a(k, "EC")) ||
	                  (algorithm == SIGNATURE_RSA && EVP_PKEY_is_a(k, "RSA")));
	bool good = fits && verify(k, signature, message);
	EVP_PKEY_free(k);
	ERR_clear_error();
	return good;
}
