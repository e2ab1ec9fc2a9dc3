#include "extract/evidence_kind.h"

#include <stddef.h>
#include <string.h>

static const char *const names[] = {
	[EVIDENCE_NONE] = "",
	[EVIDENCE_SNP] = "snp",
	[EVIDENCE_TDX] = "tdx",
	[EVIDENCE_SGX] = "sgx",
	[EVIDENCE_NITRO] = "nitro",
	[EVIDENCE_NVGPU] = "nvgpu",
	[EVIDENCE_NVSWITCH] = "nvswitch",
	[EVIDENCE_NRAS] = "nras",
	[EVIDENCE_SIGSTORE] = "sigstore",
	[EVIDENCE_UNKNOWN] = "unknown",
};

const char *evidence_kind_name(enum evidence_kind k)
{
	return (size_t)k < sizeof(names) / sizeof(names[0]) ? names[k] : "unknown";
}

enum evidence_kind evidence_kind_of(const char *name)
{
	for (size_t i = 1; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return (enum evidence_kind)i;
	return EVIDENCE_NONE;
}
