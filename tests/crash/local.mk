# What may be killed at any moment, and goes on from there.
check_PROGRAMS += tests/crash/reaper tests/crash/failpoint.so tests/crash/poison.so
tests_crash_reaper_SOURCES = tests/crash/reaper.c
tests_crash_failpoint_so_SOURCES = tests/crash/failpoint.c
tests_crash_failpoint_so_CFLAGS = -std=gnu11 $(WARNINGS) -fPIC
tests_crash_failpoint_so_LDFLAGS = -shared
tests_crash_poison_so_SOURCES = tests/crash/poison.c
tests_crash_poison_so_CFLAGS = -std=gnu11 $(WARNINGS) -fPIC
tests_crash_poison_so_LDFLAGS = -shared
TESTS += tests/crash/test-soak.sh tests/crash/test-poison.sh tests/crash/test-kills.sh tests/crash/test-failpoints.sh
EXTRA_DIST += tests/crash/scene.sh tests/crash/test-soak.sh tests/crash/test-poison.sh tests/crash/test-kills.sh tests/crash/test-failpoints.sh
