/*
 * URLs (RFC 3986) as far as this program fetches them: https, and http or file where the
 * caller's rules allow. Read with curl's URL API, the parser that the transfer uses too, so
 * that what is checked is what is asked. Depends on base and curl.
 */
#ifndef TEEWATCH_NET_URL_H
#define TEEWATCH_NET_URL_H

#include "base/bytes.h"

enum url_scheme { URL_HTTPS, URL_HTTP, URL_FILE };

enum { URL_HOST_SIZE = 256 }; /* a DNS name has 253 bytes at most, an IPv6 literal fewer */

struct url {
	enum url_scheme scheme;
	char host[URL_HOST_SIZE]; /* lower case, IPv6 in brackets; "" for file */
	uint16_t port;            /* the scheme's where the URL names none; 0 for file */
	char *path;               /* file: decoded, absolute; NULL for the others. Owned */
};

struct url_rules {
	bool http_allowed, file_allowed;
	bool standard_port; /* https on port 443 only */
};

/* Read an absolute URL of printable ASCII without user or password, LIMIT_URL_BYTES at most.
 * NULL when it is good, else a static text that says what is wrong. Call url_release after
 * either. */
const char *url_parse(const char *text, struct url *out);
void url_release(struct url *u);

/* NULL when the rules allow u, else a static text that says why they do not. */
const char *url_refusal(const struct url *u, const struct url_rules *rules);

/* base and the relative path with one slash between them, also where base ends in a slash, or
 * path begins with one, or both. NULL where base has a query or fragment: no path can follow
 * these. free() it. */
char *url_join(const char *base, const char *path);

/* Is this a full host name in the strict syntax of RFC 952 and RFC 1123 2.1 (letters, digits,
 * inner hyphens; at least two labels, no final dot), and no way to write an IPv4 address? */
bool url_host_is_strict(struct bytes host);

/* "https://HOST/path" for a host name that a certificate claims; path begins with a slash. NULL
 * unless the host is strict. free() it. */
char *url_of_host(struct bytes host, const char *path);

enum url_lead {
	URL_NOT_LED,       /* the entry is about others, or says nothing */
	URL_LED_TO_PORT,   /* to another port of whatever the name resolves to */
	URL_LED_TO_ADDRESS /* to an address of the user's choice */
};

/* Where an entry "HOST:PORT:ADDRESS:PORT" (curl's --connect-to; an empty HOST or PORT matches any)
 * leads requests for u. Of several entries the first that leads somewhere counts. */
enum url_lead url_lead_by(const struct url *u, const char *entry);

#endif
