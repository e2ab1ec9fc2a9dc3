/* The PCK certificate: its form, and Intel's extension. */
#include "evidence/pck.h"

enum { TCB_FIELDS = 18, TCB_PCESVN = 17, TCB_CPUSVN = 18 };
enum { F_PPID = 1, F_TCB, F_PCEID, F_FMSPC, F_SGX_TYPE, F_INSTANCE_ID, F_CONFIGURATION, F_LAST = F_CONFIGURATION };

/* 1.2.840.113741.1.13.1 */
static const uint8_t sgx_arc[] = {0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01};

/* One pair of OID and value below an arc; number gets the OID's last component, 0 where it is of another arc. */
static struct cursor next_pair(struct cursor *c, struct bytes arc, unsigned *number)
{
	struct der pair = der_expect(c, DER_SEQUENCE, "sgx_extension");
	struct cursor in = der_inside(&pair);
	struct der oid = der_expect(&in, DER_OID, "sgx_extension.oid");
	bool ours = oid.content.n == arc.n + 1 && bytes_starts_with(oid.content, arc) && oid.content.p[arc.n] < 0x80;
	*number = ours ? oid.content.p[arc.n] : 0;
	return in;
}

/* The pair has to end here; its fault becomes the list's. */
static void end_pair(struct cursor *list, struct cursor *pair, const char *field)
{
	struct fault f = cursor_end(pair, field);
	if (fault_is_set(f) && cursor_ok(list))
		list->fault = f;
}

static void read_octets(struct cursor *c, uint8_t *out, size_t n, const char *field)
{
	struct der d = der_expect(c, DER_OCTET_STRING, field);
	if (cursor_ok(c) && d.content.n != n)
		cursor_fail(c, FAULT_LENGTH, field);
	else if (cursor_ok(c))
		memcpy(out, d.content.p, n);
}

static uint16_t read_number(struct cursor *c, uint64_t max, const char *field)
{
	uint64_t v = der_u64(c, field);
	if (cursor_ok(c) && v > max)
		cursor_fail(c, FAULT_VALUE, field);
	return (uint16_t)v;
}

/* Is bit n set already? Sets it. */
static bool is_repeated(uint32_t *seen, unsigned n)
{
	bool was = *seen >> n & 1;
	*seen |= UINT32_C(1) << n;
	return was;
}

/* 16 components, PCESVN, CPUSVN: each once, in any order. */
static void read_tcb(struct cursor *c, struct pck *out)
{
	uint8_t arc[sizeof(sgx_arc) + 1];
	uint32_t seen = 0;
	struct der list = der_expect(c, DER_SEQUENCE, "tcb");
	struct cursor in = der_inside(&list);
	memcpy(arc, sgx_arc, sizeof(sgx_arc));
	arc[sizeof(sgx_arc)] = F_TCB;
	while (cursor_ok(&in) && in.left.n > 0) {
		unsigned n;
		struct cursor pair = next_pair(&in, bytes_of(arc, sizeof(arc)), &n);
		if (cursor_ok(&in) && (n == 0 || n > TCB_FIELDS || is_repeated(&seen, n)))
			cursor_fail(&in, n == 0 || n > TCB_FIELDS ? FAULT_UNSUPPORTED : FAULT_DUPLICATE, "tcb");
		else if (n >= 1 && n <= PCK_COMPONENTS)
			out->components[n - 1] = (uint8_t)read_number(&pair, 255, "tcb component");
		else if (n == TCB_PCESVN)
			out->pcesvn = read_number(&pair, UINT16_MAX, "pcesvn");
		else if (n == TCB_CPUSVN)
			read_octets(&pair, out->cpusvn, PCK_COMPONENTS, "cpusvn");
		end_pair(&in, &pair, "tcb");
	}
	if (cursor_ok(&in) && seen != ((UINT32_C(1) << (TCB_FIELDS + 1)) - 2))
		cursor_fail(&in, FAULT_MISSING, "tcb");
	else if (cursor_ok(&in) && memcmp(out->cpusvn, out->components, PCK_COMPONENTS) != 0)
		cursor_fail(&in, FAULT_MISMATCH, "cpusvn");
	if (!cursor_ok(&in) && cursor_ok(c))
		c->fault = in.fault;
}

static void read_configuration(struct cursor *c, struct pck *out)
{
	uint8_t arc[sizeof(sgx_arc) + 1];
	struct der list = der_expect(c, DER_SEQUENCE, "configuration");
	struct cursor in = der_inside(&list);
	struct {
		bool *has, *value;
	} flags[] = {
		{&out->has_dynamic_platform, &out->dynamic_platform},
		{&out->has_cached_keys, &out->cached_keys},
		{&out->has_smt, &out->smt_enabled},
	};
	memcpy(arc, sgx_arc, sizeof(sgx_arc));
	arc[sizeof(sgx_arc)] = F_CONFIGURATION;
	while (cursor_ok(&in) && in.left.n > 0) {
		unsigned n;
		struct cursor pair = next_pair(&in, bytes_of(arc, sizeof(arc)), &n);
		if (cursor_ok(&in) && (n == 0 || n > 3)) {
			cursor_fail(&in, FAULT_UNSUPPORTED, "configuration");
		} else if (cursor_ok(&in) && *flags[n - 1].has) {
			cursor_fail(&in, FAULT_DUPLICATE, "configuration");
		} else if (cursor_ok(&in)) {
			*flags[n - 1].has = true;
			*flags[n - 1].value = der_boolean(&pair, "configuration");
		}
		end_pair(&in, &pair, "configuration");
	}
	out->has_configuration = true;
	if (!cursor_ok(&in) && cursor_ok(c))
		c->fault = in.fault;
}

static void read_sgx_type(struct cursor *c, struct pck *out)
{
	struct der d = der_expect(c, DER_ENUMERATED, "sgx_type");
	if (cursor_ok(c) && (d.content.n != 1 || d.content.p[0] & 0x80))
		cursor_fail(c, FAULT_ENCODING, "sgx_type");
	else if (cursor_ok(c) && d.content.p[0] > PCK_SCALABLE_INTEGRITY)
		cursor_fail(c, FAULT_UNSUPPORTED, "sgx_type");
	else if (cursor_ok(c))
		out->sgx_type = (enum pck_sgx_type)d.content.p[0];
}

static void read_field(unsigned n, struct cursor *pair, struct pck *out)
{
	switch (n) {
	case F_PPID:
		read_octets(pair, out->ppid, PCK_PPID_BYTES, "ppid");
		break;
	case F_TCB:
		read_tcb(pair, out);
		break;
	case F_PCEID:
		read_octets(pair, out->pceid, PCK_PCEID_BYTES, "pceid");
		break;
	case F_FMSPC:
		read_octets(pair, out->fmspc, PCK_FMSPC_BYTES, "fmspc");
		break;
	case F_SGX_TYPE:
		read_sgx_type(pair, out);
		break;
	case F_INSTANCE_ID:
		read_octets(pair, out->instance_id, PCK_INSTANCE_ID_BYTES, "platform_instance_id");
		out->has_instance_id = true;
		break;
	case F_CONFIGURATION:
		read_configuration(pair, out);
		break;
	default:
		break;
	}
}

static struct fault read_sgx_extension(const struct cert_extension *e, struct pck *out)
{
	struct cursor c = cursor_at(e->value, e->offset);
	struct der list = der_expect(&c, DER_SEQUENCE, "sgx_extension");
	struct cursor in = der_inside(&list);
	const uint32_t always = 1u << F_PPID | 1u << F_TCB | 1u << F_PCEID | 1u << F_FMSPC | 1u << F_SGX_TYPE;
	uint32_t seen = 0;
	while (cursor_ok(&in) && in.left.n > 0) {
		unsigned n;
		struct cursor pair = next_pair(&in, bytes_of(sgx_arc, sizeof(sgx_arc)), &n);
		if (cursor_ok(&in) && (n == 0 || n > F_LAST))
			cursor_fail(&in, FAULT_UNSUPPORTED, "sgx_extension");
		else if (cursor_ok(&in) && is_repeated(&seen, n))
			cursor_fail(&in, FAULT_DUPLICATE, "sgx_extension");
		else if (cursor_ok(&in))
			read_field(n, &pair, out);
		end_pair(&in, &pair, "sgx_extension");
	}
	if (cursor_ok(&in) && (seen & always) != always)
		cursor_fail(&in, FAULT_MISSING, "sgx_extension");
	if (!cursor_ok(&in))
		return in.fault;
	return cursor_end(&c, "sgx_extension");
}

/* ---- roles ---- */

static bool read_basic_constraints(const struct cert_extension *e, bool ca, unsigned path_length)
{
	struct cursor c = cursor_at(e->value, e->offset);
	struct der list = der_expect(&c, DER_SEQUENCE, "basicConstraints");
	struct cursor in = der_inside(&list);
	bool is_ca = der_peek(&in) == DER_BOOLEAN && der_boolean(&in, "cA");
	bool has_length = in.left.n > 0;
	uint64_t length = has_length ? der_u64(&in, "pathLenConstraint") : 0;
	return !fault_is_set(cursor_end(&c, "basicConstraints")) &&
	       !fault_is_set(cursor_end(&in, "basicConstraints")) && is_ca == ca && has_length == ca &&
	       (!ca || length == path_length);
}

/* Bit 0 digitalSignature, bit 5 keyCertSign (RFC 5280 section 4.2.1.3), counted from the most significant. */
static bool read_key_usage(const struct cert_extension *e, bool ca)
{
	struct cursor c = cursor_at(e->value, e->offset);
	struct der bits = der_expect(&c, DER_BIT_STRING, "keyUsage");
	bool good = !fault_is_set(cursor_end(&c, "keyUsage")) && bits.content.n >= 2 && bits.content.p[0] < 8;
	return good && (bits.content.p[1] & (ca ? 0x04 : 0x80)) != 0 && ((bits.content.p[1] & 0x04) != 0) == ca;
}

bool intel_has_role(const struct cert *c, bool ca, unsigned path_length)
{
	static const uint8_t key_usage[] = {0x55, 0x1d, 0x0f}, basic_constraints[] = {0x55, 0x1d, 0x13};
	struct cursor walk = cert_extensions(c);
	struct cert_extension e;
	size_t usages = 0, constraints = 0;
	bool good = true;
	while (cert_extension_next(&walk, &e)) {
		if (bytes_equal(e.oid, bytes_of(key_usage, sizeof(key_usage)))) {
			usages++;
			good &= read_key_usage(&e, ca);
		} else if (bytes_equal(e.oid, bytes_of(basic_constraints, sizeof(basic_constraints)))) {
			constraints++;
			good &= read_basic_constraints(&e, ca, path_length);
		} else {
			good &= !e.critical;
		}
	}
	return good && cursor_ok(&walk) && usages == 1 && constraints == 1;
}

bool intel_is_signed_by(const struct cert *c, const struct ecdsa_key *key)
{
	static const uint8_t ecdsa_with_sha256[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86,
	                                            0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};
	return bytes_equal(c->signature_algorithm, bytes_of(ecdsa_with_sha256, sizeof(ecdsa_with_sha256))) &&
	       ecdsa_verify_der(key, c->tbs, c->signature);
}

bool intel_is_valid_at(const struct cert *c, int64_t at_ms)
{
	return c->validity_readable && c->not_before_ms <= at_ms && at_ms <= c->not_after_ms;
}

/* ---- the leaf ---- */

static enum pck_ca issuer_ca(struct bytes issuer)
{
	struct bytes cn = cert_common_name(issuer);
	if (bytes_equal_text(cn, "Intel SGX PCK Platform CA"))
		return PCK_CA_PLATFORM;
	return bytes_equal_text(cn, "Intel SGX PCK Processor CA") ? PCK_CA_PROCESSOR : PCK_CA_UNKNOWN;
}

static const char *judge_extension(struct pck *out)
{
	struct cert_extension e;
	size_t count = 0;
	if (!cert_extension_find(&out->cert, bytes_of(sgx_arc, sizeof(sgx_arc)), &e, &count) || count != 1)
		return "the PCK certificate has not the one SGX extension";
	struct fault f = read_sgx_extension(&e, out);
	out->unknown_field = f.code == FAULT_UNSUPPORTED;
	if (out->unknown_field)
		return "the SGX extension of the PCK certificate has a field that teewatch does not know";
	if (f.code == FAULT_MISMATCH)
		return "CPUSVN and the components in the PCK certificate contradict each other";
	if (fault_is_set(f))
		return "the SGX extension of the PCK certificate breaks its format";
	if (out->ca == PCK_CA_PLATFORM && !out->has_instance_id)
		return "a PCK certificate of the Platform CA has a platform instance id, this has none";
	return NULL;
}

bool pck_parse(struct bytes der, struct pck *out)
{
	*out = (struct pck){.der = der};
	if (fault_is_set(cert_parse(der, &out->cert)) || out->cert.raw.n == 0 ||
	    !bytes_equal_text(cert_common_name(out->cert.subject), "Intel SGX PCK Certificate"))
		return false;
	out->ca = issuer_ca(out->cert.issuer);
	out->why = judge_extension(out);
	if (ecdsa_spki_point(ECDSA_P256, out->cert.spki).n == 0)
		out->why = "the PCK certificate's key is not on P-256";
	else if (!intel_has_role(&out->cert, false, 0))
		out->why = "the PCK certificate is not for signing alone (basicConstraints, keyUsage)";
	else if (out->ca == PCK_CA_UNKNOWN)
		out->why = "the PCK certificate is issued neither by a Platform nor by a Processor CA";
	return true;
}
