/* Quotes split into fields: every version and body, every length, certification data, PCK chains. */
#include "evidence/dcap_quote.h"

#include "base/limits.h"
#include "evidence/pck.h"
#include "pki/demo_intel.h"
#include "test.h"

struct form {
	unsigned version;
	enum dcap_body body;
	size_t signed_bytes, report_data_at;
};
static const struct form forms[] = {
	{3, DCAP_BODY_SGX, 432, 368},  {4, DCAP_BODY_SGX, 432, 368},  {4, DCAP_BODY_TD10, 632, 568},
	{5, DCAP_BODY_SGX, 438, 374},  {5, DCAP_BODY_TD10, 638, 574}, {5, DCAP_BODY_TD15, 702, 574},
	{5, DCAP_BODY_TD15EX, 939, 574},
};
enum { FORMS = sizeof(forms) / sizeof(forms[0]) };

static struct arena arena;

static struct arena *fresh(void)
{
	if (arena.max == 0)
		arena_init(&arena, LIMIT_ARENA_BYTES);
	arena_reset(&arena);
	return &arena;
}

TEST(fields_of_every_form)
{
	for (size_t i = 0; i < FORMS; i++) {
		struct demo_quote d = demo_quote_good(forms[i].version, forms[i].body);
		struct dcap_quote q;
		enum dcap_tee tee;
		d.trailing = 7;
		struct bytes raw = demo_quote(&d, fresh());
		struct fault f = dcap_quote_parse(raw, &q);
		CHECK_THAT(!fault_is_set(f), "%zu: %s at %zu", i, f.field ? f.field : "", f.offset);
		CHECK(dcap_quote_is(raw, &tee) && tee == (forms[i].body == DCAP_BODY_SGX ? DCAP_TEE_SGX : DCAP_TEE_TDX));
		CHECK_U64(q.signed_part.n, forms[i].signed_bytes);
		CHECK_U64(q.report_data.p - raw.p, forms[i].report_data_at);
		CHECK_U64(q.trailing.n, 7);
		CHECK_U64(q.raw.n, raw.n - 7);
		CHECK_U64(q.qe.isvsvn, forms[i].body == DCAP_BODY_SGX ? 8 : 4);
		CHECK_U64(q.cert_type, DCAP_CERT_PCK_CHAIN);
		CHECK_U64(q.qe_auth.n, 32);
		CHECK(q.td.tee_tcb_svn2.n == (forms[i].body >= DCAP_BODY_TD15 ? 16 : 0));
		CHECK(q.td.cur_servtd_attr.n == (forms[i].body == DCAP_BODY_TD15EX ? 8 : 0));
	}
}

/* What breaks the format, and where it is said to. */
TEST(faults)
{
	static const struct {
		unsigned version;
		enum dcap_body body;
		size_t at;
		uint8_t bits;
		enum fault_code code;
		const char *field;
	} cases[] = {
		{3, DCAP_BODY_SGX, 0, 3 ^ 2, FAULT_UNSUPPORTED, "version"},
		{3, DCAP_BODY_SGX, 0, 3 ^ 6, FAULT_UNSUPPORTED, "version"},
		{3, DCAP_BODY_SGX, 1, 0xff, FAULT_UNSUPPORTED, "version"},
		{3, DCAP_BODY_SGX, 2, 2 ^ 3, FAULT_UNSUPPORTED, "att_key_type"},
		{4, DCAP_BODY_TD10, 2, 2, FAULT_UNSUPPORTED, "att_key_type"},
		{3, DCAP_BODY_SGX, 4, 1, FAULT_UNSUPPORTED, "tee_type"},
		{3, DCAP_BODY_SGX, 4, 0x81, FAULT_MISMATCH, "tee_type"},
		{4, DCAP_BODY_TD10, 7, 1, FAULT_UNSUPPORTED, "tee_type"},
		{5, DCAP_BODY_TD15, 48, 3, FAULT_UNSUPPORTED, "body_type"},
		{5, DCAP_BODY_TD15, 48, 3 ^ 5, FAULT_UNSUPPORTED, "body_type"},
		{5, DCAP_BODY_TD15, 48, 3 ^ 2, FAULT_LENGTH, "body_size"},
		{5, DCAP_BODY_TD15, 50, 1, FAULT_LENGTH, "body_size"},
		{5, DCAP_BODY_TD15, 53, 0xff, FAULT_LENGTH, "body_size"},
		{5, DCAP_BODY_SGX, 4, 0x81, FAULT_MISMATCH, "body_type"},
		{5, DCAP_BODY_TD10, 4, 0x81, FAULT_MISMATCH, "body_type"},
		{4, DCAP_BODY_TD10, 632, 1, FAULT_TRUNCATED, NULL},
		{4, DCAP_BODY_TD10, 635, 0xff, FAULT_TRUNCATED, "signature_data"},
		{4, DCAP_BODY_TD10, 636 + 128, 6 ^ 5, FAULT_VALUE, "certification_data_type"},
		{4, DCAP_BODY_TD10, 636 + 133, 0xff, FAULT_TRUNCATED, "certification_data"},
		{4, DCAP_BODY_TD10, 636 + 134 + 448, 32, FAULT_TRUNCATED, "certification_data"},
		{4, DCAP_BODY_TD10, 636 + 134 + 449, 0xff, FAULT_TRUNCATED, "qe_auth_data"},
		{4, DCAP_BODY_TD10, 636 + 134 + 482, 5 ^ 6, FAULT_VALUE, "certification_data_type"},
		{4, DCAP_BODY_TD10, 636 + 134 + 482, 5 ^ 7, FAULT_UNSUPPORTED, "certification_data_type"},
		{4, DCAP_BODY_TD10, 636 + 134 + 482, 5, FAULT_UNSUPPORTED, "certification_data_type"},
		{4, DCAP_BODY_TD10, 636 + 134 + 482, 5 ^ 1, FAULT_LENGTH, "certification_data"},
		{4, DCAP_BODY_TD10, 636 + 134 + 482, 5 ^ 2, FAULT_LENGTH, "certification_data"},
		{4, DCAP_BODY_TD10, 636 + 134 + 482, 5 ^ 3, FAULT_LENGTH, "certification_data"},
		{4, DCAP_BODY_TD10, 636 + 134 + 487, 0xff, FAULT_TRUNCATED, "certification_data"},
		{3, DCAP_BODY_SGX, 436 + 578 + 32, 5 ^ 6, FAULT_VALUE, "certification_data_type"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct demo_quote d = demo_quote_good(cases[i].version, cases[i].body);
		struct dcap_quote q;
		d.flips[0] = (struct demo_flip){cases[i].at, cases[i].bits};
		struct fault f = dcap_quote_parse(demo_quote(&d, fresh()), &q);
		if (!cases[i].field)
			CHECK_THAT(fault_is_set(f), "case %zu", i);
		else
			CHECK_THAT(f.code == cases[i].code && strcmp(f.field, cases[i].field) == 0, "case %zu: %s %s", i,
			           fault_code_name(f.code), f.field ? f.field : "");
	}
}

/* Each length one less and one more than it is, and at its extremes. */
TEST(lengths_use_up_their_containers)
{
	static const long deltas[] = {-100, -1, 1, 100, INT32_MAX};
	for (size_t i = 0; i < FORMS; i++)
		for (size_t k = 0; k < sizeof(deltas) / sizeof(deltas[0]); k++)
			for (unsigned which = 0; which < 4; which++) {
				struct demo_quote d = demo_quote_good(forms[i].version, forms[i].body);
				struct dcap_quote q;
				long *delta[] = {&d.signature_data_delta, &d.envelope_delta, &d.auth_delta, &d.cert_delta};
				bool no_envelope = which == 1 && d.version == 3;
				*delta[which] = deltas[k] == INT32_MAX && which == 2 ? 30000 : deltas[k];
				struct fault f = dcap_quote_parse(demo_quote(&d, fresh()), &q);
				CHECK_THAT(fault_is_set(f) != no_envelope, "form %zu, length %u, %ld", i, which, deltas[k]);
			}
}

TEST(a_cut_quote_is_never_whole)
{
	for (size_t i = 0; i < FORMS; i++) {
		struct demo_quote d = demo_quote_good(forms[i].version, forms[i].body);
		struct dcap_quote q;
		struct bytes raw = demo_quote(&d, fresh());
		for (size_t n = 0; n < raw.n; n++) {
			uint8_t *exact = malloc(n + 1); /* so that reading past the end is seen */
			memcpy(exact, raw.p, n);
			CHECK_THAT(fault_is_set(dcap_quote_parse(bytes_of(exact, n), &q)), "form %zu, %zu bytes", i, n);
			free(exact);
		}
	}
}

TEST(certification_data_without_key)
{
	for (unsigned type = 1; type <= 4; type++) {
		struct demo_quote d = demo_quote_good(4, DCAP_BODY_TD10);
		struct dcap_quote q;
		static const size_t ppid[] = {0, 16, 256, 384};
		d.cert_type = type;
		CHECK(!fault_is_set(dcap_quote_parse(demo_quote(&d, fresh()), &q)));
		CHECK_U64(q.cert_type, type);
		if (type < 4) {
			CHECK_U64(q.platform_id.ppid.n, ppid[type]);
			CHECK_U64(q.platform_id.pcesvn, 13);
		}
	}
}

/* ---- the chain ---- */

static struct fault parse_chain(const struct demo_quote *d, struct pck_chain *out)
{
	struct arena *a = fresh();
	struct bytes pem = demo_quote_chain(d, a);
	return pck_chain_parse(pem, 0, a, out);
}

TEST(chains_in_any_order)
{
	static const char *const good[] = {"lir", "lri", "rilnnn", "clirn", "li", "ln"};
	static const char *const bad[] = {"nlir", "lnir", "", "n", "llir", "liirn", "lirr"};
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct demo_quote d = demo_quote_good(4, DCAP_BODY_TD10);
		struct pck_chain chain;
		d.order = good[i];
		struct fault f = parse_chain(&d, &chain);
		CHECK_THAT(!fault_is_set(f) && !chain.why && chain.found && !chain.leaf.why, "%s: %s %s", good[i],
		           f.field ? f.field : "", chain.why ? chain.why : "");
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct demo_quote d = demo_quote_good(4, DCAP_BODY_TD10);
		struct pck_chain chain;
		d.order = bad[i];
		struct fault f = parse_chain(&d, &chain);
		CHECK_THAT(fault_is_set(f) || chain.why, "%s", bad[i]);
	}
}

TEST(the_extension)
{
	struct demo_pck p = demo_pck_good(PCK_CA_PLATFORM);
	struct pck k;
	CHECK(pck_parse(demo_pck(&p, fresh()), &k));
	CHECK(!k.why);
	CHECK_U64(k.components[8], 128);
	CHECK_U64(k.components[9], 255);
	CHECK_U64(k.pcesvn, 13);
	CHECK_U64(k.fmspc[5], 0xd0);
	CHECK(k.ca == PCK_CA_PLATFORM && k.has_instance_id && k.has_smt && k.smt_enabled && k.sgx_type == PCK_SCALABLE);
	p = demo_pck_good(PCK_CA_PROCESSOR);
	p.sgx.pcesvn = 40000; /* three octets of DER */
	CHECK(pck_parse(demo_pck(&p, fresh()), &k));
	CHECK(!k.why && k.ca == PCK_CA_PROCESSOR && !k.has_instance_id && !k.has_configuration);
	CHECK_U64(k.pcesvn, 40000);
}

static void check_bad_pck(const struct demo_pck *p, bool unknown, int line)
{
	struct pck k;
	CHECK_THAT(pck_parse(demo_pck(p, fresh()), &k) && k.why && k.unknown_field == unknown, "line %d: %s", line,
	           k.why ? k.why : "good");
}
#define CHECK_BAD_PCK(P, UNKNOWN) check_bad_pck(P, UNKNOWN, __LINE__)

TEST(bad_extensions)
{
	struct demo_pck good = demo_pck_good(PCK_CA_PLATFORM), p = good;
	for (unsigned n = 1; n <= 5; n++) {
		p = good, p.sgx.omit = 1u << n;
		CHECK_BAD_PCK(&p, false);
	}
	for (unsigned n = 1; n <= 7; n++) {
		p = good, p.sgx.repeat = 1u << n;
		CHECK_BAD_PCK(&p, false);
	}
	for (unsigned n = 1; n <= 18; n++) {
		p = good, p.sgx.omit_tcb = 1u << n;
		CHECK_BAD_PCK(&p, false);
		p = good, p.sgx.repeat_tcb = 1u << n;
		CHECK_BAD_PCK(&p, false);
	}
	p = good, p.sgx.omit = 1u << 6; /* the platform's instance id */
	CHECK_BAD_PCK(&p, false);
	p = good, p.sgx.components[4] = 256, p.sgx.cpusvn_differs = true;
	CHECK_BAD_PCK(&p, false);
	p = good, p.sgx.cpusvn_differs = true;
	CHECK_BAD_PCK(&p, false);
	p = good, p.sgx.pcesvn = 65536;
	CHECK_BAD_PCK(&p, false);
	p = good, p.sgx.sgx_type = 3;
	CHECK_BAD_PCK(&p, true);
	p = good, p.sgx.unknown_field = true;
	CHECK_BAD_PCK(&p, true);
	p = good, p.sgx.trailing = true;
	CHECK_BAD_PCK(&p, false);
	p = good, p.certificate.sgx_extension = BYTES_LITERAL("\x30\x00");
	CHECK_BAD_PCK(&p, false);
	p = good, p.certificate.on_p384 = true;
	CHECK_BAD_PCK(&p, false);
	p = good, p.certificate.ca = true;
	CHECK_BAD_PCK(&p, false);
	p = good, p.certificate.usage = "critical,keyEncipherment";
	CHECK_BAD_PCK(&p, false);
	p = good, p.certificate.odd_critical = true;
	CHECK_BAD_PCK(&p, false);
	p = good, p.certificate.issuer = "Intel SGX Root CA";
	CHECK_BAD_PCK(&p, false);
	p = good, p.certificate.subject = "Intel SGX TCB Signing";
	struct pck k;
	CHECK(!pck_parse(demo_pck(&p, fresh()), &k));
}

