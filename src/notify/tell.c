// SPDX-License-Identifier: Apache-2.0
/* Events become notifications, and deliveries of them: a batch is one transaction, which removes
 * the events as well. */
#include "notify.sql.h"
#include "notify/notify_internal.h"

#include "base/json.h"
#include "platform/diag.h"

#include <string.h>

enum {
    BATCH = 100,
    ARENA_BYTES = 256 << 20,
    PEOPLE_PAGE = 500,
    BURST = 10, /* messages at once to a person by a channel; what is over it is collected */
    BURST_MS = 60000,
    AGAIN_MS = 1000, /* after a failure */
    TIDY_MS = 3600000,
    WATCHERS_DEPTH = 2,
};
static const int64_t keep_ms = 90LL * 86400000;

typedef struct Event {
    int64_t number, at_ms, ticket;
    unsigned kinds;
    PtStr to, mentions, by, detail;
    NotifySubject subject;
    bool gone; /* the ticket */
} Event;

typedef struct Person {
    AccessAccount who;
    NotifyWants wants;
    NotifyRule *rules;
    size_t rule_count;
    unsigned seen;
    PtZone *zone; /* once it was needed */
    unsigned burst[NOTIFY_CHANNELS];
    bool told; /* of something */
} Person;

typedef struct Telling {
    Notify *n;
    PtArena *arena;
    PtSqlTx *tx;
    int64_t now_ms;
    Event events[BATCH];
    size_t event_count;
    Person *people;
    size_t person_count, person_room;
    PtError *err;
} Telling;

/* ---- Reading ----------------------------------------------------------------------------------
 */

static PtStatus copy_event(Telling *t, Event *e)
{
    const struct {
        PtStr *text;
        int column;
    } texts[] = {{&e->to, 4}, {&e->mentions, 5}, {&e->by, 6}, {&e->detail, 7}};
    *e = (Event){.number = pt_sql_i64(t->tx, 0),
                 .at_ms = pt_sql_i64(t->tx, 1),
                 .kinds = (unsigned)pt_sql_i64(t->tx, 2),
                 .ticket = pt_sql_i64(t->tx, 3)};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i].text = pt_arena_str(t->arena, pt_sql_text(t->tx, texts[i].column));
        if (texts[i].text->data == NULL) {
            return notify_no_memory(t->err);
        }
    }
    return PT_OK;
}

static PtStatus read_events(Telling *t)
{
    bool row = true;
    PtStatus st = pt_sql_use(t->tx, SQL_NOTIFY_EVENTS, t->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(t->tx, 1, BATCH);
    while (st == PT_OK && t->event_count < BATCH &&
           (st = pt_sql_step(t->tx, &row, t->err)) == PT_OK && row) {
        st = copy_event(t, &t->events[t->event_count++]);
    }
    pt_sql_done(t->tx);
    return st;
}

static PtStatus grow(Telling *t)
{
    const size_t room = t->person_room > 0 ? 2 * t->person_room : PEOPLE_PAGE;
    Person *more = pt_arena_alloc(t->arena, room, sizeof *more);
    if (more == NULL) {
        return notify_no_memory(t->err);
    }
    if (t->person_count > 0) {
        memcpy(more, t->people, t->person_count * sizeof *more);
    }
    t->people = more;
    t->person_room = room;
    return PT_OK;
}

static PtStatus add_person(Telling *t, const AccessAccount *who)
{
    const Notify *n = t->n;
    NotifyRule rules[NOTIFY_RULES_MAX];
    PtStatus st = t->person_count == t->person_room ? grow(t) : PT_OK;
    if (st != PT_OK) {
        return st;
    }
    Person *p = &t->people[t->person_count];
    *p = (Person){.who = *who};
    const unsigned alert = 1U << NOTIFY_ALERT;
    p->seen = n->c.may(n->c.ctx, who->role, false, false) ? ~alert : 0;
    p->seen |= n->c.may(n->c.ctx, who->role, true, false) ? alert : 0;
    st = notify_wants_load(n, t->tx, who->id, who->role, t->arena, &p->wants, t->err);
    st = st == PT_OK ? notify_rules_read(p->wants.s.rules, rules, &p->rule_count, t->arena, t->err)
                     : st;
    p->rules = st == PT_OK ? pt_arena_alloc(t->arena, p->rule_count + 1, sizeof *rules) : NULL;
    if (st == PT_OK && p->rules == NULL) {
        return notify_no_memory(t->err);
    }
    if (st == PT_OK && p->rule_count > 0) {
        memcpy(p->rules, rules, p->rule_count * sizeof *rules);
    }
    t->person_count += st == PT_OK;
    return st;
}

/* Those who can sign in. */
static PtStatus read_people(Telling *t)
{
    AccessPeopleFilter filter = {.state = ACCESS_ACTIVE, .after = PT_STR(""), .limit = PEOPLE_PAGE};
    bool more = true;
    PtStatus st = PT_OK;
    while (st == PT_OK && more) {
        AccessAccount *list;
        size_t count = 0;
        st = access_people(t->n->c.access, &filter, t->arena, &list, &count, &more, t->err);
        st = st == PT_OK ? pt_sql_begin(t->n->c.core, false, &t->tx, t->err) : st;
        for (size_t i = 0; st == PT_OK && i < count; i++) {
            st = add_person(t, &list[i]);
            filter.after = list[i].email;
        }
        pt_sql_rollback(PT_TAKE(t->tx));
        more = more && count > 0;
    }
    return st;
}

static PtStatus ask_subjects(Telling *t)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < t->event_count; i++) {
        Event *e = &t->events[i];
        PtError why = {0};
        if (e->ticket == 0) {
            continue;
        }
        st = t->n->c.subject(t->n->c.ctx, e->ticket, t->arena, &e->subject, &why);
        e->gone = st == PT_NOT_FOUND;
        st = st == PT_OK || e->gone ? PT_OK : pt_fail(t->err, st, "%s", why.message);
    }
    return st;
}

/* ---- Whom it concerns -------------------------------------------------------------------------
 */

/* Names of people's accounts need no escapes. */
static bool watches(PtStr watchers, PtStr account)
{
    PtJson j;
    pt_json_init(&j, watchers, WATCHERS_DEPTH);
    bool found = false;
    if (watchers.len > 0 && pt_json_next(&j) == PT_JSON_ARRAY) {
        while (!found && pt_json_next(&j) == PT_JSON_STRING) {
            found = pt_str_eq(j.raw, account);
        }
    }
    return found;
}

static bool is_mentioned(PtStr mentions, PtStr email)
{
    PtStr name, rest = mentions;
    const char *at = email.len > 0 ? memchr(email.data, '@', email.len) : NULL;
    const PtStr local = at != NULL ? (PtStr){email.data, (size_t)(at - email.data)} : email;
    while (pt_str_cut(&rest, ' ', &name)) {
        if (name.len > 0 && (pt_str_eq_nocase(name, email) || pt_str_eq_nocase(name, local))) {
            return true;
        }
    }
    return false;
}

static unsigned mine_of(const Event *e, const Person *p)
{
    const unsigned given = 1U << NOTIFY_ASSIGNED | 1U << NOTIFY_OFFERED,
                   said = 1U << NOTIFY_MENTIONED, alert = 1U << NOTIFY_ALERT;
    const PtStr id = p->who.id;
    const bool holds =
        e->ticket > 0 && (pt_str_eq(e->subject.assignee, id) ||
                          pt_str_eq(e->subject.commander, id) || watches(e->subject.watchers, id));
    unsigned mine = holds ? ~(given | said | alert) : 0;
    mine |= pt_str_eq(e->to, id) ? given | 1U << NOTIFY_MAJOR_UPDATED : 0;
    mine |= is_mentioned(e->mentions, p->who.email) ? said : 0;
    return mine & p->seen;
}

/* ---- Writing ----------------------------------------------------------------------------------
 */

static PtStatus add_notification(const Telling *t, const Event *e, const Person *p, NotifyKind kind,
                                 bool *ret_new)
{
    PtStatus st = pt_sql_use(t->tx, SQL_NOTIFY_ADD, t->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(t->tx, 1, p->who.id);
    pt_sql_bind_i64(t->tx, 2, e->number);
    pt_sql_bind_i64(t->tx, 3, e->at_ms);
    pt_sql_bind_text(t->tx, 4, pt_str(notify_kinds[kind]));
    pt_sql_bind_i64(t->tx, 5, e->ticket);
    pt_sql_bind_text(t->tx, 6, e->detail);
    pt_sql_bind_text(t->tx, 7, e->by);
    st = pt_sql_finish(t->tx, t->err);
    *ret_new = st == PT_OK && pt_sql_changes(t->tx) == 1;
    return st;
}

static PtStatus zone_of(const Telling *t, Person *p)
{
    char name[NOTIFY_ZONE_MAX];
    (void)pt_str_copy(name, sizeof name, p->wants.s.zone);
    if (p->zone != NULL) {
        return PT_OK;
    }
    // one that the machine knows no more keeps nobody from being told
    const PtStatus st = pt_zone_load(name, NULL, &p->zone, t->err);
    return st == PT_OK || st == PT_NO_MEMORY ? st : pt_zone_load("UTC", NULL, &p->zone, t->err);
}

/* When the person's message of this event may leave. */
static PtStatus due_of(const Telling *t, Person *p, const NotifyRule *rule, NotifyChannel channel,
                       const Event *e, int64_t *ret_due_ms)
{
    const NotifySettings *s = &p->wants.s;
    const bool through = s->quiet_not_p1 && e->subject.priority == 1;
    PtStatus st = zone_of(t, p);
    if (st != PT_OK) {
        return st;
    }
    *ret_due_ms = rule->digest && channel != NOTIFY_PUSH ? notify_digest_due(s, p->zone, t->now_ms)
                  : through                              ? t->now_ms
                                                         : notify_quiet_end(s, p->zone, t->now_ms);
    if (*ret_due_ms == t->now_ms && ++p->burst[channel] > BURST) {
        *ret_due_ms = t->now_ms + BURST_MS;
    }
    return PT_OK;
}

/* Where a message goes. */
typedef struct Place {
    PtStr account, device;
    NotifyChannel channel;
} Place;

static PtStatus find_collecting(const Telling *t, const Place *place, int64_t *ret_number)
{
    bool row = false;
    PtStatus st = pt_sql_use(t->tx, SQL_NOTIFY_COLLECTING, t->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(t->tx, 1, place->account);
    pt_sql_bind_text(t->tx, 2, pt_str(notify_channels[place->channel]));
    pt_sql_bind_text(t->tx, 3, place->device);
    pt_sql_bind_i64(t->tx, 4, NOTIFY_TOLD_MAX); // as many as one message names
    st = pt_sql_step(t->tx, &row, t->err);
    *ret_number = row ? pt_sql_i64(t->tx, 0) : 0;
    pt_sql_done(t->tx);
    return st;
}

static PtStatus run_numbers(const Telling *t, const char *statement, int64_t first, int64_t second)
{
    PtStatus st = pt_sql_use(t->tx, statement, t->err);
    if (st == PT_OK) {
        pt_sql_bind_i64(t->tx, 1, first);
        pt_sql_bind_i64(t->tx, 2, second);
        st = pt_sql_finish(t->tx, t->err);
    }
    return st;
}

static PtStatus add_delivery(const Telling *t, const Place *place, int64_t due_ms,
                             int64_t *ret_number)
{
    PtStatus st = notify_next_number(t->tx, "delivery", ret_number, t->err);
    st = st == PT_OK ? pt_sql_use(t->tx, SQL_NOTIFY_DELIVERY_ADD, t->err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(t->tx, 1, *ret_number);
    pt_sql_bind_text(t->tx, 2, place->account);
    pt_sql_bind_text(t->tx, 3, pt_str(notify_channels[place->channel]));
    pt_sql_bind_text(t->tx, 4, place->device);
    pt_sql_bind_text(t->tx, 5, due_ms > t->now_ms ? PT_STR("collecting") : PT_STR("queued"));
    pt_sql_bind_i64(t->tx, 6, due_ms);
    pt_sql_bind_i64(t->tx, 7, t->now_ms);
    return pt_sql_finish(t->tx, t->err);
}

static PtStatus deliver_to(Telling *t, const Place *place, int64_t event, int64_t due_ms)
{
    const bool later = due_ms > t->now_ms;
    int64_t number = 0;
    PtStatus st = later ? find_collecting(t, place, &number) : PT_OK;
    if (st == PT_OK) {
        st = number > 0 ? run_numbers(t, SQL_NOTIFY_DELIVERY_SOONER, number, due_ms)
                        : add_delivery(t, place, due_ms, &number);
    }
    return st == PT_OK ? run_numbers(t, SQL_NOTIFY_ITEM_ADD, number, event) : st;
}

/* One message for each device. */
static PtStatus push(Telling *t, const Person *p, int64_t event, int64_t due_ms)
{
    PtStr devices[NOTIFY_DEVICES_MAX];
    size_t count = 0;
    bool row = true;
    PtStatus st = pt_sql_use(t->tx, SQL_NOTIFY_DEVICES, t->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(t->tx, 1, p->who.id);
    pt_sql_bind_i64(t->tx, 2, NOTIFY_DEVICES_MAX);
    while (st == PT_OK && count < NOTIFY_DEVICES_MAX &&
           (st = pt_sql_step(t->tx, &row, t->err)) == PT_OK && row) {
        devices[count] = pt_arena_str(t->arena, pt_sql_text(t->tx, 0));
        st = devices[count++].data != NULL ? PT_OK : notify_no_memory(t->err);
    }
    pt_sql_done(t->tx);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        const Place place = {p->who.id, devices[i], NOTIFY_PUSH};
        st = deliver_to(t, &place, event, due_ms);
    }
    return st;
}

static PtStatus send_by(Telling *t, Person *p, const NotifyRule *rule, const Event *e)
{
    const bool ready[NOTIFY_CHANNELS] = {[NOTIFY_MAIL] = notify_mail_ready(t->n),
                                         [NOTIFY_PUSH] = true,
                                         [NOTIFY_WEBHOOK] = p->wants.hook_url.len > 0};
    PtStatus st = PT_OK;
    for (NotifyChannel c = 0; st == PT_OK && c < NOTIFY_CHANNELS; c++) {
        const Place place = {p->who.id, PT_STR(""), c};
        int64_t due_ms = 0;
        if ((rule->channels & 1U << c) == 0 || !ready[c]) {
            continue;
        }
        st = due_of(t, p, rule, c, e, &due_ms);
        st = st != PT_OK        ? st
             : c == NOTIFY_PUSH ? push(t, p, e->number, due_ms)
                                : deliver_to(t, &place, e->number, due_ms);
    }
    return st;
}

static PtStatus tell_person(Telling *t, const Event *e, Person *p)
{
    const NotifyFact fact = {.kinds = e->kinds,
                             .queue = e->subject.queue,
                             .priority = e->subject.priority,
                             .mine = mine_of(e, p),
                             .seen = p->seen};
    const NotifyRule *rule;
    NotifyKind kind;
    bool is_new = false;
    if (pt_str_eq(e->by, p->who.id) ||
        !notify_rules_take(p->rules, p->rule_count, &fact, &kind, &rule)) {
        return PT_OK;
    }
    PtStatus st = add_notification(t, e, p, kind, &is_new);
    if (st != PT_OK || !is_new) {
        return st;
    }
    atomic_fetch_add(&t->n->told, 1);
    p->told = true;
    return send_by(t, p, rule, e);
}

static PtStatus end_event(const Telling *t, const Event *e)
{
    PtStatus st = pt_sql_use(t->tx, SQL_NOTIFY_EVENT_DONE, t->err);
    if (st == PT_OK) {
        pt_sql_bind_i64(t->tx, 1, e->number);
        st = pt_sql_finish(t->tx, t->err);
    }
    return st;
}

static PtStatus write_all(Telling *t)
{
    PtStatus st = pt_sql_begin(t->n->c.core, true, &t->tx, t->err); // long: nobody waits in it
    for (size_t i = 0; st == PT_OK && i < t->event_count; i++) {
        const Event *e = &t->events[i];
        for (size_t j = 0; st == PT_OK && !e->gone && j < t->person_count; j++) {
            st = tell_person(t, e, &t->people[j]);
        }
        st = st == PT_OK ? end_event(t, e) : st;
    }
    st = st == PT_OK ? pt_sql_commit(&t->tx, t->err) : st;
    for (size_t j = 0; st == PT_OK && j < t->person_count; j++) {
        if (t->people[j].told) {
            notify_revise(t->n, t->people[j].who.id);
        }
    }
    return st;
}

/* ---- A turn -----------------------------------------------------------------------------------
 */

/* What has been collected is to be sent. A write transaction comes after the one that wrote the
 * events which woke this thread, and is committed with it at the earliest. */
static PtStatus queue_due(const Notify *n, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin_shared(n->c.core, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_NOTIFY_DUE, err) : st;
    if (st == PT_OK) {
        pt_sql_bind_i64(tx, 1, pt_clock_now_ms(n->c.clock));
        st = pt_sql_finish(tx, err);
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

static PtStatus arm(const Notify *n, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    int64_t due_ms = INT64_MAX;
    bool row = false;
    PtStatus st = pt_sql_begin(n->c.core, false, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_NOTIFY_DUE_NEXT, err) : st;
    if (st != PT_OK) {
        return st;
    }
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK && row && !pt_sql_is_null(tx, 0)) {
        due_ms = pt_sql_i64(tx, 0);
    }
    pt_sql_done(tx);
    return st == PT_OK ? pt_timers_set(n->c.timers, NOTIFY_TIMERS, 0, due_ms, err) : st;
}

static PtStatus tell_events(Telling *t)
{
    PtStatus st = pt_sql_begin(t->n->c.core, false, &t->tx, t->err);
    st = st == PT_OK ? read_events(t) : st;
    pt_sql_rollback(PT_TAKE(t->tx));
    if (st != PT_OK || t->event_count == 0) {
        return st;
    }
    st = ask_subjects(t);
    st = st == PT_OK ? read_people(t) : st;
    st = st == PT_OK ? write_all(t) : st;
    pt_sql_rollback(PT_TAKE(t->tx));
    for (size_t i = 0; i < t->person_count; i++) {
        pt_zone_free(t->people[i].zone);
    }
    return st;
}

PtStatus notify_tell_all(Notify *n, bool *ret_more, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA_BYTES);
    Telling *t = arena != NULL ? pt_arena_alloc(arena, 1, sizeof *t) : NULL;
    if (t == NULL) {
        return notify_no_memory(err);
    }
    *t = (Telling){.n = n, .arena = arena, .now_ms = pt_clock_now_ms(n->c.clock), .err = err};
    PtStatus st = queue_due(n, err);
    st = st == PT_OK ? tell_events(t) : st;
    st = st == PT_OK ? arm(n, err) : st;
    if (st == PT_OK) {
        *ret_more = t->event_count == BATCH;
    }
    return st;
}

/* ---- The thread -------------------------------------------------------------------------------
 */

static PtStatus forget(PtSqlTx *tx, const char *statement, int64_t before_ms, PtError *err)
{
    PtStatus st = pt_sql_use(tx, statement, err);
    if (st == PT_OK) {
        pt_sql_bind_i64(tx, 1, before_ms);
        st = pt_sql_finish(tx, err);
    }
    return st;
}

/* What is older than people look back. */
static PtStatus tidy(const Notify *n, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    const int64_t before_ms = pt_clock_now_ms(n->c.clock) - keep_ms;
    PtStatus st = pt_sql_begin(n->c.core, true, &tx, err);
    st = st == PT_OK ? forget(tx, SQL_NOTIFY_OLD, before_ms, err) : st;
    st = st == PT_OK ? forget(tx, SQL_NOTIFY_ITEMS_OLD, before_ms, err) : st;
    st = st == PT_OK ? forget(tx, SQL_NOTIFY_DELIVERIES_OLD, before_ms, err) : st;
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

void *notify_teller(void *ctx)
{
    Notify *n = ctx;
    int64_t tidied_mono_ms = 0;
    PtStatus said = PT_OK;
    while (!atomic_load(&n->stopping)) {
        PtError err = {0};
        bool more = false;
        PtStatus st = notify_tell_all(n, &more, &err);
        notify_wake_sender(n);
        if (st == PT_OK && (tidied_mono_ms == 0 || pt_mono_ms() - tidied_mono_ms > TIDY_MS)) {
            tidied_mono_ms = pt_mono_ms();
            st = tidy(n, &err);
        }
        if (st != PT_OK && st != said) {
            pt_diag(PT_DIAG_ERROR, "notify", "people are not told, tried again",
                    PT_F_STR("problem", pt_str(err.message)));
        }
        said = st;
        if (!more) {
            notify_wait(n, &n->events, st == PT_OK ? TIDY_MS : AGAIN_MS);
        }
    }
    return NULL;
}
