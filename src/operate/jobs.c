// SPDX-License-Identifier: Apache-2.0
/* Backups as jobs: one at a time, each with a row that tells what became of it. */
#include "operate/operate_internal.h"

#include "base/hash.h"
#include "base/time.h"
#include "operate/operate.sql.h"
#include "platform/diag.h"
#include "platform/loop.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_MAX_BYTES = 200 };

/* ---- Rows ----------------------------------------------------------------------------------- */

static PtStatus insert_row(PtSqlTx *tx, const char *id, const char *kind, PtStr path, bool secrets,
                           PtStr actor, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_BACKUP_ADD, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(id));
    pt_sql_bind_text(tx, 2, pt_str(kind));
    pt_sql_bind_text(tx, 3, path);
    pt_sql_bind_i64(tx, 4, secrets);
    pt_sql_bind_i64(tx, 5, operate_now_ms());
    pt_sql_bind_text(tx, 6, actor);
    return pt_sql_finish(tx, err);
}

static PtStatus audit(PtSqlTx *tx, const AuditActor *by, const char *action, const char *id,
                      bool secrets, PtError *err)
{
    const AuditEntry entry = {.by = by,
                              .action = action,
                              .subject_type = "backup",
                              .subject = pt_str(id),
                              .detail = secrets ? PT_STR("{\"secrets\":true}")
                                                : PT_STR("{\"secrets\":false}")};
    return audit_write(tx, operate_now_ms(), &entry, err);
}

/* Row and audit entry of a backup that begins. */
static PtStatus write_begin(Operate *o, const char *id, const char *kind, PtStr path, bool secrets,
                            const AuditActor *by, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(o->c.core, true, &tx, err);
    if (st == PT_OK) {
        st = insert_row(tx, id, kind, path, secrets, audit_actor_name(by), err);
    }
    if (st == PT_OK && by->kind != AUDIT_SYSTEM) {
        st = audit(tx, by, "backup.started", id, secrets, err);
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

static PtStatus write_end(Operate *o, const char *id, PtStatus became, const BackupResult *result,
                          uint64_t bytes, const PtError *why, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    char hex[PACK_DIGEST_TEXT];
    const char *state = became == PT_OK ? "done" : became == PT_GONE ? "cancelled" : "failed";
    PtStatus st = pt_sql_begin(o->c.core, true, &tx, err);
    if (st == PT_OK) {
        st = pt_sql_use(tx, SQL_BACKUP_END, err);
    }
    if (st != PT_OK) {
        return st;
    }
    pt_hex(result->digest, PACK_DIGEST, hex);
    pt_sql_bind_text(tx, 1, pt_str(id));
    pt_sql_bind_text(tx, 2, pt_str(state));
    pt_sql_bind_i64(tx, 3, operate_now_ms());
    if (became == PT_OK) {
        pt_sql_bind_i64(tx, 4, (int64_t)result->end_offset);
        pt_sql_bind_text(tx, 6, pt_str(hex));
        pt_sql_bind_null(tx, 7);
    } else {
        pt_sql_bind_null(tx, 4);
        pt_sql_bind_null(tx, 6);
        pt_sql_bind_text(tx, 7, pt_str(why->message));
    }
    pt_sql_bind_i64(tx, 5, (int64_t)bytes);
    st = pt_sql_finish(tx, err);
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

/* ---- Running -------------------------------------------------------------------------------- */

static BackupSource source_of(const Operate *o, bool secrets)
{
    return (BackupSource){.core = o->c.core,
                          .log = o->c.log,
                          .fs = pt_fs_real(),
                          .clock = o->c.clock,
                          .data_dir = o->data_dir,
                          .engine = o->c.engine,
                          .settings = pt_buf_str(&o->settings_conf),
                          .secrets = secrets,
                          .bytes_per_s = o->backup_bytes_per_s};
}

/* Takes the one place. */
static PtStatus reserve(Operate *o, bool secrets, PtError *err)
{
    PtStatus st = PT_OK;
    pthread_mutex_lock(&o->lock);
    if (o->running.busy || o->stopping) {
        st = pt_fail(err, PT_CONFLICT, "%s",
                     o->stopping ? "the server is stopping" : "a backup is running");
    } else {
        o->running.busy = true;
        o->running.secrets = secrets;
        atomic_store(&o->running.progress.bytes, 0);
        atomic_store(&o->running.progress.expected, 0);
        atomic_store(&o->running.progress.end_offset, 0);
        atomic_store(&o->running.progress.cancel, false);
        operate_uuid(o->running.id);
    }
    pthread_mutex_unlock(&o->lock);
    return st;
}

/* The last that a backup's thread does with o: whoever closes it waits for this. */
static void give_back(Operate *o)
{
    pthread_mutex_lock(&o->lock);
    o->running.busy = false;
    o->nudged = true; // what became of it is judged now
    pthread_cond_broadcast(&o->wake);
    pthread_mutex_unlock(&o->lock);
}

/* Scheduled ones beyond the newest backup.keep. */
static void remove_surplus(Operate *o)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    struct {
        char id[PT_UUID_TEXT], path[OPERATE_PATH];
    } *old = calloc(1, sizeof *old);
    bool row = old != NULL;
    PtStatus st = PT_OK;
    while (row && st == PT_OK) {
        row = false;
        st = pt_sql_begin(o->c.core, true, &tx, NULL);
        if (st == PT_OK) {
            st = pt_sql_use(tx, SQL_BACKUP_SURPLUS, NULL);
        }
        if (st != PT_OK) {
            break;
        }
        pt_sql_bind_i64(tx, 1, o->keep);
        st = pt_sql_step(tx, &row, NULL);
        if (st == PT_OK && row) {
            (void)pt_str_copy(old->id, sizeof old->id, pt_sql_text(tx, 0));
            (void)snprintf(old->path, sizeof old->path, "%s/%.*s", o->backup_dir,
                           PT_STR_ARG(pt_sql_text(tx, 1)));
            pt_sql_done(tx);
            if (unlink(old->path) != 0 && errno != ENOENT) {
                pt_diag(PT_DIAG_WARN, "backup", "old backup not removed",
                        PT_F_STR("path", pt_str(old->path)));
                break;
            }
            st = pt_sql_use(tx, SQL_BACKUP_REMOVED, NULL);
            if (st == PT_OK) {
                pt_sql_bind_text(tx, 1, pt_str(old->id));
                bool none;
                st = pt_sql_step(tx, &none, NULL);
            }
        }
        pt_sql_done(tx);
        st = st == PT_OK ? pt_sql_commit(&tx, NULL) : st;
    }
    free(old);
}

static void finish(Operate *o, PtStatus became, const BackupResult *result, const PtError *why)
{
    PtError err = {0};
    const uint64_t bytes = atomic_load(&o->running.progress.bytes);
    if (write_end(o, o->running.id, became, result, bytes, why, &err) != PT_OK) {
        pt_diag(PT_DIAG_ERROR, "backup", "end of a backup not noted",
                PT_F_STR("why", pt_str(err.message)));
    }
    if (became == PT_OK) {
        pt_diag(PT_DIAG_INFO, "backup", "backup done", PT_F_STR("path", pt_str(o->running.path)),
                PT_F_INT("bytes", bytes), PT_F_INT("end", result->end_offset));
    } else {
        pt_diag(PT_DIAG_ERROR, "backup", "backup failed", PT_F_STR("path", pt_str(o->running.path)),
                PT_F_STR("why", pt_str(why->message)));
    }
    if (became == PT_OK && o->backup_dir[0] != '\0') {
        remove_surplus(o);
    }
    give_back(o);
}

static void *run_job(void *ctx)
{
    Operate *o = ctx;
    const BackupSource s = source_of(o, o->running.secrets);
    BackupResult result = {0};
    PtError why = {0};
    char path[2 * OPERATE_PATH];
    pt_background();
    (void)snprintf(path, sizeof path, "%s/%s", o->backup_dir, o->running.path);
    PtStatus st = backup_make_file(&s, path, &o->running.progress, &result, &why);
    finish(o, st, &result, &why);
    return NULL;
}

/* The thread before has given back its place, so it ends at once. */
static void join_job(Operate *o)
{
    pthread_mutex_lock(&o->lock);
    const bool alive = o->running.thread_alive;
    o->running.thread_alive = false;
    pthread_mutex_unlock(&o->lock);
    if (alive) {
        (void)pthread_join(o->backup_thread, NULL);
    }
}

/* With the place reserved. */
static PtStatus start_job(Operate *o, const char *kind, const char *name, const AuditActor *by,
                          PtError *err)
{
    const bool secrets = o->running.secrets;
    (void)snprintf(o->running.path, sizeof o->running.path, "%s", name);
    PtStatus st = write_begin(o, o->running.id, kind, pt_str(name), secrets, by, err);
    if (st != PT_OK) {
        give_back(o);
        return st;
    }
    join_job(o);
    if (pthread_create(&o->backup_thread, NULL, run_job, o) != 0) {
        const BackupResult none = {0};
        st = pt_fail(err, PT_UNAVAILABLE, "cannot start a thread for the backup");
        finish(o, st, &none, err);
        return st;
    }
    pthread_mutex_lock(&o->lock);
    o->running.thread_alive = true;
    pthread_mutex_unlock(&o->lock);
    return PT_OK;
}

static PtStatus check_name(PtStr name, PtError *err)
{
    bool good = name.len >= 1 && name.len <= NAME_MAX_BYTES && name.data[0] != '.';
    for (size_t i = 0; good && i < name.len; i++) {
        const char c = name.data[i];
        good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '-' || c == '_';
    }
    return good ? PT_OK
                : pt_fail(err, PT_INVALID,
                          "path is not a file name of 1..%d letters, digits, '.', '-' and '_'",
                          NAME_MAX_BYTES);
}

/* patron-20261122T084501Z.ptb */
static void make_name(char out[static 64])
{
    char text[PT_TIME_TEXT];
    size_t n = 0;
    (void)pt_time_format(operate_now_ms(), text);
    char stamp[PT_TIME_TEXT];
    for (const char *p = text; *p != '\0' && *p != '.'; p++) {
        if (*p != '-' && *p != ':') {
            stamp[n++] = *p;
        }
    }
    stamp[n] = '\0';
    (void)snprintf(out, 64, "patron-%sZ.ptb", stamp);
}

static PtStatus must_be_new(const Operate *o, const char *name, PtError *err)
{
    char path[2 * OPERATE_PATH];
    (void)snprintf(path, sizeof path, "%s/%s", o->backup_dir, name);
    return access(path, F_OK) == 0 ? pt_fail(err, PT_CONFLICT, "\"%s\" exists", name) : PT_OK;
}

PtStatus operate_backup_start(Operate *o, PtStr name, bool secrets, const AuditActor *by,
                              PtJsonOut *out, PtError *err)
{
    char made[64], given[NAME_MAX_BYTES + 1], id[PT_UUID_TEXT];
    if (o->backup_dir[0] == '\0') {
        return pt_fail(err, PT_INVALID, "backup.dir is not set: this server has no backup folder");
    }
    make_name(made);
    name = name.len > 0 ? name : pt_str(made);
    PtStatus st = check_name(name, err);
    if (st != PT_OK) {
        return st;
    }
    (void)pt_str_copy(given, sizeof given, name);
    st = must_be_new(o, given, err);
    if (st == PT_OK) {
        st = reserve(o, secrets, err);
    }
    if (st != PT_OK) {
        return st;
    }
    memcpy(id, o->running.id, sizeof id);
    st = start_job(o, "asked", given, by, err);
    return st == PT_OK ? operate_backup_json(o, pt_str(id), out, err) : st;
}

PtStatus operate_backup_reserve(Operate *o, bool secrets, PtError *err)
{
    return reserve(o, secrets, err);
}

void operate_backup_abandon(Operate *o)
{
    give_back(o);
}

PtStatus operate_backup_run(Operate *o, const AuditActor *by, const PackSink *sink, PtError *err)
{
    const BackupSource s = source_of(o, o->running.secrets);
    BackupResult result = {0};
    PtError why = {0};
    pt_background();
    o->running.path[0] = '\0';
    PtStatus st = write_begin(o, o->running.id, "streamed", (PtStr){NULL, 0}, s.secrets, by, err);
    if (st != PT_OK) {
        give_back(o);
        return st;
    }
    st = backup_make(&s, sink, &o->running.progress, &result, &why);
    finish(o, st, &result, &why);
    return st == PT_OK ? PT_OK : pt_fail(err, st, "%s", why.message);
}

PtStatus operate_backup_cancel(Operate *o, PtStr id, const AuditActor *by, PtJsonOut *out,
                               PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    char text[PT_UUID_TEXT];
    PtStatus st = operate_backup_json(o, id, out, err);
    if (st != PT_OK) {
        return st;
    }
    pthread_mutex_lock(&o->lock);
    const bool runs = o->running.busy && pt_str_eq(id, pt_str(o->running.id));
    if (runs) {
        atomic_store(&o->running.progress.cancel, true);
    }
    memcpy(text, o->running.id, sizeof text);
    pthread_mutex_unlock(&o->lock);
    if (!runs) {
        return pt_fail(err, PT_CONFLICT, "this backup is not running");
    }
    st = pt_sql_begin(o->c.core, true, &tx, err);
    if (st == PT_OK) {
        st = audit(tx, by, "backup.cancelled", text, o->running.secrets, err);
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

/* ---- Schedule ------------------------------------------------------------------------------- */

static int64_t last_scheduled_ms(Operate *o)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    bool row = false;
    int64_t last = 0;
    if (pt_sql_begin(o->c.core, false, &tx, NULL) == PT_OK &&
        pt_sql_use(tx, SQL_BACKUP_LAST_SCHEDULED, NULL) == PT_OK &&
        pt_sql_step(tx, &row, NULL) == PT_OK && row) {
        last = pt_sql_i64(tx, 0);
    }
    return last;
}

int64_t jobs_next_ms(Operate *o)
{
    if (o->every_ms == 0 || o->backup_dir[0] == '\0') {
        return 0;
    }
    const int64_t last = last_scheduled_ms(o);
    return last > 0 ? last + o->every_ms : o->opened_ms;
}

void jobs_due(Operate *o)
{
    static const AuditActor server = {.kind = AUDIT_SYSTEM};
    char name[64];
    PtError err = {0};
    const int64_t next = jobs_next_ms(o);
    if (next == 0 || operate_now_ms() < next || reserve(o, true, NULL) != PT_OK) {
        return;
    }
    make_name(name);
    if (start_job(o, "scheduled", name, &server, &err) != PT_OK) {
        pt_diag(PT_DIAG_ERROR, "backup", "scheduled backup not started",
                PT_F_STR("why", pt_str(err.message)));
    }
}

/* ---- Lists ---------------------------------------------------------------------------------- */

static void put_running(Operate *o, PtStr id, int64_t *bytes, int64_t *expected, int64_t *end)
{
    pthread_mutex_lock(&o->lock);
    if (o->running.busy && pt_str_eq(id, pt_str(o->running.id)) &&
        atomic_load(&o->running.progress.expected) > 0) {
        *bytes = (int64_t)atomic_load(&o->running.progress.bytes);
        *expected = (int64_t)atomic_load(&o->running.progress.expected);
        *end = (int64_t)atomic_load(&o->running.progress.end_offset);
    }
    pthread_mutex_unlock(&o->lock);
}

static void put_number(PtJsonOut *out, const char *key, int64_t value)
{
    pt_json_out_key(out, pt_str(key));
    if (value < 0) {
        pt_json_out_null(out);
    } else {
        pt_json_out_i64(out, value);
    }
}

/* The row that the statement stands on. */
static void put_backup(Operate *o, PtSqlTx *tx, PtJsonOut *out)
{
    int64_t bytes = pt_sql_i64(tx, 8), expected = -1;
    int64_t end = pt_sql_is_null(tx, 7) ? -1 : pt_sql_i64(tx, 7);
    put_running(o, pt_sql_text(tx, 0), &bytes, &expected, &end);
    pt_json_out_object(out);
    operate_put_text(out, "id", pt_sql_text(tx, 0));
    operate_put_text(out, "state", pt_sql_text(tx, 1));
    operate_put_text(out, "kind", pt_sql_text(tx, 2));
    operate_put_text(out, "path", pt_sql_text(tx, 3));
    pt_json_put_bool(out, "secrets", pt_sql_i64(tx, 4) != 0);
    operate_put_time(out, "started_at", pt_sql_i64(tx, 5));
    operate_put_time(out, "finished_at", pt_sql_i64(tx, 6));
    put_number(out, "position", end);
    put_number(out, "bytes", bytes);
    put_number(out, "bytes_expected", expected);
    operate_put_text(out, "digest", pt_sql_text(tx, 9));
    operate_put_text(out, "error", pt_sql_text(tx, 10));
    operate_put_text(out, "by", pt_sql_text(tx, 11));
    pt_json_out_object_end(out);
}

PtStatus operate_backup_json(Operate *o, PtStr id, PtJsonOut *out, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    bool row = false;
    PtStatus st = pt_sql_begin(o->c.core, false, &tx, err);
    if (st == PT_OK) {
        st = pt_sql_use(tx, SQL_BACKUP_GET, err);
    }
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, id);
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK && !row) {
        st = pt_fail(err, PT_NOT_FOUND, "no backup with this id");
    }
    if (st == PT_OK) {
        put_backup(o, tx, out);
    }
    return st;
}

static PtStatus put_rows(Operate *o, PtStr before, int64_t limit, PtJsonOut *out,
                         char next[static PT_UUID_TEXT], PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    char last[PT_UUID_TEXT] = "";
    bool row = true;
    PtStatus st = pt_sql_begin(o->c.core, false, &tx, err);
    if (st == PT_OK) {
        st = pt_sql_use(tx, SQL_BACKUP_PAGE, err);
    }
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, before.len > 0 ? before : PT_STR("g")); // behind every hex digit
    pt_sql_bind_i64(tx, 2, limit + 1);
    for (int64_t i = 0; (st = pt_sql_step(tx, &row, err)) == PT_OK && row; i++) {
        if (i == limit) {
            memcpy(next, last, sizeof last);
            break;
        }
        put_backup(o, tx, out);
        (void)pt_str_copy(last, sizeof last, pt_sql_text(tx, 0));
    }
    return st;
}

PtStatus operate_backups_json(Operate *o, PtStr before, int64_t limit, PtJsonOut *out, PtError *err)
{
    char next[PT_UUID_TEXT] = "";
    Readings r;
    pt_json_out_object(out);
    pt_json_out_key(out, PT_STR("data"));
    pt_json_out_array(out);
    PtStatus st = put_rows(o, before, limit, out, next, err);
    pt_json_out_array_end(out);
    if (st != PT_OK) {
        return st;
    }
    operate_read(o, &r);
    operate_put_text(out, "next_cursor", next[0] != '\0' ? pt_str(next) : (PtStr){NULL, 0});
    operate_put_text(out, "folder",
                     o->backup_dir[0] != '\0' ? pt_str(o->backup_dir) : (PtStr){NULL, 0});
    pt_json_put_i64(out, "every_hours", o->every_ms / 3600000);
    pt_json_put_i64(out, "keep", o->keep);
    operate_put_time(out, "newest_at", r.backup_newest_ms);
    operate_put_time(out, "next_at", jobs_next_ms(o));
    pt_json_out_object_end(out);
    return PT_OK;
}

/* ---- Life ----------------------------------------------------------------------------------- */

PtStatus jobs_open(Operate *o, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    if (o->backup_dir[0] != '\0' && mkdir(o->backup_dir, 0700) != 0 && errno != EEXIST) {
        const int why = errno;
        return pt_fail(err, pt_status_of_errno(why), "cannot make backup.dir \"%.150s\": %s",
                       o->backup_dir, strerror(why));
    }
    PtStatus st = pt_sql_begin(o->c.core, true, &tx, err);
    if (st == PT_OK) {
        st = pt_sql_use(tx, SQL_BACKUP_INTERRUPTED, err);
    }
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, operate_now_ms());
    st = pt_sql_finish(tx, err);
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

void jobs_close(Operate *o)
{
    pthread_mutex_lock(&o->lock);
    atomic_store(&o->running.progress.cancel, true);
    while (o->running.busy) {
        pthread_cond_wait(&o->wake, &o->lock);
    }
    pthread_mutex_unlock(&o->lock);
    join_job(o);
}
