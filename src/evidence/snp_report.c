/* The SNP attestation report: fields, reserved parts, TCB layouts. */
#include "base/cursor.h"
#include "evidence/snp.h"

/* Guest policy: bit 17 is always one; what is above bit 25 is reserved (ABI 1.58). */
enum { POLICY_ALWAYS_ONE = 17, POLICY_RESERVED_FROM = 26, SIGNER_RESERVED_FROM = 5, VERSION_LAST = 5 };

static void note_reserved(struct snp_report *r, size_t offset, const char *field)
{
	if (!fault_is_set(r->reserved))
		r->reserved = fault_at(FAULT_RESERVED, offset, field);
}

static void expect_zero(struct snp_report *r, struct cursor *c, size_t n, const char *field)
{
	size_t at = c->offset;
	struct bytes b = cursor_take(c, n, field);
	for (size_t i = 0; i < b.n; i++)
		if (b.p[i] != 0) {
			note_reserved(r, at + i, field);
			return;
		}
}

static void read_identity(struct snp_report *r, struct cursor *c)
{
	if (r->version < 3) {
		expect_zero(r, c, 24, "reserved_0x188");
		return;
	}
	r->family = cursor_u8(c, "cpuid_fam_id");
	r->model = cursor_u8(c, "cpuid_mod_id");
	r->stepping = cursor_u8(c, "cpuid_step");
	expect_zero(r, c, 21, "reserved_0x18b");
}

static void read_versions(struct snp_report *r, struct cursor *c)
{
	cursor_copy(c, r->current_version, 3, "current_version");
	expect_zero(r, c, 1, "reserved_0x1eb");
	cursor_copy(c, r->committed_version, 3, "committed_version");
	expect_zero(r, c, 1, "reserved_0x1ef");
	r->launch_tcb = cursor_take(c, 8, "launch_tcb");
	if (r->version < 5) {
		expect_zero(r, c, 168, "reserved_0x1f8");
		return;
	}
	r->launch_mit_vector = cursor_u64le(c, "launch_mit_vector");
	r->current_mit_vector = cursor_u64le(c, "current_mit_vector");
	expect_zero(r, c, 152, "reserved_0x208");
}

struct fault snp_report_parse(struct bytes raw, struct snp_report *out)
{
	struct cursor c = cursor_of(raw);
	struct snp_report *r = out;
	*r = (struct snp_report){.raw = raw};
	if (raw.n != SNP_REPORT_BYTES)
		return fault_at(FAULT_LENGTH, raw.n, "report");
	r->version = cursor_u32le(&c, "version");
	r->guest_svn = cursor_u32le(&c, "guest_svn");
	r->policy = cursor_u64le(&c, "policy");
	r->family_id = cursor_take(&c, 16, "family_id");
	r->image_id = cursor_take(&c, 16, "image_id");
	r->vmpl = cursor_u32le(&c, "vmpl");
	r->signature_algorithm = cursor_u32le(&c, "signature_algo");
	r->current_tcb = cursor_take(&c, 8, "current_tcb");
	r->platform_info = cursor_u64le(&c, "platform_info");
	r->signer_info = cursor_u32le(&c, "signer_info");
	expect_zero(r, &c, 4, "reserved_0x4c");
	r->report_data = cursor_take(&c, 64, "report_data");
	r->measurement = cursor_take(&c, 48, "measurement");
	r->host_data = cursor_take(&c, 32, "host_data");
	r->id_key_digest = cursor_take(&c, 48, "id_key_digest");
	r->author_key_digest = cursor_take(&c, 48, "author_key_digest");
	r->report_id = cursor_take(&c, 32, "report_id");
	r->report_id_ma = cursor_take(&c, 32, "report_id_ma");
	r->reported_tcb = cursor_take(&c, 8, "reported_tcb");
	read_identity(r, &c);
	r->chip_id = cursor_take(&c, SNP_CHIP_ID_BYTES, "chip_id");
	r->committed_tcb = cursor_take(&c, 8, "committed_tcb");
	read_versions(r, &c);
	r->signature = cursor_take(&c, 512, "signature");
	struct fault f = cursor_end(&c, "report");
	if (!(r->policy >> POLICY_ALWAYS_ONE & 1) || r->policy >> POLICY_RESERVED_FROM != 0)
		note_reserved(r, 8, "policy");
	if (r->signer_info >> SIGNER_RESERVED_FROM != 0)
		note_reserved(r, 0x48, "signer_info");
	if (!fault_is_set(f) && r->version < 2)
		f = fault_at(FAULT_VALUE, 0, "version");
	else if (!fault_is_set(f) && r->version > VERSION_LAST)
		f = fault_at(FAULT_UNSUPPORTED, 0, "version");
	return f;
}

enum amd_product snp_report_product(const struct snp_report *r)
{
	if (r->version >= 3) {
		if (r->family == 0x19 && r->model <= 0x0f)
			return AMD_MILAN;
		if (r->family == 0x19 && ((r->model & 0xf0) == 0x10 || (r->model & 0xf0) == 0xa0))
			return AMD_GENOA;
		if (r->family == 0x1a && r->model <= 0x11)
			return AMD_TURIN;
		return AMD_UNKNOWN;
	}
	bool short_id = bytes_is_zero(bytes_slice(r->chip_id, SNP_TURIN_HWID_BYTES,
	                                          SNP_CHIP_ID_BYTES - SNP_TURIN_HWID_BYTES));
	return short_id && !bytes_is_zero(r->chip_id) ? AMD_TURIN : AMD_UNKNOWN;
}

enum amd_product snp_tcb_layout(const struct snp_report *r, enum amd_product product)
{
	if (product != AMD_UNKNOWN || r->version != 2 || bytes_is_zero(r->chip_id))
		return product;
	return AMD_GENOA; /* a long CHIP_ID: Milan or Genoa, and their layouts are one */
}

struct snp_tcb snp_tcb_decode(struct bytes raw, enum amd_product product)
{
	const uint8_t *b = raw.p;
	if (raw.n != 8)
		return (struct snp_tcb){.reserved_set = true};
	if (product == AMD_TURIN)
		return (struct snp_tcb){b[0], b[1], b[2], b[3], b[7], (b[4] | b[5] | b[6]) != 0};
	return (struct snp_tcb){0, b[0], b[1], b[6], b[7], (b[2] | b[3] | b[4] | b[5]) != 0};
}

bool snp_tcb_at_least(const struct snp_tcb *a, const struct snp_tcb *b)
{
	return a->fmc >= b->fmc && a->bl >= b->bl && a->tee >= b->tee && a->snp >= b->snp && a->ucode >= b->ucode;
}

/* ---- into the verdict ---- */

static const char *version_text(struct arena *a, const uint8_t v[3])
{
	const char *s = arena_format(a, "%u.%u.%u", v[2], v[1], v[0]);
	return s ? s : "";
}

static void put_policy(const struct snp_report *r, struct verdict *v)
{
	static const struct {
		unsigned bit;
		const char *name;
	} bits[] = {
		{16, "policy_smt_allowed"},         {18, "policy_migrate_ma_allowed"}, {19, "policy_debug_allowed"},
		{20, "policy_single_socket"},       {21, "policy_cxl_allowed"},        {22, "policy_mem_aes_256_xts"},
		{23, "policy_rapl_dis"},            {24, "policy_ciphertext_hiding"},  {25, "policy_page_swap_disable"},
	};
	verdict_hex(&v->fields, "policy", bytes_slice(r->raw, 8, 8));
	verdict_number(&v->fields, "policy_abi_minor", r->policy & 0xff);
	verdict_number(&v->fields, "policy_abi_major", r->policy >> 8 & 0xff);
	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		verdict_boolean(&v->fields, bits[i].name, r->policy >> bits[i].bit & 1);
}

static void put_tcb(const struct snp_report *r, enum amd_product product, struct verdict *v)
{
	struct snp_tcb reported = snp_tcb_decode(r->reported_tcb, product);
	if (product != AMD_UNKNOWN && !reported.reserved_set) {
		verdict_number(&v->tcb, "bl_spl", reported.bl);
		verdict_number(&v->tcb, "tee_spl", reported.tee);
		verdict_number(&v->tcb, "snp_spl", reported.snp);
		verdict_number(&v->tcb, "ucode_spl", reported.ucode);
		if (product == AMD_TURIN)
			verdict_number(&v->tcb, "fmc_spl", reported.fmc);
	}
	verdict_hex(&v->tcb, "reported_tcb", r->reported_tcb);
	verdict_hex(&v->tcb, "committed_tcb", r->committed_tcb);
	verdict_hex(&v->tcb, "current_tcb", r->current_tcb);
	verdict_hex(&v->tcb, "launch_tcb", r->launch_tcb);
}

static const char *signing_key_name(unsigned key)
{
	return key == SNP_KEY_VCEK ? "vcek" : key == SNP_KEY_VLEK ? "vlek" : "none";
}

void snp_report_put(const struct snp_report *r, enum amd_product product, struct verdict *v)
{
	const char *format = arena_format(v->arena, "report-v%u", r->version);
	v->format = format ? format : "report";
	v->report_data = r->report_data;
	verdict_hex(&v->measurements, "measurement", r->measurement);
	verdict_hex(&v->measurements, "host_data", r->host_data);
	verdict_hex(&v->measurements, "id_key_digest", r->id_key_digest);
	verdict_hex(&v->measurements, "author_key_digest", r->author_key_digest);
	put_tcb(r, snp_tcb_layout(r, product), v);
	verdict_number(&v->fields, "version", r->version);
	verdict_number(&v->fields, "guest_svn", r->guest_svn);
	put_policy(r, v);
	verdict_hex(&v->fields, "family_id", r->family_id);
	verdict_hex(&v->fields, "image_id", r->image_id);
	verdict_number(&v->fields, "vmpl", r->vmpl);
	verdict_hex(&v->fields, "platform_info", bytes_slice(r->raw, 0x40, 8));
	verdict_text(&v->fields, "signing_key", signing_key_name(snp_signing_key(r)));
	verdict_boolean(&v->fields, "author_key_en", r->signer_info & 1);
	verdict_boolean(&v->fields, "mask_chip_key", r->signer_info >> 1 & 1);
	verdict_hex(&v->fields, "chip_id", r->chip_id);
	verdict_hex(&v->fields, "report_id", r->report_id);
	verdict_hex(&v->fields, "report_id_ma", r->report_id_ma);
	verdict_text(&v->fields, "product", amd_product_name(product));
	verdict_text(&v->fields, "current_version", version_text(v->arena, r->current_version));
	verdict_text(&v->fields, "committed_version", version_text(v->arena, r->committed_version));
	if (r->version >= 3) {
		verdict_number(&v->fields, "cpuid_family", r->family);
		verdict_number(&v->fields, "cpuid_model", r->model);
		verdict_number(&v->fields, "cpuid_stepping", r->stepping);
	}
	if (r->version >= 5) {
		verdict_hex(&v->fields, "launch_mit_vector", bytes_slice(r->raw, 0x1f8, 8));
		verdict_hex(&v->fields, "current_mit_vector", bytes_slice(r->raw, 0x200, 8));
	}
}
