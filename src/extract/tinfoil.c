/*
 * Attestation in the names of a certificate, as Tinfoil's enclaves request them: a payload in base32,
 * cut in pieces, each piece with two digits of index before it as the first label of a name. Strict:
 * indices 00..n-1 each once, exact lengths, no stray bits.
 */
#include "base/base32.h"
#include "base/gzip.h"
#include "base/limits.h"
#include "extract/part.h"

enum {
	HPKE_KEY_BYTES = 32,
	HATT_CHARACTERS = 64,
	GENERATION_1_CHARACTERS_MIN = 100 /* fewer are somebody's numbered hosts */
};

/* ---- labels ---- */

/* The label up to the next dot; rest is what follows the dot (empty at the end). */
static struct bytes cut_label(struct bytes name, struct bytes *rest)
{
	const uint8_t *dot = name.n > 0 ? memchr(name.p, '.', name.n) : NULL;
	size_t n = dot ? (size_t)(dot - name.p) : name.n;
	*rest = dot ? bytes_of(dot + 1, name.n - n - 1) : (struct bytes){NULL, 0};
	return bytes_of(name.p, n);
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

bool tinfoil_first_label(struct bytes name, unsigned *index, struct bytes *text, struct bytes *rest)
{
	struct bytes label = cut_label(name, rest);
	if (label.n < 3 || label.n > 63 || !is_digit(label.p[0]) || !is_digit(label.p[1]) || rest->n == 0)
		return false;
	*index = (unsigned)(label.p[0] - '0') * 10 + (unsigned)(label.p[1] - '0');
	*text = bytes_slice(label, 2, label.n - 2);
	return true;
}

static bool is_base32(struct bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!base32_is_digit(text.p[i]))
			return false;
	return true;
}

struct tinfoil_label tinfoil_label_of(struct bytes name)
{
	static const char *const kinds[] = {[TINFOIL_HPKE] = "hpke", [TINFOIL_HATT] = "hatt", [TINFOIL_ATT] = "att"};
	struct tinfoil_label l = {0};
	struct bytes rest;
	if (!tinfoil_first_label(name, &l.index, &l.text, &rest))
		return l;
	struct bytes kind = cut_label(rest, &l.suffix);
	for (unsigned i = TINFOIL_HPKE; i <= TINFOIL_ATT; i++)
		if (bytes_equal_text(kind, kinds[i]) && l.suffix.n > 0)
			l.kind = (enum tinfoil_chunk)i;
	return l;
}

/* ---- sets of chunks ---- */

struct chunk_set {
	struct bytes piece[LIMIT_DCODE_CHUNKS];
	size_t count;        /* names that belong to it */
	struct bytes suffix; /* the first one's */
	struct fault fault;
	size_t characters;
};

static void set_fault(struct fault *f, enum fault_code code, size_t offset, const char *field)
{
	if (!fault_is_set(*f))
		*f = fault_at(code, offset, field);
}

/* The fault's offset counts chunks. */
static void add_chunk(struct chunk_set *s, unsigned index, struct bytes text, struct bytes suffix, const char *field)
{
	if (s->count == 0)
		s->suffix = suffix;
	else if (!bytes_equal(s->suffix, suffix))
		set_fault(&s->fault, FAULT_MISMATCH, index, field); /* two sets of one kind */
	if (!is_base32(text))
		set_fault(&s->fault, FAULT_ENCODING, index, field);
	if (s->piece[index].n > 0)
		set_fault(&s->fault, FAULT_DUPLICATE, index, field);
	s->piece[index] = text;
	s->count++;
	s->characters += text.n;
}

/* Join the pieces 00..n-1 and decode them. */
static struct fault join(struct chunk_set *s, struct arena *a, const char *field, struct bytes *out)
{
	struct bytes empty = {NULL, 0};
	*out = empty;
	if (fault_is_set(s->fault))
		return s->fault;
	uint8_t *text = arena_alloc(a, s->characters), *decoded = arena_alloc(a, s->characters * 5 / 8 + 1);
	size_t used = 0, n = 0;
	if (!text || !decoded)
		return fault_at(FAULT_LIMIT, 0, field);
	for (size_t i = 0; i < s->count; i++) {
		if (i >= LIMIT_DCODE_CHUNKS || s->piece[i].n == 0)
			return fault_at(FAULT_MISSING, i, field); /* a gap */
		memcpy(text + used, s->piece[i].p, s->piece[i].n);
		used += s->piece[i].n;
	}
	if (!base32_decode(bytes_of(text, used), decoded, &n))
		return fault_at(FAULT_ENCODING, 0, field);
	*out = bytes_of(decoded, n);
	return FAULT_OK;
}

/* ---- what the sets hold ---- */

static struct fault read_hpke(struct chunk_set *s, struct arena *a, struct bytes *key)
{
	struct fault f = join(s, a, "hpke", key);
	if (!fault_is_set(f) && key->n != HPKE_KEY_BYTES)
		f = fault_at(FAULT_LENGTH, key->n, "hpke");
	if (fault_is_set(f))
		*key = (struct bytes){NULL, 0};
	return f;
}

static struct fault read_hatt(struct chunk_set *s, struct arena *a, struct sha256 *commitment)
{
	struct bytes text;
	struct fault f = join(s, a, "hatt", &text);
	if (fault_is_set(f))
		return f;
	if (text.n != HATT_CHARACTERS)
		return fault_at(FAULT_LENGTH, text.n, "hatt");
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i], v = is_digit(c) ? (uint8_t)(c - '0') : (uint8_t)(c - 'a' + 10);
		if (!is_digit(c) && (c < 'a' || c > 'f'))
			return fault_at(FAULT_ENCODING, i, "hatt");
		commitment->b[i / 2] = (uint8_t)(i % 2 ? commitment->b[i / 2] | v : v << 4);
	}
	return FAULT_OK;
}

static struct fault read_document(struct chunk_set *s, struct arena *a, const char *field, struct bytes *document)
{
	struct bytes deflated;
	struct buffer inflated;
	struct fault f = join(s, a, field, &deflated);
	if (fault_is_set(f))
		return f;
	buffer_init(&inflated, LIMIT_DCODE_DOCUMENT_BYTES);
	f = gzip_inflate(deflated, &inflated);
	if (!fault_is_set(f)) {
		*document = arena_bytes(a, buffer_bytes(&inflated));
		if (document->n != inflated.n)
			f = fault_at(FAULT_LIMIT, 0, field);
	}
	buffer_release(&inflated);
	return f;
}

/* ---- generation 1: chunks under the host's own name ---- */

static bool is_listed(const struct bytes *names, size_t n, struct bytes name)
{
	for (size_t i = 0; i < n; i++)
		if (bytes_equal(names[i], name))
			return true;
	return false;
}

/* The base domain of a generation-1 set: the remainder of the chunk that starts with gzip's magic. */
static bool find_generation_1(const struct bytes *names, size_t n, struct bytes *base)
{
	for (size_t i = 0; i < n; i++) {
		unsigned index;
		struct bytes text;
		if (tinfoil_first_label(names[i], &index, &text, base) && index == 0 &&
		    bytes_starts_with(text, BYTES_LITERAL("d6fq")) && is_listed(names, n, *base))
			return true;
	}
	return false;
}

static bool read_generation_1(const struct bytes *names, size_t n, bool *is_chunk, struct arena *a, struct chunk_set *s,
                              struct bytes *document, struct fault *fault)
{
	struct bytes base, rest, text;
	unsigned index;
	if (!find_generation_1(names, n, &base))
		return false;
	memset(s, 0, sizeof(*s));
	for (size_t i = 0; i < n; i++)
		if (!is_chunk[i] && tinfoil_first_label(names[i], &index, &text, &rest) && bytes_equal(rest, base))
			add_chunk(s, index, text, base, "generation-1");
	if (s->characters < GENERATION_1_CHARACTERS_MIN)
		return false;
	*fault = read_document(s, a, "generation-1", document);
	for (size_t i = 0; i < n; i++)
		if (tinfoil_first_label(names[i], &index, &text, &rest) && bytes_equal(rest, base))
			is_chunk[i] = true;
	return true;
}

/* ---- all of it ---- */

static void add_tinfoil(struct extractions *out, const char *carrier, enum extract_form form, struct fault f,
                        struct bytes payload, struct bytes hpke)
{
	struct extraction *x = extraction_add(out, carrier, "tinfoil", form);
	if (!x)
		return;
	x->fault = f;
	x->payload = payload;
	x->hpke_key = hpke;
	x->binding = BINDING_SPKI_HPKE;
}

void tinfoil_extract(const struct bytes *names, size_t n, bool *is_chunk, struct arena *a, struct extractions *out)
{
	static const char *const fields[] = {[TINFOIL_HPKE] = "hpke", [TINFOIL_HATT] = "hatt", [TINFOIL_ATT] = "att"};
	struct chunk_set *sets = arena_array(a, 5, sizeof(*sets)); /* one per kind, one for generation 1 */
	struct bytes hpke = {NULL, 0}, document = {NULL, 0}, none = {NULL, 0};
	struct fault f;
	if (!sets)
		return;
	for (size_t i = 0; i < n; i++) {
		struct tinfoil_label l = tinfoil_label_of(names[i]);
		is_chunk[i] = l.kind != TINFOIL_NONE;
		if (is_chunk[i])
			add_chunk(&sets[l.kind], l.index, l.text, l.suffix, fields[l.kind]);
	}
	bool has_hpke = sets[TINFOIL_HPKE].count > 0;
	struct fault hpke_fault = has_hpke ? read_hpke(&sets[TINFOIL_HPKE], a, &hpke) : FAULT_OK;
	if (sets[TINFOIL_HATT].count > 0) {
		struct sha256 commitment = {{0}};
		f = read_hatt(&sets[TINFOIL_HATT], a, &commitment);
		add_tinfoil(out, "tinfoil.hatt", EXTRACT_COMMITMENT, f, none, hpke);
		if (out->n > 0)
			out->v[out->n - 1].commitment = commitment;
	}
	if (sets[TINFOIL_ATT].count > 0) {
		f = read_document(&sets[TINFOIL_ATT], a, "att", &document);
		add_tinfoil(out, "tinfoil.att", EXTRACT_DOCUMENT, f, document, hpke);
	}
	if (read_generation_1(names, n, is_chunk, a, &sets[4], &document, &f))
		add_tinfoil(out, "tinfoil.generation-1", EXTRACT_DOCUMENT, f, document, none);
	/* A key beside evidence belongs to it; a broken one is malformed evidence of its own. */
	if (has_hpke && (fault_is_set(hpke_fault) || out->n == 0))
		add_tinfoil(out, "tinfoil.hpke", EXTRACT_KEY_ONLY, hpke_fault, none, hpke);
}
