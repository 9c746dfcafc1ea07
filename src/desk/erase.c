// SPDX-License-Identifier: Apache-2.0
/* Erasure: texts of tickets that name somebody make room for what says nothing; of what they asked
 * for or reported themselves, all texts. The ticket, when it was what, and where, stay. */
#include "desk.sql.h"
#include "desk/desk_internal.h"
#include "stakeholder.sql.h"
#include "triage.sql.h"

#include <stdlib.h>

enum { PAGE = 500, PAGE_ARENA = 64 << 20, TEXTS_MAX = 6 };

/* Texts of people, by table. scan: key (one or two numbers), ticket, texts of the rows behind a
 * key; set: binds the key and the texts. */
typedef struct Place {
    const char *scan, *set;
    int texts, whose;            /* whose: the text that says whose all are; -1: none does */
    const char *left[TEXTS_MAX]; /* instead of a text that is found */
} Place;

static const Place tickets = {
    .scan = SQL_DESK_ERASE_TICKETS, .texts = 6, .whose = 2, .left = {"-", "", "", "", "", ""}};
static const DeskField ticket_fields[] = {DESK_F_TITLE,      DESK_F_DESCRIPTION, DESK_F_REQUESTER,
                                          DESK_F_RESOLUTION, DESK_F_CUSTOM,      DESK_F_REVIEW};
static const Place beside[] = {
    {SQL_FINDING_ERASE_LIST, SQL_FINDING_ERASE, 3, 0, {"", "[]", "{}"}}, // while the texts stand
    {SQL_DESK_ERASE_REPORTS, SQL_DESK_ERASE_REPORT, 2, 0, {"", "-"}},
    {SQL_DESK_ERASE_HISTORIES, SQL_DESK_ERASE_HISTORY, 2, -1, {"{}", "-"}},
    {SQL_TRIAGE_ERASE_EXAMPLES, SQL_TRIAGE_ERASE_EXAMPLE, 1, -1, {""}},
    {SQL_TRIAGE_ERASE_FOUNDS, SQL_TRIAGE_ERASE_FOUND, 1, -1, {"{}"}},
    {SQL_DESK_ERASE_ESCALATIONS, SQL_DESK_ERASE_ESCALATION, 2, -1, {"-", "-"}},
    {SQL_STAKEHOLDER_ERASE_LINKS, SQL_STAKEHOLDER_ERASE_LINK, 1, -1, {"-"}},
};

typedef struct Found {
    int64_t key[2];
    PtStr texts[TEXTS_MAX]; /* as they are to be */
} Found;

typedef struct Page {
    int64_t last[2]; /* key of the last row that was read */
    size_t rows, count;
    Found found[PAGE];
} Page;

typedef struct Finds {
    bool (*fn)(const void *ctx, PtStr text);
    const void *ctx;
} Finds;

/* ---- Finding ----------------------------------------------------------------------------------
 */

/* Puts what is left in the place of texts that are found. */
static bool blank(const Place *place, Finds finds, PtStr *const *texts, bool *ret_theirs)
{
    bool found = false;
    *ret_theirs = place->whose >= 0 && texts[place->whose]->len > 0 &&
                  finds.fn(finds.ctx, *texts[place->whose]);
    for (int i = 0; i < place->texts; i++) {
        if (texts[i]->len > 0 && (*ret_theirs || finds.fn(finds.ctx, *texts[i]))) {
            *texts[i] = pt_str(place->left[i]);
            found = true;
        }
    }
    return found;
}

/* The row that the statement stands at, where it names them. */
static PtStatus look_at(PtSqlTx *tx, const Place *place, Finds finds, PtArena *arena, Page *page,
                        PtError *err)
{
    Found *f = &page->found[page->count];
    PtStr *texts[TEXTS_MAX] = {NULL};
    bool theirs;
    page->last[0] = f->key[0] = pt_sql_i64(tx, 0);
    page->last[1] = f->key[1] = pt_sql_i64(tx, 1);
    page->rows++;
    for (int i = 0; i < place->texts; i++) {
        f->texts[i] = pt_arena_str(arena, pt_sql_text(tx, 2 + i));
        texts[i] = &f->texts[i];
        if (f->texts[i].data == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for an erasure");
        }
    }
    page->count += blank(place, finds, texts, &theirs);
    return PT_OK;
}

/* Rows behind `after`. */
static PtStatus read_page(PtSqlTx *tx, const Place *place, const int64_t after[2], Finds finds,
                          PtArena *arena, Page *page, PtError *err)
{
    bool row = true;
    page->rows = page->count = 0;
    pt_arena_clear(arena);
    PtStatus st = pt_sql_use(tx, place->scan, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, after[0]);
    pt_sql_bind_i64(tx, 2, after[1]);
    pt_sql_bind_i64(tx, 3, PAGE);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row &&
           (st = look_at(tx, place, finds, arena, page, err)) == PT_OK) {
    }
    pt_sql_done(tx);
    return st;
}

/* ---- Rows beside the tickets ------------------------------------------------------------------
 */

static PtStatus set_row(PtSqlTx *tx, const Place *place, const Found *f, PtError *err)
{
    PtStatus st = pt_sql_use(tx, place->set, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, f->key[0]);
    pt_sql_bind_i64(tx, 2, f->key[1]);
    for (int i = 0; i < place->texts; i++) {
        pt_sql_bind_text(tx, 3 + i, f->texts[i]);
    }
    return pt_sql_finish(tx, err);
}

/* The page again, where nobody writes meanwhile. */
static PtStatus set_page(Desk *d, const Place *place, const int64_t after[2], Finds finds,
                         PtArena *arena, Page *page, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(d->c.core, true, &tx, err);
    st = st == PT_OK ? read_page(tx, place, after, finds, arena, page, err) : st;
    for (size_t i = 0; st == PT_OK && i < page->count; i++) {
        st = set_row(tx, place, &page->found[i], err);
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

/* ---- Tickets ----------------------------------------------------------------------------------
 */

static PtStatus run_each(DeskWriting *w, int64_t number, const char *const *list, size_t count)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = pt_sql_use(w->tx, list[i], w->err);
        if (st == PT_OK) {
            pt_sql_bind_i64(w->tx, 1, number);
            st = pt_sql_finish(w->tx, w->err);
        }
    }
    return st;
}

/* All that was said of a ticket of theirs. */
static PtStatus erase_story(DeskWriting *w, int64_t number)
{
    static const char *const list[] = {SQL_DESK_ERASE_STORY, SQL_DESK_ERASE_MESSAGES,
                                       SQL_TRIAGE_ERASE_WORDS, SQL_FINDING_ERASE_WORDS,
                                       SQL_TRIAGE_ERASE_DECISIONS};
    return run_each(w, number, list, sizeof list / sizeof *list);
}

/* Of a text that names them: word by word they are not found. */
static PtStatus erase_words(DeskWriting *w, int64_t number)
{
    static const char *const list[] = {SQL_TRIAGE_ERASE_WORDS, SQL_FINDING_ERASE_WORDS,
                                       SQL_TRIAGE_ERASE_SAID};
    return run_each(w, number, list, sizeof list / sizeof *list);
}

/* A version of its own: lists and search follow it. */
static PtStatus erase_ticket(Desk *d, int64_t number, Finds finds, PtArena *arena, PtError *err)
{
    static const DeskSaid said = {.kind = "erased"};
    DeskWriting w;
    DeskRow row;
    PtStr *texts[TEXTS_MAX] = {NULL};
    bool theirs = false;
    PtStatus st = desk_writing_begin(&w, d, NULL, arena, err);
    if (st != PT_OK) {
        return st;
    }
    st = desk_load(w.tx, number, arena, &row, err);
    for (int i = 0; i < tickets.texts; i++) {
        texts[i] = &row.t.f[ticket_fields[i]];
    }
    if (st == PT_OK && blank(&tickets, finds, texts, &theirs)) {
        st = theirs ? erase_story(&w, number) : erase_words(&w, number);
        st = st == PT_OK ? desk_rewrite(&w, &row, &said) : st;
    }
    return desk_writing_end(&w, st);
}

static PtStatus erase_tickets(Desk *d, Finds finds, const Page *page, PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < page->count; i++) {
        PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(DESK_ARENA);
        st = arena != NULL ? erase_ticket(d, page->found[i].key[0], finds, arena, err)
                           : pt_fail(err, PT_NO_MEMORY, "no memory for an erasure");
    }
    return st;
}

/* ---- All of it --------------------------------------------------------------------------------
 */

static PtStatus erase_place(Desk *d, const Place *place, Finds finds, PtArena *arena, Page *page,
                            uint64_t *changed, PtError *err)
{
    PtStatus st = PT_OK;
    *page = (Page){.rows = PAGE};
    while (st == PT_OK && page->rows == PAGE) {
        PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
        const int64_t after[2] = {page->last[0], page->last[1]};
        st = pt_sql_begin(d->c.core, false, &tx, err);
        st = st == PT_OK ? read_page(tx, place, after, finds, arena, page, err) : st;
        pt_sql_rollback(PT_TAKE(tx));
        if (st == PT_OK && page->count > 0) {
            *changed += page->count;
            st = place == &tickets ? erase_tickets(d, finds, page, err)
                                   : set_page(d, place, after, finds, arena, page, err);
        }
    }
    return st;
}

PtStatus desk_erase(Desk *d, bool (*finds)(const void *ctx, PtStr text), const void *ctx,
                    uint64_t *ret_changed, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(PAGE_ARENA);
    Page *page = malloc(sizeof *page);
    const Finds f = {finds, ctx};
    uint64_t changed = 0;
    PtStatus st = arena != NULL && page != NULL
                      ? desk_files_erase(d, finds, ctx, &changed, err) // while it says whose
                      : pt_fail(err, PT_NO_MEMORY, "no memory for an erasure");
    st = st == PT_OK ? desk_mail_erase(d, finds, ctx, &changed, err) : st;
    st = st == PT_OK ? desk_stakeholders_erase(d, finds, ctx, &changed, err) : st;
    st = st == PT_OK ? erase_place(d, &tickets, f, arena, page, &changed, err) : st;
    for (size_t i = 0; st == PT_OK && i < sizeof beside / sizeof *beside; i++) {
        st = erase_place(d, &beside[i], f, arena, page, &changed, err);
    }
    free(page);
    if (changed > 0) {
        desk_search_again(d);
    }
    if (st == PT_OK) {
        *ret_changed = changed;
    }
    return st;
}
