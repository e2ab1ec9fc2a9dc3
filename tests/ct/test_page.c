/* Answers of get-entries. */
#include "test.h"

#include "base/base64.h"
#include "base/limits.h"
#include "ct/page.h"

struct seen {
	size_t n, stop_at;
	char leaf[8][32], extra[8][32];
};

static void copy(char out[32], struct bytes in)
{
	size_t n = in.n < 31 ? in.n : 31;
	if (n > 0)
		memcpy(out, in.p, n);
	out[n] = 0;
}

static bool note(void *context, size_t ordinal, struct bytes leaf_input, struct bytes extra_data_base64)
{
	struct seen *s = context;
	CHECK_U64(ordinal, s->n);
	if (s->n < 8) {
		copy(s->leaf[s->n], leaf_input);
		copy(s->extra[s->n], extra_data_base64);
	}
	return ++s->n != s->stop_at;
}

static struct seen seen;
static size_t counted;

static struct fault walk(struct bytes json, size_t max, size_t stop_at)
{
	struct ct_page_handler handler = {note, &seen};
	struct buffer scratch;
	buffer_init(&scratch, LIMIT_PAGE_BYTES);
	memset(&seen, 0, sizeof(seen));
	seen.stop_at = stop_at;
	struct fault f = ct_page_each(json, max, &scratch, &handler, &counted);
	CHECK_U64(counted, seen.n);
	buffer_release(&scratch);
	return f;
}

static enum fault_code code(const char *json)
{
	return walk(bytes_of_text(json), 4, 0).code;
}

#define ENTRY(LEAF, EXTRA) "{\"leaf_input\":\"" LEAF "\",\"extra_data\":\"" EXTRA "\"}"

TEST(pages)
{
	CHECK_U64(code("{\"entries\":[" ENTRY("YWJj", "eHl6") "]}"), FAULT_NONE);
	CHECK_U64(seen.n, 1);
	CHECK_TEXT(seen.leaf[0], "abc");
	CHECK_TEXT(seen.extra[0], "eHl6");

	/* any order of members, others beside them and inside, empty extra data, white space, escapes */
	CHECK_U64(code("{ \"before\":{\"entries\":[1,{\"leaf_input\":2}]},\"entries\" : [\n"
	               "{\"extra_data\":\"\",\"more\":[{\"leaf_input\":\"!\"}],\"leaf_input\":\"YWI=\"},"
	               "{\"extra_data\":\"\\u0065Hl\\/\",\"leaf_input\":\"YW\\u004aj\",\"leaf\":null},"
	               "{\"leaf_input\":\"Pz8\\/\",\"extra_data\":\"A\\/==\"}] , \"behind\":[[]]}"),
	          FAULT_NONE);
	CHECK_U64(seen.n, 3);
	CHECK_TEXT(seen.leaf[0], "ab");
	CHECK_TEXT(seen.extra[0], "");
	CHECK_TEXT(seen.leaf[1], "abc");
	CHECK_TEXT(seen.extra[1], "eHl/");
	CHECK_TEXT(seen.leaf[2], "???");
	CHECK_TEXT(seen.extra[2], "A/==");
}

TEST(pages_refused)
{
	CHECK_U64(code(""), FAULT_SYNTAX);
	CHECK_U64(code("<html>"), FAULT_SYNTAX);
	CHECK_U64(code("[]"), FAULT_TAG);
	CHECK_U64(code("\"entries\""), FAULT_TAG);
	CHECK_U64(code("{}"), FAULT_MISSING);
	CHECK_U64(code("{\"error_message\":\"need tree size\"}"), FAULT_MISSING);
	CHECK_U64(code("{\"entries\":[]}"), FAULT_LENGTH);
	CHECK_U64(code("{\"entries\":null}"), FAULT_TAG);
	CHECK_U64(code("{\"entries\":{}}"), FAULT_TAG);
	CHECK_U64(code("{\"entries\":[1]}"), FAULT_TAG);
	CHECK_U64(code("{\"entries\":[[]]}"), FAULT_TAG);
	CHECK_U64(code("{\"entries\":[{}]}"), FAULT_MISSING);
	CHECK_U64(code("{\"entries\":[{\"leaf_input\":\"YWJj\"}]}"), FAULT_MISSING);
	CHECK_U64(code("{\"entries\":[{\"extra_data\":\"YWJj\"}]}"), FAULT_MISSING);
	CHECK_U64(code("{\"entries\":[{\"leaf_input\":1,\"extra_data\":\"\"}]}"), FAULT_TAG);
	CHECK_U64(code("{\"entries\":[{\"leaf_input\":\"\",\"extra_data\":null}]}"), FAULT_TAG);
	CHECK_U64(code("{\"entries\":[{\"leaf_input\":\"\",\"extra_data\":[\"\"]}]}"), FAULT_TAG);
	CHECK_U64(code("{\"entries\":[{\"leaf_input\":\"\",\"leaf_input\":\"\",\"extra_data\":\"\"}]}"),
	          FAULT_DUPLICATE);
	CHECK_U64(code("{\"entries\":[{\"leaf_input\":\"\",\"extra_data\":\"\",\"extra_data\":\"\"}]}"),
	          FAULT_DUPLICATE);
	CHECK_U64(code("{\"entries\":[" ENTRY("YWJj", "") "],\"entries\":[" ENTRY("YWJj", "") "]}"), FAULT_DUPLICATE);
	CHECK_U64(code("{\"entries\":[" ENTRY("YWJ", "") "]}"), FAULT_ENCODING);
	CHECK_U64(code("{\"entries\":[" ENTRY("YWJj ", "") "]}"), FAULT_ENCODING);
	CHECK_U64(code("{\"entries\":[" ENTRY("YW_j", "") "]}"), FAULT_ENCODING);
	CHECK_U64(code("{\"entries\":[" ENTRY("YWJj", "") "]} {}"), FAULT_SYNTAX);
	CHECK_U64(code("{\"entries\":[" ENTRY("YWJj", "") "]"), FAULT_SYNTAX);
	CHECK_U64(seen.n, 1);
}

TEST(more_than_asked)
{
	struct bytes page =
	        BYTES_LITERAL("{\"entries\":[" ENTRY("YWJj", "") "," ENTRY("YWJj", "") "," ENTRY("YWJj", "") "]}");
	CHECK_U64(walk(page, 3, 0).code, FAULT_NONE);
	CHECK_U64(seen.n, 3);
	struct fault f = walk(page, 2, 0);
	CHECK(f.code == FAULT_LIMIT && f.offset > 0);
	CHECK_TEXT(f.field, "entries");
	CHECK_U64(walk(page, 0, 0).code, FAULT_LIMIT);
	CHECK_U64(walk(page, 3, 2).code, FAULT_NONE); /* the handler had enough */
	CHECK_U64(seen.n, 2);
}

TEST(scratch_is_bounded)
{
	struct ct_page_handler handler = {note, &seen};
	struct buffer scratch;
	size_t n;
	memset(&seen, 0, sizeof(seen));
	buffer_init(&scratch, 16);
	struct bytes page = BYTES_LITERAL("{\"entries\":[" ENTRY("YWJjYWJjYWJjYWJjYWJjYWJj", "") "]}");
	CHECK_U64(ct_page_each(page, 1, &scratch, &handler, &n).code, FAULT_LIMIT);
	page = BYTES_LITERAL("{\"entries\":[" ENTRY("YWJj", "\\/AAAAAAAAAAAAAAAAAAAAAAAAAAA") "]}");
	CHECK_U64(ct_page_each(page, 1, &scratch, &handler, &n).code, FAULT_LIMIT);
	page = BYTES_LITERAL("{\"entries\":[" ENTRY("YWJj", "YWJj") "]}");
	CHECK_U64(ct_page_each(page, 1, &scratch, &handler, &n).code, FAULT_NONE); /* and usable after that */
	buffer_release(&scratch);
}

/* A page cut anywhere is refused; a flipped bit is refused, or changes what is read, or stands where
 * nothing is read. */
TEST(pages_cut_and_flipped)
{
	char page[] = "{\"entries\":[{\"leaf_input\":\"YWJj\",\"extra_data\":\"eHl6\"},{\"extra_data\":\"\\/"
	              "\",\"leaf_input\":\"ZGVm\"}]}";
	size_t n = strlen(page);
	for (size_t i = 0; i < n; i++)
		CHECK_THAT(fault_is_set(walk(bytes_of(page, i), 4, 0)), "cut to %zu", i);
	for (size_t i = 0; i < n * 8; i++) {
		page[i / 8] = (char)(page[i / 8] ^ (1 << i % 8));
		struct fault f = walk(bytes_of(page, n), 4, 0);
		bool same = seen.n == 2 && strcmp(seen.leaf[0], "abc") == 0 && strcmp(seen.leaf[1], "def") == 0 &&
		            strcmp(seen.extra[0], "eHl6") == 0 && strcmp(seen.extra[1], "/") == 0;
		CHECK_THAT(fault_is_set(f) || !same, "bit %zu", i);
		page[i / 8] = (char)(page[i / 8] ^ (1 << i % 8));
	}
}
