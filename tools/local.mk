EXTRA_DIST += tools/check-layers
TESTS += tools/test-layers.sh
EXTRA_DIST += tools/test-layers.sh

EXTRA_DIST += tools/check-manual tools/test-manual.sh
TESTS += tools/test-manual.sh
tools/test-manual.log: tests/cmd/print_tables teewatch
