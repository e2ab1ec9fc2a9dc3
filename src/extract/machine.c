#include "extract/machine.h"

#include "base/base64.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"

enum { DEPTH_MAX = 6, NONCE_BYTES = 32 };

/* ---- pieces ---- */

struct machine_piece *machine_add(struct machine_reader *r, const char *place)
{
	struct machines *m = r->out;
	if (m->n >= LIMIT_MACHINE_PIECES) {
		r->fault = fault_at(FAULT_LIMIT, 0, "evidence");
		return NULL;
	}
	struct machine_piece *p = &m->v[m->n++];
	*p = (struct machine_piece){.machine = m->count, .place = place, .nonce_rule = NONCE_UNKNOWN, .copies = 1};
	return p;
}

void machine_set_rule(struct machine_reader *r, enum nonce_rule rule, struct bytes hash)
{
	for (size_t i = 0; i < r->out->n; i++)
		if (r->out->v[i].machine == r->out->count) {
			r->out->v[i].nonce_rule = rule;
			r->out->v[i].nonce_hash = hash;
		}
}

bool machine_decode(struct arena *a, struct bytes text, struct bytes *out)
{
	return text.n > 0 && (hex_decode_arena(a, text, out) || base64_decode_arena(a, text, out));
}

struct bytes machine_nonce(struct arena *a, const struct json *object, const char *name)
{
	const struct json *v = json_get(object, name);
	struct bytes nonce;
	bool good = json_is(v, JSON_STRING) && v->text.n == 2 * (size_t)NONCE_BYTES && hex_decode_arena(a, v->text, &nonce);
	return good ? nonce : (struct bytes){NULL, 0};
}

static bool same_piece(const struct machine_piece *a, const struct machine_piece *b)
{
	return a->device == b->device && bytes_equal(a->evidence, b->evidence) &&
	       bytes_equal(a->endorsement, b->endorsement) && a->fault.code == b->fault.code && a->kind == b->kind &&
	       bytes_equal(a->nonce, b->nonce) && bytes_equal(a->architecture, b->architecture);
}

/* The piece that was added last is dropped where it stands in this machine already. */
static void drop_copy(struct machine_reader *r)
{
	struct machines *m = r->out;
	struct machine_piece *last = &m->v[m->n - 1];
	for (size_t i = 0; i + 1 < m->n; i++)
		if (m->v[i].machine == last->machine && last->evidence.n > 0 && same_piece(&m->v[i], last)) {
			m->v[i].copies++;
			m->n--;
			return;
		}
}

/* ---- devices ---- */

static enum evidence_kind kind_of_label(struct bytes label)
{
	if (text_equal_nocase(label, BYTES_LITERAL("LS10")))
		return EVIDENCE_NVSWITCH;
	if (text_equal_nocase(label, BYTES_LITERAL("HOPPER")) || text_equal_nocase(label, BYTES_LITERAL("BLACKWELL")))
		return EVIDENCE_NVGPU;
	return EVIDENCE_NONE;
}

/* PEM as it stands, or what base64 makes of it. */
static bool decode_chain(struct arena *a, struct bytes text, struct bytes *out)
{
	*out = text_trim(text);
	return bytes_starts_with(*out, BYTES_LITERAL("-----BEGIN ")) || base64_decode_arena(a, *out, out);
}

void machine_read_device(struct machine_reader *r, const struct json *device, const struct machine_list *about)
{
	const struct json *evidence = json_get(device, "evidence"), *chain = json_get(device, "certificate");
	const struct json *arch = json_get(device, "arch");
	struct machine_piece *p = machine_add(r, about->place);
	if (!p)
		return;
	p->device = true;
	p->architecture = json_is(arch, JSON_STRING) ? arch->text : about->architecture;
	p->kind = about->kind != EVIDENCE_NONE ? about->kind : kind_of_label(p->architecture);
	p->nonce = machine_nonce(r->arena, device, "nonce");
	p->nonce = p->nonce.n > 0 ? p->nonce : about->nonce;
	r->devices++;
	if (!json_is(evidence, JSON_STRING))
		p->fault = fault_at(FAULT_MISSING, device->offset, "evidence");
	else if (!machine_decode(r->arena, evidence->text, &p->evidence))
		p->fault = fault_at(FAULT_ENCODING, evidence->offset, "evidence");
	else if (p->evidence.n > LIMIT_EVIDENCE_BYTES)
		p->fault = fault_at(FAULT_LIMIT, evidence->offset, "evidence");
	else if (chain && (!json_is(chain, JSON_STRING) || !decode_chain(r->arena, chain->text, &p->endorsement)))
		p->fault = fault_at(FAULT_ENCODING, chain->offset, "certificate");
	if (fault_is_set(p->fault))
		p->evidence = p->endorsement = (struct bytes){NULL, 0};
	drop_copy(r);
}

void machine_read_devices(struct machine_reader *r, const struct json *list, const struct machine_list *about)
{
	for (const struct json *d = json_is(list, JSON_ARRAY) ? list->first : NULL; d && !fault_is_set(r->fault); d = d->next)
		machine_read_device(r, d, about);
}

static bool is_device(const struct json *v)
{
	return json_is(json_get(v, "evidence"), JSON_STRING) && json_get(v, "certificate");
}

/* Members that hold devices of one machine: a list, or an object with one. */
static void read_holder(struct machine_reader *r, const struct json *object, struct machine_list about)
{
	static const char *const lists[] = {"evidence_list", "evidences"};
	const struct json *arch = json_get(object, "arch");
	struct bytes nonce = machine_nonce(r->arena, object, "nonce");
	about.architecture = json_is(arch, JSON_STRING) ? arch->text : about.architecture;
	about.nonce = nonce.n > 0 ? nonce : about.nonce;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		machine_read_devices(r, json_get(object, lists[i]), &about);
	if (is_device(object))
		machine_read_device(r, object, &about);
}

/* A string that holds JSON is read once, and never what is in it again. */
static const struct json *see_through(struct machine_reader *r, const struct json *v, const char *place)
{
	const struct json *inner;
	struct fault f;
	if (!json_is(v, JSON_STRING))
		return v;
	f = json_parse(r->arena, v->text, &inner);
	if (!fault_is_set(f))
		return inner;
	struct machine_piece *p = machine_add(r, place);
	if (p) {
		p->device = true;
		p->kind = EVIDENCE_NVGPU;
		p->fault = fault_at(f.code, v->offset, place);
		r->devices++;
	}
	return NULL;
}

static void read_members(struct machine_reader *r, const struct json *object)
{
	static const struct {
		const char *name;
		enum evidence_kind kind;
	} members[] = {
		{"nvidia_payload", EVIDENCE_NONE},    {"gpu_evidence", EVIDENCE_NONE},
		{"gpu_attestation", EVIDENCE_NONE},   {"gpu", EVIDENCE_NONE},
		{"switch_evidence", EVIDENCE_NVSWITCH}, {"nvswitch_evidence", EVIDENCE_NVSWITCH},
		{"nvswitch", EVIDENCE_NVSWITCH},
	};
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		const struct json *v = json_get(object, members[i].name);
		struct machine_list about = {.place = members[i].name, .kind = members[i].kind};
		if (!v || json_is(v, JSON_NULL) || (json_is(v, JSON_STRING) && v->text.n == 0))
			continue;
		v = see_through(r, v, members[i].name);
		if (json_is(v, JSON_ARRAY) && (!v->first || json_is(v->first, JSON_OBJECT)))
			machine_read_devices(r, v, &about);
		else if (json_is(v, JSON_OBJECT))
			read_holder(r, v, about);
	}
}

/* ---- CPUs ---- */

static bool read_quote(struct machine_reader *r, const struct json *object, const char *name)
{
	const struct json *v = json_get(object, name);
	if (!json_is(v, JSON_STRING) || v->text.n == 0)
		return false;
	struct machine_piece *p = machine_add(r, name);
	if (!p)
		return true;
	p->nonce = machine_nonce(r->arena, object, "request_nonce");
	if (!machine_decode(r->arena, v->text, &p->evidence) || p->evidence.n > LIMIT_EVIDENCE_BYTES) {
		p->evidence = (struct bytes){NULL, 0};
		p->fault = fault_at(FAULT_ENCODING, v->offset, name);
	}
	return true;
}

/* Who writes which member where, and how its report_data is made. */
static void read_cpu(struct machine_reader *r, const struct json *object)
{
	if (read_quote(r, object, "intel_quote"))
		machine_set_rule(r, NONCE_SECOND_HALF, (struct bytes){NULL, 0});
	else if (json_get(object, "gpu_evidence") && read_quote(r, object, "quote"))
		machine_set_rule(r, NONCE_FIRST_HALF, (struct bytes){NULL, 0});
	else if (!read_quote(r, object, "tdx_quote"))
		read_quote(r, object, "quote");
}

/* ---- machines ---- */

static bool has_twin(const struct machines *m, const struct machine_piece *p, size_t machine)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->v[i].machine == machine && same_piece(&m->v[i], p))
			return true;
	return false;
}

/* Does every piece of machine a stand in machine b? */
static bool is_within(const struct machines *m, size_t a, size_t b)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->v[i].machine == a && !has_twin(m, &m->v[i], b))
			return false;
	return true;
}

/* The machine read last counts, unless it is empty or given already: reports repeat the first of several replicas. */
static void end_machine(struct machine_reader *r, size_t start)
{
	struct machines *m = r->out;
	if (m->n == start)
		return;
	for (size_t other = 0; other < m->count; other++)
		if (is_within(m, m->count, other) && is_within(m, other, m->count)) {
			m->n = start;
			return;
		}
	m->count++;
}

static void walk(struct machine_reader *r, const struct json *v, unsigned depth);

static void walk_object(struct machine_reader *r, const struct json *object, unsigned depth)
{
	static const char *const children[] = {"gateway_attestation", "attestation"};
	static const char *const lists[] = {"all_attestations", "model_attestations", "evidence"};
	size_t start = r->out->n;
	if (!machine_read_tinfoil(r, object)) {
		read_members(r, object);
		read_holder(r, object, (struct machine_list){.place = "evidence"});
		read_cpu(r, object);
	}
	end_machine(r, start);
	for (size_t i = 0; i < sizeof(children) / sizeof(children[0]); i++)
		if (json_is(json_get(object, children[i]), JSON_OBJECT))
			walk(r, json_get(object, children[i]), depth);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (json_is(json_get(object, lists[i]), JSON_ARRAY))
			walk(r, json_get(object, lists[i]), depth);
}

static void walk(struct machine_reader *r, const struct json *v, unsigned depth)
{
	if (depth >= DEPTH_MAX)
		return;
	if (json_is(v, JSON_OBJECT)) {
		walk_object(r, v, depth + 1);
	} else if (json_is(v, JSON_ARRAY) && is_device(v->first)) {
		size_t start = r->out->n;
		machine_read_devices(r, v, &(struct machine_list){.place = "evidence"});
		end_machine(r, start);
	} else if (json_is(v, JSON_ARRAY)) {
		for (const struct json *each = v->first; each && !fault_is_set(r->fault); each = each->next)
			walk(r, each, depth + 1);
	}
}

struct fault machines_parse(struct bytes text, struct arena *a, struct machines *out)
{
	const struct json *root;
	struct machine_reader r = {.arena = a, .out = out};
	struct bytes trimmed = text_trim(text);
	*out = (struct machines){NULL, 0, 0};
	if (trimmed.n == 0 || (trimmed.p[0] != '{' && trimmed.p[0] != '['))
		return fault_at(FAULT_UNRECOGNISED, 0, "document");
	if (text.n > LIMIT_DOCUMENT_BYTES)
		return fault_at(FAULT_LIMIT, LIMIT_DOCUMENT_BYTES, "document");
	struct fault f = json_parse(a, text, &root);
	if (fault_is_set(f))
		return f;
	out->v = arena_array(a, LIMIT_MACHINE_PIECES, sizeof(*out->v));
	if (!out->v)
		return fault_at(FAULT_LIMIT, 0, "document");
	walk(&r, root, 0);
	if (fault_is_set(r.fault))
		return r.fault;
	return r.devices > 0 ? FAULT_OK : fault_at(FAULT_UNRECOGNISED, 0, "document");
}
