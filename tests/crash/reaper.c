/*
 * Starts a command and kills it, or one of its children, at a random moment.
 *
 *   reaper SEED MOST_MICROSECONDS COMMAND...
 *
 * Prints what happened: "ended STATUS" (before the moment came), "main" (killed, with its children left to
 * themselves), "family" (all at once), or "child STATUS" (one child killed, and how the command ended then).
 * Waits until every process that the command started is gone, and fails where one stays.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CHILDREN_MAX = 64, PATIENCE_S = 20 };

static uint64_t state;

/* splitmix64: any generator with a seed would do. */
static uint64_t next_random(void)
{
	uint64_t z = (state += UINT64_C(0x9e3779b97f4a7c15));
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static size_t children_of(pid_t pid, pid_t *out)
{
	char path[64];
	size_t n = 0;
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
	FILE *f = fopen(path, "r");
	int child;
	while (f && n < CHILDREN_MAX && fscanf(f, "%d", &child) == 1)
		out[n++] = child;
	if (f)
		fclose(f);
	return n;
}

static int status_of(pid_t pid)
{
	int status;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Orphans come to us (PR_SET_CHILD_SUBREAPER): all of them must end by themselves. */
static int wait_for_orphans(void)
{
	for (time_t end = time(NULL) + PATIENCE_S;;) {
		pid_t pid = waitpid(-1, NULL, WNOHANG);
		if (pid < 0 && errno == ECHILD)
			return 0;
		if (pid == 0 && time(NULL) > end) {
			fprintf(stderr, "reaper: a child process outlives the main process\n");
			return 1;
		}
		if (pid == 0)
			poll(NULL, 0, 1);
	}
}

static pid_t start(char **command)
{
	pid_t pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		execvp(command[0], command);
		_exit(127);
	}
	return pid;
}

static void kill_something(pid_t pid)
{
	pid_t children[CHILDREN_MAX];
	size_t n = children_of(pid, children);
	uint64_t dice = next_random();
	if (dice % 4 == 0 && n > 0) {
		kill(children[dice / 4 % n], SIGKILL);
		printf("child %d\n", status_of(pid));
	} else if (dice % 4 == 1) {
		kill(-pid, SIGKILL);
		status_of(pid);
		printf("family\n");
	} else {
		kill(pid, SIGKILL);
		status_of(pid);
		printf("main\n");
	}
}

int main(int argc, char **argv)
{
	if (argc < 4) {
		fprintf(stderr, "usage: reaper SEED MOST_MICROSECONDS COMMAND...\n");
		return 2;
	}
	state = strtoull(argv[1], NULL, 10);
	long wait_us = (long)(next_random() % strtoull(argv[2], NULL, 10));
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid_t pid = start(argv + 3);
	struct timespec moment = {wait_us / 1000000, wait_us % 1000000 * 1000};
	nanosleep(&moment, NULL);
	int status;
	pid_t ended = waitpid(pid, &status, WNOHANG);
	if (ended == pid)
		printf("ended %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	else
		kill_something(pid);
	return wait_for_orphans();
}
