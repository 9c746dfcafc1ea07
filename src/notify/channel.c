// SPDX-License-Identifier: Apache-2.0
/* A mail, a push message, a webhook's body, and the call. */
#include "notify/notify_internal.h"

#include "base/json.h"
#include "platform/mail_write.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    BODY_BYTES = 256 << 10,
    TEXT_BYTES = 64 << 10,
    HEADER_BYTES = 3000,
    CONNECT_MS = 5000,
    CALL_MS = 15000,
    ANSWER_END = 64 << 10, /* bytes after which no more of an answer is waited for */
    RETRY_AFTER_MAX_S = 86400,
    PUSH_TTL_S = 86400,
    PUSH_SHOWN = 3, /* titles in the text of a push message */
    LINK_BYTES = 1000,
    MINUTE_S = 60,
};

static int64_t machine_ms(void)
{
    return pt_clock_now_ms(pt_clock_real());
}

/* ---- What is said -----------------------------------------------------------------------------
 */

static void headline(PtBuf *out, const NotifyMessage *m)
{
    const int language = m->wants->s.language;
    if (m->count == 1) {
        notify_say(out, &m->lines[0], language);
    } else {
        notify_phrase(out, m->count == 0 ? NOTIFY_SAY_TEST : NOTIFY_SAY_MANY, language,
                      (int64_t)m->count);
    }
}

/* Of one ticket it, else the list; "" where nobody said how browsers reach this server. */
static PtStr link_of(const Notify *n, const NotifyLine *line, char out[static LINK_BYTES])
{
    if (n->c.public_url[0] == '\0') {
        out[0] = '\0';
    } else if (line != NULL && line->subject.key.len > 0) {
        (void)snprintf(out, LINK_BYTES, "%s/desk/%.*s", n->c.public_url,
                       PT_STR_ARG(line->subject.key));
    } else {
        (void)snprintf(out, LINK_BYTES, "%s/notifications", n->c.public_url);
    }
    return pt_str(out);
}

static const NotifyLine *only(const NotifyMessage *m)
{
    return m->count == 1 ? &m->lines[0] : NULL;
}

/* ---- The call ---------------------------------------------------------------------------------
 */

typedef struct Call {
    Notify *n;
    size_t seen;            /* bytes of the answer */
    int64_t retry_after_ms; /* 0: not said */
    struct curl_slist *headers;
    bool no_memory;
} Call;

static size_t on_body(char *bytes, size_t size, size_t count, void *ctx)
{
    Call *c = ctx;
    (void)bytes;
    c->seen += size * count;
    return c->seen <= ANSWER_END ? size * count : 0;
}

/* Seconds; push services and chat tools say no dates. */
static size_t on_header(char *bytes, size_t size, size_t count, void *ctx)
{
    static const char name[] = "retry-after:";
    Call *c = ctx;
    const size_t len = size * count, name_len = sizeof name - 1;
    uint32_t seconds = 0;
    if (len > name_len && strncasecmp(bytes, name, name_len) == 0 &&
        pt_str_to_u32(pt_str_trim_low((PtStr){bytes + name_len, len - name_len}), RETRY_AFTER_MAX_S,
                      &seconds)) {
        c->retry_after_ms = (int64_t)seconds * 1000;
    }
    return len;
}

static int on_progress(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)a;
    (void)b;
    (void)c;
    (void)d;
    return atomic_load(&((Call *)ctx)->n->stopping);
}

static void add_header(Call *c, const char *line)
{
    struct curl_slist *more = curl_slist_append(c->headers, line);
    c->no_memory = c->no_memory || more == NULL;
    c->headers = more != NULL ? more : c->headers;
}

static void outcome_of(NotifyOutcome *o, NotifyFate fate, const char *reason, const char *error)
{
    o->fate = fate;
    (void)pt_str_copy(o->reason, sizeof o->reason, pt_str(reason));
    (void)pt_str_copy(o->error, sizeof o->error, pt_str(error));
}

/* 404 and 410 mean that a subscription is no more. */
static void judge_status(NotifyOutcome *o, long status, bool push, int64_t after_ms)
{
    char reason[NOTIFY_REASON];
    const bool later = status == 408 || status == 425 || status == 429 || status >= 500;
    (void)snprintf(reason, sizeof reason, "http_%ld", status);
    outcome_of(o,
               status / 100 == 2                          ? NOTIFY_FATE_SENT
               : push && (status == 404 || status == 410) ? NOTIFY_FATE_GONE
               : later                                    ? NOTIFY_FATE_LATER
                                                          : NOTIFY_FATE_NEVER,
               status / 100 == 2 ? "" : reason, "");
    o->after_ms = after_ms;
}

static bool set_up(CURL *easy, Call *c, const char *url, PtStr body)
{
    CURLcode rc = curl_easy_setopt(easy, CURLOPT_URL, url);
    rc |= curl_easy_setopt(easy, CURLOPT_POST, 1L);
    rc |= curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
    rc |= curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.len > 0 ? body.data : "");
    rc |= curl_easy_setopt(easy, CURLOPT_HTTPHEADER, c->headers);
    rc |= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    rc |= curl_easy_setopt(easy, CURLOPT_WRITEDATA, c);
    rc |= curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    rc |= curl_easy_setopt(easy, CURLOPT_HEADERDATA, c);
    rc |= curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    rc |= curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    rc |= curl_easy_setopt(easy, CURLOPT_XFERINFODATA, c);
    rc |= curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    rc |= curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)CALL_MS);
    return rc == CURLE_OK;
}

static void judge_call(NotifyOutcome *o, CURL *easy, const Call *c, CURLcode rc,
                       const ConnectNetGuard *guard, bool push)
{
    long status = 0;
    (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    // an answer that was cut because it goes on for ever is one all the same
    const bool answered = rc == CURLE_OK || (rc == CURLE_WRITE_ERROR && c->seen > ANSWER_END);
    if (answered && status >= 200) {
        judge_status(o, status, push, c->retry_after_ms);
    } else if (guard->refused[0] != '\0') {
        outcome_of(o, NOTIFY_FATE_NEVER, "address_refused", guard->refused);
    } else if (rc == CURLE_ABORTED_BY_CALLBACK) {
        outcome_of(o, NOTIFY_FATE_DOUBT, "stopped", "the server stopped while it was sent");
    } else {
        outcome_of(o, NOTIFY_FATE_LATER, "unreachable", curl_easy_strerror(rc));
    }
}

/* The headers are the call's, and end here. */
static PtStatus post(Call *c, PtStr url, PtStr body, bool push, NotifyOutcome *ret_outcome,
                     PtError *err)
{
    ConnectNetGuard guard;
    char text[NOTIFY_URL_MAX + 1];
    CURL *easy = curl_easy_init();
    const bool fits = pt_str_copy(text, sizeof text, url);
    const bool ok = easy != NULL && !c->no_memory && fits &&
                    connect_net_guard(&guard, c->n->c.net, easy) && set_up(easy, c, text, body);
    if (ok) {
        judge_call(ret_outcome, easy, c, curl_easy_perform(easy), &guard, push);
    }
    curl_slist_free_all(c->headers);
    curl_easy_cleanup(easy);
    explicit_bzero(text, sizeof text);
    return ok ? PT_OK : notify_no_memory(err);
}

/* ---- Webhooks ---------------------------------------------------------------------------------
 */

static void put_line(const Notify *n, PtJsonOut *out, const NotifyLine *line, int language)
{
    PT_CLEANUP(pt_buf_done) PtBuf text;
    char at[PT_TIME_TEXT], link[LINK_BYTES];
    pt_buf_init(&text, TEXT_BYTES);
    notify_say(&text, line, language);
    pt_json_out_object(out);
    pt_json_put_str(out, "kind", pt_str(notify_kinds[line->kind]));
    pt_json_put_str(out, "text", pt_buf_str(&text));
    pt_json_put_str(out, "at", pt_time_format(line->at_ms, at));
    pt_json_put_str(out, "detail", line->detail);
    if (line->subject.key.len > 0) {
        pt_json_put_str(out, "ticket", line->subject.key);
        pt_json_put_str(out, "title", line->subject.title);
        pt_json_put_str(out, "queue", line->subject.queue);
        pt_json_put_i64(out, "priority", line->subject.priority);
    }
    pt_json_put_str(out, "url", link_of(n, line, link));
    pt_json_out_object_end(out);
}

static void generic_body(const Notify *n, const NotifyMessage *m, PtStr title, PtJsonOut *out)
{
    pt_json_put_i64(out, "delivery", m->delivery);
    pt_json_put_str(out, "text", title);
    pt_json_out_key(out, PT_STR("notifications"));
    pt_json_out_array(out);
    for (size_t i = 0; i < m->count; i++) {
        put_line(n, out, &m->lines[i], m->wants->s.language);
    }
    pt_json_out_array_end(out);
}

/* Slack reads & < > as signs of its own. */
static void add_slack(PtBuf *out, PtStr text)
{
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.data[i];
        pt_buf_add_str(out, c == '&'   ? PT_STR("&amp;")
                            : c == '<' ? PT_STR("&lt;")
                            : c == '>' ? PT_STR("&gt;")
                                       : (PtStr){text.data + i, 1});
    }
}

static void slack_line(const Notify *n, const NotifyLine *line, int language, PtBuf *out)
{
    PT_CLEANUP(pt_buf_done) PtBuf text;
    char link[LINK_BYTES];
    pt_buf_init(&text, TEXT_BYTES);
    notify_say(&text, line, language);
    const PtStr url = link_of(n, line, link);
    pt_buf_add_char(out, '\n');
    if (url.len > 0) {
        pt_buf_printf(out, "<%.*s|", PT_STR_ARG(url));
    }
    add_slack(out, pt_buf_str(&text));
    pt_buf_add_str(out, url.len > 0 ? PT_STR(">") : PT_STR(""));
    if (line->subject.title.len > 0) {
        pt_buf_add_str(out, PT_STR(" "));
        add_slack(out, line->subject.title);
    }
}

static void slack_body(const Notify *n, const NotifyMessage *m, PtStr title, PtJsonOut *out)
{
    PT_CLEANUP(pt_buf_done) PtBuf text;
    pt_buf_init(&text, TEXT_BYTES);
    pt_buf_add_char(&text, '*');
    add_slack(&text, title);
    pt_buf_add_char(&text, '*');
    for (size_t i = 0; i < m->count; i++) {
        slack_line(n, &m->lines[i], m->wants->s.language, &text);
    }
    pt_json_put_str(out, "text", pt_buf_str(&text));
}

static void text_block(PtJsonOut *out, PtStr text, bool strong)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "type", PT_STR("RichTextBlock")); // a TextBlock reads Markdown
    pt_json_out_key(out, PT_STR("inlines"));
    pt_json_out_array(out);
    pt_json_out_object(out);
    pt_json_put_str(out, "type", PT_STR("TextRun"));
    pt_json_put_str(out, "text", text);
    if (strong) {
        pt_json_put_str(out, "weight", PT_STR("Bolder"));
    }
    pt_json_out_object_end(out);
    pt_json_out_array_end(out);
    pt_json_out_object_end(out);
}

static void teams_blocks(const NotifyMessage *m, PtStr title, PtJsonOut *out)
{
    PtBuf text;
    pt_buf_init(&text, TEXT_BYTES);
    pt_json_out_key(out, PT_STR("body"));
    pt_json_out_array(out);
    text_block(out, title, true);
    for (size_t i = 0; i < m->count; i++) {
        pt_buf_clear(&text, TEXT_BYTES);
        notify_say(&text, &m->lines[i], m->wants->s.language);
        if (m->lines[i].subject.title.len > 0) {
            pt_buf_add_str(&text, PT_STR(": "));
            pt_buf_add_str(&text, m->lines[i].subject.title);
        }
        text_block(out, pt_buf_str(&text), false);
    }
    pt_json_out_array_end(out);
    pt_buf_done(&text);
}

/* An adaptive card, as the webhooks of Teams' workflows take it. */
static void teams_body(const Notify *n, const NotifyMessage *m, PtStr title, PtJsonOut *out)
{
    char link[LINK_BYTES];
    const PtStr url = link_of(n, only(m), link);
    pt_json_put_str(out, "type", PT_STR("message"));
    pt_json_out_key(out, PT_STR("attachments"));
    pt_json_out_array(out);
    pt_json_out_object(out);
    pt_json_put_str(out, "contentType", PT_STR("application/vnd.microsoft.card.adaptive"));
    pt_json_out_key(out, PT_STR("content"));
    pt_json_out_object(out);
    pt_json_put_str(out, "type", PT_STR("AdaptiveCard"));
    pt_json_put_str(out, "version", PT_STR("1.4"));
    teams_blocks(m, title, out);
    if (url.len > 0) {
        pt_json_out_key(out, PT_STR("actions"));
        pt_json_out_array(out);
        pt_json_out_object(out);
        pt_json_put_str(out, "type", PT_STR("Action.OpenUrl"));
        pt_json_put_str(out, "title", PT_STR("Patron"));
        pt_json_put_str(out, "url", url);
        pt_json_out_object_end(out);
        pt_json_out_array_end(out);
    }
    pt_json_out_object_end(out);
    pt_json_out_object_end(out);
    pt_json_out_array_end(out);
}

void notify_hook_body(const Notify *n, const NotifyMessage *m, PtBuf *out)
{
    static void (*const shapes[])(const Notify *, const NotifyMessage *, PtStr,
                                  PtJsonOut *) = {generic_body, slack_body, teams_body};
    PT_CLEANUP(pt_buf_done) PtBuf title;
    PtJsonOut json = pt_json_out(out);
    pt_buf_init(&title, TEXT_BYTES);
    headline(&title, m);
    pt_json_out_object(&json);
    shapes[m->wants->s.shape](n, m, pt_buf_str(&title), &json);
    pt_json_out_object_end(&json);
}

PtStatus notify_send_hook(Notify *n, const NotifyMessage *m, NotifyOutcome *ret_outcome,
                          PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf body;
    Call call = {.n = n};
    char key[80];
    pt_buf_init(&body, BODY_BYTES);
    notify_hook_body(n, m, &body);
    if (pt_buf_status(&body) != PT_OK) {
        return notify_no_memory(err);
    }
    (void)snprintf(key, sizeof key, "Idempotency-Key: patron-%lld-%lld", (long long)m->delivery,
                   (long long)m->created_ms);
    add_header(&call, "Content-Type: application/json");
    add_header(&call, "User-Agent: Patron");
    add_header(&call, "Expect:");
    add_header(&call, key);
    return post(&call, m->wants->hook_url, pt_buf_str(&body), false, ret_outcome, err);
}

/* ---- Web push ---------------------------------------------------------------------------------
 */

static void push_text(const Notify *n, const NotifyMessage *m, PtBuf *out)
{
    PT_CLEANUP(pt_buf_done) PtBuf title, body;
    char link[LINK_BYTES], tag[40];
    PtJsonOut json = pt_json_out(out);
    const PtStr url = link_of(n, only(m), link);
    pt_buf_init(&title, TEXT_BYTES);
    pt_buf_init(&body, TEXT_BYTES);
    headline(&title, m);
    for (size_t i = 0; i < m->count && i < PUSH_SHOWN; i++) {
        const NotifyLine *line = &m->lines[i];
        pt_buf_add_str(&body, i > 0 ? PT_STR("\n") : PT_STR(""));
        if (m->count > 1) {
            notify_say(&body, line, m->wants->s.language);
        } else {
            pt_buf_add_str(&body,
                           line->subject.title.data != NULL ? line->subject.title : PT_STR(""));
        }
    }
    if (m->count == 0) {
        notify_phrase(&body, NOTIFY_SAY_TEST_BODY, m->wants->s.language, 0);
    }
    (void)snprintf(tag, sizeof tag, "patron-%lld", (long long)m->delivery);
    pt_json_out_object(&json);
    pt_json_put_str(&json, "title", pt_buf_str(&title));
    pt_json_put_str(&json, "body", pt_buf_str(&body));
    pt_json_put_str(&json, "tag", pt_str(tag));
    // a page of this server, whatever it is called outside
    pt_json_put_str(&json, "path",
                    url.len > 0 ? pt_str_from(url, strlen(n->c.public_url))
                                : PT_STR("/notifications"));
    pt_json_out_object_end(&json);
}

static void contact_of(const Notify *n, char out[static LINK_BYTES])
{
    if (n->c.mail != NULL) {
        (void)snprintf(out, LINK_BYTES, "mailto:%s", n->c.mail_from);
    } else {
        (void)snprintf(out, LINK_BYTES, "%s",
                       n->c.public_url[0] != '\0' ? n->c.public_url : "https://localhost");
    }
}

static PtStatus seal_push(const Notify *n, const NotifyMessage *m, const NotifyPushTo *to,
                          PtBuf *body, PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf text;
    NotifyPushKey own;
    uint8_t salt[NOTIFY_PUSH_SALT];
    pt_buf_init(&text, NOTIFY_PUSH_TEXT);
    push_text(n, m, &text);
    PtStatus st = pt_buf_status(&text);
    if (st != PT_OK) {
        return pt_fail(err, st, "a push message has over %d bytes", NOTIFY_PUSH_TEXT);
    }
    pt_random_bytes(salt, sizeof salt);
    st = notify_push_key_make(&own, err);
    st = st == PT_OK ? notify_push_seal(to, &own, salt, pt_buf_str(&text), body, err) : st;
    explicit_bzero(&own, sizeof own);
    return st;
}

static PtStatus add_token(const Notify *n, Call *call, const NotifyPushTo *to, PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf header;
    char contact[LINK_BYTES];
    contact_of(n, contact);
    pt_buf_init(&header, HEADER_BYTES);
    pt_buf_add_str(&header, PT_STR("Authorization: "));
    PtStatus st = notify_push_token(&n->key, connect_net_origin(to->endpoint), contact,
                                    machine_ms(), &header, err);
    pt_buf_add_char(&header, '\0');
    if (st == PT_OK && pt_buf_status(&header) == PT_OK) {
        add_header(call, header.data);
    }
    return st == PT_OK && pt_buf_status(&header) != PT_OK ? notify_no_memory(err) : st;
}

PtStatus notify_send_push(Notify *n, const NotifyMessage *m, const NotifyPushTo *to,
                          NotifyOutcome *ret_outcome, PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf body;
    Call call = {.n = n};
    char ttl[40];
    pt_buf_init(&body, BODY_BYTES);
    PtStatus st = seal_push(n, m, to, &body, err);
    if (st == PT_INVALID || st == PT_TOO_LARGE) {
        outcome_of(ret_outcome, NOTIFY_FATE_NEVER, "not_encrypted", err->message);
        return PT_OK;
    }
    st = st == PT_OK ? add_token(n, &call, to, err) : st;
    if (st != PT_OK) {
        curl_slist_free_all(call.headers);
        return st;
    }
    (void)snprintf(ttl, sizeof ttl, "TTL: %d", PUSH_TTL_S);
    add_header(&call, "Content-Type: application/octet-stream");
    add_header(&call, "Content-Encoding: aes128gcm");
    add_header(&call, ttl);
    add_header(&call, m->urgent ? "Urgency: high" : "Urgency: normal");
    add_header(&call, "User-Agent: Patron");
    add_header(&call, "Expect:");
    return post(&call, to->endpoint, pt_buf_str(&body), true, ret_outcome, err);
}

/* ---- Mail -------------------------------------------------------------------------------------
 */

static void mail_text(const Notify *n, const NotifyMessage *m, PtBuf *out)
{
    char link[LINK_BYTES];
    const int language = m->wants->s.language;
    if (m->count == 0) {
        notify_phrase(out, NOTIFY_SAY_TEST_BODY, language, 0);
        pt_buf_add_char(out, '\n');
    }
    for (size_t i = 0; i < m->count; i++) {
        const NotifyLine *line = &m->lines[i];
        notify_say(out, line, language);
        pt_buf_add_char(out, '\n');
        if (line->subject.title.len > 0) {
            pt_buf_printf(out, "%.*s (P%u)\n", PT_STR_ARG(line->subject.title),
                          line->subject.priority);
        }
        const PtStr url = link_of(n, line, link);
        pt_buf_printf(out, url.len > 0 ? "%.*s\n\n" : "%.*s\n", PT_STR_ARG(url));
    }
    pt_buf_add_str(out, PT_STR("\n"));
    notify_phrase(out, NOTIFY_SAY_WHY, language, 0);
    pt_buf_add_char(out, '\n');
}

static PtStatus write_mail(const Notify *n, const NotifyMessage *m, PtBuf *out, PtError *err)
{
    static const MailField automatic = {PT_STR_INIT("Auto-Submitted"),
                                        PT_STR_INIT("auto-generated")};
    PT_CLEANUP(pt_buf_done) PtBuf subject, text;
    char id[300];
    const PtStr from = pt_str(n->c.mail_from);
    const char *at = strchr(n->c.mail_from, '@');
    const MailAddress to = {m->name, m->email};
    pt_buf_init(&subject, TEXT_BYTES);
    pt_buf_init(&text, BODY_BYTES);
    headline(&subject, m);
    if (m->count == 1 && m->lines[0].subject.title.len > 0) {
        pt_buf_add_str(&subject, PT_STR(": "));
        pt_buf_add_str(&subject, m->lines[0].subject.title);
    }
    mail_text(n, m, &text);
    (void)snprintf(id, sizeof id, "notify.%lld.%lld@%s", (long long)m->delivery,
                   (long long)m->created_ms, at != NULL ? at + 1 : "localhost");
    const MailDraft draft = {.from = {PT_STR("Patron"), from},
                             .reply_to = {PT_STR(""), PT_STR("")},
                             .to = {&to, 1},
                             .subject = pt_buf_str(&subject),
                             .date_ms = machine_ms(),
                             .message_id = pt_str(id),
                             .text = pt_buf_str(&text),
                             .html = PT_STR(""),
                             .fields = &automatic,
                             .field_count = 1};
    return pt_buf_status(&subject) == PT_OK && pt_buf_status(&text) == PT_OK
               ? mail_write(&draft, out, err)
               : notify_no_memory(err);
}

static bool is_stopped(void *ctx)
{
    return atomic_load(&((Notify *)ctx)->stopping);
}

static PtStatus connect_mail(Notify *n, PtError *err)
{
    MailServer server = *n->c.mail;
    server.is_stopped = is_stopped;
    server.ctx = n;
    return n->smtp != NULL ? PT_OK : mail_smtp_new(&server, NULL, &n->smtp, err);
}

static void judge_mail(NotifyOutcome *o, PtStatus st, const MailSent *sent, const PtError *why)
{
    static const NotifyFate fates[MAIL_OUTCOMES] = {[MAIL_SENT] = NOTIFY_FATE_SENT,
                                                    [MAIL_LATER] = NOTIFY_FATE_LATER,
                                                    [MAIL_REFUSED] = NOTIFY_FATE_NEVER,
                                                    [MAIL_IN_DOUBT] = NOTIFY_FATE_DOUBT};
    char reason[NOTIFY_REASON];
    if (st != PT_OK) { // nothing was handed over
        outcome_of(o, st == PT_INVALID ? NOTIFY_FATE_NEVER : NOTIFY_FATE_LATER,
                   st == PT_UNAVAILABLE ? "unreachable" : pt_status_name(st), why->message);
        return;
    }
    (void)snprintf(reason, sizeof reason, "smtp_%d", sent->code);
    outcome_of(o, fates[sent->outcome], sent->outcome == MAIL_SENT ? "" : reason,
               sent->outcome == MAIL_SENT ? "" : sent->said);
}

PtStatus notify_send_mail(Notify *n, const NotifyMessage *m, NotifyOutcome *ret_outcome,
                          PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf bytes;
    PtError why = {0};
    MailSent sent = {0};
    const MailEnvelope envelope = {.from = pt_str(n->c.mail_from), .to = &m->email, .to_count = 1};
    pt_buf_init(&bytes, BODY_BYTES);
    PtStatus st = write_mail(n, m, &bytes, &why);
    if (st != PT_OK && st != PT_NO_MEMORY) {
        outcome_of(ret_outcome, NOTIFY_FATE_NEVER, "not_written", why.message);
        return PT_OK;
    }
    st = st == PT_OK ? connect_mail(n, &why) : st;
    st = st == PT_OK ? mail_smtp_send(n->smtp, &envelope, pt_buf_str(&bytes), &sent, &why) : st;
    if (st == PT_NO_MEMORY) {
        return notify_no_memory(err);
    }
    judge_mail(ret_outcome, st, &sent, &why);
    return PT_OK;
}
