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

static bool is_authentic(const struct judge_request *q, const struct snp_vek *vek, struct arena *a)
{
	struct snp_chain chain;
	if (fault_is_set(vek->fault))
		return false;
	snp_chain_verify(vek, q->collateral, q->at_ms, a, &chain);
	return chain.trusted;
}

static enum fit fit_of(const struct snp_report *r, const struct snp_vek *vek, bool named)
{
	if (snp_report_verify(r, vek->der))
		return named ? FIT_SIGNS_AND_CLAIMS : FIT_SIGNS;
	/* A VLEK is of no chip, and neither is a masked report: there the certificate names nothing for certain. */
	bool certain = vek->key == SNP_KEY_VCEK && !bytes_is_zero(r->chip_id);
	return named && certain ? FIT_CLAIMS : FIT_NONE;
}

/* One key has many certificates (the key service makes one for each request), so of equal fits the authentic
 * one is better. */
static unsigned weight_of(enum fit fit, bool authentic)
{
	return (unsigned)fit * 2 + authentic;
}

static unsigned weigh_item(const struct judge_request *q, const struct snp_report *r, const struct snp_vek *vek,
                           size_t *trials, struct arena *a)
{
	bool named = snp_vek_is_of_chip(vek, r) && snp_vek_is_of_tcb(vek, r);
	if ((unsigned)vek->key != snp_signing_key(r))
		return 0;
	if (!named && (!q->collateral_given || (*trials)++ >= TRIALS_MAX))
		return 0; /* keys are derived from chip and TCB: this one cannot have signed the report */
	enum fit fit = fit_of(r, vek, named);
	bool authentic = fit != FIT_NONE && is_authentic(q, vek, a);
	return fit != FIT_NONE && (authentic || q->collateral_given) ? weight_of(fit, authentic) : 0;
}

enum snp_candidate snp_candidate_choose(const struct judge_request *q, const struct snp_report *r, struct arena *a,
                                        struct snp_vek *out)
{
	const struct collateral_set *set = q->collateral;
	unsigned best = 0, ideal = weight_of(FIT_SIGNS_AND_CLAIMS, true);
	size_t trials = 0;
	enum snp_candidate found = q->endorsement.n > 0 ? SNP_CANDIDATE_UNREADABLE : SNP_CANDIDATE_NONE;
	if (q->endorsement.n > 0 && snp_vek_parse(q->endorsement, out)) {
		enum fit fit = fit_of(r, out, snp_vek_is_of_chip(out, r) && snp_vek_is_of_tcb(out, r));
		best = weight_of(fit > FIT_CLAIMS ? fit : FIT_CLAIMS, is_authentic(q, out, a));
		found = SNP_CANDIDATE_FOUND;
	}
	for (size_t i = 0; set && i < set->n && best < ideal; i++) {
		struct snp_vek vek;
		if (set->items[i].kind != COLLATERAL_CERTIFICATE || !snp_vek_parse(set->items[i].der, &vek))
			continue;
		unsigned weight = weigh_item(q, r, &vek, &trials, a);
		if (weight > best) {
			best = weight;
			*out = vek;
			found = SNP_CANDIDATE_FOUND;
		}
	}
	return found;
}
