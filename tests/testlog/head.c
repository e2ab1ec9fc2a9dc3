#include "testlog/head.h"

#include <inttypes.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/base64.h"

EVP_PKEY *head_key(const char *pem)
{
	BIO *b = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(b, NULL, NULL, NULL);
	BIO_free(b);
	return key;
}

struct sha256 head_log_id(EVP_PKEY *key)
{
	uint8_t *der = NULL;
	int n = i2d_PUBKEY(key, &der);
	struct sha256 id = hash_sha256(bytes_of(der, n > 0 ? (size_t)n : 0));
	OPENSSL_free(der);
	return id;
}

size_t digitally_sign(struct bytes message, EVP_PKEY *key, uint8_t out[256])
{
	uint8_t der[128];
	size_t n = sizeof(der);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key);
	EVP_DigestSign(ctx, der, &n, message.p, message.n);
	EVP_MD_CTX_free(ctx);
	memcpy(out, (const uint8_t[]){4, 3, (uint8_t)(n >> 8), (uint8_t)n}, 4);
	memcpy(out + 4, der, n);
	return n + 4;
}

void head_sign(struct head *h, EVP_PKEY *key, bool broken)
{
	struct buffer message;
	buffer_init(&message, 64);
	buffer_put_u16be(&message, 1);
	buffer_put_u64be(&message, (uint64_t)h->timestamp_ms);
	buffer_put_u64be(&message, h->size);
	buffer_put_bytes(&message, sha256_bytes(&h->root));
	h->signature_bytes = digitally_sign(buffer_bytes(&message), key, h->signature);
	buffer_release(&message);
	if (broken)
		h->signature[h->signature_bytes - 1] ^= 1;
}

void head_put_sth(const struct head *h, struct buffer *out)
{
	buffer_printf(out, "{\"tree_size\":%" PRIu64 ",\"timestamp\":%" PRId64 ",\"sha256_root_hash\":\"", h->size,
	              h->timestamp_ms);
	base64_put(out, sha256_bytes(&h->root));
	buffer_put_text(out, "\",\"tree_head_signature\":\"");
	base64_put(out, bytes_of(h->signature, h->signature_bytes));
	buffer_put_text(out, "\"}");
}

void head_put_checkpoint(const struct head *h, struct buffer *out)
{
	struct buffer key_id, blob;
	buffer_init(&key_id, 4096);
	buffer_printf(&key_id, "%s\n%c", h->origin, 5);
	buffer_put_bytes(&key_id, sha256_bytes(&h->log_id));
	struct sha256 id = hash_sha256(buffer_bytes(&key_id));
	buffer_init(&blob, 1024);
	buffer_put(&blob, id.b, 4);
	buffer_put_u64be(&blob, (uint64_t)h->timestamp_ms);
	buffer_put(&blob, h->signature, h->signature_bytes);
	buffer_printf(out, "%s\n%" PRIu64 "\n", h->origin, h->size);
	base64_put(out, sha256_bytes(&h->root));
	buffer_printf(out, "\n\n\xe2\x80\x94 %s ", h->origin);
	base64_put(out, buffer_bytes(&blob));
	buffer_put_text(out, "\n\xe2\x80\x94 witness.example AAAAAAAAAAAAAAAAAAAA\n");
	buffer_release(&key_id);
	buffer_release(&blob);
}
