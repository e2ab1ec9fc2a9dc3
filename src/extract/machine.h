/*
 * Documents that hold the evidence of a machine's GPUs and switches, perhaps beside that of its CPU: NVIDIA's SDK and
 * service requests, reports of NEAR, Phala and dstack, Chutes, receipts, Tinfoil v3 (facts: nvidia section 1, tinfoil
 * 3.4, ratls D). Depends on base.
 */
#ifndef TEEWATCH_EXTRACT_MACHINE_H
#define TEEWATCH_EXTRACT_MACHINE_H

#include "base/arena.h"
#include "base/fault.h"
#include "extract/evidence_kind.h"

/* One piece of evidence in a document. */
struct machine_piece {
	size_t machine;            /* pieces of one number belong to one machine */
	const char *place;         /* "nvidia_payload", "intel_quote": where it stands, for people */
	bool device;               /* of a GPU or switch; else of the CPU */
	enum evidence_kind kind;   /* as the document calls it; EVIDENCE_NONE: the evidence tells */
	struct bytes evidence;     /* empty where `fault` says why */
	struct bytes endorsement;  /* devices: the chain, PEM or DER; CPU: DER of its key's certificate; or empty */
	struct bytes architecture; /* of a device, as the document calls it; or empty */
	struct bytes nonce;        /* 32 bytes that the document says it asked with; or empty */
	enum nonce_rule nonce_rule; /* where the CPU's report_data has it; the same in all pieces of a machine */
	struct bytes nonce_hash;   /* NONCE_HASHED */
	size_t copies;             /* how often it stands in the machine's part of the document */
	struct fault fault;        /* it is there and cannot be decoded */
};

struct machines {
	struct machine_piece *v;
	size_t n;
	size_t count;              /* machines */
};

/* Find the pieces. Each stands once in `out`, however often it stands in the document, and a machine that the
 * document gives twice does too. FAULT_UNRECOGNISED: JSON without the evidence of any device, or none;
 * FAULT_LIMIT past LIMIT_MACHINE_PIECES. Views into text and arena. */
struct fault machines_parse(struct bytes text, struct arena *a, struct machines *out);

/* ---- between the files of this module ---- */

struct json;

struct machine_reader {
	struct arena *arena;
	struct machines *out;
	size_t devices;
	struct fault fault;        /* of the document as a whole: LIMIT */
};

/* What is said of all devices of a list. */
struct machine_list {
	const char *place;
	enum evidence_kind kind;   /* EVIDENCE_NVSWITCH where the list is one of switches */
	struct bytes architecture, nonce;
};

/* A new piece of the present machine; NULL past the limit. */
struct machine_piece *machine_add(struct machine_reader *r, const char *place);

/* The devices of an array of {evidence, certificate, arch?, nonce?}. */
void machine_read_devices(struct machine_reader *r, const struct json *list, const struct machine_list *about);
void machine_read_device(struct machine_reader *r, const struct json *device, const struct machine_list *about);

/* Hexadecimal or base64, into the arena. */
bool machine_decode(struct arena *a, struct bytes text, struct bytes *out);
/* A string member of 64 hexadecimal digits; empty where it is none. */
struct bytes machine_nonce(struct arena *a, const struct json *object, const char *name);

/* A Tinfoil document of version 3, in its final form or one of its drafts; false where it is none. */
bool machine_read_tinfoil(struct machine_reader *r, const struct json *root);

/* The present machine's rule. */
void machine_set_rule(struct machine_reader *r, enum nonce_rule rule, struct bytes hash);

#endif
