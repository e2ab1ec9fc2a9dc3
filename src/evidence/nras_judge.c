/*
 * The verdict on NRAS tokens. The order is that in which the checks make sense: form; who signed, and whether that is
 * the service; what belongs together; only then what the tokens say.
 */
#include "base/hex.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "evidence/binding.h"
#include "evidence/checks.h"
#include "evidence/nras.h"

enum { TOKENS_MAX = LIMIT_NRAS_DEVICES + 1 };

struct judging {
	const struct judge_request *request;
	struct arena *arena;
	struct verdict *v;
	struct nras_document document;
	const struct nras_token *tokens[TOKENS_MAX]; /* the overall one first */
	size_t n;
};

/* How a token is called in details. */
static const char *name_of(const struct nras_token *t)
{
	return t->name[0] ? t->name : "overall token";
}

/* ---- form ---- */

static bool judge_format(struct judging *j)
{
	struct nras_document *d = &j->document;
	struct verdict *v = j->v;
	v->sha256 = hash_sha256(j->request->evidence);
	v->fault = nras_parse(j->request->evidence, j->arena, d);
	v->format = d->format;
	if (fault_is_set(v->fault)) {
		bool later = v->fault.code == FAULT_UNSUPPORTED;
		verdict_check(v, "nras.format", later ? CHECK_NOT_CHECKED : CHECK_FAIL, "%s: %s", v->fault.field,
		              fault_code_name(v->fault.code));
		return false;
	}
	if (d->overall.jwt.text.n > 0)
		j->tokens[j->n++] = &d->overall;
	for (size_t i = 0; i < d->n; i++)
		j->tokens[j->n++] = &d->devices[i];
	verdict_check(v, "nras.format", CHECK_PASS, NULL);
	return true;
}

/* ---- who says it ---- */

/* A local verifier is a program of whoever offers the token: it signs with nothing, or with a key that all know. */
static void judge_issuer(struct judging *j)
{
	struct verdict *v = j->v;
	for (size_t i = 0; i < j->n; i++) {
		const struct nras_token *t = j->tokens[i];
		if (t->issuer == NRAS_ISSUER_OTHER || t->issuer != j->tokens[0]->issuer) {
			verdict_check(v, "nras.issuer", CHECK_FAIL, "%s: the issuer is \"%s\"", name_of(t),
			              text_escaped(j->arena, t->issuer_text));
			return;
		}
	}
	if (j->tokens[0]->issuer == NRAS_ISSUER_LOCAL)
		verdict_check(v, "nras.issuer", CHECK_NOT_CHECKED,
		              "a local verifier wrote it: the word of whoever offers it, and no proof");
	else
		verdict_check(v, "nras.issuer", CHECK_PASS, NULL);
}

/* In the service's name nothing but ES384 is right: other algorithms are how such tokens are forged. */
static bool judge_algorithm(struct judging *j)
{
	struct verdict *v = j->v;
	for (size_t i = 0; i < j->n; i++) {
		const struct nras_token *t = j->tokens[i];
		if (bytes_equal_text(t->jwt.algorithm, "ES384"))
			continue;
		verdict_check(v, "nras.algorithm",
		              t->issuer == NRAS_ISSUER_LOCAL ? CHECK_NOT_CHECKED : CHECK_FAIL,
		              "%s: algorithm \"%s\" is no signature by the service", name_of(t),
		              text_escaped(j->arena, t->jwt.algorithm));
		return false;
	}
	verdict_check(v, "nras.algorithm", CHECK_PASS, NULL);
	return true;
}

/* ---- keys ---- */

struct found_key {
	const struct jwk *key;
	const struct collateral *set;
	bool ambiguous;
};

static void look_in(const struct collateral *item, struct bytes key_id, struct arena *a, struct found_key *out)
{
	struct jwks keys;
	if (fault_is_set(jwks_parse(item->der, a, &keys)))
		return;
	for (size_t i = 0; i < keys.n; i++) {
		const struct jwk *k = &keys.keys[i];
		if (!bytes_equal(k->key_id, key_id))
			continue;
		if (out->key && memcmp(out->key->spki, k->spki, ES384_SPKI_BYTES) != 0)
			out->ambiguous = true;
		if (out->key && !fault_is_set(out->key->fault))
			continue;
		out->key = k;
		out->set = item;
	}
}

static struct found_key find_key(const struct judging *j, struct bytes key_id)
{
	const struct collateral_set *set = j->request->collateral;
	struct found_key found = {NULL, NULL, false};
	for (size_t i = 0; set && key_id.n > 0 && i < set->n; i++)
		if (set->items[i].kind == COLLATERAL_JWKS)
			look_in(&set->items[i], key_id, j->arena, &found);
	return found;
}

/* Why this key may not sign the token; NULL: it may. */
static const char *unfit(const struct found_key *k, const struct nras_token *t)
{
	if (fault_is_set(k->key->fault))
		return "the key in the key set contradicts itself, or is on no known curve";
	if (k->ambiguous)
		return "the key sets at hand have different keys of this id";
	if (k->key->certificate.n > 0 &&
	    (t->issued_ms < k->key->not_before_ms || t->issued_ms > k->key->not_after_ms))
		return "the key's certificate was not valid when the token was issued";
	return NULL;
}

static bool judge_keys(struct judging *j, struct found_key keys[TOKENS_MAX])
{
	struct verdict *v = j->v;
	enum check_result bad = j->request->collateral_given ? CHECK_FAIL : CHECK_NOT_CHECKED;
	for (size_t i = 0; i < j->n; i++) {
		const struct nras_token *t = j->tokens[i];
		keys[i] = find_key(j, t->jwt.key_id);
		if (!keys[i].key) {
			verdict_check(v, "nras.key", CHECK_NOT_CHECKED,
			              "%s: the service's key set of that day, with key \"%s\", is not at hand",
			              name_of(t), text_escaped(j->arena, t->jwt.key_id));
			return false;
		}
		const char *why = unfit(&keys[i], t);
		if (why) {
			verdict_check(v, "nras.key", keys[i].ambiguous ? CHECK_NOT_CHECKED : bad, "%s: %s", name_of(t), why);
			return false;
		}
	}
	verdict_check(v, "nras.key", CHECK_PASS,
	              "that the key set is the service's rests on how it was fetched");
	return true;
}

static void judge_signatures(struct judging *j)
{
	struct found_key keys[TOKENS_MAX];
	struct verdict *v = j->v;
	if (!judge_keys(j, keys))
		return;
	for (size_t i = 0; i < j->n; i++) {
		if (jwt_verify(&j->tokens[i]->jwt, keys[i].key->spki))
			continue;
		verdict_check(v, "nras.signature", CHECK_FAIL, "%s: its signature does not verify",
		              name_of(j->tokens[i]));
		return;
	}
	verdict_check(v, "nras.signature", CHECK_PASS, NULL);
	for (size_t i = 0; i < j->n; i++) {
		bool seen = false;
		for (size_t k = 0; k < i; k++)
			seen = seen || keys[k].set == keys[i].set;
		if (!seen)
			verdict_anchor(v, "nvidia", keys[i].set->sha256, false);
	}
}

/* ---- what belongs together ---- */

/* ["DIGEST", ["SHA-256", hex]]; local verifiers write SHA256. */
static bool is_digest_of(const struct json *submodule, struct bytes token)
{
	const struct json *label = json_at(submodule, 0), *pair = json_at(submodule, 1);
	const struct json *algorithm = json_at(pair, 0), *hex = json_at(pair, 1);
	struct sha256 is = hash_sha256(token), told;
	return json_is(hex, JSON_STRING) && submodule->count == 2 && pair->count == 2 && json_is(label, JSON_STRING) &&
	       bytes_equal_text(label->text, "DIGEST") && json_is(algorithm, JSON_STRING) &&
	       (bytes_equal_text(algorithm->text, "SHA-256") || bytes_equal_text(algorithm->text, "SHA256")) &&
	       hex_decode(hex->text, told.b, sizeof(told.b)) && sha256_equal(&is, &told);
}

static const struct nras_token *device_of(const struct nras_document *d, const struct json *submodule, struct arena *a)
{
	const char *name = text_escaped(a, submodule->name);
	for (size_t i = 0; name && i < d->n; i++)
		if (strcmp(d->devices[i].name, name) == 0)
			return &d->devices[i];
	return NULL;
}

/* The same names on both sides, and each digest that of the token: the only thing that ties them together. */
static void judge_submodules(struct judging *j)
{
	const struct nras_document *d = &j->document;
	const struct json *submodules = d->overall.jwt.text.n > 0 ? json_get(d->overall.jwt.payload, "submods") : NULL;
	struct verdict *v = j->v;
	if (!submodules || (strcmp(d->format, "jwt") == 0 && submodules->count > 0)) {
		verdict_check(v, "nras.submodules", CHECK_NOT_CHECKED, "a token on its own: %s",
		              submodules ? "the devices' tokens are not here" : "the overall token is not here");
		return;
	}
	for (const struct json *s = submodules->first; s; s = s->next) {
		const struct nras_token *t = device_of(d, s, j->arena);
		if (t && is_digest_of(s, t->jwt.text))
			continue;
		verdict_check(v, "nras.submodules", CHECK_FAIL, "%s: %s", text_escaped(j->arena, s->name),
		              t ? "its token is not the one whose digest is signed" : "there is no token of it");
		return;
	}
	if (submodules->count != d->n || d->n == 0)
		verdict_check(v, "nras.submodules", CHECK_FAIL,
		              d->n == 0 ? "there is no device" : "a token is here that the overall token does not name");
	else
		verdict_check(v, "nras.submodules", CHECK_PASS, NULL);
}

/* The tokens of one answer hold one nonce; a token of a failure may have none. */
static void judge_nonce(struct judging *j)
{
	struct verdict *v = j->v;
	struct bytes nonce = j->tokens[0]->nonce, expected = j->request->binding.nonce;
	const char *id = "nras.nonce";
	enum check_result result = nonce.n > 0 ? CHECK_PASS : CHECK_FAIL;
	const char *why = nonce.n > 0 ? "" : "the token holds no nonce";
	for (size_t i = 1; i < j->n; i++) {
		const struct nras_token *t = j->tokens[i];
		if (result != CHECK_PASS || bytes_equal(t->nonce, nonce) || (t->failed && t->nonce.n == 0))
			continue;
		result = CHECK_FAIL;
		why = arena_format(j->arena, "%s: it holds %s nonce", name_of(t), t->nonce.n > 0 ? "another" : "no");
	}
	verdict_check(v, id, result, "%s", why);
	if (expected.n == 0)
		return;
	bool is = bytes_equal(nonce, expected);
	verdict_hex(&v->binding, "expected_nonce", expected);
	verdict_check(v, "binding.nonce", is ? CHECK_PASS : CHECK_FAIL, is ? NULL : "eat_nonce is not the expected nonce");
}

/* A token names its device by a serial and holds no hash of the evidence, so this is all that ties them. */
static void judge_devices(struct judging *j)
{
	const struct judge_request *r = j->request;
	const struct nras_document *d = &j->document;
	struct verdict *v = j->v;
	bool all = d->n == r->device_serial_count;
	if (r->device_serial_count == 0) {
		verdict_check(v, "nras.ueid", CHECK_NOT_CHECKED, "the devices' own evidence is not beside it");
		return;
	}
	for (size_t i = 0; i < r->device_serial_count; i++) {
		size_t tokens = 0;
		for (size_t k = 0; k < d->n; k++)
			tokens += nras_ueid_is(d->devices[k].ueid, r->device_serials[i]);
		all = all && tokens == 1;
	}
	verdict_check(v, "nras.ueid", all ? CHECK_PASS : CHECK_FAIL,
	              all ? NULL : "its devices (ueid) are not those of the evidence beside it");
}

/* ---- what they say ---- */

static void judge_times(struct judging *j)
{
	struct verdict *v = j->v;
	const char *why = NULL;
	enum check_result result = CHECK_PASS;
	for (size_t i = 0; i < j->n && result != CHECK_FAIL; i++) {
		const struct nras_token *t = j->tokens[i];
		if (t->not_before_ms > t->expires_ms || t->issued_ms > t->expires_ms) {
			result = CHECK_FAIL;
			why = arena_format(j->arena, "%s: it expires before it begins", name_of(t));
		} else if (result == CHECK_PASS && j->request->at_ms > t->expires_ms) {
			result = CHECK_NOT_CHECKED;
			why = arena_format(j->arena, "%s: expired at the time; it says what was so when it was issued",
			                   name_of(t));
		} else if (result == CHECK_PASS && j->request->at_ms < t->not_before_ms) {
			result = CHECK_NOT_CHECKED;
			why = arena_format(j->arena, "%s: issued later than the time", name_of(t));
		}
	}
	verdict_check(v, "nras.times", result, "%s", why ? why : "");
}

static void judge_result(struct judging *j)
{
	for (size_t i = 0; i < j->n; i++)
		if (j->tokens[i]->failed) {
			verdict_check(j->v, "nras.result", CHECK_FAIL, "%s", j->tokens[i]->why);
			return;
		}
	verdict_check(j->v, "nras.result", CHECK_PASS, NULL);
}

/* ---- values ---- */

/* One claim of each device as a list, in the order of the devices. */
static void put_list(struct judging *j, const char *name, struct bytes (*get)(const struct nras_token *t))
{
	struct buffer b;
	buffer_init(&b, 64 << 10);
	for (size_t i = 0; i < j->document.n; i++) {
		if (i > 0)
			buffer_put_u8(&b, 0);
		text_put_escaped(&b, get(&j->document.devices[i]));
	}
	struct bytes list = arena_bytes(j->arena, buffer_bytes(&b));
	if (j->document.n > 0)
		verdict_list(&j->v->fields, name, list);
	buffer_release(&b);
}

static struct bytes get_name(const struct nras_token *t)
{
	return bytes_of_text(t->name);
}

static struct bytes get_ueid(const struct nras_token *t)
{
	return t->ueid;
}

static struct bytes get_hardware(const struct nras_token *t)
{
	return t->hardware;
}

static struct bytes get_driver(const struct nras_token *t)
{
	return t->driver_version;
}

static struct bytes get_firmware(const struct nras_token *t)
{
	return t->firmware_version;
}

static struct bytes get_result(const struct nras_token *t)
{
	return t->result;
}

static void put_time(struct judging *j, const char *name, int64_t ms)
{
	char text[TIMESTAMP_TEXT_SIZE];
	const char *kept = arena_text(j->arena, bytes_of_text(timestamp_text(ms, text)));
	verdict_text(&j->v->fields, name, kept ? kept : "");
}

static void put_values(struct judging *j)
{
	const struct nras_token *t = j->tokens[0];
	struct verdict *v = j->v;
	const char *issuer = text_escaped(j->arena, t->issuer_text), *key = text_escaped(j->arena, t->jwt.key_id);
	verdict_text(&v->fields, "issuer", issuer ? issuer : "");
	verdict_text(&v->fields, "key_id", key ? key : "");
	put_time(j, "issued", t->issued_ms);
	put_time(j, "not_before", t->not_before_ms);
	put_time(j, "expires", t->expires_ms);
	verdict_hex(&v->fields, "nonce", t->nonce);
	if (t == &j->document.overall)
		verdict_boolean(&v->fields, "overall_result", !t->failed);
	put_list(j, "device", get_name);
	put_list(j, "ueid", get_ueid);
	put_list(j, "hwmodel", get_hardware);
	put_list(j, "driver_version", get_driver);
	put_list(j, "vbios_version", get_firmware);
	put_list(j, "measres", get_result);
}

/* ---- the sum ---- */

static void put_unreached(struct verdict *v)
{
	size_t reached = v->check_count;
	for (size_t i = 0; i < check_count; i++) {
		bool seen = false;
		for (size_t k = 0; k < reached && !seen; k++)
			seen = strcmp(v->checks[k].id, checks[i].id) == 0;
		if (!seen && checks[i].kind == EVIDENCE_NRAS)
			verdict_check(v, checks[i].id, CHECK_NOT_CHECKED,
			              "an earlier step decided, or was not possible");
	}
}

/* A token is a verifier's word. It asserts nothing by itself: gpu_attested needs the evidence and a CPU's quote. */
static void put_claims(struct judging *j)
{
	struct verdict *v = j->v;
	const struct verdict_check *failed = verdict_first_failed(v);
	bool good = true;
	for (size_t i = 0; i < check_count; i++)
		if (checks[i].kind == EVIDENCE_NRAS && checks[i].required)
			good = good && verdict_check_result(v, checks[i].id) == CHECK_PASS;
	verdict_claim(v, "tee_attested", CLAIM_UNKNOWN, SOURCE_NONE, "a verifier's token is no evidence of a TEE");
	verdict_claim(v, "tcb_up_to_date", CLAIM_UNKNOWN, SOURCE_NONE, "the TCB was not evaluated");
	verdict_claim(v, "os_known_good", CLAIM_UNKNOWN, SOURCE_NONE, "no provenance is known");
	verdict_claim(v, "serving_software_known_good", CLAIM_UNKNOWN, SOURCE_NONE, "no provenance is known");
	if (failed)
		verdict_claim(v, "gpu_attested", CLAIM_REFUTED, SOURCE_VERIFIER_DERIVED,
		              arena_format(j->arena, "%s failed", failed->id));
	else
		verdict_claim(v, "gpu_attested", CLAIM_UNKNOWN, SOURCE_NONE,
		              good ? "NVIDIA's service says so; neither the GPU's evidence nor a CPU's quote with its "
		                     "nonce is beside it"
		                   : "a token that could not be verified proves nothing");
	verdict_claim(v, "model_weights_provenance", CLAIM_UNKNOWN, SOURCE_NONE,
	              "no measured artefact names the weights");
}

void nras_judge(const struct judge_request *request, struct arena *a, struct verdict *v, struct judge_needs *needs)
{
	struct judging *j = arena_alloc(a, sizeof(*j));
	struct evidence_binding keys = request->binding;
	(void)needs; /* the service keeps a key for two days: what is not archived cannot be asked for */
	if (!j) {
		v->fault = fault_at(FAULT_LIMIT, 0, "tokens");
		return;
	}
	*j = (struct judging){.request = request, .arena = a, .v = v};
	if (judge_format(j)) {
		judge_issuer(j);
		if (judge_algorithm(j))
			judge_signatures(j);
		judge_submodules(j);
		judge_nonce(j);
		judge_times(j);
		judge_result(j);
		judge_devices(j);
		put_values(j);
	}
	keys.nonce = (struct bytes){NULL, 0};
	binding_judge(&keys, (struct bytes){NULL, 0}, BINDING_PLACE_ASSUMED, v); /* a token binds no certificate's key */
	put_unreached(v);
	put_claims(j);
}
