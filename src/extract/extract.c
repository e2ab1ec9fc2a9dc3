#include "extract/extract.h"

#include "base/limits.h"
#include "cert/names.h"
#include "extract/part.h"

struct extraction *extraction_add(struct extractions *out, const char *carrier, const char *scheme,
                                  enum extract_form form)
{
	bool last = out->n == EXTRACT_MAX;
	struct extraction *e = &out->v[last ? EXTRACT_MAX - 1 : out->n++];
	if (last) {
		e->fault = fault_at(FAULT_LIMIT, 0, "carriers");
		return NULL;
	}
	*e = (struct extraction){.carrier = carrier, .scheme = scheme, .form = form, .binding = BINDING_UNKNOWN};
	return e;
}

/* ---- extensions ---- */

/* The first extension of this row, and how many there are with its OID. */
static bool find_carrier(const struct cert *c, const struct carrier *row, struct cert_extension *out, size_t *count)
{
	struct cursor walk = cert_extensions(c);
	struct cert_extension e;
	bool found = false;
	*count = 0;
	while (cert_extension_next(&walk, &e)) {
		if (!bytes_equal(e.oid, row->oid))
			continue;
		++*count;
		if (!found && carrier_of(e.oid, e.value) == row) {
			found = true;
			*out = e;
		}
	}
	return found;
}

/* Evidence that stands twice is malformed: nobody can say which one counts (facts: ratls 0.3). */
static void extract_extensions(const struct cert *c, struct extractions *out)
{
	for (size_t i = 0; i < extract_carrier_count; i++) {
		const struct carrier *row = &extract_carriers[i];
		struct cert_extension e;
		size_t count;
		if (!find_carrier(c, row, &e, &count))
			continue;
		struct extraction *x = extraction_add(out, row->name, row->scheme, EXTRACT_EMBEDDED);
		if (!x)
			return;
		x->kind = row->kind;
		x->binding = row->binding;
		if (count > 1)
			x->fault = fault_at(FAULT_DUPLICATE, e.offset, row->name);
		else
			x->fault = payload_read(row, &e, &x->payload, &x->kind);
	}
}

/* ---- names ---- */

static size_t count_names(const struct cert *c)
{
	struct cert_names walk;
	struct cert_name name;
	size_t n = 0;
	cert_names_start(&walk, c);
	while (cert_names_next(&walk, &name))
		n += name.kind == CERT_NAME_DNS;
	return n;
}

/* Every dNSName, in the arena. False where it is too small. */
static bool collect_names(const struct cert *c, struct arena *a, struct san_name *names, size_t n, struct fault *fault)
{
	struct cert_names walk;
	struct cert_name name;
	size_t i = 0;
	cert_names_start(&walk, c);
	while (i < n && cert_names_next(&walk, &name)) {
		if (name.kind != CERT_NAME_DNS)
			continue;
		names[i] = (struct san_name){
		        .text = arena_bytes(a, name.text), .raw = name.raw, .readable = name.readable};
		if (names[i++].text.n != name.text.n)
			return false;
	}
	while (cert_names_next(&walk, &name)) /* to the end, for the fault */
		continue;
	*fault = walk.fault;
	return true;
}

static bool collect_hosts(const struct san_name *names, size_t n, struct arena *a, struct extractions *out)
{
	size_t max = n < LIMIT_CERTIFICATE_NAMES ? n : LIMIT_CERTIFICATE_NAMES;
	const char **hosts = arena_array(a, max, sizeof(*hosts));
	out->hosts = hosts;
	for (size_t i = 0; hosts && i < n && out->host_count < max; i++) {
		if (names[i].chunk || !names[i].readable || names[i].text.n == 0 || names[i].text.p[0] == '*')
			continue;
		const char *host = arena_text(a, names[i].text);
		if (!host)
			return false;
		hosts[out->host_count++] = host;
	}
	return hosts != NULL;
}

static void add_unreadable(struct extractions *out, struct fault f)
{
	struct extraction *x = extraction_add(out, "certificate", "", EXTRACT_EMBEDDED);
	if (!x)
		return;
	x->kind = EVIDENCE_UNKNOWN;
	x->fault = f;
}

void extract_certificate(const struct cert *c, struct arena *a, struct extractions *out)
{
	struct fault f = FAULT_OK;
	size_t n = count_names(c);
	struct san_name *names = arena_array(a, n, sizeof(*names));
	*out = (struct extractions){0};
	bool good = names && collect_names(c, a, names, n, &f);
	if (good) {
		tinfoil_extract(names, n, a, out);
		evervault_extract(names, n, a, out);
		good = collect_hosts(names, n, a, out);
	}
	extract_extensions(c, out);
	if (!good)
		add_unreadable(out, fault_at(FAULT_LIMIT, 0, "names"));
	else if (fault_is_set(f) && out->n == 0 && match_raw(NULL, c->tbs))
		add_unreadable(out, f); /* a list that breaks off, and evidence in its bytes */
}
