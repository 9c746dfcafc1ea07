// SPDX-License-Identifier: Apache-2.0
#include "operate/doctor.h"

#include "base/memory.h"
#include "events/events.h"
#include "operate/backup.h"
#include "platform/columns.h"
#include "platform/migrations.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

enum {
    PATH_BYTES = 4600,
    SYNC_MIDDLE = 12,
    SYNCS = 2 * SYNC_MIDDLE + 1, /* writes that are synced to learn the disk's pace */
    SYNC_SLOW_MS = 20,           /* median over which it is slow */
    FILES_LEAST = 4096,          /* descriptors a server should have */
    SECRET_BYTES = 48,
    FOUND_MAX = 20, /* troubles of one check that are told one by one */
};

/* Before this no version of Patron existed: a clock that says so is not set. */
static const int64_t oldest_now_ms = 1700000000000;

typedef struct Doctor {
    const DoctorTarget *t;
    void (*found)(void *ctx, const DoctorFinding *finding);
    void *ctx;
    int told; /* of the check at hand */
} Doctor;

const char *doctor_state_name(DoctorState state)
{
    static const char *const names[] = {"ok", "warn", "bad", "skipped"};
    return names[state];
}

static void say(Doctor *d, const char *check, DoctorState state, const char *advice,
                const char *fmt, ...) PT_PRINTF(5, 6);

static void say(Doctor *d, const char *check, DoctorState state, const char *advice,
                const char *fmt, ...)
{
    DoctorFinding f = {.check = check, .state = state, .advice = advice};
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(f.text, sizeof f.text, fmt, args);
    va_end(args);
    d->found(d->ctx, &f);
}

static void path_in(const Doctor *d, const char *name, char out[static PATH_BYTES])
{
    (void)snprintf(out, PATH_BYTES, "%.4000s/%.500s", d->t->data_dir, name);
}

/* ---- Folder --------------------------------------------------------------------------------- */

static bool check_folder(Doctor *d)
{
    struct stat st;
    if (stat(d->t->data_dir, &st) != 0 || !S_ISDIR(st.st_mode)) {
        say(d, "folder", DOCTOR_BAD, "give the data folder of a server: --data DIR",
            "\"%.200s\" is no folder that can be read", d->t->data_dir);
        return false;
    }
    if ((st.st_mode & 077) != 0) {
        say(d, "folder", DOCTOR_WARN, "chmod 0700 the folder: it holds secrets and customers' data",
            "others than its owner may enter it (mode %04o)", st.st_mode & 07777);
    } else if (access(d->t->data_dir, R_OK | W_OK | X_OK) != 0) {
        say(d, "folder", DOCTOR_BAD, "run as the user that runs patrond",
            "this user may not write to it");
    } else {
        say(d, "folder", DOCTOR_OK, NULL, "only its owner may enter it");
    }
    PtError err = {0};
    if (restore_check_finished(d->t->data_dir, &err) != PT_OK) {
        say(d, "folder", DOCTOR_BAD, "restore again with --force, or remove the folder", "%s",
            err.message);
    }
    return true;
}

static void check_secret(Doctor *d)
{
    char path[PATH_BYTES];
    struct stat st;
    path_in(d, "secret.key", path);
    if (stat(path, &st) != 0) {
        say(d, "secret", DOCTOR_BAD, "put it back from a backup", "secret.key is missing: %s",
            strerror(errno));
    } else if (st.st_size != SECRET_BYTES) {
        say(d, "secret", DOCTOR_BAD, "put it back from a backup",
            "secret.key has %lld bytes, not %d", (long long)st.st_size, SECRET_BYTES);
    } else if ((st.st_mode & 077) != 0) {
        say(d, "secret", DOCTOR_BAD, "chmod 0600 secret.key, then rotate tokens that may be known",
            "others than its owner may read secret.key (mode %04o)", st.st_mode & 07777);
    } else {
        say(d, "secret", DOCTOR_OK, NULL, "secret.key is there and private");
    }
}

static void check_lock(Doctor *d)
{
    say(d, "lock", DOCTOR_OK, NULL,
        d->t->running ? "a daemon has the folder" : "no daemon has the folder");
}

static void check_space(Doctor *d)
{
    struct statvfs v;
    if (statvfs(d->t->data_dir, &v) != 0) {
        say(d, "disk", DOCTOR_WARN, NULL, "free space cannot be read: %s", strerror(errno));
        return;
    }
    const int64_t free_bytes = (int64_t)v.f_bavail * (int64_t)v.f_frsize;
    const bool few = free_bytes < d->t->disk_free_bytes;
    say(d, "disk", few ? DOCTOR_BAD : DOCTOR_OK, few ? "free space, or move the folder" : NULL,
        "%" PRId64 " MiB are free", free_bytes >> 20);
    if (v.f_files > 0 && v.f_favail < 1000) {
        say(d, "disk", DOCTOR_BAD, "remove files: the file system has no names left",
            "only %llu more files can be made", (unsigned long long)v.f_favail);
    }
}

static int by_value(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void check_speed(Doctor *d)
{
    char path[PATH_BYTES], block[4096] = {0};
    int64_t took[SYNCS];
    path_in(d, "doctor.tmp", path);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool good = fd >= 0 && pwrite(fd, block, sizeof block, 0) == sizeof block && fsync(fd) == 0;
    for (int i = 0; good && i < SYNCS; i++) {
        const int64_t begin = pt_mono_ns();
        good = pwrite(fd, block, sizeof block, 0) == sizeof block && fdatasync(fd) == 0;
        took[i] = pt_mono_ns() - begin;
    }
    const int why = errno;
    if (fd >= 0) {
        (void)close(fd);
        (void)unlink(path);
    }
    if (!good) {
        say(d, "disk_speed", DOCTOR_BAD, "the log cannot be written like this", "cannot write: %s",
            strerror(why));
        return;
    }
    qsort(took, SYNCS, sizeof *took, by_value);
    const double median = (double)took[SYNC_MIDDLE] / 1e6, worst = (double)took[SYNCS - 1] / 1e6;
    const bool slow = median > SYNC_SLOW_MS;
    say(d, "disk_speed", slow ? DOCTOR_WARN : DOCTOR_OK,
        slow ? "every acknowledgement waits for this: use a disk with a faster sync" : NULL,
        "a synced write of 4 KiB takes %.2f ms (median), %.2f ms at worst", median, worst);
}

static void check_machine(Doctor *d)
{
    struct rlimit files = {0};
    struct timex t = {0};
    (void)getrlimit(RLIMIT_NOFILE, &files);
    const bool few = files.rlim_max < FILES_LEAST;
    say(d, "files", few ? DOCTOR_WARN : DOCTOR_OK,
        few ? "raise the limit of open files (LimitNOFILE=, ulimit -n)" : NULL,
        "%llu files may be open at once", (unsigned long long)files.rlim_max);
    const int64_t now = pt_clock_now_ms(pt_clock_real());
    const int clock = adjtimex(&t);
    if (now < oldest_now_ms) {
        say(d, "clock", DOCTOR_BAD, "set the machine's clock",
            "the machine's clock is years behind");
    } else if (clock == TIME_ERROR || clock < 0) {
        say(d, "clock", DOCTOR_WARN, "run a time service (systemd-timesyncd, chrony)",
            "the kernel does not know of a time service that keeps the clock right");
    } else {
        say(d, "clock", DOCTOR_OK, NULL, "the clock is kept by a time service");
    }
}

/* ---- SQL ------------------------------------------------------------------------------------ */

static int64_t schema_of(sqlite3 *db)
{
    sqlite3_stmt *s = NULL;
    int64_t number = -1;
    if (sqlite3_prepare_v2(db, "SELECT MAX(number) FROM schema_migration", -1, &s, NULL) ==
            SQLITE_OK &&
        sqlite3_step(s) == SQLITE_ROW) {
        number = sqlite3_column_int64(s, 0);
    }
    (void)sqlite3_finalize(s);
    return number;
}

static void check_integrity(Doctor *d, sqlite3 *db, const char *check, const char *name,
                            const char *advice)
{
    sqlite3_stmt *s = NULL;
    int n = 0, rc = sqlite3_prepare_v2(db, "PRAGMA integrity_check(10)", -1, &s, NULL);
    while (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        const char *line = (const char *)sqlite3_column_text(s, 0);
        rc = SQLITE_OK;
        if (n++ == 0 && line != NULL && strcmp(line, "ok") == 0) {
            say(d, check, DOCTOR_OK, NULL, "%s passes its integrity check", name);
        } else {
            say(d, check, DOCTOR_BAD, advice, "%s: %.200s", name, line != NULL ? line : "damaged");
        }
    }
    if (rc != SQLITE_DONE) {
        say(d, check, DOCTOR_BAD, advice, "%s: %s", name, sqlite3_errmsg(db));
    }
    (void)sqlite3_finalize(s);
}

/* SQLite's own check has no portable form, so this speaks to the file itself, read-only. */
static void check_sqlite(Doctor *d, const char *check, const char *name, int known,
                         const char *advice)
{
    char path[PATH_BYTES];
    sqlite3 *db = NULL;
    path_in(d, name, path);
    if (access(path, F_OK) != 0) {
        say(d, check, DOCTOR_SKIPPED, NULL, "there is no %s yet", name);
        return;
    }
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) {
        say(d, check, DOCTOR_BAD, advice, "%s: %s", name, sqlite3_errmsg(db));
    } else {
        (void)sqlite3_busy_timeout(db, 10000);
        check_integrity(d, db, check, name, advice);
        const int64_t schema = schema_of(db);
        if (schema > known) {
            say(d, check, DOCTOR_BAD, "use the newer program that wrote it",
                "%s has schema %lld, this program knows %d", name, (long long)schema, known);
        } else if (schema < 0) {
            say(d, check, DOCTOR_BAD, advice, "%s has no table of migrations", name);
        }
    }
    (void)sqlite3_close(db);
}

static void check_postgres(Doctor *d)
{
    const PtSqlConfig config = {
        .url = d->t->sql_url, .schema = d->t->sql_schema, .path = "", .readers = 1};
    PtSql *sql = NULL;
    PtError err = {0};
    if (d->t->running) { // one process at a time may have the schema
        say(d, "sql", DOCTOR_SKIPPED, NULL, "the daemon has it: asked the daemon instead");
        return;
    }
    if (pt_sql_open(&config, &sql, &err) == PT_OK) {
        say(d, "sql", DOCTOR_OK, NULL, "the PostgreSQL server answers");
    } else {
        say(d, "sql", DOCTOR_BAD, "start the PostgreSQL server, or mend sql.url", "%s",
            err.message);
    }
    pt_sql_close(sql);
}

static void check_sql(Doctor *d)
{
    if (d->t->sql_url != NULL && d->t->sql_url[0] != '\0') {
        check_postgres(d);
        return;
    }
    check_sqlite(d, "sql", "core.db", pt_migrations_last(PT_MIGRATIONS_CORE),
                 "stop patrond and restore a backup");
    check_sqlite(d, "views", "views.db", pt_migrations_last(PT_MIGRATIONS_VIEWS),
                 "stop patrond and remove views.db*: it is rebuilt from the log");
}

/* ---- Log and dedupe ------------------------------------------------------------------------- */

static void log_trouble(void *ctx, const char *trouble)
{
    Doctor *d = ctx;
    if (d->told++ < FOUND_MAX) {
        say(d, "log", DOCTOR_BAD, "restore the file it names from a backup", "%s", trouble);
    }
}

static void check_log(Doctor *d)
{
    char dir[PATH_BYTES];
    PtLogCheck c = {0};
    PtError err = {0};
    path_in(d, "log", dir);
    if (d->t->running) {
        say(d, "log", DOCTOR_SKIPPED, NULL, "the daemon writes it: asked the daemon instead");
        return;
    }
    d->told = 0;
    PtStatus st = pt_log_check(pt_fs_real(), dir, d->t->deep, log_trouble, d, &c, &err);
    if (st == PT_NOT_FOUND) {
        say(d, "log", DOCTOR_SKIPPED, NULL, "there is no log yet");
    } else if (st != PT_OK) {
        say(d, "log", DOCTOR_BAD, NULL, "%s", err.message);
    } else if (c.troubles == 0) {
        say(d, "log", DOCTOR_OK, NULL,
            "%" PRIu64 " records in %" PRIu64 " archive files, %" PRIu64 " in %" PRIu64
            " hot segments%s",
            c.archive_records, c.archive_files, c.hot_records, c.hot_segments,
            d->t->deep ? ", every payload read" : "; --deep reads every payload");
    }
}

static void check_dedupe(Doctor *d)
{
    char dir[PATH_BYTES];
    Dedupe *dedupe = NULL;
    uint64_t from = 0;
    PtError err = {0};
    path_in(d, "dedupe", dir);
    if (d->t->running) {
        say(d, "dedupe", DOCTOR_SKIPPED, NULL, "the daemon writes it: asked the daemon instead");
        return;
    }
    if (access(dir, F_OK) != 0) {
        say(d, "dedupe", DOCTOR_SKIPPED, NULL,
            "there is none: it is rebuilt from the log at start");
        return;
    }
    DedupeConfig c = dedupe_config_default();
    c.fs = pt_fs_real();
    c.dir = dir;
    if (dedupe_open(&c, &dedupe, &from, &err) == PT_OK) {
        const DedupeStats s = dedupe_stats(dedupe);
        say(d, "dedupe", DOCTOR_OK, NULL, "%" PRIu64 " message ids in %" PRIu64 " runs", s.ids,
            s.runs);
    } else {
        say(d, "dedupe", DOCTOR_BAD, "remove the folder dedupe/: it is rebuilt from the log", "%s",
            err.message);
    }
    dedupe_close(dedupe);
}

static void columns_trouble(void *ctx, const char *trouble)
{
    Doctor *d = ctx;
    if (d->told++ < FOUND_MAX) {
        say(d, "columns", DOCTOR_BAD, "with the daemon running: patron view rebuild behaviour",
            "%s", trouble);
    }
}

static void check_columns(Doctor *d)
{
    char dir[PATH_BYTES];
    ColumnsCheck c = {0};
    PtError err = {0};
    path_in(d, "columns", dir);
    if (d->t->running) {
        say(d, "columns", DOCTOR_SKIPPED, NULL, "the daemon writes them");
        return;
    }
    d->told = 0;
    const PtStatus st = access(dir, F_OK) == 0
                            ? columns_check(pt_fs_real(), dir, columns_trouble, d, &c, &err)
                            : PT_NOT_FOUND;
    if (st == PT_NOT_FOUND) {
        say(d, "columns", DOCTOR_SKIPPED, NULL,
            "there are none: they are made from the log when the daemon runs");
    } else if (st != PT_OK) {
        say(d, "columns", DOCTOR_BAD, NULL, "%s", err.message);
    } else if (c.troubles == 0) {
        say(d, "columns", DOCTOR_OK, NULL, "%" PRIu64 " events in %" PRIu64 " runs", c.rows,
            c.runs);
    }
}

/* ---- Certificate, backups, strangers -------------------------------------------------------- */

static void check_certificate(Doctor *d)
{
    const char *path = d->t->certificate;
    if (path == NULL || path[0] == '\0') {
        say(d, "certificate", DOCTOR_SKIPPED, NULL, "TLS is not set up here");
        return;
    }
    FILE *f = fopen(path, "re");
    X509 *x = f != NULL ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;
    int days = 0, seconds = 0;
    if (f != NULL) {
        (void)fclose(f);
    }
    if (x == NULL || ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(x)) != 1) {
        say(d, "certificate", DOCTOR_BAD, "set tls.certificate to a PEM file",
            "\"%.200s\" cannot be read as a certificate", path);
    } else {
        const int64_t left_ms = ((int64_t)days * 86400 + seconds) * 1000;
        say(d, "certificate",
            left_ms <= 0                     ? DOCTOR_BAD
            : left_ms < d->t->certificate_ms ? DOCTOR_WARN
                                             : DOCTOR_OK,
            left_ms < d->t->certificate_ms ? "renew it and send SIGHUP to patrond" : NULL,
            left_ms > 0 ? "it is good for %d days" : "it ended %d days ago", abs(days));
    }
    X509_free(x);
}

static bool stat_in(const char *dir, const char *name, struct stat *ret_stat)
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%.4000s/%.500s", dir, name);
    return stat(path, ret_stat) == 0;
}

static void check_backups(Doctor *d)
{
    const char *dir = d->t->backup_dir;
    if (dir == NULL || dir[0] == '\0') {
        say(d, "backup", d->t->backup_age_ms > 0 ? DOCTOR_WARN : DOCTOR_SKIPPED,
            d->t->backup_age_ms > 0 ? "set backup.dir and backup.every_hours, or run patron backup"
                                    : NULL,
            "there is no backup folder");
        return;
    }
    DIR *list = opendir(dir);
    time_t newest = 0;
    for (struct dirent *e; list != NULL && (e = readdir(list)) != NULL;) {
        struct stat st;
        if (fnmatch("*.part", e->d_name, 0) == 0 && !d->t->running) {
            say(d, "backup", DOCTOR_WARN, "remove it: it is the rest of a backup that was cut off",
                "\"%.200s\" is no whole backup", e->d_name);
        } else if (fnmatch("*.ptb", e->d_name, 0) == 0 && stat_in(dir, e->d_name, &st) &&
                   st.st_mtime > newest) {
            newest = st.st_mtime;
        }
    }
    if (list != NULL) {
        (void)closedir(list);
    }
    const int64_t age_ms = pt_clock_now_ms(pt_clock_real()) - (int64_t)newest * 1000;
    const bool old = newest == 0 || (d->t->backup_age_ms > 0 && age_ms > d->t->backup_age_ms);
    if (newest == 0) {
        say(d, "backup", DOCTOR_WARN, "run patron backup, or set backup.every_hours",
            "there is no backup in \"%.150s\"", dir);
    } else {
        say(d, "backup", old ? DOCTOR_WARN : DOCTOR_OK,
            old ? "run patron backup, or set backup.every_hours" : NULL,
            "the newest backup is %.1f hours old", (double)age_ms / 3600000);
    }
}

static bool lies_in(const char *path, const char *folder)
{
    const size_t len = strlen(folder);
    return len > 0 && strncmp(path, folder, len) == 0 &&
           (path[len] == '/' || folder[len - 1] == '/');
}

/* What says who may never come back. */
static void check_register(Doctor *d)
{
    ErasedRegister *found = NULL;
    PtError why = {0};
    const char *path = d->t->register_path;
    if (path == NULL) {
        return;
    }
    PtStatus st = erased_open(pt_fs_real(), path, false, &found, &why);
    if (st == PT_CONFLICT) {
        say(d, "register", DOCTOR_OK, NULL, "the register of erasures is in use");
    } else if (st == PT_NOT_FOUND) {
        say(d, "register", DOCTOR_WARN,
            "put the register of erasures back, or set privacy.register to where it is",
            "there is no register of erasures \"%.150s\": the next start makes an empty one", path);
    } else if (st != PT_OK) {
        say(d, "register", DOCTOR_BAD, "put the register of erasures back from a copy", "%s",
            why.message);
    } else {
        const ErasedStats s = erased_stats(found);
        say(d, "register", DOCTOR_OK, NULL,
            "the register of erasures has %" PRIu64 " identifiers, %" PRIu64
            " of erasures that have not ended",
            s.identifiers, s.running);
    }
    if (lies_in(path, d->t->data_dir) || lies_in(path, d->t->backup_dir)) {
        say(d, "register", DOCTOR_WARN,
            "set privacy.register to a place that is kept apart, and copy it elsewhere",
            "the register of erasures is lost together with what it is to outlive");
    }
    erased_close(found);
}

static void check_strangers(Doctor *d)
{
    static const char *const known[] = {".",
                                        "..",
                                        "lock",
                                        "patron.sock",
                                        "secret.key",
                                        "core.db*",
                                        "views.db",
                                        "views.db-*",
                                        "log",
                                        "dedupe",
                                        "imports",
                                        "attachments",
                                        "exports",
                                        "index",
                                        "columns",
                                        "columns.numbering*",
                                        RESTORE_MARK,
                                        "patrond.log*",
                                        "restored-settings.conf*",
                                        "privacy",
                                        "destinations",
                                        RESTORE_REGISTER,
                                        "no-erasure-register*"};
    DIR *list = opendir(d->t->data_dir);
    int strange = 0;
    for (struct dirent *e; list != NULL && (e = readdir(list)) != NULL;) {
        bool is_known = false;
        for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
            is_known |= fnmatch(known[i], e->d_name, 0) == 0;
        }
        if (!is_known && strange++ < FOUND_MAX) {
            say(d, "orphans", DOCTOR_WARN, "move it away unless you know what it is",
                "\"%.200s\" is not Patron's", e->d_name);
        }
    }
    if (list != NULL) {
        (void)closedir(list);
    }
    if (strange == 0) {
        say(d, "orphans", DOCTOR_OK, NULL, "nothing is in the folder that does not belong there");
    }
}

void doctor_run(const DoctorTarget *target, void (*found)(void *ctx, const DoctorFinding *finding),
                void *ctx)
{
    Doctor d = {.t = target, .found = found, .ctx = ctx};
    if (!check_folder(&d)) {
        return;
    }
    check_secret(&d);
    check_lock(&d);
    check_space(&d);
    check_speed(&d);
    check_machine(&d);
    check_sql(&d);
    check_log(&d);
    check_dedupe(&d);
    check_columns(&d);
    check_certificate(&d);
    check_backups(&d);
    check_register(&d);
    check_strangers(&d);
}
