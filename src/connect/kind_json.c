// SPDX-License-Identifier: Apache-2.0
/* JSON as a tree in an arena, and texts out of it. */
#include "base/money.h"
#include "connect/kind_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <utf8proc.h>

enum { TREE_DEPTH = EVENT_MAX_DEPTH + 1, AMOUNT_TEXT_MAX = 64 };

typedef struct Tree {
    PtJson json;
    PtArena *arena;
    bool no_memory;
} Tree;

/* Strings are decoded while the tree is built, so that reading it later needs no memory. */
static PtStr decoded(Tree *t)
{
    PtStr text = t->json.raw;
    if ((t->json.flags & PT_JSON_ESCAPED) == 0) {
        return text;
    }
    PtBuf buf;
    pt_buf_init(&buf, text.len * 2 + 16); // a lone surrogate's 6 bytes become 3
    pt_json_decode(text, &buf);
    t->no_memory |= kind_finish(&buf, t->arena, &text, NULL) != PT_OK;
    return text;
}

/* The node of the value whose first token was just read; its children are not read yet. */
static KindNode *new_node(Tree *t, PtJsonToken token, PtStr key)
{
    KindNode *n = pt_arena_alloc(t->arena, 1, sizeof *n);
    t->no_memory |= n == NULL;
    if (n != NULL) {
        *n = (KindNode){.type = token, .raw = t->json.raw, .key = key};
        n->text = token == PT_JSON_STRING ? decoded(t) : (PtStr){NULL, 0};
    }
    return n;
}

/* Reads the members of `parent`, whose opening token was read. Recursion is bounded by TREE_DEPTH.
 * False when it is no JSON, or without memory. */
static bool read_children(Tree *t, KindNode *parent)
{
    const bool object = parent->type == PT_JSON_OBJECT;
    const KindNode **link = &parent->child;
    const char *from = t->json.at - 1;
    for (;;) {
        PtJsonToken token = pt_json_next(&t->json);
        PtStr key = {NULL, 0};
        if (token == (object ? PT_JSON_OBJECT_END : PT_JSON_ARRAY_END)) {
            parent->raw = (PtStr){from, (size_t)(t->json.at - from)};
            return true;
        }
        if (object && token == PT_JSON_KEY) {
            key = decoded(t);
            token = pt_json_next(&t->json);
        }
        if (token == PT_JSON_ERROR || token == PT_JSON_END || t->no_memory) {
            return false;
        }
        KindNode *n = new_node(t, token, key);
        if (n == NULL) {
            return false;
        }
        if ((token == PT_JSON_OBJECT || token == PT_JSON_ARRAY) && !read_children(t, n)) {
            return false;
        }
        *link = n;
        link = &n->next;
    }
}

bool kind_tree(PtStr json, PtArena *arena, const KindNode **ret_root)
{
    Tree t = {.arena = arena};
    *ret_root = NULL;
    pt_json_init(&t.json, json, TREE_DEPTH);
    PtJsonToken token = pt_json_next(&t.json);
    if (token == PT_JSON_ERROR || token == PT_JSON_END) {
        return true;
    }
    KindNode *root = new_node(&t, token, (PtStr){NULL, 0});
    bool ok = root != NULL;
    if (ok && (token == PT_JSON_OBJECT || token == PT_JSON_ARRAY)) {
        ok = read_children(&t, root);
    }
    if (ok && pt_json_next(&t.json) == PT_JSON_END) {
        *ret_root = root;
    }
    return !t.no_memory;
}

const KindNode *kind_member(const KindNode *object, PtStr name)
{
    const KindNode *found = NULL;
    if (object != NULL && object->type == PT_JSON_OBJECT) {
        for (const KindNode *n = object->child; n != NULL; n = n->next) {
            found = pt_str_eq(n->key, name) ? n : found;
        }
    }
    return found != NULL && found->type != PT_JSON_NULL ? found : NULL;
}

const KindNode *kind_at(const KindNode *node, const char *path)
{
    PtStr rest = pt_str(path), name;
    while (node != NULL && pt_str_cut(&rest, '.', &name)) {
        node = kind_member(node, name);
    }
    return node;
}

PtStr kind_text(const KindNode *n)
{
    switch (n != NULL ? n->type : PT_JSON_NULL) {
    case PT_JSON_STRING:
        return n->text;
    case PT_JSON_NUMBER:
        return n->raw;
    case PT_JSON_TRUE:
        return PT_STR("true");
    case PT_JSON_FALSE:
        return PT_STR("false");
    default:
        return (PtStr){NULL, 0};
    }
}

PtStr kind_first(const KindNode *root, const char *const *paths)
{
    PtStr text = {NULL, 0};
    for (; text.len == 0 && *paths != NULL; paths++) {
        text = kind_text(kind_at(root, *paths));
    }
    return text;
}

bool kind_amount(const KindNode *n, int64_t *ret_micros)
{
    if (n == NULL || (n->type != PT_JSON_NUMBER && n->type != PT_JSON_STRING)) {
        return false;
    }
    PtStr text = kind_text(n);
    return text.len > 0 && text.len <= AMOUNT_TEXT_MAX &&
           pt_money_parse(text, ret_micros, NULL) == PT_OK;
}

void kind_put_amount(PtJsonOut *out, const char *key, int64_t micros)
{
    char text[PT_MONEY_TEXT];
    pt_json_out_key(out, pt_str(key));
    pt_json_out_raw(out, pt_money_format(micros, text));
}

void kind_put_text(PtJsonOut *out, const char *key, PtStr text)
{
    if (text.len > 0) {
        pt_json_out_key(out, pt_str(key));
        pt_json_out_str(out, text);
    }
}

void kind_lower(PtStr text, PtBuf *out)
{
    const char *p = text.data, *end = p + text.len;
    while (p < end) {
        utf8proc_int32_t codepoint = -1;
        size_t len = (unsigned char)*p < 0x80 ? 0 : pt_utf8_step(p, end);
        if (len == 0) {
            pt_buf_add_char(out, pt_ascii_lower(*p++));
            continue;
        }
        (void)utf8proc_iterate((const utf8proc_uint8_t *)p, (utf8proc_ssize_t)len, &codepoint);
        char lower[4];
        pt_buf_add(out, lower, pt_utf8_put((uint32_t)utf8proc_tolower(codepoint), lower));
        p += len;
    }
}

PtStr kind_printf(PtArena *arena, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    PT_CLEANUP(pt_free_charp) char *text = NULL;
    int len = vasprintf(&text, fmt, args);
    va_end(args);
    if (len < 0) {
        text = NULL; // undefined then
        return (PtStr){NULL, 0};
    }
    return pt_arena_str(arena, (PtStr){text, (size_t)len});
}

PtStatus kind_finish(PtBuf *buf, PtArena *arena, PtStr *ret_text, PtError *err)
{
    PtStatus st = pt_buf_status(buf);
    PtStr text = {NULL, 0};
    if (st == PT_OK) {
        text = pt_arena_str(arena, buf->len > 0 ? pt_buf_str(buf) : PT_STR(""));
        st = text.data != NULL ? PT_OK : PT_NO_MEMORY;
    }
    pt_buf_done(buf);
    if (st != PT_OK) {
        return pt_fail(err, st, "no memory to make a request of an event");
    }
    *ret_text = text;
    return PT_OK;
}
