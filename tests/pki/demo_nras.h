/*
 * Tokens as NVIDIA's attestation service issues them, signed with keys of the tests' own, and key sets for them.
 */
#ifndef TEEWATCH_TESTS_PKI_DEMO_NRAS_H
#define TEEWATCH_TESTS_PKI_DEMO_NRAS_H

#include "base/arena.h"
#include "pki/demo_edit.h"

/* Issued then, good for an hour. */
#define DEMO_NRAS_ISSUED_S INT64_C(1795478400) /* 2026-11-24 */
#define DEMO_NRAS_AT_MS (DEMO_NRAS_ISSUED_S * 1000 + 60000)

enum { DEMO_NRAS_DEVICES = 2 };

extern const uint8_t demo_nras_nonce[32];
extern const char *const demo_nras_ueids[DEMO_NRAS_DEVICES]; /* serials 0x1234567890abcdef and 0x42, in decimal */

struct demo_nras_token {
	const char *algorithm;    /* of the header */
	const char *key_id, *key; /* key: name of the one that signs */
	struct demo_edit header[2], claims[2]; /* before it is signed */
	struct demo_edit text[2];              /* of the whole token, afterwards */
	bool without_signature;
};

struct demo_nras {
	struct demo_nras_token overall, device[DEMO_NRAS_DEVICES];
	struct demo_edit document[2];
};

struct demo_nras demo_nras_good(void);

struct bytes demo_nras_make(const struct demo_nras *n, struct arena *a); /* [["JWT",...],{"GPU-0":...}] */
const char *demo_nras_overall(const struct demo_nras *n, struct arena *a);
const char *demo_nras_device(const struct demo_nras *n, size_t device, struct arena *a);

struct demo_key_set {
	const char *key_id, *key;
	const char *certificate_key; /* of the certificate in x5c; NULL: no x5c */
	int64_t from_ms, to_ms;      /* of it */
	struct demo_edit edits[2];
};
struct demo_key_set demo_key_set_good(void);
struct bytes demo_key_set_make(const struct demo_key_set *s, struct arena *a);

#endif
