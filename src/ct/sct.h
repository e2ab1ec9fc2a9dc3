/*
 * Signed certificate timestamps (RFC 6962 sections 3.2 and 3.3), in TLS form as they stand in
 * certificates, OCSP responses and handshakes. Depends on base.
 */
#ifndef TEEWATCH_CT_SCT_H
#define TEEWATCH_CT_SCT_H

#include "base/buffer.h"
#include "ct/entry.h"

/* Views into the bytes that were parsed. */
struct ct_sct {
	struct bytes raw;
	struct sha256 log_id;
	uint64_t timestamp_ms;
	struct bytes extensions;  /* content of CtExtensions */
	bool has_leaf_index;      /* the extensions of a static log tell where the entry stands */
	uint64_t leaf_index;
	struct bytes signature;   /* DigitallySigned as it stands */
};

/* A SignedCertificateTimestampList: check the frame of all and start a walk. The second form takes
 * the value of the certificate extension, which wraps the list in an OCTET STRING. */
struct fault ct_sct_list_parse(struct bytes list, struct cursor *walk);
struct fault ct_sct_extension_parse(struct bytes extension_value, struct cursor *walk);

/* The next SCT's bytes; false at the end. */
bool ct_sct_list_next(struct cursor *walk, struct bytes *sct);

/* One SCT. Another version than v1 is FAULT_UNSUPPORTED. */
struct fault ct_sct_parse(struct bytes sct, struct ct_sct *out);

/* The MerkleTreeLeaf that the SCT promises, which is also what it signs; appended to out.
 * certificate: Certificate (x509) or TBSCertificate (precert) in DER. */
void ct_sct_leaf_put(const struct ct_sct *sct, enum ct_entry_type type, const struct sha256 *issuer_key_hash,
                     struct bytes certificate, struct buffer *out);

/* Does the log with this key (DER SubjectPublicKeyInfo, whose SHA-256 must be the SCT's log_id) sign
 * this entry? issuer_key_hash may be NULL for CT_ENTRY_X509. */
bool ct_sct_verify(const struct ct_sct *sct, struct bytes key, enum ct_entry_type type,
                   const struct sha256 *issuer_key_hash, struct bytes certificate);

#endif
