#include "server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static _Noreturn void die(const char *what)
{
	perror(what);
	exit(1);
}

/* ---- in the child ---- */

struct connection {
	int fd;
	SSL *ssl;
	const struct server_answer *answers;
	struct server_seen *seen;
};

static bool send_all(struct connection *c, const void *p, size_t n)
{
	const char *at = p;
	while (n > 0) {
		ssize_t sent = c->ssl ? SSL_write(c->ssl, at, (int)n) : send(c->fd, at, n, MSG_NOSIGNAL);
		if (sent <= 0)
			return false;
		at += sent;
		n -= (size_t)sent;
	}
	return true;
}

static bool send_text(struct connection *c, const char *text)
{
	return send_all(c, text, strlen(text));
}

static void pause_ms(unsigned ms)
{
	struct timespec t = {ms / 1000, (long)(ms % 1000) * 1000000};
	nanosleep(&t, NULL);
}

/* Bytes of the request's body, as its header says. */
static size_t body_length(const char *header)
{
	const char *at = strstr(header, "\r\nContent-Length:");
	return at ? (size_t)strtoul(at + 17, NULL, 10) : 0;
}

/* One request into text; false when there is none any more. */
static bool receive(struct connection *c, char *text, size_t size)
{
	size_t n = 0;
	for (;;) {
		text[n] = 0;
		const char *end = strstr(text, "\r\n\r\n");
		if (end && n >= (size_t)(end - text) + 4 + body_length(text))
			return true;
		if (n == size - 1)
			return false;
		ssize_t got = c->ssl ? SSL_read(c->ssl, text + n, (int)(size - 1 - n)) :
		                       recv(c->fd, text + n, size - 1 - n, 0);
		if (got <= 0)
			return false;
		n += (size_t)got;
	}
}

static const struct server_answer *find_answer(struct connection *c, const char *request)
{
	const char *path = strchr(request, ' ');
	size_t n = path ? strcspn(path + 1, " ") : 0;
	for (size_t i = 0; n > 0 && c->answers[i].path; i++) {
		const struct server_answer *a = &c->answers[i];
		if (strlen(a->path) != n || strncmp(a->path, path + 1, n) != 0)
			continue;
		if (a->times && atomic_load(&c->seen->hits[i]) >= a->times)
			continue;
		atomic_fetch_add(&c->seen->hits[i], 1);
		return a;
	}
	return NULL;
}

static bool send_head(struct connection *c, const struct server_answer *a, const char *framing)
{
	char head[256];
	snprintf(head, sizeof(head), "HTTP/1.1 %d Test\r\n%s", a->status, framing);
	return send_text(c, head) && (!a->fields || send_text(c, a->fields)) && send_text(c, "\r\n");
}

static bool send_sized(struct connection *c, const struct server_answer *a, size_t n)
{
	char framing[64];
	snprintf(framing, sizeof(framing), "Content-Length: %zu\r\n", a->n);
	return send_head(c, a, a->status == 204 || a->status == 304 ? "" : framing) && send_all(c, a->body, n);
}

static bool send_chunk(struct connection *c, const void *p, size_t n)
{
	char size[32];
	snprintf(size, sizeof(size), "%zx\r\n", n);
	return send_text(c, size) && send_all(c, p, n) && send_text(c, "\r\n");
}

static bool send_chunked(struct connection *c, const struct server_answer *a, bool whole)
{
	size_t half = a->n / 2;
	const char *p = a->body;
	return send_head(c, a, "Transfer-Encoding: chunked\r\n") && send_chunk(c, p, half) &&
	       (!whole || (send_chunk(c, p + half, a->n - half) && send_text(c, "0\r\n\r\n")));
}

static void send_endlessly(struct connection *c, const void *p, size_t n, unsigned each_ms)
{
	while (send_all(c, p, n))
		if (each_ms)
			pause_ms(each_ms);
}

/* True when another request may come on this connection. */
static bool answer(struct connection *c, const struct server_answer *a)
{
	struct linger reset = {1, 0};
	switch (a->manner) {
	case SERVER_PLAIN:
		return send_sized(c, a, a->n);
	case SERVER_CHUNKED:
		return send_chunked(c, a, true);
	case SERVER_UNSIZED:
		if (send_head(c, a, "Connection: close\r\n"))
			send_all(c, a->body, a->n);
		return false;
	case SERVER_CUT:
		send_sized(c, a, a->n / 2);
		return false;
	case SERVER_CUT_CHUNK:
		send_chunked(c, a, false);
		return false;
	case SERVER_ENDLESS:
	case SERVER_HUGE:
		if (send_head(c, a, a->manner == SERVER_HUGE ? "Content-Length: 1000000000000\r\n" : ""))
			send_endlessly(c, a->body, a->n, 0);
		return false;
	case SERVER_DRIP:
		if (send_head(c, a, "Content-Length: 1000000\r\n"))
			send_endlessly(c, a->body, a->n, 100);
		return false;
	case SERVER_FIELDS:
		if (send_text(c, "HTTP/1.1 200 Test\r\n"))
			send_endlessly(c, "X-Field: 0123456789012345678901234567890123456789\r\n", 51, 0);
		return false;
	case SERVER_HANG:
		pause_ms(60000);
		return false;
	case SERVER_GARBAGE:
		send_all(c, a->body, a->n);
		return false;
	case SERVER_RESET:
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		return false;
	case SERVER_CLOSE:
		return false;
	}
	return false;
}

static bool serve_one(struct connection *c)
{
	static const struct server_answer nothing = {.status = 404, .body = "nothing here", .n = 12};
	char request[8192];
	if (!receive(c, request, sizeof(request)))
		return false;
	memcpy(c->seen->last, request, strlen(request) + 1);
	atomic_fetch_add(&c->seen->requests, 1);
	const struct server_answer *a = find_answer(c, request);
	unsigned running = atomic_fetch_add(&c->seen->running, 1) + 1, most = atomic_load(&c->seen->most_running);
	while (running > most && !atomic_compare_exchange_weak(&c->seen->most_running, &most, running))
		continue;
	if (a && a->delay_ms)
		pause_ms(a->delay_ms);
	atomic_fetch_sub(&c->seen->running, 1);
	return answer(c, a ? a : &nothing);
}

static void *serve_connection(void *context)
{
	struct connection *c = context;
	bool ready = true;
	if (c->ssl) {
		SSL_set_fd(c->ssl, c->fd);
		ready = SSL_accept(c->ssl) == 1;
	}
	while (ready && serve_one(c))
		continue;
	if (c->ssl && ready)
		SSL_shutdown(c->ssl);
	SSL_free(c->ssl);
	close(c->fd);
	free(c);
	return NULL;
}

static _Noreturn void serve(int listener, const struct server_answer *answers, SSL_CTX *tls, struct server_seen *seen)
{
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		if (fd < 0)
			_exit(1);
		int on = 1;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		atomic_fetch_add(&seen->connections, 1);
		struct connection *c = calloc(1, sizeof(*c));
		if (!c)
			_exit(1);
		*c = (struct connection){fd, tls ? SSL_new(tls) : NULL, answers, seen};
		pthread_t thread;
		if (pthread_create(&thread, NULL, serve_connection, c) != 0)
			_exit(1);
		pthread_detach(thread);
	}
}

/* ---- in the test ---- */

static int listen_anywhere(unsigned *port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, n) != 0 || listen(fd, 128) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &n) != 0)
		die("server");
	*port = ntohs(a.sin_port);
	return fd;
}

void server_start(struct server *s, const struct server_answer *answers, struct ssl_ctx_st *tls)
{
	int listener = listen_anywhere(&s->port);
	s->seen = mmap(NULL, sizeof(*s->seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (s->seen == MAP_FAILED)
		die("mmap");
	fflush(NULL);
	s->pid = fork();
	if (s->pid < 0)
		die("fork");
	if (s->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGPIPE, SIG_IGN);
		signal(SIGALRM, SIG_DFL);
		alarm(60);
		serve(listener, answers, tls, s->seen);
	}
	close(listener);
}

void server_stop(struct server *s)
{
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	munmap(s->seen, sizeof(*s->seen));
}
