#include "evidence/snp_scene.h"

#include <assert.h>

#include "base/limits.h"

const uint8_t scene_spki[16] = "a key, or so ...";
const uint8_t scene_hpke_key[32] = "an HPKE key of thirty-two bytes";

void scene_start(struct scene *s)
{
	memset(s, 0, sizeof(*s));
	arena_init(&s->arena, LIMIT_ARENA_BYTES);
	s->report = demo_report_good();
	struct sha256 spki = hash_sha256(bytes_of(scene_spki, sizeof(scene_spki)));
	memcpy(s->report.report_data, spki.b, 32);
	memcpy(s->report.report_data + 32, scene_hpke_key, 32);
	s->vek = demo_vek_of(&s->report);
	s->crl_from_ms = SCENE_AT_MS - 10 * SCENE_DAY_MS;
	s->crl_to_ms = SCENE_AT_MS + 30 * SCENE_DAY_MS;
	s->request.at_ms = SCENE_AT_MS;
	s->request.binding = (struct evidence_binding){
		.rule = BINDING_SPKI_HPKE,
		.spki = bytes_of(scene_spki, sizeof(scene_spki)),
		.hpke_key = bytes_of(scene_hpke_key, 32),
	};
}

/* A line's up-to-date TCB and identification. */
void scene_product(struct scene *s, enum amd_product p, uint32_t version)
{
	static const struct {
		struct demo_tcb tcb;
		uint8_t family, model, stepping;
	} lines[] = {
		[AMD_MILAN] = {{0, 4, 0, 27, 219}, 0x19, 0x01, 1},
		[AMD_GENOA] = {{0, 10, 0, 27, 86}, 0x19, 0x11, 1},
		[AMD_TURIN] = {{1, 1, 1, 4, 81}, 0x1a, 0x02, 1},
	};
	struct demo_report *r = &s->report;
	r->product = p;
	r->version = version;
	r->reported = r->committed = r->current = lines[p].tcb;
	r->family = lines[p].family;
	r->model = lines[p].model;
	r->stepping = lines[p].stepping;
	s->vek = demo_vek_of(r);
}

/* Roots and intermediates are the same for every scene, and their signatures take time. */
static struct bytes kept_certificate(enum amd_product p, bool root, bool vlek)
{
	static struct arena kept;
	static struct bytes certificates[AMD_TURIN + 1][2][2];
	struct bytes *c = &certificates[p][root][!root && vlek];
	if (kept.max == 0)
		arena_init(&kept, 1 << 20);
	if (c->n == 0)
		*c = root ? demo_ark(p, &kept) : demo_ask(p, vlek, &kept);
	return *c;
}

static void add(struct scene *s, struct bytes content)
{
	struct fault f = collateral_set_add(&s->set, content);
	assert(!fault_is_set(f));
	(void)f;
}

static struct bytes make_report(struct scene *s)
{
	struct bytes plain = demo_report_unsigned(&s->report, &s->arena);
	uint8_t *p = arena_alloc(&s->arena, plain.n);
	memcpy(p, plain.p, plain.n);
	for (size_t i = 0; i < sizeof(s->changes) / sizeof(s->changes[0]); i++)
		if (!s->changes[i].unsigned_one)
			p[s->changes[i].at] ^= s->changes[i].bits;
	demo_report_sign(p, s->report.vlek);
	for (size_t i = 0; i < sizeof(s->changes) / sizeof(s->changes[0]); i++)
		if (s->changes[i].unsigned_one)
			p[s->changes[i].at] ^= s->changes[i].bits;
	return bytes_of(p, plain.n - s->cut);
}

static struct bytes make_crl(struct scene *s)
{
	struct bytes crl = demo_crl(s->report.product, s->crl_from_ms, s->crl_to_ms, s->crl_revokes, &s->arena);
	uint8_t *p = arena_alloc(&s->arena, crl.n);
	memcpy(p, crl.p, crl.n);
	p[crl.n - 1] ^= s->crl_broken; /* the last byte of the signature */
	return bytes_of(p, crl.n);
}

void scene_make(struct scene *s)
{
	enum amd_product p = s->report.product;
	enum amd_product pinned = s->anchor_of_other_line ? (p == AMD_MILAN ? AMD_GENOA : AMD_MILAN) : p;
	struct bytes vek = demo_vek(&s->vek, &s->arena);
	collateral_set_init(&s->set, &s->arena);
	s->raw = make_report(s);
	if (!s->without_anchor)
		collateral_set_add_anchor(&s->set, kept_certificate(pinned, true, false), NULL);
	if (!s->without_ask)
		add(s, kept_certificate(p, false, s->report.vlek));
	if (!s->without_crl)
		add(s, make_crl(s));
	if (s->table)
		add(s, bytes_of_text(s->table));
	for (size_t i = 0; i < sizeof(s->more) / sizeof(s->more[0]); i++)
		if (s->more[i].n > 0)
			add(s, s->more[i]);
	if (s->vek_in_set && !s->without_vek)
		add(s, vek);
	else if (!s->without_vek)
		s->request.endorsement = s->endorsement.n > 0 ? s->endorsement : vek;
	s->request.evidence = s->raw;
	s->request.collateral = &s->set;
}

void scene_judge(struct scene *s)
{
	scene_make(s);
	judge(&s->request, &s->arena, &s->verdict, &s->needs);
}

void scene_end(struct scene *s)
{
	arena_release(&s->arena);
}

const char *scene_failed(const struct scene *s)
{
	const struct verdict_check *c = verdict_first_failed(&s->verdict);
	return c ? c->id : "";
}

enum claim_status scene_claim(const struct scene *s, const char *claim)
{
	const struct verdict_claim *c = verdict_find_claim(&s->verdict, claim);
	return c ? c->status : CLAIM_UNKNOWN;
}
