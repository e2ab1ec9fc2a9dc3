/* Consistency paths, explicit and from hash tiles, against a tree that is built another way (testlog/merkle_tree.c). */
#include "test.h"

#include "ct/consistency.h"
#include "testlog/merkle_tree.h"

enum { LEAVES = 70000 };

static struct merkle_tree tree, other; /* other differs in one leaf */
static uint64_t changed = 40000;

static struct sha256 leaf_of(uint64_t i, uint8_t salt)
{
	uint8_t text[9] = {salt};
	memcpy(text + 1, &i, 8);
	return hash_sha256(bytes_of(text, sizeof(text)));
}

static void build(void)
{
	uint8_t(*leaves)[32] = calloc(LEAVES, 32);
	if (tree.size)
		return free(leaves);
	for (uint64_t i = 0; i < LEAVES; i++)
		memcpy(leaves[i], leaf_of(i, 0).b, 32);
	merkle_tree_build(&tree, (const uint8_t(*)[32])leaves, LEAVES);
	memcpy(leaves[changed], leaf_of(changed, 1).b, 32);
	merkle_tree_build(&other, (const uint8_t(*)[32])leaves, LEAVES);
	free(leaves);
}

static struct sha256 root_of(const struct merkle_tree *t, uint64_t size)
{
	struct sha256 r;
	merkle_tree_root(t, size, r.b);
	return r;
}

/* The path as RFC 6962 has it, made explicit. */
static struct ct_proof reference(const struct merkle_tree *t, uint64_t m, uint64_t n)
{
	uint8_t path[64][32];
	struct ct_proof p = {.n = merkle_tree_consistency(t, m, n, path)};
	struct sha256 first = root_of(t, m);
	for (size_t i = 0; i < p.n; i++)
		memcpy(p.nodes[i].b, path[i], 32);
	CHECK(ct_consistency_expand(m, &first, &p));
	return p;
}

static bool from_tiles(const struct merkle_tree *t, uint64_t m, uint64_t n, struct ct_proof *out)
{
	struct ct_tile_place places[CT_CONSISTENCY_TILES];
	struct bytes tiles[CT_CONSISTENCY_TILES];
	size_t count = ct_consistency_tiles(m, n, places);
	for (size_t i = 0; i < count; i++)
		tiles[i] = bytes_of(t->level[8 * places[i].level][places[i].index * CT_TILE_WIDTH],
		                    places[i].width * (size_t)SHA256_BYTES);
	return ct_consistency_from_tiles(m, n, places, tiles, count, out);
}

static void compare(uint64_t m, uint64_t n)
{
	struct ct_proof path, wanted = reference(&tree, m, n);
	struct sha256 first, second, first_root = root_of(&tree, m), second_root = root_of(&tree, n);
	CHECK_THAT(from_tiles(&tree, m, n, &path), "%" PRIu64 " %" PRIu64, m, n);
	CHECK_THAT(path.n == wanted.n && memcmp(path.nodes, wanted.nodes, path.n * sizeof(path.nodes[0])) == 0,
	           "%" PRIu64 " %" PRIu64 ": %zu nodes, wanted %zu", m, n, path.n, wanted.n);
	CHECK_THAT(ct_consistency_roots(m, n, &path, &first, &second), "%" PRIu64 " %" PRIu64, m, n);
	CHECK_THAT(sha256_equal(&first, &first_root) && sha256_equal(&second, &second_root), "%" PRIu64 " %" PRIu64, m, n);
}

TEST(small_trees)
{
	build();
	for (uint64_t n = 2; n <= 70; n++)
		for (uint64_t m = 1; m < n; m++)
			compare(m, n);
}

TEST(trees_of_several_levels)
{
	static const uint64_t sizes[] = {255, 256, 257, 511, 512, 513, 4095, 4096, 40000, 40001, 65535, 65536, 65537, 69999, LEAVES};
	uint64_t seed = 5;
	build();
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (size_t k = 0; k < i; k++)
			compare(sizes[k], sizes[i]);
		for (unsigned k = 0; k < 40; k++)
			compare(1 + test_random(&seed) % (sizes[i] - 1), sizes[i]);
	}
}

TEST(two_trees_are_told_apart)
{
	struct ct_proof path;
	struct sha256 first, second, wanted = root_of(&tree, 50001), end = root_of(&other, 60000);
	build();
	CHECK(from_tiles(&other, 50001, 60000, &path));
	CHECK(ct_consistency_roots(50001, 60000, &path, &first, &second));
	CHECK(sha256_equal(&second, &end) && !sha256_equal(&first, &wanted));
	/* Before the leaf that differs they are one tree. */
	wanted = root_of(&tree, 30000);
	CHECK(from_tiles(&other, 30000, 60000, &path));
	CHECK(ct_consistency_roots(30000, 60000, &path, &first, &second) && sha256_equal(&first, &wanted));
}

TEST(other_shapes_lead_nowhere)
{
	struct ct_proof path;
	struct sha256 first, second, end;
	build();
	end = root_of(&tree, 6001);
	path = reference(&tree, 4097, 6001);
	for (size_t n = 0; n <= path.n + 1 && n <= LIMIT_PROOF_NODES; n++) {
		struct ct_proof cut = path;
		cut.n = n;
		bool whole = ct_consistency_roots(4097, 6001, &cut, &first, &second) && sha256_equal(&second, &end);
		CHECK_THAT(whole == (n == path.n), "%zu nodes", n);
	}
	for (size_t i = 0; i < path.n; i++) {
		struct ct_proof flipped = path;
		flipped.nodes[i].b[i] ^= 4;
		CHECK_THAT(!ct_consistency_roots(4097, 6001, &flipped, &first, &second) || !sha256_equal(&second, &end), "node %zu", i);
	}
	CHECK(!ct_consistency_roots(0, 5, &path, &first, &second));
	CHECK(!ct_consistency_roots(5, 5, &path, &first, &second));
	CHECK(!ct_consistency_roots(6, 5, &path, &first, &second));
	CHECK_U64(ct_consistency_tiles(0, 5, (struct ct_tile_place[CT_CONSISTENCY_TILES]){{0}}), 0);
	CHECK_U64(ct_consistency_tiles(5, 5, (struct ct_tile_place[CT_CONSISTENCY_TILES]){{0}}), 0);
}

TEST(tiles_that_are_short_or_full)
{
	struct ct_tile_place places[CT_CONSISTENCY_TILES];
	struct bytes tiles[CT_CONSISTENCY_TILES];
	struct ct_proof path;
	struct sha256 first, second, end, begin;
	build();
	begin = root_of(&tree, 1000);
	end = root_of(&tree, 66000);
	size_t count = ct_consistency_tiles(1000, 66000, places);
	CHECK(count >= 4);
	for (size_t i = 0; i < count; i++) /* where the log has grown, the full tile stands for the partial one */
		tiles[i] = bytes_of(tree.level[8 * places[i].level][places[i].index * CT_TILE_WIDTH],
		                    (places[i].level == 0 ? CT_TILE_WIDTH : places[i].width) * (size_t)SHA256_BYTES);
	CHECK(ct_consistency_from_tiles(1000, 66000, places, tiles, count, &path));
	CHECK(ct_consistency_roots(1000, 66000, &path, &first, &second));
	CHECK(sha256_equal(&first, &begin) && sha256_equal(&second, &end));
	for (size_t i = 0; i < count; i++) {
		struct bytes whole = tiles[i];
		for (size_t n = 0; n < whole.n; n += 32) {
			tiles[i].n = n;
			bool good = ct_consistency_from_tiles(1000, 66000, places, tiles, count, &path) &&
			            ct_consistency_roots(1000, 66000, &path, &first, &second);
			/* What is cut behind the last hash that is needed is not missed. */
			CHECK_THAT(!good || (sha256_equal(&first, &begin) && sha256_equal(&second, &end)), "tile %zu of %zu bytes", i, n);
			CHECK_THAT(n > 0 || !good, "tile %zu is not needed", i);
		}
		tiles[i] = whole;
	}
	CHECK(!ct_consistency_from_tiles(1000, 66000, places, tiles, count - 1, &path));
}
