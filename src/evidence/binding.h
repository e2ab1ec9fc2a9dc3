/* Does the evidence's report_data bind what it should? Private to src/evidence. */
#ifndef TEEWATCH_EVIDENCE_BINDING_H
#define TEEWATCH_EVIDENCE_BINDING_H

#include "evidence/judge.h"

/* Add the binding checks; compared even where authenticity could not be checked. */
void binding_judge(const struct evidence_binding *b, struct bytes report_data, struct verdict *v);

enum binding_outcome { BINDING_NOT_ASKED, BINDING_HOLDS, BINDING_BROKEN, BINDING_UNCHECKED };
/* What the binding checks of a verdict come to. */
enum binding_outcome binding_outcome(const struct verdict *v);

/* The six claims, from what the checks say. authentic: every check of origin passed; why where not. */
void claims_put(struct verdict *v, enum check_result authentic, bool builtin_anchor, const char *why);

#endif
