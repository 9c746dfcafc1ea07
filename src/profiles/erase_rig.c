// SPDX-License-Identifier: Apache-2.0
#include "profiles/erase_rig.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RECORDS = 4096, PERSONS = 64, DUMP_MAX = 64 << 20, INDEX_MOST = 1000, LINES_MAX = 100000 };

static void must(PtStatus st, const PtError *err)
{
    if (st != PT_OK) {
        fail_msg("%s: %s", pt_status_name(st), err->message);
    }
}

/* ---- Erasing -----------------------------------------------------------------------------------
 */

ErasePlan *erase_rig_plan(ViewRig *r, const char *const *ids, size_t count)
{
    PtStr given[PERSONS];
    size_t n = 0;
    ErasePlan *plan = NULL;
    PtError err = {0};
    for (size_t i = 0; i < count && n < PERSONS; i++) {
        if (ids[i][0] != '\0') {
            given[n++] = pt_str(ids[i]);
        }
    }
    if (n > 0) {
        must(profiles_erase_plan(r->profiles, given, n, &(ErasePlanOptions){.thorough = true},
                                 &plan, &err),
             &err);
    }
    return plan;
}

typedef struct Rewriting {
    const ErasePlan *plan;
    const EraseRecord *records;
    size_t count;
    PtArena *arena;
    PtBuf payload, others;
} Rewriting;

static EraseWhat what_of(const Rewriting *w, uint64_t offset)
{
    size_t i = 0;
    while (i < w->count && w->records[i].offset != offset) {
        i++;
    }
    assert_true(i < w->count);
    return w->records[i].what;
}

/* An event of the same type and name, and nothing else but what it says of others. */
static PtStatus leave_residue(Rewriting *w, const PtRecord *record, PtRecord *ret_record,
                              PtError *err)
{
    EventView v;
    PtBuf raw;
    pt_buf_clear(&w->others, 1 << 16);
    PtStatus st = event_payload_read(record, &v, err);
    st = st == PT_OK ? erase_plan_others(w->plan, record, w->arena, &w->others, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_buf_init(&raw, 1 << 16);
    pt_buf_printf(&raw, "{\"context\":{\"externalIds\":%.*s}}",
                  w->others.len > 0 ? (int)w->others.len : 2,
                  w->others.len > 0 ? w->others.data : "[]");
    const EventView left = {.type = v.type,
                            .name = v.name,
                            .timestamp_ms = v.timestamp_ms,
                            .received_ms = v.received_ms,
                            .raw = pt_buf_str(&raw)};
    event_payload_write(&w->payload, &left);
    pt_buf_done(&raw);
    ret_record->flags |= EVENT_ERASED;
    ret_record->id_hash = (PtHash128){0};
    return PT_OK;
}

static PtStatus rewrite_one(void *ctx, const PtRecord *record, PtRecord *ret_record, PtError *err)
{
    Rewriting *w = ctx;
    const EraseWhat what = what_of(w, record->position.offset);
    if ((record->flags & EVENT_ERASED) != 0) {
        return PT_OK;
    }
    pt_buf_clear(&w->payload, 1 << 20);
    pt_arena_clear(w->arena);
    PtStatus st = what == ERASE_OWN ? leave_residue(w, record, ret_record, err)
                                    : erase_plan_redact(w->plan, record, what, w->arena,
                                                        &w->payload, &ret_record->node, err);
    ret_record->payload = pt_buf_str(&w->payload);
    return st;
}

void erase_rig_rewrite(ViewRig *r, const ErasePlan *plan, uint64_t from)
{
    static EraseRecord records[RECORDS];
    static uint64_t offsets[RECORDS];
    Rewriting w = {.plan = plan, .records = records, .arena = pt_arena_new(1 << 20)};
    PtLogRewritten done;
    PtError err = {0};
    pt_buf_init(&w.payload, 1 << 20);
    pt_buf_init(&w.others, 1 << 16);
    must(erase_plan_records(plan, from, UINT64_MAX, RECORDS, records, &w.count, &err), &err);
    assert_true(w.count < RECORDS);
    for (size_t i = 0; i < w.count; i++) {
        assert_true(i == 0 || records[i].offset > records[i - 1].offset);
        offsets[i] = records[i].offset;
    }
    must(pt_log_rewrite(r->rig.log, offsets, w.count, rewrite_one, &w, &done, &err), &err);
    pt_buf_done(&w.payload);
    pt_buf_done(&w.others);
    pt_arena_free(w.arena);
}

void erase_rig_order(ViewRig *r, const ErasePlan *plan)
{
    PtError err = {0};
    const PtStatus st = profiles_erase(r->profiles, plan, 0, &err);
    if (st != PT_OK && st != PT_UNAVAILABLE) { // nobody drives the view meanwhile
        must(st, &err);
    }
}

void erase_rig_erase(ViewRig *r, const char *const *ids, size_t count)
{
    ErasePlan *plan = erase_rig_plan(r, ids, count);
    if (plan != NULL) {
        erase_rig_rewrite(r, plan, 0);
        erase_rig_order(r, plan);
        view_rig_run(r);
        erase_rig_rewrite(r, plan, erase_plan_summary(plan).upto);
    }
    erase_plan_free(plan);
}

/* ---- What is left ------------------------------------------------------------------------------
 */

#define NODE(alias) alias ".type || '=' || " alias ".value"

static void dump_query(PtBuf *out, PtSqlTx *tx, const char *statement)
{
    bool row = true;
    PtError err = {0};
    must(pt_sql_use(tx, statement, &err), &err);
    while (pt_sql_step(tx, &row, &err) == PT_OK && row) {
        pt_buf_add_str(out, pt_sql_text(tx, 0));
        pt_buf_add_char(out, '\n');
    }
    pt_sql_done(tx);
}

static void dump_tables(ViewRig *r, PtBuf *out)
{
    static const char *const statements[] = {
        "SELECT 'node ' || " NODE("n") " || ' ' || first_offset || ' ' || first_ms "
                                       "FROM identity_node n WHERE person > 0",
        "SELECT 'trait ' || " NODE("n") " || ' ' || name || ' ' || json || ' ' || at_ms || ' ' || "
                                        "source || ' ' || precedence FROM profile_trait t JOIN "
                                        "identity_node n ON n.number = "
                                        "t.node",
        "SELECT 'value ' || " NODE(
            "n") " || ' ' || currency || ' ' || micros || ' ' || orders || "
                 "' ' || refunds FROM profile_value t JOIN identity_node n ON n.number = t.node",
        "SELECT 'order ' || " NODE("n") " || ' ' || seq || ' ' || t.number FROM profile_order t "
                                        "JOIN identity_node n ON n.number = t.node",
        "SELECT 'quality ' || source || ' ' || step_ms || ' ' || at_ms || ': ' || received || ' ' "
        "|| events FROM quality_count",
        "SELECT 'member ' || lower(hex(group_id)) || ' ' || " NODE(
            "n") " || ' ' || at_ms || ' ' "
                 "|| label FROM profile_group_member t JOIN identity_node n ON n.number = t.node",
        "SELECT 'household ' || lower(hex(id)) || ' ' || named || ' ' || CAST(search AS TEXT) FROM "
        "profile_group WHERE kind = 2",
        "SELECT 'card ' || " NODE("n") " || ' ' || card FROM duplicate_card t "
                                       "JOIN identity_node n ON n.number = t.node",
        "SELECT 'pair ' || " NODE("a") " || '+' || " NODE(
            "b") " || ' ' || score_ppm || ' ' || "
                 "found_ms FROM duplicate_pair t JOIN identity_node a ON a.number = t.low "
                 "JOIN identity_node b ON b.number = t.high",
        "SELECT 'barrier ' || " NODE("a") " || '|' || " NODE(
            "b") " || ' ' || at_ms || ' ' || "
                 "record_offset FROM identity_barrier t JOIN identity_node a ON a.number = t.node "
                 "JOIN identity_node b ON b.number = t.other_node WHERE lifted_offset IS NULL",
    };
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtError err = {0};
    must(pt_sql_begin(r->views, false, &tx, &err), &err);
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        dump_query(out, tx, statements[i]);
    }
}

static void dump_node(ViewRig *r, PtBuf *out, const IdentityNode *n)
{
    uint64_t offsets[INDEX_MOST];
    size_t count = 0;
    char id[37];
    PtError err = {0};
    must(profile_index_before(r->profiles->index, &n->node, 1, UINT64_MAX, INDEX_MOST, offsets,
                              &count, &err),
         &err);
    profile_person_id(r->profiles, n->person, id);
    pt_buf_printf(out, "graph %.*s=%.*s %s:", PT_STR_ARG(n->type), PT_STR_ARG(n->value), id);
    for (size_t i = 0; i < count; i++) {
        pt_buf_printf(out, " %" PRIu64, offsets[i]);
    }
    pt_buf_add_char(out, '\n');
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *sorted(char *text)
{
    static char *lines[LINES_MAX];
    size_t count = 0;
    char *out = malloc(strlen(text) + 2), *at = out;
    assert_non_null(out);
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        assert_true(count < LINES_MAX);
        lines[count++] = line;
    }
    qsort(lines, count, sizeof *lines, by_bytes);
    for (size_t i = 0; i < count; i++) {
        at = stpcpy(stpcpy(at, lines[i]), "\n");
    }
    *at = '\0';
    free(text);
    return out;
}

char *erase_rig_dump(ViewRig *r)
{
    const IdentityCounts counts = identity_counts(r->profiles->graph);
    IdentityNode n;
    PtBuf out;
    pt_buf_init(&out, DUMP_MAX);
    pt_buf_printf(&out, "persons %" PRIu32 "\n", counts.persons);
    for (uint32_t node = 1; node <= counts.nodes; node++) {
        if (identity_node(r->profiles->graph, node, &n)) {
            dump_node(r, &out, &n);
        }
    }
    dump_tables(r, &out);
    pt_buf_add_char(&out, '\0');
    assert_int_equal(pt_buf_status(&out), PT_OK);
    return sorted(out.data);
}
