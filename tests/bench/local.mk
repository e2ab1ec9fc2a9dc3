# How fast the program is, beside others and beside what the machine can do: make bench. Built with the tests.
check_PROGRAMS += tests/bench/bound tests/bench/measure
tests_bench_bound_SOURCES = tests/bench/bound.c
tests_bench_bound_LDADD = src/libextract.a src/libct.a src/libcert.a src/libbase.a $(IDN2_LIBS) $(YAJL_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS)
tests_bench_measure_SOURCES = tests/bench/measure.c
EXTRA_DIST += tests/bench/bench.sh
