#include "policy/findings.h"

static bool is_expectation(const char *id)
{
	return strncmp(id, "expect.", 7) == 0;
}

static bool is_accelerator(enum evidence_kind kind)
{
	return kind == EVIDENCE_NVGPU || kind == EVIDENCE_NVSWITCH;
}

/* Failed checks with a rule of their own, by the part of the id behind its first dot; "*" ends a prefix. */
static const struct {
	const char *step, *rule, *accelerator_rule; /* the last one for GPUs and switches */
} check_rules[] = {
	{"format", "evidence_malformed", "evidence_malformed"},
	{"nonce", "nonce_mismatch", "nonce_mismatch"},
	{"debug", "debug_enclave", "debug_enclave"},
	{"attributes", "debug_enclave", "debug_enclave"},
	{"migration_agent", "debug_enclave", "debug_enclave"},
	{"tcb", "tcb_revoked", "tcb_revoked"}, /* a TCB that is merely old fails no check */
	{"tcb_status", "tcb_revoked", "tcb_revoked"},
	{"measurement*", "evidence_invalid", "gpu_measurement_mismatch"},
};

static bool step_matches(const char *pattern, const char *step)
{
	const char *star = strchr(pattern, '*');
	return star ? strncmp(pattern, step, (size_t)(star - pattern)) == 0 : strcmp(pattern, step) == 0;
}

const char *check_rule(const struct verdict *v, const struct verdict_check *check)
{
	const char *dot = strchr(check->id, '.');
	const char *step = dot ? dot + 1 : check->id;
	bool accelerator = is_accelerator(v->kind);
	if (check->result != CHECK_FAIL || is_expectation(check->id))
		return NULL;
	for (size_t i = 0; i < sizeof(check_rules) / sizeof(check_rules[0]); i++)
		if (step_matches(check_rules[i].step, step))
			return accelerator ? check_rules[i].accelerator_rule : check_rules[i].rule;
	if (check->binding)
		return "binding_mismatch";
	return accelerator ? "gpu_evidence_invalid" : "evidence_invalid";
}

bool check_is_stale(const struct verdict_check *check)
{
	return check->result == CHECK_NOT_CHECKED && check->detail &&
	       strncmp(check->detail, VERDICT_STALE, sizeof(VERDICT_STALE) - 1) == 0;
}

bool verdict_is_forged(const struct verdict *v)
{
	for (size_t i = 0; i < v->check_count; i++) {
		const char *rule = check_rule(v, &v->checks[i]);
		if (rule && (strcmp(rule, "evidence_invalid") == 0 || strcmp(rule, "gpu_evidence_invalid") == 0))
			return true;
	}
	return false;
}

static struct anomaly_finding *find(struct anomaly_findings *f, const struct anomaly_rule *rule, const char *subject)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].rule == rule && strcmp(f->v[i].subject, subject) == 0)
			return &f->v[i];
	return NULL;
}

static void join_detail(struct anomaly_finding *finding, struct arena *a, const char *detail)
{
	if (strstr(finding->detail, detail))
		return;
	const char *both = arena_format(a, "%s; %s", finding->detail, detail);
	if (both)
		finding->detail = both;
}

/* The place of a less severe finding; NULL where all are as severe. */
static struct anomaly_finding *make_room(struct anomaly_findings *f, const struct anomaly_rule *rule)
{
	struct anomaly_finding *least = &f->v[0];
	for (size_t i = 1; i < f->n; i++)
		if (f->v[i].rule->severity <= least->rule->severity)
			least = &f->v[i];
	return least->rule->severity < rule->severity ? least : NULL;
}

void findings_add(struct anomaly_findings *f, struct arena *a, const char *rule_id, const char *subject,
                  const char *detail)
{
	const struct anomaly_rule *rule = anomaly_rule_find(rule_id);
	if (!rule)
		return;
	subject = subject ? subject : "";
	detail = detail ? detail : "";
	struct anomaly_finding *place = find(f, rule, subject);
	if (place) {
		join_detail(place, a, detail);
		return;
	}
	place = f->n < LIMIT_FINDINGS ? &f->v[f->n++] : make_room(f, rule);
	if (place)
		*place = (struct anomaly_finding){rule, subject, detail};
}
