/*
 * Which certificate is that of the report's signing key? The one that came with the evidence is meant to be. Of
 * those in the collateral, others are other machines': that they do not verify this report says nothing.
 *
 * A certificate is the one when its key verifies the report's signature, or claims to be when it names this very
 * chip and TCB. In an archive that strangers' documents have filled too, only an authentic one counts: else
 * anybody could spoil the evidence of others with a certificate that he made up.
 */
#include "evidence/snp.h"

enum { TRIALS_MAX = 64 }; /* signatures tried with keys whose certificates name another chip or TCB */

enum fit { FIT_NONE, FIT_CLAIMS, FIT_SIGNS, FIT_SIGNS_AND_CLAIMS }; /* worst first */

bool snp_vek_is_of_chip(const struct snp_vek *vek, const struct snp_report *r)
{
	if (vek->key == SNP_KEY_VLEK || bytes_is_zero(r->chip_id))
		return true;
	return vek->hwid.n > 0 && bytes_equal(bytes_slice(r->chip_id, 0, vek->hwid.n), vek->hwid) &&
	       bytes_is_zero(bytes_slice(r->chip_id, vek->hwid.n, SNP_CHIP_ID_BYTES - vek->hwid.n));
}

bool snp_vek_is_of_tcb(const struct snp_vek *vek, const struct snp_report *r)
{
	struct snp_tcb reported = snp_tcb_decode(r->reported_tcb, vek->product);
	return !reported.reserved_set && snp_tcb_at_least(&reported, &vek->tcb) &&
	       snp_tcb_at_least(&vek->tcb, &reported);
}

bool snp_vek_is_plausible(struct bytes report, struct bytes vek_der)
{
	struct snp_report r;
	struct snp_vek vek;
	if (fault_is_set(snp_report_parse(report, &r)) || !snp_vek_parse(vek_der, &vek))
		return false;
	return (unsigned)vek.key == snp_signing_key(&r) && snp_vek_is_of_chip(&vek, &r) && snp_vek_is_of_tcb(&vek, &r);
}

/* One certificate in question; the signature is tried, and the chain walked, once for each. */
struct trial {
	struct snp_candidate candidate;
	enum fit fit;
	bool authentic;
};

static enum fit fit_of(const struct snp_report *r, const struct snp_candidate *c, bool named)
{
	if (c->signs)
		return named ? FIT_SIGNS_AND_CLAIMS : FIT_SIGNS;
	/* A VLEK is of no chip, and neither is a masked report: there the certificate names nothing for certain. */
	bool certain = c->vek.key == SNP_KEY_VCEK && !bytes_is_zero(r->chip_id);
	return named && certain ? FIT_CLAIMS : FIT_NONE;
}

static bool is_named(const struct snp_vek *vek, const struct snp_report *r)
{
	return snp_vek_is_of_chip(vek, r) && snp_vek_is_of_tcb(vek, r);
}

static void walk_chain(const struct judge_request *q, struct trial *t)
{
	snp_chain_verify(&t->candidate.vek, q->collateral, q->at_ms, &t->candidate.chain);
	t->authentic = t->candidate.chain.trusted && !fault_is_set(t->candidate.vek.fault);
}

/* One key has many certificates (the key service makes one for each request), so of equal fits the authentic
 * one is better. */
static unsigned weight_of(enum fit fit, bool authentic)
{
	return (unsigned)fit * 2 + authentic;
}

/* What came with the evidence claims to be of its key by that alone. */
static bool try_endorsement(const struct judge_request *q, const struct snp_report *r, struct trial *out)
{
	struct snp_candidate *c = &out->candidate;
	*out = (struct trial){.candidate.found = SNP_CANDIDATE_FOUND};
	if (!snp_vek_parse(q->endorsement, &c->vek))
		return false;
	c->signs = snp_report_verify(r, c->vek.der);
	out->fit = fit_of(r, c, is_named(&c->vek, r));
	if (out->fit < FIT_CLAIMS)
		out->fit = FIT_CLAIMS;
	walk_chain(q, out);
	return true;
}

static bool try_item(const struct judge_request *q, const struct snp_report *r, const struct collateral *item,
                     size_t *trials, struct trial *out)
{
	struct snp_candidate *c = &out->candidate;
	*out = (struct trial){.candidate.found = SNP_CANDIDATE_FOUND};
	if (item->kind != COLLATERAL_CERTIFICATE || !snp_vek_parse(item->der, &c->vek) ||
	    (unsigned)c->vek.key != snp_signing_key(r))
		return false;
	bool named = is_named(&c->vek, r);
	if (!named && (!q->collateral_given || (*trials)++ >= TRIALS_MAX))
		return false; /* keys are derived from chip and TCB: this one cannot have signed the report */
	c->signs = snp_report_verify(r, c->vek.der);
	out->fit = fit_of(r, c, named);
	if (out->fit != FIT_NONE)
		walk_chain(q, out);
	return out->fit != FIT_NONE && (out->authentic || q->collateral_given);
}

void snp_candidate_choose(const struct judge_request *q, const struct snp_report *r, struct snp_candidate *out)
{
	const struct collateral_set *set = q->collateral;
	unsigned best = 0, ideal = weight_of(FIT_SIGNS_AND_CLAIMS, true);
	size_t trials = 0;
	struct trial t;
	*out = (struct snp_candidate){.found = q->endorsement.n > 0 ? SNP_CANDIDATE_UNREADABLE : SNP_CANDIDATE_NONE};
	if (q->endorsement.n > 0 && try_endorsement(q, r, &t)) {
		best = weight_of(t.fit, t.authentic);
		*out = t.candidate;
	}
	for (size_t i = 0; set && i < set->n && best < ideal; i++) {
		if (!try_item(q, r, &set->items[i], &trials, &t) || weight_of(t.fit, t.authentic) <= best)
			continue;
		best = weight_of(t.fit, t.authentic);
		*out = t.candidate;
	}
}
