/*
 * Bytes that could not be read as a certificate or as names: do they hold anything that concerns us? One pass over the
 * bytes for each question; a false alarm costs a look, an overlooked certificate costs more.
 */
#include "base/base32.h"
#include "base/text.h"
#include "extract/part.h"

enum {
	LABEL_MAX = 63,
	DOCUMENT_DIGITS_MIN = 16 /* base32 digits in a row before ".att." that are no host's own name */
};

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_label_byte(uint8_t c)
{
	c = text_lower(c);
	return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
}

/* Does text end in two digits and at least `min` more bytes of a label, or base32 digits only? What stands before may
 * be a length octet that looks like a letter. */
static bool ends_in_chunk(struct bytes text, size_t min, bool base32)
{
	size_t behind = 0;
	for (size_t i = text.n; i > 2 && behind < LABEL_MAX; i--, behind++) {
		if (base32 ? !base32_is_digit(text.p[i - 1]) : !is_label_byte(text.p[i - 1]))
			return false;
		if (behind + 1 >= min && is_digit(text.p[i - 2]) && is_digit(text.p[i - 3]))
			return true;
	}
	return false;
}

/* A separator of labels: a dot, or in the form of DNS messages the length of the next label. */
static bool is_separator(uint8_t c, size_t length)
{
	return c == '.' || (length > 0 ? c == length : c > 0 && c <= LABEL_MAX);
}

static bool is_marker_at(struct bytes text, size_t at)
{
	static const struct {
		struct bytes label;
		size_t min;
		bool base32;
	} markers[] = {{BYTES_LITERAL("hpke"), 1, false},
	               {BYTES_LITERAL("hatt"), 1, false},
	               {BYTES_LITERAL("att"), DOCUMENT_DIGITS_MIN, true}};
	for (size_t i = 0; i < sizeof(markers) / sizeof(markers[0]); i++) {
		size_t n = markers[i].label.n;
		if (at == 0 || at + n >= text.n || !is_separator(text.p[at - 1], n) || !is_separator(text.p[at + n], 0))
			continue;
		if (text_equal_nocase(bytes_of(text.p + at, n), markers[i].label) &&
		    ends_in_chunk(bytes_of(text.p, at - 1), markers[i].min, markers[i].base32))
			return true;
	}
	return false;
}

bool match_raw_marker(struct bytes text)
{
	static const char *const begins[] = {"00d6fq", "8444a1013822"}; /* a document's first chunk; a Nitro document */
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text_lower(text.p[i]);
		if ((c == 'h' || c == 'a') && is_marker_at(text, i))
			return true;
		for (size_t k = 0; (c == '0' || c == '8') && k < sizeof(begins) / sizeof(begins[0]); k++)
			if (text_equal_nocase(bytes_slice(text, i, strlen(begins[k])), bytes_of_text(begins[k])))
				return true;
	}
	return false;
}

/* The row whose OID stands here, if what follows does not show it to be a look-alike. */
static bool is_evidence_oid(struct bytes text, size_t at)
{
	struct cursor c = cursor_of(bytes_slice(text, at, text.n - at));
	struct der oid = der_expect(&c, DER_OID, "extnID"), ignored;
	if (!cursor_ok(&c))
		return false;
	if (der_peek(&c) == DER_BOOLEAN)
		der_next(&c, &ignored, "critical");
	struct der value = der_expect(&c, DER_OCTET_STRING, "extnValue");
	if (cursor_ok(&c))
		return carrier_of(oid.content, value.content) != NULL;
	for (size_t i = 0; i < extract_carrier_count; i++)
		if (bytes_equal(oid.content, extract_carriers[i].oid))
			return !extract_carriers[i].is; /* cut off: only an OID that has no look-alikes tells */
	return false;
}

bool match_raw(const struct match_set *set, struct bytes der)
{
	for (size_t i = 0; i < der.n; i++) {
		if (match_set_ends(set, bytes_of(der.p, i + 1)))
			return true;
		if (der.p[i] == DER_OID && is_evidence_oid(der, i))
			return true;
	}
	return match_raw_marker(der);
}
