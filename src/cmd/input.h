/*
 * Files of `verify` and `decode`: recognised by content, down to the pieces of evidence in them.
 */
#ifndef TEEWATCH_CMD_INPUT_H
#define TEEWATCH_CMD_INPUT_H

#include "base/limits.h"
#include "evidence/judge.h"
#include "extract/extract.h"

enum { INPUT_PIECES_MAX = LIMIT_MACHINE_PIECES };
_Static_assert((int)INPUT_PIECES_MAX >= (int)EXTRACT_MAX, "a certificate's carriers have room");

/* One piece of evidence, or what stands in its place. */
struct input_piece {
	const char *carrier;             /* of a certificate; "" else */
	struct bytes evidence;           /* empty where `missing` or `fault` says why */
	enum evidence_kind kind;
	struct evidence_binding binding;
	struct bytes endorsement;
	struct fault fault;              /* the wrapping is malformed */
	const char *missing;             /* the evidence lives elsewhere and is not at hand */
	size_t machine;                  /* pieces of one machine, next to each other, are judged together */
	struct bytes architecture;       /* of a device, as the document calls it */
};

struct input {
	struct input_piece pieces[INPUT_PIECES_MAX];
	size_t n;
};

/* Directories of archived documents, in which commitments are looked up. */
struct input_documents {
	const char *const *paths;        /* NULL-terminated */
};

/* Recognise content. type: NULL, or what the user says it is ("snp", "tdx", "sgx", "nitro", "nras", "sigstore", "document",
 * "certificate"). False where there is no evidence in it; *why says so. Everything lives in the arena. */
bool input_recognise(struct bytes content, const char *type, const struct input_documents *documents, struct arena *a,
                     struct input *out, const char **why);

#endif
