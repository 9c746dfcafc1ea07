// SPDX-License-Identifier: Apache-2.0
/* A mapping that people wrote, compiled into rules as the vendors' own are. The language stands in
 * docs/connectors.md. */
#include "base/json.h"
#include "connect/shops/shop.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    RULES_MAX = 20,
    FIELDS_MAX = 100, /* of a rule or of its lines */
    CONDITIONS_MAX = 8,
    VALUES_MAX = 20,
    VALUE_MAX_BYTES = 2000,
    DEPTH_MAX = 16,
};

typedef struct Compiler {
    PtArena *arena;
    PtError *err;
    int rule; /* from 1, for messages */
} Compiler;

static PtStatus bad(const Compiler *c, const char *where, const char *what)
{
    return c->rule > 0
               ? pt_fail(c->err, PT_INVALID, "mapping: rule %d: %.100s %s", c->rule, where, what)
               : pt_fail(c->err, PT_INVALID, "mapping: %.100s %s", where, what);
}

static PtStatus no_memory(const Compiler *c)
{
    return pt_fail(c->err, PT_NO_MEMORY, "no memory for a mapping");
}

/* ---- Reading JSON ---------------------------------------------------------------------------- */

/* The text was checked: members of an object one by one. */
static bool next_member(PtJson *j, PtStr *ret_key, unsigned *ret_flags, PtStr *ret_raw)
{
    if (pt_json_next(j) != PT_JSON_KEY) {
        return false;
    }
    *ret_key = j->raw;
    *ret_flags = j->flags;
    return pt_json_skip(j, ret_raw, NULL, NULL);
}

static bool open_value(PtJson *j, PtStr raw, PtJsonToken want)
{
    pt_json_init(j, raw, DEPTH_MAX);
    return pt_json_next(j) == want;
}

/* NUL-terminated, in the arena; NULL: no string, or no memory. */
static const char *string_of(const Compiler *c, PtStr raw, unsigned flags, bool quoted)
{
    PtBuf buf;
    if (quoted && (raw.len < 2 || raw.data[0] != '"')) {
        return NULL;
    }
    (void)flags;
    pt_buf_init(&buf, HOOK_MAPPING_MAX);
    pt_json_decode(quoted ? (PtStr){raw.data + 1, raw.len - 2} : raw, &buf);
    const PtStr kept =
        pt_buf_status(&buf) == PT_OK ? pt_arena_str(c->arena, pt_buf_str(&buf)) : (PtStr){NULL, 0};
    pt_buf_done(&buf);
    return kept.data != NULL && memchr(kept.data, '\0', kept.len) == NULL ? kept.data : NULL;
}

static bool is_path(const char *text)
{
    const size_t len = strlen(text);
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)text[i] <= ' ' || (unsigned char)text[i] == 0x7F ||
            strchr("=<>!,", text[i]) != NULL) {
            return false;
        }
    }
    return len > 0 && len <= SHOP_PATH_MAX;
}

/* Sums may hold conditions: list[kind=refund].amount */
static bool is_sum(const char *text)
{
    const size_t len = strlen(text);
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)text[i] <= ' ' || (unsigned char)text[i] == 0x7F) {
            return false;
        }
    }
    return len > 0 && len <= SHOP_PATH_MAX;
}

static PtStatus path_of(const Compiler *c, const char *where, PtStr raw, const char **ret_path)
{
    const char *path = string_of(c, raw, 0, true);
    if (path == NULL || !is_path(path)) {
        return bad(c, where, "must be a path: members with dots between, without spaces");
    }
    *ret_path = path;
    return PT_OK;
}

static PtStatus name_of(const Compiler *c, const char *where, PtStr raw, const char **ret_name)
{
    const char *name = string_of(c, raw, 0, true);
    if (name == NULL || name[0] == '\0' || strlen(name) > SHOP_NAME_MAX) {
        return bad(c, where, "must be a text of 1 to 100 bytes");
    }
    *ret_name = name;
    return PT_OK;
}

/* ---- Fields ---------------------------------------------------------------------------------- */

typedef struct Fields {
    ShopField *rows; /* FIELDS_MAX of them, in the arena */
    size_t count;
} Fields;

static PtStatus add_field(const Compiler *c, Fields *f, const ShopField *field)
{
    if (f->rows == NULL) {
        f->rows = pt_arena_alloc(c->arena, FIELDS_MAX, sizeof *f->rows);
        if (f->rows == NULL) {
            return no_memory(c);
        }
    }
    if (f->count == FIELDS_MAX) {
        return bad(c, field->to, "is over the 100 fields that a rule may have");
    }
    f->rows[f->count++] = *field;
    return PT_OK;
}

static const struct Form {
    const char *name;
    ShopForm form;
} forms[] = {
    {"text", SHOP_TEXT},     {"number", SHOP_NUMBER},     {"money", SHOP_MONEY},
    {"amount", SHOP_AMOUNT}, {"minor_units", SHOP_MINOR}, {"bool", SHOP_BOOL},
    {"time", SHOP_TIME},     {"currency", SHOP_CURRENCY}, {"json", SHOP_JSON},
};

static PtStatus form_of(const Compiler *c, PtStr raw, ShopForm *ret_form)
{
    const char *name = string_of(c, raw, 0, true);
    for (size_t i = 0; name != NULL && i < sizeof forms / sizeof *forms; i++) {
        if (strcmp(forms[i].name, name) == 0) {
            *ret_form = forms[i].form;
            return PT_OK;
        }
    }
    return bad(c, "as",
               "must be text, number, money, amount, minor_units, bool, time, currency or json");
}

static PtStatus compile_fields(const Compiler *c, const char *prefix, PtStr object, Fields *f,
                               bool in_lines);

static PtStatus lines_of(const Compiler *c, PtStr raw, ShopField *field)
{
    Fields lines = {NULL, 0};
    PtStatus st = compile_fields(c, "", raw, &lines, true);
    field->form = SHOP_LINES;
    field->lines = lines.rows;
    field->line_count = lines.count;
    return st;
}

/* {"path", "as", "required"}, {"path", "lines"} or {"value"} */
static PtStatus compile_spec(const Compiler *c, PtStr raw, bool in_lines, ShopField *field)
{
    PtJson j;
    PtStr key = {NULL, 0}, value = {NULL, 0}, path = {NULL, 0}, literal = {NULL, 0};
    unsigned flags = 0;
    PtStatus st = PT_OK;
    if (!open_value(&j, raw, PT_JSON_OBJECT)) {
        return bad(c, field->to, "must be a path or an object");
    }
    field->form = SHOP_JSON;
    bool formed = false;
    while (st == PT_OK && next_member(&j, &key, &flags, &value)) {
        if (pt_json_raw_eq(key, flags, PT_STR("path"))) {
            path = value;
        } else if (pt_json_raw_eq(key, flags, PT_STR("as"))) {
            st = form_of(c, value, &field->form);
            formed = true;
        } else if (pt_json_raw_eq(key, flags, PT_STR("required"))) {
            field->required = pt_str_eq(value, PT_STR("true"));
        } else if (pt_json_raw_eq(key, flags, PT_STR("lines")) && !in_lines) {
            st = lines_of(c, value, field);
            formed = true;
        } else if (pt_json_raw_eq(key, flags, PT_STR("value"))) {
            literal = value;
        } else {
            st = bad(c, field->to, "has a member that is not path, as, required, lines or value");
        }
    }
    if (st != PT_OK) {
        return st;
    }
    if ((literal.data != NULL) == (path.data != NULL) || (literal.data != NULL && formed) ||
        literal.len > VALUE_MAX_BYTES) {
        return bad(c, field->to, "needs a path, or a value of at most 2,000 bytes, and not both");
    }
    if (literal.data != NULL) {
        const PtStr kept = pt_arena_str(c->arena, literal);
        field->form = SHOP_LITERAL;
        field->from = kept.data;
        return kept.data != NULL ? PT_OK : no_memory(c);
    }
    const bool sums = field->form == SHOP_MONEY || field->form == SHOP_AMOUNT;
    field->from = string_of(c, path, 0, true);
    return field->from != NULL && (sums ? is_sum(field->from) : is_path(field->from))
               ? PT_OK
               : bad(c, field->to, "must have a path: members with dots between, without spaces");
}

static bool is_target(const char *name)
{
    const size_t len = strlen(name);
    size_t dots = 0;
    for (size_t i = 0; i < len; i++) {
        dots += name[i] == '.';
        if ((unsigned char)name[i] < ' ' || (name[i] == '.' && (i == 0 || name[i - 1] == '.'))) {
            return false;
        }
    }
    return len > 0 && len <= SHOP_NAME_MAX && dots <= 2 && name[len - 1] != '.';
}

static PtStatus compile_field(const Compiler *c, const char *prefix, const char *name, PtStr raw,
                              bool in_lines, Fields *f)
{
    char to[2 * SHOP_NAME_MAX];
    ShopField field = {.form = SHOP_JSON};
    if (name == NULL || !is_target(name)) {
        return bad(c, "a field", "must have a name of 1 to 100 bytes with at most two dots");
    }
    (void)snprintf(to, sizeof to, "%s%s", prefix, name);
    field.to = pt_arena_str(c->arena, pt_str(to)).data;
    if (field.to == NULL) {
        return no_memory(c);
    }
    PtStatus st = raw.data[0] == '"' ? path_of(c, field.to, raw, &field.from)
                                     : compile_spec(c, raw, in_lines, &field);
    return st == PT_OK ? add_field(c, f, &field) : st;
}

static PtStatus compile_fields(const Compiler *c, const char *prefix, PtStr object, Fields *f,
                               bool in_lines)
{
    PtJson j;
    PtStr key = {NULL, 0}, value = {NULL, 0};
    unsigned flags = 0;
    PtStatus st = PT_OK;
    if (!open_value(&j, object, PT_JSON_OBJECT)) {
        return bad(c, in_lines ? "lines" : prefix, "must be an object of fields");
    }
    while (st == PT_OK && next_member(&j, &key, &flags, &value)) {
        st = compile_field(c, prefix, string_of(c, key, flags, false), value, in_lines, f);
    }
    return st;
}

static int by_target(const void *a, const void *b)
{
    return strcmp(((const ShopField *)a)->to, ((const ShopField *)b)->to);
}

/* Fields under one parent have to stand together, and none may be another's parent. */
static PtStatus settle_fields(const Compiler *c, ShopField *rows, size_t count)
{
    if (count > 1) {
        qsort(rows, count, sizeof *rows, by_target);
    }
    for (size_t i = 0; i < count; i++) {
        const size_t len = strlen(rows[i].to);
        for (size_t k = i + 1; k < count && strncmp(rows[i].to, rows[k].to, len) == 0; k++) {
            if (rows[k].to[len] == '\0' || rows[k].to[len] == '.') {
                return bad(c, rows[k].to, "is there twice, or within another field");
            }
        }
        if (rows[i].form == SHOP_LINES) {
            ShopField *lines = (ShopField *)(uintptr_t)rows[i].lines; // made by us, in the arena
            PtStatus st = settle_fields(c, lines, rows[i].line_count);
            if (st != PT_OK) {
                return st;
            }
        }
    }
    return PT_OK;
}

/* ---- Conditions ------------------------------------------------------------------------------ */

/* Values stand in a condition percent-encoded: they may be any text. */
static void add_value(PtBuf *out, const char *value)
{
    for (const char *p = value; *p != '\0'; p++) {
        const bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
                           (*p >= '0' && *p <= '9') || strchr("._-", *p) != NULL;
        if (plain) {
            pt_buf_add_char(out, *p);
        } else {
            pt_buf_printf(out, "%%%02X", (unsigned)(unsigned char)*p);
        }
    }
}

static PtStatus add_values(const Compiler *c, PtStr raw, const char *op, PtBuf *out)
{
    PtJson j;
    PtStr item = {NULL, 0};
    size_t count = 0;
    if (!open_value(&j, raw, PT_JSON_ARRAY)) {
        return bad(c, "when", "must list the values that are meant");
    }
    pt_buf_add_str(out, pt_str(op));
    for (; shop_item(&j, &item); count++) {
        const bool text = item.len > 0 && item.data[0] == '"';
        const char *value = string_of(c, item, 0, text);
        if (value == NULL || count == VALUES_MAX || item.data[0] == '{' || item.data[0] == '[') {
            return bad(c, "when", "takes at most 20 texts, numbers, true or false");
        }
        if (count > 0) {
            pt_buf_add_char(out, '|');
        }
        add_value(out, value);
    }
    return count > 0 ? PT_OK : bad(c, "when", "must list a value");
}

/* {"path"}, {"path", "is": [...]}, {"path", "not": [...]}, {"path", "absent": true} */
static PtStatus add_condition(const Compiler *c, PtStr raw, PtBuf *out)
{
    PtJson j;
    PtStr key = {NULL, 0}, value = {NULL, 0}, is = {NULL, 0}, is_not = {NULL, 0};
    const char *path = NULL;
    unsigned flags = 0;
    bool absent = false;
    PtStatus st = PT_OK;
    if (!open_value(&j, raw, PT_JSON_OBJECT)) {
        return bad(c, "when", "must be a list of objects");
    }
    while (st == PT_OK && next_member(&j, &key, &flags, &value)) {
        if (pt_json_raw_eq(key, flags, PT_STR("path"))) {
            st = path_of(c, "when", value, &path);
        } else if (pt_json_raw_eq(key, flags, PT_STR("is"))) {
            is = value;
        } else if (pt_json_raw_eq(key, flags, PT_STR("not"))) {
            is_not = value;
        } else if (pt_json_raw_eq(key, flags, PT_STR("absent"))) {
            absent = pt_str_eq(value, PT_STR("true"));
        } else {
            st = bad(c, "when", "has a member that is not path, is, not or absent");
        }
    }
    if (st == PT_OK && (path == NULL || strchr(path, '|') != NULL)) {
        st = bad(c, "when", "needs one path");
    }
    if (st != PT_OK) {
        return st;
    }
    if (out->len > 0) {
        pt_buf_add_char(out, ' ');
    }
    if (absent) {
        pt_buf_add_char(out, '!');
    }
    pt_buf_add_str(out, pt_str(path));
    if (is.data != NULL && !absent) {
        return add_values(c, is, "=", out);
    }
    return is_not.data != NULL && !absent ? add_values(c, is_not, "!=", out) : PT_OK;
}

static PtStatus compile_when(const Compiler *c, PtStr raw, const char **ret_when)
{
    PtBuf buf;
    PtJson j;
    PtStr item = {NULL, 0};
    PtStatus st = PT_OK;
    if (!open_value(&j, raw, PT_JSON_ARRAY)) {
        return bad(c, "when", "must be a list");
    }
    pt_buf_init(&buf, HOOK_MAPPING_MAX);
    for (size_t count = 0; st == PT_OK && shop_item(&j, &item); count++) {
        st = count < CONDITIONS_MAX ? add_condition(c, item, &buf)
                                    : bad(c, "when", "has over 8 conditions");
    }
    if (st == PT_OK && buf.len > 0) {
        *ret_when =
            pt_buf_status(&buf) == PT_OK ? pt_arena_str(c->arena, pt_buf_str(&buf)).data : NULL;
        st = *ret_when != NULL ? PT_OK : no_memory(c);
    }
    pt_buf_done(&buf);
    return st;
}

/* ---- A rule ---------------------------------------------------------------------------------- */

typedef struct Draft {
    ShopRule rule;
    Fields fields;
    const char *type;
    bool has_who;
    PtStr traits;
} Draft;

typedef PtStatus MemberFn(const Compiler *c, PtStr raw, Draft *d);

static PtStatus take_when(const Compiler *c, PtStr raw, Draft *d)
{
    return compile_when(c, raw, &d->rule.when);
}

static PtStatus take_type(const Compiler *c, PtStr raw, Draft *d)
{
    d->type = string_of(c, raw, 0, true);
    return d->type != NULL && (strcmp(d->type, "track") == 0 || strcmp(d->type, "identify") == 0)
               ? PT_OK
               : bad(c, "type", "must be track or identify");
}

/* A name, or {"path"}. */
static PtStatus take_event(const Compiler *c, PtStr raw, Draft *d)
{
    PtJson j;
    PtStr key = {NULL, 0}, value = {NULL, 0};
    const char *path = NULL;
    unsigned flags = 0;
    char text[SHOP_PATH_MAX + 2];
    if (raw.data[0] == '"') {
        PtStatus st = name_of(c, "event", raw, &d->rule.event);
        return st == PT_OK && d->rule.event[0] == '=' ? bad(c, "event", "must not begin with =")
                                                      : st;
    }
    if (!open_value(&j, raw, PT_JSON_OBJECT) || !next_member(&j, &key, &flags, &value) ||
        !pt_json_raw_eq(key, flags, PT_STR("path"))) {
        return bad(c, "event", "must be a name, or an object with a path");
    }
    PtStatus st = path_of(c, "event", value, &path);
    if (st != PT_OK) {
        return st;
    }
    (void)snprintf(text, sizeof text, "=%s", path);
    d->rule.event = pt_arena_str(c->arena, pt_str(text)).data;
    return d->rule.event != NULL ? PT_OK : no_memory(c);
}

static PtStatus take_root(const Compiler *c, PtStr raw, Draft *d)
{
    return path_of(c, "root", raw, &d->rule.root);
}

static PtStatus take_each(const Compiler *c, PtStr raw, Draft *d)
{
    return path_of(c, "each", raw, &d->rule.each);
}

static PtStatus take_timestamp(const Compiler *c, PtStr raw, Draft *d)
{
    ShopField f = {.to = "timestamp", .form = SHOP_TIME};
    PtStatus st = path_of(c, "timestamp", raw, &f.from);
    return st == PT_OK ? add_field(c, &d->fields, &f) : st;
}

static PtStatus take_user(const Compiler *c, PtStr raw, Draft *d)
{
    ShopField f = {.to = "userId", .form = SHOP_TEXT};
    PtStatus st = path_of(c, "user_id", raw, &f.from);
    d->has_who = true;
    return st == PT_OK ? add_field(c, &d->fields, &f) : st;
}

/* {"customer": path, "order": path} as "customer:path|order:path". */
static PtStatus labels_of(const Compiler *c, const char *where, PtStr raw, const char **ret)
{
    PtBuf buf;
    PtJson j;
    PtStr key = {NULL, 0}, value = {NULL, 0};
    unsigned flags = 0;
    PtStatus st = PT_OK;
    if (!open_value(&j, raw, PT_JSON_OBJECT)) {
        return bad(c, where, "must be an object of names and paths");
    }
    pt_buf_init(&buf, 4096);
    while (st == PT_OK && next_member(&j, &key, &flags, &value)) {
        const char *label = string_of(c, key, flags, false), *path = NULL;
        if (label == NULL ||
            strspn(label, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(label) ||
            label[0] == '\0' || strlen(label) > 40) {
            st = bad(c, where, "has names of 1 to 40 small letters, digits and _");
        }
        st = st == PT_OK ? path_of(c, where, value, &path) : st;
        if (st == PT_OK && strchr(path, '|') != NULL) {
            st = bad(c, where, "takes one path a name");
        }
        if (st == PT_OK) {
            pt_buf_printf(&buf, "%s%s:%s", buf.len > 0 ? "|" : "", label, path);
        }
    }
    if (st == PT_OK && buf.len == 0) {
        st = bad(c, where, "must name something");
    }
    if (st == PT_OK) {
        *ret = pt_buf_status(&buf) == PT_OK ? pt_arena_str(c->arena, pt_buf_str(&buf)).data : NULL;
        st = *ret != NULL ? PT_OK : bad(c, where, "is over 4,096 bytes");
    }
    pt_buf_done(&buf);
    return st;
}

static PtStatus take_who(const Compiler *c, PtStr raw, Draft *d)
{
    ShopField f = {.to = "anonymousId", .form = SHOP_WHO, .required = true};
    PtStatus st = labels_of(c, "who", raw, &f.from);
    d->has_who = true;
    return st == PT_OK ? add_field(c, &d->fields, &f) : st;
}

static PtStatus take_ids(const Compiler *c, PtStr raw, Draft *d)
{
    ShopField f = {.to = "context.externalIds", .form = SHOP_IDS};
    PtStatus st = labels_of(c, "external_ids", raw, &f.from);
    return st == PT_OK ? add_field(c, &d->fields, &f) : st;
}

static PtStatus take_owner(const Compiler *c, PtStr raw, Draft *d)
{
    return labels_of(c, "belongs_to", raw, &d->rule.owner);
}

static PtStatus take_properties(const Compiler *c, PtStr raw, Draft *d)
{
    return compile_fields(c, "properties.", raw, &d->fields, false);
}

static PtStatus take_traits(const Compiler *c, PtStr raw, Draft *d)
{
    (void)c;
    d->traits = raw; // where they stand depends on the type
    return PT_OK;
}

/* {"type", "id", "version", "once"} */
static PtStatus take_object(const Compiler *c, PtStr raw, Draft *d)
{
    PtJson j;
    PtStr key = {NULL, 0}, value = {NULL, 0};
    unsigned flags = 0;
    PtStatus st = PT_OK;
    if (!open_value(&j, raw, PT_JSON_OBJECT)) {
        return bad(c, "object", "must be an object");
    }
    while (st == PT_OK && next_member(&j, &key, &flags, &value)) {
        if (pt_json_raw_eq(key, flags, PT_STR("type"))) {
            st = name_of(c, "object.type", value, &d->rule.object);
        } else if (pt_json_raw_eq(key, flags, PT_STR("id"))) {
            st = path_of(c, "object.id", value, &d->rule.id);
        } else if (pt_json_raw_eq(key, flags, PT_STR("version"))) {
            st = path_of(c, "object.version", value, &d->rule.version);
        } else if (pt_json_raw_eq(key, flags, PT_STR("once"))) {
            st = name_of(c, "object.once", value, &d->rule.once);
        } else {
            st = bad(c, "object", "has a member that is not type, id, version or once");
        }
    }
    if (st == PT_OK && (d->rule.object == NULL || d->rule.id == NULL)) {
        st = bad(c, "object", "needs a type and the path of its id");
    }
    return st;
}

static const struct Member {
    const char *name;
    MemberFn *take;
} members[] = {
    {"when", take_when},        {"type", take_type},     {"event", take_event},
    {"root", take_root},        {"each", take_each},     {"timestamp", take_timestamp},
    {"user_id", take_user},     {"who", take_who},       {"external_ids", take_ids},
    {"belongs_to", take_owner}, {"object", take_object}, {"properties", take_properties},
    {"traits", take_traits},
};

static PtStatus take_member(const Compiler *c, PtStr key, unsigned flags, PtStr value, Draft *d)
{
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        if (pt_json_raw_eq(key, flags, pt_str(members[i].name))) {
            return members[i].take(c, value, d);
        }
    }
    const char *name = string_of(c, key, flags, false);
    return bad(c, name != NULL ? name : "a member", "is none that a rule has");
}

static PtStatus finish_rule(const Compiler *c, Draft *d)
{
    const bool identify = d->type != NULL && strcmp(d->type, "identify") == 0;
    if (identify == (d->rule.event != NULL)) {
        return bad(c, "event", identify ? "is none of an identify" : "is missing");
    }
    if (!d->has_who) {
        return bad(c, "who", "or user_id is missing: an event is somebody's");
    }
    d->rule.take = d->rule.object == NULL ? SHOP_ALWAYS
                   : d->rule.once != NULL ? SHOP_ONCE
                                          : SHOP_NEWEST;
    PtStatus st = d->traits.data != NULL
                      ? compile_fields(c, identify ? "traits." : "context.traits.", d->traits,
                                       &d->fields, false)
                      : PT_OK;
    return st == PT_OK ? settle_fields(c, d->fields.rows, d->fields.count) : st;
}

/* Fields of `context` come last, so that what Patron adds goes into the same object. */
static void context_last(Fields *f)
{
    ShopField held[FIELDS_MAX];
    size_t kept = 0, last = 0;
    for (size_t i = 0; i < f->count; i++) {
        if (strncmp(f->rows[i].to, "context.", 8) == 0) {
            held[last++] = f->rows[i];
        } else {
            f->rows[kept++] = f->rows[i];
        }
    }
    if (last > 0) {
        memcpy(f->rows + kept, held, last * sizeof *held);
    }
}

static PtStatus compile_rule(const Compiler *c, PtStr raw, ShopRule *ret_rule)
{
    Draft d = {.type = NULL};
    PtJson j;
    PtStr key = {NULL, 0}, value = {NULL, 0};
    unsigned flags = 0;
    PtStatus st = PT_OK;
    if (!open_value(&j, raw, PT_JSON_OBJECT)) {
        return bad(c, "it", "must be an object");
    }
    while (st == PT_OK && next_member(&j, &key, &flags, &value)) {
        st = take_member(c, key, flags, value, &d);
    }
    st = st == PT_OK ? finish_rule(c, &d) : st;
    if (st == PT_OK) {
        context_last(&d.fields);
        d.rule.fields = d.fields.rows;
        d.rule.field_count = d.fields.count;
        *ret_rule = d.rule;
    }
    return st;
}

/* ---- The mapping ----------------------------------------------------------------------------- */

static PtStatus rules_of(const Compiler *c, PtStr json, PtStr *ret_list)
{
    PtJson j;
    PtStr key = {NULL, 0}, value = {NULL, 0};
    unsigned flags = 0;
    PtError why = {0};
    if (json.len > HOOK_MAPPING_MAX) {
        return bad(c, "it", "is over 32 KiB");
    }
    if (pt_json_check(json, DEPTH_MAX, &why) != PT_OK) {
        return pt_fail(c->err, PT_INVALID, "mapping: it is not JSON: %.150s", why.message);
    }
    if (!open_value(&j, json, PT_JSON_OBJECT)) {
        return bad(c, "it", "must be an object with rules");
    }
    while (next_member(&j, &key, &flags, &value)) {
        if (!pt_json_raw_eq(key, flags, PT_STR("rules")) || value.data[0] != '[') {
            return bad(c, "it", "must have the member rules, a list, and no other");
        }
        *ret_list = value;
    }
    return ret_list->data != NULL ? PT_OK : bad(c, "rules", "are missing");
}

PtStatus shop_mapping_compile(PtStr json, PtArena *arena, const ShopRule **ret_rules,
                              size_t *ret_count, PtError *err)
{
    Compiler c = {arena, err, 0};
    PtStr list = {NULL, 0}, item = {NULL, 0};
    ShopRule *rules = pt_arena_alloc(arena, RULES_MAX, sizeof *rules);
    PtJson j;
    if (rules == NULL) {
        return no_memory(&c);
    }
    PtStatus st = rules_of(&c, json, &list);
    if (st != PT_OK) {
        return st;
    }
    pt_json_init(&j, list, DEPTH_MAX);
    (void)pt_json_next(&j);
    while (st == PT_OK && shop_item(&j, &item)) {
        if (c.rule == RULES_MAX) {
            return bad(&c, "it", "is over the 20 rules that a mapping may have");
        }
        c.rule++;
        st = compile_rule(&c, item, &rules[c.rule - 1]);
    }
    if (st == PT_OK && c.rule == 0) {
        return bad(&c, "rules", "are none");
    }
    if (st == PT_OK) {
        *ret_rules = rules;
        *ret_count = (size_t)c.rule;
    }
    return st;
}

PtStatus hooks_preview(PtStr mapping, PtStr body, PtArena *arena, HookPreview *ret_preview,
                       PtError *err)
{
    ShopSender sender = {.kind = &shop_webhook, .mark = "xxxxxxxx"};
    const ShopHead head = {.topic = PT_STR("webhook"), .delivery = PT_STR("preview")};
    ShopMapped *mapped = pt_arena_alloc(arena, 1, sizeof *mapped);
    PtStr *events = pt_arena_alloc(arena, HOOK_EVENTS_MAX, sizeof *events);
    if (mapped == NULL || events == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a preview");
    }
    PtStatus st = shop_mapping_compile(mapping, arena, &sender.rules, &sender.rule_count, err);
    st = st == PT_OK ? shop_map(&sender, &head, body, arena, mapped, err) : st;
    if (st != PT_OK) {
        return st;
    }
    for (size_t i = 0; i < mapped->count; i++) {
        events[i] = mapped->events[i].json;
    }
    *ret_preview = (HookPreview){events, mapped->count};
    return PT_OK;
}
