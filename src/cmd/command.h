/*
 * The sub-commands: one row of a const table each, from which dispatch, usage and the manual's
 * check come. One file per command.
 */
#ifndef TEEWATCH_CMD_COMMAND_H
#define TEEWATCH_CMD_COMMAND_H

#include <signal.h>

#include "cmd/config.h"
#include "store/store.h"

/* Exit statuses, the same for every command (DESIGN section 6). */
enum {
	EXIT_DONE = 0,
	EXIT_INCOMPLETE = 1,
	EXIT_USAGE = 2,
	EXIT_INTERNAL = 3,
	EXIT_FOUND = 4,
	EXIT_LOCKED = 75
};

/* The global options. */
struct command_context {
	const char *program;        /* argv[0] */
	const char *config_path;    /* -c */
	const char *state_directory; /* -s or the default; never NULL */
	int verbosity;              /* -q: -1, -v: 1 */
	const volatile sig_atomic_t *stop;
};

struct command_option {
	const char *name;           /* "--budget" */
	const char *argument;       /* "SECONDS"; NULL: a switch */
	const char *help;
};

struct command {
	const char *name, *arguments, *help;
	const struct command_option *options; /* ends with a row of NULLs */
	int (*run)(const struct command_context *context, int argc, char **argv); /* argv[0] is the command's name */
};

extern const struct command commands[];
extern const size_t command_count;

/* Walk the arguments of a command: the next option (value in *value, NULL for a switch), or the next
 * operand (returns "" and the operand in *value); NULL at the end. On bad usage it has said so, and
 * *failed is true. */
struct command_walk {
	const struct command *command;
	int argc, at;
	char **argv;
	bool only_operands, failed;
};
struct command_walk command_walk(const char *name, int argc, char **argv);
const char *command_next(struct command_walk *w, const char **value);

/* Say what is wrong with the usage; returns EXIT_USAGE. */
int command_usage(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Lists of repeated options, NULL-terminated. */
struct command_list {
	const char **items;
	size_t n;
};
void command_list_add(struct command_list *l, const char *item);
void command_list_release(struct command_list *l);

/* Read the configuration; says what is wrong and returns EXIT_USAGE. */
int command_config(const struct command_context *context, struct config *out);

/* Open the history; says what is wrong and returns the exit status for it, 0 when open. */
int command_store(const struct command_context *context, enum store_mode mode, struct store **out);

/* Write a whole result to stdout; EXIT_INTERNAL when it cannot be written. */
int command_print(struct bytes text);

int crawl_command(const struct command_context *context, int argc, char **argv);
int verify_command(const struct command_context *context, int argc, char **argv);
int decode_command(const struct command_context *context, int argc, char **argv);
int report_command(const struct command_context *context, int argc, char **argv);
int ack_command(const struct command_context *context, int argc, char **argv);
int logs_command(const struct command_context *context, int argc, char **argv);
int check_command(const struct command_context *context, int argc, char **argv);
int config_command(const struct command_context *context, int argc, char **argv);
int publish_command(const struct command_context *context, int argc, char **argv);

#endif
