/*
 * Log lists in JSON, version 3 (Chrome's schema; Apple's and SSLMate's lists have its shape). Depends
 * on base.
 */
#ifndef TEEWATCH_CT_LOG_LIST_H
#define TEEWATCH_CT_LOG_LIST_H

#include "base/arena.h"
#include "base/fault.h"
#include "ct/log.h"

#define CT_LOG_LIST_DEFAULT_URL "https://www.gstatic.com/ct/log_list/v3/log_list.json"

/* Key of the default list's signature; DER SubjectPublicKeyInfo. */
extern const struct bytes ct_log_list_builtin_key;

struct ct_log_list {
	const char *version;
	int64_t timestamp_ms;
	struct ct_log *logs;
	size_t n;
};

/* log_id must be the SHA-256 of key; two entries with one log_id are FAULT_DUPLICATE. Unknown members
 * are ignored. */
struct fault ct_log_list_parse(struct bytes json, struct arena *a, struct ct_log_list *out);

/* The detached signature over the exact bytes of the list; key in DER or PEM. */
bool ct_log_list_verify(struct bytes json, struct bytes signature, struct bytes key);

#endif
