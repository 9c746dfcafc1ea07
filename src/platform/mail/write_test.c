// SPDX-License-Identifier: Apache-2.0
/* Messages written and read again, what may not be in them, and DKIM by RFC 8463's example. */
#include "base/memory.h"
#include "platform/mail/dkim.h"
#include "platform/mail_write.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { LIMIT = 1 << 20, AT_S = 1795426948 };

static const MailAddress recipients[] = {
    {PT_STR_INIT("Ada \"Countess\" Lovelace"), PT_STR_INIT("ada@example.com")},
    {PT_STR_INIT("Zoë Müller-Lüdenscheidt, Einkauf und Versand"), PT_STR_INIT("zoe@example.com")}};
static const PtStr ids[] = {PT_STR_INIT("one@example.com"), PT_STR_INIT("two words@bad"),
                            PT_STR_INIT("three@example.com")};
static const MailFile files[] = {
    {PT_STR_INIT("logo.png"), PT_STR_INIT("image/png"), PT_STR_INIT("logo@example.com"),
     PT_STR_INIT("\x89PNG\0\r\n--=_files"), true},
    {PT_STR_INIT("Lieferschein für Zoë, sehr lang benannt, damit es mehr als eine Zeile wird.pdf"),
     PT_STR_INIT("application/pdf"), PT_STR_INIT(""), PT_STR_INIT("%PDF"), false},
    {PT_STR_INIT("reçu.txt"), PT_STR_INIT("message/rfc822"), PT_STR_INIT(""), PT_STR_INIT(""),
     false}};
static const MailField fields[] = {{PT_STR_INIT("Auto-Submitted"), PT_STR_INIT("auto-replied")},
                                   {PT_STR_INIT("X-Note"), PT_STR_INIT("für alle")}};

static MailDraft draft(void)
{
    return (MailDraft){.from = {PT_STR("Desk"), PT_STR("desk@shop.example")},
                       .to = {recipients, 2},
                       .subject = PT_STR("Ihre Bestellung: größer, weiter — und doch in einer "
                                         "Zeile, die länger ist als eine Zeile sein darf 😀"),
                       .date_ms = (int64_t)AT_S * 1000,
                       .message_id = PT_STR("row.1@shop.example"),
                       .references = {ids, 3},
                       .in_reply_to = {ids, 1},
                       .text = PT_STR("Grüße\n.\n..\nFrom here  \n=3D --=_text--\n\ttab"),
                       .html = PT_STR("<p>Grüße <img src=\"cid:logo@example.com\"></p>\n"),
                       .files = files,
                       .file_count = 3,
                       .fields = fields,
                       .field_count = 2};
}

static void assert_lines(PtStr bytes)
{
    size_t begin = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        assert_true((unsigned char)bytes.data[i] < 0x80);
        if (bytes.data[i] == '\n') {
            assert_true(i > 0 && bytes.data[i - 1] == '\r');
            assert_true(i - begin <= 78);
            begin = i + 1;
        }
    }
    assert_int_equal(begin, bytes.len);
}

static void assert_text(PtStr got, const char *want)
{
    assert_int_equal(got.len, strlen(want));
    assert_memory_equal(got.data, want, got.len);
}

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new((size_t)64 << 20);
    PT_CLEANUP(pt_buf_done) PtBuf out = {0};
    const MailDraft d = draft();
    MailMessage m;
    PtError err = {0};
    pt_buf_init(&out, LIMIT);
    if (mail_write(&d, &out, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    assert_lines(pt_buf_str(&out));
    assert_int_equal(mail_parse(pt_buf_str(&out), arena, &m, NULL), PT_OK);
    assert_true(pt_str_eq(m.subject, d.subject));
    assert_int_equal(m.date_ms, d.date_ms);
    assert_true(pt_str_eq(m.message_id, d.message_id));
    assert_int_equal(m.to.count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_true(pt_str_eq(m.to.list[i].name, recipients[i].name));
        assert_true(pt_str_eq(m.to.list[i].address, recipients[i].address));
    }
    assert_int_equal(m.references.count, 2); // what cannot stand is left out
    assert_true(pt_str_eq(m.references.list[1], ids[2]));
    assert_text(m.text, "Grüße\n.\n..\nFrom here  \n=3D --=_text--\n\ttab");
    assert_true(pt_str_has(m.html, PT_STR("<p>Grüße <img src=\"cid:logo@example.com\"></p>")));
    assert_int_equal(m.nature, MAIL_AUTO_REPLY);
    assert_int_equal(m.file_count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_true(pt_str_eq(m.files[i].name, files[i].name));
        assert_true(pt_str_eq(m.files[i].bytes, files[i].bytes));
    }
    assert_true(m.files[0].is_inline && !m.files[1].is_inline);
    assert_text(m.files[2].type, "application/octet-stream");
}

static void the_same_draft_gives_the_same_bytes(void **state)
{
    (void)state;
    PT_CLEANUP(pt_buf_done) PtBuf out = {0};
    MailDraft d = draft();
    d.to.count = 1;
    d.subject = PT_STR("Plain words");
    d.text = PT_STR("Yes.");
    d.html = PT_STR("");
    d.file_count = d.field_count = 0;
    pt_buf_init(&out, LIMIT);
    assert_int_equal(mail_write(&d, &out, NULL), PT_OK);
    assert_text(pt_buf_str(&out), "Date: Mon, 23 Nov 2026 09:42:28 +0000\r\n"
                                  "From: \"Desk\" <desk@shop.example>\r\n"
                                  "To: \"Ada \\\"Countess\\\" Lovelace\" <ada@example.com>\r\n"
                                  "Subject: Plain words\r\n"
                                  "Message-ID: <row.1@shop.example>\r\n"
                                  "In-Reply-To: <one@example.com>\r\n"
                                  "References: <one@example.com> <three@example.com>\r\n"
                                  "MIME-Version: 1.0\r\n"
                                  "Content-Type: text/plain; charset=utf-8\r\n"
                                  "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                                  "Yes.\r\n");
    out.limit = out.len;
    pt_buf_clear(&out, SIZE_MAX);
    assert_int_equal(mail_write(&d, &out, NULL), PT_OK);
    out.limit--;
    pt_buf_clear(&out, SIZE_MAX);
    assert_int_equal(mail_write(&d, &out, NULL), PT_TOO_LARGE);
}

/* Each member that goes into a header, with a line's end in it. */
static void no_value_begins_another_header(void **state)
{
    (void)state;
    static const PtStr evil = PT_STR_INIT("a\r\nBcc: b@example.com");
    static const MailAddress bad[] = {
        {PT_STR_INIT("a\nb"), PT_STR_INIT("a@example.com")},
        {PT_STR_INIT(""), PT_STR_INIT("a@example.com>\r\nBcc: b@c.de")}};
    static const MailField bad_fields[] = {{PT_STR_INIT("X-A"), PT_STR_INIT("a\rb")},
                                           {PT_STR_INIT("X-A: b\r\nX-B"), PT_STR_INIT("c")},
                                           {PT_STR_INIT("bcc"), PT_STR_INIT("a@b.de")},
                                           {PT_STR_INIT("Content-Type"), PT_STR_INIT("a/b")}};
    static const MailFile bad_files[] = {
        {PT_STR_INIT("a\r\nb"), PT_STR_INIT("a/b"), PT_STR_INIT(""), PT_STR_INIT(""), false},
        {PT_STR_INIT("a"), PT_STR_INIT("a/b"), PT_STR_INIT("x>\r\ny"), PT_STR_INIT(""), false}};
    MailDraft all[12];
    size_t count = 0;
    for (; count < sizeof all / sizeof *all; count++) {
        all[count] = draft();
    }
    all[0].subject = all[1].message_id = all[2].from.name = evil;
    all[3].to = (MailAddresses){&bad[0], 1};
    all[4].cc = (MailAddresses){&bad[1], 1};
    all[5].reply_to = bad[1];
    for (size_t i = 0; i < 4; i++) {
        all[6 + i].fields = &bad_fields[i];
        all[6 + i].field_count = 1;
    }
    for (size_t i = 0; i < 2; i++) {
        all[10 + i].files = &bad_files[i];
        all[10 + i].file_count = 1;
    }
    for (size_t i = 0; i < count; i++) {
        PT_CLEANUP(pt_buf_done) PtBuf out = {0};
        pt_buf_init(&out, LIMIT);
        assert_int_equal(mail_write(&all[i], &out, NULL), PT_INVALID);
    }
}

static struct AddressCase {
    const char *address;
    bool valid;
} addresses[] = {
    {"a@b", true},
    {"first.last+tag=x@sub.example.com", true},
    {"o'neil@example.com", true},
    {"", false},
    {"a", false},
    {"@b", false},
    {"a@", false},
    {"a@b@c", false},
    {"a b@c", false},
    {"a@b..c", false},
    {"a@-b.de", false},
    {"a@b.de\r\nX: y", false},
    {"\"a b\"@c.de", false},
    {"a@[127.0.0.1]", false},
    {"<a@b.de>", false},
    {"zo\xc3\xab@example.com", false},
};

static void tells_addresses(void **state)
{
    const struct AddressCase *c = *state;
    assert_int_equal(mail_address_is_valid(pt_str(c->address)), c->valid);
}

/* ---- DKIM: RFC 8463, appendix A */

static const char example[] =
    "From: Joe SixPack <joe@football.example.com>\r\n"
    "To: Suzie Q <suzie@shopping.example.net>\r\n"
    "Subject: Is dinner ready?\r\n"
    "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
    "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n"
    "\r\nHi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";
static const char example_key[] = // A.2's, in PKCS #8
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
    "-----END PRIVATE KEY-----\n";
static const char example_names[] =
    "from : to : subject : date : message-id : from : subject : date";

static void the_example_is_signed_as_it_is_printed(void **state)
{
    (void)state;
    PT_CLEANUP(pt_buf_done) PtBuf hash = {0}, signature = {0};
    pt_buf_init(&hash, 100);
    pt_buf_init(&signature, 1000);
    assert_int_equal(mail_dkim_body_hash(pt_str(example), &hash, NULL), PT_OK);
    assert_text(pt_buf_str(&hash), "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=");
    static const char header[] = "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
                                 " d=football.example.com; i=@football.example.com;\r\n"
                                 " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
                                 " subject : date : message-id : from : subject : date;\r\n"
                                 " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b=";
    assert_int_equal(mail_dkim_signature(pt_str(example_key), pt_str(example),
                                         pt_str(example_names), pt_str(header), &signature, NULL),
                     PT_OK);
    assert_text(pt_buf_str(&signature), "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus"
                                        "Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==");
}

static void a_record_belongs_to_a_key(void **state)
{
    (void)state;
    PT_CLEANUP(pt_buf_done) PtBuf out = {0};
    const MailDkim dkim = {PT_STR("football.example.com"), PT_STR("brisbane"), pt_str(example_key)};
    pt_buf_init(&out, 1000);
    assert_int_equal(mail_dkim_record(&dkim, &out, NULL), PT_OK);
    assert_text(pt_buf_str(&out),
                "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
}

static struct BadKeyCase {
    const char *name, *domain, *selector, *key, *message, *error;
} bad_keys[] = {
    {"no key", "a.de", "s", "x", example, "in PEM"},
    {"domain", "a;b", "s", example_key, example, "domain"},
    {"selector", "a.de", "s\r\n", example_key, example, "selector"},
    {"no From", "a.de", "s", example_key, "To: a@b.de\r\n\r\nx\r\n", "no From"},
};

static void does_not_sign(void **state)
{
    const struct BadKeyCase *c = *state;
    PT_CLEANUP(pt_buf_done) PtBuf out = {0};
    PtError err = {0};
    pt_buf_init(&out, 4000);
    const MailDkim dkim = {pt_str(c->domain), pt_str(c->selector), pt_str(c->key)};
    assert_int_equal(mail_dkim_sign(&dkim, pt_str(c->message), 0, &out, &err), PT_INVALID);
    assert_non_null(strstr(err.message, c->error));
}

int main(void)
{
    enum { ADDRESSES = sizeof addresses / sizeof *addresses, KEYS = 4, REST = 5 };
    struct CMUnitTest tests[ADDRESSES + KEYS + REST] = {
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(the_same_draft_gives_the_same_bytes),
        cmocka_unit_test(no_value_begins_another_header),
        cmocka_unit_test(the_example_is_signed_as_it_is_printed),
        cmocka_unit_test(a_record_belongs_to_a_key),
    };
    size_t count = REST;
    for (size_t i = 0; i < ADDRESSES; i++) {
        tests[count++] =
            (struct CMUnitTest){addresses[i].address, tells_addresses, NULL, NULL, &addresses[i]};
    }
    for (size_t i = 0; i < KEYS; i++) {
        tests[count++] =
            (struct CMUnitTest){bad_keys[i].name, does_not_sign, NULL, NULL, &bad_keys[i]};
    }
    return cmocka_run_group_tests_name("mail_write", tests, NULL, NULL);
}
