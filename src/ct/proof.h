/*
 * Answers of get-sth-consistency, get-proof-by-hash and get-entry-and-proof (RFC 6962 sections
 * 4.4, 4.5, 4.8). Verification is in merkle.h. Depends on base.
 */
#ifndef TEEWATCH_CT_PROOF_H
#define TEEWATCH_CT_PROOF_H

#include "base/arena.h"
#include "base/fault.h"
#include "base/hash.h"
#include "base/limits.h"

struct ct_proof {
	struct sha256 nodes[LIMIT_PROOF_NODES];
	size_t n;
};

/* A path that is null counts as empty: Go servers send that. Unknown members are ignored. */
struct fault ct_consistency_parse(struct bytes json, struct arena *a, struct ct_proof *out);
struct fault ct_proof_by_hash_parse(struct bytes json, struct arena *a, uint64_t *leaf_index, struct ct_proof *out);

/* leaf_input and extra_data are decoded into the arena. */
struct fault ct_entry_and_proof_parse(struct bytes json, struct arena *a, struct bytes *leaf_input,
                                      struct bytes *extra_data, struct ct_proof *out);

#endif
