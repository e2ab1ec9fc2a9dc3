/* teewatch logs --canary: has a certificate been seen, where, and after how long? Depends on what cmd does. */
#ifndef TEEWATCH_CMD_CANARY_H
#define TEEWATCH_CMD_CANARY_H

#include "cmd/command.h"

/* Prints the answer; an exit status. A certificate that was not seen: EXIT_INCOMPLETE. */
int canary_print(struct store *s, const char *path, bool json);

#endif
