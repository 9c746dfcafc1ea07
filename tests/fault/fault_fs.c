// SPDX-License-Identifier: Apache-2.0
#include "fault_fs.h"

#include "base/rng.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SECTOR = 512 };

typedef struct Dirty { /* a sector as one write left it */
    uint64_t sector;
    uint8_t bytes[SECTOR];
} Dirty;

typedef struct Inode {
    struct Inode *next;
    uint64_t number;
    uint8_t *now, *disk; /* what processes see; what is durable */
    uint64_t now_len, disk_len, cap, reserved;
    Dirty *dirty;
    size_t dirty_count, dirty_cap;
    uint64_t *sizes; /* since the last sync */
    size_t size_count, size_cap;
    uint32_t opens;
} Inode;

typedef struct Name {
    const char *path;
    Inode *inode;
} Name;

typedef struct Names {
    Name *items;
    size_t count, cap;
} Names;

typedef struct NameOp {
    FaultOp op; /* OPEN = create, RENAME, UNLINK */
    const char *path, *to;
    Inode *inode;
} NameOp;

typedef struct Rule {
    uint64_t nth;
    int nth_errno;
    uint32_t per_million;
    int rate_errno;
} Rule;

typedef struct Text {
    struct Text *next;
    char bytes[];
} Text;

typedef struct FaultFs {
    PtFs fs; /* first */
    pthread_mutex_t mu;
    PtRng rng;
    Inode *inodes;
    uint64_t next_number, epoch, capacity;
    Names names, durable;
    NameOp *ops;
    size_t op_count, op_cap;
    Names folders;
    Text *texts; /* every path ever named */
    Rule rules[FAULT_OP_COUNT];
    uint64_t off_at; /* operations until the power goes; 0: it stays */
    bool off;
    FaultTrace *trace;
    size_t trace_count, trace_cap;
} FaultFs;

struct PtFile {
    Inode *inode;
    uint64_t epoch;
    const char *path;
    bool writable;
};

/* Of the layer's own, for which fault_alloc has no say (it wraps malloc, calloc and realloc): what
 * is on the disk must not depend on which allocation of the code under test fails. A test that
 * runs out of memory has nothing to prove. */
static void *memory(void *ptr, size_t count, size_t size)
{
    void *more = reallocarray(ptr, count, size);
    if (more == NULL) {
        abort();
    }
    return more;
}

static void *grow(void *items, size_t count, size_t *cap, size_t size)
{
    if (count < *cap) {
        return items;
    }
    *cap = *cap == 0 ? 16 : *cap * 2;
    return memory(items, *cap, size);
}

static const char *intern(FaultFs *f, const char *path)
{
    for (const Text *t = f->texts; t != NULL; t = t->next) {
        if (strcmp(t->bytes, path) == 0) {
            return t->bytes;
        }
    }
    size_t len = strlen(path) + 1;
    Text *t = memory(NULL, 1, sizeof *t + len);
    memcpy(t->bytes, path, len);
    t->next = f->texts;
    f->texts = t;
    return t->bytes;
}

static Inode *names_find(const Names *names, const char *path)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->items[i].path, path) == 0) {
            return names->items[i].inode;
        }
    }
    return NULL;
}

static void names_drop(Names *names, const char *path)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->items[i].path, path) == 0) {
            names->items[i] = names->items[--names->count];
            return;
        }
    }
}

static void names_put(Names *names, const char *path, Inode *inode)
{
    names_drop(names, path);
    names->items = grow(names->items, names->count, &names->cap, sizeof *names->items);
    names->items[names->count++] = (Name){path, inode};
}

static void names_apply(Names *names, const NameOp *op)
{
    switch (op->op) {
    case FAULT_OPEN:
        names_put(names, op->path, op->inode);
        break;
    case FAULT_RENAME:
        if (names_find(names, op->path) == op->inode) {
            names_drop(names, op->path);
        }
        names_put(names, op->to, op->inode);
        break;
    default:
        names_drop(names, op->path);
        break;
    }
}

static void name_op(FaultFs *f, NameOp op)
{
    names_apply(&f->names, &op);
    f->ops = grow(f->ops, f->op_count, &f->op_cap, sizeof *f->ops);
    f->ops[f->op_count++] = op;
}

static bool in_folder(const char *path, const char *dir)
{
    size_t len = strlen(dir);
    return strncmp(path, dir, len) == 0 && path[len] == '/' && strchr(path + len + 1, '/') == NULL;
}

static bool refers(const FaultFs *f, const Inode *inode)
{
    for (size_t i = 0; i < f->names.count; i++) {
        if (f->names.items[i].inode == inode) {
            return true;
        }
    }
    for (size_t i = 0; i < f->durable.count; i++) {
        if (f->durable.items[i].inode == inode) {
            return true;
        }
    }
    for (size_t i = 0; i < f->op_count; i++) {
        if (f->ops[i].inode == inode) {
            return true;
        }
    }
    return inode->opens > 0;
}

static void inode_free(Inode *inode)
{
    free(inode->now);
    free(inode->disk);
    free(inode->dirty);
    free(inode->sizes);
    free(inode);
}

static void collect(FaultFs *f)
{
    Inode **at = &f->inodes;
    while (*at != NULL) {
        Inode *inode = *at;
        if (refers(f, inode)) {
            at = &inode->next;
            continue;
        }
        *at = inode->next;
        inode_free(inode);
    }
}

/* ---- Failing and tracing ---- */

static int draw_failure(FaultFs *f, FaultOp op)
{
    Rule *rule = &f->rules[op];
    if (rule->nth > 0) {
        rule->nth--;
        if (rule->nth == 0) {
            return rule->nth_errno;
        }
    }
    if (rule->per_million > 0 && pt_rng_below(&f->rng, 1000000) < rule->per_million) {
        return rule->rate_errno;
    }
    return 0;
}

/* 0, or the errno with which the operation must fail. */
static int begin(FaultFs *f, FaultOp op, const PtFile *file)
{
    pthread_mutex_lock(&f->mu);
    int any = draw_failure(f, FAULT_ANY), own = draw_failure(f, op);
    if (f->off_at > 0 && --f->off_at == 0) {
        f->off = true;
    }
    if (f->off || (file != NULL && file->epoch != f->epoch)) {
        return EIO;
    }
    return own != 0 ? own : any;
}

static PtStatus end(FaultFs *f, FaultTrace t, int errno_value, PtError *err)
{
    t.status = errno_value == 0 ? PT_OK : pt_status_of_errno(errno_value);
    f->trace = grow(f->trace, f->trace_count, &f->trace_cap, sizeof *f->trace);
    f->trace[f->trace_count++] = t;
    pthread_mutex_unlock(&f->mu);
    return errno_value == 0 ? PT_OK
                            : pt_fail(err, t.status, "\"%s\": %s", t.path, strerror(errno_value));
}

static FaultTrace of_file(FaultOp op, const PtFile *file, uint64_t at, uint64_t len)
{
    return (FaultTrace){op, PT_OK, file->path, file->inode->number, at, len};
}

/* ---- Bytes ---- */

static uint64_t used(const FaultFs *f)
{
    uint64_t sum = 0;
    for (const Inode *i = f->inodes; i != NULL; i = i->next) {
        sum += i->now_len > i->reserved ? i->now_len : i->reserved;
    }
    return sum;
}

static void make_room(Inode *inode, uint64_t len)
{
    uint64_t whole = (len + SECTOR - 1) / SECTOR * SECTOR;
    if (whole <= inode->cap) {
        return;
    }
    uint64_t cap = inode->cap * 2 > whole ? inode->cap * 2 : whole;
    uint8_t *now = memory(inode->now, 1, cap), *disk = memory(inode->disk, 1, cap);
    memset(now + inode->cap, 0, cap - inode->cap);
    memset(disk + inode->cap, 0, cap - inode->cap);
    inode->now = now;
    inode->disk = disk;
    inode->cap = cap;
}

static void resize(Inode *inode, uint64_t len)
{
    make_room(inode, len);
    if (len < inode->now_len) {
        memset(inode->now + len, 0, inode->now_len - len);
    }
    if (len != inode->now_len) {
        inode->sizes =
            grow(inode->sizes, inode->size_count, &inode->size_cap, sizeof *inode->sizes);
        inode->sizes[inode->size_count++] = len;
    }
    inode->now_len = len;
}

static bool has_space(const FaultFs *f, const Inode *inode, uint64_t len)
{
    uint64_t have = inode->now_len > inode->reserved ? inode->now_len : inode->reserved;
    return len <= have || used(f) - have + len <= f->capacity;
}

static void put_bytes(Inode *inode, const void *bytes, size_t len, uint64_t at)
{
    if (len == 0) {
        return;
    }
    if (at + len > inode->now_len) {
        resize(inode, at + len);
    }
    memcpy(inode->now + at, bytes, len);
    for (uint64_t s = at / SECTOR; s <= (at + len - 1) / SECTOR; s++) {
        inode->dirty =
            grow(inode->dirty, inode->dirty_count, &inode->dirty_cap, sizeof *inode->dirty);
        Dirty *d = &inode->dirty[inode->dirty_count++];
        d->sector = s;
        memcpy(d->bytes, inode->now + s * SECTOR, SECTOR);
    }
}

static void sync_inode(Inode *inode)
{
    for (size_t i = 0; i < inode->dirty_count; i++) {
        uint64_t at = inode->dirty[i].sector * SECTOR;
        memcpy(inode->disk + at, inode->now + at, SECTOR);
    }
    inode->dirty_count = 0;
    inode->size_count = 0;
    inode->disk_len = inode->now_len;
}

/* One unsynced sector at a crash: kept, dropped, or a part of it from either end. */
static void settle(FaultFs *f, Inode *inode, const Dirty *d, uint32_t keep_percent)
{
    uint8_t *to = inode->disk + d->sector * SECTOR;
    uint64_t draw = pt_rng_below(&f->rng, 100);
    if (draw < keep_percent) {
        memcpy(to, d->bytes, SECTOR);
    } else if (draw % 8 == 0) {
        size_t cut = (size_t)pt_rng_below(&f->rng, SECTOR);
        if (pt_rng_below(&f->rng, 2) == 0) {
            memcpy(to, d->bytes, cut);
        } else {
            memcpy(to + cut, d->bytes + cut, SECTOR - cut);
        }
    }
}

/* Some crashes lose nearly all, some nearly nothing: a coin for each sector alone would never show
 * the round that is whole but for one sector. */
static uint32_t draw_mood(FaultFs *f)
{
    static const uint32_t moods[] = {0, 5, 50, 90, 99, 100};
    return moods[pt_rng_below(&f->rng, sizeof moods / sizeof *moods)];
}

static void lose_dirty(FaultFs *f, Inode *inode)
{
    uint32_t mood = draw_mood(f);
    for (size_t i = 0; i < inode->dirty_count; i++) {
        settle(f, inode, &inode->dirty[i], mood);
    }
    inode->dirty_count = 0;
}

/* ---- The operations ---- */

static PtStatus fault_open(PtFs *fs, const char *path, PtOpenMode mode, PtFile **ret_file,
                           PtError *err)
{
    FaultFs *f = (FaultFs *)fs;
    int e = begin(f, FAULT_OPEN, NULL);
    const char *name = intern(f, path);
    Inode *inode = names_find(&f->names, path);
    if (e == 0 && mode == PT_OPEN_CREATE && inode != NULL) {
        e = EEXIST;
    } else if (e == 0 && mode != PT_OPEN_CREATE && inode == NULL) {
        e = ENOENT;
    }
    if (e == 0 && inode == NULL) {
        inode = memory(NULL, 1, sizeof *inode);
        *inode = (Inode){.next = f->inodes, .number = ++f->next_number};
        f->inodes = inode;
        name_op(f, (NameOp){FAULT_OPEN, name, NULL, inode});
    }
    if (e == 0) {
        PtFile *file = memory(NULL, 1, sizeof *file);
        *file = (PtFile){inode, f->epoch, name, mode != PT_OPEN_READ};
        inode->opens++;
        *ret_file = file;
    }
    uint64_t number = inode != NULL ? inode->number : 0;
    return end(f, (FaultTrace){.op = FAULT_OPEN, .path = name, .file = number}, e, err);
}

static void fault_close(PtFs *fs, PtFile *file)
{
    FaultFs *f = (FaultFs *)fs;
    if (file == NULL) {
        return;
    }
    pthread_mutex_lock(&f->mu);
    if (--file->inode->opens == 0) {
        collect(f);
    }
    pthread_mutex_unlock(&f->mu);
    free(file);
}

static PtStatus fault_pread(PtFs *fs, PtFile *file, void *bytes, size_t len, uint64_t at,
                            size_t *ret_len, PtError *err)
{
    FaultFs *f = (FaultFs *)fs;
    int e = begin(f, FAULT_PREAD, file);
    const Inode *inode = file->inode;
    if (e == 0) {
        uint64_t left = at < inode->now_len ? inode->now_len - at : 0;
        *ret_len = left < len ? (size_t)left : len;
        if (*ret_len > 0) {
            memcpy(bytes, inode->now + at, *ret_len);
        }
    }
    return end(f, of_file(FAULT_PREAD, file, at, len), e, err);
}

static PtStatus fault_pwrite(PtFs *fs, PtFile *file, const void *bytes, size_t len, uint64_t at,
                             PtError *err)
{
    FaultFs *f = (FaultFs *)fs;
    int e = begin(f, FAULT_PWRITE, file);
    bool dead = f->off || file->epoch != f->epoch;
    if (e == 0 && !file->writable) {
        e = EBADF;
    }
    if (e == 0 && !has_space(f, file->inode, at + len)) {
        e = ENOSPC;
    } else if (e == 0) {
        put_bytes(file->inode, bytes, len, at);
    } else if (!dead && file->writable && len > 0) {
        size_t part = (size_t)pt_rng_below(&f->rng, len);
        if (has_space(f, file->inode, at + part)) {
            put_bytes(file->inode, bytes, part, at);
        }
    }
    return end(f, of_file(FAULT_PWRITE, file, at, len), e, err);
}

static PtStatus fault_datasync(PtFs *fs, PtFile *file, PtError *err)
{
    FaultFs *f = (FaultFs *)fs;
    int e = begin(f, FAULT_DATASYNC, file);
    if (e == 0) {
        sync_inode(file->inode);
    } else if (!f->off && file->epoch == f->epoch) {
        lose_dirty(f, file->inode);
    }
    return end(f, of_file(FAULT_DATASYNC, file, 0, 0), e, err);
}

static PtStatus fault_allocate(PtFs *fs, PtFile *file, uint64_t size, PtError *err)
{
    FaultFs *f = (FaultFs *)fs;
    int e = begin(f, FAULT_ALLOCATE, file);
    Inode *inode = file->inode;
    if (e == 0 && !has_space(f, inode, size)) {
        e = ENOSPC;
    }
    if (e == 0) {
        inode->reserved = size > inode->reserved ? size : inode->reserved;
        resize(inode, size > inode->now_len ? size : inode->now_len);
    }
    return end(f, of_file(FAULT_ALLOCATE, file, 0, size), e, err);
}

static PtStatus fault_truncate(PtFs *fs, PtFile *file, uint64_t size, PtError *err)
{
    FaultFs *f = (FaultFs *)fs;
    int e = begin(f, FAULT_TRUNCATE, file);
    if (e == 0 && !has_space(f, file->inode, size)) {
        e = ENOSPC;
    }
    if (e == 0) {
        file->inode->reserved = 0;
        resize(file->inode, size);
    }
    return end(f, of_file(FAULT_TRUNCATE, file, 0, size), e, err);
}

static PtStatus fault_size(PtFs *fs, PtFile *file, uint64_t *ret_size, PtError *err)
{
    FaultFs *f = (FaultFs *)fs;
    int e = begin(f, FAULT_SIZE, file);
    if (e == 0) {
        *ret_size = file->inode->now_len;
    }
    return end(f, of_file(FAULT_SIZE, file, 0, 0), e, err);
}

static PtStatus fault_rename(PtFs *fs, const char *from, const char *to, PtError *err)
{
    FaultFs *f = (FaultFs *)fs;
    int e = begin(f, FAULT_RENAME, NULL);
    const char *a = intern(f, from), *b = intern(f, to);
    Inode *inode = names_find(&f->names, from);
    if (e == 0 && inode == NULL) {
        e = ENOENT;
    } else if (e == 0) {
        name_op(f, (NameOp){FAULT_RENAME, a, b, inode});
        collect(f);
    }
    uint64_t number = inode != NULL ? inode->number : 0;
    return end(f, (FaultTrace){.op = FAULT_RENAME, .path = b, .file = number}, e, err);
}

static PtStatus fault_unlink(PtFs *fs, const char *path, PtError *err)
{
    FaultFs *f = (FaultFs *)fs;
    int e = begin(f, FAULT_UNLINK, NULL);
    const char *name = intern(f, path);
    Inode *inode = names_find(&f->names, path);
    uint64_t number = inode != NULL ? inode->number : 0;
    if (e == 0 && inode == NULL) {
        e = ENOENT;
    } else if (e == 0) {
        name_op(f, (NameOp){FAULT_UNLINK, name, NULL, NULL});
        collect(f);
    }
    return end(f, (FaultTrace){.op = FAULT_UNLINK, .path = name, .file = number}, e, err);
}

static PtStatus fault_mkdir(PtFs *fs, const char *path, PtError *err)
{
    FaultFs *f = (FaultFs *)fs;
    int e = begin(f, FAULT_MKDIR, NULL);
    const char *name = intern(f, path);
    if (e == 0) {
        names_put(&f->folders, name, NULL);
    }
    return end(f, (FaultTrace){.op = FAULT_MKDIR, .path = name}, e, err);
}

static bool is_folder(const FaultFs *f, const char *path)
{
    for (size_t i = 0; i < f->folders.count; i++) {
        if (strcmp(f->folders.items[i].path, path) == 0) {
            return true;
        }
    }
    return false;
}

static PtStatus fault_sync_dir(PtFs *fs, const char *path, PtError *err)
{
    FaultFs *f = (FaultFs *)fs;
    int e = begin(f, FAULT_SYNC_DIR, NULL);
    const char *name = intern(f, path);
    if (e == 0 && !is_folder(f, path)) {
        e = ENOENT;
    }
    size_t kept = 0;
    for (size_t i = 0; e == 0 && i < f->op_count; i++) {
        if (in_folder(f->ops[i].to != NULL ? f->ops[i].to : f->ops[i].path, path)) {
            names_apply(&f->durable, &f->ops[i]);
        } else {
            f->ops[kept++] = f->ops[i];
        }
    }
    if (e == 0) {
        f->op_count = kept;
        collect(f);
    }
    return end(f, (FaultTrace){.op = FAULT_SYNC_DIR, .path = name}, e, err);
}

static PtStatus fault_list(PtFs *fs, const char *path, bool (*fn)(void *ctx, const char *name),
                           void *ctx, PtError *err)
{
    FaultFs *f = (FaultFs *)fs;
    int e = begin(f, FAULT_LIST, NULL);
    const char *name = intern(f, path);
    if (e == 0 && !is_folder(f, path)) {
        e = ENOENT;
    }
    for (size_t i = 0; e == 0 && i < f->names.count; i++) {
        const char *file = f->names.items[i].path;
        if (in_folder(file, path) && !fn(ctx, strrchr(file, '/') + 1)) {
            break;
        }
    }
    return end(f, (FaultTrace){.op = FAULT_LIST, .path = name}, e, err);
}

/* ---- Orders from the test ---- */

PtFs *fault_fs_new(uint64_t seed)
{
    static const PtFsOps ops = {
        .open = fault_open,
        .close = fault_close,
        .pread = fault_pread,
        .pwrite = fault_pwrite,
        .datasync = fault_datasync,
        .allocate = fault_allocate,
        .truncate = fault_truncate,
        .size = fault_size,
        .rename = fault_rename,
        .unlink = fault_unlink,
        .mkdir = fault_mkdir,
        .sync_dir = fault_sync_dir,
        .list = fault_list,
    };
    FaultFs *f = calloc(1, sizeof *f);
    if (f == NULL) {
        return NULL;
    }
    f->fs.ops = &ops;
    f->capacity = UINT64_MAX;
    pt_rng_init(&f->rng, seed);
    (void)pthread_mutex_init(&f->mu, NULL);
    return &f->fs;
}

void fault_fs_free(PtFs *fs)
{
    FaultFs *f = (FaultFs *)fs;
    if (f == NULL) {
        return;
    }
    for (Inode *i = f->inodes, *next; i != NULL; i = next) {
        next = i->next;
        inode_free(i);
    }
    for (Text *t = f->texts, *next; t != NULL; t = next) {
        next = t->next;
        free(t);
    }
    free(f->names.items);
    free(f->durable.items);
    free(f->folders.items);
    free(f->ops);
    free(f->trace);
    (void)pthread_mutex_destroy(&f->mu);
    free(f);
}

void fault_fs_fail(PtFs *fs, FaultOp op, uint64_t nth, int errno_value)
{
    FaultFs *f = (FaultFs *)fs;
    pthread_mutex_lock(&f->mu);
    f->rules[op].nth = nth;
    f->rules[op].nth_errno = errno_value;
    pthread_mutex_unlock(&f->mu);
}

void fault_fs_fail_rate(PtFs *fs, FaultOp op, uint32_t per_million, int errno_value)
{
    FaultFs *f = (FaultFs *)fs;
    pthread_mutex_lock(&f->mu);
    f->rules[op].per_million = per_million;
    f->rules[op].rate_errno = errno_value;
    pthread_mutex_unlock(&f->mu);
}

void fault_fs_capacity(PtFs *fs, uint64_t bytes)
{
    FaultFs *f = (FaultFs *)fs;
    pthread_mutex_lock(&f->mu);
    f->capacity = bytes;
    pthread_mutex_unlock(&f->mu);
}

uint64_t fault_fs_used(PtFs *fs)
{
    FaultFs *f = (FaultFs *)fs;
    pthread_mutex_lock(&f->mu);
    uint64_t bytes = used(f);
    pthread_mutex_unlock(&f->mu);
    return bytes;
}

void fault_fs_power_off(PtFs *fs)
{
    FaultFs *f = (FaultFs *)fs;
    pthread_mutex_lock(&f->mu);
    f->off = true;
    pthread_mutex_unlock(&f->mu);
}

void fault_fs_power_off_at(PtFs *fs, uint64_t nth)
{
    FaultFs *f = (FaultFs *)fs;
    pthread_mutex_lock(&f->mu);
    f->off_at = nth;
    pthread_mutex_unlock(&f->mu);
}

/* The content that a crash leaves in a file. */
static void crash_inode(FaultFs *f, Inode *inode)
{
    lose_dirty(f, inode);
    uint64_t pick = pt_rng_below(&f->rng, inode->size_count + 1);
    uint64_t len = pick == 0 ? inode->disk_len : inode->sizes[pick - 1];
    inode->size_count = 0;
    inode->disk_len = inode->now_len = len;
    if (inode->cap > len) {
        memset(inode->disk + len, 0, inode->cap - len);
    }
    if (inode->cap > 0) {
        memcpy(inode->now, inode->disk, inode->cap);
    }
}

void fault_fs_crash(PtFs *fs, uint64_t seed)
{
    FaultFs *f = (FaultFs *)fs;
    pthread_mutex_lock(&f->mu);
    pt_rng_init(&f->rng, seed);
    for (Inode *i = f->inodes; i != NULL; i = i->next) {
        crash_inode(f, i);
    }
    uint32_t mood = draw_mood(f);
    for (size_t i = 0; i < f->op_count; i++) {
        if (pt_rng_below(&f->rng, 100) < mood) {
            names_apply(&f->durable, &f->ops[i]);
        }
    }
    f->op_count = 0;
    f->names.count = 0;
    for (size_t i = 0; i < f->durable.count; i++) {
        names_put(&f->names, f->durable.items[i].path, f->durable.items[i].inode);
    }
    memset(f->rules, 0, sizeof f->rules);
    f->off_at = 0;
    f->epoch++;
    f->off = false;
    collect(f);
    pthread_mutex_unlock(&f->mu);
}

void fault_fs_restart(PtFs *fs)
{
    FaultFs *f = (FaultFs *)fs;
    pthread_mutex_lock(&f->mu);
    memset(f->rules, 0, sizeof f->rules);
    f->off_at = 0;
    f->epoch++;
    f->off = false;
    pthread_mutex_unlock(&f->mu);
}

bool fault_fs_flip(PtFs *fs, const char *path, uint64_t at, uint8_t mask)
{
    FaultFs *f = (FaultFs *)fs;
    pthread_mutex_lock(&f->mu);
    Inode *inode = names_find(&f->names, path);
    bool there = inode != NULL && at < inode->now_len;
    if (there) {
        inode->now[at] ^= mask;
        inode->disk[at] ^= mask;
    }
    pthread_mutex_unlock(&f->mu);
    return there;
}

int64_t fault_fs_size(PtFs *fs, const char *path)
{
    FaultFs *f = (FaultFs *)fs;
    pthread_mutex_lock(&f->mu);
    const Inode *inode = names_find(&f->names, path);
    int64_t size = inode != NULL ? (int64_t)inode->now_len : -1;
    pthread_mutex_unlock(&f->mu);
    return size;
}

void fault_fs_mark(PtFs *fs, uint64_t value)
{
    FaultFs *f = (FaultFs *)fs;
    pthread_mutex_lock(&f->mu);
    (void)end(f, (FaultTrace){.op = FAULT_MARK, .path = "", .at = value}, 0, NULL); // unlocks
}

const FaultTrace *fault_fs_trace(PtFs *fs, size_t *ret_count)
{
    FaultFs *f = (FaultFs *)fs;
    pthread_mutex_lock(&f->mu);
    *ret_count = f->trace_count;
    const FaultTrace *trace = f->trace;
    pthread_mutex_unlock(&f->mu);
    return trace;
}

void fault_fs_trace_clear(PtFs *fs)
{
    FaultFs *f = (FaultFs *)fs;
    pthread_mutex_lock(&f->mu);
    f->trace_count = 0;
    pthread_mutex_unlock(&f->mu);
}

bool fault_trace_synced(const FaultTrace *trace, size_t index, const char *part)
{
    for (size_t i = 0; i < index; i++) {
        if (trace[i].op != FAULT_PWRITE || strstr(trace[i].path, part) == NULL) {
            continue;
        }
        bool synced = false;
        for (size_t j = i + 1; j < index && !synced; j++) {
            synced = trace[j].op == FAULT_DATASYNC && trace[j].file == trace[i].file &&
                     trace[j].status == PT_OK;
        }
        if (!synced) {
            return false;
        }
    }
    return true;
}
