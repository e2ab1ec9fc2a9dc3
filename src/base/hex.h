/* Hexadecimal text. Output is lower case; input is read in both cases. */
#ifndef TEEWATCH_BASE_HEX_H
#define TEEWATCH_BASE_HEX_H

#include "base/arena.h"
#include "base/buffer.h"

/* 2*n digits and a NUL to out. */
void hex_encode(struct bytes in, char *out);

/* The digits as text of the arena; NULL past its maximum. */
char *hex_text(struct arena *a, struct bytes in);

void hex_put(struct buffer *b, struct bytes in);

/* Exactly n bytes from exactly 2*n digits. */
bool hex_decode(struct bytes text, void *out, size_t n);

/* Any even number of digits, into the arena. */
bool hex_decode_arena(struct arena *a, struct bytes text, struct bytes *out);

#endif
