#include "evidence/provenance.h"

#include "base/text.h"
#include "base/timestamp.h"
#include "evidence/predicate.h"
#include "evidence/sigstore.h"

/* A release is one of a few with the same measurement; more are an attempt to keep us busy. */
enum { VERIFICATIONS_MAX = 16, SCRATCH_BYTES = 64 << 20 };

#define TAGS BYTES_LITERAL("refs/tags/")

/* What a bundle says, verified or not. */
struct build {
	struct sigstore_bundle bundle;
	struct sigstore_identity who;
	struct sigstore_statement statement;
	struct predicate predicate;
	int64_t issued_ms;   /* of the certificate: about when it was signed, and not proven */
	const char *why;     /* who signed or what cannot be read; NULL: it can */
};

/* One attestation at hand, in short. */
struct row {
	struct bytes text;
	enum predicate_kind kind;
	bool signed_by_file; /* a file that the user gave: it needs no signature */
	bool is_release;     /* signed for a tag of a repository, by its forge's word */
	bool accepted, matches, tried;
	struct bytes repository, workflow, subject;
	int64_t issued_ms;
};

struct matching {
	const struct judge_request *request;
	struct arena *arena;
	struct verdict *v;
	struct arena scratch;
	bool tdx;
	struct bytes snp, mrtd, rtmr[4];
	struct row *rows;
	size_t n;
	size_t verifications;
	const char *bad;     /* why the first bundle that names the registers could not be used */
	bool bad_failed;
};

/* A row that was verified. */
struct release {
	const struct row *row;
	struct build build;
	struct sigstore_trust trust;
};

/* ---- reading ---- */

static bool build_read(struct bytes text, struct arena *a, struct build *out)
{
	struct cert leaf;
	struct fault f = sigstore_bundle_parse(text, a, &out->bundle);
	out->why = NULL;
	if (fault_is_set(f) || fault_is_set(cert_parse(out->bundle.certificate, &leaf)))
		return false;
	out->issued_ms = leaf.validity_readable ? leaf.not_before_ms : 0;
	f = sigstore_statement_parse(out->bundle.payload, a, &out->statement);
	if (fault_is_set(f) || fault_is_set(predicate_read(out->statement.predicate_type, out->statement.predicate, a,
	                                                   &out->predicate)))
		return false;
	if (fault_is_set(sigstore_identity_read(&leaf, a, &out->who)))
		out->why = "its certificate does not tell who signed";
	return true;
}

/* Whose word a repository's name is: anybody may run an issuer of tokens that names another forge's repositories. */
static bool forge_says(const struct sigstore_identity *who, struct bytes *name)
{
	static const struct {
		const char *source, *issuer;
		size_t cut; /* of the source, what sigstore_repository leaves out */
	} forges[] = {
		{"https://github.com/", "https://token.actions.githubusercontent.com", 19},
		{"https://gitlab.com/", "https://gitlab.com", 8},
	};
	for (size_t i = 0; i < sizeof(forges) / sizeof(forges[0]); i++) {
		if (!bytes_starts_with(who->source, bytes_of_text(forges[i].source)) ||
		    !bytes_equal_text(who->issuer, forges[i].issuer))
			continue;
		*name = bytes_slice(who->source, forges[i].cut, who->source.n - forges[i].cut);
		return true;
	}
	return false;
}

static bool is_listed(const struct judge_request *r, struct bytes name)
{
	for (size_t i = 0; i < r->repository_count; i++)
		if (bytes_equal(sigstore_repository(bytes_of_text(r->repositories[i])), name))
			return true;
	return false;
}

static bool is_register(struct bytes measured, const uint8_t named[REGISTER_BYTES])
{
	return bytes_equal(measured, bytes_of(named, REGISTER_BYTES));
}

static const struct predicate_platform *platform_of(const struct matching *m, const struct predicate *p)
{
	for (size_t i = 0; i < p->platform_count; i++)
		if (is_register(m->mrtd, p->platforms[i].mrtd) && is_register(m->rtmr[0], p->platforms[i].rtmr0))
			return &p->platforms[i];
	return NULL;
}

static bool names_registers(const struct matching *m, const struct predicate *p)
{
	if (p->kind == PREDICATE_HARDWARE)
		return m->tdx && platform_of(m, p) != NULL;
	return m->tdx ? p->has_tdx && is_register(m->rtmr[1], p->rtmr1) && is_register(m->rtmr[2], p->rtmr2)
	              : p->has_snp && is_register(m->snp, p->snp);
}

static void take_bundle(struct matching *m, struct bytes text)
{
	struct build b = {0};
	struct bytes name = {NULL, 0};
	struct row *r = &m->rows[m->n];
	arena_reset(&m->scratch);
	if (!build_read(text, &m->scratch, &b) || b.predicate.kind == PREDICATE_OTHER)
		return;
	*r = (struct row){.text = text, .kind = b.predicate.kind, .issued_ms = b.issued_ms};
	r->is_release = !b.why && forge_says(&b.who, &name) && bytes_starts_with(b.who.ref, TAGS);
	r->accepted = r->is_release && is_listed(m->request, name);
	r->matches = names_registers(m, &b.predicate);
	r->repository = arena_bytes(m->arena, b.who.repository);
	r->workflow = arena_bytes(m->arena, b.who.workflow);
	r->subject = arena_bytes(m->arena, b.statement.subject_name);
	m->n++;
}

static void take_platforms(struct matching *m, struct bytes text)
{
	struct predicate p;
	arena_reset(&m->scratch);
	if (fault_is_set(predicate_parse_platforms(text, &m->scratch, &p)))
		return;
	m->rows[m->n++] = (struct row){.text = text, .kind = PREDICATE_HARDWARE, .signed_by_file = true, .accepted = true,
	                               .matches = names_registers(m, &p)};
}

static void take_all(struct matching *m)
{
	const struct collateral_set *set = m->request->collateral;
	m->rows = set ? arena_array(m->arena, set->n, sizeof(*m->rows)) : NULL;
	for (size_t i = 0; m->rows && i < set->n; i++) {
		if (set->items[i].kind == COLLATERAL_SIGSTORE)
			take_bundle(m, set->items[i].der);
		else if (set->items[i].kind == COLLATERAL_PLATFORMS)
			take_platforms(m, set->items[i].der);
	}
}

/* ---- verifying ---- */

static void note_bad(struct matching *m, const struct row *r, const char *why, bool failed)
{
	const char *repository = text_escaped(m->arena, r->repository);
	if (m->bad && (m->bad_failed || !failed))
		return;
	m->bad_failed = failed;
	m->bad = arena_format(m->arena, "a bundle that names what is measured, of %s, %s: %s",
	                      repository && *repository ? repository : "nobody",
	                      failed ? "is not authentic" : "could not be verified", why);
	m->bad = m->bad ? m->bad : "a bundle that names what is measured could not be used";
}

static bool verify(struct matching *m, struct row *r, struct release *out)
{
	*out = (struct release){.row = r};
	r->tried = true;
	if (r->signed_by_file)
		return true;
	if (m->verifications++ >= VERIFICATIONS_MAX || !build_read(r->text, m->arena, &out->build)) {
		note_bad(m, r, "too many bundles name it", false);
		return false;
	}
	sigstore_verify_any(&out->build.bundle, m->request->collateral, m->arena, &out->trust);
	const char *failure = sigstore_failure(&out->trust);
	if (sigstore_is_trusted(&out->trust) && !out->build.why)
		return true;
	note_bad(m, r, failure ? failure : out->build.why ? out->build.why : "its times or logs could not be checked",
	         failure || out->build.why);
	return false;
}

/* Those whose word counts first; then the newest that was there at the time, then the first that came later. */
static bool is_better(const struct row *a, const struct row *b, int64_t at_ms)
{
	bool a_later = a->issued_ms > at_ms, b_later = b->issued_ms > at_ms;
	if (a->accepted != b->accepted)
		return a->accepted;
	if (a_later != b_later)
		return b_later;
	return a_later ? a->issued_ms < b->issued_ms : a->issued_ms > b->issued_ms;
}

/* The best of the rows that name the registers and hold. */
static bool find(struct matching *m, enum predicate_kind kind, struct release *out)
{
	for (;;) {
		struct row *best = NULL;
		for (size_t i = 0; i < m->n; i++) {
			struct row *r = &m->rows[i];
			if (r->kind == kind && r->matches && !r->tried && (!best || is_better(r, best, m->request->at_ms)))
				best = r;
		}
		if (!best)
			return false;
		if (verify(m, best, out))
			return true;
	}
}

/* A later release of the same thing that was there at the time of the verdict: the newest one that holds. */
static bool find_newer(struct matching *m, const struct release *of, struct release *out)
{
	for (;;) {
		struct row *best = NULL;
		for (size_t i = 0; i < m->n; i++) {
			struct row *r = &m->rows[i];
			bool same = r->kind == PREDICATE_CODE && r->is_release && !r->matches && !r->tried &&
			            bytes_equal(r->repository, of->row->repository) &&
			            bytes_equal(r->workflow, of->row->workflow) && bytes_equal(r->subject, of->row->subject);
			if (same && r->issued_ms > of->row->issued_ms && r->issued_ms <= m->request->at_ms &&
			    (!best || r->issued_ms > best->issued_ms))
				best = r;
		}
		if (!best || m->verifications >= VERIFICATIONS_MAX)
			return false;
		const char *bad = m->bad;
		bool holds = verify(m, best, out);
		m->bad = bad; /* it does not name what is measured */
		if (holds)
			return true;
	}
}

/* ---- what is told ---- */

static const char *shown(struct matching *m, struct bytes text)
{
	const char *s = text.n > 0 ? text_escaped(m->arena, text) : NULL;
	return s ? s : "?";
}

static struct bytes tag_of(const struct sigstore_identity *who)
{
	return bytes_starts_with(who->ref, TAGS) ? bytes_slice(who->ref, TAGS.n, who->ref.n - TAGS.n)
	                                         : (struct bytes){NULL, 0};
}

static const char *time_text(struct matching *m, int64_t ms)
{
	char text[TIMESTAMP_TEXT_SIZE];
	const char *s = arena_text(m->arena, bytes_of_text(timestamp_text(ms, text)));
	return s ? s : "?";
}

static const char *name_of(struct matching *m, const struct release *r)
{
	const struct sigstore_identity *who = &r->build.who;
	struct bytes tag = tag_of(who);
	const char *name = arena_format(m->arena, "%s %s (commit %s, workflow %s, signed %s)", shown(m, who->repository),
	                                shown(m, tag.n > 0 ? tag : who->ref), shown(m, who->commit),
	                                shown(m, who->workflow), time_text(m, r->trust.signed_ms));
	return name ? name : "a release";
}

static void put(struct matching *m, const char *name, struct bytes text)
{
	if (text.n > 0)
		verdict_text(&m->v->fields, name, shown(m, text));
}

static void put_release(struct matching *m, const struct release *r)
{
	const struct sigstore_identity *who = &r->build.who;
	struct release newer;
	put(m, "repository", who->repository);
	put(m, "ref", who->ref);
	put(m, "tag", tag_of(who));
	put(m, "commit", who->commit);
	put(m, "workflow", who->workflow);
	put(m, "repository_id", who->repository_id);
	verdict_hex(&m->v->fields, "digest", r->build.statement.digest);
	verdict_text(&m->v->fields, "signed_at", time_text(m, r->trust.signed_ms));
	verdict_anchor(m->v, "sigstore", r->trust.root->sha256, r->trust.root->builtin);
	bool found = find_newer(m, r, &newer);
	verdict_boolean(&m->v->fields, "release_newest", !found);
	if (found)
		put(m, "newest_tag", tag_of(&newer.build.who));
}

/* What the machine measures is the machine's word: it counts only as far as that is proven. */
static void conclude(struct matching *m, const char *state, enum claim_status status, const char *reason)
{
	static const char *const claims[] = {"os_known_good", "serving_software_known_good"};
	const struct verdict_claim *attested = verdict_find_claim(m->v, "tee_attested");
	reason = reason ? reason : "no memory for the reason";
	if (status != CLAIM_UNKNOWN && !(attested && attested->status == CLAIM_ASSERTED)) {
		const char *both = arena_format(m->arena, "%s; but tee_attested is not asserted, so what is measured proves nothing",
		                                reason);
		status = CLAIM_UNKNOWN;
		reason = both ? both : "tee_attested is not asserted";
	}
	verdict_text(&m->v->fields, "provenance", state);
	for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++)
		verdict_claim(m->v, claims[i], status, status == CLAIM_UNKNOWN ? SOURCE_NONE : SOURCE_VERIFIER_DERIVED, reason);
}

static const char *refusal_of(struct matching *m, const struct release *r)
{
	struct bytes name;
	if (!forge_says(&r->build.who, &name))
		return "the issuer of its identity does not speak for that repository's forge";
	if (tag_of(&r->build.who).n == 0)
		return "it was signed for no tag";
	return m->request->repository_count > 0 ? "that repository is not accepted" : "no repository is said to be accepted";
}

static void conclude_refused(struct matching *m, const struct release *r)
{
	/* An accepted one that could not be used may say the same. */
	bool contradicts = r->row->is_release && m->request->repository_count > 0 && !m->bad;
	conclude(m, "not_accepted", contradicts ? CLAIM_REFUTED : CLAIM_UNKNOWN,
	         arena_format(m->arena, "what is measured is %s, and %s", name_of(m, r), refusal_of(m, r)));
}

static const char *platform_name(struct matching *m, const struct release *hardware)
{
	struct predicate p = hardware->build.predicate;
	if (hardware->row->signed_by_file && fault_is_set(predicate_parse_platforms(hardware->row->text, m->arena, &p)))
		return "?";
	const struct predicate_platform *platform = platform_of(m, &p);
	return platform ? shown(m, platform->name) : "?";
}

/* RTMR1 and RTMR2 are the release's. */
static void conclude_tdx(struct matching *m, const struct release *r)
{
	struct release hardware;
	if (!bytes_is_zero(m->rtmr[3])) {
		conclude(m, "altered", CLAIM_REFUTED,
		         arena_format(m->arena, "RTMR1 and RTMR2 are those of %s, which leaves RTMR3 zero; here it is not",
		                      name_of(m, r)));
		return;
	}
	if (!find(m, PREDICATE_HARDWARE, &hardware) || !hardware.row->accepted) {
		conclude(m, "firmware_unknown", CLAIM_UNKNOWN,
		         arena_format(m->arena, "RTMR1 and RTMR2 are those of %s; MRTD and RTMR0 are of no platform that accepted "
		                                "hardware measurements name", name_of(m, r)));
		return;
	}
	const char *platform = platform_name(m, &hardware);
	verdict_text(&m->v->fields, "platform", platform);
	if (!hardware.row->signed_by_file)
		verdict_anchor(m->v, "sigstore", hardware.trust.root->sha256, hardware.trust.root->builtin);
	conclude(m, "known", CLAIM_ASSERTED,
	         arena_format(m->arena, "what is measured is %s, on platform %s", name_of(m, r), platform));
}

/* In verify the user named the bundle; else one that is not authentic is as good as absent. */
static void put_check(struct matching *m, bool found)
{
	if (found)
		verdict_check(m->v, "provenance.bundle", CHECK_PASS, NULL);
	else if (m->bad)
		verdict_check(m->v, "provenance.bundle",
		              m->bad_failed && m->request->collateral_given ? CHECK_FAIL : CHECK_NOT_CHECKED, "%s", m->bad);
}

static void judge_release(struct matching *m)
{
	struct release *r = arena_alloc(m->arena, sizeof(*r));
	bool found = r && find(m, PREDICATE_CODE, r);
	put_check(m, found);
	if (found)
		put_release(m, r);
	if (found && !r->row->accepted)
		conclude_refused(m, r);
	else if (found && m->tdx)
		conclude_tdx(m, r);
	else if (found)
		conclude(m, "known", CLAIM_ASSERTED, arena_format(m->arena, "what is measured is %s", name_of(m, r)));
	else if (m->bad)
		conclude(m, "unverified", CLAIM_UNKNOWN, m->bad);
	else if (m->request->repository_count > 0)
		conclude(m, "none", CLAIM_UNKNOWN,
		         arena_format(m->arena, "none of the %zu attestations at hand names what is measured", m->n));
}

static struct bytes measured(const struct verdict *v, const char *name)
{
	const struct verdict_value *x = verdict_find(v, name);
	return x && x->kind == VALUE_HEX && x->bytes.n == REGISTER_BYTES ? x->bytes : (struct bytes){NULL, 0};
}

void provenance_judge(const struct judge_request *request, struct arena *a, struct verdict *v)
{
	static const char *const names[] = {"rtmr0", "rtmr1", "rtmr2", "rtmr3"};
	struct matching *m = arena_alloc(a, sizeof(*m));
	if (!m || (v->kind != EVIDENCE_SNP && v->kind != EVIDENCE_TDX))
		return;
	*m = (struct matching){.request = request, .arena = a, .v = v, .tdx = v->kind == EVIDENCE_TDX};
	m->snp = measured(v, "measurement");
	m->mrtd = measured(v, "mrtd");
	for (size_t i = 0; i < 4; i++)
		m->rtmr[i] = measured(v, names[i]);
	if ((m->tdx ? m->rtmr[3] : m->snp).n == 0)
		return;
	arena_init(&m->scratch, SCRATCH_BYTES);
	take_all(m);
	arena_release(&m->scratch);
	judge_release(m);
}
