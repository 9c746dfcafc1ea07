// SPDX-License-Identifier: Apache-2.0
/* Decisions become rows, and memory again. What the rows say depends on the log up to there alone,
 * in whatever steps it came. */
#include "base/json.h"
#include "consent.sql.h"
#include "profiles/consent_internal.h"

#include <string.h>

enum { LOAD_ROWS = 10000, CATEGORIES_MAX = 16 << 10 };

/* ---- Writing ----------------------------------------------------------------------------------
 */

static PtStatus add_decision(PtSqlTx *tx, const ConsentNoted *n, uint32_t node, unsigned slot,
                             PtError *err)
{
    const PtStr texts[] = {n->via, n->evidence, n->text_version, n->page, n->ip, n->by};
    const bool granted = (n->granted >> slot & 1) != 0;
    PtStatus st = pt_sql_use(tx, SQL_CONSENT_DECISION_ADD, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node);
    pt_sql_bind_i64(tx, 2, (int64_t)n->offset);
    pt_sql_bind_i64(tx, 3, slot);
    pt_sql_bind_i64(tx, 4, granted);
    pt_sql_bind_i64(tx, 5, n->declared >> slot & 1);
    pt_sql_bind_i64(tx, 6, n->at_ms);
    pt_sql_bind_i64(tx, 7, n->source);
    for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++) {
        pt_sql_bind_text(tx, 8 + i, texts[i]);
    }
    st = pt_sql_finish(tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_CONSENT_STATE_SET, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node);
    pt_sql_bind_i64(tx, 2, slot);
    pt_sql_bind_i64(tx, 3, granted);
    pt_sql_bind_i64(tx, 4, (int64_t)n->offset);
    return pt_sql_finish(tx, err);
}

/* What is past the bound of a node. */
static PtStatus drop_old(PtSqlTx *tx, uint32_t node, PtError *err)
{
    bool row = false;
    int64_t offset = 0, slot = 0;
    PtStatus st = pt_sql_use(tx, SQL_CONSENT_DECISION_PAST, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node);
    pt_sql_bind_i64(tx, 2, CONSENT_HISTORY_MAX);
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK && row) {
        offset = pt_sql_i64(tx, 0);
        slot = pt_sql_i64(tx, 1);
    }
    pt_sql_done(tx);
    if (st != PT_OK || !row) {
        return st;
    }
    st = pt_sql_use(tx, SQL_CONSENT_DECISION_DROP, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node);
    pt_sql_bind_i64(tx, 2, offset);
    pt_sql_bind_i64(tx, 3, slot);
    return pt_sql_finish(tx, err);
}

static PtStatus write_noted(PtSqlTx *tx, const ConsentNoted *n, PtError *err)
{
    const uint32_t said = n->granted | n->refused;
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < n->node_count; i++) {
        for (unsigned slot = 0; st == PT_OK && slot < CONSENT_PURPOSES_MAX; slot++) {
            st = (said >> slot & 1) != 0 ? add_decision(tx, n, n->nodes[i], slot, err) : PT_OK;
        }
        st = st == PT_OK ? drop_old(tx, n->nodes[i], err) : st;
    }
    return st;
}

static PtStatus write_erased(PtSqlTx *tx, const ConsentNoted *n, PtError *err)
{
    static const char *const statements[] = {SQL_CONSENT_STATE_ERASE, SQL_CONSENT_DECISION_ERASE};
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < 2 * n->node_count; i++) {
        st = pt_sql_use(tx, statements[i % 2], err);
        if (st == PT_OK) {
            pt_sql_bind_i64(tx, 1, n->nodes[i / 2]);
            st = pt_sql_finish(tx, err);
        }
    }
    return st;
}

static PtStatus write_slot(PtSqlTx *tx, unsigned number, const ConsentSlot *slot, PtError *err)
{
    PtBuf json;
    pt_buf_init(&json, CATEGORIES_MAX);
    PtJsonOut out = pt_json_out(&json);
    pt_json_out_array(&out);
    for (size_t i = 0; i < slot->category_count; i++) {
        pt_json_out_str(&out, pt_str(slot->categories[i]));
    }
    pt_json_out_array_end(&out);
    PtStatus st = pt_buf_status(&json) == PT_OK
                      ? pt_sql_use(tx, SQL_CONSENT_SLOT_SET, err)
                      : pt_fail(err, PT_NO_MEMORY, "no memory for consent");
    if (st == PT_OK) {
        pt_sql_bind_i64(tx, 1, number);
        pt_sql_bind_text(tx, 2, pt_str(slot->slug));
        pt_sql_bind_text(tx, 3, pt_buf_str(&json));
        st = pt_sql_finish(tx, err);
    }
    pt_buf_done(&json);
    return st;
}

PtStatus consent_flush(Profiles *p, PtSqlTx *tx, PtError *err)
{
    const Consent *c = p->consent;
    PtStatus st = PT_OK;
    for (unsigned i = 0; st == PT_OK && i < CONSENT_PURPOSES_MAX; i++) {
        st = (c->slots_changed >> i & 1) != 0 ? write_slot(tx, i, &c->slots[i], err) : PT_OK;
    }
    for (const ConsentNoted *n = c->noted; st == PT_OK && n != NULL; n = n->next) {
        st = n->erased ? write_erased(tx, n, err) : write_noted(tx, n, err);
    }
    return st;
}

void consent_forget(Profiles *p)
{
    Consent *c = p->consent;
    if (c->noted != NULL) {
        pt_arena_clear(c->arena);
    }
    c->noted = NULL;
    c->noted_end = &c->noted;
    c->slots_changed = 0;
}

PtStatus consent_reset(PtSqlTx *tx, PtError *err)
{
    PtStatus st = pt_sql_run(tx, SQL_CONSENT_SLOT_CLEAR, err);
    st = st == PT_OK ? pt_sql_run(tx, SQL_CONSENT_STATE_CLEAR, err) : st;
    return st == PT_OK ? pt_sql_run(tx, SQL_CONSENT_DECISION_CLEAR, err) : st;
}

/* ---- Loading ----------------------------------------------------------------------------------
 */

static PtStatus load_slots(Profiles *p, PtSqlTx *tx, PtError *err)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_CONSENT_SLOTS, err);
    if (st != PT_OK) {
        return st;
    }
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        const int64_t slot = pt_sql_i64(tx, 0);
        if (slot < CONSENT_PURPOSES_MAX) {
            consent_slot_read(&p->consent->slots[slot], pt_sql_text(tx, 1), pt_sql_text(tx, 2));
        }
    }
    pt_sql_done(tx);
    return st;
}

typedef struct StatePlace {
    int64_t node, slot, rows;
} StatePlace;

static PtStatus load_page(Profiles *p, PtSqlTx *tx, StatePlace *at, PtError *err)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_CONSENT_STATES, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, at->node);
    pt_sql_bind_i64(tx, 2, at->slot);
    pt_sql_bind_i64(tx, 3, LOAD_ROWS);
    for (at->rows = 0; (st = pt_sql_step(tx, &row, err)) == PT_OK && row; at->rows++) {
        at->node = pt_sql_i64(tx, 0);
        at->slot = pt_sql_i64(tx, 1);
        const ConsentBits bits =
            pt_sql_i64(tx, 2) != 0 ? CONSENT_BITS_GRANTED : CONSENT_BITS_REFUSED;
        if (at->slot >= 0 && at->slot < CONSENT_PURPOSES_MAX &&
            (st = consent_set(p, (uint32_t)at->node, (unsigned)at->slot, bits, err)) != PT_OK) {
            break;
        }
    }
    pt_sql_done(tx);
    return st;
}

PtStatus consent_load(Profiles *p, PtSqlTx *tx, PtError *err)
{
    StatePlace at = {.node = 0, .slot = -1, .rows = LOAD_ROWS};
    PtStatus st = load_slots(p, tx, err);
    while (st == PT_OK && at.rows == LOAD_ROWS) {
        st = load_page(p, tx, &at, err);
    }
    return st;
}
