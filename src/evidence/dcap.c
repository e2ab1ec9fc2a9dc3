/*
 * The verdict on an Intel quote: form, signature by the attestation key, that key's binding to the quoting enclave (QE),
 * the QE's report by the PCK, its chain; then revocation and TCB (dcap_tcb.c), and what the workload's attributes say.
 */
#include "evidence/dcap.h"

#include "evidence/binding.h"
#include "evidence/checks.h"
#include "evidence/dcap_tcb.h"

enum { SGX_DEBUG = 0x02, TD_DEBUG = 0x01, BINDING_HASH_BYTES = 32, TRIALS_MAX = 64 };

struct judging {
	const struct judge_request *request;
	struct arena *arena;
	struct verdict *v;
	struct judge_needs *needs;
	struct dcap_quote quote;
	bool signed_known;      /* all of the signature data could be read */
	struct pck_chain chain;
	struct pck_trust trust;
};

bool dcap_sgx_is(struct bytes raw)
{
	enum dcap_tee tee;
	return dcap_quote_is(raw, &tee) && tee == DCAP_TEE_SGX;
}

bool dcap_tdx_is(struct bytes raw)
{
	enum dcap_tee tee;
	return dcap_quote_is(raw, &tee) && tee == DCAP_TEE_TDX;
}

static void put(struct judging *j, const char *id, bool good, const char *why)
{
	verdict_check(j->v, id, good ? CHECK_PASS : CHECK_FAIL, good ? NULL : "%s", why);
}

/* ---- form ---- */

static bool has_pem(const struct dcap_quote *q)
{
	return q->cert_type == DCAP_CERT_PCK_LEAF || q->cert_type == DCAP_CERT_PCK_CHAIN;
}

static void judge_format(struct judging *j)
{
	struct dcap_quote *q = &j->quote;
	struct fault f = dcap_quote_parse(j->request->evidence, q);
	bool later_data = f.code == FAULT_UNSUPPORTED && strcmp(f.field, "certification_data_type") == 0;
	j->signed_known = !fault_is_set(f) || later_data;
	if (!fault_is_set(f) && has_pem(q)) {
		f = pck_chain_parse(q->cert_data, (size_t)(q->cert_data.p - q->raw.p), j->arena, &j->chain);
		if (!fault_is_set(f) && q->cert_type == DCAP_CERT_PCK_LEAF && j->chain.n != 1)
			f = fault_at(FAULT_LENGTH, (size_t)(q->cert_data.p - q->raw.p), "certification_data");
	}
	j->v->sha256 = hash_sha256(q->raw);
	j->v->fault = f;
	if (!fault_is_set(f))
		verdict_check(j->v, "dcap.format", CHECK_PASS, NULL);
	else
		verdict_check(j->v, "dcap.format", f.code == FAULT_UNSUPPORTED ? CHECK_NOT_CHECKED : CHECK_FAIL,
		              f.code == FAULT_UNSUPPORTED ? "%s is one that this teewatch does not know (byte %zu)"
		                                          : "%s breaks the format at byte %zu",
		              f.field, f.offset);
}

/* ---- origin ---- */

/* The key that signed has to be the one that the QE vouches for: all 64 bytes of its report_data are told. */
static bool is_bound(const struct dcap_quote *q)
{
	struct sha256 h = hash_sha256_two(q->attestation_key, q->qe_auth);
	struct bytes data = q->qe.report_data;
	return bytes_equal(bytes_slice(data, 0, BINDING_HASH_BYTES), sha256_bytes(&h)) &&
	       bytes_is_zero(bytes_slice(data, BINDING_HASH_BYTES, BINDING_HASH_BYTES));
}

static void judge_quote_signature(struct judging *j)
{
	const struct dcap_quote *q = &j->quote;
	struct ecdsa_key *key = ecdsa_key_of_point(ECDSA_P256, q->attestation_key);
	put(j, "dcap.qe_vendor", bytes_equal(q->qe_vendor_id, bytes_of(dcap_intel_vendor_id, 16)),
	    "the quoting enclave is not of Intel's vendor id");
	put(j, "dcap.attestation_key", key != NULL, "the attestation key is no point on P-256");
	if (key)
		put(j, "dcap.quote_signature", ecdsa_verify(key, q->signed_part, q->signature),
		    ecdsa_signature_in_range(ECDSA_P256, q->signature)
		            ? "the quote is not signed by the attestation key"
		            : "r or s of the quote's signature is out of range");
	put(j, "dcap.key_binding", is_bound(q), "the quoting enclave's report does not vouch for the attestation key");
	ecdsa_key_free(key);
}

static bool signs_qe(const struct judging *j, const struct pck *leaf)
{
	struct ecdsa_key *key = ecdsa_key_of_spki(ECDSA_P256, leaf->cert.spki);
	bool good = ecdsa_verify(key, j->quote.qe.raw, j->quote.qe_signature);
	ecdsa_key_free(key);
	return good;
}

/* A quote that names its platform only: the PCK certificate that signs its QE's report, from what is at hand. */
static void find_pck(struct judging *j)
{
	const struct collateral_set *set = j->request->collateral;
	struct pck leaf;
	size_t trials = 0;
	if (pck_parse(j->request->endorsement, &leaf)) {
		pck_chain_of_leaf(j->request->endorsement, set, &j->chain);
		return;
	}
	for (size_t i = 0; set && i < set->n && !j->chain.found && trials < TRIALS_MAX; i++) {
		if (set->items[i].kind != COLLATERAL_CERTIFICATE || !pck_parse(set->items[i].der, &leaf))
			continue;
		trials++;
		if (signs_qe(j, &leaf))
			pck_chain_of_leaf(set->items[i].der, set, &j->chain);
	}
}

/* The CA's certificate comes with the CRL that it signs. */
static void need_ca(struct judging *j)
{
	bool platform = j->chain.leaf.ca == PCK_CA_PLATFORM;
	if (j->chain.leaf.ca == PCK_CA_UNKNOWN)
		return;
	judge_need(j->needs, &(struct judge_need){
		.kind = COLLATERAL_CRL, .vendor = "intel",
		.path = platform ? "/sgx/certification/v4/pckcrl?ca=platform&encoding=der"
		                 : "/sgx/certification/v4/pckcrl?ca=processor&encoding=der",
		.subject = platform ? "crl:Intel SGX PCK Platform CA" : "crl:Intel SGX PCK Processor CA"});
}

static void judge_shape(struct judging *j)
{
	const struct pck *leaf = &j->chain.leaf;
	const char *why = j->chain.why ? j->chain.why : leaf->why;
	if (!j->chain.why && leaf->why && leaf->unknown_field)
		verdict_check(j->v, "dcap.pck_shape", CHECK_NOT_CHECKED, "%s", why);
	else
		put(j, "dcap.pck_shape", why == NULL, why);
}

static void judge_chain(struct judging *j)
{
	const struct collateral_set *set = j->request->collateral;
	if (!j->chain.found && !j->chain.why)
		find_pck(j);
	else if (!j->chain.why && j->chain.intermediate.n == 0)
		pck_chain_of_leaf(j->chain.leaf.der, set, &j->chain);
	if (!j->chain.found && !j->chain.why) {
		verdict_check(j->v, "dcap.pck_available", CHECK_NOT_CHECKED,
		              "the quote does not bring its PCK certificate (certification data type %u)",
		              j->quote.cert_type);
		return;
	}
	verdict_check(j->v, "dcap.pck_available", CHECK_PASS, NULL);
	judge_shape(j);
	if (j->chain.why)
		return;
	pck_chain_verify(&j->chain, set, &j->trust);
	const char *why = pck_trust_why(&j->trust, j->request->at_ms);
	if (why && j->trust.unchecked) {
		verdict_check(j->v, "dcap.pck_chain", CHECK_NOT_CHECKED, "%s", why);
		need_ca(j);
	} else {
		put(j, "dcap.pck_chain", why == NULL, why);
	}
	if (!why)
		verdict_anchor(j->v, "intel", j->trust.anchor.sha256, j->trust.anchor.builtin);
	put(j, "dcap.qe_report_signature", signs_qe(j, &j->chain.leaf),
	    ecdsa_signature_in_range(ECDSA_P256, j->quote.qe_signature)
	            ? "the quoting enclave's report is not signed by the PCK"
	            : "r or s of the quoting enclave's signature is out of range");
}

/* ---- what the workload's attributes say ---- */

static void judge_debug(struct judging *j)
{
	const struct dcap_quote *q = &j->quote;
	if (q->body.n == 0)
		return;
	uint8_t flags = q->body_type == DCAP_BODY_SGX ? q->sgx.attributes.p[0] : q->td.td_attributes.p[0];
	uint8_t bad = q->body_type == DCAP_BODY_SGX ? flags & SGX_DEBUG : flags; /* TUD: bits 7 to 0 */
	bool debug = q->body_type == DCAP_BODY_SGX ? bad != 0 : (bad & TD_DEBUG) != 0;
	verdict_check(j->v, "dcap.debug", bad == 0 ? CHECK_PASS : CHECK_FAIL,
	              bad == 0 ? NULL : debug ? "its attributes let the host debug it (0x%02x)"
	                                      : "its attributes put it under profiling (TUD 0x%02x)",
	              bad);
}

/* ---- the sum ---- */

/* Do these checks come to an authentic quote? The first that does not say so gives the reason. Those from `from` on
 * count only where they failed: that they could not be made says nothing against the quote. */
static enum check_result sum(const struct judging *j, const char *const *ids, size_t n, size_t from, const char **why)
{
	enum check_result worst = CHECK_PASS;
	for (size_t i = 0; i < n; i++) {
		enum check_result r = verdict_check_result(j->v, ids[i]);
		if (r == CHECK_PASS || (r == CHECK_NOT_CHECKED && (i >= from || worst != CHECK_PASS)))
			continue;
		worst = r;
		*why = arena_format(j->arena, "%s %s", ids[i], r == CHECK_FAIL ? "failed" : "could not be checked");
		if (r == CHECK_FAIL)
			return worst;
	}
	return worst;
}

static const char *const origin_ids[] = {
	"dcap.format",      "dcap.qe_vendor",     "dcap.attestation_key", "dcap.quote_signature",
	"dcap.key_binding", "dcap.pck_available", "dcap.pck_shape",       "dcap.pck_chain",
	"dcap.qe_report_signature", "dcap.debug",
	/* whose not being checked is no reproach, but for the QE's identity, which has a row of its own below */
	"dcap.pck_ca_revocation", "dcap.pck_revocation", "dcap.tdx_module", "dcap.qe_identity_match",
};
enum { ORIGIN_SIGNED = 9, ORIGIN_HARD = 10, ORIGIN_ALL = sizeof(origin_ids) / sizeof(origin_ids[0]) };

/* Without the QE's MRSIGNER the chain proves nothing: other enclaves get certified by PCKs too. */
static enum check_result judge_authenticity(const struct judging *j, const char **why)
{
	enum check_result r = sum(j, origin_ids, ORIGIN_ALL, ORIGIN_HARD, why);
	if (r == CHECK_PASS && verdict_check_result(j->v, "dcap.qe_identity_match") != CHECK_PASS) {
		*why = "whether the quoting enclave is Intel's could not be checked";
		return CHECK_NOT_CHECKED;
	}
	return r;
}

static void put_unreached(struct verdict *v)
{
	size_t reached = v->check_count;
	for (size_t i = 0; i < check_count; i++) {
		bool seen = false;
		for (size_t k = 0; k < reached && !seen; k++)
			seen = strcmp(v->checks[k].id, checks[i].id) == 0;
		if (!seen && checks[i].kind != EVIDENCE_NONE && check_is_of(&checks[i], v->kind))
			verdict_check(v, checks[i].id, CHECK_NOT_CHECKED, "an earlier step decided, or was not possible");
	}
}

void dcap_judge(const struct judge_request *request, struct arena *a, struct verdict *v, struct judge_needs *needs)
{
	struct judging *j = arena_alloc(a, sizeof(*j));
	const char *why = "";
	if (!j) {
		v->fault = fault_at(FAULT_LIMIT, 0, "quote");
		return;
	}
	*j = (struct judging){.request = request, .arena = a, .v = v, .needs = needs};
	judge_format(j);
	if (j->signed_known) {
		judge_quote_signature(j);
		if (!fault_is_set(v->fault) || v->fault.code == FAULT_UNSUPPORTED)
			judge_chain(j);
	}
	dcap_quote_put(&j->quote, v);
	if (j->chain.found && !j->chain.leaf.why)
		dcap_pck_put(&j->chain.leaf, v);
	bool authentic = j->signed_known && sum(j, origin_ids, ORIGIN_SIGNED, ORIGIN_SIGNED, &why) == CHECK_PASS;
	if (j->signed_known && j->chain.found && !j->chain.why && !j->chain.leaf.why)
		dcap_tcb_judge(request, &j->quote, &j->chain, &j->trust, authentic, v, needs);
	judge_debug(j);
	enum check_result result = judge_authenticity(j, &why);
	bool known = j->quote.att_key_type == DCAP_KEY_P256 && j->quote.body.n > 0;
	binding_judge(&request->binding, j->quote.report_data, known ? BINDING_PLACE_KNOWN : BINDING_PLACE_ASSUMED, v);
	put_unreached(v);
	claims_put(v, result, j->trust.rooted && j->trust.anchor.builtin, why);
}
