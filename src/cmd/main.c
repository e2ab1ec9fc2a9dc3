/* Global options, and the way to the sub-command. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "cmd/command.h"
#include "proc/pool.h"

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

static void catch_signals(void)
{
	struct sigaction a = {.sa_handler = on_signal};
	sigemptyset(&a.sa_mask);
	sigaction(SIGINT, &a, NULL);
	sigaction(SIGTERM, &a, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error of the write, as a full disk is */
}

static int print_usage(FILE *to)
{
	fputs("usage: teewatch [-c FILE] [-s DIR] [-v | -q] COMMAND [OPTION]...\n\n", to);
	for (size_t i = 0; i < command_count; i++)
		fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].help);
	fputs("\n  -c FILE    configuration (/etc/teewatch.conf where it exists)\n"
	      "  -s DIR     state directory\n"
	      "  -v, -q     say more, say nothing\n"
	      "  --help, --version\n\n"
	      "`teewatch COMMAND --help` shows the options of a command; teewatch(1) says all.\n", to);
	return to == stdout ? EXIT_DONE : EXIT_USAGE;
}

/* $STATE_DIRECTORY, else /var/lib/teewatch for root, else $XDG_STATE_HOME/teewatch or
 * ~/.local/state/teewatch. */
static const char *default_state_directory(struct buffer *b)
{
	const char *state = getenv("STATE_DIRECTORY"), *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	if (state && state[0] == '/')
		buffer_put_text(b, state);
	else if (geteuid() == 0)
		buffer_put_text(b, "/var/lib/teewatch");
	else if (xdg && xdg[0] == '/')
		buffer_printf(b, "%s/teewatch", xdg);
	else
		buffer_printf(b, "%s/.local/state/teewatch", home ? home : ".");
	return buffer_text(b);
}

/* Options before the command; returns the index of the command, 0 when `status` ends it. */
static int read_globals(int argc, char **argv, struct command_context *context, int *status)
{
	int at = 1;
	for (; at < argc && argv[at][0] == '-'; at++) {
		const char *arg = argv[at];
		if (strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0) {
			*status = print_usage(stdout);
			return 0;
		}
		if (strcmp(arg, "--version") == 0) {
			printf("teewatch %s\n", PACKAGE_VERSION);
			*status = EXIT_DONE;
			return 0;
		}
		if (strcmp(arg, "-v") == 0)
			context->verbosity = 1;
		else if (strcmp(arg, "-q") == 0)
			context->verbosity = -1;
		else if (strcmp(arg, "-c") == 0 && at + 1 < argc)
			context->config_path = argv[++at];
		else if (strcmp(arg, "-s") == 0 && at + 1 < argc)
			context->state_directory = argv[++at];
		else {
			fprintf(stderr, "teewatch: %s is no global option, or wants a value; see `teewatch --help`\n", arg);
			*status = EXIT_USAGE;
			return 0;
		}
	}
	if (at >= argc)
		*status = print_usage(stderr);
	return at < argc ? at : 0;
}

int main(int argc, char **argv)
{
	/* What the pool starts: this program, with its socket and shared memory at fixed descriptors. */
	if (argc == 3 && (strcmp(argv[1], "worker") == 0 || strcmp(argv[1], "fetch") == 0))
		return pool_child_main(argv[1], argv[2]);

	struct command_context context = {.program = argv[0], .stop = &stop};
	struct buffer directory;
	int status = EXIT_USAGE;
	buffer_init(&directory, 8192);
	int at = read_globals(argc, argv, &context, &status);
	if (at > 0) {
		if (!context.state_directory)
			context.state_directory = default_state_directory(&directory);
		catch_signals();
		size_t i = 0;
		while (i < command_count && strcmp(commands[i].name, argv[at]) != 0)
			i++;
		if (i < command_count)
			status = commands[i].run(&context, argc - at, argv + at);
		else
			fprintf(stderr, "teewatch: there is no command \"%s\"; see `teewatch --help`\n", argv[at]);
	}
	buffer_release(&directory);
	return status;
}
