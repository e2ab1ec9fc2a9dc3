#include "evidence/jwt.h"

#include "base/base64.h"
#include "cert/cert.h"

static bool is_base64url(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* The three parts; false unless there are three, and the first two are not empty. */
static bool split(struct bytes text, struct bytes part[3])
{
	size_t n = 0, from = 0;
	for (size_t i = 0; i <= text.n; i++) {
		if (i < text.n && text.p[i] != '.')
			continue;
		if (n == 3)
			return false;
		part[n++] = bytes_slice(text, from, i - from);
		from = i + 1;
	}
	return n == 3 && part[0].n > 0 && part[1].n > 0;
}

bool jwt_is(struct bytes text)
{
	struct bytes part[3];
	if (!bytes_starts_with(text, BYTES_LITERAL("eyJ")) || text.n > LIMIT_JWT_BYTES || !split(text, part))
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (!is_base64url(text.p[i]) && text.p[i] != '.')
			return false;
	return true;
}

/* One part as JSON object. Offsets count from the start of the token. */
static struct fault read_object(struct bytes text, struct bytes part, const char *field, struct arena *a,
                                const struct json **out)
{
	struct bytes json;
	size_t at = (size_t)(part.p - text.p);
	if (!base64url_decode_arena(a, part, &json))
		return fault_at(FAULT_ENCODING, at, field);
	struct fault f = json_parse(a, json, out);
	if (fault_is_set(f))
		return fault_at(f.code, at, field);
	return (*out)->kind == JSON_OBJECT ? FAULT_OK : fault_at(FAULT_TAG, at, field);
}

static struct fault read_header(struct jwt *t)
{
	struct fault f = FAULT_OK;
	const struct json *id = json_get(t->header, "kid"), *type = json_get(t->header, "typ");
	t->algorithm = json_string(t->header, "alg", &f);
	if (id)
		t->key_id = json_string(t->header, "kid", &f);
	if (type && !json_is(type, JSON_STRING) && !fault_is_set(f))
		f = fault_at(FAULT_TAG, 0, "typ");
	if (!fault_is_set(f) && json_get(t->header, "crit"))
		f = fault_at(FAULT_UNSUPPORTED, 0, "crit");
	return fault_is_set(f) ? fault_at(f.code, 0, f.field) : f;
}

struct fault jwt_parse(struct bytes text, struct arena *a, struct jwt *out)
{
	struct bytes part[3];
	*out = (struct jwt){.text = text};
	if (text.n > LIMIT_JWT_BYTES)
		return fault_at(FAULT_LIMIT, LIMIT_JWT_BYTES, "token");
	if (!split(text, part))
		return fault_at(FAULT_SYNTAX, 0, "token");
	struct fault f = read_object(text, part[0], "token.header", a, &out->header);
	if (!fault_is_set(f))
		f = read_header(out);
	if (!fault_is_set(f))
		f = read_object(text, part[1], "token.payload", a, &out->payload);
	if (fault_is_set(f))
		return f;
	out->signing_input = bytes_slice(text, 0, part[0].n + 1 + part[1].n);
	if (part[2].n > 0 && !base64url_decode_arena(a, part[2], &out->signature))
		return fault_at(FAULT_ENCODING, out->signing_input.n + 1, "token.signature");
	return FAULT_OK;
}

bool jwt_verify(const struct jwt *t, const uint8_t spki[ES384_SPKI_BYTES])
{
	return bytes_equal_text(t->algorithm, "ES384") && t->signature.n == ES384_SIGNATURE_BYTES &&
	       es384_verify(bytes_of(spki, ES384_SPKI_BYTES), t->signing_input, t->signature.p);
}

/* ---- key sets ---- */

static void fail(struct jwk *k, enum fault_code code, const struct json *at, const char *field)
{
	if (!fault_is_set(k->fault))
		k->fault = fault_at(code, at ? at->offset : 0, field);
}

static void read_coordinate(struct jwk *k, const struct json *key, const char *name, struct arena *a,
                            uint8_t out[ES384_COORDINATE_BYTES])
{
	struct bytes b = json_string(key, name, &k->fault);
	if (fault_is_set(k->fault))
		return;
	if (!base64url_decode_arena(a, b, &b) || b.n != ES384_COORDINATE_BYTES)
		fail(k, FAULT_ENCODING, key, name);
	else
		memcpy(out, b.p, ES384_COORDINATE_BYTES);
}

/* The certificate has to be that of the key: what it says of the key's time is said of no other. */
static void read_certificate(struct jwk *k, const struct json *key, struct arena *a)
{
	const struct json *chain = json_get(key, "x5c"), *first = json_at(chain, 0);
	struct cert c;
	if (!chain)
		return;
	if (!json_is(first, JSON_STRING) || !base64_decode_arena(a, first->text, &k->certificate) ||
	    fault_is_set(cert_parse(k->certificate, &c)) || !c.validity_readable) {
		fail(k, FAULT_VALUE, chain, "x5c");
		return;
	}
	k->not_before_ms = c.not_before_ms;
	k->not_after_ms = c.not_after_ms;
	if (!bytes_equal(c.spki, bytes_of(k->spki, ES384_SPKI_BYTES)))
		fail(k, FAULT_MISMATCH, chain, "x5c");
}

static bool has_text(const struct json *key, const char *name, const char *value)
{
	const struct json *v = json_get(key, name);
	return json_is(v, JSON_STRING) && bytes_equal_text(v->text, value);
}

/* A key for signatures with ES384: by its curve, and where it says what it is for, by that. */
static bool is_usable(const struct json *key)
{
	return has_text(key, "kty", "EC") && has_text(key, "crv", "P-384") && json_is(json_get(key, "kid"), JSON_STRING) &&
	       (!json_get(key, "use") || has_text(key, "use", "sig")) &&
	       (!json_get(key, "alg") || has_text(key, "alg", "ES384"));
}

static void read_key(const struct json *key, struct arena *a, struct jwk *k)
{
	uint8_t x[ES384_COORDINATE_BYTES] = {0}, y[ES384_COORDINATE_BYTES] = {0};
	k->key_id = json_get(key, "kid")->text;
	read_coordinate(k, key, "x", a, x);
	read_coordinate(k, key, "y", a, y);
	if (!fault_is_set(k->fault) && !es384_spki(x, y, k->spki))
		fail(k, FAULT_VALUE, key, "x");
	if (!fault_is_set(k->fault))
		read_certificate(k, key, a);
}

struct fault jwks_parse(struct bytes text, struct arena *a, struct jwks *out)
{
	const struct json *root, *keys;
	*out = (struct jwks){NULL, 0};
	if (text.n > LIMIT_COLLATERAL_BYTES)
		return fault_at(FAULT_LIMIT, LIMIT_COLLATERAL_BYTES, "keys");
	struct fault f = json_parse(a, text, &root);
	if (fault_is_set(f))
		return f;
	keys = json_get(root, "keys");
	if (!json_is(keys, JSON_ARRAY))
		return fault_at(FAULT_UNRECOGNISED, 0, "keys");
	out->keys = keys->count <= LIMIT_JWKS_KEYS ? arena_array(a, keys->count, sizeof(*out->keys)) : NULL;
	if (!out->keys)
		return fault_at(FAULT_LIMIT, keys->offset, "keys");
	for (const struct json *k = keys->first; k; k = k->next)
		if (json_is(k, JSON_OBJECT) && is_usable(k))
			read_key(k, a, &out->keys[out->n++]);
	return out->n > 0 ? FAULT_OK : fault_at(FAULT_UNRECOGNISED, keys->offset, "keys");
}
