// SPDX-License-Identifier: Apache-2.0
/* Accounts, sessions, second factors and tokens on a clock that stands. */
#include "access/access_internal.h"
#include "access/access_rig.h"

#define SIGN_IN(rig, from, email, password, session)                                               \
    access_sign_in((rig)->access, (from), PT_STR(email), PT_STR(password), (session), &(rig)->err)

static int64_t entries(Rig *rig, const char *action)
{
    char sql[160];
    (void)snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM audit_content WHERE action = '%s'",
                   action);
    return rig_number(rig, sql);
}

static void test_setup_once(void **state)
{
    Rig *rig = *state;
    AccessSession session;
    char code[ACCESS_CODE_TEXT], before[ACCESS_CODE_TEXT];
    assert_true(access_setup_code(rig->access, before));
    rig_reopen(rig);
    assert_true(access_setup_code(rig->access, code));
    assert_string_not_equal(code, before); // of one start only
    AccessFrom from = rig_from(NULL);
    const AccessPerson person = {
        .email = PT_STR("a@b"), .name = PT_STR("A"), .password = pt_str(rig_password)};
    assert_int_equal(access_setup(rig->access, &from, pt_str(before), &person, &session, &rig->err),
                     PT_UNAUTHENTICATED);
    const AccessPrincipal owner = rig_owner(rig, &session);
    assert_string_equal(owner.role, "owner");
    assert_false(access_setup_required(rig->access));
    assert_int_equal(access_setup(rig->access, &from, pt_str(code), &person, &session, &rig->err),
                     PT_CONFLICT);
    rig_reopen(rig);
    assert_false(access_setup_required(rig->access));
    assert_true(rig_is_in(rig, &session));
}

static void test_sign_in(void **state)
{
    Rig *rig = *state;
    AccessSession first, second;
    AccessFrom from = rig_from(NULL);
    (void)rig_owner(rig, &first);
    assert_int_equal(SIGN_IN(rig, &from, "OWNER@x.org", "correct horse battery", &second), PT_OK);
    assert_string_not_equal(first.cookie, second.cookie);
    assert_string_not_equal(first.csrf, second.csrf);
    assert_true(rig_is_in(rig, &first) && rig_is_in(rig, &second));
    const AccessPrincipal who = rig_who(rig, &second);
    assert_int_equal(who.permissions, RIG_READ | RIG_WRITE | RIG_PEOPLE | RIG_TOKENS);
    assert_string_equal(who.csrf, second.csrf);
    assert_string_equal(who.actor.name, "Olga");
    assert_false(who.second_factor_due);
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM account_session WHERE user_agent LIKE "
                                     "'Browser/1 _?'"),
                     2);
    assert_int_equal(SIGN_IN(rig, &from, "no address", "x", &second), PT_INVALID);
}

/* A session that somebody else could have planted does not live on. */
static void test_no_fixation(void **state)
{
    Rig *rig = *state;
    AccessSession first, second;
    const AccessPrincipal owner = rig_owner(rig, &first);
    AccessFrom from = rig_from(&owner);
    assert_int_equal(SIGN_IN(rig, &from, "owner@x.org", "correct horse battery", &second), PT_OK);
    assert_string_not_equal(first.cookie, second.cookie);
    assert_false(rig_is_in(rig, &first));
    assert_true(rig_is_in(rig, &second));
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM account_session"), 1);
}

/* Unknown, wrong and disabled differ in nothing that is answered, written or counted. */
static void test_failures_look_alike(void **state)
{
    static const char *const emails[] = {"nobody@x.org", "owner@x.org", "out@x.org",
                                         "invited@x.org"};
    Rig *rig = *state;
    AccessSession session;
    AccessAccount account;
    AccessLink link;
    const AccessPrincipal owner = rig_owner(rig, &session);
    (void)rig_person(rig, "out@x.org", "reader");
    const AccessEdit disable = {.set_disabled = true, .disabled = true};
    assert_int_equal(access_account_change(rig->access, &owner, PT_STR("out@x.org"), &disable,
                                           rig->arena, &account, &rig->err),
                     PT_OK);
    const AccessPerson person = {
        .email = PT_STR("invited@x.org"), .name = PT_STR("I"), .role = PT_STR("reader")};
    assert_int_equal(
        access_invite(rig->access, &owner, &person, rig->arena, &account, &link, &rig->err), PT_OK);
    for (size_t i = 0; i < PT_COUNT(emails); i++) {
        PtError err = {0};
        AccessFrom from = rig_from(NULL);
        from.peer = "";
        const int64_t before = entries(rig, "session.failed");
        const PtStr password =
            strcmp(emails[i], "out@x.org") == 0 ? pt_str(rig_password) : PT_STR("wrong password");
        assert_int_equal(
            access_sign_in(rig->access, &from, pt_str(emails[i]), password, &session, &err),
            PT_UNAUTHENTICATED);
        assert_string_equal(err.message, "mail address or password is wrong");
        assert_int_equal(entries(rig, "session.failed"), before + 1);
    }
    // what was typed as an address of nobody is not kept
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM audit_content WHERE subject_name LIKE "
                                     "'%nobody%' OR detail LIKE '%nobody%'"),
                     0);
}

static void test_brute_force_of_an_account(void **state)
{
    static const char *const emails[] = {"owner@x.org", "nobody@x.org"};
    Rig *rig = *state;
    AccessSession session;
    (void)rig_owner(rig, &session);
    for (size_t e = 0; e < PT_COUNT(emails); e++) {
        AccessFrom from = rig_from(NULL);
        char peer[32];
        from.peer = peer;
        for (int i = 0; i < 5; i++) { // from ever other addresses
            (void)snprintf(peer, sizeof peer, "198.51.100.%d", i);
            assert_int_equal(access_sign_in(rig->access, &from, pt_str(emails[e]),
                                            PT_STR("wrong password"), &session, NULL),
                             PT_UNAUTHENTICATED);
        }
        (void)snprintf(peer, sizeof peer, "198.51.100.77");
        assert_int_equal(access_sign_in(rig->access, &from, pt_str(emails[e]), pt_str(rig_password),
                                        &session, NULL),
                         PT_BUSY);
        assert_int_equal(from.retry_after_s, 1);
    }
    pt_clock_sim_advance(rig->clock, 1000);
    AccessFrom from = rig_from(NULL);
    assert_int_equal(SIGN_IN(rig, &from, "owner@x.org", "correct horse battery", &session), PT_OK);
    assert_int_equal(rig_number(rig, "SELECT failures FROM account"), 0);
}

static void test_brute_force_outlives_a_restart(void **state)
{
    Rig *rig = *state;
    AccessSession session;
    AccessFrom from = rig_from(NULL);
    (void)rig_owner(rig, &session);
    from.peer = "";
    for (int i = 0; i < 5; i++) {
        assert_int_equal(SIGN_IN(rig, &from, "owner@x.org", "wrong password", &session),
                         PT_UNAUTHENTICATED);
    }
    rig_reopen(rig);
    assert_int_equal(SIGN_IN(rig, &from, "owner@x.org", "correct horse battery", &session),
                     PT_BUSY);
    pt_clock_sim_advance(rig->clock, 60000);
    assert_int_equal(SIGN_IN(rig, &from, "owner@x.org", "correct horse battery", &session), PT_OK);
}

static void test_brute_force_of_an_address(void **state)
{
    Rig *rig = *state;
    AccessSession session;
    AccessFrom from = rig_from(NULL);
    char email[32];
    (void)rig_owner(rig, &session);
    for (int i = 0; i < 5; i++) { // one password for many
        (void)snprintf(email, sizeof email, "n%d@x.org", i);
        assert_int_equal(
            access_sign_in(rig->access, &from, pt_str(email), PT_STR("password12"), &session, NULL),
            PT_UNAUTHENTICATED);
    }
    assert_int_equal(SIGN_IN(rig, &from, "owner@x.org", "correct horse battery", &session),
                     PT_BUSY);
    from.peer = "203.0.113.9";
    assert_int_equal(SIGN_IN(rig, &from, "owner@x.org", "correct horse battery", &session), PT_OK);
}

static void test_session_ends_by_time(void **state)
{
    Rig *rig = *state;
    AccessSession session;
    (void)rig_owner(rig, &session);
    pt_clock_sim_advance(rig->clock, 12 * 3600000 - 1);
    assert_true(rig_is_in(rig, &session));
    pt_clock_sim_advance(rig->clock, 12 * 3600000 - 1); // that was a use
    assert_true(rig_is_in(rig, &session));
    pt_clock_sim_advance(rig->clock, 12 * 3600000);
    assert_false(rig_is_in(rig, &session));
    AccessFrom from = rig_from(NULL);
    assert_int_equal(SIGN_IN(rig, &from, "owner@x.org", "correct horse battery", &session), PT_OK);
    for (int i = 0; i < 7 * 24 - 1; i++) {
        pt_clock_sim_advance(rig->clock, 3600000);
        assert_true(rig_is_in(rig, &session));
    }
    pt_clock_sim_advance(rig->clock, 3600000); // used every hour, and over after seven days
    assert_false(rig_is_in(rig, &session));
    notes_write(rig->access);
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM account_session"), 0);
}

static void test_last_use_is_noted(void **state)
{
    Rig *rig = *state;
    AccessSession session;
    (void)rig_owner(rig, &session);
    pt_clock_sim_advance(rig->clock, 5000);
    assert_true(rig_is_in(rig, &session));
    notes_write(rig->access);
    assert_int_equal(rig_number(rig, "SELECT last_used_ms - created_ms FROM account_session"),
                     5000);
}

static void test_sessions_are_bounded(void **state)
{
    Rig *rig = *state;
    AccessSession first, session;
    const AccessPrincipal owner = rig_owner(rig, &first);
    for (int i = 0; i < ACCESS_SESSIONS_MAX; i++) { // without the work of hashing
        PT_CLEANUP(change_end) Change c = {0};
        AccessFrom from = rig_from(NULL);
        pt_clock_sim_advance(rig->clock, 1);
        assert_int_equal(change_begin(rig->access, &c, &rig->err), PT_OK);
        assert_int_equal(
            session_begin(&c, &from, pt_str(owner.actor.id), false, &session, &rig->err), PT_OK);
        assert_int_equal(change_commit(&c, &rig->err), PT_OK);
    }
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM account_session"), ACCESS_SESSIONS_MAX);
    assert_true(rig_is_in(rig, &session));
    rig_reopen(rig);
    assert_false(rig_is_in(rig, &first));
}

static void test_failed_commit_leaves_no_session(void **state)
{
    Rig *rig = *state;
    AccessSession first, session = {.cookie = ""};
    const AccessPrincipal owner = rig_owner(rig, &first);
    {
        PT_CLEANUP(change_end) Change c = {0};
        AccessFrom from = rig_from(&owner);
        assert_int_equal(change_begin(rig->access, &c, &rig->err), PT_OK);
        assert_int_equal(
            session_begin(&c, &from, pt_str(owner.actor.id), false, &session, &rig->err), PT_OK);
        assert_true(rig_is_in(rig, &session));
    }
    assert_false(rig_is_in(rig, &session));
    assert_true(rig_is_in(rig, &first));
}

static void test_own_sessions(void **state)
{
    Rig *rig = *state;
    AccessSession one, two, three;
    AccessOwnSession *list;
    size_t count;
    AccessFrom from = rig_from(NULL);
    const AccessPrincipal owner = rig_owner(rig, &one), other = rig_person(rig, "o@x.org", "admin");
    pt_clock_sim_advance(rig->clock, 1);
    assert_int_equal(SIGN_IN(rig, &from, "owner@x.org", "correct horse battery", &two), PT_OK);
    pt_clock_sim_advance(rig->clock, 1);
    assert_int_equal(SIGN_IN(rig, &from, "owner@x.org", "correct horse battery", &three), PT_OK);
    assert_int_equal(access_sessions(rig->access, &owner, rig->arena, &list, &count, &rig->err),
                     PT_OK);
    assert_int_equal(count, 3);
    assert_string_equal(list[2].id, owner.session);
    assert_int_equal(access_session_end(rig->access, &other, pt_str(list[0].id), &rig->err),
                     PT_NOT_FOUND);
    assert_int_equal(access_session_end(rig->access, &owner, pt_str(list[0].id), &rig->err), PT_OK);
    assert_true(!rig_is_in(rig, &three) && rig_is_in(rig, &two));
    assert_int_equal(access_sessions_end_others(rig->access, &owner, &rig->err), PT_OK);
    assert_true(!rig_is_in(rig, &two) && rig_is_in(rig, &one));
    assert_int_equal(access_sign_out(rig->access, &owner, &rig->err), PT_OK);
    assert_false(rig_is_in(rig, &one));
    const AccessPrincipal socket = rig_socket();
    assert_int_equal(access_sessions(rig->access, &socket, rig->arena, &list, &count, NULL),
                     PT_CONFLICT);
}

static void test_password_change(void **state)
{
    Rig *rig = *state;
    AccessSession one, two, renewed;
    AccessFrom anew = rig_from(NULL);
    const AccessPrincipal owner = rig_owner(rig, &one);
    AccessFrom from = rig_from(&owner);
    assert_int_equal(SIGN_IN(rig, &anew, "owner@x.org", "correct horse battery", &two), PT_OK);
    assert_int_equal(access_password_change(rig->access, &from, PT_STR("wrong password"),
                                            PT_STR("another password"), &renewed, NULL),
                     PT_UNAUTHENTICATED);
    assert_int_equal(access_password_change(rig->access, &from, pt_str(rig_password),
                                            PT_STR("short"), &renewed, NULL),
                     PT_INVALID);
    assert_true(rig_is_in(rig, &one) && rig_is_in(rig, &two));
    assert_int_equal(access_password_change(rig->access, &from, pt_str(rig_password),
                                            PT_STR("another password"), &renewed, &rig->err),
                     PT_OK);
    assert_true(!rig_is_in(rig, &one) && !rig_is_in(rig, &two) && rig_is_in(rig, &renewed));
    assert_int_equal(SIGN_IN(rig, &anew, "owner@x.org", "correct horse battery", &two),
                     PT_UNAUTHENTICATED);
    assert_int_equal(SIGN_IN(rig, &anew, "owner@x.org", "another password", &two), PT_OK);
}

/* -- second factor ----------------------------------------------------------------------------- */

static PtStr code_at(const AccessTotp *totp, int64_t now_ms, char out[static 8])
{
    uint8_t secret[TOTP_SECRET] = {0};
    unsigned bits = 0, at = 0;
    uint32_t window = 0;
    for (const char *p = totp->secret; *p != '\0'; p++) {
        const uint32_t five = (uint32_t)(*p >= 'A' ? *p - 'A' : *p - '2' + 26);
        window = window << 5 | five;
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            secret[at++] = (uint8_t)(window >> bits);
        }
    }
    (void)snprintf(out, 8, "%06u",
                   totp_code((PtStr){(const char *)secret, TOTP_SECRET}, now_ms / 30000, 6) %
                       1000000);
    return pt_str(out);
}

static void enrol(Rig *rig, AccessPrincipal *who, AccessTotp *totp, AccessRecovery *recovery,
                  AccessSession *session)
{
    char code[8];
    AccessFrom from = rig_from(who);
    assert_int_equal(access_totp_begin(rig->access, &from, pt_str(rig_password), totp, &rig->err),
                     PT_OK);
    const PtStr digits = code_at(totp, pt_clock_now_ms(rig->clock), code);
    assert_int_equal(access_totp_confirm(rig->access, &from, digits, recovery, session, &rig->err),
                     PT_OK);
    *who = rig_who(rig, session);
}

static void test_second_factor(void **state)
{
    Rig *rig = *state;
    AccessSession one, two, session, due, in;
    AccessTotp totp;
    AccessRecovery recovery;
    char code[8];
    AccessFrom anew = rig_from(NULL);
    AccessPrincipal owner = rig_owner(rig, &one);
    assert_int_equal(SIGN_IN(rig, &anew, "owner@x.org", "correct horse battery", &two), PT_OK);
    enrol(rig, &owner, &totp, &recovery, &session);
    assert_true(!rig_is_in(rig, &one) && !rig_is_in(rig, &two)); // rights changed: new sessions
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM account_totp WHERE length(secret) = 80"),
                     1);
    assert_int_equal(SIGN_IN(rig, &anew, "owner@x.org", "correct horse battery", &due), PT_OK);
    assert_true(due.second_factor_due);
    AccessPrincipal who = rig_who(rig, &due);
    assert_true(who.second_factor_due && who.permissions == 0);
    AccessFrom from = rig_from(&who);
    const PtStr used = code_at(&totp, pt_clock_now_ms(rig->clock), code);
    assert_int_equal(access_second_factor(rig->access, &from, used, &in, NULL),
                     PT_UNAUTHENTICATED); // the one that confirmed
    pt_clock_sim_advance(rig->clock, 30000);
    const PtStr fresh = code_at(&totp, pt_clock_now_ms(rig->clock), code);
    assert_int_equal(access_second_factor(rig->access, &from, fresh, &in, &rig->err), PT_OK);
    assert_false(rig_is_in(rig, &due)); // the id from before the factor is gone
    assert_string_not_equal(due.cookie, in.cookie);
    who = rig_who(rig, &in);
    assert_true(!who.second_factor_due && who.permissions != 0);
    AccessFrom again = rig_from(&who);
    assert_int_equal(access_second_factor(rig->access, &again, fresh, &in, NULL), PT_CONFLICT);
}

static void test_second_factor_is_guarded_and_ends(void **state)
{
    Rig *rig = *state;
    AccessSession session, due, in;
    AccessTotp totp;
    AccessRecovery recovery;
    AccessFrom anew = rig_from(NULL);
    AccessPrincipal owner = rig_owner(rig, &session);
    enrol(rig, &owner, &totp, &recovery, &session);
    assert_int_equal(SIGN_IN(rig, &anew, "owner@x.org", "correct horse battery", &due), PT_OK);
    const AccessPrincipal who = rig_who(rig, &due);
    AccessFrom from = rig_from(&who);
    from.peer = "";
    for (int i = 0; i < 5; i++) {
        assert_int_equal(access_second_factor(rig->access, &from, PT_STR("000000"), &in, NULL),
                         PT_UNAUTHENTICATED);
    }
    assert_int_equal(access_second_factor(rig->access, &from, PT_STR("000000"), &in, NULL),
                     PT_BUSY);
    assert_int_equal(from.retry_after_s, 1);
    pt_clock_sim_advance(rig->clock, ACCESS_SECOND_FACTOR_MS);
    assert_false(rig_is_in(rig, &due));
}

static void test_recovery_codes(void **state)
{
    Rig *rig = *state;
    AccessSession session, due, in;
    AccessTotp totp;
    AccessRecovery recovery;
    AccessFrom anew = rig_from(NULL);
    AccessPrincipal owner = rig_owner(rig, &session);
    enrol(rig, &owner, &totp, &recovery, &session);
    for (int i = 0; i < 2; i++) { // good once
        pt_clock_sim_advance(rig->clock, 90000);
        assert_int_equal(SIGN_IN(rig, &anew, "owner@x.org", "correct horse battery", &due), PT_OK);
        const AccessPrincipal who = rig_who(rig, &due);
        AccessFrom from = rig_from(&who);
        assert_int_equal(
            access_second_factor(rig->access, &from, pt_str(recovery.codes[3]), &in, NULL),
            i == 0 ? PT_OK : PT_UNAUTHENTICATED);
    }
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM account_recovery WHERE used_ms IS NULL"),
                     9);
    // rig_owner's is the only code-less way left
    const AccessPrincipal who = owner;
    AccessFrom from = rig_from(&who);
    assert_int_equal(access_totp_end(rig->access, &from, PT_STR("wrong password"), &in, NULL),
                     PT_UNAUTHENTICATED);
    assert_int_equal(access_totp_end(rig->access, &from, pt_str(rig_password), &in, &rig->err),
                     PT_OK);
    assert_int_equal(SIGN_IN(rig, &anew, "owner@x.org", "correct horse battery", &due), PT_OK);
    assert_false(due.second_factor_due);
    assert_int_equal(rig_number(rig, "SELECT COUNT(*) FROM account_recovery"), 0);
}

/* -- people ------------------------------------------------------------------------------------ */

static void test_invitation(void **state)
{
    Rig *rig = *state;
    AccessSession session, other;
    AccessAccount account;
    AccessLink link, newer;
    AccessFrom from = rig_from(NULL);
    const AccessPrincipal owner = rig_owner(rig, &session);
    const AccessPerson person = {
        .email = PT_STR("New@x.org"), .name = PT_STR("New"), .role = PT_STR("reader")};
    assert_int_equal(
        access_invite(rig->access, &owner, &person, rig->arena, &account, &link, &rig->err), PT_OK);
    assert_int_equal(account.state, ACCESS_INVITED);
    assert_int_equal(
        access_invite(rig->access, &owner, &person, rig->arena, &account, &newer, NULL),
        PT_CONFLICT);
    assert_int_equal(access_accept(rig->access, &from, PT_STR("nosuch"), PT_STR("N"),
                                   PT_STR("a fine password"), &session, NULL),
                     PT_UNAUTHENTICATED);
    assert_int_equal(access_accept(rig->access, &from, pt_str(link.token), PT_STR("N"),
                                   PT_STR("new@x.org!"), &session, NULL),
                     PT_OK);
    assert_string_equal(rig_who(rig, &session).role, "reader");
    assert_string_equal(rig_who(rig, &session).actor.name, "N");
    assert_int_equal(access_accept(rig->access, &from, pt_str(link.token), PT_STR("N"),
                                   PT_STR("a fine password"), &other, NULL),
                     PT_UNAUTHENTICATED);
    assert_int_equal(access_reset(rig->access, &owner, PT_STR("new@x.org"), rig->arena, &account,
                                  &link, &rig->err),
                     PT_OK);
    assert_int_equal(access_reset(rig->access, &owner, PT_STR("new@x.org"), rig->arena, &account,
                                  &newer, &rig->err),
                     PT_OK);
    assert_true(rig_is_in(rig, &session)); // until the link is used
    pt_clock_sim_advance(rig->clock, 1000);
    assert_int_equal(access_accept(rig->access, &from, pt_str(link.token), (PtStr){NULL, 0},
                                   PT_STR("a fine password"), &other, NULL),
                     PT_UNAUTHENTICATED);
    assert_int_equal(access_accept(rig->access, &from, pt_str(newer.token), (PtStr){NULL, 0},
                                   PT_STR("a fine password"), &other, &rig->err),
                     PT_OK);
    assert_true(!rig_is_in(rig, &session) && rig_is_in(rig, &other));
}

static void test_link_expires(void **state)
{
    Rig *rig = *state;
    AccessSession session;
    AccessAccount account;
    AccessLink link;
    AccessFrom from = rig_from(NULL);
    const AccessPrincipal owner = rig_owner(rig, &session);
    const AccessPerson person = {
        .email = PT_STR("n@x.org"), .name = PT_STR("N"), .role = PT_STR("reader")};
    assert_int_equal(
        access_invite(rig->access, &owner, &person, rig->arena, &account, &link, &rig->err), PT_OK);
    pt_clock_sim_advance(rig->clock, ACCESS_LINK_MS);
    assert_int_equal(access_accept(rig->access, &from, pt_str(link.token), PT_STR("N"),
                                   PT_STR("a fine password"), &session, NULL),
                     PT_UNAUTHENTICATED);
    pt_clock_sim_advance(rig->clock, -1);
    assert_int_equal(access_accept(rig->access, &from, pt_str(link.token), PT_STR("N"),
                                   PT_STR("a fine password"), &session, NULL),
                     PT_OK);
}

static PtStatus edit_role(Rig *rig, const AccessPrincipal *by, const char *who, const char *role)
{
    AccessAccount account;
    const AccessEdit edit = {.role = pt_str(role)};
    return access_account_change(rig->access, by, pt_str(who), &edit, rig->arena, &account,
                                 &rig->err);
}

static void test_owners(void **state)
{
    Rig *rig = *state;
    AccessSession session;
    AccessAccount account;
    AccessLink link;
    const AccessPrincipal owner = rig_owner(rig, &session);
    const AccessPrincipal admin = rig_person(rig, "admin@x.org", "admin");
    const AccessEdit disable = {.set_disabled = true, .disabled = true};
    assert_int_equal(edit_role(rig, &owner, "owner@x.org", "admin"), PT_CONFLICT);
    assert_int_equal(access_account_change(rig->access, &owner, PT_STR("owner@x.org"), &disable,
                                           rig->arena, &account, NULL),
                     PT_CONFLICT);
    assert_int_equal(edit_role(rig, &admin, "owner@x.org", "reader"), PT_FORBIDDEN);
    assert_int_equal(edit_role(rig, &admin, "admin@x.org", "owner"), PT_FORBIDDEN);
    assert_int_equal(
        access_reset(rig->access, &admin, PT_STR("owner@x.org"), rig->arena, &account, &link, NULL),
        PT_FORBIDDEN);
    const AccessPerson second = {
        .email = PT_STR("two@x.org"), .name = PT_STR("Two"), .role = PT_STR("owner")};
    assert_int_equal(access_invite(rig->access, &admin, &second, rig->arena, &account, &link, NULL),
                     PT_FORBIDDEN);
    assert_int_equal(
        access_invite(rig->access, &owner, &second, rig->arena, &account, &link, &rig->err), PT_OK);
    // one who never accepted cannot take over
    assert_int_equal(edit_role(rig, &owner, "owner@x.org", "admin"), PT_CONFLICT);
    AccessFrom from = rig_from(NULL);
    AccessSession other;
    assert_int_equal(access_accept(rig->access, &from, pt_str(link.token), (PtStr){NULL, 0},
                                   PT_STR("a fine password"), &other, &rig->err),
                     PT_OK);
    assert_int_equal(edit_role(rig, &owner, "owner@x.org", "reader"), PT_OK);
    assert_false(rig_is_in(rig, &session)); // rights changed: signed out
}

static void test_rights_are_not_given_beyond_ones_own(void **state)
{
    Rig *rig = *state;
    AccessSession session;
    const AccessPrincipal owner = rig_owner(rig, &session);
    (void)rig_person(rig, "admin@x.org", "admin");
    (void)rig_person(rig, "reader@x.org", "reader");
    AccessPrincipal narrow = owner; // a token of an admin, cut down to reading and people
    narrow.permissions = RIG_READ | RIG_PEOPLE;
    (void)snprintf(narrow.role, sizeof narrow.role, "admin");
    assert_int_equal(edit_role(rig, &narrow, "reader@x.org", "admin"), PT_FORBIDDEN);
    assert_int_equal(edit_role(rig, &narrow, "admin@x.org", "reader"), PT_FORBIDDEN);
    assert_int_equal(edit_role(rig, &narrow, "reader@x.org", "reader"), PT_OK);
    assert_int_equal(edit_role(rig, &owner, "reader@x.org", "king"), PT_INVALID);
    assert_int_equal(edit_role(rig, &owner, "nobody@x.org", "reader"), PT_NOT_FOUND);
}

static void test_disable(void **state)
{
    Rig *rig = *state;
    AccessSession session, theirs;
    AccessAccount account;
    AccessFrom from = rig_from(NULL);
    const AccessPrincipal owner = rig_owner(rig, &session);
    (void)rig_person(rig, "p@x.org", "writer");
    assert_int_equal(SIGN_IN(rig, &from, "p@x.org", "correct horse battery", &theirs), PT_OK);
    const AccessPrincipal person = rig_who(rig, &theirs);
    char secret[ACCESS_TOKEN_TEXT];
    AccessToken token;
    AccessPrincipal who;
    const AccessTokenSpec spec = {.role = PT_STR("writer")};
    assert_int_equal(
        access_token_add(rig->access, &person, &spec, rig->arena, secret, &token, &rig->err),
        PT_OK);
    AccessEdit edit = {.set_disabled = true, .disabled = true};
    assert_int_equal(access_account_change(rig->access, &owner, PT_STR("p@x.org"), &edit,
                                           rig->arena, &account, &rig->err),
                     PT_OK);
    assert_int_equal(account.state, ACCESS_DISABLED);
    assert_false(rig_is_in(rig, &theirs));
    assert_int_equal(access_by_token(rig->access, pt_str(secret), "", &who, NULL),
                     PT_UNAUTHENTICATED);
    assert_int_equal(SIGN_IN(rig, &from, "p@x.org", "correct horse battery", &theirs),
                     PT_UNAUTHENTICATED);
    edit.disabled = false;
    assert_int_equal(access_account_change(rig->access, &owner, PT_STR("p@x.org"), &edit,
                                           rig->arena, &account, &rig->err),
                     PT_OK);
    assert_int_equal(access_by_token(rig->access, pt_str(secret), "", &who, NULL), PT_OK);
    assert_false(rig_is_in(rig, &theirs));
    assert_int_equal(edit_role(rig, &owner, "p@x.org", "reader"), PT_OK);
    assert_int_equal(access_by_token(rig->access, pt_str(secret), "", &who, NULL), PT_OK);
    assert_int_equal(who.permissions, RIG_READ); // no more than its maker has now
}

static void test_list_people(void **state)
{
    Rig *rig = *state;
    AccessSession session;
    AccessAccount *list;
    size_t count;
    bool more;
    (void)rig_owner(rig, &session);
    (void)rig_person(rig, "a_b@x.org", "reader");
    (void)rig_person(rig, "axb@x.org", "reader");
    AccessPeopleFilter f = {.state = -1, .limit = 2};
    assert_int_equal(access_people(rig->access, &f, rig->arena, &list, &count, &more, &rig->err),
                     PT_OK);
    assert_true(count == 2 && more);
    f.after = list[1].email;
    assert_int_equal(access_people(rig->access, &f, rig->arena, &list, &count, &more, &rig->err),
                     PT_OK);
    assert_true(count == 1 && !more);
    f = (AccessPeopleFilter){.state = -1, .limit = 9, .search = PT_STR("A_B")};
    assert_int_equal(access_people(rig->access, &f, rig->arena, &list, &count, &more, &rig->err),
                     PT_OK);
    assert_int_equal(count, 1);
    f = (AccessPeopleFilter){.state = -1, .limit = 9, .search = PT_STR("olga")};
    assert_int_equal(access_people(rig->access, &f, rig->arena, &list, &count, &more, &rig->err),
                     PT_OK);
    assert_int_equal(count, 1);
    f = (AccessPeopleFilter){.state = ACCESS_ACTIVE, .limit = 9, .role = PT_STR("reader")};
    assert_int_equal(access_people(rig->access, &f, rig->arena, &list, &count, &more, &rig->err),
                     PT_OK);
    assert_int_equal(count, 2);
    assert_int_equal(access_role_accounts(rig->access, "reader"), 2);
    f = (AccessPeopleFilter){.state = ACCESS_DISABLED, .limit = 9};
    assert_int_equal(access_people(rig->access, &f, rig->arena, &list, &count, &more, &rig->err),
                     PT_OK);
    assert_int_equal(count, 0);
}

/* -- tokens ------------------------------------------------------------------------------------ */

static struct TokenCase {
    const char *name, *by, *role, *scope; /* by: a role, or "socket" */
    PtStatus want;
    uint64_t rights;
} token_cases[] = {
    {"socket, all of a role", "socket", "admin", NULL, PT_OK, 15},
    {"socket, an owner's", "socket", "owner", NULL, PT_OK, 15},
    {"cut down", "socket", "admin", "read", PT_OK, RIG_READ},
    {"scope outside the role", "socket", "reader", "write", PT_INVALID, 0},
    {"no such scope", "socket", "reader", "fly", PT_INVALID, 0},
    {"no such role", "socket", "king", NULL, PT_INVALID, 0},
    {"as much as one has", "writer", "writer", NULL, PT_OK, RIG_READ | RIG_WRITE | RIG_TOKENS},
    {"more than one has", "writer", "admin", NULL, PT_FORBIDDEN, 0},
    {"a higher role cut down to it", "writer", "admin", "write", PT_OK, RIG_WRITE},
    {"an owner's by an admin", "admin", "owner", "read", PT_FORBIDDEN, 0},
};

static void test_token(void **state)
{
    const struct TokenCase *c = *state;
    void *rig_state = NULL;
    assert_int_equal(rig_up(&rig_state), 0);
    Rig *rig = rig_state;
    char secret[ACCESS_TOKEN_TEXT];
    AccessToken token;
    AccessPrincipal who;
    const bool socket = strcmp(c->by, "socket") == 0;
    const AccessPrincipal by = socket ? rig_socket() : rig_person(rig, "p@x.org", c->by);
    const PtStr scope = pt_str(c->scope != NULL ? c->scope : "");
    const AccessTokenSpec spec = {.role = pt_str(c->role),
                                  .name = PT_STR("ci"),
                                  .scopes = c->scope != NULL ? &scope : NULL,
                                  .scope_count = 1};
    assert_int_equal(
        access_token_add(rig->access, &by, &spec, rig->arena, secret, &token, &rig->err), c->want);
    for (int i = 0; i < 2 && c->want == PT_OK; i++) { // and after a restart
        assert_int_equal(access_by_token(rig->access, pt_str(secret), "p", &who, &rig->err), PT_OK);
        assert_int_equal(who.permissions, c->rights);
        assert_int_equal(who.actor.kind, AUDIT_TOKEN);
        assert_string_equal(who.actor.name, "ci");
        rig_reopen(rig);
    }
    assert_int_equal(rig_down(&rig_state), 0);
}

static void test_token_ends(void **state)
{
    Rig *rig = *state;
    char secret[ACCESS_TOKEN_TEXT], other[ACCESS_TOKEN_TEXT];
    AccessToken token, *list;
    AccessPrincipal who;
    size_t count;
    bool more;
    const AccessPrincipal by = rig_socket();
    const int64_t now_ms = pt_clock_now_ms(rig->clock);
    AccessTokenSpec spec = {.role = PT_STR("admin"), .expires_ms = now_ms};
    assert_int_equal(access_token_add(rig->access, &by, &spec, rig->arena, secret, &token, NULL),
                     PT_INVALID);
    spec.expires_ms = now_ms + 1000;
    assert_int_equal(
        access_token_add(rig->access, &by, &spec, rig->arena, secret, &token, &rig->err), PT_OK);
    pt_clock_sim_advance(rig->clock, 999);
    assert_int_equal(access_by_token(rig->access, pt_str(secret), "", &who, NULL), PT_OK);
    pt_clock_sim_advance(rig->clock, 1);
    assert_int_equal(access_by_token(rig->access, pt_str(secret), "", &who, NULL),
                     PT_UNAUTHENTICATED);
    spec.expires_ms = 0;
    assert_int_equal(
        access_token_add(rig->access, &by, &spec, rig->arena, other, &token, &rig->err), PT_OK);
    const AccessPrincipal reader = rig_person(rig, "r@x.org", "reader");
    assert_int_equal(access_token_revoke(rig->access, &reader, token.id, NULL), PT_FORBIDDEN);
    assert_int_equal(access_token_revoke(rig->access, &by, token.id, &rig->err), PT_OK);
    assert_int_equal(access_token_revoke(rig->access, &by, token.id, NULL), PT_NOT_FOUND);
    assert_int_equal(access_by_token(rig->access, pt_str(other), "", &who, NULL),
                     PT_UNAUTHENTICATED);
    assert_int_equal(access_tokens(rig->access, &(AccessTokenFilter){0, PT_STR(""), 1}, rig->arena,
                                   &list, &count, &more, NULL),
                     PT_OK);
    assert_true(count == 1 && more && list[0].revoked_ms != 0);
    assert_int_equal(access_tokens(rig->access, &(AccessTokenFilter){0, list[0].id, 1}, rig->arena,
                                   &list, &count, &more, NULL),
                     PT_OK);
    assert_true(count == 1 && !more);
    assert_int_equal(access_tokens(rig->access, &(AccessTokenFilter){1, PT_STR(""), 9}, rig->arena,
                                   &list, &count, &more, NULL),
                     PT_OK);
    assert_int_equal(count, 0);
}

/* What goes on for long, such as a stream, is looked at again. */
static void test_holds(void **state)
{
    Rig *rig = *state;
    AccessSession session, theirs;
    AccessAccount account;
    AccessToken token;
    AccessPrincipal by_token;
    char secret[ACCESS_TOKEN_TEXT];
    AccessFrom from = rig_from(NULL);
    const AccessPrincipal socket = rig_socket(), owner = rig_owner(rig, &session);
    const int64_t now_ms = pt_clock_now_ms(rig->clock);
    const AccessTokenSpec spec = {.role = PT_STR("writer"), .expires_ms = now_ms + 1000};
    assert_true(access_holds(rig->access, &socket));
    (void)rig_person(rig, "p@x.org", "writer");
    assert_int_equal(SIGN_IN(rig, &from, "p@x.org", "correct horse battery", &theirs), PT_OK);
    const AccessPrincipal person = rig_who(rig, &theirs);
    for (int i = 0; i < 3; i++) { // the token: revoked, expired, its maker cut down
        assert_int_equal(
            access_token_add(rig->access, &person, &spec, rig->arena, secret, &token, &rig->err),
            PT_OK);
        assert_int_equal(access_by_token(rig->access, pt_str(secret), "", &by_token, NULL), PT_OK);
        assert_true(access_holds(rig->access, &by_token) && access_holds(rig->access, &person));
        if (i == 0) {
            assert_int_equal(access_token_revoke(rig->access, &owner, token.id, &rig->err), PT_OK);
        } else if (i == 1) {
            pt_clock_sim_advance(rig->clock, 1000);
        }
        if (i < 2) {
            assert_false(access_holds(rig->access, &by_token));
            pt_clock_sim_set(rig->clock, now_ms);
            continue;
        }
        const AccessEdit edit = {.role = PT_STR("reader")};
        assert_int_equal(access_account_change(rig->access, &owner, PT_STR("p@x.org"), &edit,
                                               rig->arena, &account, &rig->err),
                         PT_OK);
        assert_false(access_holds(rig->access, &by_token) || access_holds(rig->access, &person));
    }
    const AccessEdit disable = {.set_disabled = true, .disabled = true};
    assert_int_equal(SIGN_IN(rig, &from, "p@x.org", "correct horse battery", &theirs), PT_OK);
    const AccessPrincipal again = rig_who(rig, &theirs);
    assert_true(access_holds(rig->access, &again));
    assert_int_equal(access_account_change(rig->access, &owner, PT_STR("p@x.org"), &disable,
                                           rig->arena, &account, &rig->err),
                     PT_OK);
    assert_false(access_holds(rig->access, &again));
    assert_true(access_holds(rig->access, &owner));
    pt_clock_sim_advance(rig->clock, 12 * 3600000); // and looking is no use of it
    assert_false(access_holds(rig->access, &owner));
}

/* What a token made is bound to the person behind it too. */
static void test_token_of_a_token(void **state)
{
    Rig *rig = *state;
    AccessSession session;
    AccessAccount account;
    char first[ACCESS_TOKEN_TEXT], second[ACCESS_TOKEN_TEXT];
    AccessToken token;
    AccessPrincipal who;
    const AccessPrincipal owner = rig_owner(rig, &session);
    const AccessPrincipal writer = rig_person(rig, "w@x.org", "writer");
    const AccessTokenSpec spec = {.role = PT_STR("writer")};
    assert_int_equal(
        access_token_add(rig->access, &writer, &spec, rig->arena, first, &token, &rig->err), PT_OK);
    assert_int_equal(access_by_token(rig->access, pt_str(first), "", &who, &rig->err), PT_OK);
    assert_int_equal(
        access_token_add(rig->access, &who, &spec, rig->arena, second, &token, &rig->err), PT_OK);
    const AccessEdit edit = {.set_disabled = true, .disabled = true};
    assert_int_equal(access_account_change(rig->access, &owner, PT_STR("w@x.org"), &edit,
                                           rig->arena, &account, &rig->err),
                     PT_OK);
    assert_int_equal(access_by_token(rig->access, pt_str(second), "", &who, NULL),
                     PT_UNAUTHENTICATED);
}

/* Tokens of the first schema had no scopes, no expiry and no maker. */
static void test_token_of_the_first_schema(void **state)
{
    Rig *rig = *state;
    AccessPrincipal who;
    uint8_t hash[PT_SECRET_HASH], key[PT_SECRET_KEY] = "a key of 32 bytes for the tests";
    char hex[2 * PT_SECRET_HASH + 1], sql[300];
    pt_secret_hash(PT_STR("pt_old"), key, hash);
    pt_hex(hash, sizeof hash, hex);
    (void)snprintf(sql, sizeof sql,
                   "INSERT INTO api_token (id, name, role, hash, created_ms) VALUES ('t', '', "
                   "'admin', x'%s', 1)",
                   hex);
    rig_sql(rig, sql);
    rig_reopen(rig);
    assert_int_equal(access_by_token(rig->access, PT_STR("pt_old"), "", &who, &rig->err), PT_OK);
    assert_string_equal(who.role, "admin");
    assert_int_equal(who.permissions, 15);
}

/* -- by a provider's word ------------------------------------------------------------------------
 */

static struct ExternalCase {
    const char *name, *email, *subject;
    bool verified, create;
    PtStatus want;
} external_cases[] = {
    {"known address", "person@x.org", "s1", true, false, PT_OK},
    {"known address, not verified", "person@x.org", "s2", false, true, PT_FORBIDDEN},
    {"unknown address", "new@x.org", "s3", true, false, PT_FORBIDDEN},
    {"unknown address, may be made", "new@x.org", "s4", true, true, PT_OK},
    {"no address", "", "s5", true, true, PT_FORBIDDEN},
};

static void test_external(void **state)
{
    const struct ExternalCase *c = *state;
    void *rig_state = NULL;
    assert_int_equal(rig_up(&rig_state), 0);
    Rig *rig = rig_state;
    AccessSession session;
    AccessExternal who = {.issuer = PT_STR("https://id.x.org"),
                          .subject = pt_str(c->subject),
                          .email = pt_str(c->email),
                          .name = PT_STR("Person"),
                          .verified = c->verified,
                          .create = c->create,
                          .role = "reader",
                          .peer = "192.0.2.7",
                          .user_agent = PT_STR("B")};
    assert_int_equal(access_sign_in_external(rig->access, &who, &session, NULL), PT_FORBIDDEN);
    (void)rig_owner(rig, &session); // without an owner nobody comes in
    (void)rig_person(rig, "person@x.org", "writer");
    assert_int_equal(access_sign_in_external(rig->access, &who, &session, &rig->err), c->want);
    if (c->want == PT_OK) {
        const AccessPrincipal first = rig_who(rig, &session);
        assert_string_equal(first.role, strcmp(c->email, "new@x.org") == 0 ? "reader" : "writer");
        who.email = PT_STR("changed@elsewhere.org"); // linked by subject from now on
        who.verified = false;
        assert_int_equal(access_sign_in_external(rig->access, &who, &session, &rig->err), PT_OK);
        assert_string_equal(rig_who(rig, &session).actor.id, first.actor.id);
    }
    assert_int_equal(rig_down(&rig_state), 0);
}

/* -- secrets at rest -----------------------------------------------------------------------------
 */

static void test_seal(void **state)
{
    Rig *rig = *state;
    char one[200], two[200];
    PtStr plain;
    assert_int_equal(access_seal(rig->access, PT_STR("secret"), one, sizeof one, NULL), PT_OK);
    assert_int_equal(access_seal(rig->access, PT_STR("secret"), two, sizeof two, NULL), PT_OK);
    assert_string_not_equal(one, two);
    assert_int_equal(access_unseal(rig->access, pt_str(one), rig->arena, &plain, NULL), PT_OK);
    assert_true(pt_str_eq(plain, PT_STR("secret")));
    one[strlen(one) / 2] ^= 1;
    assert_int_equal(access_unseal(rig->access, pt_str(one), rig->arena, &plain, NULL), PT_CORRUPT);
    assert_int_equal(access_unseal(rig->access, PT_STR("AAAA"), rig->arena, &plain, NULL),
                     PT_CORRUPT);
    assert_int_equal(access_unseal(rig->access, PT_STR("!"), rig->arena, &plain, NULL), PT_CORRUPT);
    assert_int_equal(access_seal(rig->access, PT_STR("secret"), one, 60, NULL), PT_TOO_LARGE);
}

int main(void)
{
#define RIG_TEST(fn) cmocka_unit_test_setup_teardown(fn, rig_up, rig_down)
    struct CMUnitTest tests[128] = {
        RIG_TEST(test_setup_once),
        RIG_TEST(test_sign_in),
        RIG_TEST(test_no_fixation),
        RIG_TEST(test_failures_look_alike),
        RIG_TEST(test_brute_force_of_an_account),
        RIG_TEST(test_brute_force_outlives_a_restart),
        RIG_TEST(test_brute_force_of_an_address),
        RIG_TEST(test_session_ends_by_time),
        RIG_TEST(test_last_use_is_noted),
        RIG_TEST(test_sessions_are_bounded),
        RIG_TEST(test_failed_commit_leaves_no_session),
        RIG_TEST(test_own_sessions),
        RIG_TEST(test_password_change),
        RIG_TEST(test_second_factor),
        RIG_TEST(test_second_factor_is_guarded_and_ends),
        RIG_TEST(test_recovery_codes),
        RIG_TEST(test_invitation),
        RIG_TEST(test_link_expires),
        RIG_TEST(test_owners),
        RIG_TEST(test_rights_are_not_given_beyond_ones_own),
        RIG_TEST(test_disable),
        RIG_TEST(test_list_people),
        RIG_TEST(test_token_ends),
        RIG_TEST(test_holds),
        RIG_TEST(test_token_of_a_token),
        RIG_TEST(test_token_of_the_first_schema),
        RIG_TEST(test_seal),
    };
    size_t n = 26;
    PT_TEST_ROWS(tests, n, token_cases, test_token);
    PT_TEST_ROWS(tests, n, external_cases, test_external);
    return _cmocka_run_group_tests("access/access", tests, n, NULL, NULL);
}
