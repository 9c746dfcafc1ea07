// SPDX-License-Identifier: Apache-2.0
/* Questions about what customers did: the answer as rows, and the people behind a number of it.
 * Every kind's answer is turned into one JSON array of flat objects, which is a table or CSV. */
#include "app/cli.h"

#include "base/json.h"
#include "base/memory.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    QUERY_BYTES = 256 << 10,
    TEXT_BYTES = 1 << 16,
    COLUMNS_MAX = 8,
    PEOPLE_PAGE = 10000,
    WAITING_TRIES = 600, /* a server that has just begun loads, or reads what came last */
    WAITING_PAUSE_MS = 100,
};

const CliOption cmd_query_options[] = {
    {"csv", NULL, "print CSV", false},
    {"people", "CELL",
     "the people behind a number of the answer, such as '{\"step\": 2, \"dropped\": true}'", false},
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

/* ---- Rows of an answer ------------------------------------------------------------------------
 */

typedef struct Rows {
    PtBuf json; /* the array */
    PtJsonOut out;
    PtStr answer;
} Rows;

static void put_raw(Rows *r, const char *key, PtStr json)
{
    pt_json_out_key(&r->out, pt_str(key));
    if (json.data != NULL) {
        pt_json_out_raw(&r->out, json);
    } else {
        pt_json_out_null(&r->out);
    }
}

/* Item `index` of an array; data NULL behind its end. */
static PtStr item_at(PtStr array, size_t index)
{
    PtStr item = {NULL, 0};
    for (size_t i = 0; i <= index; i++) {
        if (!cli_json_each(&array, &item)) {
            return (PtStr){NULL, 0};
        }
    }
    return item;
}

static void segmentation_rows(Rows *r)
{
    PtStr data = cli_json(r->answer, "data"), value;
    while (cli_json_each(&data, &value)) {
        PtStr series = cli_json(value, "series"), names = cli_json(r->answer, "series"), one, name;
        while (cli_json_each(&series, &one) && cli_json_each(&names, &name)) {
            PtStr periods = cli_json(r->answer, "periods"), values = cli_json(one, "values");
            PtStr counts = cli_json(one, "n"), period, number;
            while (cli_json_each(&periods, &period) && cli_json_each(&values, &number)) {
                PtStr n = {NULL, 0};
                (void)cli_json_each(&counts, &n);
                pt_json_out_object(&r->out);
                put_raw(r, "value", cli_json(value, "value"));
                put_raw(r, "series", cli_json(name, "name"));
                put_raw(r, "period", period);
                put_raw(r, "result", number);
                put_raw(r, "n", n);
                pt_json_out_object_end(&r->out);
            }
        }
    }
}

static void put_share(Rows *r, const char *key, uint64_t part, uint64_t whole)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%.1f",
                   whole > 0 ? 100.0 * (double)part / (double)whole : 0.0);
    pt_json_out_key(&r->out, pt_str(key));
    pt_json_out_raw(&r->out, pt_str(text));
}

static void funnel_rows(Rows *r)
{
    PtStr data = cli_json(r->answer, "data"), value, step;
    while (cli_json_each(&data, &value)) {
        PtStr steps = cli_json(value, "steps");
        uint64_t first = 0, before = 0;
        for (uint64_t i = 1; cli_json_each(&steps, &step); i++) {
            const uint64_t people = cli_json_u64(step, "people");
            first = i == 1 ? people : first;
            before = i == 1 ? people : before;
            pt_json_out_object(&r->out);
            put_raw(r, "value", cli_json(value, "value"));
            pt_json_put_u64(&r->out, "step", i);
            put_raw(r, "name", cli_json(step, "name"));
            pt_json_put_u64(&r->out, "people", people);
            put_share(r, "of_first", people, first);
            put_share(r, "of_before", people, before);
            put_raw(r, "mean_s", cli_json(step, "mean_s"));
            put_raw(r, "median_s", cli_json(step, "median_s"));
            pt_json_out_object_end(&r->out);
            before = people;
        }
    }
}

/* Which periods behind the cohort's `back[index]` counts: "3", or of brackets "1-3". */
static void put_behind(Rows *r, size_t index)
{
    char text[64];
    const PtStr brackets = cli_json(r->answer, "brackets");
    const PtStr from = item_at(brackets, index), to = item_at(brackets, index + 1);
    int64_t low, high;
    if (from.data != NULL && to.data != NULL && pt_json_to_i64(from, &low) &&
        pt_json_to_i64(to, &high) && high - low > 1) {
        (void)snprintf(text, sizeof text, "%lld-%lld", (long long)low, (long long)high - 1);
    } else if (from.data != NULL && to.data != NULL) {
        (void)snprintf(text, sizeof text, "%.*s", PT_STR_ARG(from));
    } else {
        (void)snprintf(text, sizeof text, "%zu", index);
    }
    pt_json_put_str(&r->out, "behind", pt_str(text));
}

static void retention_rows(Rows *r)
{
    PtStr data = cli_json(r->answer, "data"), value, cohort, back;
    while (cli_json_each(&data, &value)) {
        PtStr cohorts = cli_json(value, "cohorts");
        while (cli_json_each(&cohorts, &cohort)) {
            PtStr backs = cli_json(cohort, "back");
            for (size_t i = 0; cli_json_each(&backs, &back); i++) {
                int64_t came = 0;
                (void)pt_json_to_i64(back, &came);
                pt_json_out_object(&r->out);
                put_raw(r, "value", cli_json(value, "value"));
                put_raw(r, "cohort", cli_json(cohort, "period"));
                put_raw(r, "people", cli_json(cohort, "people"));
                put_behind(r, i);
                put_raw(r, "back", back);
                put_share(r, "share", (uint64_t)came, cli_json_u64(cohort, "people"));
                pt_json_out_object_end(&r->out);
            }
        }
    }
}

static void paths_rows(Rows *r)
{
    static const char *const ends[] = {"from", "to"};
    PtStr edges = cli_json(r->answer, "edges"), edge;
    while (cli_json_each(&edges, &edge)) {
        pt_json_out_object(&r->out);
        put_raw(r, "depth", cli_json(edge, "depth"));
        for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
            const PtStr node = cli_json(edge, ends[i]);
            const bool none = node.data == NULL || node.data[0] != '{';
            put_raw(r, ends[i], none ? PT_STR("\"(none)\"") : cli_json(node, "name"));
        }
        put_raw(r, "count", cli_json(edge, "count"));
        pt_json_out_object_end(&r->out);
    }
}

static void stickiness_rows(Rows *r)
{
    PtStr data = cli_json(r->answer, "data"), item;
    while (cli_json_each(&data, &item)) {
        pt_json_out_raw(&r->out, item);
    }
}

/* Items beside `periods`. */
static void period_rows(Rows *r)
{
    PtStr periods = cli_json(r->answer, "periods"), data = cli_json(r->answer, "data");
    PtStr period, item;
    while (cli_json_each(&periods, &period) && cli_json_each(&data, &item)) {
        pt_json_out_object(&r->out);
        put_raw(r, "period", period);
        put_raw(r, "of", item);
        pt_json_out_object_end(&r->out);
    }
}

static const struct Kind {
    const char *name;
    void (*rows)(Rows *r);
    CliColumn columns[COLUMNS_MAX]; /* "value" first is shown of a breakdown only */
} kinds[] = {
    {"segmentation",
     segmentation_rows,
     {{"VALUE", "value", CLI_TEXT},
      {"SERIES", "series", CLI_TEXT},
      {"PERIOD", "period", CLI_TEXT},
      {"RESULT", "result", CLI_TEXT},
      {"N", "n", CLI_TEXT}}},
    {"funnel",
     funnel_rows,
     {{"VALUE", "value", CLI_TEXT},
      {"STEP", "step", CLI_TEXT},
      {"NAME", "name", CLI_TEXT},
      {"PEOPLE", "people", CLI_NUMBER},
      {"% OF FIRST", "of_first", CLI_TEXT},
      {"% OF BEFORE", "of_before", CLI_TEXT},
      {"MEAN S", "mean_s", CLI_TEXT},
      {"MEDIAN S", "median_s", CLI_TEXT}}},
    {"retention",
     retention_rows,
     {{"VALUE", "value", CLI_TEXT},
      {"COHORT", "cohort", CLI_TEXT},
      {"PEOPLE", "people", CLI_NUMBER},
      {"PERIODS ON", "behind", CLI_TEXT},
      {"BACK", "back", CLI_NUMBER},
      {"% BACK", "share", CLI_TEXT}}},
    {"paths",
     paths_rows,
     {{"STEP", "depth", CLI_TEXT},
      {"FROM", "from", CLI_TEXT},
      {"TO", "to", CLI_TEXT},
      {"COUNT", "count", CLI_NUMBER}}},
    {"stickiness",
     stickiness_rows,
     {{"PERIODS", "periods", CLI_NUMBER}, {"PEOPLE", "people", CLI_NUMBER}}},
    {"lifecycle",
     period_rows,
     {{"PERIOD", "period", CLI_TEXT},
      {"NEW", "of.new", CLI_NUMBER},
      {"RETURNING", "of.returning", CLI_NUMBER},
      {"RESURRECTING", "of.resurrecting", CLI_NUMBER},
      {"DORMANT", "of.dormant", CLI_NUMBER}}},
    {"sessions",
     period_rows,
     {{"PERIOD", "period", CLI_TEXT},
      {"SESSIONS", "of.sessions", CLI_NUMBER},
      {"PEOPLE", "of.people", CLI_NUMBER},
      {"MEDIAN S", "of.median_s", CLI_TEXT},
      {"MEAN S", "of.mean_s", CLI_TEXT},
      {"MEAN EVENTS", "of.mean_events", CLI_TEXT}}},
};

/* ---- Printing ---------------------------------------------------------------------------------
 */

/* The title in lower case, as the head of a CSV column. */
static void add_title(PtBuf *out, const char *title)
{
    for (const char *p = title; *p != '\0'; p++) {
        pt_buf_add_char(out, (char)(*p >= 'A' && *p <= 'Z' ? *p + ('a' - 'A') : *p));
    }
}

static PtStatus print_csv(PtStr rows, const CliColumn *columns, size_t count, PtError *err)
{
    PtBuf line, text;
    PtStr row;
    pt_buf_init(&line, CLI_ANSWER_MAX);
    pt_buf_init(&text, TEXT_BYTES);
    for (size_t i = 0; i < count; i++) {
        add_title(&line, columns[i].title);
        pt_buf_add_str(&line, i + 1 < count ? PT_STR(",") : PT_STR("\r\n"));
    }
    while (cli_json_each(&rows, &row)) {
        for (size_t i = 0; i < count; i++) {
            pt_buf_add_csv(&line, pt_str(cli_json_text(row, columns[i].path, &text)));
            pt_buf_add_str(&line, i + 1 < count ? PT_STR(",") : PT_STR("\r\n"));
        }
    }
    PtStatus st = pt_buf_status(&line);
    if (st == PT_OK) {
        (void)fwrite(line.data, 1, line.len, stdout);
    }
    pt_buf_done(&text);
    pt_buf_done(&line);
    return st == PT_OK ? PT_OK : pt_fail(err, st, "no memory for CSV of the answer");
}

static size_t count_columns(const CliColumn *columns)
{
    size_t count = 0;
    while (count < COLUMNS_MAX && columns[count].title != NULL) {
        count++;
    }
    return count;
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

static const struct Kind *kind_of(PtStr answer)
{
    PtBuf text;
    pt_buf_init(&text, TEXT_BYTES);
    const char *name = cli_json_text(answer, "kind", &text);
    const struct Kind *found = NULL;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        found = strcmp(name, kinds[i].name) == 0 ? &kinds[i] : found;
    }
    pt_buf_done(&text);
    return found;
}

static PtStatus print_answer(PtStr answer, bool csv, PtError *err)
{
    const struct Kind *kind = kind_of(answer);
    if (kind == NULL) {
        return pt_fail(err, PT_IO, "the server's answer is of a kind that this program lacks");
    }
    Rows rows = {.answer = answer};
    pt_buf_init(&rows.json, CLI_ANSWER_MAX);
    rows.out = pt_json_out(&rows.json);
    pt_json_out_array(&rows.out);
    kind->rows(&rows);
    pt_json_out_array_end(&rows.out);
    PtStatus st = pt_buf_status(&rows.json);
    if (st != PT_OK) {
        st = pt_fail(err, st, "no memory for the rows of the answer");
    } else {
        const PtStr breakdown = cli_json(answer, "query.breakdown");
        const bool whole = strcmp(kind->columns[0].path, "value") == 0 &&
                           (breakdown.len == 0 || breakdown.data[0] != '{');
        const CliColumn *columns = kind->columns + whole;
        const size_t count = count_columns(kind->columns) - whole;
        st = csv ? print_csv(pt_buf_str(&rows.json), columns, count, err)
                 : cli_table(pt_buf_str(&rows.json), columns, count, "nothing to tell", err);
    }
    pt_buf_done(&rows.json);
    if (st == PT_OK && !csv) {
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

static PtStatus print_people(Cli *cli, PtStr query, const char *cell, bool csv, PtError *err)
{
    static const CliColumn columns[] = {
        {"NAME", "name", CLI_TEXT}, {"DETAIL", "detail", CLI_TEXT}, {"ID", "id", CLI_TEXT}};
    enum { COUNT = sizeof columns / sizeof *columns };
    PtBuf list;
    if (pt_json_check(pt_str(cell), 8, NULL) != PT_OK) {
        return cli_usage(err, "--people needs a cell as JSON, such as {\"step\": 2}");
    }
    pt_buf_init(&list, CLI_ANSWER_MAX);
    PtStatus st = get_people(cli, query, cell, &list, err);
    if (st == PT_OK && cli->json) {
        cli_print_json(pt_buf_str(&list));
    } else if (st == PT_OK) {
        st = csv ? print_csv(pt_buf_str(&list), columns, COUNT, err)
                 : cli_table(pt_buf_str(&list), columns, COUNT, "nobody", err);
    }
    pt_buf_done(&list);
    return st;
}

PtStatus cmd_query(Cli *cli, const CliArgs *args, PtError *err)
{
    const char *cell = cli_value(args, "people");
    const bool csv = cli_value(args, "csv") != NULL;
    PtBuf query;
    PtClientResponse answer = {0};
    if (csv && cli->json) {
        return cli_usage(err, "--csv and --json do not go together");
    }
    pt_buf_init(&query, QUERY_BYTES);
    pt_buf_init(&answer.body, CLI_ANSWER_MAX);
    PtStatus st = read_query(args->positionals[0], &query, err);
    if (st == PT_OK && cell != NULL) {
        st = print_people(cli, pt_buf_str(&query), cell, csv, err);
    } else if (st == PT_OK) {
        st = post(cli, "/api/v1/analytics/query", pt_buf_str(&query), &answer, err);
        if (st == PT_OK && cli->json) {
            cli_print_json(pt_buf_str(&answer.body));
        } else if (st == PT_OK) {
            st = print_answer(pt_buf_str(&answer.body), csv, err);
        }
    }
    pt_buf_done(&query);
    pt_buf_done(&answer.body);
    return st;
}
