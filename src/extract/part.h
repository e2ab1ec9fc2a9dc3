/* Parts that extract's files share; private to src/extract. */
#ifndef TEEWATCH_EXTRACT_PART_H
#define TEEWATCH_EXTRACT_PART_H

#include "extract/extract.h"

/* The row of the carriers' table whose evidence this extension holds; NULL for other extensions and for
 * look-alikes (a PCK certificate's own extension, a plain Netscape comment). */
const struct carrier *carrier_of(const struct cert_extension *e);

/* What kind a chunk label is: "NN<base32>.KIND.suffix". */
enum tinfoil_chunk { TINFOIL_NONE, TINFOIL_HPKE, TINFOIL_HATT, TINFOIL_ATT };
struct tinfoil_label {
	enum tinfoil_chunk kind;
	unsigned index;
	struct bytes text;   /* base32 digits */
	struct bytes suffix; /* what follows the kind's label */
};
/* Is this normalised name a chunk? */
struct tinfoil_label tinfoil_label_of(struct bytes name);
/* Does the first label look like a chunk of a generation-1 set (two digits and base32)? Its parts. */
bool tinfoil_first_label(struct bytes name, unsigned *index, struct bytes *text, struct bytes *rest);

/* The carriers in a list of normalised names; appended to out. Chunks are marked in is_chunk. */
void tinfoil_extract(const struct bytes *names, size_t n, bool *is_chunk, struct arena *a, struct extractions *out);

/* A new extraction at the end of out; NULL when there are EXTRACT_MAX. */
struct extraction *extraction_add(struct extractions *out, const char *carrier, const char *scheme, enum extract_form form);

#endif
