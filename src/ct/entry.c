#include "ct/entry.h"

enum { EXTENSION_LEAF_INDEX = 0 };

struct fault ct_extensions_parse(struct bytes extensions, bool *has_leaf_index, uint64_t *leaf_index)
{
	struct cursor c = cursor_of(extensions);
	uint8_t seen[256 / 8] = {0};
	*has_leaf_index = false;
	*leaf_index = 0;
	while (cursor_ok(&c) && c.left.n > 0) {
		uint8_t type = cursor_u8(&c, "extension_type");
		if (seen[type / 8] & 1u << type % 8)
			cursor_fail(&c, FAULT_DUPLICATE, "extension_type");
		seen[type / 8] = (uint8_t)(seen[type / 8] | 1u << type % 8);
		struct cursor data = cursor_at(bytes_of(NULL, 0), c.offset);
		data.left = cursor_vector16(&c, "extension_data");
		if (!cursor_ok(&c) || type != EXTENSION_LEAF_INDEX)
			continue;
		if (data.left.n != 5)
			cursor_fail(&c, FAULT_LENGTH, "leaf_index");
		*leaf_index = cursor_u40be(&data, "leaf_index");
		*has_leaf_index = true;
	}
	if (!cursor_ok(&c)) {
		*has_leaf_index = false;
		*leaf_index = 0;
	}
	return c.fault;
}

/* TimestampedEntry, which a leaf and a tile have in common. What keeps its end from being found is a
 * fault of the cursor; anything else is one of the entry. */
static void read_timestamped_entry(struct cursor *c, struct ct_entry *e)
{
	e->timestamp_ms = cursor_u64be(c, "timestamp");
	uint16_t type = cursor_u16be(c, "entry_type");
	if (type != CT_ENTRY_X509 && type != CT_ENTRY_PRECERT)
		cursor_fail(c, FAULT_UNSUPPORTED, "entry_type");
	e->type = type == CT_ENTRY_PRECERT ? CT_ENTRY_PRECERT : CT_ENTRY_X509;
	if (type == CT_ENTRY_PRECERT)
		cursor_copy(c, e->issuer_key_hash.b, SHA256_BYTES, "issuer_key_hash");
	size_t at = c->offset;
	e->certificate = cursor_vector24(c, type == CT_ENTRY_PRECERT ? "tbs_certificate" : "certificate");
	if (e->certificate.n == 0)
		e->fault = fault_at(FAULT_LENGTH, at, type == CT_ENTRY_PRECERT ? "tbs_certificate" : "certificate");
	e->ct_extensions = cursor_vector16(c, "extensions");
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
	if (fault_is_set(f)) {
		*out = (struct ct_entry){.leaf = leaf_input, .fault = f};
		return f;
	}
	/* RFC 6962 leaves the extensions open: only those of a static log have a form. */
	(void)ct_extensions_parse(out->ct_extensions, &out->has_leaf_index, &out->leaf_index);
	return out->fault;
}

struct fault ct_extra_data_parse(struct bytes extra_data, struct ct_entry *entry)
{
	struct cursor c = cursor_of(extra_data);
	entry->precertificate = entry->chain = bytes_of(NULL, 0);
	struct bytes precertificate = {NULL, 0};
	if (entry->type == CT_ENTRY_PRECERT) {
		precertificate = cursor_vector24(&c, "pre_certificate");
		if (cursor_ok(&c) && precertificate.n == 0)
			cursor_fail(&c, FAULT_LENGTH, "pre_certificate");
	}
	struct cursor walk = {.offset = c.offset + 3};
	struct bytes chain = walk.left = cursor_vector24(&c, "chain");
	struct fault f = cursor_end(&c, "extra_data");
	for (struct bytes ignored; !fault_is_set(f) && ct_chain_next(&walk, &ignored);)
		;
	if (fault_is_set(f) || !cursor_ok(&walk))
		return fault_is_set(f) ? f : walk.fault;
	entry->precertificate = precertificate;
	entry->chain = chain;
	return FAULT_OK;
}

bool ct_chain_next(struct cursor *chain, struct bytes *certificate)
{
	*certificate = bytes_of(NULL, 0);
	if (!cursor_ok(chain) || chain->left.n == 0)
		return false;
	*certificate = cursor_vector24(chain, "chain_certificate");
	if (cursor_ok(chain) && certificate->n == 0)
		cursor_fail(chain, FAULT_LENGTH, "chain_certificate");
	return cursor_ok(chain);
}

static void note_fault(struct ct_entry *e, struct fault f, size_t base)
{
	if (!fault_is_set(f) || fault_is_set(e->fault))
		return;
	e->fault = fault_at(f.code, base + f.offset, f.field);
}

bool ct_tile_entry_next(struct cursor *c, struct ct_entry *out)
{
	*out = (struct ct_entry){0};
	if (!cursor_ok(c) || c->left.n == 0)
		return false;
	struct bytes start = c->left;
	size_t start_offset = c->offset;
	read_timestamped_entry(c, out);
	size_t leaf_end = c->offset;
	if (out->type == CT_ENTRY_PRECERT)
		out->precertificate = cursor_vector24(c, "pre_certificate");
	out->fingerprints = cursor_vector16(c, "certificate_chain");
	if (!cursor_ok(c)) {
		*out = (struct ct_entry){0};
		return false;
	}
	out->leaf = bytes_of(start.p, leaf_end - start_offset);
	note_fault(out, ct_extensions_parse(out->ct_extensions, &out->has_leaf_index, &out->leaf_index),
	           leaf_end - out->ct_extensions.n);
	if (out->type == CT_ENTRY_PRECERT && out->precertificate.n == 0)
		note_fault(out, fault_at(FAULT_LENGTH, 0, "pre_certificate"), leaf_end);
	if (out->fingerprints.n % SHA256_BYTES != 0) {
		note_fault(out, fault_at(FAULT_LENGTH, 0, "certificate_chain"), c->offset - out->fingerprints.n);
		out->fingerprints = bytes_of(NULL, 0);
	}
	return true;
}

struct sha256 ct_leaf_hash(struct bytes leaf_input)
{
	return hash_sha256_prefixed(0x00, leaf_input, bytes_of(NULL, 0));
}

struct sha256 ct_tile_leaf_hash(struct bytes timestamped_entry)
{
	/* version v1 and leaf_type timestamped_entry are both zero */
	return hash_sha256_prefixed(0x00, BYTES_LITERAL("\0\0"), timestamped_entry);
}
