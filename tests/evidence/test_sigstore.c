/* Sigstore bundles under the tests' own instance: each check good and bad, all versions, flips and cuts. */
#include "test.h"

#include "evidence/checks.h"
#include "evidence/predicate.h"
#include "evidence/sigstore.h"
#include "pki/demo_sigstore.h"

static struct arena arena;
static struct collateral_set set;
static struct demo_bundle demo;
static struct demo_edit root_edits[2];
static struct judge_request request;
static struct verdict v;

static void start(void)
{
	arena_init(&arena, 64 << 20);
	collateral_set_init(&set, &arena);
	demo = demo_bundle_good();
	memset(root_edits, 0, sizeof(root_edits));
	request = (struct judge_request){.collateral = &set, .at_ms = DEMO_SIGSTORE_AT_MS, .kind = EVIDENCE_SIGSTORE};
}

static void end(void)
{
	arena_release(&arena);
}

static void add_root(void)
{
	struct fault f = collateral_set_add_anchor(&set, demo_sigstore_root(root_edits, &arena), NULL);
	CHECK_THAT(!fault_is_set(f), "%s", f.field);
}

static void judge_demo(void)
{
	add_root();
	request.evidence = demo_bundle_make(&demo, &arena);
	judge(&request, &arena, &v, NULL);
}

static const char *failed(void)
{
	const struct verdict_check *c = verdict_first_failed(&v);
	return c ? c->id : "";
}

static bool none_asserted(void)
{
	for (size_t i = 0; i < v.claim_count; i++)
		if (v.claims[i].status != CLAIM_UNKNOWN || v.claims[i].source != SOURCE_NONE)
			return false;
	return v.claim_count == 6;
}

static bool has_text(const char *name, const char *value)
{
	const struct verdict_value *x = verdict_find(&v, name);
	return x && x->kind == VALUE_TEXT && bytes_equal_text(x->bytes, value);
}

TEST(good)
{
	start();
	demo.timestamped = true;
	judge_demo();
	CHECK_THAT(v.result == VERDICT_VERIFIED, "%s", failed());
	for (size_t i = 0; i < check_count; i++)
		if (checks[i].kind == EVIDENCE_SIGSTORE)
			CHECK_THAT(verdict_check_result(&v, checks[i].id) == CHECK_PASS, "%s", checks[i].id);
	CHECK(none_asserted());
	CHECK(has_text("repository", "example-org/router") && has_text("ref", "refs/tags/v1.0.0") && has_text("tag", "v1.0.0"));
	CHECK(has_text("commit", "7a4ca87d5481e1b37c1caa8b49c1771f0b8694a7") && has_text("workflow", "build.yml"));
	CHECK(has_text("signed_at", "2026-01-01T00:01:00Z") && has_text("runner", "github-hosted"));
	CHECK(has_text("issuer", "https://token.actions.githubusercontent.com"));
	CHECK(bytes_equal(verdict_find(&v, "measurement")->bytes, bytes_of(demo.snp, 48)));
	CHECK(bytes_equal(verdict_find(&v, "rtmr2")->bytes, bytes_of(demo.rtmr2, 48)));
	CHECK(verdict_find(&v, "digest")->kind == VALUE_HEX);
	CHECK(v.anchor_count == 1 && !v.anchors[0].builtin && strcmp(v.anchors[0].vendor, "sigstore") == 0);
	CHECK_TEXT(v.format, "bundle-v0.3");
	CHECK(evidence_recognise(request.evidence) == EVIDENCE_SIGSTORE);
	end();
}

/* What else is right. */
TEST(good_variants)
{
	for (unsigned i = 0; i < 9; i++) {
		start();
		demo.version = i == 0 ? "0.1" : i == 1 ? "0.2" : "0.3";
		demo.without_proof = i == 0;
		demo.intoto = i == 2;
		demo.rekor_2 = demo.timestamped = i == 3 || i == 4;
		demo.hashed_record = i == 4;
		demo.signer.first_generation_only = i == 5;
		demo.signer.without_first_generation = i == 6;
		demo.without_set = i == 7; /* the timestamp tells the time */
		demo.timestamped |= i == 7;
		if (i == 8) { /* a workflow of another repository */
			demo.signer.san = "critical,URI:https://github.com/shared/flows/.github/workflows/measure.yml@refs/tags/v3";
			demo.signer.first_generation_only = true;
		}
		judge_demo();
		CHECK_THAT(v.result == VERDICT_VERIFIED, "%u: %s", i, failed());
		CHECK(has_text("repository", "example-org/router") && has_text("ref", "refs/tags/v1.0.0"));
		CHECK(has_text("workflow", i == 8 ? "measure.yml" : "build.yml"));
		end();
	}
}

/* ---- one thing wrong, and the first check that says so ---- */

static void expect_failure(const char *id, const char *what)
{
	judge_demo();
	CHECK_THAT(strcmp(failed(), id) == 0, "%s: %s instead of %s", what, failed(), id);
	CHECK_THAT(v.result == VERDICT_FAILED, "%s", what);
	CHECK(none_asserted());
	end();
}

/* Texts that are changed before they are signed, or in the end. */
TEST(edits)
{
	enum place { STATEMENT, ENTRY, CHECKPOINT, SET, TEXT };
	static const struct {
		const char *id;
		enum place where;
		struct demo_edit edit;
	} cases[] = {
		{"sigstore.format", TEXT, {"\"dsseEnvelope\"", "\"dsseEnvelop\""}},
		{"sigstore.format", TEXT, {"\"logIndex\":\"1000001\"", "\"logIndex\":\"-1\""}},
		{"sigstore.format", TEXT, {"\"logIndex\":\"1000001\"", "\"logIndex\":\"01\""}},
		{"sigstore.format", TEXT, {"\"treeSize\":\"3\"", "\"treeSize\":3.0"}},
		{"sigstore.format", TEXT, {"\"treeSize\":\"3\"", "\"treeSize\":\"3\",\"treeSize\":\"3\""}},
		{"sigstore.format", TEXT, {"\"signatures\":[", "\"signatures\":[{\"sig\":\"AAAA\"},"}},
		{"sigstore.format", TEXT, {"{\"sig\":", "{\"extra\":1,\"sig\":"}},
		{"sigstore.format", TEXT, {"\"certificate\":{", "\"x509CertificateChain\":{\"certificates\":[]},\"certificate\":{"}},
		{"sigstore.format", TEXT, {"\"hashes\":[", "\"hashes\":[\"AAAA\","}},
		{"sigstore.format", TEXT, {"\"inclusionProof\"", "\"inclusionProo\""}},
		{"sigstore.format", TEXT, {"\"keyId\":\"", "\"keyId\":\"\\n"}},
		{"sigstore.signature", TEXT, {"application/vnd.in-toto+json", "application/vnd.in-toto"}},
		{"sigstore.body", ENTRY, {"\"kind\":\"dsse\"", "\"kind\":\"intoto\""}},
		{"sigstore.body", ENTRY, {"\"apiVersion\":\"0.0.1\"", "\"apiVersion\":\"0.0.2\""}},
		{"sigstore.body", ENTRY, {"\"payloadHash\":{\"algorithm\":\"sha256\"", "\"payloadHash\":{\"algorithm\":\"sha1\""}},
		{"sigstore.body", ENTRY, {"\"payloadHash\":{\"algorithm\":\"sha256\",\"value\":\"", "\"payloadHash\":{\"algorithm\":\"sha256\",\"value\":\"00"}},
		{"sigstore.body", ENTRY, {"\"signature\":\"ME", "\"signature\":\"MF"}},
		{"sigstore.body", ENTRY, {"\"verifier\":\"LS0t", "\"verifier\":\"LS0s"}},
		{"sigstore.body", ENTRY, {"\"signatures\":[", "\"signatures\":[{},"}},
		{"sigstore.set", SET, {"1000001", "1000002"}},
		{"sigstore.set", SET, {"\"integratedTime\":1", "\"integratedTime\":2"}},
		{"sigstore.set", TEXT, {"\"integratedTime\":\"1767225660\"", "\"integratedTime\":\"1767225661\""}},
		{"sigstore.inclusion", TEXT, {"\"logIndex\":\"1\"", "\"logIndex\":\"0\""}},
		{"sigstore.inclusion", TEXT, {"\"logIndex\":\"1\"", "\"logIndex\":\"3\""}},
		{"sigstore.inclusion", TEXT, {"\"treeSize\":\"3\"", "\"treeSize\":\"0\""}},
		{"sigstore.inclusion", TEXT, {"\"hashes\":[", "\"hashes\":[\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\","}},
		{"sigstore.checkpoint", CHECKPOINT, {"\n3\n", "\n4\n"}},
		{"sigstore.checkpoint", CHECKPOINT, {"\n3\n", "\n03\n"}},
		{"sigstore.checkpoint", CHECKPOINT, {"rekor.demo", "rekor2.demo"}},
		{"sigstore.checkpoint", TEXT, {"\\n3\\n", "\\n3\\n\\n"}},
		{"sigstore.statement", STATEMENT, {"Statement/v1", "Statement/v2"}},
		{"sigstore.statement", STATEMENT, {"\"sha256\":\"5e", "\"sha256\":\""}},
		{"sigstore.statement", STATEMENT, {"\"subject\":[{", "\"subject\":[],\"s\":[{"}},
		{"sigstore.statement", STATEMENT, {"\"predicateType\"", "\"extra\":1,\"predicateType\""}},
		{"sigstore.predicate", STATEMENT, {"\"rtmr2\"", "\"rtmr3\""}},
		{"sigstore.predicate", STATEMENT, {"\"snp_measurement\":\"a0", "\"snp_measurement\":\""}},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		start();
		struct demo_edit *places[] = {demo.statement, demo.entry, demo.checkpoint, demo.set, demo.text};
		places[cases[i].where][0] = cases[i].edit;
		expect_failure(cases[i].id, cases[i].edit.to);
	}
}

TEST(keys)
{
	start();
	demo.signature_key = "other";
	expect_failure("sigstore.signature", "signed by another key");
	start();
	demo.log_key = "other";
	expect_failure("sigstore.set", "another log's key");
	start();
	demo.log_key = "other";
	demo.rekor_2 = demo.timestamped = true;
	expect_failure("sigstore.checkpoint", "another log's key");
	start();
	demo.signer.issuer_key = "other";
	expect_failure("sigstore.chain", "another authority's key");
	start();
	demo.signer.ct_key = "other";
	expect_failure("sigstore.sct", "another CT log's key");
	start();
	demo.timestamped = true;
	demo.timestamp_key = "other";
	expect_failure("sigstore.timestamp", "another timestamp authority's key");
	start();
	demo.timestamped = demo.timestamp_of_other = true;
	expect_failure("sigstore.timestamp", "timestamp over something else");
}

TEST(times)
{
	start();
	demo.rekor_2 = true;
	expect_failure("sigstore.time", "no time at all");
	start();
	demo.without_set = true; /* integratedTime alone proves nothing */
	expect_failure("sigstore.time", "no signed time");
	start();
	demo.signed_ms += 600000;
	expect_failure("sigstore.time", "signed after the certificate's end");
	start();
	demo.signed_ms -= 61000;
	expect_failure("sigstore.time", "signed before its beginning");
	start();
	root_edits[0] = (struct demo_edit){"2024-01-01T00:00:00Z", "2026-02-01T00:00:00Z"};
	expect_failure("sigstore.time", "before the log's time");
	start();
	root_edits[0] = (struct demo_edit){"2024-01-02T00:00:00Z", "2026-02-01T00:00:00Z"};
	expect_failure("sigstore.chain", "before the authority's time");
	start();
	demo.timestamped = true;
	root_edits[0] = (struct demo_edit){"2024-01-03T00:00:00Z", "2026-02-01T00:00:00Z"};
	expect_failure("sigstore.timestamp", "before the timestamp authority's time");
	start();
	demo.signer.sct_ms = INT64_C(1600000000000);
	expect_failure("sigstore.sct", "before the CT log's time");
}

TEST(certificates)
{
	start();
	demo.signer.without_code_signing = true;
	expect_failure("sigstore.certificate", "not for code");
	start();
	demo.signer.without_usage = true;
	expect_failure("sigstore.certificate", "not for signatures");
	start();
	demo.signer.ca = true;
	expect_failure("sigstore.certificate", "an authority");
	start();
	demo.signer.san = "URI:https://a.example/,URI:https://b.example/";
	expect_failure("sigstore.certificate", "two names");
	start();
	demo.signer.ct_key = NULL;
	expect_failure("sigstore.sct", "no SCT");
	start();
	demo.signer.sct_twice = true;
	expect_failure("sigstore.sct", "the same log twice");
	start();
	demo.without_entry = true;
	demo.timestamped = true;
	expect_failure("sigstore.log", "no entry");
}

TEST(identities)
{
	static const struct {
		const char *san, *ref, *extra;
		int number;
	} cases[] = {
		{"URI:https://github.com/example-org/router/.github/workflows/build.yml@refs/heads/main", "refs/tags/v1.0.0", NULL, 0},
		{NULL, "refs/heads/main@refs/tags/v1", NULL, 0},
		{NULL, "refs/tags/v1.0.0", "other/repository", 5},   /* twice */
		{NULL, "refs/tags/v1.0.0", "https://github.com/other/repository", 12},
		{NULL, "refs/tags/v1.0.0", "a\x07", 20},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		start();
		demo.signer.san = cases[i].san;
		demo.signer.ref = cases[i].ref;
		demo.signer.extra = cases[i].extra;
		demo.signer.extra_number = cases[i].number;
		expect_failure("sigstore.identity", cases[i].ref);
	}
	start();
	demo.signer.oidc = NULL;
	expect_failure("sigstore.identity", "no issuer");
	start(); /* the two generations name different repositories */
	demo.signer.first_generation_only = true;
	demo.signer.extra = "https://github.com/other/repository";
	demo.signer.extra_number = 12;
	expect_failure("sigstore.identity", "two repositories");
}

/* ---- what cannot be checked is no failure ---- */

static void expect_unchecked(const char *id)
{
	judge_demo();
	CHECK_THAT(v.result == VERDICT_INCOMPLETE && !failed()[0], "%s: %s", id, failed());
	CHECK_THAT(verdict_check_result(&v, id) == CHECK_NOT_CHECKED, "%s", id);
	end();
}

TEST(unknown)
{
	start(); /* an instance that nobody knows: the built-in root */
	request.evidence = demo_bundle_make(&demo, &arena);
	judge(&request, &arena, &v, NULL);
	CHECK_THAT(v.result == VERDICT_INCOMPLETE && !failed()[0], "%s", failed());
	CHECK(verdict_check_result(&v, "sigstore.log") == CHECK_NOT_CHECKED);
	CHECK(verdict_check_result(&v, "sigstore.time") == CHECK_NOT_CHECKED);
	CHECK(v.anchors[0].builtin);
	end();
	start();
	demo.signer.issuer_name = "somebody else";
	expect_unchecked("sigstore.chain");
	start();
	demo.text[0] = (struct demo_edit){"bundle.v0.3+json", "bundle.v0.4+json"};
	expect_unchecked("sigstore.format");
	start();
	demo.text[0] = (struct demo_edit){"\"certificate\":{\"rawBytes\"", "\"publicKey\":{\"hint\""};
	expect_unchecked("sigstore.format");
	start();
	demo.text[0] = (struct demo_edit){"\"version\":\"0.0.1\"", "\"version\":\"0.0.9\""};
	demo.entry[0] = (struct demo_edit){"\"apiVersion\":\"0.0.1\"", "\"apiVersion\":\"0.0.9\""};
	expect_unchecked("sigstore.body");
	start(); /* says nothing of measurements, and is verified all the same */
	demo.statement[0] = (struct demo_edit){"https://tinfoil.sh/predicate/snp-tdx-multiplatform/v1", "https://slsa.dev/provenance/v1"};
	judge_demo();
	CHECK(v.result == VERDICT_VERIFIED && v.measurements.n == 0);
	CHECK(verdict_check_result(&v, "sigstore.predicate") == CHECK_NOT_CHECKED);
	end();
}

/* ---- trusted roots ---- */

TEST(builtin_root)
{
	static const char want[] = "6494e21ea73fa7ee769f85f57d5a3e6a08725eae1e38c755fc3517c9e6bc0b66";
	struct sigstore_root r;
	start();
	CHECK_U64(sigstore_roots(NULL, &arena, &r, 1), 1);
	CHECK(r.builtin && r.log_count == 2 && r.ct_log_count == 2 && r.fulcio_count == 2 && r.timestamp_count == 1);
	CHECK_TEXT(hex_text(&arena, sha256_bytes(&r.sha256)), want);
	CHECK(r.logs[1].ed25519 && bytes_equal_text(r.logs[1].host, "log2025-1.rekor.sigstore.dev"));
	CHECK(r.fulcio[0].valid.to_ms < r.fulcio[1].valid.to_ms && r.fulcio[1].n == 2);
	end();
}

TEST(roots)
{
	static const struct demo_edit cases[] = {
		{"trustedroot+json;version=0.1", "trustedroot+json;version=0.9"},
		{"\"start\":\"2024-01-01T00:00:00Z\"", "\"stop\":\"2024-01-01T00:00:00Z\""},
		{"\"keyId\":\"", "\"keyId\":\"AA"},
		{"\"certificateAuthorities\"", "\"authorities\""},
		{"{\"certificates\":[{\"rawBytes\":\"MII", "{\"certificates\":[{\"rawBytes\":\"MIJ"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		start();
		root_edits[0] = cases[i];
		struct bytes text = demo_sigstore_root(root_edits, &arena);
		CHECK_THAT(fault_is_set(collateral_set_add_anchor(&set, text, NULL)), "%s", cases[i].to);
		end();
	}
	start();
	CHECK(fault_is_set(collateral_set_add_anchor(&set, demo_sigstore_root(NULL, &arena), "amd")));
	X509 *x = demo_authority("sigstore", "fulcio root", "sigstore", "fulcio root", true, NULL);
	CHECK(fault_is_set(collateral_set_add_anchor(&set, demo_x509(x, &arena), "sigstore"))); /* a root's certificate is not enough */
	X509_free(x);
	CHECK(!fault_is_set(collateral_set_add_anchor(&set, demo_sigstore_root(NULL, &arena), "sigstore")) && set.n == 1);
	end();
}

/* ---- as collateral ---- */

TEST(collateral)
{
	start();
	add_root();
	const char *one = (const char *)demo_bundle_make(&demo, &arena).p;
	demo.signer.ref = "refs/tags/v1.0.1";
	const char *two = (const char *)demo_bundle_make(&demo, &arena).p;
	const char *api = arena_format(&arena, "{\"attestations\":[{\"bundle\":%s,\"repository_id\":1},{\"bundle\":%s}]}", one, two);
	CHECK(!fault_is_set(collateral_set_add(&set, bytes_of_text(api))));
	CHECK_U64(set.n, 3);
	CHECK(set.items[1].kind == COLLATERAL_SIGSTORE && set.items[2].kind == COLLATERAL_SIGSTORE);
	CHECK_TEXT(set.items[1].label, "example-org/router refs/tags/v1.0.0");
	CHECK(!collateral_vet(&set.items[1], &set, &arena));
	CHECK(!fault_is_set(collateral_set_add(&set, bytes_of_text(arena_format(&arena, "%s\n%s\n", one, two)))) && set.n == 3);
	demo.signature_key = "other";
	CHECK(!fault_is_set(collateral_set_add(&set, demo_bundle_make(&demo, &arena))) && set.n == 4);
	const char *why = collateral_vet(&set.items[3], &set, &arena);
	CHECK(why && strstr(why, "signature"));
	CHECK(collateral_kind_of("sigstore") == COLLATERAL_SIGSTORE);
	end();
}

/* ---- flips ---- */

static enum verdict_result judge_bytes(struct bytes text)
{
	static struct verdict w;
	struct arena a;
	arena_init(&a, 16 << 20);
	request.evidence = text;
	judge(&request, &a, &w, NULL);
	enum verdict_result r = w.result;
	arena_release(&a);
	return r;
}

/* In the log's entry, what is not compared is under the leaf's hash; key ids of other signers' checkpoint lines are no
 * part of what is verified, so that the witness's line is cut here. */
static struct bytes flippable(void)
{
	add_root();
	demo.timestamped = false;
	demo.text[0] = (struct demo_edit){"\xe2\x80\x94 witness.example AAAAAAAA\\n", ""};
	demo.text[1] = (struct demo_edit){",\"timestampVerificationData\":{}", ""};
	struct bytes text = demo_bundle_make(&demo, &arena);
	CHECK(judge_bytes(text) == VERDICT_VERIFIED);
	return text;
}

TEST(each_byte)
{
	uint64_t state = 9;
	start();
	struct bytes text = flippable();
	uint8_t *copy = malloc(text.n);
	memcpy(copy, text.p, text.n);
	for (size_t i = 0; i < text.n; i++) {
		unsigned bits = test_long() ? 0xff : 1u << (test_random(&state) & 7);
		for (unsigned bit = 0; bit < 8; bit++) {
			if (!(bits >> bit & 1))
				continue;
			copy[i] ^= (uint8_t)(1u << bit);
			CHECK_THAT(judge_bytes(bytes_of(copy, text.n)) != VERDICT_VERIFIED, "byte %zu bit %u: %.*s", i, bit, 40,
			           (const char *)copy + (i > 20 ? i - 20 : 0));
			copy[i] ^= (uint8_t)(1u << bit);
		}
	}
	free(copy);
	end();
}

TEST(each_length)
{
	start();
	struct bytes text = flippable();
	for (size_t n = 0; n < text.n; n++) {
		uint8_t *copy = malloc(n ? n : 1);
		memcpy(copy, text.p, n);
		CHECK_THAT(judge_bytes(bytes_of(copy, n)) == VERDICT_FAILED, "%zu bytes", n);
		free(copy);
	}
	end();
}

/* The timestamp's bytes: what is not signed in an RFC 3161 response (its status text, certificates) is not much. */
TEST(each_byte_of_a_timestamp)
{
	uint64_t state = 10;
	start();
	demo.rekor_2 = demo.timestamped = true;
	add_root();
	struct bytes text = demo_bundle_make(&demo, &arena);
	const uint8_t *at = memmem(text.p, text.n, "signedTimestamp\":\"", 18);
	CHECK(at && judge_bytes(text) == VERDICT_VERIFIED);
	uint8_t *copy = malloc(text.n);
	memcpy(copy, text.p, text.n);
	size_t survived = 0, tried = 0;
	for (size_t i = (size_t)(at - text.p) + 18; copy[i] != '"'; i++) {
		uint8_t bit = (uint8_t)(1u << (test_random(&state) & 7));
		copy[i] ^= bit;
		survived += judge_bytes(bytes_of(copy, text.n)) == VERDICT_VERIFIED;
		tried++;
		copy[i] ^= bit;
	}
	CHECK_THAT(survived * 50 < tried, "%zu of %zu", survived, tried);
	free(copy);
	end();
}
