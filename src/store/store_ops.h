/*
 * What a database must do to hold the history: one table of functions, each as store.h says of the
 * store_* call of that name. Inside src/store only.
 */
#ifndef TEEWATCH_STORE_STORE_OPS_H
#define TEEWATCH_STORE_STORE_OPS_H

#include "store/store.h"

struct store_ops {
	void (*close)(struct store *s);
	const char *(*message)(const struct store *s);
	int (*begin)(struct store *s);
	int (*commit)(struct store *s);
	void (*rollback)(struct store *s);
	int (*publish)(struct store *s, const char *publish_to);
	int (*setting_get)(struct store *s, const char *name, char *out, size_t size);
	int (*setting_put)(struct store *s, const char *name, const char *value);
	int (*run_start)(struct store *s, struct store_run *run);
	int (*run_finish)(struct store *s, const struct store_run *run);
	int (*run_each)(struct store *s, int (*each)(void *, const struct store_run *), void *context);
	int (*log_put)(struct store *s, const struct store_log *log);
	int (*log_get)(struct store *s, const struct sha256 *log_id, int (*got)(void *, const struct store_log *),
	               void *context);
	int (*log_each)(struct store *s, int (*each)(void *, const struct store_log *), void *context);
	int (*position_get)(struct store *s, const struct sha256 *log_id, struct store_position *out);
	int (*position_put)(struct store *s, const struct sha256 *log_id, const struct store_position *p);
	int (*position_rewind)(struct store *s, const struct sha256 *log_id);
	int (*host_put)(struct store *s, const struct store_host *h);
	int (*host_each)(struct store *s, int (*each)(void *, const struct store_host *), void *context);
	int (*progress_put)(struct store *s, const struct store_progress *p);
	int (*progress_each)(struct store *s, const struct sha256 *log_id,
	                     int (*each)(void *, const struct store_progress *), void *context);
	int (*watching_put)(struct store *s, const char *digest);
	int (*promise_put)(struct store *s, const struct store_promise *p);
	int (*issuer_put)(struct store *s, const struct sha256 *tbs, const struct sha256 *certificate,
	                  const struct sha256 *key, bool proven);
	int (*promise_each_due)(struct store *s, int (*each)(void *, const struct store_promise *), void *context);
	int (*promise_each)(struct store *s, const struct sha256 *tbs, int (*each)(void *, const struct store_promise *),
	                    void *context);
	int (*tree_head_put)(struct store *s, const struct store_tree_head *h);
	int (*tree_head_each)(struct store *s, const struct sha256 *log_id,
	                      int (*each)(void *, const struct store_tree_head *), void *context);
	int (*certificate_put)(struct store *s, const struct store_certificate *c);
	int (*certificate_get)(struct store *s, const struct sha256 *tbs,
	                       int (*got)(void *, const struct store_certificate *), void *context);
	int (*place_put)(struct store *s, const struct store_place *p);
	int (*place_each)(struct store *s, const struct sha256 *tbs, int (*each)(void *, const struct store_place *),
	                  void *context);
	int (*certificate_each_due)(struct store *s, int (*each)(void *, const struct store_certificate *),
	                            void *context);
	int (*certificate_judged)(struct store *s, const struct sha256 *tbs, bool due);
	int (*certificate_each)(struct store *s, int (*each)(void *, const struct store_certificate *), void *context);
	int (*unparseable_put)(struct store *s, const struct store_unparseable *u);
	int (*unparseable_each)(struct store *s, int (*each)(void *, const struct store_unparseable *), void *context);
	int (*document_put)(struct store *s, const struct store_document *d);
	int (*document_get)(struct store *s, const struct sha256 *commitment,
	                    int (*got)(void *, const struct store_document *), void *context);
	int (*carrier_put)(struct store *s, const struct store_carrier *c);
	int (*carrier_each)(struct store *s, const struct sha256 *tbs,
	                    int (*each)(void *, const struct store_carrier *), void *context);
	int (*evidence_put)(struct store *s, const struct sha256 *sha256, enum evidence_kind kind, const char *format,
	                    struct bytes content);
	int (*evidence_get)(struct store *s, const struct sha256 *sha256,
	                    int (*got)(void *, const struct store_evidence *), void *context);
	int (*evidence_each)(struct store *s, int (*each)(void *, const struct store_evidence *), void *context);
	int (*verdict_put)(struct store *s, const struct sha256 *tbs, enum verdict_basis basis, const struct verdict *v,
	                   const char *scheme);
	int (*verdict_each)(struct store *s, const struct sha256 *tbs,
	                    int (*each)(void *, const struct store_verdict *), void *context);
	int (*collateral_put)(struct store *s, const struct store_collateral *c);
	int (*collateral_get)(struct store *s, const struct sha256 *sha256,
	                      int (*got)(void *, const struct store_collateral *), void *context);
	int (*collateral_each)(struct store *s, int (*each)(void *, const struct store_collateral *), void *context);
	int (*measurement_known)(struct store *s, const char *domain, const char *name, struct bytes value,
	                         const struct sha256 *except_tbs, bool *known);
	int (*key_known)(struct store *s, const char *domain, const struct sha256 *spki,
	                 const struct sha256 *except_tbs, bool *known);
	int (*issuer_known)(struct store *s, const char *domain, const char *issuer, const struct sha256 *except_tbs,
	                    bool *known);
	int (*key_elsewhere)(struct store *s, const struct sha256 *spki, const char *domain, char *out, size_t size);
	int (*baseline_get)(struct store *s, const char *domain, int64_t *closed_ms);
	int (*baseline_close)(struct store *s, int64_t at_ms);
	int (*baseline_put)(struct store *s, const char *domain, int64_t at_ms);
	int (*anomaly_get)(struct store *s, const struct sha256 *uid, int (*got)(void *, const struct store_anomaly *),
	                   void *context);
	int (*anomaly_put)(struct store *s, const struct store_anomaly *a);
	int (*anomaly_each)(struct store *s, int (*each)(void *, const struct store_anomaly *), void *context);
	int (*anomaly_find)(struct store *s, const char *prefix, struct sha256 *uid);
	int (*event_next_seq)(struct store *s, uint64_t *seq);
	int (*event_put)(struct store *s, const struct store_event *e);
	int (*event_each)(struct store *s, uint64_t after_seq, int64_t since_ms,
	                  int (*each)(void *, const struct store_event *), void *context);
	int (*event_last)(struct store *s, const char *uid, int (*each)(void *, const struct store_event *),
	                  void *context);
	int (*delivery_get)(struct store *s, const char *destination, uint64_t *seq);
	int (*delivery_put)(struct store *s, const struct store_delivery *d);
	int (*delivery_list)(struct store *s, const char *const *destinations, size_t n);
	int (*delivery_each)(struct store *s, int (*each)(void *, const struct store_delivery *), void *context);
	int (*domain_each)(struct store *s, int (*each)(void *, const struct store_domain *), void *context);
	int (*measurement_each)(struct store *s, const char *domain,
	                        int (*each)(void *, const struct store_measurement *), void *context);
	int (*tcb_each)(struct store *s, int (*each)(void *, const struct store_tcb *), void *context);
	int (*tie_each)(struct store *s, int (*each)(void *, const struct store_tie *), void *context);
	int (*count)(struct store *s, struct store_counts *out);
};

/* The head of each implementation's own struct. */
struct store {
	const struct store_ops *ops;
};

#endif
