/*
 * Preloaded into teewatch by the crash tests: ends the process with SIGKILL at its N-th call that changes what
 * is on the disk. Such calls are numbered from 1: writes at a position (the process dies with half of the bytes
 * written), truncations, syncs, renames and unlinks (it dies before an odd-numbered call and after an even one).
 *
 *   TEEWATCH_FAILPOINT=N               die at call N
 *   TEEWATCH_FAILPOINT_LIST=FILE       write "NUMBER NAME" of each call to FILE
 *
 * Only the process that was started with it is meant: its children do not inherit it.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static unsigned long fatal, calls;
static FILE *list;

__attribute__((constructor)) static void start(void)
{
	const char *at = getenv("TEEWATCH_FAILPOINT"), *path = getenv("TEEWATCH_FAILPOINT_LIST");
	if (at)
		fatal = strtoul(at, NULL, 10);
	if (path)
		list = fopen(path, "we");
	unsetenv("TEEWATCH_FAILPOINT");
	unsetenv("TEEWATCH_FAILPOINT_LIST");
	unsetenv("LD_PRELOAD");
}

static void die(void)
{
	raise(SIGKILL);
}

/* Is this the call to die at? */
static int reached(const char *name)
{
	calls++;
	if (list) {
		fprintf(list, "%lu %s\n", calls, name);
		fflush(list);
	}
	return calls == fatal;
}

/* The C library's function of that name. */
static void *next_of(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

static ssize_t half_write(int fd, const void *p, size_t n, off_t at)
{
	ssize_t (*real)(int, const void *, size_t, off_t);
	*(void **)&real = next_of("pwrite");
	if (!reached("write"))
		return real(fd, p, n, at);
	ssize_t written = real(fd, p, n / 2, at);
	die();
	return written;
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
	return half_write(fd, p, n, at);
}

ssize_t pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	return half_write(fd, p, n, at);
}

#define WRAP(name, parameters, arguments)                                                                              \
	int name parameters                                                                                            \
	{                                                                                                              \
		int(*real) parameters;                                                                                 \
		*(void **)&real = next_of(#name);                                                                      \
		int here = reached(#name);                                                                             \
		if (here && fatal % 2 == 1)                                                                            \
			die();                                                                                         \
		int rc = real arguments;                                                                               \
		if (here)                                                                                              \
			die();                                                                                         \
		return rc;                                                                                             \
	}

WRAP(fsync, (int fd), (fd))
WRAP(fdatasync, (int fd), (fd))
WRAP(ftruncate, (int fd, off_t n), (fd, n))
WRAP(ftruncate64, (int fd, off64_t n), (fd, n))
WRAP(rename, (const char *from, const char *to), (from, to))
WRAP(unlink, (const char *path), (path))
