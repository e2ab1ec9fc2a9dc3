# What contrib/ holds, tried with the tools that will read it.
CONTRIB_TESTS = tests/contrib/test-cron.sh tests/contrib/test-follow.sh tests/contrib/test-logrotate.sh tests/contrib/test-systemd.sh
TESTS += $(CONTRIB_TESTS)
EXTRA_DIST += $(CONTRIB_TESTS)
$(CONTRIB_TESTS:.sh=.log): teewatch teewatch-mklog teewatch-mkcert teewatch-logserver
