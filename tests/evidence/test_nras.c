/* Tokens of NVIDIA's attestation service: each check good and bad, and what a verdict on them claims. */
#include "test.h"

#include "evidence/checks.h"
#include "evidence/nras.h"
#include "pki/demo_nras.h"

static struct arena arena;
static struct collateral_set set;
static struct demo_nras demo;
static struct demo_key_set keys;
static struct judge_request request;
static struct verdict v;

static const uint8_t serial_0[] = {0x12, 0x34, 0x56, 0x78, 0x90, 0xab, 0xcd, 0xef}, serial_1[] = {0x42};
static const struct bytes serials[] = {{serial_0, sizeof(serial_0)}, {serial_1, sizeof(serial_1)}};

static void start(void)
{
	arena_init(&arena, 64 << 20);
	collateral_set_init(&set, &arena);
	demo = demo_nras_good();
	keys = demo_key_set_good();
	request = (struct judge_request){.collateral = &set, .collateral_given = true, .at_ms = DEMO_NRAS_AT_MS,
	                                 .device_serials = serials, .device_serial_count = 2};
}

static void end(void)
{
	arena_release(&arena);
}

static void add_keys(void)
{
	struct fault f = collateral_set_add(&set, demo_key_set_make(&keys, &arena));
	CHECK_THAT(!fault_is_set(f), "%s", f.field);
}

static void judge_text(struct bytes text)
{
	struct bytes evidence;
	CHECK(nras_find(text, &arena, &evidence));
	request.evidence = evidence;
	request.kind = EVIDENCE_NRAS;
	judge(&request, &arena, &v, NULL);
}

static void judge_demo(void)
{
	judge_text(demo_nras_make(&demo, &arena));
}

static const char *failed(void)
{
	const struct verdict_check *c = verdict_first_failed(&v);
	return c ? c->id : "";
}

static enum claim_status claim(const char *name)
{
	const struct verdict_claim *c = verdict_find_claim(&v, name);
	return c ? c->status : CLAIM_UNKNOWN;
}

static bool none_asserted(void)
{
	for (size_t i = 0; i < v.claim_count; i++)
		if (v.claims[i].status == CLAIM_ASSERTED || v.claims[i].source == SOURCE_HARDWARE_PROVEN)
			return false;
	return v.claim_count == 6;
}

TEST(good)
{
	start();
	add_keys();
	judge_demo();
	CHECK_THAT(v.result == VERDICT_VERIFIED, "%s", failed());
	for (size_t i = 0; i < check_count; i++)
		if (checks[i].kind == EVIDENCE_NRAS)
			CHECK_THAT(verdict_check_result(&v, checks[i].id) == CHECK_PASS, "%s", checks[i].id);
	CHECK(none_asserted()); /* it is a verifier's word all the same */
	CHECK(claim("gpu_attested") == CLAIM_UNKNOWN);
	CHECK_TEXT(v.format, "detached-eat");
	CHECK_U64(v.anchor_count, 1);
	CHECK(!v.anchors[0].builtin && sha256_equal(&v.anchors[0].sha256, &set.items[0].sha256));
	CHECK(bytes_equal(verdict_find(&v, "nonce")->bytes, bytes_of(demo_nras_nonce, 32)));
	CHECK(bytes_equal_text(verdict_find(&v, "issuer")->bytes, NRAS_ISSUER));
	CHECK(bytes_equal(verdict_find(&v, "ueid")->bytes, BYTES_LITERAL("1311768467294899695\00066")));
	CHECK(bytes_equal(verdict_find(&v, "device")->bytes, BYTES_LITERAL("GPU-0\0GPU-1")));
	CHECK(bytes_equal_text(verdict_find(&v, "expires")->bytes, "2026-11-24T01:00:00Z"));
	CHECK(verdict_find(&v, "overall_result")->number == 1);
	end();
}

/* From a good document, one thing changed in the first of them that signs it. */
struct change {
	const char *id;            /* the first check that fails; "" where none does */
	struct demo_edit overall, device, document;
};

static void check_change(const struct change *c)
{
	start();
	add_keys();
	demo.overall.claims[0] = c->overall;
	demo.device[1].claims[0] = c->device;
	demo.document[0] = c->document;
	judge_demo();
	CHECK_THAT(strcmp(failed(), c->id) == 0, "%s%s%s: %s instead of %s", c->overall.to ? c->overall.to : "",
	           c->device.to ? c->device.to : "", c->document.to ? c->document.to : "", failed(), c->id);
	CHECK(v.result == (c->id[0] ? VERDICT_FAILED : VERDICT_VERIFIED));
	CHECK(claim("gpu_attested") == (c->id[0] ? CLAIM_REFUTED : CLAIM_UNKNOWN));
	CHECK(none_asserted());
	end();
}

TEST(what_tokens_say)
{
	static const struct change cases[] = {
		{"nras.format", {"\"iat\"", "\"iad\""}, {NULL, NULL}, {NULL, NULL}},
		{"nras.format", {"\"exp\":1795482000", "\"exp\":\"1795482000\""}, {NULL, NULL}, {NULL, NULL}},
		{"nras.format", {"\"exp\":1795482000", "\"exp\":1e12"}, {NULL, NULL}, {NULL, NULL}},
		{"nras.format", {"\"exp\":1795482000", "\"exp\":999999999999999"}, {NULL, NULL}, {NULL, NULL}},
		{"nras.format", {"\"x-nvidia-overall-att-result\":true", "\"x-nvidia-overall-att-result\":1"}, {NULL, NULL},
		 {NULL, NULL}},
		{"nras.format", {"\"submods\":", "\"submods\":1,\"x\":"}, {NULL, NULL}, {NULL, NULL}},
		{"nras.format", {NULL, NULL}, {"\"measres\":\"success\"", "\"measres\":true"}, {NULL, NULL}},
		{"nras.format", {NULL, NULL}, {"\"eat_nonce\":\"", "\"eat_nonce\":\"x"}, {NULL, NULL}},
		{"nras.format", {NULL, NULL}, {"\"iss\"", "\"iss\":\"a\",\"iss\""}, {NULL, NULL}},
		{"nras.issuer", {"nras.attestation", "nras.attestatiom"}, {NULL, NULL}, {NULL, NULL}},
		{"nras.issuer", {"https://nras.attestation.nvidia.com", "https://nras.attestation.nvidia.com/"}, {NULL, NULL},
		 {NULL, NULL}},
		{"nras.issuer", {NULL, NULL}, {"https://nras.attestation.nvidia.com", "NVAT-LOCAL-VERIFIER"}, {NULL, NULL}},
		{"nras.issuer", {NULL, NULL}, {"https://nras.attestation.nvidia.com", ""}, {NULL, NULL}},
		{"nras.submodules", {"SHA-256", "SHA-255"}, {NULL, NULL}, {NULL, NULL}},
		{"nras.submodules", {"\"DIGEST\"", "\"DIGESTS\""}, {NULL, NULL}, {NULL, NULL}},
		{"nras.submodules", {"\"GPU-1\"", "\"GPU-2\""}, {NULL, NULL}, {NULL, NULL}},
		{"nras.submodules", {"\"submods\":{", "\"submods\":{\"GPU-7\":[\"DIGEST\",[\"SHA-256\",\"00\"]],"}, {NULL, NULL},
		 {NULL, NULL}},
		{"", {"SHA-256", "SHA256"}, {NULL, NULL}, {NULL, NULL}},
		{"nras.nonce", {"\"eat_nonce\":\"61", "\"eat_nonce\":\"62"}, {NULL, NULL}, {NULL, NULL}},
		{"nras.nonce", {NULL, NULL}, {"\"eat_nonce\":\"61", "\"eat_nonce\":\"62"}, {NULL, NULL}},
		{"nras.nonce", {NULL, NULL}, {"\"eat_nonce\"", "\"eat_nounce\""}, {NULL, NULL}},
		{"nras.times", {"\"exp\":1795482000", "\"exp\":1795478399"}, {NULL, NULL}, {NULL, NULL}},
		{"nras.times", {NULL, NULL}, {"\"nbf\":1795478400", "\"nbf\":1795482001"}, {NULL, NULL}},
		{"nras.result", {"att-result\":true", "att-result\":false"}, {NULL, NULL}, {NULL, NULL}},
		{"nras.result", {NULL, NULL}, {"\"success\"", "\"fail\""}, {NULL, NULL}},
		{"nras.result", {NULL, NULL}, {"\"measres\"", "\"measure\""}, {NULL, NULL}},
		{"nras.result", {NULL, NULL}, {"{", "{\"x-nvidia-error-details\":{\"code\":4010},"}, {NULL, NULL}},
		{"", {NULL, NULL}, {"{", "{\"x-nvidia-error-details\":null,"}, {NULL, NULL}},
		{"", {NULL, NULL}, {"\"success\"", "\"comparison-successful\""}, {NULL, NULL}},
		{"nras.ueid", {NULL, NULL}, {"\"ueid\":\"66\"", "\"ueid\":\"67\""}, {NULL, NULL}},
		{"nras.ueid", {NULL, NULL}, {"\"ueid\":\"66\"", "\"ueid\":\"066\""}, {NULL, NULL}},
		{"nras.ueid", {NULL, NULL}, {"\"ueid\":\"66\"", "\"ueid\":\"1311768467294899695\""}, {NULL, NULL}},
		{"nras.ueid", {NULL, NULL}, {"\"ueid\"", "\"uuid\""}, {NULL, NULL}},
		{"nras.format", {NULL, NULL}, {NULL, NULL}, {"\"GPU-1\":", "\"GPU-0\":"}},
		{"nras.format", {NULL, NULL}, {NULL, NULL}, {"]", ",1]"}},
		{"nras.format", {NULL, NULL}, {NULL, NULL}, {"{\"GPU-0\":", "{\"GPU-9\":1,\"GPU-0\":"}},
		{"nras.format", {NULL, NULL}, {NULL, NULL}, {"}]", "},1]"}},
		{"nras.format", {NULL, NULL}, {NULL, NULL}, {"}]", "}"}},
		{"nras.submodules", {NULL, NULL}, {NULL, NULL}, {"\"GPU-1\":", "\"GPU-2\":"}},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_change(&cases[i]);
}

TEST(swapped_submodules)
{
	start();
	add_keys();
	const char *text = (const char *)demo_nras_make(&demo, &arena).p;
	const char *first = strstr(text, "\"GPU-0\":\"") + 9, *second = strstr(text, "\"GPU-1\":\"") + 9;
	size_t n = strcspn(first, "\""), m = strcspn(second, "\"");
	const char *swapped = arena_format(&arena, "%.*s\"GPU-0\":\"%.*s\",\"GPU-1\":\"%.*s\"}]",
	                                   (int)(first - 9 - text), text, (int)m, second, (int)n, first);
	judge_text(bytes_of_text(swapped));
	CHECK_TEXT(failed(), "nras.submodules");
	/* one of them is gone */
	judge_text(bytes_of_text(arena_format(&arena, "%.*s\"GPU-0\":\"%.*s\"}]", (int)(first - 9 - text), text, (int)n,
	                                      first)));
	CHECK_TEXT(failed(), "nras.submodules");
	judge_text(bytes_of_text(arena_format(&arena, "%.*s}]", (int)(first - 9 - text), text)));
	CHECK_TEXT(failed(), "nras.submodules");
	end();
}

TEST(signatures)
{
	start();
	add_keys();
	demo.overall.key = "another";
	judge_demo();
	CHECK_TEXT(failed(), "nras.signature");
	demo = demo_nras_good();
	demo.device[1].key = "another";
	judge_demo();
	CHECK_TEXT(failed(), "nras.signature");
	demo = demo_nras_good();
	demo.device[0].without_signature = true;
	judge_demo();
	CHECK_TEXT(failed(), "nras.signature");
	end();
}

/* What is no signature of the service never proves anything, whatever else is right. */
TEST(algorithms)
{
	static const char *const bad[] = {"none", "HS256", "ES256", "None", ""};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		for (size_t device = 0; device < 2; device++) {
			start();
			add_keys();
			if (device)
				demo.device[1].algorithm = bad[i];
			else
				demo.overall.algorithm = bad[i];
			judge_demo();
			CHECK_TEXT(failed(), "nras.algorithm");
			CHECK(v.result == VERDICT_FAILED && none_asserted());
			end();
		}
}

static void make_local(const char *issuer, const char *algorithm)
{
	struct demo_edit e = {NRAS_ISSUER, issuer};
	demo.overall.claims[0] = demo.device[0].claims[0] = demo.device[1].claims[0] = e;
	demo.overall.algorithm = demo.device[0].algorithm = demo.device[1].algorithm = algorithm;
}

/* Of a local verifier: no proof, and nothing that is wrong either. */
TEST(local_verifiers)
{
	static const char *const forms[][2] = {{"NVAT-LOCAL-VERIFIER", "none"}, {"LOCAL_GPU_VERIFIER", "HS256"},
	                                       {"NVAT-LOCAL-VERIFIER", "ES384"}};
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		start();
		add_keys();
		make_local(forms[i][0], forms[i][1]);
		judge_demo();
		CHECK_TEXT(failed(), "");
		CHECK(v.result == VERDICT_INCOMPLETE && none_asserted());
		CHECK(verdict_check_result(&v, "nras.issuer") == CHECK_NOT_CHECKED);
		CHECK(claim("gpu_attested") == CLAIM_UNKNOWN);
		end();
	}
}

TEST(keys_at_hand)
{
	start();
	judge_demo(); /* none */
	CHECK(v.result == VERDICT_INCOMPLETE && failed()[0] == 0);
	CHECK(verdict_check_result(&v, "nras.key") == CHECK_NOT_CHECKED);
	CHECK(verdict_check_result(&v, "nras.signature") == CHECK_NOT_CHECKED);
	keys.key_id = "demo-kid-2"; /* another day's */
	add_keys();
	judge_demo();
	CHECK(v.result == VERDICT_INCOMPLETE && failed()[0] == 0);
	demo.overall.header[0] = (struct demo_edit){"\"kid\":\"demo-kid-1\",", ""};
	judge_demo();
	CHECK(v.result == VERDICT_INCOMPLETE && failed()[0] == 0);
	end();
}

TEST(keys_that_are_unfit)
{
	static const struct {
		int64_t from_ms, to_ms;
		const char *certificate_key;
		bool good;
	} cases[] = {
		{0, DEMO_NRAS_ISSUED_S * 1000, "nras", true},
		{0, DEMO_NRAS_ISSUED_S * 1000 - 1000, "nras", false},
		{DEMO_NRAS_ISSUED_S * 1000 + 1000, DEMO_NRAS_ISSUED_S * 1000 + 86400000, "nras", false},
		{0, DEMO_NRAS_ISSUED_S * 1000 + 86400000, "another", false},
		{0, 0, NULL, true},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		start();
		keys.from_ms = cases[i].from_ms;
		keys.to_ms = cases[i].to_ms;
		keys.certificate_key = cases[i].certificate_key;
		add_keys();
		judge_demo();
		CHECK_THAT(strcmp(failed(), cases[i].good ? "" : "nras.key") == 0, "%zu: %s", i, failed());
		CHECK(v.result == (cases[i].good ? VERDICT_VERIFIED : VERDICT_FAILED));
		request.collateral_given = false; /* an archive's: as good as absent */
		judge_demo();
		CHECK(v.result == (cases[i].good ? VERDICT_VERIFIED : VERDICT_INCOMPLETE));
		end();
	}
}

/* Two sets with one id: the same key is one key; different ones say nothing. */
TEST(keys_twice)
{
	start();
	add_keys();
	keys.certificate_key = NULL;
	add_keys();
	CHECK_U64(set.n, 2);
	judge_demo();
	CHECK(v.result == VERDICT_VERIFIED);
	keys.key = "another";
	add_keys();
	judge_demo();
	CHECK(v.result == VERDICT_INCOMPLETE && verdict_check_result(&v, "nras.key") == CHECK_NOT_CHECKED);
	end();
}

TEST(times)
{
	start();
	add_keys();
	request.at_ms = DEMO_NRAS_ISSUED_S * 1000;
	judge_demo();
	CHECK(v.result == VERDICT_VERIFIED);
	request.at_ms = (DEMO_NRAS_ISSUED_S + 3600) * 1000;
	judge_demo();
	CHECK(v.result == VERDICT_VERIFIED);
	request.at_ms++;
	judge_demo(); /* expired: what it said is neither right nor wrong now */
	CHECK(v.result == VERDICT_INCOMPLETE && verdict_check_result(&v, "nras.times") == CHECK_NOT_CHECKED);
	request.at_ms = DEMO_NRAS_ISSUED_S * 1000 - 1;
	judge_demo();
	CHECK(v.result == VERDICT_INCOMPLETE && failed()[0] == 0);
	end();
}

TEST(nonces)
{
	uint8_t other[32] = {1};
	start();
	add_keys();
	request.binding.nonce = bytes_of(demo_nras_nonce, 32);
	judge_demo();
	CHECK(v.result == VERDICT_VERIFIED && verdict_check_result(&v, "binding.nonce") == CHECK_PASS);
	request.binding.nonce = bytes_of(other, 32);
	judge_demo();
	CHECK_TEXT(failed(), "binding.nonce");
	CHECK(claim("gpu_attested") == CLAIM_REFUTED);
	request.binding.nonce = bytes_of(demo_nras_nonce, 31);
	judge_demo();
	CHECK_TEXT(failed(), "binding.nonce");
	end();
}

/* A failure as the service reports it: signed, with tokens that lack most claims. */
TEST(reported_failures)
{
	start();
	add_keys();
	demo.overall.claims[0] = (struct demo_edit){"att-result\":true", "att-result\":false"};
	demo.device[0].claims[0] = (struct demo_edit){
		"{", "{\"x-nvidia-error-details\":{\"code\":4010,\"message\":\"NONCE_NOT_MATCHING\"},"};
	demo.device[0].claims[1] = (struct demo_edit){"\"eat_nonce\"", "\"eat_nounce\""};
	judge_demo();
	CHECK(verdict_check_result(&v, "nras.signature") == CHECK_PASS);
	CHECK_TEXT(failed(), "nras.result");
	CHECK(v.result == VERDICT_FAILED && claim("gpu_attested") == CLAIM_REFUTED);
	end();
}

TEST(without_evidence_beside)
{
	start();
	add_keys();
	request.device_serial_count = 0;
	judge_demo();
	CHECK(v.result == VERDICT_VERIFIED && verdict_check_result(&v, "nras.ueid") == CHECK_NOT_CHECKED);
	request.device_serial_count = 1;
	judge_demo();
	CHECK_TEXT(failed(), "nras.ueid");
	end();
}

TEST(serials)
{
	static const uint8_t zero_led[] = {0, 0xff};
	CHECK(nras_ueid_is(BYTES_LITERAL("66"), serials[1]));
	CHECK(nras_ueid_is(BYTES_LITERAL("255"), bytes_of(zero_led, 2)));
	CHECK(!nras_ueid_is(BYTES_LITERAL("255"), bytes_of(zero_led + 1, 1))); /* negative */
	CHECK(!nras_ueid_is(BYTES_LITERAL(""), serials[1]));
	CHECK(!nras_ueid_is(BYTES_LITERAL("0x42"), serials[1]));
	CHECK(!nras_ueid_is(BYTES_LITERAL("66"), bytes_of(NULL, 0)));
}

/* A token on its own is verified as far as it goes. */
TEST(alone)
{
	start();
	add_keys();
	judge_text(bytes_of_text(demo_nras_overall(&demo, &arena)));
	CHECK_TEXT(v.format, "jwt");
	CHECK(failed()[0] == 0 || strcmp(failed(), "nras.ueid") == 0);
	request.device_serial_count = 0;
	judge_text(bytes_of_text(demo_nras_overall(&demo, &arena)));
	CHECK(v.result == VERDICT_INCOMPLETE && verdict_check_result(&v, "nras.signature") == CHECK_PASS);
	judge_text(bytes_of_text(demo_nras_device(&demo, 0, &arena)));
	CHECK(v.result == VERDICT_INCOMPLETE && verdict_check_result(&v, "nras.submodules") == CHECK_NOT_CHECKED);
	CHECK(verdict_check_result(&v, "nras.signature") == CHECK_PASS);
	end();
}

TEST(wrappings)
{
	struct bytes evidence;
	start();
	add_keys();
	struct bytes text = demo_nras_make(&demo, &arena);
	const char *whole = (const char *)text.p;
	judge_text(bytes_of_text(arena_format(&arena, "{\"claims\":[],\"detached_eat\": %s,\"result_code\":0}", whole)));
	CHECK(v.result == VERDICT_VERIFIED);
	struct sha256 hash = hash_sha256(text);
	CHECK(sha256_equal(&v.sha256, &hash));
	judge_text(bytes_of_text(arena_format(&arena, "\n%s\n", whole)));
	CHECK(v.result == VERDICT_VERIFIED);
	CHECK(!nras_find(BYTES_LITERAL("{\"detached_eat\":[]}"), &arena, &evidence));
	CHECK(!nras_find(BYTES_LITERAL("{\"detached_eat\":1"), &arena, &evidence));
	CHECK(!nras_find(BYTES_LITERAL("{}"), &arena, &evidence));
	CHECK(!nras_find(BYTES_LITERAL("[]"), &arena, &evidence));
	CHECK(!nras_find(BYTES_LITERAL("["), &arena, &evidence));
	CHECK(!nras_find(BYTES_LITERAL("[ ["), &arena, &evidence));
	CHECK(!nras_find(BYTES_LITERAL(""), &arena, &evidence));
	CHECK(evidence_recognise(text) == EVIDENCE_NRAS);
	CHECK_TEXT(evidence_kind_name(EVIDENCE_NRAS), "nras");
	end();
}

TEST(many_devices)
{
	start();
	struct buffer b;
	buffer_init(&b, 1 << 20);
	const char *token = demo_nras_device(&demo, 0, &arena);
	buffer_printf(&b, "[[\"JWT\",\"%s\"],{", demo_nras_overall(&demo, &arena));
	for (unsigned i = 0; i <= LIMIT_NRAS_DEVICES; i++)
		buffer_printf(&b, "%s\"GPU-%u\":\"%s\"", i ? "," : "", i, token);
	buffer_put_text(&b, "}]");
	judge_text(buffer_bytes(&b));
	CHECK(v.fault.code == FAULT_LIMIT && v.result == VERDICT_FAILED);
	buffer_release(&b);
	end();
}

/* ---- flips ---- */

static enum verdict_result judge_bytes(struct bytes text)
{
	static struct verdict w;
	struct arena a;
	arena_init(&a, 16 << 20);
	request.evidence = text;
	request.kind = EVIDENCE_NRAS;
	judge(&request, &a, &w, NULL);
	enum verdict_result r = w.result;
	arena_release(&a);
	return r;
}

/* Every byte is signed, a signature or the document's own grammar. */
TEST(each_byte)
{
	uint64_t state = 5;
	start();
	add_keys();
	struct bytes text = demo_nras_make(&demo, &arena);
	CHECK(judge_bytes(text) == VERDICT_VERIFIED);
	uint8_t *copy = malloc(text.n);
	memcpy(copy, text.p, text.n);
	for (size_t i = 0; i < text.n; i++) {
		unsigned bits = test_long() ? 0xff : 1u << (test_random(&state) & 7);
		for (unsigned bit = 0; bit < 8; bit++) {
			if (!(bits >> bit & 1))
				continue;
			copy[i] ^= (uint8_t)(1u << bit);
			CHECK_THAT(judge_bytes(bytes_of(copy, text.n)) != VERDICT_VERIFIED, "byte %zu bit %u", i, bit);
			copy[i] ^= (uint8_t)(1u << bit);
		}
	}
	free(copy);
	end();
}

TEST(each_length)
{
	start();
	add_keys();
	struct bytes text = demo_nras_make(&demo, &arena);
	for (size_t n = 0; n < text.n; n++) {
		uint8_t *copy = malloc(n ? n : 1);
		memcpy(copy, text.p, n);
		CHECK_THAT(judge_bytes(bytes_of(copy, n)) == VERDICT_FAILED, "%zu bytes", n);
		free(copy);
	}
	end();
}

/* The key set carries no signature: what counts in it is the key. */
TEST(each_byte_of_the_key)
{
	uint64_t state = 6;
	start();
	add_keys();
	struct bytes text = demo_nras_make(&demo, &arena), der = set.items[0].der;
	const uint8_t *x = memmem(der.p, der.n, "\"x\":\"", 5), *end_of_y = memmem(der.p, der.n, ",\"x5c\"", 6);
	CHECK(x && end_of_y);
	uint8_t *copy = malloc(der.n);
	memcpy(copy, der.p, der.n);
	set.items[0].der = bytes_of(copy, der.n);
	CHECK(judge_bytes(text) == VERDICT_VERIFIED);
	for (size_t i = (size_t)(x - der.p); i < (size_t)(end_of_y - der.p); i++) {
		uint8_t bit = (uint8_t)(1u << (test_random(&state) & 7));
		copy[i] ^= bit;
		CHECK_THAT(judge_bytes(text) != VERDICT_VERIFIED, "byte %zu", i);
		copy[i] ^= bit;
	}
	free(copy);
	end();
}
