#include "cmd/config_text.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "cmd/config_keys.h"

enum { MAX_DEPTH = 3 }; /* the file, watch, host */

struct token {
	char kind; /* s: string or word; = + { } ( ) , ; 0: end of the text */
	struct bytes text;
	unsigned line;
};

struct scanner {
	struct bytes text;
	size_t at;
	unsigned line;
	const char *problem;
	struct arena *arena;
	struct config_outline *outline;
	struct token before[2];      /* the tokens before this one, newest first */
	bool in_list;
	unsigned depth;
	unsigned opened[MAX_DEPTH];  /* line on which the section of each depth begins */
	uint64_t seen[MAX_DEPTH];    /* keys assigned in the section of each depth */
};

static bool is_at(const struct scanner *s, const char *text)
{
	size_t n = strlen(text);
	return s->text.n - s->at >= n && memcmp(s->text.p + s->at, text, n) == 0;
}

static uint8_t byte_at(const struct scanner *s)
{
	return s->at < s->text.n ? s->text.p[s->at] : 0;
}

static void step(struct scanner *s)
{
	if (byte_at(s) == '\n')
		s->line++;
	if (s->at < s->text.n)
		s->at++;
}

static void skip_line(struct scanner *s)
{
	while (s->at < s->text.n && byte_at(s) != '\n')
		s->at++;
}

static void skip_comment(struct scanner *s)
{
	unsigned line = s->line;
	s->at += 2;
	while (s->at < s->text.n && !is_at(s, "*/"))
		step(s);
	if (s->at >= s->text.n) {
		s->line = line;
		s->problem = "this comment has no end; close it with */";
		return;
	}
	s->at += 2;
}

static bool is_word_byte(uint8_t c)
{
	return c != '\0' && !strchr(" #\"'\t\n\r={}()+,*", c);
}

/* libconfuse takes "//x" for a word, and "// x" for a comment. */
static void skip_slashes(struct scanner *s)
{
	while (byte_at(s) == '/')
		s->at++;
	if (is_word_byte(byte_at(s)))
		s->problem = "write a space behind //, or begin the comment with #";
	skip_line(s);
}

/* White space and comments. */
static void skip(struct scanner *s)
{
	while (s->at < s->text.n && !s->problem) {
		if (strchr(" \t\r\n", byte_at(s)) && byte_at(s) != '\0')
			step(s);
		else if (byte_at(s) == '#')
			skip_line(s);
		else if (is_at(s, "//"))
			skip_slashes(s);
		else if (is_at(s, "/*"))
			skip_comment(s);
		else
			return;
	}
}

static void refuse_variable(struct scanner *s)
{
	if (is_at(s, "${"))
		s->problem = "environment variables are not read; write \\${ or put the value in single quotes";
}

static struct token take_string(struct scanner *s)
{
	uint8_t quote = byte_at(s);
	struct token out = {'s', {s->text.p + s->at + 1, 0}, s->line};
	for (s->at++; s->at < s->text.n && byte_at(s) != quote && !s->problem; step(s)) {
		if (quote == '"')
			refuse_variable(s);
		if (byte_at(s) == '\\')
			step(s);
	}
	if (s->at >= s->text.n) {
		s->line = out.line;
		s->problem = "this string has no end; close it with its quote";
	}
	out.text.n = (size_t)(s->text.p + s->at - out.text.p);
	step(s);
	return out;
}

static struct token take_word(struct scanner *s)
{
	struct token out = {'s', {s->text.p + s->at, 0}, s->line};
	while (is_word_byte(byte_at(s)) && !s->problem) {
		refuse_variable(s);
		if (byte_at(s) < 0x20 || byte_at(s) == 0x7f)
			s->problem = "a control character stands outside of quotes";
		s->at++;
	}
	out.text.n = (size_t)(s->text.p + s->at - out.text.p);
	return out;
}

static struct token take_token(struct scanner *s)
{
	skip(s);
	if (s->at >= s->text.n || s->problem)
		return (struct token){0, {NULL, 0}, s->line};
	uint8_t c = byte_at(s);
	if (c == '"' || c == '\'')
		return take_string(s);
	if (c == '\0' || c == '*' || (c == '+' && !is_at(s, "+="))) {
		s->problem = c == '\0' ? "a NUL byte stands here: this is no text file"
		                       : "* and + have no meaning outside of quotes; put the value in double quotes";
		return (struct token){0, {NULL, 0}, s->line};
	}
	if (!strchr("={}(),+", c))
		return take_word(s);
	struct token out = {(char)c, {s->text.p + s->at, 1}, s->line};
	s->at += c == '+' ? 2 : 1;
	return out;
}

static void note_line(struct config_lines *lines, unsigned line)
{
	if (lines->n == lines->capacity) {
		lines->capacity = lines->capacity ? 2 * lines->capacity : 64;
		lines->v = memory_grow(lines->v, lines->capacity, sizeof(*lines->v));
	}
	lines->v[lines->n++] = line;
}

/* NAME "TITLE" { */
static void open_section(struct scanner *s)
{
	struct bytes name = s->before[1].text;
	unsigned line = s->before[0].line;
	struct config_lines *lines = bytes_equal_text(name, "log")     ? &s->outline->log
	                             : bytes_equal_text(name, "watch") ? &s->outline->watch
	                             : bytes_equal_text(name, "alert") ? &s->outline->alert
	                                                               : &s->outline->host;
	if (++s->depth >= MAX_DEPTH) {
		s->problem = "sections stand too deep; a host section stands in a watch section, and none in it";
		return;
	}
	if (lines->n >= LIMIT_WATCHES)
		s->problem = arena_format(s->arena, "too many sections; %u of each kind are the most", LIMIT_WATCHES);
	note_line(lines, line);
	s->opened[s->depth] = line;
	s->seen[s->depth] = 0;
}

/* The same bit for all keys of that name. */
static uint64_t key_bit(struct bytes name)
{
	for (size_t i = 0; i < config_key_count; i++)
		if (bytes_equal_text(name, config_keys[i].name))
			return UINT64_C(1) << i;
	return 0;
}

static void assign(struct scanner *s)
{
	struct bytes name = s->before[0].text;
	uint64_t bit = key_bit(name);
	if (memchr(name.n > 0 ? name.p : (const uint8_t *)"", '|', name.n)) /* libconfuse: a key of another section */
		s->problem = "a key is one word; write it in the section that it belongs to";
	else if (s->seen[s->depth] & bit)
		s->problem = arena_format(s->arena, "%s stands twice here; join the two",
		                          text_escaped(s->arena, name));
	s->seen[s->depth] |= bit;
}

static void close_brace(struct scanner *s)
{
	if (s->in_list)
		s->in_list = false;
	else if (s->depth == 0)
		s->problem = "this } closes nothing; take it out";
	else
		s->depth--;
}

static void look_at(struct scanner *s, const struct token *t)
{
	switch (t->kind) {
	case '=':
		assign(s);
		break;
	case '{':
		if (s->before[0].kind == '=' || s->before[0].kind == '+')
			s->in_list = true;
		else
			open_section(s);
		break;
	case '}':
		close_brace(s);
		break;
	default:
		break;
	}
	s->before[1] = s->before[0];
	s->before[0] = *t;
}

static void check_end(struct scanner *s)
{
	if (s->problem || (!s->in_list && s->depth == 0))
		return;
	s->line = s->in_list ? s->before[0].line : s->opened[s->depth];
	s->problem = s->in_list ? "this list has no end; close it with }" : "this section has no end; close it with }";
}

const char *config_text_check(struct bytes text, struct config_outline *out, struct arena *a, unsigned *line)
{
	struct scanner s = {.text = text, .line = 1, .arena = a, .outline = out};
	struct token t;
	while (!s.problem && (t = take_token(&s)).kind != 0) {
		*line = t.line;
		if (!s.problem)
			look_at(&s, &t);
		if (s.problem && t.kind != 's')
			s.line = t.line;
	}
	check_end(&s);
	*line = s.line;
	return s.problem;
}

void config_outline_release(struct config_outline *o)
{
	free(o->log.v);
	free(o->watch.v);
	free(o->host.v);
	free(o->alert.v);
	*o = (struct config_outline){0};
}
