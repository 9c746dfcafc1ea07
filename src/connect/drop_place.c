// SPDX-License-Identifier: Apache-2.0
/* Drop folders in the file system: by descriptors, so that no symbolic link leads elsewhere. Not by
 * the file seam, which knows paths only. */
#include "connect/drop_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    REFUSALS_PAGE = 500,
    PAGE_ARENA = 4 << 20,
    ROW_MAX = 8 << 20,
    NAME_TRIES = 100,
    FOLDER_MODE = 0770
};

static void close_fd(int fd)
{
    if (fd >= 0) {
        (void)close(fd);
    }
}

/* ---- Names ------------------------------------------------------------------------------------
 */

static bool printable(PtStr s)
{
    for (size_t i = 0; i < s.len; i++) {
        if ((unsigned char)s.data[i] < ' ' || s.data[i] == 0x7f || s.data[i] == '\\') {
            return false;
        }
    }
    return pt_utf8_valid(s);
}

bool drop_folder_ok(PtStr folder)
{
    PtStr rest = folder, part = {NULL, 0};
    bool ok = folder.len > 0 && folder.len <= CONNECT_DROP_FOLDER_MAX && printable(folder);
    while (ok && pt_str_cut(&rest, '/', &part)) {
        ok = part.len > 0 && part.len <= CONNECT_DROP_FILE_MAX && part.data[0] != '.';
    }
    return ok;
}

static bool ends_with(PtStr s, PtStr end)
{
    return s.len >= end.len && memcmp(s.data + s.len - end.len, end.data, end.len) == 0;
}

bool drop_name_ok(const char *name)
{
    static const char *const left[] = {".tmp", ".part", ".errors.csv"};
    const PtStr s = pt_str(name);
    bool ok = s.len > 0 && s.len <= CONNECT_DROP_FILE_MAX && s.data[0] != '.' && printable(s);
    for (size_t i = 0; ok && i < sizeof left / sizeof *left; i++) {
        ok = !ends_with(s, pt_str(left[i]));
    }
    return ok;
}

/* ---- Folders ----------------------------------------------------------------------------------
 */

/* Opens the folder `name` of `at`, made when missing; a symbolic link is refused. */
static PtStatus open_part(int at, const char *name, int *ret_fd, PtError *err)
{
    int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && (mkdirat(at, name, FOLDER_MODE) == 0 || errno == EEXIST)) {
        fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    }
    if (fd < 0) {
        const int why = errno;
        return why == ELOOP || why == ENOTDIR
                   ? pt_fail(err, PT_INVALID, "folder: \"%s\" is no folder, or a symbolic link",
                             name)
                   : pt_fail(err, pt_status_of_errno(why), "cannot open folder \"%s\": %s", name,
                             strerror(why));
    }
    *ret_fd = fd;
    return PT_OK;
}

static PtStatus walk(const char *root, PtStr folder, int *ret_fd, PtError *err)
{
    PtStr rest = folder, part = {NULL, 0};
    int at = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (at < 0) {
        const int why = errno;
        return pt_fail(err, pt_status_of_errno(why), "cannot open connect.drop_root \"%s\": %s",
                       root, strerror(why));
    }
    while (pt_str_cut(&rest, '/', &part)) {
        char name[CONNECT_DROP_FILE_MAX + 1];
        int next = -1;
        (void)pt_str_copy(name, sizeof name, part);
        PtStatus st = open_part(at, name, &next, err);
        (void)close(at);
        if (st != PT_OK) {
            return st;
        }
        at = next;
    }
    *ret_fd = at;
    return PT_OK;
}

void drop_close_folder(DropWatch *watch)
{
    close_fd(watch->folder);
    close_fd(watch->done);
    close_fd(watch->failed);
    watch->folder = watch->done = watch->failed = -1;
}

PtStatus drop_open_folder(const char *root, PtStr folder, DropWatch *ret_watch, PtError *err)
{
    DropWatch *w = ret_watch;
    w->folder = w->done = w->failed = w->wd = -1;
    if (!drop_folder_ok(folder)) {
        return pt_fail(err, PT_INVALID, "folder: not a path below connect.drop_root");
    }
    PtStatus st = walk(root, folder, &w->folder, err);
    if (st == PT_OK) {
        st = open_part(w->folder, "done", &w->done, err);
    }
    if (st == PT_OK) {
        st = open_part(w->folder, "failed", &w->failed, err);
    }
    if (st != PT_OK) {
        drop_close_folder(w);
    }
    return st;
}

/* ---- Files ------------------------------------------------------------------------------------
 */

int64_t drop_changed_ns(const struct stat *s)
{
    return (int64_t)s->st_mtim.tv_sec * 1000000000 + s->st_mtim.tv_nsec;
}

PtStatus drop_open_file(const DropWatch *watch, const char *name, int *ret_fd,
                        struct stat *ret_stat, PtError *err)
{
    // a pipe would be waited for without O_NONBLOCK
    const int fd = openat(watch->folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        const int why = errno;
        return why == ELOOP ? pt_fail(err, PT_INVALID, "\"%s\" is a symbolic link", name)
                            : pt_fail(err, pt_status_of_errno(why), "cannot open \"%s\": %s", name,
                                      strerror(why));
    }
    if (fstat(fd, ret_stat) != 0 || !S_ISREG(ret_stat->st_mode)) {
        (void)close(fd);
        return pt_fail(err, PT_INVALID, "\"%s\" is no regular file", name);
    }
    *ret_fd = fd;
    return PT_OK;
}

/* Whether it was moved before a kill, was taken away, or gave way to another one of its name. */
static bool is_away(const DropWatch *watch, const DropCurrent *file)
{
    struct stat s;
    if (fstatat(watch->folder, file->name, &s, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT;
    }
    return s.st_size != file->bytes ||
           (file->changed_ns != 0 && drop_changed_ns(&s) != file->changed_ns);
}

PtStatus drop_move(const DropWatch *watch, const DropCurrent *file, bool done,
                   char ret_placed[static 2 * CONNECT_DROP_FILE_MAX], PtError *err)
{
    const int to = done ? watch->done : watch->failed;
    char name[CONNECT_DROP_FILE_MAX + 40];
    int why = EEXIST;
    (void)snprintf(name, sizeof name, "%s", file->name);
    for (int i = 0; i < NAME_TRIES && why == EEXIST; i++) {
        if (is_away(watch, file)) {
            ret_placed[0] = '\0';
            return PT_OK;
        }
        if (renameat2(watch->folder, file->name, to, name, RENAME_NOREPLACE) == 0) {
            (void)snprintf(ret_placed, (size_t)2 * CONNECT_DROP_FILE_MAX, "%s/%s",
                           done ? "done" : "failed", name);
            return fsync(to) == 0 && fsync(watch->folder) == 0
                       ? PT_OK
                       : pt_fail(err, PT_IO, "cannot sync the folder of \"%s\"", file->name);
        }
        why = errno;
        (void)snprintf(name, sizeof name, "%s.%.12s-%d", file->name, file->digest, i + 1);
    }
    return why == ENOENT // not the file: the next time is_away tells
               ? pt_fail(err, PT_UNAVAILABLE,
                         "cannot move \"%s\": %s/ is gone: save the folder again", file->name,
                         done ? "done" : "failed")
               : pt_fail(err, pt_status_of_errno(why), "cannot move \"%s\": %s", file->name,
                         strerror(why));
}

/* ---- Refused rows -----------------------------------------------------------------------------
 */

static PtStatus put_refusal(FILE *f, const ConnectRefusal *r, PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf out;
    const PtStr cells[] = {r->column, r->reason, r->text};
    pt_buf_init(&out, ROW_MAX);
    pt_buf_printf(&out, "%llu,%llu", (unsigned long long)r->line, (unsigned long long)r->row);
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        pt_buf_add_char(&out, ',');
        pt_buf_add_csv(&out, cells[i]);
    }
    pt_buf_add_str(&out, PT_STR("\r\n"));
    if (pt_buf_status(&out) != PT_OK) {
        return pt_fail(err, pt_buf_status(&out), "a refused row does not fit");
    }
    (void)fwrite(out.data, 1, out.len, f); // the caller looks at ferror
    return PT_OK;
}

static PtStatus put_refusals(ConnectJobs *jobs, const DropCurrent *file, FILE *f, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(PAGE_ARENA);
    uint64_t after = 0;
    ConnectRefusals page = {NULL, REFUSALS_PAGE};
    if (arena == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for refused rows");
    }
    while (page.count == REFUSALS_PAGE) {
        pt_arena_clear(arena);
        PtStatus st =
            connect_job_refusals(jobs, pt_str(file->job), after, REFUSALS_PAGE, arena, &page, err);
        if (st != PT_OK) {
            return st == PT_NOT_FOUND ? PT_OK : st;
        }
        for (size_t i = 0; st == PT_OK && i < page.count; i++) {
            st = put_refusal(f, &page.rows[i], err);
            after = page.rows[i].number;
        }
        if (st != PT_OK) {
            return st;
        }
    }
    return PT_OK;
}

static PtStatus fill_errors(ConnectJobs *jobs, const DropCurrent *file, const char *reason, int fd,
                            PtError *err)
{
    FILE *f = fdopen(fd, "w");
    if (f == NULL) {
        (void)close(fd);
        return pt_fail(err, PT_NO_MEMORY, "no memory to write refused rows");
    }
    (void)fputs("line,row,column,reason,text\r\n", f);
    const ConnectRefusal whole = {.reason = pt_str(reason)};
    PtStatus st = reason[0] != '\0' ? put_refusal(f, &whole, err) : PT_OK;
    st = st == PT_OK && file->job[0] != '\0' ? put_refusals(jobs, file, f, err) : st;
    bool written = fflush(f) == 0 && ferror(f) == 0 && fsync(fileno(f)) == 0;
    written = fclose(f) == 0 && written;
    return st == PT_OK && !written
               ? pt_fail(err, PT_IO, "cannot write the refused rows of \"%s\"", file->name)
               : st;
}

static PtStatus has_refusals(ConnectJobs *jobs, const DropCurrent *file, bool *ret_any,
                             PtError *err)
{
    ConnectJob job;
    *ret_any = false;
    PtStatus st =
        file->job[0] != '\0' ? connect_job_get(jobs, pt_str(file->job), &job, err) : PT_NOT_FOUND;
    if (st == PT_OK) {
        *ret_any = job.progress.refusals > 0;
    }
    return st == PT_NOT_FOUND ? PT_OK : st;
}

PtStatus drop_write_errors(ConnectJobs *jobs, const DropWatch *watch, const DropCurrent *file,
                           const char *placed, bool done, const char *reason, PtError *err)
{
    static const char part[] = ".errors.part";
    const int to = done ? watch->done : watch->failed;
    const char *slash = strchr(placed, '/');
    char name[2 * CONNECT_DROP_FILE_MAX + 20];
    bool any = false;
    PtStatus st = has_refusals(jobs, file, &any, err);
    if (st != PT_OK || (!any && reason[0] == '\0')) {
        return st;
    }
    (void)unlinkat(to, part, 0); // of an earlier try
    const int fd = openat(to, part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
    if (fd < 0) {
        const int why = errno;
        return pt_fail(err, pt_status_of_errno(why), "cannot write refused rows: %s",
                       strerror(why));
    }
    st = fill_errors(jobs, file, reason, fd, err);
    (void)snprintf(name, sizeof name, "%s.errors.csv", slash != NULL ? slash + 1 : file->name);
    if (st == PT_OK && renameat(to, part, to, name) != 0) {
        const int why = errno;
        st = pt_fail(err, pt_status_of_errno(why), "cannot write \"%s\": %s", name, strerror(why));
    }
    return st;
}
