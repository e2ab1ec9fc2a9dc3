/*
 * Signed tree heads: the answer of get-sth (RFC 6962 section 4.3) and the checkpoint of a static
 * log (c2sp.org/static-ct-api, c2sp.org/tlog-checkpoint, c2sp.org/signed-note). Both are signed
 * over the same 50 bytes (RFC 6962 section 3.5), so one call verifies both. Depends on base.
 */
#ifndef TEEWATCH_CT_TREE_HEAD_H
#define TEEWATCH_CT_TREE_HEAD_H

#include "base/arena.h"
#include "base/fault.h"
#include "base/hash.h"

enum { CT_TREE_HEAD_SIGNED_BYTES = 50 };

struct ct_tree_head {
	uint64_t tree_size;
	int64_t timestamp_ms;
	struct sha256 root;
	struct bytes signature; /* DigitallySigned as it stands, in the arena */
	bool origin_matches;    /* false only after ct_tree_head_match_origin found another name */
	const char *origin;     /* checkpoint: its first line, escaped; "" in an STH. The log does not sign it */
};

/* The JSON answer of get-sth; unknown members are ignored. */
struct fault ct_sth_parse(struct bytes json, struct arena *a, struct ct_tree_head *out);

/* A checkpoint. The signature is taken from the line whose key name is the origin and whose key id
 * belongs to (origin, log_id); none: FAULT_MISSING, or FAULT_MISMATCH (key_id) where a line of the origin has
 * another key id (out then has the origin alone); two: FAULT_DUPLICATE. Lines of others (witnesses, grease) and extension lines are ignored. */
struct fault ct_checkpoint_parse(struct bytes text, const struct sha256 *log_id, struct arena *a,
                                 struct ct_tree_head *out);

/* Compare the origin with the submission prefix, without its scheme and final slash, and note the
 * answer in origin_matches. True where there is nothing to compare ("" or an STH). */
bool ct_tree_head_match_origin(struct ct_tree_head *h, const char *submission_url);

/* Does the log's signature hold? key is the log's DER SubjectPublicKeyInfo: ECDSA on P-256, or RSA
 * of 2048 bits or more, with SHA-256; the algorithm named must be the key's. */
bool ct_tree_head_verify(const struct ct_tree_head *h, struct bytes key);

/* The bytes under the signature. */
void ct_tree_head_signed_bytes(const struct ct_tree_head *h, uint8_t out[CT_TREE_HEAD_SIGNED_BYTES]);

#endif
