// SPDX-License-Identifier: Apache-2.0
/* The audit chain: what is found when somebody writes into its tables. */
#include "access/access_rig.h"
#include "access/audit_internal.h"
#include "base/hash.h"
#include "platform/feed.h"

enum { ENTRIES = 6 };

static void add_entries(Rig *rig)
{
    AuditActor by = {.kind = AUDIT_ACCOUNT, .id = "id-1", .name = "Ann", .peer = "192.0.2.7"};
    for (int i = 0; i < ENTRIES; i++) {
        char id[16];
        PtSqlTx *tx;
        (void)snprintf(id, sizeof id, "s-%d", i % 2);
        const AuditEntry entry = {&by,
                                  i < 4 ? "source.added" : "token.added",
                                  "source",
                                  pt_str(id),
                                  PT_STR("shop"),
                                  PT_STR("{\"a\":1}")};
        assert_int_equal(pt_sql_begin(rig->sql, true, &tx, &rig->err), PT_OK);
        assert_int_equal(audit_write(tx, 1000 * (i + 1), &entry, &rig->err), PT_OK);
        assert_int_equal(pt_sql_commit(&tx, &rig->err), PT_OK);
    }
}

/* What the feed has carried into the log: here, its rows. */
typedef struct Anchors {
    AuditAnchor list[16];
    size_t count, at;
} Anchors;

static PtStatus next_anchor(void *ctx, AuditAnchor *ret_anchor, bool *ret_more, PtError *err)
{
    Anchors *a = ctx;
    (void)err;
    *ret_more = a->at < a->count;
    if (*ret_more) {
        *ret_anchor = a->list[a->at++];
    }
    return PT_OK;
}

static void take_anchors(Rig *rig, Anchors *a)
{
    PtSqlTx *tx;
    bool row = true;
    *a = (Anchors){.count = 0};
    assert_int_equal(pt_sql_begin(rig->sql, false, &tx, NULL), PT_OK);
    assert_int_equal(pt_sql_use(tx, "SELECT name, properties FROM feed ORDER BY id LIMIT 16", NULL),
                     PT_OK);
    while (pt_sql_step(tx, &row, NULL) == PT_OK && row) {
        assert_true(pt_str_eq(pt_sql_text(tx, 0), PT_STR(AUDIT_ANCHOR_EVENT)));
        assert_true(audit_anchor_parse(pt_sql_text(tx, 1), &a->list[a->count++]));
    }
    pt_sql_done(tx);
    pt_sql_rollback(tx);
}

static AuditVerdict verify(Rig *rig, Anchors *a)
{
    AuditVerdict v;
    const AuditAnchors anchors = {next_anchor, a};
    if (a != NULL) {
        a->at = 0;
    }
    assert_int_equal(audit_verify(rig->sql, a != NULL ? &anchors : NULL, &v, &rig->err), PT_OK);
    return v;
}

static void test_whole_chain(void **state)
{
    Rig *rig = *state;
    Anchors a;
    AuditVerdict v = verify(rig, NULL);
    assert_true(v.ok && v.entries == 0);
    add_entries(rig);
    take_anchors(rig, &a);
    assert_int_equal(a.count, ENTRIES);
    v = verify(rig, &a);
    assert_true(v.ok);
    assert_int_equal(v.entries, ENTRIES);
    assert_int_equal(v.anchors, ENTRIES);
    assert_memory_equal(v.last_link, a.list[ENTRIES - 1].link, AUDIT_HASH);
    v = verify(rig, NULL);
    assert_true(v.ok && v.anchors == 0 && v.entries == ENTRIES);
}

/* Every column of both tables, and whole rows. Found without anchors where `alone`. */
static struct TamperCase {
    const char *name, *sql;
    int64_t bad_seq;
    bool alone;
} tamper_cases[] = {
    {"time", "UPDATE audit_entry SET time_ms = time_ms + 1 WHERE seq = 3", 3, true},
    {"commitment", "UPDATE audit_entry SET commitment = zeroblob(32) WHERE seq = 3", 3, true},
    {"commitment cut", "UPDATE audit_entry SET commitment = x'00' WHERE seq = 3", 3, true},
    {"link", "UPDATE audit_entry SET link = zeroblob(32) WHERE seq = 3", 3, true},
    {"link cut", "UPDATE audit_entry SET link = x'' WHERE seq = 3", 3, true},
    {"seq", "UPDATE audit_entry SET seq = 30 WHERE seq = 3", 3, true},
    {"first seq", "UPDATE audit_entry SET seq = 0 WHERE seq = 1", 1, true},
    {"salt", "UPDATE audit_content SET salt = zeroblob(32) WHERE seq = 3", 3, true},
    {"empty salt", "UPDATE audit_content SET salt = x'' WHERE seq = 3", 3, true},
    {"kind", "UPDATE audit_content SET actor_kind = 'system' WHERE seq = 3", 3, true},
    {"actor", "UPDATE audit_content SET actor = 'id-2' WHERE seq = 3", 3, true},
    {"name", "UPDATE audit_content SET actor_name = 'Bob' WHERE seq = 3", 3, true},
    {"peer", "UPDATE audit_content SET peer = '' WHERE seq = 3", 3, true},
    {"action", "UPDATE audit_content SET action = 'source.changed' WHERE seq = 3", 3, true},
    {"subject type", "UPDATE audit_content SET subject_type = 'x' WHERE seq = 3", 3, true},
    {"subject", "UPDATE audit_content SET subject = 's-1' WHERE seq = 3", 3, true},
    {"subject name", "UPDATE audit_content SET subject_name = 'shop2' WHERE seq = 3", 3, true},
    {"detail", "UPDATE audit_content SET detail = '{\"a\":2}' WHERE seq = 3", 3, true},
    {"text moved to the next field",
     "UPDATE audit_content SET actor = 'id-', actor_name = '1Ann' WHERE seq = 3", 3, true},
    {"content moved away", "UPDATE audit_content SET seq = 30 WHERE seq = 3", 30, true},
    {"content swapped",
     "UPDATE audit_content SET seq = -1 WHERE seq = 3; UPDATE audit_content SET seq = 3 WHERE seq "
     "= 4; UPDATE audit_content SET seq = 4 WHERE seq = -1",
     3, true},
    {"first entry dropped", "DELETE FROM audit_entry WHERE seq = 1", 1, true},
    {"entry dropped", "DELETE FROM audit_entry WHERE seq = 3", 3, true},
    {"entries swapped",
     "UPDATE audit_entry SET seq = -1 WHERE seq = 3; UPDATE audit_entry SET seq = 3 WHERE seq = 4; "
     "UPDATE audit_entry SET seq = 4 WHERE seq = -1",
     3, true},
    {"tail cut", "DELETE FROM audit_entry WHERE seq > 4; DELETE FROM audit_content WHERE seq > 4",
     5, false},
    {"all dropped", "DELETE FROM audit_entry; DELETE FROM audit_content", 1, false},
    {"slipped in at the end",
     "INSERT INTO audit_entry SELECT 7, time_ms, commitment, link FROM audit_entry WHERE seq = 6",
     7, true},
};

static void test_tamper(void **state)
{
    void *rig_state = NULL;
    const struct TamperCase *c = *state;
    assert_int_equal(rig_up(&rig_state), 0);
    Rig *rig = rig_state;
    Anchors a;
    add_entries(rig);
    take_anchors(rig, &a);
    rig_sql(rig, c->sql);
    AuditVerdict v = verify(rig, &a);
    assert_false(v.ok);
    assert_int_equal(v.bad_seq, c->bad_seq);
    assert_string_not_equal(v.problem, "");
    assert_int_equal(verify(rig, NULL).ok, !c->alone);
    assert_int_equal(rig_down(&rig_state), 0);
}

static void test_erased_stays_verifiable(void **state)
{
    Rig *rig = *state;
    Anchors a;
    add_entries(rig);
    take_anchors(rig, &a);
    rig_sql(rig, "DELETE FROM audit_content WHERE seq IN (2, 6)");
    const AuditVerdict v = verify(rig, &a);
    assert_true(v.ok);
    assert_int_equal(v.erased, 2);
    assert_int_equal(v.entries, ENTRIES);
    assert_int_equal(v.anchors, ENTRIES);
}

/* Who can write the tables can compute a chain that holds in itself. */
static void test_written_anew_after_a_cut(void **state)
{
    Rig *rig = *state;
    Anchors a;
    add_entries(rig);
    take_anchors(rig, &a);
    rig_sql(rig, "DELETE FROM audit_entry WHERE seq > 4; DELETE FROM audit_content WHERE seq > 4");
    add_entries(rig);
    assert_true(verify(rig, NULL).ok);
    AuditVerdict v = verify(rig, &a); // the log knows the old ones only
    assert_false(v.ok);
    assert_int_equal(v.bad_seq, 5);
    take_anchors(rig, &a); // the log has taken the new ones too
    v = verify(rig, &a);
    assert_false(v.ok);
    assert_int_equal(v.bad_seq, 5);
}

static void test_forged_without_anchor(void **state)
{
    Rig *rig = *state;
    Anchors a;
    add_entries(rig);
    take_anchors(rig, &a);
    for (size_t i = 3; i + 1 < a.count; i++) { // the log never heard of entry 4
        a.list[i] = a.list[i + 1];
    }
    a.count--;
    const AuditVerdict v = verify(rig, &a);
    assert_false(v.ok);
    assert_int_equal(v.bad_seq, 4);
}

static void test_old_anchors_may_have_left(void **state)
{
    Rig *rig = *state;
    Anchors a;
    add_entries(rig);
    take_anchors(rig, &a);
    memmove(a.list, a.list + 2, 4 * sizeof *a.list);
    a.count = 3; // and the last is still on its way
    const AuditVerdict v = verify(rig, &a);
    assert_true(v.ok);
    assert_int_equal(v.anchors, 3);
}

static void test_rolled_back_leaves_nothing(void **state)
{
    Rig *rig = *state;
    PtSqlTx *tx;
    const AuditEntry entry = {.action = "a.b", .subject_type = "a"};
    assert_int_equal(pt_sql_begin(rig->sql, true, &tx, NULL), PT_OK);
    assert_int_equal(audit_write(tx, 1, &entry, NULL), PT_OK);
    pt_sql_rollback(tx);
    assert_int_equal(rig_number(rig, "SELECT (SELECT COUNT(*) FROM audit_entry) + (SELECT COUNT(*) "
                                     "FROM audit_content) + (SELECT COUNT(*) FROM feed)"),
                     0);
}

static struct BoundCase {
    const char *name;
    size_t subject, subject_name, detail; /* bytes */
    const char *head;                     /* of the detail */
    PtStatus want;
} bound_cases[] = {
    {"all at their bound", 200, 1000, 16384, "{\"a\":\"", PT_OK},
    {"subject over", 201, 0, 0, "", PT_TOO_LARGE},
    {"name over", 0, 1001, 0, "", PT_TOO_LARGE},
    {"detail over", 0, 0, 16385, "{\"a\":\"", PT_TOO_LARGE},
    {"detail no object", 0, 0, 10, "[", PT_INVALID},
    {"detail no JSON", 0, 0, 10, "{", PT_INVALID},
    {"no text", 1, 0, 0, "\xff", PT_INVALID},
};

static void test_bounds(void **state)
{
    static char text[20000], detail[20000];
    const struct BoundCase *c = *state;
    void *rig_state = NULL;
    PtSqlTx *tx;
    assert_int_equal(rig_up(&rig_state), 0);
    Rig *rig = rig_state;
    memset(text, 'x', sizeof text);
    memset(detail, 'x', sizeof detail);
    if (c->detail > 0) {
        memcpy(detail, c->head, strlen(c->head));
        memcpy(detail + c->detail - 2, "\"}", 2);
    } else if (c->head[0] != '\0') {
        text[0] = c->head[0];
    }
    const AuditEntry entry = {.action = "a.b",
                              .subject_type = "a",
                              .subject = {text, c->subject},
                              .subject_name = {text, c->subject_name},
                              .detail = {detail, c->detail}};
    assert_int_equal(pt_sql_begin(rig->sql, true, &tx, NULL), PT_OK);
    assert_int_equal(audit_write(tx, 1, &entry, NULL), c->want);
    pt_sql_rollback(tx);
    assert_int_equal(rig_down(&rig_state), 0);
}

typedef struct Seen {
    int64_t seqs[16];
    size_t count;
} Seen;

static bool see(void *ctx, const AuditRecord *r)
{
    Seen *seen = ctx;
    seen->seqs[seen->count++] = r->seq;
    return true;
}

static struct FilterCase {
    const char *name;
    AuditFilter filter;
    size_t want;
    int64_t first;
} filter_cases[] = {
    {"all, newest first", {.until_ms = INT64_MAX, .from_seq = INT64_MAX, .limit = 9}, 6, 6},
    {"all, oldest first", {.until_ms = INT64_MAX, .oldest_first = true, .limit = 9}, 6, 1},
    {"two behind 5", {.until_ms = INT64_MAX, .from_seq = 5, .limit = 2}, 2, 4},
    {"action",
     {.action = PT_STR_INIT("token.added"), .until_ms = INT64_MAX, .from_seq = 99, .limit = 9},
     2,
     6},
    {"beginning",
     {.action = PT_STR_INIT("source."), .until_ms = INT64_MAX, .from_seq = 99, .limit = 9},
     4,
     4},
    {"no such action",
     {.action = PT_STR_INIT("%"), .until_ms = INT64_MAX, .from_seq = 99, .limit = 9},
     0,
     0},
    {"subject",
     {.subject = PT_STR_INIT("s-1"), .until_ms = INT64_MAX, .from_seq = 99, .limit = 9},
     3,
     6},
    {"actor",
     {.actor = PT_STR_INIT("id-1"), .until_ms = INT64_MAX, .from_seq = 99, .limit = 9},
     6,
     6},
    {"another actor",
     {.actor = PT_STR_INIT("id-2"), .until_ms = INT64_MAX, .from_seq = 99, .limit = 9},
     0,
     0},
    {"from 2 s to before 4 s",
     {.since_ms = 2000, .until_ms = 4000, .from_seq = 99, .limit = 9},
     2,
     3},
};

static void test_filter(void **state)
{
    const struct FilterCase *c = *state;
    void *rig_state = NULL;
    Seen seen = {.count = 0};
    assert_int_equal(rig_up(&rig_state), 0);
    Rig *rig = rig_state;
    add_entries(rig);
    assert_int_equal(audit_read(rig->sql, &c->filter, see, &seen, &rig->err), PT_OK);
    assert_int_equal(seen.count, c->want);
    if (c->want > 0) {
        assert_int_equal(seen.seqs[0], c->first);
    }
    assert_int_equal(rig_down(&rig_state), 0);
}

static struct AnchorCase {
    const char *name, *json;
    int64_t want; /* seq; 0: none */
} anchor_cases[] = {
#define HEX32 "00112233445566778899aabbccddeeff"
    {"as written", "{\"seq\":7,\"link\":\"" HEX32 HEX32 "\"}", 7},
    {"other members, other order", "{\"x\":[1],\"link\":\"" HEX32 HEX32 "\",\"seq\":8}", 8},
    {"no link", "{\"seq\":7}", 0},
    {"no seq", "{\"link\":\"" HEX32 HEX32 "\"}", 0},
    {"seq 0", "{\"seq\":0,\"link\":\"" HEX32 HEX32 "\"}", 0},
    {"seq no whole number", "{\"seq\":1.5,\"link\":\"" HEX32 HEX32 "\"}", 0},
    {"link short", "{\"seq\":7,\"link\":\"" HEX32 "\"}", 0},
    {"link no hex", "{\"seq\":7,\"link\":\"" HEX32 "zz112233445566778899aabbccddeeff\"}", 0},
    {"no object", "[]", 0},
    {"cut", "{\"seq\":7,\"link\":\"" HEX32 HEX32 "\"", 0},
    {"empty", "", 0},
};

static void test_anchor_parse(void **state)
{
    const struct AnchorCase *c = *state;
    AuditAnchor a = {0};
    assert_int_equal(audit_anchor_parse(pt_str(c->json), &a), c->want != 0);
    assert_int_equal(a.seq, c->want);
}

static struct NameCase {
    const char *name;
    AuditActor by;
    const char *want;
} name_cases[] = {
    {"a name", {AUDIT_ACCOUNT, "7", "Mia", ""}, "Mia"},
    {"an id alone", {AUDIT_TOKEN, "7", "", ""}, "7"},
    {"the socket", {AUDIT_SOCKET, "", "", ""}, "command line"},
    {"the server", {AUDIT_SYSTEM, "", "", ""}, "server"},
};

static void test_actor_name(void **state)
{
    const struct NameCase *c = *state;
    assert_string_equal(audit_actor_name(&c->by).data, c->want);
    assert_string_equal(audit_actor_name(NULL).data, "");
}

int main(void)
{
    struct CMUnitTest tests[128] = {
        cmocka_unit_test_setup_teardown(test_whole_chain, rig_up, rig_down),
        cmocka_unit_test_setup_teardown(test_erased_stays_verifiable, rig_up, rig_down),
        cmocka_unit_test_setup_teardown(test_written_anew_after_a_cut, rig_up, rig_down),
        cmocka_unit_test_setup_teardown(test_forged_without_anchor, rig_up, rig_down),
        cmocka_unit_test_setup_teardown(test_old_anchors_may_have_left, rig_up, rig_down),
        cmocka_unit_test_setup_teardown(test_rolled_back_leaves_nothing, rig_up, rig_down),
    };
    size_t n = 6;
    PT_TEST_ROWS(tests, n, tamper_cases, test_tamper);
    PT_TEST_ROWS(tests, n, bound_cases, test_bounds);
    PT_TEST_ROWS(tests, n, filter_cases, test_filter);
    PT_TEST_ROWS(tests, n, anchor_cases, test_anchor_parse);
    PT_TEST_ROWS(tests, n, name_cases, test_actor_name);
    return _cmocka_run_group_tests("access/audit", tests, n, NULL, NULL);
}
