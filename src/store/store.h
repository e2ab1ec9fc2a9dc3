/*
 * The history. One table of functions (struct store_ops) so that another database can serve
 * later; sqlite.c is the first. Callers use the store_* calls below. All of them return 0, 1 where
 * "not found" is an answer, or a negative enum store_error; store_message() then says what
 * happened and to which file. Depends on base, extract and evidence (verdict).
 *
 * Times are milliseconds since 1970 UTC, 0 where there is none. Hashes are struct sha256. Strings
 * are UTF-8, escaped already where strangers wrote them; NULL counts as "". Views handed to callbacks
 * live during the call. A callback that returns something else than 0 ends its loop, which returns
 * that. Callbacks may read; those of the certificate and evidence loops may write too.
 *
 * Every _put is idempotent: the same row again changes nothing. What was only looked at again (a
 * log's last_success, an anomaly's last_seen, the time of collateral's last fetch or of an otherwise
 * equal verdict on basis now) is stored, and is no change that makes history.db be rebuilt.
 */
#ifndef TEEWATCH_STORE_STORE_H
#define TEEWATCH_STORE_STORE_H

#include "base/bytes.h"
#include "base/fault.h"
#include "base/hash.h"
#include "evidence/verdict.h"

enum store_error {
	STORE_IO = -1,      /* disk full, read error, damaged file */
	STORE_LOCKED = -2,  /* another instance holds the lock */
	STORE_NEWER = -3,   /* written by a newer teewatch */
	STORE_FOREIGN = -4, /* not a teewatch database */
	STORE_MISSING = -5  /* opened to read, and not there */
};

enum store_mode { STORE_READ, STORE_WRITE /* creates, migrates, takes the lock of the state directory */ };

struct store;

/* directory holds state.db, history.db and the lock. STORE_READ works beside a writer and on
 * read-only media, and makes no file. */
int store_open(const char *directory, enum store_mode mode, struct store **out);
/* Why store_open failed, for people; static buffer until the next call. */
const char *store_open_message(void);
void store_close(struct store *s);
const char *store_message(const struct store *s);

/* Transactions do not nest. Everything below that writes wants one open. After an error inside one it
 * can only be rolled back: store_commit rolls back and reports STORE_IO. store_rollback may be called at
 * any time. For a reader a transaction is one consistent view. */
int store_begin(struct store *s);
int store_commit(struct store *s);
void store_rollback(struct store *s);

/* Write history.db beside state.db (aside, synced, renamed), if anything but v_run changed since the
 * last time. publish_to: that path instead, always; a reader may do that too. Outside of transactions. */
int store_publish(struct store *s, const char *publish_to);

/* ---- settings of this database: "uuid", "first_run_completed", ... ---- */
int store_setting_get(struct store *s, const char *name, char *out, size_t size); /* 1: not there */
int store_setting_put(struct store *s, const char *name, const char *value);

/* ---- runs ---- */
struct store_run {
	int64_t run_id;              /* set by _start */
	int64_t started_ms, finished_ms; /* machine clock */
	int64_t at_ms;               /* the run's clock */
	int exit_status;
	uint64_t entries, certificates, anomalies;
	const char *sandbox, *version;
};
int store_run_start(struct store *s, struct store_run *run);
int store_run_finish(struct store *s, const struct store_run *run);
int store_run_each(struct store *s, int (*each)(void *, const struct store_run *), void *context); /* newest first */

/* ---- logs: identity is log_id; name, urls and state may change ---- */
enum log_kind { LOG_RFC6962, LOG_STATIC };
struct store_log {
	struct sha256 log_id;
	enum log_kind kind;
	const char *name, *operator, *url, *submission_url;
	struct bytes key;            /* DER SPKI */
	uint32_t mmd_s;
	const char *state;           /* as in the log list; "" where it has none */
	int64_t state_since_ms;
	int64_t first_seen_ms, last_success_ms;
	bool listed;                 /* in the configuration or list of the last run */
};
/* Keeps positions and first_seen, and the later last_success. */
int store_log_put(struct store *s, const struct store_log *log);
int store_log_get(struct store *s, const struct sha256 *log_id, int (*got)(void *, const struct store_log *),
                  void *context); /* 1: not there */
int store_log_each(struct store *s, int (*each)(void *, const struct store_log *), void *context);

/* Where the audit of a log stands. Frontiers are (size, nodes): n hashes, biggest subtree first. */
struct store_position {
	bool started;                          /* false: this log has no position yet */
	uint64_t audited_from;                 /* first index that was looked at */
	uint64_t audited_size;                 /* everything below is proven under audited_root */
	struct sha256 audited_root;
	int64_t audited_timestamp_ms;          /* of the tree head that proved it */
	uint64_t scanned_size;                 /* entries stored, not all proven; >= audited_size */
	struct sha256 audited_nodes[64], scanned_nodes[64];
	size_t audited_node_count, scanned_node_count;
	uint32_t page_entries;                 /* learned page cap of get-entries; 0: unknown */
	int64_t last_success_ms;               /* that of the log; 0 keeps the one that is there */
	int64_t complete_since_ms;             /* every audited entry of a later time was looked at with the present
	                                          watches; 0: every entry */
};
int store_position_get(struct store *s, const struct sha256 *log_id, struct store_position *out);
int store_position_put(struct store *s, const struct sha256 *log_id, const struct store_position *p);
/* Forget places and unparseable entries at or above the audited size, and set the scanned position back to it
 * (after a wrong root). */
int store_position_rewind(struct store *s, const struct sha256 *log_id);

/* The watches (a digest of them) that entries are looked at with. Where they differ from the last ones, what was
 * audited before is complete no more. */
int store_watching_put(struct store *s, const char *digest);

enum tree_head_state { TREE_HEAD_PENDING, TREE_HEAD_VERIFIED, TREE_HEAD_CONTRADICTED, TREE_HEAD_UNUSED };
struct store_tree_head {
	struct sha256 log_id, root;
	uint64_t tree_size;
	int64_t timestamp_ms, first_seen_ms;
	struct bytes signature;      /* DigitallySigned */
	struct bytes body;           /* the answer as it came: STH JSON or checkpoint */
	enum tree_head_state state;
};
/* Idempotent on (log, size, timestamp, root): there again, only its state changes. */
int store_tree_head_put(struct store *s, const struct store_tree_head *h);
int store_tree_head_each(struct store *s, const struct sha256 *log_id,
                         int (*each)(void *, const struct store_tree_head *),
                         void *context); /* by size, then timestamp */

/* ---- certificates and where they stand ---- */
struct store_certificate {
	struct sha256 tbs_sha256, spki_sha256;
	struct bytes tbs;            /* canonical TBSCertificate */
	const char *issuer, *subject, *serial; /* serial: hex */
	int64_t not_before_ms, not_after_ms;
	const char *const *names;    /* normalised */
	size_t name_count;
	const char *domain;          /* watch's name, else registrable domain; "" where there is none */
	const char *watch;           /* name of the watch; "" where none */
	unsigned reasons;            /* enum match_reason */
	int64_t first_seen_ms;
	bool learned;                /* read only: seen in its domain's baseline, see store_baseline_close */
};
/* 1: was there already; then domain, watch and reasons are brought up to date (and it is due again where they
 * changed), the rest stays. tbs must have the hash tbs_sha256. */
int store_certificate_put(struct store *s, const struct store_certificate *c);
int store_certificate_get(struct store *s, const struct sha256 *tbs,
                          int (*got)(void *, const struct store_certificate *), void *context);

struct store_place {
	struct sha256 log_id, tbs_sha256, leaf_hash;
	uint64_t entry_index;
	int64_t timestamp_ms;
	bool precertificate;
};
/* An audited place is never changed. */
int store_place_put(struct store *s, const struct store_place *p);
int store_place_each(struct store *s, const struct sha256 *tbs, int (*each)(void *, const struct store_place *),
                     void *context); /* by timestamp; audited places only */

/* Certificates with an audited place that the policy has not looked at yet, or that must be looked at
 * again (evidence or collateral was missing). In order of first log timestamp, then tbs_sha256. */
int store_certificate_each_due(struct store *s, int (*each)(void *, const struct store_certificate *), void *context);
/* due: look again in the next run, or when collateral or documents come. It stays due anyway while an
 * earlier log timestamp of it is not audited yet. */
int store_certificate_judged(struct store *s, const struct sha256 *tbs, bool due);
/* Every certificate with an audited place, in the same order. */
int store_certificate_each(struct store *s, int (*each)(void *, const struct store_certificate *), void *context);

/* ---- how fast logs may be asked, and how far runs came with them; no part of history.db ---- */
struct store_host {
	const char *host;
	uint32_t window;             /* requests at once, in 1/256 */
	int64_t gap_ms;              /* between two */
	int64_t seen_ms;
};
int store_host_put(struct store *s, const struct store_host *h);
int store_host_each(struct store *s, int (*each)(void *, const struct store_host *), void *context);

struct store_progress {
	struct sha256 log_id;
	int64_t run_id, at_ms;
	uint64_t entries;            /* audited in that run */
	int64_t duration_ms;         /* that it took */
	uint64_t tree_size, audited_size; /* at its end */
};
/* The newest LIMIT_PROGRESS rows of each log are kept. */
int store_progress_put(struct store *s, const struct store_progress *p);
int store_progress_each(struct store *s, const struct sha256 *log_id, int (*each)(void *, const struct store_progress *),
                        void *context); /* newest first */

/* ---- promises of logs: SCTs embedded in certificates that matched ---- */
enum promise_state {
	PROMISE_STATE_OPEN,
	PROMISE_STATE_DENIED, /* the log has said once that it has no such entry */
	PROMISE_STATE_KEPT,
	PROMISE_STATE_BROKEN,
	PROMISE_STATE_VOID    /* the signature is not the log's for this certificate and issuer */
};
struct store_promise {
	struct sha256 tbs_sha256, log_id;
	int64_t timestamp_ms;
	struct bytes sct;
	enum promise_state state;
	/* Read only: */
	struct sha256 issuer_sha256, issuer_key_sha256; /* zeros: not known */
	bool complete;        /* the audit of that log saw every entry of that time and later */
};
/* There already, only its state changes, and not back to open. */
int store_promise_put(struct store *s, const struct store_promise *p);
/* What entries say of a certificate's issuer; zeros: nothing. proven: the key's hash is part of a leaf. */
int store_issuer_put(struct store *s, const struct sha256 *tbs, const struct sha256 *certificate,
                     const struct sha256 *key, bool proven);
/* Promises whose time (and the log's maximum merge delay) is covered by the log's audited tree head: those that
 * have their audited place are filed as kept, the others are handed to each, which may write. */
int store_promise_each_due(struct store *s, int (*each)(void *, const struct store_promise *), void *context);
/* Every promise in a certificate, by log and time. */
int store_promise_each(struct store *s, const struct sha256 *tbs, int (*each)(void *, const struct store_promise *),
                       void *context);

struct store_unparseable {
	struct sha256 log_id;
	uint64_t entry_index;
	struct bytes leaf;           /* leaf_input as it stands */
	struct fault fault;
	bool maybe_ours;
	bool crashed;                /* two workers died on it */
	int64_t seen_ms;
};
int store_unparseable_put(struct store *s, const struct store_unparseable *u);
int store_unparseable_each(struct store *s, int (*each)(void *, const struct store_unparseable *), void *context);

/* ---- documents, evidence, what ties them to certificates ---- */
struct store_document {
	struct sha256 sha256, commitment;
	struct bytes content;        /* verbatim */
	const char *format, *source; /* format URI; "file", "https://host/..." */
	const char *peer;            /* JSON facts of the TLS peer: chain and key hashes; "" for files */
	int64_t fetched_ms;
};
/* A document that comes makes the certificates due that commit to it. The first source is kept, but facts of
 * a peer are kept before none. */
int store_document_put(struct store *s, const struct store_document *d);
/* By commitment (hatt). 1: not there. */
int store_document_get(struct store *s, const struct sha256 *commitment,
                       int (*got)(void *, const struct store_document *), void *context);

struct store_carrier {
	struct sha256 tbs_sha256;
	const char *carrier, *scheme, *form; /* rows of the carriers' table; embedded document commitment key-only */
	struct fault fault;
	struct bytes commitment;     /* 32 bytes or empty */
	struct bytes hpke_key;       /* 32 bytes or empty */
	const struct sha256 *document_sha256, *evidence_sha256; /* NULL while not at hand */
	enum evidence_kind kind;
};
int store_carrier_put(struct store *s, const struct store_carrier *c); /* replaces the row of (tbs, carrier) */
int store_carrier_each(struct store *s, const struct sha256 *tbs, int (*each)(void *, const struct store_carrier *),
                       void *context); /* of one certificate, by carrier */

struct store_evidence {
	struct sha256 sha256;        /* as verdicts name it */
	enum evidence_kind kind;
	const char *format;
	struct bytes content;        /* as it was put: may have unsigned trailing bytes that the hash leaves out */
};
int store_evidence_put(struct store *s, const struct sha256 *sha256, enum evidence_kind kind, const char *format,
                       struct bytes content);
int store_evidence_get(struct store *s, const struct sha256 *sha256, int (*got)(void *, const struct store_evidence *),
                       void *context); /* 1: not there */
int store_evidence_each(struct store *s, int (*each)(void *, const struct store_evidence *), void *context);

/* ---- verdicts ---- */
enum verdict_basis { BASIS_LOGGED, BASIS_NOW };
/* Replaces what stood for (certificate, evidence, basis); tbs NULL: evidence on its own. Checks with
 * `binding` carry the certificate, the others do not. Also feeds v_measurement (domain from the certificate). */
int store_verdict_put(struct store *s, const struct sha256 *tbs, enum verdict_basis basis, const struct verdict *v,
                      const char *scheme);

struct store_verdict {
	const struct sha256 *tbs_sha256; /* NULL: evidence on its own */
	enum verdict_basis basis;
	const char *scheme;
	const struct verdict *verdict;   /* whole, as it was put */
};
/* The verdicts of a certificate (tbs NULL: all there are), by certificate, evidence and basis. */
int store_verdict_each(struct store *s, const struct sha256 *tbs, int (*each)(void *, const struct store_verdict *),
                       void *context);

/* ---- collateral, archived by content ---- */
struct store_collateral {
	struct sha256 sha256;
	const char *kind, *vendor, *source, *label;
	int64_t issued_ms, next_update_ms, fetched_ms;
	struct bytes content;
};
int store_collateral_put(struct store *s, const struct store_collateral *c);
int store_collateral_get(struct store *s, const struct sha256 *sha256,
                         int (*got)(void *, const struct store_collateral *), void *context); /* 1: not there */
int store_collateral_each(struct store *s, int (*each)(void *, const struct store_collateral *), void *context);

/* ---- what the policy asks of the past ---- */
/* Had an earlier certificate of the domain this measurement, key or issuer? Earlier than except_tbs: by first_seen,
 * then log timestamp, then hash; so the answer is the same whenever it is asked. except_tbs NULL, or not there:
 * any certificate. Only certificates with an audited place count, and evidence that failed teaches nothing. */
int store_measurement_known(struct store *s, const char *domain, const char *name, struct bytes value,
                            const struct sha256 *except_tbs, bool *known);
int store_key_known(struct store *s, const char *domain, const struct sha256 *spki, const struct sha256 *except_tbs,
                    bool *known);
int store_issuer_known(struct store *s, const char *domain, const char *issuer, const struct sha256 *except_tbs,
                       bool *known);
/* Other domains, and "REGISTER=hex" measurements where there are several, that audited certificates with this key
 * stand for: texts, each with its NUL, and an empty one at the end. What does not fit is left out. */
int store_key_elsewhere(struct store *s, const struct sha256 *spki, const char *domain, char *out, size_t size);
/* Baseline of a watch or domain: the first completed run that saw it. 1: still open. */
int store_baseline_get(struct store *s, const char *domain, int64_t *closed_ms);
/* Every domain with an audited place up to now, where it is open; its certificates are then `learned`. */
int store_baseline_close(struct store *s, int64_t at_ms);
int store_baseline_put(struct store *s, const char *domain, int64_t at_ms); /* one; closed before, it stays as it is */

/* ---- anomalies and events ---- */
enum anomaly_state { ANOMALY_NEW, ANOMALY_ONGOING, ANOMALY_CLEARED, ANOMALY_ACKNOWLEDGED };
struct store_anomaly {
	struct sha256 uid;           /* stable hash of rule and subject */
	const char *rule, *severity, *domain, *detail;
	enum anomaly_state state;
	const struct sha256 *tbs_sha256, *log_id; /* NULL where it has none */
	bool has_entry;
	uint64_t entry_index;
	int64_t first_seen_ms, last_seen_ms;
	int64_t acknowledged_until_ms; /* 0: for good */
	const char *ack_reason;
};
int store_anomaly_get(struct store *s, const struct sha256 *uid, int (*got)(void *, const struct store_anomaly *),
                      void *context); /* 1: not there */
int store_anomaly_put(struct store *s, const struct store_anomaly *a);
int store_anomaly_each(struct store *s, int (*each)(void *, const struct store_anomaly *), void *context);
/* The uid that begins with these hex digits; 1: none, 2: several. */
int store_anomaly_find(struct store *s, const char *prefix, struct sha256 *uid);

struct store_event {
	uint64_t seq;                /* set by _put: gap-free */
	int64_t time_ms, run_id;
	const char *event_type, *uid; /* uid: hex or "" */
	const char *json;            /* the event as it is printed */
};
/* The next seq; the caller's json must hold it, so ask for it first in the same transaction. */
int store_event_next_seq(struct store *s, uint64_t *seq);
/* STORE_IO where seq is not the next one. */
int store_event_put(struct store *s, const struct store_event *e);
/* In order of seq: those with seq > after_seq and time >= since_ms. */
int store_event_each(struct store *s, uint64_t after_seq, int64_t since_ms,
                     int (*each)(void *, const struct store_event *), void *context);
/* The last event of an anomaly. 1: none. */
int store_event_last(struct store *s, const char *uid, int (*each)(void *, const struct store_event *), void *context);

/* ---- how far each destination of alerts has the events ---- */
struct store_delivery {
	const char *destination;     /* the section's name; hooks: that, a slash and the executable */
	uint64_t seq;                /* the last event that it has, or does not want */
	int64_t delivered_ms;        /* machine clock; when it moved last; 0: never */
	bool listed;                 /* read only: in the configuration of the last run */
};
int store_delivery_get(struct store *s, const char *destination, uint64_t *seq); /* 1: not there */
/* Moves forward only. */
int store_delivery_put(struct store *s, const struct store_delivery *d);
/* These are configured, the others are not. What is new begins behind the last event that there is. */
int store_delivery_list(struct store *s, const char *const *destinations, size_t n);
int store_delivery_each(struct store *s, int (*each)(void *, const struct store_delivery *), void *context); /* by name */

/* ---- sums for pictures: audited certificates only, evidence judged on basis logged, devices (GPUs) left out ---- */
struct store_domain {
	const char *domain;          /* "" where there is none */
	uint64_t certificates, keys;
	uint64_t measured;           /* certificates whose evidence shows a measurement */
	uint64_t anomalies_open;
	int64_t first_logged_ms, last_logged_ms;
};
/* Those with the most open anomalies first, then the newest. */
int store_domain_each(struct store *s, int (*each)(void *, const struct store_domain *), void *context);

/* Certificates of a domain that were logged within an hour and show this value. */
struct store_measurement {
	const char *kind, *name, *value; /* value: hex */
	bool genuine;                /* false: their evidence failed, so the value proves nothing */
	int64_t logged_ms;           /* the beginning of that hour */
	int64_t valid_until_ms;      /* the latest end of their validity */
	uint64_t certificates;
};
/* By kind, name, value, genuine and time. */
int store_measurement_each(struct store *s, const char *domain,
                           int (*each)(void *, const struct store_measurement *), void *context);

/* How many certificates logged on a day made or missed the claim tcb_up_to_date (the worst of their evidence). */
struct store_tcb {
	int64_t day_ms;
	uint64_t up_to_date, unknown, out_of_date;
};
int store_tcb_each(struct store *s, int (*each)(void *, const struct store_tcb *), void *context); /* oldest first */

/* A key, the domain and the software that its certificates stand for; all ordinary keys of a (domain, software)
 * in one row, without their names. Evidence that failed ties nothing. */
struct store_tie {
	const char *domain;
	const struct sha256 *spki_sha256; /* a key of several domains or several values; NULL: `keys` ordinary ones */
	uint64_t keys;
	const char *kind, *name, *value;  /* value: hex */
	uint64_t certificates;
};
int store_tie_each(struct store *s, int (*each)(void *, const struct store_tie *), void *context); /* odd keys first */

/* ---- figures for people ---- */
struct store_counts {
	uint64_t logs, certificates, places, documents, evidence, collateral, unparseable, events;
	uint64_t verified, incomplete, failed;         /* verdicts on basis now */
	uint64_t anomalies_open, anomalies_acknowledged, anomalies_cleared;
};
int store_count(struct store *s, struct store_counts *out);

#endif
