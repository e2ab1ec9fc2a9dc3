/* What logs promised: when it is due, when it is kept, and what a key of the issuer changes. */
#include "test.h"

#include "store/scene.h"

enum { MMD_MS = 60000 };

static void put_promise(const char *tbs, const char *log, int64_t timestamp_ms, enum promise_state state)
{
	struct store_promise p = {.tbs_sha256 = hash_of(tbs), .log_id = hash_of(log), .timestamp_ms = timestamp_ms,
	                          .sct = BYTES_LITERAL("sct"), .state = state};
	GOOD(store_promise_put(s, &p));
}

static int note_promise(void *context, const struct store_promise *p)
{
	static const char *const states[] = {"open", "denied", "kept", "broken", "void"};
	char text[64];
	const struct sha256 *key = context;
	if (key)
		CHECK(sha256_equal(&p->issuer_key_sha256, key));
	CHECK(bytes_equal_text(p->sct, "sct"));
	snprintf(text, sizeof(text), "%lld:%s%s", (long long)(p->timestamp_ms - T0), states[p->state],
	         p->complete ? ":complete" : "");
	return note(text);
}

static const char *due(void)
{
	GOOD(store_promise_each_due(s, note_promise, NULL));
	return take_seen();
}

static const char *all_of(const char *tbs)
{
	struct sha256 h = hash_of(tbs);
	GOOD(store_promise_each(s, &h, note_promise, NULL));
	return take_seen();
}

static void put_position(const char *log, int64_t audited_ms, int64_t complete_since_ms)
{
	struct sha256 id = hash_of(log);
	struct store_position p = position_row(100, 100);
	p.audited_timestamp_ms = audited_ms;
	p.complete_since_ms = complete_since_ms;
	GOOD(store_position_put(s, &id, &p));
}

TEST(due_after_the_maximum_merge_delay)
{
	start();
	put_log("one", 100, 100);
	put_log("two", 100, 100);
	put_certificate("c", "example.org");
	put_promise("c", "one", T0, PROMISE_STATE_OPEN);
	put_promise("c", "two", T0 + 5, PROMISE_STATE_OPEN);
	put_promise("c", "unknown", T0, PROMISE_STATE_OPEN);
	put_position("one", T0 + MMD_MS - 1, 0);
	put_position("two", T0 + MMD_MS - 1, 0);
	put_place("two", 7, "c", T0 + 9);
	CHECK_TEXT(due(), "");
	put_position("one", T0 + MMD_MS, T0);
	CHECK_TEXT(due(), "0:open");
	put_position("one", T0 + MMD_MS, T0 - 1);
	CHECK_TEXT(due(), "0:open:complete");
	/* An entry that could not be read may be the one. */
	struct store_unparseable u = {.log_id = hash_of("one"), .entry_index = 2, .fault = {FAULT_TAG, 4, "leaf"}};
	GOOD(store_unparseable_put(s, &u));
	CHECK_TEXT(due(), "0:open");
	finish();
}

TEST(not_due_while_no_place_is_audited)
{
	start();
	put_log("one", 100, 100);
	put_position("one", T0 + MMD_MS, 0);
	put_certificate("c", "example.org");
	put_promise("c", "one", T0, PROMISE_STATE_OPEN);
	put_place("one", 200, "c", T0 + 9);
	CHECK_TEXT(due(), "");
	finish();
}

TEST(kept_by_the_very_entry)
{
	start();
	put_log("one", 100, 100);
	put_position("one", T0 + MMD_MS, 0);
	put_certificate("c", "example.org");
	put_promise("c", "one", T0, PROMISE_STATE_OPEN);
	put_place("one", 10, "c", T0);     /* the final certificate (even index) */
	put_place("one", 11, "c", T0 + 1); /* a precertificate at another time */
	CHECK_TEXT(due(), "0:open:complete");
	put_place("one", 13, "c", T0);
	reopen();
	CHECK_TEXT(due(), "");
	CHECK_TEXT(all_of("c"), "0:kept:complete");
	put_promise("c", "one", T0, PROMISE_STATE_OPEN); /* seen again */
	CHECK_TEXT(all_of("c"), "0:kept:complete");
	finish();
}

TEST(issuers)
{
	start();
	put_log("one", 100, 100);
	put_position("one", T0 + MMD_MS, 0);
	put_certificate("c", "example.org");
	put_place("one", 10, "c", T0);
	put_promise("c", "one", T0, PROMISE_STATE_OPEN);
	struct sha256 tbs = hash_of("c"), none = {{0}}, guess = hash_of("guess"), key = hash_of("key"), der = hash_of("der");
	GOOD(store_issuer_put(s, &tbs, &none, &none, false));
	GOOD(store_promise_each(s, &tbs, note_promise, &none));
	GOOD(store_issuer_put(s, &tbs, &der, &guess, false));
	GOOD(store_promise_each(s, &tbs, note_promise, &guess));
	take_seen();
	put_promise("c", "one", T0, PROMISE_STATE_VOID);
	GOOD(store_issuer_put(s, &tbs, &der, &guess, false)); /* nothing new: it stays void */
	CHECK_TEXT(all_of("c"), "0:void:complete");
	GOOD(store_issuer_put(s, &tbs, &der, &key, true)); /* a leaf names another key: it may verify now */
	GOOD(store_promise_each(s, &tbs, note_promise, &key));
	CHECK_TEXT(take_seen(), "0:open:complete");
	GOOD(store_issuer_put(s, &tbs, &der, &guess, false)); /* what is proven stays */
	GOOD(store_promise_each(s, &tbs, note_promise, &key));
	take_seen();
	finish();
}

TEST(other_watches_end_completeness)
{
	start();
	put_log("one", 100, 100);
	put_position("one", T0 + MMD_MS, 0);
	put_certificate("c", "example.org");
	put_place("one", 10, "c", T0);
	put_promise("c", "one", T0, PROMISE_STATE_OPEN);
	struct store_tree_head h = {.log_id = hash_of("one"), .tree_size = 100, .timestamp_ms = T0 + MMD_MS, .root = hash_of("root"),
	                            .state = TREE_HEAD_VERIFIED};
	GOOD(store_tree_head_put(s, &h));
	GOOD(store_watching_put(s, "first"));
	CHECK_TEXT(due(), "0:open"); /* nobody knows what was looked at before */
	put_position("one", T0 + MMD_MS, 0);
	GOOD(store_watching_put(s, "first"));
	CHECK_TEXT(due(), "0:open:complete");
	GOOD(store_watching_put(s, "second"));
	reopen();
	CHECK_TEXT(due(), "0:open");
	finish();
}
