/* How the texts of a key become fields of the configuration, and back. */
#include "cmd/config_keys.h"

#include "base/base64.h"
#include "base/hex.h"
#include "base/text.h"

/* Lists of watch_rules are a pointer and a count behind it. */
struct list_field {
	const void *v;
	size_t n;
};
#define IS_LIST_FIELD(FIELD)                                                                                    \
	_Static_assert(offsetof(struct watch_rules, FIELD##_count) ==                                           \
	                       offsetof(struct watch_rules, FIELD) + offsetof(struct list_field, n),            \
	               "a pointer and the count behind it")
IS_LIST_FIELD(expect);
IS_LIST_FIELD(measurement);
IS_LIST_FIELD(key);
IS_LIST_FIELD(issuer);
IS_LIST_FIELD(provenance);
_Static_assert(sizeof(enum alert_kind) == sizeof(unsigned) && sizeof(enum severity) == sizeof(unsigned) &&
                       sizeof(enum fetch_scope) == sizeof(unsigned) && sizeof(enum log_kind) == sizeof(unsigned) &&
                       sizeof(uint32_t) == sizeof(unsigned),
               "choices and numbers are stored alike");

static void store(const struct config_key *key, void *section, const void *value, size_t n)
{
	memcpy((char *)section + key->offset, value, n);
}

static void load(const struct config_key *key, const void *section, void *value, size_t n)
{
	memcpy(value, (const char *)section + key->offset, n);
}

static const char *keep(struct arena *a, const char *text)
{
	return arena_text(a, bytes_of_text(text));
}

static struct config_texts no_texts(void)
{
	return (struct config_texts){NULL, 0};
}

static struct config_texts one_text(struct arena *a, const char *text)
{
	const char **v = text ? arena_array(a, 1, sizeof(*v)) : NULL;
	if (!v)
		return no_texts();
	v[0] = text;
	return (struct config_texts){v, 1};
}

/* ---- text: const char * ---- */

static void text_read(const struct config_key *key, struct config_texts t, struct arena *a, void *section)
{
	const char *text = t.n > 0 ? keep(a, t.v[0]) : NULL;
	store(key, section, &text, sizeof(text));
}

/* Without slashes at the end: what is asked of a service begins with one. */
static void base_url_read(const struct config_key *key, struct config_texts t, struct arena *a, void *section)
{
	size_t n = t.n > 0 ? strlen(t.v[0]) : 0;
	while (n > 0 && t.v[0][n - 1] == '/')
		n--;
	const char *text = t.n > 0 ? arena_text(a, bytes_of(t.v[0], n)) : NULL;
	store(key, section, &text, sizeof(text));
}

static struct config_texts text_texts(const struct config_key *key, const void *section, struct arena *a)
{
	const char *text;
	load(key, section, &text, sizeof(text));
	return one_text(a, text);
}

/* ---- number and choice: unsigned, or an enum that follows the order of the choices ---- */

static void number_read(const struct config_key *key, struct config_texts t, struct arena *a, void *section)
{
	uint64_t number = 0;
	(void)a;
	if (t.n > 0 && text_decimal(bytes_of_text(t.v[0]), UINT32_MAX, &number))
		store(key, section, &(unsigned){(unsigned)number}, sizeof(unsigned));
}

static struct config_texts number_texts(const struct config_key *key, const void *section, struct arena *a)
{
	unsigned number;
	load(key, section, &number, sizeof(number));
	return one_text(a, arena_format(a, "%u", number));
}

static unsigned choice_index(const struct config_key *key, const char *text)
{
	unsigned i = 0;
	while (key->choices[i] && strcmp(key->choices[i], text) != 0)
		i++;
	return i;
}

static void choice_read(const struct config_key *key, struct config_texts t, struct arena *a, void *section)
{
	(void)a;
	if (t.n > 0)
		store(key, section, &(unsigned){choice_index(key, t.v[0])}, sizeof(unsigned));
}

static struct config_texts choice_texts(const struct config_key *key, const void *section, struct arena *a)
{
	unsigned index;
	load(key, section, &index, sizeof(index));
	return one_text(a, key->choices[index]);
}

/* ---- start ---- */

static void start_read(const struct config_key *key, struct config_texts t, struct arena *a, void *section)
{
	(void)a;
	if (t.n > 0)
		((struct config *)section)->start_begin = choice_index(key, t.v[0]) == 1;
}

static struct config_texts start_texts(const struct config_key *key, const void *section, struct arena *a)
{
	return one_text(a, key->choices[((const struct config *)section)->start_begin]);
}

static void log_start_read(const struct config_key *key, struct config_texts t, struct arena *a, void *section)
{
	struct config_log *log = section;
	(void)a;
	log->has_start = t.n > 0;
	log->start_begin = t.n > 0 && choice_index(key, t.v[0]) == 1;
}

static struct config_texts log_start_texts(const struct config_key *key, const void *section, struct arena *a)
{
	const struct config_log *log = section;
	return log->has_start ? one_text(a, key->choices[log->start_begin]) : no_texts();
}

/* ---- require-attestation, which may be not given ---- */

static void boolean_read(const struct config_key *key, struct config_texts t, struct arena *a, void *section)
{
	struct watch_rules *rules = section;
	(void)a;
	rules->has_require_attestation = t.n > 0;
	rules->require_attestation = t.n > 0 && choice_index(key, t.v[0]) == 0;
}

static struct config_texts boolean_texts(const struct config_key *key, const void *section, struct arena *a)
{
	const struct watch_rules *rules = section;
	return rules->has_require_attestation ? one_text(a, key->choices[rules->require_attestation ? 0 : 1])
	                                      : no_texts();
}

/* ---- lists of texts: NULL-terminated, and with a count ---- */

static const char **keep_all(struct arena *a, struct config_texts t)
{
	const char **v = arena_array(a, t.n + 1, sizeof(*v));
	for (size_t i = 0; v && i < t.n; i++)
		v[i] = keep(a, t.v[i]);
	return v;
}

static void list_read(const struct config_key *key, struct config_texts t, struct arena *a, void *section)
{
	const char **v = keep_all(a, t);
	store(key, section, &v, sizeof(v));
}

static struct config_texts list_texts(const struct config_key *key, const void *section, struct arena *a)
{
	struct config_texts out = {NULL, 0};
	(void)a;
	load(key, section, &out.v, sizeof(out.v));
	while (out.v && out.v[out.n])
		out.n++;
	return out;
}

static void store_list(const struct config_key *key, void *section, const void *v, size_t n)
{
	store(key, section, &(struct list_field){v, v ? n : 0}, sizeof(struct list_field));
}

/* measurements are kept in lower case: they are compared with what hex_put writes */
static void lower_all(const char *const *v, size_t n, struct arena *a, const char **out)
{
	for (size_t i = 0; i < n; i++) {
		char *copy = arena_text(a, bytes_of_text(v[i]));
		for (char *s = copy; s && *s; s++)
			*s = (char)text_lower((uint8_t)*s);
		out[i] = copy;
	}
}

static void texts_read(const struct config_key *key, struct config_texts t, struct arena *a, void *section)
{
	const char **v = keep_all(a, t);
	if (v && key->check == config_check_measurement)
		lower_all(t.v, t.n, a, v);
	store_list(key, section, v, t.n);
}

static struct config_texts texts_texts(const struct config_key *key, const void *section, struct arena *a)
{
	struct list_field field;
	(void)a;
	load(key, section, &field, sizeof(field));
	return (struct config_texts){field.v, field.n};
}

/* ---- digests ---- */

static void digests_read(const struct config_key *key, struct config_texts t, struct arena *a, void *section)
{
	struct sha256 *v = arena_array(a, t.n, sizeof(*v));
	for (size_t i = 0; v && i < t.n; i++)
		(void)hex_decode(bytes_of_text(t.v[i]), v[i].b, sizeof(v[i].b));
	store_list(key, section, v, t.n);
}

static struct config_texts digests_texts(const struct config_key *key, const void *section, struct arena *a)
{
	struct list_field field;
	load(key, section, &field, sizeof(field));
	const struct sha256 *digests = field.v;
	const char **v = arena_array(a, field.n, sizeof(*v));
	for (size_t i = 0; v && i < field.n; i++)
		v[i] = hex_text(a, sha256_bytes(&digests[i]));
	return (struct config_texts){v, v ? field.n : 0};
}

/* ---- expectations ---- */

static void expect_read(const struct config_key *key, struct config_texts t, struct arena *a, void *section)
{
	struct expectation *v = arena_array(a, t.n, sizeof(*v));
	for (size_t i = 0; v && i < t.n; i++)
		(void)expectation_parse(t.v[i], a, &v[i]);
	store_list(key, section, v, t.n);
}

static const char *expectation_text(const struct expectation *e, struct arena *a)
{
	struct buffer b;
	buffer_init(&b, 2 * LIMIT_EXPRESSION_BYTES);
	expectation_put(e, &b);
	const char *out = arena_text(a, buffer_bytes(&b));
	buffer_release(&b);
	return out;
}

static struct config_texts expect_texts(const struct config_key *key, const void *section, struct arena *a)
{
	struct list_field field;
	load(key, section, &field, sizeof(field));
	const struct expectation *expect = field.v;
	const char **v = arena_array(a, field.n, sizeof(*v));
	for (size_t i = 0; v && i < field.n; i++)
		v[i] = expectation_text(&expect[i], a);
	return (struct config_texts){v, v ? field.n : 0};
}

/* ---- the key of a log ---- */

static void spki_read(const struct config_key *key, struct config_texts t, struct arena *a, void *section)
{
	struct config_log *log = section;
	(void)key;
	if (t.n > 0 && base64_decode_arena(a, bytes_of_text(t.v[0]), &log->key))
		log->log_id = hash_sha256(log->key);
}

static struct config_texts spki_texts(const struct config_key *key, const void *section, struct arena *a)
{
	(void)key;
	return one_text(a, base64_text(a, ((const struct config_log *)section)->key));
}

const struct config_type config_type_text = {"text", false, text_read, text_texts};
const struct config_type config_type_base_url = {"URL", false, base_url_read, text_texts};
const struct config_type config_type_number = {"number", false, number_read, number_texts};
const struct config_type config_type_choice = {"choice", false, choice_read, choice_texts};
const struct config_type config_type_start = {"choice", false, start_read, start_texts};
const struct config_type config_type_log_start = {"choice", false, log_start_read, log_start_texts};
const struct config_type config_type_boolean = {"boolean", false, boolean_read, boolean_texts};
const struct config_type config_type_list = {"list", true, list_read, list_texts};
const struct config_type config_type_spki = {"base64", false, spki_read, spki_texts};
const struct config_type config_type_expect = {"list of expressions", true, expect_read, expect_texts};
const struct config_type config_type_texts = {"list", true, texts_read, texts_texts};
const struct config_type config_type_digests = {"list of hex", true, digests_read, digests_texts};
