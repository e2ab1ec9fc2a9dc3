/* EXPR: what parses, what does not, and what holds against a verdict. */
#include "test.h"

#include "policy/policy.h"

static struct arena arena;

static void start(void)
{
	arena_init(&arena, LIMIT_ARENA_BYTES);
}

static struct verdict *make_verdict(void)
{
	static struct verdict v;
	static const uint8_t mrtd[4] = {0xab, 0xcd, 0x00, 0xff}, svn[3] = {3, 0, 7};
	verdict_init(&v, &arena, EVIDENCE_TDX, 1000);
	verdict_hex(&v.measurements, "mrtd", bytes_of(mrtd, sizeof(mrtd)));
	verdict_hex(&v.fields, "tee_tcb_svn", bytes_of(svn, sizeof(svn)));
	v.report_data = bytes_of(svn, sizeof(svn));
	verdict_number(&v.fields, "isvsvn", 12);
	verdict_boolean(&v.fields, "smt", true);
	verdict_text(&v.tcb, "status", "UpToDate");
	v.tcb.v[v.tcb.n++] =
	        (struct verdict_value){"advisories", VALUE_LIST, {(const uint8_t *)"INTEL-SA-1\0INTEL-SA-2", 21}, 0};
	verdict_claim(&v, "tee_attested", CLAIM_ASSERTED, SOURCE_HARDWARE_PROVEN, "all of it verified");
	verdict_claim(&v, "tcb_up_to_date", CLAIM_UNKNOWN, SOURCE_NONE, "no TCB info");
	return &v;
}

TEST(good_expressions)
{
	static const struct {
		const char *text, *name;
		enum expect_operator op;
		size_t count;
		const char *last;
	} rows[] = {
		{"mrtd=00ff", "mrtd", EXPECT_EQUAL, 1, "00ff"},
		{"mrtd=00ff,AA,cc", "mrtd", EXPECT_EQUAL, 3, "cc"},
		{"mrtd^=00f", "mrtd", EXPECT_PREFIX, 1, "00f"},
		{"isvsvn>=12", "isvsvn", EXPECT_AT_LEAST, 1, "12"},
		{"tee_tcb_svn>=0300", "tee_tcb_svn", EXPECT_AT_LEAST, 1, "0300"},
		{"claim.tee_attested=asserted", "claim.tee_attested", EXPECT_EQUAL, 1, "asserted"},
		{"claim.tcb_up_to_date=asserted,unknown", "claim.tcb_up_to_date", EXPECT_EQUAL, 2, "unknown"},
		{"claim.tee_attested.source=hardware_proven", "claim.tee_attested.source", EXPECT_EQUAL, 1,
		 "hardware_proven"},
		{"ref=refs/tags/v1=2", "ref", EXPECT_EQUAL, 1, "refs/tags/v1=2"},
		{"repository^=github.com/a b", "repository", EXPECT_PREFIX, 1, "github.com/a b"},
		{"repository=\xc3\xa9", "repository", EXPECT_EQUAL, 1, "\xc3\xa9"},
	};
	start();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct expectation e;
		struct buffer b;
		struct fault fault = expectation_parse(rows[i].text, &arena, &e);
		CHECK_THAT(!fault_is_set(fault), "%s: %s", rows[i].text, fault.field);
		CHECK_TEXT(e.name, rows[i].name);
		CHECK(e.op == rows[i].op);
		CHECK_U64(e.count, rows[i].count);
		if (e.count > 0)
			CHECK_TEXT(e.values[e.count - 1], rows[i].last);
		buffer_init(&b, 1000);
		expectation_put(&e, &b);
		CHECK_TEXT(buffer_text(&b), rows[i].text);
		buffer_release(&b);
	}
	arena_release(&arena);
}

TEST(bad_expressions)
{
	static const struct {
		const char *text;
		enum fault_code code;
		size_t offset;
	} rows[] = {
		{"", FAULT_SYNTAX, 0},
		{"=x", FAULT_SYNTAX, 0},
		{" mrtd=00", FAULT_SYNTAX, 0},
		{"mrtd", FAULT_SYNTAX, 4},
		{"mrtd ", FAULT_SYNTAX, 4},
		{"mrtd =00", FAULT_SYNTAX, 4},
		{"mrtd<=00", FAULT_SYNTAX, 4},
		{"mrtd!=00", FAULT_SYNTAX, 4},
		{"mrtd>00", FAULT_SYNTAX, 4},
		{"mrtd^00", FAULT_SYNTAX, 4},
		{"mr\xc3\xa9=00", FAULT_SYNTAX, 2},
		{"mrtd=", FAULT_SYNTAX, 5},
		{"mrtd= 00", FAULT_SYNTAX, 5},
		{"mrtd=00 ", FAULT_SYNTAX, 5},
		{"mrtd=00,", FAULT_SYNTAX, 8},
		{"mrtd=,00", FAULT_SYNTAX, 5},
		{"mrtd=00,,11", FAULT_SYNTAX, 8},
		{"mrtd^=00,11", FAULT_SYNTAX, 6},
		{"mrtd>=00,11", FAULT_SYNTAX, 6},
		{"mrtd>=", FAULT_SYNTAX, 6},
		{"isvsvn>=xyz", FAULT_VALUE, 8},
		{"isvsvn>=-1", FAULT_VALUE, 8},
		{"isvsvn>=abc", FAULT_VALUE, 8},
		{"ref=a\nb", FAULT_VALUE, 5},
		{"ref=a\x1b[2J", FAULT_VALUE, 5},
		{"ref=\x7f", FAULT_VALUE, 4},
		{"ref=\xff\xfe", FAULT_ENCODING, 4},
		{"claim.=asserted", FAULT_VALUE, 0},
		{"claim.tee_attestedd=asserted", FAULT_VALUE, 0},
		{"claim.tee_attested.origin=x", FAULT_VALUE, 0},
		{"claim.tee_attested=yes", FAULT_VALUE, 19},
		{"claim.tee_attested=Asserted", FAULT_VALUE, 19},
		{"claim.tee_attested=asserted,no", FAULT_VALUE, 19},
		{"claim.tee_attested^=assert", FAULT_SYNTAX, 20},
		{"claim.tee_attested.source=asserted", FAULT_VALUE, 26},
	};
	start();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct expectation e;
		struct fault fault = expectation_parse(rows[i].text, &arena, &e);
		CHECK_THAT(fault.code == rows[i].code, "%s: %s", rows[i].text, fault_code_name(fault.code));
		CHECK_THAT(fault.offset == rows[i].offset, "%s: at %zu", rows[i].text, fault.offset);
		CHECK(fault.field != NULL);
	}
	arena_release(&arena);
}

/* Whatever the bytes: no crash, and what parses says the same when it is written again. */
static void check_hostile(const char *text)
{
	struct expectation e;
	struct buffer b;
	struct fault fault = expectation_parse(text, &arena, &e);
	if (fault_is_set(fault)) {
		CHECK(fault.field != NULL && fault.offset <= strlen(text));
		return;
	}
	buffer_init(&b, 100000);
	expectation_put(&e, &b);
	CHECK_TEXT(buffer_text(&b), text);
	buffer_release(&b);
}

TEST(hostile_expressions)
{
	static const char good[] = "claim.tee_attested.source=hardware_proven,verifier_derived";
	static const char letters[] = "=^>,.cClaim09af \x01\xff";
	uint64_t seed = 7;
	char text[256];
	for (size_t i = 0; i < sizeof(good) - 1; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			start();
			memcpy(text, good, sizeof(good));
			text[i] = (char)(text[i] ^ (1 << bit));
			check_hostile(text);
			text[i] = '\0';
			check_hostile(text);
			arena_release(&arena);
		}
	}
	for (unsigned round = 0; round < 20000; round++) {
		start();
		size_t n = test_random(&seed) % 24;
		for (size_t i = 0; i < n; i++)
			text[i] = letters[test_random(&seed) % (sizeof(letters) - 1)];
		text[n] = '\0';
		check_hostile(text);
		arena_release(&arena);
	}
}

TEST(long_expressions_are_refused)
{
	static char text[LIMIT_EXPRESSION_BYTES + 3];
	struct expectation e;
	start();
	memset(text, 'a', sizeof(text) - 1);
	CHECK(expectation_parse(text, &arena, &e).code == FAULT_LIMIT);
	text[LIMIT_EXPRESSION_BYTES] = '\0';
	CHECK(expectation_parse(text, &arena, &e).code == FAULT_LIMIT); /* the name */
	text[4] = '=';
	CHECK(expectation_parse(text, &arena, &e).code == FAULT_NONE);
	for (size_t i = 6; i < LIMIT_EXPRESSION_BYTES - 1; i += 2)
		text[i] = ',';
	CHECK(expectation_parse(text, &arena, &e).code == FAULT_LIMIT); /* the values */
	arena_release(&arena);
	arena_init(&arena, 8);
	CHECK(expectation_parse("measurement=00", &arena, &e).code == FAULT_LIMIT);
	arena_release(&arena);
}

static const struct {
	const char *text;
	enum check_result result;
	const char *detail; /* part of it */
} outcomes[] = {
	{"mrtd=abcd00ff", CHECK_PASS, ""},
	{"mrtd=ABCD00FF", CHECK_PASS, ""},
	{"mrtd=00,abcd00ff", CHECK_PASS, ""},
	{"mrtd=abcd00fe", CHECK_FAIL, "found abcd00ff"},
	{"mrtd=abcd00", CHECK_FAIL, "found abcd00ff"},
	{"mrtd=abcd00ff00", CHECK_FAIL, "found"},
	{"mrtd=nonsense", CHECK_FAIL, "found"},
	{"mrtd^=abc", CHECK_PASS, ""},
	{"mrtd^=abcd00ff", CHECK_PASS, ""},
	{"mrtd^=abcd00ff0", CHECK_FAIL, "found"},
	{"mrtd^=bc", CHECK_FAIL, "found"},
	{"tee_tcb_svn>=030007", CHECK_PASS, ""},
	{"tee_tcb_svn>=020006", CHECK_PASS, ""},
	{"tee_tcb_svn>=030008", CHECK_FAIL, "found 030007"},
	{"tee_tcb_svn>=020100", CHECK_FAIL, "found 030007"}, /* no component makes up for another */
	{"tee_tcb_svn>=0300", CHECK_NOT_CHECKED, "hex digits"},
	{"tee_tcb_svn>=3", CHECK_NOT_CHECKED, "hex digits"},
	{"isvsvn>=12", CHECK_PASS, ""},
	{"isvsvn>=0", CHECK_PASS, ""},
	{"isvsvn>=13", CHECK_FAIL, "found 12"},
	{"isvsvn>=18446744073709551615", CHECK_FAIL, "found 12"},
	{"isvsvn=12", CHECK_PASS, ""},
	{"isvsvn=1,12", CHECK_PASS, ""},
	{"isvsvn=1,2", CHECK_FAIL, "found 12"},
	{"isvsvn=0c", CHECK_NOT_CHECKED, "decimal"},
	{"isvsvn=0c,12", CHECK_PASS, ""},
	{"isvsvn^=1", CHECK_NOT_CHECKED, "prefix"},
	{"smt=true", CHECK_PASS, ""},
	{"smt=false", CHECK_FAIL, "found true"},
	{"smt=1", CHECK_NOT_CHECKED, "truth"},
	{"status=UpToDate", CHECK_PASS, ""},
	{"status=uptodate", CHECK_FAIL, "found UpToDate"},
	{"status^=Up", CHECK_PASS, ""},
	{"status=OutOfDate,UpToDate", CHECK_PASS, ""},
	{"status>=00", CHECK_NOT_CHECKED, "order"},
	{"advisories=INTEL-SA-2", CHECK_PASS, ""},
	{"advisories=INTEL-SA-3", CHECK_FAIL, "found INTEL-SA-1, INTEL-SA-2"},
	{"advisories^=INTEL", CHECK_PASS, ""},
	{"advisories=INTEL-SA-", CHECK_FAIL, "found"},
	{"report_data^=0300", CHECK_PASS, ""},
	{"report_data=030008", CHECK_FAIL, "found 030007"},
	{"pcr0=00", CHECK_NOT_CHECKED, "no value of that name"},
	{"claim.tee_attested=asserted", CHECK_PASS, ""},
	{"claim.tee_attested=refuted", CHECK_FAIL, "found asserted"},
	{"claim.tee_attested.source=hardware_proven", CHECK_PASS, ""},
	{"claim.tee_attested.source=operator_asserted", CHECK_FAIL, "found hardware_proven"},
	{"claim.tcb_up_to_date=asserted", CHECK_FAIL, "found unknown; no TCB info"},
	{"claim.tcb_up_to_date=asserted,unknown", CHECK_PASS, ""},
	{"claim.gpu_attested=asserted", CHECK_FAIL, "found unknown"},
	{"claim.gpu_attested.source=hardware_proven", CHECK_FAIL, "found none"},
};

TEST(expectations_hold_or_not)
{
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
		start();
		struct verdict *v = make_verdict();
		struct expectation e;
		size_t before = v->check_count;
		CHECK(!fault_is_set(expectation_parse(outcomes[i].text, &arena, &e)));
		expectation_apply(&e, v);
		CHECK_U64(v->check_count, before + 1);
		const struct verdict_check *c = &v->checks[before];
		CHECK_THAT(c->result == outcomes[i].result, "%s: %s %s", outcomes[i].text, check_result_name(c->result),
		           c->detail);
		CHECK_THAT(strstr(c->detail, outcomes[i].detail), "%s: %s", outcomes[i].text, c->detail);
		CHECK_THAT(c->result != CHECK_PASS || *c->detail == '\0', "%s: %s", outcomes[i].text, c->detail);
		CHECK(strncmp(c->id, "expect.", 7) == 0);
		CHECK_TEXT(c->id + 7, e.name);
		CHECK(c->binding);
		arena_release(&arena);
	}
}

static void apply(struct verdict *v, const char *text)
{
	struct expectation e;
	CHECK(!fault_is_set(expectation_parse(text, &arena, &e)));
	expectation_apply(&e, v);
}

TEST(one_name_one_check)
{
	start();
	struct verdict *v = make_verdict();
	size_t before = v->check_count;
	apply(v, "mrtd^=ab");
	apply(v, "mrtd=00");
	apply(v, "mrtd^=abcd");
	CHECK_U64(v->check_count, before + 1);
	CHECK(v->checks[before].result == CHECK_FAIL);
	CHECK(strstr(v->checks[before].detail, "expected mrtd=00"));
	apply(v, "mrtd=11");
	CHECK(strstr(v->checks[before].detail, "mrtd=00") && strstr(v->checks[before].detail, "mrtd=11"));
	apply(v, "isvsvn>=1");
	apply(v, "isvsvn^=1");
	apply(v, "isvsvn>=2");
	CHECK(v->checks[before + 1].result == CHECK_NOT_CHECKED);
	arena_release(&arena);
}

TEST(the_result_follows)
{
	start();
	struct verdict *v = make_verdict();
	apply(v, "pcr0=00");
	verdict_conclude(v);
	CHECK(v->result == VERDICT_INCOMPLETE);
	apply(v, "mrtd=00");
	verdict_conclude(v);
	CHECK(v->result == VERDICT_FAILED);
	CHECK_TEXT(verdict_first_failed(v)->id, "expect.mrtd");
	arena_release(&arena);
}

/* A check for which there is no room must not leave the verdict as good as it was. */
TEST(no_room_is_no_pass)
{
	start();
	struct verdict *v = make_verdict();
	while (v->check_count < LIMIT_VERDICT_CHECKS)
		v->checks[v->check_count++] = (struct verdict_check){"x.y", CHECK_PASS, "", false};
	apply(v, "mrtd=00");
	CHECK_U64(v->check_count, LIMIT_VERDICT_CHECKS);
	CHECK(v->fault.code == FAULT_LIMIT);
	verdict_conclude(v);
	CHECK(v->result != VERDICT_VERIFIED);
	arena_release(&arena);
}

/* Evidence is the work of strangers: what details show of it is escaped. */
TEST(details_are_escaped)
{
	start();
	struct verdict *v = make_verdict();
	verdict_text(&v->fields, "repository", "a\x1b[31m\n\xff");
	apply(v, "repository=github.com/o/r");
	const char *detail = v->checks[v->check_count - 1].detail;
	CHECK(strstr(detail, "a\\x1b[31m\\x0a\\xff"));
	for (const char *s = detail; *s; s++)
		CHECK((unsigned char)*s >= 0x20 && (unsigned char)*s < 0x7f);
	arena_release(&arena);
}
