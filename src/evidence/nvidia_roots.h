/* NVIDIA's built-in root of devices. Depends on base. */
#ifndef TEEWATCH_EVIDENCE_NVIDIA_ROOTS_H
#define TEEWATCH_EVIDENCE_NVIDIA_ROOTS_H

#include "base/bytes.h"

extern const struct bytes nvidia_device_root; /* DER of "NVIDIA Device Identity CA" */

#endif
