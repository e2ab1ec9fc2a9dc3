/* OCSPResponse into fields: RFC 6960 section 4.2.1. */
#include "evidence/ocsp.h"

enum {
	SUCCESSFUL = 0,
	HOUR_MS = 3600 * 1000,
	CONTEXT_0 = DER_CONTEXT_CONSTRUCTED | 0,
	CONTEXT_1 = DER_CONTEXT_CONSTRUCTED | 1,
	CONTEXT_2 = DER_CONTEXT_CONSTRUCTED | 2,
	STATUS_GOOD = DER_CONTEXT | 0,
	STATUS_REVOKED = DER_CONTEXT_CONSTRUCTED | 1,
	STATUS_UNKNOWN = DER_CONTEXT | 2
};

/* id-pkix-ocsp-basic, and id-pkix-ocsp-nonce. */
static const uint8_t oid_basic[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01};
static const uint8_t oid_nonce[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x02};

bool ocsp_is(struct bytes der)
{
	struct cursor c = cursor_of(der);
	struct der response = der_expect(&c, DER_SEQUENCE, "response");
	struct cursor in = der_inside(&response);
	return cursor_ok(&c) && der_expect(&in, DER_ENUMERATED, "responseStatus").content.n == 1;
}

/* ---- one certificate's status ---- */

static void read_certificate_id(struct cursor *c, struct ocsp_single *out)
{
	struct der id = der_expect(c, DER_SEQUENCE, "certID");
	struct cursor in = der_inside(&id);
	struct der algorithm = der_expect(&in, DER_SEQUENCE, "hashAlgorithm");
	struct cursor parts = der_inside(&algorithm);
	out->algorithm = der_expect(&parts, DER_OID, "hashAlgorithm").content;
	out->issuer_name_hash = der_expect(&in, DER_OCTET_STRING, "issuerNameHash").content;
	out->issuer_key_hash = der_expect(&in, DER_OCTET_STRING, "issuerKeyHash").content;
	out->serial = der_expect(&in, DER_INTEGER, "serialNumber").content;
	struct fault f = cursor_end(&in, "certID");
	if (fault_is_set(f) && cursor_ok(c))
		c->fault = f;
}

static void read_revoked(const struct der *status, struct ocsp_single *out, struct cursor *c)
{
	struct cursor in = der_inside(status);
	struct der reason;
	out->status = OCSP_STATUS_REVOKED;
	out->revoked_ms = der_time(&in, "revocationTime");
	if (der_peek(&in) == CONTEXT_0) {
		der_next(&in, &reason, "revocationReason");
		struct cursor inside = der_inside(&reason);
		struct bytes value = der_expect(&inside, DER_ENUMERATED, "revocationReason").content;
		out->reason = value.n == 1 ? value.p[0] : -1;
	}
	struct fault f = cursor_end(&in, "revoked");
	if (fault_is_set(f) && cursor_ok(c))
		c->fault = f;
}

static void read_status(struct cursor *c, struct ocsp_single *out)
{
	struct der status;
	out->reason = -1;
	if (!der_next(c, &status, "certStatus"))
		cursor_fail(c, FAULT_TRUNCATED, "certStatus");
	else if (status.tag == STATUS_REVOKED)
		read_revoked(&status, out, c);
	else if (status.tag == STATUS_GOOD && status.content.n == 0)
		out->status = OCSP_STATUS_GOOD;
	else if (status.tag == STATUS_UNKNOWN && status.content.n == 0)
		out->status = OCSP_STATUS_UNKNOWN;
	else
		cursor_fail(c, FAULT_TAG, "certStatus");
}

static void read_single(struct cursor *c, struct ocsp_response *out)
{
	struct der single = der_expect(c, DER_SEQUENCE, "singleResponse"), next;
	struct cursor in = der_inside(&single);
	if (out->single_count >= OCSP_SINGLES_MAX) {
		cursor_fail(c, FAULT_LIMIT, "singleResponse");
		return;
	}
	struct ocsp_single *s = &out->singles[out->single_count];
	*s = (struct ocsp_single){.status = OCSP_STATUS_UNKNOWN};
	read_certificate_id(&in, s);
	read_status(&in, s);
	s->this_update_ms = der_time(&in, "thisUpdate");
	s->next_update_ms = s->this_update_ms + HOUR_MS;
	if (der_peek(&in) == CONTEXT_0) {
		der_next(&in, &next, "nextUpdate");
		struct cursor inside = der_inside(&next);
		s->next_update_ms = der_time(&inside, "nextUpdate");
		if (!cursor_ok(&inside) && cursor_ok(&in))
			in.fault = inside.fault;
	}
	if (der_peek(&in) == CONTEXT_1)
		der_next(&in, &next, "singleExtensions");
	struct fault f = cursor_end(&in, "singleResponse");
	if (fault_is_set(f) && cursor_ok(c))
		c->fault = f;
	out->single_count += cursor_ok(c);
}

/* ---- what the responder signed ---- */

static void read_responder(struct cursor *c, struct ocsp_response *out)
{
	struct der id;
	if (!der_next(c, &id, "responderID"))
		return;
	struct cursor in = der_inside(&id);
	if (id.tag == CONTEXT_1)
		out->responder_name = der_expect(&in, DER_SEQUENCE, "responderID").whole;
	else if (id.tag == CONTEXT_2)
		out->responder_key_hash = der_expect(&in, DER_OCTET_STRING, "responderID").content;
	else
		cursor_fail(c, FAULT_TAG, "responderID");
	if (!cursor_ok(&in) && cursor_ok(c))
		c->fault = in.fault;
}

/* RFC 8954: the value is an OCTET STRING; older responders put the bare bytes there. */
static void read_extensions(const struct der *list, struct ocsp_response *out)
{
	struct cursor in = der_inside(list);
	struct der sequence = der_expect(&in, DER_SEQUENCE, "responseExtensions"), extension;
	struct cursor items = der_inside(&sequence);
	while (der_next(&items, &extension, "extension")) {
		struct cursor parts = der_inside(&extension);
		struct der oid = der_expect(&parts, DER_OID, "extnID");
		if (der_peek(&parts) == DER_BOOLEAN)
			der_boolean(&parts, "critical");
		struct der value = der_expect(&parts, DER_OCTET_STRING, "extnValue");
		if (!bytes_equal(oid.content, bytes_of(oid_nonce, sizeof(oid_nonce))))
			continue;
		struct cursor inner = cursor_of(value.content);
		struct der wrapped = der_expect(&inner, DER_OCTET_STRING, "nonce");
		out->nonce = fault_is_set(cursor_end(&inner, "nonce")) ? value.content : wrapped.content;
	}
}

static void read_data(const struct der *tbs, struct ocsp_response *out, struct fault *fault)
{
	struct cursor in = der_inside(tbs);
	struct der part;
	if (der_peek(&in) == CONTEXT_0)
		der_next(&in, &part, "version");
	read_responder(&in, out);
	out->produced_ms = der_time(&in, "producedAt");
	struct der list = der_expect(&in, DER_SEQUENCE, "responses");
	struct cursor items = der_inside(&list);
	while (cursor_ok(&items) && items.left.n > 0)
		read_single(&items, out);
	if (der_peek(&in) == CONTEXT_1 && der_next(&in, &part, "responseExtensions"))
		read_extensions(&part, out);
	*fault = cursor_ok(&items) ? cursor_end(&in, "tbsResponseData") : items.fault;
}

static void read_certificates(struct cursor *c, struct ocsp_response *out)
{
	struct der tagged, d;
	if (der_peek(c) != CONTEXT_0 || !der_next(c, &tagged, "certs"))
		return;
	struct cursor in = der_inside(&tagged);
	struct der list = der_expect(&in, DER_SEQUENCE, "certs");
	struct cursor items = der_inside(&list);
	while (der_next(&items, &d, "certificate"))
		if (out->certificate_count < OCSP_CERTIFICATES_MAX)
			out->certificates[out->certificate_count++] = d.whole;
	if (!cursor_ok(&items) && cursor_ok(c))
		c->fault = items.fault;
}

static struct fault read_basic(struct bytes der, size_t offset, struct ocsp_response *out)
{
	struct cursor c = cursor_at(der, offset);
	struct der basic = der_expect(&c, DER_SEQUENCE, "basicResponse");
	struct cursor in = der_inside(&basic);
	struct der tbs = der_expect(&in, DER_SEQUENCE, "tbsResponseData");
	struct fault f = cursor_end(&c, "basicResponse");
	out->tbs = tbs.whole;
	out->algorithm = der_expect(&in, DER_SEQUENCE, "signatureAlgorithm").whole;
	out->signature = der_bit_string(&in, "signature");
	read_certificates(&in, out);
	if (!fault_is_set(f))
		f = cursor_end(&in, "basicResponse");
	if (!fault_is_set(f))
		read_data(&tbs, out, &f);
	return f;
}

struct fault ocsp_parse(struct bytes der, struct ocsp_response *out)
{
	struct cursor c = cursor_of(der);
	struct der response = der_expect(&c, DER_SEQUENCE, "response"), tagged;
	struct cursor in = der_inside(&response);
	*out = (struct ocsp_response){.produced_ms = 0};
	struct bytes status = der_expect(&in, DER_ENUMERATED, "responseStatus").content;
	struct fault f = cursor_end(&c, "response");
	if (fault_is_set(f) || !cursor_ok(&in))
		return fault_is_set(f) ? f : in.fault;
	if (status.n != 1 || status.p[0] != SUCCESSFUL)
		return fault_at(FAULT_UNSUPPORTED, 0, "responseStatus");
	if (der_peek(&in) != CONTEXT_0 || !der_next(&in, &tagged, "responseBytes"))
		return fault_at(FAULT_MISSING, in.offset, "responseBytes");
	struct cursor outer = der_inside(&tagged);
	struct der bytes = der_expect(&outer, DER_SEQUENCE, "responseBytes");
	struct cursor parts = der_inside(&bytes);
	struct der type = der_expect(&parts, DER_OID, "responseType");
	struct der value = der_expect(&parts, DER_OCTET_STRING, "response");
	f = cursor_end(&parts, "responseBytes");
	if (!fault_is_set(f))
		f = cursor_end(&outer, "responseBytes");
	if (!fault_is_set(f))
		f = cursor_end(&in, "response");
	if (!fault_is_set(f) && !bytes_equal(type.content, bytes_of(oid_basic, sizeof(oid_basic))))
		f = fault_at(FAULT_UNSUPPORTED, type.offset, "responseType");
	return fault_is_set(f) ? f : read_basic(value.content, value.offset, out);
}
