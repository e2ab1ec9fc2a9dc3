/*
 * Evidence + collateral + anchors + time -> verdict. One file per kind of evidence implements
 * struct evidence_type; judge.c chooses. Pure: no clock, file or socket. Depends on base and cert.
 */
#ifndef TEEWATCH_EVIDENCE_JUDGE_H
#define TEEWATCH_EVIDENCE_JUDGE_H

#include "evidence/collateral.h"
#include "evidence/verdict.h"
#include "extract/evidence_kind.h"

enum { JUDGE_NEEDS_MAX = 24 }; /* a GPU asks for two manifests and the state of 11 certificates */

/* What a verdict needs to know of the certificate that the evidence belongs to. */
struct evidence_binding {
	enum binding_rule rule;
	struct bytes spki;       /* DER; empty where there is no certificate */
	struct bytes hpke_key;   /* 32 bytes from the certificate's names; empty where it names none */
	struct bytes nonce;      /* expected nonce; empty where there is none */
	struct bytes document_nonce; /* the nonce that the document around the evidence names, unsigned; or empty */
	enum nonce_rule nonce_rule;  /* where a CPU's report_data holds either; a device's evidence has its own field */
	struct bytes nonce_hash;     /* NONCE_HASHED: what report_data begins with, with document_nonce in it */
};

struct judge_request {
	struct bytes evidence;   /* raw report or quote */
	enum evidence_kind kind; /* EVIDENCE_NONE: recognise it */
	struct evidence_binding binding;
	struct bytes endorsement; /* DER certificate of the signing key that came with the evidence, so that it is
	                             the one meant; empty: looked for in the collateral, where other machines'
	                             certificates lie too and prove nothing against this evidence */
	                             /* GPUs and switches: the whole chain, PEM or DER, signing key first */
	struct bytes architecture; /* of GPUs and switches, as the document calls it ("HOPPER"), unsigned; or empty */
	bool collateral_given;    /* the user named the collateral for this evidence, so what is not authentic among
	                             it fails its own check; false (an archive that strangers' documents have filled
	                             too): such collateral is as good as absent */
	const struct bytes *device_serials; /* tokens about devices: serials (content of the INTEGER) of the leaf */
	size_t device_serial_count;         /* certificates of the devices' own evidence beside them, if there is any */
	const struct collateral_set *collateral;
	int64_t at_ms;
};

/* Always yields a verdict, however bad the evidence is. `needs` (may be NULL) gets what collateral was missing or is
 * past its date: what it is about, so that the caller can look in an archive, and where the vendor publishes it, so
 * that the caller can fetch it; then to ask again. */
struct judge_need {
	enum collateral_kind kind;
	const char *vendor;   /* "amd": under kds-url, "intel": pcs-url, "nvidia-rim": rim-url, "nvidia-ocsp": ocsp-url */
	const char *path;     /* below that base URL: "/vcek/v1/Genoa/<hwid>?blSPL=10&..."; NULL: nobody publishes it */
	const char *subject;  /* as in struct collateral */
	struct bytes post;    /* DER OCSPRequest without nonce, to be POSTed; empty: GET */
};
struct judge_needs {
	struct judge_need v[JUDGE_NEEDS_MAX];
	size_t n;
};

/* For judges: one more need, where there is room and it is not there yet. needs NULL, path NULL where nobody can be
 * asked and the subject is empty: nothing happens. */
void judge_need(struct judge_needs *needs, const struct judge_need *need);

void judge(const struct judge_request *request, struct arena *a, struct verdict *out, struct judge_needs *needs);

/* Why this item of collateral is not authentic (a forged certificate or CRL in a vendor's name), under the
 * anchors of the set; NULL where nothing speaks against it. */
const char *collateral_vet(const struct collateral *item, const struct collateral_set *set, struct arena *a);

/* Which kind of evidence are these raw bytes? EVIDENCE_NONE where they are none that is known. */
enum evidence_kind evidence_recognise(struct bytes raw);

#endif
