noinst_LIBRARIES += src/libreport.a
src_libreport_a_SOURCES = \
	src/report/anomaly_text.c \
	src/report/anomaly_text.h \
	src/report/event.c \
	src/report/event.h \
	src/report/event_csv.c \
	src/report/event_ecs.c \
	src/report/event_eve.c \
	src/report/event_format.c \
	src/report/event_format.h \
	src/report/event_ocsf.c \
	src/report/event_read.c \
	src/report/metrics.c \
	src/report/metrics.h \
	src/report/outlook.c \
	src/report/outlook.h \
	src/report/verdict_json.c \
	src/report/verdict_json.h
EXTRA_DIST += schema/event.schema.json schema/log-proof.schema.json
