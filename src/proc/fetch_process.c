#include "proc/fetch_process.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/memory.h"
#include "proc/channel.h"
#include "proc/message.h"
#include "proc/slots.h"

/* ---- messages ---- */

enum { CONNECT_TO_MAX = 256 };

static void put_pace(struct buffer *out, const struct pace_memory *p)
{
	message_put_bool(out, p->slowed);
	buffer_put_u32be(out, p->window);
	message_put_i64(out, p->gap_ms);
}

static struct pace_memory read_pace(struct cursor *c)
{
	struct pace_memory p;
	p.slowed = message_bool(c, "slowed");
	p.window = cursor_u32be(c, "window");
	p.gap_ms = message_i64(c, "gap");
	return p;
}

void fetch_options_encode(const struct fetch_options *o, struct buffer *out)
{
	uint32_t n = 0;
	while (o->connect_to && o->connect_to[n])
		n++;
	message_put_text(out, o->user_agent);
	message_put_text(out, o->ca_file);
	buffer_put_u32be(out, n);
	for (uint32_t i = 0; i < n; i++)
		message_put_text(out, o->connect_to[i]);
	buffer_put_u32be(out, (uint32_t)o->host_count);
	for (size_t i = 0; i < o->host_count; i++) {
		message_put_text(out, o->hosts[i].host);
		put_pace(out, &o->hosts[i].pace);
	}
	buffer_put_u32be(out, o->per_host);
	buffer_put_u32be(out, o->total);
	message_put_i64(out, o->timeout_s);
	message_put_i64(out, o->connect_timeout_s);
}

struct fault fetch_options_decode(struct bytes in, struct arena *a, struct fetch_options *out)
{
	struct cursor c = cursor_of(in);
	out->user_agent = message_text(&c, a, "user_agent");
	out->ca_file = message_text(&c, a, "ca_file");
	if (out->ca_file[0] == 0)
		out->ca_file = NULL;
	size_t n = message_count(&c, CONNECT_TO_MAX, "connect_to");
	const char **list = arena_array(a, n + 1, sizeof(*list));
	for (size_t i = 0; list && i < n; i++)
		list[i] = message_text(&c, a, "connect_to");
	out->connect_to = list;
	out->host_count = message_count(&c, LIMIT_HOSTS, "hosts");
	struct fetch_host *hosts = arena_array(a, out->host_count, sizeof(*hosts));
	for (size_t i = 0; hosts && i < out->host_count; i++) {
		hosts[i].host = message_text(&c, a, "host");
		hosts[i].pace = read_pace(&c);
	}
	out->hosts = hosts;
	out->per_host = cursor_u32be(&c, "per_host");
	out->total = cursor_u32be(&c, "total");
	out->timeout_s = (long)message_i64(&c, "timeout");
	out->connect_timeout_s = (long)message_i64(&c, "connect_timeout");
	return cursor_end(&c, "fetch_options");
}

void fetch_order_encode(const struct fetch_order *o, struct buffer *out)
{
	buffer_put_u8(out, (uint8_t)o->purpose);
	message_put_text(out, o->url);
	message_put_bool(out, o->local_allowed);
	buffer_put_u64be(out, o->max_bytes);
	buffer_put_u32be(out, o->slot);
	message_put_text(out, o->headers ? o->headers : "");
	buffer_put_vector32(out, o->post);
	message_put_text(out, o->post_type ? o->post_type : "");
	message_put_text(out, o->fields ? o->fields : "");
}

struct fault fetch_order_decode(struct bytes in, struct arena *a, struct fetch_order *out)
{
	struct cursor c = cursor_of(in);
	out->purpose = (enum fetch_purpose)cursor_u8(&c, "purpose");
	out->url = message_text(&c, a, "url");
	out->local_allowed = message_bool(&c, "local_allowed");
	out->max_bytes = (size_t)cursor_u64be(&c, "max_bytes");
	out->slot = cursor_u32be(&c, "slot");
	out->headers = message_text(&c, a, "headers");
	out->post = message_bytes(&c, a, "post");
	out->post_type = message_text(&c, a, "post_type");
	out->fields = message_text(&c, a, "fields");
	if (out->slot >= SLOT_COUNT || out->max_bytes > LIMIT_BODY_BYTES || out->purpose > FETCH_ALERT)
		cursor_fail(&c, FAULT_VALUE, "fetch_order");
	return cursor_end(&c, "fetch_order");
}

void fetch_result_encode(const struct fetch_result *r, struct buffer *out)
{
	buffer_put_u64be(out, r->id);
	buffer_put_u8(out, (uint8_t)r->outcome);
	message_put_i64(out, r->status);
	buffer_put_u64be(out, r->n);
	message_put_bool(out, r->gzip);
	message_put_bool(out, r->transient);
	message_put_i64(out, r->retry_after_ms);
	message_put_text(out, r->message);
	message_put_bool(out, r->has_peer);
	message_put_sha256(out, &r->peer_spki);
	message_put_sha256(out, &r->peer_certificate);
	message_put_text(out, r->peer_address);
	message_put_text(out, r->host);
	put_pace(out, &r->pace);
	message_put_text(out, r->headers ? r->headers : "");
}

static void read_array(struct cursor *c, char *out, size_t size, const char *field)
{
	struct bytes b = cursor_vector32(c, field);
	if (b.n >= size)
		cursor_fail(c, FAULT_LENGTH, field);
	memset(out, 0, size);
	if (cursor_ok(c) && b.n > 0)
		memcpy(out, b.p, b.n);
}

struct fault fetch_result_decode(struct bytes in, struct fetch_result *out, char **headers)
{
	struct cursor c = cursor_of(in);
	*headers = NULL;
	out->id = cursor_u64be(&c, "id");
	out->outcome = (enum fetch_outcome)cursor_u8(&c, "outcome");
	out->status = (long)message_i64(&c, "status");
	out->n = (size_t)cursor_u64be(&c, "n");
	out->gzip = message_bool(&c, "gzip");
	out->transient = message_bool(&c, "transient");
	out->retry_after_ms = message_i64(&c, "retry_after");
	read_array(&c, out->message, sizeof(out->message), "message");
	out->has_peer = message_bool(&c, "has_peer");
	message_sha256(&c, &out->peer_spki, "peer_spki");
	message_sha256(&c, &out->peer_certificate, "peer_certificate");
	read_array(&c, out->peer_address, sizeof(out->peer_address), "peer_address");
	read_array(&c, out->host, sizeof(out->host), "host");
	out->pace = read_pace(&c);
	struct bytes lines = cursor_vector32(&c, "headers");
	if (lines.n > LIMIT_HEADERS_BYTES)
		cursor_fail(&c, FAULT_LENGTH, "headers");
	if (out->outcome > FETCH_TOO_LARGE || out->n > LIMIT_BODY_BYTES)
		cursor_fail(&c, FAULT_VALUE, "fetch_result");
	struct fault f = cursor_end(&c, "fetch_result");
	if (!fault_is_set(f) && lines.n > 0) {
		*headers = memory_alloc(lines.n + 1);
		memcpy(*headers, lines.p, lines.n);
		(*headers)[lines.n] = 0;
	}
	out->headers = *headers;
	return f;
}

/* ---- the process ---- */

struct service {
	struct channel channel;
	struct slots slots;
	struct fetcher *fetcher;
	struct arena arena;
};

static bool take_frame(struct service *s, const struct frame *f)
{
	arena_reset(&s->arena);
	if (f->kind == FETCH_MESSAGE_OPTIONS && !s->fetcher) {
		struct fetch_options options;
		if (fault_is_set(fetch_options_decode(f->payload, &s->arena, &options)))
			return false;
		s->fetcher = fetcher_new(&options);
		return s->fetcher != NULL;
	}
	struct fetch_order order;
	if (f->kind != FETCH_MESSAGE_REQUEST || !s->fetcher ||
	    fault_is_set(fetch_order_decode(f->payload, &s->arena, &order)))
		return false;
	struct fetch_request request = {
		.id = f->id,
		.purpose = order.purpose,
		.url = order.url,
		.local_allowed = order.local_allowed,
		.max_bytes = order.max_bytes,
		.body = slots_body(&s->slots, (int)order.slot),
		.headers = order.headers[0] ? order.headers : NULL,
		.post = order.post,
		.post_type = order.post_type[0] ? order.post_type : NULL,
		.fields = order.fields[0] ? order.fields : NULL,
	};
	fetcher_submit(s->fetcher, &request);
	return true;
}

static void give_results(struct service *s)
{
	struct fetch_result result;
	while (s->fetcher && fetcher_result(s->fetcher, &result)) {
		struct buffer out;
		buffer_init(&out, 64 << 10);
		fetch_result_encode(&result, &out);
		channel_queue(&s->channel, FETCH_MESSAGE_RESULT, result.id, buffer_bytes(&out));
		buffer_release(&out);
	}
}

/* Read what came and take every whole frame; false when the main process is gone. */
static bool serve_input(struct service *s)
{
	struct pollfd p = {.fd = s->channel.fd, .events = POLLIN};
	if (poll(&p, 1, 0) > 0 && channel_fill(&s->channel) == CHANNEL_CLOSED)
		return false;
	for (;;) {
		struct frame frame;
		bool found;
		if (channel_next(&s->channel, &frame, &found) == CHANNEL_CLOSED)
			return false;
		if (!found)
			return true;
		if (!take_frame(s, &frame))
			return false;
	}
}

int fetch_process_main(int socket_fd, int slots_fd)
{
	struct service s = {0};
	channel_init(&s.channel, socket_fd);
	arena_init(&s.arena, 16 << 20);
	if (slots_attach(&s.slots, slots_fd, true) != 0)
		return 3;
	fcntl(socket_fd, F_SETFL, fcntl(socket_fd, F_GETFL) | O_NONBLOCK);
	while (serve_input(&s)) {
		give_results(&s);
		if (channel_flush(&s.channel) == CHANNEL_CLOSED)
			break;
		if (!s.fetcher) {
			struct pollfd p = {.fd = socket_fd, .events = POLLIN};
			poll(&p, 1, -1);
		} else {
			/* A full socket is looked at again soon; else the next transfer or request wakes us. */
			fetcher_step(s.fetcher, socket_fd, channel_wants_write(&s.channel) ? 5 : 1000);
		}
	}
	fetcher_free(s.fetcher);
	channel_release(&s.channel);
	arena_release(&s.arena);
	slots_release(&s.slots);
	return 0;
}
