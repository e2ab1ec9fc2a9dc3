#include "extract/match.h"

#include "base/text.h"
#include "cert/names.h"
#include "extract/part.h"

/* A hash table of the watched domains; every suffix of a name is looked up, label by label. */
struct match_set {
	struct bytes *slots; /* empty: free */
	size_t mask;
	size_t count;
	struct bytes *domains;
};

static uint64_t hash_of(struct bytes b)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
	for (size_t i = 0; i < b.n; i++)
		h = (h ^ b.p[i]) * UINT64_C(0x100000001b3);
	return h ^ h >> 29;
}

struct match_set *match_set_build(struct arena *a, const struct bytes *domains, size_t n)
{
	size_t size = 16;
	while (size < n * 3)
		size *= 2;
	struct match_set *set = arena_alloc(a, sizeof(*set));
	struct bytes *slots = arena_array(a, size, sizeof(*slots));
	struct bytes *copies = arena_array(a, n, sizeof(*copies));
	if (!set || !slots || !copies)
		return NULL;
	*set = (struct match_set){slots, size - 1, n, copies};
	for (size_t i = 0; i < n; i++) {
		copies[i] = arena_bytes(a, domains[i]);
		if (copies[i].n != domains[i].n)
			return NULL;
		size_t at = hash_of(copies[i]) & set->mask;
		while (slots[at].n > 0 && !bytes_equal(slots[at], copies[i]))
			at = (at + 1) & set->mask;
		slots[at] = copies[i];
	}
	return set;
}

static bool contains(const struct match_set *set, struct bytes domain)
{
	for (size_t at = hash_of(domain) & set->mask; set->slots[at].n > 0; at = (at + 1) & set->mask)
		if (bytes_equal(set->slots[at], domain))
			return true;
	return false;
}

bool match_name(const struct match_set *set, struct bytes name)
{
	if (!set || set->count == 0)
		return false;
	struct bytes rest = name;
	while (rest.n > 0) {
		if (contains(set, rest))
			return true;
		const uint8_t *dot = memchr(rest.p, '.', rest.n);
		if (!dot)
			break;
		rest = bytes_of(dot + 1, rest.n - (size_t)(dot - rest.p) - 1);
	}
	if (name.n < 2 || name.p[0] != '*')
		return false;
	/* A wildcard may stand for a watched host one label deeper; rare, so a plain walk will do. */
	for (size_t i = 0; i < set->count; i++)
		if (cert_name_under(name, set->domains[i]))
			return true;
	return false;
}

/* An unreadable name concerns us where its readable end lies under a watched domain, or where the part
 * that cannot be read reaches into what a watched domain would need. */
static bool match_unreadable(const struct match_set *set, struct bytes name)
{
	if (match_name(set, name))
		return true;
	for (size_t i = 0; i < set->count; i++) {
		struct bytes d = set->domains[i];
		bool could = name.n > 0;
		for (size_t k = 1; could && k <= d.n && k <= name.n; k++) {
			uint8_t c = name.p[name.n - k];
			bool odd = !(c == '-' || c == '.' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'));
			if (odd)
				break; /* from here on it may be anything */
			could = c == d.p[d.n - k];
			if (k == name.n && k < d.n)
				could = false;
		}
		if (could)
			return true;
	}
	return false;
}

static bool is_generation_1(struct bytes name)
{
	unsigned index;
	struct bytes text, rest;
	return tinfoil_first_label(name, &index, &text, &rest) && index == 0 &&
	       bytes_starts_with(text, BYTES_LITERAL("d6fq")) && text.n >= 16;
}

static unsigned match_one(const struct match_set *set, const struct cert_name *n)
{
	if (!n->readable)
		return match_unreadable(set, n->text) ? MATCH_WATCHED : 0;
	unsigned reasons = match_name(set, n->text) ? MATCH_WATCHED : 0;
	/* Chunk labels begin with a digit: most names are done after one look. */
	if (n->kind == CERT_NAME_DNS && n->text.n > 2 && n->text.p[0] >= '0' && n->text.p[0] <= '9' &&
	    (tinfoil_label_of(n->text).kind != TINFOIL_NONE || is_generation_1(n->text)))
		reasons |= MATCH_MARKER;
	return reasons;
}

unsigned match_certificate(const struct match_set *set, const struct cert *c, struct fault *fault)
{
	struct cert_names walk;
	struct cert_name name;
	struct cert_extension e;
	unsigned reasons = 0;
	cert_names_start(&walk, c);
	while (cert_names_next(&walk, &name))
		reasons |= match_one(set, &name);
	struct cursor extensions = cert_extensions(c);
	while (cert_extension_next(&extensions, &e))
		if (carrier_of(&e))
			reasons |= MATCH_OID;
	*fault = fault_is_set(walk.fault) ? walk.fault : extensions.fault;
	/* A list of names or extensions that breaks off may hide what we look for: look into its bytes. */
	if (reasons == 0 && fault_is_set(*fault) && match_raw(set, c->tbs))
		reasons = MATCH_UNREADABLE;
	return reasons;
}

/* ---- bytes that are no certificate ---- */

static bool find_nocase(struct bytes in, struct bytes needle)
{
	for (size_t i = 0; needle.n > 0 && i + needle.n <= in.n; i++)
		if (text_lower(in.p[i]) == needle.p[0] && text_equal_nocase(bytes_slice(in, i, needle.n), needle))
			return true;
	return false;
}

bool match_raw(const struct match_set *set, struct bytes der)
{
	static const char *const markers[] = {".hpke.", ".hatt.", ".att."};
	for (size_t i = 0; set && i < set->count; i++)
		if (find_nocase(der, set->domains[i]))
			return true;
	for (size_t i = 0; i < sizeof(markers) / sizeof(markers[0]); i++)
		if (find_nocase(der, bytes_of_text(markers[i])))
			return true;
	for (size_t i = 0; i < extract_carrier_count; i++) {
		struct bytes oid = extract_carriers[i].oid;
		if (oid.n >= 6 && memmem(der.p, der.n, oid.p, oid.n))
			return true;
	}
	return false;
}
