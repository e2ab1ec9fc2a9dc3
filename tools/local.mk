EXTRA_DIST += tools/check-layers
TESTS += tools/check-layers.sh
EXTRA_DIST += tools/check-layers.sh
