/* The public test data: names, documents and certificates whose answers are known. */
#include "base/limits.h"
#include "base/text.h"
#include "maker.h"

#define KEY "3565781f4ee796cfb144df2a31a3ae5e87747bb5ba91aafc6b80e2e268b8603d"
#define HASH "3b9c446cd8ade7b1d808759ea570f5d15aec4eca53b90288cb505f38a32e5d95"
#define HASH_V1 "2f12338f088c" /* as the file's name has it */
#define SPKI "71c31f35d2b06077bbae7c1ddf0cc4020408c8f39c68b04cf3d029d40bdd45e7"

static bool is_hex(struct bytes b, const char *want)
{
	char text[256];
	if (b.n * 2 >= sizeof(text) || b.n * 2 < strlen(want))
		return false;
	hex_encode(b, text);
	return strncmp(text, want, strlen(want)) == 0;
}

/* One DNS name a line. */
static void read_names(struct maker *m, const char *file)
{
	struct buffer b = test_vector("tinfoil/%s", file);
	struct bytes left = buffer_bytes(&b);
	maker_init(m);
	while (left.n > 0) {
		const uint8_t *end = memchr(left.p, '\n', left.n);
		size_t n = end ? (size_t)(end - left.p) : left.n;
		if (n > 0)
			maker_name_bytes(m, bytes_of(left.p, n));
		left = bytes_slice(left, n + (end != NULL), left.n - n - (end != NULL));
	}
	CHECK(m->count > 2);
	buffer_release(&b);
}

static void find_names(struct found *f, const char *file)
{
	struct maker m;
	read_names(&m, file);
	found_make(f, &m);
	CHECK(f->reasons & MATCH_MARKER);
	maker_release(&m);
}

TEST(hashes_in_names)
{
	static const char *const files[] = {"dcode/hatt-real.sans.txt", "dcode/hatt-own-domain.sans.txt",
	                                    "dcode/hatt-upper.sans.txt", "inference-2026-01-22/sans.txt"};
	test_need_vectors("tinfoil/dcode");
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct found f;
		find_names(&f, files[i]);
		const struct extraction *x = found_carrier(&f, "tinfoil.hatt");
		CHECK_THAT(f.extractions.n == 1 && x && !fault_is_set(x->fault), "%s", files[i]);
		CHECK_THAT(x && is_hex(sha256_bytes(&x->commitment), HASH), "%s", files[i]);
		CHECK_THAT(x && x->hpke_key.n == 32 && is_hex(x->hpke_key, KEY), "%s", files[i]);
		CHECK_THAT(f.extractions.host_count == 1, "%s", files[i]);
		found_release(&f);
	}
}

TEST(documents_in_names)
{
	static const struct {
		const char *file, *carrier, *hash;
		enum binding_rule binding;
	} rows[] = {
		{"dcode/att-snp-v2.sans.txt", "tinfoil.att", HASH, BINDING_SPKI_HPKE},
		{"dcode/v1-bare-snp-v1.sans.txt", "tinfoil.generation-1", HASH_V1, BINDING_SPKI_HEX},
	};
	test_need_vectors("tinfoil/dcode");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct found f;
		struct document d;
		find_names(&f, rows[i].file);
		const struct extraction *x = found_carrier(&f, rows[i].carrier);
		CHECK_THAT(f.extractions.n == 1 && x && !fault_is_set(x->fault), "%s", rows[i].file);
		CHECK(x && x->form == EXTRACT_DOCUMENT);
		struct fault fault = document_parse(x ? x->payload : f.cert.raw, &f.arena, &d);
		CHECK_THAT(!fault_is_set(fault), "%s: %s", rows[i].file, fault_code_name(fault.code));
		CHECK_THAT(is_hex(sha256_bytes(&d.commitment), rows[i].hash), "%s", rows[i].file);
		CHECK(d.kind == EVIDENCE_SNP && d.evidence.n == 1184 && d.binding == rows[i].binding);
		CHECK(f.extractions.host_count == 1);
		found_release(&f);
	}
}

TEST(bad_names)
{
	static const struct {
		const char *file, *carrier;
		enum fault_code code;
	} rows[] = {
		{"dcode/bad-gap.sans.txt", "tinfoil.hatt", FAULT_MISSING},
		{"dcode/bad-char.sans.txt", "tinfoil.hpke", FAULT_ENCODING},
		{"dcode/bad-hpke-31.sans.txt", "tinfoil.hpke", FAULT_LENGTH},
	};
	test_need_vectors("tinfoil/dcode");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct found f;
		find_names(&f, rows[i].file);
		const struct extraction *x = found_carrier(&f, rows[i].carrier);
		CHECK_THAT(x && x->fault.code == rows[i].code, "%s: %s", rows[i].file,
		           x ? fault_code_name(x->fault.code) : "not found");
		found_release(&f);
	}
}

/* A certificate of the vectors, in DER or the n-th of a PEM file. */
static void find_file(struct found *f, const char *file, unsigned n)
{
	struct buffer b = test_vector("%s", file);
	f->der = new_buffer();
	const char *begin = "-----BEGIN CERTIFICATE-----", *text = buffer_text(&b), *at = text;
	if (b.n > 0 && b.p[0] == 0x30) {
		buffer_put_bytes(&f->der, buffer_bytes(&b));
	} else {
		struct buffer digits = new_buffer();
		for (unsigned i = 0; at && i <= n; i++)
			at = strstr(i == 0 ? at : at + 1, begin);
		CHECK_THAT(at != NULL, "%s", file);
		for (at = at ? at + strlen(begin) : ""; *at && *at != '-'; at++)
			if (*at > ' ')
				buffer_put(&digits, at, 1);
		uint8_t *out = buffer_reserve(&f->der, base64_decoded_max(digits.n));
		size_t decoded = 0;
		CHECK(base64_decode(buffer_bytes(&digits), out, &decoded));
		buffer_added(&f->der, decoded);
		buffer_release(&digits);
	}
	struct fault fault = cert_parse(buffer_bytes(&f->der), &f->cert);
	CHECK_THAT(!fault_is_set(fault), "%s: %s", file, fault.field);
	found_look(f);
	buffer_release(&b);
}

TEST(inference_certificate)
{
	struct found f;
	test_need_vectors("tinfoil");
	find_file(&f, "tinfoil/inference-2026-01-22/enclave-cert.der", 0);
	const struct extraction *x = found_carrier(&f, "tinfoil.hatt");
	struct sha256 spki = hash_sha256(f.cert.spki);
	CHECK(f.extractions.n == 1 && f.reasons == MATCH_MARKER);
	CHECK(x && !fault_is_set(x->fault) && is_hex(sha256_bytes(&x->commitment), HASH) && is_hex(x->hpke_key, KEY));
	CHECK(f.extractions.host_count == 1);
	CHECK_TEXT(f.extractions.hosts[0], "inference.tinfoil.sh");
	CHECK(is_hex(sha256_bytes(&spki), SPKI));

	struct buffer b = test_vector("tinfoil/inference-2026-01-22/attestation.json");
	struct document d;
	CHECK(!fault_is_set(document_parse(buffer_bytes(&b), &f.arena, &d)));
	CHECK(x && sha256_equal(&d.commitment, &x->commitment));
	struct buffer report = test_vector("tinfoil/inference-2026-01-22/snp-report.bin");
	CHECK(bytes_equal(d.evidence, buffer_bytes(&report)));
	/* report_data: the key of the certificate, and the HPKE key of its names. */
	CHECK(bytes_equal(bytes_slice(d.evidence, 0x50, 32), sha256_bytes(&spki)));
	CHECK(x && bytes_equal(bytes_slice(d.evidence, 0x70, 32), x->hpke_key));
	buffer_release(&report);
	buffer_release(&b);
	found_release(&f);
}

TEST(bundle)
{
	struct arena a;
	struct document d;
	test_need_vectors("tinfoil");
	struct buffer b = test_vector("tinfoil/inference-2026-01-22/bundle.json");
	struct buffer vcek = test_vector("tinfoil/inference-2026-01-22/vcek.der");
	arena_init(&a, 64 << 20);
	CHECK(!fault_is_set(document_parse(buffer_bytes(&b), &a, &d)));
	CHECK(is_hex(sha256_bytes(&d.commitment), HASH));
	CHECK(bytes_equal(d.endorsement, buffer_bytes(&vcek)));
	CHECK(d.kind == EVIDENCE_SNP && d.binding == BINDING_SPKI_HPKE && d.evidence.n == 1184);
	arena_release(&a);
	buffer_release(&b);
	buffer_release(&vcek);

	/* Other JSON of the same case is no document. */
	static const char *const others[] = {"sigstore-bundle.json", "in-toto-statement.json"};
	for (size_t i = 0; i < 2; i++) {
		arena_init(&a, 64 << 20);
		b = test_vector("tinfoil/inference-2026-01-22/%s", others[i]);
		struct fault f = document_parse(buffer_bytes(&b), &a, &d);
		CHECK_THAT(f.code == FAULT_UNRECOGNISED, "%s: %s", others[i], fault_code_name(f.code));
		buffer_release(&b);
		arena_release(&a);
	}
}

TEST(documents)
{
	static const struct {
		const char *file, *hash;
		enum evidence_kind kind;
		enum binding_rule binding;
	} rows[] = {
		{"sev-snp-guest-v1-2f12338f088c.json", "2f12338f088c", EVIDENCE_SNP, BINDING_SPKI_HEX},
		{"sev-snp-guest-v2-47cb1bf5bcff.json", "47cb1bf5bcff", EVIDENCE_SNP, BINDING_SPKI_HPKE},
		{"tdx-guest-v1-0a98909998a1.json", "0a98909998a1", EVIDENCE_TDX, BINDING_SPKI_HEX},
		{"tdx-guest-v2-0a0e60aad45a.json", "0a0e60aad45a", EVIDENCE_TDX, BINDING_SPKI_HPKE},
	};
	test_need_vectors("tinfoil/documents");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buffer b = test_vector("tinfoil/documents/%s", rows[i].file);
		struct arena a;
		struct document d;
		arena_init(&a, 64 << 20);
		struct fault f = document_parse(buffer_bytes(&b), &a, &d);
		CHECK_THAT(!fault_is_set(f), "%s: %s", rows[i].file, fault_code_name(f.code));
		CHECK_THAT(is_hex(sha256_bytes(&d.commitment), rows[i].hash), "%s", rows[i].file);
		CHECK_THAT(d.kind == rows[i].kind && d.binding == rows[i].binding, "%s", rows[i].file);
		/* Quotes keep the zeros behind their signed part. */
		CHECK_THAT(d.kind == EVIDENCE_SNP
		                   ? d.evidence.n == 1184
		                   : d.evidence.n > 70 && bytes_is_zero(bytes_slice(d.evidence, d.evidence.n - 70, 70)),
		           "%s: %zu bytes", rows[i].file, d.evidence.n);
		arena_release(&a);
		buffer_release(&b);
	}
}

struct ratls_row {
	const char *file;
	unsigned n;
	const char *carrier; /* NULL: none */
	enum evidence_kind kind;
	size_t count;        /* of carriers in the certificate */
	size_t bytes;        /* of the payload; 0: not told */
};

static const struct ratls_row ratls[] = {
	{"ratls/ccc/gramine-cert.pem", 0, "gramine", EVIDENCE_SGX, 2, 4734},
	{"ratls/ccc/gramine-cert.pem", 0, "ccc.evidence", EVIDENCE_SGX, 2, 0x127e},
	{"ratls/ccc/intel-sgxsdk-cert.pem", 0, "sgx-sdk", EVIDENCE_SGX, 2, 4600},
	{"ratls/ccc/intel-sgxsdk-cert.pem", 0, "ccc.evidence", EVIDENCE_SGX, 2, 4600},
	{"ratls/rats-tls/rats-tls-cert-sample.pem", 0, "sgx-ra-tls.quote", EVIDENCE_SGX, 1, 4728},
	{"ratls/openenclave/host_verify-sgx_cert_ec_bad.der", 0, "openenclave.report_old", EVIDENCE_SGX, 1, 4580},
	{"ratls/dstack/dstack-app_cert-0.pem", 0, "dstack.quote", EVIDENCE_TDX, 1, 0},
	{"ratls/dstack/dstack-app_cert-1.pem", 0, NULL, EVIDENCE_NONE, 0, 0},
	{"ratls/dstack/dstack-app_cert-2.pem", 0, NULL, EVIDENCE_NONE, 0, 0},
	{"ratls/dstack/dstack-info-app_cert-chain.pem", 0, "dstack.quote", EVIDENCE_TDX, 1, 0},
	{"ratls/dstack/dstack-info-app_cert-chain.pem", 1, NULL, EVIDENCE_NONE, 0, 0},
	{"ratls/dstack/06d08008-kms-assets-app.pem", 0, "dstack.quote", EVIDENCE_TDX, 1, 0},
	{"ratls/evervault/non-debug-cert-containing-attestation-document-18-1-23.pem", 0, "evervault", EVIDENCE_NITRO,
	 1, 4775},
	{"ratls/evervault/valid-certificate.der", 0, NULL, EVIDENCE_NONE, 0, 0},
	{"tinfoil/inference-2026-01-22/vcek.der", 0, NULL, EVIDENCE_NONE, 0, 0},
	{"tinfoil/roots/sgx_root_ca.2025-10-27.1299b16.pem", 0, NULL, EVIDENCE_NONE, 0, 0},
};

TEST(ratls_certificates)
{
	test_need_vectors("ratls");
	for (size_t i = 0; i < sizeof(ratls) / sizeof(ratls[0]); i++) {
		const struct ratls_row *row = &ratls[i];
		struct found f;
		find_file(&f, row->file, row->n);
		CHECK_THAT(f.extractions.n == row->count, "%s: %zu", row->file, f.extractions.n);
		CHECK_THAT((f.reasons != 0) == (row->count > 0), "%s", row->file);
		const struct extraction *x = row->carrier ? found_carrier(&f, row->carrier) : NULL;
		CHECK_THAT(!row->carrier || x, "%s: no %s", row->file, row->carrier);
		if (x) {
			CHECK_THAT(!fault_is_set(x->fault), "%s: %s", row->file, fault_code_name(x->fault.code));
			CHECK_THAT(x->kind == row->kind, "%s: %s", row->file, evidence_kind_name(x->kind));
			CHECK_THAT(row->bytes == 0 || x->payload.n == row->bytes, "%s: %zu bytes", row->file,
			           x->payload.n);
			bool quote = x->payload.n > 600 && x->payload.p[1] == 0 && x->payload.p[2] == 2 &&
			             x->payload.p[0] == (row->kind == EVIDENCE_TDX ? 4 : 3);
			CHECK_THAT(row->kind == EVIDENCE_NITRO ? x->payload.p[0] == 0x84 : quote, "%s", row->file);
		}
		found_release(&f);
	}
}

/* Gramine's own rule: report_data is the hash of the key. */
TEST(gramine_binding)
{
	struct found f;
	test_need_vectors("ratls");
	find_file(&f, "ratls/ccc/gramine-cert.pem", 0);
	const struct extraction *x = found_carrier(&f, "gramine");
	struct sha256 spki = hash_sha256(f.cert.spki);
	CHECK(x && x->binding == BINDING_SPKI_SHA256);
	CHECK(x && bytes_equal(bytes_slice(x->payload, 368, 32), sha256_bytes(&spki)));
	found_release(&f);
}

/* An attestation of version 0 as it stands in certificates. */
TEST(dstack_attestation)
{
	struct maker m;
	struct found f;
	struct buffer wrapped = new_buffer();
	test_need_vectors("ratls");
	struct buffer b = test_vector("ratls/dstack/guest-agent-attestation.bin");
	put_der(&wrapped, DER_OCTET_STRING, buffer_bytes(&b));
	maker_init(&m);
	maker_extension(&m, BYTES_LITERAL("\x2b\x06\x01\x04\x01\x83\xe7\x3d\x01\x08"), buffer_bytes(&wrapped));
	found_make(&f, &m);
	const struct extraction *x = found_carrier(&f, "dstack.attestation");
	CHECK(x && !fault_is_set(x->fault) && x->kind == EVIDENCE_TDX && x->payload.n == 5010);
	CHECK(x && bytes_equal(x->payload, bytes_of(b.p + 4, 5010)));
	found_release(&f);
	maker_release(&m);
	buffer_release(&wrapped);
	buffer_release(&b);
}

/* Certificates of the vectors, changed and cut: nothing crashes, and what is extracted is matched. */
TEST(changed_certificates)
{
	static const char *const files[] = {"tinfoil/inference-2026-01-22/enclave-cert.der",
	                                    "ratls/dstack/dstack-app_cert-0.pem"};
	uint64_t seed = 53;
	test_need_vectors("tinfoil");
	for (size_t i = 0; i < 2; i++) {
		struct found whole;
		find_file(&whole, files[i], 0);
		size_t step = test_long() || whole.der.n < 4096 ? 1 : 7;
		for (size_t k = 0; k < whole.der.n; k += step) {
			struct found f = {.der = new_buffer()};
			buffer_put_bytes(&f.der, buffer_bytes(&whole.der));
			f.der.p[k] ^= (uint8_t)(1u << test_random(&seed) % 8);
			if (!fault_is_set(cert_parse(buffer_bytes(&f.der), &f.cert))) {
				found_look(&f);
				arena_release(&f.arena);
			}
			match_raw(NULL, bytes_of(f.der.p, k));
			buffer_release(&f.der);
		}
		found_release(&whole);
	}
}
