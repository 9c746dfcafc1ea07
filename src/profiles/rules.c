// SPDX-License-Identifier: Apache-2.0
/* Rules of identity: the defaults, their JSON, and which values are nobody's. */
#include "base/json.h"
#include "base/map.h"
#include "profiles/identity_internal.h"

#include <assert.h>
#include <stdlib.h>

enum {
    PRIORITY_MAX = 1000,
    LIMIT_MAX = 1000,
    MERGE_CAP_MIN = 2,
    MERGE_CAP_MAX = 1000,
    MERGE_CAP = 200,
    RULES_JSON_DEPTH = 8,
};

const char identity_event_type[] = "event";

static const IdentityType default_types[] = {
    /* by name */
    {"anonymous_id", 3, 5, IDENTITY_FORM_TRIM, IDENTITY_MODE_UNIQUE, ""},
    {"device_id", 3, 5, IDENTITY_FORM_TRIM, IDENTITY_MODE_UNIQUE, ""},
    {"email", 2, 5, IDENTITY_FORM_EMAIL, IDENTITY_MODE_UNIQUE, ""},
    {"phone", 3, 5, IDENTITY_FORM_PHONE, IDENTITY_MODE_UNIQUE, ""},
    {"user_id", 1, 1, IDENTITY_FORM_TRIM, IDENTITY_MODE_UNIQUE, ""},
};

static const IdentityType default_other = {"", 3, 5, IDENTITY_FORM_TRIM, IDENTITY_MODE_UNIQUE, ""};

static const char *const default_blocked[] = {
    "-1",   "anonymous",         "distinct_id", "false", "guest",     "nan",
    "none", "not_authenticated", "null",        "true",  "undefined", "[object object]",
};

static const PtStr form_names[IDENTITY_FORM_COUNT] = {
    [IDENTITY_FORM_TRIM] = PT_STR_INIT("trim"),   [IDENTITY_FORM_LOWER] = PT_STR_INIT("lower"),
    [IDENTITY_FORM_EMAIL] = PT_STR_INIT("email"), [IDENTITY_FORM_PHONE] = PT_STR_INIT("phone"),
    [IDENTITY_FORM_CARD] = PT_STR_INIT("card"),
};

static const PtStr mode_names[IDENTITY_MODE_COUNT] = {
    [IDENTITY_MODE_UNIQUE] = PT_STR_INIT("unique"),
    [IDENTITY_MODE_LOGIN] = PT_STR_INIT("login"),
    [IDENTITY_MODE_IMMUTABLE] = PT_STR_INIT("immutable"),
};

/* ---- Questions ------------------------------------------------------------------------------- */

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

PtStr identity_trim(PtStr s)
{
    while (s.len > 0 && is_space(s.data[0])) {
        s = (PtStr){s.data + 1, s.len - 1};
    }
    while (s.len > 0 && is_space(s.data[s.len - 1])) {
        s.len--;
    }
    return s;
}

static bool around(char c)
{
    return is_space(c) || c == '"' || c == '\'' || c == '`';
}

static PtStr trim_quotes(PtStr s)
{
    while (s.len > 0 && around(s.data[0])) {
        s = (PtStr){s.data + 1, s.len - 1};
    }
    while (s.len > 0 && around(s.data[s.len - 1])) {
        s.len--;
    }
    return s;
}

static bool zeros_and_dashes(PtStr s)
{
    size_t n = 0;
    while (n < s.len && (s.data[n] == '0' || s.data[n] == '-')) {
        n++;
    }
    return n == s.len; /* also when empty */
}

static int order_of_texts(PtStr a, PtStr b)
{
    if (a.len != b.len) {
        return a.len < b.len ? -1 : 1;
    }
    return a.len > 0 ? memcmp(a.data, b.data, a.len) : 0;
}

static int by_text(const void *a, const void *b)
{
    return order_of_texts(*(const PtStr *)a, *(const PtStr *)b);
}

bool identity_rules_block(const IdentityRules *rules, PtStr value)
{
    char lower[IDENTITY_VALUE_MAX];
    PtStr s = trim_quotes(value);
    if (zeros_and_dashes(s)) {
        return true;
    }
    if (rules->blocked_count == 0 || s.len > rules->blocked[rules->blocked_count - 1].len) {
        return false;
    }
    for (size_t i = 0; i < s.len; i++) {
        lower[i] = pt_ascii_lower(s.data[i]);
    }
    PtStr key = {lower, s.len};
    return bsearch(&key, rules->blocked, rules->blocked_count, sizeof key, by_text) != NULL;
}

/* Where the type stands, or would: types are by name. */
static size_t type_place(const IdentityRules *rules, PtStr name, bool *ret_there)
{
    size_t low = 0, high = rules->type_count;
    *ret_there = false;
    while (low < high && !*ret_there) {
        size_t mid = (low + high) / 2;
        PtStr at = pt_str(rules->types[mid].name);
        size_t shorter = at.len < name.len ? at.len : name.len;
        int order = shorter > 0 ? memcmp(at.data, name.data, shorter) : 0;
        order = order != 0 ? order : (at.len > name.len) - (at.len < name.len);
        *ret_there = order == 0;
        low = order < 0 ? mid + 1 : low;
        high = order < 0 ? high : mid;
    }
    return high;
}

const IdentityType *identity_rules_type(const IdentityRules *rules, PtStr name)
{
    bool there = false;
    size_t place = type_place(rules, name, &there);
    return there ? &rules->types[place] : &rules->other;
}

bool identity_type_name_valid(PtStr name)
{
    bool valid = name.len >= 1 && name.len <= IDENTITY_TYPE_NAME_MAX && name.data[0] >= 'a' &&
                 name.data[0] <= 'z';
    for (size_t i = 1; valid && i < name.len; i++) {
        char c = name.data[i];
        valid = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    }
    return valid;
}

/* ---- Making ---------------------------------------------------------------------------------- */

void identity_rules_free(IdentityRules *rules)
{
    if (rules == NULL) {
        return;
    }
    free(rules->blocked);
    free(rules->blocked_text);
    identity_prefers_free(rules->prefers);
    free(rules);
}

static void rules_freep(IdentityRules **rules)
{
    identity_rules_free(*rules);
}

static void drop_doubles(IdentityRules *rules)
{
    size_t kept = 0;
    for (size_t i = 0; i < rules->blocked_count; i++) {
        if (kept == 0 || !pt_str_eq(rules->blocked[kept - 1], rules->blocked[i])) {
            rules->blocked[kept++] = rules->blocked[i];
        }
    }
    rules->blocked_count = kept;
}

/* Takes texts (not yet trimmed, at most IDENTITY_BLOCKED_MAX) as the list of blocked values. */
static PtStatus set_blocked(IdentityRules *rules, const PtStr *texts, size_t count, PtError *err)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        bytes += texts[i].len;
    }
    free(rules->blocked);
    free(rules->blocked_text);
    rules->blocked_count = 0;
    rules->blocked = calloc(count + 1, sizeof *rules->blocked);
    rules->blocked_text = malloc(bytes + 1);
    if (rules->blocked == NULL || rules->blocked_text == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the rules of identity");
    }
    char *at = rules->blocked_text;
    for (size_t i = 0; i < count; i++) {
        PtStr s = trim_quotes(texts[i]);
        if (s.len == 0) {
            continue; /* blocked anyway */
        }
        for (size_t n = 0; n < s.len; n++) {
            at[n] = pt_ascii_lower(s.data[n]);
        }
        rules->blocked[rules->blocked_count++] = (PtStr){at, s.len};
        at += s.len;
    }
    qsort(rules->blocked, rules->blocked_count, sizeof *rules->blocked, by_text);
    drop_doubles(rules);
    return PT_OK;
}

PtStatus identity_rules_default(IdentityRules **ret_rules, PtError *err)
{
    enum { BLOCKED = sizeof default_blocked / sizeof *default_blocked };
    PtStr blocked[BLOCKED];
    PT_CLEANUP(rules_freep) IdentityRules *rules = calloc(1, sizeof *rules);
    if (rules == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the rules of identity");
    }
    memcpy(rules->types, default_types, sizeof default_types);
    rules->type_count = sizeof default_types / sizeof *default_types;
    rules->other = default_other;
    rules->merge_cap = MERGE_CAP;
    for (size_t i = 0; i < BLOCKED; i++) {
        blocked[i] = pt_str(default_blocked[i]);
    }
    PtStatus st = set_blocked(rules, blocked, BLOCKED, err);
    if (st == PT_OK) {
        *ret_rules = PT_TAKE(rules);
    }
    return st;
}

/* ---- Reading JSON ---------------------------------------------------------------------------- */

typedef struct Reader {
    PtJson j;
    IdentityRules *rules;
    PtArena *arena;
    char named[IDENTITY_TYPES_MAX][IDENTITY_TYPE_NAME_MAX + 1]; /* by "types", so far */
    size_t named_count;
    char where[48]; /* "types[3]", "other", "" */
    PtError *err;
} Reader;

static PtStatus no_memory(Reader *r)
{
    return pt_fail(r->err, PT_NO_MEMORY, "no memory for the rules of identity");
}

static PtStatus not_json(Reader *r)
{
    return pt_json_error(&r->j, r->err);
}

static const char *dot(const Reader *r)
{
    return r->where[0] != '\0' ? "." : "";
}

/* The next value is not what the member takes. */
static PtStatus refuse(Reader *r, PtJsonToken token, const char *member, const char *wanted)
{
    if (token == PT_JSON_ERROR) {
        return not_json(r);
    }
    bool shown = token == PT_JSON_NUMBER || token == PT_JSON_STRING;
    size_t len = shown && r->j.raw.len < 60 ? r->j.raw.len : shown ? 60 : 0;
    const char *quote = token == PT_JSON_STRING ? "\"" : "";
    return shown
               ? pt_fail(r->err, PT_INVALID, "%s%s%s is %s%.*s%s, not %s", r->where, dot(r), member,
                         quote, (int)len, r->j.raw.data, quote, wanted)
               : pt_fail(r->err, PT_INVALID, "%s%s%s is not %s", r->where, dot(r), member, wanted);
}

static PtStatus read_number(Reader *r, const char *member, uint32_t low, uint32_t high,
                            uint32_t *ret_number)
{
    char wanted[64];
    PtJsonToken token = pt_json_next(&r->j);
    int64_t n = -1;
    if (token != PT_JSON_NUMBER || !pt_json_to_i64(r->j.raw, &n) || n < low || n > high) {
        (void)snprintf(wanted, sizeof wanted, "a whole number in %u..%u", low, high);
        return refuse(r, token, member, wanted);
    }
    *ret_number = (uint32_t)n;
    return PT_OK;
}

/* The index of the next text among `names`; `wanted` says them to people. */
static PtStatus read_choice(Reader *r, const char *member, const PtStr *names, int count,
                            const char *wanted, int *ret_index)
{
    PtJsonToken token = pt_json_next(&r->j);
    for (int i = 0; token == PT_JSON_STRING && i < count; i++) {
        if (pt_json_raw_eq(r->j.raw, r->j.flags, names[i])) {
            *ret_index = i;
            return PT_OK;
        }
    }
    return refuse(r, token, member, wanted);
}

static PtStatus read_form(Reader *r, IdentityForm *ret_form)
{
    int form = 0;
    PtStatus st = read_choice(r, "form", form_names, IDENTITY_FORM_COUNT,
                              "trim, lower, email, phone or card", &form);
    *ret_form = st == PT_OK ? (IdentityForm)form : *ret_form;
    return st;
}

static PtStatus read_mode(Reader *r, IdentityMode *ret_mode)
{
    int mode = 0;
    PtStatus st = read_choice(r, "mode", mode_names, IDENTITY_MODE_COUNT,
                              "unique, login or immutable", &mode);
    *ret_mode = st == PT_OK ? (IdentityMode)mode : *ret_mode;
    return st;
}

/* As ISO 3166 writes it; null is none. */
static PtStatus read_country(Reader *r, char ret_country[static STANDARD_COUNTRY])
{
    const PtJsonToken token = pt_json_next(&r->j);
    char country[STANDARD_COUNTRY] = "";
    if (token == PT_JSON_STRING) {
        standard_country(r->j.raw, country);
    }
    if (token != PT_JSON_NULL &&
        (token != PT_JSON_STRING || country[0] == '\0' || !pt_str_eq(r->j.raw, pt_str(country)))) {
        return refuse(r, token, "country",
                      "null or two capital letters of a country whose phone numbers are known");
    }
    memcpy(ret_country, country, sizeof country);
    return PT_OK;
}

static PtStatus read_name(Reader *r, IdentityType *ret_type)
{
    PtJsonToken token = pt_json_next(&r->j);
    PtStr name = r->j.raw;
    if (token != PT_JSON_STRING || !identity_type_name_valid(name) ||
        pt_str_eq(name, pt_str(identity_event_type))) {
        return refuse(r, token, "name",
                      "1..40 bytes of a-z, 0-9 and _ that begin with a letter (nor \"event\")");
    }
    memcpy(ret_type->name, name.data, name.len);
    ret_type->name[name.len] = '\0';
    return PT_OK;
}

/* Members of a type or of "other", each with its bit in `seen`. */
typedef enum TypeMember {
    MEMBER_NAME,
    MEMBER_PRIORITY,
    MEMBER_LIMIT,
    MEMBER_FORM,
    MEMBER_MODE,
    MEMBER_COUNTRY,
    MEMBERS
} TypeMember;
static const char *const type_members[MEMBERS] = {"name", "priority", "limit",
                                                  "form", "mode",     "country"};

static PtStatus unknown_member(Reader *r)
{
    size_t len = r->j.raw.len < 60 ? r->j.raw.len : 60;
    return pt_fail(r->err, PT_INVALID, "%s%s\"%.*s\" is no member of the rules", r->where, dot(r),
                   (int)len, r->j.raw.data);
}

/* The index of the key among `names`; PT_INVALID when it is none of them or stands twice. */
static PtStatus read_key(Reader *r, const char *const *names, size_t count, unsigned *seen,
                         size_t *ret_index)
{
    for (size_t i = 0; i < count; i++) {
        if (!pt_json_raw_eq(r->j.raw, r->j.flags, pt_str(names[i]))) {
            continue;
        }
        if ((*seen & 1U << i) != 0) {
            return pt_fail(r->err, PT_INVALID, "%s%s%s stands twice", r->where, dot(r), names[i]);
        }
        *seen |= 1U << i;
        *ret_index = i;
        return PT_OK;
    }
    return unknown_member(r);
}

static PtStatus read_member(Reader *r, size_t member, IdentityType *ret_type)
{
    switch (member) {
    case MEMBER_NAME:
        return read_name(r, ret_type);
    case MEMBER_PRIORITY:
        return read_number(r, "priority", 1, PRIORITY_MAX, &ret_type->priority);
    case MEMBER_LIMIT:
        return read_number(r, "limit", 1, LIMIT_MAX, &ret_type->limit);
    case MEMBER_FORM:
        return read_form(r, &ret_type->form);
    case MEMBER_MODE:
        return read_mode(r, &ret_type->mode);
    default:
        return read_country(r, ret_type->country);
    }
}

/* The members of an object that was just opened. ret_type has what those left out stand for. */
static PtStatus read_members(Reader *r, bool named, IdentityType *ret_type, unsigned *ret_seen)
{
    PtJsonToken token;
    while ((token = pt_json_next(&r->j)) == PT_JSON_KEY) {
        size_t member = 0;
        PtStatus st = read_key(r, type_members, MEMBERS, ret_seen, &member);
        if (st == PT_OK && member == MEMBER_NAME && !named) {
            st = unknown_member(r);
        }
        st = st == PT_OK ? read_member(r, member, ret_type) : st;
        if (st != PT_OK) {
            return st;
        }
    }
    return token == PT_JSON_OBJECT_END ? PT_OK : not_json(r);
}

/* Where the form is left out it is the row's, which is known by now. */
static PtStatus want_phone(Reader *r, const IdentityType *row)
{
    return row->country[0] == '\0' || row->form == IDENTITY_FORM_PHONE
               ? PT_OK
               : pt_fail(r->err, PT_INVALID, "%s.country is \"%s\", but its form is %s, not phone",
                         r->where, row->country, form_names[row->form].data);
}

/* One value a person is what immutable means. */
static PtStatus limit_immutable(Reader *r, unsigned seen, IdentityType *row)
{
    if (row->mode == IDENTITY_MODE_IMMUTABLE) {
        if ((seen & 1U << MEMBER_LIMIT) != 0 && row->limit != 1) {
            return pt_fail(r->err, PT_INVALID, "%s.limit is %u, not 1, which is that of immutable",
                           r->where, row->limit);
        }
        row->limit = 1;
    }
    return PT_OK;
}

static PtStatus read_other(Reader *r)
{
    unsigned seen = 0;
    PtJsonToken token = pt_json_next(&r->j);
    if (token != PT_JSON_OBJECT) {
        return refuse(r, token, "other", "an object");
    }
    (void)snprintf(r->where, sizeof r->where, "other");
    PtStatus st = read_members(r, false, &r->rules->other, &seen);
    st = st == PT_OK ? limit_immutable(r, seen, &r->rules->other) : st;
    st = st == PT_OK ? want_phone(r, &r->rules->other) : st;
    r->where[0] = '\0';
    return st;
}

static PtStatus name_once(Reader *r, const IdentityType *type)
{
    for (size_t i = 0; i < r->named_count; i++) {
        if (strcmp(r->named[i], type->name) == 0) {
            return pt_fail(r->err, PT_INVALID, "%s.name: \"%s\" stands twice", r->where,
                           type->name);
        }
    }
    assert(r->named_count < IDENTITY_TYPES_MAX);
    memcpy(r->named[r->named_count++], type->name, sizeof type->name);
    return PT_OK;
}

/* Puts the members that were given over those of the type's row, which is made where there is none.
 */
static PtStatus keep_type(Reader *r, const IdentityType *given, unsigned seen)
{
    IdentityRules *rules = r->rules;
    bool there = false;
    size_t place = type_place(rules, pt_str(given->name), &there);
    IdentityType *row = &rules->types[place];
    if (!there && rules->type_count == IDENTITY_TYPES_MAX) {
        return pt_fail(r->err, PT_INVALID, "types: there are more than %d, with the default ones",
                       IDENTITY_TYPES_MAX);
    }
    PtStatus st = name_once(r, given);
    if (st != PT_OK) {
        return st;
    }
    if (!there) {
        memmove(row + 1, row, (rules->type_count - place) * sizeof *row);
        *row = default_other;
        memcpy(row->name, given->name, sizeof row->name);
        rules->type_count++;
    }
    row->priority = (seen & 1U << MEMBER_PRIORITY) != 0 ? given->priority : row->priority;
    row->limit = (seen & 1U << MEMBER_LIMIT) != 0 ? given->limit : row->limit;
    row->form = (seen & 1U << MEMBER_FORM) != 0 ? given->form : row->form;
    row->mode = (seen & 1U << MEMBER_MODE) != 0 ? given->mode : row->mode;
    memcpy(row->country, given->country, sizeof row->country); // of the defaults none has one
    st = limit_immutable(r, seen, row);
    return st == PT_OK ? want_phone(r, row) : st;
}

static PtStatus read_type(Reader *r, size_t index)
{
    IdentityType given = {0};
    unsigned seen = 0;
    (void)snprintf(r->where, sizeof r->where, "types[%zu]", index);
    PtStatus st = read_members(r, true, &given, &seen);
    if (st == PT_OK && (seen & 1U << MEMBER_NAME) == 0) {
        st = pt_fail(r->err, PT_INVALID, "%s has no name", r->where);
    }
    st = st == PT_OK ? keep_type(r, &given, seen) : st;
    r->where[0] = '\0';
    return st;
}

static PtStatus read_types(Reader *r)
{
    PtJsonToken token = pt_json_next(&r->j);
    if (token != PT_JSON_ARRAY) {
        return refuse(r, token, "types", "an array");
    }
    for (size_t i = 0; (token = pt_json_next(&r->j)) == PT_JSON_OBJECT; i++) {
        PtStatus st = read_type(r, i);
        if (st != PT_OK) {
            return st;
        }
    }
    return token == PT_JSON_ARRAY_END ? PT_OK : refuse(r, token, "types", "an array of objects");
}

static PtStatus read_blocked_text(Reader *r, PtStr *ret_text)
{
    if (r->j.raw.len > (size_t)IDENTITY_VALUE_MAX * 6) { /* 6: the longest escape of a byte */
        return refuse(r, PT_JSON_STRING, "blocked[]", "0..255 bytes long");
    }
    PtBuf text;
    pt_buf_init(&text, (size_t)IDENTITY_VALUE_MAX * 6 + 1);
    pt_json_decode(r->j.raw, &text);
    PtStatus st = pt_buf_status(&text) == PT_OK ? PT_OK : no_memory(r);
    if (st == PT_OK && text.len > IDENTITY_VALUE_MAX) {
        st = refuse(r, PT_JSON_STRING, "blocked[]", "0..255 bytes long");
    }
    if (st == PT_OK) {
        *ret_text = pt_arena_str(r->arena, pt_buf_str(&text));
        st = ret_text->data != NULL ? PT_OK : no_memory(r);
    }
    pt_buf_done(&text);
    return st;
}

static PtStatus read_blocked(Reader *r)
{
    PtStr *texts = pt_arena_alloc(r->arena, IDENTITY_BLOCKED_MAX, sizeof *texts);
    size_t count = 0;
    PtJsonToken token = pt_json_next(&r->j);
    if (texts == NULL) {
        return no_memory(r);
    }
    if (token != PT_JSON_ARRAY) {
        return refuse(r, token, "blocked", "an array");
    }
    while ((token = pt_json_next(&r->j)) == PT_JSON_STRING) {
        if (count == IDENTITY_BLOCKED_MAX) {
            return pt_fail(r->err, PT_INVALID, "blocked has more than %d texts",
                           IDENTITY_BLOCKED_MAX);
        }
        PtStatus st = read_blocked_text(r, &texts[count]);
        if (st != PT_OK) {
            return st;
        }
        count++;
    }
    return token == PT_JSON_ARRAY_END ? set_blocked(r->rules, texts, count, r->err)
                                      : refuse(r, token, "blocked", "an array of texts");
}

static PtStatus read_rules(Reader *r)
{
    static const char *const members[] = {"types", "other", "blocked", "merge_cap", "traits"};
    unsigned seen = 0;
    PtJsonToken token = pt_json_next(&r->j);
    if (token != PT_JSON_OBJECT) {
        return token == PT_JSON_ERROR
                   ? not_json(r)
                   : pt_fail(r->err, PT_INVALID, "the rules are not a JSON object");
    }
    while ((token = pt_json_next(&r->j)) == PT_JSON_KEY) {
        size_t member = 0;
        PtStatus st = read_key(r, members, sizeof members / sizeof *members, &seen, &member);
        if (st == PT_OK) {
            st = member == 0   ? read_types(r)
                 : member == 1 ? read_other(r)
                 : member == 2 ? read_blocked(r)
                 : member == 4 ? identity_prefers_read(&r->j, &r->rules->prefers, r->err)
                               : read_number(r, "merge_cap", MERGE_CAP_MIN, MERGE_CAP_MAX,
                                             &r->rules->merge_cap);
        }
        if (st != PT_OK) {
            return st;
        }
    }
    return token == PT_JSON_OBJECT_END && pt_json_next(&r->j) == PT_JSON_END ? PT_OK : not_json(r);
}

PtStatus identity_rules_read(PtStr json, IdentityRules **ret_rules, PtError *err)
{
    PT_CLEANUP(rules_freep) IdentityRules *rules = NULL;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    PtStatus st = identity_rules_default(&rules, err);
    if (st != PT_OK) {
        return st;
    }
    Reader r = {.rules = rules, .arena = arena, .err = err};
    if (arena == NULL) {
        return no_memory(&r);
    }
    pt_json_init(&r.j, json, RULES_JSON_DEPTH);
    st = read_rules(&r);
    if (st == PT_OK) {
        *ret_rules = PT_TAKE(rules);
    }
    return st;
}

/* ---- Writing JSON ---------------------------------------------------------------------------- */

static void write_type(PtJsonOut *o, const IdentityType *type)
{
    pt_json_out_object(o);
    if (type->name[0] != '\0') {
        pt_json_put_str(o, "name", pt_str(type->name));
    }
    pt_json_put_u64(o, "priority", type->priority);
    pt_json_put_u64(o, "limit", type->limit);
    pt_json_put_str(o, "form", form_names[type->form]);
    pt_json_put_str(o, "mode", mode_names[type->mode]);
    pt_json_out_key(o, PT_STR("country"));
    if (type->country[0] != '\0') {
        pt_json_out_str(o, pt_str(type->country));
    } else {
        pt_json_out_null(o);
    }
    pt_json_out_object_end(o);
}

void identity_rules_write(const IdentityRules *rules, PtBuf *out)
{
    PtJsonOut o = pt_json_out(out);
    pt_json_out_object(&o);
    pt_json_out_key(&o, PT_STR("types"));
    pt_json_out_array(&o);
    for (size_t i = 0; i < rules->type_count; i++) {
        write_type(&o, &rules->types[i]);
    }
    pt_json_out_array_end(&o);
    pt_json_out_key(&o, PT_STR("other"));
    write_type(&o, &rules->other);
    pt_json_out_key(&o, PT_STR("blocked"));
    pt_json_out_array(&o);
    for (size_t i = 0; i < rules->blocked_count; i++) {
        pt_json_out_str(&o, rules->blocked[i]);
    }
    pt_json_out_array_end(&o);
    pt_json_put_u64(&o, "merge_cap", rules->merge_cap);
    pt_json_out_key(&o, PT_STR("traits"));
    identity_prefers_write(rules->prefers, &o);
    pt_json_out_object_end(&o);
}
