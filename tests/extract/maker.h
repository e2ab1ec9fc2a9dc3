/*
 * Certificates of the tests' own, written byte by byte: names and extensions as asked for, good or bad, and a key and a
 * signature that nobody looks at. Names of Tinfoil's forms come from an encoder that follows the producer's rules.
 */
#ifndef TEEWATCH_TESTS_EXTRACT_MAKER_H
#define TEEWATCH_TESTS_EXTRACT_MAKER_H

#include "base/base32.h"
#include "base/base64.h"
#include "base/der.h"
#include "base/gzip.h"
#include "base/hash.h"
#include "cert/cert.h"
#include "extract/extract.h"
#include "extract/match.h"
#include "test.h"

#define UNUSED __attribute__((unused)) static

enum { MAKER_NAMES_MAX = 256, MAKER_BYTES_MAX = 4 << 20 };

/* ---- DER ---- */

UNUSED void put_der(struct buffer *out, uint8_t tag, struct bytes content)
{
	buffer_put_u8(out, tag);
	if (content.n < 0x80) {
		buffer_put_u8(out, (uint8_t)content.n);
	} else if (content.n < 0x100) {
		buffer_put_u8(out, 0x81);
		buffer_put_u8(out, (uint8_t)content.n);
	} else if (content.n < 0x10000) {
		buffer_put_u8(out, 0x82);
		buffer_put_u16be(out, (uint16_t)content.n);
	} else {
		buffer_put_u8(out, 0x83);
		buffer_put_u24be(out, (uint32_t)content.n);
	}
	buffer_put_bytes(out, content);
}

/* What was written to inner becomes the content of an element in out; inner is given back. */
UNUSED void put_inside(struct buffer *out, uint8_t tag, struct buffer *inner)
{
	put_der(out, tag, buffer_bytes(inner));
	buffer_release(inner);
}

UNUSED struct buffer new_buffer(void)
{
	struct buffer b;
	buffer_init(&b, MAKER_BYTES_MAX);
	return b;
}

/* ---- certificates ---- */

struct maker {
	struct bytes names[MAKER_NAMES_MAX]; /* dNSNames, in one SAN extension; each owned */
	size_t count;
	struct bytes common_name;
	uint8_t common_name_tag;
	struct buffer extensions;            /* further ones */
};

UNUSED void maker_init(struct maker *m)
{
	*m = (struct maker){.common_name_tag = DER_UTF8_STRING};
	m->extensions = new_buffer();
}

UNUSED void maker_release(struct maker *m)
{
	for (size_t i = 0; i < m->count; i++)
		free((void *)(uintptr_t)m->names[i].p);
	buffer_release(&m->extensions);
	*m = (struct maker){0};
}

UNUSED uint8_t *maker_name_bytes(struct maker *m, struct bytes name)
{
	if (m->count == MAKER_NAMES_MAX)
		abort();
	uint8_t *p = malloc(name.n + 1);
	memcpy(p, name.p, name.n);
	m->names[m->count++] = bytes_of(p, name.n);
	return p;
}

UNUSED void maker_name(struct maker *m, const char *name)
{
	maker_name_bytes(m, bytes_of_text(name));
}

UNUSED void put_extension(struct buffer *out, struct bytes oid, bool critical, struct bytes value)
{
	struct buffer b = new_buffer();
	put_der(&b, DER_OID, oid);
	if (critical)
		put_der(&b, DER_BOOLEAN, BYTES_LITERAL("\xff"));
	put_der(&b, DER_OCTET_STRING, value);
	put_inside(out, DER_SEQUENCE, &b);
}

UNUSED void maker_extension(struct maker *m, struct bytes oid, struct bytes value)
{
	put_extension(&m->extensions, oid, false, value);
}

UNUSED void put_san(struct buffer *out, const struct bytes *names, size_t n)
{
	struct buffer list = new_buffer(), value = new_buffer();
	for (size_t i = 0; i < n; i++)
		put_der(&list, DER_CONTEXT | 2, names[i]);
	put_inside(&value, DER_SEQUENCE, &list);
	put_extension(out, BYTES_LITERAL("\x55\x1d\x11"), false, buffer_bytes(&value));
	buffer_release(&value);
}

UNUSED void put_subject(struct buffer *out, uint8_t tag, struct bytes common_name)
{
	struct buffer attribute = new_buffer(), set = new_buffer(), name = new_buffer();
	if (common_name.n > 0) {
		put_der(&attribute, DER_OID, BYTES_LITERAL("\x55\x04\x03"));
		put_der(&attribute, tag, common_name);
		put_inside(&set, DER_SEQUENCE, &attribute);
		put_inside(&name, DER_SET, &set);
	} else {
		buffer_release(&attribute);
		buffer_release(&set);
	}
	put_inside(out, DER_SEQUENCE, &name);
}

/* The Certificate, in out (cleared). */
UNUSED void maker_make(const struct maker *m, struct buffer *out)
{
	struct bytes algorithm = BYTES_LITERAL("\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02");
	struct buffer tbs = new_buffer(), certificate = new_buffer(), list = new_buffer(), wrapper = new_buffer(),
	              validity = new_buffer(), spki = new_buffer();
	buffer_clear(out);
	put_der(&tbs, DER_CONTEXT_CONSTRUCTED | 0, BYTES_LITERAL("\x02\x01\x02"));
	put_der(&tbs, DER_INTEGER, BYTES_LITERAL("\x05"));
	put_der(&tbs, DER_SEQUENCE, algorithm);
	put_subject(&tbs, DER_UTF8_STRING, BYTES_LITERAL("Test CA"));
	put_der(&validity, DER_UTC_TIME, BYTES_LITERAL("260101000000Z"));
	put_der(&validity, DER_UTC_TIME, BYTES_LITERAL("260401000000Z"));
	put_inside(&tbs, DER_SEQUENCE, &validity);
	put_subject(&tbs, m->common_name_tag, m->common_name);
	put_der(&spki, DER_SEQUENCE, algorithm);
	put_der(&spki, DER_BIT_STRING, BYTES_LITERAL("\0\x04\x01\x02\x03"));
	put_inside(&tbs, DER_SEQUENCE, &spki);
	if (m->count > 0)
		put_san(&list, m->names, m->count);
	buffer_put_bytes(&list, buffer_bytes(&m->extensions));
	if (list.n > 0) {
		put_inside(&wrapper, DER_SEQUENCE, &list);
		put_der(&tbs, DER_CONTEXT_CONSTRUCTED | 3, buffer_bytes(&wrapper));
	} else {
		buffer_release(&list);
	}
	buffer_release(&wrapper);
	put_inside(&certificate, DER_SEQUENCE, &tbs);
	put_der(&certificate, DER_SEQUENCE, algorithm);
	put_der(&certificate, DER_BIT_STRING, BYTES_LITERAL("\0\x01\x02"));
	put_inside(out, DER_SEQUENCE, &certificate);
}

/* ---- Tinfoil's names ---- */

/* Cut base32 text in pieces as the producer does: 63 characters for a whole name. */
UNUSED void maker_text_chunks(struct maker *m, const char *text, const char *suffix)
{
	size_t n = strlen(text), piece = 63 - 1 - strlen(suffix) - 2;
	for (size_t i = 0; i * piece < n; i++) {
		char name[128];
		size_t length = n - i * piece < piece ? n - i * piece : piece;
		snprintf(name, sizeof(name), "%02zu%.*s.%s", i, (int)length, text + i * piece, suffix);
		maker_name(m, name);
	}
}

UNUSED void maker_chunks(struct maker *m, struct bytes payload, const char *suffix)
{
	struct buffer text = new_buffer();
	base32_put(&text, payload);
	maker_text_chunks(m, buffer_text(&text), suffix);
	buffer_release(&text);
}

UNUSED void maker_document_chunks(struct maker *m, const char *document, const char *suffix)
{
	struct buffer deflated = new_buffer();
	if (!gzip_deflate(bytes_of_text(document), &deflated))
		abort();
	maker_chunks(m, buffer_bytes(&deflated), suffix);
	buffer_release(&deflated);
}

/* A report of the right length that is none; hardly compressible, so that it needs many names. */
UNUSED void fill_report(uint8_t report[1184], uint64_t seed)
{
	for (size_t i = 0; i < 1184; i++)
		report[i] = (uint8_t)test_random(&seed);
}

/* {"format": URI, "body": base64 of body, deflated before where asked for}; free() it. */
UNUSED char *make_document(const char *uri, struct bytes body, bool deflate)
{
	struct buffer deflated = new_buffer(), text = new_buffer();
	if (deflate && !gzip_deflate(body, &deflated))
		abort();
	buffer_printf(&text, "{\"format\":\"%s\",\"body\":\"", uri);
	base64_put(&text, deflate ? buffer_bytes(&deflated) : body);
	buffer_printf(&text, "\"}");
	char *out = strdup(buffer_text(&text));
	buffer_release(&deflated);
	buffer_release(&text);
	return out;
}

/* ---- what is found in a certificate ---- */

struct found {
	struct arena arena;
	struct buffer der;
	struct cert cert;
	struct extractions extractions;
	unsigned reasons; /* without any watch */
};

/* Everything that is extracted must have been matched: what does not match is never looked into. */
UNUSED void found_look(struct found *f)
{
	struct fault unread;
	arena_init(&f->arena, 64 << 20);
	extract_certificate(&f->cert, &f->arena, &f->extractions);
	f->reasons = match_certificate(NULL, &f->cert, &unread);
	CHECK_THAT(f->extractions.n == 0 || f->reasons != 0, "%s is extracted and not matched",
	           f->extractions.v[0].carrier);
}

UNUSED void found_make(struct found *f, const struct maker *m)
{
	f->der = new_buffer();
	maker_make(m, &f->der);
	struct fault fault = cert_parse(buffer_bytes(&f->der), &f->cert);
	CHECK_THAT(!fault_is_set(fault), "the test's certificate: %s", fault.field);
	found_look(f);
}

UNUSED void found_release(struct found *f)
{
	arena_release(&f->arena);
	buffer_release(&f->der);
}

UNUSED const struct extraction *found_carrier(const struct found *f, const char *carrier)
{
	for (size_t i = 0; i < f->extractions.n; i++)
		if (strcmp(f->extractions.v[i].carrier, carrier) == 0)
			return &f->extractions.v[i];
	return NULL;
}

#endif
