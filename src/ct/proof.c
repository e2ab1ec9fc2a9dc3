#include "ct/proof.h"

#include "base/base64.h"
#include "base/json.h"
#include "base/limits.h"

static void read_path(const struct json *object, const char *name, struct arena *a, struct ct_path *out, struct fault *f)
{
	const struct json *list = json_member(object, name, JSON_ARRAY, f);
	*out = (struct ct_path){NULL, 0};
	if (!list)
		return;
	if (list->count > LIMIT_PROOF_NODES) {
		*f = fault_at(FAULT_LIMIT, list->offset, name);
		return;
	}
	out->nodes = arena_array(a, list->count, sizeof(*out->nodes));
	for (const struct json *e = list->first; e && out->nodes; e = e->next) {
		uint8_t decoded[64];
		size_t n = 0;
		if (!json_is(e, JSON_STRING) || e->text.n > 60 || !base64_decode(e->text, decoded, &n) || n != SHA256_BYTES) {
			*f = fault_at(FAULT_VALUE, e->offset, name);
			return;
		}
		memcpy(out->nodes[out->n++].b, decoded, SHA256_BYTES);
	}
	if (!out->nodes)
		*f = fault_at(FAULT_LIMIT, list->offset, name);
}

static struct fault parse_object(struct bytes json, struct arena *a, const struct json **root)
{
	struct fault f = json_parse(a, json, root);
	if (!fault_is_set(f) && !json_is(*root, JSON_OBJECT))
		f = fault_at(FAULT_TAG, 0, "proof");
	return f;
}

struct fault ct_consistency_parse(struct bytes json, struct arena *a, struct ct_path *out)
{
	const struct json *root;
	struct fault f = parse_object(json, a, &root);
	if (!fault_is_set(f))
		read_path(root, "consistency", a, out, &f);
	return f;
}

struct fault ct_inclusion_parse(struct bytes json, struct arena *a, uint64_t *leaf_index, struct ct_path *out)
{
	const struct json *root;
	struct fault f = parse_object(json, a, &root);
	if (fault_is_set(f))
		return f;
	*leaf_index = json_number(root, "leaf_index", LIMIT_TREE_SIZE, &f);
	if (!fault_is_set(f))
		read_path(root, "audit_path", a, out, &f);
	return f;
}

struct fault ct_entry_and_proof_parse(struct bytes json, struct arena *a, struct ct_entry_and_proof *out)
{
	const struct json *root;
	struct ct_path path = {NULL, 0};
	*out = (struct ct_entry_and_proof){0};
	struct fault f = parse_object(json, a, &root);
	if (fault_is_set(f))
		return f;
	struct bytes leaf = json_string(root, "leaf_input", &f);
	if (!fault_is_set(f) && !base64_decode_arena(a, leaf, &out->leaf_input))
		f = fault_at(FAULT_ENCODING, 0, "leaf_input");
	if (!fault_is_set(f))
		read_path(root, "audit_path", a, &path, &f);
	out->audit_path = path.nodes;
	out->audit_path_count = path.n;
	return f;
}
