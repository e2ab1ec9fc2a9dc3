/* Answers that carry proofs. */
#include "test.h"

#include "base/limits.h"
#include "ct/proof.h"

#define NODE "\"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\""

static struct arena arena;
static struct ct_proof proof;

static enum fault_code consistency(const char *json)
{
	arena_reset(&arena);
	struct fault f = ct_consistency_parse(bytes_of_text(json), &arena, &proof);
	CHECK(!fault_is_set(f) || proof.n == 0);
	return f.code;
}

TEST(consistency)
{
	struct sha256 empty = hash_sha256(bytes_of(NULL, 0));
	arena_init(&arena, LIMIT_ARENA_BYTES);
	CHECK_U64(consistency("{\"consistency\":[" NODE "," NODE "],\"x\":1}"), FAULT_NONE);
	CHECK_U64(proof.n, 2);
	CHECK(sha256_equal(&proof.nodes[0], &empty) && sha256_equal(&proof.nodes[1], &empty));
	CHECK_U64(consistency("{\"consistency\":[]}"), FAULT_NONE);
	CHECK_U64(proof.n, 0);
	CHECK_U64(consistency("{\"consistency\":null}"), FAULT_NONE);
	CHECK_U64(consistency("{}"), FAULT_MISSING);
	CHECK_U64(consistency("[]"), FAULT_TAG);
	CHECK_U64(consistency("{\"consistency\":{}}"), FAULT_TAG);
	CHECK_U64(consistency("{\"consistency\":[1]}"), FAULT_TAG);
	CHECK_U64(consistency("{\"consistency\":[" NODE ",\"AAAA\"]}"), FAULT_LENGTH);
	CHECK_U64(consistency("{\"consistency\":[\"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFUA\"]}"), FAULT_ENCODING);
	CHECK_U64(consistency("{\"consistency\":[\"47DEQpj8HBSa-/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\"]}"), FAULT_ENCODING);
	CHECK_U64(consistency("{\"consistency\":[" NODE "]"), FAULT_SYNTAX);
	arena_release(&arena);
}

TEST(paths_are_bounded)
{
	struct buffer b;
	arena_init(&arena, LIMIT_ARENA_BYTES);
	buffer_init(&b, 1 << 20);
	for (unsigned n = LIMIT_PROOF_NODES; n <= LIMIT_PROOF_NODES + 1; n++) {
		buffer_clear(&b);
		buffer_put_text(&b, "{\"consistency\":[" NODE);
		for (unsigned i = 1; i < n; i++)
			buffer_put_text(&b, "," NODE);
		buffer_put_text(&b, "]}");
		CHECK_U64(consistency(buffer_text(&b)), n > LIMIT_PROOF_NODES ? FAULT_LIMIT : FAULT_NONE);
	}
	buffer_clear(&b);
	buffer_put_text(&b, "{\"consistency\":[" NODE "]");
	while (b.n < LIMIT_PROOF_BYTES)
		buffer_put_u8(&b, ' ');
	buffer_put_text(&b, "}");
	CHECK_U64(consistency(buffer_text(&b)), FAULT_LIMIT);
	buffer_release(&b);
	arena_release(&arena);
}

TEST(proof_by_hash)
{
	uint64_t index;
	arena_init(&arena, LIMIT_ARENA_BYTES);
	CHECK_U64(ct_proof_by_hash_parse(BYTES_LITERAL("{\"leaf_index\":7,\"audit_path\":[" NODE "]}"), &arena, &index,
	                                 &proof)
	                  .code,
	          FAULT_NONE);
	CHECK(index == 7 && proof.n == 1);
	CHECK_U64(ct_proof_by_hash_parse(BYTES_LITERAL("{\"leaf_index\":-7,\"audit_path\":[" NODE "]}"), &arena, &index,
	                                 &proof)
	                  .code,
	          FAULT_VALUE);
	CHECK_U64(proof.n, 0);
	CHECK_U64(ct_proof_by_hash_parse(BYTES_LITERAL("{\"audit_path\":[" NODE "]}"), &arena, &index, &proof).code,
	          FAULT_MISSING);
	CHECK_U64(ct_proof_by_hash_parse(BYTES_LITERAL("{\"leaf_index\":7}"), &arena, &index, &proof).code,
	          FAULT_MISSING);
	arena_release(&arena);
}

TEST(entry_and_proof)
{
	struct bytes leaf, extra;
	struct bytes json =
	        BYTES_LITERAL("{\"leaf_input\":\"YWJj\",\"extra_data\":\"eHl6\",\"audit_path\":[" NODE "," NODE "]}");
	arena_init(&arena, LIMIT_ARENA_BYTES);
	CHECK_U64(ct_entry_and_proof_parse(json, &arena, &leaf, &extra, &proof).code, FAULT_NONE);
	CHECK(bytes_equal_text(leaf, "abc") && bytes_equal_text(extra, "xyz") && proof.n == 2);
	for (size_t n = 0; n < json.n; n++)
		CHECK(fault_is_set(ct_entry_and_proof_parse(bytes_of(json.p, n), &arena, &leaf, &extra, &proof)));
	json = BYTES_LITERAL("{\"leaf_input\":\"YWJ\",\"extra_data\":\"eHl6\",\"audit_path\":[]}");
	CHECK_U64(ct_entry_and_proof_parse(json, &arena, &leaf, &extra, &proof).code, FAULT_ENCODING);
	json = BYTES_LITERAL("{\"leaf_input\":\"YWJj\",\"audit_path\":[]}");
	CHECK_U64(ct_entry_and_proof_parse(json, &arena, &leaf, &extra, &proof).code, FAULT_MISSING);
	arena_release(&arena);
}
