#include "evidence/tcb_evaluate.h"

#include "base/buffer.h"
#include "base/limits.h"

enum { SVN_MODULE = 0, SVN_MAJOR = 1, SVN_FIRST_BESIDE_MODULE = 2 };

static bool has_at_least(const uint8_t *have, const uint8_t *want, size_t from)
{
	for (size_t i = from; i < TCB_COMPONENTS; i++)
		if (have[i] < want[i])
			return false;
	return true;
}

const struct tcb_level *tcb_level_of(const struct tcb_info *info, const struct tcb_platform *p, const uint8_t *svn)
{
	size_t from = svn && svn[SVN_MAJOR] > 0 ? SVN_FIRST_BESIDE_MODULE : 0;
	for (size_t i = 0; i < info->level_count; i++) {
		const struct tcb_level *l = &info->levels[i];
		if (has_at_least(p->components, l->sgx, 0) && p->pcesvn >= l->pcesvn &&
		    (!svn || has_at_least(svn, l->tdx, from)))
			return l;
	}
	return NULL;
}

/* ---- convergence ---- */

enum tcb_status tcb_converge(enum tcb_status platform, const enum tcb_status *components, size_t n)
{
	bool out_of_date = false;
	for (size_t i = 0; i < n; i++) {
		if (components[i] == TCB_REVOKED)
			return platform == TCB_NO_LEVEL ? TCB_NO_LEVEL : TCB_REVOKED;
		out_of_date |= components[i] == TCB_OUT_OF_DATE;
	}
	if (!out_of_date)
		return platform;
	switch (platform) {
	case TCB_UP_TO_DATE:
	case TCB_SW_HARDENING_NEEDED:
		return TCB_OUT_OF_DATE;
	case TCB_CONFIGURATION_NEEDED:
	case TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED:
		return TCB_OUT_OF_DATE_CONFIGURATION_NEEDED;
	default:
		return platform;
	}
}

static bool is_out_of_date(enum tcb_status s)
{
	return s == TCB_OUT_OF_DATE || s == TCB_OUT_OF_DATE_CONFIGURATION_NEEDED;
}

static bool needs_configuration(enum tcb_status s)
{
	return s == TCB_CONFIGURATION_NEEDED || s == TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED ||
	       s == TCB_OUT_OF_DATE_CONFIGURATION_NEEDED;
}

/* Intel's library lets the launch decide where it was not out of date. Here the worse of both does: a module that is
 * revoked now is no better for having been good when the TD began. The enum is in the order of badness. */
enum tcb_status tcb_relaunch(enum tcb_status launch, enum tcb_status current)
{
	if (launch == TCB_NO_LEVEL || current == TCB_NO_LEVEL)
		return TCB_NO_LEVEL;
	if (is_out_of_date(launch) && current < TCB_OUT_OF_DATE)
		return needs_configuration(launch) || needs_configuration(current)
		               ? TCB_RELAUNCH_ADVISED_CONFIGURATION_NEEDED
		               : TCB_RELAUNCH_ADVISED;
	return launch > current ? launch : current;
}

/* ---- the whole ---- */

static void evaluate_set(const struct tcb_info *info, const struct isv_level *qe, bool qe_missing,
                         const struct tcb_platform *p, const uint8_t *svn, struct tcb_evaluation *out)
{
	enum tcb_status components[2];
	size_t n = 0;
	*out = (struct tcb_evaluation){.level = tcb_level_of(info, p, svn)};
	if (svn && svn[SVN_MAJOR] > 0) {
		out->module = tcb_info_module(info, svn[SVN_MAJOR]);
		out->module_unknown = out->module == NULL;
		if (out->module)
			out->module_level = isv_level_of(out->module->levels, out->module->level_count, svn[SVN_MODULE]);
		if (out->module_level)
			components[n++] = out->module_level->verdict.status;
	}
	if (qe)
		components[n++] = qe->verdict.status;
	bool module_missing = svn && svn[SVN_MAJOR] > 0 && !out->module_level;
	bool none = !out->level || module_missing || qe_missing;
	out->status = tcb_converge(none ? TCB_NO_LEVEL : out->level->verdict.status, components, n);
}

static void take_date(const struct tcb_verdict *v, int64_t *date_ms)
{
	if (*date_ms == 0 || v->date_ms < *date_ms)
		*date_ms = v->date_ms;
}

static void take_dates(const struct tcb_evaluation *e, int64_t *date_ms)
{
	if (e->level)
		take_date(&e->level->verdict, date_ms);
	if (e->module_level)
		take_date(&e->module_level->verdict, date_ms);
}

void tcb_evaluate(const struct tcb_info *info, const struct qe_identity *qe, const struct tcb_platform *p,
                  struct tcb_result *out)
{
	*out = (struct tcb_result){.has_current = p->svn && p->svn2};
	if (qe)
		out->qe_level = isv_level_of(qe->levels, qe->level_count, p->qe_isvsvn);
	bool qe_missing = qe && !out->qe_level;
	evaluate_set(info, out->qe_level, qe_missing, p, p->svn, &out->launch);
	out->status = out->launch.status;
	take_dates(&out->launch, &out->date_ms);
	if (out->has_current) {
		evaluate_set(info, out->qe_level, qe_missing, p, p->svn2, &out->current);
		out->status = tcb_relaunch(out->launch.status, out->current.status);
	}
	if (out->qe_level)
		take_date(&out->qe_level->verdict, &out->date_ms);
}

/* ---- advisories ---- */

static bool has_text(struct bytes list, struct bytes text)
{
	for (size_t at = 0; at < list.n;) {
		const uint8_t *end = memchr(list.p + at, 0, list.n - at);
		size_t n = end ? (size_t)(end - (list.p + at)) : list.n - at;
		if (bytes_equal(bytes_slice(list, at, n), text))
			return true;
		at += n + 1;
	}
	return false;
}

static void put_advisories(const struct tcb_verdict *v, struct buffer *out)
{
	for (size_t i = 0; v && i < v->advisory_count; i++) {
		if (has_text(buffer_bytes(out), v->advisories[i]))
			continue;
		if (out->n > 0)
			buffer_put_u8(out, 0);
		buffer_put_bytes(out, v->advisories[i]);
	}
}

static void put_set(const struct tcb_evaluation *e, struct buffer *out)
{
	put_advisories(e->level ? &e->level->verdict : NULL, out);
	put_advisories(e->module_level ? &e->module_level->verdict : NULL, out);
}

struct bytes tcb_advisories(const struct tcb_result *r, struct arena *a)
{
	struct buffer b;
	buffer_init(&b, LIMIT_INTEL_DOCUMENT_BYTES);
	put_set(&r->launch, &b);
	put_advisories(r->qe_level ? &r->qe_level->verdict : NULL, &b);
	struct bytes out = arena_bytes(a, buffer_bytes(&b));
	buffer_release(&b);
	return out;
}
