/*
 * A first look at the text of a configuration file, before libconfuse reads it: libconfuse takes a file
 * that is cut in a section, string or comment as if it were whole, skips bytes that it does not know,
 * puts environment variables into strings and lets a second assignment replace the first one in
 * silence. All that is refused here, with its line. Also notes on which line each section begins.
 */
#ifndef TEEWATCH_CMD_CONFIG_TEXT_H
#define TEEWATCH_CMD_CONFIG_TEXT_H

#include "base/arena.h"
#include "base/bytes.h"

struct config_lines {
	unsigned *v;
	size_t n, capacity;
};

/* Lines on which the sections of each kind begin, in the order of the file. */
struct config_outline {
	struct config_lines log, watch, host, alert;
};

/* NULL where the text is good; else what is wrong (in the arena or static), and *line. The outline must be
 * zeroed, and be released in either case. */
const char *config_text_check(struct bytes text, struct config_outline *out, struct arena *a, unsigned *line);

void config_outline_release(struct config_outline *o);

#endif
