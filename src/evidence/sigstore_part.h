/* What the files of Sigstore verification share; private to src/evidence. */
#ifndef TEEWATCH_EVIDENCE_SIGSTORE_PART_H
#define TEEWATCH_EVIDENCE_SIGSTORE_PART_H

#include "evidence/sigstore.h"

enum { SIGSTORE_TIMES_MAX = 2 * LIMIT_SIGSTORE_ENTRIES };

/* Times at which the signature is proven to have been there. */
struct sigstore_times {
	int64_t ms[SIGSTORE_TIMES_MAX];
	size_t n;
	bool open; /* something that might have given a time could not be checked */
};

/* A bundle under verification. */
struct sigstore_work {
	const struct sigstore_bundle *bundle;
	const struct sigstore_root *root;
	struct cert leaf;
	struct bytes pae; /* what the DSSE signature is over */
	struct sigstore_times times;
	struct sigstore_trust *out;
	struct arena *arena;
};

/* The worst of several results stands: failed, then not checked, then passed. The first that is worse gives the reason. */
void sigstore_note(struct sigstore_check *c, enum check_result result, const char *why);

void sigstore_verify_entries(struct sigstore_work *w);    /* log, body, set, inclusion, checkpoint */
void sigstore_verify_body(struct sigstore_work *w, const struct sigstore_entry *e);
void sigstore_verify_timestamps(struct sigstore_work *w);
void sigstore_verify_certificate(struct sigstore_work *w); /* shape, chain, sct */

#endif
