#include "testlog/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/timestamp.h"

enum { WORDS_MAX = 12 };

void script_init(struct script *s)
{
	*s = (struct script){.altered = UINT64_MAX, .lies_left = UINT32_MAX, .alter_left = UINT32_MAX,
	                     .origin = "log.demo.example/2026"};
}

static _Noreturn void bad(const char *line)
{
	fprintf(stderr, "teewatch-logserver: script: \"%s\" is not understood\n", line);
	exit(2);
}

static unsigned number(const char *word, const char *line)
{
	char *end;
	unsigned long n = word ? strtoul(word, &end, 10) : 0;
	if (!word || *end || end == word)
		bad(line);
	return (unsigned)n;
}

static unsigned subject(const char *word, const char *line)
{
	static const struct {
		const char *name;
		unsigned bits;
	} names[] = {{"heads", ON_HEADS}, {"entries", ON_ENTRIES}, {"proofs", ON_PROOFS}, {"all", ON_ALL}};
	for (size_t i = 0; word && i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(word, names[i].name) == 0)
			return names[i].bits;
	bad(line);
}

static void add_view(struct script *s, char **words, unsigned n, const char *line)
{
	struct script_view *v = &s->views[s->view_count];
	if (n != 4 || s->view_count == SCRIPT_VIEWS || !timestamp_parse_option(words[3], &v->timestamp_ms))
		bad(line);
	snprintf(v->tree, sizeof(v->tree), "%s", words[1]);
	v->size = number(words[2], line);
	s->view_count++;
}

static void add_fault(struct script *s, char **words, unsigned n, const char *line)
{
	if (n < 2 || n % 2 != 0 || s->fault_count == SCRIPT_FAULTS)
		bad(line);
	struct script_fault *f = &s->faults[s->fault_count++];
	*f = (struct script_fault){.on = ON_ALL, .retry_after = -1, .rate = 4096};
	snprintf(f->kind, sizeof(f->kind), "%s", words[1]);
	for (unsigned i = 2; i < n; i += 2) {
		const char *name = words[i], *value = words[i + 1];
		if (strcmp(name, "on") == 0)
			f->on = subject(value, line);
		else if (strcmp(name, "first") == 0)
			f->first = number(value, line);
		else if (strcmp(name, "every") == 0)
			f->every = number(value, line);
		else if (strcmp(name, "chance") == 0)
			f->chance = number(value, line);
		else if (strcmp(name, "retry-after") == 0)
			f->retry_after = (int)number(value, line);
		else if (strcmp(name, "rate") == 0)
			f->rate = number(value, line);
		else
			bad(line);
	}
}

static void add_gone(struct script *s, char **words, unsigned n, const char *line)
{
	if (n < 3 || s->gone_count == SCRIPT_GONE)
		bad(line);
	s->gone[s->gone_count].first = number(words[1], line);
	s->gone[s->gone_count].last = number(words[2], line);
	s->gone[s->gone_count++].status = n > 3 ? number(words[3], line) : 404;
}

static void add_lie(struct script *s, char **words, unsigned n, const char *line)
{
	if (n == 4 && strcmp(words[2], "first") == 0)
		s->lies_left = number(words[3], line);
	else if (n != 2)
		bad(line);
	if (strcmp(words[1], "wrong-root") == 0)
		s->wrong_root = true;
	else if (strcmp(words[1], "bad-signature") == 0)
		s->bad_signature = true;
	else if (strcmp(words[1], "foreign-key") == 0)
		s->foreign_key = true;
	else
		bad(line);
}

static void add_line(struct script *s, char *text)
{
	char line[512], *words[WORDS_MAX] = {NULL}, *rest = text;
	unsigned n = 0;
	snprintf(line, sizeof(line), "%s", text);
	for (char *word; n < WORDS_MAX && (word = strsep(&rest, " \t"));)
		if (*word)
			words[n++] = word;
	if (n == 0 || words[0][0] == '#')
		return;
	if (strcmp(words[0], "view") == 0)
		add_view(s, words, n, line);
	else if (strcmp(words[0], "fault") == 0)
		add_fault(s, words, n, line);
	else if (strcmp(words[0], "gone") == 0)
		add_gone(s, words, n, line);
	else if (strcmp(words[0], "lie") == 0 && n > 1)
		add_lie(s, words, n, line);
	else if (strcmp(words[0], "origin") == 0 && n == 2)
		snprintf(s->origin, sizeof(s->origin), "%s", words[1]);
	else if (strcmp(words[0], "pruned") == 0)
		s->pruned = true;
	else if (strcmp(words[0], "no-consistency") == 0)
		s->no_consistency = true;
	else if (strcmp(words[0], "no-proofs") == 0)
		s->no_proofs = s->no_consistency = true;
	else if (strcmp(words[0], "alter") == 0 && (n == 2 || (n == 4 && strcmp(words[2], "first") == 0))) {
		s->altered = number(words[1], line);
		s->alter_left = n == 4 ? number(words[3], line) : UINT32_MAX;
	} else
		bad(line);
}

bool script_refresh(struct script *s, const char *path)
{
	struct stat st;
	char line[512];
	if (stat(path, &st) != 0 || (st.st_ino == s->inode && st.st_mtim.tv_sec == s->changed.tv_sec &&
	                             st.st_mtim.tv_nsec == s->changed.tv_nsec))
		return false;
	FILE *f = fopen(path, "r");
	if (!f)
		return false;
	script_init(s);
	s->inode = st.st_ino;
	s->changed = st.st_mtim;
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		add_line(s, line);
	}
	fclose(f);
	return true;
}

void script_add_fault(struct script *s, const char *kind, unsigned every)
{
	if (s->fault_count == SCRIPT_FAULTS)
		return;
	struct script_fault *f = &s->faults[s->fault_count++];
	*f = (struct script_fault){.on = ON_ALL, .retry_after = strcmp(kind, "429") == 0 ? 0 : -1, .rate = 4096,
	                           .every = every ? every : 1};
	snprintf(f->kind, sizeof(f->kind), "%s", kind);
}

/* Seeded by the count alone: the same requests have the same faults. */
static bool by_chance(unsigned seen, unsigned percent)
{
	uint64_t z = (seen + 1) * UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	return (z >> 32) % 100 < percent;
}

const struct script_fault *script_fault_next(struct script *s, enum script_subject on)
{
	for (unsigned i = 0; i < s->fault_count; i++) {
		struct script_fault *f = &s->faults[i];
		if (!(f->on & (unsigned)on))
			continue;
		f->seen++;
		bool always = f->first == 0 && f->every == 0 && f->chance == 0;
		if (always || f->seen <= f->first || (f->every && f->seen % f->every == 0) ||
		    (f->chance && by_chance(f->seen, f->chance)))
			return f;
	}
	return NULL;
}

unsigned script_gone(const struct script *s, uint64_t from, uint64_t to)
{
	for (unsigned i = 0; i < s->gone_count; i++)
		if (from <= s->gone[i].last && to >= s->gone[i].first)
			return s->gone[i].status;
	return 0;
}
