// SPDX-License-Identifier: Apache-2.0
/* Every allocation of a change fails once: nothing of it is left in SQL, in memory or in the chain.
 */
#include "access/access_rig.h"

#include <fault/fault_alloc.h>

enum { TRIES = 400 };

typedef struct Made {
    char token[ACCESS_TOKEN_TEXT];
    AccessLink link;
} Made;

typedef PtStatus Act(Rig *rig, const AccessPrincipal *by, Made *ret_made);

static PtStatus add_token(Rig *rig, const AccessPrincipal *by, Made *ret_made)
{
    const PtStr scope = PT_STR("read");
    AccessToken token;
    const AccessTokenSpec spec = {
        .role = PT_STR("admin"), .name = PT_STR("ci"), .scopes = &scope, .scope_count = 1};
    return access_token_add(rig->access, by, &spec, rig->arena, ret_made->token, &token, &rig->err);
}

static PtStatus invite(Rig *rig, const AccessPrincipal *by, Made *ret_made)
{
    AccessAccount account;
    const AccessPerson person = {
        .email = PT_STR("n@x.org"), .name = PT_STR("N"), .role = PT_STR("reader")};
    return access_invite(rig->access, by, &person, rig->arena, &account, &ret_made->link,
                         &rig->err);
}

static struct AllocCase {
    const char *name;
    Act *act;
    const char *rows; /* that it adds */
} alloc_cases[] = {
    {"a token", add_token, "SELECT COUNT(*) FROM api_token"},
    {"an invitation", invite, "SELECT COUNT(*) FROM account"},
};

static void test_allocations(void **state)
{
    const struct AllocCase *c = *state;
    void *rig_state = NULL;
    assert_int_equal(rig_up(&rig_state), 0);
    Rig *rig = rig_state;
    const AccessPrincipal by = rig_socket();
    PtStatus st = PT_NO_MEMORY;
    uint64_t nth = 0;
    while (st != PT_OK && nth++ < TRIES) {
        Made made = {.token = ""};
        AccessPrincipal who;
        AuditVerdict verdict;
        fault_alloc_fail(nth, 0);
        st = c->act(rig, &by, &made);
        fault_alloc_fail(0, 0);
        const bool known =
            access_by_token(rig->access, pt_str(made.token), "", &who, NULL) == PT_OK;
        assert_true(!known || st == PT_OK);
        assert_int_equal(rig_number(rig, c->rows), st == PT_OK);
        assert_int_equal(audit_verify(rig->sql, NULL, &verdict, NULL), PT_OK);
        assert_true(verdict.ok);
        assert_int_equal(verdict.entries, st == PT_OK);
        assert_int_equal(access_setup_required(rig->access), c->act == add_token || st != PT_OK);
    }
    assert_int_equal(st, PT_OK);
    assert_true(nth > 3); // some did fail
    assert_int_equal(rig_down(&rig_state), 0);
}

int main(void)
{
    struct CMUnitTest tests[8];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, alloc_cases, test_allocations);
    return _cmocka_run_group_tests("access/memory", tests, n, NULL, NULL);
}
