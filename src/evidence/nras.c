/* NRAS documents and their tokens as values; see nras_judge.c for what they are worth. */
#include "evidence/nras.h"

#include <openssl/bn.h>
#include <openssl/crypto.h>

#include "base/hex.h"
#include "base/text.h"

static const uint64_t seconds_max = UINT64_C(253402300799); /* year 9999 */

/* ---- recognising ---- */

static bool is_bundle(struct bytes raw)
{
	struct bytes b = text_trim(raw);
	size_t at = 0;
	if (b.n == 0 || b.p[at++] != '[')
		return false;
	while (at < b.n && b.p[at] <= ' ')
		at++;
	if (at == b.n || b.p[at++] != '[')
		return false;
	while (at < b.n && b.p[at] <= ' ')
		at++;
	return bytes_starts_with(bytes_slice(b, at, b.n - at), BYTES_LITERAL("\"JWT\""));
}

bool nras_is(struct bytes raw)
{
	return is_bundle(raw) || jwt_is(raw);
}

bool nras_find(struct bytes text, struct arena *a, struct bytes *out)
{
	const struct json *root, *inner;
	struct bytes trimmed = text_trim(text);
	*out = trimmed;
	if (nras_is(trimmed))
		return true;
	if (trimmed.n == 0 || trimmed.p[0] != '{' || !memmem(trimmed.p, trimmed.n, "detached_eat", 12) ||
	    fault_is_set(json_parse(a, trimmed, &root)))
		return false;
	inner = json_get(root, "detached_eat");
	if (!json_is(inner, JSON_ARRAY) || !is_bundle(inner->raw))
		return false;
	*out = inner->raw;
	return true;
}

/* ---- tokens ---- */

static enum nras_issuer issuer_of(struct bytes iss)
{
	if (bytes_equal_text(iss, NRAS_ISSUER))
		return NRAS_ISSUER_SERVICE;
	if (bytes_equal_text(iss, "NVAT-LOCAL-VERIFIER") || bytes_equal_text(iss, "LOCAL_GPU_VERIFIER"))
		return NRAS_ISSUER_LOCAL;
	return NRAS_ISSUER_OTHER;
}

static int64_t read_seconds(const struct json *claims, const char *name, struct fault *f)
{
	return (int64_t)json_number(claims, name, seconds_max, f) * 1000;
}

/* A claim that need not be there; of another type than text it is a fault, and null is as good as nothing. */
static struct bytes read_text(const struct json *claims, const char *name, struct fault *f)
{
	const struct json *v = json_get(claims, name);
	return v && v->kind != JSON_NULL ? json_string(claims, name, f) : (struct bytes){NULL, 0};
}

/* The same claim of GPUs and switches. */
static struct bytes read_either(const struct json *claims, const char *gpu, const char *other, struct fault *f)
{
	struct bytes v = read_text(claims, gpu, f);
	return v.n > 0 ? v : read_text(claims, other, f);
}

static void say_failed(struct nras_token *t, const char *why)
{
	t->failed = true;
	t->why = why ? why : "";
}

/* "success" in present tokens, "comparison-successful" in the first version's. A token of a failure has no measres at
 * all, and its signature is as good as any. */
static void read_result(struct nras_token *t, const struct json *claims, struct arena *a, struct fault *f)
{
	const struct json *error = json_get(claims, "x-nvidia-error-details");
	t->result = read_text(claims, "measres", f);
	if (error && error->kind != JSON_NULL) {
		struct bytes message = bytes_slice(error->raw, 0, error->raw.n < 300 ? error->raw.n : 300);
		say_failed(t, arena_format(a, "%s: the verifier reports an error: %s", t->name,
		                           text_escaped(a, message.n > 0 ? message : error->text)));
	} else if (t->result.n == 0) {
		say_failed(t, arena_format(a, "%s: no result of the measurements (measres)", t->name));
	} else if (!bytes_equal_text(t->result, "success") && !bytes_equal_text(t->result, "comparison-successful")) {
		say_failed(t, arena_format(a, "%s: the measurements' result is \"%s\"", t->name,
		                           text_escaped(a, t->result)));
	}
}

static void read_device(struct nras_token *t, const struct json *claims, struct arena *a, struct fault *f)
{
	read_result(t, claims, a, f);
	t->ueid = read_text(claims, "ueid", f);
	t->hardware = read_text(claims, "hwmodel", f);
	t->driver_version = read_text(claims, "x-nvidia-gpu-driver-version", f);
	t->firmware_version = read_either(claims, "x-nvidia-gpu-vbios-version", "x-nvidia-switch-bios-version", f);
}

static void read_overall(struct nras_token *t, const struct json *claims, struct fault *f)
{
	const struct json *result = json_member(claims, "x-nvidia-overall-att-result", JSON_BOOLEAN, f);
	json_member(claims, "submods", JSON_OBJECT, f);
	if (result && !result->truth)
		say_failed(t, "the overall result is that attestation failed");
}

/* name NULL: the overall token. */
static struct fault read_token(struct bytes text, const char *name, struct arena *a, struct nras_token *t)
{
	*t = (struct nras_token){.name = name ? name : "", .why = ""};
	struct fault f = jwt_parse(text, a, &t->jwt);
	const struct json *claims = t->jwt.payload;
	if (fault_is_set(f))
		return f;
	t->issuer_text = json_string(claims, "iss", &f);
	t->issuer = issuer_of(t->issuer_text);
	t->issued_ms = read_seconds(claims, "iat", &f);
	t->expires_ms = read_seconds(claims, "exp", &f);
	t->not_before_ms = json_get(claims, "nbf") ? read_seconds(claims, "nbf", &f) : t->issued_ms;
	struct bytes nonce = read_text(claims, "eat_nonce", &f);
	if (nonce.n > 0 && !hex_decode_arena(a, nonce, &t->nonce) && !fault_is_set(f))
		f = fault_at(FAULT_ENCODING, 0, "eat_nonce");
	if (name)
		read_device(t, claims, a, &f);
	else
		read_overall(t, claims, &f);
	return f;
}

/* ---- documents ---- */

/* A token on its own says by itself which of both it is. */
static struct fault read_alone(struct bytes text, struct arena *a, struct nras_document *out)
{
	struct jwt t;
	struct fault f = jwt_parse(text, a, &t);
	if (fault_is_set(f))
		return f;
	out->format = "jwt";
	if (json_get(t.payload, "submods"))
		return read_token(text, NULL, a, &out->overall);
	out->devices = arena_array(a, 1, sizeof(*out->devices));
	if (!out->devices)
		return fault_at(FAULT_LIMIT, 0, "token");
	out->n = 1;
	return read_token(text, "device", a, &out->devices[0]);
}

static struct fault read_devices(const struct json *members, struct arena *a, struct nras_document *out)
{
	struct fault f = FAULT_OK;
	if (members->count > LIMIT_NRAS_DEVICES)
		return fault_at(FAULT_LIMIT, members->offset, "devices");
	out->devices = arena_array(a, members->count, sizeof(*out->devices));
	if (!out->devices)
		return fault_at(FAULT_LIMIT, members->offset, "devices");
	for (const struct json *m = members->first; m && !fault_is_set(f); m = m->next) {
		const char *name = text_escaped(a, m->name);
		if (m->kind != JSON_STRING || !name)
			return fault_at(FAULT_TAG, m->offset, "devices");
		f = read_token(m->text, name, a, &out->devices[out->n++]);
		f.offset = m->offset;
	}
	return f;
}

static struct fault read_bundle(const struct json *root, struct arena *a, struct nras_document *out)
{
	const struct json *first = json_at(root, 0), *members = json_at(root, 1);
	const struct json *label = json_at(first, 0), *token = json_at(first, 1);
	out->format = "detached-eat";
	if (!json_is(root, JSON_ARRAY) || root->count != 2 || first->count != 2 || !json_is(members, JSON_OBJECT))
		return fault_at(FAULT_SYNTAX, root->offset, "bundle");
	if (!json_is(label, JSON_STRING) || !bytes_equal_text(label->text, "JWT") || !json_is(token, JSON_STRING))
		return fault_at(FAULT_VALUE, first->offset, "bundle");
	struct fault f = read_token(token->text, NULL, a, &out->overall);
	if (fault_is_set(f)) {
		f.offset = token->offset;
		return f;
	}
	return read_devices(members, a, out);
}

struct fault nras_parse(struct bytes raw, struct arena *a, struct nras_document *out)
{
	const struct json *root;
	*out = (struct nras_document){.format = "", .overall = {.name = "", .why = ""}};
	if (jwt_is(raw))
		return read_alone(raw, a, out);
	struct fault f = json_parse(a, raw, &root);
	return fault_is_set(f) ? f : read_bundle(root, a, out);
}

bool nras_ueid_is(struct bytes ueid, struct bytes serial)
{
	if (ueid.n == 0 || serial.n == 0 || serial.n > 64 || serial.p[0] >= 0x80)
		return false;
	BIGNUM *n = BN_bin2bn(serial.p, (int)serial.n, NULL);
	char *decimal = n ? BN_bn2dec(n) : NULL;
	bool is = decimal && bytes_equal_text(ueid, decimal);
	OPENSSL_free(decimal);
	BN_free(n);
	return is;
}
