/* The verdict on a bundle: it is a build's provenance, and claims nothing of a machine. */
#include "base/hex.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "evidence/binding.h"
#include "evidence/checks.h"
#include "evidence/predicate.h"
#include "evidence/sigstore.h"

static const char *const step_ids[SIGSTORE_STEPS] = {
	[SIGSTORE_SIGNATURE] = "sigstore.signature", [SIGSTORE_LOG] = "sigstore.log",
	[SIGSTORE_BODY] = "sigstore.body",           [SIGSTORE_SET] = "sigstore.set",
	[SIGSTORE_INCLUSION] = "sigstore.inclusion", [SIGSTORE_CHECKPOINT] = "sigstore.checkpoint",
	[SIGSTORE_TIMESTAMP] = "sigstore.timestamp", [SIGSTORE_TIME] = "sigstore.time",
	[SIGSTORE_SHAPE] = "sigstore.certificate",   [SIGSTORE_CHAIN] = "sigstore.chain",
	[SIGSTORE_SCT] = "sigstore.sct",
};

struct judging {
	const struct judge_request *request;
	struct arena *arena;
	struct verdict *v;
	struct sigstore_bundle bundle;
	struct sigstore_trust trust;
	struct sigstore_identity identity;
	struct sigstore_statement statement;
	struct predicate predicate;
};

static void put_text(struct verdict *v, const char *name, struct bytes text)
{
	const char *safe = text.n > 0 ? text_escaped(v->arena, text) : NULL;
	if (safe)
		verdict_text(&v->fields, name, safe);
}

static void put_fault(struct verdict *v, const char *id, struct fault f)
{
	if (fault_is_set(f))
		verdict_check(v, id, f.code == FAULT_UNSUPPORTED ? CHECK_NOT_CHECKED : CHECK_FAIL, "%s: %s", f.field,
		              fault_code_name(f.code));
	else
		verdict_check(v, id, CHECK_PASS, NULL);
}

/* ---- checks ---- */

static void judge_steps(struct judging *j)
{
	struct sigstore_trust *t = &j->trust;
	sigstore_verify_any(&j->bundle, j->request->collateral, j->arena, t);
	if (!t->root) {
		verdict_check(j->v, "sigstore.root", CHECK_NOT_CHECKED, "no trusted root can be read");
		return;
	}
	verdict_check(j->v, "sigstore.root", CHECK_PASS, t->root->builtin ? "built in, of %s" : NULL, sigstore_root_builtin_date);
	verdict_anchor(j->v, "sigstore", t->root->sha256, t->root->builtin);
	for (size_t i = 0; i < SIGSTORE_STEPS; i++)
		verdict_check(j->v, step_ids[i], t->step[i].result, "%s", t->step[i].why ? t->step[i].why : "");
}

static void judge_identity(struct judging *j)
{
	struct cert leaf;
	struct fault f = cert_parse(j->bundle.certificate, &leaf);
	if (!fault_is_set(f))
		f = sigstore_identity_read(&leaf, j->arena, &j->identity);
	put_fault(j->v, "sigstore.identity", f);
}

static void judge_statement(struct judging *j)
{
	struct sigstore_statement *s = &j->statement;
	struct fault f = sigstore_statement_parse(j->bundle.payload, j->arena, s);
	put_fault(j->v, "sigstore.statement", f);
	if (fault_is_set(f))
		return;
	f = predicate_read(s->predicate_type, s->predicate, j->arena, &j->predicate);
	if (j->predicate.kind == PREDICATE_OTHER)
		verdict_check(j->v, "sigstore.predicate", CHECK_NOT_CHECKED, "predicates of this type are not known");
	else
		put_fault(j->v, "sigstore.predicate", f);
}

/* ---- values ---- */

static void put_identity(struct verdict *v, const struct sigstore_identity *i)
{
	struct bytes tags = BYTES_LITERAL("refs/tags/");
	put_text(v, "repository", i->repository);
	put_text(v, "ref", i->ref);
	if (bytes_starts_with(i->ref, tags))
		put_text(v, "tag", bytes_slice(i->ref, tags.n, i->ref.n - tags.n));
	put_text(v, "commit", i->commit);
	put_text(v, "workflow", i->workflow);
	put_text(v, "signer", i->signer);
	put_text(v, "issuer", i->issuer);
	put_text(v, "runner", i->runner);
	put_text(v, "repository_id", i->repository_id);
	put_text(v, "owner_id", i->owner_id);
	put_text(v, "trigger", i->trigger);
	put_text(v, "run", i->run);
}

static void put_entry(struct verdict *v, const struct sigstore_bundle *b)
{
	const struct sigstore_entry *e = b->entry_count > 0 ? &b->entries[0] : NULL;
	if (!e)
		return;
	verdict_hex(&v->fields, "log_id", e->log_id);
	verdict_number(&v->fields, "log_index", e->log_index);
	if (e->has_proof)
		verdict_number(&v->fields, "tree_size", e->tree_size);
}

static void put_predicate(struct judging *j)
{
	struct verdict *v = j->v;
	struct predicate *p = &j->predicate;
	struct buffer names;
	if (p->has_snp)
		verdict_hex(&v->measurements, "measurement", bytes_of(p->snp, REGISTER_BYTES));
	if (p->has_tdx) {
		verdict_hex(&v->measurements, "rtmr1", bytes_of(p->rtmr1, REGISTER_BYTES));
		verdict_hex(&v->measurements, "rtmr2", bytes_of(p->rtmr2, REGISTER_BYTES));
	}
	if (p->platform_count == 0)
		return;
	buffer_init(&names, LIMIT_COLLATERAL_BYTES);
	for (size_t i = 0; i < p->platform_count; i++) {
		if (i > 0)
			buffer_put_u8(&names, 0);
		text_put_escaped(&names, p->platforms[i].name);
	}
	verdict_list(&v->fields, "platforms", arena_bytes(j->arena, buffer_bytes(&names)));
	buffer_release(&names);
}

static void put_values(struct judging *j)
{
	struct verdict *v = j->v;
	char text[TIMESTAMP_TEXT_SIZE];
	put_identity(v, &j->identity);
	verdict_hex(&v->fields, "digest", j->statement.digest);
	put_text(v, "subject", j->statement.subject_name);
	verdict_number(&v->fields, "subjects", j->statement.subject_count);
	put_text(v, "predicate_type", j->statement.predicate_type);
	if (j->trust.signed_ms != 0)
		verdict_text(&v->fields, "signed_at", arena_text(j->arena, bytes_of_text(timestamp_text(j->trust.signed_ms, text))));
	put_entry(v, &j->bundle);
	verdict_number(&v->fields, "timestamps", j->bundle.timestamp_count);
	put_predicate(j);
}

/* ---- the sum ---- */

static void put_unreached(struct verdict *v)
{
	size_t reached = v->check_count;
	for (size_t i = 0; i < check_count; i++) {
		bool seen = false;
		for (size_t k = 0; k < reached && !seen; k++)
			seen = strcmp(v->checks[k].id, checks[i].id) == 0;
		if (!seen && checks[i].kind == EVIDENCE_SIGSTORE)
			verdict_check(v, checks[i].id, CHECK_NOT_CHECKED, "an earlier step decided, or was not possible");
	}
}

static void put_claims(struct verdict *v)
{
	static const char *const claims[] = {"tee_attested", "tcb_up_to_date", "os_known_good", "serving_software_known_good",
	                                     "gpu_attested"};
	for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++)
		verdict_claim(v, claims[i], CLAIM_UNKNOWN, SOURCE_NONE, "a build's provenance is no evidence of a machine");
	verdict_claim(v, "model_weights_provenance", CLAIM_UNKNOWN, SOURCE_NONE, "no measured artefact names the weights");
}

void sigstore_judge(const struct judge_request *request, struct arena *a, struct verdict *v, struct judge_needs *needs)
{
	struct judging *j = arena_alloc(a, sizeof(*j));
	struct evidence_binding keys = request->binding;
	(void)needs; /* everything is in the bundle and the trusted root */
	if (!j) {
		v->fault = fault_at(FAULT_LIMIT, 0, "bundle");
		return;
	}
	*j = (struct judging){.request = request, .arena = a, .v = v};
	v->sha256 = hash_sha256(request->evidence);
	v->fault = sigstore_bundle_parse(request->evidence, a, &j->bundle);
	v->format = j->bundle.version[0] ? arena_format(a, "bundle-v%s", j->bundle.version) : "bundle";
	put_fault(v, "sigstore.format", v->fault);
	if (!fault_is_set(v->fault)) {
		judge_steps(j);
		judge_identity(j);
		judge_statement(j);
		put_values(j);
	}
	keys.nonce = (struct bytes){NULL, 0};
	binding_judge(&keys, (struct bytes){NULL, 0}, BINDING_PLACE_ASSUMED, v); /* it binds no certificate's key */
	put_unreached(v);
	put_claims(v);
}

const char *sigstore_collateral_vet(const struct collateral *item, const struct collateral_set *set, struct arena *a)
{
	struct sigstore_bundle b;
	struct sigstore_trust t;
	if (item->kind != COLLATERAL_SIGSTORE)
		return NULL;
	if (fault_is_set(sigstore_bundle_parse(item->der, a, &b)))
		return "it is no well-formed Sigstore bundle";
	sigstore_verify_any(&b, set, a, &t);
	return sigstore_failure(&t);
}
