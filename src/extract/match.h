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
	MATCH_MARKER = 1 << 1,      /* evidence in names: a hpke/hatt/att chunk, a generation-1 set, a Nitro document */
	MATCH_OID = 1 << 2,         /* an evidence OID of the carriers' table */
	MATCH_UNREADABLE = 1 << 3   /* a part that could not be read might hold a watched name or marker */
};

/* Watched domains, compiled for lookup by suffix. */
struct match_set;

/* domains: normalised (cert_name_normalise). The set lives in the arena and copies them. NULL past its maximum.
 * Wherever a set is taken, NULL is the empty one. */
struct match_set *match_set_build(struct arena *a, const struct bytes *domains, size_t n);

/* The reasons (0: none) why the certificate concerns us. *fault tells what could not be read. All that
 * extract_certificate finds something in has a reason. MATCH_UNREADABLE: a list of names or extensions breaks off
 * and match_raw says yes to the certificate's bytes; or a name with bytes that no host name has would lie under a
 * watched domain if a few characters stood in their place, or holds a marker. (Where such a name's readable end lies
 * under a watched domain, that is MATCH_WATCHED.) Other odd names, of which logs are full, are no reason. */
unsigned match_certificate(const struct match_set *set, const struct cert *c, struct fault *fault);

/* Bytes that could not be parsed as a certificate: might they be ours? (a watched domain, a marker label or an evidence
 * OID occurs in them, in any case, also in wide characters.) Time grows with the bytes and not with the domains. */
bool match_raw(const struct match_set *set, struct bytes der);

/* Is this normalised name under one of the set's domains? */
bool match_name(const struct match_set *set, struct bytes name);

#endif
