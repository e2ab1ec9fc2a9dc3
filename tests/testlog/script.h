/*
 * What the test log server is told to do: a file of one directive a line, read again whenever it is replaced.
 * Counts begin anew with each new file.
 *
 *   view TREE SIZE TIME        the head that is served, and the tree behind it, as of TIME (RFC 3339); several:
 *                              one front end after the other answers, request by request
 *   fault KIND [on WHAT] [first N | every N | chance PERCENT] [retry-after SECONDS] [rate BYTES]
 *                              a fault of the network. KIND: a status (429, 503, 404 ...), html, empty, noise, cut
 *                              (ends early), length (Content-Length is too small), reset, close (no answer), drip
 *                              (BYTES every 10 ms), short (half a page), gzip (says so and is none), lag (the
 *                              front end does not know the newest half of the entries asked for).
 *                              WHAT: heads, entries, proofs, all
 *   gone FIRST LAST [STATUS]   entries FIRST to LAST are not served: 404, or STATUS
 *   alter INDEX [first N]      that entry is served with one bit flipped
 *   lie wrong-root | bad-signature | foreign-key [first N]
 *   origin NAME                the checkpoint's
 *   pruned                     partial tiles are gone once the full one is there
 *   no-consistency, no-proofs  these calls, or the hash tiles, are not offered
 */
#ifndef TEEWATCH_TESTS_SCRIPT_H
#define TEEWATCH_TESTS_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

enum { SCRIPT_VIEWS = 4, SCRIPT_FAULTS = 8, SCRIPT_GONE = 4 };

enum script_subject { ON_HEADS = 1, ON_ENTRIES = 2, ON_PROOFS = 4, ON_OTHER = 8, ON_ALL = 15 };

struct script_view {
	char tree[32];
	uint64_t size;
	int64_t timestamp_ms;
};

struct script_fault {
	char kind[12];
	unsigned on, first, every, chance, rate;
	int retry_after;         /* seconds; -1: none */
	unsigned seen;           /* requests that it might have befallen */
};

struct script {
	struct script_view views[SCRIPT_VIEWS];
	unsigned view_count;
	struct script_fault faults[SCRIPT_FAULTS];
	unsigned fault_count;
	struct {
		uint64_t first, last;
		unsigned status;
	} gone[SCRIPT_GONE];
	unsigned gone_count;
	uint64_t altered;        /* UINT64_MAX: none */
	unsigned alter_left;
	bool wrong_root, bad_signature, foreign_key, pruned, no_consistency, no_proofs;
	unsigned lies_left;
	char origin[128];
	struct timespec changed;
	uint64_t inode;
};

/* An empty script. */
void script_init(struct script *s);

/* Read the file again if it was replaced; true when it was. Ends the program where it cannot be understood. */
bool script_refresh(struct script *s, const char *path);

/* A fault from its short form KIND:EVERY. */
void script_add_fault(struct script *s, const char *kind, unsigned every);

/* The fault that befalls the next request of this kind; NULL for none. */
const struct script_fault *script_fault_next(struct script *s, enum script_subject on);

/* The status in place of entries [from, to]; 0 where they are served. */
unsigned script_gone(const struct script *s, uint64_t from, uint64_t to);

#endif
