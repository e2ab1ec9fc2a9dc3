/*
 * GPUs and switches of the tests' own: a root of devices, the four certificates below it, SPDM transcripts signed by
 * them, OCSP responses about them. Good as they come; a test changes what it wants wrong. Everything returned lives in
 * the arena.
 */
#ifndef TEEWATCH_TESTS_PKI_DEMO_NVIDIA_H
#define TEEWATCH_TESTS_PKI_DEMO_NVIDIA_H

#include "base/arena.h"
#include "pki/demo_rim.h"

#define DEMO_NVIDIA_AT_MS DEMO_RIM_AT_MS

enum { DEMO_LINKS = 5, DEMO_FIELDS_MAX = 32 };

/* One opaque field. */
struct demo_field {
	uint16_t id, value_type;
	uint8_t value[256];
	size_t n;
};

enum demo_chain_defect {
	DEMO_CHAIN_GOOD,
	DEMO_CHAIN_SHORT,        /* without its root */
	DEMO_CHAIN_LONG,         /* the root twice */
	DEMO_CHAIN_SWAPPED,      /* two certificates in each other's place */
	DEMO_CHAIN_STRANGER,     /* certificate defect_at is signed by nobody's key */
	DEMO_CHAIN_FOREIGN_ROOT, /* another root with the same name, and all below it in order */
	DEMO_CHAIN_NO_CA, DEMO_CHAIN_NO_USAGE, DEMO_CHAIN_P256, DEMO_CHAIN_SHA256, DEMO_CHAIN_ODD, DEMO_CHAIN_EXPIRED,
	DEMO_CHAIN_NOT_YET, DEMO_CHAIN_NAME, /* CN of defect_at is `name` */
	DEMO_CHAIN_ISSUER,       /* certificate defect_at names another issuer */
	DEMO_CHAIN_SERIAL,       /* the identity key's has eight bytes */
	DEMO_CHAIN_FWID_TWICE, DEMO_CHAIN_FWID_CUT
};

struct demo_device {
	const char *chip;        /* "GH100", "GB100", "LS_10" */
	const char *responder;   /* "GSP", "FSP" */
	uint8_t pdi[8];
	uint8_t nonce[32];
	uint8_t fwid[48];        /* in the certificate */
	bool without_fwid;
	size_t measurement_count;
	uint8_t measurements[64][48];
	uint32_t swapped_index;  /* measurement whose value is exchanged by zeros; UINT32_MAX: none */
	struct demo_field fields[DEMO_FIELDS_MAX]; /* in their order */
	size_t field_count;
	bool tagged;             /* opaque data in the newer form */
	enum demo_chain_defect defect;
	size_t defect_at;
	const char *name;
};

/* Defaults of a Hopper GPU, a Blackwell GPU, a switch and the FSP of a Blackwell GPU; `number` makes them different
 * devices. */
struct demo_device demo_hopper(unsigned number);
struct demo_device demo_blackwell(unsigned number);
struct demo_device demo_switch(unsigned number);
struct demo_device demo_fsp(unsigned number);

/* Its opaque field; NULL where there is none. demo_field_put replaces or adds. */
struct demo_field *demo_field(struct demo_device *d, unsigned id);
void demo_field_put(struct demo_device *d, unsigned id, const void *value, size_t n);
void demo_field_drop(struct demo_device *d, unsigned id);

/* A machine of protected PCIe: 8 GPUs and 4 switches that name each other. */
void demo_machine(struct demo_device gpus[8], struct demo_device switches[4], const uint8_t nonce[32]);

/* DER of one certificate, 0 (attestation key) to 4 (root); PEM of all. */
struct bytes demo_nvidia_certificate(const struct demo_device *d, size_t link, struct arena *a);
struct bytes demo_nvidia_chain(const struct demo_device *d, struct arena *a);
struct bytes demo_nvidia_root(struct arena *a);

/* The transcript without signature (its 96 bytes are zero), and signed. */
struct bytes demo_transcript_unsigned(const struct demo_device *d, struct arena *a);
void demo_transcript_sign(const struct demo_device *d, uint8_t *p, size_t n);
struct bytes demo_transcript(const struct demo_device *d, struct arena *a);

/* The RIM of its driver or firmware: indices that are active in it are split between both, as those of real ones. */
struct demo_rim demo_driver_rim(const struct demo_device *d);
struct demo_rim demo_firmware_rim(const struct demo_device *d);

/* ---- OCSP ---- */

enum demo_ocsp_signer { DEMO_OCSP_ISSUER, DEMO_OCSP_DELEGATE, DEMO_OCSP_ROOT_DELEGATE, DEMO_OCSP_NO_PURPOSE,
	                DEMO_OCSP_STRANGER };

struct demo_ocsp {
	size_t link;             /* the certificate in question */
	unsigned status;         /* 0 good, 1 revoked, 2 unknown */
	int reason;              /* -1: none */
	int64_t revoked_ms, this_ms, next_ms /* 0: none */, produced_ms;
	int hash;                /* NID of the CertID's */
	struct bytes nonce;
	enum demo_ocsp_signer signer;
	bool by_key;             /* responder named by its key */
	bool broken;             /* one bit of the signature changed */
};

struct demo_ocsp demo_ocsp_good(size_t link);
struct bytes demo_ocsp_response(const struct demo_device *d, const struct demo_ocsp *o, struct arena *a); /* DER */

#endif
