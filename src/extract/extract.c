#include "extract/extract.h"

#include "base/limits.h"
#include "cert/names.h"
#include "extract/part.h"

static const uint8_t oid_pck[] = {0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01};
static const uint8_t oid_comment[] = {0x60, 0x86, 0x48, 0x01, 0x86, 0xf8, 0x42, 0x01, 0x0d};

/* Some schemes share their OID with what is no evidence. */
static bool is_look_alike(const struct cert_extension *e)
{
	if (bytes_equal(e->oid, bytes_of(oid_pck, sizeof(oid_pck))))
		return e->value.n < 2 || e->value.p[0] == DER_SEQUENCE; /* the SGX extensions of a PCK certificate */
	if (!bytes_equal(e->oid, bytes_of(oid_comment, sizeof(oid_comment))))
		return false;
	/* Secret Network writes JSON or base64 of it; others write prose, mostly as an IA5String. */
	return e->value.n < 64 || e->value.p[0] == DER_IA5_STRING ||
	       (e->value.p[0] != '{' && memchr(e->value.p, ' ', e->value.n));
}

const struct carrier *carrier_of(const struct cert_extension *e)
{
	for (size_t i = 0; i < extract_carrier_count; i++)
		if (bytes_equal(e->oid, extract_carriers[i].oid))
			return is_look_alike(e) ? NULL : &extract_carriers[i];
	return NULL;
}

struct extraction *extraction_add(struct extractions *out, const char *carrier, const char *scheme, enum extract_form form)
{
	if (out->n >= EXTRACT_MAX)
		return NULL;
	struct extraction *e = &out->v[out->n++];
	*e = (struct extraction){.carrier = carrier, .scheme = scheme, .form = form};
	return e;
}

/* One nested OCTET STRING, where it fills the value exactly. */
static struct bytes peel(const struct cert_extension *e, struct fault *fault)
{
	struct cursor c = cursor_at(e->value, e->offset);
	struct der inner = der_expect(&c, DER_OCTET_STRING, "extnValue");
	*fault = cursor_end(&c, "extnValue");
	return inner.content;
}

static void extract_extension(const struct cert_extension *e, const struct carrier *row, bool again, struct arena *a,
                              struct extractions *out)
{
	struct extraction *x = extraction_add(out, row->name, row->scheme, EXTRACT_EMBEDDED);
	if (!x)
		return;
	struct bytes payload = e->value;
	struct fault f = FAULT_OK;
	if (row->wrapped)
		payload = peel(e, &f);
	if (again)
		f = fault_at(FAULT_DUPLICATE, e->offset, row->name);
	if (!fault_is_set(f) && payload.n > LIMIT_EVIDENCE_BYTES)
		f = fault_at(FAULT_LIMIT, e->offset, row->name);
	if (!fault_is_set(f) && payload.n == 0)
		f = fault_at(FAULT_LENGTH, e->offset, row->name);
	x->fault = f;
	x->kind = row->kind;
	x->binding = row->binding;
	if (!fault_is_set(f))
		x->payload = arena_bytes(a, payload);
}

static void extract_extensions(const struct cert *c, struct arena *a, struct extractions *out)
{
	struct cursor walk = cert_extensions(c);
	struct cert_extension e;
	while (cert_extension_next(&walk, &e)) {
		const struct carrier *row = carrier_of(&e);
		size_t count = 0;
		if (!row)
			continue;
		bool again = false;
		for (size_t i = 0; i < out->n; i++)
			again |= strcmp(out->v[i].carrier, row->name) == 0;
		if (again && cert_extension_find(c, e.oid, &e, &count))
			extract_extension(&e, row, true, a, out);
		else
			extract_extension(&e, row, false, a, out);
	}
}

/* Every readable dNSName, normalised, in the arena. */
static size_t collect_names(const struct cert *c, struct arena *a, struct bytes *names)
{
	struct cert_names walk;
	struct cert_name name;
	size_t n = 0;
	cert_names_start(&walk, c);
	while (n < LIMIT_CERTIFICATE_NAMES && cert_names_next(&walk, &name)) {
		if (name.kind != CERT_NAME_DNS || !name.readable)
			continue;
		names[n] = arena_bytes(a, name.text);
		if (names[n].n == name.text.n)
			n++;
	}
	return n;
}

void extract_certificate(const struct cert *c, struct arena *a, struct extractions *out)
{
	struct bytes *names = arena_array(a, LIMIT_CERTIFICATE_NAMES, sizeof(*names));
	bool *is_chunk = arena_array(a, LIMIT_CERTIFICATE_NAMES, sizeof(*is_chunk));
	const char **hosts = arena_array(a, LIMIT_CERTIFICATE_NAMES, sizeof(*hosts));
	*out = (struct extractions){.hosts = hosts};
	if (!names || !is_chunk || !hosts)
		return;
	size_t n = collect_names(c, a, names);
	tinfoil_extract(names, n, is_chunk, a, out);
	extract_extensions(c, a, out);
	for (size_t i = 0; i < n; i++) {
		if (is_chunk[i] || names[i].p[0] == '*')
			continue;
		const char *host = arena_text(a, names[i]);
		if (host)
			hosts[out->host_count++] = host;
	}
}
