// SPDX-License-Identifier: Apache-2.0
#include "platform/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct PtFile {
    int fd;
    char path[]; /* for messages */
};

static PtStatus fail_errno(PtError *err, const char *verb, const char *path)
{
    int e = errno;
    return pt_fail(err, pt_status_of_errno(e), "cannot %s \"%s\": %s", verb, path, strerror(e));
}

static PtStatus posix_open(PtFs *fs, const char *path, PtOpenMode mode, PtFile **ret_file,
                           PtError *err)
{
    (void)fs;
    static const int flags[] = {
        [PT_OPEN_READ] = O_RDONLY,
        [PT_OPEN_WRITE] = O_RDWR,
        [PT_OPEN_CREATE] = O_RDWR | O_CREAT | O_EXCL,
    };
    size_t len = strlen(path);
    PtFile *file = malloc(sizeof *file + len + 1);
    if (file == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to open \"%s\"", path);
    }
    file->fd = open(path, flags[mode] | O_CLOEXEC, 0600);
    if (file->fd < 0) {
        PtStatus st = fail_errno(err, "open", path);
        free(file);
        return st;
    }
    memcpy(file->path, path, len + 1);
    *ret_file = file;
    return PT_OK;
}

static void posix_close(PtFs *fs, PtFile *file)
{
    (void)fs;
    if (file != NULL) {
        (void)close(file->fd); // what must last was synced before
        free(file);
    }
}

static PtStatus posix_pread(PtFs *fs, PtFile *file, void *bytes, size_t len, uint64_t at,
                            size_t *ret_len, PtError *err)
{
    (void)fs;
    size_t done = 0;
    while (done < len) {
        ssize_t n = pread(file->fd, (char *)bytes + done, len - done, (off_t)(at + done));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return fail_errno(err, "read", file->path);
        }
        if (n == 0) {
            break;
        }
        done += (size_t)n;
    }
    *ret_len = done;
    return PT_OK;
}

static PtStatus posix_pwrite(PtFs *fs, PtFile *file, const void *bytes, size_t len, uint64_t at,
                             PtError *err)
{
    (void)fs;
    size_t done = 0;
    while (done < len) {
        ssize_t n = pwrite(file->fd, (const char *)bytes + done, len - done, (off_t)(at + done));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return fail_errno(err, "write", file->path);
        }
        done += (size_t)n;
    }
    return PT_OK;
}

static PtStatus posix_write_out(PtFs *fs, PtFile *file, uint64_t at, uint64_t len, PtError *err)
{
    const unsigned how =
        SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
    (void)fs;
    return sync_file_range(file->fd, (off_t)at, (off_t)len, how) == 0
               ? PT_OK
               : fail_errno(err, "write out", file->path);
}

static PtStatus posix_datasync(PtFs *fs, PtFile *file, PtError *err)
{
    (void)fs;
    return fdatasync(file->fd) == 0 ? PT_OK : fail_errno(err, "sync", file->path);
}

static PtStatus posix_allocate(PtFs *fs, PtFile *file, uint64_t size, PtError *err)
{
    (void)fs;
    int rc;
    do {
        rc = posix_fallocate(file->fd, 0, (off_t)size);
    } while (rc == EINTR);
    if (rc != 0) {
        errno = rc;
        return fail_errno(err, "reserve space for", file->path);
    }
    return PT_OK;
}

static PtStatus posix_truncate(PtFs *fs, PtFile *file, uint64_t size, PtError *err)
{
    (void)fs;
    return ftruncate(file->fd, (off_t)size) == 0 ? PT_OK : fail_errno(err, "resize", file->path);
}

static PtStatus posix_size(PtFs *fs, PtFile *file, uint64_t *ret_size, PtError *err)
{
    (void)fs;
    struct stat sb;
    if (fstat(file->fd, &sb) != 0) {
        return fail_errno(err, "look at", file->path);
    }
    *ret_size = (uint64_t)sb.st_size;
    return PT_OK;
}

static PtStatus posix_rename(PtFs *fs, const char *from, const char *to, PtError *err)
{
    (void)fs;
    return rename(from, to) == 0 ? PT_OK : fail_errno(err, "rename", from);
}

static PtStatus posix_unlink(PtFs *fs, const char *path, PtError *err)
{
    (void)fs;
    return unlink(path) == 0 ? PT_OK : fail_errno(err, "remove", path);
}

static PtStatus posix_mkdir(PtFs *fs, const char *path, PtError *err)
{
    (void)fs;
    return mkdir(path, 0700) == 0 || errno == EEXIST ? PT_OK : fail_errno(err, "make", path);
}

static PtStatus posix_sync_dir(PtFs *fs, const char *path, PtError *err)
{
    (void)fs;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return fail_errno(err, "open", path);
    }
    PtStatus st = fsync(fd) == 0 ? PT_OK : fail_errno(err, "sync", path);
    (void)close(fd);
    return st;
}

static PtStatus posix_list(PtFs *fs, const char *path, bool (*fn)(void *ctx, const char *name),
                           void *ctx, PtError *err)
{
    (void)fs;
    DIR *dir = opendir(path);
    if (dir == NULL) {
        return fail_errno(err, "list", path);
    }
    PtStatus st = PT_OK;
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(dir);
        if (entry == NULL) {
            st = errno == 0 ? PT_OK : fail_errno(err, "list", path);
            break;
        }
        bool dots = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
        if (!dots && !fn(ctx, entry->d_name)) {
            break;
        }
    }
    (void)closedir(dir);
    return st;
}

PtFs *pt_fs_real(void)
{
    static const PtFsOps ops = {
        .open = posix_open,
        .close = posix_close,
        .pread = posix_pread,
        .pwrite = posix_pwrite,
        .datasync = posix_datasync,
        .write_out = posix_write_out,
        .allocate = posix_allocate,
        .truncate = posix_truncate,
        .size = posix_size,
        .rename = posix_rename,
        .unlink = posix_unlink,
        .mkdir = posix_mkdir,
        .sync_dir = posix_sync_dir,
        .list = posix_list,
    };
    static PtFs real = {&ops};
    return &real;
}
