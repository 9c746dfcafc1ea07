// SPDX-License-Identifier: Apache-2.0
/* The mapping language, read and checked. docs/import.md is its manual. */
#include "connect/mapping_internal.h"

#include "base/money.h"

#include <stdlib.h>

enum { MAP_ARENA_MAX = 8 << 20, MAP_NAME_MAX = 200, MAP_ZONE_NAME_MAX = 64 };

/* A member of an object: key decoded, value as text. */
typedef struct Member {
    PtStr key, raw;
} Member;

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for the mapping");
}

static PtStr decode(ConnectMapping *m, PtStr raw)
{
    PtBuf text;
    pt_buf_init(&text, CONNECT_MAPPING_MAX);
    pt_json_decode(raw, &text);
    PtStr copy = {NULL, 0};
    if (pt_buf_status(&text) == PT_OK) {
        copy = pt_arena_str(m->arena, pt_buf_str(&text));
    }
    pt_buf_done(&text);
    m->out_of_memory |= copy.data == NULL;
    return copy;
}

/* The next member of the object j stands in; false at its end (or without memory: key.data NULL).
 */
static bool next_member(ConnectMapping *m, PtJson *j, Member *ret)
{
    if (pt_json_next(j) != PT_JSON_KEY) {
        return false;
    }
    ret->key = decode(m, j->raw);
    return pt_json_skip(j, &ret->raw, NULL, NULL) && ret->key.data != NULL;
}

static bool is_string(PtStr raw)
{
    return raw.len >= 2 && raw.data[0] == '"';
}

/* A string value, decoded; data NULL when it is none. */
static PtStr string_of(ConnectMapping *m, PtStr raw)
{
    return is_string(raw) ? decode(m, (PtStr){raw.data + 1, raw.len - 2}) : (PtStr){NULL, 0};
}

/* Opens an object or array value. */
static bool open_value(PtJson *j, PtStr raw, PtJsonToken want)
{
    pt_json_init(j, raw, MAP_JSON_DEPTH);
    return pt_json_next(j) == want;
}

static PtStatus want(PtError *err, const char *field, const char *what)
{
    return pt_fail(err, PT_INVALID, "mapping: %s must be %s", field, what);
}

static PtStatus text_field(ConnectMapping *m, const char *field, PtStr raw, size_t max, PtStr *ret,
                           PtError *err)
{
    PtStr s = string_of(m, raw);
    if (s.data == NULL || s.len == 0 || s.len > max || memchr(s.data, '\0', s.len) != NULL) {
        return pt_fail(err, PT_INVALID, "mapping: %s must be a text of 1..%zu bytes", field, max);
    }
    *ret = s;
    return PT_OK;
}

static PtStatus bool_field(const char *field, PtStr raw, bool *ret, PtError *err)
{
    if (!pt_str_eq(raw, PT_STR("true")) && !pt_str_eq(raw, PT_STR("false"))) {
        return want(err, field, "true or false");
    }
    *ret = raw.data[0] == 't';
    return PT_OK;
}

static PtStatus unknown(PtError *err, const char *where, PtStr key)
{
    PtStr shown = key.len <= MAP_EXCERPT ? key : (PtStr){key.data, MAP_EXCERPT};
    return pt_fail(err, PT_INVALID, "mapping: %s has no member \"%.*s\"", where, PT_STR_ARG(shown));
}

static PtStatus column_index(ConnectMapping *m, PtStr name, int *ret, PtError *err)
{
    for (size_t i = 0; i < m->column_count; i++) {
        if (pt_str_eq(m->columns[i], name)) {
            *ret = (int)i;
            return PT_OK;
        }
    }
    if (m->column_count == CONNECT_COLUMNS_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "mapping: it reads over %d columns", CONNECT_COLUMNS_MAX);
    }
    m->columns[m->column_count] = name;
    *ret = (int)m->column_count++;
    return PT_OK;
}

static PtStatus column_field(ConnectMapping *m, const char *field, PtStr raw, int *ret,
                             PtError *err)
{
    PtStr name = {NULL, 0};
    PtStatus st = text_field(m, field, raw, MAP_NAME_MAX, &name, err);
    return st == PT_OK ? column_index(m, name, ret, err) : st;
}

/* The next item of the array j stands in; false at its end. The text was checked before. */
static bool next_item(PtJson *j, PtStr *ret_raw)
{
    PtJson ahead = *j;
    if (pt_json_next(&ahead) == PT_JSON_ARRAY_END) {
        return false;
    }
    return pt_json_skip(j, ret_raw, NULL, NULL);
}

/* A list of 1..max column names. */
static PtStatus column_list(ConnectMapping *m, const char *field, PtStr raw, size_t max, int *ret,
                            size_t *ret_count, PtError *err)
{
    PtJson j;
    PtStr item = {NULL, 0};
    size_t n = 0;
    if (!open_value(&j, raw, PT_JSON_ARRAY)) {
        return want(err, field, "a list of columns");
    }
    for (; next_item(&j, &item); n++) {
        if (n == max) {
            return pt_fail(err, PT_TOO_LARGE, "mapping: %s has over %zu columns", field, max);
        }
        PtStatus st = column_field(m, field, item, &ret[n], err);
        if (st != PT_OK) {
            return st;
        }
    }
    *ret_count = n;
    return n > 0 ? PT_OK : want(err, field, "a list of one column or more");
}

/* ---- Shape ---------------------------------------------------------------------------------- */

static PtStatus parse_format(ConnectMapping *m, PtStr raw, PtError *err)
{
    PtStr s = string_of(m, raw);
    if (pt_str_eq(s, PT_STR("csv"))) {
        m->shape.format = m->shape.format == CONNECT_SPACES ? CONNECT_SPACES : CONNECT_CSV;
    } else if (pt_str_eq(s, PT_STR("jsonl"))) {
        m->shape.format = CONNECT_JSONL;
    } else if (pt_str_eq(s, PT_STR("events"))) {
        m->shape.format = CONNECT_EVENTS;
    } else {
        return want(err, "format", "csv, jsonl or events");
    }
    return PT_OK;
}

static PtStatus parse_delimiter(ConnectMapping *m, PtStr raw, PtError *err)
{
    PtStr s = string_of(m, raw);
    if (pt_str_eq(s, PT_STR("spaces"))) {
        m->shape.format = CONNECT_SPACES;
    } else if (pt_str_eq(s, PT_STR("tab")) || pt_str_eq(s, PT_STR("\t"))) {
        m->shape.delimiter = '\t';
    } else if (s.data != NULL && s.len == 1 && strchr(",;|", s.data[0]) != NULL) {
        m->shape.delimiter = s.data[0];
    } else {
        return want(err, "delimiter", "\",\", \";\", \"|\", \"tab\" or \"spaces\"");
    }
    return PT_OK;
}

static PtStatus parse_encoding(ConnectMapping *m, PtStr raw, PtError *err)
{
    static const char *const names[] = {"guess", "utf-8", "windows-1252", "latin-1"};
    PtStr s = string_of(m, raw);
    for (size_t i = 0; s.data != NULL && i < sizeof names / sizeof *names; i++) {
        if (pt_str_eq(s, pt_str(names[i]))) {
            m->shape.encoding = (ConnectEncoding)i;
            return PT_OK;
        }
    }
    return want(err, "encoding", "guess, utf-8, windows-1252 or latin-1");
}

/* true, false, or the names of a file that has no header line. */
static PtStatus parse_header(ConnectMapping *m, PtStr raw, PtError *err)
{
    PtJson j;
    PtStr item = {NULL, 0};
    if (!open_value(&j, raw, PT_JSON_ARRAY)) {
        return bool_field("header", raw, &m->shape.header, err);
    }
    m->shape.header = false;
    m->header_count = 0;
    while (next_item(&j, &item)) {
        if (m->header_count == CONNECT_COLUMNS_MAX) {
            return pt_fail(err, PT_TOO_LARGE, "mapping: header has over %d columns",
                           CONNECT_COLUMNS_MAX);
        }
        PtStr name = {NULL, 0};
        PtStatus st = text_field(m, "header", item, MAP_NAME_MAX, &name, err);
        if (st != PT_OK) {
            return st;
        }
        m->header[m->header_count++] = name;
    }
    return m->header_count > 0 ? PT_OK : want(err, "header", "not an empty list");
}

static PtStatus load_zone(ConnectMapping *m, const char *field, PtStr raw, PtZone **ret,
                          PtError *err)
{
    PtStr name = {NULL, 0};
    PtError why = {0};
    PtStatus st = text_field(m, field, raw, MAP_ZONE_NAME_MAX, &name, err);
    if (st != PT_OK) {
        return st;
    }
    st = pt_zone_load(name.data, NULL, ret, &why);
    m->out_of_memory |= st == PT_NO_MEMORY;
    return st == PT_OK ? st : pt_fail(err, PT_INVALID, "mapping: %s: %s", field, why.message);
}

static PtStatus parse_decimal_mark(ConnectMapping *m, PtStr raw, PtError *err)
{
    PtStr s = string_of(m, raw);
    if (s.data == NULL || s.len != 1 || (s.data[0] != '.' && s.data[0] != ',')) {
        return want(err, "decimal_mark", "\".\" or \",\"");
    }
    m->decimal_mark = s.data[0];
    return PT_OK;
}

/* ---- Event ---------------------------------------------------------------------------------- */

static bool known_type(PtStr type)
{
    static const char *const types[] = {"track", "identify", "page", "screen", "group", "alias"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (pt_str_eq(type, pt_str(types[i]))) {
            return true;
        }
    }
    return false;
}

/* A fixed text, or {"column": NAME}. */
static PtStatus text_or_column(ConnectMapping *m, const char *field, PtStr raw, PtStr *ret_text,
                               int *ret_column, PtError *err)
{
    PtJson j;
    Member member = {0};
    if (is_string(raw)) {
        return text_field(m, field, raw, MAP_NAME_MAX, ret_text, err);
    }
    if (!open_value(&j, raw, PT_JSON_OBJECT) || !next_member(m, &j, &member) ||
        !pt_str_eq(member.key, PT_STR("column"))) {
        return want(err, field, "a text or {\"column\": NAME}");
    }
    return column_field(m, field, member.raw, ret_column, err);
}

static PtStatus parse_test(ConnectMapping *m, const Member *member, MapCondition *c, PtError *err)
{
    static const struct {
        const char *name;
        MapTest test;
    } tests[] = {{"starts_with", MAP_STARTS_WITH},
                 {"equals", MAP_EQUALS},
                 {"less_than", MAP_LESS},
                 {"greater_than", MAP_GREATER},
                 {"empty", MAP_IS_EMPTY}};
    size_t i = 0;
    while (i < sizeof tests / sizeof *tests && !pt_str_eq(member->key, pt_str(tests[i].name))) {
        i++;
    }
    if (i == sizeof tests / sizeof *tests) {
        return unknown(err, "a condition", member->key);
    }
    c->test = tests[i].test;
    if (c->test == MAP_IS_EMPTY) {
        return bool_field("empty", member->raw, &c->want_empty, err);
    }
    if (c->test == MAP_LESS || c->test == MAP_GREATER) {
        return pt_money_parse(member->raw, &c->micros, NULL) == PT_OK
                   ? PT_OK
                   : want(err, tests[i].name, "a number");
    }
    return text_field(m, tests[i].name, member->raw, MAP_NAME_MAX, &c->text, err);
}

static PtStatus parse_condition(ConnectMapping *m, PtStr raw, MapRule *rule, PtError *err)
{
    PtJson j;
    Member member = {0};
    bool tested = false;
    MapCondition c = {.column = -1};
    if (rule->count == MAP_CONDITIONS_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "mapping: a rule has over %d conditions",
                       MAP_CONDITIONS_MAX);
    }
    if (!open_value(&j, raw, PT_JSON_OBJECT)) {
        return want(err, "a condition", "an object");
    }
    while (next_member(m, &j, &member)) {
        bool is_column = pt_str_eq(member.key, PT_STR("column"));
        if (!is_column && tested) {
            return want(err, "a condition", "a column and one test");
        }
        PtStatus st = is_column ? column_field(m, "column", member.raw, &c.column, err)
                                : parse_test(m, &member, &c, err);
        if (st != PT_OK) {
            return st;
        }
        tested |= !is_column;
    }
    if (c.column < 0 || !tested) {
        return want(err, "a condition", "a column and one test");
    }
    rule->conditions[rule->count++] = c;
    return PT_OK;
}

static PtStatus parse_conditions(ConnectMapping *m, PtStr raw, MapRule *rule, PtError *err)
{
    PtJson j;
    PtStr item = {NULL, 0};
    if (!open_value(&j, raw, PT_JSON_ARRAY)) {
        return want(err, "any, all", "a list of conditions");
    }
    while (next_item(&j, &item)) {
        PtStatus st = parse_condition(m, item, rule, err);
        if (st != PT_OK) {
            return st;
        }
    }
    return PT_OK;
}

static PtStatus rule_member(ConnectMapping *m, const Member *member, MapRule *rule, PtError *err)
{
    if (pt_str_eq(member->key, PT_STR("name"))) {
        return text_field(m, "rules.name", member->raw, MAP_NAME_MAX, &rule->name, err);
    }
    if (pt_str_eq(member->key, PT_STR("skip"))) {
        return bool_field("rules.skip", member->raw, &rule->skip, err);
    }
    if (pt_str_eq(member->key, PT_STR("any")) || pt_str_eq(member->key, PT_STR("all"))) {
        if (rule->count > 0) {
            return want(err, "a rule", "either any or all");
        }
        rule->all = member->key.data[1] == 'l';
        return parse_conditions(m, member->raw, rule, err);
    }
    return unknown(err, "a rule", member->key);
}

static PtStatus parse_rule(ConnectMapping *m, PtStr raw, PtError *err)
{
    PtJson j;
    Member member = {0};
    if (m->rule_count == MAP_RULES_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "mapping: over %d rules", MAP_RULES_MAX);
    }
    MapRule *rule = &m->rules[m->rule_count];
    *rule = (MapRule){0};
    if (!open_value(&j, raw, PT_JSON_OBJECT)) {
        return want(err, "a rule", "an object");
    }
    while (next_member(m, &j, &member)) {
        PtStatus st = rule_member(m, &member, rule, err);
        if (st != PT_OK) {
            return st;
        }
    }
    if (rule->count == 0 || (rule->name.len > 0) == rule->skip) {
        return want(err, "a rule", "any or all with conditions, and either a name or skip");
    }
    m->rule_count++;
    return PT_OK;
}

static PtStatus parse_rules(ConnectMapping *m, PtStr raw, PtError *err)
{
    PtJson j;
    PtStr item = {NULL, 0};
    if (!open_value(&j, raw, PT_JSON_ARRAY)) {
        return want(err, "event.rules", "a list of rules");
    }
    while (next_item(&j, &item)) {
        PtStatus st = parse_rule(m, item, err);
        if (st != PT_OK) {
            return st;
        }
    }
    return PT_OK;
}

static PtStatus event_member(ConnectMapping *m, const Member *member, PtError *err)
{
    if (pt_str_eq(member->key, PT_STR("type"))) {
        return text_or_column(m, "event.type", member->raw, &m->type, &m->type_column, err);
    }
    if (pt_str_eq(member->key, PT_STR("name"))) {
        return text_or_column(m, "event.name", member->raw, &m->name, &m->name_column, err);
    }
    if (pt_str_eq(member->key, PT_STR("continued_name"))) {
        return text_field(m, "event.continued_name", member->raw, MAP_NAME_MAX, &m->continued_name,
                          err);
    }
    if (pt_str_eq(member->key, PT_STR("rules"))) {
        return parse_rules(m, member->raw, err);
    }
    return unknown(err, "event", member->key);
}

static PtStatus parse_event(ConnectMapping *m, PtStr raw, PtError *err)
{
    PtJson j;
    Member member = {0};
    if (!open_value(&j, raw, PT_JSON_OBJECT)) {
        return want(err, "event", "an object");
    }
    while (next_member(m, &j, &member)) {
        PtStatus st = event_member(m, &member, err);
        if (st != PT_OK) {
            return st;
        }
    }
    if (m->type.len > 0 && !known_type(m->type)) {
        return want(err, "event.type", "track, identify, page, screen, group or alias");
    }
    return PT_OK;
}

/* ---- Targets -------------------------------------------------------------------------------- */

static PtStatus parse_type(ConnectMapping *m, PtStr raw, MapType *ret, PtError *err)
{
    static const char *const names[] = {"text", "int", "decimal", "bool", "time", "json"};
    PtStr s = string_of(m, raw);
    for (size_t i = 0; s.data != NULL && i < sizeof names / sizeof *names; i++) {
        if (pt_str_eq(s, pt_str(names[i]))) {
            *ret = (MapType)i;
            return PT_OK;
        }
    }
    return want(err, "type", "text, int, decimal, bool, time or json");
}

static PtStatus parse_time_format(ConnectMapping *m, PtStr raw, MapTarget *t, PtError *err)
{
    PtStr s = {NULL, 0};
    PtStatus st = text_field(m, "format", raw, 50, &s, err);
    if (st != PT_OK) {
        return st;
    }
    t->time_form = pt_str_eq(s, PT_STR("rfc3339"))   ? MAP_RFC3339
                   : pt_str_eq(s, PT_STR("unix_s"))  ? MAP_UNIX_S
                   : pt_str_eq(s, PT_STR("unix_ms")) ? MAP_UNIX_MS
                                                     : MAP_PATTERN;
    t->pattern = s.data;
    if (t->time_form == MAP_PATTERN && !map_pattern_ok(s.data)) {
        return pt_fail(err, PT_INVALID,
                       "mapping: format \"%s\" is not rfc3339, unix_s, unix_ms or a pattern with "
                       "a year, a month and a day out of %%Y %%y %%m %%b %%d %%H %%I %%M %%S %%f "
                       "%%p %%z",
                       s.data);
    }
    return PT_OK;
}

static PtStatus parse_value(PtStr raw, MapTarget *t, PtError *err)
{
    if (raw.data[0] == '{' || raw.data[0] == '[' || raw.len > CONNECT_EVENT_MAX / 4) {
        return want(err, "value", "a text, number, true, false or null of at most 8192 bytes");
    }
    t->kind = MAP_VALUE;
    t->value = raw;
    return PT_OK;
}

static PtStatus parse_sum(ConnectMapping *m, PtStr raw, MapTarget *t, PtError *err)
{
    size_t count;
    if (m->sum_count == MAP_SUMS_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "mapping: over %d sums", MAP_SUMS_MAX);
    }
    PtStatus st = column_list(m, "sum", raw, MAP_FACTORS_MAX, t->factors, &count, err);
    if (st != PT_OK) {
        return st;
    }
    t->kind = MAP_SUM;
    t->factor_count = (unsigned)count;
    t->sum = m->sum_count++;
    return PT_OK;
}

static PtStatus own_zone(ConnectMapping *m, PtStr raw, MapTarget *t, PtError *err)
{
    PtStatus st = load_zone(m, "zone", raw, &t->zone, err);
    if (st == PT_OK) {
        m->zones[m->zone_count++] = t->zone;
    }
    return st;
}

static PtStatus target_member(ConnectMapping *m, const Member *member, MapTarget *t, PtError *err)
{
    PtStr key = member->key, raw = member->raw;
    if (pt_str_eq(key, PT_STR("column"))) {
        return column_field(m, "column", raw, &t->column, err);
    }
    if (pt_str_eq(key, PT_STR("if_empty"))) {
        return column_field(m, "if_empty", raw, &t->if_empty, err);
    }
    if (pt_str_eq(key, PT_STR("type"))) {
        return parse_type(m, raw, &t->type, err);
    }
    if (pt_str_eq(key, PT_STR("format"))) {
        return parse_time_format(m, raw, t, err);
    }
    if (pt_str_eq(key, PT_STR("zone")) && t->zone == NULL) {
        return own_zone(m, raw, t, err);
    }
    if (pt_str_eq(key, PT_STR("prefix"))) {
        return text_field(m, "prefix", raw, MAP_NAME_MAX, &t->prefix, err);
    }
    if (pt_str_eq(key, PT_STR("strip_suffix"))) {
        return text_field(m, "strip_suffix", raw, MAP_NAME_MAX, &t->strip_suffix, err);
    }
    if (pt_str_eq(key, PT_STR("value"))) {
        return parse_value(raw, t, err);
    }
    if (pt_str_eq(key, PT_STR("sum")) && t->kind != MAP_SUM) {
        return parse_sum(m, raw, t, err);
    }
    return unknown(err, "a column", key);
}

static PtStatus parse_target(ConnectMapping *m, PtStr path, PtStr raw, PtError *err)
{
    PtJson j;
    Member member = {0};
    if (m->target_count == CONNECT_TARGETS_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "mapping: over %d columns", CONNECT_TARGETS_MAX);
    }
    MapTarget *t = &m->targets[m->target_count];
    *t = (MapTarget){.path = path, .column = -1, .if_empty = -1};
    if (is_string(raw)) {
        PtStatus st = column_field(m, "columns", raw, &t->column, err);
        m->target_count += st == PT_OK;
        return st;
    }
    if (!open_value(&j, raw, PT_JSON_OBJECT)) {
        return want(err, "a column", "a name or an object");
    }
    while (next_member(m, &j, &member)) {
        PtStatus st = target_member(m, &member, t, err);
        if (st != PT_OK) {
            return st;
        }
    }
    unsigned ways = (t->column >= 0) + (t->kind == MAP_VALUE) + (t->kind == MAP_SUM);
    if (ways != 1) {
        return pt_fail(err, PT_INVALID,
                       "mapping: columns.%.*s must have one of column, value and sum",
                       PT_STR_ARG(path));
    }
    if (t->pattern != NULL && t->type != MAP_TIME) {
        return want(err, "a column with a format", "of type time");
    }
    m->target_count++;
    return PT_OK;
}

static bool root_allowed(PtStr segment, bool leaf)
{
    static const char *const leaves[] = {"userId",     "anonymousId", "groupId",
                                         "previousId", "timestamp",   "category"};
    static const char *const objects[] = {"properties", "traits", "context"};
    for (size_t i = 0; leaf && i < sizeof leaves / sizeof *leaves; i++) {
        if (pt_str_eq(segment, pt_str(leaves[i]))) {
            return true;
        }
    }
    for (size_t i = 0; !leaf && i < sizeof objects / sizeof *objects; i++) {
        if (pt_str_eq(segment, pt_str(objects[i]))) {
            return true;
        }
    }
    return false;
}

static MapNode *child_of(ConnectMapping *m, MapNode *parent, PtStr name, bool array)
{
    for (MapNode *n = parent->first; n != NULL; n = n->next) {
        if (pt_str_eq(n->name, name)) {
            return n->array == array ? n : NULL;
        }
    }
    MapNode *n = pt_arena_alloc(m->arena, 1, sizeof *n);
    if (n == NULL) {
        m->out_of_memory = true;
        return NULL;
    }
    n->name = name;
    n->array = array;
    if (parent->last != NULL) {
        parent->last->next = n;
    } else {
        parent->first = n;
    }
    parent->last = n;
    return n;
}

static PtStatus bad_path(const MapTarget *t, const char *why, PtError *err)
{
    PtStr shown = t->path.len <= MAP_EXCERPT ? t->path : (PtStr){t->path.data, MAP_EXCERPT};
    return pt_fail(err, PT_INVALID, "mapping: columns.%.*s %s", PT_STR_ARG(shown), why);
}

/* Hangs one target into the tree. */
static PtStatus plant(ConnectMapping *m, const MapTarget *t, PtError *err)
{
    PtStr rest = t->path, segment = {NULL, 0};
    MapNode *at = &m->root;
    bool in_array = false;
    for (unsigned depth = 0; pt_str_cut(&rest, '.', &segment); depth++) {
        bool leaf = rest.data == NULL;
        bool array = segment.len > 2 && memcmp(segment.data + segment.len - 2, "[]", 2) == 0;
        segment.len -= array ? 2 : 0;
        if (segment.len == 0 || depth == MAP_DEPTH_MAX || (depth == 0 && array) ||
            (depth == 0 && !root_allowed(segment, leaf))) {
            return bad_path(t,
                            "is not userId, anonymousId, groupId, previousId, timestamp, "
                            "category, properties.*, traits.* or context.*",
                            err);
        }
        if (array && (leaf || in_array)) {
            return bad_path(t, "must name a member of one list", err);
        }
        at = at->target == NULL ? child_of(m, at, segment, array) : NULL;
        if (at == NULL || (leaf && (at->target != NULL || at->first != NULL))) {
            return bad_path(t, "clashes with another column", err);
        }
        if (array && m->array != NULL && m->array != at) {
            return bad_path(t, "is a second list: one is allowed", err);
        }
        if (array) {
            m->array = at;
            in_array = true;
        }
        if (leaf) {
            at->target = t;
        }
    }
    return in_array && t->kind == MAP_SUM ? bad_path(t, "is a sum inside a list", err) : PT_OK;
}

static PtStatus parse_columns(ConnectMapping *m, PtStr raw, PtError *err)
{
    PtJson j;
    Member member = {0};
    if (!open_value(&j, raw, PT_JSON_OBJECT)) {
        return want(err, "columns", "an object");
    }
    while (next_member(m, &j, &member)) {
        PtStatus st = parse_target(m, member.key, member.raw, err);
        if (st == PT_OK) {
            st = plant(m, &m->targets[m->target_count - 1], err);
        }
        if (st != PT_OK) {
            return st;
        }
    }
    return PT_OK;
}

/* ---- The whole ------------------------------------------------------------------------------ */

static PtStatus parse_group_by(ConnectMapping *m, PtStr raw, PtError *err)
{
    return column_list(m, "group_by", raw, MAP_FACTORS_MAX, m->group_by, &m->group_by_count, err);
}

static PtStatus parse_window(ConnectMapping *m, PtStr raw, PtError *err)
{
    uint32_t rows;
    if (!pt_str_to_u32(raw, MAP_WINDOW_MAX, &rows) || rows == 0) {
        return want(err, "group_window", "1..100000 rows");
    }
    m->group_window = rows;
    return PT_OK;
}

static PtStatus parse_source(ConnectMapping *m, PtStr raw, PtError *err)
{
    PtStr name = {NULL, 0};
    PtStatus st = text_field(m, "source", raw, 100, &name, err);
    m->source = st == PT_OK ? name.data : m->source;
    return st;
}

static PtStatus parse_zone(ConnectMapping *m, PtStr raw, PtError *err)
{
    return m->zone == NULL ? load_zone(m, "zone", raw, &m->zone, err)
                           : want(err, "zone", "given once");
}

static PtStatus parse_message_id(ConnectMapping *m, PtStr raw, PtError *err)
{
    PtStr text = {NULL, 0};
    PtStatus st = text_or_column(m, "message_id", raw, &text, &m->id_column, err);
    if (st == PT_OK && text.len > 0 && !pt_str_eq(text, PT_STR("row"))) {
        return want(err, "message_id", "\"row\" or {\"column\": NAME}");
    }
    return st;
}

static const struct {
    const char *key;
    PtStatus (*parse)(ConnectMapping *m, PtStr raw, PtError *err);
} top_members[] = {
    {"format", parse_format},     {"delimiter", parse_delimiter},
    {"header", parse_header},     {"encoding", parse_encoding},
    {"zone", parse_zone},         {"decimal_mark", parse_decimal_mark},
    {"source", parse_source},     {"event", parse_event},
    {"columns", parse_columns},   {"message_id", parse_message_id},
    {"group_by", parse_group_by}, {"group_window", parse_window},
};

static PtStatus parse_member(ConnectMapping *m, const Member *member, PtError *err)
{
    if (pt_str_eq(member->key, PT_STR("note"))) {
        return PT_OK; // for people
    }
    for (size_t i = 0; i < sizeof top_members / sizeof *top_members; i++) {
        if (pt_str_eq(member->key, pt_str(top_members[i].key))) {
            return top_members[i].parse(m, member->raw, err);
        }
    }
    return unknown(err, "the mapping", member->key);
}

static PtStatus check_whole(ConnectMapping *m, PtError *err)
{
    if (m->shape.format == CONNECT_EVENTS) {
        bool extra = m->target_count > 0 || m->group_by_count > 0 || m->type.len > 0 ||
                     m->type_column >= 0 || m->name.len > 0 || m->rule_count > 0;
        return extra
                   ? want(err, "a mapping of format events", "without columns, event and group_by")
                   : PT_OK;
    }
    if (m->type.len == 0 && m->type_column < 0) {
        m->type = PT_STR("track");
    }
    if (pt_str_eq(m->type, PT_STR("track")) && m->name.len == 0 && m->name_column < 0) {
        return want(err, "event.name", "given for track");
    }
    if (m->target_count == 0) {
        return want(err, "columns", "given");
    }
    if (m->array != NULL && m->group_by_count == 0) {
        return want(err, "group_by", "given with a list such as products[]");
    }
    for (size_t i = 0; i < m->target_count; i++) {
        MapTarget *t = &m->targets[i];
        t->zone = t->zone != NULL ? t->zone : m->zone;
        t->decimal_mark = m->decimal_mark;
    }
    return PT_OK;
}

static bool allocate(ConnectMapping *m, PtStr json)
{
    m->arena = pt_arena_new(MAP_ARENA_MAX);
    if (m->arena == NULL) {
        return false;
    }
    m->text = pt_arena_str(m->arena, json);
    m->columns = pt_arena_alloc(m->arena, CONNECT_COLUMNS_MAX, sizeof *m->columns);
    m->header = pt_arena_alloc(m->arena, CONNECT_COLUMNS_MAX, sizeof *m->header);
    m->targets = pt_arena_alloc(m->arena, CONNECT_TARGETS_MAX, sizeof *m->targets);
    m->zones = pt_arena_alloc(m->arena, CONNECT_TARGETS_MAX, sizeof *m->zones);
    m->group_by = pt_arena_alloc(m->arena, MAP_FACTORS_MAX, sizeof *m->group_by);
    return m->text.data != NULL && m->columns != NULL && m->header != NULL && m->targets != NULL &&
           m->zones != NULL && m->group_by != NULL;
}

static PtStatus parse_whole(ConnectMapping *m, PtError *err)
{
    PtJson j;
    Member member = {0};
    PtError why = {0};
    PtStatus st = pt_json_check(m->text, MAP_JSON_DEPTH, &why);
    if (st != PT_OK) {
        return pt_fail(err, PT_INVALID, "mapping: %s", why.message);
    }
    if (!open_value(&j, m->text, PT_JSON_OBJECT)) {
        return want(err, "it", "a JSON object");
    }
    while (next_member(m, &j, &member)) {
        st = parse_member(m, &member, err);
        if (st != PT_OK) {
            return st;
        }
    }
    if (pt_json_next(&j) != PT_JSON_END) {
        return no_memory(err); // the text was checked: only an allocation can have failed
    }
    return check_whole(m, err);
}

PtStatus connect_mapping_parse(PtStr json, ConnectMapping **ret_mapping, PtError *err)
{
    if (json.len > CONNECT_MAPPING_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "mapping: it is over %d bytes", CONNECT_MAPPING_MAX);
    }
    ConnectMapping *m = calloc(1, sizeof *m);
    if (m == NULL || !allocate(m, json)) {
        connect_mapping_free(m);
        return no_memory(err);
    }
    m->shape = (ConnectShape){CONNECT_CSV, ',', true, CONNECT_ENCODING_GUESS};
    m->source = "import";
    m->decimal_mark = '.';
    m->group_window = 1000;
    m->type_column = m->name_column = m->id_column = -1;
    PtStatus st = parse_whole(m, err);
    if (st != PT_OK) {
        st = m->out_of_memory ? no_memory(err) : st;
        connect_mapping_free(m);
        return st;
    }
    *ret_mapping = m;
    return PT_OK;
}

void connect_mapping_free(ConnectMapping *m)
{
    if (m == NULL) {
        return;
    }
    for (size_t i = 0; i < m->zone_count; i++) {
        pt_zone_free(m->zones[i]);
    }
    pt_zone_free(m->zone);
    pt_arena_free(m->arena);
    free(m);
}

const ConnectShape *connect_mapping_shape(const ConnectMapping *m)
{
    return &m->shape;
}

const char *connect_mapping_source(const ConnectMapping *m)
{
    return m->source;
}

PtStr connect_mapping_text(const ConnectMapping *m)
{
    return m->text;
}

bool connect_mapping_groups(const ConnectMapping *m)
{
    return m->group_by_count > 0;
}
