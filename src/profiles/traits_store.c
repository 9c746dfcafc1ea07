// SPDX-License-Identifier: Apache-2.0
/* What is gathered becomes rows. A node's rows are read first: a value that is older than the one
 * stored is not written, names over the bound are left out, orders that are known do not count. */
#include "profiles/traits_internal.h"
#include "traits.sql.h"

#include <stdlib.h>

enum { DAY_MS = 24 * 60 * 60 * 1000 };

/* A row of trait_list; its texts are borrowed from the transaction. */
static SaidValue stored_value(PtSqlTx *tx)
{
    return (SaidValue){.json = pt_sql_text(tx, 1),
                       .at_ms = pt_sql_i64(tx, 2),
                       .source = (uint32_t)pt_sql_i64(tx, 3),
                       .precedence = (uint8_t)pt_sql_i64(tx, 4)};
}

/* Two sources that say a trait differently less than a day apart. */
static bool in_conflict(const SaidValue *a, const SaidValue *b)
{
    const int64_t apart_ms = a->at_ms > b->at_ms ? a->at_ms - b->at_ms : b->at_ms - a->at_ms;
    return a->source != b->source && apart_ms < DAY_MS && !pt_str_eq(a->json, b->json);
}

/* Each that was said against the one that held then, stored (NULL: none) at first. */
static PtStatus tell_conflicts(Profiles *p, const SaidTrait *said, const SaidValue *stored,
                               PtError *err)
{
    PtStatus st = PT_OK;
    SaidValue held = stored != NULL ? *stored : said->own;
    for (const SaidTrait *s = said; st == PT_OK && s != NULL; s = s->again) {
        if (s->received_ms != NOT_SEEN && in_conflict(&held, &s->own)) {
            const QualityClash clash = {said->name, s->offset, s->received_ms};
            st = quality_conflict(p, s->own.source, &clash, err);
            st = st == PT_OK ? quality_conflict(p, held.source, &clash, err) : st;
        }
        held = said_replaces(&s->own, &held) ? s->own : held;
    }
    return st;
}

typedef struct Rows { /* of a node */
    size_t names;
    bool household; /* one of them makes a household */
} Rows;

/* Compares what is gathered with the rows. */
static PtStatus look_at_rows(Profiles *p, PtSqlTx *tx, const SaidNode *node, Rows *ret_rows,
                             PtError *err)
{
    *ret_rows = (Rows){0, false};
    if (traits_all_said(p, node)) {
        return PT_OK;
    }
    PtStatus st = pt_sql_use(tx, SQL_TRAIT_LIST, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node->node);
    pt_sql_bind_i64(tx, 2, TRAITS_NAMES_MAX);
    bool row = true;
    while (ret_rows->names < TRAITS_NAMES_MAX && (st = pt_sql_step(tx, &row, err)) == PT_OK &&
           row) {
        const PtStr name = pt_sql_text(tx, 0);
        SaidTrait *said = traits_said_trait(p, node->node, name);
        ret_rows->names++;
        ret_rows->household = ret_rows->household || groups_make(name);
        if (said == NULL) {
            continue;
        }
        const SaidValue stored = stored_value(tx);
        said->state = said_replaces(&said->value, &stored) ? SAID_STORED : SAID_BEATEN;
        said->changed = said->state == SAID_STORED && !pt_str_eq(stored.json, said->value.json);
        if ((st = tell_conflicts(p, said, &stored, err)) != PT_OK) {
            break;
        }
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus store_trait(PtSqlTx *tx, uint32_t node, const SaidTrait *said, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_TRAIT_SET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node);
    pt_sql_bind_text(tx, 2, said->name);
    pt_sql_bind_text(tx, 3, said->value.json);
    pt_sql_bind_i64(tx, 4, said->value.at_ms);
    pt_sql_bind_i64(tx, 5, said->value.source);
    pt_sql_bind_i64(tx, 6, said->value.precedence);
    return pt_sql_finish(tx, err);
}

static PtStatus store_traits(Profiles *p, PtSqlTx *tx, const SaidNode *node, bool *ret_text_changed,
                             PtError *err)
{
    for (SaidTrait *said = node->traits; said != NULL; said = said->next) {
        said->state = SAID_NEW;
        said->changed = true;
    }
    Rows rows;
    PtStatus st = look_at_rows(p, tx, node, &rows, err);
    bool household = false;
    for (SaidTrait *said = node->traits; st == PT_OK && said != NULL; said = said->next) {
        if (said->state == SAID_NEW && rows.names == TRAITS_NAMES_MAX) {
            p->traits->left_out_now++;
            continue;
        }
        *ret_text_changed = *ret_text_changed || (said->changed && search_shows(said->name));
        household = household || (said->changed && groups_concern(said->name));
        rows.household = rows.household || groups_make(said->name);
        if (said->state == SAID_NEW) {
            st = tell_conflicts(p, said, NULL, err);
            rows.names++;
        }
        if (st == PT_OK && said->state != SAID_BEATEN) {
            st = store_trait(tx, node->node, said, err);
        }
    }
    return st == PT_OK && household && rows.household ? groups_touch(p, node->node, err) : st;
}

static PtStatus store_orders(Profiles *p, PtSqlTx *tx, const SaidNode *node, bool *ret_text_changed,
                             PtError *err)
{
    OrderBook book = {.value_count = 0};
    PtStatus st = traits_all_said(p, node) ? PT_OK : order_book_load(tx, node->node, &book, err);
    if (st != PT_OK) {
        return st;
    }
    for (const SaidOrder *order = node->orders; order != NULL; order = order->next) {
        p->traits->left_out_now += !order_book_take(&book, order);
    }
    for (size_t i = 0; i < book.kept_count; i++) {
        *ret_text_changed = *ret_text_changed || !book.kept[i].stored;
    }
    return order_book_store(tx, node->node, &book, err);
}

PtStatus traits_flush(Profiles *p, PtSqlTx *tx, PtError *err)
{
    Traits *t = p->traits;
    PtStatus st = PT_OK;
    t->left_out_now = 0;
    quality_conflicts_begin(p);
    groups_touch_begin(p);
    for (const SaidNode *node = t->now.nodes; st == PT_OK && node != NULL; node = node->next) {
        bool text_changed = false;
        if (node->traits != NULL) {
            st = store_traits(p, tx, node, &text_changed, err);
        }
        if (st == PT_OK && node->orders != NULL) {
            st = store_orders(p, tx, node, &text_changed, err);
        }
        if (text_changed) {
            search_touch_texts(p, node->node);
        }
    }
    return st;
}

/* Traits are read where they are asked for; only up to where all is there has to be known. */
PtStatus traits_load(Profiles *p, PtSqlTx *tx, PtError *err)
{
    uint64_t next;
    PtStatus st = profiles_position(tx, &next, err);
    if (st == PT_OK) {
        p->traits->applied = next == PROFILES_NOWHERE ? 0 : next;
    }
    return st;
}

PtStatus traits_reset(PtSqlTx *tx, PtError *err)
{
    PtStatus st = pt_sql_run(tx, SQL_TRAIT_CLEAR, err);
    if (st == PT_OK) {
        st = pt_sql_run(tx, SQL_VALUE_CLEAR, err);
    }
    return st == PT_OK ? pt_sql_run(tx, SQL_ORDER_CLEAR, err) : st;
}
