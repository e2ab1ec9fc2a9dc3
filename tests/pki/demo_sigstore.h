/*
 * An instance of Sigstore of the tests' own: Fulcio (root and intermediate on P-384), a CT log, Rekor of both versions and a
 * timestamp authority, and bundles as a workflow of a forge gets them. Keys are made of their names. They protect nothing.
 */
#ifndef TEEWATCH_TESTS_PKI_DEMO_SIGSTORE_H
#define TEEWATCH_TESTS_PKI_DEMO_SIGSTORE_H

#include <openssl/x509.h>

#include "base/arena.h"
#include "pki/demo_edit.h"

#define DEMO_SIGSTORE_SIGNED_MS INT64_C(1767225660000) /* 2026-01-01T00:01:00Z */
#define DEMO_SIGSTORE_AT_MS (DEMO_SIGSTORE_SIGNED_MS + 600000)

/* The signing certificate. An extension that is NULL is left out. */
struct demo_signer {
	const char *issuer_key, *issuer_name; /* "fulcio intermediate", "sigstore-intermediate" */
	const char *san;                      /* "URI:...", NULL: made of repository, workflow and ref */
	const char *repository, *ref, *commit, *workflow;
	const char *oidc;                     /* the issuer of the token */
	const char *extra;                    /* value of another extension 57264.1.`extra_number`, DER where above 6 */
	int extra_number;
	bool first_generation_only, without_first_generation;
	bool ca, without_usage, without_code_signing;
	const char *ct_key;                   /* NULL: no SCT */
	bool sct_twice;
	int64_t sct_ms, from_ms, to_ms;
};

struct demo_bundle {
	struct demo_signer signer;
	const char *leaf_key;                 /* also of the DSSE signature */
	const char *signature_key;
	const char *version;                  /* "0.1", "0.2", "0.3" */
	int64_t signed_ms;
	bool rekor_2, hashed_record;          /* hashed_record: of Rekor 2, instead of dsse */
	bool intoto;                          /* of Rekor 1, instead of dsse */
	bool without_set, without_proof, without_entry;
	bool timestamped;
	const char *timestamp_key;            /* of the authority's certificate */
	bool timestamp_of_other;              /* over another signature */
	const char *log_key;                  /* that signs SET and checkpoint */
	uint8_t snp[48], rtmr1[48], rtmr2[48];
	const char *subject_digest;           /* 64 hex digits */
	/* Before they are signed: the statement, the log's entry, the signed part of the checkpoint, what the SET is over;
	 * after everything: the bundle. */
	struct demo_edit statement[2], entry[2], checkpoint[2], set[2], text[2];
};

struct demo_bundle demo_bundle_good(void);
struct bytes demo_bundle_make(const struct demo_bundle *b, struct arena *a);

/* trusted_root.json of this instance; edits of its text. */
struct bytes demo_sigstore_root(const struct demo_edit edits[2], struct arena *a);

/* demo_sigstore_certificate.c */
struct bytes demo_signer_certificate(const struct demo_signer *s, const char *leaf_key, struct arena *a);
X509 *demo_authority(const char *subject, const char *key, const char *issuer, const char *issuer_key, bool ca,
                     const char *extended_usage);
EVP_PKEY *demo_ed25519_key(const char *name);
struct bytes demo_spki(EVP_PKEY *key, struct arena *a);        /* DER */
struct bytes demo_x509(X509 *x, struct arena *a);              /* DER */
struct bytes demo_sign(EVP_PKEY *key, struct bytes message, struct arena *a); /* SHA-256 or 384 by its size; Ed25519 */

#endif
