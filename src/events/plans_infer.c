// SPDX-License-Identifier: Apache-2.0
/* A draft from what a source has sent: each event's properties (or traits) are laid over each
 * other, and what all have in common becomes the schema.
 */
#include "events/plans_internal.h"

#include <stdlib.h>

enum {
    ARENA_MAX = 128 << 20,
    VALUES_MAX = 1 << 16,
    EVENTS_MAX = 300,  // told apart
    MEMBERS_MAX = 200, // of one object
    LEVELS_MAX = 8,
    ENUM_MAX = 8,     // different texts
    ENUM_TIMES = 10,  // each as often on average, or more
    ENUM_TEXT = 60,   // bytes
    FORMAT_LEAST = 5, // texts that all have a format
};

static const PtStr format_names[] = {PT_STR_INIT("date-time"), PT_STR_INIT("uuid"),
                                     PT_STR_INIT("email"), PT_STR_INIT("uri")};
enum { FORMATS = sizeof format_names / sizeof *format_names, ALL_FORMATS = (1 << FORMATS) - 1 };

typedef struct Shape Shape;

typedef struct Member {
    PtStr key;
    Shape *shape;
} Member;

/* All values that stood at one place. */
struct Shape {
    uint64_t seen, texts;
    uint8_t kinds; // SchemaKind bits; INTEGER for numbers without a fraction
    uint8_t formats;
    bool many; // more texts than an enum has
    PtStr values[ENUM_MAX];
    size_t value_count;
    Member *members;
    size_t member_count, member_cap;
    uint64_t objects; // of seen
    Shape *items;
};

typedef struct Event {
    EventType type;
    PtStr name;
    uint64_t seen;
    Shape shape;
} Event;

typedef struct Infer {
    PtArena *arena;
    SchemaDoc doc;
    Event *events;
    size_t count;
} Infer;

static bool note_text(Infer *in, Shape *s, PtStr text)
{
    s->texts++;
    for (unsigned i = 0; i < FORMATS && s->formats != 0; i++) {
        if ((s->formats >> i & 1) != 0 && !schema_format_of(format_names[i])(text)) {
            s->formats &= (uint8_t)~(1u << i);
        }
    }
    for (size_t i = 0; i < s->value_count; i++) {
        if (pt_str_eq(s->values[i], text)) {
            return true;
        }
    }
    if (s->many || s->value_count == ENUM_MAX || text.len > ENUM_TEXT) {
        s->many = true;
        return true;
    }
    PtStr kept = pt_arena_str(in->arena, text);
    s->values[s->value_count++] = kept;
    return kept.data != NULL;
}

static Shape *new_shape(Infer *in)
{
    Shape *s = pt_arena_alloc(in->arena, 1, sizeof *s);
    if (s != NULL) {
        s->formats = ALL_FORMATS;
    }
    return s;
}

/* NULL with *ok true: there are too many members to tell them apart. */
static Shape *member_shape(Infer *in, Shape *s, PtStr key, bool *ok)
{
    for (size_t i = 0; i < s->member_count; i++) {
        if (pt_str_eq(s->members[i].key, key)) {
            return s->members[i].shape;
        }
    }
    if (s->member_count == MEMBERS_MAX) {
        return NULL;
    }
    if (s->member_count == s->member_cap) {
        size_t cap = s->member_cap > 0 ? s->member_cap * 2 : 8;
        Member *grown = pt_arena_alloc(in->arena, cap, sizeof *grown);
        if (grown == NULL) {
            *ok = false;
            return NULL;
        }
        if (s->member_count > 0) {
            memcpy(grown, s->members, s->member_count * sizeof *grown);
        }
        s->members = grown;
        s->member_cap = cap;
    }
    Member *m = &s->members[s->member_count++];
    *m = (Member){pt_arena_str(in->arena, key), new_shape(in)};
    *ok = m->key.data != NULL && m->shape != NULL;
    return m->shape;
}

static bool lay(Infer *in, Shape *s, uint32_t value, unsigned level)
{
    const SchemaValue *v = &in->doc.v[value];
    bool ok = true;
    s->seen++;
    s->kinds |= v->kind == SCHEMA_NUMBER && schema_is_integer(v->text) ? SCHEMA_INTEGER : v->kind;
    if (v->kind == SCHEMA_STRING) {
        return note_text(in, s, v->text);
    }
    s->objects += v->kind == SCHEMA_OBJECT;
    if (level == LEVELS_MAX) {
        return true;
    }
    for (uint32_t i = v->first; ok && i != 0; i = in->doc.v[i].next) { // at most LEVELS_MAX deep
        Shape *inner;
        if (v->kind == SCHEMA_OBJECT) {
            inner = member_shape(in, s, in->doc.v[i].key, &ok);
        } else {
            inner = s->items = s->items != NULL ? s->items : new_shape(in);
            ok = inner != NULL;
        }
        ok = ok && (inner == NULL || lay(in, inner, i, level + 1));
    }
    return ok;
}

static bool has_traits(EventType type)
{
    return type == EVENT_IDENTIFY || type == EVENT_GROUP;
}

/* NULL: it is not told apart, or there is no memory. */
static Event *event_of(Infer *in, const EventView *v, PtError *err, PtStatus *st)
{
    PtStr name = v->type == EVENT_TRACK ? v->name : PT_STR("");
    if (v->type == EVENT_ALIAS || schema_characters(name) > 200) {
        return NULL;
    }
    for (size_t i = 0; i < in->count; i++) {
        if (in->events[i].type == v->type && pt_str_eq(in->events[i].name, name)) {
            return &in->events[i];
        }
    }
    if (in->count == EVENTS_MAX) {
        return NULL;
    }
    Event *e = &in->events[in->count];
    *e = (Event){.type = v->type, .name = pt_arena_str(in->arena, name)};
    e->shape.formats = ALL_FORMATS;
    if (e->name.data == NULL) {
        *st = pt_fail(err, PT_NO_MEMORY, "no memory to infer a plan");
        return NULL;
    }
    in->count++;
    return e;
}

static PtStatus take(void *ctx, const PtRecord *r, const EventView *v, PtError *err)
{
    Infer *in = ctx;
    uint32_t root;
    PtStatus st = PT_OK;
    Event *e = event_of(in, v, err, &st);
    if (e == NULL) {
        return st;
    }
    schema_doc_clear(&in->doc, (r->flags & EVENT_DUPLICATE_KEY) != 0);
    st = schema_doc_reserve(&in->doc, v->raw.len)
             ? schema_doc_parse(&in->doc, v->raw, EVENT_MAX_DEPTH + 1, NULL, NULL, &root, err)
             : pt_fail(err, PT_NO_MEMORY, "no memory to infer a plan");
    if (st != PT_OK) {
        return st;
    }
    e->seen++;
    uint32_t members = schema_doc_member(
        &in->doc, root, has_traits(e->type) ? PT_STR("traits") : PT_STR("properties"));
    bool ok =
        members == 0 || in->doc.v[members].kind != SCHEMA_OBJECT || lay(in, &e->shape, members, 0);
    return ok ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory to infer a plan");
}

/* -- the schema of a shape
 * -------------------------------------------------------------------------------------------------------
 */

static void put_types(const Shape *s, PtJsonOut *out)
{
    static const struct {
        uint8_t kind;
        const char *name;
    } types[] = {{SCHEMA_OBJECT, "object"},   {SCHEMA_ARRAY, "array"},
                 {SCHEMA_STRING, "string"},   {SCHEMA_NUMBER, "number"},
                 {SCHEMA_INTEGER, "integer"}, {SCHEMA_BOOLEAN, "boolean"},
                 {SCHEMA_NULL, "null"}};
    uint8_t kinds = s->kinds;
    if ((kinds & SCHEMA_NUMBER) != 0) {
        kinds &= (uint8_t)~SCHEMA_INTEGER;
    }
    bool list = (kinds & (kinds - 1)) != 0;
    pt_json_out_key(out, PT_STR("type"));
    if (list) {
        pt_json_out_array(out);
    }
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if ((kinds & types[i].kind) != 0) {
            pt_json_out_str(out, pt_str(types[i].name));
        }
    }
    if (list) {
        pt_json_out_array_end(out);
    }
}

/* Few texts that come again and again; another kind of value beside them rules that out. */
static bool is_enum(const Shape *s)
{
    return s->kinds == SCHEMA_STRING && !s->many && s->value_count > 0 &&
           s->texts >= s->value_count * ENUM_TIMES;
}

static void put_texts(const Shape *s, PtJsonOut *out)
{
    if (is_enum(s)) {
        pt_json_out_key(out, PT_STR("enum"));
        pt_json_out_array(out);
        for (size_t i = 0; i < s->value_count; i++) {
            pt_json_out_str(out, s->values[i]);
        }
        pt_json_out_array_end(out);
        return;
    }
    for (unsigned i = 0; i < FORMATS && s->texts >= FORMAT_LEAST; i++) {
        if ((s->formats >> i & 1) != 0) {
            pt_json_put_str(out, "format", format_names[i]);
            return;
        }
    }
}

static void put_shape(const Shape *s, PtJsonOut *out);

static void put_members(const Shape *s, PtJsonOut *out)
{
    bool any = false;
    pt_json_out_key(out, PT_STR("properties"));
    pt_json_out_object(out);
    for (size_t i = 0; i < s->member_count; i++) {
        pt_json_out_key(out, s->members[i].key);
        put_shape(s->members[i].shape, out);
        any = any || s->members[i].shape->seen == s->objects;
    }
    pt_json_out_object_end(out);
    if (!any) {
        return;
    }
    pt_json_out_key(out, PT_STR("required"));
    pt_json_out_array(out);
    for (size_t i = 0; i < s->member_count; i++) {
        if (s->members[i].shape->seen == s->objects) {
            pt_json_out_str(out, s->members[i].key);
        }
    }
    pt_json_out_array_end(out);
}

static void put_shape(const Shape *s, PtJsonOut *out) // as deep as lay went
{
    pt_json_out_object(out);
    if (s->kinds != 0) {
        put_types(s, out);
    }
    if (s->texts > 0) {
        put_texts(s, out);
    }
    if (s->member_count > 0) {
        put_members(s, out);
    }
    if (s->items != NULL) {
        pt_json_out_key(out, PT_STR("items"));
        put_shape(s->items, out);
    }
    pt_json_out_object_end(out);
}

static void put_event(const Event *e, PtJsonOut *out)
{
    PtStr holder = has_traits(e->type) ? PT_STR("traits") : PT_STR("properties");
    pt_json_out_object(out);
    pt_json_put_str(out, "type", event_type_name(e->type));
    pt_json_out_key(out, PT_STR("name"));
    if (e->name.len > 0) {
        pt_json_out_str(out, e->name);
    } else {
        pt_json_out_null(out);
    }
    pt_json_put_str(out, "description", PT_STR(""));
    pt_json_out_key(out, PT_STR("mode"));
    pt_json_out_null(out);
    pt_json_out_key(out, PT_STR("schema"));
    pt_json_out_object(out);
    pt_json_put_str(out, "type", PT_STR("object"));
    if (e->shape.seen > 0) {
        pt_json_out_key(out, PT_STR("properties"));
        pt_json_out_object(out);
        pt_json_out_key(out, holder);
        put_shape(&e->shape, out);
        pt_json_out_object_end(out);
    }
    if (e->shape.seen > 0 && e->shape.seen == e->seen) {
        pt_json_out_key(out, PT_STR("required"));
        pt_json_out_array(out);
        pt_json_out_str(out, holder);
        pt_json_out_array_end(out);
    }
    pt_json_out_object_end(out);
    pt_json_out_object_end(out);
}

static int by_key(const void *a, const void *b)
{
    const Event *x = a, *y = b;
    if (x->type != y->type) {
        return x->type < y->type ? -1 : 1;
    }
    size_t len = x->name.len < y->name.len ? x->name.len : y->name.len;
    int order = len > 0 ? memcmp(x->name.data, y->name.data, len) : 0;
    return order != 0 ? order : (x->name.len > y->name.len) - (x->name.len < y->name.len);
}

PtStatus event_plan_infer(EventHistory *history, PtBuf *rules, PtError *err)
{
    Infer in = {.arena = pt_arena_new(ARENA_MAX), .events = calloc(EVENTS_MAX, sizeof *in.events)};
    schema_doc_init(&in.doc, VALUES_MAX);
    PtStatus st = in.arena != NULL && in.events != NULL
                      ? event_history_walk(history, take, &in, err)
                      : pt_fail(err, PT_NO_MEMORY, "no memory to infer a plan");
    if (st == PT_OK) {
        PtJsonOut out = pt_json_out(rules);
        qsort(in.events, in.count, sizeof *in.events, by_key);
        pt_json_out_array(&out);
        for (size_t i = 0; i < in.count; i++) {
            put_event(&in.events[i], &out);
        }
        pt_json_out_array_end(&out);
        st = pt_buf_status(rules);
        if (st != PT_OK) {
            (void)pt_fail(err, st, "the draft is over %zu bytes", rules->limit);
        }
    }
    schema_doc_done(&in.doc);
    free(in.events);
    pt_arena_free(in.arena);
    return st;
}
