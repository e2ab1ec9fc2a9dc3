/* Tree heads signed with keys of our own: get-sth answers and checkpoints. */
#include "test.h"

#include "base/base64.h"
#include "base/limits.h"
#include "ct/signature.h"
#include "ct/tree_head.h"
#include "ct/signer.h"

#define DASH "\xe2\x80\x94 "

static struct arena arena;

static struct ct_tree_head sample(void)
{
	struct ct_tree_head h = {.tree_size = 820495916, .timestamp_ms = 1719400000123, .origin = ""};
	h.root = hash_sha256(BYTES_LITERAL("root"));
	return h;
}

static void put_signature(const struct signer *s, const struct ct_tree_head *h, struct buffer *out)
{
	uint8_t message[CT_TREE_HEAD_SIGNED_BYTES];
	ct_tree_head_signed_bytes(h, message);
	signer_put(s, bytes_of(message, sizeof(message)), out);
}

static struct buffer make_sth(const struct signer *s)
{
	struct ct_tree_head h = sample();
	struct buffer json, signature;
	buffer_init(&json, 1 << 16);
	buffer_init(&signature, 1 << 12);
	put_signature(s, &h, &signature);
	buffer_printf(&json,
	              "{\"tree_size\":%" PRIu64 ",\"timestamp\":%" PRIi64 ",\"more\":[1],\"sha256_root_hash\":\"",
	              h.tree_size, h.timestamp_ms);
	base64_put(&json, sha256_bytes(&h.root));
	buffer_put_text(&json, "\",\"tree_head_signature\":\"");
	base64_put(&json, buffer_bytes(&signature));
	buffer_put_text(&json, "\"}");
	buffer_release(&signature);
	return json;
}

/* The log's own signature line. */
static void put_line(const struct signer *s, const char *name, const struct ct_tree_head *h, struct buffer *out)
{
	struct buffer id, blob;
	buffer_init(&id, 4096);
	buffer_init(&blob, 4096);
	buffer_put_text(&id, name);
	buffer_put_text(&id, "\n\x05");
	buffer_put_bytes(&id, sha256_bytes(&s->log_id));
	struct sha256 key_id = hash_sha256(buffer_bytes(&id));
	buffer_put(&blob, key_id.b, 4);
	buffer_put_u64be(&blob, (uint64_t)h->timestamp_ms);
	put_signature(s, h, &blob);
	buffer_printf(out, DASH "%s ", name);
	base64_put(out, buffer_bytes(&blob));
	buffer_put_text(out, "\n");
	buffer_release(&id);
	buffer_release(&blob);
}

static void put_text(const struct ct_tree_head *h, const char *name, struct buffer *out)
{
	buffer_printf(out, "%s\n%" PRIu64 "\n", name, h->tree_size);
	base64_put(out, sha256_bytes(&h->root));
	buffer_put_text(out, "\n");
}

static struct buffer make_checkpoint(const struct signer *s)
{
	struct ct_tree_head h = sample();
	struct buffer out;
	buffer_init(&out, 1 << 20);
	put_text(&h, "log.example/2026h1", &out);
	buffer_put_text(&out, "\n" DASH "witness.example AAAAAGFiYw==\n");
	put_line(s, "log.example/2026h1", &h, &out);
	return out;
}

static enum fault_code checkpoint_code(const struct signer *s, struct bytes text)
{
	struct ct_tree_head h;
	arena_reset(&arena);
	struct fault f = ct_checkpoint_parse(text, &s->log_id, &arena, &h);
	if (fault_is_set(f))
		CHECK(h.signature.n == 0 && f.field && f.offset <= text.n);
	return f.code;
}

static enum fault_code checkpoint_text_code(const struct signer *s, const char *before, const char *behind)
{
	struct buffer b;
	buffer_init(&b, 1 << 20);
	struct ct_tree_head h = sample();
	buffer_put_text(&b, before);
	put_line(s, "a", &h, &b);
	buffer_put_text(&b, behind);
	enum fault_code code = checkpoint_code(s, buffer_bytes(&b));
	buffer_release(&b);
	return code;
}

/* Parse and verify; what a flipped byte must never pass as, unless nothing that counts has changed. */
static bool sth_good(const struct signer *s, struct bytes json, struct ct_tree_head *h)
{
	arena_reset(&arena);
	return !fault_is_set(ct_sth_parse(json, &arena, h)) && ct_tree_head_verify(h, s->spki);
}

static bool same_head(const struct ct_tree_head *a, const struct ct_tree_head *b)
{
	return a->tree_size == b->tree_size && a->timestamp_ms == b->timestamp_ms && sha256_equal(&a->root, &b->root);
}

static void check_kind(struct signer s)
{
	struct ct_tree_head expected = sample(), h;
	struct buffer sth = make_sth(&s), checkpoint = make_checkpoint(&s);
	arena_init(&arena, LIMIT_ARENA_BYTES);
	CHECK(sth_good(&s, buffer_bytes(&sth), &h));
	CHECK(same_head(&h, &expected) && h.origin_matches);
	CHECK_TEXT(h.origin, "");
	CHECK_U64(checkpoint_code(&s, buffer_bytes(&checkpoint)), FAULT_NONE);
	CHECK_U64(ct_checkpoint_parse(buffer_bytes(&checkpoint), &s.log_id, &arena, &h).code, FAULT_NONE);
	CHECK(same_head(&h, &expected) && ct_tree_head_verify(&h, s.spki));
	CHECK_TEXT(h.origin, "log.example/2026h1");

	struct ct_tree_head other = h;
	other.tree_size++;
	CHECK(!ct_tree_head_verify(&other, s.spki));
	other = h;
	other.timestamp_ms--;
	CHECK(!ct_tree_head_verify(&other, s.spki));
	other = h;
	other.root.b[31] ^= 1;
	CHECK(!ct_tree_head_verify(&other, s.spki));
	other = h;
	other.signature.n--;
	CHECK(!ct_tree_head_verify(&other, s.spki));
	other.signature.n = 0;
	CHECK(!ct_tree_head_verify(&other, s.spki));
	CHECK(!ct_tree_head_verify(&h, bytes_of(s.spki.p, s.spki.n - 1)));
	CHECK(!ct_tree_head_verify(&h, bytes_of(NULL, 0)));
	arena_release(&arena);
	buffer_release(&sth);
	buffer_release(&checkpoint);
	signer_release(&s);
}

TEST(ecdsa)
{
	check_kind(signer_ec("P-256"));
}

TEST(rsa)
{
	check_kind(signer_rsa(2048));
}

TEST(other_keys_are_refused)
{
	struct ct_tree_head h = sample();
	struct signer refused[] = {signer_ec("P-384"), signer_ec("secp256k1"), signer_rsa(1024)};
	for (size_t i = 0; i < 3; i++) {
		struct buffer signature;
		buffer_init(&signature, 4096);
		put_signature(&refused[i], &h, &signature);
		h.signature = buffer_bytes(&signature);
		CHECK(!ct_tree_head_verify(&h, refused[i].spki));
		buffer_release(&signature);
		signer_release(&refused[i]);
	}
}

/* The algorithm named must be the key's, the hash SHA-256, the length right, nothing behind it. */
TEST(digitally_signed_is_strict)
{
	struct signer s = signer_ec("P-256"), another = signer_ec("P-256"), rsa = signer_rsa(2048);
	struct ct_tree_head h = sample();
	struct buffer signature;
	buffer_init(&signature, 4096);
	put_signature(&s, &h, &signature);
	h.signature = buffer_bytes(&signature);
	CHECK(ct_tree_head_verify(&h, s.spki));
	CHECK(!ct_tree_head_verify(&h, another.spki));
	CHECK(!ct_tree_head_verify(&h, rsa.spki));
	for (size_t i = 0; i < signature.n; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			signature.p[i] ^= (uint8_t)(1u << bit);
			CHECK(!ct_tree_head_verify(&h, s.spki));
			signature.p[i] ^= (uint8_t)(1u << bit);
		}
	for (h.signature.n = 0; h.signature.n < signature.n; h.signature.n++) {
		CHECK(!ct_tree_head_verify(&h, s.spki));
		CHECK_U64(ct_digitally_signed_parse(h.signature).code, FAULT_TRUNCATED);
	}
	buffer_put_u8(&signature, 0);
	h.signature = buffer_bytes(&signature);
	CHECK(!ct_tree_head_verify(&h, s.spki));
	CHECK_U64(ct_digitally_signed_parse(h.signature).code, FAULT_TRAILING);
	buffer_release(&signature);
	signer_release(&s);
	signer_release(&another);
	signer_release(&rsa);
}

TEST(sth_cut_and_flipped)
{
	struct signer s = signer_ec("P-256");
	struct ct_tree_head expected = sample(), h;
	struct buffer sth = make_sth(&s);
	uint64_t seed = 4;
	arena_init(&arena, LIMIT_ARENA_BYTES);
	for (size_t n = 0; n < sth.n; n++) {
		arena_reset(&arena);
		CHECK(fault_is_set(ct_sth_parse(bytes_of(sth.p, n), &arena, &h)));
		CHECK(h.signature.n == 0);
	}
	for (size_t i = 0; i < sth.n; i++)
		for (unsigned bit = 0; bit < (test_long() ? 8 : 1); bit++) {
			uint8_t flip = (uint8_t)(1u << (test_long() ? bit : test_random(&seed) % 8));
			sth.p[i] ^= flip;
			/* The unknown member may change; nothing that is signed may. */
			CHECK(!sth_good(&s, buffer_bytes(&sth), &h) || same_head(&h, &expected));
			sth.p[i] ^= flip;
		}
	arena_release(&arena);
	buffer_release(&sth);
	signer_release(&s);
}

#define ROOT      "\"sha256_root_hash\":\"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\""
#define SIGNATURE "\"tree_head_signature\":\"BAMAAA==\""

static enum fault_code sth_code(const char *json)
{
	struct ct_tree_head h;
	arena_reset(&arena);
	return ct_sth_parse(bytes_of_text(json), &arena, &h).code;
}

TEST(sth_fields)
{
	arena_init(&arena, LIMIT_ARENA_BYTES);
	CHECK_U64(sth_code("{\"tree_size\":0,\"timestamp\":0," ROOT "," SIGNATURE "}"), FAULT_NONE);
	CHECK_U64(sth_code("{\"tree_size\":9223372036854775807,\"timestamp\":1," ROOT "," SIGNATURE "}"), FAULT_NONE);
	CHECK_U64(sth_code("{\"tree_size\":9223372036854775808,\"timestamp\":1," ROOT "," SIGNATURE "}"), FAULT_VALUE);
	CHECK_U64(sth_code("{\"tree_size\":1,\"timestamp\":9223372036854775808," ROOT "," SIGNATURE "}"), FAULT_VALUE);
	CHECK_U64(sth_code("{\"tree_size\":-1,\"timestamp\":1," ROOT "," SIGNATURE "}"), FAULT_VALUE);
	CHECK_U64(sth_code("{\"tree_size\":1.0,\"timestamp\":1," ROOT "," SIGNATURE "}"), FAULT_VALUE);
	CHECK_U64(sth_code("{\"tree_size\":1e3,\"timestamp\":1," ROOT "," SIGNATURE "}"), FAULT_VALUE);
	CHECK_U64(sth_code("{\"tree_size\":\"1\",\"timestamp\":1," ROOT "," SIGNATURE "}"), FAULT_TAG);
	CHECK_U64(sth_code("{\"timestamp\":1," ROOT "," SIGNATURE "}"), FAULT_MISSING);
	CHECK_U64(sth_code("{\"tree_size\":1," ROOT "," SIGNATURE "}"), FAULT_MISSING);
	CHECK_U64(sth_code("{\"tree_size\":1,\"timestamp\":1," SIGNATURE "}"), FAULT_MISSING);
	CHECK_U64(sth_code("{\"tree_size\":1,\"timestamp\":1," ROOT "}"), FAULT_MISSING);
	CHECK_U64(sth_code("{\"tree_size\":1,\"tree_size\":1,\"timestamp\":1," ROOT "," SIGNATURE "}"),
	          FAULT_DUPLICATE);
	CHECK_U64(sth_code("{\"tree_size\":1,\"timestamp\":1,\"sha256_root_hash\":\"AAAA\"," SIGNATURE "}"),
	          FAULT_LENGTH);
	CHECK_U64(sth_code("{\"tree_size\":1,\"timestamp\":1," ROOT ",\"tree_head_signature\":\"BAMAAA\"}"),
	          FAULT_ENCODING);
	CHECK_U64(sth_code("{\"tree_size\":1,\"timestamp\":1," ROOT ",\"tree_head_signature\":\"BAMAAAA=\"}"),
	          FAULT_TRAILING);
	CHECK_U64(sth_code("{\"tree_size\":1,\"timestamp\":1," ROOT ",\"tree_head_signature\":\"BAM=\"}"),
	          FAULT_TRUNCATED);
	CHECK_U64(sth_code("[]"), FAULT_TAG);
	CHECK_U64(sth_code("<html>"), FAULT_SYNTAX);
	arena_release(&arena);
}

TEST(checkpoint_cut_and_flipped)
{
	struct signer s = signer_ec("P-256");
	struct ct_tree_head expected = sample(), h;
	struct buffer text = make_checkpoint(&s);
	uint64_t seed = 5;
	arena_init(&arena, LIMIT_ARENA_BYTES);
	for (size_t n = 0; n < text.n; n++)
		CHECK_THAT(checkpoint_code(&s, bytes_of(text.p, n)) != FAULT_NONE, "cut to %zu", n);
	for (size_t i = 0; i < text.n; i++)
		for (unsigned bit = 0; bit < (test_long() ? 8 : 1); bit++) {
			uint8_t flip = (uint8_t)(1u << (test_long() ? bit : test_random(&seed) % 8));
			text.p[i] ^= flip;
			arena_reset(&arena);
			bool good = !fault_is_set(ct_checkpoint_parse(buffer_bytes(&text), &s.log_id, &arena, &h)) &&
			            ct_tree_head_verify(&h, s.spki);
			CHECK_THAT(!good || same_head(&h, &expected), "byte %zu", i);
			text.p[i] ^= flip;
		}
	struct signer another = signer_ec("P-256");
	CHECK_U64(checkpoint_code(&another, buffer_bytes(&text)), FAULT_MISMATCH);
	arena_release(&arena);
	buffer_release(&text);
	signer_release(&s);
	signer_release(&another);
}

#define NOTE_ROOT "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"

TEST(checkpoint_grammar)
{
	struct signer s = signer_ec("P-256");
	arena_init(&arena, LIMIT_ARENA_BYTES);
	CHECK_U64(checkpoint_text_code(&s, "a\n5\n" NOTE_ROOT "\n", ""), FAULT_NONE);
	CHECK_U64(checkpoint_text_code(&s, "a\n0\n" NOTE_ROOT "extension\nanother\n\n", ""), FAULT_NONE);
	CHECK_U64(checkpoint_text_code(&s, "a\n5\n" NOTE_ROOT "\n" DASH "b AAAA\n" DASH "a AAAA\n" DASH "aAAAA\n", ""),
	          FAULT_NONE);
	CHECK_U64(checkpoint_text_code(&s, "a\n5\n" NOTE_ROOT "\n" DASH "a !\n" DASH "a \n" DASH "\n", ""), FAULT_NONE);
	CHECK_U64(checkpoint_text_code(&s, "b\n5\n" NOTE_ROOT "\n", ""), FAULT_MISSING);
	CHECK_U64(checkpoint_text_code(&s, "a\n05\n" NOTE_ROOT "\n", ""), FAULT_VALUE);
	CHECK_U64(checkpoint_text_code(&s, "a\n+5\n" NOTE_ROOT "\n", ""), FAULT_VALUE);
	CHECK_U64(checkpoint_text_code(&s, "a\n\n" NOTE_ROOT "\n", ""), FAULT_VALUE);
	CHECK_U64(checkpoint_text_code(&s, "a\n9223372036854775808\n" NOTE_ROOT "\n", ""), FAULT_VALUE);
	CHECK_U64(checkpoint_text_code(&s, "a\n5\n47DEQpj8\n\n", ""), FAULT_ENCODING);
	CHECK_U64(checkpoint_text_code(&s, "a\n5\n", ""), FAULT_MISSING);
	CHECK_U64(checkpoint_text_code(&s, "a\n5\n" NOTE_ROOT, ""), FAULT_MISSING);
	CHECK_U64(checkpoint_text_code(&s, "\n5\n" NOTE_ROOT "\n", ""), FAULT_SYNTAX);
	CHECK_U64(checkpoint_text_code(&s, "a b\n5\n" NOTE_ROOT "\n", ""), FAULT_SYNTAX);
	CHECK_U64(checkpoint_text_code(&s, "a\n5\n" NOTE_ROOT "\nextension\n\n", ""), FAULT_SYNTAX);
	CHECK_U64(checkpoint_text_code(&s, "a\n5\n" NOTE_ROOT "\n- b AAAA\n", ""), FAULT_SYNTAX);
	CHECK_U64(checkpoint_text_code(&s, "a\r\n5\r\n" NOTE_ROOT "\n", ""), FAULT_ENCODING);
	CHECK_U64(checkpoint_text_code(&s, "a\n5\n" NOTE_ROOT "\xc3\x28\n\n", ""), FAULT_ENCODING);
	CHECK_U64(checkpoint_text_code(&s, "a\n5\n" NOTE_ROOT "\n", DASH "b AAAA"), FAULT_TRUNCATED);
	CHECK_U64(checkpoint_text_code(&s, "a\n5\n" NOTE_ROOT "\n", "\n"), FAULT_SYNTAX);
	arena_release(&arena);
	signer_release(&s);
}

TEST(checkpoint_lines)
{
	struct signer s = signer_ec("P-256");
	struct ct_tree_head h = sample();
	struct buffer b;
	arena_init(&arena, LIMIT_ARENA_BYTES);
	buffer_init(&b, 1 << 20);
	put_text(&h, "a", &b);
	buffer_put_text(&b, "\n");
	put_line(&s, "a", &h, &b);
	size_t one = b.n;
	put_line(&s, "a", &h, &b);
	CHECK_U64(checkpoint_code(&s, buffer_bytes(&b)), FAULT_DUPLICATE);
	b.n = one;
	for (unsigned i = 1; i < LIMIT_NOTE_SIGNATURES; i++)
		buffer_put_text(&b, DASH "witness.example AAAAAGFiYw==\n");
	CHECK_U64(checkpoint_code(&s, buffer_bytes(&b)), FAULT_NONE);
	buffer_put_text(&b, DASH "witness.example AAAAAGFiYw==\n");
	CHECK_U64(checkpoint_code(&s, buffer_bytes(&b)), FAULT_LIMIT);
	b.n = one;
	buffer_put_text(&b, DASH "w ");
	while (b.n <= LIMIT_TREE_HEAD_BYTES)
		buffer_put_u8(&b, 'A');
	buffer_put_text(&b, "\n");
	CHECK_U64(checkpoint_code(&s, buffer_bytes(&b)), FAULT_LIMIT);
	buffer_release(&b);
	arena_release(&arena);
	signer_release(&s);
}

TEST(origin)
{
	struct ct_tree_head h = {.origin = "log.example/2026h1", .origin_matches = true};
	CHECK(ct_tree_head_match_origin(&h, "https://log.example/2026h1/"));
	CHECK(ct_tree_head_match_origin(&h, "https://log.example/2026h1"));
	CHECK(ct_tree_head_match_origin(&h, "log.example/2026h1"));
	CHECK(ct_tree_head_match_origin(&h, ""));
	CHECK(!ct_tree_head_match_origin(&h, "https://log.example/2026h2/") && !h.origin_matches);
	CHECK(!ct_tree_head_match_origin(&h, "https://mon.log.example/2026h1/"));
	h.origin = "";
	CHECK(ct_tree_head_match_origin(&h, "https://log.example/") && h.origin_matches);
}
