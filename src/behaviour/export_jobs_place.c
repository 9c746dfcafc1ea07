// SPDX-License-Identifier: Apache-2.0
/* Files of exports, by descriptors, so that no symbolic link leads out of their folder. Not by the
 * file seam, which knows paths only. */
#include "behaviour/export_jobs_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDER_MODE = 0770, FILE_MODE = 0640, SLUG_MAX = 60, PART_MAX = 200 };

/* ---- Names ------------------------------------------------------------------------------------
 */

bool export_folder_ok(PtStr folder)
{
    PtStr rest = folder, part = {NULL, 0};
    bool ok = folder.len <= BEHAVIOUR_JOB_FOLDER_MAX && pt_utf8_valid(folder);
    if (folder.len == 0) {
        return true;
    }
    for (size_t i = 0; i < folder.len; i++) {
        const unsigned char c = (unsigned char)folder.data[i];
        ok = ok && c >= ' ' && c != 0x7f && c != '\\';
    }
    ok = ok && folder.data[folder.len - 1] != '/';
    while (ok && pt_str_cut(&rest, '/', &part)) {
        ok = part.len > 0 && part.len <= PART_MAX && part.data[0] != '.';
    }
    return ok;
}

static void slug_of(PtStr name, char out[static SLUG_MAX + 1])
{
    size_t len = 0;
    for (size_t i = 0; i < name.len && len < SLUG_MAX; i++) {
        const char c = name.data[i], lower = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
        if ((lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9')) {
            out[len++] = lower;
        } else if (len > 0 && out[len - 1] != '-') {
            out[len++] = '-';
        }
    }
    while (len > 0 && out[len - 1] == '-') {
        len--;
    }
    out[len] = '\0';
}

void export_file_name(const BehaviourJob *job, const BehaviourJobRun *run, const PtZone *zone,
                      char out[static EXPORT_FILE_BYTES])
{
    char slug[SLUG_MAX + 1];
    const PtCivil at = pt_zone_civil(zone, run->due_ms);
    slug_of(job->edit.name, slug);
    (void)snprintf(out, EXPORT_FILE_BYTES, "%s-%04d%02u%02u-%02u%02u-%lld.%s",
                   slug[0] != '\0' ? slug : "export", at.year, at.month, at.day, at.hour, at.minute,
                   (long long)run->number, behaviour_format_names[job->edit.format]);
}

/* ---- Folders ----------------------------------------------------------------------------------
 */

static PtStatus say(PtError *err, const char *what, const char *name)
{
    const int why = errno;
    return pt_fail(err, pt_status_of_errno(why), "cannot %s \"%s\": %s", what, name, strerror(why));
}

/* Opens the folder `name` of `at`, made when missing; a symbolic link is refused. */
static PtStatus open_part(int at, const char *name, int *ret_fd, PtError *err)
{
    const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    int fd = openat(at, name, flags);
    if (fd < 0 && errno == ENOENT && (mkdirat(at, name, FOLDER_MODE) == 0 || errno == EEXIST)) {
        fd = fsync(at) == 0 ? openat(at, name, flags) : -1;
    }
    if (fd < 0) {
        return errno == ELOOP || errno == ENOTDIR
                   ? pt_fail(err, PT_INVALID, "folder: \"%s\" is no folder, or a symbolic link",
                             name)
                   : say(err, "open the folder", name);
    }
    *ret_fd = fd;
    return PT_OK;
}

/* The folder of a path, and the name in it. */
static PtStatus walk(const char *root, PtStr path, int *ret_fd, char name[static EXPORT_FILE_BYTES],
                     PtError *err)
{
    char part[PART_MAX + 1];
    const char *slash;
    int at = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (at < 0) {
        return say(err, "open export.root", root);
    }
    while (path.len > 0 && (slash = memchr(path.data, '/', path.len)) != NULL) {
        const size_t len = (size_t)(slash - path.data);
        int next = -1;
        (void)pt_str_copy(part, sizeof part, (PtStr){path.data, len});
        PtStatus st = open_part(at, part, &next, err);
        (void)close(at);
        if (st != PT_OK) {
            return st;
        }
        at = next;
        path = pt_str_from(path, len + 1);
    }
    (void)pt_str_copy(name, EXPORT_FILE_BYTES, path);
    *ret_fd = at;
    return PT_OK;
}

/* ---- Files ------------------------------------------------------------------------------------
 */

static PtStatus open_folder(const char *root, PtStr path, ExportFile *f, PtError *err)
{
    *f = (ExportFile){.folder = -1, .fd = -1};
    PtStatus st = walk(root, path, &f->folder, f->name, err);
    (void)snprintf(f->part, sizeof f->part, ".%s.part", f->name);
    return st;
}

static bool is_there(const ExportFile *f)
{
    struct stat s;
    return fstatat(f->folder, f->name, &s, AT_SYMLINK_NOFOLLOW) == 0;
}

static PtStatus unlink_name(const ExportFile *f, const char *name, PtError *err)
{
    return unlinkat(f->folder, name, 0) == 0 || errno == ENOENT ? PT_OK : say(err, "remove", name);
}

PtStatus export_file_create(const char *root, PtStr path, ExportFile *ret_file, PtError *err)
{
    ExportFile *f = ret_file;
    PtStatus st = open_folder(root, path, f, err);
    if (st == PT_OK && is_there(f)) {
        st = pt_fail(err, PT_CONFLICT, "a file \"%s\" is there already", f->name);
    }
    st = st == PT_OK ? unlink_name(f, f->part, err) : st; // it may be a pipe, or another's file
    if (st == PT_OK) {
        f->fd = openat(f->folder, f->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
        st = f->fd >= 0 ? PT_OK : say(err, "write", f->part);
    }
    if (st != PT_OK) {
        export_file_close(f);
    }
    return st;
}

PtStatus export_file_write(ExportFile *f, PtStr bytes, PtError *err)
{
    while (bytes.len > 0) {
        const ssize_t put = write(f->fd, bytes.data, bytes.len);
        if (put < 0 && errno != EINTR) {
            return say(err, "write", f->name);
        }
        if (put > 0) {
            f->bytes += put;
            bytes = pt_str_from(bytes, (size_t)put);
        }
    }
    return PT_OK;
}

PtStatus export_file_sync(ExportFile *f, PtError *err)
{
    return fsync(f->fd) == 0 ? PT_OK : say(err, "write", f->name);
}

PtStatus export_file_finish(ExportFile *f, PtError *err)
{
    if (renameat2(f->folder, f->part, f->folder, f->name, RENAME_NOREPLACE) != 0) {
        return say(err, "name", f->name);
    }
    (void)close(f->fd);
    f->fd = -1;
    return fsync(f->folder) == 0 ? PT_OK : say(err, "write the folder of", f->name);
}

void export_file_close(ExportFile *f)
{
    if (f->fd >= 0) {
        (void)close(f->fd);
        (void)unlinkat(f->folder, f->part, 0); // else the next start removes it
    }
    if (f->folder >= 0) {
        (void)close(f->folder);
    }
    f->fd = f->folder = -1;
}

PtStatus export_file_settle(const char *root, PtStr path, bool *ret_whole, PtError *err)
{
    ExportFile f;
    PtStatus st = open_folder(root, path, &f, err);
    if (st == PT_OK) {
        *ret_whole = is_there(&f);
        st = unlink_name(&f, f.part, err);
    }
    export_file_close(&f);
    return st;
}

PtStatus export_file_open(const char *root, PtStr path, int *ret_fd, PtError *err)
{
    ExportFile f;
    struct stat s;
    PtStatus st = open_folder(root, path, &f, err);
    if (st == PT_OK) {
        f.fd = openat(f.folder, f.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        const bool is_file = f.fd >= 0 && fstat(f.fd, &s) == 0 && S_ISREG(s.st_mode);
        st = is_file ? PT_OK : pt_fail(err, PT_NOT_FOUND, "the file is not there any more");
    }
    if (st == PT_OK) {
        *ret_fd = f.fd;
        f.fd = -1;
    }
    if (f.fd >= 0) {
        (void)close(f.fd);
        f.fd = -1; // no part of its own is to be removed
    }
    export_file_close(&f);
    return st;
}

PtStatus export_file_remove(const char *root, PtStr path, PtError *err)
{
    ExportFile f;
    PtStatus st = open_folder(root, path, &f, err);
    st = st == PT_OK ? unlink_name(&f, f.name, err) : st;
    export_file_close(&f);
    return st;
}
