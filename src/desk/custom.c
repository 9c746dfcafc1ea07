// SPDX-License-Identifier: Apache-2.0
/* Fields of one's own, checked by the records that say which there are. */
#include "desk.sql.h"
#include "desk/desk_internal.h"
#include "desk/read_internal.h"

#include "base/time.h"

enum { FIELDS_MAX = 50, TEXT_MAX = 2000, SETS_MAX = 200 };

typedef enum OwnKind { OWN_TEXT, OWN_NUMBER, OWN_TRUTH, OWN_CHOICE, OWN_DATE } OwnKind;
const char *const desk_own_kinds[] = {"text", "number", "truth", "choice", "date", NULL};

typedef struct OwnChoices {
    PtStr *list;
    size_t count;
} OwnChoices;

typedef struct OwnField {
    PtStr id, label;
    unsigned kind; /* OwnKind */
    bool required, given;
    OwnChoices choices;
} OwnField;

typedef struct OwnFields {
    OwnField *list;
    size_t count;
} OwnFields;

typedef struct OwnSet {
    PtStr type; /* of tickets; "": of all */
    OwnFields fields;
} OwnSet;

/* ---- The records ------------------------------------------------------------------------------
 * Checked when they were saved: bounds are not asked again.
 */

static PtStatus read_truth(DeskReader *r, const DeskMember *member, void *into)
{
    (void)member;
    *(bool *)into = pt_json_next(&r->j) == PT_JSON_TRUE;
    return PT_OK;
}

static PtStatus read_choices(DeskReader *r, const DeskMember *member, void *into)
{
    static const DeskMember item = {"", desk_read_text, 0, .required = true, .max = TEXT_MAX};
    OwnChoices *choices = into;
    void *list = NULL;
    (void)member;
    PtStatus st = desk_read_list(r, &item, FIELDS_MAX, sizeof(PtStr), &list, &choices->count);
    choices->list = list;
    return st;
}

static PtStatus read_field(DeskReader *r, const DeskMember *member, void *into)
{
    static const DeskMember members[] = {
        {"id", desk_read_text, offsetof(OwnField, id), .required = true, .max = TEXT_MAX},
        {"label", desk_read_text, offsetof(OwnField, label), .required = true, .max = TEXT_MAX},
        {"kind", desk_read_choice, offsetof(OwnField, kind), .required = true,
         .choices = desk_own_kinds},
        {"required", read_truth, offsetof(OwnField, required), .required = false},
        {"choices", read_choices, offsetof(OwnField, choices), .required = false}};
    (void)member;
    return desk_read_members(r, members, sizeof members / sizeof *members, into);
}

static PtStatus read_fields(DeskReader *r, const DeskMember *member, void *into)
{
    static const DeskMember item = {"", read_field, 0, .required = true};
    OwnFields *fields = into;
    void *list = NULL;
    (void)member;
    PtStatus st = desk_read_list(r, &item, FIELDS_MAX, sizeof(OwnField), &list, &fields->count);
    fields->list = list;
    return st;
}

static PtStatus read_set(PtStr json, PtArena *arena, OwnSet *ret, PtError *err)
{
    static const DeskMember members[] = {
        {"type", desk_read_text, offsetof(OwnSet, type), .max = TEXT_MAX},
        {"fields", read_fields, offsetof(OwnSet, fields), .required = true}};
    DeskReader r;
    desk_reader_init(&r, json, arena, err);
    return desk_read_members(&r, members, sizeof members / sizeof *members, ret);
}

/* Sets for tickets of this type. */
static PtStatus read_sets(DeskWriting *w, DeskType type, OwnSet *sets, size_t *ret_count)
{
    bool row = true;
    size_t count = 0;
    PtStatus st = pt_sql_use(w->tx, SQL_DESK_RECORD_LIST, w->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(w->tx, 1, pt_str(desk_record_kinds[DESK_FIELD_SET]));
    pt_sql_bind_text(w->tx, 2, PT_STR(""));
    pt_sql_bind_i64(w->tx, 3, SETS_MAX);
    while ((st = pt_sql_step(w->tx, &row, w->err)) == PT_OK && row) {
        const PtStr json = pt_arena_str(w->arena, pt_sql_text(w->tx, 2));
        sets[count] = (OwnSet){.type = PT_STR("")};
        st = json.data != NULL ? read_set(json, w->arena, &sets[count], w->err)
                               : pt_fail(w->err, PT_NO_MEMORY, "no memory for a ticket");
        if (st != PT_OK) {
            break;
        }
        count += sets[count].type.len == 0 || pt_str_eq(sets[count].type, pt_str(desk_types[type]));
    }
    pt_sql_done(w->tx);
    *ret_count = count;
    return st;
}

/* ---- Values -----------------------------------------------------------------------------------
 */

static OwnField *find(OwnSet *sets, size_t count, PtStr id)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < sets[i].fields.count; k++) {
            if (pt_str_eq(sets[i].fields.list[k].id, id)) {
                return &sets[i].fields.list[k];
            }
        }
    }
    return NULL;
}

static bool is_date(PtStr text)
{
    int64_t ms;
    return text.len == 10 && pt_time_parse(text, &ms);
}

static bool is_choice(const OwnField *field, PtStr text)
{
    for (size_t i = 0; i < field->choices.count; i++) {
        if (pt_str_eq(field->choices.list[i], text)) {
            return true;
        }
    }
    return false;
}

/* What is wrong with a text that stands for the field; NULL: nothing. */
static const char *wrong_text(const OwnField *field, PtStr text)
{
    if (text.len == 0) {
        return NULL; // as none
    }
    switch (field->kind) {
    case OWN_CHOICE:
        return is_choice(field, text) ? NULL : "is none of its choices";
    case OWN_DATE:
        return is_date(text) ? NULL : "is not a date such as 2026-01-31";
    case OWN_TEXT:
        return NULL;
    default:
        return "is a text";
    }
}

static PtStatus check_text(DeskWriting *w, OwnField *field, PtStr raw)
{
    PT_CLEANUP(pt_buf_done) PtBuf buf;
    pt_buf_init(&buf, TEXT_MAX);
    pt_json_decode(raw, &buf);
    if (buf.status == PT_NO_MEMORY) {
        return pt_fail(w->err, PT_NO_MEMORY, "no memory for a ticket");
    }
    const char *wrong = pt_buf_status(&buf) != PT_OK
                            ? "is too long"
                            : wrong_text(field, buf.len > 0 ? pt_buf_str(&buf) : PT_STR(""));
    field->given = buf.len > 0;
    return wrong == NULL
               ? PT_OK
               : pt_fail(w->err, PT_INVALID, "custom.%.*s: %s", PT_STR_ARG(field->id), wrong);
}

static PtStatus check_value(DeskWriting *w, OwnField *field, PtJson *j)
{
    const PtJsonToken token = pt_json_next(j);
    const bool truth = token == PT_JSON_TRUE || token == PT_JSON_FALSE;
    if (token == PT_JSON_STRING) {
        return check_text(w, field, j->raw);
    }
    field->given = token != PT_JSON_NULL;
    if (token == PT_JSON_NULL || (token == PT_JSON_NUMBER && field->kind == OWN_NUMBER) ||
        (truth && field->kind == OWN_TRUTH)) {
        return PT_OK;
    }
    return pt_fail(w->err, PT_INVALID, "custom.%.*s: is not a %s", PT_STR_ARG(field->id),
                   desk_own_kinds[field->kind]);
}

static PtStatus check_members(DeskWriting *w, OwnSet *sets, size_t count, PtStr json)
{
    PtJson j;
    PtStatus st = PT_OK;
    pt_json_init(&j, json, 16);
    (void)pt_json_next(&j);
    while (st == PT_OK && pt_json_next(&j) == PT_JSON_KEY) {
        OwnField *field = find(sets, count, j.raw);
        st = field != NULL ? check_value(w, field, &j)
                           : pt_fail(w->err, PT_INVALID, "custom.%.*s: there is no such field",
                                     (int)(j.raw.len < DESK_NAME_MAX ? j.raw.len : DESK_NAME_MAX),
                                     j.raw.data);
    }
    return st;
}

PtStatus desk_custom_check(DeskWriting *w, DeskType type, PtStr custom)
{
    OwnSet *sets = pt_arena_alloc(w->arena, SETS_MAX, sizeof *sets);
    size_t count = 0;
    PtStatus st = sets != NULL ? read_sets(w, type, sets, &count)
                               : pt_fail(w->err, PT_NO_MEMORY, "no memory for a ticket");
    if (st != PT_OK || count == 0) {
        return st; // nobody has said which there are: any may be
    }
    st = custom.len > 0 ? check_members(w, sets, count, custom) : PT_OK;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        for (size_t k = 0; st == PT_OK && k < sets[i].fields.count; k++) {
            const OwnField *field = &sets[i].fields.list[k];
            if (field->required && !find(sets, count, field->id)->given) { // sets may share it
                st = pt_fail(w->err, PT_INVALID, "custom.%.*s: is needed", PT_STR_ARG(field->id));
            }
        }
    }
    return st;
}
