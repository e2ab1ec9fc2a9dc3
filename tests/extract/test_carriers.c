/* Evidence in extensions: every row of the table, every form, what looks like evidence and is none. */
#include "base/limits.h"
#include "maker.h"

enum { QUOTE_BYTES = 700 };

/* The head of a quote and noise behind it. */
static struct bytes quote(uint16_t version, uint32_t tee)
{
	static uint8_t q[4][QUOTE_BYTES];
	static unsigned next;
	uint8_t *p = q[next++ % 4];
	memset(p, 0x5a, QUOTE_BYTES);
	memset(p, 0, 48);
	p[0] = (uint8_t)version;
	p[2] = 2;
	p[4] = (uint8_t)tee;
	return bytes_of(p, QUOTE_BYTES);
}

/* ---- values in each form ---- */

static void put_u32le(struct buffer *b, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		buffer_put_u8(b, (uint8_t)(v >> 8 * i));
}

/* What an extension of this row holds around the evidence. */
static void put_value(struct buffer *out, const struct carrier *row, struct bytes evidence)
{
	struct buffer inner = new_buffer();
	switch (row->form) {
	case CARRIER_WRAPPED:
		put_der(out, DER_OCTET_STRING, evidence);
		break;
	case CARRIER_SEQUENCE:
		put_der(&inner, DER_OCTET_STRING, evidence);
		put_der(out, DER_SEQUENCE, buffer_bytes(&inner));
		break;
	case CARRIER_CHOICE:
		put_der(out, DER_UTF8_STRING, evidence);
		break;
	case CARRIER_CCC:
		buffer_put(out, "\xd9\xea\x60\x82\x59", 5);
		buffer_put_u16be(out, (uint16_t)evidence.n);
		buffer_put_bytes(out, evidence);
		buffer_put(out, "\x43\xa1\x01\x02", 4);
		break;
	case CARRIER_DSTACK:
		buffer_put(&inner, "\0\0", 2);
		buffer_put_u8(&inner, (uint8_t)(evidence.n << 2 | 1));
		buffer_put_u8(&inner, (uint8_t)(evidence.n >> 6));
		buffer_put_bytes(&inner, evidence);
		buffer_put(&inner, "\0\0logs", 6);
		put_der(out, DER_OCTET_STRING, buffer_bytes(&inner));
		break;
	case CARRIER_OE_REPORT:
		put_u32le(out, 1);
		put_u32le(out, 2);
		put_u32le(out, (uint32_t)evidence.n);
		put_u32le(out, 0);
		buffer_put_bytes(out, evidence);
		break;
	case CARRIER_OE_EVIDENCE:
		put_u32le(out, 3);
		buffer_put(out, "0123456789abcdef\0\0\0", 20);
		put_u32le(out, (uint32_t)evidence.n);
		put_u32le(out, 0);
		buffer_put_bytes(out, evidence);
		break;
	case CARRIER_RAW:
		buffer_put_bytes(out, evidence);
		break;
	}
	buffer_release(&inner);
}

/* Evidence that the row's own test takes for evidence. */
static struct bytes evidence_of(const struct carrier *row)
{
	if (strncmp(row->name, "attested-tls", 12) == 0 || strcmp(row->name, "secret-network") == 0)
		return BYTES_LITERAL("{\"report\":\"AAAA\",\"signature\":\"AAAA\"}");
	if (row->kind == EVIDENCE_SNP || row->form == CARRIER_RAW)
		return row->kind == EVIDENCE_TDX   ? quote(4, 0x81)
		       : row->kind == EVIDENCE_SGX ? quote(3, 0)
		                                   : BYTES_LITERAL("evidence");
	return row->kind == EVIDENCE_SGX ? quote(3, 0) : quote(4, 0x81);
}

static const struct carrier *row_of(const char *name)
{
	for (size_t i = 0; i < extract_carrier_count; i++)
		if (strcmp(extract_carriers[i].name, name) == 0)
			return &extract_carriers[i];
	fprintf(stderr, "no row %s\n", name);
	exit(1);
}

/* A certificate with this value, once or twice, under the row's OID. */
static void find_value(struct found *f, const struct carrier *row, struct bytes value, unsigned times)
{
	struct maker m;
	maker_init(&m);
	maker_name(&m, "app.example.org");
	while (times-- > 0)
		maker_extension(&m, row->oid, value);
	found_make(f, &m);
	maker_release(&m);
}

TEST(every_row)
{
	for (size_t i = 0; i < extract_carrier_count; i++) {
		const struct carrier *row = &extract_carriers[i];
		struct bytes evidence = evidence_of(row);
		struct buffer value = new_buffer();
		struct found f;
		put_value(&value, row, evidence);
		find_value(&f, row, buffer_bytes(&value), 1);
		const struct extraction *x = found_carrier(&f, row->name);
		CHECK_THAT(x && f.extractions.n == 1, "%s: %zu found", row->name, f.extractions.n);
		CHECK_THAT(x && !fault_is_set(x->fault), "%s: %s", row->name, x ? fault_code_name(x->fault.code) : "");
		CHECK_THAT(x && bytes_equal(x->payload, evidence), "%s", row->name);
		CHECK_THAT(x && x->form == EXTRACT_EMBEDDED && x->binding == row->binding, "%s", row->name);
		CHECK_THAT(x && strcmp(x->scheme, row->scheme) == 0, "%s", row->name);
		CHECK_THAT(x && (row->kind == EVIDENCE_UNKNOWN || x->kind == row->kind), "%s", row->name);
		CHECK_THAT(f.reasons == MATCH_OID, "%s", row->name);
		CHECK(f.extractions.host_count == 1);
		found_release(&f);

		find_value(&f, row, buffer_bytes(&value), 2);
		x = found_carrier(&f, row->name);
		CHECK_THAT(x && f.extractions.n == 1 && x->fault.code == FAULT_DUPLICATE && x->payload.n == 0, "%s",
		           row->name);
		found_release(&f);
		buffer_release(&value);
	}
}

/* Names are unique, OIDs are OIDs, and where two rows share one, each has a test that tells them apart. */
TEST(the_table_is_sound)
{
	for (size_t i = 0; i < extract_carrier_count; i++) {
		const struct carrier *a = &extract_carriers[i];
		char text[128];
		CHECK_THAT(der_oid_text(a->oid, text, sizeof(text)), "%s", a->name);
		for (size_t k = i + 1; k < extract_carrier_count; k++) {
			const struct carrier *b = &extract_carriers[k];
			CHECK_THAT(strcmp(a->name, b->name) != 0, "%s", a->name);
			CHECK_THAT(!bytes_equal(a->oid, b->oid) || (a->is && b->is && a->is != b->is), "%s, %s",
			           a->name, b->name);
		}
	}
}

/* OIDs in dotted form, as the schemes publish them. Gramine's is as it stands in its certificates. */
TEST(oids)
{
	static const char *const want[][2] = {
		{"dstack.quote", "1.3.6.1.4.1.62397.1.1"},
		{"dstack.attestation", "1.3.6.1.4.1.62397.1.8"},
		{"constellation.qemu_tdx", "1.3.9900.5.99"},
		{"constellation.azure_tdx", "1.3.9900.4.3"},
		{"contrast.tdx", "1.3.9901.2.2"},
		{"gramine", "0.6.9.42.840.113741.1337.6"},
		{"sgx-ra-tls.quote", "1.2.840.113741.1337.6"},
		{"lexe", "1.2.840.113741.1337.7"},
		{"sgx-sdk", "1.2.840.113741.1.13.1"},
		{"ccc.evidence", "2.23.133.5.4.9"},
		{"ietf.cmw", "1.3.6.1.5.5.7.1.35"},
		{"openenclave.report_old", "1.2.840.113556.10.1.1"},
		{"openenclave.evidence", "1.3.6.1.4.1.311.105.2"},
		{"secret-network", "2.16.840.1.113730.1.13"},
		{"privasys", "1.2.840.113741.1.5.5.1.6"},
		{"cocoon.quote", "1.3.6.1.4.1.12345.1"},
		{"a3s.report", "1.3.6.1.4.1.58270.1.1"},
		{"a3s-power.report", "1.3.6.1.4.1.56560.1.1"},
	};
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		char text[128];
		CHECK(der_oid_text(row_of(want[i][0])->oid, text, sizeof(text)));
		CHECK_TEXT(text, want[i][1]);
	}
}

/* ---- what is no evidence ---- */

static void check_look_alike(struct bytes oid, struct bytes value)
{
	struct maker m;
	struct found f;
	maker_init(&m);
	maker_extension(&m, oid, value);
	found_make(&f, &m);
	CHECK_THAT(f.extractions.n == 0 && f.reasons == 0, "%s: %.*s",
	           f.extractions.n ? f.extractions.v[0].carrier : "-", (int)value.n, (const char *)value.p);
	found_release(&f);
	maker_release(&m);
}

TEST(look_alikes)
{
	check_look_alike(row_of("sgx-sdk")->oid, BYTES_LITERAL("\x30\x03\x02\x01\x01")); /* a PCK certificate's own */
	check_look_alike(row_of("secret-network")->oid, BYTES_LITERAL("\x16\x1dOpenSSL Generated Certificate"));
	check_look_alike(row_of("secret-network")->oid, BYTES_LITERAL("{\"comment\":1}"));
	check_look_alike(row_of("ccc.evidence")->oid, BYTES_LITERAL("\x30\x03\x02\x01\x01"));
	check_look_alike(row_of("ccc.evidence")->oid, BYTES_LITERAL("\x82\x63" "cmw\x41\x01"));
	check_look_alike(row_of("ccc.evidence")->oid, BYTES_LITERAL("\xd9\xea\x63\x82\x41\x01\x41\x01"));
	check_look_alike(row_of("lexe")->oid, BYTES_LITERAL("-----BEGIN CERTIFICATE-----"));
	check_look_alike(BYTES_LITERAL("\x67\x81\x05\x05\x04\x0b"), quote(4, 0x81));         /* TCB freshness */
	check_look_alike(BYTES_LITERAL("\x67\x81\x05\x05\x04\x02"), BYTES_LITERAL("\xd9\xea\x60")); /* endorsements */
	check_look_alike(BYTES_LITERAL("\x2b\xcd\x2f\x02\x01"), BYTES_LITERAL("marble"));
	check_look_alike(BYTES_LITERAL("\x2b\xcd\x2d\x02\x01\x05"), BYTES_LITERAL("claim"));
	check_look_alike(BYTES_LITERAL("\x2b\x06\x01\x04\x01\x83\xe7\x3d\x01\x03"), BYTES_LITERAL("app id"));
	check_look_alike(BYTES_LITERAL("\x2b\x06\x01\x04\x01\x9c\x78\x01"), BYTES_LITERAL("\x02\x01\x01")); /* VCEK */
}

/* ---- forms ---- */

static void check_value(const char *name, struct bytes value, enum fault_code code, enum evidence_kind kind,
                        struct bytes payload)
{
	struct found f;
	find_value(&f, row_of(name), value, 1);
	const struct extraction *x = found_carrier(&f, name);
	CHECK_THAT(x && x->fault.code == code, "%s: %s", name, x ? fault_code_name(x->fault.code) : "not found");
	CHECK_THAT(x && bytes_equal(x->payload, payload), "%s: %zu bytes", name, x ? x->payload.n : 0);
	CHECK_THAT(x && (code != FAULT_NONE || x->kind == kind), "%s: %s", name, x ? evidence_kind_name(x->kind) : "");
	found_release(&f);
}

/* Put pieces together. */
static struct bytes joined(struct buffer *b, struct bytes first, struct bytes second)
{
	buffer_clear(b);
	buffer_put_bytes(b, first);
	buffer_put_bytes(b, second);
	return buffer_bytes(b);
}

TEST(quotes_tell_their_kind)
{
	struct bytes none = {NULL, 0};
	struct bytes sgx3 = quote(3, 0), sgx4 = quote(4, 0), tdx4 = quote(4, 0x81), tdx5 = quote(5, 0x81);
	check_value("contrast.tdx", sgx3, FAULT_NONE, EVIDENCE_SGX, sgx3);
	check_value("contrast.tdx", sgx4, FAULT_NONE, EVIDENCE_SGX, sgx4);
	check_value("contrast.tdx", tdx4, FAULT_NONE, EVIDENCE_TDX, tdx4);
	check_value("contrast.tdx", tdx5, FAULT_NONE, EVIDENCE_TDX, tdx5);
	check_value("sgx-ra-tls.quote", tdx4, FAULT_NONE, EVIDENCE_TDX, tdx4);
	/* A report of SEV-SNP begins with its version too. */
	check_value("contrast.snp", BYTES_LITERAL("\3\0\0\0\0\0\0\0\0\0\3\0\0\0\0\0"), FAULT_NONE, EVIDENCE_UNKNOWN,
	            BYTES_LITERAL("\3\0\0\0\0\0\0\0\0\0\3\0\0\0\0\0"));
	check_value("a3s.report", BYTES_LITERAL("\3\0\2\0\0\0\0\0"), FAULT_NONE, EVIDENCE_SNP,
	            BYTES_LITERAL("\3\0\2\0\0\0\0\0"));
	check_value("gramine", none, FAULT_LENGTH, EVIDENCE_SGX, none);
}

TEST(wrapping)
{
	struct buffer b = new_buffer(), inner = new_buffer();
	struct bytes none = {NULL, 0}, q = quote(4, 0x81);
	put_der(&inner, DER_OCTET_STRING, q);
	check_value("dstack.quote", buffer_bytes(&inner), FAULT_NONE, EVIDENCE_TDX, q);
	check_value("dstack.quote", q, FAULT_NONE, EVIDENCE_TDX, q);
	check_value("gramine", buffer_bytes(&inner), FAULT_NONE, EVIDENCE_TDX, q);
	/* One only, and only where it fills the value. */
	put_der(&b, DER_OCTET_STRING, buffer_bytes(&inner));
	struct bytes twice = buffer_bytes(&b);
	check_value("dstack.quote", twice, FAULT_NONE, EVIDENCE_TDX, bytes_of(inner.p, inner.n));
	check_value("dstack.quote", joined(&b, buffer_bytes(&inner), BYTES_LITERAL("x")), FAULT_ENCODING, EVIDENCE_TDX,
	            none);
	check_value("dstack.quote", bytes_of(inner.p, inner.n - 1), FAULT_ENCODING, EVIDENCE_TDX, none);
	check_value("dstack.quote", BYTES_LITERAL("bar"), FAULT_ENCODING, EVIDENCE_TDX, none);
	check_value("dstack.quote", BYTES_LITERAL("\4\0"), FAULT_LENGTH, EVIDENCE_TDX, none);
	buffer_release(&b);
	buffer_release(&inner);
}

TEST(ccc)
{
	struct bytes none = {NULL, 0};
	check_value("ccc.evidence", BYTES_LITERAL("\xda\0\x1a\x75\4\x82\x43" "abc\x40"), FAULT_NONE, EVIDENCE_SNP,
	            BYTES_LITERAL("abc"));
	check_value("ccc.evidence", BYTES_LITERAL("\xda\0\x1a\x75\5\x82\x58\3" "abc\x40"), FAULT_NONE, EVIDENCE_UNKNOWN,
	            BYTES_LITERAL("abc"));
	check_value("ccc.evidence", BYTES_LITERAL("\xd9\xea\x61\x82\x5a\0\0\0\3" "abc\x41x"), FAULT_NONE,
	            EVIDENCE_UNKNOWN, BYTES_LITERAL("abc"));
	check_value("ccc.evidence",
	            BYTES_LITERAL("\xd9\xea\x60\x82\x43"
	                          "abc"),
	            FAULT_TRUNCATED, EVIDENCE_UNKNOWN, none);
	check_value("ccc.evidence",
	            BYTES_LITERAL("\xd9\xea\x60\x82\x43"
	                          "abc\x40x"),
	            FAULT_TRAILING, EVIDENCE_UNKNOWN, none);
	check_value("ccc.evidence", BYTES_LITERAL("\xd9\xea\x60\x81\x43" "abc"), FAULT_TAG, EVIDENCE_UNKNOWN, none);
	check_value("ccc.evidence", BYTES_LITERAL("\xd9\xea\x60\x82\x63" "abc\x40"), FAULT_TAG, EVIDENCE_UNKNOWN, none);
	check_value("ccc.evidence",
	            BYTES_LITERAL("\xd9\xea\x60\x82\x5f\x41"
	                          "a\xff\x40"),
	            FAULT_ENCODING, EVIDENCE_UNKNOWN, none);
	check_value("ccc.evidence", BYTES_LITERAL("\xd9\xea\x60\x82\x5a\xff\xff\xff\xff" "abc"), FAULT_TRUNCATED,
	            EVIDENCE_UNKNOWN, none);
	check_value("ccc.evidence", BYTES_LITERAL("\xd9\xea\x60"), FAULT_TRUNCATED, EVIDENCE_UNKNOWN, none);
}

TEST(dstack_versions)
{
	struct bytes none = {NULL, 0};
	/* SCALE lengths: six, fourteen and thirty bits. */
	check_value("dstack.attestation",
	            BYTES_LITERAL("\0\3\x0c"
	                          "abcrest"),
	            FAULT_NONE, EVIDENCE_SNP, BYTES_LITERAL("abc"));
	check_value("dstack.attestation", BYTES_LITERAL("\0\2\x0d\0" "abcrest"), FAULT_NONE, EVIDENCE_NITRO,
	            BYTES_LITERAL("abc"));
	check_value("dstack.attestation", BYTES_LITERAL("\0\1\x0e\0\0\0" "abcrest"), FAULT_NONE, EVIDENCE_TDX,
	            BYTES_LITERAL("abc"));
	check_value("dstack.attestation", BYTES_LITERAL("\0\1\x0f\0\0\0" "abcrest"), FAULT_LIMIT, EVIDENCE_TDX, none);
	check_value("dstack.attestation", BYTES_LITERAL("\0\0\xfc" "abc"), FAULT_TRUNCATED, EVIDENCE_TDX, none);
	check_value("dstack.attestation", BYTES_LITERAL("\0\0\0rest"), FAULT_LENGTH, EVIDENCE_TDX, none);
	check_value("dstack.attestation", BYTES_LITERAL("\0\x09\x0c" "abc"), FAULT_NONE, EVIDENCE_UNKNOWN,
	            BYTES_LITERAL("\0\x09\x0c" "abc"));
	check_value("dstack.attestation", BYTES_LITERAL("\1\0\x0c" "abc"), FAULT_VALUE, EVIDENCE_TDX, none);
	check_value("dstack.attestation", BYTES_LITERAL("\x83" "msgpack"), FAULT_NONE, EVIDENCE_UNKNOWN,
	            BYTES_LITERAL("\x83" "msgpack"));
}

TEST(open_enclave)
{
	struct bytes none = {NULL, 0}, q = quote(3, 0);
	struct buffer b = new_buffer();
	check_value("openenclave.report", q, FAULT_NONE, EVIDENCE_SGX, q);
	check_value("openenclave.report", BYTES_LITERAL("\2\0\0\0\2\0\0\0\3\0\0\0\0\0\0\0abc"), FAULT_NONE,
	            EVIDENCE_UNKNOWN, BYTES_LITERAL("\2\0\0\0\2\0\0\0\3\0\0\0\0\0\0\0abc"));
	check_value("openenclave.report", BYTES_LITERAL("\1\0\0\0\3\0\0\0\3\0\0\0\0\0\0\0abc"), FAULT_VALUE,
	            EVIDENCE_UNKNOWN, none);
	check_value("openenclave.report", BYTES_LITERAL("\1\0\0\0\2\0\0\0\4\0\0\0\0\0\0\0abc"), FAULT_TRUNCATED,
	            EVIDENCE_UNKNOWN, none);
	check_value("openenclave.report", BYTES_LITERAL("\1\0\0\0\2\0\0\0\2\0\0\0\0\0\0\0abc"), FAULT_TRAILING,
	            EVIDENCE_UNKNOWN, none);
	check_value("openenclave.report", BYTES_LITERAL("\1\0\0\0\2\0\0\0\3\0\0\0\0\0\0\x80" "abc"), FAULT_LIMIT,
	            EVIDENCE_UNKNOWN, none);
	/* The packed header, without padding before the size. */
	check_value("openenclave.evidence", BYTES_LITERAL("\3\0\0\0" "0123456789abcdef\3\0\0\0\0\0\0\0abc"), FAULT_NONE,
	            EVIDENCE_UNKNOWN, BYTES_LITERAL("abc"));
	check_value("openenclave.evidence", BYTES_LITERAL("\3\0\0\0" "0123456789abcdef\0\0\0\0\4\0\0\0\0\0\0\0abc"),
	            FAULT_TRUNCATED, EVIDENCE_UNKNOWN, none);
	buffer_release(&b);
}

TEST(cmw)
{
	struct bytes none = {NULL, 0};
	check_value("ietf.cmw", BYTES_LITERAL("\x0c\4[\"a\""), FAULT_NONE, EVIDENCE_UNKNOWN, BYTES_LITERAL("[\"a\""));
	check_value("ietf.cmw",
	            BYTES_LITERAL("\4\4\x82\x61"
	                          "a\0"),
	            FAULT_NONE, EVIDENCE_UNKNOWN,
	            BYTES_LITERAL("\x82\x61"
	                          "a\0"));
	check_value("ietf.cmw", BYTES_LITERAL("\x0c\4abc"), FAULT_TRUNCATED, EVIDENCE_UNKNOWN, none);
	check_value("ietf.cmw", BYTES_LITERAL("\x30\1a"), FAULT_TAG, EVIDENCE_UNKNOWN, none);
	check_value("lexe", BYTES_LITERAL("\x30\4\2\2ab"), FAULT_TAG, EVIDENCE_SGX, none);
	check_value("lexe", BYTES_LITERAL("\x30\4\4\1ab"), FAULT_TRAILING, EVIDENCE_SGX, none);
}

TEST(too_large)
{
	struct buffer b;
	struct bytes none = {NULL, 0};
	const struct carrier *row = row_of("gramine");
	struct extractions out;
	struct arena a;
	buffer_init(&b, 4 << 20);
	memset(buffer_reserve(&b, LIMIT_EVIDENCE_BYTES + 1), 1, LIMIT_EVIDENCE_BYTES + 1);
	buffer_added(&b, LIMIT_EVIDENCE_BYTES + 1);
	/* A certificate of that size does not parse: ask for its extensions alone. */
	struct buffer list;
	buffer_init(&list, 4 << 20);
	put_extension(&list, row->oid, false, buffer_bytes(&b));
	struct cert c = {.extensions = buffer_bytes(&list)};
	arena_init(&a, 1 << 20);
	extract_certificate(&c, &a, &out);
	CHECK_U64(out.n, 1);
	CHECK(out.v[0].fault.code == FAULT_LIMIT && bytes_equal(out.v[0].payload, none));
	arena_release(&a);
	buffer_release(&list);
	buffer_release(&b);
}

/* More carriers than there is room for: the last place says so. */
TEST(too_many)
{
	struct maker m;
	struct found f;
	maker_init(&m);
	for (size_t i = 0; i < extract_carrier_count; i++) {
		struct buffer value = new_buffer();
		put_value(&value, &extract_carriers[i], evidence_of(&extract_carriers[i]));
		if (strcmp(extract_carriers[i].scheme, "constellation") == 0 || i > extract_carrier_count - 12)
			maker_extension(&m, extract_carriers[i].oid, buffer_bytes(&value));
		buffer_release(&value);
	}
	found_make(&f, &m);
	CHECK_U64(f.extractions.n, EXTRACT_MAX);
	CHECK(!fault_is_set(f.extractions.v[EXTRACT_MAX - 2].fault));
	CHECK(f.extractions.v[EXTRACT_MAX - 1].fault.code == FAULT_LIMIT);
	found_release(&f);
	maker_release(&m);
}

/* The document of an enclave in hexadecimal as the first label of a name. */
TEST(evervault)
{
	struct maker m;
	struct found f;
	char name[2300];
	memset(name, 'a', sizeof(name));
	memcpy(name, "8444A1013822a059", 16);
	snprintf(name + 2048, sizeof(name) - 2048, ".app.app_1.cages.example.org");
	maker_init(&m);
	maker_name(&m, "app.app_1.cages.example.org");
	maker_name(&m, name);
	found_make(&f, &m);
	const struct extraction *x = found_carrier(&f, "evervault");
	CHECK_U64(f.extractions.n, 1);
	CHECK(x && !fault_is_set(x->fault) && x->kind == EVIDENCE_NITRO && x->payload.n == 1024 &&
	      x->payload.p[0] == 0x84);
	CHECK_U64(f.extractions.host_count, 1);
	CHECK(f.reasons & MATCH_MARKER);
	found_release(&f);

	((uint8_t *)(uintptr_t)m.names[1].p)[100] = 'g';
	found_make(&f, &m);
	x = found_carrier(&f, "evervault");
	CHECK(x && x->fault.code == FAULT_ENCODING && x->payload.n == 0);
	found_release(&f);

	((uint8_t *)(uintptr_t)m.names[1].p)[100] = 'a';
	maker_name(&m, name);
	found_make(&f, &m);
	x = found_carrier(&f, "evervault");
	CHECK(x && x->fault.code == FAULT_DUPLICATE && x->payload.n == 0 && f.extractions.n == 1);
	found_release(&f);
	maker_release(&m);
}

/* ---- small changes ---- */

/* Every value cut at each length and changed in each byte. The payload never reaches out of the certificate (the
 * sanitizers would say so), and a fault never comes with one. */
TEST(cut_and_changed_values)
{
	uint64_t seed = 31;
	for (size_t i = 0; i < extract_carrier_count; i++) {
		const struct carrier *row = &extract_carriers[i];
		struct bytes evidence = evidence_of(row);
		struct buffer value = new_buffer();
		put_value(&value, row, bytes_of(evidence.p, evidence.n < 80 ? evidence.n : 80));
		for (size_t k = 0; k < value.n; k++) {
			struct found f;
			find_value(&f, row, bytes_of(value.p, k), 1);
			const struct extraction *x = found_carrier(&f, row->name);
			CHECK_THAT(!x || !fault_is_set(x->fault) || x->payload.n == 0, "%s cut to %zu", row->name, k);
			CHECK_THAT(!x || row->form == CARRIER_RAW || row->form == CARRIER_DSTACK ||
			                   fault_is_set(x->fault) || x->payload.n < k,
			           "%s cut to %zu", row->name, k);
			found_release(&f);
			uint8_t kept = value.p[k];
			value.p[k] ^= (uint8_t)(1u << test_random(&seed) % 8);
			find_value(&f, row, buffer_bytes(&value), 1);
			x = found_carrier(&f, row->name);
			CHECK_THAT(!x || !fault_is_set(x->fault) || x->payload.n == 0, "%s changed at %zu", row->name,
			           k);
			found_release(&f);
			value.p[k] = kept;
		}
		buffer_release(&value);
	}
}
