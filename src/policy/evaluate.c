#include "policy/findings.h"

#include "base/hex.h"
#include "base/text.h"
#include "cert/names.h"
#include "evidence/sigstore.h"

/* What one evaluation works on. */
struct evaluation {
	const struct policy_facts *facts;
	const struct watch_rules *rules; /* of the host section in hand */
	struct arena *arena;
	struct anomaly_findings *out;
	const char *tbs; /* "tbs:<hex>" */
};

static const struct watch_rules no_rules;

/* What there is to know only by having looked before is learned in the baseline; `stated` is what the
 * watch itself says. */
static void raise(struct evaluation *e, const char *rule, bool stated, const char *subject, const char *detail)
{
	const struct anomaly_rule *r = anomaly_rule_find(rule);
	if (e->facts->baseline && !stated && !(r && r->absolute))
		return;
	findings_add(e->out, e->arena, rule, subject, detail);
}

static const char *text_or(const char *s, const char *otherwise)
{
	return s && *s ? s : otherwise;
}

static const char *carrier_subject(struct evaluation *e, const struct policy_evidence *ev)
{
	return arena_format(e->arena, "%s carrier:%s", e->tbs, text_or(ev->carrier, "?"));
}

static const char *domain_subject(struct evaluation *e, const char *what, const char *value)
{
	return arena_format(e->arena, "domain:%s %s:%s", text_or(e->facts->domain, ""), what, value);
}

/* "a", "b" or "c" of a list, for details. */
static const char *joined(struct arena *a, const char *const *v, size_t n)
{
	const char *out = n > 0 ? v[0] : "";
	for (size_t i = 1; i < n && i < 8 && out; i++)
		out = arena_format(a, "%s, %s", out, v[i]);
	if (out && n > 8)
		out = arena_format(a, "%s and %zu more", out, n - 8);
	return out ? out : "";
}

/* ---- what the evidence itself raises, whatever is expected of it ---- */

static void raise_malformed(struct evaluation *e, const struct policy_evidence *ev, struct fault fault)
{
	raise(e, "evidence_malformed", false, carrier_subject(e, ev),
	      arena_format(e->arena, "%s: %s at offset %zu (%s)%s%s", text_or(ev->carrier, "evidence"),
	                   fault_code_name(fault.code), fault.offset, text_or(fault.field, "?"),
	                   ev->detail && *ev->detail ? ": " : "", text_or(ev->detail, "")));
}

/* A watch that requires attestation has said what it expects: there is nothing to learn from its absence. */
static void raise_unavailable(struct evaluation *e, const struct policy_evidence *ev)
{
	const struct watch_rules *rules = e->facts->watch ? e->facts->rules : NULL;
	bool strict = rules && rules->has_require_attestation && rules->require_attestation;
	raise(e, "evidence_unavailable", strict, carrier_subject(e, ev),
	      arena_format(e->arena, "%s commits to a document that could not be had: %s", text_or(ev->carrier, "it"),
	                   text_or(ev->detail, "it is not in the archive")));
}

static void evaluate_checks(struct evaluation *e, const struct policy_evidence *ev, const struct verdict *v,
                            const char *basis)
{
	for (size_t i = 0; i < v->check_count; i++) {
		const struct verdict_check *c = &v->checks[i];
		const char *rule = check_rule(v, c);
		if (rule)
			raise(e, rule, false, carrier_subject(e, ev),
			      arena_format(e->arena, "%s failed%s%s%s", c->id, basis,
			                   c->detail && *c->detail ? ": " : "", text_or(c->detail, "")));
	}
}

/* Of now only: that today's CRL says nothing of the time when the certificate was logged is no fault of the
 * archive. Collateral is shared: a stale CRL is one finding for the domain and not one for each certificate. */
static void evaluate_staleness(struct evaluation *e, const struct verdict *now)
{
	for (size_t i = 0; now && i < now->check_count; i++) {
		const struct verdict_check *c = &now->checks[i];
		if (check_is_stale(c))
			raise(e, "collateral_stale", false, domain_subject(e, "collateral", c->id),
			      arena_format(e->arena, "%s not checked: %s", c->id, c->detail));
	}
}

/* Did the verdict when logged raise the same already? Then `now` has no news. */
static bool said_before(const struct verdict *logged, const struct verdict_check *c)
{
	for (size_t i = 0; logged && i < logged->check_count; i++)
		if (strcmp(logged->checks[i].id, c->id) == 0)
			return logged->checks[i].result == c->result;
	return false;
}

static const struct verdict *without_repeats(struct evaluation *e, const struct policy_evidence *ev)
{
	if (!ev->logged || !ev->now)
		return ev->now;
	struct verdict *news = arena_alloc(e->arena, sizeof(*news));
	if (!news)
		return ev->now;
	*news = *ev->now;
	news->check_count = 0;
	for (size_t i = 0; i < ev->now->check_count; i++)
		if (!said_before(ev->logged, &ev->now->checks[i]))
			news->checks[news->check_count++] = ev->now->checks[i];
	return news;
}

/* An unsupported version or key is no fault of the evidence: its verdict is incomplete. */
static bool is_undecodable(const struct verdict *v)
{
	return fault_is_set(v->fault) && v->fault.code != FAULT_UNSUPPORTED && v->fault.code != FAULT_LIMIT;
}

static const struct verdict *any_verdict(const struct policy_evidence *ev)
{
	return ev->logged ? ev->logged : ev->now;
}

static void evaluate_judged(struct evaluation *e, const struct policy_evidence *ev)
{
	const struct verdict *v = any_verdict(ev);
	if (!v)
		return;
	if (is_undecodable(v))
		raise_malformed(e, ev, v->fault);
	if (ev->logged)
		evaluate_checks(e, ev, ev->logged, "");
	const struct verdict *news = without_repeats(e, ev);
	if (news)
		evaluate_checks(e, ev, news, ev->logged ? " by now" : "");
	evaluate_staleness(e, ev->now);
}

static void evaluate_evidence(struct evaluation *e)
{
	for (size_t i = 0; i < e->facts->evidence_count; i++) {
		const struct policy_evidence *ev = &e->facts->evidence[i];
		switch (ev->state) {
		case STATE_MALFORMED:
			raise_malformed(e, ev, ev->fault);
			break;
		case STATE_UNAVAILABLE:
			raise_unavailable(e, ev);
			break;
		case STATE_JUDGED:
			evaluate_judged(e, ev);
			break;
		case STATE_KEY_ONLY:
			break;
		}
	}
}

/* ---- attestation ---- */

static bool scheme_fits(const struct evaluation *e, const struct policy_evidence *ev)
{
	const char *scheme = e->rules->scheme;
	return !scheme || strcmp(scheme, "any") == 0 || strcmp(scheme, text_or(ev->scheme, "")) == 0;
}

/* A commitment, malformed or invalid evidence is attestation, if a bad one: rules of their own say so. */
static bool is_attested(const struct evaluation *e)
{
	for (size_t i = 0; i < e->facts->evidence_count; i++)
		if (e->facts->evidence[i].state != STATE_KEY_ONLY && scheme_fits(e, &e->facts->evidence[i]))
			return true;
	return false;
}

static const char *unattested_detail(const struct evaluation *e)
{
	for (size_t i = 0; i < e->facts->evidence_count; i++) {
		const struct policy_evidence *ev = &e->facts->evidence[i];
		if (!scheme_fits(e, ev))
			return arena_format(e->arena,
			                    "the watch asks for attestation of scheme %s, and what is there is of "
			                    "scheme %s",
			                    e->rules->scheme, text_or(ev->scheme, "unknown"));
		if (ev->state == STATE_KEY_ONLY)
			return arena_format(
			        e->arena, "the names carry a key (%s) and neither a document nor its hash%s",
			        text_or(ev->carrier, "HPKE"), e->facts->tinfoil_name ? ", under a Tinfoil zone" : "");
	}
	return "no name or extension carries evidence or commits to any";
}

/* require-attestation: true makes it an anomaly at once, false never; not given, the baseline learns
 * which certificates have none, and later ones are anomalies. */
static bool evaluate_attestation(struct evaluation *e)
{
	if (is_attested(e))
		return false;
	if (e->rules->has_require_attestation && !e->rules->require_attestation)
		return false;
	raise(e, "unattested_certificate", e->rules->has_require_attestation, e->tbs, unattested_detail(e));
	return true;
}

/* ---- measurements ---- */

/* The registers that tell which software runs, in the order in which a list entry holds them. Those that
 * differ from boot to boot (rtmr3) are for `expect`. */
static const struct {
	enum evidence_kind kind;
	const char *registers[5];
} kind_registers[] = {
	{EVIDENCE_SNP, {"measurement"}},
	{EVIDENCE_TDX, {"mrtd", "rtmr0", "rtmr1", "rtmr2"}},
	{EVIDENCE_SGX, {"mrenclave"}},
	{EVIDENCE_NITRO, {"pcr0", "pcr1", "pcr2"}},
};

static const char *const *registers_of(enum evidence_kind kind)
{
	for (size_t i = 0; i < sizeof(kind_registers) / sizeof(kind_registers[0]); i++)
		if (kind_registers[i].kind == kind)
			return kind_registers[i].registers;
	return NULL;
}

/* The registers' hex, one behind the other; NULL where there is none. ends gets the length after each. */
static const char *measurement_text(const struct verdict *v, struct arena *a, size_t ends[5], size_t *count)
{
	const char *const *names = registers_of(v->kind);
	struct buffer b;
	*count = 0;
	buffer_init(&b, 1024);
	for (size_t i = 0; names && names[i]; i++) {
		const struct verdict_value *value = verdict_find(v, names[i]);
		if (!value || value->kind != VALUE_HEX || value->bytes.n == 0)
			break;
		hex_put(&b, value->bytes);
		ends[(*count)++] = b.n;
	}
	const char *out = *count > 0 && buffer_ok(&b) ? arena_text(a, buffer_bytes(&b)) : NULL;
	buffer_release(&b);
	return out;
}

/* Is one of the entries the first register, or the first ones one behind the other? */
static bool measurement_is_listed(const struct watch_rules *r, const char *text, const size_t *ends, size_t count)
{
	for (size_t i = 0; i < r->measurement_count; i++) {
		size_t n = strlen(r->measurement[i]);
		for (size_t k = 0; k < count; k++)
			if (n == ends[k] && strncmp(r->measurement[i], text, n) == 0)
				return true;
	}
	return false;
}

static void raise_measurement(struct evaluation *e, const struct verdict *v, bool stated, const char *text)
{
	const char *const *names = registers_of(v->kind);
	const char *detail = stated ? arena_format(e->arena, "%s %s is not in the watch's list: %s", names[0], text,
	                                           joined(e->arena, e->rules->measurement, e->rules->measurement_count))
	                            : arena_format(e->arena, "%s %s is new for %s", names[0], text,
	                                           text_or(e->facts->domain, "this domain"));
	raise(e, "unexpected_measurement", stated, domain_subject(e, "measurement", text), detail);
}

static void evaluate_measurement(struct evaluation *e, const struct policy_evidence *ev)
{
	const struct verdict *v = any_verdict(ev);
	size_t ends[5], count;
	bool stated = e->rules->measurement_count > 0;
	if (!v || is_undecodable(v) || verdict_is_forged(v))
		return; /* what forged evidence measures is no measurement; its own rule is raised */
	const char *text = measurement_text(v, e->arena, ends, &count);
	if (!text || (stated && measurement_is_listed(e->rules, text, ends, count)) ||
	    (!stated && ev->measurement_known))
		return;
	raise_measurement(e, v, stated, text);
}

/* ---- TCB ---- */

/* Vendors' statuses by the worst value of `tcb` that still accepts them. */
static const struct {
	const char *status;
	int level; /* index in tcb_acceptable */
} tcb_levels[] = {
	{"UpToDate", 0},
	{"SWHardeningNeeded", 1},
	{"ConfigurationNeeded", 2},
	{"ConfigurationAndSWHardeningNeeded", 2},
	{"OutOfDate", 3},
	{"OutOfDateConfigurationNeeded", 3},
	{"TDRelaunchAdvised", 3},
	{"TDRelaunchAdvisedConfigurationNeeded", 3},
};
enum { TCB_OUT_OF_DATE = 3, TCB_UNKNOWN = -1 };

static const struct verdict_value *tcb_status(const struct verdict *v)
{
	for (size_t i = 0; i < v->tcb.n; i++)
		if (strcmp(v->tcb.v[i].name, "status") == 0 && v->tcb.v[i].kind == VALUE_TEXT)
			return &v->tcb.v[i];
	return NULL;
}

static int tcb_level(const struct verdict *v, const struct verdict_value *status)
{
	const struct verdict_claim *claim = verdict_find_claim(v, "tcb_up_to_date");
	for (size_t i = 0; status && i < sizeof(tcb_levels) / sizeof(tcb_levels[0]); i++)
		if (bytes_equal_text(status->bytes, tcb_levels[i].status))
			return tcb_levels[i].level;
	return claim && claim->status == CLAIM_REFUTED ? TCB_OUT_OF_DATE : TCB_UNKNOWN;
}

/* The worst level that is acceptable. Not given: what the vendor does not call out of date. */
static int tcb_accepted(const char *tcb)
{
	for (int i = 0; tcb && tcb_acceptable[i]; i++)
		if (strcmp(tcb, tcb_acceptable[i]) == 0)
			return i;
	return TCB_OUT_OF_DATE - 1;
}

/* The TCB that unproven evidence tells of itself, or that stale tables make of it, is no finding. */
static bool tcb_is_proven(const struct verdict *v)
{
	const struct verdict_claim *attested = verdict_find_claim(v, "tee_attested");
	const struct verdict_claim *tcb = verdict_find_claim(v, "tcb_up_to_date");
	return (tcb && tcb->status == CLAIM_REFUTED) || (attested && attested->status == CLAIM_ASSERTED);
}

static void evaluate_tcb_of(struct evaluation *e, const struct policy_evidence *ev, const struct verdict *v)
{
	const struct verdict_value *status = tcb_status(v);
	if (!tcb_is_proven(v))
		return;
	const char *shown = status ? text_escaped(e->arena, status->bytes) : "no matching level";
	if (status && bytes_equal_text(status->bytes, "Revoked")) {
		raise(e, "tcb_revoked", false, carrier_subject(e, ev), "the vendor's TCB status is Revoked");
		return;
	}
	if (tcb_level(v, status) <= tcb_accepted(e->rules->tcb))
		return;
	raise(e, "tcb_out_of_date", e->rules->tcb != NULL, carrier_subject(e, ev),
	      arena_format(e->arena, "the TCB status is %s; acceptable is %s", shown ? shown : "?",
	                   text_or(e->rules->tcb, "what the vendor does not call out of date")));
}

static void evaluate_tcb(struct evaluation *e, const struct policy_evidence *ev)
{
	if (ev->logged)
		evaluate_tcb_of(e, ev, ev->logged);
	if (ev->now)
		evaluate_tcb_of(e, ev, ev->now);
}

/* ---- provenance ---- */

static bool is_known_good(const struct verdict *v)
{
	const struct verdict_claim *os = verdict_find_claim(v, "os_known_good");
	const struct verdict_claim *software = verdict_find_claim(v, "serving_software_known_good");
	return (os && os->status == CLAIM_ASSERTED) || (software && software->status == CLAIM_ASSERTED);
}

static bool repository_is_listed(const struct watch_rules *r, const struct verdict *v)
{
	const struct verdict_value *repository = verdict_find(v, "repository");
	for (size_t i = 0; repository && i < r->provenance_count; i++) {
		struct bytes wanted = sigstore_repository(bytes_of_text(r->provenance[i]));
		struct bytes found = sigstore_repository(repository->bytes);
		if (repository->kind == VALUE_TEXT && bytes_equal(wanted, found))
			return true;
	}
	return false;
}

static void evaluate_provenance(struct evaluation *e, const struct policy_evidence *ev)
{
	const struct verdict *v = any_verdict(ev);
	size_t ends[5], count;
	if (e->rules->provenance_count == 0 || !v || is_undecodable(v) || verdict_is_forged(v))
		return;
	const char *text = measurement_text(v, e->arena, ends, &count);
	if (!text || (is_known_good(v) && repository_is_listed(e->rules, v)))
		return;
	raise(e, "provenance_missing", true, domain_subject(e, "measurement", text),
	      arena_format(e->arena, "no verified provenance of %s is known for measurement %s",
	                   joined(e->arena, e->rules->provenance, e->rules->provenance_count), text));
}

/* ---- expectations ---- */

struct expectation_state {
	bool passed, failed, absent;
	const char *detail;
};

/* The verdict when logged decides: what was true of the certificate when it came into use. */
static void test_one(struct evaluation *e, const struct expectation *x, const struct policy_evidence *ev,
                     struct expectation_state *s)
{
	const struct verdict *v = any_verdict(ev);
	const char *detail;
	if (ev->state != STATE_JUDGED || !v || is_undecodable(v))
		return; /* evidence_malformed says so */
	switch (expectation_test(x, v, e->arena, &detail)) {
	case CHECK_PASS:
		s->passed = true;
		break;
	case CHECK_FAIL:
		s->failed = true;
		s->detail = detail;
		break;
	case CHECK_NOT_CHECKED:
		s->absent = true;
		s->detail = s->detail ? s->detail : detail;
		break;
	}
}

/*
 * A certificate may carry evidence of several kinds, and a value belongs to one of them: what the CPU's
 * evidence has, the GPU's need not. But a value that no evidence has is not what was expected either:
 * otherwise evidence of another kind would slip past the watch.
 */
static void evaluate_expectations(struct evaluation *e)
{
	for (size_t i = 0; i < e->rules->expect_count; i++) {
		const struct expectation *x = &e->rules->expect[i];
		struct expectation_state s = {false, false, false, NULL};
		for (size_t j = 0; j < e->facts->evidence_count; j++)
			test_one(e, x, &e->facts->evidence[j], &s);
		if (s.failed || (s.absent && !s.passed))
			raise(e, "expectation_failed", true, arena_format(e->arena, "%s expect:%s", e->tbs, x->name),
			      s.detail);
	}
}

/* ---- key and issuer ---- */

static bool key_is_listed(const struct watch_rules *r, const struct sha256 *key)
{
	for (size_t i = 0; i < r->key_count; i++)
		if (sha256_equal(&r->key[i], key))
			return true;
	return false;
}

/* Without a list: a key that evidence speaks for is expected, even where the evidence could not be judged
 * (its own rules tell); any other one must have been seen in the baseline. */
static bool key_is_new(const struct evaluation *e)
{
	return e->rules->key_count == 0 && e->facts->watch && !e->facts->key_known && !is_attested(e);
}

static void evaluate_key(struct evaluation *e, bool unattested)
{
	const struct policy_facts *f = e->facts;
	if (!f->spki_sha256)
		return;
	const char *hex = hex_text(e->arena, sha256_bytes(f->spki_sha256));
	const char *subject = domain_subject(e, "key", text_or(hex, ""));
	if (e->rules->key_count > 0 && !key_is_listed(e->rules, f->spki_sha256))
		raise(e, "unexpected_key", true, subject, "the key is not in the watch's list");
	else if (!unattested && key_is_new(e))
		raise(e, "unexpected_key", false, subject, "the key is new for the domain, and no evidence attests it");
	if (f->key_elsewhere && *f->key_elsewhere)
		raise(e, "unexpected_key", false, subject,
		      arena_format(e->arena, "the same key stands under %s too", f->key_elsewhere));
}

static bool issuer_is_listed(const struct watch_rules *r, const char *issuer)
{
	for (size_t i = 0; i < r->issuer_count; i++)
		if (strstr(issuer, r->issuer[i]))
			return true;
	return false;
}

static void evaluate_issuer(struct evaluation *e)
{
	const char *issuer = text_or(e->facts->issuer, "");
	bool stated = e->rules->issuer_count > 0;
	if (stated ? issuer_is_listed(e->rules, issuer) : e->facts->issuer_known)
		return;
	const char *detail =
		stated ? arena_format(e->arena, "issued by \"%s\"; the watch expects %s", issuer,
	                              joined(e->arena, e->rules->issuer, e->rules->issuer_count))
		       : arena_format(e->arena, "issued by \"%s\", which is new for the domain", issuer);
	raise(e, "unexpected_issuer", stated, domain_subject(e, "issuer", issuer), detail);
}

/* ---- all of it ---- */

static void evaluate_rules(struct evaluation *e, const struct watch_rules *rules)
{
	e->rules = rules;
	bool unattested = e->facts->watch && evaluate_attestation(e);
	for (size_t i = 0; i < e->facts->evidence_count; i++) {
		if (e->facts->evidence[i].state != STATE_JUDGED)
			continue;
		evaluate_measurement(e, &e->facts->evidence[i]);
		evaluate_tcb(e, &e->facts->evidence[i]);
		evaluate_provenance(e, &e->facts->evidence[i]);
	}
	evaluate_expectations(e);
	evaluate_key(e, unattested);
	evaluate_issuer(e);
}

/* May a certificate with this name be used for a host of the section? A wildcard name may for each host
 * with one label more. */
static bool name_reaches(const struct watch *w, const struct watch_host *host, const char *name)
{
	const char *rest = strchr(host->pattern, '.');
	if (name[0] == '*' && name[1] == '.' && rest && strcmp(name + 1, rest) == 0)
		return true;
	return watch_host_of(w, name) == host;
}

static void evaluate_hosts(struct evaluation *e)
{
	const struct policy_facts *f = e->facts;
	for (size_t i = 0; i < f->watch->host_count; i++) {
		const struct watch_host *host = &f->watch->hosts[i];
		bool reached = false;
		for (size_t j = 0; j < f->name_count && !reached; j++)
			reached = name_reaches(f->watch, host, f->names[j]);
		struct watch_rules rules = watch_rules_over(&f->watch->rules, &host->rules);
		if (reached)
			evaluate_rules(e, &rules);
	}
}

/* Is a name of the certificate under the watch and in no host section of it? */
static bool some_name_is_plain(const struct policy_facts *f)
{
	for (size_t i = 0; i < f->name_count; i++)
		if (cert_name_under(bytes_of_text(f->names[i]), bytes_of_text(f->watch->domain)) &&
		    !watch_host_of(f->watch, f->names[i]))
			return true;
	return false;
}

void policy_evaluate(const struct policy_facts *facts, struct arena *a, struct anomaly_findings *out)
{
	const char *hex = facts->tbs_sha256 ? hex_text(a, sha256_bytes(facts->tbs_sha256)) : "";
	struct evaluation e = {facts, &no_rules, a, out, arena_format(a, "tbs:%s", text_or(hex, ""))};
	out->n = 0;
	evaluate_evidence(&e);
	evaluate_rules(&e, facts->rules ? facts->rules : facts->watch ? &facts->watch->rules : &no_rules);
	if (!facts->watch)
		return;
	evaluate_hosts(&e);
	if (some_name_is_plain(facts))
		evaluate_rules(&e, &facts->watch->rules);
}
