/*
 * Fetching over HTTP(S) and from files, through curl's multi interface: the only folder that
 * includes <curl/curl.h>. Knows URLs and pace, not the database. Runs inside the fetch process
 * (proc/), single-threaded (but for curl's own resolver threads), driven by fetcher_step().
 * Depends on base.
 *
 * For every purpose: TLS 1.2 or later, always verified; no redirect is followed; no cookie, no
 * netrc; bodies as they come, never inflated; nothing is tried twice (that is the caller's
 * business: see transient). Proxies as the environment names them (https_proxy, no_proxy ...).
 *
 * FETCH_DOCUMENT (design section 7) in addition: https on port 443 only, whatever local_allowed
 * says; never to an address that is not public (address.h), which is judged when the socket
 * opens; no proxy, as that would resolve names itself; its own connection and TLS handshake. The
 * rule for addresses is waived where connect_to gives the host and port an address.
 */
#ifndef TEEWATCH_NET_FETCH_H
#define TEEWATCH_NET_FETCH_H

#include "base/buffer.h"
#include "base/hash.h"
#include "net/pace.h"

enum fetch_purpose {
	FETCH_LOG,       /* tree heads, entries, tiles: paced per host */
	FETCH_LIST,      /* log list */
	FETCH_VENDOR,    /* key services of vendors: paced, https */
	FETCH_DOCUMENT,  /* what a certificate names: the strict rules above */
	FETCH_ALERT      /* a webhook of the configuration: https, POST */
};

struct fetch_request {
	uint64_t id;              /* the caller's; comes back in the result */
	enum fetch_purpose purpose;
	const char *url;
	bool local_allowed;       /* http:// and file:// may be used (a log section, a local list) */
	size_t max_bytes;
	const char *headers;      /* fields of the answer that are wanted too, names with spaces between, or NULL */
	struct bytes post;        /* FETCH_VENDOR, FETCH_ALERT: POST this; no bytes: GET */
	const char *post_type;    /* its Content-Type */
	const char *fields;       /* more fields of the request, "NAME: VALUE" a line, or NULL; with post only */
	/* The body goes here as it comes over the wire (not inflated). Stays valid until the result. */
	uint8_t *body;
};

enum fetch_outcome {
	FETCH_OK,         /* status 200 (file: read) and the body is whole */
	FETCH_STATUS,     /* another status */
	FETCH_FAILED,     /* network, TLS, timeout, short body */
	FETCH_REFUSED,    /* the rules forbid this URL or address */
	FETCH_TOO_LARGE   /* past max_bytes */
};

struct fetch_result {
	uint64_t id;
	enum fetch_outcome outcome;
	long status;               /* HTTP; 404 for a file that is not there; 0 where there is none */
	size_t n;                  /* bytes of the body (FETCH_STATUS: of its beginning); 0 for the last three */
	bool gzip;                 /* Content-Encoding (a file: its own look) says so; the body is still deflated */
	bool transient;            /* worth another try later: timeouts, 429, 5xx, resets */
	int64_t retry_after_ms;    /* from Retry-After; -1 where there is none */
	char message[256];         /* for people: URL's host, what happened; escaped */
	bool has_peer;             /* TLS: facts of the peer */
	struct sha256 peer_spki, peer_certificate;
	char peer_address[64];
	char host[256];            /* FETCH_LOG: who was asked, where there is something to remember of its pace; "" */
	struct pace_memory pace;
	const char *headers;       /* "Name: value" and a line feed for each field that was asked for, is there once and
	                              is not too long: names as asked for, values as they came. NULL: none of them;
	                              valid until the next fetcher_result, _submit or _free */
};

/* A host's pace of an earlier day. */
struct fetch_host {
	const char *host;
	struct pace_memory pace;
};

struct fetch_options {
	const char *user_agent;
	const char *ca_file;             /* for FETCH_DOCUMENT and FETCH_ALERT; NULL: the system's */
	const char *const *connect_to;   /* "HOST:PORT:ADDR:PORT", NULL-terminated, or NULL; not for FETCH_LIST */
	const struct fetch_host *hosts;  /* what is remembered; may be NULL */
	size_t host_count;
	unsigned per_host;               /* requests at once per host, at most: pace.h finds how many it bears */
	unsigned total;                  /* requests at once */
	long timeout_s;                  /* of a whole transfer; half of it without progress ends it too */
	long connect_timeout_s;
	/* 0 (per_host, total and timeouts) stands for a default */
};

struct fetcher;

/* Options are copied. NULL: curl cannot start. */
struct fetcher *fetcher_new(const struct fetch_options *options);
void fetcher_free(struct fetcher *f);

/* Take a request; strings and post are copied. Never fails: what is refused comes back as a
 * result. Where the host is to be left alone for now, it waits until pace.h lets it start. */
void fetcher_submit(struct fetcher *f, const struct fetch_request *request);

/* Let transfers go on for at most timeout_ms (below 0: any time), or until wake_fd (-1: none) is
 * readable or closed, a result is there, or nothing is left that could bring one or wake us. */
void fetcher_step(struct fetcher *f, int wake_fd, int timeout_ms);

/* The next finished request; false when there is none. */
bool fetcher_result(struct fetcher *f, struct fetch_result *out);

/* Requests taken and not yet given back. */
size_t fetcher_pending(const struct fetcher *f);

#endif
