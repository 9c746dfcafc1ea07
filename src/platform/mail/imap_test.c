// SPDX-License-Identifier: Apache-2.0
/* IMAP and SMTP against a server of one connection that says exactly what a case wants. */
#include "base/buf.h"
#include "base/memory.h"
#include "platform/mail_io.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { LINE = 8192, STEPS = 12, PATIENCE_MS = 20000 };

/* What the server does at each line it gets that holds `want`; "$" in what it says is the line's
 * first word (the tag). say NULL: closes the connection. */
typedef struct Step {
    const char *want, *say;
} Step;

typedef struct Script {
    const char *greeting;
    Step steps[STEPS];
    int fd;
    uint16_t port;
    pthread_t thread;
    char got[LINE]; /* a line that no step wanted */
} Script;

static void say(int fd, const char *text, const char *tag)
{
    PT_CLEANUP(pt_buf_done) PtBuf all = {0};
    pt_buf_init(&all, (size_t)4 * MAIL_LINE_BYTES);
    PtStr rest = pt_str(text), part;
    while (pt_str_cut(&rest, '$', &part)) {
        pt_buf_add_str(&all, part);
        pt_buf_add_str(&all, rest.data != NULL ? pt_str(tag) : PT_STR(""));
    }
    (void)send(fd, all.data, all.len, MSG_NOSIGNAL);
}

static bool read_line(FILE *in, char line[static LINE])
{
    return fgets(line, LINE, in) != NULL;
}

static void *serve(void *ctx)
{
    Script *s = ctx;
    const int fd = accept(s->fd, NULL, NULL);
    PT_CLEANUP(pt_close_filep) FILE *in = fd >= 0 ? fdopen(fd, "r") : NULL;
    char line[LINE], tag[LINE];
    if (in == NULL) {
        return NULL;
    }
    say(fd, s->greeting, "");
    for (const Step *step = s->steps; step->want != NULL && read_line(in, line);) {
        (void)snprintf(tag, sizeof tag, "%.*s", (int)strcspn(line, " \r\n"), line);
        if (strstr(line, step->want) == NULL) {
            memcpy(s->got, line, sizeof line);
            continue; // of a body, or something that the case does not care for
        }
        if (step->say == NULL) {
            return NULL;
        }
        say(fd, step->say, tag);
        step++;
    }
    while (read_line(in, line) && strstr(line, "LOGOUT") == NULL && strstr(line, "QUIT") == NULL) {
    }
    return NULL;
}

static void start(Script *s)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(s->fd >= 0);
    assert_int_equal(bind(s->fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(s->fd, 1), 0);
    assert_int_equal(getsockname(s->fd, (struct sockaddr *)&at, &len), 0);
    s->port = ntohs(at.sin_port);
    assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void end(Script *s)
{
    (void)pthread_join(s->thread, NULL);
    (void)close(s->fd);
}

static MailServer server(const Script *s, bool is_token)
{
    return (MailServer){.host = "127.0.0.1",
                        .port = s->port,
                        .security = MAIL_CLEAR,
                        .user = "desk@shop.example",
                        .secret = "secret",
                        .is_token = is_token,
                        .timeout_ms = PATIENCE_MS};
}

#define CAPABLE "* CAPABILITY IMAP4rev1 IDLE\r\n$ OK done\r\n"
#define IN                                                                                         \
    {"CAPABILITY", CAPABLE}, {"LOGIN", "$ OK in\r\n"},                                             \
    {                                                                                              \
        "CAPABILITY", CAPABLE                                                                      \
    }
#define CHOSEN                                                                                     \
    {"SELECT \"INBOX\"", "* 2 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 90] ok\r\n"       \
                         "$ OK [READ-WRITE] done\r\n"}
#define NOTHING {"NOOP", "$ OK\r\n"}

static struct ImapCase {
    const char *name;
    Step answer;     /* to "UID FETCH" */
    PtStatus want;   /* of the fetch */
    const char *got; /* the message, or a part of the error */
} fetches[] = {
    {"a literal",
     {"UID FETCH 8 (UID BODY.PEEK[])",
      "* 1 FETCH (UID 8 BODY[] {5}\r\na)\r\nb FLAGS ())\r\n$ OK\r\n"},
     PT_OK,
     "a)\r\nb"},
    {"in quotes", {"UID FETCH", "* 1 FETCH (BODY[] \"a\\\"b\" UID 8)\r\n$ OK\r\n"}, PT_OK, "a\"b"},
    {"among what others did",
     {"UID FETCH",
      "* 9 EXISTS\r\n* 2 FETCH (FLAGS (\\Seen))\r\n* 1 FETCH (UID 8 BODY[] {1}\r\nx)\r\n"
      "* 1 EXPUNGE\r\n$ OK {5}\r\n"},
     PT_OK,
     "x"},
    {"another's",
     {"UID FETCH", "* 1 FETCH (UID 9 BODY[] {1}\r\nx)\r\n$ OK\r\n"},
     PT_NOT_FOUND,
     "gone"},
    {"none", {"UID FETCH", "$ OK\r\n"}, PT_NOT_FOUND, "gone"},
    {"over the bound",
     {"UID FETCH", "* 1 FETCH (UID 8 BODY[] {21}\r\n012345678901234567890)\r\n$ OK\r\n"},
     PT_TOO_LARGE,
     "over 20"},
    {"a literal without an end",
     {"UID FETCH", "* 1 FETCH (UID 8 BODY[] {99999999999}\r\nabc"},
     PT_UNAVAILABLE,
     "99999999999 bytes at once"},
    {"a list without an end",
     {"UID FETCH", "* 1 FETCH (UID 8 BODY[] {1}\r\nx\r\n$ OK\r\n"},
     PT_UNAVAILABLE,
     "cannot be read"},
    {"no", {"UID FETCH", "$ NO [SERVERBUG] not today\r\n"}, PT_UNAVAILABLE, "not today"},
    {"goodbye", {"UID FETCH", "* BYE too long\r\n"}, PT_UNAVAILABLE, "goodbye: too long"},
    {"closed", {"UID FETCH", NULL}, PT_UNAVAILABLE, "closed the connection"},
    {"an answer to nobody", {"UID FETCH", "B7 OK\r\n"}, PT_UNAVAILABLE, "not asked"},
    {"no IMAP", {"UID FETCH", "HTTP/1.1 400 Bad\r\n"}, PT_UNAVAILABLE, "no IMAP"},
};

static void fetches_what_is_said(void **state)
{
    const struct ImapCase *c = *state;
    Script script = {.greeting = "* OK hello\r\n", .steps = {IN, CHOSEN, c->answer}};
    PtError err = {0};
    MailImap *m = NULL;
    MailFolder folder;
    PtBuf got;
    const MailItem item = {.uid = 8, .bytes = 5};
    start(&script);
    const MailServer s = server(&script, false);
    if (mail_imap_open(&s, &m, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    assert_int_equal(mail_imap_select(m, PT_STR("INBOX"), &folder, &err), PT_OK);
    assert_true(folder.uid_validity == 7 && folder.uid_next == 90 && folder.count == 2);
    pt_buf_init(&got, 20);
    const PtStatus st = mail_imap_fetch(m, &item, &got, &err);
    assert_int_equal(st, c->want);
    if (st == PT_OK) {
        assert_int_equal(got.len, strlen(c->got));
        assert_memory_equal(got.data, c->got, got.len);
    } else {
        assert_non_null(strstr(err.message, c->got));
    }
    pt_buf_done(&got);
    if (c->answer.say != NULL) {
        (void)shutdown(script.fd, SHUT_RDWR);
    }
    mail_imap_close(m);
    end(&script);
}

/* A line that never ends is given up at its bound. */
static void a_line_has_an_end(void **state)
{
    (void)state;
    PT_CLEANUP(pt_free_charp) char *text = malloc((size_t)2 * MAIL_LINE_BYTES + 1);
    assert_non_null(text);
    memset(text, 'x', (size_t)2 * MAIL_LINE_BYTES);
    text[(size_t)2 * MAIL_LINE_BYTES] = '\0';
    Script script = {.greeting = "* OK hello\r\n", .steps = {IN, {"NOOP", text}}};
    MailImap *m = NULL;
    PtError err = {0};
    MailItem item;
    size_t count;
    start(&script);
    const MailServer s = server(&script, false);
    assert_int_equal(mail_imap_open(&s, &m, &err), PT_OK);
    assert_int_equal(mail_imap_list(m, 0, 1, &item, &count, &err), PT_UNAVAILABLE);
    assert_non_null(strstr(err.message, "a line over 65536 bytes"));
    mail_imap_close(m);
    end(&script);
}

/* Without IDLE it asks; without MOVE and UIDPLUS it copies and marks; a token logs in. */
static void a_poor_server_is_asked(void **state)
{
    (void)state;
    static const char poor[] = "* CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2\r\n$ OK done\r\n";
    Script script = {.greeting = "* OK hello\r\n",
                     .steps = {{"CAPABILITY", poor},
                               {"AUTHENTICATE XOAUTH2 ", "$ OK in\r\n"},
                               {"CAPABILITY", poor},
                               CHOSEN,
                               NOTHING,
                               {"NOOP", "* 3 EXISTS\r\n$ OK\r\n"},
                               {"UID COPY 8 \"A&-B\"", "$ NO [TRYCREATE] none\r\n"},
                               {"CREATE \"A&-B\"", "$ OK\r\n"},
                               {"UID COPY 8 \"A&-B\"", "$ OK\r\n"},
                               {"UID STORE 8 +FLAGS.SILENT (\\Seen \\Deleted)", "$ OK\r\n"},
                               {"LOGOUT", "* BYE\r\n$ OK\r\n"}}};
    MailImap *m = NULL;
    PtError err = {0};
    MailFolder folder;
    bool changed = false;
    start(&script);
    const MailServer s = server(&script, true);
    if (mail_imap_open(&s, &m, &err) != PT_OK) {
        fail_msg("%s; got %s", err.message, script.got);
    }
    assert_int_equal(mail_imap_select(m, PT_STR("INBOX"), &folder, &err), PT_OK);
    assert_false(mail_imap_has_idle(m));
    assert_int_equal(mail_imap_wait(m, PATIENCE_MS, 1, &changed, &err), PT_OK);
    assert_true(changed);
    assert_int_equal(mail_imap_move(m, 8, PT_STR("A&B"), &err), PT_OK);
    mail_imap_close(m);
    end(&script);
}

/* ---- SMTP */

#define HELLO    {"EHLO", "250-me\r\n250 SIZE 1000\r\n"}
#define ENVELOPE {"MAIL FROM:<a@b.de>", "250 ok\r\n"}, {"RCPT TO:<c@d.de>", "250 ok\r\n"}
#define DATA     {"DATA", "354 go on\r\n"}

static struct SmtpCase {
    const char *name;
    const char *greeting;
    Step steps[STEPS];
    PtStatus want;
    MailOutcome outcome;
    int code;
    const char *said; /* also of the error */
} smtp_cases[] = {
    {"sent",
     "220 hi\r\n",
     {HELLO, ENVELOPE, DATA, {".\r\n", "250 2.0.0 taken\r\n"}},
     PT_OK,
     MAIL_SENT,
     250,
     "2.0.0 taken"},
    {"no answer to all of it",
     "220 hi\r\n",
     {HELLO, ENVELOPE, DATA, {".\r\n", NULL}},
     PT_OK,
     MAIL_IN_DOUBT,
     354,
     "go on"},
    {"refused at its end",
     "220 hi\r\n",
     {HELLO, ENVELOPE, DATA, {".\r\n", "554 5.7.1 spam \x01\xff\r\n"}},
     PT_OK,
     MAIL_REFUSED,
     554,
     "5.7.1 spam ??"},
    {"later",
     "220 hi\r\n",
     {HELLO, {"MAIL FROM", "451 4.3.2 full\r\n"}},
     PT_OK,
     MAIL_LATER,
     451,
     "4.3.2 full"},
    {"closed before it",
     "220 hi\r\n",
     {HELLO, {"MAIL FROM", NULL}},
     PT_UNAVAILABLE,
     MAIL_OUTCOMES,
     0,
     "no mail connection"},
    {"nobody is served",
     "554 5.3.2 closed\r\n",
     {{NULL, NULL}},
     PT_UNAVAILABLE,
     MAIL_OUTCOMES,
     0,
     "5.3.2 closed"},
};

static void sends(void **state)
{
    const struct SmtpCase *c = *state;
    Script script = {.greeting = c->greeting};
    const PtStr to = PT_STR("c@d.de");
    const MailEnvelope envelope = {PT_STR("a@b.de"), &to, 1};
    MailSent sent = {.outcome = MAIL_OUTCOMES};
    PtError err = {0};
    MailSmtp *smtp = NULL;
    memcpy(script.steps, c->steps, sizeof script.steps);
    start(&script);
    MailServer s = server(&script, false);
    s.user = NULL;
    assert_int_equal(mail_smtp_new(&s, "me.example", &smtp, &err), PT_OK);
    assert_int_equal(
        mail_smtp_send(smtp, &envelope, PT_STR("Subject: x\r\n\r\ny\r\n"), &sent, &err), c->want);
    assert_int_equal(sent.outcome, c->outcome);
    assert_int_equal(sent.code, c->code);
    assert_non_null(strstr(c->want == PT_OK ? sent.said : err.message, c->said));
    (void)shutdown(script.fd, SHUT_RDWR);
    mail_smtp_free(smtp);
    end(&script);
}

static struct UnfitCase {
    const char *name, *from, *to, *bytes;
} unfit[] = {
    {"sender", "a b@c.de", "c@d.de", "a\r\n"},
    {"recipient", "a@b.de", "c@d.de>\r\nDATA", "a\r\n"},
    {"a bare line feed", "a@b.de", "c@d.de", "a\n.\r\n"},
    {"a bare return", "a@b.de", "c@d.de", "a\r.\r\n"},
    {"no end", "a@b.de", "c@d.de", "a"},
    {"nothing", "a@b.de", "c@d.de", ""},
};

static void refuses_what_cannot_be_sent(void **state)
{
    const struct UnfitCase *c = *state;
    PT_CLEANUP(mail_smtp_freep) MailSmtp *smtp = NULL;
    const MailServer s = {.host = "127.0.0.1", .port = 1};
    const PtStr to = pt_str(c->to);
    const MailEnvelope envelope = {pt_str(c->from), &to, 1};
    MailSent sent;
    assert_int_equal(mail_smtp_new(&s, NULL, &smtp, NULL), PT_OK);
    assert_int_equal(mail_smtp_send(smtp, &envelope, pt_str(c->bytes), &sent, NULL), PT_INVALID);
}

static struct SettingCase {
    const char *name;
    MailServer server;
} settings[] = {
    {"no host", {.host = "", .port = 1, .user = "u", .secret = "s"}},
    {"a host with a path", {.host = "a/b", .port = 1, .user = "u", .secret = "s"}},
    {"a host with a user", {.host = "a@b", .port = 1, .user = "u", .secret = "s"}},
    {"no port", {.host = "a", .user = "u", .secret = "s"}},
    {"no secret", {.host = "a", .port = 1, .user = "u"}},
    {"no user", {.host = "a", .port = 1}},
    {"a line in the user", {.host = "a", .port = 1, .user = "u\r\nA1 LOGOUT", .secret = "s"}},
};

static void refuses_settings(void **state)
{
    const struct SettingCase *c = *state;
    MailImap *m = NULL;
    assert_int_equal(mail_imap_open(&c->server, &m, NULL), PT_INVALID);
    assert_null(m);
}

int main(void)
{
    enum {
        FETCHES = sizeof fetches / sizeof *fetches,
        SMTP = sizeof smtp_cases / sizeof *smtp_cases,
        UNFIT = sizeof unfit / sizeof *unfit,
        SETTINGS = sizeof settings / sizeof *settings
    };
    struct CMUnitTest tests[FETCHES + SMTP + UNFIT + SETTINGS + 2] = {
        cmocka_unit_test(a_line_has_an_end),
        cmocka_unit_test(a_poor_server_is_asked),
    };
    size_t count = 2;
    for (size_t i = 0; i < FETCHES; i++) {
        tests[count++] =
            (struct CMUnitTest){fetches[i].name, fetches_what_is_said, NULL, NULL, &fetches[i]};
    }
    for (size_t i = 0; i < SMTP; i++) {
        tests[count++] = (struct CMUnitTest){smtp_cases[i].name, sends, NULL, NULL, &smtp_cases[i]};
    }
    for (size_t i = 0; i < UNFIT; i++) {
        tests[count++] =
            (struct CMUnitTest){unfit[i].name, refuses_what_cannot_be_sent, NULL, NULL, &unfit[i]};
    }
    for (size_t i = 0; i < SETTINGS; i++) {
        tests[count++] =
            (struct CMUnitTest){settings[i].name, refuses_settings, NULL, NULL, &settings[i]};
    }
    return cmocka_run_group_tests_name("imap", tests, NULL, NULL);
}
