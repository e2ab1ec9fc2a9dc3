#include "evidence/nvidia_chain.h"

#include "evidence/ecdsa.h"
#include "evidence/es384.h"
#include "evidence/nvidia_roots.h"

enum { TRIALS_MAX = 64 }; /* keys tried with one signature, where the chain did not come with the evidence */

bool nvidia_is_signed_by(const struct cert *c, struct bytes spki)
{
	uint8_t signature[ECDSA_SIGNATURE_BYTES_MAX];
	return ecdsa_signature_of_der(ECDSA_P384, c->signature, signature) && es384_verify(spki, c->tbs, signature);
}

/* ---- the root ---- */

/* Anchors that the user gave replace the built-in root. NVIDIA's root of reference manifests, an anchor of the same
 * vendor, vouches for no device. */
static bool find_root(const struct collateral_set *set, struct bytes wanted, struct bytes *der, bool *builtin)
{
	bool replaced = false;
	*der = (struct bytes){NULL, 0};
	*builtin = false;
	for (size_t i = 0; set && i < set->n; i++) {
		const struct collateral *item = &set->items[i];
		if (item->kind != COLLATERAL_ANCHOR || strcmp(item->vendor, "nvidia") != 0)
			continue;
		replaced = true;
		if (strstr(item->label, "Device") && (der->n == 0 || bytes_equal(item->der, wanted)))
			*der = item->der;
	}
	if (!replaced) {
		*der = nvidia_device_root;
		*builtin = true;
	}
	return der->n > 0;
}

/* ---- verification ---- */

static bool is_valid_at(const struct cert *c, int64_t at_ms)
{
	return c->validity_readable && c->not_before_ms <= at_ms && at_ms <= c->not_after_ms;
}

static const char *verify_link(const struct cert *c, const struct cert *issuer, int64_t at_ms)
{
	if (!bytes_equal(c->issuer, issuer->subject))
		return "a certificate does not name the next one as its issuer";
	if (!nvidia_is_signed_by(c, issuer->spki))
		return "a certificate is not signed by the key of the next one";
	if (!is_valid_at(c, at_ms))
		return "a certificate is not valid at this time";
	return NULL;
}

void nvidia_chain_verify(const struct nvidia_chain *c, const struct collateral_set *set, int64_t at_ms,
                         struct nvidia_trust *out)
{
	struct bytes root;
	*out = (struct nvidia_trust){0};
	if (!find_root(set, c->der[NVIDIA_ROOT], &root, &out->builtin)) {
		out->unchecked = true;
		out->why = "no root of devices is pinned";
		return;
	}
	if (!bytes_equal(c->der[NVIDIA_ROOT], root))
		out->why = "its root is not NVIDIA's pinned one";
	else if (!is_valid_at(&c->cert[NVIDIA_ROOT], at_ms))
		out->why = "the root is not valid at this time";
	for (size_t i = NVIDIA_ROOT; !out->why && i-- > 0;)
		out->why = verify_link(&c->cert[i], &c->cert[i + 1], at_ms);
	out->trusted = out->why == NULL;
	out->anchor = hash_sha256(root);
}

/* ---- a chain that lies in the collateral ---- */

static bool parse_item(const struct collateral_set *set, size_t i, struct cert *out)
{
	return set->items[i].kind == COLLATERAL_CERTIFICATE && !fault_is_set(cert_parse(set->items[i].der, out));
}

static bool find_signer(const struct collateral_set *set, struct bytes message, struct bytes signature, bool given,
                        struct cert *out)
{
	struct cert c;
	size_t trials = 0;
	for (size_t i = 0; set && i < set->n && trials < TRIALS_MAX; i++) {
		if (!strstr(set->items[i].label, " FMC LF") || !parse_item(set, i, &c))
			continue;
		*out = c;
		trials++;
		if (signature.n == ES384_SIGNATURE_BYTES && es384_verify(c.spki, message, signature.p))
			return true;
	}
	return given && trials == 1;
}

static bool find_issuer(const struct collateral_set *set, const struct cert *c, struct cert *out)
{
	for (size_t i = 0; i < set->n; i++)
		if (parse_item(set, i, out) && bytes_equal(out->subject, c->issuer) &&
		    nvidia_is_signed_by(c, out->spki))
			return true;
	return false;
}

bool nvidia_chain_find(const struct collateral_set *set, struct bytes message, struct bytes signature, bool given,
                       struct arena *a, struct nvidia_chain *out)
{
	struct buffer whole;
	struct cert c = {0}, issuer;
	bool builtin;
	struct bytes root;
	*out = (struct nvidia_chain){0};
	if (!find_signer(set, message, signature, given, &c))
		return false;
	buffer_init(&whole, NVIDIA_CHAIN_LENGTH * LIMIT_CERTIFICATE_BYTES);
	buffer_put_bytes(&whole, c.raw);
	size_t n = 1;
	for (; n < NVIDIA_CHAIN_LENGTH - 1 && find_issuer(set, &c, &issuer); n++) {
		buffer_put_bytes(&whole, issuer.raw);
		c = issuer;
	}
	/* The root is pinned, so it need not be among them. */
	if (n == NVIDIA_CHAIN_LENGTH - 1 && find_root(set, (struct bytes){NULL, 0}, &root, &builtin))
		buffer_put_bytes(&whole, root);
	bool read = buffer_ok(&whole) && !fault_is_set(nvidia_chain_parse(buffer_bytes(&whole), a, out));
	buffer_release(&whole);
	return read;
}
