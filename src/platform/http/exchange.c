// SPDX-License-Identifier: Apache-2.0
#include "platform/http/http_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ARENA_BYTES = 8 << 20, KEPT_MAX = 1024 };

HttpExchange *http_exchange_new(HttpServer *s)
{
    HttpExchange *x = s->free_exchanges;
    if (x != NULL) {
        s->free_exchanges = x->next;
        s->free_count--;
        x->next = NULL;
        return x;
    }
    x = calloc(1, sizeof *x + s->limits.header_count * sizeof(HttpHeader));
    PtArena *arena = x != NULL ? pt_arena_new(ARENA_BYTES) : NULL;
    if (arena == NULL) {
        free(x);
        return NULL;
    }
    x->server = s;
    x->arena = arena;
    x->request.headers = x->headers;
    http_link_init(&x->orphan);
    return x;
}

void http_exchange_free(HttpExchange *x)
{
    if (x != NULL) {
        http_block_unref(&x->server->blocks, x->in);
        http_block_unref(&x->server->blocks, x->out);
        http_link_drop(&x->orphan);
        pt_arena_free(x->arena);
        free(x);
    }
}

void http_exchange_recycle(HttpExchange *x)
{
    HttpServer *s = x->server;
    if (!HTTP_RECYCLES || s->free_count >= KEPT_MAX) {
        http_exchange_free(x);
        return;
    }
    http_block_unref(&s->blocks, x->in);
    http_block_unref(&s->blocks, x->out);
    http_link_drop(&x->orphan);
    x->in = x->out = NULL;
    x->conn = NULL;
    x->stream = NULL;
    x->user = NULL;
    x->on_gone = NULL;
    x->always = (HttpHeader){0};
    x->answered = x->close = x->head_only = false;
    if (pt_arena_used(x->arena) > 0) {
        pt_arena_clear(x->arena);
    }
    x->next = s->free_exchanges;
    s->free_exchanges = x;
    s->free_count++;
}

const HttpRequest *http_request(const HttpExchange *x)
{
    return &x->request;
}

PtArena *http_arena(HttpExchange *x)
{
    return x->arena;
}

void http_set_origin(HttpExchange *x, const char *peer, bool loopback, bool tls)
{
    HttpRequest *r = &x->request;
    (void)snprintf(r->peer, sizeof r->peer, "%s", peer);
    r->loopback = loopback;
    r->tls = tls;
}

void http_set_header(HttpExchange *x, HttpHeader header)
{
    x->always = header;
}

void http_on_gone(HttpExchange *x, void (*fn)(void *ctx), void *ctx)
{
    x->on_gone = fn;
    x->on_gone_ctx = ctx;
    if (x->conn == NULL) {
        http_exchange_gone(x);
    }
}

void http_exchange_gone(HttpExchange *x)
{
    void (*fn)(void *ctx) = PT_TAKE(x->on_gone);
    if (fn != NULL) {
        fn(x->on_gone_ctx);
    }
}

void http_set_user(HttpExchange *x, void *user)
{
    x->user = user;
}

void *http_user(const HttpExchange *x)
{
    return x->user;
}

bool http_name_eq(PtStr name, const char *lower_case_name)
{
    return strncasecmp(name.data, lower_case_name, name.len) == 0 &&
           lower_case_name[name.len] == '\0';
}

PtStr http_header(const HttpRequest *r, const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < r->header_count; i++) {
        if (r->headers[i].name.len == len && strncasecmp(r->headers[i].name.data, name, len) == 0) {
            return r->headers[i].value;
        }
    }
    return (PtStr){NULL, 0};
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static PtStr decode(PtStr text, bool plus_is_space, PtArena *arena)
{
    const PtStr none = {NULL, 0};
    char *out = pt_arena_alloc(arena, text.len + 1, 1);
    if (out == NULL) {
        return none;
    }
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == '+' && plus_is_space) {
            c = ' ';
        } else if (c == '%') {
            int high = text.len - i > 2 ? hex_value(text.data[i + 1]) : -1;
            int low = text.len - i > 2 ? hex_value(text.data[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return none;
            }
            c = (char)(high * 16 + low);
            i += 2;
        }
        out[n++] = c;
    }
    return (PtStr){out, n};
}

PtStr http_percent_decode(PtStr text, PtArena *arena)
{
    return decode(text, false, arena);
}

PtStr http_query(const HttpRequest *r, PtArena *arena, const char *name)
{
    PtStr rest = r->query, pair = {NULL, 0};
    while (pt_str_cut(&rest, '&', &pair)) {
        PtStr value = pair, key = {NULL, 0};
        if (!pt_str_cut(&value, '=', &key)) {
            continue;
        }
        key = decode(key, true, arena);
        if (key.data != NULL && pt_str_eq(key, pt_str(name))) {
            return decode(value, true, arena);
        }
    }
    return (PtStr){NULL, 0};
}
