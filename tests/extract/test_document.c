/* Attestation documents and bundles: every format, every rule broken once, cut and changed. */
#include "base/limits.h"
#include "maker.h"

#define URI "https://tinfoil.sh/predicate/"

static struct bytes report_of(uint64_t seed)
{
	static uint8_t report[1184];
	fill_report(report, seed);
	return bytes_of(report, sizeof(report));
}

static struct fault parse(const char *text, struct arena *a, struct document *d)
{
	return document_parse(bytes_of_text(text), a, d);
}

static void check_fault(const char *what, const char *text, enum fault_code code)
{
	struct arena a;
	struct document d;
	arena_init(&a, 64 << 20);
	struct fault f = parse(text, &a, &d);
	CHECK_THAT(f.code == code, "%s: %s (%s)", what, fault_code_name(f.code), f.field ? f.field : "");
	CHECK_THAT(!fault_is_set(f) || d.evidence.n == 0, "%s", what);
	arena_release(&a);
}

struct format_row {
	const char *name;
	bool deflated;
	enum evidence_kind kind;
	enum binding_rule binding;
};

static const struct format_row good_formats[] = {
	{"sev-snp-guest/v2", true, EVIDENCE_SNP, BINDING_SPKI_HPKE},
	{"tdx-guest/v2", true, EVIDENCE_TDX, BINDING_SPKI_HPKE},
	{"sev-snp-guest/v1", false, EVIDENCE_SNP, BINDING_SPKI_HEX},
	{"snp-sev-guest/v1", false, EVIDENCE_SNP, BINDING_SPKI_HEX},
	{"tdx-guest/v1", false, EVIDENCE_TDX, BINDING_SPKI_HEX},
	{"aws-nitro-enclave/v1", false, EVIDENCE_NITRO, BINDING_UNKNOWN},
};

TEST(every_format)
{
	for (size_t i = 0; i < sizeof(good_formats) / sizeof(good_formats[0]); i++) {
		const struct format_row *row = &good_formats[i];
		struct bytes report = report_of(i);
		char uri[128];
		struct arena a;
		struct document d;
		arena_init(&a, 64 << 20);
		snprintf(uri, sizeof(uri), URI "%s", row->name);
		char *text = make_document(uri, report, row->deflated);
		struct fault f = parse(text, &a, &d);
		CHECK_THAT(!fault_is_set(f), "%s: %s", uri, fault_code_name(f.code));
		CHECK_TEXT(d.scheme, "tinfoil");
		CHECK_TEXT(d.format, uri);
		CHECK_THAT(d.kind == row->kind && d.binding == row->binding && !d.dummy, "%s", uri);
		CHECK_THAT(bytes_equal(d.evidence, report), "%s", uri);
		CHECK(d.endorsement.n == 0);
		struct sha256 whole = hash_sha256(bytes_of_text(text));
		CHECK(sha256_equal(&d.sha256, &whole));
		free(text);
		arena_release(&a);
	}
}

/* The commitment covers the two strings, not the JSON around them. */
TEST(commitment)
{
	struct arena a;
	struct document d, spaced;
	const char *uri = URI "sev-snp-guest/v2";
	arena_init(&a, 64 << 20);
	char *text = make_document(uri, report_of(1), true), *body = strstr(text, "\"body\":\"") + 8;
	CHECK(!fault_is_set(parse(text, &a, &d)));
	struct sha256 want = hash_sha256_two(bytes_of_text(uri), bytes_of(body, strlen(body) - 2));
	CHECK(sha256_equal(&d.commitment, &want));

	/* The other order, space between, an escaped slash and the newline of the HTTP answer. */
	char *other = arena_format(
	        &a, " {\"body\" : \"%.*s\",\n\"format\":\"https:\\/\\/tinfoil.sh/predicate/sev-snp-guest/v2\"}\n",
	        (int)strlen(body) - 2, body);
	struct fault f = parse(other, &a, &spaced);
	CHECK_THAT(!fault_is_set(f), "%s", fault_code_name(f.code));
	CHECK(sha256_equal(&spaced.commitment, &want));
	CHECK(!sha256_equal(&spaced.sha256, &d.sha256));
	CHECK(bytes_equal(spaced.evidence, d.evidence));
	free(text);
	arena_release(&a);
}

TEST(dummy)
{
	struct arena a;
	struct document d;
	arena_init(&a, 1 << 20);
	CHECK(!fault_is_set(parse("{\"format\":\"" URI "dummy/v2\",\"body\":\"00ff\"}", &a, &d)));
	CHECK(d.dummy && d.kind == EVIDENCE_UNKNOWN && d.evidence.n == 0);
	struct sha256 want = hash_sha256_two(BYTES_LITERAL(URI "dummy/v2"), BYTES_LITERAL("00ff"));
	CHECK(sha256_equal(&d.commitment, &want));
	arena_release(&a);
}

/* A document that breaks its format, or has one that is not known, is still the one that was committed to. */
TEST(commitment_of_what_cannot_be_read)
{
	static const char *const texts[] = {
		"{\"format\":\"" URI "sev-snp-guest/v2\",\"body\":\"????\"}",
		"{\"format\":\"" URI "sev-snp-guest/v2\",\"body\":\"????\",\"more\":1}",
		"{\"format\":\"" URI "sev-snp-guest/v7\",\"body\":\"????\"}",
	};
	for (size_t i = 0; i < 3; i++) {
		struct arena a;
		struct document d;
		arena_init(&a, 1 << 20);
		CHECK(fault_is_set(parse(texts[i], &a, &d)));
		struct sha256 want = hash_sha256_two(bytes_of_text(d.format), BYTES_LITERAL("????"));
		CHECK(sha256_equal(&d.commitment, &want));
		CHECK_TEXT(d.scheme, "tinfoil");
		arena_release(&a);
	}
}

TEST(each_rule)
{
	check_fault("no JSON", "hello", FAULT_UNRECOGNISED);
	check_fault("nothing", "", FAULT_UNRECOGNISED);
	check_fault("an array", "[]", FAULT_UNRECOGNISED);
	check_fault("an empty object", "{}", FAULT_UNRECOGNISED);
	check_fault("other JSON", "{\"mediaType\":\"application/json\"}", FAULT_UNRECOGNISED);
	check_fault("another format", "{\"format\":\"https://example.org/v1\",\"body\":\"AAAA\"}", FAULT_UNRECOGNISED);
	check_fault("a format that is no text", "{\"format\":7,\"body\":\"AAAA\"}", FAULT_UNRECOGNISED);
	check_fault("a predicate of another use", "{\"format\":\"" URI "platform-endorsements/v1\",\"machines\":{}}",
	            FAULT_UNRECOGNISED);
	check_fault("version 3", "{\"format\":\"" URI "attestation/v3\",\"challenge\":{}}", FAULT_UNSUPPORTED);
	check_fault("a later version", "{\"format\":\"" URI "tdx-guest/v3\",\"body\":\"AAAA\"}", FAULT_UNSUPPORTED);
	check_fault("no body", "{\"format\":\"" URI "tdx-guest/v1\"}", FAULT_MISSING);
	check_fault("a body that is no text", "{\"format\":\"" URI "tdx-guest/v1\",\"body\":null}", FAULT_TAG);
	check_fault("three members", "{\"format\":\"" URI "tdx-guest/v1\",\"body\":\"AAAA\",\"x\":1}", FAULT_TRAILING);
	check_fault("a member twice", "{\"format\":\"" URI "tdx-guest/v1\",\"body\":\"AAAA\",\"body\":\"AAAA\"}",
	            FAULT_DUPLICATE);
	check_fault("two documents", "{\"format\":\"" URI "tdx-guest/v1\",\"body\":\"AAAA\"}{}", FAULT_SYNTAX);
	check_fault("an empty body", "{\"format\":\"" URI "tdx-guest/v1\",\"body\":\"\"}", FAULT_LENGTH);
	check_fault("base64 without padding", "{\"format\":\"" URI "tdx-guest/v1\",\"body\":\"AAAAAA\"}",
	            FAULT_ENCODING);
	check_fault("base64 with stray bits", "{\"format\":\"" URI "tdx-guest/v1\",\"body\":\"AB==\"}", FAULT_ENCODING);
	check_fault("base64 in lines", "{\"format\":\"" URI "tdx-guest/v1\",\"body\":\"AAAA\\nAAAA\"}", FAULT_ENCODING);
	check_fault("not deflated", "{\"format\":\"" URI "tdx-guest/v2\",\"body\":\"AAAA\"}", FAULT_ENCODING);
	check_fault("a short report", "{\"format\":\"" URI "sev-snp-guest/v1\",\"body\":\"AAAA\"}", FAULT_LENGTH);
}

TEST(report_lengths)
{
	uint8_t report[1185] = {0};
	for (size_t n = 1183; n <= 1185; n++) {
		char *v1 = make_document(URI "sev-snp-guest/v1", bytes_of(report, n), false);
		char *v2 = make_document(URI "sev-snp-guest/v2", bytes_of(report, n), true);
		check_fault("v1", v1, n == 1184 ? FAULT_NONE : FAULT_LENGTH);
		check_fault("v2", v2, n == 1184 ? FAULT_NONE : FAULT_LENGTH);
		free(v1);
		free(v2);
	}
}

TEST(bomb)
{
	size_t n = LIMIT_EVIDENCE_BYTES + 1;
	uint8_t *zeros = calloc(n, 1);
	char *good = make_document(URI "tdx-guest/v2", bytes_of(zeros, n - 1), true);
	char *bad = make_document(URI "tdx-guest/v2", bytes_of(zeros, n), true);
	char *raw = make_document(URI "tdx-guest/v1", bytes_of(zeros, n), false);
	check_fault("1 MiB", good, FAULT_NONE);
	check_fault("one byte more", bad, FAULT_LIMIT);
	check_fault("the same, not deflated", raw, FAULT_LIMIT);
	free(zeros);
	free(good);
	free(bad);
	free(raw);
}

/* ---- bundles ---- */

static char *make_bundle(const char *document, const char *vcek)
{
	struct buffer b = new_buffer();
	buffer_printf(&b,
	              "{\"domain\":\"app.example.org\",\"enclaveAttestationReport\":%s,\"digest\":\"00\","
	              "\"sigstoreBundle\":{\"a\":[1]}%s%s,\"enclaveCert\":\"-----\"}",
	              document, vcek ? ",\"vcek\":" : "", vcek ? vcek : "");
	char *out = strdup(buffer_text(&b));
	buffer_release(&b);
	return out;
}

static void check_bundle(const char *document, const char *vcek, enum fault_code code, const char *endorsement)
{
	char *text = make_bundle(document, vcek);
	struct arena a;
	struct document d, alone;
	arena_init(&a, 64 << 20);
	struct fault f = parse(text, &a, &d);
	CHECK_THAT(f.code == code, "%s: %s", vcek ? vcek : "no vcek", fault_code_name(f.code));
	if (!fault_is_set(f) && !fault_is_set(parse(document, &a, &alone))) {
		struct sha256 whole = hash_sha256(bytes_of_text(text));
		CHECK(sha256_equal(&d.commitment, &alone.commitment));
		CHECK(bytes_equal(d.evidence, alone.evidence));
		CHECK(sha256_equal(&d.sha256, &whole));
		CHECK(bytes_equal_text(d.endorsement, endorsement));
	}
	arena_release(&a);
	free(text);
}

TEST(bundles)
{
	char *document = make_document(URI "sev-snp-guest/v2", report_of(2), true);
	check_bundle(document, "\"TUFN\"", FAULT_NONE, "MAM");
	check_bundle(document, "\"\"", FAULT_NONE, "");
	check_bundle(document, "null", FAULT_NONE, "");
	check_bundle(document, NULL, FAULT_NONE, "");
	check_bundle(document, "\"TUF\"", FAULT_ENCODING, "");
	check_bundle(document, "7", FAULT_TAG, "");
	check_bundle("\"text\"", "\"TUFN\"", FAULT_TAG, "");
	check_bundle("{\"format\":\"" URI "sev-snp-guest/v2\"}", "\"TUFN\"", FAULT_MISSING, "");
	free(document);
}

/* ---- small changes ---- */

static void cut_and_change(const char *text)
{
	size_t n = strlen(text);
	struct document good;
	struct arena a, b;
	uint64_t seed = 23;
	arena_init(&a, 64 << 20);
	arena_init(&b, 64 << 20);
	CHECK(!fault_is_set(parse(text, &a, &good)));
	for (size_t i = 0; i < n; i++) {
		struct document d;
		uint8_t *copy = malloc(n);
		memcpy(copy, text, n);
		CHECK_THAT(fault_is_set(document_parse(bytes_of(copy, i), &b, &d)), "cut to %zu", i);
		arena_reset(&b);
		unsigned first = test_long() ? 0 : (unsigned)(test_random(&seed) % 8);
		for (unsigned bit = first; bit < (test_long() ? 8 : first + 1); bit++) {
			copy[i] = (uint8_t)((uint8_t)text[i] ^ 1u << bit);
			struct fault f = document_parse(bytes_of(copy, n), &b, &d);
			bool space = text[i] == ' ' || text[i] == '\n';
			CHECK_THAT(fault_is_set(f) || space || !sha256_equal(&d.commitment, &good.commitment),
			           "byte %zu, bit %u", i, bit);
			arena_reset(&b);
		}
		free(copy);
	}
	arena_release(&a);
	arena_release(&b);
}

TEST(cut_and_changed)
{
	uint8_t report[1184] = {2};
	char *v1 = make_document(URI "sev-snp-guest/v1", report_of(3), false);
	char *v2 = make_document(URI "sev-snp-guest/v2", bytes_of(report, sizeof(report)), true);
	cut_and_change(v1);
	cut_and_change(v2);
	free(v1);
	free(v2);
}

/* An arena that is too small is a fault of its own, never half a document. */
TEST(little_memory)
{
	char *text = make_document(URI "sev-snp-guest/v2", report_of(4), true);
	bool done = false;
	for (size_t max = 0; max < 1 << 17 && !done; max += 64) {
		struct arena a;
		struct document d;
		arena_init(&a, max);
		struct fault f = parse(text, &a, &d);
		done = !fault_is_set(f);
		CHECK_THAT(done ? d.evidence.n == 1184 : d.evidence.n == 0, "%zu bytes", max);
		arena_release(&a);
	}
	CHECK(done);
	free(text);
}

TEST(kinds)
{
	static const char *const names[] = {"", "snp", "tdx", "sgx", "nitro", "nvgpu", "nvswitch", "nras", "sigstore", "unknown"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		CHECK_TEXT(evidence_kind_name((enum evidence_kind)i), names[i]);
		CHECK(evidence_kind_of(names[i]) == (enum evidence_kind)i);
	}
	CHECK(evidence_kind_of("SNP") == EVIDENCE_NONE);
	CHECK(evidence_kind_of("tpm") == EVIDENCE_NONE);
	CHECK_TEXT(evidence_kind_name((enum evidence_kind)99), "unknown");
}
