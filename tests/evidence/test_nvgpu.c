/*
 * The verdict on GPUs and switches, on a vendor of the tests' own: good evidence of every architecture, and for each
 * check at least one defect whose first failed check it is.
 */
#include "test.h"

#include "evidence/checks.h"
#include "evidence/gpu_binding.h"
#include "evidence/nvgpu_scene.h"

static struct nv_scene scene;

static enum claim_status claim_of(const struct verdict *v, const char *name)
{
	const struct verdict_claim *c = verdict_find_claim(v, name);
	return c ? c->status : CLAIM_UNKNOWN;
}

static bool has_text(const char *name, const char *text)
{
	const struct verdict_value *v = verdict_find(&scene.verdict, name);
	return v && v->kind == VALUE_TEXT && bytes_equal_text(v->bytes, text);
}

/* ---- good evidence ---- */

TEST(good_evidence_of_each_architecture_is_verified)
{
	const struct demo_device devices[] = {demo_hopper(1), demo_blackwell(2), demo_switch(3)};
	static const char *const architectures[] = {"HOPPER", "BLACKWELL", "LS10"};
	for (size_t i = 0; i < 3; i++) {
		nv_scene_start(&scene, &devices[i]);
		scene.request.architecture = bytes_of_text(architectures[i]);
		nv_scene_judge(&scene);
		const struct verdict *v = &scene.verdict;
		CHECK_THAT(v->result == VERDICT_VERIFIED, "%s: %s %s", architectures[i], nv_scene_failed(&scene),
		           nv_scene_unchecked(&scene));
		CHECK(v->kind == scene.request.kind && v->anchor_count == 2 && !v->anchors[0].builtin);
		CHECK(has_text("architecture", architectures[i]) && has_text("revocation", "good"));
		CHECK(has_text("device", i == 2 ? "switch" : "gpu") && has_text("confidential_mode", "unknown"));
		CHECK_U64(v->measurements.n, devices[i].measurement_count);
		CHECK(verdict_find(v, "measurements_matched")->number == (i == 2 ? 31 : 33 - 1));
		CHECK(bytes_equal(verdict_find(v, "nonce")->bytes, bytes_of(devices[i].nonce, 32)));
		CHECK(bytes_equal(verdict_find(v, "device_pdi")->bytes, bytes_of(devices[i].pdi, 8)));
		CHECK(claim_of(v, "gpu_attested") == CLAIM_UNKNOWN && claim_of(v, "tee_attested") == CLAIM_UNKNOWN);
		CHECK_U64(v->claim_count, 6);
		CHECK_U64(scene.needs.n, 0);
		nv_scene_end(&scene);
	}
}

TEST(the_kind_is_recognised_and_the_chain_found_in_the_collateral)
{
	const struct demo_device devices[] = {demo_hopper(1), demo_switch(3)};
	for (size_t i = 0; i < 2; i++) {
		nv_scene_start(&scene, &devices[i]);
		scene.request.kind = EVIDENCE_NONE;
		scene.chain_in_set = true;
		nv_scene_judge(&scene);
		CHECK_THAT(scene.verdict.result == VERDICT_VERIFIED, "%s", nv_scene_failed(&scene));
		CHECK(scene.verdict.kind == (i == 0 ? EVIDENCE_NVGPU : EVIDENCE_NVSWITCH));
		nv_scene_end(&scene);
	}
}

TEST(opaque_data_of_the_newer_form_and_unknown_fields)
{
	struct demo_device d = demo_hopper(1);
	d.tagged = true;
	demo_field_put(&d, 37, "\2\0", 2);
	demo_field_put(&d, 999, "new", 3);
	nv_scene_start(&scene, &d);
	nv_scene_judge(&scene);
	CHECK(scene.verdict.result == VERDICT_VERIFIED);
	CHECK(has_text("opaque_format", "NVDAOD 2.0.0") && has_text("driver_version", "550.90.07"));
	CHECK(has_text("vbios_version", "96.00.9F.00.01") && has_text("chip_sku", "882"));
	CHECK(verdict_find(&scene.verdict, "fsp_ucode_svn")->number == 2);
	const struct verdict_value *others = verdict_find(&scene.verdict, "opaque_others");
	CHECK(others && bytes_equal_text(others->bytes, "999=6e6577"));
	nv_scene_end(&scene);
}

/* ---- what cannot be checked is never failed ---- */

struct gap {
	const char *unchecked; /* the first check that could not be made */
	const char *what;
	void (*make)(struct nv_scene *s);
};

static void version_12(struct nv_scene *s)
{
	s->changes[0] = (struct nv_change){0, 0x03, false};
	s->changes[1] = (struct nv_change){37, 0x03, false};
}

static void later_opaque(struct nv_scene *s)
{
	s->device.tagged = true;
	size_t opaque = 45 + s->device.measurement_count * 55 + 34;
	s->changes[0] = (struct nv_change){opaque + 8, 2 ^ 3, false};
}

static void no_chain(struct nv_scene *s)
{
	s->without_chain = true;
}

static void new_chip(struct nv_scene *s)
{
	s->chain_of.chip = s->device.chip = "GZ999";
}

static void no_anchor(struct nv_scene *s)
{
	s->without_anchor = true;
}

static void strange_label(struct nv_scene *s)
{
	s->request.architecture = BYTES_LITERAL("RUBIN");
}

static void blackwell_without_fwid(struct nv_scene *s)
{
	s->device = s->chain_of = demo_blackwell(1);
	demo_field_drop(&s->device, 20);
}

static void no_ocsp(struct nv_scene *s)
{
	s->without_ocsp = true;
}

static void archived_ocsp_of_a_stranger(struct nv_scene *s)
{
	s->request.collateral_given = false;
	s->ocsp[1].signer = DEMO_OCSP_STRANGER;
}

static void ocsp_unknown(struct nv_scene *s)
{
	s->ocsp[2].status = 2;
}

static void ocsp_stale(struct nv_scene *s)
{
	s->ocsp[0].next_ms = DEMO_NVIDIA_AT_MS - 3600000;
}

static void ocsp_without_next(struct nv_scene *s)
{
	s->ocsp[0].this_ms = DEMO_NVIDIA_AT_MS - 2 * 3600000;
	s->ocsp[0].next_ms = 0;
}

static void revoked_later(struct nv_scene *s)
{
	s->ocsp[0].status = 1;
	s->ocsp[0].revoked_ms = DEMO_NVIDIA_AT_MS + 86400000;
}

static void no_driver_rim(struct nv_scene *s)
{
	s->without_driver_rim = true;
}

static void no_firmware_rim(struct nv_scene *s)
{
	s->without_firmware_rim = true;
}

static void stale_rim(struct nv_scene *s)
{
	s->driver_rim.signer_to_ms = DEMO_NVIDIA_AT_MS - 86400000;
}

static void archived_rim_of_a_stranger(struct nv_scene *s)
{
	s->request.collateral_given = false;
	s->driver_rim.foreign_root = true;
}

static void fsp(struct nv_scene *s)
{
	s->device = s->chain_of = demo_fsp(1);
}

static const struct gap gaps[] = {
	{"nv.format", "SPDM 1.2", version_12},
	{"nv.opaque", "opaque data of a later version", later_opaque},
	{"nv.chain_available", "no certificates", no_chain},
	{"nv.chain_shape", "a chip that is not known", new_chip},
	{"nv.chain", "no root of devices is pinned", no_anchor},
	{"nv.architecture", "a label that is not known", strange_label},
	{"nv.fwid", "Blackwell without firmware id", blackwell_without_fwid},
	{"nv.ocsp", "no OCSP response", no_ocsp},
	{"nv.ocsp", "an archived response that is not authentic", archived_ocsp_of_a_stranger},
	{"nv.revocation", "the responder does not know", ocsp_unknown},
	{"nv.revocation", "a response past its date", ocsp_stale},
	{"nv.revocation", "a response without nextUpdate, two hours old", ocsp_without_next},
	{"nv.revocation", "revoked after the time", revoked_later},
	{"nv.driver_rim", "no RIM of the driver", no_driver_rim},
	{"nv.firmware_rim", "no RIM of the firmware", no_firmware_rim},
	{"nv.driver_rim", "a RIM whose signer has expired", stale_rim},
	{"nv.driver_rim", "an archived RIM that is not authentic", archived_rim_of_a_stranger},
	{"nv.fwid", "the FSP's measurements", fsp},
};

TEST(gaps_leave_the_verdict_open)
{
	for (size_t i = 0; i < sizeof(gaps) / sizeof(gaps[0]); i++) {
		struct demo_device d = demo_hopper(1);
		nv_scene_start(&scene, &d);
		gaps[i].make(&scene);
		nv_scene_judge(&scene);
		CHECK_THAT(scene.verdict.result == VERDICT_INCOMPLETE, "%s: %s", gaps[i].what, nv_scene_failed(&scene));
		CHECK_THAT(strcmp(nv_scene_unchecked(&scene), gaps[i].unchecked) == 0, "%s: %s", gaps[i].what,
		           nv_scene_unchecked(&scene));
		CHECK_THAT(claim_of(&scene.verdict, "gpu_attested") == CLAIM_UNKNOWN, "%s", gaps[i].what);
		nv_scene_end(&scene);
	}
}

TEST(what_the_vendor_could_give_is_asked_for)
{
	struct demo_device d = demo_hopper(1);
	size_t ocsp = 0;
	nv_scene_start(&scene, &d);
	scene.without_ocsp = scene.without_driver_rim = scene.without_firmware_rim = true;
	nv_scene_judge(&scene);
	CHECK_U64(scene.needs.n, 5);
	for (size_t i = 0; i < 3; i++)
		ocsp += scene.needs.v[i].kind == COLLATERAL_OCSP && scene.needs.v[i].path[0] == '/' &&
		        strcmp(scene.needs.v[i].vendor, "nvidia-ocsp") == 0;
	CHECK_U64(ocsp, 3);
	CHECK_TEXT(scene.needs.v[3].path, "/v1/rim/NV_GPU_DRIVER_GH100_550.90.07");
	CHECK_TEXT(scene.needs.v[4].path, "/v1/rim/NV_GPU_VBIOS_1010_0200_882_96009F0001");
	CHECK_TEXT(scene.needs.v[4].vendor, "nvidia-rim");
	nv_scene_end(&scene);
}

/* ---- defects ---- */

struct defect {
	const char *first_failed;
	const char *what;
	void (*make)(struct nv_scene *s);
};

enum { RECORD_AT = 45, BLOCK = 55 };

static void change(struct nv_scene *s, size_t at, uint8_t bits)
{
	for (size_t i = 0; i < NV_SCENE_CHANGES; i++)
		if (s->changes[i].bits == 0) {
			s->changes[i] = (struct nv_change){at, bits, false};
			return;
		}
}

static void other_kind(struct nv_scene *s)
{
	static uint8_t quote[1184] = {3, 0, 2, 0};
	s->request.evidence = bytes_of(quote, sizeof(quote));
}

static void cut_end(struct nv_scene *s)
{
	s->cut = 1;
}

static void extra_byte(struct nv_scene *s)
{
	s->extra = 1;
}

static void only_request(struct nv_scene *s)
{
	s->cut = 3800;
}

static void versions_differ(struct nv_scene *s)
{
	change(s, 37, 3);
}

static void not_a_request(struct nv_scene *s)
{
	change(s, 1, 1);
}

static void without_signature_asked(struct nv_scene *s)
{
	change(s, 2, 1);
}

static void not_all_asked(struct nv_scene *s)
{
	change(s, 3, 1);
}

static void other_response(struct nv_scene *s)
{
	change(s, 38, 0x1f); /* 7f: an error response */
}

static void no_blocks(struct nv_scene *s)
{
	change(s, 41, 64);
}

static void one_block_more(struct nv_scene *s)
{
	change(s, 41, 64 ^ 65);
}

static void one_block_less(struct nv_scene *s)
{
	change(s, 41, 64 ^ 63);
}

static void record_ffffff(struct nv_scene *s)
{
	change(s, 42, 0xc0 ^ 0xff);
	change(s, 43, 0x0d ^ 0xff);
	change(s, 44, 0xff);
}

static void record_longer(struct nv_scene *s)
{
	change(s, 42, 1);
}

static void index_twice(struct nv_scene *s)
{
	change(s, RECORD_AT + BLOCK, 2 ^ 1);
}

static void index_zero(struct nv_scene *s)
{
	change(s, RECORD_AT, 1);
}

static void other_specification(struct nv_scene *s)
{
	change(s, RECORD_AT + 1, 3);
}

static void value_size(struct nv_scene *s)
{
	change(s, RECORD_AT + 5, 1);
}

static void block_size(struct nv_scene *s)
{
	change(s, RECORD_AT + 2, 1);
}

static void opaque_ffff(struct nv_scene *s)
{
	size_t at = RECORD_AT + 64 * BLOCK + 32;
	change(s, at, 0x80);
	change(s, at + 1, 0x80);
}

static void opaque_field_twice(struct nv_scene *s)
{
	s->device.fields[1].id = s->device.fields[0].id;
}

static void opaque_field_long(struct nv_scene *s)
{
	change(s, RECORD_AT + 64 * BLOCK + 34 + 3, 0x80); /* size of the first field */
}

static void cut_pem(struct nv_scene *s)
{
	s->broken_pem = true;
}

static void chain_text(struct nv_scene *s)
{
	s->without_chain = true;
	s->request.endorsement = BYTES_LITERAL("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
}

static void chain_defect(struct nv_scene *s, enum demo_chain_defect defect, size_t at)
{
	s->device.defect = s->chain_of.defect = defect;
	s->device.defect_at = s->chain_of.defect_at = at;
}

static void chain_short(struct nv_scene *s)
{
	chain_defect(s, DEMO_CHAIN_SHORT, 0);
}

static void chain_long(struct nv_scene *s)
{
	chain_defect(s, DEMO_CHAIN_LONG, 0);
}

static void chain_swapped(struct nv_scene *s)
{
	chain_defect(s, DEMO_CHAIN_SWAPPED, 2);
}

static void identity_no_ca(struct nv_scene *s)
{
	chain_defect(s, DEMO_CHAIN_NO_CA, 1);
}

static void leaf_is_ca(struct nv_scene *s)
{
	chain_defect(s, DEMO_CHAIN_NO_CA, 0);
}

static void leaf_usage(struct nv_scene *s)
{
	chain_defect(s, DEMO_CHAIN_NO_USAGE, 0);
}

static void ca_usage(struct nv_scene *s)
{
	chain_defect(s, DEMO_CHAIN_NO_USAGE, 3);
}

static void on_p256(struct nv_scene *s)
{
	chain_defect(s, DEMO_CHAIN_P256, 2);
}

static void with_sha256(struct nv_scene *s)
{
	chain_defect(s, DEMO_CHAIN_SHA256, 1);
}

static void odd_critical(struct nv_scene *s)
{
	chain_defect(s, DEMO_CHAIN_ODD, 0);
}

static void named(struct nv_scene *s, size_t at, const char *name)
{
	chain_defect(s, DEMO_CHAIN_NAME, at);
	s->device.name = s->chain_of.name = name;
}

static void other_hardware(struct nv_scene *s)
{
	named(s, 1, "GH100 A02 GSP BROM");
}

static void provisioner_of_switches(struct nv_scene *s)
{
	named(s, 2, "NVIDIA LS_10 Provisioner ICA 1");
}

static void no_provisioner(struct nv_scene *s)
{
	named(s, 2, "Another Provisioner");
}

static void short_serial(struct nv_scene *s)
{
	chain_defect(s, DEMO_CHAIN_SERIAL, 1);
}

static void two_fwids(struct nv_scene *s)
{
	chain_defect(s, DEMO_CHAIN_FWID_TWICE, 0);
}

static void cut_fwid(struct nv_scene *s)
{
	chain_defect(s, DEMO_CHAIN_FWID_CUT, 0);
}

static void stranger_signs_leaf(struct nv_scene *s)
{
	chain_defect(s, DEMO_CHAIN_STRANGER, 0);
}

static void stranger_signs_line(struct nv_scene *s)
{
	chain_defect(s, DEMO_CHAIN_STRANGER, 3);
}

static void foreign_root(struct nv_scene *s)
{
	chain_defect(s, DEMO_CHAIN_FOREIGN_ROOT, 4);
}

static void foreign_root_replaced(struct nv_scene *s)
{
	chain_defect(s, DEMO_CHAIN_STRANGER, 3); /* below it everything is in order, and the genuine root behind it */
	s->device.defect = DEMO_CHAIN_GOOD;
}

static void issuer_name(struct nv_scene *s)
{
	chain_defect(s, DEMO_CHAIN_ISSUER, 1);
}

static void expired(struct nv_scene *s)
{
	chain_defect(s, DEMO_CHAIN_EXPIRED, 1);
}

static void not_yet(struct nv_scene *s)
{
	chain_defect(s, DEMO_CHAIN_NOT_YET, 0);
}

static void built_in_root(struct nv_scene *s)
{
	s->built_in_only = true;
}

static void flipped_nonce(struct nv_scene *s)
{
	s->changes[0] = (struct nv_change){10, 1, true};
}

static void zero_signature(struct nv_scene *s)
{
	s->zero_signature = true;
}

static void other_devices_chain(struct nv_scene *s)
{
	s->chain_of = demo_hopper(2);
}

static void switch_as_gpu(struct nv_scene *s)
{
	s->device = s->chain_of = demo_switch(1);
	s->firmware_rim = demo_firmware_rim(&s->device);
}

static void gpu_as_switch(struct nv_scene *s)
{
	s->request.kind = EVIDENCE_NVSWITCH;
}

static void label_of_another(struct nv_scene *s)
{
	s->request.architecture = BYTES_LITERAL("BLACKWELL");
}

static void other_fwid(struct nv_scene *s)
{
	demo_field(&s->device, 20)->value[0] ^= 1;
}

static void certificate_without_fwid(struct nv_scene *s)
{
	s->device.without_fwid = s->chain_of.without_fwid = true;
}

static void second_fwid(struct nv_scene *s)
{
	const uint8_t zeros[48] = {0};
	s->device = s->chain_of = demo_blackwell(1);
	demo_field_put(&s->device, 20, zeros, 48); /* what "the last 48 bytes" of the extension would match */
}

static void other_pdi(struct nv_scene *s)
{
	s->device = s->chain_of = demo_switch(1);
	s->request.kind = EVIDENCE_NVSWITCH;
	demo_field(&s->device, 22)->value[0] ^= 1;
}

static void ocsp_of_a_stranger(struct nv_scene *s)
{
	s->ocsp[0].signer = DEMO_OCSP_STRANGER;
}

static void revoked(struct nv_scene *s)
{
	s->ocsp[0].status = 1;
	s->ocsp[0].revoked_ms = DEMO_NVIDIA_AT_MS - 86400000;
}

static void on_hold(struct nv_scene *s)
{
	revoked(s);
	s->ocsp[0].reason = 6;
}

static void forged_driver_rim(struct nv_scene *s)
{
	s->driver_rim.foreign_root = true;
}

static void forged_firmware_rim(struct nv_scene *s)
{
	s->firmware_rim.bad_digest = true;
}

static void other_driver(struct nv_scene *s)
{
	s->device.swapped_index = 25;
}

static void other_firmware(struct nv_scene *s)
{
	s->device.swapped_index = 9;
}

static void rims_in_conflict(struct nv_scene *s)
{
	s->driver_rim.golden[3].active = true;
}

static void too_few_measurements(struct nv_scene *s)
{
	s->device.measurement_count = 30;
}

static void other_nonce(struct nv_scene *s)
{
	static const uint8_t zeros[32];
	s->request.binding.nonce = bytes_of(zeros, 32);
}

static void half_nonce(struct nv_scene *s)
{
	s->request.binding.nonce = bytes_of(s->device.nonce, 16);
}

static void other_document_nonce(struct nv_scene *s)
{
	static const uint8_t zeros[32];
	s->request.binding.document_nonce = bytes_of(zeros, 32);
}

static const struct defect defects[] = {
	{"evidence.supported", "another kind of evidence", other_kind},
	{"nv.format", "a byte less", cut_end},
	{"nv.format", "a byte more", extra_byte},
	{"nv.format", "little more than the request", only_request},
	{"nv.format", "another version in the response", versions_differ},
	{"nv.format", "another request", not_a_request},
	{"nv.format", "a request that asks for no signature", without_signature_asked},
	{"nv.format", "a request that does not ask for all", not_all_asked},
	{"nv.format", "an error response", other_response},
	{"nv.format", "no measurement", no_blocks},
	{"nv.format", "a measurement more than there are", one_block_more},
	{"nv.format", "a measurement less than there are", one_block_less},
	{"nv.format", "a record of ffffff bytes", record_ffffff},
	{"nv.format", "a record longer than its blocks", record_longer},
	{"nv.format", "an index twice", index_twice},
	{"nv.format", "index 0", index_zero},
	{"nv.format", "another measurement specification", other_specification},
	{"nv.format", "another size of the value", value_size},
	{"nv.format", "another size of the block", block_size},
	{"nv.format", "opaque data of ffff bytes", opaque_ffff},
	{"nv.opaque", "a field twice", opaque_field_twice},
	{"nv.opaque", "a field longer than the data", opaque_field_long},
	{"nv.chain_available", "cut PEM", cut_pem},
	{"nv.chain_available", "PEM of something else", chain_text},
	{"nv.chain_shape", "without the root", chain_short},
	{"nv.chain_shape", "the root twice", chain_long},
	{"nv.chain_shape", "two certificates exchanged", chain_swapped},
	{"nv.chain_shape", "the identity key's certificate is no CA's", identity_no_ca},
	{"nv.chain_shape", "the attestation key's is a CA's", leaf_is_ca},
	{"nv.chain_shape", "the attestation key may not sign", leaf_usage},
	{"nv.chain_shape", "a CA may not sign certificates", ca_usage},
	{"nv.chain_shape", "a key on P-256", on_p256},
	{"nv.chain_shape", "a signature with SHA-256", with_sha256},
	{"nv.chain_shape", "an unknown critical extension", odd_critical},
	{"nv.chain_shape", "keys of two kinds of hardware", other_hardware},
	{"nv.chain_shape", "a GPU provisioned as a switch", provisioner_of_switches},
	{"nv.chain_shape", "no provisioner", no_provisioner},
	{"nv.chain_shape", "a serial of eight bytes", short_serial},
	{"nv.chain_shape", "two firmware ids", two_fwids},
	{"nv.chain_shape", "a firmware id of 47 bytes", cut_fwid},
	{"nv.chain", "a stranger signed the attestation key", stranger_signs_leaf},
	{"nv.chain", "a stranger signed the product line", stranger_signs_line},
	{"nv.chain", "another root of the same name", foreign_root},
	{"nv.chain", "other certificates below the genuine root", foreign_root_replaced},
	{"nv.chain", "another issuer's name", issuer_name},
	{"nv.chain", "an expired certificate", expired},
	{"nv.chain", "a certificate of tomorrow", not_yet},
	{"nv.chain", "the built-in root, not this one", built_in_root},
	{"nv.signature", "a bit of the nonce", flipped_nonce},
	{"nv.signature", "a signature of zeros", zero_signature},
	{"nv.signature", "another device's certificates", other_devices_chain},
	{"nv.device_type", "a switch offered as a GPU", switch_as_gpu},
	{"nv.device_type", "a GPU offered as a switch", gpu_as_switch},
	{"nv.architecture", "a label of another architecture", label_of_another},
	{"nv.fwid", "another firmware id", other_fwid},
	{"nv.fwid", "a firmware id that the certificate lacks", certificate_without_fwid},
	{"nv.fwid", "the second firmware id of the certificate", second_fwid},
	{"nv.pdi", "another device's identifier", other_pdi},
	{"nv.ocsp", "an OCSP response signed by a stranger", ocsp_of_a_stranger},
	{"nv.revocation", "a revoked identity key", revoked},
	{"nv.revocation", "an identity key on hold", on_hold},
	{"nv.driver_rim", "a RIM under another root", forged_driver_rim},
	{"nv.firmware_rim", "a RIM that was changed", forged_firmware_rim},
	{"nv.measurements", "another driver than its version says", other_driver},
	{"nv.measurements", "another firmware than its version says", other_firmware},
	{"nv.measurements", "an index in both RIMs", rims_in_conflict},
	{"nv.measurements", "measurements that the RIM wants are missing", too_few_measurements},
	{"binding.nonce", "another nonce", other_nonce},
	{"binding.nonce", "the first half of the nonce", half_nonce},
	{"binding.document_nonce", "another nonce than the document's", other_document_nonce},
};

static void each_check_stands_once(const struct verdict *v)
{
	for (size_t i = 0; i < v->check_count; i++) {
		CHECK_THAT(v->checks[i].result == CHECK_PASS || v->checks[i].detail[0] != 0, "%s without a reason",
		           v->checks[i].id);
		for (size_t k = 0; k < i; k++)
			CHECK_THAT(strcmp(v->checks[i].id, v->checks[k].id) != 0, "%s twice", v->checks[i].id);
	}
}

/* A failure that speaks against the collateral, and not against the device. */
static bool is_of_collateral(const char *id)
{
	return strcmp(id, "nv.ocsp") == 0 || strstr(id, "_rim") != NULL || strcmp(id, "evidence.supported") == 0;
}

TEST(each_defect_fails_its_check_first)
{
	for (size_t i = 0; i < sizeof(defects) / sizeof(defects[0]); i++) {
		const struct defect *d = &defects[i];
		struct demo_device device = demo_hopper(1);
		nv_scene_start(&scene, &device);
		d->make(&scene);
		struct bytes instead = scene.request.evidence, endorsement = scene.request.endorsement;
		nv_scene_make(&scene);
		scene.request.evidence = instead.n > 0 ? instead : scene.request.evidence;
		scene.request.endorsement = endorsement.n > 0 ? endorsement : scene.request.endorsement;
		judge(&scene.request, &scene.arena, &scene.verdict, &scene.needs);
		CHECK_THAT(strcmp(nv_scene_failed(&scene), d->first_failed) == 0, "%s: %s, not %s", d->what,
		           nv_scene_failed(&scene), d->first_failed);
		CHECK_THAT(scene.verdict.result == VERDICT_FAILED, "%s", d->what);
		if (!is_of_collateral(d->first_failed))
			CHECK_THAT(claim_of(&scene.verdict, "gpu_attested") == CLAIM_REFUTED, "%s", d->what);
		else
			CHECK_THAT(claim_of(&scene.verdict, "gpu_attested") != CLAIM_REFUTED, "%s", d->what);
		each_check_stands_once(&scene.verdict);
		nv_scene_end(&scene);
	}
}

/* Rows of a set are test_gpu_binding's. */
TEST(each_check_has_a_good_and_a_bad_vector)
{
	struct demo_device device = demo_hopper(1);
	nv_scene_start(&scene, &device);
	scene.request.binding.nonce = scene.request.binding.document_nonce = bytes_of(device.nonce, 32);
	nv_scene_judge(&scene);
	CHECK(scene.verdict.result == VERDICT_VERIFIED);
	for (size_t i = 0; i < check_count; i++) {
		bool bad = false;
		if (checks[i].kind != EVIDENCE_NVGPU && strcmp(checks[i].id, "binding.document_nonce") != 0)
			continue;
		for (size_t k = 0; k < sizeof(defects) / sizeof(defects[0]); k++)
			bad |= strcmp(defects[k].first_failed, checks[i].id) == 0;
		CHECK_THAT(bad, "%s has no bad vector", checks[i].id);
		CHECK_THAT(verdict_check_result(&scene.verdict, checks[i].id) == CHECK_PASS, "%s has no good vector",
		           checks[i].id);
	}
	nv_scene_end(&scene);
}

TEST(a_certificate_binds_no_device)
{
	struct demo_device device = demo_hopper(1);
	nv_scene_start(&scene, &device);
	scene.request.binding.spki = BYTES_LITERAL("a key");
	scene.request.binding.rule = BINDING_SPKI_SHA256;
	nv_scene_judge(&scene);
	CHECK(verdict_check_result(&scene.verdict, "binding.spki") == CHECK_NOT_CHECKED);
	CHECK(scene.verdict.result == VERDICT_INCOMPLETE);
	nv_scene_end(&scene);
}
