/*
 * What ties two tree heads of one log together (RFC 6962 section 2.1.2), in a form that can also show that
 * nothing does: the path is taken with the first tree's node in front, always, so that both roots can be
 * computed from it. A path that leads to the second root and to another first root than the one that was
 * signed proves that the log signed two trees. Depends on base.
 */
#ifndef TEEWATCH_CT_CONSISTENCY_H
#define TEEWATCH_CT_CONSISTENCY_H

#include "base/limits.h"
#include "ct/merkle.h"
#include "ct/proof.h"

/* Make a path of get-sth-consistency explicit: where the first tree is one perfect subtree, the answer leaves
 * out its root, which is put in front. False where there is no room. */
bool ct_consistency_expand(uint64_t first_size, const struct sha256 *first_root, struct ct_proof *path);

/* The two roots that an explicit path leads to; 0 < first_size < second_size. False where it has another shape
 * than these sizes want. */
bool ct_consistency_roots(uint64_t first_size, uint64_t second_size, const struct ct_proof *path, struct sha256 *first,
                          struct sha256 *second);

/* The hash tiles of the second tree that hold an explicit path: at most CT_CONSISTENCY_TILES. */
enum { CT_CONSISTENCY_TILES = 2 * CT_TILE_LEVELS };
struct ct_tile_place {
	unsigned level;
	uint64_t index;
	unsigned width;
};
size_t ct_consistency_tiles(uint64_t first_size, uint64_t second_size, struct ct_tile_place out[CT_CONSISTENCY_TILES]);

/* The explicit path from the content of those tiles, in their order; full tiles may stand for partial ones.
 * False where one is too short. */
bool ct_consistency_from_tiles(uint64_t first_size, uint64_t second_size, const struct ct_tile_place *places,
                               const struct bytes *tiles, size_t n, struct ct_proof *out);

#endif
