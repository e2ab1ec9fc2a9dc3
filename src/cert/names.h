/*
 * The host names in a certificate: every dNSName of every SAN extension and every CN of the
 * subject, in the tolerant manner that monitors need (RFC 5280 section 4.2.1.6, and what logs
 * contain). No allocation but inside libidn2, for names outside ASCII. Depends on base and cert.h.
 */
#ifndef TEEWATCH_CERT_NAMES_H
#define TEEWATCH_CERT_NAMES_H

#include "base/limits.h"
#include "cert/cert.h"

enum cert_name_kind { CERT_NAME_DNS, CERT_NAME_COMMON_NAME };

struct cert_name {
	enum cert_name_kind kind;
	struct bytes raw;   /* as it stands in the certificate */
	struct bytes text;  /* normalised: A-labels in lower case, without scheme, path, trailing dots and outer
	                       space; never empty; lives until the next call */
	bool readable;      /* false: the text may hide a name (bytes outside LDH, '_', '.' and a leading "*.";
	                       a string type or encoding that is none; over LIMIT_NAME_BYTES, of which the last
	                       stand in text). Such a name might be of any watched domain */
};

struct cert_names {
	struct cursor extensions, san, subject, rdn; /* private to the walk, down to the buffer */
	struct der cut;                              /* a name with a NUL whose first part is yet to come */
	enum cert_name_kind cut_kind;
	uint8_t buffer[LIMIT_NAME_BYTES];
	struct fault fault; /* first thing that could not be read; the walk goes on where it can */
};

/* for (cert_names_start(&w, c); cert_names_next(&w, &n);) ...   then look at w.fault.
 *
 * Addresses (IP literals; a CN with '@') and a CN with a space are no host names and do not appear.
 * A name with a NUL inside appears twice: whole (not readable), and up to the NUL, as C programs see
 * it. Letters outside ASCII are read as UTF-8, else as Latin-1. */
void cert_names_start(struct cert_names *w, const struct cert *c);
bool cert_names_next(struct cert_names *w, struct cert_name *out);

/* Does name stand for the domain itself or something below it? Both normalised, on label
 * boundaries. A label "*" of the name stands for any one label, so "*.example.org" is under
 * app.example.org and under example.org, and "*.org" under example.org. */
bool cert_name_under(struct bytes name, struct bytes domain);

/* A domain or host name as a person writes it -> normalised A-label form (IDNA2008 through
 * libidn2) in out; false (and "") where it is no host name. */
bool cert_name_normalise(struct bytes in, char out[256]);

#endif
