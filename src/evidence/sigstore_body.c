/*
 * Is the log's entry about this bundle? Without that, any entry of the log would do (CVE-2022-36056). What must be equal:
 * kind and version, the hash of the payload (or of its encoding for the signature), the signature, the certificate.
 */
#include "base/base64.h"
#include "base/hex.h"
#include "base/pem.h"
#include "base/text.h"
#include "evidence/sigstore_part.h"

/* An entry's body, as far as it is of one of the kinds below; NULL where what is looked for is not there. */
struct body {
	const struct json *hash;         /* text of a hash */
	bool hash_hex, over_pae;
	const struct json *algorithm;
	const char *algorithm_name;
	const struct json *signature;    /* base64 of the signature; of base64 of it */
	bool twice;
	const struct json *certificate;  /* base64 of PEM or of DER */
	bool pem;
	size_t signatures;
};

static const struct json *path(const struct json *v, const char *const *names)
{
	for (; v && *names; names++)
		v = json_get(v, *names);
	return v;
}
#define PATH(v, ...) path(v, (const char *const[]){__VA_ARGS__, NULL})

static void read_dsse_1(const struct json *spec, struct body *b)
{
	const struct json *list = json_get(spec, "signatures"), *one = json_at(list, 0);
	b->hash = PATH(spec, "payloadHash", "value");
	b->hash_hex = true;
	b->algorithm = PATH(spec, "payloadHash", "algorithm");
	b->algorithm_name = "sha256";
	b->signature = json_get(one, "signature");
	b->certificate = json_get(one, "verifier");
	b->pem = true;
	b->signatures = list ? list->count : 0;
}

static void read_intoto(const struct json *spec, struct body *b)
{
	const struct json *list = PATH(spec, "content", "envelope", "signatures"), *one = json_at(list, 0);
	b->hash = PATH(spec, "content", "payloadHash", "value");
	b->hash_hex = true;
	b->algorithm = PATH(spec, "content", "payloadHash", "algorithm");
	b->algorithm_name = "sha256";
	b->signature = json_get(one, "sig");
	b->twice = true;
	b->certificate = json_get(one, "publicKey");
	b->pem = true;
	b->signatures = list ? list->count : 0;
}

static void read_dsse_2(const struct json *spec, struct body *b)
{
	const struct json *list = PATH(spec, "dsseV002", "signatures"), *one = json_at(list, 0);
	b->hash = PATH(spec, "dsseV002", "payloadHash", "digest");
	b->algorithm = PATH(spec, "dsseV002", "payloadHash", "algorithm");
	b->algorithm_name = "SHA2_256";
	b->signature = json_get(one, "content");
	b->certificate = PATH(one, "verifier", "x509Certificate", "rawBytes");
	b->signatures = list ? list->count : 0;
}

static void read_hashed_2(const struct json *spec, struct body *b)
{
	const struct json *record = json_get(spec, "hashedRekordV002");
	b->hash = PATH(record, "data", "digest");
	b->over_pae = true;
	b->algorithm = PATH(record, "data", "algorithm");
	b->algorithm_name = "SHA2_256";
	b->signature = PATH(record, "signature", "content");
	b->certificate = PATH(record, "signature", "verifier", "x509Certificate", "rawBytes");
	b->signatures = 1;
}

static const struct {
	const char *kind, *version;
	void (*read)(const struct json *spec, struct body *b);
} kinds[] = {
	{"dsse", "0.0.1", read_dsse_1},
	{"intoto", "0.0.2", read_intoto},
	{"dsse", "0.0.2", read_dsse_2},
	{"hashedrekord", "0.0.2", read_hashed_2},
};

static bool is_text(const struct json *v, struct bytes want)
{
	return json_is(v, JSON_STRING) && bytes_equal(v->text, want);
}

static bool decode(const struct json *v, bool twice, struct arena *a, struct bytes *out)
{
	return json_is(v, JSON_STRING) && base64_decode_arena(a, v->text, out) &&
	       (!twice || base64_decode_arena(a, *out, out));
}

static bool hash_matches(const struct sigstore_work *w, const struct body *b)
{
	struct sha256 want = hash_sha256(b->over_pae ? w->pae : w->bundle->payload), is;
	struct bytes raw;
	if (!is_text(b->algorithm, bytes_of_text(b->algorithm_name)) || !json_is(b->hash, JSON_STRING))
		return false;
	if (b->hash_hex)
		return hex_decode(b->hash->text, is.b, SHA256_BYTES) && sha256_equal(&is, &want);
	return base64_decode_arena(w->arena, b->hash->text, &raw) && bytes_equal(raw, sha256_bytes(&want));
}

static bool certificate_matches(const struct sigstore_work *w, const struct body *b)
{
	struct bytes raw, der;
	size_t at = 0;
	if (!decode(b->certificate, false, w->arena, &raw))
		return false;
	if (!b->pem)
		return bytes_equal(raw, w->bundle->certificate);
	return pem_next(raw, &at, w->arena, &der) && bytes_equal(der, w->bundle->certificate);
}

static const char *compare(const struct sigstore_work *w, const struct body *b)
{
	struct bytes signature;
	if (b->signatures != 1)
		return "the log's entry has not exactly one signature";
	if (!hash_matches(w, b))
		return "the log's entry is about another payload";
	if (!decode(b->signature, b->twice, w->arena, &signature) || !bytes_equal(signature, w->bundle->signature))
		return "the log's entry has another signature";
	return certificate_matches(w, b) ? NULL : "the log's entry has another certificate";
}

void sigstore_verify_body(struct sigstore_work *w, const struct sigstore_entry *e)
{
	struct sigstore_check *c = &w->out->step[SIGSTORE_BODY];
	const struct json *root;
	struct body b = {.hash = NULL};
	size_t i = 0, count = sizeof(kinds) / sizeof(kinds[0]);
	while (i < count && !(bytes_equal_text(e->kind, kinds[i].kind) && bytes_equal_text(e->version, kinds[i].version)))
		i++;
	if (fault_is_set(json_parse(w->arena, e->body, &root))) {
		sigstore_note(c, CHECK_FAIL, "the log's entry is no JSON");
	} else if (!is_text(json_get(root, "kind"), e->kind) || !is_text(json_get(root, "apiVersion"), e->version)) {
		sigstore_note(c, CHECK_FAIL, "the log's entry is of another kind than the bundle says");
	} else if (i == count) {
		sigstore_note(c, CHECK_NOT_CHECKED,
		              arena_format(w->arena, "entries of kind %s %s are not known", text_escaped(w->arena, e->kind),
		                           text_escaped(w->arena, e->version)));
	} else {
		kinds[i].read(json_get(root, "spec"), &b);
		const char *why = compare(w, &b);
		if (why)
			sigstore_note(c, CHECK_FAIL, why);
	}
}
