// SPDX-License-Identifier: Apache-2.0
/* Runs a schema's program over a value. First quietly, ending at the first fault; only a value that
 * has one is gone through again to tell of them.
 */
#include "events/schema_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    VALUES_MAX = 1 << 17,
    DEPTH_MAX = 1000,        // of calls
    MATCH_WORK = 50,         // of an expression, and one more for each four bytes
    MATCH_STEPS = 1000,      // of an expression, at first
    LONG_MATCH_WORK = 40000, // of one that takes more, ...
    LONG_MATCH_STEPS = 200000,
    JIT_STACK_FIRST = 32 << 10,
    JIT_STACK_MAX = 512 << 10,
    FEW_ITEMS = 16,
};

struct EventSchemaRun {
    SchemaDoc doc;
    const EventSchema *schema;
    int32_t work; // left
    uint32_t depth;
    bool quiet, unplanned;
    EventSchemaFault faults[EVENT_SCHEMA_FAULTS_MAX];
    size_t count;
    pcre2_match_data *match;
    pcre2_match_context *limits;
    pcre2_jit_stack *stack;
    uint32_t *set; // of items, by hash
    size_t set_cap;
};

EventSchemaRun *event_schema_run_new(void)
{
    EventSchemaRun *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return NULL;
    }
    schema_doc_init(&r->doc, VALUES_MAX);
    r->match = pcre2_match_data_create(1, NULL);
    r->limits = pcre2_match_context_create(NULL);
    r->stack = pcre2_jit_stack_create(JIT_STACK_FIRST, JIT_STACK_MAX, NULL);
    if (r->match == NULL || r->limits == NULL) {
        event_schema_run_free(r);
        return NULL;
    }
    if (r->stack != NULL) { // NULL where there is no JIT
        pcre2_jit_stack_assign(r->limits, NULL, r->stack);
    }
    return r;
}

void event_schema_run_free(EventSchemaRun *r)
{
    if (r == NULL) {
        return;
    }
    schema_doc_done(&r->doc);
    pcre2_match_data_free(r->match);
    pcre2_match_context_free(r->limits);
    pcre2_jit_stack_free(r->stack);
    free(r->set);
    free(r);
}

static bool eval(EventSchemaRun *r, const SchemaNode *n, uint32_t value);

static bool eval_quietly(EventSchemaRun *r, const SchemaNode *n, uint32_t value)
{
    bool before = r->quiet;
    r->quiet = true;
    bool ok = eval(r, n, value);
    r->quiet = before;
    return ok;
}

static const SchemaValue *at(const EventSchemaRun *r, uint32_t value)
{
    return &r->doc.v[value];
}

/* -- faults
 * -------------------------------------------------------------------------------------------------------
 */

static EventSchemaFault *new_fault(EventSchemaRun *r, uint32_t value, const char *keyword)
{
    if (r->quiet || r->count == EVENT_SCHEMA_FAULTS_MAX) {
        return NULL;
    }
    EventSchemaFault *f = &r->faults[r->count++];
    schema_doc_pointer(&r->doc, value, false, f->pointer);
    schema_doc_pointer(&r->doc, value, true, f->path);
    f->keyword = keyword;
    return f;
}

/* False, and the fault is noted when faults are wanted. */
static bool fault(EventSchemaRun *r, uint32_t value, const char *keyword, const char *fmt, ...)
    PT_PRINTF(4, 5);

static bool fault(EventSchemaRun *r, uint32_t value, const char *keyword, const char *fmt, ...)
{
    EventSchemaFault *f = new_fault(r, value, keyword);
    if (f != NULL) {
        va_list args;
        va_start(args, fmt);
        int n = vsnprintf(f->message, sizeof f->message, fmt, args);
        va_end(args);
        size_t len = n < 0 ? 0 : (size_t)n < sizeof f->message ? (size_t)n : sizeof f->message - 1;
        while (len > 0 && !pt_utf8_valid((PtStr){f->message, len})) {
            len--; // no half character
        }
        f->message[len] = '\0';
        schema_one_line(f->message);
    }
    return false;
}

static const char *noun_of(unsigned kind)
{
    switch (kind) {
    case SCHEMA_NULL:
        return "null";
    case SCHEMA_BOOLEAN:
        return "a boolean";
    case SCHEMA_NUMBER:
        return "a number";
    case SCHEMA_STRING:
        return "a text";
    case SCHEMA_ARRAY:
        return "a list";
    default:
        return "an object";
    }
}

static bool wrong_type(EventSchemaRun *r, const SchemaNode *n, uint32_t value)
{
    static const char *const names[] = {"null",  "boolean", "number", "string",
                                        "array", "object",  "integer"};
    char wanted[80] = "";
    size_t len = 0;
    for (unsigned bit = 0; !r->quiet && bit < sizeof names / sizeof *names; bit++) {
        if ((n->types >> bit & 1) != 0) {
            len += (size_t)snprintf(wanted + len, sizeof wanted - len, "%s%s",
                                    len > 0 ? " or " : "", names[bit]);
        }
    }
    return fault(r, value, "type", "is %s, want %s", noun_of(at(r, value)->kind), wanted);
}

/* Up to 40 characters of a text, for a message. */
static PtStr shown(PtStr text)
{
    enum { SHOWN = 40 };
    size_t len = 0;
    for (unsigned i = 0; i < SHOWN && len < text.len; i++) {
        size_t step = pt_utf8_step(text.data + len, text.data + text.len);
        len += step > 0 ? step : 1;
    }
    return (PtStr){text.data, len < text.len ? len : text.len};
}

/* -- texts and numbers
 * -------------------------------------------------------------------------------------------------------
 */

static bool matches(EventSchemaRun *r, const pcre2_code *code, PtStr text)
{
    PCRE2_SPTR subject = (PCRE2_SPTR)(text.data != NULL ? text.data : "");
    r->work -= MATCH_WORK + (int32_t)(text.len / 4);
    if (r->work <= 0) {
        return false;
    }
    (void)pcre2_set_match_limit(r->limits, MATCH_STEPS);
    int rc = pcre2_match(code, subject, text.len, 0, PCRE2_NO_UTF_CHECK, r->match, r->limits);
    if (rc == PCRE2_ERROR_MATCHLIMIT) {
        r->work -= LONG_MATCH_WORK;
        (void)pcre2_set_match_limit(r->limits, LONG_MATCH_STEPS);
        rc = r->work > 0
                 ? pcre2_match(code, subject, text.len, 0, PCRE2_NO_UTF_CHECK, r->match, r->limits)
                 : rc;
    }
    if (rc < 0 && rc != PCRE2_ERROR_NOMATCH) {
        r->work = 0; // over the limit: no verdict
    }
    return rc >= 0;
}

static bool check_string(EventSchemaRun *r, const SchemaNode *n, uint32_t value)
{
    PtStr text = at(r, value)->text;
    bool ok = true;
    if (n->min_length >= 0 || n->max_length >= 0) {
        int64_t len = (int64_t)schema_characters(text);
        r->work -= (int32_t)(text.len / 64);
        if (len < n->min_length) {
            ok = fault(r, value, "minLength", "has %lld characters, want at least %lld",
                       (long long)len, (long long)n->min_length);
        }
        if (n->max_length >= 0 && len > n->max_length) {
            ok = fault(r, value, "maxLength", "has %lld characters, want at most %lld",
                       (long long)len, (long long)n->max_length);
        }
    }
    if (n->pattern != NULL && (ok || !r->quiet) && !matches(r, n->pattern, text)) {
        ok = fault(r, value, "pattern", "\"%.*s\" does not match %.*s", PT_STR_ARG(shown(text)),
                   PT_STR_ARG(shown(n->pattern_text)));
    }
    if (n->format != NULL && (ok || !r->quiet) && !n->format(text)) {
        ok = fault(r, value, "format", "\"%.*s\" is no %.*s", PT_STR_ARG(shown(text)),
                   PT_STR_ARG(shown(n->format_name)));
    }
    return ok;
}

static bool check_number(EventSchemaRun *r, const SchemaNode *n, uint32_t value)
{
    PtStr text = at(r, value)->text;
    long double d = schema_number(text);
    bool ok = true;
#define OUTSIDE(field, operator, keyword, words)                                                   \
    if (n->field.data != NULL && (d operator n->field##_value)) {                                  \
        ok = fault(r, value, keyword, "is %.*s, want " words " %.*s", PT_STR_ARG(shown(text)),     \
                   PT_STR_ARG(shown(n->field)));                                                   \
    }
    OUTSIDE(minimum, <, "minimum", "at least")
    OUTSIDE(maximum, >, "maximum", "at most")
    OUTSIDE(over, <=, "exclusiveMinimum", "over")
    OUTSIDE(under, >=, "exclusiveMaximum", "under")
#undef OUTSIDE
    if (n->multiple.data != NULL && !schema_is_multiple(text, n->multiple)) {
        ok = fault(r, value, "multipleOf", "is %.*s, want a multiple of %.*s",
                   PT_STR_ARG(shown(text)), PT_STR_ARG(shown(n->multiple)));
    }
    return ok;
}

/* -- lists
 * -------------------------------------------------------------------------------------------------------
 */

static uint64_t mix(uint64_t h, uint64_t more)
{
    h = (h ^ more) * UINT64_C(0x9E3779B97F4A7C15);
    return h ^ h >> 29;
}

/* Equal for values that are equal. */
static uint64_t value_hash(EventSchemaRun *r, uint32_t value)
{
    const SchemaValue *v = at(r, value);
    uint64_t h = mix(v->kind, v->count);
    r->work--;
    if (v->kind == SCHEMA_NUMBER) {
        double d = (double)schema_number(v->text);
        uint64_t bits;
        d = d == 0 ? 0 : d; // -0 is 0
        memcpy(&bits, &d, sizeof bits);
        return mix(h, bits);
    }
    if (v->kind == SCHEMA_STRING) {
        return mix(h, schema_hash(v->text));
    }
    if (v->kind == SCHEMA_BOOLEAN) {
        return mix(h, (unsigned char)v->text.data[0]);
    }
    for (uint32_t i = v->first; i != 0 && r->work > 0; i = at(r, i)->next) {
        uint64_t inner = value_hash(r, i);
        h = v->kind == SCHEMA_OBJECT ? h + mix(schema_hash(at(r, i)->key), inner) : mix(h, inner);
    }
    return h;
}

static bool make_set(EventSchemaRun *r, size_t cap)
{
    if (r->set_cap < cap) {
        uint32_t *grown = realloc(r->set, cap * sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        r->set = grown;
        r->set_cap = cap;
    }
    memset(r->set, 0, cap * sizeof *r->set);
    return true;
}

/* Two equal items: *ret_again is the second. False when all differ, or there is no work left. */
static bool find_equal(EventSchemaRun *r, uint32_t list, uint32_t *ret_again)
{
    size_t cap = FEW_ITEMS;
    while (cap < (size_t)at(r, list)->count * 2) {
        cap *= 2;
    }
    if (!make_set(r, cap)) {
        r->work = 0;
        return false;
    }
    for (uint32_t i = at(r, list)->first; i != 0 && r->work > 0; i = at(r, i)->next) {
        size_t slot = (size_t)value_hash(r, i) & (cap - 1);
        for (; r->set[slot] != 0; slot = (slot + 1) & (cap - 1)) {
            if (schema_equal(&r->doc, r->set[slot], &r->doc, i, &r->work)) {
                *ret_again = i;
                return true;
            }
        }
        r->set[slot] = i;
    }
    return false;
}

static bool check_contains(EventSchemaRun *r, const SchemaNode *n, uint32_t value)
{
    int64_t found = 0, least = n->min_contains >= 0 ? n->min_contains : 1;
    for (uint32_t i = at(r, value)->first; i != 0 && r->work > 0; i = at(r, i)->next) {
        found += eval_quietly(r, n->contains, i);
    }
    if (found < least) {
        return fault(r, value, n->min_contains > 0 ? "minContains" : "contains",
                     "has %lld items that fit, want at least %lld", (long long)found,
                     (long long)least);
    }
    return n->max_contains < 0 || found <= n->max_contains ||
           fault(r, value, "maxContains", "has %lld items that fit, want at most %lld",
                 (long long)found, (long long)n->max_contains);
}

static bool check_items(EventSchemaRun *r, const SchemaNode *n, uint32_t value)
{
    bool ok = true;
    if (n->prefix.count == 0 && n->items == NULL) {
        return true;
    }
    for (uint32_t i = at(r, value)->first; i != 0 && (ok || !r->quiet); i = at(r, i)->next) {
        uint32_t place = at(r, i)->place;
        if (place < n->prefix.count) {
            ok &= eval(r, n->prefix.at[place], i);
        } else if (n->items == NULL) {
            break;
        } else if (n->items->never) {
            ok = fault(r, i, "items", "is one item more than there may be");
        } else {
            ok &= eval(r, n->items, i);
        }
    }
    return ok;
}

static bool check_array(EventSchemaRun *r, const SchemaNode *n, uint32_t value)
{
    int64_t count = at(r, value)->count;
    uint32_t again;
    bool ok = true;
    if (count < n->min_items) {
        ok = fault(r, value, "minItems", "has %lld items, want at least %lld", (long long)count,
                   (long long)n->min_items);
    }
    if (n->max_items >= 0 && count > n->max_items) {
        ok = fault(r, value, "maxItems", "has %lld items, want at most %lld", (long long)count,
                   (long long)n->max_items);
    }
    ok = (ok || !r->quiet) && check_items(r, n, value) && ok;
    if (n->contains != NULL && (ok || !r->quiet)) {
        ok &= check_contains(r, n, value);
    }
    if (n->unique && (ok || !r->quiet) && find_equal(r, value, &again)) {
        ok = fault(r, again, "uniqueItems", "is there twice");
    }
    return ok;
}

/* -- objects
 * -------------------------------------------------------------------------------------------------------
 */

static bool unknown_member(EventSchemaRun *r, const SchemaNode *n, const SchemaSlot *slot,
                           uint32_t member)
{
    if (n->additional != NULL) {
        return n->additional->never
                   ? fault(r, member, "additionalProperties", "is not in the schema")
                   : eval(r, n->additional, member);
    }
    if (n->closed && slot == NULL) {
        r->unplanned = true;
        (void)fault(r, member, "unplanned_property", "is not in the plan");
    }
    return true;
}

static bool check_name(EventSchemaRun *r, const SchemaNode *n, uint32_t member)
{
    SchemaValue *name = &r->doc.v[0]; // the place that no value has
    *name = (SchemaValue){.kind = SCHEMA_STRING, .text = at(r, member)->key};
    bool ok = eval_quietly(r, n->names, 0);
    *name = (SchemaValue){0};
    return ok || fault(r, member, "propertyNames", "has a name that does not fit");
}

static bool check_member(EventSchemaRun *r, const SchemaNode *n, const SchemaSlot *slot,
                         uint32_t member)
{
    bool known = slot != NULL && slot->node != NULL;
    bool ok = !known || eval(r, slot->node, member);
    for (uint32_t i = 0; i < n->pattern_count && (ok || !r->quiet); i++) {
        if (matches(r, n->patterns[i].code, at(r, member)->key)) {
            known = true;
            ok &= eval(r, n->patterns[i].node, member);
        }
    }
    if (!known && (ok || !r->quiet)) {
        ok &= unknown_member(r, n, slot, member);
    }
    if (n->names != NULL && (ok || !r->quiet)) {
        ok &= check_name(r, n, member);
    }
    return ok;
}

static bool missing(EventSchemaRun *r, uint32_t object, PtStr key, const char *keyword)
{
    EventSchemaFault *f = new_fault(r, object, keyword);
    if (f != NULL) { // told at the member that should be there
        (void)schema_pointer_step(f->pointer, strlen(f->pointer), key);
        (void)schema_pointer_step(f->path, strlen(f->path), key);
        memcpy(f->message, "is missing", sizeof "is missing");
    }
    return false;
}

static bool check_required(EventSchemaRun *r, const SchemaNode *n, uint32_t value)
{
    for (uint32_t i = 0; !r->quiet && i <= n->slot_mask; i++) {
        const SchemaSlot *slot = &n->slots[i];
        if (slot->required && schema_doc_member(&r->doc, value, slot->key) == 0) {
            (void)missing(r, value, slot->key, "required");
        }
    }
    return false;
}

static bool check_depends(EventSchemaRun *r, const SchemaNode *n, uint32_t value)
{
    bool ok = true;
    for (uint32_t i = 0; i < n->depends_count && (ok || !r->quiet); i++) {
        const SchemaDepends *d = &n->depends[i];
        r->work -= 1 + (int32_t)(at(r, value)->count / 4);
        if (r->work <= 0 || schema_doc_member(&r->doc, value, d->key) == 0) {
            continue;
        }
        ok &= d->node == NULL || eval(r, d->node, value);
        for (uint32_t k = 0; k < d->keys.count && r->work > 0; k++) {
            r->work -= 1 + (int32_t)(at(r, value)->count / 4);
            if (schema_doc_member(&r->doc, value, d->keys.at[k]) == 0) {
                ok = missing(r, value, d->keys.at[k], "dependentRequired");
            }
        }
    }
    return ok;
}

static bool check_object(EventSchemaRun *r, const SchemaNode *n, uint32_t value)
{
    int64_t count = at(r, value)->count;
    uint32_t required = 0;
    bool ok = true;
    if (count < n->min_properties) {
        ok = fault(r, value, "minProperties", "has %lld members, want at least %lld",
                   (long long)count, (long long)n->min_properties);
    }
    if (n->max_properties >= 0 && count > n->max_properties) {
        ok = fault(r, value, "maxProperties", "has %lld members, want at most %lld",
                   (long long)count, (long long)n->max_properties);
    }
    for (uint32_t i = at(r, value)->first; i != 0 && (ok || !r->quiet) && r->work > 0;
         i = at(r, i)->next) {
        const SchemaSlot *slot = schema_slot(n, at(r, i)->key);
        r->work--;
        required += slot != NULL && slot->required;
        ok &= check_member(r, n, slot, i);
    }
    if (required < n->required && (ok || !r->quiet)) {
        ok = check_required(r, n, value);
    }
    return (ok || !r->quiet) && check_depends(r, n, value) && ok;
}

/* -- of any kind
 * -------------------------------------------------------------------------------------------------------
 */

static bool has_type(const EventSchemaRun *r, const SchemaNode *n, uint32_t value)
{
    const SchemaValue *v = at(r, value);
    return (n->types & v->kind) != 0 || ((n->types & SCHEMA_INTEGER) != 0 &&
                                         v->kind == SCHEMA_NUMBER && schema_is_integer(v->text));
}

static bool check_enum(EventSchemaRun *r, const SchemaNode *n, uint32_t value)
{
    const SchemaDoc *doc = &r->schema->doc;
    for (uint32_t i = doc->v[n->enum_values].first; i != 0 && r->work > 0; i = doc->v[i].next) {
        if (schema_equal(doc, i, &r->doc, value, &r->work)) {
            return true;
        }
    }
    if (at(r, value)->kind == SCHEMA_STRING) {
        return fault(r, value, "enum", "\"%.*s\" is none of the %u values",
                     PT_STR_ARG(shown(at(r, value)->text)), doc->v[n->enum_values].count);
    }
    return fault(r, value, "enum", "is none of the %u values", doc->v[n->enum_values].count);
}

static bool check_one_of(EventSchemaRun *r, const SchemaNode *n, uint32_t value)
{
    uint32_t fit = 0;
    for (uint32_t i = 0; i < n->one_of.count && fit < 2; i++) {
        fit += eval_quietly(r, n->one_of.at[i], value);
    }
    return fit == 1 || fault(r, value, "oneOf", "fits %s of %u schemas, want one",
                             fit == 0 ? "none" : "more than one", n->one_of.count);
}

static bool check_any_of(EventSchemaRun *r, const SchemaNode *n, uint32_t value)
{
    for (uint32_t i = 0; i < n->any_of.count; i++) {
        if (eval_quietly(r, n->any_of.at[i], value)) {
            return true;
        }
    }
    return n->any_of.count == 0 ||
           fault(r, value, "anyOf", "fits none of %u schemas", n->any_of.count);
}

static bool check_logic(EventSchemaRun *r, const SchemaNode *n, uint32_t value)
{
    bool ok = n->ref == NULL || eval(r, n->ref, value);
    for (uint32_t i = 0; i < n->all_of.count && (ok || !r->quiet); i++) {
        ok &= eval(r, n->all_of.at[i], value);
    }
    if (n->any_of.count > 0 && (ok || !r->quiet)) {
        ok &= check_any_of(r, n, value);
    }
    if (n->one_of.count > 0 && (ok || !r->quiet)) {
        ok &= check_one_of(r, n, value);
    }
    if (n->no != NULL && (ok || !r->quiet) && eval_quietly(r, n->no, value)) {
        ok = fault(r, value, "not", "fits what it must not fit");
    }
    if (n->when != NULL && (n->then != NULL || n->otherwise != NULL) && (ok || !r->quiet)) {
        const SchemaNode *next = eval_quietly(r, n->when, value) ? n->then : n->otherwise;
        ok &= next == NULL || eval(r, next, value);
    }
    return ok;
}

static bool check_kind(EventSchemaRun *r, const SchemaNode *n, uint32_t value)
{
    switch (at(r, value)->kind) {
    case SCHEMA_STRING:
        return !n->any_string || check_string(r, n, value);
    case SCHEMA_NUMBER:
        return !n->any_number || check_number(r, n, value);
    case SCHEMA_ARRAY:
        return !n->any_array || check_array(r, n, value);
    case SCHEMA_OBJECT:
        return !(n->any_object || n->closed) || check_object(r, n, value);
    default:
        return true;
    }
}

static bool eval(EventSchemaRun *r, const SchemaNode *n, uint32_t value)
{
    if (--r->work <= 0 || r->depth >= DEPTH_MAX) {
        r->work = 0;
        return false;
    }
    if (n->never) {
        return fault(r, value, "false", "may not be there");
    }
    if (n->types != 0 && !has_type(r, n, value)) {
        return wrong_type(r, n, value); // the rest would only say the same again
    }
    r->depth++;
    bool ok = check_kind(r, n, value);
    if (n->const_value != 0 && (ok || !r->quiet) &&
        !schema_equal(&r->schema->doc, n->const_value, &r->doc, value, &r->work)) {
        ok = fault(r, value, "const", "is not the one value that it may be");
    }
    if (n->enum_values != 0 && (ok || !r->quiet)) {
        ok &= check_enum(r, n, value);
    }
    ok = (ok || !r->quiet) && check_logic(r, n, value) && ok;
    r->depth--;
    return ok;
}

/* -- the door
 * -------------------------------------------------------------------------------------------------------
 */

static bool is_wanted(const void *ctx, PtStr key)
{
    const EventSchema *s = ctx;
    const SchemaSlot *slot = schema_slot(s->root, key);
    return slot != NULL && slot->node != NULL;
}

static const PtStr merged[] = {PT_STR_INIT("context"), PT_STR_INIT("integrations")};

static bool is_merged(const void *ctx, PtStr key)
{
    (void)ctx;
    return pt_str_eq(key, merged[0]) || pt_str_eq(key, merged[1]);
}

/* What the batch says stands in the value too. */
static PtStatus merge(EventSchemaRun *r, uint32_t root, PtStr common, PtError *err)
{
    uint32_t other;
    PtStatus st =
        schema_doc_parse(&r->doc, common, EVENT_SCHEMA_DEPTH_MAX, is_merged, NULL, &other, err);
    for (size_t i = 0; st == PT_OK && i < sizeof merged / sizeof *merged; i++) {
        uint32_t own = schema_doc_member(&r->doc, root, merged[i]);
        uint32_t given = schema_doc_member(&r->doc, other, merged[i]);
        if (given == 0 || at(r, given)->kind != SCHEMA_OBJECT) {
            continue;
        }
        if (own == 0) {
            schema_doc_link(&r->doc, root, given);
        } else if (at(r, own)->kind == SCHEMA_OBJECT && !schema_doc_merge(&r->doc, own, given)) {
            st = pt_fail(err, PT_TOO_LARGE, "too many members of %s", merged[i].data);
        }
    }
    return st;
}

static bool run(EventSchemaRun *r, uint32_t root, bool quiet)
{
    r->work = EVENT_SCHEMA_WORK_MAX;
    r->depth = 0;
    r->count = 0;
    r->quiet = quiet;
    r->unplanned = false;
    bool ok = eval(r, r->schema->root, root);
    if (r->work <= 0) { // what was found so far may be wrong: it hung on the answer
        r->count = 0;
        r->quiet = false;
        return fault(r, root, "work", "takes more than %d units of work to check",
                     EVENT_SCHEMA_WORK_MAX);
    }
    return ok;
}

static bool has_unplanned(const EventSchemaRun *r)
{
    for (size_t i = 0; i < r->count; i++) {
        if (strcmp(r->faults[i].keyword, "unplanned_property") == 0) {
            return true;
        }
    }
    return false;
}

PtStatus event_schema_judge(const EventSchema *schema, EventSchemaRun *r, PtStr text, PtStr common,
                            bool unify, EventSchemaResult *ret_result, PtError *err)
{
    uint32_t root;
    bool with_common = common.len > 0 && schema->context;
    r->schema = schema;
    schema_doc_clear(&r->doc, unify);
    if (!schema_doc_reserve(&r->doc, text.len + (with_common ? common.len : 0))) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to check an event");
    }
    PtStatus st = schema_doc_parse(&r->doc, text, EVENT_SCHEMA_DEPTH_MAX,
                                   schema->whole ? NULL : is_wanted, schema, &root, err);
    if (st == PT_OK && with_common && at(r, root)->kind == SCHEMA_OBJECT) {
        st = merge(r, root, common, err);
    }
    if (st != PT_OK) {
        return st;
    }
    bool valid = run(r, root, true);
    if (r->count == 0 && (!valid || r->unplanned)) { // again, to tell; over the bound it is told
        valid = run(r, root, false);
    }
    *ret_result = (EventSchemaResult){.valid = valid,
                                      .unplanned = has_unplanned(r),
                                      .faults = r->faults,
                                      .count = r->count,
                                      .work = EVENT_SCHEMA_WORK_MAX - r->work};
    return PT_OK;
}
