// SPDX-License-Identifier: Apache-2.0
/* The lists in memory against a plain one: random tickets and changes, every filter and order, page
 * by page; memory that runs out. */
#include "base/rng.h"
#include "desk/desk.h"
#include "desk/index.h"

#include <fault/fault_alloc.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/test_rows.h"

enum { FIRST = 1001, TICKETS = 400, PAGE = 7, QUERIES = 300 };

static const char *const texts[] = {"", "a", "b", "c"};
static DeskIndexTicket plain[TICKETS];
static WorkDue dues[TICKETS];
static size_t plain_count;
static PtRng rng;

static PtStr some_text(void)
{
    return pt_str(texts[pt_rng_below(&rng, 4)]);
}

/* On the edges of what moods are called, too. */
static int64_t some_tone(void)
{
    static const int64_t tones[] = {-10000, -5000, -4999, -500, -499, 0, 499, 500, 10000};
    return tones[pt_rng_below(&rng, PT_COUNT(tones))];
}

static DeskIndexTicket some_ticket(int64_t number, int64_t version)
{
    DeskIndexTicket t = {.number = number,
                         .version = version,
                         .changed_ms = (int64_t)pt_rng_below(&rng, 50),
                         .type = (unsigned)pt_rng_below(&rng, DESK_TYPES),
                         .state = (unsigned)pt_rng_below(&rng, DESK_STATES),
                         .priority = 1 + (unsigned)pt_rng_below(&rng, 5),
                         .major = pt_rng_below(&rng, 4) == 0,
                         .queue = some_text(),
                         .assignee = some_text(),
                         .store = some_text(),
                         .category = some_text(),
                         .requester = some_text(),
                         .tones = (int64_t)pt_rng_below(&rng, 3),
                         .sentiment = some_tone(),
                         .lowest = some_tone(),
                         .urgency = 1000 * (int64_t)pt_rng_below(&rng, 11)};
    t.open = desk_state_open((DeskState)t.state);
    return t;
}

static void put(DeskIndex *x, const DeskIndexTicket *t)
{
    assert_int_equal(desk_index_put(x, t, NULL), PT_OK);
    plain[t->number - FIRST] = *t;
}

static bool same(PtStr wanted, PtStr text)
{
    return wanted.data == NULL || pt_str_eq(wanted, text);
}

static bool bit(unsigned bits, unsigned at)
{
    return bits == 0 || (bits >> at & 1U) != 0;
}

static const WorkDue *due_of(const DeskIndexTicket *t)
{
    return &dues[t->number - FIRST];
}

static DeskDueState due_state(const WorkDue *due, int64_t now_ms)
{
    if (due->due_ms == WORK_NEVER) {
        return due->paused ? DESK_DUE_PAUSED : DESK_DUE_NONE;
    }
    if (now_ms > due->due_ms) {
        return DESK_DUE_BREACHED;
    }
    return now_ms < due->at_risk_ms ? DESK_DUE_RUNNING : DESK_DUE_AT_RISK;
}

/* Also of one that is not there yet. */
static void some_due(DeskIndex *x, int64_t number)
{
    WorkDue due = {.due_ms = (int64_t)pt_rng_below(&rng, 50),
                   .clock = (WorkClockKind)pt_rng_below(&rng, WORK_CLOCKS)};
    due.at_risk_ms = due.due_ms - (int64_t)pt_rng_below(&rng, 20);
    if (pt_rng_below(&rng, 3) == 0) {
        due.due_ms = due.at_risk_ms = WORK_NEVER;
        due.paused = pt_rng_below(&rng, 2) == 0;
    }
    assert_true(desk_index_due(x, number, &due));
    dues[number - FIRST] = due;
}

static unsigned mood_of(const DeskIndexTicket *t, int64_t tone)
{
    return t->tones == 0   ? DESK_MOOD_NONE
           : tone <= -5000 ? DESK_VERY_NEGATIVE
           : tone <= -500  ? DESK_NEGATIVE
           : tone < 500    ? DESK_NEUTRAL
                           : DESK_POSITIVE;
}

static bool fits(const DeskIndexQuery *q, const DeskIndexTicket *t)
{
    return bit(q->dues, due_state(due_of(t), q->now_ms)) && bit(q->states, t->state) &&
           bit(q->types, t->type) && bit(q->priorities, t->priority) && same(q->queue, t->queue) &&
           same(q->assignee, t->assignee) && same(q->store, t->store) &&
           same(q->category, t->category) && same(q->requester, t->requester) &&
           (!q->major || t->major) && (!q->pressing || (t->tones > 0 && t->urgency >= 5000)) &&
           bit(q->moods, mood_of(t, t->sentiment)) && bit(q->lowest_moods, mood_of(t, t->lowest));
}

static const DeskIndexQuery *sorting;

static int64_t value_of(const DeskIndexTicket *t)
{
    return sorting->sort == DESK_BY_PRIORITY    ? t->priority
           : sorting->sort == DESK_BY_CHANGED   ? t->changed_ms
           : sorting->sort == DESK_BY_DUE       ? due_of(t)->due_ms
           : sorting->sort == DESK_BY_SENTIMENT ? (t->tones > 0 ? t->sentiment : 10001)
                                                : t->number;
}

static int in_order(const void *a, const void *b)
{
    const DeskIndexTicket *const *x = a, *const *y = b;
    const int64_t u = value_of(*x), v = value_of(*y);
    int order = (u > v) - (u < v);
    if (order == 0) {
        order = ((*x)->number > (*y)->number) - ((*x)->number < (*y)->number);
    }
    const bool from_least = sorting->sort == DESK_BY_PRIORITY || sorting->sort == DESK_BY_DUE ||
                            sorting->sort == DESK_BY_SENTIMENT;
    return from_least != sorting->ascending ? order : -order;
}

/* All pages of the index are what the plain list gives. */
static void compare(DeskIndex *x, DeskIndexQuery *q)
{
    const DeskIndexTicket *want[TICKETS];
    DeskIndexHit hits[PAGE];
    size_t count = 0, got = PAGE, at = 0;
    uint64_t total = 0;
    for (size_t i = 0; i < plain_count; i++) {
        if (fits(q, &plain[i])) {
            want[count++] = &plain[i];
        }
    }
    sorting = q;
    qsort(want, count, sizeof *want, in_order);
    q->max = PAGE;
    while (got == PAGE) {
        assert_int_equal(desk_index_find(x, q, hits, &got, &total, NULL), PT_OK);
        assert_int_equal(total, count);
        assert_true(at + got <= count);
        for (size_t i = 0; i < got; i++) {
            assert_int_equal(hits[i].number, want[at + i]->number);
        }
        at += got;
        if (got > 0) {
            q->after = true;
            q->after_value = hits[got - 1].value;
            q->after_number = hits[got - 1].number;
        }
    }
    assert_int_equal(at, count);
}

static unsigned some_moods(void)
{
    return pt_rng_below(&rng, 2) == 0 ? 0 : (unsigned)pt_rng_below(&rng, 1U << DESK_MOODS);
}

static PtStr maybe_text(void)
{
    return pt_rng_below(&rng, 3) == 0 ? some_text() : (PtStr){NULL, 0};
}

static void every_filter_and_order(void **state)
{
    (void)state;
    DeskIndex *x = NULL;
    const uint64_t seed = (uint64_t)time(NULL);
    print_message("seed %llu\n", (unsigned long long)seed);
    pt_rng_init(&rng, seed);
    assert_int_equal(desk_index_new(FIRST, &x, NULL), PT_OK);
    for (plain_count = 0; plain_count < TICKETS; plain_count++) {
        const DeskIndexTicket t = some_ticket(FIRST + (int64_t)plain_count, 1);
        some_due(x, t.number);
        put(x, &t);
    }
    for (int64_t i = 0; i < QUERIES; i++) {
        const DeskIndexTicket t = some_ticket(FIRST + (int64_t)pt_rng_below(&rng, TICKETS), i + 2);
        put(x, &t);
        const DeskIndexTicket old = some_ticket(t.number, i + 1);
        assert_int_equal(desk_index_put(x, &old, NULL), PT_OK); // passed over
        some_due(x, FIRST + (int64_t)pt_rng_below(&rng, TICKETS));
        DeskIndexQuery q = {.states = (unsigned)pt_rng_below(&rng, 1U << DESK_STATES),
                            .types = (unsigned)pt_rng_below(&rng, 1U << DESK_TYPES),
                            .priorities = (unsigned)pt_rng_below(&rng, 32) << 1,
                            .dues = (unsigned)pt_rng_below(&rng, 1U << DESK_DUE_STATES),
                            .now_ms = (int64_t)pt_rng_below(&rng, 50),
                            .queue = maybe_text(),
                            .assignee = maybe_text(),
                            .store = maybe_text(),
                            .category = maybe_text(),
                            .requester = maybe_text(),
                            .major = pt_rng_below(&rng, 4) == 0,
                            .pressing = pt_rng_below(&rng, 4) == 0,
                            .moods = some_moods(),
                            .lowest_moods = some_moods(),
                            .sort = (unsigned)pt_rng_below(&rng, DESK_BY_SENTIMENT + 1),
                            .ascending = pt_rng_below(&rng, 2) == 0};
        q.open_only = q.states != 0 && q.states < 8;
        const DeskDue due = desk_index_due_at(x, t.number, q.now_ms);
        assert_int_equal(due.due_ms, due_of(&t)->due_ms);
        assert_int_equal(due.state, due_state(due_of(&t), q.now_ms));
        assert_int_equal(due.clock, due_of(&t)->clock);
        compare(x, &q);
    }
    desk_index_free(x);
}

static size_t found(DeskIndex *x, DeskIndexQuery q, const char *text)
{
    DeskIndexHit hits[PAGE];
    size_t count = 0;
    uint64_t total = 0;
    q.text = pt_str(text);
    q.max = PAGE;
    assert_int_equal(desk_index_find(x, &q, hits, &count, &total, NULL), PT_OK);
    return (size_t)total;
}

/* By words and by texts, together; filters hold before the best are chosen. */
static void words_and_texts_are_found(void **state)
{
    (void)state;
    enum { MANY = 600 };
    static const PtStr said[] = {PT_STR_INIT("the drawer does not open"),
                                 PT_STR_INIT("moved to the bakery")};
    DeskIndex *x = NULL;
    char words[40];
    assert_int_equal(desk_index_new(FIRST, &x, NULL), PT_OK);
    for (int64_t i = 0; i < MANY; i++) {
        DeskIndexTicket t = {.number = FIRST + i, .version = 1, .priority = 1, .open = true};
        (void)snprintf(words, sizeof words, "till %d", (int)i);
        t.store = i >= MANY - 3 ? PT_STR("late") : PT_STR("early");
        t.words = pt_str(words);
        assert_int_equal(desk_index_put(x, &t, NULL), PT_OK);
        const DeskIndexTexts one = {t.number, t.words, said, 1};
        assert_int_equal(desk_index_texts(x, &one, NULL), PT_OK);
    }
    assert_int_equal(desk_index_texts_of(x, FIRST), said[0].len);
    assert_int_equal(desk_index_texts_all(x), MANY * said[0].len);
    assert_int_equal(found(x, (DeskIndexQuery){0}, "drawer"), 200);
    assert_int_equal(found(x, (DeskIndexQuery){.store = PT_STR("late")}, "drawer"), 3);
    assert_int_equal(found(x, (DeskIndexQuery){.store = PT_STR("late")}, "drawer open"), 3);
    assert_int_equal(found(x, (DeskIndexQuery){0}, "597 drawer"), 1);
    const DeskIndexTexts two = {FIRST, PT_STR("till 0"), said, 2};
    assert_int_equal(desk_index_texts(x, &two, NULL), PT_OK);
    assert_int_equal(found(x, (DeskIndexQuery){0}, "drawer bakery"), 1);
    DeskIndexTicket t = {.number = FIRST, .version = 2, .priority = 1, .words = PT_STR("till 0")};
    assert_int_equal(desk_index_put(x, &t, NULL), PT_OK); // the same words: its texts stay
    assert_int_equal(found(x, (DeskIndexQuery){0}, "bakery"), 1);
    t.version = 3;
    t.words = PT_STR("oven 0");
    assert_int_equal(desk_index_put(x, &t, NULL), PT_OK);
    assert_int_equal(found(x, (DeskIndexQuery){0}, "bakery"), 0);
    assert_int_equal(desk_index_texts_of(x, FIRST), 0);
    const DeskIndexTexts none = {FIRST + MANY, PT_STR("x"), said, 1};
    assert_int_equal(desk_index_texts(x, &none, NULL), PT_OK); // there is no such ticket
    assert_int_equal(found(x, (DeskIndexQuery){0}, "x"), 0);
    desk_index_free(x);
}

static void numbers_have_a_bound(void **state)
{
    (void)state;
    DeskIndex *x = NULL;
    assert_int_equal(desk_index_new(FIRST, &x, NULL), PT_OK);
    const DeskIndexTicket low = {.number = FIRST - 1, .version = 1};
    const DeskIndexTicket high = {.number = FIRST + (int64_t)INT32_MAX, .version = 1};
    assert_int_equal(desk_index_put(x, &low, NULL), PT_TOO_LARGE);
    assert_int_equal(desk_index_put(x, &high, NULL), PT_TOO_LARGE);
    assert_int_equal(desk_index_figures(x).tickets, 0);
    desk_index_free(x);
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    PtStatus st = PT_NO_MEMORY;
    for (uint64_t i = 1; st != PT_OK; i++) {
        DeskIndex *x = NULL;
        assert_true(i < 1000);
        fault_alloc_fail(i, 0);
        st = desk_index_new(FIRST, &x, NULL);
        for (int64_t n = 0; st == PT_OK && n < 100; n++) {
            const DeskIndexTicket t = {.number = FIRST + n,
                                       .version = 1,
                                       .open = true,
                                       .queue = pt_str(texts[n % 4]),
                                       .words = PT_STR("till broken")};
            st = desk_index_put(x, &t, NULL);
        }
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK || st == PT_NO_MEMORY);
        desk_index_free(x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_filter_and_order),
        cmocka_unit_test(words_and_texts_are_found),
        cmocka_unit_test(numbers_have_a_bound),
        cmocka_unit_test(without_memory_it_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
