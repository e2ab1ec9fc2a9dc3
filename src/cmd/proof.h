/*
 * Proofs of a log's misbehaviour, as files: one JSON object a line (ct/log_proof.h).
 */
#ifndef TEEWATCH_CMD_PROOF_H
#define TEEWATCH_CMD_PROOF_H

#include "cmd/command.h"

/* Is this a file of such proofs? */
bool proof_recognise(struct bytes content);

/* Verify each of them and print what was found; the exit status for the file: EXIT_DONE where all are proven by the
 * log's own signatures, EXIT_INCOMPLETE where one rests on the word of who observed it, EXIT_FOUND where one does not
 * show what it says, EXIT_USAGE where one cannot be read. */
int proof_verify_file(struct bytes content, const char *path, bool json);

/* Write the proofs of the history, of this log alone where `name` is not NULL, to path. EXIT_INCOMPLETE where there
 * is none; then nothing is written. */
int proof_export(struct store *store, const char *name, const char *path);

#endif
