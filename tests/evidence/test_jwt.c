/* JSON Web Tokens and key sets: what is one, what is refused, which key verifies which token. */
#include "test.h"

#include "base/base64.h"
#include "evidence/jwt.h"
#include "pki/demo_nras.h"
#include "pki/demo_p384.h"

static struct arena arena;

static const char *good_token(void)
{
	struct demo_nras n = demo_nras_good();
	return demo_nras_device(&n, 0, &arena);
}

static struct jwks good_keys(void)
{
	struct demo_key_set s = demo_key_set_good();
	struct jwks keys;
	CHECK(!fault_is_set(jwks_parse(demo_key_set_make(&s, &arena), &arena, &keys)));
	return keys;
}

static void start(void)
{
	arena_init(&arena, 64 << 20);
}

static struct fault parse(const char *text, struct jwt *out)
{
	return jwt_parse(bytes_of_text(text), &arena, out);
}

TEST(a_good_token)
{
	struct jwt t;
	start();
	struct jwks keys = good_keys();
	CHECK_U64(keys.n, 1);
	const char *text = good_token();
	CHECK(jwt_is(bytes_of_text(text)));
	CHECK(!fault_is_set(parse(text, &t)));
	CHECK(bytes_equal_text(t.algorithm, "ES384") && bytes_equal_text(t.key_id, "demo-kid-1"));
	CHECK(t.signature.n == 96 && t.signing_input.n + 1 + 128 == t.text.n);
	CHECK(bytes_equal_text(json_get(t.payload, "ueid")->text, demo_nras_ueids[0]));
	CHECK(jwt_verify(&t, keys.keys[0].spki));
	arena_release(&arena);
}

/* base64url of text, without padding */
static const char *part(const char *text)
{
	char *s = base64_text(&arena, bytes_of_text(text));
	s[strcspn(s, "=")] = 0;
	for (char *p = s; *p; p++)
		*p = *p == '+' ? '-' : *p == '/' ? '_' : *p;
	return s;
}

TEST(tokens_that_are_refused)
{
	static const struct {
		const char *header, *payload, *signature;
		enum fault_code code;
		const char *field;
	} cases[] = {
		{"{\"alg\":\"none\"}", "{}", "", FAULT_NONE, NULL},
		{"{\"alg\":\"ES384\",\"alg\":\"none\"}", "{}", "", FAULT_DUPLICATE, "token.header"},
		{"{\"kid\":\"a\"}", "{}", "", FAULT_MISSING, "alg"},
		{"{\"alg\":null}", "{}", "", FAULT_TAG, "alg"},
		{"{\"alg\":\"ES384\",\"kid\":1}", "{}", "", FAULT_TAG, "kid"},
		{"{\"alg\":\"ES384\",\"typ\":1}", "{}", "", FAULT_TAG, "typ"},
		{"{\"alg\":\"ES384\",\"crit\":[\"b64\"],\"b64\":false}", "{}", "", FAULT_UNSUPPORTED, "crit"},
		{"[\"alg\"]", "{}", "", FAULT_TAG, "token.header"},
		{"{\"alg\":\"none\"} x", "{}", "", FAULT_SYNTAX, "token.header"},
		{"{\"alg\":\"none\"}", "[]", "", FAULT_TAG, "token.payload"},
		{"{\"alg\":\"none\"}", "{\"a\":1,\"a\":2}", "", FAULT_DUPLICATE, "token.payload"},
		{"{\"alg\":\"none\"}", "{\"a\":", "", FAULT_SYNTAX, "token.payload"},
		{"{\"alg\":\"none\"}", "{}", "A", FAULT_ENCODING, "token.signature"},
		{"{\"alg\":\"none\"}", "{}", "AB", FAULT_ENCODING, "token.signature"}, /* stray bits */
		{"{\"alg\":\"none\"}", "{}", "AA==", FAULT_ENCODING, "token.signature"},
		{"{\"alg\":\"none\"}", "{}", "A+/A", FAULT_ENCODING, "token.signature"},
		{"{\"alg\":\"none\"}", "{}", "A A", FAULT_ENCODING, "token.signature"},
	};
	struct jwt t;
	start();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *text = arena_format(&arena, "%s.%s.%s", part(cases[i].header), part(cases[i].payload),
		                                cases[i].signature);
		struct fault f = parse(text, &t);
		CHECK_THAT(f.code == cases[i].code, "%s %s: %s", cases[i].header, cases[i].payload, fault_code_name(f.code));
		if (cases[i].field)
			CHECK_TEXT(f.field, cases[i].field);
	}
	CHECK(parse("", &t).code == FAULT_SYNTAX);
	CHECK(parse("e30", &t).code == FAULT_SYNTAX);
	CHECK(parse("e30.e30", &t).code == FAULT_SYNTAX);
	CHECK(parse("e30.e30..", &t).code == FAULT_SYNTAX);
	CHECK(parse(".e30.", &t).code == FAULT_SYNTAX);
	CHECK(parse("e30..", &t).code == FAULT_SYNTAX);
	char *large = arena_alloc(&arena, LIMIT_JWT_BYTES + 2);
	memset(large, 'a', LIMIT_JWT_BYTES + 1);
	CHECK(parse(large, &t).code == FAULT_LIMIT);
	CHECK(!jwt_is(bytes_of_text(large)) && !jwt_is(BYTES_LITERAL("eyJ.e30")) && !jwt_is(BYTES_LITERAL("eyJ.e3 0.")));
	arena_release(&arena);
}

/* One algorithm, one length of signature, one key. */
TEST(signatures)
{
	static const char *const algorithms[] = {"none", "HS256", "HS384", "ES256", "ES512", "es384", "RS384", ""};
	struct jwt t;
	start();
	struct jwks keys = good_keys();
	struct demo_nras n = demo_nras_good();
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
		n.device[0].algorithm = algorithms[i]; /* the signature itself is right */
		CHECK(!fault_is_set(parse(demo_nras_device(&n, 0, &arena), &t)));
		CHECK_THAT(!jwt_verify(&t, keys.keys[0].spki), "%s", algorithms[i]);
	}
	n = demo_nras_good();
	n.device[0].key = "another";
	CHECK(!fault_is_set(parse(demo_nras_device(&n, 0, &arena), &t)));
	CHECK(!jwt_verify(&t, keys.keys[0].spki));
	n.device[0].key = "nras";
	n.device[0].without_signature = true;
	CHECK(!fault_is_set(parse(demo_nras_device(&n, 0, &arena), &t)));
	CHECK(!jwt_verify(&t, keys.keys[0].spki));
	uint8_t zero[96] = {0}, ones[96];
	memset(ones, 0xff, sizeof(ones));
	parse(good_token(), &t);
	CHECK(jwt_verify(&t, keys.keys[0].spki));
	t.signature.p = zero;
	CHECK(!jwt_verify(&t, keys.keys[0].spki));
	t.signature.p = ones;
	CHECK(!jwt_verify(&t, keys.keys[0].spki));
	t.signature = bytes_of(ones, 95);
	CHECK(!jwt_verify(&t, keys.keys[0].spki));
	arena_release(&arena);
}

TEST(key_sets)
{
	static const struct {
		struct demo_edit edit;
		enum fault_code code;  /* of the set */
		enum fault_code key;   /* of the key in it */
	} cases[] = {
		{{"\"kty\":\"EC\"", "\"kty\":\"EC\",\"use\":\"sig\",\"alg\":\"ES384\""}, FAULT_NONE, FAULT_NONE},
		{{"\"kty\":\"EC\"", "\"kty\":\"EC\",\"use\":\"enc\""}, FAULT_UNRECOGNISED, FAULT_NONE},
		{{"\"kty\":\"EC\"", "\"kty\":\"EC\",\"alg\":\"ES256\""}, FAULT_UNRECOGNISED, FAULT_NONE},
		{{"\"kty\":\"EC\"", "\"kty\":\"OKP\""}, FAULT_UNRECOGNISED, FAULT_NONE},
		{{"P-384", "P-256"}, FAULT_UNRECOGNISED, FAULT_NONE},
		{{"\"kid\":\"demo-kid-1\"", "\"kod\":\"demo-kid-1\""}, FAULT_UNRECOGNISED, FAULT_NONE},
		{{"\"x\":\"", "\"x\":\"A"}, FAULT_NONE, FAULT_ENCODING},
		{{"\"x\":\"", "\"x\":\"AAAA"}, FAULT_NONE, FAULT_ENCODING},
		{{"\"y\":\"", "\"z\":\""}, FAULT_NONE, FAULT_MISSING},
		{{"\"x5c\":[\"", "\"x5c\":[\"AAAA"}, FAULT_NONE, FAULT_VALUE},
		{{"\"x5c\":[", "\"x5c\":[1,"}, FAULT_NONE, FAULT_VALUE},
		{{"{\"keys\":[", "{\"keys\":[1,[],"}, FAULT_NONE, FAULT_NONE},
		{{"{\"keys\":[", "{\"keyz\":["}, FAULT_UNRECOGNISED, FAULT_NONE},
		{{"{\"keys\":[", "{\"keys\":1,\"keyz\":["}, FAULT_UNRECOGNISED, FAULT_NONE},
		{{"{\"keys\":[", "{\"keys\":[],\"keys\":["}, FAULT_DUPLICATE, FAULT_NONE},
		{{"]}", "]"}, FAULT_SYNTAX, FAULT_NONE},
	};
	start();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct demo_key_set s = demo_key_set_good();
		struct jwks keys;
		s.edits[0] = cases[i].edit;
		struct fault f = jwks_parse(demo_key_set_make(&s, &arena), &arena, &keys);
		CHECK_THAT(f.code == cases[i].code, "%s: %s", cases[i].edit.to, fault_code_name(f.code));
		if (!fault_is_set(f))
			CHECK_THAT(keys.n == 1 && keys.keys[0].fault.code == cases[i].key, "%s: %s", cases[i].edit.to,
			           fault_code_name(keys.keys[0].fault.code));
	}
	struct demo_key_set s = demo_key_set_good();
	struct jwks keys;
	s.certificate_key = "another";
	CHECK(!fault_is_set(jwks_parse(demo_key_set_make(&s, &arena), &arena, &keys)));
	CHECK(keys.keys[0].fault.code == FAULT_MISMATCH);
	s.certificate_key = NULL;
	CHECK(!fault_is_set(jwks_parse(demo_key_set_make(&s, &arena), &arena, &keys)));
	CHECK(!fault_is_set(keys.keys[0].fault) && keys.keys[0].certificate.n == 0);
	arena_release(&arena);
}

/* A point that is not on the curve is no key. */
TEST(points)
{
	uint8_t x[48], y[48], spki[ES384_SPKI_BYTES];
	demo_p384_point("nras", x, y);
	CHECK(es384_spki(x, y, spki));
	y[47] ^= 1;
	CHECK(!es384_spki(x, y, spki));
	memset(x, 0, sizeof(x));
	memset(y, 0, sizeof(y));
	CHECK(!es384_spki(x, y, spki));
	memset(x, 0xff, sizeof(x));
	CHECK(!es384_spki(x, y, spki));
	CHECK(!es384_verify(BYTES_LITERAL("no key"), BYTES_LITERAL("message"), (const uint8_t *)"no signature at all; "
	                    "no signature at all; no signature at all; no signature at all; no signature at all; "));
}

TEST(many_keys)
{
	start();
	struct buffer b;
	struct jwks keys;
	buffer_init(&b, 1 << 20);
	buffer_put_text(&b, "{\"keys\":[");
	for (unsigned i = 0; i <= LIMIT_JWKS_KEYS; i++)
		buffer_printf(&b, "%s{}", i ? "," : "");
	buffer_put_text(&b, "]}");
	CHECK(jwks_parse(buffer_bytes(&b), &arena, &keys).code == FAULT_LIMIT);
	buffer_release(&b);
	arena_release(&arena);
}
