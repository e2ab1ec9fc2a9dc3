/*
 * What a service manager is told by crawl --follow: the protocol of sd_notify(3), datagrams to the socket that
 * NOTIFY_SOCKET names. Without such a variable every call does nothing; nothing here ever fails.
 */
#ifndef TEEWATCH_CMD_NOTIFY_H
#define TEEWATCH_CMD_NOTIFY_H

#include <stdint.h>

/* Takes NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID out of the environment, so that no child process answers in our
 * stead. */
void notify_start(void);

/* Assignments, one a line, as sd_notify(3) names them. */
void notify_put(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A sign of life, where a watchdog was asked for and half of its time has gone by. Call it often. */
void notify_alive(void);

#endif
