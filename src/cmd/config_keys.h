/*
 * The table of configuration keys, and the types that turn their texts into fields and back. Private
 * to config*.c and to the test of the manual page.
 */
#ifndef TEEWATCH_CMD_CONFIG_KEYS_H
#define TEEWATCH_CMD_CONFIG_KEYS_H

#include "cmd/config.h"

enum config_section { CONFIG_MAIN, CONFIG_LOG, CONFIG_WATCH /* and host */, CONFIG_ALERT };

/* The texts of one key as they stand in the file, unquoted. */
struct config_texts {
	const char *const *v;
	size_t n;
};

struct config_key;

/* How texts become a field of struct config, config_log, watch_rules or alert_destination (`section`), and back. Texts given
 * to _read have passed the checks; none means that the key is not given and has no default. Memory comes
 * from the arena. */
struct config_type {
	const char *name; /* "text", "number", ... for people */
	bool list;
	void (*read)(const struct config_key *key, struct config_texts texts, struct arena *a, void *section);
	struct config_texts (*texts)(const struct config_key *key, const void *section, struct arena *a);
};

struct config_key {
	enum config_section section;
	const char *name;
	const struct config_type *type;
	size_t offset;              /* of the field in its struct */
	const char *initial;        /* the default; NULL: none */
	uint64_t min, max;          /* numbers: range. Lists: max is how many values there may be */
	const char *const *choices; /* closed list of values, NULL-terminated; NULL: open */
	/* What is wrong with the value and what to do about it; NULL where it is good. */
	const char *(*check)(const char *value, struct arena *a);
	bool required;
	const char *help;
};

extern const struct config_key config_keys[];
extern const size_t config_key_count; /* below 64: sets of keys are bits of a word */

/* The names of the sections as the file has them: "", "log", "watch", "alert". */
const char *config_section_name(enum config_section s);

/* The row of a key; NULL where that section has none of that name. */
const struct config_key *config_key_find(enum config_section section, const char *name);

/* The checks that go for every value, then those of the type, then the key's own. */
const char *config_value_check(const struct config_key *key, const char *value, struct arena *a);

extern const struct config_type config_type_text, config_type_base_url, config_type_number, config_type_choice,
	config_type_start, config_type_log_start, config_type_boolean, config_type_list, config_type_spki,
	config_type_expect, config_type_texts, config_type_digests;

/* Checks of single values (config_checks.c). */
const char *config_check_contact(const char *value, struct arena *a);
const char *config_check_path(const char *value, struct arena *a);
const char *config_check_log_list(const char *value, struct arena *a);
const char *config_check_log_url(const char *value, struct arena *a);
const char *config_check_vendor_url(const char *value, struct arena *a);
const char *config_check_connect_to(const char *value, struct arena *a);
const char *config_check_anchor(const char *value, struct arena *a);
const char *config_check_spki(const char *value, struct arena *a);
const char *config_check_expect(const char *value, struct arena *a);
const char *config_check_measurement(const char *value, struct arena *a);
const char *config_check_digest(const char *value, struct arena *a);
const char *config_check_provenance(const char *value, struct arena *a);
const char *config_check_event_type(const char *value, struct arena *a);
/* What contradicts itself in an alert section; NULL where it is good. */
const char *config_alert_problem(const struct alert_destination *d);

#endif
