#include "evidence/amd_roots.h"

const char *amd_product_name(enum amd_product p)
{
	static const char *const names[] = {"unknown", "Milan", "Genoa", "Turin"};
	return (size_t)p < sizeof(names) / sizeof(names[0]) ? names[p] : names[0];
}

const struct amd_root *amd_root_of(enum amd_product p)
{
	switch (p) {
	case AMD_MILAN:
		return &amd_root_milan;
	case AMD_GENOA:
		return &amd_root_genoa;
	case AMD_TURIN:
		return &amd_root_turin;
	case AMD_UNKNOWN:
		break;
	}
	return NULL;
}
