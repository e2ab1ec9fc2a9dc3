/*
 * Collateral and trust anchors at hand in a run: read from files, from the archive in the history,
 * fetched from vendors. All of it is archived. Anchors are those that this run was given, never
 * those of an earlier one.
 */
#ifndef TEEWATCH_AUDIT_INVENTORY_H
#define TEEWATCH_AUDIT_INVENTORY_H

#include "evidence/collateral.h"

struct audit;

struct inventory {
	struct collateral_set set;
	const char **sources; /* of each item that is not archived yet; NULL else */
	struct arena arena;
	const char **asked; /* URLs that were tried in this run */
	size_t asked_count, asked_capacity;
};

/* Read what the options and the archive hold. Bad files are reported and make the run incomplete. */
void inventory_load(struct audit *a);
void inventory_release(struct inventory *i);

/* Fetch what a verdict lacks from its vendor; true when something new came. */
struct judge_needs;
bool inventory_fetch(struct audit *a, const struct judge_needs *needs);

/* Take a certificate that came with the evidence itself (a bundle's VCEK). */
void inventory_endorsement(struct audit *a, struct bytes der, const char *source);

#endif
