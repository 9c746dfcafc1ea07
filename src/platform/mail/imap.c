// SPDX-License-Identifier: Apache-2.0
/* libcurl connects, speaks TLS and logs in by whatever the server offers; from there on its raw
 * bytes are read and written here, because its own IMAP knows neither IDLE nor where to stop. */
#include "base/memory.h"
#include "platform/clock.h"
#include "platform/mail/imap_read.h"
#include "platform/mail/wire.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>

enum {
    LOOK_MS = 200,          /* how often is_stopped is asked */
    RESPONSES_MAX = 100000, /* of one command */
    COMMAND_BYTES = 4 * MAIL_FOLDER_BYTES,
    BYTES_PER_MS = 1, /* a server that sends slower is given up */
};

struct MailImap {
    MailWire wire;
    ImapReader reader;
    PtBuf command;
    uint32_t tags;
    int64_t begun_ms, until_ms; /* of the command; of the wait at hand, 0: the command's */
    uint64_t received;
    bool open, closing, grown; /* grown: a message came since the last look */
    bool idle, move, uidplus;
    MailFolder folder;
    char said[MAIL_SAID_BYTES];
};

/* Sees the data of a command; false: it cannot be. */
typedef bool (*OnData)(MailImap *m, const ImapResponse *data, void *ctx);

/* ---- Bytes ------------------------------------------------------------------------------------
 */

static PtStatus broken(MailImap *m, PtStatus status)
{
    m->open = false;
    return status;
}

/* Until the socket is ready, or LOOK_MS. */
static PtStatus wait_socket(MailImap *m, short events, PtError *err)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    if (curl_easy_getinfo(m->wire.curl, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK ||
        fd == CURL_SOCKET_BAD) {
        return pt_fail(err, PT_UNAVAILABLE, "the mail connection has ended");
    }
    struct pollfd at = {.fd = fd, .events = events};
    if (poll(&at, 1, LOOK_MS) < 0 && errno != EINTR) {
        return pt_fail(err, PT_UNAVAILABLE, "cannot wait for the mail server");
    }
    if (mail_wire_stops(&m->wire) && !m->closing) {
        return pt_fail(err, PT_UNAVAILABLE, "the mail connection was stopped");
    }
    return PT_OK;
}

/* A command has the time-out for its answer to begin, and as much again as its bytes may take. */
static int64_t deadline(const MailImap *m)
{
    return m->until_ms > 0
               ? m->until_ms
               : m->begun_ms + m->wire.server.timeout_ms + (int64_t)(m->received / BYTES_PER_MS);
}

static PtStatus receive(void *ctx, char *out, size_t room, size_t *ret_len, PtError *err)
{
    MailImap *m = ctx;
    for (;;) {
        size_t len = 0;
        const CURLcode rc = curl_easy_recv(m->wire.curl, out, room, &len);
        if (rc == CURLE_OK && len > 0) {
            m->received += len;
            *ret_len = len;
            return PT_OK;
        }
        if (rc == CURLE_OK) {
            return pt_fail(err, PT_UNAVAILABLE, "the mail server closed the connection");
        }
        if (rc != CURLE_AGAIN) {
            return mail_wire_fail(&m->wire, rc, err);
        }
        if (pt_mono_ms() >= deadline(m)) {
            return m->until_ms > 0
                       ? PT_TIMEOUT
                       : pt_fail(err, PT_UNAVAILABLE, "the mail server does not answer");
        }
        const PtStatus st = wait_socket(m, POLLIN, err);
        if (st != PT_OK) {
            return st;
        }
    }
}

static PtStatus send_all(MailImap *m, PtStr bytes, PtError *err)
{
    while (bytes.len > 0) {
        size_t sent = 0;
        const CURLcode rc = curl_easy_send(m->wire.curl, bytes.data, bytes.len, &sent);
        PtStatus st = PT_OK;
        if (rc == CURLE_AGAIN && pt_mono_ms() >= deadline(m)) {
            st = pt_fail(err, PT_UNAVAILABLE, "the mail server takes no command");
        } else if (rc == CURLE_AGAIN) {
            st = wait_socket(m, POLLOUT, err);
        } else if (rc != CURLE_OK) {
            st = mail_wire_fail(&m->wire, rc, err);
        }
        if (st != PT_OK) {
            return broken(m, st);
        }
        bytes = pt_str_from(bytes, sent);
    }
    return PT_OK;
}

/* ---- Commands ---------------------------------------------------------------------------------
 */

/* What the server may say at any time. */
static PtStatus note(MailImap *m, const ImapResponse *data, PtError *err)
{
    if (pt_str_eq_nocase(data->word, PT_STR("EXISTS"))) {
        m->grown |= data->number > m->folder.count;
        m->folder.count = data->number;
    } else if (pt_str_eq_nocase(data->word, PT_STR("EXPUNGE"))) {
        m->folder.count -= m->folder.count > 0;
    } else if (pt_str_eq_nocase(data->word, PT_STR("CAPABILITY"))) {
        m->idle = imap_has_word(data->rest, "IDLE");
        m->move = imap_has_word(data->rest, "MOVE");
        m->uidplus = imap_has_word(data->rest, "UIDPLUS");
    } else if (pt_str_eq_nocase(data->word, PT_STR("BYE")) && !m->closing) {
        mail_keep_said(m->said, data->rest);
        return pt_fail(err, PT_UNAVAILABLE, "the mail server says goodbye: %s", m->said);
    }
    return PT_OK;
}

/* One response, with what is common to all. */
static PtStatus next(MailImap *m, ImapResponse *ret_response, PtError *err)
{
    PtStatus st = imap_reader_next(&m->reader, ret_response, err);
    if (st == PT_OK && ret_response->kind == IMAP_DATA) {
        st = note(m, ret_response, err);
    }
    return st;
}

/* Up to the command's end: PT_OK "OK", PT_CONFLICT "NO" and "BAD", whose text is m->said. */
static PtStatus finish(MailImap *m, OnData on_data, void *ctx, ImapResponse *ret_done, PtError *err)
{
    for (uint32_t i = 0; i < RESPONSES_MAX; i++) {
        ImapResponse r;
        const PtStatus st = next(m, &r, err);
        if (st != PT_OK) {
            return broken(m, st);
        }
        if (r.kind == IMAP_DATA && on_data != NULL && !on_data(m, &r, ctx)) {
            return broken(m, pt_fail(err, PT_UNAVAILABLE,
                                     "the mail server's answer \"%.*s\" cannot be read",
                                     PT_STR_ARG(r.word)));
        }
        if (r.kind == IMAP_DONE) {
            char tag[16];
            (void)snprintf(tag, sizeof tag, "A%u", m->tags);
            if (!pt_str_eq(r.tag, pt_str(tag))) {
                return broken(
                    m, pt_fail(err, PT_UNAVAILABLE, "the mail server answers what was not asked"));
            }
            mail_keep_said(m->said, r.rest);
            *ret_done = r;
            return pt_str_eq_nocase(r.word, PT_STR("OK"))
                       ? PT_OK
                       : pt_fail(err, PT_CONFLICT, "the mail server says no: %s", m->said);
        }
    }
    return broken(m, pt_fail(err, PT_UNAVAILABLE, "the mail server's answer does not end"));
}

/* Sends the command in m->command under the next tag. */
static PtStatus start(MailImap *m, PtError *err)
{
    char tag[16];
    if (!m->open) {
        return pt_fail(err, PT_UNAVAILABLE, "the mail connection has ended");
    }
    if (pt_buf_status(&m->command) != PT_OK) {
        return pt_fail(err, pt_buf_status(&m->command), "no room for a command");
    }
    m->begun_ms = pt_mono_ms();
    m->until_ms = 0;
    m->received = 0;
    (void)snprintf(tag, sizeof tag, "A%u ", ++m->tags);
    PtStatus st = send_all(m, pt_str(tag), err);
    pt_buf_add_str(&m->command, PT_STR("\r\n"));
    return st == PT_OK ? send_all(m, pt_buf_str(&m->command), err) : st;
}

static PtStatus run(MailImap *m, OnData on_data, void *ctx, PtError *err)
{
    ImapResponse done;
    const PtStatus st = start(m, err);
    return st == PT_OK ? finish(m, on_data, ctx, &done, err) : st;
}

static PtBuf *command(MailImap *m)
{
    pt_buf_clear(&m->command, COMMAND_BYTES);
    return &m->command;
}

/* A "NO" to what should work. */
static PtStatus refused(PtStatus st)
{
    return st == PT_CONFLICT ? PT_UNAVAILABLE : st;
}

/* ---- Connection -------------------------------------------------------------------------------
 */

PtStatus mail_imap_open(const MailServer *server, MailImap **ret_imap, PtError *err)
{
    if (server->user == NULL) {
        return pt_fail(err, PT_INVALID, "a mailbox needs a user");
    }
    PT_CLEANUP(mail_imap_closep) MailImap *m = calloc(1, sizeof *m);
    if (m == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a mail connection");
    }
    pt_buf_init(&m->command, COMMAND_BYTES);
    imap_reader_init(&m->reader, receive, m);
    PtStatus st = mail_wire_init(&m->wire, server, "imap", "", err);
    if (st != PT_OK) {
        return st;
    }
    CURLcode rc = curl_easy_setopt(m->wire.curl, CURLOPT_CONNECT_ONLY, 1L);
    rc = rc == CURLE_OK
             ? curl_easy_setopt(m->wire.curl, CURLOPT_TIMEOUT_MS, (long)m->wire.server.timeout_ms)
             : rc;
    rc = rc == CURLE_OK ? curl_easy_perform(m->wire.curl) : rc;
    if (rc != CURLE_OK) {
        return mail_wire_fail(&m->wire, rc, err);
    }
    m->open = true;
    pt_buf_add_str(command(m), PT_STR("CAPABILITY"));
    st = run(m, NULL, NULL, err);
    if (st == PT_OK) {
        *ret_imap = PT_TAKE(m);
    }
    return refused(st);
}

void mail_imap_close(MailImap *m)
{
    if (m == NULL) {
        return;
    }
    if (m->open) {
        m->closing = true;
        m->wire.server.timeout_ms = 1000; // politeness is worth no more
        pt_buf_add_str(command(m), PT_STR("LOGOUT"));
        (void)run(m, NULL, NULL, NULL);
    }
    mail_wire_done(&m->wire);
    imap_reader_done(&m->reader);
    pt_buf_done(&m->command);
    free(m);
}

bool mail_imap_is_open(const MailImap *m)
{
    return m->open;
}

bool mail_imap_has_idle(const MailImap *m)
{
    return m->idle;
}

/* ---- Folders and lists ------------------------------------------------------------------------
 */

static bool on_select(MailImap *m, const ImapResponse *data, void *ctx)
{
    (void)ctx;
    if (pt_str_eq_nocase(data->word, PT_STR("OK"))) {
        (void)imap_code_number(data->rest, "UIDVALIDITY", &m->folder.uid_validity);
        (void)imap_code_number(data->rest, "UIDNEXT", &m->folder.uid_next);
    }
    return true;
}

PtStatus mail_imap_select(MailImap *m, PtStr folder, MailFolder *ret_folder, PtError *err)
{
    m->folder = (MailFolder){0};
    pt_buf_add_str(command(m), PT_STR("SELECT "));
    PtStatus st = imap_add_folder(&m->command, folder, err);
    st = st == PT_OK ? run(m, on_select, NULL, err) : st;
    if (st == PT_CONFLICT) {
        return pt_fail(err, PT_NOT_FOUND, "no mail folder \"%.*s\": %s", PT_STR_ARG(folder),
                       m->said);
    }
    if (st != PT_OK) {
        return st;
    }
    if (m->folder.uid_validity == 0) {
        return pt_fail(err, PT_UNAVAILABLE, "the mail server numbers no messages (UIDVALIDITY)");
    }
    m->grown = false;
    *ret_folder = m->folder;
    return PT_OK;
}

typedef struct Listing {
    uint32_t after;
    size_t room, count;
    MailItem *items;
} Listing;

static bool on_item(MailImap *m, const ImapResponse *data, void *ctx)
{
    Listing *l = ctx;
    ImapFetched f;
    if (!pt_str_eq_nocase(data->word, PT_STR("FETCH"))) {
        return true;
    }
    if (!imap_read_fetched(&m->reader, data->rest, &f)) {
        return false;
    }
    // of another's change of flags the size is not told
    if (f.item.uid > l->after && f.has_bytes && l->count < l->room) {
        l->items[l->count++] = f.item;
    }
    return true;
}

static PtStatus fetch_range(MailImap *m, uint32_t first, uint32_t last, Listing *l, PtError *err)
{
    pt_buf_printf(command(m), "FETCH %u:%u (UID RFC822.SIZE FLAGS)", first, last);
    return refused(run(m, on_item, l, err));
}

/* The least place (1..count) whose message has a UID over `after`; count + 1: none. */
static PtStatus find_place(MailImap *m, uint32_t after, uint32_t *ret_place, PtError *err)
{
    uint32_t low = 1, high = m->folder.count + 1;
    while (low < high) {
        MailItem item;
        Listing one = {.room = 1, .items = &item};
        const uint32_t middle = low + (high - low) / 2;
        const PtStatus st = fetch_range(m, middle, middle, &one, err);
        if (st != PT_OK) {
            return st;
        }
        if (one.count == 0) {
            return pt_fail(err, PT_UNAVAILABLE, "the mail server does not tell of message %u",
                           middle);
        }
        if (item.uid > after) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    *ret_place = low;
    return PT_OK;
}

static int by_uid(const void *a, const void *b)
{
    const MailItem *x = a, *y = b;
    return (x->uid > y->uid) - (x->uid < y->uid);
}

static PtStatus noop(MailImap *m, PtError *err)
{
    pt_buf_add_str(command(m), PT_STR("NOOP"));
    return refused(run(m, NULL, NULL, err));
}

/* By place rather than "UID n:*", whose answer has no bound. Places stand still as long as nothing
 * but FETCH is asked (RFC 3501, 7.4.1). */
PtStatus mail_imap_list(MailImap *m, uint32_t after_uid, size_t room, MailItem *ret_items,
                        size_t *ret_count, PtError *err)
{
    Listing l = {.after = after_uid, .room = room, .items = ret_items};
    uint32_t place = 1;
    PtStatus st = noop(m, err);
    m->grown = false;
    const uint32_t count = m->folder.count;
    if (st == PT_OK && count > room) {
        st = find_place(m, after_uid, &place, err);
    }
    if (st == PT_OK && place <= count && room > 0) {
        const uint32_t last = count - place < room ? count : place + (uint32_t)room - 1;
        st = fetch_range(m, place, last, &l, err);
    }
    if (st != PT_OK) {
        return st;
    }
    qsort(ret_items, l.count, sizeof *ret_items, by_uid);
    *ret_count = l.count;
    return PT_OK;
}

/* ---- One message ------------------------------------------------------------------------------
 */

typedef struct Wanted {
    uint32_t uid;
    bool found;
} Wanted;

static bool on_message(MailImap *m, const ImapResponse *data, void *ctx)
{
    Wanted *w = ctx;
    ImapFetched f;
    if (!pt_str_eq_nocase(data->word, PT_STR("FETCH"))) {
        return true;
    }
    if (!imap_read_fetched(&m->reader, data->rest, &f)) {
        return false;
    }
    w->found |= f.has_message && f.item.uid == w->uid;
    return true;
}

PtStatus mail_imap_fetch(MailImap *m, const MailItem *item, PtBuf *ret_bytes, PtError *err)
{
    Wanted wanted = {.uid = item->uid};
    PtBuf *out = command(m);
    pt_buf_printf(out, "UID FETCH %u (UID BODY.PEEK[]", item->uid);
    const bool over = item->bytes > ret_bytes->limit;
    if (over) {
        pt_buf_printf(out, "<0.%zu>", ret_bytes->limit);
    }
    pt_buf_add_char(out, ')');
    pt_buf_clear(ret_bytes, SIZE_MAX);
    m->reader.message = ret_bytes;
    m->reader.has_message = m->reader.message_over = false;
    const PtStatus st = refused(run(m, on_message, &wanted, err));
    m->reader.message = NULL;
    if (st != PT_OK) {
        return st;
    }
    if (!wanted.found) {
        return pt_fail(err, PT_NOT_FOUND, "the mail %u is gone", item->uid);
    }
    if (over || m->reader.message_over) {
        return pt_fail(err, PT_TOO_LARGE, "the mail has %llu bytes, over %zu",
                       (unsigned long long)item->bytes, ret_bytes->limit);
    }
    return PT_OK;
}

static PtStatus store(MailImap *m, uint32_t uid, const char *flags, PtError *err)
{
    pt_buf_printf(command(m), "UID STORE %u +FLAGS.SILENT (%s)", uid, flags);
    return refused(run(m, NULL, NULL, err));
}

PtStatus mail_imap_mark_seen(MailImap *m, uint32_t uid, PtError *err)
{
    return store(m, uid, "\\Seen", err);
}

/* verb: "MOVE", "COPY". */
static PtStatus take_to(MailImap *m, const char *verb, uint32_t uid, PtStr folder, PtError *err)
{
    pt_buf_printf(command(m), "UID %s %u ", verb, uid);
    const PtStatus st = imap_add_folder(&m->command, folder, err);
    return st == PT_OK ? run(m, NULL, NULL, err) : st;
}

PtStatus mail_imap_move(MailImap *m, uint32_t uid, PtStr folder, PtError *err)
{
    const char *verb = m->move ? "MOVE" : "COPY";
    PtStatus st = take_to(m, verb, uid, folder, err);
    if (st == PT_CONFLICT) { // the folder is not there, most likely
        pt_buf_add_str(command(m), PT_STR("CREATE "));
        st = imap_add_folder(&m->command, folder, err);
        st = st == PT_OK ? run(m, NULL, NULL, err) : st;
        st = st == PT_OK || st == PT_CONFLICT ? take_to(m, verb, uid, folder, err) : st;
    }
    if (st != PT_OK || m->move) {
        return refused(st);
    }
    st = store(m, uid, "\\Seen \\Deleted", err);
    if (st == PT_OK && m->uidplus) {
        pt_buf_printf(command(m), "UID EXPUNGE %u", uid);
        st = refused(run(m, NULL, NULL, err));
    }
    return st;
}

/* ---- Waiting ----------------------------------------------------------------------------------
 */

/* Until something is said, or the time has come. */
static PtStatus sleep_until(MailImap *m, int64_t until_ms, PtError *err)
{
    m->until_ms = until_ms;
    const PtStatus st = imap_reader_fill(&m->reader, err);
    m->until_ms = 0;
    m->begun_ms = pt_mono_ms(); // what has begun gets its time again
    m->received = 0;
    return st == PT_OK || st == PT_TIMEOUT ? st : broken(m, st);
}

static PtStatus idle(MailImap *m, int64_t until_ms, PtError *err)
{
    ImapResponse r = {.kind = IMAP_DATA};
    pt_buf_add_str(command(m), PT_STR("IDLE"));
    PtStatus st = start(m, err);
    while (st == PT_OK && r.kind == IMAP_DATA) { // until the server idles, too
        st = next(m, &r, err);
    }
    if (st == PT_OK && r.kind != IMAP_CONTINUE) {
        mail_keep_said(m->said, r.rest);
        m->idle = false; // offered, and not meant: it is asked from now on
        return pt_str_eq_nocase(r.word, PT_STR("OK")) ? PT_OK : noop(m, err);
    }
    while (st == PT_OK && !m->grown) {
        st = sleep_until(m, until_ms, err);
        st = st == PT_OK ? next(m, &r, err) : st;
        if (st == PT_OK && r.kind != IMAP_DATA) {
            st = pt_fail(err, PT_UNAVAILABLE, "the mail server ended what it was to wait for");
        }
    }
    if (st != PT_OK && st != PT_TIMEOUT) {
        return broken(m, st);
    }
    st = send_all(m, PT_STR("DONE\r\n"), err);
    return st == PT_OK ? refused(finish(m, NULL, NULL, &r, err)) : st;
}

PtStatus mail_imap_wait(MailImap *m, uint32_t timeout_ms, uint32_t poll_ms, bool *ret_changed,
                        PtError *err)
{
    const int64_t now = pt_mono_ms();
    const int64_t until = now + (timeout_ms < MAIL_WAIT_MAX_MS ? timeout_ms : MAIL_WAIT_MAX_MS);
    PtStatus st = m->open ? PT_OK : pt_fail(err, PT_UNAVAILABLE, "the mail connection has ended");
    if (st == PT_OK && !m->grown && m->idle) {
        st = idle(m, until, err);
    }
    while (st == PT_OK && !m->grown && !m->idle && pt_mono_ms() < until) {
        const int64_t soon = pt_mono_ms() + poll_ms;
        st = sleep_until(m, soon < until ? soon : until, err);
        st = st == PT_OK || st == PT_TIMEOUT ? noop(m, err) : st;
    }
    if (st == PT_OK) {
        *ret_changed = m->grown;
    }
    return st;
}
