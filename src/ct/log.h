/* A certificate-transparency log as lists and configurations describe it. Depends on base. */
#ifndef TEEWATCH_CT_LOG_H
#define TEEWATCH_CT_LOG_H

#include "base/bytes.h"
#include "base/hash.h"

enum ct_log_kind { CT_LOG_RFC6962, CT_LOG_STATIC };

struct ct_log {
	struct sha256 log_id;         /* SHA-256 of key */
	enum ct_log_kind kind;
	const char *name, *operator;
	const char *url;              /* rfc6962: of the log; static: monitoring prefix */
	const char *submission_url;   /* static; "" else */
	struct bytes key;             /* DER SubjectPublicKeyInfo */
	uint32_t mmd_s;
	const char *state;            /* "usable", ...; "" where the list says none */
	int64_t state_since_ms;
	bool has_interval;            /* of the certificates' notAfter */
	int64_t interval_start_ms, interval_end_ms;
	bool has_final;               /* read-only logs: their last tree head */
	uint64_t final_size;
	struct sha256 final_root;
	const char *log_type;
};

#endif
