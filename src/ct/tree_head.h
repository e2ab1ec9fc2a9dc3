/*
 * Signed tree heads: get-sth of RFC 6962 section 4.3, checkpoints of static-ct-api v1.0 (a signed note
 * whose RFC6962NoteSignature signs the same 50 bytes). Depends on base.
 */
#ifndef TEEWATCH_CT_TREE_HEAD_H
#define TEEWATCH_CT_TREE_HEAD_H

#include "base/arena.h"
#include "base/fault.h"
#include "base/hash.h"

struct ct_tree_head {
	uint64_t tree_size;
	int64_t timestamp_ms;
	struct sha256 root;
	struct bytes signature;   /* DigitallySigned; in the arena */
	const char *origin;       /* checkpoint: first line, escaped; "" else */
	bool origin_matches;      /* the note is signed under its origin's name */
};

struct fault ct_sth_parse(struct bytes json, struct arena *a, struct ct_tree_head *out);

/* FAULT_MISSING where no signature line is this log's. Lines of others (witnesses) are ignored. */
struct fault ct_checkpoint_parse(struct bytes text, const struct sha256 *log_id, struct arena *a,
                                 struct ct_tree_head *out);

/* key: DER SubjectPublicKeyInfo of the log. */
bool ct_tree_head_verify(const struct ct_tree_head *h, struct bytes key);

#endif
