/* The verdict on Intel SGX and TDX quotes. Private to src/evidence and its tests. */
#ifndef TEEWATCH_EVIDENCE_DCAP_H
#define TEEWATCH_EVIDENCE_DCAP_H

#include "evidence/dcap_quote.h"
#include "evidence/judge.h"
#include "evidence/pck.h"

bool dcap_sgx_is(struct bytes raw);
bool dcap_tdx_is(struct bytes raw);

/* What stands in a quote and in its PCK certificate (where there is one), into the verdict. */
void dcap_quote_put(const struct dcap_quote *q, struct verdict *v);
void dcap_pck_put(const struct pck *p, struct verdict *v);

void dcap_judge(const struct judge_request *request, struct arena *a, struct verdict *v, struct judge_needs *needs);

#endif
