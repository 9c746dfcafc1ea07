// SPDX-License-Identifier: Apache-2.0
/* Texts with labels that models are made of. */
#include "desk/triage_internal.h"

#include "triage.sql.h"

#include <stdio.h>
#include <string.h>

const char *const triage_parts[] = {"train", "valid", "held", "", NULL};

enum { DETAIL_BYTES = 300 };

PtStatus triage_example_last(PtSqlTx *tx, int64_t *ret_number, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_TRIAGE_EXAMPLE_LAST, err);
    st = st == PT_OK ? pt_sql_step(tx, &row, err) : st;
    if (st == PT_OK) {
        *ret_number = pt_sql_i64(tx, 0);
        pt_sql_done(tx);
    }
    return st;
}

PtStatus triage_example_add(PtSqlTx *tx, const TriageExample *e, int64_t number, int64_t now_ms,
                            PtStr by, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_TRIAGE_EXAMPLE_ADD, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, number);
    pt_sql_bind_text(tx, 2, pt_str(language_kinds[e->kind]));
    pt_sql_bind_text(tx, 3, pt_str(e->source));
    pt_sql_bind_text(tx, 4, pt_str(e->part));
    pt_sql_bind_i64(tx, 5, e->ticket);
    pt_sql_bind_text(tx, 6, e->text);
    pt_sql_bind_text(tx, 7, e->label);
    pt_sql_bind_i64(tx, 8, now_ms);
    pt_sql_bind_text(tx, 9, by);
    return pt_sql_finish(tx, err);
}

PtStatus triage_example_count(PtSqlTx *tx, LanguageKind kind, const char *source,
                              int64_t *ret_count, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_TRIAGE_EXAMPLE_COUNT, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(language_kinds[kind]));
    pt_sql_bind_text(tx, 2, pt_str(source));
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        *ret_count = pt_sql_i64(tx, 0);
    }
    pt_sql_done(tx);
    return st;
}

/* ---- Files ------------------------------------------------------------------------------------
 */

/* A label is what a ticket's field could say, or that it belongs nowhere. */
static PtStatus check(const DeskExamples *x, size_t i, PtArena *arena, PtError *err)
{
    static const char *const moods[] = {"positive", "neutral", "negative", NULL};
    const DeskExample *e = &x->list[i];
    PtError why = {0};
    PtStr kept;
    PtStatus st = e->text.len > 0 ? PT_OK : pt_fail(&why, PT_INVALID, "text: is empty");
    if (st == PT_OK && e->label.len == 0) {
        st = pt_fail(&why, PT_INVALID, "label: is empty");
    }
    if (st == PT_OK && e->label.len > LANGUAGE_LABEL_MAX) {
        st = pt_fail(&why, PT_INVALID, "label: has over %d bytes", LANGUAGE_LABEL_MAX);
    }
    if (st == PT_OK && memchr(e->text.data, 0, e->text.len) != NULL) {
        st = pt_fail(&why, PT_INVALID, "text: has a NUL");
    }
    if (st == PT_OK && x->kind == LANGUAGE_SENTIMENT) {
        st = desk_choice(moods, e->label) >= 0
                 ? PT_OK
                 : pt_fail(&why, PT_INVALID, "label: not positive, neutral or negative");
    } else if (st == PT_OK) {
        st = desk_field_check(x->kind == LANGUAGE_QUEUE ? DESK_F_QUEUE : DESK_F_CATEGORY, e->label,
                              arena, &kept, &why);
    }
    return st == PT_OK ? PT_OK : pt_fail(err, st, "example %zu: %s", i + 1, why.message);
}

static PtStatus add_all(PtSqlTx *tx, const DeskExamples *x, int64_t now_ms, PtStr by, PtError *err)
{
    int64_t last = 0, there = 0;
    PtStatus st = triage_example_count(tx, x->kind, "file", &there, err);
    if (st == PT_OK && there + (int64_t)x->count > DESK_EXAMPLES_MAX) {
        st = pt_fail(err, PT_TOO_LARGE, "there would be over %d examples", DESK_EXAMPLES_MAX);
    }
    st = st == PT_OK ? triage_example_last(tx, &last, err) : st;
    for (size_t i = 0; st == PT_OK && i < x->count; i++) {
        PtStr text = x->list[i].text;
        text.len = text.len < DESK_EXAMPLE_BYTES ? text.len : DESK_EXAMPLE_BYTES;
        while (text.len > 0 && !pt_utf8_valid(text)) { // at a letter
            text.len--;
        }
        const TriageExample e = {.kind = x->kind,
                                 .source = "file",
                                 .part = triage_parts[x->part],
                                 .text = text,
                                 .label = x->list[i].label};
        st = triage_example_add(tx, &e, last + 1 + (int64_t)i, now_ms, by, err);
    }
    return st;
}

static PtStatus audit(PtSqlTx *tx, int64_t now_ms, const AuditActor *by, LanguageKind kind,
                      const char *action, int64_t count, PtError *err)
{
    char detail[DETAIL_BYTES];
    (void)snprintf(detail, sizeof detail, "{\"count\":%lld}", (long long)count);
    const AuditEntry entry = {.by = by,
                              .action = action,
                              .subject_type = "triage examples",
                              .subject = pt_str(language_kinds[kind]),
                              .detail = pt_str(detail)};
    return audit_write(tx, now_ms, &entry, err);
}

PtStatus desk_examples_add(Desk *d, const AuditActor *by, const DeskExamples *x, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(DESK_ARENA);
    const int64_t now_ms = pt_clock_now_ms(d->c.clock);
    PtStatus st =
        arena == NULL ? pt_fail(err, PT_NO_MEMORY, "no memory for examples")
        : x->count > DESK_EXAMPLES_AT_ONCE
            ? pt_fail(err, PT_TOO_LARGE, "over %d examples at once", DESK_EXAMPLES_AT_ONCE)
            : PT_OK;
    for (size_t i = 0; st == PT_OK && i < x->count; i++) {
        st = check(x, i, arena, err);
        pt_arena_clear(arena);
    }
    st = st == PT_OK ? pt_sql_begin(d->c.core, true, &tx, err) : st;
    st = st == PT_OK ? add_all(tx, x, now_ms, audit_actor_name(by), err) : st;
    st = st == PT_OK
             ? audit(tx, now_ms, by, x->kind, "triage.examples_added", (int64_t)x->count, err)
             : st;
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

PtStatus desk_examples_drop(Desk *d, const AuditActor *by, LanguageKind kind, int64_t *ret_dropped,
                            PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    const int64_t now_ms = pt_clock_now_ms(d->c.clock);
    int64_t dropped = 0;
    PtStatus st = pt_sql_begin(d->c.core, true, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_TRIAGE_EXAMPLE_DROP_FILES, err) : st;
    if (st == PT_OK) {
        pt_sql_bind_text(tx, 1, pt_str(language_kinds[kind]));
        st = pt_sql_finish(tx, err);
        dropped = st == PT_OK ? pt_sql_changes(tx) : 0;
    }
    st = st == PT_OK ? audit(tx, now_ms, by, kind, "triage.examples_dropped", dropped, err) : st;
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    if (st == PT_OK) {
        *ret_dropped = dropped;
    }
    return st;
}
