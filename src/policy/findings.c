#include "policy/findings.h"

static bool is_expectation(const char *id)
{
	return strncmp(id, "expect.", 7) == 0;
}

static bool is_accelerator(enum evidence_kind kind)
{
	return kind == EVIDENCE_NVGPU || kind == EVIDENCE_NVSWITCH;
}

/* Checks with a rule of their own, by a part of the id behind its first dot. First match wins. */
static const struct {
	enum check_result result;
	const char *part, *rule, *accelerator_rule; /* the last one for GPUs and switches */
} check_rules[] = {
	{CHECK_NOT_CHECKED, "fresh", "collateral_stale", "collateral_stale"},
	{CHECK_FAIL, "nonce", "nonce_mismatch", "nonce_mismatch"},
	{CHECK_FAIL, "debug", "debug_enclave", "debug_enclave"},
	{CHECK_FAIL, "attributes", "debug_enclave", "debug_enclave"},
	{CHECK_FAIL, "tcb", "tcb_revoked", "tcb_revoked"},
	{CHECK_FAIL, "measurement", "evidence_invalid", "gpu_measurement_mismatch"},
};

const char *check_rule(const struct verdict *v, const struct verdict_check *check)
{
	const char *dot = strchr(check->id, '.');
	const char *step = dot ? dot + 1 : check->id;
	bool accelerator = is_accelerator(v->kind);
	if (check->result == CHECK_PASS || is_expectation(check->id))
		return NULL;
	for (size_t i = 0; i < sizeof(check_rules) / sizeof(check_rules[0]); i++)
		if (check_rules[i].result == check->result && strstr(step, check_rules[i].part))
			return accelerator ? check_rules[i].accelerator_rule : check_rules[i].rule;
	if (check->result != CHECK_FAIL)
		return NULL;
	if (check->binding)
		return "binding_mismatch";
	return accelerator ? "gpu_evidence_invalid" : "evidence_invalid";
}

bool verdict_is_forged(const struct verdict *v)
{
	for (size_t i = 0; i < v->check_count; i++) {
		const char *rule = v->checks[i].result == CHECK_FAIL ? check_rule(v, &v->checks[i]) : NULL;
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
