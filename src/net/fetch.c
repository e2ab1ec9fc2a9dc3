#include "net/fetch.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdarg.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "net/address.h"
#include "net/pace.h"

enum { LOW_SPEED_BYTES = 100, LOW_SPEED_S = 30 };

struct host {
	struct host *next;
	char *name; /* host:port */
	struct pace pace;
};

struct transfer {
	struct transfer *next;
	struct fetcher *fetcher;
	struct fetch_request request;
	char *url;
	struct host *host;
	struct fetch_result result;
	CURL *easy;
	struct curl_slist *headers, *connect_to;
	char error[CURL_ERROR_SIZE];
	bool excepted;   /* a connect-to entry names this host: the address rule is waived */
	bool refused;    /* by the address rule */
	bool too_large, bad_encoding;
};

struct fetcher {
	CURLM *multi;
	char *user_agent, *ca_file, **connect_to;
	unsigned per_host, total, running;
	long timeout_s, connect_timeout_s;
	struct host *hosts;
	struct transfer *waiting, **waiting_end;
	struct transfer *finished, **finished_end;
	size_t pending;
};

/* ---- results ---- */

static void say(struct transfer *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct transfer *t, const char *format, ...)
{
	char raw[256];
	struct buffer safe;
	va_list args;
	va_start(args, format);
	vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	buffer_init(&safe, 2048);
	text_put_escaped(&safe, bytes_of_text(raw));
	snprintf(t->result.message, sizeof(t->result.message), "%s", buffer_text(&safe));
	buffer_release(&safe);
}

static void finish(struct fetcher *f, struct transfer *t)
{
	t->next = NULL;
	*f->finished_end = t;
	f->finished_end = &t->next;
}

static void refuse(struct fetcher *f, struct transfer *t, const char *why)
{
	t->result.outcome = FETCH_REFUSED;
	say(t, "%s", why);
	finish(f, t);
}

/* ---- files ---- */

/* A mirror on disk is a log like any other; what is not there is what a server calls 404. */
static void read_local(struct fetcher *f, struct transfer *t, const char *escaped)
{
	int n = 0;
	char *path = curl_easy_unescape(NULL, escaped, 0, &n);
	struct stat st;
	int fd = path && (size_t)n == strlen(path) ? open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) : -1;
	int error = errno;
	if (fd < 0 && (error == ENOENT || error == ENOTDIR)) {
		t->result.outcome = FETCH_STATUS;
		t->result.status = 404;
		say(t, "no such file: %s", path ? path : escaped);
	} else if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		t->result.outcome = FETCH_FAILED;
		say(t, "%s: %s", path ? path : escaped, fd < 0 ? strerror(error) : "not a regular file");
	} else {
		size_t used = 0;
		ssize_t got = 1;
		while (used < t->request.max_bytes && (got = read(fd, t->request.body + used, t->request.max_bytes - used)) > 0)
			used += (size_t)got;
		char more;
		bool whole = got >= 0 && (got == 0 || read(fd, &more, 1) == 0);
		t->result.n = used;
		t->result.outcome = got < 0 ? FETCH_FAILED : whole ? FETCH_OK : FETCH_TOO_LARGE;
		t->result.status = 200;
		if (!whole)
			say(t, "%s: %s", path, got < 0 ? strerror(errno) : "larger than allowed");
	}
	if (fd >= 0)
		close(fd);
	curl_free(path);
	finish(f, t);
}

/* ---- curl's callbacks ---- */

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
	struct transfer *t = context;
	size_t n = size * count;
	if (n > t->request.max_bytes - t->result.n) {
		t->too_large = true;
		return 0;
	}
	memcpy(t->request.body + t->result.n, data, n);
	t->result.n += n;
	return n;
}

static bool header_value(struct bytes line, const char *name, struct bytes *value)
{
	size_t n = strlen(name);
	if (line.n <= n || line.p[n] != ':' || !text_equal_nocase(bytes_slice(line, 0, n), bytes_of_text(name)))
		return false;
	*value = text_trim(bytes_slice(line, n + 1, line.n - n - 1));
	return true;
}

static int64_t http_date_ms(struct bytes value)
{
	char text[64];
	if (value.n >= sizeof(text))
		return -1;
	memcpy(text, value.p, value.n);
	text[value.n] = 0;
	time_t when = curl_getdate(text, NULL);
	return when < 0 ? -1 : (int64_t)when * 1000;
}

static size_t on_header(char *data, size_t size, size_t count, void *context)
{
	struct transfer *t = context;
	struct bytes line = bytes_of(data, size * count), value;
	uint64_t seconds;
	if (header_value(line, "Content-Encoding", &value)) {
		t->result.gzip = text_equal_nocase(value, BYTES_LITERAL("gzip")) || text_equal_nocase(value, BYTES_LITERAL("x-gzip"));
		t->bad_encoding = !t->result.gzip && value.n > 0 && !text_equal_nocase(value, BYTES_LITERAL("identity"));
	} else if (header_value(line, "Retry-After", &value)) {
		int64_t date = text_decimal(value, 86400 * 365, &seconds) ? -1 : http_date_ms(value);
		if (date < 0)
			t->result.retry_after_ms = (int64_t)seconds * 1000;
		else
			t->result.retry_after_ms = date > clock_now_ms() ? date - clock_now_ms() : 0;
	}
	return line.n;
}

/* Called with the address that was resolved, just before the connection: no name can change in between. */
static curl_socket_t on_socket(void *context, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct transfer *t = context;
	(void)purpose;
	if (t->request.purpose == FETCH_DOCUMENT && !t->excepted && !address_is_public(&a->addr)) {
		t->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

/* ---- TLS facts ---- */

static struct sha256 hash_of(int n, uint8_t **der)
{
	struct sha256 h = hash_sha256(bytes_of(*der, n > 0 ? (size_t)n : 0));
	OPENSSL_free(*der);
	*der = NULL;
	return h;
}

/* The transfer's last bytes have come and its connection is still open: ask OpenSSL who the peer was. */
static int note_peer(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct transfer *t = context;
	struct curl_tlssessioninfo *info = NULL;
	(void)a, (void)b, (void)c, (void)d;
	if (t->result.has_peer || curl_easy_getinfo(t->easy, CURLINFO_TLS_SSL_PTR, &info) != CURLE_OK || !info ||
	    info->backend != CURLSSLBACKEND_OPENSSL || !info->internals)
		return 0;
	X509 *x = SSL_get1_peer_certificate(info->internals);
	uint8_t *der = NULL;
	if (!x)
		return 0;
	t->result.peer_certificate = hash_of(i2d_X509(x, &der), &der);
	t->result.peer_spki = hash_of(i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der), &der);
	t->result.has_peer = true;
	X509_free(x);
	return 0;
}

/* ---- starting ---- */

/* Is there a connect-to entry for this host and port? */
static bool is_excepted(const struct fetcher *f, const char *host, const char *port)
{
	char prefix[512];
	snprintf(prefix, sizeof(prefix), "%s:%s:", host, port);
	for (size_t i = 0; f->connect_to && f->connect_to[i]; i++)
		if (strncasecmp(f->connect_to[i], prefix, strlen(prefix)) == 0)
			return true;
	return false;
}

static struct host *host_of(struct fetcher *f, const char *host, const char *port)
{
	char name[512];
	snprintf(name, sizeof(name), "%s:%s", host, port);
	for (struct host *h = f->hosts; h; h = h->next)
		if (strcasecmp(h->name, name) == 0)
			return h;
	struct host *h = memory_alloc(sizeof(*h));
	h->name = memory_text(name);
	pace_init(&h->pace, f->per_host);
	h->next = f->hosts;
	f->hosts = h;
	return h;
}

/* NULL where the rules allow the URL; else why not. */
static const char *judge_url(struct fetcher *f, struct transfer *t, CURLU *u, const char **file)
{
	char *scheme = NULL, *host = NULL, *port = NULL, *path = NULL, *user = NULL;
	const char *why = NULL;
	*file = NULL;
	curl_url_get(u, CURLUPART_SCHEME, &scheme, 0);
	curl_url_get(u, CURLUPART_HOST, &host, 0);
	curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT);
	curl_url_get(u, CURLUPART_PATH, &path, 0);
	curl_url_get(u, CURLUPART_USER, &user, 0);
	bool local = scheme && (strcmp(scheme, "http") == 0 || strcmp(scheme, "file") == 0);
	if (!scheme || (!local && strcmp(scheme, "https") != 0))
		why = "only https:// URLs are fetched";
	else if (local && !t->request.local_allowed)
		why = "http:// and file:// are for logs of the configuration only";
	else if (user)
		why = "URLs with a user name are not fetched";
	else if (t->request.purpose == FETCH_DOCUMENT && (!port || strcmp(port, "443") != 0))
		why = "documents are fetched from port 443 only";
	if (!why && strcmp(scheme, "file") == 0) {
		*file = memory_text(path ? path : "");
	} else if (!why) {
		t->excepted = is_excepted(f, host ? host : "", port ? port : "");
		t->host = host_of(f, host ? host : "", port ? port : "");
	}
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	curl_free(path);
	curl_free(user);
	return why;
}

static void set_options(struct fetcher *f, struct transfer *t)
{
	CURL *e = t->easy;
	curl_easy_setopt(e, CURLOPT_PRIVATE, t);
	curl_easy_setopt(e, CURLOPT_URL, t->url);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, t->request.local_allowed ? "http,https" : "https");
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(e, CURLOPT_USERAGENT, f->user_agent);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_TIMEOUT, f->timeout_s);
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT, f->connect_timeout_s);
	curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT, (long)LOW_SPEED_BYTES);
	curl_easy_setopt(e, CURLOPT_LOW_SPEED_TIME, (long)LOW_SPEED_S);
	curl_easy_setopt(e, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)t->request.max_bytes);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, t->error);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, on_socket);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, t);
	curl_easy_setopt(e, CURLOPT_XFERINFOFUNCTION, note_peer);
	curl_easy_setopt(e, CURLOPT_XFERINFODATA, t);
	curl_easy_setopt(e, CURLOPT_NOPROGRESS, 0L);
	/* curl 7.88 does not bound what it inflates, so it does not inflate at all: a worker does. */
	t->headers = curl_slist_append(NULL, "Accept-Encoding: gzip, identity");
	curl_easy_setopt(e, CURLOPT_HTTPHEADER, t->headers);
	for (size_t i = 0; f->connect_to && f->connect_to[i]; i++)
		t->connect_to = curl_slist_append(t->connect_to, f->connect_to[i]);
	if (t->connect_to)
		curl_easy_setopt(e, CURLOPT_CONNECT_TO, t->connect_to);
	if (t->request.purpose == FETCH_DOCUMENT) {
		/* A proxy would resolve the name itself, where no rule about addresses can see it; and a
		 * connection made for another purpose has not been held against that rule. */
		curl_easy_setopt(e, CURLOPT_PROXY, "");
		curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, 1L);
		curl_easy_setopt(e, CURLOPT_FORBID_REUSE, 1L);
		if (f->ca_file)
			curl_easy_setopt(e, CURLOPT_CAINFO, f->ca_file);
	}
}

static void start(struct fetcher *f, struct transfer *t)
{
	t->easy = curl_easy_init();
	if (!t->easy) {
		t->result.outcome = FETCH_FAILED;
		say(t, "curl cannot start a transfer");
		finish(f, t);
		return;
	}
	set_options(f, t);
	pace_started(&t->host->pace);
	f->running++;
	curl_multi_add_handle(f->multi, t->easy);
}

/* Start what the pace of each host allows. Returns how long until another one may start; -1: nothing waits. */
static int start_waiting(struct fetcher *f)
{
	int64_t now = clock_monotonic_ms(), wait = -1;
	struct transfer **at = &f->waiting;
	while (*at) {
		struct transfer *t = *at;
		if (f->running >= f->total || !pace_may_start(&t->host->pace, now)) {
			int64_t left = t->host->pace.not_before_ms - now;
			left = left < 1 ? 1000 : left; /* waits for a running one: curl wakes us */
			wait = wait < 0 || left < wait ? left : wait;
			at = &t->next;
			continue;
		}
		*at = t->next;
		t->next = NULL;
		start(f, t);
	}
	f->waiting_end = at;
	return wait > 1000000 ? 1000000 : (int)wait;
}

void fetcher_submit(struct fetcher *f, const struct fetch_request *request)
{
	struct transfer *t = memory_alloc(sizeof(*t));
	const char *file = NULL;
	CURLU *u = curl_url();
	t->fetcher = f;
	t->request = *request;
	t->url = memory_text(request->url);
	t->request.url = t->url;
	t->result = (struct fetch_result){.id = request->id, .retry_after_ms = -1};
	f->pending++;
	bool parsed = u && curl_url_set(u, CURLUPART_URL, t->url, 0) == CURLUE_OK;
	const char *why = parsed ? judge_url(f, t, u, &file) : "this is no URL";
	curl_url_cleanup(u);
	if (why) {
		refuse(f, t, why);
	} else if (file) {
		read_local(f, t, file);
		free((void *)(uintptr_t)file);
	} else {
		*f->waiting_end = t;
		f->waiting_end = &t->next;
	}
}

/* ---- finishing ---- */

static void judge_status(struct transfer *t)
{
	long status = t->result.status;
	if (status == 200 && t->bad_encoding) {
		t->result.outcome = FETCH_FAILED;
		say(t, "%s: the answer has a Content-Encoding that was not asked for", t->host->name);
	} else if (status == 200) {
		t->result.outcome = FETCH_OK;
	} else {
		t->result.outcome = FETCH_STATUS;
		t->result.transient = status == 408 || status == 425 || status == 429 || status >= 500;
		say(t, "%s answers with HTTP status %ld", t->host->name, status);
	}
}

static void complete(struct fetcher *f, struct transfer *t, CURLcode code)
{
	char *ip = NULL;
	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &t->result.status);
	curl_easy_getinfo(t->easy, CURLINFO_PRIMARY_IP, &ip);
	snprintf(t->result.peer_address, sizeof(t->result.peer_address), "%s", ip ? ip : "");
	if (code == CURLE_OK) {
		judge_status(t);
	} else if (t->refused) {
		t->result.outcome = FETCH_REFUSED;
		say(t, "%s has an address that is not public", t->host->name);
	} else if (t->too_large || code == CURLE_FILESIZE_EXCEEDED) {
		t->result.outcome = FETCH_TOO_LARGE;
		say(t, "%s: the answer is larger than %zu bytes", t->host->name, t->request.max_bytes);
	} else {
		t->result.outcome = FETCH_FAILED;
		/* A certificate that does not verify now will not verify in a second either. */
		t->result.transient = code != CURLE_PEER_FAILED_VERIFICATION && code != CURLE_SSL_CACERT_BADFILE;
		say(t, "%s: %s", t->host->name, t->error[0] ? t->error : curl_easy_strerror(code));
	}
	bool overloaded = t->result.status == 429 || t->result.status == 503 || (code != CURLE_OK && t->result.transient);
	pace_finished(&t->host->pace, overloaded, t->result.retry_after_ms, clock_monotonic_ms(), (uint32_t)random());
	curl_multi_remove_handle(f->multi, t->easy);
	curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->headers);
	curl_slist_free_all(t->connect_to);
	t->easy = NULL;
	t->headers = t->connect_to = NULL;
	f->running--;
	finish(f, t);
}

static void collect(struct fetcher *f)
{
	CURLMsg *m;
	int left;
	while ((m = curl_multi_info_read(f->multi, &left))) {
		struct transfer *t = NULL;
		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&t);
		complete(f, t, m->data.result);
	}
}

void fetcher_step(struct fetcher *f, int wake_fd, int timeout_ms)
{
	struct curl_waitfd wake = {.fd = wake_fd, .events = CURL_WAIT_POLLIN};
	int running, wait = start_waiting(f);
	curl_multi_perform(f->multi, &running);
	collect(f);
	if (f->finished)
		timeout_ms = 0;
	else if (wait >= 0 && wait < timeout_ms)
		timeout_ms = wait;
	curl_multi_poll(f->multi, &wake, wake_fd >= 0 ? 1 : 0, timeout_ms, NULL);
	curl_multi_perform(f->multi, &running);
	collect(f);
}

static void free_transfer(struct transfer *t)
{
	free(t->url);
	free(t);
}

bool fetcher_result(struct fetcher *f, struct fetch_result *out)
{
	struct transfer *t = f->finished;
	if (!t)
		return false;
	f->finished = t->next;
	if (!f->finished)
		f->finished_end = &f->finished;
	*out = t->result;
	f->pending--;
	free_transfer(t);
	return true;
}

size_t fetcher_pending(const struct fetcher *f)
{
	return f->pending;
}

/* ---- life ---- */

static char **copy_list(const char *const *list)
{
	size_t n = 0;
	while (list && list[n])
		n++;
	char **out = memory_array(n + 1, sizeof(*out));
	for (size_t i = 0; i < n; i++)
		out[i] = memory_text(list[i]);
	return out;
}

struct fetcher *fetcher_new(const struct fetch_options *o)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		return NULL;
	struct fetcher *f = memory_alloc(sizeof(*f));
	f->multi = curl_multi_init();
	f->user_agent = memory_text(o->user_agent);
	f->ca_file = memory_text(o->ca_file);
	f->connect_to = copy_list(o->connect_to);
	f->per_host = o->per_host;
	f->total = o->total ? o->total : 1;
	f->timeout_s = o->timeout_s;
	f->connect_timeout_s = o->connect_timeout_s;
	f->waiting_end = &f->waiting;
	f->finished_end = &f->finished;
	if (!f->multi) {
		fetcher_free(f);
		return NULL;
	}
	curl_multi_setopt(f->multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
	return f;
}

static void free_transfers(struct transfer *t)
{
	while (t) {
		struct transfer *next = t->next;
		free_transfer(t);
		t = next;
	}
}

void fetcher_free(struct fetcher *f)
{
	if (!f)
		return;
	free_transfers(f->waiting);
	free_transfers(f->finished);
	while (f->hosts) {
		struct host *next = f->hosts->next;
		free(f->hosts->name);
		free(f->hosts);
		f->hosts = next;
	}
	for (size_t i = 0; f->connect_to && f->connect_to[i]; i++)
		free(f->connect_to[i]);
	free(f->connect_to);
	free(f->user_agent);
	free(f->ca_file);
	curl_multi_cleanup(f->multi); /* running transfers are abandoned with the process */
	free(f);
}
