// SPDX-License-Identifier: Apache-2.0
#include "platform/client.h"

#include "base/memory.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum { CONNECT_TIMEOUT_S = 10 };

struct PtClient {
    CURL *curl;
    char *url, *token; /* owned; token is the whole header line */
    char why[CURL_ERROR_SIZE];
};

/* What the callbacks of one request see. */
typedef struct Exchange {
    const PtClientRequest *request;
    PtClientResponse *response;
    CURL *curl;
} Exchange;

static void global_init(void)
{
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

static bool join(char **ret, const char *a, const char *b)
{
    return asprintf(ret, "%s%s", a, b) >= 0;
}

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for an HTTP client");
}

PtStatus pt_client_new(const PtClientConfig *config, PtClient **ret_client, PtError *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, global_init);
    PtClient *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return no_memory(err);
    }
    c->curl = curl_easy_init();
    bool ok = c->curl != NULL && join(&c->url, config->url, "");
    if (ok && config->token != NULL) {
        ok = join(&c->token, "Authorization: Bearer ", config->token);
    }
    if (ok && config->socket_path != NULL) {
        ok = curl_easy_setopt(c->curl, CURLOPT_UNIX_SOCKET_PATH, config->socket_path) == CURLE_OK;
    }
    if (ok && config->ca_file != NULL) {
        ok = curl_easy_setopt(c->curl, CURLOPT_CAINFO, config->ca_file) == CURLE_OK;
    }
    if (!ok) {
        pt_client_free(c);
        return no_memory(err);
    }
    size_t len = strlen(c->url);
    while (len > 0 && c->url[len - 1] == '/') {
        c->url[--len] = '\0';
    }
    *ret_client = c;
    return PT_OK;
}

void pt_client_free(PtClient *c)
{
    if (c != NULL) {
        curl_easy_cleanup(c->curl);
        free(c->url);
        free(c->token);
        free(c);
    }
}

void pt_client_response_init(PtClientResponse *r, size_t body_max)
{
    *r = (PtClientResponse){.retry_after_s = -1};
    pt_buf_init(&r->body, body_max);
}

void pt_client_response_done(PtClientResponse *r)
{
    pt_buf_done(&r->body);
}

static size_t on_body(char *bytes, size_t size, size_t count, void *ctx)
{
    Exchange *x = ctx;
    size_t len = size * count;
    long status = 0;
    (void)curl_easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, &status);
    if (x->request->on_data != NULL && status / 100 == 2) {
        x->response->stopped = !x->request->on_data(x->request->ctx, (PtStr){bytes, len});
        return x->response->stopped ? 0 : len;
    }
    pt_buf_add(&x->response->body, bytes, len);
    return pt_buf_status(&x->response->body) == PT_OK ? len : 0;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *ctx)
{
    static const char name[] = "retry-after:";
    Exchange *x = ctx;
    size_t len = size * count;
    if (len > sizeof name - 1 && strncasecmp(bytes, name, sizeof name - 1) == 0) {
        PtStr value = {bytes + sizeof name - 1, len - (sizeof name - 1)};
        uint32_t seconds;
        while (value.len > 0 && value.data[0] == ' ') {
            value = (PtStr){value.data + 1, value.len - 1};
        }
        while (value.len > 0 && (unsigned char)value.data[value.len - 1] <= ' ') {
            value.len--;
        }
        if (pt_str_to_u32(value, 86400, &seconds)) {
            x->response->retry_after_s = seconds;
        }
    }
    return len;
}

static int on_progress(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)a, (void)b, (void)c, (void)d;
    Exchange *x = ctx;
    if (x->request->is_stopped != NULL && x->request->is_stopped(x->request->ctx)) {
        x->response->stopped = true;
        return 1;
    }
    return 0;
}

typedef struct HeaderLines {
    struct curl_slist *list;
    bool failed;
} HeaderLines;

static void headers_done(HeaderLines *h)
{
    curl_slist_free_all(h->list);
}

static void add_header(HeaderLines *h, const char *line)
{
    struct curl_slist *list = line != NULL ? curl_slist_append(h->list, line) : h->list;
    h->failed |= line != NULL && list == NULL;
    h->list = list != NULL ? list : h->list;
}

static void build_headers(const PtClient *c, const PtClientRequest *request, HeaderLines *h)
{
    char type[120];
    (void)snprintf(type, sizeof type, "Content-Type: %s",
                   request->content_type != NULL ? request->content_type : "application/json");
    add_header(h, request->body.len > 0 ? type : NULL);
    add_header(h, request->basic_user == NULL ? c->token : NULL);
    add_header(h, request->header);
    add_header(h, "Expect:"); // no wait for 100-continue
}

static bool set_options(PtClient *c, const PtClientRequest *request, const char *url,
                        struct curl_slist *headers, Exchange *x)
{
    CURL *e = c->curl;
    CURLcode rc = curl_easy_setopt(e, CURLOPT_URL, url);
    rc |= curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    rc |= curl_easy_setopt(e, CURLOPT_PROXY, ""); // an environment's proxy is not asked for
    rc |= curl_easy_setopt(e, CURLOPT_TCP_NODELAY, 1L);
    rc |= curl_easy_setopt(e, CURLOPT_ERRORBUFFER, c->why);
    rc |= curl_easy_setopt(e, CURLOPT_HTTPHEADER, headers);
    rc |= curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_TIMEOUT_S);
    rc |= curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT, request->idle_timeout_s > 0 ? 1L : 0L);
    rc |= curl_easy_setopt(e, CURLOPT_LOW_SPEED_TIME, request->idle_timeout_s);
    rc |= curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
    rc |= curl_easy_setopt(e, CURLOPT_WRITEDATA, x);
    rc |= curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
    rc |= curl_easy_setopt(e, CURLOPT_HEADERDATA, x);
    rc |= curl_easy_setopt(e, CURLOPT_XFERINFOFUNCTION, on_progress);
    rc |= curl_easy_setopt(e, CURLOPT_XFERINFODATA, x);
    rc |= curl_easy_setopt(e, CURLOPT_NOPROGRESS, request->is_stopped == NULL ? 1L : 0L);
    rc |= curl_easy_setopt(e, CURLOPT_USERNAME, request->basic_user);
    rc |= curl_easy_setopt(e, CURLOPT_PASSWORD, request->basic_user != NULL ? "" : NULL);
    if (request->body.len > 0) {
        rc |= curl_easy_setopt(e, CURLOPT_POST, 1L);
        rc |= curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
        rc |= curl_easy_setopt(e, CURLOPT_POSTFIELDS, request->body.data);
        rc |= curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, request->method);
    } else if (strcmp(request->method, "GET") == 0) {
        rc |= curl_easy_setopt(e, CURLOPT_HTTPGET, 1L);
        rc |= curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, NULL);
    } else {
        rc |= curl_easy_setopt(e, CURLOPT_POST, 1L);
        rc |= curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)0);
        rc |= curl_easy_setopt(e, CURLOPT_POSTFIELDS, "");
        rc |= curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, request->method);
    }
    return rc == CURLE_OK;
}

static PtStatus outcome(PtClient *c, CURLcode rc, PtClientResponse *r, PtError *err)
{
    long status = 0;
    (void)curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
    r->status = (int)status;
    if (rc == CURLE_OK || r->stopped) {
        return PT_OK;
    }
    if (pt_buf_status(&r->body) != PT_OK) {
        return pt_fail(err, pt_buf_status(&r->body), "the answer is over %zu bytes", r->body.limit);
    }
    if (rc == CURLE_OUT_OF_MEMORY) {
        return no_memory(err);
    }
    const char *why = c->why[0] != '\0' ? c->why : curl_easy_strerror(rc);
    bool wrong = rc == CURLE_URL_MALFORMAT || rc == CURLE_UNSUPPORTED_PROTOCOL;
    return pt_fail(err, wrong ? PT_INVALID : PT_UNAVAILABLE, "no answer from the server: %s", why);
}

PtStatus pt_client_send(PtClient *c, const PtClientRequest *request, PtClientResponse *ret_response,
                        PtError *err)
{
    PT_CLEANUP(headers_done) HeaderLines h = {NULL, false};
    PT_CLEANUP(pt_free_charp) char *url = NULL;
    Exchange x = {request, ret_response, c->curl};
    build_headers(c, request, &h);
    pt_buf_clear(&ret_response->body, 1 << 20);
    ret_response->retry_after_s = -1;
    ret_response->stopped = false;
    ret_response->status = 0;
    c->why[0] = '\0';
    if (h.failed || !join(&url, c->url, request->path) ||
        !set_options(c, request, url, h.list, &x)) {
        return no_memory(err);
    }
    CURLcode rc = curl_easy_perform(c->curl);
    (void)curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, NULL);
    return outcome(c, rc, ret_response, err);
}

void pt_client_escape(PtStr text, PtBuf *out)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '_' || c == '.' || c == '~';
        if (plain) {
            pt_buf_add_char(out, (char)c);
        } else {
            char escaped[3] = {'%', hex[c >> 4], hex[c & 15]};
            pt_buf_add(out, escaped, sizeof escaped);
        }
    }
}
