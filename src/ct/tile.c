#include "ct/tile.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/limits.h"

/* Groups of three digits, all but the last with an x before them. */
static int put_index(char *out, size_t size, uint64_t index)
{
	uint64_t groups[7];
	size_t n = 0;
	do {
		groups[n++] = index % 1000;
		index /= 1000;
	} while (index > 0);
	int used = 0;
	for (size_t i = n; i > 0 && (size_t)used < size; i--)
		used += snprintf(out + used, size - (size_t)used, "%s%03" PRIu64, i > 1 ? "/x" : "/", groups[i - 1]);
	return used;
}

void ct_tile_path(unsigned level, uint64_t index, unsigned width, char *out, size_t size)
{
	int n = level == CT_TILE_DATA ? snprintf(out, size, "tile/data") : snprintf(out, size, "tile/%u", level);
	n += put_index(out + n, size - (size_t)n, index);
	if (width > 0 && width < LIMIT_TILE_ENTRIES && (size_t)n < size)
		snprintf(out + n, size - (size_t)n, ".p/%u", width);
}
