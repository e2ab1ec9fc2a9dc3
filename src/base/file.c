#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

static int read_all(int fd, struct buffer *out)
{
	for (;;) {
		size_t room = out->max - out->n < (64 << 10) ? out->max - out->n : (64 << 10);
		uint8_t one;
		uint8_t *to = room > 0 ? buffer_reserve(out, room) : &one;
		ssize_t n = read(fd, to, room > 0 ? room : 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return 0;
		if (room == 0)
			return -EFBIG;
		buffer_added(out, (size_t)n);
	}
}

int file_read(const char *path, struct buffer *out)
{
	buffer_clear(out);
	if (strcmp(path, "-") == 0)
		return read_all(STDIN_FILENO, out);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int rc = read_all(fd, out);
	close(fd);
	return rc;
}

/* The directory part of path, to be freed. */
static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	if (!slash)
		return memory_text(".");
	char *dir = memory_text(path);
	dir[slash == path ? 1 : slash - path] = 0;
	return dir;
}

static int sync_path(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int rc = fsync(fd) == 0 ? 0 : -errno;
	close(fd);
	return rc;
}

int file_publish(const char *path, const char *target)
{
	int rc = sync_path(path, O_RDONLY);
	if (rc == 0 && rename(path, target) != 0)
		rc = -errno;
	if (rc == 0) {
		char *dir = directory_of(target);
		rc = sync_path(dir, O_RDONLY | O_DIRECTORY);
		free(dir);
	}
	return rc;
}

static int write_all(int fd, struct bytes content)
{
	while (content.n > 0) {
		ssize_t n = write(fd, content.p, content.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		content.p += n;
		content.n -= (size_t)n;
	}
	return 0;
}

int file_write(const char *path, struct bytes content, unsigned mode)
{
	struct buffer name;
	buffer_init(&name, 8192);
	buffer_printf(&name, "%s.tmp.%ld", path, (long)getpid());
	const char *aside = buffer_text(&name);
	int fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, (mode_t)mode);
	int rc = fd < 0 ? -errno : write_all(fd, content);
	if (rc == 0 && fchmod(fd, (mode_t)mode) != 0) /* whatever the umask is */
		rc = -errno;
	if (fd >= 0 && close(fd) != 0 && rc == 0)
		rc = -errno;
	if (rc == 0)
		rc = file_publish(aside, path);
	if (rc != 0 && fd >= 0)
		unlink(aside);
	buffer_release(&name);
	return rc;
}

bool file_is_directory(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int regular_only(const struct dirent *e)
{
	return e->d_name[0] != '.' && e->d_type != DT_DIR;
}

int file_each(const char *path, int (*each)(void *context, const char *path), void *context)
{
	struct stat st;
	if (stat(path, &st) != 0)
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return each(context, path);
	struct dirent **entries;
	int count = scandir(path, &entries, regular_only, alphasort);
	if (count < 0)
		return -errno;
	int rc = 0;
	for (int i = 0; i < count; i++) {
		struct buffer full;
		buffer_init(&full, 8192);
		buffer_printf(&full, "%s/%s", path, entries[i]->d_name);
		const char *name = buffer_text(&full);
		if (rc == 0 && stat(name, &st) == 0 && S_ISREG(st.st_mode))
			rc = each(context, name);
		buffer_release(&full);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

int file_make_directory(const char *path, unsigned mode)
{
	struct stat st;
	if (stat(path, &st) == 0)
		return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
	if (strchr(path, '/')) {
		char *above = directory_of(path);
		int rc = strcmp(above, path) == 0 ? 0 : file_make_directory(above, 0755);
		free(above);
		if (rc != 0)
			return rc;
	}
	return mkdir(path, (mode_t)mode) == 0 || errno == EEXIST ? 0 : -errno;
}
