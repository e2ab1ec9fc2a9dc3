/* teewatch verify: the verdict on evidence in files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/gzip.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/timestamp.h"
#include "cmd/command.h"
#include "cmd/input.h"
#include "cmd/proof.h"
#include "cmd/setup.h"
#include "evidence/gpu_binding.h"
#include "evidence/snp.h"
#include "proc/vendor.h"
#include "report/verdict_json.h"

enum { ROUNDS_MAX = 4 };

struct verify {
	const struct command_context *context;
	struct arena arena;              /* of the whole command */
	bool json, offline;
	int64_t at_ms;
	const char *type;
	struct bytes nonce;
	struct command_list files, evidence, collateral, anchors, expect;
	struct expectation *expectations;
	struct collateral_set set;
	struct bytes sole_vek;           /* the only VCEK or VLEK among the collateral */
	struct config config;
	bool configured;
	struct pool *pool;
	struct command_list asked;
	bool incomplete, unusable, internal, failed;
};

/* ---- options ---- */

static int read_options(struct verify *x, int argc, char **argv)
{
	struct command_walk w = command_walk("verify", argc, argv);
	const char *value, *name;
	while ((name = command_next(&w, &value))) {
		if (name[0] == 0)
			command_list_add(&x->files, value);
		else if (strcmp(name, "--json") == 0)
			x->json = true;
		else if (strcmp(name, "--offline") == 0)
			x->offline = true;
		else if (strcmp(name, "--type") == 0)
			x->type = value;
		else if (strcmp(name, "--evidence") == 0)
			command_list_add(&x->evidence, value);
		else if (strcmp(name, "--collateral") == 0)
			command_list_add(&x->collateral, value);
		else if (strcmp(name, "--trust-anchor") == 0)
			command_list_add(&x->anchors, value);
		else if (strcmp(name, "--expect") == 0)
			command_list_add(&x->expect, value);
		else if (strcmp(name, "--at") == 0 && !timestamp_parse_option(value, &x->at_ms))
			return command_usage("verify", "--at \"%s\" is neither RFC 3339 nor @ and Unix seconds", value);
		else if (strcmp(name, "--nonce") == 0 && !hex_decode_arena(&x->arena, bytes_of_text(value), &x->nonce))
			return command_usage("verify", "--nonce \"%s\" is not hexadecimal", value);
	}
	if (w.failed)
		return EXIT_USAGE;
	if (x->files.n == 0)
		return command_usage("verify", "it wants a FILE");
	if (x->type && evidence_kind_of(x->type) == EVIDENCE_NONE && strcmp(x->type, "document") != 0 &&
	    strcmp(x->type, "certificate") != 0)
		return command_usage("verify", "--type \"%s\" is none of snp, tdx, sgx, nitro, nvgpu, nvswitch, nras, sigstore, document, "
		                     "certificate", x->type);
	return EXIT_DONE;
}

static int read_expectations(struct verify *x)
{
	x->expectations = arena_array(&x->arena, x->expect.n, sizeof(*x->expectations));
	for (size_t i = 0; x->expectations && i < x->expect.n; i++) {
		struct fault f = expectation_parse(x->expect.items[i], &x->arena, &x->expectations[i]);
		if (fault_is_set(f))
			return command_usage("verify", "--expect \"%s\": %s (at character %zu)", x->expect.items[i], f.field, f.offset + 1);
	}
	return EXIT_DONE;
}

/* ---- collateral ---- */

struct loading {
	struct verify *verify;
	bool anchor, many;
	const char *vendor;
	int status;
};

static int load_file(void *context, const char *path)
{
	struct loading *l = context;
	struct verify *x = l->verify;
	struct buffer content;
	buffer_init(&content, LIMIT_FILE_BYTES);
	int rc = file_read(path, &content);
	struct fault f = FAULT_OK;
	if (rc == 0)
		f = l->anchor ? collateral_set_add_anchor(&x->set, buffer_bytes(&content), l->vendor)
		              : collateral_set_add(&x->set, buffer_bytes(&content));
	buffer_release(&content);
	if (rc != 0) {
		fprintf(stderr, "teewatch: %s: cannot be read: %s\n", path, strerror(-rc));
		l->status = EXIT_USAGE;
	} else if (fault_is_set(f) && !l->many) {
		fprintf(stderr, "teewatch: %s: not recognised as %s (%s)\n", path, l->anchor ? "a trust anchor" : "collateral",
		        fault_code_name(f.code));
		l->status = EXIT_USAGE;
	}
	return 0;
}

static int load(struct verify *x, const struct command_list *paths, bool anchor)
{
	struct loading l = {.verify = x, .anchor = anchor};
	for (size_t i = 0; i < paths->n; i++) {
		const char *path = anchor ? collateral_anchor_option(paths->items[i], &l.vendor) : paths->items[i];
		/* Other things may lie in a directory; a file that was named must be what it is named as. */
		l.many = file_is_directory(path);
		int rc = file_each(path, load_file, &l);
		if (rc < 0) {
			fprintf(stderr, "teewatch: %s: cannot be read: %s\n", path, strerror(-rc));
			l.status = EXIT_USAGE;
		}
	}
	return l.status;
}

/* A plausible VCEK or VLEK that is given alone is given for this evidence; several are an archive to choose
 * from. */
static void find_sole_vek(struct verify *x)
{
	struct snp_vek vek;
	size_t n = 0;
	for (size_t i = 0; i < x->set.n; i++)
		if (x->set.items[i].kind == COLLATERAL_CERTIFICATE && snp_vek_parse(x->set.items[i].der, &vek) && n++ == 0)
			x->sole_vek = x->set.items[i].der;
	if (n != 1)
		x->sole_vek = (struct bytes){NULL, 0};
}

/* ---- what a vendor publishes ---- */

static bool start_pool(struct verify *x)
{
	if (x->pool)
		return true;
	if (!x->configured)
		return false;
	return setup_pool(x->context, &x->config, NULL, &x->pool) == EXIT_DONE;
}

static bool was_asked(struct verify *x, const char *url)
{
	for (size_t i = 0; i < x->asked.n; i++)
		if (strcmp(x->asked.items[i], url) == 0)
			return true;
	return false;
}

static bool take_answer(struct verify *x, const struct vendor_answer *answer, int slot, const char *url)
{
	struct bytes body = slots_view(pool_slots(x->pool), (uint32_t)slot, answer->result.n);
	struct buffer inflated;
	size_t before = x->set.n;
	struct fault f = FAULT_OK;
	buffer_init(&inflated, LIMIT_COLLATERAL_BYTES);
	if (gzip_is(body)) {
		f = gzip_inflate(body, &inflated);
		body = buffer_bytes(&inflated);
	}
	if (!fault_is_set(f))
		f = collateral_set_add_answer(&x->set, body, answer->result.headers, answer->nonce);
	buffer_release(&inflated);
	if (fault_is_set(f) && x->context->verbosity >= 0)
		fprintf(stderr, "teewatch: %s: the answer is no collateral (%s)\n", url, fault_code_name(f.code));
	return x->set.n > before;
}

static bool fetch_need(struct verify *x, const struct judge_need *need)
{
	const struct vendor_urls urls = {x->config.pcs_url, x->config.kds_url, x->config.rim_url, x->config.ocsp_url};
	const char *url = vendor_url(&urls, need->vendor, need->path, &x->arena);
	const char *key = url && need->post.n > 0 ? arena_format(&x->arena, "%s %s", url, need->subject) : url;
	struct vendor_answer answer;
	bool came = false;
	if (!key || was_asked(x, key) || !start_pool(x))
		return false;
	command_list_add(&x->asked, key);
	int slot = slots_take(pool_slots(x->pool));
	if (slot < 0 || vendor_ask(x->pool, url, need->post, slot, &answer) != 0)
		return false;
	if (answer.result.outcome == FETCH_OK)
		came = take_answer(x, &answer, slot, url);
	else if (x->context->verbosity >= 0)
		fprintf(stderr, "teewatch: %s: %s\n", url, answer.result.message);
	slots_give(pool_slots(x->pool), slot, answer.result.n);
	return came;
}

/* ---- verdicts ---- */

/* What stands in the place of evidence that is malformed or not at hand. */
static void judge_absent(const struct input_piece *p, int64_t at_ms, struct arena *a, struct verdict *v)
{
	verdict_init(v, a, p->kind == EVIDENCE_NONE ? EVIDENCE_UNKNOWN : p->kind, at_ms);
	v->fault = p->fault;
	verdict_check(v, "evidence.supported", CHECK_NOT_CHECKED, "%s",
	              p->missing ? p->missing : "the evidence cannot be decoded");
	verdict_claim(v, "tee_attested", CLAIM_UNKNOWN, SOURCE_NONE, "there is no evidence at hand that could be judged");
	verdict_conclude(v);
}

/* A key's certificate given with the evidence is judged with it: as its key's certificate where it could be that, and
 * as collateral that is not authentic where it is no certificate of AMD's at all. */
static bool takes_sole_vek(struct verify *x, const struct input_piece *p, struct arena *a)
{
	enum evidence_kind kind = p->kind == EVIDENCE_NONE ? evidence_recognise(p->evidence) : p->kind;
	if (p->endorsement.n > 0 || x->sole_vek.n == 0 || kind == EVIDENCE_NVGPU || kind == EVIDENCE_NVSWITCH)
		return false;
	return snp_vek_is_plausible(p->evidence, x->sole_vek) ||
	       !snp_vek_is_authentic(x->sole_vek, &x->set, x->at_ms, a);
}

static void judge_piece(struct verify *x, const struct input_piece *p, struct arena *a, struct verdict *v)
{
	struct judge_needs needs = {0};
	struct judge_request request = {.evidence = p->evidence, .kind = p->kind, .binding = p->binding,
	                                .endorsement = p->endorsement, .architecture = p->architecture,
	                                .collateral_given = true, .collateral = &x->set, .at_ms = x->at_ms};
	request.binding.nonce = x->nonce;
	if (takes_sole_vek(x, p, a))
		request.endorsement = x->sole_vek;
	if (fault_is_set(p->fault) || p->missing) {
		judge_absent(p, x->at_ms, a, v);
		return;
	}
	for (unsigned round = 0; round < ROUNDS_MAX; round++) {
		bool came = false;
		judge(&request, a, v, &needs);
		for (size_t i = 0; !x->offline && i < needs.n; i++)
			came |= fetch_need(x, &needs.v[i]);
		if (!came)
			break;
	}
}

/* How the CPU's report_data holds the nonce: what the document says of its CPU, else of the first piece. */
static const struct evidence_binding *machine_binding(const struct input_piece *pieces, size_t n,
                                                      struct verdict *const *verdicts)
{
	for (size_t i = 0; i < n; i++)
		if (verdicts[i]->kind != EVIDENCE_NVGPU && verdicts[i]->kind != EVIDENCE_NVSWITCH)
			return &pieces[i].binding;
	return &pieces[0].binding;
}

/* Pieces of one machine: each for itself, then together. False when the arena is full. */
static bool judge_machine(struct verify *x, const struct input_piece *pieces, size_t n, struct arena *a,
                          struct verdict **verdicts)
{
	for (size_t i = 0; i < n; i++) {
		verdicts[i] = arena_alloc(a, sizeof(*verdicts[i]));
		if (!verdicts[i])
			return false;
		judge_piece(x, &pieces[i], a, verdicts[i]);
	}
	gpu_binding_judge(verdicts, n, machine_binding(pieces, n, verdicts));
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; !pieces[i].missing && !fault_is_set(pieces[i].fault) && k < x->expect.n; k++)
			expectation_apply(&x->expectations[k], verdicts[i]);
		verdict_conclude(verdicts[i]);
	}
	return true;
}

static void print_verdict(struct verify *x, const struct verdict *v, const char *input)
{
	struct buffer out;
	buffer_init(&out, 16 << 20);
	if (x->json)
		verdict_json_put(v, input, &out);
	else
		verdict_text_put(v, input, x->context->verbosity > 0, &out);
	if (command_print(buffer_bytes(&out)) != EXIT_DONE)
		x->internal = true;
	buffer_release(&out);
	x->failed |= v->result == VERDICT_FAILED;
	x->incomplete |= v->result == VERDICT_INCOMPLETE;
}

static void verify_pieces(struct verify *x, const struct input *in, const char *path, struct arena *a)
{
	struct verdict *verdicts[INPUT_PIECES_MAX];
	for (size_t i = 0, n; i < in->n; i += n) {
		for (n = 1; i + n < in->n && in->pieces[i + n].machine == in->pieces[i].machine;)
			n++;
		if (!judge_machine(x, &in->pieces[i], n, a, verdicts)) {
			fprintf(stderr, "teewatch: %s: too large to be judged\n", path);
			x->unusable = true;
			return;
		}
		for (size_t k = 0; k < n; k++)
			print_verdict(x, verdicts[k], path);
	}
}

static void verify_file(struct verify *x, const char *path)
{
	struct arena a;
	struct buffer content;
	const char *why;
	arena_init(&a, LIMIT_ARENA_BYTES);
	buffer_init(&content, LIMIT_FILE_BYTES);
	struct input *in = arena_alloc(&a, sizeof(*in));
	struct input_documents documents = {x->evidence.items};
	int rc = file_read(path, &content);
	if (rc != 0 || !in) {
		fprintf(stderr, "teewatch: %s: cannot be read: %s\n", path, strerror(-rc));
		x->unusable = true;
	} else if (!x->type && proof_recognise(buffer_bytes(&content))) {
		int status = proof_verify_file(buffer_bytes(&content), path, x->json);
		x->unusable |= status == EXIT_USAGE;
		x->internal |= status == EXIT_INTERNAL;
		x->failed |= status == EXIT_FOUND;
		x->incomplete |= status == EXIT_INCOMPLETE;
	} else if (!input_recognise(buffer_bytes(&content), x->type, &documents, &a, in, &why)) {
		fprintf(stderr, "teewatch: %s: %s\n", path, why);
		x->unusable = true;
	} else {
		verify_pieces(x, in, path, &a);
	}
	buffer_release(&content);
	arena_release(&a);
}

static int run(struct verify *x)
{
	int status = load(x, &x->collateral, false);
	int anchors = load(x, &x->anchors, true);
	if (status != 0 || anchors != 0)
		return EXIT_USAGE;
	find_sole_vek(x);
	for (size_t i = 0; i < x->files.n; i++)
		verify_file(x, x->files.items[i]);
	return x->unusable ? EXIT_USAGE : x->internal ? EXIT_INTERNAL : x->failed ? EXIT_FOUND : x->incomplete ? EXIT_INCOMPLETE
	                                                                                                       : EXIT_DONE;
}

static void add_all(struct command_list *to, const char *const *from)
{
	for (; from && *from; from++)
		command_list_add(to, *from);
}

int verify_command(const struct command_context *context, int argc, char **argv)
{
	struct verify x = {.context = context, .at_ms = clock_now_ms()};
	arena_init(&x.arena, LIMIT_ARENA_BYTES);
	collateral_set_init(&x.set, &x.arena);
	int status = read_options(&x, argc, argv);
	if (status == EXIT_DONE)
		status = read_expectations(&x);
	if (status == EXIT_DONE)
		status = command_config(context, &x.config);
	if (status == EXIT_DONE) {
		x.configured = true;
		add_all(&x.evidence, x.config.evidence);
		add_all(&x.collateral, x.config.collateral);
		add_all(&x.anchors, x.config.trust_anchors);
		status = run(&x);
		pool_stop(x.pool);
		config_release(&x.config);
	}
	command_list_release(&x.files);
	command_list_release(&x.evidence);
	command_list_release(&x.collateral);
	command_list_release(&x.anchors);
	command_list_release(&x.expect);
	command_list_release(&x.asked);
	arena_release(&x.arena);
	return status;
}
