/* Every step of verifying a bundle, in their order. */
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/timestamp.h"
#include "evidence/sigstore_part.h"

enum { ROOTS_MAX = 16 };

/* ---- signatures ---- */

static EVP_PKEY *read_key(struct bytes spki)
{
	const uint8_t *p = spki.p;
	EVP_PKEY *key = spki.n > 0 && spki.n <= LIMIT_CERTIFICATE_BYTES ? d2i_PUBKEY(NULL, &p, (long)spki.n) : NULL;
	if (key && p != spki.p + spki.n) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	return key;
}

/* The hash that goes with a key; false: a key of another kind. *md NULL for Ed25519, which hashes itself. */
static bool hash_of(const EVP_PKEY *key, const EVP_MD **md)
{
	static const struct {
		const char *group;
		const EVP_MD *(*md)(void);
	} curves[] = {{"prime256v1", EVP_sha256}, {"secp384r1", EVP_sha384}, {"secp521r1", EVP_sha512}};
	char group[64];
	size_t n;
	*md = NULL;
	if (EVP_PKEY_is_a(key, "ED25519"))
		return true;
	if (!EVP_PKEY_is_a(key, "EC") || EVP_PKEY_get_group_name(key, group, sizeof(group), &n) != 1)
		return false;
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]) && !*md; i++)
		if (strcmp(group, curves[i].group) == 0)
			*md = curves[i].md();
	return *md != NULL;
}

bool sigstore_signature_verify(struct bytes spki, struct bytes message, struct bytes signature)
{
	const EVP_MD *md;
	ERR_set_mark();
	EVP_PKEY *key = read_key(spki);
	EVP_MD_CTX *ctx = key && hash_of(key, &md) ? EVP_MD_CTX_new() : NULL;
	bool good = ctx && signature.n > 0 && EVP_DigestVerifyInit(ctx, NULL, md, NULL, key) == 1 &&
	            EVP_DigestVerify(ctx, signature.p, signature.n, message.p, message.n) == 1;
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	ERR_pop_to_mark();
	return good;
}

/* Pre-authentication encoding of DSSE: lengths in bytes, decimal. */
static struct bytes pae_of(const struct sigstore_bundle *b, struct arena *a)
{
	struct buffer out;
	buffer_init(&out, b->payload.n + b->payload_type.n + 64);
	buffer_printf(&out, "DSSEv1 %zu ", b->payload_type.n);
	buffer_put_bytes(&out, b->payload_type);
	buffer_printf(&out, " %zu ", b->payload.n);
	buffer_put_bytes(&out, b->payload);
	struct bytes pae = buffer_ok(&out) ? arena_bytes(a, buffer_bytes(&out)) : (struct bytes){NULL, 0};
	buffer_release(&out);
	return pae;
}

static void verify_signature(struct sigstore_work *w)
{
	struct sigstore_check *c = &w->out->step[SIGSTORE_SIGNATURE];
	if (!bytes_equal_text(w->bundle->payload_type, "application/vnd.in-toto+json"))
		sigstore_note(c, CHECK_FAIL, "the payload's type is not application/vnd.in-toto+json");
	else if (!sigstore_signature_verify(w->leaf.spki, w->pae, w->bundle->signature))
		sigstore_note(c, CHECK_FAIL, "the signature does not verify with the certificate's key");
}

/* ---- the time of signing ---- */

static void verify_time(struct sigstore_work *w)
{
	struct sigstore_check *c = &w->out->step[SIGSTORE_TIME];
	const struct sigstore_times *t = &w->times;
	char text[TIMESTAMP_TEXT_SIZE];
	if (t->n == 0)
		sigstore_note(c, t->open ? CHECK_NOT_CHECKED : CHECK_FAIL,
		              t->open ? "no time of signing could be checked"
		                      : "neither the log's signed time nor a timestamp says when it was signed");
	for (size_t i = 0; i < t->n; i++) {
		if (w->out->signed_ms == 0 || t->ms[i] < w->out->signed_ms)
			w->out->signed_ms = t->ms[i];
		if (!w->leaf.validity_readable || t->ms[i] < w->leaf.not_before_ms || t->ms[i] > w->leaf.not_after_ms)
			sigstore_note(c, CHECK_FAIL,
			              arena_format(w->arena, "the certificate was not valid at %s, when it was signed",
			                           timestamp_text(t->ms[i], text)));
	}
}

/* ---- all of it ---- */

void sigstore_note(struct sigstore_check *c, enum check_result result, const char *why)
{
	static const int badness[] = {[CHECK_PASS] = 0, [CHECK_NOT_CHECKED] = 1, [CHECK_FAIL] = 2};
	bool first = !c->why && result == c->result;
	if (badness[result] <= badness[c->result] && !first)
		return;
	c->result = result;
	c->why = why ? why : "no memory for what is wrong";
}

void sigstore_verify(const struct sigstore_bundle *b, const struct sigstore_root *root, struct arena *a,
                     struct sigstore_trust *out)
{
	static const char unreadable[] = "the signing certificate cannot be read";
	struct sigstore_work w = {.bundle = b, .root = root, .out = out, .arena = a};
	*out = (struct sigstore_trust){.root = root};
	for (size_t i = 0; i < SIGSTORE_STEPS; i++)
		out->step[i].result = CHECK_PASS;
	struct fault f = cert_parse(b->certificate, &w.leaf);
	w.pae = pae_of(b, a);
	if (fault_is_set(f) || w.pae.n == 0) {
		for (size_t i = 0; i < SIGSTORE_STEPS; i++)
			sigstore_note(&out->step[i], i == SIGSTORE_SHAPE ? CHECK_FAIL : CHECK_NOT_CHECKED, unreadable);
		return;
	}
	verify_signature(&w);
	sigstore_verify_entries(&w);
	sigstore_verify_timestamps(&w);
	verify_time(&w);
	sigstore_verify_certificate(&w);
}

const char *sigstore_failure(const struct sigstore_trust *t)
{
	for (size_t i = 0; i < SIGSTORE_STEPS; i++)
		if (t->step[i].result == CHECK_FAIL)
			return t->step[i].why;
	return NULL;
}

/* SET, proof, checkpoint and timestamp need not all be there: which there are depends on the bundle's version and the
 * log's; the steps of log and time tell whether enough of them is. */
bool sigstore_step_required(enum sigstore_step step)
{
	return step != SIGSTORE_SET && step != SIGSTORE_INCLUSION && step != SIGSTORE_CHECKPOINT && step != SIGSTORE_TIMESTAMP;
}

bool sigstore_is_trusted(const struct sigstore_trust *t)
{
	if (!t->root || sigstore_failure(t))
		return false;
	for (unsigned i = 0; i < SIGSTORE_STEPS; i++)
		if (sigstore_step_required((enum sigstore_step)i) && t->step[i].result != CHECK_PASS)
			return false;
	return true;
}

static size_t passed(const struct sigstore_trust *t)
{
	size_t n = 0;
	for (size_t i = 0; i < SIGSTORE_STEPS; i++)
		n += t->step[i].result == CHECK_PASS;
	return n;
}

void sigstore_verify_any(const struct sigstore_bundle *b, const struct collateral_set *set, struct arena *a,
                         struct sigstore_trust *out)
{
	struct sigstore_root *roots = arena_array(a, ROOTS_MAX, sizeof(*roots));
	struct sigstore_trust t;
	size_t n = roots ? sigstore_roots(set, a, roots, ROOTS_MAX) : 0;
	*out = (struct sigstore_trust){.root = NULL};
	for (size_t i = 0; i < n; i++) {
		sigstore_verify(b, &roots[i], a, &t);
		if (!out->root || sigstore_is_trusted(&t) || (!sigstore_is_trusted(out) && passed(&t) > passed(out)))
			*out = t;
		if (sigstore_is_trusted(out))
			return;
	}
}
