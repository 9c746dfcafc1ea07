// SPDX-License-Identifier: Apache-2.0
#include "platform/mail.h"

#include "base/buf.h"
#include "base/test_rows.h"

#include <stdio.h>

#define HEAD "From: Ada <ada@example.com>\r\nTo: desk@shop.example\r\n"
#define TEXT "Content-Type: text/plain; charset="

static PtArena *arena;

static MailMessage parse(PtStr bytes)
{
    MailMessage m;
    PtError err = {0};
    if (mail_parse(bytes, arena, &m, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    return m;
}

static void assert_text(PtStr got, const char *want)
{
    if (want == NULL ? got.data != NULL : !pt_str_eq(got, pt_str(want))) {
        fail_msg("\"%.*s\", not \"%s\"", PT_STR_ARG(got), want != NULL ? want : "(none)");
    }
}

/* ---- Bodies ---------------------------------------------------------------------------------- */

static struct Body {
    const char *name, *mail, *text, *html;
} bodies[] = {
    {"nothing at all", "", NULL, NULL},
    {"no head", "\r\nHello\r\n", "Hello\n", NULL},
    {"plain", HEAD "\r\nHello\r\nthere\r\n", "Hello\nthere\n", NULL},
    {"latin by charset",
     HEAD TEXT "iso-8859-1\r\n\r\nGr\xFC\xDF"
               "e\r\n",
     "Gr\xC3\xBC\xC3\x9F"
     "e\n",
     NULL},
    {"windows quotes said to be latin", HEAD TEXT "iso-8859-1\r\n\r\n\x93hi\x94\r\n",
     "\xE2\x80\x9Chi\xE2\x80\x9D\n", NULL},
    {"UTF-8 that says nothing",
     HEAD "\r\nGr\xC3\xBC\xC3\x9F"
          "e\r\n",
     "Gr\xC3\xBC\xC3\x9F"
     "e\n",
     NULL},
    {"latin that says UTF-8",
     HEAD TEXT "utf-8\r\n\r\nGr\xFC"
               "n\r\n",
     "Gr\xEF\xBF\xBDn\n", NULL},
    {"a charset that nobody knows",
     HEAD TEXT "x-klingon\r\n\r\nGr\xFC"
               "n\r\n",
     "Gr\xC3\xBC"
     "n\n",
     NULL},
    {"a charset that is no name",
     HEAD TEXT "a-name-that-is-longer-than-any-charset-has-ever-had\r\n\r\nGr\xFC"
               "n\r\n",
     "Gr\xC3\xBC"
     "n\n",
     NULL},
    {"Japanese mail", HEAD TEXT "iso-2022-jp\r\n\r\n\x1b$B$3$s\x1b(B\r\n",
     "\xE3\x81\x93\xE3\x82\x93\n", NULL},
    {"HTML alone", HEAD "Content-Type: text/html\r\n\r\n<p>Hi</p>\r\n", NULL, "<p>Hi</p>\n"},
    {"two forms of it",
     HEAD "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: "
          "text/plain\r\n\r\nHi\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Hi</p>\r\n--b--\r\n",
     "Hi", "<p>Hi</p>"},
    {"no last boundary", HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHi\r\n",
     "Hi\n", NULL},
    {"a file is no body",
     HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHi\r\n--b\r\nContent-Type: "
          "text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nfile\r\n--b--\r\n",
     "Hi", NULL},
};

static void test_body(void **state)
{
    const struct Body *row = *state;
    const MailMessage m = parse(pt_str(row->mail));
    assert_text(m.text, row->text);
    assert_text(m.html, row->html);
    assert_false(m.cut);
}

static void test_nul_bytes_go(void **state)
{
    (void)state;
    static const char mail[] = HEAD "\r\na\0b\r\n";
    assert_text(parse((PtStr){mail, sizeof mail - 1}).text, "ab\n");
}

/* ---- Heads ----------------------------------------------------------------------------------- */

static void test_head(void **state)
{
    (void)state;
    const MailMessage m =
        parse(PT_STR("From: =?utf-8?q?Ada_L=C3=B6w?= <ada@example.com>\r\nReply-To:\r\n"
                     "To: Team: \"B, Bo\" <bo@example.com>, cy@example.com;\r\nCc: Somebody\r\n"
                     "Subject: =?utf-8?q?Kasse_?=\r\n =?utf-8?q?steht?=\r\nDate: Fri, 19 May 2000 "
                     "01:10:27 -0400\r\n"
                     "Message-ID: <1@example.com>\r\nIn-Reply-To: <a@x> <b@x>\r\nReferences: "
                     "no-host\r\n\r\n.\r\n"));
    assert_int_equal(m.from.count, 1);
    assert_text(m.from.list[0].name, "Ada L\xC3\xB6w");
    assert_text(m.from.list[0].address, "ada@example.com");
    assert_int_equal(m.reply_to.count, 0);
    assert_int_equal(m.to.count, 2);
    assert_text(m.to.list[0].name, "B, Bo");
    assert_text(m.to.list[1].address, "cy@example.com");
    assert_text(m.cc.list[0].name, "Somebody");
    assert_text(m.cc.list[0].address, "");
    assert_text(m.subject, "Kasse steht");
    assert_int_equal(m.date_ms, 958713027000);
    assert_text(m.message_id, "1@example.com");
    assert_int_equal(m.in_reply_to.count, 2);
    assert_text(m.in_reply_to.list[1], "b@x");
    assert_text(m.references.list[0], "no-host");
}

static void test_files(void **state)
{
    (void)state;
    const MailMessage m = parse(PT_STR(
        HEAD
        "Content-Type: multipart/related; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/html\r\n\r\n<img src=\"cid:1\">\r\n"
        "--b\r\nContent-Type: IMAGE/PNG\r\nContent-ID: <1>\r\nContent-Transfer-Encoding: base64\r\n"
        "Content-Disposition: inline; filename=\"C:\\\\pics\\\\a.png\"\r\n\r\naGVsbG8=\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nx\r\n--b--\r\n"));
    assert_int_equal(m.file_count, 2);
    assert_text(m.files[0].name, "a.png");
    assert_text(m.files[0].type, "image/png");
    assert_text(m.files[0].content_id, "1");
    assert_text(m.files[0].bytes, "hello");
    assert_true(m.files[0].is_inline);
    assert_text(m.files[1].type, "message/rfc822");
    assert_true(m.files[1].bytes.len > 10);
}

/* ---- Nature ---------------------------------------------------------------------------------- */

static struct Is {
    const char *name, *head;
    MailNature nature;
    const char *why;
} natures[] = {
    {"a person", "Subject: My till\r\n", MAIL_PERSONAL, ""},
    {"no is no", "Auto-Submitted: no\r\n", MAIL_PERSONAL, ""},
    {"Exchange asks for silence", "X-Auto-Response-Suppress: All\r\n", MAIL_PERSONAL, ""},
    {"a vacation", "Auto-Submitted: auto-replied\r\n", MAIL_AUTO_REPLY, "Auto-Submitted"},
    {"a vacation by subject", "Subject: Automatic reply: away\r\n", MAIL_AUTO_REPLY, "Subject"},
    {"a vacation in German", "Subject: Abwesenheitsnotiz: weg\r\n", MAIL_AUTO_REPLY, "Subject"},
    {"a reply to one", "Subject: Re: Automatic reply: away\r\n", MAIL_PERSONAL, ""},
    {"a program", "Auto-Submitted: auto-generated\r\n", MAIL_AUTOMATIC, "Auto-Submitted"},
    {"a list", "List-Id: <a.b>\r\n", MAIL_LIST, "List-Id"},
    {"a newsletter", "List-Unsubscribe: <mailto:a@b.c>\r\n", MAIL_LIST, "List-Unsubscribe"},
    {"bulk", "Precedence: bulk\r\n", MAIL_LIST, "Precedence"},
    {"a failure", "Return-Path: <>\r\nSubject: Undeliverable: hi\r\n", MAIL_BOUNCE, "Return-Path"},
    {"a failure in Japanese",
     "Return-Path: <>\r\nSubject: =?utf-8?B?44Oh44O844Or44Ko44Op44O86YCa55+l?=\r\n", MAIL_BOUNCE,
     "Return-Path"},
    {"nobody's, about something else", "Return-Path: <>\r\nSubject: hi\r\n", MAIL_PERSONAL, ""},
};

static void test_nature(void **state)
{
    const struct Is *row = *state;
    char mail[512];
    (void)snprintf(mail, sizeof mail, HEAD "%s\r\nHello\r\n", row->head);
    const MailMessage m = parse(pt_str(mail));
    assert_text(pt_str(mail_nature_name(m.nature)), mail_nature_name(row->nature));
    assert_text(m.nature_why, row->why);
}

/* ---- Bounces --------------------------------------------------------------------------------- */

#define REPORT                                                                                     \
    "From: MAILER-DAEMON@mx.example\r\nTo: desk@shop.example\r\nContent-Type: "                    \
    "multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nSorry.\r\n"       \
    "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
#define RETURNED                                                                                   \
    "--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <sent@shop.example>\r\n"          \
    "\r\n--b--\r\n"

static void test_report(void **state)
{
    (void)state;
    const MailMessage m = parse(PT_STR(
        REPORT "Final-Recipient: rfc822; bo@example.com\r\nAction: failed\r\nStatus: 5.0.0\r\n"
               "Diagnostic-Code: smtp; 550 5.1.1 User\r\n unknown\r\n\r\n"
               "Final-Recipient: rfc822; cy@example.com\r\nAction: delayed\r\nStatus: 4.4.1\r\n\r\n"
               "Final-Recipient: rfc822; di@example.com\r\nAction: delivered\r\nStatus: 2.0.0\r\n"
               "\r\n" RETURNED));
    assert_int_equal(m.nature, MAIL_BOUNCE);
    assert_int_equal(m.bounce_count, 2);
    assert_text(m.bounces[0].recipient, "bo@example.com");
    assert_text(m.bounces[0].status, "5.1.1");
    assert_text(m.bounces[0].reply, "550");
    assert_true(m.bounces[0].hard);
    assert_text(m.bounces[1].status, "4.4.1");
    assert_false(m.bounces[1].hard);
    assert_text(m.original_id, "sent@shop.example");
}

static void test_failure_in_words(void **state)
{
    (void)state;
    const MailMessage m = parse(
        PT_STR("Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nTo: "
               "desk@shop.example\r\nSubject: failure "
               "notice\r\n\r\nSorry.\r\n\r\n<bo@example.com>:\r\nRemote host said: 552 5.2.2 over "
               "quota\r\n\r\n"
               "<cy@example.com>:\r\nSorry, no mailbox here by that name. (#5.1.1)\r\n\r\n"
               "--- Below this line is a copy of the message.\r\n\r\n<desk2@shop.example>\r\n"));
    assert_int_equal(m.bounce_count, 2);
    assert_text(m.bounces[0].status, "5.2.2");
    assert_text(m.bounces[0].reply, "552");
    assert_false(m.bounces[0].hard);
    assert_text(m.bounces[1].recipient, "cy@example.com");
    assert_text(m.bounces[1].status, "5.1.1");
    assert_true(m.bounces[1].hard);
}

static void test_failure_in_a_transcript(void **state)
{
    (void)state;
    const MailMessage m =
        parse(PT_STR("From: MAILER-DAEMON@mx.example\r\nTo: desk@shop.example\r\n"
                     "Subject: Returned mail\r\n\r\n"
                     "   ----- Transcript of session follows -----\r\n"
                     "While talking to mx.example.com:\r\n>>> RCPT To:<bo@example.com>\r\n"
                     "<<< 550 <bo@example.com>, User Unknown\r\n"
                     "550 <bo@example.com>... User unknown\r\n"
                     "554 <cy@example.org>... account suspended\r\n"
                     "421 example.net (smtp)... Deferred: Connection timed out\r\n"));
    assert_int_equal(m.bounce_count, 2);
    assert_text(m.bounces[0].recipient, "bo@example.com");
    assert_true(m.bounces[0].hard); // what another host did is not said of it
    assert_text(m.bounces[1].recipient, "cy@example.org");
    assert_false(m.bounces[1].hard);
}

/* What came back beside words that say nothing is a failure, where nobody sent it. */
static void test_what_came_back(void **state)
{
    (void)state;
    static const char form[] =
        "Return-Path: %s\r\nFrom: System <system@mx.example>\r\nSubject: hi\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nkij@example.jp\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <o@x>\r\n\r\nx\r\n--b--\r\n";
    char mail[sizeof form + 20];
    (void)snprintf(mail, sizeof mail, form, "<>");
    assert_int_equal(parse(pt_str(mail)).nature, MAIL_BOUNCE);
    (void)snprintf(mail, sizeof mail, form, "<a@b.example>");
    assert_int_equal(parse(pt_str(mail)).nature, MAIL_PERSONAL); // somebody forwards
}

/* ---- Replies --------------------------------------------------------------------------------- */

static struct Reply {
    const char *name, *text, *kept;
} replies[] = {
    {"nothing", "", ""},
    {"no quote", "Hello\n\nthere\n", "Hello\n\nthere"},
    {"a quote below", "Yes.\n\nOn 1 May 2026, Bo wrote:\n> ok?\n", "Yes."},
    {"a marker over two lines", "Yes.\n\nOn 1 May 2026, Bo Long <bo@example.com>\nwrote:\n> ok?\n",
     "Yes."},
    {"German", "Ja.\n\nAm 1. Mai 2026 schrieb Bo:\n> gut?\n", "Ja."},
    {"Outlook", "Yes.\n\nFrom: Bo\nSent: Friday\nTo: Ada\nSubject: ok?\n\nok?\n", "Yes."},
    {"two headers are text", "To: me\nSubject: this\n\nis what I saw.\n",
     "To: me\nSubject: this\n\nis what I saw."},
    {"answers between quotes stay", "On 1 May 2026, Bo wrote:\n> one?\nYes.\n> two?\nNo.\n",
     "> one?\nYes.\n> two?\nNo."},
    {"a signature", "Yes.\n-- \nAda\n", "Yes."},
    {"a phone", "Yes.\n\nSent from my iPhone\n", "Yes."},
    {"dashes within a line", "a -- b\n", "a -- b"},
    {"a rule in code", "```\na\n---\nb\n```\n", "```\na\n---\nb\n```"},
    {"indented lines keep it", "\n    code\n", "    code"},
    {"a quote alone", "> ok?\n", "> ok?"},
};

static void test_reply(void **state)
{
    const struct Reply *row = *state;
    MailReply reply;
    PtError err = {0};
    assert_int_equal(mail_reply(pt_str(row->text), arena, &reply, &err), PT_OK);
    assert_text(reply.kept, row->kept);
}

/* ---- Bounds ---------------------------------------------------------------------------------- */

static void test_many_parts(void **state)
{
    (void)state;
    PtBuf mail;
    pt_buf_init(&mail, 8 << 20);
    pt_buf_add_str(&mail, PT_STR(HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n"));
    for (int i = 0; i < 10000; i++) {
        pt_buf_add_str(&mail, PT_STR("--b\r\nContent-Type: image/png\r\n\r\nx\r\n"));
    }
    const MailMessage m = parse(pt_buf_str(&mail));
    pt_buf_done(&mail);
    assert_true(m.cut);
    assert_true(m.file_count <= 2 * MAIL_PARTS);
}

static void test_deep_nesting(void **state)
{
    (void)state;
    PtBuf mail;
    pt_buf_init(&mail, 8 << 20);
    pt_buf_add_str(&mail, PT_STR(HEAD));
    for (int i = 0; i < 5000; i++) {
        pt_buf_printf(&mail, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i);
    }
    pt_buf_add_str(&mail, PT_STR("\r\nHello\r\n"));
    const MailMessage m = parse(pt_buf_str(&mail));
    pt_buf_done(&mail);
    assert_true(m.cut);
}

static void test_over_the_bound(void **state)
{
    (void)state;
    MailMessage m;
    PtError err = {0};
    const PtStr bytes = {"", (size_t)MAIL_BYTES + 1};
    assert_int_equal(mail_parse(bytes, arena, &m, &err), PT_TOO_LARGE);
}

/* An arena that is full is an error, wherever it is. */
static void test_arena_that_is_full(void **state)
{
    (void)state;
    const PtStr mail = PT_STR(REPORT "Final-Recipient: rfc822; bo@example.com\r\nAction: "
                                     "failed\r\nStatus: 5.1.1\r\n\r\n" RETURNED);
    bool done = false;
    for (size_t limit = 64; !done && limit < 1 << 20; limit += limit / 8) {
        PtArena *small = pt_arena_new(limit);
        MailMessage m;
        PtError err = {0};
        assert_non_null(small);
        const PtStatus st = mail_parse(mail, small, &m, &err);
        done = st == PT_OK;
        assert_true(done || st == PT_NO_MEMORY);
        pt_arena_free(small);
    }
    assert_true(done);
}

static int set_up(void **state)
{
    (void)state;
    arena = pt_arena_new((size_t)64 << 20);
    return arena != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    pt_arena_free(arena);
    return 0;
}

int main(void)
{
    struct CMUnitTest tests[128] = {
        cmocka_unit_test(test_nul_bytes_go),
        cmocka_unit_test(test_head),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_report),
        cmocka_unit_test(test_failure_in_words),
        cmocka_unit_test(test_failure_in_a_transcript),
        cmocka_unit_test(test_what_came_back),
        cmocka_unit_test(test_many_parts),
        cmocka_unit_test(test_deep_nesting),
        cmocka_unit_test(test_over_the_bound),
        cmocka_unit_test(test_arena_that_is_full),
    };
    size_t n = 11;
    PT_TEST_ROWS(tests, n, bodies, test_body);
    PT_TEST_ROWS(tests, n, natures, test_nature);
    PT_TEST_ROWS(tests, n, replies, test_reply);
    return _cmocka_run_group_tests("platform/mail", tests, n, set_up, tear_down);
}
