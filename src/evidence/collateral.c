#include "evidence/collateral.h"

#include "base/buffer.h"
#include "base/der.h"
#include "base/hex.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/pem.h"
#include "base/text.h"
#include "cert/cert.h"
#include "evidence/amd_tcb.h"
#include "evidence/intel_collateral.h"
#include "evidence/jwt.h"
#include "evidence/ocsp.h"
#include "evidence/rim.h"
#include "evidence/sigstore.h"
#include "evidence/snp.h"

static const char *const kind_names[] = {
	[COLLATERAL_UNKNOWN] = "unknown", [COLLATERAL_CERTIFICATE] = "certificate", [COLLATERAL_CRL] = "crl",
	[COLLATERAL_AMD_TCB] = "amd-tcb", [COLLATERAL_ANCHOR] = "anchor",
	[COLLATERAL_OCSP] = "ocsp", [COLLATERAL_SIGSTORE] = "sigstore",
	[COLLATERAL_RIM] = "rim", [COLLATERAL_JWKS] = "jwks",
	[COLLATERAL_TCB_INFO] = "tcb-info", [COLLATERAL_QE_IDENTITY] = "qe-identity",
	[COLLATERAL_TCB_NUMBERS] = "tcb-numbers",
};

const char *collateral_kind_name(enum collateral_kind k)
{
	return (size_t)k < sizeof(kind_names) / sizeof(kind_names[0]) ? kind_names[k] : kind_names[0];
}

enum collateral_kind collateral_kind_of(const char *name)
{
	for (size_t i = 1; i < sizeof(kind_names) / sizeof(kind_names[0]); i++)
		if (strcmp(kind_names[i], name) == 0)
			return (enum collateral_kind)i;
	return COLLATERAL_UNKNOWN;
}

void collateral_set_init(struct collateral_set *s, struct arena *a)
{
	*s = (struct collateral_set){.arena = a};
}

struct fault collateral_set_put(struct collateral_set *s, const struct collateral *item)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->items[i].kind == item->kind && sha256_equal(&s->items[i].sha256, &item->sha256))
			return FAULT_OK;
	if (s->n >= LIMIT_COLLATERAL_ITEMS)
		return fault_at(FAULT_LIMIT, 0, "collateral");
	if (s->n == s->capacity) {
		size_t capacity = s->capacity ? s->capacity * 2 : 16;
		struct collateral *grown = arena_array(s->arena, capacity, sizeof(*grown));
		if (!grown)
			return fault_at(FAULT_LIMIT, 0, "collateral");
		if (s->n > 0)
			memcpy(grown, s->items, s->n * sizeof(*grown));
		s->items = grown;
		s->capacity = capacity;
	}
	struct bytes copy = arena_bytes(s->arena, item->der);
	if (copy.n != item->der.n)
		return fault_at(FAULT_LIMIT, 0, "collateral");
	s->items[s->n] = *item;
	s->items[s->n].der = copy;
	s->n++;
	return FAULT_OK;
}

/* ---- recognising DER ---- */

static const char *name_text(struct arena *a, struct bytes name)
{
	struct buffer b;
	buffer_init(&b, 64 << 10);
	cert_name_put_text(name, &b);
	const char *s = arena_text(a, buffer_bytes(&b));
	buffer_release(&b);
	return s ? s : "";
}

/* The last CN of a name as text, or the whole name. */
static const char *short_name(struct arena *a, struct bytes name)
{
	const char *text = name_text(a, name), *cn = NULL;
	for (const char *p = strstr(text, "CN="); p; p = strstr(p + 3, "CN="))
		cn = p + 3;
	if (!cn)
		return text;
	const char *end = strstr(cn, ", ");
	const char *s = arena_text(a, bytes_of(cn, end ? (size_t)(end - cn) : strlen(cn)));
	return s ? s : "";
}

/* Of certificates only those of one machine's key are about something: of others there are few. */
static const char *certificate_subject(struct bytes der, struct arena *a)
{
	struct snp_vek vek;
	bool is_vcek = snp_vek_parse(der, &vek) && vek.key == SNP_KEY_VCEK && vek.hwid.n > 0;
	return is_vcek ? collateral_subject_vcek(vek.hwid, a) : "";
}

static bool recognise_certificate(struct bytes der, struct arena *a, struct collateral *out)
{
	struct cert c;
	if (fault_is_set(cert_parse(der, &c)))
		return false;
	*out = (struct collateral){.kind = COLLATERAL_CERTIFICATE, .der = der, .sha256 = hash_sha256(der), .vendor = "",
	                           .label = short_name(a, c.subject), .issued_ms = c.not_before_ms,
	                           .next_update_ms = c.not_after_ms, .subject = certificate_subject(der, a)};
	return true;
}

/* CertificateList, RFC 5280 section 5.1: only what is shown; the verifier reads it with OpenSSL. */
static bool recognise_crl(struct bytes der, struct arena *a, struct collateral *out)
{
	struct cursor c = cursor_of(der);
	struct der list = der_expect(&c, DER_SEQUENCE, "crl");
	if (fault_is_set(cursor_end(&c, "crl")))
		return false;
	struct cursor parts = der_inside(&list);
	struct der tbs = der_expect(&parts, DER_SEQUENCE, "tbsCertList");
	der_expect(&parts, DER_SEQUENCE, "signatureAlgorithm");
	der_expect(&parts, DER_BIT_STRING, "signature");
	struct cursor in = der_inside(&tbs);
	if (der_peek(&in) == DER_INTEGER)
		der_u64(&in, "version");
	der_expect(&in, DER_SEQUENCE, "signature");
	struct der issuer = der_expect(&in, DER_SEQUENCE, "issuer");
	int64_t issued = der_time(&in, "thisUpdate"), next = 0;
	if (der_peek(&in) == DER_UTC_TIME || der_peek(&in) == DER_GENERALIZED_TIME)
		next = der_time(&in, "nextUpdate");
	if (fault_is_set(cursor_end(&parts, "crl")) || !cursor_ok(&in))
		return false;
	const char *label = arena_format(a, "CRL of %s", short_name(a, issuer.whole));
	*out = (struct collateral){.kind = COLLATERAL_CRL, .der = der, .sha256 = hash_sha256(der), .vendor = "",
	                           .label = label ? label : "", .issued_ms = issued, .next_update_ms = next,
	                           .subject = collateral_subject_crl(issuer.whole, a)};
	return true;
}

static bool recognise_table(struct bytes text, struct arena *a, struct collateral *out)
{
	struct amd_tcb_table table;
	if (fault_is_set(amd_tcb_parse(text, a, &table)))
		return false;
	*out = (struct collateral){.kind = COLLATERAL_AMD_TCB, .der = text, .sha256 = hash_sha256(text), .vendor = "amd",
	                           .label = "SNP TCB table", .issued_ms = table.date_ms, .subject = ""};
	return true;
}

/* As a file, or in an answer of the vendor's RIM service, which tells its hash. */
static bool unwrap_rim(struct bytes content, struct arena *a, struct bytes *xml)
{
	const struct json *root;
	struct fault f = FAULT_OK;
	struct sha256 told;
	*xml = content;
	if (rim_is(content))
		return true;
	if (content.n > LIMIT_COLLATERAL_BYTES || fault_is_set(json_parse(a, content, &root)) || !json_get(root, "rim"))
		return false;
	const struct json *format = json_get(root, "rim_format"), *hash = json_get(root, "sha256");
	*xml = json_base64_arena(root, "rim", a, &f);
	struct sha256 is = hash_sha256(*xml);
	if (hash)
		json_hex(root, "sha256", told.b, sizeof(told.b), &f);
	return !fault_is_set(f) && (!hash || sha256_equal(&told, &is)) &&
	       (!format || (json_is(format, JSON_STRING) && bytes_equal_text(format->text, "SWID")));
}

/* Its signer's certificate says when it was made and how long it is good: the RIM itself has no date. */
static bool recognise_rim(struct bytes content, struct arena *a, struct collateral *out)
{
	struct bytes xml;
	struct rim rim;
	struct cert signer;
	if (!unwrap_rim(content, a, &xml) || fault_is_set(rim_parse(xml, a, &rim)))
		return false;
	const char *label = arena_format(a, "RIM %s %s %s", rim.edition, rim.product, rim.version);
	*out = (struct collateral){.kind = COLLATERAL_RIM, .der = xml, .sha256 = rim.sha256, .vendor = "nvidia",
	                           .label = label ? label : "",
	                           .subject = collateral_subject_rim(rim.edition, bytes_of_text(rim.version), a)};
	if (!fault_is_set(cert_parse(rim.certificates[0], &signer))) {
		out->issued_ms = signer.not_before_ms;
		out->next_update_ms = signer.not_after_ms;
	}
	return true;
}

/* Whoever has written it: a key set has no signature. */
static bool recognise_key_set(struct bytes text, struct arena *a, struct collateral *out)
{
	struct jwks keys;
	if (fault_is_set(jwks_parse(text, a, &keys)))
		return false;
	const char *label = arena_format(a, "key set of %zu keys", keys.n);
	*out = (struct collateral){.kind = COLLATERAL_JWKS, .der = text, .sha256 = hash_sha256(text), .vendor = "nvidia",
	                           .label = label ? label : "", .subject = ""};
	return true;
}

/* Only answers are kept: one that says "try later" is none. */
static bool recognise_ocsp(struct bytes der, struct arena *a, struct collateral *out)
{
	struct ocsp_response *r = ocsp_is(der) ? arena_alloc(a, sizeof(*r)) : NULL;
	if (!r || fault_is_set(ocsp_parse(der, r)) || r->single_count == 0)
		return false;
	const struct ocsp_single *first = &r->singles[0];
	const char *serial = hex_text(a, first->serial);
	const char *label = serial ? arena_format(a, "OCSP of %s", serial) : NULL;
	*out = (struct collateral){.kind = COLLATERAL_OCSP, .der = der, .sha256 = hash_sha256(der), .vendor = "",
	                           .label = label ? label : "", .issued_ms = first->this_update_ms,
	                           .next_update_ms = first->next_update_ms,
	                           .subject = collateral_subject_ocsp(first->serial, a)};
	return true;
}

/* Its certificate says when it was made. */
static bool recognise_bundle(struct bytes text, struct arena *a, struct collateral *out)
{
	struct sigstore_bundle b;
	struct sigstore_identity who;
	struct cert leaf;
	if (fault_is_set(sigstore_bundle_parse(text, a, &b)) || fault_is_set(cert_parse(b.certificate, &leaf)))
		return false;
	bool named = !fault_is_set(sigstore_identity_read(&leaf, a, &who)) && who.repository.n > 0;
	const char *repository = named ? text_escaped(a, who.repository) : NULL, *ref = named ? text_escaped(a, who.ref) : NULL;
	const char *label = repository && ref ? arena_format(a, "%s %s", repository, ref) : NULL;
	*out = (struct collateral){.kind = COLLATERAL_SIGSTORE, .der = text, .sha256 = hash_sha256(text),
	                           .vendor = "sigstore", .label = label ? label : "bundle",
	                           .issued_ms = leaf.not_before_ms, .subject = ""};
	return true;
}

struct bundles {
	struct collateral_set *set;
	struct fault fault;
	size_t n;
};

static void take_bundle(void *context, struct bytes text)
{
	struct bundles *b = context;
	struct collateral item;
	if (!recognise_bundle(text, b->set->arena, &item))
		return;
	b->fault = fault_is_set(b->fault) ? b->fault : collateral_set_put(b->set, &item);
	b->n++;
}

static struct fault add_der(struct collateral_set *s, struct bytes der)
{
	struct collateral item;
	if (!recognise_certificate(der, s->arena, &item) && !recognise_crl(der, s->arena, &item) &&
	    !recognise_ocsp(der, s->arena, &item))
		return fault_at(FAULT_UNRECOGNISED, 0, "collateral");
	return collateral_set_put(s, &item);
}

struct fault collateral_set_add(struct collateral_set *s, struct bytes content)
{
	struct collateral item;
	struct bytes der, trimmed = text_trim(content);
	struct fault result = fault_at(FAULT_UNRECOGNISED, 0, "collateral");
	size_t at = 0, found = 0;
	if (content.n > LIMIT_FILE_BYTES)
		return fault_at(FAULT_LIMIT, LIMIT_FILE_BYTES, "collateral");
	if (intel_collateral_unwrap(trimmed, s->arena, &der)) {
		content = der;
		trimmed = text_trim(der);
	}
	if (content.n > 0 && content.p[0] == DER_SEQUENCE)
		return add_der(s, content);
	if (trimmed.n > 0 && trimmed.p[0] == '{' && intel_collateral_add(s, trimmed, &result))
		return result;
	if (trimmed.n > 0 && (trimmed.p[0] == '{' || trimmed.p[0] == '<')) {
		struct bundles bundles = {s, FAULT_OK, 0};
		if (sigstore_each(content, s->arena, take_bundle, &bundles) > 0)
			return bundles.n > 0 ? bundles.fault : result;
		bool known = recognise_rim(content, s->arena, &item) || recognise_table(content, s->arena, &item) ||
		             recognise_key_set(content, s->arena, &item);
		return known ? collateral_set_put(s, &item) : result;
	}
	while (pem_next(content, &at, s->arena, &der)) {
		struct fault f = add_der(s, der);
		if (!fault_is_set(f))
			found++;
		else if (f.code == FAULT_LIMIT)
			return f;
	}
	return found > 0 ? FAULT_OK : result;
}

/* ---- anchors ---- */

static const char *vendor_of(const char *subject)
{
	static const struct {
		const char *part, *vendor;
	} known[] = {
		{"CN=ARK-", "amd"},          {"Advanced Micro Devices", "amd"}, {"CN=Intel SGX Root CA", "intel"},
		{"Intel Corporation", "intel"}, {"NVIDIA", "nvidia"},          {"aws.nitro-enclaves", "nitro"},
	};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strstr(subject, known[i].part))
			return known[i].vendor;
	return NULL;
}

static struct fault add_anchor(struct collateral_set *s, struct bytes der, const char *vendor)
{
	struct collateral item;
	struct cert c;
	if (!recognise_certificate(der, s->arena, &item) || fault_is_set(cert_parse(der, &c)))
		return fault_at(FAULT_UNRECOGNISED, 0, "trust_anchor");
	item.kind = COLLATERAL_ANCHOR;
	item.vendor = vendor ? arena_text(s->arena, bytes_of_text(vendor)) : vendor_of(name_text(s->arena, c.subject));
	if (!item.vendor || strcmp(item.vendor, "sigstore") == 0) /* that wants a trusted_root.json */
		return fault_at(FAULT_UNRECOGNISED, 0, "trust_anchor.subject");
	return collateral_set_put(s, &item);
}

/* Sigstore's anchor is more than certificates: its logs' keys, and when each counts. */
static struct fault add_trusted_root(struct collateral_set *s, struct bytes text, const char *vendor)
{
	struct sigstore_root root;
	struct fault f = sigstore_root_parse(text, s->arena, &root);
	if (fault_is_set(f) || (vendor && strcmp(vendor, "sigstore") != 0))
		return fault_is_set(f) ? f : fault_at(FAULT_MISMATCH, 0, "trust_anchor");
	struct collateral item = {.kind = COLLATERAL_ANCHOR, .der = text, .sha256 = root.sha256, .vendor = "sigstore",
	                          .label = "trusted root", .subject = ""};
	return collateral_set_put(s, &item);
}

struct fault collateral_set_add_anchor(struct collateral_set *s, struct bytes content, const char *vendor)
{
	struct bytes der, trimmed = text_trim(content);
	size_t at = 0, found = 0;
	if (trimmed.n > 0 && trimmed.p[0] == '{')
		return add_trusted_root(s, content, vendor);
	if (content.n > 0 && content.p[0] == DER_SEQUENCE)
		return add_anchor(s, content, vendor);
	while (pem_next(content, &at, s->arena, &der)) {
		struct fault f = add_anchor(s, der, vendor);
		if (fault_is_set(f))
			return f;
		found++;
	}
	return found > 0 ? FAULT_OK : fault_at(FAULT_UNRECOGNISED, 0, "trust_anchor");
}

const char *collateral_anchor_option(const char *option, const char **vendor)
{
	static const char *const vendors[] = {"intel", "amd", "nvidia", "nitro", "sigstore"};
	*vendor = NULL;
	for (size_t i = 0; i < sizeof(vendors) / sizeof(vendors[0]); i++) {
		size_t n = strlen(vendors[i]);
		if (strncmp(option, vendors[i], n) == 0 && option[n] == '=') {
			*vendor = vendors[i];
			return option + n + 1;
		}
	}
	return option;
}
