/*
 * A report of the demo vendor with all that a verdict on it needs, good as it comes; a test changes what it
 * wants wrong and asks for the verdict.
 */
#ifndef TEEWATCH_TESTS_EVIDENCE_SNP_SCENE_H
#define TEEWATCH_TESTS_EVIDENCE_SNP_SCENE_H

#include "evidence/judge.h"
#include "pki/demo_vendor.h"

/* 2026-11-24, two days after the built-in table's date. */
#define SCENE_AT_MS  INT64_C(1795478400000)
#define SCENE_DAY_MS INT64_C(86400000)

/* One byte of the report: bits are exchanged (XOR) before signing, or after it. */
struct scene_change {
	size_t at;
	uint8_t bits;
	bool unsigned_one;
};

struct scene {
	struct arena arena;
	struct demo_report report;
	struct scene_change changes[8];
	size_t cut; /* bytes cut off the report's end */
	struct demo_vek vek;
	bool vek_in_set;          /* the VEK lies in the collateral; else it came with the evidence */
	struct bytes endorsement; /* instead of the VEK */
	bool without_vek, without_anchor, without_ask, without_crl;
	int64_t crl_from_ms, crl_to_ms;
	bool crl_revokes, crl_broken;
	bool anchor_of_other_line;
	const char *table;            /* collateral; NULL: the built-in one alone */
	struct bytes more[8];         /* further collateral */
	struct judge_request request; /* its binding, kind, at_ms */
	struct collateral_set set;
	struct bytes raw; /* the report as it was judged */
	struct verdict verdict;
	struct judge_needs needs;
};

extern const uint8_t scene_spki[16], scene_hpke_key[32];

void scene_start(struct scene *s); /* Genoa, version 3, bound to a key and an HPKE key */
void scene_product(struct scene *s, enum amd_product p, uint32_t version);
void scene_make(struct scene *s);  /* report and collateral, without judging */
void scene_judge(struct scene *s); /* scene_make, then the verdict */
void scene_end(struct scene *s);

const char *scene_failed(const struct scene *s); /* id of the first failed check; "" for none */
enum claim_status scene_claim(const struct scene *s, const char *claim);

#endif
