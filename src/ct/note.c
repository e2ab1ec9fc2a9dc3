#include "ct/note.h"

#include "base/base64.h"
#include "base/limits.h"
#include "base/text.h"

/* U+2014 EM DASH and a space, as each signature line of a note begins. */
#define NOTE_DASH BYTES_LITERAL("\xe2\x80\x94 ")

void ct_note_fail(struct ct_note *n, enum fault_code code, const char *field)
{
	if (!fault_is_set(n->fault))
		n->fault = fault_at(code, n->at, field);
}

struct bytes ct_note_line(struct ct_note *n)
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

static struct fault check_frame(struct bytes text, size_t *signatures)
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

struct fault ct_note_open(struct bytes text, struct ct_note *out)
{
	size_t signatures;
	struct fault f = check_frame(text, &signatures);
	*out = (struct ct_note){.text = text, .fault = f};
	if (fault_is_set(f))
		return f;
	out->signed_text = bytes_slice(text, 0, signatures - 1);
	out->end = signatures - 1;
	return FAULT_OK;
}

void ct_note_tree(struct ct_note *n, uint64_t *tree_size, struct sha256 *root)
{
	uint8_t decoded[48];
	size_t length = 0;
	if (!text_decimal(ct_note_line(n), LIMIT_TREE_SIZE, tree_size))
		ct_note_fail(n, FAULT_VALUE, "tree_size");
	struct bytes line = ct_note_line(n);
	if (line.n == 44 && base64_decode(line, decoded, &length) && length == SHA256_BYTES)
		memcpy(root->b, decoded, SHA256_BYTES);
	else
		ct_note_fail(n, FAULT_ENCODING, "root");
	while (n->next < n->end)
		if (ct_note_line(n).n == 0)
			ct_note_fail(n, FAULT_SYNTAX, "extension_line");
}

void ct_note_signatures(struct ct_note *n)
{
	n->next = n->signed_text.n + 1;
	n->end = n->text.n;
}

/* "<dash> <name> <base64(key id || signature)>" */
static bool read_blob(struct bytes line, struct bytes name, struct arena *a, struct bytes *blob)
{
	line = bytes_slice(line, NOTE_DASH.n, line.n - NOTE_DASH.n);
	if (!bytes_starts_with(line, name) || line.n <= name.n + 1 || line.p[name.n] != ' ')
		return false;
	return base64_decode_arena(a, bytes_slice(line, name.n + 1, line.n - name.n - 1), blob);
}

bool ct_note_signature(struct ct_note *n, struct bytes name, struct arena *a, struct bytes *blob)
{
	while (n->next < n->end && !fault_is_set(n->fault)) {
		struct bytes line = ct_note_line(n);
		if (!bytes_starts_with(line, NOTE_DASH))
			ct_note_fail(n, FAULT_SYNTAX, "signature");
		else if (++n->signature_lines > LIMIT_NOTE_SIGNATURES)
			ct_note_fail(n, FAULT_LIMIT, "signature");
		else if (read_blob(line, name, a, blob))
			return true;
	}
	return false;
}
