#include "ct/merkle.h"

struct sha256 ct_node_hash(const struct sha256 *left, const struct sha256 *right)
{
	return hash_sha256_prefixed(1, sha256_bytes(left), sha256_bytes(right));
}

bool ct_frontier_append_subtree(struct ct_frontier *f, unsigned level, const struct sha256 *hash)
{
	if (level >= 63 || f->size % (UINT64_C(1) << level) != 0 || f->n >= CT_FRONTIER_MAX ||
	    f->size > (UINT64_C(1) << 63) - 1 - (UINT64_C(1) << level))
		return false;
	struct sha256 node = *hash;
	for (uint64_t rest = f->size >> level; rest & 1; rest >>= 1)
		node = ct_node_hash(&f->nodes[--f->n], &node);
	f->nodes[f->n++] = node;
	f->size += UINT64_C(1) << level;
	return true;
}

void ct_frontier_append(struct ct_frontier *f, const struct sha256 *leaf)
{
	ct_frontier_append_subtree(f, 0, leaf);
}

struct sha256 ct_frontier_root(const struct ct_frontier *f)
{
	if (f->n == 0)
		return hash_sha256((struct bytes){NULL, 0});
	struct sha256 root = f->nodes[f->n - 1];
	for (unsigned i = f->n - 1; i > 0; i--)
		root = ct_node_hash(&f->nodes[i - 1], &root);
	return root;
}

/* The largest level whose subtree starts at `at` and has at most n leaves. */
static unsigned level_at(uint64_t at, uint64_t n)
{
	unsigned aligned = at == 0 ? 62 : (unsigned)__builtin_ctzll(at);
	unsigned fits = 63 - (unsigned)__builtin_clzll(n);
	return aligned < fits ? aligned : fits;
}

static void fold_in_place(struct sha256 *leaves, size_t n)
{
	for (; n > 1; n /= 2)
		for (size_t i = 0; i < n / 2; i++)
			leaves[i] = ct_node_hash(&leaves[2 * i], &leaves[2 * i + 1]);
}

size_t ct_subtrees(uint64_t first, struct sha256 *leaves, size_t n, struct ct_subtree *out)
{
	size_t count = 0;
	while (n > 0) {
		unsigned level = level_at(first, n);
		size_t width = (size_t)1 << level;
		fold_in_place(leaves, width);
		out[count++] = (struct ct_subtree){level, leaves[0]};
		leaves += width;
		first += width;
		n -= width;
	}
	return count;
}

struct fault ct_frontier_from_audit_path(uint64_t tree_size, const struct sha256 *leaf, const struct sha256 *path,
                                         size_t n, struct ct_frontier *out)
{
	/* The path of the last leaf, from the bottom up, is the frontier of all leaves before it. */
	*out = (struct ct_frontier){0};
	if (tree_size == 0 || tree_size > (UINT64_C(1) << 63) - 1)
		return fault_at(FAULT_VALUE, 0, "tree_size");
	if (n != (size_t)__builtin_popcountll(tree_size - 1))
		return fault_at(FAULT_LENGTH, 0, "audit_path");
	out->size = tree_size - 1;
	out->n = (unsigned)n;
	for (size_t i = 0; i < n; i++)
		out->nodes[i] = path[n - 1 - i];
	ct_frontier_append(out, leaf);
	return FAULT_OK;
}

struct fault ct_frontier_from_tiles(uint64_t tree_size, const struct bytes *tiles, size_t levels, struct ct_frontier *out)
{
	*out = (struct ct_frontier){0};
	if (tree_size > (UINT64_C(1) << 63) - 1 || levels > 8 || (levels < 8 && tree_size >> (8 * levels) != 0))
		return fault_at(FAULT_VALUE, 0, "tree_size");
	for (size_t level = levels; level > 0; level--) {
		struct bytes tile = tiles[level - 1];
		size_t width = (tree_size >> (8 * (level - 1))) & 0xff;
		if (tile.n % SHA256_BYTES != 0 || tile.n / SHA256_BYTES < width)
			return fault_at(FAULT_LENGTH, tile.n, "hash_tile");
		for (size_t i = 0; i < width; i++) {
			struct sha256 hash;
			memcpy(hash.b, tile.p + i * SHA256_BYTES, SHA256_BYTES);
			if (!ct_frontier_append_subtree(out, (unsigned)(8 * (level - 1)), &hash))
				return fault_at(FAULT_VALUE, 0, "tree_size");
		}
	}
	return FAULT_OK;
}

/* ---- proofs ---- */

static void shift_to_odd(uint64_t *a, uint64_t *b)
{
	while (*a % 2 == 0 && *a != 0) {
		*a /= 2;
		*b /= 2;
	}
}

bool ct_inclusion_verify(uint64_t index, uint64_t tree_size, const struct sha256 *leaf, const struct sha256 *path,
                         size_t n, const struct sha256 *root)
{
	if (index >= tree_size)
		return false;
	uint64_t fn = index, sn = tree_size - 1;
	struct sha256 r = *leaf;
	for (size_t i = 0; i < n; i++) {
		if (sn == 0)
			return false;
		if (fn % 2 == 1 || fn == sn) {
			r = ct_node_hash(&path[i], &r);
			shift_to_odd(&fn, &sn);
		} else {
			r = ct_node_hash(&r, &path[i]);
		}
		fn /= 2;
		sn /= 2;
	}
	return sn == 0 && sha256_equal(&r, root);
}

bool ct_consistency_verify(uint64_t first, uint64_t second, const struct sha256 *first_root,
                           const struct sha256 *second_root, const struct sha256 *path, size_t n)
{
	if (first == 0 || first > second)
		return false;
	if (first == second)
		return n == 0 && sha256_equal(first_root, second_root);
	if (n == 0)
		return false;
	uint64_t fn = first - 1, sn = second - 1;
	while (fn % 2 == 1) {
		fn /= 2;
		sn /= 2;
	}
	/* A first tree that is one full subtree is its own first node. */
	bool full = (first & (first - 1)) == 0;
	size_t i = full ? 0 : 1;
	struct sha256 fr = full ? *first_root : path[0], sr = fr;
	for (; i < n; i++) {
		if (sn == 0)
			return false;
		if (fn % 2 == 1 || fn == sn) {
			fr = ct_node_hash(&path[i], &fr);
			sr = ct_node_hash(&path[i], &sr);
			shift_to_odd(&fn, &sn);
		} else {
			sr = ct_node_hash(&sr, &path[i]);
		}
		fn /= 2;
		sn /= 2;
	}
	return sn == 0 && sha256_equal(&fr, first_root) && sha256_equal(&sr, second_root);
}
