// SPDX-License-Identifier: Apache-2.0
/* What the desk's people do about a ticket, stage by stage, and when they take a break. */
#include "floor_internal.h"

#include "base/json.h"
#include "world.h"

#include <stdio.h>
#include <string.h>

enum {
    NIGHT_FROM = 21, /* UTC */
    NIGHT_TO = 6,
    LOOK_MIN = 6,
    POST_MIN = 15, /* until the post is looked at again */
    LOOKS_MAX = 16,
    AWAY_PCT = 5,    /* of mails that are answered by a program */
    AGAIN_PCT = 7,   /* of what is solved by mail: it is back */
    THANKS_PCT = 12, /* of the same */
    BREAK_EVERY_MIN = 170,
    BREAK_MIN = 14,
};
#define RUSH 0.3 /* everybody hurries */

static bool is_own(const Life *life)
{
    return life->way != WAY_CALL;
}

void floor_stage(Floor *f, Life *life, Stage stage, double mean_min)
{
    const int64_t hour = f->now_ms / HOUR_MS % 24;
    const bool night = hour >= NIGHT_FROM || hour < NIGHT_TO;
    const bool calm = life->outage < 0; // an outage waits for nobody
    const bool waits = stage == STAGE_LOOK || stage == STAGE_ANSWER || stage == STAGE_WRITE;
    const double pace = (calm && night ? 2.5 : 1) * (calm && life->slow ? 8 : 1) *
                        (scenario_times() > 1 ? RUSH : 1);
    life->stage = stage;
    life->next_ms = floor_after(f, mean_min * (waits ? 1 : pace));
}

/* Once somebody was given it. */
static void wait_for_somebody(Floor *f, Life *life, Stage then, double mean_min)
{
    life->then = then;
    life->then_min = mean_min;
    life->since_ms = f->now_ms;
    floor_stage(f, life, STAGE_LOOK, 1);
}

/* Of a ticket that is an outage's. */
static const FloorOutage *outage_of(const Life *life)
{
    return &floor_outages[life->outage >= 0 ? life->outage : 0];
}

static unsigned work_min(const Life *life)
{
    return life->fault != NULL ? life->fault->work_min : 20;
}

/* ---- Acts -------------------------------------------------------------------------------------
 */

typedef struct Change {
    const char *state, *waiting_for, *queue, *assignee, *resolution, *note;
    bool is_public, from_requester;
} Change;

static bool change(FloorAct *act, const Life *life, const Change *c)
{
    const struct {
        const char *name, *value;
    } texts[] = {{"state", c->state},       {"waiting_for", c->waiting_for}, {"queue", c->queue},
                 {"assignee", c->assignee}, {"resolution", c->resolution},   {"note", c->note}};
    const struct {
        const char *name;
        bool value;
    } truths[] = {{"public", c->is_public}, {"from_requester", c->from_requester}};
    PtBuf body;
    pt_buf_init(&body, FLOOR_BODY);
    PtJsonOut out = pt_json_out(&body);
    pt_json_out_object(&out);
    for (size_t i = 0; i < COUNT(texts); i++) {
        if (texts[i].value != NULL) {
            pt_json_out_key(&out, pt_str(texts[i].name));
            pt_json_out_str(&out, pt_str(texts[i].value));
        }
    }
    for (size_t i = 0; i < COUNT(truths); i++) {
        if (truths[i].value) {
            pt_json_out_key(&out, pt_str(truths[i].name));
            pt_json_out_bool(&out, true);
        }
    }
    pt_json_out_object_end(&out);
    act->kind = FLOOR_CHANGE;
    (void)snprintf(act->path, sizeof act->path, "/api/v1/tickets/%s", life->key);
    return floor_say(act, &body);
}

/* Who waits too long for somebody is taken by whoever of the line has a look. */
static bool look(Floor *f, Life *life, FloorAct *act)
{
    if (f->now_ms - life->since_ms > FLOOR_HAND_MIN * MINUTE_MS) {
        life->agent = (uint8_t)floor_agent_of(f, life->tier);
        act->agent = life->agent;
        floor_stage(f, life, life->then, life->then_min);
        return change(act, life, &(Change){.assignee = f->accounts[life->agent]});
    }
    life->next_ms = floor_after(f, LOOK_MIN);
    act->kind = FLOOR_LOOK;
    act->agent = FLOOR_NOBODY;
    (void)snprintf(act->path, sizeof act->path, "/api/v1/tickets/%s", life->key);
    return true;
}

static bool sort(Floor *f, Life *life, FloorAct *act)
{
    act->agent = 0; // the lead of the first line
    life->stage = STAGE_LOOK;
    life->next_ms = floor_after(f, 1);
    const bool said = change(act, life, &(Change){.queue = floor_queues[0]});
    act->kind = FLOOR_SORT;
    return said;
}

static bool acknowledge(Floor *f, Life *life, FloorAct *act)
{
    floor_stage(f, life, life->learns ? STAGE_LEARN : STAGE_REPLY, life->outage >= 0 ? 4 : 10);
    return change(act, life, &(Change){.state = "in_progress"});
}

/* What the machine made of the text is put right, or said to be. */
static bool learn(Floor *f, Life *life, FloorAct *act)
{
    PtBuf body;
    pt_buf_init(&body, FLOOR_BODY);
    pt_buf_printf(&body, "{\"category\":\"%s\"}", life->fault->category);
    floor_stage(f, life, STAGE_REPLY, 5);
    act->kind = FLOOR_LEARN;
    (void)snprintf(act->path, sizeof act->path, "/api/v1/tickets/%s/triage/correct", life->key);
    return floor_say(act, &body);
}

static void after_reply(Floor *f, Life *life)
{
    const FloorFault *fault = life->fault;
    if (fault == NULL) {
        floor_stage(f, life, STAGE_ESCALATE, 6);
    } else if (floor_chance(f, fault->wait_pct)) {
        floor_stage(f, life, STAGE_ASK, 15);
    } else if (floor_chance(f, fault->escalate_pct)) {
        floor_stage(f, life, STAGE_ESCALATE, 20);
    } else {
        floor_stage(f, life, STAGE_SOLVE, work_min(life));
    }
}

static bool reply(Floor *f, Life *life, FloorAct *act)
{
    const char *words = is_own(life) ? floor_words(f, life, "seen")
                                     : "Thank you, we have it and are looking into it.";
    if (life->way == WAY_MAIL && floor_chance(f, AWAY_PCT)) {
        floor_stage(f, life, STAGE_AWAY, 1);
    } else {
        after_reply(f, life);
    }
    return change(act, life, &(Change){.note = words, .is_public = true});
}

static bool away(Floor *f, Life *life, FloorAct *act)
{
    const bool said = floor_mail(f, life, "away", act);
    after_reply(f, life);
    return said;
}

static bool escalate(Floor *f, Life *life, FloorAct *act)
{
    const bool outage = life->outage >= 0;
    life->tier++;
    const bool again = life->tier + 1 < FLOOR_TIERS && floor_chance(f, outage ? 100 : 30);
    if (again) {
        wait_for_somebody(f, life, STAGE_ESCALATE, outage ? 5 : 45);
    } else {
        wait_for_somebody(f, life, outage ? STAGE_UPDATE : STAGE_SOLVE, work_min(life));
    }
    return change(act, life,
                  &(Change){.queue = floor_queues[life->tier],
                            .assignee = "",
                            .note = life->tier == 1
                                        ? "Restarted, no change. It needs somebody who knows it."
                                        : "The logs point at the platform below."});
}

static bool ask(Floor *f, Life *life, FloorAct *act)
{
    floor_stage(f, life, STAGE_ANSWER, is_own(life) ? 240 : 80);
    return change(act, life,
                  &(Change){.state = "waiting",
                            .waiting_for = "requester",
                            .note = is_own(life) ? floor_words(f, life, "ask")
                                                 : "Does it happen at another one, too?",
                            .is_public = true});
}

/* By the way that the report came. */
static bool requester_says(Floor *f, Life *life, const char *kind, FloorAct *act)
{
    PtBuf body;
    if (life->way == WAY_MAIL) {
        return floor_mail(f, life, kind, act);
    }
    act->agent = FLOOR_NOBODY;
    if (life->way == WAY_CALL) {
        return change(act, life,
                      &(Change){.note = "Only at this one, since this morning.",
                                .is_public = true,
                                .from_requester = true});
    }
    pt_buf_init(&body, FLOOR_BODY);
    PtJsonOut out = pt_json_out(&body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("text"));
    pt_json_out_str(&out,
                    pt_str(letter_draw(letter_languages[life->language], kind, &f->rng)->text));
    pt_json_out_object_end(&out);
    act->kind = FLOOR_PORTAL;
    act->agent = FLOOR_STAFF_AT + life->staff;
    (void)snprintf(act->path, sizeof act->path, "/api/v1/portal/tickets/%s/answer", life->key);
    return floor_say(act, &body);
}

static bool answer(Floor *f, Life *life, FloorAct *act)
{
    floor_stage(f, life, STAGE_SOLVE, work_min(life));
    return requester_says(f, life, "answer", act);
}

static bool update(Floor *f, Life *life, FloorAct *act)
{
    const bool goes_on = floor_goes_on(f, life->outage);
    floor_stage(f, life, goes_on ? STAGE_UPDATE : STAGE_SOLVE, goes_on ? 15 : 5);
    return change(act, life, &(Change){.note = outage_of(life)->update, .is_public = true});
}

static bool solve(Floor *f, Life *life, FloorAct *act)
{
    const char *how = life->fault != NULL ? life->fault->solved[pt_rng_below(&f->rng, 2)]
                                          : outage_of(life)->solved;
    life->slow = 0;
    if (life->way == WAY_MAIL && life->written < 2 && floor_chance(f, AGAIN_PCT + THANKS_PCT)) {
        floor_stage(f, life, STAGE_WRITE, 400);
    } else {
        floor_stage(f, life, STAGE_CLOSE, 1440);
    }
    return change(act, life, &(Change){.state = "resolved", .resolution = how});
}

/* It opens again, and is solved once more. */
static bool write_again(Floor *f, Life *life, FloorAct *act)
{
    const bool again = pt_rng_below(&f->rng, AGAIN_PCT + THANKS_PCT) < AGAIN_PCT;
    life->written = 2;
    floor_stage(f, life, STAGE_SOLVE, again ? work_min(life) : 8);
    return requester_says(f, life, again ? "again" : "thanks", act);
}

static bool close_it(Floor *f, Life *life, FloorAct *act)
{
    (void)f;
    life->stage = STAGE_FREE;
    return change(act, life, &(Change){.state = "closed"});
}

/* A mail that answers what has not come yet would be a new ticket. In the end they phone. */
static bool has_nothing_to_answer(Life *life)
{
    const bool writes = life->stage == STAGE_ANSWER || life->stage == STAGE_WRITE;
    if (!writes || life->way != WAY_MAIL || life->reply_to[0] != '\0') {
        return false;
    }
    life->way = ++life->looked > LOOKS_MAX ? WAY_CALL : life->way;
    return life->way == WAY_MAIL;
}

bool floor_work(Floor *f, Life *life, FloorAct *act)
{
    static bool (*const stages[STAGE_COUNT])(Floor *, Life *, FloorAct *) = {
        [STAGE_LOOK] = look,         [STAGE_SORT] = sort,   [STAGE_ACKNOWLEDGE] = acknowledge,
        [STAGE_LEARN] = learn,       [STAGE_REPLY] = reply, [STAGE_AWAY] = away,
        [STAGE_ESCALATE] = escalate, [STAGE_ASK] = ask,     [STAGE_ANSWER] = answer,
        [STAGE_UPDATE] = update,     [STAGE_SOLVE] = solve, [STAGE_WRITE] = write_again,
        [STAGE_CLOSE] = close_it};
    if (has_nothing_to_answer(life)) {
        life->next_ms = floor_after(f, POST_MIN);
        return false;
    }
    act->ticket = life->id;
    act->agent = life->agent;
    memcpy(act->key, life->key, sizeof act->key);
    if (stages[life->stage](f, life, act)) {
        return true;
    }
    life->stage = STAGE_FREE; // no room for what was to be said
    return false;
}

/* ---- Breaks -----------------------------------------------------------------------------------
 */

bool floor_break(Floor *f, unsigned agent, FloorAct *act)
{
    const bool begins = !f->away[agent] && scenario_times() <= 1;
    PtBuf body;
    f->break_ms[agent] = floor_after(f, begins ? BREAK_MIN : BREAK_EVERY_MIN);
    if (!begins && !f->away[agent]) {
        return false; // a rush: no time for one
    }
    f->away[agent] = begins;
    pt_buf_init(&body, FLOOR_BODY);
    pt_buf_printf(&body, "{\"presence\":\"%s\",\"reason\":\"%s\"}", begins ? "away" : "online",
                  begins ? "Break" : "");
    act->kind = FLOOR_PRESENCE;
    act->agent = agent;
    (void)snprintf(act->path, sizeof act->path, "/api/v1/routing/me");
    return floor_say(act, &body);
}
