/* What collateral is about, as text. */
#include "base/hex.h"
#include "base/text.h"
#include "cert/cert.h"
#include "evidence/collateral.h"

enum { SUBJECT_PART_BYTES = 256 };

static const char *subject(struct arena *a, const char *noun, struct bytes name)
{
	const char *shown = text_escaped(a, bytes_slice(name, 0, name.n < SUBJECT_PART_BYTES ? name.n : SUBJECT_PART_BYTES));
	const char *text = shown && name.n > 0 ? arena_format(a, "%s:%s", noun, shown) : NULL;
	return text ? text : "";
}

static const char *subject_hex(struct arena *a, const char *noun, struct bytes value)
{
	const char *hex = value.n <= SUBJECT_PART_BYTES ? hex_text(a, value) : NULL;
	return hex ? subject(a, noun, bytes_of_text(hex)) : "";
}

const char *collateral_subject_crl(struct bytes issuer, struct arena *a)
{
	return subject(a, "crl", cert_common_name(issuer));
}

const char *collateral_subject_ocsp(struct bytes serial, struct arena *a)
{
	return subject_hex(a, "ocsp", serial);
}

/* Versions are compared without regard to case, and so are upper case here. */
const char *collateral_subject_rim(const char *edition, struct bytes version, struct arena *a)
{
	struct bytes upper = arena_bytes(a, version);
	uint8_t *p = (uint8_t *)(uintptr_t)upper.p;
	for (size_t i = 0; i < upper.n; i++)
		if (p[i] >= 'a' && p[i] <= 'z')
			p[i] = (uint8_t)(p[i] - 'a' + 'A');
	const char *noun = upper.n > 0 ? arena_format(a, "rim:%s", edition) : NULL;
	return noun ? subject(a, noun, upper) : "";
}

const char *collateral_subject_vcek(struct bytes hwid, struct arena *a)
{
	return subject_hex(a, "vcek", hwid);
}
