#include "ct/tree_head.h"

#include "base/base64.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "ct/signature.h"

enum { NOTE_TYPE_RFC6962 = 0x05, KEY_ID_BYTES = 4 };

/* U+2014 EM DASH and a space, as each signature line of a note begins. */
#define NOTE_DASH BYTES_LITERAL("\xe2\x80\x94 ")

/* ---- get-sth ---- */

struct fault ct_sth_parse(struct bytes json, struct arena *a, struct ct_tree_head *out)
{
	const struct json *root;
	*out = (struct ct_tree_head){.origin_matches = true, .origin = ""};
	if (json.n > LIMIT_TREE_HEAD_BYTES)
		return fault_at(FAULT_LIMIT, LIMIT_TREE_HEAD_BYTES, "sth");
	struct fault f = json_parse(a, json, &root);
	if (fault_is_set(f))
		return f;
	if (!json_is(root, JSON_OBJECT))
		return fault_at(FAULT_TAG, 0, "sth");
	struct ct_tree_head h = *out;
	h.tree_size = json_number(root, "tree_size", LIMIT_TREE_SIZE, &f);
	h.timestamp_ms = (int64_t)json_number(root, "timestamp", INT64_MAX, &f);
	json_base64(root, "sha256_root_hash", h.root.b, SHA256_BYTES, &f);
	h.signature = json_base64_arena(root, "tree_head_signature", a, &f);
	if (fault_is_set(f))
		return f;
	f = ct_digitally_signed_parse(h.signature);
	if (fault_is_set(f))
		return fault_at(f.code, json_get(root, "tree_head_signature")->offset, "tree_head_signature");
	*out = h;
	return FAULT_OK;
}

/* ---- checkpoints ---- */

/* A note, read line by line. */
struct note {
	struct bytes text;
	size_t next, end; /* of the part that is being read */
	size_t at;        /* where the last line began */
	struct fault fault;
};

static void note_fail(struct note *n, enum fault_code code, const char *field)
{
	if (!fault_is_set(n->fault))
		n->fault = fault_at(code, n->at, field);
}

/* The next line without its newline; empty when there is none. */
static struct bytes note_line(struct note *n)
{
	n->at = n->next;
	if (n->next >= n->end)
		return bytes_of(NULL, 0);
	const uint8_t *start = n->text.p + n->next;
	const uint8_t *stop = memchr(start, '\n', n->end - n->next);
	size_t length = stop ? (size_t)(stop - start) : n->end - n->next;
	n->next += length + (stop != NULL);
	return bytes_of(start, length);
}

static bool has_control(struct bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((text.p[i] < 0x20 && text.p[i] != '\n') || text.p[i] == 0x7f)
			return true;
	return false;
}

/* Where the signatures begin: behind the last blank line; 0 where there is none. */
static size_t signatures_start(struct bytes text)
{
	for (size_t i = text.n; i >= 2; i--)
		if (text.p[i - 1] == '\n' && text.p[i - 2] == '\n')
			return i;
	return 0;
}

static struct fault check_note(struct bytes text, size_t *signatures)
{
	*signatures = signatures_start(text);
	if (text.n > LIMIT_TREE_HEAD_BYTES)
		return fault_at(FAULT_LIMIT, LIMIT_TREE_HEAD_BYTES, "checkpoint");
	if (!text_is_utf8(text) || has_control(text))
		return fault_at(FAULT_ENCODING, 0, "checkpoint");
	if (*signatures == 0)
		return fault_at(FAULT_MISSING, text.n, "signature");
	if (text.p[text.n - 1] != '\n')
		return fault_at(FAULT_TRUNCATED, text.n, "checkpoint");
	return FAULT_OK;
}

static struct bytes read_text(struct note *n, struct ct_tree_head *h)
{
	uint8_t root[48];
	size_t length = 0;
	struct bytes origin = note_line(n);
	if (origin.n == 0 || memchr(origin.p, ' ', origin.n))
		note_fail(n, FAULT_SYNTAX, "origin");
	if (!text_decimal(note_line(n), LIMIT_TREE_SIZE, &h->tree_size))
		note_fail(n, FAULT_VALUE, "tree_size");
	struct bytes line = note_line(n);
	if (line.n == 44 && base64_decode(line, root, &length) && length == SHA256_BYTES)
		memcpy(h->root.b, root, SHA256_BYTES);
	else
		note_fail(n, FAULT_ENCODING, "root");
	while (n->next < n->end) /* extension lines say nothing that the log signs */
		if (note_line(n).n == 0)
			note_fail(n, FAULT_SYNTAX, "extension_line");
	return origin;
}

/* static-ct-api: the first bytes of SHA-256(origin || LF || type || log id). */
static void key_id_of(struct bytes origin, const struct sha256 *log_id, uint8_t out[KEY_ID_BYTES])
{
	uint8_t tail[2 + SHA256_BYTES] = {'\n', NOTE_TYPE_RFC6962};
	memcpy(tail + 2, log_id->b, SHA256_BYTES);
	struct sha256 h = hash_sha256_two(origin, bytes_of(tail, sizeof(tail)));
	memcpy(out, h.b, KEY_ID_BYTES);
}

/* RFC6962NoteSignature: timestamp, DigitallySigned. */
static void read_signature(struct note *n, struct bytes in, struct ct_tree_head *h)
{
	if (h->signature.n > 0)
		note_fail(n, FAULT_DUPLICATE, "signature");
	struct cursor c = cursor_of(in);
	uint64_t timestamp = cursor_u64be(&c, "timestamp");
	if (timestamp > INT64_MAX)
		cursor_fail(&c, FAULT_VALUE, "timestamp");
	struct fault f = cursor_ok(&c) ? ct_digitally_signed_parse(c.left) : c.fault;
	if (fault_is_set(f))
		note_fail(n, f.code, f.field);
	h->timestamp_ms = (int64_t)timestamp;
	h->signature = c.left;
}

/* "<dash> <name> <base64(key id || signature)>"; what is not the log's own is passed over. */
static void read_signature_line(struct note *n, struct arena *a, struct bytes origin,
                                const uint8_t key_id[KEY_ID_BYTES], struct ct_tree_head *h, bool *other_key)
{
	struct bytes line = note_line(n);
	if (!bytes_starts_with(line, NOTE_DASH)) {
		note_fail(n, FAULT_SYNTAX, "signature");
		return;
	}
	line = bytes_slice(line, NOTE_DASH.n, line.n - NOTE_DASH.n);
	if (!bytes_starts_with(line, origin) || line.n <= origin.n + 1 || line.p[origin.n] != ' ')
		return;
	struct bytes digits = bytes_slice(line, origin.n + 1, line.n - origin.n - 1);
	uint8_t *to = arena_alloc(a, base64_decoded_max(digits.n));
	size_t length;
	if (!to)
		note_fail(n, FAULT_LIMIT, "signature");
	if (!to || !base64_decode(digits, to, &length))
		return;
	struct bytes blob = bytes_of(to, length);
	if (!bytes_starts_with(blob, bytes_of(key_id, KEY_ID_BYTES))) {
		*other_key = true;
		return;
	}
	read_signature(n, bytes_slice(blob, KEY_ID_BYTES, blob.n - KEY_ID_BYTES), h);
}

struct fault ct_checkpoint_parse(struct bytes text, const struct sha256 *log_id, struct arena *a,
                                 struct ct_tree_head *out)
{
	size_t signatures, lines = 0;
	bool other_key = false;
	*out = (struct ct_tree_head){.origin_matches = true, .origin = ""};
	struct fault f = check_note(text, &signatures);
	if (fault_is_set(f))
		return f;
	struct ct_tree_head h = *out;
	struct note n = {.text = text, .end = signatures - 1};
	struct bytes origin = read_text(&n, &h);
	uint8_t key_id[KEY_ID_BYTES];
	key_id_of(origin, log_id, key_id);
	n.next = signatures;
	n.end = text.n;
	while (n.next < n.end && !fault_is_set(n.fault)) {
		read_signature_line(&n, a, origin, key_id, &h, &other_key);
		if (++lines > LIMIT_NOTE_SIGNATURES)
			note_fail(&n, FAULT_LIMIT, "signature");
	}
	if (h.signature.n == 0)
		note_fail(&n, other_key ? FAULT_MISMATCH : FAULT_MISSING, other_key ? "key_id" : "signature");
	h.origin = text_escaped(a, origin);
	if (!h.origin)
		note_fail(&n, FAULT_LIMIT, "origin");
	if (!fault_is_set(n.fault))
		*out = h;
	else if (h.origin)
		out->origin = h.origin;
	return n.fault;
}

bool ct_tree_head_match_origin(struct ct_tree_head *h, const char *submission_url)
{
	const char *separator = strstr(submission_url, "://");
	struct bytes name = bytes_of_text(separator ? separator + 3 : submission_url);
	if (name.n > 0 && name.p[name.n - 1] == '/')
		name.n--;
	h->origin_matches = name.n == 0 || h->origin[0] == 0 || bytes_equal_text(name, h->origin);
	return h->origin_matches;
}

/* ---- both ---- */

static void put_u64be(uint8_t out[8], uint64_t v)
{
	for (unsigned i = 0; i < 8; i++)
		out[i] = (uint8_t)(v >> (56 - 8 * i));
}

void ct_tree_head_signed_bytes(const struct ct_tree_head *h, uint8_t out[CT_TREE_HEAD_SIGNED_BYTES])
{
	out[0] = 0; /* version v1 */
	out[1] = 1; /* signature_type tree_hash */
	put_u64be(out + 2, (uint64_t)h->timestamp_ms);
	put_u64be(out + 10, h->tree_size);
	memcpy(out + 18, h->root.b, SHA256_BYTES);
}

bool ct_tree_head_verify(const struct ct_tree_head *h, struct bytes key)
{
	uint8_t message[CT_TREE_HEAD_SIGNED_BYTES];
	ct_tree_head_signed_bytes(h, message);
	return ct_digitally_signed_verify(h->signature, bytes_of(message, sizeof(message)), key);
}
