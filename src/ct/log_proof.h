/*
 * Proof that a log misbehaved, as one JSON object (schema "teewatch.log-proof/1", schema/log-proof.schema.json)
 * that a third party can check by itself: the log's key, the signed tree heads as they came, and the hashes that
 * show what is wrong between them. Pure. Depends on base.
 *
 * Two kinds of proof are told apart. What follows from the log's signatures alone is proven for everybody. What
 * rests on answers that the log does not sign (entries, a bad signature, a missing entry) is only the word of
 * who observed it: anyone could have made it up, however consistent it is.
 */
#ifndef TEEWATCH_CT_LOG_PROOF_H
#define TEEWATCH_CT_LOG_PROOF_H

#include "base/arena.h"
#include "base/buffer.h"
#include "ct/log.h"
#include "ct/merkle.h"
#include "ct/proof.h"

enum log_proof_class {
	LOG_PROOF_FORK,          /* two roots signed for one tree size */
	LOG_PROOF_ROLLBACK,      /* a smaller tree signed at a later time */
	LOG_PROOF_INCONSISTENT,  /* the smaller tree is not the beginning of the larger one */
	LOG_PROOF_WRONG_ROOT,    /* the entries that were served do not lead to the signed root */
	LOG_PROOF_BAD_SIGNATURE, /* a tree head that the log's key did not sign */
	LOG_PROOF_MISSING,       /* an entry below a signed tree head is not served */
	LOG_PROOF_PROMISE,       /* an SCT's entry is not in a tree signed later than the log's maximum merge delay */
	LOG_PROOF_PAST_FINAL     /* a tree head past, or beside, the final one that the log list names of a read-only log */
};

const char *log_proof_class_name(enum log_proof_class c); /* "fork", "rollback", ... */

/* An answer of get-entries or a data tile, as it came. Its entries [from, to) are those that count. */
struct log_proof_body {
	uint64_t first, from, to; /* first: the index of the body's first entry */
	uint32_t width;           /* entries of the body: of the tile exactly, of the page at most */
	struct bytes body;        /* deflated or not */
};

struct log_proof {
	enum log_proof_class class;
	struct sha256 log_id;
	struct bytes key;                 /* DER SubjectPublicKeyInfo */
	enum ct_log_kind kind;
	const char *name, *url;
	int64_t observed_ms;
	/* The tree heads as they came. The first one is the smaller one for inconsistent, the larger one for
	 * rollback, the last one that the entries proved for wrong_root (empty: none yet); the second one is the
	 * head that contradicts it. The classes of one head have the first alone. */
	struct bytes first, second;
	struct ct_proof path;             /* inconsistent: explicit, as in consistency.h; promise: audit path of leaf */
	struct ct_frontier frontier;      /* wrong_root: of the first tree */
	struct ct_subtree subtrees[CT_SUBTREES_MAX]; /* wrong_root: of the entries served, from there on */
	size_t subtree_count;
	struct log_proof_body *bodies;    /* wrong_root: those entries themselves, from the first on, as far as there
	                                     is room for them (LIMIT_PROOF_ENTRIES_BYTES) */
	size_t body_count;
	uint64_t index;                   /* missing: the first entry */
	int64_t first_missed_ms;          /* missing: in the earlier run */
	const char *answer;               /* missing: what came in its place; promise: how it was found out */
	struct bytes sct, tbs;            /* promise: as it stands in the certificate; canonical TBSCertificate */
	struct sha256 issuer_key_sha256;  /* promise */
	uint64_t mmd_s;                   /* promise: the log's maximum merge delay, as its operator publishes it */
	uint64_t final_size;              /* past_final: as the log list has it */
	struct sha256 final_root;
	bool has_leaf;                    /* promise: what stands at the promised index in its place, and its path */
	struct sha256 leaf;
};

/* Append the JSON object, without a newline. */
void log_proof_put(const struct log_proof *p, struct buffer *out);

/* FAULT_UNRECOGNISED for JSON of another schema. Everything lives in the arena and in json. */
struct fault log_proof_parse(struct bytes json, struct arena *a, struct log_proof *out);

enum log_proof_result {
	LOG_PROOF_FAILED,    /* it does not show what it says */
	LOG_PROOF_OBSERVED,  /* it holds together, and rests on the word of the observer */
	LOG_PROOF_PROVEN     /* the log's signatures prove it */
};

/* *why: one sentence, static. */
enum log_proof_result log_proof_verify(const struct log_proof *p, struct arena *a, const char **why);

/* Append a subtree to a run of them that begins at index `first`; neighbours are merged where they make a whole
 * one. False where there is no room. */
bool log_proof_append(struct ct_subtree *subtrees, size_t *n, uint64_t *end, unsigned level, const struct sha256 *hash);

#endif
