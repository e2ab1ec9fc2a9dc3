/*
 * Log lists, version 3 of the JSON form that Google, Apple and SSLMate publish
 * (www.gstatic.com/ct/log_list/v3/log_list_schema.json). Depends on base.
 */
#ifndef TEEWATCH_CT_LOG_LIST_H
#define TEEWATCH_CT_LOG_LIST_H

#include "base/arena.h"
#include "base/fault.h"
#include "ct/log.h"

struct ct_log_list {
	int64_t timestamp_ms; /* log_list_timestamp; 0 where the list has none */
	const char *version;  /* escaped; "" where the list has none */
	struct ct_log *logs;  /* n of them, in the order of the list, RFC 6962 before static per operator */
	size_t n;
};

/* Chrome's list, and the detached signature over its exact bytes. */
#define CT_LOG_LIST_DEFAULT_URL           "https://www.gstatic.com/ct/log_list/v3/log_list.json"
#define CT_LOG_LIST_DEFAULT_SIGNATURE_URL "https://www.gstatic.com/ct/log_list/v3/log_list.sig"

/* The key that signs it (DER SubjectPublicKeyInfo). */
extern const struct bytes ct_log_list_builtin_key;

/* Parse a list into the arena; it borrows nothing from json. A log_id that is not the SHA-256 of
 * its key is FAULT_MISMATCH, two entries with one log_id are FAULT_DUPLICATE; unknown members are
 * ignored. At a fault the list is empty. */
struct fault ct_log_list_parse(struct bytes json, struct arena *a, struct ct_log_list *out);

/* Does the signature hold over the exact bytes of the list? RSA (PKCS #1 v1.5) or ECDSA, with
 * SHA-256; key is a SubjectPublicKeyInfo in DER or PEM. */
bool ct_log_list_verify(struct bytes json, struct bytes signature, struct bytes key);

#endif
