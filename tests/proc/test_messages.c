/* Messages between processes: what goes in comes out; cut or changed bytes are a fault or bounded values. */
#include "test.h"

#include <sys/socket.h>
#include <unistd.h>

#include "base/limits.h"
#include "proc/channel.h"
#include "proc/fetch_process.h"
#include "proc/message.h"
#include "proc/slots.h"
#include "proc/task.h"

static struct arena arena;

static struct buffer message(void)
{
	struct buffer b;
	buffer_init(&b, 1 << 20);
	return b;
}

/* Decode every truncation and one flipped bit per byte; only a whole message may pass. */
static void abuse(struct buffer *m, struct fault (*decode)(struct bytes in, struct arena *a, void *out), void *out, size_t size)
{
	uint64_t seed = 11;
	CHECK(decode(buffer_bytes(m), &arena, out).code == FAULT_NONE);
	for (size_t n = 0; n < m->n; n++) {
		memset(out, 0, size);
		CHECK_THAT(decode(bytes_of(m->p, n), &arena, out).code != FAULT_NONE, "cut at %zu", n);
	}
	for (size_t i = 0; i < m->n; i++) {
		uint8_t mask = (uint8_t)(1u << test_random(&seed) % 8);
		m->p[i] ^= mask;
		memset(out, 0, size);
		decode(buffer_bytes(m), &arena, out); /* the sanitizers look on */
		m->p[i] ^= mask;
	}
	buffer_put_u8(m, 0);
	memset(out, 0, size);
	CHECK(decode(buffer_bytes(m), &arena, out).code != FAULT_NONE);
	buffer_release(m);
	arena_reset(&arena);
}

#define DECODER(NAME, TYPE)                                                                     \
	static struct fault NAME##_any(struct bytes in, struct arena *a, void *out)             \
	{                                                                                       \
		return NAME(in, a, (struct TYPE *)out);                                         \
	}
DECODER(task_entries_decode, task_entries)
DECODER(task_entries_reply_decode, task_entries_reply)
DECODER(task_tree_head_reply_decode, task_tree_head_reply)
DECODER(task_consistency_decode, task_consistency)
DECODER(task_consistency_reply_decode, task_consistency_reply)
DECODER(task_seed_decode, task_seed)
DECODER(task_promise_decode, task_promise)
DECODER(task_promise_reply_decode, task_promise_reply)
DECODER(task_seed_reply_decode, task_seed_reply)
DECODER(task_log_list_reply_decode, task_log_list_reply)
DECODER(task_certificate_reply_decode, task_certificate_reply)
DECODER(task_document_reply_decode, task_document_reply)
DECODER(task_collateral_reply_decode, task_collateral_reply)
DECODER(task_judge_decode, task_judge)
DECODER(task_judge_reply_decode, task_judge_reply)
DECODER(task_vet_reply_decode, task_vet_reply)
DECODER(fetch_order_decode, fetch_order)
DECODER(fetch_options_decode, fetch_options)

static struct finding make_finding(void)
{
	static const char *const names[] = {"a.example", "b.example"};
	struct finding f = {.entry_index = 77, .timestamp_ms = 5, .precertificate = true, .reasons = MATCH_MARKER, .issuer = "C=US",
	                    .subject = "CN=a", .serial = "01", .names = names, .name_count = 2, .tbs = BYTES_LITERAL("tbs"),
	                    .spki = BYTES_LITERAL("spki")};
	static struct finding_promise promise = {.log_id = {{7}}, .timestamp_ms = 8, .sct = {(const uint8_t *)"sct", 3}};
	f.promises = &promise;
	f.promise_count = 1;
	f.issuer_key_sha256.b[5] = 9;
	f.extractions.n = 1;
	f.extractions.v[0] = (struct extraction){.carrier = "tinfoil.hatt", .scheme = "tinfoil", .form = EXTRACT_COMMITMENT,
	                                         .hpke_key = BYTES_LITERAL("key")};
	f.extractions.hosts = names;
	f.extractions.host_count = 1;
	return f;
}

TEST(entries)
{
	struct task_entries t = {.kind = CT_LOG_STATIC, .first = 256, .from = 260, .to = 300, .expected = 256, .skip = UINT64_MAX,
	                         .body = {.in_slot = true, .slot = 3, .n = 4096}}, back;
	struct buffer m = message();
	task_entries_encode(&t, &m);
	CHECK(task_entries_decode(buffer_bytes(&m), &arena, &back).code == FAULT_NONE);
	CHECK(back.from == 260 && back.to == 300 && back.skip == UINT64_MAX && back.body.slot == 3 && back.body.in_slot);
	abuse(&m, task_entries_decode_any, &back, sizeof(back));
	t.to = t.from;
	m = message();
	task_entries_encode(&t, &m);
	CHECK(task_entries_decode(buffer_bytes(&m), &arena, &back).code == FAULT_VALUE);
	buffer_release(&m);
}

TEST(entries_reply)
{
	struct finding finding = make_finding();
	struct task_subtree subtrees[2] = {{8, {{1}}}, {0, {{2}}}};
	struct task_unparseable odd = {9, {FAULT_TAG, 3, "serial"}, true, false, BYTES_LITERAL("leaf")};
	struct task_entries_reply t = {.count = 257, .subtrees = subtrees, .subtree_count = 2, .findings = &finding, .finding_count = 1,
	                               .unparseable = &odd, .unparseable_count = 1, .newest_timestamp_ms = 12}, back = {0};
	struct buffer m = message();
	task_entries_reply_encode(&t, &m);
	CHECK(task_entries_reply_decode(buffer_bytes(&m), &arena, &back).code == FAULT_NONE);
	CHECK(back.count == 257 && back.subtrees[0].level == 8 && back.subtrees[1].hash.b[0] == 2 && back.finding_count == 1);
	CHECK_TEXT(back.findings[0].extractions.v[0].carrier, "tinfoil.hatt");
	CHECK_TEXT(back.findings[0].names[1], "b.example");
	CHECK(back.findings[0].promise_count == 1 && back.findings[0].promises[0].timestamp_ms == 8);
	CHECK(bytes_equal_text(back.findings[0].promises[0].sct, "sct") && back.findings[0].issuer_key_sha256.b[5] == 9);
	CHECK(back.unparseable[0].fault.code == FAULT_TAG && strcmp(back.unparseable[0].fault.field, "serial") == 0);
	abuse(&m, task_entries_reply_decode_any, &back, sizeof(back));
}

TEST(consistency)
{
	struct buffer m = message();
	struct task_consistency task = {.kind = CT_LOG_STATIC, .first_size = 5, .second_size = 300, .body_count = 2}, back = {0};
	task.first_root.b[3] = 7;
	task.bodies[1].content = BYTES_LITERAL("tile");
	task_consistency_encode(&task, &m);
	CHECK(task_consistency_decode(buffer_bytes(&m), &arena, &back).code == FAULT_NONE);
	CHECK(back.first_size == 5 && back.second_size == 300 && back.body_count == 2);
	CHECK(sha256_equal(&back.first_root, &task.first_root) && bytes_equal(back.bodies[1].content, task.bodies[1].content));
	abuse(&m, task_consistency_decode_any, &back, sizeof(back));
	m = message();
	task.first_size = 300;
	task_consistency_encode(&task, &m);
	CHECK(task_consistency_decode(buffer_bytes(&m), &arena, &back).code == FAULT_VALUE);
	buffer_release(&m);
	struct task_consistency_reply reply = {.path = {.n = 3}}, reply_back = {0};
	reply.path.nodes[2].b[0] = 9;
	m = message();
	task_consistency_reply_encode(&reply, &m);
	CHECK(task_consistency_reply_decode(buffer_bytes(&m), &arena, &reply_back).code == FAULT_NONE);
	CHECK(reply_back.path.n == 3 && sha256_equal(&reply_back.path.nodes[2], &reply.path.nodes[2]));
	abuse(&m, task_consistency_reply_decode_any, &reply_back, sizeof(reply_back));
}

TEST(tree_heads_and_seeds)
{
	struct task_tree_head_reply head = {.verified = true, .tree_size = 12, .timestamp_ms = 34, .signature = BYTES_LITERAL("sig"),
	                                    .text = BYTES_LITERAL("text"), .origin = "log"}, head_back = {0};
	struct buffer m = message();
	task_tree_head_reply_encode(&head, &m);
	abuse(&m, task_tree_head_reply_decode_any, &head_back, sizeof(head_back));
	struct task_seed seed = {.kind = CT_LOG_STATIC, .tree_size = 300, .body_count = 2}, seed_back = {0};
	m = message();
	task_seed_encode(&seed, &m);
	abuse(&m, task_seed_decode_any, &seed_back, sizeof(seed_back));
	struct task_seed_reply reply = {.proven = true, .frontier = {.size = 3, .n = 2}}, reply_back = {0};
	m = message();
	task_seed_reply_encode(&reply, &m);
	abuse(&m, task_seed_reply_decode_any, &reply_back, sizeof(reply_back));
	reply.frontier.n = 1; /* three leaves have two subtrees */
	m = message();
	task_seed_reply_encode(&reply, &m);
	CHECK(task_seed_reply_decode(buffer_bytes(&m), &arena, &reply_back).code == FAULT_MISMATCH);
	buffer_release(&m);
}

TEST(promises)
{
	struct task_promise t = {.kind = CT_LOG_STATIC, .key = BYTES_LITERAL("key"), .sct = BYTES_LITERAL("sct"),
	                         .tbs = BYTES_LITERAL("tbs"), .issuer_key_sha256 = {{3}}, .frontier = {.size = 3, .n = 2},
	                         .body_count = 2, .bodies = {{.in_slot = true, .slot = 4, .n = 5}}}, back = {0};
	struct buffer m = message();
	task_promise_encode(&t, &m);
	CHECK(task_promise_decode(buffer_bytes(&m), &arena, &back).code == FAULT_NONE);
	CHECK(back.kind == CT_LOG_STATIC && bytes_equal_text(back.tbs, "tbs") && back.frontier.size == 3 &&
	      back.frontier.n == 2 && back.body_count == 2 && back.bodies[0].slot == 4 && back.issuer_key_sha256.b[0] == 3);
	abuse(&m, task_promise_decode_any, &back, sizeof(back));
	t.frontier.n = 1;
	m = message();
	task_promise_encode(&t, &m);
	CHECK(task_promise_decode(buffer_bytes(&m), &arena, &back).code == FAULT_MISMATCH);
	buffer_release(&m);
	struct task_promise_reply reply = {.is_signed = true, .has_leaf_index = true, .leaf_index = 7, .answer = PROMISE_BROKEN},
	                          reply_back = {0};
	m = message();
	task_promise_reply_encode(&reply, &m);
	CHECK(task_promise_reply_decode(buffer_bytes(&m), &arena, &reply_back).code == FAULT_NONE);
	CHECK(reply_back.is_signed && reply_back.leaf_index == 7 && reply_back.answer == PROMISE_BROKEN);
	abuse(&m, task_promise_reply_decode_any, &reply_back, sizeof(reply_back));
}

TEST(lists_and_orders)
{
	struct ct_log log = {.kind = CT_LOG_STATIC, .name = "n", .operator = "o", .url = "https://a/", .submission_url = "", .state = "usable",
	                     .log_type = "", .key = BYTES_LITERAL("key"), .mmd_s = 60};
	struct task_log_list_reply list = {.verified = true, .logs = &log, .log_count = 1}, list_back = {0};
	struct buffer m = message();
	task_log_list_reply_encode(&list, &m);
	abuse(&m, task_log_list_reply_decode_any, &list_back, sizeof(list_back));
	struct fetch_order order = {
		.purpose = FETCH_LOG, .url = "https://a/", .local_allowed = true, .max_bytes = 100,
		.slot = 5}, order_back = {0
	};
	m = message();
	fetch_order_encode(&order, &m);
	abuse(&m, fetch_order_decode_any, &order_back, sizeof(order_back));
	order = (struct fetch_order){.purpose = FETCH_ALERT, .url = "https://a/", .max_bytes = 100, .slot = 5,
	                             .post = BYTES_LITERAL("{}"), .post_type = "text/csv", .fields = "a: b\nc: d"};
	m = message();
	fetch_order_encode(&order, &m);
	CHECK(!fault_is_set(fetch_order_decode(buffer_bytes(&m), &arena, &order_back)));
	CHECK(order_back.purpose == FETCH_ALERT && bytes_equal_text(order_back.post, "{}"));
	CHECK(strcmp(order_back.post_type, "text/csv") == 0 && strcmp(order_back.fields, "a: b\nc: d") == 0);
	abuse(&m, fetch_order_decode_any, &order_back, sizeof(order_back));
	order.slot = SLOT_COUNT;
	m = message();
	fetch_order_encode(&order, &m);
	CHECK(fetch_order_decode(buffer_bytes(&m), &arena, &order_back).code == FAULT_VALUE);
	buffer_release(&m);
	struct fetch_result result = {.id = 4, .outcome = FETCH_STATUS, .status = 404, .n = 3, .retry_after_ms = -1, .message = "gone",
	                              .host = "a.example", .pace = {true, 700, 20}, .headers = "Warning: x\n"}, got;
	char *headers;
	m = message();
	fetch_result_encode(&result, &m);
	CHECK(fetch_result_decode(buffer_bytes(&m), &got, &headers).code == FAULT_NONE && got.status == 404 && strcmp(got.message, "gone") == 0);
	CHECK_TEXT(got.headers, "Warning: x\n");
	free(headers);
	CHECK(strcmp(got.host, "a.example") == 0 && got.pace.slowed && got.pace.window == 700 && got.pace.gap_ms == 20);
	for (size_t n = 0; n < m.n; n++)
		CHECK(fetch_result_decode(bytes_of(m.p, n), &got, &headers).code != FAULT_NONE && !headers);
	buffer_release(&m);
}

TEST(fetch_options)
{
	static const struct fetch_host hosts[] = {{"a.example", {true, 512, 0}}, {"b.example", {true, 256, 300}}};
	struct fetch_options o = {.user_agent = "agent", .hosts = hosts, .host_count = 2, .per_host = 3}, back = {0};
	struct buffer m = message();
	fetch_options_encode(&o, &m);
	CHECK(fetch_options_decode(buffer_bytes(&m), &arena, &back).code == FAULT_NONE);
	CHECK(back.host_count == 2 && strcmp(back.hosts[1].host, "b.example") == 0 && back.hosts[1].pace.gap_ms == 300);
	abuse(&m, fetch_options_decode_any, &back, sizeof(back));
}

TEST(evidence_messages)
{
	struct task_certificate_reply certificate = {.finding = make_finding()}, certificate_back = {0};
	struct buffer m = message();
	task_certificate_reply_encode(&certificate, &m);
	abuse(&m, task_certificate_reply_decode_any, &certificate_back, sizeof(certificate_back));
	struct task_document_reply document = {.text = BYTES_LITERAL("{}"), .document = {.scheme = "tinfoil", .format = "f",
	                                       .kind = EVIDENCE_SNP, .evidence = BYTES_LITERAL("e")}}, document_back = {0};
	m = message();
	task_document_reply_encode(&document, &m);
	abuse(&m, task_document_reply_decode_any, &document_back, sizeof(document_back));
	struct collateral item = {.kind = COLLATERAL_CRL, .der = BYTES_LITERAL("der"), .vendor = "amd", .label = "l", .subject = "crl:X"};
	struct task_collateral_reply collateral = {.items = &item, .n = 1}, collateral_back = {0};
	m = message();
	task_collateral_reply_encode(&collateral, &m);
	abuse(&m, task_collateral_reply_decode_any, &collateral_back, sizeof(collateral_back));
	struct collateral_set set = {.items = &item, .n = 1};
	struct judge_request request = {.evidence = BYTES_LITERAL("quote"), .kind = EVIDENCE_TDX, .collateral = &set, .at_ms = 7};
	struct task_judge judge_back = {0};
	m = message();
	task_judge_encode(&request, &m);
	CHECK(task_judge_decode(buffer_bytes(&m), &arena, &judge_back).code == FAULT_NONE && judge_back.collateral.n == 1 &&
	      bytes_equal_text(judge_back.request.evidence, "quote"));
	abuse(&m, task_judge_decode_any, &judge_back, sizeof(judge_back));
	struct verdict *v = malloc(sizeof(*v));
	verdict_init(v, &arena, EVIDENCE_SNP, 9);
	verdict_check(v, "snp.format", CHECK_PASS, NULL);
	struct task_judge_reply judged = {.verdict = v, .needs = {.n = 1, .v = {{.kind = COLLATERAL_CRL, .vendor = "amd", .path = "/x", .subject = "crl:X"}}}}, judged_back = {0};
	m = message();
	task_judge_reply_encode(&judged, &m);
	CHECK(task_judge_reply_decode(buffer_bytes(&m), &arena, &judged_back).code == FAULT_NONE && judged_back.verdict->check_count == 1);
	abuse(&m, task_judge_reply_decode_any, &judged_back, sizeof(judged_back));
	free(v);
	const char *refused[] = {"", "forged"};
	struct task_vet_reply vet = {.refused = refused, .n = 2}, vet_back = {0};
	m = message();
	task_vet_reply_encode(&vet, &m);
	abuse(&m, task_vet_reply_decode_any, &vet_back, sizeof(vet_back));
}

/* Frames arrive in any pieces; a length that no frame has ends the conversation. */
TEST(frames)
{
	int pair[2];
	struct channel a, b;
	struct frame f;
	bool found;
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	channel_init(&a, pair[0]);
	channel_init(&b, pair[1]);
	CHECK(channel_queue(&a, 3, 42, BYTES_LITERAL("hello")) && channel_queue(&a, 4, 43, BYTES_LITERAL("")));
	struct buffer whole = message();
	buffer_put_bytes(&whole, buffer_bytes(&a.out));
	for (size_t i = 0; i < whole.n; i++) {
		CHECK(write(pair[0], whole.p + i, 1) == 1);
		CHECK(channel_fill(&b) == CHANNEL_OPEN);
		CHECK(channel_next(&b, &f, &found) == CHANNEL_OPEN);
		if (found && f.id == 42)
			CHECK(f.kind == 3 && bytes_equal_text(f.payload, "hello"));
		CHECK(found == (i == 4 + 1 + 8 + 5 - 1 || i == whole.n - 1));
	}
	static const uint8_t absurd[] = {0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0, 0, 0, 0, 0};
	CHECK(write(pair[0], absurd, sizeof(absurd)) == sizeof(absurd) && channel_fill(&b) == CHANNEL_OPEN);
	CHECK(channel_next(&b, &f, &found) == CHANNEL_CLOSED);
	buffer_release(&whole);
	channel_release(&a);
	CHECK(channel_fill(&b) == CHANNEL_CLOSED);
	channel_release(&b);
}

__attribute__((constructor)) static void start(void)
{
	arena_init(&arena, (size_t)512 << 20);
}

__attribute__((destructor)) static void stop(void)
{
	arena_release(&arena);
}
