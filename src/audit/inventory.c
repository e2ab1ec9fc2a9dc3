#include "audit/inventory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/state.h"
#include "base/der.h"
#include "base/file.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/memory.h"
#include "evidence/amd_tcb.h"

static bool is_present(const struct collateral_set *s, const struct collateral *c)
{
	for (size_t i = 0; i < s->n; i++)
		if (sha256_equal(&s->items[i].sha256, &c->sha256) && s->items[i].kind == c->kind)
			return true;
	return false;
}

/* Copy an item into the inventory; false where it is there already. */
static bool keep(struct inventory *inv, const struct collateral *c, const char *source)
{
	struct collateral_set *s = &inv->set;
	if (is_present(s, c) || s->n >= LIMIT_COLLATERAL_ITEMS)
		return false;
	if (s->n == s->capacity) {
		size_t capacity = s->capacity ? s->capacity * 2 : 64;
		struct collateral *grown = arena_array(&inv->arena, capacity, sizeof(*grown));
		if (!grown)
			return false;
		if (s->n > 0)
			memcpy(grown, s->items, s->n * sizeof(*grown));
		s->items = grown;
		s->capacity = capacity;
		inv->sources = memory_grow(inv->sources, capacity, sizeof(*inv->sources));
	}
	struct collateral *copy = &s->items[s->n];
	*copy = *c;
	copy->der = arena_bytes(&inv->arena, c->der);
	copy->vendor = arena_text(&inv->arena, bytes_of_text(c->vendor));
	copy->label = arena_text(&inv->arena, bytes_of_text(c->label));
	copy->subject = arena_text(&inv->arena, bytes_of_text(c->subject));
	if (copy->der.n != c->der.n || !copy->vendor || !copy->label || !copy->subject)
		return false;
	inv->sources[s->n] = source[0] ? arena_text(&inv->arena, bytes_of_text(source)) : NULL;
	s->n++;
	return true;
}

static void archive(struct audit *a, const struct collateral *c, const char *source)
{
	struct store_collateral row = {
		.sha256 = c->sha256,
		.kind = collateral_kind_name(c->kind),
		.vendor = c->vendor,
		.source = source,
		.label = c->label,
		.issued_ms = c->issued_ms,
		.next_update_ms = c->next_update_ms,
		.fetched_ms = a->options->at_ms,
		.content = c->der,
	};
	int rc = store_begin(a->store);
	if (rc == 0)
		rc = store_collateral_put(a->store, &row);
	if (rc >= 0)
		rc = store_commit(a->store);
	audit_store_failed(a, rc);
}

/* Let a worker recognise the content, and keep what it finds. Returns how many items are new, or -1
 * when there is nothing in it. */
static int take(struct audit *a, const struct task_collateral *t, const char *source, struct fault *fault)
{
	struct task_collateral_reply reply = {0};
	struct arena arena;
	struct buffer message;
	struct bytes answer = {NULL, 0};
	enum task_outcome outcome = TASK_CRASHED;
	int added = -1;
	arena_init(&arena, LIMIT_ARENA_BYTES);
	buffer_init(&message, LIMIT_FRAME_BYTES);
	task_collateral_encode(t, &message);
	int rc = pool_call(a->pool, TASK_COLLATERAL, buffer_bytes(&message), &arena, &outcome, &answer);
	if (rc < 0)
		a->error = rc;
	*fault = fault_at(FAULT_VALUE, 0, "decoder");
	if (rc == 0 && outcome == TASK_DONE && !fault_is_set(task_collateral_reply_decode(answer, &arena, &reply))) {
		*fault = reply.fault;
		added = fault_is_set(reply.fault) ? -1 : 0;
	}
	for (size_t i = 0; added >= 0 && i < reply.n; i++) {
		if (!keep(&a->inventory, &reply.items[i], source))
			continue;
		added++;
	}
	buffer_release(&message);
	arena_release(&arena);
	return added;
}

/* ---- vetting ---- */

static void refuse(struct audit *a, const struct collateral *c, const char *source, const char *why)
{
	char hex[2 * SHA256_BYTES + 1], subject[96], detail[512];
	struct journal_subject about = {.domain = "", .log_name = ""};
	hex_encode(sha256_bytes(&c->sha256), hex);
	snprintf(subject, sizeof(subject), "collateral:%s", hex);
	snprintf(detail, sizeof(detail), "%s from %s is not used: %s", c->label, source ? source : "the archive", why);
	int rc = store_begin(a->store);
	if (rc >= 0)
		rc = journal_raise(a, anomaly_rule_find("collateral_invalid"), subject, detail, &about);
	if (rc >= 0)
		rc = store_commit(a->store);
	audit_store_failed(a, rc);
}

/* Take out what is forged, and file what is new. Asked anew whenever something came, since an item may only be
 * understood beside another one (an intermediate, an anchor). */
static void vet(struct audit *a)
{
	struct inventory *inv = &a->inventory;
	struct task_vet_reply reply = {0};
	struct arena arena;
	struct buffer message;
	struct bytes answer = {NULL, 0};
	enum task_outcome outcome = TASK_CRASHED;
	size_t kept = 0;
	arena_init(&arena, LIMIT_ARENA_BYTES);
	buffer_init(&message, LIMIT_FRAME_BYTES);
	task_vet_encode(&inv->set, &message);
	int rc = pool_call(a->pool, TASK_VET, buffer_bytes(&message), &arena, &outcome, &answer);
	if (rc < 0)
		a->error = rc;
	bool good = rc == 0 && outcome == TASK_DONE && !fault_is_set(task_vet_reply_decode(answer, &arena, &reply)) &&
	            reply.n == inv->set.n;
	if (!good && rc == 0) {
		audit_warn(a, "the decoder died on the collateral; none of it is used in this run");
		a->incomplete = true;
		inv->set.n = 0;
	}
	for (size_t i = 0; i < inv->set.n; i++) {
		struct collateral *c = &inv->set.items[i];
		const char *source = inv->sources[i];
		if (reply.refused[i][0]) {
			refuse(a, c, source, reply.refused[i]);
			continue;
		}
		if (source)
			archive(a, c, source);
		inv->sources[kept] = NULL;
		inv->set.items[kept++] = *c;
	}
	inv->set.n = kept;
	buffer_release(&message);
	arena_release(&arena);
}

struct loading {
	struct audit *audit;
	bool anchor;
	const char *vendor;
	bool whole_directory;
};

static int load_file(void *context, const char *path)
{
	struct loading *l = context;
	struct audit *a = l->audit;
	struct buffer content;
	struct fault fault;
	buffer_init(&content, LIMIT_FILE_BYTES);
	int rc = file_read(path, &content);
	if (rc < 0) {
		audit_warn(a, "%s: cannot be read: %s", path, strerror(-rc));
		a->incomplete = true;
	} else {
		struct task_collateral t = {.body = {.content = buffer_bytes(&content)}, .anchor = l->anchor, .vendor = l->vendor};
		int added = take(a, &t, "file", &fault);
		if (added < 0 && l->whole_directory) /* other things may lie in a directory */
			audit_say(a, "%s: no collateral in it", path);
		else if (added < 0) {
			audit_warn(a, "%s: not recognised as %s (%s in %s at byte %zu)", path,
			           l->anchor ? "a trust anchor" : "collateral", fault_code_name(fault.code),
			           fault.field ? fault.field : "it", fault.offset);
			a->incomplete = true;
		}
	}
	buffer_release(&content);
	return 0;
}

static void load_path(struct audit *a, const char *option, bool anchor)
{
	const char *vendor = NULL, *path = anchor ? collateral_anchor_option(option, &vendor) : option;
	struct loading l = {a, anchor, vendor ? vendor : "", file_is_directory(path)};
	int rc = file_each(path, load_file, &l);
	if (rc < 0) {
		audit_warn(a, "%s: cannot be read: %s", path, strerror(-rc));
		a->incomplete = true;
	}
}

static int load_archived(void *context, const struct store_collateral *row)
{
	struct audit *a = context;
	struct collateral c = {
		.kind = collateral_kind_of(row->kind),
		.der = row->content,
		.sha256 = row->sha256,
		.vendor = row->vendor,
		.label = row->label,
		.issued_ms = row->issued_ms,
		.next_update_ms = row->next_update_ms,
		.archived_ms = row->fetched_ms,
	};
	if (c.kind != COLLATERAL_UNKNOWN && c.kind != COLLATERAL_ANCHOR)
		keep(&a->inventory, &c, ""); /* it is archived: nothing to file */
	return 0;
}

void inventory_load(struct audit *a)
{
	struct inventory *inv = &a->inventory;
	arena_init(&inv->arena, LIMIT_ARENA_BYTES);
	collateral_set_init(&inv->set, &inv->arena);
	audit_store_failed(a, store_collateral_each(a->store, load_archived, a));
	struct task_collateral table = {.body = {.content = bytes_of_text(amd_tcb_builtin)}, .vendor = ""};
	struct fault ignored;
	take(a, &table, "built in", &ignored);
	for (const char *const *p = a->options->collateral; p && *p && !a->error; p++)
		load_path(a, *p, false);
	for (const char *const *p = a->options->trust_anchors; p && *p && !a->error; p++)
		load_path(a, *p, true);
	if (!a->error)
		vet(a);
}

void inventory_release(struct inventory *i)
{
	arena_release(&i->arena);
	free(i->asked);
	free(i->sources);
	*i = (struct inventory){0};
}

/* It comes from strangers, and tables and key sets carry no signature that vetting could look at: certificates alone. */
void inventory_endorsement(struct audit *a, struct bytes der, const char *source)
{
	struct fault fault;
	struct task_collateral t = {.body = {.content = der}, .vendor = ""};
	if (der.n > 0 && der.p[0] == DER_SEQUENCE && take(a, &t, source, &fault) > 0)
		vet(a);
}

/* ---- vendors ---- */

static bool ask_once(struct inventory *inv, const char *url)
{
	for (size_t i = 0; i < inv->asked_count; i++)
		if (strcmp(inv->asked[i], url) == 0)
			return false;
	if (inv->asked_count == inv->asked_capacity) {
		inv->asked_capacity = inv->asked_capacity ? inv->asked_capacity * 2 : 64;
		inv->asked = memory_grow(inv->asked, inv->asked_capacity, sizeof(*inv->asked));
	}
	const char *copy = arena_text(&inv->arena, bytes_of_text(url));
	if (!copy)
		return false;
	inv->asked[inv->asked_count++] = copy;
	return true;
}

static bool fetch_one(struct audit *a, const char *url, struct bytes post)
{
	struct slots *slots = pool_slots(a->pool);
	struct vendor_answer answer = {0};
	const struct fetch_result *r = &answer.result;
	struct fault fault;
	int slot = audit_take_slot(a), added = -1;
	if (slot < 0)
		return false;
	int rc = vendor_ask(a->pool, url, post, slot, &answer);
	if (rc < 0) {
		a->error = rc;
	} else if (r->outcome == FETCH_OK) {
		struct task_collateral t = {.body = {.in_slot = true, .gzip = r->gzip, .slot = (uint32_t)slot, .n = r->n},
		                            .vendor = "", .headers = r->headers, .nonce = answer.nonce};
		added = take(a, &t, url, &fault);
		if (added < 0)
			audit_warn(a, "%s: the answer is no collateral (%s)", url, fault_code_name(fault.code));
	} else {
		audit_warn(a, "%s: %s", url, r->message);
	}
	slots_give(slots, slot, rc == 0 ? r->n : LIMIT_BODY_BYTES);
	if (added < 0)
		a->incomplete = true;
	if (added > 0)
		vet(a);
	return added > 0;
}

bool inventory_fetch(struct audit *a, const struct judge_needs *needs)
{
	bool came = false;
	for (size_t i = 0; i < needs->n && !a->error && !a->options->offline; i++) {
		const struct judge_need *n = &needs->v[i];
		const char *url = vendor_url(&a->options->vendors, n->vendor, n->path, &a->arena);
		const char *key = url && n->post.n > 0 ? arena_format(&a->arena, "%s %s", url, n->subject) : url;
		if (key && ask_once(&a->inventory, key))
			came |= fetch_one(a, url, n->post);
	}
	return came;
}
