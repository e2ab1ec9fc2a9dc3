check_PROGRAMS += tests/alert/test_alert
TESTS += tests/alert/test_alert tests/alert/test-alerts.sh tests/alert/test-kill.sh
tests_alert_test_alert_SOURCES = tests/alert/test_alert.c
tests_alert_test_alert_LDADD = $(ALL_LAYERS) $(ALL_LIBS)
EXTRA_DIST += tests/alert/test-alerts.sh tests/alert/test-kill.sh tests/alert/receiver.py
tests/alert/test-alerts.log tests/alert/test-kill.log: teewatch teewatch-mklog teewatch-mkcert
