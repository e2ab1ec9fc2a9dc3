/*
 * Which network addresses are public: those that the IANA special-purpose address registries
 * (RFC 6890 and its updates) do not keep for private, local, test or protocol use. What a
 * stranger's certificate names is fetched from public addresses only. Pure.
 */
#ifndef TEEWATCH_NET_ADDRESS_H
#define TEEWATCH_NET_ADDRESS_H

#include <sys/socket.h>

#include "base/bytes.h"

enum { ADDRESS_TEXT_SIZE = 64 }; /* room for an IPv6 address and its NUL */

/* May a stranger send us there? False for families other than IPv4 and IPv6, for a short n,
 * and for IPv6 addresses that carry an IPv4 address that is not public. */
bool address_is_public(const struct sockaddr *address, size_t n);

/* The same for an address as text, as inet_ntop writes it. */
bool address_text_is_public(const char *text);

/* The address without its port; "?" for other families. */
void address_print(const struct sockaddr *address, size_t n, char out[ADDRESS_TEXT_SIZE]);

#endif
