/* Messages about logs: lists, tree heads, seeds, entries. */
#include "base/limits.h"
#include "proc/task_part.h"

const char *task_kind_name(enum task_kind k)
{
	static const char *const names[] = {
		[TASK_WATCH] = "watch",           [TASK_LOG_LIST] = "log list",     [TASK_TREE_HEAD] = "tree head",
		[TASK_SEED] = "seed",             [TASK_ENTRIES] = "entries",       [TASK_CERTIFICATE] = "certificate",
		[TASK_DOCUMENT] = "document",     [TASK_COLLATERAL] = "collateral", [TASK_VET] = "vet",
		[TASK_JUDGE] = "evidence",        [TASK_PROMISE] = "promise",       [TASK_CONSISTENCY] = "consistency",
	};
	return (size_t)k < sizeof(names) / sizeof(names[0]) && names[k] ? names[k] : "unknown";
}

void task_body_put(struct buffer *b, const struct task_body *body)
{
	message_put_bool(b, body->in_slot);
	message_put_bool(b, body->gzip);
	buffer_put_u32be(b, body->slot);
	buffer_put_u64be(b, body->n);
	buffer_put_vector32(b, body->content);
}

struct task_body task_body_read(struct cursor *c, struct arena *a)
{
	struct task_body body = {0};
	body.in_slot = message_bool(c, "in_slot");
	body.gzip = message_bool(c, "gzip");
	body.slot = cursor_u32be(c, "slot");
	body.n = (size_t)cursor_u64be(c, "n");
	body.content = message_bytes(c, a, "content");
	return body;
}

static enum ct_log_kind read_kind(struct cursor *c)
{
	uint8_t k = cursor_u8(c, "kind");
	if (k > CT_LOG_STATIC)
		cursor_fail(c, FAULT_VALUE, "kind");
	return (enum ct_log_kind)k;
}

/* ---- log list ---- */

void task_log_list_encode(const struct task_log_list *t, struct buffer *out)
{
	task_body_put(out, &t->body);
	buffer_put_vector32(out, t->signature);
	buffer_put_vector32(out, t->key);
}

struct fault task_log_list_decode(struct bytes in, struct arena *a, struct task_log_list *out)
{
	struct cursor c = cursor_of(in);
	out->body = task_body_read(&c, a);
	out->signature = message_bytes(&c, a, "signature");
	out->key = message_bytes(&c, a, "key");
	return cursor_end(&c, "log_list");
}

static void put_log(struct buffer *out, const struct ct_log *l)
{
	message_put_sha256(out, &l->log_id);
	buffer_put_u8(out, (uint8_t)l->kind);
	message_put_text(out, l->name);
	message_put_text(out, l->operator);
	message_put_text(out, l->url);
	message_put_text(out, l->submission_url);
	buffer_put_vector32(out, l->key);
	buffer_put_u32be(out, l->mmd_s);
	message_put_text(out, l->state);
	message_put_i64(out, l->state_since_ms);
	message_put_bool(out, l->has_interval);
	message_put_i64(out, l->interval_start_ms);
	message_put_i64(out, l->interval_end_ms);
	message_put_bool(out, l->has_final);
	buffer_put_u64be(out, l->final_size);
	message_put_sha256(out, &l->final_root);
	message_put_text(out, l->log_type);
}

static void read_log(struct cursor *c, struct arena *a, struct ct_log *l)
{
	message_sha256(c, &l->log_id, "log_id");
	l->kind = read_kind(c);
	l->name = message_text(c, a, "name");
	l->operator = message_text(c, a, "operator");
	l->url = message_text(c, a, "url");
	l->submission_url = message_text(c, a, "submission_url");
	l->key = message_bytes(c, a, "key");
	l->mmd_s = cursor_u32be(c, "mmd");
	l->state = message_text(c, a, "state");
	l->state_since_ms = message_i64(c, "state_since");
	l->has_interval = message_bool(c, "has_interval");
	l->interval_start_ms = message_i64(c, "interval_start");
	l->interval_end_ms = message_i64(c, "interval_end");
	l->has_final = message_bool(c, "has_final");
	l->final_size = cursor_u64be(c, "final_size");
	message_sha256(c, &l->final_root, "final_root");
	l->log_type = message_text(c, a, "log_type");
}

void task_log_list_reply_encode(const struct task_log_list_reply *t, struct buffer *out)
{
	message_put_fault(out, t->fault);
	message_put_bool(out, t->verified);
	message_put_i64(out, t->timestamp_ms);
	buffer_put_u32be(out, (uint32_t)t->log_count);
	for (size_t i = 0; i < t->log_count; i++)
		put_log(out, &t->logs[i]);
}

struct fault task_log_list_reply_decode(struct bytes in, struct arena *a, struct task_log_list_reply *out)
{
	struct cursor c = cursor_of(in);
	out->fault = message_fault(&c, a, "fault");
	out->verified = message_bool(&c, "verified");
	out->timestamp_ms = message_i64(&c, "timestamp");
	out->log_count = message_count(&c, LIMIT_LOGS, "logs");
	out->logs = arena_array(a, out->log_count, sizeof(*out->logs));
	for (size_t i = 0; out->logs && i < out->log_count; i++)
		read_log(&c, a, &out->logs[i]);
	return cursor_end(&c, "log_list_reply");
}

/* ---- tree head ---- */

void task_tree_head_encode(const struct task_tree_head *t, struct buffer *out)
{
	buffer_put_u8(out, (uint8_t)t->kind);
	message_put_sha256(out, &t->log_id);
	buffer_put_vector32(out, t->key);
	task_body_put(out, &t->body);
}

struct fault task_tree_head_decode(struct bytes in, struct arena *a, struct task_tree_head *out)
{
	struct cursor c = cursor_of(in);
	out->kind = read_kind(&c);
	message_sha256(&c, &out->log_id, "log_id");
	out->key = message_bytes(&c, a, "key");
	out->body = task_body_read(&c, a);
	return cursor_end(&c, "tree_head");
}

void task_tree_head_reply_encode(const struct task_tree_head_reply *t, struct buffer *out)
{
	message_put_fault(out, t->fault);
	message_put_bool(out, t->verified);
	message_put_bool(out, t->origin_matches);
	buffer_put_u64be(out, t->tree_size);
	message_put_i64(out, t->timestamp_ms);
	message_put_sha256(out, &t->root);
	buffer_put_vector32(out, t->signature);
	buffer_put_vector32(out, t->text);
	message_put_text(out, t->origin);
}

struct fault task_tree_head_reply_decode(struct bytes in, struct arena *a, struct task_tree_head_reply *out)
{
	struct cursor c = cursor_of(in);
	out->fault = message_fault(&c, a, "fault");
	out->verified = message_bool(&c, "verified");
	out->origin_matches = message_bool(&c, "origin_matches");
	out->tree_size = cursor_u64be(&c, "tree_size");
	out->timestamp_ms = message_i64(&c, "timestamp");
	message_sha256(&c, &out->root, "root");
	out->signature = message_bytes(&c, a, "signature");
	out->text = message_bytes(&c, a, "text");
	out->origin = message_text(&c, a, "origin");
	if (out->tree_size > LIMIT_TREE_SIZE)
		cursor_fail(&c, FAULT_VALUE, "tree_size");
	return cursor_end(&c, "tree_head_reply");
}

/* ---- seed ---- */

void task_seed_encode(const struct task_seed *t, struct buffer *out)
{
	buffer_put_u8(out, (uint8_t)t->kind);
	buffer_put_u64be(out, t->tree_size);
	message_put_sha256(out, &t->root);
	message_put_bool(out, t->has_leaf);
	message_put_sha256(out, &t->leaf);
	buffer_put_u32be(out, (uint32_t)t->body_count);
	for (size_t i = 0; i < t->body_count; i++)
		task_body_put(out, &t->bodies[i]);
}

struct fault task_seed_decode(struct bytes in, struct arena *a, struct task_seed *out)
{
	struct cursor c = cursor_of(in);
	out->kind = read_kind(&c);
	out->tree_size = cursor_u64be(&c, "tree_size");
	message_sha256(&c, &out->root, "root");
	out->has_leaf = message_bool(&c, "has_leaf");
	message_sha256(&c, &out->leaf, "leaf");
	out->body_count = message_count(&c, TASK_SEED_BODIES, "bodies");
	for (size_t i = 0; i < out->body_count; i++)
		out->bodies[i] = task_body_read(&c, a);
	return cursor_end(&c, "seed");
}

void task_seed_reply_encode(const struct task_seed_reply *t, struct buffer *out)
{
	message_put_fault(out, t->fault);
	message_put_bool(out, t->proven);
	buffer_put_u64be(out, t->frontier.size);
	buffer_put_u32be(out, t->frontier.n);
	for (size_t i = 0; i < t->frontier.n; i++)
		message_put_sha256(out, &t->frontier.nodes[i]);
}

struct fault task_seed_reply_decode(struct bytes in, struct arena *a, struct task_seed_reply *out)
{
	struct cursor c = cursor_of(in);
	out->fault = message_fault(&c, a, "fault");
	out->proven = message_bool(&c, "proven");
	out->frontier.size = cursor_u64be(&c, "size");
	out->frontier.n = (unsigned)message_count(&c, LIMIT_PROOF_NODES, "nodes");
	for (size_t i = 0; i < out->frontier.n; i++)
		message_sha256(&c, &out->frontier.nodes[i], "node");
	if (out->frontier.n != (unsigned)__builtin_popcountll(out->frontier.size))
		cursor_fail(&c, FAULT_MISMATCH, "nodes");
	return cursor_end(&c, "seed_reply");
}

/* ---- entries ---- */

void task_entries_encode(const struct task_entries *t, struct buffer *out)
{
	buffer_put_u8(out, (uint8_t)t->kind);
	buffer_put_u64be(out, t->first);
	buffer_put_u64be(out, t->from);
	buffer_put_u64be(out, t->to);
	buffer_put_u32be(out, t->expected);
	buffer_put_u64be(out, t->skip);
	task_body_put(out, &t->body);
}

struct fault task_entries_decode(struct bytes in, struct arena *a, struct task_entries *out)
{
	struct cursor c = cursor_of(in);
	out->kind = read_kind(&c);
	out->first = cursor_u64be(&c, "first");
	out->from = cursor_u64be(&c, "from");
	out->to = cursor_u64be(&c, "to");
	out->expected = cursor_u32be(&c, "expected");
	out->skip = cursor_u64be(&c, "skip");
	out->body = task_body_read(&c, a);
	if (out->first > out->from || out->from >= out->to || out->expected > LIMIT_PAGE_ENTRIES)
		cursor_fail(&c, FAULT_VALUE, "range");
	return cursor_end(&c, "entries");
}

void task_entries_reply_encode(const struct task_entries_reply *t, struct buffer *out)
{
	message_put_fault(out, t->fault);
	buffer_put_u64be(out, t->count);
	message_put_i64(out, t->newest_timestamp_ms);
	buffer_put_u32be(out, (uint32_t)t->subtree_count);
	for (size_t i = 0; i < t->subtree_count; i++) {
		buffer_put_u8(out, t->subtrees[i].level);
		message_put_sha256(out, &t->subtrees[i].hash);
	}
	buffer_put_u32be(out, (uint32_t)t->finding_count);
	for (size_t i = 0; i < t->finding_count; i++)
		finding_encode(&t->findings[i], out);
	buffer_put_u32be(out, (uint32_t)t->unparseable_count);
	for (size_t i = 0; i < t->unparseable_count; i++) {
		const struct task_unparseable *u = &t->unparseable[i];
		buffer_put_u64be(out, u->entry_index);
		message_put_fault(out, u->fault);
		message_put_bool(out, u->maybe_ours);
		message_put_bool(out, u->crashed);
		buffer_put_vector32(out, u->leaf);
	}
}

static void read_unparseable(struct cursor *c, struct arena *a, struct task_unparseable *u)
{
	u->entry_index = cursor_u64be(c, "entry_index");
	u->fault = message_fault(c, a, "fault");
	u->maybe_ours = message_bool(c, "maybe_ours");
	u->crashed = message_bool(c, "crashed");
	u->leaf = message_bytes(c, a, "leaf");
}

struct fault task_entries_reply_decode(struct bytes in, struct arena *a, struct task_entries_reply *out)
{
	struct cursor c = cursor_of(in);
	out->fault = message_fault(&c, a, "fault");
	out->count = cursor_u64be(&c, "count");
	out->newest_timestamp_ms = message_i64(&c, "newest_timestamp");
	out->subtree_count = message_count(&c, 2 * LIMIT_PROOF_NODES, "subtrees");
	out->subtrees = arena_array(a, out->subtree_count, sizeof(*out->subtrees));
	for (size_t i = 0; out->subtrees && i < out->subtree_count; i++) {
		out->subtrees[i].level = cursor_u8(&c, "level");
		message_sha256(&c, &out->subtrees[i].hash, "hash");
	}
	out->finding_count = message_count(&c, LIMIT_PAGE_ENTRIES, "findings");
	out->findings = arena_array(a, out->finding_count, sizeof(*out->findings));
	for (size_t i = 0; out->findings && i < out->finding_count; i++)
		finding_decode(&c, a, &out->findings[i]);
	out->unparseable_count = message_count(&c, LIMIT_PAGE_ENTRIES, "unparseable");
	out->unparseable = arena_array(a, out->unparseable_count, sizeof(*out->unparseable));
	for (size_t i = 0; out->unparseable && i < out->unparseable_count; i++)
		read_unparseable(&c, a, &out->unparseable[i]);
	if (!out->subtrees || !out->findings || !out->unparseable)
		cursor_fail(&c, FAULT_LIMIT, "entries_reply");
	return cursor_end(&c, "entries_reply");
}
