/*
 * The signing key's certificate: that it is one for signing code (RFC 5280 key usages), that it chains to a Fulcio
 * authority at each time of signing, and that a CT log has promised to log it (RFC 6962, over the precertificate).
 */
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/timestamp.h"
#include "ct/sct.h"
#include "evidence/sigstore_part.h"

static X509 *read_x509(struct bytes der)
{
	const uint8_t *p = der.p;
	X509 *x = der.n <= LIMIT_CERTIFICATE_BYTES ? d2i_X509(NULL, &p, (long)der.n) : NULL;
	if (x && p != der.p + der.n) {
		X509_free(x);
		x = NULL;
	}
	return x;
}

/* ---- shape ---- */

static const char *misshapen(X509 *x)
{
	uint32_t flags = X509_get_extension_flags(x);
	if (flags & EXFLAG_INVALID)
		return "an extension of the certificate cannot be read";
	if (flags & EXFLAG_CA)
		return "it is a certificate of an authority";
	if (!(flags & EXFLAG_KUSAGE) || !(X509_get_key_usage(x) & KU_DIGITAL_SIGNATURE))
		return "its key is not for signatures (keyUsage)";
	if (!(flags & EXFLAG_XKUSAGE) || !(X509_get_extended_key_usage(x) & XKU_CODE_SIGN))
		return "its key is not for signing code (extKeyUsage)";
	GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	bool one = names && sk_GENERAL_NAME_num(names) == 1;
	GENERAL_NAMES_free(names);
	return one ? NULL : "it has not exactly one subject alternative name";
}

/* ---- chain ---- */

static STACK_OF(X509) *read_chain(const struct sigstore_authority *ca, X509_STORE *store)
{
	STACK_OF(X509) *others = sk_X509_new_null();
	bool good = others != NULL;
	for (size_t i = 0; i < ca->n && good; i++) {
		X509 *x = read_x509(ca->chain[i]);
		bool last = i + 1 == ca->n;
		good = x && (last ? X509_STORE_add_cert(store, x) == 1 : sk_X509_push(others, x) > 0);
		if (last || !good)
			X509_free(x);
	}
	if (good)
		return others;
	sk_X509_pop_free(others, X509_free);
	return NULL;
}

/* Purposes are looked at above, since OpenSSL 3.0 has none for code. */
static bool chains_at(X509 *leaf, const struct sigstore_authority *ca, int64_t at_ms)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	STACK_OF(X509) *others = store ? read_chain(ca, store) : NULL;
	bool good = ctx && others && X509_STORE_CTX_init(ctx, store, leaf, others) == 1;
	if (good) {
		X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
		X509_VERIFY_PARAM_set_time(param, (time_t)(at_ms / 1000));
		X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_CHECK_SS_SIGNATURE);
		X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_ANY);
		good = X509_verify_cert(ctx) == 1;
	}
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	sk_X509_pop_free(others, X509_free);
	return good;
}

/* Is the leaf issued in the name of this authority's first certificate? */
static bool names_issuer(const struct sigstore_work *w, const struct sigstore_authority *ca)
{
	struct cert issuer;
	return !fault_is_set(cert_parse(ca->chain[0], &issuer)) && bytes_equal(issuer.subject, w->leaf.issuer);
}

/* The authority to which it chains at all times; several may have one name. */
static const struct sigstore_authority *verify_chain(struct sigstore_work *w, X509 *leaf)
{
	struct sigstore_check *c = &w->out->step[SIGSTORE_CHAIN];
	bool named = false;
	if (w->times.n == 0) {
		sigstore_note(c, CHECK_NOT_CHECKED, "the time at which it would have to be valid is not proven");
		return NULL;
	}
	for (size_t i = 0; i < w->root->fulcio_count; i++) {
		const struct sigstore_authority *ca = &w->root->fulcio[i];
		bool good = names_issuer(w, ca);
		named |= good;
		for (size_t k = 0; k < w->times.n && good; k++)
			good = sigstore_period_has(&ca->valid, w->times.ms[k]) && chains_at(leaf, ca, w->times.ms[k]);
		if (good)
			return ca;
	}
	sigstore_note(c, named ? CHECK_FAIL : CHECK_NOT_CHECKED,
	              named ? "the certificate does not chain to the authority that it names, or not at that time"
	                    : "the trusted root does not know the authority that issued the certificate");
	return NULL;
}

/* ---- signed certificate timestamps ---- */

static const struct sigstore_log *find_ct_log(const struct sigstore_root *root, const struct sha256 *id)
{
	for (size_t i = 0; i < root->ct_log_count; i++)
		if (sha256_equal(&root->ct_logs[i].id, id))
			return &root->ct_logs[i];
	return NULL;
}

struct scts {
	struct sha256 seen[LIMIT_SIGSTORE_ENTRIES];
	size_t n, good;
};

static void verify_sct(struct sigstore_work *w, struct bytes raw, const struct sha256 *issuer_key, struct bytes tbs,
                       struct scts *s)
{
	struct sigstore_check *c = &w->out->step[SIGSTORE_SCT];
	struct ct_sct sct;
	if (fault_is_set(ct_sct_parse(raw, &sct)) || s->n == LIMIT_SIGSTORE_ENTRIES) {
		sigstore_note(c, CHECK_FAIL, "one cannot be read");
		return;
	}
	for (size_t i = 0; i < s->n; i++)
		if (sha256_equal(&s->seen[i], &sct.log_id))
			sigstore_note(c, CHECK_FAIL, "two are of the same log");
	s->seen[s->n++] = sct.log_id;
	const struct sigstore_log *log = find_ct_log(w->root, &sct.log_id);
	if (!log)
		return; /* another log may be known */
	if (sct.timestamp_ms > INT64_MAX || !sigstore_period_has(&log->valid, (int64_t)sct.timestamp_ms))
		sigstore_note(c, CHECK_FAIL, "the log's key did not count at the time that it signed");
	else if (!ct_sct_verify(&sct, log->key, CT_ENTRY_PRECERT, issuer_key, tbs))
		sigstore_note(c, CHECK_FAIL, "one does not verify with its log's key");
	else
		s->good++;
}

static void verify_scts(struct sigstore_work *w, const struct sigstore_authority *ca)
{
	static const uint8_t oid[] = {0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04, 0x02};
	struct sigstore_check *c = &w->out->step[SIGSTORE_SCT];
	struct cert_extension e;
	struct cert issuer;
	struct cursor walk;
	struct buffer tbs;
	struct scts s = {.n = 0};
	size_t count = 0;
	bool found = cert_extension_find(&w->leaf, bytes_of(oid, sizeof(oid)), &e, &count);
	if (w->root->ct_log_count == 0) /* GitHub's own instance has none */
		return;
	if (!found || count != 1 || fault_is_set(ct_sct_extension_parse(e.value, &walk))) {
		sigstore_note(c, CHECK_FAIL, found ? "their list cannot be read" : "the certificate holds none");
		return;
	}
	if (!ca) {
		sigstore_note(c, CHECK_NOT_CHECKED, "the issuer's key, which they are over, is not proven");
		return;
	}
	buffer_init(&tbs, w->leaf.tbs.n + 16);
	bool ready = !fault_is_set(cert_tbs_canonical(&w->leaf, &tbs)) && !fault_is_set(cert_parse(ca->chain[0], &issuer));
	struct sha256 key = hash_sha256(ready ? issuer.spki : (struct bytes){NULL, 0});
	for (struct bytes raw; ready && ct_sct_list_next(&walk, &raw);)
		verify_sct(w, raw, &key, buffer_bytes(&tbs), &s);
	if (s.good == 0)
		sigstore_note(c, CHECK_NOT_CHECKED, "the trusted root does not know the logs that promise it");
	buffer_release(&tbs);
}

void sigstore_verify_certificate(struct sigstore_work *w)
{
	ERR_set_mark();
	X509 *leaf = read_x509(w->bundle->certificate);
	const char *why = leaf ? misshapen(leaf) : "the certificate cannot be read";
	if (why)
		sigstore_note(&w->out->step[SIGSTORE_SHAPE], CHECK_FAIL, why);
	const struct sigstore_authority *ca = leaf ? verify_chain(w, leaf) : NULL;
	if (!leaf)
		sigstore_note(&w->out->step[SIGSTORE_CHAIN], CHECK_NOT_CHECKED, "the certificate cannot be read");
	verify_scts(w, ca);
	X509_free(leaf);
	ERR_pop_to_mark();
}
