#include "evidence/verdict.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/cursor.h"
#include "evidence/checks.h"

void verdict_init(struct verdict *v, struct arena *a, enum evidence_kind kind, int64_t at_ms)
{
	memset(v, 0, sizeof(*v));
	v->arena = a;
	v->kind = kind;
	v->at_ms = at_ms;
	v->format = "";
}

/* ---- recording ---- */

void verdict_check(struct verdict *v, const char *id, enum check_result result, const char *detail, ...)
{
	char text[512] = "";
	const struct check *row = check_find(id);
	assert(row || strncmp(id, "expect.", 7) == 0);
	if (v->check_count >= LIMIT_VERDICT_CHECKS) { /* what is not recorded must not count as passed */
		if (!fault_is_set(v->fault))
			v->fault = fault_at(FAULT_LIMIT, LIMIT_VERDICT_CHECKS, "checks");
		return;
	}
	if (detail) {
		va_list args;
		va_start(args, detail);
		vsnprintf(text, sizeof(text), detail, args);
		va_end(args);
	}
	const char *kept = arena_text(v->arena, bytes_of_text(text));
	const char *name = arena_text(v->arena, bytes_of_text(id));
	v->checks[v->check_count++] = (struct verdict_check){
		.id = name ? name : "",
		.result = result,
		.detail = kept ? kept : "",
		.binding = !row || row->binding,
	};
}

void verdict_claim(struct verdict *v, const char *claim, enum claim_status status, enum claim_source source,
                   const char *reason)
{
	size_t i = 0;
	while (i < v->claim_count && strcmp(v->claims[i].claim, claim) != 0)
		i++;
	if (i < LIMIT_VERDICT_CLAIMS)
		v->claims[i] = (struct verdict_claim){claim, status, source, reason};
	if (i == v->claim_count && i < LIMIT_VERDICT_CLAIMS)
		v->claim_count++;
}

/* The limit leaves room for every kind of evidence, so reaching it is a mistake of the program. */
static void add_value(struct verdict_values *to, struct verdict_value value)
{
	assert(to->n < LIMIT_VERDICT_VALUES);
	if (to->n < LIMIT_VERDICT_VALUES)
		to->v[to->n++] = value;
}

void verdict_hex(struct verdict_values *to, const char *name, struct bytes value)
{
	add_value(to, (struct verdict_value){name, VALUE_HEX, value, 0});
}

void verdict_text(struct verdict_values *to, const char *name, const char *value)
{
	add_value(to, (struct verdict_value){name, VALUE_TEXT, bytes_of_text(value), 0});
}

void verdict_list(struct verdict_values *to, const char *name, struct bytes texts)
{
	add_value(to, (struct verdict_value){name, VALUE_LIST, texts, 0});
}

void verdict_number(struct verdict_values *to, const char *name, uint64_t value)
{
	add_value(to, (struct verdict_value){name, VALUE_NUMBER, {NULL, 0}, value});
}

void verdict_boolean(struct verdict_values *to, const char *name, bool value)
{
	add_value(to, (struct verdict_value){name, VALUE_BOOLEAN, {NULL, 0}, value});
}

void verdict_anchor(struct verdict *v, const char *vendor, struct sha256 sha256, bool builtin)
{
	for (size_t i = 0; i < v->anchor_count; i++)
		if (sha256_equal(&v->anchors[i].sha256, &sha256))
			return;
	if (v->anchor_count < LIMIT_VERDICT_ANCHORS)
		v->anchors[v->anchor_count++] = (struct verdict_anchor){vendor, sha256, builtin};
}

/* ---- the result ---- */

/* Every required check of the kind passed, and there is at least one: a kind without checks proves nothing. */
static bool has_required(const struct verdict *v)
{
	size_t required_count = 0;
	for (size_t i = 0; i < check_count; i++) {
		if (!checks[i].required || !check_is_of(&checks[i], v->kind) || checks[i].kind == EVIDENCE_NONE)
			continue;
		required_count++;
		if (verdict_check_result(v, checks[i].id) != CHECK_PASS)
			return false;
	}
	if (required_count == 0)
		return false;
	for (size_t i = 0; i < v->check_count; i++) {
		const struct check *row = check_find(v->checks[i].id);
		bool required = !row || row->required; /* expectations are */
		if (required && v->checks[i].result != CHECK_PASS)
			return false;
	}
	return true;
}

void verdict_conclude(struct verdict *v)
{
	if (verdict_first_failed(v) || (fault_is_set(v->fault) && v->fault.code != FAULT_UNSUPPORTED))
		v->result = VERDICT_FAILED;
	else if (fault_is_set(v->fault) || !has_required(v))
		v->result = VERDICT_INCOMPLETE;
	else
		v->result = VERDICT_VERIFIED;
}

enum check_result verdict_check_result(const struct verdict *v, const char *id)
{
	for (size_t i = 0; i < v->check_count; i++)
		if (strcmp(v->checks[i].id, id) == 0)
			return v->checks[i].result;
	return CHECK_NOT_CHECKED;
}

const struct verdict_check *verdict_first_failed(const struct verdict *v)
{
	for (size_t i = 0; i < v->check_count; i++)
		if (v->checks[i].result == CHECK_FAIL)
			return &v->checks[i];
	return NULL;
}

static const struct verdict_value *find_in(const struct verdict_values *values, const char *name)
{
	for (size_t i = 0; i < values->n; i++)
		if (strcmp(values->v[i].name, name) == 0)
			return &values->v[i];
	return NULL;
}

const struct verdict_value *verdict_find(const struct verdict *v, const char *name)
{
	const struct verdict_values *const lists[] = {&v->measurements, &v->fields, &v->tcb, &v->binding};
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const struct verdict_value *found = find_in(lists[i], name);
		if (found)
			return found;
	}
	if (strcmp(name, "report_data") != 0 || v->report_data.n == 0)
		return NULL;
	struct verdict_value *value = arena_alloc(v->arena, sizeof(*value));
	if (value)
		*value = (struct verdict_value){"report_data", VALUE_HEX, v->report_data, 0};
	return value;
}

const struct verdict_claim *verdict_find_claim(const struct verdict *v, const char *claim)
{
	for (size_t i = 0; i < v->claim_count; i++)
		if (strcmp(v->claims[i].claim, claim) == 0)
			return &v->claims[i];
	return NULL;
}

/* ---- names ---- */

const char *check_result_name(enum check_result r)
{
	return r == CHECK_PASS ? "pass" : r == CHECK_FAIL ? "fail" : "not_checked";
}

const char *verdict_result_name(enum verdict_result r)
{
	return r == VERDICT_VERIFIED ? "verified" : r == VERDICT_FAILED ? "failed" : "incomplete";
}

const char *claim_status_name(enum claim_status s)
{
	return s == CLAIM_ASSERTED ? "asserted" : s == CLAIM_REFUTED ? "refuted" : "unknown";
}

const char *claim_source_name(enum claim_source s)
{
	static const char *const names[] = {"", "hardware_proven", "verifier_derived", "provider_asserted",
	                                    "operator_asserted"};
	return (size_t)s < sizeof(names) / sizeof(names[0]) ? names[s] : "";
}

/* ---- as bytes for another process ---- */

static void put_text(struct buffer *b, const char *s)
{
	buffer_put_vector32(b, bytes_of_text(s));
}

static void put_values(struct buffer *b, const struct verdict_values *values)
{
	buffer_put_u32be(b, (uint32_t)values->n);
	for (size_t i = 0; i < values->n; i++) {
		const struct verdict_value *v = &values->v[i];
		put_text(b, v->name);
		buffer_put_u8(b, (uint8_t)v->kind);
		buffer_put_vector32(b, v->bytes);
		buffer_put_u64be(b, v->number);
	}
}

void verdict_encode(const struct verdict *v, struct buffer *out)
{
	buffer_put_u8(out, (uint8_t)v->kind);
	put_text(out, v->format);
	buffer_put_bytes(out, sha256_bytes(&v->sha256));
	buffer_put_u64be(out, (uint64_t)v->at_ms);
	buffer_put_u8(out, (uint8_t)v->result);
	buffer_put_u32be(out, (uint32_t)v->check_count);
	for (size_t i = 0; i < v->check_count; i++) {
		put_text(out, v->checks[i].id);
		buffer_put_u8(out, (uint8_t)v->checks[i].result);
		put_text(out, v->checks[i].detail);
		buffer_put_u8(out, v->checks[i].binding);
	}
	buffer_put_u32be(out, (uint32_t)v->claim_count);
	for (size_t i = 0; i < v->claim_count; i++) {
		put_text(out, v->claims[i].claim);
		buffer_put_u8(out, (uint8_t)v->claims[i].status);
		buffer_put_u8(out, (uint8_t)v->claims[i].source);
		put_text(out, v->claims[i].reason);
	}
	put_values(out, &v->tcb);
	put_values(out, &v->measurements);
	put_values(out, &v->binding);
	put_values(out, &v->fields);
	buffer_put_vector32(out, v->report_data);
	buffer_put_u32be(out, (uint32_t)v->anchor_count);
	for (size_t i = 0; i < v->anchor_count; i++) {
		put_text(out, v->anchors[i].vendor);
		buffer_put_bytes(out, sha256_bytes(&v->anchors[i].sha256));
		buffer_put_u8(out, v->anchors[i].builtin);
	}
	buffer_put_u8(out, (uint8_t)v->fault.code);
	buffer_put_u64be(out, v->fault.offset);
	put_text(out, v->fault.field);
}

struct reader {
	struct cursor c;
	struct arena *arena;
};

static const char *read_text(struct reader *r, const char *field)
{
	struct bytes b = cursor_vector32(&r->c, field);
	if (b.n > 0 && memchr(b.p, 0, b.n))
		cursor_fail(&r->c, FAULT_VALUE, field);
	const char *s = arena_text(r->arena, cursor_ok(&r->c) ? b : (struct bytes){NULL, 0});
	if (!s)
		cursor_fail(&r->c, FAULT_LIMIT, field);
	return s ? s : "";
}

static struct bytes read_bytes(struct reader *r, const char *field)
{
	struct bytes b = cursor_vector32(&r->c, field), copy = arena_bytes(r->arena, b);
	if (copy.n != b.n)
		cursor_fail(&r->c, FAULT_LIMIT, field);
	return copy;
}

static unsigned read_enum(struct reader *r, unsigned last, const char *field)
{
	unsigned v = cursor_u8(&r->c, field);
	if (v > last)
		cursor_fail(&r->c, FAULT_VALUE, field);
	return v <= last ? v : 0;
}

static size_t read_count(struct reader *r, size_t max, const char *field)
{
	size_t n = cursor_u32be(&r->c, field);
	if (n > max)
		cursor_fail(&r->c, FAULT_LIMIT, field);
	return cursor_ok(&r->c) ? n : 0;
}

static void read_values(struct reader *r, struct verdict_values *out, const char *field)
{
	out->n = read_count(r, LIMIT_VERDICT_VALUES, field);
	for (size_t i = 0; i < out->n; i++) {
		out->v[i].name = read_text(r, field);
		out->v[i].kind = (enum value_kind)read_enum(r, VALUE_LIST, field);
		out->v[i].bytes = read_bytes(r, field);
		out->v[i].number = cursor_u64be(&r->c, field);
	}
}

static void read_checks(struct reader *r, struct verdict *out)
{
	out->check_count = read_count(r, LIMIT_VERDICT_CHECKS, "checks");
	for (size_t i = 0; i < out->check_count; i++) {
		out->checks[i].id = read_text(r, "check.id");
		out->checks[i].result = (enum check_result)read_enum(r, CHECK_FAIL, "check.result");
		out->checks[i].detail = read_text(r, "check.detail");
		out->checks[i].binding = read_enum(r, 1, "check.binding") == 1;
	}
	out->claim_count = read_count(r, LIMIT_VERDICT_CLAIMS, "claims");
	for (size_t i = 0; i < out->claim_count; i++) {
		out->claims[i].claim = read_text(r, "claim");
		out->claims[i].status = (enum claim_status)read_enum(r, CLAIM_REFUTED, "claim.status");
		out->claims[i].source = (enum claim_source)read_enum(r, SOURCE_OPERATOR_ASSERTED, "claim.source");
		out->claims[i].reason = read_text(r, "claim.reason");
	}
}

struct fault verdict_decode(struct bytes in, struct arena *a, struct verdict *out)
{
	struct reader r = {cursor_of(in), a};
	verdict_init(out, a, EVIDENCE_NONE, 0);
	out->kind = (enum evidence_kind)read_enum(&r, EVIDENCE_UNKNOWN, "kind");
	out->format = read_text(&r, "format");
	cursor_copy(&r.c, out->sha256.b, SHA256_BYTES, "sha256");
	out->at_ms = (int64_t)cursor_u64be(&r.c, "at");
	out->result = (enum verdict_result)read_enum(&r, VERDICT_FAILED, "result");
	read_checks(&r, out);
	read_values(&r, &out->tcb, "tcb");
	read_values(&r, &out->measurements, "measurements");
	read_values(&r, &out->binding, "binding");
	read_values(&r, &out->fields, "fields");
	out->report_data = read_bytes(&r, "report_data");
	out->anchor_count = read_count(&r, LIMIT_VERDICT_ANCHORS, "anchors");
	for (size_t i = 0; i < out->anchor_count; i++) {
		out->anchors[i].vendor = read_text(&r, "anchor.vendor");
		cursor_copy(&r.c, out->anchors[i].sha256.b, SHA256_BYTES, "anchor.sha256");
		out->anchors[i].builtin = read_enum(&r, 1, "anchor.builtin") == 1;
	}
	out->fault.code = (enum fault_code)read_enum(&r, FAULT_UNRECOGNISED, "fault");
	out->fault.offset = (size_t)cursor_u64be(&r.c, "fault.offset");
	out->fault.field = read_text(&r, "fault.field");
	return cursor_end(&r.c, "verdict");
}
