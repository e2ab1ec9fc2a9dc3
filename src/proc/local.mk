noinst_LIBRARIES += src/libproc.a
src_libproc_a_SOURCES = \
	src/proc/channel.c \
	src/proc/channel.h \
	src/proc/fetch_process.c \
	src/proc/fetch_process.h \
	src/proc/finding.c \
	src/proc/finding.h \
	src/proc/message.c \
	src/proc/message.h \
	src/proc/pool.c \
	src/proc/pool.h \
	src/proc/slots.c \
	src/proc/slots.h \
	src/proc/task.h \
	src/proc/task_consistency.c \
	src/proc/task_evidence.c \
	src/proc/task_log.c \
	src/proc/task_part.h \
	src/proc/task_promise.c \
	src/proc/vendor.c \
	src/proc/vendor.h \
	src/proc/worker.c \
	src/proc/worker.h \
	src/proc/worker_entries.c \
	src/proc/worker_promise.c
