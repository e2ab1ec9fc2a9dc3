/* The short text for people in a fetch result. Depends on base. */
#ifndef TEEWATCH_NET_FETCH_MESSAGE_H
#define TEEWATCH_NET_FETCH_MESSAGE_H

#include <stddef.h>

/* "SUBJECT: CAUSE; ADVICE" into out, escaped, cut to size; advice may be NULL. */
void fetch_message_set(char *out, size_t size, const char *subject, const char *cause, const char *advice);

#endif
