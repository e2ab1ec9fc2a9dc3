#include "base/pem.h"

#include "base/base64.h"

static bool find(struct bytes in, size_t from, const char *what, size_t *at)
{
	if (from > in.n)
		return false;
	const uint8_t *p = memmem(in.p + from, in.n - from, what, strlen(what));
	*at = p ? (size_t)(p - in.p) : 0;
	return p != NULL;
}

bool pem_next(struct bytes text, size_t *at, struct arena *a, struct bytes *der)
{
	static const char begin_mark[] = "-----BEGIN ", dashes[] = "-----", end_mark[] = "-----END ";
	size_t begin, head, end;
	*der = (struct bytes){NULL, 0};
	if (!find(text, *at, begin_mark, &begin) || !find(text, begin + sizeof(begin_mark) - 1, dashes, &head) ||
	    !find(text, head + sizeof(dashes) - 1, end_mark, &end))
		return false;
	*at = end + sizeof(end_mark) - 1;
	uint8_t *digits = arena_alloc(a, end - head);
	size_t n = 0;
	for (size_t i = head + sizeof(dashes) - 1; digits && i < end; i++)
		if (text.p[i] > ' ')
			digits[n++] = text.p[i];
	if (digits)
		base64_decode_arena(a, bytes_of(digits, n), der);
	return digits != NULL;
}
