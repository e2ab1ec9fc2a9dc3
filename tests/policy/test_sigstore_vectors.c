/* Bundles that real workflows and others' conformance tests have made (public test data). */
#include "test.h"

#include "evidence/sigstore.h"
#include "policy/policy.h"

static struct arena arena;
static struct verdict v;

static void judge_file(const char *bundle, const char *root, int64_t at_s, const char *const *expect)
{
	struct collateral_set set;
	struct expectation e;
	test_need_vectors("sigstore");
	arena_init(&arena, 64 << 20);
	collateral_set_init(&set, &arena);
	struct buffer b = test_vector("%s", bundle);
	if (root) {
		struct buffer r = test_vector("%s", root);
		CHECK(!fault_is_set(collateral_set_add_anchor(&set, buffer_bytes(&r), "sigstore")));
		buffer_release(&r);
	}
	struct judge_request q = {.evidence = buffer_bytes(&b), .collateral = &set, .at_ms = at_s * 1000};
	judge(&q, &arena, &v, NULL);
	for (; expect && *expect; expect++) {
		CHECK(!fault_is_set(expectation_parse(*expect, &arena, &e)));
		expectation_apply(&e, &v);
	}
	verdict_conclude(&v);
	buffer_release(&b);
}

static void check_bad(const char *name, int64_t at_s, const char *const *expect, const char *id)
{
	char bundle[256], root[256];
	snprintf(bundle, sizeof(bundle), "sigstore/%s.bundle.json", name);
	snprintf(root, sizeof(root), "sigstore/%s.trust_root.json", name);
	judge_file(bundle, root, at_s, expect);
	const struct verdict_check *c = verdict_first_failed(&v);
	CHECK_THAT(v.result == (id ? VERDICT_FAILED : VERDICT_VERIFIED), "%s: %s", name, c ? c->id : "");
	if (id)
		CHECK_TEXT(c ? c->id : "", id);
	arena_release(&arena);
}

#define DIGEST "5ed9d5c942528ec2eeb759919827f1bc2183c6810f80225a52147dd4020c12a0"
#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

TEST(listed)
{
	const char *const asked[] = {"repository=tinfoilsh/confidential-model-router", "digest=" DIGEST, "ref^=refs/tags/", NULL};
	check_bad("001-happy-path-snp-tdx-multiplatform", 1769121752, asked, NULL);
	check_bad("012-workflow-repository-mismatch", 1769121752, LIST("repository=evil-owner/evil-repo"), "expect.repository");
	check_bad("016-subject-digest-mismatch", 1769121752,
	          LIST("digest=0000000000000000000000000000000000000000000000000000000000000000"), "expect.digest");
	check_bad("032-dsse-signature-bit-flipped", 1769121752, asked, "sigstore.signature");
	check_bad("034-rekor-inclusion-hashes-corrupted", 1769121752, asked, "sigstore.inclusion");
	check_bad("060-workflow-ref-heads-trojan", 1767225900, LIST("repository=tinfoilsh/test-repo", "ref^=refs/tags/"),
	          "sigstore.identity");
	check_bad("065-cert-no-scts", 1767225900, LIST("repository=tinfoilsh/test-repo"), "sigstore.sct");
}

/* Repositories as people write them. */
TEST(repository)
{
	check_bad("001-happy-path-snp-tdx-multiplatform", 1769121752, LIST("repository=github.com/tinfoilsh/confidential-model-router"), NULL);
	check_bad("001-happy-path-snp-tdx-multiplatform", 1769121752, LIST("repository=https://github.com/tinfoilsh/confidential-model-router"), NULL);
	check_bad("001-happy-path-snp-tdx-multiplatform", 1769121752, LIST("repository=gitlab.com/tinfoilsh/confidential-model-router"), "expect.repository");
	check_bad("001-happy-path-snp-tdx-multiplatform", 1769121752, LIST("repository=tinfoilsh/confidential-model-route"), "expect.repository");
}

/* Under the built-in root. */
TEST(real)
{
	judge_file("tinfoil/inference-2026-01-22/sigstore-bundle.json", NULL, 1769126400, NULL);
	CHECK(v.result == VERDICT_VERIFIED && v.anchors[0].builtin);
	CHECK(bytes_equal_text(verdict_find(&v, "tag")->bytes, "v0.0.38"));
	CHECK(bytes_equal_text(verdict_find(&v, "signed_at")->bytes, "2026-01-22T22:42:02Z"));
	arena_release(&arena);
}
