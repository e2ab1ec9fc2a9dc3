/*
 * The checks: one row of a const table for each step of verification, with its stable id, in the order in
 * which a verdict has them. The manual page and the tests are held against this table. Depends on extract.
 */
#ifndef TEEWATCH_EVIDENCE_CHECKS_H
#define TEEWATCH_EVIDENCE_CHECKS_H

#include <stdbool.h>
#include <stddef.h>

#include "extract/evidence_kind.h"

struct check {
	const char *id;
	enum evidence_kind kind; /* EVIDENCE_NONE: of every kind */
	bool required;           /* `verified` needs it passed (of every kind: where the verdict has it) */
	bool binding;            /* joins evidence and certificate */
	const char *means;
};

extern const struct check checks[];
extern const size_t check_count;
/* Is it a check of this kind? Switches have those of GPUs, trust domains those of enclaves and more. */
bool check_is_of(const struct check *check, enum evidence_kind kind);
const struct check *check_find(const char *id); /* NULL: not in the table */

#endif
