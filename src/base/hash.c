#include "base/hash.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

/* Fetched once and kept for the life of the process: fetching per hash costs more than a
 * leaf's hash itself. */
static EVP_MD_CTX *context(void)
{
	static EVP_MD_CTX *ctx;
	if (!ctx)
		ctx = EVP_MD_CTX_new();
	return ctx;
}

static const EVP_MD *sha256_method(void)
{
	static EVP_MD *md;
	if (!md)
		md = EVP_MD_fetch(NULL, "SHA256", NULL);
	return md;
}

static _Noreturn void hash_unavailable(void)
{
	fputs("teewatch: OpenSSL offers no SHA-2; check its configuration\n", stderr);
	exit(3);
}

static void digest(const EVP_MD *md, const struct bytes *parts, size_t count, uint8_t *out)
{
	EVP_MD_CTX *ctx = context();
	bool good = ctx && md && EVP_DigestInit_ex2(ctx, md, NULL);
	for (size_t i = 0; good && i < count; i++)
		good = parts[i].n == 0 || EVP_DigestUpdate(ctx, parts[i].p, parts[i].n);
	if (!good || !EVP_DigestFinal_ex(ctx, out, NULL))
		hash_unavailable();
}

struct sha256 hash_sha256(struct bytes in)
{
	struct sha256 h;
	digest(sha256_method(), &in, 1, h.b);
	return h;
}

struct sha256 hash_sha256_two(struct bytes first, struct bytes second)
{
	struct sha256 h;
	digest(sha256_method(), (struct bytes[]){first, second}, 2, h.b);
	return h;
}

struct sha256 hash_sha256_prefixed(uint8_t prefix, struct bytes first, struct bytes second)
{
	struct sha256 h;
	digest(sha256_method(), (struct bytes[]){{&prefix, 1}, first, second}, 3, h.b);
	return h;
}

void hash_sha384(struct bytes in, uint8_t out[SHA384_BYTES])
{
	digest(EVP_sha384(), &in, 1, out);
}

void hash_sha512(struct bytes in, uint8_t out[SHA512_BYTES])
{
	digest(EVP_sha512(), &in, 1, out);
}
