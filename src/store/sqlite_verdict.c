/* Verdicts: written apart into rows, and put together again. */
#include <stdlib.h>

#include "base/memory.h"
#include "store/sqlite.h"

static const char *basis_name(enum verdict_basis b)
{
	return b == BASIS_NOW ? "now" : "logged";
}

/* ---- writing ---- */

/* The hash of everything but the time. The encoding is that of messages between processes: where it
 * changes with a version, every verdict counts as changed once. */
static struct sha256 verdict_digest(const struct verdict *v, const char *scheme)
{
	struct verdict *timeless = memory_alloc(sizeof(*timeless));
	struct buffer b;
	*timeless = *v;
	timeless->at_ms = 0;
	buffer_init(&b, LIMIT_STORED_BYTES);
	verdict_encode(timeless, &b);
	struct sha256 digest = hash_sha256_two(buffer_bytes(&b), bytes_of_text(scheme));
	buffer_release(&b);
	free(timeless);
	return digest;
}

static int checks_insert(struct sqlite_store *s, int64_t id, const struct verdict *v)
{
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < v->check_count; i++) {
		const struct verdict_check *c = &v->checks[i];
		struct sql q = sql_write(s, "file a check",
		                         "INSERT INTO verdict_check (verdict_id, position, check_id, result,"
		                         " detail, binding) VALUES (?, ?, ?, ?, ?, ?)");
		sql_bind_i64(&q, id);
		sql_bind_u64(&q, i);
		sql_bind_text(&q, c->id);
		sql_bind_text(&q, check_result_name(c->result));
		sql_bind_text(&q, c->detail);
		sql_bind_bool(&q, c->binding);
		rc = sql_run(&q);
	}
	return rc;
}

/* All claims but this one are about the machine behind a certificate where there is one. */
static bool is_of_evidence_alone(const struct verdict_claim *c)
{
	return strcmp(c->claim, "tcb_up_to_date") == 0;
}

static int claims_insert(struct sqlite_store *s, int64_t id, const struct verdict *v)
{
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < v->claim_count; i++) {
		const struct verdict_claim *c = &v->claims[i];
		struct sql q = sql_write(s, "file a claim",
		                         "INSERT INTO verdict_claim (verdict_id, position, claim, status,"
		                         " source, reason, binding) VALUES (?, ?, ?, ?, ?, ?, ?)");
		sql_bind_i64(&q, id);
		sql_bind_u64(&q, i);
		sql_bind_text(&q, c->claim);
		sql_bind_text(&q, claim_status_name(c->status));
		sql_bind_text(&q, claim_source_name(c->source));
		sql_bind_text(&q, c->reason);
		sql_bind_bool(&q, !is_of_evidence_alone(c));
		rc = sql_run(&q);
	}
	return rc;
}

static const char *const value_kinds[] = {"hex", "text", "number", "boolean", "list"};

static int values_insert(struct sqlite_store *s, int64_t id, const char *section, const struct verdict_values *values)
{
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < values->n; i++) {
		const struct verdict_value *v = &values->v[i];
		struct sql q = sql_write(s, "file a value",
		                         "INSERT INTO verdict_value (verdict_id, section, position, name,"
		                         " kind, bytes, number) VALUES (?, ?, ?, ?, ?, ?, ?)");
		sql_bind_i64(&q, id);
		sql_bind_text(&q, section);
		sql_bind_u64(&q, i);
		sql_bind_text(&q, v->name);
		sql_bind_text(&q, (unsigned)v->kind < 5 ? value_kinds[v->kind] : "");
		sql_bind_bytes(&q, v->bytes);
		sql_bind_i64(&q, (int64_t)v->number);
		rc = sql_run(&q);
	}
	return rc;
}

static int anchors_insert(struct sqlite_store *s, int64_t id, const struct verdict *v)
{
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < v->anchor_count; i++) {
		struct sql q = sql_write(s, "file an anchor",
		                         "INSERT INTO verdict_anchor (verdict_id, position, vendor, sha256,"
		                         " builtin) VALUES (?, ?, ?, ?, ?)");
		sql_bind_i64(&q, id);
		sql_bind_u64(&q, i);
		sql_bind_text(&q, v->anchors[i].vendor);
		sql_bind_sha256(&q, &v->anchors[i].sha256);
		sql_bind_bool(&q, v->anchors[i].builtin);
		rc = sql_run(&q);
	}
	return rc;
}

static int parts_insert(struct sqlite_store *s, int64_t id, const struct verdict *v)
{
	int rc = checks_insert(s, id, v);
	if (rc == 0)
		rc = claims_insert(s, id, v);
	if (rc == 0)
		rc = values_insert(s, id, "tcb", &v->tcb);
	if (rc == 0)
		rc = values_insert(s, id, "measurement", &v->measurements);
	if (rc == 0)
		rc = values_insert(s, id, "binding", &v->binding);
	if (rc == 0)
		rc = values_insert(s, id, "field", &v->fields);
	return rc == 0 ? anchors_insert(s, id, v) : rc;
}

static int verdict_insert(struct sqlite_store *s, const struct sha256 *tbs, enum verdict_basis basis,
                          const struct verdict *v, const char *scheme, const struct sha256 *digest)
{
	struct sql q = sql_write(s, "file a verdict",
	                         "INSERT INTO verdict (tbs_sha256, evidence_sha256, basis, scheme, kind, format, at_ms,"
	                         " result, fault, fault_offset, fault_field, report_data, digest)"
	                         " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
	sql_bind_sha256(&q, tbs);
	sql_bind_sha256(&q, &v->sha256);
	sql_bind_text(&q, basis_name(basis));
	sql_bind_text(&q, scheme);
	sql_bind_text(&q, evidence_kind_name(v->kind));
	sql_bind_text(&q, v->format);
	sql_bind_i64(&q, v->at_ms);
	sql_bind_text(&q, verdict_result_name(v->result));
	sql_bind_fault(&q, v->fault);
	sql_bind_bytes(&q, v->report_data);
	sql_bind_sha256(&q, digest);
	int rc = sql_run_shown(&q);
	return rc == 0 ? parts_insert(s, sqlite3_last_insert_rowid(s->db), v) : rc;
}

/* The verdict that stands there; id 0: none. */
struct standing {
	int64_t id, at_ms;
	struct sha256 digest;
};

static int verdict_standing(struct sqlite_store *s, const struct sha256 *tbs, enum verdict_basis basis,
                            const struct sha256 *evidence, struct standing *out)
{
	struct sql q = sql_read(s, "look for a verdict",
	                        "SELECT verdict_id, at_ms, digest FROM verdict WHERE ifnull(tbs_sha256, x'') = ?"
	                        " AND evidence_sha256 = ? AND basis = ?");
	sql_bind_bytes(&q, tbs ? sha256_bytes(tbs) : (struct bytes){NULL, 0});
	sql_bind_sha256(&q, evidence);
	sql_bind_text(&q, basis_name(basis));
	*out = (struct standing){0};
	if (sql_row(&q)) {
		out->id = sql_column_i64(&q);
		out->at_ms = sql_column_i64(&q);
		out->digest = sql_column_sha256(&q);
	}
	return sql_end(&q);
}

static int verdict_touch(struct sqlite_store *s, int64_t id, int64_t at_ms)
{
	struct sql q = sql_write(s, "file a verdict", "UPDATE verdict SET at_ms = ?2 WHERE verdict_id = ?1");
	sql_bind_i64(&q, id);
	sql_bind_i64(&q, at_ms);
	return sql_run(&q);
}

static int verdict_delete(struct sqlite_store *s, int64_t id)
{
	struct sql q = sql_write(s, "replace a verdict", "DELETE FROM verdict WHERE verdict_id = ?");
	sql_bind_i64(&q, id);
	return sql_run_shown(&q);
}

int sqlite_verdict_put(struct store *base, const struct sha256 *tbs, enum verdict_basis basis, const struct verdict *v,
                       const char *scheme)
{
	struct sqlite_store *s = sqlite_of(base);
	struct sha256 digest = verdict_digest(v, scheme);
	struct standing standing;
	int rc = verdict_standing(s, tbs, basis, &v->sha256, &standing);
	if (rc != 0)
		return rc;
	if (standing.id != 0 && sha256_equal(&standing.digest, &digest)) {
		/* Basis logged means another moment when the time differs; basis now was only looked at again. */
		if (basis == BASIS_LOGGED && standing.at_ms != v->at_ms)
			s->changed = true;
		return verdict_touch(s, standing.id, v->at_ms);
	}
	if (standing.id != 0)
		rc = verdict_delete(s, standing.id);
	return rc == 0 ? verdict_insert(s, tbs, basis, v, scheme, &digest) : rc;
}

/* ---- reading ---- */

static const char *text_copy(struct sql *q, struct arena *a)
{
	const char *text = arena_text(a, bytes_of_text(sql_column_text(q)));
	return text ? text : "";
}

/* Which of the names; an error where it is none of them. */
static unsigned column_choice(struct sql *q, const char *const *names, unsigned n)
{
	const char *text = sql_column_text(q);
	unsigned i = 0;
	while (i < n && strcmp(names[i], text) != 0)
		i++;
	if (i == n)
		sql_damaged(q, "a word that is not known");
	return i == n ? 0 : i;
}

static void checks_read(struct sqlite_store *s, int64_t id, struct verdict *v, int *rc)
{
	static const char *const results[] = {"not_checked", "pass", "fail"};
	struct sql q = sql_read(s, "read the checks",
	                        "SELECT check_id, result, detail, binding FROM verdict_check"
	                        " WHERE verdict_id = ? ORDER BY position");
	sql_bind_i64(&q, id);
	while (v->check_count < LIMIT_VERDICT_CHECKS && sql_row(&q)) {
		struct verdict_check *c = &v->checks[v->check_count++];
		c->id = text_copy(&q, v->arena);
		c->result = (enum check_result)column_choice(&q, results, 3);
		c->detail = text_copy(&q, v->arena);
		c->binding = sql_column_bool(&q);
	}
	*rc = sql_end(&q);
}

static void claims_read(struct sqlite_store *s, int64_t id, struct verdict *v, int *rc)
{
	static const char *const states[] = {"unknown", "asserted", "refuted"};
	static const char *const sources[] = {"", "hardware_proven", "verifier_derived", "provider_asserted",
	                                      "operator_asserted"};
	struct sql q = sql_read(s, "read the claims",
	                        "SELECT claim, status, source, reason FROM verdict_claim"
	                        " WHERE verdict_id = ? ORDER BY position");
	sql_bind_i64(&q, id);
	while (v->claim_count < LIMIT_VERDICT_CLAIMS && sql_row(&q)) {
		struct verdict_claim *c = &v->claims[v->claim_count++];
		c->claim = text_copy(&q, v->arena);
		c->status = (enum claim_status)column_choice(&q, states, 3);
		c->source = (enum claim_source)column_choice(&q, sources, 5);
		c->reason = text_copy(&q, v->arena);
	}
	*rc = sql_end(&q);
}

static void values_read(struct sqlite_store *s, int64_t id, const char *section, struct verdict_values *out,
                        struct arena *a, int *rc)
{
	struct sql q = sql_read(s, "read the values",
	                        "SELECT name, kind, bytes, number FROM verdict_value"
	                        " WHERE verdict_id = ? AND section = ? ORDER BY position");
	sql_bind_i64(&q, id);
	sql_bind_text(&q, section);
	while (out->n < LIMIT_VERDICT_VALUES && sql_row(&q)) {
		struct verdict_value *v = &out->v[out->n++];
		v->name = text_copy(&q, a);
		v->kind = (enum value_kind)column_choice(&q, value_kinds, 5);
		v->bytes = arena_bytes(a, sql_column_bytes(&q));
		v->number = (uint64_t)sql_column_i64(&q);
	}
	*rc = sql_end(&q);
}

static void anchors_read(struct sqlite_store *s, int64_t id, struct verdict *v, int *rc)
{
	struct sql q = sql_read(s, "read the anchors",
	                        "SELECT vendor, sha256, builtin FROM verdict_anchor"
	                        " WHERE verdict_id = ? ORDER BY position");
	sql_bind_i64(&q, id);
	while (v->anchor_count < LIMIT_VERDICT_ANCHORS && sql_row(&q)) {
		struct verdict_anchor *anchor = &v->anchors[v->anchor_count++];
		anchor->vendor = text_copy(&q, v->arena);
		anchor->sha256 = sql_column_sha256(&q);
		anchor->builtin = sql_column_bool(&q);
	}
	*rc = sql_end(&q);
}

static int parts_read(struct sqlite_store *s, int64_t id, struct verdict *v)
{
	int rc;
	checks_read(s, id, v, &rc);
	if (rc == 0)
		claims_read(s, id, v, &rc);
	if (rc == 0)
		values_read(s, id, "tcb", &v->tcb, v->arena, &rc);
	if (rc == 0)
		values_read(s, id, "measurement", &v->measurements, v->arena, &rc);
	if (rc == 0)
		values_read(s, id, "binding", &v->binding, v->arena, &rc);
	if (rc == 0)
		values_read(s, id, "field", &v->fields, v->arena, &rc);
	if (rc == 0)
		anchors_read(s, id, v, &rc);
	return rc;
}

/* One verdict and how it is filed; the row's texts go into the arena. */
static int64_t verdict_row(struct sql *q, struct store_verdict *out, struct sha256 *tbs, struct verdict *v)
{
	static const char *const bases[] = {"logged", "now"};
	static const char *const results[] = {"incomplete", "verified", "failed"};
	struct arena *a = v->arena;
	int64_t id = sql_column_i64(q);
	out->tbs_sha256 = sql_column_optional_sha256(q, tbs);
	v->sha256 = sql_column_sha256(q);
	out->basis = (enum verdict_basis)column_choice(q, bases, 2);
	out->scheme = text_copy(q, a);
	v->kind = evidence_kind_of(sql_column_text(q));
	v->format = text_copy(q, a);
	v->at_ms = sql_column_i64(q);
	v->result = (enum verdict_result)column_choice(q, results, 3);
	v->fault = sql_column_fault(q);
	if (v->fault.field)
		v->fault.field = arena_text(a, bytes_of_text(v->fault.field));
	v->report_data = arena_bytes(a, sql_column_bytes(q));
	return id;
}

static int verdicts_each(struct sqlite_store *s, struct sql *q, int (*each)(void *, const struct store_verdict *),
                         void *context)
{
	struct verdict *v = memory_alloc(sizeof(*v));
	struct arena a;
	int rc = 0;
	arena_init(&a, LIMIT_ARENA_BYTES);
	while (rc == 0 && sql_row(q)) {
		struct store_verdict row = {.verdict = v};
		struct sha256 tbs;
		arena_reset(&a);
		*v = (struct verdict){.arena = &a};
		int64_t id = verdict_row(q, &row, &tbs, v);
		if (q->rc == SQLITE_ROW)
			rc = parts_read(s, id, v);
		if (rc == 0 && q->rc == SQLITE_ROW)
			rc = each(context, &row);
	}
	arena_release(&a);
	free(v);
	return sql_end_with(q, rc);
}

#define VERDICT_COLUMNS                                                                                                \
	"SELECT verdict_id, tbs_sha256, evidence_sha256, basis, scheme, kind, format, at_ms, result, fault, "          \
	"fault_offset,"                                                                                                \
	" fault_field, report_data FROM verdict"

int sqlite_verdict_each(struct store *base, const struct sha256 *tbs, int (*each)(void *, const struct store_verdict *),
                        void *context)
{
	struct sqlite_store *s = sqlite_of(base);
	struct sql q;
	if (tbs) {
		q = sql_read(s, "read the verdicts",
		             VERDICT_COLUMNS " WHERE tbs_sha256 = ? ORDER BY evidence_sha256, basis");
		sql_bind_sha256(&q, tbs);
	} else {
		q = sql_read(s, "read the verdicts", VERDICT_COLUMNS " ORDER BY tbs_sha256, evidence_sha256, basis");
	}
	return verdicts_each(s, &q, each, context);
}
