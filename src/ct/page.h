/*
 * Replies of get-entries (RFC 6962 section 4.6), read without building a tree. Depends on base.
 */
#ifndef TEEWATCH_CT_PAGE_H
#define TEEWATCH_CT_PAGE_H

#include "base/buffer.h"
#include "base/fault.h"

/* Called per entry with its decoded leaf_input, valid during the call. extra_data must be there and is
 * not decoded: the tree does not cover it. Return false to stop with FAULT_VALUE. */
struct ct_page_handler {
	bool (*entry)(void *context, size_t ordinal, struct bytes leaf_input);
	void *context;
};

/* scratch holds one decoded leaf at a time. Zero entries, or more than max_entries, are a fault. */
struct fault ct_page_each(struct bytes json, size_t max_entries, struct buffer *scratch,
                          const struct ct_page_handler *handler, size_t *count);

#endif
