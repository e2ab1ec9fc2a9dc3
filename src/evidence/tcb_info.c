#include "evidence/tcb_info.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hex.h"
#include "base/limits.h"
#include "base/text.h"

enum { VERSION_FLAT = 2, VERSION_TDX = 3, TCB_TYPE = 0 };

static void fail(struct fault *fault, enum fault_code code, const struct json *at, const char *field)
{
	if (!fault_is_set(*fault))
		*fault = fault_at(code, at ? at->offset : 0, field);
}

/* ---- levels ---- */

/* Version 3: [{"svn":3,...}, ...], exactly 16. */
static void read_components(const struct json *tcb, const char *name, uint8_t out[TCB_COMPONENTS], struct fault *fault)
{
	const struct json *list = json_member(tcb, name, JSON_ARRAY, fault);
	size_t i = 0;
	if (!list)
		return;
	if (list->count != TCB_COMPONENTS) {
		fail(fault, FAULT_LENGTH, list, name);
		return;
	}
	for (const struct json *e = list->first; e; e = e->next)
		out[i++] = (uint8_t)json_number(e, "svn", UINT8_MAX, fault);
}

/* Version 2: sgxtcbcomp01svn to sgxtcbcomp16svn. */
static void read_flat(const struct json *tcb, uint8_t out[TCB_COMPONENTS], struct fault *fault)
{
	char name[32];
	for (unsigned i = 0; i < TCB_COMPONENTS; i++) {
		struct fault f = FAULT_OK;
		snprintf(name, sizeof(name), "sgxtcbcomp%02usvn", i + 1);
		out[i] = (uint8_t)json_number(tcb, name, UINT8_MAX, &f);
		if (fault_is_set(f) && !fault_is_set(*fault))
			*fault = fault_at(f.code, f.offset, "sgxtcbcompNNsvn");
	}
}

static void read_level(const struct json *v, const struct tcb_info *t, struct arena *a, struct tcb_level *out,
                       struct fault *fault)
{
	const struct json *tcb = json_member(v, "tcb", JSON_OBJECT, fault);
	if (!tcb)
		return;
	if (t->version == VERSION_FLAT)
		read_flat(tcb, out->sgx, fault);
	else
		read_components(tcb, "sgxtcbcomponents", out->sgx, fault);
	if (t->tee == INTEL_TDX)
		read_components(tcb, "tdxtcbcomponents", out->tdx, fault);
	else if (json_get(tcb, "tdxtcbcomponents"))
		fail(fault, FAULT_MISMATCH, json_get(tcb, "tdxtcbcomponents"), "tdxtcbcomponents");
	out->pcesvn = (uint16_t)json_number(tcb, "pcesvn", UINT16_MAX, fault);
	tcb_verdict_read(v, false, a, &out->verdict, fault);
}

/* Descending by SGX components, PCESVN, TDX components: the order in which levels are tried. */
static int compare_levels(const void *a, const void *b)
{
	const struct tcb_level *x = a, *y = b;
	int order = memcmp(y->sgx, x->sgx, TCB_COMPONENTS);
	if (order == 0)
		order = (x->pcesvn < y->pcesvn) - (x->pcesvn > y->pcesvn);
	return order ? order : memcmp(y->tdx, x->tdx, TCB_COMPONENTS);
}

static void read_levels(const struct json *object, struct tcb_info *t, struct arena *a, struct fault *fault)
{
	const struct json *list = json_member(object, "tcbLevels", JSON_ARRAY, fault);
	if (!list)
		return;
	if (list->count == 0 || list->count > LIMIT_TCB_LEVELS) {
		fail(fault, list->count ? FAULT_LIMIT : FAULT_LENGTH, list, "tcbLevels");
		return;
	}
	struct tcb_level *levels = arena_array(a, list->count, sizeof(*levels));
	if (!levels) {
		fail(fault, FAULT_LIMIT, list, "tcbLevels");
		return;
	}
	for (const struct json *e = list->first; e; e = e->next)
		read_level(e, t, a, &levels[t->level_count++], fault);
	qsort(levels, t->level_count, sizeof(*levels), compare_levels);
	for (size_t i = 1; i < t->level_count; i++)
		if (compare_levels(&levels[i - 1], &levels[i]) == 0)
			fail(fault, FAULT_DUPLICATE, list, "tcbLevels");
	t->levels = levels;
}

/* ---- TDX modules ---- */

static void read_module(const struct json *v, struct tdx_module *out, struct fault *fault)
{
	json_hex(v, "mrsigner", out->mrsigner, TDX_MRSIGNER_BYTES, fault);
	json_hex(v, "attributes", out->attributes, TDX_ATTRIBUTES_BYTES, fault);
	json_hex(v, "attributesMask", out->mask, TDX_ATTRIBUTES_BYTES, fault);
}

/* "TDX_01", with the major version in hex; of another form it is no module's that a report could name. */
static bool read_module_id(struct bytes id, unsigned *version)
{
	uint8_t v = 0;
	if (id.n != 6 || !text_equal_nocase(bytes_slice(id, 0, 4), BYTES_LITERAL("TDX_")) ||
	    !hex_decode(bytes_slice(id, 4, 2), &v, 1))
		return false;
	*version = v;
	return true;
}

static void read_identity(const struct json *e, struct tcb_info *t, struct tdx_module *modules, struct arena *a,
                          struct fault *fault)
{
	struct tdx_module *m = &modules[t->module_count];
	if (!read_module_id(json_string(e, "id", fault), &m->version))
		return;
	for (size_t i = 0; i < t->module_count; i++)
		if (modules[i].version == m->version)
			fail(fault, FAULT_DUPLICATE, e, "tdxModuleIdentities");
	read_module(e, m, fault);
	isv_levels_read(e, a, &m->levels, &m->level_count, fault);
	t->module_count++;
}

/* Documents of 2023 have tdxModule and no identities. */
static void read_modules(const struct json *object, struct tcb_info *t, struct arena *a, struct fault *fault)
{
	const struct json *list = json_get(object, "tdxModuleIdentities");
	if (t->tee == INTEL_SGX) {
		if (list || json_get(object, "tdxModule"))
			fail(fault, FAULT_MISMATCH, object, "tdxModule");
		return;
	}
	const struct json *module = json_member(object, "tdxModule", JSON_OBJECT, fault);
	if (module)
		read_module(module, &t->module, fault);
	if (!list)
		return;
	if (!json_is(list, JSON_ARRAY) || list->count > LIMIT_TDX_MODULES) {
		fail(fault, list->kind == JSON_ARRAY ? FAULT_LIMIT : FAULT_TAG, list, "tdxModuleIdentities");
		return;
	}
	struct tdx_module *modules = arena_array(a, list->count + 1, sizeof(*modules));
	if (!modules) {
		fail(fault, FAULT_LIMIT, list, "tdxModuleIdentities");
		return;
	}
	for (const struct json *e = list->first; e; e = e->next)
		read_identity(e, t, modules, a, fault);
	t->modules = modules;
}

/* ---- the whole ---- */

/* Version 2 has no id: it is about SGX. */
static void read_head(const struct json *o, struct tcb_info *t, struct fault *fault)
{
	t->version = (unsigned)json_number(o, "version", UINT32_MAX, fault);
	if (!fault_is_set(*fault) && t->version != VERSION_FLAT && t->version != VERSION_TDX)
		fail(fault, FAULT_UNSUPPORTED, json_get(o, "version"), "version");
	bool named = t->version != VERSION_FLAT; /* a version to come: what it is about is read where it can be */
	struct bytes id = named ? json_string(o, "id", fault) : BYTES_LITERAL("SGX");
	t->tee = bytes_equal_text(id, "TDX") ? INTEL_TDX : INTEL_SGX;
	if (!named && json_get(o, "id"))
		fail(fault, FAULT_MISMATCH, json_get(o, "id"), "id");
	if (t->tee == INTEL_SGX && !bytes_equal_text(id, "SGX"))
		fail(fault, FAULT_UNSUPPORTED, json_get(o, "id"), "id");
	json_hex(o, "fmspc", t->fmspc, INTEL_FMSPC_BYTES, fault);
	json_hex(o, "pceId", t->pceid, INTEL_PCEID_BYTES, fault);
	json_time(o, "issueDate", fault);
	json_time(o, "nextUpdate", fault);
	if (!fault_is_set(*fault) && t->document.next_update_ms < t->document.issued_ms)
		fail(fault, FAULT_MISMATCH, json_get(o, "nextUpdate"), "nextUpdate");
	t->evaluation_number = (uint32_t)json_number(o, "tcbEvaluationDataNumber", UINT32_MAX, fault);
	if (json_number(o, "tcbType", UINT32_MAX, fault) != TCB_TYPE)
		fail(fault, FAULT_UNSUPPORTED, json_get(o, "tcbType"), "tcbType");
}

struct fault tcb_info_parse(const struct intel_document *d, struct arena *a, struct tcb_info *out)
{
	*out = (struct tcb_info){.document = *d};
	struct fault *fault = &out->fault;
	read_head(d->object, out, fault);
	if (!fault_is_set(*fault))
		read_modules(d->object, out, a, fault);
	if (!fault_is_set(*fault))
		read_levels(d->object, out, a, fault);
	return *fault;
}

const struct tdx_module *tcb_info_module(const struct tcb_info *t, unsigned version)
{
	if (version == 0)
		return &t->module;
	for (size_t i = 0; i < t->module_count; i++)
		if (t->modules[i].version == version)
			return &t->modules[i];
	return NULL;
}
