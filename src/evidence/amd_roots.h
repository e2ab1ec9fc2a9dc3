/* AMD's product lines and their built-in roots. Depends on base. */
#ifndef TEEWATCH_EVIDENCE_AMD_ROOTS_H
#define TEEWATCH_EVIDENCE_AMD_ROOTS_H

#include "base/bytes.h"

enum amd_product { AMD_UNKNOWN, AMD_MILAN, AMD_GENOA, AMD_TURIN };

struct amd_root {
	enum amd_product product;
	struct bytes ark, ask, asvk; /* DER */
};

extern const struct amd_root amd_root_milan, amd_root_genoa, amd_root_turin;

const char *amd_product_name(enum amd_product p); /* as the key service writes it: "Milan" */
const struct amd_root *amd_root_of(enum amd_product p); /* NULL for AMD_UNKNOWN */

#endif
