/*
 * The list that policy_evaluate fills: one finding per (rule, subject), and what the failed checks of
 * a verdict mean for the rules. Private to policy. Depends on policy.h.
 */
#ifndef TEEWATCH_POLICY_FINDINGS_H
#define TEEWATCH_POLICY_FINDINGS_H

#include "policy/policy.h"

/* Add a finding. One with the same rule and subject gets the detail behind its own. Past the maximum
 * the least severe one makes room. rule is an id of the table. */
void findings_add(struct anomaly_findings *f, struct arena *a, const char *rule, const char *subject,
                  const char *detail);

/* The rule that this check raises by having failed; NULL where it did not, or is an expectation's. */
const char *check_rule(const struct verdict *v, const struct verdict_check *check);

/* Could it not be made because the collateral at hand is past its next update? */
bool check_is_stale(const struct verdict_check *check);

/* Is what the evidence says about itself worth nothing, since it is not authentic? */
bool verdict_is_forged(const struct verdict *v);

#endif
