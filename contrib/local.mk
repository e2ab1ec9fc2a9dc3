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
