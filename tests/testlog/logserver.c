/*
 * Serves what teewatch-mklog made, over HTTP on 127.0.0.1: RFC 6962 under /ct/v1/, everything else as files of
 * DIR (the static API under /static/; queries are ignored). Prints its port. Ends by itself after --seconds, and with SIGTERM.
 *
 *   teewatch-logserver --dir DIR [--port N] [--page-cap N] [--seconds N] [--fault KIND:EVERY]
 *                      [--proofs by-hash|none]
 *   teewatch-logserver --dir DIR --tls CERT.pem KEY.pem      files of DIR over TLS
 *
 * KIND is 429, 503, html, cut, short: every EVERY-th answer has that fault.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/memory.h"
#include "testlog/merkle_tree.h"

enum { CONNECTIONS_MAX = 256, REQUEST_MAX = 8192 };

struct connection {
	int fd;
	SSL *ssl;
	char request[REQUEST_MAX];
	size_t n;
	struct buffer out;      /* header, and a body that is made */
	size_t out_sent;
	int file_fd;            /* or a body that is a piece of a file */
	off_t file_at;
	size_t file_left;
	char tail[8];           /* what ends a page */
	bool close_after;
};

struct server {
	const char *dir, *fault;
	unsigned page_cap, fault_every, answers;
	bool by_hash_only;      /* get-entry-and-proof is not offered */
	bool no_proofs;         /* nor get-proof-by-hash */
	int entries_fd;
	uint64_t *offsets, size;
	struct merkle_tree tree;
	SSL_CTX *tls;
	struct connection connections[CONNECTIONS_MAX];
};

static volatile sig_atomic_t stop;

static void on_signal(int n)
{
	(void)n;
	stop = 1;
}

/* ---- loading ---- */

static void *map_file(const char *dir, const char *name, size_t *n)
{
	char path[4096];
	struct stat st;
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0)
		return NULL;
	*n = (size_t)st.st_size;
	void *p = mmap(NULL, *n ? *n : 1, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	return p == MAP_FAILED ? NULL : p;
}

static void load(struct server *s)
{
	char path[4096];
	size_t n;
	s->offsets = map_file(s->dir, "rfc6962/offsets", &n);
	if (s->offsets)
		s->size = n / 8 - 1;
	snprintf(path, sizeof(path), "%s/rfc6962/entries.json", s->dir);
	s->entries_fd = open(path, O_RDONLY | O_CLOEXEC);
	void *leaves = map_file(s->dir, "rfc6962/leaves", &n);
	if (leaves)
		merkle_tree_build(&s->tree, (const uint8_t (*)[32])leaves, n / 32);
}

/* ---- answers ---- */

static void answer(struct connection *c, const char *status, const char *fields, size_t length)
{
	buffer_printf(&c->out, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n%s\r\n", status, length, fields);
}

static void answer_text(struct connection *c, const char *status, const char *type, struct bytes body)
{
	char fields[128];
	snprintf(fields, sizeof(fields), "Content-Type: %s\r\n", type);
	answer(c, status, fields, body.n);
	buffer_put_bytes(&c->out, body);
}

static void not_found(struct connection *c)
{
	answer_text(c, "404 Not Found", "text/plain", BYTES_LITERAL("not found\n"));
}

static bool parameter(const char *query, const char *name, uint64_t *out)
{
	size_t n = strlen(name);
	for (const char *p = query; p && *p; p = strchr(p, '&') ? strchr(p, '&') + 1 : NULL)
		if (strncmp(p, name, n) == 0 && p[n] == '=') {
			*out = strtoull(p + n + 1, NULL, 10);
			return true;
		}
	return false;
}

/* CTFE's rule: a request for the cap or more ends at a multiple of it. */
static void get_entries(struct server *s, struct connection *c, const char *query)
{
	uint64_t start, end;
	if (!parameter(query, "start", &start) || !parameter(query, "end", &end) || start > end || start >= s->size) {
		answer_text(c, "400 Bad Request", "text/plain", BYTES_LITERAL("need tree size: more leaves\n"));
		return;
	}
	if (end >= s->size)
		end = s->size - 1;
	if (end - start + 1 >= s->page_cap) {
		end = start + s->page_cap - 1;
		end -= (end + 1) % s->page_cap > end - start ? 0 : (end + 1) % s->page_cap;
	}
	if (s->fault && strcmp(s->fault, "short") == 0 && end > start && s->answers % s->fault_every == 0)
		end = start + (end - start) / 2;
	static const char head[] = "{\"entries\":[", tail[] = "]}";
	size_t body = s->offsets[end + 1] - s->offsets[start] - 1; /* without the last comma */
	answer(c, "200 OK", "Content-Type: application/json\r\n", body + sizeof(head) - 1 + sizeof(tail) - 1);
	buffer_put_text(&c->out, head);
	c->file_fd = s->entries_fd;
	c->file_at = (off_t)s->offsets[start];
	c->file_left = body;
	memcpy(c->tail, tail, sizeof(tail));
}

static void put_path(struct buffer *b, uint8_t (*path)[32], size_t n)
{
	buffer_put_u8(b, '[');
	for (size_t i = 0; i < n; i++) {
		buffer_put_text(b, i ? ",\"" : "\"");
		base64_put(b, bytes_of(path[i], 32));
		buffer_put_u8(b, '"');
	}
	buffer_put_u8(b, ']');
}

static void get_proof(struct server *s, struct connection *c, const char *call, const char *query)
{
	uint8_t path[64][32];
	uint64_t a = 0, b = 0;
	struct buffer body;
	bool consistency = strcmp(call, "get-sth-consistency") == 0;
	bool good = consistency ? parameter(query, "first", &a) && parameter(query, "second", &b) && a <= b
	                        : parameter(query, "leaf_index", &a) && parameter(query, "tree_size", &b) && a < b;
	if (!good || b > s->size) {
		answer_text(c, "400 Bad Request", "text/plain", BYTES_LITERAL("bad range\n"));
		return;
	}
	buffer_init(&body, 1 << 24);
	if (consistency) {
		buffer_put_text(&body, "{\"consistency\":");
		put_path(&body, path, merkle_tree_consistency(&s->tree, a, b, path));
	} else {
		size_t n = s->offsets[a + 1] - s->offsets[a] - 2; /* without "}," */
		uint8_t *to = buffer_reserve(&body, n);
		if (to && pread(s->entries_fd, to, n, (off_t)s->offsets[a]) == (ssize_t)n)
			buffer_added(&body, n);
		buffer_put_text(&body, ",\"audit_path\":");
		put_path(&body, path, merkle_tree_path(&s->tree, a, b, path));
	}
	buffer_put_u8(&body, '}');
	answer_text(c, "200 OK", "application/json", buffer_bytes(&body));
	buffer_release(&body);
}

/* The hash comes in percent-encoded base64. */
static void get_proof_by_hash(struct server *s, struct connection *c, const char *query)
{
	const char *at = strstr(query, "hash=");
	uint8_t text[64], hash[64], path[64][32];
	uint64_t size = 0, index = 0;
	size_t n = 0, length = 0;
	struct buffer body;
	for (at = at ? at + 5 : ""; *at && *at != '&' && n < sizeof(text); at++) {
		uint8_t v = (uint8_t)*at;
		if (v == '%' && strlen(at) > 2 && hex_decode(bytes_of(at + 1, 2), &v, 1))
			at += 2;
		text[n++] = v;
	}
	bool good = n == 44 && base64_decode(bytes_of(text, n), hash, &length) && length == 32 &&
	            parameter(query, "tree_size", &size) && size <= s->size;
	while (good && index < size && memcmp(s->tree.level[0][index], hash, 32) != 0)
		index++;
	if (!good || index == size) {
		answer_text(c, "404 Not Found", "text/plain", BYTES_LITERAL("no such leaf\n"));
		return;
	}
	buffer_init(&body, 1 << 16);
	buffer_printf(&body, "{\"leaf_index\":%" PRIu64 ",\"audit_path\":", index);
	put_path(&body, path, merkle_tree_path(&s->tree, index, size, path));
	buffer_put_u8(&body, '}');
	answer_text(c, "200 OK", "application/json", buffer_bytes(&body));
	buffer_release(&body);
}

static void serve_file(struct server *s, struct connection *c, const char *name)
{
	char path[4096];
	uint8_t magic[2] = {0, 0};
	struct stat st;
	snprintf(path, sizeof(path), "%s/%s", s->dir, name);
	int fd = strstr(name, "..") ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		if (fd >= 0)
			close(fd);
		not_found(c);
		return;
	}
	bool gzip = pread(fd, magic, 2, 0) == 2 && magic[0] == 0x1f && magic[1] == 0x8b;
	answer(c, "200 OK", gzip ? "Content-Encoding: gzip\r\n" : "", (size_t)st.st_size);
	if (c->ssl) {
		uint8_t *to = buffer_reserve(&c->out, (size_t)st.st_size);
		if (to && pread(fd, to, (size_t)st.st_size, 0) == st.st_size)
			buffer_added(&c->out, (size_t)st.st_size);
		close(fd);
		return;
	}
	c->file_fd = fd;
	c->file_at = 0;
	c->file_left = (size_t)st.st_size;
}

/* True when the answer is a fault that was asked for. */
static bool inject(struct server *s, struct connection *c)
{
	s->answers++;
	if (!s->fault || s->answers % s->fault_every != 0)
		return false;
	if (strcmp(s->fault, "429") == 0)
		answer(c, "429 Too Many Requests", "Retry-After: 0\r\n", 0);
	else if (strcmp(s->fault, "503") == 0)
		answer(c, "503 Service Unavailable", "", 0);
	else if (strcmp(s->fault, "html") == 0)
		answer_text(c, "200 OK", "text/html", BYTES_LITERAL("<html><body>captive</body></html>"));
	else if (strcmp(s->fault, "cut") == 0) {
		answer(c, "200 OK", "", 4096);
		buffer_put_text(&c->out, "{\"entries\":[");
		c->close_after = true;
	} else
		return false;
	return true;
}

static void respond(struct server *s, struct connection *c)
{
	char method[8], target[4096];
	if (sscanf(c->request, "%7s %4095s", method, target) != 2 || strcmp(method, "GET") != 0) {
		answer_text(c, "400 Bad Request", "text/plain", BYTES_LITERAL("bad request\n"));
		return;
	}
	char *query = strchr(target, '?');
	if (query)
		*query++ = 0;
	if (inject(s, c))
		return;
	if (s->tls)
		serve_file(s, c, target + 1);
	else if (strcmp(target, "/ct/v1/get-sth") == 0)
		serve_file(s, c, "rfc6962/get-sth");
	else if (strcmp(target, "/ct/v1/get-entries") == 0)
		get_entries(s, c, query ? query : "");
	else if (strcmp(target, "/ct/v1/get-proof-by-hash") == 0 && !s->no_proofs)
		get_proof_by_hash(s, c, query ? query : "");
	else if (strcmp(target, "/ct/v1/get-sth-consistency") == 0 ||
	         (strcmp(target, "/ct/v1/get-entry-and-proof") == 0 && !s->by_hash_only))
		get_proof(s, c, target + 8, query ? query : "");
	else
		serve_file(s, c, target + 1);
}

/* ---- connections ---- */

static void close_connection(struct connection *c, const struct server *s)
{
	if (c->file_fd >= 0 && c->file_fd != s->entries_fd)
		close(c->file_fd);
	SSL_free(c->ssl);
	close(c->fd);
	buffer_release(&c->out);
	*c = (struct connection){.fd = -1, .file_fd = -1};
}

static ssize_t send_some(struct connection *c, const void *p, size_t n, bool more)
{
	if (c->ssl) {
		int sent = SSL_write(c->ssl, p, n > 16384 ? 16384 : (int)n);
		return sent > 0 ? sent : -1;
	}
	return send(c->fd, p, n, MSG_NOSIGNAL | (more ? MSG_MORE : 0));
}

/* Write what there is; false when the connection is over. */
static bool flush(struct connection *c, const struct server *s)
{
	for (;;) {
		if (c->out_sent < c->out.n) {
			ssize_t n = send_some(c, c->out.p + c->out_sent, c->out.n - c->out_sent, c->file_left > 0);
			if (n <= 0)
				return errno == EAGAIN;
			c->out_sent += (size_t)n;
		} else if (c->file_left > 0) {
			ssize_t n = sendfile(c->fd, c->file_fd, &c->file_at, c->file_left);
			if (n <= 0)
				return errno == EAGAIN;
			c->file_left -= (size_t)n;
		} else if (c->tail[0]) {
			buffer_clear(&c->out);
			c->out_sent = 0;
			buffer_put_text(&c->out, c->tail);
			c->tail[0] = 0;
		} else {
			break;
		}
	}
	if (c->file_fd >= 0 && c->file_fd != s->entries_fd)
		close(c->file_fd);
	c->file_fd = -1;
	buffer_clear(&c->out);
	c->out_sent = 0;
	return !c->close_after;
}

static bool busy(const struct connection *c)
{
	return c->out_sent < c->out.n || c->file_left > 0 || c->tail[0];
}

/* Read, answer every whole request, write. */
static bool advance(struct server *s, struct connection *c, short events)
{
	if (busy(c) && !flush(c, s))
		return false;
	if (!busy(c) && (events & (POLLIN | POLLHUP))) {
		ssize_t n = c->ssl ? SSL_read(c->ssl, c->request + c->n, (int)(REQUEST_MAX - 1 - c->n))
		                   : recv(c->fd, c->request + c->n, REQUEST_MAX - 1 - c->n, 0);
		if (n <= 0)
			return n < 0 && !c->ssl && errno == EAGAIN;
		c->n += (size_t)n;
		c->request[c->n] = 0;
	}
	char *end;
	while (!busy(c) && (end = strstr(c->request, "\r\n\r\n"))) {
		respond(s, c);
		size_t used = (size_t)(end - c->request) + 4;
		memmove(c->request, c->request + used, c->n - used + 1);
		c->n -= used;
		if (!flush(c, s))
			return false;
	}
	return c->n < REQUEST_MAX - 1;
}

static void accept_one(struct server *s, int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC), one = 1;
	size_t i = 0;
	while (i < CONNECTIONS_MAX && s->connections[i].fd >= 0)
		i++;
	if (fd < 0)
		return;
	if (i == CONNECTIONS_MAX) {
		close(fd);
		return;
	}
	struct connection *c = &s->connections[i];
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	*c = (struct connection){.fd = fd, .file_fd = -1};
	buffer_init(&c->out, (size_t)64 << 20);
	if (s->tls) { /* one client at a time, so waiting for its handshake is all right */
		struct timeval limit = {5, 0};
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
		c->ssl = SSL_new(s->tls);
		SSL_set_fd(c->ssl, fd);
		if (SSL_accept(c->ssl) != 1)
			close_connection(c, s);
	} else {
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	}
}

static int listen_on(uint16_t port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0 || listen(fd, 128) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &n) != 0) {
		perror("teewatch-logserver");
		exit(2);
	}
	printf("%u\n", ntohs(a.sin_port));
	fflush(stdout);
	return fd;
}

static void serve(struct server *s, int listener, int64_t until_ms)
{
	while (!stop && clock_monotonic_ms() < until_ms) {
		struct pollfd fds[CONNECTIONS_MAX + 1] = {{.fd = listener, .events = POLLIN}};
		for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
			const struct connection *c = &s->connections[i];
			fds[i + 1] = (struct pollfd){.fd = c->fd, .events = busy(c) ? POLLOUT : POLLIN};
		}
		if (poll(fds, CONNECTIONS_MAX + 1, 200) <= 0)
			continue;
		for (size_t i = 0; i < CONNECTIONS_MAX; i++)
			if (s->connections[i].fd >= 0 && fds[i + 1].revents &&
			    !advance(s, &s->connections[i], fds[i + 1].revents))
				close_connection(&s->connections[i], s);
		if (fds[0].revents)
			accept_one(s, listener);
	}
}

int main(int argc, char **argv)
{
	struct server s = {.dir = ".", .page_cap = 1000, .fault_every = 1, .entries_fd = -1};
	uint16_t port = 0;
	long seconds = 120;
	for (int i = 1; i + 1 < argc; i += 2) {
		const char *o = argv[i], *v = argv[i + 1];
		if (strcmp(o, "--dir") == 0)
			s.dir = v;
		else if (strcmp(o, "--port") == 0)
			port = (uint16_t)strtoul(v, NULL, 10);
		else if (strcmp(o, "--page-cap") == 0)
			s.page_cap = (unsigned)strtoul(v, NULL, 10);
		else if (strcmp(o, "--seconds") == 0)
			seconds = strtol(v, NULL, 10);
		else if (strcmp(o, "--proofs") == 0)
			s.by_hash_only = true, s.no_proofs = strcmp(v, "none") == 0;
		else if (strcmp(o, "--fault") == 0) {
			char *colon = strchr(argv[i + 1], ':');
			if (colon) {
				*colon = 0;
				s.fault_every = (unsigned)strtoul(colon + 1, NULL, 10);
			}
			s.fault = v;
		} else if (strcmp(o, "--tls") == 0 && i + 2 < argc) {
			s.tls = SSL_CTX_new(TLS_server_method());
			if (SSL_CTX_use_certificate_chain_file(s.tls, v) != 1 ||
			    SSL_CTX_use_PrivateKey_file(s.tls, argv[i + 2], SSL_FILETYPE_PEM) != 1) {
				fprintf(stderr, "teewatch-logserver: certificate or key cannot be read\n");
				return 2;
			}
			i++;
		}
	}
	if (s.fault_every == 0)
		s.fault_every = 1;
	for (size_t i = 0; i < CONNECTIONS_MAX; i++)
		s.connections[i] = (struct connection){.fd = -1, .file_fd = -1};
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	signal(SIGPIPE, SIG_IGN);
	load(&s);
	serve(&s, listen_on(port), clock_monotonic_ms() + seconds * 1000);
	return 0;
}
