noinst_LIBRARIES += src/libalert.a
src_libalert_a_SOURCES = \
	src/alert/alert.c \
	src/alert/alert.h \
	src/alert/alert_file.c \
	src/alert/alert_hooks.c \
	src/alert/alert_syslog.c \
	src/alert/alert_webhook.c \
	src/alert/destination.h \
	src/alert/send.h
