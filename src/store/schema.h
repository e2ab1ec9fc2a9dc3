/* The SQL of schema/, compiled in. Migration number n (from 1) is schema_migrations[n - 1]. */
#ifndef TEEWATCH_STORE_SCHEMA_H
#define TEEWATCH_STORE_SCHEMA_H

#include <stddef.h>

extern const char *const schema_migrations[];
extern const size_t schema_migration_count;
extern const char schema_history[]; /* tables and views of history.db */
extern const char schema_publish[]; /* fills them from the attached state.db */

#endif
