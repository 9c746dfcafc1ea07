// SPDX-License-Identifier: Apache-2.0
/* The policy of priorities, read and checked. */
#include "desk/policy_internal.h"
#include "desk/read_internal.h"

#include <stddef.h>
#include <string.h>

enum { COUNT_MAX = 1000000000, QUEUE_MAX = 64 };

static PtStatus no_memory(DeskReader *r)
{
    return pt_fail(r->err, PT_NO_MEMORY, "no memory for the policy");
}

/* ---- Scopes -----------------------------------------------------------------------------------
 */

static PtStatus read_reach(DeskReader *r, const DeskMember *member, void *into)
{
    static const DeskMember members[] = {
        {"stores", desk_read_number, offsetof(DeskReach, stores), .max = COUNT_MAX},
        {"tills", desk_read_number, offsetof(DeskReach, tills), .max = COUNT_MAX},
        {"customers", desk_read_number, offsetof(DeskReach, customers), .max = COUNT_MAX}};
    (void)member;
    return desk_read_members(r, members, sizeof members / sizeof *members, into);
}

static PtStatus read_scopes(DeskReader *r, const DeskMember *member, void *into)
{
    static const DeskMember members[] = {
        {"store", read_reach, DESK_STORE * sizeof(DeskReach), .required = true},
        {"several", read_reach, DESK_SEVERAL * sizeof(DeskReach), .required = true},
        {"widespread", read_reach, DESK_WIDESPREAD * sizeof(DeskReach), .required = true}};
    (void)member;
    return desk_read_members(r, members, sizeof members / sizeof *members, into);
}

/* ---- Matrices ---------------------------------------------------------------------------------
 */

static const DeskMember cell = {"", desk_read_byte, 0, .min = 1, .max = 5};

/* Three priorities, by urgency high, medium, low. */
static PtStatus read_row(DeskReader *r, const DeskMember *member, void *into)
{
    (void)member;
    void *cells = NULL;
    size_t count = 0;
    PtStatus st = desk_read_list(r, &cell, DESK_LEVELS, 1, &cells, &count);
    if (st == PT_OK && count != DESK_LEVELS) {
        st = desk_reader_fail(r, "not three priorities: urgency high, medium, low");
    }
    if (st == PT_OK) {
        memcpy(into, cells, DESK_LEVELS);
    }
    return st;
}

static PtStatus read_impact(DeskReader *r, const DeskMember *member, void *into)
{
    static const DeskMember row = {"", read_row, 0, .required = true};
    void *rows = NULL;
    size_t count = 0;
    (void)member;
    PtStatus st = desk_read_list(r, &row, DESK_LEVELS, DESK_LEVELS, &rows, &count);
    if (st == PT_OK && count != DESK_LEVELS) {
        st = desk_reader_fail(r, "not three rows: impact high, medium, low");
    }
    if (st == PT_OK) {
        memcpy(into, rows, DESK_LEVELS * DESK_LEVELS);
    }
    return st;
}

static PtStatus read_cells(DeskReader *r, DeskTouchpoint *into)
{
    static const DeskMember members[] = {
        {"single", read_row, offsetof(DeskTouchpoint, cells[DESK_SINGLE]), .required = true},
        {"store", read_row, offsetof(DeskTouchpoint, cells[DESK_STORE]), .required = true},
        {"several", read_row, offsetof(DeskTouchpoint, cells[DESK_SEVERAL]), .required = true},
        {"widespread", read_row, offsetof(DeskTouchpoint, cells[DESK_WIDESPREAD]),
         .required = true}};
    return desk_read_members(r, members, sizeof members / sizeof *members, into);
}

bool desk_id_valid(PtStr id)
{
    bool valid = id.len >= 1 && id.len <= DESK_NAME_MAX && id.data[0] >= 'a' && id.data[0] <= 'z';
    for (size_t i = 1; valid && i < id.len; i++) {
        const char c = id.data[i];
        valid = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    }
    return valid;
}

/* The key that the reader stands at, as the name of a touchpoint that no row before has. */
static PtStatus take_touchpoint(DeskReader *r, DeskRules *rules)
{
    const PtStr name = r->j.raw;
    if (!desk_id_valid(name) && !pt_str_eq(name, PT_STR("*"))) {
        return desk_reader_fail(r, "not * nor 1..%d of a-z, 0-9 and _", DESK_NAME_MAX);
    }
    for (size_t i = 0; i < rules->touchpoint_count; i++) {
        if (pt_str_eq(rules->touchpoints[i].id, name)) {
            return desk_reader_fail(r, "stands twice");
        }
    }
    if (rules->touchpoint_count == DESK_POLICY_TOUCHPOINTS) {
        return desk_reader_fail(r, "is one over %d touchpoints", DESK_POLICY_TOUCHPOINTS);
    }
    DeskTouchpoint *t = &rules->touchpoints[rules->touchpoint_count];
    t->id = pt_arena_str(r->arena, name);
    if (t->id.data == NULL) {
        return no_memory(r);
    }
    rules->touchpoint_count++;
    return read_cells(r, t);
}

static PtStatus read_touchpoints(DeskReader *r, const DeskMember *member, void *into)
{
    DeskRules *rules = into;
    (void)member;
    rules->touchpoints =
        pt_arena_alloc(r->arena, DESK_POLICY_TOUCHPOINTS, sizeof *rules->touchpoints);
    if (rules->touchpoints == NULL) {
        return no_memory(r);
    }
    if (pt_json_next(&r->j) != PT_JSON_OBJECT) {
        return desk_reader_fail(r, "not an object");
    }
    while (pt_json_next(&r->j) == PT_JSON_KEY) {
        const size_t before = desk_reader_push(r, r->j.raw);
        PtStatus st = take_touchpoint(r, rules);
        if (st != PT_OK) {
            return st;
        }
        desk_reader_pop(r, before);
    }
    return r->j.problem != NULL ? pt_json_error(&r->j, r->err) : PT_OK;
}

/* ---- Categories -------------------------------------------------------------------------------
 */

static PtStatus read_id(DeskReader *r, const DeskMember *member, void *into)
{
    PtStatus st = desk_read_text(r, member, into);
    const PtStr *id = into;
    if (st == PT_OK && id->len > 0 && !desk_id_valid(*id)) {
        st = desk_reader_fail(r, "not a-z, 0-9 and _ that begin with a letter");
    }
    return st;
}

static PtStatus read_actions(DeskReader *r, const DeskMember *member, void *into)
{
    static const DeskMember action = {"", desk_read_choice, 0, .choices = desk_actions};
    void *items = NULL;
    size_t count = 0;
    (void)member;
    PtStatus st = desk_read_list(r, &action, DESK_ACTIONS, sizeof(unsigned), &items, &count);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        *(uint8_t *)into |= (uint8_t)(1U << ((const unsigned *)items)[i]);
    }
    return st;
}

static PtStatus read_category(DeskReader *r, const DeskMember *member, void *into)
{
    static const DeskMember members[] = {
        {"id", read_id, offsetof(DeskCategory, id), .required = true, .min = 1,
         .max = DESK_NAME_MAX},
        {"name", desk_read_text, offsetof(DeskCategory, name), .required = true, .min = 1,
         .max = DESK_TITLE_MAX},
        {"touchpoint", read_id, offsetof(DeskCategory, touchpoint), .max = DESK_NAME_MAX},
        {"queue", desk_read_text, offsetof(DeskCategory, queue), .max = QUEUE_MAX},
        {"floor", desk_read_byte, offsetof(DeskCategory, floor), .required = true, .min = 1,
         .max = 5},
        {"urgency", desk_read_choice, offsetof(DeskCategory, urgency), .choices = desk_levels},
        {"escalate_min", desk_read_number, offsetof(DeskCategory, escalate_min),
         .max = DESK_ESCALATE_MAX},
        {"actions", read_actions, offsetof(DeskCategory, actions), .required = false}};
    DeskCategory *c = into;
    (void)member;
    *c = (DeskCategory){
        .touchpoint = PT_STR(""), .queue = PT_STR(""), .urgency = DESK_MEDIUM, .escalate_min = -1};
    return desk_read_members(r, members, sizeof members / sizeof *members, c);
}

static PtStatus read_categories(DeskReader *r, const DeskMember *member, void *into)
{
    static const DeskMember row = {"", read_category, 0, .required = true};
    DeskRules *rules = into;
    void *rows = NULL;
    (void)member;
    PtStatus st = desk_read_list(r, &row, DESK_POLICY_CATEGORIES, sizeof *rules->categories, &rows,
                                 &rules->category_count);
    if (st != PT_OK) {
        return st;
    }
    rules->categories = rows;
    for (size_t i = 0; i < rules->category_count; i++) {
        if (desk_rules_category(rules, rules->categories[i].id) != &rules->categories[i]) {
            return desk_reader_fail(r, "\"%.*s\" stands twice",
                                    PT_STR_ARG(rules->categories[i].id));
        }
    }
    return PT_OK;
}

/* ---- Peaks ------------------------------------------------------------------------------------
 */

static PtStatus read_peak_touchpoints(DeskReader *r, const DeskMember *member, void *into)
{
    static const DeskMember id = {"", read_id, 0, .required = true, .min = 1, .max = DESK_NAME_MAX};
    DeskPeak *peak = into;
    void *items = NULL;
    (void)member;
    PtStatus st = desk_read_list(r, &id, DESK_POLICY_TOUCHPOINTS, sizeof(PtStr), &items,
                                 &peak->touchpoint_count);
    peak->touchpoints = items;
    return st;
}

static PtStatus read_peak(DeskReader *r, const DeskMember *member, void *into)
{
    static const DeskMember members[] = {
        {"name", desk_read_text, offsetof(DeskPeak, name), .required = true, .min = 1,
         .max = DESK_TITLE_MAX},
        {"from", desk_read_time, offsetof(DeskPeak, from_ms), .required = true},
        {"to", desk_read_time, offsetof(DeskPeak, to_ms), .required = true},
        {"raise", desk_read_byte, offsetof(DeskPeak, raise), .required = false, .min = 1, .max = 4},
        {"touchpoints", read_peak_touchpoints, 0, .required = false}};
    DeskPeak *peak = into;
    (void)member;
    *peak = (DeskPeak){.raise = 1};
    PtStatus st = desk_read_members(r, members, sizeof members / sizeof *members, peak);
    if (st == PT_OK && peak->to_ms <= peak->from_ms) {
        st = desk_reader_fail(r, "\"to\" is not behind \"from\"");
    }
    return st;
}

static PtStatus read_peaks(DeskReader *r, const DeskMember *member, void *into)
{
    static const DeskMember row = {"", read_peak, 0, .required = true};
    DeskRules *rules = into;
    void *rows = NULL;
    (void)member;
    PtStatus st =
        desk_read_list(r, &row, DESK_POLICY_PEAKS, sizeof *rules->peaks, &rows, &rules->peak_count);
    rules->peaks = rows;
    return st;
}

/* ---- Major incidents --------------------------------------------------------------------------
 */

static PtStatus read_major(DeskReader *r, const DeskMember *member, void *into)
{
    static const DeskMember members[] = {
        {"update_min", desk_read_number, offsetof(DeskMajor, update_min), .max = DESK_UPDATE_MAX},
        {"link_days", desk_read_number, offsetof(DeskMajor, link_days), .min = 1,
         .max = DESK_LINK_DAYS_MAX},
        {"zone", desk_read_text, offsetof(DeskMajor, zone), .min = 1, .max = DESK_ZONE_MAX}};
    (void)member;
    return desk_read_members(r, members, sizeof members / sizeof *members, into);
}

/* ---- The whole --------------------------------------------------------------------------------
 */

PtStatus desk_rules_read(PtStr json, PtArena *arena, DeskRules *ret_rules, PtError *err)
{
    static const DeskMember members[] = {
        {"method", desk_read_choice, offsetof(DeskRules, method), .choices = desk_methods},
        {"scopes", read_scopes, offsetof(DeskRules, reach), .required = true},
        {"touchpoints", read_touchpoints, 0, .required = true},
        {"impact_urgency", read_impact, offsetof(DeskRules, impact), .required = true},
        {"categories", read_categories, 0, .required = true},
        {"peaks", read_peaks, 0, .required = false},
        {"major", read_major, offsetof(DeskRules, major), .required = false}};
    DeskReader r;
    DeskRules rules = {.method = DESK_BY_TOUCHPOINT,
                       .major = {.update_min = 30, .link_days = 14, .zone = PT_STR("UTC")}};
    if (json.len > DESK_POLICY_BYTES) {
        return pt_fail(err, PT_TOO_LARGE, "the policy has over %d bytes", DESK_POLICY_BYTES);
    }
    desk_reader_init(&r, json, arena, err);
    PtStatus st = desk_read_members(&r, members, sizeof members / sizeof *members, &rules);
    st = st == PT_OK ? desk_reader_end(&r) : st;
    if (st == PT_OK) {
        *ret_rules = rules;
    }
    return st;
}
