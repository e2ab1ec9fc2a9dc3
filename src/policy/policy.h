/*
 * What the watches expect, and what was not expected. Pure: facts in, anomalies out. Depends on
 * base, cert, extract, evidence.
 */
#ifndef TEEWATCH_POLICY_POLICY_H
#define TEEWATCH_POLICY_POLICY_H

#include "base/arena.h"
#include "evidence/verdict.h"

enum severity { SEVERITY_INFO, SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH, SEVERITY_CRITICAL };
const char *severity_name(enum severity s);
bool severity_of(const char *name, enum severity *out);

/*
 * ---- EXPR of the command line and of `expect` ----
 * NAME=VALUE, NAME=VALUE,VALUE (any of), NAME^=PREFIX, NAME>=VALUE; no space around the operator.
 * NAME is claim.CLAIM (its status), claim.CLAIM.source, or a value of the verdict. By the value's kind:
 *   hex      = and ^= compare digits in either case; >= wants as many bytes as the value has and compares
 *            each with its own: all must be high enough
 *   number   = and >=, decimal
 *   boolean  =true or =false
 *   text     = and ^=, byte by byte
 *   list     = and ^= hold where one member does
 * What holds passes; what does not hold fails. That goes for claims too: an `unknown` claim is not
 * `asserted`, and who expects it has the answer that it is not; no collateral excuses it. A comparison that
 * cannot be made (the evidence has no value of that name, or one of a kind that the operator or VALUE does not
 * fit) is not checked, which keeps the verdict from being `verified` without calling the evidence bad.
 */
enum expect_operator { EXPECT_EQUAL /* any of */, EXPECT_PREFIX, EXPECT_AT_LEAST };
struct expectation {
	const char *name; /* "mrtd", "claim.tee_attested", "claim.tee_attested.source" */
	enum expect_operator op;
	const char *const *values;
	size_t count;
};
/* Parse one EXPR into the arena; the fault's field says what is wrong with it, for people. */
struct fault expectation_parse(const char *text, struct arena *a, struct expectation *out);
/* Append its text, which parses to the same expectation. */
void expectation_put(const struct expectation *e, struct buffer *out);
/* Hold it against a verdict. *detail: what was expected and found, in the arena; "" where it holds. */
enum check_result expectation_test(const struct expectation *e, const struct verdict *v, struct arena *a,
                                   const char **detail);
/* The same, added to the verdict as the check "expect.NAME" (binding); expectations on one name share
 * their check, which has the worst of the results. Call verdict_conclude after. */
void expectation_apply(const struct expectation *e, struct verdict *v);

/* ---- watches ---- */
/* The keys of a watch section and of the host sections in it. A host section overrides the watch key by key;
 * a list of no values counts as not given. */
struct watch_rules {
	bool has_require_attestation, require_attestation; /* not given: learn in the baseline, then alarm */
	const char *scheme;                /* "any" and NULL: any */
	const struct expectation *expect;
	size_t expect_count;
	const char *const *measurement;    /* hex, lower case */
	size_t measurement_count;
	const struct sha256 *key;
	size_t key_count;
	const char *const *issuer;         /* parts that the issuer's text must hold, any of */
	size_t issuer_count;
	const char *const *provenance;
	size_t provenance_count;
	const char *tcb;                   /* worst acceptable: up-to-date, ..., see tcb_acceptable; NULL: not asked */
};
struct watch_host {
	const char *pattern;               /* "app.example.org"; "*.models.example.org": one label more */
	struct watch_rules rules;
};
struct watch {
	const char *domain;                /* normalised; the domain and what is under it */
	struct watch_rules rules;
	const struct watch_host *hosts;
	size_t host_count;
};
struct policy {
	const struct watch *watches;
	size_t watch_count;
};
/* The watch with the longest domain that covers one of the names; NULL where none does. rules (may be
 * NULL) gets its keys with those of the best matching host section laid over them. */
const struct watch *policy_watch(const struct policy *p, const char *const *names, size_t n, struct watch_rules *rules);
/* The host section of the watch for this one name: the exact one, else the longest pattern; NULL where
 * none matches. */
const struct watch_host *watch_host_of(const struct watch *w, const char *name);
/* base with the keys that `over` has laid over it. */
struct watch_rules watch_rules_over(const struct watch_rules *base, const struct watch_rules *over);
/* Values of the key `tcb`, best first, NULL-terminated. */
extern const char *const tcb_acceptable[];

/* ---- anomaly rules ---- */
struct anomaly_rule {
	const char *id;
	enum severity severity;
	bool absolute;         /* raised in the baseline too */
	const char *means, *what_to_do;
};
extern const struct anomaly_rule anomaly_rules[];
extern const size_t anomaly_rule_count;
const struct anomaly_rule *anomaly_rule_find(const char *id);

/* One carrier of the certificate and what became of it. */
enum evidence_state {
	STATE_MALFORMED,    /* there, and cannot be decoded (carrier's or document's fault) */
	STATE_UNAVAILABLE,  /* a commitment whose document could not be had */
	STATE_KEY_ONLY,     /* a key and neither hash nor document */
	STATE_JUDGED        /* verdicts are there */
};
struct policy_evidence {
	enum evidence_state state;
	const char *carrier, *scheme;
	struct fault fault;
	const char *detail;                       /* why the document could not be had, ... */
	const struct verdict *logged, *now;       /* STATE_JUDGED */
	bool measurement_known;                   /* the history knew this measurement for the domain before */
};
/* After a certificate was logged its release's attestation may be on its way for so long. */
#define PROVENANCE_GRACE_MS INT64_C(3600000)

struct policy_facts {
	const struct sha256 *tbs_sha256, *spki_sha256;
	const char *domain;
	const char *const *names;
	size_t name_count;
	const char *issuer;
	const struct watch *watch;                /* NULL: not watched */
	const struct watch_rules *rules;          /* of the watch and host; NULL: not watched */
	const struct policy_evidence *evidence;
	size_t evidence_count;
	bool baseline;                            /* the domain's baseline is still open */
	bool issuer_known, key_known;             /* seen for the domain before this certificate */
	const char *key_elsewhere;                /* other domains with this key; "" for none */
	bool tinfoil_name;                        /* one of the names is under a Tinfoil zone */
	int64_t logged_ms, at_ms;                 /* first logged; the run's time */
};
struct anomaly_finding {
	const struct anomaly_rule *rule;
	/* With the rule's id it makes the uid: stable text, as "tbs:<hex>" or "domain:<d> measurement:<hex>". */
	const char *subject;
	const char *detail;    /* for people */
};
struct anomaly_findings {
	struct anomaly_finding v[LIMIT_FINDINGS];
	size_t n;
};
/*
 * What about this certificate was not expected: one finding per (rule, subject). A certificate whose names
 * fall under several host sections must satisfy each of them, or a name under a lax section would excuse the
 * others. In the baseline, rules that are not absolute raise nothing, except where the watch itself says what
 * it expects (`expect`, `measurement`, `key`, `issuer`, `provenance`, `tcb`): there is nothing to learn then.
 */
void policy_evaluate(const struct policy_facts *facts, struct arena *a, struct anomaly_findings *out);

/* uid = SHA-256(rule id || NUL || subject). */
struct sha256 anomaly_uid(const char *rule, const char *subject);

#endif
