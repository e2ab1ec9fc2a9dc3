/* Freshness of an SNP platform's TCB against the dated table (amd_tcb.h). */
#include "base/timestamp.h"
#include "evidence/snp.h"

/* A table says nothing of bulletins that came later: past this age it proves no freshness. */
#define TABLE_AGE_MAX_MS (INT64_C(400) * 86400 * 1000)

enum { ALIAS_CHECK_BIT = 5 }; /* of PLATFORM_INFO: ALIAS_CHECK_COMPLETE */

/* The newest of the built-in table and those in the collateral. */
static bool choose_table(const struct collateral_set *set, struct arena *a, struct amd_tcb_table *out)
{
	bool found = !fault_is_set(amd_tcb_parse(bytes_of_text(amd_tcb_builtin), a, out));
	for (size_t i = 0; set && i < set->n; i++) {
		struct amd_tcb_table other;
		if (set->items[i].kind != COLLATERAL_AMD_TCB ||
		    fault_is_set(amd_tcb_parse(set->items[i].der, a, &other)))
			continue;
		if (!found || other.date_ms > out->date_ms)
			*out = other;
		found = true;
	}
	return found;
}

static uint8_t component_of(const struct snp_tcb *t, const struct snp_report *r, enum amd_tcb_component c)
{
	switch (c) {
	case AMD_TCB_BL:
		return t->bl;
	case AMD_TCB_TEE:
		return t->tee;
	case AMD_TCB_SNP:
		return t->snp;
	case AMD_TCB_UCODE:
		return t->ucode;
	case AMD_TCB_FMC:
		return t->fmc;
	case AMD_TCB_ALIAS_CHECK:
		return r->platform_info >> ALIAS_CHECK_BIT & 1;
	}
	return 0;
}

/* Does one of the three TCBs stand below the floor? REPORTED is what the signing key proves, but a platform that
 * runs, or could go back to, less is no better than that. */
static bool is_below(const struct amd_tcb_floor *f, const struct snp_report *r, enum amd_product product,
                     struct arena *a, const char **why)
{
	const struct {
		const char *name;
		struct bytes raw;
	} versions[] = {{"reported", r->reported_tcb}, {"committed", r->committed_tcb}, {"current", r->current_tcb}};
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		struct snp_tcb t = snp_tcb_decode(versions[i].raw, product);
		uint8_t have = component_of(&t, r, f->component);
		if (have >= f->least)
			continue;
		*why = arena_format(a, "%s: %s TCB has %s %u, %s below %u", f->bulletin, versions[i].name,
		                    amd_tcb_component_name(f->component), have, f->revoked ? "revoked" : "vulnerable",
		                    f->least);
		return true;
	}
	return false;
}

/* The worst that the rows for this silicon say. */
static enum snp_tcb_status compare(const struct amd_tcb_table *table, const struct snp_report *r,
                                   enum amd_product product, int64_t at_ms, struct arena *a, const char **why)
{
	enum snp_tcb_status status = SNP_TCB_UNKNOWN;
	*why = "the table has no row for this processor and time";
	for (size_t i = 0; i < table->n && status != SNP_TCB_REVOKED; i++) {
		const struct amd_tcb_floor *f = &table->floors[i];
		const char *reason;
		bool same = f->family == r->family && f->model == r->model && f->stepping == r->stepping;
		if (!same || f->published_ms > at_ms)
			continue;
		if (status == SNP_TCB_UNKNOWN)
			status = SNP_TCB_UP_TO_DATE;
		if (!is_below(f, r, product, a, &reason) || (status == SNP_TCB_OUT_OF_DATE && !f->revoked))
			continue;
		status = f->revoked ? SNP_TCB_REVOKED : SNP_TCB_OUT_OF_DATE;
		*why = reason;
	}
	return status;
}

enum snp_tcb_status snp_tcb_evaluate(const struct snp_report *r, enum amd_product product,
                                     const struct collateral_set *set, int64_t at_ms, struct verdict *v,
                                     const char **why)
{
	struct amd_tcb_table table;
	char date[TIMESTAMP_TEXT_SIZE];
	if (r->version < 3 || product == AMD_UNKNOWN) {
		*why = r->version < 3 ? "the report does not identify the processor (version 2)"
		                      : "the product line is not known";
		return SNP_TCB_UNKNOWN;
	}
	if (!choose_table(set, v->arena, &table)) {
		*why = "no table of AMD's bulletins is at hand";
		return SNP_TCB_UNKNOWN;
	}
	verdict_text(&v->tcb, "table_date", arena_text(v->arena, bytes_of_text(timestamp_text(table.date_ms, date))));
	enum snp_tcb_status status = compare(&table, r, product, at_ms, v->arena, why);
	if (status != SNP_TCB_UP_TO_DATE)
		return status;
	if (at_ms > table.date_ms && at_ms - table.date_ms > TABLE_AGE_MAX_MS) {
		*why = VERDICT_STALE "the table of AMD's bulletins is too old for this time";
		return SNP_TCB_UNKNOWN;
	}
	*why = "no bulletin published by then asks for more";
	return SNP_TCB_UP_TO_DATE;
}
