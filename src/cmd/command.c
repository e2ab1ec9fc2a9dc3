#include "cmd/command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

static const struct command_option crawl_options[] = {
	{"--follow", NULL, "go on until a signal comes"},
	{"--budget", "SECONDS", "end tidily after that time"},
	{"--log", "NAME", "audit this log only"},
	{"--at", "TIME", "the run's clock: RFC 3339, or @ and Unix seconds"},
	{"--fail-on", "SEVERITY", "exit status 4 when an anomaly at or above it was opened"},
	{"--rescan", NULL, "audit every log from its first entry again"},
	{"--evidence", "DIR", "archived documents to look in before a host is asked"},
	{"--collateral", "PATH", "vendor certificates, CRLs, TCB tables: a file or a directory"},
	{"--trust-anchor", "[KIND=]PATH", "replaces the built-in roots of its kind"},
	{"--offline", NULL, "ask the network for nothing but the logs"},
	{NULL, NULL, NULL},
};

static const struct command_option verify_options[] = {
	{"--json", NULL, "one verdict a line, as JSON"},
	{"--at", "TIME", "verify at this time"},
	{"--offline", NULL, "ask the network for nothing"},
	{"--collateral", "PATH", "vendor certificates, CRLs, TCB tables: a file or a directory"},
	{"--trust-anchor", "[KIND=]PATH", "replaces the built-in roots of its kind"},
	{"--evidence", "DIR", "archived documents that certificates commit to"},
	{"--expect", "EXPR", "NAME=VALUE[,VALUE], NAME^=PREFIX or NAME>=VALUE"},
	{"--nonce", "HEX", "the nonce that the evidence must hold"},
	{"--type", "TYPE", "do not recognise the type of the files: snp, tdx, sgx, nitro, document, certificate"},
	{NULL, NULL, NULL},
};

static const struct command_option decode_options[] = {
	{"--json", NULL, "one object a line, as JSON"},
	{NULL, NULL, NULL},
};

static const struct command_option report_options[] = {
	{"--format", "FORMAT", "text, html, ndjson, eve, ecs, ocsf or csv"},
	{"--since", "TIME", "events at or after this time"},
	{"--since-seq", "N", "events after this sequence number"},
	{"--open", NULL, "each open anomaly's last event"},
	{"--fail-on", "SEVERITY", "exit status 4 when one at or above it is shown"},
	{NULL, NULL, NULL},
};

static const struct command_option ack_options[] = {
	{"--reason", "TEXT", "why it is all right"},
	{"--until", "DATE", "acknowledged until then; else for good"},
	{NULL, NULL, NULL},
};

static const struct command_option logs_options[] = {
	{"--canary", "FILE", "has this certificate been seen, where, and after how long?"},
	{"--json", NULL, "one object a line, as JSON"},
	{"--proof", "FILE", "write the proofs of misbehaviour there, for verify"},
	{"--log", "NAME", "with --proof: those of this log"},
	{NULL, NULL, NULL},
};

static const struct command_option check_options[] = {
	{"-w", "SEVERITY", "WARNING where an anomaly of that severity or above is open; else low"},
	{"-c", "SEVERITY", "CRITICAL likewise; else high"},
	{"--stale", "HOURS", "UNKNOWN where no crawl has ended for longer; else 26"},
	{NULL, NULL, NULL},
};

static const struct command_option config_options[] = {
	{"--check", NULL, "read the configuration and say what is wrong with it"},
	{"--dump", NULL, "print every key with its effective value"},
	{NULL, NULL, NULL},
};

static const struct command_option no_options[] = {{NULL, NULL, NULL}};

const struct command commands[] = {
	{"crawl", "", "audit the logs", crawl_options, crawl_command},
	{"verify", "FILE...", "verify evidence from files", verify_options, verify_command},
	{"decode", "FILE...", "show evidence field by field", decode_options, decode_command},
	{"report", "", "anomalies and events of the history", report_options, report_command},
	{"ack", "ANOMALY", "acknowledge an anomaly", ack_options, ack_command},
	{"logs", "", "state, lag and ETA of each log", logs_options, logs_command},
	{"check", "", "probe for monitoring systems", check_options, check_command},
	{"config", "", "check or print the configuration", config_options, config_command},
	{"publish", "FILE", "write the researchers' copy of the history", no_options, publish_command},
};
const size_t command_count = sizeof(commands) / sizeof(commands[0]);

/* ---- arguments ---- */

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < command_count; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

struct command_walk command_walk(const char *name, int argc, char **argv)
{
	return (struct command_walk){.command = find_command(name), .argc = argc, .at = 1, .argv = argv};
}

int command_usage(const char *command, const char *format, ...)
{
	va_list args;
	fprintf(stderr, "teewatch %s: ", command);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "; see `teewatch %s --help`\n", command);
	return EXIT_USAGE;
}

static int print_help(const struct command *c)
{
	printf("usage: teewatch [-c FILE] [-s DIR] [-v | -q] %s [OPTION]... %s\n%s\n\n", c->name, c->arguments, c->help);
	for (const struct command_option *o = c->options; o->name; o++)
		printf("  %s%s%s\n        %s\n", o->name, o->argument ? " " : "", o->argument ? o->argument : "", o->help);
	return fflush(stdout) == 0 ? EXIT_DONE : EXIT_INTERNAL;
}

static const struct command_option *find_option(const struct command *c, const char *arg, const char **value)
{
	for (const struct command_option *o = c->options; o->name; o++) {
		size_t n = strlen(o->name);
		if (strncmp(arg, o->name, n) != 0 || (arg[n] != 0 && arg[n] != '='))
			continue;
		*value = arg[n] == '=' ? arg + n + 1 : NULL;
		return o;
	}
	return NULL;
}

const char *command_next(struct command_walk *w, const char **value)
{
	*value = NULL;
	if (w->failed || w->at >= w->argc)
		return NULL;
	const char *arg = w->argv[w->at++];
	if (!w->only_operands && strcmp(arg, "--") == 0) {
		w->only_operands = true;
		return command_next(w, value);
	}
	if (w->only_operands || arg[0] != '-' || arg[1] == 0) {
		*value = arg;
		return "";
	}
	if (strcmp(arg, "--help") == 0)
		exit(print_help(w->command));
	const struct command_option *o = find_option(w->command, arg, value);
	w->failed = true;
	if (!o) {
		command_usage(w->command->name, "there is no option %s", arg);
	} else if (!o->argument && *value) {
		command_usage(w->command->name, "%s takes no value", o->name);
	} else if (o->argument && !*value && w->at >= w->argc) {
		command_usage(w->command->name, "%s wants %s", o->name, o->argument);
	} else {
		w->failed = false;
		if (o->argument && !*value)
			*value = w->argv[w->at++];
		return o->name;
	}
	return NULL;
}

void command_list_add(struct command_list *l, const char *item)
{
	l->items = memory_grow(l->items, l->n + 2, sizeof(*l->items));
	l->items[l->n++] = item;
	l->items[l->n] = NULL;
}

void command_list_release(struct command_list *l)
{
	free(l->items);
	*l = (struct command_list){NULL, 0};
}

/* ---- configuration, history, output ---- */

int command_config(const struct command_context *context, struct config *out)
{
	const char *message = "";
	if (config_read(context->config_path, out, &message))
		return 0;
	fprintf(stderr, "teewatch: %s\n", message);
	config_release(out);
	return EXIT_USAGE;
}

int command_store(const struct command_context *context, enum store_mode mode, struct store **out)
{
	int rc = store_open(context->state_directory, mode, out);
	if (rc == 0)
		return 0;
	fprintf(stderr, "teewatch: %s\n", store_open_message());
	return rc == STORE_LOCKED ? EXIT_LOCKED : EXIT_INTERNAL;
}

int command_print(struct bytes text)
{
	if ((text.n > 0 && fwrite(text.p, 1, text.n, stdout) != text.n) || fflush(stdout) != 0) {
		fprintf(stderr, "teewatch: standard output cannot be written: %s\n", strerror(errno));
		return EXIT_INTERNAL;
	}
	return EXIT_DONE;
}
