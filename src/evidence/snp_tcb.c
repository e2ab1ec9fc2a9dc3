/* Freshness of an SNP platform's TCB against the dated table (amd_tcb.h). */
#include <inttypes.h>

#include "base/timestamp.h"
#include "evidence/snp.h"

/* A table says nothing of bulletins that came later: past this age it proves no freshness. */
#define TABLE_AGE_MAX_MS (INT64_C(400) * 86400 * 1000)

static bool choose_table(const struct collateral_set *set, struct arena *a, struct amd_tcb_table *out)
{
	bool found = !fault_is_set(amd_tcb_parse(bytes_of_text(amd_tcb_builtin), a, out));
	for (size_t i = 0; set && i < set->n; i++) {
		struct amd_tcb_table other;
		if (set->items[i].kind != COLLATERAL_AMD_TCB || fault_is_set(amd_tcb_parse(set->items[i].der, a, &other)))
			continue;
		if (!found || other.date_ms > out->date_ms)
			*out = other;
		found = true;
	}
	return found;
}

static uint8_t component_of(const struct snp_tcb *t, const char *name)
{
	switch (name[0]) {
	case 's':
		return t->snp;
	case 'u':
		return t->ucode;
	case 'b':
		return t->bl;
	case 't':
		return t->tee;
	default:
		return t->fmc;
	}
}

enum snp_tcb_status snp_tcb_evaluate(const struct snp_report *r, enum amd_product product,
                                     const struct collateral_set *set, int64_t at_ms, struct arena *a, struct verdict *v,
                                     const char **why)
{
	struct amd_tcb_table table;
	const struct snp_tcb versions[] = {
		snp_tcb_decode(r->reported_tcb, product),
		snp_tcb_decode(r->committed_tcb, product),
		snp_tcb_decode(r->current_tcb, product),
	};
	static const char *const names[] = {"reported", "committed", "current"};
	size_t rows = 0;
	char date[TIMESTAMP_TEXT_SIZE];
	*why = "the report does not identify the processor (version 2)";
	if (r->version < 3 || product == AMD_UNKNOWN)
		return SNP_TCB_UNKNOWN;
	*why = "no table of AMD's bulletins is at hand";
	if (!choose_table(set, a, &table))
		return SNP_TCB_UNKNOWN;
	verdict_text(&v->tcb, "table_date", arena_text(a, bytes_of_text(timestamp_text(table.date_ms, date))));
	for (size_t i = 0; i < table.n; i++) {
		const struct amd_tcb_floor *f = &table.floors[i];
		if (f->family != r->family || f->model != r->model || f->stepping != r->stepping || f->published_ms > at_ms)
			continue;
		rows++;
		for (size_t k = 0; k < 3; k++) {
			uint8_t have = component_of(&versions[k], f->component);
			if (have >= f->least)
				continue;
			*why = arena_format(a, "%s: %s TCB has %s %u, fixed from %u on", f->bulletin, names[k], f->component, have,
			                    f->least);
			return SNP_TCB_OUT_OF_DATE;
		}
	}
	*why = "the table has no row for this processor";
	if (rows == 0)
		return SNP_TCB_UNKNOWN;
	*why = "the table of AMD's bulletins is too old for this time";
	if (at_ms - table.date_ms > TABLE_AGE_MAX_MS)
		return SNP_TCB_UNKNOWN;
	*why = "no bulletin published by then asks for more";
	return SNP_TCB_UP_TO_DATE;
}
