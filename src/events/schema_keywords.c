// SPDX-License-Identifier: Apache-2.0
/* The keywords of JSON Schema: what each puts into a node of the program. */
#include "events/schema_compile_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { NEW = SCHEMA_DRAFT_2019 | SCHEMA_DRAFT_2020, ALL = SCHEMA_DRAFT_7 | NEW };

static PtStatus children(SchemaCompile *c, uint32_t place, SchemaNodes *ret_nodes)
{
    const SchemaValue *list = schema_at(c, place);
    if (list->kind != SCHEMA_ARRAY || list->count == 0) {
        return schema_bad(c, place, PT_INVALID, "want a list of schemas");
    }
    ret_nodes->at = pt_arena_alloc(c->s->arena, list->count, sizeof *ret_nodes->at);
    if (ret_nodes->at == NULL) {
        return schema_no_memory(c);
    }
    PtStatus st = PT_OK;
    for (uint32_t i = list->first; st == PT_OK && i != 0; i = schema_at(c, i)->next) {
        st = schema_child(c, i, &ret_nodes->at[ret_nodes->count++]);
    }
    return st;
}

static PtStatus want_object(SchemaCompile *c, uint32_t place)
{
    return schema_at(c, place)->kind == SCHEMA_OBJECT
               ? PT_OK
               : schema_bad(c, place, PT_INVALID, "want an object");
}

/* -- expressions
 * -------------------------------------------------------------------------------------------------------
 */

static PtStatus keep_code(SchemaCompile *c, pcre2_code *code)
{
    SchemaCode *kept = pt_arena_alloc(c->s->arena, 1, sizeof *kept);
    if (kept == NULL) {
        pcre2_code_free(code);
        return schema_no_memory(c);
    }
    *kept = (SchemaCode){code, c->s->codes};
    c->s->codes = kept;
    return PT_OK;
}

/* ECMA 262 as PCRE2 can have it: \d and \w are ASCII, $ is the very end, \u0041 is a character. */
static PtStatus expression(SchemaCompile *c, uint32_t place, PtStr text, pcre2_code **ret_code)
{
    if (text.len > EVENT_SCHEMA_PATTERN_MAX) {
        return schema_bad(c, place, PT_TOO_LARGE, "is an expression of over 1024 bytes");
    }
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (context == NULL) {
        return schema_no_memory(c);
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
        return schema_bad(c, place, PT_INVALID, message);
    }
    (void)pcre2_jit_compile(re, PCRE2_JIT_COMPLETE); // slower without
    *ret_code = re;
    return keep_code(c, re);
}

/* -- keywords: each reads the value at `place` into the node
 * -------------------------------------------------------------------------------------------------------
 */

typedef PtStatus (*Reader)(SchemaCompile *c, SchemaNode *n, uint32_t place);

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

static PtStatus add_type(SchemaCompile *c, SchemaNode *n, uint32_t place)
{
    const SchemaValue *v = schema_at(c, place);
    uint8_t kind = v->kind == SCHEMA_STRING ? type_of(v->text) : 0;
    if (kind == 0) {
        return schema_bad(c, place, PT_INVALID, "is none of the seven types");
    }
    n->types |= kind;
    return PT_OK;
}

static PtStatus read_type(SchemaCompile *c, SchemaNode *n, uint32_t place)
{
    if (schema_at(c, place)->kind != SCHEMA_ARRAY) {
        return add_type(c, n, place);
    }
    PtStatus st = schema_at(c, place)->count > 0
                      ? PT_OK
                      : schema_bad(c, place, PT_INVALID, "is an empty list");
    for (uint32_t i = schema_at(c, place)->first; st == PT_OK && i != 0;
         i = schema_at(c, i)->next) {
        st = add_type(c, n, i);
    }
    return st;
}

static PtStatus read_const(SchemaCompile *c, SchemaNode *n, uint32_t place)
{
    (void)c;
    n->const_value = place;
    return PT_OK;
}

static PtStatus read_enum(SchemaCompile *c, SchemaNode *n, uint32_t place)
{
    n->enum_values = place;
    return schema_at(c, place)->kind == SCHEMA_ARRAY
               ? PT_OK
               : schema_bad(c, place, PT_INVALID, "want a list");
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

static PtStatus prepare_slots(SchemaCompile *c, SchemaNode *n, uint32_t place)
{
    uint32_t keys = 0, cap = 4;
    static const PtStr names[] = {PT_STR_INIT("properties"), PT_STR_INIT("required")};
    for (size_t i = 0; i < 2; i++) {
        keys += schema_at(c, schema_doc_member(c->doc, place, names[i]))->count;
    }
    while (cap < keys * 2) {
        cap *= 2;
    }
    n->slots = keys > 0 ? pt_arena_alloc(c->s->arena, cap, sizeof *n->slots) : NULL;
    n->slot_mask = cap - 1;
    return keys == 0 || n->slots != NULL ? PT_OK : schema_no_memory(c);
}

static PtStatus read_properties(SchemaCompile *c, SchemaNode *n, uint32_t place)
{
    PtStatus st = want_object(c, place);
    n->any_object = true;
    for (uint32_t i = schema_at(c, place)->first; st == PT_OK && i != 0;
         i = schema_at(c, i)->next) {
        st = schema_child(c, i, &slot_for(n, schema_at(c, i)->key)->node);
    }
    return st;
}

static PtStatus want_texts(SchemaCompile *c, uint32_t place)
{
    if (schema_at(c, place)->kind != SCHEMA_ARRAY) {
        return schema_bad(c, place, PT_INVALID, "want a list of texts");
    }
    for (uint32_t i = schema_at(c, place)->first; i != 0; i = schema_at(c, i)->next) {
        if (schema_at(c, i)->kind != SCHEMA_STRING) {
            return schema_bad(c, i, PT_INVALID, "want a text");
        }
    }
    return PT_OK;
}

static PtStatus read_required(SchemaCompile *c, SchemaNode *n, uint32_t place)
{
    PtStatus st = want_texts(c, place);
    n->any_object = true;
    for (uint32_t i = schema_at(c, place)->first; st == PT_OK && i != 0;
         i = schema_at(c, i)->next) {
        SchemaSlot *slot = slot_for(n, schema_at(c, i)->text);
        n->required += !slot->required;
        slot->required = true;
    }
    return st;
}

static PtStatus read_patterns(SchemaCompile *c, SchemaNode *n, uint32_t place)
{
    PtStatus st = want_object(c, place);
    n->any_object = true;
    n->patterns = pt_arena_alloc(c->s->arena, schema_at(c, place)->count + 1, sizeof *n->patterns);
    if (st == PT_OK && n->patterns == NULL) {
        return schema_no_memory(c);
    }
    for (uint32_t i = schema_at(c, place)->first; st == PT_OK && i != 0;
         i = schema_at(c, i)->next) {
        SchemaPattern *p = &n->patterns[n->pattern_count++];
        p->text = schema_at(c, i)->key;
        st = expression(c, i, p->text, &p->code);
        st = st == PT_OK ? schema_child(c, i, &p->node) : st;
    }
    return st;
}

#define READ_CHILD(name, field, flag)                                                              \
    static PtStatus read_##name(SchemaCompile *c, SchemaNode *n, uint32_t place)                   \
    {                                                                                              \
        flag;                                                                                      \
        return schema_child(c, place, &n->field);                                                  \
    }
READ_CHILD(additional, additional, n->any_object = true)
READ_CHILD(names, names, n->any_object = true)
READ_CHILD(contains, contains, n->any_array = true)
READ_CHILD(not, no, (void)0)
READ_CHILD(if, when, (void)0)
READ_CHILD(then, then, (void)0)
READ_CHILD(else, otherwise, (void)0)
#undef READ_CHILD

static PtStatus read_all_of(SchemaCompile *c, SchemaNode *n, uint32_t place)
{
    return children(c, place, &n->all_of);
}

static PtStatus read_any_of(SchemaCompile *c, SchemaNode *n, uint32_t place)
{
    return children(c, place, &n->any_of);
}

static PtStatus read_one_of(SchemaCompile *c, SchemaNode *n, uint32_t place)
{
    return children(c, place, &n->one_of);
}

static PtStatus read_prefix(SchemaCompile *c, SchemaNode *n, uint32_t place)
{
    n->any_array = true;
    return children(c, place, &n->prefix);
}

/* Before 2020-12 `items` may be a list, and `additionalItems` is what then follows. */
static PtStatus read_items(SchemaCompile *c, SchemaNode *n, uint32_t place)
{
    n->any_array = true;
    if (schema_at(c, place)->kind != SCHEMA_ARRAY) {
        return schema_child(c, place, &n->items);
    }
    if (c->draft == SCHEMA_DRAFT_2020) {
        return schema_bad(c, place, PT_INVALID,
                          "is a list: that is prefixItems since draft 2020-12 (or give $schema)");
    }
    PtStatus st = schema_at(c, place)->count > 0 ? children(c, place, &n->prefix) : PT_OK;
    uint32_t more =
        schema_doc_member(c->doc, schema_at(c, place)->parent, PT_STR("additionalItems"));
    return st == PT_OK && more != 0 ? schema_child(c, more, &n->items) : st;
}

static PtStatus add_dependence(SchemaCompile *c, SchemaNode *n, uint32_t place)
{
    SchemaDepends *d = &n->depends[n->depends_count++];
    d->key = schema_at(c, place)->key;
    if (schema_at(c, place)->kind != SCHEMA_ARRAY) {
        return schema_child(c, place, &d->node);
    }
    PtStatus st = want_texts(c, place);
    if (st != PT_OK || schema_at(c, place)->count == 0) {
        return st;
    }
    d->keys.at = pt_arena_alloc(c->s->arena, schema_at(c, place)->count, sizeof *d->keys.at);
    if (d->keys.at == NULL) {
        return schema_no_memory(c);
    }
    for (uint32_t i = schema_at(c, place)->first; i != 0; i = schema_at(c, i)->next) {
        d->keys.at[d->keys.count++] = schema_at(c, i)->text;
    }
    return PT_OK;
}

static PtStatus read_depends(SchemaCompile *c, SchemaNode *n, uint32_t place)
{
    PtStatus st = want_object(c, place);
    uint32_t more = schema_at(c, place)->count;
    if (st != PT_OK || more == 0) {
        return st;
    }
    n->any_object = true;
    SchemaDepends *all = pt_arena_alloc(c->s->arena, n->depends_count + more, sizeof *all);
    if (all == NULL) {
        return schema_no_memory(c);
    }
    if (n->depends_count > 0) {
        memcpy(all, n->depends, n->depends_count * sizeof *all);
    }
    n->depends = all;
    for (uint32_t i = schema_at(c, place)->first; st == PT_OK && i != 0;
         i = schema_at(c, i)->next) {
        st = add_dependence(c, n, i);
    }
    return st;
}

static PtStatus read_count(SchemaCompile *c, uint32_t place, int64_t *ret_count)
{
    const SchemaValue *v = schema_at(c, place);
    long double d = v->kind == SCHEMA_NUMBER ? schema_number(v->text) : -1;
    if (d < 0 || !schema_is_integer(v->text)) {
        return schema_bad(c, place, PT_INVALID, "want a whole number from 0");
    }
    *ret_count = d < 1e18L ? (int64_t)d : INT64_MAX;
    return PT_OK;
}

#define READ_COUNT(field, flag)                                                                    \
    static PtStatus read_##field(SchemaCompile *c, SchemaNode *n, uint32_t place)                  \
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

static PtStatus want_number(SchemaCompile *c, SchemaNode *n, uint32_t place, PtStr *ret_text)
{
    if (schema_at(c, place)->kind != SCHEMA_NUMBER) {
        return schema_bad(c, place, PT_INVALID, "want a number");
    }
    n->any_number = true;
    *ret_text = schema_at(c, place)->text;
    return isfinite(schema_number(*ret_text)) ? PT_OK
                                              : schema_bad(c, place, PT_INVALID, "is out of range");
}

#define READ_NUMBER(field)                                                                         \
    static PtStatus read_##field(SchemaCompile *c, SchemaNode *n, uint32_t place)                  \
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

static PtStatus read_multiple(SchemaCompile *c, SchemaNode *n, uint32_t place)
{
    PtStatus st = want_number(c, n, place, &n->multiple);
    return st != PT_OK || schema_number(n->multiple) > 0
               ? st
               : schema_bad(c, place, PT_INVALID, "want a number over 0");
}

static PtStatus read_unique(SchemaCompile *c, SchemaNode *n, uint32_t place)
{
    n->any_array = true;
    n->unique =
        schema_at(c, place)->kind == SCHEMA_BOOLEAN && schema_at(c, place)->text.data[0] == 't';
    return schema_at(c, place)->kind == SCHEMA_BOOLEAN
               ? PT_OK
               : schema_bad(c, place, PT_INVALID, "want true or false");
}

static PtStatus want_text(SchemaCompile *c, uint32_t place)
{
    return schema_at(c, place)->kind == SCHEMA_STRING
               ? PT_OK
               : schema_bad(c, place, PT_INVALID, "want a text");
}

static PtStatus read_pattern(SchemaCompile *c, SchemaNode *n, uint32_t place)
{
    PtStatus st = want_text(c, place);
    n->any_string = true;
    n->pattern_text = schema_at(c, place)->text;
    return st == PT_OK ? expression(c, place, n->pattern_text, &n->pattern) : st;
}

static PtStatus read_format(SchemaCompile *c, SchemaNode *n, uint32_t place)
{
    PtStatus st = want_text(c, place);
    n->format_name = schema_at(c, place)->text;
    n->format = st == PT_OK && c->options.formats ? schema_format_of(n->format_name) : NULL;
    n->any_string = n->any_string || n->format != NULL;
    return st;
}

static PtStatus read_definitions(SchemaCompile *c, SchemaNode *n, uint32_t place)
{
    (void)n;
    const SchemaNode *unused;
    PtStatus st = want_object(c, place);
    for (uint32_t i = schema_at(c, place)->first; st == PT_OK && i != 0;
         i = schema_at(c, i)->next) {
        st = schema_child(c, i, &unused);
    }
    return st;
}

static PtStatus read_ref(SchemaCompile *c, SchemaNode *n, uint32_t place)
{
    PtStatus st = want_text(c, place);
    if (st == PT_OK) {
        c->refs[c->ref_count++] = (SchemaReference){n, place};
    }
    return st;
}

static PtStatus add_anchor(SchemaCompile *c, PtStr name, uint32_t place)
{
    uint32_t schema = schema_at(c, place)->parent;
    void *before = NULL;
    if (!pt_map_set(c->anchors, name, &c->doc->v[schema], &before)) {
        return schema_no_memory(c);
    }
    return before == NULL ? PT_OK : schema_bad(c, place, PT_INVALID, "is there twice");
}

static PtStatus read_anchor(SchemaCompile *c, SchemaNode *n, uint32_t place)
{
    (void)n;
    PtStatus st = want_text(c, place);
    return st == PT_OK ? add_anchor(c, schema_at(c, place)->text, place) : st;
}

static PtStatus read_id(SchemaCompile *c, SchemaNode *n, uint32_t place)
{
    PtStatus st = want_text(c, place);
    if (st != PT_OK) {
        return st;
    }
    PtStr id = schema_at(c, place)->text;
    if (id.len > 1 && id.data[0] == '#' && c->draft == SCHEMA_DRAFT_7) {
        return add_anchor(c, pt_str_from(id, 1), place);
    }
    if (n->place != c->s->root->place) {
        return schema_bad(c, place, PT_INVALID, "names a document inside the document: not taken");
    }
    c->id = id;
    if (c->id.len > 0 && c->id.data[c->id.len - 1] == '#') {
        c->id.len--;
    }
    return PT_OK;
}

static PtStatus refuse(SchemaCompile *c, SchemaNode *n, uint32_t place)
{
    (void)n;
    return schema_bad(c, place, PT_INVALID, "is a keyword that is not taken");
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
    {PT_STR_INIT("$dynamicRef"), SCHEMA_DRAFT_2020, refuse},
    {PT_STR_INIT("$dynamicAnchor"), SCHEMA_DRAFT_2020, refuse},
    {PT_STR_INIT("$recursiveRef"), SCHEMA_DRAFT_2019, refuse},
    {PT_STR_INIT("$recursiveAnchor"), SCHEMA_DRAFT_2019, refuse},
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
    {PT_STR_INIT("prefixItems"), SCHEMA_DRAFT_2020, read_prefix},
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

PtStatus schema_read_keywords(SchemaCompile *c, uint32_t place)
{
    SchemaNode *n = c->nodes[place];
    const SchemaValue *v = schema_at(c, place);
    if (v->kind == SCHEMA_BOOLEAN) {
        n->never = v->text.data[0] == 'f';
        return PT_OK;
    }
    // in draft-07 what stands beside $ref says nothing
    uint32_t ref =
        c->draft == SCHEMA_DRAFT_7 ? schema_doc_member(c->doc, place, PT_STR("$ref")) : 0;
    PtStatus st = prepare_slots(c, n, place);
    for (uint32_t i = v->first; st == PT_OK && i != 0; i = schema_at(c, i)->next) {
        const struct Keyword *k = keyword_of(schema_at(c, i)->key);
        bool known = k != NULL && (k->drafts & c->draft) != 0;
        bool mute = ref != 0 && i != ref && k != NULL && k->read != read_definitions;
        st = known && !mute ? k->read(c, n, i) : PT_OK;
    }
    return st;
}
