#include "proc/slots.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/limits.h"

enum { PROGRESS_BYTES = 4096, KEEP_BYTES = 4 << 20 }; /* a page of 1,000 entries: its memory is not given back and asked for each time */

static const size_t total_bytes = PROGRESS_BYTES + (size_t)SLOT_COUNT * LIMIT_BODY_BYTES;

_Static_assert(LIMIT_WORKERS * sizeof(uint64_t) <= PROGRESS_BYTES, "a progress word for each worker");
_Static_assert(SLOT_COUNT <= 32, "free slots are bits of a word");

int slots_attach(struct slots *s, int fd, bool writable)
{
	*s = (struct slots){.fd = fd, .writable = writable};
	/* The progress words are written by workers too, so the mapping is writable for all. The
	 * bodies' pages are made read-only in workers below. */
	void *p = mmap(NULL, total_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
	if (p == MAP_FAILED)
		return -errno;
	s->p = p;
	if (!writable && mprotect(s->p + PROGRESS_BYTES, total_bytes - PROGRESS_BYTES, PROT_READ) != 0)
		return -errno;
	return 0;
}

int slots_create(struct slots *s)
{
	int fd = memfd_create("teewatch-bodies", MFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (ftruncate(fd, (off_t)total_bytes) != 0) {
		int error = errno;
		close(fd);
		return -error;
	}
	int rc = slots_attach(s, fd, true);
	s->free = UINT32_MAX;
	return rc;
}

void slots_release(struct slots *s)
{
	if (s->p)
		munmap(s->p, total_bytes);
	if (s->fd >= 0)
		close(s->fd);
	*s = (struct slots){.fd = -1};
}

int slots_take(struct slots *s)
{
	if (s->free == 0)
		return -1;
	int slot = __builtin_ctz(s->free);
	s->free &= s->free - 1;
	return slot;
}

void slots_give(struct slots *s, int slot, size_t used)
{
	if (slot < 0 || slot >= SLOT_COUNT)
		return;
	if (used > KEEP_BYTES) {
		off_t start = (off_t)(PROGRESS_BYTES + (size_t)slot * LIMIT_BODY_BYTES + KEEP_BYTES);
		fallocate(s->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, start, LIMIT_BODY_BYTES - KEEP_BYTES);
	}
	s->free |= UINT32_C(1) << slot;
}

uint8_t *slots_body(struct slots *s, int slot)
{
	return s->p + PROGRESS_BYTES + (size_t)slot * LIMIT_BODY_BYTES;
}

struct bytes slots_view(const struct slots *s, uint32_t slot, size_t n)
{
	if (slot >= SLOT_COUNT || n > LIMIT_BODY_BYTES)
		return (struct bytes){NULL, 0};
	return bytes_of(s->p + PROGRESS_BYTES + (size_t)slot * LIMIT_BODY_BYTES, n);
}

static _Atomic uint64_t *progress_word(const struct slots *s, unsigned worker)
{
	return (_Atomic uint64_t *)(void *)s->p + worker % LIMIT_WORKERS;
}

void slots_progress_set(struct slots *s, unsigned worker, uint64_t ordinal)
{
	atomic_store_explicit(progress_word(s, worker), ordinal, memory_order_relaxed);
}

uint64_t slots_progress_get(const struct slots *s, unsigned worker)
{
	return atomic_load_explicit(progress_word(s, worker), memory_order_relaxed);
}
