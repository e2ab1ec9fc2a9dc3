/*
 * Reference integrity manifests (RIMs) of NVIDIA drivers, VBIOSes and switch firmware: SWID tags (ISO/IEC
 * 19770-2, TCG Reference Integrity Manifest Information Model) with an enveloped XML signature of one fixed
 * profile, and the comparison of measurements with them, index by index. Depends on base, cert and collateral.
 *
 * How a judge uses it: build the ids (rim_driver_id, rim_firmware_id) to ask the vendor's service, choose among the
 * collateral at hand (rim_choose) for the driver and for the firmware, compare both at once (rim_compare).
 */
#ifndef TEEWATCH_EVIDENCE_RIM_H
#define TEEWATCH_EVIDENCE_RIM_H

#include "base/limits.h"
#include "evidence/collateral.h"
#include "evidence/verdict.h"

enum {
	RIM_HASH_BYTES = 48,
	RIM_CERTIFICATES = 4,       /* signer, two intermediates, root */
	RIM_NVDEC0_INDEX = 35,      /* differs where the decoder is disabled: the one official exception */
	RIM_ID_SIZE = 129           /* longest id and its NUL */
};

/* One golden measurement. index counts from 0; the block of SPDM index i + 1 is compared with it. */
struct rim_measurement {
	uint32_t index;
	bool active;                                /* others are not compared */
	size_t alternatives;                        /* any of them is right; an all-zero hash is a value too */
	const uint8_t (*hashes)[RIM_HASH_BYTES];
	const char *name;
};

/* A manifest, read from the very tree that was canonicalised. What of it is true is rim_verify's to say. */
struct rim {
	struct bytes xml;
	struct sha256 sha256;              /* of xml; ids and tags are not unique, this is */
	const char *tag_id, *name;         /* "GH100" */
	const char *product;               /* "GH100", "LS10" */
	const char *edition;               /* "GPU", "SWITCH" */
	const char *version;               /* colloquialVersion: of the driver or of the firmware */
	struct rim_measurement *measurements; /* in the order of their indices */
	size_t measurement_count, active_count;
	const char *unsupported;           /* what in it this program does not know, so that a match proves too
	                                      little; NULL where everything is known */
	struct fault signature_fault;      /* the signature is not of the one profile: nothing below is there */
	struct bytes signed_info;          /* canonical form */
	uint8_t digest[RIM_HASH_BYTES];    /* SHA-384 of the canonical content without its signature */
	uint8_t wanted_digest[RIM_HASH_BYTES]; /* what SignedInfo says that it is */
	uint8_t signature[2 * RIM_HASH_BYTES]; /* r || s */
	struct bytes certificates[RIM_CERTIFICATES]; /* DER, signer first; candidates until they chain to the root */
};

/* Is it a RIM, good or bad: does its first element seem to be a SoftwareIdentity? */
bool rim_is(struct bytes content);

/* Read a RIM. Refused are DTDs, comments, processing instructions, CDATA, encodings other than UTF-8
 * (FAULT_UNSUPPORTED), more than LIMIT_RIM_BYTES, and whatever is not in its form. Only direct children of the root
 * element are read. A signature outside the profile is no fault of this call: see signature_fault. Everything in
 * `out` lives in the arena. */
struct fault rim_parse(struct bytes xml, struct arena *a, struct rim *out);

/* ---- origin ---- */

struct rim_trust {
	bool intact;                       /* content and SignedInfo are what the signer's key signed */
	bool chained;                      /* the certificates chain to a pinned root; dates apart */
	bool in_time;                      /* and all were valid at the time that counts */
	bool stale;                        /* they were, and one has expired */
	const char *why;                   /* what does not hold; "" where everything does. In time only because it
	                                      was archived when it was: says so */
	int64_t valid_from_ms, valid_to_ms; /* when all of the chain is valid */
	struct sha256 anchor;              /* root's DER, where chained */
	bool builtin;
};

/* Signature, chain and dates. at_ms: the verdict's time. archived_ms: when this RIM came into the archive, 0 where
 * it did not: a RIM whose chain was valid then is good for ever, since its signature has no time of its own and
 * signers live two years. Anchors of vendor "nvidia" in the set (may be NULL) replace the built-in roots. */
void rim_verify(const struct rim *rim, const struct collateral_set *set, int64_t at_ms, int64_t archived_ms,
                struct arena *a, struct rim_trust *out);

static inline bool rim_is_authentic(const struct rim_trust *t)
{
	return t->intact && t->chained;
}

/* A RIM that is not authentic: why; NULL for good ones and for other collateral. */
const char *rim_collateral_vet(const struct collateral *item, const struct collateral_set *set, struct arena *a);

/* ---- measurements ---- */

/* A measured value at a RIM's index (SPDM index - 1). */
struct rim_value {
	uint32_t index;
	struct bytes value;
};

/* NVDEC0_STATUS of the evidence: only where the decoder is disabled index 35 is not compared. */
enum rim_nvdec0 { RIM_NVDEC0_UNKNOWN, RIM_NVDEC0_ENABLED, RIM_NVDEC0_DISABLED };

enum rim_outcome {
	RIM_MATCH,
	RIM_MISMATCH,   /* none of the alternatives */
	RIM_MISSING,    /* the evidence has no such measurement */
	RIM_CONFLICT,   /* active in two RIMs */
	RIM_EXEMPT      /* not compared: index 35 with the decoder disabled */
};
const char *rim_outcome_name(enum rim_outcome o); /* match mismatch missing conflict exempt */

struct rim_index_result {
	uint32_t index;
	enum rim_outcome outcome;
};

struct rim_comparison {
	struct rim_index_result v[LIMIT_RIM_MEASUREMENTS]; /* one for each active index, ascending */
	size_t n;
	size_t matched, exempt, bad;       /* bad: mismatch, missing, conflict */
	/* PASS: something was compared and nothing is bad. FAIL: something is bad. NOT_CHECKED: no RIM, no active
	 * index, or nothing bad under a RIM with parts that are not known (`unsupported`). */
	enum check_result result;
};

/* Compare with all active indices of these RIMs together (driver and firmware, or firmware alone). Pure: whether the
 * RIMs are authentic is asked apart. */
void rim_compare(const struct rim *const *rims, size_t rim_count, const struct rim_value *values, size_t value_count,
                 enum rim_nvdec0 nvdec0, struct rim_comparison *out);

/* "9, 52": the bad indices as text; "" where there is none. */
const char *rim_comparison_text(const struct rim_comparison *c, struct arena *a);

/* ---- which RIM ---- */

/* What the evidence says of itself. Empty or NULL: it does not say. */
struct rim_subject {
	bool is_switch;
	const char *chip;                  /* "GH100", "GB100", "GB202", "LS10", as the certificates name it */
	struct bytes chip_info;            /* opaque field 35, where it is there */
	struct bytes driver_version;       /* "550.90.07" */
	struct bytes firmware_version;     /* "96.00.9F.00.01": VBIOS of GPUs, BIOS of switches */
	struct bytes project, project_sku, chip_sku; /* "1010", "0200", "882" */
};

/* The id under which the vendor's service has the RIM, below /v1/rim/. False where a field is missing or holds what
 * has no place in a URL. Switches have no driver. */
bool rim_driver_id(const struct rim_subject *s, char out[RIM_ID_SIZE]);
bool rim_firmware_id(const struct rim_subject *s, char out[RIM_ID_SIZE]);

enum rim_part { RIM_DRIVER, RIM_FIRMWARE };

/* Why this RIM is not of that driver or firmware (product, edition, version); NULL: it is. */
const char *rim_not_of(const struct rim *rim, const struct rim_subject *s, enum rim_part part);

enum rim_found {
	RIM_NONE,       /* no RIM for this version is at hand */
	RIM_FORGED,     /* only such as are not authentic */
	RIM_STALE,      /* authentic, and its signer's certificate is not valid at the time */
	RIM_FOUND
};

struct rim_choice {
	enum rim_found found;
	struct rim rim;                    /* where found is not RIM_NONE; likewise */
	struct rim_trust trust;
	bool signature_bad;                /* RIM_FORGED: altered or badly signed; false: signed by strangers */
	const char *why;                   /* of RIM_NONE, RIM_FORGED, RIM_STALE */
};

/* The best RIM of the set for that driver or firmware: authentic before stale before forged; among equals the one
 * with which fewest measurements disagree (one version may have several RIMs, all genuine), then the newest. */
void rim_choose(const struct collateral_set *set, const struct rim_subject *s, enum rim_part part,
                const struct rim_value *values, size_t value_count, enum rim_nvdec0 nvdec0, int64_t at_ms,
                struct arena *a, struct rim_choice *out);

#endif
