/* The calls of store.h: each goes to the table of the database that the store was opened with. */
#include "store/store.h"

#include "store/sqlite.h"

static char open_message[1024];

int store_open(const char *directory, enum store_mode mode, struct store **out)
{
	open_message[0] = 0;
	return sqlite_open(directory, mode, out, open_message, sizeof(open_message));
}

const char *store_open_message(void)
{
	return open_message;
}

void store_close(struct store *s)
{
	s->ops->close(s);
}

const char *store_message(const struct store *s)
{
	return s->ops->message(s);
}

int store_begin(struct store *s)
{
	return s->ops->begin(s);
}

int store_commit(struct store *s)
{
	return s->ops->commit(s);
}

void store_rollback(struct store *s)
{
	s->ops->rollback(s);
}

int store_publish(struct store *s, const char *publish_to)
{
	return s->ops->publish(s, publish_to);
}

int store_setting_get(struct store *s, const char *name, char *out, size_t size)
{
	return s->ops->setting_get(s, name, out, size);
}

int store_setting_put(struct store *s, const char *name, const char *value)
{
	return s->ops->setting_put(s, name, value);
}

int store_run_start(struct store *s, struct store_run *run)
{
	return s->ops->run_start(s, run);
}

int store_run_finish(struct store *s, const struct store_run *run)
{
	return s->ops->run_finish(s, run);
}

int store_run_each(struct store *s, int (*each)(void *, const struct store_run *), void *context)
{
	return s->ops->run_each(s, each, context);
}

int store_log_put(struct store *s, const struct store_log *log)
{
	return s->ops->log_put(s, log);
}

int store_log_get(struct store *s, const struct sha256 *log_id, int (*got)(void *, const struct store_log *),
                  void *context)
{
	return s->ops->log_get(s, log_id, got, context);
}

int store_log_each(struct store *s, int (*each)(void *, const struct store_log *), void *context)
{
	return s->ops->log_each(s, each, context);
}

int store_position_get(struct store *s, const struct sha256 *log_id, struct store_position *out)
{
	return s->ops->position_get(s, log_id, out);
}

int store_position_put(struct store *s, const struct sha256 *log_id, const struct store_position *p)
{
	return s->ops->position_put(s, log_id, p);
}

int store_position_rewind(struct store *s, const struct sha256 *log_id)
{
	return s->ops->position_rewind(s, log_id);
}

int store_host_put(struct store *s, const struct store_host *h)
{
	return s->ops->host_put(s, h);
}

int store_host_each(struct store *s, int (*each)(void *, const struct store_host *), void *context)
{
	return s->ops->host_each(s, each, context);
}

int store_progress_put(struct store *s, const struct store_progress *p)
{
	return s->ops->progress_put(s, p);
}

int store_progress_each(struct store *s, const struct sha256 *log_id, int (*each)(void *, const struct store_progress *),
                        void *context)
{
	return s->ops->progress_each(s, log_id, each, context);
}

int store_watching_put(struct store *s, const char *digest)
{
	return s->ops->watching_put(s, digest);
}

int store_promise_put(struct store *s, const struct store_promise *p)
{
	return s->ops->promise_put(s, p);
}

int store_issuer_put(struct store *s, const struct sha256 *tbs, const struct sha256 *certificate,
                     const struct sha256 *key, bool proven)
{
	return s->ops->issuer_put(s, tbs, certificate, key, proven);
}

int store_promise_each_due(struct store *s, int (*each)(void *, const struct store_promise *), void *context)
{
	return s->ops->promise_each_due(s, each, context);
}

int store_promise_each(struct store *s, const struct sha256 *tbs, int (*each)(void *, const struct store_promise *),
                       void *context)
{
	return s->ops->promise_each(s, tbs, each, context);
}

int store_tree_head_put(struct store *s, const struct store_tree_head *h)
{
	return s->ops->tree_head_put(s, h);
}

int store_tree_head_each(struct store *s, const struct sha256 *log_id,
                         int (*each)(void *, const struct store_tree_head *), void *context)
{
	return s->ops->tree_head_each(s, log_id, each, context);
}

int store_certificate_put(struct store *s, const struct store_certificate *c)
{
	return s->ops->certificate_put(s, c);
}

int store_certificate_get(struct store *s, const struct sha256 *tbs,
                          int (*got)(void *, const struct store_certificate *), void *context)
{
	return s->ops->certificate_get(s, tbs, got, context);
}

int store_place_put(struct store *s, const struct store_place *p)
{
	return s->ops->place_put(s, p);
}

int store_place_each(struct store *s, const struct sha256 *tbs, int (*each)(void *, const struct store_place *),
                     void *context)
{
	return s->ops->place_each(s, tbs, each, context);
}

int store_certificate_each_due(struct store *s, int (*each)(void *, const struct store_certificate *), void *context)
{
	return s->ops->certificate_each_due(s, each, context);
}

int store_certificate_judged(struct store *s, const struct sha256 *tbs, bool due)
{
	return s->ops->certificate_judged(s, tbs, due);
}

int store_certificate_each(struct store *s, int (*each)(void *, const struct store_certificate *), void *context)
{
	return s->ops->certificate_each(s, each, context);
}

int store_unparseable_put(struct store *s, const struct store_unparseable *u)
{
	return s->ops->unparseable_put(s, u);
}

int store_unparseable_each(struct store *s, int (*each)(void *, const struct store_unparseable *), void *context)
{
	return s->ops->unparseable_each(s, each, context);
}

int store_document_put(struct store *s, const struct store_document *d)
{
	return s->ops->document_put(s, d);
}

int store_document_get(struct store *s, const struct sha256 *commitment,
                       int (*got)(void *, const struct store_document *), void *context)
{
	return s->ops->document_get(s, commitment, got, context);
}

int store_carrier_put(struct store *s, const struct store_carrier *c)
{
	return s->ops->carrier_put(s, c);
}

int store_carrier_each(struct store *s, const struct sha256 *tbs, int (*each)(void *, const struct store_carrier *),
                       void *context)
{
	return s->ops->carrier_each(s, tbs, each, context);
}

int store_evidence_put(struct store *s, const struct sha256 *sha256, enum evidence_kind kind, const char *format,
                       struct bytes content)
{
	return s->ops->evidence_put(s, sha256, kind, format, content);
}

int store_evidence_get(struct store *s, const struct sha256 *sha256, int (*got)(void *, const struct store_evidence *),
                       void *context)
{
	return s->ops->evidence_get(s, sha256, got, context);
}

int store_evidence_each(struct store *s, int (*each)(void *, const struct store_evidence *), void *context)
{
	return s->ops->evidence_each(s, each, context);
}

int store_verdict_put(struct store *s, const struct sha256 *tbs, enum verdict_basis basis, const struct verdict *v,
                      const char *scheme)
{
	return s->ops->verdict_put(s, tbs, basis, v, scheme);
}

int store_verdict_each(struct store *s, const struct sha256 *tbs, int (*each)(void *, const struct store_verdict *),
                       void *context)
{
	return s->ops->verdict_each(s, tbs, each, context);
}

int store_collateral_put(struct store *s, const struct store_collateral *c)
{
	return s->ops->collateral_put(s, c);
}

int store_collateral_get(struct store *s, const struct sha256 *sha256,
                         int (*got)(void *, const struct store_collateral *), void *context)
{
	return s->ops->collateral_get(s, sha256, got, context);
}

int store_collateral_each(struct store *s, int (*each)(void *, const struct store_collateral *), void *context)
{
	return s->ops->collateral_each(s, each, context);
}

int store_measurement_known(struct store *s, const char *domain, const char *name, struct bytes value,
                            const struct sha256 *except_tbs, bool *known)
{
	return s->ops->measurement_known(s, domain, name, value, except_tbs, known);
}

int store_key_known(struct store *s, const char *domain, const struct sha256 *spki, const struct sha256 *except_tbs,
                    bool *known)
{
	return s->ops->key_known(s, domain, spki, except_tbs, known);
}

int store_issuer_known(struct store *s, const char *domain, const char *issuer, const struct sha256 *except_tbs,
                       bool *known)
{
	return s->ops->issuer_known(s, domain, issuer, except_tbs, known);
}

int store_key_elsewhere(struct store *s, const struct sha256 *spki, const char *domain, char *out, size_t size)
{
	return s->ops->key_elsewhere(s, spki, domain, out, size);
}

int store_baseline_get(struct store *s, const char *domain, int64_t *closed_ms)
{
	return s->ops->baseline_get(s, domain, closed_ms);
}

int store_baseline_close(struct store *s, int64_t at_ms)
{
	return s->ops->baseline_close(s, at_ms);
}

int store_baseline_put(struct store *s, const char *domain, int64_t at_ms)
{
	return s->ops->baseline_put(s, domain, at_ms);
}

int store_anomaly_get(struct store *s, const struct sha256 *uid, int (*got)(void *, const struct store_anomaly *),
                      void *context)
{
	return s->ops->anomaly_get(s, uid, got, context);
}

int store_anomaly_put(struct store *s, const struct store_anomaly *a)
{
	return s->ops->anomaly_put(s, a);
}

int store_anomaly_each(struct store *s, int (*each)(void *, const struct store_anomaly *), void *context)
{
	return s->ops->anomaly_each(s, each, context);
}

int store_anomaly_find(struct store *s, const char *prefix, struct sha256 *uid)
{
	return s->ops->anomaly_find(s, prefix, uid);
}

int store_event_next_seq(struct store *s, uint64_t *seq)
{
	return s->ops->event_next_seq(s, seq);
}

int store_event_put(struct store *s, const struct store_event *e)
{
	return s->ops->event_put(s, e);
}

int store_event_each(struct store *s, uint64_t after_seq, int64_t since_ms,
                     int (*each)(void *, const struct store_event *), void *context)
{
	return s->ops->event_each(s, after_seq, since_ms, each, context);
}

int store_event_last(struct store *s, const char *uid, int (*each)(void *, const struct store_event *), void *context)
{
	return s->ops->event_last(s, uid, each, context);
}

int store_domain_each(struct store *s, int (*each)(void *, const struct store_domain *), void *context)
{
	return s->ops->domain_each(s, each, context);
}

int store_measurement_each(struct store *s, const char *domain,
                           int (*each)(void *, const struct store_measurement *), void *context)
{
	return s->ops->measurement_each(s, domain, each, context);
}

int store_tcb_each(struct store *s, int (*each)(void *, const struct store_tcb *), void *context)
{
	return s->ops->tcb_each(s, each, context);
}

int store_tie_each(struct store *s, int (*each)(void *, const struct store_tie *), void *context)
{
	return s->ops->tie_each(s, each, context);
}

int store_count(struct store *s, struct store_counts *out)
{
	return s->ops->count(s, out);
}

int store_delivery_get(struct store *s, const char *destination, uint64_t *seq)
{
	return s->ops->delivery_get(s, destination, seq);
}

int store_delivery_put(struct store *s, const struct store_delivery *d)
{
	return s->ops->delivery_put(s, d);
}

int store_delivery_list(struct store *s, const char *const *destinations, size_t n)
{
	return s->ops->delivery_list(s, destinations, n);
}

int store_delivery_each(struct store *s, int (*each)(void *, const struct store_delivery *), void *context)
{
	return s->ops->delivery_each(s, each, context);
}
