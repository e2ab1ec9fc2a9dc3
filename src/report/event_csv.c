/* RFC 4180, one event a line. Columns are added at the end and never change their meaning. */
#include <inttypes.h>

#include "base/hex.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "report/event_format.h"

const char event_csv_head[] =
	"seq,time,event_type,run_id,severity,rule,state,uid,subject,summary,detail,first_seen,last_seen,log,log_id,"
	"entry_index,tbs_sha256,spki_sha256,issuer,serial,logged_at\r\n";

/* One event is one line; what is read line by line gets no control character.
 * A spreadsheet takes a cell that begins with one of these for a formula: an apostrophe says that it is text. */
static void put_text(struct buffer *out, const char *text)
{
	buffer_put_u8(out, '"');
	if (text[0] != 0 && strchr("=+-@\t\r", text[0]))
		buffer_put_u8(out, '\'');
	for (; *text; text++) {
		if (*text == '"')
			buffer_put_u8(out, '"');
		buffer_put_u8(out, (uint8_t)*text < 0x20 ? ' ' : (uint8_t)*text);
	}
	buffer_put_u8(out, '"');
}

static void put_next(struct buffer *out, const char *text)
{
	buffer_put_u8(out, ',');
	if (text && text[0])
		put_text(out, text);
}

static void put_hash(struct buffer *out, const struct sha256 *hash)
{
	char hex[2 * SHA256_BYTES + 1] = "";
	if (hash)
		hex_encode(sha256_bytes(hash), hex);
	buffer_printf(out, ",%s", hex);
}

static void put_time(struct buffer *out, bool is_there, int64_t ms)
{
	char text[TIMESTAMP_TEXT_SIZE];
	buffer_printf(out, ",%s", is_there ? timestamp_text(ms, text) : "");
}

void event_csv_put(const struct event *e, const struct event_source *source, struct buffer *out)
{
	struct buffer summary;
	const struct event_certificate *c = e->certificate;
	(void)source;
	buffer_init(&summary, 64 << 10);
	event_summary_put(e, &summary);
	buffer_printf(out, "%" PRIu64, e->seq);
	put_time(out, true, e->time_ms);
	buffer_printf(out, ",%s,%" PRId64 ",%s,%s,%s", e->type, e->run_id, e->severity ? e->severity : "",
	              e->rule ? e->rule : "", e->state ? e->state : "");
	put_hash(out, e->uid);
	put_next(out, event_subject(e));
	put_next(out, buffer_text(&summary));
	put_next(out, e->current ? e->current->detail : NULL);
	put_time(out, e->state != NULL, e->first_seen_ms);
	put_time(out, e->state != NULL, e->last_seen_ms);
	put_next(out, e->log ? e->log->name : NULL);
	put_hash(out, e->log ? e->log->log_id : NULL);
	if (e->log && e->log->has_entry)
		buffer_printf(out, ",%" PRIu64, e->log->entry_index);
	else
		buffer_put_u8(out, ',');
	put_hash(out, c ? c->tbs_sha256 : NULL);
	put_hash(out, c ? c->spki_sha256 : NULL);
	put_next(out, c ? c->issuer : NULL);
	put_next(out, c ? c->serial : NULL);
	put_time(out, c != NULL, c ? c->logged_at_ms : 0);
	buffer_put_u8(out, '\r');
	buffer_release(&summary);
}
