/*
 * Memory of one task: allocated in passing, given back all at once. An arena has a
 * maximum from birth; past it arena_alloc returns NULL, which a parser turns into
 * FAULT_LIMIT.
 */
#ifndef TEEWATCH_BASE_ARENA_H
#define TEEWATCH_BASE_ARENA_H

#include "base/bytes.h"

struct arena_block;

struct arena {
	struct arena_block *blocks; /* newest first */
	size_t used, max;           /* bytes handed out, and the most there may be */
};

void arena_init(struct arena *a, size_t max);
void arena_reset(struct arena *a);   /* forget everything, keep one block for reuse */
void arena_release(struct arena *a); /* give all memory back */

/* n zero bytes, aligned for any type; NULL past the maximum. */
void *arena_alloc(struct arena *a, size_t n);
void *arena_array(struct arena *a, size_t count, size_t size);

/* A copy of b, and of b with a NUL behind it. Empty view or NULL past the maximum. */
struct bytes arena_bytes(struct arena *a, struct bytes b);
char *arena_text(struct arena *a, struct bytes b);

/* printf into the arena; NULL past the maximum. */
char *arena_format(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
