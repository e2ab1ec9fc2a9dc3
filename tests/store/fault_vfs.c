#include "store/fault_vfs.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
	enum fault_action action;
	unsigned at, calls;
	bool come;
} plan;

static sqlite3_vfs *real;
static sqlite3_vfs shim;

struct file {
	sqlite3_file base;
	sqlite3_file *inner; /* behind this struct */
};

static sqlite3_file *inner(sqlite3_file *f)
{
	return ((struct file *)(void *)f)->inner;
}

/* Does this call fail, and with which result? A full disk shows in writes only: full_result is SQLITE_OK
 * in the other calls. */
static int act(int full_result)
{
	unsigned call = plan.calls++;
	if (plan.action == FAULT_VFS_NOTHING || call < plan.at)
		return SQLITE_OK;
	if (plan.action != FAULT_VFS_FULL && call > plan.at)
		return SQLITE_OK;
	int rc = plan.action == FAULT_VFS_FULL ? full_result : SQLITE_IOERR;
	plan.come = plan.come || rc != SQLITE_OK;
	return rc;
}

static int file_close(sqlite3_file *f)
{
	return inner(f)->pMethods->xClose(inner(f));
}

static int read_at(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	return inner(f)->pMethods->xRead(inner(f), p, n, at);
}

static int write_at(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	int rc = act(SQLITE_FULL);
	if (rc == SQLITE_OK)
		return inner(f)->pMethods->xWrite(inner(f), p, n, at);
	if (plan.action == FAULT_VFS_KILL || plan.action == FAULT_VFS_IO)
		inner(f)->pMethods->xWrite(inner(f), p, n / 2, at);
	if (plan.action == FAULT_VFS_KILL)
		raise(SIGKILL);
	return rc == SQLITE_FULL ? rc : SQLITE_IOERR_WRITE;
}

static int cut(sqlite3_file *f, sqlite3_int64 size)
{
	int rc = act(SQLITE_OK);
	if (rc != SQLITE_OK && plan.action == FAULT_VFS_KILL)
		raise(SIGKILL);
	return rc == SQLITE_OK ? inner(f)->pMethods->xTruncate(inner(f), size) : SQLITE_IOERR_TRUNCATE;
}

static int sync_now(sqlite3_file *f, int flags)
{
	int rc = act(SQLITE_OK);
	if (rc != SQLITE_OK && plan.action == FAULT_VFS_KILL)
		raise(SIGKILL);
	return rc == SQLITE_OK ? inner(f)->pMethods->xSync(inner(f), flags) : SQLITE_IOERR_FSYNC;
}

static int size_of(sqlite3_file *f, sqlite3_int64 *size)
{
	return inner(f)->pMethods->xFileSize(inner(f), size);
}

static int lock(sqlite3_file *f, int level)
{
	return inner(f)->pMethods->xLock(inner(f), level);
}

static int unlock(sqlite3_file *f, int level)
{
	return inner(f)->pMethods->xUnlock(inner(f), level);
}

static int check_lock(sqlite3_file *f, int *out)
{
	return inner(f)->pMethods->xCheckReservedLock(inner(f), out);
}

static int control(sqlite3_file *f, int op, void *arg)
{
	return inner(f)->pMethods->xFileControl(inner(f), op, arg);
}

static int sector_size(sqlite3_file *f)
{
	return inner(f)->pMethods->xSectorSize(inner(f));
}

static int characteristics(sqlite3_file *f)
{
	return inner(f)->pMethods->xDeviceCharacteristics(inner(f));
}

static int shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
	return inner(f)->pMethods->xShmMap(inner(f), page, size, extend, out);
}

static int shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	return inner(f)->pMethods->xShmLock(inner(f), offset, n, flags);
}

static void shm_barrier(sqlite3_file *f)
{
	inner(f)->pMethods->xShmBarrier(inner(f));
}

static int shm_unmap(sqlite3_file *f, int remove)
{
	return inner(f)->pMethods->xShmUnmap(inner(f), remove);
}

static const sqlite3_io_methods methods = {
        2,       file_close,  read_at,         write_at, cut,      sync_now,    size_of,   lock, unlock, check_lock,
        control, sector_size, characteristics, shm_map,  shm_lock, shm_barrier, shm_unmap, NULL, NULL};

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out_flags)
{
	struct file *file = (struct file *)(void *)f;
	(void)vfs;
	file->inner = (sqlite3_file *)(void *)(file + 1);
	file->base.pMethods = NULL;
	int rc = real->xOpen(real, name, file->inner, flags, out_flags);
	if (file->inner->pMethods)
		file->base.pMethods = &methods;
	return rc;
}

void fault_vfs_register(void)
{
	if (real)
		return;
	real = sqlite3_vfs_find(NULL);
	shim = *real;
	shim.pNext = NULL;
	shim.zName = "fault";
	shim.szOsFile = (int)sizeof(struct file) + real->szOsFile;
	shim.xOpen = open_file;
	if (sqlite3_vfs_register(&shim, 1) != SQLITE_OK)
		abort();
}

void fault_vfs_plan(enum fault_action action, unsigned n)
{
	plan.action = action;
	plan.at = n;
	plan.calls = 0;
	plan.come = false;
}

bool fault_vfs_end(void)
{
	bool come = plan.come;
	fault_vfs_plan(FAULT_VFS_NOTHING, 0);
	return come;
}

unsigned fault_vfs_calls(void)
{
	return plan.calls;
}
