// SPDX-License-Identifier: Apache-2.0
/* Questions about what customers did: the answer as a table, or written out with the people or the
 * events behind it (docs/analytics.md, "Export"). */
#include "app/cli.h"

#include "base/json.h"
#include "base/memory.h"
#include "behaviour/behaviour.h"
#include "platform/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    QUERY_BYTES = 256 << 10,
    TEXT_BYTES = 1 << 16,
    TITLE_BYTES = 24,
    PEOPLE_PAGE = 10000,
    EXPORT_IDLE_S = 600,
    PROGRESS_MS = 1000,
    WAITING_TRIES = 600, /* a server that has just begun loads, or reads what came last */
    WAITING_PAUSE_MS = 100,
};

const CliOption cmd_query_options[] = {
    {"format", "FORMAT", "write it out as csv, jsonl (JSON lines) or parquet", false},
    {"csv", NULL, "as --format csv", false},
    {"people", "CELL",
     "the people behind a number of the answer, such as '{\"step\": 2, \"dropped\": true}'", false},
    {"events", NULL, "the events of people that the question reads; with --format", false},
    {"output", "FILE", "write to this file instead of stdout; with --format", false},
    {0}};

/* ---- What is asked ----------------------------------------------------------------------------
 */

static PtStatus read_all(FILE *f, const char *path, PtBuf *out, PtError *err)
{
    char bytes[1 << 14];
    size_t n;
    while ((n = fread(bytes, 1, sizeof bytes, f)) > 0) {
        pt_buf_add(out, bytes, n);
    }
    if (ferror(f) != 0) {
        return pt_fail(err, PT_IO, "cannot read \"%s\"", path);
    }
    return pt_buf_status(out) == PT_OK
               ? PT_OK
               : pt_fail(err, pt_buf_status(out), "\"%s\" has over %d bytes", path, QUERY_BYTES);
}

static PtStatus read_file(const char *path, PtBuf *out, PtError *err)
{
    PT_CLEANUP(pt_close_filep) FILE *f = fopen(path, "re");
    if (f == NULL) {
        const int why = errno;
        return pt_fail(err, pt_status_of_errno(why), "cannot open \"%s\": %s", path, strerror(why));
    }
    return read_all(f, path, out, err);
}

static PtStatus read_query(const char *path, PtBuf *out, PtError *err)
{
    PtStatus st =
        strcmp(path, "-") == 0 ? read_all(stdin, path, out, err) : read_file(path, out, err);
    PtError why = {0};
    if (st == PT_OK && pt_json_check(pt_buf_str(out), 64, &why) != PT_OK) {
        st = pt_fail(err, PT_INVALID, "\"%s\" is not JSON: %s", path, why.message);
    }
    return st;
}

/* A server of this command's own answers once it has read all that the folder holds. */
static bool is_early(const Cli *cli, PtStatus st, const PtClientResponse *answer)
{
    return st != PT_OK ? answer->status == 503
                       : cli->server != NULL &&
                             cli_json_u64(pt_buf_str(&answer->body), "watermark.behind") > 0;
}

static PtStatus post(Cli *cli, const char *path, PtStr body, PtClientResponse *answer, PtError *err)
{
    const struct timespec pause = {0, WAITING_PAUSE_MS * 1000000L};
    pt_buf_clear(&answer->body, CLI_ANSWER_MAX);
    PtStatus st = cli_call(cli, "POST", path, body, answer, err);
    for (int i = 0; is_early(cli, st, answer) && i < WAITING_TRIES; i++) {
        (void)nanosleep(&pause, NULL);
        pt_buf_clear(&answer->body, CLI_ANSWER_MAX);
        st = cli_call(cli, "POST", path, body, answer, err);
    }
    return st;
}

/* ---- The answer as a table --------------------------------------------------------------------
 */

/* Of a member's name: "% OF FIRST". */
static void make_title(const char *name, char title[static TITLE_BYTES])
{
    const char *rest = strncmp(name, "percent_", 8) == 0 ? name + 8 : name;
    size_t len = 0;
    if (rest != name) {
        title[len++] = '%';
        title[len++] = ' ';
    }
    for (; *rest != '\0' && len + 1 < TITLE_BYTES; rest++) {
        title[len++] = (char)(*rest == '_'                   ? ' '
                              : *rest >= 'a' && *rest <= 'z' ? *rest - ('a' - 'A')
                                                             : *rest);
    }
    title[len] = '\0';
}

static void print_state(PtStr answer)
{
    (void)putchar('\n');
    cli_print_line("from", answer, "range.from");
    cli_print_line("to", answer, "range.to");
    cli_print_line("zone", answer, "range.zone");
    cli_print_line("people", answer, "people");
    cli_print_line("events read", answer, "rows");
    cli_print_line("as of position", answer, "watermark.position");
    cli_print_line("events behind", answer, "watermark.behind");
    if (cli_json_u64(answer, "values_left") > 0) {
        cli_print_line("values not shown", answer, "values_left");
    }
}

static PtStatus print_answer(PtStr answer, PtError *err)
{
    const char *names[BEHAVIOUR_TABLE_COLUMNS] = {NULL};
    char titles[BEHAVIOUR_TABLE_COLUMNS][TITLE_BYTES];
    CliColumn columns[BEHAVIOUR_TABLE_COLUMNS];
    size_t count = 0;
    PtBuf rows;
    pt_buf_init(&rows, CLI_ANSWER_MAX);
    PtStatus st = behaviour_answer_table(answer, names, &rows, err);
    for (; st == PT_OK && names[count] != NULL; count++) {
        make_title(names[count], titles[count]);
        columns[count] = (CliColumn){titles[count], names[count], CLI_TEXT};
    }
    st = st == PT_OK ? cli_table(pt_buf_str(&rows), columns, count, "nothing to tell", err) : st;
    pt_buf_done(&rows);
    if (st == PT_OK) {
        print_state(answer);
    }
    return st;
}

/* ---- People -----------------------------------------------------------------------------------
 */

static void add_page(PtStr page, PtJsonOut *all)
{
    PtStr data = cli_json(page, "data"), person;
    while (cli_json_each(&data, &person)) {
        pt_json_out_raw(all, person);
    }
}

static void put_question(PtBuf *body, PtStr query, const char *cell, const char *cursor)
{
    PtJsonOut out = pt_json_out(body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("query"));
    pt_json_out_raw(&out, query);
    pt_json_out_key(&out, PT_STR("cell"));
    pt_json_out_raw(&out, pt_str(cell));
    pt_json_put_u64(&out, "limit", PEOPLE_PAGE);
    if (cursor[0] != '\0') {
        pt_json_put_str(&out, "cursor", pt_str(cursor));
    }
    pt_json_out_object_end(&out);
}

/* All pages as one array. */
static PtStatus get_people(Cli *cli, PtStr query, const char *cell, PtBuf *list, PtError *err)
{
    PtBuf body, cursor;
    PtClientResponse answer = {0};
    PtJsonOut all = pt_json_out(list);
    PtStatus st;
    pt_buf_init(&body, QUERY_BYTES + TEXT_BYTES);
    pt_buf_init(&cursor, TEXT_BYTES);
    pt_buf_add_char(&cursor, '\0');
    pt_buf_init(&answer.body, CLI_ANSWER_MAX);
    pt_json_out_array(&all);
    do {
        pt_buf_clear(&body, QUERY_BYTES);
        put_question(&body, query, cell, cursor.data != NULL ? cursor.data : "");
        st = pt_buf_status(&body) == PT_OK && pt_buf_status(&cursor) == PT_OK
                 ? post(cli, "/api/v1/analytics/people", pt_buf_str(&body), &answer, err)
                 : pt_fail(err, PT_NO_MEMORY, "no memory for the question");
        if (st == PT_OK) {
            add_page(pt_buf_str(&answer.body), &all);
        }
    } while (st == PT_OK &&
             cli_json_text(pt_buf_str(&answer.body), "next_cursor", &cursor)[0] != '\0');
    pt_json_out_array_end(&all);
    if (st == PT_OK && pt_buf_status(list) != PT_OK) {
        st = pt_fail(err, pt_buf_status(list), "the list has over %d bytes", CLI_ANSWER_MAX);
    }
    pt_buf_done(&body);
    pt_buf_done(&cursor);
    pt_buf_done(&answer.body);
    return st;
}

static PtStatus print_people(Cli *cli, PtStr query, const char *cell, PtError *err)
{
    static const CliColumn columns[] = {
        {"NAME", "name", CLI_TEXT}, {"DETAIL", "detail", CLI_TEXT}, {"ID", "id", CLI_TEXT}};
    PtBuf list;
    pt_buf_init(&list, CLI_ANSWER_MAX);
    PtStatus st = get_people(cli, query, cell, &list, err);
    if (st == PT_OK && cli->json) {
        cli_print_json(pt_buf_str(&list));
    } else if (st == PT_OK) {
        st = cli_table(pt_buf_str(&list), columns, sizeof columns / sizeof *columns, "nobody", err);
    }
    pt_buf_done(&list);
    return st;
}

/* ---- Written out ------------------------------------------------------------------------------
 */

typedef struct Output {
    FILE *file;
    bool failed, shown;
    uint64_t bytes;
    int64_t said_ms;
} Output;

/* On a terminal, over what takes more than a second. */
static bool write_out(void *ctx, PtStr bytes)
{
    Output *out = ctx;
    char count[CLI_COUNT_TEXT];
    out->failed = fwrite(bytes.data, 1, bytes.len, out->file) != bytes.len;
    out->bytes += bytes.len;
    if (isatty(STDERR_FILENO) != 0 && pt_mono_ms() - out->said_ms >= PROGRESS_MS) {
        out->said_ms = pt_mono_ms();
        out->shown = true;
        (void)fprintf(stderr, "\r%s bytes written", cli_count(out->bytes, count));
    }
    return !out->failed;
}

static void put_export(PtBuf *body, PtStr query, const CliArgs *args, const char *format)
{
    const char *cell = cli_value(args, "people");
    PtJsonOut out = pt_json_out(body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("query"));
    pt_json_out_raw(&out, query);
    pt_json_put_str(&out, "format", pt_str(format));
    pt_json_put_str(&out, "what",
                    cell != NULL                        ? PT_STR("people")
                    : cli_value(args, "events") != NULL ? PT_STR("events")
                                                        : PT_STR("answer"));
    if (cell != NULL) {
        pt_json_out_key(&out, PT_STR("cell"));
        pt_json_out_raw(&out, pt_str(cell));
    }
    pt_json_out_object_end(&out);
}

static PtStatus copy_export(Cli *cli, PtStr body, Output *out, PtError *err)
{
    PtClientResponse answer;
    PtClientRequest request = {.method = "POST",
                               .path = "/api/v1/analytics/export",
                               .content_type = "application/json",
                               .body = body,
                               .idle_timeout_s = EXPORT_IDLE_S,
                               .on_data = write_out,
                               .ctx = out};
    pt_client_response_init(&answer, 1 << 20);
    out->said_ms = pt_mono_ms();
    PtStatus st = pt_client_send(cli->client, &request, &answer, err);
    if (st == PT_OK && !answer.stopped && answer.status / 100 != 2) {
        st = cli_problem(&answer, err);
    }
    pt_client_response_done(&answer);
    if (out->shown) {
        (void)fputc('\n', stderr);
    }
    return out->failed ? pt_fail(err, PT_IO, "cannot write the output: %s", strerror(errno)) : st;
}

static PtStatus export_to(Cli *cli, PtStr body, const char *name, PtError *err)
{
    Output out = {.file = stdout};
    if (name == NULL) {
        return copy_export(cli, body, &out, err);
    }
    out.file = fopen(name, "we");
    if (out.file == NULL) {
        return pt_fail(err, PT_IO, "cannot write \"%s\": %s", name, strerror(errno));
    }
    PtStatus st = copy_export(cli, body, &out, err);
    if (fclose(out.file) != 0 && st == PT_OK) {
        st = pt_fail(err, PT_IO, "cannot write \"%s\": %s", name, strerror(errno));
    }
    return st;
}

/* A server of this command's own is first asked until it has read all that the folder holds. */
static PtStatus write_export(Cli *cli, PtStr query, const CliArgs *args, const char *format,
                             PtError *err)
{
    PtBuf body;
    PtClientResponse answer = {0};
    pt_buf_init(&answer.body, CLI_ANSWER_MAX);
    pt_buf_init(&body, QUERY_BYTES + TEXT_BYTES);
    put_export(&body, query, args, format);
    PtStatus st = pt_buf_status(&body) == PT_OK
                      ? PT_OK
                      : pt_fail(err, PT_TOO_LARGE, "the question is too long");
    if (st == PT_OK && cli->server != NULL) {
        st = post(cli, "/api/v1/analytics/query", query, &answer, err);
    }
    st = st == PT_OK ? export_to(cli, pt_buf_str(&body), cli_value(args, "output"), err) : st;
    pt_buf_done(&answer.body);
    pt_buf_done(&body);
    return st;
}

/* ---- The command ------------------------------------------------------------------------------
 */

static PtStatus check_args(const Cli *cli, const CliArgs *args, const char *format, PtError *err)
{
    const char *cell = cli_value(args, "people");
    const bool events = cli_value(args, "events") != NULL;
    if (format != NULL && cli->json) {
        return cli_usage(err, "--format or --csv and --json do not go together");
    }
    if (format == NULL && (events || cli_value(args, "output") != NULL)) {
        return cli_usage(err, "--events and --output need --format");
    }
    if (events && cell != NULL) {
        return cli_usage(err, "--events and --people do not go together");
    }
    return cell != NULL && pt_json_check(pt_str(cell), 8, NULL) != PT_OK
               ? cli_usage(err, "--people needs a cell as JSON, such as {\"step\": 2}")
               : PT_OK;
}

PtStatus cmd_query(Cli *cli, const CliArgs *args, PtError *err)
{
    const char *cell = cli_value(args, "people");
    const char *format = cli_value(args, "csv") != NULL ? "csv" : cli_value(args, "format");
    PtBuf query;
    PtClientResponse answer = {0};
    PtStatus st = check_args(cli, args, format, err);
    if (st != PT_OK) {
        return st;
    }
    pt_buf_init(&query, QUERY_BYTES);
    pt_buf_init(&answer.body, CLI_ANSWER_MAX);
    st = read_query(args->positionals[0], &query, err);
    if (st == PT_OK && format != NULL) {
        st = write_export(cli, pt_buf_str(&query), args, format, err);
    } else if (st == PT_OK && cell != NULL) {
        st = print_people(cli, pt_buf_str(&query), cell, err);
    } else if (st == PT_OK) {
        st = post(cli, "/api/v1/analytics/query", pt_buf_str(&query), &answer, err);
        if (st == PT_OK && cli->json) {
            cli_print_json(pt_buf_str(&answer.body));
        } else if (st == PT_OK) {
            st = print_answer(pt_buf_str(&answer.body), err);
        }
    }
    pt_buf_done(&query);
    pt_buf_done(&answer.body);
    return st;
}
