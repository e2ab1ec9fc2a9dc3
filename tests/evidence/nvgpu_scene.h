/*
 * A device of the tests' own with all that a verdict on it needs: verified as it comes. A test changes what it wants
 * wrong and asks for the verdict.
 */
#ifndef TEEWATCH_TESTS_EVIDENCE_NVGPU_SCENE_H
#define TEEWATCH_TESTS_EVIDENCE_NVGPU_SCENE_H

#include "evidence/judge.h"
#include "pki/demo_nvidia.h"

enum { NV_SCENE_CHANGES = 4 };

/* Bytes of the transcript exchanged before signing, or after it. */
struct nv_change {
	size_t at;
	uint8_t bits;
	bool unsigned_one;
};

struct nv_scene {
	struct arena arena;
	struct demo_device device;
	struct demo_device chain_of; /* whose certificates come with it: the device's own unless changed */
	struct nv_change changes[NV_SCENE_CHANGES];
	size_t cut, extra;           /* bytes cut off, or added as zeros, after signing */
	bool zero_signature;
	bool without_chain, chain_in_set, broken_pem, without_anchor, built_in_only;
	struct demo_rim driver_rim, firmware_rim;
	bool without_driver_rim, without_firmware_rim;
	struct demo_ocsp ocsp[3];    /* of certificates 1 to 3 */
	bool without_ocsp;
	struct judge_request request;
	struct collateral_set set;
	struct bytes raw, chain;
	struct verdict verdict;
	struct judge_needs needs;
};

void nv_scene_start(struct nv_scene *s, const struct demo_device *device);
void nv_scene_make(struct nv_scene *s);  /* evidence and collateral, without judging */
void nv_scene_judge(struct nv_scene *s); /* nv_scene_make, then the verdict */
void nv_scene_end(struct nv_scene *s);

/* Anchors, RIMs and OCSP responses of this device into a set. */
void nv_scene_collateral(struct nv_scene *s, struct collateral_set *set);

const char *nv_scene_failed(const struct nv_scene *s);     /* id of the first failed check; "" for none */
const char *nv_scene_unchecked(const struct nv_scene *s);  /* of the first not checked */

#endif
