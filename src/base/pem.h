/* Text encodings of certificates and CRLs: RFC 7468, read leniently about white space. */
#ifndef TEEWATCH_BASE_PEM_H
#define TEEWATCH_BASE_PEM_H

#include "base/arena.h"

/* The content of the next "-----BEGIN ...-----" block from *at on, decoded into the arena; empty where it is no
 * base64. False when there is no further block. */
bool pem_next(struct bytes text, size_t *at, struct arena *a, struct bytes *der);

#endif
