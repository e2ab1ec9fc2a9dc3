/* Leaves, extra data, and the walk over data tiles. */
#include "test.h"

#include "ct/entry.h"

#define CERTIFICATE     BYTES_LITERAL("\x30\x03\x02\x01\x07")
#define PRECERTIFICATE  BYTES_LITERAL("not even DER")
#define INDEX_EXTENSION BYTES_LITERAL("\x00\x00\x05\x01\x02\x03\x04\x05")
#define INDEX           UINT64_C(0x0102030405)

static void put_vector24(struct buffer *b, struct bytes v)
{
	buffer_put_u24be(b, (uint32_t)v.n);
	buffer_put_bytes(b, v);
}

static void put_vector16(struct buffer *b, struct bytes v)
{
	buffer_put_u16be(b, (uint16_t)v.n);
	buffer_put_bytes(b, v);
}

static void put_timestamped_entry(struct buffer *b, unsigned type, struct bytes certificate, struct bytes extensions)
{
	buffer_put_u64be(b, 1719400000123);
	buffer_put_u16be(b, (uint16_t)type);
	for (unsigned i = 0; type == CT_ENTRY_PRECERT && i < SHA256_BYTES; i++)
		buffer_put_u8(b, (uint8_t)(0xa0 + i));
	put_vector24(b, certificate);
	put_vector16(b, extensions);
}

static struct buffer make_leaf(unsigned type, struct bytes certificate, struct bytes extensions)
{
	struct buffer b;
	buffer_init(&b, 1 << 16);
	buffer_put_u16be(&b, 0);
	put_timestamped_entry(&b, type, certificate, extensions);
	return b;
}

static void put_tile_entry(struct buffer *b, unsigned type, struct bytes certificate, struct bytes extensions,
                           size_t fingerprints_n)
{
	put_timestamped_entry(b, type, certificate, extensions);
	if (type == CT_ENTRY_PRECERT)
		put_vector24(b, PRECERTIFICATE);
	buffer_put_u16be(b, (uint16_t)fingerprints_n);
	for (size_t i = 0; i < fingerprints_n; i++)
		buffer_put_u8(b, (uint8_t)i);
}

static enum fault_code leaf_code(struct buffer leaf)
{
	struct ct_entry e;
	struct fault f = ct_leaf_parse(buffer_bytes(&leaf), &e);
	CHECK(e.leaf.p == leaf.p && e.leaf.n == leaf.n);
	buffer_release(&leaf);
	return f.code;
}

TEST(leaves)
{
	struct ct_entry e;
	struct buffer x509 = make_leaf(CT_ENTRY_X509, CERTIFICATE, bytes_of(NULL, 0));
	CHECK_U64(ct_leaf_parse(buffer_bytes(&x509), &e).code, FAULT_NONE);
	CHECK(e.type == CT_ENTRY_X509 && bytes_equal(e.certificate, CERTIFICATE) && e.ct_extensions.n == 0);
	CHECK_U64(e.timestamp_ms, 1719400000123);
	CHECK(!e.has_leaf_index && bytes_is_zero(sha256_bytes(&e.issuer_key_hash)));

	struct buffer precert = make_leaf(CT_ENTRY_PRECERT, CERTIFICATE, INDEX_EXTENSION);
	CHECK_U64(ct_leaf_parse(buffer_bytes(&precert), &e).code, FAULT_NONE);
	CHECK(e.type == CT_ENTRY_PRECERT && bytes_equal(e.certificate, CERTIFICATE));
	CHECK(e.issuer_key_hash.b[0] == 0xa0 && e.issuer_key_hash.b[31] == 0xbf);
	CHECK(e.has_leaf_index && e.leaf_index == INDEX && bytes_equal(e.ct_extensions, INDEX_EXTENSION));
	for (size_t n = 0; n < precert.n; n++) {
		CHECK_U64(ct_leaf_parse(bytes_of(precert.p, n), &e).code, FAULT_TRUNCATED);
		CHECK(e.certificate.n == 0 && e.leaf.n == n);
	}
	buffer_put_u8(&precert, 0);
	CHECK_U64(ct_leaf_parse(buffer_bytes(&precert), &e).code, FAULT_TRAILING);
	buffer_release(&x509);
	buffer_release(&precert);
}

TEST(leaves_refused)
{
	struct buffer version = make_leaf(CT_ENTRY_X509, CERTIFICATE, bytes_of(NULL, 0));
	version.p[0] = 1;
	CHECK_U64(leaf_code(version), FAULT_UNSUPPORTED);
	struct buffer type = make_leaf(CT_ENTRY_X509, CERTIFICATE, bytes_of(NULL, 0));
	type.p[1] = 1;
	CHECK_U64(leaf_code(type), FAULT_UNSUPPORTED);
	CHECK_U64(leaf_code(make_leaf(2, CERTIFICATE, bytes_of(NULL, 0))), FAULT_UNSUPPORTED);
	CHECK_U64(leaf_code(make_leaf(0x8000, CERTIFICATE, bytes_of(NULL, 0))), FAULT_UNSUPPORTED);
	CHECK_U64(leaf_code(make_leaf(CT_ENTRY_X509, bytes_of(NULL, 0), bytes_of(NULL, 0))), FAULT_LENGTH);
	CHECK_U64(leaf_code(make_leaf(CT_ENTRY_PRECERT, bytes_of(NULL, 0), bytes_of(NULL, 0))), FAULT_LENGTH);
	/* The extensions of an RFC 6962 log may be anything. */
	CHECK_U64(leaf_code(make_leaf(CT_ENTRY_X509, CERTIFICATE, BYTES_LITERAL("anything"))), FAULT_NONE);
}

/* Each flip changes a field, is refused, or both; nothing else of the leaf is left to change. */
TEST(leaves_flipped)
{
	struct buffer leaf = make_leaf(CT_ENTRY_PRECERT, CERTIFICATE, INDEX_EXTENSION);
	struct ct_entry before, e;
	ct_leaf_parse(buffer_bytes(&leaf), &before);
	struct sha256 hash = ct_leaf_hash(buffer_bytes(&leaf));
	uint8_t certificate[8];
	memcpy(certificate, before.certificate.p, before.certificate.n);
	for (size_t i = 0; i < leaf.n * 8; i++) {
		leaf.p[i / 8] ^= (uint8_t)(1u << i % 8);
		struct fault f = ct_leaf_parse(buffer_bytes(&leaf), &e);
		bool same = e.timestamp_ms == before.timestamp_ms && e.type == before.type &&
		            sha256_equal(&e.issuer_key_hash, &before.issuer_key_hash) &&
		            bytes_equal(e.certificate, bytes_of(certificate, before.certificate.n)) &&
		            e.has_leaf_index == before.has_leaf_index && e.leaf_index == before.leaf_index;
		CHECK_THAT(fault_is_set(f) || !same, "bit %zu", i);
		struct sha256 changed = ct_leaf_hash(buffer_bytes(&leaf));
		CHECK(!sha256_equal(&hash, &changed));
		leaf.p[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	buffer_release(&leaf);
}

static enum fault_code extension_code(struct bytes in, bool *has, uint64_t *index)
{
	return ct_extensions_parse(in, has, index).code;
}

TEST(extensions)
{
	bool has;
	uint64_t index;
	CHECK_U64(extension_code(bytes_of(NULL, 0), &has, &index), FAULT_NONE);
	CHECK(!has);
	CHECK_U64(extension_code(INDEX_EXTENSION, &has, &index), FAULT_NONE);
	CHECK(has && index == INDEX);
	CHECK_U64(extension_code(BYTES_LITERAL("\x00\x00\x05\xff\xff\xff\xff\xff"), &has, &index), FAULT_NONE);
	CHECK_U64(index, UINT64_C(0xffffffffff));
	/* others, before and behind; empty ones too */
	CHECK_U64(extension_code(BYTES_LITERAL("\x07\x00\x01z\x00\x00\x05\x00\x00\x00\x00\x09\xff\x00\x00"), &has,
	                         &index),
	          FAULT_NONE);
	CHECK(has && index == 9);
	CHECK_U64(extension_code(BYTES_LITERAL("\x07\x00\x01z"), &has, &index), FAULT_NONE);
	CHECK(!has);
	CHECK_U64(extension_code(BYTES_LITERAL("\x07\x00\x00\x07\x00\x00"), &has, &index), FAULT_DUPLICATE);
	CHECK_U64(extension_code(BYTES_LITERAL("\x00\x00\x05\x01\x02\x03\x04\x05\x00\x00\x05\x01\x02\x03\x04\x05"),
	                         &has, &index),
	          FAULT_DUPLICATE);
	CHECK(!has && index == 0);
	CHECK_U64(extension_code(BYTES_LITERAL("\x00\x00\x04\x01\x02\x03\x04"), &has, &index), FAULT_LENGTH);
	CHECK_U64(extension_code(BYTES_LITERAL("\x00\x00\x06\x01\x02\x03\x04\x05\x06"), &has, &index), FAULT_LENGTH);
	CHECK(!has && index == 0);
	for (size_t n = 1; n < 8; n++) {
		CHECK_U64(extension_code(bytes_slice(INDEX_EXTENSION, 0, n), &has, &index), FAULT_TRUNCATED);
		CHECK(!has);
	}
}

static size_t chain_length(struct bytes chain)
{
	struct cursor c = cursor_of(chain);
	struct bytes certificate;
	size_t n = 0;
	while (ct_chain_next(&c, &certificate)) {
		n++;
		CHECK(bytes_equal(certificate, CERTIFICATE));
	}
	CHECK(cursor_ok(&c));
	return n;
}

TEST(extra_data)
{
	struct ct_entry e = {.type = CT_ENTRY_X509};
	struct buffer chain, extra;
	buffer_init(&chain, 4096);
	buffer_init(&extra, 4096);
	CHECK_U64(ct_extra_data_parse(BYTES_LITERAL("\0\0\0"), &e).code, FAULT_NONE);
	CHECK(e.chain.n == 0);
	put_vector24(&chain, CERTIFICATE);
	put_vector24(&chain, CERTIFICATE);
	put_vector24(&extra, buffer_bytes(&chain));
	CHECK_U64(ct_extra_data_parse(buffer_bytes(&extra), &e).code, FAULT_NONE);
	CHECK_U64(chain_length(e.chain), 2);
	for (size_t n = 0; n < extra.n; n++) {
		CHECK_U64(ct_extra_data_parse(bytes_of(extra.p, n), &e).code, FAULT_TRUNCATED);
		CHECK(e.chain.n == 0);
	}
	buffer_put_u8(&extra, 1);
	CHECK_U64(ct_extra_data_parse(buffer_bytes(&extra), &e).code, FAULT_TRAILING);

	buffer_clear(&extra);
	put_vector24(&extra, PRECERTIFICATE);
	put_vector24(&extra, buffer_bytes(&chain));
	e.type = CT_ENTRY_PRECERT;
	CHECK_U64(ct_extra_data_parse(buffer_bytes(&extra), &e).code, FAULT_NONE);
	CHECK(bytes_equal(e.precertificate, PRECERTIFICATE) && chain_length(e.chain) == 2);
	for (size_t n = 0; n < extra.n; n++) {
		CHECK_U64(ct_extra_data_parse(bytes_of(extra.p, n), &e).code, FAULT_TRUNCATED);
		CHECK(e.precertificate.n == 0 && e.chain.n == 0);
	}
	CHECK_U64(ct_extra_data_parse(BYTES_LITERAL("\0\0\0\0\0\0"), &e).code, FAULT_LENGTH);
	e.type = CT_ENTRY_X509;
	struct fault f = ct_extra_data_parse(BYTES_LITERAL("\0\0\x03\0\0\0"), &e);
	CHECK(f.code == FAULT_LENGTH && f.offset == 6);
	f = ct_extra_data_parse(BYTES_LITERAL("\0\0\x04\0\0\x02z"), &e);
	CHECK(f.code == FAULT_TRUNCATED && e.chain.n == 0);
	buffer_release(&chain);
	buffer_release(&extra);
}

static struct buffer make_tile(void)
{
	struct buffer b;
	buffer_init(&b, 1 << 16);
	put_tile_entry(&b, CT_ENTRY_X509, CERTIFICATE, INDEX_EXTENSION, 64);
	put_tile_entry(&b, CT_ENTRY_PRECERT, CERTIFICATE, INDEX_EXTENSION, 0);
	put_tile_entry(&b, CT_ENTRY_X509, BYTES_LITERAL("garbage inside"), bytes_of(NULL, 0), 32);
	return b;
}

TEST(tiles)
{
	struct buffer tile = make_tile();
	struct cursor c = cursor_of(buffer_bytes(&tile));
	struct ct_entry e, leaf_entry;
	size_t n = 0;
	while (ct_tile_entry_next(&c, &e)) {
		CHECK_U64(e.fault.code, FAULT_NONE);
		CHECK_U64(e.type, n == 1 ? CT_ENTRY_PRECERT : CT_ENTRY_X509);
		CHECK(bytes_equal(e.certificate, n == 2 ? BYTES_LITERAL("garbage inside") : CERTIFICATE));
		CHECK(e.has_leaf_index == (n < 2) && e.leaf_index == (n < 2 ? INDEX : 0));
		CHECK_U64(e.fingerprints.n, n == 0 ? 64 : n == 1 ? 0 : 32);
		CHECK(bytes_equal(e.precertificate, n == 1 ? PRECERTIFICATE : bytes_of(NULL, 0)));
		/* The same entry as a MerkleTreeLeaf. */
		struct buffer leaf = make_leaf(e.type, e.certificate, e.ct_extensions);
		CHECK_U64(ct_leaf_parse(buffer_bytes(&leaf), &leaf_entry).code, FAULT_NONE);
		struct sha256 a = ct_tile_leaf_hash(e.leaf), b = ct_leaf_hash(leaf_entry.leaf);
		CHECK(sha256_equal(&a, &b));
		buffer_release(&leaf);
		n++;
	}
	CHECK(cursor_ok(&c));
	CHECK_U64(n, 3);
	buffer_release(&tile);
}

/* What is wrong inside an entry never hides the entries behind it. */
TEST(tile_entries_at_fault)
{
	static const enum fault_code expected[] = {FAULT_LENGTH, FAULT_TRUNCATED, FAULT_LENGTH, FAULT_DUPLICATE,
	                                           FAULT_NONE};
	struct buffer b;
	buffer_init(&b, 1 << 16);
	put_tile_entry(&b, CT_ENTRY_X509, bytes_of(NULL, 0), INDEX_EXTENSION, 32);
	put_tile_entry(&b, CT_ENTRY_PRECERT, CERTIFICATE, BYTES_LITERAL("\x00\x00\x05\x01"), 32);
	put_tile_entry(&b, CT_ENTRY_PRECERT, CERTIFICATE, INDEX_EXTENSION, 33);
	put_tile_entry(&b, CT_ENTRY_X509, CERTIFICATE, BYTES_LITERAL("\x07\x00\x00\x07\x00\x00"), 0);
	put_tile_entry(&b, CT_ENTRY_X509, CERTIFICATE, INDEX_EXTENSION, 0);
	struct cursor c = cursor_of(buffer_bytes(&b));
	struct ct_entry e;
	for (size_t i = 0; i < 5; i++) {
		size_t start = c.offset;
		CHECK(ct_tile_entry_next(&c, &e));
		CHECK_U64(e.fault.code, expected[i]);
		CHECK(e.fault.code == FAULT_NONE || (e.fault.offset > start && e.fault.offset < c.offset));
		CHECK(e.leaf.p == b.p + start && e.leaf.n > 0);
		CHECK(bytes_equal(e.certificate, i == 0 ? bytes_of(NULL, 0) : CERTIFICATE));
	}
	CHECK(!ct_tile_entry_next(&c, &e) && cursor_ok(&c));
	buffer_release(&b);
}

TEST(tiles_cut_and_flipped)
{
	struct buffer tile = make_tile();
	struct ct_entry e;
	size_t ends[3], count = 0;
	struct cursor c = cursor_of(buffer_bytes(&tile));
	while (ct_tile_entry_next(&c, &e))
		ends[count++] = c.offset;
	for (size_t n = 0; n < tile.n; n++) {
		size_t whole = 0, got = 0;
		while (whole < 3 && ends[whole] <= n)
			whole++;
		c = cursor_of(bytes_of(tile.p, n));
		while (ct_tile_entry_next(&c, &e))
			got++;
		CHECK_U64(got, whole);
		bool at_end = n == 0 || (whole > 0 && ends[whole - 1] == n);
		CHECK_U64(c.fault.code, at_end ? FAULT_NONE : FAULT_TRUNCATED);
		CHECK(e.leaf.n == 0);
	}
	for (size_t i = 0; i < tile.n * 8; i++) {
		tile.p[i / 8] ^= (uint8_t)(1u << i % 8);
		c = cursor_of(buffer_bytes(&tile));
		for (count = 0; ct_tile_entry_next(&c, &e); count++)
			CHECK(e.leaf.n > 0 && e.leaf.p >= tile.p && e.leaf.p + e.leaf.n <= tile.p + tile.n);
		CHECK(count <= 3 || cursor_ok(&c));
		tile.p[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	tile.p[9] = 2; /* an unknown entry type: where it ends cannot be known */
	c = cursor_of(buffer_bytes(&tile));
	CHECK(!ct_tile_entry_next(&c, &e));
	CHECK(c.fault.code == FAULT_UNSUPPORTED && e.leaf.n == 0);
	buffer_release(&tile);
}
