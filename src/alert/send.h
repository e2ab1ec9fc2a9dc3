/* What the kinds of destinations share; private to src/alert. */
#ifndef TEEWATCH_ALERT_SEND_H
#define TEEWATCH_ALERT_SEND_H

#include "alert/alert.h"

/* An event on its way. Views live until the sender returns. */
struct alert_message {
	const struct event *event;
	struct bytes json;   /* in the events' own form */
	struct bytes text;   /* in the destination's form, without newline */
};

struct alert_trouble {
	char text[512];      /* for people; "" where all is well */
};

struct alert_sending {
	const struct alert_destination *destination;
	const struct event_format *format;
	const struct event_source *source;
	struct pool *pool;
	const char *hook;    /* hooks: the executable's path */
	const volatile sig_atomic_t *stop;
};

/* Each delivers the first of n messages and returns how many arrived; where fewer, trouble says why. */
size_t alert_file_send(const struct alert_sending *s, const struct alert_message *m, size_t n, struct alert_trouble *trouble);
size_t alert_syslog_send(const struct alert_sending *s, const struct alert_message *m, size_t n, struct alert_trouble *trouble);
size_t alert_hook_send(const struct alert_sending *s, const struct alert_message *m, size_t n, struct alert_trouble *trouble);
size_t alert_webhook_send(const struct alert_sending *s, const struct alert_message *m, size_t n,
                          struct alert_trouble *trouble);

/* The executables of a directory of hooks, by name, as full paths in the arena. false: trouble says why not. */
bool alert_hooks_list(const char *directory, struct arena *a, const char ***out, size_t *n, struct alert_trouble *trouble);

/* One message of RFC 5424. text stands as MSG. */
void syslog_message_put(const struct event *e, struct bytes text, unsigned facility, const char *host, struct buffer *out);

/* The fields of a signed request (Standard Webhooks 1.0): webhook-id, webhook-timestamp, webhook-signature. */
void webhook_fields_put(struct bytes secret, const char *id, int64_t seconds, struct bytes body, struct buffer *out);
/* The key that a secret file holds: "whsec_" and base64, or the bytes of its first line. false: it is too short. */
bool webhook_secret(struct bytes file, struct arena *a, struct bytes *out);

void alert_trouble_set(struct alert_trouble *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool alert_must_stop(const struct alert_sending *s);

#endif
