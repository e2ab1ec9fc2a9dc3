/* PCK <- Platform or Processor CA <- root: the certificates that come with a quote, and their verification. */
#include "base/base64.h"
#include "base/limits.h"
#include "evidence/pck.h"

/* ---- text ---- */

static const struct bytes begin_line = BYTES_LITERAL("-----BEGIN CERTIFICATE-----");
static const struct bytes end_line = BYTES_LITERAL("-----END CERTIFICATE-----");

static void skip_line_ends(struct cursor *c)
{
	while (c->left.n > 0 && (c->left.p[0] == '\n' || c->left.p[0] == '\r'))
		cursor_take(c, 1, "pem");
}

static void expect_text(struct cursor *c, struct bytes text, const char *field)
{
	if (cursor_ok(c) && !bytes_starts_with(c->left, text))
		cursor_fail(c, FAULT_SYNTAX, field);
	cursor_take(c, text.n, field);
}

/* Base64 digits up to the next '-', without the line ends between them. */
static struct bytes read_digits(struct cursor *c, struct arena *a)
{
	size_t n = 0, digits = 0;
	while (n < c->left.n && c->left.p[n] != '-')
		n++;
	struct bytes lines = cursor_take(c, n, "pem");
	uint8_t *out = arena_alloc(a, n + 1);
	if (!out) {
		cursor_fail(c, FAULT_LIMIT, "pem");
		return (struct bytes){NULL, 0};
	}
	for (size_t i = 0; i < lines.n; i++)
		if (lines.p[i] != '\n' && lines.p[i] != '\r')
			out[digits++] = lines.p[i];
	return bytes_of(out, digits);
}

static struct bytes read_certificate(struct cursor *c, struct arena *a)
{
	struct bytes der = {NULL, 0};
	struct cert cert;
	expect_text(c, begin_line, "pem");
	if (cursor_ok(c) && (c->left.n == 0 || (c->left.p[0] != '\n' && c->left.p[0] != '\r')))
		cursor_fail(c, FAULT_SYNTAX, "pem");
	struct bytes digits = read_digits(c, a);
	expect_text(c, end_line, "pem");
	if (cursor_ok(c) && (!base64_decode_arena(a, digits, &der) || fault_is_set(cert_parse(der, &cert)) ||
	                     cert.raw.n == 0))
		cursor_fail(c, FAULT_ENCODING, "certificate");
	return der;
}

/* ---- who is who ---- */

static bool is_root(const struct cert *c)
{
	return bytes_equal_text(cert_common_name(c->subject), "Intel SGX Root CA");
}

static bool is_intermediate(const struct cert *c)
{
	struct bytes cn = cert_common_name(c->subject);
	return bytes_equal_text(cn, "Intel SGX PCK Platform CA") || bytes_equal_text(cn, "Intel SGX PCK Processor CA");
}

static const char *place(struct pck_chain *chain, struct bytes der)
{
	struct pck leaf;
	struct cert c;
	if (pck_parse(der, &leaf)) {
		if (chain->found)
			return "there are two PCK certificates";
		chain->found = true;
		chain->leaf = leaf;
		return NULL;
	}
	if (fault_is_set(cert_parse(der, &c)) || (!is_root(&c) && !is_intermediate(&c)))
		return "a certificate is neither a PCK's, nor one of its CAs', nor the root's";
	struct bytes *to = is_root(&c) ? &chain->root : &chain->intermediate;
	if (to->n > 0)
		return "there are two certificates of one role";
	*to = der;
	*(is_root(&c) ? &chain->root_cert : &chain->intermediate_cert) = c;
	return NULL;
}

static void place_all(struct pck_chain *chain)
{
	for (size_t i = 0; i < chain->n && !chain->why; i++)
		chain->why = place(chain, chain->der[i]);
	if (!chain->why && !chain->found)
		chain->why = "there is no PCK certificate";
	else if (!chain->why && chain->intermediate.n > 0 &&
	         !bytes_equal(chain->leaf.cert.issuer, chain->intermediate_cert.subject))
		chain->why = "the PCK certificate names another issuer than the CA that came with it";
}

struct fault pck_chain_parse(struct bytes pem, size_t offset, struct arena *a, struct pck_chain *out)
{
	struct cursor c = cursor_at(pem, offset);
	*out = (struct pck_chain){0};
	if (pem.n > LIMIT_PCK_CHAIN_BYTES)
		return fault_at(FAULT_LIMIT, offset, "certification_data");
	do {
		struct bytes der = read_certificate(&c, a);
		if (cursor_ok(&c) && out->n == PCK_CHAIN_MAX)
			cursor_fail(&c, FAULT_LIMIT, "certification_data");
		else if (cursor_ok(&c))
			out->der[out->n++] = der;
		skip_line_ends(&c);
	} while (cursor_ok(&c) && c.left.n > 0 && c.left.p[0] != 0);
	while (c.left.n > 0 && c.left.p[0] == 0) /* a C string's end, in many real quotes */
		cursor_take(&c, 1, "pem");
	struct fault f = cursor_end(&c, "certification_data");
	if (!fault_is_set(f))
		place_all(out);
	return f;
}

/* The first in the collateral that is named as the issuer, and has signed the leaf: there may be others of that name. */
static void find_intermediate(const struct collateral_set *set, struct pck_chain *out)
{
	for (size_t i = 0; set && i < set->n && out->intermediate.n == 0; i++) {
		struct cert c;
		if (set->items[i].kind != COLLATERAL_CERTIFICATE || fault_is_set(cert_parse(set->items[i].der, &c)) ||
		    !is_intermediate(&c) || !bytes_equal(c.subject, out->leaf.cert.issuer))
			continue;
		struct ecdsa_key *key = ecdsa_key_of_spki(ECDSA_P256, c.spki);
		if (intel_is_signed_by(&out->leaf.cert, key)) {
			out->intermediate = set->items[i].der;
			out->intermediate_cert = c;
		}
		ecdsa_key_free(key);
	}
}

void pck_chain_of_leaf(struct bytes leaf_der, const struct collateral_set *set, struct pck_chain *out)
{
	*out = (struct pck_chain){.der = {leaf_der}, .n = 1};
	place_all(out);
	if (out->found)
		find_intermediate(set, out);
}

/* ---- verification ---- */

/* The pinned root that has signed the intermediate. */
static bool find_anchor(const struct pck_chain *c, const struct collateral_set *set, struct pck_trust *out)
{
	size_t at = 0;
	bool named = false;
	while (intel_anchor_next(set, &at, &out->anchor)) {
		struct ecdsa_key *key = ecdsa_key_of_spki(ECDSA_P256, out->anchor.cert.spki);
		bool name = bytes_equal(c->intermediate_cert.issuer, out->anchor.cert.subject);
		bool good = name && intel_is_signed_by(&c->intermediate_cert, key);
		/* Of the root that came along only name and key are of use; where it is another encoding of the
		 * pinned one (Intel made two), its signature tells that it is the vendor's. */
		if (good && c->root.n > 0 && !bytes_equal(c->root, out->anchor.der)) {
			bool same = bytes_equal(c->root_cert.subject, out->anchor.cert.subject) &&
			            bytes_equal(c->root_cert.issuer, out->anchor.cert.subject) &&
			            bytes_equal(c->root_cert.spki, out->anchor.cert.spki);
			good = same && intel_is_signed_by(&c->root_cert, key);
			out->why = "the root that came with the chain is not the pinned one";
		}
		ecdsa_key_free(key);
		named |= name;
		if (good)
			return true;
	}
	out->unchecked = at == 0;
	if (at == 0)
		out->why = "no root is pinned";
	else if (!out->why)
		out->why = named ? "the CA of the PCK certificate is not signed by the pinned root of that name"
		                 : "the CA of the PCK certificate names another root than the pinned one";
	return false;
}

static void intersect(struct pck_trust *t, const struct cert *c)
{
	int64_t from = c->validity_readable ? c->not_before_ms : INT64_MAX; /* unreadable: never */
	t->from_ms = from > t->from_ms ? from : t->from_ms;
	t->to_ms = c->not_after_ms < t->to_ms ? c->not_after_ms : t->to_ms;
}

void pck_chain_verify(const struct pck_chain *c, const struct collateral_set *set, struct pck_trust *out)
{
	*out = (struct pck_trust){.from_ms = INT64_MIN, .to_ms = INT64_MAX};
	if (!c->found || c->intermediate.n == 0) {
		out->unchecked = true;
		out->why = c->found ? "the CA that has issued the PCK certificate is not at hand"
		                    : "no PCK certificate is at hand";
		return;
	}
	if (!find_anchor(c, set, out))
		return;
	out->why = NULL;
	struct ecdsa_key *key = ecdsa_key_of_spki(ECDSA_P256, c->intermediate_cert.spki);
	if (!bytes_equal(c->leaf.cert.issuer, c->intermediate_cert.subject))
		out->why = "the PCK certificate names another issuer than its CA";
	else if (!intel_has_role(&c->intermediate_cert, true, 0))
		out->why = "the CA's certificate is none of a CA of path length 0 (basicConstraints, keyUsage)";
	else if (!intel_is_signed_by(&c->leaf.cert, key))
		out->why = "the PCK certificate is not signed by its CA";
	ecdsa_key_free(key);
	out->rooted = out->why == NULL;
	intersect(out, &c->leaf.cert);
	intersect(out, &c->intermediate_cert);
	intersect(out, &out->anchor.cert);
}

const char *pck_trust_why(const struct pck_trust *t, int64_t at_ms)
{
	if (!t->rooted)
		return t->why;
	if (at_ms < t->from_ms)
		return "the PCK certificate or one above it is not valid yet at this time";
	return at_ms > t->to_ms ? "the PCK certificate or one above it has expired at this time" : NULL;
}
