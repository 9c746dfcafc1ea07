// SPDX-License-Identifier: Apache-2.0
#include "base/rng.h"
#include "platform/migrations.h"
#include "platform/sql/sql_rig.h"
#include "profiles/traits_internal.h"

#include <fault/fault_alloc.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/test_rows.h"

/* Traits alone: a Profiles without graph, index and log, over real tables. */
typedef struct TraitsRig {
    SqlRig sql;
    Profiles p;
    uint64_t next; /* offset of the next event */
} TraitsRig;

static TraitsRig rigs[RIG_ENGINES]; /* opened once: a database takes its time */

static void open_rig(TraitsRig *r, RigEngine engine)
{
    PtError err = {0};
    assert_true(rig_init(&r->sql, engine));
    PtSqlConfig config = rig_config(&r->sql);
    config.relaxed = true;
    rig_open_sql(&r->sql, &config);
    assert_int_equal(pt_migrations_apply(r->sql.sql, PT_MIGRATIONS_VIEWS, &err), PT_OK);
    r->p.views = r->sql.sql;
    r->p.known_nodes = UINT32_MAX; // any may have rows
    (void)pthread_rwlock_init(&r->p.lock, NULL);
    assert_int_equal(search_new(&r->p, &err), PT_OK);
    assert_int_equal(quality_new(&r->p, &err), PT_OK); // traits_flush tells them
    assert_int_equal(groups_new(&r->p, &err), PT_OK);
}

/* As new. */
static TraitsRig *rig_up(RigEngine engine)
{
    TraitsRig *r = &rigs[engine];
    PtError err = {0};
    if (r->sql.sql == NULL) {
        open_rig(r, engine);
    }
    traits_free(&r->p);
    assert_int_equal(traits_new(&r->p, &err), PT_OK);
    search_clear(&r->p);
    r->next = 0;
    PtSqlTx *tx = rig_begin(&r->sql, true);
    assert_int_equal(traits_reset(tx, &err), PT_OK);
    rig_commit(tx);
    return r;
}

static int close_rigs(void **state)
{
    (void)state;
    for (size_t i = 0; i < RIG_ENGINES; i++) {
        if (rigs[i].sql.sql != NULL) {
            groups_free(&rigs[i].p);
            quality_free(&rigs[i].p);
            search_free(&rigs[i].p);
            traits_free(&rigs[i].p);
            (void)pthread_rwlock_destroy(&rigs[i].p.lock);
            rig_done(&rigs[i].sql);
        }
    }
    return 0;
}

typedef struct Said {
    EventType type;
    const char *name, *raw, *common;
    int64_t at_ms;
    uint32_t node;
} Said;

static PtStatus say(TraitsRig *r, const Said *said)
{
    const EventView v = {.type = said->type,
                         .name = pt_str(said->name != NULL ? said->name : ""),
                         .raw = pt_str(said->raw),
                         .common = pt_str(said->common != NULL ? said->common : ""),
                         .timestamp_ms = said->at_ms};
    const PtRecord record = {.position = {0, r->next}, .source = (uint32_t)(r->next % 3)};
    PtStatus st = traits_apply(&r->p, &v, &record, said->node != 0 ? said->node : 1, NULL);
    r->next += st == PT_OK;
    return st;
}

static void flush(TraitsRig *r, bool commit)
{
    PtError err = {0};
    PtSqlTx *tx = rig_begin(&r->sql, true);
    assert_int_equal(traits_flush(&r->p, tx, &err), PT_OK);
    if (commit) {
        rig_commit(tx);
        traits_forget(&r->p);
    } else {
        pt_sql_rollback(tx);
    }
}

static char *dump(TraitsRig *r, const char *statement)
{
    PtBuf out;
    bool row = true;
    PtError err;
    PtSqlTx *tx = rig_begin(&r->sql, false);
    pt_buf_init(&out, 64 << 20);
    assert_int_equal(pt_sql_use(tx, statement, &err), PT_OK);
    while (pt_sql_step(tx, &row, &err) == PT_OK && row) {
        pt_buf_add_str(&out, pt_sql_text(tx, 0));
        pt_buf_add_char(&out, ' ');
    }
    pt_sql_done(tx);
    pt_sql_rollback(tx);
    out.len -= out.len > 0;
    pt_buf_add_char(&out, '\0');
    return out.data;
}

static const char trait_rows[] = "SELECT name || '=' || json || '@' || at_ms || '/' || precedence "
                                 "FROM profile_trait ORDER BY node, name LIMIT 10000";
static const char value_rows[] = "SELECT currency || ' ' || micros || ' ' || orders || '-' || "
                                 "refunds FROM profile_value ORDER BY node, currency LIMIT 10000";
static const char order_rows[] = "SELECT number || CASE completed WHEN 1 THEN '' ELSE '?' END "
                                 "FROM profile_order ORDER BY node, seq LIMIT 10000";

/* How often what is gathered is written must not matter, nor how often that fails. */
typedef enum Way { AT_ONCE, ONE_BY_ONE, WITH_FAILURES, WAYS } Way;

static void tell(TraitsRig *r, const Said *said, size_t count, Way way)
{
    for (size_t i = 0; i < count && said[i].raw != NULL; i++) {
        assert_int_equal(say(r, &said[i]), PT_OK);
        if (way != AT_ONCE) {
            flush(r, way == ONE_BY_ONE);
        }
        if (way == WITH_FAILURES && i % 2 == 1) {
            flush(r, true);
        }
    }
    flush(r, true);
}

static void check_rows(TraitsRig *r, const char *statement, const char *want)
{
    char *got = dump(r, statement);
    assert_string_equal(got, want);
    free(got);
}

typedef struct Want {
    const char *traits, *values, *orders; /* traits, or the others */
    uint64_t left_out;
} Want;

static void check(const Said *said, size_t count, Want want)
{
    for (int engine = 0; engine < RIG_ENGINES; engine++) {
        for (int way = 0; rig_has((RigEngine)engine) && way < WAYS; way++) {
            TraitsRig *r = rig_up((RigEngine)engine);
            tell(r, said, count, (Way)way);
            if (want.traits != NULL) {
                check_rows(r, trait_rows, want.traits);
            } else {
                check_rows(r, value_rows, want.values);
                check_rows(r, order_rows, want.orders);
            }
            assert_int_equal(r->p.traits->left_out, want.left_out);
        }
    }
}

/* ---- Traits ---------------------------------------------------------------------------------- */

#define IDENTIFY(at, traits)                                                                       \
    {.type = EVENT_IDENTIFY, .raw = "{\"traits\":" traits "}", .at_ms = (at)}
#define TRACK(at, traits)                                                                          \
    {.type = EVENT_TRACK,                                                                          \
     .name = "Tea Made",                                                                           \
     .raw = "{\"context\":{\"traits\":" traits "}}",                                               \
     .at_ms = (at)}

static struct TraitCase {
    const char *name;
    Said said[6];
    const char *want;
    uint64_t left_out;
} trait_cases[] = {
    {"a later event is newer", {IDENTIFY(1, "{\"a\":1}"), IDENTIFY(2, "{\"a\":2}")}, "a=2@2/2", 0},
    {"a late event is older", {IDENTIFY(2, "{\"a\":1}"), IDENTIFY(1, "{\"a\":2}")}, "a=1@2/2", 0},
    {"at the same time the later in the log",
     {IDENTIFY(2, "{\"a\":1}"), IDENTIFY(2, "{\"a\":2}")},
     "a=2@2/2",
     0},
    {"an event told twice", {IDENTIFY(2, "{\"a\":1}"), IDENTIFY(2, "{\"a\":1}")}, "a=1@2/2", 0},
    {"context fills in what identify has not said",
     {IDENTIFY(1, "{\"a\":1}"), TRACK(5, "{\"a\":2,\"b\":3}"), TRACK(4, "{\"b\":4}")},
     "a=1@1/2 b=3@5/1",
     0},
    {"an identify after the context",
     {TRACK(5, "{\"a\":2}"), IDENTIFY(1, "{\"a\":1}"), TRACK(9, "{\"a\":3}")},
     "a=1@1/2",
     0},
    {"both of one event",
     {{.type = EVENT_IDENTIFY,
       .raw = "{\"traits\":{\"a\":1},\"context\":{\"traits\":{\"a\":2,\"b\":2}}}",
       .at_ms = 7}},
     "a=1@7/2 b=2@7/1",
     0},
    {"what the batch says stands under the event's own",
     {{.type = EVENT_TRACK,
       .raw = "{\"context\":{\"traits\":{\"a\":1}}}",
       .common = "{\"context\":{\"traits\":{\"a\":2,\"b\":2}}}",
       .at_ms = 7},
      {.type = EVENT_TRACK,
       .raw = "{}",
       .common = "{\"context\":{\"traits\":{\"c\":3}}}",
       .at_ms = 8}},
     "a=1@7/1 c=3@8/1",
     0},
    {"traits of a group are not the person's",
     {{.type = EVENT_GROUP, .raw = "{\"traits\":{\"a\":1}}", .at_ms = 1}},
     "",
     0},
    {"null is said too", {IDENTIFY(1, "{\"a\":1}"), IDENTIFY(2, "{\"a\":null}")}, "a=null@2/2", 0},
    {"any JSON, as it came",
     {IDENTIFY(1, "{\"a\":{\"b\" : [1, 2]},\"c\":\"\\u00e9\",\"d\":1.50}")},
     "a={\"b\" : [1, 2]}@1/2 c=\"\\u00e9\"@1/2 d=1.50@1/2",
     0},
    {"a name with escapes", {IDENTIFY(1, "{\"\\u0061\":1}")}, "a=1@1/2", 0},
    {"the key itself with escapes",
     {{.type = EVENT_TRACK, .raw = "{\"context\":{\"tr\\u0061its\":{\"a\":1}}}", .at_ms = 1}},
     "a=1@1/1",
     0},
    {"a name twice: the last", {IDENTIFY(1, "{\"a\":1,\"a\":2}")}, "a=2@1/2", 0},
    {"an empty name", {IDENTIFY(1, "{\"\":1,\"b\":1}")}, "b=1@1/2", 1},
    {"no object", {IDENTIFY(1, "[1]"), IDENTIFY(2, "null"), IDENTIFY(3, "\"a\"")}, "", 0},
    {"an empty object", {IDENTIFY(1, "{}")}, "", 0},
};

static void test_traits(void **state)
{
    const struct TraitCase *c = *state;
    check(c->said, PT_COUNT(c->said), (Want){.traits = c->want, .left_out = c->left_out});
}

/* {"traits":{"nn...":"xx..."}} */
static char *sized(size_t name, size_t json)
{
    char *raw = malloc(name + json + 64);
    if (raw == NULL) {
        abort();
    }
    int n = sprintf(raw, "{\"traits\":{\"");
    memset(raw + n, 'n', name);
    n += (int)name + sprintf(raw + n + name, "\":\"");
    memset(raw + n, 'x', json - 2);
    (void)sprintf(raw + n + json - 2, "\"}}");
    return raw;
}

static struct SizeCase {
    const char *name;
    size_t name_len, json_len;
    bool kept;
} size_cases[] = {
    {"a name of 200 bytes", 200, 2, true},
    {"a name of 201 bytes", 201, 2, false},
    {"a value of 8192 bytes", 1, 8192, true},
    {"a value of 8193 bytes", 1, 8193, false},
};

static void test_sizes(void **state)
{
    const struct SizeCase *c = *state;
    char *raw = sized(c->name_len, c->json_len);
    TraitsRig *r = rig_up(RIG_SQLITE);
    assert_int_equal(say(r, &(Said){.type = EVENT_IDENTIFY, .raw = raw}), PT_OK);
    flush(r, true);
    // a late one is older, whatever the length of its name
    assert_int_equal(say(r, &(Said){.type = EVENT_IDENTIFY, .raw = raw, .at_ms = -1}), PT_OK);
    flush(r, true);
    assert_int_equal(rig_number_now(&r->sql, "SELECT COUNT(*) FROM profile_trait WHERE at_ms = 0"),
                     c->kept);
    assert_int_equal(rig_number_now(&r->sql, "SELECT COUNT(*) FROM profile_trait"), c->kept);
    assert_int_equal(r->p.traits->left_out, c->kept ? 0 : 2);
    free(raw);
}

/* {"traits":{"t<from>":value,...}} */
static char *many(unsigned from, unsigned count, int value)
{
    char *raw = malloc(64 + count * 24);
    if (raw == NULL) {
        abort();
    }
    int n = sprintf(raw, "{\"traits\":{");
    for (unsigned i = 0; i < count; i++) {
        n += sprintf(raw + n, "%s\"t%03u\":%d", i > 0 ? "," : "", from + i, value);
    }
    (void)sprintf(raw + n, "}}");
    return raw;
}

static void say_many(TraitsRig *r, uint32_t node, unsigned from, unsigned count, int value)
{
    char *raw = many(from, count, value);
    const Said said = {.type = EVENT_IDENTIFY, .raw = raw, .at_ms = (int64_t)r->next, .node = node};
    assert_int_equal(say(r, &said), PT_OK);
    free(raw);
}

static void test_names_of_a_node(void **state)
{
    (void)state;
    for (int way = 0; way < 2; way++) {
        TraitsRig *r = rig_up(RIG_SQLITE);
        say_many(r, 1, 0, 299, 1);
        say_many(r, 2, 500, 10, 1); // another node has its own bound
        if (way == 1) {
            flush(r, true);
        }
        say_many(r, 1, 298, 4, 2); // one of before, the 300th, two that are over
        flush(r, true);
        assert_int_equal(r->p.traits->left_out, 2);
        say_many(r, 1, 301, 1, 3);
        say_many(r, 1, 299, 1, 3);
        flush(r, true);
        assert_int_equal(r->p.traits->left_out, 3);
        assert_int_equal(
            rig_number_now(&r->sql, "SELECT COUNT(*) FROM profile_trait WHERE node = 1"), 300);
        assert_int_equal(
            rig_number_now(&r->sql, "SELECT COUNT(*) FROM profile_trait WHERE json = '2'"), 1);
        assert_int_equal(
            rig_number_now(&r->sql, "SELECT COUNT(*) FROM profile_trait WHERE name = 't299' AND "
                                    "json = '3'"),
            1);
    }
}

/* ---- Orders ---------------------------------------------------------------------------------- */

#define ORDER(properties)                                                                          \
    {.type = EVENT_TRACK, .name = "Order Completed", .raw = "{\"properties\":{" properties "}}"}
#define REFUND(properties)                                                                         \
    {.type = EVENT_TRACK, .name = "Order Refunded", .raw = "{\"properties\":{" properties "}}"}

static struct OrderCase {
    const char *name;
    Said said[6];
    const char *values, *orders;
    uint64_t left_out;
} order_cases[] = {
    {"the total",
     {ORDER("\"total\":12.5,\"revenue\":9,\"currency\":\"EUR\",\"order_id\":\"A1\"")},
     "EUR 12500000 1-0",
     "A1",
     0},
    {"else the revenue", {ORDER("\"revenue\":9,\"currency\":\"EUR\"")}, "EUR 9000000 1-0", "", 0},
    {"also where the total cannot be read",
     {ORDER("\"total\":\"a lot\",\"revenue\":\"9.00\",\"currency\":\"EUR\"")},
     "EUR 9000000 1-0",
     "",
     0},
    {"neither: an order of nothing", {ORDER("\"currency\":\"EUR\"")}, "EUR 0 1-0", "", 0},
    {"tenths are exact",
     {ORDER("\"total\":0.1,\"currency\":\"EUR\""), ORDER("\"total\":\"0.2\",\"currency\":\"EUR\"")},
     "EUR 300000 2-0",
     "",
     0},
    {"exponents and space",
     {ORDER("\"total\":\" 1e1 \",\"currency\":\" eur\"")},
     "EUR 10000000 1-0",
     "",
     0},
    {"currencies apart",
     {ORDER("\"total\":1,\"currency\":\"USD\""), ORDER("\"total\":2,\"currency\":\"EUR\""),
      ORDER("\"total\":4,\"currency\":\"USD\"")},
     "EUR 2000000 1-0 USD 5000000 2-0",
     "",
     0},
    {"without a currency",
     {ORDER("\"total\":1"), ORDER("\"total\":1,\"currency\":\"Euro\"")},
     "XXX 2000000 2-0",
     "",
     0},
    {"less what was refunded",
     {ORDER("\"total\":10,\"currency\":\"EUR\",\"order_id\":7"),
      REFUND("\"total\":4,\"currency\":\"EUR\",\"order_id\":7"),
      REFUND("\"total\":-1,\"currency\":\"EUR\",\"order_id\":7")},
     "EUR 5000000 1-2",
     "7",
     0},
    {"an order told twice counts once",
     {ORDER("\"total\":10,\"currency\":\"EUR\",\"order_id\":\"A\""),
      ORDER("\"total\":10,\"currency\":\"EUR\",\"order_id\":\"A\"")},
     "EUR 10000000 1-0",
     "A",
     1},
    {"one without a number counts as often as it comes",
     {ORDER("\"total\":10,\"currency\":\"EUR\""), ORDER("\"total\":10,\"currency\":\"EUR\"")},
     "EUR 20000000 2-0",
     "",
     0},
    {"a refund that came before its order",
     {REFUND("\"total\":4,\"currency\":\"EUR\",\"order_id\":\"A\""),
      ORDER("\"total\":10,\"currency\":\"EUR\",\"order_id\":\"A\""),
      ORDER("\"total\":10,\"currency\":\"EUR\",\"order_id\":\"A\"")},
     "EUR 6000000 1-1",
     "A",
     1},
    {"a refund alone",
     {REFUND("\"total\":4,\"currency\":\"EUR\",\"order_id\":\"A\"")},
     "EUR -4000000 0-1",
     "A?",
     0},
    {"the end of the range of money",
     {ORDER("\"total\":9223372036854.775807,\"currency\":\"EUR\""),
      ORDER("\"total\":0.000001,\"currency\":\"EUR\"")},
     "EUR 9223372036854775807 1-0",
     "",
     1},
    {"over it: as if there were none",
     {ORDER("\"total\":9223372036854.775808,\"currency\":\"EUR\"")},
     "EUR 0 1-0",
     "",
     0},
    {"the lowest refund there is",
     {REFUND("\"total\":-9223372036854.775807,\"currency\":\"EUR\"")},
     "EUR -9223372036854775807 0-1",
     "",
     0},
    {"only tracked orders",
     {{.type = EVENT_PAGE, .name = "Order Completed", .raw = "{}"}},
     "",
     "",
     0},
};

static void test_orders(void **state)
{
    const struct OrderCase *c = *state;
    check(c->said, PT_COUNT(c->said),
          (Want){.values = c->values, .orders = c->orders, .left_out = c->left_out});
}

static void say_order(TraitsRig *r, const char *number, const char *currency)
{
    char raw[512];
    (void)snprintf(raw, sizeof raw,
                   "{\"properties\":{\"total\":1,\"currency\":\"%s\",\"order_id\":\"%s\"}}",
                   currency, number);
    const Said said = {.type = EVENT_TRACK, .name = "Order Completed", .raw = raw};
    assert_int_equal(say(r, &said), PT_OK);
}

static void say_orders(TraitsRig *r, unsigned from, unsigned count)
{
    for (unsigned i = from; i < from + count; i++) {
        char number[16];
        (void)snprintf(number, sizeof number, "N%u", i);
        say_order(r, number, "EUR");
    }
}

static void test_orders_kept(void **state)
{
    (void)state;
    static const char counted[] = "SELECT orders FROM profile_value";
    for (int way = 0; way < 2; way++) {
        TraitsRig *r = rig_up(RIG_SQLITE);
        say_orders(r, 0, 20);
        if (way == 1) {
            flush(r, true);
        }
        say_orders(r, 0, 1); // the 20th newest is known
        flush(r, true);
        assert_int_equal(rig_number_now(&r->sql, counted), 20);
        say_orders(r, 20, 1); // pushes it out
        if (way == 1) {
            flush(r, true);
        }
        say_orders(r, 0, 2); // so it counts again, and so does the one it pushes out
        flush(r, true);
        assert_int_equal(rig_number_now(&r->sql, counted), 23);
        assert_int_equal(rig_number_now(&r->sql, "SELECT COUNT(*) FROM profile_order"), 20);
        assert_int_equal(
            rig_number_now(&r->sql, "SELECT COUNT(*) FROM profile_order WHERE number = 'N2'"), 0);
    }
}

static void test_order_number_length(void **state)
{
    (void)state;
    char number[102];
    TraitsRig *r = rig_up(RIG_SQLITE);
    memset(number, '7', sizeof number);
    number[101] = '\0';
    say_order(r, number, "EUR");
    say_order(r, number, "EUR"); // 101 bytes: not known, so it counts twice
    number[100] = '\0';
    say_order(r, number, "USD");
    say_order(r, number, "USD");
    flush(r, true);
    char *got = dump(r, value_rows);
    assert_string_equal(got, "EUR 2000000 2-0 USD 1000000 1-0");
    free(got);
}

static void test_currencies_of_a_node(void **state)
{
    (void)state;
    TraitsRig *r = rig_up(RIG_SQLITE);
    for (int i = 0; i < VALUES_MAX + 2; i++) {
        char currency[4] = {'A', 'A', (char)('A' + i), '\0'};
        say_order(r, "", currency);
        say_order(r, "", "AAA");
    }
    flush(r, true);
    assert_int_equal(rig_number_now(&r->sql, "SELECT COUNT(*) FROM profile_value"), VALUES_MAX);
    assert_int_equal(
        rig_number_now(&r->sql, "SELECT orders FROM profile_value WHERE currency = 'AAA'"),
        VALUES_MAX + 3);
    assert_int_equal(r->p.traits->left_out, 2);
}

/* ---- Against a naive fold -------------------------------------------------------------------- */

enum { NODES = 4, NAMES = 5, EVENTS = 160, ROUNDS = 60 };

typedef struct Naive {
    SaidValue best[NODES][NAMES];
    int value[NODES][NAMES];
    bool known[NODES][NAMES];
    int64_t micros[NODES];
    uint64_t orders[NODES];
    bool seen_order[NODES][8];
} Naive;

/* Each event is looked at with all that came before it: the plain reading of the rules. */
static void naive_trait(Naive *n, unsigned node, unsigned name, SaidValue v, int value)
{
    const SaidValue *b = &n->best[node][name];
    const bool wins = !n->known[node][name] || v.precedence > b->precedence ||
                      (v.precedence == b->precedence && v.at_ms >= b->at_ms);
    if (wins) {
        n->best[node][name] = v;
        n->value[node][name] = value;
        n->known[node][name] = true;
    }
}

static void random_trait(TraitsRig *r, PtRng *rng, Naive *n)
{
    char raw[256];
    const unsigned node = (unsigned)pt_rng_below(rng, NODES);
    const unsigned name = (unsigned)pt_rng_below(rng, NAMES);
    const int value = (int)pt_rng_below(rng, 1000);
    const bool identify = pt_rng_below(rng, 2) == 0;
    const int64_t at_ms = (int64_t)pt_rng_below(rng, 6);
    (void)snprintf(raw, sizeof raw,
                   identify ? "{\"traits\":{\"n%u\":%d}}"
                            : "{\"context\":{\"traits\":{\"n%u\":%d}}}",
                   name, value);
    const Said said = {.type = identify ? EVENT_IDENTIFY : EVENT_PAGE,
                       .raw = raw,
                       .at_ms = at_ms,
                       .node = node + 1};
    assert_int_equal(say(r, &said), PT_OK);
    naive_trait(
        n, node, name,
        (SaidValue){.at_ms = at_ms, .precedence = identify ? TRAIT_OF_IDENTIFY : TRAIT_OF_CONTEXT},
        value);
}

static void random_order(TraitsRig *r, PtRng *rng, Naive *n)
{
    char raw[256];
    const unsigned node = (unsigned)pt_rng_below(rng, NODES);
    const unsigned number = (unsigned)pt_rng_below(rng, 8);
    const unsigned cents = (unsigned)pt_rng_below(rng, 100000);
    const bool refund = pt_rng_below(rng, 4) == 0;
    (void)snprintf(
        raw, sizeof raw,
        "{\"properties\":{\"total\":\"%u.%02u\",\"currency\":\"EUR\",\"order_id\":\"o%u\"}}",
        cents / 100, cents % 100, number);
    const Said said = {.type = EVENT_TRACK,
                       .name = refund ? "Order Refunded" : "Order Completed",
                       .raw = raw,
                       .node = node + 1};
    assert_int_equal(say(r, &said), PT_OK);
    if (refund) {
        n->micros[node] -= (int64_t)cents * 10000;
    } else if (!n->seen_order[node][number]) {
        n->seen_order[node][number] = true;
        n->micros[node] += (int64_t)cents * 10000;
        n->orders[node]++;
    }
}

/* -1: there is none. */
static int64_t stored_number(PtSqlTx *tx, unsigned node, unsigned name)
{
    static const char statement[] = "SELECT CAST(json AS BIGINT) FROM profile_trait "
                                    "WHERE node = ?1 AND name = ?2 ORDER BY name LIMIT 1";
    char text[8];
    bool row = false;
    (void)snprintf(text, sizeof text, "n%u", name);
    assert_int_equal(pt_sql_use(tx, statement, NULL), PT_OK);
    pt_sql_bind_i64(tx, 1, node);
    pt_sql_bind_text(tx, 2, pt_str(text));
    assert_int_equal(pt_sql_step(tx, &row, NULL), PT_OK);
    const int64_t value = row ? pt_sql_i64(tx, 0) : -1;
    pt_sql_done(tx);
    return value;
}

static void check_naive(TraitsRig *r, const Naive *n)
{
    PtSqlTx *tx = rig_begin(&r->sql, false);
    for (unsigned node = 0; node < NODES; node++) {
        for (unsigned name = 0; name < NAMES; name++) {
            assert_int_equal(stored_number(tx, node + 1, name),
                             n->known[node][name] ? n->value[node][name] : -1);
        }
        OrderBook book;
        assert_int_equal(order_book_load(tx, node + 1, &book, NULL), PT_OK);
        assert_int_equal(book.value_count > 0 ? book.values[0].micros : 0, n->micros[node]);
        assert_int_equal(book.value_count > 0 ? book.values[0].orders : 0, n->orders[node]);
    }
    pt_sql_rollback(tx);
}

static void test_naive(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        Naive naive = {0};
        PtRng rng;
        pt_rng_init(&rng, seed);
        TraitsRig *r = rig_up(RIG_SQLITE);
        for (int i = 0; i < EVENTS; i++) {
            if (pt_rng_below(&rng, 3) > 0) {
                random_trait(r, &rng, &naive);
            } else {
                random_order(r, &rng, &naive);
            }
            if (pt_rng_below(&rng, 10) == 0) {
                flush(r, pt_rng_below(&rng, 2) == 0);
            }
        }
        flush(r, true);
        check_naive(r, &naive);
    }
}

/* ---- Failures -------------------------------------------------------------------------------- */

/* What is gathered, as text. */
static char *gathered(const TraitsRig *r)
{
    PtBuf out;
    pt_buf_init(&out, 1 << 20);
    const Traits *t = r->p.traits;
    pt_buf_printf(&out, "%" PRIu64 " %" PRIu64, t->applied, t->left_out);
    for (const SaidNode *n = t->now.nodes; n != NULL; n = n->next) {
        pt_buf_printf(&out, " node %u", n->node);
        assert_ptr_equal(traits_said(&r->p, n->node), n);
        for (const SaidTrait *s = n->traits; s != NULL; s = s->next) {
            pt_buf_printf(&out, " %.*s=%.*s@%" PRId64, PT_STR_ARG(s->name),
                          PT_STR_ARG(s->value.json), s->value.at_ms);
            assert_ptr_equal(traits_said_trait(&r->p, n->node, s->name), s);
        }
        for (const SaidOrder *o = n->orders; o != NULL; o = o->next) {
            pt_buf_printf(&out, " %" PRIu64 ":%.*s", o->offset, PT_STR_ARG(o->number));
        }
    }
    pt_buf_printf(&out, " of %zu", pt_map_count(t->now.map));
    pt_buf_add_char(&out, '\0');
    assert_int_equal(pt_buf_status(&out), PT_OK);
    return out.data;
}

static struct FailCase {
    const char *name;
    Said said;
} fail_cases[] = {
    {"traits of a new node",
     {.type = EVENT_IDENTIFY,
      .raw = "{\"traits\":{\"a\":1,\"\\u0062\":\"two\",\"a\":3,\"d\":[4]},\"context\":{\"traits\":{"
             "\"a\":9,\"e\":5}}}",
      .at_ms = 5,
      .node = 9000}},
    {"traits of a known node",
     {.type = EVENT_IDENTIFY,
      .raw = "{\"traits\":{\"a\":1,\"n\":2,\"o\":3}}",
      .at_ms = 5,
      .node = 1}},
    {"an order",
     {.type = EVENT_TRACK,
      .name = "Order Completed",
      .raw = "{\"properties\":{\"order_id\":\"\\u0041\",\"total\":1},\"context\":{\"traits\":{"
             "\"x\":1}}}",
      .node = 5}},
    {"an event that says nothing", {.type = EVENT_PAGE, .raw = "{}", .node = 500000}},
};

static void test_no_memory(void **state)
{
    const struct FailCase *c = *state;
    uint64_t nth = 0;
    PtStatus st = PT_NO_MEMORY;
    TraitsRig *r = rig_up(RIG_SQLITE);
    assert_int_equal(say(r, &(Said)IDENTIFY(9, "{\"a\":\"before\",\"b\":1}")), PT_OK);
    while (st != PT_OK && nth < 200) {
        char *before = gathered(r);
        fault_alloc_fail(++nth, 0);
        st = say(r, &c->said);
        fault_alloc_fail(0, 0);
        char *after = gathered(r);
        assert_true(st == PT_OK || st == PT_NO_MEMORY);
        assert_int_equal(strcmp(before, after) == 0, st != PT_OK);
        free(before);
        free(after);
    }
    assert_int_equal(st, PT_OK);
    assert_true(nth > 1); // some did fail
    flush(r, true);
}

static void test_flush_without_memory(void **state)
{
    (void)state;
    TraitsRig *r = rig_up(RIG_SQLITE);
    assert_int_equal(say(r, &(Said)IDENTIFY(9, "{\"name\":\"Ada\",\"b\":1}")), PT_OK);
    say_orders(r, 0, 3);
    char *before = gathered(r);
    for (uint64_t nth = 1; nth < 60; nth++) {
        PtSqlTx *tx = rig_begin(&r->sql, true);
        fault_alloc_fail(nth, 0);
        (void)!traits_flush(&r->p, tx, NULL);
        fault_alloc_fail(0, 0);
        pt_sql_rollback(tx);
        char *after = gathered(r);
        assert_string_equal(before, after);
        free(after);
    }
    flush(r, true);
    char *got = dump(r, trait_rows);
    assert_string_equal(got, "b=1@9/2 name=\"Ada\"@9/2");
    free(got);
    free(before);
}

static void test_clear(void **state)
{
    (void)state;
    TraitsRig *r = rig_up(RIG_SQLITE);
    assert_int_equal(say(r, &(Said)IDENTIFY(9, "{\"a\":1}")), PT_OK);
    traits_node_added(&r->p, 4, 11);
    traits_node_added(&r->p, 500000, 12);
    assert_int_equal(traits_seen(&r->p, 4).first_ms, 11);
    assert_int_equal(traits_seen(&r->p, 4).last_ms, NOT_SEEN);
    assert_int_equal(traits_seen(&r->p, 1).last_ms, 9);
    assert_int_equal(traits_seen(&r->p, 1).first_ms, NOT_SEEN);
    assert_int_equal(traits_seen(&r->p, 500000).first_ms, 12);
    assert_int_equal(traits_seen(&r->p, 499999).first_ms, NOT_SEEN);
    assert_int_equal(traits_seen(&r->p, UINT32_MAX).first_ms, NOT_SEEN);
    flush(r, true);
    assert_int_equal(traits_seen(&r->p, 1).last_ms, 9);
    assert_int_equal(say(r, &(Said)IDENTIFY(9, "{\"a\":1}")), PT_OK);
    traits_clear(&r->p);
    assert_null(traits_said(&r->p, 1));
    assert_int_equal(traits_seen(&r->p, 1).last_ms, NOT_SEEN);
    PtSqlTx *tx = rig_begin(&r->sql, true);
    assert_int_equal(traits_reset(tx, NULL), PT_OK);
    rig_commit(tx);
    assert_int_equal(rig_number_now(&r->sql, "SELECT COUNT(*) FROM profile_trait"), 0);
}

int main(void)
{
    struct CMUnitTest tests[80];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, trait_cases, test_traits);
    PT_TEST_ROWS(tests, n, size_cases, test_sizes);
    PT_TEST_ROWS(tests, n, order_cases, test_orders);
    PT_TEST_ROWS(tests, n, fail_cases, test_no_memory);
    const struct CMUnitTest more[] = {
        cmocka_unit_test(test_names_of_a_node),
        cmocka_unit_test(test_orders_kept),
        cmocka_unit_test(test_order_number_length),
        cmocka_unit_test(test_currencies_of_a_node),
        cmocka_unit_test(test_naive),
        cmocka_unit_test(test_flush_without_memory),
        cmocka_unit_test(test_clear),
    };
    memcpy(&tests[n], more, sizeof more);
    n += PT_COUNT(more);
    return _cmocka_run_group_tests("profiles/traits", tests, n, NULL, close_rigs);
}
