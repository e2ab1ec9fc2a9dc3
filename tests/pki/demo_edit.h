/* What a test wants changed in a text that is made for it. */
#ifndef TEEWATCH_TESTS_PKI_DEMO_EDIT_H
#define TEEWATCH_TESTS_PKI_DEMO_EDIT_H

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"

/* Where from is not NULL, its first occurrence becomes to; that it does not occur ends the program. */
struct demo_edit {
	const char *from, *to;
};

static inline const char *demo_edit(const char *text, const struct demo_edit edits[2], struct arena *a)
{
	for (size_t i = 0; i < 2; i++) {
		const char *at = edits[i].from ? strstr(text, edits[i].from) : NULL;
		if (!edits[i].from)
			continue;
		if (!at) {
			fprintf(stderr, "there is no \"%s\" to replace\n", edits[i].from);
			exit(1);
		}
		text = arena_format(a, "%.*s%s%s", (int)(at - text), text, edits[i].to, at + strlen(edits[i].from));
	}
	return text;
}

#endif
