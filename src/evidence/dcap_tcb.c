#include "evidence/dcap_tcb.h"

#include "base/hex.h"
#include "base/timestamp.h"
#include "evidence/dcap_documents.h"
#include "evidence/tcb_evaluate.h"

enum { SVN_MAJOR = 1 };

struct judging {
	const struct judge_request *request;
	const struct dcap_quote *quote;
	const struct pck_chain *chain;
	const struct pck_trust *trust;
	bool authentic;
	struct verdict *v;
	struct judge_needs *needs;
	struct document_search search;
	struct intel_revocation ca, pck, signer;
	struct document_choice info, qe;
	struct tcb_result result;
	bool evaluated;
};

static bool is_tdx(const struct judging *j)
{
	return j->quote->tee == DCAP_TEE_TDX;
}

/* ---- what Intel could give (PCS API, version 4) ---- */

static void need(struct judging *j, enum collateral_kind kind, const char *subject, const char *path)
{
	judge_need(j->needs, &(struct judge_need){.kind = kind, .vendor = "intel", .path = path, .subject = subject});
}

static const char *tee_path(const struct judging *j)
{
	return is_tdx(j) ? "tdx" : "sgx";
}

/* Of the number that was in force, where the time has gone by; else what is served by default. */
static const char *number_suffix(const struct judging *j, const struct document_choice *c, const char *before)
{
	bool past = c->basis == DOCUMENT_OF_LATER && j->search.number_in_force != 0;
	const char *text = past ? arena_format(j->v->arena, "%stcbEvaluationDataNumber=%u", before,
	                                       j->search.number_in_force)
	                        : "";
	return text ? text : "";
}

static void need_tcb_info(struct judging *j)
{
	const char *fmspc = hex_text(j->v->arena, bytes_of(j->chain->leaf.fmspc, PCK_FMSPC_BYTES));
	if (fmspc)
		need(j, COLLATERAL_TCB_INFO, arena_format(j->v->arena, "tcb:%s:%s", tee_path(j), fmspc),
		     arena_format(j->v->arena, "/%s/certification/v4/tcb?fmspc=%s%s", tee_path(j), fmspc,
		                  number_suffix(j, &j->info, "&")));
}

static void need_qe_identity(struct judging *j)
{
	need(j, COLLATERAL_QE_IDENTITY, is_tdx(j) ? "qe:td_qe" : "qe:qe",
	     arena_format(j->v->arena, "/%s/certification/v4/qe/identity%s", tee_path(j), number_suffix(j, &j->qe, "?")));
}

static void need_crls(struct judging *j)
{
	if (j->ca.wanted || j->signer.wanted)
		need(j, COLLATERAL_CRL, "crl:Intel SGX Root CA", "/sgx/certification/v4/rootcacrl");
	bool platform = j->chain->leaf.ca == PCK_CA_PLATFORM;
	if (j->pck.wanted && j->chain->leaf.ca != PCK_CA_UNKNOWN)
		need(j, COLLATERAL_CRL, platform ? "crl:Intel SGX PCK Platform CA" : "crl:Intel SGX PCK Processor CA",
		     arena_format(j->v->arena, "/sgx/certification/v4/pckcrl?ca=%s&encoding=der",
		                  platform ? "platform" : "processor"));
}

/* ---- revocation ---- */

/* In collateral that was given for this evidence, a PCK CRL of the other CA stands where that of this one ought to. */
static bool has_swapped_crl(const struct judging *j)
{
	for (size_t i = 0; j->request->collateral && i < j->request->collateral->n; i++) {
		const struct collateral *c = &j->request->collateral->items[i];
		if (c->kind == COLLATERAL_CRL && strncmp(c->label, "CRL of Intel SGX PCK ", 21) == 0)
			return true;
	}
	return false;
}

static void put_crl(struct judging *j, const char *id, const struct intel_revocation *r, const char *of, bool swapped)
{
	enum check_result bad = j->request->collateral_given ? CHECK_FAIL : CHECK_NOT_CHECKED;
	if (r->authentic)
		verdict_check(j->v, id, CHECK_PASS, NULL);
	else if (r->seen)
		verdict_check(j->v, id, bad, "the CRL at hand in the name of %s is not one that it has signed", of);
	else if (swapped)
		verdict_check(j->v, id, bad, "the PCK CRL at hand is of another issuer than the PCK certificate");
	else
		verdict_check(j->v, id, CHECK_NOT_CHECKED, "no CRL of %s is at hand", of);
}

static void judge_revocation(struct judging *j)
{
	const struct collateral_set *set = j->request->collateral;
	const struct pck_chain *c = j->chain;
	int64_t at_ms = j->request->at_ms;
	intel_revocation_find(set, &j->trust->anchor.cert, &c->intermediate_cert, at_ms, j->v->arena, &j->ca);
	intel_revocation_find(set, &c->intermediate_cert, &c->leaf.cert, at_ms, j->v->arena, &j->pck);
	put_crl(j, "dcap.root_crl", &j->ca, "the root", false);
	verdict_check(j->v, "dcap.pck_ca_revocation", j->ca.result, "%s", j->ca.why);
	put_crl(j, "dcap.pck_crl", &j->pck, "the PCK certificate's issuer", !j->pck.seen && has_swapped_crl(j));
	verdict_check(j->v, "dcap.pck_revocation", j->pck.result, "%s", j->pck.why);
}

/* ---- documents ---- */

static bool is_authentic(const struct document_choice *c)
{
	return c->item && c->state >= SIGNER_EXPIRED;
}

/* The worse of both documents' signers tells. */
static void judge_signer(struct judging *j)
{
	const struct document_choice *worst = &j->info;
	if (!j->info.item || (j->qe.item && j->qe.state < j->info.state && j->qe.state == SIGNER_NOT_INTEL))
		worst = &j->qe;
	struct verdict *v = j->v;
	enum check_result bad = j->request->collateral_given ? CHECK_FAIL : CHECK_NOT_CHECKED;
	if (!worst->item)
		verdict_check(v, "dcap.tcb_signer", CHECK_NOT_CHECKED, "no document of Intel's that could be used is at hand");
	else if (worst->state == SIGNER_GOOD || worst->state == SIGNER_NOT_SIGNED)
		verdict_check(v, "dcap.tcb_signer", worst->state == SIGNER_GOOD ? CHECK_PASS : CHECK_NOT_CHECKED, "%s",
		              worst->state == SIGNER_GOOD ? "" : "who has signed the document is not known");
	else if (worst->state == SIGNER_EXPIRED)
		verdict_check(v, "dcap.tcb_signer", CHECK_NOT_CHECKED, VERDICT_STALE "%s", worst->why);
	else
		verdict_check(v, "dcap.tcb_signer", worst->state == SIGNER_NOT_INTEL ? bad : CHECK_NOT_CHECKED, "%s",
		              worst->why);
}

static void judge_signer_revocation(struct judging *j)
{
	const struct document_choice *c = is_authentic(&j->info) ? &j->info : &j->qe;
	if (!is_authentic(c)) {
		verdict_check(j->v, "dcap.tcb_signer_revocation", CHECK_NOT_CHECKED, "the TCB signer is not known");
		return;
	}
	intel_revocation_find(j->request->collateral, &j->trust->anchor.cert, &c->signer_cert, j->request->at_ms,
	                      j->v->arena, &j->signer);
	verdict_check(j->v, "dcap.tcb_signer_revocation", j->signer.result, "%s", j->signer.why);
	if (is_authentic(&j->qe) && c != &j->qe && !bytes_equal(j->qe.signer_cert.serial, c->signer_cert.serial)) {
		intel_revocation_find(j->request->collateral, &j->trust->anchor.cert, &j->qe.signer_cert,
		                      j->request->at_ms, j->v->arena, &j->signer);
		verdict_check(j->v, "dcap.tcb_signer_revocation", j->signer.result, "of the QE identity: %s", j->signer.why);
	}
}

static void judge_signature(struct judging *j, const char *id, const struct document_choice *c, const char *missing)
{
	enum check_result bad = j->request->collateral_given ? CHECK_FAIL : CHECK_NOT_CHECKED;
	if (!c->item)
		verdict_check(j->v, id, CHECK_NOT_CHECKED, "%s", missing);
	else if (is_authentic(c))
		verdict_check(j->v, id, CHECK_PASS, NULL);
	else if (c->state == SIGNER_NOT_SIGNED)
		verdict_check(j->v, id, bad, "%s", c->why);
	else
		verdict_check(j->v, id, CHECK_NOT_CHECKED, "its signer is not Intel's, or not at hand");
}

/* Form and time of a document whose signature is good. */
static void judge_document(struct judging *j, const char *id, const struct document_choice *c)
{
	char when[TIMESTAMP_TEXT_SIZE];
	struct verdict *v = j->v;
	if (!is_authentic(c)) {
		verdict_check(v, id, CHECK_NOT_CHECKED, c->item ? "it is not authentic" : "it is not at hand");
		return;
	}
	timestamp_text(c->basis == DOCUMENT_STALE ? c->item->next_update_ms : c->item->issued_ms, when);
	if (c->fault.code == FAULT_UNSUPPORTED)
		verdict_check(v, id, CHECK_NOT_CHECKED, "its %s is none that this teewatch knows", c->fault.field);
	else if (fault_is_set(c->fault))
		verdict_check(v, id, CHECK_FAIL, "it breaks its own format: %s, %s at byte %zu",
		              fault_code_name(c->fault.code), c->fault.field, c->fault.offset);
	else if (c->basis == DOCUMENT_STALE)
		verdict_check(v, id, CHECK_NOT_CHECKED, VERDICT_STALE "the document at hand is past its nextUpdate, %s", when);
	else if (c->basis == DOCUMENT_OF_LATER)
		verdict_check(v, id, CHECK_NOT_CHECKED,
		              "the document at hand was issued after the time, on %s, and its evaluation data number %u is "
		              "not known to have been in force then", when, c->number);
	else if (c->basis == DOCUMENT_POLICY_OF_TIME)
		verdict_check(v, id, CHECK_PASS, "issued after the time, on %s, with the evaluation data number that was in "
		              "force then, %u", when, c->number);
	else
		verdict_check(v, id, CHECK_PASS, NULL);
}

static bool is_usable(const struct document_choice *c)
{
	return is_authentic(c) && !fault_is_set(c->fault);
}

static bool is_current(const struct document_choice *c)
{
	return is_usable(c) && c->state == SIGNER_GOOD && c->basis >= DOCUMENT_POLICY_OF_TIME;
}

static void find_documents(struct judging *j)
{
	const struct pck *leaf = &j->chain->leaf;
	j->search = (struct document_search){
		.set = j->request->collateral,
		.anchor = &j->trust->anchor,
		.at_ms = j->request->at_ms,
		.given = j->request->collateral_given,
		.arena = j->v->arena,
		.tee = is_tdx(j) ? INTEL_TDX : INTEL_SGX,
		.fmspc = leaf->fmspc,
		.pceid = leaf->pceid,
		.qe_id = is_tdx(j) ? QE_ID_TD_QE : QE_ID_QE,
	};
	j->search.number_in_force = documents_number_in_force(&j->search);
	documents_find_tcb_info(&j->search, &j->info);
	documents_find_qe_identity(&j->search, &j->qe);
	if (!is_current(&j->info))
		need_tcb_info(j);
	if (!is_current(&j->qe))
		need_qe_identity(j);
}

static void judge_documents(struct judging *j)
{
	judge_signer(j);
	judge_signer_revocation(j);
	judge_signature(j, "dcap.tcb_info_signature", &j->info, "no TCB info of this processor (FMSPC, PCEID) is at hand");
	judge_document(j, "dcap.tcb_info", &j->info);
	judge_signature(j, "dcap.qe_identity_signature", &j->qe, "no QE identity is at hand");
	judge_document(j, "dcap.qe_identity", &j->qe);
}

/* ---- the quoting enclave ---- */

/* Without a document, an enclave that is like all of Intel's so far is taken for one. */
static void judge_qe(struct judging *j)
{
	const struct qe_identity *builtin = qe_identity_builtin(j->search.qe_id);
	const char *wrong = is_usable(&j->qe) ? qe_identity_mismatch(j->qe.qe_identity, &j->quote->qe) : "";
	bool known = builtin && !qe_identity_mismatch(builtin, &j->quote->qe);
	struct verdict *v = j->v;
	if (is_usable(&j->qe) && !wrong)
		verdict_check(v, "dcap.qe_identity_match", CHECK_PASS, NULL);
	else if (is_current(&j->qe))
		verdict_check(v, "dcap.qe_identity_match", CHECK_FAIL,
		              "%s of the enclave that signed is not as Intel's identity of %s has it", wrong,
		              qe_id_name(j->search.qe_id));
	else if (known)
		verdict_check(v, "dcap.qe_identity_match", CHECK_PASS, "with the identity that is built in");
	else if (is_usable(&j->qe))
		verdict_check(v, "dcap.qe_identity_match", CHECK_NOT_CHECKED,
		              "%s%s of the enclave that signed is not as in an identity of another time",
		              j->qe.basis == DOCUMENT_STALE ? VERDICT_STALE : "", wrong);
	else
		verdict_check(v, "dcap.qe_identity_match", CHECK_NOT_CHECKED,
		              "no QE identity is at hand, and the enclave that signed is not like those of Intel that are known");
}

/* A level of the QE or module: only a revoked one fails. */
static void put_level(struct verdict *v, const char *id, const struct isv_level *l, unsigned isvsvn, bool current)
{
	if (!l)
		verdict_check(v, id, current ? CHECK_PASS : CHECK_NOT_CHECKED, "SVN %u is below every level: out of date",
		              isvsvn);
	else if (l->verdict.status == TCB_REVOKED)
		verdict_check(v, id, CHECK_FAIL, "SVN %u is revoked", isvsvn);
	else if (!current)
		verdict_check(v, id, CHECK_NOT_CHECKED, "%s by a document that is not of this time",
		              tcb_status_name(l->verdict.status));
	else
		verdict_check(v, id, CHECK_PASS, l->verdict.status == TCB_UP_TO_DATE ? NULL : "SVN %u: %s", isvsvn,
		              tcb_status_name(l->verdict.status));
}

static void judge_qe_level(struct judging *j)
{
	if (is_usable(&j->qe))
		put_level(j->v, "dcap.qe_tcb",
		          isv_level_of(j->qe.qe_identity->levels, j->qe.qe_identity->level_count, j->quote->qe.isvsvn),
		          j->quote->qe.isvsvn, is_current(&j->qe));
	else
		verdict_check(j->v, "dcap.qe_tcb", CHECK_NOT_CHECKED, "no QE identity is at hand");
}

/* ---- the TDX module ---- */

/* Bits outside the mask have to be zero: Intel's library wants all of them so. */
static const char *module_mismatch(const struct tdx_module *m, const struct td_report *td)
{
	if (!bytes_equal(td->mrsignerseam, bytes_of(m->mrsigner, TDX_MRSIGNER_BYTES)))
		return "MRSIGNERSEAM";
	for (size_t i = 0; i < TDX_ATTRIBUTES_BYTES; i++)
		if ((td->seam_attributes.p[i] & m->mask[i]) != m->attributes[i] || (td->seam_attributes.p[i] & ~m->mask[i]))
			return "SEAMATTRIBUTES";
	return NULL;
}

static void judge_module(struct judging *j)
{
	struct verdict *v = j->v;
	const struct td_report *td = &j->quote->td;
	if (!is_usable(&j->info)) {
		verdict_check(v, "dcap.tdx_module", CHECK_NOT_CHECKED, "no TCB info is at hand");
		verdict_check(v, "dcap.tdx_module_tcb", CHECK_NOT_CHECKED, "no TCB info is at hand");
		return;
	}
	unsigned major = td->tee_tcb_svn.p[SVN_MAJOR], svn = td->tee_tcb_svn.p[0];
	bool current = is_current(&j->info);
	const struct tdx_module *m = tcb_info_module(j->info.tcb_info, major);
	const char *wrong = m ? module_mismatch(m, td) : NULL;
	if (!m)
		verdict_check(v, "dcap.tdx_module", CHECK_NOT_CHECKED,
		              "the TCB info has no TDX module of major version %u (TDX_%02X)", major, major);
	else if (wrong)
		verdict_check(v, "dcap.tdx_module", current ? CHECK_FAIL : CHECK_NOT_CHECKED,
		              "%s is not as Intel's TDX modules have it", wrong);
	else
		verdict_check(v, "dcap.tdx_module", CHECK_PASS, NULL);
	if (major == 0)
		verdict_check(v, "dcap.tdx_module_tcb", CHECK_PASS, "a module of TDX 1.0 has no level of its own");
	else if (!m)
		verdict_check(v, "dcap.tdx_module_tcb", CHECK_NOT_CHECKED, "the TCB info does not know this module");
	else
		put_level(v, "dcap.tdx_module_tcb", isv_level_of(m->levels, m->level_count, svn), svn, current);
}

/* ---- level and sum ---- */

static void evaluate(struct judging *j)
{
	const struct dcap_quote *q = j->quote;
	const struct pck *leaf = &j->chain->leaf;
	struct tcb_platform p = {.components = leaf->components, .pcesvn = leaf->pcesvn, .qe_isvsvn = q->qe.isvsvn};
	if (is_tdx(j)) {
		p.svn = q->td.tee_tcb_svn.p;
		p.svn2 = q->td.tee_tcb_svn2.n > 0 ? q->td.tee_tcb_svn2.p : NULL;
	}
	j->evaluated = is_usable(&j->info) && (!is_tdx(j) || q->td.tee_tcb_svn.n == TCB_COMPONENTS);
	if (j->evaluated)
		tcb_evaluate(j->info.tcb_info, is_usable(&j->qe) ? j->qe.qe_identity : NULL, &p, &j->result);
}

static void judge_level(struct judging *j)
{
	struct verdict *v = j->v;
	if (!j->evaluated)
		verdict_check(v, "dcap.tcb", CHECK_NOT_CHECKED, "no TCB info that can be used is at hand");
	else if (j->result.status == TCB_REVOKED)
		verdict_check(v, "dcap.tcb", CHECK_FAIL, "Intel has revoked this TCB level");
	else if (!is_current(&j->info) || !is_current(&j->qe))
		verdict_check(v, "dcap.tcb", CHECK_NOT_CHECKED, "%s, by documents that are missing in part, or not of this time",
		              tcb_status_name(j->result.status));
	else if (j->result.status == TCB_NO_LEVEL)
		verdict_check(v, "dcap.tcb", CHECK_PASS, "below every level that Intel lists: out of date");
	else
		verdict_check(v, "dcap.tcb", CHECK_PASS, "%s", tcb_status_name(j->result.status));
}

static const char *text_of_time(struct verdict *v, int64_t ms)
{
	char when[TIMESTAMP_TEXT_SIZE];
	const char *text = arena_text(v->arena, bytes_of_text(timestamp_text(ms, when)));
	return text ? text : "";
}

static void put_item(struct verdict *v, const char *name, const struct collateral *item)
{
	if (item)
		verdict_hex(&v->tcb, name, arena_bytes(v->arena, sha256_bytes(&item->sha256)));
}

static void put_sets(struct judging *j)
{
	const struct tcb_result *r = &j->result;
	struct verdict_values *to = &j->v->tcb;
	if (r->launch.level)
		verdict_text(to, "platform_status", tcb_status_name(r->launch.level->verdict.status));
	if (r->qe_level)
		verdict_text(to, "qe_status", tcb_status_name(r->qe_level->verdict.status));
	if (r->launch.module_level)
		verdict_text(to, "module_status", tcb_status_name(r->launch.module_level->verdict.status));
	if (r->has_current) {
		verdict_text(to, "launch_status", tcb_status_name(r->launch.status));
		verdict_text(to, "current_status", tcb_status_name(r->current.status));
	}
}

/* The evaluation data number is the lower one of both documents: what is asked of it is asked of both. */
static void put_numbers(struct judging *j)
{
	struct verdict_values *to = &j->v->tcb;
	uint32_t number = j->info.number;
	if (is_usable(&j->qe) && j->qe.number != number) {
		verdict_number(to, "tcb_info_number", j->info.number);
		verdict_number(to, "qe_identity_number", j->qe.number);
		number = j->qe.number < number ? j->qe.number : number;
	}
	verdict_number(to, "evaluation_data_number", number);
}

static void put_values(struct judging *j)
{
	struct verdict *v = j->v;
	struct verdict_values *to = &v->tcb;
	if (j->evaluated) {
		verdict_text(to, "status", tcb_status_name(j->result.status));
		put_sets(j);
		if (j->result.date_ms != 0)
			verdict_text(to, "date", text_of_time(v, j->result.date_ms));
		verdict_list(to, "advisories", tcb_advisories(&j->result, v->arena));
		put_numbers(j);
		verdict_text(to, "basis", document_basis_name(j->info.basis));
		verdict_text(to, "issued", text_of_time(v, j->info.item->issued_ms));
		verdict_text(to, "next_update", text_of_time(v, j->info.item->next_update_ms));
	} else {
		verdict_text(to, "status", "Unknown");
	}
	put_item(v, "tcb_info", is_authentic(&j->info) ? j->info.item : NULL);
	put_item(v, "qe_identity", is_authentic(&j->qe) ? j->qe.item : NULL);
	put_item(v, "tcb_signer", is_authentic(&j->info) ? j->info.signer : is_authentic(&j->qe) ? j->qe.signer : NULL);
	put_item(v, "pck_crl", j->pck.crl);
	put_item(v, "root_crl", j->ca.crl);
}

/* ---- the claim ---- */

/* The first check that leaves the status without the ground it needs. */
static const char *missing_ground(const struct judging *j)
{
	static const char *const ids[] = {
		"dcap.pck_ca_revocation", "dcap.pck_revocation",         "dcap.tcb_signer", "dcap.tcb_signer_revocation",
		"dcap.tcb_info_signature", "dcap.tcb_info", "dcap.qe_identity_signature", "dcap.qe_identity",
		"dcap.qe_identity_match",
	};
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		for (size_t k = 0; k < j->v->check_count; k++) {
			const struct verdict_check *c = &j->v->checks[k];
			if (strcmp(c->id, ids[i]) == 0 && c->result != CHECK_PASS)
				return arena_format(j->v->arena, "%s: %s", c->id, c->detail);
		}
	return NULL;
}

static void claim(struct judging *j, enum claim_status status, const char *why)
{
	struct verdict *v = j->v;
	const char *later = "";
	if (status != CLAIM_UNKNOWN &&
	    (j->info.basis == DOCUMENT_POLICY_OF_TIME || j->qe.basis == DOCUMENT_POLICY_OF_TIME))
		later = ", by the policy of the time in a document of a later time";
	const char *text = arena_format(v->arena, "%s%s (%s%sevaluation data number %u)", why, later,
	                                j->evaluated ? tcb_status_name(j->result.status) : "",
	                                j->evaluated ? ", " : "", j->info.number);
	verdict_claim(v, "tcb_up_to_date", status,
	              status == CLAIM_UNKNOWN ? SOURCE_NONE
	                                      : j->trust->anchor.builtin ? SOURCE_HARDWARE_PROVEN : SOURCE_VERIFIER_DERIVED,
	              text ? text : why);
}

static void put_claim(struct judging *j)
{
	bool revoked = j->ca.result == CHECK_FAIL || j->pck.result == CHECK_FAIL;
	if (!j->authentic) {
		verdict_claim(j->v, "tcb_up_to_date", CLAIM_UNKNOWN, SOURCE_NONE,
		              "the quote's origin is not proven, so its TCB proves nothing");
		return;
	}
	if (revoked) {
		verdict_claim(j->v, "tcb_up_to_date", CLAIM_REFUTED,
		              j->trust->anchor.builtin ? SOURCE_HARDWARE_PROVEN : SOURCE_VERIFIER_DERIVED,
		              j->pck.result == CHECK_FAIL ? "the platform's PCK certificate is revoked"
		                                          : "the CA of the platform's PCK certificate is revoked");
		return;
	}
	const char *ground = missing_ground(j);
	if (ground || !j->evaluated) {
		verdict_claim(j->v, "tcb_up_to_date", CLAIM_UNKNOWN, SOURCE_NONE, ground ? ground : "no TCB info is at hand");
		return;
	}
	switch (j->result.status) {
	case TCB_UP_TO_DATE:
		claim(j, CLAIM_ASSERTED, "up to date by Intel's documents");
		break;
	case TCB_SW_HARDENING_NEEDED:
		claim(j, CLAIM_UNKNOWN, "the level is current, but software has to harden itself, which cannot be seen");
		break;
	case TCB_CONFIGURATION_NEEDED:
	case TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED:
		claim(j, CLAIM_UNKNOWN, "the level is current, but depends on a configuration that cannot be seen");
		break;
	case TCB_RELAUNCH_ADVISED:
	case TCB_RELAUNCH_ADVISED_CONFIGURATION_NEEDED:
		claim(j, CLAIM_REFUTED, "the TD was launched under a TDX module that is out of date; the one that runs now is not");
		break;
	case TCB_REVOKED:
		claim(j, CLAIM_REFUTED, "Intel has revoked this level");
		break;
	case TCB_NO_LEVEL:
		claim(j, CLAIM_REFUTED, j->result.launch.module_unknown || j->result.current.module_unknown
		                                ? "Intel's document lists no such TDX module"
		                                : "below every level that Intel lists");
		break;
	case TCB_OUT_OF_DATE:
	case TCB_OUT_OF_DATE_CONFIGURATION_NEEDED:
		claim(j, CLAIM_REFUTED, "out of date by Intel's documents");
		break;
	}
}

void dcap_tcb_judge(const struct judge_request *request, const struct dcap_quote *quote, const struct pck_chain *chain,
                    const struct pck_trust *trust, bool authentic, struct verdict *v, struct judge_needs *needs)
{
	struct judging *j = trust->rooted && chain->found ? arena_alloc(v->arena, sizeof(*j)) : NULL;
	if (!j) { /* without a root there is nobody whose word on revocation and levels could be asked */
		verdict_claim(v, "tcb_up_to_date", CLAIM_UNKNOWN, SOURCE_NONE,
		              "the quote's origin is not proven, so its TCB proves nothing");
		return;
	}
	*j = (struct judging){.request = request, .quote = quote, .chain = chain, .trust = trust, .authentic = authentic,
	                      .v = v, .needs = needs};
	judge_revocation(j);
	find_documents(j);
	judge_documents(j);
	judge_qe(j);
	judge_qe_level(j);
	if (is_tdx(j))
		judge_module(j);
	evaluate(j);
	judge_level(j);
	put_values(j);
	put_claim(j);
	need_crls(j);
}
