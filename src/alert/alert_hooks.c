/*
 * To executables (teewatch-hooks(7)): one process an event, with a few fields in its environment and the event on
 * its standard input. No shell, and no text that strangers wrote outside of the input.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "alert/send.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/text.h"
#include "base/timestamp.h"

enum { SAID_MAX = 300, DESCRIPTORS_KEPT = 3 };

/* ---- the directory ---- */

/* As run-parts(8) has it: letters, digits, '_', '-'; and '.' inside for a suffix, but for those that editors and
 * package managers leave behind. */
static bool is_hook_name(const char *name)
{
	static const char *const left_behind[] = {".bak", ".old", ".orig", ".swp", ".tmp", ".disabled", ".rpmsave", ".rpmnew"};
	size_t n = strlen(name);
	if (n == 0 || name[0] == '.' || strstr(name, ".dpkg-"))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.", name[i]))
			return false;
	for (size_t i = 0; i < sizeof(left_behind) / sizeof(left_behind[0]); i++) {
		size_t m = strlen(left_behind[i]);
		if (n > m && strcmp(name + n - m, left_behind[i]) == 0)
			return false;
	}
	return true;
}

/* Who may write it decides what runs with our rights. */
static const char *refusal(const struct stat *st)
{
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return "belongs to another user than root and the one who runs teewatch";
	if (st->st_mode & S_IWOTH)
		return "may be written by everybody";
	return NULL;
}

struct listing {
	struct arena *arena;
	const char **v;
	size_t n;
	struct alert_trouble *trouble;
};

static int take_file(void *context, const char *path)
{
	struct listing *l = context;
	const char *slash = strrchr(path, '/');
	struct stat st;
	if (!is_hook_name(slash ? slash + 1 : path) || stat(path, &st) != 0 || access(path, X_OK) != 0)
		return 0;
	const char *why = refusal(&st);
	if (why) {
		alert_trouble_set(l->trouble, "%s %s; it is not run", path, why);
		return 1;
	}
	if (l->n == LIMIT_ALERTS) {
		alert_trouble_set(l->trouble, "%s: more than %u executables", path, LIMIT_ALERTS);
		return 1;
	}
	l->v[l->n++] = arena_text(l->arena, bytes_of_text(path));
	return 0;
}

bool alert_hooks_list(const char *directory, struct arena *a, const char ***out, size_t *n, struct alert_trouble *trouble)
{
	struct listing l = {.arena = a, .v = arena_array(a, LIMIT_ALERTS, sizeof(*l.v)), .trouble = trouble};
	struct stat st;
	if (stat(directory, &st) != 0 || !S_ISDIR(st.st_mode)) {
		alert_trouble_set(trouble, "%s: is no directory that can be read", directory);
		return false;
	}
	const char *why = refusal(&st);
	if (why) {
		alert_trouble_set(trouble, "%s %s; nothing in it is run", directory, why);
		return false;
	}
	int rc = file_each(directory, take_file, &l);
	if (rc < 0)
		alert_trouble_set(trouble, "%s: cannot be read: %s", directory, strerror(-rc));
	*out = l.v;
	*n = l.n;
	return rc == 0;
}

/* ---- the environment ---- */

enum { VARIABLES = 20 };

struct environment {
	struct arena arena;
	char *v[VARIABLES + 1];
	size_t n;
};

static void put(struct environment *e, const char *name, const char *value)
{
	char *text = value && value[0] ? arena_format(&e->arena, "%s=%s", name, value) : NULL;
	if (text && e->n < VARIABLES)
		e->v[e->n++] = text;
}

static void put_hash(struct environment *e, const char *name, const struct sha256 *hash)
{
	if (hash)
		put(e, name, hex_text(&e->arena, sha256_bytes(hash)));
}

/* Texts that strangers wrote are escaped in the history already; here they are so once more, whoever wrote it. */
static const char *escaped(struct environment *e, const char *text)
{
	return text_escaped(&e->arena, bytes_of_text(text));
}

static void fill_environment(struct environment *e, const struct alert_sending *s, const struct event *event)
{
	char when[TIMESTAMP_TEXT_SIZE];
	put(e, "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	put(e, "LC_ALL", "C.UTF-8");
	put(e, "HOME", getenv("HOME"));
	put(e, "TZ", getenv("TZ"));
	put(e, "TEEWATCH_VERSION", s->source->version);
	put(e, "TEEWATCH_HISTORY", s->source->uuid);
	put(e, "TEEWATCH_ALERT", s->destination->name);
	put(e, "TEEWATCH_FORMAT", s->format->name);
	put(e, "TEEWATCH_SEQ", arena_format(&e->arena, "%" PRIu64, event->seq));
	put(e, "TEEWATCH_EVENT_TYPE", event->type);
	put(e, "TEEWATCH_TIME", timestamp_text(event->time_ms, when));
	put(e, "TEEWATCH_RUN_ID", arena_format(&e->arena, "%" PRId64, event->run_id));
	put(e, "TEEWATCH_SEVERITY", event->severity);
	put(e, "TEEWATCH_RULE", event->rule);
	put(e, "TEEWATCH_STATE", event->state);
	put_hash(e, "TEEWATCH_UID", event->uid);
	put(e, "TEEWATCH_DOMAIN", event->certificate ? escaped(e, event->certificate->domain) : NULL);
	put(e, "TEEWATCH_LOG", event->log ? escaped(e, event->log->name) : NULL);
	put_hash(e, "TEEWATCH_CERTIFICATE", event->certificate ? event->certificate->tbs_sha256 : NULL);
}

/* ---- the process ---- */

/* Between fork and exec: default signals, a group of its own, no descriptor but the three. */
static _Noreturn void become(const char *path, int input, int output, char *const *environment)
{
	char *argv[] = {(char[]){"teewatch-hook"}, NULL};
	setsid();
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	if (dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0 || chdir("/") != 0)
		_exit(126);
	close_range(DESCRIPTORS_KEPT, ~0u, 0);
	execve(path, argv, environment);
	_exit(127);
}

/* Its input, in memory: nobody has to wait for a hook that does not read. */
static int make_input(struct bytes text)
{
	int fd = memfd_create("teewatch-event", MFD_CLOEXEC);
	bool good = fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n && write(fd, "\n", 1) == 1 && lseek(fd, 0, SEEK_SET) == 0;
	if (!good && fd >= 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Take what it says until it has ended, or its time is over. false: ended by us. */
static bool wait_for(pid_t pid, int output, const struct alert_sending *s, struct buffer *said, int *status)
{
	int64_t deadline = clock_monotonic_ms() + (int64_t)s->destination->timeout_s * 1000;
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	bool in_time = true, ended = false;
	while (!ended) {
		struct pollfd p[2] = {{.fd = pidfd, .events = POLLIN}, {.fd = output, .events = POLLIN}};
		int64_t left = deadline - clock_monotonic_ms();
		char piece[512];
		in_time = left > 0 && !alert_must_stop(s);
		if (!in_time)
			kill(-pid, SIGKILL);
		if (poll(p, 2, in_time ? (int)(left < 200 ? left : 200) : -1) < 0 && errno != EINTR)
			break;
		if (p[1].revents) {
			ssize_t n = read(output, piece, sizeof(piece));
			if (n > 0 && said->n < SAID_MAX)
				buffer_put(said, piece, (size_t)n < SAID_MAX - said->n ? (size_t)n : SAID_MAX - said->n);
			if (n <= 0)
				output = -1;
		}
		ended = p[0].revents != 0 || (pidfd < 0 && (!in_time || output < 0));
	}
	while (waitpid(pid, status, 0) < 0 && errno == EINTR)
		;
	if (pidfd >= 0)
		close(pidfd);
	return in_time;
}

static void explain(const struct alert_sending *s, bool in_time, int status, struct buffer *said, struct alert_trouble *trouble)
{
	struct buffer b;
	if (alert_must_stop(s))
		return;
	buffer_init(&b, 8192);
	if (!in_time)
		buffer_printf(&b, "it did not end within %u s", s->destination->timeout_s);
	else if (WIFSIGNALED(status))
		buffer_printf(&b, "it died of signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status) == 127)
		buffer_put_text(&b, "it cannot be executed");
	else
		buffer_printf(&b, "it ended with status %d", WEXITSTATUS(status));
	struct bytes words = text_trim(buffer_bytes(said));
	if (words.n > 0) {
		buffer_put_text(&b, ": ");
		text_put_escaped(&b, words);
	}
	alert_trouble_set(trouble, "%s", buffer_text(&b));
	buffer_release(&b);
}

static bool run_hook(const struct alert_sending *s, const struct alert_message *m, struct alert_trouble *trouble)
{
	struct environment e = {.n = 0};
	struct buffer said;
	int input = make_input(m->text), out[2] = {-1, -1}, status = 0;
	bool taken = false;
	arena_init(&e.arena, 1 << 20);
	buffer_init(&said, SAID_MAX);
	fill_environment(&e, s, m->event);
	pid_t pid = input >= 0 && pipe2(out, O_CLOEXEC) == 0 ? fork() : -1;
	if (pid == 0)
		become(s->hook, input, out[1], e.v);
	int error = errno;
	if (out[1] >= 0)
		close(out[1]);
	if (pid < 0) {
		alert_trouble_set(trouble, "it cannot be started: %s", strerror(error));
	} else {
		bool in_time = wait_for(pid, out[0], s, &said, &status);
		taken = in_time && WIFEXITED(status) && WEXITSTATUS(status) == 0;
		if (!taken)
			explain(s, in_time, status, &said, trouble);
	}
	if (out[0] >= 0)
		close(out[0]);
	if (input >= 0)
		close(input);
	buffer_release(&said);
	arena_release(&e.arena);
	return taken;
}

size_t alert_hook_send(const struct alert_sending *s, const struct alert_message *m, size_t n, struct alert_trouble *trouble)
{
	size_t sent = 0;
	while (sent < n && !alert_must_stop(s) && run_hook(s, &m[sent], trouble))
		sent++;
	return sent;
}
