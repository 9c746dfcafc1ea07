// SPDX-License-Identifier: Apache-2.0
/* Checks of a data folder, with the daemon's own word where one runs. */
#include "app/cli.h"

#include "base/json.h"
#include "base/memory.h"
#include "operate/operate.h"
#include "privacy/privacy.h"

#include <stdio.h>
#include <stdlib.h>

enum { REGISTER_PATH = 4600 };

typedef struct Report {
    bool json;
    unsigned warned, bad;
    PtBuf text;
    PtJsonOut out;
} Report;

static void config_freep(PtConfig **config)
{
    pt_config_free(*config);
}

static void put(PtJsonOut *o, const char *key, const char *value)
{
    pt_json_out_key(o, pt_str(key));
    if (value != NULL) {
        pt_json_out_str(o, pt_str(value));
    } else {
        pt_json_out_null(o);
    }
}

static void take_finding(void *ctx, const DoctorFinding *f)
{
    Report *r = ctx;
    r->warned += f->state == DOCTOR_WARN;
    r->bad += f->state == DOCTOR_BAD;
    if (r->json) {
        pt_json_out_object(&r->out);
        put(&r->out, "check", f->check);
        put(&r->out, "state", doctor_state_name(f->state));
        put(&r->out, "text", f->text);
        put(&r->out, "advice", f->advice);
        pt_json_out_object_end(&r->out);
        return;
    }
    (void)printf("%-8s %-12s ", doctor_state_name(f->state), f->check);
    cli_print_text(f->text);
    (void)putchar('\n');
    if (f->advice != NULL) {
        (void)printf("%-21s  -> %s\n", "", f->advice);
    }
}

static DoctorState state_of(const char *name)
{
    return strcmp(name, "bad") == 0    ? DOCTOR_BAD
           : strcmp(name, "warn") == 0 ? DOCTOR_WARN
                                       : DOCTOR_OK;
}

/* What the daemon says of its parts. */
static PtStatus ask_daemon(Cli *cli, Report *r, PtError *err)
{
    PtClientResponse answer;
    PtBuf name, state, advice, text;
    PtBuf *all[] = {&name, &state, &advice, &text};
    PtStr list, item;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        pt_buf_init(all[i], 1 << 16);
    }
    pt_client_response_init(&answer, CLI_ANSWER_MAX);
    PtStatus st = cli_call(cli, "GET", "/api/v1/health", (PtStr){NULL, 0}, &answer, err);
    list = cli_json(pt_buf_str(&answer.body), "components");
    while (st == PT_OK && cli_json_each(&list, &item)) {
        char check[64];
        const char *said = cli_json_text(item, "advice", &advice);
        DoctorFinding f = {.advice = said[0] != '\0' ? said : NULL};
        (void)snprintf(check, sizeof check, "daemon.%s", cli_json_text(item, "name", &name));
        (void)snprintf(f.text, sizeof f.text, "%s", cli_json_text(item, "summary", &text));
        f.check = check;
        f.state = state_of(cli_json_text(item, "state", &state));
        take_finding(r, &f);
    }
    pt_client_response_done(&answer);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        pt_buf_done(all[i]);
    }
    return st;
}

static DoctorTarget target_of(const Cli *cli, const PtConfig *c, const CliArgs *args, bool running,
                              char register_path[static REGISTER_PATH])
{
    privacy_register_path(pt_config_text(c, "privacy.register"), cli->data, register_path,
                          REGISTER_PATH);
    return (DoctorTarget){
        .data_dir = cli->data,
        .sql_url = pt_config_text(c, "sql.url"),
        .sql_schema = "patron_core",
        .certificate = pt_config_text(c, "tls.certificate"),
        .backup_dir = pt_config_text(c, "backup.dir"),
        .register_path = register_path,
        .disk_free_bytes = pt_config_int(c, "alert.disk_free_mib") << 20,
        .certificate_ms = pt_config_int(c, "alert.certificate_days") * 86400000,
        .backup_age_ms = operate_backup_age_ms(c),
        .running = running,
        .deep = cli_value(args, "deep") != NULL,
    };
}

static void finish(Report *r)
{
    pt_json_out_array_end(&r->out);
    if (r->json) {
        (void)printf("{\"ok\":%s,\"warnings\":%u,\"troubles\":%u,\"findings\":%.*s}\n",
                     r->bad == 0 ? "true" : "false", r->warned, r->bad,
                     PT_STR_ARG(pt_buf_str(&r->text)));
    }
    pt_buf_done(&r->text);
}

PtStatus cmd_doctor(Cli *cli, const CliArgs *args, PtError *err)
{
    PT_CLEANUP(config_freep) PtConfig *config = NULL;
    Report r = {.json = cli->json};
    if (cli->data == NULL) {
        return cli_usage(err, "patron --data DIR doctor");
    }
    pt_buf_init(&r.text, 4 << 20);
    r.out = pt_json_out(&r.text);
    pt_json_out_array(&r.out);
    const bool running = cli_daemon_runs(cli);
    PtError why = {0};
    PtStatus st = cli_settings(cli, &config, &why);
    if (st != PT_OK) {
        DoctorFinding f = {
            .check = "settings", .state = DOCTOR_BAD, .advice = "patron config check"};
        (void)snprintf(f.text, sizeof f.text, "%s", why.message);
        take_finding(&r, &f);
    } else {
        char register_path[REGISTER_PATH];
        const DoctorTarget t = target_of(cli, config, args, running, register_path);
        doctor_run(&t, take_finding, &r);
    }
    st = running ? cli_connect(cli, err) : PT_OK;
    if (st == PT_OK && running) {
        st = ask_daemon(cli, &r, err);
    }
    finish(&r);
    if (st == PT_OK && r.bad > 0) {
        st = pt_fail(err, PT_IO, "%u checks found trouble", r.bad);
    }
    return st;
}
