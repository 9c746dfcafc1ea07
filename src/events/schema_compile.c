// SPDX-License-Identifier: Apache-2.0
/* From a schema's text to its program. Each subschema is compiled once, from a list of those that
 * are to be done, so that nothing recurses; references are resolved when all that stands in schema
 * positions is known.
 */
#include "events/schema_compile_internal.h"

#include <stdlib.h>

enum { VALUES_MAX = 1 << 17, ARENA_MAX = 64 << 20 };

PtStatus schema_bad(SchemaCompile *c, uint32_t place, PtStatus st, const char *why)
{
    char pointer[EVENT_SCHEMA_POINTER_MAX];
    schema_doc_pointer(c->doc, place, false, pointer);
    schema_one_line(pointer);
    return pt_fail(c->err, st, "%.120s: %s", pointer[0] != '\0' ? pointer : "the schema", why);
}

PtStatus schema_no_memory(SchemaCompile *c)
{
    return pt_fail(c->err, PT_NO_MEMORY, "no memory for a schema");
}

/* The node of the subschema at a place, to be compiled if it is not. */
PtStatus schema_child(SchemaCompile *c, uint32_t place, const SchemaNode **ret_node)
{
    const SchemaValue *v = schema_at(c, place);
    if (v->kind != SCHEMA_OBJECT && v->kind != SCHEMA_BOOLEAN) {
        return schema_bad(c, place, PT_INVALID, "is no schema: want an object, true or false");
    }
    if (c->nodes[place] == NULL) {
        if (c->node_count >= EVENT_SCHEMA_NODES_MAX) {
            return schema_bad(c, place, PT_TOO_LARGE, "is one subschema more than 10000");
        }
        SchemaNode *n = pt_arena_alloc(c->s->arena, 1, sizeof *n);
        if (n == NULL) {
            return schema_no_memory(c);
        }
        *n = (SchemaNode){.place = place,
                          .min_properties = -1,
                          .max_properties = -1,
                          .min_items = -1,
                          .max_items = -1,
                          .min_contains = -1,
                          .max_contains = -1,
                          .min_length = -1,
                          .max_length = -1};
        c->nodes[place] = n;
        c->todo[c->todo_count++] = place;
        c->node_count++;
    }
    *ret_node = c->nodes[place];
    return PT_OK;
}

static PtStatus compile_todo(SchemaCompile *c)
{
    PtStatus st = PT_OK;
    while (st == PT_OK && c->todo_count > 0) {
        st = schema_read_keywords(c, c->todo[--c->todo_count]);
    }
    return st;
}

/* -- references
 * -------------------------------------------------------------------------------------------------------
 */

/* %41 and ~1 of one step of a pointer, decoded. False: too long, or half an escape. */
static bool decode_step(PtStr step, char out[static 1024], PtStr *ret_step)
{
    size_t len = 0;
    for (size_t i = 0; i < step.len; i++) {
        char ch = step.data[i];
        if (len >= 1023) {
            return false;
        }
        if (ch == '%') {
            int high = i + 2 < step.len ? pt_hex_digit(step.data[i + 1]) : -1;
            int low = i + 2 < step.len ? pt_hex_digit(step.data[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return false;
            }
            ch = (char)(high * 16 + low);
            i += 2;
        }
        if (len > 0 && out[len - 1] == '~' && (ch == '0' || ch == '1')) {
            out[len - 1] = ch == '0' ? '\x01' : '/'; // marked, so that ~01 does not become /
            continue;
        }
        out[len++] = ch;
    }
    for (size_t i = 0; i < len; i++) {
        out[i] = out[i] == '\x01' ? '~' : out[i];
    }
    *ret_step = (PtStr){out, len};
    return true;
}

static uint32_t follow_step(const SchemaCompile *c, uint32_t place, PtStr step)
{
    const SchemaValue *v = schema_at(c, place);
    uint32_t number;
    if (v->kind == SCHEMA_OBJECT) {
        return schema_doc_member(c->doc, place, step);
    }
    if (v->kind != SCHEMA_ARRAY || !pt_str_to_u32(step, UINT32_MAX - 1, &number)) {
        return 0;
    }
    uint32_t i = v->first;
    while (i != 0 && schema_at(c, i)->place != number) {
        i = schema_at(c, i)->next;
    }
    return i;
}

static uint32_t find_target(SchemaCompile *c, PtStr fragment)
{
    if (fragment.len > 0 && fragment.data[0] != '/') {
        const SchemaValue *found = pt_map_get(c->anchors, fragment);
        return found != NULL ? (uint32_t)(found - c->doc->v) : 0;
    }
    uint32_t place = c->s->root->place;
    PtStr rest = fragment.len > 0 ? pt_str_from(fragment, 1) : (PtStr){NULL, 0}, raw;
    if (fragment.len == 1) {
        rest = (PtStr){"", 0};
    }
    while (place != 0 && pt_str_cut(&rest, '/', &raw)) {
        char text[1024];
        PtStr step;
        place = decode_step(raw, text, &step) ? follow_step(c, place, step) : 0;
    }
    return place;
}

static PtStatus resolve(SchemaCompile *c, const SchemaReference *r)
{
    PtStr ref = schema_at(c, r->place)->text;
    const char *hash = ref.len > 0 ? memchr(ref.data, '#', ref.len) : NULL;
    PtStr document = {ref.data, hash != NULL ? (size_t)(hash - ref.data) : ref.len};
    if (document.len > 0 && !pt_str_eq(document, c->id)) {
        return schema_bad(c, r->place, PT_INVALID, "refers to another document: not taken");
    }
    PtStr fragment = hash != NULL ? (PtStr){hash + 1, ref.len - document.len - 1} : PT_STR("");
    uint32_t target = find_target(c, fragment);
    if (target == 0) {
        return schema_bad(c, r->place, PT_INVALID, "refers to what is not there");
    }
    return schema_child(c, target, &r->node->ref);
}

static PtStatus resolve_all(SchemaCompile *c)
{
    PtStatus st = PT_OK;
    for (uint32_t i = 0; st == PT_OK && i < c->ref_count; i++) {
        st = resolve(c, &c->refs[i]); // what it leads to may hold more
        st = st == PT_OK ? compile_todo(c) : st;
    }
    return st;
}

/* -- a schema that leads back to itself on the same value would never end
 * -------------------------------------------------------------------------------------------------------
 */

enum { FRESH, OPEN, SAFE };

typedef struct Step {
    const SchemaNode *node;
    uint32_t next;
} Step;

/* The i-th subschema that judges the same value; NULL behind the last. */
static const SchemaNode *same_value(const SchemaNode *n, uint32_t i)
{
    const SchemaNodes *const lists[] = {&n->all_of, &n->any_of, &n->one_of};
    const SchemaNode *const single[] = {n->ref, n->no, n->when, n->then, n->otherwise};
    for (size_t k = 0; k < sizeof single / sizeof *single; k++) {
        if (single[k] != NULL && i-- == 0) {
            return single[k];
        }
    }
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
        if (i < lists[k]->count) {
            return lists[k]->at[i];
        }
        i -= lists[k]->count;
    }
    for (uint32_t k = 0; k < n->depends_count; k++) {
        if (n->depends[k].node != NULL && i-- == 0) {
            return n->depends[k].node;
        }
    }
    return NULL;
}

static PtStatus walk_from(SchemaCompile *c, const SchemaNode *root, uint8_t *state, Step *stack)
{
    uint32_t depth = 0;
    stack[depth++] = (Step){root, 0};
    state[root->place] = OPEN;
    while (depth > 0) {
        Step *top = &stack[depth - 1];
        const SchemaNode *next = same_value(top->node, top->next++);
        if (next == NULL) {
            state[top->node->place] = SAFE;
            depth--;
        } else if (state[next->place] == OPEN) {
            return schema_bad(c, next->place, PT_INVALID, "refers to itself without going down");
        } else if (state[next->place] == FRESH) {
            state[next->place] = OPEN;
            stack[depth++] = (Step){next, 0};
        }
        if (depth > EVENT_SCHEMA_DEPTH_MAX * 4) {
            return schema_bad(c, root->place, PT_TOO_LARGE, "is a chain of over 256 subschemas");
        }
    }
    return PT_OK;
}

static PtStatus check_loops(SchemaCompile *c)
{
    uint8_t *state = calloc(c->doc->count, 1);
    Step *stack = calloc(EVENT_SCHEMA_DEPTH_MAX * 4 + 2, sizeof *stack);
    PtStatus st = state != NULL && stack != NULL ? PT_OK : schema_no_memory(c);
    for (uint32_t i = 1; st == PT_OK && i < c->doc->count; i++) {
        if (c->nodes[i] != NULL && state[i] == FRESH) {
            st = walk_from(c, c->nodes[i], state, stack);
        }
    }
    free(state);
    free(stack);
    return st;
}

/* -- the whole
 * -------------------------------------------------------------------------------------------------------
 */

static bool draft_of(PtStr uri, SchemaDraft *ret_draft)
{
    static const struct {
        PtStr path;
        SchemaDraft draft;
    } drafts[] = {{PT_STR_INIT("draft/2020-12/schema"), SCHEMA_DRAFT_2020},
                  {PT_STR_INIT("draft/2019-09/schema"), SCHEMA_DRAFT_2019},
                  {PT_STR_INIT("draft-07/schema"), SCHEMA_DRAFT_7},
                  {PT_STR_INIT("draft-06/schema"), SCHEMA_DRAFT_7}};
    static const PtStr hosts[] = {PT_STR_INIT("https://json-schema.org/"),
                                  PT_STR_INIT("http://json-schema.org/")};
    uri.len -= uri.len > 0 && uri.data[uri.len - 1] == '#';
    for (size_t i = 0; i < 2 * sizeof drafts / sizeof *drafts; i++) {
        if (pt_str_starts(uri, hosts[i % 2]) &&
            pt_str_eq(pt_str_from(uri, hosts[i % 2].len), drafts[i / 2].path)) {
            *ret_draft = drafts[i / 2].draft;
            return true;
        }
    }
    return false;
}

static PtStatus choose_draft(SchemaCompile *c, uint32_t root)
{
    uint32_t place = schema_at(c, root)->kind == SCHEMA_OBJECT
                         ? schema_doc_member(c->doc, root, PT_STR("$schema"))
                         : 0;
    if (place == 0) {
        return PT_OK;
    }
    return schema_at(c, place)->kind == SCHEMA_STRING &&
                   draft_of(schema_at(c, place)->text, &c->draft)
               ? PT_OK
               : schema_bad(c, place, PT_INVALID,
                            "is no draft that is taken: 2020-12, 2019-09, 07, 06");
}

/* The subschema at /properties/<closed>, unless it speaks of further members itself. */
static void close_node(SchemaCompile *c)
{
    const SchemaSlot *slot =
        c->options.closed.len > 0 ? schema_slot(c->s->root, c->options.closed) : NULL;
    SchemaNode *n = slot != NULL && slot->node != NULL ? c->nodes[slot->node->place] : NULL;
    if (n != NULL && n->additional == NULL && (n->slots != NULL || n->pattern_count > 0)) {
        n->closed = true;
    }
}

static void note_reach(EventSchema *s)
{
    const SchemaNode *r = s->root;
    const PtStr merged[] = {PT_STR("context"), PT_STR("integrations")};
    s->whole = r->ref != NULL || r->all_of.count > 0 || r->any_of.count > 0 ||
               r->one_of.count > 0 || r->no != NULL || r->when != NULL || r->depends_count > 0 ||
               r->additional != NULL || r->names != NULL || r->pattern_count > 0 ||
               r->min_properties >= 0 || r->max_properties >= 0 || r->const_value != 0 ||
               r->enum_values != 0;
    s->context = s->whole;
    for (size_t i = 0; i < sizeof merged / sizeof *merged; i++) {
        s->context = s->context || schema_slot(r, merged[i]) != NULL;
    }
}

static PtStatus compile_root(SchemaCompile *c, uint32_t root)
{
    uint32_t values = c->doc->count;
    c->nodes = calloc(values, sizeof *c->nodes);
    c->todo = calloc(values, sizeof *c->todo);
    c->refs = calloc(values, sizeof *c->refs);
    c->anchors = pt_map_new();
    if (c->nodes == NULL || c->todo == NULL || c->refs == NULL || c->anchors == NULL) {
        return schema_no_memory(c);
    }
    PtStatus st = choose_draft(c, root);
    st = st == PT_OK ? schema_child(c, root, &c->s->root) : st;
    st = st == PT_OK ? compile_todo(c) : st;
    st = st == PT_OK ? resolve_all(c) : st;
    st = st == PT_OK ? check_loops(c) : st;
    if (st == PT_OK) {
        close_node(c);
        note_reach(c->s);
    }
    return st;
}

static PtStatus compile(EventSchema *s, const EventSchemaOptions *options, PtError *err)
{
    SchemaCompile c = {
        .s = s, .doc = &s->doc, .options = *options, .draft = SCHEMA_DRAFT_2020, .err = err};
    uint32_t root = 0;
    schema_doc_clear(&s->doc, true);
    if (!schema_doc_reserve(&s->doc, strlen(s->text))) {
        return schema_no_memory(&c);
    }
    PtStatus st =
        schema_doc_parse(&s->doc, pt_str(s->text), EVENT_SCHEMA_DEPTH_MAX, NULL, NULL, &root, err);
    st = st == PT_OK ? compile_root(&c, root) : st;
    free(c.nodes);
    free(c.todo);
    free(c.refs);
    pt_map_free(c.anchors, NULL);
    event_keys_done(&s->doc.keys);
    event_keys_init(&s->doc.keys);
    return st;
}

PtStatus event_schema_compile(PtStr text, const EventSchemaOptions *options,
                              EventSchema **ret_schema, PtError *err)
{
    if (text.len > EVENT_SCHEMA_TEXT_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "a schema of %zu bytes, of at most %d", text.len,
                       EVENT_SCHEMA_TEXT_MAX);
    }
    if (text.len > 0 && memchr(text.data, '\0', text.len) != NULL) {
        return pt_fail(err, PT_INVALID, "a schema with a zero byte");
    }
    EventSchema *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a schema");
    }
    schema_doc_init(&s->doc, VALUES_MAX);
    s->text = strndup(text.len > 0 ? text.data : "", text.len);
    s->arena = pt_arena_new(ARENA_MAX);
    PtStatus st = s->text != NULL && s->arena != NULL
                      ? compile(s, options, err)
                      : pt_fail(err, PT_NO_MEMORY, "no memory for a schema");
    if (st != PT_OK) {
        event_schema_free(s);
        return st;
    }
    *ret_schema = s;
    return PT_OK;
}

void event_schema_free(EventSchema *s)
{
    if (s == NULL) {
        return;
    }
    for (SchemaCode *i = s->codes; i != NULL; i = i->next) {
        pcre2_code_free(i->code);
    }
    schema_doc_done(&s->doc);
    pt_arena_free(s->arena);
    free(s->text);
    free(s);
}
