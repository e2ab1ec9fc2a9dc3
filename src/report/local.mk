noinst_LIBRARIES += src/libreport.a
src_libreport_a_SOURCES = \
	src/report/anomaly_text.c \
	src/report/anomaly_text.h \
	src/report/event.c \
	src/report/event.h \
	src/report/metrics.c \
	src/report/metrics.h \
	src/report/outlook.c \
	src/report/outlook.h \
	src/report/verdict_json.c \
	src/report/verdict_json.h
EXTRA_DIST += schema/event.schema.json schema/log-proof.schema.json
