/* trusted_root.json: the logs and authorities of one instance of Sigstore, and when each counts. */
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/base64.h"
#include "base/text.h"
#include "evidence/sigstore.h"

#define MEDIA_TYPE "application/vnd.dev.sigstore.trustedroot"

enum { ED25519_SPKI_BYTES = 44, ED25519_KEY_BYTES = 32, NOTE_TYPE_ED25519 = 1 };

static const uint8_t ed25519_head[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

static struct sigstore_period read_period(const struct json *v, struct fault *f)
{
	const struct json *period = json_member(v, "validFor", JSON_OBJECT, f), *end = json_get(period, "end");
	struct sigstore_period p = {json_time(period, "start", f), INT64_MAX};
	if (end && end->kind != JSON_NULL)
		p.to_ms = json_time(period, "end", f);
	return p;
}

/* ---- logs ---- */

static struct bytes host_of(struct bytes url)
{
	struct bytes scheme = BYTES_LITERAL("https://"), plain = BYTES_LITERAL("http://");
	size_t from = bytes_starts_with(url, scheme) ? scheme.n : bytes_starts_with(url, plain) ? plain.n : 0;
	size_t to = from;
	while (to < url.n && url.p[to] != '/')
		to++;
	return bytes_slice(url, from, to - from);
}

/* SHA-256(host || LF || 1 || key): what key ids of Ed25519 keys in signed notes are the first bytes of. */
static struct sha256 ed25519_id(struct bytes host, struct bytes spki)
{
	uint8_t tail[2 + ED25519_KEY_BYTES] = {'\n', NOTE_TYPE_ED25519};
	memcpy(tail + 2, spki.p + sizeof(ed25519_head), ED25519_KEY_BYTES);
	return hash_sha256_two(host, bytes_of(tail, sizeof(tail)));
}

static bool is_ed25519(struct bytes spki)
{
	return spki.n == ED25519_SPKI_BYTES && bytes_starts_with(spki, bytes_of(ed25519_head, sizeof(ed25519_head)));
}

/* False: left out, since its key is not in the one form that is read. */
static bool read_log(const struct json *v, struct arena *a, struct fault *f, struct sigstore_log *out)
{
	const struct json *key = json_member(v, "publicKey", JSON_OBJECT, f), *id = json_member(v, "logId", JSON_OBJECT, f);
	const struct json *details = json_get(key, "keyDetails");
	if (fault_is_set(*f))
		return false;
	if (json_is(details, JSON_STRING) && bytes_starts_with(details->text, BYTES_LITERAL("PKCS1_")))
		return false;
	*out = (struct sigstore_log){.valid = read_period(key, f)};
	out->key = json_base64_arena(key, "rawBytes", a, f);
	out->url = json_string(v, "baseUrl", f);
	out->host = host_of(out->url);
	json_base64(id, "keyId", out->id.b, SHA256_BYTES, f);
	if (fault_is_set(*f))
		return false;
	out->ed25519 = is_ed25519(out->key);
	struct sha256 made = out->ed25519 ? ed25519_id(out->host, out->key) : hash_sha256(out->key);
	if (!sha256_equal(&made, &out->id))
		*f = fault_at(FAULT_MISMATCH, id->offset, "keyId");
	return true;
}

static const struct sigstore_log *read_logs(const struct json *root, const char *name, struct arena *a, struct fault *f,
                                            size_t *count)
{
	const struct json *list = json_get(root, name);
	*count = 0;
	if (!list || fault_is_set(*f))
		return NULL;
	struct sigstore_log *logs = list->kind == JSON_ARRAY && list->count <= LIMIT_SIGSTORE_AUTHORITIES
	                                    ? arena_array(a, list->count + 1, sizeof(*logs))
	                                    : NULL;
	if (!logs)
		*f = fault_at(FAULT_LIMIT, list->offset, name);
	for (const struct json *p = list->first; logs && p && !fault_is_set(*f); p = p->next)
		*count += read_log(p, a, f, &logs[*count]);
	return logs;
}

/* ---- authorities ---- */

static void read_authority(const struct json *v, struct arena *a, struct fault *f, struct sigstore_authority *out)
{
	const struct json *chain = json_member(v, "certChain", JSON_OBJECT, f);
	const struct json *list = json_member(chain, "certificates", JSON_ARRAY, f);
	struct cert c;
	*out = (struct sigstore_authority){.valid = read_period(v, f)};
	if (list && (list->count == 0 || list->count > LIMIT_SIGSTORE_CHAIN) && !fault_is_set(*f))
		*f = fault_at(FAULT_LENGTH, list->offset, "certificates");
	for (const struct json *p = list ? list->first : NULL; p && !fault_is_set(*f); p = p->next) {
		out->chain[out->n] = json_base64_arena(p, "rawBytes", a, f);
		if (!fault_is_set(*f) && fault_is_set(cert_parse(out->chain[out->n], &c)))
			*f = fault_at(FAULT_VALUE, p->offset, "rawBytes");
		out->n++;
	}
}

static const struct sigstore_authority *read_authorities(const struct json *root, const char *name, struct arena *a,
                                                         struct fault *f, size_t *count)
{
	const struct json *list = json_get(root, name);
	*count = 0;
	if (!list || fault_is_set(*f))
		return NULL;
	struct sigstore_authority *out = list->kind == JSON_ARRAY && list->count <= LIMIT_SIGSTORE_AUTHORITIES
	                                         ? arena_array(a, list->count + 1, sizeof(*out))
	                                         : NULL;
	if (!out)
		*f = fault_at(FAULT_LIMIT, list->offset, name);
	for (const struct json *p = list->first; out && p && !fault_is_set(*f); p = p->next)
		read_authority(p, a, f, &out[(*count)++]);
	return out;
}

struct fault sigstore_root_parse(struct bytes text, struct arena *a, struct sigstore_root *out)
{
	const struct json *root;
	*out = (struct sigstore_root){.text = text, .sha256 = hash_sha256(text)};
	struct fault f = json_parse(a, text, &root);
	if (fault_is_set(f))
		return f;
	struct bytes type = json_string(root, "mediaType", &f);
	if (fault_is_set(f) || !bytes_starts_with(type, BYTES_LITERAL(MEDIA_TYPE)))
		return fault_at(FAULT_UNRECOGNISED, 0, "mediaType");
	if (!bytes_equal_text(type, MEDIA_TYPE "+json;version=0.1") && !bytes_equal_text(type, MEDIA_TYPE ".v0.1+json") &&
	    !bytes_equal_text(type, MEDIA_TYPE "+json;version=0.2") && !bytes_equal_text(type, MEDIA_TYPE ".v0.2+json"))
		return fault_at(FAULT_UNSUPPORTED, 0, "mediaType");
	out->logs = read_logs(root, "tlogs", a, &f, &out->log_count);
	out->ct_logs = read_logs(root, "ctlogs", a, &f, &out->ct_log_count);
	out->fulcio = read_authorities(root, "certificateAuthorities", a, &f, &out->fulcio_count);
	out->timestamp = read_authorities(root, "timestampAuthorities", a, &f, &out->timestamp_count);
	if (!fault_is_set(f) && out->fulcio_count == 0)
		f = fault_at(FAULT_MISSING, 0, "certificateAuthorities");
	return f;
}

size_t sigstore_roots(const struct collateral_set *set, struct arena *a, struct sigstore_root *out, size_t max)
{
	size_t n = 0;
	bool given = false;
	for (size_t i = 0; set && i < set->n && n < max; i++) {
		const struct collateral *item = &set->items[i];
		if (item->kind != COLLATERAL_ANCHOR || strcmp(item->vendor, "sigstore") != 0)
			continue;
		given = true;
		n += !fault_is_set(sigstore_root_parse(item->der, a, &out[n]));
	}
	if (given || n >= max)
		return n;
	if (!fault_is_set(sigstore_root_parse(bytes_of_text(sigstore_root_builtin), a, &out[n])))
		out[n++].builtin = true;
	return n;
}
