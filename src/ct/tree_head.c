#include "ct/tree_head.h"

#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "ct/note.h"
#include "ct/signature.h"

enum { NOTE_TYPE_RFC6962 = 0x05 };

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

/* static-ct-api: the first bytes of SHA-256(origin || LF || type || log id). */
static void key_id_of(struct bytes origin, const struct sha256 *log_id, uint8_t out[CT_NOTE_KEY_ID_BYTES])
{
	uint8_t tail[2 + SHA256_BYTES] = {'\n', NOTE_TYPE_RFC6962};
	memcpy(tail + 2, log_id->b, SHA256_BYTES);
	struct sha256 h = hash_sha256_two(origin, bytes_of(tail, sizeof(tail)));
	memcpy(out, h.b, CT_NOTE_KEY_ID_BYTES);
}

/* RFC6962NoteSignature: timestamp, DigitallySigned. */
static void read_signature(struct ct_note *n, struct bytes in, struct ct_tree_head *h)
{
	if (h->signature.n > 0)
		ct_note_fail(n, FAULT_DUPLICATE, "signature");
	struct cursor c = cursor_of(in);
	uint64_t timestamp = cursor_u64be(&c, "timestamp");
	if (timestamp > INT64_MAX)
		cursor_fail(&c, FAULT_VALUE, "timestamp");
	struct fault f = cursor_ok(&c) ? ct_digitally_signed_parse(c.left) : c.fault;
	if (fault_is_set(f))
		ct_note_fail(n, f.code, f.field);
	h->timestamp_ms = (int64_t)timestamp;
	h->signature = c.left;
}

static void read_signatures(struct ct_note *n, struct bytes origin, const struct sha256 *log_id, struct arena *a,
                            struct ct_tree_head *h)
{
	uint8_t key_id[CT_NOTE_KEY_ID_BYTES];
	bool other_key = false;
	struct bytes blob;
	key_id_of(origin, log_id, key_id);
	ct_note_signatures(n);
	while (ct_note_signature(n, origin, a, &blob)) {
		if (bytes_starts_with(blob, bytes_of(key_id, CT_NOTE_KEY_ID_BYTES)))
			read_signature(n, bytes_slice(blob, CT_NOTE_KEY_ID_BYTES, blob.n - CT_NOTE_KEY_ID_BYTES), h);
		else
			other_key = true;
	}
	if (h->signature.n == 0)
		ct_note_fail(n, other_key ? FAULT_MISMATCH : FAULT_MISSING, other_key ? "key_id" : "signature");
}

struct fault ct_checkpoint_parse(struct bytes text, const struct sha256 *log_id, struct arena *a,
                                 struct ct_tree_head *out)
{
	struct ct_note n;
	*out = (struct ct_tree_head){.origin_matches = true, .origin = ""};
	struct fault f = ct_note_open(text, &n);
	if (fault_is_set(f))
		return f;
	struct ct_tree_head h = *out;
	struct bytes origin = ct_note_line(&n);
	if (origin.n == 0 || memchr(origin.p, ' ', origin.n))
		ct_note_fail(&n, FAULT_SYNTAX, "origin");
	ct_note_tree(&n, &h.tree_size, &h.root); /* extension lines say nothing that the log signs */
	read_signatures(&n, origin, log_id, a, &h);
	h.origin = text_escaped(a, origin);
	if (!h.origin)
		ct_note_fail(&n, FAULT_LIMIT, "origin");
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
