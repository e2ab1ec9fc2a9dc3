#include "ct/log_proof.h"

#include "base/base64.h"
#include "base/hex.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "base/limits.h"
#include "ct/consistency.h"
#include "ct/tree_head.h"

static const char schema[] = "teewatch.log-proof/1";

static const char *const class_names[] = {
	[LOG_PROOF_FORK] = "fork",
	[LOG_PROOF_ROLLBACK] = "rollback",
	[LOG_PROOF_INCONSISTENT] = "inconsistent",
	[LOG_PROOF_WRONG_ROOT] = "wrong_root",
	[LOG_PROOF_BAD_SIGNATURE] = "bad_signature",
	[LOG_PROOF_MISSING] = "missing",
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
	json_write_object_end(w);
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

static void read_served(const struct json *root, struct log_proof *p, struct fault *f)
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
	bool alone = p->class == LOG_PROOF_BAD_SIGNATURE || p->class == LOG_PROOF_MISSING;
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
		read_served(root, out, &f);
	if (out->class == LOG_PROOF_MISSING) {
		out->index = json_number(root, "index", LIMIT_TREE_SIZE, &f);
		out->first_missed_ms = json_time(root, "first_missed", &f);
		out->answer = read_text(root, "answer", a, &f);
	}
	return f;
}

/* ---- verification ---- */

/* A head that the log's key signed. */
static bool signed_head(const struct log_proof *p, struct bytes body, struct arena *a, struct ct_tree_head *out)
{
	struct fault f = p->kind == CT_LOG_STATIC ? ct_checkpoint_parse(body, &p->log_id, a, out)
	                                          : ct_sth_parse(body, a, out);
	return !fault_is_set(f) && ct_tree_head_verify(out, p->key);
}

static enum log_proof_result conclude(bool shown, enum log_proof_result result, const char *good, const char *bad,
                                      const char **why)
{
	*why = shown ? good : bad;
	return shown ? result : LOG_PROOF_FAILED;
}

static enum log_proof_result verify_pair(const struct log_proof *p, const struct ct_tree_head *first,
                                         const struct ct_tree_head *second, const char **why)
{
	struct sha256 first_root, second_root;
	switch (p->class) {
	case LOG_PROOF_FORK:
		return conclude(first->tree_size == second->tree_size && !sha256_equal(&first->root, &second->root),
		                LOG_PROOF_PROVEN, "the log signed two roots for one tree size",
		                "the two tree heads do not contradict each other", why);
	case LOG_PROOF_ROLLBACK:
		return conclude(first->tree_size > second->tree_size && first->timestamp_ms < second->timestamp_ms,
		                LOG_PROOF_PROVEN, "the log signed a smaller tree at a later time",
		                "the second tree head is not both smaller and later", why);
	default:
		break;
	}
	if (!ct_consistency_roots(first->tree_size, second->tree_size, &p->path, &first_root, &second_root) ||
	    !sha256_equal(&second_root, &second->root))
		return conclude(false, LOG_PROOF_FAILED, "", "the path does not lead to the larger tree's root", why);
	return conclude(!sha256_equal(&first_root, &first->root), LOG_PROOF_PROVEN,
	                "the log signed a tree that is not the beginning of a larger one that it signed",
	                "the two trees are consistent", why);
}

static enum log_proof_result verify_served(const struct log_proof *p, const struct ct_tree_head *first,
                                           const struct ct_tree_head *second, const char **why)
{
	struct ct_frontier f = p->frontier;
	struct sha256 root = ct_frontier_root(&f);
	bool begins = p->first.n == 0 ? f.size == 0 : f.size == first->tree_size && sha256_equal(&root, &first->root);
	for (size_t i = 0; begins && i < p->subtree_count; i++)
		begins = ct_frontier_append_subtree(&f, p->subtrees[i].level, &p->subtrees[i].hash);
	if (!begins || f.size != second->tree_size)
		return conclude(false, LOG_PROOF_FAILED, "", "the hashes do not cover the entries between the tree heads", why);
	root = ct_frontier_root(&f);
	return conclude(!sha256_equal(&root, &second->root), LOG_PROOF_OBSERVED,
	                "the entries that were observed do not lead to the signed root; the log does not sign that it "
	                "served them",
	                "the entries lead to the signed root", why);
}

static enum log_proof_result verify_signature(const struct log_proof *p, struct arena *a, const char **why)
{
	struct ct_tree_head h;
	struct fault f = p->kind == CT_LOG_STATIC ? ct_checkpoint_parse(p->first, &p->log_id, a, &h)
	                                          : ct_sth_parse(p->first, a, &h);
	bool other_key = f.code == FAULT_MISMATCH; /* a checkpoint that another key signed under the log's name */
	bool bad = other_key || (!fault_is_set(f) && !ct_tree_head_verify(&h, p->key));
	return conclude(bad, LOG_PROOF_OBSERVED,
	                "the log's key did not sign this tree head; so nothing in it shows that the log served it",
	                "it is no tree head, or its signature is good", why);
}

enum log_proof_result log_proof_verify(const struct log_proof *p, struct arena *a, const char **why)
{
	struct ct_tree_head first = {0}, second = {0};
	struct sha256 id = hash_sha256(p->key);
	if (!sha256_equal(&id, &p->log_id))
		return conclude(false, LOG_PROOF_FAILED, "", "the log's id is not the hash of the key", why);
	if (p->class == LOG_PROOF_BAD_SIGNATURE)
		return verify_signature(p, a, why);
	if ((p->first.n > 0 && !signed_head(p, p->first, a, &first)) ||
	    (p->second.n > 0 && !signed_head(p, p->second, a, &second)))
		return conclude(false, LOG_PROOF_FAILED, "", "a tree head is not signed by the log's key", why);
	if (p->class == LOG_PROOF_WRONG_ROOT)
		return verify_served(p, &first, &second, why);
	if (p->class == LOG_PROOF_MISSING)
		return conclude(p->index < first.tree_size && p->first_missed_ms <= p->observed_ms, LOG_PROOF_OBSERVED,
		                "the tree head covers the entry; that it was not served is the word of who asked",
		                "the tree head does not cover the entry", why);
	return verify_pair(p, &first, &second, why);
}

bool log_proof_append(struct ct_subtree *subtrees, size_t *n, uint64_t *end, unsigned level, const struct sha256 *hash)
{
	struct ct_subtree top = {level, *hash};
	*end += UINT64_C(1) << level;
	while (*n > 0 && subtrees[*n - 1].level == top.level && *end % (UINT64_C(2) << top.level) == 0) {
		top.hash = ct_merkle_node(&subtrees[--*n].hash, &top.hash);
		top.level++;
	}
	if (*n == CT_SUBTREES_MAX)
		return false;
	subtrees[(*n)++] = top;
	return true;
}
