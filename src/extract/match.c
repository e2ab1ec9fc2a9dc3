#include "extract/match.h"

#include "base/text.h"
#include "cert/names.h"
#include "extract/part.h"

enum {
	DOMAIN_MAX = 255,
	CANDIDATES_MAX = 4,        /* generation-1 sets of one certificate that are looked into */
	COMPARISONS_MAX = 1 << 20, /* of unreadable names with domains, for one certificate */
	WIDE_SKIP = 3,             /* zero bytes between two characters: UniversalString has three */
	ODD_RUN_MAX = 4            /* characters that unreadable bytes in a row can stand for */
};

/* ---- watched domains, found by their end ---- */

/* What a text is: a watched domain, or what is left of one without its first label (a wildcard over it may stand for
 * the domain). */
struct watched {
	struct bytes text; /* empty: a free slot */
	bool domain, parent;
};

/* A hash table. Hashes run over a text from its end, so that all ends of a name are looked up in one pass. */
struct match_set {
	struct watched *slots;
	size_t mask;
	const struct bytes *domains;
	size_t count;
	size_t longest;    /* of the texts */
	bool ends[256];    /* last bytes of domains and parents */
};

static const uint64_t hash_start = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

static uint64_t hash_step(uint64_t h, uint8_t c)
{
	return (h ^ c) * UINT64_C(0x100000001b3);
}

static uint64_t hash_of(struct bytes text)
{
	uint64_t h = hash_start;
	for (size_t i = text.n; i > 0; i--)
		h = hash_step(h, text.p[i - 1]);
	return h;
}

static struct watched *slot_of(const struct match_set *set, uint64_t h, struct bytes text)
{
	size_t at = (h ^ h >> 29) & set->mask;
	while (set->slots[at].text.n > 0 && !bytes_equal(set->slots[at].text, text))
		at = (at + 1) & set->mask;
	return &set->slots[at];
}

/* What stands behind the first label; empty where nothing does. */
static struct bytes parent_of(struct bytes domain)
{
	const uint8_t *dot = domain.n > 0 ? memchr(domain.p, '.', domain.n) : NULL;
	return dot ? bytes_of(dot + 1, domain.n - (size_t)(dot - domain.p) - 1) : (struct bytes){NULL, 0};
}

static struct watched *add_text(struct match_set *set, struct bytes text)
{
	struct watched *w = slot_of(set, hash_of(text), text);
	w->text = text;
	set->ends[text.p[text.n - 1]] = true;
	if (text.n > set->longest)
		set->longest = text.n;
	return w;
}

struct match_set *match_set_build(struct arena *a, const struct bytes *domains, size_t n)
{
	size_t size = 16;
	if (n > SIZE_MAX / 128)
		return NULL;
	while (size < n * 4)
		size *= 2;
	struct match_set *set = arena_alloc(a, sizeof(*set));
	struct watched *slots = arena_array(a, size, sizeof(*slots));
	struct bytes *copies = arena_array(a, n, sizeof(*copies));
	if (!set || !slots || !copies)
		return NULL;
	set->slots = slots;
	set->mask = size - 1;
	set->domains = copies;
	for (size_t i = 0; i < n; i++) {
		struct bytes copy = arena_bytes(a, domains[i]), parent = parent_of(copy);
		if (copy.n != domains[i].n)
			return NULL;
		if (copy.n == 0)
			continue;
		copies[set->count++] = copy;
		add_text(set, copy)->domain = true;
		if (parent.n > 0)
			add_text(set, parent)->parent = true;
	}
	return set;
}

bool match_set_has(const struct match_set *set, struct bytes domain)
{
	return domain.n > 0 && slot_of(set, hash_of(domain), domain)->domain;
}

bool match_name(const struct match_set *set, struct bytes name)
{
	uint64_t h = hash_start;
	bool wildcard = name.n > 2 && name.p[0] == '*' && name.p[1] == '.';
	if (!set || set->count == 0)
		return false;
	for (size_t i = name.n; i > 0 && name.n - i < set->longest; i--) {
		h = hash_step(h, name.p[i - 1]);
		if (i > 1 && name.p[i - 2] != '.')
			continue;
		const struct watched *w = slot_of(set, h, bytes_of(name.p + i - 1, name.n - i + 1));
		if (w->domain || (w->parent && wildcard && i == 3))
			return true;
	}
	return false;
}

bool match_set_ends(const struct match_set *set, struct bytes text)
{
	uint8_t run[DOMAIN_MAX + 1]; /* filled from its end */
	uint64_t h = hash_start;
	size_t n = 0, zeros = 0;
	if (!set || text.n == 0 || !set->ends[text_lower(text.p[text.n - 1])])
		return false;
	for (size_t i = text.n; i > 0 && n < set->longest && n < sizeof(run) && zeros <= WIDE_SKIP; i--) {
		uint8_t c = text_lower(text.p[i - 1]);
		zeros = c == 0 ? zeros + 1 : 0;
		if (c == 0)
			continue;
		h = hash_step(h, c);
		run[sizeof(run) - ++n] = c;
		const struct watched *w = slot_of(set, h, bytes_of(run + sizeof(run) - n, n));
		if (w->domain || (w->parent && i > 2 && text.p[i - 2] == '.' && text.p[i - 3] == '*'))
			return true;
	}
	return false;
}

/* ---- names that cannot be read ---- */

static bool is_plain(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/* Could this be a name under the domain, if each byte that no host name has stood for one character or none, and '*'
 * for any number of a label's? What is left must agree. reached[k]: the last k characters of the domain are
 * accounted for. */
static bool could_be_under(struct bytes raw, struct bytes domain)
{
	bool reached[DOMAIN_MAX + 1];
	size_t high = 0, n = domain.n, run = 0; /* none above `high` is reached */
	if (n > DOMAIN_MAX)
		return false;
	reached[0] = true;
	memset(reached + 1, 0, n);
	for (size_t i = raw.n; i > 0; i--) {
		uint8_t c = text_lower(raw.p[i - 1]);
		bool plain = is_plain(c), any = false;
		if (reached[n] && (c == '.' || !plain))
			return true; /* all of the domain, and a boundary before it */
		run = plain ? 0 : run + 1;
		high = c == '*' || high >= n ? n : high + 1;
		for (size_t k = high; k > 0 && c != '*'; k--) {
			bool next = reached[k - 1] && (plain ? domain.p[n - k] == c : run <= ODD_RUN_MAX);
			reached[k] = next || (!plain && reached[k]);
			any |= reached[k];
		}
		for (size_t k = 1; k <= n && c == '*'; k++)
			reached[k] |= reached[k - 1] && domain.p[n - k] != '.';
		reached[0] &= !plain;
		if (plain && !any)
			return false;
	}
	return reached[n];
}

/* The label that ends at *end (exclusive), which moves before the dot; empty in front of the first one. */
static struct bytes last_label(struct bytes name, size_t *end)
{
	size_t from = *end;
	while (from > 0 && name.p[from - 1] != '.')
		from--;
	struct bytes label = bytes_of(name.p + from, *end - from);
	*end = from > 0 ? from - 1 : 0;
	return label;
}

/* Label by label, where one with bytes outside ASCII, in whatever character set, may be any A-label. */
static bool could_be_under_a_labels(struct bytes raw, struct bytes domain)
{
	size_t r = raw.n, d = domain.n;
	while (d > 0) {
		struct bytes want = last_label(domain, &d), have = last_label(raw, &r);
		bool odd = false;
		for (size_t i = 0; i < have.n; i++)
			odd |= have.p[i] >= 0x80;
		if (odd ? !bytes_starts_with(want, BYTES_LITERAL("xn--")) : !text_equal_nocase(have, want))
			return false;
	}
	return true;
}

/* A public log has odd names all the time. One concerns us where its readable end lies under a watched domain
 * (watched), or where putting few characters in the place of its unreadable bytes makes it a name there. */
static unsigned match_unreadable(const struct match_set *set, struct bytes raw, size_t *comparisons)
{
	while (raw.n > 0 && (raw.p[raw.n - 1] == '.' || raw.p[raw.n - 1] == ' ' || raw.p[raw.n - 1] == 0))
		raw.n--;
	uint8_t end[DOMAIN_MAX + 1];
	size_t n = 0;
	while (n < raw.n && n < sizeof(end) && is_plain(text_lower(raw.p[raw.n - 1 - n]))) {
		end[sizeof(end) - 1 - n] = text_lower(raw.p[raw.n - 1 - n]);
		n++;
	}
	/* A cut in the middle of a label makes no boundary: that label is left out. */
	struct bytes readable = bytes_of(end + sizeof(end) - n, n);
	if (n == sizeof(end) || (n < raw.n && n > 0 && raw.p[raw.n - 1 - n] != ' '))
		readable = parent_of(readable);
	if (match_name(set, readable))
		return MATCH_WATCHED;
	for (size_t i = 0; set && i < set->count; i++) {
		if (++*comparisons > COMPARISONS_MAX || could_be_under(raw, set->domains[i]) ||
		    could_be_under_a_labels(raw, set->domains[i]))
			return MATCH_UNREADABLE;
	}
	return match_raw_marker(raw) ? MATCH_UNREADABLE : 0;
}

/* ---- markers ---- */

/* What is seen of the markers in the course of a walk. */
struct marks {
	struct bytes candidates[CANDIDATES_MAX]; /* hosts of generation-1 sets, views into the certificate */
	size_t candidate_count;
	size_t document_characters;
	size_t comparisons;
};

/* att.example.org may be an honest zone: its chunks must look like a document's (as in tinfoil.c). */
static unsigned match_marker(const struct cert_name *n, struct marks *m)
{
	struct tinfoil_label l = tinfoil_label_of(n->text);
	if (l.kind == TINFOIL_HPKE || l.kind == TINFOIL_HATT)
		return MATCH_MARKER;
	if (l.kind == TINFOIL_ATT) {
		m->document_characters += tinfoil_full_characters(n->text, &l);
		return tinfoil_is_first_of_document(&l) || m->document_characters >= TINFOIL_DOCUMENT_CHARACTERS
		               ? MATCH_MARKER : 0;
	}
	if (!tinfoil_is_first_of_generation_1(n->text, &l))
		return 0;
	if (m->candidate_count == CANDIDATES_MAX)
		return MATCH_MARKER; /* more of them than honest names can be */
	const uint8_t *dot = memchr(n->raw.p, '.', n->raw.n);
	if (!dot || !text_equal_nocase(n->raw, n->text)) /* `text` does not outlive this step of the walk */
		return MATCH_MARKER;
	m->candidates[m->candidate_count++] = bytes_of(dot + 1, n->raw.n - (size_t)(dot - n->raw.p) - 1);
	return 0;
}

static unsigned match_one(const struct match_set *set, const struct cert_name *n, struct marks *m)
{
	unsigned reasons = match_name(set, n->text) ? MATCH_WATCHED : 0;
	if (!n->readable)
		reasons |= match_unreadable(set, n->raw, &m->comparisons);
	if (n->kind != CERT_NAME_DNS)
		return reasons;
	/* Chunks begin with a digit: most names are done after one look. */
	if (n->text.n > 2 && n->text.p[0] >= '0' && n->text.p[0] <= '9')
		reasons |= match_marker(n, m);
	return evervault_is(n->raw) ? reasons | MATCH_MARKER : reasons;
}

/* Is one of the candidates another name of the certificate? Rare: nothing else begins with 00d6fq. */
static unsigned match_candidates(const struct cert *c, const struct marks *m)
{
	struct cert_names walk;
	struct cert_name name;
	cert_names_start(&walk, c);
	while (cert_names_next(&walk, &name)) {
		if (name.kind != CERT_NAME_DNS)
			continue;
		for (size_t i = 0; i < m->candidate_count; i++)
			if (text_equal_nocase(m->candidates[i], name.text))
				return MATCH_MARKER;
	}
	return 0;
}

unsigned match_certificate(const struct match_set *set, const struct cert *c, struct fault *fault)
{
	struct cert_names walk;
	struct cert_name name;
	struct cert_extension e;
	struct marks marks = {.candidate_count = 0};
	unsigned reasons = 0;
	cert_names_start(&walk, c);
	while (cert_names_next(&walk, &name))
		reasons |= match_one(set, &name, &marks);
	if (marks.candidate_count > 0 && !(reasons & MATCH_MARKER))
		reasons |= match_candidates(c, &marks);
	struct cursor extensions = cert_extensions(c);
	while (cert_extension_next(&extensions, &e))
		if (carrier_of(e.oid, e.value))
			reasons |= MATCH_OID;
	*fault = fault_is_set(walk.fault) ? walk.fault : extensions.fault;
	/* A list of names or extensions that breaks off may hide what we look for: look into its bytes. */
	if (fault_is_set(*fault) && match_raw(set, c->tbs))
		reasons |= MATCH_UNREADABLE;
	return reasons;
}
