#include "ct/sct.h"

#include "base/der.h"
#include "base/limits.h"
#include "ct/signature.h"

struct fault ct_sct_list_parse(struct bytes list, struct cursor *walk)
{
	struct cursor c = cursor_of(list);
	struct cursor inner = cursor_at(cursor_vector16(&c, "sct_list"), 2);
	struct fault f = cursor_end(&c, "sct_list");
	*walk = cursor_of(bytes_of(NULL, 0));
	if (!fault_is_set(f) && inner.left.n == 0)
		f = fault_at(FAULT_LENGTH, 0, "sct_list");
	struct cursor probe = inner;
	for (struct bytes sct; !fault_is_set(f) && ct_sct_list_next(&probe, &sct);)
		;
	if (!fault_is_set(f))
		f = probe.fault;
	if (!fault_is_set(f))
		*walk = inner;
	return f;
}

struct fault ct_sct_extension_parse(struct bytes extension_value, struct cursor *walk)
{
	struct cursor c = cursor_of(extension_value);
	struct der list = der_expect(&c, DER_OCTET_STRING, "sct_extension");
	struct fault f = cursor_end(&c, "sct_extension");
	*walk = cursor_of(bytes_of(NULL, 0));
	if (fault_is_set(f))
		return f;
	f = ct_sct_list_parse(list.content, walk);
	f.offset += list.offset;
	walk->offset += list.offset;
	return f;
}

bool ct_sct_list_next(struct cursor *walk, struct bytes *sct)
{
	*sct = bytes_of(NULL, 0);
	if (!cursor_ok(walk) || walk->left.n == 0)
		return false;
	*sct = cursor_vector16(walk, "sct");
	if (cursor_ok(walk) && sct->n == 0)
		cursor_fail(walk, FAULT_LENGTH, "sct");
	return cursor_ok(walk);
}

struct fault ct_sct_parse(struct bytes sct, struct ct_sct *out)
{
	struct cursor c = cursor_of(sct);
	*out = (struct ct_sct){.raw = sct};
	if (cursor_u8(&c, "sct_version") != 0)
		cursor_fail(&c, FAULT_UNSUPPORTED, "sct_version");
	cursor_copy(&c, out->log_id.b, SHA256_BYTES, "log_id");
	out->timestamp_ms = cursor_u64be(&c, "timestamp");
	out->extensions = cursor_vector16(&c, "extensions");
	out->signature = c.left;
	size_t at = c.offset;
	struct fault f = cursor_ok(&c) ? ct_digitally_signed_parse(c.left) : c.fault;
	if (cursor_ok(&c) && fault_is_set(f))
		f.offset += at;
	if (fault_is_set(f)) {
		*out = (struct ct_sct){.raw = sct};
		return f;
	}
	/* RFC 6962 leaves the extensions open: only those of a static log have a form. */
	(void)ct_extensions_parse(out->extensions, &out->has_leaf_index, &out->leaf_index);
	return FAULT_OK;
}

void ct_sct_leaf_put(const struct ct_sct *sct, enum ct_entry_type type, const struct sha256 *issuer_key_hash,
                     struct bytes certificate, struct buffer *out)
{
	buffer_put_u8(out, 0); /* version v1 */
	buffer_put_u8(out, 0); /* leaf_type timestamped_entry; signature_type certificate_timestamp */
	buffer_put_u64be(out, sct->timestamp_ms);
	buffer_put_u16be(out, (uint16_t)type);
	if (type == CT_ENTRY_PRECERT)
		buffer_put_bytes(out, sha256_bytes(issuer_key_hash));
	buffer_put_u24be(out, (uint32_t)certificate.n);
	buffer_put_bytes(out, certificate);
	buffer_put_u16be(out, (uint16_t)sct->extensions.n);
	buffer_put_bytes(out, sct->extensions);
}

bool ct_sct_verify(const struct ct_sct *sct, struct bytes key, enum ct_entry_type type,
                   const struct sha256 *issuer_key_hash, struct bytes certificate)
{
	struct sha256 key_hash = hash_sha256(key);
	if (!sha256_equal(&key_hash, &sct->log_id) || certificate.n == 0 || certificate.n > 0xffffff ||
	    (type == CT_ENTRY_PRECERT && !issuer_key_hash))
		return false;
	struct buffer message;
	buffer_init(&message, certificate.n + (size_t)0x10000 + 64);
	ct_sct_leaf_put(sct, type, issuer_key_hash, certificate, &message);
	bool good = buffer_ok(&message) && ct_digitally_signed_verify(sct->signature, buffer_bytes(&message), key);
	buffer_release(&message);
	return good;
}
