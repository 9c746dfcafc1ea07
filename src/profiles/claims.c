// SPDX-License-Identifier: Apache-2.0
/* From an event to its identifiers. */
#include "base/json.h"
#include "profiles/identity_internal.h"

enum {
    PHONE_DIGITS_MIN = 5,
    PHONE_DIGITS_MAX = 15, /* E.164 */
    DECODED_MAX = 8 << 20, /* bytes of one text: more than a body can hold */
};

/* ---- One value ------------------------------------------------------------------------------- */

typedef enum ClaimFound { CLAIM_GOOD, CLAIM_BAD, CLAIM_NO_MEMORY } ClaimFound;

/* The name as the graph has it: in lower case, and '_' for what else separates words. */
static ClaimFound clean_type(PtStr type, PtArena *arena, PtStr *ret_type)
{
    static const char between[] = " -./:";
    if (type.len == 0 || type.len > IDENTITY_TYPE_NAME_MAX) {
        return CLAIM_BAD;
    }
    if (!identity_type_name_valid(type)) {
        char *name = pt_arena_alloc(arena, type.len, 1);
        if (name == NULL) {
            return CLAIM_NO_MEMORY;
        }
        for (size_t i = 0; i < type.len; i++) {
            bool separates = memchr(between, type.data[i], sizeof between - 1) != NULL;
            name[i] = separates ? '_' : pt_ascii_lower(type.data[i]);
        }
        type = (PtStr){name, type.len};
    }
    if (!identity_type_name_valid(type) || pt_str_eq(type, pt_str(identity_event_type))) {
        return CLAIM_BAD;
    }
    *ret_type = type;
    return CLAIM_GOOD;
}

static ClaimFound lower(PtStr value, PtArena *arena, PtStr *ret_value)
{
    size_t i = 0;
    while (i < value.len && pt_ascii_lower(value.data[i]) == value.data[i]) {
        i++;
    }
    *ret_value = value;
    if (i == value.len) {
        return CLAIM_GOOD;
    }
    char *text = pt_arena_alloc(arena, value.len, 1);
    if (text == NULL) {
        return CLAIM_NO_MEMORY;
    }
    for (i = 0; i < value.len; i++) {
        text[i] = pt_ascii_lower(value.data[i]);
    }
    *ret_value = (PtStr){text, value.len};
    return CLAIM_GOOD;
}

static bool is_email(PtStr value)
{
    const char *at = memchr(value.data, '@', value.len);
    size_t before = at != NULL ? (size_t)(at - value.data) : 0;
    size_t behind = at != NULL ? value.len - before - 1 : 0;
    return before > 0 && behind > 0 && memchr(at + 1, '@', behind) == NULL;
}

/* A plus and digits, with what people write between them left out: space, dot, dash, slash,
 * brackets and a trunk prefix "(0)". False: it is something else. */
static bool phone_digits(PtStr value, char out[static PHONE_DIGITS_MAX + 1], size_t *ret_len)
{
    static const char between[] = " .-/()";
    size_t len = 1;
    if (value.len == 0 || value.data[0] != '+') {
        return false;
    }
    out[0] = '+';
    for (PtStr rest = pt_str_from(value, 1); rest.len > 0; rest = pt_str_from(rest, 1)) {
        char c = rest.data[0];
        if (pt_str_starts(rest, PT_STR("(0)"))) {
            rest = pt_str_from(rest, 2);
        } else if (c >= '0' && c <= '9' && len <= PHONE_DIGITS_MAX) {
            out[len++] = c;
        } else if (memchr(between, c, sizeof between - 1) == NULL) {
            return false;
        }
    }
    *ret_len = len;
    return len > PHONE_DIGITS_MIN;
}

/* A number of its country, or of `country`, as E.164 writes it. One with an extension is none, nor
 * one that reads otherwise once it is written so: "+43 00664". */
static bool phone_of_plan(PtStr value, const char *country, char out[static STANDARD_PHONE])
{
    char again[STANDARD_PHONE];
    return country[0] != '\0' && standard_phone_fault(value, country) == STANDARD_FAULT_NONE &&
           standard_phone(value, country, out) == STANDARD_PHONE_E164 &&
           standard_phone(pt_str(out), country, again) == STANDARD_PHONE_E164 &&
           strcmp(out, again) == 0;
}

static ClaimFound phone(PtStr value, const char *country, PtArena *arena, PtStr *ret_value)
{
    char digits[PHONE_DIGITS_MAX + 1], planned[STANDARD_PHONE];
    size_t len = 0;
    *ret_value = value;
    if (phone_of_plan(value, country, planned)) {
        *ret_value = pt_arena_str(arena, pt_str(planned));
        return ret_value->data != NULL ? CLAIM_GOOD : CLAIM_NO_MEMORY;
    }
    if (!phone_digits(value, digits, &len) || len == value.len) {
        return CLAIM_GOOD;
    }
    *ret_value = pt_arena_str(arena, (PtStr){digits, len});
    return ret_value->data != NULL ? CLAIM_GOOD : CLAIM_NO_MEMORY;
}

/* As cards are printed and as they are typed in: "ab-12 34" is AB1234. */
static ClaimFound card(PtStr value, PtArena *arena, PtStr *ret_value)
{
    char *text = pt_arena_alloc(arena, value.len, 1);
    size_t len = 0;
    if (text == NULL) {
        return CLAIM_NO_MEMORY;
    }
    for (size_t i = 0; i < value.len; i++) {
        char c = value.data[i];
        bool space = c == ' ' || (c >= '\t' && c <= '\r');
        if (!space && c != '-') {
            text[len++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
        }
    }
    *ret_value = (PtStr){text, len};
    return CLAIM_GOOD;
}

static ClaimFound clean_value(const IdentityType *rule, PtStr value, PtArena *arena,
                              PtStr *ret_value)
{
    const IdentityForm form = rule->form;
    value = identity_trim(value);
    if (value.len == 0 || value.len > IDENTITY_VALUE_MAX * 2) {
        return CLAIM_BAD; /* no form makes half of it go away that is worth keeping */
    }
    ClaimFound found = CLAIM_GOOD;
    *ret_value = value;
    if (form == IDENTITY_FORM_PHONE) {
        found = phone(value, rule->country, arena, ret_value);
    } else if (form == IDENTITY_FORM_CARD) {
        found = card(value, arena, ret_value);
    } else if (form != IDENTITY_FORM_TRIM) {
        found = lower(value, arena, ret_value);
    }
    bool bad = ret_value->len == 0 || ret_value->len > IDENTITY_VALUE_MAX ||
               (form == IDENTITY_FORM_EMAIL && found == CLAIM_GOOD && !is_email(*ret_value));
    return found == CLAIM_GOOD && bad ? CLAIM_BAD : found;
}

static ClaimFound make_claim(const IdentityRules *rules, PtStr type, PtStr value, PtArena *arena,
                             IdentityClaim *ret_claim)
{
    IdentityClaim claim;
    if (identity_rules_block(rules, value)) {
        return CLAIM_BAD;
    }
    ClaimFound found = clean_type(type, arena, &claim.type);
    if (found == CLAIM_GOOD) {
        const IdentityType *rule = identity_rules_type(rules, claim.type);
        found = clean_value(rule, value, arena, &claim.value);
        bool typed =
            found == CLAIM_GOOD && (rule->form == IDENTITY_FORM_CARD || rule->country[0] != '\0');
        found = typed && identity_rules_block(rules, claim.value) ? CLAIM_BAD : found;
    }
    if (found == CLAIM_GOOD) {
        *ret_claim = claim;
    }
    return found;
}

bool identity_claim(const IdentityRules *rules, PtStr type, PtStr value, PtArena *arena,
                    IdentityClaim *ret_claim)
{
    return make_claim(rules, type, value, arena, ret_claim) == CLAIM_GOOD;
}

/* ---- What an event brings -------------------------------------------------------------------- */

typedef struct Taking {
    const IdentityRules *rules;
    PtArena *arena;
    IdentityClaims *claims;
    uint32_t priority[IDENTITY_CLAIMS_MAX]; /* of each claim: rank_of */
    PtError *err;
} Taking;

static PtStatus no_memory(const Taking *t)
{
    return pt_fail(t->err, PT_NO_MEMORY, "no memory for an event's identifiers");
}

static int order_of(uint32_t priority, PtStr type, uint32_t other, PtStr other_type)
{
    if (priority != other) {
        return priority < other ? -1 : 1;
    }
    size_t shorter = type.len < other_type.len ? type.len : other_type.len;
    int order = memcmp(type.data, other_type.data, shorter);
    return order != 0 ? order : (type.len > other_type.len) - (type.len < other_type.len);
}

static bool has_claim(const IdentityClaims *claims, const IdentityClaim *claim)
{
    for (size_t i = 0; i < claims->count; i++) {
        if (pt_str_eq(claims->items[i].type, claim->type) &&
            pt_str_eq(claims->items[i].value, claim->value)) {
            return true;
        }
    }
    return false;
}

/* Logins come before all that are not. */
static uint32_t rank_of(const IdentityType *type)
{
    enum { BEHIND_LOGINS = 1 << 16 }; /* over any priority */
    return type->mode == IDENTITY_MODE_LOGIN ? type->priority : BEHIND_LOGINS + type->priority;
}

/* By rank, then by the type's name, then as the event has them. */
static void keep_claim(Taking *t, const IdentityClaim *claim)
{
    IdentityClaims *claims = t->claims;
    uint32_t priority = rank_of(identity_rules_type(t->rules, claim->type));
    size_t at = claims->count;
    if (has_claim(claims, claim)) {
        return;
    }
    while (at > 0 &&
           order_of(priority, claim->type, t->priority[at - 1], claims->items[at - 1].type) < 0) {
        at--;
    }
    bool full = claims->count == IDENTITY_CLAIMS_MAX;
    claims->left_out += full;
    if (at == IDENTITY_CLAIMS_MAX) {
        return;
    }
    claims->count += !full;
    size_t behind = claims->count - at - 1;
    memmove(&claims->items[at + 1], &claims->items[at], behind * sizeof *claims->items);
    memmove(&t->priority[at + 1], &t->priority[at], behind * sizeof *t->priority);
    claims->items[at] = *claim;
    t->priority[at] = priority;
}

/* *ret_good (may be NULL): it is an identifier. An empty text says nothing. */
static PtStatus take_text(Taking *t, PtStr type, PtStr text, bool *ret_good)
{
    IdentityClaim claim;
    ClaimFound found =
        text.len > 0 ? make_claim(t->rules, type, text, t->arena, &claim) : CLAIM_BAD;
    if (found == CLAIM_NO_MEMORY) {
        return no_memory(t);
    }
    if (found == CLAIM_GOOD) {
        keep_claim(t, &claim);
    } else {
        t->claims->left_out += text.len > 0;
    }
    if (ret_good != NULL) {
        *ret_good = found == CLAIM_GOOD;
    }
    return PT_OK;
}

/* ---- JSON ------------------------------------------------------------------------------------ */

typedef struct Member {
    PtStr raw; /* the value's text; data NULL: absent */
    unsigned flags;
} Member;

/* The members of an object by name, the last of equal ones; none where it is no object. */
static PtStatus find_members(PtStr object, const PtStr *names, size_t count, Member *ret_members,
                             PtError *err)
{
    PtJson j;
    memset(ret_members, 0, count * sizeof *ret_members);
    if (object.len == 0 || object.data[0] != '{') {
        return PT_OK;
    }
    pt_json_init(&j, object, PT_JSON_MAX_DEPTH);
    PtJsonToken token = pt_json_next(&j);
    while (token == PT_JSON_OBJECT && (token = pt_json_next(&j)) == PT_JSON_KEY) {
        size_t i = 0;
        while (i < count && !pt_json_raw_eq(j.raw, j.flags, names[i])) {
            i++;
        }
        Member m = {{NULL, 0}, 0};
        if (!pt_json_skip(&j, &m.raw, &m.flags, NULL)) {
            return pt_json_error(&j, err);
        }
        if (i < count) {
            ret_members[i] = m;
        }
        token = PT_JSON_OBJECT;
    }
    return token == PT_JSON_OBJECT_END ? PT_OK : pt_json_error(&j, err);
}

/* The text of a string or a number; empty for anything else. */
static PtStatus member_text(Taking *t, Member m, PtStr *ret_text)
{
    *ret_text = (PtStr){NULL, 0};
    if (m.raw.data == NULL) {
        return PT_OK;
    }
    char c = m.raw.data[0];
    if (c == '-' || (c >= '0' && c <= '9')) {
        *ret_text = m.raw;
    }
    if (c != '"') {
        return PT_OK;
    }
    *ret_text = (PtStr){m.raw.data + 1, m.raw.len - 2};
    if ((m.flags & PT_JSON_ESCAPED) == 0) {
        return PT_OK;
    }
    PtBuf text;
    pt_buf_init(&text, DECODED_MAX);
    pt_json_decode(*ret_text, &text);
    *ret_text = pt_buf_status(&text) == PT_OK ? pt_arena_str(t->arena, pt_buf_str(&text))
                                              : (PtStr){NULL, 0};
    pt_buf_done(&text);
    return ret_text->data != NULL ? PT_OK : no_memory(t);
}

static PtStatus take_member(Taking *t, PtStr type, Member m, bool *ret_good)
{
    PtStr text = {NULL, 0};
    PtStatus st = member_text(t, m, &text);
    bool other = m.raw.data != NULL && text.data == NULL && !pt_str_eq(m.raw, PT_STR("null"));
    t->claims->left_out += st == PT_OK && other;
    return st == PT_OK ? take_text(t, type, text, ret_good) : st;
}

/* traits first; context.traits where those say nothing that can be used. */
static PtStatus take_traits(Taking *t, PtStr traits, PtStr context_traits)
{
    static const PtStr names[] = {PT_STR_INIT("email"), PT_STR_INIT("phone")};
    enum { NAMES = sizeof names / sizeof *names };
    Member own[NAMES], context[NAMES];
    PtStatus st = find_members(traits, names, NAMES, own, t->err);
    if (st == PT_OK) {
        st = find_members(context_traits, names, NAMES, context, t->err);
    }
    for (size_t i = 0; st == PT_OK && i < NAMES; i++) {
        bool good = false;
        st = take_member(t, names[i], own[i], &good);
        if (st == PT_OK && !good) {
            st = take_member(t, names[i], context[i], NULL);
        }
    }
    return st;
}

/* {id, type, collection}: of the collection "users", or without one. */
static PtStatus take_external(Taking *t, PtStr object)
{
    static const PtStr names[] = {PT_STR_INIT("id"), PT_STR_INIT("type"),
                                  PT_STR_INIT("collection")};
    Member m[sizeof names / sizeof *names];
    PtStr type = {NULL, 0}, collection = {NULL, 0};
    PtStatus st = find_members(object, names, sizeof names / sizeof *names, m, t->err);
    st = st == PT_OK ? member_text(t, m[1], &type) : st;
    st = st == PT_OK ? member_text(t, m[2], &collection) : st;
    if (st != PT_OK) {
        return st;
    }
    if (collection.len > 0 && !pt_str_eq(collection, PT_STR("users"))) {
        return PT_OK; /* an account's, not the person's */
    }
    return take_member(t, type, m[0], NULL);
}

static PtStatus take_externals(Taking *t, PtStr array)
{
    PtJson j;
    PtStatus st = PT_OK;
    if (array.len == 0 || array.data[0] != '[') {
        return PT_OK;
    }
    pt_json_init(&j, array, PT_JSON_MAX_DEPTH);
    (void)pt_json_next(&j); /* the bracket */
    while (st == PT_OK) {
        PtStr object = {NULL, 0};
        PtJsonToken token = pt_json_next(&j);
        bool opens = token == PT_JSON_OBJECT || token == PT_JSON_ARRAY;
        if (token == PT_JSON_ARRAY_END) {
            break;
        }
        if (token == PT_JSON_ERROR || (opens && !pt_json_skip_open(&j, &object, NULL, NULL))) {
            return pt_json_error(&j, t->err);
        }
        st = take_external(t, object);
    }
    return st;
}

static PtStatus take_device(Taking *t, PtStr device)
{
    static const PtStr name = PT_STR_INIT("id");
    Member id;
    PtStatus st = find_members(device, &name, 1, &id, t->err);
    return st == PT_OK ? take_member(t, PT_STR("device_id"), id, NULL) : st;
}

/* Of the event's own context and of its batch's, member by member: the event's comes first. */
typedef enum ContextMember {
    CONTEXT_TRAITS,
    CONTEXT_IDS,
    CONTEXT_DEVICE,
    CONTEXT_MEMBERS
} ContextMember;

static PtStatus find_context(Taking *t, PtStr context, PtStr common, Member *ret_members)
{
    static const PtStr outer = PT_STR_INIT("context");
    static const PtStr names[CONTEXT_MEMBERS] = {
        [CONTEXT_TRAITS] = PT_STR_INIT("traits"),
        [CONTEXT_IDS] = PT_STR_INIT("externalIds"),
        [CONTEXT_DEVICE] = PT_STR_INIT("device"),
    };
    Member batch[CONTEXT_MEMBERS], of_batch;
    PtStatus st = find_members(context, names, CONTEXT_MEMBERS, ret_members, t->err);
    if (st != PT_OK || common.len == 0) {
        return st;
    }
    st = find_members(common, &outer, 1, &of_batch, t->err);
    if (st == PT_OK) {
        st = find_members(of_batch.raw, names, CONTEXT_MEMBERS, batch, t->err);
    }
    for (size_t i = 0; st == PT_OK && i < CONTEXT_MEMBERS; i++) {
        ret_members[i] = ret_members[i].raw.data != NULL ? ret_members[i] : batch[i];
    }
    return st;
}

/* Known as a user's id where the graph has it as one; the same as the event's own says nothing. */
static PtStatus take_previous(Taking *t, const Identity *graph, PtStr user_id, Member m)
{
    IdentityClaim as_user, own;
    PtStr text = {NULL, 0};
    PtStatus st = member_text(t, m, &text);
    if (st != PT_OK || text.len == 0) {
        return st;
    }
    ClaimFound found = make_claim(t->rules, PT_STR("user_id"), text, t->arena, &as_user);
    ClaimFound mine = make_claim(t->rules, PT_STR("user_id"), user_id, t->arena, &own);
    if (found == CLAIM_NO_MEMORY || mine == CLAIM_NO_MEMORY) {
        return no_memory(t);
    }
    if (found == CLAIM_GOOD && mine == CLAIM_GOOD && pt_str_eq(own.value, as_user.value)) {
        return PT_OK;
    }
    bool user = found == CLAIM_GOOD && graph != NULL &&
                identity_find(graph, as_user.type, as_user.value) != 0;
    return take_text(t, user ? PT_STR("user_id") : PT_STR("anonymous_id"), text, NULL);
}

PtStatus identity_claims(const IdentityRules *rules, const Identity *graph, const EventView *event,
                         PtArena *arena, IdentityClaims *ret_claims, PtError *err)
{
    static const PtStr names[] = {PT_STR_INIT("traits"), PT_STR_INIT("context"),
                                  PT_STR_INIT("previousId")};
    Member m[sizeof names / sizeof *names], context[CONTEXT_MEMBERS];
    IdentityClaims claims;
    Taking t = {.rules = rules, .arena = arena, .claims = &claims, .err = err};
    claims.count = 0;
    claims.left_out = 0;
    PtStatus st = find_members(event->raw, names, sizeof names / sizeof *names, m, err);
    st = st == PT_OK ? find_context(&t, m[1].raw, event->common, context) : st;
    st = st == PT_OK ? take_text(&t, PT_STR("user_id"), event->user_id, NULL) : st;
    st = st == PT_OK ? take_text(&t, PT_STR("anonymous_id"), event->anonymous_id, NULL) : st;
    if (st == PT_OK && event->type == EVENT_ALIAS) {
        st = take_previous(&t, graph, event->user_id, m[2]);
    }
    if (st == PT_OK) {
        PtStr own = event->type == EVENT_GROUP ? (PtStr){NULL, 0} : m[0].raw;
        st = take_traits(&t, own, context[CONTEXT_TRAITS].raw);
    }
    st = st == PT_OK ? take_externals(&t, context[CONTEXT_IDS].raw) : st;
    st = st == PT_OK ? take_device(&t, context[CONTEXT_DEVICE].raw) : st;
    if (st == PT_OK) {
        ret_claims->count = claims.count;
        ret_claims->left_out = claims.left_out;
        memcpy(ret_claims->items, claims.items, claims.count * sizeof *claims.items);
    }
    return st;
}
