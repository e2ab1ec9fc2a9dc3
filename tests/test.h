/*
 * The smallest test harness that does the job: TEST(name) { ... } blocks are registered and
 * run by test_main(); CHECK reports file, line and what was expected, and the test goes on.
 * A program exits 0 (all good), 1 (something failed) or 77 (skipped: what it needs is not
 * there, and it says so).
 */
#ifndef TEEWATCH_TEST_H
#define TEEWATCH_TEST_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/hex.h"

struct test {
	const char *name;
	void (*run)(void);
	struct test *next;
};

static struct test *test_list;
static unsigned test_failures, test_checks;

#define TEST(NAME)                                                                                \
	static void test_##NAME(void);                                                            \
	static struct test test_entry_##NAME = {#NAME, test_##NAME, NULL};                        \
	__attribute__((constructor)) static void test_register_##NAME(void)                       \
	{                                                                                         \
		struct test **end = &test_list;                                                   \
		while (*end)                                                                      \
			end = &(*end)->next;                                                      \
		*end = &test_entry_##NAME;                                                        \
	}                                                                                         \
	static void test_##NAME(void)

#define CHECK(CONDITION)                                                                          \
	do {                                                                                      \
		test_checks++;                                                                    \
		if (!(CONDITION)) {                                                               \
			test_failures++;                                                          \
			fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #CONDITION);   \
		}                                                                                 \
	} while (0)

/* As CHECK, with words of one's own: which case it was. */
#define CHECK_THAT(CONDITION, ...)                                                                \
	do {                                                                                      \
		test_checks++;                                                                    \
		if (!(CONDITION)) {                                                               \
			test_failures++;                                                          \
			fprintf(stderr, "%s:%d: failed: %s: ", __FILE__, __LINE__, #CONDITION);   \
			fprintf(stderr, __VA_ARGS__);                                             \
			fputc('\n', stderr);                                                      \
		}                                                                                 \
	} while (0)

#define CHECK_U64(A, B)                                                                           \
	do {                                                                                      \
		uint64_t test_a = (uint64_t)(A), test_b = (uint64_t)(B);                          \
		CHECK_THAT(test_a == test_b, "%" PRIu64 " is not %" PRIu64, test_a, test_b);      \
	} while (0)

#define CHECK_TEXT(A, B)                                                                          \
	do {                                                                                      \
		const char *test_a = (A), *test_b = (B);                                          \
		CHECK_THAT(test_a && strcmp(test_a, test_b) == 0, "\"%s\" is not \"%s\"",         \
		           test_a ? test_a : "(null)", test_b);                                   \
	} while (0)

/* The folder of public test data, or NULL. A test program whose whole subject needs it calls
 * test_need_vectors(), which ends it with 77. */
__attribute__((unused)) static const char *test_vectors(void)
{
	const char *dir = getenv("TEEWATCH_VECTORS");
	static char probe[4096];
	if (!dir)
		return NULL;
	snprintf(probe, sizeof(probe), "%s/README.md", dir);
	FILE *f = fopen(probe, "r");
	if (!f)
		return NULL;
	fclose(f);
	return dir;
}

__attribute__((unused)) static void test_need_vectors(const char *part)
{
	if (test_vectors())
		return;
	printf("skipped: the public test data (%s) is not at hand; set TEEWATCH_VECTORS to its folder\n", part);
	exit(77);
}

/* A file of the vectors, whole; the test ends when it cannot be read. Free with buffer_release. */
__attribute__((unused, format(printf, 1, 2))) static struct buffer test_vector(const char *format, ...)
{
	char name[2048], path[4096];
	va_list args;
	va_start(args, format);
	vsnprintf(name, sizeof(name), format, args);
	va_end(args);
	snprintf(path, sizeof(path), "%s/%s", test_vectors(), name);
	struct buffer b;
	buffer_init(&b, (size_t)256 << 20);
	if (file_read(path, &b) != 0) {
		fprintf(stderr, "cannot read the vector %s\n", path);
		exit(1);
	}
	return b;
}

/* Numbers that look random and are the same in each run (splitmix64). */
__attribute__((unused)) static uint64_t test_random(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* Set in `make check-long`: flip all bits, not one seeded bit per byte. */
__attribute__((unused)) static bool test_long(void)
{
	return getenv("TEEWATCH_CHECK_LONG") != NULL;
}

int main(int argc, char **argv)
{
	unsigned run = 0;
	for (struct test *t = test_list; t; t = t->next) {
		if (argc > 1 && strcmp(argv[1], t->name) != 0)
			continue;
		unsigned before = test_failures;
		t->run();
		run++;
		printf("%s %s\n", test_failures == before ? "ok" : "FAILED", t->name);
	}
	printf("%u tests, %u checks, %u failed\n", run, test_checks, test_failures);
	return test_failures > 0 || run == 0;
}

#endif
