/*
 * To a file: lines behind those that are there. The file is opened anew for each batch, so it may be renamed or removed
 * at any time (rotation); a lock keeps the lines of two writers apart.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alert/send.h"
#include "base/limits.h"

enum { FILE_MODE = 0640 };

static bool write_all(int fd, struct bytes b)
{
	while (b.n > 0) {
		ssize_t n = write(fd, b.p, b.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		b = bytes_slice(b, (size_t)n, b.n - (size_t)n);
	}
	return true;
}

/* What belongs before the first line: the head of a new file, or the end of a line that a crash has cut. */
static bool write_beginning(int fd, const char *head)
{
	struct stat st;
	char last = '\n';
	if (fstat(fd, &st) != 0)
		return false;
	if (!S_ISREG(st.st_mode))
		return true;
	if (st.st_size == 0)
		return write_all(fd, bytes_of_text(head));
	if (pread(fd, &last, 1, st.st_size - 1) != 1)
		return false;
	return last == '\n' || write_all(fd, BYTES_LITERAL("\n"));
}

size_t alert_file_send(const struct alert_sending *s, const struct alert_message *m, size_t n, struct alert_trouble *trouble)
{
	const char *path = s->destination->target;
	struct buffer lines;
	int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, FILE_MODE);
	if (fd < 0) {
		alert_trouble_set(trouble, "%s: cannot be opened: %s", path, strerror(errno));
		return 0;
	}
	buffer_init(&lines, (size_t)64 << 20);
	for (size_t i = 0; i < n; i++) {
		buffer_put_bytes(&lines, m[i].text);
		buffer_put_u8(&lines, '\n');
	}
	bool good = buffer_ok(&lines) && flock(fd, LOCK_EX) == 0 && write_beginning(fd, s->format->head) &&
	            write_all(fd, buffer_bytes(&lines)) && (fsync(fd) == 0 || errno == EINVAL || errno == EROFS);
	if (!good)
		alert_trouble_set(trouble, "%s: cannot be written: %s", path, strerror(errno));
	buffer_release(&lines);
	close(fd);
	return good ? n : 0;
}
