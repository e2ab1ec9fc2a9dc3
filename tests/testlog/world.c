#include "testlog/world.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/gzip.h"
#include "ct/entry.h"
#include "ct/tile.h"

enum { TILE_BYTES_MAX = 64 << 20 };

/* ---- loading ---- */

static void *map_file(const char *dir, const char *name, size_t *n)
{
	char path[4096];
	struct stat st;
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	*n = fstat(fd, &st) == 0 ? (size_t)st.st_size : 0;
	void *p = mmap(NULL, *n ? *n : 1, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	return p == MAP_FAILED ? NULL : p;
}

void tree_load(struct tree *t, const char *name, const char *dir)
{
	char path[4096];
	size_t n = 0;
	*t = (struct tree){.dir = dir};
	snprintf(t->name, sizeof(t->name), "%s", name);
	t->offsets = map_file(dir, "rfc6962/offsets", &n);
	if (t->offsets)
		t->size = n / 8 - 1;
	snprintf(path, sizeof(path), "%s/rfc6962/entries.json", dir);
	t->entries_fd = open(path, O_RDONLY | O_CLOEXEC);
	void *leaves = map_file(dir, "rfc6962/leaves", &n);
	if (leaves)
		merkle_tree_build(&t->merkle, (const uint8_t (*)[32])leaves, n / 32);
}

/* ---- entries ---- */

bool tree_put_entries(const struct tree *t, uint64_t first, uint64_t end, struct buffer *out)
{
	size_t n = t->offsets[end + 1] - t->offsets[first] - 1; /* without the last comma */
	uint8_t *to = buffer_reserve(out, n);
	if (!to || pread(t->entries_fd, to, n, (off_t)t->offsets[first]) != (ssize_t)n)
		return false;
	buffer_added(out, n);
	return true;
}

/* ---- tiles ---- */

bool tile_path_read(const char *path, unsigned *level, uint64_t *index, unsigned *width, bool *data)
{
	*data = strncmp(path, "tile/data/", 10) == 0;
	*level = 0;
	*index = 0;
	*width = CT_TILE_WIDTH;
	if (!*data && (strncmp(path, "tile/", 5) != 0 || path[5] < '0' || path[5] > '7' || path[6] != '/'))
		return false;
	if (!*data)
		*level = (unsigned)(path[5] - '0');
	for (path += *data ? 10 : 7;; path++) {
		path += *path == 'x';
		for (int i = 0; i < 3; i++, path++) {
			if (*path < '0' || *path > '9')
				return false;
			*index = *index * 10 + (uint64_t)(*path - '0');
		}
		if (*path != '/')
			break;
	}
	if (strncmp(path, ".p/", 3) == 0)
		*width = (unsigned)strtoul(path + 3, NULL, 10);
	else if (*path != 0)
		return false;
	return *width >= 1 && *width <= CT_TILE_WIDTH;
}

/* The data tile as far as the tree's files have it, inflated. */
static bool read_data_tile(const struct tree *t, uint64_t index, struct buffer *out)
{
	char name[CT_TILE_PATH_SIZE], path[4096];
	struct buffer raw;
	unsigned there = ct_tile_width(0, index, t->size);
	if (there == 0 || !ct_tile_path(CT_TILE_DATA, index, there, name, sizeof(name)))
		return false;
	snprintf(path, sizeof(path), "%s/static/%s", t->dir, name);
	buffer_init(&raw, TILE_BYTES_MAX);
	bool good = file_read(path, &raw) == 0;
	if (good && gzip_is(buffer_bytes(&raw)))
		good = !fault_is_set(gzip_inflate(buffer_bytes(&raw), out));
	else if (good)
		buffer_put_bytes(out, buffer_bytes(&raw));
	buffer_release(&raw);
	return good;
}

static bool put_data_tile(const struct tree *t, uint64_t index, unsigned width, uint64_t altered, struct buffer *out)
{
	struct buffer tile;
	buffer_init(&tile, TILE_BYTES_MAX);
	bool good = read_data_tile(t, index, &tile);
	struct cursor c = cursor_of(buffer_bytes(&tile));
	for (unsigned i = 0; i < width && good; i++) {
		struct ct_entry e;
		good = ct_tile_entry_next(&c, &e);
		if (good && index * CT_TILE_WIDTH + i == altered)
			tile.p[(size_t)(e.certificate.p - tile.p) + e.certificate.n / 2] ^= 1;
	}
	if (good)
		buffer_put(out, tile.p, tile.n - c.left.n);
	buffer_release(&tile);
	return good;
}

bool tree_put_tile(const struct tree *t, const char *path, uint64_t size, bool pruned, uint64_t altered,
                   struct buffer *out)
{
	unsigned level, width;
	uint64_t index;
	bool data;
	if (!tile_path_read(path, &level, &index, &width, &data) || size > t->size)
		return false;
	unsigned there = ct_tile_width(level, index, size);
	if (width > there || (pruned && width < there))
		return false;
	if (data)
		return put_data_tile(t, index, width, altered, out);
	buffer_put(out, t->merkle.level[8 * level][index * CT_TILE_WIDTH], (size_t)width * SHA256_BYTES);
	return true;
}
