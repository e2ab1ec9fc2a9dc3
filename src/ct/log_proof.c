#include "ct/log_proof.h"

#include "base/base64.h"
#include "base/hex.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "base/limits.h"

static const char schema[] = "teewatch.log-proof/1";

static const char *const class_names[] = {
	[LOG_PROOF_FORK] = "fork",
	[LOG_PROOF_ROLLBACK] = "rollback",
	[LOG_PROOF_INCONSISTENT] = "inconsistent",
	[LOG_PROOF_WRONG_ROOT] = "wrong_root",
	[LOG_PROOF_BAD_SIGNATURE] = "bad_signature",
	[LOG_PROOF_MISSING] = "missing",
	[LOG_PROOF_PROMISE] = "broken_promise",
	[LOG_PROOF_PAST_FINAL] = "past_final",
};
enum { CLASS_COUNT = sizeof(class_names) / sizeof(class_names[0]) };

const char *log_proof_class_name(enum log_proof_class c)
{
	return (unsigned)c < CLASS_COUNT ? class_names[c] : "";
}

/* ---- writing ---- */

static void put_nodes(struct json_writer *w, const char *name, const struct sha256 *nodes, size_t n)
{
	json_write_array(w, name);
	for (size_t i = 0; i < n; i++)
		json_write_hex(w, NULL, sha256_bytes(&nodes[i]));
	json_write_array_end(w);
}

static void put_bodies(struct json_writer *w, const struct log_proof *p)
{
	json_write_array(w, "bodies");
	for (size_t i = 0; i < p->body_count; i++) {
		const struct log_proof_body *b = &p->bodies[i];
		json_write_object(w, NULL);
		json_write_u64(w, "first", b->first);
		json_write_u64(w, "from", b->from);
		json_write_u64(w, "to", b->to);
		json_write_u64(w, "width", b->width);
		json_write_base64(w, "body", b->body);
		json_write_object_end(w);
	}
	json_write_array_end(w);
}

static void put_served(struct json_writer *w, const struct log_proof *p)
{
	json_write_object(w, "entries");
	json_write_u64(w, "first", p->frontier.size);
	json_write_array(w, "subtrees");
	for (size_t i = 0; i < p->subtree_count; i++) {
		json_write_object(w, NULL);
		json_write_u64(w, "level", p->subtrees[i].level);
		json_write_hex(w, "hash", sha256_bytes(&p->subtrees[i].hash));
		json_write_object_end(w);
	}
	json_write_array_end(w);
	if (p->body_count > 0)
		put_bodies(w, p);
	json_write_object_end(w);
}

static void put_promise(struct json_writer *w, const struct log_proof *p)
{
	json_write_base64(w, "sct", p->sct);
	json_write_base64(w, "tbs", p->tbs);
	json_write_hex(w, "issuer_key", sha256_bytes(&p->issuer_key_sha256));
	json_write_u64(w, "mmd_seconds", p->mmd_s);
	if (p->has_leaf) {
		json_write_hex(w, "leaf", sha256_bytes(&p->leaf));
		put_nodes(w, "path", p->path.nodes, p->path.n);
	}
	json_write_text(w, "answer", p->answer);
}

void log_proof_put(const struct log_proof *p, struct buffer *out)
{
	struct json_writer w = json_writer_to(out);
	json_write_object(&w, NULL);
	json_write_text(&w, "schema", schema);
	json_write_text(&w, "class", log_proof_class_name(p->class));
	json_write_object(&w, "log");
	json_write_hex(&w, "log_id", sha256_bytes(&p->log_id));
	json_write_base64(&w, "key", p->key);
	json_write_text(&w, "kind", p->kind == CT_LOG_STATIC ? "static" : "rfc6962");
	json_write_text(&w, "name", p->name);
	json_write_text(&w, "url", p->url);
	json_write_object_end(&w);
	json_write_time(&w, "observed", p->observed_ms);
	json_write_array(&w, "heads");
	if (p->first.n > 0)
		json_write_base64(&w, NULL, p->first);
	if (p->second.n > 0)
		json_write_base64(&w, NULL, p->second);
	json_write_array_end(&w);
	if (p->class == LOG_PROOF_INCONSISTENT)
		put_nodes(&w, "path", p->path.nodes, p->path.n);
	if (p->class == LOG_PROOF_WRONG_ROOT) {
		put_nodes(&w, "frontier", p->frontier.nodes, p->frontier.n);
		put_served(&w, p);
	}
	if (p->class == LOG_PROOF_MISSING) {
		json_write_u64(&w, "index", p->index);
		json_write_time(&w, "first_missed", p->first_missed_ms);
		json_write_text(&w, "answer", p->answer);
	}
	if (p->class == LOG_PROOF_PROMISE)
		put_promise(&w, p);
	if (p->class == LOG_PROOF_PAST_FINAL) {
		json_write_object(&w, "final");
		json_write_u64(&w, "tree_size", p->final_size);
		json_write_hex(&w, "root", sha256_bytes(&p->final_root));
		json_write_object_end(&w);
	}
	json_write_object_end(&w);
}

/* ---- reading ---- */

static size_t read_nodes(const struct json *root, const char *name, struct sha256 *out, size_t max, struct fault *f)
{
	const struct json *list = json_member(root, name, JSON_ARRAY, f);
	size_t n = 0;
	if (!list)
		return 0;
	for (const struct json *v = list->first; v && !fault_is_set(*f); v = v->next, n++) {
		if (n == max)
			*f = fault_at(FAULT_LIMIT, v->offset, name);
		else if (!json_is(v, JSON_STRING) || !hex_decode(v->text, out[n].b, SHA256_BYTES))
			*f = fault_at(FAULT_ENCODING, v->offset, name);
	}
	return fault_is_set(*f) ? 0 : n;
}

static void read_bodies(const struct json *list, struct arena *a, struct log_proof *p, struct fault *f)
{
	p->bodies = arena_array(a, LIMIT_PROOF_BODIES, sizeof(*p->bodies));
	for (const struct json *v = list->first; v && !fault_is_set(*f); v = v->next) {
		if (!p->bodies || p->body_count == LIMIT_PROOF_BODIES) {
			*f = fault_at(FAULT_LIMIT, v->offset, "bodies");
			return;
		}
		struct log_proof_body *b = &p->bodies[p->body_count++];
		b->first = json_number(v, "first", LIMIT_TREE_SIZE, f);
		b->from = json_number(v, "from", LIMIT_TREE_SIZE, f);
		b->to = json_number(v, "to", LIMIT_TREE_SIZE, f);
		b->width = (uint32_t)json_number(v, "width", LIMIT_PAGE_ENTRIES, f);
		b->body = json_base64_arena(v, "body", a, f);
		if (!fault_is_set(*f) && (b->first > b->from || b->from >= b->to || b->to - b->first > b->width))
			*f = fault_at(FAULT_VALUE, v->offset, "bodies");
	}
}

static void read_served(const struct json *root, struct arena *a, struct log_proof *p, struct fault *f)
{
	const struct json *entries = json_member(root, "entries", JSON_OBJECT, f);
	uint64_t first = entries ? json_number(entries, "first", LIMIT_TREE_SIZE, f) : 0;
	const struct json *list = entries ? json_member(entries, "subtrees", JSON_ARRAY, f) : NULL;
	struct sha256 nodes[LIMIT_PROOF_NODES];
	size_t n = read_nodes(root, "frontier", nodes, LIMIT_PROOF_NODES, f);
	if (fault_is_set(*f) || !list)
		return;
	if (!ct_frontier_restore(&p->frontier, first, nodes, n)) {
		*f = fault_at(FAULT_MISMATCH, list->offset, "frontier");
		return;
	}
	for (const struct json *v = list->first; v && !fault_is_set(*f); v = v->next) {
		if (p->subtree_count == CT_SUBTREES_MAX) {
			*f = fault_at(FAULT_LIMIT, v->offset, "subtrees");
			return;
		}
		struct ct_subtree *s = &p->subtrees[p->subtree_count++];
		s->level = (unsigned)json_number(v, "level", 62, f);
		json_hex(v, "hash", s->hash.b, SHA256_BYTES, f);
	}
	const struct json *bodies = json_get(entries, "bodies");
	if (bodies && !json_is(bodies, JSON_ARRAY))
		*f = fault_at(FAULT_TAG, bodies->offset, "bodies");
	else if (bodies && !fault_is_set(*f))
		read_bodies(bodies, a, p, f);
}

static void read_heads(const struct json *root, struct arena *a, struct log_proof *p, struct fault *f)
{
	const struct json *heads = json_member(root, "heads", JSON_ARRAY, f);
	struct bytes found[2] = {{NULL, 0}, {NULL, 0}};
	size_t n = 0;
	if (!heads)
		return;
	for (const struct json *v = heads->first; v && !fault_is_set(*f); v = v->next, n++)
		if (n == 2 || !json_is(v, JSON_STRING) || !base64_decode_arena(a, v->text, &found[n]) || found[n].n == 0)
			*f = fault_at(FAULT_VALUE, v->offset, "heads");
	bool alone = p->class == LOG_PROOF_BAD_SIGNATURE || p->class == LOG_PROOF_MISSING ||
	             p->class == LOG_PROOF_PROMISE || p->class == LOG_PROOF_PAST_FINAL;
	if (!fault_is_set(*f) && n != (alone ? 1 : 2) && !(p->class == LOG_PROOF_WRONG_ROOT && n == 1))
		*f = fault_at(FAULT_LENGTH, heads->offset, "heads");
	p->first = found[0];
	p->second = found[1];
	if (p->class == LOG_PROOF_WRONG_ROOT && n == 1) {
		p->second = found[0];
		p->first = (struct bytes){NULL, 0};
	}
}

static const char *read_text(const struct json *v, const char *name, struct arena *a, struct fault *f)
{
	const char *text = arena_text(a, json_string(v, name, f));
	return text ? text : "";
}

static void read_log(const struct json *root, struct arena *a, struct log_proof *p, struct fault *f)
{
	const struct json *log = json_member(root, "log", JSON_OBJECT, f);
	if (!log)
		return;
	json_hex(log, "log_id", p->log_id.b, SHA256_BYTES, f);
	p->key = json_base64_arena(log, "key", a, f);
	struct bytes kind = json_string(log, "kind", f);
	p->kind = bytes_equal_text(kind, "static") ? CT_LOG_STATIC : CT_LOG_RFC6962;
	p->name = read_text(log, "name", a, f);
	p->url = read_text(log, "url", a, f);
	if (!fault_is_set(*f) && p->kind == CT_LOG_RFC6962 && !bytes_equal_text(kind, "rfc6962"))
		*f = fault_at(FAULT_VALUE, log->offset, "kind");
}

static void read_promise(const struct json *root, struct arena *a, struct log_proof *p, struct fault *f)
{
	p->sct = json_base64_arena(root, "sct", a, f);
	p->tbs = json_base64_arena(root, "tbs", a, f);
	json_hex(root, "issuer_key", p->issuer_key_sha256.b, SHA256_BYTES, f);
	p->mmd_s = json_number(root, "mmd_seconds", UINT32_MAX, f);
	p->answer = read_text(root, "answer", a, f);
	p->has_leaf = json_get(root, "leaf") != NULL;
	if (!p->has_leaf)
		return;
	json_hex(root, "leaf", p->leaf.b, SHA256_BYTES, f);
	p->path.n = read_nodes(root, "path", p->path.nodes, LIMIT_PROOF_NODES, f);
}

struct fault log_proof_parse(struct bytes json, struct arena *a, struct log_proof *out)
{
	const struct json *root;
	memset(out, 0, sizeof(*out));
	out->name = out->url = out->answer = "";
	struct fault f = json_parse(a, json, &root);
	if (fault_is_set(f))
		return f;
	const struct json *name = json_get(root, "schema");
	if (!name || !json_is(name, JSON_STRING) || !bytes_equal_text(name->text, schema))
		return fault_at(FAULT_UNRECOGNISED, 0, "schema");
	struct bytes class = json_string(root, "class", &f);
	unsigned c = 0;
	while (c < CLASS_COUNT && !bytes_equal_text(class, class_names[c]))
		c++;
	if (c == CLASS_COUNT)
		return fault_at(FAULT_UNSUPPORTED, 0, "class");
	out->class = (enum log_proof_class)c;
	read_log(root, a, out, &f);
	out->observed_ms = json_time(root, "observed", &f);
	read_heads(root, a, out, &f);
	if (out->class == LOG_PROOF_INCONSISTENT)
		out->path.n = read_nodes(root, "path", out->path.nodes, LIMIT_PROOF_NODES, &f);
	if (out->class == LOG_PROOF_WRONG_ROOT)
		read_served(root, a, out, &f);
	if (out->class == LOG_PROOF_MISSING) {
		out->index = json_number(root, "index", LIMIT_TREE_SIZE, &f);
		out->first_missed_ms = json_time(root, "first_missed", &f);
		out->answer = read_text(root, "answer", a, &f);
	}
	if (out->class == LOG_PROOF_PROMISE)
		read_promise(root, a, out, &f);
	if (out->class == LOG_PROOF_PAST_FINAL) {
		const struct json *final = json_member(root, "final", JSON_OBJECT, &f);
		out->final_size = final ? json_number(final, "tree_size", LIMIT_TREE_SIZE, &f) : 0;
		if (final)
			json_hex(final, "root", out->final_root.b, SHA256_BYTES, &f);
	}
	return f;
}
