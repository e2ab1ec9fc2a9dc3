#include "cmd/notify.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/text.h"

static struct {
	struct sockaddr_un address;
	socklen_t size;             /* 0: nobody wants to know */
	int64_t every_ms, last_ms;  /* of the watchdog; every_ms 0: none */
} manager;

static bool number_from(const char *name, uint64_t max, uint64_t *out)
{
	const char *text = getenv(name);
	return text && text_decimal(bytes_of_text(text), max, out);
}

void notify_start(void)
{
	const char *path = getenv("NOTIFY_SOCKET");
	uint64_t us, pid;
	size_t n = path ? strlen(path) : 0;
	if (n > 1 && n < sizeof(manager.address.sun_path) && (path[0] == '/' || path[0] == '@')) {
		manager.address.sun_family = AF_UNIX;
		memcpy(manager.address.sun_path, path, n);
		if (path[0] == '@')
			manager.address.sun_path[0] = 0; /* the abstract namespace: its name has no end but its length */
		manager.size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + (path[0] == '/'));
	}
	bool ours = !getenv("WATCHDOG_PID") || (number_from("WATCHDOG_PID", INT32_MAX, &pid) && pid == (uint64_t)getpid());
	if (ours && number_from("WATCHDOG_USEC", INT64_MAX, &us))
		manager.every_ms = (int64_t)(us / 2000);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

void notify_put(const char *format, ...)
{
	char text[512];
	va_list args;
	if (manager.size == 0)
		return;
	va_start(args, format);
	int n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	/* Never wait for a manager that does not read: the audit is what counts. */
	if (n > 0 && (size_t)n < sizeof(text))
		sendto(fd, text, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT, (const struct sockaddr *)(const void *)&manager.address,
		       manager.size);
	close(fd);
}

void notify_alive(void)
{
	int64_t now_ms = clock_monotonic_ms();
	if (manager.every_ms == 0 || now_ms - manager.last_ms < manager.every_ms)
		return;
	manager.last_ms = now_ms;
	notify_put("WATCHDOG=1");
}
