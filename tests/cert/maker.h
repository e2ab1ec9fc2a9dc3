/*
 * Certificates made by hand, element by element, so that they can be wrong in ways that OpenSSL
 * would not write.
 */
#ifndef TEEWATCH_TESTS_CERT_MAKER_H
#define TEEWATCH_TESTS_CERT_MAKER_H

#include "test.h"

#include "base/der.h"

/* An element with a minimal length, appended to b. */
static inline void put_der(struct buffer *b, uint8_t tag, struct bytes content)
{
	buffer_put_u8(b, tag);
	if (content.n < 0x80) {
		buffer_put_u8(b, (uint8_t)content.n);
	} else if (content.n < 0x100) {
		buffer_put_u8(b, 0x81);
		buffer_put_u8(b, (uint8_t)content.n);
	} else {
		buffer_put_u8(b, 0x82);
		buffer_put_u16be(b, (uint16_t)content.n);
	}
	buffer_put_bytes(b, content);
}

/* The bytes appended to b since it had `from` become the content of one element. */
static inline void wrap_der(struct buffer *b, size_t from, uint8_t tag)
{
	struct buffer content;
	buffer_init(&content, 1 << 20);
	buffer_put(&content, b->p + from, b->n - from);
	b->n = from;
	put_der(b, tag, buffer_bytes(&content));
	buffer_release(&content);
}

/* Extension, not critical. */
static inline void put_extension(struct buffer *b, struct bytes oid, struct bytes value)
{
	size_t from = b->n;
	put_der(b, DER_OID, oid);
	put_der(b, DER_OCTET_STRING, value);
	wrap_der(b, from, DER_SEQUENCE);
}

#define OID_SAN         BYTES_LITERAL("\x55\x1d\x11")
#define OID_COMMON_NAME BYTES_LITERAL("\x55\x04\x03")
#define OID_POISON      BYTES_LITERAL("\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x03")
#define OID_SCT_LIST    BYTES_LITERAL("\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02")

/* AttributeTypeAndValue, and a RelativeDistinguishedName of one. */
static inline void put_attribute(struct buffer *b, struct bytes oid, uint8_t tag, struct bytes value)
{
	size_t from = b->n;
	put_der(b, DER_OID, oid);
	put_der(b, tag, value);
	wrap_der(b, from, DER_SEQUENCE);
}

static inline void put_rdn(struct buffer *b, struct bytes oid, uint8_t tag, struct bytes value)
{
	size_t from = b->n;
	put_attribute(b, oid, tag, value);
	wrap_der(b, from, DER_SET);
}

/* What differs between the certificates of the tests; NULL stands for what is usual. */
struct recipe {
	struct bytes version, serial, validity, unique_ids; /* elements as they stand */
	struct bytes subject;                               /* content of the Name */
	struct bytes extensions;                            /* content of the SEQUENCE; none: no [3] */
	struct bytes signature;                             /* content of the BIT STRING */
};

#define VALIDITY_USUAL BYTES_LITERAL("\x30\x1e\x17\x0d" "260123000000Z" "\x17\x0d" "260423000000Z")

static inline struct bytes or_usual(struct bytes v, struct bytes usual)
{
	return v.p ? v : usual;
}

static inline void put_tbs(struct buffer *b, const struct recipe *r)
{
	size_t from = b->n;
	buffer_put_bytes(b, or_usual(r->version, BYTES_LITERAL("\xa0\x03\x02\x01\x02")));
	buffer_put_bytes(b, or_usual(r->serial, BYTES_LITERAL("\x02\x02\x12\x34")));
	put_der(b, DER_SEQUENCE, BYTES_LITERAL("\x06\x03\x2b\x65\x70"));
	size_t issuer = b->n;
	put_rdn(b, BYTES_LITERAL("\x55\x04\x06"), DER_PRINTABLE_STRING, BYTES_LITERAL("US"));
	wrap_der(b, issuer, DER_SEQUENCE);
	buffer_put_bytes(b, or_usual(r->validity, VALIDITY_USUAL));
	put_der(b, DER_SEQUENCE, r->subject);
	size_t spki = b->n;
	put_der(b, DER_SEQUENCE, BYTES_LITERAL("\x06\x03\x2b\x65\x70"));
	put_der(b, DER_BIT_STRING, BYTES_LITERAL("\0" "0123456789abcdef0123456789abcdef"));
	wrap_der(b, spki, DER_SEQUENCE);
	buffer_put_bytes(b, r->unique_ids);
	if (r->extensions.p) {
		size_t list = b->n;
		put_der(b, DER_SEQUENCE, r->extensions);
		wrap_der(b, list, DER_CONTEXT_CONSTRUCTED | 3);
	}
	wrap_der(b, from, DER_SEQUENCE);
}

/* The whole Certificate; release it. */
static inline struct buffer make_certificate(const struct recipe *r)
{
	struct buffer b;
	buffer_init(&b, 1 << 20);
	put_tbs(&b, r);
	put_der(&b, DER_SEQUENCE, BYTES_LITERAL("\x06\x03\x2b\x65\x70"));
	put_der(&b, DER_BIT_STRING, or_usual(r->signature, BYTES_LITERAL("\0signature")));
	wrap_der(&b, 0, DER_SEQUENCE);
	return b;
}

#endif
