/*
 * What the main process asks of a worker, and what it answers: one struct for each request and
 * reply, as bytes and back. Everything that was read lives in the given arena. Depends on base,
 * ct, extract, evidence.
 */
#ifndef TEEWATCH_PROC_TASK_H
#define TEEWATCH_PROC_TASK_H

#include "ct/consistency.h"
#include "ct/log.h"
#include "ct/merkle.h"
#include "evidence/judge.h"
#include "proc/finding.h"

enum task_kind {
	TASK_WATCH = 1,   /* the watched domains; no answer */
	TASK_LOG_LIST,    /* a log list and its signature -> logs */
	TASK_TREE_HEAD,   /* STH or checkpoint -> verified tree head */
	TASK_SEED,        /* proof or hash tiles -> frontier at a tree head */
	TASK_ENTRIES,     /* page or tile -> subtrees, findings, what cannot be parsed */
	TASK_CERTIFICATE, /* DER, PEM or TBSCertificate -> finding */
	TASK_DOCUMENT,    /* attestation document -> what is in it */
	TASK_COLLATERAL,  /* file or answer -> items of collateral */
	TASK_VET,         /* collateral -> which items are forged */
	TASK_JUDGE,       /* evidence and all it stands on -> verdict */
	TASK_CONSISTENCY, /* proof or hash tiles -> are two tree heads of one tree? */
	TASK_PROMISE      /* SCT, and a proof or hash tiles -> is the promised entry in the log? */
};

const char *task_kind_name(enum task_kind k);

/* A body: in a slot of shared memory, or in the message itself. */
struct task_body {
	bool in_slot, gzip;
	uint32_t slot;
	size_t n;             /* in_slot */
	struct bytes content; /* not in_slot */
};

struct task_log_list {
	struct task_body body;
	struct bytes signature; /* empty: a local list, its signature is not asked for */
	struct bytes key;
};
struct task_log_list_reply {
	struct fault fault;
	bool verified;
	int64_t timestamp_ms;
	struct ct_log *logs;
	size_t log_count;
};

struct task_tree_head {
	enum ct_log_kind kind;
	struct sha256 log_id;
	struct bytes key;
	struct task_body body;
};
struct task_tree_head_reply {
	struct fault fault;
	bool verified, origin_matches;
	uint64_t tree_size;
	int64_t timestamp_ms;
	struct sha256 root;
	struct bytes signature, text; /* text: the body, inflated, to be archived */
	const char *origin;
};

enum { TASK_SEED_BODIES = 8 };
struct task_seed {
	enum ct_log_kind kind;
	uint64_t tree_size;
	struct sha256 root;
	bool has_leaf;                             /* rfc6962: the body is get-proof-by-hash for this leaf */
	struct sha256 leaf;
	struct task_body bodies[TASK_SEED_BODIES]; /* rfc6962: get-entry-and-proof of the last entry; static: the
	                                              partial hash tile of each level, lowest first, empty
	                                              where the level has none */
	size_t body_count;
};
struct task_seed_reply {
	struct fault fault;
	bool proven;             /* the frontier's root is the tree head's */
	struct ct_frontier frontier;
};

struct task_consistency {
	enum ct_log_kind kind;
	uint64_t first_size, second_size;          /* 0 < first < second */
	struct sha256 first_root;
	struct task_body bodies[CT_CONSISTENCY_TILES]; /* rfc6962: get-sth-consistency; static: the tiles of
	                                                  ct_consistency_tiles, in that order */
	size_t body_count;
};
struct task_consistency_reply {
	struct fault fault;
	struct ct_proof path;    /* explicit; what it leads to is for the main process to see */
};

struct task_entries {
	enum ct_log_kind kind;
	uint64_t first;          /* index of the first entry in the body */
	uint64_t from, to;       /* entries to look at: [from, to) */
	uint32_t expected;       /* static: entries that the body holds exactly; rfc6962: at most */
	uint64_t skip;           /* entry that killed workers: hashed and not parsed; UINT64_MAX: none */
	struct task_body body;
};
struct task_subtree {
	uint8_t level;
	struct sha256 hash;
};
struct task_unparseable {
	uint64_t entry_index;
	struct fault fault;
	bool maybe_ours, crashed;
	struct bytes leaf;
};
struct task_entries_reply {
	struct fault fault;      /* the body as a whole */
	uint64_t count;          /* entries [from, from + count) were read */
	struct task_subtree *subtrees;
	size_t subtree_count;
	struct finding *findings;
	size_t finding_count;
	struct task_unparseable *unparseable;
	size_t unparseable_count;
	int64_t newest_timestamp_ms;
};

/* Of a certificate that matched: does the log's promise hold in this tree of it? */
struct task_promise {
	enum ct_log_kind kind;
	struct bytes key;             /* the log's, DER SubjectPublicKeyInfo */
	struct bytes sct, tbs;        /* tbs: canonical */
	struct sha256 issuer_key_sha256;
	bool has_leaf;                /* look for this leaf, whatever the SCT promises */
	struct sha256 leaf;
	struct ct_frontier frontier;  /* of the tree */
	size_t body_count;            /* 0: only the SCT's signature and the leaf are asked for */
	struct task_body bodies[TASK_SEED_BODIES]; /* rfc6962: get-proof-by-hash; static: hash tiles above the
	                                              promised index, lowest first */
};
enum promise_answer {
	PROMISE_UNPROVEN,  /* the bodies prove nothing, or there are none */
	PROMISE_KEPT,      /* the entry is in the tree */
	PROMISE_BROKEN     /* another entry stands at the promised index of the tree */
};
struct task_promise_reply {
	struct fault fault;           /* of the bodies */
	bool is_signed;               /* the SCT is the log's, for this certificate and issuer */
	struct sha256 leaf_hash;      /* of the promised entry */
	bool has_leaf_index;
	uint64_t leaf_index;
	enum promise_answer answer;
	struct sha256 found;          /* PROMISE_BROKEN: what stands at that index, with its audit path */
	struct ct_proof path;
};

struct task_certificate {
	struct bytes content;
};
struct task_certificate_reply {
	struct fault fault;
	struct finding finding;
};

struct task_document {
	struct task_body body;
};
struct task_document_reply {
	struct fault fault;
	struct bytes text;       /* the document as it came (inflated) */
	struct document document;
};

struct task_collateral {
	struct task_body body;
	bool anchor;
	const char *vendor;      /* of an anchor; "" : found from its subject */
	const char *headers;     /* of a vendor's answer, as struct fetch_result has them; NULL or "": none */
	struct bytes nonce;      /* of the request; or empty */
};
struct task_collateral_reply {
	struct fault fault;
	struct collateral *items;
	size_t n;
};

struct task_vet_reply {
	struct fault fault;
	const char **refused;    /* one text per item; "" for good ones */
	size_t n;
};

struct task_judge {
	struct judge_request request; /* collateral: a set built on reading */
	struct collateral_set collateral;
};
struct task_judge_reply {
	struct fault fault;
	struct verdict *verdict;
	struct judge_needs needs;
};

/* Append the request or reply to out. */
void task_log_list_encode(const struct task_log_list *t, struct buffer *out);
void task_log_list_reply_encode(const struct task_log_list_reply *t, struct buffer *out);
void task_tree_head_encode(const struct task_tree_head *t, struct buffer *out);
void task_tree_head_reply_encode(const struct task_tree_head_reply *t, struct buffer *out);
void task_seed_encode(const struct task_seed *t, struct buffer *out);
void task_seed_reply_encode(const struct task_seed_reply *t, struct buffer *out);
void task_consistency_encode(const struct task_consistency *t, struct buffer *out);
void task_consistency_reply_encode(const struct task_consistency_reply *t, struct buffer *out);
void task_entries_encode(const struct task_entries *t, struct buffer *out);
void task_entries_reply_encode(const struct task_entries_reply *t, struct buffer *out);
void task_promise_encode(const struct task_promise *t, struct buffer *out);
void task_promise_reply_encode(const struct task_promise_reply *t, struct buffer *out);
void task_certificate_reply_encode(const struct task_certificate_reply *t, struct buffer *out);
void task_document_encode(const struct task_document *t, struct buffer *out);
void task_document_reply_encode(const struct task_document_reply *t, struct buffer *out);
void task_collateral_encode(const struct task_collateral *t, struct buffer *out);
void task_collateral_reply_encode(const struct task_collateral_reply *t, struct buffer *out);
void task_vet_encode(const struct collateral_set *set, struct buffer *out);
void task_vet_reply_encode(const struct task_vet_reply *t, struct buffer *out);
void task_judge_encode(const struct judge_request *r, struct buffer *out);
void task_judge_reply_encode(const struct task_judge_reply *t, struct buffer *out);

/* Read them; a fault means that the other process broke the protocol. */
struct fault task_log_list_decode(struct bytes in, struct arena *a, struct task_log_list *out);
struct fault task_log_list_reply_decode(struct bytes in, struct arena *a, struct task_log_list_reply *out);
struct fault task_tree_head_decode(struct bytes in, struct arena *a, struct task_tree_head *out);
struct fault task_tree_head_reply_decode(struct bytes in, struct arena *a, struct task_tree_head_reply *out);
struct fault task_seed_decode(struct bytes in, struct arena *a, struct task_seed *out);
struct fault task_seed_reply_decode(struct bytes in, struct arena *a, struct task_seed_reply *out);
struct fault task_consistency_decode(struct bytes in, struct arena *a, struct task_consistency *out);
struct fault task_consistency_reply_decode(struct bytes in, struct arena *a, struct task_consistency_reply *out);
struct fault task_entries_decode(struct bytes in, struct arena *a, struct task_entries *out);
struct fault task_entries_reply_decode(struct bytes in, struct arena *a, struct task_entries_reply *out);
struct fault task_promise_decode(struct bytes in, struct arena *a, struct task_promise *out);
struct fault task_promise_reply_decode(struct bytes in, struct arena *a, struct task_promise_reply *out);
struct fault task_certificate_reply_decode(struct bytes in, struct arena *a, struct task_certificate_reply *out);
struct fault task_document_decode(struct bytes in, struct arena *a, struct task_document *out);
struct fault task_document_reply_decode(struct bytes in, struct arena *a, struct task_document_reply *out);
struct fault task_collateral_decode(struct bytes in, struct arena *a, struct task_collateral *out);
struct fault task_collateral_reply_decode(struct bytes in, struct arena *a, struct task_collateral_reply *out);
struct fault task_vet_decode(struct bytes in, struct arena *a, struct collateral_set *out);
struct fault task_vet_reply_decode(struct bytes in, struct arena *a, struct task_vet_reply *out);
struct fault task_judge_decode(struct bytes in, struct arena *a, struct task_judge *out);
struct fault task_judge_reply_decode(struct bytes in, struct arena *a, struct task_judge_reply *out);

#endif
