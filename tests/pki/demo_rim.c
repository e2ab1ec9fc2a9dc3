#include "pki/demo_rim.h"

#include "base/base64.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/json_writer.h"
#include "pki/demo_p384.h"

#define CHAIN_FROM_MS INT64_C(1704067200000) /* 2024-01-01 */
#define CHAIN_TO_MS INT64_C(1893456000000)   /* 2030-01-01 */
#define NAMESPACES                                                              \
	"xmlns:ns0=\"http://standards.iso.org/iso/19770/-2/2015/schema.xsd\""   \
	" xmlns:ns2=\"http://www.w3.org/2001/04/xmlenc#sha384\""
#define DEFAULT_NAMESPACE "xmlns=\"http://standards.iso.org/iso/19770/-2/2015/schema.xsd\""
#define DSIG_NAMESPACE "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\""

enum { TEXT_MAX = 1 << 20, LINKS = 4 };

void demo_rim_hash(uint32_t index, unsigned alternative, uint8_t out[48])
{
	char text[64];
	snprintf(text, sizeof(text), "golden %u %u", index, alternative);
	hash_sha384(bytes_of_text(text), out);
}

struct demo_rim demo_rim_good(void)
{
	struct demo_rim r = {.edition = "GPU", .product = "GH100", .version = "550.90.07", .family = "GH100", .n = 6,
	                     .signer_from_ms = DEMO_RIM_SIGNER_FROM_MS, .signer_to_ms = DEMO_RIM_SIGNER_TO_MS};
	for (uint32_t i = 0; i < r.n; i++) {
		r.golden[i] = (struct demo_golden){.index = i, .active = i % 2 == 1, .alternatives = i == 3 ? 2 : 1};
		for (unsigned k = 0; k < r.golden[i].alternatives; k++)
			demo_rim_hash(i, k, r.golden[i].hashes[k]);
	}
	return r;
}

/* ---- certificates ---- */

static void name_link(size_t link, const char *family, char *out, size_t size)
{
	static const char *const forms[LINKS] = {"DEMO RIM L4 Signer", "NVIDIA Reference Value L3 %s 001",
	                                         "NVIDIA Reference Value %s CA", "DEMO CoRIM signing Root CA"};
	if (link == 1)
		snprintf(out, size, "NVIDIA Reference Value L3 %s 001", family);
	else if (link == 2)
		snprintf(out, size, "NVIDIA Reference Value %s CA", family);
	else
		snprintf(out, size, "%s", forms[link]);
}

static const char *key_of(size_t link, bool foreign)
{
	static const char *const keys[LINKS] = {"rim signer", "rim l3", "rim l2", "rim root"};
	return link == LINKS - 1 && foreign ? "rim root of a stranger" : keys[link];
}

static struct bytes make_new_link(const struct demo_rim *r, size_t link, struct arena *a)
{
	char subject[96], issuer[96];
	size_t up = link + 1 < LINKS ? link + 1 : link;
	bool defect = r->defect != DEMO_LINK_GOOD && r->defect_at == link;
	name_link(link, r->family, subject, sizeof(subject));
	name_link(up, r->family, issuer, sizeof(issuer));
	struct demo_p384_certificate c = {
		.subject = subject,
		.issuer = issuer,
		.key = key_of(link, r->foreign_root),
		.signer = defect && r->defect == DEMO_LINK_STRANGER ? "nobody" : key_of(up, r->foreign_root),
		.from_ms = link == 0 ? r->signer_from_ms : CHAIN_FROM_MS,
		.to_ms = link == 0 ? r->signer_to_ms : CHAIN_TO_MS,
		.ca = (link > 0) != (defect && r->defect == DEMO_LINK_ROLE),
		.without_usage = defect && r->defect == DEMO_LINK_NO_USAGE,
		.sha256 = defect && r->defect == DEMO_LINK_SHA256,
		.on_p256 = defect && r->defect == DEMO_LINK_P256,
		.odd_critical = defect && r->defect == DEMO_LINK_ODD,
		.path_length = link == 1 || (defect && r->defect == DEMO_LINK_PATH) ? 0 : -1,
		.serial = 1000 + (long)link,
	};
	return demo_p384_certificate(&c, a);
}

/* The root is pinned by all of its bytes, and signatures differ each time. */
static struct bytes make_link(const struct demo_rim *r, size_t link, struct arena *a)
{
	static struct arena kept;
	static struct bytes root;
	bool good = r->defect == DEMO_LINK_GOOD || r->defect_at != link;
	if (link + 1 < LINKS || r->foreign_root || !good)
		return make_new_link(r, link, a);
	if (kept.max == 0)
		arena_init(&kept, 1 << 20);
	if (root.n == 0)
		root = make_new_link(r, link, &kept);
	return root;
}

struct bytes demo_rim_root(struct arena *a)
{
	struct demo_rim r = demo_rim_good();
	return arena_bytes(a, make_link(&r, LINKS - 1, a));
}

/* ---- XML ---- */

static void put_golden(struct buffer *b, const struct demo_golden *g)
{
	buffer_printf(b, "        <ns0:Resource active=\"%s\" alternatives=\"%zu\" index=\"%u\" name=\"Measurement_%u\""
	                 " size=\"48\" type=\"Measurement\"", g->active ? "True" : "False", g->alternatives, g->index,
	              g->index);
	for (size_t i = 0; i < g->alternatives; i++) {
		buffer_printf(b, " ns2:Hash%zu=\"", i);
		hex_put(b, bytes_of(g->hashes[i], 48));
		buffer_put_text(b, "\"");
	}
	buffer_put_text(b, "></ns0:Resource>\n");
}

/* The document in canonical form without its last tag. */
static const char *make_content(const struct demo_rim *r, struct arena *a)
{
	struct buffer b;
	buffer_init(&b, TEXT_MAX);
	buffer_printf(&b, "<SoftwareIdentity " DEFAULT_NAMESPACE " " NAMESPACES " corpus=\"false\" name=\"%s\""
	                  " patch=\"false\" supplemental=\"false\" tagId=\"demo-tag\" tagVersion=\"0\""
	                  " version=\"1.0\">\n", r->product);
	buffer_put_text(&b, "    <ns0:Entity name=\"NVIDIA Corporation\" role=\"softwareCreator tagCreator\"></ns0:Entity>\n");
	buffer_printf(&b, "    <ns0:Meta PayloadType=\"direct\" colloquialVersion=\"%s\" edition=\"%s\" product=\"%s\""
	                  " revision=\"r1\"></ns0:Meta>\n    <ns0:Payload>\n", r->version, r->edition, r->product);
	for (size_t i = 0; i < r->n; i++)
		put_golden(&b, &r->golden[i]);
	buffer_put_text(&b, "    </ns0:Payload>\n");
	const char *text = arena_text(a, buffer_bytes(&b));
	buffer_release(&b);
	return demo_edit(text, r->content, a);
}

/* What stands in SignedInfo; its own tag differs between document and canonical form. */
static const char *make_signed_info(const struct demo_rim *r, const char *content, struct arena *a)
{
	uint8_t digest[48];
	const char *whole = arena_format(a, "%s</SoftwareIdentity>", content);
	hash_sha384(bytes_of_text(whole), digest);
	digest[47] ^= r->bad_digest;
	const char *text = arena_format(a,
		"<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2006/12/xml-c14n11\"></ds:CanonicalizationMethod>"
		"<ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384\"></ds:SignatureMethod>"
		"<ds:Reference URI=\"\"><ds:Transforms>"
		"<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"></ds:Transform>"
		"<ds:Transform Algorithm=\"http://www.w3.org/2006/12/xml-c14n11\"></ds:Transform></ds:Transforms>"
		"<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#sha384\"></ds:DigestMethod>"
		"<ds:DigestValue>%s</ds:DigestValue></ds:Reference>", base64_text(a, bytes_of(digest, 48)));
	return demo_edit(text, r->signed_info, a);
}

struct bytes demo_rim_make(const struct demo_rim *r, struct arena *a)
{
	uint8_t signature[96];
	struct buffer b;
	const char *content = make_content(r, a), *info = make_signed_info(r, content, a);
	const char *canonical = arena_format(a, "<ds:SignedInfo " DEFAULT_NAMESPACE " " DSIG_NAMESPACE " " NAMESPACES
	                                        ">%s</ds:SignedInfo>", info);
	demo_p384_sign(r->other_key ? "nobody" : key_of(0, false), bytes_of_text(canonical), signature);
	buffer_init(&b, TEXT_MAX);
	buffer_printf(&b, "%s<ds:Signature " DSIG_NAMESPACE "><ds:SignedInfo>%s</ds:SignedInfo>"
	                  "<ds:SignatureValue>%s</ds:SignatureValue><ds:KeyInfo><ds:X509Data>", content, info,
	              base64_text(a, bytes_of(signature, 96)));
	for (size_t i = 0; i < LINKS; i++)
		buffer_printf(&b, "<ds:X509Certificate>%s</ds:X509Certificate>", base64_text(a, make_link(r, i, a)));
	buffer_put_text(&b, "</ds:X509Data></ds:KeyInfo></ds:Signature></SoftwareIdentity>\n");
	const char *text = arena_text(a, buffer_bytes(&b));
	buffer_release(&b);
	return bytes_of_text(demo_edit(text, r->document, a));
}

struct bytes demo_rim_answer(struct bytes xml, const char *id, struct arena *a)
{
	struct buffer b;
	struct sha256 hash = hash_sha256(xml);
	buffer_init(&b, TEXT_MAX);
	struct json_writer w = json_writer_to(&b);
	json_write_object(&w, NULL);
	json_write_text(&w, "id", id);
	json_write_base64(&w, "rim", xml);
	json_write_hex(&w, "sha256", sha256_bytes(&hash));
	json_write_text(&w, "rim_format", "SWID");
	json_write_text(&w, "request_id", "1-2-3");
	json_write_object_end(&w);
	struct bytes out = arena_bytes(a, buffer_bytes(&b));
	buffer_release(&b);
	return out;
}
