/*
 * One request on its way: the curl options that its purpose calls for, the callbacks that
 * watch over it, and what came of it. Depends on base, curl and the files beside it.
 */
#ifndef TEEWATCH_NET_TRANSFER_H
#define TEEWATCH_NET_TRANSFER_H

#include <curl/curl.h>

#include "net/address.h"
#include "net/fetch.h"
#include "net/schedule.h"
#include "net/url.h"

/* What is the same for all transfers; owned by the fetcher, with its own copies of all texts. */
struct transfer_settings {
	char *user_agent, *ca_file;
	struct curl_slist *fields;     /* request header fields */
	struct curl_slist *connect_to;
	long timeout_s, connect_timeout_s;
	bool has_bundle;               /* the system's certificates are one file */
};

struct transfer {
	struct schedule_node node;     /* first: the schedule hands this back */
	struct transfer *next, *previous; /* in the fetcher's lists */
	struct fetch_request request;  /* its pointers are to the copies below */
	char *url_text, *headers, *post_type, *more_fields;
	uint8_t *post;
	struct url url;
	bool exempt;                   /* led by connect-to: the rule for addresses does not hold */
	CURL *easy;                    /* while it runs */
	struct curl_slist *fields;     /* request header fields of a POST */
	size_t body_max;               /* set when the body begins */
	bool body_begun, body_too_large;
	unsigned addresses_refused, addresses_tried;
	char address[ADDRESS_TEXT_SIZE]; /* the one refused */
	char error[CURL_ERROR_SIZE];
	char *answer_headers;          /* what result.headers points to */
	struct fetch_result result;
};

/* A copy of the request, with its URL read. When the rules forbid it, the result is filled in
 * and *refused is true. */
struct transfer *transfer_new(const struct fetch_request *request, const struct transfer_settings *s, bool *refused);
void transfer_free(struct transfer *t);

/* The key for pacing: host name, or a word of its own for files. */
const char *transfer_host(const struct transfer *t);

/* Set up the handle, which is as curl_easy_reset leaves it, for t. False: curl would not have it. */
bool transfer_prepare(struct transfer *t, CURL *easy, const struct transfer_settings *s);

/* Fill in the result of a transfer that ended with code; of one that never started. */
void transfer_conclude(struct transfer *t, CURLcode code);
void transfer_fail(struct transfer *t, CURLcode code);

/* What the result tells about the host. */
enum pace_outcome transfer_pace(const struct transfer *t);

#endif
