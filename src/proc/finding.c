#include "proc/finding.h"

#include "base/hex.h"
#include "base/limits.h"
#include "base/text.h"
#include "cert/names.h"
#include "ct/sct.h"
#include "proc/message.h"

/* ---- making one, in a worker ---- */

static const char *name_text(struct bytes name, struct arena *a)
{
	struct buffer b;
	buffer_init(&b, 64 << 10);
	cert_name_put_text(name, &b);
	const char *s = arena_text(a, buffer_bytes(&b));
	buffer_release(&b);
	return s ? s : "";
}

static bool is_listed(const char *const *names, size_t n, struct bytes name)
{
	for (size_t i = 0; i < n; i++)
		if (bytes_equal_text(name, names[i]))
			return true;
	return false;
}

/* Every name once. Unreadable ones are kept escaped, so that nobody takes them for names. */
static void collect_names(const struct cert *c, struct arena *a, struct finding *out)
{
	const char **names = arena_array(a, LIMIT_CERTIFICATE_NAMES, sizeof(*names));
	struct cert_names walk;
	struct cert_name name;
	size_t n = 0;
	cert_names_start(&walk, c);
	while (names && n < LIMIT_CERTIFICATE_NAMES && cert_names_next(&walk, &name)) {
		if (is_listed(names, n, name.text))
			continue;
		const char *s = name.readable ? arena_text(a, name.text) : text_escaped(a, name.text);
		if (s)
			names[n++] = s;
	}
	out->names = names;
	out->name_count = n;
	if (fault_is_set(walk.fault))
		out->fault = walk.fault;
}

/* 1.3.6.1.4.1.11129.2.4.2: RFC 6962 section 3.3. */
static const uint8_t oid_sct_list[] = {0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04, 0x02};

/* SCTs that cannot be read promise nothing, and are nobody's evidence: they are left out. */
static void collect_promises(const struct cert *c, struct arena *a, struct finding *out)
{
	struct cert_extension list;
	struct cursor walk;
	struct bytes one;
	struct ct_sct sct;
	size_t count;
	if (!cert_extension_find(c, bytes_of(oid_sct_list, sizeof(oid_sct_list)), &list, &count) || count != 1 ||
	    fault_is_set(ct_sct_extension_parse(list.value, &walk)))
		return;
	out->promises = arena_array(a, FINDING_PROMISES_MAX, sizeof(*out->promises));
	while (out->promises && out->promise_count < FINDING_PROMISES_MAX && ct_sct_list_next(&walk, &one))
		if (!fault_is_set(ct_sct_parse(one, &sct)) && sct.timestamp_ms <= INT64_MAX)
			out->promises[out->promise_count++] = (struct finding_promise){
				.log_id = sct.log_id, .timestamp_ms = (int64_t)sct.timestamp_ms, .sct = arena_bytes(a, one)};
}

struct fault finding_make(const struct cert *c, unsigned reasons, struct arena *a, struct finding *out)
{
	struct buffer canonical;
	*out = (struct finding){.reasons = reasons, .spki = c->spki};
	buffer_init(&canonical, LIMIT_CERTIFICATE_BYTES);
	struct fault f = cert_tbs_canonical(c, &canonical);
	out->tbs = arena_bytes(a, buffer_bytes(&canonical));
	if (!fault_is_set(f) && out->tbs.n != canonical.n)
		f = fault_at(FAULT_LIMIT, 0, "tbs");
	buffer_release(&canonical);
	if (fault_is_set(f))
		return f;
	out->tbs_sha256 = hash_sha256(out->tbs);
	out->spki_sha256 = hash_sha256(c->spki);
	out->issuer = name_text(c->issuer, a);
	out->subject = name_text(c->subject, a);
	const char *serial = hex_text(a, c->serial);
	out->serial = serial ? serial : "";
	out->not_before_ms = c->not_before_ms;
	out->not_after_ms = c->not_after_ms;
	collect_names(c, a, out);
	collect_promises(c, a, out);
	extract_certificate(c, a, &out->extractions);
	return FAULT_OK;
}

/* ---- as bytes ---- */

static void put_texts(struct buffer *b, const char *const *texts, size_t n)
{
	buffer_put_u32be(b, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		message_put_text(b, texts[i]);
}

static void put_extraction(struct buffer *b, const struct extraction *e)
{
	message_put_text(b, e->carrier);
	message_put_text(b, e->scheme);
	buffer_put_u8(b, (uint8_t)e->form);
	message_put_fault(b, e->fault);
	buffer_put_vector32(b, e->payload);
	message_put_sha256(b, &e->commitment);
	buffer_put_vector32(b, e->hpke_key);
	buffer_put_u8(b, (uint8_t)e->kind);
	buffer_put_u8(b, (uint8_t)e->binding);
}

void finding_encode(const struct finding *f, struct buffer *out)
{
	buffer_put_u64be(out, f->entry_index);
	message_put_i64(out, f->timestamp_ms);
	message_put_bool(out, f->precertificate);
	message_put_sha256(out, &f->leaf_hash);
	buffer_put_u32be(out, f->reasons);
	message_put_fault(out, f->fault);
	message_put_sha256(out, &f->tbs_sha256);
	message_put_sha256(out, &f->spki_sha256);
	buffer_put_vector32(out, f->tbs);
	buffer_put_vector32(out, f->spki);
	message_put_text(out, f->issuer);
	message_put_text(out, f->subject);
	message_put_text(out, f->serial);
	message_put_i64(out, f->not_before_ms);
	message_put_i64(out, f->not_after_ms);
	put_texts(out, f->names, f->name_count);
	put_texts(out, f->extractions.hosts, f->extractions.host_count);
	buffer_put_u32be(out, (uint32_t)f->extractions.n);
	for (size_t i = 0; i < f->extractions.n; i++)
		put_extraction(out, &f->extractions.v[i]);
	message_put_sha256(out, &f->issuer_sha256);
	message_put_sha256(out, &f->issuer_key_sha256);
	buffer_put_u32be(out, (uint32_t)f->promise_count);
	for (size_t i = 0; i < f->promise_count; i++) {
		message_put_sha256(out, &f->promises[i].log_id);
		message_put_i64(out, f->promises[i].timestamp_ms);
		buffer_put_vector32(out, f->promises[i].sct);
	}
}

static const char *const *read_texts(struct cursor *c, struct arena *a, size_t *n, const char *field)
{
	*n = message_count(c, LIMIT_CERTIFICATE_NAMES, field);
	const char **texts = arena_array(a, *n, sizeof(*texts));
	if (!texts) {
		cursor_fail(c, FAULT_LIMIT, field);
		*n = 0;
	}
	for (size_t i = 0; i < *n; i++)
		texts[i] = message_text(c, a, field);
	return texts;
}

static void read_extraction(struct cursor *c, struct arena *a, struct extraction *e)
{
	e->carrier = message_text(c, a, "carrier");
	e->scheme = message_text(c, a, "scheme");
	e->form = (enum extract_form)cursor_u8(c, "form");
	e->fault = message_fault(c, a, "fault");
	e->payload = message_bytes(c, a, "payload");
	message_sha256(c, &e->commitment, "commitment");
	e->hpke_key = message_bytes(c, a, "hpke_key");
	e->kind = (enum evidence_kind)cursor_u8(c, "kind");
	e->binding = (enum binding_rule)cursor_u8(c, "binding");
	if (e->form > EXTRACT_KEY_ONLY || e->kind > EVIDENCE_UNKNOWN || e->binding > BINDING_UNKNOWN)
		cursor_fail(c, FAULT_VALUE, "extraction");
}

static void read_promises(struct cursor *in, struct arena *a, struct finding *out)
{
	out->promise_count = message_count(in, FINDING_PROMISES_MAX, "promises");
	out->promises = arena_array(a, out->promise_count, sizeof(*out->promises));
	if (!out->promises) {
		cursor_fail(in, FAULT_LIMIT, "promises");
		out->promise_count = 0;
	}
	for (size_t i = 0; i < out->promise_count; i++) {
		message_sha256(in, &out->promises[i].log_id, "log_id");
		out->promises[i].timestamp_ms = message_i64(in, "timestamp");
		out->promises[i].sct = message_bytes(in, a, "sct");
	}
}

struct fault finding_decode(struct cursor *in, struct arena *a, struct finding *out)
{
	*out = (struct finding){0};
	out->entry_index = cursor_u64be(in, "entry_index");
	out->timestamp_ms = message_i64(in, "timestamp");
	out->precertificate = message_bool(in, "precertificate");
	message_sha256(in, &out->leaf_hash, "leaf_hash");
	out->reasons = cursor_u32be(in, "reasons");
	out->fault = message_fault(in, a, "fault");
	message_sha256(in, &out->tbs_sha256, "tbs_sha256");
	message_sha256(in, &out->spki_sha256, "spki_sha256");
	out->tbs = message_bytes(in, a, "tbs");
	out->spki = message_bytes(in, a, "spki");
	out->issuer = message_text(in, a, "issuer");
	out->subject = message_text(in, a, "subject");
	out->serial = message_text(in, a, "serial");
	out->not_before_ms = message_i64(in, "not_before");
	out->not_after_ms = message_i64(in, "not_after");
	out->names = read_texts(in, a, &out->name_count, "names");
	out->extractions.hosts = read_texts(in, a, &out->extractions.host_count, "hosts");
	out->extractions.n = message_count(in, EXTRACT_MAX, "extractions");
	for (size_t i = 0; i < out->extractions.n; i++)
		read_extraction(in, a, &out->extractions.v[i]);
	message_sha256(in, &out->issuer_sha256, "issuer_sha256");
	message_sha256(in, &out->issuer_key_sha256, "issuer_key_sha256");
	read_promises(in, a, out);
	return in->fault;
}
