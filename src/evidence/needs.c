/* What a judge lacks, each thing once. */
#include <string.h>

#include "evidence/judge.h"

static bool is_same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

void judge_need(struct judge_needs *needs, const struct judge_need *need)
{
	struct judge_need n = *need;
	if (!n.subject)
		n.subject = "";
	if (!needs || needs->n >= JUDGE_NEEDS_MAX || (!n.path && n.subject[0] == 0))
		return;
	for (size_t i = 0; i < needs->n; i++) {
		const struct judge_need *there = &needs->v[i];
		if (is_same_text(there->path, n.path) && strcmp(there->vendor, n.vendor) == 0 &&
		    strcmp(there->subject, n.subject) == 0 && bytes_equal(there->post, n.post))
			return;
	}
	needs->v[needs->n++] = n;
}
