// SPDX-License-Identifier: Apache-2.0
#include "profiles/view_rig.h"

#include "platform/migrations.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { DUMP_MAX = 64 << 20, IDS = 8, STEPS_MAX = 1000 };

static void must(PtStatus st, const PtError *err)
{
    if (st != PT_OK) {
        fail_msg("%s: %s", pt_status_name(st), err->message);
    }
}

static void open_tables(ViewRig *r)
{
    char path[128];
    PtError err = {0};
    (void)snprintf(path, sizeof path, "%s/views.db", r->dir);
    const PtSqlConfig config = {.path = path, .readers = 2, .relaxed = true};
    must(pt_sql_open(&config, &r->views, &err), &err);
    must(pt_migrations_apply(r->views, PT_MIGRATIONS_VIEWS, &err), &err);
}

static void ask_rebuild(void *ctx)
{
    ViewRig *r = ctx;
    r->rebuild_asked = true;
}

static void open_all(ViewRig *r, PtFs *fs)
{
    PtError err = {0};
    assert_true(rig_open(&r->rig, r->base, fs, (RigOptions){0}));
    const EventFeedConfig feed = {.log = r->rig.log,
                                  .core = r->base->sql,
                                  .clock = r->base->clock,
                                  .hash_key = "0123456789abcde"};
    must(event_feed_open(&feed, &r->feed, &err), &err);
    open_tables(r);
    const ProfilesConfig config = {.fs = fs,
                                   .clock = r->base->clock,
                                   .dir = "/index",
                                   .log = r->rig.log,
                                   .core = r->base->sql,
                                   .views = r->views,
                                   .sources = r->base->sources,
                                   .key = "0123456789abcdef0123456789abcde"};
    must(profiles_open(&config, &r->profiles, &err), &err);
    r->rebuild_asked = false;
    profiles_rebuilds(r->profiles, ask_rebuild, r);
    must(pt_log_reader_open(r->rig.log, NULL, 0, 0, &r->reader, &err), &err);
}

static uint64_t tables_next(ViewRig *r)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    uint64_t next = 0;
    PtError err = {0};
    must(pt_sql_begin(r->views, false, &tx, &err), &err);
    must(profiles_position(tx, &next, &err), &err);
    return next != PROFILES_NOWHERE ? next : 0;
}

void view_rig_start(ViewRig *r)
{
    static const _Atomic bool never = false;
    PtError err = {0};
    r->next = tables_next(r);
    must(profiles_start(r->profiles, r->reader, r->next, &never, &err), &err);
}

void view_rig_open(ViewRig *r, RigBase *base, PtFs *fs)
{
    *r = (ViewRig){.base = base, .dir = "/tmp/patron-view-XXXXXX"};
    assert_non_null(mkdtemp(r->dir));
    open_all(r, fs);
    view_rig_start(r);
}

void view_rig_close(ViewRig *r)
{
    pt_log_reader_close(r->reader);
    profiles_close(r->profiles);
    event_feed_close(r->feed);
    pt_sql_close(r->views);
    rig_close(&r->rig);
    r->reader = NULL;
    r->profiles = NULL;
    r->feed = NULL;
    r->views = NULL;
}

void view_rig_reopen(ViewRig *r)
{
    open_all(r, r->rig.fs);
    view_rig_start(r);
}

void view_rig_done(ViewRig *r)
{
    static const char *const names[] = {"views.db", "views.db-wal", "views.db-shm"};
    view_rig_close(r);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "%s/%s", r->dir, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(r->dir);
}

void view_rig_send(ViewRig *r, EventType type, const char *body)
{
    EventOutcome outcome = {0};
    PtError err = {0};
    must(rig_call(&r->rig, EVENT_CALL_TYPED, type, RIG_HISTORICAL, body, &outcome, &err), &err);
}

PtStatus view_rig_step(ViewRig *r, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    uint64_t next = r->next;
    PtStatus st = pt_sql_begin(r->views, true, &tx, err);
    if (st != PT_OK) {
        return st;
    }
    pt_log_seek(r->reader, next);
    st = profiles_step(r->profiles, r->reader, tx, &next, err);
    if (st == PT_OK && r->fail_steps > 0) {
        r->fail_steps--;
        return pt_fail(err, PT_UNAVAILABLE, "no commit today");
    }
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    if (st == PT_OK) {
        r->next = next;
        st = profiles_committed(r->profiles, next, err);
    }
    return st;
}

void view_rig_reset(ViewRig *r)
{
    PtSqlTx *tx = NULL;
    PtError err = {0};
    must(pt_sql_begin(r->views, true, &tx, &err), &err);
    must(profiles_reset(tx, &err), &err);
    must(pt_sql_commit(&tx, &err), &err);
    view_rig_start(r);
}

void view_rig_run(ViewRig *r)
{
    bool more = true;
    PtError err = {0};
    while (more) {
        must(event_feed_step(r->feed, &more, &err), &err);
    }
    for (unsigned i = 0; r->next < pt_log_end(r->rig.log, 0); i++) {
        (void)!view_rig_step(r, &err);
        if (r->rebuild_asked) {
            r->rebuild_asked = false;
            view_rig_reset(r);
        }
        assert_true(i < STEPS_MAX);
    }
}

void view_rig_rebuild(ViewRig *r)
{
    view_rig_reset(r);
    view_rig_run(r);
}

/* ---- What it says ------------------------------------------------------------------------------
 */

const char *view_rig_person(ViewRig *r, const char *type, const char *value)
{
    static char ids[IDS][37];
    static unsigned at;
    char *id = ids[at++ % IDS];
    PtError err = {0};
    must(profiles_lock_read(r->profiles, &err), &err);
    const uint32_t node = identity_find(r->profiles->graph, pt_str(type), pt_str(value));
    profile_person_id(r->profiles, identity_person(r->profiles->graph, node), id);
    profiles_unlock(r->profiles);
    return id;
}

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
        "SELECT 'person ' || number || ' ' || created_offset || ' ' || created_ms || ' ' || "
        "changed_offset || ' ' || COALESCE(merged_into, 0) FROM identity_person ORDER BY number",
        "SELECT 'node ' || number || ' ' || type || '=' || value || ' ' || person || ' ' || "
        "first_offset || ' ' || first_ms FROM identity_node ORDER BY number",
        "SELECT 'barrier ' || number || ' ' || node || '|' || other_node || ' ' || at_ms || ' ' || "
        "record_offset || ' ' || COALESCE(lifted_offset, -1) FROM identity_barrier ORDER BY number",
        "SELECT 'link ' || number || ' ' || kind || ' ' || at_ms || ' ' || record_offset || ' ' || "
        "person || '+' || other_person || ' ' || node || '+' || other_node || ' ' || decided_by || "
        "' ' || reason || ' ' || refused FROM identity_link ORDER BY number",
        "SELECT 'link node ' || link || ' ' || node || ' ' || came FROM identity_link_node "
        "ORDER BY link, node",
        "SELECT 'trait ' || node || ' ' || name || ' ' || json || ' ' || at_ms || ' ' || source || "
        "' ' || precedence FROM profile_trait ORDER BY node, name",
        "SELECT 'value ' || node || ' ' || currency || ' ' || micros || ' ' || orders || ' ' || "
        "refunds FROM profile_value ORDER BY node, currency",
        "SELECT 'order ' || node || ' ' || seq || ' ' || number FROM profile_order "
        "ORDER BY node, seq",
        "SELECT 'quality ' || source || ' ' || step_ms || ' ' || at_ms || ': ' || received || ' ' "
        "|| "
        "events || ' ' || checked || ' ' || timed || ' ' || missing || ' ' || malformed || ' ' || "
        "late || ' ' || conflicting || ' ' || quarantined || ' ' || late_0 || ' ' || late_9 "
        "FROM quality_count ORDER BY source, step_ms, at_ms",
        "SELECT 'field ' || source || ' ' || day_ms || ' ' || kind || '.' || field || ' ' || "
        "problem "
        "|| ': ' || events || ' ' || samples FROM quality_field "
        "ORDER BY source, day_ms, kind, field, problem",
        "SELECT 'group ' || lower(hex(id)) || ' ' || kind || ' ' || basis || ' ' || named || ' ' "
        "|| "
        "CAST(search AS TEXT) FROM profile_group ORDER BY id",
        "SELECT 'member ' || lower(hex(group_id)) || ' ' || node || ' ' || basis || ' ' || at_ms "
        "|| "
        "' ' || label FROM profile_group_member ORDER BY group_id, node",
        "SELECT 'group trait ' || lower(hex(group_id)) || ' ' || name || ' ' || json || ' ' || "
        "at_ms "
        "|| ' ' || source FROM profile_group_trait ORDER BY group_id, name",
        "SELECT 'consent slot ' || slot || ' ' || slug || ' ' || categories FROM consent_slot "
        "ORDER BY slot",
        "SELECT 'consent ' || node || ' ' || slot || ' ' || granted || ' ' || record_offset "
        "FROM consent_state ORDER BY node, slot",
        "SELECT 'consent decision ' || node || ' ' || record_offset || ' ' || slot || ' ' || "
        "granted || ' ' || declared || ' ' || at_ms || ' ' || source || ' ' || via || ' ' || "
        "evidence || '|' || text_version || '|' || page || '|' || ip || '|' || decided_by "
        "FROM consent_decision ORDER BY node, record_offset, slot",
        "SELECT 'card ' || node || ' ' || card FROM duplicate_card ORDER BY node",
        "SELECT 'pair ' || low || '+' || high || ' ' || id || ' ' || score_ppm || ' ' || found_ms "
        "FROM duplicate_pair ORDER BY low, high",
        "SELECT 'duplicate ' || number || ' ' || id || ' ' || status || ' ' || low || '+' || high "
        "|| "
        "' ' || score_ppm || ' ' || evidence || ' ' || found_ms || ' ' || at_ms || ' ' || "
        "record_offset || ' ' || decided_by || ' ' || reason FROM duplicate_decision "
        "ORDER BY number",
    };
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtError err = {0};
    must(pt_sql_begin(r->views, false, &tx, &err), &err);
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        dump_query(out, tx, statements[i]);
    }
}

static void dump_index(ViewRig *r, PtBuf *out)
{
    enum { MOST = 1000 };
    const IdentityCounts counts = identity_counts(r->profiles->graph);
    uint64_t offsets[MOST];
    for (uint32_t node = 1; node <= counts.nodes; node++) {
        size_t count = 0;
        PtError err = {0};
        must(profile_index_before(r->profiles->index, &node, 1, UINT64_MAX, MOST, offsets, &count,
                                  &err),
             &err);
        pt_buf_printf(out, "index %" PRIu32 ":", node);
        for (size_t i = 0; i < count; i++) {
            pt_buf_printf(out, " %" PRIu64, offsets[i]);
        }
        pt_buf_add_char(out, '\n');
    }
}

static void dump_graph(ViewRig *r, PtBuf *out)
{
    Profiles *p = r->profiles;
    const IdentityCounts counts = identity_counts(p->graph);
    IdentityNode n;
    for (uint32_t person = 1; person <= counts.last_person; person++) {
        char id[37];
        profile_person_id(p, person, id);
        pt_buf_printf(out, "graph %s is %" PRIu32 ":", id, identity_survivor(p->graph, person));
        for (uint32_t cursor = 0; identity_next_node(p->graph, person, &cursor, &n);) {
            pt_buf_printf(out, " %" PRIu32, n.node);
        }
        pt_buf_add_char(out, '\n');
    }
    pt_buf_printf(out, "barriers %" PRIu32 "\n", counts.last_barrier);
}

char *view_rig_dump(ViewRig *r)
{
    PtBuf out;
    pt_buf_init(&out, DUMP_MAX);
    dump_graph(r, &out);
    dump_tables(r, &out);
    dump_index(r, &out);
    pt_buf_add_char(&out, '\0');
    assert_int_equal(pt_buf_status(&out), PT_OK);
    return out.data;
}
