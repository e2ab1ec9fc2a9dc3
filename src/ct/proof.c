#include "ct/proof.h"

#include "base/base64.h"
#include "base/json.h"

static struct fault open_answer(struct bytes json, size_t max_bytes, struct arena *a, const struct json **root,
                                struct ct_proof *out)
{
	out->n = 0;
	if (json.n > max_bytes)
		return fault_at(FAULT_LIMIT, max_bytes, "answer");
	struct fault f = json_parse(a, json, root);
	if (fault_is_set(f) || json_is(*root, JSON_OBJECT))
		return f;
	return fault_at(FAULT_TAG, 0, "answer");
}

static void read_node(const struct json *v, const char *name, struct sha256 *out, struct fault *f)
{
	uint8_t decoded[48];
	size_t n = 0;
	if (fault_is_set(*f))
		return;
	if (!json_is(v, JSON_STRING))
		*f = fault_at(FAULT_TAG, v->offset, name);
	else if (v->text.n != 44)
		*f = fault_at(FAULT_LENGTH, v->offset, name);
	else if (!base64_decode(v->text, decoded, &n) || n != SHA256_BYTES)
		*f = fault_at(FAULT_ENCODING, v->offset, name);
	else
		memcpy(out->b, decoded, SHA256_BYTES);
}

static void read_path(const struct json *root, const char *name, struct ct_proof *out, struct fault *f)
{
	if (fault_is_set(*f) || json_is(json_get(root, name), JSON_NULL))
		return;
	const struct json *path = json_member(root, name, JSON_ARRAY, f);
	if (!path)
		return;
	if (path->count > LIMIT_PROOF_NODES) {
		*f = fault_at(FAULT_LIMIT, path->offset, name);
		return;
	}
	for (const struct json *v = path->first; v; v = v->next)
		read_node(v, name, &out->nodes[out->n++], f);
	if (fault_is_set(*f))
		out->n = 0;
}

struct fault ct_consistency_parse(struct bytes json, struct arena *a, struct ct_proof *out)
{
	const struct json *root;
	struct fault f = open_answer(json, LIMIT_PROOF_BYTES, a, &root, out);
	if (!fault_is_set(f))
		read_path(root, "consistency", out, &f);
	return f;
}

struct fault ct_proof_by_hash_parse(struct bytes json, struct arena *a, uint64_t *leaf_index, struct ct_proof *out)
{
	const struct json *root;
	*leaf_index = 0;
	struct fault f = open_answer(json, LIMIT_PROOF_BYTES, a, &root, out);
	if (fault_is_set(f))
		return f;
	*leaf_index = json_number(root, "leaf_index", LIMIT_TREE_SIZE, &f);
	read_path(root, "audit_path", out, &f);
	return f;
}

struct fault ct_entry_and_proof_parse(struct bytes json, struct arena *a, struct bytes *leaf_input,
                                      struct bytes *extra_data, struct ct_proof *out)
{
	const struct json *root;
	*leaf_input = *extra_data = bytes_of(NULL, 0);
	struct fault f = open_answer(json, LIMIT_JSON_BYTES, a, &root, out);
	if (fault_is_set(f))
		return f;
	*leaf_input = json_base64_arena(root, "leaf_input", a, &f);
	*extra_data = json_base64_arena(root, "extra_data", a, &f);
	read_path(root, "audit_path", out, &f);
	return f;
}
