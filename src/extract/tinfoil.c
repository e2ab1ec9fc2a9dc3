/*
 * Attestation in the names of a certificate, as Tinfoil's enclaves request them: a payload in base32, cut in
 * pieces, each piece with two digits of index before it as the first label of a name (facts: tinfoil section 2).
 * Strict where the clients are not: indices 00..n-1 each once, one suffix, no stray bits, exact lengths of what
 * is decoded. The length of a piece follows from the suffix and is not held against a certificate.
 */
#include "base/base32.h"
#include "base/gzip.h"
#include "base/limits.h"
#include "base/text.h"
#include "extract/part.h"

enum {
	HPKE_KEY_BYTES = 32,
	HATT_CHARACTERS = 64,
	DNS_LABEL_MAX = 63,
	FULL_NAME_CHARACTERS = 63, /* the encoder's limit on a whole name; all pieces but the last reach it */
	BASES_MAX = 8              /* hosts of one certificate with what looks like a set of their own */
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

static bool is_base32(struct bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!base32_is_digit(text.p[i]))
			return false;
	return true;
}

/* Two digits and something behind them, with the rest of the name as suffix. */
static bool first_label(struct bytes name, struct tinfoil_label *l)
{
	*l = (struct tinfoil_label){0};
	if (name.n < 3 || !is_digit(name.p[0]) || !is_digit(name.p[1]))
		return false;
	struct bytes label = cut_label(name, &l->suffix);
	if (label.n < 3 || l->suffix.n == 0)
		return false;
	l->index = (unsigned)(label.p[0] - '0') * 10 + (unsigned)(label.p[1] - '0');
	l->text = bytes_slice(label, 2, label.n - 2);
	return true;
}

struct tinfoil_label tinfoil_label_of(struct bytes name)
{
	static const char *const kinds[] = {[TINFOIL_HPKE] = "hpke", [TINFOIL_HATT] = "hatt", [TINFOIL_ATT] = "att"};
	struct tinfoil_label l;
	struct bytes suffix;
	if (!first_label(name, &l))
		return l;
	struct bytes kind = cut_label(l.suffix, &suffix);
	for (unsigned i = TINFOIL_HPKE; i <= TINFOIL_ATT; i++)
		if (bytes_equal_text(kind, kinds[i]) && suffix.n > 0)
			l.kind = (enum tinfoil_chunk)i;
	l.suffix = suffix;
	return l;
}

/* The first 20 bits of 1f 8b 08. */
bool tinfoil_is_first_of_document(const struct tinfoil_label *l)
{
	return l->index == 0 && bytes_starts_with(l->text, BYTES_LITERAL("d6fq"));
}

bool tinfoil_is_first_of_generation_1(struct bytes name, struct tinfoil_label *l)
{
	if (!first_label(name, l) || !tinfoil_is_first_of_document(l))
		return false;
	l->kind = TINFOIL_GENERATION_1;
	return true;
}

size_t tinfoil_full_characters(struct bytes name, const struct tinfoil_label *l)
{
	return name.n == FULL_NAME_CHARACTERS && is_base32(l->text) ? l->text.n : 0;
}

/* ---- sets of chunks ---- */

static const char *const fields[] = {[TINFOIL_HPKE] = "hpke",
                                     [TINFOIL_HATT] = "hatt",
                                     [TINFOIL_ATT] = "att",
                                     [TINFOIL_GENERATION_1] = "generation-1"};

struct chunk_set {
	enum tinfoil_chunk kind;
	struct bytes piece[LIMIT_DCODE_CHUNKS];
	size_t count;        /* names that belong to it */
	size_t characters;   /* of their payload */
	struct bytes suffix; /* the first one's */
	struct fault fault;  /* its offset is the index of the chunk */
};

static void set_fault(struct chunk_set *s, enum fault_code code, size_t index)
{
	if (!fault_is_set(s->fault))
		s->fault = fault_at(code, index, fields[s->kind]);
}

static void add_chunk(struct chunk_set *s, const struct san_name *name, const struct tinfoil_label *l)
{
	if (s->count == 0)
		s->suffix = l->suffix;
	else if (!bytes_equal(s->suffix, l->suffix))
		set_fault(s, FAULT_MISMATCH, l->index); /* two sets of one kind */
	/* What normalising a name forgives (other alphabets' digits, a trailing dot) no producer writes. */
	if (!name->readable || !text_equal_nocase(name->raw, name->text) || !is_base32(l->text))
		set_fault(s, FAULT_ENCODING, l->index);
	if (l->text.n > DNS_LABEL_MAX - 2)
		set_fault(s, FAULT_LENGTH, l->index);
	if (s->piece[l->index].n > 0)
		set_fault(s, FAULT_DUPLICATE, l->index);
	s->piece[l->index] = l->text;
	s->characters += l->text.n;
	s->count++;
}

/* The payload of the pieces 00..n-1. */
static struct fault join(const struct chunk_set *s, struct arena *a, struct bytes *out)
{
	*out = (struct bytes){NULL, 0};
	if (fault_is_set(s->fault))
		return s->fault;
	uint8_t *text = arena_alloc(a, s->characters), *decoded = arena_alloc(a, s->characters * 5 / 8 + 1);
	size_t used = 0, n = 0;
	if (!text || !decoded)
		return fault_at(FAULT_LIMIT, 0, fields[s->kind]);
	for (size_t i = 0; i < s->count; i++) {
		if (i >= LIMIT_DCODE_CHUNKS || s->piece[i].n == 0)
			return fault_at(FAULT_MISSING, i, fields[s->kind]); /* a gap */
		memcpy(text + used, s->piece[i].p, s->piece[i].n);
		used += s->piece[i].n;
	}
	if (!base32_decode(bytes_of(text, used), decoded, &n))
		return fault_at(FAULT_ENCODING, s->count - 1, fields[s->kind]); /* stray bits */
	*out = bytes_of(decoded, n);
	return FAULT_OK;
}

/* ---- what the sets hold ---- */

static struct fault read_hpke(const struct chunk_set *s, struct arena *a, struct bytes *key)
{
	struct fault f = join(s, a, key);
	if (!fault_is_set(f) && key->n != HPKE_KEY_BYTES)
		f = fault_at(FAULT_LENGTH, key->n, "hpke");
	if (fault_is_set(f))
		*key = (struct bytes){NULL, 0};
	return f;
}

/* Not the hash but its 64 characters in lower case. */
static struct fault read_hatt(const struct chunk_set *s, struct arena *a, struct sha256 *commitment)
{
	struct bytes text;
	struct sha256 hash;
	struct fault f = join(s, a, &text);
	if (fault_is_set(f))
		return f;
	if (text.n != HATT_CHARACTERS)
		return fault_at(FAULT_LENGTH, text.n, "hatt");
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];
		if (!is_digit(c) && (c < 'a' || c > 'f'))
			return fault_at(FAULT_ENCODING, i, "hatt");
		uint8_t v = is_digit(c) ? (uint8_t)(c - '0') : (uint8_t)(c - 'a' + 10);
		hash.b[i / 2] = (uint8_t)(i % 2 ? hash.b[i / 2] | v : v << 4);
	}
	*commitment = hash;
	return FAULT_OK;
}

/* A whole document. One of a version that is not known is for the caller to tell. */
static struct fault read_document(const struct chunk_set *s, struct arena *a, struct bytes *document)
{
	struct bytes deflated, text = {NULL, 0};
	struct buffer inflated;
	struct document parsed;
	struct fault f = join(s, a, &deflated);
	if (fault_is_set(f))
		return f;
	buffer_init(&inflated, LIMIT_DCODE_DOCUMENT_BYTES);
	f = gzip_inflate(deflated, &inflated);
	if (!fault_is_set(f)) {
		text = arena_bytes(a, buffer_bytes(&inflated));
		if (text.n != inflated.n)
			f = fault_at(FAULT_LIMIT, 0, fields[s->kind]);
	}
	buffer_release(&inflated);
	if (!fault_is_set(f))
		f = document_parse(text, a, &parsed);
	if (fault_is_set(f) && f.code != FAULT_UNSUPPORTED)
		return f;
	*document = text;
	return FAULT_OK;
}

/* ---- generation 1: chunks under the host's own name ---- */

static struct match_set *set_of_names(const struct san_name *names, size_t n, struct arena *a)
{
	struct bytes *hosts = arena_array(a, n, sizeof(*hosts));
	size_t count = 0;
	for (size_t i = 0; hosts && i < n; i++)
		if (names[i].readable && names[i].text.n > 0)
			hosts[count++] = names[i].text;
	return hosts ? match_set_build(a, hosts, count) : NULL;
}

/* All chunks under one host; false where there are too few for a document. */
static bool collect_generation_1(const struct san_name *names, size_t n, struct bytes base, struct chunk_set *s)
{
	struct tinfoil_label l;
	*s = (struct chunk_set){.kind = TINFOIL_GENERATION_1};
	for (size_t i = 0; i < n; i++)
		if (!names[i].chunk && first_label(names[i].text, &l) && bytes_equal(l.suffix, base))
			add_chunk(s, &names[i], &l);
	return s->characters >= TINFOIL_DOCUMENT_CHARACTERS;
}

static void mark_generation_1(struct san_name *names, size_t n, struct bytes base)
{
	struct tinfoil_label l;
	for (size_t i = 0; i < n; i++)
		if (first_label(names[i].text, &l) && bytes_equal(l.suffix, base))
			names[i].chunk = true;
}

/* The set, if there is one. Sets under two hosts are a fault, as nobody can say which one counts. */
static bool find_generation_1(struct san_name *names, size_t n, struct arena *a, struct chunk_set *s)
{
	struct match_set *hosts = NULL;
	struct tinfoil_label l;
	struct chunk_set *next = NULL;
	size_t tried = 0;
	bool found = false;
	for (size_t i = 0; i < n; i++) {
		if (names[i].chunk || !tinfoil_is_first_of_generation_1(names[i].text, &l))
			continue;
		if (!hosts) {
			hosts = set_of_names(names, n, a);
			next = arena_alloc(a, sizeof(*next));
		}
		bool listed = hosts && next && match_set_has(hosts, l.suffix);
		if (hosts && next && !listed)
			continue;
		if (!listed || tried++ >= BASES_MAX) {
			s->kind = TINFOIL_GENERATION_1;
			set_fault(s, FAULT_LIMIT, 0);
			return true;
		}
		if (!collect_generation_1(names, n, l.suffix, next))
			continue;
		mark_generation_1(names, n, l.suffix);
		if (!found)
			*s = *next;
		else
			set_fault(s, FAULT_MISMATCH, 0);
		found = true;
	}
	return found;
}

/* ---- all of it ---- */

/* Sets of chunks by kind. Marks their names. */
static void collect_sets(struct san_name *names, size_t n, struct chunk_set sets[TINFOIL_ATT + 1])
{
	size_t full = 0;
	bool first = false;
	for (unsigned k = TINFOIL_HPKE; k <= TINFOIL_ATT; k++)
		sets[k].kind = (enum tinfoil_chunk)k;
	for (size_t i = 0; i < n; i++) {
		struct tinfoil_label l = tinfoil_label_of(names[i].text);
		if (l.kind == TINFOIL_NONE)
			continue;
		names[i].chunk = true;
		add_chunk(&sets[l.kind], &names[i], &l);
		if (l.kind == TINFOIL_ATT) {
			first |= tinfoil_is_first_of_document(&l);
			full += tinfoil_full_characters(names[i].text, &l);
		}
	}
	/* "01router.att.example" is an honest host unless something says that it is a chunk. */
	if (sets[TINFOIL_ATT].count == 0 || sets[TINFOIL_HPKE].count > 0 || sets[TINFOIL_HATT].count > 0 || first ||
	    full >= TINFOIL_DOCUMENT_CHARACTERS)
		return;
	sets[TINFOIL_ATT].count = 0;
	for (size_t i = 0; i < n; i++)
		names[i].chunk = false;
}

static struct extraction *add_tinfoil(struct extractions *out, const char *carrier, enum extract_form form,
                                      struct fault f, struct bytes payload, struct bytes hpke)
{
	struct extraction *x = extraction_add(out, carrier, "tinfoil", form);
	if (!x)
		return NULL;
	x->fault = f;
	x->payload = payload;
	x->hpke_key = hpke;
	x->binding = BINDING_SPKI_HPKE;
	return x;
}

void tinfoil_extract(struct san_name *names, size_t n, struct arena *a, struct extractions *out)
{
	struct chunk_set *sets = arena_array(a, TINFOIL_GENERATION_1 + 1, sizeof(*sets));
	struct bytes hpke = {NULL, 0}, document = {NULL, 0}, none = {NULL, 0};
	struct fault f;
	if (!sets) {
		add_tinfoil(out, "tinfoil.hatt", EXTRACT_COMMITMENT, fault_at(FAULT_LIMIT, 0, "names"), none, none);
		return;
	}
	collect_sets(names, n, sets);
	bool has_hpke = sets[TINFOIL_HPKE].count > 0;
	struct fault hpke_fault = has_hpke ? read_hpke(&sets[TINFOIL_HPKE], a, &hpke) : FAULT_OK;
	if (sets[TINFOIL_HATT].count > 0) {
		struct sha256 commitment = {{0}};
		f = read_hatt(&sets[TINFOIL_HATT], a, &commitment);
		struct extraction *x = add_tinfoil(out, "tinfoil.hatt", EXTRACT_COMMITMENT, f, none, hpke);
		if (x)
			x->commitment = commitment;
	}
	if (sets[TINFOIL_ATT].count > 0) {
		f = read_document(&sets[TINFOIL_ATT], a, &document);
		add_tinfoil(out, "tinfoil.att", EXTRACT_DOCUMENT, f, document, hpke);
	}
	if (find_generation_1(names, n, a, &sets[TINFOIL_GENERATION_1])) {
		document = none;
		f = read_document(&sets[TINFOIL_GENERATION_1], a, &document);
		struct extraction *x = add_tinfoil(out, "tinfoil.generation-1", EXTRACT_DOCUMENT, f, document, hpke);
		if (x)
			x->binding = BINDING_SPKI_HEX;
	}
	/* A key beside evidence belongs to it; a broken one is malformed evidence of its own. */
	if (has_hpke && (fault_is_set(hpke_fault) || out->n == 0))
		add_tinfoil(out, "tinfoil.hpke", EXTRACT_KEY_ONLY, hpke_fault, none, hpke);
}
