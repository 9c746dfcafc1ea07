// SPDX-License-Identifier: Apache-2.0
/* What staff decided, as it comes back through the log: in its place among all other events, on the
 * graph as it is there. What the graph refuses by then is noted with the persons' links. */
#include "base/json.h"
#include "base/memory.h"
#include "base/uuid.h"
#include "profiles/consent_internal.h"
#include "profiles/duplicates_internal.h"
#include "profiles/erase_internal.h"
#include "profiles/identity_book.h"
#include "profiles/traits_internal.h"
#include "profiles/view_internal.h"

#include <string.h>

const char decided_merge[] = "Identity Merged";
const char decided_split[] = "Identity Split";
const char decided_lift[] = "Identity Barrier Lifted";
const char decided_refusal[] = "Duplicate Refused";

enum { TEXT_MAX = 16 << 10 }; /* bytes */

typedef struct Decision {
    const EventView *event;
    uint64_t offset;
    PtStr properties;
    PtStr person, other, reason, by;
} Decision;

/* In the batch's arena: what the event says may be escaped. */
static PtStatus read_text(Profiles *p, PtStr json, PtStr *ret_text, PtError *err)
{
    PtBuf buf;
    pt_buf_init(&buf, TEXT_MAX);
    const PtStr text = pt_arena_str(p->arena, profile_json_text(json, &buf));
    const PtStatus st = text.data != NULL ? pt_buf_status(&buf) : PT_NO_MEMORY;
    pt_buf_done(&buf);
    if (st != PT_OK) {
        return pt_fail(err, st, "a decision's texts do not fit");
    }
    *ret_text = text;
    return PT_OK;
}

static PtStatus read_member(Profiles *p, const Decision *d, const char *name, PtStr *ret_text,
                            PtError *err)
{
    return read_text(p, profile_member(d->properties, pt_str(name)), ret_text, err);
}

static PtStatus read_decision(Profiles *p, const EventView *v, Decision *d, PtError *err)
{
    *d = (Decision){.properties = profile_event_member(v, PT_STR("properties"))};
    PtStatus st = read_member(p, d, "person", &d->person, err);
    st = st == PT_OK ? read_member(p, d, "other", &d->other, err) : st;
    st = st == PT_OK ? read_member(p, d, "reason", &d->reason, err) : st;
    return st == PT_OK ? read_member(p, d, "by", &d->by, err) : st;
}

/* Whoever waits for it knows it by the id it was given when it was made. */
static PtStatus note(Profiles *p, const Decision *d, uint64_t offset, PtError *err)
{
    PtStr text;
    PtUuid id;
    PtStatus st = read_member(p, d, "decision", &text, err);
    if (st == PT_OK && pt_uuid_parse(text, &id)) {
        const size_t at = p->decided_count++ % PROFILES_DECIDED;
        memcpy(&p->decided[at], id.bytes, sizeof p->decided[at]);
        p->decided_at[at] = offset;
    }
    return st;
}

/* Only a lack of memory stops the view: any other failure is the graph's answer. */
static bool is_answer(PtStatus st)
{
    return st == PT_CONFLICT || st == PT_INVALID || st == PT_NOT_FOUND;
}

static void refuse(Profiles *p, uint32_t person, uint32_t other, PtStr why)
{
    gathered_link(p, &(SaidLink){.person = person,
                                 .other_person = other,
                                 .node = profile_first_node(p, person),
                                 .other_node = profile_first_node(p, other),
                                 .refused = why});
}

/* Who was meant: by id; where a rebuild by other rules knows no such person, by the identifier that
 * stood for them. 0: nobody. */
static PtStatus find_meant(Profiles *p, const Decision *d, PtStr id, const char *node,
                           uint32_t *ret_person, PtError *err)
{
    const PtStr json = profile_member(d->properties, pt_str(node));
    PtStr type, value;
    *ret_person = profile_person_find(p, id);
    if (*ret_person != 0 || json.len == 0) {
        return PT_OK;
    }
    PtStatus st = read_text(p, profile_member(json, PT_STR("type")), &type, err);
    st = st == PT_OK ? read_text(p, profile_member(json, PT_STR("value")), &value, err) : st;
    if (st == PT_OK) {
        *ret_person = identity_person(p->graph, identity_find(p->graph, type, value));
    }
    return st;
}

static PtStatus apply_merge(Profiles *p, const Decision *d, PtError *err)
{
    uint32_t person = 0, other = 0;
    PtError why = {0};
    PtStatus st = find_meant(p, d, d->person, "person_node", &person, err);
    st = st == PT_OK ? find_meant(p, d, d->other, "other_node", &other, err) : st;
    if (st != PT_OK || person == 0 || other == 0 || person == other) {
        return st; // nobody is left to merge
    }
    st = identity_merge(p->graph, person, other, &why);
    if (is_answer(st)) {
        refuse(p, person, other, pt_str(why.message));
        return PT_OK;
    }
    return st == PT_OK ? PT_OK : pt_fail(err, st, "%s", why.message);
}

/* ---- Splits ------------------------------------------------------------------------------------
 */

typedef struct NodeList {
    uint32_t items[DECISION_NODES_MAX];
    size_t count;
} NodeList;

/* An identifier that the graph does not know is left out. */
static PtStatus read_node(Profiles *p, PtStr json, NodeList *list, PtError *err)
{
    PtStr type, value;
    PtStatus st = read_text(p, profile_member(json, PT_STR("type")), &type, err);
    st = st == PT_OK ? read_text(p, profile_member(json, PT_STR("value")), &value, err) : st;
    if (st == PT_OK && list->count < DECISION_NODES_MAX) {
        const uint32_t node = identity_find(p->graph, type, value);
        list->items[list->count] = node;
        list->count += node != 0;
    }
    return st;
}

static PtStatus read_nodes(Profiles *p, const Decision *d, NodeList *list, PtError *err)
{
    const PtStr nodes = profile_member(d->properties, PT_STR("nodes"));
    PtJson j;
    PtStr item;
    PtStatus st = PT_OK;
    pt_json_init(&j, nodes, EVENT_MAX_DEPTH);
    if (nodes.len == 0 || pt_json_next(&j) != PT_JSON_ARRAY) {
        return PT_OK;
    }
    while (st == PT_OK && pt_json_skip(&j, &item, NULL, NULL)) {
        st = read_node(p, item, list, err);
    }
    return st;
}

/* Those who were to stay are erased, and so is what they said of the others. */
static bool is_all_that_is_left(const Profiles *p, const Decision *d, const NodeList *list,
                                uint32_t person)
{
    IdentityNode n;
    size_t count = 0;
    for (uint32_t cursor = 0; identity_next_node(p->graph, person, &cursor, &n);) {
        count++;
    }
    return count == list->count &&
           pt_str_eq(profile_member(d->properties, PT_STR("erased")), PT_STR("true"));
}

static PtStatus apply_split(Profiles *p, const Decision *d, PtError *err)
{
    NodeList list = {.count = 0};
    uint32_t new_person = 0;
    PtError why = {0};
    PtStatus st = read_nodes(p, d, &list, err);
    if (st != PT_OK || list.count == 0) {
        return st;
    }
    const uint32_t person = identity_person(p->graph, list.items[0]);
    if (is_all_that_is_left(p, d, &list, person)) {
        return identity_found(p->graph, person, &new_person, err);
    }
    st = identity_split(p->graph, list.items, list.count, &new_person, &why);
    if (is_answer(st)) {
        refuse(p, person, person, pt_str(why.message));
        return PT_OK;
    }
    if (st != PT_OK) {
        return pt_fail(err, st, "%s", why.message);
    }
    gathered_link(p, &(SaidLink){.person = person,
                                 .other_person = new_person,
                                 .node = profile_first_node(p, person),
                                 .other_node = list.items[0],
                                 .moved = list.items,
                                 .moved_count = list.count});
    gathered_change(p, person);
    return PT_OK;
}

/* ---- Barriers ----------------------------------------------------------------------------------
 */

static PtStatus apply_lift(Profiles *p, const Decision *d, PtError *err)
{
    uint32_t number = 0;
    PtError why = {0};
    const PtStr barrier = profile_member(d->properties, PT_STR("barrier"));
    if (!pt_str_to_u32(barrier, UINT32_MAX, &number)) {
        return PT_OK;
    }
    PtStatus st = identity_lift(p->graph, number, &why);
    return st == PT_OK || is_answer(st) ? PT_OK : pt_fail(err, st, "%s", why.message);
}

/* ---- Rules of identity -------------------------------------------------------------------------
 */

static PtStatus apply_rules(Profiles *p, const Decision *d, PtError *err)
{
    (void)err;
    book_turn(p, profile_member(d->properties, PT_STR("version")));
    return PT_OK;
}

/* The tables are of it already: the view does not pass it before. */
static PtStatus apply_rebuilt(Profiles *p, const Decision *d, PtError *err)
{
    (void)p;
    (void)d;
    (void)err;
    return PT_OK;
}

static PtStatus apply_erasure(Profiles *p, const Decision *d, PtError *err)
{
    return erase_apply(p, d->properties, d->offset, err);
}

/* ---- Consent: a preview keeps none ------------------------------------------------------------
 */

static PtStatus apply_consent(Profiles *p, const Decision *d, PtError *err)
{
    uint32_t person = 0;
    PtStatus st = find_meant(p, d, d->person, "person_node", &person, err);
    if (st != PT_OK || person == 0 || p->consent == NULL) {
        return st;
    }
    gathered_change(p, person);
    return consent_decided(p, d->properties, person, d->offset, d->event->timestamp_ms, err);
}

static PtStatus apply_purpose(Profiles *p, const Decision *d, PtError *err)
{
    return p->consent != NULL ? consent_defined(p, d->properties, err) : PT_OK;
}

/* ---- Duplicates --------------------------------------------------------------------------------
 */

/* The graph stays as it is: note_duplicate keeps it. */
static PtStatus apply_refusal(Profiles *p, const Decision *d, PtError *err)
{
    (void)p;
    (void)d;
    (void)err;
    return PT_OK;
}

/* What was decided of a proposed pair, in whatever way the graph has answered. */
static PtStatus note_duplicate(Profiles *p, const EventView *v, const Decision *d, uint64_t offset,
                               PtError *err)
{
    const PtStr proposal = profile_member(d->properties, PT_STR("duplicate"));
    const bool refused = pt_str_eq(v->name, pt_str(decided_refusal));
    const DuplicateSaid said = {.status = refused ? PROFILE_DUPLICATE_REFUSED
                                                  : PROFILE_DUPLICATE_ACCEPTED,
                                .by = d->by,
                                .reason = d->reason,
                                .offset = offset,
                                .at_ms = v->timestamp_ms};
    return proposal.len > 0 && p->duplicates != NULL // a preview keeps none
               ? duplicates_apply(p, proposal, &said, err)
               : PT_OK;
}

PtStatus decided_apply(Profiles *p, const EventView *v, uint64_t offset, PtError *err)
{
    static const struct {
        const char *name;
        ProfileLinkKind kind;
        PtStatus (*apply)(Profiles *p, const Decision *d, PtError *err);
    } rows[] = {{decided_merge, PROFILE_LINK_PERSON, apply_merge},
                {decided_split, PROFILE_LINK_SPLIT, apply_split},
                {decided_lift, PROFILE_LINK_PERSON, apply_lift},
                {decided_refusal, PROFILE_LINK_PERSON, apply_refusal},
                {erase_event, PROFILE_LINK_PERSON, apply_erasure},
                {consent_changed, PROFILE_LINK_PERSON, apply_consent},
                {consent_purpose_changed, PROFILE_LINK_PERSON, apply_purpose},
                {book_changed, PROFILE_LINK_PERSON, apply_rules},
                {book_rebuilt, PROFILE_LINK_PERSON, apply_rebuilt}};
    Decision d;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!pt_str_eq(v->name, pt_str(rows[i].name))) {
            continue;
        }
        PtStatus st = read_decision(p, v, &d, err);
        d.event = v;
        d.offset = offset;
        gathered_cause(p, &(Cause){.offset = offset,
                                   .at_ms = v->timestamp_ms,
                                   .kind = rows[i].kind,
                                   .by = d.by,
                                   .reason = d.reason});
        st = st == PT_OK ? rows[i].apply(p, &d, err) : st;
        st = st == PT_OK ? note_duplicate(p, v, &d, offset, err) : st;
        return st == PT_OK ? note(p, &d, offset, err) : st;
    }
    return PT_OK;
}
