/* Collateral: what is recognised, and under which name; the table of TCB floors. */
#include "test.h"

#include "base/base64.h"
#include "base/limits.h"
#include "evidence/amd_roots.h"
#include "evidence/amd_tcb.h"
#include "evidence/collateral.h"
#include "evidence/judge.h"
#include "pki/demo_vendor.h"

static struct arena arena;
static struct collateral_set set;

static void start(void)
{
	arena_init(&arena, LIMIT_ARENA_BYTES);
	collateral_set_init(&set, &arena);
}

static struct bytes pem(struct bytes der, const char *label, const char *eol)
{
	struct buffer b;
	buffer_init(&b, 1 << 20);
	const char *digits = base64_text(&arena, der);
	buffer_printf(&b, "-----BEGIN %s-----%s", label, eol);
	for (size_t i = 0; i < strlen(digits); i += 64)
		buffer_printf(&b, "%.64s%s", digits + i, eol);
	buffer_printf(&b, "-----END %s-----%s", label, eol);
	struct bytes out = arena_bytes(&arena, buffer_bytes(&b));
	buffer_release(&b);
	return out;
}

static struct bytes joined(struct bytes a, struct bytes b)
{
	uint8_t *p = arena_alloc(&arena, a.n + b.n);
	memcpy(p, a.p, a.n);
	memcpy(p + a.n, b.p, b.n);
	return bytes_of(p, a.n + b.n);
}

static enum fault_code add(struct bytes content)
{
	return collateral_set_add(&set, content).code;
}

static enum fault_code add_anchor(struct bytes content, const char *vendor)
{
	return collateral_set_add_anchor(&set, content, vendor).code;
}

/* ---- certificates and CRLs ---- */

TEST(certificates)
{
	start();
	struct bytes ark = amd_root_genoa.ark, ask = amd_root_genoa.ask;
	CHECK(add(ark) == FAULT_NONE && set.n == 1);
	CHECK(set.items[0].kind == COLLATERAL_CERTIFICATE && bytes_equal(set.items[0].der, ark) &&
	      set.items[0].der.p != ark.p);
	CHECK_TEXT(set.items[0].label, "ARK-Genoa");
	CHECK_TEXT(set.items[0].vendor, "");
	CHECK(set.items[0].issued_ms == INT64_C(1643211277000) &&
	      set.items[0].next_update_ms == INT64_C(2432129677000));
	CHECK(add(ark) == FAULT_NONE && set.n == 1); /* once */
	/* As the key service gives them: intermediate and root in one text, with either line end. */
	CHECK(add(joined(pem(ask, "CERTIFICATE", "\r\n"), pem(ark, "CERTIFICATE", "\r\n"))) == FAULT_NONE &&
	      set.n == 2);
	CHECK(bytes_equal(set.items[1].der, ask));
	CHECK(add(pem(ask, "CERTIFICATE", "\n")) == FAULT_NONE && set.n == 2);
	/* A key beside the certificate is no collateral, and no hindrance. */
	CHECK(add(joined(pem(BYTES_LITERAL("a key"), "PRIVATE KEY", "\n"),
	                 pem(amd_root_milan.ask, "CERTIFICATE", "\n"))) == FAULT_NONE &&
	      set.n == 3);
	arena_release(&arena);
}

TEST(crls)
{
	start();
	struct bytes crl = demo_crl(AMD_MILAN, INT64_C(1700000000000), INT64_C(1710000000000), true, &arena);
	CHECK(add(pem(crl, "X509 CRL", "\n")) == FAULT_NONE && set.n == 1 && set.items[0].kind == COLLATERAL_CRL);
	CHECK_TEXT(set.items[0].label, "CRL of ARK-Milan");
	CHECK(set.items[0].issued_ms == INT64_C(1700000000000) &&
	      set.items[0].next_update_ms == INT64_C(1710000000000));
	CHECK(bytes_equal(set.items[0].der, crl));
	CHECK(add(demo_crl(AMD_MILAN, INT64_C(1700000000000), 0, false, &arena)) == FAULT_NONE && set.n == 2);
	CHECK(set.items[1].next_update_ms == 0);
	arena_release(&arena);
}

TEST(what_is_not_recognised)
{
	static const char *const texts[] = {"",
	                                    " ",
	                                    "text",
	                                    "{}",
	                                    "{\"format\":\"other\"}",
	                                    "[]",
	                                    "0",
	                                    "0x",
	                                    "-----BEGIN CERTIFICATE-----\n",
	                                    "-----BEGIN CERTIFICATE-----\nAA==\n",
	                                    "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n",
	                                    "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n",
	                                    "-----BEGIN -----END ",
	                                    "-----BEGIN -----",
	                                    "-----BEGIN "};
	start();
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		CHECK_THAT(add(bytes_of_text(texts[i])) == FAULT_UNRECOGNISED, "%s", texts[i]);
		CHECK_THAT(add_anchor(bytes_of_text(texts[i]), NULL) == FAULT_UNRECOGNISED, "%s", texts[i]);
	}
	struct bytes longer = joined(amd_root_genoa.ark, BYTES_LITERAL("\0"));
	CHECK(add(longer) == FAULT_UNRECOGNISED);
	CHECK(add_anchor(demo_crl(AMD_MILAN, 1000, 2000, false, &arena), "amd") == FAULT_UNRECOGNISED);
	CHECK_U64(set.n, 0);
	arena_release(&arena);
}

TEST(cut_and_changed_bytes_do_no_harm)
{
	uint64_t state = 4;
	struct arena small;
	start();
	const struct bytes inputs[] = {amd_root_turin.asvk, demo_crl(AMD_MILAN, 1000, 2000, true, &arena),
	                               pem(amd_root_milan.ask, "CERTIFICATE", "\n"), bytes_of_text(amd_tcb_builtin)};
	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
		for (size_t n = 0; n < 2 * inputs[i].n; n++) {
			struct collateral_set s;
			size_t length = n < inputs[i].n ? n : inputs[i].n;
			uint8_t *copy = malloc(length ? length : 1);
			arena_init(&small, 1 << 20);
			collateral_set_init(&s, &small);
			memcpy(copy, inputs[i].p, length);
			if (n >= inputs[i].n)
				copy[n - inputs[i].n] ^= (uint8_t)(1u << (test_random(&state) & 7));
			struct fault f = collateral_set_add(&s, bytes_of(copy, length));
			CHECK(fault_is_set(f) == (s.n == 0));
			CHECK_THAT(s.n == 0 || n >= inputs[i].n || i == 2, "input %zu cut to %zu", i, n);
			free(copy);
			arena_release(&small);
		}
	}
	arena_release(&arena);
}

TEST(limits)
{
	struct arena small;
	arena_init(&small, 1000);
	collateral_set_init(&set, &small);
	CHECK(add(amd_root_genoa.ark) == FAULT_LIMIT && set.n == 0); /* no room: not added, and said so */
	arena_release(&small);
	start();
	struct collateral *items = arena_array(&arena, LIMIT_COLLATERAL_ITEMS, sizeof(*items));
	set.items = items;
	set.n = set.capacity = LIMIT_COLLATERAL_ITEMS;
	CHECK(add(amd_root_genoa.ark) == FAULT_LIMIT && set.n == LIMIT_COLLATERAL_ITEMS);
	CHECK(add(pem(amd_root_genoa.ark, "CERTIFICATE", "\n")) == FAULT_LIMIT);
	arena_release(&arena);
}

TEST(kinds)
{
	for (enum collateral_kind k = COLLATERAL_CERTIFICATE; k <= COLLATERAL_ANCHOR; k++)
		CHECK(collateral_kind_of(collateral_kind_name(k)) == k);
	CHECK_TEXT(collateral_kind_name(COLLATERAL_AMD_TCB), "amd-tcb");
	CHECK(collateral_kind_of("other") == COLLATERAL_UNKNOWN && collateral_kind_of("") == COLLATERAL_UNKNOWN);
}

/* ---- anchors ---- */

TEST(anchors)
{
	start();
	CHECK(add_anchor(amd_root_genoa.ark, NULL) == FAULT_NONE && set.n == 1);
	CHECK(set.items[0].kind == COLLATERAL_ANCHOR);
	CHECK_TEXT(set.items[0].vendor, "amd");
	CHECK(add(amd_root_genoa.ark) == FAULT_NONE && set.n == 2); /* as collateral it is another thing */
	CHECK(add_anchor(pem(demo_ark(AMD_TURIN, &arena), "CERTIFICATE", "\n"), NULL) == FAULT_NONE && set.n == 3);
	CHECK_TEXT(set.items[2].vendor, "amd");
	CHECK(add_anchor(amd_root_milan.ark, "intel") == FAULT_NONE && set.n == 4);
	CHECK_TEXT(set.items[3].vendor, "intel"); /* as the user says */
	arena_release(&arena);
}

/* ---- what strangers and mirrors bring ---- */

static const char *vet(enum collateral_kind kind, struct bytes der)
{
	struct collateral item = {.kind = kind, .der = der, .sha256 = hash_sha256(der), .vendor = "", .label = ""};
	return collateral_vet(&item, &set, &arena);
}

TEST(vetting)
{
	start();
	struct demo_report report = demo_report_good();
	struct demo_vek vek = demo_vek_of(&report);
	struct bytes good = demo_vek(&vek, &arena),
	             crl = demo_crl(AMD_GENOA, 1000, INT64_C(2000000000000), false, &arena);
	CHECK(vet(COLLATERAL_CERTIFICATE, good) != NULL); /* AMD's names, and not AMD's */
	CHECK(vet(COLLATERAL_CRL, crl) != NULL);
	CHECK(vet(COLLATERAL_CERTIFICATE, amd_root_genoa.ask) == NULL);
	CHECK(add_anchor(demo_ark(AMD_GENOA, &arena), NULL) == FAULT_NONE);
	CHECK(add(demo_ask(AMD_GENOA, false, &arena)) == FAULT_NONE);
	CHECK(vet(COLLATERAL_CERTIFICATE, good) == NULL);
	CHECK(vet(COLLATERAL_CRL, crl) == NULL);
	vek.signed_by_other = true;
	CHECK(vet(COLLATERAL_CERTIFICATE, demo_vek(&vek, &arena)) != NULL);
	uint8_t *broken = arena_alloc(&arena, crl.n);
	memcpy(broken, crl.p, crl.n);
	broken[crl.n - 1] ^= 1;
	CHECK(vet(COLLATERAL_CRL, bytes_of(broken, crl.n)) != NULL);
	arena_release(&arena);
}

/* ---- the table ---- */

TEST(the_built_in_table)
{
	struct amd_tcb_table t;
	start();
	CHECK(!fault_is_set(amd_tcb_parse(bytes_of_text(amd_tcb_builtin), &arena, &t)));
	CHECK(t.n >= 30);
	for (size_t i = 0; i < t.n; i++) {
		const struct amd_tcb_floor *f = &t.floors[i];
		CHECK((f->family == 0x19 || f->family == 0x1a) && f->stepping > 0 && f->least > 0 && !f->revoked);
		CHECK(strncmp(f->bulletin, "AMD-SB-", 7) == 0 && f->published_ms < t.date_ms);
		for (size_t k = 0; k < i; k++) /* a later bulletin asks for more, or it would not be there */
			if (t.floors[k].family == f->family && t.floors[k].model == f->model &&
			    t.floors[k].stepping == f->stepping && t.floors[k].component == f->component)
				CHECK(t.floors[k].least < f->least && t.floors[k].published_ms <= f->published_ms);
	}
	CHECK(add(bytes_of_text(amd_tcb_builtin)) == FAULT_NONE && set.items[0].kind == COLLATERAL_AMD_TCB);
	CHECK(set.items[0].issued_ms == t.date_ms && strcmp(set.items[0].vendor, "amd") == 0);
	arena_release(&arena);
}

TEST(tables_that_are_not_right)
{
	static const struct {
		const char *rows;
		enum fault_code code;
	} rows[] = {
		{"", FAULT_NONE},
		{"{\"family\":25,\"model\":17,\"stepping\":1,\"component\":\"snp\",\"least\":27,\"bulletin\":\"x\","
	         "\"published\":\"2025-10-13T00:00:00Z\"}",
	         FAULT_NONE},
		{"{\"family\":25,\"model\":17,\"stepping\":1,\"component\":\"snp\",\"least\":27,\"bulletin\":\"x\","
	         "\"published\":\"2025-10-13T00:00:00Z\",\"revoked\":1}",
	         FAULT_VALUE},
		{"{\"family\":256,\"model\":17,\"stepping\":1,\"component\":\"snp\",\"least\":27,\"bulletin\":\"x\","
	         "\"published\":\"2025-10-13T00:00:00Z\"}",
	         FAULT_VALUE},
		{"{\"family\":25,\"model\":17,\"stepping\":1,\"component\":\"snap\",\"least\":27,\"bulletin\":\"x\","
	         "\"published\":\"2025-10-13T00:00:00Z\"}",
	         FAULT_VALUE},
		{"{\"family\":25,\"model\":17,\"stepping\":1,\"component\":\"snp\",\"bulletin\":\"x\","
	         "\"published\":\"2025-10-13T00:00:00Z\"}",
	         FAULT_MISSING},
		{"{\"family\":25,\"model\":17,\"stepping\":1,\"component\":\"snp\",\"least\":27,"
	         "\"published\":\"2025-10-13T00:00:00Z\"}",
	         FAULT_MISSING},
		{"{\"family\":25,\"model\":17,\"stepping\":1,\"component\":\"snp\",\"least\":27,\"bulletin\":\"x\"}",
	         FAULT_MISSING},
		{"7", FAULT_MISSING},
	};
	start();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct amd_tcb_table t;
		const char *text = arena_format(&arena,
		                                "{\"format\":\"teewatch.amd-tcb/1\",\"date\":\"2026-01-01T00:00:00Z\","
		                                "\"floors\":[%s]}",
		                                rows[i].rows);
		struct fault f = amd_tcb_parse(bytes_of_text(text), &arena, &t);
		CHECK_THAT(f.code == rows[i].code, "row %zu: %s", i, fault_code_name(f.code));
	}
	struct amd_tcb_table t;
	CHECK(amd_tcb_parse(BYTES_LITERAL("{\"format\":\"teewatch.amd-tcb/2\"}"), &arena, &t).code ==
	      FAULT_UNRECOGNISED);
	CHECK(fault_is_set(
		amd_tcb_parse(BYTES_LITERAL("{\"format\":\"teewatch.amd-tcb/1\",\"floors\":[]}"), &arena, &t)));
	arena_release(&arena);
}
