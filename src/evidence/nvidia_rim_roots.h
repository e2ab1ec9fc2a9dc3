/* NVIDIA's built-in root of reference manifests. Depends on base. */
#ifndef TEEWATCH_EVIDENCE_NVIDIA_RIM_ROOTS_H
#define TEEWATCH_EVIDENCE_NVIDIA_RIM_ROOTS_H

#include "base/bytes.h"

extern const struct bytes nvidia_rim_root; /* DER */

#endif
