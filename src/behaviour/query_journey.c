// SPDX-License-Identifier: Apache-2.0
/* Journeys: each person's events as visits to stages, one after another. */
#include "behaviour/query_walk.h"

#include <stdlib.h>

/* Several events of a stage are what a visit is: so repeats say nothing. */
#define MEASURES ((QUERY_BIT(QUERY_MEASURES) - 1) & ~QUERY_BIT(QUERY_REPEATED))
/* Of everybody who came; the others of those who have a next visit. */
#define AT_ONCE (MEASURES & ~(QUERY_BIT(QUERY_HAND_OVER) | QUERY_BIT(QUERY_STEP_TIME)))
enum { NOWHERE = -1, CHANNELS = QUERY_CHANNELS + 1 };

typedef struct Journey {
    QueryWalk w;
    const Query *q;
    QuerySigns signs;
    uint64_t stages[QUERY_STAGES]; /* bits of a row */
    uint64_t told;                 /* rows of others are not looked at */
    const QueryCell *cell;         /* of who is sought; or NULL */
    int channel;                   /* the cell's */
    int64_t time_ms;               /* the cell's percentile */
} Journey;

typedef struct JourneyStage {
    QueryTally tally, arrival; /* arrival: its times alone */
    uint64_t events, visits, going_on, ended, channels[CHANNELS];
    uint64_t people_to[QUERY_STAGES], moves_to[QUERY_STAGES];
} JourneyStage;

typedef struct JourneyPerson {
    int stage;                       /* of the visit; NOWHERE: none yet */
    unsigned channel;                /* of its last event */
    int64_t begin_ms;                /* of the visit */
    uint32_t seen;                   /* stages that have had an event of their set */
    uint32_t came, going_on;         /* bits of stages */
    uint32_t moved_to[QUERY_STAGES]; /* bits of stages */
    uint8_t channels[QUERY_STAGES];  /* bits */
    QueryStay stays[QUERY_STAGES];
    bool arrived[QUERY_STAGES];
    int64_t arrival_ms[QUERY_STAGES];
} JourneyPerson;

typedef struct JourneyPart {
    QueryPart part;
    bool begun; /* the person */
    JourneyPerson person;
    JourneyStage stages[QUERY_STAGES];
} JourneyPart;

static const Journey *journey_of(const JourneyPart *p)
{
    return (const Journey *)(const void *)p->part.w;
}

/* ---- One row --------------------------------------------------------------------------------- */

/* Stages of what was done before are asked first. */
static int stage_of(const Journey *j, JourneyPerson *p, uint64_t sets)
{
    int first = NOWHERE, again = NOWHERE;
    for (size_t i = j->q->stage_count; i-- > 0;) {
        const uint32_t bit = 1u << i;
        if ((sets & j->stages[i]) == 0) {
            continue;
        }
        if (!j->q->stages[i].again) {
            first = (int)i;
        } else if ((p->seen & bit) != 0) {
            again = (int)i;
        }
        p->seen |= bit;
    }
    return again != NOWHERE ? again : first;
}

/* The visit is over: somebody comes to another stage. */
static void leave(JourneyPart *part, int to, unsigned channel, int64_t time_ms)
{
    JourneyPerson *p = &part->person;
    QueryStay *stay = &p->stays[p->stage];
    part->stages[p->stage].moves_to[to]++;
    p->moved_to[p->stage] |= 1u << to;
    p->going_on |= p->came & ((1u << to) - 1);
    stay->holds |= to < p->stage ? QUERY_BIT(QUERY_BACK_STEPS) : 0;
    if (p->channel > 0 && channel > 0) {
        stay->asked |= QUERY_BIT(QUERY_HAND_OVER);
        stay->holds |= channel != p->channel ? QUERY_BIT(QUERY_HAND_OVER) : 0;
    }
    if ((stay->asked & QUERY_BIT(QUERY_STEP_TIME)) == 0) {
        stay->asked |= QUERY_BIT(QUERY_STEP_TIME);
        stay->time_ms = time_ms - p->begin_ms;
    }
    if ((p->came >> to & 1) == 0) {
        p->arrived[to] = true;
        p->arrival_ms[to] = time_ms - p->begin_ms;
    }
}

static void visit(JourneyPart *part, int stage, unsigned channel, int64_t time_ms)
{
    JourneyPerson *p = &part->person;
    if (p->stage != NOWHERE && p->stage != stage) {
        leave(part, stage, channel, time_ms);
    }
    if (p->stage != stage) {
        part->stages[stage].visits++;
        p->begin_ms = time_ms;
        p->stage = stage;
    }
    part->stages[stage].events++;
    p->channel = channel;
    p->channels[stage] |= (uint8_t)(1u << channel);
    p->came |= 1u << stage;
    p->stays[stage].came = true;
    p->stays[stage].asked |= AT_ONCE;
}

static PtStatus take_row(void *range, uint32_t person, uint64_t sets, int64_t time_ms,
                         uint64_t offset, PtError *err)
{
    JourneyPart *part = range;
    JourneyPerson *p = &part->person;
    const Journey *j = journey_of(part);
    (void)person;
    (void)offset;
    (void)err;
    if ((sets & j->told) == 0) {
        return PT_OK;
    }
    if (!part->begun) {
        *p = (JourneyPerson){.stage = NOWHERE};
        part->begun = true;
    }
    const int stage = stage_of(j, p, sets);
    if (stage != NOWHERE) {
        visit(part, stage, query_channel_of(&j->signs, sets), time_ms);
    }
    if (p->stage != NOWHERE) {
        unsigned holds = (sets & j->signs.errors) != 0 ? QUERY_BIT(QUERY_FAILED) : 0;
        holds |= (sets & j->signs.empty) != 0 ? QUERY_BIT(QUERY_EMPTY) : 0;
        p->stays[p->stage].holds |= (uint8_t)holds;
    }
    return PT_OK;
}

/* ---- One person ------------------------------------------------------------------------------ */

static bool is_sought(const Journey *j, const JourneyPerson *p)
{
    const QueryCell *c = j->cell;
    const size_t stage = (size_t)c->stage;
    if ((p->came >> stage & 1) == 0) {
        return false;
    }
    if (c->to != QUERY_NOT_GIVEN) {
        return (p->moved_to[stage] >> c->to & 1) != 0;
    }
    if (c->has_channel) {
        return (p->channels[stage] >> j->channel & 1) != 0;
    }
    return c->going_on ? (p->going_on >> stage & 1) != 0
                       : query_stay_fits(&p->stays[stage], c, j->time_ms);
}

static PtStatus count_stage(JourneyPart *part, size_t i, PtError *err)
{
    const JourneyPerson *p = &part->person;
    JourneyStage *s = &part->stages[i];
    s->going_on += p->going_on >> i & 1;
    s->ended += p->stage == (int)i;
    for (size_t k = 0; k < CHANNELS; k++) {
        s->channels[k] += p->channels[i] >> k & 1;
    }
    for (size_t k = 0; k < QUERY_STAGES; k++) {
        s->people_to[k] += p->moved_to[i] >> k & 1;
    }
    const QueryStay arrival = {
        .came = true, .asked = QUERY_BIT(QUERY_STEP_TIME), .time_ms = p->arrival_ms[i]};
    PtStatus st = query_tally_add(&s->tally, &p->stays[i], part->part.w, err);
    return st == PT_OK && p->arrived[i] ? query_tally_add(&s->arrival, &arrival, part->part.w, err)
                                        : st;
}

static PtStatus end_person(void *range, uint32_t person, PtError *err)
{
    JourneyPart *part = range;
    JourneyPerson *p = &part->person;
    const Journey *j = journey_of(part);
    PtStatus st = PT_OK;
    if (part->begun && p->stage != NOWHERE) {
        p->stays[p->stage].holds |= QUERY_BIT(QUERY_DROP_OFF);
        if (j->cell != NULL && is_sought(j, p)) {
            query_walk_found(part->part.w, person);
        }
        for (size_t i = 0; st == PT_OK && j->cell == NULL && i < QUERY_STAGES; i++) {
            st = (p->came >> i & 1) != 0 ? count_stage(part, i, err) : PT_OK;
        }
    }
    part->part.people += part->begun;
    part->begun = false;
    return st;
}

/* ---- Walking --------------------------------------------------------------------------------- */

typedef struct JourneySide {
    JourneyStage stages[QUERY_STAGES];
} JourneySide;

static void stages_done(JourneyStage *stages)
{
    for (size_t i = 0; i < QUERY_STAGES; i++) {
        query_tally_done(&stages[i].tally);
        query_tally_done(&stages[i].arrival);
    }
}

static void side_free(JourneySide **side)
{
    if (*side != NULL) {
        stages_done((*side)->stages);
        free(*side);
    }
}

static void part_done(QueryPart *part)
{
    stages_done(((JourneyPart *)(void *)part)->stages);
}

static PtStatus merge(JourneyStage *into, const JourneyStage *from, QueryWalk *w, PtError *err)
{
    into->events += from->events;
    into->visits += from->visits;
    into->going_on += from->going_on;
    into->ended += from->ended;
    for (size_t k = 0; k < CHANNELS; k++) {
        into->channels[k] += from->channels[k];
    }
    for (size_t k = 0; k < QUERY_STAGES; k++) {
        into->people_to[k] += from->people_to[k];
        into->moves_to[k] += from->moves_to[k];
    }
    PtStatus st = query_tally_merge(&into->tally, &from->tally, w, err);
    return st == PT_OK ? query_tally_merge(&into->arrival, &from->arrival, w, err) : st;
}

static PtStatus walk(Journey *j, int64_t from_ms, int64_t to_ms, JourneySide **ret_side,
                     PlanAnswer *ret_answer, PtError *err)
{
    PT_CLEANUP(side_free) JourneySide *side = calloc(1, sizeof *side);
    if (side == NULL) {
        return query_no_memory(err);
    }
    PtStatus st = query_walk(&j->w, from_ms, to_ms, ret_answer, err);
    for (QueryPart *part = j->w.parts; st == PT_OK && part != NULL; part = part->next) {
        const JourneyPart *p = (const JourneyPart *)(const void *)part;
        for (size_t i = 0; st == PT_OK && i < j->q->stage_count; i++) {
            st = merge(&side->stages[i], &p->stages[i], &j->w, err);
        }
    }
    query_walk_done(&j->w);
    if (st == PT_OK) {
        *ret_side = PT_TAKE(side);
    }
    return st;
}

static PtStatus journey_open(const QueryAsking *a, Journey *ret_journey, PtError *err)
{
    Journey j = {.w = {.a = a,
                       .part_bytes = sizeof(JourneyPart),
                       .row = take_row,
                       .end = end_person,
                       .part_done = part_done},
                 .q = a->q};
    PtStatus st = query_signs_open(a, &j.signs, err);
    j.told = j.signs.errors | j.signs.empty;
    for (size_t i = 0; i < a->q->stage_count; i++) {
        j.stages[i] = UINT64_C(1) << a->q->stages[i].set;
        j.told |= j.stages[i];
    }
    *ret_journey = j;
    return st;
}

/* ---- The answer ------------------------------------------------------------------------------ */

static void write_channels(const JourneyStage *s, PtJsonOut *out)
{
    pt_json_out_key(out, PT_STR("channels"));
    pt_json_out_array(out);
    for (size_t k = 1; k <= CHANNELS; k++) { // none comes last
        const size_t channel = k % CHANNELS;
        if (s->channels[channel] == 0) {
            continue;
        }
        pt_json_out_object(out);
        pt_json_out_key(out, PT_STR("channel"));
        if (channel == 0) {
            pt_json_out_null(out);
        } else {
            pt_json_out_str(out, pt_str(query_channel_names[channel]));
        }
        pt_json_put_u64(out, "people", s->channels[channel]);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

static void write_stage(PtStr name, JourneyStage *now, JourneyStage *then, PtJsonOut *out)
{
    const size_t arrived = (size_t)now->arrival.n[QUERY_STEP_TIME];
    const double people = (double)now->tally.people;
    pt_json_out_object(out);
    pt_json_put_str(out, "name", name);
    pt_json_put_u64(out, "people", now->tally.people);
    pt_json_put_u64(out, "people_then", then->tally.people);
    pt_json_put_u64(out, "events", now->events);
    pt_json_put_u64(out, "visits", now->visits);
    pt_json_put_u64(out, "going_on", now->going_on);
    query_put_number(out, "going_on_share", people > 0,
                     people > 0 ? (double)now->going_on / people : 0);
    pt_json_put_u64(out, "ended", now->ended);
    query_put_number(out, "median_s", arrived > 0,
                     arrived > 0 ? (double)statistics_at_rank(now->arrival.times, arrived,
                                                              arrived / 2 + arrived % 2) /
                                       1000
                                 : 0);
    write_channels(now, out);
    query_tally_write(&now->tally, &then->tally, MEASURES, out);
    pt_json_out_object_end(out);
}

typedef struct Flow {
    size_t from, to;
    uint64_t people, moves;
} Flow;

static int by_people(const void *a, const void *b)
{
    const Flow *x = a, *y = b;
    if (x->people != y->people) {
        return x->people > y->people ? -1 : 1;
    }
    return x->from != y->from ? (x->from > y->from) - (x->from < y->from)
                              : (x->to > y->to) - (x->to < y->to);
}

static void write_flows(const Query *q, const JourneySide *side, PtJsonOut *out)
{
    Flow flows[QUERY_STAGES * QUERY_STAGES];
    size_t count = 0;
    for (size_t from = 0; from < q->stage_count; from++) {
        const JourneyStage *s = &side->stages[from];
        for (size_t to = 0; to < q->stage_count; to++) {
            if (s->people_to[to] > 0) {
                flows[count++] = (Flow){from, to, s->people_to[to], s->moves_to[to]};
            }
        }
    }
    qsort(flows, count, sizeof *flows, by_people);
    pt_json_out_key(out, PT_STR("flows"));
    pt_json_out_array(out);
    for (size_t i = 0; i < count; i++) {
        pt_json_out_object(out);
        pt_json_put_u64(out, "from", flows[i].from);
        pt_json_put_u64(out, "to", flows[i].to);
        pt_json_put_u64(out, "people", flows[i].people);
        pt_json_put_u64(out, "moves", flows[i].moves);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

PtStatus query_journey_answer(const QueryAsking *a, PtJsonOut *out, PtError *err)
{
    Journey j;
    PlanAnswer answer = {0}, before = {0};
    PT_CLEANUP(side_free) JourneySide *now = NULL;
    PT_CLEANUP(side_free) JourneySide *then = NULL;
    int64_t from_ms = 0, to_ms = 0;
    PtStatus st = query_stay_baseline(a, &from_ms, &to_ms, err);
    st = st == PT_OK ? journey_open(a, &j, err) : st;
    st = st == PT_OK ? walk(&j, from_ms, to_ms, &then, &before, err) : st;
    if (st == PT_OK) {
        st = walk(&j, a->p->plan.from_ms, a->p->plan.to_ms, &now, &answer, err);
    }
    if (st != PT_OK) {
        return st;
    }
    query_stay_write_head(from_ms, to_ms, out);
    pt_json_out_key(out, PT_STR("stages"));
    pt_json_out_array(out);
    for (size_t i = 0; i < a->q->stage_count; i++) {
        write_stage(a->q->sets[a->q->stages[i].set].name, &now->stages[i], &then->stages[i], out);
    }
    pt_json_out_array_end(out);
    write_flows(a->q, now, out);
    pt_json_put_u64(out, "people", j.w.people);
    pt_json_put_u64(out, "rows", answer.rows + before.rows);
    return PT_OK;
}

/* ---- The people ------------------------------------------------------------------------------ */

static PtStatus check_cell(const Query *q, const QueryCell *cell, int *ret_channel, PtError *err)
{
    const int parts =
        cell->has_measure + (cell->to != QUERY_NOT_GIVEN) + cell->has_channel + cell->going_on;
    PtStatus st = query_cell_check(cell->stage, 0, q->stage_count, "stage", err);
    if (st == PT_OK && cell->to != QUERY_NOT_GIVEN) {
        st = query_cell_check(cell->to, 0, q->stage_count, "to", err);
    }
    if (st != PT_OK || parts > 1) {
        return st != PT_OK ? st
                           : pt_fail(err, PT_INVALID,
                                     "at \"/cell\": one of measure, to, channel and going_on");
    }
    if (cell->has_measure && (MEASURES >> cell->measure & 1) == 0) {
        return pt_fail(err, PT_INVALID, "at \"/cell/measure\": a journey has no \"%s\"",
                       query_stay_names[cell->measure]);
    }
    int channel = 0;
    if (cell->has_channel && cell->channel.len > 0) {
        channel = QUERY_CHANNELS;
        while (channel > 0 && !pt_str_eq(cell->channel, pt_str(query_channel_names[channel]))) {
            channel--;
        }
        if (channel == 0) {
            return pt_fail(err, PT_INVALID,
                           "at \"/cell/channel\": not one of web, app, store, service, and null");
        }
    }
    *ret_channel = channel;
    return PT_OK;
}

PtStatus query_journey_people(const QueryAsking *a, const QueryCell *cell, QueryPeople *found,
                              PtError *err)
{
    Journey j;
    PlanAnswer answer;
    PT_CLEANUP(side_free) JourneySide *counted = NULL;
    PT_CLEANUP(side_free) JourneySide *sought = NULL;
    int channel = 0;
    int64_t from_ms = a->p->plan.from_ms, to_ms = a->p->plan.to_ms;
    PtStatus st = check_cell(a->q, cell, &channel, err);
    if (st == PT_OK && cell->then) {
        st = query_stay_baseline(a, &from_ms, &to_ms, err);
    }
    st = st == PT_OK ? journey_open(a, &j, err) : st;
    if (st == PT_OK && cell->has_measure && cell->measure == QUERY_STEP_TIME) {
        st = walk(&j, from_ms, to_ms, &counted, &answer, err);
        j.time_ms = st == PT_OK ? query_tally_time(&counted->stages[cell->stage].tally) : 0;
    }
    if (st == PT_OK) {
        j.cell = cell;
        j.channel = channel;
        j.w.found = found;
        st = walk(&j, from_ms, to_ms, &sought, &answer, err);
    }
    return st;
}
