/* Paths of tiles: static-ct-api v1.0 and tlog-tiles. Depends on base. */
#ifndef TEEWATCH_CT_TILE_H
#define TEEWATCH_CT_TILE_H

#include <stddef.h>
#include <stdint.h>

enum { CT_TILE_DATA = 255 };

/* "tile/0/x001/234", "tile/data/000.p/10"; width 256 (or 0) is a full tile. */
void ct_tile_path(unsigned level, uint64_t index, unsigned width, char *out, size_t size);

#endif
