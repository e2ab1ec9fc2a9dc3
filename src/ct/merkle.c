#include "ct/merkle.h"

#include "base/limits.h"

struct sha256 ct_merkle_leaf(struct bytes leaf)
{
	return hash_sha256_prefixed(0x00, leaf, bytes_of(NULL, 0));
}

struct sha256 ct_merkle_node(const struct sha256 *left, const struct sha256 *right)
{
	return hash_sha256_prefixed(0x01, sha256_bytes(left), sha256_bytes(right));
}

struct sha256 ct_merkle_empty(void)
{
	return hash_sha256(bytes_of(NULL, 0));
}

static unsigned count_ones(uint64_t v)
{
	unsigned n = 0;
	for (; v != 0; v &= v - 1)
		n++;
	return n;
}

/* ---- the compact range ---- */

void ct_frontier_init(struct ct_frontier *f)
{
	memset(f, 0, sizeof(*f));
}

bool ct_frontier_restore(struct ct_frontier *f, uint64_t size, const struct sha256 *nodes, size_t n)
{
	ct_frontier_init(f);
	if (size > LIMIT_TREE_SIZE || n != count_ones(size))
		return false;
	f->size = size;
	f->n = (unsigned)n;
	if (n > 0)
		memcpy(f->nodes, nodes, n * sizeof(*nodes));
	return true;
}

bool ct_frontier_append_subtree(struct ct_frontier *f, unsigned level, const struct sha256 *hash)
{
	if (level > 62 || f->size > LIMIT_TREE_SIZE)
		return false;
	uint64_t leaves = UINT64_C(1) << level;
	if (f->size % leaves != 0 || leaves > LIMIT_TREE_SIZE - f->size)
		return false;
	struct sha256 merged = *hash;
	/* Each one bit above the level is a complete left sibling, as in a binary counter. */
	for (uint64_t carry = f->size >> level; carry & 1; carry >>= 1)
		merged = ct_merkle_node(&f->nodes[--f->n], &merged);
	f->nodes[f->n++] = merged;
	f->size += leaves;
	return true;
}

bool ct_frontier_append(struct ct_frontier *f, const struct sha256 *leaf)
{
	return ct_frontier_append_subtree(f, 0, leaf);
}

struct sha256 ct_frontier_root(const struct ct_frontier *f)
{
	if (f->n == 0)
		return ct_merkle_empty();
	struct sha256 root = f->nodes[f->n - 1];
	for (unsigned i = f->n - 1; i > 0; i--)
		root = ct_merkle_node(&f->nodes[i - 1], &root);
	return root;
}

/* ---- subtrees of a run of leaves ---- */

size_t ct_subtrees(uint64_t first, const struct sha256 *leaves, size_t n, struct ct_subtree out[CT_SUBTREES_MAX])
{
	size_t count = 0;
	for (size_t i = 0; i < n; i++) {
		struct ct_subtree top = {0, leaves[i]};
		/* Leaves of the run that stand in subtrees of the same level to the left of this one can be
		 * merged with it only where the pair begins at a multiple of its own size. */
		uint64_t end = first + i + 1;
		while (count > 0 && out[count - 1].level == top.level && end % (UINT64_C(2) << top.level) == 0) {
			top.hash = ct_merkle_node(&out[--count].hash, &top.hash);
			top.level++;
		}
		out[count++] = top;
	}
	return count;
}

/* ---- seeding at the end of a tree ---- */

static bool seeded(struct ct_frontier *f, uint64_t tree_size, const struct sha256 *root)
{
	struct sha256 computed = ct_frontier_root(f);
	if (f->size == tree_size && sha256_equal(&computed, root))
		return true;
	ct_frontier_init(f);
	return false;
}

bool ct_frontier_from_audit_path(uint64_t tree_size, const struct sha256 *leaf, const struct sha256 *path, size_t n,
                                 const struct sha256 *root, struct ct_frontier *out)
{
	ct_frontier_init(out);
	if (tree_size == 0 || tree_size > LIMIT_TREE_SIZE || n != count_ones(tree_size - 1))
		return false;
	/* The last leaf's path has the smallest subtree first: the frontier of the tree before it, reversed. */
	for (size_t i = 0; i < n; i++)
		out->nodes[i] = path[n - 1 - i];
	out->n = (unsigned)n;
	out->size = tree_size - 1;
	ct_frontier_append(out, leaf);
	return seeded(out, tree_size, root);
}

bool ct_frontier_from_tiles(uint64_t tree_size, const struct bytes tiles[CT_TILE_LEVELS], const struct sha256 *root,
                            struct ct_frontier *out)
{
	ct_frontier_init(out);
	if (tree_size > LIMIT_TREE_SIZE)
		return false;
	for (unsigned level = CT_TILE_LEVELS; level-- > 0;) {
		unsigned width = ct_tile_partial_width(level, tree_size);
		size_t there = tiles[level].n;
		if (width == 0)
			continue;
		if (there != width * SHA256_BYTES && there != CT_TILE_WIDTH * SHA256_BYTES) {
			ct_frontier_init(out);
			return false;
		}
		for (unsigned i = 0; i < width; i++) {
			struct sha256 hash;
			memcpy(hash.b, tiles[level].p + i * SHA256_BYTES, SHA256_BYTES);
			ct_frontier_append_subtree(out, level * 8, &hash);
		}
	}
	return seeded(out, tree_size, root);
}

/* ---- one leaf, from tiles ---- */

/* The height of the perfect subtree of the tree that holds index, and its place in the frontier. */
static unsigned subtree_of(uint64_t index, uint64_t tree_size, unsigned *node)
{
	unsigned height = 63;
	*node = 0;
	for (; height > 0; height--) {
		uint64_t leaves = UINT64_C(1) << height;
		if (!(tree_size & leaves))
			continue;
		if (index < leaves)
			break;
		index -= leaves;
		++*node;
	}
	return height;
}

unsigned ct_leaf_tile_levels(uint64_t index, uint64_t tree_size)
{
	unsigned node;
	return (subtree_of(index, tree_size, &node) + 7) / 8;
}

/* The root of 2^height hashes of the tile around the one at `at`; false where the tile ends before them. */
static bool fold_in_tile(struct bytes tile, unsigned at, unsigned height, struct sha256 *root)
{
	struct sha256 hashes[CT_TILE_WIDTH];
	unsigned n = 1u << height, first = at & ~(n - 1);
	if (tile.n < (size_t)(first + n) * SHA256_BYTES)
		return false;
	memcpy(hashes, tile.p + (size_t)first * SHA256_BYTES, (size_t)n * SHA256_BYTES);
	for (; n > 1; n /= 2)
		for (unsigned i = 0; i < n / 2; i++)
			hashes[i] = ct_merkle_node(&hashes[2 * i], &hashes[2 * i + 1]);
	*root = hashes[0];
	return true;
}

static bool hash_in_tile(struct bytes tile, unsigned at, struct sha256 *out)
{
	if (tile.n < (size_t)(at + 1) * SHA256_BYTES)
		return false;
	memcpy(out->b, tile.p + (size_t)at * SHA256_BYTES, SHA256_BYTES);
	return true;
}

bool ct_leaf_from_tiles(uint64_t index, const struct ct_frontier *f, const struct bytes tiles[CT_TILE_LEVELS],
                        struct sha256 *leaf)
{
	unsigned node, height = subtree_of(index, f->size, &node);
	if (index >= f->size || node >= f->n)
		return false;
	if (height == 0)
		*leaf = f->nodes[node];
	else if (!hash_in_tile(tiles[0], index & 0xff, leaf))
		return false;
	for (unsigned level = 0; 8 * level < height; level++) {
		unsigned rest = height - 8 * level, at = (unsigned)(index >> (8 * level)) & 0xff;
		struct sha256 root, above = f->nodes[node];
		if (rest > 8 && !hash_in_tile(tiles[level + 1], (unsigned)(index >> (8 * level + 8)) & 0xff, &above))
			return false;
		if (!fold_in_tile(tiles[level], at, rest < 8 ? rest : 8, &root) || !sha256_equal(&root, &above))
			return false;
	}
	return true;
}

bool ct_audit_path_from_tiles(uint64_t index, const struct ct_frontier *f, const struct bytes tiles[CT_TILE_LEVELS],
                              struct sha256 *out, size_t *n)
{
	unsigned node, height = subtree_of(index, f->size, &node);
	*n = 0;
	if (index >= f->size || node >= f->n)
		return false;
	for (unsigned level = 0; level < height; level++) {
		unsigned in_tile = level % 8, at = (unsigned)(((index >> level) ^ 1) << in_tile) & 0xff;
		if (!fold_in_tile(tiles[level / 8], at, in_tile, &out[(*n)++]))
			return false;
	}
	if (node + 1 < f->n) { /* everything to the right of the leaf's subtree is one node */
		struct sha256 right = f->nodes[f->n - 1];
		for (unsigned i = f->n - 1; i-- > node + 1;)
			right = ct_merkle_node(&f->nodes[i], &right);
		out[(*n)++] = right;
	}
	while (node-- > 0)
		out[(*n)++] = f->nodes[node];
	return true;
}

/* ---- proofs ---- */

/* Where a walk from a leaf or subtree to the root stands: its place and the last place, at this level. */
struct climb {
	uint64_t at, last;
};

static void climb_up(struct climb *c)
{
	c->at >>= 1;
	c->last >>= 1;
}

/* Is the next hash of the path to the left? If so, skip the levels where this node, at the right edge,
 * has no sibling. */
static bool climb_from_right(struct climb *c)
{
	if (!(c->at & 1) && c->at != c->last)
		return false;
	while (!(c->at & 1) && c->at != 0)
		climb_up(c);
	return true;
}

bool ct_inclusion_verify(uint64_t index, uint64_t tree_size, const struct sha256 *leaf, const struct sha256 *path,
                         size_t n, const struct sha256 *root)
{
	if (index >= tree_size)
		return false;
	struct climb c = {index, tree_size - 1};
	struct sha256 r = *leaf;
	for (size_t i = 0; i < n; i++) {
		if (c.last == 0)
			return false;
		if (climb_from_right(&c))
			r = ct_merkle_node(&path[i], &r);
		else
			r = ct_merkle_node(&r, &path[i]);
		climb_up(&c);
	}
	return c.last == 0 && sha256_equal(&r, root);
}

bool ct_consistency_verify(uint64_t first_size, uint64_t second_size, const struct sha256 *first_root,
                           const struct sha256 *second_root, const struct sha256 *path, size_t n)
{
	if (first_size == 0 || first_size > second_size)
		return false;
	if (first_size == second_size)
		return n == 0 && sha256_equal(first_root, second_root);
	if (n == 0)
		return false;
	struct climb c = {first_size - 1, second_size - 1};
	while (c.at & 1)
		climb_up(&c);
	/* A first tree that is one perfect subtree is where the walk begins; its root is not in the path. */
	bool perfect = (first_size & (first_size - 1)) == 0;
	struct sha256 first = perfect ? *first_root : path[0], second = first;
	for (size_t i = perfect ? 0 : 1; i < n; i++) {
		if (c.last == 0)
			return false;
		if (climb_from_right(&c)) {
			first = ct_merkle_node(&path[i], &first);
			second = ct_merkle_node(&path[i], &second);
		} else {
			second = ct_merkle_node(&second, &path[i]);
		}
		climb_up(&c);
	}
	return c.last == 0 && sha256_equal(&first, first_root) && sha256_equal(&second, second_root);
}
