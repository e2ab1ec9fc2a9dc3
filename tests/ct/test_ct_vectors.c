/* The certificate-transparency layer against public data of real logs and of other implementations. */
#include "test.h"

#include <dirent.h>

#include "base/base64.h"
#include "base/json.h"
#include "base/limits.h"
#include "ct/entry.h"
#include "ct/log_list.h"
#include "ct/merkle.h"
#include "ct/page.h"
#include "ct/proof.h"
#include "ct/tile.h"
#include "ct/tree_head.h"

static struct arena arena; /* for what the test itself reads */

__attribute__((constructor(65535))) static void need(void)
{
	test_need_vectors("ct");
	arena_init(&arena, LIMIT_ARENA_BYTES);
}

/* A JSON file of the vectors; it lives as long as the arena. */
static const struct json *tree_of(const char *path)
{
	struct buffer b = test_vector("%s", path);
	const struct json *root = NULL;
	struct fault f = json_parse(&arena, arena_bytes(&arena, buffer_bytes(&b)), &root);
	CHECK_THAT(!fault_is_set(f), "%s", path);
	buffer_release(&b);
	return root;
}

static struct bytes decoded(const struct json *v)
{
	struct bytes out = {NULL, 0};
	CHECK(json_is(v, JSON_STRING) && base64_decode_arena(&arena, v->text, &out));
	return out;
}

static bool is_hash(const struct json *v, struct sha256 *out)
{
	struct bytes b = {NULL, 0};
	if (!json_is(v, JSON_STRING) || !base64_decode_arena(&arena, v->text, &b) || b.n != SHA256_BYTES)
		return false;
	memcpy(out->b, b.p, SHA256_BYTES);
	return true;
}

static struct sha256 hash_of_hex(const struct json *v)
{
	struct sha256 h = {{0}};
	CHECK(json_is(v, JSON_STRING) && hex_decode(v->text, h.b, SHA256_BYTES));
	return h;
}

static uint64_t number(const struct json *object, const char *name)
{
	uint64_t v = 0;
	CHECK(json_u64(json_get(object, name), UINT64_MAX, &v));
	return v;
}

/* ---- log lists ---- */

TEST(google_list_and_its_signature)
{
	struct buffer json = test_vector("ct/loglist/google-log_list.json"),
	              signature = test_vector("ct/loglist/google-log_list.sig"),
	              pem = test_vector("ct/loglist/google-log_list_pubkey.pem");
	struct ct_log_list list;
	uint64_t seed = 7;
	CHECK_U64(ct_log_list_parse(buffer_bytes(&json), &arena, &list).code, FAULT_NONE);
	CHECK_TEXT(list.version, "54.12");
	CHECK_U64(list.timestamp_ms, INT64_C(1748004855000));
	CHECK_U64(list.n, 42);
	CHECK_TEXT(list.logs[0].name, "Google 'Argon2025h1' log");
	CHECK_TEXT(list.logs[0].operator, "Google");
	CHECK_TEXT(list.logs[0].state, "usable");
	CHECK(ct_log_list_verify(buffer_bytes(&json), buffer_bytes(&signature), buffer_bytes(&pem)));
	CHECK(ct_log_list_verify(buffer_bytes(&json), buffer_bytes(&signature), ct_log_list_builtin_key));
	for (size_t i = 0; i < json.n; i += test_long() ? 1 : 17) {
		uint8_t flip = (uint8_t)(1u << test_random(&seed) % 8);
		json.p[i] ^= flip;
		CHECK(!ct_log_list_verify(buffer_bytes(&json), buffer_bytes(&signature), ct_log_list_builtin_key));
		json.p[i] ^= flip;
	}
	for (size_t i = 0; i < signature.n; i++) {
		uint8_t flip = (uint8_t)(1u << test_random(&seed) % 8);
		signature.p[i] ^= flip;
		CHECK(!ct_log_list_verify(buffer_bytes(&json), buffer_bytes(&signature), ct_log_list_builtin_key));
		signature.p[i] ^= flip;
	}
	buffer_release(&json);
	buffer_release(&signature);
	buffer_release(&pem);
}

TEST(all_logs_list)
{
	struct buffer json = test_vector("ct/loglist/mcpherrinm-google-all_log_list.json");
	struct ct_log_list list;
	size_t logs = 0, tiled = 0, stateless = 0, readonly = 0, final = 0;
	CHECK_U64(ct_log_list_parse(buffer_bytes(&json), &arena, &list).code, FAULT_NONE);
	for (size_t i = 0; i < list.n; i++) {
		const struct ct_log *log = &list.logs[i];
		struct sha256 id = hash_sha256(log->key);
		CHECK(sha256_equal(&id, &log->log_id));
		CHECK(strncmp(log->url, "https://", 8) == 0);
		CHECK((log->kind == CT_LOG_STATIC) == (log->submission_url[0] != 0));
		logs += log->kind == CT_LOG_RFC6962;
		tiled += log->kind == CT_LOG_STATIC;
		stateless += log->state[0] == 0;
		readonly += strcmp(log->state, "readonly") == 0;
		final += log->has_final;
	}
	CHECK_U64(logs, 42);
	CHECK_U64(tiled, 75);
	CHECK_U64(stateless, 7 + 32);
	CHECK_U64(readonly, 2);
	CHECK_U64(final, readonly);
	buffer_release(&json);
}

/* ---- tree heads ---- */

TEST(signed_tree_heads)
{
	const struct json *vectors = tree_of("ct/sth/sth-vectors.json");
	size_t valid = 0, invalid = 0;
	for (const struct json *v = vectors->first; v; v = v->next) {
		struct ct_tree_head h;
		struct fault f = FAULT_OK;
		struct bytes expect = json_string(v, "expect", &f), input;
		uint8_t message[CT_TREE_HEAD_SIGNED_BYTES];
		CHECK_U64(ct_sth_parse(json_get(v, "sth")->raw, &arena, &h).code, FAULT_NONE);
		ct_tree_head_signed_bytes(&h, message);
		CHECK(!json_is(json_get(v, "signature_input_hex"), JSON_STRING) ||
		      (hex_decode_arena(&arena, json_get(v, "signature_input_hex")->text, &input) &&
		       bytes_equal(input, bytes_of(message, sizeof(message)))));
		if (!json_is(json_get(v, "key"), JSON_STRING))
			continue;
		bool good = bytes_equal_text(expect, "valid");
		CHECK(ct_tree_head_verify(&h, decoded(json_get(v, "key"))) == good);
		valid += good;
		invalid += !good;
	}
	CHECK_U64(valid, 7);
	CHECK_U64(invalid, 3);
}

TEST(checkpoints)
{
	static const char id[] = "494d9049b8af3e5acaba993e4c1f3056737aa9f96d00f7b0b9b25106f7be1a8f";
	struct sha256 log_id;
	CHECK(hex_decode(bytes_of_text(id), log_id.b, SHA256_BYTES));
	for (unsigned i = 0; i < 16; i++) {
		struct buffer b =
		        test_vector("ct/checkpoint/sycamore2024h2-%02u-parse-%s.txt", i, i < 6 ? "ok" : "fail");
		struct ct_tree_head h;
		struct fault f = ct_checkpoint_parse(buffer_bytes(&b), &log_id, &arena, &h);
		CHECK_THAT(fault_is_set(f) == (i >= 6), "%u: %s %s", i, fault_code_name(f.code), f.field);
		if (i < 6) {
			CHECK_U64(h.tree_size, 820495916);
			CHECK_U64(h.timestamp_ms, INT64_C(1719511711300));
			CHECK_TEXT(h.origin, "sycamore.ct.letsencrypt.org/2024h2");
			CHECK(ct_tree_head_match_origin(&h, "https://sycamore.ct.letsencrypt.org/2024h2/"));
		}
		buffer_release(&b);
	}
}

TEST(skylight_checkpoints)
{
	const struct json *log = tree_of("ct/tiles/skylight-testdata/tree/log.v3.json");
	struct bytes key = decoded(json_get(log, "key"));
	struct sha256 log_id = hash_sha256(key), listed;
	static const char *const files[] = {
	        "tree/checkpoint",
	        "witness/000de184301123b9278c086a7d9f68c9577e83872224c197058fd90784ea9706/checkpoint", /* cosigned */
	};
	CHECK(is_hash(json_get(log, "log_id"), &listed) && sha256_equal(&log_id, &listed));
	for (size_t i = 0; i < 2; i++) {
		struct buffer b = test_vector("ct/tiles/skylight-testdata/%s", files[i]);
		struct ct_tree_head h;
		CHECK_U64(ct_checkpoint_parse(buffer_bytes(&b), &log_id, &arena, &h).code, FAULT_NONE);
		CHECK(h.tree_size == 300 && ct_tree_head_verify(&h, key));
		CHECK(ct_tree_head_match_origin(&h, "https://rome2026h1.example.org/"));
		struct ct_tree_head changed = h;
		changed.root.b[0] ^= 1;
		CHECK(!ct_tree_head_verify(&changed, key));
		buffer_release(&b);
	}
	/* A mirror's checkpoint, which the log itself did not sign. */
	struct buffer b = test_vector("ct/tiles/skylight-testdata/witness/mirror/"
	                              "000de184301123b9278c086a7d9f68c9577e83872224c197058fd90784ea9706/checkpoint");
	struct ct_tree_head h;
	CHECK_U64(ct_checkpoint_parse(buffer_bytes(&b), &log_id, &arena, &h).code, FAULT_MISSING);
	buffer_release(&b);
}

/* The tiles of that mirror: 300 leaves, whose root its checkpoint tells in its third line. */
TEST(frontier_from_real_tiles)
{
	static const char dir[] = "ct/tiles/skylight-testdata/witness/mirror/"
	                          "000de184301123b9278c086a7d9f68c9577e83872224c197058fd90784ea9706";
	struct buffer note = test_vector("%s/checkpoint", dir), first = test_vector("%s/tile/0/000", dir),
	              second = test_vector("%s/tile/0/001.p/44", dir), top = test_vector("%s/tile/1/000.p/1", dir);
	struct bytes tiles[CT_TILE_LEVELS] = {buffer_bytes(&second), buffer_bytes(&top)}, line;
	struct sha256 root, leaves[300];
	struct ct_frontier f, grown;
	const char *text = buffer_text(&note), *third = strchr(strchr(text, '\n') + 1, '\n') + 1;
	CHECK(base64_decode_arena(&arena, bytes_of(third, 44), &line) && line.n == SHA256_BYTES);
	memcpy(root.b, line.p, SHA256_BYTES);
	CHECK_U64(ct_hash_tile_parse(buffer_bytes(&first), 256, leaves).code, FAULT_NONE);
	CHECK_U64(ct_hash_tile_parse(buffer_bytes(&second), 44, leaves + 256).code, FAULT_NONE);
	ct_frontier_init(&grown);
	for (size_t i = 0; i < 300; i++)
		ct_frontier_append(&grown, &leaves[i]);
	CHECK(ct_frontier_from_tiles(300, tiles, &root, &f));
	CHECK(f.n == grown.n && memcmp(f.nodes, grown.nodes, f.n * sizeof(f.nodes[0])) == 0);
	buffer_release(&note);
	buffer_release(&first);
	buffer_release(&second);
	buffer_release(&top);
}

/* ---- entries ---- */

static void check_chain(struct bytes chain, const struct json *expected)
{
	struct cursor c = cursor_of(chain);
	struct bytes certificate;
	const struct json *v = expected->first;
	for (; ct_chain_next(&c, &certificate) && v; v = v->next) {
		struct sha256 h = hash_sha256(certificate), want = hash_of_hex(v);
		CHECK(sha256_equal(&h, &want));
	}
	CHECK(cursor_ok(&c) && !v);
}

TEST(decoded_entries)
{
	const struct json *entries = tree_of("ct/entries/entries.json");
	CHECK_U64(entries->count, 7);
	for (const struct json *v = entries->first; v; v = v->next) {
		struct ct_entry e;
		struct sha256 want;
		CHECK_U64(ct_leaf_parse(decoded(json_get(v, "leaf_input")), &e).code, FAULT_NONE);
		CHECK_U64(ct_extra_data_parse(decoded(json_get(v, "extra_data")), &e).code, FAULT_NONE);
		CHECK_U64(e.timestamp_ms, number(v, "timestamp"));
		CHECK_U64(e.type, number(v, "entry_type"));
		CHECK_U64(e.certificate.n, number(v, "cert_or_tbs_len"));
		struct sha256 leaf = ct_leaf_hash(e.leaf), certificate = hash_sha256(e.certificate);
		CHECK(is_hash(json_get(v, "leaf_hash"), &want) && sha256_equal(&leaf, &want));
		want = hash_of_hex(json_get(v, "cert_or_tbs_sha256"));
		CHECK(sha256_equal(&certificate, &want));
		if (e.type == CT_ENTRY_PRECERT) {
			want = hash_of_hex(json_get(v, "issuer_key_hash"));
			CHECK(sha256_equal(&e.issuer_key_hash, &want));
			struct sha256 precert = hash_sha256(e.precertificate);
			want = hash_of_hex(json_get(v, "precert_sha256"));
			CHECK(sha256_equal(&precert, &want));
		}
		check_chain(e.chain, json_get(v, "chain_sha256"));
	}
}

struct folded {
	struct ct_frontier frontier;
	struct sha256 last;
};

static bool fold(void *context, size_t ordinal, struct bytes leaf_input, struct bytes extra_data_base64)
{
	struct folded *f = context;
	struct ct_entry e;
	struct bytes extra;
	CHECK_U64(f->frontier.size, ordinal);
	CHECK_U64(ct_leaf_parse(leaf_input, &e).code, FAULT_NONE);
	CHECK(base64_decode_arena(&arena, extra_data_base64, &extra));
	CHECK_U64(ct_extra_data_parse(extra, &e).code, FAULT_NONE);
	CHECK(e.chain.n > 0);
	f->last = ct_leaf_hash(leaf_input);
	return ct_frontier_append(&f->frontier, &f->last);
}

static struct folded fold_page(const char *path, size_t count)
{
	struct buffer page = test_vector("%s", path), scratch;
	struct folded f = {.frontier.size = 0};
	struct ct_page_handler handler = {fold, &f};
	size_t n;
	buffer_init(&scratch, LIMIT_PAGE_BYTES);
	CHECK_U64(ct_page_each(buffer_bytes(&page), count, &scratch, &handler, &n).code, FAULT_NONE);
	CHECK_U64(n, count);
	buffer_release(&page);
	buffer_release(&scratch);
	return f;
}

/* Four entries that do not hash to the root of their tree head. */
TEST(entries_against_their_tree_head)
{
	struct buffer sth = test_vector("ct/entries/ctgo-four-entries.get-sth.json");
	struct folded f = fold_page("ct/entries/ctgo-four-entries.get-entries.json", 4);
	struct ct_tree_head h;
	CHECK_U64(ct_sth_parse(buffer_bytes(&sth), &arena, &h).code, FAULT_NONE);
	struct sha256 root = ct_frontier_root(&f.frontier);
	CHECK(f.frontier.size == h.tree_size && !sha256_equal(&root, &h.root));
	buffer_release(&sth);
}

/* ---- answers of a real RFC 6962 log ---- */

TEST(answers_of_argon2020)
{
	struct buffer sth = test_vector("ct/http/get-sth"),
	              by_hash = test_vector("ct/http/get-proof-by-hash-tree-size-961984011-hash-"
	                                    "nCs3mfIydh9x4CKyQ-2Bu2xtmpxmFggA5MLymHwNQSlLg-3D"),
	              consistency = test_vector("ct/http/get-sth-consistency-first-3654490-second-961984011");
	const struct json *expected = tree_of("ct/http/consistency-expected.json");
	struct ct_tree_head h;
	struct ct_proof proof;
	struct sha256 first_root, second_root;
	uint64_t index;
	CHECK_U64(ct_sth_parse(buffer_bytes(&sth), &arena, &h).code, FAULT_NONE);
	CHECK_U64(h.tree_size, 961984011);
	struct folded f = fold_page("ct/http/get-entries-start-10000-end-10000", 1);
	CHECK_U64(ct_proof_by_hash_parse(buffer_bytes(&by_hash), &arena, &index, &proof).code, FAULT_NONE);
	CHECK(index == 10000 && proof.n == 30);
	CHECK(ct_inclusion_verify(index, h.tree_size, &f.last, proof.nodes, proof.n, &h.root));
	CHECK(!ct_inclusion_verify(index + 1, h.tree_size, &f.last, proof.nodes, proof.n, &h.root));
	CHECK(!ct_inclusion_verify(index, h.tree_size, &f.last, proof.nodes, proof.n - 1, &h.root));
	CHECK_U64(ct_consistency_parse(buffer_bytes(&consistency), &arena, &proof).code, FAULT_NONE);
	CHECK(is_hash(json_get(expected, "first_root"), &first_root) &&
	      is_hash(json_get(expected, "second_root"), &second_root));
	CHECK(sha256_equal(&second_root, &h.root));
	CHECK(ct_consistency_verify(3654490, h.tree_size, &first_root, &h.root, proof.nodes, proof.n));
	CHECK(!ct_consistency_verify(3654491, h.tree_size, &first_root, &h.root, proof.nodes, proof.n));
	CHECK(!ct_consistency_verify(3654490, h.tree_size, &h.root, &first_root, proof.nodes, proof.n));
	buffer_release(&sth);
	buffer_release(&by_hash);
	buffer_release(&consistency);
}

/* ---- tiles of a real static log ---- */

static size_t check_tile(uint64_t index, unsigned width, struct ct_frontier *frontier, bool *grown)
{
	char data_path[CT_TILE_PATH_SIZE], hash_path[CT_TILE_PATH_SIZE];
	CHECK(ct_tile_path(CT_TILE_DATA, index, width, data_path, sizeof(data_path)));
	CHECK(ct_tile_path(0, index, width, hash_path, sizeof(hash_path)));
	struct buffer data = test_vector("ct/tiles/navigli2025h2/%s", data_path),
	              hashes = test_vector("ct/tiles/navigli2025h2/%s", hash_path);
	struct sha256 expected[CT_TILE_WIDTH], computed[CT_TILE_WIDTH];
	CHECK_U64(ct_hash_tile_parse(buffer_bytes(&hashes), width, expected).code, FAULT_NONE);
	struct cursor c = cursor_of(buffer_bytes(&data));
	struct ct_entry e;
	size_t n = 0;
	for (; n < width && ct_tile_entry_next(&c, &e); n++) {
		CHECK_U64(e.fault.code, FAULT_NONE);
		CHECK_U64(e.type, CT_ENTRY_PRECERT);
		CHECK(e.has_leaf_index && e.leaf_index == index * CT_TILE_WIDTH + n);
		CHECK(e.precertificate.n > 0 && e.fingerprints.n >= SHA256_BYTES);
		computed[n] = ct_tile_leaf_hash(e.leaf);
		CHECK(sha256_equal(&computed[n], &expected[n]));
	}
	CHECK(!ct_tile_entry_next(&c, &e) && cursor_ok(&c));
	*grown = frontier->size == index * CT_TILE_WIDTH;
	if (*grown && width == CT_TILE_WIDTH) {
		struct ct_subtree run[CT_SUBTREES_MAX];
		CHECK_U64(ct_subtrees(frontier->size, computed, n, run), 1);
		CHECK(ct_frontier_append_subtree(frontier, run[0].level, &run[0].hash));
	}
	buffer_release(&data);
	buffer_release(&hashes);
	return n;
}

TEST(tiles_of_navigli)
{
	struct ct_frontier frontier;
	bool grown;
	size_t n = 0;
	ct_frontier_init(&frontier);
	for (uint64_t index = 0; index < 4; index++) {
		n += check_tile(index, CT_TILE_WIDTH, &frontier, &grown);
		CHECK(grown);
	}
	CHECK(frontier.size == 1024 && frontier.n == 1);
	n += check_tile(3, 10, &frontier, &grown);
	CHECK_U64(n, 1034);
}

/* A tile of a real log, cut and flipped: no entry reaches outside, and no changed leaf hashes the same. */
TEST(a_real_tile_cut_and_flipped)
{
	struct buffer data = test_vector("ct/tiles/navigli2025h2/tile/data/003.p/10"),
	              hashes = test_vector("ct/tiles/navigli2025h2/tile/0/003.p/10");
	struct sha256 expected[10];
	struct ct_entry e;
	uint64_t seed = 8;
	CHECK_U64(ct_hash_tile_parse(buffer_bytes(&hashes), 10, expected).code, FAULT_NONE);
	for (size_t i = 0; i < data.n; i++) {
		struct cursor c = cursor_of(bytes_of(data.p, i));
		size_t n = 0;
		while (ct_tile_entry_next(&c, &e))
			n++;
		CHECK(n < 10);
		uint8_t flip = (uint8_t)(1u << test_random(&seed) % 8);
		data.p[i] ^= flip;
		c = cursor_of(buffer_bytes(&data));
		bool changed = false;
		for (n = 0; ct_tile_entry_next(&c, &e); n++) {
			struct sha256 h = ct_tile_leaf_hash(e.leaf);
			bool covered = e.leaf.p <= data.p + i && data.p + i < e.leaf.p + e.leaf.n;
			CHECK(!covered || n >= 10 || !sha256_equal(&h, &expected[n]));
			changed = changed || covered;
		}
		CHECK(changed || !cursor_ok(&c) || n <= 10);
		data.p[i] ^= flip;
	}
	buffer_release(&data);
	buffer_release(&hashes);
}

/* ---- proofs, good and bad ---- */

static size_t take_path(const struct json *proof, struct sha256 out[LIMIT_PROOF_NODES], bool *readable)
{
	size_t n = 0;
	for (const struct json *v = proof ? proof->first : NULL; v; v = v->next) {
		if (n == LIMIT_PROOF_NODES || !is_hash(v, &out[n])) {
			*readable = false;
			return 0;
		}
		n++;
	}
	return n;
}

/* Roots of other lengths than a hash has ("don't care") are stood in for by their own hash; an empty one
 * is none. A number that our types cannot hold is refused by the parser, before any proof. */
static bool stand_in(const struct json *v, struct sha256 *out)
{
	if (!json_is(v, JSON_STRING) || v->text.n == 0)
		return false;
	if (!is_hash(v, out))
		*out = hash_sha256(v->text);
	return true;
}

static void check_proof_file(const char *path)
{
	const struct json *v = tree_of(path);
	struct sha256 a, b, proof[LIMIT_PROOF_NODES];
	bool readable = true, inclusion = json_get(v, "leafIdx") != NULL;
	size_t n = take_path(json_get(v, "proof"), proof, &readable);
	uint64_t first = 0, second = 0;
	readable = stand_in(json_get(v, inclusion ? "leafHash" : "root1"), &a) && readable;
	readable = stand_in(json_get(v, inclusion ? "root" : "root2"), &b) && readable;
	readable = json_u64(json_get(v, inclusion ? "leafIdx" : "size1"), UINT64_MAX, &first) && readable;
	readable = json_u64(json_get(v, inclusion ? "treeSize" : "size2"), UINT64_MAX, &second) && readable;
	bool good = readable && (inclusion ? ct_inclusion_verify(first, second, &a, proof, n, &b)
	                                   : ct_consistency_verify(first, second, &a, &b, proof, n));
	CHECK(json_is(json_get(v, "wantErr"), JSON_BOOLEAN));
	CHECK_THAT(good == !json_get(v, "wantErr")->truth, "%s", path);
}

static size_t check_folder(const char *folder)
{
	char path[1024], full[4096];
	size_t n = 0;
	snprintf(full, sizeof(full), "%s/%s", test_vectors(), folder);
	DIR *dir = opendir(full);
	if (!dir)
		return 0;
	for (struct dirent *d; (d = readdir(dir));) {
		size_t length = strlen(d->d_name);
		snprintf(path, sizeof(path), "%s/%s", folder, d->d_name);
		if (length > 5 && strcmp(d->d_name + length - 5, ".json") == 0) {
			check_proof_file(path);
			n++;
		} else if (d->d_name[0] != '.') {
			n += check_folder(path);
		}
	}
	closedir(dir);
	return n;
}

TEST(proof_corpus)
{
	size_t inclusion = check_folder("ct/merkle/inclusion"), consistency = check_folder("ct/merkle/consistency");
	printf("%zu inclusion and %zu consistency proofs\n", inclusion, consistency);
	CHECK(inclusion >= 90 && consistency >= 90);
}

static size_t hex_path(const struct json *path, struct sha256 *out)
{
	size_t n = 0;
	for (const struct json *v = path->first; v && n < LIMIT_PROOF_NODES; v = v->next)
		out[n++] = hash_of_hex(v);
	return n;
}

TEST(reference_tree_of_eight_leaves)
{
	const struct json *t = tree_of("ct/merkle/rfc6962-reference-8-leaves.json"),
	                  *hashes = json_get(t, "leaf_hashes");
	struct sha256 leaves[8], roots[9], path[LIMIT_PROOF_NODES];
	struct ct_frontier f;
	ct_frontier_init(&f);
	for (size_t i = 0; i <= 8; i++) {
		char name[4];
		snprintf(name, sizeof(name), "%zu", i);
		roots[i] = hash_of_hex(json_get(json_get(t, "roots"), name));
		struct sha256 root = ct_frontier_root(&f);
		CHECK(sha256_equal(&root, &roots[i]));
		CHECK_U64(hex_path(json_get(json_get(t, "compact_range"), name), path), f.n);
		CHECK(memcmp(path, f.nodes, f.n * sizeof(path[0])) == 0);
		if (i == 8)
			break;
		struct bytes leaf;
		CHECK(hex_decode_arena(&arena, json_at(json_get(t, "leaves_hex"), i)->text, &leaf));
		leaves[i] = ct_merkle_leaf(leaf);
		struct sha256 want = hash_of_hex(json_at(hashes, i));
		CHECK(sha256_equal(&leaves[i], &want));
		ct_frontier_append(&f, &leaves[i]);
	}
	size_t inclusion = 0, consistency = 0;
	for (const struct json *v = json_get(t, "inclusion")->first; v; v = v->next, inclusion++) {
		size_t n = hex_path(json_get(v, "path"), path);
		uint64_t index = number(v, "index"), size = number(v, "size");
		CHECK(ct_inclusion_verify(index, size, &leaves[index], path, n, &roots[size]));
	}
	for (const struct json *v = json_get(t, "consistency")->first; v; v = v->next, consistency++) {
		size_t n = hex_path(json_get(v, "path"), path);
		uint64_t first = number(v, "first"), second = number(v, "second");
		CHECK(ct_consistency_verify(first, second, &roots[first], &roots[second], path, n));
	}
	CHECK(inclusion == 36 && consistency == 36);
}
