/*
 * One certificate at a time: what evidence it carries or is tied to, what that evidence proves, and
 * what of it was not expected.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/state.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/memory.h"
#include "report/event.h"

enum { JUDGE_ROUNDS_MAX = 4 };

/* One carrier of the certificate, and what became of it. */
struct item {
	const struct extraction *extraction;
	struct found_document document;
	bool has_document;
	struct bytes evidence;
	struct sha256 evidence_sha256;
	enum evidence_kind kind;
	enum binding_rule binding;
	struct policy_evidence outcome;
	struct verdict *logged, *now;
	bool lacking; /* something may still come: a document, collateral */
};

struct analysis {
	struct audit *audit;
	struct arena arena;
	const struct store_certificate *certificate;
	struct finding finding;
	struct watch_rules rules;
	const struct watch *watch;
	struct item items[EXTRACT_MAX];
	size_t n;
	bool placed;
	struct store_place first;   /* smallest log timestamp */
	char log_name[256];
};

/* ---- reading the certificate ---- */

static bool read_certificate(struct analysis *x)
{
	struct audit *a = x->audit;
	struct task_certificate_reply reply = {0};
	struct bytes answer = {NULL, 0};
	enum task_outcome outcome = TASK_CRASHED;
	int rc = pool_call(a->pool, TASK_CERTIFICATE, x->certificate->tbs, &x->arena, &outcome, &answer);
	if (rc < 0)
		a->error = rc;
	if (rc < 0 || outcome != TASK_DONE || fault_is_set(task_certificate_reply_decode(answer, &x->arena, &reply)) ||
	    fault_is_set(reply.fault)) {
		audit_warn(a, "a certificate of the history cannot be read again; it stays due");
		return false;
	}
	x->finding = reply.finding;
	return true;
}

static int take_place(void *context, const struct store_place *p)
{
	struct analysis *x = context;
	if (!x->placed) {
		x->first = *p;
		x->placed = true;
	}
	return 0;
}

static void name_log(struct analysis *x)
{
	const struct audit *a = x->audit;
	snprintf(x->log_name, sizeof(x->log_name), "%s", "");
	for (size_t i = 0; i < a->log_count; i++)
		if (sha256_equal(&a->logs[i].log.log_id, &x->first.log_id))
			snprintf(x->log_name, sizeof(x->log_name), "%s", a->logs[i].log.name);
}

/* ---- evidence ---- */

static struct verdict *judge_at(struct analysis *x, const struct item *item, int64_t at_ms, struct judge_needs *needs)
{
	struct audit *a = x->audit;
	struct task_judge_reply reply = {0};
	struct buffer message;
	struct bytes answer = {NULL, 0};
	enum task_outcome outcome = TASK_CRASHED;
	struct judge_request request = {
		.evidence = item->evidence,
		.kind = item->kind,
		.binding = {item->binding, x->finding.spki, item->extraction->hpke_key, {NULL, 0}},
		.endorsement = item->has_document ? item->document.parsed.document.endorsement : (struct bytes){NULL, 0},
		.collateral = &a->inventory.set,
		.at_ms = at_ms,
	};
	buffer_init(&message, LIMIT_FRAME_BYTES);
	task_judge_encode(&request, &message);
	int rc = buffer_ok(&message)
	                 ? pool_call(a->pool, TASK_JUDGE, buffer_bytes(&message), &x->arena, &outcome, &answer)
	                 : 0;
	buffer_release(&message);
	if (rc < 0)
		a->error = rc;
	if (rc < 0 || outcome != TASK_DONE || fault_is_set(task_judge_reply_decode(answer, &x->arena, &reply)))
		return NULL;
	*needs = reply.needs;
	return reply.verdict;
}

/* Could any of it come some day? What nobody publishes comes into the archive by hand, and is noticed then. */
static bool is_published(const struct judge_needs *needs)
{
	bool any = false;
	for (size_t i = 0; i < needs->n; i++)
		any |= needs->v[i].path != NULL;
	return any;
}

/* Judge at both times; where collateral is missing and a vendor offers it, fetch it and judge again. */
static void judge_item(struct analysis *x, struct item *item)
{
	struct audit *a = x->audit;
	struct judge_needs needs_logged = {0}, needs_now = {0};
	for (unsigned round = 0; round < JUDGE_ROUNDS_MAX && !a->error; round++) {
		item->logged = judge_at(x, item, x->first.timestamp_ms, &needs_logged);
		item->now = judge_at(x, item, a->options->at_ms, &needs_now);
		if (!item->logged || !item->now)
			break;
		bool came = inventory_fetch(a, &needs_logged);
		came |= inventory_fetch(a, &needs_now);
		if (!came)
			break;
	}
	if (!item->logged || !item->now) {
		item->outcome.state = STATE_MALFORMED;
		item->outcome.fault = fault_at(FAULT_VALUE, 0, "decoder");
		item->outcome.detail = "two workers died on this evidence";
		return;
	}
	for (size_t i = 0; i < x->rules.expect_count; i++) {
		expectation_apply(&x->rules.expect[i], item->logged);
		expectation_apply(&x->rules.expect[i], item->now);
	}
	if (x->rules.expect_count > 0) {
		verdict_conclude(item->logged);
		verdict_conclude(item->now);
	}
	item->evidence_sha256 = item->logged->sha256;
	item->lacking |= is_published(&needs_logged) || is_published(&needs_now);
	item->outcome.state = STATE_JUDGED;
	item->outcome.logged = item->logged;
	item->outcome.now = item->now;
}

static void take_document(struct analysis *x, struct item *item)
{
	const struct document *d = &item->document.parsed.document;
	item->has_document = true;
	item->evidence = d->evidence;
	item->kind = d->kind;
	item->binding = d->binding;
	if (d->endorsement.n > 0)
		inventory_endorsement(x->audit, d->endorsement, "document");
	if (d->dummy) {
		item->outcome.state = STATE_MALFORMED;
		item->outcome.fault = fault_at(FAULT_VALUE, 0, "format");
		item->outcome.detail = "the document says itself that no hardware attested it (dummy)";
		return;
	}
	judge_item(x, item);
}

static bool may_fetch(const struct analysis *x)
{
	const struct audit_options *o = x->audit->options;
	return !o->offline && (o->fetch == AUDIT_FETCH_ALL || (o->fetch == AUDIT_FETCH_WATCHED && x->watch));
}

static void find_document(struct analysis *x, struct item *item)
{
	const struct extractions *e = &x->finding.extractions;
	const char *why;
	if (documents_find(x->audit, &item->extraction->commitment, e->hosts, e->host_count, may_fetch(x), &x->arena,
	                   &item->document, &why)) {
		take_document(x, item);
		return;
	}
	item->lacking = true;
	item->outcome.state = STATE_UNAVAILABLE;
	item->outcome.detail = why;
	item->outcome.fault = item->document.parsed.fault;
}

static void parse_embedded_document(struct analysis *x, struct item *item)
{
	struct task_body body = {.content = item->extraction->payload};
	item->document.source = "certificate";
	item->document.peer = "";
	if (documents_parse(x->audit, &body, &x->arena, &item->document.parsed)) {
		take_document(x, item);
		return;
	}
	/* A later version of a known document is not malformed: it is just not to be had by this teewatch. */
	bool later = item->document.parsed.fault.code == FAULT_UNSUPPORTED;
	item->outcome.state = later ? STATE_UNAVAILABLE : STATE_MALFORMED;
	item->outcome.fault = item->document.parsed.fault;
	item->outcome.detail = later ? "the document in the certificate is of a version that is not supported yet"
	                             : "the document in the certificate cannot be read";
}

static void look_at_carrier(struct analysis *x, const struct extraction *e)
{
	struct item *item = &x->items[x->n++];
	*item = (struct item){.extraction = e, .kind = e->kind, .binding = e->binding};
	item->outcome = (struct policy_evidence){.carrier = e->carrier, .scheme = e->scheme, .detail = ""};
	if (fault_is_set(e->fault)) {
		item->outcome.state = STATE_MALFORMED;
		item->outcome.fault = e->fault;
		return;
	}
	switch (e->form) {
	case EXTRACT_EMBEDDED:
		item->evidence = e->payload;
		judge_item(x, item);
		break;
	case EXTRACT_DOCUMENT:
		parse_embedded_document(x, item);
		break;
	case EXTRACT_COMMITMENT:
		find_document(x, item);
		break;
	case EXTRACT_KEY_ONLY:
		item->outcome.state = STATE_KEY_ONLY;
		break;
	}
}

/* ---- recording ---- */

static const char *form_name(enum extract_form form)
{
	static const char *const names[] = {
		[EXTRACT_EMBEDDED] = "embedded",
		[EXTRACT_DOCUMENT] = "document",
		[EXTRACT_COMMITMENT] = "commitment",
		[EXTRACT_KEY_ONLY] = "key-only",
	};
	return names[form];
}

static int put_document(struct analysis *x, const struct item *item)
{
	const struct found_document *d = &item->document;
	struct store_document row = {
		.sha256 = d->parsed.document.sha256,
		.commitment = d->parsed.document.commitment,
		.content = d->parsed.text,
		.format = d->parsed.document.format,
		.source = d->source,
		.peer = d->peer,
		.fetched_ms = x->audit->options->at_ms,
	};
	return d->archived ? 0 : store_document_put(x->audit->store, &row);
}

static int put_item(struct analysis *x, const struct item *item)
{
	struct store *s = x->audit->store;
	const struct extraction *e = item->extraction;
	bool judged = item->outcome.state == STATE_JUDGED;
	struct store_carrier row = {
		.tbs_sha256 = x->certificate->tbs_sha256,
		.carrier = e->carrier,
		.scheme = e->scheme,
		.form = form_name(e->form),
		.fault = item->outcome.fault,
		.commitment = e->form == EXTRACT_COMMITMENT ? sha256_bytes(&e->commitment) : (struct bytes){NULL, 0},
		.hpke_key = e->hpke_key,
		.document_sha256 = item->has_document ? &item->document.parsed.document.sha256 : NULL,
		.evidence_sha256 = judged ? &item->evidence_sha256 : NULL,
		.kind = judged ? item->logged->kind : item->kind,
	};
	int rc = item->has_document ? put_document(x, item) : 0;
	if (rc >= 0 && judged)
		rc = store_evidence_put(s, &item->evidence_sha256, item->logged->kind, item->logged->format, item->evidence);
	if (rc >= 0)
		rc = store_carrier_put(s, &row);
	if (rc >= 0 && judged)
		rc = store_verdict_put(s, &x->certificate->tbs_sha256, BASIS_LOGGED, item->logged, e->scheme);
	if (rc >= 0 && judged)
		rc = store_verdict_put(s, &x->certificate->tbs_sha256, BASIS_NOW, item->now, e->scheme);
	return rc;
}

/* ---- policy ---- */

static const char *measurement_of(const struct verdict *v, struct bytes *value)
{
	if (!v || v->measurements.n == 0)
		return NULL;
	*value = v->measurements.v[0].bytes;
	return v->measurements.v[0].name;
}

static bool is_tinfoil_name(const char *name)
{
	static const char *const zones[] = {"tinfoil.sh", "tinfoil.dev"};
	size_t n = strlen(name);
	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		size_t z = strlen(zones[i]);
		if (n >= z && strcmp(name + n - z, zones[i]) == 0 && (n == z || name[n - z - 1] == '.'))
			return true;
	}
	return false;
}

/* What the history knew before this certificate. */
static int ask_history(struct analysis *x, struct policy_facts *f, char *elsewhere, size_t size)
{
	const struct store_certificate *c = x->certificate;
	struct store *s = x->audit->store;
	int64_t closed;
	int rc = store_baseline_get(s, c->domain, &closed);
	f->baseline = rc == 1 || c->learned;
	if (rc >= 0)
		rc = store_key_known(s, c->domain, &c->spki_sha256, &c->tbs_sha256, &f->key_known);
	if (rc >= 0)
		rc = store_key_elsewhere(s, &c->spki_sha256, c->domain, elsewhere, size);
	f->key_elsewhere = elsewhere;
	if (rc >= 0)
		rc = store_issuer_known(s, c->domain, c->issuer, &c->tbs_sha256, &f->issuer_known);
	for (size_t i = 0; i < x->n && rc >= 0; i++) {
		struct bytes value;
		const char *name = measurement_of(x->items[i].logged, &value);
		if (name)
			rc = store_measurement_known(s, c->domain, name, value, &c->tbs_sha256,
			                             &x->items[i].outcome.measurement_known);
	}
	return rc;
}

static struct event_certificate certificate_facts(const struct analysis *x)
{
	const struct store_certificate *c = x->certificate;
	return (struct event_certificate){
		.tbs_sha256 = &c->tbs_sha256,
		.spki_sha256 = &c->spki_sha256,
		.domain = c->domain,
		.issuer = c->issuer,
		.serial = c->serial,
		.names = c->names,
		.name_count = c->name_count,
		.not_before_ms = c->not_before_ms,
		.not_after_ms = c->not_after_ms,
		.logged_at_ms = x->first.timestamp_ms,
	};
}

static int raise_findings(struct analysis *x, const struct anomaly_findings *found)
{
	struct audit *a = x->audit;
	struct event_certificate certificate = certificate_facts(x);
	struct sha256 still[sizeof(found->v) / sizeof(found->v[0])];
	struct journal_subject about = {
		.domain = x->certificate->domain,
		.tbs_sha256 = &x->certificate->tbs_sha256,
		.log_id = &x->first.log_id,
		.log_name = x->log_name,
		.has_entry = true,
		.entry_index = x->first.entry_index,
		.certificate = &certificate,
	};
	int rc = 0;
	for (size_t i = 0; i < found->n && rc >= 0; i++) {
		still[i] = anomaly_uid(found->v[i].rule->id, found->v[i].subject);
		rc = journal_raise(a, found->v[i].rule, found->v[i].subject, found->v[i].detail, &about);
	}
	return rc < 0 ? rc : journal_clear_certificate(a, &x->certificate->tbs_sha256, still, found->n);
}

static int apply_policy(struct analysis *x)
{
	struct policy_evidence evidence[EXTRACT_MAX];
	char elsewhere[2048] = "";
	const struct store_certificate *c = x->certificate;
	struct anomaly_findings *found = arena_alloc(&x->arena, sizeof(*found));
	struct policy_facts f = {
		.tbs_sha256 = &c->tbs_sha256,
		.spki_sha256 = &c->spki_sha256,
		.domain = c->domain,
		.names = c->names,
		.name_count = c->name_count,
		.issuer = c->issuer,
		.watch = x->watch,
		.rules = x->watch ? &x->rules : NULL,
		.evidence = evidence,
		.evidence_count = x->n,
	};
	int rc = found ? ask_history(x, &f, elsewhere, sizeof(elsewhere)) : 0;
	if (rc < 0 || !found)
		return rc;
	for (size_t i = 0; i < x->n; i++)
		evidence[i] = x->items[i].outcome;
	for (size_t i = 0; i < c->name_count; i++)
		f.tinfoil_name |= is_tinfoil_name(c->names[i]);
	policy_evaluate(&f, &x->arena, found);
	return raise_findings(x, found);
}

/* ---- the certificate's event ---- */

static const char *outcome_name(const struct item *item)
{
	static const char *const names[] = {
		[STATE_MALFORMED] = "malformed",
		[STATE_UNAVAILABLE] = "unavailable",
		[STATE_KEY_ONLY] = "key-only",
	};
	return item->outcome.state == STATE_JUDGED ? verdict_result_name(item->logged->result) : names[item->outcome.state];
}

/* "…"evidence":[...]" of the certificate's last event, to see whether anything changed. */
struct last_event {
	char *json;
};

static int keep_event(void *context, const struct store_event *e)
{
	struct last_event *last = context;
	free(last->json);
	last->json = memory_text(e->json);
	return 0;
}

static int put_certificate_event(struct analysis *x)
{
	struct audit *a = x->audit;
	struct event_certificate certificate = certificate_facts(x);
	struct event_evidence evidence[EXTRACT_MAX];
	struct event_log log = {&x->first.log_id, x->log_name, true, x->first.entry_index};
	char hex[2 * SHA256_BYTES + 1], subject[80];
	struct last_event last = {NULL};
	struct buffer now;
	for (size_t i = 0; i < x->n; i++) {
		const struct item *item = &x->items[i];
		const struct verdict_check *failed = item->logged ? verdict_first_failed(item->logged) : NULL;
		evidence[i] = (struct event_evidence){
			.kind = evidence_kind_name(item->kind),
			.carrier = item->extraction->carrier,
			.scheme = item->extraction->scheme,
			.result = outcome_name(item),
			.sha256 = item->outcome.state == STATE_JUDGED ? &item->evidence_sha256 : NULL,
			.detail = failed ? failed->id : item->outcome.detail,
		};
	}
	hex_encode(sha256_bytes(&x->certificate->tbs_sha256), hex);
	snprintf(subject, sizeof(subject), "tbs:%s", hex);
	struct sha256 uid = anomaly_uid("certificate", subject);
	struct event e = {.type = "certificate", .uid = &uid, .log = &log, .certificate = &certificate,
	                  .evidence = evidence, .evidence_count = x->n};
	char uid_hex[2 * SHA256_BYTES + 1];
	hex_encode(sha256_bytes(&uid), uid_hex);
	int rc = store_event_last(a->store, uid_hex, keep_event, &last);
	buffer_init(&now, 1 << 20);
	event_put(&e, &now);
	const char *old_part = last.json ? strstr(last.json, "\"evidence\":[") : NULL;
	const char *new_part = strstr(buffer_text(&now), "\"evidence\":[");
	if (rc >= 0 && !(old_part && new_part && strcmp(old_part, new_part) == 0))
		rc = journal_event(a, &e);
	free(last.json);
	buffer_release(&now);
	return rc;
}

/* ---- all together ---- */

static bool record(struct analysis *x)
{
	struct audit *a = x->audit;
	bool due = false;
	int rc = store_begin(a->store);
	for (size_t i = 0; i < x->n && rc >= 0; i++) {
		rc = put_item(x, &x->items[i]);
		/* Nothing more will be learned of a certificate that expired a while ago. */
		due |= x->items[i].lacking;
	}
	due = due && x->certificate->not_after_ms > a->options->at_ms;
	if (rc >= 0)
		rc = apply_policy(x);
	if (rc >= 0)
		rc = put_certificate_event(x);
	if (rc >= 0)
		rc = store_certificate_judged(a->store, &x->certificate->tbs_sha256, due);
	if (rc >= 0)
		rc = store_commit(a->store);
	return !audit_store_failed(a, rc);
}

static void analyse(struct audit *a, const struct store_certificate *c)
{
	struct analysis *x = memory_alloc(sizeof(*x));
	x->audit = a;
	x->certificate = c;
	arena_init(&x->arena, LIMIT_ARENA_BYTES);
	x->watch = policy_watch(a->options->policy, c->names, c->name_count, &x->rules);
	if (!audit_store_failed(a, store_place_each(a->store, &c->tbs_sha256, take_place, x)) && x->placed &&
	    read_certificate(x)) {
		name_log(x);
		for (size_t i = 0; i < x->finding.extractions.n && !a->error; i++)
			look_at_carrier(x, &x->finding.extractions.v[i]);
		if (!a->error)
			record(x);
	}
	arena_release(&x->arena);
	free(x);
}

/* The due certificates are copied first: analysing one writes to the tables that are walked. */
struct due_list {
	struct arena arena;
	struct sha256 *tbs;
	size_t n, capacity;
};

static int collect_due(void *context, const struct store_certificate *c)
{
	struct due_list *l = context;
	if (l->n == l->capacity) {
		l->capacity = l->capacity ? l->capacity * 2 : 256;
		l->tbs = memory_grow(l->tbs, l->capacity, sizeof(*l->tbs));
	}
	l->tbs[l->n++] = c->tbs_sha256;
	return 0;
}

static const char *copy_text(struct arena *a, const char *s)
{
	const char *copy = arena_text(a, bytes_of_text(s));
	return copy ? copy : "";
}

struct copying {
	struct arena *arena;
	struct store_certificate out;
};

static int copy_certificate(void *context, const struct store_certificate *c)
{
	struct copying *to = context;
	const char **names = arena_array(to->arena, c->name_count, sizeof(*names));
	to->out = *c;
	to->out.tbs = arena_bytes(to->arena, c->tbs);
	to->out.issuer = copy_text(to->arena, c->issuer);
	to->out.subject = copy_text(to->arena, c->subject);
	to->out.serial = copy_text(to->arena, c->serial);
	to->out.domain = copy_text(to->arena, c->domain);
	to->out.watch = copy_text(to->arena, c->watch);
	for (size_t i = 0; names && i < c->name_count; i++)
		names[i] = copy_text(to->arena, c->names[i]);
	to->out.names = names;
	to->out.name_count = names ? c->name_count : 0;
	return 0;
}

void analysis_run(struct audit *a)
{
	struct due_list due = {0};
	a->due = false;
	audit_store_failed(a, store_certificate_each_due(a->store, collect_due, &due));
	for (size_t i = 0; i < due.n && !audit_must_stop(a); i++) {
		struct arena arena;
		arena_init(&arena, 64 << 20);
		struct copying c = {.arena = &arena};
		int rc = store_certificate_get(a->store, &due.tbs[i], copy_certificate, &c);
		if (!audit_store_failed(a, rc) && rc == 0)
			analyse(a, &c.out);
		arena_release(&arena);
	}
	free(due.tbs);
}
