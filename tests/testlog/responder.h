/*
 * The answers of the test log server: one request in, one answer into the connection's buffer or as a piece of a
 * file. Knows the log and the script, no socket.
 */
#ifndef TEEWATCH_TESTS_RESPONDER_H
#define TEEWATCH_TESTS_RESPONDER_H

#include <openssl/ssl.h>
#include <sys/types.h>

#include "testlog/script.h"
#include "testlog/world.h"

enum { REQUEST_MAX = 8192 };

struct connection {
	int fd;
	SSL *ssl;
	char request[REQUEST_MAX];
	size_t n;
	struct buffer out;      /* header, and a body that is made */
	size_t out_sent;
	int file_fd;            /* or a body that is a piece of a file */
	bool file_shared;       /* it stays open */
	off_t file_at;
	size_t file_left;
	char tail[8];           /* what ends a page */
	size_t head_bytes;      /* of the answer in out: its status line and fields */
	bool close_after, reset_after;
	unsigned rate;          /* bytes every 10 ms; 0: as fast as it goes */
	int64_t resume_at_ms;
};

struct responder {
	const char *script_path;
	struct script script;
	unsigned page_cap, answers;
	bool by_hash_only;      /* get-entry-and-proof is not offered */
	bool files_only;        /* over TLS: whatever lies in the directory */
	bool halve_length;      /* of the present answer: its Content-Length is too small */
	struct tree trees[TREES_MAX];
	unsigned tree_count;
	EVP_PKEY *key, *foreign_key;
};

/* The answer to c->request. */
void responder_answer(struct responder *s, struct connection *c);

#endif
