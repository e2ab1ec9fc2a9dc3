#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"

enum { FIRST_BLOCK_BYTES = 4 << 10, BLOCK_BYTES = 64 << 10 }; /* many arenas hold one URL, or the answer for one page */

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	alignas(max_align_t) uint8_t data[];
};

void arena_init(struct arena *a, size_t max)
{
	*a = (struct arena){NULL, 0, max};
}

static void free_blocks(struct arena_block *b)
{
	while (b) {
		struct arena_block *next = b->next;
		free(b);
		b = next;
	}
}

void arena_reset(struct arena *a)
{
	struct arena_block *keep = a->blocks;
	if (keep) {
		free_blocks(keep->next);
		keep->next = NULL;
		if (keep->size > BLOCK_BYTES) { /* one big task must not pin its memory for good */
			free(keep);
			keep = NULL;
		} else {
			keep->used = 0;
		}
	}
	a->blocks = keep;
	a->used = 0;
}

void arena_release(struct arena *a)
{
	free_blocks(a->blocks);
	a->blocks = NULL;
	a->used = 0;
}

void *arena_alloc(struct arena *a, size_t n)
{
	const size_t align = alignof(max_align_t);
	if (n > a->max || a->used > a->max - n)
		return NULL;
	size_t want = (n + align - 1) / align * align;
	if (want == 0)
		want = align;
	struct arena_block *b = a->blocks;
	if (!b || b->size - b->used < want) {
		size_t least = b ? BLOCK_BYTES : FIRST_BLOCK_BYTES, size = want > least ? want : least;
		b = memory_alloc(sizeof(*b) + size);
		b->size = size;
		b->next = a->blocks;
		a->blocks = b;
	}
	void *p = b->data + b->used;
	b->used += want;
	a->used += n;
	memset(p, 0, n);
	return p;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / size)
		return NULL;
	return arena_alloc(a, count * size);
}

struct bytes arena_bytes(struct arena *a, struct bytes b)
{
	uint8_t *p = arena_alloc(a, b.n);
	if (!p)
		return (struct bytes){NULL, 0};
	if (b.n > 0)
		memcpy(p, b.p, b.n);
	return (struct bytes){p, b.n};
}

char *arena_text(struct arena *a, struct bytes b)
{
	if (b.n == SIZE_MAX)
		return NULL;
	char *p = arena_alloc(a, b.n + 1);
	if (p && b.n > 0)
		memcpy(p, b.p, b.n);
	return p;
}

char *arena_format(struct arena *a, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0)
		return NULL;
	char *p = arena_alloc(a, (size_t)n + 1);
	if (!p)
		return NULL;
	va_start(args, format);
	vsnprintf(p, (size_t)n + 1, format, args);
	va_end(args);
	return p;
}
