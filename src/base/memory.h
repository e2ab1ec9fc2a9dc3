/*
 * Allocation that cannot fail: a process without memory says so and ends with status 3.
 * State on disk stays intact, since all of it changes in transactions.
 */
#ifndef TEEWATCH_BASE_MEMORY_H
#define TEEWATCH_BASE_MEMORY_H

#include <stddef.h>

void *memory_alloc(size_t n);                                 /* n zero bytes; free() them */
void *memory_array(size_t count, size_t size);                /* as calloc; ends on overflow too */
void *memory_grow(void *p, size_t count, size_t size);        /* as reallocarray */
char *memory_text(const char *s);                             /* a copy; NULL for NULL */

#endif
