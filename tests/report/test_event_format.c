/* Events in each form: read back, and held against files that people have looked at. */
#include "test.h"

#include "report/event_format.h"

#include "base/file.h"

static const struct sha256 hash_a = {{0xaa, 1}}, hash_b = {{0xbb, 2}}, hash_c = {{0xcc, 3}};
static const char *const names[] = {"a.demo.example", "\xc3\xa4.demo.example", "=cmd|' /C calc'!A0"};
static const struct event_source source = {"00000000-0000-4000-8000-000000000001", "9.9.9"};

static const struct event_certificate certificate = {
	.tbs_sha256 = &hash_b, .spki_sha256 = &hash_c, .domain = "demo.example", .issuer = "CN=Demo \"CA\", O=x", .serial = "0a0b",
	.names = names, .name_count = 3, .not_before_ms = 1769126400000, .not_after_ms = 1776902400000,
	.logged_at_ms = 1769126400123};
static const struct event_log place = {&hash_a, "log\\x0a \"one\"", true, 4000};
static const struct event_log log_only = {&hash_a, "log one", false, 0};
static const struct event_state was = {"new", "high", "as it was"}, is = {"ongoing", "critical", "=HYPERLINK(\"x\"), y\\x00"};
static const struct event_state gone = {"cleared", "low", ""};
static const struct event_evidence evidence[] = {{"snp", "demo", "tinfoil", "verified", &hash_a, ""},
                                                 {"nvgpu", "demo", "", "failed", NULL, "nonce"}};
static const struct event_run run = {18446744073709551615u, 2, 1, 4};
static const struct event_change change = {"state", "usable", "retired"};

/* One of each kind, with everything that it can have and with nothing that it need not. */
static const struct event events[] = {
	{.seq = 1, .type = "anomaly", .time_ms = 1769126400000, .run_id = 7, .severity = "critical", .rule = "evidence_invalid",
	 .uid = &hash_a, .state = "ongoing", .first_seen_ms = 1769000000000, .last_seen_ms = 1769126400001, .previous = &was,
	 .current = &is, .log = &place, .certificate = &certificate},
	{.seq = 2, .type = "anomaly", .time_ms = 1769126400000, .run_id = 0, .severity = "low", .rule = "log_stale", .uid = &hash_b,
	 .state = "cleared", .first_seen_ms = 1, .last_seen_ms = 2, .current = &gone},
	{.seq = 3, .type = "anomaly", .time_ms = 1769126400000, .run_id = 7, .severity = "high", .rule = "unexpected_key",
	 .uid = &hash_a, .state = "new", .first_seen_ms = 1769126400000, .last_seen_ms = 1769126400000, .current = &was,
	 .certificate = &certificate},
	{.seq = 4, .type = "anomaly", .time_ms = 1769126400000, .run_id = 0, .severity = "medium", .rule = "tcb_out_of_date",
	 .uid = &hash_a, .state = "acknowledged", .first_seen_ms = 1769126400000, .last_seen_ms = 1769126400000, .current = &was},
	{.seq = 5, .type = "certificate", .time_ms = 1769126400000, .run_id = 7, .uid = &hash_b, .certificate = &certificate,
	 .evidence = evidence, .evidence_count = 2},
	{.seq = 6, .type = "log", .time_ms = 1769126400000, .run_id = 7, .log = &log_only, .change = &change},
	{.seq = 2147483648u, .type = "run", .time_ms = 1769126400999, .run_id = 7, .run = &run},
};
enum { EVENTS = sizeof(events) / sizeof(events[0]) };

static void put_all(const struct event_format *f, struct buffer *out)
{
	buffer_put_text(out, f->head);
	for (size_t i = 0; i < EVENTS; i++) {
		f->put(&events[i], &source, out);
		buffer_put_u8(out, '\n');
	}
}

TEST(what_was_written_is_read_back)
{
	for (size_t i = 0; i < EVENTS; i++) {
		struct buffer once, twice;
		struct arena arena;
		struct event back;
		arena_init(&arena, 16 << 20);
		buffer_init(&once, 1 << 20);
		buffer_init(&twice, 1 << 20);
		event_put(&events[i], &once);
		struct fault f = event_read(buffer_bytes(&once), &arena, &back);
		CHECK_THAT(!fault_is_set(f), "event %zu: %s", i, f.field ? f.field : "");
		event_put(&back, &twice);
		CHECK_THAT(bytes_equal(buffer_bytes(&once), buffer_bytes(&twice)), "event %zu: %s", i, buffer_text(&twice));
		/* Cut anywhere, it is no event. */
		for (size_t n = 0; n < once.n; n++) {
			arena_reset(&arena);
			CHECK_THAT(fault_is_set(event_read(bytes_of(once.p, n), &arena, &back)), "event %zu cut at %zu", i, n);
		}
		buffer_release(&once);
		buffer_release(&twice);
		arena_release(&arena);
	}
}

/* With TEEWATCH_GOLDEN=write the files are written anew; look at what changed before it is committed. */
TEST(each_form_is_as_its_file_says)
{
	const char *top = getenv("top_srcdir"), *golden = getenv("TEEWATCH_GOLDEN");
	for (size_t i = 0; i < event_format_count; i++) {
		char path[1024];
		struct buffer got, want;
		buffer_init(&got, 4 << 20);
		buffer_init(&want, 4 << 20);
		snprintf(path, sizeof(path), "%s/tests/report/events/%s", top ? top : ".", event_formats[i].name);
		put_all(&event_formats[i], &got);
		if (golden && strcmp(golden, "write") == 0)
			CHECK(file_write(path, buffer_bytes(&got), 0644) == 0);
		CHECK_THAT(file_read(path, &want) == 0, "%s", path);
		CHECK_THAT(bytes_equal(buffer_bytes(&got), buffer_bytes(&want)), "%s:\n%s", path, buffer_text(&got));
		buffer_release(&got);
		buffer_release(&want);
	}
}

TEST(forms_are_found_by_name)
{
	CHECK(event_format_find("ocsf") && strcmp(event_format_find("ocsf")->name, "ocsf") == 0);
	CHECK(!event_format_find("") && !event_format_find("xml"));
}

