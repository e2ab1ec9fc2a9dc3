check_PROGRAMS += tests/net/test_address tests/net/test_url tests/net/test_http_field tests/net/test_pace
TESTS += tests/net/test_address tests/net/test_url tests/net/test_http_field tests/net/test_pace

NET_TEST_LIBS = src/libnet.a src/libbase.a $(CURL_LIBS) $(TLS_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS)

tests_net_test_address_SOURCES = tests/net/test_address.c
tests_net_test_address_LDADD = $(NET_TEST_LIBS)

tests_net_test_url_SOURCES = tests/net/test_url.c
tests_net_test_url_LDADD = $(NET_TEST_LIBS)

tests_net_test_http_field_SOURCES = tests/net/test_http_field.c
tests_net_test_http_field_LDADD = $(NET_TEST_LIBS)

tests_net_test_pace_SOURCES = tests/net/test_pace.c
tests_net_test_pace_LDADD = $(NET_TEST_LIBS)

check_PROGRAMS += tests/net/test_fetch tests/net/test_fetch_rules tests/net/test_fetch_tls
TESTS += tests/net/test_fetch tests/net/test_fetch_rules tests/net/test_fetch_tls

tests_net_test_fetch_SOURCES = tests/net/test_fetch.c tests/net/client.h tests/net/server.c tests/net/server.h
tests_net_test_fetch_LDADD = $(NET_TEST_LIBS)

tests_net_test_fetch_rules_SOURCES = tests/net/test_fetch_rules.c tests/net/client.h
tests_net_test_fetch_rules_LDADD = $(NET_TEST_LIBS)

tests_net_test_fetch_tls_SOURCES = tests/net/test_fetch_tls.c tests/net/client.h tests/net/server.c tests/net/server.h
tests_net_test_fetch_tls_LDADD = $(NET_TEST_LIBS)
