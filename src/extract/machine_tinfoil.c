/* Tinfoil's documents of version 3, asked for with a nonce (facts: tinfoil 3.4, 3.5 and 4). */
#include "base/base64.h"
#include "base/gzip.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/json.h"
#include "base/limits.h"
#include "extract/machine.h"

static const char v3_uri[] = "https://tinfoil.sh/predicate/attestation/v3";
static const char report_data_uri[] = "https://tinfoil.sh/report-data/v1";

enum { HASHED_BYTES_MAX = 256 };

static bool is_text(const struct json *v, const char *text)
{
	return json_is(v, JSON_STRING) && bytes_equal_text(v->text, text);
}

/* ---- the final form ---- */

static struct bytes hash_of(struct arena *a, struct bytes in)
{
	struct sha256 h = hash_sha256(in);
	return arena_bytes(a, sha256_bytes(&h));
}

/* SHA-256(URI || nonce || SHA-256(crypto_material) || SHA-256(device_evidence)). */
static struct bytes final_hash(struct arena *a, struct bytes nonce, struct bytes material, struct bytes devices)
{
	struct buffer b;
	buffer_init(&b, HASHED_BYTES_MAX);
	buffer_put_text(&b, report_data_uri);
	buffer_put_bytes(&b, nonce);
	buffer_put_bytes(&b, hash_of(a, material));
	buffer_put_bytes(&b, hash_of(a, devices));
	struct bytes h = hash_of(a, buffer_bytes(&b));
	buffer_release(&b);
	return h;
}

/* A GPU's item holds its evidence, a switch's what NVIDIA's tool wrote. */
static void read_item(struct machine_reader *r, const struct json *item)
{
	const struct json *evidence = json_get(item, "evidence");
	bool is_switch = is_text(json_get(item, "kind"), "nvswitch");
	struct machine_list about = {.place = "device_evidence", .kind = is_switch ? EVIDENCE_NVSWITCH : EVIDENCE_NONE};
	if (json_get(evidence, "evidences"))
		machine_read_devices(r, json_get(evidence, "evidences"), &about);
	else if (json_is(evidence, JSON_ARRAY))
		machine_read_devices(r, evidence, &about);
	else
		machine_read_device(r, json_is(evidence, JSON_OBJECT) ? evidence : item, &about);
}

static void read_items(struct machine_reader *r, struct bytes devices, size_t offset)
{
	const struct json *root;
	struct fault f = json_parse(r->arena, devices, &root);
	const struct json *items = fault_is_set(f) ? NULL : json_get(root, "items");
	if (!json_is(items, JSON_ARRAY)) {
		struct machine_piece *p = machine_add(r, "device_evidence");
		if (p) {
			p->device = true;
			p->kind = EVIDENCE_NVGPU;
			p->fault = fault_at(fault_is_set(f) ? f.code : FAULT_MISSING, offset, "device_evidence");
		}
		return;
	}
	for (const struct json *i = items->first; i && !fault_is_set(r->fault); i = i->next)
		read_item(r, i);
}

/* The certificate of an AMD processor's key, where the document brings it. */
static struct bytes find_vcek(struct arena *a, const struct json *root)
{
	const struct json *list = json_get(root, "collateral");
	struct bytes der = {NULL, 0};
	for (const struct json *c = json_is(list, JSON_ARRAY) ? list->first : NULL; c; c = c->next) {
		const struct json *vcek = json_get(json_get(c, "data"), "vcek_der_base64");
		if (is_text(json_get(c, "format"), "https://tinfoil.sh/collateral/amd-vcek/v1") &&
		    json_is(vcek, JSON_STRING) && base64_decode_arena(a, vcek->text, &der))
			return der;
	}
	return (struct bytes){NULL, 0};
}

static void read_final(struct machine_reader *r, const struct json *root, const struct json *cpu)
{
	const struct json *challenge = json_get(root, "challenge"), *format = json_get(cpu, "format");
	struct fault f = FAULT_OK;
	struct bytes material = json_base64_arena(root, "crypto_material", r->arena, &f);
	struct bytes devices = json_base64_arena(root, "device_evidence", r->arena, &f);
	struct bytes report = json_base64_arena(cpu, "report_base64", r->arena, &f);
	struct bytes nonce = machine_nonce(r->arena, challenge, "nonce");
	struct machine_piece *p = machine_add(r, "cpu_evidence");
	bool known = is_text(json_get(challenge, "report_data_algorithm"), report_data_uri) && nonce.n > 0;
	if (!p)
		return;
	r->devices++; /* the list of devices may be empty, and is signed as such */
	p->nonce = nonce;
	p->fault = f;
	if (fault_is_set(f))
		return;
	p->evidence = report;
	if (is_text(format, "https://tinfoil.sh/format/sev-snp-report/v1")) {
		p->kind = EVIDENCE_SNP;
		p->endorsement = find_vcek(r->arena, root);
	} else if (is_text(format, "https://tinfoil.sh/format/tdx-quote/v1")) {
		p->kind = EVIDENCE_TDX;
	}
	read_items(r, devices, json_get(root, "device_evidence")->offset);
	if (known)
		machine_set_rule(r, NONCE_HASHED, final_hash(r->arena, nonce, material, devices));
}

/* ---- the drafts ---- */

/* SHA-256(tls_key_fp || hpke_key || nonce || gpu_evidence_hash || nvswitch_evidence_hash): what is not there adds
 * nothing. False where one of them cannot be read. */
static bool draft_hash(struct arena *a, const struct json *parts, struct bytes *out)
{
	static const char *const names[] = {"tls_key_fp", "hpke_key", "nonce", "gpu_evidence_hash", "nvswitch_evidence_hash"};
	struct buffer b;
	bool good = true;
	buffer_init(&b, HASHED_BYTES_MAX);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct json *v = json_get(parts, names[i]);
		struct bytes raw = {NULL, 0};
		if (!v || (json_is(v, JSON_STRING) && v->text.n == 0))
			continue;
		good &= json_is(v, JSON_STRING) && hex_decode_arena(a, v->text, &raw) && raw.n == SHA256_BYTES;
		buffer_put_bytes(&b, raw);
	}
	good &= buffer_ok(&b) && b.n > 0;
	*out = hash_of(a, buffer_bytes(&b));
	buffer_release(&b);
	return good;
}

/* The report is in base64, deflated as in version 2 or not. */
static struct fault decode_report(struct arena *a, const struct json *report, struct bytes *out)
{
	struct buffer inflated;
	struct fault f = FAULT_OK;
	if (!json_is(report, JSON_STRING) || !machine_decode(a, report->text, out))
		return fault_at(report ? FAULT_ENCODING : FAULT_MISSING, report ? report->offset : 0, "cpu.report");
	if (out->n < 2 || out->p[0] != 0x1f || out->p[1] != 0x8b)
		return FAULT_OK;
	buffer_init(&inflated, LIMIT_EVIDENCE_BYTES);
	f = gzip_inflate(*out, &inflated);
	*out = arena_bytes(a, buffer_bytes(&inflated));
	buffer_release(&inflated);
	return fault_is_set(f) ? fault_at(f.code, report->offset, "cpu.report") : FAULT_OK;
}

static void read_draft(struct machine_reader *r, const struct json *root, const struct json *cpu)
{
	const struct json *parts = json_get(root, "report_data"), *gpu = json_get(root, "gpu");
	const struct json *nvswitch = json_get(root, "nvswitch");
	struct bytes hash, nonce = machine_nonce(r->arena, parts, "nonce");
	struct machine_list gpus = {.place = "gpu", .nonce = nonce};
	struct machine_list switches = {.place = "nvswitch", .kind = EVIDENCE_NVSWITCH, .nonce = nonce};
	struct machine_piece *p = machine_add(r, "cpu");
	if (!p)
		return;
	r->devices++;
	p->nonce = nonce;
	p->fault = decode_report(r->arena, json_get(cpu, "report"), &p->evidence);
	if (fault_is_set(p->fault))
		p->evidence = (struct bytes){NULL, 0};
	machine_read_devices(r, json_get(gpu, "evidences"), &gpus);
	machine_read_devices(r, json_get(nvswitch, "evidences"), &switches);
	if (nonce.n > 0 && draft_hash(r->arena, parts, &hash))
		machine_set_rule(r, NONCE_HASHED, hash);
}

bool machine_read_tinfoil(struct machine_reader *r, const struct json *root)
{
	const struct json *final = json_get(root, "cpu_evidence"), *draft = json_get(root, "cpu");
	if (!is_text(json_get(root, "format"), v3_uri))
		return false;
	if (json_is(final, JSON_OBJECT))
		read_final(r, root, final);
	else if (json_is(draft, JSON_OBJECT))
		read_draft(r, root, draft);
	else
		return false;
	return true;
}
