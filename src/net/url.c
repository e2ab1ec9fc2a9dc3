#include "net/url.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"

/* curl takes more than RFC 3986 does (spaces, one or three slashes, control bytes in places). */
static const char *check_text(const char *text)
{
	struct bytes b = bytes_of_text(text);
	if (b.n > LIMIT_URL_BYTES)
		return "the URL is too long";
	for (size_t i = 0; i < b.n; i++)
		if (b.p[i] <= 0x20 || b.p[i] >= 0x7f || b.p[i] == '\\')
			return "the URL has bytes that must be percent-encoded";
	const char *slashes = strstr(text, "://");
	if (!slashes || slashes == text || (slashes[3] == '/' && strncmp(text, "file", 4) != 0))
		return "not an absolute URL";
	return NULL;
}

static char *part(CURLU *u, CURLUPart what, unsigned flags)
{
	char *s = NULL;
	return curl_url_get(u, what, &s, flags) == CURLUE_OK ? s : NULL;
}

static bool has_part(CURLU *u, CURLUPart what)
{
	char *s = part(u, what, 0);
	bool found = s != NULL;
	curl_free(s);
	return found;
}

static bool read_scheme(CURLU *u, enum url_scheme *out)
{
	char *s = part(u, CURLUPART_SCHEME, 0);
	struct bytes b = bytes_of_text(s);
	bool known = true;
	if (bytes_equal_text(b, "https"))
		*out = URL_HTTPS;
	else if (bytes_equal_text(b, "http"))
		*out = URL_HTTP;
	else if (bytes_equal_text(b, "file"))
		*out = URL_FILE;
	else
		known = false;
	curl_free(s);
	return known;
}

static const char *read_path(CURLU *u, struct url *out)
{
	/* Dropping what follows a bare "?" or "#" would read another file. */
	if (has_part(u, CURLUPART_QUERY) || has_part(u, CURLUPART_FRAGMENT))
		return "a file URL has no query or fragment";
	char *path = part(u, CURLUPART_PATH, CURLU_URLDECODE);
	if (!path || path[0] != '/') {
		curl_free(path);
		return "the path of the file URL is malformed";
	}
	out->path = memory_text(path);
	curl_free(path);
	return NULL;
}

static const char *read_authority(CURLU *u, struct url *out)
{
	char *host = part(u, CURLUPART_HOST, 0), *port = part(u, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	struct bytes h = bytes_of_text(host);
	uint64_t number = 0;
	const char *wrong = NULL;
	if (h.n == 0 || h.n >= URL_HOST_SIZE)
		wrong = "the host name is malformed";
	else if (!text_decimal(bytes_of_text(port), 65535, &number) || number == 0)
		wrong = "the port is malformed";
	for (size_t i = 0; !wrong && i < h.n; i++)
		out->host[i] = (char)text_lower(h.p[i]);
	out->port = (uint16_t)number;
	curl_free(host);
	curl_free(port);
	return wrong;
}

static const char *read_parts(CURLU *u, const char *text, struct url *out)
{
	CURLUcode rc = curl_url_set(u, CURLUPART_URL, text, CURLU_DISALLOW_USER);
	if (rc == CURLUE_USER_NOT_ALLOWED)
		return "the URL holds a user name or password";
	if (rc == CURLUE_UNSUPPORTED_SCHEME || (rc == CURLUE_OK && !read_scheme(u, &out->scheme)))
		return "only https, http and file URLs are known";
	if (rc != CURLUE_OK)
		return "the URL is malformed";
	if (out->scheme == URL_FILE)
		return read_path(u, out);
	if (has_part(u, CURLUPART_ZONEID))
		return "the address has a zone and is not global";
	return read_authority(u, out);
}

const char *url_parse(const char *text, struct url *out)
{
	memset(out, 0, sizeof(*out));
	const char *wrong = check_text(text);
	if (wrong)
		return wrong;
	CURLU *u = curl_url();
	if (!u)
		return "out of memory";
	wrong = read_parts(u, text, out);
	curl_url_cleanup(u);
	return wrong;
}

void url_release(struct url *u)
{
	free(u->path);
	u->path = NULL;
}

const char *url_refusal(const struct url *u, const struct url_rules *rules)
{
	if (u->scheme == URL_HTTP && !rules->http_allowed)
		return "http:// is not allowed here; use https://";
	if (u->scheme == URL_FILE && !rules->file_allowed)
		return "file:// is not allowed here; use https://";
	if (rules->standard_port && u->port != 443)
		return "only port 443 is allowed here";
	return NULL;
}

char *url_join(const char *base, const char *path)
{
	const char *scheme = strstr(base, "://");
	size_t n = strlen(base), least = scheme ? (size_t)(scheme - base) + 3 : 0;
	if (strpbrk(base, "?#"))
		return NULL;
	while (n > least && base[n - 1] == '/')
		n--;
	while (*path == '/')
		path++;
	size_t rest = strlen(path);
	char *out = memory_alloc(n + rest + 2);
	memcpy(out, base, n);
	out[n] = '/';
	memcpy(out + n + 1, path, rest);
	return out;
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_label(struct bytes l)
{
	if (l.n == 0 || l.n > 63 || l.p[0] == '-' || l.p[l.n - 1] == '-')
		return false;
	for (size_t i = 0; i < l.n; i++) {
		uint8_t c = text_lower(l.p[i]);
		if (!is_digit(c) && !(c >= 'a' && c <= 'z') && c != '-')
			return false;
	}
	return true;
}

/* Resolvers read names whose last label is a number ("127.1", "1.0x7f") as IPv4 addresses; no
 * top-level domain starts with a digit (RFC 3696 section 2), so refuse more than those. */
static bool is_top_label(struct bytes l)
{
	return !is_digit(l.p[0]);
}

bool url_host_is_strict(struct bytes host)
{
	if (host.n > 253)
		return false;
	for (size_t start = 0, labels = 1;; labels++) {
		size_t end = start;
		while (end < host.n && host.p[end] != '.')
			end++;
		struct bytes label = bytes_of(host.p + start, end - start);
		if (!is_label(label))
			return false;
		if (end == host.n)
			return labels >= 2 && is_top_label(label);
		start = end + 1;
	}
}

char *url_of_host(struct bytes host, const char *path)
{
	if (!url_host_is_strict(host) || path[0] != '/')
		return NULL;
	const char *scheme = "https://";
	size_t size = strlen(scheme) + host.n + strlen(path) + 1;
	char *out = memory_alloc(size), name[URL_HOST_SIZE] = "";
	for (size_t i = 0; i < host.n; i++)
		name[i] = (char)text_lower(host.p[i]);
	snprintf(out, size, "%s%s%s", scheme, name, path);
	return out;
}

enum url_lead url_lead_by(const struct url *u, const char *entry)
{
	const char *colon = entry[0] == '[' ? strstr(entry, "]:") : strchr(entry, ':');
	if (!colon)
		return URL_NOT_LED;
	colon += entry[0] == '[';
	const char *end = strchr(colon + 1, ':');
	if (!end)
		return URL_NOT_LED;
	struct bytes host = bytes_of(entry, (size_t)(colon - entry));
	struct bytes port = bytes_of(colon + 1, (size_t)(end - colon - 1));
	uint64_t number;
	if (host.n > 0 && !text_equal_nocase(host, bytes_of_text(u->host)))
		return URL_NOT_LED;
	if (port.n > 0 && (!text_decimal(port, 65535, &number) || number != u->port))
		return URL_NOT_LED;
	if (end[1] != 0 && end[1] != ':')
		return URL_LED_TO_ADDRESS;
	return end[1] == ':' && end[2] != 0 ? URL_LED_TO_PORT : URL_NOT_LED;
}
