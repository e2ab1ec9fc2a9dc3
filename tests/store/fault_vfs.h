/* An SQLite VFS in front of the system's that can fail, or end the process, at the n-th write, sync
 * or truncation. */
#ifndef TEEWATCH_TESTS_STORE_FAULT_VFS_H
#define TEEWATCH_TESTS_STORE_FAULT_VFS_H

#include <stdbool.h>

enum fault_action {
	FAULT_VFS_NOTHING,
	FAULT_VFS_FULL, /* from then on every write says that the disk is full */
	FAULT_VFS_IO,   /* that one call fails */
	FAULT_VFS_KILL  /* half of the write is done, then SIGKILL */
};

/* Becomes the default VFS. */
void fault_vfs_register(void);

/* Act at the n-th call from now (0: the next one). */
void fault_vfs_plan(enum fault_action action, unsigned n);

/* Has the planned call come? Ends the plan. */
bool fault_vfs_end(void);

/* Calls counted since the plan was made. */
unsigned fault_vfs_calls(void);

#endif
