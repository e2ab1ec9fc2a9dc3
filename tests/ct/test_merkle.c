/* Merkle trees against the definitions of RFC 6962 section 2.1, computed naively. */
#include "test.h"

#include "base/limits.h"
#include "ct/entry.h"
#include "ct/merkle.h"

enum { LEAVES = 300, PROOF_LEAVES = 40 };

static struct sha256 leaves[LEAVES];

static void make_leaves(void)
{
	for (unsigned i = 0; i < LEAVES; i++) {
		char text[16];
		snprintf(text, sizeof(text), "leaf %u", i);
		leaves[i] = ct_merkle_leaf(bytes_of_text(text));
	}
}

static size_t split(size_t n) /* the largest power of two below n */
{
	size_t k = 1;
	while (k * 2 < n)
		k *= 2;
	return k;
}

static struct sha256 naive_root(size_t from, size_t n)
{
	if (n == 0)
		return hash_sha256(bytes_of(NULL, 0));
	if (n == 1)
		return leaves[from];
	struct sha256 left = naive_root(from, split(n)), right = naive_root(from + split(n), n - split(n));
	uint8_t both[1 + 2 * SHA256_BYTES] = {1};
	memcpy(both + 1, left.b, SHA256_BYTES);
	memcpy(both + 1 + SHA256_BYTES, right.b, SHA256_BYTES);
	return hash_sha256(bytes_of(both, sizeof(both)));
}

static size_t naive_path(size_t index, size_t from, size_t n, struct sha256 *out)
{
	if (n <= 1)
		return 0;
	size_t k = split(n), count;
	if (index < k) {
		count = naive_path(index, from, k, out);
		out[count] = naive_root(from + k, n - k);
	} else {
		count = naive_path(index - k, from + k, n - k, out);
		out[count] = naive_root(from, k);
	}
	return count + 1;
}

/* SUBPROOF(m, D[n], b) of RFC 6962 section 2.1.2. */
static size_t naive_subproof(size_t m, size_t from, size_t n, bool whole, struct sha256 *out)
{
	if (m == n) {
		if (!whole)
			out[0] = naive_root(from, n);
		return whole ? 0 : 1;
	}
	size_t k = split(n), count;
	if (m <= k) {
		count = naive_subproof(m, from, k, whole, out);
		out[count] = naive_root(from + k, n - k);
	} else {
		count = naive_subproof(m - k, from + k, n - k, false, out);
		out[count] = naive_root(from, k);
	}
	return count + 1;
}

static bool same_frontier(const struct ct_frontier *a, const struct ct_frontier *b)
{
	return a->size == b->size && a->n == b->n && memcmp(a->nodes, b->nodes, a->n * sizeof(a->nodes[0])) == 0;
}

static struct ct_frontier frontier_of(size_t n)
{
	struct ct_frontier f;
	ct_frontier_init(&f);
	for (size_t i = 0; i < n; i++)
		CHECK(ct_frontier_append(&f, &leaves[i]));
	return f;
}

TEST(hashes)
{
	make_leaves();
	struct sha256 h = ct_merkle_empty(), e = ct_merkle_leaf(bytes_of(NULL, 0));
	char text[65];
	hex_encode(sha256_bytes(&h), text);
	CHECK_TEXT(text, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	hex_encode(sha256_bytes(&e), text);
	CHECK_TEXT(text, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
	struct sha256 a = ct_leaf_hash(BYTES_LITERAL("\0\0abc")), b = ct_tile_leaf_hash(BYTES_LITERAL("abc"));
	CHECK(sha256_equal(&a, &b));
}

TEST(frontier_has_the_root_of_every_size)
{
	struct ct_frontier f;
	ct_frontier_init(&f);
	for (size_t n = 0; n <= LEAVES; n++) {
		struct sha256 expected = naive_root(0, n), root = ct_frontier_root(&f);
		CHECK_THAT(sha256_equal(&root, &expected), "size %zu", n);
		CHECK_U64(f.size, n);
		unsigned ones = 0;
		for (size_t v = n; v; v >>= 1)
			ones += v & 1;
		CHECK_U64(f.n, ones);
		if (n < LEAVES)
			CHECK(ct_frontier_append(&f, &leaves[n]));
	}
}

TEST(frontier_refuses_what_is_out_of_place)
{
	struct ct_frontier f = frontier_of(6), before = f;
	CHECK(!ct_frontier_append_subtree(&f, 2, &leaves[0]));
	CHECK(!ct_frontier_append_subtree(&f, 63, &leaves[0]));
	CHECK(!ct_frontier_append_subtree(&f, 64, &leaves[0]));
	CHECK(same_frontier(&f, &before));
	CHECK(ct_frontier_append_subtree(&f, 1, &leaves[0]));
	CHECK_U64(f.size, 8);
	CHECK_U64(f.n, 1);

	struct ct_frontier r;
	CHECK(ct_frontier_restore(&r, before.size, before.nodes, before.n) && same_frontier(&r, &before));
	CHECK(!ct_frontier_restore(&r, 6, before.nodes, 1));
	CHECK(!ct_frontier_restore(&r, 6, before.nodes, 3));
	CHECK(!ct_frontier_restore(&r, UINT64_C(1) << 63, before.nodes, 1));
	CHECK(ct_frontier_restore(&r, 0, NULL, 0));

	/* At the largest tree nothing can be appended any more. */
	struct sha256 nodes[64];
	memset(nodes, 7, sizeof(nodes));
	CHECK(ct_frontier_restore(&r, LIMIT_TREE_SIZE, nodes, 63));
	CHECK(!ct_frontier_append(&r, &leaves[0]));
	CHECK_U64(r.n, 63);
	CHECK(ct_frontier_restore(&r, LIMIT_TREE_SIZE - 1, nodes, 62));
	CHECK(ct_frontier_append(&r, &leaves[0]));
	CHECK_U64(r.n, 63);
}

/* The subtrees of [first, first+n): as few as possible, each aligned, and appending them is appending
 * the leaves. */
static void check_run(const struct ct_frontier *before, const struct ct_frontier *after, size_t n)
{
	struct ct_subtree run[CT_SUBTREES_MAX];
	struct ct_frontier f = *before;
	size_t count = ct_subtrees(before->size, &leaves[before->size], n, run);
	CHECK(count <= 2 * 9);
	for (size_t i = 0; i < count; i++) {
		uint64_t size = UINT64_C(1) << run[i].level;
		bool can_grow = i + 1 < count && run[i + 1].level == run[i].level && f.size % (2 * size) == 0;
		CHECK_THAT(!can_grow, "run at %" PRIu64 " of %zu is not folded", before->size, n);
		struct sha256 expected = naive_root(f.size, size);
		CHECK(sha256_equal(&expected, &run[i].hash));
		CHECK(ct_frontier_append_subtree(&f, run[i].level, &run[i].hash));
	}
	CHECK_THAT(same_frontier(&f, after), "run at %" PRIu64 " of %zu", before->size, n);
}

TEST(subtrees_of_every_run)
{
	size_t limit = test_long() ? LEAVES : 70;
	static struct ct_frontier at[LEAVES + 1];
	for (size_t i = 0; i <= LEAVES; i++)
		at[i] = frontier_of(i);
	for (size_t first = 0; first <= limit; first++)
		for (size_t n = 0; first + n <= limit; n++)
			check_run(&at[first], &at[first + n], n);
	check_run(&at[0], &at[256], 256);
	struct ct_subtree one[CT_SUBTREES_MAX];
	CHECK_U64(ct_subtrees(256, leaves, 256, one), 1);
	CHECK_U64(one[0].level, 8);
}

TEST(random_splits)
{
	uint64_t seed = 1;
	struct ct_frontier whole = frontier_of(LEAVES);
	for (unsigned round = 0; round < 300; round++) {
		struct ct_frontier f;
		ct_frontier_init(&f);
		while (f.size < LEAVES) {
			struct ct_subtree run[CT_SUBTREES_MAX];
			size_t n = 1 + (size_t)(test_random(&seed) % (LEAVES - f.size));
			size_t count = ct_subtrees(f.size, &leaves[f.size], n, run);
			for (size_t i = 0; i < count; i++)
				CHECK(ct_frontier_append_subtree(&f, run[i].level, &run[i].hash));
		}
		CHECK(same_frontier(&f, &whole));
	}
}

TEST(subtrees_far_out)
{
	/* A run across a boundary near the largest tree: 64 growing and shrinking levels never overflow. */
	struct ct_subtree run[CT_SUBTREES_MAX];
	uint64_t first = (UINT64_C(1) << 62) - 3;
	size_t n = ct_subtrees(first, leaves, 11, run);
	CHECK_U64(n, 3);
	CHECK_U64(run[0].level, 0);
	CHECK_U64(run[1].level, 1);
	CHECK_U64(run[2].level, 3);
}

/* One bit of the path, the leaf or a root changed, a node too many or too few: no proof any more. */
static void spoil_inclusion(size_t index, size_t size, const struct sha256 *path, size_t n, const struct sha256 *root,
                            uint64_t *seed)
{
	struct sha256 bad[LIMIT_PROOF_NODES], leaf = leaves[index], other = *root;
	for (size_t i = 0; i < n; i++) {
		memcpy(bad, path, n * sizeof(*path));
		uint64_t bit = test_random(seed) % 256;
		bad[i].b[bit / 8] ^= (uint8_t)(1u << bit % 8);
		CHECK(!ct_inclusion_verify(index, size, &leaf, bad, n, root));
	}
	memcpy(bad, path, n * sizeof(*path));
	bad[n] = *root;
	CHECK(!ct_inclusion_verify(index, size, &leaf, bad, n + 1, root));
	CHECK(n == 0 || !ct_inclusion_verify(index, size, &leaf, path, n - 1, root));
	CHECK(n == 0 || !ct_inclusion_verify(index, size, &leaf, path + 1, n - 1, root));
	leaf.b[0] ^= 1;
	other.b[31] ^= 0x80;
	CHECK(!ct_inclusion_verify(index, size, &leaf, path, n, root));
	CHECK(!ct_inclusion_verify(index, size, &leaves[index], path, n, &other));
	for (size_t j = 0; j < size; j++)
		CHECK(j == index || !ct_inclusion_verify(j, size, &leaves[index], path, n, root));
	CHECK(!ct_inclusion_verify(size, size, &leaves[index], path, n, root));
}

TEST(inclusion_proofs)
{
	uint64_t seed = 2;
	struct sha256 path[LIMIT_PROOF_NODES] = {0};
	CHECK(!ct_inclusion_verify(0, 0, &leaves[0], path, 0, &leaves[0]));
	for (size_t size = 1; size <= PROOF_LEAVES; size++) {
		struct sha256 root = naive_root(0, size);
		for (size_t index = 0; index < size; index++) {
			size_t n = naive_path(index, 0, size, path);
			CHECK(ct_inclusion_verify(index, size, &leaves[index], path, n, &root));
			spoil_inclusion(index, size, path, n, &root, &seed);
		}
	}
}

TEST(consistency_proofs)
{
	uint64_t seed = 3;
	struct sha256 path[LIMIT_PROOF_NODES + 1], bad[LIMIT_PROOF_NODES + 1];
	for (size_t n = 1; n <= PROOF_LEAVES; n++)
		for (size_t m = 1; m <= n; m++) {
			struct sha256 first = naive_root(0, m), second = naive_root(0, n), other = first;
			size_t count = naive_subproof(m, 0, n, true, path);
			CHECK_THAT(ct_consistency_verify(m, n, &first, &second, path, count), "%zu of %zu", m, n);
			for (size_t i = 0; i < count; i++) {
				memcpy(bad, path, count * sizeof(*path));
				uint64_t bit = test_random(&seed) % 256;
				bad[i].b[bit / 8] ^= (uint8_t)(1u << bit % 8);
				CHECK(!ct_consistency_verify(m, n, &first, &second, bad, count));
			}
			memcpy(bad, path, count * sizeof(*path));
			bad[count] = second;
			other.b[5] ^= 4;
			CHECK(!ct_consistency_verify(m, n, &first, &second, bad, count + 1));
			CHECK(count == 0 || !ct_consistency_verify(m, n, &first, &second, path, count - 1));
			CHECK(!ct_consistency_verify(m, n, &other, &second, path, count));
			CHECK(!ct_consistency_verify(m, n, &first, &other, path, count));
			CHECK(m == n || !ct_consistency_verify(n, m, &second, &first, path, count));
			CHECK(!ct_consistency_verify(0, n, &first, &second, path, count));
		}
}

/* The whole tree from its last leaf's path; any other leaf's path, or another root, gives nothing. */
TEST(seed_from_audit_path)
{
	struct sha256 path[LIMIT_PROOF_NODES] = {0};
	struct ct_frontier f;
	for (size_t size = 1; size <= LEAVES; size++) {
		struct ct_frontier expected = frontier_of(size);
		struct sha256 root = ct_frontier_root(&expected);
		size_t n = naive_path(size - 1, 0, size, path);
		CHECK(ct_frontier_from_audit_path(size, &leaves[size - 1], path, n, &root, &f));
		CHECK(same_frontier(&f, &expected));
		CHECK(n == 0 || !ct_frontier_from_audit_path(size, &leaves[size - 1], path, n - 1, &root, &f));
		CHECK(n == 0 || !ct_frontier_from_audit_path(size, &leaves[0], path, n, &root, &f));
		CHECK(n == 0 || f.size == 0);
		CHECK(!ct_frontier_from_audit_path(size, &leaves[size - 1], path, n + 1, &root, &f));
		root.b[9] ^= 1;
		CHECK(!ct_frontier_from_audit_path(size, &leaves[size - 1], path, n, &root, &f));
		CHECK_U64(f.n, 0);
	}
	CHECK(!ct_frontier_from_audit_path(0, &leaves[0], path, 0, &leaves[0], &f));
}

/* Tiles as a static log would serve them, for trees of hashes that are made up from level 1 on. */
static size_t make_tile(uint64_t tree_size, unsigned level, uint8_t *out)
{
	unsigned width = ct_tile_partial_width(level, tree_size);
	for (unsigned i = 0; i < width; i++) {
		struct sha256 h = hash_sha256_two(bytes_of(&level, sizeof(level)), bytes_of(&i, sizeof(i)));
		memcpy(out + i * SHA256_BYTES, h.b, SHA256_BYTES);
	}
	return width * (size_t)SHA256_BYTES;
}

TEST(seed_from_tiles)
{
	static uint8_t store[CT_TILE_LEVELS][CT_TILE_WIDTH * SHA256_BYTES];
	static const uint64_t sizes[] = {
	        1, 255, 256, 257, 300, 70000, 65536, 820495916, UINT64_C(1) << 40, LIMIT_TREE_SIZE};
	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		struct bytes tiles[CT_TILE_LEVELS];
		struct ct_frontier expected, f;
		ct_frontier_init(&expected);
		for (unsigned level = 0; level < CT_TILE_LEVELS; level++)
			tiles[level] = bytes_of(store[level], make_tile(sizes[s], level, store[level]));
		for (unsigned level = CT_TILE_LEVELS; level-- > 0;)
			for (size_t i = 0; i < tiles[level].n; i += SHA256_BYTES) {
				struct sha256 h;
				memcpy(h.b, store[level] + i, SHA256_BYTES);
				CHECK(ct_frontier_append_subtree(&expected, level * 8, &h));
			}
		CHECK_U64(expected.size, sizes[s]);
		struct sha256 root = ct_frontier_root(&expected);
		CHECK(ct_frontier_from_tiles(sizes[s], tiles, &root, &f));
		CHECK(same_frontier(&f, &expected));
		for (unsigned level = 0; level < CT_TILE_LEVELS; level++) {
			struct bytes whole = tiles[level];
			if (whole.n == 0)
				continue;
			tiles[level].n = CT_TILE_WIDTH * SHA256_BYTES; /* the full tile of a tree that grew */
			CHECK(ct_frontier_from_tiles(sizes[s], tiles, &root, &f));
			tiles[level].n = whole.n - 1;
			CHECK(!ct_frontier_from_tiles(sizes[s], tiles, &root, &f) && f.size == 0);
			tiles[level].n = 0;
			CHECK(!ct_frontier_from_tiles(sizes[s], tiles, &root, &f));
			tiles[level] = whole;
			store[level][whole.n - 1] ^= 0x10;
			CHECK(!ct_frontier_from_tiles(sizes[s], tiles, &root, &f) && f.n == 0);
			store[level][whole.n - 1] ^= 0x10;
		}
	}
}

enum { MANY = 66000 };
static struct sha256 many[3][MANY]; /* hashes of levels 0, 8 and 16 */

static struct bytes tile_of(unsigned level, uint64_t index, uint64_t tree_size)
{
	uint64_t at = index >> (8 * (level + 1));
	return bytes_of(many[level][at * CT_TILE_WIDTH].b, ct_tile_width(level, at, tree_size) * (size_t)SHA256_BYTES);
}

TEST(one_leaf_from_tiles)
{
	static const uint64_t sizes[] = {1, 2, 255, 256, 257, 511, 65535, 65536, 65537, 65793, MANY};
	struct ct_frontier f;
	ct_frontier_init(&f);
	for (unsigned i = 0; i < MANY; i++)
		many[0][i] = hash_sha256(bytes_of(&i, sizeof(i)));
	for (unsigned level = 1; level < 3; level++)
		for (size_t i = 0; (i + 1) << (8 * level) <= MANY; i++) {
			struct ct_subtree one[CT_SUBTREES_MAX];
			CHECK_U64(ct_subtrees(0, &many[level - 1][i * CT_TILE_WIDTH], CT_TILE_WIDTH, one), 1);
			many[level][i] = one[0].hash;
		}
	for (size_t s = 0, n = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		for (; n < sizes[s]; n++)
			CHECK(ct_frontier_append(&f, &many[0][n]));
		uint64_t indexes[] = {0, sizes[s] / 3, sizes[s] / 2, sizes[s] - 1, sizes[s] - 1 - sizes[s] % 256 / 2};
		for (size_t i = 0; i < sizeof(indexes) / sizeof(indexes[0]); i++) {
			unsigned levels = ct_leaf_tile_levels(indexes[i], sizes[s]);
			struct bytes tiles[CT_TILE_LEVELS] = {{NULL, 0}};
			struct sha256 leaf;
			CHECK(levels <= 3);
			for (unsigned level = 0; level < levels; level++)
				tiles[level] = tile_of(level, indexes[i], sizes[s]);
			CHECK(ct_leaf_from_tiles(indexes[i], &f, tiles, &leaf));
			CHECK(sha256_equal(&leaf, &many[0][indexes[i]]));
			struct sha256 path[LIMIT_PROOF_NODES], root = ct_frontier_root(&f);
			size_t path_n;
			CHECK(ct_audit_path_from_tiles(indexes[i], &f, tiles, path, &path_n));
			CHECK(ct_inclusion_verify(indexes[i], sizes[s], &leaf, path, path_n, &root));
			for (unsigned level = 0; level < levels; level++) {
				struct bytes whole = tiles[level];
				uint8_t *p = (uint8_t *)many[level][indexes[i] >> (8 * level)].b;
				p[31] ^= 1; /* another hash on the way up */
				CHECK(!ct_leaf_from_tiles(indexes[i], &f, tiles, &leaf));
				p[31] ^= 1;
				tiles[level].n = 0;
				CHECK(!ct_leaf_from_tiles(indexes[i], &f, tiles, &leaf));
				CHECK(!ct_audit_path_from_tiles(indexes[i], &f, tiles, path, &path_n));
				tiles[level] = whole;
			}
		}
		CHECK(!ct_leaf_from_tiles(sizes[s], &f, (struct bytes[CT_TILE_LEVELS]){{NULL, 0}}, &many[0][0]));
	}
}
