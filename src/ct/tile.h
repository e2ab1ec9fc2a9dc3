/*
 * Tiles of a static log (c2sp.org/tlog-tiles, c2sp.org/static-ct-api): their paths, their widths
 * in a tree of some size, and the content of hash tiles. Data tiles are in entry.h. Depends on base.
 */
#ifndef TEEWATCH_CT_TILE_H
#define TEEWATCH_CT_TILE_H

#include "base/fault.h"
#include "base/hash.h"

enum {
	CT_TILE_WIDTH = 256,    /* entries or hashes of a full tile */
	CT_TILE_LEVELS = 8,     /* levels of a tree of 2^64 leaves; static-ct-api has 0 to 5 */
	CT_TILE_DATA = 0xff,    /* in the place of a level: data tile */
	CT_TILE_PATH_SIZE = 64  /* room for any path and its NUL */
};

/* "tile/0/x001/234", "tile/data/000.p/7": the path under the monitoring prefix. width is 1 to 256.
 * False where an argument is out of range or out too small (out is then ""). */
bool ct_tile_path(unsigned level, uint64_t index, unsigned width, char *out, size_t size);

/* Number of full tiles of a level in a tree of that size, and width (0 to 255) of the partial tile
 * behind them. The data tiles are those of level 0. */
uint64_t ct_tile_full_count(unsigned level, uint64_t tree_size);
unsigned ct_tile_partial_width(unsigned level, uint64_t tree_size);

/* Width of one tile in a tree of that size: 256, 1 to 255, or 0 where there is no such tile. */
unsigned ct_tile_width(unsigned level, uint64_t index, uint64_t tree_size);

/* A hash tile of exactly width hashes, copied to out. */
struct fault ct_hash_tile_parse(struct bytes tile, unsigned width, struct sha256 *out);

#endif
