#include "evidence/judge.h"

#include "base/cursor.h"
#include "base/limits.h"
#include "evidence/binding.h"
#include "evidence/dcap.h"
#include "evidence/intel_collateral.h"
#include "evidence/nras.h"
#include "evidence/nvgpu.h"
#include "evidence/rim.h"
#include "evidence/sigstore.h"
#include "evidence/snp.h"

/* One row per kind of evidence: how it is recognised, where its report_data stands, who judges it. */
struct evidence_type {
	enum evidence_kind kind;
	const char *format;
	bool (*is)(struct bytes raw);
	size_t report_data_at;         /* 64 bytes there; 0: not known */
	const char *measurement;       /* name of the 48 or 32 bytes at ..._at */
	size_t measurement_at, measurement_bytes;
	void (*judge)(const struct judge_request *request, struct arena *a, struct verdict *v,
	              struct judge_needs *needs);
};

enum { REPORT_DATA_BYTES = 64 };

/* By its length, or by what every report begins with: so a cut or padded one is called that. */
static bool is_snp(struct bytes raw)
{
	struct cursor c = cursor_of(raw);
	uint32_t version = cursor_u32le(&c, "version");
	cursor_u32le(&c, "guest_svn");
	uint64_t policy = cursor_u64le(&c, "policy");
	cursor_take(&c, 36, "identifiers");
	uint32_t algorithm = cursor_u32le(&c, "signature_algo");
	bool begins = cursor_ok(&c) && policy >> 17 & 1 && algorithm <= 1;
	return begins ? raw.n == SNP_REPORT_BYTES || (version >= 2 && version <= 5)
	              : raw.n == SNP_REPORT_BYTES && version >= 2 && version <= 255;
}

/* COSE_Sign1: a CBOR array of four (tag 18 before it or not), whose first item is a short byte string. */
static bool is_nitro(struct bytes raw)
{
	struct bytes b = raw.n > 0 && raw.p[0] == 0xd2 ? bytes_slice(raw, 1, raw.n - 1) : raw;
	return b.n > 2 && b.p[0] == 0x84 && b.p[1] == 0x44 && b.p[2] == 0xa1;
}

static const struct evidence_type types[] = {
	{EVIDENCE_SNP, "report", is_snp, 0x50, "measurement", 0x90, 48, snp_judge},
	{EVIDENCE_SGX, "quote", dcap_sgx_is, 0, NULL, 0, 0, dcap_judge},
	{EVIDENCE_TDX, "quote", dcap_tdx_is, 0, NULL, 0, 0, dcap_judge},
	{EVIDENCE_NITRO, "cose-sign1", is_nitro, 0, NULL, 0, 0, NULL},
	{EVIDENCE_NVGPU, "spdm-1.1", nvgpu_is, 0, NULL, 0, 0, nvgpu_judge},
	{EVIDENCE_NVSWITCH, "spdm-1.1", nvswitch_is, 0, NULL, 0, 0, nvgpu_judge},
	{EVIDENCE_NRAS, "detached-eat", nras_is, 0, NULL, 0, 0, nras_judge},
	{EVIDENCE_SIGSTORE, "bundle", sigstore_is, 0, NULL, 0, 0, sigstore_judge},
};

static const struct evidence_type *type_of(struct bytes raw, enum evidence_kind kind)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if ((kind == EVIDENCE_NONE || kind == EVIDENCE_UNKNOWN || kind == types[i].kind) && types[i].is(raw))
			return &types[i];
	/* Told what it is, and it does not look like it: the kind's own judge says what is wrong. */
	for (size_t i = 0; kind != EVIDENCE_NONE && i < sizeof(types) / sizeof(types[0]); i++)
		if (kind == types[i].kind && types[i].judge)
			return &types[i];
	return NULL;
}

enum evidence_kind evidence_recognise(struct bytes raw)
{
	const struct evidence_type *t = type_of(raw, EVIDENCE_NONE);
	return t ? t->kind : EVIDENCE_NONE;
}

/* Evidence that cannot be verified yet: recorded, its binding compared where report_data's place is known. */
static void judge_unsupported(const struct judge_request *r, const struct evidence_type *t, struct verdict *v)
{
	struct bytes report_data = {NULL, 0};
	if (t) {
		v->format = t->format;
		if (t->report_data_at > 0)
			report_data = bytes_slice(r->evidence, t->report_data_at, REPORT_DATA_BYTES);
		if (t->measurement && r->evidence.n >= t->measurement_at + t->measurement_bytes)
			verdict_hex(&v->measurements, t->measurement,
			            bytes_slice(r->evidence, t->measurement_at, t->measurement_bytes));
	}
	v->report_data = report_data;
	v->sha256 = hash_sha256(r->evidence);
	verdict_check(v, "evidence.supported", CHECK_NOT_CHECKED, "teewatch cannot verify evidence of this kind yet");
	binding_judge(&r->binding, report_data, BINDING_PLACE_KNOWN, v);
	claims_put(v, CHECK_NOT_CHECKED, false, "evidence of this kind cannot be verified yet");
}

/* Kinds with one form: which of them it is only the certificates tell, and their judge looks. */
static bool same_form(enum evidence_kind a, enum evidence_kind b)
{
	return (a == EVIDENCE_NVGPU && b == EVIDENCE_NVSWITCH) || (a == EVIDENCE_NVSWITCH && b == EVIDENCE_NVGPU);
}

/* What brought it says that it is of one kind, and it is of another. */
static void judge_contradicted(const struct judge_request *r, enum evidence_kind seen, struct verdict *v)
{
	v->sha256 = hash_sha256(r->evidence);
	v->fault = fault_at(FAULT_MISMATCH, 0, "kind");
	verdict_check(v, "evidence.supported", CHECK_FAIL, "it is said to be of kind %s, and is of kind %s",
	              evidence_kind_name(v->kind), evidence_kind_name(seen));
	binding_judge(&r->binding, (struct bytes){NULL, 0}, BINDING_PLACE_ASSUMED, v);
	claims_put(v, CHECK_FAIL, false, "the evidence is not what it is said to be");
}

static void judge_supported(const struct judge_request *r, const struct evidence_type *t, struct verdict *v,
                            struct judge_needs *needs)
{
	verdict_check(v, "evidence.supported", CHECK_PASS, NULL);
	t->judge(r, v->arena, v, needs);
}

/* The request with its bytes copied into the arena, where the verdict's views of them have to live. */
static struct fault own_request(const struct judge_request *r, struct arena *a, struct judge_request *out)
{
	*out = *r;
	if (r->evidence.n > LIMIT_EVIDENCE_BYTES)
		return fault_at(FAULT_LIMIT, LIMIT_EVIDENCE_BYTES, "evidence");
	out->evidence = arena_bytes(a, r->evidence);
	out->binding.hpke_key = arena_bytes(a, r->binding.hpke_key);
	out->binding.nonce = arena_bytes(a, r->binding.nonce);
	out->binding.document_nonce = arena_bytes(a, r->binding.document_nonce);
	out->binding.nonce_hash = arena_bytes(a, r->binding.nonce_hash);
	bool whole = out->evidence.n == r->evidence.n && out->binding.hpke_key.n == r->binding.hpke_key.n &&
	             out->binding.nonce.n == r->binding.nonce.n &&
	             out->binding.document_nonce.n == r->binding.document_nonce.n &&
	             out->binding.nonce_hash.n == r->binding.nonce_hash.n;
	return whole ? FAULT_OK : fault_at(FAULT_LIMIT, a->max, "evidence");
}

void judge(const struct judge_request *request, struct arena *a, struct verdict *out, struct judge_needs *needs)
{
	const struct evidence_type *t = type_of(request->evidence, request->kind);
	enum evidence_kind kind = t ? t->kind : request->kind == EVIDENCE_NONE ? EVIDENCE_UNKNOWN : request->kind;
	enum evidence_kind seen = evidence_recognise(request->evidence);
	struct judge_request own;
	if (needs)
		*needs = (struct judge_needs){0};
	verdict_init(out, a, kind, request->at_ms);
	out->fault = own_request(request, a, &own);
	if (fault_is_set(out->fault))
		claims_put(out, CHECK_NOT_CHECKED, false, "the evidence is larger than any of its kind");
	else if (kind != EVIDENCE_UNKNOWN && seen != EVIDENCE_NONE && seen != kind && !same_form(seen, kind))
		judge_contradicted(&own, seen, out);
	else if (t && t->judge)
		judge_supported(&own, t, out, needs);
	else
		judge_unsupported(&own, t, out);
	verdict_conclude(out);
}

const char *collateral_vet(const struct collateral *item, const struct collateral_set *set, struct arena *a)
{
	const char *why = snp_collateral_vet(item, set, a);
	if (!why)
		why = intel_collateral_vet(item, set, a);
	if (!why)
		why = rim_collateral_vet(item, set, a);
	return why ? why : sigstore_collateral_vet(item, set, a);
}
