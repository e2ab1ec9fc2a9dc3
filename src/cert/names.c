#include "cert/names.h"

#include <idn2.h>
#include <stdlib.h>

#include "base/text.h"

static const uint8_t oid_san[] = {0x55, 0x1d, 0x11};
static const uint8_t oid_common_name[] = {0x55, 0x04, 0x03};

/* ---- one name, normalised ---- */

static bool is_ldh(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

static bool has_prefix_nocase(struct bytes in, const char *prefix)
{
	size_t n = strlen(prefix);
	return in.n >= n && text_equal_nocase(bytes_slice(in, 0, n), bytes_of_text(prefix));
}

/* What surrounds a name in careless certificates: a scheme, a path, space, trailing dots. A NUL hides
 * what follows from C programs, so the part before it is the name that fools them. */
static struct bytes strip(struct bytes in)
{
	in = text_trim(in);
	if (has_prefix_nocase(in, "http://"))
		in = bytes_slice(in, 7, in.n - 7);
	else if (has_prefix_nocase(in, "https://"))
		in = bytes_slice(in, 8, in.n - 8);
	for (size_t i = 0; i < in.n; i++)
		if (in.p[i] == '/' || in.p[i] == 0) {
			in.n = i;
			break;
		}
	in = text_trim(in);
	while (in.n > 0 && in.p[in.n - 1] == '.')
		in.n--;
	return in;
}

static bool is_ascii(struct bytes in)
{
	for (size_t i = 0; i < in.n; i++)
		if (in.p[i] >= 0x80)
			return false;
	return true;
}

/* Latin-1 to UTF-8; false where it does not fit. */
static bool latin1_to_utf8(struct bytes in, char *out, size_t size)
{
	size_t n = 0;
	for (size_t i = 0; i < in.n; i++) {
		if (n + 3 > size)
			return false;
		if (in.p[i] < 0x80) {
			out[n++] = (char)in.p[i];
		} else {
			out[n++] = (char)(0xc0 | in.p[i] >> 6);
			out[n++] = (char)(0x80 | (in.p[i] & 0x3f));
		}
	}
	out[n] = 0;
	return true;
}

/* The A-label form of a name with non-ASCII letters. */
static bool to_a_labels(struct bytes in, uint8_t *out, size_t size, size_t *n)
{
	char utf8[2048];
	char *ascii = NULL;
	if (memchr(in.p, 0, in.n))
		return false;
	if (text_is_utf8(in) && in.n < sizeof(utf8)) {
		memcpy(utf8, in.p, in.n);
		utf8[in.n] = 0;
	} else if (!latin1_to_utf8(in, utf8, sizeof(utf8))) {
		return false;
	}
	bool good = idn2_to_ascii_8z(utf8, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL | IDN2_NO_TR46) == IDN2_OK ||
	            idn2_to_ascii_8z(utf8, &ascii, IDN2_NONTRANSITIONAL) == IDN2_OK;
	good = good && ascii && strlen(ascii) < size;
	if (good) {
		*n = strlen(ascii);
		memcpy(out, ascii, *n);
	}
	free(ascii);
	return good;
}

/* Normalise into the walk's buffer. A name with bytes that no host name has stays visible, and is
 * marked unreadable. */
static struct cert_name make_name(struct cert_names *w, enum cert_name_kind kind, struct bytes raw, struct bytes text,
                                  bool readable)
{
	struct bytes in = strip(text);
	size_t n = in.n < sizeof(w->buffer) ? in.n : sizeof(w->buffer);
	if (in.n > sizeof(w->buffer))
		readable = false;
	if (is_ascii(in) || !to_a_labels(in, w->buffer, sizeof(w->buffer), &n)) {
		readable = readable && is_ascii(in);
		if (n > 0)
			memcpy(w->buffer, in.p, n);
	}
	for (size_t i = 0; i < n; i++) {
		w->buffer[i] = text_lower(w->buffer[i]);
		bool wildcard = w->buffer[i] == '*' && i == 0 && n > 1 && w->buffer[1] == '.';
		if (!is_ldh(w->buffer[i]) && !wildcard)
			readable = false;
	}
	return (struct cert_name){kind, raw, bytes_of(w->buffer, n), readable};
}

/* ---- the walk ---- */

void cert_names_start(struct cert_names *w, const struct cert *c)
{
	w->fault = FAULT_OK;
	w->extensions = cert_extensions(c);
	w->san = cursor_of((struct bytes){NULL, 0});
	w->rdn = w->san;
	struct cursor subject = cursor_of(c->subject);
	struct der name = {0};
	der_next(&subject, &name, "subject");
	w->subject = der_inside(&name);
}

static void note_fault(struct cert_names *w, struct fault f)
{
	if (fault_is_set(f) && !fault_is_set(w->fault))
		w->fault = f;
}

/* The next subjectAltName extension (there can be several); its entries come through w->san. */
static bool open_san(struct cert_names *w)
{
	struct cert_extension e;
	while (cert_extension_next(&w->extensions, &e)) {
		if (!bytes_equal(e.oid, bytes_of(oid_san, sizeof(oid_san))))
			continue;
		struct cursor c = cursor_at(e.value, e.offset);
		struct der names = der_expect(&c, DER_SEQUENCE, "subjectAltName");
		if (c.left.n == 1 && c.left.p[0] == 0) /* seen in the wild */
			cursor_take(&c, 1, "subjectAltName");
		note_fault(w, cursor_end(&c, "subjectAltName"));
		if (names.whole.n == 0)
			continue;
		w->san = der_inside(&names);
		return true;
	}
	note_fault(w, w->extensions.fault);
	w->extensions = cursor_of((struct bytes){NULL, 0});
	return false;
}

/* An IP address or e-mail address in a name's place is no host name. */
static bool is_address(struct bytes text)
{
	bool digits = text.n > 0;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '@' || text.p[i] == ':')
			return true;
		digits &= (text.p[i] >= '0' && text.p[i] <= '9') || text.p[i] == '.';
	}
	return digits;
}

static bool next_dns_name(struct cert_names *w, struct cert_name *out)
{
	for (;;) {
		struct der entry;
		while (der_next(&w->san, &entry, "generalName")) {
			if (entry.tag != (DER_CONTEXT | 2))
				continue;
			*out = make_name(w, CERT_NAME_DNS, entry.content, entry.content, true);
			if (out->text.n > 0 && !is_address(out->text))
				return true;
		}
		note_fault(w, w->san.fault);
		if (!open_san(w))
			return false;
	}
}

/* BMPString and UniversalString: their low bytes, where all of them are ASCII. */
static bool narrow(struct bytes in, size_t width, uint8_t *out, size_t size, struct bytes *text)
{
	if (in.n % width != 0 || in.n / width > size)
		return false;
	for (size_t i = 0; i < in.n / width; i++) {
		for (size_t j = 0; j + 1 < width; j++)
			if (in.p[i * width + j] != 0)
				return false;
		if (in.p[i * width + width - 1] >= 0x80)
			return false;
		out[i] = in.p[i * width + width - 1];
	}
	*text = bytes_of(out, in.n / width);
	return true;
}

static bool read_common_name(struct cert_names *w, const struct der *value, struct cert_name *out)
{
	uint8_t wide[1024];
	struct bytes text = value->content;
	bool readable = true;
	switch (value->tag) {
	case DER_UTF8_STRING:
	case DER_PRINTABLE_STRING:
	case DER_IA5_STRING:
	case DER_TELETEX_STRING:
	case DER_VISIBLE_STRING:
		break;
	case DER_BMP_STRING:
		readable = narrow(value->content, 2, wide, sizeof(wide), &text);
		break;
	case DER_UNIVERSAL_STRING:
		readable = narrow(value->content, 4, wide, sizeof(wide), &text);
		break;
	default:
		readable = false;
	}
	struct bytes trimmed = text_trim(text);
	if (readable && trimmed.n > 0 && memchr(trimmed.p, ' ', trimmed.n)) /* "Example Corp": no host name */
		return false;
	*out = make_name(w, CERT_NAME_COMMON_NAME, value->content, text, readable);
	return out->text.n > 0 && !is_address(out->text);
}

static bool next_common_name(struct cert_names *w, struct cert_name *out)
{
	for (;;) {
		struct der attribute, set;
		while (der_next(&w->rdn, &attribute, "attribute")) {
			struct cursor c = der_inside(&attribute);
			struct der type = der_expect(&c, DER_OID, "type"), value;
			if (!bytes_equal(type.content, bytes_of(oid_common_name, sizeof(oid_common_name))))
				continue;
			if (!der_next(&c, &value, "commonName")) {
				note_fault(w, fault_at(FAULT_TRUNCATED, attribute.offset, "commonName"));
				continue;
			}
			if (read_common_name(w, &value, out))
				return true;
		}
		note_fault(w, w->rdn.fault);
		if (!der_next(&w->subject, &set, "rdn")) {
			note_fault(w, w->subject.fault);
			return false;
		}
		w->rdn = der_inside(&set);
	}
}

bool cert_names_next(struct cert_names *w, struct cert_name *out)
{
	return next_dns_name(w, out) || next_common_name(w, out);
}

/* ---- names and domains ---- */

bool cert_name_under(struct bytes name, struct bytes domain)
{
	bool wildcard = name.n >= 2 && name.p[0] == '*' && name.p[1] == '.';
	if (domain.n == 0)
		return false;
	if (name.n >= domain.n && bytes_equal(bytes_slice(name, name.n - domain.n, domain.n), domain))
		return name.n == domain.n || name.p[name.n - domain.n - 1] == '.';
	if (!wildcard)
		return false;
	/* "*.example.org" stands for app.example.org as well: compare behind the first label of the domain. */
	struct bytes rest = bytes_slice(name, 1, name.n - 1); /* ".example.org" */
	const uint8_t *dot = memchr(domain.p, '.', domain.n);
	return dot && bytes_equal(bytes_of(dot, domain.n - (size_t)(dot - domain.p)), rest);
}

bool cert_name_normalise(struct bytes in, char out[256])
{
	uint8_t buffer[256];
	size_t n = in.n;
	out[0] = 0;
	in = text_trim(in);
	while (in.n > 0 && in.p[in.n - 1] == '.')
		in.n--;
	if (in.n == 0 || in.n > 253)
		return false;
	if (is_ascii(in)) {
		memcpy(buffer, in.p, in.n);
		n = in.n;
	} else if (!to_a_labels(in, buffer, sizeof(buffer), &n)) {
		return false;
	}
	size_t label = 0;
	for (size_t i = 0; i < n; i++) {
		uint8_t c = text_lower(buffer[i]);
		label = c == '.' ? 0 : label + 1;
		if (!is_ldh(c) || label > 63 || (c == '.' && (i == 0 || buffer[i - 1] == '.')))
			return false;
		out[i] = (char)c;
	}
	out[n] = 0;
	return n > 0 && n <= 253;
}
