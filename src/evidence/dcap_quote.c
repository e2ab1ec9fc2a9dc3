#include "evidence/dcap_quote.h"

enum {
	QUOTE_V3 = 3, QUOTE_V4 = 4, QUOTE_V5 = 5,
	PPID_BYTES = 16, PPID_RSA2048_BYTES = 256, PPID_RSA3072_BYTES = 384,
	VENDOR_ID_AT = 12
};

const uint8_t dcap_intel_vendor_id[16] = {0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9,
                                          0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07};

bool dcap_quote_is(struct bytes raw, enum dcap_tee *tee)
{
	struct cursor c = cursor_of(raw);
	uint16_t version = cursor_u16le(&c, "version");
	uint16_t key = cursor_u16le(&c, "att_key_type"); /* never 0, unlike what an SNP report of version 3 has here */
	uint32_t t = cursor_u32le(&c, "tee_type");
	bool vendor = bytes_equal(bytes_slice(raw, VENDOR_ID_AT, sizeof(dcap_intel_vendor_id)),
	                          bytes_of(dcap_intel_vendor_id, sizeof(dcap_intel_vendor_id)));
	bool usual = version >= QUOTE_V3 && version <= QUOTE_V5 && (t == DCAP_TEE_SGX || t == DCAP_TEE_TDX);
	*tee = t == DCAP_TEE_SGX || version == QUOTE_V3 ? DCAP_TEE_SGX : DCAP_TEE_TDX;
	return cursor_ok(&c) && raw.n >= DCAP_HEADER_BYTES && key != 0 && (vendor || usual);
}

/* ---- bodies ---- */

void sgx_report_read(struct cursor *c, struct sgx_report *out)
{
	struct bytes whole = bytes_slice(c->left, 0, DCAP_SGX_REPORT_BYTES);
	out->cpusvn = cursor_take(c, 16, "cpusvn");
	out->miscselect = cursor_take(c, 4, "miscselect");
	cursor_take(c, 12, "reserved1");
	out->isv_ext_prod_id = cursor_take(c, 16, "isv_ext_prod_id");
	out->attributes = cursor_take(c, 16, "attributes");
	out->mrenclave = cursor_take(c, 32, "mrenclave");
	cursor_take(c, 32, "reserved2");
	out->mrsigner = cursor_take(c, 32, "mrsigner");
	cursor_take(c, 32, "reserved3");
	out->config_id = cursor_take(c, 64, "config_id");
	out->isvprodid = cursor_u16le(c, "isvprodid");
	out->isvsvn = cursor_u16le(c, "isvsvn");
	out->config_svn = cursor_u16le(c, "config_svn");
	cursor_take(c, 42, "reserved4");
	out->isv_family_id = cursor_take(c, 16, "isv_family_id");
	out->report_data = cursor_take(c, 64, "report_data");
	out->raw = cursor_ok(c) ? whole : (struct bytes){NULL, 0};
}

static void read_td10(struct cursor *c, struct td_report *t)
{
	static const char *const rtmrs[DCAP_RTMRS] = {"rtmr0", "rtmr1", "rtmr2", "rtmr3"};
	t->tee_tcb_svn = cursor_take(c, 16, "tee_tcb_svn");
	t->mrseam = cursor_take(c, 48, "mrseam");
	t->mrsignerseam = cursor_take(c, 48, "mrsignerseam");
	t->seam_attributes = cursor_take(c, 8, "seam_attributes");
	t->td_attributes = cursor_take(c, 8, "td_attributes");
	t->xfam = cursor_take(c, 8, "xfam");
	t->mrtd = cursor_take(c, 48, "mrtd");
	t->mrconfigid = cursor_take(c, 48, "mrconfigid");
	t->mrowner = cursor_take(c, 48, "mrowner");
	t->mrownerconfig = cursor_take(c, 48, "mrownerconfig");
	for (size_t i = 0; i < DCAP_RTMRS; i++)
		t->rtmr[i] = cursor_take(c, 48, rtmrs[i]);
	t->report_data = cursor_take(c, 64, "report_data");
}

static void read_td15(struct cursor *c, struct td_report *t)
{
	read_td10(c, t);
	t->tee_tcb_svn2 = cursor_take(c, 16, "tee_tcb_svn2");
	t->mrservicetd = cursor_take(c, 48, "mrservicetd");
}

static void read_td15ex(struct cursor *c, struct td_report *t)
{
	read_td15(c, t);
	t->vmid = cursor_take(c, 1, "vmid");
	t->td_id = cursor_take(c, 32, "td_id");
	t->devinfo = cursor_take(c, 48, "devinfo");
	t->init_servtd_hash = cursor_take(c, 48, "init_servtd_hash");
	t->init_servtd_attr = cursor_take(c, 8, "init_servtd_attr");
	t->init_cpusvn = cursor_take(c, 16, "init_cpusvn");
	t->init_tee_tcb_svn = cursor_take(c, 16, "init_tee_tcb_svn");
	t->init_tee_fmspc = cursor_take(c, 12, "init_tee_fmspc");
	t->cur_servtd_hash = cursor_take(c, 48, "cur_servtd_hash");
	t->cur_servtd_attr = cursor_take(c, 8, "cur_servtd_attr");
}

static void read_body(struct cursor *c, struct dcap_quote *q)
{
	static const size_t bytes[] = {
		[DCAP_BODY_SGX] = DCAP_SGX_REPORT_BYTES, [DCAP_BODY_TD10] = DCAP_TD10_BYTES,
		[DCAP_BODY_TD15] = DCAP_TD15_BYTES, [DCAP_BODY_TD15EX] = DCAP_TD15EX_BYTES,
	};
	size_t at = c->offset;
	q->body = cursor_take(c, bytes[q->body_type], "body");
	struct cursor in = cursor_at(q->body, at);
	if (q->body_type == DCAP_BODY_SGX)
		sgx_report_read(&in, &q->sgx);
	else if (q->body_type == DCAP_BODY_TD10)
		read_td10(&in, &q->td);
	else if (q->body_type == DCAP_BODY_TD15)
		read_td15(&in, &q->td);
	else
		read_td15ex(&in, &q->td);
	q->report_data = q->body_type == DCAP_BODY_SGX ? q->sgx.report_data : q->td.report_data;
	q->signed_part = cursor_ok(c) ? bytes_slice(q->raw, 0, c->offset) : (struct bytes){NULL, 0};
}

/* Version 5: u16 type, u32 size, both inside what is signed. */
static void read_descriptor(struct cursor *c, struct dcap_quote *q)
{
	size_t at = c->offset;
	static const size_t bytes[] = {0, DCAP_SGX_REPORT_BYTES, DCAP_TD10_BYTES, DCAP_TD15_BYTES, DCAP_TD15EX_BYTES};
	unsigned type = cursor_u16le(c, "body_type");
	size_t size = cursor_u32le(c, "body_size");
	if (!cursor_ok(c))
		return;
	q->body_type = type;
	if (type == 0 || type > DCAP_BODY_TD15EX)
		c->fault = fault_at(FAULT_UNSUPPORTED, at, "body_type");
	else if (size != bytes[type])
		c->fault = fault_at(FAULT_LENGTH, at + 2, "body_size");
	else if ((type == DCAP_BODY_SGX) != (q->tee == DCAP_TEE_SGX))
		c->fault = fault_at(FAULT_MISMATCH, at, "body_type");
}

/* ---- header ---- */

/* Later versions and keys may mean all that follows in another way; an unknown TEE has an unknown body. */
static struct fault judge_header(const struct dcap_quote *q)
{
	if (q->version < QUOTE_V3 || q->version > QUOTE_V5)
		return fault_at(FAULT_UNSUPPORTED, 0, "version");
	if (q->tee != DCAP_TEE_SGX && q->tee != DCAP_TEE_TDX)
		return fault_at(FAULT_UNSUPPORTED, 4, "tee_type");
	if (q->version == QUOTE_V3 && q->tee != DCAP_TEE_SGX)
		return fault_at(FAULT_MISMATCH, 4, "tee_type"); /* reserved there, and zero */
	if (q->att_key_type != DCAP_KEY_P256)
		return fault_at(FAULT_UNSUPPORTED, 2, "att_key_type");
	return FAULT_OK;
}

static struct fault read_header(struct cursor *c, struct dcap_quote *q)
{
	q->version = cursor_u16le(c, "version");
	q->att_key_type = cursor_u16le(c, "att_key_type");
	q->tee = cursor_u32le(c, "tee_type");
	q->qe_svn = cursor_u16le(c, "qe_svn");
	q->pce_svn = cursor_u16le(c, "pce_svn");
	q->qe_vendor_id = cursor_take(c, sizeof(dcap_intel_vendor_id), "qe_vendor_id");
	q->user_data = cursor_take(c, 20, "user_data");
	return cursor_ok(c) ? judge_header(q) : c->fault;
}

/* ---- signature data ---- */

static void read_platform_id(struct bytes data, size_t offset, size_t ppid_bytes, struct dcap_quote *q,
                             struct cursor *outer)
{
	struct cursor c = cursor_at(data, offset);
	q->platform_id.ppid = cursor_take(&c, ppid_bytes, "ppid");
	q->platform_id.cpusvn = cursor_take(&c, 16, "cpusvn");
	q->platform_id.pcesvn = cursor_u16le(&c, "pcesvn");
	q->platform_id.pceid = cursor_u16le(&c, "pceid");
	if (fault_is_set(cursor_end(&c, "certification_data")) && cursor_ok(outer))
		outer->fault = fault_at(FAULT_LENGTH, offset, "certification_data");
}

static void read_certification_data(struct cursor *c, struct dcap_quote *q)
{
	size_t at = c->offset;
	q->cert_type = cursor_u16le(c, "certification_data_type");
	uint32_t n = cursor_u32le(c, "certification_data_length");
	size_t data_at = c->offset;
	q->cert_data = cursor_take(c, n, "certification_data");
	if (!cursor_ok(c))
		return;
	switch (q->cert_type) {
	case DCAP_CERT_PPID_CLEAR:
		read_platform_id(q->cert_data, data_at, PPID_BYTES, q, c);
		break;
	case DCAP_CERT_PPID_RSA2048:
		read_platform_id(q->cert_data, data_at, PPID_RSA2048_BYTES, q, c);
		break;
	case DCAP_CERT_PPID_RSA3072:
		read_platform_id(q->cert_data, data_at, PPID_RSA3072_BYTES, q, c);
		break;
	case DCAP_CERT_PCK_LEAF:
	case DCAP_CERT_PCK_CHAIN:
		break;
	case DCAP_CERT_QE_REPORT: /* inside itself */
		c->fault = fault_at(FAULT_VALUE, at, "certification_data_type");
		break;
	default: /* 7 is known, and has nothing to verify a quote with */
		c->fault = fault_at(FAULT_UNSUPPORTED, at, "certification_data_type");
	}
}

/* The QE's report with what certifies it; each length has to use up its container. */
static void read_qe(struct cursor *c, struct dcap_quote *q)
{
	sgx_report_read(c, &q->qe);
	q->qe_signature = cursor_take(c, DCAP_SIGNATURE_BYTES, "qe_report_signature");
	q->qe_auth = cursor_take(c, cursor_u16le(c, "qe_auth_data_length"), "qe_auth_data");
	read_certification_data(c, q);
}

/* Versions 4 and 5 have an envelope around it. */
static void read_envelope(struct cursor *c, struct dcap_quote *q)
{
	size_t at = c->offset;
	unsigned type = cursor_u16le(c, "certification_data_type");
	uint32_t n = cursor_u32le(c, "certification_data_length");
	size_t inside_at = c->offset;
	struct bytes inside = cursor_take(c, n, "certification_data");
	if (cursor_ok(c) && type != DCAP_CERT_QE_REPORT)
		c->fault = fault_at(FAULT_VALUE, at, "certification_data_type");
	if (!cursor_ok(c))
		return;
	struct cursor in = cursor_at(inside, inside_at);
	read_qe(&in, q);
	struct fault f = cursor_end(&in, "qe_report_certification_data");
	if (fault_is_set(f))
		c->fault = f;
}

static struct fault read_signature_data(struct bytes data, size_t offset, struct dcap_quote *q)
{
	struct cursor c = cursor_at(data, offset);
	q->signature = cursor_take(&c, DCAP_SIGNATURE_BYTES, "signature");
	q->attestation_key = cursor_take(&c, DCAP_KEY_BYTES, "attestation_key");
	if (q->version == QUOTE_V3)
		read_qe(&c, q);
	else
		read_envelope(&c, q);
	return cursor_end(&c, "signature_data");
}

struct fault dcap_quote_parse(struct bytes raw, struct dcap_quote *out)
{
	struct cursor c = cursor_of(raw);
	struct dcap_quote *q = out;
	*q = (struct dcap_quote){.raw = raw};
	struct fault f = read_header(&c, q);
	bool other_key = f.code == FAULT_UNSUPPORTED && strcmp(f.field, "att_key_type") == 0;
	if (fault_is_set(f) && !other_key)
		return f;
	q->body_type = q->tee == DCAP_TEE_SGX ? DCAP_BODY_SGX : DCAP_BODY_TD10;
	if (q->version == QUOTE_V5)
		read_descriptor(&c, q);
	if (!cursor_ok(&c))
		return c.fault;
	read_body(&c, q);
	uint32_t n = cursor_u32le(&c, "signature_data_length");
	size_t at = c.offset;
	struct bytes data = cursor_take(&c, n, "signature_data");
	if (cursor_ok(&c)) {
		q->raw = bytes_slice(raw, 0, c.offset);
		q->trailing = c.left;
	}
	if (!cursor_ok(&c) || other_key)
		return other_key ? f : c.fault;
	return read_signature_data(data, at, q);
}
