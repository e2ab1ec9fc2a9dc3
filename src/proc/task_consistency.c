/* The messages that ask whether two tree heads belong to one tree. */
#include "base/limits.h"
#include "proc/task_part.h"

void task_consistency_encode(const struct task_consistency *t, struct buffer *out)
{
	buffer_put_u8(out, (uint8_t)t->kind);
	buffer_put_u64be(out, t->first_size);
	buffer_put_u64be(out, t->second_size);
	message_put_sha256(out, &t->first_root);
	buffer_put_u32be(out, (uint32_t)t->body_count);
	for (size_t i = 0; i < t->body_count; i++)
		task_body_put(out, &t->bodies[i]);
}

struct fault task_consistency_decode(struct bytes in, struct arena *a, struct task_consistency *out)
{
	struct cursor c = cursor_of(in);
	uint8_t kind = cursor_u8(&c, "kind");
	out->kind = (enum ct_log_kind)kind;
	out->first_size = cursor_u64be(&c, "first_size");
	out->second_size = cursor_u64be(&c, "second_size");
	message_sha256(&c, &out->first_root, "first_root");
	out->body_count = message_count(&c, CT_CONSISTENCY_TILES, "bodies");
	for (size_t i = 0; i < out->body_count; i++)
		out->bodies[i] = task_body_read(&c, a);
	if (kind > CT_LOG_STATIC || out->first_size == 0 || out->first_size >= out->second_size ||
	    out->second_size > LIMIT_TREE_SIZE)
		cursor_fail(&c, FAULT_VALUE, "consistency");
	return cursor_end(&c, "consistency");
}

void task_consistency_reply_encode(const struct task_consistency_reply *t, struct buffer *out)
{
	message_put_fault(out, t->fault);
	buffer_put_u32be(out, (uint32_t)t->path.n);
	for (size_t i = 0; i < t->path.n; i++)
		message_put_sha256(out, &t->path.nodes[i]);
}

struct fault task_consistency_reply_decode(struct bytes in, struct arena *a, struct task_consistency_reply *out)
{
	struct cursor c = cursor_of(in);
	out->fault = message_fault(&c, a, "fault");
	out->path.n = message_count(&c, LIMIT_PROOF_NODES, "nodes");
	for (size_t i = 0; i < out->path.n; i++)
		message_sha256(&c, &out->path.nodes[i], "node");
	return cursor_end(&c, "consistency_reply");
}
