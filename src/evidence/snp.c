/* The verdict on an SNP report, step by step (facts A.12: the order in which the checks make sense). */
#include "evidence/snp.h"

#include <stdio.h>

#include "base/hex.h"
#include "base/limits.h"
#include "evidence/binding.h"

enum { DEBUG_BIT = 19, MIGRATE_BIT = 18, VMPL_LAST = 3 };

struct judging {
	const struct judge_request *request;
	struct arena *arena;
	struct verdict *v;
	struct judge_needs *needs;
	struct snp_report report;
	enum amd_product product; /* as the report tells it, then as the chain proves it */
	struct snp_vek vek;
	struct snp_chain chain;
};

/* ---- which certificate is the signing key's ---- */

static bool is_this_chips(const struct snp_report *r, const struct snp_vek *vek)
{
	if (vek->key == SNP_KEY_VLEK || bytes_is_zero(r->chip_id))
		return true;
	return vek->hwid.n > 0 && bytes_equal(bytes_slice(r->chip_id, 0, vek->hwid.n), vek->hwid) &&
	       bytes_is_zero(bytes_slice(r->chip_id, vek->hwid.n, SNP_CHIP_ID_BYTES - vek->hwid.n));
}

static bool is_this_tcb(const struct snp_report *r, const struct snp_vek *vek)
{
	struct snp_tcb reported = snp_tcb_decode(r->reported_tcb, vek->product);
	return !reported.reserved_set && snp_tcb_at_least(&reported, &vek->tcb) && snp_tcb_at_least(&vek->tcb, &reported);
}

/* How well a certificate fits, best last. A certificate whose key verifies the signature is the one; else
 * one that names this very chip and TCB claims to be it. Others are other chips' certificates: that they do
 * not verify this report says nothing about it. */
enum fit { FIT_NONE, FIT_CLAIMS, FIT_SIGNS, FIT_SIGNS_AND_CLAIMS };

static enum fit fit_of(const struct snp_report *r, const struct snp_vek *vek)
{
	bool named = is_this_chips(r, vek) && is_this_tcb(r, vek);
	if (snp_report_verify(r, vek->der))
		return named ? FIT_SIGNS_AND_CLAIMS : FIT_SIGNS;
	bool certain = vek->key == SNP_KEY_VCEK && !bytes_is_zero(r->chip_id);
	return named && certain ? FIT_CLAIMS : FIT_NONE;
}

bool snp_vek_is_plausible(struct bytes report, struct bytes vek_der)
{
	struct snp_report r;
	struct snp_vek vek;
	if (fault_is_set(snp_report_parse(report, &r)) || !snp_vek_parse(vek_der, &vek))
		return false;
	return (unsigned)vek.key == snp_signing_key(&r) && is_this_chips(&r, &vek) && is_this_tcb(&r, &vek);
}

static bool choose_vek(struct judging *j)
{
	const struct collateral_set *set = j->request->collateral;
	enum fit best = FIT_NONE;
	if (j->request->endorsement.n > 0 && snp_vek_parse(j->request->endorsement, &j->vek))
		return true; /* it came with this evidence, so it is the one that is meant */
	for (size_t i = 0; set && i < set->n && best != FIT_SIGNS_AND_CLAIMS; i++) {
		struct snp_vek vek;
		if (set->items[i].kind != COLLATERAL_CERTIFICATE || !snp_vek_parse(set->items[i].der, &vek) ||
		    (unsigned)vek.key != snp_signing_key(&j->report))
			continue;
		enum fit fit = fit_of(&j->report, &vek);
		if (fit > best) {
			best = fit;
			j->vek = vek;
		}
	}
	return best != FIT_NONE;
}

/* ---- what the vendor could give ---- */

static void need(struct judging *j, enum collateral_kind kind, const char *path)
{
	struct judge_needs *n = j->needs;
	if (!n || !path || n->n >= sizeof(n->v) / sizeof(n->v[0]))
		return;
	n->v[n->n++] = (struct judge_need){kind, "amd", path};
}

/* Only VCEKs can be asked for: a VLEK is the provider's. AMD's key service, specification 57230. */
static void need_vcek(struct judging *j, enum amd_product product)
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
	need(j, COLLATERAL_CERTIFICATE,
	     arena_format(j->arena, "/vcek/v1/%s/%s?%sblSPL=%02u&teeSPL=%02u&snpSPL=%02u&ucodeSPL=%02u",
	                  amd_product_name(product), hwid, fmc, t.bl, t.tee, t.snp, t.ucode));
}

static void need_crl(struct judging *j)
{
	need(j, COLLATERAL_CRL,
	     arena_format(j->arena, "/%s/v1/%s/crl", j->vek.key == SNP_KEY_VLEK ? "vlek" : "vcek",
	                  amd_product_name(j->chain.product)));
}

/* ---- the steps ---- */

/* Form: what can be said without any certificate. False when nothing further makes sense. */
static bool judge_form(struct judging *j)
{
	struct snp_report *r = &j->report;
	struct verdict *v = j->v;
	const char *why;
	struct fault f = snp_report_parse(j->request->evidence, r);
	v->sha256 = hash_sha256(j->request->evidence);
	v->fault = f;
	if (f.code == FAULT_LENGTH) {
		verdict_check(v, "snp.format", CHECK_FAIL, "a report has %d bytes, this has %zu", SNP_REPORT_BYTES,
		              j->request->evidence.n);
		return false;
	}
	j->product = snp_report_product(r);
	snp_report_put(r, j->product, v);
	if (f.code == FAULT_UNSUPPORTED)
		verdict_check(v, "snp.format", CHECK_NOT_CHECKED, "report version %u is newer than this teewatch", r->version);
	else
		verdict_check(v, "snp.format", fault_is_set(f) ? CHECK_FAIL : CHECK_PASS,
		              fault_is_set(f) ? "report version %u never existed" : NULL, r->version);
	if (fault_is_set(f))
		return f.code == FAULT_UNSUPPORTED; /* the signature of a later version can still be checked */
	bool algorithm = r->signature_algorithm == 1 && snp_signing_key(r) <= SNP_KEY_VLEK;
	verdict_check(v, "snp.signature_algorithm", algorithm ? CHECK_PASS : CHECK_FAIL,
	              algorithm ? NULL : "algorithm %u, signing key %u: not a signature by VCEK or VLEK",
	              r->signature_algorithm, snp_signing_key(r));
	bool reserved = fault_is_set(r->reserved);
	verdict_check(v, "snp.reserved", reserved ? CHECK_FAIL : CHECK_PASS, reserved ? "%s at byte %zu" : NULL,
	              r->reserved.field, r->reserved.offset);
	bool canonical = snp_signature_is_canonical(r, &why);
	verdict_check(v, "snp.signature_encoding", canonical ? CHECK_PASS : CHECK_FAIL, canonical ? NULL : "%s", why);
	return algorithm && !reserved && canonical;
}

static void judge_key_facts(struct judging *j)
{
	const struct snp_report *r = &j->report;
	struct verdict *v = j->v;
	bool tcb = is_this_tcb(r, &j->vek), chip = is_this_chips(r, &j->vek), masked = bytes_is_zero(r->chip_id);
	verdict_check(v, "snp.vcek_tcb", tcb ? CHECK_PASS : CHECK_FAIL,
	              tcb ? NULL : "the certificate is for another TCB than REPORTED_TCB");
	if (j->vek.key == SNP_KEY_VLEK)
		verdict_check(v, "snp.vcek_hwid", masked ? CHECK_PASS : CHECK_FAIL,
		              masked ? "a VLEK is bound to no chip" : "a report signed by a VLEK has no CHIP_ID, this has one");
	else
		verdict_check(v, "snp.vcek_hwid", chip ? CHECK_PASS : CHECK_FAIL,
		              chip ? (masked ? "CHIP_ID is masked: which chip it is stays unknown" : NULL)
		                   : "the certificate is for another chip than CHIP_ID");
	enum amd_product told = snp_report_product(r);
	bool same = told == j->chain.product || (told == AMD_UNKNOWN && r->version < 3);
	verdict_check(v, "snp.product", same ? CHECK_PASS : CHECK_FAIL,
	              same ? NULL : "the report is of a %s processor, the certificate of %s", amd_product_name(told),
	              amd_product_name(j->chain.product));
}

/* Authenticity: certificate, chain, revocation, signature. False when it could not be checked to the end. */
static bool judge_origin(struct judging *j)
{
	struct verdict *v = j->v;
	if (!choose_vek(j)) {
		verdict_check(v, "snp.vcek_available", CHECK_NOT_CHECKED, "no certificate of this chip's signing key is at hand");
		if (snp_signing_key(&j->report) == SNP_KEY_VLEK && !bytes_is_zero(j->report.chip_id))
			verdict_check(v, "snp.vcek_hwid", CHECK_FAIL, "a report signed by a VLEK has no CHIP_ID, this has one");
		if (j->product != AMD_UNKNOWN) {
			need_vcek(j, j->product);
		} else if (j->report.version < 3) {
			need_vcek(j, AMD_MILAN);
			need_vcek(j, AMD_GENOA);
		}
		return false;
	}
	verdict_check(v, "snp.vcek_available", CHECK_PASS, NULL);
	bool shape = !fault_is_set(j->vek.fault) && (unsigned)j->vek.key == snp_signing_key(&j->report);
	verdict_check(v, "snp.vcek_shape", shape ? CHECK_PASS : CHECK_FAIL, shape ? NULL : "%s",
	              j->vek.why ? j->vek.why : "the report was signed by the other class of key (VCEK, VLEK)");
	snp_chain_verify(&j->vek, j->request->collateral, j->request->at_ms, j->arena, &j->chain);
	if (j->chain.trusted)
		verdict_anchor(v, "amd", j->chain.anchor, j->chain.builtin);
	verdict_check(v, "snp.vcek_chain", j->chain.trusted ? CHECK_PASS : CHECK_FAIL, j->chain.trusted ? NULL : "%s",
	              j->chain.why);
	verdict_check(v, "snp.ask_revocation", j->chain.revocation, "%s", j->chain.revocation_why);
	if (j->chain.crl_wanted && j->chain.trusted)
		need_crl(j);
	bool good = snp_report_verify(&j->report, j->vek.der);
	verdict_check(v, "snp.report_signature", good ? CHECK_PASS : CHECK_FAIL,
	              good ? NULL : "the signature does not verify with the key of this certificate");
	judge_key_facts(j);
	return true;
}

/* What the platform says of the guest, and how it orders its TCBs. */
static void judge_guest(struct judging *j)
{
	const struct snp_report *r = &j->report;
	struct verdict *v = j->v;
	bool guest = r->vmpl <= VMPL_LAST, debug = r->policy >> DEBUG_BIT & 1, migrate = r->policy >> MIGRATE_BIT & 1;
	verdict_check(v, "snp.vmpl", guest ? CHECK_PASS : CHECK_FAIL,
	              guest ? NULL : r->vmpl == UINT32_MAX ? "the host asked for this report; it binds nothing of the guest"
	                                                   : "VMPL %u does not exist", r->vmpl);
	verdict_check(v, "snp.debug", debug ? CHECK_FAIL : CHECK_PASS,
	              debug ? "the policy lets the host decrypt and change the guest (DEBUG)" : NULL);
	verdict_check(v, "snp.migration_agent", migrate ? CHECK_NOT_CHECKED : CHECK_PASS,
	              migrate ? "the policy lets a migration agent read the guest; nothing is known of that agent" : NULL);
	if (j->product == AMD_UNKNOWN) {
		verdict_check(v, "snp.tcb_order", CHECK_NOT_CHECKED, "the layout of TCB_VERSION depends on the product, which is unknown");
		return;
	}
	struct snp_tcb reported = snp_tcb_decode(r->reported_tcb, j->product), current = snp_tcb_decode(r->current_tcb, j->product),
	               committed = snp_tcb_decode(r->committed_tcb, j->product);
	bool order = snp_tcb_at_least(&committed, &reported) && snp_tcb_at_least(&current, &committed) &&
	             !reported.reserved_set && !committed.reserved_set && !current.reserved_set;
	verdict_check(v, "snp.tcb_order", order ? CHECK_PASS : CHECK_FAIL,
	              order ? NULL : "not reported <= committed <= current, component by component");
}

static void judge_freshness(struct judging *j, bool authentic)
{
	struct verdict *v = j->v;
	const char *why;
	enum snp_tcb_status status = snp_tcb_evaluate(&j->report, j->product, j->request->collateral, j->request->at_ms,
	                                              j->arena, v, &why);
	static const char *const names[] = {"Unknown", "UpToDate", "OutOfDate"};
	verdict_text(&v->tcb, "status", names[status]);
	verdict_check(v, "snp.tcb", status == SNP_TCB_UNKNOWN ? CHECK_NOT_CHECKED : CHECK_PASS, "%s", why ? why : "");
	if (!authentic || status == SNP_TCB_UNKNOWN)
		verdict_claim(v, "tcb_up_to_date", CLAIM_UNKNOWN, SOURCE_NONE,
		              authentic ? why : "the report's origin is not proven, so its TCB proves nothing");
	else
		verdict_claim(v, "tcb_up_to_date", status == SNP_TCB_UP_TO_DATE ? CLAIM_ASSERTED : CLAIM_REFUTED,
		              j->chain.builtin ? SOURCE_HARDWARE_PROVEN : SOURCE_VERIFIER_DERIVED, why);
}

/* Do the checks of origin and of debugging all pass? The first that does not gives the reason. */
static enum check_result authenticity(const struct judging *j, const char **why)
{
	static const char *const ids[] = {
		"snp.format",           "snp.signature_algorithm", "snp.reserved", "snp.signature_encoding", "snp.vcek_available",
		"snp.vcek_shape",       "snp.vcek_chain",          "snp.report_signature", "snp.vcek_tcb",   "snp.vcek_hwid",
		"snp.product",          "snp.vmpl",                "snp.debug",    "snp.migration_agent",
	};
	enum check_result worst = CHECK_PASS;
	if (verdict_check_result(j->v, "snp.ask_revocation") == CHECK_FAIL) {
		*why = "snp.ask_revocation: the root's CRL revokes the intermediate";
		return CHECK_FAIL;
	}
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		enum check_result r = verdict_check_result(j->v, ids[i]);
		if (r == CHECK_PASS || (worst != CHECK_PASS && r != CHECK_FAIL))
			continue;
		worst = r;
		*why = arena_format(j->arena, "%s %s", ids[i], r == CHECK_FAIL ? "failed" : "could not be checked");
		if (r == CHECK_FAIL)
			return worst;
	}
	return worst;
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
	bool formed = judge_form(j);
	bool whole = j->report.signature.n > 0; /* all fields are there, whatever they hold */
	if (formed && judge_origin(j) && j->chain.trusted)
		j->product = j->chain.product;
	if (whole && v->fault.code != FAULT_UNSUPPORTED)
		judge_guest(j);
	binding_judge(&request->binding, j->report.report_data, v);
	enum check_result authentic = authenticity(j, &why);
	if (whole && v->fault.code != FAULT_UNSUPPORTED)
		judge_freshness(j, authentic == CHECK_PASS);
	if (fault_is_set(v->fault) && v->fault.code != FAULT_UNSUPPORTED)
		authentic = CHECK_FAIL;
	claims_put(v, authentic, j->chain.builtin, why);
}
