#include "cert/names.h"

#include <arpa/inet.h> /* inet_pton, which only reads text */
#include <idn2.h>
#include <stdlib.h>

#include "base/text.h"
#include "cert/text.h"

enum { SCRATCH_BYTES = 4 * LIMIT_NAME_BYTES };

static const uint8_t oid_san[] = {0x55, 0x1d, 0x11};
static const uint8_t oid_common_name[] = {0x55, 0x04, 0x03};

/* ---- one name, normalised ---- */

/* The bytes of host names in lower case, 0 for all others. '_' is none of RFC 952, and common. */
static const uint8_t plain[256] = {
	['-'] = '-', ['.'] = '.', ['_'] = '_', ['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3', ['4'] = '4', ['5'] = '5',
	['6'] = '6', ['7'] = '7', ['8'] = '8', ['9'] = '9', ['A'] = 'a', ['B'] = 'b', ['C'] = 'c', ['D'] = 'd', ['E'] = 'e',
	['F'] = 'f', ['G'] = 'g', ['H'] = 'h', ['I'] = 'i', ['J'] = 'j', ['K'] = 'k', ['L'] = 'l', ['M'] = 'm', ['N'] = 'n',
	['O'] = 'o', ['P'] = 'p', ['Q'] = 'q', ['R'] = 'r', ['S'] = 's', ['T'] = 't', ['U'] = 'u', ['V'] = 'v', ['W'] = 'w',
	['X'] = 'x', ['Y'] = 'y', ['Z'] = 'z', ['a'] = 'a', ['b'] = 'b', ['c'] = 'c', ['d'] = 'd', ['e'] = 'e', ['f'] = 'f',
	['g'] = 'g', ['h'] = 'h', ['i'] = 'i', ['j'] = 'j', ['k'] = 'k', ['l'] = 'l', ['m'] = 'm', ['n'] = 'n', ['o'] = 'o',
	['p'] = 'p', ['q'] = 'q', ['r'] = 'r', ['s'] = 's', ['t'] = 't', ['u'] = 'u', ['v'] = 'v', ['w'] = 'w', ['x'] = 'x',
	['y'] = 'y', ['z'] = 'z',
};

/* Lower case of a host name to out, which has room for it; false where it has other bytes than host
 * names have. Nearly every name of a log goes through here and no further. */
static bool copy_plain(struct bytes in, uint8_t *out)
{
	size_t i = 0;
	bool good = true;
	if (in.n > 2 && in.p[0] == '*' && in.p[1] == '.')
		out[i++] = '*';
	for (; i < in.n; i++) {
		out[i] = plain[in.p[i]];
		good &= out[i] != 0;
	}
	return good;
}

static bool has_prefix_nocase(struct bytes in, const char *prefix)
{
	size_t n = strlen(prefix);
	return in.n >= n && text_equal_nocase(bytes_slice(in, 0, n), bytes_of_text(prefix));
}

static struct bytes without_trailing_dots(struct bytes in)
{
	in = text_trim(in);
	while (in.n > 0 && (in.p[in.n - 1] == '.' || in.p[in.n - 1] == ' '))
		in.n--;
	return in;
}

/* What surrounds a name in careless certificates: a scheme, a path, space, trailing dots. */
static struct bytes strip(struct bytes in)
{
	in = text_trim(in);
	if (has_prefix_nocase(in, "http://"))
		in = bytes_slice(in, 7, in.n - 7);
	else if (has_prefix_nocase(in, "https://"))
		in = bytes_slice(in, 8, in.n - 8);
	const uint8_t *slash = in.n > 0 ? memchr(in.p, '/', in.n) : NULL;
	if (slash)
		in.n = (size_t)(slash - in.p);
	return without_trailing_dots(in);
}

static bool is_ascii(struct bytes in)
{
	for (size_t i = 0; i < in.n; i++)
		if (in.p[i] >= 0x80)
			return false;
	return true;
}

static bool is_ip_address(struct bytes in)
{
	char text[INET6_ADDRSTRLEN + 1];
	struct in6_addr address; /* room for either */
	if (in.n > 2 && in.p[0] == '[' && in.p[in.n - 1] == ']')
		in = bytes_slice(in, 1, in.n - 2);
	if (in.n == 0 || in.n >= sizeof(text) || memchr(in.p, 0, in.n))
		return false;
	memcpy(text, in.p, in.n);
	text[in.n] = 0;
	return inet_pton(AF_INET, text, &address) == 1 || inet_pton(AF_INET6, text, &address) == 1;
}

/* The A-label form of NUL-terminated UTF-8: IDNA2008 after the mapping of UTS #46. Cut to what is
 * there: the ideographic full stop is a dot too. */
static bool utf8_to_a_labels(const char *utf8, uint8_t *out, size_t size, size_t *n)
{
	char *ascii = NULL;
	bool good = idn2_to_ascii_8z(utf8, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) == IDN2_OK && ascii;
	struct bytes name = good ? without_trailing_dots(bytes_of_text(ascii)) : bytes_of(NULL, 0);
	good = name.n > 0 && name.n <= size;
	if (good)
		memcpy(out, name.p, *n = name.n);
	idn2_free(ascii);
	return good;
}

/* The A-label form of a name with letters outside ASCII, in UTF-8 or else in Latin-1. */
static bool to_a_labels(struct bytes in, uint8_t *out, size_t size, size_t *n)
{
	char utf8[2 * LIMIT_NAME_BYTES + 2];
	if (in.n > LIMIT_NAME_BYTES || memchr(in.p, 0, in.n))
		return false;
	if (text_is_utf8(in)) {
		memcpy(utf8, in.p, in.n);
		utf8[in.n] = 0;
		if (utf8_to_a_labels(utf8, out, size, n))
			return true;
	}
	return cert_text_latin1(in, utf8, sizeof(utf8)) && utf8_to_a_labels(utf8, out, size, n);
}

/* Normalise a name that is not just plain into the walk's buffer. What no host name has stays visible,
 * and makes it unreadable. */
static bool normalise_odd(struct cert_names *w, struct bytes in, size_t *n)
{
	bool readable = in.n <= sizeof(w->buffer);
	if (readable && (is_ascii(in) || !to_a_labels(in, w->buffer, sizeof(w->buffer), n))) {
		*n = in.n;
		memcpy(w->buffer, in.p, in.n);
	} else if (!readable) { /* the end tells the domain */
		*n = sizeof(w->buffer);
		memcpy(w->buffer, in.p + in.n - *n, *n);
	}
	uint8_t lower[LIMIT_NAME_BYTES];
	readable &= copy_plain(bytes_of(w->buffer, *n), lower);
	for (size_t i = 0; i < *n; i++)
		w->buffer[i] = text_lower(w->buffer[i]);
	return readable;
}

/* A CN may be anything; what people or companies are called is no host name. */
static bool is_no_host(enum cert_name_kind kind, struct bytes name)
{
	return kind == CERT_NAME_COMMON_NAME && (memchr(name.p, ' ', name.n) || memchr(name.p, '@', name.n));
}

/* Yield a name, given as text; false where it is none. decoded: text is what the certificate says. */
static bool make_name(struct cert_names *w, enum cert_name_kind kind, struct bytes raw, struct bytes text, bool decoded,
                      struct cert_name *out)
{
	struct bytes in = text;
	size_t n;
	while (in.n > 0 && in.p[in.n - 1] == '.')
		in.n--;
	bool readable = decoded && in.n <= sizeof(w->buffer) && copy_plain(in, w->buffer);
	n = in.n;
	if (!readable) {
		in = decoded ? strip(text) : text;
		if (in.n == 0 || (decoded && is_no_host(kind, in)))
			return false;
		readable = normalise_odd(w, in, &n) && decoded;
	}
	if (n == 0)
		return false;
	uint8_t last = w->buffer[n - 1]; /* no top-level domain ends in a digit or a bracket; nor in a colon */
	if ((!readable || (last >= '0' && last <= '9')) && is_ip_address(bytes_of(w->buffer, n)))
		return false;
	*out = (struct cert_name){kind, raw, bytes_of(w->buffer, n), readable};
	return true;
}

/* ---- the walk ---- */

void cert_names_start(struct cert_names *w, const struct cert *c)
{
	const uint8_t *input = c->raw.n > 0 ? c->raw.p : c->tbs.p;
	w->fault = FAULT_OK;
	w->extensions = cert_extensions(c);
	w->san = cursor_of((struct bytes){NULL, 0});
	w->rdn = w->san;
	w->cut = (struct der){0};
	w->cut_kind = CERT_NAME_DNS;
	struct cursor subject = cursor_at(c->subject, c->subject.n > 0 ? (size_t)(c->subject.p - input) : 0);
	struct der name = {0};
	der_next(&subject, &name, "subject");
	w->subject = der_inside(&name);
}

static void note_fault(struct cert_names *w, struct fault f)
{
	if (fault_is_set(f) && !fault_is_set(w->fault))
		w->fault = f;
}

/* One string of the certificate as a name. A NUL hides what follows from C programs, so the part before
 * it is a name too: it is kept for the next call. */
static bool read_name(struct cert_names *w, enum cert_name_kind kind, const struct der *value, struct cert_name *out)
{
	uint8_t scratch[SCRATCH_BYTES];
	struct bytes text = value->content;
	bool decoded = true;
	if (kind == CERT_NAME_COMMON_NAME)
		decoded = cert_text_read(value, scratch, sizeof(scratch), &text);
	else
		decoded = value->tag == (DER_CONTEXT | 2); /* not its constructed form */
	if (decoded && text.n > 0 && memchr(text.p, 0, text.n)) {
		w->cut = *value;
		w->cut_kind = kind;
	}
	return make_name(w, kind, value->content, text, decoded, out);
}

/* The part before the NUL of the name that came last. */
static bool next_cut_name(struct cert_names *w, struct cert_name *out)
{
	uint8_t scratch[SCRATCH_BYTES];
	struct der value = w->cut;
	struct bytes text = value.content;
	if (value.whole.n == 0)
		return false;
	w->cut = (struct der){0};
	if (w->cut_kind == CERT_NAME_COMMON_NAME)
		cert_text_read(&value, scratch, sizeof(scratch), &text);
	text.n = (size_t)((const uint8_t *)memchr(text.p, 0, text.n) - text.p);
	return make_name(w, w->cut_kind, value.content, text, true, out);
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

static bool next_dns_name(struct cert_names *w, struct cert_name *out)
{
	for (;;) {
		struct der entry;
		while (der_next(&w->san, &entry, "generalName")) {
			if (entry.tag != (DER_CONTEXT | 2) && entry.tag != (DER_CONTEXT_CONSTRUCTED | 2))
				continue;
			if (read_name(w, CERT_NAME_DNS, &entry, out) || next_cut_name(w, out))
				return true;
		}
		note_fault(w, w->san.fault);
		if (!open_san(w))
			return false;
	}
}

/* AttributeTypeAndValue: the value where the type is CN. */
static bool open_common_name(struct cert_names *w, const struct der *attribute, struct der *value)
{
	struct cursor c = der_inside(attribute);
	struct der type = der_expect(&c, DER_OID, "type");
	if (!der_next(&c, value, "value"))
		cursor_fail(&c, FAULT_TRUNCATED, "value");
	note_fault(w, cursor_end(&c, "attribute"));
	return value->whole.n > 0 && bytes_equal(type.content, bytes_of(oid_common_name, sizeof(oid_common_name)));
}

static bool next_common_name(struct cert_names *w, struct cert_name *out)
{
	for (;;) {
		struct der attribute, value, set;
		while (der_next(&w->rdn, &attribute, "attribute"))
			if (open_common_name(w, &attribute, &value) &&
			    (read_name(w, CERT_NAME_COMMON_NAME, &value, out) || next_cut_name(w, out)))
				return true;
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
	return next_cut_name(w, out) || next_dns_name(w, out) || next_common_name(w, out);
}

/* ---- names and domains ---- */

/* Cut the last label off name. */
static struct bytes take_last_label(struct bytes *name)
{
	size_t from = name->n;
	while (from > 0 && name->p[from - 1] != '.')
		from--;
	struct bytes label = bytes_of(name->p + from, name->n - from);
	name->n = from > 0 ? from - 1 : 0;
	return label;
}

bool cert_name_under(struct bytes name, struct bytes domain)
{
	if (domain.n == 0 || name.n == 0)
		return false;
	while (domain.n > 0) {
		if (name.n == 0)
			return false;
		struct bytes want = take_last_label(&domain), have = take_last_label(&name);
		if (!bytes_equal(have, want) && !bytes_equal_text(have, "*"))
			return false;
	}
	return true;
}

/* Labels of 1 to 63 bytes (RFC 1035 section 2.3.4), to out in lower case. */
static bool copy_labels(struct bytes in, char *out)
{
	size_t label = 0;
	for (size_t i = 0; i < in.n; i++) {
		out[i] = (char)plain[in.p[i]];
		if (out[i] == 0 || (out[i] == '.' && label == 0))
			return false;
		label = out[i] == '.' ? 0 : label + 1;
		if (label > 63)
			return false;
	}
	out[in.n] = 0;
	return label > 0;
}

bool cert_name_normalise(struct bytes in, char out[256])
{
	uint8_t a_labels[253]; /* RFC 1035 section 2.3.4, without the root's label */
	out[0] = 0;
	in = without_trailing_dots(in);
	if (!is_ascii(in)) {
		size_t n;
		if (!to_a_labels(in, a_labels, sizeof(a_labels), &n))
			return false;
		in = bytes_of(a_labels, n);
	}
	bool good = in.n > 0 && in.n <= sizeof(a_labels) && !is_ip_address(in) && copy_labels(in, out);
	if (!good)
		out[0] = 0;
	return good;
}
