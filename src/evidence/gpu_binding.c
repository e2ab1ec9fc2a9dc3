#include "evidence/gpu_binding.h"

#include "evidence/binding.h"

enum { REPORT_DATA_BYTES = 64 };

static bool is_device(const struct verdict *v)
{
	return v->kind == EVIDENCE_NVGPU || v->kind == EVIDENCE_NVSWITCH;
}

static bool is_cpu(const struct verdict *v)
{
	return v->kind == EVIDENCE_TDX || v->kind == EVIDENCE_SNP || v->kind == EVIDENCE_SGX || v->kind == EVIDENCE_NITRO;
}

static struct bytes field(const struct verdict *v, const char *name)
{
	const struct verdict_value *value = verdict_find(v, name);
	return value ? value->bytes : (struct bytes){NULL, 0};
}

static void set_claim(struct verdict *v, const char *name, enum claim_status status, enum claim_source source,
                      const char *reason)
{
	for (size_t i = 0; i < v->claim_count; i++)
		if (strcmp(v->claims[i].claim, name) == 0) {
			v->claims[i] = (struct verdict_claim){name, status, source, reason};
			return;
		}
	verdict_claim(v, name, status, source, reason);
}

/* ---- one device ---- */

/* Genuine hardware, and firmware that its vendor knows. Revocation counts only where a responder said revoked, a set's
 * checks where they failed. A manifest that is forged says nothing of the device. */
static enum check_result judge_device(const struct verdict *v, const char **id)
{
	enum weight { NEEDED = 1, REFUTES = 2, BOTH = NEEDED | REFUTES }; /* passed; a failure speaks against the device */
	static const struct {
		const char *id;
		enum weight weight;
	} steps[] = {
		{"nv.format", BOTH},           {"nv.opaque", BOTH},         {"nv.chain_available", BOTH},
		{"nv.chain_shape", BOTH},      {"nv.chain", BOTH},          {"nv.signature", BOTH},
		{"nv.device_type", BOTH},      {"nv.architecture", BOTH},   {"nv.fwid", BOTH},
		{"nv.pdi", BOTH},              {"nv.revocation", REFUTES},  {"nv.driver_rim", NEEDED},
		{"nv.firmware_rim", NEEDED},   {"nv.measurements", BOTH},   {"nv.device_unique", REFUTES},
		{"nv.topology", REFUTES},      {"binding.nonce", REFUTES},  {"binding.document_nonce", REFUTES},
		{"binding.gpu_nonce", REFUTES},
	};
	const char *missing = NULL;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		enum check_result r = verdict_check_result(v, steps[i].id);
		*id = steps[i].id;
		if (r == CHECK_FAIL && steps[i].weight & REFUTES)
			return CHECK_FAIL;
		if (r != CHECK_PASS && steps[i].weight & NEEDED && !missing)
			missing = steps[i].id;
	}
	*id = missing ? missing : "";
	return missing ? CHECK_NOT_CHECKED : CHECK_PASS;
}

static bool is_builtin(const struct verdict *v)
{
	for (size_t i = 0; i < v->anchor_count; i++)
		if (!v->anchors[i].builtin)
			return false;
	return v->anchor_count > 0;
}

static const char *or_text(const char *formatted, const char *otherwise)
{
	return formatted ? formatted : otherwise;
}

void gpu_claims_put(struct verdict *v)
{
	const char *id = "", *none = "a GPU's evidence says nothing of it";
	enum check_result r = judge_device(v, &id);
	verdict_claim(v, "tee_attested", CLAIM_UNKNOWN, SOURCE_NONE, "the evidence is of a device and of no CPU");
	verdict_claim(v, "tcb_up_to_date", CLAIM_UNKNOWN, SOURCE_NONE, none);
	verdict_claim(v, "os_known_good", CLAIM_UNKNOWN, SOURCE_NONE, none);
	verdict_claim(v, "serving_software_known_good", CLAIM_UNKNOWN, SOURCE_NONE, none);
	if (r == CHECK_FAIL)
		verdict_claim(v, "gpu_attested", CLAIM_REFUTED,
		              is_builtin(v) ? SOURCE_HARDWARE_PROVEN : SOURCE_VERIFIER_DERIVED,
		              or_text(arena_format(v->arena, "%s failed", id), "a check failed"));
	else if (r == CHECK_NOT_CHECKED)
		verdict_claim(v, "gpu_attested", CLAIM_UNKNOWN, SOURCE_NONE,
		              or_text(arena_format(v->arena, "%s could not be checked", id), "a check could not be made"));
	else
		verdict_claim(v, "gpu_attested", CLAIM_UNKNOWN, SOURCE_NONE,
		              "the device is genuine, and no verified CPU evidence holds its nonce");
	verdict_claim(v, "model_weights_provenance", CLAIM_UNKNOWN, SOURCE_NONE, none);
}

/* ---- the set ---- */

struct set {
	struct verdict *const *v;
	size_t n;
	struct verdict *cpu;         /* NULL: none */
	const struct evidence_binding *binding;
};

static void judge_unique(const struct set *s)
{
	size_t devices = 0;
	for (size_t i = 0; i < s->n; i++)
		devices += is_device(s->v[i]);
	for (size_t i = 0; i < s->n && devices > 1; i++) {
		struct bytes id = field(s->v[i], "device_id");
		bool twice = false;
		for (size_t k = 0; k < s->n && id.n > 0; k++)
			twice |= k != i && bytes_equal(field(s->v[k], "device_id"), id);
		if (is_device(s->v[i]))
			verdict_check(s->v[i], "nv.device_unique",
			              id.n == 0 ? CHECK_NOT_CHECKED : twice ? CHECK_FAIL : CHECK_PASS, "%s",
			              id.n == 0 ? "which device it is could not be read"
			              : twice   ? "the document has other evidence of the same device"
			                        : "");
	}
}

static void judge_nonce(const struct set *s, struct verdict *device)
{
	struct bytes nonce = field(device, "nonce");
	const char *where = "";
	if (!s->cpu)
		return;
	if (nonce.n == 0 || s->cpu->report_data.n != REPORT_DATA_BYTES) {
		verdict_check(device, "binding.gpu_nonce", CHECK_NOT_CHECKED, "%s",
		              nonce.n == 0 ? "the device's nonce could not be read"
		                           : "the CPU's evidence has no report_data that could be read");
		return;
	}
	enum check_result r = binding_nonce_place(s->binding, s->cpu->report_data, nonce, &where);
	if (r == CHECK_PASS)
		verdict_check(device, "binding.gpu_nonce", r, "the nonce is in %s of the CPU's evidence", where);
	else if (r == CHECK_FAIL)
		verdict_check(device, "binding.gpu_nonce", r, "%s of the CPU's evidence does not hold the nonce", where);
	else
		verdict_check(device, "binding.gpu_nonce", r,
		              "where the CPU's evidence of this scheme holds the nonce is not known");
}

/* ---- topology: the identifiers that devices give for each other ---- */

enum { PDI_BYTES = 8, SWITCH_GPUS = 8 };

static bool same_reversed(struct bytes a, struct bytes b)
{
	for (size_t i = 0; i < PDI_BYTES; i++)
		if (a.p[i] != b.p[PDI_BYTES - 1 - i])
			return false;
	return true;
}

/* Does the list name this device? GPUs write the switches' identifiers with their bytes reversed. */
static bool names(struct bytes list, struct bytes pdi, bool reversed)
{
	for (size_t at = 0; at + PDI_BYTES <= list.n && pdi.n == PDI_BYTES; at += PDI_BYTES) {
		struct bytes one = bytes_slice(list, at, PDI_BYTES);
		if (reversed ? same_reversed(one, pdi) : bytes_equal(one, pdi))
			return true;
	}
	return false;
}

/* A device that the list names, and whose evidence is not in the document. */
static bool names_absent(const struct set *s, struct bytes list, enum evidence_kind kind, bool reversed)
{
	for (size_t at = 0; at + PDI_BYTES <= list.n; at += PDI_BYTES) {
		struct bytes one = bytes_slice(list, at, PDI_BYTES);
		bool here = bytes_is_zero(one);
		for (size_t i = 0; i < s->n && !here; i++)
			here = s->v[i]->kind == kind && names(one, field(s->v[i], "device_pdi"), reversed);
		if (!here)
			return true;
	}
	return false;
}

/* Devices of the kind in the document that the list does not name, as far as their certificates were read. */
static bool lacks_present(const struct set *s, struct bytes list, enum evidence_kind kind, bool reversed)
{
	for (size_t i = 0; i < s->n; i++) {
		struct bytes pdi = field(s->v[i], "device_pdi");
		if (s->v[i]->kind == kind && pdi.n == PDI_BYTES && !names(list, pdi, reversed))
			return true;
	}
	return false;
}

static size_t count_kind(const struct set *s, enum evidence_kind kind)
{
	size_t n = 0;
	for (size_t i = 0; i < s->n; i++)
		n += s->v[i]->kind == kind;
	return n;
}

static void put_topology(struct verdict *v, const char *contradiction, const char *open)
{
	verdict_check(v, "nv.topology", contradiction ? CHECK_FAIL : open ? CHECK_NOT_CHECKED : CHECK_PASS, "%s",
	              contradiction ? contradiction
	              : open        ? open
	                            : "");
}

static void judge_gpu_topology(const struct set *s, struct verdict *v)
{
	const struct verdict_value *pcie = verdict_find(v, "protected_pcie_status");
	bool on = pcie && pcie->kind == VALUE_TEXT && bytes_equal_text(pcie->bytes, "on");
	struct bytes list = field(v, "switch_pdi");
	if (count_kind(s, EVIDENCE_NVSWITCH) == 0) {
		if (on)
			put_topology(v, NULL, "it is one of several behind switches, of which there is no evidence");
		return;
	}
	if (!pcie || list.n == 0 || field(v, "device_pdi").n == 0)
		put_topology(v, NULL, "there is evidence of switches, and its own says nothing of them");
	else if (!on)
		put_topology(v, "there is evidence of switches, and its protected PCIe mode is not on", NULL);
	else if (lacks_present(s, list, EVIDENCE_NVSWITCH, true))
		put_topology(v, "a switch of the document is none that it is connected to", NULL);
	else
		put_topology(v, NULL,
		             names_absent(s, list, EVIDENCE_NVSWITCH, true)
		                     ? "it is connected to a switch of which there is no evidence"
		                     : NULL);
}

static void judge_switch_topology(const struct set *s, struct verdict *v)
{
	const struct verdict_value *lock = verdict_find(v, "lock_switch_status");
	struct bytes list = bytes_slice(field(v, "switch_gpu_pdis"), 0, SWITCH_GPUS * PDI_BYTES);
	if (lock && lock->kind == VALUE_NUMBER && lock->number != 1)
		put_topology(v, "the switch is not locked", NULL);
	else if (list.n == 0 || field(v, "device_pdi").n == 0)
		put_topology(v, NULL, "it does not say which GPUs it is connected to");
	else if (count_kind(s, EVIDENCE_NVGPU) == 0)
		put_topology(v, NULL, "there is no evidence of its GPUs");
	else if (lacks_present(s, list, EVIDENCE_NVGPU, false))
		put_topology(v, "a GPU of the document is none that it is connected to", NULL);
	else
		put_topology(v, NULL,
		             names_absent(s, list, EVIDENCE_NVGPU, false)
		                     ? "it is connected to a GPU of which there is no evidence"
		                     : NULL);
}

/* ---- the claim ---- */

struct settled {
	enum claim_status status;
	const char *reason;
};

static const char *device_name(const struct verdict *v)
{
	return v->kind == EVIDENCE_NVSWITCH ? "switch" : "GPU";
}

/* The worst of the devices decides. */
static struct settled settle_devices(const struct set *s, struct arena *a)
{
	struct settled worst = {CLAIM_ASSERTED, NULL};
	size_t number = 0;
	for (size_t i = 0; i < s->n; i++) {
		const char *id = "";
		if (!is_device(s->v[i]))
			continue;
		number++;
		enum check_result r = judge_device(s->v[i], &id);
		if (r == CHECK_FAIL)
			return (struct settled){CLAIM_REFUTED,
			                        or_text(arena_format(a, "device %zu, a %s: %s failed", number,
			                                             device_name(s->v[i]), id),
			                                "a check of a device failed")};
		if (r == CHECK_NOT_CHECKED && worst.status == CLAIM_ASSERTED)
			worst = (struct settled){CLAIM_UNKNOWN,
			                         or_text(arena_format(a, "device %zu, a %s: %s could not be checked", number,
			                                              device_name(s->v[i]), id),
			                                 "a check of a device could not be made")};
	}
	return worst;
}

static bool all_bound(const struct set *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (is_device(s->v[i]) && verdict_check_result(s->v[i], "binding.gpu_nonce") != CHECK_PASS)
			return false;
	return true;
}

static struct settled settle(const struct set *s, struct arena *a)
{
	struct settled devices = settle_devices(s, a);
	const struct verdict_claim *cpu = s->cpu ? verdict_find_claim(s->cpu, "tee_attested") : NULL;
	if (devices.status == CLAIM_REFUTED)
		return devices;
	if (!s->cpu)
		devices = devices.status == CLAIM_UNKNOWN
		                  ? devices
		                  : (struct settled){CLAIM_UNKNOWN, "there is no CPU evidence that could hold the nonce"};
	else if (devices.status == CLAIM_ASSERTED && (!cpu || cpu->status != CLAIM_ASSERTED))
		devices = (struct settled){CLAIM_UNKNOWN, "the CPU evidence that should hold the nonce is not verified"};
	else if (devices.status == CLAIM_ASSERTED && !all_bound(s))
		devices = (struct settled){CLAIM_UNKNOWN, "whether the CPU evidence holds the nonce could not be checked"};
	if (devices.status == CLAIM_ASSERTED)
		devices.reason = "verified CPU evidence holds the nonce that every device answers; that they are in one "
		                 "machine is not proven by it";
	return devices;
}

static void put_claim(const struct set *s)
{
	struct settled result = settle(s, s->v[0]->arena);
	bool builtin = true;
	for (size_t i = 0; i < s->n; i++)
		builtin &= is_builtin(s->v[i]);
	enum claim_source source = result.status == CLAIM_UNKNOWN ? SOURCE_NONE
	                           : builtin                      ? SOURCE_HARDWARE_PROVEN
	                                                          : SOURCE_VERIFIER_DERIVED;
	for (size_t i = 0; i < s->n; i++) {
		if (is_device(s->v[i]) || is_cpu(s->v[i]))
			set_claim(s->v[i], "gpu_attested", result.status, source, result.reason);
		verdict_conclude(s->v[i]);
	}
}

void gpu_binding_judge(struct verdict *const *verdicts, size_t n, const struct evidence_binding *cpu)
{
	struct set s = {verdicts, n, NULL, cpu};
	size_t devices = 0;
	for (size_t i = 0; i < n; i++) {
		devices += is_device(verdicts[i]);
		if (is_cpu(verdicts[i]) && !s.cpu)
			s.cpu = verdicts[i];
	}
	if (devices == 0)
		return;
	judge_unique(&s);
	for (size_t i = 0; i < n; i++) {
		if (!is_device(verdicts[i]))
			continue;
		judge_nonce(&s, verdicts[i]);
		if (verdicts[i]->kind == EVIDENCE_NVSWITCH)
			judge_switch_topology(&s, verdicts[i]);
		else
			judge_gpu_topology(&s, verdicts[i]);
	}
	put_claim(&s);
}
