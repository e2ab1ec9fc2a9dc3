dist_man_MANS += man/teewatch.conf.5
