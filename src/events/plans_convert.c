// SPDX-License-Identifier: Apache-2.0
/* Drafts from the documents of other tools.
 *
 * Segment     its tracking plan as exported ({"rules": {"events": [{name, version, description,
 *             rules}], "identify", "group", "global"}}) and the rules of its public API
 *             ({"data": {"rules": [{type, key, jsonSchema, version}]}} or the list's holder alone).
 * RudderStack its tracking plan with events ({"name", "config", "events": [{name, eventType,
 * rules}]}). Patron      its own document, whose rules carry a `schema`.
 */
#include "events/plans_internal.h"

enum { VALUES_MAX = 1 << 18, LEVELS_MAX = EVENT_SCHEMA_DEPTH_MAX + 6, NOTES_MAX = 100 };

typedef struct Convert {
    SchemaDoc doc;
    uint32_t root;
    PtJsonOut out, notes;
    unsigned note_count;
    EventPlanMode mode, unplanned_events, unplanned_properties;
} Convert;

static uint32_t member(const Convert *c, uint32_t object, const char *key)
{
    return object != 0 && c->doc.v[object].kind == SCHEMA_OBJECT
               ? schema_doc_member(&c->doc, object, pt_str(key))
               : 0;
}

static uint32_t member_of(const Convert *c, uint32_t object, const char *key, SchemaKind kind)
{
    uint32_t i = member(c, object, key);
    return i != 0 && c->doc.v[i].kind == kind ? i : 0;
}

static PtStr text(const Convert *c, uint32_t object, const char *key)
{
    uint32_t i = member_of(c, object, key, SCHEMA_STRING);
    return i != 0 ? c->doc.v[i].text : PT_STR("");
}

static void note(Convert *c, const char *words, PtStr about)
{
    PtBuf line;
    if (c->note_count++ >= NOTES_MAX) {
        return;
    }
    pt_buf_init(&line, 1024);
    pt_buf_printf(&line, "%s", words);
    if (about.len > 0) {
        pt_buf_printf(&line, ": %.*s", about.len < 200 ? (int)about.len : 200, about.data);
    }
    pt_json_out_str(&c->notes, pt_buf_str(&line));
    pt_buf_done(&line);
}

/* The schema with the draft that the tool means where the document does not say. */
static void put_schema(Convert *c, uint32_t schema)
{
    pt_json_out_key(&c->out, PT_STR("schema"));
    pt_json_out_object(&c->out);
    if (member(c, schema, "$schema") == 0) {
        pt_json_put_str(&c->out, "$schema", PT_STR("http://json-schema.org/draft-07/schema#"));
    }
    for (uint32_t i = c->doc.v[schema].first; i != 0; i = c->doc.v[i].next) {
        PtStr key = c->doc.v[i].key;
        // names of the tool's own things, and of a document that is not ours
        if (pt_str_eq(key, PT_STR("$id")) || pt_str_eq(key, PT_STR("id")) ||
            pt_str_eq(key, PT_STR("labels"))) {
            continue;
        }
        pt_json_out_key(&c->out, key);
        schema_doc_write(&c->doc, i, &c->out);
    }
    pt_json_out_object_end(&c->out);
}

static void put_rule(Convert *c, EventType type, PtStr name, PtStr description, uint32_t schema)
{
    pt_json_out_object(&c->out);
    pt_json_put_str(&c->out, "type", event_type_name(type));
    pt_json_out_key(&c->out, PT_STR("name"));
    if (name.len > 0) {
        pt_json_out_str(&c->out, name);
    } else {
        pt_json_out_null(&c->out);
    }
    pt_json_put_str(&c->out, "description", description);
    pt_json_out_key(&c->out, PT_STR("mode"));
    pt_json_out_null(&c->out);
    put_schema(c, schema);
    pt_json_out_object_end(&c->out);
}

static EventType type_of(PtStr word)
{
    for (unsigned i = EVENT_TRACK; i < EVENT_TYPE_COUNT; i++) {
        if (pt_str_eq_nocase(word, event_type_name((EventType)i))) {
            return (EventType)i;
        }
    }
    return EVENT_UNKNOWN;
}

/* Where a list has an event in several versions, the highest counts. */
static bool is_newest(const Convert *c, uint32_t list, uint32_t event, const char *name_key)
{
    uint32_t version = member_of(c, event, "version", SCHEMA_NUMBER);
    double own = version != 0 ? (double)schema_number(c->doc.v[version].text) : 0;
    for (uint32_t i = c->doc.v[list].first; i != 0; i = c->doc.v[i].next) {
        uint32_t other = member_of(c, i, "version", SCHEMA_NUMBER);
        double theirs = other != 0 ? (double)schema_number(c->doc.v[other].text) : 0;
        bool same = i != event && pt_str_eq(text(c, i, name_key), text(c, event, name_key)) &&
                    pt_str_eq_nocase(text(c, i, "type"), text(c, event, "type"));
        if (same && (theirs > own || (theirs == own && i > event))) {
            return false;
        }
    }
    return true;
}

typedef struct EventNames { /* what the members are called */
    const char *name, *type, *schema;
} EventNames;

static PtStatus put_events(Convert *c, uint32_t list, const EventNames *names, PtError *err)
{
    if (c->doc.v[list].count > EVENT_PLAN_RULES_MAX * 4) {
        return pt_fail(err, PT_TOO_LARGE, "the document has over %d events",
                       EVENT_PLAN_RULES_MAX * 4);
    }
    for (uint32_t i = c->doc.v[list].first; i != 0; i = c->doc.v[i].next) {
        PtStr name = text(c, i, names->name), word = text(c, i, names->type);
        EventType type = word.len > 0 ? type_of(word) : EVENT_TRACK;
        uint32_t schema = member_of(c, i, names->schema, SCHEMA_OBJECT);
        bool named = type == EVENT_TRACK || type == EVENT_PAGE || type == EVENT_SCREEN;
        if (type == EVENT_UNKNOWN || type == EVENT_ALIAS || schema == 0 ||
            (type == EVENT_TRACK && name.len == 0)) {
            note(c, "left out, since it is no rule for an event", name.len > 0 ? name : word);
        } else if (!is_newest(c, list, i, names->name)) {
            note(c, "left out, since there is a newer version", name);
        } else {
            put_rule(c, type, named ? name : PT_STR(""), text(c, i, "description"), schema);
        }
    }
    return PT_OK;
}

static PtStatus put_segment(Convert *c, PtError *err)
{
    static const struct {
        const char *key;
        EventType type;
    } calls[] = {{"identify", EVENT_IDENTIFY},
                 {"group", EVENT_GROUP},
                 {"page", EVENT_PAGE},
                 {"screen", EVENT_SCREEN}};
    static const EventNames exported = {"name", "type", "rules"};
    uint32_t rules = member_of(c, c->root, "rules", SCHEMA_OBJECT);
    uint32_t events = member_of(c, rules, "events", SCHEMA_ARRAY);
    PtStatus st = events != 0 ? put_events(c, events, &exported, err) : PT_OK;
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        uint32_t schema = member_of(c, rules, calls[i].key, SCHEMA_OBJECT);
        if (schema != 0 && c->doc.v[schema].count > 0) {
            put_rule(c, calls[i].type, PT_STR(""), PT_STR(""), schema);
        }
    }
    uint32_t global = member_of(c, rules, "global", SCHEMA_OBJECT);
    if (global != 0 && c->doc.v[global].count > 0) {
        note(c, "the global rules are not carried over: put what they say into each rule",
             PT_STR(""));
    }
    return st;
}

static bool is_word(const Convert *c, uint32_t object, const char *key, const char *want)
{
    uint32_t i = member(c, object, key);
    return i != 0 && (c->doc.v[i].kind == SCHEMA_STRING || c->doc.v[i].kind == SCHEMA_BOOLEAN) &&
           pt_str_eq_nocase(c->doc.v[i].text, pt_str(want));
}

static PtStatus put_rudder(Convert *c, uint32_t events, PtError *err)
{
    static const EventNames names = {"name", "eventType", "rules"};
    uint32_t config = member_of(c, c->root, "config", SCHEMA_OBJECT);
    uint32_t global = member_of(c, config, "global", SCHEMA_OBJECT);
    config = global != 0 ? global : config;
    if (is_word(c, config, "allowUnplannedEvents", "false")) {
        c->unplanned_events = EVENT_PLAN_QUARANTINE;
    }
    if (is_word(c, config, "unplannedProperties", "drop")) {
        c->unplanned_properties = EVENT_PLAN_QUARANTINE;
    }
    if (is_word(c, config, "anyOtherViolations", "drop") ||
        is_word(c, config, "anyOtherViolation", "drop")) {
        c->mode = EVENT_PLAN_QUARANTINE;
    }
    return put_events(c, events, &names, err);
}

static PtStatus put_own(Convert *c, uint32_t rules)
{
    const struct {
        const char *key;
        EventPlanMode *mode;
    } modes[] = {{"mode", &c->mode},
                 {"unplanned_events", &c->unplanned_events},
                 {"unplanned_properties", &c->unplanned_properties}};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        (void)event_plan_mode_of(text(c, c->root, modes[i].key), modes[i].mode);
    }
    for (uint32_t i = c->doc.v[rules].first; i != 0; i = c->doc.v[i].next) {
        schema_doc_write(&c->doc, i, &c->out);
    }
    return PT_OK;
}

static PtStatus put_rules(Convert *c, const char **ret_format, PtError *err)
{
    static const EventNames api = {"key", "type", "jsonSchema"};
    uint32_t data = member_of(c, c->root, "data", SCHEMA_OBJECT);
    uint32_t list = member_of(c, data != 0 ? data : c->root, "rules", SCHEMA_ARRAY);
    uint32_t events = member_of(c, c->root, "events", SCHEMA_ARRAY);
    if (list != 0 && member(c, c->doc.v[list].first, "jsonSchema") != 0) {
        *ret_format = "segment";
        return put_events(c, list, &api, err);
    }
    if (list != 0) {
        *ret_format = "patron";
        return put_own(c, list);
    }
    if (member_of(c, c->root, "rules", SCHEMA_OBJECT) != 0) {
        *ret_format = "segment";
        return put_segment(c, err);
    }
    if (events != 0) {
        *ret_format = "rudderstack";
        return put_rudder(c, events, err);
    }
    return pt_fail(err, PT_INVALID, "the document has neither rules nor events that are known");
}

/* Characters that a name may not have are left out of it, and what is too long. */
static void put_name(Convert *c, PtStr name, PtJsonOut *out)
{
    PtStr names[] = {name, text(c, c->root, "display_name"), text(c, c->root, "name"),
                     PT_STR("Imported plan")};
    size_t i = 0, len = 0;
    while (names[i].len == 0) {
        i++;
    }
    for (unsigned n = 0; n < EVENT_PLAN_NAME_MAX && len < names[i].len; n++) {
        size_t step = pt_utf8_step(names[i].data + len, names[i].data + names[i].len);
        len += step > 0 ? step : 1;
    }
    pt_json_put_str(out, "name", (PtStr){names[i].data, len});
}

static void put_draft(Convert *c, PtStr name, PtStr rules, PtBuf *buf)
{
    PtJsonOut out = pt_json_out(buf);
    uint32_t formats = member_of(c, c->root, "formats", SCHEMA_BOOLEAN);
    const struct {
        const char *key;
        PtStr text;
    } texts[] = {{"description", text(c, c->root, "description")},
                 {"mode", event_plan_mode_name(c->mode)},
                 {"unplanned_events", event_plan_mode_name(c->unplanned_events)},
                 {"unplanned_properties", event_plan_mode_name(c->unplanned_properties)}};
    pt_json_out_object(&out);
    put_name(c, name, &out);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        pt_json_out_key(&out, pt_str(texts[i].key));
        pt_json_out_str(&out, texts[i].text);
    }
    pt_json_put_bool(&out, "formats", formats == 0 || c->doc.v[formats].text.data[0] == 't');
    pt_json_out_key(&out, PT_STR("rules"));
    pt_json_out_raw(&out, rules);
    pt_json_out_object_end(&out);
}

static PtStatus convert(Convert *c, PtStr document, PtStr name, PtBuf *rules, PtBuf *out,
                        const char **ret_format, PtError *err)
{
    schema_doc_clear(&c->doc, true);
    PtStatus st = schema_doc_reserve(&c->doc, document.len)
                      ? schema_doc_parse(&c->doc, document, LEVELS_MAX, NULL, NULL, &c->root, err)
                      : pt_fail(err, PT_NO_MEMORY, "no memory to convert a plan");
    if (st != PT_OK) {
        return st;
    }
    pt_json_out_array(&c->out);
    pt_json_out_array(&c->notes);
    st = put_rules(c, ret_format, err);
    pt_json_out_array_end(&c->out);
    pt_json_out_array_end(&c->notes);
    if (st == PT_OK && pt_buf_status(rules) == PT_OK) {
        put_draft(c, name, pt_buf_str(rules), out);
    }
    PtStatus full = pt_buf_status(rules) != PT_OK ? pt_buf_status(rules) : pt_buf_status(out);
    return st != PT_OK || full == PT_OK
               ? st
               : pt_fail(err, full, "the draft is over %d bytes", EVENT_PLAN_TEXT_MAX);
}

PtStatus event_plan_convert(PtStr document, PtStr name, PtBuf *out, PtBuf *notes,
                            const char **ret_format, PtError *err)
{
    PtBuf rules;
    Convert c = {.mode = EVENT_PLAN_WARN};
    pt_buf_init(&rules, EVENT_PLAN_TEXT_MAX);
    schema_doc_init(&c.doc, VALUES_MAX);
    c.out = pt_json_out(&rules);
    c.notes = pt_json_out(notes);
    PtStatus st = convert(&c, document, name, &rules, out, ret_format, err);
    schema_doc_done(&c.doc);
    pt_buf_done(&rules);
    return st;
}
