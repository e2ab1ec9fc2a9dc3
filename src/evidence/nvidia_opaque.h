/*
 * The opaque data of NVIDIA's SPDM measurements: a list of tagged values in one of two forms, the older without
 * header, the newer beginning with "NVDAOD" (docs.nvidia.com/attestation/specs, opaque data format; nvtrust's
 * verifier). Unknown tags are kept and no fault: each driver brings new ones. Depends on base.
 */
#ifndef TEEWATCH_EVIDENCE_NVIDIA_OPAQUE_H
#define TEEWATCH_EVIDENCE_NVIDIA_OPAQUE_H

#include "base/arena.h"
#include "base/fault.h"

enum { NVIDIA_OPAQUE_FIELDS_MAX = 256 }; /* about 40 are defined, 20 stand in real evidence */

enum nvidia_opaque_id {
	NVIDIA_DRIVER_VERSION = 3,
	NVIDIA_GPU_INFO = 4,
	NVIDIA_VBIOS_VERSION = 6,
	NVIDIA_NVDEC0_STATUS = 11,
	NVIDIA_CHIP_SKU = 15,
	NVIDIA_PROJECT = 17,
	NVIDIA_PROJECT_SKU = 18,
	NVIDIA_FWID = 20,
	NVIDIA_PROTECTED_PCIE_STATUS = 21,
	NVIDIA_SWITCH_PDI = 22,
	NVIDIA_LOCK_SWITCH_STATUS = 25,
	NVIDIA_SWITCH_GPU_PDIS = 26,
	NVIDIA_CHIP_INFO = 35,
	NVIDIA_FEATURE_FLAG = 36
};

/* One-byte switches of the older form. */
enum { NVIDIA_STATUS_ON = 0xaa, NVIDIA_STATUS_OFF = 0x55 };

struct nvidia_opaque_field {
	uint16_t id;
	uint16_t value_type;   /* newer form only; 0 in the older */
	struct bytes value;
};

struct nvidia_opaque {
	bool tagged;           /* the newer form, "NVDAOD" */
	uint16_t profile;      /* of the newer form; likewise */
	uint8_t major, minor, patch;
	struct nvidia_opaque_field fields[NVIDIA_OPAQUE_FIELDS_MAX];
	size_t count;
};

/* FAULT_UNSUPPORTED: the newer form in a profile or major version that is not known. offset: of the opaque data in
 * its transcript. */
struct fault nvidia_opaque_parse(struct bytes opaque, size_t offset, struct nvidia_opaque *out);

/* The field's value; p is NULL where it is not there. */
struct bytes nvidia_opaque_get(const struct nvidia_opaque *o, unsigned id);

/* The field's text without the zeros and spaces behind it; empty where it is missing or not printable ASCII. */
struct bytes nvidia_opaque_text(const struct nvidia_opaque *o, unsigned id);

/* A VBIOS version as people write it: "96.00.9F.00.01", from the text of switches or from the eight bytes of GPUs.
 * NULL where it is missing or of no known form. */
const char *nvidia_opaque_vbios(const struct nvidia_opaque *o, struct arena *a);

/* "driver_version"; NULL for ids that are not known. */
const char *nvidia_opaque_name(unsigned id);

#endif
