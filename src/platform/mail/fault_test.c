// SPDX-License-Identifier: Apache-2.0
/* What strangers send, read while memory runs out: the same as without, or PT_NO_MEMORY. */
#include "platform/mail.h"
#include "platform/mail_write.h"

#include "base/test_rows.h"

#include <fault/fault_alloc.h>

enum { TRIES = 5000, ARENA = 8 << 20, PAGE = 1 << 20 };

#define HEAD "From: Ada <ada@example.com>\r\nTo: desk@shop.example\r\nMIME-Version: 1.0\r\n"

static const struct Letter {
    const char *name, *mail;
} letters[] = {
    {"a reply with files",
     HEAD "Subject: =?iso-8859-1?q?T=FCr?=\r\nReferences: <a@x> <b@x>\r\n"
          "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
          "--b\r\nContent-Type: text/plain; charset=utf-16le\r\nContent-Transfer-Encoding: "
          "base64\r\n\r\nSABpAA0ACgA=\r\n"
          "--b\r\nContent-Type: text/html\r\n\r\n<p>Hi\r\n"
          "--b\r\nContent-Type: image/png; name*=utf-8''%c3%bc.png\r\nContent-ID: <l@x>\r\n"
          "Content-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--b--\r\n"},
    {"a report",
     "From: MAILER-DAEMON@mx.example\r\nTo: desk@shop.example\r\nSubject: Undelivered\r\n"
     "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; "
     "boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSorry\r\n"
     "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
     "Final-Recipient: rfc822; ann@home.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
     "Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n"
     "--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: "
     "<o@shop.example>\r\n\r\nx\r\n--b--\r\n"},
    {"a failure in words", "From: MAILER-DAEMON@mx.example\r\nSubject: failure notice\r\n\r\n"
                           "<ann@home.example>:\r\n550 5.1.1 no such user here\r\n"},
};

/* Whether both say the same of what a ticket is made of. */
static bool same(const MailMessage *a, const MailMessage *b)
{
    return pt_str_eq(a->subject, b->subject) && pt_str_eq(a->text, b->text) &&
           pt_str_eq(a->html, b->html) && a->file_count == b->file_count &&
           a->nature == b->nature && a->bounce_count == b->bounce_count &&
           pt_str_eq(a->original_id, b->original_id) && a->from.count == b->from.count &&
           a->references.count == b->references.count;
}

static void test_letter(void **state)
{
    const struct Letter *l = *state;
    PT_CLEANUP(pt_arena_freep) PtArena *whole = pt_arena_new(ARENA);
    MailMessage want, got;
    bool failed = true;
    int nth = 0;
    assert_int_equal(mail_parse(pt_str(l->mail), whole, &want, NULL), PT_OK);
    while (failed && ++nth < TRIES) {
        PtArena *arena = pt_arena_new(ARENA);
        MailReply reply;
        assert_non_null(arena);
        fault_alloc_fail((uint64_t)nth, 0);
        PtStatus st = mail_parse(pt_str(l->mail), arena, &got, NULL);
        if (st == PT_OK && got.text.data != NULL) {
            PtStatus read = mail_reply(got.text, arena, &reply, NULL);
            assert_true(read == PT_OK || read == PT_NO_MEMORY);
        }
        failed = fault_alloc_count() >= (uint64_t)nth;
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK ? same(&want, &got) : failed && st == PT_NO_MEMORY);
        pt_arena_free(arena);
    }
    assert_false(failed);
}

static void test_html(void **state)
{
    (void)state;
    static const char html[] =
        "<div style=\"color: red\"><a href=\"https://x.example/?a&amp;b\">x</a>"
        "<img src=\"https://spy.example/a.png\"><b>bold<p>there</div>";
    bool failed = true;
    int nth = 0;
    while (failed && ++nth < TRIES) {
        PtBuf out;
        MailHtmlSeen seen;
        pt_buf_init(&out, PAGE);
        fault_alloc_fail((uint64_t)nth, 0);
        PtStatus st = mail_html_clean(pt_str(html), &out, &seen, NULL);
        failed = fault_alloc_count() >= (uint64_t)nth;
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK || (failed && st == PT_NO_MEMORY));
        assert_false(pt_str_has(pt_buf_str(&out), PT_STR("spy.example")));
        pt_buf_done(&out);
    }
    assert_false(failed);
}

int main(void)
{
    struct CMUnitTest tests[PT_COUNT(letters) + 1];
    for (size_t i = 0; i < PT_COUNT(letters); i++) {
        tests[i] = (struct CMUnitTest){letters[i].name, test_letter, NULL, NULL,
                                       (void *)(uintptr_t)&letters[i]};
    }
    tests[PT_COUNT(letters)] = (struct CMUnitTest){"HTML", test_html, NULL, NULL, NULL};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
