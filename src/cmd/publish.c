/* teewatch publish: write the researchers' copy of the history to a file. */
#include <stdio.h>

#include "cmd/command.h"

int publish_command(const struct command_context *context, int argc, char **argv)
{
	struct command_walk w = command_walk("publish", argc, argv);
	const char *value, *name, *file = NULL;
	struct store *store;
	while ((name = command_next(&w, &value))) {
		if (file)
			return command_usage("publish", "\"%s\" is one word too many", value);
		file = value;
	}
	if (w.failed)
		return EXIT_USAGE;
	if (!file)
		return command_usage("publish", "it wants a FILE");
	int status = command_store(context, STORE_WRITE, &store);
	if (status != EXIT_DONE)
		return status;
	if (store_publish(store, file) < 0) {
		fprintf(stderr, "teewatch: %s\n", store_message(store));
		status = EXIT_INTERNAL;
	}
	store_close(store);
	return status;
}
