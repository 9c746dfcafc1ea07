// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "platform/http.h"
#include "platform/loop.h"
#include "server.h"

#include <pthread.h>
#include <stdatomic.h>

/* What the files of the retailer's back end share. */
enum { SERVER_MEMBER = 400 /* bytes of a text in a request */ };

struct DemoServe {
    PtLoop *loop;
    PtPool *pool; /* asks Patron */
    HttpServer *http;
    pthread_t thread;
    bool running, open;
    atomic_bool stopping;
    uint16_t port;
    char *patron_url, *till_key, *associate_token, *operator_token; /* owned */
    char *policy;                                                   /* owned: of the pages */
    PtBuf config;                                                   /* config.json */
};

/* A file of demo/pages, embedded by tools/embed_pages.py. */
typedef struct DemoPage {
    const char *path, *type, *etag;
    size_t start, len; /* in the blob */
} DemoPage;
extern const DemoPage demo_pages[];
extern const unsigned demo_page_count;
extern const char demo_page_blob[];

/* config.json: what the pages need to know of the retailer (server_shop.c). */
void server_config_write(const DemoServeConfig *config, PtBuf *out);

/* The text member of a JSON object, decoded, at most SERVER_MEMBER bytes (server_forward.c).
 * PT_INVALID when it is not there, no text or empty, or the whole is no object of texts. */
PT_NODISCARD PtStatus server_member(PtStr body, const char *name, PtBuf *out, PtError *err);
/* Appends the template; each {name} in it is that member of the body, percent-escaped. */
PT_NODISCARD PtStatus server_path(const char *template, PtStr body, PtBuf *out, PtError *err);

typedef enum ServerCredential {
    SERVER_ASSOCIATE, /* the agent's token */
    SERVER_OPERATOR,
    SERVER_TILL, /* the till's write key */
} ServerCredential;

/* Asks Patron on a thread of the pool and answers with what it said. template: as server_path.
 * The body is sent along unless the method is GET. */
void server_forward(DemoServe *s, HttpExchange *x, const char *method, const char *template,
                    ServerCredential credential);

/* JSON that is not to be kept. */
void server_reply_json(HttpExchange *x, int status, PtStr body);
