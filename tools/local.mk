EXTRA_DIST += tools/check-layers
TESTS += tools/test-layers.sh
EXTRA_DIST += tools/test-layers.sh
