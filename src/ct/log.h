/*
 * A certificate-transparency log as a log list or a configuration names it. A log is its
 * log_id: name, URL and state may change. Depends on base.
 */
#ifndef TEEWATCH_CT_LOG_H
#define TEEWATCH_CT_LOG_H

#include "base/bytes.h"
#include "base/hash.h"

enum ct_log_kind {
	CT_LOG_RFC6962, /* RFC 6962 section 4: get-sth, get-entries */
	CT_LOG_STATIC   /* c2sp.org/static-ct-api: checkpoint and tiles */
};

/* Strings and key live in the arena or the caller's memory that the log was parsed into. */
struct ct_log {
	struct sha256 log_id; /* SHA-256 of key */
	enum ct_log_kind kind;
	const char *name;           /* the list's description, escaped; "" where it has none */
	const char *operator;       /* escaped */
	const char *url;            /* rfc6962: url; static: monitoring_url */
	const char *submission_url; /* static; "" otherwise */
	struct bytes key;           /* DER SubjectPublicKeyInfo */
	uint32_t mmd_s;
	const char *state;          /* "usable", "readonly", ...; "" where the list has none */
	int64_t state_since_ms;     /* 0 where it has none */
	bool has_interval;          /* temporal shard: notAfter in [start, end) */
	int64_t interval_start_ms, interval_end_ms;
	bool has_final;             /* final tree head of a read-only log */
	uint64_t final_size;
	struct sha256 final_root;
	const char *log_type;       /* "prod", "test", "monitoring_only"; "" where the list has none */
};

#endif
