// SPDX-License-Identifier: Apache-2.0
#include "access/oidc_internal.h"

#include "platform/client.h"
#include "platform/clock.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { IDLE_S = 5, TOTAL_MS = 10000, AUTHORIZATION_MAX = 8192 };

typedef struct Watch {
    OidcCurl *curl;
    int64_t end_ms; /* pt_mono_ms() */
} Watch;

static bool is_over(void *ctx)
{
    const Watch *w = ctx;
    return atomic_load(&w->curl->stopping) || pt_mono_ms() >= w->end_ms;
}

/* "https://host:port" and "/path?query"; the client wants them apart. */
static PtStr origin_of(PtStr url)
{
    size_t at = 0, slashes = 0;
    while (at < url.len && (slashes < 2 || (url.data[at] != '/' && url.data[at] != '?'))) {
        slashes += url.data[at++] == '/';
    }
    return (PtStr){url.data, at};
}

static PtStatus send(PtClient *client, const OidcRequest *request, const char *path, Watch *watch,
                     PtClientResponse *answer, PtError *err)
{
    char header[AUTHORIZATION_MAX + 32];
    if (request->authorization != NULL) {
        if (strlen(request->authorization) > AUTHORIZATION_MAX) {
            return pt_fail(err, PT_UNAVAILABLE, "the provider's access token is over %d bytes",
                           AUTHORIZATION_MAX);
        }
        (void)snprintf(header, sizeof header, "Authorization: %s", request->authorization);
    }
    const PtClientRequest r = {
        .method = request->form.data != NULL ? "POST" : "GET",
        .path = path,
        .body = request->form,
        .content_type = "application/x-www-form-urlencoded",
        .header = request->authorization != NULL ? header : NULL,
        .idle_timeout_s = IDLE_S,
        .is_stopped = is_over,
        .ctx = watch,
    };
    PtStatus st = pt_client_send(client, &r, answer, err);
    explicit_bzero(header, sizeof header);
    if (st == PT_OK && answer->stopped) {
        st = pt_fail(err, PT_UNAVAILABLE, "no answer within %d s", TOTAL_MS / 1000);
    }
    return st == PT_INVALID || st == PT_TOO_LARGE ? PT_UNAVAILABLE : st;
}

PtStatus oidc_curl_fetch(void *ctx, const OidcRequest *request, int *ret_status, PtBuf *ret_body,
                         PtError *err)
{
    OidcCurl *curl = ctx;
    const PtStr url = pt_str(request->url), origin = origin_of(url);
    char base[OIDC_URL_MAX + 1];
    PT_CLEANUP(pt_client_freep) PtClient *client = NULL;
    Watch watch = {curl, pt_mono_ms() + TOTAL_MS};
    if (!oidc_url_valid(url)) {
        return pt_fail(err, PT_UNAVAILABLE, "\"%s\" is not https", request->url);
    }
    (void)pt_str_copy(base, sizeof base, origin);
    const PtClientConfig config = {.url = base, .ca_file = curl->ca_file};
    PtStatus st = pt_client_new(&config, &client, err);
    if (st != PT_OK) {
        return st;
    }
    PtClientResponse answer;
    pt_client_response_init(&answer, OIDC_ANSWER_MAX);
    st = send(client, request, request->url + origin.len, &watch, &answer, err);
    if (st == PT_OK) {
        *ret_status = answer.status;
        pt_buf_add_str(ret_body, pt_buf_str(&answer.body));
        st = pt_buf_status(ret_body) == PT_OK
                 ? PT_OK
                 : pt_fail(err, PT_NO_MEMORY, "no memory for the provider's answer");
    }
    pt_client_response_done(&answer);
    return st;
}
