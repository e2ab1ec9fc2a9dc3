/*
 * Runs a command and prints "WALL-SECONDS CPU-SECONDS PEAK-KIB" of it and all its children. The peak is that of the
 * sum over all processes of the proportional set size (memory that several share counts once), looked at 100 times
 * a second.
 *
 *   measure [--until TEXT] COMMAND...      --until: end it with SIGTERM once TEXT stands on its stderr
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { DEPTH_MAX = 4 };

static double now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static long pss_kib(int pid)
{
	char path[64], line[256];
	long kib = 0;
	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
	FILE *f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "Pss: %ld", &kib) == 1)
			break;
	if (f)
		fclose(f);
	return kib;
}

static long family_kib(int pid, int depth)
{
	char path[64];
	int child;
	long kib = pss_kib(pid);
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	FILE *f = depth < DEPTH_MAX ? fopen(path, "re") : NULL;
	while (f && fscanf(f, "%d", &child) == 1)
		kib += family_kib(child, depth + 1);
	if (f)
		fclose(f);
	return kib;
}

/* Has the text come by? Reads what there is. */
static int saw(int fd, const char *text)
{
	static char seen[1 << 16];
	static size_t n;
	ssize_t got = read(fd, seen + n, sizeof(seen) - 1 - n);
	if (got > 0)
		n += (size_t)got;
	seen[n] = 0;
	if (text && strstr(seen, text))
		return 1;
	if (n > sizeof(seen) / 2) { /* the text may stand across two reads */
		memmove(seen, seen + n - 1024, 1024);
		n = 1024;
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *until = NULL;
	int first = 1, pipes[2], status = 0;
	long peak = 0;
	if (argc > 2 && strcmp(argv[1], "--until") == 0) {
		until = argv[2];
		first = 3;
	}
	if (first >= argc || pipe2(pipes, O_CLOEXEC | O_NONBLOCK) != 0) {
		fprintf(stderr, "usage: measure [--until TEXT] COMMAND...\n");
		return 2;
	}
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	double begin = now_s();
	pid_t pid = fork();
	if (pid == 0) {
		fcntl(pipes[1], F_SETFL, 0);
		dup2(pipes[1], 2);
		execvp(argv[first], argv + first);
		_exit(127);
	}
	close(pipes[1]);
	for (;;) {
		struct pollfd p = {.fd = pipes[0], .events = POLLIN};
		poll(&p, 1, 10);
		if (saw(pipes[0], until)) {
			kill(pid, SIGTERM);
			until = NULL;
		}
		if (waitpid(pid, &status, WNOHANG) == pid)
			break;
		long kib = family_kib(pid, 0);
		peak = kib > peak ? kib : peak;
		if (p.revents & POLLHUP)
			poll(NULL, 0, 10);
	}
	double wall = now_s() - begin;
	while (waitpid(-1, NULL, 0) > 0)
		;
	struct rusage u;
	getrusage(RUSAGE_CHILDREN, &u);
	double cpu = (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
	printf("%.3f %.3f %ld\n", wall, cpu, peak);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
