/*
 * Log entries: MerkleTreeLeaf of RFC 6962 section 3.4, and TileLeaf of static-ct-api. Only what the
 * Merkle tree covers is trusted; extra data is for display. Depends on base.
 */
#ifndef TEEWATCH_CT_ENTRY_H
#define TEEWATCH_CT_ENTRY_H

#include "base/cursor.h"
#include "base/hash.h"

enum ct_entry_type { CT_ENTRY_X509 = 0, CT_ENTRY_PRECERT = 1 };

struct ct_entry {
	struct bytes leaf;              /* what is hashed: MerkleTreeLeaf, or the TimestampedEntry of a tile */
	uint64_t timestamp_ms;
	enum ct_entry_type type;
	struct bytes issuer_key_hash;   /* precert: 32 bytes */
	struct bytes certificate;       /* x509: Certificate; precert: TBSCertificate */
	struct bytes ct_extensions;
	bool has_leaf_index;            /* static logs number their entries */
	uint64_t leaf_index;
	struct bytes precertificate;    /* extra data: as submitted, with poison */
	struct bytes fingerprints;      /* static: k * 32 bytes, issuer first */
};

/* A leaf_input of get-entries; FAULT_UNSUPPORTED for an unknown version or entry type. */
struct fault ct_leaf_parse(struct bytes leaf_input, struct ct_entry *out);

/* The next entry of a data tile. False at the end or at a framing fault, which is in the cursor. */
bool ct_tile_entry_next(struct cursor *c, struct ct_entry *out);

/* SHA-256(00 || leaf_input), and the same for the TimestampedEntry of a tile (00 00 00 || entry). */
struct sha256 ct_leaf_hash(struct bytes leaf_input);
struct sha256 ct_tile_leaf_hash(struct bytes timestamped_entry);

#endif
