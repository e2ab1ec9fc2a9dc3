/*
 * NVIDIA GPUs and NVSwitches: the verdict on one device's evidence, an SPDM transcript with the device's certificates
 * (facts: nvidia sections 2 to 7). What binds devices to a CPU's evidence and to each other is gpu_binding.h's.
 * Private to src/evidence and its tests.
 */
#ifndef TEEWATCH_EVIDENCE_NVGPU_H
#define TEEWATCH_EVIDENCE_NVGPU_H

#include "evidence/judge.h"
#include "evidence/nvidia_chain.h"
#include "evidence/nvidia_opaque.h"
#include "evidence/ocsp.h"
#include "evidence/spdm.h"

/* Is it a transcript, of a GPU as far as it tells, or of a switch? */
bool nvgpu_is(struct bytes raw);
bool nvswitch_is(struct bytes raw);

void nvgpu_judge(const struct judge_request *request, struct arena *a, struct verdict *v, struct judge_needs *needs);

/* ---- between the files of the judge ---- */

struct nvgpu {
	const struct judge_request *request;
	struct arena *arena;
	struct verdict *v;
	struct judge_needs *needs;
	struct spdm spdm;
	bool framed;                 /* spdm is whole */
	struct nvidia_opaque opaque;
	bool readable;               /* opaque is of a known form */
	struct nvidia_chain chain;
	bool shaped;                 /* chain is there, in its form */
	struct nvidia_trust trust;
	bool authentic;              /* signed, by a key that chains to the root */
};

/* nv.driver_rim, nv.firmware_rim, nv.measurements. */
void nvgpu_rim_judge(struct nvgpu *g);

/* What stands in the evidence and its certificates, into fields and measurements. */
void nvgpu_put(const struct nvgpu *g);

#endif
