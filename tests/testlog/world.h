/*
 * What the test log server has to tell: trees that teewatch-mklog made, and views of them (a tree cut at some
 * size, with a time). Bodies are cut out of the files, so that one tree serves every size of a log that grows.
 */
#ifndef TEEWATCH_TESTS_WORLD_H
#define TEEWATCH_TESTS_WORLD_H

#include "base/buffer.h"
#include "base/hash.h"
#include "testlog/merkle_tree.h"

enum { TREES_MAX = 8 };

struct tree {
	char name[32];
	const char *dir;
	int entries_fd;      /* rfc6962/entries.json */
	uint64_t *offsets;   /* of each entry in it, and of its end */
	uint64_t size;
	struct merkle_tree merkle;
};

/* Load the files of DIR; a tree without entries has size 0. */
void tree_load(struct tree *t, const char *name, const char *dir);

/* The JSON of entries [first, end], with commas between them; at most 64 MiB. */
bool tree_put_entries(const struct tree *t, uint64_t first, uint64_t end, struct buffer *out);

/* "tile/..." of a view of `size` entries, as a log would serve it for a checkpoint of that size; false where
 * there is no such tile. pruned: partial tiles are gone once the full one is there. altered: this entry comes
 * out with one bit flipped (UINT64_MAX: none). */
bool tree_put_tile(const struct tree *t, const char *path, uint64_t size, bool pruned, uint64_t altered,
                   struct buffer *out);

/* First index and width in leaves that a tile path names; false for what is no tile path. data: a data tile. */
bool tile_path_read(const char *path, unsigned *level, uint64_t *index, unsigned *width, bool *data);

#endif
