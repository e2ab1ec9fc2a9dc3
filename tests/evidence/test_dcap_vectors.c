/* Published SGX and TDX quotes and what is right about each, under the built-in root (README of the test data). */
#include "base/arena.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/text.h"
#include "evidence/judge.h"
#include "test.h"

static struct arena arena;
static struct verdict v;
static struct judge_needs needs;

static struct bytes read_quote(const char *path)
{
	struct buffer b = test_vector("dcap/%s", path);
	struct bytes raw = arena_bytes(&arena, buffer_bytes(&b)), text = text_trim(raw);
	buffer_release(&b);
	if (!strstr(path, ".hex"))
		return raw;
	uint8_t *out = arena_alloc(&arena, text.n);
	size_t n = 0, from = text.n > 1 && text.p[1] == 'x' ? 2 : 0;
	for (size_t i = from; i + 1 < text.n; i += 2, n++) {
		char pair[3] = {(char)text.p[i], (char)text.p[i + 1], 0};
		out[n] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return bytes_of(out, n);
}

/* collateral NULL: none. */
static void judge_file(const char *quote, const char *collateral, int64_t at_s)
{
	struct collateral_set *set = arena_alloc(&arena, sizeof(*set));
	collateral_set_init(set, &arena);
	if (collateral) {
		struct buffer b = test_vector("dcap/collateral/%s.json", collateral);
		CHECK_THAT(!fault_is_set(collateral_set_add(set, buffer_bytes(&b))), "%s", collateral);
		buffer_release(&b);
	}
	struct judge_request r = {.evidence = read_quote(quote), .collateral = set, .collateral_given = true,
	                          .kind = strstr(quote, "v3_") ? EVIDENCE_SGX
	                                  : strstr(quote, "malformed") ? EVIDENCE_TDX : EVIDENCE_NONE,
	                          .at_ms = at_s * 1000};
	judge(&r, &arena, &v, &needs);
}

static const char *status_of(void)
{
	const struct verdict_value *s = verdict_find(&v, "status");
	return s ? arena_text(&arena, s->bytes) : "";
}

static const char *failed(void)
{
	const struct verdict_check *c = verdict_first_failed(&v);
	return c ? c->id : "";
}

static enum claim_status claim(const char *name)
{
	return verdict_find_claim(&v, name)->status;
}

static const struct {
	const char *quote, *collateral;
	int64_t at_s;
	const char *status, *failed; /* first failed check; "" for none */
	enum claim_status up_to_date;
} rows[] = {
	{"dcap-qvl/sgx_quote", "sgx_quote_collateral", 1750334171, "ConfigurationAndSWHardeningNeeded", "", CLAIM_UNKNOWN},
	{"dcap-qvl/tdx_quote", "tdx_quote_collateral", 1750332747, "UpToDate", "", CLAIM_ASSERTED},
	{"dcap-qvl/tdx_quote_outdated", "tdx_quote_outdated_collateral", 1771415931, NULL, "", CLAIM_REFUTED},
	{"go-tdx-guest/quote_v5_sample.dat", "tdx_quote_outdated_collateral", 1771415931, "UpToDate", "", CLAIM_ASSERTED},
	{"go-tdx-guest/quote_v5_sample.dat", "go-tdx-guest_v5_90c06f000000_2026-02", 1770249600, "UpToDate", "",
	 CLAIM_ASSERTED},
	{"go-tdx-guest/quote_v5_sample.dat", "go-tdx-guest_v5_stale-crls", 1770249600, NULL, "", CLAIM_UNKNOWN},
	{"go-tdx-guest/quote_v5_sample.dat", "bad_pck-crl-sigflip", 1769904000, NULL, "dcap.pck_crl", CLAIM_UNKNOWN},
	{"go-tdx-guest/quote_v5_sample.dat", "bad_tcbinfo-status-edited", 1769904000, NULL, "dcap.tcb_info_signature",
	 CLAIM_UNKNOWN},
	{"openenclave/tdx_quote-moduleupdate-seamldr5.dat", "tinfoil_tdx_90c06f000000_2026-01", 1769904000,
	 "TDRelaunchAdvised", "", CLAIM_REFUTED},
	{"openenclave/tdx_quote-moduleupdate-seamldr5.dat", "dcap-rs_tdx_90c06f000000_2025-02", 1740009600, "UpToDate", "",
	 CLAIM_ASSERTED},
	{"go-tdx-guest/cos-113-tdx-quote.dat", "dcap-rs_tdx_00806f050000_2025-02", 1740009600, "UpToDate", "",
	 CLAIM_ASSERTED},
	{"go-tdx-guest/tdx_prod_quote_SPR_E4.dat", "go-tdx-guest_50806f000000_2023-06", 1688083200, NULL, "",
	 CLAIM_REFUTED},
	{"trustee/tdx_quote_4.dat", "go-tdx-guest_50806f000000_2023-06", 1688083200, "UpToDate", "dcap.debug",
	 CLAIM_ASSERTED},
	{"trustee/tdx_quote_5.dat", "dcap-rs_tdx_90c06f000000_2025-02", 1740009600, NULL, "", CLAIM_REFUTED},
	{"trustee/occlum_quote.dat", "automata_sgx_00606a000000_2025-08", 1755648000, "OutOfDate", "dcap.debug",
	 CLAIM_REFUTED},
	{"automata/quotev3.hex", "automata_sgx_00606a000000_2025-08", 1755648000, "SWHardeningNeeded", "", CLAIM_UNKNOWN},
};

TEST(published_quotes)
{
	test_need_vectors("dcap");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char path[256];
		arena_init(&arena, LIMIT_ARENA_BYTES);
		snprintf(path, sizeof(path), "quotes/%s", rows[i].quote);
		judge_file(path, rows[i].collateral, rows[i].at_s);
		const char *of = arena_format(&arena, "%s with %s", rows[i].quote, rows[i].collateral);
		CHECK_THAT(strcmp(failed(), rows[i].failed) == 0, "%s: %s", of, failed());
		CHECK_THAT(!rows[i].status || strcmp(status_of(), rows[i].status) == 0, "%s: %s", of, status_of());
		CHECK_THAT(claim("tcb_up_to_date") == rows[i].up_to_date, "%s: %s", of,
		           verdict_find_claim(&v, "tcb_up_to_date")->reason);
		bool verified = strcmp(rows[i].failed, "") == 0 && !strstr(rows[i].collateral, "stale");
		CHECK_THAT((v.result == VERDICT_VERIFIED) == verified, "%s: %s", of, verdict_result_name(v.result));
		/* Authentic without any collateral; never verified without it. */
		judge_file(path, NULL, rows[i].at_s);
		bool debug = strcmp(rows[i].failed, "dcap.debug") == 0;
		CHECK_THAT(claim("tee_attested") == (debug ? CLAIM_REFUTED : CLAIM_ASSERTED), "%s alone: %s", of,
		           verdict_find_claim(&v, "tee_attested")->reason);
		CHECK_THAT(v.result == (debug ? VERDICT_FAILED : VERDICT_INCOMPLETE), "%s alone", of);
		arena_release(&arena);
	}
}

static const char *expected_of(const char *text, const struct verdict *verdict)
{
	bool good = verdict->result == VERDICT_VERIFIED;
	if (strstr(text, "same verdict") || strstr(text, "accept"))
		return good || verdict->result == VERDICT_INCOMPLETE ? NULL : "it has to be accepted";
	if (strstr(text, "policy"))
		return NULL;
	return good || claim("tee_attested") == CLAIM_ASSERTED ? "it has to be refused" : NULL;
}

TEST(malformed_quotes)
{
	test_need_vectors("dcap");
	struct buffer list = test_vector("dcap/malformed/expected.tsv");
	size_t n = 0;
	buffer_put_u8(&list, 0);
	for (char *line = strtok((char *)list.p, "\n"); line; line = strtok(NULL, "\n")) {
		char *tab = strchr(line, '\t');
		if (!tab || strncmp(line, "v", 1) != 0)
			continue;
		*tab = 0;
		char path[256];
		snprintf(path, sizeof(path), "malformed/%s", line);
		const char *text = strchr(tab + 1, '\t') + 1;
		bool v3 = line[1] == '3', v4 = line[1] == '4';
		arena_init(&arena, LIMIT_ARENA_BYTES);
		judge_file(path, v3 ? "sgx_quote_collateral" : v4 ? "tdx_quote_collateral" : "tinfoil_tdx_90c06f000000_2026-01",
		           v3 ? 1750334171 : v4 ? 1750332747 : 1769904000);
		const char *why = expected_of(text, &v);
		CHECK_THAT(!why, "%s (%s): %s %s", line, text, why ? why : "", failed());
		bool unchanged = strstr(text, "same verdict") || strstr(text, "accept");
		CHECK_THAT(!unchanged || v.result == VERDICT_VERIFIED, "%s: %s %s", line, verdict_result_name(v.result), failed());
		arena_release(&arena);
		n++;
	}
	CHECK_U64(n, 47);
	buffer_release(&list);
}
