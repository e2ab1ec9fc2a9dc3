#include "evidence/qe_identity.h"

#include "base/limits.h"

enum { IDENTITY_VERSION = 2, NUMBERS_VERSION = 1 };

static const char *const id_names[] = {"QE", "TD_QE", "QVE", "QAE"};
enum { IDS = sizeof(id_names) / sizeof(id_names[0]) };

const char *qe_id_name(enum qe_id id)
{
	return (size_t)id < IDS ? id_names[id] : "?";
}

static void fail(struct fault *fault, enum fault_code code, const struct json *at, const char *field)
{
	if (!fault_is_set(*fault))
		*fault = fault_at(code, at ? at->offset : 0, field);
}

static void read_dates(const struct intel_document *d, struct fault *fault)
{
	json_time(d->object, "issueDate", fault);
	json_time(d->object, "nextUpdate", fault);
	if (!fault_is_set(*fault) && d->next_update_ms < d->issued_ms)
		fail(fault, FAULT_MISMATCH, json_get(d->object, "nextUpdate"), "nextUpdate");
}

static void read_version(const struct json *o, unsigned known, struct fault *fault)
{
	uint64_t version = json_number(o, "version", UINT32_MAX, fault);
	if (version != known)
		fail(fault, FAULT_UNSUPPORTED, json_get(o, "version"), "version");
}

struct fault qe_identity_parse(const struct intel_document *d, struct arena *a, struct qe_identity *out)
{
	const struct json *o = d->object;
	*out = (struct qe_identity){.document = *d};
	struct fault *fault = &out->fault;
	size_t id = 0;
	read_version(o, IDENTITY_VERSION, fault);
	struct bytes name = json_string(o, "id", fault);
	while (id < IDS && !bytes_equal_text(name, id_names[id]))
		id++;
	if (id == IDS)
		fail(fault, FAULT_UNSUPPORTED, json_get(o, "id"), "id");
	if (fault_is_set(*fault))
		return *fault;
	out->id = (enum qe_id)id;
	read_dates(d, fault);
	out->evaluation_number = (uint32_t)json_number(o, "tcbEvaluationDataNumber", UINT32_MAX, fault);
	json_hex(o, "miscselect", out->miscselect, QE_MISCSELECT_BYTES, fault);
	json_hex(o, "miscselectMask", out->miscselect_mask, QE_MISCSELECT_BYTES, fault);
	json_hex(o, "attributes", out->attributes, QE_ATTRIBUTES_BYTES, fault);
	json_hex(o, "attributesMask", out->attributes_mask, QE_ATTRIBUTES_BYTES, fault);
	json_hex(o, "mrsigner", out->mrsigner, QE_MRSIGNER_BYTES, fault);
	out->isvprodid = (uint16_t)json_number(o, "isvprodid", UINT16_MAX, fault);
	isv_levels_read(o, a, &out->levels, &out->level_count, fault);
	return *fault;
}

static bool is_masked_equal(struct bytes have, const uint8_t *mask, const uint8_t *want)
{
	for (size_t i = 0; i < have.n; i++)
		if ((have.p[i] & mask[i]) != want[i])
			return false;
	return have.n > 0;
}

const char *qe_identity_mismatch(const struct qe_identity *q, const struct sgx_report *report)
{
	if (!bytes_equal(report->mrsigner, bytes_of(q->mrsigner, QE_MRSIGNER_BYTES)))
		return "MRSIGNER";
	if (report->isvprodid != q->isvprodid)
		return "ISVPRODID";
	if (!is_masked_equal(report->attributes, q->attributes_mask, q->attributes))
		return "ATTRIBUTES";
	/* Intel's library reads the hex of both as the report's bytes stand. */
	return is_masked_equal(report->miscselect, q->miscselect_mask, q->miscselect) ? NULL : "MISCSELECT";
}

/* ATTRIBUTES: INIT and PROVISIONKEY, not DEBUG; MODE64BIT is free. */
#define ATTRIBUTES_OF_A_QE {0x11}
#define MASK_OF_A_QE {0xfb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
#define MISCSELECT_MASK_OF_A_QE {0xff, 0xff, 0xff, 0xff}

/* From Intel's documents of 2023 to 2026, where nothing but the levels has changed. */
static const struct qe_identity builtin_qe = {
	.id = QE_ID_QE,
	.miscselect_mask = MISCSELECT_MASK_OF_A_QE,
	.attributes = ATTRIBUTES_OF_A_QE,
	.attributes_mask = MASK_OF_A_QE,
	.mrsigner = {0x8c, 0x4f, 0x57, 0x75, 0xd7, 0x96, 0x50, 0x3e, 0x96, 0x13, 0x7f, 0x77, 0xc6, 0x8a, 0x82, 0x9a,
	             0x00, 0x56, 0xac, 0x8d, 0xed, 0x70, 0x14, 0x0b, 0x08, 0x1b, 0x09, 0x44, 0x90, 0xc5, 0x7b, 0xff},
	.isvprodid = 1,
};
static const struct qe_identity builtin_td_qe = {
	.id = QE_ID_TD_QE,
	.miscselect_mask = MISCSELECT_MASK_OF_A_QE,
	.attributes = ATTRIBUTES_OF_A_QE,
	.attributes_mask = MASK_OF_A_QE,
	.mrsigner = {0xdc, 0x9e, 0x2a, 0x7c, 0x6f, 0x94, 0x8f, 0x17, 0x47, 0x4e, 0x34, 0xa7, 0xfc, 0x43, 0xed, 0x03,
	             0x0f, 0x7c, 0x15, 0x63, 0xf1, 0xba, 0xbd, 0xdf, 0x63, 0x40, 0xc8, 0x2e, 0x0e, 0x54, 0xa8, 0xc5},
	.isvprodid = 2,
};

const struct qe_identity *qe_identity_builtin(enum qe_id id)
{
	return id == QE_ID_TD_QE ? &builtin_td_qe : id == QE_ID_QE ? &builtin_qe : NULL;
}

/* ---- evaluation data numbers ---- */

static void read_numbers(const struct json *o, struct arena *a, struct tcb_numbers *out, struct fault *fault)
{
	const struct json *list = json_member(o, "tcbEvalNumbers", JSON_ARRAY, fault);
	if (!list)
		return;
	struct tcb_number *v = list->count <= LIMIT_TCB_NUMBERS ? arena_array(a, list->count + 1, sizeof(*v)) : NULL;
	if (!v) {
		fail(fault, FAULT_LIMIT, list, "tcbEvalNumbers");
		return;
	}
	for (const struct json *e = list->first; e; e = e->next) {
		v[out->n].number = (uint32_t)json_number(e, "tcbEvaluationDataNumber", UINT32_MAX, fault);
		v[out->n].event_ms = json_time(e, "tcbRecoveryEventDate", fault);
		for (size_t i = 0; i < out->n; i++)
			if (v[i].number == v[out->n].number)
				fail(fault, FAULT_DUPLICATE, e, "tcbEvalNumbers");
		out->n++;
	}
	out->numbers = v;
}

struct fault tcb_numbers_parse(const struct intel_document *d, struct arena *a, struct tcb_numbers *out)
{
	const struct json *o = d->object;
	*out = (struct tcb_numbers){.document = *d};
	struct fault *fault = &out->fault;
	read_version(o, NUMBERS_VERSION, fault);
	struct bytes id = json_string(o, "id", fault);
	out->tee = bytes_equal_text(id, "TDX") ? INTEL_TDX : INTEL_SGX;
	if (out->tee == INTEL_SGX && !bytes_equal_text(id, "SGX"))
		fail(fault, FAULT_UNSUPPORTED, json_get(o, "id"), "id");
	read_dates(d, fault);
	if (!fault_is_set(*fault))
		read_numbers(o, a, out, fault);
	return *fault;
}

#define YEAR_MS (INT64_C(365) * 86400 * 1000)

uint32_t tcb_numbers_in_force(const struct tcb_numbers *t, int64_t at_ms)
{
	uint32_t best = 0;
	for (size_t i = 0; i < t->n; i++)
		if (t->numbers[i].event_ms <= at_ms - YEAR_MS && t->numbers[i].number > best)
			best = t->numbers[i].number;
	return best;
}
