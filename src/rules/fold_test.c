// SPDX-License-Identifier: Apache-2.0
#include "rules/fold_internal.h"

#include "base/test_rows.h"
#include "rules/rules_rig.h"

#include <fault/fault_alloc.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- What is no fold ------------------------------------------------------------------------- */

static struct BadCase {
    const char *name, *json, *want;
} bad_cases[] = {
    {"no object", "7", "at \"\": not an object"},
    {"no fold", "{}", "at \"/fold\": is missing"},
    {"unknown fold", "{\"fold\":\"median\"}", "at \"/fold\": \"median\" is no fold"},
    {"unknown member", "{\"fold\":\"count\",\"of\":1}", "at \"\": \"of\" is not known here"},
    {"count of a property", "{\"fold\":\"count\",\"property\":\"a\"}",
     "at \"\": count takes no property"},
    {"exists of a context", "{\"fold\":\"exists\",\"context\":\"a\"}",
     "at \"\": exists takes no property"},
    {"sum of nothing", "{\"fold\":\"sum\"}", "at \"\": sum takes one of property and context"},
    {"last of two", "{\"fold\":\"last\",\"property\":\"a\",\"context\":\"b\"}",
     "at \"\": last takes one of property and context"},
    {"bad path", "{\"fold\":\"last\",\"property\":\".a\"}",
     "at \"/property\": a name of the path is empty"},
    {"currency of an average", "{\"fold\":\"average\",\"property\":\"a\",\"currency\":true}",
     "at \"/currency\": only sum is kept by currency"},
    {"events no list", "{\"fold\":\"count\",\"events\":\"a\"}", "at \"/events\": not a list"},
    {"event no text", "{\"fold\":\"count\",\"events\":[\"a\",\"\"]}",
     "at \"/events/1\": an empty text"},
    {"trait", "{\"fold\":\"count\",\"where\":{\"not\":{\"trait\":\"a\",\"is\":\"exists\"}}}",
     "at \"/where/not/trait\": a fold looks at events, not at traits"},
    {"where", "{\"fold\":\"count\",\"where\":{\"all\":[1]}}", "at \"/where/all/0\": not an object"},
    {"empty window", "{\"fold\":\"count\",\"window\":{}}",
     "at \"/window\": one of last and calendar"},
    {"two windows", "{\"fold\":\"count\",\"window\":{\"last\":{\"days\":1},\"calendar\":\"day\"}}",
     "at \"/window\": one of last and calendar"},
    {"zone of a last", "{\"fold\":\"count\",\"window\":{\"last\":{\"days\":1},\"zone\":\"UTC\"}}",
     "at \"/window\": zone and back go with calendar"},
    {"last nothing", "{\"fold\":\"count\",\"window\":{\"last\":{}}}",
     "at \"/window/last\": not 1 second to 10000 days"},
    {"last no seconds", "{\"fold\":\"count\",\"window\":{\"last\":{\"seconds\":0}}}",
     "at \"/window/last/seconds\": not a whole number in 1..864000000"},
    {"last too long", "{\"fold\":\"count\",\"window\":{\"last\":{\"days\":10001}}}",
     "at \"/window/last/days\": not a whole number in 1..10000"},
    {"last too long together",
     "{\"fold\":\"count\",\"window\":{\"last\":{\"days\":10000,\"seconds\":1}}}",
     "at \"/window/last\": not 1 second to 10000 days"},
    {"half a day", "{\"fold\":\"count\",\"window\":{\"last\":{\"days\":0.5}}}",
     "at \"/window/last/days\": not a whole number in 1..10000"},
    {"last weeks", "{\"fold\":\"count\",\"window\":{\"last\":{\"weeks\":1}}}",
     "at \"/window/last\": \"weeks\" is not known here"},
    {"decade", "{\"fold\":\"count\",\"window\":{\"calendar\":\"decade\"}}",
     "at \"/window/calendar\": not day, week, month, quarter or year"},
    {"back too far", "{\"fold\":\"count\",\"window\":{\"calendar\":\"day\",\"back\":1001}}",
     "at \"/window/back\": not a whole number in 0..1000"},
    {"into the future", "{\"fold\":\"count\",\"window\":{\"calendar\":\"day\",\"back\":-1}}",
     "at \"/window/back\": not a whole number in 0..1000"},
    {"no such zone",
     "{\"fold\":\"count\",\"window\":{\"calendar\":\"day\",\"zone\":\"Mars/Base\"}}",
     "at \"/window/zone\": cannot open time zone \"Mars/Base\": No such file or directory"},
    {"zone that is a path",
     "{\"fold\":\"count\",\"window\":{\"calendar\":\"day\",\"zone\":\"../UTC\"}}",
     "at \"/window/zone\": \"../UTC\" is not a time zone's name"},
};

static void bad_case(void **state)
{
    const struct BadCase *c = *state;
    RuleOperands *o = NULL;
    RuleFold *f = NULL;
    PtError err = {0};
    assert_int_equal(rule_operands_new(&o, NULL), PT_OK);
    assert_int_equal(rule_fold_read(pt_str(c->json), o, &f, &err), PT_INVALID);
    assert_string_equal(err.message, c->want);
    assert_null(f);
    rule_operands_free(o);
}

/* ---- The normal form ------------------------------------------------------------------------- */

static struct WriteCase {
    const char *name, *json, *want;
} write_cases[] = {
    {"least of it", " {\"fold\":\"count\",\"events\":[]} ", "{\"fold\":\"count\"}"},
    {"all of it",
     "{\"window\":{\"back\":1,\"calendar\":\"quarter\",\"zone\":\"Europe/"
     "Berlin\"},\"currency\":true,"
     "\"property\":\"total\",\"where\":{\"all\":[]},\"events\":[\"Completed "
     "Order\"],\"fold\":\"sum\"}",
     "{\"fold\":\"sum\",\"events\":[\"Order Completed\"],\"where\":{\"all\":[]},\"property\":"
     "\"total\",\"currency\":true,\"window\":{\"calendar\":\"quarter\",\"zone\":\"Europe/Berlin\","
     "\"back\":1}}"},
    {"defaults", "{\"fold\":\"last\",\"context\":\"os.name\",\"window\":{\"calendar\":\"day\"}}",
     "{\"fold\":\"last\",\"context\":\"os.name\",\"window\":{\"calendar\":\"day\",\"zone\":\"UTC\","
     "\"back\":0}}"},
    {"no currency", "{\"fold\":\"most\",\"property\":\"a\",\"currency\":false}",
     "{\"fold\":\"most\",\"property\":\"a\"}"},
    {"units are joined", "{\"fold\":\"count\",\"window\":{\"last\":{\"days\":1,\"hours\":24}}}",
     "{\"fold\":\"count\",\"window\":{\"last\":{\"days\":2}}}"},
    {"largest unit", "{\"fold\":\"count\",\"window\":{\"last\":{\"hours\":1,\"seconds\":60}}}",
     "{\"fold\":\"count\",\"window\":{\"last\":{\"minutes\":61}}}"},
    {"longest", "{\"fold\":\"count\",\"window\":{\"last\":{\"seconds\":864000000}}}",
     "{\"fold\":\"count\",\"window\":{\"last\":{\"days\":10000}}}"},
    {"farthest", "{\"fold\":\"count\",\"window\":{\"calendar\":\"year\",\"back\":1000}}",
     "{\"fold\":\"count\",\"window\":{\"calendar\":\"year\",\"zone\":\"UTC\",\"back\":1000}}"},
};

static void write_case(void **state)
{
    const struct WriteCase *c = *state;
    static RulesRig rig;
    PtBuf out;
    rules_rig_init(&rig);
    pt_buf_init(&out, RULE_JSON);
    RuleFold *f = rules_rig_fold(&rig, c->json);
    rule_fold_write(f, &out);
    pt_buf_add_char(&out, 0);
    assert_string_equal(out.data, c->want);
    pt_buf_done(&out);
    rule_fold_free(f);
    rules_rig_done(&rig);
}

/* ---- Windows --------------------------------------------------------------------------------- */

static struct SpanCase {
    const char *name, *window, *now, *from, *until; /* until: the first instant that is outside */
} span_cases[] = {
    {"last", "{\"last\":{\"minutes\":1}}", "2026-01-01T00:01:00Z", "2026-01-01T00:00:00.001Z",
     "2026-01-01T00:01:00.001Z"},
    {"day in summer", "{\"calendar\":\"day\",\"zone\":\"Europe/Berlin\"}",
     "2026-07-01T21:59:59.999Z", "2026-06-30T22:00:00Z", "2026-07-01T22:00:00Z"},
    {"next day in summer", "{\"calendar\":\"day\",\"zone\":\"Europe/Berlin\"}",
     "2026-07-01T22:00:00Z", "2026-07-01T22:00:00Z", "2026-07-02T22:00:00Z"},
    {"a day of 23 hours", "{\"calendar\":\"day\",\"zone\":\"Europe/Berlin\"}",
     "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"},
    {"a day of 25 hours", "{\"calendar\":\"day\",\"zone\":\"Europe/Berlin\"}",
     "2026-10-25T12:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"},
    {"the one before it", "{\"calendar\":\"day\",\"zone\":\"Europe/Berlin\",\"back\":1}",
     "2026-10-26T12:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"},
    {"midnight does not come", "{\"calendar\":\"day\",\"zone\":\"America/Santiago\"}",
     "2024-09-08T12:00:00Z", "2024-09-08T04:00:00Z", "2024-09-09T03:00:00Z"},
    {"midnight comes twice", "{\"calendar\":\"day\",\"zone\":\"America/Havana\"}",
     "2024-11-03T04:30:00Z", "2024-11-03T04:00:00Z", "2024-11-04T05:00:00Z"},
    {"set back over midnight", "{\"calendar\":\"day\",\"zone\":\"America/St_Johns\"}",
     "2010-11-07T03:00:00Z", "2010-11-07T02:30:00Z", "2010-11-08T03:30:00Z"},
    {"a day that does not exist", "{\"calendar\":\"day\",\"zone\":\"Pacific/Apia\",\"back\":1}",
     "2011-12-30T12:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z"},
    {"week: Sunday", "{\"calendar\":\"week\"}", "2026-11-22T23:59:59.999Z", "2026-11-16T00:00:00Z",
     "2026-11-23T00:00:00Z"},
    {"week: Monday", "{\"calendar\":\"week\"}", "2026-11-23T00:00:00Z", "2026-11-23T00:00:00Z",
     "2026-11-30T00:00:00Z"},
    {"week before 1970", "{\"calendar\":\"week\"}", "1969-12-28T12:00:00Z", "1969-12-22T00:00:00Z",
     "1969-12-29T00:00:00Z"},
    {"leap month", "{\"calendar\":\"month\",\"back\":1}", "2024-03-31T00:00:00Z",
     "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"},
    {"month over the year", "{\"calendar\":\"month\",\"back\":13}", "2026-01-15T00:00:00Z",
     "2024-12-01T00:00:00Z", "2025-01-01T00:00:00Z"},
    {"quarter", "{\"calendar\":\"quarter\"}", "2026-06-30T23:59:59.999Z", "2026-04-01T00:00:00Z",
     "2026-07-01T00:00:00Z"},
    {"quarter before", "{\"calendar\":\"quarter\",\"back\":2}", "2026-06-30T00:00:00Z",
     "2025-10-01T00:00:00Z", "2026-01-01T00:00:00Z"},
    {"year", "{\"calendar\":\"year\",\"zone\":\"Asia/Tokyo\"}", "2025-12-31T15:00:00Z",
     "2025-12-31T15:00:00Z", "2026-12-31T15:00:00Z"},
};

static int64_t instant(const char *text)
{
    int64_t ms;
    assert_true(pt_time_parse(pt_str(text), &ms));
    return ms;
}

static void span_case(void **state)
{
    const struct SpanCase *c = *state;
    static RulesRig rig;
    char json[200];
    rules_rig_init(&rig);
    (void)snprintf(json, sizeof json, "{\"fold\":\"count\",\"window\":%s}", c->window);
    RuleFold *f = rules_rig_fold(&rig, json);
    const RuleSpan span = rule_window_span(&f->window, instant(c->now));
    assert_int_equal(span.from_ms, instant(c->from));
    assert_int_equal(span.until_ms, instant(c->until));
    if (span.from_ms < span.until_ms) { // what lies inside enters at or before now, leaves later
        const int64_t at[] = {span.from_ms, span.until_ms - 1};
        for (size_t i = 0; i < PT_COUNT(at); i++) {
            assert_true(rule_window_enters(&f->window, at[i]) <= instant(c->now));
            assert_true(rule_window_leaves(&f->window, at[i]) > instant(c->now));
        }
    }
    rule_fold_free(f);
    rules_rig_done(&rig);
}

static void far_ends(void **state)
{
    static const int64_t ends[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX - 1, INT64_MAX};
    static RulesRig rig;
    (void)state;
    rules_rig_init(&rig);
    RuleFold *day =
        rules_rig_fold(&rig, "{\"fold\":\"count\",\"window\":{\"calendar\":\"day\",\"back\":1}}");
    RuleFold *last =
        rules_rig_fold(&rig, "{\"fold\":\"count\",\"window\":{\"last\":{\"days\":1}}}");
    for (size_t i = 0; i < PT_COUNT(ends); i++) {
        const RuleSpan a = rule_window_span(&day->window, ends[i]);
        const RuleSpan b = rule_window_span(&last->window, ends[i]);
        assert_true(a.from_ms <= a.until_ms && b.from_ms <= b.until_ms);
        assert_true(rule_window_enters(&day->window, ends[i]) <=
                    rule_window_leaves(&day->window, ends[i]));
    }
    rule_fold_free(day);
    rule_fold_free(last);
    rules_rig_done(&rig);
}

/* ---- States ---------------------------------------------------------------------------------- */

static void add(RulesRig *rig, RuleState *s, uint64_t position, int64_t ms, const char *value,
                int64_t now_ms)
{
    char raw[1500];
    (void)snprintf(raw, sizeof raw, "{\"properties\":{\"v\":%s}}", value);
    const EventView event = rules_rig_event("x", raw, ms);
    const PtValue *values = rules_rig_load(rig, &event);
    assert_int_equal(rule_state_add(s, position, ms, values, now_ms, NULL), PT_OK);
    pt_arena_clear(rig->arena);
}

static RuleResult result_of(RulesRig *rig, const RuleFold *f, const RuleState *s, int64_t now_ms)
{
    RuleResult result = {0};
    assert_int_equal(rule_result(f, &s, 1, now_ms, rig->arena, &result, NULL), PT_OK);
    return result;
}

static RuleState *new_state(const RuleFold *f)
{
    RuleState *s = NULL;
    assert_int_equal(rule_state_new(f, &s, NULL), PT_OK);
    return s;
}

/* Beyond RULE_FOLD_ENTRIES the newest stay, whatever the order; `cut` while one that was dropped
 * would be inside. */
static void most_entries(void **state)
{
    enum { OVER = 3 };
    static RulesRig rig;
    (void)state;
    rules_rig_init(&rig);
    RuleFold *f = rules_rig_fold(
        &rig, "{\"fold\":\"least\",\"property\":\"v\",\"window\":{\"last\":{\"seconds\":20}}}");
    RuleState *rising = new_state(f), *falling = new_state(f);
    char value[24];
    for (int i = 0; i < RULE_FOLD_ENTRIES + OVER; i++) {
        const int back = RULE_FOLD_ENTRIES + OVER - 1 - i;
        if (i == RULE_FOLD_ENTRIES) {
            assert_false(result_of(&rig, f, rising, 10100).cut);
            assert_int_equal(result_of(&rig, f, rising, 10100).events, RULE_FOLD_ENTRIES);
        }
        (void)snprintf(value, sizeof value, "%d", i);
        add(&rig, rising, (uint64_t)i, i, value, 10100);
        (void)snprintf(value, sizeof value, "%d", back);
        add(&rig, falling, (uint64_t)back, back, value, 10100);
    }
    PtBuf a, b;
    pt_buf_init(&a, RULE_FOLD_BYTES);
    pt_buf_init(&b, RULE_FOLD_BYTES);
    rule_state_write(rising, &a);
    rule_state_write(falling, &b);
    assert_true(pt_str_eq(pt_buf_str(&a), pt_buf_str(&b)));
    rule_state_free(falling);
    assert_int_equal(rule_state_read(f, pt_buf_str(&a), &falling, NULL), PT_OK);

    assert_true(result_of(&rig, f, falling, 1).cut); // those of 0 and 1 are missing
    RuleResult r = result_of(&rig, f, falling, 10100);
    assert_true(r.cut);
    assert_string_equal(r.json.data, "3");
    assert_int_equal(r.changes_ms, 20000 + OVER - 1);      // the newest that was dropped leaves
    add(&rig, rising, 99999, 1, "true", 20000 + OVER - 2); // counts for nothing, but time goes on
    assert_true(result_of(&rig, f, rising, 20000 + OVER - 2).cut);
    r = result_of(&rig, f, falling, r.changes_ms);
    assert_false(r.cut);
    assert_int_equal(r.events, RULE_FOLD_ENTRIES);
    assert_int_equal(r.changes_ms, 20000 + OVER);
    assert_int_equal(result_of(&rig, f, falling, r.changes_ms).events, RULE_FOLD_ENTRIES - 1);
    pt_buf_done(&a);
    pt_buf_done(&b);
    rule_state_free(rising);
    rule_state_free(falling);
    rule_fold_free(f);
    rules_rig_done(&rig);
}

/* Texts of 1,000 bytes: RULE_FOLD_BYTES hold fewer of them. What is older than one that was dropped
 * finds no room either, though it is shorter. */
static void most_bytes(void **state)
{
    enum { COST = RULE_TEXT + 2 + RULE_ENTRY_BYTES, FIT = RULE_FOLD_BYTES / COST };
    static RulesRig rig;
    char value[RULE_TEXT + 3];
    (void)state;
    rules_rig_init(&rig);
    RuleFold *f = rules_rig_fold(
        &rig, "{\"fold\":\"first\",\"property\":\"v\",\"window\":{\"last\":{\"days\":1}}}");
    RuleState *s = new_state(f);
    memset(value, 'x', sizeof value - 1);
    value[0] = value[RULE_TEXT + 1] = '"';
    value[RULE_TEXT + 2] = 0;
    for (uint64_t i = 0; i < FIT; i++) {
        add(&rig, s, 10 + i, (int64_t)(10 + i), value, 5000);
    }
    assert_false(result_of(&rig, f, s, 5000).cut);
    add(&rig, s, 9, 9, "\"older, and there is a little room\"", 5000);
    assert_string_equal(result_of(&rig, f, s, 5000).json.data,
                        "\"older, and there is a little room\"");
    add(&rig, s, 4000, 4000, value, 5000);
    assert_true(result_of(&rig, f, s, 5000).cut);
    assert_int_equal(result_of(&rig, f, s, 5000).events, FIT);
    add(&rig, s, 8, 8, "1", 5000);
    assert_int_equal(result_of(&rig, f, s, 5000).events, FIT);
    rule_state_free(s);
    rule_fold_free(f);
    rules_rig_done(&rig);
}

static void most_values(void **state)
{
    static const char *const jsons[] = {"{\"fold\":\"distinct\",\"property\":\"v\"}",
                                        "{\"fold\":\"most_frequent\",\"property\":\"v\"}"};
    static RulesRig rig;
    char value[24];
    (void)state;
    for (size_t k = 0; k < PT_COUNT(jsons); k++) {
        rules_rig_init(&rig);
        RuleFold *f = rules_rig_fold(&rig, jsons[k]);
        RuleState *s = new_state(f);
        for (uint64_t i = 0; i < RULE_FOLD_ENTRIES; i++) {
            (void)snprintf(value, sizeof value, "%d", (int)(i * 7919 % RULE_FOLD_ENTRIES));
            add(&rig, s, i, 1, value, 1);
        }
        add(&rig, s, RULE_FOLD_ENTRIES, 1, "5", 1);
        assert_false(result_of(&rig, f, s, 1).cut);
        add(&rig, s, RULE_FOLD_ENTRIES + 1, 2, "-1", 1);
        add(&rig, s, RULE_FOLD_ENTRIES + 2, 2, "-1", 1);
        add(&rig, s, RULE_FOLD_ENTRIES + 3, 2, "-1", 1);
        const RuleResult r = result_of(&rig, f, s, 1);
        assert_true(r.cut);
        assert_string_equal(r.json.data, k == 0 ? "10000" : "5");
        assert_int_equal(r.events, RULE_FOLD_ENTRIES + 4);
        PtBuf bytes;
        RuleState *back = NULL;
        pt_buf_init(&bytes, 2 * RULE_FOLD_BYTES);
        rule_state_write(s, &bytes);
        assert_int_equal(rule_state_read(f, pt_buf_str(&bytes), &back, NULL), PT_OK);
        assert_true(result_of(&rig, f, back, 1).cut);
        pt_buf_done(&bytes);
        rule_state_free(back);
        rule_state_free(s);
        rule_fold_free(f);
        rules_rig_done(&rig);
    }
}

static void longest_text(void **state)
{
    static RulesRig rig;
    char value[RULE_TEXT + 4];
    (void)state;
    rules_rig_init(&rig);
    RuleFold *f = rules_rig_fold(&rig, "{\"fold\":\"last\",\"property\":\"v\"}");
    RuleState *s = new_state(f);
    memset(value, 'x', sizeof value);
    value[0] = value[RULE_TEXT + 2] = '"';
    value[RULE_TEXT + 3] = 0;
    add(&rig, s, 1, 1, value, 1);
    assert_false(result_of(&rig, f, s, 1).known);
    value[RULE_TEXT + 1] = '"';
    value[RULE_TEXT + 2] = 0;
    add(&rig, s, 2, 1, value, 1);
    assert_string_equal(result_of(&rig, f, s, 1).json.data, value);
    rule_state_free(s);
    rule_fold_free(f);
    rules_rig_done(&rig);
}

/* Entries leave at the front while others come: texts that are gone do not pile up. */
static void a_window_moves_on(void **state)
{
    static RulesRig rig;
    char value[120];
    (void)state;
    rules_rig_init(&rig);
    RuleFold *f = rules_rig_fold(
        &rig, "{\"fold\":\"first\",\"property\":\"v\",\"window\":{\"last\":{\"seconds\":1}}}");
    RuleState *s = new_state(f);
    for (int i = 0; i < 5000; i++) {
        (void)snprintf(value, sizeof value, "\"%0100d\"", i);
        add(&rig, s, (uint64_t)i, i * 10, value, i * 10);
        assert_true(s->entry_count <= 100 && s->entry_cap <= 512 && s->text.len < 100000);
    }
    (void)snprintf(value, sizeof value, "\"%0100d\"", 4900);
    assert_string_equal(result_of(&rig, f, s, 49990).json.data, value);
    assert_int_equal(result_of(&rig, f, s, 49990).events, 100);
    rule_state_free(s);
    rule_fold_free(f);
    rules_rig_done(&rig);
}

/* ---- Bytes ----------------------------------------------------------------------------------- */

static const char *const all_folds[] = {
    "{\"fold\":\"count\"}",
    "{\"fold\":\"sum\",\"property\":\"v\"}",
    "{\"fold\":\"sum\",\"property\":\"v\",\"currency\":true}",
    "{\"fold\":\"most\",\"property\":\"v\"}",
    "{\"fold\":\"first\",\"property\":\"v\"}",
    "{\"fold\":\"most_frequent\",\"property\":\"v\"}",
    "{\"fold\":\"distinct\",\"property\":\"v\"}",
    "{\"fold\":\"count\",\"window\":{\"last\":{\"days\":1}}}",
    "{\"fold\":\"sum\",\"property\":\"v\",\"window\":{\"last\":{\"days\":1}}}",
    "{\"fold\":\"sum\",\"property\":\"v\",\"currency\":true,\"window\":{\"calendar\":\"week\"}}",
    "{\"fold\":\"last\",\"property\":\"v\",\"window\":{\"calendar\":\"month\"}}",
    "{\"fold\":\"distinct\",\"property\":\"v\",\"window\":{\"calendar\":\"year\"}}",
};

/* A state that is cut short, goes on too long or is of another fold does not read; one with any bit
 * turned does not, or is one that writes as it was read. */
static void bytes_are_checked(void **state)
{
    static RulesRig rig;
    (void)state;
    rules_rig_init(&rig);
    RuleFold *other = rules_rig_fold(&rig, "{\"fold\":\"average\",\"property\":\"v\"}");
    for (size_t k = 0; k < PT_COUNT(all_folds); k++) {
        RuleFold *f = rules_rig_fold(&rig, all_folds[k]);
        RuleState *s = new_state(f), *back = NULL;
        PtBuf bytes, again;
        pt_buf_init(&bytes, RULE_FOLD_BYTES);
        pt_buf_init(&again, RULE_FOLD_BYTES);
        for (uint64_t i = 0; i < 4; i++) {
            add(&rig, s, 3 * i, (int64_t)(100 + i / 2), i == 1 ? "7.5" : "\"12\"", 100);
        }
        rule_state_write(s, &bytes);
        PtError err = {0};
        assert_int_equal(rule_state_read(other, pt_buf_str(&bytes), &back, &err), PT_CORRUPT);
        assert_string_equal(err.message, "the state is not of this fold");
        for (size_t len = 0; len < bytes.len; len++) {
            assert_int_equal(rule_state_read(f, (PtStr){bytes.data, len}, &back, NULL), PT_CORRUPT);
        }
        pt_buf_add_char(&bytes, 0);
        assert_int_equal(rule_state_read(f, pt_buf_str(&bytes), &back, NULL), PT_CORRUPT);
        bytes.len--;
        for (size_t bit = 0; bit < 8 * bytes.len; bit++) {
            bytes.data[bit / 8] = (char)(bytes.data[bit / 8] ^ 1 << bit % 8);
            if (rule_state_read(f, pt_buf_str(&bytes), &back, NULL) == PT_OK) {
                again.len = 0;
                rule_state_write(back, &again);
                assert_true(pt_str_eq(pt_buf_str(&bytes), pt_buf_str(&again)));
                rule_state_free(back);
            }
            bytes.data[bit / 8] = (char)(bytes.data[bit / 8] ^ 1 << bit % 8);
        }
        pt_buf_done(&bytes);
        pt_buf_done(&again);
        rule_state_free(s);
        rule_fold_free(f);
    }
    rule_fold_free(other);
    rules_rig_done(&rig);
}

/* ---- Memory ---------------------------------------------------------------------------------- */

static PtStatus whole_way(const char *json, RulesRig *rig, PtError *err)
{
    PT_CLEANUP(rule_operands_freep) RuleOperands *o = NULL;
    PT_CLEANUP(rule_fold_freep) RuleFold *f = NULL;
    PT_CLEANUP(rule_state_freep) RuleState *s = NULL;
    PT_CLEANUP(rule_state_freep) RuleState *back = NULL;
    const EventView event = rules_rig_event("x", "{\"properties\":{\"v\":\"12\"}}", 100);
    RuleResult result;
    PtBuf bytes;
    pt_buf_init(&bytes, RULE_FOLD_BYTES);
    PtStatus st = rule_operands_new(&o, err);
    st = st == PT_OK ? rule_fold_read(pt_str(json), o, &f, err) : st;
    st = st == PT_OK ? rule_state_new(f, &s, err) : st;
    st = st == PT_OK ? rule_operands_load(o, &event, rig->arena, rig->values, err) : st;
    for (uint64_t i = 0; st == PT_OK && i < 6; i++) {
        st = rule_state_add(s, i, 100, rig->values, 100, err);
    }
    if (st == PT_OK) {
        rule_state_write(s, &bytes);
        st = pt_buf_status(&bytes) == PT_OK ? PT_OK
                                            : pt_fail(err, PT_NO_MEMORY, "the test's own buffer");
    }
    st = st == PT_OK ? rule_state_read(f, pt_buf_str(&bytes), &back, err) : st;
    const RuleState *states[] = {back};
    st = st == PT_OK ? rule_result(f, states, 1, 100, rig->arena, &result, err) : st;
    pt_buf_done(&bytes);
    return st;
}

static void no_memory(void **state)
{
    static RulesRig rig;
    (void)state;
    rules_rig_init(&rig);
    for (size_t k = 0; k < PT_COUNT(all_folds); k++) {
        PtStatus st = PT_NO_MEMORY;
        for (uint64_t n = 1; st != PT_OK; n++) {
            PtError err = {0};
            assert_true(n < 500);
            fault_alloc_fail(n, 0);
            st = whole_way(all_folds[k], &rig, &err);
            fault_alloc_fail(0, 0);
            assert_true(st == PT_OK || st == PT_NO_MEMORY);
            assert_int_equal(err.message[0] != 0, st != PT_OK);
        }
    }
    rules_rig_done(&rig);
}

/* ---- Others ---------------------------------------------------------------------------------- */

static void the_door(void **state)
{
    static RulesRig rig;
    const PtStr *names = NULL;
    (void)state;
    rules_rig_init(&rig);
    RuleFold *f = rules_rig_fold(&rig, "{\"fold\":\"exists\",\"events\":[\"A\",\"Viewed Cart\"]}");
    assert_int_equal(rule_fold_kind(f), RULE_EXISTS);
    assert_int_equal(rule_fold_events(f, &names), 2);
    assert_true(pt_str_eq(names[1], PT_STR("Cart Viewed")));
    EventView event = rules_rig_event("Cart Viewed", "{}", 0);
    assert_true(rule_fold_matches(f, rules_rig_load(&rig, &event)));
    event.name = PT_STR("a"); // names of events are exact
    assert_false(rule_fold_matches(f, rules_rig_load(&rig, &event)));
    rule_fold_free(f);
    f = rules_rig_fold(&rig, "{\"fold\":\"count\"}");
    assert_int_equal(rule_fold_events(f, &names), 0);
    assert_true(rule_fold_matches(f, rules_rig_load(&rig, &event)));
    rule_fold_free(f);
    rule_fold_free(NULL);
    rule_state_free(NULL);
    rules_rig_done(&rig);
}

int main(void)
{
    struct CMUnitTest tests[PT_COUNT(bad_cases) + PT_COUNT(write_cases) + PT_COUNT(span_cases) + 9];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, bad_cases, bad_case);
    PT_TEST_ROWS(tests, n, write_cases, write_case);
    PT_TEST_ROWS(tests, n, span_cases, span_case);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(far_ends);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(most_entries);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(most_bytes);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(most_values);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(longest_text);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(a_window_moves_on);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(bytes_are_checked);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(no_memory);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(the_door);
    return _cmocka_run_group_tests("rules/fold", tests, n, NULL, NULL);
}
