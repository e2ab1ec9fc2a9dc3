/* Intake: what names itself Intel's and is not. */
#include "evidence/dcap_documents.h"
#include "evidence/ecdsa.h"
#include "evidence/intel_collateral.h"
#include "evidence/pck.h"

static bool is_of_intel(const struct cert *c)
{
	static const char *const names[] = {"Intel SGX PCK Platform CA", "Intel SGX PCK Processor CA", "Intel SGX TCB Signing"};
	struct bytes cn = cert_common_name(c->subject);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (bytes_equal_text(cn, names[i]))
			return true;
	return false;
}

static bool is_signed_by_anchor(const struct cert *c, const struct collateral_set *set)
{
	struct intel_anchor anchor;
	size_t at = 0;
	bool good = false;
	while (!good && intel_anchor_next(set, &at, &anchor)) {
		struct ecdsa_key *key = ecdsa_key_of_spki(ECDSA_P256, anchor.cert.spki);
		good = bytes_equal(c->issuer, anchor.cert.subject) && intel_is_signed_by(c, key);
		ecdsa_key_free(key);
	}
	return good;
}

static const char *vet_certificate(struct bytes der, const struct collateral_set *set)
{
	struct cert c;
	if (fault_is_set(cert_parse(der, &c)) || !is_of_intel(&c) || is_signed_by_anchor(&c, set))
		return NULL;
	return "it names itself a CA or signer of Intel's SGX, and the pinned root has not signed it";
}

/* A CRL in the name of a root or of a CA at hand. One of a CA that is not at hand cannot be judged yet: nothing is said
 * against it, and no verdict will rely on it. */
static const char *vet_crl(struct bytes der, const struct collateral_set *set)
{
	struct intel_crl crl;
	struct intel_anchor anchor;
	struct bytes cn;
	size_t at = 0;
	bool named = false;
	if (fault_is_set(intel_crl_parse(der, &crl)))
		return NULL;
	cn = cert_common_name(crl.issuer);
	while (intel_anchor_next(set, &at, &anchor)) {
		if (intel_crl_is_of(&crl, &anchor.cert))
			return NULL;
		named |= bytes_equal(crl.issuer, anchor.cert.subject);
	}
	if (!bytes_starts_with(cn, BYTES_LITERAL("Intel SGX ")) && !named)
		return NULL;
	for (size_t i = 0; set && i < set->n; i++) {
		struct cert c;
		if (set->items[i].kind != COLLATERAL_CERTIFICATE || fault_is_set(cert_parse(set->items[i].der, &c)) ||
		    !bytes_equal(c.subject, crl.issuer) || !is_signed_by_anchor(&c, set))
			continue;
		if (intel_crl_is_of(&crl, &c))
			return NULL;
		named = true;
	}
	return named ? "it is a CRL in the name of Intel's root or one of its CAs, which has not signed it" : NULL;
}

static const char *vet_document(const struct collateral *item, const struct collateral_set *set, struct arena *a)
{
	struct intel_document d;
	struct intel_anchor anchor;
	struct document_choice c = {.state = SIGNER_NONE};
	size_t at = 0;
	enum signer_state best = SIGNER_NONE;
	const char *why = "it is no well-formed document";
	if (fault_is_set(intel_document_open(item->der, a, &d)))
		return why;
	while (intel_anchor_next(set, &at, &anchor)) {
		struct document_search s = {.set = set, .anchor = &anchor, .at_ms = d.issued_ms, .arena = a};
		documents_find_signer(&s, &d, &c);
		if (c.state >= SIGNER_EXPIRED)
			return NULL;
		if (c.state >= best)
			why = c.why;
		best = c.state > best ? c.state : best;
	}
	return best == SIGNER_NONE ? NULL : why; /* without the signer's certificate nothing is known */
}

const char *intel_collateral_vet(const struct collateral *item, const struct collateral_set *set, struct arena *a)
{
	switch (item->kind) {
	case COLLATERAL_CERTIFICATE:
		return vet_certificate(item->der, set);
	case COLLATERAL_CRL:
		return vet_crl(item->der, set);
	case COLLATERAL_TCB_INFO:
	case COLLATERAL_QE_IDENTITY:
	case COLLATERAL_TCB_NUMBERS:
		return vet_document(item, set, a);
	default:
		return NULL;
	}
}
