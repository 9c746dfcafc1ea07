// SPDX-License-Identifier: Apache-2.0
/* IMAP and SMTP against Debian's Dovecot and Postfix (tests/harness/mail.py starts them). Without
 * them these tests are skipped. */
#include "base/memory.h"
#include "platform/clock.h"
#include "platform/mail_io.h"
#include "platform/mail_write.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { LIMIT = 25 << 20, ITEMS = 10, PATIENCE_MS = 20000 };

static const char *const passwords[] = {"desk's \"pass\\word", "anna's \"pass\\word",
                                        "other's \"pass\\word"};

static const char *about(const char *name)
{
    char variable[64];
    (void)snprintf(variable, sizeof variable, "PATRON_TEST_MAIL_%s", name);
    return getenv(variable); // NOLINT(concurrency-mt-unsafe): nobody sets any
}

/* A server by the name of its port. */
static MailServer server(const char *port, MailSecurity security, const char *user,
                         const char *secret)
{
    const char *number = about(port);
    uint32_t at = 0;
    if (number == NULL) {
        skip();
    }
    assert_true(pt_str_to_u32(pt_str(number), UINT16_MAX, &at));
    return (MailServer){.host = "localhost",
                        .port = (uint16_t)at,
                        .security = security,
                        .user = user,
                        .secret = secret,
                        .ca_file = about("CA"),
                        .timeout_ms = PATIENCE_MS};
}

static MailImap *mailbox_of(const char *user, const char *secret)
{
    const MailServer s = server("IMAPS", MAIL_TLS, user, secret);
    MailImap *m = NULL;
    MailFolder folder;
    PtError err = {0};
    if (mail_imap_open(&s, &m, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    assert_int_equal(mail_imap_select(m, PT_STR("INBOX"), &folder, &err), PT_OK);
    assert_true(folder.uid_validity > 0);
    return m;
}

/* Sends from other@ to the one address. */
static MailSent send_to(const char *to, PtStr bytes)
{
    const MailServer s = server("SMTP", MAIL_STARTTLS, "other@shop.example", passwords[2]);
    PT_CLEANUP(mail_smtp_freep) MailSmtp *smtp = NULL;
    const PtStr recipient = pt_str(to);
    const MailEnvelope envelope = {PT_STR("other@shop.example"), &recipient, 1};
    MailSent sent = {.outcome = MAIL_OUTCOMES};
    PtError err = {0};
    assert_int_equal(mail_smtp_new(&s, "client.shop.example", &smtp, &err), PT_OK);
    if (mail_smtp_send(smtp, &envelope, bytes, &sent, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    return sent;
}

/* A message of about len bytes whose lines begin with what means something to servers. */
static PtBuf message(const char *subject, size_t len)
{
    PtBuf b;
    pt_buf_init(&b, LIMIT + 1000);
    // with all that a server would add where it is not there
    pt_buf_printf(&b,
                  "From: other@shop.example\r\nTo: desk@shop.example\r\nSubject: %s\r\n"
                  "Date: Mon, 23 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@shop.example>\r\n\r\n",
                  subject);
    for (unsigned i = 0; b.len < len; i++) {
        pt_buf_printf(&b, ".line %u) {12}\r\n.\r\n..\r\nFrom here\r\n", i);
    }
    assert_int_equal(pt_buf_status(&b), PT_OK);
    return b;
}

/* Waits until there is a message behind `after`, and returns it. */
static MailItem wait_for_mail(MailImap *m, uint32_t after)
{
    const int64_t until = pt_mono_ms() + PATIENCE_MS;
    PtError err = {0};
    for (;;) {
        MailItem items[ITEMS];
        size_t count = 0;
        bool changed;
        if (mail_imap_list(m, after, ITEMS, items, &count, &err) != PT_OK) {
            fail_msg("%s", err.message);
        }
        if (count > 0) {
            return items[0];
        }
        assert_true(pt_mono_ms() < until);
        assert_int_equal(mail_imap_wait(m, PATIENCE_MS, 1000, &changed, &err), PT_OK);
    }
}

/* The greatest UID of the folder; 0: it is empty. */
static uint32_t last_uid(MailImap *m)
{
    uint32_t last = 0;
    for (size_t count = 1; count > 0;) {
        MailItem items[ITEMS];
        assert_int_equal(mail_imap_list(m, last, ITEMS, items, &count, NULL), PT_OK);
        last = count > 0 ? items[count - 1].uid : last;
    }
    return last;
}

static void assert_ends_with(const PtBuf *got, const PtBuf *sent)
{
    assert_true(got->len > sent->len);
    assert_memory_equal(got->data + got->len - sent->len, sent->data, sent->len);
}

static void a_mail_comes_back_byte_by_byte(void **state)
{
    (void)state;
    PT_CLEANUP(mail_imap_closep)
    MailImap *m = mailbox_of("desk@shop.example", passwords[0]);
    PT_CLEANUP(pt_buf_done) PtBuf mail = message("round trip", 300000);
    PT_CLEANUP(pt_buf_done) PtBuf got = {0};
    const uint32_t before = last_uid(m);
    const MailSent sent = send_to("desk@shop.example", pt_buf_str(&mail));
    assert_int_equal(sent.outcome, MAIL_SENT);
    assert_int_equal(sent.code, 250);
    assert_non_null(strstr(sent.said, "queued as"));
    const MailItem item = wait_for_mail(m, before);
    assert_false(item.seen);
    pt_buf_init(&got, LIMIT);
    assert_int_equal(mail_imap_fetch(m, &item, &got, NULL), PT_OK);
    assert_int_equal(got.len, item.bytes);
    assert_ends_with(&got, &mail);
}

static void a_mail_over_the_bound_shows_its_head(void **state)
{
    (void)state;
    PT_CLEANUP(mail_imap_closep)
    MailImap *m = mailbox_of("desk@shop.example", passwords[0]);
    PT_CLEANUP(pt_buf_done) PtBuf mail = message("too large", 200000);
    PT_CLEANUP(pt_buf_done) PtBuf got = {0};
    const uint32_t before = last_uid(m);
    assert_int_equal(send_to("desk@shop.example", pt_buf_str(&mail)).outcome, MAIL_SENT);
    MailItem item = wait_for_mail(m, before);
    pt_buf_init(&got, 5000);
    assert_int_equal(mail_imap_fetch(m, &item, &got, NULL), PT_TOO_LARGE);
    assert_int_equal(got.len, 5000);
    assert_true(pt_str_has(pt_buf_str(&got), PT_STR("Subject: too large")));
    item.bytes = 10; // a server that says less than it sends
    assert_int_equal(mail_imap_fetch(m, &item, &got, NULL), PT_TOO_LARGE);
    assert_int_equal(got.len, 5000);
    assert_true(mail_imap_is_open(m)); // and what comes next is understood
    pt_buf_done(&got);
    pt_buf_init(&got, LIMIT);
    assert_int_equal(mail_imap_fetch(m, &item, &got, NULL), PT_OK);
    assert_ends_with(&got, &mail);
}

static void many_are_listed_in_pages_and_moved(void **state)
{
    (void)state;
    PT_CLEANUP(mail_imap_closep)
    MailImap *m = mailbox_of("anna@shop.example", passwords[1]);
    PT_CLEANUP(pt_buf_done) PtBuf mail = message("one of many", 100);
    MailItem items[ITEMS], more[ITEMS];
    size_t count = 0, rest = 0;
    for (int i = 0; i < 7; i++) {
        assert_int_equal(send_to("anna@shop.example", pt_buf_str(&mail)).outcome, MAIL_SENT);
    }
    for (uint32_t last = 0, i = 0; i < 7; i++) {
        last = wait_for_mail(m, last).uid;
    }
    assert_int_equal(mail_imap_list(m, 0, 3, items, &count, NULL), PT_OK);
    assert_int_equal(count, 3);
    assert_true(items[0].uid < items[1].uid && items[1].uid < items[2].uid);
    assert_int_equal(mail_imap_list(m, items[2].uid, 3, more, &rest, NULL), PT_OK);
    assert_int_equal(rest, 3);
    assert_true(more[0].uid > items[2].uid);
    assert_int_equal(mail_imap_list(m, more[2].uid, 3, more, &rest, NULL), PT_OK);
    assert_int_equal(rest, 1);

    assert_int_equal(mail_imap_mark_seen(m, items[0].uid, NULL), PT_OK);
    assert_int_equal(mail_imap_mark_seen(m, 4000000, NULL), PT_OK); // gone
    assert_int_equal(mail_imap_move(m, items[1].uid, PT_STR("Erledigt & größer"), NULL), PT_OK);
    assert_int_equal(mail_imap_move(m, items[2].uid, PT_STR("Erledigt & größer"), NULL), PT_OK);
    assert_int_equal(mail_imap_list(m, 0, ITEMS, more, &rest, NULL), PT_OK);
    assert_int_equal(rest, 5);
    assert_true(more[0].uid == items[0].uid && more[0].seen && !more[1].seen);
    PT_CLEANUP(pt_buf_done) PtBuf got = {0};
    pt_buf_init(&got, LIMIT);
    assert_int_equal(mail_imap_fetch(m, &items[1], &got, NULL), PT_NOT_FOUND);

    MailFolder folder;
    assert_int_equal(mail_imap_select(m, PT_STR("Erledigt & größer"), &folder, NULL), PT_OK);
    assert_int_equal(folder.count, 2);
    assert_int_equal(mail_imap_select(m, PT_STR("no such"), &folder, NULL), PT_NOT_FOUND);
    assert_int_equal(mail_imap_select(m, PT_STR("a\r\nb"), &folder, NULL), PT_INVALID);
    assert_true(mail_imap_is_open(m));
}

typedef struct Waker {
    pthread_t thread;
    int64_t sent_ms;
} Waker;

static void *send_one(void *ctx)
{
    Waker *w = ctx;
    PtBuf mail = message("wake up", 100);
    (void)send_to("desk@shop.example", pt_buf_str(&mail));
    w->sent_ms = pt_mono_ms();
    pt_buf_done(&mail);
    return NULL;
}

/* The wait has an hour's worth of reasons to go on: only the mail ends it. */
static void idle_wakes_for_a_mail(void **state)
{
    (void)state;
    PT_CLEANUP(mail_imap_closep)
    MailImap *m = mailbox_of("desk@shop.example", passwords[0]);
    Waker w = {0};
    bool changed = false;
    PtError err = {0};
    const uint32_t before = last_uid(m);
    assert_true(mail_imap_has_idle(m));
    assert_int_equal(mail_imap_wait(m, 50, 1000, &changed, &err), PT_OK);
    assert_false(changed); // nothing came
    assert_int_equal(pthread_create(&w.thread, NULL, send_one, &w), 0);
    assert_int_equal(mail_imap_wait(m, MAIL_WAIT_MAX_MS, 1000, &changed, &err), PT_OK);
    const int64_t woken_ms = pt_mono_ms();
    (void)pthread_join(w.thread, NULL);
    assert_true(changed);
    print_message("woken %lld ms after the mail was taken\n", (long long)(woken_ms - w.sent_ms));
    assert_true(wait_for_mail(m, before).uid > before);
}

static struct LoginCase {
    const char *name, *port;
    MailSecurity security;
    const char *secret;
    bool no_ca;
    PtStatus want;
} logins[] = {
    {"TLS", "IMAPS", MAIL_TLS, "desk's \"pass\\word", false, PT_OK},
    {"STARTTLS", "IMAP", MAIL_STARTTLS, "desk's \"pass\\word", false, PT_OK},
    {"in the clear", "IMAP_CLEAR", MAIL_CLEAR, "desk's \"pass\\word", false, PT_OK},
    {"wrong password", "IMAPS", MAIL_TLS, "wrong", false, PT_UNAUTHENTICATED},
    {"unknown authority", "IMAPS", MAIL_TLS, "desk's \"pass\\word", true, PT_FORBIDDEN},
    {"SMTP over STARTTLS", "SMTP", MAIL_STARTTLS, "desk's \"pass\\word", false, PT_OK},
    {"SMTP over TLS", "SMTPS", MAIL_TLS, "desk's \"pass\\word", false, PT_OK},
    {"SMTP, wrong password", "SMTPS", MAIL_TLS, "wrong", false, PT_UNAUTHENTICATED},
    {"SMTP, unknown authority", "SMTPS", MAIL_TLS, "desk's \"pass\\word", true, PT_FORBIDDEN},
};

static void logs_in(void **state)
{
    const struct LoginCase *c = *state;
    MailServer s = server(c->port, c->security, "desk@shop.example", c->secret);
    s.ca_file = c->no_ca ? NULL : s.ca_file;
    PtError err = {0};
    PtStatus st = PT_OK;
    if (strncmp(c->port, "SMTP", 4) == 0) {
        PT_CLEANUP(mail_smtp_freep) MailSmtp *smtp = NULL;
        assert_int_equal(mail_smtp_new(&s, NULL, &smtp, &err), PT_OK);
        st = mail_smtp_check(smtp, &err);
    } else {
        PT_CLEANUP(mail_imap_closep) MailImap *m = NULL;
        st = mail_imap_open(&s, &m, &err);
    }
    if (st != c->want) {
        fail_msg("%s: %s", pt_status_name(st), err.message);
    }
    assert_null(strstr(err.message, "pass\\word"));
}

static struct RefusalCase {
    const char *to;
    MailOutcome outcome;
    int code;
    const char *said;
} refusals[] = {
    {"nobody@shop.example", MAIL_REFUSED, 550, "no such person"},
    {"later@shop.example", MAIL_LATER, 451, "greylisted"},
};

static void a_refusal_says_for_how_long(void **state)
{
    const struct RefusalCase *c = *state;
    PT_CLEANUP(pt_buf_done) PtBuf mail = message("refused", 100);
    const MailSent sent = send_to(c->to, pt_buf_str(&mail));
    assert_int_equal(sent.outcome, c->outcome);
    assert_int_equal(sent.code, c->code);
    assert_non_null(strstr(sent.said, c->said));
}

static void one_connection_takes_many_mails(void **state)
{
    (void)state;
    const MailServer s = server("SMTPS", MAIL_TLS, "other@shop.example", passwords[2]);
    PT_CLEANUP(mail_smtp_freep) MailSmtp *smtp = NULL;
    PT_CLEANUP(pt_buf_done) PtBuf mail = message("again", 100);
    PT_CLEANUP(pt_buf_done) PtBuf huge = message("huge", (size_t)21 << 20);
    const PtStr good[] = {PT_STR_INIT("other@shop.example"), PT_STR_INIT("anna@shop.example")};
    const PtStr bad[] = {PT_STR_INIT("other@shop.example"), PT_STR_INIT("nobody@shop.example")};
    const MailEnvelope to_good = {PT_STR(""), good, 2}, to_bad = {PT_STR(""), bad, 2};
    MailSent sent;
    assert_int_equal(mail_smtp_new(&s, NULL, &smtp, NULL), PT_OK);
    assert_int_equal(mail_smtp_check(smtp, NULL), PT_OK);
    assert_int_equal(mail_smtp_send(smtp, &to_good, pt_buf_str(&mail), &sent, NULL), PT_OK);
    assert_int_equal(sent.outcome, MAIL_SENT);
    assert_int_equal(mail_smtp_send(smtp, &to_bad, pt_buf_str(&mail), &sent, NULL), PT_OK);
    assert_int_equal(sent.outcome, MAIL_REFUSED);
    assert_int_equal(mail_smtp_send(smtp, &to_good, pt_buf_str(&huge), &sent, NULL), PT_OK);
    assert_int_equal(sent.outcome, MAIL_REFUSED); // over the server's own bound
    assert_int_equal(mail_smtp_send(smtp, &to_good, pt_buf_str(&mail), &sent, NULL), PT_OK);
    assert_int_equal(sent.outcome, MAIL_SENT);
}

static bool is_stopped(void *ctx)
{
    bool *stop = ctx;
    return __atomic_load_n(stop, __ATOMIC_RELAXED);
}

static void a_stop_ends_a_wait(void **state)
{
    (void)state;
    bool stop = false, changed;
    MailServer s = server("IMAPS", MAIL_TLS, "desk@shop.example", passwords[0]);
    s.is_stopped = is_stopped;
    s.ctx = &stop;
    PT_CLEANUP(mail_imap_closep) MailImap *m = NULL;
    MailFolder folder;
    assert_int_equal(mail_imap_open(&s, &m, NULL), PT_OK);
    assert_int_equal(mail_imap_select(m, PT_STR("INBOX"), &folder, NULL), PT_OK);
    (void)last_uid(m);
    __atomic_store_n(&stop, true, __ATOMIC_RELAXED);
    assert_int_equal(mail_imap_wait(m, MAIL_WAIT_MAX_MS, 1000, &changed, NULL), PT_UNAVAILABLE);
    assert_false(mail_imap_is_open(m));
}

/* The last of the tests: nobody answers after it. */
static void a_killed_server_ends_what_waits_for_it(void **state)
{
    (void)state;
    PT_CLEANUP(mail_imap_closep)
    MailImap *m = mailbox_of("desk@shop.example", passwords[0]);
    uint32_t pid = 0;
    bool changed;
    MailItem items[ITEMS];
    size_t count;
    (void)last_uid(m);
    assert_true(pt_str_to_u32(pt_str(about("DOVECOT_PID")), INT32_MAX, &pid));
    assert_int_equal(kill(-(pid_t)pid, SIGKILL), 0);
    assert_int_equal(mail_imap_wait(m, MAIL_WAIT_MAX_MS, 1000, &changed, NULL), PT_UNAVAILABLE);
    assert_false(mail_imap_is_open(m));
    assert_int_equal(mail_imap_list(m, 0, ITEMS, items, &count, NULL), PT_UNAVAILABLE);
    const MailServer s = server("IMAPS", MAIL_TLS, "other@shop.example", passwords[2]);
    MailImap *again = NULL;
    PtError err = {0};
    if (mail_imap_open(&s, &again, &err) != PT_UNAVAILABLE) {
        fail_msg("%s", err.message);
    }
}

int main(void)
{
    enum { LOGINS = sizeof logins / sizeof *logins, REFUSALS = 2, REST = 7 };
    struct CMUnitTest tests[LOGINS + REFUSALS + REST] = {
        cmocka_unit_test(a_mail_comes_back_byte_by_byte),
        cmocka_unit_test(a_mail_over_the_bound_shows_its_head),
        cmocka_unit_test(many_are_listed_in_pages_and_moved),
        cmocka_unit_test(idle_wakes_for_a_mail),
        cmocka_unit_test(one_connection_takes_many_mails),
        cmocka_unit_test(a_stop_ends_a_wait),
    };
    size_t count = REST - 1;
    for (size_t i = 0; i < LOGINS; i++) {
        tests[count++] = (struct CMUnitTest){logins[i].name, logs_in, NULL, NULL, &logins[i]};
    }
    for (size_t i = 0; i < REFUSALS; i++) {
        tests[count++] = (struct CMUnitTest){refusals[i].to, a_refusal_says_for_how_long, NULL,
                                             NULL, &refusals[i]};
    }
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_killed_server_ends_what_waits_for_it);
    return cmocka_run_group_tests_name("mail_io", tests, NULL, NULL);
}
