// SPDX-License-Identifier: Apache-2.0
/* An update, told: accounts by whoever tells accounts, mail addresses by the queue of mails. */
#include "desk/mail_internal.h"
#include "desk/route_internal.h"
#include "desk/stakeholder_internal.h"
#include "mail.sql.h"
#include "stakeholder.sql.h"

#include "base/calendar.h"
#include "base/time.h"

#include <stdio.h>
#include <stdlib.h>

enum { BODY_BYTES = 64 << 10, LINK_BYTES = 512, TIME_BYTES = 80, PAGE = 200 };

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for an update");
}

/* ---- Mail -------------------------------------------------------------------------------------
 */

PtStatus desk_stakeholder_mailbox(Desk *d, PtArena *arena, PtStr *ret_id, PtError *err)
{
    DeskMailbox *list = NULL;
    size_t count = 0;
    PtStatus st = desk_mailboxes(d, arena, &list, &count, err);
    *ret_id = PT_STR("");
    for (size_t i = 0; st == PT_OK && ret_id->len == 0 && i < count; i++) {
        if (!list[i].paused && list[i].s.smtp.host.len > 0) {
            *ret_id = list[i].id;
        }
    }
    return st;
}

/* By the language of the mailbox. */
typedef struct Words {
    const char *language, *subject, *next, *follow;
} Words;
static const Words words[] = {
    {"en", "Update", "The next update is due by", "Follow it here:"},
    {"de", "Neuer Stand", "Der nächste Stand folgt bis", "Hier lässt es sich verfolgen:"},
    {"ar", "تحديث", "التحديث التالي قبل", "للمتابعة:"},
};

static const Words *words_of(PtStr language)
{
    const size_t count = sizeof words / sizeof *words;
    size_t i = 0;
    while (i < count && !pt_str_eq(language, pt_str(words[i].language))) {
        i++;
    }
    return &words[i < count ? i : 0];
}

/* The address of the newest link that holds; "": there is none, or the server has no address. */
static PtStatus find_link(DeskWriting *w, int64_t ticket, char out[static LINK_BYTES])
{
    const char *url = w->desk->c.public_url;
    DeskStatusLink *list = NULL;
    size_t count = 0, i = 0;
    out[0] = '\0';
    if (url == NULL || url[0] == '\0') {
        return PT_OK;
    }
    PtStatus st = desk_status_links(w->desk, w->tx, ticket, w->arena, &list, &count, w->err);
    while (st == PT_OK && i < count && list[i].revoked_ms != 0) {
        i++;
    }
    if (st == PT_OK && i < count &&
        snprintf(out, LINK_BYTES, "%s/status/%s", url, list[i].token) >= LINK_BYTES) {
        out[0] = '\0';
    }
    return st;
}

/* "2026-11-23 14:05 (Europe/Berlin)" */
static void put_time(const DeskWriting *w, int64_t at_ms, char out[static TIME_BYTES])
{
    PtStr name = PT_STR("UTC");
    PtCivil c = pt_civil_of_ms(at_ms);
    const PtZone *zone = NULL;
    PtError none = {0};
    if (pt_zones_get(w->desk->router->zones, w->policy->rules.major.zone, &zone, &none) == PT_OK) {
        name = w->policy->rules.major.zone;
        c = pt_zone_civil(zone, at_ms);
    }
    (void)snprintf(out, TIME_BYTES, "%04d-%02u-%02u %02u:%02u (%.*s)", (int)c.year, c.month, c.day,
                   c.hour, c.minute, PT_STR_ARG(name));
}

static PtStatus write_body(DeskWriting *w, const DeskTicket *t, const Words *said, PtStr text,
                           int64_t due_ms, PtStr *ret_body)
{
    char link[LINK_BYTES], due[TIME_BYTES];
    PT_CLEANUP(pt_buf_done) PtBuf body = {0};
    PtStatus st = find_link(w, t->number, link);
    pt_buf_init(&body, BODY_BYTES);
    pt_buf_add_str(&body, text);
    pt_buf_add_char(&body, '\n');
    if (due_ms > 0) {
        put_time(w, due_ms, due);
        pt_buf_printf(&body, "\n%s %s.\n", said->next, due);
    }
    if (st == PT_OK && link[0] != '\0') {
        pt_buf_printf(&body, "\n%s %s\n", said->follow, link);
    }
    *ret_body =
        pt_buf_status(&body) == PT_OK ? pt_arena_str(w->arena, pt_buf_str(&body)) : *ret_body;
    return st != PT_OK ? st : ret_body->data != NULL ? PT_OK : no_memory(w->err);
}

static PtStatus queue(DeskWriting *w, const DeskTicket *t, PtStr mailbox, PtStr recipient,
                      PtStr subject, PtStr body)
{
    int64_t last = 0;
    PtStatus st = desk_last_number(w, SQL_MAIL_OUT_LAST, &last);
    st = st == PT_OK ? pt_sql_use(w->tx, SQL_MAIL_OUT_ADD, w->err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(w->tx, 1, last + 1);
    pt_sql_bind_text(w->tx, 2, mailbox);
    pt_sql_bind_i64(w->tx, 3, t->number);
    pt_sql_bind_i64(w->tx, 4, t->version);
    pt_sql_bind_text(w->tx, 5, PT_STR("update"));
    pt_sql_bind_text(w->tx, 6, recipient);
    pt_sql_bind_text(w->tx, 7, PT_STR(""));
    pt_sql_bind_text(w->tx, 8, subject);
    pt_sql_bind_text(w->tx, 9, body);
    pt_sql_bind_text(w->tx, 10, PT_STR(""));
    pt_sql_bind_i64(w->tx, 11, w->now_ms);
    w->mailed = true;
    return pt_sql_finish(w->tx, w->err);
}

/* Whoever wrote to the ticket has the note already. */
static bool wrote(const DeskMailThread *threads, size_t count, PtStr address)
{
    for (size_t i = 0; i < count; i++) {
        if (pt_str_eq(threads[i].recipient, address)) {
            return true;
        }
    }
    return false;
}

typedef struct People {
    const DeskStakeholder *list;
    size_t count;
} People;

static PtStatus mail_all(DeskWriting *w, const DeskTicket *t, const People *people, PtStr text,
                         int64_t due_ms, PtStr mailbox)
{
    DeskMailThread *threads = pt_arena_alloc(w->arena, DESK_MAIL_THREADS, sizeof *threads);
    char subject[4 * DESK_TITLE_MAX + 80];
    size_t thread_count = 0;
    PtStr body = {NULL, 0};
    DeskMailbox box;
    PtStatus st = threads != NULL ? PT_OK : no_memory(w->err);
    st = st == PT_OK ? desk_mailbox_load(w->desk, w->tx, mailbox, false, w->arena, &box, w->err)
                     : st;
    st = st == PT_OK ? desk_mail_threads(w->tx, t->number, w->arena, threads, &thread_count, w->err)
                     : st;
    if (st != PT_OK) {
        return st;
    }
    const Words *said = words_of(box.s.language);
    (void)snprintf(subject, sizeof subject, "%s: %.*s", said->subject,
                   PT_STR_ARG(t->f[DESK_F_TITLE]));
    st = write_body(w, t, said, text, due_ms, &body);
    for (size_t i = 0; st == PT_OK && i < people->count; i++) {
        if (people->list[i].mail && !wrote(threads, thread_count, people->list[i].address)) {
            st = queue(w, t, mailbox, people->list[i].address, pt_str(subject), body);
        }
    }
    return st;
}

/* ---- All --------------------------------------------------------------------------------------
 */

/* Whether the account hears of every public note of the ticket anyway. */
static bool hears(const DeskTicket *t, const PtStr *watchers, size_t count, PtStr account)
{
    bool does =
        pt_str_eq(t->f[DESK_F_ASSIGNEE], account) || pt_str_eq(t->f[DESK_F_COMMANDER], account);
    for (size_t i = 0; !does && i < count; i++) {
        does = pt_str_eq(watchers[i], account);
    }
    return does;
}

PtStatus desk_stakeholders_tell(DeskWriting *w, const DeskTicket *t, PtStr text, int64_t due_ms,
                                PtStr mailbox)
{
    const DeskConfig *c = &w->desk->c;
    DeskStakeholder *list = NULL;
    PtStr *watchers = NULL;
    size_t count = 0, watcher_count = 0, mails = 0;
    PtStatus st = desk_stakeholders(w->tx, t->number, w->arena, &list, &count, w->err);
    st = st == PT_OK
             ? desk_field_items(t->f[DESK_F_WATCHERS], w->arena, &watchers, &watcher_count, w->err)
             : st;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        mails += list[i].mail;
        if (!list[i].mail && c->updated != NULL &&
            !hears(t, watchers, watcher_count, list[i].address)) {
            st = c->updated(c->offered_ctx, w->tx, t->number, list[i].address, w->err);
        }
    }
    const People people = {list, count};
    return st == PT_OK && mails > 0 && mailbox.len > 0
               ? mail_all(w, t, &people, text, due_ms, mailbox)
               : st;
}

/* ---- Erasure ----------------------------------------------------------------------------------
 */

typedef struct Address {
    int64_t ticket;
    char text[DESK_MAIL_ADDRESS + 1];
} Address;

typedef struct Page {
    Address last, found[PAGE];
    size_t rows, count;
} Page;

static PtStatus scan_page(PtSqlTx *tx, bool (*finds)(const void *ctx, PtStr text), const void *ctx,
                          Page *page, PtError *err)
{
    const Address from = page->last; // what is bound stays, while the last moves on
    bool row = true;
    page->rows = page->count = 0;
    PtStatus st = pt_sql_use(tx, SQL_STAKEHOLDER_ERASE_SCAN, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, from.ticket);
    pt_sql_bind_text(tx, 2, pt_str(from.text));
    pt_sql_bind_i64(tx, 3, PAGE);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        Address *a = &page->found[page->count];
        a->ticket = pt_sql_i64(tx, 0);
        (void)pt_str_copy(a->text, sizeof a->text, pt_sql_text(tx, 1));
        page->last = *a;
        page->rows++;
        page->count += finds(ctx, pt_str(a->text));
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus erase_page(Desk *d, bool (*finds)(const void *ctx, PtStr text), const void *ctx,
                           Page *page, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(d->c.core, true, &tx, err);
    st = st == PT_OK ? scan_page(tx, finds, ctx, page, err) : st;
    for (size_t i = 0; st == PT_OK && i < page->count; i++) {
        st = pt_sql_use(tx, SQL_STAKEHOLDER_ERASE, err);
        if (st != PT_OK) {
            return st;
        }
        pt_sql_bind_i64(tx, 1, page->found[i].ticket);
        pt_sql_bind_text(tx, 2, pt_str(page->found[i].text));
        st = pt_sql_finish(tx, err);
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

PtStatus desk_stakeholders_erase(Desk *d, bool (*finds)(const void *ctx, PtStr text),
                                 const void *ctx, uint64_t *changed, PtError *err)
{
    Page *page = calloc(1, sizeof *page);
    PtStatus st = page != NULL ? PT_OK : no_memory(err);
    for (bool more = true; st == PT_OK && more;) {
        st = erase_page(d, finds, ctx, page, err);
        *changed += st == PT_OK ? page->count : 0;
        more = page->rows == PAGE;
    }
    free(page);
    return st;
}
