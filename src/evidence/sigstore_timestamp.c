/*
 * RFC 3161 timestamps over the bundle's signature, by OpenSSL. The signer's certificate is the one that the trusted root
 * names, never one that the token brings along alone; its extended key usage is looked at by the same call that verifies
 * the chain (CVE-2026-39984 looked at another certificate).
 */
#include <openssl/err.h>
#include <openssl/ts.h>
#include <openssl/x509.h>

#include "base/timestamp.h"
#include "evidence/sigstore_part.h"

/* ---- the answer ---- */

static TS_RESP *read_response(struct bytes der)
{
	const uint8_t *p = der.p;
	TS_RESP *r = der.n <= LIMIT_CERTIFICATE_BYTES ? d2i_TS_RESP(NULL, &p, (long)der.n) : NULL;
	if (r && p != der.p + der.n) {
		TS_RESP_free(r);
		r = NULL;
	}
	return r;
}

/* genTime; whole seconds, as X.509 times have them, or with a fraction, which is cut. */
static bool read_time(TS_RESP *r, int64_t *ms)
{
	const TS_TST_INFO *info = TS_RESP_get_tst_info(r);
	const ASN1_GENERALIZEDTIME *t = info ? TS_TST_INFO_get_time(info) : NULL;
	struct tm tm;
	if (!t || ASN1_TIME_to_tm(t, &tm) != 1)
		return false;
	return timestamp_of_civil(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, ms);
}

/* SHA-256 or longer: a collision would move the timestamp to another signature. */
static bool is_strong(TS_RESP *r)
{
	TS_TST_INFO *info = TS_RESP_get_tst_info(r);
	TS_MSG_IMPRINT *imprint = info ? TS_TST_INFO_get_msg_imprint(info) : NULL;
	X509_ALGOR *algorithm = imprint ? TS_MSG_IMPRINT_get_algo(imprint) : NULL;
	const ASN1_OBJECT *oid = NULL;
	if (!algorithm)
		return false;
	X509_ALGOR_get0(&oid, NULL, NULL, algorithm);
	int nid = OBJ_obj2nid(oid);
	return nid == NID_sha256 || nid == NID_sha384 || nid == NID_sha512;
}

/* ---- one authority ---- */

static X509 *read_x509(struct bytes der)
{
	const uint8_t *p = der.p;
	return d2i_X509(NULL, &p, (long)der.n);
}

static bool add_certificates(const struct sigstore_authority *t, X509_STORE *store, STACK_OF(X509) *others)
{
	bool good = true;
	for (size_t i = 0; i < t->n && good; i++) {
		X509 *x = read_x509(t->chain[i]);
		good = x && (i + 1 == t->n ? X509_STORE_add_cert(store, x) == 1 : sk_X509_push(others, x) > 0);
		if (!good || i + 1 == t->n)
			X509_free(x);
	}
	return good;
}

/* Chain, purpose, signature and imprint, all at the token's own time. */
static bool holds(TS_RESP *r, const struct sigstore_authority *t, int64_t at_ms, struct bytes signature)
{
	X509_STORE *store = X509_STORE_new();
	STACK_OF(X509) *others = sk_X509_new_null();
	TS_VERIFY_CTX *ctx = TS_VERIFY_CTX_new();
	BIO *data = BIO_new_mem_buf(signature.p, (int)signature.n);
	bool good = store && others && ctx && data && add_certificates(t, store, others);
	if (good) {
		X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), (time_t)(at_ms / 1000));
		TS_VERIFY_CTX_set_flags(ctx, TS_VFY_VERSION | TS_VFY_SIGNATURE | TS_VFY_DATA);
		TS_VERIFY_CTX_set_store(ctx, store);
		TS_VERIFY_CTX_set_certs(ctx, others);
		TS_VERIFY_CTX_set_data(ctx, data);
		good = TS_RESP_verify_response(ctx, r) == 1;
		store = NULL; /* the context owns them */
		others = NULL;
		data = NULL;
	}
	TS_VERIFY_CTX_free(ctx);
	X509_STORE_free(store);
	sk_X509_pop_free(others, X509_free);
	BIO_free(data);
	return good;
}

/* Is the signer's certificate (issuer and serial in the token) the first one of this authority? */
static bool is_of(TS_RESP *r, const struct sigstore_authority *t)
{
	PKCS7 *token = TS_RESP_get_token(r);
	STACK_OF(PKCS7_SIGNER_INFO) *signers = token ? PKCS7_get_signer_info(token) : NULL;
	PKCS7_SIGNER_INFO *one = signers && sk_PKCS7_SIGNER_INFO_num(signers) == 1 ? sk_PKCS7_SIGNER_INFO_value(signers, 0) : NULL;
	X509 *x = one ? read_x509(t->chain[0]) : NULL;
	bool is = x && X509_NAME_cmp(one->issuer_and_serial->issuer, X509_get_issuer_name(x)) == 0 &&
	          ASN1_INTEGER_cmp(one->issuer_and_serial->serial, X509_get0_serialNumber(x)) == 0;
	X509_free(x);
	return is;
}

/* ---- all of them ---- */

static void verify_response(struct sigstore_work *w, TS_RESP *r)
{
	struct sigstore_check *c = &w->out->step[SIGSTORE_TIMESTAMP];
	const struct sigstore_root *root = w->root;
	int64_t at_ms = 0;
	bool known = false;
	if (!read_time(r, &at_ms) || !is_strong(r)) {
		sigstore_note(c, CHECK_FAIL, "a timestamp has no time, or a weak hash");
		return;
	}
	for (size_t i = 0; i < root->timestamp_count; i++) {
		const struct sigstore_authority *t = &root->timestamp[i];
		if (!is_of(r, t))
			continue;
		known = true;
		if (!sigstore_period_has(&t->valid, at_ms) || !holds(r, t, at_ms, w->bundle->signature))
			continue;
		w->times.ms[w->times.n++] = at_ms;
		return;
	}
	w->times.open |= !known;
	sigstore_note(c, known ? CHECK_FAIL : CHECK_NOT_CHECKED,
	              known ? "a timestamp does not verify, or not over this signature"
	                    : "the trusted root does not know the authority that made a timestamp");
}

void sigstore_verify_timestamps(struct sigstore_work *w)
{
	const struct sigstore_bundle *b = w->bundle;
	struct sigstore_check *c = &w->out->step[SIGSTORE_TIMESTAMP];
	if (b->timestamp_count == 0)
		sigstore_note(c, CHECK_NOT_CHECKED, "the bundle has none");
	ERR_set_mark();
	for (size_t i = 0; i < b->timestamp_count; i++) {
		TS_RESP *r = read_response(b->timestamps[i]);
		if (r)
			verify_response(w, r);
		else
			sigstore_note(c, CHECK_FAIL, "a timestamp is no RFC 3161 response");
		TS_RESP_free(r);
	}
	ERR_pop_to_mark();
}
