// SPDX-License-Identifier: Apache-2.0
/* What an incident's category asks for besides the ticket: a problem record, a change to review, a
 * message to the vendor. */
#include "desk/desk_internal.h"

/* The open record of the same fault, or a new one. */
static PtStatus beside(DeskWriting *w, const DeskTicket *incident, DeskType type, PtStr link)
{
    static const DeskSaid said = {.kind = "opened"};
    static const DeskField taken[] = {DESK_F_TITLE, DESK_F_CATEGORY, DESK_F_SERVICES,
                                      DESK_F_TOUCHPOINTS, DESK_F_QUEUE};
    DeskRow row = {.t = {.type = type}};
    int64_t number = 0;
    bool added = false;
    for (size_t i = 0; i < DESK_FIELDS; i++) {
        row.t.f[i] = PT_STR("");
    }
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        row.t.f[taken[i]] = incident->f[taken[i]];
    }
    PtStatus st = desk_find_fault(w, &row);
    st = st == PT_OK ? desk_open_fault(w, row.fault, -1, &number) : st;
    if (st == PT_OK && number == 0) {
        st = desk_insert(w, &row, &said);
        number = row.t.number;
    }
    return st == PT_OK ? desk_link_put(w, incident->number, link, number, &added) : st;
}

PtStatus desk_act(DeskWriting *w, const DeskTicket *incident)
{
    static const struct {
        DeskAction action;
        DeskType type;
        PtStr link;
    } records[] = {{DESK_ACT_PROBLEM, DESK_PROBLEM, PT_STR_INIT("caused_by")},
                   {DESK_ACT_CHANGE, DESK_CHANGE, PT_STR_INIT("related_to")}};
    const DeskCategory *category =
        desk_rules_category(&w->policy->rules, incident->f[DESK_F_CATEGORY]);
    PtStatus st = PT_OK;
    if (incident->type != DESK_INCIDENT || category == NULL) {
        return PT_OK;
    }
    for (size_t i = 0; st == PT_OK && i < sizeof records / sizeof *records; i++) {
        if ((category->actions & 1U << records[i].action) != 0) {
            st = beside(w, incident, records[i].type, records[i].link);
        }
    }
    if (st == PT_OK && (category->actions & 1U << DESK_ACT_VENDOR) != 0) {
        st = desk_escalate_of_itself(w, incident->number);
    }
    return st;
}
