/*
 * To syslog: RFC 5424 over a local socket, UDP (RFC 5426) or TCP (RFC 6587, octet counting). Datagrams are gone once the
 * kernel has them. With TCP the batch counts as delivered when the peer has closed after it, or its kernel has
 * acknowledged every byte.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "alert/send.h"
#include "base/limits.h"
#include "base/timestamp.h"

#define SEQUENCE_MAX UINT64_C(2147483647) /* of meta sequenceId, RFC 5424 section 7.3.1 */

enum { CLOSE_WAIT_MS = 2000 };

/* RFC 5424 section 6.2.1 */
static const unsigned severities[] = {
	[SEVERITY_INFO] = 6, [SEVERITY_LOW] = 5, [SEVERITY_MEDIUM] = 4, [SEVERITY_HIGH] = 3, [SEVERITY_CRITICAL] = 2};

void syslog_message_put(const struct event *e, struct bytes text, unsigned facility, const char *host, struct buffer *out)
{
	char when[TIMESTAMP_TEXT_SIZE];
	bool named = host[0] != 0;
	for (const char *c = host; *c; c++)
		named = named && *c > 0x20 && *c < 0x7f;
	buffer_printf(out, "<%u>1 %s %.255s teewatch - %s [meta sequenceId=\"%llu\"] ", facility * 8 + severities[event_severity(e)],
	              timestamp_text(e->time_ms, when), named ? host : "-", e->type,
	              (unsigned long long)((e->seq - 1) % SEQUENCE_MAX + 1));
	while (text.n > 0 && (text.p[text.n - 1] == '\r' || text.p[text.n - 1] == '\n'))
		text.n--;
	buffer_put_bytes(out, text);
}

/* ---- sockets ---- */

struct line {
	int fd;
	bool stream;
	bool network;
};

static bool connect_local(const char *path, struct line *out)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	static const int types[] = {SOCK_DGRAM, SOCK_STREAM};
	if (strlen(path) >= sizeof(a.sun_path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	memcpy(a.sun_path, path, strlen(path) + 1);
	for (size_t i = 0; i < 2; i++) {
		out->fd = socket(AF_UNIX, types[i] | SOCK_CLOEXEC, 0);
		out->stream = types[i] == SOCK_STREAM;
		if (out->fd >= 0 && connect(out->fd, (struct sockaddr *)(void *)&a, sizeof(a)) == 0)
			return true;
		int error = errno;
		if (out->fd >= 0)
			close(out->fd);
		errno = error;
		if (error != EPROTOTYPE)
			break;
	}
	out->fd = -1;
	return false;
}

/* connect with a limit of time. */
static bool connect_within(int fd, const struct addrinfo *a, int timeout_ms)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	int error = 0, flags = fcntl(fd, F_GETFL);
	socklen_t n = sizeof(error);
	fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	if (connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
		if (errno != EINPROGRESS)
			return false;
		if (poll(&p, 1, timeout_ms) != 1) {
			errno = ETIMEDOUT;
			return false;
		}
		if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) != 0 || error != 0) {
			errno = error;
			return false;
		}
	}
	return fcntl(fd, F_SETFL, flags) == 0;
}

/* "HOST:PORT", an IPv6 address in brackets. */
static bool connect_network(const char *where, bool stream, int timeout_ms, struct line *out, struct alert_trouble *trouble)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = stream ? SOCK_STREAM : SOCK_DGRAM}, *list = NULL;
	const char *colon = strrchr(where, ':');
	char host[256];
	size_t n = colon ? (size_t)(colon - where) : 0;
	bool bracket = n > 1 && where[0] == '[' && where[n - 1] == ']';
	snprintf(host, sizeof(host), "%.*s", (int)(bracket ? n - 2 : n), where + bracket);
	int rc = colon ? getaddrinfo(host, colon + 1, &hints, &list) : EAI_NONAME;
	if (rc != 0) {
		alert_trouble_set(trouble, "%s: %s", where, gai_strerror(rc));
		return false;
	}
	errno = 0;
	out->fd = -1;
	for (const struct addrinfo *a = list; a && out->fd < 0; a = a->ai_next) {
		out->fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
		if (out->fd >= 0 && !connect_within(out->fd, a, timeout_ms)) {
			int error = errno;
			close(out->fd);
			out->fd = -1;
			errno = error;
		}
	}
	freeaddrinfo(list);
	out->stream = stream;
	out->network = true;
	return out->fd >= 0;
}

static bool open_line(const struct alert_destination *d, struct line *out, struct alert_trouble *trouble)
{
	const char *t = d->target;
	int timeout_ms = (int)d->timeout_s * 1000;
	struct timeval limit = {.tv_sec = (time_t)d->timeout_s};
	bool good = strncmp(t, "udp://", 6) == 0   ? connect_network(t + 6, false, timeout_ms, out, trouble)
	            : strncmp(t, "tcp://", 6) == 0 ? connect_network(t + 6, true, timeout_ms, out, trouble)
	                                           : connect_local(t, out);
	if (good && setsockopt(out->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) != 0)
		good = false;
	if (!good && !trouble->text[0])
		alert_trouble_set(trouble, "%s: cannot connect: %s", t, strerror(errno));
	return good;
}

static bool send_bytes(const struct line *l, struct bytes b)
{
	while (b.n > 0) {
		ssize_t n = send(l->fd, b.p, b.n, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		b = bytes_slice(b, (size_t)n, b.n - (size_t)n);
	}
	return true;
}

/* Streams: a count before each message over the network; the end of a line behind it on a local socket. */
static bool send_message(const struct line *l, struct buffer *message)
{
	char count[32];
	if (!l->stream)
		return send_bytes(l, buffer_bytes(message));
	if (l->network) {
		int n = snprintf(count, sizeof(count), "%zu ", message->n);
		return send_bytes(l, bytes_of(count, (size_t)n)) && send_bytes(l, buffer_bytes(message));
	}
	buffer_put_u8(message, '\n');
	return send_bytes(l, buffer_bytes(message));
}

/* A datagram that is too large goes once more without the certificate's names and the evidence: what remains is
 * valid, and the history has the rest. */
static bool send_shorter(const struct alert_sending *s, const struct line *l, const struct event *e, const char *host)
{
	struct event shorter = *e;
	struct event_certificate certificate;
	struct buffer text, message;
	if (e->certificate) {
		certificate = *e->certificate;
		certificate.name_count = 0;
		shorter.certificate = &certificate;
	}
	shorter.evidence_count = 0;
	buffer_init(&text, LIMIT_ALERT_BYTES);
	buffer_init(&message, LIMIT_ALERT_BYTES + 1024);
	s->format->put(&shorter, s->source, &text);
	syslog_message_put(&shorter, buffer_bytes(&text), s->destination->facility, host, &message);
	bool good = buffer_ok(&message) && send_message(l, &message);
	buffer_release(&text);
	buffer_release(&message);
	return good;
}

static bool send_one(const struct alert_sending *s, const struct line *l, const struct alert_message *m, const char *host)
{
	struct buffer message;
	buffer_init(&message, LIMIT_ALERT_BYTES + 1024);
	syslog_message_put(m->event, m->text, s->destination->facility, host, &message);
	bool good = buffer_ok(&message) && send_message(l, &message);
	buffer_release(&message);
	return good || (errno == EMSGSIZE && !l->stream && send_shorter(s, l, m->event, host));
}

/* All that was written has arrived at the peer's kernel, at the least. */
static bool has_arrived(const struct line *l)
{
	struct pollfd p = {.fd = l->fd, .events = POLLIN};
	char byte;
	int left = 0;
	if (!l->stream)
		return true;
	shutdown(l->fd, SHUT_WR);
	if (poll(&p, 1, CLOSE_WAIT_MS) == 1) {
		ssize_t n = recv(l->fd, &byte, 1, 0);
		if (n == 0)
			return true;
		if (n < 0)
			return false;
	}
	if (!l->network)
		return true;
	errno = ETIMEDOUT;
	return ioctl(l->fd, SIOCOUTQ, &left) == 0 && left == 0;
}

size_t alert_syslog_send(const struct alert_sending *s, const struct alert_message *m, size_t n,
                         struct alert_trouble *trouble)
{
	struct line l = {-1, false, false};
	char host[256] = "";
	size_t sent = 0;
	if (!open_line(s->destination, &l, trouble))
		return 0;
	if (gethostname(host, sizeof(host) - 1) != 0)
		host[0] = 0;
	while (sent < n && send_one(s, &l, &m[sent], host))
		sent++;
	if (sent < n || !has_arrived(&l)) {
		alert_trouble_set(trouble, "%s: cannot be written: %s", s->destination->target, strerror(errno));
		sent = l.stream ? 0 : sent; /* of a stream it is not known how much was read */
	}
	close(l.fd);
	return sent;
}
