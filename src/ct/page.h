/*
 * Answers of get-entries (RFC 6962 section 4.6), walked as they stand: no tree, and no allocation
 * per entry. Depends on base.
 */
#ifndef TEEWATCH_CT_PAGE_H
#define TEEWATCH_CT_PAGE_H

#include "base/buffer.h"
#include "base/fault.h"

struct ct_page_handler {
	/* One entry: its place in the page from 0, the decoded leaf_input, and extra_data still in
	 * base64 (its text is not judged: most entries never need it). Both live during the call.
	 * Return false to end the walk early, without a fault. */
	bool (*entry)(void *context, size_t ordinal, struct bytes leaf_input, struct bytes extra_data_base64);
	void *context;
};

/* Walk the page; *count becomes the number of entries delivered. No entries, more than max_entries,
 * a member missing, twice or of another type, and base64 that is none are faults. A fault may come
 * after entries were delivered: the whole page is then worth nothing. scratch is the caller's
 * and keeps its memory from page to page. */
struct fault ct_page_each(struct bytes json, size_t max_entries, struct buffer *scratch,
                          const struct ct_page_handler *handler, size_t *count);

#endif
