// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "base/status.h"
#include "base/str.h"
#include "platform/client.h"
#include "platform/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The command line, patron: one row of a table per command (cli.c), one file per family of commands
 * (cmd_*.c). It speaks to a server over HTTP only: to a daemon's socket in the data folder, to an
 * address, or to a server that it runs itself for as long as the command takes.
 *
 * Exit codes   0 done, 1 failed (one line on stderr), 2 wrong usage.
 * Output       What was asked for on stdout (a table, or JSON with --json), the rest on stderr.
 * Threads      Commands run on the main thread.
 */
enum { CLI_OPTIONS_MAX = 12, CLI_POSITIONALS_MAX = 30, CLI_ANSWER_MAX = 64 << 20 };

typedef struct CliServer CliServer;

typedef struct Cli {
    const char *data, *url, *token, *config_file; /* NULL: not given */
    bool json, verbose;
    PtClient *client;  /* of commands that need a server */
    CliServer *server; /* in this process; NULL: a daemon */
} Cli;

typedef struct CliOption {
    const char *name;  /* without the dashes */
    const char *value; /* what stands behind it; NULL: a flag */
    const char *help;
    bool required;
} CliOption;

typedef struct CliCommand CliCommand;

typedef struct CliArgs {
    const CliCommand *command;
    const char *values[CLI_OPTIONS_MAX]; /* by option; a flag is "" when given; NULL: not given */
    const char *positionals[CLI_POSITIONALS_MAX];
    size_t positional_count;
} CliArgs;

struct CliCommand {
    const char *words;       /* "source add" */
    const char *positionals; /* "NAME"; "" */
    size_t positional_min, positional_max;
    const char *help;
    const CliOption *options; /* name NULL ends it; NULL: none */
    bool needs_server;
    PtStatus (*run)(Cli *cli, const CliArgs *args, PtError *err);
};

/* The option's value, "" for a flag; NULL when it was not given. The name must be of the table. */
const char *cli_value(const CliArgs *args, const char *name);

/* Commands end with this when the words are right and their values are not: exit code 2. */
PtStatus cli_usage(PtError *err, const char *fmt, ...) PT_PRINTF(2, 3);
bool cli_is_usage(const PtError *err);

/* ---- Server (cli_server.c) ------------------------------------------------------------------ */

/* Root in another user's folder that no daemon has would make files there that are closed to the
 * folder's own server: the whole command goes on as the owner. */
PT_NODISCARD PtStatus cli_become_owner(const Cli *cli, PtError *err);

/* cli->client for the data folder or the address; starts a server where no daemon has the folder.
 */
PT_NODISCARD PtStatus cli_connect(Cli *cli, PtError *err);
/* One more client to the same server, for another thread. */
PT_NODISCARD PtStatus cli_client_new(const Cli *cli, PtClient **ret_client, PtError *err);
void cli_disconnect(Cli *cli); /* stops the server that was started */
/* Whether a daemon answers on the data folder's socket. */
bool cli_daemon_runs(const Cli *cli);
/* The settings that a server of this folder would have: file, environment, --data. */
PT_NODISCARD PtStatus cli_settings(const Cli *cli, PtConfig **ret_config, PtError *err);

/* ---- Requests (cli_api.c) ------------------------------------------------------------------- */

/* One request; an answer outside 2xx becomes an error with the problem's own words. body may be
 * empty. ret_answer is initialised by the caller and holds the JSON. */
PT_NODISCARD PtStatus cli_call(Cli *cli, const char *method, const char *path, PtStr body,
                               PtClientResponse *ret_answer, PtError *err);
/* The error of an answer outside 2xx. */
PtStatus cli_problem(const PtClientResponse *answer, PtError *err);

/* A request and its answer, freed together (cli_exchange_done is for PT_CLEANUP). */
typedef struct CliExchange {
    PtBuf path, body; /* to be filled */
    PtClientResponse answer;
} CliExchange;
CliExchange cli_exchange(void);
void cli_exchange_done(CliExchange *x);
PT_NODISCARD PtStatus cli_send(Cli *cli, const char *method, CliExchange *x, PtError *err);
PT_NODISCARD PtStatus cli_get(Cli *cli, const char *path, CliExchange *x, PtError *err);
PtStr cli_answer(const CliExchange *x); /* borrowed */

/* The path with its query; data NULL, which the next two refuse, when it became too long. */
PtStr cli_path(const PtBuf *path);

/* All pages of a list as one JSON array, at most CLI_ANSWER_MAX bytes: path with its query, to
 * which each page's cursor is added. */
PT_NODISCARD PtStatus cli_get_all(Cli *cli, PtStr path, PtBuf *list, PtError *err);

/* Appends "?name=value" or "&name=value", escaped, when value is not NULL. */
void cli_query(PtBuf *path, const char *name, const char *value);

/* The JSON at a dotted path; data NULL when absent. The text is trusted to be JSON. */
PtStr cli_json(PtStr json, const char *path);
/* The text at a path: a string decoded into `out` (cleared first), other values as they stand, ""
 * when absent or null; a NUL behind it. */
const char *cli_json_text(PtStr json, const char *path, PtBuf *out);
uint64_t cli_json_u64(PtStr json, const char *path); /* 0 when absent */
bool cli_json_true(PtStr json, const char *path);
/* Walks an array whose items are not arrays: *cursor starts as the array's text; false at its end.
 */
bool cli_json_each(PtStr *cursor, PtStr *ret_item);

/* Prints an answer's JSON and a line end. */
void cli_print_json(PtStr json);

/* ---- Tables (cli_table.c) ------------------------------------------------------------------- */

typedef struct CliColumn {
    const char *title;
    const char *path; /* in each item */
    enum { CLI_TEXT, CLI_NUMBER, CLI_BYTES, CLI_YES_NO } kind;
} CliColumn;

/* An aligned table of a JSON array's items; `none` is said when it is empty. */
PT_NODISCARD PtStatus cli_table(PtStr array, const CliColumn *columns, size_t count,
                                const char *none, PtError *err);

/* The same of the one page that a path answers as {"data": [...]}, or with --json that answer
 * itself. */
PT_NODISCARD PtStatus cli_print_page(Cli *cli, PtStr path, const CliColumn *columns, size_t count,
                                     const char *none, PtError *err);

/* The same over all pages of a list: path with its query, to which each page's cursor is added. */
PT_NODISCARD PtStatus cli_print_list(Cli *cli, PtStr path, const CliColumn *columns, size_t count,
                                     const char *none, PtError *err);

/* "label      text" of a member, a line. */
void cli_print_line(const char *label, PtStr json, const char *path);

/* Prints text with control characters made visible as '?': it may come from strangers. */
void cli_print_text(const char *text);

/* "1,234,567" into out. */
enum { CLI_COUNT_TEXT = 32 };
const char *cli_count(uint64_t value, char out[static CLI_COUNT_TEXT]);

/* ---- Commands ------------------------------------------------------------------------------- */

PtStatus cmd_source_add(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_source_list(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_source_rotate(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_source_enable(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_source_disable(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_token_add(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_token_list(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_token_revoke(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_setup_code(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_user_add(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_user_list(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_user_role(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_user_disable(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_user_enable(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_user_reset(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_user_totp_off(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_audit_list(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_audit_verify(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_import(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_import_list(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_import_show(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_export_events(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_tail(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_quarantine_list(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_quarantine_redrive(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_destination_list(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_destination_show(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_destination_pause(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_destination_resume(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_destination_redrive(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_destination_test(Cli *cli, const CliArgs *args, PtError *err);
extern const CliOption cmd_destination_redrive_options[], cmd_destination_test_options[];
PtStatus cmd_plan_list(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_plan_show(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_plan_save(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_plan_check(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_plan_infer(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_plan_assign(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_plan_violations(Cli *cli, const CliArgs *args, PtError *err);
extern const CliOption cmd_plan_show_options[], cmd_plan_save_options[], cmd_plan_check_options[],
    cmd_plan_infer_options[], cmd_plan_assign_options[], cmd_plan_violations_options[];
PtStatus cmd_profile_get(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_profile_search(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_profile_timeline(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_profile_merge(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_profile_split(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_query(Cli *cli, const CliArgs *args, PtError *err);
extern const CliOption cmd_query_options[];
PtStatus cmd_identity_rules(Cli *cli, const CliArgs *args, PtError *err);
extern const CliOption cmd_profile_search_options[], cmd_profile_timeline_options[],
    cmd_profile_merge_options[], cmd_profile_split_options[];
PtStatus cmd_eval_classify(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_eval_sentiment(Cli *cli, const CliArgs *args, PtError *err);
extern const CliOption cmd_eval_classify_options[], cmd_eval_sentiment_options[];
PtStatus cmd_eval_identity(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_eval_mail(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_eval_sla(Cli *cli, const CliArgs *args, PtError *err);
extern const CliOption cmd_eval_identity_options[], cmd_eval_mail_options[], cmd_eval_sla_options[];
PtStatus cmd_sla_explain(Cli *cli, const CliArgs *args, PtError *err);
extern const CliOption cmd_sla_explain_options[];
PtStatus cmd_stats(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_status(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_view_rebuild(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_config_show(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_config_check(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_backup(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_backup_list(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_privacy_verify(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_restore(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_columns_check(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_doctor(Cli *cli, const CliArgs *args, PtError *err);
PtStatus cmd_version(Cli *cli, const CliArgs *args, PtError *err);

extern const CliOption cmd_token_add_options[], cmd_user_add_options[], cmd_user_list_options[],
    cmd_audit_list_options[];
extern const CliOption cmd_import_options[], cmd_import_list_options[], cmd_export_options[],
    cmd_tail_options[];
