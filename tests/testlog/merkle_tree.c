#include "testlog/merkle_tree.h"

#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static void node(const uint8_t left[32], const uint8_t right[32], uint8_t out[32])
{
	uint8_t in[65] = {1};
	memcpy(in + 1, left, 32);
	memcpy(in + 33, right, 32);
	SHA256(in, sizeof(in), out);
}

void merkle_tree_build(struct merkle_tree *t, const uint8_t (*leaves)[32], uint64_t n)
{
	memset(t, 0, sizeof(*t));
	t->size = n;
	t->level[0] = memory_array(n, 32);
	if (n > 0)
		memcpy(t->level[0], leaves, n * 32);
	for (unsigned l = 1; n >> l > 0; l++) {
		t->level[l] = memory_array(n >> l, 32);
		for (uint64_t i = 0; i < n >> l; i++)
			node(t->level[l - 1][2 * i], t->level[l - 1][2 * i + 1], t->level[l][i]);
	}
}

void merkle_tree_free(struct merkle_tree *t)
{
	for (unsigned l = 0; l < 48; l++)
		free(t->level[l]);
}

static unsigned log2_floor(uint64_t n)
{
	return 63 - (unsigned)__builtin_clzll(n);
}

/* Largest power of two below n. */
static uint64_t split_of(uint64_t n)
{
	return UINT64_C(1) << log2_floor(n - 1);
}

/* Root of leaves [from, from + n). */
static void range(const struct merkle_tree *t, uint64_t from, uint64_t n, uint8_t out[32])
{
	if ((n & (n - 1)) == 0 && from % n == 0) {
		unsigned l = log2_floor(n);
		memcpy(out, t->level[l][from >> l], 32);
		return;
	}
	uint8_t left[32], right[32];
	uint64_t k = split_of(n);
	range(t, from, k, left);
	range(t, from + k, n - k, right);
	node(left, right, out);
}

void merkle_tree_root(const struct merkle_tree *t, uint64_t n, uint8_t out[32])
{
	if (n == 0)
		SHA256((const uint8_t *)"", 0, out);
	else
		range(t, 0, n, out);
}

static size_t path_in(const struct merkle_tree *t, uint64_t m, uint64_t from, uint64_t n, uint8_t (*out)[32])
{
	if (n <= 1)
		return 0;
	uint64_t k = split_of(n);
	size_t count;
	if (m < k) {
		count = path_in(t, m, from, k, out);
		range(t, from + k, n - k, out[count]);
	} else {
		count = path_in(t, m - k, from + k, n - k, out);
		range(t, from, k, out[count]);
	}
	return count + 1;
}

size_t merkle_tree_path(const struct merkle_tree *t, uint64_t index, uint64_t n, uint8_t (*out)[32])
{
	return path_in(t, index, 0, n, out);
}

static size_t subproof(const struct merkle_tree *t, uint64_t m, uint64_t from, uint64_t n, int whole, uint8_t (*out)[32])
{
	if (m == n) {
		if (whole)
			return 0;
		range(t, from, n, out[0]);
		return 1;
	}
	uint64_t k = split_of(n);
	size_t count;
	if (m <= k) {
		count = subproof(t, m, from, k, whole, out);
		range(t, from + k, n - k, out[count]);
	} else {
		count = subproof(t, m - k, from + k, n - k, 0, out);
		range(t, from, k, out[count]);
	}
	return count + 1;
}

size_t merkle_tree_consistency(const struct merkle_tree *t, uint64_t m, uint64_t n, uint8_t (*out)[32])
{
	return m == 0 || m >= n ? 0 : subproof(t, m, 0, n, 1, out);
}
