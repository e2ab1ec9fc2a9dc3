/*
 * To a webhook: one POST an event, signed as Standard Webhooks 1.0 says (HMAC-SHA256 over id, time and body), through
 * the fetch process. Any status from 200 to 299 takes the event.
 */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <poll.h>

#include "alert/send.h"
#include "base/base64.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"

enum {
	TRIES = 3,
	WAIT_MS = 1000,                /* before the second try; twice that before the third */
	WAIT_MAX_MS = 30000,           /* of what the host asks for */
	SECRET_BYTES_MIN = 24, SECRET_BYTES_MAX = 512,
	ANSWER_BYTES = 64 << 10        /* what it answers is not read */
};

bool webhook_secret(struct bytes file, struct arena *a, struct bytes *out)
{
	const uint8_t *end = file.n > 0 ? memchr(file.p, '\n', file.n) : NULL;
	struct bytes line = text_trim(end ? bytes_of(file.p, (size_t)(end - file.p)) : file);
	if (bytes_starts_with(line, BYTES_LITERAL("whsec_"))) {
		if (!base64_decode_arena(a, bytes_slice(line, 6, line.n - 6), out))
			return false;
	} else {
		*out = arena_bytes(a, line);
	}
	return out->n >= SECRET_BYTES_MIN && out->n <= SECRET_BYTES_MAX;
}

void webhook_fields_put(struct bytes secret, const char *id, int64_t seconds, struct bytes body, struct buffer *out)
{
	struct buffer content;
	uint8_t mac[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	buffer_init(&content, body.n + 512);
	buffer_printf(&content, "%s.%lld.", id, (long long)seconds);
	buffer_put_bytes(&content, body);
	HMAC(EVP_sha256(), secret.p, (int)secret.n, content.p, content.n, mac, &n);
	buffer_printf(out, "webhook-id: %s\nwebhook-timestamp: %lld\nwebhook-signature: v1,", id, (long long)seconds);
	base64_put(out, bytes_of(mac, n));
	buffer_release(&content);
}

static bool read_secret(const char *path, struct arena *a, struct bytes *out, struct alert_trouble *trouble)
{
	struct buffer file;
	buffer_init(&file, 64 << 10);
	int rc = file_read(path, &file);
	bool good = rc == 0 && webhook_secret(buffer_bytes(&file), a, out);
	if (rc != 0)
		alert_trouble_set(trouble, "%s: the secret cannot be read: %s", path, strerror(-rc));
	else if (!good)
		alert_trouble_set(trouble, "%s: this is no secret: write whsec_ and 24 to 512 bytes in base64", path);
	buffer_release(&file);
	return good;
}

/* One try. 1: taken, 0: not; below 0: a child process cannot be had. */
static int post(const struct alert_sending *s, const struct alert_message *m, struct bytes secret, struct fetch_result *result)
{
	struct slots *slots = pool_slots(s->pool);
	struct buffer fields, id;
	int slot, rc = 0;
	while ((slot = slots_take(slots)) < 0 && rc >= 0 && !alert_must_stop(s))
		rc = pool_step(s->pool, 100);
	if (slot < 0) {
		*result = (struct fetch_result){.message = "stopped"};
		return rc;
	}
	buffer_init(&fields, 4096);
	buffer_init(&id, 256);
	event_id_put(m->event, s->source, &id);
	webhook_fields_put(secret, buffer_text(&id), clock_now_ms() / 1000, m->text, &fields);
	struct fetch_order order = {.purpose = FETCH_ALERT, .url = s->destination->target, .max_bytes = ANSWER_BYTES,
	                            .slot = (uint32_t)slot, .post = m->text, .post_type = s->format->media_type,
	                            .fields = buffer_text(&fields)};
	rc = pool_fetch_wait(s->pool, &order, result);
	slots_give(slots, slot, rc == 0 ? result->n : LIMIT_BODY_BYTES);
	buffer_release(&fields);
	buffer_release(&id);
	return rc < 0 ? rc : result->status >= 200 && result->status < 300;
}

static bool send_one(const struct alert_sending *s, const struct alert_message *m, struct bytes secret,
                     struct alert_trouble *trouble)
{
	struct fetch_result result = {.message = ""};
	int rc = 0;
	for (int i = 0; i < TRIES && rc == 0 && !alert_must_stop(s); i++) {
		int64_t wait_ms = i == 0 ? 0 : (int64_t)WAIT_MS << (i - 1);
		if (i > 0 && !result.transient)
			break;
		if (i > 0 && result.retry_after_ms > wait_ms)
			wait_ms = result.retry_after_ms < WAIT_MAX_MS ? result.retry_after_ms : WAIT_MAX_MS;
		poll(NULL, 0, (int)wait_ms);
		rc = post(s, m, secret, &result);
	}
	if (rc < 0)
		alert_trouble_set(trouble, "the fetch process cannot be had: %s", strerror(-rc));
	else if (rc == 0)
		alert_trouble_set(trouble, "%s", result.message[0] ? result.message : "it was not taken");
	return rc > 0;
}

size_t alert_webhook_send(const struct alert_sending *s, const struct alert_message *m, size_t n,
                          struct alert_trouble *trouble)
{
	struct arena arena;
	struct bytes secret;
	size_t sent = 0;
	arena_init(&arena, 64 << 10);
	if (read_secret(s->destination->secret_file, &arena, &secret, trouble))
		while (sent < n && send_one(s, &m[sent], secret, trouble))
			sent++;
	arena_release(&arena);
	return sent;
}
