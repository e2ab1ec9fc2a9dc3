/* Certificates: fields, the canonical TBSCertificate, names; every truncation and flip. */
#include "maker.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "cert/cert.h"
#include "cert/names.h"

static const char oid_poison[] = "1.3.6.1.4.1.11129.2.4.3", oid_sct_list[] = "1.3.6.1.4.1.11129.2.4.2";

static void add_raw(X509 *x, const char *oid, int critical, const char *value, size_t n)
{
	ASN1_OBJECT *o = OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *s = ASN1_OCTET_STRING_new();
	ASN1_OCTET_STRING_set(s, (const uint8_t *)value, (int)n);
	X509_EXTENSION *e = X509_EXTENSION_create_by_OBJ(NULL, o, critical, s);
	X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
	ASN1_OCTET_STRING_free(s);
	ASN1_OBJECT_free(o);
}

/* A certificate with these names, and with an extension of this OID at the front (NULL: none). */
static struct buffer make(const char *names, const char *oid, const char *cn)
{
	static const uint8_t private[32] = {1, 2, 3};
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, private, sizeof(private));
	X509 *x = X509_new();
	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 0x1234);
	X509_NAME_add_entry_by_txt(X509_get_issuer_name(x), "C", MBSTRING_ASC, (const uint8_t *)"US", -1, -1, 0);
	X509_NAME_add_entry_by_txt(X509_get_issuer_name(x), "O", MBSTRING_ASC, (const uint8_t *)"A, CN=evil", -1, -1, 0);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8, (const uint8_t *)cn, -1, -1, 0);
	ASN1_TIME_set(X509_getm_notBefore(x), 1769126400);
	ASN1_TIME_set(X509_getm_notAfter(x), 1769212800);
	X509_set_pubkey(x, key);
	if (oid)
		add_raw(x, oid, oid == oid_poison, oid == oid_poison ? "\x05" : "\x04\x02\x00\x00", oid == oid_poison ? 2 : 4);
	if (names) {
		X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names);
		X509_add_ext(x, e, -1);
		X509_EXTENSION_free(e);
	}
	X509_sign(x, key, NULL);
	uint8_t *der = NULL;
	int n = i2d_X509(x, &der);
	struct buffer b;
	buffer_init(&b, 1 << 16);
	buffer_put(&b, der, (size_t)n);
	OPENSSL_free(der);
	X509_free(x);
	EVP_PKEY_free(key);
	return b;
}

TEST(fields)
{
	struct buffer der = make("DNS:a.example", NULL, "a.example"), text;
	struct cert c, tbs;
	CHECK(cert_parse(buffer_bytes(&der), &c).code == FAULT_NONE);
	CHECK(c.serial.n == 2 && c.serial.p[0] == 0x12 && c.validity_readable);
	CHECK_U64(c.not_before_ms, UINT64_C(1769126400000));
	CHECK(c.spki.n == 44 && c.signature.n == 64 && bytes_equal(c.raw, buffer_bytes(&der)));
	CHECK(cert_parse_tbs(c.tbs, &tbs).code == FAULT_NONE && bytes_equal(tbs.spki, c.spki) && tbs.raw.n == 0);
	buffer_init(&text, 4096);
	cert_name_put_text(c.issuer, &text);
	CHECK_TEXT(buffer_text(&text), "C=US, O=A\\, CN\\=evil"); /* one attribute cannot pretend to be two */
	buffer_put_u8(&der, 0);
	CHECK(cert_parse(buffer_bytes(&der), &c).code == FAULT_TRAILING);
	buffer_release(&der);
	buffer_release(&text);
}

/* Everything that reads a certificate, on one that may be broken. The canonical TBSCertificate, or nothing. */
static struct buffer read_all_of(struct bytes der)
{
	struct buffer out, text;
	struct cert c;
	struct cert_names walk;
	struct cert_name name;
	buffer_init(&out, 1 << 16);
	if (fault_is_set(cert_parse(der, &c)))
		return out;
	CHECK(!fault_is_set(cert_tbs_canonical(&c, &out)));
	buffer_init(&text, 1 << 16);
	cert_name_put_text(c.subject, &text);
	cert_name_put_text(c.issuer, &text);
	CHECK(buffer_ok(&text));
	cert_names_start(&walk, &c);
	for (unsigned k = 0; cert_names_next(&walk, &name); k++)
		CHECK(k < 1000 && name.text.n > 0 && name.text.n <= LIMIT_NAME_BYTES);
	CHECK(walk.fault.offset <= der.n);
	buffer_release(&text);
	return out;
}

TEST(truncations)
{
	struct buffer der = make("DNS:a.example,DNS:*.b.example", oid_sct_list, "a.example");
	struct cert c, tbs;
	CHECK(!fault_is_set(cert_parse(buffer_bytes(&der), &c)));
	for (size_t n = 0; n < der.n; n++) {
		/* Memory of exactly that size, so that sanitizers see a byte too far. */
		uint8_t *copy = malloc(n ? n : 1);
		struct cert cut;
		memcpy(copy, der.p, n);
		struct fault f = cert_parse(bytes_of(copy, n), &cut);
		CHECK_THAT(f.code == FAULT_TRUNCATED && f.offset <= n && f.field, "cut at %zu", n);
		if (n < c.tbs.n) {
			memcpy(copy, c.tbs.p, n);
			CHECK_THAT(cert_parse_tbs(bytes_of(copy, n), &tbs).code == FAULT_TRUNCATED, "TBS cut at %zu", n);
		}
		free(copy);
	}
	buffer_release(&der);
}

/* A certificate is another one for each byte of its TBSCertificate outside the SCT list that changes. */
TEST(flips)
{
	struct buffer der = make("DNS:a.example,DNS:*.b.example,IP:1.2.3.4", oid_sct_list, "a.example");
	struct buffer want = read_all_of(buffer_bytes(&der));
	struct cert c;
	struct cert_extension sct;
	CHECK(!fault_is_set(cert_parse(buffer_bytes(&der), &c)) && want.n > 0);
	CHECK(cert_extension_find(&c, OID_SCT_LIST, &sct, NULL));
	size_t tbs_end = (size_t)(c.tbs.p - der.p) + c.tbs.n, parsed = 0;
	uint64_t seed = 5;
	for (size_t i = 0; i < der.n; i++)
		for (unsigned bit = 0; bit < (test_long() ? 8 : 1); bit++) {
			uint8_t mask = (uint8_t)(1u << (test_long() ? bit : test_random(&seed) % 8));
			bool same = i >= tbs_end || (i >= sct.offset && i < sct.offset + sct.value.n);
			der.p[i] ^= mask;
			struct buffer have = read_all_of(buffer_bytes(&der));
			parsed += have.n > 0;
			CHECK_THAT(have.n == 0 || bytes_equal(buffer_bytes(&have), buffer_bytes(&want)) == same, "byte %zu ^ %02x", i, mask);
			buffer_release(&have);
			der.p[i] ^= mask;
		}
	CHECK(parsed > der.n / 2);
	buffer_release(&want);
	buffer_release(&der);
}

static struct buffer canonical(struct buffer *der)
{
	struct cert c;
	struct buffer out;
	buffer_init(&out, 1 << 16);
	CHECK(cert_parse(buffer_bytes(der), &c).code == FAULT_NONE);
	CHECK(cert_tbs_canonical(&c, &out).code == FAULT_NONE);
	return out;
}

/* A precertificate, its certificate and a certificate without either extension are one thing. */
TEST(canonical_form)
{
	struct buffer plain = make("DNS:a.example", NULL, "a"), pre = make("DNS:a.example", oid_poison, "a"),
	              final = make("DNS:a.example", oid_sct_list, "a"), other = make("DNS:b.example", oid_sct_list, "a");
	struct buffer a = canonical(&plain), b = canonical(&pre), c = canonical(&final), d = canonical(&other);
	struct cert parsed;
	CHECK(bytes_equal(buffer_bytes(&a), buffer_bytes(&b)) && bytes_equal(buffer_bytes(&a), buffer_bytes(&c)));
	CHECK(!bytes_equal(buffer_bytes(&a), buffer_bytes(&d)));
	CHECK(cert_parse_tbs(buffer_bytes(&b), &parsed).code == FAULT_NONE);
	/* The only extension goes with its wrapper. */
	struct buffer alone = make(NULL, oid_poison, "a"), none = make(NULL, NULL, "a");
	struct buffer e = canonical(&alone), f = canonical(&none);
	CHECK(cert_parse_tbs(buffer_bytes(&e), &parsed).code == FAULT_NONE && parsed.extensions.n == 0);
	CHECK(f.n >= e.n);
	struct buffer *all[] = {&plain, &pre, &final, &other, &alone, &none, &a, &b, &c, &d, &e, &f};
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		buffer_release(all[i]);
}

static const char *names_of(const char *san, const char *cn, char *out, size_t size)
{
	struct buffer der = make(san, NULL, cn);
	struct cert c;
	struct cert_names walk;
	struct cert_name name;
	size_t n = 0;
	out[0] = 0;
	CHECK(cert_parse(buffer_bytes(&der), &c).code == FAULT_NONE);
	cert_names_start(&walk, &c);
	while (cert_names_next(&walk, &name))
		n += (size_t)snprintf(out + n, size - n, "%s%.*s%s", n ? " " : "", (int)name.text.n, (const char *)name.text.p,
		                      name.readable ? "" : "?");
	buffer_release(&der);
	return out;
}

TEST(names)
{
	char out[2048];
	CHECK_TEXT(names_of("DNS:A.Example.ORG.,DNS:*.b.example,IP:1.2.3.4,email:x@y.z", "Some Company", out, sizeof(out)),
	           "a.example.org *.b.example");
	CHECK_TEXT(names_of("DNS:a.example", "https://B.example/path", out, sizeof(out)), "a.example b.example");
	CHECK_TEXT(names_of(NULL, "b\xc3\xbc" "cher.example", out, sizeof(out)), "xn--bcher-kva.example");
	CHECK_TEXT(names_of("DNS:we$ird.example", "x", out, sizeof(out)), "we$ird.example? x");
	CHECK_TEXT(names_of("DNS:b*d.example", "x", out, sizeof(out)), "b*d.example? x");
}

/* ---- what OpenSSL refuses and logs contain ---- */

static enum fault_code parse_recipe(const struct recipe *r, struct cert *out, struct buffer *der)
{
	*der = make_certificate(r);
	return cert_parse(buffer_bytes(der), out).code;
}

TEST(tolerated)
{
	static const struct bytes serials[] = {
		BYTES_LITERAL("\x02\x01\xff"), BYTES_LITERAL("\x02\x03\x00\x00\x01"), BYTES_LITERAL("\x02\x00"),
		BYTES_LITERAL("\x02\x17" "0123456789012345678901x"),
	};
	static const struct bytes versions[] = {
		BYTES_LITERAL(""), BYTES_LITERAL("\xa0\x03\x02\x01\x07"), BYTES_LITERAL("\xa0\x04\x02\x02\x00\x02"), BYTES_LITERAL("\xa0\x00"),
	};
	static const struct bytes unique[] = {
		BYTES_LITERAL("\x81\x02\x00\x01"), BYTES_LITERAL("\x82\x02\x00\x01"), BYTES_LITERAL("\x81\x02\x00\x01\x82\x02\x00\x01"),
		BYTES_LITERAL("\xa1\x03\x03\x01\x00"),
	};
	struct buffer der;
	struct cert c;
	for (size_t i = 0; i < 4; i++) {
		CHECK(parse_recipe(&(struct recipe){.serial = serials[i]}, &c, &der) == FAULT_NONE);
		CHECK(bytes_equal(c.serial, bytes_slice(serials[i], 2, serials[i].n - 2)) && c.validity_readable);
		buffer_release(&der);
		CHECK(parse_recipe(&(struct recipe){.version = versions[i]}, &c, &der) == FAULT_NONE && c.serial.n == 2);
		buffer_release(&der);
		CHECK(parse_recipe(&(struct recipe){.unique_ids = unique[i], .extensions = BYTES_LITERAL("")}, &c, &der) == FAULT_NONE);
		CHECK(c.extensions.n == 0 && c.spki.n == 44);
		buffer_release(&der);
	}
	CHECK(parse_recipe(&(struct recipe){.signature = BYTES_LITERAL("\x03\xf8")}, &c, &der) == FAULT_NONE && c.signature.n == 0);
	buffer_release(&der);
	CHECK(parse_recipe(&(struct recipe){.signature = BYTES_LITERAL("")}, &c, &der) == FAULT_NONE && c.signature.n == 0);
	buffer_release(&der);
	CHECK(parse_recipe(&(struct recipe){0}, &c, &der) == FAULT_NONE && bytes_equal_text(c.signature, "signature"));
	buffer_release(&der);
}

TEST(validity)
{
	static const struct {
		struct bytes validity;
		bool readable;
		int64_t not_before_ms, not_after_ms;
	} rows[] = {
		{VALIDITY_USUAL, true, INT64_C(1769126400000), INT64_C(1776902400000)},
		{BYTES_LITERAL("\x30\x20\x17\x0d" "500101000000Z" "\x18\x0f" "20500101000000Z"), true, INT64_C(-631152000000),
		 INT64_C(2524608000000)},
		{BYTES_LITERAL("\x30\x20\x17\x0d" "260123000000Z" "\x18\x0f" "99991231235959Z"), true, INT64_C(1769126400000),
		 INT64_C(253402300799000)},
		{BYTES_LITERAL("\x30\x1c\x17\x0b" "2601230000Z" "\x17\x0d" "260423000000Z"), false, 0, 0},  /* no seconds */
		{BYTES_LITERAL("\x30\x22\x17\x11" "260123000000+0100" "\x17\x0d" "260423000000Z"), false, 0, 0},
		{BYTES_LITERAL("\x30\x1e\x17\x0d" "260123000000Z" "\x17\x0d" "260431000000Z"), false, 0, 0}, /* no such day */
		{BYTES_LITERAL("\x30\x1e\x17\x0d" "260123000000Z" "\x13\x0d" "260423000000Z"), false, 0, 0}, /* no time */
		{BYTES_LITERAL("\x30\x0f\x17\x0d" "260123000000Z"), false, 0, 0},
		{BYTES_LITERAL("\x30\x20\x17\x0d" "260123000000Z" "\x17\x0d" "260423000000Z" "\x05\x00"), false, 0, 0},
		{BYTES_LITERAL("\x30\x00"), false, 0, 0},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buffer der;
		struct cert c;
		CHECK_THAT(parse_recipe(&(struct recipe){.validity = rows[i].validity}, &c, &der) == FAULT_NONE, "row %zu", i);
		CHECK_THAT(c.validity_readable == rows[i].readable && c.not_before_ms == rows[i].not_before_ms &&
		                   c.not_after_ms == rows[i].not_after_ms,
		           "row %zu: %" PRId64 " %" PRId64, i, c.not_before_ms, c.not_after_ms);
		buffer_release(&der);
	}
}

/* What cannot be framed is a fault that says where. */
TEST(framing)
{
	static const struct {
		struct recipe r;
		enum fault_code code;
		const char *field;
	} rows[] = {
		{{.serial = BYTES_LITERAL("\x04\x01\x01")}, FAULT_TAG, "serialNumber"},
		{{.serial = BYTES_LITERAL("\x02\x81\x01\x01")}, FAULT_ENCODING, "serialNumber"},
		{{.serial = BYTES_LITERAL("\x02\x80\x00\x00")}, FAULT_ENCODING, "serialNumber"},
		{{.validity = BYTES_LITERAL("\x31\x00")}, FAULT_TAG, "validity"},
		{{.unique_ids = BYTES_LITERAL("\x82\x01\x00\x81\x01\x00")}, FAULT_TRAILING, "tbsCertificate"},
		{{.unique_ids = BYTES_LITERAL("\xa4\x00")}, FAULT_TRAILING, "tbsCertificate"},
		{{.unique_ids = BYTES_LITERAL("\xa3\x00")}, FAULT_TRUNCATED, "extensions"},
		{{.unique_ids = BYTES_LITERAL("\xa3\x02\x31\x00")}, FAULT_TAG, "extensions"},
		{{.unique_ids = BYTES_LITERAL("\xa3\x04\x30\x00\x05\x00")}, FAULT_TRAILING, "extensions"},
		{{.unique_ids = BYTES_LITERAL("\xa3\x02\x30\x00"), .extensions = BYTES_LITERAL("")}, FAULT_TRAILING, "tbsCertificate"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buffer der = make_certificate(&rows[i].r);
		struct cert c;
		struct fault f = cert_parse(buffer_bytes(&der), &c);
		CHECK_THAT(f.code == rows[i].code && strcmp(f.field, rows[i].field) == 0, "row %zu: %s in %s", i, fault_code_name(f.code),
		           f.field ? f.field : "");
		CHECK(f.offset > 4 && f.offset < der.n);
		buffer_release(&der);
	}
	struct cert c;
	CHECK(cert_parse(bytes_of(NULL, 0), &c).code == FAULT_TRUNCATED);
	CHECK(cert_parse(BYTES_LITERAL("\x31\x00"), &c).code == FAULT_TAG);
	uint8_t *large = calloc(1, LIMIT_CERTIFICATE_BYTES + 1);
	CHECK(cert_parse(bytes_of(large, LIMIT_CERTIFICATE_BYTES + 1), &c).code == FAULT_LIMIT);
	CHECK(cert_parse_tbs(bytes_of(large, LIMIT_CERTIFICATE_BYTES + 1), &c).code == FAULT_LIMIT);
	free(large);
}

/* ---- extensions ---- */

TEST(extension_walk)
{
	static const uint8_t list[] = "\x30\x0a\x06\x01\x2a\x01\x01\xff\x04\x02" "ab"   /* critical */
	                              "\x30\x0a\x06\x01\x2b\x01\x01\x01\x04\x02" "cd"   /* not DER's TRUE */
	                              "\x30\x0a\x06\x01\x2b\x01\x01\x00\x04\x02" "ef"   /* FALSE, which DER leaves out */
	                              "\x30\x05\x06\x01\x2c\x04\x00"
	                              "\x30\x07\x06\x01\x2d\x04\x00\x05\x00"            /* bytes behind the value */
	                              "\x30\x05\x06\x01\x2a\x04\x00";
	struct recipe r = {.extensions = bytes_of(list, sizeof(list) - 1)};
	struct buffer der;
	struct cert c;
	struct cert_extension e;
	size_t count;
	CHECK(parse_recipe(&r, &c, &der) == FAULT_NONE);
	struct cursor walk = cert_extensions(&c);
	CHECK(cert_extension_next(&walk, &e) && e.critical && bytes_equal_text(e.value, "ab"));
	CHECK(memcmp(der.p + e.offset, "ab", 2) == 0);
	CHECK(cert_extension_next(&walk, &e) && e.critical && bytes_equal_text(e.value, "cd"));
	CHECK(cert_extension_next(&walk, &e) && !e.critical && bytes_equal_text(e.value, "ef"));
	CHECK(cert_extension_next(&walk, &e) && !e.critical && e.value.n == 0 && bytes_equal_text(e.oid, "\x2c"));
	CHECK(!cert_extension_next(&walk, &e) && walk.fault.code == FAULT_TRAILING && memcmp(der.p + walk.fault.offset, "\x05\x00", 2) == 0);
	CHECK(!cert_extension_next(&walk, &e)); /* what stands behind cannot be trusted to be one */
	CHECK(cert_extension_find(&c, BYTES_LITERAL("\x2b"), &e, &count) && count == 2 && bytes_equal_text(e.value, "cd"));
	CHECK(cert_extension_find(&c, BYTES_LITERAL("\x2c"), &e, NULL));
	CHECK(!cert_extension_find(&c, BYTES_LITERAL("\x2e"), &e, &count) && count == 0);
	buffer_release(&der);
}

static struct bytes tbs_only(struct buffer *out, const struct recipe *r)
{
	buffer_init(out, 1 << 20);
	put_tbs(out, r);
	return buffer_bytes(out);
}

/* The extensions are taken out wherever and how often they stand, and every enclosing length follows, over
 * the sizes where it takes another octet. */
TEST(canonical_lengths)
{
	static const size_t sizes[] = {0, 1, 60, 80, 90, 100, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124,
	                               125, 126, 127, 128, 129, 200, 220, 230, 240, 241, 242, 243, 244, 245, 246, 247, 248, 249, 250,
	                               251, 252, 253, 254, 255, 256, 257, 258, 300, 65000};
	static uint8_t zeros[65536];
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (unsigned where = 0; where < 16; where++) {
			struct buffer kept, all, want, have, out;
			struct cert c;
			buffer_init(&kept, 1 << 20);
			buffer_init(&all, 1 << 20);
			buffer_init(&out, 1 << 20);
			put_extension(&kept, BYTES_LITERAL("\x2a"), bytes_of(zeros, sizes[i]));
			put_extension(&kept, OID_SAN, BYTES_LITERAL("\x30\x00"));
			if (where & 1)
				put_extension(&all, OID_POISON, BYTES_LITERAL("\x05\x00"));
			put_extension(&all, BYTES_LITERAL("\x2a"), bytes_of(zeros, sizes[i]));
			if (where & 2)
				put_extension(&all, OID_SCT_LIST, bytes_of(zeros, 130));
			if (where & 4)
				put_extension(&all, OID_POISON, BYTES_LITERAL(""));
			put_extension(&all, OID_SAN, BYTES_LITERAL("\x30\x00"));
			if (where & 8)
				put_extension(&all, OID_SCT_LIST, BYTES_LITERAL("\x04\x00"));
			struct bytes unique = where & 1 ? BYTES_LITERAL("\x81\x01\x00\xa2\x02\x05\x00") : bytes_of(NULL, 0);
			tbs_only(&want, &(struct recipe){.unique_ids = unique, .extensions = buffer_bytes(&kept)});
			tbs_only(&have, &(struct recipe){.unique_ids = unique, .extensions = buffer_bytes(&all)});
			CHECK(!fault_is_set(cert_parse_tbs(buffer_bytes(&have), &c)) && !fault_is_set(cert_tbs_canonical(&c, &out)));
			CHECK_THAT(bytes_equal(buffer_bytes(&out), buffer_bytes(&want)), "%zu bytes, case %u", sizes[i], where);
			struct buffer *done[] = {&kept, &all, &want, &have, &out};
			for (size_t k = 0; k < 5; k++)
				buffer_release(done[k]);
		}
}

TEST(canonical_edges)
{
	struct buffer have, want, out, list;
	struct cert c;
	/* The last extension goes with its [3]; an empty list that was there before stays. */
	buffer_init(&list, 4096);
	put_extension(&list, OID_POISON, BYTES_LITERAL("\x05\x00"));
	tbs_only(&have, &(struct recipe){.extensions = buffer_bytes(&list)});
	tbs_only(&want, &(struct recipe){0});
	buffer_init(&out, 1 << 16);
	CHECK(!fault_is_set(cert_parse_tbs(buffer_bytes(&have), &c)) && !fault_is_set(cert_tbs_canonical(&c, &out)));
	CHECK(bytes_equal(buffer_bytes(&out), buffer_bytes(&want)));
	buffer_release(&want);
	buffer_clear(&out);
	tbs_only(&want, &(struct recipe){.extensions = BYTES_LITERAL("")});
	CHECK(!fault_is_set(cert_parse_tbs(buffer_bytes(&want), &c)) && !fault_is_set(cert_tbs_canonical(&c, &out)));
	CHECK(bytes_equal(buffer_bytes(&out), buffer_bytes(&want)));
	/* A list that breaks off is copied, poison and all. */
	buffer_put_text(&list, "\x30\x7f");
	buffer_release(&have);
	buffer_clear(&out);
	tbs_only(&have, &(struct recipe){.extensions = buffer_bytes(&list)});
	CHECK(!fault_is_set(cert_parse_tbs(buffer_bytes(&have), &c)) && !fault_is_set(cert_tbs_canonical(&c, &out)));
	CHECK(bytes_equal(buffer_bytes(&out), buffer_bytes(&have)));
	/* Past the maximum it is a fault, not a part. */
	out.max = have.n - 1;
	buffer_clear(&out);
	CHECK(cert_tbs_canonical(&c, &out).code == FAULT_LIMIT);
	buffer_release(&have);
	buffer_release(&want);
	buffer_release(&out);
	buffer_release(&list);
}
