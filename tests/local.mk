EXTRA_DIST += tests/test.h
