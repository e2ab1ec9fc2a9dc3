/*
 * A fault says what is wrong with an input, as a value: which rule it breaks, where
 * (offset in bytes from the start of that input) and in which field. Parsers return it;
 * FAULT_NONE means that the input is good. A fault is data: it becomes a row or a message.
 */
#ifndef TEEWATCH_BASE_FAULT_H
#define TEEWATCH_BASE_FAULT_H

#include <stdbool.h>
#include <stddef.h>

enum fault_code {
	FAULT_NONE = 0,
	FAULT_TRUNCATED,   /* ends before the field does */
	FAULT_TRAILING,    /* bytes after the end of the format */
	FAULT_LENGTH,      /* a length or count that the format does not allow */
	FAULT_TAG,         /* another type than the format has here */
	FAULT_VALUE,       /* a value that the format does not allow */
	FAULT_ENCODING,    /* not canonical: DER, base64, hex, UTF-8, number */
	FAULT_DUPLICATE,   /* a field that may stand once stands twice */
	FAULT_MISSING,     /* a required field is not there */
	FAULT_RESERVED,    /* reserved bits or bytes are set */
	FAULT_LIMIT,       /* above a maximum of limits.h */
	FAULT_MISMATCH,    /* two fields of the input contradict each other */
	FAULT_UNSUPPORTED, /* a known form in an unknown version, key or body type */
	FAULT_SYNTAX,      /* text that does not follow its grammar */
	FAULT_UNRECOGNISED /* none of the known forms */
};

struct fault {
	enum fault_code code;
	size_t offset;     /* bytes from the start of the input */
	const char *field; /* static string, or one that lives as long as the input's arena */
};

#define FAULT_OK ((struct fault){FAULT_NONE, 0, NULL})

static inline struct fault fault_at(enum fault_code code, size_t offset, const char *field)
{
	return (struct fault){code, offset, field};
}

static inline bool fault_is_set(struct fault f)
{
	return f.code != FAULT_NONE;
}

/* The stable name of a code ("truncated", "trailing", ...), as it stands in rows and JSON. */
const char *fault_code_name(enum fault_code code);

/* The code of such a name; FAULT_NONE where there is none. */
enum fault_code fault_code_of(const char *name);

#endif
