/* Documents of machines with GPUs: every wrapping, what stands in it twice, what cannot be decoded. */
#include "test.h"

#include "base/base64.h"
#include "base/hash.h"
#include "extract/machine.h"

#include "base/limits.h"

#define NONCE "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define OTHER "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
/* base64 of "evidence A", "evidence B", and of PEM that begins rightly */
#define A "ZXZpZGVuY2UgQQ=="
#define B "ZXZpZGVuY2UgQg=="
#define PEM "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg=="
#define DEVICE(E) "{\"evidence\":\"" E "\",\"certificate\":\"" PEM "\"}"

static struct arena arena;
static struct machines m;

static struct fault parse(const char *text)
{
	size_t n = strlen(text);
	char *copy = arena_text(&arena, bytes_of(text, n));
	return machines_parse(bytes_of(copy, n), &arena, &m);
}

static bool good(const char *text)
{
	struct fault f = parse(text);
	CHECK_THAT(!fault_is_set(f), "%s: %s", text, fault_code_name(f.code));
	return !fault_is_set(f);
}

static bool has(size_t i, const char *evidence)
{
	return i < m.n && bytes_equal_text(m.v[i].evidence, evidence);
}

struct wrapping {
	const char *what, *text;
	size_t devices;
	const char *first;          /* evidence of the first device */
	enum evidence_kind kind;
	bool with_nonce;
};

static const struct wrapping wrappings[] = {
	{"a bare list", "[" DEVICE(A) "," DEVICE(B) "]", 2, "evidence A", EVIDENCE_NONE, false},
	{"the SDK's list",
	 "[{\"arch\":\"HOPPER\",\"nonce\":\"" NONCE "\",\"evidence\":\"" A "\",\"certificate\":\"" PEM
	 "\",\"version\":\"1.0\",\"driver_version\":\"1\"}]", 1, "evidence A", EVIDENCE_NVGPU, true},
	{"what its tool writes", "{\"evidences\":[" DEVICE(A) "],\"result_code\":0,\"result_message\":\"Ok\"}", 1,
	 "evidence A", EVIDENCE_NONE, false},
	{"a request to the service",
	 "{\"nonce\":\"" NONCE "\",\"arch\":\"BLACKWELL\",\"claims_version\":\"2.0\",\"evidence_list\":[" DEVICE(A) "]}", 1,
	 "evidence A", EVIDENCE_NVGPU, true},
	{"a request about switches", "{\"arch\":\"LS10\",\"evidence_list\":[" DEVICE(A) "]}", 1, "evidence A",
	 EVIDENCE_NVSWITCH, false},
	{"a payload", "{\"nvidia_payload\":{\"nonce\":\"" NONCE "\",\"evidence_list\":[" DEVICE(A) "]}}", 1, "evidence A",
	 EVIDENCE_NONE, true},
	{"a payload as text",
	 "{\"nvidia_payload\":\"{\\\"nonce\\\":\\\"" NONCE "\\\",\\\"arch\\\":\\\"HOPPER\\\",\\\"evidence_list\\\":"
	 "[{\\\"evidence\\\":\\\"" A "\\\",\\\"certificate\\\":\\\"" PEM "\\\"}]}\"}", 1, "evidence A", EVIDENCE_NVGPU, true},
	{"GPU evidence in a receipt",
	 "{\"attestation\":{\"nvidia_arch\":\"HOPPER\",\"gpu_evidence\":[{\"ordinal\":0,\"arch\":\"HOPPER\",\"certificate\":\"" PEM
	 "\",\"evidence\":\"" A "\"}]}}", 1, "evidence A", EVIDENCE_NVGPU, false},
	{"one device", DEVICE(A), 1, "evidence A", EVIDENCE_NONE, false},
	{"hexadecimal", "{\"evidence\":\"65766964656e63652041\",\"certificate\":\"-----BEGIN CERTIFICATE-----\\n\"}", 1,
	 "evidence A", EVIDENCE_NONE, false},
	{"switches", "{\"switch_evidence\":[" DEVICE(A) "]}", 1, "evidence A", EVIDENCE_NVSWITCH, false},
};

TEST(every_wrapping_is_seen_through)
{
	for (size_t i = 0; i < sizeof(wrappings) / sizeof(wrappings[0]); i++) {
		const struct wrapping *w = &wrappings[i];
		arena_init(&arena, LIMIT_ARENA_BYTES);
		if (good(w->text)) {
			CHECK_THAT(m.n == w->devices && m.count == 1, "%s: %zu", w->what, m.n);
			CHECK_THAT(has(0, w->first) && m.v[0].device && m.v[0].kind == w->kind, "%s", w->what);
			CHECK_THAT((m.v[0].nonce.n == 32) == w->with_nonce, "%s", w->what);
			CHECK_THAT(bytes_starts_with(m.v[0].endorsement, BYTES_LITERAL("-----BEGIN ")), "%s", w->what);
		}
		arena_release(&arena);
	}
}

TEST(a_cpu_stands_beside_its_devices)
{
	arena_init(&arena, LIMIT_ARENA_BYTES);
	/* dstack, NEAR, Phala */
	good("{\"request_nonce\":\"" NONCE "\",\"intel_quote\":\"0400\",\"nvidia_payload\":{\"nonce\":\"" NONCE
	     "\",\"evidence_list\":[" DEVICE(A) "]}}");
	CHECK(m.n == 2 && m.count == 1 && m.v[0].device && !m.v[1].device);
	CHECK(bytes_equal(m.v[1].evidence, BYTES_LITERAL("\4\0")) && m.v[1].nonce.n == 32);
	CHECK(m.v[0].nonce_rule == NONCE_SECOND_HALF && m.v[1].nonce_rule == NONCE_SECOND_HALF);
	/* Chutes: each instance is a machine */
	good("{\"evidence\":[{\"quote\":\"BAA=\",\"gpu_evidence\":[" DEVICE(A) "],\"instance_id\":\"1\",\"certificate\":\"x\"},"
	     "{\"quote\":\"BAE=\",\"gpu_evidence\":[" DEVICE(B) "]}],\"failed_instance_ids\":[]}");
	CHECK(m.n == 4 && m.count == 2 && m.v[0].machine == 0 && m.v[3].machine == 1);
	CHECK(m.v[0].nonce_rule == NONCE_FIRST_HALF && has(2, "evidence B"));
	/* another */
	good("{\"tdx_quote\":\"BAA=\",\"gpu_attestation\":[" DEVICE(A) "]}");
	CHECK(m.n == 2 && m.v[1].nonce_rule == NONCE_UNKNOWN);
	arena_release(&arena);
}

TEST(what_stands_twice_is_one)
{
	arena_init(&arena, LIMIT_ARENA_BYTES);
	good("[" DEVICE(A) "," DEVICE(A) "," DEVICE(B) "," DEVICE(A) "]");
	CHECK(m.n == 2 && m.v[0].copies == 3 && m.v[1].copies == 1);
	/* A report repeats the first of its replicas. */
	good("{\"intel_quote\":\"0400\",\"gpu_evidence\":[" DEVICE(A) "],\"all_attestations\":["
	     "{\"intel_quote\":\"0400\",\"gpu_evidence\":[" DEVICE(A) "]},{\"intel_quote\":\"0401\",\"gpu_evidence\":[" DEVICE(
		     A) "]}]}");
	CHECK(m.count == 2 && m.n == 4);
	/* The same evidence with other certificates is said twice of one device, which is for the verdict to see. */
	good("[" DEVICE(A) ",{\"evidence\":\"" A "\",\"certificate\":\"-----BEGIN CERTIFICATE-----\"}]");
	CHECK(m.n == 2);
	/* So it is under another nonce. */
	good("[{\"evidence\":\"" A "\",\"certificate\":\"" PEM "\",\"nonce\":\"" NONCE "\"},{\"evidence\":\"" A
	     "\",\"certificate\":\"" PEM "\",\"nonce\":\"" OTHER "\"}]");
	CHECK(m.n == 2);
	arena_release(&arena);
}

TEST(a_gateway_and_its_models)
{
	arena_init(&arena, LIMIT_ARENA_BYTES);
	good("{\"gateway_attestation\":{\"intel_quote\":\"0400\",\"request_nonce\":\"" NONCE
	     "\"},\"model_attestations\":[{\"intel_quote\":\"0401\",\"nvidia_payload\":\"{\\\"evidence_list\\\":"
	     "[{\\\"evidence\\\":\\\"" A "\\\",\\\"certificate\\\":\\\"" PEM "\\\"}]}\"}]}");
	CHECK(m.count == 2 && m.n == 3 && !m.v[0].device && m.v[1].device && m.v[2].machine == 1);
	arena_release(&arena);
}

TEST(what_cannot_be_decoded_is_a_piece_with_its_fault)
{
	static const struct {
		const char *text;
		enum fault_code code;
	} rows[] = {
		{"[{\"evidence\":\"!\",\"certificate\":\"" PEM "\"}]", FAULT_ENCODING},
		{"[{\"evidence\":\"" A "\",\"certificate\":\"!\"}]", FAULT_ENCODING},
		{"[{\"evidence\":\"" A "\",\"certificate\":7}]", FAULT_ENCODING},
		{"{\"gpu_evidence\":[{\"certificate\":\"" PEM "\"}]}", FAULT_MISSING},
		{"{\"gpu_evidence\":[7]}", FAULT_NONE},
		{"{\"nvidia_payload\":\"{\"}", FAULT_SYNTAX},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		arena_init(&arena, LIMIT_ARENA_BYTES);
		struct fault f = parse(rows[i].text);
		if (rows[i].code == FAULT_NONE)
			CHECK_THAT(f.code == FAULT_UNRECOGNISED, "row %zu", i);
		else
			CHECK_THAT(!fault_is_set(f) && m.n == 1 && m.v[0].fault.code == rows[i].code && m.v[0].evidence.n == 0,
			           "row %zu: %s", i, fault_code_name(m.n ? m.v[0].fault.code : f.code));
		arena_release(&arena);
	}
}

TEST(other_documents_are_not_ours)
{
	static const char *const texts[] = {
		"", "x", "{}", "[]", "[[[]]]", "{\"format\":\"https://tinfoil.sh/predicate/sev-snp-guest/v2\",\"body\":\"\"}",
		"{\"intel_quote\":\"0400\"}", "[[\"JWT\",\"a.b.c\"],{\"GPU-0\":\"a.b.c\"}]", "{\"nvidia_payload\":\"\"}",
		"{\"nvidia_payload\":\"\\\"{}\\\"\"}", /* a string in a string is not looked into */
		"{\"claims\":[],\"detached_eat\":[],\"result_code\":0}",
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		arena_init(&arena, LIMIT_ARENA_BYTES);
		CHECK_THAT(parse(texts[i]).code == FAULT_UNRECOGNISED, "%s", texts[i]);
		arena_release(&arena);
	}
}

TEST(the_number_of_pieces_has_a_maximum)
{
	struct buffer b;
	arena_init(&arena, LIMIT_ARENA_BYTES);
	buffer_init(&b, 1 << 20);
	for (unsigned i = 0; i < LIMIT_MACHINE_PIECES + 1; i++)
		buffer_printf(&b, "%s{\"evidence\":\"%08x\",\"certificate\":\"" PEM "\"}", i ? "," : "[", i);
	buffer_put_text(&b, "]");
	CHECK(parse(buffer_text(&b)).code == FAULT_LIMIT && m.n == LIMIT_MACHINE_PIECES);
	buffer_clear(&b);
	for (unsigned i = 0; i < 20; i++)
		buffer_put_text(&b, "{\"all_attestations\":[");
	buffer_put_text(&b, DEVICE(A));
	for (unsigned i = 0; i < 20; i++)
		buffer_put_text(&b, "]}");
	CHECK(fault_is_set(parse(buffer_text(&b)))); /* deeper than any document goes */
	buffer_release(&b);
	arena_release(&arena);
}

/* ---- Tinfoil, version 3 ---- */

#define V3 "\"format\":\"https://tinfoil.sh/predicate/attestation/v3\""
/* {"items":[{"id":"gpu0","kind":"gpu","evidence":{"evidence":A,"certificate":PEM,"nonce":NONCE}}]} */
static const char items[] = "{\"items\":[{\"id\":\"gpu0\",\"kind\":\"gpu\",\"evidence\":{\"evidence\":\"" A
			    "\",\"certificate\":\"" PEM "\",\"nonce\":\"" NONCE "\"}},{\"id\":\"nvswitch0\",\"kind\":\"nvswitch\","
			    "\"evidence\":{\"evidences\":[" DEVICE(B) "],\"result_code\":0}}]}";

static const char *v3_final(const char *devices)
{
	return arena_format(&arena, "{" V3 ",\"challenge\":{\"nonce\":\"" NONCE "\",\"report_data\":\"00\",\"report_data_algorithm\":"
	                            "\"https://tinfoil.sh/report-data/v1\"},\"cpu_evidence\":{\"format\":"
	                            "\"https://tinfoil.sh/format/sev-snp-report/v1\",\"report_base64\":\"" A "\"},"
	                            "\"crypto_material\":\"e30=\",\"device_evidence\":\"%s\",\"collateral\":[{\"format\":"
	                            "\"https://tinfoil.sh/collateral/amd-vcek/v1\",\"data\":{\"vcek_der_base64\":\"" B "\"}}]}",
	                    base64_text(&arena, bytes_of_text(devices)));
}

TEST(tinfoil_3_in_its_final_form)
{
	arena_init(&arena, LIMIT_ARENA_BYTES);
	good(v3_final(items));
	CHECK(m.n == 3 && m.count == 1 && !m.v[0].device && m.v[0].kind == EVIDENCE_SNP);
	CHECK(bytes_equal_text(m.v[0].endorsement, "evidence B") && m.v[0].nonce.n == 32);
	CHECK(m.v[1].device && has(1, "evidence A") && m.v[2].kind == EVIDENCE_NVSWITCH && has(2, "evidence B"));
	for (size_t i = 0; i < m.n; i++)
		CHECK(m.v[i].nonce_rule == NONCE_HASHED && m.v[i].nonce_hash.n == 32);
	good(v3_final("{\"items\":[]}")); /* a machine without devices says so */
	CHECK(m.n == 1 && m.v[0].nonce_rule == NONCE_HASHED);
	good(v3_final("{"));
	CHECK(m.n == 2 && m.v[1].fault.code == FAULT_SYNTAX);
	arena_release(&arena);
}

/* A published case: no devices, the key of an enclave in crypto_material. */
TEST(tinfoil_3_report_data_is_derived_as_published)
{
	static const char material[] = "eyJmb3JtYXQiOiJodHRwczovL3RpbmZvaWwuc2gvY3J5cHRvLW1hdGVyaWFsL3YxIiwiaXRlbXMiOlt7ImlkIjoid29ya2xvYWQta2V5"
				       "IiwiZm9ybWF0IjoiaHR0cHM6Ly90aW5mb2lsLnNoL2tleS9zcGtpL3YxIiwiZGF0YSI6IjMwMmEzMDA1MDYwMzJiNjU3MDAzMjEwMGQ3"
				       "NWE5ODAxODJiMTBhYjdkNTRiZmVkM2M5NjQwNzNhMGVlMTcyZjNkYWE2MjMyNWFmMDIxYTY4ZjcwNzUxMWEifV19";
	arena_init(&arena, LIMIT_ARENA_BYTES);
	const char *text = arena_format(&arena,
	                                "{" V3 ",\"challenge\":{\"nonce\":\"" NONCE "\",\"report_data_algorithm\":"
	                                "\"https://tinfoil.sh/report-data/v1\"},\"cpu_evidence\":{\"report_base64\":\"" A "\"},"
	                                "\"crypto_material\":\"%s\",\"device_evidence\":"
	                                "\"eyJmb3JtYXQiOiJodHRwczovL3RpbmZvaWwuc2gvZGV2aWNlLWV2aWRlbmNlL3YxIiwiaXRlbXMiOltdfQ==\"}",
	                                material);
	good(text);
	CHECK_TEXT(hex_text(&arena, m.v[0].nonce_hash), "471c373ed1a81ba6b4f9469e15b61277759d825f28a7415c3de5effb1c80a5e7");
	arena_release(&arena);
}

TEST(tinfoil_3_drafts)
{
	arena_init(&arena, LIMIT_ARENA_BYTES);
	good("{" V3 ",\"report_data\":{\"tls_key_fp\":\"" NONCE "\",\"hpke_key\":\"" OTHER "\",\"nonce\":\"" NONCE
	     "\",\"gpu_evidence_hash\":\"" OTHER "\"},\"cpu\":{\"platform\":\"tdx\",\"report\":\"" A
	     "\"},\"gpu\":{\"evidences\":[" DEVICE(A) "]},\"nvswitch\":{\"evidences\":[" DEVICE(B) "]}}");
	CHECK(m.n == 3 && m.v[0].nonce_rule == NONCE_HASHED && m.v[1].nonce.n == 32 && m.v[2].kind == EVIDENCE_NVSWITCH);
	struct bytes nonce, other;
	struct buffer b;
	buffer_init(&b, 256);
	CHECK(hex_decode_arena(&arena, BYTES_LITERAL(NONCE), &nonce) && hex_decode_arena(&arena, BYTES_LITERAL(OTHER), &other));
	buffer_put_bytes(&b, nonce);
	buffer_put_bytes(&b, other);
	buffer_put_bytes(&b, nonce);
	buffer_put_bytes(&b, other);
	struct sha256 h = hash_sha256(buffer_bytes(&b));
	CHECK(bytes_equal(m.v[0].nonce_hash, sha256_bytes(&h)));
	buffer_release(&b);
	good("{" V3 ",\"cpu\":{\"platform\":\"tdx\",\"report\":\"" A "\"},\"gpu\":{\"evidences\":[" DEVICE(A) "]}}");
	CHECK(m.n == 2 && m.v[0].nonce_rule == NONCE_UNKNOWN); /* the first draft had no nonce */
	CHECK(parse("{" V3 "}").code == FAULT_UNRECOGNISED);
	arena_release(&arena);
}

/* Any cut, and bytes exchanged: no crash, and never more than was there. */
TEST(broken_documents_do_no_harm)
{
	uint64_t seed = 9;
	arena_init(&arena, LIMIT_ARENA_BYTES);
	const char *whole = v3_final(items);
	size_t n = strlen(whole);
	uint8_t *p = malloc(n);
	for (size_t cut = 0; cut < n; cut += 3) {
		struct arena a;
		arena_init(&a, LIMIT_ARENA_BYTES);
		memcpy(p, whole, n);
		CHECK(fault_is_set(machines_parse(bytes_of(p, cut), &a, &m)));
		p[cut] ^= (uint8_t)(1u << test_random(&seed) % 8);
		machines_parse(bytes_of(p, n), &a, &m);
		CHECK(m.n <= 3);
		arena_release(&a);
	}
	free(p);
	arena_release(&arena);
}
