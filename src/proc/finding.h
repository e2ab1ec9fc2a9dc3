/*
 * What a worker says of one certificate that concerns us: its place, its parts as text, and what
 * extract found in it. Made in a worker, sent as bytes, read in the main process, which parses no
 * certificate itself. Depends on base, cert, extract.
 */
#ifndef TEEWATCH_PROC_FINDING_H
#define TEEWATCH_PROC_FINDING_H

#include "extract/extract.h"
#include "extract/match.h"

/* A log's promise to include the certificate: an SCT that is embedded in it. */
struct finding_promise {
	struct sha256 log_id;
	int64_t timestamp_ms;
	struct bytes sct;          /* as it stands; its signature is not verified yet */
};

enum { FINDING_PROMISES_MAX = 16 }; /* browsers want two to five */

struct finding {
	/* Place in a log; zeros where the certificate was asked for by itself. */
	uint64_t entry_index;
	int64_t timestamp_ms;
	bool precertificate;
	struct sha256 leaf_hash;

	unsigned reasons;          /* enum match_reason */
	struct fault fault;        /* what could not be read in the certificate */
	struct sha256 tbs_sha256, spki_sha256;
	struct bytes tbs, spki;    /* canonical TBSCertificate, SubjectPublicKeyInfo */
	const char *issuer, *subject, *serial;
	int64_t not_before_ms, not_after_ms;
	const char *const *names;  /* normalised, each once */
	size_t name_count;
	struct extractions extractions;

	/* What the log says of its issuer; zeros: nothing. Not covered by the tree where the entry is a final
	 * certificate: proven by an SCT's signature. */
	struct sha256 issuer_sha256;      /* of the issuer's certificate */
	struct sha256 issuer_key_sha256;  /* of its SubjectPublicKeyInfo */
	struct finding_promise *promises;
	size_t promise_count;
};

/* Read a certificate that matched into the arena. Its fault says what could not be read. */
struct fault finding_make(const struct cert *c, unsigned reasons, struct arena *a, struct finding *out);

void finding_encode(const struct finding *f, struct buffer *out);
struct fault finding_decode(struct cursor *in, struct arena *a, struct finding *out);

#endif
