#include "pki/demo_intel.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/buffer.h"
#include "base/limits.h"
#include "pki/demo_p384.h"

#define NEED(CONDITION)                                                          \
	do {                                                                     \
		if (!(CONDITION)) {                                              \
			fprintf(stderr, "demo Intel: %s failed\n", #CONDITION);  \
			exit(1);                                                 \
		}                                                                \
	} while (0)

const uint8_t demo_qe_mrsigner[32] = "who signs the demo's enclaves..";

/* ---- certificates ---- */

static void add_name(X509_NAME *n, const char *cn)
{
	X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_UTF8, (const uint8_t *)cn, -1, -1, 0);
	X509_NAME_add_entry_by_txt(n, "O", MBSTRING_UTF8, (const uint8_t *)"Demo Intel", -1, -1, 0);
	X509_NAME_add_entry_by_txt(n, "C", MBSTRING_UTF8, (const uint8_t *)"US", -1, -1, 0);
}

static void add_extension(X509 *x, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	NEED(e);
	X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
}

static void add_raw(X509 *x, const char *oid, bool critical, struct bytes value)
{
	ASN1_OBJECT *o = OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *s = ASN1_OCTET_STRING_new();
	ASN1_OCTET_STRING_set(s, value.p, (int)value.n);
	X509_EXTENSION *e = X509_EXTENSION_create_by_OBJ(NULL, o, critical, s);
	NEED(e);
	X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
	ASN1_OCTET_STRING_free(s);
	ASN1_OBJECT_free(o);
}

static void add_extensions(X509 *x, const struct demo_intel_certificate *c)
{
	char constraints[64] = "critical,CA:FALSE";
	if (c->ca && c->path_length >= 0)
		snprintf(constraints, sizeof(constraints), "critical,CA:TRUE,pathlen:%ld", c->path_length);
	else if (c->ca)
		snprintf(constraints, sizeof(constraints), "critical,CA:TRUE");
	const char *usage = c->ca ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature,nonRepudiation";
	add_extension(x, NID_key_usage, c->usage ? c->usage : usage);
	add_extension(x, NID_basic_constraints, constraints);
	add_extension(x, NID_subject_key_identifier, "hash");
	if (c->sgx_extension.n > 0)
		add_raw(x, "1.2.840.113741.1.13.1", false, c->sgx_extension);
	if (c->odd_critical)
		add_raw(x, "1.3.6.1.4.1.99999.7", true, BYTES_LITERAL("\x05\x00"));
}

struct bytes demo_intel_certificate(const struct demo_intel_certificate *c, struct arena *a)
{
	EVP_PKEY *key = c->on_p384 ? demo_p384_key(c->key) : demo_p256_key(c->key);
	EVP_PKEY *signer = demo_p256_key(c->signer);
	X509 *x = X509_new();
	uint8_t *der = NULL;
	BIGNUM *serial = BN_bin2bn(c->serial, sizeof(c->serial), NULL);
	X509_set_version(x, X509_VERSION_3);
	BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(x));
	add_name(X509_get_subject_name(x), c->subject);
	add_name(X509_get_issuer_name(x), c->issuer);
	X509_set_pubkey(x, key);
	ASN1_TIME_set(X509_getm_notBefore(x), (time_t)(c->from_ms / 1000));
	ASN1_TIME_set(X509_getm_notAfter(x), (time_t)(c->to_ms / 1000));
	add_extensions(x, c);
	NEED(X509_sign(x, signer, c->sha384 ? EVP_sha384() : EVP_sha256()) > 0);
	int n = i2d_X509(x, &der);
	struct bytes out = arena_bytes(a, bytes_of(der, (size_t)n));
	OPENSSL_free(der);
	BN_free(serial);
	X509_free(x);
	EVP_PKEY_free(key);
	EVP_PKEY_free(signer);
	return out;
}

struct demo_intel_certificate demo_intel_root_good(void)
{
	return (struct demo_intel_certificate){
		.subject = DEMO_INTEL_ROOT_CN, .issuer = DEMO_INTEL_ROOT_CN,
		.key = DEMO_INTEL_ROOT_KEY, .signer = DEMO_INTEL_ROOT_KEY,
		.from_ms = DEMO_INTEL_CA_FROM_MS, .to_ms = INT64_C(2493072000000),
		.serial = {0x22, 0x65}, .ca = true, .path_length = 1,
	};
}

struct demo_intel_certificate demo_intel_ca_good(enum pck_ca ca)
{
	bool platform = ca == PCK_CA_PLATFORM;
	return (struct demo_intel_certificate){
		.subject = platform ? DEMO_INTEL_PLATFORM_CN : DEMO_INTEL_PROCESSOR_CN,
		.issuer = DEMO_INTEL_ROOT_CN,
		.key = platform ? DEMO_INTEL_PLATFORM_KEY : DEMO_INTEL_PROCESSOR_KEY,
		.signer = DEMO_INTEL_ROOT_KEY,
		.from_ms = DEMO_INTEL_CA_FROM_MS, .to_ms = DEMO_INTEL_CA_TO_MS,
		.serial = {platform ? 0x95 : 0xd0, 0x6f}, .ca = true, .path_length = 0,
	};
}

struct bytes demo_intel_root(struct arena *a)
{
	struct demo_intel_certificate c = demo_intel_root_good();
	return demo_intel_certificate(&c, a);
}

struct bytes demo_intel_ca(enum pck_ca ca, struct arena *a)
{
	struct demo_intel_certificate c = demo_intel_ca_good(ca);
	return demo_intel_certificate(&c, a);
}

/* ---- the SGX extension ---- */

/* One element with a header of its own; below 64 kB. */
static void put(struct buffer *b, uint8_t tag, struct bytes content)
{
	buffer_put_bytes(b, bytes_of(&tag, 1));
	uint8_t length[3] = {0x82, (uint8_t)(content.n >> 8), (uint8_t)content.n};
	if (content.n >= 256)
		buffer_put_bytes(b, bytes_of(length, 3));
	else if (content.n >= 128)
		buffer_put_bytes(b, bytes_of((uint8_t[]){0x81, (uint8_t)content.n}, 2));
	else
		buffer_put_bytes(b, bytes_of((uint8_t[]){(uint8_t)content.n}, 1));
	buffer_put_bytes(b, content);
}

/* SEQUENCE { OID 1.2.840.113741.1.13.1 [.group] .number, value } */
static void put_pair(struct buffer *b, unsigned group, unsigned number, uint8_t tag, struct bytes content)
{
	uint8_t oid[] = {0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01, (uint8_t)number, 0};
	size_t n = 10;
	if (group > 0) {
		oid[9] = (uint8_t)group;
		oid[10] = (uint8_t)number;
		n = 11;
	}
	struct buffer pair;
	buffer_init(&pair, 1 << 16);
	put(&pair, DER_OID, bytes_of(oid, n));
	put(&pair, tag, content);
	put(b, DER_SEQUENCE, buffer_bytes(&pair));
	buffer_release(&pair);
}

static void put_number(struct buffer *b, unsigned group, unsigned number, unsigned value)
{
	uint8_t digits[4];
	size_t n = 0;
	if (value >= 0x8000)
		digits[n++] = (uint8_t)(value >> 16);
	if (value >= 0x80)
		digits[n++] = (uint8_t)(value >> 8);
	digits[n++] = (uint8_t)value;
	put_pair(b, group, number, DER_INTEGER, bytes_of(digits, n));
}

static void put_tcb_field(const struct demo_sgx_extension *e, unsigned n, struct buffer *b)
{
	uint8_t cpusvn[16];
	for (size_t i = 0; i < 16; i++)
		cpusvn[i] = e->cpusvn_differs ? e->cpusvn[i] : (uint8_t)e->components[i];
	if (n <= 16)
		put_number(b, 2, n, e->components[n - 1]);
	else if (n == 17)
		put_number(b, 2, n, e->pcesvn);
	else
		put_pair(b, 2, n, DER_OCTET_STRING, bytes_of(cpusvn, 16));
}

static void put_tcb(const struct demo_sgx_extension *e, struct buffer *b)
{
	struct buffer list;
	buffer_init(&list, 1 << 16);
	for (unsigned n = 1; n <= 18; n++)
		for (unsigned k = e->omit_tcb >> n & 1; k <= (e->repeat_tcb >> n & 1); k++)
			put_tcb_field(e, n, &list);
	put_pair(b, 0, 2, DER_SEQUENCE, buffer_bytes(&list));
	buffer_release(&list);
}

static void put_configuration(const struct demo_sgx_extension *e, struct buffer *b)
{
	const bool flags[] = {e->dynamic_platform, e->cached_keys, e->smt_enabled};
	struct buffer list;
	buffer_init(&list, 1 << 16);
	for (unsigned i = 0; i < 3; i++)
		put_pair(&list, 7, i + 1, DER_BOOLEAN, bytes_of(flags[i] ? "\xff" : "\x00", 1));
	put_pair(b, 0, 7, DER_SEQUENCE, buffer_bytes(&list));
	buffer_release(&list);
}

static void put_field(const struct demo_sgx_extension *e, unsigned n, struct buffer *b)
{
	uint8_t type = (uint8_t)e->sgx_type;
	if (n == 1)
		put_pair(b, 0, 1, DER_OCTET_STRING, bytes_of(e->ppid, 16));
	else if (n == 2)
		put_tcb(e, b);
	else if (n == 3)
		put_pair(b, 0, 3, DER_OCTET_STRING, bytes_of(e->pceid, 2));
	else if (n == 4)
		put_pair(b, 0, 4, DER_OCTET_STRING, bytes_of(e->fmspc, 6));
	else if (n == 5)
		put_pair(b, 0, 5, DER_ENUMERATED, bytes_of(&type, 1));
	else if (n == 6)
		put_pair(b, 0, 6, DER_OCTET_STRING, bytes_of(e->instance_id, 16));
	else
		put_configuration(e, b);
}

struct bytes demo_sgx_extension(const struct demo_sgx_extension *e, struct arena *a)
{
	struct buffer list, whole;
	buffer_init(&list, 1 << 16);
	buffer_init(&whole, 1 << 16);
	for (unsigned n = 1; n <= (e->platform ? 7u : 5u); n++)
		for (unsigned k = e->omit >> n & 1; k <= (e->repeat >> n & 1); k++)
			put_field(e, n, &list);
	if (e->unknown_field)
		put_number(&list, 0, 9, 1);
	put(&whole, DER_SEQUENCE, buffer_bytes(&list));
	if (e->trailing)
		buffer_put_bytes(&whole, BYTES_LITERAL("\x05\x00"));
	struct bytes out = arena_bytes(a, buffer_bytes(&whole));
	buffer_release(&list);
	buffer_release(&whole);
	return out;
}

struct demo_pck demo_pck_good(enum pck_ca ca)
{
	bool platform = ca == PCK_CA_PLATFORM;
	return (struct demo_pck){
		.sgx = {.ppid = "a demo platform", .pceid = {0, 0}, .fmspc = {0, 0, 0, 0, 0, platform ? 0xd0 : 0xd1},
		        .instance_id = "an instance id ", .components = {5, 5, 2, 2, 4, 1, 0, 5, 128, 255}, .pcesvn = 13,
		        .sgx_type = platform ? 1 : 0, .platform = platform, .dynamic_platform = true, .cached_keys = true,
		        .smt_enabled = true},
		.certificate = {.subject = DEMO_INTEL_PCK_CN,
		                .issuer = platform ? DEMO_INTEL_PLATFORM_CN : DEMO_INTEL_PROCESSOR_CN,
		                .key = DEMO_INTEL_PCK_KEY,
		                .signer = platform ? DEMO_INTEL_PLATFORM_KEY : DEMO_INTEL_PROCESSOR_KEY,
		                .from_ms = DEMO_INTEL_PCK_FROM_MS, .to_ms = DEMO_INTEL_PCK_TO_MS,
		                .serial = {0x81, 0x02, 0x03, 0x04}},
	};
}

struct bytes demo_pck(const struct demo_pck *p, struct arena *a)
{
	struct demo_intel_certificate c = p->certificate;
	if (c.sgx_extension.n == 0)
		c.sgx_extension = demo_sgx_extension(&p->sgx, a);
	return demo_intel_certificate(&c, a);
}

/* ---- quotes ---- */

static const size_t body_bytes[] = {
	[DCAP_BODY_SGX] = DCAP_SGX_REPORT_BYTES, [DCAP_BODY_TD10] = DCAP_TD10_BYTES,
	[DCAP_BODY_TD15] = DCAP_TD15_BYTES, [DCAP_BODY_TD15EX] = DCAP_TD15EX_BYTES,
};

/* Different bytes for each field, the same in each run. */
static void fill(uint8_t *p, size_t n, uint8_t with)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(with + i);
}

static void make_sgx_body(struct demo_quote *q)
{
	fill(q->body + DEMO_SGX_CPUSVN, 16, 0x05);
	q->body[DEMO_SGX_ATTRIBUTES] = 0x05; /* INIT, MODE64BIT */
	q->body[DEMO_SGX_ATTRIBUTES + 8] = 0xe7;
	fill(q->body + DEMO_SGX_MRENCLAVE, 32, 0x11);
	fill(q->body + DEMO_SGX_MRSIGNER, 32, 0x51);
	q->body[DEMO_SGX_ISVPRODID] = 3;
	q->body[DEMO_SGX_ISVSVN] = 7;
}

static void make_td_body(struct demo_quote *q)
{
	static const uint8_t svn[] = {5, 1, 2}, attributes[] = {0, 0, 0, 0x10}, xfam[] = {0xe7, 0x02, 0x06};
	memcpy(q->body + DEMO_TD_TCB_SVN, svn, sizeof(svn));
	memcpy(q->body + DEMO_TD_TCB_SVN2, svn, sizeof(svn));
	fill(q->body + DEMO_TD_MRSEAM, 48, 0x21);
	memcpy(q->body + DEMO_TD_ATTRIBUTES, attributes, sizeof(attributes));
	memcpy(q->body + DEMO_TD_XFAM, xfam, sizeof(xfam));
	fill(q->body + DEMO_TD_MRTD, 48, 0x31);
	for (size_t i = 0; i < 4; i++)
		fill(q->body + DEMO_TD_RTMR0 + 48 * i, 48, (uint8_t)(0x41 + 0x10 * i));
}

struct demo_quote demo_quote_good(unsigned version, enum dcap_body body)
{
	struct demo_quote q = {
		.version = version, .att_key_type = DCAP_KEY_P256,
		.tee = body == DCAP_BODY_SGX ? DCAP_TEE_SGX : DCAP_TEE_TDX, .body_type = body,
		.qe_auth_bytes = 32, .ak = DEMO_INTEL_AK, .pck = demo_pck_good(PCK_CA_PLATFORM),
		.ca = demo_intel_ca_good(PCK_CA_PLATFORM), .root = demo_intel_root_good(),
		.cert_type = DCAP_CERT_PCK_CHAIN, .order = "lirn",
	};
	memcpy(q.qe_vendor_id, dcap_intel_vendor_id, 16);
	fill(q.qe_auth, sizeof(q.qe_auth), 0);
	fill(q.qe + DEMO_SGX_CPUSVN, 16, 0x05);
	q.qe[DEMO_SGX_ATTRIBUTES] = 0x15; /* INIT, MODE64BIT, PROVISIONKEY */
	q.qe[DEMO_SGX_ATTRIBUTES + 8] = 0xe7;
	fill(q.qe + DEMO_SGX_MRENCLAVE, 32, 0x91);
	memcpy(q.qe + DEMO_SGX_MRSIGNER, demo_qe_mrsigner, 32);
	q.qe[DEMO_SGX_ISVPRODID] = body == DCAP_BODY_SGX ? 1 : 2;
	q.qe[DEMO_SGX_ISVSVN] = body == DCAP_BODY_SGX ? 8 : 4;
	if (body == DCAP_BODY_SGX)
		make_sgx_body(&q);
	else
		make_td_body(&q);
	return q;
}

static void put_pem(struct buffer *b, struct bytes der, const char *end_of_line, struct arena *a)
{
	const char *digits = base64_text(a, der);
	buffer_put_bytes(b, bytes_of_text("-----BEGIN CERTIFICATE-----"));
	buffer_put_bytes(b, bytes_of_text(end_of_line));
	for (size_t n = strlen(digits), i = 0; i < n; i += 64) {
		buffer_put_bytes(b, bytes_of(digits + i, n - i < 64 ? n - i : 64));
		buffer_put_bytes(b, bytes_of_text(end_of_line));
	}
	buffer_put_bytes(b, bytes_of_text("-----END CERTIFICATE-----"));
	buffer_put_bytes(b, bytes_of_text(end_of_line));
}

struct bytes demo_quote_chain(const struct demo_quote *q, struct arena *a)
{
	struct buffer b;
	const char *end_of_line = "\n";
	buffer_init(&b, 1 << 20);
	for (const char *o = q->order; *o; o++) {
		if (*o == 'l')
			put_pem(&b, demo_pck(&q->pck, a), end_of_line, a);
		else if (*o == 'i')
			put_pem(&b, demo_intel_certificate(&q->ca, a), end_of_line, a);
		else if (*o == 'r')
			put_pem(&b, demo_intel_certificate(&q->root, a), end_of_line, a);
		else if (*o == 'n')
			buffer_put_bytes(&b, bytes_of("", 1));
		else if (*o == 'c')
			end_of_line = "\r\n";
	}
	struct bytes out = arena_bytes(a, buffer_bytes(&b));
	buffer_release(&b);
	return out;
}

static void put_le(struct buffer *b, uint64_t v, size_t n)
{
	for (; n > 0; n--, v >>= 8)
		buffer_put_bytes(b, bytes_of((uint8_t[]){(uint8_t)v}, 1));
}

static struct bytes platform_id(const struct demo_quote *q, struct arena *a)
{
	static const uint8_t zeros[384];
	static const size_t ppid_bytes[] = {0, 16, 256, 384};
	struct buffer b;
	buffer_init(&b, 1 << 10);
	buffer_put_bytes(&b, q->cert_type == 1 ? bytes_of(q->pck.sgx.ppid, 16) : bytes_of(zeros, ppid_bytes[q->cert_type]));
	for (size_t i = 0; i < 16; i++)
		put_le(&b, q->pck.sgx.components[i], 1);
	put_le(&b, q->pck.sgx.pcesvn, 2);
	buffer_put_bytes(&b, bytes_of(q->pck.sgx.pceid, 2));
	struct bytes out = arena_bytes(a, buffer_bytes(&b));
	buffer_release(&b);
	return out;
}

static struct bytes certification_data(const struct demo_quote *q, struct arena *a)
{
	if (q->cert_data.n > 0)
		return q->cert_data;
	if (q->cert_type >= 1 && q->cert_type <= 3)
		return platform_id(q, a);
	if (q->cert_type == DCAP_CERT_PCK_LEAF) {
		struct demo_quote leaf = *q;
		leaf.order = "l";
		return demo_quote_chain(&leaf, a);
	}
	return demo_quote_chain(q, a);
}

/* The QE's report, bound to the key, signed; then what certifies it. */
static void put_qe(const struct demo_quote *q, const uint8_t ak[64], struct buffer *b, struct arena *a)
{
	uint8_t report[DCAP_SGX_REPORT_BYTES], signature[64];
	struct bytes auth = bytes_of(q->qe_auth, q->qe_auth_bytes), data = certification_data(q, a);
	memcpy(report, q->qe, sizeof(report));
	struct sha256 bound = hash_sha256_two(bytes_of(ak, 64), auth);
	memcpy(report + DEMO_SGX_REPORT_DATA, bound.b, 32);
	memset(report + DEMO_SGX_REPORT_DATA + 32, 0, 32);
	for (size_t i = 0; i < 64; i++)
		report[DEMO_SGX_REPORT_DATA + i] ^= q->qe_data_flip[i];
	demo_p256_sign(q->qe_signer ? q->qe_signer : q->pck.certificate.key, bytes_of(report, sizeof(report)), signature);
	buffer_put_bytes(b, bytes_of(report, sizeof(report)));
	buffer_put_bytes(b, bytes_of(signature, 64));
	put_le(b, (uint64_t)((long)auth.n + q->auth_delta), 2);
	buffer_put_bytes(b, auth);
	put_le(b, q->cert_type, 2);
	put_le(b, (uint64_t)((long)data.n + q->cert_delta), 4);
	buffer_put_bytes(b, data);
}

static void put_signature_data(const struct demo_quote *q, struct bytes signed_part, struct buffer *b, struct arena *a)
{
	uint8_t ak[64], signature[64];
	struct buffer qe;
	buffer_init(&qe, LIMIT_EVIDENCE_BYTES);
	demo_p256_point(q->ak, ak);
	for (size_t i = 0; i < 64; i++)
		ak[i] ^= q->ak_flip[i];
	demo_p256_sign(q->quote_signer ? q->quote_signer : q->ak, signed_part, signature);
	put_qe(q, ak, &qe, a);
	buffer_put_bytes(b, bytes_of(signature, 64));
	buffer_put_bytes(b, bytes_of(ak, 64));
	if (q->version != 3) {
		put_le(b, DCAP_CERT_QE_REPORT, 2);
		put_le(b, (uint64_t)((long)qe.n + q->envelope_delta), 4);
	}
	buffer_put_bytes(b, buffer_bytes(&qe));
	buffer_release(&qe);
}

static void put_signed_part(const struct demo_quote *q, struct buffer *b)
{
	put_le(b, q->version, 2);
	put_le(b, q->att_key_type, 2);
	put_le(b, q->tee, 4);
	put_le(b, q->version == 3 ? 0x000d0008 : 0, 4); /* QE SVN, PCE SVN */
	buffer_put_bytes(b, bytes_of(q->qe_vendor_id, 16));
	buffer_put_bytes(b, bytes_of("the QE's own id\0\0\0\0", 20));
	if (q->version == 5) {
		put_le(b, q->body_type, 2);
		put_le(b, q->body_size > 0 ? q->body_size : body_bytes[q->body_type], 4);
	}
	buffer_put_bytes(b, bytes_of(q->body, body_bytes[q->body_type]));
}

struct bytes demo_quote(const struct demo_quote *q, struct arena *a)
{
	struct buffer b, data;
	buffer_init(&b, LIMIT_EVIDENCE_BYTES);
	buffer_init(&data, LIMIT_EVIDENCE_BYTES);
	put_signed_part(q, &b);
	put_signature_data(q, buffer_bytes(&b), &data, a);
	put_le(&b, (uint64_t)((long)data.n + q->signature_data_delta), 4);
	buffer_put_bytes(&b, buffer_bytes(&data));
	for (size_t i = 0; i < q->trailing; i++)
		buffer_put_bytes(&b, bytes_of(&q->trailing_value, 1));
	struct bytes whole = arena_bytes(a, buffer_bytes(&b));
	uint8_t *p = arena_alloc(a, whole.n);
	memcpy(p, whole.p, whole.n);
	for (size_t i = 0; i < sizeof(q->flips) / sizeof(q->flips[0]); i++)
		p[q->flips[i].at] ^= q->flips[i].bits;
	buffer_release(&b);
	buffer_release(&data);
	return bytes_of(p, whole.n);
}
