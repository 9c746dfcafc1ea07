// SPDX-License-Identifier: Apache-2.0
/* From a schema's text to its program. Each subschema is compiled once, from a list of those that
 * are to be done, so that nothing recurses; references are resolved when all that stands in schema
 * positions is known.
 */
#include "base/map.h"
#include "events/schema_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { VALUES_MAX = 1 << 17, ARENA_MAX = 64 << 20 };

typedef enum Draft { DRAFT_7 = 1, DRAFT_2019 = 2, DRAFT_2020 = 4 } Draft;
enum { NEW = DRAFT_2019 | DRAFT_2020, ALL = DRAFT_7 | NEW };

typedef struct Reference {
    SchemaNode *node;
    uint32_t place; // of the text of $ref
} Reference;

typedef struct Compile {
    EventSchema *s;
    SchemaDoc *doc;
    EventSchemaOptions options;
    Draft draft;
    SchemaNode **nodes; // by place
    uint32_t *todo;     // places
    uint32_t todo_count, node_count;
    Reference *refs;
    uint32_t ref_count;
    PtMap *anchors; // name -> place + NULL
    PtStr id;       // of the whole
    PtError *err;
} Compile;

static PtStatus bad(Compile *c, uint32_t place, PtStatus st, const char *why)
{
    char pointer[EVENT_SCHEMA_POINTER_MAX];
    schema_doc_pointer(c->doc, place, false, pointer);
    schema_one_line(pointer);
    return pt_fail(c->err, st, "%.120s: %s", pointer[0] != '\0' ? pointer : "the schema", why);
}

static PtStatus no_memory(Compile *c)
{
    return pt_fail(c->err, PT_NO_MEMORY, "no memory for a schema");
}

static const SchemaValue *at(const Compile *c, uint32_t place)
{
    return &c->doc->v[place];
}

/* The node of the subschema at a place, to be compiled if it is not. */
static PtStatus child(Compile *c, uint32_t place, const SchemaNode **ret_node)
{
    const SchemaValue *v = at(c, place);
    if (v->kind != SCHEMA_OBJECT && v->kind != SCHEMA_BOOLEAN) {
        return bad(c, place, PT_INVALID, "is no schema: want an object, true or false");
    }
    if (c->nodes[place] == NULL) {
        if (c->node_count >= EVENT_SCHEMA_NODES_MAX) {
            return bad(c, place, PT_TOO_LARGE, "is one subschema more than 10000");
        }
        SchemaNode *n = pt_arena_alloc(c->s->arena, 1, sizeof *n);
        if (n == NULL) {
            return no_memory(c);
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

static PtStatus children(Compile *c, uint32_t place, SchemaNodes *ret_nodes)
{
    const SchemaValue *list = at(c, place);
    if (list->kind != SCHEMA_ARRAY || list->count == 0) {
        return bad(c, place, PT_INVALID, "want a list of schemas");
    }
    ret_nodes->at = pt_arena_alloc(c->s->arena, list->count, sizeof *ret_nodes->at);
    if (ret_nodes->at == NULL) {
        return no_memory(c);
    }
    PtStatus st = PT_OK;
    for (uint32_t i = list->first; st == PT_OK && i != 0; i = at(c, i)->next) {
        st = child(c, i, &ret_nodes->at[ret_nodes->count++]);
    }
    return st;
}

static PtStatus want_object(Compile *c, uint32_t place)
{
    return at(c, place)->kind == SCHEMA_OBJECT ? PT_OK
                                               : bad(c, place, PT_INVALID, "want an object");
}

/* -- expressions
 * -------------------------------------------------------------------------------------------------------
 */

static PtStatus keep_code(Compile *c, pcre2_code *code)
{
    EventSchema *s = c->s;
    if (s->code_count == s->code_cap) {
        uint32_t cap = s->code_cap > 0 ? s->code_cap * 2 : 8;
        pcre2_code **grown = realloc(s->codes, cap * sizeof *grown);
        if (grown == NULL) {
            pcre2_code_free(code);
            return no_memory(c);
        }
        s->codes = grown;
        s->code_cap = cap;
    }
    s->codes[s->code_count++] = code;
    return PT_OK;
}

/* ECMA 262 as PCRE2 can have it: \d and \w are ASCII, $ is the very end, \u0041 is a character. */
static PtStatus expression(Compile *c, uint32_t place, PtStr text, pcre2_code **ret_code)
{
    if (text.len > EVENT_SCHEMA_PATTERN_MAX) {
        return bad(c, place, PT_TOO_LARGE, "is an expression of over 1024 bytes");
    }
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (context == NULL) {
        return no_memory(c);
    }
    int code = 0;
    size_t where = 0;
    (void)pcre2_set_compile_extra_options(context, PCRE2_EXTRA_ALT_BSUX);
    (void)pcre2_set_parens_nest_limit(context, 50);
    pcre2_code *re = pcre2_compile((PCRE2_SPTR)text.data, text.len,
                                   PCRE2_UTF | PCRE2_ALT_BSUX | PCRE2_DOLLAR_ENDONLY |
                                       PCRE2_MATCH_UNSET_BACKREF | PCRE2_NEVER_BACKSLASH_C,
                                   &code, &where, context);
    pcre2_compile_context_free(context);
    if (re == NULL) {
        PCRE2_UCHAR why[100];
        char message[160];
        (void)pcre2_get_error_message(code, why, sizeof why);
        (void)snprintf(message, sizeof message, "is no expression: %s at byte %zu",
                       (const char *)why, where);
        return bad(c, place, PT_INVALID, message);
    }
    (void)pcre2_jit_compile(re, PCRE2_JIT_COMPLETE); // slower without
    *ret_code = re;
    return keep_code(c, re);
}

/* -- keywords: each reads the value at `place` into the node
 * -------------------------------------------------------------------------------------------------------
 */

typedef PtStatus (*Reader)(Compile *c, SchemaNode *n, uint32_t place);

static uint8_t type_of(PtStr name)
{
    static const struct {
        PtStr name;
        uint8_t kind;
    } types[] = {{PT_STR_INIT("null"), SCHEMA_NULL},     {PT_STR_INIT("boolean"), SCHEMA_BOOLEAN},
                 {PT_STR_INIT("number"), SCHEMA_NUMBER}, {PT_STR_INIT("integer"), SCHEMA_INTEGER},
                 {PT_STR_INIT("string"), SCHEMA_STRING}, {PT_STR_INIT("array"), SCHEMA_ARRAY},
                 {PT_STR_INIT("object"), SCHEMA_OBJECT}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (pt_str_eq(name, types[i].name)) {
            return types[i].kind;
        }
    }
    return 0;
}

static PtStatus add_type(Compile *c, SchemaNode *n, uint32_t place)
{
    const SchemaValue *v = at(c, place);
    uint8_t kind = v->kind == SCHEMA_STRING ? type_of(v->text) : 0;
    if (kind == 0) {
        return bad(c, place, PT_INVALID, "is none of the seven types");
    }
    n->types |= kind;
    return PT_OK;
}

static PtStatus read_type(Compile *c, SchemaNode *n, uint32_t place)
{
    if (at(c, place)->kind != SCHEMA_ARRAY) {
        return add_type(c, n, place);
    }
    PtStatus st = at(c, place)->count > 0 ? PT_OK : bad(c, place, PT_INVALID, "is an empty list");
    for (uint32_t i = at(c, place)->first; st == PT_OK && i != 0; i = at(c, i)->next) {
        st = add_type(c, n, i);
    }
    return st;
}

static PtStatus read_const(Compile *c, SchemaNode *n, uint32_t place)
{
    (void)c;
    n->const_value = place;
    return PT_OK;
}

static PtStatus read_enum(Compile *c, SchemaNode *n, uint32_t place)
{
    n->enum_values = place;
    return at(c, place)->kind == SCHEMA_ARRAY ? PT_OK : bad(c, place, PT_INVALID, "want a list");
}

/* Keys of properties and required are one table: room for both is made by prepare_slots. */
static SchemaSlot *slot_for(SchemaNode *n, PtStr key)
{
    uint32_t i = schema_hash(key) & n->slot_mask;
    while (n->slots[i].key.data != NULL && !pt_str_eq(n->slots[i].key, key)) {
        i = (i + 1) & n->slot_mask;
    }
    n->slots[i].key = key;
    return &n->slots[i];
}

static PtStatus prepare_slots(Compile *c, SchemaNode *n, uint32_t place)
{
    uint32_t keys = 0, cap = 4;
    static const PtStr names[] = {PT_STR_INIT("properties"), PT_STR_INIT("required")};
    for (size_t i = 0; i < 2; i++) {
        keys += at(c, schema_doc_member(c->doc, place, names[i]))->count;
    }
    while (cap < keys * 2) {
        cap *= 2;
    }
    n->slots = keys > 0 ? pt_arena_alloc(c->s->arena, cap, sizeof *n->slots) : NULL;
    n->slot_mask = cap - 1;
    return keys == 0 || n->slots != NULL ? PT_OK : no_memory(c);
}

static PtStatus read_properties(Compile *c, SchemaNode *n, uint32_t place)
{
    PtStatus st = want_object(c, place);
    n->any_object = true;
    for (uint32_t i = at(c, place)->first; st == PT_OK && i != 0; i = at(c, i)->next) {
        st = child(c, i, &slot_for(n, at(c, i)->key)->node);
    }
    return st;
}

static PtStatus want_texts(Compile *c, uint32_t place)
{
    if (at(c, place)->kind != SCHEMA_ARRAY) {
        return bad(c, place, PT_INVALID, "want a list of texts");
    }
    for (uint32_t i = at(c, place)->first; i != 0; i = at(c, i)->next) {
        if (at(c, i)->kind != SCHEMA_STRING) {
            return bad(c, i, PT_INVALID, "want a text");
        }
    }
    return PT_OK;
}

static PtStatus read_required(Compile *c, SchemaNode *n, uint32_t place)
{
    PtStatus st = want_texts(c, place);
    n->any_object = true;
    for (uint32_t i = at(c, place)->first; st == PT_OK && i != 0; i = at(c, i)->next) {
        SchemaSlot *slot = slot_for(n, at(c, i)->text);
        n->required += !slot->required;
        slot->required = true;
    }
    return st;
}

static PtStatus read_patterns(Compile *c, SchemaNode *n, uint32_t place)
{
    PtStatus st = want_object(c, place);
    n->any_object = true;
    n->patterns = st == PT_OK && at(c, place)->count > 0
                      ? pt_arena_alloc(c->s->arena, at(c, place)->count, sizeof *n->patterns)
                      : NULL;
    if (st == PT_OK && at(c, place)->count > 0 && n->patterns == NULL) {
        return no_memory(c);
    }
    for (uint32_t i = at(c, place)->first; st == PT_OK && i != 0; i = at(c, i)->next) {
        SchemaPattern *p = &n->patterns[n->pattern_count++];
        p->text = at(c, i)->key;
        st = expression(c, i, p->text, &p->code);
        st = st == PT_OK ? child(c, i, &p->node) : st;
    }
    return st;
}

#define READ_CHILD(name, field, flag)                                                              \
    static PtStatus read_##name(Compile *c, SchemaNode *n, uint32_t place)                         \
    {                                                                                              \
        flag;                                                                                      \
        return child(c, place, &n->field);                                                         \
    }
READ_CHILD(additional, additional, n->any_object = true)
READ_CHILD(names, names, n->any_object = true)
READ_CHILD(contains, contains, n->any_array = true)
READ_CHILD(not, no, (void)0)
READ_CHILD(if, when, (void)0)
READ_CHILD(then, then, (void)0)
READ_CHILD(else, otherwise, (void)0)
#undef READ_CHILD

static PtStatus read_all_of(Compile *c, SchemaNode *n, uint32_t place)
{
    return children(c, place, &n->all_of);
}

static PtStatus read_any_of(Compile *c, SchemaNode *n, uint32_t place)
{
    return children(c, place, &n->any_of);
}

static PtStatus read_one_of(Compile *c, SchemaNode *n, uint32_t place)
{
    return children(c, place, &n->one_of);
}

static PtStatus read_prefix(Compile *c, SchemaNode *n, uint32_t place)
{
    n->any_array = true;
    return children(c, place, &n->prefix);
}

/* Before 2020-12 `items` may be a list, and `additionalItems` is what then follows. */
static PtStatus read_items(Compile *c, SchemaNode *n, uint32_t place)
{
    n->any_array = true;
    if (at(c, place)->kind != SCHEMA_ARRAY) {
        return child(c, place, &n->items);
    }
    if (c->draft == DRAFT_2020) {
        return bad(c, place, PT_INVALID,
                   "is a list: that is prefixItems since draft 2020-12 (or give $schema)");
    }
    PtStatus st = at(c, place)->count > 0 ? children(c, place, &n->prefix) : PT_OK;
    uint32_t more =
        schema_doc_member(c->doc, at(c, place)->parent, PT_STR("additionalItems"));
    return st == PT_OK && more != 0 ? child(c, more, &n->items) : st;
}

static PtStatus add_dependence(Compile *c, SchemaNode *n, uint32_t place)
{
    SchemaDepends *d = &n->depends[n->depends_count++];
    d->key = at(c, place)->key;
    if (at(c, place)->kind != SCHEMA_ARRAY) {
        return child(c, place, &d->node);
    }
    PtStatus st = want_texts(c, place);
    if (st != PT_OK || at(c, place)->count == 0) {
        return st;
    }
    d->keys.at = pt_arena_alloc(c->s->arena, at(c, place)->count, sizeof *d->keys.at);
    if (d->keys.at == NULL) {
        return no_memory(c);
    }
    for (uint32_t i = at(c, place)->first; i != 0; i = at(c, i)->next) {
        d->keys.at[d->keys.count++] = at(c, i)->text;
    }
    return PT_OK;
}

static PtStatus read_depends(Compile *c, SchemaNode *n, uint32_t place)
{
    PtStatus st = want_object(c, place);
    uint32_t more = at(c, place)->count;
    if (st != PT_OK || more == 0) {
        return st;
    }
    n->any_object = true;
    SchemaDepends *all = pt_arena_alloc(c->s->arena, n->depends_count + more, sizeof *all);
    if (all == NULL) {
        return no_memory(c);
    }
    if (n->depends_count > 0) {
        memcpy(all, n->depends, n->depends_count * sizeof *all);
    }
    n->depends = all;
    for (uint32_t i = at(c, place)->first; st == PT_OK && i != 0; i = at(c, i)->next) {
        st = add_dependence(c, n, i);
    }
    return st;
}

static PtStatus read_count(Compile *c, uint32_t place, int64_t *ret_count)
{
    const SchemaValue *v = at(c, place);
    long double d = v->kind == SCHEMA_NUMBER ? schema_number(v->text) : -1;
    if (d < 0 || !schema_is_integer(v->text)) {
        return bad(c, place, PT_INVALID, "want a whole number from 0");
    }
    *ret_count = d < 1e18L ? (int64_t)d : INT64_MAX;
    return PT_OK;
}

#define READ_COUNT(field, flag)                                                                    \
    static PtStatus read_##field(Compile *c, SchemaNode *n, uint32_t place)                        \
    {                                                                                              \
        n->flag = true;                                                                            \
        return read_count(c, place, &n->field);                                                    \
    }
READ_COUNT(min_properties, any_object)
READ_COUNT(max_properties, any_object)
READ_COUNT(min_items, any_array)
READ_COUNT(max_items, any_array)
READ_COUNT(min_contains, any_array)
READ_COUNT(max_contains, any_array)
READ_COUNT(min_length, any_string)
READ_COUNT(max_length, any_string)
#undef READ_COUNT

static PtStatus want_number(Compile *c, SchemaNode *n, uint32_t place, PtStr *ret_text)
{
    if (at(c, place)->kind != SCHEMA_NUMBER) {
        return bad(c, place, PT_INVALID, "want a number");
    }
    n->any_number = true;
    *ret_text = at(c, place)->text;
    return isfinite(schema_number(*ret_text)) ? PT_OK
                                              : bad(c, place, PT_INVALID, "is out of range");
}

#define READ_NUMBER(field)                                                                         \
    static PtStatus read_##field(Compile *c, SchemaNode *n, uint32_t place)                        \
    {                                                                                              \
        PtStatus st = want_number(c, n, place, &n->field);                                         \
        n->field##_value = st == PT_OK ? schema_number(n->field) : 0;                              \
        return st;                                                                                 \
    }
READ_NUMBER(minimum)
READ_NUMBER(maximum)
READ_NUMBER(over)
READ_NUMBER(under)
#undef READ_NUMBER

static PtStatus read_multiple(Compile *c, SchemaNode *n, uint32_t place)
{
    PtStatus st = want_number(c, n, place, &n->multiple);
    return st != PT_OK || schema_number(n->multiple) > 0
               ? st
               : bad(c, place, PT_INVALID, "want a number over 0");
}

static PtStatus read_unique(Compile *c, SchemaNode *n, uint32_t place)
{
    n->any_array = true;
    n->unique = at(c, place)->kind == SCHEMA_BOOLEAN && at(c, place)->text.data[0] == 't';
    return at(c, place)->kind == SCHEMA_BOOLEAN ? PT_OK
                                                : bad(c, place, PT_INVALID, "want true or false");
}

static PtStatus want_text(Compile *c, uint32_t place)
{
    return at(c, place)->kind == SCHEMA_STRING ? PT_OK : bad(c, place, PT_INVALID, "want a text");
}

static PtStatus read_pattern(Compile *c, SchemaNode *n, uint32_t place)
{
    PtStatus st = want_text(c, place);
    n->any_string = true;
    n->pattern_text = at(c, place)->text;
    return st == PT_OK ? expression(c, place, n->pattern_text, &n->pattern) : st;
}

static PtStatus read_format(Compile *c, SchemaNode *n, uint32_t place)
{
    PtStatus st = want_text(c, place);
    n->format_name = at(c, place)->text;
    n->format = st == PT_OK && c->options.formats ? schema_format_of(n->format_name) : NULL;
    n->any_string = n->any_string || n->format != NULL;
    return st;
}

static PtStatus read_definitions(Compile *c, SchemaNode *n, uint32_t place)
{
    (void)n;
    const SchemaNode *unused;
    PtStatus st = want_object(c, place);
    for (uint32_t i = at(c, place)->first; st == PT_OK && i != 0; i = at(c, i)->next) {
        st = child(c, i, &unused);
    }
    return st;
}

static PtStatus read_ref(Compile *c, SchemaNode *n, uint32_t place)
{
    PtStatus st = want_text(c, place);
    if (st == PT_OK) {
        c->refs[c->ref_count++] = (Reference){n, place};
    }
    return st;
}

static PtStatus add_anchor(Compile *c, PtStr name, uint32_t place)
{
    uint32_t schema = at(c, place)->parent;
    void *before = NULL;
    if (!pt_map_set(c->anchors, name, &c->doc->v[schema], &before)) {
        return no_memory(c);
    }
    return before == NULL ? PT_OK : bad(c, place, PT_INVALID, "is there twice");
}

static PtStatus read_anchor(Compile *c, SchemaNode *n, uint32_t place)
{
    (void)n;
    PtStatus st = want_text(c, place);
    return st == PT_OK ? add_anchor(c, at(c, place)->text, place) : st;
}

static PtStatus read_id(Compile *c, SchemaNode *n, uint32_t place)
{
    PtStatus st = want_text(c, place);
    if (st != PT_OK) {
        return st;
    }
    PtStr id = at(c, place)->text;
    if (id.len > 1 && id.data[0] == '#' && c->draft == DRAFT_7) {
        return add_anchor(c, pt_str_from(id, 1), place);
    }
    if (n->place != c->s->root->place) {
        return bad(c, place, PT_INVALID, "names a document inside the document: not taken");
    }
    c->id = id;
    if (c->id.len > 0 && c->id.data[c->id.len - 1] == '#') {
        c->id.len--;
    }
    return PT_OK;
}

static PtStatus refuse(Compile *c, SchemaNode *n, uint32_t place)
{
    (void)n;
    return bad(c, place, PT_INVALID, "is a keyword that is not taken");
}

/* In the order in which they are read. */
static const struct Keyword {
    PtStr name;
    unsigned drafts;
    Reader read;
} keywords[] = {
    {PT_STR_INIT("$id"), ALL, read_id},
    {PT_STR_INIT("$ref"), ALL, read_ref},
    {PT_STR_INIT("$anchor"), NEW, read_anchor},
    {PT_STR_INIT("$defs"), NEW, read_definitions},
    {PT_STR_INIT("definitions"), ALL, read_definitions},
    {PT_STR_INIT("$dynamicRef"), DRAFT_2020, refuse},
    {PT_STR_INIT("$dynamicAnchor"), DRAFT_2020, refuse},
    {PT_STR_INIT("$recursiveRef"), DRAFT_2019, refuse},
    {PT_STR_INIT("$recursiveAnchor"), DRAFT_2019, refuse},
    {PT_STR_INIT("unevaluatedProperties"), NEW, refuse},
    {PT_STR_INIT("unevaluatedItems"), NEW, refuse},
    {PT_STR_INIT("type"), ALL, read_type},
    {PT_STR_INIT("const"), ALL, read_const},
    {PT_STR_INIT("enum"), ALL, read_enum},
    {PT_STR_INIT("properties"), ALL, read_properties},
    {PT_STR_INIT("required"), ALL, read_required},
    {PT_STR_INIT("patternProperties"), ALL, read_patterns},
    {PT_STR_INIT("additionalProperties"), ALL, read_additional},
    {PT_STR_INIT("propertyNames"), ALL, read_names},
    {PT_STR_INIT("minProperties"), ALL, read_min_properties},
    {PT_STR_INIT("maxProperties"), ALL, read_max_properties},
    {PT_STR_INIT("dependentRequired"), NEW, read_depends},
    {PT_STR_INIT("dependentSchemas"), NEW, read_depends},
    {PT_STR_INIT("dependencies"), ALL, read_depends},
    {PT_STR_INIT("prefixItems"), DRAFT_2020, read_prefix},
    {PT_STR_INIT("items"), ALL, read_items},
    {PT_STR_INIT("contains"), ALL, read_contains},
    {PT_STR_INIT("minContains"), NEW, read_min_contains},
    {PT_STR_INIT("maxContains"), NEW, read_max_contains},
    {PT_STR_INIT("minItems"), ALL, read_min_items},
    {PT_STR_INIT("maxItems"), ALL, read_max_items},
    {PT_STR_INIT("uniqueItems"), ALL, read_unique},
    {PT_STR_INIT("minLength"), ALL, read_min_length},
    {PT_STR_INIT("maxLength"), ALL, read_max_length},
    {PT_STR_INIT("pattern"), ALL, read_pattern},
    {PT_STR_INIT("format"), ALL, read_format},
    {PT_STR_INIT("minimum"), ALL, read_minimum},
    {PT_STR_INIT("maximum"), ALL, read_maximum},
    {PT_STR_INIT("exclusiveMinimum"), ALL, read_over},
    {PT_STR_INIT("exclusiveMaximum"), ALL, read_under},
    {PT_STR_INIT("multipleOf"), ALL, read_multiple},
    {PT_STR_INIT("allOf"), ALL, read_all_of},
    {PT_STR_INIT("anyOf"), ALL, read_any_of},
    {PT_STR_INIT("oneOf"), ALL, read_one_of},
    {PT_STR_INIT("not"), ALL, read_not},
    {PT_STR_INIT("if"), ALL, read_if},
    {PT_STR_INIT("then"), ALL, read_then},
    {PT_STR_INIT("else"), ALL, read_else},
};

static const struct Keyword *keyword_of(PtStr name)
{
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        if (pt_str_eq(name, keywords[i].name)) {
            return &keywords[i];
        }
    }
    return NULL;
}

static PtStatus compile_one(Compile *c, uint32_t place)
{
    SchemaNode *n = c->nodes[place];
    const SchemaValue *v = at(c, place);
    if (v->kind == SCHEMA_BOOLEAN) {
        n->never = v->text.data[0] == 'f';
        return PT_OK;
    }
    // in draft-07 what stands beside $ref says nothing
    uint32_t ref = c->draft == DRAFT_7 ? schema_doc_member(c->doc, place, PT_STR("$ref")) : 0;
    PtStatus st = prepare_slots(c, n, place);
    for (uint32_t i = v->first; st == PT_OK && i != 0; i = at(c, i)->next) {
        const struct Keyword *k = keyword_of(at(c, i)->key);
        bool known = k != NULL && (k->drafts & c->draft) != 0;
        bool mute = ref != 0 && i != ref && k != NULL && k->read != read_definitions;
        st = known && !mute ? k->read(c, n, i) : PT_OK;
    }
    return st;
}

static PtStatus compile_todo(Compile *c)
{
    PtStatus st = PT_OK;
    while (st == PT_OK && c->todo_count > 0) {
        st = compile_one(c, c->todo[--c->todo_count]);
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

static uint32_t follow_step(const Compile *c, uint32_t place, PtStr step)
{
    const SchemaValue *v = at(c, place);
    uint32_t number;
    if (v->kind == SCHEMA_OBJECT) {
        return schema_doc_member(c->doc, place, step);
    }
    if (v->kind != SCHEMA_ARRAY || !pt_str_to_u32(step, UINT32_MAX - 1, &number)) {
        return 0;
    }
    uint32_t i = v->first;
    while (i != 0 && at(c, i)->place != number) {
        i = at(c, i)->next;
    }
    return i;
}

static uint32_t find_target(Compile *c, PtStr fragment)
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

static PtStatus resolve(Compile *c, const Reference *r)
{
    PtStr ref = at(c, r->place)->text;
    const char *hash = ref.len > 0 ? memchr(ref.data, '#', ref.len) : NULL;
    PtStr document = {ref.data, hash != NULL ? (size_t)(hash - ref.data) : ref.len};
    if (document.len > 0 && !pt_str_eq(document, c->id)) {
        return bad(c, r->place, PT_INVALID, "refers to another document: not taken");
    }
    PtStr fragment = hash != NULL ? (PtStr){hash + 1, ref.len - document.len - 1} : PT_STR("");
    uint32_t target = find_target(c, fragment);
    if (target == 0) {
        return bad(c, r->place, PT_INVALID, "refers to what is not there");
    }
    return child(c, target, &r->node->ref);
}

static PtStatus resolve_all(Compile *c)
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

static PtStatus walk_from(Compile *c, const SchemaNode *root, uint8_t *state, Step *stack)
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
            return bad(c, next->place, PT_INVALID, "refers to itself without going down");
        } else if (state[next->place] == FRESH) {
            state[next->place] = OPEN;
            stack[depth++] = (Step){next, 0};
        }
        if (depth > EVENT_SCHEMA_DEPTH_MAX * 4) {
            return bad(c, root->place, PT_TOO_LARGE, "is a chain of over 256 subschemas");
        }
    }
    return PT_OK;
}

static PtStatus check_loops(Compile *c)
{
    uint8_t *state = calloc(c->doc->count, 1);
    Step *stack = calloc(EVENT_SCHEMA_DEPTH_MAX * 4 + 2, sizeof *stack);
    PtStatus st = state != NULL && stack != NULL ? PT_OK : no_memory(c);
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

static bool has_word(PtStr text, const char *word)
{
    return text.len > 0 && memmem(text.data, text.len, word, strlen(word)) != NULL;
}

static PtStatus choose_draft(Compile *c, uint32_t root)
{
    c->draft = DRAFT_2020;
    uint32_t place = at(c, root)->kind == SCHEMA_OBJECT
                         ? schema_doc_member(c->doc, root, PT_STR("$schema"))
                         : 0;
    if (place == 0) {
        return PT_OK;
    }
    PtStr text = at(c, place)->text;
    if (at(c, place)->kind != SCHEMA_STRING) {
        return bad(c, place, PT_INVALID, "want a text");
    }
    if (has_word(text, "draft-07") || has_word(text, "draft-06")) {
        c->draft = DRAFT_7;
    } else if (has_word(text, "2019-09")) {
        c->draft = DRAFT_2019;
    } else if (!has_word(text, "2020-12")) {
        return bad(c, place, PT_INVALID, "is no draft that is taken: 2020-12, 2019-09, 07, 06");
    }
    return PT_OK;
}

/* The subschema at /properties/<closed>, unless it speaks of further members itself. */
static void close_node(Compile *c)
{
    const SchemaSlot *slot = c->options.closed.len > 0 ? schema_slot(c->s->root, c->options.closed)
                                                       : NULL;
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

static PtStatus compile_root(Compile *c, uint32_t root)
{
    uint32_t values = c->doc->count;
    c->nodes = calloc(values, sizeof *c->nodes);
    c->todo = calloc(values, sizeof *c->todo);
    c->refs = calloc(values, sizeof *c->refs);
    c->anchors = pt_map_new();
    if (c->nodes == NULL || c->todo == NULL || c->refs == NULL || c->anchors == NULL) {
        return no_memory(c);
    }
    PtStatus st = choose_draft(c, root);
    st = st == PT_OK ? child(c, root, &c->s->root) : st;
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
    Compile c = {.s = s, .doc = &s->doc, .options = *options, .err = err};
    uint32_t root = 0;
    schema_doc_clear(&s->doc, true);
    if (!schema_doc_reserve(&s->doc, strlen(s->text))) {
        return no_memory(&c);
    }
    PtStatus st = schema_doc_parse(&s->doc, pt_str(s->text), EVENT_SCHEMA_DEPTH_MAX, NULL, NULL,
                                   &root, err);
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
    for (uint32_t i = 0; i < s->code_count; i++) {
        pcre2_code_free(s->codes[i]);
    }
    free(s->codes);
    schema_doc_done(&s->doc);
    pt_arena_free(s->arena);
    free(s->text);
    free(s);
}
