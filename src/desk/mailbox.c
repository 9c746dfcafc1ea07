// SPDX-License-Identifier: Apache-2.0
/* Mailboxes: their settings, their secrets, how far they are read. */
#include "desk/mail_internal.h"
#include "desk/read_internal.h"
#include "mail.sql.h"
#include "platform/mail_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SEALED = 2 * DESK_MAIL_SECRET,
    TEMPLATES_MAX = 50,
    PORT_MAX = 65535,
    HOURLY_MAX = 10000,
    AUTOMATIC_MAX = 100,
    COLUMN_SECRET = 3,
};

const char *const desk_mail_kinds[] = {"acknowledged", "answer", "resolved", "closed", NULL};
static const char *const securities[] = {"tls", "starttls", "plain", NULL};
static const char *const auths[] = {"password", "xoauth2", NULL};
static const char *const fates[] = {"ticket", "file", NULL};
static const char *const replies[] = {"address", "subject", NULL};
static const char *const types[] = {"incident", "service_request", NULL};

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for mailboxes");
}

/* ---- Templates --------------------------------------------------------------------------------
 */

static const DeskMailTemplate defaults[] = {
    {DESK_MAIL_ACKNOWLEDGED, PT_STR_INIT("en"), PT_STR_INIT("{{title}}"),
     PT_STR_INIT("We have received your message as {{key}}, and will answer it.\n")},
    {DESK_MAIL_ACKNOWLEDGED, PT_STR_INIT("de"), PT_STR_INIT("{{title}}"),
     PT_STR_INIT("Ihre Nachricht ist als {{key}} angekommen. Wir melden uns.\n")},
    {DESK_MAIL_ACKNOWLEDGED, PT_STR_INIT("ar"), PT_STR_INIT("{{title}}"),
     PT_STR_INIT("وصلتنا رسالتك برقم {{key}} وسنرد عليك.\n")},
    {DESK_MAIL_ANSWER, PT_STR_INIT("en"), PT_STR_INIT("Re: {{title}}"), PT_STR_INIT("{{text}}\n")},
    {DESK_MAIL_RESOLVED, PT_STR_INIT("en"), PT_STR_INIT("Re: {{title}}"),
     PT_STR_INIT("{{text}}\n\n{{key}} is solved. If it is not, answer this message.\n")},
    {DESK_MAIL_RESOLVED, PT_STR_INIT("de"), PT_STR_INIT("Re: {{title}}"),
     PT_STR_INIT(
         "{{text}}\n\n{{key}} ist gelöst. Wenn nicht, antworten Sie auf diese Nachricht.\n")},
    {DESK_MAIL_RESOLVED, PT_STR_INIT("ar"), PT_STR_INIT("Re: {{title}}"),
     PT_STR_INIT("{{text}}\n\nتم حل {{key}}. إن لم يُحل فأجب على هذه الرسالة.\n")},
};

static const DeskMailTemplate *find_template(const DeskMailTemplate *list, size_t count,
                                             DeskMailKind kind, PtStr language)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i].kind == kind && pt_str_eq(list[i].language, language)) {
            return &list[i];
        }
    }
    return NULL;
}

DeskMailTemplate desk_mail_template(const DeskMailSettings *s, DeskMailKind kind, PtStr language)
{
    const size_t standard = sizeof defaults / sizeof *defaults;
    const PtStr languages[] = {language, s->language, PT_STR(""), PT_STR("en")};
    const DeskMailTemplate *found = NULL;
    for (size_t i = 0; found == NULL && i < sizeof languages / sizeof *languages; i++) {
        found = find_template(s->templates, s->template_count, kind, languages[i]);
    }
    for (size_t i = 0; found == NULL && i < sizeof languages / sizeof *languages; i++) {
        found = find_template(defaults, standard, kind, languages[i]);
    }
    return found != NULL
               ? *found
               : (DeskMailTemplate){.kind = kind, .subject = PT_STR(""), .text = PT_STR("")};
}

/* ---- Settings ---------------------------------------------------------------------------------
 */

static PtStatus truth(DeskReader *r, const DeskMember *member, void *into)
{
    const PtJsonToken token = pt_json_next(&r->j);
    (void)member;
    if (token != PT_JSON_TRUE && token != PT_JSON_FALSE) {
        return desk_reader_fail(r, "not true or false");
    }
    *(bool *)into = token == PT_JSON_TRUE;
    return PT_OK;
}

/* A text of one line, which goes into headers and commands. */
static PtStatus line(DeskReader *r, const DeskMember *member, void *into)
{
    const PtStr *text = into;
    PtStatus st = desk_read_text(r, member, into);
    const bool one = st != PT_OK || (memchr(text->data, '\n', text->len) == NULL &&
                                     memchr(text->data, '\r', text->len) == NULL);
    return one ? st : desk_reader_fail(r, "has more than a line");
}

static PtStatus address(DeskReader *r, const DeskMember *member, void *into)
{
    const PtStr *text = into;
    PtStatus st = line(r, member, into);
    return st == PT_OK && !mail_address_is_valid(*text) ? desk_reader_fail(r, "not an address")
                                                        : st;
}

static PtStatus server(DeskReader *r, const DeskMember *member, void *into)
{
    static const DeskMember members[] = {
        {"host", line, offsetof(DeskMailServer, host), .required = true, .min = 1, .max = 253},
        {"port", desk_read_number, offsetof(DeskMailServer, port), .required = true, .min = 1,
         .max = PORT_MAX},
        {"tls", desk_read_choice, offsetof(DeskMailServer, tls), .choices = securities},
        {"user", line, offsetof(DeskMailServer, user), .max = DESK_MAIL_ADDRESS},
        {"auth", desk_read_choice, offsetof(DeskMailServer, auth), .choices = auths},
        {"ca_file", line, offsetof(DeskMailServer, ca_file), .max = 1000},
    };
    (void)member;
    return desk_read_members(r, members, sizeof members / sizeof *members, into);
}

static PtStatus template(DeskReader *r, const DeskMember *member, void *into)
{
    static const DeskMember members[] = {
        {"kind", desk_read_choice, offsetof(DeskMailTemplate, kind), .required = true,
         .choices = desk_mail_kinds},
        {"language", line, offsetof(DeskMailTemplate, language), .max = 8},
        {"subject", line, offsetof(DeskMailTemplate, subject), .required = true, .max = 200},
        {"text", desk_read_text, offsetof(DeskMailTemplate, text), .required = true, .max = 10000},
    };
    DeskMailTemplate *t = into;
    (void)member;
    *t = (DeskMailTemplate){.language = PT_STR("")};
    return desk_read_members(r, members, sizeof members / sizeof *members, into);
}

typedef struct Templates {
    DeskMailTemplate *list;
    size_t count;
} Templates;

static PtStatus templates(DeskReader *r, const DeskMember *member, void *into)
{
    static const DeskMember item = {"", template, 0, .required = true};
    Templates *all = into;
    void *list = NULL;
    (void)member;
    PtStatus st =
        desk_read_list(r, &item, TEMPLATES_MAX, sizeof(DeskMailTemplate), &list, &all->count);
    all->list = list;
    return st;
}

typedef struct Document {
    DeskMailSettings s;
    Templates templates;
    unsigned reply, type;
} Document;

static const DeskMember document[] = {
    {"address", address, offsetof(Document, s.address), .required = true, .min = 3, .max = 200},
    {"from", line, offsetof(Document, s.from), .max = 100},
    {"imap", server, offsetof(Document, s.imap), .required = false},
    {"smtp", server, offsetof(Document, s.smtp), .required = false},
    {"folder", line, offsetof(Document, s.folder), .min = 1, .max = 200},
    {"done_folder", line, offsetof(Document, s.done_folder), .max = 200},
    {"dkim_domain", line, offsetof(Document, s.dkim_domain), .max = 253},
    {"dkim_selector", line, offsetof(Document, s.dkim_selector), .max = 63},
    {"type", desk_read_choice, offsetof(Document, type), .choices = types},
    {"queue", line, offsetof(Document, s.queue), .max = 64},
    {"category", line, offsetof(Document, s.category), .max = 64},
    {"join", truth, offsetof(Document, s.join), .required = false},
    {"cc", truth, offsetof(Document, s.cc), .required = false},
    {"quote", truth, offsetof(Document, s.quote), .required = false},
    {"reply", desk_read_choice, offsetof(Document, reply), .choices = replies},
    {"lists", desk_read_choice, offsetof(Document, s.lists), .choices = fates},
    {"automatic", desk_read_choice, offsetof(Document, s.automatic), .choices = fates},
    {"hourly", desk_read_number, offsetof(Document, s.hourly), .min = 1, .max = HOURLY_MAX},
    {"automatic_hourly", desk_read_number, offsetof(Document, s.automatic_hourly), .min = 0,
     .max = AUTOMATIC_MAX},
    {"language", line, offsetof(Document, s.language), .max = 8},
    {"templates", templates, offsetof(Document, templates), .required = false},
};

static DeskMailServer no_server(void)
{
    const PtStr none = PT_STR("");
    return (DeskMailServer){.host = none, .user = none, .ca_file = none, .secret = none};
}

PtStatus desk_mail_settings(PtStr json, PtArena *arena, DeskMailSettings *ret_settings,
                            PtError *err)
{
    DeskReader r;
    const PtStr none = PT_STR("");
    Document d = {.s = {.address = none,
                        .from = none,
                        .imap = no_server(),
                        .smtp = no_server(),
                        .folder = PT_STR("INBOX"),
                        .done_folder = none,
                        .dkim_domain = none,
                        .dkim_selector = none,
                        .dkim_key = none,
                        .queue = none,
                        .category = none,
                        .lists = DESK_MAIL_FILE,
                        .automatic = DESK_MAIL_TICKET,
                        .hourly = 100,
                        .automatic_hourly = 5,
                        .language = PT_STR("en")}};
    desk_reader_init(&r, json, arena, err);
    PtStatus st = desk_read_members(&r, document, sizeof document / sizeof *document, &d);
    st = st == PT_OK ? desk_reader_end(&r) : st;
    if (st == PT_OK && (d.s.dkim_domain.len > 0) != (d.s.dkim_selector.len > 0)) {
        st = pt_fail(err, PT_INVALID, "/dkim_selector: stands with dkim_domain, or neither does");
    }
    if (st == PT_OK) {
        d.s.in_subject = d.reply == 1;
        d.s.type = d.type == 1 ? DESK_REQUEST : DESK_INCIDENT;
        d.s.templates = d.templates.list;
        d.s.template_count = d.templates.count;
        *ret_settings = d.s;
    }
    return st;
}

/* ---- Reading ----------------------------------------------------------------------------------
 */

static PtStatus open_secret(Desk *d, PtStr sealed, PtArena *arena, PtStr *ret_plain, PtError *err)
{
    *ret_plain = PT_STR("");
    return sealed.len == 0 ? PT_OK
           : d->c.mail.access == NULL
               ? pt_fail(err, PT_INVALID, "there is nothing to open secrets")
               : access_unseal(d->c.mail.access, sealed, arena, ret_plain, err);
}

static PtStatus copy_mailbox(Desk *d, PtSqlTx *tx, bool secrets, PtArena *arena, DeskMailbox *m,
                             PtError *err)
{
    PtStr sealed[3] = {{NULL, 0}};
    const struct {
        PtStr *text;
        int column;
    } texts[] = {{&m->id, 0},     {&m->name, 1},   {&m->json, 2},       {&sealed[0], 3},
                 {&sealed[1], 4}, {&sealed[2], 5}, {&m->changed_by, 9}, {&m->error, 14}};
    *m = (DeskMailbox){.paused = pt_sql_i64(tx, 6) != 0,
                       .version = pt_sql_i64(tx, 7),
                       .changed_ms = pt_sql_i64(tx, 8),
                       .uid_validity = pt_sql_i64(tx, 10),
                       .uid = pt_sql_i64(tx, 11),
                       .last_ms = pt_sql_i64(tx, 12),
                       .looked_ms = pt_sql_i64(tx, 13),
                       .error_ms = pt_sql_i64(tx, 15)};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i].text = pt_arena_str(arena, pt_sql_text(tx, texts[i].column));
        if (texts[i].text->data == NULL) {
            return no_memory(err);
        }
    }
    PtStatus st = desk_mail_settings(m->json, arena, &m->s, err);
    PtStr *const plain[] = {&m->s.imap.secret, &m->s.smtp.secret, &m->s.dkim_key};
    for (size_t i = 0; st == PT_OK && secrets && i < sizeof plain / sizeof *plain; i++) {
        st = open_secret(d, sealed[i], arena, plain[i], err);
    }
    m->has_imap_secret = sealed[0].len > 0;
    m->has_smtp_secret = sealed[1].len > 0;
    m->has_dkim_key = sealed[2].len > 0;
    return st;
}

PtStatus desk_mailbox_load(Desk *d, PtSqlTx *tx, PtStr id, bool secrets, PtArena *arena,
                           DeskMailbox *ret_mailbox, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_MAILBOX_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, id);
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        st = row ? copy_mailbox(d, tx, secrets, arena, ret_mailbox, err)
                 : pt_fail(err, PT_NOT_FOUND, "no mailbox has that id");
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus load_one(Desk *d, PtStr id, bool secrets, PtArena *arena, DeskMailbox *ret_mailbox,
                         PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    return st == PT_OK ? desk_mailbox_load(d, tx, id, secrets, arena, ret_mailbox, err) : st;
}

PtStatus desk_mailbox(Desk *d, PtStr id, PtArena *arena, DeskMailbox *ret_mailbox, PtError *err)
{
    return load_one(d, id, false, arena, ret_mailbox, err);
}

PtStatus desk_mailbox_open(Desk *d, PtStr id, PtArena *arena, DeskMailbox *ret_mailbox,
                           PtError *err)
{
    return load_one(d, id, true, arena, ret_mailbox, err);
}

PtStatus desk_mailboxes(Desk *d, PtArena *arena, DeskMailbox **ret_list, size_t *ret_count,
                        PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DeskMailbox *list = pt_arena_alloc(arena, DESK_MAILBOXES_MAX, sizeof *list);
    size_t count = 0;
    bool row = true;
    PtStatus st = list != NULL ? pt_sql_begin(d->c.core, false, &tx, err) : no_memory(err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_MAILBOX_LIST, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, DESK_MAILBOXES_MAX);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row &&
           (st = copy_mailbox(d, tx, false, arena, &list[count], err)) == PT_OK) {
        count++;
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_list = list;
        *ret_count = count;
    }
    return st;
}

/* ---- Changing ---------------------------------------------------------------------------------
 */

static void changed(const Desk *d)
{
    if (d->c.mail.changed != NULL) {
        d->c.mail.changed(d->c.mail.ctx);
    }
}

static PtStatus audited(PtSqlTx *tx, const AuditActor *by, const char *action, PtStr id, PtStr name,
                        int64_t now_ms, PtError *err)
{
    const AuditEntry entry = {
        .by = by, .action = action, .subject_type = "mailbox", .subject = id, .subject_name = name};
    return audit_write(tx, now_ms, &entry, err);
}

/* Sealed, or as it stood. */
static PtStatus seal(Desk *d, PtStr given, PtStr before, PtArena *arena, PtStr *ret_sealed,
                     PtError *err)
{
    char text[SEALED];
    if (given.data == NULL || given.len == 0) {
        *ret_sealed = given.data == NULL ? before : PT_STR("");
        return PT_OK;
    }
    if (given.len > DESK_MAIL_SECRET) {
        return pt_fail(err, PT_TOO_LARGE, "a secret has over %d bytes", DESK_MAIL_SECRET);
    }
    PtStatus st = d->c.mail.access != NULL
                      ? access_seal(d->c.mail.access, given, text, sizeof text, err)
                      : pt_fail(err, PT_INVALID, "there is nothing to seal secrets");
    if (st == PT_OK) {
        *ret_sealed = pt_arena_str(arena, pt_str(text));
        st = ret_sealed->data != NULL ? PT_OK : no_memory(err);
    }
    return st;
}

typedef struct Before { /* of a mailbox that is changed */
    bool there;
    DeskMailbox m;
    PtStr sealed[3];
} Before;

static PtStatus load_before(Desk *d, PtSqlTx *tx, PtStr id, PtArena *arena, Before *before,
                            PtError *err)
{
    *before = (Before){.sealed = {PT_STR(""), PT_STR(""), PT_STR("")}};
    PtStatus st = pt_sql_use(tx, SQL_MAILBOX_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, id);
    st = pt_sql_step(tx, &before->there, err);
    if (st == PT_OK && before->there) {
        st = copy_mailbox(d, tx, false, arena, &before->m, err);
        for (int i = 0; st == PT_OK && i < 3; i++) {
            before->sealed[i] = pt_arena_str(arena, pt_sql_text(tx, COLUMN_SECRET + i));
            st = before->sealed[i].data != NULL ? PT_OK : no_memory(err);
        }
    }
    pt_sql_done(tx);
    return st;
}

/* A password is not sent to another host than the one that it was given for. */
static PtStatus check_hosts(const DeskMailboxPut *put, const DeskMailSettings *s,
                            const Before *before, PtError *err)
{
    const struct {
        const char *name;
        const DeskMailServer *now, *then;
        bool has;
        PtStr given;
    } servers[] = {
        {"imap_secret", &s->imap, &before->m.s.imap, before->m.has_imap_secret, put->imap_secret},
        {"smtp_secret", &s->smtp, &before->m.s.smtp, before->m.has_smtp_secret, put->smtp_secret}};
    for (size_t i = 0; before->there && i < sizeof servers / sizeof *servers; i++) {
        if (servers[i].has && servers[i].given.data == NULL &&
            !pt_str_eq(servers[i].now->host, servers[i].then->host)) {
            return pt_fail(err, PT_INVALID, "%s: another host takes a new secret", servers[i].name);
        }
    }
    return PT_OK;
}

static PtStatus there_is_room(PtSqlTx *tx, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_MAILBOX_COUNT, err);
    if (st != PT_OK) {
        return st;
    }
    st = pt_sql_step(tx, &row, err);
    const int64_t count = row ? pt_sql_i64(tx, 0) : 0;
    pt_sql_done(tx);
    return st == PT_OK && count >= DESK_MAILBOXES_MAX
               ? pt_fail(err, PT_TOO_LARGE, "there are %d mailboxes, and no room for more",
                         DESK_MAILBOXES_MAX)
               : st;
}

static PtStatus write_mailbox(PtSqlTx *tx, const DeskMailboxPut *put, const PtStr *sealed,
                              const AuditActor *by, bool new, int64_t now_ms, PtError *err)
{
    PtStatus st = pt_sql_use(tx, new ? SQL_MAILBOX_ADD : SQL_MAILBOX_SET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, put->id);
    pt_sql_bind_text(tx, 2, put->name);
    pt_sql_bind_text(tx, 3, put->settings);
    for (int i = 0; i < 3; i++) {
        pt_sql_bind_text(tx, 4 + i, sealed[i]);
    }
    pt_sql_bind_i64(tx, 7, put->paused);
    pt_sql_bind_i64(tx, 8, put->version + 1);
    pt_sql_bind_i64(tx, 9, now_ms);
    pt_sql_bind_text(tx, 10, audit_actor_name(by));
    return pt_sql_finish(tx, err);
}

static PtStatus run_of(PtSqlTx *tx, const char *statement, PtStr id, PtError *err)
{
    PtStatus st = pt_sql_use(tx, statement, err);
    if (st == PT_OK) {
        pt_sql_bind_text(tx, 1, id);
        st = pt_sql_finish(tx, err);
    }
    return st;
}

static PtStatus put_in(Desk *d, PtSqlTx *tx, const AuditActor *by, const DeskMailboxPut *put,
                       const DeskMailSettings *s, PtArena *arena, PtError *err)
{
    const PtStr given[] = {put->imap_secret, put->smtp_secret, put->dkim_key};
    const int64_t now_ms = pt_clock_now_ms(d->c.clock);
    PtStr sealed[3] = {{NULL, 0}};
    Before before;
    PtStatus st = load_before(d, tx, put->id, arena, &before, err);
    if (st == PT_OK && put->version != (before.there ? before.m.version : 0)) {
        st = pt_fail(err, PT_CONFLICT, "version: %lld is not the newest", (long long)put->version);
    }
    st = st == PT_OK && !before.there ? there_is_room(tx, err) : st;
    st = st == PT_OK ? check_hosts(put, s, &before, err) : st;
    for (int i = 0; st == PT_OK && i < 3; i++) {
        st = seal(d, given[i], before.sealed[i], arena, &sealed[i], err);
    }
    st = st == PT_OK ? write_mailbox(tx, put, sealed, by, !before.there, now_ms, err) : st;
    const bool elsewhere = before.there && (!pt_str_eq(s->imap.host, before.m.s.imap.host) ||
                                            !pt_str_eq(s->imap.user, before.m.s.imap.user) ||
                                            !pt_str_eq(s->folder, before.m.s.folder));
    st = st == PT_OK && elsewhere ? run_of(tx, SQL_MAILBOX_FORGET, put->id, err) : st;
    return st == PT_OK ? audited(tx, by, before.there ? "mailbox.changed" : "mailbox.added",
                                 put->id, put->name, now_ms, err)
                       : st;
}

PtStatus desk_mailbox_put(Desk *d, const AuditActor *by, const DeskMailboxPut *put, PtArena *arena,
                          DeskMailbox *ret_mailbox, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DeskMailSettings s;
    DeskMailbox now;
    if (!desk_id_valid(put->id) || pt_str_eq(put->id, PT_STR("messages")) ||
        pt_str_eq(put->id, PT_STR("sent"))) {
        return pt_fail(err, PT_INVALID, "mailbox: not 1..64 of a-z, 0-9 and _, the first a letter");
    }
    PtStatus st = desk_text_check("name", put->name, 1, 200, false, err);
    st = st == PT_OK ? desk_mail_settings(put->settings, arena, &s, err) : st;
    st = st == PT_OK ? pt_sql_begin(d->c.core, true, &tx, err) : st;
    st = st == PT_OK ? put_in(d, tx, by, put, &s, arena, err) : st;
    st = st == PT_OK ? desk_mailbox_load(d, tx, put->id, false, arena, &now, err) : st;
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    if (st == PT_OK) {
        *ret_mailbox = now;
        changed(d);
    }
    return st;
}

PtStatus desk_mailbox_pause(Desk *d, const AuditActor *by, PtStr id, bool paused, PtArena *arena,
                            DeskMailbox *ret_mailbox, PtError *err)
{
    DeskMailbox m = {0};
    PtStatus st = desk_mailbox(d, id, arena, &m, err);
    const DeskMailboxPut put = {
        .id = id, .name = m.name, .settings = m.json, .paused = paused, .version = m.version};
    return st == PT_OK ? desk_mailbox_put(d, by, &put, arena, ret_mailbox, err) : st;
}

static PtStatus delete_in(PtSqlTx *tx, const AuditActor *by, PtStr id, int64_t now_ms, PtError *err)
{
    PtStatus st = run_of(tx, SQL_MAILBOX_DELETE, id, err);
    if (st == PT_OK && pt_sql_changes(tx) == 0) {
        st = pt_fail(err, PT_NOT_FOUND, "no mailbox has that id");
    }
    st = st == PT_OK ? pt_sql_use(tx, SQL_MAIL_OUT_ORPHANS, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, id);
    pt_sql_bind_i64(tx, 2, now_ms);
    st = pt_sql_finish(tx, err);
    return st == PT_OK ? audited(tx, by, "mailbox.removed", id, (PtStr){NULL, 0}, now_ms, err) : st;
}

PtStatus desk_mailbox_delete(Desk *d, const AuditActor *by, PtStr id, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(d->c.core, true, &tx, err);
    st = st == PT_OK ? delete_in(tx, by, id, pt_clock_now_ms(d->c.clock), err) : st;
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    if (st == PT_OK) {
        changed(d);
    }
    return st;
}

PtStatus desk_mailbox_looked(Desk *d, PtStr id, const DeskMailLooked *looked, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    const int64_t now_ms = pt_clock_now_ms(pt_clock_real());
    const bool failed = looked->error.len > 0;
    PtStatus st = pt_sql_begin(d->c.core, true, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, failed ? SQL_MAILBOX_FAILED : SQL_MAILBOX_LOOKED, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, id);
    if (failed) {
        pt_sql_bind_text(tx, 2, looked->error);
        pt_sql_bind_i64(tx, 3, now_ms);
    } else {
        pt_sql_bind_i64(tx, 2, looked->uid_validity);
        pt_sql_bind_i64(tx, 3, looked->uid);
        pt_sql_bind_i64(tx, 4, now_ms);
        pt_sql_bind_i64(tx, 5, looked->version);
    }
    st = pt_sql_finish(tx, err);
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}
