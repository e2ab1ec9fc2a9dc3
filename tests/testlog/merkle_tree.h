/*
 * A whole Merkle tree in memory (RFC 6962 section 2.1), for the test log: every level of full nodes. An
 * implementation of its own, so that what it says of the code under test means something.
 */
#ifndef TEEWATCH_TESTS_MERKLE_TREE_H
#define TEEWATCH_TESTS_MERKLE_TREE_H

#include <stddef.h>
#include <stdint.h>

struct merkle_tree {
	uint8_t (*level[48])[32]; /* level[l][i]: root of leaves [i << l, (i + 1) << l) */
	uint64_t size;
};

void merkle_tree_build(struct merkle_tree *t, const uint8_t (*leaves)[32], uint64_t n);
void merkle_tree_free(struct merkle_tree *t);
void merkle_tree_root(const struct merkle_tree *t, uint64_t n, uint8_t out[32]);
/* Proofs of RFC 6962 sections 2.1.1 and 2.1.2; out has room for 64 hashes. Return how many. */
size_t merkle_tree_path(const struct merkle_tree *t, uint64_t index, uint64_t n, uint8_t (*out)[32]);
size_t merkle_tree_consistency(const struct merkle_tree *t, uint64_t m, uint64_t n, uint8_t (*out)[32]);

#endif
