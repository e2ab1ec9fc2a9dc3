/*
 * VEK -> ASK or ASVK -> ARK. The ARK is pinned by its whole DER: built in, or given as trust anchor; one
 * that came with the evidence is never trusted. All signatures are RSASSA-PSS with SHA-384, MGF1 with
 * SHA-384 and a salt of 48 bytes, by keys of 4,096 bits.
 */
#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/timestamp.h"
#include "evidence/snp.h"

enum { RSA_BITS = 4096, INTERMEDIATES_MAX = 8 };

/* AlgorithmIdentifier as the VEKs have it, and with trailerField spelt out as the intermediates and roots. */
static const uint8_t pss_short[] = {
	0x30, 0x41, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a, 0x30, 0x34, 0xa0, 0x0f,
	0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0xa1, 0x1c,
	0x30, 0x1a, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08, 0x30, 0x0d, 0x06, 0x09,
	0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0xa2, 0x03, 0x02, 0x01, 0x30,
};
static const uint8_t pss_long[] = {
	0x30, 0x46, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a, 0x30, 0x39, 0xa0, 0x0f,
	0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0xa1, 0x1c,
	0x30, 0x1a, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08, 0x30, 0x0d, 0x06, 0x09,
	0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0xa2, 0x03, 0x02, 0x01, 0x30, 0xa3,
	0x03, 0x02, 0x01, 0x01,
};

static bool is_pss(struct bytes algorithm)
{
	return bytes_equal(algorithm, bytes_of(pss_short, sizeof(pss_short))) ||
	       bytes_equal(algorithm, bytes_of(pss_long, sizeof(pss_long)));
}

static X509 *read_x509(struct bytes der)
{
	const uint8_t *p = der.p;
	X509 *x = der.n <= INT32_MAX ? d2i_X509(NULL, &p, (long)der.n) : NULL;
	if (x && p != der.p + der.n) {
		X509_free(x);
		x = NULL;
	}
	ERR_clear_error();
	return x;
}

static bool is_rsa_4096(X509 *x)
{
	EVP_PKEY *key = X509_get0_pubkey(x);
	return key && EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) == RSA_BITS;
}

static bool is_signed_by(X509 *x, struct bytes algorithm, X509 *issuer)
{
	EVP_PKEY *key = X509_get0_pubkey(issuer);
	bool good = is_pss(algorithm) && is_rsa_4096(issuer) && key && X509_verify(x, key) == 1;
	ERR_clear_error();
	return good;
}

static bool is_ca(X509 *x)
{
	return X509_check_ca(x) == 1 && (X509_get_key_usage(x) & KU_KEY_CERT_SIGN) != 0;
}

static bool is_valid_at(const struct cert *c, int64_t at_ms)
{
	return c->validity_readable && c->not_before_ms <= at_ms && at_ms <= c->not_after_ms;
}

/* ---- the root ---- */

struct root {
	struct bytes der;
	struct cert cert;
	X509 *x509;
	bool builtin;
};

/* "CN=ARK-Genoa" of an anchor that the user gave. */
static bool is_ark_of(const struct cert *c, enum amd_product product)
{
	struct buffer text, wanted;
	buffer_init(&text, 64 << 10);
	buffer_init(&wanted, 64);
	cert_name_put_text(c->subject, &text);
	buffer_printf(&wanted, "CN=ARK-%s", amd_product_name(product));
	const char *at = strstr(buffer_text(&text), buffer_text(&wanted));
	bool good = at && (at[wanted.n] == 0 || at[wanted.n] == ',') && bytes_equal(c->subject, c->issuer);
	buffer_release(&text);
	buffer_release(&wanted);
	return good;
}

/* Anchors that the user gave replace the built-in ones altogether. */
static bool find_root(const struct collateral_set *set, enum amd_product product, struct root *out, const char **why)
{
	bool replaced = false;
	*out = (struct root){0};
	for (size_t i = 0; set && i < set->n; i++) {
		const struct collateral *c = &set->items[i];
		if (c->kind != COLLATERAL_ANCHOR || strcmp(c->vendor, "amd") != 0)
			continue;
		replaced = true;
		if (!out->der.n && !fault_is_set(cert_parse(c->der, &out->cert)) && is_ark_of(&out->cert, product))
			out->der = c->der;
	}
	const struct amd_root *builtin = replaced ? NULL : amd_root_of(product);
	if (builtin) {
		out->der = builtin->ark;
		out->builtin = true;
		cert_parse(builtin->ark, &out->cert);
	}
	out->x509 = out->der.n ? read_x509(out->der) : NULL;
	*why = "no root is pinned for this product line";
	if (!out->x509)
		return false;
	*why = "the pinned root is not signed by itself";
	return is_signed_by(out->x509, out->cert.signature_algorithm, out->x509) && is_ca(out->x509);
}

/* ---- the CRL: AMD publishes one per root; VEKs all have serial 0 and are not looked up ---- */

static bool timestamp_of_tm(const struct tm *t, int64_t *ms)
{
	return timestamp_of_civil(t->tm_year + 1900, t->tm_mon + 1, t->tm_mday, t->tm_hour, t->tm_min, t->tm_sec, ms);
}

static bool crl_times(const X509_CRL *crl, int64_t *from_ms, int64_t *to_ms)
{
	const ASN1_TIME *last = X509_CRL_get0_lastUpdate(crl), *next = X509_CRL_get0_nextUpdate(crl);
	struct tm a, b;
	if (!last || !next || !ASN1_TIME_to_tm(last, &a) || !ASN1_TIME_to_tm(next, &b))
		return false;
	return timestamp_of_tm(&a, from_ms) && timestamp_of_tm(&b, to_ms);
}

static struct bytes crl_algorithm(const X509_CRL *crl, uint8_t **owned)
{
	const X509_ALGOR *algorithm = NULL;
	X509_CRL_get0_signature(crl, NULL, &algorithm);
	int n = algorithm ? i2d_X509_ALGOR(algorithm, owned) : 0;
	return n > 0 ? bytes_of(*owned, (size_t)n) : (struct bytes){NULL, 0};
}

/* A critical extension would change what the list covers (RFC 5280 section 5.2); AMD's have none. */
static bool has_critical_extension(const X509_CRL *crl)
{
	for (int i = 0; i < X509_CRL_get_ext_count(crl); i++)
		if (X509_EXTENSION_get_critical(X509_CRL_get_ext(crl, i)))
			return true;
	return false;
}

/* From here on CRL_LATER the root has signed it. Best last. */
enum crl_use { CRL_OTHER, CRL_BAD, CRL_UNKNOWN_FORM, CRL_LATER, CRL_STALE, CRL_GOOD, CRL_REVOKES };

static enum crl_use use_crl(struct bytes der, const struct root *root, X509 *intermediate, int64_t at_ms)
{
	const uint8_t *p = der.p;
	X509_CRL *crl = d2i_X509_CRL(NULL, &p, (long)der.n);
	uint8_t *owned = NULL;
	int64_t from_ms, to_ms;
	enum crl_use use = CRL_OTHER;
	if (crl && p == der.p + der.n &&
	    X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(root->x509)) == 0) {
		X509_REVOKED *entry = NULL;
		if (!is_pss(crl_algorithm(crl, &owned)) || X509_CRL_verify(crl, X509_get0_pubkey(root->x509)) != 1)
			use = CRL_BAD;
		else if (!crl_times(crl, &from_ms, &to_ms) || has_critical_extension(crl))
			use = CRL_UNKNOWN_FORM;
		else if (X509_CRL_get0_by_serial(crl, &entry, X509_get0_serialNumber(intermediate)) == 1)
			use = CRL_REVOKES; /* a revocation does not grow old */
		else
			use = at_ms < from_ms ? CRL_LATER : at_ms > to_ms ? CRL_STALE : CRL_GOOD;
	}
	OPENSSL_free(owned);
	X509_CRL_free(crl);
	ERR_clear_error();
	return use;
}

static void check_revocation(const struct collateral_set *set, const struct root *root, X509 *intermediate,
                             int64_t at_ms, struct snp_chain *out)
{
	enum crl_use best = CRL_OTHER;
	for (size_t i = 0; set && i < set->n; i++) {
		if (set->items[i].kind != COLLATERAL_CRL)
			continue;
		enum crl_use use = use_crl(set->items[i].der, root, intermediate, at_ms);
		best = use > best ? use : best;
	}
	static const char *const why[] = {
		[CRL_OTHER] = "no CRL of this root is at hand",
		[CRL_BAD] = "the CRL at hand is not signed by this root",
		[CRL_UNKNOWN_FORM] = "the CRL at hand has no readable nextUpdate, or a critical extension",
		[CRL_LATER] = "the CRL at hand is of a later time (thisUpdate)",
		[CRL_STALE] = VERDICT_STALE "the CRL at hand is past its nextUpdate",
		[CRL_GOOD] = "",
		[CRL_REVOKES] = "the root's CRL revokes the intermediate",
	};
	out->revocation = best == CRL_GOOD ? CHECK_PASS : best == CRL_REVOKES ? CHECK_FAIL : CHECK_NOT_CHECKED;
	out->revocation_why = why[best];
	out->crl_seen = best >= CRL_BAD;
	out->crl_authentic = best > CRL_BAD;
	out->crl_wanted = out->revocation == CHECK_NOT_CHECKED && best != CRL_LATER; /* one of today is later still */
}

/* ---- the intermediate ---- */

/* Does this certificate sign the VEK, and the root it? */
static bool try_intermediate(struct bytes der, const struct snp_vek *vek, X509 *vek_x509, const struct root *root,
                             int64_t at_ms, X509 **out)
{
	struct cert c;
	if (fault_is_set(cert_parse(der, &c)) || !bytes_equal(c.subject, vek->cert.issuer))
		return false;
	X509 *x = read_x509(der);
	bool good = x && bytes_equal(c.issuer, root->cert.subject) && is_valid_at(&c, at_ms) && is_ca(x) &&
	            is_signed_by(x, c.signature_algorithm, root->x509) &&
	            is_signed_by(vek_x509, vek->cert.signature_algorithm, x);
	if (good)
		*out = x;
	else
		X509_free(x);
	return good;
}

/* seen: whether one is at hand that has the CN of the VEK's issuer. */
static X509 *find_intermediate(const struct snp_vek *vek, X509 *vek_x509, const struct root *root,
                               const struct collateral_set *set, int64_t at_ms, bool *seen)
{
	X509 *found = NULL;
	const struct amd_root *builtin = root->builtin ? amd_root_of(vek->product) : NULL;
	struct bytes pinned = {NULL, 0};
	if (builtin)
		pinned = vek->key == SNP_KEY_VCEK ? builtin->ask : builtin->asvk;
	struct bytes issuer = cert_common_name(vek->cert.issuer);
	*seen = builtin != NULL;
	if (builtin && try_intermediate(pinned, vek, vek_x509, root, at_ms, &found))
		return found;
	for (size_t i = 0; set && i < set->n; i++) {
		struct cert c;
		if (set->items[i].kind != COLLATERAL_CERTIFICATE || fault_is_set(cert_parse(set->items[i].der, &c)) ||
		    !bytes_equal(cert_common_name(c.subject), issuer))
			continue;
		*seen = true;
		if (try_intermediate(set->items[i].der, vek, vek_x509, root, at_ms, &found))
			return found;
	}
	return NULL;
}

/* A VCEK is minted when it is asked for, so it may well be younger than the report; its key is derived from
 * chip and TCB and has no age. A VLEK's validity is the provider's lease and counts at both ends. */
static const char *judge_validity(const struct snp_vek *vek, const struct root *root, int64_t at_ms)
{
	if (!vek->cert.validity_readable || at_ms > vek->cert.not_after_ms)
		return "the certificate of the signing key has expired";
	if (vek->key == SNP_KEY_VLEK && at_ms < vek->cert.not_before_ms)
		return "the VLEK is not valid yet";
	if (!is_valid_at(&root->cert, at_ms))
		return "the root is not valid at this time";
	return NULL;
}

void snp_chain_verify(const struct snp_vek *vek, const struct collateral_set *set, int64_t at_ms,
                      struct snp_chain *out)
{
	struct root root;
	X509 *intermediate = NULL, *x509 = read_x509(vek->der);
	*out = (struct snp_chain){.product = vek->product, .revocation = CHECK_NOT_CHECKED,
	                          .revocation_why = "the chain does not verify",
	                          .why = "the certificate cannot be read"};
	bool rooted = x509 && find_root(set, vek->product, &root, &out->why), seen = false;
	if (!x509)
		root = (struct root){0};
	out->unchecked = x509 && root.der.n == 0;
	if (rooted) {
		out->anchor = hash_sha256(root.der);
		out->builtin = root.builtin;
		out->why = judge_validity(vek, &root, at_ms);
		intermediate = find_intermediate(vek, x509, &root, set, at_ms, &seen);
		out->unchecked = !seen && !out->why;
		if (!intermediate && !out->why)
			out->why = seen ? "no valid intermediate that the root has signed has signed it"
			                : "the intermediate (ASK or ASVK) is not at hand";
		out->trusted = out->why == NULL;
	}
	if (intermediate)
		check_revocation(set, &root, intermediate, at_ms, out);
	X509_free(intermediate);
	X509_free(root.x509);
	X509_free(x509);
	ERR_clear_error();
}

bool snp_vek_is_authentic(struct bytes vek_der, const struct collateral_set *set, int64_t at_ms, struct arena *a)
{
	struct snp_vek vek;
	struct snp_chain chain;
	if (!snp_vek_parse(vek_der, &vek) || fault_is_set(vek.fault))
		return false;
	(void)a;
	snp_chain_verify(&vek, set, at_ms, &chain);
	return chain.trusted;
}

/* ---- intake ---- */

/* A VEK that does not chain to a pinned root. Judged at the end of its validity: whether it was valid at the
 * time of some evidence is that verdict's question. */
static const char *vet_certificate(struct bytes der, const struct collateral_set *set, struct arena *a)
{
	struct snp_vek vek;
	if (!snp_vek_parse(der, &vek))
		return NULL;
	if (fault_is_set(vek.fault))
		return vek.why;
	if (snp_vek_is_authentic(der, set, vek.cert.not_after_ms, a))
		return NULL;
	return "it names itself a VCEK or VLEK and does not chain to a pinned AMD root";
}

/* A CRL in the name of a pinned root that the root has not signed. */
static const char *vet_crl(struct bytes der, const struct collateral_set *set)
{
	for (enum amd_product p = AMD_MILAN; p <= AMD_TURIN; p++) {
		struct root root;
		const char *why, *found = NULL;
		if (find_root(set, p, &root, &why) && use_crl(der, &root, root.x509, root.cert.not_after_ms) == CRL_BAD)
			found = "it is a CRL in the name of a pinned AMD root, which has not signed it";
		X509_free(root.x509);
		if (found)
			return found;
	}
	return NULL;
}

const char *snp_collateral_vet(const struct collateral *item, const struct collateral_set *set, struct arena *a)
{
	if (item->kind == COLLATERAL_CERTIFICATE)
		return vet_certificate(item->der, set, a);
	if (item->kind == COLLATERAL_CRL)
		return vet_crl(item->der, set);
	return NULL;
}
