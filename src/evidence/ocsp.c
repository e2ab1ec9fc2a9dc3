/* Who signed an OCSP response, what it says of a certificate, and how to ask for one: RFC 6960. */
#include "evidence/ocsp.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/timestamp.h"

enum {
	SKEW_MS = 5 * 60 * 1000,   /* clocks of responders and of captures */
	REASON_HOLD = 6,           /* CRLReason certificateHold */
	HASH_BYTES_MAX = 64,
};

/* ---- signatures ---- */

static const uint8_t ecdsa_sha256[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};
static const uint8_t ecdsa_sha384[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03};
static const uint8_t rsa_sha256[] = {0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                                     0xf7, 0x0d, 0x01, 0x01, 0x0b, 0x05, 0x00};
static const uint8_t rsa_sha384[] = {0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                                     0xf7, 0x0d, 0x01, 0x01, 0x0c, 0x05, 0x00};

/* The digest of a signature algorithm; NULL for algorithms that are not accepted. Which family it is the key tells:
 * OpenSSL reads the signature by it. */
static const EVP_MD *digest_of(struct bytes algorithm)
{
	if (bytes_equal(algorithm, bytes_of(ecdsa_sha384, sizeof(ecdsa_sha384))) ||
	    bytes_equal(algorithm, bytes_of(rsa_sha384, sizeof(rsa_sha384))))
		return EVP_sha384();
	if (bytes_equal(algorithm, bytes_of(ecdsa_sha256, sizeof(ecdsa_sha256))) ||
	    bytes_equal(algorithm, bytes_of(rsa_sha256, sizeof(rsa_sha256))))
		return EVP_sha256();
	return NULL;
}

static bool is_signed(struct bytes message, struct bytes algorithm, struct bytes signature, struct bytes spki)
{
	const uint8_t *p = spki.p;
	const EVP_MD *md = digest_of(algorithm);
	EVP_PKEY *key = md && spki.n <= INT32_MAX ? d2i_PUBKEY(NULL, &p, (long)spki.n) : NULL;
	EVP_MD_CTX *ctx = key ? EVP_MD_CTX_new() : NULL;
	bool good = ctx && EVP_DigestVerifyInit(ctx, NULL, md, NULL, key) == 1 &&
	            EVP_DigestVerify(ctx, signature.p, signature.n, message.p, message.n) == 1;
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return good;
}

/* ---- hashes of names and keys ---- */

/* Of the hashes that responders are asked with. */
static const EVP_MD *hash_of(struct bytes oid)
{
	static const uint8_t sha1[] = {0x2b, 0x0e, 0x03, 0x02, 0x1a};
	static const uint8_t sha2[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02};
	if (bytes_equal(oid, bytes_of(sha1, sizeof(sha1))))
		return EVP_sha1();
	if (oid.n != sizeof(sha2) + 1 || !bytes_starts_with(oid, bytes_of(sha2, sizeof(sha2))))
		return NULL;
	switch (oid.p[sizeof(sha2)]) {
	case 1:
		return EVP_sha256();
	case 2:
		return EVP_sha384();
	case 3:
		return EVP_sha512();
	default:
		return NULL;
	}
}

static bool has_hash(struct bytes content, const EVP_MD *md, struct bytes wanted)
{
	uint8_t hash[HASH_BYTES_MAX];
	unsigned n = 0;
	return md && EVP_Digest(content.p, content.n, hash, &n, md, NULL) == 1 &&
	       bytes_equal(bytes_of(hash, n), wanted);
}

/* The bits of the subject's public key: what issuerKeyHash and responder's byKey are over. */
static struct bytes key_bits(struct bytes spki)
{
	struct cursor c = cursor_of(spki);
	struct der sequence = der_expect(&c, DER_SEQUENCE, "spki");
	struct cursor in = der_inside(&sequence);
	der_expect(&in, DER_SEQUENCE, "algorithm");
	return der_bit_string(&in, "subjectPublicKey");
}

static bool is_about(const struct ocsp_single *s, const struct ocsp_subject *subject)
{
	const EVP_MD *md = hash_of(s->algorithm);
	const struct cert *issuer = subject->issuers[0];
	return bytes_equal(s->serial, subject->certificate->serial) &&
	       has_hash(issuer->subject, md, s->issuer_name_hash) &&
	       has_hash(key_bits(issuer->spki), md, s->issuer_key_hash);
}

/* ---- the responder ---- */

static bool is_responder(const struct ocsp_response *r, const struct cert *c)
{
	if (r->responder_name.n > 0)
		return bytes_equal(r->responder_name, c->subject);
	return has_hash(key_bits(c->spki), EVP_sha1(), r->responder_key_hash);
}

/* ExtKeyUsage with id-kp-OCSPSigning (RFC 6960 section 4.2.2.2). */
static bool may_answer(const struct cert *c)
{
	static const uint8_t ext_key_usage[] = {0x55, 0x1d, 0x25};
	static const uint8_t ocsp_signing[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x09};
	struct cert_extension e;
	size_t count = 0;
	if (!cert_extension_find(c, bytes_of(ext_key_usage, sizeof(ext_key_usage)), &e, &count) || count != 1)
		return false;
	struct cursor v = cursor_at(e.value, e.offset);
	struct der list = der_expect(&v, DER_SEQUENCE, "extKeyUsage"), purpose;
	struct cursor in = der_inside(&list);
	while (der_next(&in, &purpose, "purpose"))
		if (purpose.tag == DER_OID && bytes_equal(purpose.content, bytes_of(ocsp_signing, sizeof(ocsp_signing))))
			return true;
	return false;
}

static const char *judge_delegate(const struct cert *c, const struct ocsp_response *r, const struct ocsp_subject *s)
{
	if (!may_answer(c))
		return "its signer's certificate is not one for OCSP";
	if (!c->validity_readable || r->produced_ms < c->not_before_ms || r->produced_ms > c->not_after_ms)
		return "its signer's certificate was not valid when it answered";
	for (size_t i = 0; i < s->issuer_count; i++)
		if (bytes_equal(c->issuer, s->issuers[i]->subject) &&
		    is_signed(c->tbs, c->signature_algorithm, c->signature, s->issuers[i]->spki))
			return NULL;
	return "no CA of the chain has signed its signer's certificate";
}

const char *ocsp_not_authentic(const struct ocsp_response *r, const struct ocsp_subject *s)
{
	const char *why = "it is not signed by the certificate's issuer or by a responder of its own";
	if (!digest_of(r->algorithm))
		return "it is signed with an algorithm that teewatch does not know";
	if (is_responder(r, s->issuers[0]) && is_signed(r->tbs, r->algorithm, r->signature, s->issuers[0]->spki))
		return NULL;
	for (size_t i = 0; i < r->certificate_count; i++) {
		struct cert c;
		if (fault_is_set(cert_parse(r->certificates[i], &c)) || !is_responder(r, &c))
			continue;
		why = judge_delegate(&c, r, s);
		if (!why && is_signed(r->tbs, r->algorithm, r->signature, c.spki))
			return NULL;
		why = why ? why : "its signature does not verify";
	}
	return why;
}

/* ---- what the responses say ---- */

/* Best last: a revocation does not grow old, and a later answer lists what was revoked before. */
enum use { USE_NONE, USE_BAD, USE_UNKNOWN, USE_STALE, USE_REVOKED_LATER, USE_LATER, USE_GOOD, USE_REVOKED };

static enum use use_of(const struct ocsp_single *s, int64_t at_ms)
{
	if (s->status == OCSP_STATUS_UNKNOWN)
		return USE_UNKNOWN;
	if (s->status == OCSP_STATUS_REVOKED)
		return s->revoked_ms <= at_ms + SKEW_MS ? USE_REVOKED : USE_REVOKED_LATER;
	if (at_ms + SKEW_MS < s->this_update_ms)
		return USE_LATER;
	return at_ms - SKEW_MS > s->next_update_ms ? USE_STALE : USE_GOOD;
}

static const char *why_of(enum use use, const struct ocsp_single *s, struct arena *a)
{
	char date[TIMESTAMP_TEXT_SIZE];
	switch (use) {
	case USE_NONE:
		return "no OCSP response on it is at hand";
	case USE_UNKNOWN:
		return "the responder does not know the certificate";
	case USE_STALE:
		return arena_format(a, VERDICT_STALE "the OCSP response at hand ended at %s",
		                    timestamp_text(s->next_update_ms, date));
	case USE_REVOKED_LATER:
		return arena_format(a, "it was revoked later, at %s", timestamp_text(s->revoked_ms, date));
	case USE_LATER:
		return arena_format(a, "not revoked at the later time %s", timestamp_text(s->this_update_ms, date));
	case USE_GOOD:
		return "";
	case USE_REVOKED:
		return arena_format(a, "%s at %s", s->reason == REASON_HOLD ? "put on hold" : "revoked",
		                    timestamp_text(s->revoked_ms, date));
	case USE_BAD:
		break;
	}
	return "the OCSP response at hand is not authentic";
}

struct sifting {
	const struct ocsp_subject *subject;
	int64_t at_ms;
	struct arena *arena;
	enum use best;
	struct ocsp_finding *out;
};

static void sift_single(struct sifting *x, const struct ocsp_response *r, const struct ocsp_single *s)
{
	const char *why = ocsp_not_authentic(r, x->subject);
	enum use use = why ? USE_BAD : use_of(s, x->at_ms);
	x->out->seen = true;
	x->out->authentic |= !why;
	x->out->forged |= why && digest_of(r->algorithm);
	if (use <= x->best)
		return;
	x->best = use;
	x->out->why = why ? arena_format(x->arena, "the OCSP response at hand is not authentic: %s", why)
	                  : why_of(use, s, x->arena);
	x->out->as_of_ms = s->this_update_ms;
	x->out->has_nonce = r->nonce.n > 0;
}

void ocsp_judge(const struct collateral_set *set, const struct ocsp_subject *s, int64_t at_ms, struct arena *a,
                struct ocsp_finding *out)
{
	struct sifting x = {.subject = s, .at_ms = at_ms, .arena = a, .best = USE_NONE, .out = out};
	struct ocsp_response *r = arena_alloc(a, sizeof(*r));
	*out = (struct ocsp_finding){.result = CHECK_NOT_CHECKED, .why = why_of(USE_NONE, NULL, a)};
	for (size_t i = 0; r && set && i < set->n; i++) {
		if (set->items[i].kind != COLLATERAL_OCSP || fault_is_set(ocsp_parse(set->items[i].der, r)))
			continue;
		for (size_t k = 0; k < r->single_count; k++)
			if (is_about(&r->singles[k], s))
				sift_single(&x, r, &r->singles[k]);
	}
	if (x.best == USE_GOOD || x.best == USE_LATER)
		out->result = CHECK_PASS;
	else if (x.best == USE_REVOKED)
		out->result = CHECK_FAIL;
	out->why = out->why ? out->why : "";
}

/* ---- requests ---- */

static void put_tagged(struct buffer *out, uint8_t tag, struct bytes content)
{
	buffer_put_u8(out, tag);
	if (content.n >= 0x100)
		buffer_put_u8(out, 0x82);
	else if (content.n >= 0x80)
		buffer_put_u8(out, 0x81);
	if (content.n >= 0x100)
		buffer_put_u16be(out, (uint16_t)content.n);
	else
		buffer_put_u8(out, (uint8_t)content.n);
	buffer_put_bytes(out, content);
}

/* Put what stands from `at` on into an element with this tag. */
static void wrap(struct buffer *b, size_t at, uint8_t tag)
{
	struct buffer inner;
	buffer_init(&inner, OCSP_REQUEST_BYTES_MAX);
	buffer_put_bytes(&inner, bytes_slice(buffer_bytes(b), at, b->n - at));
	b->n = at;
	put_tagged(b, tag, buffer_bytes(&inner));
	buffer_release(&inner);
}

static void put_hash(struct buffer *b, struct bytes content)
{
	uint8_t hash[HASH_BYTES_MAX];
	unsigned n = 0;
	if (EVP_Digest(content.p, content.n, hash, &n, EVP_sha1(), NULL) == 1)
		put_tagged(b, DER_OCTET_STRING, bytes_of(hash, n));
}

static void put_nonce(struct buffer *b, struct bytes nonce)
{
	static const uint8_t oid[] = {0x06, 0x09, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x02};
	size_t at = b->n, inner;
	buffer_put(b, oid, sizeof(oid));
	inner = b->n;
	put_tagged(b, DER_OCTET_STRING, nonce);
	wrap(b, inner, DER_OCTET_STRING);
	wrap(b, at, DER_SEQUENCE);                    /* Extension */
	wrap(b, at, DER_SEQUENCE);                    /* Extensions */
	wrap(b, at, DER_CONTEXT_CONSTRUCTED | 2);     /* requestExtensions */
}

void ocsp_request_put(const struct cert *certificate, const struct cert *issuer, struct bytes nonce,
                      struct buffer *out)
{
	static const uint8_t sha1[] = {0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00};
	struct buffer b;
	buffer_init(&b, OCSP_REQUEST_BYTES_MAX);
	buffer_put(&b, sha1, sizeof(sha1));
	put_hash(&b, issuer->subject);
	put_hash(&b, key_bits(issuer->spki));
	put_tagged(&b, DER_INTEGER, certificate->serial);
	wrap(&b, 0, DER_SEQUENCE);                    /* CertID */
	wrap(&b, 0, DER_SEQUENCE);                    /* Request */
	wrap(&b, 0, DER_SEQUENCE);                    /* requestList */
	if (nonce.n > 0)
		put_nonce(&b, nonce);
	wrap(&b, 0, DER_SEQUENCE);                    /* TBSRequest */
	wrap(&b, 0, DER_SEQUENCE);                    /* OCSPRequest */
	buffer_put_bytes(out, buffer_bytes(&b));
	buffer_release(&b);
}

bool ocsp_request_add_nonce(struct bytes request, struct bytes nonce, struct buffer *out)
{
	struct cursor c = cursor_of(request);
	struct der whole = der_expect(&c, DER_SEQUENCE, "request");
	struct cursor in = der_inside(&whole);
	struct der tbs = der_expect(&in, DER_SEQUENCE, "tbsRequest");
	struct cursor parts = der_inside(&tbs);
	der_expect(&parts, DER_SEQUENCE, "requestList");
	if (fault_is_set(cursor_end(&c, "request")) || fault_is_set(cursor_end(&in, "request")) ||
	    fault_is_set(cursor_end(&parts, "tbsRequest")) || nonce.n == 0)
		return false;
	struct buffer b;
	buffer_init(&b, OCSP_REQUEST_BYTES_MAX);
	buffer_put_bytes(&b, tbs.content);
	put_nonce(&b, nonce);
	wrap(&b, 0, DER_SEQUENCE);                    /* TBSRequest */
	wrap(&b, 0, DER_SEQUENCE);                    /* OCSPRequest */
	bool good = buffer_ok(&b);
	buffer_put_bytes(out, buffer_bytes(&b));
	buffer_release(&b);
	return good;
}

bool ocsp_nonce_contradicts(struct bytes der, struct bytes nonce)
{
	struct ocsp_response r;
	return nonce.n > 0 && ocsp_is(der) && !fault_is_set(ocsp_parse(der, &r)) && r.nonce.n > 0 &&
	       !bytes_equal(r.nonce, nonce);
}
