// SPDX-License-Identifier: Apache-2.0
#include "app/service_desk.h"

#include "platform/diag.h"
#include "platform/metrics.h"

#include <string.h>

enum { TOLD_BYTES = 16 << 20 /* of a person's answers to surveys, in an export */ };

/* ---- What is whose ----------------------------------------------------------------------------
 */

static PtStatus erase_tickets(void *ctx, bool (*finds)(const void *ctx, PtStr text),
                              const void *finds_ctx, uint64_t *ret_changed, PtError *err)
{
    const ServiceDesk *x = ctx;
    uint64_t answers = 0;
    PtStatus st = desk_erase(x->desk, finds, finds_ctx, ret_changed, err);
    st = st == PT_OK ? surveys_erase(x->figures.surveys, finds, finds_ctx, &answers, err) : st;
    if (st == PT_OK) {
        *ret_changed += answers;
    }
    return st;
}

typedef struct Names {
    const PtStr *list;
    size_t count;
} Names;

static bool is_named(const void *ctx, PtStr text)
{
    const Names *names = ctx;
    for (size_t i = 0; i < names->count; i++) {
        if (pt_str_eq(text, names->list[i])) {
            return true;
        }
    }
    return false;
}

static PtStatus tell_tickets(void *ctx, const PtStr *names, size_t count,
                             PtStatus (*put)(void *ctx, const char *part, PtStr json, PtError *err),
                             void *put_ctx, PtError *err)
{
    const ServiceDesk *x = ctx;
    const Names named = {names, count};
    PT_CLEANUP(pt_buf_done) PtBuf lines;
    PtStr rest, line;
    pt_buf_init(&lines, TOLD_BYTES);
    PtStatus st = desk_subject(x->desk, names, count, put, put_ctx, err);
    st = st == PT_OK ? surveys_export(x->figures.surveys, is_named, &named, &lines, err) : st;
    rest = pt_buf_str(&lines);
    while (st == PT_OK && pt_str_cut(&rest, '\n', &line)) {
        st = line.len > 0 ? put(put_ctx, "surveys", line, err) : PT_OK;
    }
    return st;
}

PrivacyTexts service_desk_texts(ServiceDesk *x)
{
    return (PrivacyTexts){.ctx = x, .erase = erase_tickets, .tell = tell_tickets};
}

/* ---- Opening ----------------------------------------------------------------------------------
 */

static void hours_changed(void *ctx)
{
    const ServiceDesk *x = ctx;
    PtError err = {0};
    if (work_calendars_changed(x->work, &err) != PT_OK) {
        pt_diag(PT_DIAG_WARN, "work", "clocks follow a change of hours late",
                PT_F_STR("problem", pt_str(err.message)));
    }
}

/* Before the desk, which tells it of changes. */
static PtStatus open_notices(ServiceDesk *x, const ServiceDeskConfig *c, PtError *err)
{
    const NoticesConfig wants = {.config = c->config,
                                 .core = c->core,
                                 .access = c->access,
                                 .clock = c->clock,
                                 .timers = c->timers,
                                 .net = c->net};
    PtStatus st = notices_open(&x->notices, &wants, err);
    if (st == PT_OK) {
        api_set_notify(c->api, x->notices.notify);
        x->figures.heard = notices_survey_listener(&x->notices);
    }
    return st;
}

/* Before the desk, which wakes it. */
static PtStatus open_mail(ServiceDesk *x, const ServiceDeskConfig *c, DeskMailConfig *mail,
                          PtError *err)
{
    PtStatus st = mail_new(x->figures.surveys, pt_config_text(c->config, "desk.clamav"), c->net,
                           &x->mail, err);
    if (st == PT_OK) {
        mail_configure(x->mail, mail);
        mail->access = c->access;
        memcpy(mail->key, c->token_key, sizeof mail->key);
        pt_metric_collector(mail_metrics, x->mail);
    }
    return st;
}

static PtStatus open_desk(ServiceDesk *x, const ServiceDeskConfig *c, PtError *err)
{
    DeskConfig wants = {.core = c->core,
                        .clock = c->clock,
                        .fs = pt_fs_real(),
                        .data_dir = c->data_dir,
                        .timers = c->timers,
                        .commerce = c->commerce,
                        .offered = notices_offered,
                        .updated = notices_updated,
                        .public_url = pt_config_text(c->config, "oidc.public_url"),
                        .offered_ctx = &x->notices};
    PtStatus st = open_mail(x, c, &wants.mail, err);
    st = st == PT_OK ? language_triage_new(&x->triage, err) : st;
    if (st == PT_OK) {
        wants.triage = x->triage;
        figures_listeners(&x->figures, wants.listeners);
        wants.listeners[DESK_LISTENERS - 1] = notices_listener(&x->notices);
        st = desk_open(&wants, &x->desk, err);
    }
    explicit_bzero(wants.mail.key, sizeof wants.mail.key);
    if (st == PT_OK) {
        api_set_desk(c->api, x->desk);
        api_set_insight(c->api, x->figures.insight);
        api_set_surveys(c->api, x->figures.surveys);
        pt_metric_collector(desk_metrics, x->desk);
    }
    return st;
}

static PtStatus open_work(ServiceDesk *x, const ServiceDeskConfig *c, PtError *err)
{
    const WorkListener desk = desk_work_listener(x->desk);
    const WorkListener figures = figures_work_listener(&x->figures, desk);
    const WorkConfig wants = {
        .core = c->core,
        .clock = c->clock,
        .calendars = desk_calendars(x->desk),
        .listener = {[WORK_TICKET] = notices_work_listener(&x->notices, figures)}};
    PtStatus st = work_open(&wants, &x->work, err);
    if (st == PT_OK) {
        commerce_on_hours_changed(c->commerce, hours_changed, x);
        api_set_work(c->api, x->work);
        pt_metric_collector(work_metrics, x->work);
        st = desk_start(x->desk, x->work, err);
    }
    return st;
}

PtStatus service_desk_open(ServiceDesk *x, const ServiceDeskConfig *c, PtError *err)
{
    PtStatus st = open_notices(x, c, err);
    st = st == PT_OK ? figures_open(&x->figures, c->core, c->clock, c->token_key, err) : st;
    st = st == PT_OK ? open_desk(x, c, err) : st;
    st = st == PT_OK ? open_work(x, c, err) : st;
    st = st == PT_OK ? figures_start(&x->figures, x->desk, x->work, err) : st;
    st = st == PT_OK ? mail_start(x->mail, x->desk, err) : st;
    return st == PT_OK ? work_start(x->work, err) : st;
}

PtStatus service_desk_start(ServiceDesk *x, PtError *err)
{
    return notices_start(&x->notices, x->desk, err);
}

/* ---- Its end ----------------------------------------------------------------------------------
 */

void service_desk_stop(ServiceDesk *x)
{
    mail_stop(x->mail);
    notices_stop(&x->notices);
    figures_stop(&x->figures);
    work_close(x->work);
}

void service_desk_close(ServiceDesk *x)
{
    desk_close(x->desk);
    mail_close(x->mail);
    language_triage_free(x->triage);
    figures_close(&x->figures);
    notices_close(&x->notices);
}
