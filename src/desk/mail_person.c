// SPDX-License-Identifier: Apache-2.0
/* What of the desk's mail is a person's: told to them, and erased. */
#include "desk/mail_internal.h"
#include "mail.sql.h"

#include <stdlib.h>

enum { PAGE = 200, TELL_PAGE = 20 };

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for messages");
}

/* ---- Told -------------------------------------------------------------------------------------
 */

typedef struct TellPlace {
    const char *rows;
    bool theirs; /* they wrote it */
} TellPlace;

static PtStatus copy_mail(PtSqlTx *tx, PtArena *arena, const TellPlace *place, DeskMailOf *m,
                          PtError *err)
{
    PtStr *const texts[] = {&m->mailbox, &m->name, &m->subject, &m->cc, &m->state, &m->text};
    *m = (DeskMailOf){.number = pt_sql_i64(tx, 0),
                      .at_ms = pt_sql_i64(tx, 1),
                      .ticket = pt_sql_i64(tx, 2),
                      .theirs = place->theirs};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i] = pt_arena_str(arena, pt_sql_text(tx, 3 + (int)i));
        if (texts[i]->data == NULL) {
            return no_memory(err);
        }
    }
    return PT_OK;
}

typedef struct TellPage {
    const TellPlace *place;
    PtStr name;
    int64_t after;
    DeskMailOf list[TELL_PAGE];
    size_t count;
} TellPage;

static PtStatus read_page(Desk *d, TellPage *page, PtArena *arena, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    bool row = true;
    page->count = 0;
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, page->place->rows, err) : st;
    if (st != PT_OK) {
        return st;
    }
    const int64_t from = page->after; // what is bound stays, while the last moves on
    pt_sql_bind_text(tx, 1, page->name);
    pt_sql_bind_i64(tx, 2, from);
    pt_sql_bind_i64(tx, 3, TELL_PAGE);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row &&
           (st = copy_mail(tx, arena, page->place, &page->list[page->count], err)) == PT_OK) {
        page->after = page->list[page->count++].number;
    }
    pt_sql_done(tx);
    return st;
}

PtStatus desk_mail_of(Desk *d, PtStr name, PtStatus (*tell)(void *ctx, const DeskMailOf *mail),
                      void *ctx, PtError *err)
{
    static const TellPlace told[] = {{SQL_MAIL_OF_SENDER, true},
                                     {SQL_MAIL_OUT_OF_RECIPIENT, false}};
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < sizeof told / sizeof *told; i++) {
        TellPage page = {.place = &told[i], .count = TELL_PAGE};
        while (st == PT_OK && page.count == TELL_PAGE) {
            PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(DESK_ARENA);
            page.name = arena != NULL ? desk_mail_lower(arena, name) : (PtStr){NULL, 0};
            st = page.name.data != NULL ? read_page(d, &page, arena, err) : no_memory(err);
            for (size_t k = 0; st == PT_OK && k < page.count; k++) {
                st = tell(ctx, &page.list[k]);
            }
        }
    }
    return st;
}

/* ---- Erasure ----------------------------------------------------------------------------------
 */

typedef struct ErasePlace {
    const char *scan, *erase;
    int texts;    /* columns behind the number that may name somebody */
    int64_t page; /* rows that are read at once */
    bool by_text; /* the key has a text behind its number */
} ErasePlace;

static const ErasePlace places[] = {
    {SQL_MAIL_ERASE_SCAN, SQL_MAIL_ERASE, 7, PAGE, false},
    {SQL_MAIL_ERASE_KEPT_SCAN, SQL_MAIL_ERASE, 1, 1, false}, // up to 50 MiB each
    {SQL_MAIL_OUT_ERASE_SCAN, SQL_MAIL_OUT_ERASE, 4, PAGE, false},
    {SQL_MAIL_THREAD_ERASE_SCAN, SQL_MAIL_THREAD_ERASE, 4, PAGE, true},
};

typedef struct EraseKey {
    int64_t number;
    char text[DESK_MAIL_ADDRESS + 1];
} EraseKey;

typedef struct ErasePage {
    EraseKey last, found[PAGE];
    size_t rows, count;
} ErasePage;

static PtStatus scan_page(PtSqlTx *tx, const ErasePlace *place,
                          bool (*finds)(const void *ctx, PtStr text), const void *ctx,
                          ErasePage *page, PtError *err)
{
    bool row = true;
    page->rows = page->count = 0;
    PtStatus st = pt_sql_use(tx, place->scan, err);
    if (st != PT_OK) {
        return st;
    }
    const EraseKey from = page->last; // what is bound stays, while the last moves on
    pt_sql_bind_i64(tx, 1, from.number);
    pt_sql_bind_i64(tx, place->by_text ? 3 : 2, place->page);
    if (place->by_text) {
        pt_sql_bind_text(tx, 2, pt_str(from.text));
    }
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        bool found = false;
        EraseKey key = {.number = pt_sql_i64(tx, 0)};
        for (int i = 1; i <= place->texts; i++) {
            const PtStr text = pt_sql_text(tx, i);
            found |= text.len > 0 && finds(ctx, text);
        }
        if (place->by_text) {
            (void)pt_str_copy(key.text, sizeof key.text, pt_sql_text(tx, 1));
        }
        page->found[page->count] = key;
        page->last = key;
        page->rows++;
        page->count += found;
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus erase_page(Desk *d, const ErasePlace *place,
                           bool (*finds)(const void *ctx, PtStr text), const void *ctx,
                           ErasePage *page, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(d->c.core, true, &tx, err);
    st = st == PT_OK ? scan_page(tx, place, finds, ctx, page, err) : st;
    for (size_t i = 0; st == PT_OK && i < page->count; i++) {
        st = pt_sql_use(tx, place->erase, err);
        if (st != PT_OK) {
            return st;
        }
        pt_sql_bind_i64(tx, 1, page->found[i].number);
        if (place->by_text) {
            pt_sql_bind_text(tx, 2, pt_str(page->found[i].text));
        }
        st = pt_sql_finish(tx, err);
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

PtStatus desk_mail_erase(Desk *d, bool (*finds)(const void *ctx, PtStr text), const void *ctx,
                         uint64_t *changed, PtError *err)
{
    ErasePage *page = malloc(sizeof *page);
    PtStatus st = page != NULL ? PT_OK : no_memory(err);
    for (size_t i = 0; st == PT_OK && i < sizeof places / sizeof *places; i++) {
        const size_t full = (size_t)places[i].page;
        *page = (ErasePage){.rows = full};
        while (st == PT_OK && page->rows == full) {
            st = erase_page(d, &places[i], finds, ctx, page, err);
            *changed += st == PT_OK ? page->count : 0;
        }
    }
    free(page);
    return st;
}
