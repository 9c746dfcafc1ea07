// SPDX-License-Identifier: Apache-2.0
/* Tracking plans. */
#include "app/cli.h"

#include "base/json.h"
#include "base/memory.h"

#include <errno.h>
#include <stdio.h>

enum { PATH_BYTES = 1 << 14, FILE_BYTES = 1000000, BODY_BYTES = 4 << 20 };

const CliOption cmd_plan_show_options[] = {{"version", "N", "as it stood in this version", false},
                                           {0}};
const CliOption cmd_plan_save_options[] = {
    {"name", "NAME", "instead of the file's own", false},
    {"note", "TEXT", "what changed, for the list of versions", false},
    {0}};
const CliOption cmd_plan_check_options[] = {
    {"source", "NAME", "judge this source's last events", false},
    {"last", "N", "so many of them, up to 100000; 10000 when not given", false},
    {0}};
const CliOption cmd_plan_infer_options[] = {
    {"name", "NAME", "of the draft; the source's when not given", false},
    {"last", "N", "from so many events, up to 100000; 10000 when not given", false},
    {0}};
const CliOption cmd_plan_assign_options[] = {{"none", NULL, "take the source's plan away", false},
                                             {0}};
const CliOption cmd_plan_violations_options[] = {
    {"source", "NAME", "of this source only", false},
    {"plan", "NAME", "of this plan only", false},
    {"since", "TIME", "from this time on; 7 days back when not given", false},
    {"until", "TIME", "up to this time", false},
    {0}};

/* A request and its answer, freed together. */
typedef struct Exchange {
    PtBuf path, body;
    PtClientResponse answer;
} Exchange;

static Exchange exchange_init(const char *path)
{
    Exchange x;
    pt_buf_init(&x.path, PATH_BYTES);
    pt_buf_init(&x.body, BODY_BYTES);
    pt_client_response_init(&x.answer, CLI_ANSWER_MAX);
    pt_buf_add_str(&x.path, pt_str(path));
    return x;
}

static void exchange_done(Exchange *x)
{
    pt_buf_done(&x->path);
    pt_buf_done(&x->body);
    pt_client_response_done(&x->answer);
}

static PtStr answer_of(const Exchange *x)
{
    return pt_buf_str(&x->answer.body);
}

static PtStatus send(Cli *cli, const char *method, Exchange *x, PtError *err)
{
    pt_buf_add_char(&x->path, '\0');
    if (pt_buf_status(&x->path) != PT_OK || pt_buf_status(&x->body) != PT_OK) {
        return pt_fail(err, PT_TOO_LARGE, "an argument is too long");
    }
    return cli_call(cli, method, x->path.data, pt_buf_str(&x->body), &x->answer, err);
}

static void add_segment(Exchange *x, const char *segment)
{
    pt_client_escape(pt_str(segment), &x->path);
}

static void put_text(PtJsonOut *out, const char *key, const char *value)
{
    if (value != NULL) {
        pt_json_out_key(out, pt_str(key));
        pt_json_out_str(out, pt_str(value));
    }
}

/* The JSON of a file, checked here so that the complaint names the file. */
static PtStatus read_json(const char *path, PtBuf *text, PtError *err)
{
    PT_CLEANUP(pt_close_filep) FILE *f = fopen(path, "re");
    PtError why = {0};
    if (f == NULL) {
        int reason = errno;
        return pt_fail(err, pt_status_of_errno(reason), "cannot open \"%s\": %s", path,
                       strerror(reason));
    }
    char chunk[8192];
    size_t n;
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0) {
        pt_buf_add(text, chunk, n);
    }
    if (ferror(f) != 0 || pt_buf_status(text) != PT_OK) {
        return pt_fail(err, PT_TOO_LARGE, "cannot read \"%s\", or it is over %d bytes", path,
                       FILE_BYTES);
    }
    return pt_json_check(pt_buf_str(text), 200, &why) == PT_OK
               ? PT_OK
               : pt_fail(err, PT_INVALID, "file \"%s\": %s", path, why.message);
}

/* A file of any kind that the server knows becomes a draft: cli_json(answer, "plan"). */
static PtStatus convert(Cli *cli, const char *path, const char *name, Exchange *x, PtError *err)
{
    PtBuf file;
    pt_buf_init(&file, FILE_BYTES);
    PtStatus st = read_json(path, &file, err);
    if (st == PT_OK) {
        PtJsonOut out = pt_json_out(&x->body);
        pt_json_out_object(&out);
        pt_json_out_key(&out, PT_STR("document"));
        pt_json_out_raw(&out, pt_buf_str(&file));
        put_text(&out, "name", name);
        pt_json_out_object_end(&out);
        st = send(cli, "POST", x, err);
    }
    pt_buf_done(&file);
    return st;
}

static void print_notes(PtStr answer)
{
    PtStr notes = cli_json(answer, "notes"), item;
    while (cli_json_each(&notes, &item)) {
        (void)fprintf(stderr, "note: %.*s\n", PT_STR_ARG(item));
    }
}

PtStatus cmd_plan_list(Cli *cli, const CliArgs *args, PtError *err)
{
    static const CliColumn columns[] = {{"NAME", "name", CLI_TEXT},
                                        {"VERSION", "version", CLI_NUMBER},
                                        {"RULES", "rule_count", CLI_NUMBER},
                                        {"MODE", "mode", CLI_TEXT},
                                        {"UNPLANNED", "unplanned_events", CLI_TEXT},
                                        {"SAVED", "saved_at", CLI_TEXT},
                                        {"BY", "saved_by", CLI_TEXT},
                                        {"ID", "id", CLI_TEXT}};
    PT_CLEANUP(exchange_done) Exchange x = exchange_init("/api/v1/plans");
    (void)args;
    PtStatus st = send(cli, "GET", &x, err);
    if (st == PT_OK && cli->json) {
        cli_print_json(answer_of(&x));
    } else if (st == PT_OK) {
        st = cli_table(cli_json(answer_of(&x), "data"), columns, sizeof columns / sizeof *columns,
                       "no plans yet: patron plan infer SOURCE, patron plan save FILE", err);
    }
    return st;
}

PtStatus cmd_plan_show(Cli *cli, const CliArgs *args, PtError *err)
{
    PT_CLEANUP(exchange_done) Exchange x = exchange_init("/api/v1/plans/");
    add_segment(&x, args->positionals[0]);
    if (cli_value(args, "version") != NULL) {
        pt_buf_add_str(&x.path, PT_STR("/versions/"));
        add_segment(&x, cli_value(args, "version"));
    }
    PtStatus st = send(cli, "GET", &x, err);
    if (st == PT_OK) {
        cli_print_json(answer_of(&x)); // it is a document: what save takes
    }
    return st;
}

/* Whether there is a plan with the draft's name; its id goes into x's path. */
static PtStatus find_same_name(Cli *cli, const char *name, Exchange *x, bool *ret_found,
                               PtError *err)
{
    PT_CLEANUP(exchange_done) Exchange list = exchange_init("/api/v1/plans");
    PtBuf text;
    PtStatus st = send(cli, "GET", &list, err);
    PtStr data = cli_json(answer_of(&list), "data"), item;
    *ret_found = false;
    pt_buf_init(&text, BODY_BYTES);
    while (st == PT_OK && !*ret_found && cli_json_each(&data, &item)) {
        if (strcmp(cli_json_text(item, "name", &text), name) == 0) {
            pt_buf_add_char(&x->path, '/');
            add_segment(x, cli_json_text(item, "id", &text));
            *ret_found = true;
        }
    }
    pt_buf_done(&text);
    return st;
}

static void put_draft(PtStr draft, const char *note, PtBuf *body)
{
    static const char *const members[] = {
        "name",    "description", "mode", "unplanned_events", "unplanned_properties",
        "formats", "rules"};
    PtJsonOut out = pt_json_out(body);
    pt_json_out_object(&out);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        pt_json_out_key(&out, pt_str(members[i]));
        pt_json_out_raw(&out, cli_json(draft, members[i]));
    }
    put_text(&out, "note", note);
    pt_json_out_object_end(&out);
}

static void print_saved(const Cli *cli, PtStr answer)
{
    PtBuf text;
    if (cli->json) {
        cli_print_json(answer);
        return;
    }
    pt_buf_init(&text, BODY_BYTES);
    cli_print_text(cli_json_text(answer, "name", &text));
    (void)printf(": version %s,", cli_json_text(answer, "version", &text));
    (void)printf(" %s rules\n", cli_json_text(answer, "rule_count", &text));
    pt_buf_done(&text);
}

PtStatus cmd_plan_save(Cli *cli, const CliArgs *args, PtError *err)
{
    PT_CLEANUP(exchange_done) Exchange draft = exchange_init("/api/v1/plans/convert");
    PT_CLEANUP(exchange_done) Exchange x = exchange_init("/api/v1/plans");
    PtBuf name;
    bool found = false;
    PtStatus st = convert(cli, args->positionals[0], cli_value(args, "name"), &draft, err);
    if (st != PT_OK) {
        return st;
    }
    print_notes(answer_of(&draft));
    pt_buf_init(&name, BODY_BYTES);
    st = find_same_name(cli, cli_json_text(answer_of(&draft), "plan.name", &name), &x, &found, err);
    pt_buf_done(&name);
    put_draft(cli_json(answer_of(&draft), "plan"), cli_value(args, "note"), &x.body);
    st = st == PT_OK ? send(cli, found ? "PUT" : "POST", &x, err) : st;
    if (st == PT_OK) {
        print_saved(cli, answer_of(&x));
    }
    return st;
}

static void print_verdict(PtStr answer)
{
    PtBuf text;
    PtStr list = cli_json(answer, "verdict.violations"), item;
    pt_buf_init(&text, BODY_BYTES);
    if (cli_json(answer, "verdict.outcome").data != NULL) {
        (void)printf("event: %s\n", cli_json_text(answer, "verdict.outcome", &text));
    }
    while (list.data != NULL && cli_json_each(&list, &item)) {
        (void)fputs("  ", stdout);
        cli_print_text(cli_json_text(item, "pointer", &text));
        (void)fputs(": ", stdout);
        cli_print_text(cli_json_text(item, "message", &text));
        (void)putchar('\n');
    }
    pt_buf_done(&text);
}

static PtStatus print_history(PtStr answer, PtError *err)
{
    static const CliColumn columns[] = {
        {"TYPE", "type", CLI_TEXT},       {"EVENT", "name", CLI_TEXT},
        {"PLACE", "path", CLI_TEXT},      {"RULE", "keyword", CLI_TEXT},
        {"EVENTS", "events", CLI_NUMBER}, {"SAMPLE", "sample", CLI_TEXT}};
    char counts[4][CLI_COUNT_TEXT];
    static const char *const names[] = {"history.events", "history.warned", "history.quarantined",
                                        "history.unplanned"};
    if (cli_json(answer, "history.events").data == NULL) {
        return PT_OK;
    }
    for (size_t i = 0; i < 4; i++) {
        (void)cli_count(cli_json_u64(answer, names[i]), counts[i]);
    }
    (void)printf(
        "history: %s events, %s would be flagged, %s quarantined, %s of them unplanned%s\n",
        counts[0], counts[1], counts[2], counts[3],
        cli_json_true(answer, "history.complete") ? "" : " (stopped at a bound)");
    return cli_table(cli_json(answer, "history.top"), columns, sizeof columns / sizeof *columns,
                     "no violations", err);
}

static PtStatus put_check(const CliArgs *args, PtStr draft, PtBuf *body, PtError *err)
{
    PtBuf event;
    PtStatus st = PT_OK;
    PtJsonOut out = pt_json_out(body);
    pt_buf_init(&event, FILE_BYTES);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("plan"));
    pt_json_out_raw(&out, draft);
    if (args->positional_count > 1) {
        st = read_json(args->positionals[1], &event, err);
        pt_json_out_key(&out, PT_STR("event"));
        pt_json_out_raw(&out, st == PT_OK ? pt_buf_str(&event) : PT_STR("{}"));
    }
    put_text(&out, "source", cli_value(args, "source"));
    if (cli_value(args, "last") != NULL) {
        uint32_t last;
        pt_json_out_key(&out, PT_STR("last"));
        if (!pt_str_to_u32(pt_str(cli_value(args, "last")), 100000, &last)) {
            st = cli_usage(err, "--last: want a number up to 100000");
            last = 1;
        }
        pt_json_out_i64(&out, last);
    }
    pt_json_out_object_end(&out);
    pt_buf_done(&event);
    return st;
}

PtStatus cmd_plan_check(Cli *cli, const CliArgs *args, PtError *err)
{
    PT_CLEANUP(exchange_done) Exchange draft = exchange_init("/api/v1/plans/convert");
    PT_CLEANUP(exchange_done) Exchange x = exchange_init("/api/v1/plans/check");
    if (args->positional_count < 2 && cli_value(args, "source") == NULL) {
        return cli_usage(err, "give a file with an event, or --source");
    }
    PtStatus st = convert(cli, args->positionals[0], NULL, &draft, err);
    st = st == PT_OK ? put_check(args, cli_json(answer_of(&draft), "plan"), &x.body, err) : st;
    st = st == PT_OK ? send(cli, "POST", &x, err) : st;
    if (st != PT_OK) {
        return st;
    }
    if (cli->json) {
        cli_print_json(answer_of(&x));
        return PT_OK;
    }
    print_verdict(answer_of(&x));
    return print_history(answer_of(&x), err);
}

PtStatus cmd_plan_infer(Cli *cli, const CliArgs *args, PtError *err)
{
    PT_CLEANUP(exchange_done) Exchange x = exchange_init("/api/v1/plans/infer");
    uint32_t last = 10000;
    PtJsonOut out = pt_json_out(&x.body);
    if (cli_value(args, "last") != NULL &&
        !pt_str_to_u32(pt_str(cli_value(args, "last")), 100000, &last)) {
        return cli_usage(err, "--last: want a number up to 100000");
    }
    pt_json_out_object(&out);
    put_text(&out, "source", args->positionals[0]);
    put_text(&out, "name", cli_value(args, "name"));
    pt_json_put_i64(&out, "last", last);
    pt_json_out_object_end(&out);
    PtStatus st = send(cli, "POST", &x, err);
    if (st == PT_OK) {
        cli_print_json(cli_json(answer_of(&x), "plan")); // for a file, to be looked through
        (void)fprintf(stderr, "from %llu events%s\n",
                      (unsigned long long)cli_json_u64(answer_of(&x), "events"),
                      cli_json_true(answer_of(&x), "complete") ? "" : " (stopped at a bound)");
    }
    return st;
}

PtStatus cmd_plan_assign(Cli *cli, const CliArgs *args, PtError *err)
{
    PT_CLEANUP(exchange_done) Exchange x = exchange_init("/api/v1/sources/");
    PtJsonOut out = pt_json_out(&x.body);
    bool none = cli_value(args, "none") != NULL;
    if (none == (args->positional_count > 1)) {
        return cli_usage(err, "give a plan, or --none");
    }
    add_segment(&x, args->positionals[0]);
    pt_buf_add_str(&x.path, PT_STR("/plan"));
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("plan"));
    if (none) {
        pt_json_out_null(&out);
    } else {
        pt_json_out_str(&out, pt_str(args->positionals[1]));
    }
    pt_json_out_object_end(&out);
    PtStatus st = send(cli, "PUT", &x, err);
    if (st == PT_OK && cli->json) {
        cli_print_json(answer_of(&x));
    } else if (st == PT_OK) {
        (void)puts(none ? "The source has no plan now." : "The source has the plan now.");
    }
    return st;
}

PtStatus cmd_plan_violations(Cli *cli, const CliArgs *args, PtError *err)
{
    static const CliColumn columns[] = {{"SOURCE", "source", CLI_TEXT},
                                        {"TYPE", "type", CLI_TEXT},
                                        {"EVENT", "name", CLI_TEXT},
                                        {"PLACE", "path", CLI_TEXT},
                                        {"RULE", "keyword", CLI_TEXT},
                                        {"FLAGGED", "warned", CLI_NUMBER},
                                        {"QUARANTINED", "quarantined", CLI_NUMBER},
                                        {"SAMPLE", "sample", CLI_TEXT}};
    static const char *const options[] = {"source", "plan", "since", "until"};
    PT_CLEANUP(exchange_done) Exchange x = exchange_init("/api/v1/plans/violations/top");
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        cli_query(&x.path, options[i], cli_value(args, options[i]));
    }
    PtStatus st = send(cli, "GET", &x, err);
    if (st == PT_OK && cli->json) {
        cli_print_json(answer_of(&x));
    } else if (st == PT_OK) {
        st = cli_table(cli_json(answer_of(&x), "data"), columns, sizeof columns / sizeof *columns,
                       "no violations in this time", err);
    }
    return st;
}
