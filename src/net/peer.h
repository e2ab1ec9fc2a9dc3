/* Facts of the TLS peer of a running transfer. Depends on base, curl and OpenSSL's libssl. */
#ifndef TEEWATCH_NET_PEER_H
#define TEEWATCH_NET_PEER_H

#include <curl/curl.h>

#include "base/hash.h"

/* SHA-256 of the peer's certificate (DER) and of its SubjectPublicKeyInfo. To be called from a
 * callback of the transfer, while its connection is attached; false without TLS. */
bool peer_read(CURL *easy, struct sha256 *spki, struct sha256 *certificate);

#endif
