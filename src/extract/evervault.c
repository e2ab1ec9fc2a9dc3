/*
 * Evervault Cages (beta): the first label of a name is the whole Nitro document (COSE_Sign1) in hexadecimal, far
 * beyond what DNS allows (facts: ratls A.10).
 */
#include "base/hex.h"
#include "base/limits.h"
#include "base/text.h"
#include "extract/part.h"

enum { DNS_LABEL_MAX = 63 };

/* The first label. */
static struct bytes label_of(struct bytes raw)
{
	const uint8_t *dot = raw.n > 0 ? memchr(raw.p, '.', raw.n) : NULL;
	return bytes_of(raw.p, dot ? (size_t)(dot - raw.p) : raw.n);
}

bool evervault_is(struct bytes raw)
{
	/* An array of four (tag 18 before it or not), whose first item is a map in a string: protected headers. */
	static const char *const begin[] = {"8444a1", "d28444a1"};
	if (raw.n <= DNS_LABEL_MAX || (raw.p[0] != '8' && text_lower(raw.p[0]) != 'd'))
		return false;
	struct bytes label = label_of(raw);
	if (label.n <= DNS_LABEL_MAX)
		return false;
	for (size_t i = 0; i < sizeof(begin) / sizeof(begin[0]); i++)
		if (text_equal_nocase(bytes_slice(label, 0, strlen(begin[i])), bytes_of_text(begin[i])))
			return true;
	return false;
}

void evervault_extract(struct san_name *names, size_t n, struct arena *a, struct extractions *out)
{
	struct extraction *x = NULL;
	for (size_t i = 0; i < n; i++) {
		if (!evervault_is(names[i].raw))
			continue;
		names[i].chunk = true;
		struct bytes label = label_of(names[i].raw);
		if (x) {
			x->fault = fault_at(FAULT_DUPLICATE, i, "dNSName");
			x->payload = (struct bytes){NULL, 0};
			continue;
		}
		x = extraction_add(out, "evervault", "evervault", EXTRACT_EMBEDDED);
		if (!x)
			return;
		x->kind = EVIDENCE_NITRO;
		if (label.n / 2 > LIMIT_EVIDENCE_BYTES)
			x->fault = fault_at(FAULT_LIMIT, i, "dNSName");
		else if (!hex_decode_arena(a, label, &x->payload))
			x->fault = fault_at(FAULT_ENCODING, i, "dNSName");
	}
}
