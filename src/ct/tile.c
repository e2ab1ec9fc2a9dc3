#include "ct/tile.h"

#include <stdio.h>

bool ct_tile_path(unsigned level, uint64_t index, unsigned width, char *out, size_t size)
{
	char number[40], partial[8] = "", name[8] = "data";
	char *p = number + sizeof(number) - 1;
	if (size > 0)
		out[0] = 0;
	if ((level >= CT_TILE_LEVELS && level != CT_TILE_DATA) || width < 1 || width > CT_TILE_WIDTH)
		return false;
	/* Groups of three digits from the end; all but the last are marked with an x. */
	for (*p = 0;; index /= 1000) {
		unsigned group = (unsigned)(index % 1000);
		*--p = (char)('0' + group % 10);
		*--p = (char)('0' + group / 10 % 10);
		*--p = (char)('0' + group / 100);
		if (p < number + sizeof(number) - 4)
			*--p = 'x';
		if (index < 1000)
			break;
		*--p = '/';
	}
	if (level != CT_TILE_DATA)
		snprintf(name, sizeof(name), "%u", level);
	if (width < CT_TILE_WIDTH)
		snprintf(partial, sizeof(partial), ".p/%u", width);
	int n = snprintf(out, size, "tile/%s/%s%s", name, p, partial);
	if (n > 0 && (size_t)n < size)
		return true;
	if (size > 0)
		out[0] = 0;
	return false;
}

/* Hashes of a level: complete subtrees of 256^level leaves. */
static uint64_t hashes_at(unsigned level, uint64_t tree_size)
{
	return level < CT_TILE_LEVELS ? tree_size >> 8 * level : 0;
}

uint64_t ct_tile_full_count(unsigned level, uint64_t tree_size)
{
	return hashes_at(level, tree_size) / CT_TILE_WIDTH;
}

unsigned ct_tile_partial_width(unsigned level, uint64_t tree_size)
{
	return (unsigned)(hashes_at(level, tree_size) % CT_TILE_WIDTH);
}

unsigned ct_tile_width(unsigned level, uint64_t index, uint64_t tree_size)
{
	uint64_t full = ct_tile_full_count(level, tree_size);
	return index < full ? CT_TILE_WIDTH : index == full ? ct_tile_partial_width(level, tree_size) : 0;
}

struct fault ct_hash_tile_parse(struct bytes tile, unsigned width, struct sha256 *out)
{
	if (width < 1 || width > CT_TILE_WIDTH)
		return fault_at(FAULT_LENGTH, 0, "hash_tile");
	size_t n = width * (size_t)SHA256_BYTES;
	if (tile.n < n)
		return fault_at(FAULT_TRUNCATED, tile.n, "hash_tile");
	if (tile.n > n)
		return fault_at(FAULT_TRAILING, n, "hash_tile");
	for (unsigned i = 0; i < width; i++)
		memcpy(out[i].b, tile.p + i * (size_t)SHA256_BYTES, SHA256_BYTES);
	return FAULT_OK;
}
