/*
 * A verdict as one line of JSON ("teewatch.verdict/1", DESIGN section 6) and as text for people.
 * Depends on base, evidence.
 */
#ifndef TEEWATCH_REPORT_VERDICT_JSON_H
#define TEEWATCH_REPORT_VERDICT_JSON_H

#include "evidence/verdict.h"

/* One object and a newline; input is the name of the file it came from. */
void verdict_json_put(const struct verdict *v, const char *input, struct buffer *out);

/* The same for people: result, claims, failed and unchecked checks; with all: everything. */
void verdict_text_put(const struct verdict *v, const char *input, bool all, struct buffer *out);

/* What stands in the evidence, without checks, claims and result ("teewatch.decode/1"). carrier: of the
 * certificate it came in, or ""; missing: why there is no evidence, or NULL. */
void decode_put(const struct verdict *v, const char *input, const char *carrier, const char *missing, bool json,
                struct buffer *out);

/* A value as text: hex, number, text, or a list with commas. */
void verdict_value_put(const struct verdict_value *value, struct buffer *out);

#endif
