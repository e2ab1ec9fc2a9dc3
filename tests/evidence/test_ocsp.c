/* OCSP responses of the tests' own about certificates of a demo device: who may sign, what they say, when. */
#include "test.h"

#include <openssl/obj_mac.h>

#include "base/base64.h"
#include "evidence/nvidia_chain.h"
#include "evidence/ocsp.h"
#include "pki/demo_nvidia.h"

#define AT_MS DEMO_NVIDIA_AT_MS
#define HOUR_MS INT64_C(3600000)
#define DAY_MS INT64_C(86400000)

static struct arena arena;
static struct collateral_set set;
static struct demo_device device;
static struct nvidia_chain chain;
static struct ocsp_finding found;

static void start(void)
{
	arena_init(&arena, LIMIT_ARENA_BYTES);
	collateral_set_init(&set, &arena);
	device = demo_hopper(1);
	CHECK(!fault_is_set(nvidia_chain_parse(demo_nvidia_chain(&device, &arena), &arena, &chain)) && !chain.why);
}

static void add(const struct demo_ocsp *o)
{
	CHECK(!fault_is_set(collateral_set_add(&set, demo_ocsp_response(&device, o, &arena))));
}

static void look(size_t link, int64_t at_ms)
{
	const struct cert *issuers[NVIDIA_CHAIN_LENGTH];
	struct ocsp_subject s = {&chain.cert[link], issuers, 0};
	for (size_t i = link + 1; i < NVIDIA_CHAIN_LENGTH; i++)
		issuers[s.issuer_count++] = &chain.cert[i];
	ocsp_judge(&set, &s, at_ms, &arena, &found);
}

static bool says(const char *text)
{
	return strstr(found.why, text) != NULL;
}

/* ---- who may sign ---- */

TEST(signers)
{
	static const struct {
		enum demo_ocsp_signer signer;
		bool good;
		const char *why;
	} rows[] = {
		{DEMO_OCSP_ISSUER, true, ""},
		{DEMO_OCSP_DELEGATE, true, ""},
		{DEMO_OCSP_ROOT_DELEGATE, true, ""},
		{DEMO_OCSP_NO_PURPOSE, false, "not one for OCSP"},
		{DEMO_OCSP_STRANGER, false, "no CA of the chain"},
	};
	for (size_t link = 1; link <= 3; link++)
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			for (unsigned by_key = 0; by_key < 2; by_key++) {
				start();
				struct demo_ocsp o = demo_ocsp_good(link);
				o.signer = rows[i].signer;
				o.by_key = by_key;
				add(&o);
				look(link, AT_MS);
				CHECK_THAT(found.seen && found.authentic == rows[i].good && found.forged != rows[i].good,
				           "row %zu", i);
				CHECK_THAT(found.result == (rows[i].good ? CHECK_PASS : CHECK_NOT_CHECKED), "row %zu", i);
				CHECK_THAT(says(rows[i].why), "row %zu: %s", i, found.why);
				arena_release(&arena);
			}
	start();
	struct demo_ocsp broken = demo_ocsp_good(1);
	broken.broken = true;
	add(&broken);
	look(1, AT_MS);
	CHECK(found.seen && found.forged && found.result == CHECK_NOT_CHECKED);
	arena_release(&arena);
}

TEST(a_delegate_counts_only_while_it_is_valid)
{
	start();
	struct demo_ocsp o = demo_ocsp_good(2);
	o.signer = DEMO_OCSP_DELEGATE;
	o.produced_ms = AT_MS + 2 * DAY_MS;
	add(&o);
	look(2, AT_MS);
	CHECK(!found.authentic && says("was not valid when it answered"));
	arena_release(&arena);
}

/* ---- what is said of which certificate ---- */

TEST(each_hash_and_no_other_certificate)
{
	static const int hashes[] = {NID_sha1, NID_sha256, NID_sha384, NID_sha512};
	for (size_t i = 0; i < 4; i++) {
		start();
		struct demo_ocsp o = demo_ocsp_good(1);
		o.hash = hashes[i];
		o.nonce = BYTES_LITERAL("0123456789abcdef");
		add(&o);
		look(1, AT_MS);
		CHECK(found.result == CHECK_PASS && found.has_nonce && found.as_of_ms == o.this_ms);
		look(2, AT_MS);
		CHECK(found.result == CHECK_NOT_CHECKED && !found.seen && says("no OCSP response"));
		arena_release(&arena);
	}
	/* The same serial below another issuer is another certificate. */
	start();
	struct demo_ocsp o = demo_ocsp_good(1);
	add(&o);
	chain.cert[1].issuer = chain.cert[3].subject;
	chain.cert[2] = chain.cert[3];
	look(1, AT_MS);
	CHECK(!found.seen);
	arena_release(&arena);
}

TEST(statuses_and_times)
{
	static const struct {
		unsigned status;
		int reason;
		int64_t revoked, from, to; /* relative to the time in question; to 0: none */
		enum check_result result;
		const char *why;
	} rows[] = {
		{0, -1, 0, -HOUR_MS, DAY_MS, CHECK_PASS, ""},
		{0, -1, 0, -HOUR_MS / 2, 0, CHECK_PASS, ""},                      /* an hour where it says none */
		{0, -1, 0, -2 * HOUR_MS, 0, CHECK_NOT_CHECKED, VERDICT_STALE},
		{0, -1, 0, -DAY_MS, -HOUR_MS, CHECK_NOT_CHECKED, VERDICT_STALE},
		{0, -1, 0, -DAY_MS, -60000, CHECK_PASS, ""},                     /* within the clocks' skew */
		{0, -1, 0, DAY_MS, 2 * DAY_MS, CHECK_PASS, "at the later time"}, /* later answers list earlier ones */
		{1, -1, -DAY_MS, -HOUR_MS, DAY_MS, CHECK_FAIL, "revoked at"},
		{1, 1, -DAY_MS, -DAY_MS, -HOUR_MS, CHECK_FAIL, "revoked at"},    /* does not grow old */
		{1, 6, -DAY_MS, -HOUR_MS, DAY_MS, CHECK_FAIL, "put on hold"},
		{1, -1, DAY_MS, DAY_MS, 2 * DAY_MS, CHECK_NOT_CHECKED, "revoked later"},
		{2, -1, 0, -HOUR_MS, DAY_MS, CHECK_NOT_CHECKED, "does not know"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		start();
		struct demo_ocsp o = demo_ocsp_good(3);
		o.status = rows[i].status;
		o.reason = rows[i].reason;
		o.revoked_ms = AT_MS + rows[i].revoked;
		o.this_ms = AT_MS + rows[i].from;
		o.next_ms = rows[i].to ? AT_MS + rows[i].to : 0;
		add(&o);
		look(3, AT_MS);
		CHECK_THAT(found.result == rows[i].result && says(rows[i].why), "row %zu: %s", i, found.why);
		arena_release(&arena);
	}
}

/* Of several answers the one that tells most counts: a stranger's hides none, and a good one no revocation. */
TEST(several_answers)
{
	start();
	struct demo_ocsp forged = demo_ocsp_good(1), stale = demo_ocsp_good(1), good = demo_ocsp_good(1);
	struct demo_ocsp revoked = demo_ocsp_good(1);
	forged.signer = DEMO_OCSP_STRANGER;
	forged.status = revoked.status = 1;
	forged.revoked_ms = revoked.revoked_ms = AT_MS - DAY_MS;
	stale.next_ms = AT_MS - HOUR_MS;
	add(&forged);
	look(1, AT_MS);
	CHECK(found.result == CHECK_NOT_CHECKED && found.forged);
	add(&stale);
	look(1, AT_MS);
	CHECK(found.result == CHECK_NOT_CHECKED && says(VERDICT_STALE) && found.authentic);
	add(&good);
	look(1, AT_MS);
	CHECK(found.result == CHECK_PASS);
	add(&revoked);
	look(1, AT_MS);
	CHECK(found.result == CHECK_FAIL);
	arena_release(&arena);
}

/* ---- bytes ---- */

TEST(as_collateral_it_is_named_and_dated)
{
	start();
	struct demo_ocsp o = demo_ocsp_good(1);
	add(&o);
	CHECK_U64(set.n, 1);
	CHECK(set.items[0].kind == COLLATERAL_OCSP && set.items[0].issued_ms == o.this_ms &&
	      set.items[0].next_update_ms == o.next_ms);
	CHECK(strncmp(set.items[0].label, "OCSP of 41", 10) == 0);
	CHECK_TEXT(collateral_kind_name(COLLATERAL_OCSP), "ocsp");
	CHECK(fault_is_set(collateral_set_add(&set, BYTES_LITERAL("\x30\x03\x0a\x01\x03")))); /* "try later" */
	arena_release(&arena);
}

/* The signature covers what is said; the envelope must be whole. */
TEST(each_byte_counts_and_each_cut_fails)
{
	uint64_t seed = 3;
	start();
	struct demo_ocsp o = demo_ocsp_good(1);
	o.signer = DEMO_OCSP_DELEGATE;
	struct bytes der = demo_ocsp_response(&device, &o, &arena);
	static struct ocsp_response r;
	for (size_t n = 0; n < der.n; n++) {
		uint8_t *copy = malloc(n ? n : 1);
		memcpy(copy, der.p, n);
		CHECK_THAT(fault_is_set(ocsp_parse(bytes_of(copy, n), &r)), "%zu bytes", n);
		free(copy);
	}
	uint8_t *p = malloc(der.n);
	memcpy(p, der.p, der.n);
	for (size_t at = 0; at < der.n; at++) {
		uint8_t bit = (uint8_t)(1u << test_random(&seed) % 8);
		struct arena a;
		arena_init(&a, LIMIT_ARENA_BYTES);
		collateral_set_init(&set, &a);
		p[at] ^= bit;
		collateral_set_add(&set, bytes_of(p, der.n));
		look(1, AT_MS);
		CHECK_THAT(found.result == CHECK_NOT_CHECKED, "byte %zu", at);
		p[at] ^= bit;
		arena_release(&a);
	}
	free(p);
	arena_release(&arena);
}

/* ---- requests ---- */

TEST(a_request_names_the_certificate)
{
	struct buffer b;
	start();
	buffer_init(&b, 4096);
	ocsp_request_put(&chain.cert[1], &chain.cert[2], (struct bytes){NULL, 0}, &b);
	struct cursor c = cursor_of(buffer_bytes(&b));
	struct der request = der_expect(&c, DER_SEQUENCE, "request");
	CHECK(!fault_is_set(cursor_end(&c, "request")) && request.content.n > 60);
	CHECK(memmem(b.p, b.n, chain.cert[1].serial.p, chain.cert[1].serial.n) != NULL);
	size_t plain = b.n;
	struct bytes bare = arena_bytes(&arena, buffer_bytes(&b));
	buffer_clear(&b);
	ocsp_request_put(&chain.cert[1], &chain.cert[2], BYTES_LITERAL("0123456789abcdef0123456789abcdef"), &b);
	CHECK(b.n > plain + 32 && memmem(b.p, b.n, "0123456789abcdef", 16) != NULL);
	struct bytes whole = arena_bytes(&arena, buffer_bytes(&b));
	buffer_clear(&b);
	CHECK(ocsp_request_add_nonce(bare, BYTES_LITERAL("0123456789abcdef0123456789abcdef"), &b));
	CHECK(bytes_equal(buffer_bytes(&b), whole));
	CHECK(!ocsp_request_add_nonce(whole, BYTES_LITERAL("0123456789abcdef0123456789abcdef"), &b));
	CHECK(!ocsp_request_add_nonce(bytes_slice(bare, 0, bare.n - 1), BYTES_LITERAL("n"), &b));
	buffer_release(&b);
	arena_release(&arena);
}
