#include "report/verdict_json.h"

#include <inttypes.h>

#include "base/hex.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "base/timestamp.h"

static void write_list(struct json_writer *w, const char *name, struct bytes list)
{
	json_write_array(w, name);
	for (size_t i = 0; i < list.n;) {
		const uint8_t *end = memchr(list.p + i, 0, list.n - i);
		size_t n = end ? (size_t)(end - list.p) - i : list.n - i;
		json_write_string(w, NULL, bytes_slice(list, i, n));
		i += n + 1;
	}
	json_write_array_end(w);
}

static void write_value(struct json_writer *w, const struct verdict_value *v)
{
	switch (v->kind) {
	case VALUE_HEX:
		json_write_hex(w, v->name, v->bytes);
		break;
	case VALUE_TEXT:
		json_write_string(w, v->name, v->bytes);
		break;
	case VALUE_NUMBER:
		json_write_u64(w, v->name, v->number);
		break;
	case VALUE_BOOLEAN:
		json_write_bool(w, v->name, v->number != 0);
		break;
	case VALUE_LIST:
		write_list(w, v->name, v->bytes);
		break;
	}
}

static void write_values(struct json_writer *w, const char *name, const struct verdict_values *values)
{
	json_write_object(w, name);
	for (size_t i = 0; i < values->n; i++)
		write_value(w, &values->v[i]);
	json_write_object_end(w);
}

static void write_claims(struct json_writer *w, const struct verdict *v)
{
	json_write_object(w, "claims");
	for (size_t i = 0; i < v->claim_count; i++) {
		const struct verdict_claim *c = &v->claims[i];
		json_write_object(w, c->claim);
		json_write_text(w, "status", claim_status_name(c->status));
		json_write_text(w, "source", claim_source_name(c->source));
		json_write_text(w, "reason", c->reason);
		json_write_object_end(w);
	}
	json_write_object_end(w);
}

static void write_checks(struct json_writer *w, const struct verdict *v)
{
	json_write_array(w, "checks");
	for (size_t i = 0; i < v->check_count; i++) {
		json_write_object(w, NULL);
		json_write_text(w, "id", v->checks[i].id);
		json_write_text(w, "result", check_result_name(v->checks[i].result));
		json_write_text(w, "detail", v->checks[i].detail);
		json_write_object_end(w);
	}
	json_write_array_end(w);
}

static void write_anchors(struct json_writer *w, const struct verdict *v)
{
	json_write_array(w, "anchors");
	for (size_t i = 0; i < v->anchor_count; i++) {
		json_write_object(w, NULL);
		json_write_text(w, "vendor", v->anchors[i].vendor);
		json_write_hex(w, "sha256", sha256_bytes(&v->anchors[i].sha256));
		json_write_bool(w, "builtin", v->anchors[i].builtin);
		json_write_object_end(w);
	}
	json_write_array_end(w);
}

static void write_fault(struct json_writer *w, struct fault f)
{
	if (!fault_is_set(f)) {
		json_write_null(w, "fault");
		return;
	}
	json_write_object(w, "fault");
	json_write_text(w, "code", fault_code_name(f.code));
	json_write_u64(w, "offset", f.offset);
	json_write_text(w, "field", f.field ? f.field : "");
	json_write_object_end(w);
}

void verdict_json_put(const struct verdict *v, const char *input, struct buffer *out)
{
	struct json_writer w = json_writer_to(out);
	json_write_object(&w, NULL);
	json_write_text(&w, "schema", "teewatch.verdict/1");
	json_write_text(&w, "input", input);
	json_write_object(&w, "evidence");
	json_write_text(&w, "kind", evidence_kind_name(v->kind));
	json_write_text(&w, "format", v->format ? v->format : "");
	json_write_hex(&w, "sha256", sha256_bytes(&v->sha256));
	json_write_object_end(&w);
	json_write_time(&w, "at", v->at_ms);
	json_write_text(&w, "result", verdict_result_name(v->result));
	write_claims(&w, v);
	write_checks(&w, v);
	write_values(&w, "tcb", &v->tcb);
	write_values(&w, "measurements", &v->measurements);
	json_write_hex(&w, "report_data", v->report_data);
	write_values(&w, "binding", &v->binding);
	write_values(&w, "fields", &v->fields);
	write_anchors(&w, v);
	write_fault(&w, v->fault);
	json_write_object_end(&w);
	buffer_put_u8(out, '\n');
}

/* ---- for people ---- */

void verdict_value_put(const struct verdict_value *value, struct buffer *out)
{
	switch (value->kind) {
	case VALUE_HEX:
		hex_put(out, value->bytes);
		break;
	case VALUE_TEXT:
		text_put_escaped(out, value->bytes);
		break;
	case VALUE_NUMBER:
		buffer_printf(out, "%" PRIu64, value->number);
		break;
	case VALUE_BOOLEAN:
		buffer_put_text(out, value->number ? "yes" : "no");
		break;
	case VALUE_LIST:
		for (size_t i = 0; i < value->bytes.n; i++) {
			uint8_t c = value->bytes.p[i];
			if (c == 0)
				buffer_put_text(out, i + 1 < value->bytes.n ? ", " : "");
			else
				text_put_escaped(out, bytes_of(&c, 1));
		}
		break;
	}
}

static void put_values(struct buffer *out, const char *heading, const struct verdict_values *values)
{
	if (values->n > 0)
		buffer_printf(out, "  %s\n", heading);
	for (size_t i = 0; i < values->n; i++) {
		buffer_printf(out, "    %-22s ", values->v[i].name);
		verdict_value_put(&values->v[i], out);
		buffer_put_u8(out, '\n');
	}
}

static void put_checks(struct buffer *out, const struct verdict *v, bool all)
{
	for (size_t i = 0; i < v->check_count; i++) {
		const struct verdict_check *c = &v->checks[i];
		if (!all && c->result == CHECK_PASS)
			continue;
		buffer_printf(out, "  %-11s %s", check_result_name(c->result), c->id);
		if (c->detail && c->detail[0])
			buffer_printf(out, ": %s", c->detail);
		buffer_put_u8(out, '\n');
	}
}

void verdict_text_put(const struct verdict *v, const char *input, bool all, struct buffer *out)
{
	char at[TIMESTAMP_TEXT_SIZE];
	buffer_printf(out, "%s: %s %s: %s (at %s)\n", input, evidence_kind_name(v->kind), v->format ? v->format : "",
	              verdict_result_name(v->result), timestamp_text(v->at_ms, at));
	if (fault_is_set(v->fault))
		buffer_printf(out, "  fault       %s in %s at byte %zu\n", fault_code_name(v->fault.code),
		              v->fault.field ? v->fault.field : "the input", v->fault.offset);
	for (size_t i = 0; i < v->claim_count; i++) {
		const struct verdict_claim *c = &v->claims[i];
		buffer_printf(out, "  %-11s %s", claim_status_name(c->status), c->claim);
		if (c->source != SOURCE_NONE)
			buffer_printf(out, " (%s)", claim_source_name(c->source));
		buffer_printf(out, ": %s\n", c->reason ? c->reason : "");
	}
	put_checks(out, v, all);
	put_values(out, "measurements", &v->measurements);
	if (all) {
		put_values(out, "tcb", &v->tcb);
		put_values(out, "binding", &v->binding);
		put_values(out, "fields", &v->fields);
		buffer_put_text(out, "  report_data              ");
		hex_put(out, v->report_data);
		buffer_put_u8(out, '\n');
	}
	for (size_t i = 0; i < v->anchor_count; i++) {
		buffer_printf(out, "  anchor      %s ", v->anchors[i].vendor);
		hex_put(out, sha256_bytes(&v->anchors[i].sha256));
		buffer_put_text(out, v->anchors[i].builtin ? " (built in)\n" : " (not built in: given by you)\n");
	}
}

/* ---- decode ---- */

static void decode_json(const struct verdict *v, const char *input, const char *carrier, const char *missing,
                        struct buffer *out)
{
	struct json_writer w = json_writer_to(out);
	json_write_object(&w, NULL);
	json_write_text(&w, "schema", "teewatch.decode/1");
	json_write_text(&w, "input", input);
	json_write_text(&w, "carrier", carrier);
	json_write_text(&w, "missing", missing ? missing : "");
	json_write_object(&w, "evidence");
	json_write_text(&w, "kind", evidence_kind_name(v->kind));
	json_write_text(&w, "format", v->format ? v->format : "");
	json_write_hex(&w, "sha256", sha256_bytes(&v->sha256));
	json_write_object_end(&w);
	write_values(&w, "tcb", &v->tcb);
	write_values(&w, "measurements", &v->measurements);
	json_write_hex(&w, "report_data", v->report_data);
	write_values(&w, "binding", &v->binding);
	write_values(&w, "fields", &v->fields);
	write_fault(&w, v->fault);
	json_write_object_end(&w);
	buffer_put_u8(out, '\n');
}

void decode_put(const struct verdict *v, const char *input, const char *carrier, const char *missing, bool json,
                struct buffer *out)
{
	if (json) {
		decode_json(v, input, carrier, missing, out);
		return;
	}
	buffer_printf(out, "%s: %s %s%s%s\n", input, evidence_kind_name(v->kind), v->format ? v->format : "",
	              carrier[0] ? " in " : "", carrier);
	if (missing)
		buffer_printf(out, "  missing     %s\n", missing);
	if (fault_is_set(v->fault))
		buffer_printf(out, "  fault       %s in %s at byte %zu\n", fault_code_name(v->fault.code),
		              v->fault.field ? v->fault.field : "the input", v->fault.offset);
	put_values(out, "measurements", &v->measurements);
	put_values(out, "tcb", &v->tcb);
	put_values(out, "binding", &v->binding);
	put_values(out, "fields", &v->fields);
	if (v->report_data.n > 0) {
		buffer_put_text(out, "  report_data              ");
		hex_put(out, v->report_data);
		buffer_put_u8(out, '\n');
	}
}
