/* teewatch config: check the configuration, or print it with every key. */
#include <string.h>

#include "cmd/command.h"

int config_command(const struct command_context *context, int argc, char **argv)
{
	struct command_walk w = command_walk("config", argc, argv);
	const char *value, *name;
	struct config config;
	bool dump = false;
	while ((name = command_next(&w, &value))) {
		if (name[0] == 0)
			return command_usage("config", "\"%s\" is one word too many", value);
		dump |= strcmp(name, "--dump") == 0;
	}
	int status = w.failed ? EXIT_USAGE : command_config(context, &config);
	if (status != EXIT_DONE)
		return status;
	if (dump) {
		struct buffer out;
		buffer_init(&out, 64 << 20);
		config_put(&config, &out);
		status = command_print(buffer_bytes(&out));
		buffer_release(&out);
	}
	config_release(&config);
	return status;
}
