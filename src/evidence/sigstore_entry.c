/*
 * Entries of Rekor: that the log has promised them (SET), that they are in its tree (inclusion proof, RFC 6962), and that
 * the log has signed the tree (checkpoint). Version 1 signs with ECDSA and tells the time in the SET; version 2 has
 * checkpoints alone, with Ed25519, and the time comes from a timestamp.
 */
#include "base/base64.h"
#include "base/hex.h"
#include "ct/merkle.h"
#include "ct/note.h"
#include "evidence/sigstore_part.h"

static const struct sigstore_log *find_log(const struct sigstore_root *root, struct bytes id)
{
	for (size_t i = 0; i < root->log_count; i++)
		if (bytes_equal(id, sha256_bytes(&root->logs[i].id)))
			return &root->logs[i];
	return NULL;
}

/* ---- signed entry timestamp ---- */

/* Canonical JSON (RFC 8785) of the four members that the log signs. */
static bool set_holds(const struct sigstore_entry *e, const struct sigstore_log *log)
{
	char id[2 * SHA256_BYTES + 1];
	struct buffer message;
	hex_encode(sha256_bytes(&log->id), id);
	buffer_init(&message, e->body.n * 2 + 512);
	buffer_put_text(&message, "{\"body\":\"");
	base64_put(&message, e->body);
	buffer_printf(&message, "\",\"integratedTime\":%lld,\"logID\":\"%s\",\"logIndex\":%llu}", (long long)e->integrated_s, id,
	              (unsigned long long)e->log_index);
	bool good = buffer_ok(&message) && sigstore_signature_verify(log->key, buffer_bytes(&message), e->set);
	buffer_release(&message);
	return good;
}

static void verify_set(struct sigstore_work *w, const struct sigstore_entry *e, const struct sigstore_log *log)
{
	struct sigstore_check *c = &w->out->step[SIGSTORE_SET];
	if (e->set.n == 0) {
		sigstore_note(c, CHECK_NOT_CHECKED, log->ed25519 ? "logs of this version sign none"
		                                                 : "the bundle has none: the log's time is not proven");
		return;
	}
	if (!set_holds(e, log)) {
		sigstore_note(c, CHECK_FAIL, "the log's promise does not verify with its key");
		return;
	}
	if (e->integrated_s == 0)
		return;
	w->times.ms[w->times.n++] = e->integrated_s * 1000;
	if (!sigstore_period_has(&log->valid, e->integrated_s * 1000))
		sigstore_note(&w->out->step[SIGSTORE_TIME], CHECK_FAIL, "the log's key did not count at the time that it signed");
}

/* ---- proof and checkpoint ---- */

static void verify_inclusion(struct sigstore_work *w, const struct sigstore_entry *e)
{
	struct sha256 leaf = ct_merkle_leaf(e->body);
	if (!e->has_proof)
		sigstore_note(&w->out->step[SIGSTORE_INCLUSION], CHECK_NOT_CHECKED, "the bundle has no proof, but the log's promise alone");
	else if (!ct_inclusion_verify(e->proof_index, e->tree_size, &leaf, e->path, e->path_count, &e->root))
		sigstore_note(&w->out->step[SIGSTORE_INCLUSION], CHECK_FAIL, "the entry is not in the tree that the proof names");
}

/* The log's own line: named like its host, with the first bytes of its id, over all of the text. */
static bool is_signed(struct ct_note *n, const struct sigstore_log *log, struct arena *a)
{
	struct bytes blob, id = bytes_slice(sha256_bytes(&log->id), 0, CT_NOTE_KEY_ID_BYTES);
	ct_note_signatures(n);
	while (ct_note_signature(n, log->host, a, &blob))
		if (bytes_starts_with(blob, id) &&
		    sigstore_signature_verify(log->key, n->signed_text, bytes_slice(blob, id.n, blob.n - id.n)))
			return true;
	return false;
}

/* "host", or "host - " and the number of the tree. */
static bool is_origin(struct bytes origin, struct bytes host)
{
	struct bytes rest = bytes_slice(origin, host.n, origin.n - host.n);
	return host.n > 0 && bytes_starts_with(origin, host) &&
	       (origin.n == host.n || bytes_starts_with(rest, BYTES_LITERAL(" - ")));
}

static void verify_checkpoint(struct sigstore_work *w, const struct sigstore_entry *e, const struct sigstore_log *log)
{
	struct sigstore_check *c = &w->out->step[SIGSTORE_CHECKPOINT];
	struct ct_note n;
	struct sha256 root = {{0}};
	uint64_t size = 0;
	if (e->checkpoint.n == 0) {
		sigstore_note(c, CHECK_NOT_CHECKED, "the bundle has none");
		return;
	}
	struct fault f = ct_note_open(e->checkpoint, &n);
	struct bytes origin = fault_is_set(f) ? (struct bytes){NULL, 0} : ct_note_line(&n);
	if (!fault_is_set(f))
		ct_note_tree(&n, &size, &root);
	if (fault_is_set(n.fault))
		sigstore_note(c, CHECK_FAIL, arena_format(w->arena, "it is no checkpoint (%s: %s)", n.fault.field,
		                                          fault_code_name(n.fault.code)));
	else if (!is_origin(origin, log->host))
		sigstore_note(c, CHECK_FAIL, "it is of another log");
	else if (size != e->tree_size || !sha256_equal(&root, &e->root))
		sigstore_note(c, CHECK_FAIL, "it has another tree than the inclusion proof");
	else if (!is_signed(&n, log, w->arena))
		sigstore_note(c, CHECK_FAIL, "the log has not signed it");
}

/* ---- all entries ---- */

static void verify_entry(struct sigstore_work *w, const struct sigstore_entry *e)
{
	static const char unknown[] = "the trusted root does not know the log";
	const struct sigstore_log *log = find_log(w->root, e->log_id);
	sigstore_verify_body(w, e);
	verify_inclusion(w, e);
	if (log) {
		verify_set(w, e, log);
		verify_checkpoint(w, e, log);
		return;
	}
	sigstore_note(&w->out->step[SIGSTORE_LOG], CHECK_NOT_CHECKED, unknown);
	sigstore_note(&w->out->step[SIGSTORE_SET], CHECK_NOT_CHECKED, unknown);
	sigstore_note(&w->out->step[SIGSTORE_CHECKPOINT], CHECK_NOT_CHECKED, unknown);
	w->times.open = true;
}

void sigstore_verify_entries(struct sigstore_work *w)
{
	const struct sigstore_bundle *b = w->bundle;
	static const char none[] = "the bundle has no entry of a log";
	for (size_t i = 0; i < b->entry_count; i++)
		verify_entry(w, &b->entries[i]);
	if (b->entry_count > 0)
		return;
	/* GitHub's own instance has no log: its trusted root says so. */
	if (w->root->log_count > 0) {
		sigstore_note(&w->out->step[SIGSTORE_LOG], CHECK_FAIL, none);
		sigstore_note(&w->out->step[SIGSTORE_BODY], CHECK_NOT_CHECKED, none);
	}
	sigstore_note(&w->out->step[SIGSTORE_SET], CHECK_NOT_CHECKED, none);
	sigstore_note(&w->out->step[SIGSTORE_INCLUSION], CHECK_NOT_CHECKED, none);
	sigstore_note(&w->out->step[SIGSTORE_CHECKPOINT], CHECK_NOT_CHECKED, none);
}
