#include "proc/channel.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/limits.h"

enum { HEADER_BYTES = 4 + 1 + 8, READ_BYTES = 256 << 10 };

void channel_init(struct channel *c, int fd)
{
	*c = (struct channel){.fd = fd};
	buffer_init(&c->in, (size_t)LIMIT_FRAME_BYTES + HEADER_BYTES + READ_BYTES);
	buffer_init(&c->out, SIZE_MAX);
}

void channel_release(struct channel *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	buffer_release(&c->in);
	buffer_release(&c->out);
}

bool channel_queue(struct channel *c, uint8_t kind, uint64_t id, struct bytes payload)
{
	if (payload.n > LIMIT_FRAME_BYTES)
		return false;
	if (c->out_sent == c->out.n) {
		buffer_clear(&c->out);
		c->out_sent = 0;
	}
	buffer_put_u32be(&c->out, (uint32_t)(payload.n + HEADER_BYTES - 4));
	buffer_put_u8(&c->out, kind);
	buffer_put_u64be(&c->out, id);
	buffer_put_bytes(&c->out, payload);
	return buffer_ok(&c->out);
}

bool channel_wants_write(const struct channel *c)
{
	return c->out_sent < c->out.n;
}

enum channel_state channel_flush(struct channel *c)
{
	while (c->out_sent < c->out.n) {
		ssize_t n = send(c->fd, c->out.p + c->out_sent, c->out.n - c->out_sent, MSG_NOSIGNAL);
		if (n > 0)
			c->out_sent += (size_t)n;
		else if (n < 0 && errno == EINTR)
			continue;
		else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return CHANNEL_OPEN;
		else
			return CHANNEL_CLOSED;
	}
	return CHANNEL_OPEN;
}

/* Move what is not handed out yet to the front, so that the buffer does not grow for ever. */
static void compact(struct channel *c)
{
	if (c->in_taken == 0)
		return;
	size_t left = c->in.n - c->in_taken;
	memmove(c->in.p, c->in.p + c->in_taken, left);
	c->in.n = left;
	c->in_taken = 0;
}

enum channel_state channel_fill(struct channel *c)
{
	compact(c);
	uint8_t *to = buffer_reserve(&c->in, READ_BYTES);
	if (!to)
		return CHANNEL_CLOSED;
	for (;;) {
		ssize_t n = recv(c->fd, to, READ_BYTES, 0);
		if (n > 0) {
			buffer_added(&c->in, (size_t)n);
			return CHANNEL_OPEN;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return CHANNEL_OPEN;
		return CHANNEL_CLOSED;
	}
}

enum channel_state channel_next(struct channel *c, struct frame *out, bool *found)
{
	struct bytes there = bytes_of(c->in.p + c->in_taken, c->in.n - c->in_taken);
	struct cursor at = cursor_of(there);
	*found = false;
	if (there.n < HEADER_BYTES)
		return CHANNEL_OPEN;
	uint32_t length = cursor_u32be(&at, "length");
	if (length < HEADER_BYTES - 4 || length > LIMIT_FRAME_BYTES + HEADER_BYTES)
		return CHANNEL_CLOSED;
	if (there.n - 4 < length)
		return CHANNEL_OPEN;
	out->kind = cursor_u8(&at, "kind");
	out->id = cursor_u64be(&at, "id");
	out->payload = cursor_take(&at, length - (HEADER_BYTES - 4), "payload");
	c->in_taken += length + 4;
	*found = true;
	return CHANNEL_OPEN;
}

enum channel_state channel_receive(struct channel *c, struct frame *out)
{
	for (;;) {
		bool found;
		if (channel_next(c, out, &found) == CHANNEL_CLOSED)
			return CHANNEL_CLOSED;
		if (found)
			return CHANNEL_OPEN;
		if (channel_fill(c) == CHANNEL_CLOSED)
			return CHANNEL_CLOSED;
	}
}
