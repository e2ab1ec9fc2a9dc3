/*
 * Serves what teewatch-mklog made, over HTTP on 127.0.0.1: RFC 6962 under /ct/v1/, everything else as files of
 * DIR (the static API under /static/; queries are ignored). Prints its port. Ends by itself after --seconds, and with SIGTERM.
 *
 *   teewatch-logserver --dir DIR [--port N] [--page-cap N] [--seconds N] [--fault KIND:EVERY]
 *                      [--proofs by-hash|none] [--tree NAME=DIR]... [--script FILE]
 *   teewatch-logserver --dir DIR --tls CERT.pem KEY.pem      files of DIR over TLS
 *
 * KIND is that of a script's fault: every EVERY-th answer has it. With --script the server does as script.h says: it
 * signs the heads of any view of its trees itself (DIR is the tree "main"), and has faults and misbehaviours.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/pem.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "pki/demo_keys.h"
#include "testlog/head.h"
#include "testlog/responder.h"

enum { CONNECTIONS_MAX = 256, DRIP_MS = 10 };

struct server {
	struct responder responder;
	SSL_CTX *tls;
	struct connection connections[CONNECTIONS_MAX];
};

static volatile sig_atomic_t stop;

static void on_signal(int n)
{
	(void)n;
	stop = 1;
}

/* ---- connections ---- */

static void close_file(struct connection *c)
{
	if (c->file_fd >= 0 && !c->file_shared)
		close(c->file_fd);
	c->file_fd = -1;
}

static void close_connection(struct connection *c)
{
	struct linger hard = {1, 0};
	close_file(c);
	if (c->reset_after)
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
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

/* How much may go out now: everything, or a drop. */
static size_t portion(struct connection *c, size_t n)
{
	if (c->rate == 0)
		return n;
	c->resume_at_ms = clock_monotonic_ms() + DRIP_MS;
	return n < c->rate ? n : c->rate;
}

/* Write what there is; false when the connection is over. */
static bool flush(struct connection *c)
{
	for (;;) {
		if (c->rate > 0 && clock_monotonic_ms() < c->resume_at_ms)
			return true;
		if (c->out_sent < c->out.n) {
			ssize_t n = send_some(c, c->out.p + c->out_sent, portion(c, c->out.n - c->out_sent), c->file_left > 0);
			if (n <= 0)
				return errno == EAGAIN;
			c->out_sent += (size_t)n;
		} else if (c->file_left > 0) {
			ssize_t n = sendfile(c->fd, c->file_fd, &c->file_at, portion(c, c->file_left));
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
	close_file(c);
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
	if (busy(c) && !flush(c))
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
		responder_answer(&s->responder, c);
		size_t used = (size_t)(end - c->request) + 4;
		memmove(c->request, c->request + used, c->n - used + 1);
		c->n -= used;
		if (!flush(c))
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
			close_connection(c);
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
		int timeout_ms = 200;
		for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
			const struct connection *c = &s->connections[i];
			bool waits = c->rate > 0 && busy(c);
			fds[i + 1] = (struct pollfd){.fd = waits ? -1 : c->fd, .events = busy(c) ? POLLOUT : POLLIN};
			timeout_ms = waits ? DRIP_MS : timeout_ms;
		}
		if (poll(fds, CONNECTIONS_MAX + 1, timeout_ms) < 0)
			continue;
		for (size_t i = 0; i < CONNECTIONS_MAX; i++)
			if (s->connections[i].fd >= 0 && (fds[i + 1].revents || (s->connections[i].rate > 0 && busy(&s->connections[i]))) &&
			    !advance(s, &s->connections[i], fds[i + 1].revents))
				close_connection(&s->connections[i]);
		if (fds[0].revents)
			accept_one(s, listener);
	}
}

static EVP_PKEY *read_key_file(const char *path)
{
	FILE *f = fopen(path, "r");
	EVP_PKEY *key = f ? PEM_read_PrivateKey(f, NULL, NULL, NULL) : NULL;
	if (f)
		fclose(f);
	return key;
}

static _Noreturn void usage(const char *what)
{
	fprintf(stderr, "teewatch-logserver: %s\n", what);
	exit(2);
}

static void add_tree(struct responder *r, char *option)
{
	char *equals = strchr(option, '=');
	if (!equals || r->tree_count == TREES_MAX)
		usage("--tree NAME=DIR");
	*equals = 0;
	tree_load(&r->trees[r->tree_count++], option, equals + 1);
}

static void read_tls(struct server *s, const char *certificate, const char *key)
{
	s->tls = SSL_CTX_new(TLS_server_method());
	s->responder.files_only = true;
	if (SSL_CTX_use_certificate_chain_file(s->tls, certificate) != 1 ||
	    SSL_CTX_use_PrivateKey_file(s->tls, key, SSL_FILETYPE_PEM) != 1)
		usage("certificate or key cannot be read");
}

struct options {
	const char *dir, *log_key;
	uint16_t port;
	long seconds;
};

static void read_options(struct server *s, struct options *o, int argc, char **argv)
{
	struct responder *r = &s->responder;
	r->tree_count = 1; /* --dir */
	for (int i = 1; i + 1 < argc; i += 2) {
		const char *name = argv[i];
		char *v = argv[i + 1];
		if (strcmp(name, "--dir") == 0)
			o->dir = v;
		else if (strcmp(name, "--port") == 0)
			o->port = (uint16_t)strtoul(v, NULL, 10);
		else if (strcmp(name, "--page-cap") == 0)
			r->page_cap = (unsigned)strtoul(v, NULL, 10);
		else if (strcmp(name, "--seconds") == 0)
			o->seconds = strtol(v, NULL, 10);
		else if (strcmp(name, "--proofs") == 0)
			r->by_hash_only = true, r->script.no_proofs = strcmp(v, "none") == 0;
		else if (strcmp(name, "--tree") == 0)
			add_tree(r, v);
		else if (strcmp(name, "--script") == 0)
			r->script_path = v;
		else if (strcmp(name, "--log-key") == 0)
			o->log_key = v;
		else if (strcmp(name, "--fault") == 0) {
			char *colon = strchr(v, ':');
			if (colon)
				*colon = 0;
			script_add_fault(&r->script, v, colon ? (unsigned)strtoul(colon + 1, NULL, 10) : 1);
		} else if (strcmp(name, "--tls") == 0 && i + 2 < argc) {
			read_tls(s, v, argv[i + 2]);
			i++;
		} else
			usage(name);
	}
}

int main(int argc, char **argv)
{
	static struct server s;
	struct options o = {.dir = ".", .seconds = 120};
	s.responder.page_cap = 1000;
	script_init(&s.responder.script);
	read_options(&s, &o, argc, argv);
	for (size_t i = 0; i < CONNECTIONS_MAX; i++)
		s.connections[i] = (struct connection){.fd = -1, .file_fd = -1};
	s.responder.key = o.log_key ? read_key_file(o.log_key) : head_key(demo_log_key);
	if (!s.responder.key)
		usage("the log's key cannot be read");
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	signal(SIGPIPE, SIG_IGN);
	tree_load(&s.responder.trees[0], "main", o.dir);
	serve(&s, listen_on(o.port), clock_monotonic_ms() + o.seconds * 1000);
	return 0;
}
