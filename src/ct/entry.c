#include "ct/entry.h"

enum { EXTENSION_LEAF_INDEX = 0, LEAF_INDEX_BYTES = 5 };

/* static-ct-api: repeat {u8 type, u16 length, data}; unknown types are ignored, duplicates are not. */
static void read_ct_extensions(struct cursor *outer, struct ct_entry *e)
{
	struct cursor c = cursor_of(e->ct_extensions);
	while (cursor_ok(&c) && c.left.n > 0) {
		uint8_t type = cursor_u8(&c, "extension_type");
		struct bytes data = cursor_vector16(&c, "extension_data");
		if (type != EXTENSION_LEAF_INDEX || !cursor_ok(&c))
			continue;
		struct cursor index = cursor_of(data);
		if (e->has_leaf_index || data.n != LEAF_INDEX_BYTES)
			cursor_fail(&c, e->has_leaf_index ? FAULT_DUPLICATE : FAULT_LENGTH, "leaf_index");
		e->leaf_index = cursor_u40be(&index, "leaf_index");
		e->has_leaf_index = true;
	}
	if (!cursor_ok(&c))
		cursor_fail(outer, c.fault.code, c.fault.field);
}

/* TimestampedEntry, up to its extensions. */
static void read_timestamped_entry(struct cursor *c, struct ct_entry *e)
{
	e->timestamp_ms = cursor_u64be(c, "timestamp");
	uint16_t type = cursor_u16be(c, "entry_type");
	if (type > CT_ENTRY_PRECERT)
		cursor_fail(c, FAULT_UNSUPPORTED, "entry_type");
	e->type = (enum ct_entry_type)type;
	if (type == CT_ENTRY_PRECERT)
		e->issuer_key_hash = cursor_take(c, SHA256_BYTES, "issuer_key_hash");
	e->certificate = cursor_vector24(c, type == CT_ENTRY_PRECERT ? "tbs_certificate" : "certificate");
	e->ct_extensions = cursor_vector16(c, "extensions");
	if (cursor_ok(c) && e->certificate.n == 0)
		cursor_fail(c, FAULT_LENGTH, "certificate");
}

struct fault ct_leaf_parse(struct bytes leaf_input, struct ct_entry *out)
{
	struct cursor c = cursor_of(leaf_input);
	*out = (struct ct_entry){.leaf = leaf_input};
	if (cursor_u8(&c, "version") != 0)
		cursor_fail(&c, FAULT_UNSUPPORTED, "version");
	if (cursor_u8(&c, "leaf_type") != 0)
		cursor_fail(&c, FAULT_UNSUPPORTED, "leaf_type");
	read_timestamped_entry(&c, out);
	struct fault f = cursor_end(&c, "leaf_input");
	/* RFC 6962 logs give their extensions no meaning yet: what does not parse there is no fault. */
	if (!fault_is_set(f)) {
		struct cursor ignored = cursor_of((struct bytes){NULL, 0});
		read_ct_extensions(&ignored, out);
		if (!cursor_ok(&ignored))
			out->has_leaf_index = false;
	}
	return f;
}

bool ct_tile_entry_next(struct cursor *c, struct ct_entry *out)
{
	*out = (struct ct_entry){0};
	if (!cursor_ok(c) || c->left.n == 0)
		return false;
	const uint8_t *start = c->left.p;
	read_timestamped_entry(c, out);
	if (!cursor_ok(c))
		return false;
	out->leaf = bytes_of(start, (size_t)(c->left.p - start));
	read_ct_extensions(c, out);
	if (out->type == CT_ENTRY_PRECERT)
		out->precertificate = cursor_vector24(c, "pre_certificate");
	out->fingerprints = cursor_vector16(c, "certificate_chain");
	if (cursor_ok(c) && out->fingerprints.n % SHA256_BYTES != 0)
		cursor_fail(c, FAULT_LENGTH, "certificate_chain");
	return cursor_ok(c);
}

struct sha256 ct_leaf_hash(struct bytes leaf_input)
{
	return hash_sha256_prefixed(0, leaf_input, (struct bytes){NULL, 0});
}

struct sha256 ct_tile_leaf_hash(struct bytes timestamped_entry)
{
	static const uint8_t version_and_type[2] = {0, 0};
	return hash_sha256_prefixed(0, bytes_of(version_and_type, 2), timestamped_entry);
}
