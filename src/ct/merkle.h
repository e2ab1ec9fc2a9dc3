/*
 * Merkle trees of RFC 6962 section 2.1: leaf and node hashes, the compact range ("frontier") that a
 * monitor keeps, subtrees that one process folds and another appends, proofs. Depends on base.
 */
#ifndef TEEWATCH_CT_MERKLE_H
#define TEEWATCH_CT_MERKLE_H

#include "base/fault.h"
#include "base/hash.h"

enum { CT_FRONTIER_MAX = 64 };

/* A tree of `size` leaves as the roots of its maximal full subtrees, biggest first: n is the number of
 * one bits in size. */
struct ct_frontier {
	uint64_t size;
	unsigned n;
	struct sha256 nodes[CT_FRONTIER_MAX];
};

/* The root of 2^level leaves, at a multiple of 2^level. */
struct ct_subtree {
	unsigned level;
	struct sha256 hash;
};

struct sha256 ct_node_hash(const struct sha256 *left, const struct sha256 *right);

void ct_frontier_append(struct ct_frontier *f, const struct sha256 *leaf);
/* False unless the size is a multiple of 2^level. */
bool ct_frontier_append_subtree(struct ct_frontier *f, unsigned level, const struct sha256 *hash);
struct sha256 ct_frontier_root(const struct ct_frontier *f);

/* Fold leaves [first, first + n) into maximal aligned subtrees, in order; out has room for 128. The
 * leaf hashes are overwritten. Returns how many. */
size_t ct_subtrees(uint64_t first, struct sha256 *leaves, size_t n, struct ct_subtree *out);

/* The frontier of tree_size from the audit path of its last leaf, or from the partial hash tile of each
 * level (static-ct-api; tiles[level] holds at least the partial width; empty where there is none).
 * The caller compares the root. */
struct fault ct_frontier_from_audit_path(uint64_t tree_size, const struct sha256 *leaf, const struct sha256 *path,
                                         size_t n, struct ct_frontier *out);
struct fault ct_frontier_from_tiles(uint64_t tree_size, const struct bytes *tiles, size_t levels, struct ct_frontier *out);

/* RFC 9162 sections 2.1.3.2 and 2.1.4.2. */
bool ct_inclusion_verify(uint64_t index, uint64_t tree_size, const struct sha256 *leaf, const struct sha256 *path,
                         size_t n, const struct sha256 *root);
bool ct_consistency_verify(uint64_t first, uint64_t second, const struct sha256 *first_root,
                           const struct sha256 *second_root, const struct sha256 *path, size_t n);

#endif
