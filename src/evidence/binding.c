#include "evidence/binding.h"

#include "base/hex.h"

enum { REPORT_DATA_BYTES = 64, HPKE_KEY_BYTES = 32 };

/* One comparison into the verdict; why says what it means that it does not hold. */
static void put_result(struct verdict *v, const char *id, bool holds, enum binding_place place, const char *why)
{
	if (holds)
		verdict_check(v, id, CHECK_PASS, NULL);
	else if (place == BINDING_PLACE_ASSUMED)
		verdict_check(v, id, CHECK_NOT_CHECKED, "where this version has report_data is not known");
	else
		verdict_check(v, id, CHECK_FAIL, "%s", why);
}

static bool has_no_report_data(struct verdict *v, const char *id, struct bytes report_data)
{
	if (report_data.n == REPORT_DATA_BYTES)
		return false;
	verdict_check(v, id, CHECK_NOT_CHECKED, "the evidence has no report_data that could be read");
	return true;
}

static void judge_key(const struct evidence_binding *b, struct bytes report_data, enum binding_place place,
                      struct verdict *v)
{
	struct sha256 spki = hash_sha256(b->spki);
	struct bytes first = bytes_slice(report_data, 0, SHA256_BYTES);
	struct bytes second = bytes_slice(report_data, SHA256_BYTES, SHA256_BYTES);
	char hex[2 * SHA256_BYTES + 1];
	bool holds = false;
	hex_encode(sha256_bytes(&spki), hex);
	verdict_hex(&v->binding, "spki_sha256", arena_bytes(v->arena, sha256_bytes(&spki)));
	switch (b->rule) {
	case BINDING_SPKI_HPKE:
		holds = bytes_equal(first, sha256_bytes(&spki));
		break;
	case BINDING_SPKI_HEX:
		holds = bytes_equal_text(report_data, hex);
		break;
	case BINDING_SPKI_SHA256:
		holds = bytes_equal(first, sha256_bytes(&spki)) && bytes_is_zero(second);
		break;
	case BINDING_NONE:
	case BINDING_UNKNOWN:
		verdict_check(v, "binding.spki", CHECK_NOT_CHECKED, "how this scheme binds the key is not checked yet");
		return;
	}
	if (!has_no_report_data(v, "binding.spki", report_data))
		put_result(v, "binding.spki", holds, place,
		           arena_format(v->arena,
		                        "report_data names another key than the certificate's (SPKI SHA-256 %s)",
		                        hex));
}

/* Tinfoil v2: the second half is the HPKE key. Compared where the certificate names one; where it does
 * not, clients can encrypt to none, and there is nothing to contradict. */
static void judge_hpke(const struct evidence_binding *b, struct bytes report_data, enum binding_place place,
                       struct verdict *v)
{
	bool holds = bytes_equal(bytes_slice(report_data, SHA256_BYTES, HPKE_KEY_BYTES), b->hpke_key);
	verdict_hex(&v->binding, "hpke_key", b->hpke_key);
	if (b->rule != BINDING_SPKI_HPKE)
		verdict_check(v, "binding.hpke", CHECK_NOT_CHECKED,
		              "this evidence does not say which HPKE key it binds");
	else if (!has_no_report_data(v, "binding.hpke", report_data))
		put_result(v, "binding.hpke", holds, place,
		           "the certificate names an HPKE key that the evidence does not bind");
}

static bool has_half(struct bytes report_data, size_t at, struct bytes nonce)
{
	return nonce.n == SHA256_BYTES && bytes_equal(bytes_slice(report_data, at, SHA256_BYTES), nonce);
}

static bool has_alone(struct bytes report_data, struct bytes value)
{
	return value.n > 0 && bytes_starts_with(report_data, value) &&
	       bytes_is_zero(bytes_slice(report_data, value.n, report_data.n - value.n));
}

enum check_result binding_nonce_place(const struct evidence_binding *b, struct bytes report_data, struct bytes nonce,
                                      const char **where)
{
	bool first = has_half(report_data, 0, nonce), second = has_half(report_data, SHA256_BYTES, nonce), holds = false;
	switch (b->nonce_rule) {
	case NONCE_ALONE:
		*where = "report_data";
		holds = has_alone(report_data, nonce);
		break;
	case NONCE_FIRST_HALF:
		*where = "report_data[0:32]";
		holds = first;
		break;
	case NONCE_SECOND_HALF:
		*where = "report_data[32:64]";
		holds = second;
		break;
	case NONCE_HASHED:
		*where = "the hash in report_data";
		holds = bytes_equal(nonce, b->document_nonce) && b->nonce_hash.n == SHA256_BYTES &&
		        has_alone(report_data, b->nonce_hash);
		break;
	case NONCE_UNKNOWN:
		*where = first ? "report_data[0:32]" : "report_data[32:64]";
		return first || second ? CHECK_PASS : CHECK_NOT_CHECKED;
	}
	return holds ? CHECK_PASS : CHECK_FAIL;
}

static void judge_nonce(const struct evidence_binding *b, struct bytes report_data, enum binding_place place,
                        struct verdict *v)
{
	const char *where;
	verdict_hex(&v->binding, "expected_nonce", b->nonce);
	if (has_no_report_data(v, "binding.nonce", report_data))
		return;
	enum check_result result = binding_nonce_place(b, report_data, b->nonce, &where);
	if (result == CHECK_NOT_CHECKED)
		verdict_check(v, "binding.nonce", CHECK_NOT_CHECKED, "where report_data holds the nonce is not known");
	else
		put_result(v, "binding.nonce", result == CHECK_PASS, place,
		           arena_format(v->arena, "%s is not the expected nonce", where));
}

/* What the document says of its nonce is worth nothing by itself; that its evidence answers another is. */
static void judge_document_nonce(const struct evidence_binding *b, struct bytes report_data, enum binding_place place,
                                 struct verdict *v)
{
	const char *where;
	if (report_data.n != REPORT_DATA_BYTES || b->nonce_rule == NONCE_UNKNOWN)
		return;
	verdict_hex(&v->binding, "document_nonce", b->document_nonce);
	enum check_result result = binding_nonce_place(b, report_data, b->document_nonce, &where);
	put_result(v, "binding.document_nonce", result == CHECK_PASS, place,
	           arena_format(v->arena, "%s does not hold the nonce that the document names", where));
}

void binding_judge(const struct evidence_binding *b, struct bytes report_data, enum binding_place place,
                   struct verdict *v)
{
	if (b->spki.n > 0)
		judge_key(b, report_data, place, v);
	if (b->hpke_key.n > 0)
		judge_hpke(b, report_data, place, v);
	if (b->nonce.n > 0)
		judge_nonce(b, report_data, place, v);
	if (b->document_nonce.n > 0)
		judge_document_nonce(b, report_data, place, v);
}

enum binding_outcome binding_outcome(const struct verdict *v)
{
	enum binding_outcome outcome = BINDING_NOT_ASKED;
	for (size_t i = 0; i < v->check_count; i++) {
		const struct verdict_check *c = &v->checks[i];
		if (strncmp(c->id, "binding.", 8) != 0)
			continue;
		if (c->result == CHECK_FAIL)
			return BINDING_BROKEN;
		if (c->result == CHECK_NOT_CHECKED)
			outcome = BINDING_UNCHECKED;
		else if (outcome == BINDING_NOT_ASKED)
			outcome = BINDING_HOLDS;
	}
	return outcome;
}

static void put_tee_attested(struct verdict *v, enum check_result authentic, bool builtin_anchor, const char *why)
{
	enum binding_outcome bound = binding_outcome(v);
	enum claim_source source = builtin_anchor ? SOURCE_HARDWARE_PROVEN : SOURCE_VERIFIER_DERIVED;
	if (authentic == CHECK_FAIL)
		verdict_claim(v, "tee_attested", CLAIM_REFUTED, source, why);
	else if (bound == BINDING_BROKEN)
		verdict_claim(v, "tee_attested", CLAIM_REFUTED, source,
		              "the evidence binds another key than the certificate's, or not the expected nonce");
	else if (authentic != CHECK_PASS)
		verdict_claim(v, "tee_attested", CLAIM_UNKNOWN, SOURCE_NONE, why);
	else if (bound == BINDING_UNCHECKED)
		verdict_claim(v, "tee_attested", CLAIM_UNKNOWN, SOURCE_NONE,
		              "authentic, but whether it binds the certificate's key could not be checked");
	else
		verdict_claim(v, "tee_attested", CLAIM_ASSERTED, source,
		              bound == BINDING_HOLDS ? "authentic, not debuggable, and it binds the key"
		                                     : "authentic, not debuggable");
}

void claims_put(struct verdict *v, enum check_result authentic, bool builtin_anchor, const char *why)
{
	put_tee_attested(v, authentic, builtin_anchor, why);
	if (!verdict_find_claim(v, "tcb_up_to_date"))
		verdict_claim(v, "tcb_up_to_date", CLAIM_UNKNOWN, SOURCE_NONE, "the TCB was not evaluated");
	verdict_claim(v, "os_known_good", CLAIM_UNKNOWN, SOURCE_NONE, "no provenance is known");
	verdict_claim(v, "serving_software_known_good", CLAIM_UNKNOWN, SOURCE_NONE, "no provenance is known");
	verdict_claim(v, "gpu_attested", CLAIM_UNKNOWN, SOURCE_NONE, "no GPU evidence");
	verdict_claim(v, "model_weights_provenance", CLAIM_UNKNOWN, SOURCE_NONE,
	              "no measured artefact names the weights");
}
