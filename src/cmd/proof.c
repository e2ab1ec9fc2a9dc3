#include "cmd/proof.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/hex.h"
#include "base/json_writer.h"
#include "base/limits.h"
#include "base/text.h"
#include "ct/log_proof.h"

static const char *const result_names[] = {
	[LOG_PROOF_FAILED] = "failed",
	[LOG_PROOF_OBSERVED] = "incomplete",
	[LOG_PROOF_PROVEN] = "verified",
};

bool proof_recognise(struct bytes content)
{
	static const char mark[] = "\"schema\":\"teewatch.log-proof/1\"";
	return content.n > 0 && content.p[0] == '{' &&
	       memmem(content.p, content.n < 256 ? content.n : 256, mark, sizeof(mark) - 1) != NULL;
}

/* ---- verification ---- */

static void put_json(const struct log_proof *p, enum log_proof_result result, const char *why, const char *path,
                     struct buffer *out)
{
	struct json_writer w = json_writer_to(out);
	json_write_object(&w, NULL);
	json_write_text(&w, "schema", "teewatch.log-verdict/1");
	json_write_text(&w, "input", path);
	json_write_text(&w, "class", log_proof_class_name(p->class));
	json_write_object(&w, "log");
	json_write_hex(&w, "log_id", sha256_bytes(&p->log_id));
	json_write_text(&w, "name", p->name);
	json_write_text(&w, "url", p->url);
	json_write_object_end(&w);
	json_write_time(&w, "observed", p->observed_ms);
	json_write_text(&w, "result", result_names[result]);
	json_write_text(&w, "reason", why);
	json_write_object_end(&w);
	buffer_put_u8(out, '\n');
}

/* Name and URL come from the file. */
static void put_text(const struct log_proof *p, enum log_proof_result result, const char *why, const char *path,
                     struct buffer *out)
{
	static const char *const words[] = {"not proven", "observed, not proven", "proven"};
	char id[2 * SHA256_BYTES + 1];
	hex_encode(sha256_bytes(&p->log_id), id);
	buffer_printf(out, "%s: %s of log %s (", path, log_proof_class_name(p->class), id);
	text_put_escaped(out, bytes_of_text(p->name));
	buffer_printf(out, "): %s: %s\n", words[result], why);
}

static int verify_line(struct bytes line, const char *path, bool json, struct arena *a)
{
	struct log_proof *p = arena_alloc(a, sizeof(*p));
	struct fault f = p ? log_proof_parse(line, a, p) : fault_at(FAULT_LIMIT, 0, "proof");
	struct buffer out;
	const char *why = "";
	if (fault_is_set(f)) {
		fprintf(stderr, "teewatch: %s: no proof of a log's misbehaviour (%s in %s at byte %zu)\n", path,
		        fault_code_name(f.code), f.field, f.offset);
		return EXIT_USAGE;
	}
	enum log_proof_result result = log_proof_verify(p, a, &why);
	buffer_init(&out, 1 << 20);
	if (json)
		put_json(p, result, why, path, &out);
	else
		put_text(p, result, why, path, &out);
	int status = command_print(buffer_bytes(&out));
	buffer_release(&out);
	if (status != EXIT_DONE)
		return status;
	return result == LOG_PROOF_PROVEN ? EXIT_DONE : result == LOG_PROOF_OBSERVED ? EXIT_INCOMPLETE : EXIT_FOUND;
}

/* Which status wins where several apply (design section 6). */
static int worse(int a, int b)
{
	static const int order[] = {EXIT_USAGE, EXIT_INTERNAL, EXIT_FOUND, EXIT_INCOMPLETE};
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return EXIT_DONE;
}

int proof_verify_file(struct bytes content, const char *path, bool json)
{
	struct arena arena;
	int status = EXIT_DONE;
	arena_init(&arena, LIMIT_ARENA_BYTES);
	for (size_t at = 0; at < content.n;) {
		const uint8_t *end = memchr(content.p + at, '\n', content.n - at);
		size_t n = end ? (size_t)(end - (content.p + at)) : content.n - at;
		struct bytes line = text_trim(bytes_slice(content, at, n));
		arena_reset(&arena);
		if (line.n > 0)
			status = worse(status, verify_line(line, path, json, &arena));
		at += n + 1;
	}
	arena_release(&arena);
	return status;
}

/* ---- export ---- */

struct export {
	char log_id[2 * SHA256_BYTES + 1]; /* "": every log's */
	struct buffer out;
};

struct wanted_log {
	const char *name;
	char *log_id;
};

static int find_log(void *context, const struct store_log *log)
{
	struct wanted_log *w = context;
	if (strcmp(log->name, w->name) == 0)
		hex_encode(sha256_bytes(&log->log_id), w->log_id);
	return 0;
}

static int put_proof(void *context, const struct store_collateral *c)
{
	struct export *e = context;
	if (strcmp(c->kind, "log-proof") != 0 || (e->log_id[0] && strcmp(c->source, e->log_id) != 0))
		return 0;
	buffer_put_bytes(&e->out, c->content);
	buffer_put_u8(&e->out, '\n');
	return 0;
}

static int write_proofs(const struct export *e, const char *path)
{
	if (strcmp(path, "-") == 0)
		return command_print(buffer_bytes(&e->out));
	int rc = file_write(path, buffer_bytes(&e->out), 0644);
	if (rc == 0)
		return EXIT_DONE;
	fprintf(stderr, "teewatch: %s: cannot be written: %s\n", path, strerror(-rc));
	return EXIT_INTERNAL;
}

int proof_export(struct store *store, const char *name, const char *path)
{
	struct export e = {.log_id = ""};
	struct wanted_log wanted = {name, e.log_id};
	int status, rc = name ? store_log_each(store, find_log, &wanted) : 0;
	if (rc >= 0 && name && e.log_id[0] == 0) {
		fprintf(stderr, "teewatch: no log is called \"%s\"; `teewatch logs` lists the names\n", name);
		return EXIT_USAGE;
	}
	buffer_init(&e.out, 256 << 20);
	if (rc >= 0)
		rc = store_collateral_each(store, put_proof, &e);
	if (rc < 0 || !buffer_ok(&e.out)) {
		fprintf(stderr, "teewatch: %s\n", rc < 0 ? store_message(store) : "the proofs are too large for one file; choose a --log");
		status = EXIT_INTERNAL;
	} else if (e.out.n == 0) {
		fprintf(stderr, "teewatch: no proof of misbehaviour is in the history\n");
		status = EXIT_INCOMPLETE;
	} else {
		status = write_proofs(&e, path);
	}
	buffer_release(&e.out);
	return status;
}
