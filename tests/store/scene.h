/* A small history in a directory of its own, and rows for it. */
#ifndef TEEWATCH_TESTS_STORE_SCENE_H
#define TEEWATCH_TESTS_STORE_SCENE_H

#include "store/store.h"
#include "store/history.h"

__attribute__((unused)) static struct store *s;

__attribute__((unused)) static void start(void)
{
	directory_make();
	s = open_or_die(STORE_WRITE);
	GOOD(store_begin(s));
}

/* Commit, and look again with a fresh store, so that nothing comes from memory. */
__attribute__((unused)) static void reopen(void)
{
	GOOD(store_commit(s));
	store_close(s);
	s = open_or_die(STORE_WRITE);
	GOOD(store_begin(s));
}

__attribute__((unused)) static void finish(void)
{
	GOOD(store_commit(s));
	store_close(s);
	directory_drop();
}

__attribute__((unused)) static void put_log(const char *name, uint64_t audited, uint64_t scanned)
{
	struct store_log log = log_row(name);
	struct store_position p = position_row(audited, scanned);
	GOOD(store_log_put(s, &log));
	GOOD(store_position_put(s, &log.log_id, &p));
}

__attribute__((unused)) static void put_certificate(const char *text, const char *domain)
{
	struct store_certificate c = certificate_row(text, domain);
	GOOD(store_certificate_put(s, &c));
}

__attribute__((unused)) static void put_place(const char *log, uint64_t index, const char *text, int64_t timestamp_ms)
{
	struct store_place p = place_row(log, index, text, timestamp_ms);
	GOOD(store_place_put(s, &p));
}

/* Every text that callbacks see, in order. */
__attribute__((unused)) static char seen[4096];

__attribute__((unused)) static int note(const char *text)
{
	size_t n = strlen(seen);
	snprintf(seen + n, sizeof(seen) - n, "%s%s", n > 0 ? " " : "", text);
	return 0;
}

__attribute__((unused)) static const char *take_seen(void)
{
	static char copy[sizeof(seen)];
	memcpy(copy, seen, sizeof(seen));
	seen[0] = 0;
	return copy;
}

__attribute__((unused)) static int same_log(void *context, const struct store_log *got)
{
	const struct store_log *want = context;
	note(got->name);
	if (!want)
		return 0;
	CHECK(sha256_equal(&got->log_id, &want->log_id) && got->kind == want->kind);
	CHECK_TEXT(got->name, want->name);
	CHECK_TEXT(got->operator, want->operator);
	CHECK_TEXT(got->url, want->url);
	CHECK_TEXT(got->submission_url, want->submission_url);
	CHECK(bytes_equal(got->key, want->key) && got->mmd_s == want->mmd_s && got->listed == want->listed);
	CHECK_TEXT(got->state, want->state);
	CHECK(got->state_since_ms == want->state_since_ms && got->first_seen_ms == want->first_seen_ms);
	CHECK(got->last_success_ms == want->last_success_ms);
	return 7;
}

#endif
