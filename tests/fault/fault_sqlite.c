// SPDX-License-Identifier: Apache-2.0
#include "fault/fault_sqlite.h"

#include "base/rng.h"

#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECTOR = 512, FILES = 16, HANDLES = 256, PATH_BYTES = 512 };

/* A write or a truncation (bytes NULL) since the last sync, and what it replaced. */
typedef struct Change {
    struct Change *before;
    sqlite3_int64 at, len, old_size;
    unsigned char *bytes, *old;
} Change;

typedef struct Disk {
    char path[PATH_BYTES];
    Change *last;
} Disk;

typedef struct Handle {
    const sqlite3_file *file; /* NULL: free */
    Disk *disk;
} Handle;

static struct {
    pthread_mutex_t lock;
    sqlite3_vfs vfs;
    const sqlite3_io_methods *real;
    sqlite3_io_methods methods;
    Disk disks[FILES];
    Handle handles[HANDLES];
    PtRng rng;
    uint64_t left; /* changes until the cut; 0: no cut was ordered */
} power = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void die(const char *what)
{
    perror(what);
    abort();
}

static void *need(void *p)
{
    if (p == NULL) {
        die("no memory for a disk of tests");
    }
    return p;
}

/* ---- After the cut ----------------------------------------------------------------------------
 */

static void put(int fd, const unsigned char *bytes, sqlite3_int64 len, sqlite3_int64 at)
{
    if (len > 0 && pwrite(fd, bytes, (size_t)len, at) != len) {
        die("pwrite");
    }
}

/* The file as it was at its last sync; answers the changes since then, the oldest first. */
static Change *roll_back(int fd, Change *last)
{
    Change *first = NULL;
    while (last != NULL) {
        Change *c = last;
        last = c->before;
        if (c->old != NULL) {
            put(fd, c->old, c->len, c->at);
        }
        if (ftruncate(fd, c->old_size) != 0) {
            die("ftruncate");
        }
        c->before = first;
        first = c;
    }
    return first;
}

/* Some of a write's sectors reached the disk, one of them perhaps in part. */
static void keep_some(int fd, const Change *c)
{
    for (sqlite3_int64 done = 0, piece = 0; done < c->len; done += piece) {
        const sqlite3_int64 to_edge = SECTOR - (c->at + done) % SECTOR;
        piece = to_edge < c->len - done ? to_edge : c->len - done;
        const uint64_t dice = pt_rng_below(&power.rng, 8);
        const sqlite3_int64 torn = (sqlite3_int64)pt_rng_below(&power.rng, (uint64_t)piece + 1);
        put(fd, c->bytes + done, dice < 4 ? piece : dice == 4 ? torn : 0, c->at + done);
    }
}

static void settle(const Disk *d)
{
    char shm[PATH_BYTES + 8];
    const int fd = open(d->path, O_RDWR | O_CLOEXEC);
    (void)snprintf(shm, sizeof shm, "%s-shm", d->path);
    (void)unlink(shm); // of a log there is none
    if (fd < 0) {
        return; // SQLite has deleted it
    }
    for (const Change *c = roll_back(fd, d->last); c != NULL; c = c->before) {
        if (c->bytes != NULL) {
            keep_some(fd, c);
        } else if (pt_rng_below(&power.rng, 2) == 0 && ftruncate(fd, c->at) != 0) {
            die("ftruncate");
        }
    }
    (void)close(fd);
}

/* Under the lock, which is kept: nothing is written any more. */
static void count_down(void)
{
    if (power.left == 0) {
        return;
    }
    power.left--;
    if (power.left > 0) {
        return;
    }
    for (size_t i = 0; i < FILES && power.disks[i].path[0] != '\0'; i++) {
        settle(&power.disks[i]);
    }
    _exit(FAULT_SQLITE_CUT);
}

/* ---- Until then -------------------------------------------------------------------------------
 */

static Disk *disk_of(const sqlite3_file *file)
{
    for (size_t i = 0; i < HANDLES; i++) {
        if (power.handles[i].file == file) {
            return power.handles[i].disk;
        }
    }
    return NULL; // opened before the cut was ordered
}

static void note(sqlite3_file *file, const void *bytes, sqlite3_int64 len, sqlite3_int64 at)
{
    Disk *d = disk_of(file);
    if (d == NULL) {
        return;
    }
    Change *c = need(calloc(1, sizeof *c));
    *c = (Change){.before = d->last, .at = at, .len = len};
    if (power.real->xFileSize(file, &c->old_size) != SQLITE_OK) {
        die("xFileSize");
    }
    if (bytes != NULL) {
        c->bytes = memcpy(need(malloc((size_t)len)), bytes, (size_t)len);
    } else {
        c->len = c->old_size > at ? c->old_size - at : 0;
    }
    if (c->len > 0) {
        c->old = need(calloc(1, (size_t)c->len));
        const int code = power.real->xRead(file, c->old, (int)c->len, at);
        if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ) {
            die("xRead");
        }
    }
    d->last = c;
}

static int file_write(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 at)
{
    pthread_mutex_lock(&power.lock);
    note(file, bytes, len, at);
    const int code = power.real->xWrite(file, bytes, len, at);
    count_down();
    pthread_mutex_unlock(&power.lock);
    return code;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    pthread_mutex_lock(&power.lock);
    note(file, NULL, 0, size);
    const int code = power.real->xTruncate(file, size);
    count_down();
    pthread_mutex_unlock(&power.lock);
    return code;
}

/* The cut comes before or behind what it promises. */
static int file_sync(sqlite3_file *file, int flags)
{
    pthread_mutex_lock(&power.lock);
    count_down();
    Disk *d = disk_of(file);
    while (d != NULL && d->last != NULL) {
        Change *c = d->last;
        d->last = c->before;
        free(c->bytes);
        free(c->old);
        free(c);
    }
    const int code = power.real->xSync(file, flags);
    pthread_mutex_unlock(&power.lock);
    return code;
}

static int file_close(sqlite3_file *file)
{
    pthread_mutex_lock(&power.lock);
    for (size_t i = 0; i < HANDLES; i++) {
        if (power.handles[i].file == file) {
            power.handles[i] = (Handle){.file = NULL};
        }
    }
    pthread_mutex_unlock(&power.lock);
    return power.real->xClose(file);
}

/* Under the lock. */
static void watch(const sqlite3_file *file, const char *path)
{
    size_t disk = 0, handle = 0;
    while (disk < FILES && power.disks[disk].path[0] != '\0' &&
           strcmp(power.disks[disk].path, path) != 0) {
        disk++;
    }
    while (handle < HANDLES && power.handles[handle].file != NULL) {
        handle++;
    }
    if (disk == FILES || handle == HANDLES || strlen(path) >= PATH_BYTES) {
        die("too many files for a disk of tests");
    }
    (void)snprintf(power.disks[disk].path, PATH_BYTES, "%s", path);
    power.handles[handle] = (Handle){file, &power.disks[disk]};
}

static int open_file(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags,
                     int *ret_flags)
{
    sqlite3_vfs *real = vfs->pAppData;
    const int code = real->xOpen(real, name, file, flags, ret_flags);
    if (code != SQLITE_OK || (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) == 0) {
        return code;
    }
    pthread_mutex_lock(&power.lock);
    if (power.left > 0) {
        if (power.real == NULL) {
            power.real = file->pMethods;
            power.methods = *power.real;
            power.methods.xWrite = file_write;
            power.methods.xTruncate = file_truncate;
            power.methods.xSync = file_sync;
            power.methods.xClose = file_close;
        }
        file->pMethods = &power.methods;
        watch(file, name);
    }
    pthread_mutex_unlock(&power.lock);
    return code;
}

void fault_sqlite_install(void)
{
    sqlite3_vfs *real = sqlite3_vfs_find(NULL);
    power.vfs = *real;
    power.vfs.pNext = NULL;
    power.vfs.zName = "fault";
    power.vfs.pAppData = real;
    power.vfs.xOpen = open_file;
    if (sqlite3_vfs_register(&power.vfs, 1) != SQLITE_OK) {
        die("sqlite3_vfs_register");
    }
}

void fault_sqlite_cut(uint64_t seed, uint64_t nth)
{
    pt_rng_init(&power.rng, seed);
    power.left = nth;
}
