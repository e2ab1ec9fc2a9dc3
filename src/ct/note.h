/*
 * Signed notes (c2sp.org/signed-note) and the text of checkpoints (c2sp.org/tlog-checkpoint), read line by line:
 * tree heads of static logs and of Sigstore's logs have this form. Whose signature a line holds, and over what, is
 * the caller's to know. Depends on base.
 */
#ifndef TEEWATCH_CT_NOTE_H
#define TEEWATCH_CT_NOTE_H

#include "base/arena.h"
#include "base/fault.h"
#include "base/hash.h"

enum { CT_NOTE_KEY_ID_BYTES = 4 };

/* A note that is being read: first its text, then, after ct_note_signatures, its signature lines. */
struct ct_note {
	struct bytes text;      /* the whole note */
	struct bytes signed_text; /* up to and with the newline before the blank line: what is signed */
	size_t next, end;       /* of the part that is being read */
	size_t at;              /* where the last line began */
	size_t signature_lines; /* read so far */
	struct fault fault;     /* the first one */
};

/* Check the frame: UTF-8 without control characters, a blank line with something behind it, the last line ended
 * (FAULT_LIMIT, FAULT_ENCODING, FAULT_MISSING, FAULT_TRUNCATED). */
struct fault ct_note_open(struct bytes text, struct ct_note *out);

void ct_note_fail(struct ct_note *n, enum fault_code code, const char *field);

/* The next line without its newline; empty when there is none. */
struct bytes ct_note_line(struct ct_note *n);

/* Lines two and three of a checkpoint, and the extension lines behind them. */
void ct_note_tree(struct ct_note *n, uint64_t *tree_size, struct sha256 *root);

/* Go to the signature lines. */
void ct_note_signatures(struct ct_note *n);

/* The next signature line of this name: its bytes, key id first, in the arena. Lines of other names, and those that are
 * no base64, are passed over. False at the end, at a line that is no signature line (FAULT_SYNTAX), and past
 * LIMIT_NOTE_SIGNATURES. */
bool ct_note_signature(struct ct_note *n, struct bytes name, struct arena *a, struct bytes *blob);

#endif
