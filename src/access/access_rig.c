// SPDX-License-Identifier: Apache-2.0
#include "access/access_rig.h"

#include "platform/migrations.h"

#include <sqlite3.h>
#include <unistd.h>

const char rig_password[] = "correct horse battery";

static const AccessRole roles[] = {
    {"owner", RIG_READ | RIG_WRITE | RIG_PEOPLE | RIG_TOKENS},
    {"admin", RIG_READ | RIG_WRITE | RIG_PEOPLE | RIG_TOKENS},
    {"writer", RIG_READ | RIG_WRITE | RIG_TOKENS},
    {"reader", RIG_READ},
};

static const char *permission_name(unsigned bit)
{
    static const char *const names[] = {"read", "write", "people", "tokens"};
    return bit < PT_COUNT(names) ? names[bit] : NULL;
}

static void open_access(Rig *rig)
{
    AccessConfig c = {.sql = rig->sql,
                      .clock = rig->clock,
                      .token_key = "a key of 32 bytes for the tests",
                      .seal_key = "another key of 32 bytes, tests",
                      .roles = roles,
                      .role_count = PT_COUNT(roles),
                      .permission_name = permission_name,
                      .idle_ms = 12 * 3600000,
                      .life_ms = 7 * 86400000};
    assert_int_equal(access_open(&c, &rig->access, &rig->err), PT_OK);
}

int rig_up(void **state)
{
    Rig *rig = calloc(1, sizeof *rig);
    assert_non_null(rig);
    memcpy(rig->dir, "/tmp/access-test-XXXXXX", sizeof "/tmp/access-test-XXXXXX");
    assert_non_null(mkdtemp(rig->dir));
    (void)snprintf(rig->path, sizeof rig->path, "%s/core.db", rig->dir);
    const PtSqlConfig config = {.path = rig->path, .readers = 2};
    assert_int_equal(pt_sql_open(&config, &rig->sql, &rig->err), PT_OK);
    assert_int_equal(pt_migrations_apply(rig->sql, PT_MIGRATIONS_CORE, &rig->err), PT_OK);
    rig->clock = pt_clock_sim_new(INT64_C(1000) * RIG_START_MS, 0);
    rig->arena = pt_arena_new(8 << 20);
    assert_true(rig->clock != NULL && rig->arena != NULL);
    open_access(rig);
    *state = rig;
    return 0;
}

int rig_down(void **state)
{
    Rig *rig = *state;
    char path[128];
    access_close(rig->access);
    pt_sql_close(rig->sql);
    pt_clock_free(rig->clock);
    pt_arena_free(rig->arena);
    static const char *const tails[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < PT_COUNT(tails); i++) {
        (void)snprintf(path, sizeof path, "%s%s", rig->path, tails[i]);
        (void)unlink(path);
    }
    (void)rmdir(rig->dir);
    free(rig);
    return 0;
}

void rig_reopen(Rig *rig)
{
    access_close(rig->access);
    open_access(rig);
}

AccessPrincipal rig_socket(void)
{
    return (AccessPrincipal){.actor.kind = AUDIT_SOCKET, .permissions = UINT64_MAX};
}

AccessFrom rig_from(const AccessPrincipal *caller)
{
    return (AccessFrom){
        .peer = "192.0.2.7", .user_agent = PT_STR("Browser/1 \x01\xff"), .caller = caller};
}

AccessPrincipal rig_who(Rig *rig, const AccessSession *session)
{
    AccessPrincipal who;
    assert_int_equal(
        access_by_session(rig->access, pt_str(session->cookie), "192.0.2.7", &who, &rig->err),
        PT_OK);
    return who;
}

bool rig_is_in(Rig *rig, const AccessSession *session)
{
    AccessPrincipal who;
    return access_by_session(rig->access, pt_str(session->cookie), "192.0.2.7", &who, NULL) ==
           PT_OK;
}

AccessPrincipal rig_owner(Rig *rig, AccessSession *ret_session)
{
    char code[ACCESS_CODE_TEXT];
    AccessFrom from = rig_from(NULL);
    const AccessPerson person = {
        .email = PT_STR("Owner@X.org"), .name = PT_STR("Olga"), .password = pt_str(rig_password)};
    assert_true(access_setup_code(rig->access, code));
    assert_int_equal(
        access_setup(rig->access, &from, pt_str(code), &person, ret_session, &rig->err), PT_OK);
    return rig_who(rig, ret_session);
}

AccessPrincipal rig_person(Rig *rig, const char *email, const char *role)
{
    const AccessPrincipal by = rig_socket();
    AccessFrom from = rig_from(NULL);
    AccessAccount account;
    AccessLink link;
    AccessSession session;
    const AccessPerson person = {.email = pt_str(email),
                                 .name = PT_STR("Person"),
                                 .role = pt_str(role),
                                 .password = pt_str(rig_password)};
    assert_int_equal(
        access_invite(rig->access, &by, &person, rig->arena, &account, &link, &rig->err), PT_OK);
    assert_int_equal(access_sign_in(rig->access, &from, pt_str(email), pt_str(rig_password),
                                    &session, &rig->err),
                     PT_OK);
    return rig_who(rig, &session);
}

void rig_sql(Rig *rig, const char *sql)
{
    sqlite3 *db = NULL;
    char *problem = NULL;
    assert_int_equal(sqlite3_open(rig->path, &db), SQLITE_OK);
    (void)sqlite3_exec(db, sql, NULL, NULL, &problem);
    if (problem != NULL) {
        fail_msg("%s: %s", sql, problem);
    }
    (void)sqlite3_close(db);
}

int64_t rig_number(Rig *rig, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_open(rig->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    const int64_t value = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(db);
    return value;
}
