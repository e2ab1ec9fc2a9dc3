#include "policy/policy.h"

#include "cert/names.h"

const char *const tcb_acceptable[] = {"up-to-date", "sw-hardening-needed", "configuration-needed", "out-of-date", NULL};

/* "*.models.example.org" stands for exactly one label in front, as in certificates; a wildcard name of a
 * certificate matches the pattern that it is. */
static bool pattern_matches(const char *pattern, const char *name)
{
	if (strcmp(pattern, name) == 0)
		return true;
	const char *rest = strchr(name, '.');
	return pattern[0] == '*' && pattern[1] == '.' && rest && rest != name && strcmp(pattern + 1, rest) == 0;
}

static bool is_better(const struct watch_host *a, const struct watch_host *b)
{
	if (!b)
		return true;
	bool a_exact = a->pattern[0] != '*', b_exact = b->pattern[0] != '*';
	if (a_exact != b_exact)
		return a_exact;
	return strlen(a->pattern) > strlen(b->pattern);
}

const struct watch_host *watch_host_of(const struct watch *w, const char *name)
{
	const struct watch_host *best = NULL;
	for (size_t i = 0; i < w->host_count; i++)
		if (pattern_matches(w->hosts[i].pattern, name) && is_better(&w->hosts[i], best))
			best = &w->hosts[i];
	return best;
}

struct watch_rules watch_rules_over(const struct watch_rules *base, const struct watch_rules *over)
{
	struct watch_rules out = *base;
	if (over->has_require_attestation) {
		out.has_require_attestation = true;
		out.require_attestation = over->require_attestation;
	}
	if (over->scheme)
		out.scheme = over->scheme;
	if (over->expect_count > 0) {
		out.expect = over->expect;
		out.expect_count = over->expect_count;
	}
	if (over->measurement_count > 0) {
		out.measurement = over->measurement;
		out.measurement_count = over->measurement_count;
	}
	if (over->key_count > 0) {
		out.key = over->key;
		out.key_count = over->key_count;
	}
	if (over->issuer_count > 0) {
		out.issuer = over->issuer;
		out.issuer_count = over->issuer_count;
	}
	if (over->provenance_count > 0) {
		out.provenance = over->provenance;
		out.provenance_count = over->provenance_count;
	}
	if (over->tcb)
		out.tcb = over->tcb;
	return out;
}

static bool covers_any(const struct watch *w, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (cert_name_under(bytes_of_text(names[i]), bytes_of_text(w->domain)))
			return true;
	return false;
}

static const struct watch_host *best_host(const struct watch *w, const char *const *names, size_t n)
{
	const struct watch_host *best = NULL;
	for (size_t i = 0; i < n; i++) {
		const struct watch_host *host = watch_host_of(w, names[i]);
		if (host && is_better(host, best))
			best = host;
	}
	return best;
}

const struct watch *policy_watch(const struct policy *p, const char *const *names, size_t n, struct watch_rules *rules)
{
	const struct watch *best = NULL;
	size_t best_bytes = 0;
	for (size_t i = 0; i < p->watch_count; i++) {
		size_t bytes = strlen(p->watches[i].domain);
		if (bytes > best_bytes && covers_any(&p->watches[i], names, n)) {
			best = &p->watches[i];
			best_bytes = bytes;
		}
	}
	if (best && rules) {
		const struct watch_host *host = best_host(best, names, n);
		*rules = host ? watch_rules_over(&best->rules, &host->rules) : best->rules;
	}
	return best;
}
