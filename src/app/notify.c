// SPDX-License-Identifier: Apache-2.0
#include "app/notify.h"

#include "api/api.h"
#include "platform/metrics.h"

#include <stdio.h>
#include <string.h>

enum { SECRET_ARENA = 64 << 10, SURVEY_BAD = 2 /* of 5, and what is worse */ };

/* ---- Opening ----------------------------------------------------------------------------------
 */

static uint64_t permission(const char *name)
{
    for (unsigned bit = 0; api_permission_name(bit) != NULL; bit++) {
        if (strcmp(api_permission_name(bit), name) == 0) {
            return 1ULL << bit;
        }
    }
    return 0;
}

static bool may(void *ctx, PtStr role, bool system, bool write)
{
    const Notices *x = ctx;
    size_t count;
    const AccessRole *roles = api_role_table(&count);
    const uint64_t wanted = system  ? (write ? x->system_write : x->system_read)
                            : write ? x->desk_write
                                    : x->desk_read;
    for (size_t i = 0; i < count; i++) {
        if (pt_str_eq(role, pt_str(roles[i].name))) {
            return (roles[i].permissions & wanted) != 0;
        }
    }
    return false;
}

static PtStatus subject(void *ctx, int64_t number, PtArena *arena, NotifySubject *ret_subject,
                        PtError *err)
{
    const Notices *x = ctx;
    DeskTicket t;
    char key[DESK_KEY_MAX];
    PtStatus st = desk_ticket(x->desk, number, arena, &t, err);
    const PtStr name =
        st == PT_OK ? pt_arena_str(arena, desk_key(t.type, t.number, key)) : (PtStr){NULL, 0};
    if (st == PT_OK && name.data == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a ticket's key");
    }
    if (st == PT_OK) {
        *ret_subject = (NotifySubject){.key = name,
                                       .title = t.f[DESK_F_TITLE],
                                       .queue = t.f[DESK_F_QUEUE],
                                       .priority = t.priority,
                                       .assignee = t.f[DESK_F_ASSIGNEE],
                                       .commander = t.f[DESK_F_COMMANDER],
                                       .watchers = t.f[DESK_F_WATCHERS]};
    }
    return st;
}

static PtStatus read_secret(Notices *x, const char *path, PtError *err)
{
    PtStr secret = {NULL, 0};
    if (path[0] == '\0') {
        return PT_OK;
    }
    x->arena = pt_arena_new(SECRET_ARENA);
    PtStatus st = x->arena != NULL ? oidc_read_secret(path, x->arena, &secret, err)
                                   : pt_fail(err, PT_NO_MEMORY, "no memory for a password");
    x->mail.secret = secret.data;
    return st;
}

static PtStatus read_mail(Notices *x, const PtConfig *config, PtError *err)
{
    static const char *const names[] = {
        [MAIL_TLS] = "tls", [MAIL_STARTTLS] = "starttls", [MAIL_CLEAR] = "clear"};
    const char *security = pt_config_text(config, "smtp.security"),
               *user = pt_config_text(config, "smtp.user"),
               *ca_file = pt_config_text(config, "smtp.ca_file");
    size_t which = 0;
    while (which <= MAIL_CLEAR && strcmp(security, names[which]) != 0) {
        which++;
    }
    if (which > MAIL_CLEAR) {
        return pt_fail(err, PT_INVALID, "smtp.security: not tls, starttls or clear");
    }
    if (strchr(pt_config_text(config, "smtp.from"), '@') == NULL) {
        return pt_fail(err, PT_INVALID, "smtp.host is set, smtp.from is no address");
    }
    x->mail = (MailServer){.host = pt_config_text(config, "smtp.host"),
                           .port = (uint16_t)pt_config_int(config, "smtp.port"),
                           .security = (MailSecurity)which,
                           .user = user[0] != '\0' ? user : NULL,
                           .ca_file = ca_file[0] != '\0' ? ca_file : NULL};
    return read_secret(x, pt_config_text(config, "smtp.password_file"), err);
}

PtStatus notices_open(Notices *x, const NoticesConfig *config, PtError *err)
{
    const bool mail = pt_config_text(config->config, "smtp.host")[0] != '\0';
    x->desk_read = permission("desk.read");
    x->desk_write = permission("desk.write");
    x->system_read = permission("system.read");
    x->system_write = permission("system.write");
    PtStatus st = mail ? read_mail(x, config->config, err) : PT_OK;
    const NotifyConfig c = {.core = config->core,
                            .access = config->access,
                            .clock = config->clock,
                            .timers = config->timers,
                            .net = config->net,
                            .public_url = pt_config_text(config->config, "oidc.public_url"),
                            .mail = mail ? &x->mail : NULL,
                            .mail_from = pt_config_text(config->config, "smtp.from"),
                            .subject = subject,
                            .may = may,
                            .ctx = x};
    st = st == PT_OK ? notify_open(&c, &x->notify, err) : st;
    if (st == PT_OK) {
        pt_metric_collector(notify_metrics, x->notify);
    }
    return st;
}

/* ---- The desk ---------------------------------------------------------------------------------
 */

#define BIT(kind) (1U << (unsigned)(kind))

/* What a row of history is to those whom the ticket concerns. */
static unsigned kinds_of(const DeskTold *told)
{
    static const struct {
        const char *kind;
        unsigned bits;
    } rows[] = {{"opened", BIT(NOTIFY_OPENED)},
                {"changed", BIT(NOTIFY_CHANGED)},
                {"note", BIT(NOTIFY_CHANGED)},
                {"merged", BIT(NOTIFY_CHANGED)},
                {"attached", BIT(NOTIFY_CHANGED)},
                {"escalated", BIT(NOTIFY_CHANGED)},
                {"answered", BIT(NOTIFY_ANSWERED)},
                {"confirmed", BIT(NOTIFY_ANSWERED)},
                {"vendor_answered", BIT(NOTIFY_VENDOR_ANSWERED)},
                {"update_overdue", BIT(NOTIFY_ESCALATED)},
                {"sla_escalated", BIT(NOTIFY_ESCALATED)}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(told->kind, rows[i].kind) == 0) {
            return rows[i].bits;
        }
    }
    return 0;
}

static bool was_given(const DeskTold *told)
{
    const PtStr now = told->after->f[DESK_F_ASSIGNEE];
    return now.len > 0 &&
           (told->before == NULL || !pt_str_eq(told->before->f[DESK_F_ASSIGNEE], now));
}

static PtStatus changed(void *ctx, PtSqlTx *tx, const DeskTold *told, PtError *err)
{
    const Notices *x = ctx;
    char mentions[NOTIFY_MENTIONS_MAX] = "";
    const DeskTicket *t = told->after;
    const bool by_staff = told->by != NULL && told->by->kind == AUDIT_ACCOUNT,
               is_clock = strcmp(told->kind, "sla_escalated") == 0 ||
                          strcmp(told->kind, "update_overdue") == 0;
    NotifyTold n = {.kinds = kinds_of(told),
                    .ticket = t->number,
                    .by = by_staff ? pt_str(told->by->id) : PT_STR(""),
                    .detail = is_clock && told->text.data != NULL ? told->text : PT_STR("")};
    if (was_given(told)) {
        n.kinds |= BIT(NOTIFY_ASSIGNED);
        n.to = t->f[DESK_F_ASSIGNEE];
    }
    if (t->major && (told->before == NULL || !told->before->major)) {
        n.kinds |= BIT(NOTIFY_MAJOR);
    } else if (t->major && told->is_public && (n.kinds & BIT(NOTIFY_CHANGED)) != 0) {
        n.kinds |= BIT(NOTIFY_MAJOR_UPDATED);
    }
    if ((n.kinds & BIT(NOTIFY_CHANGED)) != 0 && told->by != NULL &&
        told->by->kind != AUDIT_SYSTEM && told->text.len > 0) { // which writes down what mails say
        notify_mentions(told->text, mentions);
        n.mentions = pt_str(mentions);
        n.kinds |= mentions[0] != '\0' ? BIT(NOTIFY_MENTIONED) : 0;
    }
    return notify_tell(x->notify, tx, &n, err);
}

DeskListener notices_listener(Notices *x)
{
    return (DeskListener){x, changed};
}

PtStatus notices_offered(void *ctx, PtSqlTx *tx, int64_t ticket, PtStr account, PtError *err)
{
    const Notices *x = ctx;
    const NotifyTold n = {.kinds = BIT(NOTIFY_OFFERED), .ticket = ticket, .to = account};
    return notify_tell(x->notify, tx, &n, err);
}

PtStatus notices_updated(void *ctx, PtSqlTx *tx, int64_t ticket, PtStr account, PtError *err)
{
    const Notices *x = ctx;
    const NotifyTold n = {.kinds = BIT(NOTIFY_MAJOR_UPDATED), .ticket = ticket, .to = account};
    return notify_tell(x->notify, tx, &n, err);
}

/* ---- Clocks, surveys, alerts ------------------------------------------------------------------
 */

static PtStatus fired(void *ctx, PtSqlTx *tx, const WorkFired *what, PtError *err)
{
    const Notices *x = ctx;
    const NotifyTold n = {.kinds = what->kind == WORK_BREACHED  ? BIT(NOTIFY_BREACHED)
                                   : what->kind == WORK_AT_RISK ? BIT(NOTIFY_AT_RISK)
                                                                : 0, // a step: the desk says it
                          .ticket = what->item.number,
                          .detail = pt_str(work_clock_name(what->clock))};
    PtStatus st = x->told.fired(x->told.ctx, tx, what, err);
    return st == PT_OK ? notify_tell(x->notify, tx, &n, err) : st;
}

static void committed(void *ctx, WorkItem item)
{
    const Notices *x = ctx;
    x->told.committed(x->told.ctx, item);
}

static void due(void *ctx, WorkItem item, const WorkDue *what)
{
    const Notices *x = ctx;
    x->told.due(x->told.ctx, item, what);
}

WorkListener notices_work_listener(Notices *x, WorkListener also)
{
    x->told = also;
    return (WorkListener){.ctx = x, .fired = fired, .committed = committed, .due = due};
}

static PtStatus scored(void *ctx, PtSqlTx *tx, int64_t ticket, int64_t score, PtError *err)
{
    const Notices *x = ctx;
    char detail[24];
    (void)snprintf(detail, sizeof detail, "%lld", (long long)score);
    const NotifyTold n = {.kinds = score <= SURVEY_BAD ? BIT(NOTIFY_SURVEY_BAD) : 0,
                          .ticket = ticket,
                          .detail = pt_str(detail)};
    return notify_tell(x->notify, tx, &n, err);
}

SurveyListener notices_survey_listener(Notices *x)
{
    return (SurveyListener){.ctx = x, .scored = scored};
}

PtStatus notices_alert(Notices *x, PtSqlTx *tx, PtStr name, PtStr message, PtError *err)
{
    char detail[NOTIFY_DETAIL_MAX];
    (void)snprintf(detail, sizeof detail, "%.*s: %.*s", PT_STR_ARG(name), PT_STR_ARG(message));
    const NotifyTold n = {.kinds = BIT(NOTIFY_ALERT), .detail = pt_str(detail)};
    return x->notify != NULL ? notify_tell(x->notify, tx, &n, err) : PT_OK;
}

/* ---- Start and end ----------------------------------------------------------------------------
 */

PtStatus notices_start(Notices *x, Desk *desk, PtError *err)
{
    x->desk = desk;
    return notify_start(x->notify, err);
}

void notices_stop(Notices *x)
{
    notify_stop(x->notify);
}

void notices_close(Notices *x)
{
    notify_close(PT_TAKE(x->notify));
    pt_arena_free(PT_TAKE(x->arena));
}
