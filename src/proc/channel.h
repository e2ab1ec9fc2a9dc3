/*
 * Frames over a stream socket between two of teewatch's processes: u32 length, u8 kind,
 * u64 id, payload (big-endian; the length counts kind, id and payload). The main process
 * uses it without blocking, the others with. Depends on base.
 */
#ifndef TEEWATCH_PROC_CHANNEL_H
#define TEEWATCH_PROC_CHANNEL_H

#include "base/buffer.h"

struct channel {
	int fd;
	struct buffer in, out;
	size_t in_taken, out_sent; /* bytes of in already handed out, of out already written */
};

struct frame {
	uint8_t kind;
	uint64_t id;
	struct bytes payload; /* valid until the next channel call */
};

enum channel_state { CHANNEL_OPEN, CHANNEL_CLOSED /* by the peer, or it broke the framing */ };

void channel_init(struct channel *c, int fd);
void channel_release(struct channel *c); /* closes the socket */

/* Queue a frame. False where its payload is past LIMIT_FRAME_BYTES. */
bool channel_queue(struct channel *c, uint8_t kind, uint64_t id, struct bytes payload);

/* Write what is queued, as far as the socket takes it (all of it on a blocking socket). */
enum channel_state channel_flush(struct channel *c);
bool channel_wants_write(const struct channel *c);

/* Read what is there (blocking socket: at least one byte). */
enum channel_state channel_fill(struct channel *c);

/* The next whole frame that was read. */
enum channel_state channel_next(struct channel *c, struct frame *out, bool *found);

/* Blocking: the next frame, whatever it takes; CHANNEL_CLOSED at the end. */
enum channel_state channel_receive(struct channel *c, struct frame *out);

#endif
