/*
 * The tail of one log: newest tree head, seed, pages or tiles, root, position. A state machine that
 * moves when an answer comes; it never waits. Private to src/audit.
 */
#ifndef TEEWATCH_AUDIT_TAIL_H
#define TEEWATCH_AUDIT_TAIL_H

#include "audit/state.h"
#include "ct/consistency.h"
#include "ct/log_proof.h"

enum tail_state {
	TAIL_START,
	TAIL_HEAD,   /* asking for the newest tree head */
	TAIL_SEED,   /* asking for the frontier at that tree head */
	TAIL_SCAN,   /* fetching and scanning entries up to the target */
	TAIL_CHECK,  /* asking whether two tree heads belong to one tree */
	TAIL_DONE,   /* audited up to the newest tree head */
	TAIL_FAILED  /* could not be had in this run; `message` says why */
};

struct tail_head {
	uint64_t size;
	int64_t timestamp_ms;
	struct sha256 root;
};

/* One request for entries, from the moment it is planned until its results are committed. */
enum page_state { PAGE_PLANNED, PAGE_FETCHING, PAGE_SCANNING, PAGE_READY, PAGE_GONE };
struct page {
	struct page *next;
	struct tail *tail;
	enum page_state state;
	uint64_t first;       /* index of the first entry of the body */
	uint64_t from, to;    /* wanted: [from, to) */
	uint32_t width;       /* entries of the body: of the tile, or asked for */
	bool whole_tile;      /* the partial tile is gone: the full one is asked for in its place */
	uint64_t skip;        /* entry that killed two workers */
	int slot;
	size_t slot_used;
	unsigned tries;
	int64_t retry_at_ms;  /* monotonic */
	unsigned gone;        /* how often the log answered that it is not there */
	char answer[32];      /* PAGE_GONE: what it said */
	struct bytes body;    /* kept where the log may have to be accused with it; in the arena */
	struct arena arena;   /* holds the reply */
	struct task_entries_reply reply;
};

/* What came of asking for consistency. */
enum check_outcome {
	CHECK_UNAVAILABLE,  /* no answer, or one that leads nowhere: nothing is known */
	CHECK_CONSISTENT,
	CHECK_INCONSISTENT  /* the log signed two trees: `path` proves it */
};

struct check {
	struct tail_head first, second;
	void (*done)(struct tail *t, enum check_outcome outcome, const struct ct_proof *path);
	struct ct_tile_place places[CT_CONSISTENCY_TILES]; /* static */
	struct task_body bodies[CT_CONSISTENCY_TILES];
	size_t count, at;                 /* bodies wanted, bodies here */
	unsigned tries;
	int slot;                         /* below 0: no request is out */
	bool asking;                      /* a worker is */
	struct arena arena;               /* holds the bodies */
};

struct tail {
	struct audit *audit;
	const struct audit_log *source;
	const struct ct_log *log;
	enum tail_state state;
	struct store_position position;   /* as in the history */
	struct tail_head newest, target;  /* newest seen in this run; what is being scanned up to */
	struct ct_frontier frontier;      /* of everything accepted, in order */
	uint64_t planned;                 /* entries below are in pages or accepted */
	struct page *pages, **pages_end;  /* in order of index */
	struct page *batch, **batch_end;  /* accepted, with something to store */
	uint64_t batch_from;
	size_t batch_pages;
	unsigned in_flight, window;
	uint32_t cap;                     /* learned page cap of get-entries; 0 unknown */
	uint64_t audited_before;          /* when the run began */
	int64_t began_ms, ended_ms;       /* monotonic: first request, last commit; 0: none */
	bool root_was_wrong;              /* once: everything since the verified position is fetched again */
	struct ct_subtree served[CT_SUBTREES_MAX]; /* what came the second time, from the verified position on */
	size_t served_count;
	uint64_t served_end;
	struct log_proof_body *kept;      /* the bodies that it came in, from there on, as far as there is room */
	size_t kept_count, kept_bytes;
	bool kept_full;
	struct arena kept_arena;
	unsigned bad_heads;               /* answers in a row whose signature does not verify */
	struct check check;
	uint64_t checked;                 /* older heads of this size and above were looked at; UINT64_MAX: none */
	unsigned checks;
	unsigned tries;
	int64_t retry_at_ms;
	/* seed */
	int seed_slots[TASK_SEED_BODIES];
	size_t seed_used[TASK_SEED_BODIES];
	bool seed_gzip[TASK_SEED_BODIES], seed_whole[TASK_SEED_BODIES];
	unsigned seed_levels, seed_waiting;
	enum { SEED_ENTRY_AND_PROOF, SEED_ENTRY, SEED_PROOF_BY_HASH } seed_step; /* rfc6962 */
	struct sha256 seed_leaf;
	char message[512];
};

struct tail *tail_new(struct audit *a, const struct audit_log *source);
void tail_free(struct tail *t);

/* Do whatever can be done now. */
void tail_advance(struct tail *t);
bool tail_is_finished(const struct tail *t);

/* tail_heads.c */
void tail_ask_for_head(struct tail *t);
/* The newest tree head could not be had: try again later, or give up. */
void tail_retry_head(struct tail *t, const char *what, int64_t retry_after_ms);
/* What comes next: the smallest signed head that is not proven yet, older heads, or the end. */
void tail_next_target(struct tail *t);
/* The body of a head of this size and root, as it came, in the arena; empty where there is none. */
struct bytes tail_head_body(struct tail *t, const struct tail_head *h, struct arena *a);

/* tail_check.c: ask the log whether the first head's tree is the beginning of the second's. */
void tail_check(struct tail *t, const struct tail_head *first, const struct tail_head *second,
                void (*done)(struct tail *t, enum check_outcome outcome, const struct ct_proof *path));
void tail_check_advance(struct tail *t);
void tail_check_release(struct tail *t);

/* tail_proof.c: allege, with proof, and leave the log alone for this run. Each takes the heads from the history. */
void tail_allege_pair(struct tail *t, enum log_proof_class class, const struct tail_head *first,
                      const struct tail_head *second, const struct ct_proof *path);
void tail_allege_signature(struct tail *t, struct bytes body, uint64_t size);
void tail_allege_root(struct tail *t, bool consistent);
/* A page of entries that may have to be shown, in order; and none of them any more. */
void tail_keep_body(struct tail *t, const struct page *p);
void tail_drop_bodies(struct tail *t);
/* Archive a proof about this log. In a transaction. */
int tail_proof_put(struct tail *t, struct log_proof *p);
/* The newest head is not what the log list says that this read-only log ends with. The audit goes on: what the log
 * has is worth seeing all the more. */
void tail_allege_past_final(struct tail *t);
/* An entry below the target is not there. Alleged when an earlier run saw the same; else remembered. */
void tail_missing(struct tail *t, uint64_t index, const char *answer);
void tail_not_missing(struct tail *t); /* the scan went past what was missing */

/* tail_seed.c */
void tail_seed(struct tail *t);

/* tail_pages.c */
void tail_plan(struct tail *t);          /* start requests while the window and the slots allow */
void tail_scan_from_position(struct tail *t);
void tail_drop_pages(struct tail *t);

/* tail_commit.c */
void tail_accept(struct tail *t);        /* take ready pages in order; commit batches; check roots */
void tail_keep_progress(struct tail *t); /* commit what was accepted so far */
int tail_head_state_put(struct tail *t, const struct tail_head *h, enum tree_head_state state); /* in a transaction */

/* Errors and retries. */
void tail_fail(struct tail *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* When to try again after the n-th failure: exponential, with jitter, and never before what the server asked. */
int64_t tail_retry_at(unsigned tries, int64_t retry_after_ms);

enum { TAIL_TRIES_MAX = 6 };

/* The URL of a path below the log; in the arena. */
const char *tail_url(const struct tail *t, struct arena *a, const char *path);

#endif
