/*
 * Signer <- product's CA for a time <- product's CA <- pinned root: always four certificates, all with keys on
 * P-384 and signed with ECDSA and SHA-384. There is no search for another path, and the root that came with the RIM
 * has to be the pinned one byte by byte.
 */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "cert/cert.h"
#include "evidence/es384.h"
#include "evidence/nvidia_rim_roots.h"
#include "evidence/rim_part.h"

struct link {
	struct cert cert;
	X509 *x509;
};

/* AlgorithmIdentifier of ecdsa-with-SHA384 (RFC 5758 section 3.2). */
static const uint8_t ecdsa_sha384[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03};

static bool has_name(struct bytes name, const char *part)
{
	struct buffer text;
	buffer_init(&text, 64 << 10);
	cert_name_put_text(name, &text);
	bool has = strstr(buffer_text(&text), part) != NULL;
	buffer_release(&text);
	return has;
}

static X509 *read_x509(struct bytes der)
{
	const uint8_t *p = der.p;
	X509 *x = d2i_X509(NULL, &p, (long)der.n);
	if (x && p != der.p + der.n) {
		X509_free(x);
		x = NULL;
	}
	ERR_clear_error();
	return x;
}

/* Anchors that the user gave replace the built-in root. NVIDIA's root of devices vouches for no RIM: below it every
 * device has a key that may sign certificates. */
static bool is_pinned(struct bytes der, const struct cert *c, const struct collateral_set *set, bool *builtin)
{
	bool replaced = false;
	for (size_t i = 0; set && i < set->n; i++) {
		const struct collateral *item = &set->items[i];
		if (item->kind != COLLATERAL_ANCHOR || strcmp(item->vendor, "nvidia") != 0)
			continue;
		replaced = true;
		if (bytes_equal(item->der, der) && !has_name(c->subject, "Device"))
			return true;
	}
	*builtin = !replaced && bytes_equal(der, nvidia_rim_root);
	return *builtin;
}

/* The one path length constraint and key usage that matter in a chain of fixed length: at place i there are i - 1 CAs
 * below. An extension that is critical and unknown to OpenSSL may restrict anything. */
static bool has_role(X509 *x, size_t place)
{
	uint32_t flags = X509_get_extension_flags(x), usage = X509_get_key_usage(x);
	long length = X509_get_pathlen(x);
	if ((flags & (EXFLAG_CRITICAL | EXFLAG_INVALID)) != 0)
		return false;
	if (place == 0)
		return X509_check_ca(x) == 0 && (usage & KU_DIGITAL_SIGNATURE) != 0;
	return X509_check_ca(x) == 1 && (usage & KU_KEY_CERT_SIGN) != 0 && (length < 0 || (size_t)length + 1 >= place);
}

static bool is_signed_by(const struct link *c, const struct link *issuer)
{
	EVP_PKEY *key = X509_get0_pubkey(issuer->x509);
	bool good = key && bytes_equal(c->cert.issuer, issuer->cert.subject) &&
	            bytes_equal(c->cert.signature_algorithm, bytes_of(ecdsa_sha384, sizeof(ecdsa_sha384))) &&
	            X509_verify(c->x509, key) == 1;
	ERR_clear_error();
	return good;
}

/* P-384 in the one encoding that es384 takes, too. */
static bool is_p384(const struct link *c)
{
	EVP_PKEY *key = X509_get0_pubkey(c->x509);
	char group[32] = "";
	return key && c->cert.spki.n == ES384_SPKI_BYTES && EVP_PKEY_is_a(key, "EC") &&
	       EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1 && strcmp(group, "secp384r1") == 0;
}

static const char *check_links(const struct link *links)
{
	for (size_t i = 0; i < RIM_CERTIFICATES; i++) {
		if (!is_p384(&links[i]))
			return "a key of its chain is not on P-384";
		if (!has_role(links[i].x509, i))
			return "a certificate of its chain may not do what it does there (CA, key usage, path length)";
	}
	for (size_t i = 0; i < RIM_CERTIFICATES; i++) {
		const struct link *issuer = &links[i + 1 < RIM_CERTIFICATES ? i + 1 : i];
		if (!is_signed_by(&links[i], issuer))
			return "a certificate of its chain is not signed by the next one";
	}
	return NULL;
}

/* The CAs are of a product: that of switches speaks for no GPU, and the other way round. */
static const char *check_product(const struct rim *rim, const struct link *links)
{
	bool of_switch = strcmp(rim->edition, "SWITCH") == 0;
	for (size_t i = 1; i < RIM_CERTIFICATES; i++)
		if (has_name(links[i].cert.subject, of_switch ? "GH100" : "LS10"))
			return "its chain is that of another product";
	return NULL;
}

static const char *read_links(const struct rim *rim, struct link *links, struct rim_trust *out)
{
	out->valid_from_ms = INT64_MIN;
	out->valid_to_ms = INT64_MAX;
	for (size_t i = 0; i < RIM_CERTIFICATES; i++) {
		struct cert *c = &links[i].cert;
		links[i].x509 = read_x509(rim->certificates[i]);
		if (!links[i].x509 || fault_is_set(cert_parse(rim->certificates[i], c)) || !c->validity_readable)
			return "a certificate of its chain cannot be read";
		if (c->not_before_ms > out->valid_from_ms)
			out->valid_from_ms = c->not_before_ms;
		if (c->not_after_ms < out->valid_to_ms)
			out->valid_to_ms = c->not_after_ms;
	}
	return NULL;
}

void rim_chain_verify(const struct rim *rim, const struct collateral_set *set, struct rim_trust *out)
{
	struct link links[RIM_CERTIFICATES] = {{.x509 = NULL}};
	const struct link *root = &links[RIM_CERTIFICATES - 1];
	const char *why = read_links(rim, links, out);
	if (!why)
		why = check_links(links);
	if (!why && !is_pinned(rim->certificates[RIM_CERTIFICATES - 1], &root->cert, set, &out->builtin))
		why = "its chain ends in another root than the pinned one";
	if (!why)
		why = check_product(rim, links);
	out->chained = !why;
	out->why = why ? why : "";
	if (out->chained)
		out->anchor = hash_sha256(rim->certificates[RIM_CERTIFICATES - 1]);
	for (size_t i = 0; i < RIM_CERTIFICATES; i++)
		X509_free(links[i].x509);
	ERR_clear_error();
}

const char *rim_collateral_vet(const struct collateral *item, const struct collateral_set *set, struct arena *a)
{
	struct rim rim;
	struct rim_trust trust;
	if (item->kind != COLLATERAL_RIM)
		return NULL;
	if (fault_is_set(rim_parse(item->der, a, &rim)))
		return "it is no well-formed RIM";
	rim_verify(&rim, set, item->next_update_ms, 0, a, &trust);
	return rim_is_authentic(&trust) ? NULL : trust.why;
}
