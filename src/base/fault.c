#include "base/fault.h"

#include <string.h>

static const char *const names[] = {
	[FAULT_NONE] = "none",
	[FAULT_TRUNCATED] = "truncated",
	[FAULT_TRAILING] = "trailing",
	[FAULT_LENGTH] = "length",
	[FAULT_TAG] = "tag",
	[FAULT_VALUE] = "value",
	[FAULT_ENCODING] = "encoding",
	[FAULT_DUPLICATE] = "duplicate",
	[FAULT_MISSING] = "missing",
	[FAULT_RESERVED] = "reserved",
	[FAULT_LIMIT] = "limit",
	[FAULT_MISMATCH] = "mismatch",
	[FAULT_UNSUPPORTED] = "unsupported",
	[FAULT_SYNTAX] = "syntax",
	[FAULT_UNRECOGNISED] = "unrecognised",
};

const char *fault_code_name(enum fault_code code)
{
	if ((size_t)code >= sizeof(names) / sizeof(names[0]))
		return "unknown";
	return names[code];
}

enum fault_code fault_code_of(const char *name)
{
	for (size_t i = 1; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return (enum fault_code)i;
	return FAULT_NONE;
}
