/*
 * Does the evidence's report_data bind what it should? (facts: how each scheme fills report_data.) Private to
 * src/evidence. Depends on base, extract.
 */
#ifndef TEEWATCH_EVIDENCE_BINDING_H
#define TEEWATCH_EVIDENCE_BINDING_H

#include "evidence/judge.h"

/* Is report_data where the format has it, or, in a version that is newer than teewatch, where it used to be?
 * There a match is no accident, but a mismatch proves nothing. */
enum binding_place { BINDING_PLACE_KNOWN, BINDING_PLACE_ASSUMED };

/* Add the binding checks that the request gives reason for: binding.spki where there is a certificate,
 * binding.hpke where it names an HPKE key, binding.nonce where one is expected, binding.document_nonce where the
 * document names one. Compared even where authenticity could not be checked. */
void binding_judge(const struct evidence_binding *b, struct bytes report_data, enum binding_place place,
                   struct verdict *v);

/* Does report_data hold this nonce, by the rule of its scheme? NOT_CHECKED: the rule is not known, and the nonce stands
 * nowhere that would tell. where: "report_data[32:64]", where it was looked for or found. */
enum check_result binding_nonce_place(const struct evidence_binding *b, struct bytes report_data, struct bytes nonce,
                                      const char **where);

enum binding_outcome { BINDING_NOT_ASKED, BINDING_HOLDS, BINDING_BROKEN, BINDING_UNCHECKED };
/* What the binding checks of a verdict come to. */
enum binding_outcome binding_outcome(const struct verdict *v);

/* The six claims, from what the checks say. authentic: what the checks of origin come to, `why` where they did
 * not all pass. builtin_anchor: the chain ends in a built-in root; otherwise no source is hardware_proven. */
void claims_put(struct verdict *v, enum check_result authentic, bool builtin_anchor, const char *why);

#endif
