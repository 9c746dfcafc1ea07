// SPDX-License-Identifier: Apache-2.0
/* What may stand in a record, by its kind. Read only to be checked: it is kept as it came. */
#include "desk/record_internal.h"

#include "desk/desk_internal.h"
#include "desk/read_internal.h"

#include <string.h>

enum { ITEMS_MAX = 50, WORDS_MAX = 2000, LINE_MAX = 200, MINUTES_MAX = 365 * 24 * 60 };

const char *const desk_record_kinds[] = {"services", "touchpoints", "vendors", "queues", "fields",
                                         "macros",   "templates",   "views",   NULL};

/* ---- Values that are only checked -------------------------------------------------------------
 */

/* Members need a place to read into: one for all, since nothing is kept. */
typedef union Scratch {
    PtStr text;
    int64_t number;
    unsigned choice;
} Scratch;

static PtStatus id(DeskReader *r, const DeskMember *member, void *into)
{
    PtStatus st = desk_read_text(r, member, into);
    const PtStr *text = into;
    return st == PT_OK && text->len > 0 && !desk_id_valid(*text)
               ? desk_reader_fail(r, "not a-z, 0-9 and _ that begin with a letter")
               : st;
}

static PtStatus ids(DeskReader *r, const DeskMember *member, void *into)
{
    static const DeskMember item = {"", id, 0, .required = true, .min = 1, .max = DESK_NAME_MAX};
    void *items = NULL;
    size_t count = 0;
    (void)member;
    (void)into;
    return desk_read_list(r, &item, ITEMS_MAX, sizeof(PtStr), &items, &count);
}

static PtStatus texts(DeskReader *r, const DeskMember *member, void *into)
{
    static const DeskMember item = {"",       desk_read_text, 0, .required = true,
                                    .min = 1, .max = LINE_MAX};
    void *items = NULL;
    size_t count = 0;
    (void)member;
    (void)into;
    return desk_read_list(r, &item, ITEMS_MAX, sizeof(PtStr), &items, &count);
}

static PtStatus truth(DeskReader *r, const DeskMember *member, void *into)
{
    const PtJsonToken token = pt_json_next(&r->j);
    (void)member;
    (void)into;
    return token == PT_JSON_TRUE || token == PT_JSON_FALSE
               ? PT_OK
               : desk_reader_fail(r, "not true or false");
}

/* The value of a ticket's field, as a report or a change has it. */
static PtStatus field_value(DeskReader *r, DeskField field)
{
    PtStr raw = {NULL, 0}, value;
    PtError why = {0};
    unsigned flags = 0;
    if (!pt_json_skip(&r->j, &raw, &flags, NULL)) {
        return pt_json_error(&r->j, r->err);
    }
    value = raw;
    if (raw.data[0] == '"') {
        PtBuf buf;
        pt_buf_init(&buf, DESK_RECORD_BYTES);
        pt_json_decode((PtStr){raw.data + 1, raw.len - 2}, &buf);
        value = pt_buf_status(&buf) == PT_OK
                    ? pt_arena_str(r->arena, buf.len > 0 ? pt_buf_str(&buf) : PT_STR(""))
                    : (PtStr){NULL, 0};
        pt_buf_done(&buf);
    }
    if (value.data == NULL) {
        return pt_fail(r->err, PT_NO_MEMORY, "no memory for a record");
    }
    PtStatus st = desk_field_check(field, value, r->arena, &value, &why);
    return st == PT_INVALID || st == PT_TOO_LARGE ? desk_reader_fail(r, "%s", why.message)
           : st != PT_OK                          ? pt_fail(r->err, st, "%s", why.message)
                                                  : PT_OK;
}

/* {"queue": "tills", "state": "waiting", ...}: fields of a ticket. */
static PtStatus fields(DeskReader *r, const DeskMember *member, void *into)
{
    (void)member;
    (void)into;
    if (pt_json_next(&r->j) != PT_JSON_OBJECT) {
        return desk_reader_fail(r, "not an object");
    }
    while (pt_json_next(&r->j) == PT_JSON_KEY) {
        const size_t before = desk_reader_push(r, r->j.raw);
        const int field = desk_choice(desk_fields, r->j.raw);
        PtStatus st = field >= 0 ? field_value(r, (DeskField)field)
                                 : desk_reader_fail(r, "is no field of a ticket");
        if (st != PT_OK) {
            return st;
        }
        desk_reader_pop(r, before);
    }
    return r->j.problem != NULL ? pt_json_error(&r->j, r->err) : PT_OK;
}

/* ---- Fields of one's own ----------------------------------------------------------------------
 */

static PtStatus own_field(DeskReader *r, const DeskMember *member, void *into)
{
    static const DeskMember members[] = {
        {"id", id, 0, .required = true, .min = 1, .max = DESK_NAME_MAX},
        {"label", desk_read_text, 0, .required = true, .min = 1, .max = LINE_MAX},
        {"kind", desk_read_choice, 0, .required = true, .choices = desk_own_kinds},
        {"required", truth, 0, .required = false},
        {"choices", texts, 0, .required = false}};
    (void)member;
    return desk_read_members(r, members, sizeof members / sizeof *members, into);
}

static PtStatus own_fields(DeskReader *r, const DeskMember *member, void *into)
{
    static const DeskMember item = {"", own_field, 0, .required = true};
    void *items = NULL;
    size_t count = 0;
    (void)member;
    (void)into;
    return desk_read_list(r, &item, ITEMS_MAX, sizeof(Scratch), &items, &count);
}

/* ---- Kinds ------------------------------------------------------------------------------------
 */

static const char *const priorities[] = {"P1", "P2", "P3", "P4", "P5", NULL};
static const char *const sorts[] = {"number", "priority", "changed", "due", "sentiment", NULL};
static const char *const service_states[] = {"live", "planned", "retired", NULL};

#define LIST(array)     (array), sizeof(array) / sizeof *(array)
#define LINE(name)      {name, desk_read_text, 0, .max = LINE_MAX}
#define WORDS(name)     {name, desk_read_text, 0, .max = WORDS_MAX}
#define AN_ID(name)     {name, id, 0, .max = DESK_NAME_MAX}
#define IDS(name)       {name, ids, 0, .required = false}
#define MINUTES(name)   {name, desk_read_number, 0, .max = MINUTES_MAX}
#define ONE_OF(name, x) {name, desk_read_choice, 0, .choices = (x)}

static const DeskMember service[] = {WORDS("description"),
                                     IDS("touchpoints"),
                                     IDS("depends_on"),
                                     AN_ID("vendor"),
                                     AN_ID("queue"),
                                     LINE("owner"),
                                     ONE_OF("label", priorities),
                                     ONE_OF("state", service_states)};
static const DeskMember touchpoint[] = {WORDS("description"), LINE("channel")};
static const DeskMember vendor[] = {
    LINE("contract"),       LINE("contact"), LINE("email"),
    LINE("phone"),          WORDS("hours"),  MINUTES("response_min"),
    MINUTES("resolve_min"), IDS("services"), WORDS("message")};
static const DeskMember queue[] = {
    WORDS("description"), LINE("calendar"), LINE("lead"), {"members", texts, 0, .required = false}};
static const DeskMember field_set[] = {ONE_OF("type", desk_types),
                                       {"fields", own_fields, 0, .required = true}};
static const DeskMember macro[] = {WORDS("description"),
                                   {"change", fields, 0, .required = false},
                                   WORDS("note"),
                                   {"public", truth, 0, .required = false}};
static const DeskMember template[] = {
    WORDS("description"), ONE_OF("type", desk_types), {"report", fields, 0, .required = true}};
static const DeskMember view[] = {LINE("state"),
                                  LINE("type"),
                                  LINE("priority"),
                                  LINE("queue"),
                                  LINE("assignee"),
                                  LINE("store"),
                                  LINE("category"),
                                  LINE("search"),
                                  LINE("due_state"),
                                  LINE("mood"),
                                  LINE("mood_lowest"),
                                  {"pressing", truth, 0, .max = 0},
                                  {"major", truth, 0, .max = 0},
                                  ONE_OF("sort", sorts),
                                  {"reversed", truth, 0, .max = 0},
                                  {"columns", texts, 0, .required = false},
                                  LINE("owner")};

static const struct {
    const DeskMember *members;
    size_t count;
} kinds[DESK_RECORD_KINDS] = {
    [DESK_SERVICE] = {LIST(service)},     [DESK_TOUCHPOINT] = {LIST(touchpoint)},
    [DESK_VENDOR] = {LIST(vendor)},       [DESK_QUEUE] = {LIST(queue)},
    [DESK_FIELD_SET] = {LIST(field_set)}, [DESK_MACRO] = {LIST(macro)},
    [DESK_TEMPLATE] = {LIST(template)},   [DESK_VIEW] = {LIST(view)},
};

PtStatus desk_record_check(DeskRecordKind kind, PtStr json, PtArena *arena, PtError *err)
{
    DeskReader r;
    Scratch scratch;
    if (json.len > DESK_RECORD_BYTES) {
        return pt_fail(err, PT_TOO_LARGE, "the record has over %d bytes", DESK_RECORD_BYTES);
    }
    desk_reader_init(&r, json, arena, err);
    PtStatus st = desk_read_members(&r, kinds[kind].members, kinds[kind].count, &scratch);
    return st == PT_OK ? desk_reader_end(&r) : st;
}
