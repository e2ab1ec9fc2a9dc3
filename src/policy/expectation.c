#include "policy/policy.h"

#include "base/hex.h"
#include "base/text.h"
#include "evidence/sigstore.h"

static const char *const claims[] = {
	"tee_attested", "tcb_up_to_date", "os_known_good", "serving_software_known_good",
	"gpu_attested", "model_weights_provenance",
};
enum { CLAIM_COUNT = sizeof(claims) / sizeof(claims[0]) };

static const char claim_prefix[] = "claim.", source_suffix[] = ".source";

/* ---- EXPR to struct ---- */

static bool is_name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
	       c == '-';
}

/* "claim.NAME" or "claim.NAME.source": the row of the claim; CLAIM_COUNT where there is none. */
static unsigned claim_of(const char *name, bool *source)
{
	const char *claim = name + sizeof(claim_prefix) - 1;
	for (unsigned i = 0; i < CLAIM_COUNT; i++) {
		size_t n = strlen(claims[i]);
		if (strncmp(claim, claims[i], n) != 0)
			continue;
		*source = strcmp(claim + n, source_suffix) == 0;
		if (claim[n] == '\0' || *source)
			return i;
	}
	return CLAIM_COUNT;
}

static bool is_claim(const char *name)
{
	return strncmp(name, claim_prefix, sizeof(claim_prefix) - 1) == 0;
}

static bool status_exists(const char *value)
{
	for (int s = CLAIM_UNKNOWN; s <= CLAIM_REFUTED; s++)
		if (strcmp(value, claim_status_name((enum claim_status)s)) == 0)
			return true;
	return false;
}

static bool source_exists(const char *value)
{
	for (int s = SOURCE_HARDWARE_PROVEN; s <= SOURCE_OPERATOR_ASSERTED; s++)
		if (strcmp(value, claim_source_name((enum claim_source)s)) == 0)
			return true;
	return false;
}

/* The list of claims, statuses and sources is closed, so a slip of the pen is found here and not
 * by an expectation that never holds. */
static struct fault check_claim(const struct expectation *e, size_t at)
{
	bool source = false;
	if (claim_of(e->name, &source) == CLAIM_COUNT)
		return fault_at(FAULT_VALUE, 0, "there is no such claim; the claims are in teewatch(1)");
	if (e->op != EXPECT_EQUAL)
		return fault_at(FAULT_SYNTAX, at, "a claim is compared with = only");
	for (size_t i = 0; i < e->count; i++) {
		if (source && !source_exists(e->values[i]))
			return fault_at(FAULT_VALUE, at, "a source is hardware_proven, verifier_derived, "
			                                 "provider_asserted or operator_asserted");
		if (!source && !status_exists(e->values[i]))
			return fault_at(FAULT_VALUE, at, "the status of a claim is asserted, refuted or unknown");
	}
	return FAULT_OK;
}

static bool is_hex(const char *s)
{
	return *s != '\0' && s[strspn(s, "0123456789abcdefABCDEF")] == '\0';
}

static struct fault check_value(const char *value, size_t at, enum expect_operator op)
{
	size_t n = strlen(value);
	uint64_t number;
	if (n == 0)
		return fault_at(FAULT_SYNTAX, at, "a value is empty");
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)value[i] < 0x20 || value[i] == 0x7f)
			return fault_at(FAULT_VALUE, at + i, "a control character stands in a value");
	if (!text_is_utf8(bytes_of_text(value)))
		return fault_at(FAULT_ENCODING, at, "a value is not UTF-8");
	if (value[0] == ' ' || value[n - 1] == ' ')
		return fault_at(FAULT_SYNTAX, at, "a space stands at the edge of a value");
	if (op == EXPECT_AT_LEAST && !text_decimal(bytes_of_text(value), UINT64_MAX, &number) &&
	    !(is_hex(value) && n % 2 == 0))
		return fault_at(FAULT_VALUE, at, ">= wants a decimal number, or the hex digits of whole bytes");
	return FAULT_OK;
}

/* The values behind the operator; only = takes several. */
static struct fault parse_values(const char *text, size_t at, struct arena *a, struct expectation *out)
{
	size_t count = 1;
	for (const char *s = text; *s; s++)
		count += *s == ',';
	if (count > 1 && out->op != EXPECT_EQUAL)
		return fault_at(FAULT_SYNTAX, at, "several values may stand behind = only");
	if (count > LIMIT_EXPECTATION_VALUES)
		return fault_at(FAULT_LIMIT, at, "too many values");
	const char **values = arena_array(a, count, sizeof(*values));
	for (size_t i = 0; values && i < count; i++) {
		size_t n = strcspn(text, ",");
		values[i] = arena_text(a, bytes_of(text, n));
		if (!values[i])
			return fault_at(FAULT_LIMIT, at, "no room");
		struct fault fault = check_value(values[i], at, out->op);
		if (fault_is_set(fault))
			return fault;
		text += n + 1;
		at += n + 1;
	}
	out->values = values;
	out->count = count;
	return values ? FAULT_OK : fault_at(FAULT_LIMIT, at, "no room");
}

struct fault expectation_parse(const char *text, struct arena *a, struct expectation *out)
{
	*out = (struct expectation){NULL, EXPECT_EQUAL, NULL, 0};
	if (strlen(text) > LIMIT_EXPRESSION_BYTES)
		return fault_at(FAULT_LIMIT, LIMIT_EXPRESSION_BYTES, "the expression is too long");
	size_t n = 0;
	while (is_name_byte(text[n]))
		n++;
	if (n == 0)
		return fault_at(FAULT_SYNTAX, 0, "a name must stand first: NAME=VALUE, NAME^=PREFIX or NAME>=VALUE");
	if (n > LIMIT_EXPRESSION_NAME)
		return fault_at(FAULT_LIMIT, 0, "the name is too long");
	size_t operator_bytes = text[n] == '=' ? 1 : 2;
	if (strncmp(text + n, "^=", 2) == 0)
		out->op = EXPECT_PREFIX;
	else if (strncmp(text + n, ">=", 2) == 0)
		out->op = EXPECT_AT_LEAST;
	else if (text[n] != '=')
		return fault_at(FAULT_SYNTAX, n, "=, ^= or >= must follow the name, without a space");
	if (!(out->name = arena_text(a, bytes_of(text, n))))
		return fault_at(FAULT_LIMIT, 0, "no room");
	size_t at = n + operator_bytes;
	struct fault fault = parse_values(text + at, at, a, out);
	if (!fault_is_set(fault) && is_claim(out->name))
		fault = check_claim(out, at);
	return fault;
}

void expectation_put(const struct expectation *e, struct buffer *out)
{
	static const char *const operators[] = {
		[EXPECT_EQUAL] = "=", [EXPECT_PREFIX] = "^=", [EXPECT_AT_LEAST] = ">="};
	buffer_put_text(out, e->name);
	buffer_put_text(out, operators[e->op]);
	for (size_t i = 0; i < e->count; i++) {
		if (i > 0)
			buffer_put_u8(out, ',');
		buffer_put_text(out, e->values[i]);
	}
}

/* ---- comparing ---- */

/* What became of one comparison; `why` says why it could not be made. */
struct comparison {
	enum check_result result;
	const char *why;
};

static struct comparison holds(bool yes)
{
	return (struct comparison){yes ? CHECK_PASS : CHECK_FAIL, NULL};
}

static struct comparison cannot(const char *why)
{
	return (struct comparison){CHECK_NOT_CHECKED, why};
}

static uint8_t hex_digit(struct bytes b, size_t i)
{
	uint8_t byte = b.p[i / 2];
	return (uint8_t)"0123456789abcdef"[i % 2 == 0 ? byte >> 4 : byte & 15];
}

/* Are the digits of text the first ones of b's hex form? Odd counts of digits are welcome. */
static bool hex_begins(struct bytes b, const char *text)
{
	size_t n = strlen(text);
	if (n > b.n * 2)
		return false;
	for (size_t i = 0; i < n; i++)
		if (text_lower((uint8_t)text[i]) != hex_digit(b, i))
			return false;
	return true;
}

/* Byte strings are vectors of component versions: each one must be high enough, since a higher
 * one in one place does not make up for a lower one in another. */
static struct comparison compare_hex_at_least(struct bytes b, const char *text)
{
	if (!is_hex(text) || strlen(text) != b.n * 2)
		return cannot("the value is a byte string; write as many hex digits as it has");
	for (size_t i = 0; i < b.n; i++) {
		uint8_t least;
		if (!hex_decode(bytes_of(text + 2 * i, 2), &least, 1) || b.p[i] < least)
			return holds(false);
	}
	return holds(true);
}

static struct comparison compare_hex(struct bytes b, enum expect_operator op, const char *text)
{
	if (op == EXPECT_AT_LEAST)
		return compare_hex_at_least(b, text);
	return holds(hex_begins(b, text) && (op == EXPECT_PREFIX || strlen(text) == b.n * 2));
}

static struct comparison compare_number(uint64_t found, enum expect_operator op, const char *text)
{
	uint64_t wanted;
	if (op == EXPECT_PREFIX)
		return cannot("the value is a number and has no prefix");
	if (!text_decimal(bytes_of_text(text), UINT64_MAX, &wanted))
		return cannot("the value is a number; write it in decimal");
	return holds(op == EXPECT_EQUAL ? found == wanted : found >= wanted);
}

static struct comparison compare_boolean(bool found, enum expect_operator op, const char *text)
{
	if (op != EXPECT_EQUAL || (strcmp(text, "true") != 0 && strcmp(text, "false") != 0))
		return cannot("the value is a truth value; it is compared by =true or =false");
	return holds(strcmp(text, found ? "true" : "false") == 0);
}

static struct comparison compare_text(struct bytes found, enum expect_operator op, const char *text)
{
	if (op == EXPECT_AT_LEAST)
		return cannot("the value is text and has no order");
	if (op == EXPECT_PREFIX)
		return holds(bytes_starts_with(found, bytes_of_text(text)));
	return holds(bytes_equal_text(found, text));
}

/* The next text of a NUL-separated list; false at its end. */
static bool list_next(struct bytes *left, struct bytes *item)
{
	if (left->n == 0)
		return false;
	const uint8_t *end = memchr(left->p, '\0', left->n);
	item->p = left->p;
	item->n = end ? (size_t)(end - left->p) : left->n;
	size_t used = item->n + (end ? 1 : 0);
	*left = (struct bytes){left->p + used, left->n - used};
	return true;
}

/* A list holds the value where one of its members does. */
static struct comparison compare_list(struct bytes list, enum expect_operator op, const char *text)
{
	struct bytes item;
	if (op == EXPECT_AT_LEAST)
		return cannot("the value is a list and has no order");
	while (list_next(&list, &item))
		if (compare_text(item, op, text).result == CHECK_PASS)
			return holds(true);
	return holds(false);
}

static struct comparison compare_value(const struct verdict_value *v, enum expect_operator op, const char *text)
{
	switch (v->kind) {
	case VALUE_HEX:
		return compare_hex(v->bytes, op, text);
	case VALUE_TEXT:
		return compare_text(v->bytes, op, text);
	case VALUE_NUMBER:
		return compare_number(v->number, op, text);
	case VALUE_BOOLEAN:
		return compare_boolean(v->number != 0, op, text);
	case VALUE_LIST:
		return compare_list(v->bytes, op, text);
	}
	return cannot("the value is of no kind that can be compared");
}

/* Repositories are written with and without their forge's address. */
static const char *plain_of(const struct expectation *e, const char *value)
{
	if (strcmp(e->name, "repository") != 0 || e->op != EXPECT_EQUAL)
		return value;
	return (const char *)sigstore_repository(bytes_of_text(value)).p; /* the end of the same text */
}

/* Any of the wanted values will do; one that could not be compared counts only where none holds. */
static struct comparison compare_any(const struct expectation *e, const struct verdict_value *v)
{
	struct comparison out = holds(false);
	for (size_t i = 0; i < e->count; i++) {
		struct comparison one = compare_value(v, e->op, plain_of(e, e->values[i]));
		if (one.result == CHECK_PASS)
			return one;
		if (one.result == CHECK_NOT_CHECKED)
			out = one;
	}
	return out;
}

/* ---- what is told about it ---- */

static void put_list(struct buffer *b, struct bytes list)
{
	struct bytes item;
	for (bool more = false; list_next(&list, &item); more = true) {
		if (more)
			buffer_put_text(b, ", ");
		text_put_escaped(b, item);
	}
}

static void put_found(struct buffer *b, const struct verdict_value *v)
{
	switch (v->kind) {
	case VALUE_HEX:
		hex_put(b, v->bytes);
		break;
	case VALUE_TEXT:
		text_put_escaped(b, v->bytes);
		break;
	case VALUE_NUMBER:
		buffer_printf(b, "%llu", (unsigned long long)v->number);
		break;
	case VALUE_BOOLEAN:
		buffer_put_text(b, v->number ? "true" : "false");
		break;
	case VALUE_LIST:
		put_list(b, v->bytes);
		break;
	}
}

/* "expected NAME=VALUE; found X", with `reason` behind it where there is one. */
static const char *detail_of(const struct expectation *e, const struct verdict_value *found, const char *reason,
                             struct arena *a)
{
	struct buffer b;
	buffer_init(&b, 2 * LIMIT_EXPRESSION_BYTES + 4 * LIMIT_EVIDENCE_BYTES);
	buffer_put_text(&b, "expected ");
	expectation_put(e, &b);
	if (found) {
		buffer_put_text(&b, "; found ");
		put_found(&b, found);
	}
	if (reason && *reason) {
		buffer_put_text(&b, "; ");
		buffer_put_text(&b, reason);
	}
	const char *out = buffer_ok(&b) ? arena_text(a, buffer_bytes(&b)) : NULL;
	buffer_release(&b);
	return out ? out : "the expectation's values are too long to tell";
}

/* ---- expectation against verdict ---- */

static enum check_result test_claim(const struct expectation *e, const struct verdict *v, struct arena *a,
                                    const char **detail)
{
	bool source = false;
	unsigned row = claim_of(e->name, &source);
	const struct verdict_claim *c = row < CLAIM_COUNT ? verdict_find_claim(v, claims[row]) : NULL;
	const char *found = claim_status_name(c ? c->status : CLAIM_UNKNOWN);
	if (source)
		found = claim_source_name(c ? c->source : SOURCE_NONE);
	for (size_t i = 0; i < e->count; i++)
		if (strcmp(e->values[i], found) == 0)
			return CHECK_PASS;
	const struct verdict_value value = {e->name, VALUE_TEXT, bytes_of_text(*found ? found : "none"), 0};
	*detail = detail_of(e, &value, c ? c->reason : NULL, a);
	return CHECK_FAIL;
}

/* report_data stands by itself in the verdict; `room` holds it. */
static const struct verdict_value *find_value(const struct verdict *v, const char *name, struct verdict_value *room)
{
	const struct verdict_value *value = verdict_find(v, name);
	if (value || strcmp(name, "report_data") != 0 || v->report_data.n == 0)
		return value;
	*room = (struct verdict_value){name, VALUE_HEX, v->report_data, 0};
	return room;
}

enum check_result expectation_test(const struct expectation *e, const struct verdict *v, struct arena *a,
                                   const char **detail)
{
	struct verdict_value room;
	*detail = "";
	if (is_claim(e->name))
		return test_claim(e, v, a, detail);
	const struct verdict_value *value = find_value(v, e->name, &room);
	if (!value) {
		*detail = detail_of(e, NULL, "this evidence has no value of that name", a);
		return CHECK_NOT_CHECKED;
	}
	struct comparison c = compare_any(e, value);
	if (c.result != CHECK_PASS)
		*detail = detail_of(e, value, c.why, a);
	return c.result;
}

static struct verdict_check *find_check(struct verdict *v, const char *id)
{
	for (size_t i = 0; i < v->check_count; i++)
		if (strcmp(v->checks[i].id, id) == 0)
			return &v->checks[i];
	return NULL;
}

/* Fail outweighs not checked, and that outweighs pass. */
static bool is_worse(enum check_result a, enum check_result b)
{
	return a != b && (a == CHECK_FAIL || (a == CHECK_NOT_CHECKED && b == CHECK_PASS));
}

/* A second expectation on the same name shares its check: ids are unique in a verdict. */
static void merge_check(struct verdict_check *into, enum check_result result, const char *detail, struct arena *a)
{
	const char *both = detail;
	if (into->detail && *into->detail && *detail)
		both = arena_format(a, "%s; %s", into->detail, detail);
	else if (!*detail)
		both = into->detail;
	if (both)
		into->detail = both;
	if (is_worse(result, into->result))
		into->result = result;
}

void expectation_apply(const struct expectation *e, struct verdict *v)
{
	const char *detail;
	enum check_result result = expectation_test(e, v, v->arena, &detail);
	const char *id = arena_format(v->arena, "expect.%s", e->name);
	struct verdict_check *same = id ? find_check(v, id) : NULL;
	if (same) {
		merge_check(same, result, detail, v->arena);
	} else if (id && v->check_count < LIMIT_VERDICT_CHECKS) {
		v->checks[v->check_count++] = (struct verdict_check){id, result, detail, true};
	} else if (!fault_is_set(v->fault)) {
		v->fault = fault_at(FAULT_LIMIT, 0, "checks"); /* a check that is lost must not pass */
	}
}
