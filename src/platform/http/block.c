// SPDX-License-Identifier: Apache-2.0
#include "platform/http/http_internal.h"

#include <stdlib.h>
#include <string.h>

enum { KEEP_BYTES = 8 << 20 };

HttpBlock *http_block_new(HttpBlocks *blocks, size_t need)
{
    unsigned class = 0;
    size_t cap = HTTP_BLOCK_LEAST;
    while (cap < need && class < HTTP_BLOCK_CLASSES) {
        cap *= 2;
        class++;
    }
    if (class == HTTP_BLOCK_CLASSES) {
        cap = need; // larger than any class: to the byte, and not kept
    }
    HttpBlock *b = class < HTTP_BLOCK_CLASSES ? blocks->free[class] : NULL;
    if (b != NULL) {
        blocks->free[class] = b->next;
        blocks->kept -= cap;
    } else {
        b = cap < SIZE_MAX - sizeof *b ? malloc(sizeof *b + cap) : NULL;
        if (b == NULL) {
            return NULL;
        }
    }
    *b = (HttpBlock){.cap = cap, .refs = 1, .class = (uint8_t)class};
    return b;
}

void http_block_count(HttpBlocks *blocks, HttpBlock *b)
{
    if (!b->counted) {
        b->counted = true;
        http_tally(&blocks->buffered, (int64_t)b->cap);
    }
}

void http_block_unref(HttpBlocks *blocks, HttpBlock *b)
{
    if (b == NULL || --b->refs > 0) {
        return;
    }
    if (b->counted) {
        http_tally(&blocks->buffered, -(int64_t)b->cap);
    }
    if (!HTTP_RECYCLES || b->class == HTTP_BLOCK_CLASSES || blocks->kept + b->cap > KEEP_BYTES) {
        free(b);
        return;
    }
    blocks->kept += b->cap;
    b->next = blocks->free[b->class];
    blocks->free[b->class] = b;
}

void http_blocks_done(HttpBlocks *blocks)
{
    for (unsigned i = 0; i < HTTP_BLOCK_CLASSES; i++) {
        for (HttpBlock *b = blocks->free[i], *next; b != NULL; b = next) {
            next = b->next;
            free(b);
        }
        blocks->free[i] = NULL;
    }
    blocks->kept = 0;
}

char *http_out_reserve(HttpBlocks *blocks, HttpBlock **out, size_t more)
{
    HttpBlock *b = *out;
    if (b != NULL && more <= b->cap - b->len) {
        return b->data + b->len;
    }
    size_t len = b != NULL ? b->len : 0;
    if (more > SIZE_MAX / 4 - len) {
        return NULL;
    }
    HttpBlock *grown = http_block_new(blocks, b != NULL && more < len ? 2 * len : len + more);
    if (grown == NULL) {
        return NULL;
    }
    if (b != NULL) {
        memcpy(grown->data, b->data, len);
        http_block_unref(blocks, b);
    }
    grown->len = len;
    *out = grown;
    return grown->data + len;
}

bool http_out_add(HttpBlocks *blocks, HttpBlock **out, const void *bytes, size_t len)
{
    char *room = http_out_reserve(blocks, out, len);
    if (room == NULL) {
        return false;
    }
    if (len > 0) {
        memcpy(room, bytes, len);
    }
    (*out)->len += len;
    return true;
}
