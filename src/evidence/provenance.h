/*
 * Which release runs there: the registers of an SNP report or a TDX quote against those that the attestations at hand
 * (Sigstore bundles, files of hardware measurements) give to releases and platforms. Private to src/evidence.
 * Depends on sigstore, predicate.
 */
#ifndef TEEWATCH_EVIDENCE_PROVENANCE_H
#define TEEWATCH_EVIDENCE_PROVENANCE_H

#include "evidence/judge.h"

/*
 * To be called when everything else about the evidence is in the verdict. Predicates are read first, and only bundles
 * that name the measured registers are verified: first those of accepted repositories, the newest first that was
 * signed by the time of the verdict. An SNP measurement covers firmware, kernel, root filesystem and configuration;
 * on TDX RTMR1 and RTMR2 do, with RTMR3 zero, and MRTD and RTMR0 must be those of an accepted platform besides.
 * Puts os_known_good and serving_software_known_good, the check provenance.bundle where a bundle names the registers,
 * and the fields provenance (known, firmware_unknown, altered, not_accepted, unverified, none), repository, ref, tag,
 * commit, workflow, digest, signed_at, release_newest, newest_tag, platform.
 */
void provenance_judge(const struct judge_request *request, struct arena *a, struct verdict *v);

#endif
