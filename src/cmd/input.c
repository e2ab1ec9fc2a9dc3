#include "cmd/input.h"

#include "base/base64.h"
#include "base/file.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/pem.h"
#include "base/text.h"
#include "evidence/nras.h"
#include "evidence/sigstore.h"
#include "extract/machine.h"

static struct input_piece *add_piece(struct input *in)
{
	struct input_piece *p = &in->pieces[in->n];
	*p = (struct input_piece){.carrier = "", .machine = in->n};
	in->n++;
	return p;
}

/* ---- documents ---- */

static void take_document(const struct document *d, struct input_piece *p)
{
	p->evidence = d->evidence;
	p->kind = d->kind;
	p->binding.rule = d->binding;
	p->endorsement = d->endorsement;
	if (d->dummy)
		p->fault = fault_at(FAULT_VALUE, 0, "format: the document says itself that no hardware attested it");
}

struct lookup {
	const struct sha256 *commitment;
	struct arena *arena;
	struct document found;
};

static int look_into(void *context, const char *path)
{
	struct lookup *l = context;
	struct buffer content;
	buffer_init(&content, LIMIT_DOCUMENT_BYTES);
	int rc = file_read(path, &content);
	struct bytes copy = rc == 0 ? arena_bytes(l->arena, buffer_bytes(&content)) : (struct bytes){NULL, 0};
	buffer_release(&content);
	if (rc != 0 || copy.n == 0 || fault_is_set(document_parse(copy, l->arena, &l->found)))
		return 0;
	return sha256_equal(&l->found.commitment, l->commitment) ? 1 : 0;
}

static bool find_document(const struct input_documents *documents, const struct sha256 *commitment, struct arena *a,
                          struct document *out)
{
	struct lookup l = {.commitment = commitment, .arena = a};
	for (const char *const *p = documents->paths; p && *p; p++)
		if (file_each(*p, look_into, &l) == 1) {
			*out = l.found;
			return true;
		}
	return false;
}

/* ---- certificates ---- */

static void take_extraction(const struct extraction *e, const struct cert *c, const struct input_documents *documents,
                            struct arena *a, struct input_piece *p)
{
	struct document d;
	p->carrier = e->carrier;
	p->fault = e->fault;
	if (fault_is_set(e->fault))
		return;
	switch (e->form) {
	case EXTRACT_EMBEDDED:
		p->evidence = e->payload;
		p->kind = e->kind;
		p->binding.rule = e->binding;
		break;
	case EXTRACT_DOCUMENT:
		p->fault = document_parse(e->payload, a, &d);
		if (!fault_is_set(p->fault))
			take_document(&d, p);
		break;
	case EXTRACT_COMMITMENT:
		if (find_document(documents, &e->commitment, a, &d))
			take_document(&d, p);
		else
			p->missing = "the certificate commits to a document by its hash, which is not in the --evidence directories";
		break;
	case EXTRACT_KEY_ONLY:
		p->missing = "the certificate names a key and neither evidence nor its hash";
		break;
	}
	p->binding.spki = c->spki;
	p->binding.hpke_key = e->hpke_key;
}

static bool take_certificate(struct bytes der, const struct input_documents *documents, struct arena *a, struct input *out)
{
	struct extractions found;
	struct cert c;
	if (fault_is_set(cert_parse(der, &c)))
		return false;
	extract_certificate(&c, a, &found);
	for (size_t i = 0; i < found.n; i++)
		take_extraction(&found.v[i], &c, documents, a, add_piece(out));
	return true;
}

/* The first block of a PEM file: the leaf. */
static bool first_pem(struct bytes text, struct arena *a, struct bytes *der)
{
	size_t at = 0;
	return pem_next(text, &at, a, der);
}

/* ---- raw evidence, perhaps as text ---- */

static bool take_raw(struct bytes raw, enum evidence_kind kind, struct input *out)
{
	if (kind == EVIDENCE_NONE)
		kind = evidence_recognise(raw);
	if (kind == EVIDENCE_NONE)
		return false;
	struct input_piece *p = add_piece(out);
	p->evidence = raw;
	p->kind = kind;
	return true;
}

/* Text without any white space, to be read as hex or base64. */
static struct bytes without_space(struct bytes text, struct arena *a)
{
	uint8_t *p = arena_alloc(a, text.n);
	size_t n = 0;
	for (size_t i = 0; p && i < text.n; i++)
		if (text.p[i] > ' ')
			p[n++] = text.p[i];
	return bytes_of(p, n);
}

static bool take_text(struct bytes text, enum evidence_kind kind, struct arena *a, struct input *out)
{
	struct bytes plain = without_space(text, a), raw;
	if (bytes_starts_with(plain, BYTES_LITERAL("0x")))
		plain = bytes_slice(plain, 2, plain.n - 2);
	if (plain.n < 16)
		return false;
	if (hex_decode_arena(a, plain, &raw) && take_raw(raw, kind, out))
		return true;
	return base64_decode_arena(a, plain, &raw) && take_raw(raw, kind, out);
}

/* A device's evidence that does not even begin as one is still a device's. */
static void take_machine_piece(const struct machine_piece *m, struct input_piece *p)
{
	bool unnamed = m->device && m->kind == EVIDENCE_NONE && evidence_recognise(m->evidence) == EVIDENCE_NONE;
	p->carrier = m->place;
	p->evidence = m->evidence;
	p->kind = unnamed ? EVIDENCE_NVGPU : m->kind;
	p->endorsement = m->endorsement;
	p->architecture = m->architecture;
	p->fault = m->fault;
	p->machine = m->machine;
	p->binding = (struct evidence_binding){
		.document_nonce = m->nonce, .nonce_rule = m->nonce_rule, .nonce_hash = m->nonce_hash};
}

/* Documents about machines with GPUs. */
static bool take_machines(struct bytes text, struct arena *a, struct input *out)
{
	struct machines m;
	struct fault f = machines_parse(text, a, &m);
	if (fault_is_set(f) && f.code != FAULT_LIMIT)
		return false;
	for (size_t i = 0; i < m.n && i < INPUT_PIECES_MAX; i++)
		take_machine_piece(&m.v[i], add_piece(out));
	if (fault_is_set(f) && out->n > 0)
		out->pieces[out->n - 1].fault = f;
	return out->n > 0;
}

static void take_bundle(void *context, struct bytes bundle)
{
	struct input *out = context;
	if (out->n < INPUT_PIECES_MAX)
		take_raw(bundle, EVIDENCE_SIGSTORE, out);
}

static bool take_json(struct bytes text, struct arena *a, struct input *out, const char **why)
{
	struct document d;
	/* An attestation document may hold one beside its evidence. */
	bool document = !sigstore_is(text) && !fault_is_set(document_parse(text, a, &d));
	if (!document && sigstore_each(text, a, take_bundle, out) > 0)
		return true;
	if (take_machines(text, a, out))
		return true;
	struct fault f = document_parse(text, a, &d);
	if (f.code == FAULT_UNRECOGNISED) {
		*why = "JSON of a form that is not known";
		return false;
	}
	struct input_piece *p = add_piece(out);
	p->fault = f;
	if (!fault_is_set(f))
		take_document(&d, p);
	p->binding.rule = BINDING_NONE; /* there is no certificate beside it */
	return true;
}

bool input_recognise(struct bytes content, const char *type, const struct input_documents *documents, struct arena *a,
                     struct input *out, const char **why)
{
	struct bytes trimmed = text_trim(content), der;
	enum evidence_kind kind = type ? evidence_kind_of(type) : EVIDENCE_NONE;
	*out = (struct input){.n = 0};
	*why = "no evidence, document or certificate that is known";
	if (content.n == 0) {
		*why = "the file is empty";
		return false;
	}
	if (kind == EVIDENCE_NRAS && nras_find(content, a, &der))
		return take_raw(der, kind, out);
	if (type && kind != EVIDENCE_NONE)
		return take_raw(content, kind, out);
	enum evidence_kind seen = evidence_recognise(content);
	if (!type && (seen == EVIDENCE_SGX || seen == EVIDENCE_TDX)) /* has certificates in it, and is none */
		return take_raw(content, seen, out);
	bool certificate = !type || strcmp(type, "certificate") == 0, document = !type || strcmp(type, "document") == 0;
	if (certificate && ((content.p[0] == DER_SEQUENCE && take_certificate(content, documents, a, out)) ||
	                    (first_pem(content, a, &der) && take_certificate(der, documents, a, out)))) {
		*why = "the certificate carries no evidence and is tied to none that is known";
		return out->n > 0;
	}
	if (!type && nras_find(content, a, &der))
		return take_raw(der, EVIDENCE_NRAS, out);
	if (document && trimmed.n > 0 && (trimmed.p[0] == '{' || trimmed.p[0] == '['))
		return take_json(content, a, out, why);
	if (type)
		return false;
	return take_raw(content, EVIDENCE_NONE, out) || take_text(content, EVIDENCE_NONE, a, out);
}
