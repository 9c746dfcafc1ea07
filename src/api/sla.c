// SPDX-License-Identifier: Apache-2.0
/* /api/v1/tickets/TICKET/clocks: what is promised, explained; /api/v1/sla/policies: what promises.
 */
#include "api/desk.h"

#include <stdlib.h>

enum { EXPLAIN_BYTES = 128 << 20, POLICIES_BYTES = 64 << 20 };

void api_set_work(Api *api, Work *work)
{
    api->work = work;
}

/* An instant that may not come. */
static void put_instant(PtJsonOut *out, const char *key, int64_t ms)
{
    if (ms == WORK_NEVER) {
        api_put_null(out, key);
    } else {
        api_put_time(out, key, ms);
    }
}

static void put_seconds(PtJsonOut *out, const char *key, int64_t ms)
{
    api_put_double(out, key, (double)ms / 1000);
}

static PtArena *big_arena(ApiCall *call, size_t bytes)
{
    PtArena *arena = pt_arena_new(bytes);
    if (arena == NULL) {
        (void)pt_fail(&call->error, PT_NO_MEMORY, "no memory for an answer");
    }
    return arena;
}

/* -- clocks -------------------------------------------------------------------------------------
 */

typedef struct Policies {
    WorkStoredPolicy *list;
    size_t count;
} Policies;

static PtStatus read_policies(ApiCall *call, PtArena *arena, Policies *ret)
{
    return work_policies(call->api->work, arena, &ret->list, &ret->count, &call->error);
}

static void put_policy_of(PtJsonOut *out, const Policies *policies, int64_t version)
{
    for (size_t i = 0; i < policies->count; i++) {
        const WorkStoredPolicy *p = &policies->list[i];
        if (p->version == version) {
            pt_json_out_key(out, PT_STR("policy"));
            pt_json_out_object(out);
            pt_json_put_str(out, "id", p->id);
            pt_json_put_i64(out, "version", p->version);
            pt_json_put_str(out, "name", p->name);
            pt_json_out_object_end(out);
            return;
        }
    }
    api_put_null(out, "policy");
}

static void put_clock(PtJsonOut *out, const WorkClock *c, const Policies *policies)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "clock", pt_str(work_clock_name(c->kind)));
    pt_json_put_str(out, "state", pt_str(work_state_name(c->state)));
    pt_json_put_bool(out, "open", c->open);
    pt_json_put_bool(out, "paused", c->paused);
    put_instant(out, "started_at", c->started_ms);
    put_instant(out, "due_at", c->due_ms);
    put_instant(out, "at_risk_at", c->at_risk_ms);
    put_instant(out, "stopped_at", c->stopped_ms);
    put_seconds(out, "target_s", c->target_ms);
    put_seconds(out, "elapsed_s", c->elapsed_ms);
    put_seconds(out, "remaining_s", c->remaining_ms);
    pt_json_put_i64(out, "round", c->round);
    pt_json_put_i64(out, "met", c->met);
    pt_json_put_i64(out, "breached", c->breached);
    put_policy_of(out, policies, c->policy);
    pt_json_out_key(out, PT_STR("steps"));
    pt_json_out_array(out);
    for (unsigned i = 0; i < c->step_count; i++) {
        pt_json_out_object(out);
        pt_json_put_str(out, "name", c->step_names[i]);
        put_instant(out, "at", c->step_ms[i]);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
    pt_json_out_object_end(out);
}

/* The ticket is there; one from before there were clocks has none. */
static PtStatus read_clocks(ApiCall *call, PtArena *arena, WorkClock clocks[static WORK_CLOCKS],
                            bool *ret_any)
{
    WorkItem item = {.owner = WORK_TICKET};
    DeskTicket ticket;
    PtStatus st = api_ticket_number(call, call->args[0], &item.number);
    st = st == PT_OK ? desk_ticket(call->api->desk, item.number, arena, &ticket, &call->error) : st;
    if (st != PT_OK) {
        return st;
    }
    st = work_item_clocks(call->api->work, item, clocks, arena, &call->error);
    *ret_any = st == PT_OK;
    return st == PT_NOT_FOUND ? PT_OK : st;
}

void api_tickets_clocks(ApiCall *call)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = big_arena(call, POLICIES_BYTES);
    WorkClock clocks[WORK_CLOCKS];
    Policies policies = {0};
    bool any = false;
    const int64_t now_ms = pt_clock_now_ms(call->api->c.clock);
    PtStatus st = arena != NULL ? read_clocks(call, arena, clocks, &any) : PT_NO_MEMORY;
    st = st == PT_OK ? read_policies(call, arena, &policies) : st;
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    api_put_time(&out, "now", now_ms);
    pt_json_out_key(&out, PT_STR("clocks"));
    pt_json_out_array(&out);
    for (size_t i = 0; any && i < WORK_CLOCKS; i++) {
        if (clocks[i].target_ms > 0 || clocks[i].round > 0) {
            put_clock(&out, &clocks[i], &policies);
        }
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

static void put_stretch(PtJsonOut *out, const WorkStretch *s, int64_t seq)
{
    pt_json_out_object(out);
    api_put_time(out, "from", s->from_ms);
    api_put_time(out, "to", s->to_ms);
    put_seconds(out, "seconds", s->to_ms - s->from_ms);
    pt_json_put_str(out, "why", pt_str(work_why_name(s->why)));
    pt_json_put_str(out, "in", s->in);
    pt_json_put_str(out, "state", s->state);
    pt_json_put_str(out, "waiting_for", s->waiting_for);
    pt_json_put_i64(out, "round", s->round);
    if (s->policy != 0) {
        pt_json_put_i64(out, "policy", s->policy);
    } else {
        api_put_null(out, "policy");
    }
    pt_json_put_i64(out, "history", seq);
    pt_json_out_object_end(out);
}

static void put_steps(PtJsonOut *out, const DeskStepTaken *steps, size_t count)
{
    pt_json_out_key(out, PT_STR("steps"));
    pt_json_out_array(out);
    for (size_t i = 0; i < count; i++) {
        pt_json_out_object(out);
        api_put_time(out, "at", steps[i].at_ms);
        pt_json_put_str(out, "step", steps[i].text);
        pt_json_put_i64(out, "history", steps[i].seq);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

typedef struct Explained {
    WorkExplained stretches;
    int64_t *seqs;
    DeskStepTaken *steps;
    size_t step_count;
} Explained;

/* What the stretches say of the clock: as it is at their end. */
static void answer_explained(ApiCall *call, WorkClockKind kind, const Explained *all)
{
    const WorkExplained *e = &all->stretches;
    int64_t totals[WORK_WHYS] = {0}, elapsed_ms = 0;
    const WorkStretch *last = e->count > 0 ? &e->list[e->count - 1] : NULL;
    for (size_t i = 0; i < e->count; i++) {
        const WorkStretch *s = &e->list[i];
        totals[s->why] += s->to_ms - s->from_ms;
        elapsed_ms +=
            s->why == WORK_WHY_COUNTED && s->round == last->round ? s->to_ms - s->from_ms : 0;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "clock", pt_str(work_clock_name(kind)));
    api_put_time(&out, "now", last != NULL ? last->to_ms : pt_clock_now_ms(call->api->c.clock));
    put_seconds(&out, "target_s", last != NULL ? last->target_ms : 0);
    put_seconds(&out, "elapsed_s", elapsed_ms);
    pt_json_out_key(&out, PT_STR("stretches"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < e->count; i++) {
        put_stretch(&out, &e->list[i], all->seqs[i]);
    }
    pt_json_out_array_end(&out);
    put_steps(&out, all->steps, all->step_count);
    pt_json_out_key(&out, PT_STR("totals"));
    pt_json_out_object(&out);
    for (WorkWhy i = 0; i < WORK_WHYS; i++) {
        put_seconds(&out, work_why_name(i), totals[i]);
    }
    pt_json_out_object_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

static PtStatus clock_of(ApiCall *call, WorkClockKind *ret_kind)
{
    for (WorkClockKind i = 0; i < WORK_CLOCKS; i++) {
        if (pt_str_eq(call->args[1], pt_str(work_clock_name(i)))) {
            *ret_kind = i;
            return PT_OK;
        }
    }
    return pt_fail(&call->error, PT_NOT_FOUND,
                   "a clock is response, next_response, resolution, ola or vendor");
}

void api_tickets_clock_explain(ApiCall *call)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = big_arena(call, EXPLAIN_BYTES);
    WorkClockKind kind = WORK_CLOCK_RESPONSE;
    Explained e = {0};
    DeskTicket ticket;
    int64_t number = 0;
    Desk *desk = call->api->desk;
    PtStatus st = arena != NULL ? api_ticket_number(call, call->args[0], &number) : PT_NO_MEMORY;
    st = st == PT_OK ? clock_of(call, &kind) : st;
    st = st == PT_OK ? desk_ticket(desk, number, arena, &ticket, &call->error) : st;
    st = st == PT_OK
             ? desk_clock_explain(desk, number, kind, arena, &e.stretches, &e.seqs, &call->error)
             : st;
    st = st == PT_OK
             ? desk_clock_steps(desk, number, kind, arena, &e.steps, &e.step_count, &call->error)
             : st;
    if (!api_failed(call, st)) {
        answer_explained(call, kind, &e);
    }
}

/* -- policies -----------------------------------------------------------------------------------
 */

static void put_policy(PtJsonOut *out, const WorkStoredPolicy *p)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "id", p->id);
    pt_json_put_i64(out, "version", p->version);
    pt_json_put_str(out, "name", p->name);
    pt_json_put_i64(out, "rank", p->rank);
    api_put_time_or_null(out, "from", p->from_ms);
    put_instant(out, "until", p->until_ms);
    api_put_time_or_null(out, "changed_at", p->changed_ms);
    pt_json_put_str(out, "changed_by", p->changed_by);
    api_put_raw(out, "policy", p->json);
    pt_json_out_object_end(out);
}

/* Which of them an answer has. */
typedef enum Which {
    NEWEST,    /* of each id, unless it has ended */
    NEWEST_OF, /* of this id, ended or not */
    ALL_OF,    /* of this id */
} Which;

/* The list is by rank and time: neither says which version is the newest. */
static bool is_newest(const Policies *p, const WorkStoredPolicy *one)
{
    for (size_t i = 0; i < p->count; i++) {
        if (p->list[i].version > one->version && pt_str_eq(p->list[i].id, one->id)) {
            return false;
        }
    }
    return true;
}

static bool is_wanted(const Policies *p, const WorkStoredPolicy *one, Which which, PtStr id,
                      int64_t now_ms)
{
    return which == NEWEST      ? one->until_ms > now_ms && is_newest(p, one)
           : which == NEWEST_OF ? pt_str_eq(one->id, id) && is_newest(p, one)
                                : pt_str_eq(one->id, id);
}

static int oldest_first(const void *a, const void *b)
{
    const int64_t x = ((const WorkStoredPolicy *)a)->version;
    const int64_t y = ((const WorkStoredPolicy *)b)->version;
    return (x > y) - (x < y);
}

static void answer_policies(ApiCall *call, Which which, PtStr id)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = big_arena(call, POLICIES_BYTES);
    const int64_t now_ms = pt_clock_now_ms(call->api->c.clock);
    Policies policies = {0};
    size_t shown = 0;
    PtJsonOut out = pt_json_out(&call->body);
    PtStatus st = arena != NULL ? read_policies(call, arena, &policies) : PT_NO_MEMORY;
    if (st == PT_OK && which == ALL_OF) {
        qsort(policies.list, policies.count, sizeof *policies.list, oldest_first);
    }
    if (which != NEWEST_OF) {
        pt_json_out_object(&out);
        pt_json_out_key(&out, PT_STR("data"));
        pt_json_out_array(&out);
    }
    for (size_t i = 0; st == PT_OK && i < policies.count; i++) {
        if (is_wanted(&policies, &policies.list[i], which, id, now_ms)) {
            put_policy(&out, &policies.list[i]);
            shown++;
        }
    }
    if (which != NEWEST_OF) {
        pt_json_out_array_end(&out);
        pt_json_out_object_end(&out);
    }
    if (st == PT_OK && shown == 0 && which != NEWEST) {
        st = pt_fail(&call->error, PT_NOT_FOUND, "no policy has the id \"%.*s\"",
                     (int)(id.len < 64 ? id.len : 64), id.data);
    }
    if (!api_failed(call, st)) {
        api_answer(call, 200);
    }
}

void api_sla_policies_list(ApiCall *call)
{
    answer_policies(call, NEWEST, PT_STR(""));
}

void api_sla_policies_get(ApiCall *call)
{
    answer_policies(call, NEWEST_OF, call->args[0]);
}

void api_sla_policies_versions(ApiCall *call)
{
    answer_policies(call, ALL_OF, call->args[0]);
}

void api_sla_policies_put(ApiCall *call)
{
    const ApiValue *in = call->in;
    const WorkStoredPolicy wanted = {.id = call->args[0],
                                     .rank = in[IN_SLA_POLICIES_PUT_RANK].given
                                                 ? in[IN_SLA_POLICIES_PUT_RANK].number
                                                 : WORK_POLICY_RANK_KEPT,
                                     .from_ms = in[IN_SLA_POLICIES_PUT_FROM].number,
                                     .json = in[IN_SLA_POLICIES_PUT_POLICY].text};
    PT_CLEANUP(pt_arena_freep) PtArena *arena = big_arena(call, POLICIES_BYTES);
    WorkStoredPolicy policy;
    PtStatus st = arena == NULL ? PT_NO_MEMORY
                                : work_policy_put(call->api->work, &call->who.actor, &wanted,
                                                  in[IN_SLA_POLICIES_PUT_VERSION].number, arena,
                                                  &policy, &call->error);
    if (!api_failed(call, st)) {
        PtJsonOut out = pt_json_out(&call->body);
        put_policy(&out, &policy);
        api_answer(call, 200);
    }
}

void api_sla_policies_end(ApiCall *call)
{
    if (!api_failed(call, work_policy_end(call->api->work, &call->who.actor, call->args[0],
                                          call->query[Q_SLA_POLICIES_END_VERSION].number,
                                          &call->error))) {
        api_answer_done(call);
    }
}

static void put_tally(PtJsonOut *out, const char *key, uint64_t promised, uint64_t breached)
{
    pt_json_out_key(out, pt_str(key));
    pt_json_out_object(out);
    pt_json_put_u64(out, "promised", promised);
    pt_json_put_u64(out, "breached", breached);
    pt_json_out_object_end(out);
}

void api_sla_policies_try(ApiCall *call)
{
    WorkTrial trial = {0};
    if (api_failed(call, work_policy_try(call->api->work, call->in[IN_SLA_POLICIES_TRY_POLICY].text,
                                         call->in[IN_SLA_POLICIES_TRY_SINCE].number, &trial,
                                         &call->error))) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_u64(&out, "items", trial.items);
    pt_json_out_key(&out, PT_STR("clocks"));
    pt_json_out_array(&out);
    for (WorkClockKind i = 0; i < WORK_CLOCKS; i++) {
        pt_json_out_object(&out);
        pt_json_put_str(&out, "clock", pt_str(work_clock_name(i)));
        put_tally(&out, "was", trial.was[i].promised, trial.was[i].breached);
        put_tally(&out, "would", trial.would[i].promised, trial.would[i].breached);
        pt_json_out_object_end(&out);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}
