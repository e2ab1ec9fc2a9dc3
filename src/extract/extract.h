/*
 * Certificate -> evidence: which carriers a certificate has, what they hold or commit to, and the
 * documents that commitments lead to. Depends on base, cert.
 */
#ifndef TEEWATCH_EXTRACT_EXTRACT_H
#define TEEWATCH_EXTRACT_EXTRACT_H

#include "base/arena.h"
#include "base/fault.h"
#include "base/hash.h"
#include "cert/cert.h"
#include "extract/evidence_kind.h"

enum { EXTRACT_MAX = 16 }; /* carriers of one certificate */

enum extract_form {
	EXTRACT_EMBEDDED,   /* the evidence itself */
	EXTRACT_DOCUMENT,   /* a whole attestation document */
	EXTRACT_COMMITMENT, /* the hash of a document that lives elsewhere */
	EXTRACT_KEY_ONLY    /* a key (HPKE) and neither document nor hash */
};

/* One carrier found in a certificate. */
struct extraction {
	const char *carrier;       /* "tinfoil.hatt", .att, .generation-1, .hpke; "evervault"; or a row of the
	                              carriers' table: "dstack.quote", "gramine", ... */
	const char *scheme;        /* closed list of the design: "tinfoil", "dstack", ... */
	enum extract_form form;
	struct fault fault;        /* set: evidence is there but malformed (offset, field) */
	struct bytes payload;      /* EMBEDDED: raw evidence; DOCUMENT: inflated JSON document */
	struct sha256 commitment;  /* COMMITMENT: hash that the document must have */
	struct bytes hpke_key;     /* 32 bytes, or empty */
	enum evidence_kind kind;   /* EMBEDDED: as far as the carrier tells */
	enum binding_rule binding; /* EMBEDDED; of other forms what the document says goes before it */
};

struct extractions {
	struct extraction v[EXTRACT_MAX];
	size_t n;
	/* Host names proper: readable dNSNames that are no chunks and no wildcards, normalised; the first
	 * LIMIT_CERTIFICATE_NAMES of them. */
	const char *const *hosts;
	size_t host_count;
};

/* All carriers of a certificate, each once: those in its names, then its extensions in the order of the
 * carriers' table. Strict (facts: tinfoil 2.7): what is there and malformed is an extraction with its fault,
 * never silence; so is what stands in a part that cannot be read (carrier "certificate", scheme ""). Payloads,
 * keys and hosts live in the arena or are views into the certificate. */
void extract_certificate(const struct cert *c, struct arena *a, struct extractions *out);

/* A parsed attestation document (Tinfoil v1, v2: {format, body}; later others). */
struct document {
	const char *scheme;        /* "tinfoil" */
	const char *format;        /* format URI as it stands */
	struct sha256 commitment;  /* what a hatt over it holds: SHA-256(format || body) as they stand */
	struct sha256 sha256;      /* of the document's bytes */
	enum evidence_kind kind;   /* EVIDENCE_UNKNOWN for dummy documents */
	enum binding_rule binding;
	struct bytes evidence;     /* raw report or quote, trailing unsigned bytes included */
	struct bytes endorsement;  /* DER certificate of the signing key that came with it; or empty */
	bool dummy;                /* a document that says itself that there is no hardware */
};
/* Parse a document, or see through a bundle to the one in it; strings and evidence live in the arena or are views
 * into text. FAULT_UNRECOGNISED: JSON of another kind, or none. FAULT_UNSUPPORTED: an attestation document of a
 * version that is not known, such as v3. With any fault, what was read before it stands: scheme and format, the
 * commitment, dummy. */
struct fault document_parse(struct bytes text, struct arena *a, struct document *out);

/* What stands between extnValue and the evidence. Where one further OCTET STRING fills extnValue exactly, it
 * comes off first, whatever the form (facts: ratls 0.1). */
enum carrier_form {
	CARRIER_RAW,        /* the evidence itself */
	CARRIER_WRAPPED,    /* it must be in that further OCTET STRING, unless a quote stands there at once */
	CARRIER_SEQUENCE,   /* SEQUENCE { OCTET STRING } */
	CARRIER_CHOICE,     /* CHOICE { UTF8String, OCTET STRING }: a conceptual message wrapper */
	CARRIER_CCC,        /* tagged CBOR array of evidence and claims */
	CARRIER_DSTACK,     /* versioned attestation: SCALE (version 0) or msgpack */
	CARRIER_OE_REPORT,  /* Open Enclave's 16-byte header and a quote */
	CARRIER_OE_EVIDENCE /* Open Enclave's 32-byte header, a quote and claims */
};

/* One row for each way that evidence stands in a certificate's extensions. */
struct carrier {
	const char *name, *scheme;
	struct bytes oid;               /* content octets */
	enum evidence_kind kind;        /* EVIDENCE_UNKNOWN: the evidence tells, where it is a quote */
	enum binding_rule binding;
	enum carrier_form form;
	bool (*is)(struct bytes value); /* is this extnValue evidence of the row, and no look-alike? NULL: always */
};
extern const struct carrier extract_carriers[];
extern const size_t extract_carrier_count;

#endif
