#include "net/transfer.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/memory.h"
#include "net/fetch_message.h"
#include "net/http_field.h"
#include "net/peer.h"

enum { SLOW_BYTES_PER_S = 128 }; /* below this for half of the timeout, the peer holds us up */

/* ---- the request ---- */

const char *transfer_host(const struct transfer *t)
{
	return t->url.scheme == URL_FILE ? "file://" : t->url.host;
}

static void conclude_with(struct transfer *t, enum fetch_outcome outcome, const char *cause, const char *advice)
{
	const char *subject = t->url.scheme == URL_FILE && t->url.path ? t->url.path : t->url.host;
	t->result.outcome = outcome;
	fetch_message_set(t->result.message, sizeof(t->result.message), subject[0] ? subject : t->request.url, cause,
	                  advice);
}

/* NULL when the request may go out, else what forbids it. */
static const char *request_refusal(const struct transfer *t)
{
	const struct fetch_request *r = &t->request;
	bool strict = r->purpose == FETCH_DOCUMENT, alert = r->purpose == FETCH_ALERT;
	size_t post_max = alert ? LIMIT_ALERT_BYTES : LIMIT_POST_BYTES;
	struct url_rules rules = {
		.http_allowed = r->local_allowed && !strict && !alert,
		.file_allowed = r->local_allowed && !strict && !alert,
		.standard_port = strict,
	};
	if (r->post.n > 0 && ((r->purpose != FETCH_VENDOR && !alert) || r->post.n > post_max || !r->post_type))
		return "a request body is not allowed here";
	return url_refusal(&t->url, &rules);
}

static bool is_led(const struct url *u, const struct transfer_settings *s)
{
	enum url_lead lead = URL_NOT_LED;
	for (struct curl_slist *entry = s->connect_to; entry && lead == URL_NOT_LED; entry = entry->next)
		lead = url_lead_by(u, entry->data);
	return lead == URL_LED_TO_ADDRESS;
}

struct transfer *transfer_new(const struct fetch_request *request, const struct transfer_settings *s, bool *refused)
{
	struct transfer *t = memory_alloc(sizeof(*t));
	t->request = *request;
	t->request.url = t->url_text = memory_text(request->url);
	t->request.headers = t->headers = memory_text(request->headers);
	t->request.post_type = t->post_type = memory_text(request->post_type);
	t->request.fields = t->more_fields = memory_text(request->fields);
	if (request->post.n > 0)
		t->request.post.p = t->post = memcpy(memory_alloc(request->post.n), request->post.p, request->post.n);
	t->result.id = request->id;
	t->result.retry_after_ms = -1;
	const char *wrong = url_parse(request->url, &t->url);
	if (!wrong)
		wrong = request_refusal(t);
	if (wrong)
		conclude_with(t, FETCH_REFUSED, wrong, NULL);
	*refused = wrong != NULL;
	t->exempt = is_led(&t->url, s);
	return t;
}

void transfer_free(struct transfer *t)
{
	if (!t)
		return;
	free(t->url_text);
	free(t->headers);
	free(t->post_type);
	free(t->more_fields);
	free(t->post);
	free(t->answer_headers);
	curl_slist_free_all(t->fields);
	url_release(&t->url);
	free(t);
}

/* ---- while it runs ---- */

static struct bytes answer_field(const struct transfer *t, const char *name, size_t *count)
{
	struct curl_header *h = NULL;
	bool found = curl_easy_header(t->easy, name, 0, CURLH_HEADER, -1, &h) == CURLHE_OK;
	*count = found ? h->amount : 0;
	return bytes_of_text(found ? h->value : NULL);
}

static enum http_encoding answer_encoding(const struct transfer *t)
{
	size_t count;
	struct bytes value = answer_field(t, "Content-Encoding", &count);
	return count > 1 ? HTTP_OTHER : http_encoding_parse(value);
}

/* Look at the answer before its body is taken: what will be thrown away need not come. */
static bool begin_body(struct transfer *t)
{
	curl_off_t length = -1;
	t->body_begun = true;
	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &t->result.status);
	curl_easy_getinfo(t->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	t->body_max = t->request.max_bytes;
	if (t->result.status != 200) {
		if (t->body_max > LIMIT_ERROR_BODY_BYTES)
			t->body_max = LIMIT_ERROR_BODY_BYTES;
		return true;
	}
	t->body_too_large = length > 0 && (uint64_t)length > t->body_max;
	return !t->body_too_large && answer_encoding(t) != HTTP_OTHER;
}

static size_t take_body(char *p, size_t size, size_t count, void *context)
{
	struct transfer *t = context;
	size_t n = size * count;
	if (!t->body_begun && !begin_body(t))
		return CURL_WRITEFUNC_ERROR;
	size_t room = t->body_max - t->result.n, fits = n < room ? n : room;
	if (fits > 0)
		memcpy(t->request.body + t->result.n, p, fits);
	t->result.n += fits;
	t->body_too_large = n > fits;
	return n > fits ? CURL_WRITEFUNC_ERROR : n;
}

/* The address is judged here, after the name was resolved and on the socket that will be used:
 * a name that resolves differently each time gains nothing. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct transfer *t = context;
	if (purpose != CURLSOCKTYPE_IPCXN || !address_is_public(&a->addr, a->addrlen)) {
		t->addresses_refused++;
		address_print(&a->addr, a->addrlen, t->address);
		return CURL_SOCKET_BAD;
	}
	t->addresses_tried++;
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

/* The connection stands, nothing was asked yet. */
static int before_request(void *context, char *remote, char *local, int remote_port, int local_port)
{
	struct transfer *t = context;
	(void)local;
	(void)remote_port;
	(void)local_port;
	if (t->request.purpose == FETCH_DOCUMENT && !t->exempt && !address_text_is_public(remote)) {
		t->addresses_refused++;
		t->addresses_tried = 0;
		snprintf(t->address, sizeof(t->address), "%s", remote);
		return CURL_PREREQFUNC_ABORT;
	}
	t->result.has_peer = peer_read(t->easy, &t->result.peer_spki, &t->result.peer_certificate);
	snprintf(t->result.peer_address, sizeof(t->result.peer_address), "%s", remote);
	return CURL_PREREQFUNC_OK;
}

/* ---- curl's options ---- */

static bool set_common(struct transfer *t, const struct transfer_settings *s)
{
	CURL *e = t->easy;
	bool local = t->request.local_allowed && t->request.purpose != FETCH_DOCUMENT && t->request.purpose != FETCH_ALERT;
	long slow_s = s->timeout_s / 2 > 0 ? s->timeout_s / 2 : 1;
	return curl_easy_setopt(e, CURLOPT_URL, t->request.url) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, local ? "http,https" : "https") == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_NOPROGRESS, 1L) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_TIMEOUT, s->timeout_s) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT, s->connect_timeout_s) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES_PER_S) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_LOW_SPEED_TIME, slow_s) == CURLE_OK &&
	       /* A resolver that hangs must not hold up the others when its transfer times out. */
	       curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK;
}

static bool set_callbacks(struct transfer *t)
{
	CURL *e = t->easy;
	return curl_easy_setopt(e, CURLOPT_PRIVATE, t) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_ERRORBUFFER, t->error) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_WRITEDATA, t) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, before_request) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_PREREQDATA, t) == CURLE_OK;
}

/* Documents and webhooks may have their own authorities. Where these or the system's are one file, the folder
 * of certificates is left out: it holds the same, and without it curl parses the file once and
 * not for each connection (20 ms each). */
static bool set_authorities(struct transfer *t, const struct transfer_settings *s)
{
	bool own = t->request.purpose == FETCH_DOCUMENT || t->request.purpose == FETCH_ALERT;
	const char *file = own ? s->ca_file : NULL;
	if (file && curl_easy_setopt(t->easy, CURLOPT_CAINFO, file) != CURLE_OK)
		return false;
	return (!file && !s->has_bundle) || curl_easy_setopt(t->easy, CURLOPT_CAPATH, NULL) == CURLE_OK;
}

/* Each line of the caller's fields as one of the request's. */
static void add_fields(struct transfer *t)
{
	for (char *line = t->more_fields, *end; line && *line; line = end) {
		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = 0;
		t->fields = curl_slist_append(t->fields, line);
	}
}

/* CURLOPT_ACCEPT_ENCODING stays unset: the field alone asks for gzip, and curl 7.88, which puts
 * no bound on what it inflates, hands the body on as it came. */
static bool set_request(struct transfer *t, const struct transfer_settings *s)
{
	CURL *e = t->easy;
	if (s->user_agent && curl_easy_setopt(e, CURLOPT_USERAGENT, s->user_agent) != CURLE_OK)
		return false;
	if (t->request.post.n == 0)
		return curl_easy_setopt(e, CURLOPT_HTTPHEADER, s->fields) == CURLE_OK;
	for (const struct curl_slist *f = s->fields; f; f = f->next)
		t->fields = curl_slist_append(t->fields, f->data);
	struct buffer type;
	buffer_init(&type, LIMIT_HEADER_BYTES);
	buffer_printf(&type, "Content-Type: %s", t->request.post_type);
	t->fields = curl_slist_append(t->fields, buffer_text(&type));
	buffer_release(&type);
	add_fields(t);
	return t->fields && curl_easy_setopt(e, CURLOPT_HTTPHEADER, t->fields) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->request.post.n) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_POSTFIELDS, t->request.post.p) == CURLE_OK;
}

/* What strangers name: no proxy, as it would resolve the name itself, past our look at the
 * address; a connection and TLS session of its own, as one opened for a log may lead to an
 * address that a document may not come from, and the peer's key is to be seen afresh. */
static bool set_document(struct transfer *t)
{
	CURL *e = t->easy;
	if (!t->exempt && (curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, open_socket) != CURLE_OK ||
	                   curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, t) != CURLE_OK))
		return false;
	return curl_easy_setopt(e, CURLOPT_PROXY, "") == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, 1L) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_FORBID_REUSE, 1L) == CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_SSL_SESSIONID_CACHE, 0L) == CURLE_OK;
}

bool transfer_prepare(struct transfer *t, CURL *easy, const struct transfer_settings *s)
{
	t->easy = easy;
	if (!set_common(t, s) || !set_callbacks(t) || !set_authorities(t, s) || !set_request(t, s))
		return false;
	if (t->request.purpose != FETCH_LIST && s->connect_to &&
	    curl_easy_setopt(easy, CURLOPT_CONNECT_TO, s->connect_to) != CURLE_OK)
		return false;
	return t->request.purpose != FETCH_DOCUMENT || set_document(t);
}

/* ---- the result ---- */

static const struct code_text {
	CURLcode code;
	bool permanent; /* asking again will not help */
	const char *cause, *advice;
} code_texts[] = {
	{CURLE_COULDNT_RESOLVE_HOST, false, "the name does not resolve", "check the name and the resolver"},
	{CURLE_COULDNT_RESOLVE_PROXY, false, "the proxy's name does not resolve", "check the proxy's settings"},
	{CURLE_COULDNT_CONNECT, false, "cannot connect", "try later; check the network"},
	{CURLE_OPERATION_TIMEDOUT, false, "timed out", "try later"},
	{CURLE_PARTIAL_FILE, false, "the body ended early", "try later"},
	{CURLE_GOT_NOTHING, false, "closed the connection without an answer", "try later"},
	{CURLE_SSL_CONNECT_ERROR, false, "the TLS handshake failed", "try later"},
	{CURLE_PEER_FAILED_VERIFICATION, true, "the TLS certificate does not verify",
	 "check the system's certificates, ca-file and the clock"},
	{CURLE_SSL_CACERT_BADFILE, true, "the file of trusted certificates cannot be read", "check ca-file"},
	{CURLE_URL_MALFORMAT, true, "the URL is malformed", "check it"},
	{CURLE_UNSUPPORTED_PROTOCOL, false, "the answer is not HTTP", "try later; check the URL"},
	{CURLE_WEIRD_SERVER_REPLY, false, "the answer is not HTTP", "try later; check the URL"},
};

void transfer_fail(struct transfer *t, CURLcode code)
{
	const struct code_text *known = NULL;
	for (size_t i = 0; i < sizeof(code_texts) / sizeof(code_texts[0]); i++)
		if (code_texts[i].code == code)
			known = &code_texts[i];
	const char *detail = t->error[0] ? t->error : curl_easy_strerror(code);
	char cause[CURL_ERROR_SIZE + 128];
	snprintf(cause, sizeof(cause), "%s (%s)", known ? known->cause : "the transfer failed", detail);
	t->result.transient = !known || !known->permanent;
	conclude_with(t, FETCH_FAILED, cause, known ? known->advice : "try later");
}

static void conclude_status(struct transfer *t)
{
	long status = t->result.status;
	char cause[64];
	const char *advice = NULL;
	snprintf(cause, sizeof(cause), "HTTP status %ld", status);
	if (status >= 300 && status < 400)
		advice = "redirects are not followed";
	else if (status == 429)
		advice = "the host asks to slow down";
	else if (status == 401 || status == 403)
		advice = "access is denied; a contact in the configuration may help";
	t->result.transient = status == 408 || status == 425 || status == 429 || status >= 500;
	t->result.gzip = answer_encoding(t) == HTTP_GZIP;
	if (answer_encoding(t) == HTTP_OTHER)
		t->result.n = 0;
	conclude_with(t, FETCH_STATUS, cause, advice);
}

static void conclude_refused_address(struct transfer *t)
{
	char cause[ADDRESS_TEXT_SIZE + 32];
	snprintf(cause, sizeof(cause), "the address %s is not public", t->address);
	conclude_with(t, FETCH_REFUSED, cause, "name it in connect-to to allow it");
}

/* A field that stands twice says nothing: which of them is meant? */
static void keep_field(const struct transfer *t, struct bytes name, struct buffer *lines)
{
	char text[64];
	size_t count;
	if (name.n == 0 || name.n >= sizeof(text))
		return;
	memcpy(text, name.p, name.n);
	text[name.n] = 0;
	struct bytes value = answer_field(t, text, &count);
	if (count == 1 && value.n <= LIMIT_HEADER_BYTES && !memchr(value.p, '\n', value.n))
		buffer_printf(lines, "%s: %s\n", text, (const char *)value.p);
}

static void keep_fields(struct transfer *t)
{
	struct buffer lines;
	buffer_init(&lines, LIMIT_HEADERS_BYTES);
	for (const char *p = t->request.headers; *p;) {
		const char *end = strchrnul(p, ' ');
		keep_field(t, bytes_of(p, (size_t)(end - p)), &lines);
		p = *end ? end + 1 : end;
	}
	if (lines.n > 0 && buffer_ok(&lines))
		t->result.headers = t->answer_headers = memory_text(buffer_text(&lines));
	buffer_release(&lines);
}

static void read_fields(struct transfer *t)
{
	size_t count, dates;
	struct bytes later = answer_field(t, "Retry-After", &count);
	if (count > 0)
		t->result.retry_after_ms = http_retry_after_ms(later, answer_field(t, "Date", &dates), clock_now_ms());
	if (t->request.headers)
		keep_fields(t);
}

static void conclude_encoding(struct transfer *t)
{
	size_t count;
	struct bytes value = answer_field(t, "Content-Encoding", &count);
	char cause[128];
	snprintf(cause, sizeof(cause), "the Content-Encoding is neither gzip nor identity: %.40s",
	         value.p ? (const char *)value.p : "");
	conclude_with(t, FETCH_FAILED, cause, NULL);
}

/* The answer's first line and fields are whole; what counts for statuses other than 200. */
static void conclude_answer(struct transfer *t, CURLcode code)
{
	enum http_encoding encoding = answer_encoding(t);
	if (t->result.status != 200) {
		conclude_status(t);
	} else if (encoding == HTTP_OTHER) {
		conclude_encoding(t);
	} else if (t->body_too_large) {
		conclude_with(t, FETCH_TOO_LARGE, "the body is larger than allowed for this purpose", NULL);
	} else if (code != CURLE_OK) {
		transfer_fail(t, code);
	} else {
		t->result.outcome = FETCH_OK;
		t->result.gzip = encoding == HTTP_GZIP;
	}
}

void transfer_conclude(struct transfer *t, CURLcode code)
{
	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &t->result.status);
	if (t->addresses_refused > 0 && t->addresses_tried == 0) {
		conclude_refused_address(t);
	} else if (t->result.status >= 200) {
		read_fields(t);
		conclude_answer(t, code);
	} else {
		transfer_fail(t, code != CURLE_OK ? code : CURLE_WEIRD_SERVER_REPLY);
	}
	if (t->result.outcome != FETCH_OK && t->result.outcome != FETCH_STATUS)
		t->result.n = 0;
}

enum pace_outcome transfer_pace(const struct transfer *t)
{
	const struct fetch_result *r = &t->result;
	if (t->url.scheme == URL_FILE)
		return PACE_GOOD; /* a disk needs no rest */
	if (r->outcome == FETCH_REFUSED)
		return PACE_NONE;
	if (r->status == 429 || r->status == 503)
		return PACE_BUSY;
	if (r->outcome == FETCH_FAILED || (r->outcome == FETCH_STATUS && r->transient))
		return PACE_BAD;
	return PACE_GOOD;
}
