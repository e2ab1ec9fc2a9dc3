#include "evidence/intel_collateral.h"

#include "base/hex.h"
#include "base/limits.h"
#include "base/text.h"
#include "evidence/qe_identity.h"
#include "evidence/tcb_info.h"

/* ---- labels ---- */

static const char *label_of(const struct intel_document *d, struct arena *a)
{
	struct fault ignored = FAULT_OK;
	struct bytes id = text_is_utf8(json_string(d->object, "id", &ignored)) ? json_string(d->object, "id", &ignored)
	                                                                       : BYTES_LITERAL("");
	struct bytes fmspc = json_string(d->object, "fmspc", &ignored);
	const char *shown = text_escaped(a, bytes_slice(id, 0, id.n < 16 ? id.n : 16));
	const char *family = text_escaped(a, bytes_slice(fmspc, 0, fmspc.n < 16 ? fmspc.n : 16));
	uint64_t number = json_number(d->object, "tcbEvaluationDataNumber", UINT32_MAX, &ignored);
	const char *label = NULL;
	if (!shown || !family)
		return "";
	if (d->kind == COLLATERAL_TCB_INFO)
		label = arena_format(a, "TCB info %s %s, evaluation %u", shown[0] ? shown : "SGX", family, (unsigned)number);
	else if (d->kind == COLLATERAL_QE_IDENTITY)
		label = arena_format(a, "identity of %s, evaluation %u", shown, (unsigned)number);
	else
		label = arena_format(a, "TCB evaluation data numbers of %s", shown);
	return label ? label : "";
}

/* A text of the document in lower case, escaped; "" where there is none. */
static const char *lower_text(const struct intel_document *d, const char *name, struct arena *a)
{
	struct fault ignored = FAULT_OK;
	struct bytes value = json_string(d->object, name, &ignored);
	char *text = text_escaped(a, bytes_slice(value, 0, value.n < 16 ? value.n : 16));
	for (char *p = text; p && *p; p++)
		*p = (char)text_lower((uint8_t)*p);
	return text ? text : "";
}

/* As collateral.h says. TCB info of version 2 has no id and is of SGX. */
static const char *subject_of(const struct intel_document *d, struct arena *a)
{
	const char *id = lower_text(d, "id", a), *subject;
	if (d->kind == COLLATERAL_TCB_INFO)
		subject = arena_format(a, "tcb:%s:%s", id[0] ? id : "sgx", lower_text(d, "fmspc", a));
	else
		subject = arena_format(a, "%s:%s", d->kind == COLLATERAL_QE_IDENTITY ? "qe" : "numbers", id);
	return subject ? subject : "";
}

/* ---- documents ---- */

static struct fault add_document(struct collateral_set *s, const struct intel_document *d)
{
	struct bytes text = intel_document_text(d->kind, d->signed_part, d->signature, s->arena);
	if (text.n == 0)
		return fault_at(FAULT_LIMIT, LIMIT_INTEL_DOCUMENT_BYTES, "document");
	struct collateral item = {
		.kind = d->kind,
		.der = text,
		.sha256 = hash_sha256(text),
		.vendor = "intel",
		.label = label_of(d, s->arena),
		.issued_ms = d->issued_ms,
		.next_update_ms = d->next_update_ms,
		.subject = subject_of(d, s->arena),
	};
	return collateral_set_put(s, &item);
}

/* ---- bundles ---- */

/* The object as a text and its signature beside it, as two members. */
static struct fault add_pair(struct collateral_set *s, const struct json *bundle, enum collateral_kind kind,
                             const char *name, const char *signature_name)
{
	struct fault f = FAULT_OK;
	const struct json *object;
	uint8_t signature[INTEL_SIGNATURE_BYTES];
	struct intel_document d;
	struct bytes text = json_string(bundle, name, &f);
	json_hex(bundle, signature_name, signature, sizeof(signature), &f);
	if (fault_is_set(f))
		return f;
	f = text.n > LIMIT_INTEL_DOCUMENT_BYTES ? fault_at(FAULT_LIMIT, 0, name) : json_parse(s->arena, text, &object);
	if (!fault_is_set(f) && !json_is(object, JSON_OBJECT))
		f = fault_at(FAULT_TAG, 0, name);
	if (fault_is_set(f))
		return f;
	struct bytes whole = intel_document_text(kind, object->raw, signature, s->arena);
	f = intel_document_open(whole, s->arena, &d);
	return fault_is_set(f) ? f : add_document(s, &d);
}

/* Certificates and CRLs: PEM, or hex of DER. */
static struct fault add_texts(struct collateral_set *s, const struct json *bundle)
{
	static const char *const names[] = {"tcb_info_issuer_chain", "qe_identity_issuer_chain", "pck_crl_issuer_chain",
	                                    "pck_crl", "root_ca_crl", "pck_certificate_chain"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct json *m = json_get(bundle, names[i]);
		if (!m || m->kind == JSON_NULL || (m->kind == JSON_STRING && m->text.n == 0))
			continue;
		struct fault f = json_is(m, JSON_STRING) ? collateral_set_add(s, m->text) : fault_at(FAULT_TAG, m->offset, names[i]);
		if (fault_is_set(f))
			return fault_at(f.code, m->offset, names[i]);
	}
	return FAULT_OK;
}

static struct fault add_bundle(struct collateral_set *s, const struct json *bundle)
{
	struct fault f = FAULT_OK;
	if (json_get(bundle, "tcb_info"))
		f = add_pair(s, bundle, COLLATERAL_TCB_INFO, "tcb_info", "tcb_info_signature");
	if (!fault_is_set(f) && json_get(bundle, "qe_identity"))
		f = add_pair(s, bundle, COLLATERAL_QE_IDENTITY, "qe_identity", "qe_identity_signature");
	return fault_is_set(f) ? f : add_texts(s, bundle);
}

static bool is_bundle(const struct json *v)
{
	return json_is(json_get(v, "tcb_info"), JSON_STRING) || json_is(json_get(v, "qe_identity"), JSON_STRING) ||
	       json_is(json_get(v, "pck_crl"), JSON_STRING) || json_is(json_get(v, "root_ca_crl"), JSON_STRING);
}

bool intel_collateral_add(struct collateral_set *s, struct bytes json, struct fault *fault)
{
	struct intel_document d;
	const struct json *root;
	struct fault f = intel_document_open(json, s->arena, &d);
	if (f.code != FAULT_UNRECOGNISED) {
		*fault = fault_is_set(f) ? f : add_document(s, &d);
		return true;
	}
	if (json.n > LIMIT_COLLATERAL_BYTES || fault_is_set(json_parse(s->arena, json, &root)) || !is_bundle(root))
		return false;
	*fault = add_bundle(s, root);
	return true;
}

/* ---- encodings ---- */

static struct bytes percent_decoded(struct bytes in, struct arena *a)
{
	uint8_t *out = arena_array(a, in.n + 1, 1);
	size_t n = 0;
	for (size_t i = 0; out && i < in.n; i++) {
		uint8_t byte;
		bool escaped = in.p[i] == '%' && in.n - i > 2 && hex_decode(bytes_slice(in, i + 1, 2), &byte, 1);
		out[n++] = escaped ? byte : in.p[i];
		i += escaped ? 2 : 0;
	}
	return bytes_of(out, out ? n : 0);
}

static bool has_text(struct bytes in, const char *text)
{
	size_t n = strlen(text);
	for (size_t i = 0; i + n <= in.n; i++)
		if (in.p[i] == (uint8_t)text[0] && memcmp(in.p + i, text, n) == 0)
			return true;
	return false;
}

bool intel_collateral_unwrap(struct bytes text, struct arena *a, struct bytes *out)
{
	if (text.n > LIMIT_COLLATERAL_BYTES)
		return false;
	if (has_text(text, "-----BEGIN%20")) {
		*out = percent_decoded(text, a);
		return out->n > 0;
	}
	return text.n > 16 && bytes_starts_with(text, BYTES_LITERAL("30")) && hex_decode_arena(a, text, out);
}
