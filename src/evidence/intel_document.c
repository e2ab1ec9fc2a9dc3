#include "evidence/intel_document.h"

#include <stdlib.h>

#include "base/hex.h"
#include "base/limits.h"

static const struct {
	const char *member;
	enum collateral_kind kind;
} members[] = {
	{"tcbInfo", COLLATERAL_TCB_INFO},
	{"enclaveIdentity", COLLATERAL_QE_IDENTITY},
	{"tcbEvaluationDataNumbers", COLLATERAL_TCB_NUMBERS},
};

enum { MEMBERS = sizeof(members) / sizeof(members[0]) };

static const char *member_of(enum collateral_kind kind)
{
	for (size_t i = 0; i < MEMBERS; i++)
		if (members[i].kind == kind)
			return members[i].member;
	return "";
}

/* The JSON reader refuses duplicates, depth and length on its own. Is it meant to be such a document all the same? */
static bool looks_like_one(struct bytes text)
{
	size_t at = 0;
	while (at < text.n && (text.p[at] == '{' || text.p[at] <= ' '))
		at++;
	for (size_t i = 0; i < MEMBERS; i++) {
		size_t n = strlen(members[i].member);
		struct bytes name = bytes_slice(text, at, n + 2);
		if (name.n > 0 && name.p[0] == '"' && bytes_equal_text(bytes_slice(name, 1, n), members[i].member) &&
		    name.p[n + 1] == '"')
			return true;
	}
	return false;
}

struct fault intel_document_open(struct bytes text, struct arena *a, struct intel_document *out)
{
	const struct json *root;
	const struct fault unrecognised = fault_at(FAULT_UNRECOGNISED, 0, "collateral");
	*out = (struct intel_document){.kind = COLLATERAL_UNKNOWN};
	if (text.n > LIMIT_INTEL_DOCUMENT_BYTES)
		return looks_like_one(text) ? fault_at(FAULT_LIMIT, LIMIT_INTEL_DOCUMENT_BYTES, "document") : unrecognised;
	struct fault f = json_parse(a, text, &root);
	if (fault_is_set(f))
		return looks_like_one(text) ? f : unrecognised;
	for (size_t i = 0; i < MEMBERS; i++)
		if (!out->object && json_is(json_get(root, members[i].member), JSON_OBJECT)) {
			out->kind = members[i].kind;
			out->object = json_get(root, members[i].member);
		}
	if (!out->object)
		return unrecognised;
	json_hex(root, "signature", out->signature, INTEL_SIGNATURE_BYTES, &f);
	if (!fault_is_set(f) && root->count != 2)
		f = fault_at(FAULT_TRAILING, root->raw.n, "document");
	out->signed_part = out->object->raw;
	struct fault ignored = FAULT_OK;
	out->issued_ms = json_time(out->object, "issueDate", &ignored);
	out->next_update_ms = json_time(out->object, "nextUpdate", &ignored);
	return f;
}

struct bytes intel_document_text(enum collateral_kind kind, struct bytes signed_part,
                                 const uint8_t signature[INTEL_SIGNATURE_BYTES], struct arena *a)
{
	struct buffer b;
	buffer_init(&b, LIMIT_INTEL_DOCUMENT_BYTES + 1024);
	buffer_printf(&b, "{\"%s\":", member_of(kind));
	buffer_put_bytes(&b, signed_part);
	buffer_put_text(&b, ",\"signature\":\"");
	hex_put(&b, bytes_of(signature, INTEL_SIGNATURE_BYTES));
	buffer_put_text(&b, "\"}");
	struct bytes text = buffer_ok(&b) ? arena_bytes(a, buffer_bytes(&b)) : (struct bytes){NULL, 0};
	buffer_release(&b);
	return text;
}

/* ---- status ---- */

static const char *const status_names[] = {
	[TCB_UP_TO_DATE] = "UpToDate",
	[TCB_SW_HARDENING_NEEDED] = "SWHardeningNeeded",
	[TCB_CONFIGURATION_NEEDED] = "ConfigurationNeeded",
	[TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED] = "ConfigurationAndSWHardeningNeeded",
	[TCB_OUT_OF_DATE] = "OutOfDate",
	[TCB_OUT_OF_DATE_CONFIGURATION_NEEDED] = "OutOfDateConfigurationNeeded",
	[TCB_REVOKED] = "Revoked",
	[TCB_RELAUNCH_ADVISED] = "TDRelaunchAdvised",
	[TCB_RELAUNCH_ADVISED_CONFIGURATION_NEEDED] = "TDRelaunchAdvisedConfigurationNeeded",
	[TCB_NO_LEVEL] = "OutOfDate",
};

const char *tcb_status_name(enum tcb_status s)
{
	return (size_t)s < sizeof(status_names) / sizeof(status_names[0]) ? status_names[s] : "Unknown";
}

static void fail(struct fault *fault, enum fault_code code, const struct json *at, const char *field)
{
	if (!fault_is_set(*fault))
		*fault = fault_at(code, at ? at->offset : 0, field);
}

/* Enclaves and modules are up to date, out of date or revoked, and nothing between. */
static bool is_status_of(enum tcb_status s, bool isv)
{
	return !isv || s == TCB_UP_TO_DATE || s == TCB_OUT_OF_DATE || s == TCB_REVOKED;
}

static enum tcb_status read_status(const struct json *level, bool isv, struct fault *fault)
{
	struct bytes name = json_string(level, "tcbStatus", fault);
	for (enum tcb_status s = TCB_UP_TO_DATE; s <= TCB_REVOKED; s++)
		if (bytes_equal_text(name, status_names[s]) && is_status_of(s, isv))
			return s;
	fail(fault, FAULT_UNSUPPORTED, json_get(level, "tcbStatus"), "tcbStatus");
	return TCB_NO_LEVEL;
}

/* Shown and stored as a list with NULs between, so none may be in one. */
static void read_advisories(const struct json *level, struct arena *a, struct tcb_verdict *out, struct fault *fault)
{
	const struct json *list = json_get(level, "advisoryIDs");
	if (!list)
		return;
	if (!json_is(list, JSON_ARRAY) || list->count > LIMIT_TCB_ADVISORIES) {
		fail(fault, list->kind == JSON_ARRAY ? FAULT_LIMIT : FAULT_TAG, list, "advisoryIDs");
		return;
	}
	struct bytes *ids = arena_array(a, list->count + 1, sizeof(*ids));
	if (!ids) {
		fail(fault, FAULT_LIMIT, list, "advisoryIDs");
		return;
	}
	out->advisories = ids;
	for (const struct json *e = list->first; e; e = e->next) {
		if (!json_is(e, JSON_STRING) || e->text.n == 0 || memchr(e->text.p, 0, e->text.n))
			fail(fault, FAULT_VALUE, e, "advisoryIDs");
		else
			ids[out->advisory_count++] = e->text;
	}
}

void tcb_verdict_read(const struct json *level, bool isv, struct arena *a, struct tcb_verdict *out, struct fault *fault)
{
	*out = (struct tcb_verdict){.status = read_status(level, isv, fault), .date_ms = json_time(level, "tcbDate", fault)};
	read_advisories(level, a, out, fault);
}

/* ---- levels of enclaves and modules ---- */

static int by_isvsvn(const void *a, const void *b)
{
	unsigned x = ((const struct isv_level *)a)->isvsvn, y = ((const struct isv_level *)b)->isvsvn;
	return x < y ? 1 : x > y ? -1 : 0;
}

void isv_levels_read(const struct json *object, struct arena *a, const struct isv_level **out, size_t *n,
                     struct fault *fault)
{
	const struct json *list = json_member(object, "tcbLevels", JSON_ARRAY, fault);
	*out = NULL;
	*n = 0;
	if (!list)
		return;
	if (list->count == 0 || list->count > LIMIT_TCB_LEVELS) {
		fail(fault, list->count ? FAULT_LIMIT : FAULT_LENGTH, list, "tcbLevels");
		return;
	}
	struct isv_level *levels = arena_array(a, list->count, sizeof(*levels));
	if (!levels) {
		fail(fault, FAULT_LIMIT, list, "tcbLevels");
		return;
	}
	for (const struct json *e = list->first; e; e = e->next) {
		const struct json *tcb = json_member(e, "tcb", JSON_OBJECT, fault);
		levels[*n].isvsvn = tcb ? (uint16_t)json_number(tcb, "isvsvn", UINT16_MAX, fault) : 0;
		tcb_verdict_read(e, true, a, &levels[*n].verdict, fault);
		(*n)++;
	}
	qsort(levels, *n, sizeof(*levels), by_isvsvn);
	for (size_t i = 1; i < *n; i++)
		if (levels[i].isvsvn == levels[i - 1].isvsvn)
			fail(fault, FAULT_DUPLICATE, list, "tcbLevels");
	*out = levels;
}

const struct isv_level *isv_level_of(const struct isv_level *levels, size_t n, unsigned isvsvn)
{
	for (size_t i = 0; i < n; i++)
		if (isvsvn >= levels[i].isvsvn)
			return &levels[i];
	return NULL;
}
