/*
 * GPUs and switches of one document: are they bound to the CPU's evidence by the nonce, are they different devices, do
 * they name each other? And the claim gpu_attested (facts: nvidia sections 10, 11 and 15). Works on verdicts alone.
 *
 * What it proves: whoever controlled the CPU's enclave when its evidence was made asked these devices with this nonce.
 * Not that they sit in the same machine: a nonce can be relayed. Depends on base, verdict.
 */
#ifndef TEEWATCH_EVIDENCE_GPU_BINDING_H
#define TEEWATCH_EVIDENCE_GPU_BINDING_H

#include "evidence/judge.h"

/* The claims of a device on its own: gpu_attested refuted where a check failed, else unknown. */
void gpu_claims_put(struct verdict *v);

/*
 * All verdicts of one document that speak of one machine: the CPU's, if there is one, and those of its devices, each
 * piece of evidence once. cpu: how its report_data holds the nonce. Adds binding.gpu_nonce, nv.device_unique and
 * nv.topology to the devices' verdicts and settles gpu_attested in all of them, the same everywhere. Documents without
 * devices are left as they are. Call it before expectations; it concludes the verdicts anew.
 */
void gpu_binding_judge(struct verdict *const *verdicts, size_t n, const struct evidence_binding *cpu);

#endif
