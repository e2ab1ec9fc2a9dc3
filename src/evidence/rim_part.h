/* Parts that the files of RIMs share; private to rim*.c. */
#ifndef TEEWATCH_EVIDENCE_RIM_PART_H
#define TEEWATCH_EVIDENCE_RIM_PART_H

#include "evidence/rim.h"
#include "evidence/rim_xml.h"

/* ---- rim_signature.c ---- */

/* Read the one signature, canonicalise SignedInfo, take the signature out of the tree and canonicalise the rest. All
 * of it goes into out, or why not into out->signature_fault. Returns what was taken out, for xmlFreeNode: of what
 * else the document has nothing is lost. NULL: there is none. */
xmlNode *rim_signature_take(xmlDoc *doc, struct arena *a, struct rim *out);

/* ---- rim_chain.c ---- */

/* Do the certificates chain to a pinned root? Fills what the chain decides: chained, why, valid_*, anchor, builtin. */
void rim_chain_verify(const struct rim *rim, const struct collateral_set *set, struct rim_trust *out);

#endif
