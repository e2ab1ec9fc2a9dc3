#include "policy/policy.h"

/* The order is that of the manual page. A rule is absolute where a first look has nothing to learn
 * from what raised it. */
const struct anomaly_rule anomaly_rules[] = {
	{"unattested_certificate", SEVERITY_HIGH, false,
	 "A certificate for a watched domain carries no attestation and is tied to none: whoever holds its key "
	 "need not be an enclave.",
	 "Find out who asked for the certificate. If it is not yours, have the CA revoke it; if it is an "
	 "ordinary host, give that host a section with require-attestation = false."},
	{"evidence_malformed", SEVERITY_HIGH, true,
	 "The certificate carries evidence, or names a document, that breaks its own format and cannot be "
	 "decoded.",
	 "Look at it with teewatch decode. A bug of the issuing software shows in all its certificates; a lone "
	 "one is an attempt at confusion."},
	{"evidence_unavailable", SEVERITY_MEDIUM, false,
	 "The certificate commits to a document by its hash, and the document could not be had, or --offline "
	 "forbade asking for it.",
	 "Give the archived document with --evidence, or let the next run ask again. A host that keeps its "
	 "document back proves nothing."},
	{"evidence_invalid", SEVERITY_CRITICAL, true,
	 "A signature, a chain or the structure of the evidence failed verification: it is not what a genuine "
	 "processor would have signed.",
	 "Treat the machine as untrusted. Keep the evidence, and see with teewatch verify which check failed."},
	{"binding_mismatch", SEVERITY_CRITICAL, true,
	 "The evidence does not bind this certificate's key, or another key that the certificate names: it was "
	 "made for somebody else's key.",
	 "Treat the certificate's key as one that no enclave holds, and have the certificate revoked."},
	{"unexpected_measurement", SEVERITY_HIGH, false,
	 "The evidence shows software that is not in the watch's measurement list, or that is new for this "
	 "domain since its baseline.",
	 "Match the measurement with a release. Add it to measurement where it is one; otherwise somebody runs "
	 "other software under this name."},
	{"measurement_rollback", SEVERITY_HIGH, false,
	 "A measurement of an older release reappears on a certificate logged after the grace period of a "
	 "newer one.",
	 "Check whether the operator went back on purpose: old releases have known holes."},
	{"unexpected_key", SEVERITY_HIGH, false,
	 "The certificate's key is not in the watch's key list, is new and attested by nothing, or stands "
	 "under several domains or measurements.",
	 "An enclave makes its key itself and keeps it. Find out where this key came from and who else holds "
	 "it."},
	{"unexpected_issuer", SEVERITY_MEDIUM, false,
	 "A CA that is not expected for this domain issued the certificate.",
	 "Ask the operator whether it changed its CA; compare the domain's CAA records. If nobody asked for "
	 "it, have it revoked."},
	{"served_key_unlogged", SEVERITY_CRITICAL, true,
	 "A watched host serves a key that no audited log shows after the maximum merge delay.",
	 "Compare what you are served with what others are: such a certificate is hidden from the logs."},
	{"expectation_failed", SEVERITY_HIGH, true,
	 "An expect of the watch does not hold for this certificate's evidence.",
	 "The detail says what was expected and what was found. Change the expectation only if the change was "
	 "announced."},
	{"debug_enclave", SEVERITY_CRITICAL, true,
	 "The enclave runs in debug mode or with other attributes that let its host look inside.",
	 "Do not trust it with secrets, whatever else the evidence says."},
	{"tcb_out_of_date", SEVERITY_MEDIUM, false,
	 "The platform's firmware or microcode is older than the vendor, or the watch, accepts.",
	 "Ask the operator to update; the advisories in the verdict say what the platform is open to."},
	{"tcb_revoked", SEVERITY_CRITICAL, true,
	 "The vendor revoked the platform's TCB level.",
	 "Treat the machine as broken open until it is updated and attests anew."},
	{"collateral_stale", SEVERITY_LOW, false,
	 "A CRL or TCB table is past its next update, so revocation and TCB status could not be judged.",
	 "Let a run with the network fetch it anew, or give newer collateral with --collateral."},
	{"collateral_invalid", SEVERITY_HIGH, true,
	 "Collateral came from a vendor's service or mirror and is not authentic; it was not used.",
	 "See what stands between you and the vendor, or which mirror a *-url key names."},
	{"gpu_evidence_invalid", SEVERITY_CRITICAL, true,
	 "The GPU's or switch's evidence failed verification.",
	 "Treat the accelerator as untrusted: data in its memory may be read by its host."},
	{"gpu_measurement_mismatch", SEVERITY_HIGH, true,
	 "The GPU's or switch's measurements are not those of the vendor's reference manifests.",
	 "Compare driver and VBIOS versions with the manifests; other firmware runs than the vendor signed."},
	{"nonce_mismatch", SEVERITY_HIGH, true,
	 "The evidence answers another challenge than the one that was asked, so it may be a recording.",
	 "Ask for fresh evidence with a new nonce."},
	{"provenance_missing", SEVERITY_HIGH, false,
	 "An hour after the certificate was logged, no signed release of a repository that the watch accepts is "
	 "known to have this measurement; or it is another repository's, or a release with something added.",
	 "Publish signed provenance for the release, or find out who runs this software under the name."},
	{"log_misbehaviour", SEVERITY_CRITICAL, true,
	 "A log contradicted what it had signed, signed badly, or did not include what it promised in an SCT: proof is kept.",
	 "Export the proof with teewatch logs --proof, and report it to the browsers' root programs."},
	{"log_stale", SEVERITY_MEDIUM, true,
	 "The newest tree head of a log is older than its maximum merge delay and a day allow.",
	 "Wait for the log, or ask its operator; its new certificates are not seen meanwhile."},
	{"entry_unparseable", SEVERITY_MEDIUM, true,
	 "A log entry or certificate that might concern a watched domain cannot be read.",
	 "Look at the kept bytes with teewatch decode."},
	{"decoder_crash", SEVERITY_HIGH, true,
	 "Two workers died on this log entry; its bytes are kept in quarantine.",
	 "Report the bug with the kept bytes. The rest of the log was audited."},
};
const size_t anomaly_rule_count = sizeof(anomaly_rules) / sizeof(anomaly_rules[0]);

const struct anomaly_rule *anomaly_rule_find(const char *id)
{
	for (size_t i = 0; id && i < anomaly_rule_count; i++)
		if (strcmp(anomaly_rules[i].id, id) == 0)
			return &anomaly_rules[i];
	return NULL;
}

struct sha256 anomaly_uid(const char *rule, const char *subject)
{
	return hash_sha256_two(bytes_of(rule, strlen(rule) + 1), bytes_of_text(subject));
}
