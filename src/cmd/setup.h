/* From the configuration to what an audit run wants: its logs and its processes. */
#ifndef TEEWATCH_CMD_SETUP_H
#define TEEWATCH_CMD_SETUP_H

#include "audit/audit.h"
#include "cmd/command.h"

/* The log sections; they live in the configuration's arena. */
const struct audit_log *setup_logs(struct config *c, size_t *n);

/* Start the fetch process and the workers. Says what is wrong; returns an exit status. */
/* history: what it remembers of hosts is used; NULL: none. */
int setup_pool(const struct command_context *context, struct config *c, struct store *history, struct pool **out);

/* A file named in the configuration, into its arena. */
int setup_read(struct config *c, const char *path, struct bytes *out);

#endif
