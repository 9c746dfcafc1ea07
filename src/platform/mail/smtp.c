// SPDX-License-Identifier: Apache-2.0
#include "base/memory.h"
#include "platform/mail/wire.h"
#include "platform/mail_write.h"

#include <stdio.h>
#include <sys/socket.h>

enum { LINE_BYTES = 998, HELO_BYTES = 253, ROUND_MS_PER_BYTE = 1 };

struct MailSmtp {
    MailWire wire;
};

#define MAIL_OUTCOME_NAME(id, name) name,
const char *mail_outcome_name(MailOutcome outcome)
{
    static const char *const names[] = {MAIL_OUTCOME_MAP(MAIL_OUTCOME_NAME)};
    return names[outcome];
}
#undef MAIL_OUTCOME_NAME

static bool helo_is_valid(const char *helo)
{
    static const char chars[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
    const size_t len = strlen(helo);
    return len > 0 && len <= HELO_BYTES && strspn(helo, chars) == len;
}

PtStatus mail_smtp_new(const MailServer *server, const char *helo, MailSmtp **ret_smtp,
                       PtError *err)
{
    char path[HELO_BYTES + 2] = "";
    if (helo != NULL && !helo_is_valid(helo)) {
        return pt_fail(err, PT_INVALID, "the name for HELO is no host's");
    }
    if (helo != NULL) {
        (void)snprintf(path, sizeof path, "/%s", helo);
    }
    MailSmtp *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a mail connection");
    }
    const PtStatus st = mail_wire_init(&s->wire, server, "smtp", path, err);
    if (st != PT_OK) {
        mail_smtp_free(s);
        return st;
    }
    *ret_smtp = s;
    return PT_OK;
}

void mail_smtp_free(MailSmtp *s)
{
    if (s == NULL) {
        return;
    }
    // libcurl says QUIT and would wait for its answer for two minutes
    curl_socket_t fd = CURL_SOCKET_BAD;
    if (s->wire.curl != NULL &&
        curl_easy_getinfo(s->wire.curl, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK &&
        fd != CURL_SOCKET_BAD) {
        (void)shutdown(fd, SHUT_RD);
    }
    mail_wire_done(&s->wire);
    free(s);
}

/* ---- What may be sent -------------------------------------------------------------------------
 */

/* A lone CR or LF is an end of the message to some servers and none to others: a second message
 * could be smuggled in between. */
static PtStatus check_lines(PtStr bytes, PtError *err)
{
    size_t begin = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        const char c = bytes.data[i];
        if (c != '\r' && c != '\n') {
            continue;
        }
        if (c == '\n' || i + 1 >= bytes.len || bytes.data[i + 1] != '\n') {
            return pt_fail(err, PT_INVALID, "the mail has a line that does not end in CRLF");
        }
        if (i - begin > LINE_BYTES) {
            return pt_fail(err, PT_INVALID, "the mail has a line of %zu bytes, over %d", i - begin,
                           LINE_BYTES);
        }
        begin = ++i + 1;
    }
    return begin == bytes.len && begin > 0
               ? PT_OK
               : pt_fail(err, PT_INVALID, "the mail does not end in CRLF");
}

static PtStatus check_envelope(const MailEnvelope *e, PtError *err)
{
    if (e->from.len > 0 && !mail_address_is_valid(e->from)) {
        return pt_fail(err, PT_INVALID, "the envelope's sender is no address");
    }
    if (e->to_count == 0 || e->to_count > MAIL_RECIPIENTS) {
        return pt_fail(err, PT_INVALID, "the envelope has %zu recipients, not 1..%d", e->to_count,
                       MAIL_RECIPIENTS);
    }
    for (size_t i = 0; i < e->to_count; i++) {
        if (!mail_address_is_valid(e->to[i])) {
            return pt_fail(err, PT_INVALID, "recipient %zu of the envelope is no address", i + 1);
        }
    }
    return PT_OK;
}

/* ---- One mail ---------------------------------------------------------------------------------
 */

typedef struct Upload {
    PtStr left;
} Upload;

static size_t on_read(char *room, size_t size, size_t count, void *ctx)
{
    Upload *u = ctx;
    const size_t most = size * count, len = u->left.len < most ? u->left.len : most;
    if (len > 0) {
        memcpy(room, u->left.data, len);
    }
    u->left = pt_str_from(u->left, len);
    return len;
}

typedef struct Recipients {
    struct curl_slist *list;
} Recipients;

static void recipients_done(Recipients *r)
{
    curl_slist_free_all(r->list);
}

static bool add_recipient(Recipients *r, PtStr address)
{
    PT_CLEANUP(pt_free_charp) char *text = strndup(address.data, address.len);
    struct curl_slist *list = text != NULL ? curl_slist_append(r->list, text) : NULL;
    r->list = list != NULL ? list : r->list;
    return list != NULL;
}

static bool set_up(MailSmtp *s, const MailEnvelope *e, const Recipients *to, Upload *upload)
{
    CURL *c = s->wire.curl;
    char from[300] = ""; // none: the null sender
    if (e->from.len > 0) {
        (void)snprintf(from, sizeof from, "%.*s", PT_STR_ARG(e->from));
    }
    const int64_t most_ms =
        3 * (int64_t)s->wire.server.timeout_ms + (int64_t)upload->left.len * ROUND_MS_PER_BYTE;
    CURLcode rc = curl_easy_setopt(c, CURLOPT_MAIL_FROM, from);
    rc |= curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to->list);
    rc |= curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, NULL);
    rc |= curl_easy_setopt(c, CURLOPT_NOBODY, 0L);
    rc |= curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
    rc |= curl_easy_setopt(c, CURLOPT_READFUNCTION, on_read);
    rc |= curl_easy_setopt(c, CURLOPT_READDATA, upload);
    rc |= curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)upload->left.len);
    rc |= curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)most_ms);
    return rc == CURLE_OK;
}

static CURLcode perform(MailSmtp *s)
{
    s->wire.why[0] = s->wire.said[0] = '\0';
    s->wire.asked = s->wire.quitting = s->wire.stopped = false;
    return curl_easy_perform(s->wire.curl);
}

/* After MAIL FROM what the server says is about this mail; 421 says that it goes. */
static PtStatus judge(MailSmtp *s, CURLcode rc, bool handed_over, MailSent *ret_sent, PtError *err)
{
    long code = 0;
    (void)curl_easy_getinfo(s->wire.curl, CURLINFO_RESPONSE_CODE, &code);
    MailSent sent = {.outcome = MAIL_SENT, .code = (int)code};
    memcpy(sent.said, s->wire.said, sizeof sent.said);
    if (rc != CURLE_OK) {
        const bool answered = s->wire.asked && code >= 400 && code < 600;
        if (!answered && !handed_over) {
            return mail_wire_fail(&s->wire, rc, err);
        }
        sent.outcome = !answered ? MAIL_IN_DOUBT : code >= 500 ? MAIL_REFUSED : MAIL_LATER;
    }
    *ret_sent = sent;
    return PT_OK;
}

PtStatus mail_smtp_send(MailSmtp *s, const MailEnvelope *envelope, PtStr bytes, MailSent *ret_sent,
                        PtError *err)
{
    PT_CLEANUP(recipients_done) Recipients to = {NULL};
    Upload upload = {bytes};
    PtStatus st = check_envelope(envelope, err);
    st = st == PT_OK ? check_lines(bytes, err) : st;
    if (st != PT_OK) {
        return st;
    }
    bool ok = true;
    for (size_t i = 0; ok && i < envelope->to_count; i++) {
        ok = add_recipient(&to, envelope->to[i]);
    }
    if (!ok || !set_up(s, envelope, &to, &upload)) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to send a mail");
    }
    const CURLcode rc = perform(s);
    (void)curl_easy_setopt(s->wire.curl, CURLOPT_MAIL_RCPT, NULL);
    return judge(s, rc, upload.left.len == 0, ret_sent, err);
}

PtStatus mail_smtp_check(MailSmtp *s, PtError *err)
{
    CURL *c = s->wire.curl;
    CURLcode rc = curl_easy_setopt(c, CURLOPT_UPLOAD, 0L);
    rc |= curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
    rc |= curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, "NOOP");
    rc |= curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)(3 * s->wire.server.timeout_ms));
    if (rc != CURLE_OK) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to ask a mail server");
    }
    rc = perform(s);
    return rc == CURLE_OK ? PT_OK : mail_wire_fail(&s->wire, rc, err);
}
