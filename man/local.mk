dist_man_MANS += man/teewatch.1 man/teewatch.conf.5 man/teewatch-metrics.7
