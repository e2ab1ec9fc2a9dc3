/* What the values of configuration keys may be. Each check returns NULL, or what is wrong and what to do. */
#include "cmd/config_keys.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/base64.h"
#include "base/hex.h"
#include "base/text.h"

static const char *shown(const char *value, struct arena *a)
{
	const char *text = text_escaped(a, bytes_of_text(value));
	return text ? text : "the value";
}

static bool consists_of(struct bytes b, const char *more)
{
	for (size_t i = 0; i < b.n; i++) {
		uint8_t c = text_lower(b.p[i]);
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && (c == '\0' || !strchr(more, c)))
			return false;
	}
	return true;
}

/* It goes into a header that strangers' parsers read. */
const char *config_check_contact(const char *value, struct arena *a)
{
	for (const char *s = value; *s; s++)
		if ((unsigned char)*s > 0x7e || strchr("()\\\"", *s))
			return arena_format(a,
			                    "\"%s\" does not fit a User-Agent; write a mail address or a URL in ASCII",
			                    shown(value, a));
	return NULL;
}

const char *config_check_path(const char *value, struct arena *a)
{
	if (strstr(value, "://"))
		return arena_format(a, "\"%s\" is a URL; write the path of a file", shown(value, a));
	return NULL;
}

/* ---- URLs ---- */

struct url {
	struct bytes scheme, host, port, path;
};

static struct bytes take_until(struct bytes *left, const char *stop)
{
	size_t n = 0;
	while (n < left->n && !strchr(stop, left->p[n]))
		n++;
	struct bytes out = bytes_slice(*left, 0, n);
	*left = bytes_slice(*left, n, left->n - n);
	return out;
}

static bool port_is_good(struct bytes port)
{
	uint64_t number;
	return text_decimal(port, 65535, &number) && number > 0;
}

/* "host", "host:port", "[v6]:port"; what is behind the host stays in left. */
static bool take_host(struct bytes *left, struct bytes *host)
{
	if (left->n > 0 && left->p[0] == '[') {
		*host = take_until(left, "]");
		if (left->n == 0 || !consists_of(bytes_slice(*host, 1, host->n - 1), ":."))
			return false;
		*host = bytes_of(host->p, host->n + 1);
		*left = bytes_slice(*left, 1, left->n - 1);
		return host->n > 2;
	}
	*host = take_until(left, ":");
	return consists_of(*host, "-._");
}

static bool take_authority(struct bytes authority, struct url *out)
{
	if (!take_host(&authority, &out->host))
		return false;
	if (authority.n == 0)
		return true;
	out->port = bytes_slice(authority, 1, authority.n - 1);
	return authority.p[0] == ':' && port_is_good(out->port);
}

/* scheme://host[:port]/path and nothing more: no user, no query, no fragment. */
static bool url_parse(const char *text, struct url *out)
{
	struct bytes left = bytes_of_text(text);
	*out = (struct url){0};
	for (size_t i = 0; i < left.n; i++)
		if (left.p[i] <= 0x20 || left.p[i] > 0x7e || strchr("\"<>\\^`{|}#?@", left.p[i]))
			return false;
	const char *colon = strstr(text, "://");
	if (!colon)
		return false;
	out->scheme = bytes_slice(left, 0, (size_t)(colon - text));
	left = bytes_slice(left, out->scheme.n + 3, left.n - out->scheme.n - 3);
	struct bytes authority = take_until(&left, "/");
	out->path = left;
	return take_authority(authority, out);
}

static bool scheme_is(const struct url *u, const char *scheme)
{
	return bytes_equal_text(u->scheme, scheme);
}

static bool is_dotted_quad(struct bytes host)
{
	for (int i = 0; i < 4; i++) {
		uint64_t number;
		struct bytes part = take_until(&host, ".");
		if (!text_decimal(part, 255, &number) || (i < 3) != (host.n > 0))
			return false;
		host = host.n > 0 ? bytes_slice(host, 1, host.n - 1) : host;
	}
	return true;
}

static bool is_loopback(struct bytes host)
{
	return text_equal_nocase(host, BYTES_LITERAL("localhost")) || bytes_equal_text(host, "[::1]") ||
	       (bytes_starts_with(host, BYTES_LITERAL("127.")) && is_dotted_quad(host));
}

static const char *not_a_url(const char *value, struct arena *a)
{
	return arena_format(a, "\"%s\" is no URL; write scheme://host[:port]/path, without user, query or fragment",
	                    shown(value, a));
}

const char *config_check_log_list(const char *value, struct arena *a)
{
	struct url u;
	if (!strstr(value, "://"))
		return NULL; /* a path */
	if (!url_parse(value, &u))
		return not_a_url(value, a);
	if (!scheme_is(&u, "https") || u.host.n == 0)
		return arena_format(a, "\"%s\" is not https; write an https URL, or the path of a file",
		                    shown(value, a));
	return NULL;
}

const char *config_check_log_url(const char *value, struct arena *a)
{
	struct url u;
	if (!url_parse(value, &u))
		return not_a_url(value, a);
	if (scheme_is(&u, "file"))
		return u.host.n == 0 && u.port.n == 0 && u.path.n > 0
		               ? NULL
		               : arena_format(a, "\"%s\" names a host; write file:///absolute/path", shown(value, a));
	if ((!scheme_is(&u, "https") && !scheme_is(&u, "http")) || u.host.n == 0)
		return arena_format(a, "\"%s\" cannot be fetched; write an https, http or file URL", shown(value, a));
	return NULL;
}

const char *config_check_vendor_url(const char *value, struct arena *a)
{
	struct url u;
	if (!url_parse(value, &u))
		return not_a_url(value, a);
	if (u.host.n > 0 && (scheme_is(&u, "https") || (scheme_is(&u, "http") && is_loopback(u.host))))
		return NULL;
	return arena_format(a, "\"%s\" is not https; write an https URL (http is for loopback addresses only)",
	                    shown(value, a));
}

/* HOST:PORT:ADDR:PORT; each part may be empty, as for curl, but not both of the last two. */
const char *config_check_connect_to(const char *value, struct arena *a)
{
	struct bytes left = bytes_of_text(value), part[4];
	bool good = true;
	for (int i = 0; i < 4 && good; i++) {
		if (i % 2 == 0)
			good = take_host(&left, &part[i]);
		else
			part[i] = take_until(&left, ":");
		if (i % 2 == 1)
			good = part[i].n == 0 || port_is_good(part[i]);
		if (good && i < 3) {
			good = left.n > 0 && left.p[0] == ':';
			left = bytes_slice(left, 1, left.n > 0 ? left.n - 1 : 0);
		}
	}
	if (good && left.n == 0 && part[2].n + part[3].n > 0)
		return NULL;
	return arena_format(a, "\"%s\" is not of the form HOST:PORT:ADDR:PORT; IPv6 addresses stand in brackets",
	                    shown(value, a));
}

/* ---- trust anchors, keys, digests ---- */

const char *config_check_anchor(const char *value, struct arena *a)
{
	static const char *const kinds[] = {"intel", "amd", "nvidia", "nitro", "sigstore"};
	struct bytes left = bytes_of_text(value), kind = take_until(&left, "=/");
	if (left.n == 0 || left.p[0] != '=')
		return config_check_path(value, a);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (bytes_equal_text(kind, kinds[i]) && left.n > 1)
			return config_check_path(value, a);
	return arena_format(a, "\"%s\" is not of the form [KIND=]PATH; KIND is intel, amd, nvidia, nitro or sigstore "
	                       "(a path with = in it begins with ./)", shown(value, a));
}

static bool is_log_key(struct bytes der)
{
	const uint8_t *p = der.p;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &p, (long)der.n);
	int type = key && p == der.p + der.n ? EVP_PKEY_get_base_id(key) : 0;
	EVP_PKEY_free(key);
	return type == EVP_PKEY_EC || type == EVP_PKEY_RSA;
}

const char *config_check_spki(const char *value, struct arena *a)
{
	struct bytes der;
	if (!base64_decode_arena(a, bytes_of_text(value), &der))
		return "the value is not base64; write the base64 of the DER SubjectPublicKeyInfo in one line";
	if (!is_log_key(der))
		return "the value is no log key; write the base64 of a DER SubjectPublicKeyInfo of an EC or RSA key";
	return NULL;
}

static bool is_hex(const char *value, size_t bytes)
{
	return strlen(value) == 2 * bytes && value[strspn(value, "0123456789abcdefABCDEF")] == '\0';
}

const char *config_check_digest(const char *value, struct arena *a)
{
	if (is_hex(value, SHA256_BYTES))
		return NULL;
	return arena_format(a, "\"%s\" is no SHA-256; write its 64 hex digits", shown(value, a));
}

/* One register, or the first ones of its kind one behind the other (policy/evaluate.c). */
const char *config_check_measurement(const char *value, struct arena *a)
{
	static const size_t sizes[] = {32, 48, 2 * 48, 3 * 48, 4 * 48};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (is_hex(value, sizes[i]))
			return NULL;
	return arena_format(a, "\"%s\" is no measurement; write the 64 or 96 hex digits of one register, or up to four "
	                       "registers of 96 digits one behind the other", shown(value, a));
}

const char *config_check_expect(const char *value, struct arena *a)
{
	struct expectation e;
	struct fault fault = expectation_parse(value, a, &e);
	if (!fault_is_set(fault))
		return NULL;
	return arena_format(a, "\"%s\" is no expression: %s (at byte %zu)", shown(value, a), fault.field, fault.offset);
}

const char *config_check_provenance(const char *value, struct arena *a)
{
	struct bytes left = bytes_of_text(value);
	unsigned parts = 0;
	if (value[0] == '/' && value[1] != '\0')
		return NULL; /* a directory of bundles, or a file */
	for (bool more = true; more; parts++) {
		struct bytes part = take_until(&left, "/");
		if (part.n == 0 || !consists_of(part, "-._"))
			break;
		more = left.n > 0;
		left = bytes_slice(left, 1, left.n > 0 ? left.n - 1 : 0);
		if (!more && parts >= 2)
			return NULL;
	}
	return arena_format(a, "\"%s\" is neither a repository (host/owner/repository without https://) nor an absolute path",
	                    shown(value, a));
}

/* ---- alerts ---- */

const char *config_check_event_type(const char *value, struct arena *a)
{
	static const char *const types[] = {"anomaly", "certificate", "log", "run"};
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i], value) == 0)
			return NULL;
	return arena_format(a, "\"%s\" is no type of event; write anomaly, certificate, log or run", shown(value, a));
}

static bool has_port(const char *target)
{
	const char *host = strstr(target, "://") + 3, *colon = strrchr(host, ':');
	uint64_t port;
	return colon && colon > host && text_decimal(bytes_of_text(colon + 1), 65535, &port) && port > 0;
}

const char *config_alert_problem(const struct alert_destination *d)
{
	bool path = d->target[0] == '/', https = strncmp(d->target, "https://", 8) == 0 && d->target[8] != 0;
	bool network = strncmp(d->target, "udp://", 6) == 0 || strncmp(d->target, "tcp://", 6) == 0;
	if (d->kind == ALERT_WEBHOOK && !https)
		return "target: a webhook has an https URL";
	if (d->kind == ALERT_WEBHOOK && !d->secret_file)
		return "secret-file is missing; whoever receives the events tells by its signature that they are ours";
	if (d->kind != ALERT_WEBHOOK && d->secret_file)
		return "secret-file: only a webhook has one";
	if (d->kind == ALERT_SYSLOG && network && !has_port(d->target))
		return "target: the port is missing; write HOST:PORT";
	if (d->kind == ALERT_SYSLOG && !network && !path)
		return "target: write the path of a socket (/dev/log), udp://HOST:PORT or tcp://HOST:PORT";
	if ((d->kind == ALERT_FILE || d->kind == ALERT_HOOKS) && !path)
		return "target: write a path that begins with /";
	return NULL;
}
