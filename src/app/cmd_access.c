// SPDX-License-Identifier: Apache-2.0
/* People, tokens and the audit chain. */
#include "app/cli.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/time.h"
#include "platform/clock.h"

#include <stdio.h>

enum { PASSWORD_BYTES = 1024 };

const CliOption cmd_token_add_options[] = {
    {"role", "ROLE",
     "what it may do: owner, admin, engineer, analyst, agent, store, privacy or auditor", true},
    {"name", "NAME", "for people, so that the list tells which is which", false},
    {"scope", "A,B", "only these of the role's permissions", false},
    {"expires", "90d", "ends after so many m, h, d or w, or at an RFC 3339 time", false},
    {0}};
const CliOption cmd_user_add_options[] = {
    {"email", "ADDRESS", "mail address, to sign in with", true},
    {"name", "NAME", "as shown", true},
    {"role", "ROLE", "owner, admin, engineer, analyst, agent, store, privacy or auditor", true},
    {"password-stdin", NULL, "read a password from standard input instead of making a link", false},
    {0}};
const CliOption cmd_user_list_options[] = {
    {"search", "TEXT", "part of the name or the mail address", false},
    {"role", "ROLE", "with this role only", false},
    {0}};
const CliOption cmd_audit_list_options[] = {
    {"actor", "ID", "by this account or token", false},
    {"action", "NAME", "this action, or those that begin so: source.", false},
    {"subject", "ID", "on this", false},
    {"since", "TIME", "at or after, RFC 3339", false},
    {"until", "TIME", "before, RFC 3339", false},
    {0}};

static void put_text(PtJsonOut *o, const char *key, const char *value)
{
    if (value != NULL) {
        pt_json_out_key(o, pt_str(key));
        pt_json_out_str(o, pt_str(value));
    }
}

/* -- set-up and people ------------------------------------------------------------------------- */

PtStatus cmd_setup_code(Cli *cli, const CliArgs *args, PtError *err)
{
    PT_CLEANUP(cli_exchange_done) CliExchange x = cli_exchange();
    (void)args;
    PtStatus st = cli_get(cli, "/api/v1/setup", &x, err);
    if (st == PT_OK && cli->json) {
        cli_print_json(cli_answer(&x));
    } else if (st == PT_OK) {
        cli_print_line("code", cli_answer(&x), "code");
    }
    return st;
}

/* A password up to the first line end. */
static PtStatus read_password(char out[static PASSWORD_BYTES], PtError *err)
{
    if (fgets(out, PASSWORD_BYTES, stdin) == NULL) {
        return pt_fail(err, PT_INVALID, "no password on standard input");
    }
    char *end = strpbrk(out, "\r\n");
    if (end != NULL) {
        *end = '\0';
    }
    return PT_OK;
}

static void print_link(const Cli *cli, PtStr answer)
{
    if (cli->json) {
        cli_print_json(answer);
        return;
    }
    cli_print_line("id", answer, "account.id");
    cli_print_line("email", answer, "account.email");
    cli_print_line("role", answer, "account.role");
    if (cli_json(answer, "link.path").len > 0) {
        cli_print_line("link", answer, "link.path");
        cli_print_line("expires", answer, "link.expires_at");
        (void)puts(
            "Put the server's address in front of the link; it is good once and not shown again.");
    }
}

PtStatus cmd_user_add(Cli *cli, const CliArgs *args, PtError *err)
{
    PT_CLEANUP(cli_exchange_done) CliExchange x = cli_exchange();
    char password[PASSWORD_BYTES];
    const bool with_password = cli_value(args, "password-stdin") != NULL;
    PtStatus st = with_password ? read_password(password, err) : PT_OK;
    if (st != PT_OK) {
        return st;
    }
    PtJsonOut o = pt_json_out(&x.body);
    pt_json_out_object(&o);
    put_text(&o, "email", cli_value(args, "email"));
    put_text(&o, "name", cli_value(args, "name"));
    put_text(&o, "role", cli_value(args, "role"));
    put_text(&o, "password", with_password ? password : NULL);
    pt_json_out_object_end(&o);
    pt_buf_add_str(&x.path, PT_STR("/api/v1/accounts"));
    st = cli_send(cli, "POST", &x, err);
    if (st == PT_OK) {
        print_link(cli, cli_answer(&x));
    }
    return st;
}

PtStatus cmd_user_list(Cli *cli, const CliArgs *args, PtError *err)
{
    static const CliColumn columns[] = {{"EMAIL", "email", CLI_TEXT},
                                        {"NAME", "name", CLI_TEXT},
                                        {"ROLE", "role", CLI_TEXT},
                                        {"STATE", "state", CLI_TEXT},
                                        {"TOTP", "totp", CLI_YES_NO},
                                        {"SESSIONS", "sessions", CLI_NUMBER},
                                        {"LAST SEEN", "last_seen_at", CLI_TEXT}};
    PtBuf path;
    pt_buf_init(&path, 1 << 16);
    pt_buf_add_str(&path, PT_STR("/api/v1/accounts?limit=500"));
    cli_query(&path, "search", cli_value(args, "search"));
    cli_query(&path, "role", cli_value(args, "role"));
    PtStatus st = cli_print_list(cli, cli_path(&path), columns, sizeof columns / sizeof *columns,
                                 "nobody: patron setup-code, or patron user add", err);
    pt_buf_done(&path);
    return st;
}

/* PATCH of the account in the first positional. */
static PtStatus change_user(Cli *cli, const CliArgs *args, PtStr body, const char *done,
                            PtError *err)
{
    PT_CLEANUP(cli_exchange_done) CliExchange x = cli_exchange();
    pt_buf_add_str(&x.path, PT_STR("/api/v1/accounts/"));
    pt_client_escape(pt_str(args->positionals[0]), &x.path);
    pt_buf_add_str(&x.body, body);
    PtStatus st = cli_send(cli, "PATCH", &x, err);
    if (st == PT_OK && cli->json) {
        cli_print_json(cli_answer(&x));
    } else if (st == PT_OK) {
        (void)puts(done);
    }
    return st;
}

PtStatus cmd_user_role(Cli *cli, const CliArgs *args, PtError *err)
{
    PtBuf body;
    pt_buf_init(&body, 4096);
    PtJsonOut o = pt_json_out(&body);
    pt_json_out_object(&o);
    put_text(&o, "role", args->positionals[1]);
    pt_json_out_object_end(&o);
    PtStatus st = pt_buf_status(&body) == PT_OK
                      ? change_user(cli, args, pt_buf_str(&body), "The role is changed.", err)
                      : pt_fail(err, PT_TOO_LARGE, "an argument is too long");
    pt_buf_done(&body);
    return st;
}

PtStatus cmd_user_disable(Cli *cli, const CliArgs *args, PtError *err)
{
    return change_user(cli, args, PT_STR("{\"disabled\":true}"),
                       "The account is disabled, its sessions have ended.", err);
}

PtStatus cmd_user_enable(Cli *cli, const CliArgs *args, PtError *err)
{
    return change_user(cli, args, PT_STR("{\"disabled\":false}"), "The account is enabled.", err);
}

PtStatus cmd_user_totp_off(Cli *cli, const CliArgs *args, PtError *err)
{
    return change_user(cli, args, PT_STR("{\"totp\":false}"), "The second factor is off.", err);
}

PtStatus cmd_user_reset(Cli *cli, const CliArgs *args, PtError *err)
{
    PT_CLEANUP(cli_exchange_done) CliExchange x = cli_exchange();
    pt_buf_add_str(&x.path, PT_STR("/api/v1/accounts/"));
    pt_client_escape(pt_str(args->positionals[0]), &x.path);
    pt_buf_add_str(&x.path, PT_STR("/reset"));
    PtStatus st = cli_send(cli, "POST", &x, err);
    if (st == PT_OK) {
        print_link(cli, cli_answer(&x));
    }
    return st;
}

/* -- tokens ------------------------------------------------------------------------------------ */

/* "90d" from now, or a time. */
static PtStatus read_expiry(const char *text, char out[static PT_TIME_TEXT], PtError *err)
{
    static const struct {
        char unit;
        int64_t ms;
    } units[] = {{'m', 60000}, {'h', 3600000}, {'d', 86400000}, {'w', 604800000}};
    const size_t len = strlen(text);
    uint32_t number;
    int64_t at;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (len > 1 && text[len - 1] == units[i].unit &&
            pt_str_to_u32((PtStr){text, len - 1}, 100000, &number)) {
            (void)pt_time_format(pt_clock_now_ms(pt_clock_real()) + number * units[i].ms, out);
            return PT_OK;
        }
    }
    if (!pt_time_parse(pt_str(text), &at)) {
        return cli_usage(err, "--expires is neither like 90d nor an RFC 3339 time");
    }
    (void)pt_time_format(at, out);
    return PT_OK;
}

static void put_scopes(PtJsonOut *o, const char *scopes)
{
    PtStr rest = pt_str(scopes), name;
    pt_json_out_key(o, PT_STR("scopes"));
    pt_json_out_array(o);
    while (pt_str_cut(&rest, ',', &name)) {
        pt_json_out_str(o, name);
    }
    pt_json_out_array_end(o);
}

PtStatus cmd_token_add(Cli *cli, const CliArgs *args, PtError *err)
{
    PT_CLEANUP(cli_exchange_done) CliExchange x = cli_exchange();
    char expires[PT_TIME_TEXT];
    const char *until = cli_value(args, "expires"), *scopes = cli_value(args, "scope");
    PtStatus st = until != NULL ? read_expiry(until, expires, err) : PT_OK;
    if (st != PT_OK) {
        return st;
    }
    PtJsonOut o = pt_json_out(&x.body);
    pt_json_out_object(&o);
    put_text(&o, "role", cli_value(args, "role"));
    put_text(&o, "name", cli_value(args, "name"));
    put_text(&o, "expires_at", until != NULL ? expires : NULL);
    if (scopes != NULL) {
        put_scopes(&o, scopes);
    }
    pt_json_out_object_end(&o);
    pt_buf_add_str(&x.path, PT_STR("/api/v1/tokens"));
    st = cli_send(cli, "POST", &x, err);
    if (st != PT_OK) {
        return st;
    }
    if (cli->json) {
        cli_print_json(cli_answer(&x));
        return PT_OK;
    }
    cli_print_line("token", cli_answer(&x), "token");
    cli_print_line("id", cli_answer(&x), "id");
    cli_print_line("role", cli_answer(&x), "role");
    (void)puts("Keep the token now: it is not shown again.");
    return PT_OK;
}

PtStatus cmd_token_list(Cli *cli, const CliArgs *args, PtError *err)
{
    static const CliColumn columns[] = {{"ID", "id", CLI_TEXT},
                                        {"NAME", "name", CLI_TEXT},
                                        {"ROLE", "role", CLI_TEXT},
                                        {"STATE", "state", CLI_TEXT},
                                        {"BY", "created_by.name", CLI_TEXT},
                                        {"CREATED", "created_at", CLI_TEXT},
                                        {"USED", "last_used_at", CLI_TEXT},
                                        {"EXPIRES", "expires_at", CLI_TEXT}};
    (void)args;
    return cli_print_list(cli, PT_STR("/api/v1/tokens?limit=500"), columns,
                          sizeof columns / sizeof *columns,
                          "no tokens: patron token add --role admin", err);
}

PtStatus cmd_token_revoke(Cli *cli, const CliArgs *args, PtError *err)
{
    PT_CLEANUP(cli_exchange_done) CliExchange x = cli_exchange();
    pt_buf_add_str(&x.path, PT_STR("/api/v1/tokens/"));
    pt_client_escape(pt_str(args->positionals[0]), &x.path);
    PtStatus st = cli_send(cli, "DELETE", &x, err);
    if (st != PT_OK) {
        return st;
    }
    if (cli->json) {
        cli_print_json(cli_answer(&x).len > 0 ? cli_answer(&x) : PT_STR("{}"));
    } else {
        (void)puts("The token is revoked.");
    }
    return PT_OK;
}

/* -- audit ------------------------------------------------------------------------------------- */

PtStatus cmd_audit_list(Cli *cli, const CliArgs *args, PtError *err)
{
    static const char *const names[] = {"actor", "action", "subject", "since", "until"};
    static const CliColumn columns[] = {
        {"SEQ", "seq", CLI_NUMBER},     {"AT", "at", CLI_TEXT},
        {"BY", "actor.kind", CLI_TEXT}, {"NAME", "actor.name", CLI_TEXT},
        {"ACTION", "action", CLI_TEXT}, {"ON", "subject_name", CLI_TEXT},
        {"DETAIL", "detail", CLI_TEXT}};
    PtBuf path;
    pt_buf_init(&path, 1 << 16);
    pt_buf_add_str(&path, PT_STR("/api/v1/audit?limit=100"));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        cli_query(&path, names[i], cli_value(args, names[i]));
    }
    PtStatus st = cli_print_page(cli, cli_path(&path), columns, sizeof columns / sizeof *columns,
                                 "no entries", err);
    pt_buf_done(&path);
    return st;
}

PtStatus cmd_audit_verify(Cli *cli, const CliArgs *args, PtError *err)
{
    PT_CLEANUP(cli_exchange_done) CliExchange x = cli_exchange();
    (void)args;
    PtStatus st = cli_get(cli, "/api/v1/audit/verify", &x, err);
    if (st != PT_OK) {
        return st;
    }
    const PtStr answer = cli_answer(&x);
    if (cli->json) {
        cli_print_json(answer);
    }
    if (!cli_json_true(answer, "ok")) {
        PtBuf reason;
        pt_buf_init(&reason, 4096);
        st = pt_fail(err, PT_CORRUPT, "entry %llu of the audit chain is bad: %s",
                     (unsigned long long)cli_json_u64(answer, "problem.seq"),
                     cli_json_text(answer, "problem.reason", &reason));
        pt_buf_done(&reason);
        return st;
    }
    if (!cli->json) {
        (void)printf("%llu entries hold, %llu of them erased, %llu compared with the log\n",
                     (unsigned long long)cli_json_u64(answer, "entries"),
                     (unsigned long long)cli_json_u64(answer, "erased"),
                     (unsigned long long)cli_json_u64(answer, "anchors"));
    }
    return PT_OK;
}
