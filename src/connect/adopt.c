// SPDX-License-Identifier: Apache-2.0
/* Patron beside the incumbent: counts compared, and whose a part is. */
#include "connect/adopt_internal.h"

#include "adopt.sql.h"
#include "base/json.h"
#include "base/map.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROWS_MAX = 800000, NOTE_MAX = 2000 };

/* ---- Parts ------------------------------------------------------------------------------------
 */

static const struct Part {
    const char *name, *title;
} parts[CONNECT_PARTS] = {
    {"events", "Events and tracking"},
    {"identity", "Customer identity and profiles"},
    {"consent", "Consent and preferences"},
    {"segments", "Segments and audiences"},
    {"destinations", "Destinations and advertising"},
    {"campaigns", "Campaigns and journeys"},
    {"desk", "Service desk and inbox"},
    {"reporting", "Reporting and figures"},
};
static const char *const part_states[] = {"incumbent", "side_by_side", "patron"};

const char *connect_part_state_name(ConnectPartState state)
{
    return part_states[state];
}

static bool take_text(PtSqlTx *tx, int column, PtArena *arena, PtStr *ret)
{
    *ret = pt_arena_str(arena, pt_sql_text(tx, column));
    return ret->data != NULL;
}

/* A row of a part that is no more is passed over. */
static bool read_part(PtSqlTx *tx, PtArena *arena, ConnectPart list[static CONNECT_PARTS])
{
    for (size_t i = 0; i < CONNECT_PARTS; i++) {
        if (!pt_str_eq(pt_sql_text(tx, 0), pt_str(list[i].name))) {
            continue;
        }
        for (size_t k = 0; k < sizeof part_states / sizeof *part_states; k++) {
            if (pt_str_eq(pt_sql_text(tx, 1), pt_str(part_states[k]))) {
                list[i].state = (ConnectPartState)k;
            }
        }
        list[i].changed_ms = pt_sql_i64(tx, 3);
        return take_text(tx, 2, arena, &list[i].note) &&
               take_text(tx, 4, arena, &list[i].changed_by);
    }
    return true;
}

PtStatus connect_parts_list(ConnectAdopt *a, PtArena *arena,
                            ConnectPart ret_parts[static CONNECT_PARTS], PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    bool row = true;
    for (size_t i = 0; i < CONNECT_PARTS; i++) {
        ret_parts[i] = (ConnectPart){.name = parts[i].name, .title = parts[i].title};
    }
    PtStatus st = pt_sql_begin(a->c.core, false, &tx, err);
    if (st == PT_OK) {
        st = pt_sql_use(tx, SQL_ADOPT_PART_LIST, err);
    }
    while (st == PT_OK && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        if (!read_part(tx, arena, ret_parts)) {
            st = pt_fail(err, PT_NO_MEMORY, "no memory for the parts");
        }
    }
    if (tx != NULL) {
        pt_sql_done(tx);
    }
    return st;
}

static PtStatus write_part(PtSqlTx *tx, PtStr part, ConnectPartState state, PtStr note,
                           const AuditActor *by, int64_t now_ms, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_ADOPT_PART_SET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, part);
    pt_sql_bind_text(tx, 2, pt_str(part_states[state]));
    pt_sql_bind_text(tx, 3, note.data != NULL ? note : PT_STR(""));
    pt_sql_bind_i64(tx, 4, now_ms);
    pt_sql_bind_text(tx, 5, audit_actor_name(by));
    return pt_sql_finish(tx, err);
}

PtStatus connect_part_set(ConnectAdopt *a, PtStr part, ConnectPartState state, PtStr note,
                          const AuditActor *by, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    const int64_t now_ms = pt_clock_now_ms(a->c.clock);
    char detail[64];
    bool known = false;
    for (size_t i = 0; i < CONNECT_PARTS; i++) {
        known |= pt_str_eq(part, pt_str(parts[i].name));
    }
    if (!known) {
        return pt_fail(err, PT_NOT_FOUND, "no such part");
    }
    if (note.len > NOTE_MAX) {
        return pt_fail(err, PT_INVALID, "note: over %d bytes", NOTE_MAX);
    }
    (void)snprintf(detail, sizeof detail, "{\"state\":\"%s\"}", part_states[state]);
    PtStatus st = pt_sql_begin(a->c.core, true, &tx, err);
    if (st == PT_OK) {
        st = write_part(tx, part, state, note, by, now_ms, err);
    }
    if (st == PT_OK) {
        const AuditEntry entry = {.by = by,
                                  .action = "adoption.part_set",
                                  .subject_type = "adoption_part",
                                  .subject = part,
                                  .detail = pt_str(detail)};
        st = audit_write(tx, now_ms, &entry, err);
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

/* ---- Counts -----------------------------------------------------------------------------------
 */

static PtStatus drop_days(PtSqlTx *tx, const ConnectAdoptRow *rows, size_t count, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_ADOPT_COUNT_DROP, err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        if (i > 0 && rows[i].day_ms == rows[i - 1].day_ms) {
            continue;
        }
        pt_sql_bind_i64(tx, 1, rows[i].day_ms);
        st = pt_sql_finish(tx, err);
    }
    return st;
}

static PtStatus add_rows(PtSqlTx *tx, const ConnectAdoptRow *rows, size_t count, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_ADOPT_COUNT_ADD, err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        pt_sql_bind_i64(tx, 1, rows[i].day_ms);
        pt_sql_bind_text(tx, 2, rows[i].name);
        pt_sql_bind_i64(tx, 3, rows[i].events);
        st = pt_sql_finish(tx, err);
    }
    return st;
}

PtStatus connect_adopt_put_counts(ConnectAdopt *a, const ConnectAdoptRow *rows, size_t count,
                                  const AuditActor *by, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    char detail[64];
    (void)snprintf(detail, sizeof detail, "{\"rows\":%zu}", count);
    PtStatus st = pt_sql_begin(a->c.core, true, &tx, err);
    if (st == PT_OK) {
        st = drop_days(tx, rows, count, err);
    }
    if (st == PT_OK) {
        st = add_rows(tx, rows, count, err);
    }
    if (st == PT_OK) {
        const AuditEntry entry = {.by = by,
                                  .action = "adoption.counts_put",
                                  .subject_type = "adoption",
                                  .subject = PT_STR("counts"),
                                  .detail = pt_str(detail)};
        st = audit_write(tx, pt_clock_now_ms(a->c.clock), &entry, err);
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

/* ---- The report -------------------------------------------------------------------------------
 */

typedef struct Making {
    const ConnectAdoptQuery *query;
    PtArena *arena;
    PtMap *names; /* name -> ConnectAdoptEvent, in the arena */
    ConnectAdoptDay *days;
    size_t day_count;
    bool any_told;
} Making;

static ConnectAdoptEvent *event_of(Making *m, PtStr name)
{
    ConnectAdoptEvent *e = pt_map_get(m->names, name);
    if (e != NULL) {
        return e;
    }
    e = pt_arena_alloc(m->arena, 1, sizeof *e);
    if (e == NULL) {
        return NULL;
    }
    e->name = pt_arena_str(m->arena, name);
    return e->name.data != NULL && pt_map_set(m->names, name, e, NULL) ? e : NULL;
}

/* NULL: not in the period. */
static ConnectAdoptDay *day_of(Making *m, int64_t day_ms)
{
    const size_t at = (size_t)((day_ms - m->query->from_ms) / CONNECT_DAY_MS);
    return at < m->day_count ? &m->days[at] : NULL;
}

/* One row of either side. */
static bool add_count(Making *m, int64_t day_ms, PtStr name, int64_t events, bool ours)
{
    ConnectAdoptDay *day = day_of(m, day_ms);
    if (day == NULL) {
        return true;
    }
    const bool shown = m->query->name.len == 0 || pt_str_eq(m->query->name, name);
    if (!ours) {
        day->told = m->any_told = true;
    }
    if (shown) {
        *(ours ? &day->ours : &day->theirs) += events;
    }
    if (ours && m->any_told && !day->told) {
        return true; // theirs are read first: of this day there is nothing to compare with
    }
    ConnectAdoptEvent *e = event_of(m, name);
    if (e != NULL) {
        *(ours ? &e->ours : &e->theirs) += events;
    }
    return e != NULL;
}

static PtStatus read_side(Making *m, PtSql *sql, bool ours, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    bool row = true;
    PtStatus st = pt_sql_begin(sql, false, &tx, err);
    if (st == PT_OK) {
        st = pt_sql_use(tx, ours ? SQL_EVENT_DAY_ROWS : SQL_ADOPT_COUNT_ROWS, err);
    }
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, m->query->from_ms);
    pt_sql_bind_i64(tx, 2, m->query->until_ms);
    pt_sql_bind_i64(tx, 3, ours ? (int64_t)m->query->source : ROWS_MAX);
    if (ours) {
        pt_sql_bind_i64(tx, 4, ROWS_MAX);
    }
    while (st == PT_OK && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        if (!add_count(m, pt_sql_i64(tx, 0), pt_sql_text(tx, 1), pt_sql_i64(tx, 2), ours)) {
            st = pt_fail(err, PT_NO_MEMORY, "no memory for a comparison");
        }
    }
    pt_sql_done(tx);
    return st;
}

/* One row of what the destination made of ours. Which way a name goes is told by any day, the sums
 * by those that are compared. */
static bool add_forwarded(Making *m, PtSqlTx *tx)
{
    const PtStr name = pt_sql_text(tx, 1);
    const uint64_t delivered_end = (uint64_t)pt_sql_i64(tx, 6),
                   off_end = (uint64_t)pt_sql_i64(tx, 7);
    ConnectAdoptDay *day = day_of(m, pt_sql_i64(tx, 0));
    ConnectAdoptEvent *e = day != NULL ? event_of(m, name) : NULL;
    if (e == NULL) {
        return day == NULL;
    }
    e->delivered_end = delivered_end > e->delivered_end ? delivered_end : e->delivered_end;
    e->switched_off_end = off_end > e->switched_off_end ? off_end : e->switched_off_end;
    if (m->query->name.len == 0 || pt_str_eq(m->query->name, name)) {
        day->delivered += pt_sql_i64(tx, 2);
    }
    if (!m->any_told || day->told) {
        e->delivered += pt_sql_i64(tx, 2);
        e->replayed += pt_sql_i64(tx, 3);
        e->switched_off += pt_sql_i64(tx, 4);
        e->withheld += pt_sql_i64(tx, 5);
    }
    return true;
}

static PtStatus read_forwarded(Making *m, PtSql *core, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    const ConnectAdoptQuery *q = m->query;
    bool row = true;
    if (q->destination.len == 0) {
        return PT_OK;
    }
    PtStatus st = pt_sql_begin(core, false, &tx, err);
    if (st == PT_OK) {
        st = pt_sql_use(tx, SQL_DESTINATION_DAY_ROWS, err);
    }
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, q->destination);
    pt_sql_bind_i64(tx, 2, q->from_ms);
    pt_sql_bind_i64(tx, 3, q->until_ms);
    pt_sql_bind_i64(tx, 4, (int64_t)q->source);
    pt_sql_bind_i64(tx, 5, ROWS_MAX);
    while (st == PT_OK && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        if (!add_forwarded(m, tx)) {
            st = pt_fail(err, PT_NO_MEMORY, "no memory for a comparison");
        }
    }
    pt_sql_done(tx);
    return st;
}

const char *connect_forwarding_name(ConnectForwarding forwarding)
{
    static const char *const names[] = {NULL, "on", "off"};
    return names[forwarding];
}

ConnectForwarding connect_adopt_forwarding(const ConnectAdoptEvent *e)
{
    if (e->delivered_end == 0 && e->switched_off_end == 0) {
        return CONNECT_FORWARDING_UNKNOWN;
    }
    return e->switched_off_end > e->delivered_end ? CONNECT_FORWARDING_OFF : CONNECT_FORWARDING_ON;
}

static int64_t larger(const ConnectAdoptEvent *e)
{
    return e->ours > e->theirs ? e->ours : e->theirs;
}

static int by_events(const void *a, const void *b)
{
    const ConnectAdoptEvent *x = a, *y = b;
    const int64_t p = larger(x), q = larger(y);
    if (p != q) {
        return p > q ? -1 : 1;
    }
    return pt_str_order(x->name, y->name);
}

static PtStatus sort_events(const Making *m, ConnectAdoptReport *report, PtError *err)
{
    const size_t count = pt_map_count(m->names);
    ConnectAdoptEvent *list = pt_arena_alloc(m->arena, count > 0 ? count : 1, sizeof *list);
    size_t cursor = 0, n = 0;
    PtStr name;
    void *event;
    if (list == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a comparison");
    }
    while (pt_map_next(m->names, &cursor, &name, &event)) {
        list[n++] = *(const ConnectAdoptEvent *)event;
    }
    qsort(list, n, sizeof *list, by_events);
    report->events = list;
    report->event_count = n < CONNECT_ADOPT_EVENTS_MAX ? n : CONNECT_ADOPT_EVENTS_MAX;
    return PT_OK;
}

static PtStatus prepare_days(Making *m, PtError *err)
{
    const ConnectAdoptQuery *q = m->query;
    if (q->until_ms <= q->from_ms ||
        q->until_ms - q->from_ms > CONNECT_ADOPT_DAYS_MAX * CONNECT_DAY_MS ||
        q->from_ms % CONNECT_DAY_MS != 0 || q->until_ms % CONNECT_DAY_MS != 0) {
        return pt_fail(err, PT_INVALID, "not a period of 1..%d whole days", CONNECT_ADOPT_DAYS_MAX);
    }
    m->day_count = (size_t)((q->until_ms - q->from_ms) / CONNECT_DAY_MS);
    m->days = pt_arena_alloc(m->arena, m->day_count, sizeof *m->days);
    for (size_t i = 0; m->days != NULL && i < m->day_count; i++) {
        m->days[i].at_ms = q->from_ms + (int64_t)i * CONNECT_DAY_MS;
    }
    m->names = pt_map_new();
    return m->days != NULL && m->names != NULL
               ? PT_OK
               : pt_fail(err, PT_NO_MEMORY, "no memory for a comparison");
}

PtStatus connect_adopt_report(ConnectAdopt *a, const ConnectAdoptQuery *query, PtArena *arena,
                              ConnectAdoptReport *ret_report, PtError *err)
{
    Making m = {.query = query, .arena = arena};
    ConnectAdoptReport report = {.event_count = 0};
    PtStatus st = prepare_days(&m, err);
    if (st == PT_OK) {
        st = read_side(&m, a->c.core, false, err);
    }
    if (st == PT_OK) {
        st = read_side(&m, a->c.views, true, err);
    }
    if (st == PT_OK) {
        st = read_forwarded(&m, a->c.core, err);
    }
    if (st == PT_OK) {
        st = sort_events(&m, &report, err);
    }
    pt_map_free(m.names, NULL);
    if (st == PT_OK) {
        report.days = m.days;
        report.day_count = m.day_count;
        *ret_report = report;
    }
    return st;
}
