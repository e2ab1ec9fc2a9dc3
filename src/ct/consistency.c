#include "ct/consistency.h"

static bool is_perfect(uint64_t size)
{
	return (size & (size - 1)) == 0;
}

bool ct_consistency_expand(uint64_t first_size, const struct sha256 *first_root, struct ct_proof *path)
{
	if (!is_perfect(first_size))
		return true;
	if (path->n >= LIMIT_PROOF_NODES)
		return false;
	memmove(path->nodes + 1, path->nodes, path->n * sizeof(path->nodes[0]));
	path->nodes[0] = *first_root;
	path->n++;
	return true;
}

/* RFC 9162 section 2.1.4.2, with both roots as results. */
bool ct_consistency_roots(uint64_t first_size, uint64_t second_size, const struct ct_proof *path, struct sha256 *first,
                          struct sha256 *second)
{
	if (first_size == 0 || first_size >= second_size || path->n < 1)
		return false;
	uint64_t at = first_size - 1, last = second_size - 1;
	while (at & 1) {
		at >>= 1;
		last >>= 1;
	}
	*first = *second = path->nodes[0];
	for (size_t i = 1; i < path->n; i++) {
		if (last == 0)
			return false;
		if ((at & 1) || at == last) {
			*first = ct_merkle_node(&path->nodes[i], first);
			*second = ct_merkle_node(&path->nodes[i], second);
			while (!(at & 1) && at != 0) {
				at >>= 1;
				last >>= 1;
			}
		} else {
			*second = ct_merkle_node(second, &path->nodes[i]);
		}
		at >>= 1;
		last >>= 1;
	}
	return last == 0;
}

/* ---- from hash tiles ---- */

/* The tiles that a walk looks into: to be listed, or with their content. */
struct tiles {
	struct ct_tile_place *list; /* NULL: content is there */
	const struct ct_tile_place *places;
	const struct bytes *content;
	size_t n;
	uint64_t size;              /* of the tree */
	bool bad;
};

static void list_tile(struct tiles *t, unsigned level, uint64_t index)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->list[i].level == level && t->list[i].index == index)
			return;
	if (t->n < CT_CONSISTENCY_TILES)
		t->list[t->n++] = (struct ct_tile_place){level, index, ct_tile_width(level, index, t->size)};
}

/* The hash of 2^height leaves, the index-th of its kind. */
static struct sha256 perfect(struct tiles *t, unsigned height, uint64_t index)
{
	struct sha256 hashes[CT_TILE_WIDTH] = {{{0}}};
	unsigned level = height / 8, count = 1u << height % 8;
	uint64_t first = index << height % 8;
	if (t->list) {
		list_tile(t, level, first / CT_TILE_WIDTH);
		return hashes[0];
	}
	for (size_t i = 0; i < t->n; i++) {
		const struct ct_tile_place *p = &t->places[i];
		size_t at = (size_t)(first % CT_TILE_WIDTH);
		if (p->level != level || p->index != first / CT_TILE_WIDTH || (at + count) * SHA256_BYTES > t->content[i].n)
			continue;
		memcpy(hashes, t->content[i].p + at * SHA256_BYTES, count * SHA256_BYTES);
		for (; count > 1; count /= 2)
			for (unsigned k = 0; k < count / 2; k++)
				hashes[k] = ct_merkle_node(&hashes[2 * k], &hashes[2 * k + 1]);
		return hashes[0];
	}
	t->bad = true;
	return hashes[0];
}

static unsigned log2_floor(uint64_t n)
{
	unsigned l = 0;
	while (n >>= 1)
		l++;
	return l;
}

/* Root of leaves [from, from + n), which begin at a multiple of the largest power of two up to n. */
static struct sha256 root_of(struct tiles *t, uint64_t from, uint64_t n)
{
	struct sha256 hash = {{0}};
	/* The perfect parts from the right, each joined to what is behind it. */
	for (uint64_t left = n; left > 0; left &= left - 1) {
		unsigned height = log2_floor(left & -left);
		uint64_t start = from + (left & (left - 1));
		struct sha256 part = perfect(t, height, start >> height);
		hash = left == n ? part : ct_merkle_node(&part, &hash);
	}
	return hash;
}

/* RFC 6962 section 2.1.2, from the leaf up: the first node, then each sibling. */
static bool walk(struct tiles *t, uint64_t first_size, uint64_t second_size, struct ct_proof *out)
{
	out->n = 0;
	if (first_size == 0 || first_size >= second_size || second_size > LIMIT_TREE_SIZE)
		return false;
	unsigned height = log2_floor(first_size & -first_size);
	uint64_t at = (first_size - 1) >> height, last = (second_size - 1) >> height;
	out->nodes[out->n++] = perfect(t, height, at);
	for (; last > 0 && out->n < LIMIT_PROOF_NODES; at >>= 1, last >>= 1, height++) {
		if (at & 1) {
			out->nodes[out->n++] = perfect(t, height, at - 1);
		} else if (at != last) {
			uint64_t start = (at + 1) << height, most = UINT64_C(1) << height;
			uint64_t leaves = second_size - start < most ? second_size - start : most;
			out->nodes[out->n++] = root_of(t, start, leaves);
		}
	}
	return !t->bad && last == 0;
}

size_t ct_consistency_tiles(uint64_t first_size, uint64_t second_size, struct ct_tile_place out[CT_CONSISTENCY_TILES])
{
	struct tiles t = {.list = out, .size = second_size};
	struct ct_proof path;
	return walk(&t, first_size, second_size, &path) ? t.n : 0;
}

bool ct_consistency_from_tiles(uint64_t first_size, uint64_t second_size, const struct ct_tile_place *places,
                               const struct bytes *tiles, size_t n, struct ct_proof *out)
{
	struct tiles t = {.places = places, .content = tiles, .n = n, .size = second_size};
	return walk(&t, first_size, second_size, out);
}
