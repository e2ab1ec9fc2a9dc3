/* Syslog messages, signatures of webhooks, which files of a directory are hooks. */
#include "test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "alert/send.h"

TEST(syslog_message)
{
	struct event e = {.seq = 2147483648u, .type = "anomaly", .time_ms = 1769126400123, .severity = "critical"};
	struct buffer b;
	buffer_init(&b, 4096);
	syslog_message_put(&e, bytes_of_text("{}\r\n"), 3, "host.example", &b);
	CHECK_TEXT(buffer_text(&b), "<26>1 2026-01-23T00:00:00.123Z host.example teewatch - anomaly [meta sequenceId=\"1\"] {}");
	buffer_clear(&b);
	e = (struct event){.seq = 7, .type = "run", .time_ms = 1769126400000};
	syslog_message_put(&e, bytes_of_text("x"), 23, "a host", &b); /* no such name in the header */
	CHECK_TEXT(buffer_text(&b), "<190>1 2026-01-23T00:00:00Z - teewatch - run [meta sequenceId=\"7\"] x");
	buffer_release(&b);
}

/* The example of the Standard Webhooks specification's own libraries. */
TEST(signature_of_a_webhook)
{
	struct arena arena;
	struct buffer b;
	struct bytes secret;
	arena_init(&arena, 4096);
	buffer_init(&b, 4096);
	CHECK(webhook_secret(BYTES_LITERAL("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\nnot this"), &arena, &secret));
	webhook_fields_put(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, BYTES_LITERAL("{\"test\": 2432232314}"), &b);
	CHECK_TEXT(buffer_text(&b), "webhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek\nwebhook-timestamp: 1614265330\n"
	                            "webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
	CHECK(webhook_secret(BYTES_LITERAL(" 0123456789abcdef01234567 \n"), &arena, &secret) && secret.n == 24);
	CHECK(!webhook_secret(BYTES_LITERAL("too short"), &arena, &secret));
	CHECK(!webhook_secret(BYTES_LITERAL("whsec_MfKQ"), &arena, &secret));
	CHECK(!webhook_secret(BYTES_LITERAL("whsec_no base64 at all, and long enough"), &arena, &secret));
	CHECK(!webhook_secret(BYTES_LITERAL(""), &arena, &secret));
	buffer_release(&b);
	arena_release(&arena);
}

static void make(const char *directory, const char *name, mode_t mode)
{
	char path[512];
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	CHECK(file_write(path, BYTES_LITERAL("#!/bin/sh\n"), 0600) == 0 && chmod(path, mode) == 0);
}

TEST(which_files_are_hooks)
{
	char directory[] = "/tmp/teewatch-hooks-XXXXXX", command[128];
	struct arena arena;
	struct alert_trouble trouble = {""};
	const char **v;
	size_t n = 0;
	CHECK(mkdtemp(directory) != NULL);
	arena_init(&arena, 1 << 20);
	make(directory, "20-mail", 0755);
	make(directory, "10-page.sh", 0700);
	make(directory, "30-not", 0644);
	make(directory, "mail~", 0755);
	make(directory, ".hidden", 0755);
	make(directory, "old.dpkg-dist", 0755);
	make(directory, "x.bak", 0755);
	CHECK(alert_hooks_list(directory, &arena, &v, &n, &trouble));
	CHECK_U64(n, 2);
	CHECK(n == 2 && strstr(v[0], "/10-page.sh") && strstr(v[1], "/20-mail"));
	make(directory, "99-open", 0777);
	CHECK(!alert_hooks_list(directory, &arena, &v, &n, &trouble) && strstr(trouble.text, "99-open may be written by everybody"));
	chmod(directory, 0777);
	CHECK(!alert_hooks_list(directory, &arena, &v, &n, &trouble) && strstr(trouble.text, "nothing in it is run"));
	CHECK(!alert_hooks_list("/nonexistent", &arena, &v, &n, &trouble));
	arena_release(&arena);
	snprintf(command, sizeof(command), "rm -r '%s'", directory);
	CHECK(system(command) == 0);
}
