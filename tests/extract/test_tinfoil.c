/* Attestation in names: every form good, every rule of facts tinfoil 2.7 broken once, and small changes everywhere. */
#include "base/text.h"
#include "maker.h"

#define SUFFIX "tinfoil.sh"
#define V2 "https://tinfoil.sh/predicate/sev-snp-guest/v2"
#define V1 "https://tinfoil.sh/predicate/sev-snp-guest/v1"

enum { TOO_LARGE = (1 << 20) + 1 };

static const char hash_text[] = "3b9c446cd8ade7b1d808759ea570f5d15aec4eca53b90288cb505f38a32e5d95";

static struct bytes test_key(void)
{
	static uint8_t key[32];
	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)(i * 7 + 1);
	return bytes_of(key, sizeof(key));
}

static void make_hatt(struct maker *m)
{
	maker_init(m);
	maker_name(m, "app.example.org");
	maker_name(m, "*.app.example.org");
	maker_chunks(m, test_key(), "hpke." SUFFIX);
	maker_chunks(m, bytes_of_text(hash_text), "hatt." SUFFIX);
}

static void replace_name(struct maker *m, size_t i, const char *name)
{
	free((void *)(uintptr_t)m->names[i].p);
	m->names[i] = bytes_of(strdup(name), strlen(name));
}

static void drop_name(struct maker *m, size_t i)
{
	free((void *)(uintptr_t)m->names[i].p);
	memmove(&m->names[i], &m->names[i + 1], (m->count - i - 1) * sizeof(m->names[0]));
	m->count--;
}

/* The commitment is the hash, the key is the key, the hosts are the hosts. */
static void check_good_hatt(const struct found *f)
{
	const struct extraction *x = found_carrier(f, "tinfoil.hatt");
	uint8_t want[32];
	CHECK_U64(f->extractions.n, 1);
	CHECK(f->reasons & MATCH_MARKER);
	CHECK(hex_decode(bytes_of_text(hash_text), want, sizeof(want)));
	CHECK(x != NULL);
	if (!x)
		return;
	CHECK_TEXT(x->scheme, "tinfoil");
	CHECK(!fault_is_set(x->fault));
	CHECK(x->form == EXTRACT_COMMITMENT);
	CHECK(memcmp(x->commitment.b, want, sizeof(want)) == 0);
	CHECK(bytes_equal(x->hpke_key, test_key()));
}

TEST(hash_and_key)
{
	struct maker m;
	struct found f;
	make_hatt(&m);
	found_make(&f, &m);
	check_good_hatt(&f);
	CHECK_U64(f.extractions.host_count, 1);
	CHECK_TEXT(f.extractions.hosts[0], "app.example.org");
	found_release(&f);
	maker_release(&m);
}

/* Authorities sort names; some change their case. */
TEST(order_and_case_do_not_matter)
{
	struct maker m;
	struct found f;
	uint64_t seed = 1;
	for (int round = 0; round < 20; round++) {
		make_hatt(&m);
		for (size_t i = m.count; i > 1; i--) {
			size_t k = test_random(&seed) % i;
			struct bytes t = m.names[i - 1];
			m.names[i - 1] = m.names[k];
			m.names[k] = t;
		}
		for (size_t i = 0; i < m.count; i++)
			for (size_t k = 0; k < m.names[i].n; k++) {
				uint8_t *c = (uint8_t *)(uintptr_t)&m.names[i].p[k];
				if (*c >= 'a' && *c <= 'z' && test_random(&seed) & 1)
					*c = (uint8_t)(*c - 32);
			}
		found_make(&f, &m);
		check_good_hatt(&f);
		found_release(&f);
		maker_release(&m);
	}
}

TEST(any_suffix)
{
	struct maker m;
	struct found f;
	maker_init(&m);
	maker_name(&m, "app.customer.example");
	maker_chunks(&m, test_key(), "hpke.customer.example");
	maker_chunks(&m, bytes_of_text(hash_text), "hatt.customer.example");
	found_make(&f, &m);
	check_good_hatt(&f);
	found_release(&f);
	maker_release(&m);
}

TEST(key_alone)
{
	struct maker m;
	struct found f;
	maker_init(&m);
	maker_name(&m, "app.example.org");
	maker_chunks(&m, test_key(), "hpke." SUFFIX);
	found_make(&f, &m);
	const struct extraction *x = found_carrier(&f, "tinfoil.hpke");
	CHECK_U64(f.extractions.n, 1);
	CHECK(x && x->form == EXTRACT_KEY_ONLY && !fault_is_set(x->fault) && bytes_equal(x->hpke_key, test_key()));
	found_release(&f);
	maker_release(&m);
}

/* A document in the names, under "att" or under the host's own name. */
static void check_document(bool generation_1)
{
	uint8_t report[1184];
	struct maker m;
	struct found f;
	fill_report(report, 3);
	char *text = make_document(generation_1 ? V1 : V2, bytes_of(report, sizeof(report)), !generation_1);
	maker_init(&m);
	maker_name(&m, "app.example.org");
	if (generation_1) {
		maker_document_chunks(&m, text, "app.example.org");
	} else {
		maker_chunks(&m, test_key(), "hpke." SUFFIX);
		maker_document_chunks(&m, text, "att." SUFFIX);
	}
	found_make(&f, &m);
	const struct extraction *x = found_carrier(&f, generation_1 ? "tinfoil.generation-1" : "tinfoil.att");
	CHECK_U64(f.extractions.n, 1);
	CHECK(f.reasons & MATCH_MARKER);
	CHECK(x && x->form == EXTRACT_DOCUMENT && !fault_is_set(x->fault));
	CHECK(x && bytes_equal_text(x->payload, text));
	CHECK(x && (generation_1 ? x->hpke_key.n == 0 : bytes_equal(x->hpke_key, test_key())));
	CHECK_U64(f.extractions.host_count, 1);
	found_release(&f);

	/* A gap is found wherever it is, if the set is still seen to be one. */
	for (size_t i = generation_1 ? 2 : 3; i < m.count; i++) {
		struct bytes kept = m.names[i];
		m.names[i] = m.names[m.count - 1];
		m.names[m.count - 1] = kept;
		m.count--;
		found_make(&f, &m);
		x = found_carrier(&f, generation_1 ? "tinfoil.generation-1" : "tinfoil.att");
		CHECK_THAT(x && fault_is_set(x->fault) && x->payload.n == 0, "name %zu is missing", i);
		found_release(&f);
		m.count++;
		kept = m.names[m.count - 1];
		m.names[m.count - 1] = m.names[i];
		m.names[i] = kept;
	}
	maker_release(&m);
	free(text);
}

TEST(whole_document)
{
	check_document(false);
}

TEST(whole_document_of_generation_1)
{
	check_document(true);
}

/* ---- each rule broken ---- */

struct broken {
	const char *what;
	size_t index;          /* of the name that is replaced; hpke: 2, 3; hatt: 4 to 6 */
	const char *name;      /* NULL: dropped */
	const char *carrier;   /* that must be malformed */
	enum fault_code code;
};

/* "app", "*.app", hpke 00 and 01, hatt 00 to 02. */
static const struct broken broken[] = {
	{"a gap in the hash", 5, NULL, "tinfoil.hatt", FAULT_MISSING},
	{"the hash's first piece missing", 4, NULL, "tinfoil.hatt", FAULT_MISSING},
	{"a gap in the key", 2, NULL, "tinfoil.hpke", FAULT_MISSING},
	{"a key without its end", 3, NULL, "tinfoil.hpke", FAULT_ENCODING}, /* one stray bit */
	{"a hash without its end", 6, NULL, "tinfoil.hatt", FAULT_ENCODING},
	{"an index twice", 5, "00aaaa.hatt." SUFFIX, "tinfoil.hatt", FAULT_DUPLICATE},
	{"three digits of index", 6, "100aaaa.hatt." SUFFIX, "tinfoil.hatt", FAULT_ENCODING},
	{"a digit that base32 has not", 6, "021agmtfgvsdsni.hatt." SUFFIX, "tinfoil.hatt", FAULT_ENCODING},
	{"a hyphen", 3, "01-yma6q.hpke." SUFFIX, "tinfoil.hpke", FAULT_ENCODING},
	{"two suffixes", 6, "02qtgmtfgvsdsni.hatt.example.org", "tinfoil.hatt", FAULT_MISMATCH},
	{"a key of 33 bytes", 3, "01aaaaaaaa.hpke." SUFFIX, "tinfoil.hpke", FAULT_LENGTH},
	{"stray bits", 6, "02qtgmtfgvsdsnj.hatt." SUFFIX, "tinfoil.hatt", FAULT_ENCODING},
	{"a label that DNS does not have", 6,
	 "02aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.hatt." SUFFIX, "tinfoil.hatt",
	 FAULT_LENGTH},
	{"a byte that no name has", 6, "02qtgmt\x01gvsdsni.hatt." SUFFIX, "tinfoil.hatt", FAULT_ENCODING},
};

TEST(each_rule)
{
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		const struct broken *b = &broken[i];
		bool hpke = strcmp(b->carrier, "tinfoil.hpke") == 0;
		struct maker m;
		struct found f;
		make_hatt(&m);
		CHECK_U64(m.count, 7);
		if (b->name)
			replace_name(&m, b->index, b->name);
		else
			drop_name(&m, b->index);
		found_make(&f, &m);
		const struct extraction *x = found_carrier(&f, b->carrier), *hatt = found_carrier(&f, "tinfoil.hatt");
		CHECK_THAT(x != NULL, "%s", b->what);
		CHECK_THAT(x && x->fault.code == b->code, "%s: %s", b->what,
		           x ? fault_code_name(x->fault.code) : "none");
		CHECK_THAT(x && (hpke ? x->hpke_key.n == 0 : bytes_is_zero(sha256_bytes(&x->commitment))), "%s",
		           b->what);
		/* A broken key does not spoil the hash, and the other way round. */
		CHECK_THAT(hatt && fault_is_set(hatt->fault) == !hpke, "%s", b->what);
		CHECK_THAT(hatt && hatt->hpke_key.n == (hpke ? 0 : 32), "%s", b->what);
		CHECK_THAT(f.extractions.n == (hpke ? 2 : 1), "%s", b->what);
		CHECK_THAT(f.reasons & MATCH_MARKER, "%s", b->what);
		CHECK_THAT(f.extractions.host_count == 1, "%s: %zu hosts", b->what, f.extractions.host_count);
		found_release(&f);
		maker_release(&m);
	}
}

/* Payloads that are cut and coded well, and are not what they should be. */
static void check_payload(const char *suffix, struct bytes payload, const char *carrier, enum fault_code code)
{
	struct maker m;
	struct found f;
	maker_init(&m);
	maker_name(&m, "app.example.org");
	maker_chunks(&m, payload, suffix);
	found_make(&f, &m);
	const struct extraction *x = found_carrier(&f, carrier);
	CHECK_THAT(x && x->fault.code == code, "%s under %s: %s", carrier, suffix,
	           x ? fault_code_name(x->fault.code) : "not found");
	CHECK(x && x->payload.n == 0);
	found_release(&f);
	maker_release(&m);
}

static void check_deflated(const char *suffix, struct bytes document, const char *carrier, enum fault_code code)
{
	struct buffer deflated = new_buffer();
	CHECK(gzip_deflate(document, &deflated));
	check_payload(suffix, buffer_bytes(&deflated), carrier, code);
	buffer_release(&deflated);
}

TEST(payloads)
{
	char text[65];
	check_payload("hatt." SUFFIX, bytes_of(hash_text, 63), "tinfoil.hatt", FAULT_LENGTH);
	memcpy(text, hash_text, sizeof(text));
	text[63] = 'F';
	check_payload("hatt." SUFFIX, bytes_of(text, 64), "tinfoil.hatt", FAULT_ENCODING);
	text[63] = 'g';
	check_payload("hatt." SUFFIX, bytes_of(text, 64), "tinfoil.hatt", FAULT_ENCODING);
	check_payload("hpke." SUFFIX, bytes_of(hash_text, 31), "tinfoil.hpke", FAULT_LENGTH);
	check_deflated("att." SUFFIX, BYTES_LITERAL("[\"no document\"]"), "tinfoil.att", FAULT_UNRECOGNISED);
	check_deflated("att." SUFFIX, BYTES_LITERAL("{\"format\":\"" V2 "\""), "tinfoil.att", FAULT_SYNTAX);
	check_deflated("att." SUFFIX, BYTES_LITERAL("{\"format\":\"" V2 "\"}"), "tinfoil.att", FAULT_MISSING);
	check_deflated("att." SUFFIX, BYTES_LITERAL("{\"format\":\"" V2 "\",\"body\":\"AAAA\"}"), "tinfoil.att",
	               FAULT_ENCODING);

	/* As much as 100 names hold of what inflates to more than 1 MiB. */
	struct buffer large = new_buffer(), deflated = new_buffer();
	memset(buffer_reserve(&large, TOO_LARGE), ' ', TOO_LARGE);
	buffer_added(&large, TOO_LARGE);
	check_deflated("att." SUFFIX, buffer_bytes(&large), "tinfoil.att", FAULT_LIMIT);

	/* Cut short, and with something behind it. */
	uint8_t report[1184];
	fill_report(report, 5);
	char *document = make_document(V2, bytes_of(report, sizeof(report)), true);
	CHECK(gzip_deflate(bytes_of_text(document), &deflated));
	check_payload("att." SUFFIX, bytes_of(deflated.p, deflated.n - 5), "tinfoil.att", FAULT_TRUNCATED);
	check_payload("app.example.org", bytes_of(deflated.p, deflated.n - 5), "tinfoil.generation-1", FAULT_TRUNCATED);
	buffer_put(&deflated, "tail!", 5);
	check_payload("att." SUFFIX, buffer_bytes(&deflated), "tinfoil.att", FAULT_TRAILING);
	free(document);
	buffer_release(&large);
	buffer_release(&deflated);
}

/* A version that is not known is no malformed evidence: who reads the document says so. */
TEST(document_of_another_version)
{
	const char *text = "{\"format\":\"https://tinfoil.sh/predicate/sev-snp-guest/v9\",\"body\":\"AAAA\"}";
	struct maker m;
	struct found f;
	maker_init(&m);
	maker_document_chunks(&m, text, "att." SUFFIX);
	found_make(&f, &m);
	const struct extraction *x = found_carrier(&f, "tinfoil.att");
	CHECK(x && !fault_is_set(x->fault) && bytes_equal_text(x->payload, text));
	found_release(&f);
	maker_release(&m);
}

/* ---- what is no evidence ---- */

static void check_none(const char *const *names)
{
	struct maker m;
	struct found f;
	size_t n = 0;
	maker_init(&m);
	for (; names[n]; n++)
		maker_name(&m, names[n]);
	found_make(&f, &m);
	CHECK_THAT(f.extractions.n == 0, "%s: %s", names[0], f.extractions.n ? f.extractions.v[0].carrier : "");
	CHECK_THAT(f.reasons == 0, "%s", names[0]);
	CHECK_THAT(f.extractions.host_count == n, "%s: %zu hosts", names[0], f.extractions.host_count);
	found_release(&f);
	maker_release(&m);
}

TEST(honest_names)
{
	check_none((const char *[]){"www.example.org", "01.example.org", "01web.example.org", "example.org", NULL});
	/* An operator's numbered routers, under a zone that looks like a marker. */
	check_none((const char *[]){"01router.att.example", "02router.att.example", "att.example", NULL});
	check_none((const char *[]){"00d6fqab.example.net", "example.org", NULL}); /* its host is not listed */
	check_none((const char *[]){"hatt.example.org", "hpke.example.org", "ab01.hatt.example.org", NULL});
	check_none((const char *[]){"00abc.hatt", "0.hpke.example.org", "00.hpke.example.org", NULL});
	check_none((const char *[]){"hpke.00abc.example.org", "a.hpke.hatt.att.example.org", NULL});
}

/* Too little for a document: matched, looked into, and not taken for evidence. */
TEST(too_little_for_generation_1)
{
	struct maker m;
	struct found f;
	maker_init(&m);
	maker_name(&m, "example.org");
	maker_name(&m, "00d6fqqaaa.example.org");
	found_make(&f, &m);
	CHECK_U64(f.extractions.n, 0);
	CHECK_U64(f.extractions.host_count, 2);
	found_release(&f);
	maker_release(&m);
}

TEST(generation_1_under_two_hosts)
{
	uint8_t report[1184];
	struct maker m;
	struct found f;
	fill_report(report, 9);
	char *text = make_document(V1, bytes_of(report, sizeof(report)), false);
	maker_init(&m);
	maker_name(&m, "app.example.org");
	maker_name(&m, "web.example.org");
	maker_document_chunks(&m, text, "app.example.org");
	maker_document_chunks(&m, text, "web.example.org");
	found_make(&f, &m);
	const struct extraction *x = found_carrier(&f, "tinfoil.generation-1");
	CHECK(x && x->fault.code == FAULT_MISMATCH && x->payload.n == 0);
	CHECK_U64(f.extractions.n, 1);
	CHECK_U64(f.extractions.host_count, 2);
	found_release(&f);
	maker_release(&m);
	free(text);
}

/* A name list that breaks off is no reason to see nothing. */
TEST(names_that_break_off)
{
	struct maker m;
	struct found f;
	struct buffer list = new_buffer(), value = new_buffer();
	maker_init(&m);
	put_der(&list, DER_CONTEXT | 2, BYTES_LITERAL("app.example.org"));
	buffer_put(&list, "\x82\x7f" "00gnrdsyzugq3ggzbymfsgkn3cgfsdqmbyg42tszlbgu3ta.hatt.tinfoil.sh", 65);
	put_inside(&value, DER_SEQUENCE, &list);
	maker_extension(&m, BYTES_LITERAL("\x55\x1d\x11"), buffer_bytes(&value));
	found_make(&f, &m);
	const struct extraction *x = found_carrier(&f, "certificate");
	CHECK_U64(f.extractions.n, 1);
	CHECK(x && x->fault.code == FAULT_TRUNCATED);
	CHECK(f.reasons & MATCH_UNREADABLE);
	found_release(&f);
	buffer_release(&value);
	maker_release(&m);
}

/* ---- small changes ---- */

/* Names are the same in either case. */
static bool text_is_case_only(uint8_t a, uint8_t b)
{
	return text_lower(a) == text_lower(b);
}

/* gzip has slack of its own, which its checksum does not cover: time and system in the header (the first 10 bytes, 16
 * characters), and bits behind the last block (before the last 8 bytes). The document is the same then. */
static bool is_slack(const struct maker *m, const char *carrier, size_t name, size_t at)
{
	if (strcmp(carrier, "tinfoil.hatt") == 0)
		return false;
	return (memcmp(m->names[name].p, "00", 2) == 0 && at < 2 + 16) || name + 1 >= m->count;
}

/* Change each character of each chunk: what is found is malformed or differs, and never the same payload. */
static void flip_names(struct maker *m, const char *carrier)
{
	struct found good;
	uint64_t seed = 11;
	found_make(&good, m);
	const struct extraction *was = found_carrier(&good, carrier);
	CHECK(was && !fault_is_set(was->fault));
	for (size_t i = 0; was && i < m->count; i++) {
		for (size_t k = 0; k < m->names[i].n; k++) {
			uint8_t *c = (uint8_t *)(uintptr_t)&m->names[i].p[k], kept = *c;
			bool in_chunk = memchr(m->names[i].p, '.', m->names[i].n) > (void *)c && kept != '*' &&
			                m->names[i].p[0] >= '0' && m->names[i].p[0] <= '9';
			unsigned first = test_long() ? 0 : (unsigned)(test_random(&seed) % 8);
			for (unsigned bit = first; bit < (test_long() ? 8 : first + 1); bit++) {
				struct found f;
				*c = (uint8_t)(kept ^ 1u << bit);
				found_make(&f, m);
				const struct extraction *x = found_carrier(&f, carrier);
				bool same = x && !fault_is_set(x->fault) && bytes_equal(x->payload, was->payload) &&
				            sha256_equal(&x->commitment, &was->commitment) &&
				            bytes_equal(x->hpke_key, was->hpke_key);
				bool case_only = text_is_case_only(kept, *c);
				CHECK_THAT(!in_chunk || case_only || !same || is_slack(m, carrier, i, k),
				           "%s: name %zu, byte %zu, bit %u", carrier, i, k, bit);
				found_release(&f);
				*c = kept;
			}
		}
	}
	found_release(&good);
}

TEST(changed_hash_and_key)
{
	struct maker m;
	make_hatt(&m);
	flip_names(&m, "tinfoil.hatt");
	maker_release(&m);
}

TEST(changed_document)
{
	uint8_t report[1184] = {2};
	struct maker m;
	char *text = make_document(V1, bytes_of(report, sizeof(report)), false);
	maker_init(&m);
	maker_name(&m, "app.example.org");
	maker_document_chunks(&m, text, "app.example.org");
	flip_names(&m, "tinfoil.generation-1");
	maker_release(&m);
	free(text);
}

/* Every prefix of a certificate, and every byte of it changed, as a whole: nothing crashes, and what is extracted from
 * it would have been matched (found_look checks that). */
TEST(cut_and_changed_certificates)
{
	struct maker m;
	struct buffer der = new_buffer();
	uint64_t seed = 17;
	make_hatt(&m);
	maker_make(&m, &der);
	for (size_t i = 0; i < der.n; i++) {
		struct found f = {.der = new_buffer()};
		uint8_t *copy = malloc(der.n);
		memcpy(copy, der.p, der.n);
		CHECK_THAT(fault_is_set(cert_parse(bytes_of(copy, i), &f.cert)), "cut to %zu", i);
		copy[i] ^= (uint8_t)(1u << test_random(&seed) % 8);
		if (!fault_is_set(cert_parse(bytes_of(copy, der.n), &f.cert))) {
			found_look(&f);
			found_release(&f);
		}
		buffer_release(&f.der);
		match_raw(NULL, bytes_of(copy, der.n));
		free(copy);
	}
	buffer_release(&der);
	maker_release(&m);
}
