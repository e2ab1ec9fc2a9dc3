/* Signed certificate timestamps made with keys of our own. */
#include "test.h"

#include "ct/sct.h"
#include "ct/signer.h"

#define CERTIFICATE     BYTES_LITERAL("\x30\x03\x02\x01\x07")
#define INDEX_EXTENSION BYTES_LITERAL("\x00\x00\x05\x00\x00\x00\x00\x2a")

static struct buffer make_sct(const struct signer *s, enum ct_entry_type type, const struct sha256 *issuer,
                              struct bytes extensions)
{
	struct ct_sct sct = {.log_id = s->log_id, .timestamp_ms = 1719400000123, .extensions = extensions};
	struct buffer message, out;
	buffer_init(&message, 1 << 16);
	buffer_init(&out, 1 << 16);
	ct_sct_leaf_put(&sct, type, issuer, CERTIFICATE, &message);
	buffer_put_u8(&out, 0);
	buffer_put_bytes(&out, sha256_bytes(&s->log_id));
	buffer_put_u64be(&out, sct.timestamp_ms);
	buffer_put_u16be(&out, (uint16_t)extensions.n);
	buffer_put_bytes(&out, extensions);
	signer_put(s, buffer_bytes(&message), &out);
	buffer_release(&message);
	return out;
}

static void check_kind(struct signer s, enum ct_entry_type type)
{
	struct sha256 issuer = hash_sha256(BYTES_LITERAL("issuer")), other = hash_sha256(BYTES_LITERAL("other"));
	struct buffer raw = make_sct(&s, type, &issuer, INDEX_EXTENSION);
	struct ct_sct sct;
	CHECK_U64(ct_sct_parse(buffer_bytes(&raw), &sct).code, FAULT_NONE);
	CHECK(sha256_equal(&sct.log_id, &s.log_id) && sct.has_leaf_index && sct.leaf_index == 42);
	CHECK_U64(sct.timestamp_ms, 1719400000123);
	CHECK(ct_sct_verify(&sct, s.spki, type, &issuer, CERTIFICATE));
	CHECK(!ct_sct_verify(&sct, s.spki, type, &issuer, BYTES_LITERAL("\x30\x03\x02\x01\x08")));
	CHECK(!ct_sct_verify(&sct, s.spki, type, &issuer, bytes_of(NULL, 0)));
	CHECK(!ct_sct_verify(&sct, s.spki, type == CT_ENTRY_X509 ? CT_ENTRY_PRECERT : CT_ENTRY_X509, &issuer,
	                     CERTIFICATE));
	CHECK(ct_sct_verify(&sct, s.spki, type, &other, CERTIFICATE) == (type == CT_ENTRY_X509));
	CHECK(ct_sct_verify(&sct, s.spki, type, NULL, CERTIFICATE) == (type == CT_ENTRY_X509));
	for (size_t n = 0; n < raw.n; n++)
		CHECK_U64(ct_sct_parse(bytes_of(raw.p, n), &sct).code, FAULT_TRUNCATED);
	for (size_t i = 0; i < raw.n * 8; i++) {
		raw.p[i / 8] ^= (uint8_t)(1u << i % 8);
		struct fault f = ct_sct_parse(buffer_bytes(&raw), &sct);
		CHECK_THAT(fault_is_set(f) || !ct_sct_verify(&sct, s.spki, type, &issuer, CERTIFICATE), "bit %zu", i);
		raw.p[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	buffer_put_u8(&raw, 0);
	CHECK_U64(ct_sct_parse(buffer_bytes(&raw), &sct).code, FAULT_TRAILING);
	raw.p[0] = 1;
	CHECK_U64(ct_sct_parse(buffer_bytes(&raw), &sct).code, FAULT_UNSUPPORTED);
	CHECK(sct.signature.n == 0);
	buffer_release(&raw);
	signer_release(&s);
}

TEST(scts)
{
	check_kind(signer_ec("P-256"), CT_ENTRY_PRECERT);
	check_kind(signer_ec("P-256"), CT_ENTRY_X509);
	check_kind(signer_rsa(2048), CT_ENTRY_PRECERT);
}

/* The bytes under an SCT are the leaf that it promises. */
TEST(promised_leaf)
{
	struct signer s = signer_ec("P-256");
	struct sha256 issuer = hash_sha256(BYTES_LITERAL("issuer"));
	struct buffer raw = make_sct(&s, CT_ENTRY_PRECERT, &issuer, INDEX_EXTENSION), leaf;
	struct ct_sct sct;
	struct ct_entry e;
	buffer_init(&leaf, 1 << 16);
	CHECK_U64(ct_sct_parse(buffer_bytes(&raw), &sct).code, FAULT_NONE);
	ct_sct_leaf_put(&sct, CT_ENTRY_PRECERT, &issuer, CERTIFICATE, &leaf);
	CHECK_U64(ct_leaf_parse(buffer_bytes(&leaf), &e).code, FAULT_NONE);
	CHECK(e.type == CT_ENTRY_PRECERT && sha256_equal(&e.issuer_key_hash, &issuer) && e.leaf_index == 42);
	CHECK(e.timestamp_ms == sct.timestamp_ms && bytes_equal(e.certificate, CERTIFICATE));
	buffer_release(&raw);
	buffer_release(&leaf);
	signer_release(&s);
}

static size_t count(struct cursor *walk)
{
	struct bytes sct;
	size_t n = 0;
	while (ct_sct_list_next(walk, &sct))
		n += sct.n > 0;
	CHECK(cursor_ok(walk));
	return n;
}

TEST(lists)
{
	struct cursor walk;
	struct bytes good = BYTES_LITERAL("\x04\x0b\x00\x09\x00\x02zz\x00\x03yyy"), sct;
	CHECK_U64(ct_sct_extension_parse(good, &walk).code, FAULT_NONE);
	CHECK_U64(walk.offset, 4);
	CHECK(ct_sct_list_next(&walk, &sct) && bytes_equal_text(sct, "zz"));
	CHECK(ct_sct_list_next(&walk, &sct) && bytes_equal_text(sct, "yyy"));
	CHECK(!ct_sct_list_next(&walk, &sct) && cursor_ok(&walk));
	for (size_t n = 0; n < good.n; n++) {
		CHECK(fault_is_set(ct_sct_extension_parse(bytes_of(good.p, n), &walk)));
		CHECK_U64(count(&walk), 0);
	}
	CHECK_U64(ct_sct_list_parse(bytes_slice(good, 2, 11), &walk).code, FAULT_NONE);
	CHECK_U64(count(&walk), 2);
	CHECK_U64(ct_sct_list_parse(BYTES_LITERAL("\x00\x00"), &walk).code, FAULT_LENGTH);
	CHECK_U64(ct_sct_list_parse(BYTES_LITERAL("\x00\x02\x00\x00"), &walk).code, FAULT_LENGTH);
	CHECK_U64(ct_sct_list_parse(BYTES_LITERAL("\x00\x03\x00\x01z\x00"), &walk).code, FAULT_TRAILING);
	CHECK_U64(ct_sct_list_parse(BYTES_LITERAL("\x00\x03\x00\x02z"), &walk).code, FAULT_TRUNCATED);
	CHECK_U64(count(&walk), 0);
	CHECK_U64(ct_sct_extension_parse(BYTES_LITERAL("\x03\x02\x00\x00"), &walk).code, FAULT_TAG);
	CHECK_U64(ct_sct_extension_parse(BYTES_LITERAL("\x04\x05\x00\x03\x00\x01zz"), &walk).code, FAULT_TRAILING);
}
