/*
 * Predicates of in-toto statements that say which measurements a release has, and other files that say so: the one
 * table of what is known of them. Depends on base.
 */
#ifndef TEEWATCH_EVIDENCE_PREDICATE_H
#define TEEWATCH_EVIDENCE_PREDICATE_H

#include "base/json.h"
#include "base/limits.h"

enum { REGISTER_BYTES = 48 };

enum predicate_kind {
	PREDICATE_OTHER = 0,
	PREDICATE_CODE,      /* what a release of some software measures */
	PREDICATE_HARDWARE   /* what firmware and shapes of platforms measure */
};

/* MRTD and RTMR0 of one platform. */
struct predicate_platform {
	struct bytes name;
	uint8_t mrtd[REGISTER_BYTES], rtmr0[REGISTER_BYTES];
};

struct predicate {
	enum predicate_kind kind;
	/* PREDICATE_CODE */
	bool has_snp, has_tdx;
	uint8_t snp[REGISTER_BYTES], rtmr1[REGISTER_BYTES], rtmr2[REGISTER_BYTES];
	/* PREDICATE_HARDWARE */
	const struct predicate_platform *platforms;
	size_t platform_count;
};

/* The kind of a predicate type (URI); PREDICATE_OTHER where it is not in the table. */
enum predicate_kind predicate_kind_of(struct bytes type);

/* Read the predicate of a known type. All registers of the type must be there, 96 hex digits each; other members say
 * nothing of measurements and are passed over. */
struct fault predicate_read(struct bytes type, const struct json *predicate, struct arena *a, struct predicate *out);

/* A file of hardware measurements: {platform: {mrtd, rtmr0}}, as the predicate has them. */
struct fault predicate_read_platforms(const struct json *v, struct arena *a, struct predicate *out);

#endif
