/*
 * Which addresses are public: the special-purpose registries of IANA (RFC 6890 and its updates).
 * Documents that strangers' certificates name are fetched from public addresses only. Pure.
 */
#ifndef TEEWATCH_NET_ADDRESS_H
#define TEEWATCH_NET_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

bool address_is_public(const struct sockaddr *a);

#endif
