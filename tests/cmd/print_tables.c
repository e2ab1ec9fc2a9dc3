/* Prints one of the program's tables, "NAME DEFAULT" a line, for tools/check-manual. */
#include <stdio.h>
#include <string.h>

#include "cmd/config_keys.h"
#include "evidence/checks.h"
#include "report/metrics.h"

static int print_keys(const char *section)
{
	int n = 0;
	for (size_t i = 0; i < config_key_count; i++) {
		const struct config_key *key = &config_keys[i];
		const char *name = config_section_name(key->section);
		if (strcmp(*name ? name : "main", section) == 0)
			n += printf("%s %s\n", key->name, key->initial ? key->initial : "-") > 0;
	}
	return n;
}

static int print_rules(const char *unused)
{
	int n = 0;
	(void)unused;
	for (size_t i = 0; i < anomaly_rule_count; i++)
		n += printf("%s -\n", anomaly_rules[i].id) > 0;
	return n;
}

static int print_checks(const char *unused)
{
	int n = 0;
	(void)unused;
	for (size_t i = 0; i < check_count; i++)
		n += printf("%s -\n", checks[i].id) > 0;
	return n;
}

static int print_metrics(const char *unused)
{
	int n = 0;
	(void)unused;
	for (size_t i = 0; i < metric_count; i++)
		n += printf("%s -\n", metrics[i].name) > 0;
	return n;
}

static const struct {
	const char *name;
	int (*print)(const char *part);
} tables[] = {
	{"keys", print_keys},
	{"rules", print_rules},
	{"checks", print_checks},
	{"metrics", print_metrics},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(tables) / sizeof(tables[0]); i++)
		if (strcmp(tables[i].name, argv[1]) == 0)
			return tables[i].print(argc > 2 ? argv[2] : "main") > 0 && fflush(stdout) == 0 ? 0 : 1;
	fprintf(stderr, "usage: print_tables keys main|log|watch, rules, checks or metrics\n");
	return 2;
}
