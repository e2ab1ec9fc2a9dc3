/*
 * Asking the services of vendors for collateral, through the fetch process: which URL, which header fields are kept,
 * and a fresh nonce in OCSP requests. Depends on base, net, evidence, proc.
 */
#ifndef TEEWATCH_PROC_VENDOR_H
#define TEEWATCH_PROC_VENDOR_H

#include "proc/pool.h"

enum { VENDOR_NONCE_BYTES = 32 };

/* Base URLs without a slash at the end; NULL or "": not to be asked. */
struct vendor_urls {
	const char *pcs, *kds, *rim, *ocsp;
};

/* Where to ask for a path of a vendor, as struct judge_need names both; NULL where nobody is to be asked. Intel's own
 * service has the root CA's CRL on another host, as DER; mirrors have it at the path that needs name. */
const char *vendor_url(const struct vendor_urls *urls, const char *vendor, const char *path, struct arena *a);

struct vendor_answer {
	struct fetch_result result; /* its headers as struct fetch_result says: until the next step of the pool */
	uint8_t nonce_bytes[VENDOR_NONCE_BYTES];
	struct bytes nonce;         /* of the request; empty where it has none */
};

/* Ask and wait; the body goes to the slot, at most LIMIT_COLLATERAL_BYTES. post: of the need; empty: GET. Negative
 * errno when the machine is in trouble. */
int vendor_ask(struct pool *pool, const char *url, struct bytes post, int slot, struct vendor_answer *out);

#endif
