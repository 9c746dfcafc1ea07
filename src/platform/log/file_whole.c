// SPDX-License-Identifier: Apache-2.0
#include "platform/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_MAX_BYTES = 4096 };

/* The folder part of path, "." when it has none. */
static void folder_of(const char *path, char *ret_dir)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL ? 0 : (size_t)(slash - path);
    if (slash == NULL) {
        memcpy(ret_dir, ".", 2);
    } else if (len == 0) {
        memcpy(ret_dir, "/", 2);
    } else {
        memcpy(ret_dir, path, len);
        ret_dir[len] = '\0';
    }
}

static PtStatus write_new(PtFs *fs, const char *path, PtStr content, PtError *err)
{
    PtFile *file = NULL;
    PtStatus st = fs->ops->open(fs, path, PT_OPEN_CREATE, &file, err);
    if (st == PT_OK && content.len > 0) {
        st = fs->ops->pwrite(fs, file, content.data, content.len, 0, err);
    }
    if (st == PT_OK) {
        st = fs->ops->datasync(fs, file, err);
    }
    fs->ops->close(fs, file);
    return st;
}

PtStatus pt_fs_replace(PtFs *fs, const char *path, PtStr content, PtError *err)
{
    char tmp[PATH_MAX_BYTES], dir[PATH_MAX_BYTES];
    int n = snprintf(tmp, sizeof tmp, "%s.tmp", path);
    if (n < 0 || (size_t)n >= sizeof tmp) {
        return pt_fail(err, PT_TOO_LARGE, "path over %d bytes", PATH_MAX_BYTES);
    }
    folder_of(path, dir);
    (void)fs->ops->unlink(fs, tmp, NULL); // left by a crash; mostly there is none
    PtStatus st = write_new(fs, tmp, content, err);
    if (st == PT_OK) {
        st = fs->ops->rename(fs, tmp, path, err);
    }
    if (st != PT_OK) {
        (void)fs->ops->unlink(fs, tmp, NULL);
        return st;
    }
    return fs->ops->sync_dir(fs, dir, err);
}

static PtStatus read_open(PtFs *fs, PtFile *file, const char *path, size_t max, char **ret_bytes,
                          size_t *ret_len, PtError *err)
{
    uint64_t size = 0;
    PtStatus st = fs->ops->size(fs, file, &size, err);
    if (st != PT_OK) {
        return st;
    }
    if (size > max) {
        return pt_fail(err, PT_TOO_LARGE, "\"%s\" is over %zu bytes", path, max);
    }
    char *bytes = malloc((size_t)size + 1);
    if (bytes == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to read \"%s\"", path);
    }
    size_t len = 0;
    st = fs->ops->pread(fs, file, bytes, (size_t)size, 0, &len, err);
    if (st != PT_OK) {
        free(bytes);
        return st;
    }
    bytes[len] = '\0';
    *ret_bytes = bytes;
    *ret_len = len;
    return PT_OK;
}

PtStatus pt_fs_read(PtFs *fs, const char *path, size_t max, char **ret_bytes, size_t *ret_len,
                    PtError *err)
{
    PtFile *file = NULL;
    PtStatus st = fs->ops->open(fs, path, PT_OPEN_READ, &file, err);
    if (st == PT_OK) {
        st = read_open(fs, file, path, max, ret_bytes, ret_len, err);
        fs->ops->close(fs, file);
    }
    return st;
}

PtStatus pt_fs_write_gently(PtFs *fs, PtFile *file, const void *bytes, size_t len, uint64_t at,
                            PtError *err)
{
    enum { PIECE = 128 << 10 };
    PtStatus st = PT_OK;
    for (size_t done = 0; st == PT_OK && done < len;) {
        const size_t piece = len - done < PIECE ? len - done : PIECE;
        st = fs->ops->pwrite(fs, file, (const char *)bytes + done, piece, at + done, err);
        if (st == PT_OK && fs->ops->write_out != NULL) {
            st = fs->ops->write_out(fs, file, at + done, piece, err);
        }
        done += piece;
    }
    return st;
}
