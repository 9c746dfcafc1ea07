// SPDX-License-Identifier: Apache-2.0
#include "connect/destination_internal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    CONNECT_MS = 5000,
    ANSWER_END = 1 << 20, /* bytes after which no more of an answer is waited for */
    RETRY_AFTER_MAX_S = 86400,
};

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for a request");
}

int64_t deliver_retry_after_ms(PtStr value, int64_t now_ms)
{
    char text[64];
    uint32_t seconds = 0;
    while (value.len > 0 && (value.data[0] == ' ' || value.data[0] == '\t')) {
        value = (PtStr){value.data + 1, value.len - 1};
    }
    while (value.len > 0 && (unsigned char)value.data[value.len - 1] <= ' ') {
        value.len--;
    }
    if (value.len == 0 || value.len >= sizeof text) {
        return 0;
    }
    if (pt_str_to_u32(value, UINT32_MAX, &seconds)) {
        return (int64_t)(seconds < RETRY_AFTER_MAX_S ? seconds : RETRY_AFTER_MAX_S) * 1000;
    }
    memcpy(text, value.data, value.len);
    text[value.len] = '\0';
    const int64_t at_ms = (int64_t)curl_getdate(text, NULL) * 1000,
                  most_ms = RETRY_AFTER_MAX_S * 1000;
    const int64_t after_ms = at_ms > now_ms ? at_ms - now_ms : 0;
    return after_ms < most_ms ? after_ms : most_ms;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *ctx)
{
    DeliverShot *shot = ctx;
    const size_t len = size * count, room = DELIVER_ANSWER_MAX - shot->answer.len;
    pt_buf_add(&shot->answer, bytes, len < room ? len : room);
    shot->answer_seen += len;
    return shot->answer_seen <= ANSWER_END ? len : 0;
}

/* The value of a header line, where it has that name. */
static bool header_is(PtStr line, PtStr name, PtStr *ret_value)
{
    if (line.len <= name.len || strncasecmp(line.data, name.data, name.len) != 0) {
        return false;
    }
    *ret_value = pt_str_from(line, name.len);
    return true;
}

static void copy_etag(DeliverShot *shot, PtStr value)
{
    while (value.len > 0 && (unsigned char)value.data[0] <= ' ') {
        value = pt_str_from(value, 1);
    }
    while (value.len > 0 && (unsigned char)value.data[value.len - 1] <= ' ') {
        value.len--;
    }
    if (!pt_str_copy(shot->etag, sizeof shot->etag, value)) {
        shot->etag[0] = '\0';
    }
}

static size_t on_header(char *bytes, size_t size, size_t count, void *ctx)
{
    DeliverShot *shot = ctx;
    const PtStr line = {bytes, size * count};
    PtStr value;
    if (header_is(line, PT_STR("retry-after:"), &value)) {
        shot->retry_after_ms = deliver_retry_after_ms(value, deliver_machine_ms());
    } else if (header_is(line, PT_STR("etag:"), &value)) {
        copy_etag(shot, value);
    }
    return line.len;
}

PtStatus deliver_shot_init(DeliverShot *shot, size_t arena_max, PtError *err)
{
    memset(shot, 0, sizeof *shot);
    pt_buf_init(&shot->answer, DELIVER_ANSWER_MAX);
    shot->easy = curl_easy_init();
    shot->arena = pt_arena_new(arena_max);
    if (shot->easy == NULL || shot->arena == NULL) {
        deliver_shot_done(shot);
        return no_memory(err);
    }
    return PT_OK;
}

void deliver_shot_clear(DeliverShot *shot)
{
    curl_slist_free_all(shot->headers);
    shot->headers = NULL;
    if (shot->encoded) {
        connect_request_done(&shot->request);
    }
    shot->encoded = false;
    pt_buf_clear(&shot->answer, DELIVER_ANSWER_MAX);
    shot->answer_seen = 0;
    shot->retry_after_ms = 0;
    shot->why[0] = shot->etag[0] = '\0';
    shot->first = shot->last = NULL;
    shot->count = 0;
    shot->queue = NULL;
    shot->under_way = false;
    pt_arena_clear(shot->arena);
}

void deliver_shot_done(DeliverShot *shot)
{
    if (shot->arena != NULL) {
        deliver_shot_clear(shot);
    }
    pt_buf_done(&shot->answer);
    curl_easy_cleanup(shot->easy);
    pt_arena_free(shot->arena);
    memset(shot, 0, sizeof *shot);
}

static bool add_header(DeliverShot *shot, const char *line)
{
    struct curl_slist *more = curl_slist_append(shot->headers, line);
    shot->headers = more != NULL ? more : shot->headers;
    return more != NULL;
}

static bool add_headers(DeliverShot *shot)
{
    char type[256];
    // libcurl 7.88 also signs a header that is only there to be left out
    bool ok = (shot->request.aws_sigv4.len > 0 || add_header(shot, "Expect:")) &&
              add_header(shot, "User-Agent: Patron");
    if (shot->request.content_type.len > 0) {
        (void)snprintf(type, sizeof type, "Content-Type: %s", shot->request.content_type.data);
        ok = ok && add_header(shot, type);
    }
    for (size_t i = 0; i < shot->request.header_count; i++) {
        ok = ok && add_header(shot, shot->request.headers[i].data);
    }
    return ok;
}

PtStatus deliver_shot_prepare(DeliverShot *shot, const ConnectNet *net, long limit_ms, PtError *err)
{
    const ConnectRequest *r = &shot->request;
    CURL *easy = shot->easy;
    curl_easy_reset(easy); // keeps connections, names and TLS sessions
    bool ok = connect_net_guard(&shot->guard, net, easy) && add_headers(shot);
    CURLcode rc = curl_easy_setopt(easy, CURLOPT_URL, r->url.data);
    rc |= curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, r->method);
    rc |= curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.len);
    rc |= curl_easy_setopt(easy, CURLOPT_POSTFIELDS, r->body.len > 0 ? r->body.data : "");
    rc |= curl_easy_setopt(easy, CURLOPT_HTTPHEADER, shot->headers);
    rc |= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    rc |= curl_easy_setopt(easy, CURLOPT_WRITEDATA, shot);
    rc |= curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    rc |= curl_easy_setopt(easy, CURLOPT_HEADERDATA, shot);
    rc |= curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, shot->why);
    rc |= curl_easy_setopt(easy, CURLOPT_PRIVATE, shot);
    rc |= curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    rc |= curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, limit_ms);
    if (r->aws_sigv4.len > 0) {
        rc |= curl_easy_setopt(easy, CURLOPT_AWS_SIGV4, r->aws_sigv4.data);
        rc |= curl_easy_setopt(easy, CURLOPT_USERPWD, r->user.data);
    }
    return ok && rc == CURLE_OK ? PT_OK : no_memory(err);
}

void deliver_shot_answer(const DeliverShot *shot, CURLcode code, DeliverAnswer *ret_answer)
{
    long status = 0, sent = 0;
    (void)curl_easy_getinfo(shot->easy, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(shot->easy, CURLINFO_REQUEST_SIZE, &sent);
    // an answer that was cut because it goes on for ever is one all the same
    const bool cut = code == CURLE_WRITE_ERROR && shot->answer_seen > ANSWER_END;
    *ret_answer =
        (DeliverAnswer){.answered = (code == CURLE_OK || cut) && status >= 100 && status <= 599,
                        .refused_address = code != CURLE_OK && shot->guard.refused[0] != '\0',
                        .sent = sent > 0,
                        .status = (int)status,
                        .body = pt_buf_str(&shot->answer),
                        .retry_after_ms = shot->retry_after_ms,
                        .why = shot->why[0] != '\0' ? shot->why : curl_easy_strerror(code)};
}
