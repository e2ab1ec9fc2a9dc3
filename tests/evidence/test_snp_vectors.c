/*
 * SNP evidence of real machines: AMD's own roots, certificates, reports and CRLs, and reports with one defect
 * each. What the answers must be is written in the vectors' README.
 */
#include "test.h"

#include "base/gzip.h"
#include "base/base64.h"
#include "base/json.h"
#include "cert/cert.h"
#include "evidence/amd_roots.h"
#include "evidence/judge.h"
#include "evidence/snp.h"

static struct arena arena;
static struct collateral_set set;
static struct verdict v;
static struct judge_needs needs;

static struct bytes file(const char *name)
{
	struct buffer b = test_vector("%s", name);
	struct bytes copy = arena_bytes(&arena, buffer_bytes(&b));
	buffer_release(&b);
	return copy;
}

static void start(void)
{
	test_need_vectors("snp, tinfoil");
	arena_init(&arena, LIMIT_ARENA_BYTES);
	collateral_set_init(&set, &arena);
}

static void give(const char *name)
{
	struct fault f = collateral_set_add(&set, file(name));
	CHECK_THAT(!fault_is_set(f), "%s: %s", name, fault_code_name(f.code));
}

/* The DER of the certificate in a file, DER or PEM. */
static struct bytes certificate(const char *name)
{
	struct collateral_set one;
	collateral_set_init(&one, &arena);
	CHECK_THAT(!fault_is_set(collateral_set_add(&one, file(name))) && one.n >= 1, "%s", name);
	return one.n ? one.items[0].der : (struct bytes){NULL, 0};
}

static void judge_at(struct bytes report, struct bytes endorsement, int64_t seconds)
{
	struct judge_request q = {
		.evidence = report, .endorsement = endorsement, .collateral = &set, .at_ms = seconds * 1000};
	judge(&q, &arena, &v, &needs);
}

static const struct verdict_claim *claim(const char *name)
{
	static const struct verdict_claim none = {"", CLAIM_UNKNOWN, SOURCE_NONE, ""};
	const struct verdict_claim *c = verdict_find_claim(&v, name);
	return c ? c : &none;
}

static const char *failed_id(void)
{
	const struct verdict_check *c = verdict_first_failed(&v);
	return c ? c->id : "";
}

static struct bytes hex_file(const char *name)
{
	struct bytes text = file(name), out = {NULL, 0};
	while (text.n > 0 && text.p[text.n - 1] <= ' ')
		text.n--;
	CHECK_THAT(hex_decode_arena(&arena, text, &out), "%s", name);
	return out;
}

/* ---- the built-in roots ---- */

TEST(the_roots_are_amds)
{
	static const struct {
		enum amd_product product;
		const char *vcek_file, *vlek_file, *ark, *ask, *asvk;
	} rows[] = {
		{AMD_MILAN, "snp/roots/ask_ark_milan.pem", "snp/roots/ask_ark_milan_vlek.pem",
	         "69d063b45344d26a2e94e1f4210de49ef555308287d4c174445c95639a540bcd",
	         "67d303bd3905fd38db8b20e0793699870e7fa612eaad5dec358293fd8c0bac1b",
	         "c5e081f59b7efab1fe2f8b505e159704e72f29cab7ef7cf628a05a42439082f5"},
		{AMD_GENOA, "snp/roots/ask_ark_genoa.pem", "snp/roots/ask_ark_genoa_vlek.pem",
	         "4c6598d19c18719c5dfd4a7d335f674e5bfe1d8f800cea2cf270c10d103db2f1",
	         "5464738c1546aed5f2cecf1dc98c5c960a92e8913238a61711bc90ec6e828521",
	         "197e610743a917d6b9bb982a5a9226ccc0a15b611be0619e626aca9151457372"},
		{AMD_TURIN, "snp/roots/ask_ark_turin_vcek.pem", "snp/roots/ask_ark_turin_vlek.pem",
	         "1f084161a44bb6d93778a904877d4819cafa5d05ef4193b2ded9dd9c73dd3f6a",
	         "5b77ef5fe7a7a004fd9032668fba9d0fda22f88c4442069a479636a6ae3b3185",
	         "104e10a8bd060a3c20a434261a57d0588fd65a88915b4f65b08bdecaf8df1a3c"},
	};
	start();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct amd_root *root = amd_root_of(rows[i].product);
		const struct bytes certs[] = {root->ask, root->ark, root->asvk, root->ark};
		const char *const expected[] = {rows[i].ask, rows[i].ark, rows[i].asvk, rows[i].ark};
		struct collateral_set published;
		for (size_t k = 0; k < 4; k++) {
			struct sha256 h = hash_sha256(certs[k]);
			CHECK_TEXT(hex_text(&arena, sha256_bytes(&h)), expected[k]);
		}
		for (size_t k = 0; k < 2; k++) { /* intermediate first, root second */
			collateral_set_init(&published, &arena);
			CHECK(!fault_is_set(
				collateral_set_add(&published, file(k ? rows[i].vlek_file : rows[i].vcek_file))));
			CHECK_U64(published.n, 2);
			CHECK(published.n == 2 && bytes_equal(published.items[0].der, certs[2 * k]) &&
			      bytes_equal(published.items[1].der, certs[2 * k + 1]));
		}
	}
	arena_release(&arena);
}

/* ---- good reports ---- */

struct good {
	const char *report, *vek;
	int64_t at;
	const char *first_failed; /* "": none */
	const char *format, *product;
	enum claim_status attested;
};

static const struct good goods[] = {
	{"snp/go-sev-guest/attestation.bin", "snp/go-sev-guest/vcek.testcer", 1672531200, "snp.debug", "report-v2",
         "Milan", CLAIM_REFUTED},
	{"snp/virtee-sev/report_milan.hex", "snp/virtee-sev/vcek_milan.der", 1700000000, "", "report-v2", "Milan",
         CLAIM_ASSERTED},
	{"snp/trustee/test-report.bin", "snp/trustee/test-vcek.der", 1700000000, "", "report-v2", "Milan",
         CLAIM_ASSERTED},
	{"snp/trustee/test-vlek-report.bin", "snp/trustee/test-vlek.der", 1740000000, "", "report-v3", "Milan",
         CLAIM_ASSERTED},
	{"snp/microsoft-tav/genoa_attestation_report.bin", "snp/microsoft-tav/genoa_vcek.pem", 1780272000, "",
         "report-v3", "Genoa", CLAIM_ASSERTED},
	{"tinfoil/inference-2026-01-22/snp-report.bin", "tinfoil/inference-2026-01-22/vcek.der", 1769126400, "",
         "report-v3", "Genoa", CLAIM_ASSERTED},
};

/* With the certificate in the collateral, and once more with it as what came with the evidence. */
TEST(good_reports)
{
	for (size_t i = 0; i < 2 * sizeof(goods) / sizeof(goods[0]); i++) {
		const struct good *g = &goods[i / 2];
		start();
		bool hex = strstr(g->report, ".hex") != NULL;
		struct bytes endorsement = {NULL, 0};
		if (i % 2)
			endorsement = certificate(g->vek);
		else
			give(g->vek);
		judge_at(hex ? hex_file(g->report) : file(g->report), endorsement, g->at);
		CHECK_THAT(strcmp(failed_id(), g->first_failed) == 0, "%s: %s", g->report, failed_id());
		CHECK_THAT(v.result == (g->first_failed[0] ? VERDICT_FAILED : VERDICT_INCOMPLETE), "%s", g->report);
		CHECK_TEXT(v.format, g->format);
		CHECK(bytes_equal_text(verdict_find(&v, "product")->bytes, g->product));
		CHECK_THAT(claim("tee_attested")->status == g->attested, "%s: %s", g->report,
		           claim("tee_attested")->reason);
		CHECK(claim("tee_attested")->source == SOURCE_HARDWARE_PROVEN);
		CHECK(v.anchor_count == 1 && v.anchors[0].builtin && strcmp(v.anchors[0].vendor, "amd") == 0);
		CHECK(verdict_check_result(&v, "snp.report_signature") == CHECK_PASS);
		CHECK(verdict_check_result(&v, "snp.ask_revocation") == CHECK_NOT_CHECKED);
		CHECK(verdict_find(&v, "ucode_spl") != NULL); /* also in version 2, once the chain tells the product */
		arena_release(&arena);
	}
}

TEST(fields_are_those_of_the_report)
{
	start();
	give("tinfoil/inference-2026-01-22/vcek.der");
	judge_at(file("tinfoil/inference-2026-01-22/snp-report.bin"), (struct bytes){NULL, 0}, 1769126400);
	static const struct {
		const char *name;
		uint64_t number;
	} numbers[] = {{"bl_spl", 10},
	               {"tee_spl", 0},
	               {"snp_spl", 23},
	               {"ucode_spl", 84},
	               {"vmpl", 0},
	               {"guest_svn", 0},
	               {"version", 3},
	               {"cpuid_family", 0x19},
	               {"cpuid_model", 0x11},
	               {"cpuid_stepping", 1},
	               {"policy_smt_allowed", 1},
	               {"policy_debug_allowed", 0}};
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		const struct verdict_value *value = verdict_find(&v, numbers[i].name);
		CHECK_THAT(value && value->number == numbers[i].number, "%s", numbers[i].name);
	}
	static const struct {
		const char *name, *hex;
	} hexes[] = {{"policy", "0000030000000000"},
	             {"reported_tcb", "0a00000000001754"},
	             {"committed_tcb", "0a00000000001754"},
	             {"launch_tcb", "0a00000000001754"},
	             {"platform_info", "2700000000000000"}};
	for (size_t i = 0; i < sizeof(hexes) / sizeof(hexes[0]); i++)
		CHECK_TEXT(hex_text(&arena, verdict_find(&v, hexes[i].name)->bytes), hexes[i].hex);
	CHECK(bytes_equal_text(verdict_find(&v, "current_version")->bytes, "1.55.40"));
	CHECK(bytes_equal_text(verdict_find(&v, "committed_version")->bytes, "1.55.40"));
	CHECK(strncmp(hex_text(&arena, verdict_find(&v, "measurement")->bytes), "09ef32ac", 8) == 0);
	CHECK(verdict_find(&v, "fmc_spl") == NULL);
	arena_release(&arena);
}

/* The one complete real case: certificate, report, VCEK; only AMD's CRL of that day is missing. */
TEST(a_real_certificate_and_its_enclave)
{
	struct cert c;
	uint8_t hpke[32];
	start();
	give("tinfoil/inference-2026-01-22/vcek.der");
	give("snp/crl/vcek_genoa.crl.der");
	CHECK(!fault_is_set(cert_parse(file("tinfoil/inference-2026-01-22/enclave-cert.der"), &c)));
	hex_decode(BYTES_LITERAL("3565781f4ee796cfb144df2a31a3ae5e87747bb5ba91aafc6b80e2e268b8603d"), hpke, 32);
	struct judge_request q = {.evidence = file("tinfoil/inference-2026-01-22/snp-report.bin"),
	                          .kind = EVIDENCE_SNP,
	                          .binding = {BINDING_SPKI_HPKE, c.spki, bytes_of(hpke, 32), {NULL, 0}},
	                          .collateral = &set,
	                          .at_ms = INT64_C(1769126400000)};
	judge(&q, &arena, &v, &needs);
	CHECK(v.result == VERDICT_INCOMPLETE);
	for (size_t i = 0; i < v.check_count; i++)
		CHECK_THAT(v.checks[i].result == CHECK_PASS || strcmp(v.checks[i].id, "snp.ask_revocation") == 0,
		           "%s %s", v.checks[i].id, v.checks[i].detail);
	CHECK(claim("tee_attested")->status == CLAIM_ASSERTED &&
	      claim("tee_attested")->source == SOURCE_HARDWARE_PROVEN);
	CHECK(verdict_check_result(&v, "binding.spki") == CHECK_PASS);
	CHECK(verdict_check_result(&v, "binding.hpke") == CHECK_PASS);
	CHECK(claim("tcb_up_to_date")->status == CLAIM_REFUTED); /* below AMD-SB-3020, three months old by then */
	CHECK_U64(needs.n, 1);                                   /* a CRL of today is of no use for that day, */
	CHECK(!needs.v[0].path && strcmp(needs.v[0].subject, "crl:ARK-Genoa") == 0); /* an archived one would be */

	hpke[31] ^= 1;
	judge(&q, &arena, &v, &needs);
	CHECK_TEXT(failed_id(), "binding.hpke");
	CHECK(claim("tee_attested")->status == CLAIM_REFUTED && v.result == VERDICT_FAILED);
	hpke[31] ^= 1;
	q.binding.spki = bytes_slice(c.spki, 0, c.spki.n - 1);
	judge(&q, &arena, &v, &needs);
	CHECK_TEXT(failed_id(), "binding.spki");

	/* On the day of the CRL nothing is missing. */
	q.binding.spki = c.spki;
	q.at_ms = INT64_C(1787500800000); /* 2026-08-23T16:00:00Z */
	judge(&q, &arena, &v, &needs);
	CHECK_THAT(v.result == VERDICT_VERIFIED, "%s %s", failed_id(), claim("tee_attested")->reason);
	q.at_ms = INT64_C(1791072001000); /* a second past its nextUpdate */
	judge(&q, &arena, &v, &needs);
	CHECK(v.result == VERDICT_INCOMPLETE);
	CHECK(needs.n == 1 && needs.v[0].kind == COLLATERAL_CRL && strcmp(needs.v[0].path, "/vcek/v1/Genoa/crl") == 0);
	arena_release(&arena);
}

/* ---- what is asked for ---- */

TEST(needs_name_the_key_services_paths)
{
	start();
	judge_at(file("tinfoil/inference-2026-01-22/snp-report.bin"), (struct bytes){NULL, 0}, 1769126400);
	CHECK(v.result == VERDICT_INCOMPLETE && failed_id()[0] == 0);
	CHECK(verdict_check_result(&v, "snp.vcek_available") == CHECK_NOT_CHECKED);
	CHECK_U64(needs.n, 1);
	CHECK(strncmp(needs.v[0].path, "/vcek/v1/Genoa/1af1aa6c", 23) == 0);
	CHECK(strncmp(needs.v[0].subject, "vcek:1af1aa6c", 13) == 0);
	CHECK(strstr(needs.v[0].path, "?blSPL=10&teeSPL=00&snpSPL=23&ucodeSPL=84") != NULL);
	judge_at(hex_file("snp/virtee-sev/report_milan.hex"), (struct bytes){NULL, 0}, 1700000000);
	CHECK_U64(needs.n, 2); /* version 2 does not say which */
	CHECK(strncmp(needs.v[0].path, "/vcek/v1/Milan/", 15) == 0 &&
	      strncmp(needs.v[1].path, "/vcek/v1/Genoa/", 15) == 0);
	judge_at(file("snp/trustee/test-vlek-report.bin"), (struct bytes){NULL, 0}, 1740000000);
	CHECK_U64(needs.n, 0); /* a VLEK is the provider's */
	arena_release(&arena);
}

/* Certificates of other machines lie beside the right one, and are no reason to fail where it is absent. */
TEST(other_machines_certificates_prove_nothing)
{
	static const char *const others[] = {"snp/virtee-sev/vcek_milan.der",    "snp/virtee-sev/vcek_turin.der",
	                                     "snp/trustee/test-vcek.der",        "snp/trustee/test-vlek.der",
	                                     "snp/microsoft-tav/genoa_vcek.pem", "snp/go-sev-guest/vcek.testcer"};
	for (unsigned given = 0; given < 2; given++) {
		start();
		for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
			give(others[i]);
		struct judge_request q = {.evidence = file("tinfoil/inference-2026-01-22/snp-report.bin"),
		                          .collateral_given = given == 1,
		                          .collateral = &set,
		                          .at_ms = INT64_C(1769126400000)};
		judge(&q, &arena, &v, &needs);
		CHECK(v.result == VERDICT_INCOMPLETE && failed_id()[0] == 0);
		give("tinfoil/inference-2026-01-22/vcek.der");
		judge(&q, &arena, &v, &needs);
		CHECK(claim("tee_attested")->status == CLAIM_ASSERTED);
		arena_release(&arena);
	}
}

TEST(altered_veks)
{
	static const char *const veks[] = {"snp/trustee/test-vcek-invalid-legacy.der",
	                                   "snp/trustee/test-vcek-invalid-new.der"};
	static const char *const first_failed[] = {"snp.vcek_chain", "snp.vcek_shape"}; /* the second's hwID is DER */
	for (size_t i = 0; i < 2; i++) {
		start();
		judge_at(file("snp/trustee/test-report.bin"), certificate(veks[i]), 1700000000);
		CHECK_THAT(strcmp(failed_id(), first_failed[i]) == 0, "%s: %s", veks[i], failed_id());
		CHECK(verdict_check_result(&v, "snp.vcek_chain") == CHECK_FAIL);
		CHECK(verdict_check_result(&v, "snp.vcek_hwid") == CHECK_FAIL);
		CHECK(v.result == VERDICT_FAILED && v.anchor_count == 0);
		/* In an archive they are as good as absent, and do not stand before the genuine one. */
		give(veks[i]);
		judge_at(file("snp/trustee/test-report.bin"), (struct bytes){NULL, 0}, 1700000000);
		CHECK(v.result == VERDICT_INCOMPLETE && failed_id()[0] == 0 && needs.n == 2);
		give("snp/trustee/test-vcek.der");
		judge_at(file("snp/trustee/test-report.bin"), (struct bytes){NULL, 0}, 1700000000);
		CHECK(claim("tee_attested")->status == CLAIM_ASSERTED);
		judge_at(file("snp/trustee/test-report.bin"), certificate(veks[i]), 1700000000);
		CHECK(claim("tee_attested")->status == CLAIM_ASSERTED);
		arena_release(&arena);
	}
}

/* ---- one defect each ---- */

TEST(mutations)
{
	static const struct {
		const char *name, *first_failed;
	} rows[] = {
		{"chip_id_zero", "snp.report_signature"},
		{"fms_zero", "snp.report_signature"},
		{"len_0x2a0", "snp.format"},
		{"len_1185", "snp.format"},
		{"sig_big_endian_48_packed", "snp.signature_encoding"},
		{"sig_last_byte_set", "snp.signature_encoding"},
		{"sig_r_pad_byte48_set", "snp.signature_encoding"},
		{"sig_r_zero", "snp.signature_encoding"},
		{"sig_s_pad_byte71_set", "snp.signature_encoding"},
		{"sig_tail_0x330_set", "snp.signature_encoding"},
		{"sigalgo_2", "snp.signature_algorithm"},
		{"signer_none", "snp.signature_algorithm"},
		{"signer_vlek", "snp.vcek_shape"},
		{"version_1", "snp.format"},
		{"version_4", "snp.report_signature"},
		{"version_ffffffff", "snp.report_signature"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char name[256];
		start();
		snprintf(name, sizeof(name), "snp/mutations/%s.bin", rows[i].name);
		struct judge_request q = {.evidence = file(name),
		                          .kind = EVIDENCE_SNP,
		                          .endorsement = certificate("tinfoil/inference-2026-01-22/vcek.der"),
		                          .collateral = &set,
		                          .at_ms = INT64_C(1769126400000)};
		judge(&q, &arena, &v, &needs);
		CHECK_THAT(strcmp(failed_id(), rows[i].first_failed) == 0, "%s: %s", name, failed_id());
		CHECK_THAT(v.result == VERDICT_FAILED, "%s", name);
		CHECK_THAT(claim("tee_attested")->status == CLAIM_REFUTED, "%s", name);
		CHECK(evidence_recognise(q.evidence) == EVIDENCE_SNP || strcmp(rows[i].name, "version_1") == 0);
		arena_release(&arena);
	}
}

/* With its certificate in an archive, what the report contradicts by itself is failed all the same. */
TEST(a_vlek_report_of_a_chip_contradicts_itself)
{
	start();
	give("tinfoil/inference-2026-01-22/vcek.der");
	judge_at(file("snp/mutations/signer_vlek.bin"), (struct bytes){NULL, 0}, 1769126400);
	CHECK_TEXT(failed_id(), "snp.vcek_hwid");
	CHECK(v.result == VERDICT_FAILED && needs.n == 0);
	arena_release(&arena);
}

/* ---- Tinfoil's documents ---- */

static struct bytes document_report(const char *name, bool compressed)
{
	const struct json *root;
	struct bytes body = {NULL, 0};
	struct fault f = json_parse(&arena, file(name), &root);
	struct bytes text = json_string(root, "body", &f);
	CHECK(!fault_is_set(f) && base64_decode_arena(&arena, text, &body));
	struct buffer raw;
	buffer_init(&raw, 1 << 20);
	CHECK(!fault_is_set(gzip_inflate(body, &raw)) || !compressed);
	struct bytes out = raw.n > 0 ? arena_bytes(&arena, buffer_bytes(&raw)) : body;
	buffer_release(&raw);
	return out;
}

TEST(tinfoil_documents)
{
	start();
	give("tinfoil/inference-2026-01-22/vcek.der");
	judge_at(document_report("tinfoil/documents/sev-snp-guest-v2-47cb1bf5bcff.json", true), (struct bytes){NULL, 0},
	         1769126400);
	CHECK(claim("tee_attested")->status == CLAIM_ASSERTED);
	judge_at(document_report("tinfoil/documents/sev-snp-guest-v1-2f12338f088c.json", false),
	         (struct bytes){NULL, 0}, 1769126400);
	CHECK(v.result == VERDICT_INCOMPLETE && failed_id()[0] == 0 && claim("tee_attested")->status == CLAIM_UNKNOWN);
	CHECK(verdict_check_result(&v, "snp.vcek_available") == CHECK_NOT_CHECKED && needs.n >= 1);
	arena_release(&arena);
}

TEST(quotes_are_recorded)
{
	start();
	struct bytes quote = document_report("tinfoil/documents/tdx-guest-v2-0a0e60aad45a.json", true);
	judge_at(quote, (struct bytes){NULL, 0}, 1769126400);
	CHECK(v.kind == EVIDENCE_TDX && v.result == VERDICT_INCOMPLETE && failed_id()[0] == 0);
	CHECK_TEXT(v.format, "quote-v4");
	CHECK(verdict_check_result(&v, "dcap.qe_report_signature") == CHECK_PASS); /* incomplete for want of collateral */
	CHECK(verdict_find(&v, "mrtd") && v.report_data.n == 64);
	struct sha256 whole = hash_sha256(quote), without = hash_sha256(bytes_slice(quote, 0, quote.n - 70));
	CHECK(!sha256_equal(&v.sha256, &whole) && sha256_equal(&v.sha256, &without)); /* 70 unsigned zeros behind it */
	/* Its key's binding is compared all the same. */
	struct judge_request q = {.evidence = quote,
	                          .binding = {BINDING_SPKI_HPKE, bytes_slice(quote, 0, 91), {NULL, 0}, {NULL, 0}},
	                          .collateral = &set,
	                          .at_ms = INT64_C(1769126400000)};
	judge(&q, &arena, &v, &needs);
	CHECK(v.result == VERDICT_FAILED && claim("tee_attested")->status == CLAIM_REFUTED);
	struct bytes nitro = file("nitro/nitro_attestation.bin"); /* a length stands before the document */
	judge_at(bytes_slice(nitro, 4, nitro.n - 4), (struct bytes){NULL, 0}, 1769126400);
	CHECK(v.kind == EVIDENCE_NITRO && v.result == VERDICT_INCOMPLETE);
	judge_at(file("dcap/quotes/dcap-qvl/sgx_quote"), (struct bytes){NULL, 0}, 1769126400);
	CHECK(v.kind == EVIDENCE_SGX && v.result == VERDICT_INCOMPLETE && verdict_find(&v, "mrenclave"));
	judge_at(file("dcap/quotes/go-tdx-guest/quote_v5_sample.dat"), (struct bytes){NULL, 0}, 1769904000);
	CHECK(v.kind == EVIDENCE_TDX && strcmp(v.format, "quote-v5") == 0 && v.result == VERDICT_INCOMPLETE);
	arena_release(&arena);
}

/* ---- CRLs ---- */

TEST(real_crls)
{
	static const struct {
		const char *file, *label;
	} rows[] = {{"snp/crl/vcek_milan.crl.der", "CRL of ARK-Milan"},
	            {"snp/crl/vcek_genoa.crl.der", "CRL of ARK-Genoa"},
	            {"snp/crl/vcek_turin.crl.der", "CRL of ARK-Turin"}};
	start();
	for (size_t i = 0; i < 3; i++) {
		give(rows[i].file);
		CHECK(set.n == i + 1 && set.items[i].kind == COLLATERAL_CRL);
		CHECK_TEXT(set.items[i].label, rows[i].label);
		CHECK(set.items[i].issued_ms > INT64_C(1787000000000) &&
		      set.items[i].next_update_ms == INT64_C(1791072000000));
	}
	arena_release(&arena);
	/* Another line's CRL says nothing of this one's intermediate. */
	start();
	give("tinfoil/inference-2026-01-22/vcek.der");
	give("snp/crl/vcek_milan.crl.der");
	judge_at(file("tinfoil/inference-2026-01-22/snp-report.bin"), (struct bytes){NULL, 0}, 1787500800);
	CHECK(verdict_check_result(&v, "snp.ask_revocation") == CHECK_NOT_CHECKED && v.result == VERDICT_INCOMPLETE);
	CHECK(needs.n == 1 && strcmp(needs.v[0].path, "/vcek/v1/Genoa/crl") == 0);
	arena_release(&arena);
}
