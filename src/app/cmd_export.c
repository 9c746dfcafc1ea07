// SPDX-License-Identifier: Apache-2.0
/* Events out: all that are stored, or each as it arrives. */
#include "app/cli.h"

#include "base/memory.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { EXPORT_IDLE_S = 120, LIVE_IDLE_S = 120, LINE_MAX_BYTES = 8 << 20, RETRY_MS = 500 };

const CliOption cmd_export_options[] = {
    {"since", "TIME", "received at or after this time (RFC 3339)", false},
    {"until", "TIME", "received before this time", false},
    {"from", "POSITION", "begin at this position", false},
    {"source", "NAME", "of this source only; patron: the server itself", false},
    {"class", "CLASS", "event (default), quarantine or all", false},
    {"own", NULL, "also what the server itself has put into the log", false},
    {"raw", NULL, "exactly the text that was received, one a line", false},
    {"output", "FILE", "write to this file instead of stdout", false},
    {0}};

const CliOption cmd_tail_options[] = {
    {"source", "NAME", "of this source only; patron: the server itself", false},
    {"type", "TYPE", "of this type only: track, identify, page, screen, group, alias", false},
    {"user", "ID", "of this user or anonymous id only", false},
    {"recent", "N", "begin with the last N events", false},
    {0}};

/* ---- Export --------------------------------------------------------------------------------- */

typedef struct Output {
    FILE *file;
    bool failed;
} Output;

static bool write_out(void *ctx, PtStr bytes)
{
    Output *out = ctx;
    out->failed = fwrite(bytes.data, 1, bytes.len, out->file) != bytes.len;
    return !out->failed;
}

static void export_path(const CliArgs *args, PtBuf *path)
{
    static const char *const names[] = {"since", "until", "from", "source", "class"};
    pt_buf_add_str(path, PT_STR("/api/v1/events/export"));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        cli_query(path, names[i], cli_value(args, names[i]));
    }
    cli_query(path, "own", cli_value(args, "own") != NULL ? "true" : NULL);
    cli_query(path, "raw", cli_value(args, "raw") != NULL ? "1" : NULL);
    pt_buf_add_char(path, '\0');
}

static PtStatus copy_events(Cli *cli, const char *path, Output *out, PtError *err)
{
    PtClientResponse answer;
    PtClientRequest request = {.method = "GET",
                               .path = path,
                               .idle_timeout_s = EXPORT_IDLE_S,
                               .on_data = write_out,
                               .ctx = out};
    pt_client_response_init(&answer, 1 << 20);
    PtStatus st = pt_client_send(cli->client, &request, &answer, err);
    if (st == PT_OK && !answer.stopped && answer.status / 100 != 2) {
        st = cli_problem(&answer, err);
    }
    pt_client_response_done(&answer);
    if (out->failed) {
        st = pt_fail(err, PT_IO, "cannot write the output: %s", strerror(errno));
    }
    return st;
}

static PtStatus export_to(Cli *cli, const char *path, const char *name, PtError *err)
{
    Output out = {stdout, false};
    if (name == NULL) {
        return copy_events(cli, path, &out, err);
    }
    out.file = fopen(name, "we");
    if (out.file == NULL) {
        return pt_fail(err, PT_IO, "cannot write \"%s\": %s", name, strerror(errno));
    }
    PtStatus st = copy_events(cli, path, &out, err);
    if (fclose(out.file) != 0 && st == PT_OK) {
        st = pt_fail(err, PT_IO, "cannot write \"%s\": %s", name, strerror(errno));
    }
    return st;
}

PtStatus cmd_export_events(Cli *cli, const CliArgs *args, PtError *err)
{
    PtBuf path;
    pt_buf_init(&path, 1 << 16);
    export_path(args, &path);
    PtStatus st = pt_buf_status(&path) == PT_OK
                      ? export_to(cli, path.data, cli_value(args, "output"), err)
                      : pt_fail(err, PT_TOO_LARGE, "an argument is too long");
    pt_buf_done(&path);
    return st;
}

/* ---- Tail ----------------------------------------------------------------------------------- */

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

typedef struct Tail {
    bool json;
    PtBuf line; /* not ended yet */
    PtBuf event, data, id;
    PtBuf text;
} Tail;

static void print_cell(PtStr json, const char *path, int width, PtBuf *text)
{
    const char *s = cli_json_text(json, path, text);
    cli_print_text(s);
    (void)printf("%*s", (int)strlen(s) < width ? width - (int)strlen(s) : 0, "");
    (void)fputs("  ", stdout);
}

static bool is_named(const Tail *t, PtStr name)
{
    return pt_str_eq(pt_buf_str(&t->event), name);
}

static void print_event(Tail *t, PtStr json)
{
    bool rejected = is_named(t, PT_STR("rejected"));
    print_cell(json, "receivedAt", 24, &t->text);
    print_cell(json, rejected ? "source" : "_patron.source", 12, &t->text);
    print_cell(json, rejected ? "status" : "type", 8, &t->text);
    bool named = cli_json(json, "event").data != NULL;
    print_cell(json, rejected ? "path" : named ? "event" : "name", 24, &t->text);
    bool user = cli_json(json, "userId").data != NULL;
    print_cell(json, user ? "userId" : "anonymousId", 12, &t->text);
    print_cell(json, rejected ? "reason" : "_patron.reason", 0, &t->text);
    (void)putchar('\n');
}

/* A blank line ends an event of the stream. */
static void finish_event(Tail *t)
{
    bool shown =
        t->event.len == 0 || is_named(t, PT_STR("event")) || is_named(t, PT_STR("rejected"));
    if (is_named(t, PT_STR("skipped"))) {
        (void)fprintf(stderr, "too fast to show: %llu events were passed over\n",
                      (unsigned long long)cli_json_u64(pt_buf_str(&t->data), "count"));
    } else if (shown && t->data.len > 0 && pt_buf_status(&t->data) == PT_OK) {
        if (t->json) {
            cli_print_json(pt_buf_str(&t->data));
        } else {
            print_event(t, pt_buf_str(&t->data));
        }
        (void)fflush(stdout);
    }
    pt_buf_clear(&t->data, 1 << 16);
    pt_buf_clear(&t->event, 1 << 10);
}

static bool field_of(PtStr line, PtStr name, PtStr *ret_value)
{
    if (line.len <= name.len || memcmp(line.data, name.data, name.len) != 0 ||
        line.data[name.len] != ':') {
        return false;
    }
    *ret_value = (PtStr){line.data + name.len + 1, line.len - name.len - 1};
    if (ret_value->len > 0 && ret_value->data[0] == ' ') {
        *ret_value = (PtStr){ret_value->data + 1, ret_value->len - 1};
    }
    return true;
}

static void take_line(Tail *t, PtStr line)
{
    PtStr value;
    if (line.len == 0) {
        finish_event(t);
    } else if (field_of(line, PT_STR("data"), &value)) {
        pt_buf_add_str(&t->data, t->data.len > 0 ? PT_STR("\n") : PT_STR(""));
        pt_buf_add_str(&t->data, value);
    } else if (field_of(line, PT_STR("event"), &value)) {
        pt_buf_clear(&t->event, 1 << 10);
        pt_buf_add_str(&t->event, value);
    } else if (field_of(line, PT_STR("id"), &value)) {
        pt_buf_clear(&t->id, 1 << 10);
        pt_buf_add_str(&t->id, value);
    }
}

static bool take_stream(void *ctx, PtStr bytes)
{
    Tail *t = ctx;
    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.data[i] != '\n') {
            pt_buf_add_char(&t->line, bytes.data[i]);
            continue;
        }
        PtStr line = pt_buf_str(&t->line);
        line.len -= line.len > 0 && line.data[line.len - 1] == '\r';
        if (pt_buf_status(&t->line) == PT_OK) {
            take_line(t, line);
        }
        pt_buf_clear(&t->line, 1 << 16);
    }
    return interrupted == 0 && !ferror(stdout);
}

static bool is_interrupted(void *ctx)
{
    (void)ctx;
    return interrupted != 0;
}

static void tail_done(Tail *t)
{
    PtBuf *all[] = {&t->line, &t->event, &t->data, &t->id, &t->text};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        pt_buf_done(all[i]);
    }
}

static PtStatus follow_once(Cli *cli, Tail *t, const char *path, PtError *err)
{
    char last[128];
    PtClientResponse answer;
    pt_client_response_init(&answer, 1 << 20);
    (void)snprintf(last, sizeof last, "Last-Event-ID: %.*s", PT_STR_ARG(pt_buf_str(&t->id)));
    PtClientRequest request = {.method = "GET",
                               .path = path,
                               .header = t->id.len > 0 && t->id.len < 64 ? last : NULL,
                               .idle_timeout_s = LIVE_IDLE_S,
                               .on_data = take_stream,
                               .is_stopped = is_interrupted,
                               .ctx = t};
    PtStatus st = pt_client_send(cli->client, &request, &answer, err);
    if (st == PT_OK && !answer.stopped && answer.status / 100 != 2) {
        st = cli_problem(&answer, err);
    }
    pt_client_response_done(&answer);
    return st;
}

static void tail_path(const CliArgs *args, PtBuf *path)
{
    pt_buf_add_str(path, PT_STR("/api/v1/events/live"));
    static const char *const names[] = {"source", "type", "user", "recent"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        cli_query(path, names[i], cli_value(args, names[i]));
    }
    pt_buf_add_char(path, '\0');
}

PtStatus cmd_tail(Cli *cli, const CliArgs *args, PtError *err)
{
    PT_CLEANUP(tail_done) Tail t = {.json = cli->json};
    PtBuf path;
    pt_buf_init(&t.line, LINE_MAX_BYTES);
    pt_buf_init(&t.event, 1 << 10);
    pt_buf_init(&t.data, LINE_MAX_BYTES);
    pt_buf_init(&t.id, 1 << 10);
    pt_buf_init(&t.text, LINE_MAX_BYTES);
    pt_buf_init(&path, 1 << 16);
    tail_path(args, &path);
    (void)signal(SIGINT, on_interrupt);
    (void)signal(SIGTERM, on_interrupt);
    PtStatus st = pt_buf_status(&path);
    /* A stream that the server ends (it restarts, say) goes on behind the last event seen. */
    while (st == PT_OK && interrupted == 0 && !ferror(stdout)) {
        st = follow_once(cli, &t, path.data, err);
        if (st == PT_UNAVAILABLE && t.id.len > 0) {
            st = PT_OK;
        }
        struct timespec pause = {0, RETRY_MS * 1000000};
        (void)nanosleep(&pause, NULL);
    }
    pt_buf_done(&path);
    return st;
}
