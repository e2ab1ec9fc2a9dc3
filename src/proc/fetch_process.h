/*
 * The fetch process: takes requests over its socket, fills slots of shared memory, answers with
 * results. It knows URLs and pace, and never the database. Depends on base, net.
 */
#ifndef TEEWATCH_PROC_FETCH_PROCESS_H
#define TEEWATCH_PROC_FETCH_PROCESS_H

#include "base/arena.h"
#include "net/fetch.h"

enum fetch_message { FETCH_MESSAGE_OPTIONS = 1, FETCH_MESSAGE_REQUEST, FETCH_MESSAGE_RESULT };

/* What is asked for; the body goes to a slot. */
struct fetch_order {
	enum fetch_purpose purpose;
	const char *url;
	bool local_allowed;
	size_t max_bytes; /* at most LIMIT_BODY_BYTES */
	uint32_t slot;
	const char *headers;   /* as in struct fetch_request; NULL or "": none */
	struct bytes post;     /* likewise */
	const char *post_type;
	const char *fields;    /* likewise */
};

void fetch_options_encode(const struct fetch_options *o, struct buffer *out);
void fetch_order_encode(const struct fetch_order *o, struct buffer *out);
void fetch_result_encode(const struct fetch_result *r, struct buffer *out);
struct fault fetch_options_decode(struct bytes in, struct arena *a, struct fetch_options *out);
struct fault fetch_order_decode(struct bytes in, struct arena *a, struct fetch_order *out);
/* headers: set to a text that the caller frees, NULL where there is none. */
struct fault fetch_result_decode(struct bytes in, struct fetch_result *out, char **headers);

/* Serve until the socket closes; the process's exit status. */
int fetch_process_main(int socket_fd, int slots_fd);

#endif
