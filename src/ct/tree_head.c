#include "ct/tree_head.h"

#include "base/base64.h"
#include "base/buffer.h"
#include "base/cursor.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "ct/signature.h"

enum { NOTE_KEY_ID_BYTES = 4, NOTE_TYPE_RFC6962 = 0x05 };

/* ---- get-sth ---- */

struct fault ct_sth_parse(struct bytes json, struct arena *a, struct ct_tree_head *out)
{
	const struct json *root;
	*out = (struct ct_tree_head){.origin = "", .origin_matches = true};
	if (json.n > LIMIT_TREE_HEAD_BYTES)
		return fault_at(FAULT_LIMIT, LIMIT_TREE_HEAD_BYTES, "get-sth");
	struct fault f = json_parse(a, json, &root);
	if (fault_is_set(f))
		return f;
	if (!json_is(root, JSON_OBJECT))
		return fault_at(FAULT_TAG, 0, "get-sth");
	out->tree_size = json_number(root, "tree_size", LIMIT_TREE_SIZE, &f);
	out->timestamp_ms = (int64_t)json_number(root, "timestamp", INT64_MAX, &f);
	json_base64(root, "sha256_root_hash", out->root.b, SHA256_BYTES, &f);
	struct bytes signature = json_string(root, "tree_head_signature", &f);
	if (!fault_is_set(f) && !base64_decode_arena(a, signature, &out->signature))
		f = fault_at(FAULT_ENCODING, 0, "tree_head_signature");
	return f;
}

/* ---- checkpoints ---- */

/* Cut the next line (without its newline) off the front; false where no newline is left. */
static bool next_line(struct bytes *text, struct bytes *line)
{
	const uint8_t *end = text->n > 0 ? memchr(text->p, '\n', text->n) : NULL;
	if (!end)
		return false;
	*line = bytes_of(text->p, (size_t)(end - text->p));
	text->p = end + 1;
	text->n -= line->n + 1;
	return true;
}

/* Notes are UTF-8 without control characters but the newline. */
static bool is_note_text(struct bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((text.p[i] < 0x20 && text.p[i] != '\n') || text.p[i] == 0x7f)
			return false;
	return text_is_utf8(text);
}

/* The signatures stand behind the last blank line. */
static size_t find_signatures(struct bytes text)
{
	for (size_t i = text.n; i >= 2; i--)
		if (text.p[i - 1] == '\n' && text.p[i - 2] == '\n')
			return i;
	return 0;
}

struct note {
	struct bytes origin;
	uint8_t key_id[NOTE_KEY_ID_BYTES]; /* that the log's own signature has under this origin */
	struct arena *arena;
	struct ct_tree_head *out;
	bool found;
};

/* SHA-256(name || LF || 05 || log id), first four bytes. */
static void make_key_id(struct note *n, const struct sha256 *log_id)
{
	struct buffer b;
	buffer_init(&b, LIMIT_TREE_HEAD_BYTES + 64);
	buffer_put_bytes(&b, n->origin);
	buffer_put_u8(&b, '\n');
	buffer_put_u8(&b, NOTE_TYPE_RFC6962);
	buffer_put_bytes(&b, sha256_bytes(log_id));
	struct sha256 h = hash_sha256(buffer_bytes(&b));
	memcpy(n->key_id, h.b, NOTE_KEY_ID_BYTES);
	buffer_release(&b);
}

/* "— name base64(key id || signature)". False where the line is malformed. */
static bool take_signature(struct note *n, struct bytes line, enum fault_code *code)
{
	struct bytes dash = BYTES_LITERAL("\xe2\x80\x94 "), decoded;
	if (!bytes_starts_with(line, dash))
		return false;
	struct bytes rest = bytes_slice(line, dash.n, line.n - dash.n);
	const uint8_t *space = rest.n > 0 ? memchr(rest.p, ' ', rest.n) : NULL;
	if (!space || space == rest.p)
		return false;
	struct bytes name = bytes_of(rest.p, (size_t)(space - rest.p));
	struct bytes text = bytes_of(space + 1, rest.n - name.n - 1);
	if (!base64_decode_arena(n->arena, text, &decoded) || decoded.n <= NOTE_KEY_ID_BYTES)
		return false;
	if (!bytes_equal(name, n->origin) || memcmp(decoded.p, n->key_id, NOTE_KEY_ID_BYTES) != 0)
		return true; /* a witness, or grease */
	if (n->found) {
		*code = FAULT_DUPLICATE;
		return false;
	}
	/* RFC6962NoteSignature: u64 timestamp, DigitallySigned. */
	struct cursor c = cursor_of(bytes_slice(decoded, NOTE_KEY_ID_BYTES, decoded.n - NOTE_KEY_ID_BYTES));
	uint64_t timestamp = cursor_u64be(&c, "timestamp");
	if (!cursor_ok(&c) || timestamp > INT64_MAX)
		return false;
	n->out->timestamp_ms = (int64_t)timestamp;
	n->out->signature = c.left;
	n->found = true;
	return true;
}

static struct fault read_signatures(struct note *n, struct bytes lines, size_t offset)
{
	size_t count = 0, total = lines.n;
	while (lines.n > 0) {
		struct bytes line;
		enum fault_code code = FAULT_SYNTAX;
		size_t at = offset + (total - lines.n);
		if (!next_line(&lines, &line))
			return fault_at(FAULT_TRUNCATED, at, "signature");
		if (++count > LIMIT_NOTE_SIGNATURES)
			return fault_at(FAULT_LIMIT, at, "signature");
		if (!take_signature(n, line, &code))
			return fault_at(code, at, "signature");
	}
	return n->found ? FAULT_OK : fault_at(FAULT_MISSING, offset, "signature");
}

struct fault ct_checkpoint_parse(struct bytes text, const struct sha256 *log_id, struct arena *a,
                                 struct ct_tree_head *out)
{
	*out = (struct ct_tree_head){.origin = ""};
	if (text.n > LIMIT_TREE_HEAD_BYTES)
		return fault_at(FAULT_LIMIT, LIMIT_TREE_HEAD_BYTES, "checkpoint");
	if (!is_note_text(text))
		return fault_at(FAULT_ENCODING, 0, "checkpoint");
	size_t split = find_signatures(text);
	if (split == 0)
		return fault_at(FAULT_SYNTAX, text.n, "checkpoint");
	struct bytes body = bytes_slice(text, 0, split - 1), size, root, extension;
	struct note n = {.arena = a, .out = out};
	if (!next_line(&body, &n.origin) || n.origin.n == 0)
		return fault_at(FAULT_SYNTAX, 0, "origin");
	if (!next_line(&body, &size) || !text_decimal(size, LIMIT_TREE_SIZE, &out->tree_size))
		return fault_at(FAULT_VALUE, n.origin.n + 1, "size");
	size_t n_root = 0;
	uint8_t decoded[64];
	if (!next_line(&body, &root) || root.n > 60 || !base64_decode(root, decoded, &n_root) || n_root != SHA256_BYTES)
		return fault_at(FAULT_VALUE, n.origin.n + size.n + 2, "root");
	memcpy(out->root.b, decoded, SHA256_BYTES);
	/* static-ct-api: no extension lines beside an RFC 6962 signature, which does not cover them. */
	if (next_line(&body, &extension) || body.n > 0)
		return fault_at(FAULT_TRAILING, n.origin.n + size.n + root.n + 3, "extension");
	make_key_id(&n, log_id);
	const char *origin = text_escaped(a, n.origin);
	out->origin = origin ? origin : "";
	struct fault f = read_signatures(&n, bytes_slice(text, split, text.n - split), split);
	out->origin_matches = n.found;
	return f;
}

/* ---- what is signed: RFC 6962 section 3.5 ---- */

bool ct_tree_head_verify(const struct ct_tree_head *h, struct bytes key)
{
	struct buffer b;
	buffer_init(&b, 64);
	buffer_put_u8(&b, 0); /* v1 */
	buffer_put_u8(&b, 1); /* tree_hash */
	buffer_put_u64be(&b, (uint64_t)h->timestamp_ms);
	buffer_put_u64be(&b, h->tree_size);
	buffer_put_bytes(&b, sha256_bytes(&h->root));
	bool good = buffer_ok(&b) && ct_signature_verify(h->signature, buffer_bytes(&b), key);
	buffer_release(&b);
	return good;
}
