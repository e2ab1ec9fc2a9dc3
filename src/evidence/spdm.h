/*
 * SPDM 1.1 (DMTF DSP0274, sections GET_MEASUREMENTS and MEASUREMENTS): the transcript that NVIDIA's GPUs and
 * switches give as evidence, a request and its signed response one behind the other. Little-endian. Only the
 * framing is judged here; what the opaque data of the vendor says is nvidia_opaque.h's. Depends on base.
 */
#ifndef TEEWATCH_EVIDENCE_SPDM_H
#define TEEWATCH_EVIDENCE_SPDM_H

#include "base/bytes.h"
#include "base/fault.h"

enum {
	SPDM_REQUEST_BYTES = 37,
	SPDM_NONCE_BYTES = 32,
	SPDM_SIGNATURE_BYTES = 96,     /* ECDSA P-384: r || s, big-endian */
	SPDM_MEASUREMENTS_MAX = 255    /* indices are one byte and 0 is none */
};

/* DMTFSpecMeasurementValueType: bit 7 tells raw bytes from a digest. */
enum { SPDM_VALUE_RAW = 0x80 };

/* One measurement block of DMTF's form. */
struct spdm_measurement {
	uint8_t index;                 /* as it stands, from 1; a RIM's index is one less */
	uint8_t type;                  /* DMTFSpecMeasurementValueType */
	struct bytes value;
};

/* Views into the transcript. */
struct spdm {
	struct bytes raw, signed_part; /* signed_part: all but the signature */
	struct bytes nonce;            /* the requester's: the one to compare */
	struct bytes responder_nonce;  /* random, proves nothing to us */
	uint8_t version, response_version; /* 0x11: SPDM 1.1 */
	uint8_t slot;                  /* SlotIDParam of the request */
	struct spdm_measurement measurements[SPDM_MEASUREMENTS_MAX]; /* in the order in which they stand */
	size_t measurement_count;
	struct bytes opaque;
	size_t opaque_offset;
	struct bytes signature;
};

/* Does it begin as a transcript of some SPDM 1.x does? */
bool spdm_is(struct bytes raw);

/* Split by its length fields, to the last byte. FAULT_UNSUPPORTED: another version than 1.1, in request and response
 * alike. */
struct fault spdm_parse(struct bytes raw, struct spdm *out);

/* The measurement with this SPDM index; NULL where there is none. */
const struct spdm_measurement *spdm_measurement_at(const struct spdm *s, unsigned index);

#endif
