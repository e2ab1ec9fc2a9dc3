/*
 * Intel's collateral in the forms in which it goes round: signed documents, a JSON file that holds a whole set of it,
 * saved header fields, hex. Private to src/evidence. Depends on base, collateral.
 */
#ifndef TEEWATCH_EVIDENCE_INTEL_COLLATERAL_H
#define TEEWATCH_EVIDENCE_INTEL_COLLATERAL_H

#include "evidence/collateral.h"
#include "evidence/judge.h"

/* A signed document ({"tcbInfo":...,"signature":...}), or a bundle: an object of texts, {tcb_info, tcb_info_signature,
 * tcb_info_issuer_chain, qe_identity, ..., pck_crl, pck_crl_issuer_chain, root_ca_crl}. False: neither. What is in them
 * is added item by item; *fault says what of it could not be read, by the name of its member. */
bool intel_collateral_add(struct collateral_set *s, struct bytes json, struct fault *fault);

/* PEM with percent-encoding (RFC 3986 section 2.1: Intel's header fields; '+' stands for itself), or DER in hex. False:
 * neither. */
bool intel_collateral_unwrap(struct bytes text, struct arena *a, struct bytes *out);

/* For collateral_vet(): why this document, CRL or certificate in Intel's name is not Intel's; NULL: nothing against it. */
const char *intel_collateral_vet(const struct collateral *item, const struct collateral_set *set, struct arena *a);

#endif
