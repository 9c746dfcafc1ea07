// SPDX-License-Identifier: Apache-2.0
/* A person as an answer to that person: parts of one object each, written as they are read. */
#include "profiles/subject.h"

#include "base/json.h"
#include "base/money.h"
#include "base/time.h"
#include "profiles/read_internal.h"
#include "traits.sql.h"

#include <stdlib.h>
#include <string.h>

enum {
    ARENA_BYTES = 256 << 20, /* the profile itself; most need some KiB */
    EVENT_ARENA = 4 << 20,
    OBJECT_MAX = 1 << 20,
    LINKS_PAGE = 100,
    DECISIONS_PAGE = 100,
    EVENTS_PAGE = 4096,  /* positions held at once */
    PAGES_MAX = 1 << 20, /* a position of each: 4 billion events */
};

PtStr subject_part_name(SubjectPart part)
{
#define SUBJECT_PART_NAME(id, name) [SUBJECT_##id] = PT_STR_INIT(name),
    static const PtStr names[] = {SUBJECT_PART_MAP(SUBJECT_PART_NAME)};
#undef SUBJECT_PART_NAME
    return part < SUBJECT_PARTS ? names[part] : PT_STR("");
}

typedef struct Subject {
    Profiles *p;
    PtArena *arena;
    Profile profile;
    const _Atomic bool *stop;
    SubjectPut *put;
    void *ctx;
    PtBuf object;
    PtJsonOut out;
} Subject;

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for what is known of a person");
}

/* ---- Objects -----------------------------------------------------------------------------------
 */

static PtJsonOut *begin(Subject *s)
{
    pt_buf_clear(&s->object, OBJECT_MAX);
    s->out = pt_json_out(&s->object);
    pt_json_out_object(&s->out);
    return &s->out;
}

static PtStatus end(Subject *s, SubjectPart part, PtError *err)
{
    pt_json_out_object_end(&s->out);
    if (s->stop != NULL && atomic_load(s->stop)) {
        return pt_fail(err, PT_UNAVAILABLE, "stopped while a person's data was written");
    }
    return pt_buf_status(&s->object) == PT_OK
               ? s->put(s->ctx, part, pt_buf_str(&s->object), err)
               : pt_fail(err, pt_buf_status(&s->object), "an object of a person does not fit");
}

static void put_raw(PtJsonOut *out, const char *key, PtStr json)
{
    pt_json_out_key(out, pt_str(key));
    pt_json_out_raw(out, json);
}

static void put_time(PtJsonOut *out, const char *key, int64_t at_ms)
{
    char text[PT_TIME_TEXT];
    pt_json_put_str(out, key, pt_time_format(at_ms, text));
}

static void put_source(const Subject *s, PtJsonOut *out, uint32_t number)
{
    EventSource source;
    if (number == 0) {
        pt_json_put_str(out, "source", PT_STR(EVENT_FEED_SOURCE));
    } else if (s->p->sources != NULL && event_source_by_number(s->p->sources, number, &source)) {
        pt_json_put_str(out, "source", pt_str(source.name));
    }
}

static void put_identifier(PtJsonOut *out, const char *key, PtStr type, PtStr value)
{
    pt_json_out_key(out, pt_str(key));
    pt_json_out_object(out);
    pt_json_put_str(out, "type", type);
    pt_json_put_str(out, "value", value);
    pt_json_out_object_end(out);
}

/* ---- Profile -----------------------------------------------------------------------------------
 */

static void put_touch(const Subject *s, PtJsonOut *out, const char *key, const ProfileTouch *touch)
{
    pt_json_out_key(out, pt_str(key));
    pt_json_out_object(out);
    put_time(out, "at", touch->at_ms);
    put_source(s, out, touch->source);
    pt_json_put_str(out, "channel", touch->channel);
    pt_json_out_object_end(out);
}

static PtStatus put_profile(Subject *s, PtError *err)
{
    const Profile *profile = &s->profile;
    PtJsonOut *out = begin(s);
    pt_json_put_str(out, "id", pt_str(profile->id));
    pt_json_put_str(out, "name", profile->name);
    put_time(out, "created_at", profile->created_ms);
    pt_json_put_u64(out, "events", profile->events);
    if (profile->events > 0) {
        put_touch(s, out, "first_event", &profile->first);
        put_touch(s, out, "last_event", &profile->last);
    }
    return end(s, SUBJECT_PROFILE, err);
}

static PtStatus put_identifiers(Subject *s, PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < s->profile.node_count; i++) {
        const ProfileNode *node = &s->profile.nodes[i];
        PtJsonOut *out = begin(s);
        pt_json_put_str(out, "type", node->type);
        pt_json_put_str(out, "value", node->value);
        put_time(out, "first_at", node->first_ms);
        put_time(out, "last_at", node->last_ms);
        pt_json_put_u64(out, "events", node->events);
        st = end(s, SUBJECT_IDENTIFIER, err);
    }
    return st;
}

/* ---- Traits ------------------------------------------------------------------------------------
 */

static bool holds(const Subject *s, uint32_t node, PtStr name)
{
    for (size_t i = 0; i < s->profile.trait_count; i++) {
        const ProfileTrait *t = &s->profile.traits[i];
        if (t->node == node && pt_str_eq(t->name, name)) {
            return true;
        }
    }
    return false;
}

typedef struct TraitRow {
    PtStr name, json;
    int64_t at_ms;
    uint32_t source;
    bool holds;
} TraitRow;

static PtStatus put_trait(Subject *s, const ProfileNode *node, const TraitRow *row, PtError *err)
{
    PtJsonOut *out = begin(s);
    pt_json_put_str(out, "name", row->name);
    put_raw(out, "value", row->json);
    put_time(out, "at", row->at_ms);
    put_source(s, out, row->source);
    put_identifier(out, "identifier", node->type, node->value);
    pt_json_put_bool(out, "holds", row->holds);
    return end(s, SUBJECT_TRAIT, err);
}

/* Those that another identifier overrules; those that hold are the profile's. */
static PtStatus put_overruled(Subject *s, PtSqlTx *tx, const ProfileNode *node, PtError *err)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_TRAIT_LIST, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node->number);
    pt_sql_bind_i64(tx, 2, TRAITS_NAMES_MAX);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        const TraitRow trait = {.name = pt_sql_text(tx, 0),
                                .json = pt_sql_text(tx, 1),
                                .at_ms = pt_sql_i64(tx, 2),
                                .source = (uint32_t)pt_sql_i64(tx, 3)};
        if (!holds(s, node->number, trait.name) &&
            (st = put_trait(s, node, &trait, err)) != PT_OK) {
            break;
        }
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus put_traits(Subject *s, PtSqlTx *tx, PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t n = 0; st == PT_OK && n < s->profile.node_count; n++) {
        const ProfileNode *node = &s->profile.nodes[n];
        for (size_t i = 0; st == PT_OK && i < s->profile.trait_count; i++) {
            const ProfileTrait *t = &s->profile.traits[i];
            if (t->node == node->number) {
                st = put_trait(s, node, &(TraitRow){t->name, t->json, t->at_ms, t->source, true},
                               err);
            }
        }
        st = st == PT_OK ? put_overruled(s, tx, node, err) : st;
    }
    return st;
}

static PtStatus put_computed(Subject *s, PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < s->profile.computed_count; i++) {
        const ProfileComputed *c = &s->profile.computed[i];
        PtJsonOut *out = begin(s);
        pt_json_put_str(out, "name", c->name);
        put_raw(out, "value", c->json);
        if (c->has_as_of) {
            put_time(out, "as_of", c->as_of_ms);
        }
        pt_json_put_u64(out, "events", c->events);
        st = end(s, SUBJECT_COMPUTED, err);
    }
    return st;
}

/* ---- Orders ------------------------------------------------------------------------------------
 */

static PtStatus put_values(Subject *s, PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < s->profile.value_count; i++) {
        const ProfileValue *v = &s->profile.values[i];
        char amount[PT_MONEY_TEXT];
        PtJsonOut *out = begin(s);
        pt_json_put_str(out, "currency", pt_str(v->currency));
        pt_json_put_str(out, "amount", pt_money_format(v->micros, amount));
        pt_json_put_u64(out, "orders", v->orders);
        pt_json_put_u64(out, "refunds", v->refunds);
        st = end(s, SUBJECT_ORDERS, err);
    }
    return st;
}

static PtStatus put_orders(Subject *s, PtSqlTx *tx, const ProfileNode *node, PtError *err)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_ORDER_LIST, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node->number);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        PtJsonOut *out = begin(s);
        pt_json_put_str(out, "order", pt_sql_text(tx, 1));
        pt_json_put_bool(out, "completed", pt_sql_i64(tx, 2) != 0);
        put_identifier(out, "identifier", node->type, node->value);
        if ((st = end(s, SUBJECT_ORDERS, err)) != PT_OK) {
            break;
        }
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus put_all_orders(Subject *s, PtSqlTx *tx, PtError *err)
{
    PtStatus st = put_values(s, err);
    for (size_t i = 0; st == PT_OK && i < s->profile.node_count; i++) {
        st = put_orders(s, tx, &s->profile.nodes[i], err);
    }
    return st;
}

/* ---- Groups ------------------------------------------------------------------------------------
 */

/* Who else belongs to it is not told; and what a household is called, others may have written. */
static PtStatus put_groups(Subject *s, PtError *err)
{
    ProfileGroup *groups = NULL;
    size_t count = 0;
    PtStatus st = profiles_groups_of(s->p, pt_str(s->profile.id), s->arena, &groups, &count, err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        const bool account = groups[i].kind == GROUP_ACCOUNT;
        PtJsonOut *out = begin(s);
        pt_json_put_str(out, "kind", account ? PT_STR("account") : PT_STR("household"));
        if (account) {
            pt_json_put_str(out, "name", groups[i].name);
        }
        st = end(s, SUBJECT_GROUP, err);
    }
    return st;
}

/* ---- How the person came to be one -------------------------------------------------------------
 */

/* The identifier is this person's today. */
static bool is_own(const Subject *s, PtStr type, PtStr value)
{
    for (size_t i = 0; i < s->profile.node_count; i++) {
        if (pt_str_eq(s->profile.nodes[i].type, type) &&
            pt_str_eq(s->profile.nodes[i].value, value)) {
            return true;
        }
    }
    return false;
}

static PtStatus put_link(Subject *s, const ProfileLink *link, PtError *err)
{
    static const char *const kinds[] = {[PROFILE_LINK_EVENT] = "merged_by_event",
                                        [PROFILE_LINK_PERSON] = "decided_by_staff",
                                        [PROFILE_LINK_SPLIT] = "split_by_staff"};
    const bool own = is_own(s, link->evidence_type, link->evidence_value);
    const bool other = is_own(s, link->other_type, link->other_value);
    PtJsonOut *out = begin(s);
    pt_json_put_str(out, "kind", pt_str(kinds[link->kind]));
    put_time(out, "at", link->at_ms);
    pt_json_put_bool(out, "carried_out", link->refused.len == 0);
    if (own) {
        put_identifier(out, "identifier", link->evidence_type, link->evidence_value);
    }
    if (other) {
        put_identifier(out, "other_identifier", link->other_type, link->other_value);
    }
    if (own && other && link->reason.len > 0) { // else it may tell of somebody else
        pt_json_put_str(out, "reason", link->reason);
    }
    return end(s, SUBJECT_LINK, err);
}

static PtStatus put_links(Subject *s, PtError *err)
{
    PtStatus st = PT_OK;
    uint64_t before = UINT64_MAX;
    for (size_t count = LINKS_PAGE; st == PT_OK && count == LINKS_PAGE;) {
        PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA_BYTES);
        ProfileLink *links = NULL;
        count = 0;
        st = arena != NULL ? profiles_links(s->p, pt_str(s->profile.id), before, LINKS_PAGE, arena,
                                            &links, &count, err)
                           : no_memory(err);
        for (size_t i = 0; st == PT_OK && i < count; i++) {
            st = put_link(s, &links[i], err);
            before = links[i].number;
        }
    }
    return st;
}

/* ---- Consent -----------------------------------------------------------------------------------
 */

static PtStatus put_consents(Subject *s, PtError *err)
{
    ConsentOfPurpose *states = NULL;
    size_t count = 0;
    PtStatus st = consent_of(s->p, pt_str(s->profile.id), s->arena, &states, &count, err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        const ConsentOfPurpose *c = &states[i];
        PtJsonOut *out = begin(s);
        pt_json_put_str(out, "purpose", c->purpose);
        pt_json_put_str(out, "name", c->name);
        pt_json_put_str(out, "legal_basis", consent_basis_name(c->basis));
        pt_json_put_str(out, "state", consent_state_name(c->state));
        if (c->at_ms != 0) {
            put_time(out, "at", c->at_ms);
            pt_json_put_str(out, "via", c->via);
            pt_json_put_str(out, "evidence", c->evidence);
            pt_json_put_str(out, "text_version", c->text_version);
        }
        st = end(s, SUBJECT_CONSENT, err);
    }
    return st;
}

static PtStatus put_decision(Subject *s, const ConsentDecision *d, PtError *err)
{
    PtJsonOut *out = begin(s);
    pt_json_put_str(out, "purpose", d->purpose);
    pt_json_put_str(out, "decision", d->granted ? PT_STR("granted") : PT_STR("refused"));
    pt_json_put_bool(out, "declared", d->declared);
    put_time(out, "at", d->at_ms);
    pt_json_put_str(out, "via", d->via);
    put_source(s, out, d->source);
    pt_json_put_str(out, "evidence", d->evidence);
    pt_json_put_str(out, "text_version", d->text_version);
    pt_json_put_str(out, "page", d->page);
    pt_json_put_str(out, "ip", d->ip);
    return end(s, SUBJECT_DECISION, err);
}

static PtStatus put_decisions(Subject *s, PtError *err)
{
    PtStatus st = PT_OK;
    uint64_t before = UINT64_MAX;
    for (bool more = true; st == PT_OK && more;) {
        PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA_BYTES);
        ConsentHistory history = {.count = 0};
        st = arena != NULL ? consent_history(s->p, pt_str(s->profile.id), before, DECISIONS_PAGE,
                                             arena, &history, err)
                           : no_memory(err);
        for (size_t i = 0; st == PT_OK && i < history.count; i++) {
            st = put_decision(s, &history.decisions[i], err);
            before = history.decisions[i].offset;
        }
        more = history.more && history.count > 0;
    }
    return st;
}

/* ---- Events ------------------------------------------------------------------------------------
 */

/* What the server adds for its own use stays out. */
static void put_members(PtStr json, PtJsonOut *out)
{
    PtJson j;
    pt_json_init(&j, json, EVENT_MAX_DEPTH + 2);
    if (json.len == 0 || pt_json_next(&j) != PT_JSON_OBJECT) {
        return;
    }
    while (pt_json_next(&j) == PT_JSON_KEY) {
        const PtStr key = j.raw;
        PtStr value;
        const bool own = pt_json_raw_eq(key, j.flags, PT_STR("_patron")) ||
                         pt_json_raw_eq(key, j.flags, PT_STR("profile_id"));
        if (!pt_json_skip(&j, &value, NULL, NULL)) {
            break;
        }
        if (!own) {
            pt_buf_add_str(out->buf, out->comma ? PT_STR(",\"") : PT_STR("\""));
            pt_buf_add_str(out->buf, key); // as it is: with its escapes
            pt_buf_add_str(out->buf, PT_STR("\":"));
            pt_buf_add_str(out->buf, value);
            out->comma = true;
        }
    }
}

static PtStatus put_event(Subject *s, const PtRecord *record, PtArena *arena, PtBuf *json,
                          PtError *err)
{
    pt_buf_clear(json, OBJECT_MAX);
    pt_arena_clear(arena);
    PtStatus st =
        event_to_json(record, &(EventSourceName){.id = {NULL, 0}}, PT_STR(""), arena, json, err);
    if (st != PT_OK) {
        return st;
    }
    PtJsonOut *out = begin(s);
    put_members(pt_buf_str(json), out);
    put_source(s, out, record->source);
    return end(s, SUBJECT_EVENT, err);
}

typedef struct Events {
    uint32_t *nodes;
    size_t node_count;
    uint64_t offsets[EVENTS_PAGE];
    uint64_t *ends; /* of pages: each holds what is below its end and not below the next one's */
    size_t end_count, end_room;
    PtLogReader *reader;
    PtArena *arena;
    PtBuf json;
} Events;

static PtStatus read_page(Subject *s, Events *e, uint64_t before, size_t *ret_count, PtError *err)
{
    return profile_index_before(s->p->index, e->nodes, e->node_count, before, EVENTS_PAGE,
                                e->offsets, ret_count, err);
}

static bool add_end(Events *e, uint64_t end)
{
    if (e->end_count == e->end_room) {
        const size_t room = e->end_room == 0 ? 16 : 2 * e->end_room;
        uint64_t *ends = room <= PAGES_MAX ? realloc(e->ends, room * sizeof *ends) : NULL;
        if (ends == NULL) {
            return false;
        }
        e->ends = ends;
        e->end_room = room;
    }
    e->ends[e->end_count++] = end;
    return true;
}

/* The index gives the newest first: the pages are found from the end, and written from the begin.
 */
static PtStatus find_pages(Subject *s, Events *e, PtError *err)
{
    PtStatus st = PT_OK;
    uint64_t before = pt_log_end(s->p->log, 0);
    for (size_t count = EVENTS_PAGE; st == PT_OK && count == EVENTS_PAGE;) {
        count = 0;
        st = read_page(s, e, before, &count, err);
        if (st == PT_OK && count > 0) {
            st = add_end(e, before) ? PT_OK : no_memory(err);
            before = e->offsets[count - 1];
        }
    }
    return st;
}

static PtStatus put_at(Subject *s, Events *e, uint64_t offset, PtError *err)
{
    const PtRecord *records;
    size_t count = 0;
    pt_log_seek(e->reader, offset);
    PtStatus st = pt_log_fetch(e->reader, 1, true, &records, &count, err);
    const bool readable = st == PT_OK && count == 1 && records[0].position.offset == offset &&
                          records[0].klass == PT_RECORD_EVENT && records[0].key_id == 0 &&
                          (records[0].flags & EVENT_ERASED) == 0;
    return readable ? put_event(s, &records[0], e->arena, &e->json, err) : st;
}

static PtStatus put_pages(Subject *s, Events *e, PtError *err)
{
    PtStatus st = find_pages(s, e, err);
    while (st == PT_OK && e->end_count > 0) {
        size_t count = 0;
        st = read_page(s, e, e->ends[--e->end_count], &count, err);
        for (size_t i = count; st == PT_OK && i > 0; i--) {
            st = put_at(s, e, e->offsets[i - 1], err);
        }
    }
    return st;
}

static PtStatus put_events(Subject *s, PtError *err)
{
    Events *e = calloc(1, sizeof *e);
    if (e == NULL) {
        return no_memory(err);
    }
    pt_buf_init(&e->json, OBJECT_MAX);
    e->arena = pt_arena_new(EVENT_ARENA);
    e->node_count = s->profile.node_count;
    e->nodes = pt_arena_alloc(s->arena, e->node_count + 1, sizeof *e->nodes);
    for (size_t i = 0; e->nodes != NULL && i < e->node_count; i++) {
        e->nodes[i] = s->profile.nodes[i].number;
    }
    PtStatus st = e->arena != NULL && e->nodes != NULL
                      ? pt_log_reader_open(s->p->log, NULL, 0, 0, &e->reader, err)
                      : no_memory(err);
    st = st == PT_OK ? put_pages(s, e, err) : st;
    pt_log_reader_close(e->reader);
    pt_buf_done(&e->json);
    pt_arena_free(e->arena);
    free(e->ends);
    free(e);
    return st;
}

/* ---- All of it ---------------------------------------------------------------------------------
 */

static PtStatus put_rows(Subject *s, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(s->p->views, false, &tx, err);
    st = st == PT_OK ? put_traits(s, tx, err) : st;
    st = st == PT_OK ? put_computed(s, err) : st;
    return st == PT_OK ? put_all_orders(s, tx, err) : st;
}

PtStatus profiles_subject(Profiles *p, PtStr id, const _Atomic bool *stop, SubjectPut *put,
                          void *ctx, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA_BYTES);
    Subject s = {.p = p, .arena = arena, .stop = stop, .put = put, .ctx = ctx};
    if (arena == NULL) {
        return no_memory(err);
    }
    pt_buf_init(&s.object, OBJECT_MAX);
    PtStatus st = profiles_get(p, id, arena, &s.profile, err);
    st = st == PT_OK ? put_profile(&s, err) : st;
    st = st == PT_OK ? put_identifiers(&s, err) : st;
    st = st == PT_OK ? put_rows(&s, err) : st;
    st = st == PT_OK ? put_groups(&s, err) : st;
    st = st == PT_OK ? put_consents(&s, err) : st;
    st = st == PT_OK ? put_decisions(&s, err) : st;
    st = st == PT_OK ? put_links(&s, err) : st;
    st = st == PT_OK ? put_events(&s, err) : st;
    pt_buf_done(&s.object);
    return st;
}
