/*
 * Bodies in shared memory: a memfd of fixed slots that the fetch process fills and the workers
 * read. They do not pass through the main process, which only hands out slot numbers. Beside the
 * slots lies one word per worker, in which it publishes the entry that it is at. Depends on base.
 */
#ifndef TEEWATCH_PROC_SLOTS_H
#define TEEWATCH_PROC_SLOTS_H

#include "base/bytes.h"

enum { SLOT_COUNT = 32 };

struct slots {
	int fd;
	uint8_t *p;
	bool writable;
	uint32_t free; /* bit per free slot; kept by the main process */
};

/* Make the shared memory. Negative errno on error. */
int slots_create(struct slots *s);
/* Map the shared memory that came as fd. */
int slots_attach(struct slots *s, int fd, bool writable);
void slots_release(struct slots *s);

/* A free slot's number, or -1; and give it back (large bodies' memory goes back to the system). */
int slots_take(struct slots *s);
void slots_give(struct slots *s, int slot, size_t used);

uint8_t *slots_body(struct slots *s, int slot);                         /* LIMIT_BODY_BYTES of room */
struct bytes slots_view(const struct slots *s, uint32_t slot, size_t n); /* empty where out of range */

/* The word of a worker: ordinal of the entry it is at, UINT64_MAX between tasks. */
void slots_progress_set(struct slots *s, unsigned worker, uint64_t ordinal);
uint64_t slots_progress_get(const struct slots *s, unsigned worker);

#endif
