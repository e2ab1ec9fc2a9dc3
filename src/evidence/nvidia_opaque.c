#include "evidence/nvidia_opaque.h"

#include "base/cursor.h"

enum { MAJOR_LAST = 2, VBIOS_BYTES = 8 };

static const char magic[] = "NVDAOD";

static const struct nvidia_opaque_field *find(const struct nvidia_opaque *o, unsigned id)
{
	for (size_t i = 0; i < o->count; i++)
		if (o->fields[i].id == id)
			return &o->fields[i];
	return NULL;
}

static void read_header(struct cursor *c, struct nvidia_opaque *out)
{
	cursor_take(c, sizeof(magic) - 1, "opaque.magic");
	out->profile = cursor_u16le(c, "opaque.profile");
	out->major = cursor_u8(c, "opaque.version");
	out->minor = cursor_u8(c, "opaque.version");
	out->patch = cursor_u8(c, "opaque.version");
	cursor_u8(c, "opaque.padding");
}

static void read_field(struct cursor *c, struct nvidia_opaque *out)
{
	struct cursor before = *c;
	struct nvidia_opaque_field f = {.id = cursor_u16le(c, "opaque.type")};
	if (out->tagged)
		f.value_type = cursor_u16le(c, "opaque.value_type");
	f.value = cursor_take(c, cursor_u16le(c, "opaque.size"), "opaque.value");
	if (!cursor_ok(c))
		return;
	if (find(out, f.id))
		cursor_fail(&before, FAULT_DUPLICATE, "opaque.type");
	else if (out->count >= NVIDIA_OPAQUE_FIELDS_MAX)
		cursor_fail(&before, FAULT_LIMIT, "opaque.type");
	else
		out->fields[out->count++] = f;
	if (!cursor_ok(&before))
		*c = before;
}

struct fault nvidia_opaque_parse(struct bytes opaque, size_t offset, struct nvidia_opaque *out)
{
	struct cursor c = cursor_at(opaque, offset);
	*out = (struct nvidia_opaque){.tagged = bytes_starts_with(opaque, bytes_of_text(magic))};
	if (out->tagged) {
		read_header(&c, out);
		if (cursor_ok(&c) && (out->profile != 0 || out->major > MAJOR_LAST))
			return fault_at(FAULT_UNSUPPORTED, offset, "opaque.version");
	}
	while (cursor_ok(&c) && c.left.n > 0)
		read_field(&c, out);
	return c.fault;
}

struct bytes nvidia_opaque_get(const struct nvidia_opaque *o, unsigned id)
{
	const struct nvidia_opaque_field *f = find(o, id);
	return f ? f->value : (struct bytes){NULL, 0};
}

static bool is_printable(struct bytes b)
{
	for (size_t i = 0; i < b.n; i++)
		if (b.p[i] <= ' ' || b.p[i] > '~')
			return false;
	return true;
}

struct bytes nvidia_opaque_text(const struct nvidia_opaque *o, unsigned id)
{
	struct bytes v = nvidia_opaque_get(o, id);
	while (v.n > 0 && (v.p[v.n - 1] == 0 || v.p[v.n - 1] == ' '))
		v.n--;
	return is_printable(v) ? v : (struct bytes){NULL, 0};
}

/* The bytes b3.b2.b1.b0.b4; what follows them is not part of the version. */
const char *nvidia_opaque_vbios(const struct nvidia_opaque *o, struct arena *a)
{
	struct bytes v = nvidia_opaque_get(o, NVIDIA_VBIOS_VERSION), text = nvidia_opaque_text(o, NVIDIA_VBIOS_VERSION);
	if (v.n == VBIOS_BYTES)
		return arena_format(a, "%02X.%02X.%02X.%02X.%02X", v.p[3], v.p[2], v.p[1], v.p[0], v.p[4]);
	return text.n > VBIOS_BYTES ? arena_text(a, text) : NULL;
}

const char *nvidia_opaque_name(unsigned id)
{
	static const char *const names[] = {
		[1] = "cert_issuer_name", [2] = "cert_authority_key_id", [3] = "driver_version", [4] = "gpu_info",
		[5] = "sku", [6] = "vbios_version", [7] = "manufacturer_id", [8] = "tamper_detection", [9] = "smc",
		[10] = "vpr", [11] = "nvdec0_status", [12] = "measurement_counts", [13] = "cprinfo", [14] = "board_id",
		[15] = "chip_sku", [16] = "chip_sku_mod", [17] = "project", [18] = "project_sku",
		[19] = "project_sku_mod", [20] = "fwid", [21] = "protected_pcie_status", [22] = "switch_pdi",
		[23] = "disabled_ports", [24] = "position_id", [25] = "lock_switch_status", [26] = "switch_gpu_pdis",
		[27] = "switch_ports", [32] = "gpu_link_conn", [33] = "sys_enable_status",
		[34] = "opaque_data_version", [35] = "chip_info", [36] = "feature_flag", [37] = "fsp_ucode_svn",
		[38] = "nvle_status",
	};
	return id < sizeof(names) / sizeof(names[0]) ? names[id] : NULL;
}
