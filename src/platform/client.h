// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An HTTP/1.1 client for programs beside the server: the command line, and what it imports. Over
 * TCP (http, https) or a Unix socket; one connection, kept open between requests.
 *
 * Shapes   A client is owned; a response is initialised in place (pt_client_response_init) and may
 *          be used for one request after another.
 * Errors   An answer of any HTTP status is PT_OK: the caller reads response.status. No answer
 *          (refused, broken off, timed out) is PT_UNAVAILABLE; a URL that is none, or somebody who
 *          does not speak HTTP, PT_INVALID; a body over the bound PT_TOO_LARGE.
 * Threads  One thread at a time; different clients in different threads.
 */
typedef struct PtClient PtClient;

typedef struct PtClientConfig {
    const char *url;         /* "http://host:port"; with a socket its host is only named */
    const char *socket_path; /* NULL: TCP */
    const char *token;       /* Bearer of every request; NULL: none */
    const char *ca_file;     /* https: NULL: the system's */
} PtClientConfig;

/* Texts are copied. */
PT_NODISCARD PtStatus pt_client_new(const PtClientConfig *config, PtClient **ret_client,
                                    PtError *err);
void pt_client_free(PtClient *client); /* accepts NULL */

typedef struct PtClientRequest {
    const char *method; /* GET, POST, ... */
    const char *path;   /* "/v1/batch?x=y": escaped by the caller (pt_client_escape) */
    PtStr body;         /* empty: none */
    const char *content_type;
    const char *basic_user; /* HTTP Basic with this user and no password, instead of the token */
    const char *header;     /* one more, "Last-Event-ID: 17", or NULL */
    long idle_timeout_s;    /* without a byte for this long it is broken off; 0: never */
    /* Not NULL: gets the body of a 2xx answer in pieces instead of response.body; false stops it
     * (PT_OK, response.stopped). */
    bool (*on_data)(void *ctx, PtStr bytes);
    /* Not NULL: asked about once a second; true stops the request (PT_OK, response.stopped). */
    bool (*is_stopped)(void *ctx);
    void *ctx;
} PtClientRequest;

typedef struct PtClientResponse {
    int status;            /* HTTP */
    int64_t retry_after_s; /* -1: none was given */
    bool stopped;
    PtBuf body; /* at most the bound of pt_client_response_init */
} PtClientResponse;

void pt_client_response_init(PtClientResponse *response, size_t body_max);
void pt_client_response_done(PtClientResponse *response);

PT_NODISCARD PtStatus pt_client_send(PtClient *client, const PtClientRequest *request,
                                     PtClientResponse *ret_response, PtError *err);

/* Percent-escapes text for a path segment or a query value. */
void pt_client_escape(PtStr text, PtBuf *out);

static inline void pt_client_freep(PtClient **client)
{
    pt_client_free(*client);
}
