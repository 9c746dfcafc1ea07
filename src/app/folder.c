// SPDX-License-Identifier: Apache-2.0
#include "app/folder.h"

#include "base/memory.h"
#include "base/rng.h"
#include "platform/file.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECRET_BYTES = PT_HASH_KEY + PT_SECRET_KEY, PASSWD_TEXT = 4096 };

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
    pt_secret_hash(PT_STR("patron: ids of persons"), f->token_key, f->person_key);
    pt_secret_hash(PT_STR("patron: certificates of erasures"), f->token_key, f->privacy_key);
}

PtStatus folder_make_keys(Folder *f, PtError *err)
{
    uint8_t secret[SECRET_BYTES];
    char path[FOLDER_PATH];
    if (!f->keyless) {
        return PT_OK;
    }
    folder_path(f, "secret.key", path);
    pt_random_bytes(secret, sizeof secret);
    PtStatus st =
        pt_fs_replace(pt_fs_real(), path, (PtStr){(const char *)secret, sizeof secret}, err);
    if (st == PT_OK && chmod(path, 0600) != 0) {
        st = pt_fail(err, PT_IO, "cannot protect \"%s\": %s", path, strerror(errno));
    }
    if (st == PT_OK) {
        split_secret(f, secret);
        f->keyless = false;
    }
    explicit_bzero(secret, sizeof secret);
    return st;
}

/* lost+found alone is a disk that was made for the log. */
static bool note_log_file(void *ctx, const char *name)
{
    *(bool *)ctx |= strcmp(name, "lost+found") != 0;
    return true;
}

/* Records of the log and rows of the core database hold what the keys have made. */
static PtStatus is_used(const Folder *f, bool *ret_used, PtError *err)
{
    char path[FOLDER_PATH];
    folder_path(f, "core.db", path);
    *ret_used = access(path, F_OK) == 0;
    folder_path(f, "log", path);
    if (*ret_used || access(path, F_OK) != 0) {
        return PT_OK;
    }
    return pt_fs_real()->ops->list(pt_fs_real(), path, note_log_file, ret_used, err);
}

static PtStatus load_secret(Folder *f, PtError *err)
{
    char path[FOLDER_PATH];
    PT_CLEANUP(pt_free_charp) char *bytes = NULL;
    size_t len = 0;
    folder_path(f, "secret.key", path);
    PtStatus st = pt_fs_read(pt_fs_real(), path, SECRET_BYTES, &bytes, &len, err);
    if (st == PT_NOT_FOUND) {
        bool used = false;
        st = is_used(f, &used, err);
        if (st == PT_OK && used) {
            st = pt_fail(err, PT_CORRUPT,
                         "\"%s\" is missing from a folder in use: put it back from a backup", path);
        }
        f->keyless = st == PT_OK;
        return st;
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
    PtStatus st = folder_check_owner(dir, err);
    if (st == PT_OK) {
        st = take_lock(f, err);
    }
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

/* -- whose it is ------------------------------------------------------------------------------- */

bool folder_owner(const char *dir, FolderOwner *ret_owner)
{
    struct stat at;
    struct passwd entry, *found = NULL;
    char text[PASSWD_TEXT];
    if (stat(dir, &at) != 0) {
        return false;
    }
    FolderOwner owner = {.uid = at.st_uid, .gid = at.st_gid};
    (void)snprintf(owner.name, sizeof owner.name, "%u", (unsigned)at.st_uid);
    if (getpwuid_r(at.st_uid, &entry, text, sizeof text, &found) == 0 && found != NULL &&
        strlen(found->pw_name) < sizeof owner.name) {
        memcpy(owner.name, found->pw_name, strlen(found->pw_name) + 1);
        owner.gid = found->pw_gid;
    }
    *ret_owner = owner;
    return true;
}

static bool is_anothers(const char *dir, FolderOwner *ret_owner)
{
    return geteuid() == 0 && folder_owner(dir, ret_owner) && ret_owner->uid != 0;
}

PtStatus folder_check_owner(const char *dir, PtError *err)
{
    FolderOwner owner;
    return is_anothers(dir, &owner)
               ? pt_fail(
                     err, PT_FORBIDDEN,
                     "the data folder \"%.100s\" belongs to the user %s (uid %u): start as that "
                     "user, not as root",
                     dir, owner.name, (unsigned)owner.uid)
               : PT_OK;
}

/* The groups of a user with a name are those of its service too: one may open the key of TLS. */
static bool take_groups(const FolderOwner *owner)
{
    return initgroups(owner->name, owner->gid) == 0 || setgroups(1, &owner->gid) == 0;
}

PtStatus folder_become_owner(const char *dir, FolderOwner *ret_owner, bool *ret_changed,
                             PtError *err)
{
    FolderOwner owner;
    *ret_changed = false;
    if (!is_anothers(dir, &owner)) {
        return PT_OK;
    }
    if (!take_groups(&owner) || setgid(owner.gid) != 0 || setuid(owner.uid) != 0) {
        return pt_fail(err, PT_FORBIDDEN,
                       "cannot become the user %s (uid %u), who owns \"%.100s\": %s", owner.name,
                       (unsigned)owner.uid, dir, strerror(errno));
    }
    *ret_owner = owner;
    *ret_changed = true;
    return PT_OK;
}
