/*
 * The verdict on SNP reports, on a vendor of the tests' own: good reports of every version and line, and for
 * each check at least one defect whose first failed check it is.
 */
#include "test.h"

#include "base/text.h"
#include "evidence/checks.h"
#include "evidence/snp.h"
#include "evidence/snp_scene.h"

static struct scene scene;

/* ---- good reports ---- */

struct good {
	const char *name;
	enum amd_product product;
	uint32_t version;
	bool vlek, masked, vek_in_set;
	uint8_t family, model, stepping; /* 0: the line's usual */
	enum verdict_result result;
	const char *unchecked; /* the one check that could not be made; "": none */
};

static const struct good goods[] = {
	{"Genoa v3", AMD_GENOA, 3, false, false, false, 0, 0, 0, VERDICT_VERIFIED, ""},
	{"Genoa v3, VCEK from the archive", AMD_GENOA, 3, false, false, true, 0, 0, 0, VERDICT_VERIFIED, ""},
	{"Genoa v4", AMD_GENOA, 4, false, false, false, 0, 0, 0, VERDICT_VERIFIED, ""},
	{"Genoa v5", AMD_GENOA, 5, false, false, false, 0, 0, 0, VERDICT_VERIFIED, ""},
	{"Genoa v2", AMD_GENOA, 2, false, false, true, 0, 0, 0, VERDICT_INCOMPLETE, "snp.tcb"},
	{"Siena v5", AMD_GENOA, 5, false, false, true, 0x19, 0xa0, 2, VERDICT_VERIFIED, ""},
	{"Milan v2", AMD_MILAN, 2, false, false, true, 0, 0, 0, VERDICT_INCOMPLETE, "snp.tcb"},
	{"Milan v3", AMD_MILAN, 3, false, false, true, 0, 0, 0, VERDICT_VERIFIED, ""},
	{"Turin v3", AMD_TURIN, 3, false, false, true, 0, 0, 0, VERDICT_VERIFIED, ""},
	{"Turin v5", AMD_TURIN, 5, false, false, false, 0, 0, 0, VERDICT_VERIFIED, ""},
	{"Turin v2", AMD_TURIN, 2, false, false, true, 0, 0, 0, VERDICT_INCOMPLETE, "snp.tcb"},
	{"Milan VLEK", AMD_MILAN, 3, true, false, true, 0, 0, 0, VERDICT_VERIFIED, ""},
	{"Genoa VLEK", AMD_GENOA, 5, true, false, false, 0, 0, 0, VERDICT_VERIFIED, ""},
	{"Turin VLEK", AMD_TURIN, 5, true, false, true, 0, 0, 0, VERDICT_VERIFIED, ""},
	{"Genoa, masked", AMD_GENOA, 3, false, true, true, 0, 0, 0, VERDICT_VERIFIED, ""},
	{"Genoa v2, masked", AMD_GENOA, 2, false, true, true, 0, 0, 0, VERDICT_INCOMPLETE, "snp.tcb"},
	{"a model without row", AMD_GENOA, 3, false, false, true, 0x19, 0x12, 1, VERDICT_INCOMPLETE, "snp.tcb"},
	{"a model not known", AMD_GENOA, 3, false, false, true, 0x19, 0x70, 1, VERDICT_INCOMPLETE, "snp.product"},
};

static void make_good(struct scene *s, const struct good *g)
{
	scene_start(s);
	s->report.vlek = g->vlek;
	scene_product(s, g->product, g->version);
	if (g->family) {
		s->report.family = g->family;
		s->report.model = g->model;
		s->report.stepping = g->stepping;
	}
	if (g->masked)
		memset(s->report.chip_id, 0, sizeof(s->report.chip_id)); /* the certificate keeps the chip's */
	s->vek_in_set = g->vek_in_set;
	scene_judge(s);
}

static bool only_unchecked(const struct verdict *v, const char *id)
{
	bool found = id[0] == 0;
	for (size_t i = 0; i < v->check_count; i++) {
		bool passed = v->checks[i].result == CHECK_PASS;
		bool same = strcmp(v->checks[i].id, id) == 0;
		if (!passed && !same && !(strcmp(v->checks[i].id, "snp.tcb") == 0 && strcmp(id, "snp.product") == 0))
			return false;
		found |= same && v->checks[i].result == CHECK_NOT_CHECKED;
	}
	return found;
}

TEST(good_reports)
{
	for (size_t i = 0; i < sizeof(goods) / sizeof(goods[0]); i++) {
		const struct good *g = &goods[i];
		make_good(&scene, g);
		const struct verdict *v = &scene.verdict;
		CHECK_THAT(v->result == g->result, "%s: %s %s", g->name, verdict_result_name(v->result),
		           scene_failed(&scene));
		CHECK_THAT(only_unchecked(v, g->unchecked), "%s", g->name);
		bool attested = strcmp(g->unchecked, "snp.product") != 0;
		CHECK_THAT(scene_claim(&scene, "tee_attested") == (attested ? CLAIM_ASSERTED : CLAIM_UNKNOWN), "%s",
		           g->name);
		CHECK_THAT(scene_claim(&scene, "tcb_up_to_date") == (g->unchecked[0] ? CLAIM_UNKNOWN : CLAIM_ASSERTED),
		           "%s", g->name);
		CHECK_U64(v->claim_count, 6);
		CHECK(v->anchor_count == 1 && !v->anchors[0].builtin);
		const struct verdict_claim *c = verdict_find_claim(v, "tee_attested");
		CHECK(c->status != CLAIM_ASSERTED ||
		      c->source == SOURCE_VERIFIER_DERIVED); /* never more with an own anchor */
		CHECK_THAT(verdict_find(v, "ucode_spl") &&
		                   (g->product == AMD_TURIN) == (verdict_find(v, "fmc_spl") != NULL),
		           "%s", g->name);
		CHECK(bytes_equal_text(verdict_find(v, "product")->bytes, amd_product_name(g->product)));
		CHECK_U64(scene.needs.n, 0);
		scene_end(&scene);
	}
}

/* ---- defects ---- */

struct defect {
	const char *first_failed;
	const char *what;
	void (*make)(struct scene *s);
};

static void change(struct scene *s, size_t at, uint8_t bits)
{
	for (size_t i = 0; i < sizeof(s->changes) / sizeof(s->changes[0]); i++)
		if (s->changes[i].bits == 0) {
			s->changes[i] = (struct scene_change){at, bits, false};
			return;
		}
}

static void damage(struct scene *s, size_t at, uint8_t bits)
{
	s->changes[0] = (struct scene_change){at, bits, true};
}

static void odd(struct scene *s, const char *oid, const void *value, size_t n)
{
	s->vek.odd_oid = oid;
	s->vek.odd_value = bytes_of(value, n);
}

/* clang-format off */
#define MAKE(NAME) static void make_##NAME(struct scene *s)
#define OID "1.3.6.1.4.1.3704.1."

MAKE(other_kind) { s->request.kind = EVIDENCE_TDX; }
MAKE(short_report) { s->cut = 1; s->request.kind = EVIDENCE_SNP; }
MAKE(version_0) { s->report.version = 0; s->request.kind = EVIDENCE_SNP; }
MAKE(version_1) { s->report.version = 1; }
MAKE(algorithm_0) { change(s, 0x34, 1); }
MAKE(algorithm_3) { change(s, 0x34, 2); }
MAKE(signer_none) { change(s, 0x48, 7 << 2); }
MAKE(signer_2) { change(s, 0x48, 2 << 2); }
MAKE(policy_17) { change(s, 10, 1 << 1); }
MAKE(policy_26) { change(s, 11, 1 << 2); }
MAKE(policy_63) { change(s, 15, 0x80); }
MAKE(signer_reserved) { change(s, 0x48, 1 << 5); }
MAKE(reserved_4c) { change(s, 0x4c, 1); }
MAKE(reserved_18b) { change(s, 0x18b, 1); }
MAKE(reserved_1eb) { change(s, 0x1eb, 1); }
MAKE(reserved_1ef) { change(s, 0x1ef, 1); }
MAKE(reserved_1f8) { change(s, 0x1f8, 1); }
MAKE(reserved_29f) { change(s, 0x29f, 1); }
MAKE(reserved_v2) { scene_product(s, AMD_MILAN, 2); change(s, 0x188, 0x19); }
MAKE(reserved_v5) { scene_product(s, AMD_GENOA, 5); change(s, 0x208, 1); }
MAKE(r_padding) { damage(s, 0x2a0 + 48, 1); }
MAKE(s_padding) { damage(s, 0x2a0 + 72 + 71, 1); }
MAKE(tail) { damage(s, 0x330, 1); }
MAKE(tail_end) { damage(s, 1183, 0x80); }
MAKE(garbage_vek) { s->endorsement = BYTES_LITERAL("no certificate"); }
MAKE(ask_as_vek) { s->endorsement = demo_ask(AMD_GENOA, false, &s->arena); }
MAKE(other_class) { s->vek.vlek = true; }
MAKE(no_hwid) { s->vek.without_hwid = true; }
MAKE(p256) { s->vek.on_p256 = true; }
MAKE(hwid_63) { odd(s, OID "4", s->vek.chip_id, 63); }
MAKE(hwid_8) { odd(s, OID "4", s->vek.chip_id, 8); }
MAKE(hwid_twice) { odd(s, OID "4", s->vek.chip_id, 64); s->vek.odd_twice = true; }
MAKE(csp_in_vcek) { odd(s, OID "5", "\x16\x01" "x", 3); }
MAKE(struct_version_1) { odd(s, OID "1", "\x02\x01\x01", 3); }
MAKE(struct_version_gone) { s->vek.odd_oid = OID "1"; }
MAKE(other_product_name) { odd(s, OID "2", "\x16\x05" "Milan", 7); }
MAKE(longer_product_name) { odd(s, OID "2", "\x16\x06" "Genoan", 8); }
MAKE(spl_gone) { s->vek.odd_oid = OID "3.3"; }
MAKE(spl_not_minimal) { odd(s, OID "3.1", "\x02\x02\x00\x0a", 4); }
MAKE(spl_long) { odd(s, OID "3.1", "\x02\x02\x01\x0a", 4); }
MAKE(spl_negative) { odd(s, OID "3.1", "\x02\x01\x8a", 3); }
MAKE(spl_empty) { odd(s, OID "3.1", "\x02\x00", 2); }
MAKE(spl_tail) { odd(s, OID "3.1", "\x02\x01\x0a\x00", 4); }
MAKE(spl_tag) { odd(s, OID "3.1", "\x03\x01\x0a", 3); }
MAKE(spl_twice) { odd(s, OID "3.1", "\x02\x01\x0a", 3); s->vek.odd_twice = true; }
MAKE(spl_reserved) { odd(s, OID "3.5", "\x02\x01\x01", 3); }
MAKE(spl_fmc) { odd(s, OID "3.9", "\x02\x01\x00", 3); }
MAKE(spl_unknown) { odd(s, OID "3.10", "\x02\x01\x00", 3); }
MAKE(foreign_issuer) { s->vek.issuer = "Somebody"; }
MAKE(almost_issuer) { s->vek.issuer = "SEV-Genob"; }
MAKE(shorter_issuer) { s->vek.issuer = "SEV-Geno"; }
MAKE(signed_by_other) { s->vek.signed_by_other = true; }
MAKE(no_ca) { s->without_ask = true; s->more[0] = demo_ask_not_ca(AMD_GENOA, &s->arena); }
MAKE(pkcs1) { s->vek.pkcs1 = true; }
MAKE(expired) { s->vek.not_after_ms = SCENE_AT_MS - 1000; }
MAKE(early_vlek) { s->report.vlek = s->vek.vlek = true; s->vek.not_before_ms = SCENE_AT_MS + 1000; }
MAKE(impostor) { s->without_anchor = true; }
MAKE(impostor_with_root) { s->without_anchor = true; s->more[0] = demo_ark(AMD_GENOA, &s->arena); }
MAKE(impostor_in_set) { s->without_anchor = s->vek_in_set = s->request.collateral_given = true; }
MAKE(crl_broken) { s->crl_broken = s->request.collateral_given = true; }
MAKE(revoked) { s->crl_revokes = true; }
MAKE(revoked_stale) { s->crl_revokes = true; s->crl_to_ms = SCENE_AT_MS - 1000; }
MAKE(signature_r) { damage(s, 0x2a0, 1); }
MAKE(signature_s) { damage(s, 0x2a0 + 72, 1); }
MAKE(changed_after) { damage(s, 0x90, 1); }
MAKE(claims_in_set) { damage(s, 0x90, 1); s->vek_in_set = true; }
MAKE(tcb_less) { s->vek.tcb.snp--; }
MAKE(tcb_more) { s->vek.tcb.bl++; }
MAKE(tcb_fmc) { scene_product(s, AMD_TURIN, 5); s->vek.tcb.fmc++; }
MAKE(tcb_reserved) { change(s, 0x182, 1); }
MAKE(other_chip) { s->vek.chip_id[63] ^= 1; }
MAKE(turin_long_chip) { scene_product(s, AMD_TURIN, 5); change(s, 0x1a0 + 8, 1); }
MAKE(vlek_with_chip) { s->report.vlek = s->vek.vlek = true; change(s, 0x1a0, 1); }
MAKE(vlek_chip_alone) { make_vlek_with_chip(s); s->without_vek = true; }
MAKE(other_line) { s->report.model = 1; }
MAKE(no_processor) { s->report.family = s->report.model = s->report.stepping = 0; }
MAKE(vmpl_4) { s->report.vmpl = 4; }
MAKE(host_asked) { s->report.vmpl = UINT32_MAX; }
MAKE(debug) { s->report.policy |= 1 << 19; }
MAKE(agent) { change(s, 0x160, 1); }
MAKE(committed_below) { s->report.committed.snp--; }
MAKE(current_below) { s->report.current.ucode--; }
MAKE(current_reserved) { change(s, 0x3a, 1); }
MAKE(launch_reserved) { change(s, 0x1f2, 1); }
MAKE(committed_version) { change(s, 0x1ed, 64); }
MAKE(tcb_revoked)
{
	s->table = "{\"format\":\"teewatch.amd-tcb/1\",\"date\":\"2026-11-23T00:00:00Z\",\"floors\":["
		   "{\"family\":25,\"model\":17,\"stepping\":1,\"component\":\"bl\",\"least\":12,\"bulletin\":\"X-1\","
		   "\"published\":\"2026-11-20T00:00:00Z\"},"
		   "{\"family\":25,\"model\":17,\"stepping\":1,\"component\":\"bl\",\"least\":11,\"revoked\":true,"
		   "\"bulletin\":\"X-2\",\"published\":\"2026-11-20T00:00:00Z\"}]}";
}
MAKE(other_spki) { s->request.binding.spki = BYTES_LITERAL("another key"); }
MAKE(other_hpke) { s->request.binding.hpke_key = BYTES_LITERAL("another HPKE key of 32 bytes ..."); }
MAKE(short_hpke) { s->request.binding.hpke_key = bytes_of(scene_hpke_key, 31); }
MAKE(hex_rule) { s->request.binding.rule = BINDING_SPKI_HEX; }
MAKE(zeros_rule) { s->request.binding.rule = BINDING_SPKI_SHA256; }
MAKE(other_nonce) { s->request.binding.nonce = BYTES_LITERAL("nonce"); }
MAKE(long_nonce) { s->request.binding.nonce = bytes_of(s->report.chip_id, 64); }

static const struct defect defects[] = {
	{"evidence.supported", "a report said to be a quote", make_other_kind},
	{"snp.format", "1,183 bytes", make_short_report},
	{"snp.format", "version 0", make_version_0},
	{"snp.format", "version 1", make_version_1},
	{"snp.signature_algorithm", "no algorithm", make_algorithm_0},
	{"snp.signature_algorithm", "algorithm 3", make_algorithm_3},
	{"snp.signature_algorithm", "signed by none", make_signer_none},
	{"snp.signature_algorithm", "signed by a reserved key", make_signer_2},
	{"snp.reserved", "policy bit 17", make_policy_17},
	{"snp.reserved", "policy bit 26", make_policy_26},
	{"snp.reserved", "policy bit 63", make_policy_63},
	{"snp.reserved", "signer info bit 5", make_signer_reserved},
	{"snp.reserved", "0x4c", make_reserved_4c},
	{"snp.reserved", "0x18b", make_reserved_18b},
	{"snp.reserved", "0x1eb", make_reserved_1eb},
	{"snp.reserved", "0x1ef", make_reserved_1ef},
	{"snp.reserved", "0x1f8 before version 5", make_reserved_1f8},
	{"snp.reserved", "0x29f", make_reserved_29f},
	{"snp.reserved", "processor identification in version 2", make_reserved_v2},
	{"snp.reserved", "0x208 in version 5", make_reserved_v5},
	{"snp.signature_encoding", "padding of r", make_r_padding},
	{"snp.signature_encoding", "padding of s", make_s_padding},
	{"snp.signature_encoding", "tail", make_tail},
	{"snp.signature_encoding", "last byte", make_tail_end},
	{"snp.vcek_available", "no certificate came with it", make_garbage_vek},
	{"snp.vcek_available", "another certificate came with it", make_ask_as_vek},
	{"snp.vcek_shape", "a VLEK for a VCEK's report", make_other_class},
	{"snp.vcek_shape", "VCEK without hwID", make_no_hwid},
	{"snp.vcek_shape", "key on P-256", make_p256},
	{"snp.vcek_shape", "hwID of 63 bytes", make_hwid_63},
	{"snp.vcek_shape", "Turin's hwID on Genoa", make_hwid_8},
	{"snp.vcek_shape", "two hwIDs", make_hwid_twice},
	{"snp.vcek_shape", "cspID in a VCEK", make_csp_in_vcek},
	{"snp.vcek_shape", "structVersion of Turin", make_struct_version_1},
	{"snp.vcek_shape", "no structVersion", make_struct_version_gone},
	{"snp.vcek_shape", "productName of another line", make_other_product_name},
	{"snp.vcek_shape", "productName that only begins like the line", make_longer_product_name},
	{"snp.vcek_shape", "no snpSPL", make_spl_gone},
	{"snp.vcek_shape", "SPL not minimal", make_spl_not_minimal},
	{"snp.vcek_shape", "SPL of 266", make_spl_long},
	{"snp.vcek_shape", "SPL negative", make_spl_negative},
	{"snp.vcek_shape", "SPL empty", make_spl_empty},
	{"snp.vcek_shape", "SPL with a tail", make_spl_tail},
	{"snp.vcek_shape", "SPL of another type", make_spl_tag},
	{"snp.vcek_shape", "SPL twice", make_spl_twice},
	{"snp.vcek_shape", "reserved SPL", make_spl_reserved},
	{"snp.vcek_shape", "fmcSPL on Genoa", make_spl_fmc},
	{"snp.vcek_shape", "unknown SPL", make_spl_unknown},
	{"snp.vcek_shape", "issuer that is not AMD's", make_foreign_issuer},
	{"snp.vcek_shape", "issuer of another line than productName", make_almost_issuer},
	{"snp.vcek_shape", "issuer whose line only begins productName", make_shorter_issuer},
	{"snp.vcek_chain", "signed by the other intermediate", make_signed_by_other},
	{"snp.vcek_chain", "intermediate that is no CA", make_no_ca},
	{"snp.vcek_chain", "PKCS #1 v1.5", make_pkcs1},
	{"snp.vcek_chain", "expired", make_expired},
	{"snp.vcek_chain", "VLEK not valid yet", make_early_vlek},
	{"snp.vcek_chain", "AMD's names on another's keys", make_impostor},
	{"snp.vcek_chain", "root brought along", make_impostor_with_root},
	{"snp.vcek_chain", "given by the user, not AMD's", make_impostor_in_set},
	{"snp.crl", "CRL with a broken signature", make_crl_broken},
	{"snp.ask_revocation", "revoked", make_revoked},
	{"snp.ask_revocation", "revoked by an old CRL", make_revoked_stale},
	{"snp.report_signature", "r", make_signature_r},
	{"snp.report_signature", "s", make_signature_s},
	{"snp.report_signature", "measurement changed", make_changed_after},
	{"snp.report_signature", "not verified by the VCEK that names its chip and TCB", make_claims_in_set},
	{"snp.vcek_tcb", "VCEK of an older TCB", make_tcb_less},
	{"snp.vcek_tcb", "VCEK of a newer TCB", make_tcb_more},
	{"snp.vcek_tcb", "fmcSPL", make_tcb_fmc},
	{"snp.vcek_tcb", "reserved byte of REPORTED_TCB", make_tcb_reserved},
	{"snp.vcek_hwid", "VCEK of another chip", make_other_chip},
	{"snp.vcek_hwid", "CHIP_ID longer than Turin's", make_turin_long_chip},
	{"snp.vcek_hwid", "VLEK and CHIP_ID", make_vlek_with_chip},
	{"snp.vcek_hwid", "VLEK and CHIP_ID, without certificate", make_vlek_chip_alone},
	{"snp.product", "a Milan processor under Genoa's root", make_other_line},
	{"snp.product", "no processor identification in version 3", make_no_processor},
	{"snp.vmpl", "VMPL 4", make_vmpl_4},
	{"snp.vmpl", "asked for by the host", make_host_asked},
	{"snp.debug", "DEBUG", make_debug},
	{"snp.migration_agent", "an agent against the policy", make_agent},
	{"snp.tcb_order", "committed below reported", make_committed_below},
	{"snp.tcb_order", "current below committed", make_current_below},
	{"snp.tcb_order", "reserved byte of CURRENT_TCB", make_current_reserved},
	{"snp.tcb_order", "reserved byte of LAUNCH_TCB", make_launch_reserved},
	{"snp.tcb_order", "committed firmware newer than current", make_committed_version},
	{"snp.tcb", "revoked TCB", make_tcb_revoked},
	{"binding.spki", "another key", make_other_spki},
	{"binding.spki", "rule of version 1", make_hex_rule},
	{"binding.spki", "rule of zeros", make_zeros_rule},
	{"binding.hpke", "another HPKE key", make_other_hpke},
	{"binding.hpke", "part of the HPKE key", make_short_hpke},
	{"binding.nonce", "another nonce", make_other_nonce},
	{"binding.nonce", "nonce of 64 bytes", make_long_nonce},
};

/* clang-format on */

/* Does this failed check refute that the TEE is attested? The rest is about the platform's age and order. */
static bool refutes(const char *id)
{
	return strcmp(id, "snp.tcb_order") != 0 && strcmp(id, "snp.tcb") != 0 && strcmp(id, "snp.crl") != 0;
}

static void each_check_stands_once_and_says_why(const struct verdict *v)
{
	for (size_t i = 0; i < v->check_count; i++) {
		const struct verdict_check *c = &v->checks[i];
		for (size_t k = 0; k < i; k++)
			CHECK_THAT(strcmp(v->checks[k].id, c->id) != 0, "%s stands twice", c->id);
		CHECK(check_find(c->id) && check_find(c->id)->binding == c->binding);
		CHECK_THAT(c->result == CHECK_PASS || c->detail[0] != 0, "%s says not why", c->id);
	}
}

TEST(each_defect_fails_its_check_first)
{
	for (size_t i = 0; i < sizeof(defects) / sizeof(defects[0]); i++) {
		const struct defect *d = &defects[i];
		scene_start(&scene);
		d->make(&scene);
		scene_judge(&scene);
		CHECK_THAT(strcmp(scene_failed(&scene), d->first_failed) == 0, "%s: first failed is \"%s\", not %s",
		           d->what, scene_failed(&scene), d->first_failed);
		CHECK_THAT(scene.verdict.result == VERDICT_FAILED, "%s", d->what);
		if (refutes(d->first_failed))
			CHECK_THAT(scene_claim(&scene, "tee_attested") == CLAIM_REFUTED, "%s", d->what);
		each_check_stands_once_and_says_why(&scene.verdict);
		scene_end(&scene);
	}
}

/* Other kinds' rows, and those of documents with devices, are their own tests'. */
static bool is_of_reports(const struct check *c)
{
	static const char *const others[] = {"nv.device_unique", "nv.topology", "binding.document_nonce", "binding.gpu_nonce"};
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(c->id, others[i]) == 0)
			return false;
	return c->kind == EVIDENCE_SNP || c->kind == EVIDENCE_NONE;
}

/* Every row of the table: passed by a good report, and first failed by a defect. */
TEST(each_check_has_a_good_and_a_bad_vector)
{
	struct scene nonce;
	scene_start(&nonce);
	memset(nonce.report.report_data, 0, 64);
	memcpy(nonce.report.report_data, "nonce", 5);
	nonce.request.binding = (struct evidence_binding){.nonce = BYTES_LITERAL("nonce")};
	scene_judge(&nonce);
	CHECK(nonce.verdict.result == VERDICT_VERIFIED);
	scene_start(&scene);
	scene_judge(&scene);
	for (size_t i = 0; i < check_count; i++) {
		bool bad = false;
		if (!is_of_reports(&checks[i]))
			continue;
		for (size_t k = 0; k < sizeof(defects) / sizeof(defects[0]); k++)
			bad |= strcmp(defects[k].first_failed, checks[i].id) == 0;
		CHECK_THAT(bad, "%s has no bad vector", checks[i].id);
		CHECK_THAT(verdict_check_result(&scene.verdict, checks[i].id) == CHECK_PASS ||
		                   verdict_check_result(&nonce.verdict, checks[i].id) == CHECK_PASS,
		           "%s has no good vector", checks[i].id);
		CHECK(checks[i].means[0] != 0);
		CHECK(check_find(checks[i].id) == &checks[i]);
	}
	scene_end(&scene);
	scene_end(&nonce);
	CHECK(check_find("snp.nothing") == NULL);
}

/* ---- what cannot be checked is neither good nor bad ---- */

/* clang-format off */
MAKE(nothing) { s->without_vek = true; }
MAKE(no_crl) { s->without_crl = true; }
MAKE(stale_crl) { s->crl_to_ms = SCENE_AT_MS - 1; s->crl_to_ms -= s->crl_to_ms % 1000; }
MAKE(later_crl) { s->crl_from_ms = SCENE_AT_MS + 1000; }
MAKE(endless_crl) { s->crl_to_ms = 0; }
MAKE(broken_crl) { s->crl_broken = true; }
MAKE(no_ask) { s->without_ask = true; }
MAKE(no_root) { s->anchor_of_other_line = true; }
MAKE(version_6) { s->report.version = 6; }
MAKE(version_max) { s->report.version = UINT32_MAX; }
MAKE(later_algorithm) { s->report.version = 6; change(s, 0x34, 3); }
MAKE(later_reserved) { s->report.version = 6; change(s, 0x4c, 1); }
MAKE(later_encoding) { s->report.version = 6; damage(s, 0x330, 1); }
MAKE(later_binding) { s->report.version = 6; make_other_spki(s); }
MAKE(venice) { s->vek.issuer = "SEV-Venice"; odd(s, OID "2", "\x16\x09" "Venice-A0", 11); }
MAKE(agent_allowed) { s->report.policy |= 1 << 18; change(s, 0x160, 1); }
MAKE(old_table) { s->request.at_ms += 500 * SCENE_DAY_MS; s->crl_to_ms += 900 * SCENE_DAY_MS; }
MAKE(before_table) { s->request.at_ms = INT64_C(1700000000000); s->crl_from_ms = INT64_C(1690000000000); }
MAKE(unknown_rule) { s->request.binding.rule = BINDING_UNKNOWN; }
MAKE(impostor_in_archive) { s->without_anchor = s->vek_in_set = true; }
MAKE(other_chips_vek) { s->vek_in_set = true; s->vek.chip_id[0] ^= 1; }
MAKE(other_tcbs_vek) { s->vek_in_set = true; s->vek.tcb.snp--; }
MAKE(masked_other_vek) { s->vek_in_set = true; damage(s, 0x90, 1); memset(s->report.chip_id, 0, 64); }
MAKE(vlek_as_vcek) { s->report.vlek = s->vek.vlek = s->vek_in_set = true; change(s, 0x48, 1 << 2); }
MAKE(turin_without_vek) { scene_product(s, AMD_TURIN, 5); s->without_vek = true; }
MAKE(v2_without_vek) { scene_product(s, AMD_MILAN, 2); s->without_vek = true; }
MAKE(vlek_without_vek) { s->report.vlek = s->without_vek = true; }

static const struct {
	const char *unchecked, *what;
	void (*make)(struct scene *s);
	enum claim_status attested;
	const char *need;     /* the first thing asked for; "": nothing */
} incompletes[] = {
	{"snp.vcek_available", "no VCEK", make_nothing, CLAIM_UNKNOWN,
	 "/vcek/v1/Genoa/01080f161d242b323940474e555c636a71787f868d949ba2a9b0b7bec5ccd3dae1e8eff6fd040b121920272e"
	 "353c434a51585f666d747b828990979ea5acb3ba?blSPL=10&teeSPL=00&snpSPL=27&ucodeSPL=86"},
	{"snp.vcek_available", "no VCEK of Turin", make_turin_without_vek, CLAIM_UNKNOWN,
	 "/vcek/v1/Turin/01080f161d242b32?fmcSPL=01&blSPL=01&teeSPL=01&snpSPL=04&ucodeSPL=81"},
	{"snp.vcek_available", "no VCEK, version 2", make_v2_without_vek, CLAIM_UNKNOWN, "/vcek/v1/Milan/*"},
	{"snp.vcek_available", "no VLEK", make_vlek_without_vek, CLAIM_UNKNOWN, ""},
	{"snp.vcek_available", "another chip's VCEK in the archive", make_other_chips_vek, CLAIM_UNKNOWN,
	 "/vcek/v1/Genoa/*"},
	{"snp.vcek_available", "another TCB's VCEK in the archive", make_other_tcbs_vek, CLAIM_UNKNOWN,
	 "/vcek/v1/Genoa/*"},
	{"snp.vcek_available", "a VLEK's signature in a VCEK's name", make_vlek_as_vcek, CLAIM_UNKNOWN, ""},
	{"snp.vcek_available", "masked, and some VCEK in the archive", make_masked_other_vek, CLAIM_UNKNOWN, ""},
	{"snp.vcek_available", "an impostor's VCEK in the archive", make_impostor_in_archive, CLAIM_UNKNOWN,
	 "/vcek/v1/Genoa/*"},
	{"snp.ask_revocation", "no CRL", make_no_crl, CLAIM_ASSERTED, "/vcek/v1/Genoa/crl"},
	{"snp.ask_revocation", "stale CRL", make_stale_crl, CLAIM_ASSERTED, "/vcek/v1/Genoa/crl"},
	{"snp.ask_revocation", "CRL of a later time", make_later_crl, CLAIM_ASSERTED, ""},
	{"snp.ask_revocation", "CRL without nextUpdate", make_endless_crl, CLAIM_ASSERTED, "/vcek/v1/Genoa/crl"},
	{"snp.ask_revocation", "CRL that is not authentic, in an archive", make_broken_crl, CLAIM_ASSERTED,
	 "/vcek/v1/Genoa/crl"},
	{"snp.vcek_chain", "no ASK", make_no_ask, CLAIM_UNKNOWN, "/vcek/v1/Genoa/*"},
	{"snp.vcek_chain", "no root of this line", make_no_root, CLAIM_UNKNOWN, "/vcek/v1/Genoa/*"},
	{"snp.vcek_shape", "a line of tomorrow", make_venice, CLAIM_UNKNOWN, ""},
	{"snp.format", "version 6", make_version_6, CLAIM_UNKNOWN, ""},
	{"snp.format", "version 4294967295", make_version_max, CLAIM_UNKNOWN, ""},
	{"snp.format", "version 6, another algorithm", make_later_algorithm, CLAIM_UNKNOWN, ""},
	{"snp.format", "version 6, reserved bits", make_later_reserved, CLAIM_UNKNOWN, ""},
	{"snp.format", "version 6, another encoding", make_later_encoding, CLAIM_UNKNOWN, ""},
	{"binding.spki", "version 6, report_data elsewhere", make_later_binding, CLAIM_UNKNOWN, ""},
	{"snp.migration_agent", "migration agent allowed", make_agent_allowed, CLAIM_UNKNOWN, ""},
	{"snp.tcb", "a table of long ago", make_old_table, CLAIM_ASSERTED, ""},
	{"snp.tcb", "before the first bulletin of the table", make_before_table, CLAIM_ASSERTED, ""},
	{"binding.spki", "a rule that is not known", make_unknown_rule, CLAIM_UNKNOWN, ""},
};

/* clang-format on */

static bool path_matches(const char *path, const char *pattern)
{
	size_t n = strlen(pattern);
	return n > 0 && pattern[n - 1] == '*' ? strncmp(path, pattern, n - 1) == 0 : strcmp(path, pattern) == 0;
}

TEST(what_cannot_be_checked_is_incomplete)
{
	for (size_t i = 0; i < sizeof(incompletes) / sizeof(incompletes[0]); i++) {
		scene_start(&scene);
		incompletes[i].make(&scene);
		scene_judge(&scene);
		const char *what = incompletes[i].what;
		CHECK_THAT(scene.verdict.result == VERDICT_INCOMPLETE, "%s: %s", what, scene_failed(&scene));
		CHECK_THAT(scene_failed(&scene)[0] == 0, "%s: %s", what, scene_failed(&scene));
		CHECK_THAT(verdict_check_result(&scene.verdict, incompletes[i].unchecked) == CHECK_NOT_CHECKED, "%s",
		           what);
		CHECK_THAT(scene_claim(&scene, "tee_attested") == incompletes[i].attested, "%s", what);
		const char *need = scene.needs.n > 0 && scene.needs.v[0].path ? scene.needs.v[0].path : "";
		CHECK_THAT(path_matches(need, incompletes[i].need), "%s: asks for %s", what, need);
		scene_end(&scene);
	}
}

/* Only 0 < r, s < n has one meaning: the group order itself, zero and more are no signatures. */
TEST(scalars_are_in_range)
{
	static const char *const scalars[] = {
		"000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
		"7329c5cc6a19ecec7aa7b048b20d1a58df2d37f4814d63c7ffffffffffffffffffffffffffffffffffffffffffffffff",
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	};
	for (size_t i = 0; i < 2 * sizeof(scalars) / sizeof(scalars[0]); i++) {
		uint8_t raw[1184];
		scene_start(&scene);
		scene_make(&scene);
		memcpy(raw, scene.raw.p, sizeof(raw));
		CHECK(hex_decode(bytes_of_text(scalars[i / 2]), raw + 0x2a0 + (i % 2 ? 72 : 0), 48));
		scene.request.evidence = bytes_of(raw, sizeof(raw));
		judge(&scene.request, &scene.arena, &scene.verdict, NULL);
		CHECK_TEXT(scene_failed(&scene), "snp.signature_encoding");
		scene_end(&scene);
	}
}

/* The signature of a later version is checked all the same, and a forged one is a forgery. */
TEST(later_versions_are_verified_as_far_as_they_go)
{
	scene_start(&scene);
	make_version_6(&scene);
	scene_judge(&scene);
	CHECK(verdict_check_result(&scene.verdict, "snp.report_signature") == CHECK_PASS);
	CHECK(verdict_check_result(&scene.verdict, "binding.spki") == CHECK_PASS); /* no accident */
	CHECK(verdict_check_result(&scene.verdict, "snp.debug") == CHECK_NOT_CHECKED);
	CHECK(scene.verdict.fault.code == FAULT_UNSUPPORTED);
	scene_end(&scene);
	scene_start(&scene);
	make_version_6(&scene);
	damage(&scene, 0x90, 1);
	scene_judge(&scene);
	CHECK_TEXT(scene_failed(&scene), "snp.report_signature");
	scene_end(&scene);
}

/* ---- strangers ---- */

/* Whoever can bring a certificate into the archive can make up one that names another's chip and TCB. */
TEST(a_made_up_certificate_spoils_nothing)
{
	for (unsigned given = 0; given < 2; given++) {
		scene_start(&scene);
		struct demo_vek bogus = scene.vek, other_key = scene.vek;
		bogus.signed_by_other = true; /* the right key, not certified */
		other_key.pkcs1 = true;
		scene.more[0] = demo_vek(&bogus, &scene.arena);
		scene.more[1] = demo_vek(&other_key, &scene.arena);
		scene.vek_in_set = true;
		scene.request.collateral_given = given == 1;
		scene_judge(&scene);
		CHECK_THAT(scene.verdict.result == VERDICT_VERIFIED, "%s", scene_failed(&scene));
		scene_end(&scene);
		/* Without the genuine one it is as if there were none, so that the genuine one is asked for. */
		scene_start(&scene);
		scene.more[0] = demo_vek(&bogus, &scene.arena);
		scene.without_vek = true;
		scene_judge(&scene);
		CHECK(scene.verdict.result == VERDICT_INCOMPLETE && scene.needs.n == 1);
		scene_end(&scene);
	}
}

/* Nor does what a document brings along, once the genuine certificate is there. */
TEST(the_genuine_certificate_prevails)
{
	scene_start(&scene);
	struct demo_vek bogus = scene.vek;
	bogus.signed_by_other = true;
	scene.endorsement = demo_vek(&bogus, &scene.arena);
	scene_judge(&scene);
	CHECK_TEXT(scene_failed(&scene), "snp.vcek_chain");
	CHECK(scene.needs.n == 1 && strncmp(scene.needs.v[0].path, "/vcek/v1/Genoa/", 15) == 0);
	scene.more[0] = demo_vek(&scene.vek, &scene.arena);
	scene_judge(&scene);
	CHECK(scene.verdict.result == VERDICT_VERIFIED);
	scene.endorsement = BYTES_LITERAL("no certificate");
	scene_judge(&scene);
	CHECK(scene.verdict.result == VERDICT_VERIFIED);
	scene_end(&scene);
}

/* A key has many certificates: one that has expired does not stand before one that has not. */
TEST(of_several_certificates_of_one_key_a_valid_one_counts)
{
	scene_start(&scene);
	struct demo_vek expired = scene.vek;
	expired.not_after_ms = SCENE_AT_MS - 1000;
	scene.more[0] = demo_vek(&expired, &scene.arena);
	scene.vek_in_set = true;
	scene_judge(&scene);
	CHECK(scene.verdict.result == VERDICT_VERIFIED);
	scene_end(&scene);
}

/* A VCEK is made when it is asked for: one made after the report was logged is of the same key. */
TEST(a_vcek_may_be_younger_than_the_report)
{
	scene_start(&scene);
	scene.vek.not_before_ms = SCENE_AT_MS + 100 * SCENE_DAY_MS;
	scene_judge(&scene);
	CHECK(scene.verdict.result == VERDICT_VERIFIED);
	scene_end(&scene);
}

/* ---- age ---- */

TEST(an_old_tcb_refutes_a_claim_and_fails_nothing)
{
	static const struct {
		enum amd_product product;
		struct demo_tcb tcb;
		const char *why;
		bool no_alias_check;
	} rows[] = {
		{AMD_GENOA, {0, 10, 0, 26, 86}, "AMD-SB-3020: reported TCB has snp 26, vulnerable below 27", false},
		{AMD_GENOA, {0, 10, 0, 27, 85}, "AMD-SB-3020: reported TCB has ucode 85, vulnerable below 86", false},
		{AMD_TURIN, {1, 1, 1, 4, 80}, "AMD-SB-3027: reported TCB has ucode 80, vulnerable below 81", false},
		{AMD_MILAN, {0, 4, 0, 27, 218}, "AMD-SB-3019: reported TCB has ucode 218, vulnerable below 219", false},
		{AMD_GENOA,
	         {0, 10, 0, 27, 86},
	         "AMD-SB-3015: reported TCB has alias_check 0, vulnerable below 1",
	         true},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		scene_start(&scene);
		scene_product(&scene, rows[i].product, 3);
		scene.report.reported = scene.report.committed = scene.report.current = rows[i].tcb;
		scene.vek = demo_vek_of(&scene.report);
		if (rows[i].no_alias_check)
			change(&scene, 0x40, 1 << 5);
		scene_judge(&scene);
		CHECK_THAT(scene.verdict.result == VERDICT_VERIFIED, "%s", rows[i].why);
		CHECK(scene_claim(&scene, "tcb_up_to_date") == CLAIM_REFUTED);
		CHECK(scene_claim(&scene, "tee_attested") == CLAIM_ASSERTED);
		CHECK(bytes_equal_text(verdict_find(&scene.verdict, "status")->bytes, "OutOfDate"));
		CHECK_TEXT(verdict_find_claim(&scene.verdict, "tcb_up_to_date")->reason, rows[i].why);
		scene_end(&scene);
	}
	/* Reported low by a host that could do better: what is proven is the lower one. */
	scene_start(&scene);
	scene.report.reported.snp = scene.vek.tcb.snp = 26;
	scene_judge(&scene);
	CHECK(scene.verdict.result == VERDICT_VERIFIED && scene_claim(&scene, "tcb_up_to_date") == CLAIM_REFUTED);
	scene_end(&scene);
}

/* The same TCB was up to date before the bulletin. */
TEST(a_bulletin_counts_from_its_day_on)
{
	static const struct {
		int64_t at_ms;
		enum claim_status status;
	} rows[] = {{INT64_C(1740000000000), CLAIM_ASSERTED}, /* 2025-02-19, after AMD-SB-3019 */
	            {INT64_C(1760313599000), CLAIM_ASSERTED}, /* a second before AMD-SB-3020 */
	            {INT64_C(1760313600000), CLAIM_REFUTED}};
	for (size_t i = 0; i < 3; i++) {
		scene_start(&scene);
		scene.report.reported = scene.report.committed = scene.report.current =
		        (struct demo_tcb){0, 10, 0, 23, 84};
		scene.vek = demo_vek_of(&scene.report);
		scene.request.at_ms = rows[i].at_ms;
		scene.crl_from_ms = rows[i].at_ms - SCENE_DAY_MS;
		scene_judge(&scene);
		CHECK(scene.verdict.result == VERDICT_VERIFIED);
		CHECK_THAT(scene_claim(&scene, "tcb_up_to_date") == rows[i].status, "row %zu", i);
		scene_end(&scene);
	}
}

TEST(a_newer_table_replaces_the_built_in_one)
{
	static const char *const dates[] = {"2026-11-21T00:00:00Z", "2026-11-23T00:00:00Z"};
	for (unsigned newer = 0; newer < 2; newer++) {
		char table[512];
		snprintf(table, sizeof(table),
		         "{\"format\":\"teewatch.amd-tcb/1\",\"date\":\"%s\",\"floors\":[{\"family\":25,\"model\":17,"
		         "\"stepping\":1,\"component\":\"tee\",\"least\":1,\"bulletin\":\"X-1\","
		         "\"published\":\"2026-11-01T00:00:00Z\"}]}",
		         dates[newer]);
		scene_start(&scene);
		scene.table = table;
		scene_judge(&scene);
		CHECK(scene.verdict.result == VERDICT_VERIFIED);
		CHECK(scene_claim(&scene, "tcb_up_to_date") == (newer ? CLAIM_REFUTED : CLAIM_ASSERTED));
		CHECK(bytes_equal_text(verdict_find(&scene.verdict, "table_date")->bytes,
		                       newer ? dates[1] : "2026-11-22T00:00:00Z"));
		scene_end(&scene);
	}
}

/* ---- the verdict's views live as long as its arena ---- */

TEST(a_verdict_outlives_its_request)
{
	static uint8_t raw[1184], hpke[32];
	scene_start(&scene);
	scene_make(&scene);
	memcpy(raw, scene.raw.p, sizeof(raw));
	memcpy(hpke, scene_hpke_key, sizeof(hpke));
	scene.request.evidence = bytes_of(raw, sizeof(raw));
	scene.request.binding.hpke_key = bytes_of(hpke, sizeof(hpke));
	judge(&scene.request, &scene.arena, &scene.verdict, NULL);
	memset(raw, 0, sizeof(raw));
	memset(hpke, 0, sizeof(hpke));
	CHECK(bytes_equal(verdict_find(&scene.verdict, "measurement")->bytes, bytes_of(scene.report.measurement, 48)));
	CHECK(bytes_equal(verdict_find(&scene.verdict, "hpke_key")->bytes, bytes_of(scene_hpke_key, 32)));
	CHECK(bytes_equal(verdict_find(&scene.verdict, "report_data")->bytes, bytes_of(scene.report.report_data, 64)));
	scene_end(&scene);
}
