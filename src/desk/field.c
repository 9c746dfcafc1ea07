// SPDX-License-Identifier: Apache-2.0
/* What can be edited of a ticket: names, kinds and bounds of fields; its states. */
#include "desk/desk_internal.h"
#include "desk/read_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const desk_types[] = {"incident", "service_request", "problem", "change", NULL};
const char *const desk_states[] = {"new",    "in_progress", "waiting", "resolved",
                                   "closed", "cancelled",   NULL};
static const char *const waits[] = {"requester", "vendor", "change", NULL};
static const char *const labels[] = {"P1", "P2", "P3", "P4", "P5", NULL};
static const char *const prefixes[DESK_TYPES] = {"INC", "REQ", "PRB", "CHG"};

typedef enum FieldKind { TEXT, LINES, CHOICE, LIST, OBJECT } FieldKind;

/* By DeskField. max: characters of a text or of an item, bytes of an object. */
static const struct FieldSpec {
    FieldKind kind;
    size_t min, max;
    const char *const *choices;
    bool optional; /* a choice may be "" */
} specs[DESK_FIELDS] = {
    [DESK_F_STATE] = {.kind = CHOICE, .choices = desk_states},
    [DESK_F_WAITING_FOR] = {.kind = CHOICE, .choices = waits, .optional = true},
    [DESK_F_TITLE] = {.kind = TEXT, .min = 1, .max = 200},
    [DESK_F_DESCRIPTION] = {.kind = LINES, .max = 10000},
    [DESK_F_REQUESTER] = {.kind = TEXT, .max = 200},
    [DESK_F_STORE] = {.kind = TEXT, .max = 100},
    [DESK_F_TILL] = {.kind = TEXT, .max = 100},
    [DESK_F_CHANNEL] = {.kind = TEXT, .max = 40},
    [DESK_F_CATEGORY] = {.kind = TEXT, .max = 64},
    [DESK_F_SERVICES] = {.kind = LIST, .max = 20},
    [DESK_F_TOUCHPOINTS] = {.kind = LIST, .max = 20},
    [DESK_F_IMPACT] = {.kind = CHOICE, .choices = desk_levels, .optional = true},
    [DESK_F_URGENCY] = {.kind = CHOICE, .choices = desk_levels, .optional = true},
    [DESK_F_LABEL] = {.kind = CHOICE, .choices = labels, .optional = true},
    [DESK_F_QUEUE] = {.kind = TEXT, .max = 64},
    [DESK_F_ASSIGNEE] = {.kind = TEXT, .max = 64},
    [DESK_F_WATCHERS] = {.kind = LIST, .max = DESK_LIST_MAX},
    [DESK_F_RESOLUTION] = {.kind = LINES, .max = 2000},
    [DESK_F_CUSTOM] = {.kind = OBJECT, .max = 16384},
    [DESK_F_COMMANDER] = {.kind = TEXT, .max = 64},
    [DESK_F_REVIEW] = {.kind = LINES, .max = 10000},
};

const char *const desk_fields[] = {
    "state",   "waiting_for", "title",    "description", "requester",   "store",
    "till",    "channel",     "category", "services",    "touchpoints", "impact",
    "urgency", "label",       "queue",    "assignee",    "watchers",    "resolution",
    "custom",  "commander",   "review",   NULL,
};

int desk_choice(const char *const *choices, PtStr text)
{
    for (int i = 0; choices[i] != NULL; i++) {
        if (pt_str_eq(text, pt_str(choices[i]))) {
            return i;
        }
    }
    return -1;
}

/* ---- Keys -------------------------------------------------------------------------------------
 */

PtStr desk_key(DeskType type, int64_t number, char out[static DESK_KEY_MAX])
{
    const int len =
        snprintf(out, DESK_KEY_MAX, "%s-%lld", prefixes[type % DESK_TYPES], (long long)number);
    return (PtStr){out, (size_t)len};
}

bool desk_key_parse(PtStr key, int64_t *ret_number)
{
    uint32_t number = 0;
    PtStr digits = key;
    for (size_t i = 0; i < DESK_TYPES; i++) {
        const PtStr prefix = pt_str(prefixes[i]);
        if (key.len > prefix.len + 1 && key.data[prefix.len] == '-' &&
            pt_str_eq_nocase((PtStr){key.data, prefix.len}, prefix)) {
            digits = pt_str_from(key, prefix.len + 1);
        }
    }
    if (!pt_str_to_u32(digits, UINT32_MAX, &number)) {
        return false;
    }
    *ret_number = number;
    return true;
}

/* ---- Values -----------------------------------------------------------------------------------
 */

static size_t characters(PtStr text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        count += ((unsigned char)text.data[i] & 0xc0U) != 0x80;
    }
    return count;
}

static bool control(PtStr text, bool lines)
{
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.data[i];
        const bool space = lines && (c == '\n' || c == '\r' || c == '\t');
        if ((c < ' ' && !space) || c == 0x7f) {
            return true;
        }
    }
    return false;
}

PtStatus desk_text_check(const char *name, PtStr text, size_t min, size_t max, bool lines,
                         PtError *err)
{
    if (!pt_utf8_valid(text) || control(text, lines)) {
        return pt_fail(err, PT_INVALID, "%s: not UTF-8 without control characters", name);
    }
    const size_t count = characters(text);
    if (count < min || count > max) {
        return pt_fail(err, PT_INVALID, "%s: length is %zu, not %zu..%zu characters", name, count,
                       min, max);
    }
    return PT_OK;
}

static int by_bytes(const void *a, const void *b)
{
    const PtStr *x = a, *y = b;
    const size_t shorter = x->len < y->len ? x->len : y->len;
    const int order = shorter > 0 ? memcmp(x->data, y->data, shorter) : 0;
    return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

PtStatus desk_field_items(PtStr json, PtArena *arena, PtStr **ret_items, size_t *ret_count,
                          PtError *err)
{
    static const DeskMember item = {"",       desk_read_text,      0, .required = true,
                                    .min = 1, .max = DESK_NAME_MAX};
    DeskReader r;
    void *items = NULL;
    *ret_items = NULL;
    *ret_count = 0;
    if (json.len == 0) {
        return PT_OK;
    }
    desk_reader_init(&r, json, arena, err);
    PtStatus st = desk_read_list(&r, &item, DESK_LIST_MAX, sizeof(PtStr), &items, ret_count);
    st = st == PT_OK ? desk_reader_end(&r) : st;
    if (st == PT_OK) {
        *ret_items = items;
    }
    return st;
}

/* Sorted, each once, so that equal lists are equal texts; none is "". */
static PtStatus check_list(DeskField field, PtStr value, PtArena *arena, PtStr *ret_value,
                           PtError *err)
{
    PtStr *items = NULL;
    size_t count = 0;
    PtBuf buf;
    PtError why = {0};
    PtStatus st = desk_field_items(value, arena, &items, &count, &why);
    if (st != PT_OK) {
        return pt_fail(err, st, "%s%s", desk_fields[field], why.message);
    }
    if (count > specs[field].max) {
        return pt_fail(err, PT_INVALID, "%s: has %zu items, not 0..%zu", desk_fields[field], count,
                       specs[field].max);
    }
    if (count == 0) {
        *ret_value = PT_STR("");
        return PT_OK;
    }
    qsort(items, count, sizeof *items, by_bytes);
    pt_buf_init(&buf, DESK_LIST_MAX * (6 * DESK_NAME_MAX + 3) + 2);
    PtJsonOut out = pt_json_out(&buf);
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || !pt_str_eq(items[i], items[i - 1])) {
            pt_json_out_str(&out, items[i]);
        }
    }
    pt_json_out_array_end(&out);
    *ret_value =
        pt_buf_status(&buf) == PT_OK ? pt_arena_str(arena, pt_buf_str(&buf)) : (PtStr){NULL, 0};
    pt_buf_done(&buf);
    return ret_value->data != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for a ticket");
}

static PtStatus check_object(DeskField field, PtStr value, PtStr *ret_value, PtError *err)
{
    enum { DEPTH = 8 };
    if (value.len > specs[field].max) {
        return pt_fail(err, PT_TOO_LARGE, "%s: is over %zu bytes", desk_fields[field],
                       specs[field].max);
    }
    if (value.len > 0 && (pt_json_check(value, DEPTH, NULL) != PT_OK || value.data[0] != '{')) {
        return pt_fail(err, PT_INVALID, "%s: not a JSON object of at most %d levels",
                       desk_fields[field], DEPTH);
    }
    *ret_value = pt_str_eq(value, PT_STR("{}")) ? PT_STR("") : value;
    return PT_OK;
}

PtStatus desk_field_check(DeskField field, PtStr value, PtArena *arena, PtStr *ret_value,
                          PtError *err)
{
    const struct FieldSpec *spec = &specs[field];
    const char *name = desk_fields[field];
    PtStatus st = PT_OK;
    switch (spec->kind) {
    case LIST:
        return check_list(field, value, arena, ret_value, err);
    case OBJECT:
        return check_object(field, value, ret_value, err);
    case CHOICE:
        if (!(spec->optional && value.len == 0) && desk_choice(spec->choices, value) < 0) {
            return pt_fail(err, PT_INVALID, "%s: \"%.*s\" is none of its values", name,
                           (int)(value.len < 40 ? value.len : 40), value.data);
        }
        break;
    default:
        st = desk_text_check(name, value, spec->min, spec->max, spec->kind == LINES, err);
        break;
    }
    if (st == PT_OK) {
        *ret_value = value.data != NULL ? value : PT_STR("");
    }
    return st;
}

/* ---- States -----------------------------------------------------------------------------------
 */

PtStatus desk_state_change(DeskState from, DeskState to, PtError *err)
{
    static const uint8_t allowed[DESK_STATES] = {
        [DESK_NEW] = 1U << DESK_IN_PROGRESS | 1U << DESK_WAITING | 1U << DESK_RESOLVED |
                     1U << DESK_CANCELLED,
        [DESK_IN_PROGRESS] = 1U << DESK_WAITING | 1U << DESK_RESOLVED | 1U << DESK_CANCELLED,
        [DESK_WAITING] = 1U << DESK_IN_PROGRESS | 1U << DESK_RESOLVED | 1U << DESK_CANCELLED,
        [DESK_RESOLVED] = 1U << DESK_IN_PROGRESS | 1U << DESK_CLOSED,
        [DESK_CLOSED] = 1U << DESK_IN_PROGRESS,
        [DESK_CANCELLED] = 1U << DESK_IN_PROGRESS,
    };
    if (from == to || (allowed[from] & 1U << to) != 0) {
        return PT_OK;
    }
    return pt_fail(err, PT_CONFLICT, "state: a ticket that is %s does not become %s",
                   desk_states[from], desk_states[to]);
}
