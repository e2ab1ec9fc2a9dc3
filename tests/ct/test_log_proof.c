/* Proofs of misbehaviour: each class proven, observed or refuted; nothing that was changed is proven. */
#include "test.h"

#include <openssl/x509.h>

#include "base/base64.h"
#include "base/gzip.h"
#include "ct/consistency.h"
#include "ct/entry.h"
#include "ct/log_proof.h"
#include "ct/sct.h"
#include "ct/tree_head.h"
#include "testlog/head.h"
#include "testlog/merkle_tree.h"

enum { LEAVES = 1200, FIRST = 700, SECOND = 1100 };

static EVP_PKEY *key;
static struct sha256 log_id;
static struct bytes spki;
static struct merkle_tree tree, fork_tree; /* the fork differs in leaf 300 */
static uint8_t leaves[LEAVES][32];
static struct arena arena;
/* Real leaves in place of mere hashes, so that their bodies can be shown: leaf i is a MerkleTreeLeaf. */
static struct bytes leaf_texts[LEAVES];
static const struct sha256 issuer_key = {{7}};
static const struct bytes tbs = {(const uint8_t *)"\x30\x03\x02\x01\x07", 5};

/* v1, timestamped entry, time, x509, a certificate of four bytes, no extensions. In memory of its own: it outlives
 * the arena's resets. */
static struct bytes leaf_text(unsigned i)
{
	struct buffer b;
	buffer_init(&b, 64);
	buffer_put_u16be(&b, 0);
	buffer_put_u64be(&b, 1000 + i);
	buffer_put_u16be(&b, 0);
	buffer_put_u24be(&b, 4);
	buffer_put_u32be(&b, i);
	buffer_put_u16be(&b, 0);
	return buffer_bytes(&b);
}

static void build(void)
{
	uint8_t *der = NULL;
	if (key)
		return;
	key = EVP_EC_gen("P-256");
	int n = i2d_PUBKEY(key, &der);
	arena_init(&arena, 64 << 20);
	spki = bytes_of(der, (size_t)n);
	log_id = hash_sha256(spki);
	for (unsigned i = 0; i < LEAVES; i++) {
		leaf_texts[i] = leaf_text(i);
		memcpy(leaves[i], ct_leaf_hash(leaf_texts[i]).b, 32);
	}
	merkle_tree_build(&tree, (const uint8_t(*)[32])leaves, LEAVES);
	leaves[300][0] ^= 1;
	merkle_tree_build(&fork_tree, (const uint8_t(*)[32])leaves, LEAVES);
	leaves[300][0] ^= 1;
}

static struct bytes head_of(enum ct_log_kind kind, const struct merkle_tree *t, uint64_t size, int64_t ms, bool broken)
{
	struct head h = {.size = size, .timestamp_ms = ms, .origin = "log.example/x", .log_id = log_id};
	struct buffer b;
	merkle_tree_root(t, size, h.root.b);
	head_sign(&h, key, broken);
	buffer_init(&b, 1 << 16);
	if (kind == CT_LOG_STATIC)
		head_put_checkpoint(&h, &b);
	else
		head_put_sth(&h, &b);
	struct bytes kept = arena_bytes(&arena, buffer_bytes(&b));
	buffer_release(&b);
	return kept;
}

/* Entries [first, first + n) as the log would serve them. */
static struct bytes body_of(enum ct_log_kind kind, unsigned first, unsigned n, bool gzip)
{
	struct buffer b, deflated;
	buffer_init(&b, 1 << 20);
	buffer_init(&deflated, 1 << 20);
	if (kind == CT_LOG_RFC6962)
		buffer_put_text(&b, "{\"entries\":[");
	for (unsigned i = first; i < first + n; i++) {
		if (kind == CT_LOG_STATIC) {
			buffer_put_bytes(&b, bytes_slice(leaf_texts[i], 2, leaf_texts[i].n - 2));
			buffer_put_u16be(&b, 0); /* no fingerprints */
			continue;
		}
		buffer_put_text(&b, i > first ? ",{\"leaf_input\":\"" : "{\"leaf_input\":\"");
		base64_put(&b, leaf_texts[i]);
		buffer_put_text(&b, "\",\"extra_data\":\"AAAA\"}");
	}
	if (kind == CT_LOG_RFC6962)
		buffer_put_text(&b, "]}");
	CHECK(!gzip || gzip_deflate(buffer_bytes(&b), &deflated));
	struct bytes kept = arena_bytes(&arena, buffer_bytes(gzip ? &deflated : &b));
	buffer_release(&b);
	buffer_release(&deflated);
	return kept;
}

/* The entries [FIRST, to) in bodies of 256 that begin at multiples of it, like tiles. */
static void give_bodies(struct log_proof *p, unsigned to)
{
	p->bodies = arena_array(&arena, 8, sizeof(*p->bodies));
	p->body_count = 0;
	for (unsigned from = FIRST; from < to; from = from / 256 * 256 + 256) {
		unsigned end = from / 256 * 256 + 256 < to ? from / 256 * 256 + 256 : to, first = from / 256 * 256;
		p->bodies[p->body_count] = (struct log_proof_body){first, from, end, end - first, {NULL, 0}};
		p->bodies[p->body_count].body = body_of(p->kind, first, end - first, p->body_count % 2 == 0);
		p->body_count++;
	}
}

/* Promised at index 900, where leaf 900 stands. index UINT64_MAX: the SCT names none. */
static void give_promise(struct log_proof *p, uint64_t index)
{
	struct ct_sct sct = {.log_id = log_id, .timestamp_ms = 500};
	struct buffer b, message;
	uint8_t path[64][32], signature[128];
	size_t n = sizeof(signature);
	buffer_init(&b, 1024);
	buffer_init(&message, 1024);
	buffer_put(&b, "\0\0\5", 3);
	for (unsigned i = 0; i < 5; i++)
		buffer_put_u8(&b, (uint8_t)(index >> (32 - 8 * i)));
	sct.extensions = index == UINT64_MAX ? bytes_of(NULL, 0) : arena_bytes(&arena, buffer_bytes(&b));
	ct_sct_leaf_put(&sct, CT_ENTRY_PRECERT, &issuer_key, tbs, &message);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	CHECK(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	      EVP_DigestSign(ctx, signature, &n, message.p, message.n) == 1);
	EVP_MD_CTX_free(ctx);
	buffer_clear(&b);
	buffer_put_u8(&b, 0);
	buffer_put_bytes(&b, sha256_bytes(&log_id));
	buffer_put_u64be(&b, sct.timestamp_ms);
	buffer_put_u16be(&b, (uint16_t)sct.extensions.n);
	buffer_put_bytes(&b, sct.extensions);
	buffer_put_u16be(&b, 0x0403);
	buffer_put_u16be(&b, (uint16_t)n);
	buffer_put(&b, signature, n);
	p->sct = arena_bytes(&arena, buffer_bytes(&b));
	p->tbs = tbs;
	p->issuer_key_sha256 = issuer_key;
	p->answer = "another entry stands there";
	p->has_leaf = index < SECOND;
	if (p->has_leaf) {
		memcpy(p->leaf.b, leaves[index], 32);
		p->path.n = merkle_tree_path(&tree, index, SECOND, path);
		for (size_t i = 0; i < p->path.n; i++)
			memcpy(p->path.nodes[i].b, path[i], 32);
	}
	buffer_release(&b);
	buffer_release(&message);
}

static struct log_proof proof_of(enum log_proof_class class, enum ct_log_kind kind)
{
	build();
	struct log_proof p = {.class = class, .log_id = log_id, .key = spki, .kind = kind, .name = "a \"log\"",
	                      .url = "https://log.example/", .observed_ms = 1769126400000, .answer = ""};
	if (class == LOG_PROOF_FORK) {
		p.first = head_of(kind, &tree, SECOND, 1000, false);
		p.second = head_of(kind, &fork_tree, SECOND, 2000, false);
	} else if (class == LOG_PROOF_ROLLBACK) {
		p.first = head_of(kind, &tree, SECOND, 1000, false);
		p.second = head_of(kind, &tree, FIRST, 2000, false);
	} else if (class == LOG_PROOF_BAD_SIGNATURE) {
		p.first = head_of(kind, &tree, SECOND, 1000, true);
	} else if (class == LOG_PROOF_MISSING) {
		p.first = head_of(kind, &tree, SECOND, 1000, false);
		p.index = SECOND - 1;
		p.first_missed_ms = 1769040000000;
		p.answer = "HTTP status 404";
	} else if (class == LOG_PROOF_PROMISE) {
		p.first = head_of(kind, &tree, SECOND, 1000, false);
		give_promise(&p, 900);
	} else if (class == LOG_PROOF_PAST_FINAL) {
		p.first = head_of(kind, &tree, SECOND, 1000, false);
		p.final_size = FIRST;
	} else {
		p.first = head_of(kind, &tree, FIRST, 1000, false);
		p.second = head_of(kind, &fork_tree, SECOND, 2000, false);
	}
	if (class == LOG_PROOF_INCONSISTENT) {
		uint8_t path[64][32];
		p.path.n = merkle_tree_consistency(&fork_tree, FIRST, SECOND, path);
		for (size_t i = 0; i < p.path.n; i++)
			memcpy(p.path.nodes[i].b, path[i], 32);
	}
	if (class == LOG_PROOF_WRONG_ROOT) {
		uint64_t end = FIRST;
		for (unsigned i = 0; i < SECOND; i++) {
			struct sha256 leaf;
			memcpy(leaf.b, leaves[i], 32);
			if (i < FIRST)
				CHECK(ct_frontier_append(&p.frontier, &leaf));
			else
				CHECK(log_proof_append(p.subtrees, &p.subtree_count, &end, 0, &leaf));
		}
		CHECK_U64(end, SECOND);
		give_bodies(&p, SECOND);
	}
	return p;
}

static struct buffer text_of(const struct log_proof *p)
{
	struct buffer b;
	buffer_init(&b, 1 << 20);
	log_proof_put(p, &b);
	CHECK(buffer_ok(&b));
	return b;
}

static enum log_proof_result verify_text(struct bytes text, struct log_proof *out)
{
	const char *why = NULL;
	if (fault_is_set(log_proof_parse(text, &arena, out)))
		return LOG_PROOF_FAILED;
	enum log_proof_result r = log_proof_verify(out, &arena, &why);
	CHECK(why && why[0]);
	return r;
}

static const enum log_proof_result wanted[] = {
	[LOG_PROOF_FORK] = LOG_PROOF_PROVEN,           [LOG_PROOF_ROLLBACK] = LOG_PROOF_PROVEN,
	[LOG_PROOF_INCONSISTENT] = LOG_PROOF_PROVEN,   [LOG_PROOF_WRONG_ROOT] = LOG_PROOF_OBSERVED,
	[LOG_PROOF_BAD_SIGNATURE] = LOG_PROOF_OBSERVED, [LOG_PROOF_MISSING] = LOG_PROOF_OBSERVED,
	[LOG_PROOF_PROMISE] = LOG_PROOF_PROVEN,         [LOG_PROOF_PAST_FINAL] = LOG_PROOF_OBSERVED,
};
enum { CLASSES = 8 };

TEST(each_class_on_both_apis)
{
	for (unsigned i = 0; i < 2 * CLASSES; i++) {
		struct log_proof p = proof_of(i % CLASSES, i / CLASSES), back;
		struct buffer text = text_of(&p), again;
		CHECK_THAT(verify_text(buffer_bytes(&text), &back) == wanted[i % CLASSES], "class %u", i);
		again = text_of(&back);
		CHECK(bytes_equal(buffer_bytes(&text), buffer_bytes(&again)));
		buffer_release(&text);
		buffer_release(&again);
	}
}

TEST(what_is_no_contradiction_is_refuted)
{
	struct log_proof p = proof_of(LOG_PROOF_FORK, CT_LOG_RFC6962), back;
	struct bytes good = head_of(CT_LOG_RFC6962, &tree, SECOND, 3000, false);
	struct bytes smaller = head_of(CT_LOG_RFC6962, &tree, FIRST, 500, false);
	struct bytes forged = head_of(CT_LOG_RFC6962, &fork_tree, SECOND, 3000, true);
	struct log_proof cases[11];
	size_t n = 0;
	p.second = good;
	cases[n++] = p; /* the same root twice */
	p.second = forged;
	cases[n++] = p; /* the other root is not signed */
	p.second = smaller;
	cases[n++] = p;
	p.class = LOG_PROOF_ROLLBACK;
	cases[n++] = p; /* smaller, but signed before */
	p = proof_of(LOG_PROOF_INCONSISTENT, CT_LOG_RFC6962);
	p.second = good;
	cases[n++] = p; /* the path leads to another root */
	uint8_t path[64][32];
	p.path.n = merkle_tree_consistency(&tree, FIRST, SECOND, path);
	for (size_t i = 0; i < p.path.n; i++)
		memcpy(p.path.nodes[i].b, path[i], 32);
	cases[n++] = p; /* consistent */
	p = proof_of(LOG_PROOF_WRONG_ROOT, CT_LOG_RFC6962);
	p.second = good;
	cases[n++] = p; /* the entries do lead to it */
	p = proof_of(LOG_PROOF_BAD_SIGNATURE, CT_LOG_RFC6962);
	p.first = good;
	cases[n++] = p;
	p = proof_of(LOG_PROOF_MISSING, CT_LOG_RFC6962);
	p.index = SECOND;
	cases[n++] = p;
	p = proof_of(LOG_PROOF_PAST_FINAL, CT_LOG_RFC6962);
	p.final_size = SECOND + 1;
	cases[n++] = p; /* it is not there yet */
	p.final_size = SECOND;
	merkle_tree_root(&tree, SECOND, p.final_root.b);
	cases[n++] = p; /* it is there, and no other */
	for (size_t i = 0; i < n; i++) {
		struct buffer text = text_of(&cases[i]);
		CHECK_THAT(verify_text(buffer_bytes(&text), &back) == LOG_PROOF_FAILED, "case %zu", i);
		buffer_release(&text);
	}
}

/* The entries are part of what is shown: others than those of the hashes refute it, fewer of them do not. */
TEST(bodies_are_those_of_the_hashes)
{
	for (unsigned kind = 0; kind < 2; kind++)
		for (unsigned i = 0; i < 8; i++) {
			struct log_proof p = proof_of(LOG_PROOF_WRONG_ROOT, kind), back;
			enum log_proof_result want = i < 4 ? LOG_PROOF_OBSERVED : LOG_PROOF_FAILED;
			if (i == 1)
				p.body_count = 0;
			else if (i == 2)
				give_bodies(&p, FIRST + 100);
			else if (i == 3)
				p.body_count--;
			else if (i == 4)
				p.bodies[1].body = body_of(kind, (unsigned)p.bodies[1].first + 1, p.bodies[1].width, false);
			else if (i == 5)
				p.bodies[0] = p.bodies[1]; /* not from the first on */
			else if (i == 6)
				p.bodies[1].to--;
			else if (i == 7)
				p.bodies[p.body_count - 1].body.n -= 9;
			struct buffer text = text_of(&p);
			CHECK_THAT(verify_text(buffer_bytes(&text), &back) == want, "kind %u case %u", kind, i);
			CHECK(want != LOG_PROOF_OBSERVED || back.body_count == p.body_count);
			buffer_release(&text);
			arena_reset(&arena);
		}
}

TEST(promises)
{
	static const struct {
		uint64_t index, mmd_s;
		bool leaf;
		enum log_proof_result want;
	} cases[] = {
		{900, 0, true, LOG_PROOF_PROVEN},           /* another entry stands there */
		{SECOND, 0, false, LOG_PROOF_PROVEN},       /* the tree does not reach so far */
		{900, 0, false, LOG_PROOF_OBSERVED},        /* nothing shows what stands there */
		{UINT64_MAX, 0, false, LOG_PROOF_OBSERVED}, /* no index was promised */
		{900, 1, true, LOG_PROOF_FAILED},           /* it is not due yet */
	};
	for (unsigned kind = 0; kind < 2; kind++)
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			struct log_proof p = proof_of(LOG_PROOF_PROMISE, kind), back;
			give_promise(&p, cases[i].index);
			p.mmd_s = cases[i].mmd_s;
			p.has_leaf = cases[i].leaf;
			struct buffer text = text_of(&p);
			CHECK_THAT(verify_text(buffer_bytes(&text), &back) == cases[i].want, "kind %u case %zu", kind, i);
			buffer_release(&text);
			arena_reset(&arena);
		}
	/* It was kept: the leaf that stands there is the promised one. Or the SCT is of another certificate. */
	struct log_proof p = proof_of(LOG_PROOF_PROMISE, CT_LOG_STATIC), back;
	p.leaf.b[0] ^= 1;
	struct buffer text = text_of(&p);
	CHECK_U64(verify_text(buffer_bytes(&text), &back), LOG_PROOF_FAILED);
	buffer_release(&text);
	p.leaf.b[0] ^= 1;
	p.tbs = BYTES_LITERAL("\x30\x03\x02\x01\x08");
	text = text_of(&p);
	CHECK_U64(verify_text(buffer_bytes(&text), &back), LOG_PROOF_FAILED);
	buffer_release(&text);
}

TEST(entries_without_a_proven_beginning)
{
	struct log_proof p = proof_of(LOG_PROOF_WRONG_ROOT, CT_LOG_STATIC), back;
	uint64_t end = 0;
	p.first = (struct bytes){NULL, 0};
	ct_frontier_init(&p.frontier);
	p.subtree_count = p.body_count = 0;
	for (unsigned i = 0; i < SECOND; i++)
		CHECK(log_proof_append(p.subtrees, &p.subtree_count, &end, 0, (const struct sha256 *)leaves[i]));
	struct buffer text = text_of(&p);
	CHECK_U64(verify_text(buffer_bytes(&text), &back), LOG_PROOF_OBSERVED);
	buffer_release(&text);
	p.subtree_count--;
	text = text_of(&p);
	CHECK_U64(verify_text(buffer_bytes(&text), &back), LOG_PROOF_FAILED); /* they do not reach the head */
	buffer_release(&text);
}

TEST(another_key_is_another_log)
{
	struct log_proof p = proof_of(LOG_PROOF_FORK, CT_LOG_STATIC), back;
	p.log_id.b[0] ^= 1;
	struct buffer text = text_of(&p);
	CHECK_U64(verify_text(buffer_bytes(&text), &back), LOG_PROOF_FAILED);
	buffer_release(&text);
}

/* What both heads say, of a proof that holds. */
static bool says_the_same(const struct log_proof *a, const struct log_proof *b)
{
	struct ct_tree_head x[2], y[2];
	const struct bytes bodies[4] = {a->first, a->second, b->first, b->second};
	for (unsigned i = 0; i < 4; i++) {
		struct ct_tree_head *h = i < 2 ? &x[i] : &y[i - 2];
		memset(h, 0, sizeof(*h));
		if (i % 2 == 1 && a->class == LOG_PROOF_PROMISE)
			continue;
		struct fault f = a->kind == CT_LOG_STATIC ? ct_checkpoint_parse(bodies[i], &log_id, &arena, h)
		                                          : ct_sth_parse(bodies[i], &arena, h);
		if (fault_is_set(f))
			return false;
	}
	for (unsigned i = 0; i < 2; i++)
		if (x[i].tree_size != y[i].tree_size || x[i].timestamp_ms != y[i].timestamp_ms || !sha256_equal(&x[i].root, &y[i].root))
			return false;
	/* The delay is the log list's word, and the leaf shown need only be another one than was promised. */
	return a->class == b->class && a->kind == b->kind && sha256_equal(&a->log_id, &b->log_id) &&
	       bytes_equal(a->tbs, b->tbs) && sha256_equal(&a->issuer_key_sha256, &b->issuer_key_sha256);
}

TEST(cut_or_changed)
{
	uint64_t seed = 3;
	for (unsigned i = 0; i < 2 * CLASSES; i++) {
		struct log_proof p = proof_of(i % CLASSES, i / CLASSES), back;
		p.body_count = p.body_count > 0; /* one is enough, and quick */
		struct buffer text = text_of(&p);
		for (size_t n = 0; n < text.n; n += test_long() ? 1 : 7)
			CHECK_THAT(verify_text(bytes_of(text.p, n), &back) == LOG_PROOF_FAILED, "class %u cut at %zu", i, n);
		for (size_t at = 0; at < text.n; at++) {
			uint8_t mask = (uint8_t)(1u << test_random(&seed) % 8);
			text.p[at] ^= mask;
			enum log_proof_result r = verify_text(buffer_bytes(&text), &back);
			CHECK_THAT(r <= wanted[i % CLASSES], "class %u byte %zu makes more of it", i, at);
			CHECK_THAT(r != LOG_PROOF_PROVEN || says_the_same(&p, &back), "class %u byte %zu", i, at);
			text.p[at] ^= mask;
			if (at % 64 == 0) {
				arena_reset(&arena);
				p = proof_of(i % CLASSES, i / CLASSES);
				p.body_count = p.body_count > 0;
			}
		}
		buffer_release(&text);
		arena_reset(&arena);
	}
}

TEST(other_json)
{
	struct log_proof p;
	build();
	CHECK(log_proof_parse(BYTES_LITERAL("{}"), &arena, &p).code == FAULT_UNRECOGNISED);
	CHECK(log_proof_parse(BYTES_LITERAL("{\"schema\":\"teewatch.log-proof/2\"}"), &arena, &p).code == FAULT_UNRECOGNISED);
	CHECK(log_proof_parse(BYTES_LITERAL("{\"schema\":\"teewatch.log-proof/1\",\"class\":\"x\"}"), &arena, &p).code ==
	      FAULT_UNSUPPORTED);
	CHECK(log_proof_parse(BYTES_LITERAL("{\"schema\":\"teewatch.log-proof/1\",\"class\":\"fork\"}"), &arena, &p).code ==
	      FAULT_MISSING);
	CHECK(fault_is_set(log_proof_parse(BYTES_LITERAL("[1]"), &arena, &p)));
}

TEST(subtrees_merge_as_they_come)
{
	struct ct_subtree whole[CT_SUBTREES_MAX], pieces[CT_SUBTREES_MAX];
	struct sha256 hashes[900];
	build();
	for (unsigned i = 0; i < 900; i++)
		memcpy(hashes[i].b, leaves[i], 32);
	for (uint64_t first = 0; first < 70; first++) {
		uint64_t end = first, at = first;
		size_t n = 0, count = ct_subtrees(first, hashes, 900, whole);
		for (uint64_t step = 1; at < first + 900; step = step * 2 % 97) {
			struct ct_subtree part[CT_SUBTREES_MAX];
			uint64_t most = first + 900 - at < step ? first + 900 - at : step;
			size_t parts = ct_subtrees(at, hashes + (at - first), (size_t)most, part);
			for (size_t i = 0; i < parts; i++)
				CHECK(log_proof_append(pieces, &n, &end, part[i].level, &part[i].hash));
			at += most;
		}
		CHECK_THAT(n == count && end == first + 900 && memcmp(pieces, whole, n * sizeof(*whole)) == 0, "from %" PRIu64, first);
	}
}
