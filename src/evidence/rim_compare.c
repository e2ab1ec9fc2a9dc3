/* Measurements against golden values, index by index. */
#include "evidence/rim.h"

const char *rim_outcome_name(enum rim_outcome o)
{
	static const char *const names[] = {"match", "mismatch", "missing", "conflict", "exempt"};
	return (size_t)o < sizeof(names) / sizeof(names[0]) ? names[o] : "";
}

static bool is_one_of(const struct rim_measurement *m, struct bytes value)
{
	for (size_t i = 0; i < m->alternatives; i++)
		if (bytes_equal(value, bytes_of(m->hashes[i], RIM_HASH_BYTES)))
			return true;
	return false;
}

/* A value that stands twice is none: nobody could say which of them was compared. */
static const struct rim_value *find_value(const struct rim_value *values, size_t n, uint32_t index)
{
	const struct rim_value *found = NULL;
	for (size_t i = 0; i < n; i++) {
		if (values[i].index != index)
			continue;
		if (found)
			return NULL;
		found = &values[i];
	}
	return found;
}

static enum rim_outcome compare_one(const struct rim_measurement *m, const struct rim_value *values, size_t n,
                                    enum rim_nvdec0 nvdec0)
{
	const struct rim_value *value = find_value(values, n, m->index);
	if (m->index == RIM_NVDEC0_INDEX && nvdec0 == RIM_NVDEC0_DISABLED)
		return RIM_EXEMPT;
	if (!value)
		return RIM_MISSING;
	return is_one_of(m, value->value) ? RIM_MATCH : RIM_MISMATCH;
}

static void count(struct rim_comparison *out)
{
	out->matched = out->exempt = out->bad = 0;
	for (size_t i = 0; i < out->n; i++) {
		out->matched += out->v[i].outcome == RIM_MATCH;
		out->exempt += out->v[i].outcome == RIM_EXEMPT;
	}
	out->bad = out->n - out->matched - out->exempt;
}

void rim_compare(const struct rim *const *rims, size_t rim_count, const struct rim_value *values, size_t value_count,
                 enum rim_nvdec0 nvdec0, struct rim_comparison *out)
{
	const struct rim_measurement *active[LIMIT_RIM_MEASUREMENTS] = {NULL};
	bool conflict[LIMIT_RIM_MEASUREMENTS] = {false}, unknown = false;
	out->n = 0;
	for (size_t i = 0; i < rim_count; i++) {
		if (!rims[i])
			continue;
		unknown = unknown || rims[i]->unsupported;
		for (size_t k = 0; k < rims[i]->measurement_count; k++) {
			const struct rim_measurement *m = &rims[i]->measurements[k];
			if (!m->active)
				continue;
			conflict[m->index] = active[m->index] != NULL;
			active[m->index] = m;
		}
	}
	for (uint32_t i = 0; i < LIMIT_RIM_MEASUREMENTS; i++) {
		if (!active[i])
			continue;
		enum rim_outcome o = conflict[i] ? RIM_CONFLICT : compare_one(active[i], values, value_count, nvdec0);
		out->v[out->n++] = (struct rim_index_result){i, o};
	}
	count(out);
	out->result = out->bad > 0                          ? CHECK_FAIL
	              : out->matched == 0 || unknown ? CHECK_NOT_CHECKED
	                                                    : CHECK_PASS;
}

const char *rim_comparison_text(const struct rim_comparison *c, struct arena *a)
{
	struct buffer b;
	buffer_init(&b, 4096);
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i].outcome != RIM_MATCH && c->v[i].outcome != RIM_EXEMPT)
			buffer_printf(&b, "%s%u", b.n > 0 ? ", " : "", c->v[i].index);
	const char *text = arena_text(a, buffer_bytes(&b));
	buffer_release(&b);
	return text ? text : "";
}
