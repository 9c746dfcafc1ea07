// SPDX-License-Identifier: Apache-2.0
/* The one pass over a payload against a look-up of each path alone with the JSON parser, on random
 * events: deep and long, texts full of brackets and backslashes, keys twice, batches.
 */
#include "base/rng.h"
#include "base/test_rows.h"
#include "base/time.h"
#include "rules/rules_rig.h"

#include <stdio.h>

enum { PATHS = 12, ROUNDS = 3000, DEPTH = 4 };

static const char *const keys[] = {"a",      "b", "long name of a key, over 16 bytes",
                                   "q\"{\\", "0", "1"};

/* ---- Random events --------------------------------------------------------------------------- */

static void put_text(PtRng *rng, PtJsonOut *out)
{
    static const char letters[] = "a\"\\{}[]:, \n\xC3\xA4";
    char text[200];
    size_t len = 0,
           want = pt_rng_below(rng, 3) == 0 ? pt_rng_below(rng, 150) : pt_rng_below(rng, 8);
    while (len < want) {
        const size_t pick = pt_rng_below(rng, sizeof letters - 2);
        text[len++] = letters[pick];
        if (letters[pick] == '\xC3') {
            text[len++] = '\xA4';
        }
    }
    pt_json_out_str(out, (PtStr){text, len});
}

static void put_scalar(PtRng *rng, PtJsonOut *out)
{
    static const char *const scalars[] = {"null",
                                          "true",
                                          "false",
                                          "0",
                                          "-1.50",
                                          "1e9",
                                          "\"7\"",
                                          "\"+.5\"",
                                          "\"\"",
                                          "\"2026-11-22\"",
                                          "\"\\u0041\\ud83d\\ude00\""};
    const size_t pick = pt_rng_below(rng, PT_COUNT(scalars) + 4);
    if (pick < PT_COUNT(scalars)) {
        pt_json_out_raw(out, pt_str(scalars[pick]));
    } else {
        put_text(rng, out);
    }
}

static void put_value(PtRng *rng, PtJsonOut *out, unsigned depth);

static void put_object(PtRng *rng, PtJsonOut *out, unsigned depth)
{
    pt_json_out_object(out);
    for (uint64_t n = pt_rng_below(rng, 6); n > 0; n--) {
        pt_json_out_key(out, pt_str(keys[pt_rng_below(rng, PT_COUNT(keys))]));
        put_value(rng, out, depth + 1);
    }
    pt_json_out_object_end(out);
}

static void put_value(PtRng *rng, PtJsonOut *out, unsigned depth)
{
    const uint64_t what = depth < DEPTH ? pt_rng_below(rng, 4) : 0;
    if (what < 2) {
        put_scalar(rng, out);
    } else if (what == 2) {
        put_object(rng, out, depth);
    } else {
        pt_json_out_array(out);
        for (uint64_t n = pt_rng_below(rng, 4); n > 0; n--) {
            put_value(rng, out, depth + 1);
        }
        pt_json_out_array_end(out);
    }
}

static void put_event(PtRng *rng, PtBuf *buf)
{
    PtJsonOut out = pt_json_out(buf);
    buf->len = 0;
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("other"));
    put_value(rng, &out, 0);
    for (unsigned i = 0, first = (unsigned)pt_rng_below(rng, 2); i < 2; i++) {
        pt_json_out_key(&out, (i ^ first) != 0 ? PT_STR("context") : PT_STR("properties"));
        put_object(rng, &out, 0);
    }
    pt_json_out_object_end(&out);
}

/* White space where it may stand: behind commas and colons outside of texts. */
static void add_spaces(PtRng *rng, const PtBuf *from, PtBuf *to)
{
    bool in_text = false;
    to->len = 0;
    for (size_t i = 0; i < from->len; i++) {
        const char c = from->data[i];
        pt_buf_add_char(to, c);
        if (in_text && c == '\\') {
            pt_buf_add_char(to, from->data[++i]);
        } else if (c == '"') {
            in_text = !in_text;
        } else if (!in_text && strchr("{}[],:", c) != NULL && i + 1 < from->len &&
                   pt_rng_below(rng, 3) == 0) {
            pt_buf_add_str(to, PT_STR(" \n"));
        }
    }
}

/* ---- The plain way --------------------------------------------------------------------------- */

/* The last member of that name, or that item; data NULL: there is none. */
static PtStr member(PtStr json, PtStr name)
{
    PtStr found = {NULL, 0}, value;
    PtJson j;
    pt_json_init(&j, json, 32);
    const PtJsonToken token = json.len > 0 ? pt_json_next(&j) : PT_JSON_END;
    if (token == PT_JSON_OBJECT) {
        while (pt_json_next(&j) == PT_JSON_KEY) {
            const bool wanted = pt_json_raw_eq(j.raw, j.flags, name);
            assert_true(pt_json_skip(&j, &value, NULL, NULL));
            found = wanted ? value : found;
        }
    } else if (token == PT_JSON_ARRAY) {
        char index[24];
        for (int i = 0; pt_json_skip(&j, &value, NULL, NULL); i++) {
            (void)snprintf(index, sizeof index, "%d", i);
            found = pt_str_eq(pt_str(index), name) ? value : found;
        }
    }
    return found;
}

static PtStr look_up(PtStr json, PtStr path)
{
    PtStr name;
    while (pt_str_cut(&path, '.', &name)) {
        json = member(json, name);
    }
    return json;
}

static PtStr look_up_context(const EventView *v, PtStr path)
{
    PtStr rest = path, name;
    const PtStr own = member(v->raw, PT_STR("context"));
    const PtStr common = member(v->common, PT_STR("context"));
    assert_true(pt_str_cut(&rest, '.', &name));
    return look_up(member(own, name).data != NULL ? own : common, path);
}

static void check_number(const PtValue *value, PtStr text, bool quoted)
{
    if (quoted ? pt_str_eq(text, PT_STR("7")) : text.data[0] == '-' || text.data[0] <= '9') {
        assert_int_equal(value->kind, PT_VALUE_NUMBER);
        assert_true(pt_str_eq(value->text, text));
        assert_true(value->number == pt_json_to_double(text));
    } else if (quoted && pt_str_eq(text, PT_STR("+.5"))) {
        assert_int_equal(value->kind, PT_VALUE_NUMBER);
        assert_true(value->number == 0.5 && pt_str_eq(value->text, PT_STR(".5")));
    } else {
        assert_int_equal(value->kind, PT_VALUE_NONE);
    }
}

static void check_time(const PtValue *value, PtStr text)
{
    int64_t ms;
    const bool is_time = text.data != NULL && pt_time_parse(text, &ms);
    assert_int_equal(value->kind, is_time ? PT_VALUE_TIME : PT_VALUE_NONE);
    assert_true(!is_time || value->time_ms == ms);
}

/* values: as it is, as a number, as a time. */
static void check_values(const PtValue *values[3], PtStr json)
{
    PtJson j;
    PtBuf text;
    pt_json_init(&j, json, 32);
    pt_buf_init(&text, 4096);
    const PtJsonToken token = json.data != NULL ? pt_json_next(&j) : PT_JSON_NULL;
    static const PtValueKind kinds[] = {
        [PT_JSON_NULL] = PT_VALUE_NONE,    [PT_JSON_FALSE] = PT_VALUE_BOOL,
        [PT_JSON_TRUE] = PT_VALUE_BOOL,    [PT_JSON_NUMBER] = PT_VALUE_NUMBER,
        [PT_JSON_STRING] = PT_VALUE_TEXT,  [PT_JSON_KEY] = PT_VALUE_NONE,
        [PT_JSON_OBJECT] = PT_VALUE_WHOLE, [PT_JSON_OBJECT_END] = PT_VALUE_NONE,
        [PT_JSON_ARRAY] = PT_VALUE_WHOLE,
    };
    assert_int_equal(values[0]->kind, kinds[token]);
    if (token == PT_JSON_STRING) {
        pt_json_decode(j.raw, &text);
        assert_true(pt_str_eq(values[0]->text, pt_buf_str(&text)));
        check_number(values[1], pt_buf_str(&text).len > 0 ? pt_buf_str(&text) : PT_STR("x"), true);
        check_time(values[2], pt_buf_str(&text));
    } else {
        assert_true(values[0]->kind != PT_VALUE_BOOL ||
                    values[0]->truth == (token == PT_JSON_TRUE));
        check_number(values[1], token == PT_JSON_NUMBER ? json : PT_STR("x"), false);
        check_time(values[2], (PtStr){NULL, 0});
    }
    pt_buf_done(&text);
}

/* ---- Rounds ---------------------------------------------------------------------------------- */

typedef struct Path {
    char text[100];
    bool context;
    uint32_t slots[3];
} Path;

static void ask_for(RulesRig *rig, Path *path)
{
    static const char *const questions[] = {"equals\",\"value\":1", "less\",\"value\":1",
                                            "after\",\"value\":\"2026-11-22\""};
    char json[300];
    for (size_t i = 0; i < 3; i++) {
        PtBuf name;
        pt_buf_init(&name, 200);
        PtJsonOut out = pt_json_out(&name);
        pt_json_out_str(&out, pt_str(path->text));
        (void)snprintf(json, sizeof json, "{\"%s\":%.*s,\"is\":\"%s}",
                       path->context ? "context" : "property", PT_STR_ARG(pt_buf_str(&name)),
                       questions[i]);
        rule_condition_free(rules_rig_condition(rig, json));
        pt_buf_done(&name);
        path->slots[i] = rule_operands_count(rig->operands) - 1;
    }
}

/* Different ones, so that each adds its operands. */
static size_t make_paths(PtRng *rng, RulesRig *rig, Path paths[PATHS])
{
    size_t count = 0;
    for (int tries = 0; tries < PATHS; tries++) {
        Path *p = &paths[count];
        size_t len = 0;
        bool known = false;
        p->context = pt_rng_below(rng, 2) == 0;
        for (uint64_t n = 1 + pt_rng_below(rng, 3); n > 0; n--) {
            len += (size_t)snprintf(p->text + len, sizeof p->text - len, "%s%s", len > 0 ? "." : "",
                                    keys[pt_rng_below(rng, PT_COUNT(keys))]);
        }
        for (size_t i = 0; i < count; i++) {
            known =
                known || (paths[i].context == p->context && strcmp(paths[i].text, p->text) == 0);
        }
        if (!known) {
            ask_for(rig, p);
            count++;
        }
    }
    return count;
}

static void paths_at_random(void **state)
{
    static RulesRig rig;
    static Path paths[PATHS];
    PtRng rng;
    PtBuf raw, spaced, common;
    (void)state;
    pt_rng_init(&rng, 11);
    pt_buf_init(&raw, 1 << 20);
    pt_buf_init(&spaced, 1 << 20);
    pt_buf_init(&common, 1 << 20);
    size_t count = 0;
    for (int round = 0; round < ROUNDS; round++) {
        if (round % 50 == 0) {
            if (round > 0) {
                rules_rig_done(&rig);
            }
            rules_rig_init(&rig);
            count = make_paths(&rng, &rig, paths);
        }
        put_event(&rng, &raw);
        put_event(&rng, &common);
        add_spaces(&rng, &raw, &spaced);
        EventView event = {.raw = pt_buf_str(&spaced)};
        event.common = pt_rng_below(&rng, 2) == 0 ? pt_buf_str(&common) : PT_STR("");
        const PtValue *values = rules_rig_load(&rig, &event);
        const PtStr properties = member(event.raw, PT_STR("properties"));
        for (size_t i = 0; i < count; i++) {
            const PtStr path = pt_str(paths[i].text);
            const PtValue *asked[] = {&values[paths[i].slots[0]], &values[paths[i].slots[1]],
                                      &values[paths[i].slots[2]]};
            check_values(asked, paths[i].context ? look_up_context(&event, path)
                                                 : look_up(properties, path));
        }
        pt_arena_clear(rig.arena);
    }
    rules_rig_done(&rig);
    pt_buf_done(&raw);
    pt_buf_done(&spaced);
    pt_buf_done(&common);
}

/* ---- Members that stand twice, and text that is no JSON -------------------------------------- */

static struct TwiceCase {
    const char *name, *raw, *common, *want_property, *want_context; /* of "a.b"; NULL: none */
} twice_cases[] = {
    {"once", "{\"properties\":{\"a\":{\"b\":\"1\"}},\"context\":{\"a\":{\"b\":\"2\"}}}", "", "1",
     "2"},
    {"the last properties", "{\"properties\":{\"a\":{\"b\":\"1\"}},\"properties\":{\"c\":1}}", "",
     NULL, NULL},
    {"properties that are null", "{\"properties\":{\"a\":{\"b\":\"1\"}},\"properties\":null}", "",
     NULL, NULL},
    {"the last context", "{\"context\":{\"a\":{\"b\":\"1\"}},\"context\":{\"c\":1}}", "", NULL,
     NULL},
    {"a context that is null is none", "{\"context\":{\"a\":{\"b\":\"1\"}},\"context\":null}", "",
     NULL, "1"},
    {"the last context over the batch's", "{\"context\":{\"a\":1},\"context\":{\"c\":1}}",
     "{\"context\":{\"a\":{\"b\":\"2\"}}}", NULL, "2"},
    {"the batch has no properties", "{}", "{\"properties\":{\"a\":{\"b\":\"2\"}}}", NULL, NULL},
    {"an escaped name", "{\"propertie\\u0073\":{\"\\u0061\":{\"b\":\"1\"}}}", "", "1", NULL},
    {"an object, then a text", "{\"properties\":{\"a\":{\"b\":\"1\"},\"a\":\"2\"}}", "", NULL,
     NULL},
    {"cut short", "{\"properties\":{\"a\":{\"b\":\"1\"", "", "1", NULL},
    {"cut within the text", "{\"properties\":{\"a\":{\"b\":\"1", "", NULL, NULL},
    {"cut behind a backslash", "{\"x\":\"\\", "", NULL, NULL},
    {"no object", "[1]", "7", NULL, NULL},
    {"nothing", "", "", NULL, NULL},
};

static void twice_case(void **state)
{
    const struct TwiceCase *c = *state;
    static RulesRig rig;
    Path property = {.text = "a.b"}, context = {.text = "a.b", .context = true};
    rules_rig_init(&rig);
    ask_for(&rig, &property);
    ask_for(&rig, &context);
    EventView event = rules_rig_event("x", c->raw, 0);
    event.common = pt_str(c->common);
    const PtValue *values = rules_rig_load(&rig, &event);
    const PtValue *got[] = {&values[property.slots[0]], &values[context.slots[0]]};
    const char *want[] = {c->want_property, c->want_context};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(got[i]->kind, want[i] != NULL ? PT_VALUE_TEXT : PT_VALUE_NONE);
        assert_true(want[i] == NULL || pt_str_eq(got[i]->text, pt_str(want[i])));
    }
    rules_rig_done(&rig);
}

int main(void)
{
    struct CMUnitTest tests[PT_COUNT(twice_cases) + 1];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, twice_cases, twice_case);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(paths_at_random);
    return _cmocka_run_group_tests("rules/load", tests, n, NULL, NULL);
}
