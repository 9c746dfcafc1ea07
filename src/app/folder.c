// SPDX-License-Identifier: Apache-2.0
#include "app/folder.h"

#include "base/memory.h"
#include "base/rng.h"
#include "platform/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECRET_BYTES = PT_HASH_KEY + PT_SECRET_KEY };

void folder_path(const Folder *folder, const char *name, char out[static FOLDER_PATH])
{
    (void)snprintf(out, FOLDER_PATH, "%.4000s/%.80s", folder->dir, name);
}

static PtStatus take_lock(Folder *f, PtError *err)
{
    char path[FOLDER_PATH];
    folder_path(f, "lock", path);
    f->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (f->lock_fd < 0) {
        return pt_fail(err, pt_status_of_errno(errno), "cannot open \"%s\": %s", path,
                       strerror(errno));
    }
    if (flock(f->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        const int reason = errno;
        (void)close(f->lock_fd);
        f->lock_fd = -1;
        return reason == EWOULDBLOCK
                   ? pt_fail(err, PT_CONFLICT, "another process has the data folder \"%s\"", f->dir)
                   : pt_fail(err, PT_IO, "cannot lock \"%s\": %s", path, strerror(reason));
    }
    return PT_OK;
}

static void split_secret(Folder *f, const uint8_t secret[SECRET_BYTES])
{
    memcpy(f->hash_key, secret, PT_HASH_KEY);
    memcpy(f->token_key, secret + PT_HASH_KEY, PT_SECRET_KEY);
    pt_secret_hash(PT_STR("patron: secrets at rest"), f->token_key, f->seal_key);
}

/* Made once, before anything that depends on it. */
static PtStatus make_secret(Folder *f, const char *path, PtError *err)
{
    uint8_t secret[SECRET_BYTES];
    pt_random_bytes(secret, sizeof secret);
    PtStatus st =
        pt_fs_replace(pt_fs_real(), path, (PtStr){(const char *)secret, sizeof secret}, err);
    if (st == PT_OK && chmod(path, 0600) != 0) {
        st = pt_fail(err, PT_IO, "cannot protect \"%s\": %s", path, strerror(errno));
    }
    if (st == PT_OK) {
        split_secret(f, secret);
    }
    explicit_bzero(secret, sizeof secret);
    return st;
}

static PtStatus load_secret(Folder *f, PtError *err)
{
    char path[FOLDER_PATH], core[FOLDER_PATH];
    PT_CLEANUP(pt_free_charp) char *bytes = NULL;
    size_t len = 0;
    folder_path(f, "secret.key", path);
    folder_path(f, "core.db", core);
    PtStatus st = pt_fs_read(pt_fs_real(), path, SECRET_BYTES, &bytes, &len, err);
    if (st == PT_NOT_FOUND && access(core, F_OK) == 0) {
        return pt_fail(err, PT_CORRUPT,
                       "\"%s\" is missing from a folder in use: put it back from a backup", path);
    }
    if (st == PT_NOT_FOUND) {
        return make_secret(f, path, err);
    }
    if (st == PT_OK && len != SECRET_BYTES) {
        st = pt_fail(err, PT_CORRUPT, "\"%s\" is not %d bytes", path, SECRET_BYTES);
    }
    if (st == PT_OK) {
        split_secret(f, (const uint8_t *)bytes);
    }
    return st;
}

PtStatus folder_open(Folder *f, const char *dir, PtError *err)
{
    *f = (Folder){.lock_fd = -1};
    if (dir[0] == '\0' || strlen(dir) > 4000) {
        return pt_fail(err, PT_INVALID, "the data folder is not set: give --data DIR");
    }
    memcpy(f->dir, dir, strlen(dir) + 1);
    if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
        return pt_fail(err, pt_status_of_errno(errno), "cannot make \"%s\": %s", dir,
                       strerror(errno));
    }
    PtStatus st = take_lock(f, err);
    if (st == PT_OK) {
        st = load_secret(f, err);
    }
    if (st != PT_OK) {
        folder_close(f);
    }
    return st;
}

void folder_close(Folder *f)
{
    if (f->dir[0] != '\0' && f->lock_fd >= 0) {
        (void)close(f->lock_fd);
    }
    explicit_bzero(f, sizeof *f);
    f->lock_fd = -1;
}
