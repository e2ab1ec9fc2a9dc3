/*
 * From an Intel quote and the collateral to the checks, values and claim about its TCB: revocation, TCB info, QE identity,
 * TDX module, TCB level. Private to src/evidence and its tests.
 */
#ifndef TEEWATCH_EVIDENCE_DCAP_TCB_H
#define TEEWATCH_EVIDENCE_DCAP_TCB_H

#include "evidence/dcap_quote.h"
#include "evidence/judge.h"
#include "evidence/pck.h"

/* Adds the checks from dcap.root_crl to dcap.tcb, the values under `tcb` and the claim tcb_up_to_date. `chain`: as far as
 * it is at hand; `trust`: what pck_chain_verify() says of it. authentic: the quote is its QE's, the QE's report the
 * PCK's, and the chain trusted at the time: without it the status is shown, and the claim unknown.
 * A failed dcap.pck_ca_revocation, dcap.pck_revocation, dcap.qe_identity_match or dcap.tdx_module speaks against the
 * quote's authenticity. */
void dcap_tcb_judge(const struct judge_request *request, const struct dcap_quote *quote, const struct pck_chain *chain,
                    const struct pck_trust *trust, bool authentic, struct verdict *v, struct judge_needs *needs);

#endif
