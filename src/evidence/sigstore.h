/*
 * Sigstore bundles (github.com/sigstore/protobuf-specs, sigstore_bundle.proto, versions 0.1 to 0.3, in the JSON
 * mapping of protobuf) with in-toto attestations, verified offline against a trusted root (trusted_root.json):
 * who built what, from which commit, and that a public log says so. A bundle is no evidence of a machine; it tells
 * which measurements a release has. Depends on base, cert, ct, extract and collateral.
 */
#ifndef TEEWATCH_EVIDENCE_SIGSTORE_H
#define TEEWATCH_EVIDENCE_SIGSTORE_H

#include "base/json.h"
#include "base/limits.h"
#include "cert/cert.h"
#include "evidence/judge.h"

/* ---- bundles ---- */

/* One entry of a transparency log (Rekor). */
struct sigstore_entry {
	struct bytes log_id;             /* 32 bytes */
	uint64_t log_index;              /* over all shards of the log: the one that the SET signs */
	struct bytes kind, version;      /* "dsse" "0.0.1" */
	int64_t integrated_s;            /* worth something only through the SET; 0 where there is none */
	struct bytes set;                /* signed entry timestamp; empty where there is none */
	struct bytes body;               /* canonicalizedBody: the leaf of the tree */
	bool has_proof;
	uint64_t proof_index, tree_size; /* in this shard's tree */
	struct sha256 root;
	const struct sha256 *path;
	size_t path_count;
	struct bytes checkpoint;
};

struct sigstore_bundle {
	const char *version;             /* "0.1", "0.2", "0.3" */
	struct bytes certificate;        /* DER of the signing key's certificate */
	const struct sigstore_entry *entries;
	size_t entry_count;
	const struct bytes *timestamps;  /* DER of RFC 3161 TimeStampResp */
	size_t timestamp_count;
	struct bytes payload_type, payload;
	struct bytes signature;          /* of the one DSSE signature, decoded */
};

/* Does it look like one? */
bool sigstore_is(struct bytes raw);

/* The bundles in a text: one, or one on each line (as `gh attestation download` writes them), or those in an answer of
 * GitHub's attestations API, or the one that Tinfoil's attestation bundle holds. Calls `take` with each; returns how
 * many, 0 where there is none. */
size_t sigstore_each(struct bytes text, struct arena *a, void (*take)(void *context, struct bytes bundle), void *context);

/* Strict: no member that is not in the format, each once. FAULT_UNSUPPORTED for later versions, for bundles whose key is
 * no certificate's, and for those that sign a digest instead of an attestation. */
struct fault sigstore_bundle_parse(struct bytes raw, struct arena *a, struct sigstore_bundle *out);

/* ---- trusted root ---- */

struct sigstore_period {
	int64_t from_ms, to_ms;          /* both in it */
};

struct sigstore_log {
	struct sha256 id;                /* as entries and SCTs name it */
	struct bytes key;                /* DER SubjectPublicKeyInfo */
	struct bytes url, host;          /* baseUrl; its host, which names the log's checkpoints */
	bool ed25519;                    /* Rekor v2: id and key id of checkpoints are made of host and key */
	struct sigstore_period valid;
};

struct sigstore_authority {
	struct bytes chain[LIMIT_SIGSTORE_CHAIN]; /* DER, root last */
	size_t n;
	struct sigstore_period valid;
};

struct sigstore_root {
	struct bytes text;
	struct sha256 sha256;
	bool builtin;
	const struct sigstore_log *logs, *ct_logs;
	const struct sigstore_authority *fulcio, *timestamp;
	size_t log_count, ct_log_count, fulcio_count, timestamp_count;
};

/* trusted_root.json (sigstore_trustroot.proto, version 0.1 or 0.2). Members that are not known are passed over; a log or
 * authority without its beginning is a fault, one with a key of another kind is left out. */
struct fault sigstore_root_parse(struct bytes text, struct arena *a, struct sigstore_root *out);

/* The public-good instance's, as published; see sigstore_root_builtin.c. */
extern const char sigstore_root_builtin[];
extern const char sigstore_root_builtin_date[];

/* The roots that count: anchors of vendor "sigstore" in the set, else the built-in one. Returns how many were read, at
 * most max. */
size_t sigstore_roots(const struct collateral_set *set, struct arena *a, struct sigstore_root *out, size_t max);

static inline bool sigstore_period_has(const struct sigstore_period *p, int64_t at_ms)
{
	return p->from_ms <= at_ms && at_ms <= p->to_ms;
}

/* ---- who signed ---- */

/* What Fulcio's certificate says of the build (github.com/sigstore/fulcio, docs/oid-info.md): the extensions
 * 1.3.6.1.4.1.57264.1.8 and later, else their predecessors. Texts are UTF-8 without NUL, views into the certificate;
 * empty where there is none. */
struct sigstore_identity {
	struct bytes san;                /* URI or mail address */
	bool san_is_uri;
	struct bytes issuer;             /* of the OIDC token */
	struct bytes signer;             /* .9: URI of the workflow that signed; else the SAN */
	struct bytes repository;         /* "owner/name" of GitHub, "gitlab.com/owner/name" of others */
	struct bytes source;             /* .12: URI of the repository */
	struct bytes commit, ref;        /* .13 .14, or .3 .6 */
	struct bytes workflow;           /* the workflow's file: "build.yml" */
	struct bytes runner;             /* .11: "github-hosted" */
	struct bytes repository_id, owner_id; /* .15 .17 */
	struct bytes trigger, run;       /* .20 or .2; .21 */
};

/* FAULT_MISSING without issuer or SAN, FAULT_MISMATCH where the extensions contradict each other or the SAN. */
struct fault sigstore_identity_read(const struct cert *leaf, struct arena *a, struct sigstore_identity *out);

/* A repository as people and certificates write it, in the one form of `repository`: without "https://", and without
 * "github.com/". */
struct bytes sigstore_repository(struct bytes name);

/* ---- what was signed ---- */

struct sigstore_statement {
	struct bytes subject_name;       /* of the first subject; may be empty */
	struct bytes digest;             /* its SHA-256 */
	size_t subject_count;
	struct bytes predicate_type;
	const struct json *predicate;    /* NULL where there is none */
};

/* in-toto Statement v0.1 or v1. */
struct fault sigstore_statement_parse(struct bytes payload, struct arena *a, struct sigstore_statement *out);

/* ---- verification ---- */

struct sigstore_check {
	enum check_result result;        /* CHECK_NOT_CHECKED: see why */
	const char *why;
};

/* The steps, each for itself, in the order of the checks sigstore.*. */
enum sigstore_step {
	SIGSTORE_SIGNATURE,  /* DSSE, by the certificate's key */
	SIGSTORE_LOG,        /* there is an entry, of a log that the root names */
	SIGSTORE_BODY,       /* it is about this bundle */
	SIGSTORE_SET,
	SIGSTORE_INCLUSION,
	SIGSTORE_CHECKPOINT,
	SIGSTORE_TIMESTAMP,  /* RFC 3161 */
	SIGSTORE_TIME,       /* one is proven, and the certificate was valid then */
	SIGSTORE_SHAPE,      /* of the certificate: key usages, names */
	SIGSTORE_CHAIN,
	SIGSTORE_SCT,
	SIGSTORE_STEPS
};

struct sigstore_trust {
	struct sigstore_check step[SIGSTORE_STEPS];
	const struct sigstore_root *root;
	int64_t signed_ms;               /* earliest of the times that are proven; 0: none */
};

/* root: whose logs and authorities count. */
void sigstore_verify(const struct sigstore_bundle *b, const struct sigstore_root *root, struct arena *a,
                     struct sigstore_trust *out);
/* The same under the root that it holds best for, of those in the set or built in. */
void sigstore_verify_any(const struct sigstore_bundle *b, const struct collateral_set *set, struct arena *a,
                         struct sigstore_trust *out);
/* Must it have passed? The others must not fail. */
bool sigstore_step_required(enum sigstore_step step);
bool sigstore_is_trusted(const struct sigstore_trust *t);
/* Has one failed? Then why. */
const char *sigstore_failure(const struct sigstore_trust *t);

/* A signature over message by a key (DER SubjectPublicKeyInfo): ECDSA on P-256, P-384 or P-521 with the SHA-2 of its
 * size, or Ed25519. */
bool sigstore_signature_verify(struct bytes key, struct bytes message, struct bytes signature);

void sigstore_judge(const struct judge_request *request, struct arena *a, struct verdict *v, struct judge_needs *needs);

/* See collateral_vet. */
const char *sigstore_collateral_vet(const struct collateral *item, const struct collateral_set *set, struct arena *a);

#endif
