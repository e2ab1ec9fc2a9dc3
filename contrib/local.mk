# The sample log that ./quickstart audits; contrib/sample/README.md says what is in it.
EXTRA_DIST += \
	contrib/sample/README.md \
	contrib/sample/collateral \
	contrib/sample/demo-ark.pem \
	contrib/sample/evidence \
	contrib/sample/log \
	contrib/sample/make \
	contrib/sample/sample.conf.in \
	contrib/sample/sample.conf.template

# For those who run it every night or all the time.
EXTRA_DIST += \
	contrib/cron/teewatch \
	contrib/logrotate/teewatch \
	contrib/systemd/README.md \
	contrib/systemd/teewatch.service \
	contrib/systemd/teewatch.sysusers \
	contrib/systemd/teewatch.timer \
	contrib/systemd/teewatch.tmpfiles \
	contrib/systemd/teewatch-failure@.service \
	contrib/systemd/teewatch-follow.service
