/* What stands in a device's evidence and certificates, for people and expectations. */
#include "base/cursor.h"
#include "base/hex.h"
#include "base/text.h"
#include "evidence/nvgpu.h"

/* How an opaque field is shown. */
enum shape { SHAPE_HEX, SHAPE_TEXT, SHAPE_U16, SHAPE_SWITCH, SHAPE_VBIOS };

static enum shape shape_of(unsigned id)
{
	static const uint8_t shapes[] = {
		[NVIDIA_DRIVER_VERSION] = SHAPE_TEXT, [NVIDIA_VBIOS_VERSION] = SHAPE_VBIOS,
		[NVIDIA_NVDEC0_STATUS] = SHAPE_SWITCH, [NVIDIA_CHIP_SKU] = SHAPE_TEXT, [16] = SHAPE_TEXT,
		[NVIDIA_PROJECT] = SHAPE_TEXT, [NVIDIA_PROJECT_SKU] = SHAPE_TEXT, [19] = SHAPE_TEXT,
		[NVIDIA_PROTECTED_PCIE_STATUS] = SHAPE_SWITCH, [23] = SHAPE_U16, [24] = SHAPE_U16,
		[NVIDIA_LOCK_SWITCH_STATUS] = SHAPE_U16, [34] = SHAPE_U16, [NVIDIA_CHIP_INFO] = SHAPE_TEXT,
		[NVIDIA_FEATURE_FLAG] = SHAPE_U16, [37] = SHAPE_U16,
	};
	return id < sizeof(shapes) ? (enum shape)shapes[id] : SHAPE_HEX;
}

/* As its shape has it; where the bytes are not of that shape, as they stand. */
static void put_field(const struct nvgpu *g, const char *name, const struct nvidia_opaque_field *f)
{
	struct verdict_values *to = &g->v->fields;
	struct bytes v = f->value, text = nvidia_opaque_text(&g->opaque, f->id);
	const char *vbios = nvidia_opaque_vbios(&g->opaque, g->arena), *shown = text_escaped(g->arena, text);
	struct cursor c = cursor_of(v);
	switch (shape_of(f->id)) {
	case SHAPE_TEXT:
		if (shown && (text.n > 0 || bytes_is_zero(v))) {
			verdict_text(to, name, shown);
			return;
		}
		break;
	case SHAPE_U16:
		if (v.n == 2) {
			verdict_number(to, name, cursor_u16le(&c, name));
			return;
		}
		break;
	case SHAPE_SWITCH:
		if (v.n == 1 && (v.p[0] == NVIDIA_STATUS_ON || v.p[0] == NVIDIA_STATUS_OFF)) {
			verdict_text(to, name, v.p[0] == NVIDIA_STATUS_ON ? "on" : "off");
			return;
		}
		break;
	case SHAPE_VBIOS:
		if (vbios) {
			verdict_text(to, name, vbios);
			return;
		}
		break;
	case SHAPE_HEX:
		break;
	}
	verdict_hex(to, name, v);
}

/* Fields that are not known, each "id=hex", as a list: new drivers bring new ones. */
static void put_others(const struct nvgpu *g)
{
	struct buffer list;
	buffer_init(&list, 256 << 10);
	for (size_t i = 0; i < g->opaque.count; i++) {
		const struct nvidia_opaque_field *f = &g->opaque.fields[i];
		if (nvidia_opaque_name(f->id))
			continue;
		if (list.n > 0)
			buffer_put_u8(&list, 0);
		buffer_printf(&list, "%u=", f->id);
		hex_put(&list, f->value);
	}
	if (list.n > 0)
		verdict_list(&g->v->fields, "opaque_others", arena_bytes(g->arena, buffer_bytes(&list)));
	buffer_release(&list);
}

static void put_opaque(const struct nvgpu *g)
{
	const struct nvidia_opaque *o = &g->opaque;
	struct verdict_values *to = &g->v->fields;
	const char *version = o->tagged ? arena_format(g->arena, "NVDAOD %u.%u.%u", o->major, o->minor, o->patch) : "plain";
	if (g->spdm.opaque.n == 0)
		version = "none";
	verdict_text(to, "opaque_format", version ? version : "");
	if (!g->readable) {
		verdict_hex(to, "opaque", g->spdm.opaque);
		return;
	}
	for (size_t i = 0; i < o->count; i++) {
		const char *name = nvidia_opaque_name(o->fields[i].id);
		if (name)
			put_field(g, name, &o->fields[i]);
	}
	put_others(g);
}

/* By the index that reference manifests have, one less than SPDM's. */
static void put_measurements(const struct nvgpu *g)
{
	uint8_t *types = arena_alloc(g->arena, g->spdm.measurement_count);
	for (size_t i = 0; i < g->spdm.measurement_count; i++) {
		const struct spdm_measurement *m = &g->spdm.measurements[i];
		const char *name = arena_format(g->arena, "measurement_%u", m->index - 1u);
		if (name)
			verdict_hex(&g->v->measurements, name, m->value);
		if (types)
			types[i] = m->type;
	}
	if (types)
		verdict_hex(&g->v->fields, "measurement_types", bytes_of(types, g->spdm.measurement_count));
}

static void put_device(const struct nvgpu *g)
{
	const struct nvidia_chain *c = &g->chain;
	struct verdict_values *to = &g->v->fields;
	verdict_text(to, "device", c->device == NVIDIA_DEVICE_SWITCH ? "switch" : "gpu");
	verdict_text(to, "architecture", nvidia_architecture_name(c->architecture));
	verdict_text(to, "chip", c->chip);
	verdict_text(to, "hardware", c->hardware);
	verdict_hex(to, "device_id", arena_bytes(g->arena, c->identity));
	verdict_hex(to, "device_pdi", arena_bytes(g->arena, c->pdi));
	verdict_hex(to, "certificate_serial", arena_bytes(g->arena, c->serial));
}

void nvgpu_put(const struct nvgpu *g)
{
	struct verdict_values *to = &g->v->fields;
	if (g->shaped)
		put_device(g);
	/* Nothing signed says so: NVML does, inside the guest; and a nonce can be relayed to another machine. */
	verdict_text(to, "confidential_mode", "unknown");
	verdict_text(to, "co_location", "unknown");
	if (!g->framed)
		return;
	verdict_hex(to, "nonce", g->spdm.nonce);
	verdict_hex(to, "responder_nonce", g->spdm.responder_nonce);
	verdict_number(to, "slot", g->spdm.slot);
	put_opaque(g);
	put_measurements(g);
}
