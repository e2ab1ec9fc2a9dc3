#include "cert/cert.h"

#include "base/hex.h"
#include "base/limits.h"
#include "base/text.h"
#include "cert/text.h"

/* 1.3.6.1.4.1.11129.2.4.3 and .2: RFC 6962 sections 3.1 and 3.3. */
static const uint8_t oid_poison[] = {0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04, 0x03};
static const uint8_t oid_sct_list[] = {0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04, 0x02};

/* ---- parsing: RFC 5280 section 4.1 ---- */

/* A time that cannot be read is no fault: the certificate is still of interest. */
static void read_validity(struct cursor *tbs, struct cert *out)
{
	struct der validity = der_expect(tbs, DER_SEQUENCE, "validity");
	struct cursor c = der_inside(&validity);
	out->not_before_ms = der_time(&c, "notBefore");
	out->not_after_ms = der_time(&c, "notAfter");
	out->validity_readable = cursor_ok(tbs) && !fault_is_set(cursor_end(&c, "validity"));
	if (!out->validity_readable)
		out->not_before_ms = out->not_after_ms = 0;
}

static void read_extensions(struct cursor *tbs, struct cert *out)
{
	struct der wrapper = der_expect(tbs, DER_CONTEXT_CONSTRUCTED | 3, "extensions");
	struct cursor c = der_inside(&wrapper);
	struct der list = der_expect(&c, DER_SEQUENCE, "extensions");
	struct fault f = cursor_end(&c, "extensions");
	if (cursor_ok(tbs) && fault_is_set(f)) {
		tbs->offset = f.offset;
		cursor_fail(tbs, f.code, f.field);
	}
	out->extensions = list.content;
	out->extensions_offset = list.offset;
}

/* The content of a TBSCertificate. */
static struct fault read_tbs(struct cursor *c, struct cert *out)
{
	struct der ignored;
	if (der_peek(c) == (DER_CONTEXT_CONSTRUCTED | 0))
		der_next(c, &ignored, "version");
	out->serial = der_expect(c, DER_INTEGER, "serialNumber").content;
	der_expect(c, DER_SEQUENCE, "signature");
	out->issuer = der_expect(c, DER_SEQUENCE, "issuer").whole;
	read_validity(c, out);
	out->subject = der_expect(c, DER_SEQUENCE, "subject").whole;
	out->spki = der_expect(c, DER_SEQUENCE, "subjectPublicKeyInfo").whole;
	for (uint8_t id = 1; id <= 2; id++) /* issuerUniqueID, subjectUniqueID */
		if (der_peek(c) == (DER_CONTEXT | id) || der_peek(c) == (DER_CONTEXT_CONSTRUCTED | id))
			der_next(c, &ignored, "uniqueID");
	if (der_peek(c) == (DER_CONTEXT_CONSTRUCTED | 3))
		read_extensions(c, out);
	return cursor_end(c, "tbsCertificate");
}

static struct fault too_large(struct bytes der)
{
	return der.n > LIMIT_CERTIFICATE_BYTES ? fault_at(FAULT_LIMIT, LIMIT_CERTIFICATE_BYTES, "certificate") : FAULT_OK;
}

struct fault cert_parse_tbs(struct bytes der, struct cert *out)
{
	*out = (struct cert){0};
	struct fault f = too_large(der);
	if (fault_is_set(f))
		return f;
	struct cursor c = cursor_of(der);
	struct der tbs = der_expect(&c, DER_SEQUENCE, "tbsCertificate");
	f = cursor_end(&c, "tbsCertificate");
	if (fault_is_set(f))
		return f;
	out->tbs = tbs.whole;
	struct cursor inside = der_inside(&tbs);
	return read_tbs(&inside, out);
}

/* No signature algorithm leaves bits of the last byte unused; one that does signs nothing, and the
 * certificate is read all the same. */
static struct bytes read_signature(struct cursor *c)
{
	struct bytes bits = der_expect(c, DER_BIT_STRING, "signatureValue").content;
	return bits.n > 0 && bits.p[0] == 0 ? bytes_slice(bits, 1, bits.n - 1) : bytes_slice(bits, 0, 0);
}

struct fault cert_parse(struct bytes der, struct cert *out)
{
	*out = (struct cert){0};
	struct fault f = too_large(der);
	if (fault_is_set(f))
		return f;
	struct cursor outer = cursor_of(der);
	struct der certificate = der_expect(&outer, DER_SEQUENCE, "certificate");
	f = cursor_end(&outer, "certificate");
	if (fault_is_set(f))
		return f;
	struct cursor c = der_inside(&certificate);
	struct der tbs = der_expect(&c, DER_SEQUENCE, "tbsCertificate");
	out->signature_algorithm = der_expect(&c, DER_SEQUENCE, "signatureAlgorithm").whole;
	out->signature = read_signature(&c);
	f = cursor_end(&c, "certificate");
	if (fault_is_set(f))
		return f;
	out->raw = certificate.whole;
	out->tbs = tbs.whole;
	struct cursor inside = der_inside(&tbs);
	return read_tbs(&inside, out);
}

/* ---- extensions: RFC 5280 section 4.1.2.9 ---- */

struct cursor cert_extensions(const struct cert *c)
{
	return cursor_at(c->extensions, c->extensions_offset);
}

/* An extension of the common form, read in one go. False: it has another one, and is left where it is. */
static bool read_common_extension(struct cursor *c, struct cert_extension *out)
{
	size_t n, header = der_common_header(c->left, &n), at = c->offset + header;
	struct bytes in = {c->left.p + header, n};
	if (header == 0 || c->left.p[0] != DER_SEQUENCE)
		return false;
	size_t oid_bytes, oid_header = der_common_header(in, &oid_bytes), oid_end = oid_header + oid_bytes;
	if (oid_header == 0 || in.p[0] != DER_OID || in.n - oid_end < 4)
		return false;
	out->oid = bytes_of(in.p + oid_header, oid_bytes);
	const uint8_t *rest = in.p + oid_end;
	size_t skip = rest[0] == DER_BOOLEAN && rest[1] == 1 ? 3 : 0;
	struct bytes last = {rest + skip, in.n - oid_end - skip};
	size_t value_bytes, value_header = der_common_header(last, &value_bytes);
	if (value_header == 0 || last.p[0] != DER_OCTET_STRING || value_header + value_bytes != last.n)
		return false;
	out->critical = skip > 0 && rest[2] != 0;
	out->value = bytes_of(last.p + value_header, value_bytes);
	out->offset = at + oid_end + skip + value_header;
	c->left.p += header + n;
	c->left.n -= header + n;
	c->offset += header + n;
	return true;
}

bool cert_extension_next(struct cursor *c, struct cert_extension *out)
{
	if (read_common_extension(c, out))
		return true;
	*out = (struct cert_extension){0};
	if (!cursor_ok(c) || c->left.n == 0)
		return false;
	struct der extension = der_expect(c, DER_SEQUENCE, "extension");
	struct cursor inside = der_inside(&extension);
	out->oid = der_expect(&inside, DER_OID, "extnID").content;
	if (der_peek(&inside) == DER_BOOLEAN) {
		/* DER says FF; certificates with 01 are in the logs, and criticality decides nothing here. */
		struct der critical;
		der_next(&inside, &critical, "critical");
		out->critical = critical.content.n == 1 && critical.content.p[0] != 0;
	}
	struct der value = der_expect(&inside, DER_OCTET_STRING, "extnValue");
	out->value = value.content;
	out->offset = value.offset;
	struct fault f = cursor_end(&inside, "extension");
	if (cursor_ok(c) && fault_is_set(f)) {
		c->offset = f.offset;
		cursor_fail(c, f.code, f.field);
	}
	return cursor_ok(c);
}

bool cert_extension_find(const struct cert *c, struct bytes oid, struct cert_extension *out, size_t *count)
{
	struct cursor walk = cert_extensions(c);
	struct cert_extension e;
	size_t n = 0;
	while (cert_extension_next(&walk, &e))
		if (bytes_equal(e.oid, oid) && n++ == 0)
			*out = e;
	if (count)
		*count = n;
	return n > 0;
}

/* ---- the canonical TBSCertificate ---- */

static size_t length_octets(size_t n)
{
	return n < 0x80 ? 1 : n < 0x100 ? 2 : n < 0x10000 ? 3 : n < 0x1000000 ? 4 : 5;
}

static void put_header(struct buffer *out, uint8_t tag, size_t n)
{
	size_t octets = length_octets(n);
	buffer_put_u8(out, tag);
	if (octets == 1) {
		buffer_put_u8(out, (uint8_t)n);
		return;
	}
	buffer_put_u8(out, (uint8_t)(0x80 | (octets - 1)));
	for (size_t i = octets - 1; i > 0; i--)
		buffer_put_u8(out, (uint8_t)(n >> (8 * (i - 1))));
}

static size_t with_header(size_t n)
{
	return 1 + length_octets(n) + n;
}

static bool is_dropped(struct bytes oid)
{
	return bytes_equal(oid, bytes_of(oid_poison, sizeof(oid_poison))) ||
	       bytes_equal(oid, bytes_of(oid_sct_list, sizeof(oid_sct_list)));
}

/* Bytes of the extensions that stay; copied to out where that is not NULL. */
static struct fault kept_extensions(const struct cert *c, struct buffer *out, size_t *kept, bool *dropped)
{
	struct cursor walk = cert_extensions(c);
	*kept = 0;
	for (;;) {
		struct bytes before = walk.left;
		struct cert_extension e;
		if (!cert_extension_next(&walk, &e))
			return walk.fault;
		struct bytes whole = bytes_of(before.p, before.n - walk.left.n);
		if (is_dropped(e.oid)) {
			*dropped = true;
			continue;
		}
		*kept += whole.n;
		if (out)
			buffer_put_bytes(out, whole);
	}
}

struct fault cert_tbs_canonical(const struct cert *c, struct buffer *out)
{
	size_t kept = 0;
	bool dropped = false;
	struct fault f = kept_extensions(c, NULL, &kept, &dropped);
	if (!dropped || fault_is_set(f)) {
		/* Nothing to take out, or a list that cannot be walked: then nobody can have signed another
		 * form of it, and it stands for itself. */
		buffer_put_bytes(out, c->tbs);
		return buffer_ok(out) ? FAULT_OK : fault_at(FAULT_LIMIT, 0, "tbsCertificate");
	}
	struct cursor whole = cursor_of(c->tbs);
	struct der tbs = der_expect(&whole, DER_SEQUENCE, "tbsCertificate");
	size_t head = (size_t)(c->spki.p + c->spki.n - tbs.content.p);
	struct cursor rest = cursor_of(bytes_slice(tbs.content, head, tbs.content.n - head));
	while (der_peek(&rest) != (DER_CONTEXT_CONSTRUCTED | 3)) { /* unique identifiers */
		struct der unique;
		if (!der_next(&rest, &unique, "uniqueID"))
			return fault_at(FAULT_MISSING, 0, "extensions");
		head += unique.whole.n;
	}
	size_t list = with_header(kept), wrapped = kept == 0 ? 0 : with_header(list);
	put_header(out, DER_SEQUENCE, head + wrapped);
	buffer_put(out, tbs.content.p, head);
	if (kept > 0) {
		put_header(out, DER_CONTEXT_CONSTRUCTED | 3, list);
		put_header(out, DER_SEQUENCE, kept);
		f = kept_extensions(c, out, &kept, &dropped);
	}
	return buffer_ok(out) ? f : fault_at(FAULT_LIMIT, 0, "tbsCertificate");
}

/* ---- names as text ---- */

struct attribute_type {
	const char *oid; /* content octets */
	uint8_t n;
	const char *name;
};

static const struct attribute_type attribute_types[] = {
	{"\x55\x04\x03", 3, "CN"},
	{"\x55\x04\x04", 3, "SN"},
	{"\x55\x04\x05", 3, "serialNumber"},
	{"\x55\x04\x06", 3, "C"},
	{"\x55\x04\x07", 3, "L"},
	{"\x55\x04\x08", 3, "ST"},
	{"\x55\x04\x09", 3, "street"},
	{"\x55\x04\x0a", 3, "O"},
	{"\x55\x04\x0b", 3, "OU"},
	{"\x55\x04\x0c", 3, "title"},
	{"\x55\x04\x0d", 3, "description"},
	{"\x55\x04\x0f", 3, "businessCategory"},
	{"\x55\x04\x11", 3, "postalCode"},
	{"\x55\x04\x29", 3, "name"},
	{"\x55\x04\x2a", 3, "GN"},
	{"\x55\x04\x2b", 3, "initials"},
	{"\x55\x04\x2c", 3, "generationQualifier"},
	{"\x55\x04\x2e", 3, "dnQualifier"},
	{"\x55\x04\x41", 3, "pseudonym"},
	{"\x55\x04\x61", 3, "organizationIdentifier"},
	{"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01", 10, "UID"},
	{"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19", 10, "DC"},
	{"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01", 9, "emailAddress"},
	{"\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x01", 11, "jurisdictionL"},
	{"\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x02", 11, "jurisdictionST"},
	{"\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x03", 11, "jurisdictionC"},
};

/* '#' and the digits of bytes that have no text form (RFC 4514 section 2.4). */
static void put_hex(struct buffer *out, struct bytes in)
{
	buffer_put_u8(out, '#');
	hex_put(out, in);
}

static void put_type(struct buffer *out, struct bytes oid)
{
	char dotted[128];
	for (size_t i = 0; i < sizeof(attribute_types) / sizeof(attribute_types[0]); i++) {
		const struct attribute_type *t = &attribute_types[i];
		if (bytes_equal(oid, bytes_of(t->oid, t->n))) {
			buffer_put_text(out, t->name);
			return;
		}
	}
	if (der_oid_text(oid, dotted, sizeof(dotted)))
		buffer_put_text(out, dotted);
	else
		put_hex(out, oid);
}

/* Escaped so that no value can pretend to be a further attribute (RFC 4514 section 2.4): a '=' that is
 * not escaped stands behind a type only. */
static void put_value(struct buffer *out, const struct der *value)
{
	uint8_t scratch[4096];
	struct bytes text;
	bool good = cert_text_read(value, scratch, sizeof(scratch), &text);
	if (!good && value->tag != DER_UTF8_STRING) { /* its bytes, escaped, still say most */
		put_hex(out, value->whole);
		return;
	}
	for (size_t i = 0; i < text.n; i++) {
		bool edge = (i == 0 && (text.p[i] == '#' || text.p[i] == ' ')) || (i == text.n - 1 && text.p[i] == ' ');
		if (edge || (text.p[i] != 0 && strchr(",+\"<>;=", text.p[i])))
			buffer_put_u8(out, '\\');
		text_put_escaped(out, bytes_slice(text, i, 1));
	}
}

static struct fault put_rdn(struct buffer *out, const struct der *set)
{
	struct cursor c = der_inside(set);
	struct der attribute;
	const char *separator = "";
	while (der_next(&c, &attribute, "attribute")) {
		struct cursor parts = der_inside(&attribute);
		struct der type = der_expect(&parts, DER_OID, "type"), value;
		if (!der_next(&parts, &value, "value"))
			cursor_fail(&parts, FAULT_TRUNCATED, "value");
		struct fault f = cursor_end(&parts, "attribute");
		buffer_put_text(out, separator);
		separator = "+";
		if (fault_is_set(f)) {
			put_hex(out, attribute.whole);
			continue;
		}
		put_type(out, type.content);
		buffer_put_u8(out, '=');
		put_value(out, &value);
	}
	return c.fault;
}

void cert_name_put_text(struct bytes name, struct buffer *out)
{
	struct cursor c = cursor_of(name);
	struct der sequence = der_expect(&c, DER_SEQUENCE, "name"), set;
	struct cursor sets = der_inside(&sequence);
	const char *separator = "";
	while (der_next(&sets, &set, "rdn")) {
		buffer_put_text(out, separator);
		separator = ", ";
		if (fault_is_set(put_rdn(out, &set)))
			put_hex(out, set.whole);
	}
	/* A name that breaks off must not pass for the part that can be read. */
	if (fault_is_set(sets.fault)) {
		buffer_put_text(out, separator);
		put_hex(out, sequence.content);
	}
}

/* ---- names ---- */

/* AttributeTypeAndValue (RFC 5280 section 4.1.2.4): its value where it is a CN. */
static bool read_common_name(const struct der *attribute, struct bytes *out, bool *readable)
{
	static const uint8_t oid[] = {0x55, 0x04, 0x03};
	struct der value;
	struct cursor parts = der_inside(attribute);
	struct der type = der_expect(&parts, DER_OID, "type");
	*readable &= der_next(&parts, &value, "value") && !fault_is_set(cursor_end(&parts, "attribute"));
	if (!bytes_equal(type.content, bytes_of(oid, sizeof(oid))))
		return false;
	*out = value.content;
	return true;
}

struct bytes cert_common_name(struct bytes name)
{
	struct cursor c = cursor_of(name);
	struct der sequence = der_expect(&c, DER_SEQUENCE, "name"), set, attribute;
	struct cursor sets = der_inside(&sequence);
	struct bytes out = {NULL, 0};
	bool readable = true;
	size_t n = 0;
	while (der_next(&sets, &set, "rdn")) {
		struct cursor attributes = der_inside(&set);
		while (der_next(&attributes, &attribute, "attribute"))
			n += read_common_name(&attribute, &out, &readable);
		readable &= cursor_ok(&attributes);
	}
	return n == 1 && readable && cursor_ok(&sets) ? out : (struct bytes){NULL, 0};
}
