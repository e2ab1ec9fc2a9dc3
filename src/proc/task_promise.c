/* Messages about promises of logs. */
#include "base/limits.h"
#include "proc/task_part.h"

void task_promise_encode(const struct task_promise *t, struct buffer *out)
{
	buffer_put_u8(out, (uint8_t)t->kind);
	buffer_put_vector32(out, t->key);
	buffer_put_vector32(out, t->sct);
	buffer_put_vector32(out, t->tbs);
	message_put_sha256(out, &t->issuer_key_sha256);
	message_put_bool(out, t->has_leaf);
	message_put_sha256(out, &t->leaf);
	buffer_put_u64be(out, t->frontier.size);
	buffer_put_u32be(out, t->frontier.n);
	for (unsigned i = 0; i < t->frontier.n; i++)
		message_put_sha256(out, &t->frontier.nodes[i]);
	buffer_put_u32be(out, (uint32_t)t->body_count);
	for (size_t i = 0; i < t->body_count; i++)
		task_body_put(out, &t->bodies[i]);
}

struct fault task_promise_decode(struct bytes in, struct arena *a, struct task_promise *out)
{
	struct cursor c = cursor_of(in);
	struct sha256 nodes[64];
	uint8_t kind = cursor_u8(&c, "kind");
	if (kind > CT_LOG_STATIC)
		cursor_fail(&c, FAULT_VALUE, "kind");
	*out = (struct task_promise){.kind = (enum ct_log_kind)kind};
	out->key = message_bytes(&c, a, "key");
	out->sct = message_bytes(&c, a, "sct");
	out->tbs = message_bytes(&c, a, "tbs");
	message_sha256(&c, &out->issuer_key_sha256, "issuer_key_sha256");
	out->has_leaf = message_bool(&c, "has_leaf");
	message_sha256(&c, &out->leaf, "leaf");
	uint64_t size = cursor_u64be(&c, "tree_size");
	size_t n = message_count(&c, 64, "nodes");
	for (size_t i = 0; i < n; i++)
		message_sha256(&c, &nodes[i], "node");
	if (cursor_ok(&c) && !ct_frontier_restore(&out->frontier, size, nodes, n))
		cursor_fail(&c, FAULT_MISMATCH, "nodes");
	out->body_count = message_count(&c, TASK_SEED_BODIES, "bodies");
	for (size_t i = 0; i < out->body_count; i++)
		out->bodies[i] = task_body_read(&c, a);
	return cursor_end(&c, "promise");
}

void task_promise_reply_encode(const struct task_promise_reply *t, struct buffer *out)
{
	message_put_fault(out, t->fault);
	message_put_bool(out, t->is_signed);
	message_put_sha256(out, &t->leaf_hash);
	message_put_bool(out, t->has_leaf_index);
	buffer_put_u64be(out, t->leaf_index);
	buffer_put_u8(out, (uint8_t)t->answer);
	message_put_sha256(out, &t->found);
	buffer_put_u32be(out, (uint32_t)t->path.n);
	for (size_t i = 0; i < t->path.n; i++)
		message_put_sha256(out, &t->path.nodes[i]);
}

struct fault task_promise_reply_decode(struct bytes in, struct arena *a, struct task_promise_reply *out)
{
	struct cursor c = cursor_of(in);
	out->fault = message_fault(&c, a, "fault");
	out->is_signed = message_bool(&c, "is_signed");
	message_sha256(&c, &out->leaf_hash, "leaf_hash");
	out->has_leaf_index = message_bool(&c, "has_leaf_index");
	out->leaf_index = cursor_u64be(&c, "leaf_index");
	uint8_t answer = cursor_u8(&c, "answer");
	if (answer > PROMISE_BROKEN)
		cursor_fail(&c, FAULT_VALUE, "answer");
	out->answer = (enum promise_answer)answer;
	message_sha256(&c, &out->found, "found");
	out->path.n = message_count(&c, LIMIT_PROOF_NODES, "path");
	for (size_t i = 0; i < out->path.n; i++)
		message_sha256(&c, &out->path.nodes[i], "path");
	return cursor_end(&c, "promise");
}
