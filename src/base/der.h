/*
 * DER (ITU-T X.690) read by a strict, allocation-free cursor. What OpenSSL refuses but
 * logs contain (negative serials, bad strings) parses here: only the framing is judged:
 * definite, minimal lengths; low tag numbers; nothing past the end.
 */
#ifndef TEEWATCH_BASE_DER_H
#define TEEWATCH_BASE_DER_H

#include "base/cursor.h"

enum der_tag {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_OCTET_STRING = 0x04,
	DER_NULL = 0x05,
	DER_OID = 0x06,
	DER_ENUMERATED = 0x0a,
	DER_UTF8_STRING = 0x0c,
	DER_PRINTABLE_STRING = 0x13,
	DER_TELETEX_STRING = 0x14,
	DER_IA5_STRING = 0x16,
	DER_UTC_TIME = 0x17,
	DER_GENERALIZED_TIME = 0x18,
	DER_VISIBLE_STRING = 0x1a,
	DER_UNIVERSAL_STRING = 0x1c,
	DER_BMP_STRING = 0x1e,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
	DER_CONTEXT = 0x80,             /* [n] primitive: DER_CONTEXT | n */
	DER_CONTEXT_CONSTRUCTED = 0xa0  /* [n] constructed */
};

struct der {
	uint8_t tag;           /* identifier octet as it stands */
	struct bytes content;
	struct bytes whole;    /* identifier, length and content */
	size_t offset;         /* of content, from the start of the input */
};

/* Bytes of the header of an element whose identifier and length are of the common forms (one identifier octet, at most
 * two octets of length behind the first) and whose content is there; *n gets the content's length. 0: anything else,
 * which is not wrong for that. Inline: every entry of every log passes here some fifty times. */
static inline size_t der_common_header(struct bytes in, size_t *n)
{
	const uint8_t *p = in.p;
	size_t header = 2;
	if (in.n < 4 || (p[0] & 0x1f) == 0x1f)
		return 0;
	*n = p[1];
	if (p[1] == 0x81 && p[2] >= 0x80) {
		*n = p[2];
		header = 3;
	} else if (p[1] == 0x82 && p[2] > 0) {
		*n = (size_t)p[2] << 8 | p[3];
		header = 4;
	} else if (p[1] >= 0x80) {
		return 0;
	}
	return *n <= in.n - header ? header : 0;
}

/* The next element, of any type. False at a fault or when nothing is left. */
bool der_next(struct cursor *c, struct der *out, const char *field);

/* The next element, which must have this tag; empty after a fault. */
struct der der_expect(struct cursor *c, uint8_t tag, const char *field);

/* The identifier octet that comes next; 0 when nothing is left. */
uint8_t der_peek(const struct cursor *c);

/* A cursor over the content of an element, with offsets of the whole input. */
struct cursor der_inside(const struct der *d);

/* A non-negative INTEGER that fits 64 bits, minimally encoded; fault otherwise. */
uint64_t der_u64(struct cursor *c, const char *field);

/* BOOLEAN with content 00 or FF. */
bool der_boolean(struct cursor *c, const char *field);

/* UTCTime or GeneralizedTime in the forms of RFC 5280 section 4.1.2.5, as milliseconds
 * since 1970 UTC. */
int64_t der_time(struct cursor *c, const char *field);

/* A BIT STRING with no unused bits: its bytes. */
struct bytes der_bit_string(struct cursor *c, const char *field);

/* Dotted form of an OID's content octets, written to out (always terminated).
 * False where the octets are no OID or out is too small. */
bool der_oid_text(struct bytes oid, char *out, size_t size);

#endif
