// SPDX-License-Identifier: Apache-2.0
/* Customers: who somebody is, what they did, and what staff decide about it. */
#include "app/cli.h"

#include "base/json.h"
#include "base/memory.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* A server that has just begun answers 503 while it loads. */
enum { PATH_BYTES = 1 << 14, LOADING_TRIES = 600, LOADING_PAUSE_MS = 100, NODES_MAX = 100 };

const CliOption cmd_profile_search_options[] = {
    {"limit", "N", "so many, up to 50; 20 when not given", false}, {0}};
const CliOption cmd_profile_timeline_options[] = {
    {"limit", "N", "so many events, up to 100; 50 when not given", false},
    {"cursor", "C", "older than a page before: its next_cursor", false},
    {0}};
const CliOption cmd_profile_merge_options[] = {
    {"reason", "TEXT", "why, for those who look later", true}, {0}};
const CliOption cmd_profile_split_options[] = {
    {"nodes", "1,2", "numbers of the identifiers that leave", true},
    {"reason", "TEXT", "why, for those who look later", true},
    {0}};

/* GET of what x's path says, again while the server loads. */
static PtStatus get(Cli *cli, CliExchange *x, PtError *err)
{
    const struct timespec pause = {0, LOADING_PAUSE_MS * 1000000L};
    PtStatus st = cli_send(cli, "GET", x, err);
    for (int i = 0; st != PT_OK && x->answer.status == 503 && i < LOADING_TRIES; i++) {
        (void)nanosleep(&pause, NULL);
        x->path.len--; // the NUL that the request has put behind it
        pt_buf_clear(&x->answer.body, CLI_ANSWER_MAX);
        st = cli_send(cli, "GET", x, err);
    }
    return st;
}

/* The person of an id, or of an identifier: "email:anna@example.org". */
static PtStatus get_person(Cli *cli, const char *ref, CliExchange *x, PtError *err)
{
    const char *colon = strchr(ref, ':');
    if (colon == NULL) {
        pt_buf_add_str(&x->path, PT_STR("/api/v1/profiles/"));
        pt_client_escape(pt_str(ref), &x->path);
    } else {
        pt_buf_add_str(&x->path, PT_STR("/api/v1/profiles/lookup?type="));
        pt_client_escape((PtStr){ref, (size_t)(colon - ref)}, &x->path);
        cli_query(&x->path, "value", colon + 1);
    }
    return *ref == '\0' ? cli_usage(err, "an id, or TYPE:VALUE, is empty") : get(cli, x, err);
}

/* "/api/v1/profiles/ID" of a person, and what comes behind it. */
static PtStatus person_path(Cli *cli, const char *ref, const char *behind, PtBuf *path,
                            PtError *err)
{
    PT_CLEANUP(cli_exchange_done) CliExchange x = cli_exchange();
    PtBuf id;
    PtStatus st = get_person(cli, ref, &x, err);
    pt_buf_init(&id, PATH_BYTES);
    if (st == PT_OK) {
        pt_buf_add_str(path, PT_STR("/api/v1/profiles/"));
        pt_client_escape(pt_str(cli_json_text(cli_answer(&x), "id", &id)), path);
        pt_buf_add_str(path, pt_str(behind));
    }
    pt_buf_done(&id);
    return st;
}

/* -- reading ------------------------------------------------------------------------------------
 */

static PtStatus print_lists(PtStr person, PtError *err)
{
    static const CliColumn nodes[] = {{"NUMBER", "number", CLI_TEXT},
                                      {"IDENTIFIER", "type", CLI_TEXT},
                                      {"VALUE", "value", CLI_TEXT},
                                      {"EVENTS", "events", CLI_NUMBER},
                                      {"LAST", "last_at", CLI_TEXT}};
    static const CliColumn traits[] = {{"TRAIT", "name", CLI_TEXT},
                                       {"VALUE", "value", CLI_TEXT},
                                       {"SAID", "at", CLI_TEXT},
                                       {"SOURCE", "source.name", CLI_TEXT}};
    static const CliColumn values[] = {{"CURRENCY", "currency", CLI_TEXT},
                                       {"AMOUNT", "amount", CLI_TEXT},
                                       {"ORDERS", "orders", CLI_NUMBER},
                                       {"REFUNDS", "refunds", CLI_NUMBER}};
    static const struct {
        const char *path;
        const CliColumn *columns;
        size_t count;
        const char *none;
    } lists[] = {{"nodes", nodes, sizeof nodes / sizeof *nodes, "no identifiers"},
                 {"traits", traits, sizeof traits / sizeof *traits, "no traits"},
                 {"values", values, sizeof values / sizeof *values, "no orders"}};
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < sizeof lists / sizeof *lists; i++) {
        (void)putchar('\n');
        st = cli_table(cli_json(person, lists[i].path), lists[i].columns, lists[i].count,
                       lists[i].none, err);
    }
    return st;
}

PtStatus cmd_profile_get(Cli *cli, const CliArgs *args, PtError *err)
{
    PT_CLEANUP(cli_exchange_done) CliExchange x = cli_exchange();
    PtStatus st = get_person(cli, args->positionals[0], &x, err);
    if (st == PT_OK && cli->json) {
        cli_print_json(cli_answer(&x));
    } else if (st == PT_OK) {
        cli_print_line("id", cli_answer(&x), "id");
        cli_print_line("name", cli_answer(&x), "name");
        cli_print_line("created", cli_answer(&x), "created_at");
        cli_print_line("seen last", cli_answer(&x), "last.at");
        cli_print_line("events", cli_answer(&x), "events");
        cli_print_line("version", cli_answer(&x), "version");
        st = print_lists(cli_answer(&x), err);
    }
    return st;
}

/* The page that x's path answers, as a table or with --json as it is. */
static PtStatus print_page(Cli *cli, CliExchange *x, const CliColumn *columns, size_t count,
                           const char *none, PtError *err)
{
    PtStatus st = get(cli, x, err);
    if (st == PT_OK && cli->json) {
        cli_print_json(cli_answer(x));
    } else if (st == PT_OK) {
        st = cli_table(cli_json(cli_answer(x), "data"), columns, count, none, err);
    }
    return st;
}

PtStatus cmd_profile_search(Cli *cli, const CliArgs *args, PtError *err)
{
    static const CliColumn columns[] = {{"NAME", "name", CLI_TEXT},
                                        {"KNOWN BY", "detail", CLI_TEXT},
                                        {"MATCHED", "matched", CLI_TEXT},
                                        {"SEEN LAST", "last_seen_at", CLI_TEXT},
                                        {"ID", "id", CLI_TEXT}};
    PT_CLEANUP(cli_exchange_done) CliExchange x = cli_exchange();
    pt_buf_add_str(&x.path, PT_STR("/api/v1/profiles"));
    cli_query(&x.path, "search", args->positionals[0]);
    cli_query(&x.path, "limit", cli_value(args, "limit"));
    return print_page(cli, &x, columns, sizeof columns / sizeof *columns, "nobody was found", err);
}

PtStatus cmd_profile_timeline(Cli *cli, const CliArgs *args, PtError *err)
{
    static const CliColumn columns[] = {
        {"TIME", "timestamp", CLI_TEXT},        {"TYPE", "type", CLI_TEXT},
        {"EVENT", "event", CLI_TEXT},           {"PAGE", "name", CLI_TEXT},
        {"SOURCE", "_patron.source", CLI_TEXT}, {"POSITION", "_patron.position", CLI_TEXT}};
    PT_CLEANUP(cli_exchange_done) CliExchange x = cli_exchange();
    PtStatus st = person_path(cli, args->positionals[0], "/timeline", &x.path, err);
    cli_query(&x.path, "limit", cli_value(args, "limit"));
    cli_query(&x.path, "cursor", cli_value(args, "cursor"));
    return st == PT_OK
               ? print_page(cli, &x, columns, sizeof columns / sizeof *columns, "no events", err)
               : st;
}

PtStatus cmd_identity_rules(Cli *cli, const CliArgs *args, PtError *err)
{
    static const CliColumn columns[] = {{"IDENTIFIER", "name", CLI_TEXT},
                                        {"PRIORITY", "priority", CLI_NUMBER},
                                        {"LIMIT", "limit", CLI_NUMBER},
                                        {"FORM", "form", CLI_TEXT},
                                        {"MODE", "mode", CLI_TEXT}};
    PT_CLEANUP(cli_exchange_done) CliExchange x = cli_exchange();
    (void)args;
    pt_buf_add_str(&x.path, PT_STR("/api/v1/identity/rules"));
    PtStatus st = get(cli, &x, err);
    if (st == PT_OK && cli->json) {
        cli_print_json(cli_answer(&x));
    } else if (st == PT_OK) {
        st = cli_table(cli_json(cli_answer(&x), "types"), columns, sizeof columns / sizeof *columns,
                       "no types", err);
        cli_print_line("others", cli_answer(&x), "other");
        cli_print_line("merge cap", cli_answer(&x), "merge_cap");
        cli_print_line("blocked", cli_answer(&x), "blocked");
    }
    return st;
}

/* -- deciding -----------------------------------------------------------------------------------
 */

static void print_decided(const Cli *cli, PtStr person, const char *what)
{
    char number[CLI_COUNT_TEXT];
    PtBuf text;
    if (cli->json) {
        cli_print_json(person);
        return;
    }
    pt_buf_init(&text, PATH_BYTES);
    (void)printf("%s: ", what);
    cli_print_text(cli_json_text(person, "id", &text));
    (void)printf(", %s events\n", cli_count(cli_json_u64(person, "events"), number));
    pt_buf_done(&text);
}

PtStatus cmd_profile_merge(Cli *cli, const CliArgs *args, PtError *err)
{
    PT_CLEANUP(cli_exchange_done) CliExchange x = cli_exchange(), other = cli_exchange();
    PtStatus st = get_person(cli, args->positionals[1], &other, err);
    st = st == PT_OK ? person_path(cli, args->positionals[0], "/merge", &x.path, err) : st;
    if (st != PT_OK) {
        return st;
    }
    PtJsonOut out = pt_json_out(&x.body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("other"));
    pt_json_out_raw(&out, cli_json(cli_answer(&other), "id"));
    pt_json_put_str(&out, "reason", pt_str(cli_value(args, "reason")));
    pt_json_out_object_end(&out);
    st = cli_send(cli, "POST", &x, err);
    if (st == PT_OK) {
        print_decided(cli, cli_answer(&x), "One person now");
    }
    return st;
}

/* "1,2" as a JSON list. */
static PtStatus put_nodes(PtJsonOut *out, const char *text, PtError *err)
{
    PtStr rest = pt_str(text), field;
    uint32_t number;
    size_t count = 0;
    pt_json_out_array(out);
    while (pt_str_cut(&rest, ',', &field)) {
        if (!pt_str_to_u32(field, UINT32_MAX, &number) || number == 0 || ++count > NODES_MAX) {
            return cli_usage(err, "--nodes wants up to %d numbers, such as 1,2", NODES_MAX);
        }
        pt_json_out_u64(out, number);
    }
    pt_json_out_array_end(out);
    return count > 0 ? PT_OK
                     : cli_usage(err, "--nodes wants up to %d numbers, such as 1,2", NODES_MAX);
}

PtStatus cmd_profile_split(Cli *cli, const CliArgs *args, PtError *err)
{
    PT_CLEANUP(cli_exchange_done) CliExchange x = cli_exchange();
    PtJsonOut out = pt_json_out(&x.body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("nodes"));
    PtStatus st = put_nodes(&out, cli_value(args, "nodes"), err);
    pt_json_put_str(&out, "reason", pt_str(cli_value(args, "reason")));
    pt_json_out_object_end(&out);
    st = st == PT_OK ? person_path(cli, args->positionals[0], "/split", &x.path, err) : st;
    st = st == PT_OK ? cli_send(cli, "POST", &x, err) : st;
    if (st == PT_OK) {
        print_decided(cli, cli_answer(&x), "A person of their own now");
    }
    return st;
}
