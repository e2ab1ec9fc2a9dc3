/* The effective configuration as a configuration file. */
#include "cmd/config_keys.h"

struct writer {
	struct buffer *out;
	struct arena arena; /* texts of the key in hand */
};

/* In double quotes libconfuse reads backslashes and ${NAME}. */
static void put_quoted(struct buffer *out, const char *text)
{
	buffer_put_u8(out, '"');
	for (; *text; text++) {
		if (strchr("\\\"$", *text))
			buffer_put_u8(out, '\\');
		buffer_put_u8(out, (uint8_t)*text);
	}
	buffer_put_u8(out, '"');
}

static void put_value(struct buffer *out, const struct config_key *key, struct config_texts t)
{
	bool quoted = key->type != &config_type_number && key->type != &config_type_boolean;
	if (key->type->list)
		buffer_put_u8(out, '{');
	for (size_t i = 0; i < t.n; i++) {
		if (i > 0)
			buffer_put_text(out, ", ");
		if (quoted)
			put_quoted(out, t.v[i]);
		else
			buffer_put_text(out, t.v[i]);
	}
	if (t.n == 0 && !key->type->list)
		buffer_put_text(out, "\"\"");
	if (key->type->list)
		buffer_put_u8(out, '}');
}

/* What is not given and has no default stands behind a # in the main part, and not at all in sections. */
static void put_key(struct writer *w, const struct config_key *key, const void *section, const char *indent)
{
	struct config_texts t = key->type->texts(key, section, &w->arena);
	if (t.n > 0 || key->section == CONFIG_MAIN) {
		if (t.n == 0)
			buffer_put_text(w->out, "#");
		buffer_printf(w->out, "%s%s = ", indent, key->name);
		put_value(w->out, key, t);
		buffer_put_u8(w->out, '\n');
	}
	arena_reset(&w->arena);
}

static void put_keys(struct writer *w, enum config_section section, const void *from, const char *indent)
{
	for (size_t i = 0; i < config_key_count; i++) {
		if (config_keys[i].section != section)
			continue;
		if (section == CONFIG_MAIN)
			buffer_printf(w->out, "\n# %s\n", config_keys[i].help);
		put_key(w, &config_keys[i], from, indent);
	}
}

/* One comment line for each key of a section, before the first section of its kind. */
static void put_help(struct writer *w, enum config_section section, const char *title)
{
	buffer_printf(w->out, "\n# %s\n", title);
	for (size_t i = 0; i < config_key_count; i++)
		if (config_keys[i].section == section)
			buffer_printf(w->out, "#   %-20s %s\n", config_keys[i].name, config_keys[i].help);
}

static void put_open(struct writer *w, const char *indent, const char *name, const char *title)
{
	buffer_printf(w->out, "%s%s ", indent, name);
	put_quoted(w->out, title);
	buffer_put_text(w->out, " {\n");
}

static void put_watch(struct writer *w, const struct watch *watch)
{
	put_open(w, "", "watch", watch->domain);
	put_keys(w, CONFIG_WATCH, &watch->rules, "\t");
	for (size_t i = 0; i < watch->host_count; i++) {
		put_open(w, "\t", "host", watch->hosts[i].pattern);
		put_keys(w, CONFIG_WATCH, &watch->hosts[i].rules, "\t\t");
		buffer_put_text(w->out, "\t}\n");
	}
	buffer_put_text(w->out, "}\n");
}

void config_put(const struct config *c, struct buffer *out)
{
	struct writer w = {.out = out};
	arena_init(&w.arena, LIMIT_ARENA_BYTES);
	buffer_put_text(out, "# teewatch.conf(5): effective values. What is commented out is not given.\n");
	put_keys(&w, CONFIG_MAIN, c, "");
	put_help(&w, CONFIG_LOG, "log \"NAME\" { ... }: a log beside the list");
	for (size_t i = 0; i < c->log_count; i++) {
		put_open(&w, "", "log", c->logs[i].name);
		put_keys(&w, CONFIG_LOG, &c->logs[i], "\t");
		buffer_put_text(out, "}\n");
	}
	put_help(&w, CONFIG_WATCH, "watch \"DOMAIN\" { ... host \"NAME\" { ... } }: a domain and what is under it");
	for (size_t i = 0; i < c->policy.watch_count; i++)
		put_watch(&w, &c->policy.watches[i]);
	put_help(&w, CONFIG_ALERT, "alert \"NAME\" { ... }: a destination of events");
	for (size_t i = 0; i < c->alert_count; i++) {
		put_open(&w, "", "alert", c->alerts[i].name);
		put_keys(&w, CONFIG_ALERT, &c->alerts[i], "\t");
		buffer_put_text(out, "}\n");
	}
	arena_release(&w.arena);
}
