// SPDX-License-Identifier: Apache-2.0
/* Reports over real tables of both engines: bounds of an edit, versions, the audit chain, memory
 * that runs out. */
#include "behaviour/behaviour_internal.h"
#include "platform/migrations.h"
#include "platform/sql/sql_rig.h"

#include <fault/fault_alloc.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/test_rows.h"

static SqlRig rigs[RIG_ENGINES]; /* opened once: a database takes its time */
static Behaviour b;
static PtArena *arena;
static const AuditActor staff = {.kind = AUDIT_ACCOUNT, .id = "acc-1", .name = "Mia Berg"};
static const char funnel[] =
    "{\"kind\":\"funnel\",\"steps\":[{\"event\":\"A\"},{\"event\":\"B\"}]}";
static const char total[] = "{\"kind\":\"segmentation\",\"series\":[{\"event\":\"A\"}]}";

static int set_up(void **state)
{
    const RigEngine engine = *(RigEngine *)*state;
    SqlRig *rig = &rigs[engine];
    PtError err = {0};
    if (!rig_has(engine)) {
        return 0;
    }
    if (rig->sql == NULL) {
        if (!rig_init(rig, engine)) {
            return -1;
        }
        rig_open_sql(rig, NULL);
        if (pt_migrations_apply(rig->sql, PT_MIGRATIONS_CORE, &err) != PT_OK) {
            return -1;
        }
    }
    PtSqlTx *tx = rig_begin(rig, true);
    rig_run(tx, "DELETE FROM report");
    rig_commit(tx);
    b = (Behaviour){.c = {.core = rig->sql, .clock = pt_clock_real()}};
    arena = pt_arena_new(64 << 20);
    return arena != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    pt_arena_free(arena);
    arena = NULL;
    return 0;
}

static int close_rigs(void **state)
{
    (void)state;
    for (size_t i = 0; i < RIG_ENGINES; i++) {
        if (rigs[i].sql != NULL) {
            rig_done(&rigs[i]);
        }
    }
    return 0;
}

static void skip_without(void **state)
{
    if (!rig_has(*(RigEngine *)*state)) {
        skip();
    }
}

static BehaviourReportEdit edit_of(const char *name, const char *query)
{
    return (BehaviourReportEdit){.name = pt_str(name), .query = pt_str(query)};
}

static PtStatus add(const char *name, const char *query, char ret_id[static 37], PtError *err)
{
    const BehaviourReportEdit edit = edit_of(name, query);
    return behaviour_report_add(&b, &staff, &edit, ret_id, err);
}

static BehaviourReport get(const char *id)
{
    BehaviourReport report = {0};
    PtError err = {0};
    assert_int_equal(behaviour_report(&b, pt_str(id), arena, &report, &err), PT_OK);
    return report;
}

static void assert_text(PtStr got, const char *want)
{
    assert_int_equal(got.len, strlen(want));
    assert_memory_equal(got.data, want, got.len);
}

#define AUDITED(action)                                                                            \
    "SELECT COUNT(*) FROM audit_content WHERE subject_type = 'report' AND action = '" action "'"
static const char added[] = AUDITED("report.added"), changed[] = AUDITED("report.changed"),
                  removed[] = AUDITED("report.removed");

static int64_t audited(const char *statement)
{
    const bool lite = b.c.core == rigs[RIG_SQLITE].sql;
    return rig_number_now(&rigs[lite ? RIG_SQLITE : RIG_POSTGRES], statement);
}

static void is_kept_as_it_is_understood(void **state)
{
    skip_without(state);
    char id[37];
    PtError err = {0};
    const int64_t before = audited(added);
    const BehaviourReportEdit edit = {.name = PT_STR("Caf\xc3\xa9"),
                                      .description = PT_STR("What it says"),
                                      .query = pt_str(funnel),
                                      .shown = PT_STR("{\"chart\":\"bars\"}")};
    assert_int_equal(behaviour_report_add(&b, &staff, &edit, id, &err), PT_OK);
    const BehaviourReport report = get(id);
    assert_text(report.id, id);
    assert_text(report.name, "Caf\xc3\xa9");
    assert_text(report.description, "What it says");
    assert_text(report.kind, "funnel");
    assert_text(report.shown, "{\"chart\":\"bars\"}");
    assert_text(report.changed_by, "Mia Berg");
    assert_int_equal(report.version, 1);
    assert_int_equal(report.created_ms, report.changed_ms);
    assert_non_null(strstr(report.query.data, "\"window\"")); // its default is written out
    assert_int_equal(audited(added), before + 1);
}

static void are_listed_by_name(void **state)
{
    skip_without(state);
    char id[37];
    BehaviourReport *reports;
    size_t count;
    PtError err = {0};
    assert_int_equal(add("b", funnel, id, &err), PT_OK);
    assert_int_equal(add("c", total, id, &err), PT_OK);
    assert_int_equal(add("a", funnel, id, &err), PT_OK);
    assert_int_equal(behaviour_reports(&b, arena, &reports, &count, &err), PT_OK);
    assert_int_equal(count, 3);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(reports[i].name.data[0], "abc"[i]);
    }
    assert_text(reports[2].kind, "segmentation");
}

static void a_change_takes_the_newest_version(void **state)
{
    skip_without(state);
    char id[37];
    PtError err = {0};
    const int64_t before = audited(changed);
    const BehaviourReportEdit edit = edit_of("other", total);
    assert_int_equal(add("one", funnel, id, &err), PT_OK);
    assert_int_equal(behaviour_report_save(&b, &staff, pt_str(id), 2, &edit, arena, &err),
                     PT_CONFLICT);
    assert_int_equal(behaviour_report_save(&b, &staff, pt_str(id), 1, &edit, arena, &err), PT_OK);
    const BehaviourReport report = get(id);
    assert_text(report.name, "other");
    assert_text(report.kind, "segmentation");
    assert_text(report.description, "");
    assert_text(report.shown, "{}");
    assert_int_equal(report.version, 2);
    assert_int_equal(behaviour_report_save(&b, &staff, pt_str(id), 1, &edit, arena, &err),
                     PT_CONFLICT);
    assert_non_null(strstr(err.message, "version"));
    assert_int_equal(audited(changed), before + 1);
}

static void names_are_unique(void **state)
{
    skip_without(state);
    char one[37], two[37];
    PtError err = {0};
    assert_int_equal(add("one", funnel, one, &err), PT_OK);
    assert_int_equal(add("two", funnel, two, &err), PT_OK);
    assert_int_equal(add("one", funnel, two, &err), PT_CONFLICT);
    const BehaviourReportEdit taken = edit_of("one", funnel);
    assert_int_equal(behaviour_report_save(&b, &staff, pt_str(two), 1, &taken, arena, &err),
                     PT_CONFLICT);
    assert_int_equal(behaviour_report_save(&b, &staff, pt_str(one), 1, &taken, arena, &err), PT_OK);
}

static void what_is_deleted_is_gone(void **state)
{
    skip_without(state);
    char id[37];
    BehaviourReport report;
    PtError err = {0};
    const int64_t before = audited(removed);
    const BehaviourReportEdit edit = edit_of("one", funnel);
    assert_int_equal(add("one", funnel, id, &err), PT_OK);
    assert_int_equal(behaviour_report_delete(&b, &staff, pt_str(id), arena, &err), PT_OK);
    assert_int_equal(behaviour_report(&b, pt_str(id), arena, &report, &err), PT_NOT_FOUND);
    assert_int_equal(behaviour_report_delete(&b, &staff, pt_str(id), arena, &err), PT_NOT_FOUND);
    assert_int_equal(behaviour_report_save(&b, &staff, pt_str(id), 1, &edit, arena, &err),
                     PT_NOT_FOUND);
    assert_int_equal(audited(removed), before + 1);
    assert_int_equal(add("one", funnel, id, &err), PT_OK); // its name is free again
}

static void a_thousand_fit(void **state)
{
    skip_without(state);
    char id[37], name[16];
    PtError err = {0};
    for (int i = 0; i < BEHAVIOUR_REPORTS_MAX; i++) {
        (void)snprintf(name, sizeof name, "r%d", i);
        assert_int_equal(add(name, total, id, &err), PT_OK);
    }
    assert_int_equal(add("one more", total, id, &err), PT_TOO_LARGE);
    assert_non_null(strstr(err.message, "1000"));
    const BehaviourReportEdit edit = edit_of("another name", total); // a change needs no room
    assert_int_equal(behaviour_report_save(&b, &staff, pt_str(id), 1, &edit, arena, &err), PT_OK);
}

/* Text of `count` times what, in brackets. */
static char *text_of(const char *before, const char *what, size_t count, const char *after)
{
    PtBuf text;
    pt_buf_init(&text, 1 << 20);
    pt_buf_add_str(&text, pt_str(before));
    for (size_t i = 0; i < count; i++) {
        pt_buf_add_str(&text, pt_str(what));
    }
    pt_buf_add_str(&text, pt_str(after));
    pt_buf_add_char(&text, '\0');
    assert_int_equal(pt_buf_status(&text), PT_OK);
    return text.data;
}

static void all_together_have_a_bound(void **state)
{
    skip_without(state);
    char id[37], name[16];
    PtError err = {0};
    PtStatus st = PT_OK;
    char *shown = text_of("{\"a\":\"", "x", 16000, "\"}");
    int count = 0;
    while (st == PT_OK && count < BEHAVIOUR_REPORTS_MAX) {
        (void)snprintf(name, sizeof name, "r%d", count++);
        const BehaviourReportEdit edit = {
            .name = pt_str(name), .query = pt_str(total), .shown = pt_str(shown)};
        st = behaviour_report_add(&b, &staff, &edit, id, &err);
    }
    free(shown);
    assert_int_equal(st, PT_TOO_LARGE);
    assert_non_null(strstr(err.message, "4194304"));
    assert_in_range(count, 230, 262);
}

/* ---- Bounds of an edit ------------------------------------------------------------------------
 */

static struct EditCase {
    const char *title;
    const char *name[4], *description[4], *shown[4], *query; /* as text_of; [0] NULL: left out */
    size_t name_count, description_count, shown_count;
    PtStatus want;
    const char *names; /* in the message */
} edit_cases[] = {
    {"a name of 200 characters fits",
     {"", "\xc3\xa9", ""},
     {NULL},
     {NULL},
     total,
     200,
     0,
     0,
     PT_OK,
     NULL},
    {"one of 201 does not",
     {"", "\xc3\xa9", ""},
     {NULL},
     {NULL},
     total,
     201,
     0,
     0,
     PT_INVALID,
     "name"},
    {"an empty name", {"", "", ""}, {NULL}, {NULL}, total, 0, 0, 0, PT_INVALID, "name"},
    {"a name of two lines", {"a\n", "b", ""}, {NULL}, {NULL}, total, 1, 0, 0, PT_INVALID, "name"},
    {"a name that is not UTF-8",
     {"\xc3", "", ""},
     {NULL},
     {NULL},
     total,
     0,
     0,
     0,
     PT_INVALID,
     "name"},
    {"a description of 2000 characters fits",
     {"n", "", ""},
     {"", "\xc3\xa9", ""},
     {NULL},
     total,
     0,
     2000,
     0,
     PT_OK,
     NULL},
    {"one of 2001 does not",
     {"n", "", ""},
     {"", "\xc3\xa9", ""},
     {NULL},
     total,
     0,
     2001,
     0,
     PT_INVALID,
     "description"},
    {"16384 bytes of shown fit",
     {"n", "", ""},
     {NULL},
     {"{\"a\":\"", "x", "\"}"},
     total,
     0,
     0,
     16376,
     PT_OK,
     NULL},
    {"16385 do not",
     {"n", "", ""},
     {NULL},
     {"{\"a\":\"", "x", "\"}"},
     total,
     0,
     0,
     16377,
     PT_TOO_LARGE,
     "shown"},
    {"shown is an object",
     {"n", "", ""},
     {NULL},
     {"[]", "", ""},
     total,
     0,
     0,
     0,
     PT_INVALID,
     "shown"},
    {"shown is JSON", {"n", "", ""}, {NULL}, {"{", "", ""}, total, 0, 0, 0, PT_INVALID, "shown"},
    {"a query that is none",
     {"n", "", ""},
     {NULL},
     {NULL},
     "{\"kind\":\"guess\"}",
     0,
     0,
     0,
     PT_INVALID,
     "/kind"},
};

static char *part(const char *const text[4], size_t count)
{
    return text[0] != NULL ? text_of(text[0], text[1], count, text[2]) : NULL;
}

static void edit_case(void **state)
{
    const struct EditCase *c = *state;
    static RigEngine engine = RIG_SQLITE;
    void *set = &engine;
    char id[37];
    PtError err = {0};
    assert_int_equal(set_up(&set), 0);
    char *name = part(c->name, c->name_count),
         *description = part(c->description, c->description_count),
         *shown = part(c->shown, c->shown_count);
    const BehaviourReportEdit edit = {.name = pt_str(name),
                                      .description = description != NULL ? pt_str(description)
                                                                         : (PtStr){NULL, 0},
                                      .query = pt_str(c->query),
                                      .shown = shown != NULL ? pt_str(shown) : (PtStr){NULL, 0}};
    assert_int_equal(behaviour_report_add(&b, &staff, &edit, id, &err), c->want);
    if (c->names != NULL) {
        assert_non_null(strstr(err.message, c->names));
    }
    free(name);
    free(description);
    free(shown);
    (void)tear_down(&set);
}

/* ---- Without memory ---------------------------------------------------------------------------
 */

static void without_memory_nothing_changes(void **state)
{
    skip_without(state);
    char id[37], other[37];
    PtError err = {0};
    assert_int_equal(add("one", funnel, id, &err), PT_OK);
    PtStatus st = PT_NO_MEMORY;
    for (uint64_t i = 1; st != PT_OK; i++) {
        assert_true(i < 2000);
        fault_alloc_fail(i, 0);
        st = add("two", total, other, &err);
        fault_alloc_fail(0, 0);
        BehaviourReport *reports;
        size_t count;
        pt_arena_clear(arena);
        assert_int_equal(behaviour_reports(&b, arena, &reports, &count, &err), PT_OK);
        assert_int_equal(count, st == PT_OK ? 2 : 1);
    }
}

static RigEngine engines[RIG_ENGINES] = {RIG_SQLITE, RIG_POSTGRES};
static const struct {
    const char *name;
    void (*run)(void **state);
} cases[] = {
    {"is kept as it is understood", is_kept_as_it_is_understood},
    {"are listed by name", are_listed_by_name},
    {"a change takes the newest version", a_change_takes_the_newest_version},
    {"names are unique", names_are_unique},
    {"what is deleted is gone", what_is_deleted_is_gone},
    {"a thousand fit", a_thousand_fit},
    {"all together have a bound", all_together_have_a_bound},
    {"without memory nothing changes", without_memory_nothing_changes},
};

int main(void)
{
    enum { CASES = sizeof cases / sizeof *cases, EDITS = sizeof edit_cases / sizeof *edit_cases };
    static struct CMUnitTest tests[CASES * RIG_ENGINES + EDITS];
    static char names[CASES * RIG_ENGINES][80];
    size_t n = 0;
    for (size_t i = 0; i < CASES; i++) {
        for (size_t e = 0; e < RIG_ENGINES; e++, n++) {
            (void)snprintf(names[n], sizeof names[n], "%s, %s", cases[i].name,
                           rig_engine_name(engines[e]));
            tests[n] = (struct CMUnitTest){names[n], cases[i].run, set_up, tear_down, &engines[e]};
        }
    }
    for (size_t i = 0; i < EDITS; i++, n++) {
        tests[n] = (struct CMUnitTest){edit_cases[i].title, edit_case, NULL, NULL, &edit_cases[i]};
    }
    return _cmocka_run_group_tests("reports", tests, n, NULL, close_rigs);
}
