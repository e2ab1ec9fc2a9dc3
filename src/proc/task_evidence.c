/* Messages about certificates, documents, collateral and verdicts. */
#include "base/limits.h"
#include "proc/task_part.h"

/* ---- certificate ---- */

void task_certificate_reply_encode(const struct task_certificate_reply *t, struct buffer *out)
{
	message_put_fault(out, t->fault);
	finding_encode(&t->finding, out);
}

struct fault task_certificate_reply_decode(struct bytes in, struct arena *a, struct task_certificate_reply *out)
{
	struct cursor c = cursor_of(in);
	out->fault = message_fault(&c, a, "fault");
	finding_decode(&c, a, &out->finding);
	return cursor_end(&c, "certificate_reply");
}

/* ---- document ---- */

void task_document_encode(const struct task_document *t, struct buffer *out)
{
	task_body_put(out, &t->body);
}

struct fault task_document_decode(struct bytes in, struct arena *a, struct task_document *out)
{
	struct cursor c = cursor_of(in);
	out->body = task_body_read(&c, a);
	return cursor_end(&c, "document");
}

void task_document_reply_encode(const struct task_document_reply *t, struct buffer *out)
{
	const struct document *d = &t->document;
	message_put_fault(out, t->fault);
	buffer_put_vector32(out, t->text);
	message_put_text(out, d->scheme);
	message_put_text(out, d->format);
	message_put_sha256(out, &d->commitment);
	message_put_sha256(out, &d->sha256);
	buffer_put_u8(out, (uint8_t)d->kind);
	buffer_put_u8(out, (uint8_t)d->binding);
	buffer_put_vector32(out, d->evidence);
	buffer_put_vector32(out, d->endorsement);
	message_put_bool(out, d->dummy);
}

struct fault task_document_reply_decode(struct bytes in, struct arena *a, struct task_document_reply *out)
{
	struct cursor c = cursor_of(in);
	struct document *d = &out->document;
	out->fault = message_fault(&c, a, "fault");
	out->text = message_bytes(&c, a, "text");
	d->scheme = message_text(&c, a, "scheme");
	d->format = message_text(&c, a, "format");
	message_sha256(&c, &d->commitment, "commitment");
	message_sha256(&c, &d->sha256, "sha256");
	d->kind = (enum evidence_kind)cursor_u8(&c, "kind");
	d->binding = (enum binding_rule)cursor_u8(&c, "binding");
	d->evidence = message_bytes(&c, a, "evidence");
	d->endorsement = message_bytes(&c, a, "endorsement");
	d->dummy = message_bool(&c, "dummy");
	if (d->kind > EVIDENCE_UNKNOWN || d->binding > BINDING_UNKNOWN)
		cursor_fail(&c, FAULT_VALUE, "document");
	return cursor_end(&c, "document_reply");
}

/* ---- collateral ---- */

void task_collateral_put(struct buffer *b, const struct collateral *items, size_t n)
{
	buffer_put_u32be(b, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		const struct collateral *c = &items[i];
		buffer_put_u8(b, (uint8_t)c->kind);
		buffer_put_vector32(b, c->der);
		message_put_sha256(b, &c->sha256);
		message_put_text(b, c->vendor);
		message_put_text(b, c->label);
		message_put_i64(b, c->issued_ms);
		message_put_i64(b, c->next_update_ms);
		message_put_i64(b, c->archived_ms);
		message_put_text(b, c->subject ? c->subject : "");
	}
}

struct collateral *task_collateral_read(struct cursor *c, struct arena *a, size_t *n)
{
	*n = message_count(c, LIMIT_COLLATERAL_ITEMS, "items");
	struct collateral *items = arena_array(a, *n, sizeof(*items));
	if (!items) {
		cursor_fail(c, FAULT_LIMIT, "items");
		*n = 0;
	}
	for (size_t i = 0; i < *n; i++) {
		items[i].kind = (enum collateral_kind)cursor_u8(c, "kind");
		items[i].der = message_bytes(c, a, "der");
		message_sha256(c, &items[i].sha256, "sha256");
		items[i].vendor = message_text(c, a, "vendor");
		items[i].label = message_text(c, a, "label");
		items[i].issued_ms = message_i64(c, "issued");
		items[i].next_update_ms = message_i64(c, "next_update");
		items[i].archived_ms = message_i64(c, "archived");
		items[i].subject = message_text(c, a, "subject");
	}
	return items;
}

void task_collateral_encode(const struct task_collateral *t, struct buffer *out)
{
	task_body_put(out, &t->body);
	message_put_bool(out, t->anchor);
	message_put_text(out, t->vendor);
	message_put_text(out, t->headers ? t->headers : "");
	buffer_put_vector32(out, t->nonce);
}

struct fault task_collateral_decode(struct bytes in, struct arena *a, struct task_collateral *out)
{
	struct cursor c = cursor_of(in);
	out->body = task_body_read(&c, a);
	out->anchor = message_bool(&c, "anchor");
	out->vendor = message_text(&c, a, "vendor");
	out->headers = message_text(&c, a, "headers");
	out->nonce = message_bytes(&c, a, "nonce");
	return cursor_end(&c, "collateral");
}

void task_collateral_reply_encode(const struct task_collateral_reply *t, struct buffer *out)
{
	message_put_fault(out, t->fault);
	task_collateral_put(out, t->items, t->n);
}

struct fault task_collateral_reply_decode(struct bytes in, struct arena *a, struct task_collateral_reply *out)
{
	struct cursor c = cursor_of(in);
	out->fault = message_fault(&c, a, "fault");
	out->items = task_collateral_read(&c, a, &out->n);
	return cursor_end(&c, "collateral_reply");
}

/* ---- vet ---- */

void task_vet_encode(const struct collateral_set *set, struct buffer *out)
{
	task_collateral_put(out, set->items, set->n);
}

struct fault task_vet_decode(struct bytes in, struct arena *a, struct collateral_set *out)
{
	struct cursor c = cursor_of(in);
	collateral_set_init(out, a);
	out->items = task_collateral_read(&c, a, &out->n);
	out->capacity = out->n;
	return cursor_end(&c, "vet");
}

void task_vet_reply_encode(const struct task_vet_reply *t, struct buffer *out)
{
	message_put_fault(out, t->fault);
	buffer_put_u32be(out, (uint32_t)t->n);
	for (size_t i = 0; i < t->n; i++)
		message_put_text(out, t->refused[i]);
}

struct fault task_vet_reply_decode(struct bytes in, struct arena *a, struct task_vet_reply *out)
{
	struct cursor c = cursor_of(in);
	out->fault = message_fault(&c, a, "fault");
	out->n = message_count(&c, LIMIT_COLLATERAL_ITEMS, "refused");
	out->refused = arena_array(a, out->n, sizeof(*out->refused));
	if (!out->refused)
		return fault_at(FAULT_LIMIT, 0, "refused");
	for (size_t i = 0; i < out->n; i++)
		out->refused[i] = message_text(&c, a, "refused");
	return cursor_end(&c, "vet_reply");
}

/* ---- judge ---- */

void task_judge_encode(const struct judge_request *r, struct buffer *out)
{
	buffer_put_vector32(out, r->evidence);
	buffer_put_u8(out, (uint8_t)r->kind);
	buffer_put_u8(out, (uint8_t)r->binding.rule);
	buffer_put_vector32(out, r->binding.spki);
	buffer_put_vector32(out, r->binding.hpke_key);
	buffer_put_vector32(out, r->binding.nonce);
	buffer_put_vector32(out, r->endorsement);
	message_put_i64(out, r->at_ms);
	task_collateral_put(out, r->collateral->items, r->collateral->n);
}

struct fault task_judge_decode(struct bytes in, struct arena *a, struct task_judge *out)
{
	struct cursor c = cursor_of(in);
	struct judge_request *r = &out->request;
	r->evidence = message_bytes(&c, a, "evidence");
	r->kind = (enum evidence_kind)cursor_u8(&c, "kind");
	r->binding.rule = (enum binding_rule)cursor_u8(&c, "rule");
	r->binding.spki = message_bytes(&c, a, "spki");
	r->binding.hpke_key = message_bytes(&c, a, "hpke_key");
	r->binding.nonce = message_bytes(&c, a, "nonce");
	r->endorsement = message_bytes(&c, a, "endorsement");
	r->at_ms = message_i64(&c, "at");
	collateral_set_init(&out->collateral, a);
	out->collateral.items = task_collateral_read(&c, a, &out->collateral.n);
	out->collateral.capacity = out->collateral.n;
	r->collateral = &out->collateral;
	return cursor_end(&c, "judge");
}

void task_judge_reply_encode(const struct task_judge_reply *t, struct buffer *out)
{
	struct buffer verdict;
	buffer_init(&verdict, LIMIT_FRAME_BYTES / 2);
	verdict_encode(t->verdict, &verdict);
	message_put_fault(out, t->fault);
	buffer_put_vector32(out, buffer_bytes(&verdict));
	buffer_release(&verdict);
	buffer_put_u32be(out, (uint32_t)t->needs.n);
	for (size_t i = 0; i < t->needs.n; i++) {
		buffer_put_u8(out, (uint8_t)t->needs.v[i].kind);
		message_put_text(out, t->needs.v[i].vendor);
		message_put_bool(out, t->needs.v[i].path != NULL);
		message_put_text(out, t->needs.v[i].path ? t->needs.v[i].path : "");
		message_put_text(out, t->needs.v[i].subject);
		buffer_put_vector32(out, t->needs.v[i].post);
	}
}

struct fault task_judge_reply_decode(struct bytes in, struct arena *a, struct task_judge_reply *out)
{
	struct cursor c = cursor_of(in);
	out->fault = message_fault(&c, a, "fault");
	struct bytes verdict = cursor_vector32(&c, "verdict");
	out->verdict = arena_alloc(a, sizeof(*out->verdict));
	if (!out->verdict)
		return fault_at(FAULT_LIMIT, 0, "verdict");
	out->needs.n = message_count(&c, sizeof(out->needs.v) / sizeof(out->needs.v[0]), "needs");
	for (size_t i = 0; i < out->needs.n; i++) {
		out->needs.v[i].kind = (enum collateral_kind)cursor_u8(&c, "need.kind");
		out->needs.v[i].vendor = message_text(&c, a, "need.vendor");
		bool published = message_bool(&c, "need.published");
		out->needs.v[i].path = message_text(&c, a, "need.path");
		if (!published)
			out->needs.v[i].path = NULL;
		out->needs.v[i].subject = message_text(&c, a, "need.subject");
		out->needs.v[i].post = message_bytes(&c, a, "need.post");
	}
	struct fault f = cursor_end(&c, "judge_reply");
	return fault_is_set(f) ? f : verdict_decode(verdict, a, out->verdict);
}
