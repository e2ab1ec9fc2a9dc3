/*
 * A device's measurements against the vendor's reference manifests: which manifests its own signed fields ask for,
 * whether they are authentic and in time, and the comparison index by index.
 */
#include "base/hex.h"
#include "evidence/nvgpu.h"
#include "evidence/rim.h"

struct part {
	enum rim_part part;
	const char *check, *name;
	struct rim_choice choice;
	bool wanted, good;
};

static void read_subject(const struct nvgpu *g, struct rim_subject *out)
{
	const struct nvidia_opaque *o = &g->opaque;
	const char *vbios = nvidia_opaque_vbios(o, g->arena);
	*out = (struct rim_subject){
		.is_switch = g->chain.device == NVIDIA_DEVICE_SWITCH,
		.chip = g->chain.chip,
		.chip_info = nvidia_opaque_text(o, NVIDIA_CHIP_INFO),
		.driver_version = nvidia_opaque_text(o, NVIDIA_DRIVER_VERSION),
		.firmware_version = bytes_of_text(vbios),
		.project = nvidia_opaque_text(o, NVIDIA_PROJECT),
		.project_sku = nvidia_opaque_text(o, NVIDIA_PROJECT_SKU),
		.chip_sku = nvidia_opaque_text(o, NVIDIA_CHIP_SKU),
	};
}

static enum rim_nvdec0 read_nvdec0(const struct nvgpu *g)
{
	struct bytes v = nvidia_opaque_get(&g->opaque, NVIDIA_NVDEC0_STATUS);
	if (v.n != 1)
		return RIM_NVDEC0_UNKNOWN;
	return v.p[0] == NVIDIA_STATUS_ON    ? RIM_NVDEC0_ENABLED
	       : v.p[0] == NVIDIA_STATUS_OFF ? RIM_NVDEC0_DISABLED
	                                     : RIM_NVDEC0_UNKNOWN;
}

struct comparison {
	struct rim_subject subject;
	struct rim_value *values;
	size_t value_count;
	enum rim_nvdec0 nvdec0;
};

static void put_rim(struct nvgpu *g, const struct part *p)
{
	struct verdict_values *to = &g->v->tcb;
	const char *name = arena_format(g->arena, "%s_rim", p->name);
	const char *hash = arena_format(g->arena, "%s_rim_sha256", p->name);
	if (name && p->choice.rim.tag_id)
		verdict_text(to, name, p->choice.rim.tag_id);
	if (hash)
		verdict_hex(to, hash, arena_bytes(g->arena, sha256_bytes(&p->choice.rim.sha256)));
	if (p->good)
		verdict_anchor(g->v, "nvidia", p->choice.trust.anchor, p->choice.trust.builtin);
}

/* Where its id cannot be told nobody can be asked for it, and an archive may still have it. */
static void need_rim(struct nvgpu *g, const struct comparison *c, enum rim_part part, const char *path)
{
	const struct rim_subject *s = &c->subject;
	struct bytes version = part == RIM_DRIVER ? s->driver_version : s->firmware_version;
	judge_need(g->needs, &(struct judge_need){
		.kind = COLLATERAL_RIM, .vendor = "nvidia-rim", .path = path,
		.subject = collateral_subject_rim(s->is_switch ? "SWITCH" : "GPU", version, g->arena)});
}

/* A manifest that is forged, or that its signer may no longer vouch for, is as good as none; forged ones fail where
 * the user gave them. */
static void judge_part(struct nvgpu *g, const struct comparison *c, struct part *p)
{
	char id[RIM_ID_SIZE];
	bool named = p->part == RIM_DRIVER ? rim_driver_id(&c->subject, id) : rim_firmware_id(&c->subject, id);
	rim_choose(g->request->collateral, &c->subject, p->part, c->values, c->value_count, c->nvdec0,
	           g->request->at_ms, g->arena, &p->choice);
	bool forged = p->choice.found == RIM_FORGED, stale = p->choice.found == RIM_STALE && p->choice.trust.stale;
	p->good = p->choice.found == RIM_FOUND;
	if (p->good)
		verdict_check(g->v, p->check, CHECK_PASS, "%s", p->choice.trust.why ? p->choice.trust.why : "");
	else
		verdict_check(g->v, p->check, forged && g->request->collateral_given ? CHECK_FAIL : CHECK_NOT_CHECKED, "%s%s",
		              stale ? VERDICT_STALE : "", p->choice.why ? p->choice.why : "");
	if (p->choice.found != RIM_NONE)
		put_rim(g, p);
	if (!p->good)
		need_rim(g, c, p->part, named ? arena_format(g->arena, "/v1/rim/%s", id) : NULL);
}

static void judge_measurements(struct nvgpu *g, const struct comparison *c, const struct part *parts, size_t n)
{
	const struct rim *rims[2];
	size_t count = 0;
	bool all = true;
	struct rim_comparison *result = arena_alloc(g->arena, sizeof(*result));
	for (size_t i = 0; i < n; i++) {
		if (parts[i].good)
			rims[count++] = &parts[i].choice.rim;
		all &= parts[i].good || !parts[i].wanted;
	}
	if (!result || count == 0) {
		verdict_check(g->v, "nv.measurements", CHECK_NOT_CHECKED, "no authentic reference manifest is at hand");
		return;
	}
	rim_compare(rims, count, c->values, c->value_count, c->nvdec0, result);
	const char *bad = rim_comparison_text(result, g->arena);
	verdict_number(&g->v->tcb, "measurements_matched", result->matched);
	verdict_number(&g->v->tcb, "measurements_compared", result->n);
	if (result->bad > 0)
		verdict_text(&g->v->tcb, "measurements_mismatched", bad ? bad : "");
	if (result->result == CHECK_FAIL)
		verdict_check(g->v, "nv.measurements", CHECK_FAIL, "not the golden values: %s", bad ? bad : "");
	else if (result->result == CHECK_PASS && all)
		verdict_check(g->v, "nv.measurements", CHECK_PASS, "%zu of %zu match%s", result->matched, result->n,
		              result->exempt > 0 ? "; index 35 is not compared, since the decoder is disabled" : "");
	else
		verdict_check(g->v, "nv.measurements", CHECK_NOT_CHECKED, "%zu of %zu match%s", result->matched, result->n,
		              all ? "; the manifest has parts that teewatch does not know"
		                  : "; a manifest is missing");
}

static void read_values(struct nvgpu *g, struct comparison *c)
{
	c->values = arena_array(g->arena, g->spdm.measurement_count, sizeof(*c->values));
	for (size_t i = 0; c->values && i < g->spdm.measurement_count; i++)
		c->values[c->value_count++] =
			(struct rim_value){g->spdm.measurements[i].index - 1u, g->spdm.measurements[i].value};
}

/* Only of evidence whose origin is proven: what anybody could have written is not worth comparing. */
void nvgpu_rim_judge(struct nvgpu *g)
{
	struct part *parts = arena_array(g->arena, 2, sizeof(*parts));
	struct comparison c = {.nvdec0 = read_nvdec0(g)};
	if (!parts || !g->authentic || !g->readable)
		return;
	if (g->chain.fsp) {
		verdict_check(g->v, "nv.driver_rim", CHECK_NOT_CHECKED,
		              "the FSP's reference values are in another format (CoRIM), which teewatch cannot read");
		return;
	}
	read_subject(g, &c.subject);
	read_values(g, &c);
	parts[0] = (struct part){.part = RIM_DRIVER, .check = "nv.driver_rim", .name = "driver",
	                         .wanted = !c.subject.is_switch};
	parts[1] = (struct part){.part = RIM_FIRMWARE, .check = "nv.firmware_rim", .name = "firmware", .wanted = true};
	if (parts[0].wanted)
		judge_part(g, &c, &parts[0]);
	else
		verdict_check(g->v, "nv.driver_rim", CHECK_PASS, "not applicable: a switch has no driver");
	judge_part(g, &c, &parts[1]);
	judge_measurements(g, &c, parts, 2);
}
