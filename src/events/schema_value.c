// SPDX-License-Identifier: Apache-2.0
/* JSON texts as trees for JSON Schema. */
#include "events/schema_internal.h"

#include <stdio.h>
#include <stdlib.h>

enum { KEEP_BYTES = 256 << 10, FIRST_CAP = 256, MERGE_MAX = 1 << 16 };

void schema_doc_init(SchemaDoc *doc, uint32_t max)
{
    *doc = (SchemaDoc){.max = max};
    pt_buf_init(&doc->text, 64 << 20);
    event_keys_init(&doc->keys);
}

void schema_doc_done(SchemaDoc *doc)
{
    free(doc->v);
    pt_buf_done(&doc->text);
    event_keys_done(&doc->keys);
}

void schema_doc_clear(SchemaDoc *doc, bool unify)
{
    doc->count = 1;
    doc->unify = unify;
    doc->some_gone = false;
    pt_buf_clear(&doc->text, KEEP_BYTES);
    if (unify) {
        event_keys_clear(&doc->keys);
    }
}

bool schema_doc_reserve(SchemaDoc *doc, size_t bytes)
{
    return pt_buf_reserve(&doc->text, bytes + 1) != NULL;
}

static bool grow(SchemaDoc *doc)
{
    uint32_t cap = doc->cap > 0 ? doc->cap * 2 : FIRST_CAP;
    SchemaValue *grown = realloc(doc->v, cap * sizeof *grown);
    if (grown == NULL) {
        return false;
    }
    if (doc->cap == 0) {
        grown[0] = (SchemaValue){0};
    }
    doc->v = grown;
    doc->cap = cap;
    return true;
}

static PtStr decoded(SchemaDoc *doc, PtStr raw, unsigned flags)
{
    if ((flags & PT_JSON_ESCAPED) == 0) {
        return raw;
    }
    size_t from = doc->text.len;
    pt_json_decode(raw, &doc->text); // never longer than raw: it fits what was reserved
    return (PtStr){doc->text.data + from, doc->text.len - from};
}

void schema_doc_link(SchemaDoc *doc, uint32_t parent, uint32_t child)
{
    SchemaValue *p = &doc->v[parent];
    doc->v[child].parent = parent;
    doc->v[child].place = p->count++;
    doc->v[child].next = 0;
    if (p->last != 0) {
        doc->v[p->last].next = child;
    } else {
        p->first = child;
    }
    p->last = child;
}

static uint8_t kind_of(PtJsonToken token)
{
    switch (token) {
    case PT_JSON_NULL:
        return SCHEMA_NULL;
    case PT_JSON_FALSE:
    case PT_JSON_TRUE:
        return SCHEMA_BOOLEAN;
    case PT_JSON_NUMBER:
        return SCHEMA_NUMBER;
    case PT_JSON_STRING:
        return SCHEMA_STRING;
    case PT_JSON_ARRAY:
        return SCHEMA_ARRAY;
    default:
        return SCHEMA_OBJECT;
    }
}

typedef struct Parse {
    SchemaDoc *doc;
    PtJson j;
    PtStr key;
    uint32_t open; /* container at hand; 0: none */
    uint32_t root;
    SchemaWanted wanted;
    const void *ctx;
    PtError *err;
} Parse;

static PtStatus add_value(Parse *p, PtJsonToken token)
{
    SchemaDoc *doc = p->doc;
    if (doc->count >= doc->max) {
        return pt_fail(p->err, PT_TOO_LARGE, "over %u values", doc->max);
    }
    if (doc->count == doc->cap && !grow(doc)) {
        return pt_fail(p->err, PT_NO_MEMORY, "no memory to read %u values", doc->count);
    }
    uint32_t at = doc->count++;
    doc->v[at] = (SchemaValue){.kind = kind_of(token)};
    if (token == PT_JSON_STRING) {
        doc->v[at].text = decoded(doc, p->j.raw, p->j.flags);
    } else if (token != PT_JSON_OBJECT && token != PT_JSON_ARRAY) {
        doc->v[at].text = p->j.raw;
    }
    if (p->open != 0) {
        doc->v[at].key = p->key;
        schema_doc_link(doc, p->open, at);
    } else {
        p->root = at;
    }
    if (token == PT_JSON_OBJECT || token == PT_JSON_ARRAY) {
        p->open = at;
    }
    return PT_OK;
}

/* A key, and the value behind it when nobody looks into that. */
static PtStatus take_key(Parse *p)
{
    SchemaDoc *doc = p->doc;
    uint32_t before = 0;
    PtStr raw = p->j.raw;
    unsigned flags = p->j.flags;
    p->key = decoded(doc, raw, flags);
    // the member that is to come will have the number doc->count
    if (doc->unify && event_keys_put(&doc->keys, p->open, raw, flags, doc->count, &before)) {
        doc->v[before].gone = true;
        doc->some_gone = true;
    }
    if (p->open != p->root || p->wanted == NULL || p->wanted(p->ctx, p->key)) {
        return PT_OK;
    }
    PtStr value;
    if (!pt_json_skip(&p->j, &value, NULL, NULL)) {
        return pt_json_error(&p->j, p->err);
    }
    PtStatus st = add_value(p, PT_JSON_NULL);
    p->doc->v[p->doc->count - 1].text = (PtStr){NULL, 0};
    return st;
}

static PtStatus pull(Parse *p)
{
    for (;;) {
        PtJsonToken token = pt_json_next(&p->j);
        PtStatus st = PT_OK;
        switch (token) {
        case PT_JSON_ERROR:
            return pt_json_error(&p->j, p->err);
        case PT_JSON_END:
            return PT_OK;
        case PT_JSON_KEY:
            st = take_key(p);
            break;
        case PT_JSON_OBJECT_END:
        case PT_JSON_ARRAY_END:
            p->open = p->doc->v[p->open].parent;
            p->key = (PtStr){NULL, 0};
            break;
        default:
            st = add_value(p, token);
        }
        if (st != PT_OK) {
            return st;
        }
        if (p->open != 0 && p->doc->v[p->open].kind == SCHEMA_ARRAY) {
            p->key = (PtStr){NULL, 0};
        }
    }
}

/* Takes members out that a later one of the same key replaces. */
static void drop_gone(SchemaDoc *doc, uint32_t from)
{
    for (uint32_t i = from; i < doc->count; i++) {
        if (doc->v[i].kind != SCHEMA_OBJECT) {
            continue;
        }
        uint32_t child = doc->v[i].first;
        doc->v[i].first = doc->v[i].last = doc->v[i].count = 0;
        while (child != 0) {
            uint32_t next = doc->v[child].next;
            if (!doc->v[child].gone) {
                schema_doc_link(doc, i, child);
            }
            child = next;
        }
    }
}

PtStatus schema_doc_parse(SchemaDoc *doc, PtStr text, uint32_t max_depth, SchemaWanted wanted,
                          const void *ctx, uint32_t *ret_root, PtError *err)
{
    Parse p = {.doc = doc, .wanted = wanted, .ctx = ctx, .err = err};
    if (doc->cap == 0 && !grow(doc)) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to read values");
    }
    uint32_t from = doc->count;
    pt_json_init(&p.j, text, max_depth);
    PtStatus st = pull(&p);
    if (st == PT_OK && (pt_buf_status(&doc->text) != PT_OK || (doc->unify && doc->keys.failed))) {
        st = pt_fail(err, PT_NO_MEMORY, "no memory to read values");
    }
    if (st == PT_OK) {
        if (doc->some_gone) {
            drop_gone(doc, from);
        }
        *ret_root = p.root;
    }
    return st;
}

uint32_t schema_doc_member(const SchemaDoc *doc, uint32_t object, PtStr key)
{
    for (uint32_t i = doc->v[object].first; i != 0; i = doc->v[i].next) {
        if (pt_str_eq(doc->v[i].key, key)) {
            return i;
        }
    }
    return 0;
}

bool schema_doc_merge(SchemaDoc *doc, uint32_t to, uint32_t from)
{
    if ((uint64_t)doc->v[to].count * doc->v[from].count > MERGE_MAX) {
        return false;
    }
    for (uint32_t i = doc->v[from].first, next; i != 0; i = next) {
        next = doc->v[i].next;
        if (schema_doc_member(doc, to, doc->v[i].key) == 0) {
            schema_doc_link(doc, to, i);
        }
    }
    return true;
}

size_t schema_pointer_step(char out[static EVENT_SCHEMA_POINTER_MAX], size_t len, PtStr step)
{
    static const char more[] = "\xE2\x80\xA6"; // an ellipsis
    enum { ROOM = EVENT_SCHEMA_POINTER_MAX - sizeof more };
    if (len > ROOM) {
        return len; // it was cut before
    }
    size_t at = len;
    out[at++] = '/';
    for (const char *p = step.data, *end = p + step.len; p < end;) {
        size_t n = pt_utf8_step(p, end);
        n = n > 0 ? n : 1;
        bool escape = *p == '~' || *p == '/';
        if (at + n + escape > ROOM) {
            memcpy(out + at, more, sizeof more);
            return EVENT_SCHEMA_POINTER_MAX;
        }
        if (escape) {
            out[at++] = '~';
            out[at++] = *p == '~' ? '0' : '1';
        } else {
            memcpy(out + at, p, n);
            at += n;
        }
        p += n;
    }
    out[at] = '\0';
    return at;
}

void schema_doc_pointer(const SchemaDoc *doc, uint32_t value, bool stars,
                        char out[static EVENT_SCHEMA_POINTER_MAX])
{
    uint32_t steps[EVENT_SCHEMA_DEPTH_MAX];
    size_t count = 0, len = 0;
    for (uint32_t i = value; doc->v[i].parent != 0 && count < EVENT_SCHEMA_DEPTH_MAX;
         i = doc->v[i].parent) {
        steps[count++] = i;
    }
    out[0] = '\0';
    while (count > 0) {
        const SchemaValue *v = &doc->v[steps[--count]];
        if (doc->v[v->parent].kind == SCHEMA_OBJECT) {
            len = schema_pointer_step(out, len, v->key);
        } else if (stars) {
            len = schema_pointer_step(out, len, PT_STR("*"));
        } else {
            char place[16];
            int n = snprintf(place, sizeof place, "%u", v->place);
            len = schema_pointer_step(out, len, (PtStr){place, (size_t)n});
        }
    }
}

void schema_one_line(char *text)
{
    for (; *text != '\0'; text++) {
        *text = (unsigned char)*text < 0x20 || *text == 0x7F ? '?' : *text;
    }
}

size_t schema_characters(PtStr text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        count += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    }
    return count;
}

static bool equal_members(const SchemaDoc *a, uint32_t x, const SchemaDoc *b, uint32_t y,
                          int32_t *work)
{
    for (uint32_t i = a->v[x].first; i != 0; i = a->v[i].next) {
        *work -= (int32_t)(b->v[y].count / 4) + 1;
        uint32_t other = *work > 0 ? schema_doc_member(b, y, a->v[i].key) : 0;
        if (other == 0 || !schema_equal(a, i, b, other, work)) {
            return false;
        }
    }
    return true;
}

bool schema_equal(const SchemaDoc *a, uint32_t x, const SchemaDoc *b, uint32_t y, int32_t *work)
{
    const SchemaValue *v = &a->v[x], *w = &b->v[y];
    if (--*work <= 0 || v->kind != w->kind) {
        return false;
    }
    switch (v->kind) {
    case SCHEMA_NULL:
        return true;
    case SCHEMA_BOOLEAN:
        return v->text.data[0] == w->text.data[0];
    case SCHEMA_NUMBER:
        return pt_str_eq(v->text, w->text) || schema_number(v->text) == schema_number(w->text);
    case SCHEMA_STRING:
        return pt_str_eq(v->text, w->text);
    case SCHEMA_OBJECT:
        return v->count == w->count && equal_members(a, x, b, y, work);
    default:
        break;
    }
    if (v->count != w->count) {
        return false;
    }
    uint32_t i = v->first, k = w->first;
    while (i != 0 && schema_equal(a, i, b, k, work)) {
        i = a->v[i].next;
        k = b->v[k].next;
    }
    return i == 0;
}
