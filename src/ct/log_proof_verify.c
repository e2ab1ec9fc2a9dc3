/* What a proof of misbehaviour shows, told from what it says. */
#include "ct/log_proof.h"

#include "base/gzip.h"
#include "base/limits.h"
#include "ct/consistency.h"
#include "ct/entry.h"
#include "ct/page.h"
#include "ct/sct.h"
#include "ct/tree_head.h"

/* A head that the log's key signed. */
static bool signed_head(const struct log_proof *p, struct bytes body, struct arena *a, struct ct_tree_head *out)
{
	struct fault f = p->kind == CT_LOG_STATIC ? ct_checkpoint_parse(body, &p->log_id, a, out)
	                                          : ct_sth_parse(body, a, out);
	return !fault_is_set(f) && ct_tree_head_verify(out, p->key);
}

static enum log_proof_result conclude(bool shown, enum log_proof_result result, const char *good, const char *bad,
                                      const char **why)
{
	*why = shown ? good : bad;
	return shown ? result : LOG_PROOF_FAILED;
}

static enum log_proof_result verify_pair(const struct log_proof *p, const struct ct_tree_head *first,
                                         const struct ct_tree_head *second, const char **why)
{
	struct sha256 first_root, second_root;
	switch (p->class) {
	case LOG_PROOF_FORK:
		return conclude(first->tree_size == second->tree_size && !sha256_equal(&first->root, &second->root),
		                LOG_PROOF_PROVEN, "the log signed two roots for one tree size",
		                "the two tree heads do not contradict each other", why);
	case LOG_PROOF_ROLLBACK:
		return conclude(first->tree_size > second->tree_size && first->timestamp_ms < second->timestamp_ms,
		                LOG_PROOF_PROVEN, "the log signed a smaller tree at a later time",
		                "the second tree head is not both smaller and later", why);
	default:
		break;
	}
	if (!ct_consistency_roots(first->tree_size, second->tree_size, &p->path, &first_root, &second_root) ||
	    !sha256_equal(&second_root, &second->root))
		return conclude(false, LOG_PROOF_FAILED, "", "the path does not lead to the larger tree's root", why);
	return conclude(!sha256_equal(&first_root, &first->root), LOG_PROOF_PROVEN,
	                "the log signed a tree that is not the beginning of a larger one that it signed",
	                "the two trees are consistent", why);
}

/* ---- the entries that were served ---- */

/* The leaves of bodies in a row, folded as the proof's subtrees are. */
struct refold {
	struct ct_subtree subtrees[CT_SUBTREES_MAX];
	size_t n;
	uint64_t end;
	const struct log_proof_body *body;
	bool fits;
};

static void refold_leaf(struct refold *r, uint64_t index, struct sha256 hash)
{
	if (index >= r->body->from && index < r->body->to)
		r->fits = r->fits && index == r->end && log_proof_append(r->subtrees, &r->n, &r->end, 0, &hash);
}

static bool on_entry(void *context, size_t ordinal, struct bytes leaf_input, struct bytes extra_data)
{
	struct refold *r = context;
	(void)extra_data;
	refold_leaf(r, r->body->first + ordinal, ct_leaf_hash(leaf_input));
	return r->fits;
}

static void refold_tile(struct refold *r, struct bytes tile)
{
	struct cursor c = cursor_of(tile);
	struct ct_entry e;
	for (uint32_t i = 0; i < r->body->width && r->fits; i++) {
		r->fits = ct_tile_entry_next(&c, &e);
		if (r->fits)
			refold_leaf(r, r->body->first + i, ct_tile_leaf_hash(e.leaf));
	}
}

static bool refold_bodies(const struct log_proof *p, struct refold *r)
{
	struct buffer inflated, scratch;
	struct ct_page_handler handler = {on_entry, r};
	buffer_init(&inflated, LIMIT_PAGE_BYTES);
	buffer_init(&scratch, LIMIT_PAGE_BYTES);
	for (size_t i = 0; i < p->body_count && r->fits; i++) {
		struct bytes text = p->bodies[i].body;
		size_t count;
		r->body = &p->bodies[i];
		if (gzip_is(text)) {
			r->fits = !fault_is_set(gzip_inflate(text, &inflated));
			text = buffer_bytes(&inflated);
		}
		if (r->fits && p->kind == CT_LOG_STATIC)
			refold_tile(r, text);
		else if (r->fits)
			r->fits = !fault_is_set(ct_page_each(text, r->body->width, &scratch, &handler, &count)) && r->fits;
		r->fits = r->fits && r->end == r->body->to;
	}
	buffer_release(&inflated);
	buffer_release(&scratch);
	return r->fits;
}

/* Do the bodies hold the entries that the hashes are of? Where there was no room for all bodies, a subtree that
 * reaches behind them cannot be compared; those before it can. */
static bool bodies_fit(const struct log_proof *p)
{
	struct refold r = {.end = p->frontier.size, .fits = true};
	uint64_t end = p->frontier.size;
	if (!refold_bodies(p, &r))
		return false;
	for (size_t i = 0; i < p->subtree_count && i < r.n; i++) {
		end += UINT64_C(1) << p->subtrees[i].level;
		if (end > r.end)
			return true;
		if (r.subtrees[i].level != p->subtrees[i].level || !sha256_equal(&r.subtrees[i].hash, &p->subtrees[i].hash))
			return false;
	}
	return end >= r.end;
}

static enum log_proof_result verify_served(const struct log_proof *p, const struct ct_tree_head *first,
                                           const struct ct_tree_head *second, const char **why)
{
	struct ct_frontier f = p->frontier;
	struct sha256 root = ct_frontier_root(&f);
	bool begins = p->first.n == 0 ? f.size == 0 : f.size == first->tree_size && sha256_equal(&root, &first->root);
	for (size_t i = 0; begins && i < p->subtree_count; i++)
		begins = ct_frontier_append_subtree(&f, p->subtrees[i].level, &p->subtrees[i].hash);
	if (!begins || f.size != second->tree_size)
		return conclude(false, LOG_PROOF_FAILED, "", "the hashes do not cover the entries between the tree heads", why);
	if (!bodies_fit(p))
		return conclude(false, LOG_PROOF_FAILED, "", "the entries are not those that the hashes are of", why);
	root = ct_frontier_root(&f);
	return conclude(!sha256_equal(&root, &second->root), LOG_PROOF_OBSERVED,
	                "the entries that were observed do not lead to the signed root; the log does not sign that it "
	                "served them",
	                "the entries lead to the signed root", why);
}

static enum log_proof_result verify_signature(const struct log_proof *p, struct arena *a, const char **why)
{
	struct ct_tree_head h;
	struct fault f = p->kind == CT_LOG_STATIC ? ct_checkpoint_parse(p->first, &p->log_id, a, &h)
	                                          : ct_sth_parse(p->first, a, &h);
	bool other_key = f.code == FAULT_MISMATCH; /* a checkpoint that another key signed under the log's name */
	bool bad = other_key || (!fault_is_set(f) && !ct_tree_head_verify(&h, p->key));
	return conclude(bad, LOG_PROOF_OBSERVED,
	                "the log's key did not sign this tree head; so nothing in it shows that the log served it",
	                "it is no tree head, or its signature is good", why);
}

/* ---- a promise ---- */

/* Is it proven that the promised entry, with this leaf hash, is not in the tree? */
static bool is_absent(const struct log_proof *p, const struct ct_sct *sct, const struct sha256 *promised,
                      const struct ct_tree_head *head)
{
	if (sct->has_leaf_index && sct->leaf_index >= head->tree_size)
		return true;
	return sct->has_leaf_index && p->has_leaf && !sha256_equal(&p->leaf, promised) &&
	       ct_inclusion_verify(sct->leaf_index, head->tree_size, &p->leaf, p->path.nodes, p->path.n, &head->root);
}

static enum log_proof_result verify_promise(const struct log_proof *p, const struct ct_tree_head *head, const char **why)
{
	struct ct_sct sct;
	struct buffer leaf;
	if (fault_is_set(ct_sct_parse(p->sct, &sct)) ||
	    !ct_sct_verify(&sct, p->key, CT_ENTRY_PRECERT, &p->issuer_key_sha256, p->tbs))
		return conclude(false, LOG_PROOF_FAILED, "", "the SCT is not signed by the log's key", why);
	if (head->timestamp_ms < 0 || sct.timestamp_ms > (uint64_t)head->timestamp_ms ||
	    (uint64_t)head->timestamp_ms - sct.timestamp_ms < 1000 * p->mmd_s)
		return conclude(false, LOG_PROOF_FAILED, "", "the tree head is not later than the promise allows", why);
	buffer_init(&leaf, p->tbs.n + 0x10000 + 64);
	ct_sct_leaf_put(&sct, CT_ENTRY_PRECERT, &p->issuer_key_sha256, p->tbs, &leaf);
	struct sha256 promised = ct_leaf_hash(buffer_bytes(&leaf));
	bool whole = buffer_ok(&leaf);
	buffer_release(&leaf);
	if (whole && is_absent(p, &sct, &promised, head))
		return conclude(true, LOG_PROOF_PROVEN,
		                "the log signed a tree, later than its published maximum merge delay allows, without the "
		                "entry at the index that it promised", "", why);
	return conclude(whole && !p->has_leaf, LOG_PROOF_OBSERVED,
	                "the log promised the entry and signed a later tree; that it is not in that tree is the word of "
	                "who looked", "the leaf is not what stands at the promised index", why);
}

enum log_proof_result log_proof_verify(const struct log_proof *p, struct arena *a, const char **why)
{
	struct ct_tree_head first = {0}, second = {0};
	struct sha256 id = hash_sha256(p->key);
	if (!sha256_equal(&id, &p->log_id))
		return conclude(false, LOG_PROOF_FAILED, "", "the log's id is not the hash of the key", why);
	if (p->class == LOG_PROOF_BAD_SIGNATURE)
		return verify_signature(p, a, why);
	if ((p->first.n > 0 && !signed_head(p, p->first, a, &first)) ||
	    (p->second.n > 0 && !signed_head(p, p->second, a, &second)))
		return conclude(false, LOG_PROOF_FAILED, "", "a tree head is not signed by the log's key", why);
	if (p->class == LOG_PROOF_WRONG_ROOT)
		return verify_served(p, &first, &second, why);
	if (p->class == LOG_PROOF_MISSING)
		return conclude(p->index < first.tree_size && p->first_missed_ms <= p->observed_ms, LOG_PROOF_OBSERVED,
		                "the tree head covers the entry; that it was not served is the word of who asked",
		                "the tree head does not cover the entry", why);
	if (p->class == LOG_PROOF_PROMISE)
		return verify_promise(p, &first, why);
	if (p->class == LOG_PROOF_PAST_FINAL)
		return conclude(first.tree_size > p->final_size ||
		                        (first.tree_size == p->final_size && !sha256_equal(&first.root, &p->final_root)),
		                LOG_PROOF_OBSERVED,
		                "the log signed another tree than the one that ends it; that it ends so is the log list's word",
		                "the tree head does not contradict the final one", why);
	return verify_pair(p, &first, &second, why);
}

bool log_proof_append(struct ct_subtree *subtrees, size_t *n, uint64_t *end, unsigned level, const struct sha256 *hash)
{
	struct ct_subtree top = {level, *hash};
	*end += UINT64_C(1) << level;
	while (*n > 0 && subtrees[*n - 1].level == top.level && *end % (UINT64_C(2) << top.level) == 0) {
		top.hash = ct_merkle_node(&subtrees[--*n].hash, &top.hash);
		top.level++;
	}
	if (*n == CT_SUBTREES_MAX)
		return false;
	subtrees[(*n)++] = top;
	return true;
}
