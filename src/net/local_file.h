/* Files as bodies of file:// requests: a mirror of a log on disk answers as its server would. */
#ifndef TEEWATCH_NET_LOCAL_FILE_H
#define TEEWATCH_NET_LOCAL_FILE_H

#include "net/fetch.h"

/* Read the regular file at path (links are followed) into body, max bytes at most, and fill in
 * outcome, status, n, gzip, transient and message of result. What is not there is status 404. */
void local_file_read(const char *path, uint8_t *body, size_t max, struct fetch_result *result);

#endif
