#include "pki/demo_nvidia.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/buffer.h"
#include "base/hash.h"
#include "base/hex.h"
#include "pki/demo_p384.h"

#define NEED(CONDITION)                                                              \
	do {                                                                         \
		if (!(CONDITION)) {                                                  \
			fprintf(stderr, "demo NVIDIA: %s failed\n", #CONDITION);     \
			exit(1);                                                     \
		}                                                                    \
	} while (0)

#define CHAIN_FROM_MS INT64_C(1603584000000) /* 2020-10-25 */
#define CHAIN_TO_MS INT64_C(4102444800000)   /* 2100-01-01 */

enum { SIGNATURE_BYTES = 96, KEY_NAME_SIZE = 64 };

/* ---- devices ---- */

struct demo_field *demo_field(struct demo_device *d, unsigned id)
{
	for (size_t i = 0; i < d->field_count; i++)
		if (d->fields[i].id == id)
			return &d->fields[i];
	return NULL;
}

void demo_field_put(struct demo_device *d, unsigned id, const void *value, size_t n)
{
	struct demo_field *f = demo_field(d, id);
	NEED(n <= sizeof(f->value) && (f || d->field_count < DEMO_FIELDS_MAX));
	f = f ? f : &d->fields[d->field_count++];
	*f = (struct demo_field){.id = (uint16_t)id, .value_type = 0x82, .n = n};
	memcpy(f->value, value, n);
}

void demo_field_drop(struct demo_device *d, unsigned id)
{
	struct demo_field *f = demo_field(d, id);
	if (f)
		*f = d->fields[--d->field_count];
}

static void put_text(struct demo_device *d, unsigned id, const char *text)
{
	demo_field_put(d, id, text, strlen(text) + 1);
}

static struct demo_device start(const char *chip, const char *responder, unsigned number, size_t measurements)
{
	struct demo_device d = {.chip = chip, .responder = responder, .measurement_count = measurements,
	                        .swapped_index = UINT32_MAX};
	char text[64];
	snprintf(text, sizeof(text), "%s %s %u", chip, responder, number);
	struct sha256 h = hash_sha256(bytes_of_text(text));
	memcpy(d.pdi, h.b, sizeof(d.pdi));
	hash_sha384(bytes_of_text(chip), d.fwid);
	memset(d.nonce, 0x5a, sizeof(d.nonce));
	for (uint32_t i = 0; i < measurements; i++)
		demo_rim_hash(i, 0, d.measurements[i]);
	return d;
}

static void put_gpu_fields(struct demo_device *d, uint8_t info)
{
	const uint8_t vbios[8] = {0x00, 0x9f, 0x00, 0x96, 0x01}, board[4] = {0xb1, 3}, off = 0x55;
	const uint8_t gpu_info[8] = {info, 1}, cpr[4] = {0, 0xc0, 1}, version[2] = {1, 0}, flag[2] = {0, 0};
	demo_field_put(d, 6, vbios, sizeof(vbios));
	demo_field_put(d, 14, board, sizeof(board));
	demo_field_put(d, 15, "882\0\0\0\0\0", 9);
	put_text(d, 16, "0");
	put_text(d, 17, "1010");
	put_text(d, 18, "0200");
	put_text(d, 19, "");
	put_text(d, 3, "550.90.07");
	demo_field_put(d, 4, gpu_info, sizeof(gpu_info));
	demo_field_put(d, 13, cpr, sizeof(cpr));
	demo_field_put(d, 11, &off, 1);
	demo_field_put(d, 20, d->fwid, sizeof(d->fwid));
	demo_field_put(d, 21, &off, 1);
	demo_field_put(d, 34, version, 2);
	demo_field_put(d, 36, flag, 2);
}

struct demo_device demo_hopper(unsigned number)
{
	struct demo_device d = start("GH100", "GSP", number, 64);
	put_gpu_fields(&d, 0x80);
	return d;
}

struct demo_device demo_blackwell(unsigned number)
{
	struct demo_device d = start("GB100", "GSP", number, 64);
	put_gpu_fields(&d, 0xa0);
	return d;
}

struct demo_device demo_fsp(unsigned number)
{
	return start("GB100", "FSP", number, 52);
}

struct demo_device demo_switch(unsigned number)
{
	struct demo_device d = start("LS_10", "FSP", number, 31);
	const uint8_t pdis[128] = {0}, ports[2] = {0xec, 0}, position[2] = {(uint8_t)number, 0}, locked[2] = {1, 0};
	d.without_fwid = false;
	demo_field_put(&d, 6, "96.10.55.00.01", 14);
	demo_field_put(&d, 22, d.pdi, sizeof(d.pdi));
	demo_field_put(&d, 26, pdis, sizeof(pdis));
	demo_field_put(&d, 23, ports, 2);
	demo_field_put(&d, 24, position, 2);
	demo_field_put(&d, 25, locked, 2);
	return d;
}

void demo_machine(struct demo_device gpus[8], struct demo_device switches[4], const uint8_t nonce[32])
{
	const uint8_t on = 0xaa, flag[2] = {2, 0};
	uint8_t links[18 * 8], pdis[128] = {0};
	for (unsigned i = 0; i < 8; i++)
		gpus[i] = demo_hopper(i);
	for (unsigned i = 0; i < 4; i++)
		switches[i] = demo_switch(i);
	for (size_t link = 0; link < 18; link++)
		for (size_t k = 0; k < 8; k++)
			links[8 * link + k] = switches[link % 4].pdi[7 - k];
	for (size_t i = 0; i < 8; i++)
		memcpy(pdis + 8 * i, gpus[i].pdi, 8);
	for (size_t i = 0; i < 8; i++) {
		memcpy(gpus[i].nonce, nonce, 32);
		demo_field_put(&gpus[i], 21, &on, 1);
		demo_field_put(&gpus[i], 22, links, sizeof(links));
		demo_field_put(&gpus[i], 36, flag, 2);
	}
	for (size_t i = 0; i < 4; i++) {
		memcpy(switches[i].nonce, nonce, 32);
		demo_field_put(&switches[i], 26, pdis, sizeof(pdis));
	}
}

/* ---- certificates ---- */

static const char *key_name(const struct demo_device *d, size_t link, char out[KEY_NAME_SIZE])
{
	char pdi[17];
	hex_encode(bytes_of(d->pdi, 8), pdi);
	if (link <= 1)
		snprintf(out, KEY_NAME_SIZE, "nvidia device %s %zu", pdi, link);
	else
		snprintf(out, KEY_NAME_SIZE, "nvidia %s %zu%s", link == 4 ? "root" : d->chip, link,
		         link == 4 && d->defect == DEMO_CHAIN_FOREIGN_ROOT ? " of a stranger" : "");
	return out;
}

static bool defect_at(const struct demo_device *d, enum demo_chain_defect defect, size_t link)
{
	return d->defect == defect && d->defect_at == link;
}

static void common_name(const struct demo_device *d, size_t link, char *out, size_t size)
{
	const char *line = strcmp(d->chip, "LS_10") == 0 ? "GH100" : d->chip;
	if (defect_at(d, DEMO_CHAIN_NAME, link))
		snprintf(out, size, "%s", d->name);
	else if (link == 0)
		snprintf(out, size, "%s A01 %s FMC LF", d->chip, d->responder);
	else if (link == 1)
		snprintf(out, size, "%s A01 %s BROM", d->chip, d->responder);
	else if (link == 2)
		snprintf(out, size, "NVIDIA %s Provisioner ICA 1", d->chip);
	else
		snprintf(out, size, link == 3 ? "NVIDIA %s Identity" : "DEMO Device Identity CA", line);
}

static void set_name(X509_NAME *n, const struct demo_device *d, size_t link)
{
	char cn[96];
	common_name(d, link, cn, sizeof(cn));
	X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_UTF8, (const uint8_t *)cn, -1, -1, 0);
	X509_NAME_add_entry_by_txt(n, "O", MBSTRING_UTF8, (const uint8_t *)"NVIDIA", -1, -1, 0);
}

static void set_serial(X509 *x, const struct demo_device *d, size_t link)
{
	uint8_t serial[20] = {strcmp(d->chip, "LS_10") == 0 ? 0x50 : strcmp(d->responder, "FSP") == 0 ? 0x40 : 0x41};
	size_t n = link == 1 ? 9 : 20;
	memcpy(serial + 1, d->pdi, 8);
	if (link != 1)
		serial[19] = (uint8_t)link;
	if (link == 1 && d->defect == DEMO_CHAIN_SERIAL)
		n = 8;
	BIGNUM *bn = BN_bin2bn(serial, (int)n, NULL);
	BN_to_ASN1_INTEGER(bn, X509_get_serialNumber(x));
	BN_free(bn);
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
	X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
	ASN1_OCTET_STRING_free(s);
	ASN1_OBJECT_free(o);
}

/* An element around what stands in the buffer from `at` on. */
static void wrap(struct buffer *b, size_t at, uint8_t tag)
{
	size_t n = b->n - at;
	uint8_t *content = malloc(n ? n : 1);
	memcpy(content, b->p + at, n);
	b->n = at;
	buffer_put_u8(b, tag);
	if (n >= 0x100) {
		buffer_put_u8(b, 0x82);
		buffer_put_u16be(b, (uint16_t)n);
	} else {
		if (n >= 0x80)
			buffer_put_u8(b, 0x81);
		buffer_put_u8(b, (uint8_t)n);
	}
	buffer_put(b, content, n);
	free(content);
}

static void put_element(struct buffer *b, uint8_t tag, struct bytes content)
{
	size_t at = b->n;
	buffer_put_bytes(b, content);
	wrap(b, at, tag);
}

static void put_fwid(struct buffer *b, struct bytes digest)
{
	static const uint8_t sha384[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02};
	size_t at = b->n;
	put_element(b, 0x06, bytes_of(sha384, sizeof(sha384)));
	put_element(b, 0x04, digest);
	wrap(b, at, 0x30);
}

/* As Hopper and the switches have it: the key beside the id. */
static void add_fwid_of_key(X509 *x, const struct demo_device *d)
{
	struct buffer b;
	uint8_t *spki = NULL;
	buffer_init(&b, 1024);
	put_element(&b, 0x02, bytes_of("\x01", 1));
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &spki);
	buffer_put(&b, spki, (size_t)n);
	put_fwid(&b, bytes_of(d->fwid, d->defect == DEMO_CHAIN_FWID_CUT ? 47 : 48));
	wrap(&b, 0, 0x30);
	add_raw(x, "2.23.133.5.4.1", false, buffer_bytes(&b));
	OPENSSL_free(spki);
	buffer_release(&b);
}

/* As Blackwell has it: a list of two, the second zero, and fields behind it. */
static void add_fwid_list(X509 *x, const struct demo_device *d)
{
	const uint8_t zeros[48] = {0};
	struct buffer b;
	size_t at;
	buffer_init(&b, 1024);
	put_element(&b, 0x80, BYTES_LITERAL("NVIDIA"));
	put_element(&b, 0x81, BYTES_LITERAL("GB100 A01 GSP"));
	at = b.n;
	put_fwid(&b, bytes_of(d->fwid, d->defect == DEMO_CHAIN_FWID_CUT ? 47 : 48));
	put_fwid(&b, bytes_of(zeros, 48));
	wrap(&b, at, 0xa6);
	put_element(&b, 0x88, bytes_of(zeros, 48));
	wrap(&b, 0, 0x30);
	add_raw(x, "2.23.133.5.4.1.1", false, buffer_bytes(&b));
	buffer_release(&b);
}

static void add_extensions(X509 *x, const struct demo_device *d, size_t link)
{
	bool list = strncmp(d->chip, "GB", 2) == 0, odd_usage = defect_at(d, DEMO_CHAIN_NO_USAGE, link);
	if (link > 0)
		add_extension(x, NID_basic_constraints,
		              defect_at(d, DEMO_CHAIN_NO_CA, link) ? "critical,CA:FALSE" : "critical,CA:TRUE");
	else if (defect_at(d, DEMO_CHAIN_NO_CA, link))
		add_extension(x, NID_basic_constraints, "critical,CA:TRUE");
	add_extension(x, NID_key_usage,
	              odd_usage  ? "critical,keyAgreement"
	              : link > 0 ? "critical,keyCertSign,cRLSign"
	                         : "critical,digitalSignature");
	if (link == 0 && !d->without_fwid && (!list || d->defect == DEMO_CHAIN_FWID_TWICE))
		add_fwid_of_key(x, d);
	if (link == 0 && !d->without_fwid && (list || d->defect == DEMO_CHAIN_FWID_TWICE))
		add_fwid_list(x, d);
	if (defect_at(d, DEMO_CHAIN_ODD, link))
		add_raw(x, "1.3.6.1.4.1.99999.7", true, BYTES_LITERAL("\x05"));
}

static struct bytes finish(X509 *x, const char *signer, const EVP_MD *md, struct arena *a)
{
	EVP_PKEY *key = demo_p384_key(signer);
	uint8_t *der = NULL;
	NEED(X509_sign(x, key, md) > 0);
	int n = i2d_X509(x, &der);
	struct bytes out = arena_bytes(a, bytes_of(der, (size_t)n));
	OPENSSL_free(der);
	EVP_PKEY_free(key);
	X509_free(x);
	return out;
}

struct bytes demo_nvidia_certificate(const struct demo_device *d, size_t link, struct arena *a)
{
	char own[KEY_NAME_SIZE], up[KEY_NAME_SIZE];
	size_t issuer = link + 1 < DEMO_LINKS ? link + 1 : link;
	bool p256 = defect_at(d, DEMO_CHAIN_P256, link);
	X509 *x = X509_new();
	EVP_PKEY *key = p256 ? EVP_EC_gen("P-256") : demo_p384_key(key_name(d, link, own));
	X509_set_version(x, X509_VERSION_3);
	set_serial(x, d, link);
	set_name(X509_get_subject_name(x), d, link);
	set_name(X509_get_issuer_name(x), d, defect_at(d, DEMO_CHAIN_ISSUER, link) ? link : issuer);
	X509_set_pubkey(x, key);
	ASN1_TIME_set(X509_getm_notBefore(x),
	              (time_t)((defect_at(d, DEMO_CHAIN_NOT_YET, link) ? DEMO_NVIDIA_AT_MS + 86400000 : CHAIN_FROM_MS) / 1000));
	ASN1_TIME_set(X509_getm_notAfter(x),
	              (time_t)((defect_at(d, DEMO_CHAIN_EXPIRED, link) ? DEMO_NVIDIA_AT_MS - 86400000 : CHAIN_TO_MS) / 1000));
	add_extensions(x, d, link);
	EVP_PKEY_free(key);
	return finish(x, defect_at(d, DEMO_CHAIN_STRANGER, link) ? "nobody" : key_name(d, issuer, up),
	              defect_at(d, DEMO_CHAIN_SHA256, link) ? EVP_sha256() : EVP_sha384(), a);
}

/* The root is one for all, and made once. */
struct bytes demo_nvidia_root(struct arena *a)
{
	struct demo_device any = demo_hopper(0);
	memset(any.pdi, 0, sizeof(any.pdi));
	any.chip = "GH100";
	static struct arena kept;
	static struct bytes root;
	if (root.n == 0) {
		arena_init(&kept, 1 << 16);
		root = demo_nvidia_certificate(&any, 4, &kept);
	}
	return arena_bytes(a, root);
}

static void put_pem(struct buffer *b, struct bytes der)
{
	struct buffer digits;
	buffer_init(&digits, 1 << 16);
	base64_put(&digits, der);
	buffer_put_text(b, "-----BEGIN CERTIFICATE-----\n");
	for (size_t i = 0; i < digits.n; i += 64) {
		buffer_put_bytes(b, bytes_slice(buffer_bytes(&digits), i, digits.n - i < 64 ? digits.n - i : 64));
		buffer_put_u8(b, '\n');
	}
	buffer_put_text(b, "-----END CERTIFICATE-----\n");
	buffer_release(&digits);
}

static bool root_is_own(const struct demo_device *d)
{
	return d->defect == DEMO_CHAIN_FOREIGN_ROOT || (d->defect != DEMO_CHAIN_GOOD && d->defect_at == 4);
}

struct bytes demo_nvidia_chain(const struct demo_device *d, struct arena *a)
{
	struct buffer b;
	struct bytes der[DEMO_LINKS + 1];
	size_t n = DEMO_LINKS;
	buffer_init(&b, 1 << 18);
	for (size_t i = 0; i < DEMO_LINKS; i++)
		der[i] = i < 4 || root_is_own(d) ? demo_nvidia_certificate(d, i, a) : demo_nvidia_root(a);
	if (d->defect == DEMO_CHAIN_SHORT)
		n--;
	if (d->defect == DEMO_CHAIN_LONG)
		der[n++] = der[4];
	if (d->defect == DEMO_CHAIN_SWAPPED) {
		struct bytes first = der[d->defect_at];
		der[d->defect_at] = der[d->defect_at + 1];
		der[d->defect_at + 1] = first;
	}
	for (size_t i = 0; i < n; i++)
		put_pem(&b, der[i]);
	struct bytes out = arena_bytes(a, buffer_bytes(&b));
	buffer_release(&b);
	return out;
}

/* ---- transcripts ---- */

static void put_u16le(struct buffer *b, size_t v)
{
	buffer_put_u8(b, (uint8_t)v);
	buffer_put_u8(b, (uint8_t)(v >> 8));
}

static void put_measurement(struct buffer *b, const struct demo_device *d, size_t i)
{
	bool pdi = strcmp(d->responder, "FSP") == 0 && strcmp(d->chip, "LS_10") != 0 && i == 25;
	const uint8_t zeros[48] = {0};
	size_t n = pdi ? 8 : 48;
	buffer_put_u8(b, (uint8_t)(i + 1));
	buffer_put_u8(b, 1);
	put_u16le(b, n + 3);
	buffer_put_u8(b, pdi ? 0x82 : 1);
	put_u16le(b, n);
	buffer_put(b, pdi ? d->pdi : i == d->swapped_index ? zeros : d->measurements[i], n);
}

static void put_opaque(struct buffer *b, const struct demo_device *d)
{
	if (d->tagged)
		buffer_put(b, "NVDAOD\0\0\2\0\0\0", 12);
	for (size_t i = 0; i < d->field_count; i++) {
		put_u16le(b, d->fields[i].id);
		if (d->tagged)
			put_u16le(b, d->fields[i].value_type);
		put_u16le(b, d->fields[i].n);
		buffer_put(b, d->fields[i].value, d->fields[i].n);
	}
}

struct bytes demo_transcript_unsigned(const struct demo_device *d, struct arena *a)
{
	struct buffer b, part;
	const uint8_t zeros[SIGNATURE_BYTES] = {0};
	buffer_init(&b, 1 << 16);
	buffer_init(&part, 1 << 16);
	buffer_put(&b, "\x11\xe0\x01\xff", 4);
	buffer_put(&b, d->nonce, 32);
	buffer_put_u8(&b, 0);
	buffer_put(&b, "\x11\x60\0\0", 4);
	buffer_put_u8(&b, (uint8_t)d->measurement_count);
	for (size_t i = 0; i < d->measurement_count; i++)
		put_measurement(&part, d, i);
	put_u16le(&b, part.n);
	buffer_put_u8(&b, 0);
	buffer_put_bytes(&b, buffer_bytes(&part));
	buffer_put(&b, "a random number of the responder", 32);
	buffer_clear(&part);
	put_opaque(&part, d);
	put_u16le(&b, part.n);
	buffer_put_bytes(&b, buffer_bytes(&part));
	buffer_put(&b, zeros, sizeof(zeros));
	struct bytes out = arena_bytes(a, buffer_bytes(&b));
	buffer_release(&b);
	buffer_release(&part);
	return out;
}

void demo_transcript_sign(const struct demo_device *d, uint8_t *p, size_t n)
{
	char name[KEY_NAME_SIZE];
	demo_p384_sign(key_name(d, 0, name), bytes_of(p, n - SIGNATURE_BYTES), p + n - SIGNATURE_BYTES);
}

struct bytes demo_transcript(const struct demo_device *d, struct arena *a)
{
	struct bytes plain = demo_transcript_unsigned(d, a);
	uint8_t *p = arena_alloc(a, plain.n);
	memcpy(p, plain.p, plain.n);
	demo_transcript_sign(d, p, plain.n);
	return bytes_of(p, plain.n);
}

/* ---- reference manifests ---- */

static struct demo_rim make_rim(const struct demo_device *d, const char *version, uint32_t from, uint32_t to)
{
	struct demo_rim r = demo_rim_good();
	bool is_switch = strcmp(d->chip, "LS_10") == 0;
	r.edition = is_switch ? "SWITCH" : "GPU";
	r.product = is_switch ? "LS10" : d->chip;
	r.family = r.product;
	r.version = version;
	r.n = d->measurement_count;
	for (uint32_t i = 0; i < r.n; i++) {
		r.golden[i] = (struct demo_golden){.index = i, .active = i >= from && i < to, .alternatives = 1};
		demo_rim_hash(i, 0, r.golden[i].hashes[0]);
	}
	return r;
}

struct demo_rim demo_driver_rim(const struct demo_device *d)
{
	return make_rim(d, "550.90.07", 21, 41);
}

struct demo_rim demo_firmware_rim(const struct demo_device *d)
{
	bool is_switch = strcmp(d->chip, "LS_10") == 0;
	return make_rim(d, is_switch ? "96.10.55.00.01" : "96.00.9F.00.01", 0, is_switch ? 31 : 13);
}

/* ---- OCSP ---- */

struct demo_ocsp demo_ocsp_good(size_t link)
{
	return (struct demo_ocsp){.link = link, .reason = -1, .this_ms = DEMO_NVIDIA_AT_MS - 3600000,
	                          .next_ms = DEMO_NVIDIA_AT_MS + 86400000, .produced_ms = DEMO_NVIDIA_AT_MS - 3600000,
	                          .hash = NID_sha384, .signer = DEMO_OCSP_ISSUER};
}

static void put_time(struct buffer *b, int64_t ms)
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;
	char text[32];
	gmtime_r(&t, &tm);
	strftime(text, sizeof(text), "%Y%m%d%H%M%SZ", &tm);
	put_element(b, 0x18, bytes_of_text(text));
}

static struct bytes hash_of(struct bytes in, int nid, uint8_t out[64])
{
	unsigned n = 0;
	NEED(EVP_Digest(in.p, in.n, out, &n, EVP_get_digestbynid(nid), NULL) == 1);
	return bytes_of(out, n);
}

static struct bytes name_der(X509 *x, struct arena *a)
{
	uint8_t *der = NULL;
	int n = i2d_X509_NAME(X509_get_subject_name(x), &der);
	struct bytes out = arena_bytes(a, bytes_of(der, (size_t)n));
	OPENSSL_free(der);
	return out;
}

static struct bytes key_bits(X509 *x)
{
	const ASN1_BIT_STRING *bits = X509_get0_pubkey_bitstr(x);
	return bytes_of(bits->data, (size_t)bits->length);
}

static X509 *read_x509(struct bytes der)
{
	const uint8_t *p = der.p;
	X509 *x = d2i_X509(NULL, &p, (long)der.n);
	NEED(x);
	return x;
}

static X509 *certificate_of(const struct demo_device *d, size_t link, struct arena *a)
{
	return read_x509(link == 4 ? demo_nvidia_root(a) : demo_nvidia_certificate(d, link, a));
}

static void put_certificate_id(struct buffer *b, X509 *subject, X509 *issuer, int hash, struct arena *a)
{
	uint8_t digest[64];
	size_t at = b->n, algorithm = b->n;
	ASN1_OBJECT *o = OBJ_nid2obj(hash);
	put_element(b, 0x06, bytes_of(OBJ_get0_data(o), OBJ_length(o)));
	wrap(b, algorithm, 0x30);
	put_element(b, 0x04, hash_of(name_der(issuer, a), hash, digest));
	put_element(b, 0x04, hash_of(key_bits(issuer), hash, digest));
	const ASN1_INTEGER *serial = X509_get0_serialNumber(subject);
	put_element(b, 0x02, bytes_of(serial->data, (size_t)serial->length));
	wrap(b, at, 0x30);
}

static void put_status(struct buffer *b, const struct demo_ocsp *o)
{
	size_t at = b->n;
	uint8_t reason = (uint8_t)o->reason;
	if (o->status != 1) {
		put_element(b, o->status == 0 ? 0x80 : 0x82, (struct bytes){NULL, 0});
		return;
	}
	put_time(b, o->revoked_ms);
	if (o->reason >= 0) {
		size_t inner = b->n;
		put_element(b, 0x0a, bytes_of(&reason, 1));
		wrap(b, inner, 0xa0);
	}
	wrap(b, at, 0xa1);
}

static void put_nonce(struct buffer *b, struct bytes nonce)
{
	static const uint8_t oid[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x02};
	size_t at = b->n, value;
	if (nonce.n == 0)
		return;
	put_element(b, 0x06, bytes_of(oid, sizeof(oid)));
	value = b->n;
	put_element(b, 0x04, nonce);
	wrap(b, value, 0x04);
	wrap(b, at, 0x30);
	wrap(b, at, 0x30);
	wrap(b, at, 0xa1);
}

/* The delegate's certificate and key. */
static X509 *make_delegate(const struct demo_device *d, const struct demo_ocsp *o, struct arena *a)
{
	char up[KEY_NAME_SIZE];
	size_t issuer = o->signer == DEMO_OCSP_ROOT_DELEGATE ? 4 : o->link + 1;
	X509 *x = X509_new();
	EVP_PKEY *key = demo_p384_key("ocsp responder");
	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 77);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8, (const uint8_t *)"DEMO OCSP", -1, -1, 0);
	set_name(X509_get_issuer_name(x), d, issuer);
	X509_set_pubkey(x, key);
	ASN1_TIME_set(X509_getm_notBefore(x), (time_t)(CHAIN_FROM_MS / 1000));
	ASN1_TIME_set(X509_getm_notAfter(x), (time_t)((DEMO_NVIDIA_AT_MS + 86400000) / 1000));
	add_extension(x, NID_key_usage, "critical,digitalSignature");
	add_extension(x, NID_ext_key_usage, o->signer == DEMO_OCSP_NO_PURPOSE ? "serverAuth" : "OCSPSigning");
	EVP_PKEY_free(key);
	return read_x509(finish(x, o->signer == DEMO_OCSP_STRANGER ? "nobody" : key_name(d, issuer, up), EVP_sha384(), a));
}

static void put_data(struct buffer *b, const struct demo_ocsp *o, X509 *subject, X509 *issuer, X509 *signer,
                     struct arena *a)
{
	uint8_t digest[64];
	size_t at = b->n, part = b->n;
	if (o->by_key)
		put_element(b, 0x04, hash_of(key_bits(signer), NID_sha1, digest));
	else
		buffer_put_bytes(b, name_der(signer, a));
	wrap(b, part, o->by_key ? 0xa2 : 0xa1);
	put_time(b, o->produced_ms);
	part = b->n;
	put_certificate_id(b, subject, issuer, o->hash, a);
	put_status(b, o);
	put_time(b, o->this_ms);
	if (o->next_ms != 0) {
		size_t next = b->n;
		put_time(b, o->next_ms);
		wrap(b, next, 0xa0);
	}
	wrap(b, part, 0x30);
	wrap(b, part, 0x30);
	put_nonce(b, o->nonce);
	wrap(b, at, 0x30);
}

static void put_signature(struct buffer *b, size_t from, const char *key_name_of_signer, bool broken)
{
	static const uint8_t ecdsa_sha384[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03};
	EVP_PKEY *key = demo_p384_key(key_name_of_signer);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t der[256] = {0};
	size_t n = sizeof(der) - 1;
	NEED(EVP_DigestSignInit(ctx, NULL, EVP_sha384(), NULL, key) == 1);
	NEED(EVP_DigestSign(ctx, der + 1, &n, b->p + from, b->n - from) == 1);
	der[n] ^= broken;
	buffer_put(b, ecdsa_sha384, sizeof(ecdsa_sha384));
	put_element(b, 0x03, bytes_of(der, n + 1));
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
}

static void put_envelope(struct buffer *b)
{
	static const uint8_t basic[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01};
	struct buffer inner;
	buffer_init(&inner, 1 << 16);
	buffer_put_bytes(&inner, buffer_bytes(b));
	buffer_clear(b);
	put_element(b, 0x06, bytes_of(basic, sizeof(basic)));
	put_element(b, 0x04, buffer_bytes(&inner));
	wrap(b, 0, 0x30);
	wrap(b, 0, 0xa0);
	buffer_clear(&inner);
	buffer_put_bytes(&inner, buffer_bytes(b));
	buffer_clear(b);
	put_element(b, 0x0a, bytes_of("\0", 1));
	buffer_put_bytes(b, buffer_bytes(&inner));
	wrap(b, 0, 0x30);
	buffer_release(&inner);
}

struct bytes demo_ocsp_response(const struct demo_device *d, const struct demo_ocsp *o, struct arena *a)
{
	char name[KEY_NAME_SIZE];
	bool by_issuer = o->signer == DEMO_OCSP_ISSUER;
	X509 *subject = certificate_of(d, o->link, a), *issuer = certificate_of(d, o->link + 1, a);
	X509 *signer = by_issuer ? issuer : make_delegate(d, o, a);
	struct buffer b;
	buffer_init(&b, 1 << 16);
	put_data(&b, o, subject, issuer, signer, a);
	put_signature(&b, 0, by_issuer ? key_name(d, o->link + 1, name) : "ocsp responder", o->broken);
	if (!by_issuer) {
		uint8_t *der = NULL;
		size_t at = b.n;
		int n = i2d_X509(signer, &der);
		buffer_put(&b, der, (size_t)n);
		wrap(&b, at, 0x30);
		wrap(&b, at, 0xa0);
		OPENSSL_free(der);
		X509_free(signer);
	}
	wrap(&b, 0, 0x30);
	put_envelope(&b);
	struct bytes out = arena_bytes(a, buffer_bytes(&b));
	buffer_release(&b);
	X509_free(subject);
	X509_free(issuer);
	return out;
}
