// SPDX-License-Identifier: Apache-2.0
/* The folder a restore goes into: taken, emptied, marked until it is whole. */
#include "operate/restore_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TREE_FDS = 16 };

static const char mark_text[] =
    "A restore into this folder was begun and has not ended: what is here is not whole.\n"
    "Run patron restore again with --force, or remove the folder.\n";

void restore_path(const Restore *r, const char *name, char out[static RESTORE_PATH])
{
    (void)snprintf(out, RESTORE_PATH, "%.4000s/%.500s", r->target->data_dir, name);
}

PtStatus restore_check_finished(const char *data_dir, PtError *err)
{
    char path[RESTORE_PATH];
    (void)snprintf(path, sizeof path, "%.4000s/" RESTORE_MARK, data_dir);
    if (access(path, F_OK) == 0) {
        return pt_fail(err, PT_CONFLICT,
                       "restore unfinished: run patron restore into \"%.120s\" again with --force",
                       data_dir);
    }
    return PT_OK;
}

typedef struct Names {
    char (*items)[256];
    size_t count, cap;
    bool failed;
} Names;

static bool add_name(void *ctx, const char *name)
{
    Names *n = ctx;
    if (strcmp(name, "lock") == 0 || strcmp(name, RESTORE_REGISTER) == 0) {
        return true; // they stay
    }
    if (strlen(name) >= sizeof *n->items) {
        n->failed = true;
        return true;
    }
    if (n->count == n->cap) {
        size_t cap = n->cap == 0 ? 16 : 2 * n->cap;
        void *grown = realloc(n->items, cap * sizeof *n->items);
        if (grown == NULL) {
            n->failed = true;
            return false;
        }
        n->items = grown;
        n->cap = cap;
    }
    memcpy(n->items[n->count++], name, strlen(name) + 1);
    return true;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

/* What a data folder may hold; anything else is somebody's and stays. */
static PtStatus clear_dir(const Restore *r, const char *name, PtError *err)
{
    static const char *const files[] = {
        "secret.key*",         "core.db*",    "views.db*",
        "columns.numbering*",  "patron.sock", "restored-settings.conf*",
        "restore-unfinished*", "doctor.tmp",  "no-erasure-register*"};
    static const char *const folders[] = {"log",     "dedupe",       "imports", "index",
                                          "privacy", "destinations", "columns", "attachments"};
    PtFs *fs = r->fs;
    char path[RESTORE_PATH];
    restore_path(r, name, path);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (fnmatch(files[i], name, 0) == 0) {
            return fs->ops->unlink(fs, path, err);
        }
    }
    if (strcmp(name, "exports") == 0) {
        return nftw(path, remove_one, TREE_FDS, FTW_DEPTH | FTW_PHYS) == 0
                   ? PT_OK
                   : pt_fail(err, PT_IO, "cannot remove \"%s\": %s", path, strerror(errno));
    }
    bool known = false;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        known |= strcmp(name, folders[i]) == 0;
    }
    if (!known) {
        return pt_fail(err, PT_CONFLICT, "\"%s\" is not part of a data folder: move it away", path);
    }
    Names inner = {0};
    PtStatus st = fs->ops->list(fs, path, add_name, &inner, err);
    for (size_t i = 0; st == PT_OK && i < inner.count; i++) {
        char file[RESTORE_PATH + 260];
        (void)snprintf(file, sizeof file, "%s/%s", path, inner.items[i]);
        st = fs->ops->unlink(fs, file, err);
    }
    free(inner.items);
    if (st == PT_OK && rmdir(path) != 0) {
        st = pt_fail(err, PT_IO, "cannot remove \"%s\": %s", path, strerror(errno));
    }
    return st;
}

/* Empty but for the lock, or made so. The mark goes last: a folder half cleared is unfinished. */
PtStatus restore_make_empty(const Restore *r, PtError *err)
{
    Names names = {0};
    PtStatus st = r->fs->ops->list(r->fs, r->target->data_dir, add_name, &names, err);
    if (st == PT_OK && names.failed) {
        st = pt_fail(err, PT_NO_MEMORY, "cannot list \"%s\"", r->target->data_dir);
    }
    if (st == PT_OK && names.count > 0 && !r->target->force) {
        st = pt_fail(err, PT_CONFLICT, "\"%.150s\" is not empty: restore into an empty folder",
                     r->target->data_dir);
    }
    for (size_t i = 0; st == PT_OK && i < names.count; i++) {
        if (strcmp(names.items[i], RESTORE_MARK) != 0) {
            st = clear_dir(r, names.items[i], err);
        }
    }
    free(names.items);
    return st;
}

PtStatus restore_set_mark(const Restore *r, PtError *err)
{
    char path[RESTORE_PATH];
    restore_path(r, RESTORE_MARK, path);
    return pt_fs_replace(r->fs, path, pt_str(mark_text), err);
}

/* From here on the folder is a data folder. */
PtStatus restore_remove_mark(const Restore *r, PtError *err)
{
    char path[RESTORE_PATH];
    restore_path(r, RESTORE_MARK, path);
    PtStatus st = r->fs->ops->sync_dir(r->fs, r->target->data_dir, err);
    if (st == PT_OK) {
        st = r->fs->ops->unlink(r->fs, path, err);
    }
    return st == PT_OK ? r->fs->ops->sync_dir(r->fs, r->target->data_dir, err) : st;
}

PtStatus restore_take_folder(Restore *r, PtError *err)
{
    char path[RESTORE_PATH];
    const char *dir = r->target->data_dir;
    if (strlen(dir) == 0 || strlen(dir) > 4000) {
        return pt_fail(err, PT_INVALID, "the data folder's path is not 1..4000 bytes");
    }
    if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
        int why = errno;
        return pt_fail(err, pt_status_of_errno(why), "cannot make \"%s\": %s", dir, strerror(why));
    }
    restore_path(r, "lock", path);
    r->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (r->lock_fd < 0 || flock(r->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        return pt_fail(err, PT_CONFLICT, "a server has the data folder \"%.150s\": %s", dir,
                       strerror(errno));
    }
    return PT_OK;
}
