/* Verdicts as data: results, values, and the form in which they go to another process. */
#include "test.h"

#include "base/limits.h"
#include "evidence/checks.h"
#include "evidence/verdict.h"

static struct arena arena;
static struct verdict v;

static void start(enum evidence_kind kind)
{
	arena_init(&arena, LIMIT_ARENA_BYTES);
	verdict_init(&v, &arena, kind, INT64_C(-5));
}

static void pass_all(enum evidence_kind kind)
{
	for (size_t i = 0; i < check_count; i++)
		if (checks[i].kind == kind)
			verdict_check(&v, checks[i].id, CHECK_PASS, NULL);
}

/* ---- the result ---- */

TEST(verified_wants_every_required_check)
{
	for (size_t missing = 0; missing <= check_count; missing++) {
		start(EVIDENCE_SNP);
		for (size_t i = 0; i < check_count; i++)
			if (i != missing && checks[i].kind == EVIDENCE_SNP)
				verdict_check(&v, checks[i].id, CHECK_PASS, NULL);
		verdict_conclude(&v);
		bool lacks = missing < check_count && checks[missing].kind == EVIDENCE_SNP && checks[missing].required;
		CHECK_THAT(v.result == (lacks ? VERDICT_INCOMPLETE : VERDICT_VERIFIED), "without check %zu", missing);
		arena_release(&arena);
	}
}

TEST(one_failed_check_is_enough)
{
	for (size_t i = 0; i < check_count; i++) {
		start(EVIDENCE_SNP);
		pass_all(EVIDENCE_SNP);
		verdict_check(&v, checks[i].id, CHECK_FAIL, "why %d", 7);
		verdict_conclude(&v);
		CHECK(v.result == VERDICT_FAILED);
		CHECK_TEXT(verdict_first_failed(&v)->id, checks[i].id);
		CHECK_TEXT(verdict_first_failed(&v)->detail, "why 7");
		arena_release(&arena);
	}
}

TEST(checks_of_every_kind_count_where_they_stand)
{
	start(EVIDENCE_SNP);
	pass_all(EVIDENCE_SNP);
	verdict_check(&v, "binding.spki", CHECK_NOT_CHECKED, "why");
	verdict_conclude(&v);
	CHECK(v.result == VERDICT_INCOMPLETE && v.checks[v.check_count - 1].binding);
	arena_release(&arena);
	start(EVIDENCE_SNP);
	pass_all(EVIDENCE_SNP);
	verdict_check(&v, "expect.mrtd", CHECK_NOT_CHECKED, NULL);
	verdict_conclude(&v);
	CHECK(v.result == VERDICT_INCOMPLETE && v.checks[v.check_count - 1].binding);
	arena_release(&arena);
}

/* A kind that has no checks proves nothing, and neither does an empty verdict. */
TEST(nothing_checked_is_nothing_verified)
{
	for (int kind = EVIDENCE_NONE; kind <= EVIDENCE_UNKNOWN; kind++) {
		start((enum evidence_kind)kind);
		verdict_conclude(&v);
		CHECK(v.result == VERDICT_INCOMPLETE);
		verdict_check(&v, "binding.spki", CHECK_PASS, NULL);
		verdict_check(&v, "evidence.supported", CHECK_PASS, NULL);
		verdict_conclude(&v);
		CHECK(v.result == VERDICT_INCOMPLETE);
		arena_release(&arena);
	}
}

TEST(faults)
{
	for (int code = FAULT_TRUNCATED; code <= FAULT_UNRECOGNISED; code++) {
		start(EVIDENCE_SNP);
		pass_all(EVIDENCE_SNP);
		v.fault = fault_at((enum fault_code)code, 3, "x");
		verdict_conclude(&v);
		CHECK(v.result == (code == FAULT_UNSUPPORTED ? VERDICT_INCOMPLETE : VERDICT_FAILED));
		arena_release(&arena);
	}
}

TEST(a_check_without_room_is_not_passed)
{
	start(EVIDENCE_SNP);
	pass_all(EVIDENCE_SNP);
	while (v.check_count < LIMIT_VERDICT_CHECKS)
		verdict_check(&v, "expect.x", CHECK_PASS, NULL);
	verdict_conclude(&v);
	CHECK(v.result == VERDICT_VERIFIED);
	verdict_check(&v, "expect.y", CHECK_FAIL, NULL);
	verdict_conclude(&v);
	CHECK(v.result != VERDICT_VERIFIED && v.check_count == LIMIT_VERDICT_CHECKS);
	arena_release(&arena);
}

/* ---- values and names ---- */

TEST(values_are_found_in_order)
{
	start(EVIDENCE_SNP);
	verdict_number(&v.binding, "a", 4);
	verdict_number(&v.tcb, "a", 3);
	CHECK_U64(verdict_find(&v, "a")->number, 3);
	verdict_number(&v.fields, "a", 2);
	CHECK_U64(verdict_find(&v, "a")->number, 2);
	verdict_number(&v.measurements, "a", 1);
	CHECK_U64(verdict_find(&v, "a")->number, 1);
	CHECK(verdict_find(&v, "b") == NULL && verdict_find(&v, "report_data") == NULL);
	v.report_data = BYTES_LITERAL("data");
	CHECK(verdict_find(&v, "report_data")->kind == VALUE_HEX);
	CHECK(bytes_equal_text(verdict_find(&v, "report_data")->bytes, "data"));
	CHECK(verdict_find_claim(&v, "tee_attested") == NULL);
	verdict_claim(&v, "tee_attested", CLAIM_REFUTED, SOURCE_VERIFIER_DERIVED, "why");
	CHECK(verdict_find_claim(&v, "tee_attested")->status == CLAIM_REFUTED);
	CHECK(verdict_check_result(&v, "snp.debug") == CHECK_NOT_CHECKED && verdict_first_failed(&v) == NULL);
	arena_release(&arena);
}

TEST(names)
{
	CHECK_TEXT(check_result_name(CHECK_PASS), "pass");
	CHECK_TEXT(check_result_name(CHECK_FAIL), "fail");
	CHECK_TEXT(check_result_name(CHECK_NOT_CHECKED), "not_checked");
	CHECK_TEXT(verdict_result_name(VERDICT_VERIFIED), "verified");
	CHECK_TEXT(verdict_result_name(VERDICT_FAILED), "failed");
	CHECK_TEXT(verdict_result_name(VERDICT_INCOMPLETE), "incomplete");
	CHECK_TEXT(claim_status_name(CLAIM_ASSERTED), "asserted");
	CHECK_TEXT(claim_status_name(CLAIM_REFUTED), "refuted");
	CHECK_TEXT(claim_status_name(CLAIM_UNKNOWN), "unknown");
	CHECK_TEXT(claim_source_name(SOURCE_NONE), "");
	CHECK_TEXT(claim_source_name(SOURCE_HARDWARE_PROVEN), "hardware_proven");
	CHECK_TEXT(claim_source_name(SOURCE_VERIFIER_DERIVED), "verifier_derived");
	CHECK_TEXT(claim_source_name(SOURCE_PROVIDER_ASSERTED), "provider_asserted");
	CHECK_TEXT(claim_source_name(SOURCE_OPERATOR_ASSERTED), "operator_asserted");
}

/* ---- to another process and back ---- */

static void make_full(void)
{
	start(EVIDENCE_SNP);
	v.format = "report-v3";
	v.sha256 = hash_sha256(BYTES_LITERAL("x"));
	verdict_check(&v, "snp.debug", CHECK_FAIL, "why");
	verdict_check(&v, "binding.spki", CHECK_PASS, NULL);
	verdict_check(&v, "expect.claim.tee_attested", CHECK_NOT_CHECKED, "%s", "because");
	verdict_claim(&v, "tee_attested", CLAIM_ASSERTED, SOURCE_OPERATOR_ASSERTED, "says so");
	verdict_hex(&v.measurements, "measurement", BYTES_LITERAL("\x00\xff"));
	verdict_text(&v.tcb, "status", "UpToDate");
	verdict_number(&v.fields, "vmpl", UINT64_MAX);
	verdict_boolean(&v.fields, "debug", true);
	verdict_hex(&v.binding, "empty", (struct bytes){NULL, 0});
	v.tcb.v[v.tcb.n++] = (struct verdict_value){"advisories", VALUE_LIST, {(const uint8_t *)"a\0b", 3}, 0};
	v.report_data = BYTES_LITERAL("report data");
	verdict_anchor(&v, "amd", hash_sha256(BYTES_LITERAL("y")), true);
	verdict_anchor(&v, "intel", hash_sha256(BYTES_LITERAL("z")), false);
	v.fault = fault_at(FAULT_UNSUPPORTED, 77, "version");
	verdict_conclude(&v);
}

static bool same_values(const struct verdict_values *a, const struct verdict_values *b)
{
	bool same = a->n == b->n;
	for (size_t i = 0; same && i < a->n; i++)
		same = strcmp(a->v[i].name, b->v[i].name) == 0 && a->v[i].kind == b->v[i].kind &&
		       bytes_equal(a->v[i].bytes, b->v[i].bytes) && a->v[i].number == b->v[i].number;
	return same;
}

TEST(round_trip)
{
	static struct verdict back;
	struct buffer b;
	make_full();
	buffer_init(&b, 1 << 20);
	verdict_encode(&v, &b);
	CHECK(!fault_is_set(verdict_decode(buffer_bytes(&b), &arena, &back)));
	memset(b.p, 0xaa, b.n); /* it borrows nothing */
	CHECK(back.kind == v.kind && back.at_ms == v.at_ms && back.result == v.result &&
	      sha256_equal(&back.sha256, &v.sha256));
	CHECK_TEXT(back.format, v.format);
	CHECK(back.check_count == 3 && back.claim_count == 1 && back.anchor_count == 2);
	for (size_t i = 0; i < 3; i++) {
		CHECK_TEXT(back.checks[i].id, v.checks[i].id);
		CHECK_TEXT(back.checks[i].detail, v.checks[i].detail);
		CHECK(back.checks[i].result == v.checks[i].result && back.checks[i].binding == v.checks[i].binding);
	}
	CHECK_TEXT(back.claims[0].claim, "tee_attested");
	CHECK_TEXT(back.claims[0].reason, "says so");
	CHECK(back.claims[0].status == CLAIM_ASSERTED && back.claims[0].source == SOURCE_OPERATOR_ASSERTED);
	CHECK(same_values(&back.tcb, &v.tcb) && same_values(&back.measurements, &v.measurements));
	CHECK(same_values(&back.binding, &v.binding) && same_values(&back.fields, &v.fields));
	CHECK(bytes_equal(back.report_data, v.report_data));
	CHECK(back.anchors[0].builtin && !back.anchors[1].builtin && strcmp(back.anchors[1].vendor, "intel") == 0);
	CHECK(back.fault.code == FAULT_UNSUPPORTED && back.fault.offset == 77 &&
	      strcmp(back.fault.field, "version") == 0);
	buffer_release(&b);
	arena_release(&arena);
}

TEST(cut_or_longer_bytes_are_a_fault)
{
	static struct verdict back;
	struct buffer b;
	make_full();
	buffer_init(&b, 1 << 20);
	verdict_encode(&v, &b);
	for (size_t n = 0; n < b.n; n++) {
		uint8_t *copy = malloc(n ? n : 1);
		memcpy(copy, b.p, n);
		CHECK_THAT(fault_is_set(verdict_decode(bytes_of(copy, n), &arena, &back)), "%zu bytes", n);
		free(copy);
	}
	buffer_put_u8(&b, 0);
	CHECK(verdict_decode(buffer_bytes(&b), &arena, &back).code == FAULT_TRAILING);
	buffer_release(&b);
	arena_release(&arena);
}

/* Changed bytes are a fault, or another verdict with one encoding: that which was read. */
TEST(each_changed_bit_is_seen)
{
	static struct verdict back;
	struct buffer b, again;
	make_full();
	buffer_init(&b, 1 << 20);
	buffer_init(&again, 1 << 20);
	verdict_encode(&v, &b);
	for (size_t i = 0; i < 8 * b.n; i++) {
		struct arena a;
		arena_init(&a, 1 << 20);
		b.p[i / 8] ^= (uint8_t)(1 << i % 8);
		if (!fault_is_set(verdict_decode(buffer_bytes(&b), &a, &back))) {
			buffer_clear(&again);
			verdict_encode(&back, &again);
			CHECK_THAT(bytes_equal(buffer_bytes(&b), buffer_bytes(&again)), "bit %zu", i);
		}
		b.p[i / 8] ^= (uint8_t)(1 << i % 8);
		arena_release(&a);
	}
	buffer_release(&again);
	buffer_release(&b);
	arena_release(&arena);
}

TEST(an_arena_without_room_is_a_fault)
{
	static struct verdict back;
	struct buffer b;
	make_full();
	buffer_init(&b, 1 << 20);
	verdict_encode(&v, &b);
	for (size_t room = 0; room < 64; room++) {
		struct arena a;
		arena_init(&a, room);
		CHECK(verdict_decode(buffer_bytes(&b), &a, &back).code == FAULT_LIMIT);
		arena_release(&a);
	}
	buffer_release(&b);
	arena_release(&arena);
}
