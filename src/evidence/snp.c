/*
 * The verdict on an SNP report, step by step, in the order in which the checks make sense: form, certificate of
 * the signing key, its chain, the signature; only then what the report says.
 */
#include "evidence/snp.h"

#include <stdio.h>

#include "base/hex.h"
#include "evidence/binding.h"
#include "evidence/checks.h"

enum { DEBUG_BIT = 19, MIGRATE_BIT = 18, VMPL_LAST = 3, ECDSA_P384_SHA384 = 1 };

struct judging {
	const struct judge_request *request;
	struct arena *arena;
	struct verdict *v;
	struct judge_needs *needs;
	struct snp_report report;
	bool later;               /* of a version that is newer than this program */
	enum amd_product product; /* as the report tells it, then as the chain proves it */
	struct snp_candidate key; /* of the signing key's certificate */
};

/* ---- what the vendor could give ---- */

static void need(struct judging *j, enum collateral_kind kind, const char *subject, const char *path)
{
	judge_need(j->needs, &(struct judge_need){.kind = kind, .vendor = "amd", .path = path, .subject = subject});
}

/* Only VCEKs can be asked for: a VLEK is the provider's. AMD's key service, publication 57230 section 2. */
static void need_vcek_of(struct judging *j, enum amd_product product)
{
	const struct snp_report *r = &j->report;
	struct snp_tcb t = snp_tcb_decode(r->reported_tcb, product);
	size_t n = product == AMD_TURIN ? SNP_TURIN_HWID_BYTES : SNP_CHIP_ID_BYTES;
	char fmc[32] = "";
	const char *hwid = hex_text(j->arena, bytes_slice(r->chip_id, 0, n));
	if (!hwid || snp_signing_key(r) != SNP_KEY_VCEK || bytes_is_zero(r->chip_id) || t.reserved_set)
		return;
	if (product == AMD_TURIN)
		snprintf(fmc, sizeof(fmc), "fmcSPL=%02u&", t.fmc);
	need(j, COLLATERAL_CERTIFICATE, collateral_subject_vcek(bytes_slice(r->chip_id, 0, n), j->arena),
	     arena_format(j->arena, "/vcek/v1/%s/%s?%sblSPL=%02u&teeSPL=%02u&snpSPL=%02u&ucodeSPL=%02u",
	                  amd_product_name(product), hwid, fmc, t.bl, t.tee, t.snp, t.ucode));
}

static void need_vcek(struct judging *j)
{
	if (j->product != AMD_UNKNOWN) {
		need_vcek_of(j, j->product);
	} else if (j->report.version < 3) { /* version 2 does not tell: ask for both */
		need_vcek_of(j, AMD_MILAN);
		need_vcek_of(j, AMD_GENOA);
	}
}

/* An archive may have the CRL of a day of which today's, which can be fetched, says nothing. */
static void need_crl(struct judging *j, bool published)
{
	const char *product = amd_product_name(j->key.chain.product);
	const char *service = j->key.vek.key == SNP_KEY_VLEK ? "vlek" : "vcek";
	need(j, COLLATERAL_CRL, arena_format(j->arena, "crl:ARK-%s", product),
	     published ? arena_format(j->arena, "/%s/v1/%s/crl", service, product) : NULL);
}

/* ---- form ---- */

static bool judge_version(struct judging *j, struct fault f)
{
	struct verdict *v = j->v;
	if (f.code == FAULT_LENGTH)
		verdict_check(v, "snp.format", CHECK_FAIL, "a report has %d bytes, this has %zu", SNP_REPORT_BYTES,
		              j->request->evidence.n);
	else if (f.code == FAULT_UNSUPPORTED)
		verdict_check(v, "snp.format", CHECK_NOT_CHECKED, "report version %u is newer than this teewatch",
		              j->report.version);
	else if (fault_is_set(f))
		verdict_check(v, "snp.format", CHECK_FAIL, "report version %u never existed", j->report.version);
	else
		verdict_check(v, "snp.format", CHECK_PASS, NULL);
	return !fault_is_set(f) || j->later;
}

/* A later version may sign in another way: what teewatch does not know there is not checked, and never failed. */
static bool judge_signature_form(struct judging *j)
{
	const struct snp_report *r = &j->report;
	struct verdict *v = j->v;
	enum check_result bad = j->later ? CHECK_NOT_CHECKED : CHECK_FAIL;
	const char *why;
	bool algorithm = r->signature_algorithm == ECDSA_P384_SHA384 && snp_signing_key(r) <= SNP_KEY_VLEK;
	bool reserved = fault_is_set(r->reserved);
	bool canonical = snp_signature_is_canonical(r, &why);
	verdict_check(v, "snp.signature_algorithm", algorithm ? CHECK_PASS : bad,
	              algorithm ? NULL : "algorithm %u, signing key %u: not a signature by VCEK or VLEK",
	              r->signature_algorithm, snp_signing_key(r));
	if (!j->later)
		verdict_check(v, "snp.reserved", reserved ? CHECK_FAIL : CHECK_PASS, reserved ? "%s at byte %zu" : NULL,
		              r->reserved.field, r->reserved.offset);
	if (algorithm)
		verdict_check(v, "snp.signature_encoding", canonical ? CHECK_PASS : bad, canonical ? NULL : "%s", why);
	return algorithm && canonical && (j->later || !reserved);
}

/* What can be said without any certificate. False when the signature cannot be checked. */
static bool judge_form(struct judging *j)
{
	struct fault f = snp_report_parse(j->request->evidence, &j->report);
	j->v->sha256 = hash_sha256(j->request->evidence);
	j->v->fault = f;
	j->later = f.code == FAULT_UNSUPPORTED;
	j->product = snp_report_product(&j->report);
	return judge_version(j, f) && judge_signature_form(j);
}

/* ---- origin ---- */

/* A VLEK is of no chip, so a report signed by one has no CHIP_ID: one that has contradicts itself, whatever its
 * certificate says. */
static bool judge_vlek_chip(struct judging *j)
{
	bool contradicts = snp_signing_key(&j->report) == SNP_KEY_VLEK && !bytes_is_zero(j->report.chip_id);
	if (contradicts)
		verdict_check(j->v, "snp.vcek_hwid", CHECK_FAIL,
		              "a report signed by a VLEK has no CHIP_ID, this has one");
	return contradicts;
}

static void judge_key_facts(struct judging *j)
{
	const struct snp_report *r = &j->report;
	struct verdict *v = j->v;
	bool tcb = snp_vek_is_of_tcb(&j->key.vek, r), chip = snp_vek_is_of_chip(&j->key.vek, r);
	bool masked = bytes_is_zero(r->chip_id);
	verdict_check(v, "snp.vcek_tcb", tcb ? CHECK_PASS : CHECK_FAIL,
	              tcb ? NULL : "the certificate is for another TCB than REPORTED_TCB");
	if (judge_vlek_chip(j))
		return;
	if (j->key.vek.key == SNP_KEY_VLEK)
		verdict_check(v, "snp.vcek_hwid", masked ? CHECK_PASS : CHECK_FAIL,
		              masked ? "a VLEK is bound to no chip"
		                     : "a VLEK signs for no chip, and CHIP_ID names one");
	else
		verdict_check(v, "snp.vcek_hwid", chip ? CHECK_PASS : CHECK_FAIL,
		              chip ? (masked ? "CHIP_ID is masked: which chip it is stays unknown" : NULL)
		                   : "the certificate is for another chip than CHIP_ID");
}

/* Version 2 does not identify the processor, and a later model may belong to a line of today. */
static void judge_product(struct judging *j)
{
	const struct snp_report *r = &j->report;
	enum amd_product told = snp_report_product(r), proven = j->key.chain.product;
	const char *milan = "key seeds of Milan processors have been extracted by software (arXiv 2605.12990): "
	                    "a Milan report proves less than others";
	if (told == proven || (told == AMD_UNKNOWN && r->version < 3))
		verdict_check(j->v, "snp.product", CHECK_PASS, "%s", proven == AMD_MILAN ? milan : "");
	else if (j->later || (told == AMD_UNKNOWN && r->family != 0))
		verdict_check(j->v, "snp.product", CHECK_NOT_CHECKED,
		              "processor family %xh, model %xh is none that this teewatch knows", r->family, r->model);
	else
		verdict_check(j->v, "snp.product", CHECK_FAIL,
		              "the report is of a processor of line %s, the certificate of %s", amd_product_name(told),
		              amd_product_name(proven));
}

static void judge_crl(struct judging *j)
{
	const struct snp_chain *c = &j->key.chain;
	struct verdict *v = j->v;
	if (c->crl_authentic)
		verdict_check(v, "snp.crl", CHECK_PASS, NULL);
	else if (c->crl_seen)
		verdict_check(v, "snp.crl", j->request->collateral_given ? CHECK_FAIL : CHECK_NOT_CHECKED,
		              "the CRL at hand is not one that the root has signed");
	else
		verdict_check(v, "snp.crl", CHECK_NOT_CHECKED, "no CRL of this root is at hand");
	verdict_check(v, "snp.ask_revocation", c->revocation, "%s", c->revocation_why);
	if (c->trusted && c->revocation == CHECK_NOT_CHECKED)
		need_crl(j, c->crl_wanted);
}

/* Certificate, chain, revocation, signature. */
static void judge_origin(struct judging *j)
{
	struct verdict *v = j->v;
	snp_candidate_choose(j->request, &j->report, &j->key);
	if (j->key.found != SNP_CANDIDATE_FOUND) {
		bool unreadable = j->key.found == SNP_CANDIDATE_UNREADABLE;
		verdict_check(v, "snp.vcek_available", unreadable ? CHECK_FAIL : CHECK_NOT_CHECKED, "%s",
		              unreadable ? "what came with the evidence as its key's certificate is no VCEK or VLEK"
		                         : "no certificate of this chip's signing key is at hand");
		judge_vlek_chip(j);
		need_vcek(j);
		return;
	}
	verdict_check(v, "snp.vcek_available", CHECK_PASS, NULL);
	bool shape = !fault_is_set(j->key.vek.fault) && (unsigned)j->key.vek.key == snp_signing_key(&j->report);
	enum check_result bad = j->key.vek.unknown_line ? CHECK_NOT_CHECKED : CHECK_FAIL;
	verdict_check(v, "snp.vcek_shape", shape ? CHECK_PASS : bad, shape ? NULL : "%s",
	              j->key.vek.why ? j->key.vek.why : "the report was signed by the other class of key (VCEK, VLEK)");
	if (j->key.vek.unknown_line)
		return;
	if (j->key.chain.trusted)
		verdict_anchor(v, "amd", j->key.chain.anchor, j->key.chain.builtin);
	else
		need_vcek(j); /* the genuine certificate may prove what this one cannot */
	verdict_check(v, "snp.vcek_chain",
	              j->key.chain.trusted ? CHECK_PASS : j->key.chain.unchecked ? CHECK_NOT_CHECKED : CHECK_FAIL,
	              j->key.chain.trusted ? NULL : "%s", j->key.chain.why);
	judge_crl(j);
	verdict_check(v, "snp.report_signature", j->key.signs ? CHECK_PASS : CHECK_FAIL,
	              j->key.signs ? NULL : "the signature does not verify with the key of this certificate");
	judge_key_facts(j);
	judge_product(j);
	if (j->key.chain.trusted)
		j->product = j->key.chain.product;
}

/* ---- what the report says ---- */

static bool is_all_ones(struct bytes b)
{
	for (size_t i = 0; i < b.n; i++)
		if (b.p[i] != 0xff)
			return false;
	return true;
}

static void judge_policy(struct judging *j)
{
	const struct snp_report *r = &j->report;
	struct verdict *v = j->v;
	bool agent = !is_all_ones(r->report_id_ma); /* what stands there without one */
	bool debug = r->policy >> DEBUG_BIT & 1, migrate = r->policy >> MIGRATE_BIT & 1;
	if (r->vmpl <= VMPL_LAST)
		verdict_check(v, "snp.vmpl", CHECK_PASS, NULL);
	else if (r->vmpl == UINT32_MAX)
		verdict_check(v, "snp.vmpl", CHECK_FAIL, "the host asked for it; it binds nothing of the guest");
	else
		verdict_check(v, "snp.vmpl", CHECK_FAIL, "VMPL %u does not exist", r->vmpl);
	verdict_check(v, "snp.debug", debug ? CHECK_FAIL : CHECK_PASS,
	              debug ? "the policy lets the host decrypt and change the guest (DEBUG)" : NULL);
	if (migrate)
		verdict_check(v, "snp.migration_agent", CHECK_NOT_CHECKED,
		              "the policy lets a migration agent read the guest; nothing is known of that agent");
	else
		verdict_check(v, "snp.migration_agent", agent ? CHECK_FAIL : CHECK_PASS,
		              agent ? "REPORT_ID_MA names a migration agent, which the policy forbids" : NULL);
}

/* Firmware versions are build, minor, major. */
static bool version_at_most(const uint8_t a[3], const uint8_t b[3])
{
	return (a[2] << 16 | a[1] << 8 | a[0]) <= (b[2] << 16 | b[1] << 8 | b[0]);
}

/* Genuine platforms run ahead of what they have committed to, so equality is not asked for. */
static void judge_order(struct judging *j)
{
	const struct snp_report *r = &j->report;
	struct verdict *v = j->v;
	enum amd_product layout = snp_tcb_layout(r, j->product);
	struct snp_tcb reported = snp_tcb_decode(r->reported_tcb, layout);
	struct snp_tcb committed = snp_tcb_decode(r->committed_tcb, layout);
	struct snp_tcb current = snp_tcb_decode(r->current_tcb, layout);
	struct snp_tcb launch = snp_tcb_decode(r->launch_tcb, layout);
	if (layout == AMD_UNKNOWN)
		verdict_check(v, "snp.tcb_order", CHECK_NOT_CHECKED,
		              "the layout of TCB_VERSION depends on the product, which is unknown");
	else if (reported.reserved_set || committed.reserved_set || current.reserved_set || launch.reserved_set)
		verdict_check(v, "snp.tcb_order", CHECK_FAIL, "a reserved byte of a TCB_VERSION is set");
	else if (!snp_tcb_at_least(&committed, &reported) || !snp_tcb_at_least(&current, &committed))
		verdict_check(v, "snp.tcb_order", CHECK_FAIL,
		              "not reported <= committed <= current, component by component");
	else if (!version_at_most(r->committed_version, r->current_version))
		verdict_check(v, "snp.tcb_order", CHECK_FAIL, "the committed firmware is newer than the current one");
	else
		verdict_check(v, "snp.tcb_order", CHECK_PASS, NULL);
}

static void judge_freshness(struct judging *j, bool authentic)
{
	static const char *const names[] = {"Unknown", "UpToDate", "OutOfDate", "Revoked"};
	struct verdict *v = j->v;
	enum claim_source source = j->key.chain.builtin ? SOURCE_HARDWARE_PROVEN : SOURCE_VERIFIER_DERIVED;
	const char *why;
	enum snp_tcb_status status = snp_tcb_evaluate(&j->report, j->product, j->request->collateral, j->request->at_ms,
	                                              v, &why);
	verdict_text(&v->tcb, "status", names[status]);
	enum check_result result = status == SNP_TCB_REVOKED ? CHECK_FAIL : CHECK_PASS;
	verdict_check(v, "snp.tcb", status == SNP_TCB_UNKNOWN ? CHECK_NOT_CHECKED : result, "%s", why ? why : "");
	if (!authentic)
		verdict_claim(v, "tcb_up_to_date", CLAIM_UNKNOWN, SOURCE_NONE,
		              "the report's origin is not proven, so its TCB proves nothing");
	else if (status == SNP_TCB_UNKNOWN)
		verdict_claim(v, "tcb_up_to_date", CLAIM_UNKNOWN, SOURCE_NONE, why);
	else if (status == SNP_TCB_UP_TO_DATE)
		verdict_claim(v, "tcb_up_to_date", CLAIM_ASSERTED, source, why);
	else
		verdict_claim(v, "tcb_up_to_date", CLAIM_REFUTED, source, why);
}

/* ---- the sum ---- */

/* Does the report come from genuine hardware that keeps the host out? The first check that does not say so gives
 * the reason. Revocation counts only where the CRL says revoked; the order and age of TCBs do not count here. */
static enum check_result judge_authenticity(const struct judging *j, const char **why)
{
	static const char *const ids[] = {
		"snp.format",         "snp.signature_algorithm", "snp.reserved",         "snp.signature_encoding",
		"snp.vcek_available", "snp.vcek_shape",          "snp.vcek_chain",       "snp.ask_revocation",
		"snp.report_signature", "snp.vcek_tcb",          "snp.vcek_hwid",        "snp.product",
		"snp.vmpl",           "snp.debug",               "snp.migration_agent",
	};
	enum check_result worst = CHECK_PASS;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		enum check_result r = verdict_check_result(j->v, ids[i]);
		bool revocation = strcmp(ids[i], "snp.ask_revocation") == 0;
		if (r == CHECK_PASS || (r == CHECK_NOT_CHECKED && (revocation || worst != CHECK_PASS)))
			continue;
		worst = r;
		*why = arena_format(j->arena, "%s %s", ids[i], r == CHECK_FAIL ? "failed" : "could not be checked");
		if (r == CHECK_FAIL)
			return worst;
	}
	return worst;
}

/* Steps that an earlier one made pointless are in the verdict too, so that nobody takes them for passed. */
static void put_unreached(struct verdict *v)
{
	size_t reached = v->check_count;
	for (size_t i = 0; i < check_count; i++) {
		bool seen = false;
		for (size_t k = 0; k < reached && !seen; k++)
			seen = strcmp(v->checks[k].id, checks[i].id) == 0;
		if (!seen && checks[i].kind == EVIDENCE_SNP)
			verdict_check(v, checks[i].id, CHECK_NOT_CHECKED,
			              "an earlier step decided, or was not possible");
	}
}

void snp_judge(const struct judge_request *request, struct arena *a, struct verdict *v, struct judge_needs *needs)
{
	struct judging *j = arena_alloc(a, sizeof(*j));
	const char *why = "";
	if (!j) {
		v->fault = fault_at(FAULT_LIMIT, 0, "report");
		return;
	}
	*j = (struct judging){.request = request, .arena = a, .v = v, .needs = needs};
	if (judge_form(j))
		judge_origin(j);
	bool whole = j->report.signature.n > 0;
	bool known = whole && !j->later; /* every field is there and means what teewatch takes it for */
	if (whole)
		snp_report_put(&j->report, j->product, v);
	if (known) {
		judge_policy(j);
		judge_order(j);
	}
	enum check_result authentic = judge_authenticity(j, &why);
	if (known)
		judge_freshness(j, authentic == CHECK_PASS);
	binding_judge(&request->binding, j->report.report_data,
	              j->later ? BINDING_PLACE_ASSUMED : BINDING_PLACE_KNOWN, v);
	put_unreached(v);
	claims_put(v, authentic, j->key.chain.trusted && j->key.chain.builtin, why);
}
