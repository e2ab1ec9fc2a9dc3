#include "testlog/responder.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/hex.h"
#include "testlog/head.h"

/* What the present request is answered from. */
struct view {
	const struct tree *tree;
	uint64_t size;
	int64_t timestamp_ms;
	bool scripted;          /* heads are signed here; else they are files of the tree */
};

/* ---- frames of answers ---- */

static void answer(struct responder *s, struct connection *c, const char *status, const char *fields, size_t length)
{
	buffer_printf(&c->out, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n%s\r\n", status, s->halve_length ? length / 2 : length,
	              fields);
	c->head_bytes = c->out.n;
}

static void answer_text(struct responder *s, struct connection *c, const char *status, const char *type,
                        struct bytes body)
{
	char fields[128];
	snprintf(fields, sizeof(fields), "Content-Type: %s\r\n", type);
	answer(s, c, status, fields, body.n);
	buffer_put_bytes(&c->out, body);
}

static void not_found(struct responder *s, struct connection *c)
{
	answer_text(s, c, "404 Not Found", "text/plain", BYTES_LITERAL("not found\n"));
}

static void answer_status(struct responder *s, struct connection *c, unsigned status, int retry_after)
{
	char line[32], fields[64] = "";
	snprintf(line, sizeof(line), "%u Status", status);
	if (retry_after >= 0)
		snprintf(fields, sizeof(fields), "Retry-After: %d\r\n", retry_after);
	answer(s, c, line, fields, 0);
}

static bool parameter(const char *query, const char *name, uint64_t *out)
{
	size_t n = strlen(name);
	for (const char *p = query; p && *p; p = strchr(p, '&') ? strchr(p, '&') + 1 : NULL)
		if (strncmp(p, name, n) == 0 && p[n] == '=') {
			*out = strtoull(p + n + 1, NULL, 10);
			return true;
		}
	return false;
}

/* ---- files ---- */

static void serve_file(struct responder *s, struct connection *c, const char *dir, const char *name)
{
	char path[4096];
	uint8_t magic[2] = {0, 0};
	struct stat st;
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	int fd = strstr(name, "..") ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		if (fd >= 0)
			close(fd);
		not_found(s, c);
		return;
	}
	bool gzip = pread(fd, magic, 2, 0) == 2 && magic[0] == 0x1f && magic[1] == 0x8b;
	answer(s, c, "200 OK", gzip ? "Content-Encoding: gzip\r\n" : "", (size_t)st.st_size);
	if (c->ssl) {
		uint8_t *to = buffer_reserve(&c->out, (size_t)st.st_size);
		if (to && pread(fd, to, (size_t)st.st_size, 0) == st.st_size)
			buffer_added(&c->out, (size_t)st.st_size);
		close(fd);
		return;
	}
	c->file_fd = fd;
	c->file_shared = false;
	c->file_at = 0;
	c->file_left = (size_t)st.st_size;
}

/* ---- tree heads ---- */

static void sign_head(struct responder *s, const struct view *v, struct head *h)
{
	struct script *x = &s->script;
	bool lies = x->lies_left > 0 && (x->wrong_root || x->bad_signature || x->foreign_key);
	*h = (struct head){.size = v->size, .timestamp_ms = v->timestamp_ms, .origin = x->origin};
	merkle_tree_root(&v->tree->merkle, v->size, h->root.b);
	if (lies && x->wrong_root)
		h->root.b[0] ^= 1;
	if (lies && x->foreign_key && !s->foreign_key)
		s->foreign_key = EVP_EC_gen("P-256");
	EVP_PKEY *key = lies && x->foreign_key ? s->foreign_key : s->key;
	h->log_id = head_log_id(key);
	head_sign(h, key, lies && x->bad_signature);
	if (lies && x->lies_left != UINT32_MAX)
		x->lies_left--;
}

static void get_head(struct responder *s, struct connection *c, const struct view *v, bool checkpoint)
{
	struct head h;
	struct buffer body;
	if (!v->scripted) {
		serve_file(s, c, v->tree->dir, checkpoint ? "static/checkpoint" : "rfc6962/get-sth");
		return;
	}
	sign_head(s, v, &h);
	buffer_init(&body, 1 << 16);
	if (checkpoint)
		head_put_checkpoint(&h, &body);
	else
		head_put_sth(&h, &body);
	answer_text(s, c, "200 OK", checkpoint ? "text/plain" : "application/json", buffer_bytes(&body));
	buffer_release(&body);
}

/* ---- entries ---- */

/* One base64 digit in the middle of that entry's leaf_input becomes another. */
static void alter_entry(const struct tree *t, uint64_t start, uint64_t index, uint8_t *entries)
{
	size_t at = t->offsets[index] - t->offsets[start] + 15; /* behind {"leaf_input":" */
	size_t n = strcspn((const char *)entries + at, "\"");
	uint8_t *digit = &entries[at + n / 2];
	*digit = *digit == 'A' ? 'B' : 'A';
}

static bool take_alteration(struct responder *s, uint64_t from, uint64_t to)
{
	struct script *x = &s->script;
	if (x->altered < from || x->altered > to || x->alter_left == 0)
		return false;
	if (x->alter_left != UINT32_MAX)
		x->alter_left--;
	return true;
}

static void put_altered(struct responder *s, struct connection *c, const struct tree *t, uint64_t start, uint64_t end)
{
	struct buffer body;
	buffer_init(&body, (size_t)64 << 20);
	buffer_put_text(&body, "{\"entries\":[");
	size_t at = body.n;
	if (tree_put_entries(t, start, end, &body))
		alter_entry(t, start, s->script.altered, body.p + at);
	buffer_put_text(&body, "]}");
	answer_text(s, c, "200 OK", "application/json", buffer_bytes(&body));
	buffer_release(&body);
}

/* CTFE's rule: a request for the cap or more ends at a multiple of it. */
static uint64_t page_end(const struct responder *s, uint64_t start, uint64_t end)
{
	if (end - start + 1 < s->page_cap)
		return end;
	end = start + s->page_cap - 1;
	return end - ((end + 1) % s->page_cap > end - start ? 0 : (end + 1) % s->page_cap);
}

static void get_entries(struct responder *s, struct connection *c, const struct view *v, const char *query, bool shorten)
{
	uint64_t start, end;
	const struct tree *t = v->tree;
	if (!parameter(query, "start", &start) || !parameter(query, "end", &end) || start > end || start >= v->size) {
		answer_text(s, c, "400 Bad Request", "text/plain", BYTES_LITERAL("need tree size: more leaves\n"));
		return;
	}
	end = page_end(s, start, end < v->size ? end : v->size - 1);
	unsigned gone = script_gone(&s->script, start, end);
	if (gone) {
		answer_status(s, c, gone, -1);
		return;
	}
	if (shorten && end > start)
		end = start + (end - start) / 2;
	if (take_alteration(s, start, end)) {
		put_altered(s, c, t, start, end);
		return;
	}
	static const char head[] = "{\"entries\":[", tail[] = "]}";
	size_t body = t->offsets[end + 1] - t->offsets[start] - 1; /* without the last comma */
	answer(s, c, "200 OK", "Content-Type: application/json\r\n", body + sizeof(head) - 1 + sizeof(tail) - 1);
	buffer_put_text(&c->out, head);
	c->file_fd = t->entries_fd;
	c->file_shared = true;
	c->file_at = (off_t)t->offsets[start];
	c->file_left = body;
	memcpy(c->tail, tail, sizeof(tail));
}

static void get_tile(struct responder *s, struct connection *c, const struct view *v, const char *path)
{
	unsigned level, width, gone = 0;
	uint64_t index, altered = UINT64_MAX;
	bool data;
	struct buffer body;
	if (!tile_path_read(path, &level, &index, &width, &data) || (!data && s->script.no_proofs)) {
		not_found(s, c);
		return;
	}
	uint64_t from = index * 256, to = from + width - 1;
	if (data)
		gone = script_gone(&s->script, from, to);
	if (data && !gone && take_alteration(s, from, to))
		altered = s->script.altered;
	buffer_init(&body, (size_t)64 << 20);
	if (gone)
		answer_status(s, c, gone, -1);
	else if (tree_put_tile(v->tree, path, v->size, s->script.pruned, altered, &body))
		answer_text(s, c, "200 OK", "application/octet-stream", buffer_bytes(&body));
	else
		not_found(s, c);
	buffer_release(&body);
}

/* ---- proofs ---- */

static void put_path(struct buffer *b, uint8_t (*path)[32], size_t n)
{
	buffer_put_u8(b, '[');
	for (size_t i = 0; i < n; i++) {
		buffer_put_text(b, i ? ",\"" : "\"");
		base64_put(b, bytes_of(path[i], 32));
		buffer_put_u8(b, '"');
	}
	buffer_put_u8(b, ']');
}

static void get_proof(struct responder *s, struct connection *c, const struct view *v, const char *call, const char *query)
{
	uint8_t path[64][32];
	uint64_t a = 0, b = 0;
	struct buffer body;
	const struct tree *t = v->tree;
	bool consistency = strcmp(call, "get-sth-consistency") == 0;
	bool good = consistency ? parameter(query, "first", &a) && parameter(query, "second", &b) && a <= b
	                        : parameter(query, "leaf_index", &a) && parameter(query, "tree_size", &b) && a < b;
	if (!good || b > t->size) {
		answer_text(s, c, "400 Bad Request", "text/plain", BYTES_LITERAL("bad range\n"));
		return;
	}
	buffer_init(&body, 1 << 24);
	if (consistency) {
		buffer_put_text(&body, "{\"consistency\":");
		put_path(&body, path, merkle_tree_consistency(&t->merkle, a, b, path));
	} else {
		if (tree_put_entries(t, a, a, &body))
			body.n--; /* its "}" */
		buffer_put_text(&body, ",\"audit_path\":");
		put_path(&body, path, merkle_tree_path(&t->merkle, a, b, path));
	}
	buffer_put_u8(&body, '}');
	answer_text(s, c, "200 OK", "application/json", buffer_bytes(&body));
	buffer_release(&body);
}

/* The hash comes in percent-encoded base64. */
static void get_proof_by_hash(struct responder *s, struct connection *c, const struct view *v, const char *query)
{
	const char *at = strstr(query, "hash=");
	uint8_t text[64], hash[64], path[64][32];
	uint64_t size = 0, index = 0;
	size_t n = 0, length = 0;
	struct buffer body;
	const struct merkle_tree *m = &v->tree->merkle;
	for (at = at ? at + 5 : ""; *at && *at != '&' && n < sizeof(text); at++) {
		uint8_t byte = (uint8_t)*at;
		if (byte == '%' && strlen(at) > 2 && hex_decode(bytes_of(at + 1, 2), &byte, 1))
			at += 2;
		text[n++] = byte;
	}
	bool good = n == 44 && base64_decode(bytes_of(text, n), hash, &length) && length == 32 &&
	            parameter(query, "tree_size", &size) && size <= v->tree->size;
	while (good && index < size && memcmp(m->level[0][index], hash, 32) != 0)
		index++;
	if (!good || index == size) {
		answer_text(s, c, "404 Not Found", "text/plain", BYTES_LITERAL("no such leaf\n"));
		return;
	}
	buffer_init(&body, 1 << 16);
	buffer_printf(&body, "{\"leaf_index\":%" PRIu64 ",\"audit_path\":", index);
	put_path(&body, path, merkle_tree_path(m, index, size, path));
	buffer_put_u8(&body, '}');
	answer_text(s, c, "200 OK", "application/json", buffer_bytes(&body));
	buffer_release(&body);
}

/* ---- which answer ---- */

static struct view choose_view(const struct responder *s)
{
	const struct script *x = &s->script;
	struct view v = {.tree = &s->trees[0], .size = s->trees[0].size};
	if (x->view_count == 0)
		return v;
	const struct script_view *wanted = &x->views[s->answers % x->view_count];
	v.scripted = true;
	v.timestamp_ms = wanted->timestamp_ms;
	v.tree = NULL;
	for (unsigned i = 0; i < s->tree_count; i++)
		if (strcmp(s->trees[i].name, wanted->tree) == 0)
			v.tree = &s->trees[i];
	v.size = wanted->size;
	if (!v.tree || v.size > v.tree->size) {
		fprintf(stderr, "teewatch-logserver: there is no view %s of %" PRIu64 " entries\n", wanted->tree, v.size);
		exit(2);
	}
	return v;
}

static enum script_subject subject_of(const char *target)
{
	if (strcmp(target, "/ct/v1/get-sth") == 0 || strcmp(target, "/static/checkpoint") == 0)
		return ON_HEADS;
	if (strcmp(target, "/ct/v1/get-entries") == 0 || strncmp(target, "/static/tile/data/", 18) == 0)
		return ON_ENTRIES;
	if (strncmp(target, "/ct/v1/get-", 11) == 0 || strncmp(target, "/static/tile/", 13) == 0)
		return ON_PROOFS;
	return ON_OTHER;
}

static void answer_truly(struct responder *s, struct connection *c, const char *target, const char *query, bool shorten)
{
	struct view v = choose_view(s);
	const char *call = strncmp(target, "/ct/v1/", 7) == 0 ? target + 7 : "";
	bool consistency = strcmp(call, "get-sth-consistency") == 0, both = strcmp(call, "get-entry-and-proof") == 0;
	if (s->files_only)
		serve_file(s, c, v.tree->dir, target + 1);
	else if (strcmp(call, "get-sth") == 0 || strcmp(target, "/static/checkpoint") == 0)
		get_head(s, c, &v, call[0] == 0);
	else if (strcmp(call, "get-entries") == 0)
		get_entries(s, c, &v, query, shorten);
	else if (strcmp(call, "get-proof-by-hash") == 0 && !s->script.no_proofs)
		get_proof_by_hash(s, c, &v, query);
	else if ((consistency && !s->script.no_consistency) || (both && !s->by_hash_only && !s->script.no_proofs))
		get_proof(s, c, &v, call, query);
	else if (v.scripted && strncmp(target, "/static/tile/", 13) == 0)
		get_tile(s, c, &v, target + 8);
	else if (call[0])
		not_found(s, c);
	else
		serve_file(s, c, v.tree->dir, target + 1);
}

/* Half of the body, and then nothing. */
static void cut(struct connection *c)
{
	if (c->file_left > 0)
		c->file_left /= 2;
	else
		c->out.n = c->head_bytes + (c->out.n - c->head_bytes) / 2;
	c->tail[0] = 0;
	c->close_after = true;
}

static void answer_with_fault(struct responder *s, struct connection *c, const struct script_fault *f, const char *target,
                              const char *query)
{
	const char *kind = f->kind;
	unsigned status = (unsigned)strtoul(kind, NULL, 10);
	if (status) {
		answer_status(s, c, status, f->retry_after);
	} else if (strcmp(kind, "html") == 0) {
		answer_text(s, c, "200 OK", "text/html", BYTES_LITERAL("<html><body>captive</body></html>"));
	} else if (strcmp(kind, "empty") == 0) {
		answer(s, c, "200 OK", "", 0);
	} else if (strcmp(kind, "noise") == 0) {
		answer_text(s, c, "200 OK", "application/json", BYTES_LITERAL("\x07\x00\xff{\"entries\":[\x80"));
	} else if (strcmp(kind, "gzip") == 0) {
		answer(s, c, "200 OK", "Content-Encoding: gzip\r\n", 12);
		buffer_put(&c->out, "\x1f\x8b\x08\0\0\0\0\0\0\3no", 12);
	} else if (strcmp(kind, "lag") == 0) {
		answer_status(s, c, strncmp(target, "/ct/", 4) == 0 ? 400 : 404, -1);
	} else if (strcmp(kind, "close") == 0 || strcmp(kind, "reset") == 0) {
		c->close_after = true;
		c->reset_after = kind[0] == 'r';
	} else if (strcmp(kind, "cut") == 0) {
		answer_truly(s, c, target, query, false);
		cut(c);
	} else if (strcmp(kind, "length") == 0) {
		s->halve_length = true;
		answer_truly(s, c, target, query, false);
		s->halve_length = false;
		c->close_after = true;
	} else if (strcmp(kind, "drip") == 0) {
		answer_truly(s, c, target, query, false);
		c->rate = f->rate;
	} else if (strcmp(kind, "short") == 0) {
		answer_truly(s, c, target, query, true);
	} else {
		fprintf(stderr, "teewatch-logserver: there is no fault %s\n", kind);
		exit(2);
	}
}

void responder_answer(struct responder *s, struct connection *c)
{
	char method[8], target[4096];
	c->rate = 0;
	if (s->script_path)
		script_refresh(&s->script, s->script_path);
	if (sscanf(c->request, "%7s %4095s", method, target) != 2 || strcmp(method, "GET") != 0) {
		answer_text(s, c, "400 Bad Request", "text/plain", BYTES_LITERAL("bad request\n"));
		return;
	}
	char *query = strchr(target, '?');
	if (query)
		*query++ = 0;
	const struct script_fault *f = script_fault_next(&s->script, subject_of(target));
	if (f)
		answer_with_fault(s, c, f, target, query ? query : "");
	else
		answer_truly(s, c, target, query ? query : "", false);
	s->answers++;
}
