#include "pki/demo_nras.h"

#include <inttypes.h>

#include "base/base64.h"
#include "base/hash.h"
#include "base/hex.h"
#include "pki/demo_p384.h"

const uint8_t demo_nras_nonce[32] = "a nonce of thirty-two bytes ...";
const char *const demo_nras_ueids[DEMO_NRAS_DEVICES] = {"1311768467294899695", "66"};

static const char *base64url(struct bytes in, struct arena *a)
{
	char *s = base64_text(a, in), *end = s + strlen(s);
	for (char *p = s; *p; p++)
		*p = *p == '+' ? '-' : *p == '/' ? '_' : *p;
	while (end > s && end[-1] == '=')
		*--end = 0;
	return s;
}

static const char *make_token(const struct demo_nras_token *t, const char *claims, struct arena *a)
{
	uint8_t signature[96];
	const char *header = arena_format(a, "{\"kid\":\"%s\",\"alg\":\"%s\"}", t->key_id, t->algorithm);
	header = demo_edit(header, t->header, a);
	claims = demo_edit(claims, t->claims, a);
	const char *input = arena_format(a, "%s.%s", base64url(bytes_of_text(header), a),
	                                 base64url(bytes_of_text(claims), a));
	demo_p384_sign(t->key, bytes_of_text(input), signature);
	const char *end = t->without_signature ? "" : base64url(bytes_of(signature, sizeof(signature)), a);
	return demo_edit(arena_format(a, "%s.%s", input, end), t->text, a);
}

struct demo_nras demo_nras_good(void)
{
	struct demo_nras_token t = {.algorithm = "ES384", .key_id = "demo-kid-1", .key = "nras"};
	return (struct demo_nras){.overall = t, .device = {t, t}};
}

static const char *common(struct arena *a)
{
	return arena_format(a, "\"iss\":\"https://nras.attestation.nvidia.com\",\"iat\":%" PRId64 ",\"nbf\":%" PRId64
	                       ",\"exp\":%" PRId64 ",\"eat_nonce\":\"%s\"", DEMO_NRAS_ISSUED_S, DEMO_NRAS_ISSUED_S,
	                    DEMO_NRAS_ISSUED_S + 3600, hex_text(a, bytes_of(demo_nras_nonce, 32)));
}

const char *demo_nras_device(const struct demo_nras *n, size_t device, struct arena *a)
{
	const char *claims = arena_format(a, "{%s,\"jti\":\"%zu\",\"measres\":\"success\",\"ueid\":\"%s\","
	                                     "\"hwmodel\":\"GH100 A01 GSP BROM\",\"secboot\":true,"
	                                     "\"x-nvidia-gpu-driver-version\":\"550.90.07\","
	                                     "\"x-nvidia-gpu-vbios-version\":\"96.00.9F.00.01\"}",
	                                  common(a), device, demo_nras_ueids[device]);
	return make_token(&n->device[device], claims, a);
}

static const char *digest_of(const char *token, struct arena *a)
{
	struct sha256 h = hash_sha256(bytes_of_text(token));
	return hex_text(a, sha256_bytes(&h));
}

static const char *overall_of(const struct demo_nras *n, const char *const devices[DEMO_NRAS_DEVICES], struct arena *a)
{
	const char *claims = arena_format(a, "{\"sub\":\"NVIDIA-PLATFORM-ATTESTATION\",%s,"
	                                     "\"x-nvidia-overall-att-result\":true,\"x-nvidia-ver\":\"2.0\",\"submods\":{"
	                                     "\"GPU-0\":[\"DIGEST\",[\"SHA-256\",\"%s\"]],"
	                                     "\"GPU-1\":[\"DIGEST\",[\"SHA-256\",\"%s\"]]}}",
	                                  common(a), digest_of(devices[0], a), digest_of(devices[1], a));
	return make_token(&n->overall, claims, a);
}

/* Signatures differ each time, so each device's token is made once. */
static void make_devices(const struct demo_nras *n, const char *devices[DEMO_NRAS_DEVICES], struct arena *a)
{
	for (size_t i = 0; i < DEMO_NRAS_DEVICES; i++)
		devices[i] = demo_nras_device(n, i, a);
}

const char *demo_nras_overall(const struct demo_nras *n, struct arena *a)
{
	const char *devices[DEMO_NRAS_DEVICES];
	make_devices(n, devices, a);
	return overall_of(n, devices, a);
}

struct bytes demo_nras_make(const struct demo_nras *n, struct arena *a)
{
	const char *devices[DEMO_NRAS_DEVICES];
	make_devices(n, devices, a);
	const char *text = arena_format(a, "[[\"JWT\",\"%s\"],{\"GPU-0\":\"%s\",\"GPU-1\":\"%s\"}]",
	                                overall_of(n, devices, a), devices[0], devices[1]);
	return bytes_of_text(demo_edit(text, n->document, a));
}

/* ---- key sets ---- */

struct demo_key_set demo_key_set_good(void)
{
	return (struct demo_key_set){.key_id = "demo-kid-1", .key = "nras", .certificate_key = "nras",
	                             .from_ms = DEMO_NRAS_ISSUED_S * 1000 - 86400000,
	                             .to_ms = DEMO_NRAS_ISSUED_S * 1000 + 86400000};
}

static const char *make_certificate(const struct demo_key_set *s, struct arena *a)
{
	struct demo_p384_certificate c = {.subject = "DEMO EAT signer", .issuer = "DEMO attestation service",
	                                  .key = s->certificate_key, .signer = "nras ca", .from_ms = s->from_ms,
	                                  .to_ms = s->to_ms, .path_length = -1, .serial = 7};
	return arena_format(a, ",\"x5c\":[\"%s\"]", base64_text(a, demo_p384_certificate(&c, a)));
}

struct bytes demo_key_set_make(const struct demo_key_set *s, struct arena *a)
{
	uint8_t x[48], y[48];
	demo_p384_point(s->key, x, y);
	const char *text = arena_format(a, "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"other\",\"n\":\"AQAB\",\"e\":\"AQAB\"},"
	                                   "{\"kty\":\"EC\",\"crv\":\"P-384\",\"kid\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"%s}]}",
	                                s->key_id, base64url(bytes_of(x, 48), a), base64url(bytes_of(y, 48), a),
	                                s->certificate_key ? make_certificate(s, a) : "");
	return bytes_of_text(demo_edit(text, s->edits, a));
}
