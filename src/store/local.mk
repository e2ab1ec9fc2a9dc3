noinst_LIBRARIES += src/libstore.a
src_libstore_a_SOURCES = \
	src/store/schema.h \
	src/store/sql.c \
	src/store/sql.h \
	src/store/sqlite.c \
	src/store/sqlite.h \
	src/store/sqlite_anomaly.c \
	src/store/sqlite_certificate.c \
	src/store/sqlite_content.c \
	src/store/sqlite_delivery.c \
	src/store/sqlite_evidence.c \
	src/store/sqlite_log.c \
	src/store/sqlite_past.c \
	src/store/sqlite_picture.c \
	src/store/sqlite_progress.c \
	src/store/sqlite_promise.c \
	src/store/sqlite_publish.c \
	src/store/sqlite_run.c \
	src/store/sqlite_verdict.c \
	src/store/store.c \
	src/store/store.h \
	src/store/store_ops.h
nodist_src_libstore_a_SOURCES = src/store/schema.c

# The SQL of schema/ as C text, so that schema/ is its only source. Migrations in order.
SCHEMA_MIGRATIONS = schema/0001-history.sql schema/0002-delivery.sql
SCHEMA_FILES = $(SCHEMA_MIGRATIONS) schema/history.sql schema/publish.sql
EXTRA_DIST += $(SCHEMA_FILES)
CLEANFILES += src/store/schema.c

SQL_TO_C = sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/	"/' -e 's/$$/\\n"/'

src/store/schema.c: $(SCHEMA_FILES) src/store/local.mk
	$(AM_V_GEN)$(MKDIR_P) src/store && { \
	echo '/* Made from the files of schema/; edit those. */'; \
	echo '#include "store/schema.h"'; \
	echo 'const char *const schema_migrations[] = {'; \
	for f in $(SCHEMA_MIGRATIONS); do $(SQL_TO_C) "$(srcdir)/$$f" || exit 1; echo ','; done; \
	echo '};'; \
	echo 'const size_t schema_migration_count = sizeof(schema_migrations) / sizeof(schema_migrations[0]);'; \
	echo 'const char schema_history[] ='; $(SQL_TO_C) "$(srcdir)/schema/history.sql" || exit 1; echo ';'; \
	echo 'const char schema_publish[] ='; $(SQL_TO_C) "$(srcdir)/schema/publish.sql" || exit 1; echo ';'; \
	} > $@.tmp && mv $@.tmp $@
