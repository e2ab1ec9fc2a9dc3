/* teewatch decode: what stands in the evidence, field by field, without judging it. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "cmd/command.h"
#include "cmd/input.h"
#include "report/verdict_json.h"

static int decode_file(const char *path, bool json)
{
	struct arena a;
	struct buffer content, out;
	const char *why;
	int status = EXIT_DONE;
	arena_init(&a, LIMIT_ARENA_BYTES);
	buffer_init(&content, LIMIT_FILE_BYTES);
	buffer_init(&out, 64 << 20);
	struct input *in = arena_alloc(&a, sizeof(*in));
	struct verdict *v = arena_alloc(&a, sizeof(*v));
	struct input_documents documents = {NULL};
	struct collateral_set none;
	collateral_set_init(&none, &a);
	int rc = file_read(path, &content);
	if (rc != 0 || !in || !v) {
		fprintf(stderr, "teewatch: %s: cannot be read: %s\n", path, strerror(-rc));
		status = EXIT_USAGE;
	} else if (!input_recognise(buffer_bytes(&content), NULL, &documents, &a, in, &why)) {
		fprintf(stderr, "teewatch: %s: %s\n", path, why);
		status = EXIT_USAGE;
	}
	for (size_t i = 0; status == EXIT_DONE && i < in->n; i++) {
		const struct input_piece *p = &in->pieces[i];
		struct judge_request request = {.evidence = p->evidence, .kind = p->kind, .binding = p->binding,
		                                .endorsement = p->endorsement, .architecture = p->architecture,
		                                .collateral = &none, .at_ms = clock_now_ms()};
		judge(&request, &a, v, NULL);
		if (fault_is_set(p->fault))
			v->fault = p->fault;
		decode_put(v, path, p->carrier, p->missing, json, &out);
	}
	if (status == EXIT_DONE)
		status = command_print(buffer_bytes(&out));
	buffer_release(&content);
	buffer_release(&out);
	arena_release(&a);
	return status;
}

int decode_command(const struct command_context *context, int argc, char **argv)
{
	struct command_walk w = command_walk("decode", argc, argv);
	struct command_list files = {NULL, 0};
	const char *value, *name;
	bool json = false;
	int status = EXIT_DONE;
	(void)context;
	while ((name = command_next(&w, &value))) {
		if (name[0] == 0)
			command_list_add(&files, value);
		else
			json = true;
	}
	if (w.failed)
		status = EXIT_USAGE;
	else if (files.n == 0)
		status = command_usage("decode", "it wants a FILE");
	for (size_t i = 0; i < files.n && !w.failed; i++) {
		int one = decode_file(files.items[i], json);
		status = one > status ? one : status;
	}
	command_list_release(&files);
	return status;
}
