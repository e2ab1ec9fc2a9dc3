#include "net/fetch_message.h"

#include "base/text.h"

enum { ENOUGH = 4096 }; /* what is longer is dropped from there on; out is shorter still */

void fetch_message_set(char *out, size_t size, const char *subject, const char *cause, const char *advice)
{
	struct buffer b;
	buffer_init(&b, ENOUGH);
	text_put_escaped(&b, bytes_of_text(subject));
	buffer_put_text(&b, ": ");
	text_put_escaped(&b, bytes_of_text(cause));
	if (advice) {
		buffer_put_text(&b, "; ");
		text_put_escaped(&b, bytes_of_text(advice));
	}
	size_t n = b.n < size - 1 ? b.n : size - 1;
	memcpy(out, b.p, n);
	out[n] = 0;
	buffer_release(&b);
}
