/*
 * The history in SQLite: what the files of this implementation share. Inside src/store only.
 */
#ifndef TEEWATCH_STORE_SQLITE_H
#define TEEWATCH_STORE_SQLITE_H

#include <sqlite3.h>

#include "base/buffer.h"
#include "store/sql.h"
#include "store/store_ops.h"

enum {
	SQLITE_STORE_APPLICATION_ID = 0x54454557, /* "TEEW" */
	SQLITE_STORE_STATEMENTS = 160             /* statements kept prepared; the program has fewer */
};

struct sql_kept {
	const char *text;
	sqlite3_stmt *stmt;
};

struct sqlite_store {
	struct store base;      /* first: a struct store points here */
	sqlite3 *db;
	char *directory, *path; /* state.db */
	int lock_fd;
	bool writable;
	bool immutable;         /* read without locks, since nobody writes */
	int64_t wal_bytes;      /* immutable: the size of the write-ahead log at the start; -1: there is none */
	bool in_transaction;
	bool failed;            /* something in this transaction failed: it can only be rolled back */
	bool changed;           /* this transaction changed what history.db shows */
	struct sql_kept kept[SQLITE_STORE_STATEMENTS];
	size_t kept_count;
	char message[1024];
};

static inline struct sqlite_store *sqlite_of(struct store *s)
{
	return (struct sqlite_store *)(void *)s;
}

/* Write the message of a failure: SQLite's result code and its text for the connection. Returns STORE_IO. */
int sqlite_fail(struct sqlite_store *s, const char *what, int rc, const char *why);
/* The words for a failure: text of the code, with what a person needs first. */
void sqlite_explain(char *out, size_t size, const char *path, const char *what, int rc, const char *why);

/* Has somebody begun to write what is read without locks? */
bool sqlite_writer_came(const struct sqlite_store *s);

/* A file: URI for path with these query parameters ("mode=ro"); free() it. */
char *sqlite_uri(const char *path, const char *parameters);

int sqlite_open(const char *directory, enum store_mode mode, struct store **out, char *message, size_t size);

/* ---- contents: bulky bytes by their hash ---- */
/* File the bytes; hash gets the SHA-256 of the plain bytes. */
int sqlite_content_put(struct sqlite_store *s, struct bytes plain, struct sha256 *hash);
/* The plain bytes into out (cleared first); their hash is checked. STORE_IO where they are not there or damaged. */
int sqlite_content_get(struct sqlite_store *s, const struct sha256 *hash, struct buffer *out);

/* Every tbs_sha256 or other key that the statement yields in its first column; then each is called for
 * each of them with no statement open, so that it may write. Ends q. */
int sqlite_each_key(struct sql *q, int (*each)(void *, const struct sha256 *), void *context);

/* ---- the functions of the table, each in the file of its noun ---- */
void sqlite_close(struct store *s);
const char *sqlite_message(const struct store *s);
int sqlite_begin(struct store *s);
int sqlite_commit(struct store *s);
void sqlite_rollback(struct store *s);
int sqlite_publish(struct store *s, const char *publish_to);
int sqlite_setting_get(struct store *s, const char *name, char *out, size_t size);
int sqlite_setting_put(struct store *s, const char *name, const char *value);
int sqlite_run_start(struct store *s, struct store_run *run);
int sqlite_run_finish(struct store *s, const struct store_run *run);
int sqlite_run_each(struct store *s, int (*each)(void *, const struct store_run *), void *context);
int sqlite_log_put(struct store *s, const struct store_log *log);
int sqlite_log_get(struct store *s, const struct sha256 *log_id, int (*got)(void *, const struct store_log *),
                   void *context);
int sqlite_log_each(struct store *s, int (*each)(void *, const struct store_log *), void *context);
int sqlite_position_get(struct store *s, const struct sha256 *log_id, struct store_position *out);
int sqlite_position_put(struct store *s, const struct sha256 *log_id, const struct store_position *p);
int sqlite_position_rewind(struct store *s, const struct sha256 *log_id);
int sqlite_host_put(struct store *s, const struct store_host *h);
int sqlite_host_each(struct store *s, int (*each)(void *, const struct store_host *), void *context);
int sqlite_progress_put(struct store *s, const struct store_progress *p);
int sqlite_progress_each(struct store *s, const struct sha256 *log_id,
                         int (*each)(void *, const struct store_progress *), void *context);
int sqlite_watching_put(struct store *s, const char *digest);
int sqlite_promise_put(struct store *s, const struct store_promise *p);
int sqlite_issuer_put(struct store *s, const struct sha256 *tbs, const struct sha256 *certificate,
                      const struct sha256 *key, bool proven);
int sqlite_promise_each_due(struct store *s, int (*each)(void *, const struct store_promise *), void *context);
int sqlite_promise_each(struct store *s, const struct sha256 *tbs, int (*each)(void *, const struct store_promise *),
                        void *context);
int sqlite_tree_head_put(struct store *s, const struct store_tree_head *h);
int sqlite_tree_head_each(struct store *s, const struct sha256 *log_id,
                          int (*each)(void *, const struct store_tree_head *), void *context);
int sqlite_certificate_put(struct store *s, const struct store_certificate *c);
int sqlite_certificate_get(struct store *s, const struct sha256 *tbs,
                           int (*got)(void *, const struct store_certificate *), void *context);
int sqlite_place_put(struct store *s, const struct store_place *p);
int sqlite_place_each(struct store *s, const struct sha256 *tbs, int (*each)(void *, const struct store_place *),
                      void *context);
int sqlite_certificate_each_due(struct store *s, int (*each)(void *, const struct store_certificate *),
                                void *context);
int sqlite_certificate_judged(struct store *s, const struct sha256 *tbs, bool due);
int sqlite_certificate_each(struct store *s, int (*each)(void *, const struct store_certificate *), void *context);
int sqlite_unparseable_put(struct store *s, const struct store_unparseable *u);
int sqlite_unparseable_each(struct store *s, int (*each)(void *, const struct store_unparseable *), void *context);
int sqlite_document_put(struct store *s, const struct store_document *d);
int sqlite_document_get(struct store *s, const struct sha256 *commitment,
                        int (*got)(void *, const struct store_document *), void *context);
int sqlite_carrier_put(struct store *s, const struct store_carrier *c);
int sqlite_carrier_each(struct store *s, const struct sha256 *tbs, int (*each)(void *, const struct store_carrier *),
                        void *context);
int sqlite_evidence_put(struct store *s, const struct sha256 *sha256, enum evidence_kind kind, const char *format,
                        struct bytes content);
int sqlite_evidence_get(struct store *s, const struct sha256 *sha256,
                        int (*got)(void *, const struct store_evidence *), void *context);
int sqlite_evidence_each(struct store *s, int (*each)(void *, const struct store_evidence *), void *context);
int sqlite_verdict_put(struct store *s, const struct sha256 *tbs, enum verdict_basis basis, const struct verdict *v,
                       const char *scheme);
int sqlite_verdict_each(struct store *s, const struct sha256 *tbs, int (*each)(void *, const struct store_verdict *),
                        void *context);
int sqlite_collateral_put(struct store *s, const struct store_collateral *c);
int sqlite_collateral_get(struct store *s, const struct sha256 *sha256,
                          int (*got)(void *, const struct store_collateral *), void *context);
int sqlite_collateral_each(struct store *s, int (*each)(void *, const struct store_collateral *), void *context);
int sqlite_measurement_known(struct store *s, const char *domain, const char *name, struct bytes value,
                             const struct sha256 *except_tbs, bool *known);
int sqlite_key_known(struct store *s, const char *domain, const struct sha256 *spki, const struct sha256 *except_tbs,
                     bool *known);
int sqlite_issuer_known(struct store *s, const char *domain, const char *issuer, const struct sha256 *except_tbs,
                        bool *known);
int sqlite_key_elsewhere(struct store *s, const struct sha256 *spki, const char *domain, char *out, size_t size);
int sqlite_baseline_get(struct store *s, const char *domain, int64_t *closed_ms);
int sqlite_baseline_close(struct store *s, int64_t at_ms);
int sqlite_baseline_put(struct store *s, const char *domain, int64_t at_ms);
int sqlite_anomaly_get(struct store *s, const struct sha256 *uid, int (*got)(void *, const struct store_anomaly *),
                       void *context);
int sqlite_anomaly_put(struct store *s, const struct store_anomaly *a);
int sqlite_anomaly_each(struct store *s, int (*each)(void *, const struct store_anomaly *), void *context);
int sqlite_anomaly_find(struct store *s, const char *prefix, struct sha256 *uid);
int sqlite_event_next_seq(struct store *s, uint64_t *seq);
int sqlite_event_put(struct store *s, const struct store_event *e);
int sqlite_event_each(struct store *s, uint64_t after_seq, int64_t since_ms,
                      int (*each)(void *, const struct store_event *), void *context);
int sqlite_event_last(struct store *s, const char *uid, int (*each)(void *, const struct store_event *),
                      void *context);
int sqlite_delivery_get(struct store *s, const char *destination, uint64_t *seq);
int sqlite_delivery_put(struct store *s, const struct store_delivery *d);
int sqlite_delivery_list(struct store *s, const char *const *destinations, size_t n);
int sqlite_delivery_each(struct store *s, int (*each)(void *, const struct store_delivery *), void *context);
int sqlite_domain_each(struct store *s, int (*each)(void *, const struct store_domain *), void *context);
int sqlite_measurement_each(struct store *s, const char *domain,
                            int (*each)(void *, const struct store_measurement *), void *context);
int sqlite_tcb_each(struct store *s, int (*each)(void *, const struct store_tcb *), void *context);
int sqlite_tie_each(struct store *s, int (*each)(void *, const struct store_tie *), void *context);
int sqlite_count(struct store *s, struct store_counts *out);

extern const struct store_ops sqlite_ops;

#endif
