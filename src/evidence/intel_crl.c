#include "evidence/intel_crl.h"

#include "base/timestamp.h"
#include "evidence/ecdsa.h"

enum { CRL_V2 = 1, TRIALS_MAX = 16 }; /* CRLs whose signature is tried: forged ones, then the right one */

static const uint8_t ecdsa_with_sha256[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};
static const uint8_t oid_crl_number[] = {0x55, 0x1d, 0x14}, oid_authority_key[] = {0x55, 0x1d, 0x23},
		     oid_subject_key[] = {0x55, 0x1d, 0x0e}, oid_reason[] = {0x55, 0x1d, 0x15};

static bool is_oid(const struct cert_extension *e, const uint8_t *oid)
{
	return bytes_equal(e->oid, bytes_of(oid, 3));
}

/* ---- parsing ---- */

/* AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0] IMPLICIT OCTET STRING, ... } */
static struct bytes read_key_identifier(const struct cert_extension *e, struct cursor *c)
{
	struct cursor value = cursor_at(e->value, e->offset);
	struct der sequence = der_expect(&value, DER_SEQUENCE, "authorityKeyIdentifier");
	struct cursor in = der_inside(&sequence);
	struct der id = {0};
	if (der_peek(&in) == DER_CONTEXT)
		id = der_expect(&in, DER_CONTEXT, "authorityKeyIdentifier");
	if (fault_is_set(cursor_end(&value, "authorityKeyIdentifier")) || !cursor_ok(&in))
		cursor_fail(c, FAULT_ENCODING, "authorityKeyIdentifier");
	return id.content;
}

/* cRLNumber and authorityKeyIdentifier are known, and never critical; a critical one would change what the list covers. */
static void read_extensions(struct cursor *tbs, struct intel_crl *out)
{
	struct der wrapped = der_expect(tbs, DER_CONTEXT_CONSTRUCTED, "crlExtensions");
	struct cursor in = der_inside(&wrapped);
	struct der list = der_expect(&in, DER_SEQUENCE, "crlExtensions");
	struct cursor c = der_inside(&list);
	struct cert_extension e;
	if (fault_is_set(cursor_end(&in, "crlExtensions")))
		cursor_fail(tbs, FAULT_TRAILING, "crlExtensions");
	while (cert_extension_next(&c, &e)) {
		bool number = is_oid(&e, oid_crl_number), key = is_oid(&e, oid_authority_key);
		if ((number && out->numbered) || (key && out->authority_key.n > 0))
			cursor_fail(&c, FAULT_DUPLICATE, "crlExtensions");
		out->numbered |= number;
		out->odd |= e.critical;
		if (key)
			out->authority_key = read_key_identifier(&e, &c);
	}
	if (!cursor_ok(&c))
		cursor_fail(tbs, c.fault.code, "crlExtensions");
}

/* revokedCertificates: serial, date, extensions. False at the end, or a fault. */
static bool next_entry(struct cursor *c, struct bytes *serial, struct intel_crl_entry *out, bool *odd)
{
	struct cert_extension e;
	*out = (struct intel_crl_entry){0};
	if (!cursor_ok(c) || c->left.n == 0)
		return false;
	struct der entry = der_expect(c, DER_SEQUENCE, "revokedCertificates");
	struct cursor in = der_inside(&entry);
	*serial = der_expect(&in, DER_INTEGER, "userCertificate").content;
	out->revoked_ms = der_time(&in, "revocationDate");
	if (cursor_ok(&in) && in.left.n > 0) {
		struct der list = der_expect(&in, DER_SEQUENCE, "crlEntryExtensions");
		struct cursor extensions = der_inside(&list);
		while (cert_extension_next(&extensions, &e)) {
			*odd |= e.critical;
			if (is_oid(&e, oid_reason) && e.value.n == 3 && e.value.p[0] == DER_ENUMERATED && e.value.p[1] == 1)
				out->reason = e.value.p[2];
		}
		if (!cursor_ok(&extensions))
			cursor_fail(&in, FAULT_ENCODING, "crlEntryExtensions");
	}
	struct fault f = cursor_end(&in, "revokedCertificates");
	if (fault_is_set(f))
		cursor_fail(c, f.code, "revokedCertificates");
	return cursor_ok(c) && serial->n > 0;
}

static void read_tbs(const struct der *tbs, struct cursor *outer, struct intel_crl *out, struct bytes *algorithm)
{
	struct cursor c = der_inside(tbs);
	if (der_u64(&c, "version") != CRL_V2)
		cursor_fail(&c, FAULT_VALUE, "version");
	*algorithm = der_expect(&c, DER_SEQUENCE, "signature").whole;
	out->issuer = der_expect(&c, DER_SEQUENCE, "issuer").whole;
	out->this_update_ms = der_time(&c, "thisUpdate");
	out->next_update_ms = der_time(&c, "nextUpdate");
	if (der_peek(&c) == DER_SEQUENCE) {
		struct der list = der_expect(&c, DER_SEQUENCE, "revokedCertificates");
		out->entries = list.content;
		out->entries_offset = list.offset;
	}
	if (der_peek(&c) == DER_CONTEXT_CONSTRUCTED)
		read_extensions(&c, out);
	struct fault f = cursor_end(&c, "tbsCertList");
	if (fault_is_set(f))
		outer->fault = f;
}

struct fault intel_crl_parse(struct bytes der, struct intel_crl *out)
{
	struct cursor c = cursor_of(der);
	struct bytes inner = {NULL, 0}, serial;
	struct intel_crl_entry entry;
	*out = (struct intel_crl){.tbs = {NULL, 0}};
	struct der list = der_expect(&c, DER_SEQUENCE, "crl");
	if (fault_is_set(cursor_end(&c, "crl")))
		return c.fault;
	struct cursor in = der_inside(&list);
	struct der tbs = der_expect(&in, DER_SEQUENCE, "tbsCertList");
	struct bytes outer = der_expect(&in, DER_SEQUENCE, "signatureAlgorithm").whole;
	struct bytes signature = der_bit_string(&in, "signature");
	if (fault_is_set(cursor_end(&in, "crl")))
		return in.fault;
	out->tbs = tbs.whole;
	read_tbs(&tbs, &in, out, &inner);
	if (!cursor_ok(&in))
		return in.fault;
	struct bytes known = bytes_of(ecdsa_with_sha256, sizeof(ecdsa_with_sha256));
	if (bytes_equal(inner, known) && bytes_equal(outer, known))
		out->signature = signature;
	struct cursor entries = cursor_at(out->entries, out->entries_offset);
	while (next_entry(&entries, &serial, &entry, &out->odd))
		;
	return entries.fault;
}

static struct bytes without_zeros(struct bytes number)
{
	while (number.n > 1 && number.p[0] == 0)
		number = bytes_slice(number, 1, number.n - 1);
	return number;
}

bool intel_crl_find(const struct intel_crl *c, struct bytes serial, struct intel_crl_entry *out)
{
	struct cursor entries = cursor_at(c->entries, c->entries_offset);
	struct bytes listed;
	bool odd = false;
	while (next_entry(&entries, &listed, out, &odd))
		if (bytes_equal(without_zeros(listed), without_zeros(serial)))
			return true;
	return false;
}

/* ---- origin ---- */

static struct bytes subject_key_of(const struct cert *c)
{
	struct cert_extension e;
	size_t count = 0;
	if (!cert_extension_find(c, bytes_of(oid_subject_key, 3), &e, &count) || count != 1)
		return (struct bytes){NULL, 0};
	struct cursor value = cursor_at(e.value, e.offset);
	return der_expect(&value, DER_OCTET_STRING, "subjectKeyIdentifier").content;
}

bool intel_crl_is_of(const struct intel_crl *c, const struct cert *issuer)
{
	if (!bytes_equal(c->issuer, issuer->subject) || c->authority_key.n == 0 ||
	    !bytes_equal(c->authority_key, subject_key_of(issuer)))
		return false;
	struct ecdsa_key *key = ecdsa_key_of_spki(ECDSA_P256, issuer->spki);
	bool good = ecdsa_verify_der(key, c->tbs, c->signature);
	ecdsa_key_free(key);
	return good;
}

/* ---- what they say at a time ---- */

struct search {
	const struct collateral_set *set;
	const struct cert *issuer;
	int64_t at_ms;
	size_t trials;
	bool seen, authentic;
};

/* The newest list in the issuer's name that was issued by the time (forwards: after it), and before `but`. */
static const struct collateral *next_in_time(struct search *s, const struct collateral *but, bool forwards,
                                             struct intel_crl *out)
{
	const struct collateral *best = NULL;
	for (size_t i = 0; s->set && i < s->set->n; i++) {
		const struct collateral *item = &s->set->items[i];
		struct intel_crl crl;
		if (item->kind != COLLATERAL_CRL || forwards != (item->issued_ms > s->at_ms) ||
		    (best && item->issued_ms <= best->issued_ms) ||
		    (but && (item->issued_ms > but->issued_ms || (item->issued_ms == but->issued_ms && item <= but))))
			continue;
		if (fault_is_set(intel_crl_parse(item->der, &crl)) || !bytes_equal(crl.issuer, s->issuer->subject))
			continue;
		best = item;
		*out = crl;
	}
	s->seen |= best != NULL;
	return best;
}

/* The newest authentic list that was issued at or before the time (forwards: after it). */
static const struct collateral *find_list(struct search *s, bool forwards, struct intel_crl *out)
{
	const struct collateral *item = NULL;
	while (s->trials++ < TRIALS_MAX && (item = next_in_time(s, item, forwards, out)) != NULL)
		if (intel_crl_is_of(out, s->issuer)) {
			s->authentic = true;
			return item;
		}
	return NULL;
}

static const char *revoked_text(const struct intel_crl_entry *e, const char *how, struct arena *a)
{
	char when[TIMESTAMP_TEXT_SIZE];
	const char *text = arena_format(a, "%s on %s (reason %u)", how, timestamp_text(e->revoked_ms, when), e->reason);
	return text ? text : how;
}

static void decide(struct intel_revocation *out, enum check_result result, const struct collateral *crl, const char *why)
{
	out->result = result;
	out->crl = crl;
	out->why = why;
}

/* Expired certificates may leave a list, so one that was issued after the certificate's end says nothing. */
static void judge_later(const struct collateral *item, const struct intel_crl *crl, const struct cert *of,
                        struct arena *a, struct intel_revocation *out)
{
	struct intel_crl_entry e;
	if (crl->this_update_ms > of->not_after_ms)
		decide(out, CHECK_NOT_CHECKED, item, "the CRL at hand was issued when the certificate had expired");
	else if (intel_crl_find(crl, of->serial, &e))
		decide(out, CHECK_PASS, item, revoked_text(&e, "not at this time; it was revoked later,", a));
	else
		decide(out, CHECK_PASS, item, "not revoked by the time of a later CRL either");
}

static void judge_earlier(const struct collateral *item, const struct intel_crl *crl, int64_t at_ms,
                          struct intel_revocation *out)
{
	if (crl->odd || !crl->numbered)
		decide(out, CHECK_NOT_CHECKED, item,
		       "the CRL at hand has a critical extension or no number: what it covers is not known");
	else if (at_ms > crl->next_update_ms)
		decide(out, CHECK_NOT_CHECKED, item, VERDICT_STALE "the CRL at hand is past its nextUpdate");
	else
		decide(out, CHECK_PASS, item, "");
}

void intel_revocation_find(const struct collateral_set *set, const struct cert *issuer, const struct cert *of,
                           int64_t at_ms, struct arena *a, struct intel_revocation *out)
{
	struct search s = {.set = set, .issuer = issuer, .at_ms = at_ms};
	struct intel_crl before, after;
	struct intel_crl_entry e;
	*out = (struct intel_revocation){.result = CHECK_NOT_CHECKED, .why = "no CRL of the issuer is at hand"};
	const struct collateral *old = find_list(&s, false, &before);
	s.trials = 0;
	const struct collateral *later = find_list(&s, true, &after);
	out->seen = s.seen;
	out->authentic = s.authentic;
	if (old && intel_crl_find(&before, of->serial, &e))
		decide(out, CHECK_FAIL, old, revoked_text(&e, "revoked", a));
	else if (later && intel_crl_find(&after, of->serial, &e) && e.revoked_ms <= at_ms)
		decide(out, CHECK_FAIL, later, revoked_text(&e, "revoked", a));
	else if (old)
		judge_earlier(old, &before, at_ms, out);
	else if (s.seen && !s.authentic)
		out->why = "the CRL at hand is not one that the issuer has signed";
	if (out->result == CHECK_NOT_CHECKED && later && !after.odd && after.numbered)
		judge_later(later, &after, of, a, out);
	out->wanted = out->result == CHECK_NOT_CHECKED;
}
