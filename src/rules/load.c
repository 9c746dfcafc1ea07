// SPDX-License-Identifier: Apache-2.0
/* One pass over an event's payload. The text was checked as JSON when it came in, so what nobody
 * asks for is not checked again but only run over: for the quotes of texts, and for the brackets of
 * objects and lists. On text that is no JSON it stops early, or reads nonsense, within its bounds.
 */
#include "base/time.h"
#include "rules/operands_internal.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { LIST_DIGITS = 10 };

typedef struct Load {
    const RuleOperands *o;
    PtArena *arena;
    PtValue *values;
    PtStatus status;
    bool taken[OPERAND_ROOTS]; /* there was one */
} Load;

/* ---- Running over text ----------------------------------------------------------------------- */

static inline const char *skip_space(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t')) {
        p++;
    }
    return p;
}

/* The next quote or backslash, or the end. */
static inline const char *text_mark(const char *p, const char *end)
{
#ifdef __SSE2__
    for (; end - p >= 16; p += 16) {
        const __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
        const __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')),
                                         _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
        const int mask = _mm_movemask_epi8(hit);
        if (mask != 0) {
            return p + __builtin_ctz((unsigned)mask);
        }
    }
#endif
    while (p < end && *p != '"' && *p != '\\') {
        p++;
    }
    return p;
}

/* The next quote or bracket, or the end: in ASCII '[' and '{', ']' and '}' differ in one bit. */
static inline const char *nesting_mark(const char *p, const char *end)
{
#ifdef __SSE2__
    for (; end - p >= 16; p += 16) {
        const __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
        const __m128i low = _mm_or_si128(v, _mm_set1_epi8(0x20));
        const __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')),
                                         _mm_or_si128(_mm_cmpeq_epi8(low, _mm_set1_epi8('{')),
                                                      _mm_cmpeq_epi8(low, _mm_set1_epi8('}'))));
        const int mask = _mm_movemask_epi8(hit);
        if (mask != 0) {
            return p + __builtin_ctz((unsigned)mask);
        }
    }
#endif
    while (p < end && *p != '"' && (*p | 0x20) != '{' && (*p | 0x20) != '}') {
        p++;
    }
    return p;
}

/* The closing quote of the text that begins at p; NULL: there is none. */
static inline const char *text_end(const char *p, const char *end, bool *ret_escaped)
{
    *ret_escaped = false;
    for (p = text_mark(p, end); p < end && *p == '\\'; p = text_mark(p, end)) {
        *ret_escaped = true;
        p = end - p > 2 ? p + 2 : end;
    }
    return p < end ? p : NULL;
}

#ifdef __SSE2__
typedef struct Marks { /* a bit for each of 64 bytes */
    uint64_t quotes, backslashes, opening, closing;
} Marks;

static inline uint64_t find(const __m128i v[4], char c)
{
    uint64_t bits = 0;
    for (int i = 0; i < 4; i++) {
        const int mask = _mm_movemask_epi8(_mm_cmpeq_epi8(v[i], _mm_set1_epi8(c)));
        bits |= (uint64_t)(uint32_t)mask << (16 * i);
    }
    return bits;
}

static inline Marks marks_at(const char *p)
{
    __m128i v[4], low[4];
    for (int i = 0; i < 4; i++) {
        v[i] = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * (size_t)i));
        low[i] = _mm_or_si128(v[i], _mm_set1_epi8(0x20));
    }
    return (Marks){find(v, '"'), find(v, '\\'), find(low, '{'), find(low, '}')};
}

/* The bytes that a backslash stands before. *escaped: the first of them, then of the next 64. */
static uint64_t escaped_bytes(uint64_t backslashes, bool *escaped)
{
    uint64_t found = *escaped ? 1 : 0;
    uint64_t rest = backslashes & ~found;
    *escaped = false;
    while (rest != 0) {
        const uint64_t next = (rest & -rest) << 1; // 0 behind the last
        *escaped = next == 0;
        found |= next;
        rest &= rest - 1;
        rest &= ~next;
    }
    return found;
}

/* Goes on by 64 bytes while there are as many; *depth 0: returns behind the bracket that closed.
 * *in_text: it stopped within one; *escaped: behind a backslash. */
static inline const char *skip_blocks(const char *p, const char *end, size_t *depth, bool *in_text,
                                      bool *escaped)
{
    uint64_t carry = 0;
    for (; end - p >= 64; p += 64) {
        const Marks m = marks_at(p);
        uint64_t text = m.quotes;
        if (m.backslashes != 0 || *escaped) {
            text &= ~escaped_bytes(m.backslashes, escaped);
        }
        for (unsigned shift = 1; shift < 64; shift *= 2) {
            text ^= text << shift; // between a quote and the next
        }
        text ^= carry;
        const uint64_t closing = m.closing & ~text;
        for (uint64_t rest = closing | (m.opening & ~text); rest != 0; rest &= rest - 1) {
            if ((closing & rest & -rest) == 0) {
                ++*depth;
            } else if (--*depth == 0) {
                return p + __builtin_ctzll(rest) + 1;
            }
        }
        carry = text >> 63 != 0 ? UINT64_MAX : 0;
    }
    *in_text = carry != 0;
    return p;
}
#else
static inline const char *skip_blocks(const char *p, const char *end, size_t *depth, bool *in_text,
                                      bool *escaped)
{
    (void)end;
    (void)depth;
    *in_text = *escaped = false;
    return p;
}
#endif

/* Behind the bracket that closes the one before p; NULL: there is none. */
static const char *skip_nested(const char *p, const char *end)
{
    size_t depth = 1;
    bool in_text = false, escaped = false;
    p = skip_blocks(p, end, &depth, &in_text, &escaped);
    if (in_text) {
        p = text_end(p + (escaped && p < end), end, &escaped);
        if (p == NULL) {
            return NULL;
        }
        p++;
    }
    for (; depth > 0; p++) {
        p = nesting_mark(p, end);
        if (p < end && *p == '"') {
            p = text_end(p + 1, end, &escaped);
            if (p == NULL) {
                return NULL;
            }
        } else if (p < end) {
            depth += (*p | 0x20) == '{' ? 1 : (size_t)-1;
        } else {
            return NULL;
        }
    }
    return p;
}

static const char *word_end(const char *p, const char *end)
{
    while (p < end && *p != ',' && *p != '}' && *p != ']' && (unsigned char)*p > ' ') {
        p++;
    }
    return p;
}

static const char *skip_value(const char *p, const char *end)
{
    bool escaped;
    if (p == end) {
        return NULL;
    }
    if (*p == '"') {
        p = text_end(p + 1, end, &escaped);
        return p != NULL ? p + 1 : NULL;
    }
    return (*p | 0x20) == '{' ? skip_nested(p + 1, end) : word_end(p, end);
}

/* ---- Scalars --------------------------------------------------------------------------------- */

static PtStr decoded(Load *l, PtStr raw)
{
    PtBuf text;
    pt_buf_init(&text, 3 * raw.len + 1); // what is no escape is read as U+FFFD
    pt_json_decode(raw, &text);
    const PtStr kept = pt_buf_status(&text) == PT_OK ? pt_arena_str(l->arena, pt_buf_str(&text))
                                                     : (PtStr){NULL, 0};
    pt_buf_done(&text);
    if (kept.data == NULL) {
        l->status = PT_NO_MEMORY;
    }
    return kept;
}

static PtValue number_of(PtStr text)
{
    PtStr digits;
    if (!pt_json_number_of(text, &digits)) {
        return (PtValue){.kind = PT_VALUE_NONE};
    }
    return (PtValue){.kind = PT_VALUE_NUMBER, .number = pt_json_to_double(digits), .text = digits};
}

static PtValue text_as(PtStr text, RuleAs as)
{
    int64_t ms;
    if (as == RULE_AS_NUMBER) {
        return number_of(text);
    }
    if (as == RULE_AS_TIME) {
        return pt_time_parse(text, &ms) ? (PtValue){.kind = PT_VALUE_TIME, .time_ms = ms}
                                        : (PtValue){.kind = PT_VALUE_NONE};
    }
    return (PtValue){.kind = PT_VALUE_TEXT, .text = text};
}

/* A number or one of the three words. */
static PtValue word_as(PtStr word, RuleAs as)
{
    if (word.len > 0 && (word.data[0] == '-' || (word.data[0] >= '0' && word.data[0] <= '9'))) {
        return as == RULE_AS_TIME ? (PtValue){.kind = PT_VALUE_NONE} : number_of(word);
    }
    const bool truth = pt_str_eq(word, PT_STR("true"));
    if (as == RULE_AS_IS && (truth || pt_str_eq(word, PT_STR("false")))) {
        return (PtValue){.kind = PT_VALUE_BOOL, .truth = truth};
    }
    return (PtValue){.kind = PT_VALUE_NONE};
}

static void set_text(Load *l, const uint32_t slots[RULE_AS_COUNT], PtStr text)
{
    for (unsigned as = 0; as < RULE_AS_COUNT; as++) {
        if (slots[as] != RULE_NONE) {
            l->values[slots[as]] = text_as(text, (RuleAs)as);
        }
    }
}

static const char *take_scalar(Load *l, const uint32_t slots[RULE_AS_COUNT], const char *p,
                               const char *end)
{
    bool escaped;
    if (*p == '"') {
        const char *quote = text_end(p + 1, end, &escaped);
        if (quote == NULL) {
            return NULL;
        }
        const PtStr raw = {p + 1, (size_t)(quote - p - 1)};
        set_text(l, slots, escaped ? decoded(l, raw) : raw);
        return quote + 1;
    }
    const char *behind = word_end(p, end);
    const PtStr word = {p, (size_t)(behind - p)};
    for (unsigned as = 0; as < RULE_AS_COUNT; as++) {
        if (slots[as] != RULE_NONE) {
            l->values[slots[as]] = word_as(word, (RuleAs)as);
        }
    }
    return behind;
}

/* ---- Walking the tree of names --------------------------------------------------------------- */

/* What an earlier member of the same name said does not hold any more. Recursion is bounded by
 * RULE_PATH_DEPTH. */
static void forget(Load *l, const OperandNode *node)
{
    for (unsigned as = 0; as < RULE_AS_COUNT; as++) {
        if (node->slots[as] != RULE_NONE) {
            l->values[node->slots[as]] = (PtValue){.kind = PT_VALUE_NONE};
        }
    }
    for (uint32_t child = node->child; child != RULE_NONE; child = l->o->nodes[child].next) {
        forget(l, &l->o->nodes[child]);
    }
}

static const char *take_value(Load *l, uint32_t at, const char *p, const char *end);

/* The key whose text begins at p, and its colon. Returns where the value begins. */
static const char *take_key(Load *l, const char *p, const char *end, PtStr *ret_key)
{
    bool escaped;
    const char *quote = text_end(p, end, &escaped);
    if (quote == NULL) {
        return NULL;
    }
    const PtStr raw = {p, (size_t)(quote - p)};
    *ret_key = escaped ? decoded(l, raw) : raw;
    p = skip_space(quote + 1, end);
    return p < end && *p == ':' ? skip_space(p + 1, end) : NULL;
}

/* p is behind the opening bracket. Returns behind the closing one, or NULL. */
static const char *take_object(Load *l, uint32_t at, const char *p, const char *end)
{
    for (p = skip_space(p, end); p < end && *p == '"'; p = skip_space(p, end)) {
        PtStr key = {NULL, 0};
        p = take_key(l, p + 1, end, &key);
        if (p == NULL || p == end) {
            return NULL;
        }
        const uint32_t child = rule_operand_child(l->o, at, key);
        p = child != 0 ? take_value(l, child, p, end) : skip_value(p, end);
        p = p != NULL ? skip_space(p, end) : end;
        if (p == end || *p != ',') {
            break;
        }
        p = skip_space(p + 1, end);
    }
    return p < end && *p == '}' ? p + 1 : NULL;
}

static const char *take_list(Load *l, uint32_t at, const char *p, const char *end)
{
    char name[LIST_DIGITS];
    p = skip_space(p, end);
    for (unsigned index = 0; p < end && *p != ']'; index++) {
        char *first = name + sizeof name;
        for (unsigned left = index; left > 0 || first == name + sizeof name; left /= 10) {
            *--first = (char)('0' + left % 10);
        }
        const PtStr digits = {first, (size_t)(name + sizeof name - first)};
        const uint32_t child = rule_operand_child(l->o, at, digits);
        p = child != 0 ? take_value(l, child, p, end) : skip_value(p, end);
        p = p != NULL ? skip_space(p, end) : end;
        if (p == end || *p != ',') {
            break;
        }
        p = skip_space(p + 1, end);
    }
    return p < end && *p == ']' ? p + 1 : NULL;
}

/* A value that is asked for, or lies on the way to one. Recursion is bounded by RULE_PATH_DEPTH. */
static const char *take_value(Load *l, uint32_t at, const char *p, const char *end)
{
    const OperandNode *node = &l->o->nodes[at];
    if (node->child != RULE_NONE && (at >= OPERAND_ROOTS || l->taken[at])) {
        forget(l, node);
    }
    if (at < OPERAND_ROOTS) {
        l->taken[at] = true;
    }
    if (*p != '{' && *p != '[') {
        return take_scalar(l, node->slots, p, end);
    }
    for (unsigned as = 0; as < RULE_AS_COUNT; as++) {
        if (node->slots[as] != RULE_NONE) {
            const bool there = as == RULE_AS_IS;
            l->values[node->slots[as]] = (PtValue){.kind = there ? PT_VALUE_WHOLE : PT_VALUE_NONE};
        }
    }
    if (*p == '{') {
        return node->child != RULE_NONE ? take_object(l, at, p + 1, end) : skip_nested(p + 1, end);
    }
    return node->elements ? take_list(l, at, p + 1, end) : skip_nested(p + 1, end);
}

/* ---- The event ------------------------------------------------------------------------------- */

static void take_context(Load *l, PtStr object)
{
    if (object.len > 0) {
        (void)take_object(l, OPERAND_CONTEXT, object.data + 1, object.data + object.len);
    }
}

/* Goes over the members of an event, or of what its batch said. properties: those are taken.
 * ret_context: the last context that is an object; NULL: it is taken at once. */
static void take_members(Load *l, PtStr object, bool properties, PtStr *ret_context)
{
    const char *end = object.data + object.len, *p = skip_space(object.data, end);
    for (bool more = p < end && *p == '{'; more; more = p != NULL && p < end && *p == ',') {
        p = skip_space(p + 1, end);
        PtStr key = {NULL, 0};
        const char *value = p < end && *p == '"' ? take_key(l, p + 1, end, &key) : NULL;
        if (value == NULL || value == end) {
            return;
        }
        const bool context = *value == '{' && pt_str_eq(key, PT_STR("context"));
        if (properties && pt_str_eq(key, PT_STR("properties"))) {
            p = take_value(l, OPERAND_PROPERTIES, value, end);
        } else if (context && ret_context == NULL) {
            p = take_value(l, OPERAND_CONTEXT, value, end);
        } else {
            p = skip_value(value, end);
        }
        if (p != NULL && context && ret_context != NULL) {
            *ret_context = (PtStr){value, (size_t)(p - value)};
        }
        p = p != NULL ? skip_space(p, end) : NULL;
    }
}

/* The connection's address stands in the context where the event asked for it. */
static void take_ip(Load *l, PtStr ip)
{
    const uint32_t at = rule_operand_child(l->o, OPERAND_CONTEXT, PT_STR("ip"));
    if (at == 0 || ip.len == 0) {
        return;
    }
    const OperandNode *node = &l->o->nodes[at];
    if (node->slots[RULE_AS_IS] == RULE_NONE ||
        l->values[node->slots[RULE_AS_IS]].kind == PT_VALUE_NONE) {
        set_text(l, node->slots, ip);
    }
}

/* The event's own members of the context take the place of the batch's, one by one. */
static void take_contexts(Load *l, const EventView *event, bool properties)
{
    PtStr own = {NULL, 0}, common = {NULL, 0};
    take_members(l, event->raw, properties, &own);
    take_members(l, event->common, false, &common);
    take_context(l, common);
    take_context(l, own);
}

static void take_payload(Load *l, const EventView *event)
{
    const bool context = l->o->nodes[OPERAND_CONTEXT].child != RULE_NONE;
    const bool properties = l->o->nodes[OPERAND_PROPERTIES].child != RULE_NONE;
    PtStr ignored = {NULL, 0};
    if (event->raw.len == 0 || (!context && !properties)) {
        return;
    }
    if (context && event->common.len > 0) {
        take_contexts(l, event, properties);
    } else {
        take_members(l, event->raw, properties, context ? NULL : &ignored);
    }
    if (context) {
        take_ip(l, event->ip);
    }
}

static void take_fields(Load *l, const EventView *event)
{
    const RuleOperands *o = l->o;
    if (event->name.len > 0) {
        set_text(l, o->fields[RULE_EVENT], event->name);
    }
    set_text(l, o->fields[RULE_TYPE], event_type_name(event->type));
    for (unsigned as = 0; as < RULE_AS_COUNT; as++) {
        if (o->fields[RULE_TIMESTAMP][as] != RULE_NONE && as != RULE_AS_NUMBER) {
            l->values[o->fields[RULE_TIMESTAMP][as]] =
                (PtValue){.kind = PT_VALUE_TIME, .time_ms = event->timestamp_ms};
        }
    }
}

PtStatus rule_operands_load(const RuleOperands *o, const EventView *event, PtArena *arena,
                            PtValue *values, PtError *err)
{
    Load l = {o, arena, values, PT_OK, {false}};
    for (uint32_t i = 0; i < o->slot_count; i++) {
        values[i] = (PtValue){.kind = PT_VALUE_NONE};
    }
    take_fields(&l, event);
    take_payload(&l, event);
    return l.status == PT_OK ? PT_OK
                             : pt_fail(err, PT_NO_MEMORY, "no memory for what an event says");
}

static RuleField told_field(RuleTold what)
{
    return what == RULE_TOLD_CHANNEL ? RULE_CHANNEL : RULE_SOURCE;
}

bool rule_operands_asks(const RuleOperands *o, RuleTold what)
{
    const uint32_t *slots = o->fields[told_field(what)];
    return slots[RULE_AS_IS] != RULE_NONE || slots[RULE_AS_NUMBER] != RULE_NONE ||
           slots[RULE_AS_TIME] != RULE_NONE;
}

void rule_operands_tell(const RuleOperands *o, RuleTold what, PtStr text, PtValue *values)
{
    Load l = {o, NULL, values, PT_OK, {false}};
    if (text.len > 0) {
        set_text(&l, o->fields[told_field(what)], text);
    }
}

PtStatus rule_operand_read(const RuleOperands *o, uint32_t slot, PtStr json, PtArena *arena,
                           PtValue *ret_value, PtError *err)
{
    PtValue value = {.kind = PT_VALUE_NONE};
    const RuleAs as = (RuleAs)o->slots[slot].as;
    uint32_t slots[RULE_AS_COUNT] = {RULE_NONE, RULE_NONE, RULE_NONE};
    Load l = {o, arena, &value, PT_OK, {false}};
    slots[as] = 0;
    if (json.len > 0 && (*json.data == '{' || *json.data == '[')) {
        value.kind = as == RULE_AS_IS ? PT_VALUE_WHOLE : PT_VALUE_NONE;
    } else if (json.len > 0) {
        (void)take_scalar(&l, slots, json.data, json.data + json.len);
    }
    if (l.status != PT_OK) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a trait");
    }
    *ret_value = value;
    return PT_OK;
}
