/* Replies of the proof calls of RFC 6962 sections 4.4, 4.5 and 4.8. Depends on base. */
#ifndef TEEWATCH_CT_PROOF_H
#define TEEWATCH_CT_PROOF_H

#include "base/arena.h"
#include "base/fault.h"
#include "base/hash.h"

struct ct_path {
	struct sha256 *nodes;
	size_t n;
};

struct ct_entry_and_proof {
	struct bytes leaf_input;
	struct sha256 *audit_path;
	size_t audit_path_count;
};

struct fault ct_consistency_parse(struct bytes json, struct arena *a, struct ct_path *out);
struct fault ct_inclusion_parse(struct bytes json, struct arena *a, uint64_t *leaf_index, struct ct_path *out);
struct fault ct_entry_and_proof_parse(struct bytes json, struct arena *a, struct ct_entry_and_proof *out);

#endif
