/*
 * Merkle trees of RFC 6962 section 2.1: the compact range of a growing tree, subtrees that other
 * processes fold, and proofs (RFC 9162 section 2.1.3 and 2.1.4 for their verification). Depends on
 * base.
 */
#ifndef TEEWATCH_CT_MERKLE_H
#define TEEWATCH_CT_MERKLE_H

#include "base/bytes.h"
#include "base/hash.h"
#include "ct/tile.h"

/* The hashes of the perfect subtrees that a tree of this size consists of, biggest first: all that is
 * needed to append to it and to know its root. n is the number of one bits of size. */
struct ct_frontier {
	uint64_t size;
	struct sha256 nodes[64];
	unsigned n;
};

/* The hash of 2^level leaves that begin at a multiple of 2^level. */
struct ct_subtree {
	unsigned level;
	struct sha256 hash;
};

enum { CT_SUBTREES_MAX = 128 }; /* of any run of leaves: at most 64 growing, then 64 shrinking */

/* SHA-256(0x00 || leaf), SHA-256(0x01 || left || right), SHA-256(""). */
struct sha256 ct_merkle_leaf(struct bytes leaf);
struct sha256 ct_merkle_node(const struct sha256 *left, const struct sha256 *right);
struct sha256 ct_merkle_empty(void);

void ct_frontier_init(struct ct_frontier *f); /* the empty tree */

/* The frontier of size from n stored nodes; false where n is not its number of one bits, or size is
 * above LIMIT_TREE_SIZE. */
bool ct_frontier_restore(struct ct_frontier *f, uint64_t size, const struct sha256 *nodes, size_t n);

/* Append one leaf hash, or the hash of a subtree; false, and nothing changes, where size is no
 * multiple of 2^level or the tree would pass LIMIT_TREE_SIZE. */
bool ct_frontier_append(struct ct_frontier *f, const struct sha256 *leaf);
bool ct_frontier_append_subtree(struct ct_frontier *f, unsigned level, const struct sha256 *hash);
struct sha256 ct_frontier_root(const struct ct_frontier *f);

/* Fold the leaf hashes of [first, first+n) into the sequence of maximal aligned subtrees, in order:
 * appending them to a frontier of size first is the same as appending the leaves. Returns how many. */
size_t ct_subtrees(uint64_t first, const struct sha256 *leaves, size_t n, struct ct_subtree out[CT_SUBTREES_MAX]);

/* The frontier of a whole tree without its leaves, from the last leaf's hash and its audit path
 * (get-entry-and-proof for tree_size - 1). False, and *out is the empty tree, unless the root is this. */
bool ct_frontier_from_audit_path(uint64_t tree_size, const struct sha256 *leaf, const struct sha256 *path, size_t n,
                                 const struct sha256 *root, struct ct_frontier *out);

/* The same from a static log's hash tiles at the tree's edge: tiles[level] is tile
 * (level, tree_size >> 8*(level+1)), needed where ct_tile_partial_width(level, tree_size) is not 0; that
 * partial tile or the full one of which it is the beginning. */
bool ct_frontier_from_tiles(uint64_t tree_size, const struct bytes tiles[CT_TILE_LEVELS], const struct sha256 *root,
                            struct ct_frontier *out);

/* The leaf hash at index of a static log's tree, proven by the hash tiles above it: tiles[level] is tile
 * (level, index >> 8*(level+1)) for each level below ct_leaf_tile_levels, as wide as the tree has it or wider.
 * False where they do not lead to the frontier's node, or index is not in the tree. No tile is needed (0 levels)
 * where the leaf itself is a node of the frontier. */
unsigned ct_leaf_tile_levels(uint64_t index, uint64_t tree_size);
bool ct_leaf_from_tiles(uint64_t index, const struct ct_frontier *f, const struct bytes tiles[CT_TILE_LEVELS],
                        struct sha256 *leaf);

/* The audit path of the same leaf (RFC 6962 section 2.1.1) from the same tiles, to out, which has room for
 * LIMIT_PROOF_NODES; its length goes to *n. False where a tile is too short. */
bool ct_audit_path_from_tiles(uint64_t index, const struct ct_frontier *f, const struct bytes tiles[CT_TILE_LEVELS],
                              struct sha256 *out, size_t *n);

/* Is this the leaf at index of the tree of that size and root? */
bool ct_inclusion_verify(uint64_t index, uint64_t tree_size, const struct sha256 *leaf, const struct sha256 *path,
                         size_t n, const struct sha256 *root);

/* Is the first tree the beginning of the second? Equal sizes want equal roots and an empty path. False
 * for a first size of 0: every tree begins with the empty one, so no proof says anything. */
bool ct_consistency_verify(uint64_t first_size, uint64_t second_size, const struct sha256 *first_root,
                           const struct sha256 *second_root, const struct sha256 *path, size_t n);

#endif
