#include "evidence/nvgpu_scene.h"

#include <assert.h>

#include "base/limits.h"

void nv_scene_start(struct nv_scene *s, const struct demo_device *device)
{
	memset(s, 0, sizeof(*s));
	arena_init(&s->arena, LIMIT_ARENA_BYTES);
	s->device = s->chain_of = *device;
	s->driver_rim = demo_driver_rim(device);
	s->firmware_rim = demo_firmware_rim(device);
	s->without_driver_rim = strcmp(device->chip, "LS_10") == 0;
	for (size_t i = 0; i < 3; i++)
		s->ocsp[i] = demo_ocsp_good(i + 1);
	s->request.at_ms = DEMO_NVIDIA_AT_MS;
	s->request.kind = strcmp(device->chip, "LS_10") == 0 ? EVIDENCE_NVSWITCH : EVIDENCE_NVGPU;
	s->request.collateral_given = true;
}

static void add(struct collateral_set *set, struct bytes content)
{
	struct fault f = collateral_set_add(set, content);
	assert(!fault_is_set(f));
	(void)f;
}

void nv_scene_collateral(struct nv_scene *s, struct collateral_set *set)
{
	if (!s->without_anchor && !s->built_in_only)
		collateral_set_add_anchor(set, demo_nvidia_root(&s->arena), NULL);
	if (!s->built_in_only)
		collateral_set_add_anchor(set, demo_rim_root(&s->arena), NULL);
	if (!s->without_driver_rim)
		add(set, demo_rim_make(&s->driver_rim, &s->arena));
	if (!s->without_firmware_rim)
		add(set, demo_rim_make(&s->firmware_rim, &s->arena));
	for (size_t i = 0; !s->without_ocsp && i < 3; i++)
		add(set, demo_ocsp_response(&s->chain_of, &s->ocsp[i], &s->arena));
}

static struct bytes make_transcript(struct nv_scene *s)
{
	struct bytes plain = demo_transcript_unsigned(&s->device, &s->arena);
	uint8_t *p = arena_alloc(&s->arena, plain.n + s->extra);
	memcpy(p, plain.p, plain.n);
	for (size_t i = 0; i < NV_SCENE_CHANGES; i++)
		if (!s->changes[i].unsigned_one)
			p[s->changes[i].at] ^= s->changes[i].bits;
	demo_transcript_sign(&s->device, p, plain.n);
	if (s->zero_signature)
		memset(p + plain.n - 96, 0, 96);
	for (size_t i = 0; i < NV_SCENE_CHANGES; i++)
		if (s->changes[i].unsigned_one)
			p[s->changes[i].at] ^= s->changes[i].bits;
	return bytes_of(p, plain.n + s->extra - s->cut);
}

void nv_scene_make(struct nv_scene *s)
{
	collateral_set_init(&s->set, &s->arena);
	nv_scene_collateral(s, &s->set);
	s->raw = make_transcript(s);
	s->chain = demo_nvidia_chain(&s->chain_of, &s->arena);
	if (s->broken_pem)
		s->chain.n -= 40;
	if (s->chain_in_set)
		add(&s->set, s->chain);
	else if (!s->without_chain)
		s->request.endorsement = s->chain;
	s->request.evidence = s->raw;
	s->request.collateral = &s->set;
}

void nv_scene_judge(struct nv_scene *s)
{
	nv_scene_make(s);
	judge(&s->request, &s->arena, &s->verdict, &s->needs);
}

void nv_scene_end(struct nv_scene *s)
{
	arena_release(&s->arena);
}

const char *nv_scene_failed(const struct nv_scene *s)
{
	const struct verdict_check *c = verdict_first_failed(&s->verdict);
	return c ? c->id : "";
}

const char *nv_scene_unchecked(const struct nv_scene *s)
{
	for (size_t i = 0; i < s->verdict.check_count; i++)
		if (s->verdict.checks[i].result == CHECK_NOT_CHECKED)
			return s->verdict.checks[i].id;
	return "";
}
