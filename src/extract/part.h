/* Parts that extract's files share; private to src/extract. */
#ifndef TEEWATCH_EXTRACT_PART_H
#define TEEWATCH_EXTRACT_PART_H

#include "extract/extract.h"
#include "extract/match.h"

/* ---- carriers.c ---- */

/* The row of the carriers' table whose evidence this extension holds; NULL for other extensions and for
 * look-alikes. */
const struct carrier *carrier_of(struct bytes oid, struct bytes value);

/* The value without the one further OCTET STRING that fills it, or as it is. */
struct bytes carrier_peel(struct bytes value);

/* ---- payload.c ---- */

/* The evidence in an extension of this row, and its kind as far as row and evidence tell. Of a form in a version that
 * is not known: the whole value, EVIDENCE_UNKNOWN. */
struct fault payload_read(const struct carrier *row, const struct cert_extension *e, struct bytes *payload,
                          enum evidence_kind *kind);

/* ---- names that carry evidence ---- */

/* A dNSName. What cannot be read as a name may still be a broken piece of evidence. */
struct san_name {
	struct bytes text; /* normalised */
	struct bytes raw;
	bool readable;
	bool chunk;        /* piece of evidence and no host; set by the recognisers */
};

/* What kind a chunk's second label is: "NN<base32>.KIND.suffix". */
enum tinfoil_chunk { TINFOIL_NONE, TINFOIL_HPKE, TINFOIL_HATT, TINFOIL_ATT, TINFOIL_GENERATION_1 };
struct tinfoil_label {
	enum tinfoil_chunk kind;
	unsigned index;
	struct bytes text;   /* of the first label behind the index; base32 unless it is malformed */
	struct bytes suffix; /* what follows the kind's label; of generation 1: what follows the first label */
};

/* Is this name, in lower case, a chunk (malformed or not)? Never TINFOIL_GENERATION_1. */
struct tinfoil_label tinfoil_label_of(struct bytes name);

/* Does this name look like the first chunk of a whole document: index 00 and the magic of gzip? */
bool tinfoil_is_first_of_document(const struct tinfoil_label *l);

/* Is it the first chunk of a generation-1 set, if `suffix` is another name of the certificate? */
bool tinfoil_is_first_of_generation_1(struct bytes name, struct tinfoil_label *l);

/* Characters by which a chunk shows that an "att" set is one and not somebody's numbered hosts: those of a
 * name of full length. TINFOIL_DOCUMENT_CHARACTERS of them do. */
size_t tinfoil_full_characters(struct bytes name, const struct tinfoil_label *l);
enum { TINFOIL_DOCUMENT_CHARACTERS = 100 };

/* The carriers in a list of names; appended to out. */
void tinfoil_extract(struct san_name *names, size_t n, struct arena *a, struct extractions *out);

/* Is this name's first label a whole Nitro document in hexadecimal? Case does not matter. */
bool evervault_is(struct bytes raw);
void evervault_extract(struct san_name *names, size_t n, struct arena *a, struct extractions *out);

/* ---- extract.c ---- */

/* A new extraction at the end of out. What finds no room any more shares the last place, as a fault. */
struct extraction *extraction_add(struct extractions *out, const char *carrier, const char *scheme,
                                  enum extract_form form);

/* ---- match.c ---- */

/* Is exactly this one of the set's domains? */
bool match_set_has(const struct match_set *set, struct bytes domain);

/* Does one of the set's domains end at the end of text, wherever it begins? Zero bytes in text are skipped, so
 * that wide characters are seen through. */
bool match_set_ends(const struct match_set *set, struct bytes text);

/* ---- match_raw.c ---- */

/* Does text that is no readable name hold a piece of evidence in names? */
bool match_raw_marker(struct bytes text);

#endif
