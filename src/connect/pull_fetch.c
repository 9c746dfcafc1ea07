// SPDX-License-Identifier: Apache-2.0
/* One request of a pull. */
#include "connect/pull_internal.h"

#include "base/json.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { CONNECT_S = 10, HEADER_LINE = 2200, LINKS_MAX = 8192, RETRY_AFTER_MAX_S = 86400 };

typedef struct Exchange {
    const PullRequest *request;
    PullAnswer *answer;
    PtBuf links; /* values of Link headers, with a comma between */
    struct curl_slist *headers;
    bool out_of_memory, stopped;
} Exchange;

void pull_answer_init(PullAnswer *answer)
{
    *answer = (PullAnswer){.verdict = PULL_AGAIN};
    pt_buf_init(&answer->body, CONNECT_PULL_BODY_MAX);
}

void pull_answer_done(PullAnswer *answer)
{
    pt_buf_done(&answer->body);
}

PullVerdict pull_verdict(int status)
{
    if (status >= 200 && status < 300) {
        return PULL_ANSWERED;
    }
    if (status == 401 || status == 403) {
        return PULL_STOP;
    }
    return status == 408 || status == 425 || status == 429 || status >= 500 ? PULL_AGAIN
                                                                            : PULL_REFUSED;
}

/* ---- Headers ----------------------------------------------------------------------------------
 */

/* A token of RFC 9110, and none that libcurl or the credentials answer for. */
bool pull_header_name_ok(PtStr name)
{
    static const char *const own[] = {"host",       "content-length",     "transfer-encoding",
                                      "connection", "proxy-connection",   "upgrade",
                                      "te",         "accept-encoding",    "expect",
                                      "trailer",    "proxy-authorization"};
    bool ok = name.len > 0 && name.len <= 100;
    for (size_t i = 0; ok && i < name.len; i++) {
        const char c = name.data[i];
        ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
    }
    for (size_t i = 0; ok && i < sizeof own / sizeof *own; i++) {
        ok = !pt_str_eq_nocase(name, pt_str(own[i]));
    }
    return ok;
}

static bool value_ok(PtStr value)
{
    for (size_t i = 0; i < value.len; i++) {
        const unsigned char c = (unsigned char)value.data[i];
        if ((c < ' ' && c != '\t') || c == 0x7f) {
            return false;
        }
    }
    return value.len <= 2000;
}

static PtStatus header_line(PtStr name, PtStr value, char out[static HEADER_LINE], PtError *err)
{
    if (!pull_header_name_ok(name) || pt_str_eq_nocase(name, PT_STR("authorization"))) {
        return pt_fail(err, PT_INVALID, "headers: \"%.*s\" is no header that can be set",
                       (int)(name.len < 60 ? name.len : 60), name.data);
    }
    if (!value_ok(value)) {
        return pt_fail(err, PT_INVALID,
                       "headers: the value of %.*s has control characters or over 2000 bytes",
                       PT_STR_ARG(name));
    }
    // a header without a value is written with a semicolon, says libcurl
    (void)snprintf(out, HEADER_LINE, value.len > 0 ? "%.*s: %.*s" : "%.*s;%.*s", PT_STR_ARG(name),
                   PT_STR_ARG(value));
    return PT_OK;
}

static PtStatus one_header(PtJson *j, PtBuf *name, PtBuf *value,
                           bool (*fn)(void *ctx, const char *line), void *ctx, PtError *err)
{
    char line[HEADER_LINE];
    pt_buf_clear(name, CONNECT_PULL_HEADERS_BYTES);
    pt_buf_clear(value, CONNECT_PULL_HEADERS_BYTES);
    pt_json_decode(j->raw, name);
    if (pt_json_next(j) != PT_JSON_STRING) {
        return pt_fail(err, PT_INVALID, "headers: a value that is no text");
    }
    pt_json_decode(j->raw, value);
    if (pt_buf_status(name) != PT_OK || pt_buf_status(value) != PT_OK) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for headers");
    }
    PtStatus st = header_line(pt_buf_str(name), pt_buf_str(value), line, err);
    if (st == PT_OK && fn != NULL && !fn(ctx, line)) {
        st = pt_fail(err, PT_NO_MEMORY, "no memory for headers");
    }
    return st;
}

PtStatus pull_headers(PtStr json, bool (*fn)(void *ctx, const char *line), void *ctx, PtError *err)
{
    PtJson j;
    PT_CLEANUP(pt_buf_done) PtBuf name, value;
    unsigned count = 0;
    pt_buf_init(&name, 2 * (size_t)CONNECT_PULL_HEADERS_BYTES);
    pt_buf_init(&value, 2 * (size_t)CONNECT_PULL_HEADERS_BYTES);
    if (json.len == 0) {
        return PT_OK;
    }
    if (json.len > CONNECT_PULL_HEADERS_BYTES) {
        return pt_fail(err, PT_INVALID, "headers: over %d bytes", CONNECT_PULL_HEADERS_BYTES);
    }
    pt_json_init(&j, json, 2);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return pt_fail(err, PT_INVALID, "headers: not a JSON object");
    }
    PtJsonToken token = pt_json_next(&j);
    for (; token == PT_JSON_KEY; token = pt_json_next(&j)) {
        if (++count > CONNECT_PULL_HEADERS_MAX) {
            return pt_fail(err, PT_INVALID, "headers: over %d", CONNECT_PULL_HEADERS_MAX);
        }
        PtStatus st = one_header(&j, &name, &value, fn, ctx, err);
        if (st != PT_OK) {
            return st;
        }
    }
    return token == PT_JSON_OBJECT_END ? PT_OK
                                       : pt_fail(err, PT_INVALID, "headers: not a JSON object");
}

static bool append(void *ctx, const char *line)
{
    Exchange *x = ctx;
    struct curl_slist *list = curl_slist_append(x->headers, line);
    x->headers = list != NULL ? list : x->headers;
    return list != NULL;
}

/* ---- Callbacks of libcurl ---------------------------------------------------------------------
 */

static size_t on_body(char *bytes, size_t size, size_t count, void *ctx)
{
    Exchange *x = ctx;
    pt_buf_add(&x->answer->body, bytes, size * count);
    return pt_buf_status(&x->answer->body) == PT_OK ? size * count : 0;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *ctx)
{
    static const char name[] = "link:";
    Exchange *x = ctx;
    size_t len = size * count;
    if (len > sizeof name - 1 && strncasecmp(bytes, name, sizeof name - 1) == 0) {
        size_t end = len;
        while (end > 0 && (unsigned char)bytes[end - 1] <= ' ') {
            end--;
        }
        if (x->links.len > 0) {
            pt_buf_add_char(&x->links, ',');
        }
        if (end > sizeof name - 1) {
            pt_buf_add(&x->links, bytes + sizeof name - 1, end - (sizeof name - 1));
        }
    }
    return len;
}

static int on_progress(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    Exchange *x = ctx;
    (void)a, (void)b, (void)c, (void)d;
    x->stopped |= x->request->stopped != NULL && x->request->stopped(x->request->ctx);
    return x->stopped ? 1 : 0;
}

/* ---- The request ------------------------------------------------------------------------------
 */

/* Credentials go only where the definition says: a next link is of the same server. */
static bool set_credentials(CURL *curl, Exchange *x)
{
    const ConnectPullEdit *e = x->request->edit;
    const PtStr secret = x->request->secret;
    char line[HEADER_LINE];
    bool ok = true;
    if (e->auth == CONNECT_PULL_BASIC) {
        char user[1200], password[CONNECT_PULL_SECRET_MAX + 1];
        (void)pt_str_copy(user, sizeof user, e->auth_name);
        (void)pt_str_copy(password, sizeof password, secret);
        ok = curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC) == CURLE_OK &&
             curl_easy_setopt(curl, CURLOPT_USERNAME, user) == CURLE_OK &&
             curl_easy_setopt(curl, CURLOPT_PASSWORD, password) == CURLE_OK;
        explicit_bzero(password, sizeof password);
    } else if (e->auth != CONNECT_PULL_OPEN) {
        const PtStr name =
            e->auth == CONNECT_PULL_BEARER ? PT_STR("Authorization: Bearer") : e->auth_name;
        (void)snprintf(line, sizeof line,
                       e->auth == CONNECT_PULL_BEARER ? "%.*s %.*s" : "%.*s: %.*s",
                       PT_STR_ARG(name), PT_STR_ARG(secret));
        ok = append(x, line);
        explicit_bzero(line, sizeof line);
    }
    return ok;
}

static bool set_options(CURL *curl, Exchange *x, const char *url)
{
    CURLcode rc = curl_easy_setopt(curl, CURLOPT_URL, url);
    rc |= curl_easy_setopt(curl, CURLOPT_HTTPHEADER, x->headers);
    rc |= curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
    rc |= curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)CONNECT_PULL_REQUEST_S);
    rc |= curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
    rc |= curl_easy_setopt(curl, CURLOPT_USERAGENT, "patron");
    rc |= curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    rc |= curl_easy_setopt(curl, CURLOPT_WRITEDATA, x);
    rc |= curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
    rc |= curl_easy_setopt(curl, CURLOPT_HEADERDATA, x);
    rc |= curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    rc |= curl_easy_setopt(curl, CURLOPT_XFERINFODATA, x);
    rc |= curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    return rc == CURLE_OK;
}

static void judge_answer(CURL *curl, PullAnswer *answer)
{
    curl_off_t retry_after = 0;
    (void)curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &retry_after); // also of a date
    answer->retry_after_s = retry_after > RETRY_AFTER_MAX_S ? RETRY_AFTER_MAX_S
                            : retry_after > 0               ? (int64_t)retry_after
                                                            : 0;
    answer->verdict = pull_verdict(answer->status);
    if (answer->verdict == PULL_STOP) {
        (void)snprintf(answer->why, sizeof answer->why, "it answered %d: look at the credentials",
                       answer->status);
    } else if (answer->verdict != PULL_ANSWERED) {
        (void)snprintf(answer->why, sizeof answer->why, "it answered %d%s", answer->status,
                       answer->status / 100 == 3 ? ", a redirect, which is not followed" : "");
    }
}

/* Without an answer, or with one that is too large. */
static void judge_failure(const PullRequest *request, const ConnectNetGuard *guard, CURLcode rc,
                          PullAnswer *answer)
{
    if (guard->refused[0] != '\0') {
        answer->verdict = PULL_STOP;
        (void)snprintf(answer->why, sizeof answer->why,
                       "its address %s is not public and not in connect.networks", guard->refused);
    } else if (pt_buf_status(&answer->body) == PT_TOO_LARGE) {
        answer->verdict = PULL_REFUSED;
        (void)snprintf(answer->why, sizeof answer->why, "the answer is over %d bytes",
                       CONNECT_PULL_BODY_MAX);
    } else {
        answer->verdict = rc == CURLE_URL_MALFORMAT ? PULL_REFUSED : PULL_AGAIN;
        (void)snprintf(answer->why, sizeof answer->why, "no answer: %s", curl_easy_strerror(rc));
    }
    (void)request;
}

static PtStatus exchange(CURL *curl, Exchange *x, PtArena *arena, PtError *err)
{
    const PullRequest *r = x->request;
    PullAnswer *answer = x->answer;
    ConnectNetGuard guard;
    const PtStr url = pt_arena_str(arena, r->url);
    PtStatus st = pull_headers(r->edit->headers, append, x, err);
    if (st != PT_OK) {
        return st;
    }
    if (url.data == NULL || !append(x, "Accept: application/json") || !set_credentials(curl, x) ||
        !connect_net_guard(&guard, r->net, curl) || !set_options(curl, x, url.data)) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a request");
    }
    const CURLcode rc = curl_easy_perform(curl);
    long status = 0;
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    answer->status = (int)status;
    if (x->stopped) {
        return pt_fail(err, PT_UNAVAILABLE, "the pull was stopped");
    }
    if (rc == CURLE_OUT_OF_MEMORY || pt_buf_status(&answer->body) == PT_NO_MEMORY) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for an answer");
    }
    if (rc != CURLE_OK) {
        judge_failure(r, &guard, rc, answer);
        return PT_OK;
    }
    judge_answer(curl, answer);
    const PtStr link = pull_link_header(pt_buf_str(&x->links));
    if (link.len > 0) {
        answer->link = pt_arena_str(arena, link);
    }
    return link.len == 0 || answer->link.data != NULL
               ? PT_OK
               : pt_fail(err, PT_NO_MEMORY, "no memory for a link");
}

static void global_init(void)
{
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

PtStatus pull_fetch(const PullRequest *request, PtArena *arena, PullAnswer *answer, PtError *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    Exchange x = {.request = request, .answer = answer};
    (void)pthread_once(&once, global_init);
    pt_buf_init(&x.links, LINKS_MAX);
    pt_buf_clear(&answer->body, CONNECT_PULL_BODY_MAX);
    answer->link = (PtStr){NULL, 0};
    answer->why[0] = '\0';
    CURL *curl = curl_easy_init();
    PtStatus st = curl != NULL ? exchange(curl, &x, arena, err)
                               : pt_fail(err, PT_NO_MEMORY, "no memory for a request");
    curl_easy_cleanup(curl);
    curl_slist_free_all(x.headers);
    pt_buf_done(&x.links);
    return st;
}
