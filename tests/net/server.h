/*
 * A web server for tests: a child process on a loopback port of the system's choice that gives
 * the answers of a table, in good and in bad manners. It ends with its parent, when it is
 * stopped, and after a minute in any case.
 */
#ifndef TEEWATCH_TEST_SERVER_H
#define TEEWATCH_TEST_SERVER_H

#include <stdatomic.h>
#include <stddef.h>
#include <sys/types.h>

enum server_manner {
	SERVER_PLAIN,    /* fields with Content-Length, then the body */
	SERVER_UNSIZED,  /* no Content-Length: the end of the connection ends the body */
	SERVER_CHUNKED,
	SERVER_CUT,      /* as plain, but only the first half of the body */
	SERVER_CUT_CHUNK,/* as chunked, without the last chunk */
	SERVER_ENDLESS,  /* the body again and again, without length */
	SERVER_HUGE,     /* says that 1 TB follows, then as endless */
	SERVER_DRIP,     /* says that 1 MB follows, then the body each 100 ms */
	SERVER_FIELDS,   /* header fields without end */
	SERVER_HANG,     /* no answer */
	SERVER_CLOSE,    /* closes instead of an answer */
	SERVER_RESET,    /* resets the connection instead of an answer */
	SERVER_GARBAGE   /* the body alone, which is no HTTP */
};

struct server_answer {
	const char *path;    /* as in the request line; NULL ends the table */
	int status;
	const char *fields;  /* more header fields, each with its CRLF; or NULL */
	const void *body;
	size_t n;
	enum server_manner manner;
	unsigned delay_ms;
	unsigned times;      /* so many times, then the next row with this path; 0: always */
};

/* What came, shared with the child. */
struct server_seen {
	atomic_uint connections, requests;
	atomic_uint running, most_running; /* requests between their last byte and the answer's first */
	atomic_uint hits[64];              /* of each row */
	char last[8192];                   /* the last request as it came, and its body */
};

struct server {
	pid_t pid;
	unsigned port;
	struct server_seen *seen;
};

struct ssl_ctx_st;

/* Start it; tls is the server's side of TLS (SSL_CTX), or NULL. Ends the test when it cannot. */
void server_start(struct server *s, const struct server_answer *answers, struct ssl_ctx_st *tls);
void server_stop(struct server *s);

#endif
