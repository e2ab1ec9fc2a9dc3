#include "net/fetch_message.h"

#include "base/text.h"

enum { PART_MAX = 4096 }; /* of what strangers wrote; out is far smaller */

static void put_cut(struct buffer *b, const char *s)
{
	size_t n = strlen(s);
	text_put_escaped(b, bytes_of(s, n < PART_MAX ? n : PART_MAX));
}

void fetch_message_set(char *out, size_t size, const char *subject, const char *cause, const char *advice)
{
	struct buffer b;
	buffer_init(&b, (size_t)16 * PART_MAX);
	put_cut(&b, subject);
	buffer_put_text(&b, ": ");
	put_cut(&b, cause);
	if (advice) {
		buffer_put_text(&b, "; ");
		put_cut(&b, advice);
	}
	size_t n = b.n < size - 1 ? b.n : size - 1;
	memcpy(out, b.p, n);
	out[n] = 0;
	buffer_release(&b);
}
