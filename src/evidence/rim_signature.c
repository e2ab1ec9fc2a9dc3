/*
 * The enveloped signature of a RIM (W3C XML Signature 1.1), in the one profile that NVIDIA uses. No general
 * implementation: such a one finds its key and its content where the document tells it to. Here content, algorithms,
 * key and places are fixed, and all else is refused.
 */
#include "base/base64.h"
#include "cert/cert.h"
#include "evidence/es384.h"
#include "evidence/rim_part.h"

#define C14N_1_1 "http://www.w3.org/2006/12/xml-c14n11"
#define ENVELOPED "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
#define ECDSA_SHA384 "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384"
#define SHA384 "http://www.w3.org/2001/04/xmldsig-more#sha384"

struct reading {
	struct arena *arena;
	struct rim *rim;
};

static bool fail(struct reading *r, enum fault_code code, const char *field)
{
	if (!fault_is_set(r->rim->signature_fault))
		r->rim->signature_fault = fault_at(code, 0, field);
	return false;
}

/* Are the elements in it exactly these, in this order, with nothing around them? */
static bool take_children(struct reading *r, xmlNode *parent, const char *const *names, size_t n, xmlNode **out)
{
	xmlNode *p = rim_xml_element(parent->children);
	for (size_t i = 0; i < n; i++) {
		if (!p || !rim_xml_is(p, RIM_NS_DSIG, names[i]))
			return fail(r, p ? FAULT_VALUE : FAULT_MISSING, names[i]);
		out[i] = p;
		p = rim_xml_next(p);
	}
	if (p || !rim_xml_is_blank(parent))
		return fail(r, FAULT_TRAILING, names[n - 1]);
	return true;
}

/* Has it this one attribute with this value, or, with name NULL, none at all? */
static bool has_only(struct reading *r, const xmlNode *node, const char *name, const char *value)
{
	const xmlAttr *at = node->properties;
	const char *is = name ? rim_xml_attribute(node, NULL, name, r->arena) : NULL;
	bool good = name ? at && !at->next && is && strcmp(is, value) == 0 : !at;
	return good || fail(r, FAULT_VALUE, name ? name : "attribute");
}

/* An algorithm has no parameters in this profile. */
static bool is_algorithm(struct reading *r, xmlNode *node, const char *uri)
{
	if (rim_xml_element(node->children) || !rim_xml_is_blank(node))
		return fail(r, FAULT_UNSUPPORTED, "Algorithm");
	return has_only(r, node, "Algorithm", uri);
}

static bool read_base64(struct reading *r, xmlNode *node, const char *field, struct bytes *out)
{
	const char *text = has_only(r, node, NULL, NULL) ? rim_xml_text(node, r->arena) : NULL;
	return (text && base64_decode_arena(r->arena, bytes_of_text(text), out)) || fail(r, FAULT_ENCODING, field);
}

static bool read_exact(struct reading *r, xmlNode *node, const char *field, uint8_t *out, size_t n)
{
	struct bytes b;
	if (!read_base64(r, node, field, &b))
		return false;
	if (b.n != n)
		return fail(r, FAULT_LENGTH, field);
	memcpy(out, b.p, n);
	return true;
}

/* The whole document, without the signature. */
static bool read_reference(struct reading *r, xmlNode *reference)
{
	static const char *const parts[] = {"Transforms", "DigestMethod", "DigestValue"};
	static const char *const steps[] = {"Transform", "Transform"};
	xmlNode *p[3], *t[2];
	return has_only(r, reference, "URI", "") && take_children(r, reference, parts, 3, p) &&
	       has_only(r, p[0], NULL, NULL) && take_children(r, p[0], steps, 2, t) &&
	       is_algorithm(r, t[0], ENVELOPED) && is_algorithm(r, t[1], C14N_1_1) && is_algorithm(r, p[1], SHA384) &&
	       read_exact(r, p[2], "DigestValue", r->rim->wanted_digest, RIM_HASH_BYTES);
}

static bool read_signed_info(struct reading *r, xmlNode *info)
{
	static const char *const parts[] = {"CanonicalizationMethod", "SignatureMethod", "Reference"};
	xmlNode *p[3];
	return has_only(r, info, NULL, NULL) && take_children(r, info, parts, 3, p) &&
	       is_algorithm(r, p[0], C14N_1_1) && is_algorithm(r, p[1], ECDSA_SHA384) && read_reference(r, p[2]);
}

/* Certificates and nothing else: no key on its own, which a library might prefer. */
static bool read_key_info(struct reading *r, xmlNode *info)
{
	static const char *const parts[] = {"X509Data"};
	static const char *const chain[RIM_CERTIFICATES] = {"X509Certificate", "X509Certificate", "X509Certificate",
	                                                    "X509Certificate"};
	xmlNode *data, *c[RIM_CERTIFICATES];
	if (!has_only(r, info, NULL, NULL) || !take_children(r, info, parts, 1, &data) ||
	    !has_only(r, data, NULL, NULL) || !take_children(r, data, chain, RIM_CERTIFICATES, c))
		return false;
	for (size_t i = 0; i < RIM_CERTIFICATES; i++)
		if (!read_base64(r, c[i], "X509Certificate", &r->rim->certificates[i]))
			return false;
	return true;
}

static bool read_signature(struct reading *r, xmlDoc *doc, xmlNode *signature)
{
	static const char *const parts[] = {"SignedInfo", "SignatureValue", "KeyInfo"};
	xmlNode *p[3];
	if (!has_only(r, signature, NULL, NULL) || !take_children(r, signature, parts, 3, p) ||
	    !read_signed_info(r, p[0]) ||
	    !read_exact(r, p[1], "SignatureValue", r->rim->signature, sizeof(r->rim->signature)) ||
	    !read_key_info(r, p[2]))
		return false;
	r->rim->signed_info = rim_xml_canonical(doc, p[0], r->arena);
	return r->rim->signed_info.n > 0 || fail(r, FAULT_LIMIT, "SignedInfo");
}

/* The last element of the root; anywhere else it would be another kind of signature. */
static xmlNode *find_signature(struct reading *r, xmlNode *root)
{
	xmlNode *found = NULL;
	for (xmlNode *p = rim_xml_element(root->children); p; p = rim_xml_next(p)) {
		if (found) {
			fail(r, FAULT_TRAILING, "Signature");
			return found;
		}
		if (rim_xml_is(p, RIM_NS_DSIG, "Signature"))
			found = p;
	}
	if (!found)
		fail(r, FAULT_MISSING, "Signature");
	return found;
}

xmlNode *rim_signature_take(xmlDoc *doc, struct arena *a, struct rim *out)
{
	struct reading r = {a, out};
	xmlNode *signature = find_signature(&r, xmlDocGetRootElement(doc));
	if (!signature)
		return NULL;
	if (!fault_is_set(out->signature_fault))
		read_signature(&r, doc, signature);
	xmlUnlinkNode(signature); /* the element alone: the white space around it is signed */
	struct bytes content = rim_xml_canonical(doc, NULL, a);
	if (content.n == 0)
		fail(&r, FAULT_LIMIT, "content");
	else
		hash_sha384(content, out->digest);
	return signature;
}

/* ---- verification ---- */

static bool verify_bytes(const struct rim *rim, const char **why)
{
	struct cert signer;
	*why = "the signature is not of the form that NVIDIA's have";
	if (fault_is_set(rim->signature_fault))
		return false;
	*why = "the content is not what was signed";
	if (memcmp(rim->digest, rim->wanted_digest, RIM_HASH_BYTES) != 0)
		return false;
	*why = "the signer's certificate cannot be read";
	if (fault_is_set(cert_parse(rim->certificates[0], &signer)))
		return false;
	*why = "the signature does not verify with the key of the signer's certificate";
	if (!es384_verify(signer.spki, rim->signed_info, rim->signature))
		return false;
	*why = "";
	return true;
}

static bool contains(const struct rim_trust *t, int64_t ms)
{
	return t->valid_from_ms <= ms && ms <= t->valid_to_ms;
}

void rim_verify(const struct rim *rim, const struct collateral_set *set, int64_t at_ms, int64_t archived_ms,
                struct arena *a, struct rim_trust *out)
{
	*out = (struct rim_trust){.why = ""};
	out->intact = verify_bytes(rim, &out->why);
	if (!out->intact) {
		if (fault_is_set(rim->signature_fault)) {
			const char *more = arena_format(a, "%s (%s: %s)", out->why, rim->signature_fault.field,
			                                fault_code_name(rim->signature_fault.code));
			out->why = more ? more : out->why;
		}
		return;
	}
	rim_chain_verify(rim, set, out);
	if (!out->chained)
		return;
	bool then = archived_ms != 0 && contains(out, archived_ms);
	out->in_time = contains(out, at_ms) || then;
	out->stale = !out->in_time && at_ms > out->valid_to_ms;
	if (out->stale)
		out->why = "a certificate of its chain has expired, and it was not archived while that was valid";
	else if (!out->in_time)
		out->why = "a certificate of its chain is not valid yet";
	else if (!contains(out, at_ms))
		out->why = "a certificate of its chain is not valid at the time; it was when the RIM was archived";
}
