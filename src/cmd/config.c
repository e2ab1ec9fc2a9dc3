#include "cmd/config.h"

#include <confuse.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "cert/names.h"
#include "cmd/config_keys.h"
#include "cmd/config_text.h"

static const char default_path[] = "/etc/teewatch.conf";

/* One reading of a file. */
struct reader {
	const char *path;
	struct arena *arena;
	struct config_outline outline;
	const char *message; /* the first error */
};

/* libconfuse hands nothing of ours to its callbacks; set during cfg_parse_buf only. */
static struct reader *reading;

static void fail(struct reader *r, unsigned line, const char *section, const char *problem)
{
	if (r->message)
		return;
	const char *path = text_escaped(r->arena, bytes_of_text(r->path));
	r->message = line > 0 ? arena_format(r->arena, "%s:%u: %s%s", path, line, section, problem)
	                      : arena_format(r->arena, "%s: %s%s", path, section, problem);
	if (!r->message)
		r->message = "the configuration file is too large";
}

/* ---- what libconfuse calls ---- */

static const char *hint_of(const char *problem)
{
	if (strstr(problem, "no such option"))
		return "; the keys are in teewatch.conf(5)";
	if (strstr(problem, "duplicate title"))
		return "; join the two sections";
	return "";
}

static void on_error(cfg_t *cfg, const char *format, va_list args)
{
	char problem[512];
	vsnprintf(problem, sizeof(problem), format, args);
	const char *escaped = text_escaped(reading->arena, bytes_of_text(problem));
	fail(reading, (unsigned)cfg->line, "",
	     arena_format(reading->arena, "%s%s", escaped ? escaped : "", hint_of(problem)));
}

static enum config_section section_of(const cfg_t *cfg)
{
	if (strcmp(cfg->name, "log") == 0)
		return CONFIG_LOG;
	if (strcmp(cfg->name, "alert") == 0)
		return CONFIG_ALERT;
	return strcmp(cfg->name, "watch") == 0 || strcmp(cfg->name, "host") == 0 ? CONFIG_WATCH : CONFIG_MAIN;
}

/* "watch "example.org": " before what is said about a key of it. */
static const char *place_of(struct reader *r, const char *name, const char *title)
{
	if (!title)
		return "";
	const char *place = arena_format(r->arena, "%s \"%s\": ", name, text_escaped(r->arena, bytes_of_text(title)));
	return place ? place : "";
}

/* Called after each value, while cfg->line is the line of it. */
static int on_value(cfg_t *cfg, cfg_opt_t *opt)
{
	const struct config_key *key = config_key_find(section_of(cfg), opt->name);
	unsigned n = cfg_opt_size(opt);
	if (!key || n == 0)
		return 0;
	const char *problem = key->type->list && n > key->max
	                              ? arena_format(reading->arena, "too many values; %llu are the most",
	                                             (unsigned long long)key->max)
	                              : config_value_check(key, cfg_opt_getnstr(opt, n - 1), reading->arena);
	if (!problem)
		return 0;
	fail(reading, (unsigned)cfg->line, place_of(reading, cfg->name, cfg_title(cfg)),
	     arena_format(reading->arena, "%s: %s", key->name, problem));
	return -1;
}

/* ---- the table as libconfuse wants it ---- */

/* Rows of one section, with room for three more and the end. Defaults are ours, so none is given. */
static cfg_opt_t *options_of(enum config_section section, size_t *n)
{
	cfg_opt_t *out = memory_array(config_key_count + 4, sizeof(*out));
	*n = 0;
	for (size_t i = 0; i < config_key_count; i++) {
		if (config_keys[i].section != section)
			continue;
		cfg_opt_t *opt = &out[(*n)++];
		opt->name = config_keys[i].name;
		opt->type = CFGT_STR;
		opt->flags = CFGF_NODEFAULT | (config_keys[i].type->list ? CFGF_LIST : CFGF_NONE);
		opt->validcb = on_value;
	}
	return out;
}

static cfg_opt_t section_option(const char *name, cfg_opt_t *inside)
{
	cfg_opt_t out = CFG_SEC(name, inside, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES);
	return out;
}

static cfg_t *start_parser(void)
{
	size_t n, in_log, in_watch, in_host, in_alert;
	cfg_opt_t *root = options_of(CONFIG_MAIN, &n), *log = options_of(CONFIG_LOG, &in_log);
	cfg_opt_t *watch = options_of(CONFIG_WATCH, &in_watch), *host = options_of(CONFIG_WATCH, &in_host);
	cfg_opt_t *alert = options_of(CONFIG_ALERT, &in_alert);
	watch[in_watch++] = section_option("host", host);
	root[n++] = section_option("log", log);
	root[n++] = section_option("watch", watch);
	root[n++] = section_option("alert", alert);
	cfg_t *cfg = cfg_init(root, CFGF_NONE); /* copies the options */
	free(root);
	free(log);
	free(watch);
	free(host);
	free(alert);
	return cfg;
}

/* ---- from libconfuse's values to ours ---- */

static void *take(struct reader *r, size_t count, size_t size)
{
	void *p = arena_array(r->arena, count, size);
	if (!p)
		fail(r, 0, "", "the configuration is too large; split it");
	return p;
}

static void read_key(struct reader *r, cfg_t *cfg, const struct config_key *key, void *section)
{
	cfg_opt_t *opt = cfg_getopt(cfg, key->name);
	unsigned n = opt ? cfg_opt_size(opt) : 0;
	bool given = n > 0;
	const char **v = memory_array(n + 1u, sizeof(*v));
	for (unsigned i = 0; i < n; i++)
		v[i] = cfg_opt_getnstr(opt, i);
	if (!given && key->initial)
		v[n++] = key->initial;
	key->type->read(key, (struct config_texts){v, n}, r->arena, section);
	free(v);
}

/* All keys of a section; line is where it begins. */
static void read_keys(struct reader *r, cfg_t *cfg, enum config_section section, unsigned line, void *out)
{
	for (size_t i = 0; i < config_key_count; i++) {
		const struct config_key *key = &config_keys[i];
		if (key->section != section)
			continue;
		if (key->required && cfg_size(cfg, key->name) == 0)
			fail(r, line, place_of(r, cfg->name, cfg_title(cfg)),
			     arena_format(r->arena, "%s is missing; it is the %s", key->name, key->help));
		read_key(r, cfg, key, out);
	}
}

static unsigned line_of(const struct config_lines *lines, size_t i)
{
	return i < lines->n ? lines->v[i] : 0;
}

static void read_log(struct reader *r, cfg_t *cfg, unsigned line, struct config_log *out)
{
	out->name = arena_text(r->arena, bytes_of_text(cfg_title(cfg)));
	if (!out->name || *out->name == '\0' || strlen(out->name) > LIMIT_NAME_BYTES ||
	    !text_is_utf8(bytes_of_text(out->name)))
		fail(r, line, "log: ", "its name is empty, too long or not UTF-8; write log \"NAME\" { ... }");
	for (const char *s = out->name; s && *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			fail(r, line, "log: ", "its name holds a control character; take it out");
	read_keys(r, cfg, CONFIG_LOG, line, out);
}

static void read_logs(struct reader *r, cfg_t *cfg, struct config *out)
{
	size_t n = cfg_size(cfg, "log");
	struct config_log *logs = take(r, n, sizeof(*logs));
	for (size_t i = 0; logs && i < n && !r->message; i++) {
		unsigned line = line_of(&r->outline.log, i);
		read_log(r, cfg_getnsec(cfg, "log", (unsigned)i), line, &logs[i]);
		for (size_t j = 0; j < i; j++)
			if (sha256_equal(&logs[i].log_id, &logs[j].log_id))
				fail(r, line, place_of(r, "log", logs[i].name),
				     arena_format(r->arena, "its key is that of log \"%s\" too; a log has one section",
				                  text_escaped(r->arena, bytes_of_text(logs[j].name))));
	}
	out->logs = logs;
	out->log_count = logs ? n : 0;
}

/* A domain or, with a leading "*.", a pattern of hosts; in the form in which names are compared. */
static const char *read_name(struct reader *r, const char *text, bool pattern)
{
	char name[256];
	bool star = pattern && strncmp(text, "*.", 2) == 0;
	if (!cert_name_normalise(bytes_of_text(star ? text + 2 : text), name) || name[0] == '\0' || strchr(name, '*'))
		return NULL;
	return arena_format(r->arena, "%s%s", star ? "*." : "", name);
}

static void read_host(struct reader *r, cfg_t *cfg, unsigned line, const struct watch *w, struct watch_host *out)
{
	const char *place = place_of(r, "host", cfg_title(cfg));
	out->pattern = read_name(r, cfg_title(cfg), true);
	if (!out->pattern) {
		fail(r, line, place, "this is no host name; write a name, or *. and a name");
		return;
	}
	bool star = out->pattern[0] == '*';
	if (!cert_name_under(bytes_of_text(out->pattern + (star ? 2 : 0)), bytes_of_text(w->domain)))
		fail(r, line, place,
		     arena_format(r->arena, "this is not under %s; a host section stands in the watch of its domain",
		                  w->domain));
	read_keys(r, cfg, CONFIG_WATCH, line, &out->rules);
}

/* lines counts on over the hosts of all watches. */
static void read_hosts(struct reader *r, cfg_t *cfg, size_t *next_line, struct watch *w)
{
	size_t n = cfg_size(cfg, "host");
	struct watch_host *hosts = take(r, n, sizeof(*hosts));
	for (size_t i = 0; hosts && i < n && !r->message; i++) {
		unsigned line = line_of(&r->outline.host, (*next_line)++);
		read_host(r, cfg_getnsec(cfg, "host", (unsigned)i), line, w, &hosts[i]);
		for (size_t j = 0; j < i && !r->message; j++)
			if (strcmp(hosts[i].pattern, hosts[j].pattern) == 0)
				fail(r, line, place_of(r, "host", hosts[i].pattern),
				     "this host has a section already; join the two");
	}
	w->hosts = hosts;
	w->host_count = hosts ? n : 0;
}

static void read_watch(struct reader *r, cfg_t *cfg, unsigned line, size_t *next_host, struct watch *out)
{
	out->domain = read_name(r, cfg_title(cfg), false);
	if (!out->domain) {
		fail(r, line, place_of(r, "watch", cfg_title(cfg)),
		     "this is no domain; write its name alone, what is under it is watched too");
		return;
	}
	read_keys(r, cfg, CONFIG_WATCH, line, &out->rules);
	read_hosts(r, cfg, next_host, out);
}

static void read_watches(struct reader *r, cfg_t *cfg, struct config *out)
{
	size_t n = cfg_size(cfg, "watch"), next_host = 0;
	struct watch *watches = take(r, n, sizeof(*watches));
	for (size_t i = 0; watches && i < n && !r->message; i++) {
		unsigned line = line_of(&r->outline.watch, i);
		read_watch(r, cfg_getnsec(cfg, "watch", (unsigned)i), line, &next_host, &watches[i]);
		for (size_t j = 0; j < i && !r->message; j++)
			if (strcmp(watches[i].domain, watches[j].domain) == 0)
				fail(r, line, place_of(r, "watch", watches[i].domain),
				     "this domain has a watch already; join the two");
	}
	out->policy.watches = watches;
	out->policy.watch_count = watches ? n : 0;
}

static bool is_alert_name(const char *name)
{
	for (const char *c = name; *c; c++)
		if (!(*c >= 'a' && *c <= 'z') && !(*c >= 'A' && *c <= 'Z') && !(*c >= '0' && *c <= '9') && !strchr("_.-", *c))
			return false;
	return name[0] != 0 && strlen(name) <= LIMIT_NAME_BYTES;
}

static void read_alert(struct reader *r, cfg_t *cfg, unsigned line, struct alert_destination *out)
{
	out->name = arena_text(r->arena, bytes_of_text(cfg_title(cfg)));
	if (!out->name || !is_alert_name(out->name)) {
		fail(r, line, place_of(r, "alert", cfg_title(cfg)), "its name may hold letters, digits and _ . - only");
		return;
	}
	read_keys(r, cfg, CONFIG_ALERT, line, out);
	const char *problem = r->message ? NULL : config_alert_problem(out);
	if (problem)
		fail(r, line, place_of(r, "alert", out->name), problem);
}

static void read_alerts(struct reader *r, cfg_t *cfg, struct config *out)
{
	size_t n = cfg_size(cfg, "alert");
	if (n > LIMIT_ALERTS) {
		fail(r, line_of(&r->outline.alert, LIMIT_ALERTS), "",
		     arena_format(r->arena, "too many alert sections; %u are the most", LIMIT_ALERTS));
		return;
	}
	struct alert_destination *alerts = take(r, n, sizeof(*alerts));
	for (size_t i = 0; alerts && i < n && !r->message; i++)
		read_alert(r, cfg_getnsec(cfg, "alert", (unsigned)i), line_of(&r->outline.alert, i), &alerts[i]);
	out->alerts = alerts;
	out->alert_count = alerts ? n : 0;
}

static void read_all(struct reader *r, cfg_t *cfg, struct config *out)
{
	read_keys(r, cfg, CONFIG_MAIN, 0, out);
	read_logs(r, cfg, out);
	read_watches(r, cfg, out);
	read_alerts(r, cfg, out);
}

/* ---- files ---- */

static void parse(struct reader *r, struct buffer *text, struct config *out)
{
	unsigned line = 0;
	const char *problem = config_text_check(buffer_bytes(text), &r->outline, r->arena, &line);
	if (problem) {
		fail(r, line, "", problem);
		return;
	}
	cfg_t *cfg = start_parser();
	if (!cfg) {
		fail(r, 0, "", "libconfuse cannot start");
		return;
	}
	cfg_set_error_function(cfg, on_error);
	reading = r;
	int result = cfg_parse_buf(cfg, buffer_text(text));
	reading = NULL;
	if (result != CFG_SUCCESS)
		fail(r, (unsigned)cfg->line, "", "this cannot be read; the syntax is in teewatch.conf(5)");
	if (!r->message)
		read_all(r, cfg, out);
	cfg_free(cfg);
}

static void read_file(struct reader *r, bool may_be_missing, struct config *out)
{
	struct buffer text;
	buffer_init(&text, LIMIT_CONFIG_BYTES);
	int error = file_read(r->path, &text);
	if (error == -ENOENT && may_be_missing) {
		out->path = NULL;
		buffer_clear(&text);
		error = 0;
	}
	if (error == -EFBIG)
		fail(r, 0, "", arena_format(r->arena, "larger than %u bytes; this is no configuration file",
		                            LIMIT_CONFIG_BYTES));
	else if (error != 0)
		fail(r, 0, "",
		     arena_format(r->arena, "cannot be read: %s; name another file with -c", strerror(-error)));
	else
		parse(r, &text, out);
	buffer_release(&text);
}

bool config_read(const char *path, struct config *out, const char **message)
{
	*out = (struct config){.path = NULL};
	arena_init(&out->arena, LIMIT_ARENA_BYTES);
	struct reader r = {.path = path ? path : default_path, .arena = &out->arena};
	out->path = arena_text(&out->arena, bytes_of_text(r.path));
	read_file(&r, path == NULL, out);
	config_outline_release(&r.outline);
	*message = r.message;
	return r.message == NULL;
}

void config_release(struct config *c)
{
	arena_release(&c->arena);
	*c = (struct config){.path = NULL};
}
