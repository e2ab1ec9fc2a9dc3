/* Prints "SECTION KEY DEFAULT" for each key of the configuration; tools/check-manual compares. */
#include <stdio.h>

#include "cmd/config_keys.h"

int main(void)
{
	for (size_t i = 0; i < config_key_count; i++) {
		const struct config_key *key = &config_keys[i];
		const char *section = config_section_name(key->section);
		printf("%s %s %s\n", *section ? section : "main", key->name, key->initial ? key->initial : "-");
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
