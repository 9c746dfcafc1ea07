// SPDX-License-Identifier: Apache-2.0
/* Mail at the desk: what a message becomes, what leaves, and what is in doubt; on both engines. */
#include "desk/desk_rig.h"
#include "desk/mail_internal.h"

#include <fault/fault_alloc.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RAW = 4096, HOUR_MS = 3600000 };

static const char plain_box[] =
    "{\"address\": \"help@desk.example\", \"smtp\": {\"host\": \"mx.example\", \"port\": 25}, "
    "\"cc\": true, \"hourly\": 50, \"automatic_hourly\": 2}";

static void make_box(const char *settings)
{
    const DeskMailboxPut put = {
        .id = PT_STR("help"), .name = PT_STR("Help"), .settings = pt_str(settings)};
    DeskMailbox m;
    PtError err = {0};
    assert_int_equal(desk_mailbox_put(desk, &desk_staff, &put, desk_arena, &m, &err), PT_OK);
}

typedef struct Letter {
    const char *from, *to, *subject, *id, *head, *body; /* NULL: a plain one */
} Letter;

static DeskMailTaken take(Letter l)
{
    static int next;
    char raw[RAW], id[40];
    DeskMailTaken taken = {0};
    PtError err = {0};
    (void)snprintf(id, sizeof id, "m%d@home.example", next++);
    const int len = snprintf(
        raw, sizeof raw, "From: %s\r\nTo: %s\r\nSubject: %s\r\nMessage-ID: <%s>\r\n%s\r\n%s\r\n",
        l.from != NULL ? l.from : "Ann <Ann@home.example>",
        l.to != NULL ? l.to : "help@desk.example", l.subject != NULL ? l.subject : "Till is dark",
        l.id != NULL ? l.id : id, l.head != NULL ? l.head : "",
        l.body != NULL ? l.body : "It has no power.");
    assert_in_range(len, 1, RAW - 1);
    assert_int_equal(
        desk_mail_take(desk, PT_STR("help"), (PtStr){raw, (size_t)len}, desk_arena, &taken, &err),
        PT_OK);
    return taken;
}

static DeskMailOut *outs(int64_t ticket, size_t *ret_count)
{
    const DeskMailAsk ask = {.ticket = ticket, .max = 50};
    DeskMailOut *rows = NULL;
    assert_int_equal(desk_mails_out(desk, &ask, desk_arena, &rows, ret_count, NULL), PT_OK);
    return rows;
}

static DeskMailSend sent_next(bool *ret_found)
{
    DeskMailSend send = {0};
    int64_t next_ms;
    PtError err = {0};
    assert_int_equal(
        desk_mail_next(desk, PT_STR("help"), HOUR_MS, desk_arena, &send, &next_ms, &err), PT_OK);
    *ret_found = send.number != 0;
    return send;
}

/* The header's value as it stands in the message, without its line's end. */
static PtStr header(PtStr message, const char *name)
{
    PtStr rest = message, line = {NULL, 0};
    const size_t len = strlen(name);
    while (pt_str_cut(&rest, '\n', &line) && line.len > 1) {
        if (pt_str_starts(line, pt_str(name)) && line.data[len] == ':') {
            PtStr value = pt_str_trim_low(pt_str_from(line, len + 1));
            while (rest.len > 0 && (rest.data[0] == ' ' || rest.data[0] == '\t')) {
                (void)pt_str_cut(&rest, '\n', &line);
                value.len = (size_t)(line.data + line.len - value.data);
            }
            return pt_str_trim_low(value);
        }
    }
    return PT_STR("");
}

static const char *text(PtStr s)
{
    return pt_arena_str(desk_arena, s).data;
}

static void change(int64_t number, DeskChange what)
{
    DeskTicket t;
    PtError err = {0};
    assert_int_equal(desk_change(desk, &desk_staff, number, &what, desk_arena, &t, &err), PT_OK);
}

static void set_state(int64_t number, const char *state)
{
    const DeskEdit edit = {DESK_F_STATE, pt_str(state)};
    change(number, (DeskChange){.edits = &edit, .edit_count = 1});
}

/* ---- In ---------------------------------------------------------------------------------------
 */

static void test_a_mail_becomes_a_ticket_once(void **state)
{
    desk_rig_skip(state);
    make_box(plain_box);
    const Letter l = {.id = "same@home.example"};
    const DeskMailTaken first = take(l), again = take(l);
    assert_int_equal(first.outcome, DESK_MAIL_OPENED);
    const DeskTicket t = desk_get(first.ticket);
    assert_string_equal(text(t.f[DESK_F_TITLE]), "Till is dark");
    assert_string_equal(text(t.f[DESK_F_DESCRIPTION]), "It has no power.");
    assert_string_equal(text(t.f[DESK_F_REQUESTER]), "ann@home.example");
    assert_string_equal(text(t.f[DESK_F_CHANNEL]), "mail");
    assert_int_equal(again.outcome, DESK_MAIL_DUPLICATE);
    assert_int_equal(again.ticket, first.ticket);
    // another text under an id that was there is another message
    assert_int_equal(take((Letter){.id = "same@home.example", .body = "Other words"}).outcome,
                     DESK_MAIL_OPENED);
}

static void test_threads_by_token_or_by_its_requester(void **state)
{
    desk_rig_skip(state);
    make_box(plain_box);
    size_t count = 0;
    bool found = false;
    char head[RAW];
    const DeskMailTaken first = take((Letter){0});
    const DeskMailSend ack = sent_next(&found);
    assert_true(found);
    const PtStr id = header(ack.message, "Message-ID"), reply_to = header(ack.message, "Reply-To");
    assert_string_equal(text(header(ack.message, "Auto-Submitted")), "auto-replied");
    (void)snprintf(head, sizeof head, "In-Reply-To: %s\r\n", text(id));

    // a reference alone is worth nothing from a stranger, and enough from the requester
    assert_int_equal(take((Letter){.from = "eve@evil.example", .head = head}).outcome,
                     DESK_MAIL_OPENED);
    DeskMailTaken t = take((Letter){.head = head, .subject = "Re: x", .body = "Now it smokes."});
    assert_int_equal(t.outcome, DESK_MAIL_ANSWERED);
    assert_int_equal(t.ticket, first.ticket);

    // the token in the address is enough for whoever was given it; a changed one is not
    t = take((Letter){.from = "bob@home.example", .to = text(reply_to), .body = "I see it, too."});
    assert_int_equal(t.ticket, first.ticket);
    char *forged = pt_arena_alloc(desk_arena, reply_to.len + 1, 1);
    memcpy(forged, reply_to.data, reply_to.len);
    char *at = strchr(forged, '@');
    at[-1] = at[-1] == '0' ? '1' : '0';
    assert_int_not_equal(take((Letter){.to = forged}).ticket, first.ticket);
    const DeskRange all = {.number = first.ticket, .max = 50};
    DeskEvent *events = NULL;
    assert_int_equal(desk_history(desk, &all, desk_arena, &events, &count, NULL), PT_OK);
    assert_string_equal(text(events[count - 1].kind), "answered");
    assert_string_equal(text(events[count - 1].text), "bob@home.example wrote:\n\nI see it, too.");
}

static void test_an_answer_opens_again_or_follows_up(void **state)
{
    desk_rig_skip(state);
    make_box(plain_box);
    bool found;
    size_t count = 0;
    DeskLink *links = NULL;
    const DeskMailTaken first = take((Letter){0});
    const PtStr to = header(sent_next(&found).message, "Reply-To");
    set_state(first.ticket, "resolved");
    assert_int_equal(take((Letter){.to = text(to), .body = "No."}).outcome, DESK_MAIL_ANSWERED);
    assert_int_equal(desk_get(first.ticket).state, DESK_IN_PROGRESS);
    set_state(first.ticket, "resolved");
    set_state(first.ticket, "closed");
    const DeskMailTaken next = take((Letter){.to = text(to), .body = "Again."});
    assert_int_equal(next.outcome, DESK_MAIL_FOLLOWED_UP);
    assert_int_not_equal(next.ticket, first.ticket);
    assert_int_equal(desk_get(first.ticket).state, DESK_CLOSED);
    assert_int_equal(desk_links(desk, next.ticket, desk_arena, &links, &count, NULL), PT_OK);
    assert_int_equal(count, 1);
    assert_int_equal(links[0].other, first.ticket);
}

static const struct Nature {
    const char *head, *from;
    DeskMailOutcome wanted;
} natures[] = {
    {"Auto-Submitted: auto-replied\r\n", NULL, DESK_MAIL_FILED},
    {"Auto-Submitted: auto-generated\r\n", NULL, DESK_MAIL_OPENED}, // a monitor's alert
    {"List-Id: <news.example>\r\n", NULL, DESK_MAIL_FILED},
    {"Precedence: bulk\r\n", NULL, DESK_MAIL_FILED},
    {"", "help@desk.example", DESK_MAIL_FILED}, // a loop
    {"", "MAILER-DAEMON@mx.example", DESK_MAIL_BOUNCED},
    {"", "nobody", DESK_MAIL_QUARANTINED},
};

static void test_what_no_person_wrote(void **state)
{
    desk_rig_skip(state);
    make_box(plain_box);
    size_t count = 0;
    for (size_t i = 0; i < PT_COUNT(natures); i++) {
        const DeskMailTaken t = take((Letter){.from = natures[i].from, .head = natures[i].head});
        assert_int_equal(t.outcome, natures[i].wanted);
        if (t.ticket != 0) { // nothing answers it
            (void)outs(t.ticket, &count);
            assert_int_equal(count, 0);
        }
    }
}

static void test_two_desks_stop_at_two_mails(void **state)
{
    desk_rig_skip(state);
    make_box(plain_box);
    bool found = false;
    const DeskMailTaken first = take((Letter){.from = "desk@other.example"});
    const DeskMailSend ack = sent_next(&found);
    assert_true(found);
    assert_int_equal(desk_mail_settle(desk, ack.number, DESK_MAIL_SENT, PT_STR(""), HOUR_MS, NULL),
                     PT_OK);
    char head[RAW];
    (void)snprintf(head, sizeof head, "In-Reply-To: %s\r\nAuto-Submitted: auto-replied\r\n",
                   text(header(ack.message, "Message-ID")));
    const DeskMailTaken t = take((Letter){
        .from = "desk@other.example", .to = text(header(ack.message, "Reply-To")), .head = head});
    assert_int_equal(t.outcome, DESK_MAIL_NOTED);
    assert_int_equal(t.ticket, first.ticket);
    (void)sent_next(&found);
    assert_false(found);
}

static void test_bounds_of_one_sender(void **state)
{
    desk_rig_skip(state);
    make_box("{\"address\": \"help@desk.example\", \"hourly\": 3, \"automatic_hourly\": 2}");
    size_t count = 0, acknowledged = 0;
    for (int i = 0; i < 3; i++) {
        const DeskMailTaken t = take((Letter){0});
        assert_int_equal(t.outcome, DESK_MAIL_OPENED);
        (void)outs(t.ticket, &count);
        acknowledged += count;
    }
    assert_int_equal(acknowledged, 2);
    const DeskMailTaken over = take((Letter){0});
    assert_int_equal(over.outcome, DESK_MAIL_QUARANTINED);
    DeskMailTaken again;
    PtError err = {0};
    assert_int_equal(desk_mail_redrive(desk, &desk_staff, over.mail, desk_arena, &again, &err),
                     PT_OK);
    assert_int_equal(again.outcome, DESK_MAIL_OPENED);
    assert_int_equal(again.mail, over.mail);
    assert_int_equal(desk_mail_redrive(desk, &desk_staff, over.mail, desk_arena, &again, &err),
                     PT_CONFLICT);
}

/* A message of `len` bytes that nobody is said to have sent. */
static char *large_letter(size_t len)
{
    static const char head[] = "To: help@desk.example\r\nSubject: large\r\n\r\n";
    char *raw = malloc(len);
    assert_non_null(raw);
    memset(raw, 'x', len);
    memcpy(raw, head, sizeof head - 1);
    for (size_t i = sizeof head + 70; i + 2 < len; i += 72) {
        raw[i] = '\r', raw[i + 1] = '\n';
    }
    return raw;
}

static void test_large_ones_in_quarantine_are_taken_again_and_discarded(void **state)
{
    enum { LARGE = 9 << 20 };
    desk_rig_skip(state);
    make_box(plain_box);
    DeskMailTaken taken, again;
    PtError err = {0};
    char *raw = large_letter(LARGE);
    assert_int_equal(
        desk_mail_take(desk, PT_STR("help"), (PtStr){raw, LARGE}, desk_arena, &taken, &err), PT_OK);
    free(raw);
    assert_int_equal(taken.outcome, DESK_MAIL_QUARANTINED);
    assert_int_equal(desk_mail_redrive(desk, &desk_staff, taken.mail, desk_arena, &again, &err),
                     PT_OK);
    assert_int_equal(again.outcome, DESK_MAIL_QUARANTINED); // it still has no sender
    assert_int_equal(desk_mail_discard(desk, &desk_staff, taken.mail, &err), PT_OK);
    assert_int_equal(desk_mail_discard(desk, &desk_staff, taken.mail, &err), PT_CONFLICT);

    // of one that was not read whole there is nothing to take; that it is there is enough
    for (int i = 0; i < 2; i++) {
        const char *const names[] = {"7/1", "7/2"};
        const DeskMailRefused refused = {.mailbox = PT_STR("help"),
                                         .begin = PT_STR(""),
                                         .size = INT64_C(60) << 20,
                                         .name = pt_str(names[i]),
                                         .reason = PT_STR("too large")};
        assert_int_equal(desk_mail_refuse(desk, &refused, desk_arena, &taken, &err), PT_OK);
        assert_int_equal(taken.outcome, DESK_MAIL_QUARANTINED);
    }
    assert_int_equal(desk_mail_redrive(desk, &desk_staff, taken.mail, desk_arena, &again, &err),
                     PT_CONFLICT);
    assert_int_equal(desk_mail_discard(desk, &desk_staff, taken.mail, &err), PT_OK);
    assert_int_equal(desk_mail_discard(desk, &desk_staff, taken.mail + 1, &err), PT_NOT_FOUND);
}

static void test_what_is_shown_of_a_message(void **state)
{
    desk_rig_skip(state);
    make_box(plain_box);
    size_t count = 0;
    DeskMailRow *rows = NULL;
    const DeskMailTaken t = take((Letter){
        .from = "\"Ann Smith\" <ANN@home.example>",
        .to = "help@desk.example, boss@home.example",
        .head = "Cc: ann@home.example, bob@home.example\r\n",
        .body = "No.\r\n\r\nOn Mon, 5 Jan 2026, Bob <bob@home.example> wrote:\r\n> Is it?"});
    const DeskMailAsk ask = {.ticket = t.ticket, .max = 10};
    assert_int_equal(desk_mails(desk, &ask, desk_arena, &rows, &count, NULL), PT_OK);
    assert_int_equal(count, 1);
    assert_string_equal(text(rows[0].name), "Ann Smith");
    assert_string_equal(text(rows[0].subject), "Till is dark");
    assert_string_equal(text(rows[0].cc), "boss@home.example\nbob@home.example\n");
    assert_true(pt_str_has(rows[0].quoted, PT_STR("> Is it?")));
    assert_false(pt_str_has(rows[0].quoted, PT_STR("No.")));
}

/* A message is taken whole or not at all, whichever allocation fails. */
static void test_taking_with_failing_allocations(void **state)
{
    enum { TRIES = 2000 };
    static const char form[] =
        "From: \"A\" <a%d@home.example>\r\nTo: help@desk.example, b@home.example\r\n"
        "Subject: =?utf-8?q?T=C3=BCr?=\r\nMessage-ID: <f%d@home.example>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/html\r\n\r\n<p style=\"color: red\">Dark<img src=cid:x>\r\n"
        "--b\r\nContent-Type: text/plain; name=a.txt\r\nContent-ID: <x>\r\n"
        "Content-Disposition: attachment\r\n\r\nline\r\n--b--\r\n";
    desk_rig_skip(state);
    make_box(plain_box);
    const DeskMailAsk ask = {.max = TRIES};
    DeskMailRow *rows = NULL;
    size_t count = 0, taken_count = 0;
    bool failed = true;
    int nth = 0;
    while (failed && ++nth < TRIES) {
        char raw[RAW];
        DeskMailTaken taken = {0};
        PtError err = {0};
        PtArena *arena = pt_arena_new(DESK_MAIL_ARENA);
        assert_non_null(arena);
        (void)snprintf(raw, sizeof raw, form, nth, nth);
        fault_alloc_fail((uint64_t)nth, 0);
        PtStatus st = desk_mail_take(desk, PT_STR("help"), pt_str(raw), arena, &taken, &err);
        failed = fault_alloc_count() >= (uint64_t)nth;
        fault_alloc_fail(0, 0);
        if (st != PT_OK && (!failed || err.message[0] == '\0')) {
            fail_msg("allocation %d (%s): \"%s\"", nth, failed ? "failed" : "none failed",
                     err.message);
        }
        taken_count += st == PT_OK;
        pt_arena_clear(arena); // the rig's would be full of so many lists
        assert_int_equal(desk_mails(desk, &ask, arena, &rows, &count, NULL), PT_OK);
        assert_int_equal(count, taken_count);
        pt_arena_free(arena);
    }
    assert_false(failed);
    assert_true(nth > 20);
}

static void test_files_come_along(void **state)
{
    desk_rig_skip(state);
    make_box(plain_box);
    DeskFile *files = NULL;
    DeskEvent *events = NULL;
    size_t count = 0;
    const DeskMailTaken t =
        take((Letter){.head = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n",
                      .body = "--b\r\nContent-Type: text/plain\r\n\r\nSee the log.\r\n"
                              "--b\r\nContent-Type: text/plain; name=\"a/b.txt\"\r\n"
                              "Content-Disposition: attachment\r\n\r\nline\r\n"
                              "--b\r\nContent-Type: application/x-msdownload; name=\"run.exe\"\r\n"
                              "Content-Disposition: attachment\r\n\r\nMZ\r\n--b--\r\n"});
    assert_int_equal(t.outcome, DESK_MAIL_OPENED);
    assert_int_equal(desk_files(desk, t.ticket, desk_arena, &files, &count, NULL), PT_OK);
    assert_int_equal(count, 1);
    assert_string_equal(text(files[0].type), "text/plain");
    const DeskRange all = {.number = t.ticket, .max = 50};
    assert_int_equal(desk_history(desk, &all, desk_arena, &events, &count, NULL), PT_OK);
    assert_true(pt_str_has(events[count - 1].text, PT_STR("run.exe: files of type")));
    assert_false(events[count - 1].is_public);
    assert_int_equal(desk_detach(desk, &desk_staff, t.ticket, files[0].number, NULL), PT_OK);
}

/* ---- Out --------------------------------------------------------------------------------------
 */

static void test_public_notes_leave(void **state)
{
    desk_rig_skip(state);
    make_box(plain_box);
    bool found = false;
    size_t count = 0;
    const DeskMailTaken t = take((Letter){.head = "Cc: boss@home.example\r\n"});
    (void)sent_next(&found); // the acknowledgement
    change(t.ticket, (DeskChange){.note = PT_STR("only for us")});
    change(t.ticket, (DeskChange){.note = PT_STR("We are on it."), .note_public = true});
    const DeskMailSend send = sent_next(&found);
    assert_true(found);
    assert_int_equal(send.recipient_count, 2);
    assert_string_equal(text(send.recipients[0]), "ann@home.example");
    assert_string_equal(text(send.recipients[1]), "boss@home.example");
    assert_true(pt_str_has(send.message, PT_STR("We are on it.")));
    assert_true(pt_str_has(header(send.message, "References"), PT_STR("home.example")));
    assert_int_equal(header(send.message, "Auto-Submitted").len, 0);
    assert_true(pt_str_has(header(send.message, "Subject"), PT_STR("[INC-")));
    const DeskMailOut *rows = outs(t.ticket, &count);
    assert_int_equal(count, 2);
    assert_string_equal(text(rows[0].kind), "answer");
    assert_int_equal(rows[0].seq, desk_get(t.ticket).version);
    assert_string_equal(text(rows[0].state), "sending");
}

static void test_what_was_under_way_is_in_doubt(void **state)
{
    desk_rig_skip(state);
    make_box(plain_box);
    bool found = false;
    size_t count = 0;
    PtError err = {0};
    const DeskMailTaken t = take((Letter){0});
    const DeskMailSend send = sent_next(&found);
    assert_true(found);
    desk_rig_restart();
    assert_string_equal(text(outs(t.ticket, &count)[0].state), "doubt");
    (void)sent_next(&found);
    assert_false(found);
    // an answer shows that it was sent
    char head[RAW];
    (void)snprintf(head, sizeof head, "In-Reply-To: %s\r\n",
                   text(header(send.message, "Message-ID")));
    assert_int_equal(take((Letter){.head = head, .body = "Thanks"}).outcome, DESK_MAIL_ANSWERED);
    assert_string_equal(text(outs(t.ticket, &count)[0].state), "sent");
    assert_int_equal(desk_mail_decide(desk, &desk_staff, send.number, true, &err), PT_CONFLICT);
}

static void test_tries_again_and_gives_up(void **state)
{
    desk_rig_skip(state);
    make_box(plain_box);
    bool found = false;
    size_t count = 0;
    DeskMailSend send;
    int64_t next_ms = 0;
    const DeskMailTaken t = take((Letter){0});
    send = sent_next(&found);
    assert_int_equal(
        desk_mail_settle(desk, send.number, DESK_MAIL_LATER, PT_STR("busy"), HOUR_MS, NULL), PT_OK);
    assert_int_equal(
        desk_mail_next(desk, PT_STR("help"), HOUR_MS, desk_arena, &send, &next_ms, NULL), PT_OK);
    assert_int_equal(send.number, 0);
    assert_int_equal(next_ms, HOUR_MS + 60000);
    assert_int_equal(
        desk_mail_next(desk, PT_STR("help"), next_ms, desk_arena, &send, &next_ms, NULL), PT_OK);
    assert_int_not_equal(send.number, 0);
    assert_int_equal(
        desk_mail_settle(desk, send.number, DESK_MAIL_NEVER, PT_STR("no such user"), 0, NULL),
        PT_OK);
    const DeskMailOut *rows = outs(t.ticket, &count);
    assert_string_equal(text(rows[0].state), "failed");
    assert_string_equal(text(rows[0].error), "no such user");
    assert_int_equal(rows[0].attempts, 2);
    const DeskRange all = {.number = t.ticket, .max = 50};
    DeskEvent *events = NULL;
    assert_int_equal(desk_history(desk, &all, desk_arena, &events, &count, NULL), PT_OK);
    assert_string_equal(text(events[count - 1].text),
                        "Not delivered to ann@home.example: no such user");
}

static void test_bounces_tell_their_ticket_once(void **state)
{
    desk_rig_skip(state);
    make_box(plain_box);
    bool found = false;
    size_t count = 0;
    char body[RAW];
    const DeskMailTaken t = take((Letter){0});
    const DeskMailSend send = sent_next(&found);
    const int64_t version = desk_get(t.ticket).version;
    for (int i = 0; i < 20; i++) {
        (void)snprintf(
            body, sizeof body,
            "--b\r\nContent-Type: text/plain\r\n\r\nSorry %d\r\n"
            "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
            "Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; ann@home.example\r\n"
            "Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no such user\r\n"
            "\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: %s\r\n\r\nx\r\n--b--",
            i, text(header(send.message, "Message-ID")));
        const DeskMailTaken b =
            take((Letter){.from = "MAILER-DAEMON@mx.example",
                          .subject = "Undeliverable",
                          .head = "MIME-Version: 1.0\r\nContent-Type: multipart/report; "
                                  "report-type=delivery-status; boundary=b\r\n",
                          .body = body});
        assert_int_equal(b.outcome, DESK_MAIL_BOUNCED);
        assert_int_equal(b.ticket, t.ticket);
    }
    assert_int_equal(desk_get(t.ticket).version, version + 1);
    assert_string_equal(text(outs(t.ticket, &count)[0].state), "bounced");
}

static bool is_ann(const void *ctx, PtStr t)
{
    (void)ctx;
    return pt_str_has(t, PT_STR("ann@home.example")) || pt_str_has(t, PT_STR("Ann@home.example"));
}

static PtStatus count_mails(void *ctx, const char *part, PtStr json, PtError *err)
{
    (void)err;
    size_t *counts = ctx;
    if (strcmp(part, "ticket_mails") == 0) {
        counts[pt_str_has(json, PT_STR("\"by\":\"you\"")) ? 0 : 1]++;
        counts[2] += pt_str_has(json, PT_STR("We are on it."));
    }
    return PT_OK;
}

static void test_a_person_is_told_their_mail(void **state)
{
    desk_rig_skip(state);
    make_box(plain_box);
    size_t counts[3] = {0};
    const PtStr names[] = {PT_STR("Ann"), PT_STR("Ann@Home.example")};
    const DeskMailTaken t = take((Letter){0});
    (void)take((Letter){.from = "bob@home.example"});
    change(t.ticket, (DeskChange){.note = PT_STR("We are on it."), .note_public = true});
    assert_int_equal(desk_subject(desk, names, 2, count_mails, counts, NULL), PT_OK);
    assert_int_equal(counts[0], 1);
    assert_int_equal(counts[1], 2); // that it came, and the answer
    assert_int_equal(counts[2], 1);
}

static void test_erasure(void **state)
{
    desk_rig_skip(state);
    make_box(plain_box);
    uint64_t changed = 0;
    size_t count = 0;
    bool found = true;
    const DeskMailTaken t = take((Letter){0});
    const DeskMailTaken held = take((Letter){.from = "x", .body = "tell ann@home.example"});
    assert_int_equal(held.outcome, DESK_MAIL_QUARANTINED);
    assert_int_equal(desk_erase(desk, is_ann, NULL, &changed, NULL), PT_OK);
    const DeskMailOut *rows = outs(t.ticket, &count);
    assert_int_equal(rows[0].recipient.len, 0);
    assert_string_equal(text(rows[0].state), "failed");
    (void)sent_next(&found);
    assert_false(found);
    const DeskMailAsk ask = {.max = 10};
    DeskMailRow *in = NULL;
    assert_int_equal(desk_mails(desk, &ask, desk_arena, &in, &count, NULL), PT_OK);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(in[i].sender.len, 0);
        assert_false(in[i].kept);
    }
}

/* ---- Settings ---------------------------------------------------------------------------------
 */

static const struct BadSettings {
    const char *json, *where;
} bad_settings[] = {
    {"{}", "address"},
    {"{\"address\": \"a b@x\"}", "/address"},
    {"{\"address\": \"a@x\\r\\nBcc: b@x\"}", "/address"},
    {"{\"address\": \"a@x.example\", \"imap\": {\"host\": \"h\"}}", "port"},
    {"{\"address\": \"a@x.example\", \"imap\": {\"host\": \"h\", \"port\": 65536}}", "/imap/port"},
    {"{\"address\": \"a@x.example\", \"lists\": \"x\"}", "/lists"},
    {"{\"address\": \"a@x.example\", \"hourly\": 0}", "/hourly"},
    {"{\"address\": \"a@x.example\", \"dkim_domain\": \"x\"}", "/dkim_selector"},
    {"{\"address\": \"a@x.example\", \"templates\": [{\"kind\": \"x\"}]}", "/templates/0/kind"},
};

static void test_settings_name_what_is_wrong(void **state)
{
    desk_rig_skip(state);
    for (size_t i = 0; i < PT_COUNT(bad_settings); i++) {
        DeskMailSettings s;
        PtError err = {0};
        assert_int_equal(desk_mail_settings(pt_str(bad_settings[i].json), desk_arena, &s, &err),
                         PT_INVALID);
        assert_non_null(strstr(err.message, bad_settings[i].where));
    }
}

int main(void)
{
    static const DeskRigCase cases[] = {
        {"a mail becomes a ticket once", test_a_mail_becomes_a_ticket_once},
        {"threads by token or by its requester", test_threads_by_token_or_by_its_requester},
        {"an answer opens again or follows up", test_an_answer_opens_again_or_follows_up},
        {"what no person wrote", test_what_no_person_wrote},
        {"two desks stop at two mails", test_two_desks_stop_at_two_mails},
        {"bounds of one sender", test_bounds_of_one_sender},
        {"large ones in quarantine are taken again and discarded",
         test_large_ones_in_quarantine_are_taken_again_and_discarded},
        {"what is shown of a message", test_what_is_shown_of_a_message},
        {"taking with failing allocations", test_taking_with_failing_allocations},
        {"files come along", test_files_come_along},
        {"public notes leave", test_public_notes_leave},
        {"what was under way is in doubt", test_what_was_under_way_is_in_doubt},
        {"tries again and gives up", test_tries_again_and_gives_up},
        {"bounces tell their ticket once", test_bounces_tell_their_ticket_once},
        {"a person is told their mail", test_a_person_is_told_their_mail},
        {"erasure", test_erasure},
        {"settings name what is wrong", test_settings_name_what_is_wrong},
    };
    return desk_rig_run(cases, PT_COUNT(cases));
}
