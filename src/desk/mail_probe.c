// SPDX-License-Identifier: Apache-2.0
/* Whether a mailbox works, step by step. */
#include "desk/mail_internal.h"
#include "platform/mail_write.h"

#include <stdio.h>
#include <string.h>

enum { PROBE_ARENA = 4 << 20, MESSAGE = 64 << 10, TIMEOUT_MS = 10000 };

typedef struct Probe {
    Desk *d;
    DeskMailbox m;
    MailServer imap_server, smtp_server;
    MailImap *imap;
    MailSmtp *smtp;
    PtBuf message;
    char said[PT_ERROR_MESSAGE_MAX];
    PtError err;
} Probe;

MailServer desk_mail_server(const Desk *d, const DeskMailServer *s)
{
    static const MailSecurity securities[] = {[DESK_MAIL_TLS] = MAIL_TLS,
                                              [DESK_MAIL_STARTTLS] = MAIL_STARTTLS,
                                              [DESK_MAIL_PLAIN] = MAIL_CLEAR};
    return (MailServer){.host = s->host.data,
                        .port = (uint16_t)s->port,
                        .security = securities[s->tls],
                        .user = s->user.len > 0 ? s->user.data : NULL,
                        .secret = s->secret.data,
                        .is_token = s->auth == 1,
                        .ca_file = s->ca_file.len > 0 ? s->ca_file.data : NULL,
                        .allows = d->c.mail.allows,
                        .net = d->c.mail.net};
}

static PtStatus imap_login(Probe *p)
{
    return mail_imap_open(&p->imap_server, &p->imap, &p->err);
}

static PtStatus imap_folder(Probe *p)
{
    MailFolder folder;
    PtStatus st = mail_imap_select(p->imap, p->m.s.folder, &folder, &p->err);
    if (st == PT_OK) {
        (void)snprintf(p->said, sizeof p->said, "%u messages, %s", folder.count,
                       mail_imap_has_idle(p->imap) ? "IDLE" : "no IDLE: asked now and then");
    }
    return st;
}

static PtStatus smtp_login(Probe *p)
{
    PtStatus st = mail_smtp_new(&p->smtp_server, NULL, &p->smtp, &p->err);
    return st == PT_OK ? mail_smtp_check(p->smtp, &p->err) : st;
}

static PtStatus write_message(Probe *p)
{
    char id[DESK_MAIL_ID];
    const MailAddress self = {PT_STR(""), p->m.s.address};
    const MailField automatic = {PT_STR("Auto-Submitted"), PT_STR("auto-generated")};
    const MailDraft draft = {.from = {p->m.s.from, p->m.s.address},
                             .reply_to = {PT_STR(""), PT_STR("")},
                             .to = {&self, 1},
                             .subject = PT_STR("Test of this mailbox"),
                             .date_ms = pt_clock_now_ms(pt_clock_real()),
                             .message_id = desk_mail_id(p->d, 0, p->m.s.address, id),
                             .text = PT_STR("This mailbox can send. No ticket comes of this.\n"),
                             .html = PT_STR(""),
                             .fields = &automatic,
                             .field_count = 1};
    return mail_write(&draft, &p->message, &p->err);
}

static PtStatus dkim(Probe *p)
{
    const MailDkim how = {p->m.s.dkim_domain, p->m.s.dkim_selector, p->m.s.dkim_key};
    PT_CLEANUP(pt_buf_done) PtBuf plain = p->message;
    PT_CLEANUP(pt_buf_done) PtBuf record = {0};
    pt_buf_init(&p->message, MESSAGE);
    pt_buf_init(&record, MESSAGE);
    PtStatus st = mail_dkim_sign(&how, pt_buf_str(&plain), pt_clock_now_ms(pt_clock_real()),
                                 &p->message, &p->err);
    pt_buf_add_str(&p->message, pt_buf_str(&plain));
    st = st == PT_OK ? mail_dkim_record(&how, &record, &p->err) : st;
    if (st == PT_OK) {
        (void)snprintf(p->said, sizeof p->said, "%.*s._domainkey.%.*s TXT %.*s",
                       PT_STR_ARG(how.selector), PT_STR_ARG(how.domain), (int)record.len,
                       record.data);
    }
    return st;
}

static PtStatus hand_over(Probe *p)
{
    MailSent sent;
    const MailEnvelope envelope = {p->m.s.address, &p->m.s.address, 1};
    PtStatus st = mail_smtp_send(p->smtp, &envelope, pt_buf_str(&p->message), &sent, &p->err);
    if (st == PT_OK) {
        (void)snprintf(p->said, sizeof p->said, "%s: %d %s", mail_outcome_name(sent.outcome),
                       sent.code, sent.said);
    }
    return st == PT_OK && sent.outcome != MAIL_SENT
               ? pt_fail(&p->err, PT_UNAVAILABLE, "%s", p->said)
               : st;
}

typedef struct Step {
    const char *name;
    PtStatus (*take)(Probe *p);
    bool wanted;
} Step;

static void take_steps(Probe *p, DeskMailStep *steps, size_t *ret_count)
{
    const bool reads = p->m.s.imap.host.len > 0, sends = p->m.s.smtp.host.len > 0;
    const Step all[DESK_MAIL_STEPS] = {{"imap_login", imap_login, reads},
                                       {"imap_folder", imap_folder, reads},
                                       {"smtp_login", smtp_login, sends},
                                       {"dkim", dkim, sends && p->m.s.dkim_domain.len > 0},
                                       {"send", hand_over, sends}};
    size_t count = 0;
    for (size_t i = 0; i < DESK_MAIL_STEPS && (count == 0 || steps[count - 1].ok); i++) {
        if (!all[i].wanted) {
            continue;
        }
        DeskMailStep *step = &steps[count++];
        p->said[0] = p->err.message[0] = '\0';
        step->step = all[i].name;
        step->ok = all[i].take(p) == PT_OK;
        (void)pt_str_copy(step->said, sizeof step->said,
                          pt_str(step->ok ? p->said : p->err.message));
    }
    *ret_count = count;
}

PtStatus desk_mail_probe(Desk *d, PtStr id, DeskMailStep steps[static DESK_MAIL_STEPS],
                         size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(PROBE_ARENA);
    Probe p = {.d = d};
    PtStatus st = arena != NULL ? desk_mailbox_open(d, id, arena, &p.m, err)
                                : pt_fail(err, PT_NO_MEMORY, "no memory for a mailbox");
    if (st != PT_OK) {
        return st;
    }
    p.imap_server = desk_mail_server(d, &p.m.s.imap);
    p.smtp_server = desk_mail_server(d, &p.m.s.smtp);
    p.imap_server.timeout_ms = p.smtp_server.timeout_ms = TIMEOUT_MS;
    pt_buf_init(&p.message, MESSAGE);
    st = write_message(&p);
    if (st == PT_OK) {
        take_steps(&p, steps, ret_count);
    } else {
        st = pt_fail(err, st, "%s", p.err.message);
    }
    mail_imap_close(p.imap);
    mail_smtp_free(p.smtp);
    pt_buf_done(&p.message);
    return st;
}
