/* What evidence is, by its bytes; what is said of kinds that cannot be verified yet; how keys are bound. */
#include "test.h"

#include "base/limits.h"
#include "evidence/judge.h"

enum { QUOTE_MAX = 1024 };

static struct arena arena;
static struct verdict v;
static struct judge_needs needs;
static const uint8_t spki[] = "a SubjectPublicKeyInfo";

static void put_le(uint8_t *p, uint32_t n, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		p[i] = (uint8_t)(n >> (8 * i));
}

/* A quote of Intel's: header, body with report_data, length of the signature data and that many bytes. */
struct quote {
	uint8_t p[QUOTE_MAX];
	size_t n, report_data_at;
};

static struct quote make_quote(unsigned version, unsigned tee)
{
	static const struct {
		unsigned version;
		size_t report_data_at, signature_at;
	} rows[] = {{3, 368, 432}, {4, 568, 632}, {5, 574, 638}};
	struct quote q = {.n = 0};
	for (size_t i = 0; i < 3; i++) {
		if (rows[i].version != version)
			continue;
		put_le(q.p, version, 2);
		put_le(q.p + 2, 2, 2);
		put_le(q.p + 4, tee, 4);
		if (version == 5) {
			put_le(q.p + 48, 2, 2);
			put_le(q.p + 50, 584, 4);
		}
		q.report_data_at = rows[i].report_data_at;
		put_le(q.p + rows[i].signature_at, 100, 4);
		q.n = rows[i].signature_at + 104;
	}
	return q;
}

static void judge_bytes(struct bytes raw, enum evidence_kind kind, struct evidence_binding binding)
{
	static const struct collateral_set none;
	struct judge_request r = {
		.evidence = raw, .kind = kind, .binding = binding, .collateral = &none, .at_ms = 1000};
	judge(&r, &arena, &v, &needs);
}

static const struct {
	unsigned version, tee;
	enum evidence_kind kind;
	const char *format, *measurement;
	size_t measurement_bytes;
} quotes[] = {
	{3, 0, EVIDENCE_SGX, "quote-v3", "mrenclave", 32},
	{4, 0x81, EVIDENCE_TDX, "quote-v4", "mrtd", 48},
	{5, 0x81, EVIDENCE_TDX, "quote-v5", "mrtd", 48},
};

TEST(quotes_are_recorded_and_their_keys_compared)
{
	struct sha256 h = hash_sha256(bytes_of(spki, sizeof(spki)));
	for (size_t i = 0; i < 3; i++) {
		for (unsigned good = 0; good < 2; good++) {
			arena_init(&arena, LIMIT_ARENA_BYTES);
			struct quote q = make_quote(quotes[i].version, quotes[i].tee);
			memcpy(q.p + q.report_data_at, h.b, 32);
			q.p[q.report_data_at] ^= !good;
			CHECK(evidence_recognise(bytes_of(q.p, q.n)) == quotes[i].kind);
			judge_bytes(bytes_of(q.p, q.n), EVIDENCE_NONE,
			            (struct evidence_binding){
			                    .rule = BINDING_SPKI_SHA256, .spki = bytes_of(spki, sizeof(spki))});
			CHECK(v.kind == quotes[i].kind && strcmp(v.format, quotes[i].format) == 0);
			CHECK(v.result == VERDICT_FAILED); /* its signature data is none */
			CHECK_TEXT(verdict_first_failed(&v)->id, "dcap.format");
			CHECK(verdict_check_result(&v, "binding.spki") == (good ? CHECK_PASS : CHECK_FAIL));
			CHECK(verdict_find_claim(&v, "tee_attested")->status == CLAIM_REFUTED);
			CHECK(verdict_find(&v, quotes[i].measurement)->bytes.n == quotes[i].measurement_bytes);
			CHECK(v.report_data.n == 64 && v.anchor_count == 0 && needs.n == 0);
			/* Unsigned bytes behind it do not make it another piece of evidence. */
			struct sha256 exact = v.sha256;
			judge_bytes(bytes_of(q.p, q.n + 70), EVIDENCE_NONE,
			            (struct evidence_binding){.rule = BINDING_NONE});
			CHECK(sha256_equal(&exact, &v.sha256));
			arena_release(&arena);
		}
	}
}

TEST(cut_quotes_do_no_harm)
{
	for (size_t i = 0; i < 3; i++) {
		struct quote q = make_quote(quotes[i].version, quotes[i].tee);
		for (size_t n = 0; n <= q.n; n++) {
			uint8_t *copy = malloc(n ? n : 1);
			memcpy(copy, q.p, n);
			arena_init(&arena, LIMIT_ARENA_BYTES);
			judge_bytes(bytes_of(copy, n), quotes[i].kind,
			            (struct evidence_binding){
			                    .rule = BINDING_SPKI_HEX, .spki = bytes_of(spki, sizeof(spki))});
			CHECK(v.result != VERDICT_VERIFIED && v.kind == quotes[i].kind);
			arena_release(&arena);
			free(copy);
		}
	}
}

TEST(recognition)
{
	static uint8_t report[1184];
	struct quote q = make_quote(4, 0x81);
	CHECK(evidence_recognise((struct bytes){NULL, 0}) == EVIDENCE_NONE);
	CHECK(evidence_recognise(BYTES_LITERAL("{\"json\":1}")) == EVIDENCE_NONE);
	q.p[0] = 6;
	CHECK(evidence_recognise(bytes_of(q.p, q.n)) == EVIDENCE_NONE);
	q.p[0] = 4;
	q.p[4] = 0x82;
	CHECK(evidence_recognise(bytes_of(q.p, q.n)) == EVIDENCE_NONE);
	CHECK(evidence_recognise(BYTES_LITERAL("\x84\x44\xa1\x01\x38\x22")) == EVIDENCE_NITRO);
	CHECK(evidence_recognise(BYTES_LITERAL("\xd2\x84\x44\xa1\x01\x38\x22")) == EVIDENCE_NITRO);
	report[0] = 3;
	CHECK(evidence_recognise(bytes_of(report, sizeof(report))) == EVIDENCE_SNP);
	CHECK(evidence_recognise(bytes_of(report, sizeof(report) - 1)) == EVIDENCE_NONE);
	report[10] = 3; /* policy bit 17: what every report has */
	CHECK(evidence_recognise(bytes_of(report, sizeof(report) - 1)) == EVIDENCE_SNP);
}

TEST(evidence_of_another_kind_than_said)
{
	arena_init(&arena, LIMIT_ARENA_BYTES);
	struct quote q = make_quote(4, 0x81);
	static const enum evidence_kind said[] = {EVIDENCE_SNP, EVIDENCE_SGX, EVIDENCE_NITRO, EVIDENCE_NVGPU};
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		judge_bytes(bytes_of(q.p, q.n), said[i], (struct evidence_binding){.rule = BINDING_NONE});
		CHECK(v.result == VERDICT_FAILED && v.kind == said[i] && v.fault.code == FAULT_MISMATCH);
		CHECK_TEXT(verdict_first_failed(&v)->id, "evidence.supported");
	}
	/* Said to be of no certain kind, it is what it is. */
	judge_bytes(bytes_of(q.p, q.n), EVIDENCE_UNKNOWN, (struct evidence_binding){.rule = BINDING_NONE});
	CHECK(v.result == VERDICT_FAILED && v.kind == EVIDENCE_TDX);
	/* Of no kind that is known: there may be such a kind. */
	judge_bytes(BYTES_LITERAL("something"), EVIDENCE_NITRO, (struct evidence_binding){.rule = BINDING_NONE});
	CHECK(v.result == VERDICT_INCOMPLETE && v.kind == EVIDENCE_NITRO);
	judge_bytes(BYTES_LITERAL("something"), EVIDENCE_NONE, (struct evidence_binding){.rule = BINDING_NONE});
	CHECK(v.result == VERDICT_INCOMPLETE && v.kind == EVIDENCE_UNKNOWN);
	arena_release(&arena);
}

TEST(evidence_beyond_the_limit)
{
	arena_init(&arena, LIMIT_ARENA_BYTES);
	uint8_t *big = calloc(1, LIMIT_EVIDENCE_BYTES + 1);
	judge_bytes(bytes_of(big, LIMIT_EVIDENCE_BYTES + 1), EVIDENCE_SNP,
	            (struct evidence_binding){.rule = BINDING_NONE});
	CHECK(v.result == VERDICT_FAILED && v.fault.code == FAULT_LIMIT && v.claim_count == 6);
	free(big);
	arena_release(&arena);
}

/* ---- how keys are bound ---- */

TEST(binding_rules)
{
	struct sha256 h = hash_sha256(bytes_of(spki, sizeof(spki)));
	static const uint8_t hpke[32] = "an HPKE key of thirty-two bytes";
	const struct bytes key = {spki, sizeof(spki)}, hpke_key = {hpke, 32};
	char hex[65];
	hex_encode(sha256_bytes(&h), hex);
	/* what report_data holds: 0 hash and zeros, 1 hash and HPKE key, 2 hexadecimal, 3 upper case, 4 a nonce */
	const struct {
		int holds;
		struct evidence_binding binding;
		enum check_result spki, hpke, nonce;
	} rows[] = {
		{1, {.rule = BINDING_SPKI_HPKE, .spki = key, .hpke_key = hpke_key}, CHECK_PASS, CHECK_PASS, CHECK_NOT_CHECKED},
		{1, {.rule = BINDING_SPKI_HPKE, .spki = key}, CHECK_PASS, CHECK_NOT_CHECKED, CHECK_NOT_CHECKED},
		{0, {.rule = BINDING_SPKI_HPKE, .spki = key, .hpke_key = hpke_key}, CHECK_PASS, CHECK_FAIL, CHECK_NOT_CHECKED},
		{0, {.rule = BINDING_SPKI_HPKE, .spki = key}, CHECK_PASS, CHECK_NOT_CHECKED, CHECK_NOT_CHECKED},
		{2, {.rule = BINDING_SPKI_HPKE, .spki = key}, CHECK_FAIL, CHECK_NOT_CHECKED, CHECK_NOT_CHECKED},
		{2, {.rule = BINDING_SPKI_HEX, .spki = key}, CHECK_PASS, CHECK_NOT_CHECKED, CHECK_NOT_CHECKED},
		{2, {.rule = BINDING_SPKI_HEX, .spki = key, .hpke_key = hpke_key}, CHECK_PASS, CHECK_NOT_CHECKED, CHECK_NOT_CHECKED},
		{3, {.rule = BINDING_SPKI_HEX, .spki = key}, CHECK_FAIL, CHECK_NOT_CHECKED, CHECK_NOT_CHECKED},
		{0, {.rule = BINDING_SPKI_HEX, .spki = key}, CHECK_FAIL, CHECK_NOT_CHECKED, CHECK_NOT_CHECKED},
		{0, {.rule = BINDING_SPKI_SHA256, .spki = key}, CHECK_PASS, CHECK_NOT_CHECKED, CHECK_NOT_CHECKED},
		{1, {.rule = BINDING_SPKI_SHA256, .spki = key}, CHECK_FAIL, CHECK_NOT_CHECKED, CHECK_NOT_CHECKED},
		{0, {.rule = BINDING_UNKNOWN, .spki = key}, CHECK_NOT_CHECKED, CHECK_NOT_CHECKED, CHECK_NOT_CHECKED},
		{0, {.rule = BINDING_NONE}, CHECK_NOT_CHECKED, CHECK_NOT_CHECKED, CHECK_NOT_CHECKED},
		{4,
	         {.rule = BINDING_NONE, .nonce = BYTES_LITERAL("nonce")},
	         CHECK_NOT_CHECKED,
	         CHECK_NOT_CHECKED,
	         CHECK_PASS},
		{4,
	         {.rule = BINDING_NONE, .nonce = BYTES_LITERAL("nonc")},
	         CHECK_NOT_CHECKED,
	         CHECK_NOT_CHECKED,
	         CHECK_FAIL},
		{4,
	         {.rule = BINDING_NONE, .nonce = BYTES_LITERAL("nonce!")},
	         CHECK_NOT_CHECKED,
	         CHECK_NOT_CHECKED,
	         CHECK_FAIL},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		arena_init(&arena, LIMIT_ARENA_BYTES);
		struct quote q = make_quote(4, 0x81);
		uint8_t *data = q.p + q.report_data_at;
		if (rows[i].holds <= 1)
			memcpy(data, h.b, 32);
		if (rows[i].holds == 1)
			memcpy(data + 32, hpke, 32);
		if (rows[i].holds == 2 || rows[i].holds == 3)
			memcpy(data, hex, 64);
		for (size_t k = 0; rows[i].holds == 3 && k < 64; k++)
			data[k] = (uint8_t)(data[k] >= 'a' ? data[k] - 'a' + 'A' : data[k]);
		if (rows[i].holds == 4)
			memcpy(data, "nonce", 5);
		judge_bytes(bytes_of(q.p, q.n), EVIDENCE_NONE, rows[i].binding);
		CHECK_THAT(verdict_check_result(&v, "binding.spki") == rows[i].spki, "row %zu", i);
		CHECK_THAT(verdict_check_result(&v, "binding.hpke") == rows[i].hpke, "row %zu", i);
		CHECK_THAT(verdict_check_result(&v, "binding.nonce") == rows[i].nonce, "row %zu", i);
		arena_release(&arena);
	}
}
