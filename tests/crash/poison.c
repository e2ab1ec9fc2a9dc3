/*
 * Preloaded into teewatch by test-poison: makes a worker crash or hang on certain certificates, as a fault in a
 * decoder would. A worker that hashes a certificate (DER, so it begins with 0x30) that names crash-me.* dies, one
 * that names hang-me.* waits for ever. In the main process the monotonic clock runs 200 times as fast, so that two
 * minutes of silence pass in less than a second.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CLOCK_RUNS = 200 };

static int is_worker, is_main;

__attribute__((constructor)) static void start(void)
{
	char line[4096] = "";
	FILE *f = fopen("/proc/self/cmdline", "re");
	size_t n = f ? fread(line, 1, sizeof(line) - 1, f) : 0;
	if (f)
		fclose(f);
	const char *first = n > 0 ? line + strlen(line) + 1 : line;
	is_worker = strcmp(first, "worker") == 0;
	is_main = !is_worker && strcmp(first, "fetch") != 0;
}

int EVP_DigestUpdate(void *ctx, const void *p, size_t n);
int EVP_DigestUpdate(void *ctx, const void *p, size_t n)
{
	static int (*real)(void *, const void *, size_t);
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "EVP_DigestUpdate");
	if (is_worker && n > 100 && *(const unsigned char *)p == 0x30) {
		if (memmem(p, n, "crash-me.", 9))
			_exit(1);
		while (memmem(p, n, "hang-me.", 8))
			pause();
	}
	return real(ctx, p, n);
}

int clock_gettime(clockid_t clock, struct timespec *out)
{
	static int (*real)(clockid_t, struct timespec *);
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	int rc = real(clock, out);
	if (rc == 0 && is_main && clock == CLOCK_MONOTONIC) {
		long long ns = (out->tv_sec * 1000000000LL + out->tv_nsec) % (1000000000LL * 86400 * 365) * CLOCK_RUNS;
		out->tv_sec = ns / 1000000000LL;
		out->tv_nsec = ns % 1000000000LL;
	}
	return rc;
}
