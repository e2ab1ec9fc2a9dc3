/* What NVIDIA's device certificates look like: names, keys, extensions, and what they tell of the device. */
#include "base/base64.h"
#include "base/text.h"
#include "evidence/es384.h"
#include "evidence/nvidia_chain.h"

enum { IDENTITY_BYTES = 1 + NVIDIA_PDI_BYTES, SERIAL_BYTES_MAX = 20, DIGITAL_SIGNATURE = 0x80, KEY_CERT_SIGN = 0x04 };

/* AlgorithmIdentifier of ecdsa-with-SHA384 (RFC 5758 section 3.2). */
static const uint8_t ecdsa_sha384[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03};
/* OBJECT IDENTIFIER of SHA-384 (RFC 5754 section 2.3). */
static const uint8_t oid_sha384[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02};

/* ---- the chain as it came ---- */

static struct fault add(struct nvidia_chain *c, struct bytes der, size_t offset)
{
	if (c->n >= LIMIT_CHAIN_CERTIFICATES)
		return fault_at(FAULT_LIMIT, offset, "certificate");
	c->der[c->n++] = der;
	return FAULT_OK;
}

static struct fault parse_ders(struct bytes text, struct arena *a, struct nvidia_chain *out)
{
	struct cursor c = cursor_of(arena_bytes(a, text));
	struct fault f = c.left.n == text.n ? FAULT_OK : fault_at(FAULT_LIMIT, 0, "certificate");
	while (!fault_is_set(f) && c.left.n > 0) {
		size_t at = c.offset;
		struct der d = der_expect(&c, DER_SEQUENCE, "certificate");
		f = cursor_ok(&c) ? add(out, d.whole, at) : c.fault;
	}
	return f;
}

static struct bytes skip_space(struct bytes b)
{
	while (b.n > 0 && (b.p[0] == ' ' || b.p[0] == '\t' || b.p[0] == '\r' || b.p[0] == '\n'))
		b = bytes_slice(b, 1, b.n - 1);
	return b;
}

/* One block's digits, without their white space, decoded. */
static bool decode_block(struct bytes body, struct arena *a, struct bytes *der)
{
	uint8_t *digits = arena_alloc(a, body.n + 1);
	size_t n = 0;
	for (size_t i = 0; digits && i < body.n; i++)
		if (!memchr(" \t\r\n", body.p[i], 4))
			digits[n++] = body.p[i];
	return digits && n > 0 && base64_decode_arena(a, bytes_of(digits, n), der);
}

static struct fault parse_pems(struct bytes text, struct arena *a, struct nvidia_chain *out)
{
	struct bytes begin = BYTES_LITERAL("-----BEGIN CERTIFICATE-----"), end = BYTES_LITERAL("-----END CERTIFICATE-----");
	struct bytes left = skip_space(text), der;
	while (left.n > 0) {
		size_t at = text.n - left.n;
		if (!bytes_starts_with(left, begin))
			return fault_at(FAULT_SYNTAX, at, "certificate");
		left = bytes_slice(left, begin.n, left.n - begin.n);
		const uint8_t *stop = memmem(left.p, left.n, end.p, end.n);
		if (!stop || !decode_block(bytes_of(left.p, (size_t)(stop - left.p)), a, &der))
			return fault_at(stop ? FAULT_ENCODING : FAULT_TRUNCATED, at, "certificate");
		struct fault f = add(out, der, at);
		if (fault_is_set(f))
			return f;
		size_t used = (size_t)(stop - left.p) + end.n;
		left = skip_space(bytes_slice(left, used, left.n - used));
	}
	return FAULT_OK;
}

/* ---- names ---- */

/* The value of the one CN of a Name; empty where there is none or more than one. */
static struct bytes common_name(struct bytes name)
{
	static const uint8_t oid[] = {0x55, 0x04, 0x03};
	struct cursor c = cursor_of(name);
	struct der sequence = der_expect(&c, DER_SEQUENCE, "name"), set, attribute, value;
	struct cursor sets = der_inside(&sequence);
	struct bytes out = {NULL, 0};
	size_t n = 0;
	while (der_next(&sets, &set, "rdn")) {
		struct cursor attributes = der_inside(&set);
		while (der_next(&attributes, &attribute, "attribute")) {
			struct cursor parts = der_inside(&attribute);
			struct der type = der_expect(&parts, DER_OID, "type");
			if (der_next(&parts, &value, "value") && bytes_equal(type.content, bytes_of(oid, sizeof(oid)))) {
				out = value.content;
				n++;
			}
		}
	}
	return n == 1 && cursor_ok(&sets) ? out : (struct bytes){NULL, 0};
}

/* What stands before this ending; empty where the text does not end so. */
static struct bytes before(struct bytes text, struct bytes ending)
{
	if (text.n <= ending.n || !bytes_equal(bytes_slice(text, text.n - ending.n, ending.n), ending))
		return (struct bytes){NULL, 0};
	return bytes_slice(text, 0, text.n - ending.n);
}

static struct bytes first_word(struct bytes text)
{
	const uint8_t *space = text.n > 0 ? memchr(text.p, ' ', text.n) : NULL;
	return space ? bytes_slice(text, 0, (size_t)(space - text.p)) : text;
}

/* "GH100" and the like: a product line's prefix and digits. */
static bool read_chip(struct bytes chip, struct nvidia_chain *out)
{
	static const struct {
		const char *prefix;
		enum nvidia_architecture architecture;
		enum nvidia_device device;
	} lines[] = {
		{"GH1", NVIDIA_HOPPER, NVIDIA_DEVICE_GPU},
		{"GB1", NVIDIA_BLACKWELL, NVIDIA_DEVICE_GPU},
		{"GB2", NVIDIA_BLACKWELL, NVIDIA_DEVICE_GPU},
		{"LS_10", NVIDIA_LS10, NVIDIA_DEVICE_SWITCH},
	};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (bytes_starts_with(chip, bytes_of_text(lines[i].prefix))) {
			out->architecture = lines[i].architecture;
			out->device = lines[i].device;
			return true;
		}
	return false;
}

/* "GH100 A01 GSP FMC LF" <- "GH100 A01 GSP BROM" <- "NVIDIA GH100 Provisioner ICA 1" <- "NVIDIA GH100 Identity". The
 * line of a switch is that of Hopper, so it tells nothing of the device. */
static const char *read_names(struct nvidia_chain *out, struct arena *a)
{
	struct bytes key = before(common_name(out->cert[NVIDIA_ATTESTATION_KEY].subject), BYTES_LITERAL(" FMC LF"));
	struct bytes identity = before(common_name(out->cert[NVIDIA_IDENTITY_KEY].subject), BYTES_LITERAL(" BROM"));
	struct bytes ica = common_name(out->cert[NVIDIA_PROVISIONER].subject);
	struct bytes line = before(common_name(out->cert[NVIDIA_LINE].subject), BYTES_LITERAL(" Identity"));
	struct bytes chip = first_word(key), brand = BYTES_LITERAL("NVIDIA ");
	struct nvidia_chain provisioner = {0};
	if (key.n == 0 || !bytes_equal(key, identity))
		return "its first two certificates are not those of one device's attestation key and identity key";
	if (!bytes_starts_with(ica, brand) || !bytes_starts_with(line, brand))
		return "its third and fourth certificates are not those of a provisioner and a product line";
	if (!read_chip(chip, out)) {
		out->unknown_chip = true;
		return "it is of a chip that teewatch does not know";
	}
	if (!read_chip(bytes_slice(ica, brand.n, ica.n - brand.n), &provisioner) ||
	    provisioner.architecture != out->architecture)
		return "its provisioner is not of the device's architecture";
	out->chip = out->architecture == NVIDIA_LS10 ? "LS10" : text_escaped(a, chip);
	out->hardware = text_escaped(a, key);
	out->fsp = out->device == NVIDIA_DEVICE_GPU && before(key, BYTES_LITERAL(" FSP")).n > 0;
	return out->chip && out->hardware ? NULL : "its names are too long";
}

/* ---- extensions ---- */

struct usage {
	bool ca, has_ca, has_key_usage;
	uint8_t key_usage; /* first byte of the bits */
};

/* BasicConstraints and KeyUsage, RFC 5280 sections 4.2.1.9 and 4.2.1.3. */
static bool read_usage(const struct cert *c, struct usage *out)
{
	static const uint8_t basic_constraints[] = {0x55, 0x1d, 0x13}, key_usage[] = {0x55, 0x1d, 0x0f};
	struct cursor walk = cert_extensions(c);
	struct cert_extension e;
	*out = (struct usage){0};
	while (cert_extension_next(&walk, &e)) {
		struct cursor v = cursor_at(e.value, e.offset);
		if (bytes_equal(e.oid, bytes_of(basic_constraints, sizeof(basic_constraints))) && !out->has_ca) {
			struct der sequence = der_expect(&v, DER_SEQUENCE, "basicConstraints");
			struct cursor inside = der_inside(&sequence);
			out->has_ca = true;
			out->ca = der_peek(&inside) == DER_BOOLEAN && der_boolean(&inside, "cA");
		} else if (bytes_equal(e.oid, bytes_of(key_usage, sizeof(key_usage))) && !out->has_key_usage) {
			struct der bits = der_expect(&v, DER_BIT_STRING, "keyUsage");
			out->has_key_usage = true;
			out->key_usage = bits.content.n >= 2 ? bits.content.p[1] : 0;
		} else if (e.critical) {
			return false;
		}
		if (!cursor_ok(&v))
			return false;
	}
	return cursor_ok(&walk);
}

/* DiceTcbInfo of Hopper's first form, 2.23.133.5.4.1: SEQUENCE { INTEGER, SubjectPublicKeyInfo, FWID }. */
static struct bytes read_fwid_of_key(struct cursor *c)
{
	struct der sequence = der_expect(c, DER_SEQUENCE, "tcbInfo");
	struct cursor parts = der_inside(&sequence);
	der_expect(&parts, DER_INTEGER, "version");
	der_expect(&parts, DER_SEQUENCE, "subjectPublicKeyInfo");
	struct der fwid = der_expect(&parts, DER_SEQUENCE, "fwid");
	struct cursor in = der_inside(&fwid);
	struct der algorithm = der_expect(&in, DER_OID, "hashAlg"), digest = der_expect(&in, DER_OCTET_STRING, "digest");
	bool good = !fault_is_set(cursor_end(&in, "fwid")) && !fault_is_set(cursor_end(&parts, "tcbInfo")) &&
	            bytes_equal(algorithm.content, bytes_of(oid_sha384, sizeof(oid_sha384)));
	return good ? digest.content : (struct bytes){NULL, 0};
}

/* DiceTcbInfo, TCG DICE Attestation Architecture section 6.1.1, 2.23.133.5.4.1.1: the first of [6] fwids; the second
 * is all zeros. */
static struct bytes read_fwid_of_list(struct cursor *c)
{
	enum { FWIDS = DER_CONTEXT_CONSTRUCTED | 6 };
	struct der sequence = der_expect(c, DER_SEQUENCE, "tcbInfo"), part;
	struct cursor parts = der_inside(&sequence);
	while (der_next(&parts, &part, "tcbInfo")) {
		if (part.tag != FWIDS)
			continue;
		struct cursor fwids = der_inside(&part);
		struct der fwid = der_expect(&fwids, DER_SEQUENCE, "fwid");
		struct cursor in = der_inside(&fwid);
		struct der algorithm = der_expect(&in, DER_OID, "hashAlg");
		struct der digest = der_expect(&in, DER_OCTET_STRING, "digest");
		bool good = !fault_is_set(cursor_end(&in, "fwid")) &&
		            bytes_equal(algorithm.content, bytes_of(oid_sha384, sizeof(oid_sha384)));
		return good ? digest.content : (struct bytes){NULL, 0};
	}
	return (struct bytes){NULL, 0};
}

static const char *read_fwid(struct nvidia_chain *out)
{
	static const uint8_t key_form[] = {0x67, 0x81, 0x05, 0x05, 0x04, 0x01};
	static const uint8_t list_form[] = {0x67, 0x81, 0x05, 0x05, 0x04, 0x01, 0x01};
	const struct cert *c = &out->cert[NVIDIA_ATTESTATION_KEY];
	struct cert_extension key, list;
	size_t keys = 0, lists = 0;
	bool has_key = cert_extension_find(c, bytes_of(key_form, sizeof(key_form)), &key, &keys);
	bool has_list = cert_extension_find(c, bytes_of(list_form, sizeof(list_form)), &list, &lists);
	if (!has_key && !has_list)
		return NULL;
	if (keys + lists != 1)
		return "the attestation key's certificate has more than one firmware id";
	struct cursor v = cursor_at(has_key ? key.value : list.value, has_key ? key.offset : list.offset);
	out->fwid = has_key ? read_fwid_of_key(&v) : read_fwid_of_list(&v);
	bool good = !fault_is_set(cursor_end(&v, "tcbInfo")) && out->fwid.n == NVIDIA_FWID_BYTES;
	return good ? NULL : "the firmware id of the attestation key's certificate cannot be read";
}

/* ---- each certificate ---- */

/* SubjectPublicKeyInfo with id-ecPublicKey, secp384r1 and an uncompressed point (RFC 5480 section 2). */
static bool is_p384(struct bytes spki)
{
	static const uint8_t head[] = {0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
	                               0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00, 0x04};
	return spki.n == ES384_SPKI_BYTES && bytes_starts_with(spki, bytes_of(head, sizeof(head)));
}

static const char *judge_certificate(const struct cert *c, size_t place)
{
	struct usage usage;
	if (!is_p384(c->spki) ||
	    !bytes_equal(c->signature_algorithm, bytes_of(ecdsa_sha384, sizeof(ecdsa_sha384))))
		return "one of its certificates is not of ECDSA on P-384 with SHA-384";
	if (!read_usage(c, &usage))
		return "one of its certificates has extensions that cannot be read, or a critical one that is not known";
	if (place == NVIDIA_ATTESTATION_KEY)
		return usage.has_key_usage && usage.key_usage & DIGITAL_SIGNATURE && !usage.ca
		               ? NULL
		               : "its first certificate is not that of a key for signatures alone";
	return usage.ca && usage.key_usage & KEY_CERT_SIGN ? NULL
	                                                   : "a certificate that signs another is not that of a CA";
}

static const char *judge_form(struct nvidia_chain *out, struct arena *a)
{
	if (out->n != NVIDIA_CHAIN_LENGTH) {
		const char *why = arena_format(a, "it has %zu certificates; NVIDIA's have %d", out->n, NVIDIA_CHAIN_LENGTH);
		return why ? why : "its length";
	}
	for (size_t i = 0; i < NVIDIA_CHAIN_LENGTH; i++)
		if (fault_is_set(cert_parse(out->der[i], &out->cert[i])))
			return "one of its certificates cannot be read";
	const char *why = read_names(out, a);
	for (size_t i = 0; !why && i < NVIDIA_CHAIN_LENGTH; i++)
		why = judge_certificate(&out->cert[i], i);
	out->serial = out->cert[NVIDIA_ATTESTATION_KEY].serial;
	out->identity = out->cert[NVIDIA_IDENTITY_KEY].serial;
	out->pdi = bytes_slice(out->identity, 1, NVIDIA_PDI_BYTES);
	if (!why && (out->identity.n != IDENTITY_BYTES || out->serial.n > SERIAL_BYTES_MAX + 1))
		why = "the serial number of the device's identity key has not nine bytes";
	return why ? why : read_fwid(out);
}

struct fault nvidia_chain_parse(struct bytes text, struct arena *a, struct nvidia_chain *out)
{
	*out = (struct nvidia_chain){.why = "it cannot be read", .chip = "", .hardware = ""};
	bool der = text.n > 0 && text.p[0] == DER_SEQUENCE;
	struct fault f = der ? parse_ders(text, a, out) : parse_pems(text, a, out);
	if (!fault_is_set(f) && out->n == 0)
		f = fault_at(FAULT_MISSING, 0, "certificate");
	if (!fault_is_set(f))
		out->why = judge_form(out, a);
	return f;
}

/* ---- names of architectures ---- */

static const char *const architectures[] = {
	[NVIDIA_ARCH_UNKNOWN] = "", [NVIDIA_HOPPER] = "HOPPER", [NVIDIA_BLACKWELL] = "BLACKWELL", [NVIDIA_LS10] = "LS10",
};

const char *nvidia_architecture_name(enum nvidia_architecture a)
{
	return (size_t)a < sizeof(architectures) / sizeof(architectures[0]) ? architectures[a] : "";
}

enum nvidia_architecture nvidia_architecture_of(struct bytes label)
{
	for (size_t i = 1; i < sizeof(architectures) / sizeof(architectures[0]); i++)
		if (text_equal_nocase(label, bytes_of_text(architectures[i])))
			return (enum nvidia_architecture)i;
	return NVIDIA_ARCH_UNKNOWN;
}
