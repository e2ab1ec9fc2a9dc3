/* Sigstore bundles as values: the JSON mapping of protobuf, read strictly (sigstore_bundle.proto, sigstore_rekor.proto). */
#include "base/base64.h"
#include "base/text.h"
#include "evidence/sigstore.h"

#define MEDIA_TYPE "application/vnd.dev.sigstore.bundle"

static const uint64_t seconds_max = UINT64_C(253402300799); /* year 9999 */

/* ---- recognising ---- */

static bool has(struct bytes text, const char *part)
{
	return text.n > 0 && memmem(text.p, text.n, part, strlen(part)) != NULL;
}

bool sigstore_is(struct bytes raw)
{
	struct bytes b = text_trim(raw);
	return b.n > 0 && b.p[0] == '{' && has(b, "\"mediaType\"") && has(b, MEDIA_TYPE) &&
	       has(b, "\"verificationMaterial\"") && !has(b, "\"sigstoreBundle\"") && !has(b, "\"attestations\"");
}

/* "{"bundle": {...}}" of an array. */
static size_t each_attestation(const struct json *list, void (*take)(void *, struct bytes), void *context)
{
	size_t n = 0;
	for (const struct json *p = json_is(list, JSON_ARRAY) ? list->first : NULL; p && n < LIMIT_SIGSTORE_BUNDLES; p = p->next) {
		const struct json *bundle = json_get(p, "bundle");
		if (json_is(bundle, JSON_OBJECT) && sigstore_is(bundle->raw)) {
			take(context, bundle->raw);
			n++;
		}
	}
	return n;
}

static size_t each_wrapped(struct bytes text, struct arena *a, void (*take)(void *, struct bytes), void *context)
{
	const struct json *root, *inner;
	if (text.n > LIMIT_JSON_BYTES || fault_is_set(json_parse(a, text, &root)))
		return 0;
	inner = json_get(root, "sigstoreBundle");
	if (json_is(inner, JSON_OBJECT) && sigstore_is(inner->raw)) {
		take(context, inner->raw);
		return 1;
	}
	return each_attestation(json_get(root, "attestations"), take, context);
}

/* One on each line, and nothing else. */
static bool are_lines(struct bytes text)
{
	struct bytes rest = text;
	size_t lines = 0;
	while (rest.n > 0) {
		const uint8_t *stop = memchr(rest.p, '\n', rest.n);
		struct bytes line = bytes_slice(rest, 0, stop ? (size_t)(stop - rest.p) : rest.n);
		size_t used = line.n + (stop != NULL);
		rest = bytes_slice(rest, used, rest.n - used);
		if (text_trim(line).n == 0)
			continue;
		if (!sigstore_is(line))
			return false;
		lines++;
	}
	return lines > 1;
}

static size_t each_line(struct bytes text, void (*take)(void *, struct bytes), void *context)
{
	size_t n = 0;
	while (text.n > 0 && n < LIMIT_SIGSTORE_BUNDLES) {
		const uint8_t *stop = memchr(text.p, '\n', text.n);
		struct bytes line = bytes_slice(text, 0, stop ? (size_t)(stop - text.p) : text.n);
		size_t used = line.n + (stop != NULL);
		text = bytes_slice(text, used, text.n - used);
		line = text_trim(line);
		if (line.n == 0)
			continue;
		take(context, line);
		n++;
	}
	return n;
}

size_t sigstore_each(struct bytes text, struct arena *a, void (*take)(void *context, struct bytes bundle), void *context)
{
	struct bytes trimmed = text_trim(text);
	if (trimmed.n == 0 || trimmed.p[0] != '{' || !has(trimmed, MEDIA_TYPE))
		return 0;
	if (are_lines(trimmed))
		return each_line(trimmed, take, context);
	if (sigstore_is(trimmed)) {
		take(context, trimmed);
		return 1;
	}
	return each_wrapped(trimmed, a, take, context);
}

/* ---- members ---- */

struct reading {
	struct arena *arena;
	struct fault fault;
};

static void fail(struct reading *r, enum fault_code code, const struct json *at, const char *field)
{
	if (!fault_is_set(r->fault))
		r->fault = fault_at(code, at ? at->offset : 0, field);
}

/* A member, where it is there and not null, which is the same in this mapping. */
static const struct json *optional(struct reading *r, const struct json *v, const char *name, enum json_kind kind)
{
	const struct json *m = json_get(v, name);
	if (!m || m->kind == JSON_NULL)
		return NULL;
	if (m->kind != kind) {
		fail(r, FAULT_TAG, m, name);
		return NULL;
	}
	return m;
}

static const struct json *required(struct reading *r, const struct json *v, const char *name, enum json_kind kind)
{
	const struct json *m = optional(r, v, name, kind);
	if (!m)
		fail(r, FAULT_MISSING, v, name);
	return m;
}

/* Members of other names are faults: what they might mean is not known, and something was signed without them. */
static void only(struct reading *r, const struct json *v, const char *const *names)
{
	for (const struct json *m = json_is(v, JSON_OBJECT) ? v->first : NULL; m; m = m->next) {
		size_t i = 0;
		while (names[i] && !bytes_equal_text(m->name, names[i]))
			i++;
		if (!names[i])
			fail(r, FAULT_UNRECOGNISED, m, text_escaped(r->arena, m->name));
	}
}
#define ONLY(r, v, ...) only(r, v, (const char *const[]){__VA_ARGS__, NULL})

static struct bytes read_bytes(struct reading *r, const struct json *v, const char *name, bool must)
{
	const struct json *m = must ? required(r, v, name, JSON_STRING) : optional(r, v, name, JSON_STRING);
	struct bytes out = {NULL, 0};
	if (m && m->text.n > 0 && !base64_decode_arena(r->arena, m->text, &out))
		fail(r, FAULT_ENCODING, m, name);
	if (m && must && out.n == 0)
		fail(r, FAULT_LENGTH, m, name);
	return out;
}

/* 64-bit integers are texts, and numbers are accepted; 0 may be left out. */
static uint64_t read_number(struct reading *r, const struct json *v, const char *name, uint64_t max)
{
	const struct json *m = json_get(v, name);
	uint64_t n = 0;
	if (!m || m->kind == JSON_NULL)
		return 0;
	bool good = m->kind == JSON_STRING ? text_decimal(m->text, max, &n) : json_u64(m, max, &n);
	if (!good)
		fail(r, FAULT_VALUE, m, name);
	return good ? n : 0;
}

static void read_hash(struct reading *r, const struct json *m, const char *name, struct sha256 *out)
{
	struct bytes b = {NULL, 0};
	if (!json_is(m, JSON_STRING) || !base64_decode_arena(r->arena, m->text, &b))
		fail(r, FAULT_ENCODING, m, name);
	else if (b.n != SHA256_BYTES)
		fail(r, FAULT_LENGTH, m, name);
	else
		memcpy(out->b, b.p, SHA256_BYTES);
}

/* ---- log entries ---- */

static void read_path(struct reading *r, const struct json *proof, struct sigstore_entry *e)
{
	const struct json *list = optional(r, proof, "hashes", JSON_ARRAY);
	if (!list || list->count == 0)
		return;
	struct sha256 *path = list->count <= LIMIT_PROOF_NODES ? arena_array(r->arena, list->count, sizeof(*path)) : NULL;
	if (!path) {
		fail(r, FAULT_LIMIT, list, "hashes");
		return;
	}
	for (const struct json *p = list->first; p; p = p->next)
		read_hash(r, p, "hashes", &path[e->path_count++]);
	e->path = path;
}

static void read_proof(struct reading *r, const struct json *entry, struct sigstore_entry *e)
{
	const struct json *proof = optional(r, entry, "inclusionProof", JSON_OBJECT);
	if (!proof)
		return;
	ONLY(r, proof, "logIndex", "rootHash", "treeSize", "hashes", "checkpoint");
	e->has_proof = true;
	e->proof_index = read_number(r, proof, "logIndex", LIMIT_TREE_SIZE);
	e->tree_size = read_number(r, proof, "treeSize", LIMIT_TREE_SIZE);
	read_hash(r, required(r, proof, "rootHash", JSON_STRING), "rootHash", &e->root);
	read_path(r, proof, e);
	const struct json *checkpoint = optional(r, proof, "checkpoint", JSON_OBJECT);
	ONLY(r, checkpoint, "envelope");
	const struct json *envelope = checkpoint ? required(r, checkpoint, "envelope", JSON_STRING) : NULL;
	e->checkpoint = envelope ? envelope->text : (struct bytes){NULL, 0};
}

static void read_entry(struct reading *r, const struct json *v, struct sigstore_entry *e)
{
	ONLY(r, v, "logIndex", "logId", "kindVersion", "integratedTime", "inclusionPromise", "inclusionProof",
	     "canonicalizedBody");
	if (!json_is(v, JSON_OBJECT)) {
		fail(r, FAULT_TAG, v, "tlogEntries");
		return;
	}
	const struct json *id = required(r, v, "logId", JSON_OBJECT), *kind = required(r, v, "kindVersion", JSON_OBJECT);
	const struct json *promise = optional(r, v, "inclusionPromise", JSON_OBJECT);
	ONLY(r, id, "keyId");
	ONLY(r, kind, "kind", "version");
	ONLY(r, promise, "signedEntryTimestamp");
	e->log_id = id ? read_bytes(r, id, "keyId", true) : e->log_id;
	e->log_index = read_number(r, v, "logIndex", LIMIT_TREE_SIZE);
	const struct json *name = kind ? required(r, kind, "kind", JSON_STRING) : NULL;
	const struct json *version = kind ? required(r, kind, "version", JSON_STRING) : NULL;
	e->kind = name ? name->text : e->kind;
	e->version = version ? version->text : e->version;
	e->integrated_s = (int64_t)read_number(r, v, "integratedTime", seconds_max);
	e->set = promise ? read_bytes(r, promise, "signedEntryTimestamp", true) : e->set;
	e->body = read_bytes(r, v, "canonicalizedBody", true);
	read_proof(r, v, e);
}

/* 0.1 wants the log's promise, later ones its proof with a checkpoint. */
static void check_entry(struct reading *r, const struct json *at, const struct sigstore_entry *e, const char *version)
{
	if (strcmp(version, "0.1") == 0 && e->set.n == 0)
		fail(r, FAULT_MISSING, at, "inclusionPromise");
	if (strcmp(version, "0.1") != 0 && !e->has_proof)
		fail(r, FAULT_MISSING, at, "inclusionProof");
	if (strcmp(version, "0.1") != 0 && e->checkpoint.n == 0)
		fail(r, FAULT_MISSING, at, "checkpoint");
}

static void read_entries(struct reading *r, const struct json *material, struct sigstore_bundle *out)
{
	const struct json *list = optional(r, material, "tlogEntries", JSON_ARRAY);
	if (!list || list->count == 0)
		return;
	struct sigstore_entry *entries =
		list->count <= LIMIT_SIGSTORE_ENTRIES ? arena_array(r->arena, list->count, sizeof(*entries)) : NULL;
	if (!entries) {
		fail(r, FAULT_LIMIT, list, "tlogEntries");
		return;
	}
	for (const struct json *p = list->first; p; p = p->next) {
		read_entry(r, p, &entries[out->entry_count]);
		check_entry(r, p, &entries[out->entry_count++], out->version);
	}
	out->entries = entries;
}

static void read_timestamps(struct reading *r, const struct json *material, struct sigstore_bundle *out)
{
	const struct json *data = optional(r, material, "timestampVerificationData", JSON_OBJECT);
	ONLY(r, data, "rfc3161Timestamps");
	const struct json *list = data ? optional(r, data, "rfc3161Timestamps", JSON_ARRAY) : NULL;
	if (!list || list->count == 0)
		return;
	struct bytes *timestamps =
		list->count <= LIMIT_SIGSTORE_ENTRIES ? arena_array(r->arena, list->count, sizeof(*timestamps)) : NULL;
	if (!timestamps) {
		fail(r, FAULT_LIMIT, list, "rfc3161Timestamps");
		return;
	}
	for (const struct json *p = list->first; p; p = p->next) {
		ONLY(r, p, "signedTimestamp");
		timestamps[out->timestamp_count++] = read_bytes(r, p, "signedTimestamp", true);
	}
	out->timestamps = timestamps;
}

/* ---- the key's certificate ---- */

/* Of a chain (0.1, 0.2) the first one counts alone: the others come from whoever made the bundle. */
static void read_certificate(struct reading *r, const struct json *material, struct sigstore_bundle *out)
{
	const struct json *one = optional(r, material, "certificate", JSON_OBJECT);
	const struct json *chain = optional(r, material, "x509CertificateChain", JSON_OBJECT);
	const struct json *key = optional(r, material, "publicKey", JSON_OBJECT);
	if ((one != NULL) + (chain != NULL) + (key != NULL) > 1)
		fail(r, FAULT_DUPLICATE, material, "certificate");
	else if (key)
		fail(r, FAULT_UNSUPPORTED, key, "publicKey");
	else if (chain && strcmp(out->version, "0.3") == 0)
		fail(r, FAULT_VALUE, chain, "x509CertificateChain");
	ONLY(r, chain, "certificates");
	const struct json *list = chain ? required(r, chain, "certificates", JSON_ARRAY) : NULL;
	const struct json *leaf = one ? one : json_at(list, 0);
	if (list && list->count > LIMIT_SIGSTORE_CHAIN)
		fail(r, FAULT_LIMIT, list, "certificates");
	for (const struct json *p = list ? list->first : one; p; p = list ? p->next : NULL) {
		ONLY(r, p, "rawBytes");
		struct bytes der = read_bytes(r, p, "rawBytes", true);
		out->certificate = p == leaf ? der : out->certificate;
	}
	if (out->certificate.n == 0)
		fail(r, FAULT_MISSING, material, "certificate");
}

/* ---- what is signed ---- */

static void read_envelope(struct reading *r, const struct json *root, struct sigstore_bundle *out)
{
	const struct json *envelope = optional(r, root, "dsseEnvelope", JSON_OBJECT);
	const struct json *message = optional(r, root, "messageSignature", JSON_OBJECT);
	if (envelope && message)
		fail(r, FAULT_DUPLICATE, message, "messageSignature");
	if (!envelope) {
		fail(r, message ? FAULT_UNSUPPORTED : FAULT_MISSING, message ? message : root,
		     message ? "messageSignature" : "dsseEnvelope");
		return;
	}
	ONLY(r, envelope, "payload", "payloadType", "signatures");
	const struct json *type = required(r, envelope, "payloadType", JSON_STRING);
	const struct json *list = required(r, envelope, "signatures", JSON_ARRAY), *one = json_at(list, 0);
	out->payload_type = type ? type->text : out->payload_type;
	out->payload = read_bytes(r, envelope, "payload", true);
	if (list && list->count != 1)
		fail(r, FAULT_LENGTH, list, "signatures");
	ONLY(r, one, "sig", "keyid");
	out->signature = one ? read_bytes(r, one, "sig", true) : out->signature;
}

/* Both spellings of the media type. */
static const char *version_of(struct reading *r, const struct json *root)
{
	static const struct {
		const char *type, *version;
	} known[] = {
		{MEDIA_TYPE "+json;version=0.1", "0.1"}, {MEDIA_TYPE "+json;version=0.2", "0.2"},
		{MEDIA_TYPE "+json;version=0.3", "0.3"}, {MEDIA_TYPE ".v0.3+json", "0.3"},
	};
	const struct json *type = required(r, root, "mediaType", JSON_STRING);
	for (size_t i = 0; type && i < sizeof(known) / sizeof(known[0]); i++)
		if (bytes_equal_text(type->text, known[i].type))
			return known[i].version;
	bool later = type && (bytes_starts_with(type->text, BYTES_LITERAL(MEDIA_TYPE ".v")) ||
	                      bytes_starts_with(type->text, BYTES_LITERAL(MEDIA_TYPE "+json;version=")));
	fail(r, later ? FAULT_UNSUPPORTED : FAULT_VALUE, type, "mediaType");
	return "";
}

struct fault sigstore_bundle_parse(struct bytes raw, struct arena *a, struct sigstore_bundle *out)
{
	const struct json *root;
	struct reading r = {.arena = a};
	*out = (struct sigstore_bundle){.version = ""};
	struct fault f = json_parse(a, raw, &root);
	if (fault_is_set(f))
		return f;
	if (!json_is(root, JSON_OBJECT))
		return fault_at(FAULT_TAG, 0, "bundle");
	out->version = version_of(&r, root);
	if (fault_is_set(r.fault))
		return r.fault;
	ONLY(&r, root, "mediaType", "verificationMaterial", "dsseEnvelope", "messageSignature");
	const struct json *material = required(&r, root, "verificationMaterial", JSON_OBJECT);
	if (!material)
		return r.fault;
	ONLY(&r, material, "certificate", "x509CertificateChain", "publicKey", "tlogEntries", "timestampVerificationData");
	read_certificate(&r, material, out);
	read_entries(&r, material, out);
	read_timestamps(&r, material, out);
	read_envelope(&r, root, out);
	return r.fault;
}
