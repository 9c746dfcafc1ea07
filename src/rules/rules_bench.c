// SPDX-License-Identifier: Apache-2.0
/* What rules cost: a condition, the operands of an event of 2 KB, a state, an event of a
 * sequence.
 * usage: rules_bench [SECONDS_PER_ROW]
 */
#include "rules/rules_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUND = 1000, TEXT = 8192, SETS = 4 };
static const int64_t now_ms = 1792706400000, history_ms = 1792700000000;

typedef struct Bench {
    RulesRig rig;
    RuleCondition *condition;
    RuleFold *fold;
    RuleState *state;
    EventView event;
    uint64_t position;
    RuleRun *run;
    uint64_t sets[SETS]; /* of the events of a history, in turn */
    size_t sum;          /* so that nothing is left out */
} Bench;

static double now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* The best of many rounds: what the machine can do when nobody else runs on it. */
static void measure(Bench *b, const char *name, void (*run)(Bench *b), double seconds)
{
    double best_s = 1e9;
    const double until_s = now_s() + seconds;
    while (now_s() < until_s) {
        const double start_s = now_s();
        for (int i = 0; i < ROUND; i++) {
            run(b);
        }
        const double took_s = now_s() - start_s;
        best_s = took_s < best_s ? took_s : best_s;
    }
    (void)printf("%-44s %9.0f ns %12.0f /s\n", name, best_s / ROUND * 1e9, ROUND / best_s);
}

static void run_condition(Bench *b)
{
    b->sum += rule_condition_holds(b->condition, b->rig.values);
}

static void run_load(Bench *b)
{
    (void)rules_rig_load(&b->rig, &b->event);
    b->sum += b->rig.values[0].kind;
}

/* A new position each, a second apart. */
static void run_add(Bench *b)
{
    const int64_t ms = (int64_t)++b->position * 1000;
    if (rule_state_add(b->state, b->position, ms, b->rig.values, ms, NULL) != PT_OK) {
        abort();
    }
}

static void run_result(Bench *b)
{
    const RuleState *states[] = {b->state};
    RuleResult result;
    if (rule_result(b->fold, states, 1, (int64_t)b->position * 1000, b->rig.arena, &result, NULL) !=
        PT_OK) {
        abort();
    }
    b->sum += result.json.len;
    pt_arena_clear(b->rig.arena);
}

/* An event of somebody's history of 1,000. */
static void run_feed(Bench *b)
{
    const uint64_t i = b->position++ % ROUND;
    if (i == 0) {
        rule_run_begin(b->run, now_ms);
    }
    rule_run_feed(b->run, b->sets[i % SETS], history_ms + (int64_t)i * 1000, i);
}

/* A person with three events, from begin to end. */
static void run_person(Bench *b)
{
    rule_run_begin(b->run, now_ms);
    for (uint64_t i = 0; i < 3; i++) {
        rule_run_feed(b->run, b->sets[i], history_ms + (int64_t)i * 1000, i);
    }
    b->sum += rule_run_end(b->run, NULL).holds;
}

static void make_event(char *raw)
{
    size_t len = (size_t)snprintf(
        raw, TEXT,
        "{\"type\":\"track\",\"event\":\"Order "
        "Completed\",\"messageId\":\"ajs-next-0123456789abcdef\","
        "\"timestamp\":\"2026-11-22T03:10:21.042Z\",\"context\":{\"ip\":\"203.0.113.7\","
        "\"library\":"
        "{\"name\":\"analytics.js\",\"version\":\"npm:next-1.77.0\"},\"locale\":\"de-DE\",\"page\":"
        "{\"path\":\"/checkout/complete\",\"referrer\":\"https://www.example.com/\",\"search\":"
        "\"?step=4\",\"title\":\"Thank you - Example shop\",\"url\":"
        "\"https://shop.example.com/checkout/"
        "complete?step=4\"},\"screen\":{\"width\":1920,\"height\":"
        "1080,\"density\":1.25},\"device\":{\"type\":\"desktop\"},\"userAgent\":\"Mozilla/5.0 "
        "(X11; "
        "Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36\","
        "\"timezone\":\"Europe/Berlin\"},\"properties\":{\"order_id\":\"4711\",\"total\":129.95,"
        "\"currency\":\"EUR\",\"coupon\":null,\"products\":[");
    for (int i = 0; i < 8; i++) {
        len +=
            (size_t)snprintf(raw + len, TEXT - len,
                             "%s{\"product_id\":\"SKU-%07d\",\"name\":\"Espresso machine, 15 bar\","
                             "\"price\":%d.99,\"quantity\":%d,\"url\":"
                             "\"https://shop.example.com/kitchen/coffee/espresso-machine\"}",
                             i > 0 ? "," : "", 1234 * i, 10 + i, 1 + i);
    }
    (void)snprintf(raw + len, TEXT - len, "],\"plan\":\"Gold\"}}");
}

/* Rules of many definitions in the same set: names that the event has not. */
static void add_others(Bench *b, int count)
{
    char json[100];
    for (int i = 0; i < count; i++) {
        (void)snprintf(json, sizeof json, "{\"property\":\"other_%d\",\"is\":\"exists\"}", i);
        rule_condition_free(rules_rig_condition(&b->rig, json));
    }
}

static void bench_conditions(Bench *b, double seconds)
{
    b->condition = rules_rig_condition(
        &b->rig, "{\"all\":[{\"property\":\"total\",\"is\":\"at_least\",\"value\":50},"
                 "{\"property\":\"plan\",\"is\":\"equals\",\"value\":\"gold\"},"
                 "{\"context\":\"device.type\",\"is\":\"not_equals\",\"value\":\"till\"}]}");
    measure(b, "load: 3 operands", run_load, seconds);
    measure(b, "condition: 3 comparisons, all hold", run_condition, seconds);
    rule_condition_free(b->condition);
    add_others(b, 100);
    measure(b, "load: 103 operands, 3 of them there", run_load, seconds);
    b->condition = rules_rig_condition(
        &b->rig, "{\"property\":\"products.5.url\",\"is\":\"contains\",\"value\":\"machine\"}");
    measure(b, "load: 104 operands, one in a list", run_load, seconds);
    measure(b, "condition: contains", run_condition, seconds);
    rule_condition_free(b->condition);
}

static void bench_fold(Bench *b, const char *json, const char *name, double seconds)
{
    char row[64];
    b->fold = rules_rig_fold(&b->rig, json);
    b->position = 0;
    if (rule_state_new(b->fold, &b->state, NULL) != PT_OK) {
        abort();
    }
    (void)rules_rig_load(&b->rig, &b->event);
    (void)snprintf(row, sizeof row, "add: %s", name);
    measure(b, row, run_add, seconds);
    (void)snprintf(row, sizeof row, "result: %s", name);
    measure(b, row, run_result, seconds);
    rule_state_free(b->state);
    rule_fold_free(b->fold);
}

static void bench_who(Bench *b, const char *text, const char *name, double seconds)
{
    char row[64], json[1000];
    RuleWho *who = rules_rig_who(&b->rig, rules_rig_quoted(text, json, sizeof json));
    if (rule_run_new(who, &b->run, NULL) != PT_OK) {
        abort();
    }
    b->position = 0;
    (void)snprintf(row, sizeof row, "feed: %s", name);
    measure(b, row, run_feed, seconds);
    (void)snprintf(row, sizeof row, "person of 3 events: %s", name);
    measure(b, row, run_person, seconds);
    rule_run_free(b->run);
    rule_who_free(who);
}

static void bench_sequences(Bench *b, double seconds)
{
    const uint64_t sets[SETS] = {1, 2, 4, 8}; // A, B, C, and D, which is between
    memcpy(b->sets, sets, sizeof sets);
    bench_who(b,
              "{'sequence':[{'event':'A'},{'event':'B','within':{'hours':2}},{'event':'C','within':"
              "{'hours':2},'without':[{'event':'D'}]}],'window':{'last':{'days':30}}}",
              "3 steps", seconds);
    bench_who(b,
              "{'sequence':[{'event':'A'},{'event':'B'},{'event':'C','within':{'hours':2},'not':"
              "true}],'window':{'last':{'days':30}}}",
              "2 steps and one absent", seconds);
    bench_who(b,
              "{'sequence':[{'event':'A'},{'event':'B'},{'event':'C'}],'at_least':3,'window':{"
              "'calendar':'month','zone':'Europe/Berlin'}}",
              "3 steps, 3 times", seconds);
    bench_who(b, "{'did':{'event':'A'},'times':{'at_least':3},'window':{'last':{'days':30}}}",
              "did 3 times", seconds);
}

int main(int argc, char **argv)
{
    static Bench b;
    static char raw[TEXT];
    const double seconds = argc > 1 ? strtod(argv[1], NULL) : 0.5;
    make_event(raw);
    rules_rig_init(&b.rig);
    b.event = rules_rig_event("Order Completed", raw, 0);
    (void)printf("an event of %zu bytes\n", strlen(raw));
    bench_conditions(&b, seconds);
    bench_fold(&b, "{\"fold\":\"sum\",\"property\":\"total\"}", "sum, ever", seconds);
    bench_fold(&b,
               "{\"fold\":\"sum\",\"property\":\"total\",\"window\":{\"last\":{\"minutes\":2}}}",
               "sum, 120 entries", seconds);
    bench_fold(&b, "{\"fold\":\"sum\",\"property\":\"total\",\"window\":{\"last\":{\"days\":1}}}",
               "sum, 10,000 entries, cut", seconds);
    bench_fold(&b,
               "{\"fold\":\"sum\",\"property\":\"total\",\"window\":{\"calendar\":\"day\",\"zone\":"
               "\"Europe/Berlin\"}}",
               "sum of a calendar day", seconds);
    bench_fold(&b, "{\"fold\":\"most_frequent\",\"property\":\"plan\"}", "most_frequent, ever",
               seconds);
    bench_fold(&b,
               "{\"fold\":\"last\",\"property\":\"plan\",\"window\":{\"last\":{\"minutes\":2}}}",
               "last, 120 entries", seconds);
    bench_sequences(&b, seconds);
    rules_rig_done(&b.rig);
    return b.sum == 0;
}
