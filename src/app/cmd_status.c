// SPDX-License-Identifier: Apache-2.0
/* What the server knows about itself. */
#include "app/cli.h"

#include "app/settings.h"
#include "base/json.h"
#include "base/memory.h"
#include "operate/operate.h"
#include "platform/config.h"

#include <stdio.h>
#include <unistd.h>

static void answer_done(PtClientResponse *answer)
{
    pt_client_response_done(answer);
}

static void config_freep(PtConfig **config)
{
    pt_config_free(*config);
}

PtStatus cmd_stats(Cli *cli, const CliArgs *args, PtError *err)
{
    static const CliColumn columns[] = {{"SOURCE", "source", CLI_TEXT},
                                        {"EVENTS", "events", CLI_NUMBER},
                                        {"QUARANTINED", "quarantined", CLI_NUMBER},
                                        {"TRACK", "by_type.track", CLI_NUMBER},
                                        {"IDENTIFY", "by_type.identify", CLI_NUMBER},
                                        {"PAGE", "by_type.page", CLI_NUMBER},
                                        {"BYTES", "bytes", CLI_BYTES},
                                        {"LAST", "last_at", CLI_TEXT}};
    (void)args;
    PT_CLEANUP(answer_done) PtClientResponse answer;
    pt_client_response_init(&answer, CLI_ANSWER_MAX);
    PtStatus st = cli_call(cli, "GET", "/api/v1/stats/sources", (PtStr){NULL, 0}, &answer, err);
    if (st != PT_OK) {
        return st;
    }
    if (cli->json) {
        cli_print_json(pt_buf_str(&answer.body));
        return PT_OK;
    }
    return cli_table(cli_json(pt_buf_str(&answer.body), "data"), columns,
                     sizeof columns / sizeof *columns, "no events yet", err);
}

/* Every number, text and flag of an object, indented by its depth. */
static void print_members(PtStr object, int depth)
{
    PtJson j;
    PtStr raw;
    pt_json_init(&j, object, 64);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return;
    }
    while (pt_json_next(&j) == PT_JSON_KEY) {
        PtStr key = j.raw;
        if (!pt_json_skip(&j, &raw, NULL, NULL)) {
            return;
        }
        (void)printf("%*s%.*s", 2 * depth, "", PT_STR_ARG(key));
        if (raw.data[0] == '{') {
            (void)putchar('\n');
            print_members(raw, depth + 1);
        } else if (raw.data[0] == '"') {
            (void)printf("  %.*s\n", (int)raw.len - 2, raw.data + 1);
        } else if (raw.data[0] != '[') {
            (void)printf("  %.*s\n", PT_STR_ARG(raw));
        } else {
            (void)putchar('\n');
        }
    }
}

static PtStatus print_status(PtStr json, PtError *err)
{
    static const CliColumn views[] = {{"VIEW", "name", CLI_TEXT},
                                      {"NEXT", "next_offset", CLI_NUMBER},
                                      {"BEHIND", "lag", CLI_NUMBER},
                                      {"STOPPED", "stopped", CLI_YES_NO},
                                      {"PROBLEM", "problem", CLI_TEXT}};
    static const char *const parts[] = {"log", "dedupe", "http"};
    PtBuf text;
    pt_buf_init(&text, 1 << 16);
    (void)printf("version  %s\n", cli_json_text(json, "version", &text));
    (void)printf("pid      %s\n", cli_json_text(json, "pid", &text));
    (void)printf("up       %.1f s\n", (double)cli_json_u64(json, "uptime_ms") / 1000);
    (void)printf("memory   %.1f MiB\n", (double)cli_json_u64(json, "resident_bytes") / 1048576);
    pt_buf_done(&text);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        (void)printf("%s\n", parts[i]);
        print_members(cli_json(json, parts[i]), 1);
    }
    return cli_table(cli_json(json, "views"), views, sizeof views / sizeof *views, "no views", err);
}

PtStatus cmd_status(Cli *cli, const CliArgs *args, PtError *err)
{
    (void)args;
    PT_CLEANUP(answer_done) PtClientResponse answer;
    pt_client_response_init(&answer, CLI_ANSWER_MAX);
    PtStatus st = cli_call(cli, "GET", "/api/v1/status", (PtStr){NULL, 0}, &answer, err);
    if (st != PT_OK) {
        return st;
    }
    if (cli->json) {
        cli_print_json(pt_buf_str(&answer.body));
        return PT_OK;
    }
    return print_status(pt_buf_str(&answer.body), err);
}

static bool position_ok(const char *text)
{
    size_t len = strlen(text);
    return len > 0 && len <= 18 && strspn(text, "0123456789") == len;
}

PtStatus cmd_view_rebuild(Cli *cli, const CliArgs *args, PtError *err)
{
    const char *from = cli_value(args, "from");
    PtBuf path;
    char body[64];
    if (from != NULL && !position_ok(from)) {
        return cli_usage(err, "--from is a position, a whole number");
    }
    PT_CLEANUP(answer_done) PtClientResponse answer;
    pt_client_response_init(&answer, CLI_ANSWER_MAX);
    (void)snprintf(body, sizeof body, "{\"from\":%s}", from != NULL ? from : "0");
    pt_buf_init(&path, 1 << 16);
    pt_buf_add_str(&path, PT_STR("/api/v1/views/"));
    pt_client_escape(pt_str(args->positionals[0]), &path);
    pt_buf_add(&path, "/rebuild", sizeof "/rebuild");
    PtStatus st = pt_buf_status(&path) == PT_OK
                      ? cli_call(cli, "POST", path.data, pt_str(body), &answer, err)
                      : pt_fail(err, PT_TOO_LARGE, "the name is too long");
    pt_buf_done(&path);
    if (st == PT_OK && cli->json) {
        cli_print_json(pt_buf_str(&answer.body));
    } else if (st == PT_OK) {
        (void)puts("The rebuild has begun; patron status shows how far it is.");
    }
    return st;
}

PtStatus cli_settings(const Cli *cli, PtConfig **ret_config, PtError *err)
{
    PT_CLEANUP(config_freep) PtConfig *config = NULL;
    PtStatus st = pt_config_new(patron_settings, patron_setting_count, &config, err);
    if (st == PT_OK && cli->config_file != NULL) {
        st = pt_config_load_file(config, cli->config_file, err);
    }
    if (st == PT_OK) {
        st = pt_config_load_env(config, environ, err);
    }
    if (st == PT_OK && cli->data != NULL) {
        char program[] = "patron", flag[] = "--data";
        PT_CLEANUP(pt_free_charp) char *value = strdup(cli->data);
        char *argv[] = {program, flag, value, NULL};
        int argc = 3;
        st = value != NULL ? pt_config_take_flags(config, &argc, argv, err)
                           : pt_fail(err, PT_NO_MEMORY, "no memory for settings");
    }
    if (st == PT_OK) {
        *ret_config = PT_TAKE(config);
    }
    return st;
}

static void setting_json(PtJsonOut *o, const PtConfig *config, const PtSetting *s)
{
    pt_json_out_object(o);
    pt_json_put_str(o, "key", pt_str(s->key));
    pt_json_out_key(o, PT_STR("value"));
    if (s->kind == PT_SETTING_INT) {
        pt_json_out_i64(o, pt_config_int(config, s->key));
    } else if (s->kind == PT_SETTING_BOOL) {
        pt_json_out_bool(o, pt_config_bool(config, s->key));
    } else {
        const char *text = pt_config_text(config, s->key);
        pt_json_out_str(o, operate_setting_is_secret(s->key) && text[0] != '\0' ? PT_STR("(set)")
                                                                                : pt_str(text));
    }
    pt_json_put_str(o, "origin", pt_str(pt_config_origin(config, s->key)));
    pt_json_put_str(o, "help", pt_str(s->help));
    pt_json_out_object_end(o);
}

PtStatus cmd_config_show(Cli *cli, const CliArgs *args, PtError *err)
{
    static const CliColumn columns[] = {{"SETTING", "key", CLI_TEXT},
                                        {"VALUE", "value", CLI_TEXT},
                                        {"FROM", "origin", CLI_TEXT},
                                        {"WHAT", "help", CLI_TEXT}};
    (void)args;
    PT_CLEANUP(config_freep) PtConfig *config = NULL;
    PtStatus st = cli_settings(cli, &config, err);
    if (st != PT_OK) {
        return st;
    }
    PtBuf text;
    pt_buf_init(&text, 1 << 20);
    PtJsonOut o = pt_json_out(&text);
    pt_json_out_array(&o);
    for (size_t i = 0; i < patron_setting_count; i++) {
        setting_json(&o, config, &patron_settings[i]);
    }
    pt_json_out_array_end(&o);
    st = pt_buf_status(&text);
    if (st == PT_OK && cli->json) {
        (void)fputs("{\"data\":", stdout);
        (void)fwrite(text.data, 1, text.len, stdout);
        (void)puts("}");
    } else if (st == PT_OK) {
        st = cli_table(pt_buf_str(&text), columns, sizeof columns / sizeof *columns, "none", err);
    }
    pt_buf_done(&text);
    return st;
}

PtStatus cmd_version(Cli *cli, const CliArgs *args, PtError *err)
{
    (void)args;
    (void)err;
    (void)printf(cli->json ? "{\"version\":\"%s\"}\n" : "patron %s\n", PATRON_VERSION);
    return PT_OK;
}
