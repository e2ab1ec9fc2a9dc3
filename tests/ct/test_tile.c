/* Paths and widths of tiles (c2sp.org/tlog-tiles). */
#include "test.h"

#include "base/limits.h"
#include "ct/tile.h"

static const char *path(unsigned level, uint64_t index, unsigned width)
{
	static char out[CT_TILE_PATH_SIZE];
	return ct_tile_path(level, index, width, out, sizeof(out)) ? out : NULL;
}

TEST(paths)
{
	CHECK_TEXT(path(0, 0, 256), "tile/0/000");
	CHECK_TEXT(path(0, 67, 256), "tile/0/067");
	CHECK_TEXT(path(1, 999, 256), "tile/1/999");
	CHECK_TEXT(path(1, 1000, 256), "tile/1/x001/000");
	CHECK_TEXT(path(0, 1067, 256), "tile/0/x001/067");
	CHECK_TEXT(path(3, 1234067, 256), "tile/3/x001/x234/067");
	CHECK_TEXT(path(CT_TILE_DATA, 15999001, 256), "tile/data/x015/x999/001");
	CHECK_TEXT(path(CT_TILE_DATA, 3, 10), "tile/data/003.p/10");
	CHECK_TEXT(path(5, 1001, 255), "tile/5/x001/001.p/255");
	CHECK_TEXT(path(2, 7, 1), "tile/2/007.p/1");
	CHECK_TEXT(path(CT_TILE_DATA, UINT64_MAX, 255), "tile/data/x018/x446/x744/x073/x709/x551/615.p/255");
}

TEST(paths_refused)
{
	char out[CT_TILE_PATH_SIZE] = "before", small[10];
	CHECK(!ct_tile_path(0, 0, 0, out, sizeof(out)));
	CHECK_TEXT(out, "");
	CHECK(!ct_tile_path(0, 0, 257, out, sizeof(out)));
	CHECK(!ct_tile_path(8, 0, 256, out, sizeof(out)));
	CHECK(!ct_tile_path(0, 0, 256, small, sizeof(small)));
	CHECK_TEXT(small, "");
	CHECK(!ct_tile_path(0, 0, 256, out, 0));
}

/* The example of the specification: 70,000 leaves. */
TEST(widths)
{
	CHECK_U64(ct_tile_full_count(0, 70000), 273);
	CHECK_U64(ct_tile_partial_width(0, 70000), 112);
	CHECK_U64(ct_tile_full_count(1, 70000), 1);
	CHECK_U64(ct_tile_partial_width(1, 70000), 17);
	CHECK_U64(ct_tile_full_count(2, 70000), 0);
	CHECK_U64(ct_tile_partial_width(2, 70000), 1);
	CHECK_U64(ct_tile_partial_width(3, 70000), 0);
	CHECK_U64(ct_tile_width(0, 272, 70000), 256);
	CHECK_U64(ct_tile_width(0, 273, 70000), 112);
	CHECK_U64(ct_tile_width(0, 274, 70000), 0);
	CHECK_U64(ct_tile_width(0, 0, 0), 0);
	CHECK_U64(ct_tile_width(0, 1, 256), 0);
	CHECK_U64(ct_tile_partial_width(0, 256), 0);
	CHECK_U64(ct_tile_partial_width(7, LIMIT_TREE_SIZE), 127);
	CHECK_U64(ct_tile_full_count(8, UINT64_MAX), 0);
	CHECK_U64(ct_tile_partial_width(CT_TILE_DATA, UINT64_MAX), 0);
}

TEST(hash_tiles)
{
	uint8_t tile[CT_TILE_WIDTH * SHA256_BYTES];
	struct sha256 out[CT_TILE_WIDTH];
	for (size_t i = 0; i < sizeof(tile); i++)
		tile[i] = (uint8_t)(i * 7 + i / 256);
	CHECK_U64(ct_hash_tile_parse(bytes_of(tile, sizeof(tile)), 256, out).code, FAULT_NONE);
	CHECK(memcmp(out, tile, sizeof(tile)) == 0);
	memset(out, 0, sizeof(out));
	CHECK_U64(ct_hash_tile_parse(bytes_of(tile, 96), 3, out).code, FAULT_NONE);
	CHECK(memcmp(out, tile, 96) == 0 && bytes_is_zero(sha256_bytes(&out[3])));
	for (size_t n = 0; n < 96; n++)
		CHECK_U64(ct_hash_tile_parse(bytes_of(tile, n), 3, out).code, FAULT_TRUNCATED);
	CHECK_U64(ct_hash_tile_parse(bytes_of(tile, 97), 3, out).code, FAULT_TRAILING);
	CHECK_U64(ct_hash_tile_parse(bytes_of(tile, sizeof(tile)), 0, out).code, FAULT_LENGTH);
	CHECK_U64(ct_hash_tile_parse(bytes_of(tile, sizeof(tile)), 257, out).code, FAULT_LENGTH);
}
