/* VCEK and VLEK: form of the certificate (KDS specification 57230), and the report's signature. */
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "evidence/snp.h"

enum { COMPONENT_BYTES = 72, SCALAR_BYTES = 48, S_AT = COMPONENT_BYTES, TAIL_AT = 2 * COMPONENT_BYTES };

/* ---- form ---- */

static enum amd_product issuer_product(struct bytes cn, enum snp_signing_key key)
{
	static const struct {
		const char *vcek, *vlek;
		enum amd_product product;
	} issuers[] = {
		{"SEV-Milan", "SEV-VLEK-Milan", AMD_MILAN},
		{"SEV-Genoa", "SEV-VLEK-Genoa", AMD_GENOA},
		{"SEV-Turin", "SEV-VLEK-Turin", AMD_TURIN},
	};
	for (size_t i = 0; i < sizeof(issuers) / sizeof(issuers[0]); i++)
		if (bytes_equal_text(cn, key == SNP_KEY_VCEK ? issuers[i].vcek : issuers[i].vlek))
			return issuers[i].product;
	return AMD_UNKNOWN;
}

/* 1.3.6.1.4.1.3704.1.X[.Y] as content octets: X and Y, or false. */
static bool amd_extension(struct bytes oid, uint8_t *x, uint8_t *y)
{
	static const uint8_t arc[] = {0x2b, 0x06, 0x01, 0x04, 0x01, 0x9c, 0x78, 0x01};
	if (!bytes_starts_with(oid, bytes_of(arc, sizeof(arc))))
		return false;
	if (oid.n != sizeof(arc) + 1 && oid.n != sizeof(arc) + 2)
		return false;
	*x = oid.p[sizeof(arc)];
	*y = oid.n == sizeof(arc) + 2 ? oid.p[sizeof(arc) + 1] : 0;
	return true;
}

struct extension_facts {
	bool seen_struct_version, seen_product, seen_hwid, seen_csp, seen[10]; /* seen[n]: .3.n */
	uint64_t struct_version;
	struct bytes product_name;
	uint8_t spl[10];
};

static bool set_once(bool *seen)
{
	bool first = !*seen;
	*seen = true;
	return first;
}

/* One of AMD's extensions; the reason where it is malformed. */
static const char *read_extension(const struct cert_extension *e, uint8_t x, uint8_t y, struct extension_facts *f,
                                  struct snp_vek *out)
{
	struct cursor c = cursor_at(e->value, e->offset);
	if (x == 1 && y == 0) {
		f->struct_version = der_u64(&c, "structVersion");
		bool good = set_once(&f->seen_struct_version) && !fault_is_set(cursor_end(&c, "structVersion"));
		return good ? NULL : "bad structVersion";
	}
	if (x == 2 && y == 0) {
		f->product_name = der_expect(&c, DER_IA5_STRING, "productName").content;
		bool good = set_once(&f->seen_product) && !fault_is_set(cursor_end(&c, "productName"));
		return good ? NULL : "bad productName";
	}
	if (x == 3 && y >= 1 && y <= 9) {
		uint64_t v = der_u64(&c, "SPL");
		bool good = set_once(&f->seen[y]) && v <= 255 && !fault_is_set(cursor_end(&c, "SPL"));
		f->spl[y] = (uint8_t)v;
		return good ? NULL : "bad security patch level";
	}
	if (x == 4 && y == 0) { /* raw bytes without a tag, whatever they begin with: only their length tells */
		out->hwid = e->value;
		return set_once(&f->seen_hwid) ? NULL : "two hwIDs";
	}
	if (x == 5 && y == 0) {
		der_expect(&c, DER_IA5_STRING, "cspID");
		return set_once(&f->seen_csp) && !fault_is_set(cursor_end(&c, "cspID")) ? NULL : "bad cspID";
	}
	return x == 3 ? "a security patch level that teewatch does not know" : NULL;
}

/* "Genoa", or with a stepping "Milan-B0": which one is not to be relied on. */
static bool is_of_line(struct bytes product_name, struct bytes line)
{
	return bytes_starts_with(product_name, line) && (product_name.n == line.n || product_name.p[line.n] == '-');
}

static const char *judge_extensions(const struct extension_facts *f, const struct snp_vek *out)
{
	bool turin = out->product == AMD_TURIN;
	if (!f->seen_struct_version || f->struct_version != (turin ? 1 : 0))
		return "structVersion is not its product line's";
	if (!f->seen_product || !is_of_line(f->product_name, bytes_of_text(amd_product_name(out->product))))
		return "productName is not its issuer's product line";
	if (!f->seen[1] || !f->seen[2] || !f->seen[3] || !f->seen[8] || f->seen[9] != turin)
		return "its security patch levels are not those of its product line";
	for (size_t i = 4; i <= 7; i++)
		if (f->spl[i] != 0)
			return "a reserved security patch level is not zero";
	if (out->key == SNP_KEY_VCEK && (!f->seen_hwid || f->seen_csp))
		return "a VCEK has a hwID and no cspID";
	if (out->key == SNP_KEY_VLEK && (f->seen_hwid || !f->seen_csp))
		return "a VLEK has a cspID and no hwID";
	if (f->seen_hwid && out->hwid.n != (turin ? SNP_TURIN_HWID_BYTES : SNP_CHIP_ID_BYTES))
		return "the hwID's length is not its product line's";
	return NULL;
}

static const char *read_extensions(struct snp_vek *out)
{
	struct extension_facts f = {0};
	struct cursor walk = cert_extensions(&out->cert);
	struct cert_extension e;
	const char *why = NULL;
	while (!why && cert_extension_next(&walk, &e)) {
		uint8_t x, y;
		if (amd_extension(e.oid, &x, &y))
			why = read_extension(&e, x, y, &f, out);
		else if (e.critical)
			why = "an unknown critical extension";
	}
	if (!why && !cursor_ok(&walk))
		why = "its extensions cannot be read";
	out->product_name = f.product_name;
	out->tcb = (struct snp_tcb){f.spl[9], f.spl[1], f.spl[2], f.spl[3], f.spl[8], false};
	return why ? why : judge_extensions(&f, out);
}

/* An issuer with a name like AMD's, of the line that productName tells too. */
static bool is_unknown_line(struct bytes issuer, const struct snp_vek *vek)
{
	struct bytes prefix = vek->key == SNP_KEY_VCEK ? BYTES_LITERAL("SEV-") : BYTES_LITERAL("SEV-VLEK-");
	if (!bytes_starts_with(issuer, prefix) || issuer.n == prefix.n)
		return false;
	struct bytes line = bytes_slice(issuer, prefix.n, issuer.n - prefix.n);
	return is_of_line(vek->product_name, line);
}

/* id-ecPublicKey with secp384r1 and an uncompressed point. */
static bool is_p384(struct bytes spki)
{
	static const uint8_t head[] = {0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
	                               0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00, 0x04};
	return spki.n == sizeof(head) + 96 && bytes_starts_with(spki, bytes_of(head, sizeof(head)));
}

bool snp_vek_parse(struct bytes der, struct snp_vek *out)
{
	*out = (struct snp_vek){.der = der};
	if (fault_is_set(cert_parse(der, &out->cert)))
		return false;
	struct bytes cn = cert_common_name(out->cert.subject), issuer = cert_common_name(out->cert.issuer);
	if (bytes_equal_text(cn, "SEV-VCEK"))
		out->key = SNP_KEY_VCEK;
	else if (bytes_equal_text(cn, "SEV-VLEK"))
		out->key = SNP_KEY_VLEK;
	else
		return false;
	out->product = issuer_product(issuer, out->key);
	out->why = read_extensions(out);
	if (!out->why && !is_p384(out->cert.spki))
		out->why = "its key is not on P-384";
	if (out->product == AMD_UNKNOWN) {
		out->unknown_line = is_unknown_line(issuer, out);
		out->why = out->unknown_line ? "it is of a product line that teewatch does not know"
		                             : "its issuer is no intermediate of AMD's";
	}
	if (out->why)
		out->fault = fault_at(FAULT_VALUE, 0, "vcek");
	return true;
}

/* ---- the report's signature ---- */

static bool component(const struct snp_report *r, size_t at, BIGNUM **out)
{
	*out = BN_lebin2bn(r->signature.p + at, SCALAR_BYTES, NULL);
	return *out != NULL;
}

/* Order of secp384r1. */
static bool below_order(const BIGNUM *v)
{
	BIGNUM *order = NULL;
	bool below = BN_hex2bn(&order, "ffffffffffffffffffffffffffffffffffffffffffffffff"
	                               "c7634d81f4372ddf581a0db248b0a77aecec196accc52973") > 0 &&
	             !BN_is_zero(v) && BN_cmp(v, order) < 0;
	BN_free(order);
	return below;
}

bool snp_signature_is_canonical(const struct snp_report *r, const char **why)
{
	BIGNUM *rr = NULL, *ss = NULL;
	struct bytes sig = r->signature;
	*why = NULL;
	if (!bytes_is_zero(bytes_slice(sig, SCALAR_BYTES, COMPONENT_BYTES - SCALAR_BYTES)) ||
	    !bytes_is_zero(bytes_slice(sig, S_AT + SCALAR_BYTES, COMPONENT_BYTES - SCALAR_BYTES)))
		*why = "the padding of r or s is not zero";
	else if (!bytes_is_zero(bytes_slice(sig, TAIL_AT, sig.n - TAIL_AT)))
		*why = "bytes behind the signature are not zero";
	else if (!component(r, 0, &rr) || !component(r, S_AT, &ss) || !below_order(rr) || !below_order(ss))
		*why = "r or s is zero or not below the order of the curve";
	BN_free(rr);
	BN_free(ss);
	return *why == NULL;
}

bool snp_report_verify(const struct snp_report *r, struct bytes vek_der)
{
	const uint8_t *p = vek_der.p;
	X509 *x = vek_der.n <= INT32_MAX ? d2i_X509(NULL, &p, (long)vek_der.n) : NULL;
	EVP_PKEY *key = x ? X509_get0_pubkey(x) : NULL;
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *rr = NULL, *ss = NULL;
	uint8_t *der = NULL;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = key && EVP_PKEY_is_a(key, "EC") && sig && ctx && component(r, 0, &rr) && component(r, S_AT, &ss) &&
	            ECDSA_SIG_set0(sig, rr, ss);
	if (good)
		rr = ss = NULL; /* owned by sig now */
	int n = good ? i2d_ECDSA_SIG(sig, &der) : 0;
	good = n > 0 && EVP_DigestVerifyInit(ctx, NULL, EVP_sha384(), NULL, key) == 1 &&
	       EVP_DigestVerify(ctx, der, (size_t)n, r->raw.p, SNP_SIGNED_BYTES) == 1;
	OPENSSL_free(der);
	BN_free(rr);
	BN_free(ss);
	ECDSA_SIG_free(sig);
	EVP_MD_CTX_free(ctx);
	X509_free(x);
	ERR_clear_error();
	return good;
}
