// SPDX-License-Identifier: Apache-2.0
/* Rules over a person against the plainest way to decide them: try every choice of events. Random
 * rules on random histories, with ties and doubled events, before and ahead of now; the truth stays
 * until the instant that was told, and, where that is exact, changes at it.
 */
#include "base/rng.h"
#include "base/test_rows.h"
#include "base/time.h"
#include "rules/rules_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVENTS = 9, PARTS = 3, STEPS = 4, WITHOUTS = 2, LETTERS = 4, JSON = 16384 };

/* ---- Histories ------------------------------------------------------------------------------- */

typedef struct Event {
    int64_t ms;
    uint64_t position;
    int letter; /* 0: "A" */
    bool hot;
} Event;

typedef struct History {
    Event events[EVENTS]; /* by (ms, position); none twice */
    int count;
} History;

static void make_history(PtRng *rng, int64_t from_ms, int64_t unit_ms, History *h)
{
    int64_t ms = from_ms;
    h->count = (int)pt_rng_below(rng, EVENTS + 1);
    for (int i = 0; i < h->count; i++) {
        static const int64_t steps[] = {0, 0, 1, 1, 2, 4};
        ms += steps[pt_rng_below(rng, PT_COUNT(steps))] * unit_ms;
        h->events[i] = (Event){.ms = ms,
                               .position = (uint64_t)i * 3 + pt_rng_below(rng, 3),
                               .letter = (int)pt_rng_below(rng, LETTERS),
                               .hot = pt_rng_below(rng, 2) == 0};
    }
}

/* ---- Rules ----------------------------------------------------------------------------------- */

typedef struct Set {
    unsigned letters; /* bits; 0: all */
    bool hot;         /* only such ones */
} Set;

typedef struct Step {
    Set set;
    int64_t within_ms; /* 0: whenever */
    Set without[WITHOUTS];
    int withouts;
    bool absent;
} Step;

typedef struct Window {
    int64_t last_ms;
    bool day; /* of Berlin's calendar */
    int back;
} Window;

typedef struct Part {
    enum { DID, SEQUENCE, TRAIT } kind;
    Set set;
    int low, high;
    Step steps[STEPS];
    int count, at_least;
    Window window;
} Part;

typedef struct Rule {
    Part parts[PARTS];
    int count;
    char join; /* 'o': one part; 'n': not it; 'a', 'y': all, any of them */
} Rule;

static Set make_set(PtRng *rng)
{
    Set set = {.letters = 1U << pt_rng_below(rng, LETTERS), .hot = pt_rng_below(rng, 5) == 0};
    set.letters |= pt_rng_below(rng, 4) == 0 ? 1U << pt_rng_below(rng, LETTERS) : 0;
    set.letters = pt_rng_below(rng, 12) == 0 ? 0 : set.letters;
    return set;
}

static void make_steps(PtRng *rng, int64_t unit_ms, Part *part)
{
    part->count = 2 + (int)pt_rng_below(rng, STEPS - 1);
    part->at_least = pt_rng_below(rng, 3) == 0 ? 2 + (int)pt_rng_below(rng, 2) : 1;
    for (int i = 0; i < part->count; i++) {
        Step *step = &part->steps[i];
        *step = (Step){.set = make_set(rng)};
        step->absent = i + 1 == part->count && pt_rng_below(rng, 3) == 0;
        if (i > 0 && (step->absent || pt_rng_below(rng, 2) == 0)) {
            step->within_ms = (1 + (int64_t)pt_rng_below(rng, 5)) * unit_ms;
        }
        step->withouts = i > 0 && !step->absent && pt_rng_below(rng, 2) == 0
                             ? 1 + (int)pt_rng_below(rng, WITHOUTS)
                             : 0;
        for (int k = 0; k < step->withouts; k++) {
            step->without[k] = make_set(rng);
        }
    }
}

static void make_part(PtRng *rng, int64_t unit_ms, bool brief, Part *part)
{
    *part = (Part){.kind = pt_rng_below(rng, 3) == 0 ? DID : SEQUENCE, .set = make_set(rng)};
    if (part->kind == SEQUENCE) {
        make_steps(rng, unit_ms, part);
    } else {
        part->low = (int)pt_rng_below(rng, 4);
        part->high = pt_rng_below(rng, 2) == 0 ? part->low + (int)pt_rng_below(rng, 2) : INT32_MAX;
        part->low = part->high == INT32_MAX && part->low == 0 ? 1 : part->low;
    }
    if (pt_rng_below(rng, 3) != 0) {
        part->window.last_ms =
            brief || pt_rng_below(rng, 3) == 0 ? (2 + (int64_t)pt_rng_below(rng, 8)) * unit_ms : 0;
        part->window.day = part->window.last_ms == 0;
        part->window.back = (int)pt_rng_below(rng, 2);
    }
}

static void make_rule(PtRng *rng, int64_t unit_ms, bool brief, Rule *rule)
{
    rule->join = "ooonay"[pt_rng_below(rng, 6)];
    rule->count = rule->join == 'a' || rule->join == 'y' ? 2 + (int)pt_rng_below(rng, 2) : 1;
    for (int i = 0; i < rule->count; i++) {
        make_part(rng, unit_ms, brief, &rule->parts[i]);
        if (rule->count > 1 && pt_rng_below(rng, 8) == 0) {
            rule->parts[i].kind = TRAIT;
        }
    }
}

/* ---- As JSON --------------------------------------------------------------------------------- */

static void put_set(PtBuf *out, const Set *set)
{
    const char *comma = "";
    if (set->letters != 0) {
        pt_buf_printf(out, "'event':[");
        for (int i = 0; i < LETTERS; i++) {
            if ((set->letters >> i & 1) != 0) {
                pt_buf_printf(out, "%s'%c'", comma, 'A' + i);
                comma = ",";
            }
        }
        pt_buf_printf(out, "]");
    }
    if (set->hot) {
        pt_buf_printf(out, "%s'where':{'property':'hot','is':'true'}", comma);
    }
}

static void put_step(PtBuf *out, const Step *step)
{
    const char *comma = step->set.letters != 0 || step->set.hot ? "," : "";
    pt_buf_printf(out, "{");
    put_set(out, &step->set);
    if (step->within_ms > 0) {
        pt_buf_printf(out, "%s'within':{'seconds':%lld}", comma, (long long)step->within_ms / 1000);
        comma = ",";
    }
    if (step->withouts > 0) {
        pt_buf_printf(out, "%s'without':[", comma);
        for (int i = 0; i < step->withouts; i++) {
            pt_buf_printf(out, i > 0 ? ",{" : "{");
            put_set(out, &step->without[i]);
            pt_buf_printf(out, "}");
        }
        pt_buf_printf(out, "]");
    }
    pt_buf_printf(out, step->absent ? ",'not':true}" : "}");
}

static void put_part(PtBuf *out, const Part *part)
{
    if (part->kind == TRAIT) {
        pt_buf_printf(out, "{'trait':'t','is':'true'}");
        return;
    }
    if (part->kind == DID) {
        pt_buf_printf(out, "{'did':{");
        put_set(out, &part->set);
        pt_buf_printf(out, "},'times':{");
        if (part->low > 0) {
            pt_buf_printf(out, "'at_least':%d%s", part->low, part->high < INT32_MAX ? "," : "");
        }
        if (part->high < INT32_MAX) {
            pt_buf_printf(out, "'at_most':%d", part->high);
        }
        pt_buf_printf(out, "}");
    } else {
        pt_buf_printf(out, "{'sequence':[");
        for (int i = 0; i < part->count; i++) {
            pt_buf_printf(out, i > 0 ? "," : "");
            put_step(out, &part->steps[i]);
        }
        pt_buf_printf(out, "],'at_least':%d", part->at_least);
    }
    if (part->window.last_ms > 0) {
        pt_buf_printf(out, ",'window':{'last':{'seconds':%lld}}",
                      (long long)part->window.last_ms / 1000);
    } else if (part->window.day) {
        pt_buf_printf(out, ",'window':{'calendar':'day','zone':'Europe/Berlin','back':%d}",
                      part->window.back);
    }
    pt_buf_printf(out, "}");
}

static const char *json_of(const Rule *rule)
{
    static char json[JSON];
    PtBuf out;
    pt_buf_init(&out, JSON);
    pt_buf_printf(&out, rule->join == 'n'   ? "{'not':"
                        : rule->join == 'a' ? "{'all':["
                        : rule->join == 'y' ? "{'any':["
                                            : "");
    for (int i = 0; i < rule->count; i++) {
        pt_buf_printf(&out, i > 0 ? "," : "");
        put_part(&out, &rule->parts[i]);
    }
    pt_buf_printf(&out, rule->join == 'n' ? "}" : rule->count > 1 ? "]}" : "");
    pt_buf_add_char(&out, 0);
    (void)rules_rig_quoted(out.data, json, sizeof json);
    pt_buf_done(&out);
    return json;
}

/* ---- The plain way --------------------------------------------------------------------------- */

static PtZone *berlin;

static int64_t day_of(int64_t ms)
{
    const PtCivil c = pt_zone_civil(berlin, ms);
    return pt_civil_days(c.year, c.month, c.day);
}

static bool is_inside(const Window *w, int64_t ms, int64_t now_ms)
{
    if (w->last_ms > 0) {
        return ms > now_ms - w->last_ms && ms <= now_ms;
    }
    return !w->day || day_of(ms) == day_of(now_ms) - w->back;
}

static bool is_of(const Set *set, const Event *e)
{
    return (set->letters == 0 || (set->letters >> e->letter & 1) != 0) && (!set->hot || e->hot);
}

typedef struct Look {
    const History *h;
    const Part *part;
    int64_t now_ms;
} Look;

static bool is_clear(const Look *l, const Step *step, int after, int before)
{
    for (int i = after + 1; i < before; i++) {
        for (int k = 0; k < step->withouts; k++) {
            if (is_of(&step->without[k], &l->h->events[i])) {
                return false;
            }
        }
    }
    return true;
}

static bool did_come(const Look *l, const Step *step, int after, int64_t until_ms)
{
    for (int i = after + 1; i < l->h->count; i++) {
        if (is_of(&step->set, &l->h->events[i]) && l->h->events[i].ms < until_ms) {
            return true;
        }
    }
    return false;
}

/* Whether the steps from this one on can be taken behind event `before`, at or after from_ms. */
static bool go_on(const Look *l, int round, int at, int before, int64_t from_ms)
{
    const Part *part = l->part;
    if (at == part->count) {
        return round + 1 == part->at_least || go_on(l, round + 1, 0, before, INT64_MIN);
    }
    const Step *step = &part->steps[at];
    const int64_t until_ms =
        at > 0 && step->within_ms > 0 ? l->h->events[before].ms + step->within_ms : INT64_MAX;
    if (step->absent) {
        return !did_come(l, step, before, until_ms) &&
               (round + 1 == part->at_least ? until_ms <= l->now_ms
                                            : go_on(l, round + 1, 0, before, until_ms));
    }
    for (int i = before + 1; i < l->h->count; i++) {
        const Event *e = &l->h->events[i];
        if (is_of(&step->set, e) && is_inside(&part->window, e->ms, l->now_ms) &&
            e->ms >= from_ms && e->ms < until_ms && is_clear(l, step, before, i) &&
            go_on(l, round, at + 1, i, INT64_MIN)) {
            return true;
        }
    }
    return false;
}

static bool part_holds(const Part *part, const History *h, int64_t now_ms, bool trait)
{
    int count = 0;
    if (part->kind == TRAIT) {
        return trait;
    }
    if (part->kind == SEQUENCE) {
        return go_on(&(Look){h, part, now_ms}, 0, 0, -1, INT64_MIN);
    }
    for (int i = 0; i < h->count; i++) {
        count +=
            is_of(&part->set, &h->events[i]) && is_inside(&part->window, h->events[i].ms, now_ms);
    }
    return count >= part->low && count <= part->high;
}

static bool rule_holds(const Rule *rule, const History *h, int64_t now_ms, bool trait)
{
    bool all = true, any = false;
    for (int i = 0; i < rule->count; i++) {
        const bool holds = part_holds(&rule->parts[i], h, now_ms, trait);
        all = all && holds;
        any = any || holds;
    }
    return rule->join == 'n' ? !all : rule->join == 'y' ? any : all;
}

/* ---- A round --------------------------------------------------------------------------------- */

typedef struct Round {
    PtRng *rng;
    RulesRig *rig;
    const Rule *rule;
    const History *history;
    const RuleWho *who;
    RuleRun *run;
    uint64_t masks[EVENTS];
    bool trait;
} Round;

static RuleTruth run_at(const Round *r, int64_t now_ms)
{
    PtValue traits[PT_PROGRAM_SLOTS] = {0};
    PtStr name;
    for (uint32_t i = 0; i < rule_operands_count(r->rig->operands); i++) {
        if (rule_operand_trait(r->rig->operands, i, &name)) {
            traits[i] = (PtValue){.kind = PT_VALUE_BOOL, .truth = r->trait};
        }
    }
    rule_run_begin(r->run, now_ms);
    const int64_t from_ms = rule_run_from(r->run);
    for (int i = 0; i < r->history->count; i++) {
        const Event *e = &r->history->events[i];
        for (uint64_t times = pt_rng_below(r->rng, 4) == 0 ? 2 : 1; times > 0; times--) {
            if (e->ms >= from_ms || pt_rng_below(r->rng, 2) == 0) {
                rule_run_feed(r->run, r->masks[i], e->ms, e->position);
            }
        }
    }
    return rule_run_end(r->run, traits);
}

/* The instant is exact for a rule of one part, but where something is ahead of the window, or a
 * sequence ends by its last step's not coming. */
static bool is_exact(const Round *r, int64_t now_ms)
{
    const Part *part = &r->rule->parts[0];
    bool exact =
        r->rule->count == 1 && !(part->kind == SEQUENCE && part->steps[part->count - 1].absent);
    for (int i = 0; i < r->history->count; i++) {
        exact = exact && (r->history->events[i].ms <= now_ms);
    }
    return exact && part->window.back == 0;
}

static unsigned changes, exact_changes, holding;

static void check(const Round *r, int64_t now_ms, int64_t unit_ms)
{
    const RuleTruth truth = run_at(r, now_ms);
    const int64_t far_ms = now_ms + 40 * unit_ms;
    const int64_t until_ms = truth.changes_ms < far_ms ? truth.changes_ms : far_ms;
    assert_int_equal(truth.holds, rule_holds(r->rule, r->history, now_ms, r->trait));
    assert_true(truth.changes_ms > now_ms);
    holding += truth.holds;
    for (int i = 0; i < 6; i++) {
        const int64_t span_ms = until_ms - now_ms,
                      at_ms = i == 0 ? until_ms - 1
                                     : now_ms + (int64_t)pt_rng_below(r->rng, (uint64_t)span_ms);
        assert_int_equal(rule_holds(r->rule, r->history, at_ms, r->trait), truth.holds);
        assert_int_equal(run_at(r, at_ms).holds, truth.holds);
    }
    if (truth.changes_ms == INT64_MAX) {
        return;
    }
    const bool then = rule_holds(r->rule, r->history, truth.changes_ms, r->trait);
    assert_int_equal(run_at(r, truth.changes_ms).holds, then);
    changes++;
    if (is_exact(r, now_ms)) {
        assert_int_equal(then, !truth.holds);
        exact_changes++;
    }
}

static void play(PtRng *rng, bool brief)
{
    static RulesRig rig;
    static const char *const names[LETTERS] = {"A", "B", "C", "D"};
    // seconds; or hours around the night in which Berlin's clocks are set back
    const int64_t unit_ms = brief ? 1000 : 6LL * 3600000;
    const int64_t from_ms = brief ? 50000 : 1792706400000 - 86400000;
    Rule rule;
    History history;
    rules_rig_init(&rig);
    make_rule(rng, unit_ms, brief, &rule);
    make_history(rng, from_ms, unit_ms, &history);
    RuleWho *who = rules_rig_who(&rig, json_of(&rule));
    Round r = {.rng = rng, .rig = &rig, .rule = &rule, .history = &history, .who = who};
    r.trait = pt_rng_below(rng, 2) == 0;
    assert_int_equal(rule_run_new(who, &r.run, NULL), PT_OK);
    for (int i = 0; i < history.count; i++) {
        const Event *e = &history.events[i];
        const EventView view = rules_rig_event(
            names[e->letter],
            e->hot ? "{\"properties\":{\"hot\":true}}" : "{\"properties\":{\"hot\":1}}", e->ms);
        r.masks[i] = rule_who_mask(who, rules_rig_load(&rig, &view));
    }
    for (int i = 0; i < 4; i++) { // somewhere, and soon behind the last event
        const bool behind = i % 2 != 0 && history.count > 0;
        const int64_t base_ms = behind ? history.events[history.count - 1].ms : from_ms;
        const int64_t off_ms = (int64_t)pt_rng_below(rng, 3) - 1;
        check(&r, base_ms + (int64_t)pt_rng_below(rng, behind ? 4 : 20) * unit_ms + off_ms,
              unit_ms);
    }
    rule_run_free(r.run);
    rule_who_free(who);
    rules_rig_done(&rig);
}

static void rules_at_random(void **state)
{
    enum { ROUNDS = 2400 };
    PtRng rng;
    (void)state;
    assert_int_equal(pt_zone_load("Europe/Berlin", NULL, &berlin, NULL), PT_OK);
    pt_rng_init(&rng, 11);
    for (int i = 0; i < ROUNDS; i++) {
        play(&rng, i % 2 == 0);
    }
    // the histories reach what is to be shown
    assert_in_range(holding, ROUNDS / 2, 4 * ROUNDS - ROUNDS / 2);
    assert_true(changes > ROUNDS / 4 && exact_changes > ROUNDS / 30);
    pt_zone_free(berlin);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rules_at_random)};
    return cmocka_run_group_tests_name("rules/sequence_property", tests, NULL, NULL);
}
