/*
 * The verdict on one device's evidence, step by step: form, certificates, signature; then whether what the device
 * says of itself agrees with its certificates; then revocation and reference values.
 */
#include "evidence/nvgpu.h"

#include "base/hex.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "evidence/checks.h"
#include "evidence/es384.h"
#include "evidence/gpu_binding.h"

/* ---- recognising ---- */

/* Switches have no driver, and name their GPUs. */
static bool is_of_switch(struct bytes raw)
{
	struct spdm s;
	struct nvidia_opaque o;
	if (fault_is_set(spdm_parse(raw, &s)) || fault_is_set(nvidia_opaque_parse(s.opaque, s.opaque_offset, &o)))
		return false;
	return !nvidia_opaque_get(&o, NVIDIA_DRIVER_VERSION).p &&
	       (nvidia_opaque_get(&o, NVIDIA_SWITCH_GPU_PDIS).p || nvidia_opaque_get(&o, NVIDIA_LOCK_SWITCH_STATUS).p);
}

bool nvgpu_is(struct bytes raw)
{
	return spdm_is(raw) && !is_of_switch(raw);
}

bool nvswitch_is(struct bytes raw)
{
	return spdm_is(raw) && is_of_switch(raw);
}

/* ---- form ---- */

static void judge_form(struct nvgpu *g)
{
	struct verdict *v = g->v;
	struct fault f = spdm_parse(g->request->evidence, &g->spdm);
	v->sha256 = hash_sha256(g->request->evidence);
	v->format = "spdm-1.1";
	v->fault = f;
	g->framed = !fault_is_set(f);
	if (f.code == FAULT_UNSUPPORTED)
		verdict_check(v, "nv.format", CHECK_NOT_CHECKED, "SPDM version %u.%u is none that teewatch knows",
		              g->spdm.version >> 4, g->spdm.version & 15);
	else if (!g->framed)
		verdict_check(v, "nv.format", CHECK_FAIL, "%s: %s at byte %zu", f.field, fault_code_name(f.code), f.offset);
	else
		verdict_check(v, "nv.format", CHECK_PASS, NULL);
	if (!g->framed)
		return;
	f = nvidia_opaque_parse(g->spdm.opaque, g->spdm.opaque_offset, &g->opaque);
	g->readable = !fault_is_set(f);
	if (f.code == FAULT_UNSUPPORTED) {
		verdict_check(v, "nv.opaque", CHECK_NOT_CHECKED, "version %u.%u, profile %u is none that teewatch knows",
		              g->opaque.major, g->opaque.minor, g->opaque.profile);
	} else if (!g->readable) {
		v->fault = f;
		verdict_check(v, "nv.opaque", CHECK_FAIL, "%s: %s at byte %zu", f.field, fault_code_name(f.code), f.offset);
	} else {
		verdict_check(v, "nv.opaque", CHECK_PASS, NULL);
	}
}

/* ---- certificates and signature ---- */

static void judge_available(struct nvgpu *g, bool *found)
{
	const struct judge_request *q = g->request;
	struct fault f;
	if (q->endorsement.n == 0) {
		*found = g->framed && nvidia_chain_find(q->collateral, g->spdm.signed_part, g->spdm.signature,
		                                        q->collateral_given, g->arena, &g->chain);
		verdict_check(g->v, "nv.chain_available", *found ? CHECK_PASS : CHECK_NOT_CHECKED, "%s",
		              *found ? "" : "the device's certificates did not come with the evidence");
		return;
	}
	f = nvidia_chain_parse(q->endorsement, g->arena, &g->chain);
	*found = !fault_is_set(f);
	verdict_check(g->v, "nv.chain_available", *found ? CHECK_PASS : CHECK_FAIL,
	              *found ? NULL : "what came as the device's certificates cannot be read: %s at byte %zu",
	              fault_code_name(f.code), f.offset);
}

static void judge_chain(struct nvgpu *g)
{
	struct verdict *v = g->v;
	struct nvidia_trust *t = &g->trust;
	bool found;
	judge_available(g, &found);
	if (!found)
		return;
	g->shaped = !g->chain.why;
	verdict_check(v, "nv.chain_shape",
	              g->shaped ? CHECK_PASS : g->chain.unknown_chip ? CHECK_NOT_CHECKED : CHECK_FAIL,
	              g->shaped ? NULL : "%s", g->chain.why);
	if (!g->shaped)
		return;
	nvidia_chain_verify(&g->chain, g->request->collateral, g->request->at_ms, t);
	verdict_check(v, "nv.chain", t->trusted ? CHECK_PASS : t->unchecked ? CHECK_NOT_CHECKED : CHECK_FAIL,
	              t->trusted ? NULL : "%s", t->why);
	if (t->trusted)
		verdict_anchor(v, "nvidia", t->anchor, t->builtin);
}

static void judge_signature(struct nvgpu *g)
{
	if (!g->framed || !g->shaped)
		return;
	bool good = es384_verify(g->chain.cert[NVIDIA_ATTESTATION_KEY].spki, g->spdm.signed_part, g->spdm.signature.p);
	verdict_check(g->v, "nv.signature", good ? CHECK_PASS : CHECK_FAIL,
	              good ? NULL : "the signature does not verify with the key of these certificates");
	g->authentic = good && g->trust.trusted;
}

/* ---- what the device says of itself ---- */

static void judge_device_type(struct nvgpu *g)
{
	static const char *const names[] = {"an unknown device", "a GPU", "a switch"};
	enum nvidia_device wanted = g->v->kind == EVIDENCE_NVSWITCH ? NVIDIA_DEVICE_SWITCH : NVIDIA_DEVICE_GPU;
	bool same = g->chain.device == wanted;
	verdict_check(g->v, "nv.device_type", same ? CHECK_PASS : CHECK_FAIL,
	              same ? NULL : "the certificates are those of %s, the evidence is said to be of %s",
	              names[g->chain.device], names[wanted]);
}

/* The label is not signed, so it proves nothing; a label that is wrong says that something else is meant. */
static void judge_architecture(struct nvgpu *g)
{
	struct bytes label = g->request->architecture;
	const char *shown = text_escaped(g->arena, bytes_slice(label, 0, label.n < 32 ? label.n : 32));
	enum nvidia_architecture named = nvidia_architecture_of(label);
	bool silent = label.n == 0 || bytes_starts_with(label, BYTES_LITERAL("UNKNOWN"));
	if (silent || named == g->chain.architecture)
		verdict_check(g->v, "nv.architecture", CHECK_PASS, "%s", silent ? "the document names none" : "");
	else if (named == NVIDIA_ARCH_UNKNOWN)
		verdict_check(g->v, "nv.architecture", CHECK_NOT_CHECKED,
		              "the document names \"%s\", which teewatch does not know", shown ? shown : "?");
	else
		verdict_check(g->v, "nv.architecture", CHECK_FAIL, "the document names %s, the certificates %s",
		              nvidia_architecture_name(named), nvidia_architecture_name(g->chain.architecture));
}

/* Drivers before 550 and switches have no firmware id in their evidence. */
static void judge_fwid(struct nvgpu *g)
{
	struct bytes in_evidence = nvidia_opaque_get(&g->opaque, NVIDIA_FWID), in_certificate = g->chain.fwid;
	bool may_lack = g->chain.architecture == NVIDIA_HOPPER || g->chain.architecture == NVIDIA_LS10;
	if (in_evidence.p && in_certificate.n == 0)
		verdict_check(g->v, "nv.fwid", CHECK_FAIL, "the evidence has a firmware id, the certificate none");
	else if (in_evidence.p && !bytes_equal(in_evidence, in_certificate))
		verdict_check(g->v, "nv.fwid", CHECK_FAIL, "the evidence has another firmware id than the certificate");
	else if (in_evidence.p)
		verdict_check(g->v, "nv.fwid", CHECK_PASS, NULL);
	else
		verdict_check(g->v, "nv.fwid", may_lack ? CHECK_PASS : CHECK_NOT_CHECKED, "%s",
		              may_lack ? "not applicable: this evidence has none" : "the evidence has none");
}

/* GPUs give theirs only in the measurements of the FSP: block 26, raw. */
static void judge_pdi(struct nvgpu *g)
{
	enum { FSP_PDI_INDEX = 26 };
	const struct spdm_measurement *m = g->chain.fsp ? spdm_measurement_at(&g->spdm, FSP_PDI_INDEX) : NULL;
	struct bytes own = m && m->type & SPDM_VALUE_RAW ? m->value : (struct bytes){NULL, 0};
	if (g->chain.device == NVIDIA_DEVICE_SWITCH)
		own = nvidia_opaque_get(&g->opaque, NVIDIA_SWITCH_PDI);
	if (own.p && !bytes_equal(own, g->chain.pdi))
		verdict_check(g->v, "nv.pdi", CHECK_FAIL, "the evidence has another device identifier than the certificate");
	else
		verdict_check(g->v, "nv.pdi", CHECK_PASS, "%s", own.p ? "" : "not applicable: this evidence has none");
}

static void judge_device(struct nvgpu *g)
{
	if (!g->shaped)
		return;
	judge_device_type(g);
	judge_architecture(g);
	if (!g->framed || !g->readable)
		return;
	judge_fwid(g);
	judge_pdi(g);
}

/* ---- revocation ---- */

struct revocation {
	enum check_result result;
	const char *why;
	bool seen, forged, authentic, has_nonce;
	int64_t as_of_ms;          /* the oldest of the answers */
};

static void need_status(struct nvgpu *g, size_t place)
{
	const struct cert *c = &g->chain.cert[place];
	struct buffer request;
	buffer_init(&request, OCSP_REQUEST_BYTES_MAX);
	ocsp_request_put(c, c + 1, (struct bytes){NULL, 0}, &request);
	struct bytes post = buffer_ok(&request) ? arena_bytes(g->arena, buffer_bytes(&request)) : (struct bytes){NULL, 0};
	buffer_release(&request);
	if (post.n > 0)
		judge_need(g->needs, &(struct judge_need){.kind = COLLATERAL_OCSP, .vendor = "nvidia-ocsp", .path = "/",
		                                          .subject = collateral_subject_ocsp(c->serial, g->arena),
		                                          .post = post});
}

static void judge_one(struct nvgpu *g, size_t place, struct revocation *r)
{
	const struct cert *issuers[NVIDIA_CHAIN_LENGTH];
	struct ocsp_subject subject = {&g->chain.cert[place], issuers, 0};
	struct ocsp_finding f;
	for (size_t i = place + 1; i < NVIDIA_CHAIN_LENGTH; i++)
		issuers[subject.issuer_count++] = &g->chain.cert[i];
	ocsp_judge(g->request->collateral, &subject, g->request->at_ms, g->arena, &f);
	r->seen |= f.seen;
	r->forged |= f.forged && !f.authentic;
	r->authentic |= f.authentic;
	r->has_nonce &= f.has_nonce;
	if (f.result != CHECK_PASS)
		need_status(g, place);
	else if (r->as_of_ms == 0 || f.as_of_ms < r->as_of_ms)
		r->as_of_ms = f.as_of_ms;
	if (r->result == CHECK_FAIL || f.result == CHECK_PASS || (r->result == CHECK_NOT_CHECKED && f.result != CHECK_FAIL))
		return;
	r->result = f.result;
	r->why = arena_format(g->arena, "%scertificate %zu: %s",
	                      strncmp(f.why, VERDICT_STALE, sizeof(VERDICT_STALE) - 1) == 0 ? VERDICT_STALE : "",
	                      place + 1, f.why);
}

static void put_revocation(struct nvgpu *g, const struct revocation *r)
{
	struct verdict *v = g->v;
	char date[TIMESTAMP_TEXT_SIZE];
	if (r->forged)
		verdict_check(v, "nv.ocsp", g->request->collateral_given ? CHECK_FAIL : CHECK_NOT_CHECKED,
		              "an OCSP response at hand is not authentic");
	else
		verdict_check(v, "nv.ocsp", r->authentic ? CHECK_PASS : CHECK_NOT_CHECKED, "%s",
		              r->authentic ? "" : "no OCSP response is at hand");
	verdict_check(v, "nv.revocation", r->result, "%s", r->why ? r->why : "");
	verdict_text(&v->tcb, "revocation",
	             r->result == CHECK_PASS ? "good" : r->result == CHECK_FAIL ? "revoked" : "unknown");
	if (r->result != CHECK_PASS)
		return;
	verdict_text(&v->tcb, "revocation_as_of",
	             arena_text(v->arena, bytes_of_text(timestamp_text(r->as_of_ms, date))));
	verdict_boolean(&v->tcb, "revocation_nonce", r->has_nonce);
}

/* Of all that somebody could revoke: the attestation key is made and certified on the device, and the root is
 * pinned. Only where the device signed: what somebody else offers with its certificates says nothing of them. */
static void judge_revocation(struct nvgpu *g)
{
	struct revocation r = {.result = CHECK_PASS, .has_nonce = true};
	if (!g->authentic)
		return;
	for (size_t i = NVIDIA_IDENTITY_KEY; i < NVIDIA_ROOT; i++)
		judge_one(g, i, &r);
	put_revocation(g, &r);
}

/* ---- nonces ---- */

static void judge_nonce(struct nvgpu *g)
{
	const struct evidence_binding *b = &g->request->binding;
	struct verdict *v = g->v;
	const struct {
		const char *id, *name;
		struct bytes wanted;
	} nonces[] = {
		{"binding.nonce", "expected_nonce", b->nonce},
		{"binding.document_nonce", "document_nonce", b->document_nonce},
	};
	for (size_t i = 0; i < sizeof(nonces) / sizeof(nonces[0]); i++) {
		if (nonces[i].wanted.n == 0)
			continue;
		verdict_hex(&v->binding, nonces[i].name, nonces[i].wanted);
		bool same = bytes_equal(g->spdm.nonce, nonces[i].wanted);
		verdict_check(v, nonces[i].id, !g->framed ? CHECK_NOT_CHECKED : same ? CHECK_PASS : CHECK_FAIL,
		              !g->framed ? "the evidence has no nonce that could be read"
		              : same     ? NULL
		                         : "the evidence answers another nonce");
	}
	if (b->spki.n > 0)
		verdict_check(v, "binding.spki", CHECK_NOT_CHECKED,
		              "a device's evidence binds no key; the CPU's does, and the nonce joins them");
}

/* ---- the sum ---- */

static void put_unreached(struct verdict *v)
{
	size_t reached = v->check_count;
	for (size_t i = 0; i < check_count; i++) {
		bool seen = false;
		for (size_t k = 0; k < reached && !seen; k++)
			seen = strcmp(v->checks[k].id, checks[i].id) == 0;
		if (!seen && checks[i].kind == EVIDENCE_NVGPU)
			verdict_check(v, checks[i].id, CHECK_NOT_CHECKED, "an earlier step decided, or was not possible");
	}
}

void nvgpu_judge(const struct judge_request *request, struct arena *a, struct verdict *v, struct judge_needs *needs)
{
	struct nvgpu *g = arena_alloc(a, sizeof(*g));
	if (!g) {
		v->fault = fault_at(FAULT_LIMIT, 0, "transcript");
		return;
	}
	*g = (struct nvgpu){.request = request, .arena = a, .v = v, .needs = needs};
	judge_form(g);
	judge_chain(g);
	judge_signature(g);
	judge_device(g);
	judge_revocation(g);
	nvgpu_rim_judge(g);
	judge_nonce(g);
	nvgpu_put(g);
	put_unreached(v);
	gpu_claims_put(v);
}
