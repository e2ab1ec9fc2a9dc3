/*
 * The parts that messages between processes are made of: big-endian numbers, u32-counted bytes,
 * hashes, faults. Reading is strict and bounded, since a worker may have been taken over by what
 * it parsed. Depends on base.
 */
#ifndef TEEWATCH_PROC_MESSAGE_H
#define TEEWATCH_PROC_MESSAGE_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/cursor.h"
#include "base/hash.h"

void message_put_text(struct buffer *b, const char *s); /* NULL is "" */
void message_put_sha256(struct buffer *b, const struct sha256 *h);
void message_put_i64(struct buffer *b, int64_t v);
void message_put_bool(struct buffer *b, bool v);
void message_put_fault(struct buffer *b, struct fault f);

/* A NUL-terminated copy in the arena; FAULT_VALUE where the text holds a NUL. Never NULL. */
const char *message_text(struct cursor *c, struct arena *a, const char *field);
/* A copy in the arena. */
struct bytes message_bytes(struct cursor *c, struct arena *a, const char *field);
void message_sha256(struct cursor *c, struct sha256 *out, const char *field);
int64_t message_i64(struct cursor *c, const char *field);
bool message_bool(struct cursor *c, const char *field);
struct fault message_fault(struct cursor *c, struct arena *a, const char *field);
/* A count of things that follow, at most max. */
size_t message_count(struct cursor *c, size_t max, const char *field);

#endif
