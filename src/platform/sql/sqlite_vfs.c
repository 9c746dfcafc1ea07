// SPDX-License-Identifier: Apache-2.0
/* secure_delete alone is not enough: where SQLite moves cells from a page to its neighbours, what
 * they held stays behind in the unused middle of the page, and is not cleared when the cells are
 * deleted over there. So the last step before a page gets into the database file, in a checkpoint,
 * goes through here, and what no cell uses is written as zeros. The write-ahead log is left as it
 * is: its frames have checksums, and a scrub cuts it to nothing. */
#include "platform/sql/sqlite_internal.h"

#include <string.h>

enum {
    PAGE_MAX = 65536,
    FIRST_PAGE_HEAD = 100, /* bytes of the file's own head on its first page */
    PAGES_MAX = 1 << 25,   /* of a file; in a larger one a page of another kind may begin like one
                              of a tree: it is written as it is */
};

/* The database file of a connection; SQLite's own file object lies behind it. */
typedef struct CleanFile {
    sqlite3_file file;   /* first */
    sqlite3_int64 bytes; /* as of the checkpoint that is running */
} CleanFile;

static sqlite3_vfs clean_vfs;

static sqlite3_file *real_of(sqlite3_file *file)
{
    return (sqlite3_file *)((CleanFile *)file + 1);
}

static size_t be16(const unsigned char *p)
{
    return (size_t)p[0] << 8 | p[1];
}

/* The unused middle of a page of a tree, between its pointers and its cells; false where there is
 * none, or it is no such page. */
static bool gap_of(const unsigned char *page, size_t len, size_t head, size_t *ret_from,
                   size_t *ret_to)
{
    const unsigned char kind = page[head];
    if (kind != 2 && kind != 5 && kind != 10 && kind != 13) {
        return false;
    }
    const size_t pointers = head + (kind < 10 ? 12 : 8), cells = be16(page + head + 3);
    const size_t start = be16(page + head + 5), to = start == 0 ? PAGE_MAX : start;
    const size_t from = pointers + 2 * cells, free_block = be16(page + head + 1);
    if (to > len || from >= to || (free_block != 0 && free_block < to)) {
        return false;
    }
    for (size_t at = pointers; at < from; at += 2) {
        const size_t cell = be16(page + at);
        if (cell < to || cell >= len) {
            return false;
        }
    }
    *ret_from = from;
    *ret_to = to;
    return true;
}

static bool is_zero(const unsigned char *p, size_t len)
{
    return len == 0 || (p[0] == 0 && memcmp(p, p + 1, len - 1) == 0);
}

static int file_write(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 at)
{
    sqlite3_file *real = real_of(file);
    unsigned char clean[PAGE_MAX];
    size_t from = 0, to = 0;
    const size_t head = at == 0 ? FIRST_PAGE_HEAD : 0;
    const bool is_page = len >= 512 && len <= PAGE_MAX && at % len == 0 &&
                         ((CleanFile *)file)->bytes / len < PAGES_MAX;
    if (!is_page || !gap_of(bytes, (size_t)len, head, &from, &to) ||
        is_zero((const unsigned char *)bytes + from, to - from)) {
        return real->pMethods->xWrite(real, bytes, len, at);
    }
    memcpy(clean, bytes, (size_t)len);
    memset(clean + from, 0, to - from);
    return real->pMethods->xWrite(real, clean, len, at);
}

static int file_control(sqlite3_file *file, int op, void *arg)
{
    CleanFile *f = (CleanFile *)file;
    sqlite3_file *real = real_of(file);
    if (op == SQLITE_FCNTL_CKPT_START) {
        (void)real->pMethods->xFileSize(real, &f->bytes); // else as of the last one
    } else if (op == SQLITE_FCNTL_SIZE_HINT && *(sqlite3_int64 *)arg > f->bytes) {
        f->bytes = *(sqlite3_int64 *)arg;
    }
    return real->pMethods->xFileControl(real, op, arg);
}

/* ---- As they are ---- */

static int file_close(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int file_read(sqlite3_file *file, void *bytes, int len, sqlite3_int64 at)
{
    return real_of(file)->pMethods->xRead(real_of(file), bytes, len, at);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int file_sync(sqlite3_file *file, int flags)
{
    return real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *ret_size)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), ret_size);
}

static int file_lock(sqlite3_file *file, int lock)
{
    return real_of(file)->pMethods->xLock(real_of(file), lock);
}

static int file_unlock(sqlite3_file *file, int lock)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), lock);
}

static int file_check_lock(sqlite3_file *file, int *ret_held)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), ret_held);
}

static int file_sector_size(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int file_traits(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int file_shm_map(sqlite3_file *file, int page, int size, int extend,
                        void volatile **ret_page)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, ret_page);
}

static int file_shm_lock(sqlite3_file *file, int from, int count, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), from, count, flags);
}

static void file_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int file_shm_unmap(sqlite3_file *file, int remove)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

static int file_fetch(sqlite3_file *file, sqlite3_int64 at, int len, void **ret_bytes)
{
    return real_of(file)->pMethods->xFetch(real_of(file), at, len, ret_bytes);
}

static int file_unfetch(sqlite3_file *file, sqlite3_int64 at, void *bytes)
{
    return real_of(file)->pMethods->xUnfetch(real_of(file), at, bytes);
}

static const sqlite3_io_methods clean_methods = {
    .iVersion = 3,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_traits,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
    .xFetch = file_fetch,
    .xUnfetch = file_unfetch,
};

/* ---- Opening ---- */

static int open_file(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags,
                     int *ret_flags)
{
    sqlite3_vfs *real = vfs->pAppData;
    if ((flags & SQLITE_OPEN_MAIN_DB) == 0) {
        return real->xOpen(real, name, file, flags, ret_flags);
    }
    file->pMethods = NULL;
    int code = real->xOpen(real, name, real_of(file), flags, ret_flags);
    if (real_of(file)->pMethods != NULL) { // then it wants to be closed, also after a failure
        *(CleanFile *)file = (CleanFile){.file.pMethods = &clean_methods};
    }
    return code;
}

static void register_vfs(void)
{
    sqlite3_vfs *real = sqlite3_vfs_find(NULL);
    clean_vfs = *real;
    clean_vfs.pNext = NULL;
    clean_vfs.zName = PT_SQLITE_VFS;
    clean_vfs.szOsFile = (int)sizeof(CleanFile) + real->szOsFile;
    clean_vfs.pAppData = real;
    clean_vfs.xOpen = open_file;
    (void)sqlite3_vfs_register(&clean_vfs, 0); // if it fails, opening a database says so
}

void pt_sqlite_register_vfs(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, register_vfs);
}
