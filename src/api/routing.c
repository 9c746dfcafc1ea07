// SPDX-License-Identifier: Apache-2.0
/* /api/v1/routing: who is given what: settings, presence, offers, the board. */
#include "api/desk.h"

enum { SETTINGS_BYTES = 256 << 20, DECISIONS_SHOWN = 100 };

static PtArena *big_arena(ApiCall *call)
{
    PtArena *arena = pt_arena_new(SETTINGS_BYTES);
    if (arena == NULL) {
        (void)pt_fail(&call->error, PT_NO_MEMORY, "no memory for an answer");
    }
    return arena;
}

/* -- settings -----------------------------------------------------------------------------------
 */

static void put_setting(PtJsonOut *out, DeskRouteKind kind, const DeskRouteSetting *s)
{
    pt_json_out_object(out);
    pt_json_put_str(out, kind == DESK_ROUTE_QUEUE ? "queue" : "account", s->id);
    pt_json_put_i64(out, "version", s->version);
    api_put_time_or_null(out, "changed_at", s->changed_ms);
    pt_json_put_str(out, "changed_by", s->changed_by);
    api_put_raw(out, "settings", s->json);
    pt_json_out_object_end(out);
}

static void answer_setting(ApiCall *call, PtStatus st, DeskRouteKind kind,
                           const DeskRouteSetting *s)
{
    if (!api_failed(call, st)) {
        PtJsonOut out = pt_json_out(&call->body);
        put_setting(&out, kind, s);
        api_answer(call, 200);
    }
}

static void list_settings(ApiCall *call, DeskRouteKind kind)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = big_arena(call);
    DeskRouteSetting *list = NULL;
    size_t count = 0;
    PtStatus st = arena != NULL ? desk_route_settings(call->api->desk, kind, arena, &list, &count,
                                                      &call->error)
                                : PT_NO_MEMORY;
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        put_setting(&out, kind, &list[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

static void get_setting(ApiCall *call, DeskRouteKind kind)
{
    DeskRouteSetting setting = {.version = 0};
    PtStatus st = desk_route_setting(call->api->desk, kind, call->args[0], call->arena, &setting,
                                     &call->error);
    answer_setting(call, st, kind, &setting);
}

static void put_wanted(ApiCall *call, DeskRouteKind kind, PtStr json, int64_t version)
{
    const DeskRouteSetting wanted = {.id = call->args[0], .json = json, .version = version};
    DeskRouteSetting setting = {.version = 0};
    PtStatus st = desk_route_put(call->api->desk, &call->who.actor, kind, &wanted, call->arena,
                                 &setting, &call->error);
    answer_setting(call, st, kind, &setting);
}

void api_routing_queues_list(ApiCall *call)
{
    list_settings(call, DESK_ROUTE_QUEUE);
}

void api_routing_queues_get(ApiCall *call)
{
    get_setting(call, DESK_ROUTE_QUEUE);
}

void api_routing_queues_put(ApiCall *call)
{
    put_wanted(call, DESK_ROUTE_QUEUE, call->in[IN_ROUTING_QUEUES_PUT_SETTINGS].text,
               call->in[IN_ROUTING_QUEUES_PUT_VERSION].number);
}

void api_routing_switch(ApiCall *call)
{
    const ApiValue *queues = &call->in[IN_ROUTING_SWITCH_QUEUES];
    size_t changed = 0;
    if (queues->given && queues->count == 0) { // else it would be all of them
        (void)api_failed(call, pt_fail(&call->error, PT_INVALID, "queues: not 1..999 names"));
        return;
    }
    if (!api_failed(call, desk_route_switch(call->api->desk, &call->who.actor, queues->texts,
                                            queues->count, call->in[IN_ROUTING_SWITCH_ON].truth,
                                            &changed, &call->error))) {
        PtJsonOut out = pt_json_out(&call->body);
        pt_json_out_object(&out);
        pt_json_put_u64(&out, "changed", changed);
        pt_json_out_object_end(&out);
        api_answer(call, 200);
    }
}

void api_routing_agents_list(ApiCall *call)
{
    list_settings(call, DESK_ROUTE_AGENT);
}

/* An account that can be given tickets. */
static PtStatus is_agent(ApiCall *call, PtStr account)
{
    AccessAccount found;
    PtStatus st = access_account(call->api->c.access, account, call->arena, &found, &call->error);
    bool works = false;
    for (unsigned i = 0; st == PT_OK && i < api_role_count; i++) {
        works = works || (pt_str_eq(found.role, pt_str(api_roles[i].name)) &&
                          (api_roles[i].permissions & PERMISSION_DESK_WRITE) != 0);
    }
    return st != PT_OK || (works && pt_str_eq(found.id, account))
               ? st
               : pt_fail(&call->error, PT_NOT_FOUND, "no account of that id works on tickets");
}

void api_routing_agents_get(ApiCall *call)
{
    if (!api_failed(call, is_agent(call, call->args[0]))) {
        get_setting(call, DESK_ROUTE_AGENT);
    }
}

void api_routing_agents_put(ApiCall *call)
{
    if (!api_failed(call, is_agent(call, call->args[0]))) {
        put_wanted(call, DESK_ROUTE_AGENT, call->in[IN_ROUTING_AGENTS_PUT_SETTINGS].text,
                   call->in[IN_ROUTING_AGENTS_PUT_VERSION].number);
    }
}

static void answer_skills(ApiCall *call, PtStatus st, const DeskRouteSetting *s)
{
    static const PtStr before = PT_STR_INIT("{\"skills\":");
    if (!api_failed(call, st)) {
        PtJsonOut out = pt_json_out(&call->body);
        pt_json_out_object(&out);
        pt_json_put_i64(&out, "version", s->version);
        api_put_time_or_null(&out, "changed_at", s->changed_ms);
        pt_json_put_str(&out, "changed_by", s->changed_by);
        api_put_raw(&out, "skills",
                    (PtStr){s->json.data + before.len, s->json.len - before.len - 1});
        pt_json_out_object_end(&out);
        api_answer(call, 200);
    }
}

void api_routing_skills_get(ApiCall *call)
{
    DeskRouteSetting setting = {.version = 0};
    PtStatus st = desk_route_setting(call->api->desk, DESK_ROUTE_SKILLS_DOC, PT_STR(""),
                                     call->arena, &setting, &call->error);
    answer_skills(call, st, &setting);
}

void api_routing_skills_put(ApiCall *call)
{
    DeskRouteSetting setting = {.version = 0};
    PtBuf buf;
    pt_buf_init(&buf, DESK_ROUTE_BYTES);
    PtJsonOut out = pt_json_out(&buf);
    pt_json_out_object(&out);
    api_put_raw(&out, "skills", call->in[IN_ROUTING_SKILLS_PUT_SKILLS].text);
    pt_json_out_object_end(&out);
    const DeskRouteSetting wanted = {.id = PT_STR(""),
                                     .json = pt_buf_str(&buf),
                                     .version = call->in[IN_ROUTING_SKILLS_PUT_VERSION].number};
    PtStatus st = pt_buf_status(&buf);
    st = st == PT_OK ? desk_route_put(call->api->desk, &call->who.actor, DESK_ROUTE_SKILLS_DOC,
                                      &wanted, call->arena, &setting, &call->error)
                     : pt_fail(&call->error, st, "skills: over %d bytes", DESK_ROUTE_BYTES);
    pt_buf_done(&buf);
    answer_skills(call, st, &setting);
}

/* -- agents -------------------------------------------------------------------------------------
 */

static void put_edge(PtJsonOut *out, const char *key, int64_t ms)
{
    api_put_time_or_null(out, key, ms != INT64_MAX ? ms : 0);
}

static PtStatus put_offer(ApiCall *call, PtJsonOut *out, const DeskOffer *offer)
{
    char key[DESK_KEY_MAX];
    DeskTicket t;
    PtStatus st = desk_ticket(call->api->desk, offer->ticket, call->arena, &t, &call->error);
    if (st != PT_OK) {
        return st;
    }
    pt_json_out_object(out);
    pt_json_put_i64(out, "offer", offer->number);
    pt_json_put_str(out, "ticket", desk_key(t.type, t.number, key));
    pt_json_put_str(out, "title", t.f[DESK_F_TITLE]);
    pt_json_put_i64(out, "priority", t.priority);
    pt_json_put_str(out, "queue", offer->queue);
    api_put_time(out, "at", offer->at_ms);
    api_put_time(out, "expires_at", offer->expires_ms);
    api_put_raw(out, "why", offer->why);
    pt_json_out_object_end(out);
    return PT_OK;
}

static void answer_me(ApiCall *call, PtStatus st, PtStr account)
{
    DeskRouteMe me = {.known = false};
    st = st == PT_OK ? desk_route_me(call->api->desk, account, call->arena, &me, &call->error) : st;
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "account", account);
    pt_json_put_str(&out, "presence", pt_str(desk_takings[me.taking]));
    pt_json_put_str(&out, "reason", me.reason);
    api_put_time_or_null(&out, "since", me.since_ms);
    pt_json_put_bool(&out, "known", me.known);
    pt_json_put_bool(&out, "on_shift", me.on_shift);
    put_edge(&out, "shift_changes_at", me.edge_ms);
    pt_json_put_i64(&out, "load", me.load);
    pt_json_put_i64(&out, "capacity", me.capacity);
    pt_json_out_key(&out, PT_STR("offers"));
    pt_json_out_array(&out);
    for (size_t i = 0; st == PT_OK && i < me.offer_count; i++) {
        st = put_offer(call, &out, &me.offers[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    if (!api_failed(call, st)) {
        api_answer(call, 200);
    }
}

static PtStatus account_of(ApiCall *call, PtStr *ret_account)
{
    *ret_account = pt_str(call->who.actor.id);
    return call->who.actor.kind == AUDIT_ACCOUNT
               ? PT_OK
               : pt_fail(&call->error, PT_FORBIDDEN, "only who is signed in takes work");
}

void api_routing_me(ApiCall *call)
{
    PtStr account;
    PtStatus st = account_of(call, &account);
    answer_me(call, st, account);
}

static void take(ApiCall *call, PtStatus st, PtStr account, const ApiValue *presence, PtStr reason)
{
    st = st == PT_OK ? desk_route_take(call->api->desk, &call->who.actor, account,
                                       (DeskTaking)presence->choice, reason, &call->error)
                     : st;
    answer_me(call, st, account);
}

void api_routing_me_put(ApiCall *call)
{
    PtStr account;
    PtStatus st = account_of(call, &account);
    take(call, st, account, &call->in[IN_ROUTING_ME_PUT_PRESENCE],
         call->in[IN_ROUTING_ME_PUT_REASON].text);
}

void api_routing_agents_presence(ApiCall *call)
{
    PtStatus st = is_agent(call, call->args[0]);
    take(call, st, call->args[0], &call->in[IN_ROUTING_AGENTS_PRESENCE_PRESENCE],
         call->in[IN_ROUTING_AGENTS_PRESENCE_REASON].text);
}

static void answer_offer(ApiCall *call, bool accept)
{
    PtStr account;
    int64_t offer = 0;
    PtStatus st = account_of(call, &account);
    if (st == PT_OK && !pt_json_to_i64(call->args[0], &offer)) {
        st = pt_fail(&call->error, PT_NOT_FOUND, "an offer has a number");
    }
    st = st == PT_OK ? desk_route_answer(call->api->desk, &call->who.actor, account, offer, accept,
                                         &call->error)
                     : st;
    answer_me(call, st, account);
}

void api_routing_offers_accept(ApiCall *call)
{
    answer_offer(call, true);
}

void api_routing_offers_reject(ApiCall *call)
{
    answer_offer(call, false);
}

/* -- seen ---------------------------------------------------------------------------------------
 */

static void put_waiting(PtJsonOut *out, const DeskBoardTicket *t)
{
    pt_json_out_object(out);
    pt_json_put_i64(out, "ticket", t->ticket);
    pt_json_put_i64(out, "priority", t->priority);
    pt_json_put_str(out, "reason", pt_str(desk_waits[t->reason]));
    pt_json_put_str(out, "why", t->why);
    pt_json_put_str(out, "skill", t->skill);
    pt_json_put_i64(out, "level", t->level);
    pt_json_put_str(out, "held_for", t->held_for);
    api_put_time_or_null(out, "held_until", t->held_until_ms);
    pt_json_put_i64(out, "serving", t->serving);
    pt_json_put_i64(out, "there", t->there);
    pt_json_put_i64(out, "skilled", t->skilled);
    pt_json_put_i64(out, "room", t->room);
    pt_json_out_object_end(out);
}

static void put_queue(PtJsonOut *out, const DeskBoardQueue *q)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "queue", q->id);
    pt_json_put_bool(out, "on", q->on);
    pt_json_put_i64(out, "waiting", q->waiting);
    api_put_time_or_null(out, "oldest_at", q->oldest_ms);
    pt_json_out_key(out, PT_STR("by_priority"));
    pt_json_out_array(out);
    for (size_t i = 0; i < 5; i++) {
        pt_json_out_i64(out, q->by_priority[i]);
    }
    pt_json_out_array_end(out);
    pt_json_out_key(out, PT_STR("first"));
    pt_json_out_array(out);
    for (size_t i = 0; i < q->first_count; i++) {
        put_waiting(out, &q->first[i]);
    }
    pt_json_out_array_end(out);
    pt_json_out_object_end(out);
}

static void put_agent(PtJsonOut *out, const DeskBoardAgent *a)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "account", a->account);
    pt_json_put_str(out, "presence", pt_str(desk_takings[a->taking]));
    pt_json_put_str(out, "reason", a->reason);
    pt_json_put_bool(out, "on_shift", a->on_shift);
    put_edge(out, "shift_changes_at", a->edge_ms);
    api_put_time_or_null(out, "idle_since", a->idle_ms);
    pt_json_put_i64(out, "load", a->load);
    pt_json_put_i64(out, "capacity", a->capacity);
    pt_json_put_i64(out, "tickets", a->items);
    pt_json_put_i64(out, "offers", a->offers);
    pt_json_put_i64(out, "missed", a->missed);
    pt_json_out_object_end(out);
}

void api_routing_board(ApiCall *call)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = big_arena(call);
    DeskBoard board = {.queue_count = 0};
    PtStatus st = arena != NULL ? desk_route_board(call->api->desk, arena, &board, &call->error)
                                : PT_NO_MEMORY;
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    api_put_time(&out, "now", pt_clock_now_ms(call->api->c.clock));
    pt_json_out_key(&out, PT_STR("queues"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < board.queue_count; i++) {
        put_queue(&out, &board.queues[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_key(&out, PT_STR("agents"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < board.agent_count; i++) {
        put_agent(&out, &board.agents[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

static void put_decision(PtJsonOut *out, const DeskRouted *d)
{
    pt_json_out_object(out);
    pt_json_put_i64(out, "decision", d->number);
    pt_json_put_str(out, "queue", d->queue);
    pt_json_put_str(out, "account", d->account);
    api_put_time(out, "at", d->at_ms);
    api_put_time_or_null(out, "expires_at", d->expires_ms);
    pt_json_put_str(out, "state", d->state);
    api_put_time_or_null(out, "ended_at", d->ended_ms);
    api_put_raw(out, "why", d->why);
    pt_json_out_object_end(out);
}

void api_tickets_routing(ApiCall *call)
{
    DeskTicket ticket;
    DeskRouted *list = NULL;
    size_t count = 0;
    int64_t number = 0;
    Desk *desk = call->api->desk;
    PtStatus st = api_ticket_number(call, call->args[0], &number);
    st = st == PT_OK ? desk_ticket(desk, number, call->arena, &ticket, &call->error) : st;
    st = st == PT_OK ? desk_route_decisions(desk, number, DECISIONS_SHOWN, call->arena, &list,
                                            &count, &call->error)
                     : st;
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        put_decision(&out, &list[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

/* -- tried on what was --------------------------------------------------------------------------
 */

static const double second_ms = 1000;

static void put_seconds(PtJsonOut *out, const char *key, int64_t ms)
{
    api_put_double(out, key, (double)ms / second_ms);
}

static void put_waits(PtJsonOut *out, const char *key, const DeskTrialWaits *w)
{
    if (!w->on) {
        api_put_null(out, key);
        return;
    }
    pt_json_out_key(out, pt_str(key));
    pt_json_out_object(out);
    pt_json_put_i64(out, "arrived", w->arrived);
    pt_json_put_i64(out, "given", w->given);
    pt_json_put_i64(out, "in_time", w->in_time);
    pt_json_put_i64(out, "left", w->left);
    put_seconds(out, "mean_s", w->mean_ms);
    put_seconds(out, "p50_s", w->p50_ms);
    put_seconds(out, "p90_s", w->p90_ms);
    put_seconds(out, "max_s", w->max_ms);
    pt_json_out_object_end(out);
}

static void put_load(PtJsonOut *out, const char *key, const DeskTrialLoad *l)
{
    if (!l->there) {
        api_put_null(out, key);
        return;
    }
    pt_json_out_key(out, pt_str(key));
    pt_json_out_object(out);
    pt_json_put_i64(out, "given", l->given);
    put_seconds(out, "there_s", l->there_ms);
    put_seconds(out, "busy_s", l->busy_ms);
    api_put_double(out, "used", l->used);
    pt_json_out_object_end(out);
}

static void put_trial_queues(PtJsonOut *out, const DeskRouteTrial *t)
{
    pt_json_out_key(out, PT_STR("queues"));
    pt_json_out_array(out);
    for (size_t i = 0; i < t->queue_count; i++) {
        pt_json_out_object(out);
        pt_json_put_str(out, "queue", t->queues[i].id);
        put_waits(out, "was", &t->queues[i].was);
        put_waits(out, "now", &t->queues[i].now);
        put_waits(out, "would", &t->queues[i].would);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

static void put_trial_agents(PtJsonOut *out, const DeskRouteTrial *t)
{
    pt_json_out_key(out, PT_STR("agents"));
    pt_json_out_array(out);
    for (size_t i = 0; i < t->agent_count; i++) {
        pt_json_out_object(out);
        pt_json_put_str(out, "account", t->agents[i].account);
        pt_json_put_i64(out, "was", t->agents[i].was);
        put_load(out, "now", &t->agents[i].now);
        put_load(out, "would", &t->agents[i].would);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

static void put_longest(PtJsonOut *out, const DeskRouteTrial *t)
{
    pt_json_out_key(out, PT_STR("longest"));
    pt_json_out_array(out);
    for (size_t i = 0; i < t->longest_count; i++) {
        const DeskTrialLong *l = &t->longest[i];
        pt_json_out_object(out);
        pt_json_put_i64(out, "ticket", l->ticket);
        pt_json_put_str(out, "queue", l->queue);
        put_seconds(out, "wait_s", l->wait_ms);
        if (l->was_ms >= 0) {
            put_seconds(out, "was_s", l->was_ms);
        } else {
            api_put_null(out, "was_s");
        }
        pt_json_put_bool(out, "given", l->given);
        pt_json_put_str(out, "reason", pt_str(desk_waits[l->reason]));
        put_seconds(out, "reason_s", l->reason_ms);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

void api_routing_try(ApiCall *call)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = big_arena(call);
    const ApiValue *in = call->in;
    const DeskRouteTry ask = {.days = in[IN_ROUTING_TRY_DAYS].number,
                              .goal_s = in[IN_ROUTING_TRY_GOAL_S].number,
                              .queues = in[IN_ROUTING_TRY_QUEUES].text,
                              .agents = in[IN_ROUTING_TRY_AGENTS].text,
                              .dropped = in[IN_ROUTING_TRY_DROPPED_SKILLS].texts,
                              .dropped_count = in[IN_ROUTING_TRY_DROPPED_SKILLS].count,
                              .stop = &call->gone};
    DeskRouteTrial trial = {.tickets = 0};
    PtStatus st = arena != NULL ? desk_route_try(call->api->desk, &ask, arena, &trial, &call->error)
                                : PT_NO_MEMORY;
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    api_put_time(&out, "from", trial.from_ms);
    api_put_time(&out, "to", trial.to_ms);
    pt_json_put_i64(&out, "tickets", trial.tickets);
    pt_json_put_i64(&out, "elsewhere", trial.elsewhere);
    pt_json_put_i64(&out, "unassigned", trial.unassigned);
    pt_json_put_i64(&out, "assumed", trial.assumed);
    pt_json_put_i64(&out, "always", trial.always);
    put_trial_queues(&out, &trial);
    put_trial_agents(&out, &trial);
    put_longest(&out, &trial);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}
