/*
 * From an extension's value to the evidence in it. Each form's layout: facts ratls 0.1, 0.4, A.1 (dstack), A.5
 * (CCC interoperable RA-TLS), A.6 (conceptual message wrappers), A.7 (Open Enclave), A.8 (Lexe).
 */
#include "base/limits.h"
#include "extract/part.h"

enum { TEE_SGX = 0, TEE_TDX = 0x81 };

/* SGX and TDX quotes begin with u16 version, u16 key type (2 ECDSA P-256, 3 P-384), u32 TEE type (zero in version
 * 3), little-endian. */
static enum evidence_kind quote_kind(struct bytes in)
{
	struct cursor c = cursor_of(in);
	uint16_t version = cursor_u16le(&c, "version"), key_type = cursor_u16le(&c, "att_key_type");
	uint32_t tee = cursor_u32le(&c, "tee_type");
	if (!cursor_ok(&c) || version < 3 || version > 5 || (key_type != 2 && key_type != 3))
		return EVIDENCE_NONE;
	if (tee == TEE_SGX)
		return EVIDENCE_SGX;
	return tee == TEE_TDX && version >= 4 ? EVIDENCE_TDX : EVIDENCE_NONE;
}

static struct bytes read_sequence(struct cursor *c)
{
	struct der sequence = der_expect(c, DER_SEQUENCE, "sequence");
	struct cursor inside = der_inside(&sequence);
	struct der quote = der_expect(&inside, DER_OCTET_STRING, "quote");
	struct fault f = cursor_end(&inside, "sequence");
	if (cursor_ok(c) && fault_is_set(f)) {
		c->offset = f.offset;
		cursor_fail(c, f.code, f.field);
	}
	return quote.content;
}

static struct bytes read_choice(struct cursor *c)
{
	return der_expect(c, der_peek(c) == DER_UTF8_STRING ? DER_UTF8_STRING : DER_OCTET_STRING, "cmw").content;
}

/* A CBOR byte string of definite length (RFC 8949 section 3, major type 2). */
static struct bytes read_cbor_bytes(struct cursor *c, const char *field)
{
	uint8_t head = cursor_u8(c, field), width = head & 0x1f;
	uint64_t n = width;
	if (cursor_ok(c) && (head >> 5 != 2 || width > 26)) {
		cursor_fail(c, head >> 5 != 2 ? FAULT_TAG : FAULT_ENCODING, field);
		return (struct bytes){NULL, 0};
	}
	if (width == 24)
		n = cursor_u8(c, field);
	else if (width == 25)
		n = cursor_u16be(c, field);
	else if (width == 26)
		n = cursor_u32be(c, field);
	return cursor_take(c, (size_t)n, field);
}

/* tag(60000..60002 or AMD's) array(2) [evidence, claims]; the row made sure of the tag's first octets. */
static struct bytes read_ccc(struct cursor *c, enum evidence_kind *kind)
{
	uint8_t head = cursor_u8(c, "tag");
	uint32_t tag = head == 0xda ? cursor_u32be(c, "tag") : cursor_u16be(c, "tag");
	if (cursor_u8(c, "array") != 0x82)
		cursor_fail(c, FAULT_TAG, "array");
	struct bytes evidence = read_cbor_bytes(c, "evidence");
	read_cbor_bytes(c, "claims");
	if (tag == 0x1a7504)
		*kind = EVIDENCE_SNP;
	return evidence;
}

/* A SCALE vector of bytes: the two low bits of the first octet give the form of the length. */
static struct bytes read_scale_bytes(struct cursor *c, const char *field)
{
	uint32_t n = cursor_u8(c, field);
	unsigned form = n & 3;
	if (form == 1)
		n |= (uint32_t)cursor_u8(c, field) << 8;
	else if (form == 2)
		n |= (uint32_t)cursor_u8(c, field) << 8 | (uint32_t)cursor_u16le(c, field) << 16;
	else if (form == 3)
		cursor_fail(c, FAULT_LIMIT, field); /* 1 GiB and more */
	return cursor_take(c, n >> 2, field);
}

/* Version 0 begins with the platform's variant and its evidence; logs and configuration follow. */
static struct bytes read_dstack(struct cursor *c, enum evidence_kind *kind)
{
	static const enum evidence_kind variants[] = {EVIDENCE_TDX, EVIDENCE_TDX, EVIDENCE_NITRO, EVIDENCE_SNP,
	                                              EVIDENCE_NITRO};
	uint8_t first = der_peek(c);
	if (c->left.n > 0 && ((first >= 0x80 && first <= 0x8f) || first == 0xde || first == 0xdf))
		return cursor_take(c, c->left.n, "msgpack"); /* version 1: evidence of an unknown kind as a whole */
	if (cursor_u8(c, "version") != 0)
		cursor_fail(c, FAULT_VALUE, "version");
	uint8_t variant = cursor_u8(c, "variant");
	if (variant >= sizeof(variants) / sizeof(variants[0]))
		cursor_fail(c, FAULT_UNSUPPORTED, "variant");
	struct bytes evidence = read_scale_bytes(c, "evidence");
	if (cursor_ok(c)) {
		*kind = variants[variant];
		cursor_take(c, c->left.n, "rest");
	}
	return evidence;
}

/* u32 version (1), u32 type (1 local, 2 remote), u64 size of what follows; little-endian. */
static struct bytes read_oe_report(struct cursor *c)
{
	if (quote_kind(c->left) != EVIDENCE_NONE)
		return cursor_take(c, c->left.n, "quote");
	if (cursor_u32le(c, "version") != 1)
		cursor_fail(c, FAULT_UNSUPPORTED, "version");
	uint32_t type = cursor_u32le(c, "report_type");
	if (type != 1 && type != 2)
		cursor_fail(c, FAULT_VALUE, "report_type");
	uint64_t size = cursor_u64le(c, "report_size");
	if (size > LIMIT_EVIDENCE_BYTES)
		cursor_fail(c, FAULT_LIMIT, "report_size");
	return cursor_take(c, (size_t)size, "report");
}

/* u32 version (3), UUID of the format, 4 octets of padding, u64 size; a packed form has no padding. */
static struct bytes read_oe_evidence(struct cursor *c)
{
	if (quote_kind(c->left) != EVIDENCE_NONE)
		return cursor_take(c, c->left.n, "quote");
	if (cursor_u32le(c, "version") != 3)
		cursor_fail(c, FAULT_UNSUPPORTED, "version");
	cursor_take(c, 16, "format");
	struct cursor packed = *c;
	cursor_u32le(c, "padding");
	uint64_t size = cursor_u64le(c, "data_size");
	bool fits = cursor_ok(c) && size == c->left.n;
	if (!fits && cursor_u64le(&packed, "data_size") == packed.left.n && cursor_ok(&packed)) {
		*c = packed;
		size = packed.left.n;
	}
	if (size > LIMIT_EVIDENCE_BYTES)
		cursor_fail(c, FAULT_LIMIT, "data_size");
	return cursor_take(c, (size_t)size, "data");
}

static struct bytes read_form(const struct carrier *row, bool wrapped, struct cursor *c, enum evidence_kind *kind)
{
	switch (row->form) {
	case CARRIER_SEQUENCE:
		return read_sequence(c);
	case CARRIER_CHOICE:
		return wrapped ? cursor_take(c, c->left.n, "cmw") : read_choice(c);
	case CARRIER_CCC:
		return read_ccc(c, kind);
	case CARRIER_DSTACK:
		return read_dstack(c, kind);
	case CARRIER_OE_REPORT:
		return read_oe_report(c);
	case CARRIER_OE_EVIDENCE:
		return read_oe_evidence(c);
	case CARRIER_WRAPPED:
		if (!wrapped && quote_kind(c->left) == EVIDENCE_NONE)
			cursor_fail(c, FAULT_ENCODING, "extnValue");
		break;
	case CARRIER_RAW:
		break;
	}
	return cursor_take(c, c->left.n, "extnValue");
}

struct fault payload_read(const struct carrier *row, const struct cert_extension *e, struct bytes *payload,
                          enum evidence_kind *kind)
{
	struct bytes value = carrier_peel(e->value);
	bool wrapped = value.n != e->value.n;
	struct cursor c = cursor_at(value, e->offset + (e->value.n - value.n));
	*kind = row->kind;
	*payload = read_form(row, wrapped, &c, kind);
	struct fault f = cursor_end(&c, row->name);
	if (f.code == FAULT_UNSUPPORTED) { /* a version to come is not malformed: evidence that cannot be checked yet */
		f = FAULT_OK;
		*payload = value;
		*kind = EVIDENCE_UNKNOWN;
	}
	if (!fault_is_set(f) && payload->n == 0)
		f = fault_at(FAULT_LENGTH, e->offset, row->name);
	if (!fault_is_set(f) && payload->n > LIMIT_EVIDENCE_BYTES)
		f = fault_at(FAULT_LIMIT, e->offset, row->name);
	if (fault_is_set(f))
		*payload = (struct bytes){NULL, 0};
	enum evidence_kind quote = quote_kind(*payload);
	if (quote != EVIDENCE_NONE && (*kind == EVIDENCE_UNKNOWN || *kind == EVIDENCE_SGX || *kind == EVIDENCE_TDX))
		*kind = quote;
	return f;
}
