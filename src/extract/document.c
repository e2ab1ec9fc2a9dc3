/* Tinfoil's attestation documents and the bundles that hold them (facts: tinfoil section 3). */
#include "base/base64.h"
#include "base/gzip.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "extract/extract.h"

enum { SNP_REPORT_BYTES = 1184 };

/* Body of a format: how it is coded, what is in it, how it binds the key. */
struct document_format {
	const char *uri;
	enum evidence_kind kind;
	enum binding_rule binding;
	bool deflated, dummy;
};

static const struct document_format formats[] = {
	{"https://tinfoil.sh/predicate/sev-snp-guest/v2", EVIDENCE_SNP, BINDING_SPKI_HPKE, true, false},
	{"https://tinfoil.sh/predicate/tdx-guest/v2", EVIDENCE_TDX, BINDING_SPKI_HPKE, true, false},
	{"https://tinfoil.sh/predicate/sev-snp-guest/v1", EVIDENCE_SNP, BINDING_SPKI_HEX, false, false},
	/* the first spelling, for a month of 2025 */
	{"https://tinfoil.sh/predicate/snp-sev-guest/v1", EVIDENCE_SNP, BINDING_SPKI_HEX, false, false},
	{"https://tinfoil.sh/predicate/tdx-guest/v1", EVIDENCE_TDX, BINDING_SPKI_HEX, false, false},
	{"https://tinfoil.sh/predicate/aws-nitro-enclave/v1", EVIDENCE_NITRO, BINDING_UNKNOWN, false, false},
	{"https://tinfoil.sh/predicate/dummy/v1", EVIDENCE_UNKNOWN, BINDING_NONE, false, true},
	{"https://tinfoil.sh/predicate/dummy/v2", EVIDENCE_UNKNOWN, BINDING_NONE, false, true},
};

/* Documents of this family, of whatever version: a version that is not known is not a fault of the document. */
static const char family[] = "https://tinfoil.sh/predicate/";
static const char v3_uri[] = "https://tinfoil.sh/predicate/attestation/v3";

static const struct document_format *find_format(struct bytes uri)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (bytes_equal_text(uri, formats[i].uri))
			return &formats[i];
	return NULL;
}

static struct fault inflate_body(struct bytes deflated, size_t offset, struct arena *a, struct bytes *out)
{
	struct buffer inflated;
	buffer_init(&inflated, LIMIT_EVIDENCE_BYTES);
	struct fault f = gzip_inflate(deflated, &inflated);
	if (fault_is_set(f))
		f = fault_at(f.code, offset, "body");
	else
		*out = arena_bytes(a, buffer_bytes(&inflated));
	if (!fault_is_set(f) && out->n != inflated.n)
		f = fault_at(FAULT_LIMIT, offset, "body");
	buffer_release(&inflated);
	return f;
}

/* The raw report or quote. */
static struct fault read_body(const struct document_format *format, const struct json *body, struct arena *a,
                              struct bytes *out)
{
	struct fault f = FAULT_OK;
	struct bytes raw;
	if (!base64_decode_arena(a, body->text, &raw))
		return fault_at(FAULT_ENCODING, body->offset, "body");
	if (format->deflated)
		f = inflate_body(raw, body->offset, a, &raw);
	if (fault_is_set(f))
		return f;
	if (raw.n > LIMIT_EVIDENCE_BYTES)
		return fault_at(FAULT_LIMIT, body->offset, "body");
	if (raw.n == 0 || (format->kind == EVIDENCE_SNP && raw.n != SNP_REPORT_BYTES))
		return fault_at(FAULT_LENGTH, body->offset, "body");
	*out = raw;
	return FAULT_OK;
}

/* {"format": URI, "body": base64}: exactly these two. The commitment is known as soon as both are there, so that a
 * document which breaks its format is still seen to be the one that a certificate commits to. */
static struct fault read_document(const struct json *root, struct arena *a, struct document *out)
{
	struct fault f = FAULT_OK;
	const struct json *format = json_get(root, "format"), *body;
	if (!json_is(format, JSON_STRING) || !bytes_starts_with(format->text, bytes_of_text(family)))
		return fault_at(FAULT_UNRECOGNISED, format ? format->offset : 0, "format");
	const struct document_format *known = find_format(format->text);
	const char *uri = text_escaped(a, format->text);
	body = json_member(root, "body", JSON_STRING, &f);
	if (!uri)
		return fault_at(FAULT_LIMIT, format->offset, "format");
	if (!known && !body && !bytes_equal_text(format->text, v3_uri))
		return fault_at(FAULT_UNRECOGNISED, format->offset, "format"); /* a predicate that is no evidence */
	out->scheme = "tinfoil";
	out->format = uri;
	if (body)
		out->commitment = hash_sha256_two(format->text, body->text);
	if (!known)
		return fault_at(FAULT_UNSUPPORTED, format->offset, "format");
	out->kind = known->kind;
	out->binding = known->binding;
	out->dummy = known->dummy;
	if (fault_is_set(f))
		return f;
	if (root->count != 2)
		return fault_at(FAULT_TRAILING, body->offset, "document");
	/* A dummy's body is 64 bytes of user data in hexadecimal, and proves nothing whatever it is. */
	return known->dummy ? FAULT_OK : read_body(known, body, a, &out->evidence);
}

/* A bundle of the attestation cache: the report is in it, with the certificate of its signing key (none for TDX).
 * The rest is read by nobody here. */
static struct fault read_bundle(const struct json *root, struct arena *a, struct document *out)
{
	const struct json *report = json_get(root, "enclaveAttestationReport"), *vcek = json_get(root, "vcek");
	if (!json_is(report, JSON_OBJECT))
		return fault_at(FAULT_TAG, report->offset, "enclaveAttestationReport");
	struct fault f = read_document(report, a, out);
	if (fault_is_set(f) || !vcek || json_is(vcek, JSON_NULL))
		return f;
	if (!json_is(vcek, JSON_STRING))
		return fault_at(FAULT_TAG, vcek->offset, "vcek");
	if (!base64_decode_arena(a, vcek->text, &out->endorsement))
		return fault_at(FAULT_ENCODING, vcek->offset, "vcek");
	return FAULT_OK;
}

struct fault document_parse(struct bytes text, struct arena *a, struct document *out)
{
	const struct json *root;
	*out = (struct document){.scheme = "", .format = "", .sha256 = hash_sha256(text)};
	if (text.n > LIMIT_DOCUMENT_BYTES)
		return fault_at(FAULT_LIMIT, LIMIT_DOCUMENT_BYTES, "document");
	struct bytes trimmed = text_trim(text);
	if (trimmed.n == 0 || trimmed.p[0] != '{')
		return fault_at(FAULT_UNRECOGNISED, 0, "document");
	struct fault f = json_parse(a, text, &root);
	if (fault_is_set(f))
		return f;
	return json_get(root, "enclaveAttestationReport") ? read_bundle(root, a, out) : read_document(root, a, out);
}
