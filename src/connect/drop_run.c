// SPDX-License-Identifier: Apache-2.0
/* The thread of the drop folders: sees files, takes those that are whole, follows their imports. */
#include "connect/drop_internal.h"

#include "base/rng.h"
#include "base/time.h"
#include "base/uuid.h"
#include "connect/job_internal.h"
#include "platform/diag.h"
#include "platform/loop.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

enum {
    RETRY_MS = 5000, /* after trouble with SQL or disk */
    HELD_MS = 60000, /* until a file that could not be taken is tried again */
    EVENTS_BYTES = 16 << 10,
    LOAD_ARENA = 8 << 20,
};

static const AuditActor server_itself = {.kind = AUDIT_SYSTEM};

static DropWatch *watch_of(ConnectDrops *d, const char *folder)
{
    for (size_t i = 0; i < d->watch_count; i++) {
        if (strcmp(d->watches[i].id, folder) == 0) {
            return &d->watches[i];
        }
    }
    return NULL;
}

static void warn(const char *what, const PtError *err)
{
    pt_diag(PT_DIAG_WARN, "drop", what, PT_F_STR("problem", pt_str(err->message)));
}

/* ---- What was seen ----------------------------------------------------------------------------
 */

static DropPending *pending_of(ConnectDrops *d, const char *folder, const char *name)
{
    for (size_t i = 0; i < d->pending_count; i++) {
        DropPending *p = &d->pending[i];
        if (strcmp(p->name, name) == 0 && strcmp(p->folder, folder) == 0) {
            return p;
        }
    }
    return NULL;
}

static DropPending *new_pending(ConnectDrops *d)
{
    if (d->pending_count == DROP_PENDING_MAX) {
        return NULL;
    }
    if (d->pending_count == d->pending_cap) {
        const size_t cap = d->pending_cap > 0 ? 2 * d->pending_cap : 64;
        DropPending *more = realloc(d->pending, cap * sizeof *more);
        if (more == NULL) {
            return NULL;
        }
        d->pending = more;
        d->pending_cap = cap;
    }
    return &d->pending[d->pending_count++];
}

/* A file is to be taken when it has not changed for quiet_ms. */
static void note_file(ConnectDrops *d, const DropWatch *w, const char *name, int64_t quiet_ms)
{
    struct stat s;
    if (!drop_name_ok(name) || fstatat(w->folder, name, &s, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(s.st_mode)) {
        return;
    }
    DropPending *p = pending_of(d, w->id, name);
    p = p != NULL ? p : new_pending(d);
    if (p == NULL) {
        d->look_again = true;
        return;
    }
    (void)snprintf(p->folder, sizeof p->folder, "%s", w->id);
    (void)snprintf(p->name, sizeof p->name, "%s", name);
    p->due_mono_ms = pt_mono_ms() + quiet_ms;
    p->size = s.st_size;
    p->changed_ns = drop_changed_ns(&s);
}

static void drop_pending(ConnectDrops *d, DropPending *p)
{
    const size_t at = (size_t)(p - d->pending);
    memmove(p, p + 1, (d->pending_count - at - 1) * sizeof *p);
    d->pending_count--;
}

/* What lies there already. A file may be in the middle of being written, so it has to be quiet. */
static void look_at_folder(ConnectDrops *d, const DropWatch *w)
{
    const int fd = openat(w->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (dir == NULL) {
        if (fd >= 0) {
            (void)close(fd);
        }
        return;
    }
    for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        note_file(d, w, e->d_name, w->quiet_ms);
    }
    (void)closedir(dir);
}

static void look_at_all(ConnectDrops *d)
{
    d->look_again = false;
    for (size_t i = 0; i < d->watch_count; i++) {
        look_at_folder(d, &d->watches[i]);
    }
}

/* ---- Folders ----------------------------------------------------------------------------------
 */

static void say_problem(ConnectDrops *d, const char *id, const char *problem)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtError err = {0};
    PtStatus st = pt_sql_begin(d->c.sql, true, &tx, &err);
    if (st == PT_OK) {
        st = drop_set_problem(tx, id, problem, &err);
    }
    if (st == PT_OK) {
        st = pt_sql_commit(&tx, &err);
    }
    if (st != PT_OK) {
        warn("the problem of a folder was not written down", &err);
    }
}

/* What holds a file up, as its folder's problem: once, until the file goes on. */
static void hold_file(ConnectDrops *d, DropWatch *w, const char *name, const PtError *why)
{
    char problem[PT_ERROR_MESSAGE_MAX];
    if (!atomic_load(&d->stop) && strcmp(w->held, name) != 0) {
        (void)snprintf(w->held, sizeof w->held, "%s", name);
        job_say(problem, sizeof problem, why->message);
        say_problem(d, w->id, problem);
    }
}

static void release_file(ConnectDrops *d, DropWatch *w, const char *name)
{
    if (strcmp(w->held, name) == 0) {
        w->held[0] = '\0';
        say_problem(d, w->id, "");
    }
}

static PtStatus watch_folder(ConnectDrops *d, DropWatch *w, PtError *err)
{
    char path[64]; // by descriptor: the folder that was opened, whatever its name leads to now
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", w->folder);
    w->wd = inotify_add_watch(d->inotify, path,
                              IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVE_SELF | IN_DELETE_SELF |
                                  IN_ONLYDIR);
    return w->wd >= 0
               ? PT_OK
               : pt_fail(err, PT_UNAVAILABLE, "cannot watch the folder: %s", strerror(errno));
}

static void attach(ConnectDrops *d, const ConnectDrop *drop)
{
    PtError err = {0};
    char problem[PT_ERROR_MESSAGE_MAX];
    DropWatch *w = &d->watches[d->watch_count];
    PtStatus st = drop_open_folder(d->c.root, drop->edit.folder, w, &err);
    if (st == PT_OK) {
        st = watch_folder(d, w, &err);
    }
    if (st != PT_OK) {
        drop_close_folder(w);
        job_say(problem, sizeof problem, err.message);
        say_problem(d, drop->id.data, problem);
        return;
    }
    (void)pt_str_copy(w->id, sizeof w->id, drop->id);
    (void)pt_str_copy(w->source_id, sizeof w->source_id, drop->edit.source);
    w->quiet_ms = drop->edit.quiet_s * 1000;
    w->held[0] = '\0';
    d->watch_count++;
    if (drop->problem.len > 0) {
        say_problem(d, w->id, "");
    }
}

static void detach_all(ConnectDrops *d)
{
    for (size_t i = 0; i < d->watch_count; i++) {
        (void)inotify_rm_watch(d->inotify, d->watches[i].wd);
        drop_close_folder(&d->watches[i]);
    }
    d->watch_count = 0;
    d->pending_count = 0;
}

/* Those of the table, watched; and what lies in them. */
static PtStatus attach_all(ConnectDrops *d, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(LOAD_ARENA);
    ConnectDrop *list = NULL;
    size_t count = 0;
    PtStatus st = arena != NULL ? connect_drops_list(d, arena, &list, &count, err)
                                : pt_fail(err, PT_NO_MEMORY, "no memory for drop folders");
    detach_all(d);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        if (list[i].edit.enabled) {
            attach(d, &list[i]);
        }
    }
    look_at_all(d);
    return st;
}

static void on_inotify(ConnectDrops *d, const struct inotify_event *e)
{
    if ((e->mask & IN_Q_OVERFLOW) != 0) {
        d->look_again = true;
        return;
    }
    for (size_t i = 0; i < d->watch_count; i++) {
        DropWatch *w = &d->watches[i];
        if (w->wd != e->wd) {
            continue;
        }
        if ((e->mask & (IN_MOVE_SELF | IN_DELETE_SELF)) != 0) {
            say_problem(d, w->id, "the folder was moved or removed: save it again to go on");
        } else if (e->len > 0) {
            note_file(d, w, e->name, (e->mask & IN_MOVED_TO) != 0 ? 0 : w->quiet_ms);
        }
    }
}

static void read_inotify(ConnectDrops *d)
{
    _Alignas(struct inotify_event) char bytes[EVENTS_BYTES];
    ssize_t len;
    while ((len = read(d->inotify, bytes, sizeof bytes)) > 0) {
        for (ssize_t at = 0; at < len;) {
            const struct inotify_event *e =
                (const struct inotify_event *)(const void *)(bytes + at);
            on_inotify(d, e);
            at += (ssize_t)(sizeof *e + e->len);
        }
    }
}

/* ---- The file at hand -------------------------------------------------------------------------
 */

typedef struct Bytes { /* a file as a source */
    int fd;
    const _Atomic bool *stop;
} Bytes;

static PtStatus read_bytes(void *ctx, char *bytes, size_t cap, size_t *ret_len, PtError *err)
{
    const Bytes *b = ctx;
    if (atomic_load(b->stop)) {
        return pt_fail(err, PT_UNAVAILABLE, "the server stops");
    }
    pt_background_offer();
    const ssize_t len = read(b->fd, bytes, cap);
    if (len < 0) {
        return pt_fail(err, PT_IO, "cannot read the file: %s", strerror(errno));
    }
    *ret_len = (size_t)len;
    return PT_OK;
}

/* Where it goes, its row and its import's file. PT_OK: it is settled. */
static PtStatus settle(ConnectDrops *d, ConnectDropState state, const char *reason, bool is_new,
                       PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    const DropCurrent *c = &d->current;
    DropWatch *w = watch_of(d, c->folder);
    const bool done = state != CONNECT_DROP_FAILED;
    const int64_t now_ms = pt_clock_now_ms(d->c.clock);
    char placed[2 * CONNECT_DROP_FILE_MAX] = "", said[PT_ERROR_MESSAGE_MAX];
    PtStatus st = PT_OK;
    job_say(said, sizeof said, reason);
    if (w != NULL) {
        st = drop_move(w, c, done, placed, err);
        if (st == PT_OK && state != CONNECT_DROP_REPEATED) {
            st = drop_write_errors(d->jobs, w, c, placed, done, done ? "" : said, err);
        }
        if (st == PT_OK) {
            release_file(d, w, c->name);
        } else {
            hold_file(d, w, c->name, err);
        }
    }
    if (st == PT_OK) {
        st = pt_sql_begin(d->c.sql, true, &tx, err);
    }
    if (st == PT_OK) {
        st = is_new ? drop_file_insert(tx, c, state, said, placed, now_ms, err)
                    : drop_file_finish(tx, c->id, state, said, placed, now_ms, err);
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

static void forget_import_file(ConnectDrops *d)
{
    ConnectJob job;
    PtError err = {0};
    if (d->current.job[0] != '\0' &&
        connect_job_act(d->jobs, pt_str(d->current.job), CONNECT_STEP_REMOVE, &server_itself, &job,
                        &err) != PT_OK &&
        err.status != PT_NOT_FOUND) {
        warn("the file of an import was not removed", &err); // it expires by itself
    }
}

static PtStatus end_current(ConnectDrops *d, ConnectDropState state, const char *reason,
                            PtError *err)
{
    PtStatus st = settle(d, state, reason, false, err);
    if (st == PT_OK) {
        forget_import_file(d);
        d->current.id[0] = '\0';
    }
    return st;
}

/* The rest of the file into its import. The file may have changed or gone since it was taken. */
static PtStatus upload(ConnectDrops *d, uint64_t from, PtError *err)
{
    const DropWatch *w = watch_of(d, d->current.folder);
    struct stat s;
    int fd = -1;
    ConnectJob job;
    PtStatus st = w != NULL ? drop_open_file(w, d->current.name, &fd, &s, err)
                            : pt_fail(err, PT_INVALID, "the folder is not watched any more");
    char *part = malloc(CONNECT_PART_MAX);
    if (st == PT_OK && part == NULL) {
        st = pt_fail(err, PT_NO_MEMORY, "no memory for a part of a file");
    }
    if (st == PT_OK && s.st_size != d->current.bytes) {
        st = pt_fail(err, PT_INVALID, "the file changed while it was read");
    }
    while (st == PT_OK && from < (uint64_t)d->current.bytes && !atomic_load(&d->stop)) {
        const ssize_t len = pread(fd, part, CONNECT_PART_MAX, (off_t)from);
        if (len <= 0) {
            st = pt_fail(err, PT_INVALID, "the file changed while it was read");
            break;
        }
        st = connect_job_part(d->jobs, pt_str(d->current.job), from, (PtStr){part, (size_t)len},
                              &job, err);
        from += (uint64_t)len;
        pt_background_offer();
    }
    free(part);
    if (fd >= 0) {
        (void)close(fd);
    }
    return st;
}

/* Its folder's mapping, then the start. */
static PtStatus start_import(ConnectDrops *d, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    ConnectDrop drop;
    ConnectJob job;
    PtStatus st = arena != NULL ? connect_drop_get(d, pt_str(d->current.folder), arena, &drop, err)
                                : pt_fail(err, PT_NO_MEMORY, "no memory for an import");
    if (st == PT_OK) {
        st = connect_job_map(d->jobs, pt_str(d->current.job), drop.edit.recipe,
                             drop.edit.recipe.len > 0 ? PT_STR("") : drop.edit.mapping,
                             &server_itself, &job, err);
    }
    if (st == PT_OK) {
        st = connect_job_act(d->jobs, pt_str(d->current.job), CONNECT_STEP_START, &server_itself,
                             &job, err);
    }
    return st;
}

/* Trouble that is the file's or the definition's own, not the machine's. */
static bool is_final(PtStatus st)
{
    return st == PT_INVALID || st == PT_TOO_LARGE || st == PT_CONFLICT || st == PT_NOT_FOUND ||
           st == PT_CORRUPT;
}

static PtStatus give_up(ConnectDrops *d, const PtError *why, PtError *err)
{
    ConnectJob job;
    PtError ignored = {0};
    if (d->current.job[0] != '\0') {
        (void)!connect_job_act(d->jobs, pt_str(d->current.job), CONNECT_STEP_CANCEL, &server_itself,
                               &job, &ignored); // it may have ended by itself
    }
    return end_current(d, CONNECT_DROP_FAILED, why->message, err);
}

/* One step on with the import of the file at hand. PT_OK also where there is nothing to do yet. */
static PtStatus follow(ConnectDrops *d, PtError *err)
{
    ConnectJob job;
    PtError why = {0};
    PtStatus st = connect_job_get(d->jobs, pt_str(d->current.job), &job, &why);
    if (st == PT_OK) {
        switch (job.state) {
        case CONNECT_UPLOADING:
            st = upload(d, job.uploaded, &why);
            break;
        case CONNECT_READY:
            st = start_import(d, &why);
            break;
        case CONNECT_DONE:
            return end_current(d, CONNECT_DROP_DONE, "", err);
        case CONNECT_FAILED:
        case CONNECT_CANCELLED:
            return end_current(d, CONNECT_DROP_FAILED,
                               job.state == CONNECT_FAILED ? job.reason : "it was cancelled", err);
        default:
            break;
        }
    }
    if (st != PT_OK && is_final(st)) {
        return give_up(d, &why, err);
    }
    DropWatch *w = watch_of(d, d->current.folder);
    if (st != PT_OK && w != NULL) {
        hold_file(d, w, d->current.name, &why);
    }
    return st == PT_OK ? PT_OK : pt_fail(err, st, "%s", why.message);
}

/* ---- Taking a file ----------------------------------------------------------------------------
 */

static void new_current(ConnectDrops *d, const DropWatch *w, const DropPending *p,
                        const struct stat *s)
{
    uint8_t random[10];
    DropCurrent *c = &d->current;
    *c = (DropCurrent){.bytes = s->st_size, .changed_ns = drop_changed_ns(s)};
    pt_random_bytes(random, sizeof random);
    (void)pt_uuid_format(pt_uuid7(pt_clock_now_ms(d->c.clock), random), c->id);
    (void)snprintf(c->folder, sizeof c->folder, "%s", w->id);
    (void)snprintf(c->source_id, sizeof c->source_id, "%s", w->source_id);
    (void)snprintf(c->name, sizeof c->name, "%s", p->name);
}

static PtStatus digest_of(ConnectDrops *d, const DropWatch *w, const DropPending *p,
                          bool *ret_changed, PtError *err)
{
    struct stat before, after;
    int fd = -1;
    PtStatus st = drop_open_file(w, p->name, &fd, &before, err);
    if (st != PT_OK) {
        return st;
    }
    Bytes bytes = {fd, &d->stop};
    new_current(d, w, p, &before);
    st = connect_digest((ConnectSource){read_bytes, &bytes}, d->current.digest, err);
    *ret_changed = st == PT_OK && (fstat(fd, &after) != 0 || after.st_size != before.st_size ||
                                   drop_changed_ns(&after) != drop_changed_ns(&before));
    (void)close(fd);
    return st;
}

static PtStatus begin_import(ConnectDrops *d, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    ConnectJob job;
    const ConnectJobNew made = {.name = pt_str(d->current.name),
                                .source = pt_str(d->current.source_id),
                                .bytes = (uint64_t)d->current.bytes,
                                .sha256 = pt_str(d->current.digest)};
    PtStatus st = connect_job_add(d->jobs, &made, &server_itself, &job, err);
    if (st == PT_OK) {
        memcpy(d->current.job, job.id, sizeof d->current.job);
        st = pt_sql_begin(d->c.sql, true, &tx, err);
    }
    if (st == PT_OK) {
        st = drop_file_insert(tx, &d->current, CONNECT_DROP_IMPORTING, "", "",
                              pt_clock_now_ms(d->c.clock), err);
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

static PtStatus was_imported(ConnectDrops *d, char why[static PT_ERROR_MESSAGE_MAX], PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    char name[CONNECT_DROP_FILE_MAX + 1] = "", time[PT_TIME_TEXT];
    int64_t at_ms = 0;
    PtStatus st = pt_sql_begin(d->c.sql, false, &tx, err);
    if (st == PT_OK) {
        st = drop_file_known(tx, &d->current, name, &at_ms, err);
    }
    why[0] = '\0';
    if (st == PT_OK && name[0] != '\0') {
        (void)pt_time_format(at_ms, time);
        (void)snprintf(why, PT_ERROR_MESSAGE_MAX, "the same file as \"%.120s\" of %s", name, time);
    }
    return st;
}

/* The digest is known: it is new, or a repeat, or nothing. */
static PtStatus take_known(ConnectDrops *d, PtError *err)
{
    char why[PT_ERROR_MESSAGE_MAX];
    if (d->current.bytes == 0) {
        return settle(d, CONNECT_DROP_FAILED, "the file is empty", true, err);
    }
    PtStatus st = was_imported(d, why, err);
    if (st != PT_OK) {
        return st;
    }
    if (why[0] != '\0') {
        return settle(d, CONNECT_DROP_REPEATED, why, true, err);
    }
    PtError begun = {0};
    st = begin_import(d, &begun);
    if (st == PT_OK) {
        return PT_OK;
    }
    forget_import_file(d);
    d->current.job[0] = '\0';
    return is_final(st) && st != PT_TOO_LARGE // no room for files of imports passes by
               ? settle(d, CONNECT_DROP_FAILED, begun.message, true, err)
               : pt_fail(err, st, "%s", begun.message);
}

/* *ret_changed: it is not whole yet. */
static PtStatus take_seen(ConnectDrops *d, const DropWatch *w, const DropPending *p,
                          const struct stat *s, bool *ret_changed, PtError *err)
{
    *ret_changed = false;
    if (s->st_size > CONNECT_JOB_BYTES_MAX) {
        new_current(d, w, p, s);
        return settle(d, CONNECT_DROP_FAILED, "the file is larger than an import may be", true,
                      err);
    }
    PtStatus st = digest_of(d, w, p, ret_changed, err);
    return st == PT_OK && !*ret_changed ? take_known(d, err) : st;
}

/* The file becomes the one at hand, or is settled at once, or waits on. */
static PtStatus take(ConnectDrops *d, DropPending *p, PtError *err)
{
    DropWatch *w = watch_of(d, p->folder);
    struct stat s;
    bool changed;
    if (w == NULL || fstatat(w->folder, p->name, &s, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(s.st_mode)) {
        if (w != NULL) {
            release_file(d, w, p->name);
        }
        drop_pending(d, p);
        return PT_OK;
    }
    if (s.st_size != p->size || drop_changed_ns(&s) != p->changed_ns) {
        note_file(d, w, p->name, w->quiet_ms);
        return PT_OK;
    }
    PtStatus st = take_seen(d, w, p, &s, &changed, err);
    if (st == PT_OK && changed) {
        d->current.id[0] = '\0';
        note_file(d, w, p->name, w->quiet_ms);
        return PT_OK;
    }
    if (st == PT_NOT_FOUND || st == PT_INVALID) { // it went away, or is none that we take
        drop_pending(d, p);
        d->current.id[0] = '\0';
        return PT_OK;
    }
    if (st == PT_OK) {
        release_file(d, w, p->name);
        drop_pending(d, p);
    } else { // others pass it by
        hold_file(d, w, p->name, err);
        p->due_mono_ms = pt_mono_ms() + HELD_MS;
    }
    if (st != PT_OK || d->current.job[0] == '\0') {
        d->current.id[0] = '\0';
    }
    return st;
}

static DropPending *first_due(ConnectDrops *d, int64_t *ret_next_ms)
{
    const int64_t now = pt_mono_ms();
    *ret_next_ms = -1;
    for (size_t i = 0; i < d->pending_count; i++) {
        const int64_t left = d->pending[i].due_mono_ms - now;
        if (left <= 0) {
            return &d->pending[i];
        }
        *ret_next_ms = *ret_next_ms < 0 || left < *ret_next_ms ? left : *ret_next_ms;
    }
    return NULL;
}

/* Whatever can be done now; *ret_wait_ms is how long nothing more will be to do (-1: for ever). */
static PtStatus work(ConnectDrops *d, int64_t *ret_wait_ms, PtError *err)
{
    *ret_wait_ms = -1;
    if (d->current.id[0] != '\0') {
        PtStatus st = follow(d, err);
        if (st != PT_OK || d->current.id[0] != '\0') {
            return st;
        }
    }
    DropPending *p = first_due(d, ret_wait_ms);
    if (p == NULL) {
        if (d->look_again && d->pending_count < DROP_PENDING_MAX) {
            look_at_all(d);
            *ret_wait_ms = 0;
        }
        return PT_OK;
    }
    *ret_wait_ms = 0;
    return take(d, p, err);
}

/* ---- The thread -------------------------------------------------------------------------------
 */

static void wait_for_more(ConnectDrops *d, int64_t wait_ms)
{
    struct pollfd fds[] = {{.fd = d->wake, .events = POLLIN}, {.fd = d->inotify, .events = POLLIN}};
    uint64_t count;
    const int timeout = wait_ms < 0 ? -1 : wait_ms > INT32_MAX ? INT32_MAX : (int)wait_ms;
    (void)poll(fds, sizeof fds / sizeof *fds, timeout);
    (void)!read(d->wake, &count, sizeof count);
    read_inotify(d);
}

static PtStatus resume(ConnectDrops *d, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(d->c.sql, false, &tx, err);
    return st == PT_OK ? drop_file_resume(tx, &d->current, err) : st;
}

static PtStatus one_turn(ConnectDrops *d, bool *resumed, int64_t *ret_wait_ms, PtError *err)
{
    PtStatus st = PT_OK;
    if (atomic_exchange(&d->reload, false)) {
        st = attach_all(d, err);
        if (st != PT_OK) {
            atomic_store(&d->reload, true);
        }
    }
    if (st == PT_OK && !*resumed) {
        st = resume(d, err);
        *resumed = st == PT_OK;
    }
    return st == PT_OK ? work(d, ret_wait_ms, err) : st;
}

void *drop_main(void *ctx)
{
    ConnectDrops *d = ctx;
    bool resumed = false;
    pt_background();
    atomic_store(&d->reload, true);
    while (!atomic_load(&d->stop)) {
        PtError err = {0};
        int64_t wait_ms = -1;
        if (one_turn(d, &resumed, &wait_ms, &err) != PT_OK && !atomic_load(&d->stop)) {
            warn("a dropped file has to wait", &err);
            wait_ms = RETRY_MS;
        }
        if (!atomic_load(&d->stop)) {
            wait_for_more(d, wait_ms);
        }
    }
    detach_all(d);
    return NULL;
}
