/* The pool with real children: answers, a worker that is killed, a fetch of a file. */
#include "test.h"

#include <dirent.h>
#include <signal.h>
#include <unistd.h>

#include "base/limits.h"
#include "pki/demo_vendor.h"
#include "proc/pool.h"

static struct pool *start(void)
{
	static char program[4096];
	struct bytes watched[] = {BYTES_LITERAL("demo.example")};
	struct pool_options o = {.program = program, .workers = 2, .fetch = {.user_agent = "test", .per_host = 2, .total = 4, .timeout_s = 10,
	                         .connect_timeout_s = 5}, .watched = watched, .watched_count = 1};
	struct pool *p = NULL;
	const char *build = getenv("top_builddir");
	snprintf(program, sizeof(program), "%s/teewatch", build ? build : ".");
	CHECK(pool_start(&o, &p) == 0);
	return p;
}

TEST(answers)
{
	struct pool *p = start();
	struct arena a;
	arena_init(&a, 64 << 20);
	struct bytes ark = demo_ark(AMD_GENOA, &a), reply;
	for (int i = 0; p && i < 20; i++) {
		struct task_certificate_reply r = {0};
		enum task_outcome outcome = TASK_CRASHED;
		CHECK(pool_call(p, TASK_CERTIFICATE, ark, &a, &outcome, &reply) == 0 && outcome == TASK_DONE);
		CHECK(task_certificate_reply_decode(reply, &a, &r).code == FAULT_NONE && r.fault.code == FAULT_NONE);
		CHECK(strstr(r.finding.subject, "CN=ARK-Genoa") != NULL);
	}
	CHECK(pool_tasks_pending(p) == 0);
	pool_stop(p);
	arena_release(&a);
}

/* Children of this process, as /proc lists them. */
static size_t children(pid_t *out, size_t max)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	size_t n = 0;
	while (d && (e = readdir(d)) && n < max) {
		char path[300], line[256] = "";
		int parent = 0;
		snprintf(path, sizeof(path), "/proc/%.20s/stat", e->d_name);
		FILE *f = fopen(path, "r");
		if (!f)
			continue;
		if (fgets(line, sizeof(line), f) && strrchr(line, ')') && sscanf(strrchr(line, ')') + 1, " %*c %d", &parent) == 1 &&
		    parent == getpid())
			out[n++] = (pid_t)strtol(e->d_name, NULL, 10);
		fclose(f);
	}
	if (d)
		closedir(d);
	return n;
}

/* All children die again and again; every task is answered, or comes back as crashed. */
TEST(killed_children_are_replaced)
{
	struct pool *p = start();
	struct arena a;
	pid_t pids[16];
	arena_init(&a, 256 << 20);
	struct bytes ark = demo_ark(AMD_GENOA, &a), reply;
	size_t done = 0;
	for (int i = 0; p && i < 12; i++) {
		enum task_outcome outcome = TASK_CRASHED;
		size_t n = children(pids, 16);
		CHECK_U64(n, 3);
		for (size_t k = 0; k < n; k++)
			kill(pids[k], SIGKILL);
		CHECK(pool_call(p, TASK_CERTIFICATE, ark, &a, &outcome, &reply) == 0);
		done += outcome == TASK_DONE;
	}
	CHECK_THAT(done == 12, "%zu of 12", done); /* killed before the task, so the second try is enough */
	pool_stop(p);
	CHECK_U64(children(pids, 16), 0);
	arena_release(&a);
}

TEST(fetch_of_a_file)
{
	char path[] = "/tmp/teewatch-test-XXXXXX", url[128];
	int fd = mkstemp(path);
	struct pool *p = start();
	struct fetch_result r;
	CHECK(fd >= 0 && write(fd, "hello", 5) == 5);
	close(fd);
	snprintf(url, sizeof(url), "file://%s", path);
	int slot = slots_take(pool_slots(p));
	struct fetch_order order = {
		.purpose = FETCH_LOG, .url = url, .local_allowed = true, .max_bytes = 100, .slot = (uint32_t)slot
	};
	CHECK(pool_fetch_wait(p, &order, &r) == 0 && r.outcome == FETCH_OK && r.n == 5);
	CHECK(bytes_equal_text(slots_view(pool_slots(p), (uint32_t)slot, r.n), "hello"));
	order.local_allowed = false;
	CHECK(pool_fetch_wait(p, &order, &r) == 0 && r.outcome == FETCH_REFUSED);
	slots_give(pool_slots(p), slot, 5);
	pool_stop(p);
	unlink(path);
}
