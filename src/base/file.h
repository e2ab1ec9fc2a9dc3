/*
 * Whole files. Reading has a maximum; writing goes aside, is synced and renamed, so that a
 * reader sees the old or the new file and never a part. Errors are negative errno values.
 */
#ifndef TEEWATCH_BASE_FILE_H
#define TEEWATCH_BASE_FILE_H

#include "base/buffer.h"

/* The whole file, or standard input for "-", into out (cleared first); -EFBIG past out's
 * maximum. */
int file_read(const char *path, struct buffer *out);

/* Write content as path: temporary file beside it, fsync, rename, fsync of the directory. */
int file_write(const char *path, struct bytes content, unsigned mode);

/* Sync the file at path and rename it to target, which is replaced; then sync the directory. */
int file_publish(const char *path, const char *target);

bool file_is_directory(const char *path);

/* Call each for every regular file in the directory (not below it), in order of name, with
 * its full path; or once for path itself where it is no directory. Stops at the first
 * result other than 0 and returns it. */
int file_each(const char *path, int (*each)(void *context, const char *path), void *context);

/* Make the directory and those above it (mode 0700 for the last one); 0 where it is there. */
int file_make_directory(const char *path, unsigned mode);

#endif
