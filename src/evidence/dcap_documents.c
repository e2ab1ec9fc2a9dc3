#include "evidence/dcap_documents.h"

#include <stdlib.h>

#include "evidence/ecdsa.h"
#include "evidence/pck.h"

enum { TRIALS_MAX = 32 }; /* documents whose signature is tried, and keys for each: forged ones may lie before the right one */
#define SIDE_BY_SIDE_MS (INT64_C(7) * 86400 * 1000) /* documents that are fetched daily are this near to each other */
#define TCB_SIGNER_CN "Intel SGX TCB Signing"

const char *document_basis_name(enum document_basis b)
{
	static const char *const names[] = {
		[DOCUMENT_NONE] = "none",
		[DOCUMENT_OF_LATER] = "document of a later time",
		[DOCUMENT_STALE] = "stale document",
		[DOCUMENT_POLICY_OF_TIME] = "policy of the time, document of a later time",
		[DOCUMENT_IN_FORCE] = "document in force",
	};
	return names[b];
}

/* ---- signer ---- */

static const char *signer_fault(const struct cert *c, const struct intel_anchor *anchor)
{
	if (!bytes_equal_text(cert_common_name(c->subject), TCB_SIGNER_CN))
		return "the certificate of its key is not the TCB signer's (CN " TCB_SIGNER_CN ")";
	if (!bytes_equal(c->issuer, anchor->cert.subject))
		return "the TCB signer's certificate names another issuer than the pinned root";
	if (!intel_has_role(c, false, 0))
		return "the TCB signer's certificate is none of a signer (basicConstraints, keyUsage)";
	struct ecdsa_key *key = ecdsa_key_of_spki(ECDSA_P256, anchor->cert.spki);
	bool good = intel_is_signed_by(c, key);
	ecdsa_key_free(key);
	return good ? NULL : "the TCB signer's certificate is not signed by the pinned root";
}

static bool has_signed(const struct intel_document *d, const struct cert *c)
{
	struct ecdsa_key *key = ecdsa_key_of_spki(ECDSA_P256, c->spki);
	bool good = ecdsa_verify(key, d->signed_part, bytes_of(d->signature, INTEL_SIGNATURE_BYTES));
	ecdsa_key_free(key);
	return good;
}

static void try_signer(const struct document_search *s, const struct intel_document *d, const struct collateral *item,
                       const struct cert *c, int64_t at_ms, struct document_choice *out)
{
	enum signer_state state = SIGNER_NOT_SIGNED;
	const char *why = "its signature does not verify with the key of the TCB signer at hand";
	if (has_signed(d, c)) {
		why = signer_fault(c, s->anchor);
		state = why ? SIGNER_NOT_INTEL : intel_is_valid_at(c, at_ms) ? SIGNER_GOOD : SIGNER_EXPIRED;
		if (state == SIGNER_EXPIRED)
			why = "the TCB signer's certificate at hand is not valid at this time";
	}
	if (state <= out->state)
		return;
	out->state = state;
	out->why = why ? why : "";
	out->signer = item;
	out->signer_cert = *c;
}

/* Intel has issued the signer's certificate again with the same key, so every one of them is tried: first those that
 * have its name, then, where the user gave the set, the others. */
void documents_find_signer(const struct document_search *s, const struct intel_document *d, struct document_choice *out)
{
	int64_t at_ms = s->at_ms < d->issued_ms ? d->issued_ms : s->at_ms > d->next_update_ms ? d->next_update_ms : s->at_ms;
	out->state = SIGNER_NONE;
	out->why = "no certificate of the TCB signer is at hand";
	for (int pass = 0; pass < (s->given ? 2 : 1) && out->state < SIGNER_NOT_INTEL; pass++) {
		size_t trials = 0;
		for (size_t i = 0; s->set && i < s->set->n && trials < TRIALS_MAX && out->state < SIGNER_GOOD; i++) {
			const struct collateral *item = &s->set->items[i];
			struct cert c;
			bool named = strcmp(item->label, TCB_SIGNER_CN) == 0;
			if (item->kind != COLLATERAL_CERTIFICATE || named != (pass == 0) ||
			    fault_is_set(cert_parse(item->der, &c)))
				continue;
			trials++;
			try_signer(s, d, item, &c, at_ms, out);
		}
	}
}

/* ---- candidates ---- */

struct candidate {
	struct document_choice choice;
	struct intel_document document;
	unsigned rank; /* lower is better */
};

struct candidates {
	struct candidate *v;
	size_t n;
	int64_t newest_ms; /* of those in force */
};

static bool read_tcb_info(const struct document_search *s, struct candidate *c)
{
	struct tcb_info *t = arena_alloc(s->arena, sizeof(*t));
	if (!t)
		return false;
	c->choice.fault = tcb_info_parse(&c->document, s->arena, t);
	c->choice.tcb_info = t;
	c->choice.number = t->evaluation_number;
	return t->tee == s->tee && memcmp(t->fmspc, s->fmspc, INTEL_FMSPC_BYTES) == 0 &&
	       memcmp(t->pceid, s->pceid, INTEL_PCEID_BYTES) == 0;
}

static bool read_qe_identity(const struct document_search *s, struct candidate *c)
{
	struct qe_identity *q = arena_alloc(s->arena, sizeof(*q));
	if (!q)
		return false;
	c->choice.fault = qe_identity_parse(&c->document, s->arena, q);
	c->choice.qe_identity = q;
	c->choice.number = q->evaluation_number;
	/* Of an unknown version: whatever it is about, it is meant for this. */
	return c->choice.fault.code == FAULT_UNSUPPORTED || q->id == s->qe_id;
}

static enum document_basis basis_of(const struct document_search *s, const struct candidate *c)
{
	if (c->document.issued_ms > s->at_ms)
		return s->number_in_force != 0 && c->choice.number == s->number_in_force ? DOCUMENT_POLICY_OF_TIME
		                                                                         : DOCUMENT_OF_LATER;
	return s->at_ms > c->document.next_update_ms ? DOCUMENT_STALE : DOCUMENT_IN_FORCE;
}

static void collect(const struct document_search *s, enum collateral_kind kind, struct candidates *out)
{
	size_t n = 0;
	*out = (struct candidates){.newest_ms = INT64_MIN};
	for (size_t i = 0; s->set && i < s->set->n; i++)
		n += s->set->items[i].kind == kind;
	out->v = n > 0 ? arena_array(s->arena, n, sizeof(*out->v)) : NULL;
	for (size_t i = 0; out->v && i < s->set->n; i++) {
		const struct collateral *item = &s->set->items[i];
		struct candidate *c = &out->v[out->n];
		*c = (struct candidate){.choice.item = item};
		if (item->kind != kind || fault_is_set(intel_document_open(item->der, s->arena, &c->document)) ||
		    !(kind == COLLATERAL_TCB_INFO ? read_tcb_info(s, c) : read_qe_identity(s, c)))
			continue;
		c->choice.basis = basis_of(s, c);
		if (c->choice.basis == DOCUMENT_IN_FORCE && c->document.issued_ms > out->newest_ms)
			out->newest_ms = c->document.issued_ms;
		out->n++;
	}
}

/* ---- the order in which they are tried ---- */

enum { RANK_NUMBERS = 1u << 20, RANK_FAR = 1u << 21 };

/* How far a number is from the one that ought to be used. */
static unsigned rank_number(uint32_t number, uint32_t wanted)
{
	uint32_t capped = number < RANK_NUMBERS ? number : RANK_NUMBERS - 1;
	if (wanted == 0)
		return capped;
	return number == wanted ? 0 : number < wanted ? wanted - capped : RANK_NUMBERS + capped;
}

/* Of one number only the newest tells whether it is still published: a number that has been replaced ends. */
static int64_t newest_of_number(const struct candidates *c, uint32_t number)
{
	int64_t newest_ms = INT64_MIN;
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i].choice.basis == DOCUMENT_IN_FORCE && c->v[i].choice.number == number &&
		    c->v[i].document.issued_ms > newest_ms)
			newest_ms = c->v[i].document.issued_ms;
	return newest_ms;
}

static void rank(const struct document_search *s, struct candidates *all)
{
	for (size_t i = 0; i < all->n; i++) {
		struct candidate *c = &all->v[i];
		c->rank = rank_number(c->choice.number, s->number_in_force);
		if (c->choice.basis == DOCUMENT_IN_FORCE && s->number_in_force == 0 &&
		    all->newest_ms - newest_of_number(all, c->choice.number) > SIDE_BY_SIDE_MS)
			c->rank += RANK_FAR;
	}
}

static int compare(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	bool later = x->choice.basis == DOCUMENT_OF_LATER || x->choice.basis == DOCUMENT_POLICY_OF_TIME;
	int64_t tx = x->document.issued_ms, ty = y->document.issued_ms;
	if (x->choice.basis != y->choice.basis)
		return x->choice.basis > y->choice.basis ? -1 : 1;
	if (x->choice.basis != DOCUMENT_STALE && x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	if (tx != ty)
		return (tx < ty) == later ? -1 : 1;
	if (x->choice.number != y->choice.number)
		return x->choice.number < y->choice.number ? -1 : 1;
	return memcmp(x->choice.item->sha256.b, y->choice.item->sha256.b, SHA256_BYTES);
}

static void find(const struct document_search *s, enum collateral_kind kind, struct document_choice *out)
{
	struct candidates all;
	*out = (struct document_choice){.basis = DOCUMENT_NONE, .why = ""};
	collect(s, kind, &all);
	if (all.n == 0)
		return;
	rank(s, &all);
	qsort(all.v, all.n, sizeof(*all.v), compare);
	for (size_t i = 0; i < all.n && i < TRIALS_MAX; i++) {
		struct document_choice *c = &all.v[i].choice;
		documents_find_signer(s, &all.v[i].document, c);
		bool authentic = c->state >= SIGNER_EXPIRED, better = out->state < SIGNER_EXPIRED && (authentic || !out->item);
		bool usable = authentic && !fault_is_set(c->fault);
		if (usable || ((authentic || s->given) && better))
			*out = *c;
		if (usable)
			return;
	}
}

void documents_find_tcb_info(const struct document_search *s, struct document_choice *out)
{
	find(s, COLLATERAL_TCB_INFO, out);
}

void documents_find_qe_identity(const struct document_search *s, struct document_choice *out)
{
	find(s, COLLATERAL_QE_IDENTITY, out);
}

uint32_t documents_number_in_force(const struct document_search *s)
{
	int64_t best_ms = INT64_MIN;
	uint32_t number = 0;
	size_t trials = 0;
	for (size_t i = 0; s->set && i < s->set->n && trials < TRIALS_MAX; i++) {
		const struct collateral *item = &s->set->items[i];
		struct document_choice signer = {.item = item};
		struct intel_document d;
		struct tcb_numbers t;
		if (item->kind != COLLATERAL_TCB_NUMBERS || item->issued_ms <= best_ms ||
		    fault_is_set(intel_document_open(item->der, s->arena, &d)) ||
		    fault_is_set(tcb_numbers_parse(&d, s->arena, &t)) || t.tee != s->tee)
			continue;
		trials++;
		documents_find_signer(s, &d, &signer);
		if (signer.state < SIGNER_EXPIRED)
			continue;
		best_ms = d.issued_ms;
		number = tcb_numbers_in_force(&t, s->at_ms);
	}
	return number;
}
