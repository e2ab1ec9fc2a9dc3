/* Answers of vendors' services: a body, and certificates in header fields. */
#include "base/hex.h"
#include "base/text.h"
#include "evidence/collateral.h"
#include "evidence/ocsp.h"

/* %XX as RFC 3986 section 2.1 has it. A plus sign stands for itself: it is no form. */
static struct bytes percent_decoded(struct bytes in, struct arena *a)
{
	uint8_t *out = arena_array(a, in.n + 1, 1);
	size_t n = 0;
	for (size_t i = 0; out && i < in.n; i++) {
		uint8_t byte;
		bool escaped = in.p[i] == '%' && in.n - i > 2 && hex_decode(bytes_slice(in, i + 1, 2), &byte, 1);
		out[n++] = escaped ? byte : in.p[i];
		i += escaped ? 2 : 0;
	}
	return bytes_of(out, out ? n : 0);
}

/* "TCB-Info-Issuer-Chain", "SGX-PCK-CRL-Issuer-Chain", ... */
static bool is_chain(struct bytes name)
{
	static const char end[] = "Issuer-Chain";
	size_t n = sizeof(end) - 1;
	return name.n >= n && text_equal_nocase(bytes_slice(name, name.n - n, n), bytes_of(end, n));
}

/* What is no certificate in them is of no use, and no fault of the body. */
static struct fault add_chains(struct collateral_set *s, const char *headers)
{
	for (const char *line = headers; *line;) {
		const char *end = strchr(line, '\n'), *colon = strstr(line, ": ");
		size_t n = end ? (size_t)(end - line) : strlen(line);
		if (colon && colon < line + n && is_chain(bytes_of(line, (size_t)(colon - line)))) {
			struct bytes value = bytes_of(colon + 2, (size_t)(line + n - colon) - 2);
			struct fault f = collateral_set_add(s, percent_decoded(value, s->arena));
			if (f.code == FAULT_LIMIT)
				return f;
		}
		line += n + (end ? 1 : 0);
	}
	return FAULT_OK;
}

struct fault collateral_set_add_answer(struct collateral_set *s, struct bytes content, const char *headers,
                                       struct bytes nonce)
{
	if (ocsp_nonce_contradicts(content, nonce))
		return fault_at(FAULT_MISMATCH, 0, "nonce");
	struct fault f = collateral_set_add(s, content);
	return fault_is_set(f) || !headers ? f : add_chains(s, headers);
}
