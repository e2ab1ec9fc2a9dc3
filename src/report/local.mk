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
	src/report/html.c \
	src/report/html.h \
	src/report/html_anomalies.c \
	src/report/html_style.c \
	src/report/html_write.c \
	src/report/html_write.h \
	src/report/metrics.c \
	src/report/metrics.h \
	src/report/outlook.c \
	src/report/outlook.h \
	src/report/svg_coverage.c \
	src/report/svg_graph.c \
	src/report/svg_tcb.c \
	src/report/svg_timeline.c \
	src/report/verdict_json.c \
	src/report/verdict_json.h
EXTRA_DIST += schema/event.schema.json schema/log-proof.schema.json
