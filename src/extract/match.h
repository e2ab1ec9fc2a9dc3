/*
 * The scan that every entry of every log goes through: does this certificate concern us?
 * No allocation, one walk. Depends on base and cert.
 */
#ifndef TEEWATCH_EXTRACT_MATCH_H
#define TEEWATCH_EXTRACT_MATCH_H

#include "base/arena.h"
#include "cert/cert.h"

/* Why a certificate matches; bits. */
enum match_reason {
	MATCH_WATCHED = 1 << 0,     /* a name under a watched domain */
	MATCH_MARKER = 1 << 1,      /* a hpke/hatt/att chunk label, or a generation-1 set */
	MATCH_OID = 1 << 2,         /* an evidence OID of the carriers' table */
	MATCH_UNREADABLE = 1 << 3   /* a part that could not be read might hold a watched name or marker */
};

/* Watched domains, compiled for lookup by suffix. */
struct match_set;

/* domains: normalised (cert_name_normalise). The set lives in the arena. NULL past its maximum. */
struct match_set *match_set_build(struct arena *a, const struct bytes *domains, size_t n);

/* The reasons (0: none) why the certificate concerns us. *fault tells what could not be read. */
unsigned match_certificate(const struct match_set *set, const struct cert *c, struct fault *fault);

/* Bytes that could not be parsed as a certificate: might they be ours? (a watched domain, a marker
 * label or an evidence OID occurs in them) */
bool match_raw(const struct match_set *set, struct bytes der);

/* Is this normalised name under one of the set's domains? */
bool match_name(const struct match_set *set, struct bytes name);

#endif
