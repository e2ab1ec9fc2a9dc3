#include "ct/signature.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

enum { HASH_SHA256 = 4, ALGORITHM_RSA = 1, ALGORITHM_ECDSA = 3, RSA_BITS_MIN = 2048 };

static EVP_PKEY *key_of_der(struct bytes der)
{
	const unsigned char *p = der.p;
	EVP_PKEY *key = der.n > 0 && der.n <= LONG_MAX ? d2i_PUBKEY(NULL, &p, (long)der.n) : NULL;
	if (key && p != der.p + der.n) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	return key;
}

/* OpenSSL would ask the terminal for the passphrase of a PEM block that says it is encrypted. */
static int no_passphrase(char *out, int size, int writing, void *context)
{
	(void)out;
	(void)size;
	(void)writing;
	(void)context;
	return -1;
}

static EVP_PKEY *key_of_pem(struct bytes pem)
{
	BIO *in = pem.n <= INT_MAX ? BIO_new_mem_buf(pem.p, (int)pem.n) : NULL;
	EVP_PKEY *key = in ? PEM_read_bio_PUBKEY(in, NULL, no_passphrase, NULL) : NULL;
	BIO_free(in);
	return key;
}

static EVP_PKEY *key_of(struct bytes in)
{
	return bytes_starts_with(in, BYTES_LITERAL("\x30")) ? key_of_der(in) : key_of_pem(in);
}

static bool is_p256(const EVP_PKEY *key)
{
	char group[64];
	size_t n;
	return EVP_PKEY_get_group_name(key, group, sizeof(group), &n) == 1 &&
	       bytes_equal_text(bytes_of(group, n), SN_X9_62_prime256v1);
}

/* The algorithm for which the key may be used; 0 where it is of another kind, or too weak. */
static int algorithm_of(const EVP_PKEY *key)
{
	int kind = EVP_PKEY_get_base_id(key);
	if (kind == EVP_PKEY_EC)
		return ALGORITHM_ECDSA;
	if (kind == EVP_PKEY_RSA && EVP_PKEY_get_bits(key) >= RSA_BITS_MIN)
		return ALGORITHM_RSA;
	return 0;
}

static bool holds(EVP_PKEY *key, struct bytes signature, struct bytes message)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = ctx && EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	            EVP_DigestVerify(ctx, signature.p, signature.n, message.p, message.n) == 1;
	EVP_MD_CTX_free(ctx);
	return good;
}

static struct cursor read_digitally_signed(struct bytes in, uint8_t *hash, uint8_t *algorithm, struct bytes *signature)
{
	struct cursor c = cursor_of(in);
	*hash = cursor_u8(&c, "hash_algorithm");
	*algorithm = cursor_u8(&c, "signature_algorithm");
	*signature = cursor_vector16(&c, "signature");
	cursor_end(&c, "digitally_signed");
	return c;
}

struct fault ct_digitally_signed_parse(struct bytes in)
{
	uint8_t hash, algorithm;
	struct bytes signature;
	return read_digitally_signed(in, &hash, &algorithm, &signature).fault;
}

bool ct_digitally_signed_verify(struct bytes in, struct bytes message, struct bytes key)
{
	uint8_t hash, algorithm;
	struct bytes signature;
	struct cursor c = read_digitally_signed(in, &hash, &algorithm, &signature);
	if (!cursor_ok(&c) || hash != HASH_SHA256)
		return false;
	ERR_set_mark();
	EVP_PKEY *public_key = key_of_der(key);
	bool fits = public_key && algorithm_of(public_key) == algorithm &&
	            (algorithm == ALGORITHM_RSA || (algorithm == ALGORITHM_ECDSA && is_p256(public_key)));
	bool good = fits && holds(public_key, signature, message);
	EVP_PKEY_free(public_key);
	ERR_pop_to_mark(); /* a bad signature leaves nothing behind for other users of OpenSSL */
	return good;
}

bool ct_signature_verify(struct bytes signature, struct bytes message, struct bytes key)
{
	ERR_set_mark();
	EVP_PKEY *public_key = key_of(key);
	bool good = public_key && algorithm_of(public_key) != 0 && holds(public_key, signature, message);
	EVP_PKEY_free(public_key);
	ERR_pop_to_mark(); /* a bad signature leaves nothing behind for other users of OpenSSL */
	return good;
}
