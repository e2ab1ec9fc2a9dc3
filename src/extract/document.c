#include "base/base64.h"
#include "base/gzip.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "extract/extract.h"

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
	{"https://tinfoil.sh/predicate/snp-sev-guest/v1", EVIDENCE_SNP, BINDING_SPKI_HEX, false, false},
	{"https://tinfoil.sh/predicate/tdx-guest/v1", EVIDENCE_TDX, BINDING_SPKI_HEX, false, false},
	{"https://tinfoil.sh/predicate/aws-nitro-enclave/v1", EVIDENCE_NITRO, BINDING_UNKNOWN, false, false},
	{"https://tinfoil.sh/predicate/dummy/v1", EVIDENCE_UNKNOWN, BINDING_NONE, false, true},
	{"https://tinfoil.sh/predicate/dummy/v2", EVIDENCE_UNKNOWN, BINDING_NONE, false, true},
};

static const char v3_uri[] = "https://tinfoil.sh/predicate/attestation/v3";

static const struct document_format *find_format(struct bytes uri)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (bytes_equal_text(uri, formats[i].uri))
			return &formats[i];
	return NULL;
}

static struct fault read_body(const struct document_format *format, const struct json *body, struct arena *a,
                              struct bytes *out)
{
	struct bytes decoded;
	struct buffer inflated;
	if (!base64_decode_arena(a, body->text, &decoded))
		return fault_at(FAULT_ENCODING, body->offset, "body");
	*out = decoded;
	if (!format->deflated)
		return decoded.n > LIMIT_EVIDENCE_BYTES ? fault_at(FAULT_LIMIT, body->offset, "body") : FAULT_OK;
	buffer_init(&inflated, LIMIT_EVIDENCE_BYTES);
	struct fault f = gzip_inflate(decoded, &inflated);
	f.field = "body";
	*out = arena_bytes(a, buffer_bytes(&inflated));
	if (!fault_is_set(f) && out->n != inflated.n)
		f = fault_at(FAULT_LIMIT, body->offset, "body");
	buffer_release(&inflated);
	return f;
}

/* {"format": URI, "body": base64}: exactly these two. */
static struct fault read_document(const struct json *root, struct arena *a, struct document *out)
{
	struct fault f = FAULT_OK;
	const struct json *format = json_get(root, "format"), *body;
	if (!json_is(format, JSON_STRING))
		return fault_at(FAULT_UNRECOGNISED, 0, "format");
	const char *uri = text_escaped(a, format->text);
	out->format = uri ? uri : "";
	if (bytes_equal_text(format->text, v3_uri))
		return fault_at(FAULT_UNSUPPORTED, format->offset, "format");
	const struct document_format *known = find_format(format->text);
	if (!known)
		return fault_at(FAULT_UNRECOGNISED, format->offset, "format");
	body = json_member(root, "body", JSON_STRING, &f);
	if (fault_is_set(f))
		return f;
	if (root->count != 2)
		return fault_at(FAULT_TRAILING, body->offset, "document");
	out->scheme = "tinfoil";
	out->commitment = hash_sha256_two(format->text, body->text);
	out->kind = known->kind;
	out->binding = known->binding;
	out->dummy = known->dummy;
	return known->dummy ? FAULT_OK : read_body(known, body, a, &out->evidence);
}

/* A bundle of the attestation cache: the report is in it, with the certificate of its signing key. */
static struct fault read_bundle(const struct json *root, struct arena *a, struct document *out)
{
	const struct json *vcek = json_get(root, "vcek");
	struct fault f = read_document(json_get(root, "enclaveAttestationReport"), a, out);
	if (fault_is_set(f) || !json_is(vcek, JSON_STRING) || vcek->text.n == 0)
		return f;
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
	if (json_is(json_get(root, "enclaveAttestationReport"), JSON_OBJECT))
		return read_bundle(root, a, out);
	return read_document(root, a, out);
}
