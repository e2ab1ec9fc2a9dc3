/* in-toto statements (github.com/in-toto/attestation, spec/v1/statement.md; v0.1 differs in its _type alone). */
#include "base/hex.h"
#include "base/text.h"
#include "evidence/sigstore.h"

static bool is_known(struct bytes name)
{
	return bytes_equal_text(name, "_type") || bytes_equal_text(name, "subject") ||
	       bytes_equal_text(name, "predicateType") || bytes_equal_text(name, "predicate");
}

static struct fault read_subject(const struct json *subject, struct arena *a, struct sigstore_statement *out)
{
	struct fault f = FAULT_OK;
	const struct json *name = json_get(subject, "name"), *digest = json_member(subject, "digest", JSON_OBJECT, &f);
	uint8_t *sha256 = arena_alloc(a, SHA256_BYTES);
	if (!sha256)
		return fault_at(FAULT_LIMIT, 0, "subject");
	json_hex(digest, "sha256", sha256, SHA256_BYTES, &f);
	if (name && name->kind != JSON_STRING && !fault_is_set(f))
		f = fault_at(FAULT_TAG, name->offset, "name");
	out->subject_name = name ? name->text : (struct bytes){NULL, 0};
	out->digest = bytes_of(sha256, SHA256_BYTES);
	return f;
}

struct fault sigstore_statement_parse(struct bytes payload, struct arena *a, struct sigstore_statement *out)
{
	const struct json *root;
	*out = (struct sigstore_statement){.subject_count = 0};
	struct fault f = json_parse(a, payload, &root);
	if (fault_is_set(f))
		return f;
	struct bytes type = json_string(root, "_type", &f);
	const struct json *subjects = json_member(root, "subject", JSON_ARRAY, &f);
	out->predicate_type = json_string(root, "predicateType", &f);
	if (fault_is_set(f))
		return f;
	for (const struct json *m = root->first; m; m = m->next)
		if (!is_known(m->name))
			return fault_at(FAULT_UNRECOGNISED, m->offset, "statement");
	if (!bytes_equal_text(type, "https://in-toto.io/Statement/v1") &&
	    !bytes_equal_text(type, "https://in-toto.io/Statement/v0.1"))
		return fault_at(FAULT_VALUE, json_get(root, "_type")->offset, "_type");
	if (out->predicate_type.n == 0)
		return fault_at(FAULT_LENGTH, json_get(root, "predicateType")->offset, "predicateType");
	if (subjects->count == 0 || subjects->count > LIMIT_SIGSTORE_SUBJECTS)
		return fault_at(subjects->count ? FAULT_LIMIT : FAULT_LENGTH, subjects->offset, "subject");
	out->subject_count = subjects->count;
	out->predicate = json_get(root, "predicate");
	return read_subject(json_at(subjects, 0), a, out);
}
