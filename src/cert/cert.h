/*
 * X.509 certificates, read only and without allocation (RFC 5280). Only what a monitor needs
 * is looked at, so what OpenSSL refuses but logs contain still parses: odd strings, negative
 * serials, missing extensions. Depends on base only.
 */
#ifndef TEEWATCH_CERT_CERT_H
#define TEEWATCH_CERT_CERT_H

#include "base/buffer.h"
#include "base/der.h"
#include "base/hash.h"

/* Views into the DER that was parsed. "whole" means with identifier and length octets. */
struct cert {
	struct bytes raw;                 /* whole Certificate; empty where only the TBSCertificate is known */
	struct bytes tbs;                 /* whole TBSCertificate */
	struct bytes serial;              /* content of the INTEGER as it stands */
	struct bytes issuer, subject;     /* whole Names */
	struct bytes spki;                /* whole SubjectPublicKeyInfo */
	struct bytes extensions;          /* content of the SEQUENCE OF Extension; empty where there is none */
	size_t extensions_offset;         /* of that content */
	int64_t not_before_ms, not_after_ms;
	bool validity_readable;           /* false: the two times are 0, since their text is no time */
	struct bytes signature_algorithm; /* whole; empty for a bare TBSCertificate */
	struct bytes signature;           /* bytes of the BIT STRING; empty where it has unused bits */
};

struct cert_extension {
	struct bytes oid;   /* content octets */
	bool critical;
	struct bytes value; /* content of extnValue */
	size_t offset;      /* of value */
};

/* Parse a Certificate, or a bare TBSCertificate. Only the framing is judged (DER lengths, the order of
 * the fields, their tags): versions, integers, strings, times, bits and algorithms may be wrong.
 * Bytes behind it are FAULT_TRAILING, more than LIMIT_CERTIFICATE_BYTES FAULT_LIMIT. */
struct fault cert_parse(struct bytes der, struct cert *out);
struct fault cert_parse_tbs(struct bytes der, struct cert *out);

/* Walk the extensions: start with cert_extensions(), call _next until it is false, then look
 * at the cursor's fault. */
struct cursor cert_extensions(const struct cert *c);
bool cert_extension_next(struct cursor *c, struct cert_extension *out);

/* The one extension with this OID (content octets); false where there is none. More than one:
 * true, with *count saying how many (count may be NULL). */
bool cert_extension_find(const struct cert *c, struct bytes oid, struct cert_extension *out, size_t *count);

/* The TBSCertificate in the form that RFC 6962 section 3.2 signs and that certificates are
 * keyed by: poison and SCT list extensions removed by copying all other bytes untouched;
 * an extension list that becomes empty goes with its [3]. With neither of them, or with a list
 * that cannot be walked, it is copied as it stands. Appended to out; FAULT_LIMIT past its maximum. */
struct fault cert_tbs_canonical(const struct cert *c, struct buffer *out);

/* The one CN of a name; empty where there is none or more than one, or the name cannot be read. */
struct bytes cert_common_name(struct bytes name);

/* Issuer or subject as one line of text in the manner of RFC 4514, in the order of the certificate
 * ("C=US, O=Google Trust Services, CN=WR1"), appended to out. Values are escaped: a '=' or ',' of a
 * value has a backslash before it, bytes outside printable ASCII are \xNN. What cannot be read is '#'
 * and its bytes in hex. */
void cert_name_put_text(struct bytes name, struct buffer *out);

#endif
