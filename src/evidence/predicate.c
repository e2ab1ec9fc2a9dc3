#include "evidence/predicate.h"

/* ---- code ---- */

/* tinfoilsh: one release, what it measures on SEV-SNP and on TDX. */
static struct fault read_multiplatform(const struct json *v, struct arena *a, struct predicate *out)
{
	struct fault f = FAULT_OK;
	const struct json *tdx = json_member(v, "tdx_measurement", JSON_OBJECT, &f);
	(void)a;
	json_hex(v, "snp_measurement", out->snp, REGISTER_BYTES, &f);
	json_hex(tdx, "rtmr1", out->rtmr1, REGISTER_BYTES, &f);
	json_hex(tdx, "rtmr2", out->rtmr2, REGISTER_BYTES, &f);
	out->has_snp = out->has_tdx = !fault_is_set(f);
	return f;
}

/* ---- hardware ---- */

struct fault predicate_read_platforms(const struct json *v, struct arena *a, struct predicate *out)
{
	struct fault f = FAULT_OK;
	out->kind = PREDICATE_HARDWARE;
	if (!json_is(v, JSON_OBJECT) || v->count == 0)
		return fault_at(v ? FAULT_TAG : FAULT_MISSING, v ? v->offset : 0, "platforms");
	struct predicate_platform *p = v->count <= LIMIT_PLATFORMS ? arena_array(a, v->count, sizeof(*p)) : NULL;
	if (!p)
		return fault_at(FAULT_LIMIT, v->offset, "platforms");
	for (const struct json *m = v->first; m && !fault_is_set(f); m = m->next) {
		struct predicate_platform *one = &p[out->platform_count++];
		if (!json_is(m, JSON_OBJECT))
			return fault_at(FAULT_TAG, m->offset, "platform");
		one->name = m->name;
		json_hex(m, "mrtd", one->mrtd, REGISTER_BYTES, &f);
		json_hex(m, "rtmr0", one->rtmr0, REGISTER_BYTES, &f);
	}
	out->platforms = p;
	return f;
}

/* ---- the table ---- */

static const struct {
	const char *type;
	enum predicate_kind kind;
	struct fault (*read)(const struct json *v, struct arena *a, struct predicate *out);
} types[] = {
	{"https://tinfoil.sh/predicate/snp-tdx-multiplatform/v1", PREDICATE_CODE, read_multiplatform},
	{"https://tinfoil.sh/predicate/hardware-measurements/v1", PREDICATE_HARDWARE, predicate_read_platforms},
	{"https://tinfoil.sh/predicate/tdx-hardware-measurements/v1", PREDICATE_HARDWARE, predicate_read_platforms},
	{"https://tinfoil.sh/predicate/tdx-platform-measurements/v1", PREDICATE_HARDWARE, predicate_read_platforms},
};
enum { TYPE_COUNT = sizeof(types) / sizeof(types[0]) };

static size_t row_of(struct bytes type)
{
	size_t i = 0;
	while (i < TYPE_COUNT && !bytes_equal_text(type, types[i].type))
		i++;
	return i;
}

enum predicate_kind predicate_kind_of(struct bytes type)
{
	size_t i = row_of(type);
	return i < TYPE_COUNT ? types[i].kind : PREDICATE_OTHER;
}

struct fault predicate_read(struct bytes type, const struct json *predicate, struct arena *a, struct predicate *out)
{
	size_t i = row_of(type);
	*out = (struct predicate){.kind = PREDICATE_OTHER};
	if (i == TYPE_COUNT)
		return FAULT_OK;
	out->kind = types[i].kind;
	if (!json_is(predicate, JSON_OBJECT))
		return fault_at(predicate ? FAULT_TAG : FAULT_MISSING, predicate ? predicate->offset : 0, "predicate");
	return types[i].read(predicate, a, out);
}
