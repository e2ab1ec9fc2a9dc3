/* Parts that several task messages share; private to proc's task_*.c. */
#ifndef TEEWATCH_PROC_TASK_PART_H
#define TEEWATCH_PROC_TASK_PART_H

#include "proc/message.h"
#include "proc/task.h"

void task_body_put(struct buffer *b, const struct task_body *body);
struct task_body task_body_read(struct cursor *c, struct arena *a);
void task_collateral_put(struct buffer *b, const struct collateral *items, size_t n);
struct collateral *task_collateral_read(struct cursor *c, struct arena *a, size_t *n);

#endif
