// SPDX-License-Identifier: Apache-2.0
/* Backups out, and back in. */
#include "app/cli.h"

#include "app/folder.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/time.h"
#include "operate/operate.h"
#include "platform/clock.h"
#include "privacy/privacy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    PATH_BYTES = 4600,
    IDLE_S = 300,         /* a backup kept to a pace is silent for a while */
    SYNC_EVERY = 8 << 20, /* bytes */
    HEAD_BYTES = 4096,    /* in which the manifest lies */
    TAIL_BYTES = PACK_DIGEST + 8,
    BAR_WIDTH = 30,
    SHOW_MS = 200,
};

static void config_freep(PtConfig **config)
{
    pt_config_free(*config);
}

/* ---- Progress ------------------------------------------------------------------------------- */

typedef struct Bar {
    bool terminal, drawn;
    int64_t start_ms, shown_ms;
} Bar;

static void bar_show(Bar *b, const char *what, uint64_t done, uint64_t total)
{
    const int64_t now = pt_mono_ms();
    if (!b->terminal || now - b->shown_ms < SHOW_MS) {
        return;
    }
    b->shown_ms = now;
    b->drawn = true;
    const double seconds = (double)(now - b->start_ms) / 1000 + 0.001;
    const double part = total > 0 ? (double)done / (double)total : 0;
    const int full = (int)((part < 1 ? part : 1) * BAR_WIDTH);
    (void)fprintf(stderr, "\r%s [", what);
    for (int i = 0; i < BAR_WIDTH; i++) {
        (void)fputc(i < full ? '#' : '.', stderr);
    }
    (void)fprintf(stderr, "] %.1f MiB, %.1f MiB/s ", (double)done / 1048576,
                  (double)done / 1048576 / seconds);
}

static void bar_end(Bar *b)
{
    if (b->drawn) {
        (void)fputs("\r\033[K", stderr);
    }
}

static Bar bar_begin(void)
{
    return (Bar){.terminal = isatty(STDERR_FILENO) == 1, .start_ms = pt_mono_ms()};
}

/* ---- Backup --------------------------------------------------------------------------------- */

typedef struct Sink {
    int fd;
    int failed; /* errno */
    uint64_t bytes, synced, expected;
    char head[HEAD_BYTES];
    size_t head_len;
    uint8_t tail[TAIL_BYTES];
    Bar bar;
} Sink;

/* The manifest is the first member and says about how much will follow. */
static void look_for_size(Sink *s, PtStr bytes)
{
    static const char key[] = "\"expected_bytes\":";
    size_t room = sizeof s->head - s->head_len, part = bytes.len < room ? bytes.len : room;
    if (s->expected > 0 || part == 0) {
        return;
    }
    memcpy(s->head + s->head_len, bytes.data, part);
    s->head_len += part;
    const char *hit = memmem(s->head, s->head_len, key, sizeof key - 1);
    size_t at = hit != NULL ? (size_t)(hit - s->head) + sizeof key - 1 : s->head_len;
    uint64_t value = 0;
    while (at < s->head_len && s->head[at] >= '0' && s->head[at] <= '9') {
        value = value * 10 + (uint64_t)(s->head[at++] - '0');
    }
    s->expected = at < s->head_len ? value : 0; // not cut off in the middle
}

static void keep_tail(Sink *s, PtStr bytes)
{
    if (bytes.len >= TAIL_BYTES) {
        memcpy(s->tail, bytes.data + bytes.len - TAIL_BYTES, TAIL_BYTES);
    } else {
        memmove(s->tail, s->tail + bytes.len, TAIL_BYTES - bytes.len);
        memcpy(s->tail + TAIL_BYTES - bytes.len, bytes.data, bytes.len);
    }
}

static bool write_all(int fd, PtStr bytes)
{
    while (bytes.len > 0) {
        ssize_t n = write(fd, bytes.data, bytes.len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return false;
        }
        bytes = (PtStr){bytes.data + n, bytes.len - (size_t)n};
    }
    return true;
}

static bool take_bytes(void *ctx, PtStr bytes)
{
    Sink *s = ctx;
    look_for_size(s, bytes);
    keep_tail(s, bytes);
    if (!write_all(s->fd, bytes)) {
        s->failed = errno;
        return false;
    }
    s->bytes += bytes.len;
    if (s->fd != STDOUT_FILENO && s->bytes - s->synced >= SYNC_EVERY) {
        (void)fdatasync(s->fd); // for the disk's sake; the last one counts
        s->synced = s->bytes;
    }
    bar_show(&s->bar, "backup", s->bytes, s->expected);
    return true;
}

static PtStatus receive(Cli *cli, bool secrets, Sink *s, PtError *err)
{
    static const char end[] = "PTBEND\0\1";
    PtClientResponse answer;
    const PtClientRequest request = {.method = "POST",
                                     .path = "/api/v1/backup-stream",
                                     .body = secrets ? PT_STR("{\"secrets\":true}")
                                                     : PT_STR("{\"secrets\":false}"),
                                     .content_type = "application/json",
                                     .idle_timeout_s = IDLE_S,
                                     .on_data = take_bytes,
                                     .ctx = s};
    pt_client_response_init(&answer, 1 << 20);
    PtStatus st = pt_client_send(cli->client, &request, &answer, err);
    if (s->failed != 0) {
        st = pt_fail(err, PT_IO, "cannot write the backup: %s", strerror(s->failed));
    } else if (st == PT_OK && answer.status / 100 != 2) {
        st = cli_problem(&answer, err);
    } else if (st == PT_OK && memcmp(s->tail + PACK_DIGEST, end, sizeof end - 1) != 0) {
        st = pt_fail(err, PT_UNAVAILABLE, "the backup was cut off");
    }
    pt_client_response_done(&answer);
    bar_end(&s->bar);
    return st;
}

static void print_backup(const Cli *cli, const char *path, const Sink *s)
{
    char hex[PACK_DIGEST_TEXT];
    FILE *to = s->fd == STDOUT_FILENO ? stderr : stdout;
    pt_hex(s->tail, PACK_DIGEST, hex);
    if (cli->json) {
        PtBuf text;
        pt_buf_init(&text, 1 << 16);
        PtJsonOut o = pt_json_out(&text);
        pt_json_out_str(&o, pt_str(path));
        (void)fprintf(to, "{\"path\":%.*s,\"bytes\":%llu,\"digest\":\"%s\"}\n",
                      PT_STR_ARG(pt_buf_str(&text)), (unsigned long long)s->bytes, hex);
        pt_buf_done(&text);
    } else {
        (void)fprintf(to, "%s: %.1f MiB\ndigest %s\n", path, (double)s->bytes / 1048576, hex);
    }
}

static PtStatus sync_folder(const char *path, PtError *err)
{
    char dir[PATH_BYTES];
    const char *slash = strrchr(path, '/');
    (void)snprintf(dir, sizeof dir, "%.*s",
                   slash == NULL ? 1 : (int)(slash - path) + (slash == path),
                   slash == NULL ? "." : path);
    return pt_fs_real()->ops->sync_dir(pt_fs_real(), dir, err);
}

static PtStatus backup_to_file(Cli *cli, const char *path, bool secrets, Sink *s, PtError *err)
{
    char part[PATH_BYTES];
    if (strlen(path) > PATH_BYTES - 10) {
        return pt_fail(err, PT_TOO_LARGE, "the path is over %d bytes", PATH_BYTES - 10);
    }
    if (access(path, F_OK) == 0) {
        return pt_fail(err, PT_CONFLICT, "\"%s\" exists", path);
    }
    (void)snprintf(part, sizeof part, "%s.part", path);
    s->fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (s->fd < 0) {
        return pt_fail(err, PT_IO, "cannot write \"%s\": %s", part, strerror(errno));
    }
    PtStatus st = receive(cli, secrets, s, err);
    if (st == PT_OK && fdatasync(s->fd) != 0) {
        st = pt_fail(err, PT_IO, "cannot sync \"%s\": %s", part, strerror(errno));
    }
    if (close(s->fd) != 0 && st == PT_OK) {
        st = pt_fail(err, PT_IO, "cannot write \"%s\": %s", part, strerror(errno));
    }
    if (st == PT_OK && rename(part, path) != 0) {
        st = pt_fail(err, PT_IO, "cannot name \"%s\": %s", path, strerror(errno));
    }
    if (st != PT_OK) {
        (void)unlink(part);
        return st;
    }
    return sync_folder(path, err);
}

PtStatus cmd_backup(Cli *cli, const CliArgs *args, PtError *err)
{
    const bool secrets = cli_value(args, "without-secrets") == NULL;
    const char *path = args->positionals[0];
    Sink s = {.fd = STDOUT_FILENO, .bar = bar_begin()};
    PtStatus st = strcmp(path, "-") == 0 ? receive(cli, secrets, &s, err)
                                         : backup_to_file(cli, path, secrets, &s, err);
    if (st == PT_OK) {
        print_backup(cli, path, &s);
    }
    return st;
}

PtStatus cmd_backup_list(Cli *cli, const CliArgs *args, PtError *err)
{
    static const CliColumn columns[] = {
        {"STARTED", "started_at", CLI_TEXT}, {"STATE", "state", CLI_TEXT},
        {"KIND", "kind", CLI_TEXT},          {"BYTES", "bytes", CLI_BYTES},
        {"PATH", "path", CLI_TEXT},          {"BY", "by", CLI_TEXT},
        {"PROBLEM", "error", CLI_TEXT}};
    (void)args;
    return cli_print_list(cli, PT_STR("/api/v1/backups?limit=200"), columns,
                          sizeof columns / sizeof *columns, "no backups: patron backup FILE", err);
}

/* ---- Restore -------------------------------------------------------------------------------- */

typedef struct Watch {
    Bar bar;
    const char *what;
} Watch;

static bool show_restore(void *ctx, uint64_t bytes, uint64_t total)
{
    Watch *w = ctx;
    bar_show(&w->bar, w->what, bytes, total);
    return true;
}

/* dir NULL: nothing was restored. */
static void print_restore_json(const RestoreResult *r, const char *dir, const FolderOwner *owner)
{
    char digest[PACK_DIGEST_TEXT], content[PACK_DIGEST_TEXT], at[PT_TIME_TEXT];
    pt_hex(r->digest, PACK_DIGEST, digest);
    pt_hex(r->content, PACK_DIGEST, content);
    (void)pt_time_format(r->created_ms, at);
    (void)printf("{\"taken_at\":\"%s\",\"bytes\":%llu,\"members\":%llu,\"log_end\":%llu,"
                 "\"rows\":%llu,\"secrets\":%s,\"digest\":\"%s\",\"content\":\"%s\","
                 "\"restored\":%s",
                 at, (unsigned long long)r->bytes, (unsigned long long)r->members,
                 (unsigned long long)r->end_offset, (unsigned long long)r->rows,
                 r->secrets ? "true" : "false", digest, content, dir != NULL ? "true" : "false");
    if (dir != NULL) {
        (void)printf(",\"owner_uid\":%u", (unsigned)owner->uid);
    }
    (void)puts("}");
}

static void print_restore(const RestoreResult *r, const char *dir, const FolderOwner *owner)
{
    char digest[PACK_DIGEST_TEXT], content[PACK_DIGEST_TEXT], at[PT_TIME_TEXT];
    pt_hex(r->digest, PACK_DIGEST, digest);
    pt_hex(r->content, PACK_DIGEST, content);
    (void)pt_time_format(r->created_ms, at);
    (void)printf("taken    %s\nrecords  %llu\nrows     %llu\ndigest   %s\ncontent  %s\n", at,
                 (unsigned long long)r->end_offset, (unsigned long long)r->rows, digest, content);
    if (dir == NULL) {
        (void)puts("Every digest is right.");
    } else {
        (void)printf("owner    %s (uid %u)%s\n", owner->name, (unsigned)owner->uid,
                     owner->uid == 0 ? ": chown -R it to the user whose service is to use it" : "");
        (void)puts("Restored; what was read back has this content hash. Views are rebuilt when the "
                   "server starts.");
    }
    if (!r->secrets) {
        (void)puts(
            "It holds no secret.key: put the server's own into the folder before the start. If it "
            "is lost, docs/operate/backup.md says how to go on without.");
    }
}

/* The folder's path, typed. */
static PtStatus confirm(const char *dir, PtError *err)
{
    char line[PATH_BYTES] = "";
    (void)fprintf(stderr, "This removes what \"%s\" holds. Type its path to go on: ", dir);
    (void)fflush(stderr);
    if (fgets(line, sizeof line, stdin) == NULL) {
        line[0] = '\0';
    }
    char *end = strchr(line, '\n');
    if (end != NULL) {
        *end = '\0';
    }
    return strcmp(line, dir) == 0 ? PT_OK
                                  : pt_fail(err, PT_CONFLICT, "not confirmed: nothing was done");
}

static PtStatus restore_into(Cli *cli, const char *path, const CliArgs *args, RestoreResult *result,
                             PtError *err)
{
    const bool force = cli_value(args, "force") != NULL;
    char erased[PATH_BYTES];
    PT_CLEANUP(config_freep) PtConfig *config = NULL;
    Watch w = {bar_begin(), "restore"};
    PtStatus st = force ? confirm(cli->data, err) : PT_OK;
    if (st == PT_OK) {
        st = cli_settings(cli, &config, err);
    }
    if (st != PT_OK) {
        return st;
    }
    const char *url = pt_config_text(config, "sql.url");
    privacy_register_path(pt_config_text(config, "privacy.register"), cli->data, erased,
                          sizeof erased);
    const RestoreTarget target = {.fs = pt_fs_real(),
                                  .data_dir = cli->data,
                                  .sql_url = url[0] != '\0' ? url : NULL,
                                  .sql_schema = "patron_core",
                                  .force = force,
                                  .register_path = erased,
                                  .without_register =
                                      cli_value(args, "no-erasure-register") != NULL};
    st = backup_restore(&target, path, show_restore, &w, result, err);
    bar_end(&w.bar);
    return st;
}

PtStatus cmd_restore(Cli *cli, const CliArgs *args, PtError *err)
{
    const bool verify = cli_value(args, "verify-only") != NULL;
    const char *path = args->positionals[0];
    RestoreResult result;
    PtStatus st;
    if (!verify && cli->data == NULL) {
        return cli_usage(err, "patron --data DIR restore FILE");
    }
    if (verify) {
        Watch w = {bar_begin(), "verify"};
        st = backup_verify(pt_fs_real(), path, show_restore, &w, &result, err);
        bar_end(&w.bar);
    } else {
        st = restore_into(cli, path, args, &result, err);
    }
    if (st == PT_OK) {
        const char *dir = verify ? NULL : cli->data;
        FolderOwner owner = {.uid = geteuid()};
        (void)folder_owner(cli->data != NULL ? cli->data : "", &owner);
        (cli->json ? print_restore_json : print_restore)(&result, dir, &owner);
    }
    return st;
}
