// SPDX-License-Identifier: Apache-2.0
/* What people write into a definition: settings, mapping, events, purposes; and what a mapping and
 * another name make of an event.
 */
#include "base/json.h"
#include "base/map.h"
#include "connect/destination_internal.h"
#include "connect/kind_internal.h"

#include <string.h>

enum {
    DEPTH = 16,
    SLUG_MAX = 40,
    PATH_MAX_BYTES = 4 * CONNECT_DESTINATION_COLUMN_MAX,
    MAPPED_MAX = 256 << 10,
    JSON_MAX = 4 << 20,
};

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for a destination");
}

static PtStatus decoded(const PtJson *j, PtArena *arena, PtStr *ret_text, PtError *err)
{
    PtBuf text;
    pt_buf_init(&text, CONNECT_DESTINATION_JSON);
    pt_json_decode(j->raw, &text);
    *ret_text =
        pt_buf_status(&text) == PT_OK ? pt_arena_str(arena, pt_buf_str(&text)) : (PtStr){NULL, 0};
    pt_buf_done(&text);
    return ret_text->data != NULL ? PT_OK : no_memory(err);
}

/* ---- Settings ----------------------------------------------------------------------------------
 */

PtStatus deliver_texts(PtStr json, const char *what, size_t max, PtArena *arena,
                       DeliverText **ret_texts, size_t *ret_count, PtError *err)
{
    PtJson j;
    PtJsonToken t;
    size_t count = 0;
    DeliverText *texts = pt_arena_alloc(arena, max + 1, sizeof *texts);
    if (texts == NULL) {
        return no_memory(err);
    }
    pt_json_init(&j, json, DEPTH);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return pt_fail(err, PT_INVALID, "%s: not an object", what);
    }
    while ((t = pt_json_next(&j)) == PT_JSON_KEY) {
        if (count == max) {
            return pt_fail(err, PT_INVALID, "%s: over %zu members", what, max);
        }
        PtStatus st = decoded(&j, arena, &texts[count].name, err);
        t = st == PT_OK ? pt_json_next(&j) : PT_JSON_ERROR;
        if (st == PT_OK && t == PT_JSON_STRING) {
            st = decoded(&j, arena, &texts[count].value, err);
        } else if (st == PT_OK && t == PT_JSON_NULL) {
            texts[count].null = true;
        } else if (st == PT_OK) {
            st = pt_fail(err, PT_INVALID, "%s.%.60s: not a text", what, texts[count].name.data);
        }
        if (st != PT_OK) {
            return st;
        }
        count++;
    }
    if (t != PT_JSON_OBJECT_END || pt_json_next(&j) != PT_JSON_END) {
        return pt_fail(err, PT_INVALID, "%s: not an object", what);
    }
    *ret_texts = texts;
    *ret_count = count;
    return PT_OK;
}

/* ---- Lists of objects --------------------------------------------------------------------------
 */

static PtStatus tree_of_list(PtStr json, const char *what, PtArena *arena,
                             const KindNode **ret_first, PtError *err)
{
    const KindNode *root = NULL;
    if (!kind_tree(json, arena, &root)) {
        return no_memory(err);
    }
    if (root == NULL || root->type != PT_JSON_ARRAY) {
        return pt_fail(err, PT_INVALID, "%s: not a list", what);
    }
    *ret_first = root->child;
    return PT_OK;
}

/* A text of 1..max bytes without control characters. */
static PtStatus take_text(const KindNode *n, size_t max, const char *what, size_t row,
                          PtArena *arena, PtStr *ret_text, PtError *err)
{
    const PtStr said = n != NULL && n->type == PT_JSON_STRING ? kind_text(n) : (PtStr){NULL, 0};
    bool ok = said.len >= 1 && said.len <= max;
    for (size_t i = 0; ok && i < said.len; i++) {
        ok = (unsigned char)said.data[i] >= ' ';
    }
    if (!ok) {
        return pt_fail(err, PT_INVALID, "%s: row %zu is not a text of 1..%zu bytes", what, row,
                       max);
    }
    const PtStr text = pt_arena_str(arena, said);
    if (text.data == NULL) {
        return no_memory(err);
    }
    *ret_text = text;
    return PT_OK;
}

/* Other members than these are refused: they would be passed over in silence. */
static bool only(const KindNode *object, const char *const *names, size_t count)
{
    for (const KindNode *m = object->child; m != NULL; m = m->next) {
        bool known = false;
        for (size_t i = 0; i < count; i++) {
            known = known || pt_str_eq(m->key, pt_str(names[i]));
        }
        if (!known) {
            return false;
        }
    }
    return object->type == PT_JSON_OBJECT;
}

/* As kind_member, but a null is a value. */
static const KindNode *any_member(const KindNode *object, PtStr name)
{
    const KindNode *found = NULL;
    for (const KindNode *m = object->child; m != NULL; m = m->next) {
        found = pt_str_eq(m->key, name) ? m : found;
    }
    return found;
}

static PtStatus read_column(const KindNode *n, size_t row, PtArena *arena, DeliverColumn *column,
                            PtError *err)
{
    static const char *const names[] = {"to", "from", "trait", "value"};
    const KindNode *from = kind_member(n, PT_STR("from")), *trait = kind_member(n, PT_STR("trait")),
                   *value = any_member(n, PT_STR("value"));
    if (!only(n, names, 4) || (from != NULL) + (trait != NULL) + (value != NULL) != 1) {
        return pt_fail(err, PT_INVALID,
                       "mapping: row %zu is not {\"to\", \"from\"}, {\"to\", \"trait\"} or "
                       "{\"to\", \"value\"}",
                       row);
    }
    PtStatus st = take_text(kind_member(n, PT_STR("to")), CONNECT_DESTINATION_COLUMN_MAX,
                            "mapping.to", row, arena, &column->to, err);
    if (st == PT_OK && from != NULL) {
        st = take_text(from, PATH_MAX_BYTES, "mapping.from", row, arena, &column->from, err);
    } else if (st == PT_OK && trait != NULL) {
        st = take_text(trait, PATH_MAX_BYTES, "mapping.trait", row, arena, &column->trait, err);
    }
    if (st != PT_OK || value == NULL) {
        return st;
    }
    // a string's raw text is without its quotes
    column->value = value->type == PT_JSON_STRING ? (PtStr){value->raw.data - 1, value->raw.len + 2}
                                                  : value->raw;
    column->value = pt_arena_str(arena, column->value);
    return column->value.data != NULL ? PT_OK : no_memory(err);
}

PtStatus deliver_mapping_read(PtStr json, PtArena *arena, DeliverColumn **ret_columns,
                              size_t *ret_count, PtError *err)
{
    const KindNode *n = NULL;
    size_t count = 0;
    DeliverColumn *columns = pt_arena_alloc(arena, CONNECT_DESTINATION_COLUMNS, sizeof *columns);
    PtStatus st = columns != NULL ? tree_of_list(json, "mapping", arena, &n, err) : no_memory(err);
    for (; st == PT_OK && n != NULL; n = n->next) {
        if (count == CONNECT_DESTINATION_COLUMNS) {
            return pt_fail(err, PT_INVALID, "mapping: over %d rows", CONNECT_DESTINATION_COLUMNS);
        }
        st = read_column(n, count + 1, arena, &columns[count], err);
        for (size_t i = 0; st == PT_OK && i < count; i++) {
            if (pt_str_eq(columns[i].to, columns[count].to)) {
                st = pt_fail(err, PT_INVALID, "mapping: rows %zu and %zu write the same name",
                             i + 1, count + 1);
            }
        }
        count++;
    }
    if (st == PT_OK) {
        *ret_columns = columns;
        *ret_count = count;
    }
    return st;
}

static PtStatus read_event(const KindNode *n, size_t row, PtArena *arena, PtMap *events,
                           PtError *err)
{
    static const char *const names[] = {"name", "as"};
    const KindNode *called = kind_member(n, PT_STR("as"));
    PtStr name, *as = pt_arena_alloc(arena, 1, sizeof *as);
    if (as == NULL) {
        return no_memory(err);
    }
    if (!only(n, names, 2)) {
        return pt_fail(err, PT_INVALID, "events: row %zu is not {\"name\", \"as\"}", row);
    }
    PtStatus st =
        take_text(kind_member(n, PT_STR("name")), 400, "events.name", row, arena, &name, err);
    if (st == PT_OK && called != NULL) {
        st = take_text(called, 400, "events.as", row, arena, as, err);
    }
    if (st == PT_OK && pt_map_get(events, name) != NULL) {
        st = pt_fail(err, PT_INVALID, "events: row %zu names an event again", row);
    }
    return st == PT_OK && !pt_map_set(events, name, as, NULL) ? no_memory(err) : st;
}

PtStatus deliver_events_read(PtStr json, PtArena *arena, PtMap **ret_events, PtError *err)
{
    const KindNode *n = NULL;
    size_t row = 0;
    PtMap *events = pt_map_new();
    PtStatus st = events != NULL ? tree_of_list(json, "events", arena, &n, err) : no_memory(err);
    for (; st == PT_OK && n != NULL; n = n->next) {
        row++;
        st = row <= CONNECT_DESTINATION_EVENTS
                 ? read_event(n, row, arena, events, err)
                 : pt_fail(err, PT_INVALID, "events: over %d rows", CONNECT_DESTINATION_EVENTS);
    }
    if (st != PT_OK) {
        pt_map_free(events, NULL);
        return st;
    }
    *ret_events = events;
    return PT_OK;
}

PtStatus deliver_purposes_read(PtStr json, PtArena *arena, PtStr **ret_purposes, size_t *ret_count,
                               PtError *err)
{
    const KindNode *n = NULL;
    size_t count = 0;
    PtStr *purposes = pt_arena_alloc(arena, CONNECT_DESTINATION_PURPOSES, sizeof *purposes);
    PtStatus st =
        purposes != NULL ? tree_of_list(json, "purposes", arena, &n, err) : no_memory(err);
    for (; st == PT_OK && n != NULL; n = n->next) {
        if (count == CONNECT_DESTINATION_PURPOSES) {
            return pt_fail(err, PT_INVALID, "purposes: over %d", CONNECT_DESTINATION_PURPOSES);
        }
        st = take_text(n, SLUG_MAX, "purposes", count + 1, arena, &purposes[count], err);
        count++;
    }
    if (st == PT_OK) {
        *ret_purposes = purposes;
        *ret_count = count;
    }
    return st;
}

/* ---- What they make of an event ----------------------------------------------------------------
 */

/* Goes into objects by name and into lists by number. */
static const KindNode *walk(const KindNode *n, PtStr path)
{
    PtStr name;
    uint32_t index;
    while (n != NULL && pt_str_cut(&path, '.', &name)) {
        if (n->type == PT_JSON_ARRAY) {
            const KindNode *child = pt_str_to_u32(name, EVENT_MAX_BYTES, &index) ? n->child : NULL;
            for (; child != NULL && index > 0; index--) {
                child = child->next;
            }
            n = child;
        } else {
            n = n->type == PT_JSON_OBJECT ? kind_member(n, name) : NULL;
        }
    }
    return n;
}

static void put_node(PtJsonOut *out, const KindNode *n)
{
    if (n == NULL) {
        pt_json_out_null(out);
    } else if (n->type == PT_JSON_STRING) {
        pt_json_out_raw(out, (PtStr){n->raw.data - 1, n->raw.len + 2});
    } else {
        pt_json_out_raw(out, n->raw);
    }
}

static void put_trait(PtJsonOut *out, PtStr json)
{
    if (json.data == NULL) {
        pt_json_out_null(out);
    } else {
        pt_json_out_raw(out, json);
    }
}

PtStatus deliver_mapping_apply(const DeliverColumn *columns, size_t count, PtStr json,
                               const DeliverSubject *subject, PtArena *arena, PtStr *ret_mapped,
                               PtError *err)
{
    const KindNode *root = NULL;
    PtBuf buf;
    if (!kind_tree(json, arena, &root)) {
        return no_memory(err);
    }
    pt_buf_init(&buf, MAPPED_MAX);
    PtJsonOut out = pt_json_out(&buf);
    pt_json_out_object(&out);
    for (size_t i = 0; i < count; i++) {
        pt_json_out_key(&out, columns[i].to);
        if (columns[i].from.len > 0) {
            put_node(&out, walk(root, columns[i].from));
        } else if (columns[i].trait.len > 0) {
            put_trait(&out, deliver_trait(subject, columns[i].trait));
        } else {
            pt_json_out_raw(&out, columns[i].value);
        }
    }
    pt_json_out_object_end(&out);
    PtStatus st = pt_buf_status(&buf);
    PtStr mapped = st == PT_OK ? pt_arena_str(arena, pt_buf_str(&buf)) : (PtStr){NULL, 0};
    pt_buf_done(&buf);
    if (mapped.data == NULL) {
        return pt_fail(err, st == PT_OK ? PT_NO_MEMORY : st, "no room for what the mapping makes");
    }
    *ret_mapped = mapped;
    return PT_OK;
}

/* The text of the member "event" of a track, "name" of a page or screen; without its quotes. */
static bool find_name(PtStr json, PtStr *ret_raw)
{
    PtJson j;
    bool found = false;
    pt_json_init(&j, json, PT_JSON_MAX_DEPTH);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return false;
    }
    while (!found && pt_json_next(&j) == PT_JSON_KEY) {
        const bool is_name = pt_str_eq(j.raw, PT_STR("event")) || pt_str_eq(j.raw, PT_STR("name"));
        PtStr raw;
        if (!pt_json_skip(&j, &raw, NULL, NULL)) {
            return false;
        }
        found = is_name && raw.len >= 2 && raw.data[0] == '"';
        *ret_raw = raw;
    }
    return found;
}

PtStatus deliver_rename(PtStr json, PtStr as, PtArena *arena, PtStr *ret_json, PtError *err)
{
    PtBuf buf;
    PtStr raw;
    if (!find_name(json, &raw)) {
        *ret_json = json;
        return PT_OK;
    }
    pt_buf_init(&buf, JSON_MAX);
    pt_buf_add(&buf, json.data, (size_t)(raw.data - json.data));
    PtJsonOut out = pt_json_out(&buf);
    pt_json_out_str(&out, as);
    pt_buf_add(&buf, raw.data + raw.len, (size_t)(json.data + json.len - (raw.data + raw.len)));
    PtStr renamed =
        pt_buf_status(&buf) == PT_OK ? pt_arena_str(arena, pt_buf_str(&buf)) : (PtStr){NULL, 0};
    pt_buf_done(&buf);
    if (renamed.data == NULL) {
        return no_memory(err);
    }
    *ret_json = renamed;
    return PT_OK;
}
