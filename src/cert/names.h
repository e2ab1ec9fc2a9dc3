/*
 * The host names in a certificate: every dNSName of every SAN extension and every CN of the
 * subject, in the tolerant manner that monitors need (facts: RFC 5280 section 4.2.1.6, and what
 * logs contain). No allocation. Depends on base and cert.h.
 */
#ifndef TEEWATCH_CERT_NAMES_H
#define TEEWATCH_CERT_NAMES_H

#include "cert/cert.h"

enum cert_name_kind { CERT_NAME_DNS, CERT_NAME_COMMON_NAME };

struct cert_name {
	enum cert_name_kind kind;
	struct bytes raw;   /* as it stands in the certificate */
	struct bytes text;  /* normalised: lower case, without trailing dots and outer space; lives
	                       until the next call */
	bool readable;      /* false: the text may hide a name (bytes outside LDH, '*', '_', '.'; odd
	                       string type); such a name might be of any watched domain */
};

struct cert_names {
	struct cursor extensions, san, subject, rdn; /* private to the walk */
	uint8_t buffer[1024];
	struct fault fault; /* first thing that could not be read; the walk goes on where it can */
};

/* for (cert_names_start(&w, c); cert_names_next(&w, &n);) ...   then look at w.fault. */
void cert_names_start(struct cert_names *w, const struct cert *c);
bool cert_names_next(struct cert_names *w, struct cert_name *out);

/* Is name the domain itself or below it? Both normalised, on label boundaries. A leading "*."
 * of the name counts as a label that could be anything. */
bool cert_name_under(struct bytes name, struct bytes domain);

/* A domain or host name as a person writes it -> normalised A-label form (IDNA2008 through
 * libidn2) in out; false where it is no host name. */
bool cert_name_normalise(struct bytes in, char out[256]);

#endif
