/*
 * Header fields of HTTP answers (RFC 9110) that decide something here. Pure but for curl's
 * date parser. Depends on base.
 */
#ifndef TEEWATCH_NET_HTTP_FIELD_H
#define TEEWATCH_NET_HTTP_FIELD_H

#include "base/bytes.h"

/* What Retry-After (RFC 9110 10.2.3) asks for, in milliseconds from now: seconds, or a date
 * that counts from the answer's own Date, where it has one, else from now_ms (since 1970).
 * 0 for what is past, one day at most, -1 for what is neither. */
int64_t http_retry_after_ms(struct bytes retry_after, struct bytes date, int64_t now_ms);

enum http_encoding { HTTP_IDENTITY, HTTP_GZIP, HTTP_OTHER };

/* Content-Encoding (RFC 9110 8.4): the codings asked for, or another one. */
enum http_encoding http_encoding_parse(struct bytes value);

/* Do these bytes of a file form a gzip member (RFC 1952) by their header and the size in their
 * trailer? Files have no Content-Encoding; mirrors keep tiles as their servers sent them. A
 * chance hit on a hash tile is below one in 2^40. */
bool http_body_is_gzip(struct bytes body);

#endif
