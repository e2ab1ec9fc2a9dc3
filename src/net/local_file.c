#include "net/local_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/http_field.h"
#include "net/fetch_message.h"

static void fail(struct fetch_result *r, enum fetch_outcome outcome, const char *path, const char *cause)
{
	r->outcome = outcome;
	fetch_message_set(r->message, sizeof(r->message), path, cause, NULL);
}

static void fail_with_errno(struct fetch_result *r, const char *path, int error)
{
	bool absent = error == ENOENT || error == ENOTDIR;
	r->status = absent ? 404 : 0;
	r->transient = error == EIO || error == EMFILE || error == ENFILE || error == ESTALE;
	fail(r, absent ? FETCH_STATUS : FETCH_FAILED, path, strerror(error));
}

/* As many bytes as there are, up to max; below 0: -errno. */
static ssize_t read_up_to(int fd, uint8_t *body, size_t max)
{
	size_t n = 0;
	while (n < max) {
		ssize_t got = read(fd, body + n, max - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		n += (size_t)got;
	}
	return (ssize_t)n;
}

static void read_open(int fd, const char *path, uint8_t *body, size_t max, struct fetch_result *r)
{
	struct stat st;
	uint8_t more;
	if (fstat(fd, &st) != 0) {
		fail_with_errno(r, path, errno);
		return;
	}
	if (!S_ISREG(st.st_mode)) {
		fail(r, FETCH_FAILED, path, "not a regular file");
		return;
	}
	ssize_t n = read_up_to(fd, body, max), rest = n < (ssize_t)max ? 0 : read_up_to(fd, &more, 1);
	if (n < 0 || rest < 0) {
		fail_with_errno(r, path, (int)-(n < 0 ? n : rest));
		return;
	}
	if (rest > 0) {
		fail(r, FETCH_TOO_LARGE, path, "the file is larger than allowed for this purpose");
		return;
	}
	r->outcome = FETCH_OK;
	r->n = (size_t)n;
	r->gzip = http_body_is_gzip(bytes_of(body, r->n));
}

void local_file_read(const char *path, uint8_t *body, size_t max, struct fetch_result *result)
{
	/* Not blocking: a FIFO in the mirror must not stop the process before it is seen to be one. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd < 0) {
		fail_with_errno(result, path, errno);
		return;
	}
	read_open(fd, path, body, max, result);
	close(fd);
}
