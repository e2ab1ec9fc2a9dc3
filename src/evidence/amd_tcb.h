/*
 * Floors of SEV-SNP firmware and microcode from AMD's security bulletins. AMD signs no TCB status, so
 * what teewatch says of freshness stands on this dated table; it is archived like collateral and can be
 * replaced by a newer one. Depends on base.
 */
#ifndef TEEWATCH_EVIDENCE_AMD_TCB_H
#define TEEWATCH_EVIDENCE_AMD_TCB_H

#include "base/arena.h"
#include "base/fault.h"

enum amd_tcb_component {
	AMD_TCB_BL,
	AMD_TCB_TEE,
	AMD_TCB_SNP,
	AMD_TCB_UCODE,
	AMD_TCB_FMC,
	AMD_TCB_ALIAS_CHECK /* ALIAS_CHECK_COMPLETE of PLATFORM_INFO: 0 or 1 */
};

/* A floor: on this silicon, from `published` on, the component must be at least `least`. */
struct amd_tcb_floor {
	uint8_t family, model, stepping;
	enum amd_tcb_component component;
	uint8_t least;
	bool revoked;           /* below it nothing that the platform signs is worth anything; else it is just old */
	const char *bulletin;
	int64_t published_ms;
};

struct amd_tcb_table {
	int64_t date_ms;        /* the table is complete up to here */
	const struct amd_tcb_floor *floors;
	size_t n;
};

/* The built-in table as JSON text, as it is archived. */
extern const char amd_tcb_builtin[];

const char *amd_tcb_component_name(enum amd_tcb_component c); /* bl tee snp ucode fmc alias_check */

/* {"format":"teewatch.amd-tcb/1","date":...,"floors":[{"family":25,"model":17,"stepping":1,"component":"snp",
 * "least":27,"bulletin":"AMD-SB-3020","published":"2025-10-13T00:00:00Z"},...]}; a floor may have "revoked":true.
 * Strings live in the arena. */
struct fault amd_tcb_parse(struct bytes text, struct arena *a, struct amd_tcb_table *out);

#endif
