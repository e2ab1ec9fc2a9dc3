#include "evidence/spdm.h"

#include "base/cursor.h"

enum {
	VERSION_1_1 = 0x11,
	GET_MEASUREMENTS = 0xe0,
	MEASUREMENTS = 0x60,
	WITH_SIGNATURE = 0x01,
	ALL_MEASUREMENTS = 0xff,
	SPECIFICATION_DMTF = 0x01
};

bool spdm_is(struct bytes raw)
{
	return raw.n >= 4 && raw.p[0] >> 4 == VERSION_1_1 >> 4 && raw.p[1] == GET_MEASUREMENTS &&
	       raw.p[2] == WITH_SIGNATURE && raw.p[3] == ALL_MEASUREMENTS;
}

/* A fault is at the byte, not behind it. */
static void expect_u8(struct cursor *c, uint8_t wanted, const char *field)
{
	struct cursor before = *c;
	if (cursor_u8(c, field) != wanted && cursor_ok(c)) {
		*c = before;
		cursor_fail(c, FAULT_VALUE, field);
	}
}

/* DSP0274 table "GET_MEASUREMENTS request message": the form that asks for all measurements and a signature. */
static void read_request(struct cursor *c, struct spdm *out)
{
	out->version = cursor_u8(c, "request.version");
	expect_u8(c, GET_MEASUREMENTS, "request.code");
	expect_u8(c, WITH_SIGNATURE, "request.param1");
	expect_u8(c, ALL_MEASUREMENTS, "request.param2");
	out->nonce = cursor_take(c, SPDM_NONCE_BYTES, "nonce");
	out->slot = cursor_u8(c, "request.slot");
}

/* Table "Measurement block format", and "DMTF measurement specification format" inside it. */
static void read_measurement(struct cursor *c, struct spdm *out)
{
	struct spdm_measurement *m = &out->measurements[out->measurement_count];
	struct cursor before = *c;
	m->index = cursor_u8(c, "measurement.index");
	if (cursor_ok(c) && (m->index == 0 || spdm_measurement_at(out, m->index))) {
		*c = before;
		cursor_fail(c, m->index == 0 ? FAULT_VALUE : FAULT_DUPLICATE, "measurement.index");
	}
	expect_u8(c, SPECIFICATION_DMTF, "measurement.specification");
	size_t n = cursor_u16le(c, "measurement.size"), at = c->offset;
	struct cursor inside = cursor_at(cursor_take(c, n, "measurement"), at);
	m->type = cursor_u8(&inside, "measurement.type");
	m->value = cursor_take(&inside, cursor_u16le(&inside, "measurement.value_size"), "measurement.value");
	struct fault f = cursor_end(&inside, "measurement.value_size");
	if (fault_is_set(f) && cursor_ok(c))
		c->fault = f;
	out->measurement_count += cursor_ok(c);
}

static void read_record(struct cursor *c, struct spdm *out)
{
	struct cursor before = *c;
	size_t count = cursor_u8(c, "measurement_count");
	if (cursor_ok(c) && count == 0) {
		*c = before;
		cursor_fail(c, FAULT_VALUE, "measurement_count");
	}
	struct bytes low = cursor_take(c, 3, "record_length");
	size_t n = low.n == 3 ? (size_t)low.p[0] | (size_t)low.p[1] << 8 | (size_t)low.p[2] << 16 : 0;
	size_t at = c->offset;
	struct cursor record = cursor_at(cursor_take(c, n, "record"), at);
	while (cursor_ok(c) && cursor_ok(&record) && out->measurement_count < count)
		read_measurement(&record, out);
	struct fault f = cursor_end(&record, "record");
	if (fault_is_set(f) && cursor_ok(c))
		c->fault = f;
}

/* Table "Successful MEASUREMENTS response message". Its second byte of parameters (slot, content changed) is signed
 * and nothing here depends on it. */
static void read_response(struct cursor *c, struct spdm *out)
{
	out->response_version = cursor_u8(c, "response.version");
	expect_u8(c, MEASUREMENTS, "response.code");
	cursor_take(c, 2, "response.parameters");
	read_record(c, out);
	out->responder_nonce = cursor_take(c, SPDM_NONCE_BYTES, "responder_nonce");
	size_t n = cursor_u16le(c, "opaque_length");
	out->opaque_offset = c->offset;
	out->opaque = cursor_take(c, n, "opaque");
	out->signature = cursor_take(c, SPDM_SIGNATURE_BYTES, "signature");
}

struct fault spdm_parse(struct bytes raw, struct spdm *out)
{
	struct cursor c = cursor_of(raw);
	*out = (struct spdm){.raw = raw};
	read_request(&c, out);
	if (cursor_ok(&c) && raw.n > SPDM_REQUEST_BYTES && raw.p[SPDM_REQUEST_BYTES] != out->version)
		return fault_at(FAULT_MISMATCH, SPDM_REQUEST_BYTES, "response.version");
	if (cursor_ok(&c) && out->version != VERSION_1_1)
		return fault_at(spdm_is(raw) ? FAULT_UNSUPPORTED : FAULT_VALUE, 0, "request.version");
	read_response(&c, out);
	struct fault f = cursor_end(&c, "transcript");
	if (!fault_is_set(f))
		out->signed_part = bytes_slice(raw, 0, raw.n - SPDM_SIGNATURE_BYTES);
	return f;
}

const struct spdm_measurement *spdm_measurement_at(const struct spdm *s, unsigned index)
{
	for (size_t i = 0; i < s->measurement_count; i++)
		if (s->measurements[i].index == index)
			return &s->measurements[i];
	return NULL;
}
