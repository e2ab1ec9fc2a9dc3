/*
 * Reference manifests of the tests' own: a root, the chain below it, and RIMs signed by it, written and signed without
 * any XML library, so that the reader's canonical form is compared with one that was made in another way.
 */
#ifndef TEEWATCH_TESTS_PKI_DEMO_RIM_H
#define TEEWATCH_TESTS_PKI_DEMO_RIM_H

#include "base/arena.h"
#include "pki/demo_edit.h"

/* The chain is valid from 2024 to 2030, its signer from 2026-01-01 to 2028-01-01. */
#define DEMO_RIM_AT_MS INT64_C(1795478400000) /* 2026-11-24 */
#define DEMO_RIM_SIGNER_FROM_MS INT64_C(1767225600000)
#define DEMO_RIM_SIGNER_TO_MS INT64_C(1830297600000)

struct demo_golden {
	uint32_t index;
	bool active;
	size_t alternatives;     /* 1 to 4 */
	uint8_t hashes[4][48];
};

struct demo_rim {
	const char *edition, *product, *version;
	const char *family;      /* in the names of the CAs: "GH100", "LS10" */
	struct demo_golden golden[64];
	size_t n;
	int64_t signer_from_ms, signer_to_ms;
	bool foreign_root;       /* another root with the same name */
	struct demo_edit content[2], signed_info[2]; /* before they are signed; canonical XML stays that only if to is */
	struct demo_edit document[2];                /* afterwards */
	bool bad_digest;         /* signed all the same */
	bool other_key;          /* SignedInfo is not signed by the signer */
	/* one link of the chain, 0 (signer) to 3 (root), has a defect */
	enum { DEMO_LINK_GOOD, DEMO_LINK_ROLE, DEMO_LINK_NO_USAGE, DEMO_LINK_SHA256, DEMO_LINK_P256, DEMO_LINK_ODD,
	       DEMO_LINK_STRANGER /* signed by a key of nobody */, DEMO_LINK_PATH } defect;
	size_t defect_at;
};

/* A GPU's RIM: indices 0 to 5, of which 1, 3 and 5 are active; 3 has two alternatives. */
struct demo_rim demo_rim_good(void);

/* 48 bytes for an index, the same in every run. */
void demo_rim_hash(uint32_t index, unsigned alternative, uint8_t out[48]);

struct bytes demo_rim_root(struct arena *a); /* DER */
struct bytes demo_rim_make(const struct demo_rim *r, struct arena *a); /* XML */

/* As the vendor's service answers: JSON with the XML in base64 and its hash. */
struct bytes demo_rim_answer(struct bytes xml, const char *id, struct arena *a);

#endif
