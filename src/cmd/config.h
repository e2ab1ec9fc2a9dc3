/*
 * The configuration file (teewatch.conf(5)), read with libconfuse. One const table of keys
 * {name, type, min, max, default, help} feeds the parser, --dump and the manual page's check.
 */
#ifndef TEEWATCH_CMD_CONFIG_H
#define TEEWATCH_CMD_CONFIG_H

#include "alert/destination.h"
#include "base/arena.h"
#include "policy/policy.h"
#include "store/store.h" /* enum log_kind */

enum fetch_scope { FETCH_SCOPE_WATCHED, FETCH_SCOPE_ALL, FETCH_SCOPE_NONE };

struct config_log {
	const char *name;
	enum log_kind kind;
	const char *url;
	struct bytes key;           /* DER SPKI */
	struct sha256 log_id;       /* SHA-256 of key */
	uint32_t mmd_s;
	bool has_start, start_begin;
};

struct config {
	struct arena arena;         /* everything below lives here */
	const char *path;           /* NULL: no file */
	const char *contact;
	const char *log_list, *log_list_key; /* URL or path; NULL: built in */
	bool start_begin;
	const struct config_log *logs;
	size_t log_count;
	const char *const *evidence, *const *collateral, *const *trust_anchors; /* NULL-terminated */
	enum fetch_scope fetch;
	unsigned workers;
	const char *ca_file;
	const char *const *connect_to; /* NULL-terminated */
	const char *metrics_file; /* NULL: none */
	const char *pcs_url, *kds_url, *rim_url, *ocsp_url, *provenance_url; /* without a slash at the end */
	const struct alert_destination *alerts;
	size_t alert_count;
	struct policy policy;
};

/* Read path; NULL: /etc/teewatch.conf where it exists, else the defaults. On false, message (in the
 * config's arena) says file, line, key and what to do; exit status 2. Release the config in either case. */
bool config_read(const char *path, struct config *out, const char **message);
void config_release(struct config *c);

/* Every key with its effective value, as a configuration file; for `config --dump`. */
void config_put(const struct config *c, struct buffer *out);

#endif
