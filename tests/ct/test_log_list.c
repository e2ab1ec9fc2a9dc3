/* Log lists made up here, signed with keys of our own. */
#include "test.h"

#include <openssl/bio.h>
#include <openssl/pem.h>

#include "base/base64.h"
#include "base/limits.h"
#include "ct/log_list.h"
#include "ct/signer.h"

static struct arena arena;
static struct ct_log_list list;

static enum fault_code parse(struct bytes json)
{
	arena_reset(&arena);
	struct fault f = ct_log_list_parse(json, &arena, &list);
	if (fault_is_set(f))
		CHECK(list.n == 0 && f.field);
	return f.code;
}

/* The key and log_id members of a log whose key is the one byte id. */
static void put_identity(struct buffer *b, uint8_t id)
{
	struct sha256 log_id = hash_sha256(bytes_of(&id, 1));
	buffer_put_text(b, "\"log_id\":\"");
	base64_put(b, sha256_bytes(&log_id));
	buffer_put_text(b, "\",\"key\":\"");
	base64_put(b, bytes_of(&id, 1));
	buffer_put_text(b, "\"");
}

/* A list of one operator: '#' in the template stands for the identity of the next log (1, 2, ...), '\''
 * for a double quote. */
static struct buffer make(const char *template)
{
	struct buffer b;
	uint8_t id = 0;
	buffer_init(&b, 1 << 20);
	for (; *template; template ++) {
		if (*template == '#')
			put_identity(&b, ++id);
		else
			buffer_put_u8(&b, *template == '\'' ? '"' : (uint8_t) * template);
	}
	return b;
}

static enum fault_code code(const char *template)
{
	struct buffer b = make(template);
	enum fault_code c = parse(buffer_bytes(&b));
	buffer_release(&b);
	return c;
}

#define LIST(LOGS) "{'operators':[{'name':'Op','logs':[" LOGS "]}]}"
#define URL        "'url':'https://log.example/'"

static const char full[] =
        "{'version':'89.34','log_list_timestamp':'2026-08-29T12:54:15Z','is_all_logs':false,'operators':["
        "{'name':'Op \\u001b[1m','email':['a@b'],'logs':["
        "{'description':'Log "
        "\\u00e9',#,'url':'https://log.example/a/','mmd':86400,'state':{'usable':{'timestamp':'2023-11-26T12:00:00Z'}},"
        "'temporal_interval':{'start_inclusive':'2025-01-01T00:00:00Z','end_exclusive':'2025-07-01T00:00:00Z'},'log_"
        "type':'prod','dns':'x','tls_only':true},"
        "{#,'url':'https://log.example/b/','state':{'readonly':{'timestamp':'2024-01-01T00:00:00Z','final_tree_head':"
        "{'tree_size':12345,'sha256_root_hash':'47DEQpj8HBSa+/"
        "TImW+5JCeuQeRkm5NMpJWZG3hSuFU='}}},'certspotter_download_qps':4}],"
        "'tiled_logs':[{#,'monitoring_url':'https://mon.example/','submission_url':'https://sub.example/"
        "','mmd':60,'state':null}]},"
        "{'name':'Nobody','logs':[],'tiled_logs':[]},{'name':'None'}]}";

TEST(lists)
{
	struct sha256 empty = hash_sha256(bytes_of(NULL, 0)), id = hash_sha256(BYTES_LITERAL("\x01"));
	arena_init(&arena, LIMIT_ARENA_BYTES);
	CHECK_U64(code(full), FAULT_NONE);
	CHECK_TEXT(list.version, "89.34");
	CHECK_U64(list.timestamp_ms, INT64_C(1788008055000));
	CHECK_U64(list.n, 3);
	if (list.n == 3) {
		const struct ct_log *log = &list.logs[0];
		CHECK_TEXT(log->operator, "Op \\x1b[1m");
		CHECK_TEXT(log->name, "Log \\xc3\\xa9");
		CHECK_TEXT(log->url, "https://log.example/a/");
		CHECK_TEXT(log->submission_url, "");
		CHECK_TEXT(log->state, "usable");
		CHECK_TEXT(log->log_type, "prod");
		CHECK(log->kind == CT_LOG_RFC6962 && log->mmd_s == 86400 && sha256_equal(&log->log_id, &id));
		CHECK(bytes_equal(log->key, BYTES_LITERAL("\x01")));
		CHECK_U64(log->state_since_ms, INT64_C(1700999999000) + 1000);
		CHECK(log->has_interval && !log->has_final);
		CHECK_U64(log->interval_start_ms, INT64_C(1735689600000));
		CHECK_U64(log->interval_end_ms, INT64_C(1751328000000));
		log++;
		CHECK_TEXT(log->name, "");
		CHECK_TEXT(log->state, "readonly");
		CHECK(log->has_final && log->final_size == 12345 && sha256_equal(&log->final_root, &empty));
		CHECK(!log->has_interval && log->mmd_s == 86400);
		log++;
		CHECK(log->kind == CT_LOG_STATIC && log->mmd_s == 60);
		CHECK_TEXT(log->url, "https://mon.example/");
		CHECK_TEXT(log->submission_url, "https://sub.example/");
		CHECK_TEXT(log->state, "");
		CHECK_TEXT(log->log_type, "");
	}
	CHECK_U64(code(LIST("{#," URL "}")), FAULT_NONE);
	CHECK(list.timestamp_ms == 0 && list.n == 1);
	CHECK_TEXT(list.version, "");
	arena_release(&arena);
}

TEST(lists_refused)
{
	arena_init(&arena, LIMIT_ARENA_BYTES);
	CHECK_U64(code("[]"), FAULT_MISSING);
	CHECK_U64(code("<html>"), FAULT_SYNTAX);
	CHECK_U64(code("{}"), FAULT_MISSING);
	CHECK_U64(code("{'operators':{}}"), FAULT_TAG);
	CHECK_U64(code("{'operators':[]}"), FAULT_MISSING);
	CHECK_U64(code("{'operators':[{'name':'a','logs':[]}]}"), FAULT_MISSING);
	CHECK_U64(code("{'operators':[{'logs':[{#," URL "}]}]}"), FAULT_MISSING);
	CHECK_U64(code("{'operators':[1,{'name':'a','logs':[{#," URL "}]}]}"), FAULT_MISSING);
	CHECK_U64(code("{'operators':[{'name':'a','logs':{'x':{#," URL "}}}]}"), FAULT_TAG);
	CHECK_U64(code("{'log_list_timestamp':'today','operators':[{'name':'a','logs':[{#," URL "}]}]}"), FAULT_VALUE);
	CHECK_U64(code(LIST("1")), FAULT_TAG);
	CHECK_U64(code(LIST("{#}")), FAULT_MISSING);
	CHECK_U64(code(LIST("{#,'url':''}")), FAULT_VALUE);
	CHECK_U64(code(LIST("{#,'url':'https://log.example/\\u0000x'}")), FAULT_VALUE);
	CHECK_U64(code(LIST("{#,'url':'https://log.example/ x'}")), FAULT_VALUE);
	CHECK_U64(code(LIST("{#,'url':'https://l\\u00f6g.example/'}")), FAULT_VALUE);
	CHECK_U64(code(LIST("{'log_id':'47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='," URL "}")), FAULT_MISSING);
	CHECK_U64(code(LIST("{'key':'AQ=='," URL "}")), FAULT_MISSING);
	CHECK_U64(code(LIST("{'key':'AQ==','log_id':'47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='," URL "}")),
	          FAULT_MISMATCH);
	CHECK_U64(code(LIST("{'key':'A','log_id':'47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='," URL "}")),
	          FAULT_ENCODING);
	CHECK_U64(code(LIST("{'key':'AQ==','log_id':'47DEQpj8'," URL "}")), FAULT_LENGTH);
	CHECK_U64(code(LIST("{#," URL ",'mmd':-1}")), FAULT_VALUE);
	CHECK_U64(code(LIST("{#," URL ",'mmd':4294967296}")), FAULT_VALUE);
	CHECK_U64(code(LIST("{#," URL ",'mmd':'1'}")), FAULT_TAG);
	CHECK_U64(code(LIST("{#," URL ",'state':{}}")), FAULT_VALUE);
	CHECK_U64(code(LIST("{#," URL ",'state':'usable'}")), FAULT_TAG);
	CHECK_U64(code(LIST("{#," URL ",'state':{'usable':1}}")), FAULT_VALUE);
	CHECK_U64(code(LIST("{#," URL ",'state':{'usable':{}}}")), FAULT_MISSING);
	CHECK_U64(code(LIST("{#," URL ",'state':{'usable':{'timestamp':'2024-01-01T00:00:00Z'},'retired':{'timestamp':'"
	                              "2024-01-01T00:00:00Z'}}}")),
	          FAULT_VALUE);
	CHECK_U64(code(LIST("{#," URL ",'temporal_interval':{'start_inclusive':'2025-01-01T00:00:00Z'}}")),
	          FAULT_MISSING);
	CHECK_U64(code(LIST("{#," URL ",'temporal_interval':{'start_inclusive':'2025-01-01T00:00:00Z','end_exclusive':'"
	                              "2024-01-01T00:00:00Z'}}")),
	          FAULT_VALUE);
	CHECK_U64(code("{'operators':[{'name':'a','tiled_logs':[{#,'monitoring_url':'https://m.example/'}]}]}"),
	          FAULT_MISSING);
	CHECK_U64(code("{'operators':[{'name':'a','tiled_logs':[{#,'url':'https://m.example/'}]}]}"), FAULT_MISSING);
	arena_release(&arena);
}

TEST(one_log_twice)
{
	struct buffer b;
	arena_init(&arena, LIMIT_ARENA_BYTES);
	buffer_init(&b, 1 << 20);
	buffer_put_text(&b, "{\"operators\":[{\"name\":\"a\",\"logs\":[{\"url\":\"https://a.example/\",");
	put_identity(&b, 1);
	buffer_put_text(&b, "}]},{\"name\":\"b\",\"tiled_logs\":[{\"monitoring_url\":\"https://b.example/"
	                    "\",\"submission_url\":\"https://b.example/\",");
	put_identity(&b, 1);
	buffer_put_text(&b, "}]}]}");
	CHECK_U64(parse(buffer_bytes(&b)), FAULT_DUPLICATE);
	buffer_release(&b);
	arena_release(&arena);
}

TEST(lists_cut_and_flipped)
{
	struct buffer b = make(full);
	uint64_t seed = 6;
	arena_init(&arena, LIMIT_ARENA_BYTES);
	for (size_t n = 0; n < b.n; n++)
		CHECK(parse(bytes_of(b.p, n)) != FAULT_NONE);
	for (size_t i = 0; i < b.n; i++)
		for (unsigned bit = 0; bit < (test_long() ? 8 : 1); bit++) {
			uint8_t flip = (uint8_t)(1u << (test_long() ? bit : test_random(&seed) % 8));
			b.p[i] ^= flip;
			if (parse(buffer_bytes(&b)) == FAULT_NONE)
				for (size_t k = 0; k < list.n; k++) {
					struct sha256 id = hash_sha256(list.logs[k].key);
					CHECK(sha256_equal(&id, &list.logs[k].log_id));
				}
			b.p[i] ^= flip;
		}
	arena_release(&arena);
	enum fault_code last = FAULT_LIMIT;
	for (size_t max = 500; max <= 20000; max += 100) { /* memory of one task: too small, then enough */
		arena_init(&arena, max);
		enum fault_code now = parse(buffer_bytes(&b));
		CHECK(now == last || now == FAULT_NONE);
		last = now;
		arena_release(&arena);
	}
	CHECK_U64(last, FAULT_NONE);
	buffer_release(&b);
}

static void check_signature(struct signer s)
{
	uint8_t signature[1024];
	char *pem;
	struct buffer b = make(full);
	size_t n = signer_sign(&s, buffer_bytes(&b), signature);
	BIO *out = BIO_new(BIO_s_mem());
	CHECK(PEM_write_bio_PUBKEY(out, s.key) == 1);
	long pem_n = BIO_get_mem_data(out, &pem);
	CHECK(ct_log_list_verify(buffer_bytes(&b), bytes_of(signature, n), s.spki));
	CHECK(ct_log_list_verify(buffer_bytes(&b), bytes_of(signature, n), bytes_of(pem, (size_t)pem_n)));
	CHECK(!ct_log_list_verify(buffer_bytes(&b), bytes_of(signature, n), bytes_of(pem, (size_t)pem_n / 2)));
	CHECK(!ct_log_list_verify(buffer_bytes(&b), bytes_of(signature, n), bytes_of(NULL, 0)));
	CHECK(!ct_log_list_verify(buffer_bytes(&b), bytes_of(signature, n), ct_log_list_builtin_key));
	CHECK(!ct_log_list_verify(buffer_bytes(&b), bytes_of(signature, n - 1), s.spki));
	CHECK(!ct_log_list_verify(buffer_bytes(&b), bytes_of(NULL, 0), s.spki));
	CHECK(!ct_log_list_verify(bytes_of(b.p, b.n - 1), bytes_of(signature, n), s.spki));
	for (size_t i = 0; i < n; i++) {
		signature[i] ^= 0x20;
		CHECK(!ct_log_list_verify(buffer_bytes(&b), bytes_of(signature, n), s.spki));
		signature[i] ^= 0x20;
	}
	for (size_t i = 0; i < b.n; i += 13) {
		b.p[i] ^= 1;
		CHECK(!ct_log_list_verify(buffer_bytes(&b), bytes_of(signature, n), s.spki));
		b.p[i] ^= 1;
	}
	BIO_free(out);
	buffer_release(&b);
	signer_release(&s);
}

TEST(signatures)
{
	check_signature(signer_rsa(2048));
	check_signature(signer_ec("P-256"));
	check_signature(signer_ec("P-384"));
	struct signer weak = signer_rsa(1024);
	uint8_t signature[1024];
	size_t n = signer_sign(&weak, BYTES_LITERAL("list"), signature);
	CHECK(!ct_log_list_verify(BYTES_LITERAL("list"), bytes_of(signature, n), weak.spki));
	signer_release(&weak);
}

/* A key file that claims to be encrypted is refused; nobody is asked for a passphrase. */
TEST(encrypted_pem)
{
	struct bytes pem = BYTES_LITERAL("-----BEGIN PUBLIC KEY-----\nProc-Type: 4,ENCRYPTED\n"
	                                 "DEK-Info: AES-128-CBC,000102030405060708090a0b0c0d0e0f\n\n"
	                                 "AAAAAAAAAAAAAAAAAAAAAAAAAAA=\n-----END PUBLIC KEY-----\n");
	CHECK(!ct_log_list_verify(BYTES_LITERAL("list"), BYTES_LITERAL("signature"), pem));
}

TEST(builtin_key)
{
	struct sha256 h = hash_sha256(ct_log_list_builtin_key);
	char text[65];
	hex_encode(sha256_bytes(&h), text);
	CHECK_TEXT(text, "f1d8b68e50210d8e73d9a3e97f571773c52d7f28c0b1a71beee81d8562e6fd85");
}
