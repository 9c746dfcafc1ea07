// SPDX-License-Identifier: Apache-2.0
/* Comparisons, correlations, frictions and journeys of a small store, worked by hand; and of each
 * number of people, that as many stand behind it. */
#include "base/test_rows.h"
#include "behaviour/query_rig.h"

#include <fault/fault_alloc.h>
#include <stdio.h>
#include <stdlib.h>

enum { TEXT = 1024 };

#define DAYS "\"range\":{\"from\":\"2026-03-02\",\"to\":\"2026-03-04\"}"
#define E(n) "{\"event\":\"" n "\"}"
#define ABC  "[" E("a") "," E("b") "," E("c") "]"
#define COMPARED                                                                                   \
    "\"cohorts\":[{\"name\":\"all\"},{\"name\":\"x\",\"who\":{\"did\":{\"event\":\"x\"}}}]"
#define CMP(q) "{\"kind\":\"compare\"," DAYS "," COMPARED ",\"query\":" q "}"
#define FUN    CMP("{\"kind\":\"funnel\",\"steps\":[" E("a") "," E("b") "]}")
#define COR(x)                                                                                     \
    "{\"kind\":\"correlation\"," DAYS ",\"from\":" E("a") ",\"to\":" E("b") ",\"min_people\":1" x  \
                                                                            "}"
#define FRI(x) "{\"kind\":\"friction\"," DAYS ",\"steps\":" ABC x "}"
#define JOU(x) "{\"kind\":\"journey\"," DAYS ",\"stages\":" ABC x "}"

#define MEASURES(m) "\"measures\":[" m "]"

/* What an answer holds, piece by piece, parted by "~". */
static struct KindCase {
    const char *name, *rows, *query, *want;
} cases[] = {
    {"a comparison of funnels", "1 a 0|1 b 1|1 x 2|2 a 0|2 x 1|3 a 0|4 a 0|4 b 3", FUN,
     "\"of\":\"funnel\"~{\"name\":\"all\",\"persons\":null,\"data\":~"
     "{\"name\":\"x\",\"persons\":2,\"data\":~\"overlap\":2~"
     "{\"step\":2,\"of\":\"step\",\"n\":[4,2],\"count\":[2,1],\"rate\":[0.5,0.5],\"difference\":"
     "0,"},
    {"a comparison with nobody", "1 a 0|1 b 1", FUN,
     "\"n\":[1,0],\"count\":[1,0],\"rate\":[1,null],\"difference\":null,\"low\":null,\"high\":null,"
     "\"p\":null,\"distinct\":null"},
    {"a comparison of retentions", "1 a 0|1 b 25|1 x 2|2 a 0|3 a 24|3 b 30",
     CMP("{\"kind\":\"retention\",\"unit\":\"day\",\"begin\":" E("a") ",\"again\":" E("b") "}"),
     "{\"back\":0,\"n\":[3,1],\"count\":[1,0]~{\"back\":1,\"n\":[3,1],\"count\":[1,1]~"
     "{\"back\":2,\"n\":[2,1],\"count\":[0,0]"},
    {"a comparison of stickiness", "1 a 0|1 a 25|1 x 2|2 a 0",
     CMP("{\"kind\":\"stickiness\",\"of\":" E("a") "}"),
     "{\"row\":0,\"n\":[2,1],\"count\":[2,1]~{\"row\":1,\"n\":[2,1],\"count\":[1,1]"},
    {"a comparison of totals has no differences", "1 a 0|1 x 1|2 a 0",
     CMP("{\"kind\":\"segmentation\",\"series\":[" E("a") "],\"unit\":\"whole\"}"),
     "\"differences\":[{\"cohort\":1,\"overlap\":1,\"items\":[]}]"},

    {"values of the first event go with it",
     "1 a 0 p=x|1 b 1|2 a 0 p=x|2 b 1|3 a 0 p=y|4 a 0 p=y|4 a 1 p=x|4 b 300",
     COR(",\"properties\":[{\"property\":\"p\"}],\"events\":[]"),
     "\"people_from\":4,\"converted\":2,\"rate\":0.5,\"tested\":2,\"too_few\":0,\"rows_left\":0,"
     "\"values_left\":0,\"skipped\":[]~"
     "{\"of\":\"property\",\"name\":\"p\",\"value\":\"x\",\"with\":2,\"converted_with\":2,"
     "\"rate_with\":1,\"without\":2,\"converted_without\":0,\"rate_without\":0,\"lift\":null,"
     "\"difference\":1,~\"p\":0.3333333333~\"test\":\"fisher\",\"q\":0.3333333333~"
     "\"significant\":false"},
    {"events before it go with it", "1 c 0|1 a 1|1 b 2|2 c 0|2 a 1|3 a 0|3 c 1|4 a 0|5 c 0|5 b 1",
     COR(",\"properties\":[],\"events\":[" E("c") "]"),
     "\"people_from\":4,\"converted\":1~\"name\":\"c\",\"value\":null,\"with\":2,"
     "\"converted_with\":1,\"rate_with\":0.5,\"without\":2,\"converted_without\":0~\"people\":5"},
    {"events that nobody named", "1 c 0|1 a 1|1 b 2|2 d 0|2 a 1|3 a 0", COR(",\"properties\":[]"),
     "\"tested\":2~\"name\":\"c\",\"value\":null,\"with\":1~\"name\":\"d\",\"value\":null"},
    {"a conversion at the window's end is none", "1 a 0|1 b 24|2 a 0|2 b 23.999",
     COR(",\"properties\":[],\"events\":[],\"window\":{\"days\":1}"),
     "\"people_from\":2,\"converted\":1"},
    {"texts and truths that are known", "1 a 0 p=x n=5 context.os.name=mac|2 a 0 p=y t=true",
     COR(",\"properties\":\"all\",\"events\":[]"),
     "\"tested\":4~\"of\":\"context\",\"name\":\"os.name\"~\"of\":\"property\",\"name\":\"p\"~"
     "\"value\":\"y\"~\"name\":\"t\",\"value\":\"true\""},

    {"traits go with it", "1 a 0|1 b 1|2 a 0|2 b 1|3 a 0|4 a 0|5 b 0",
     COR(",\"properties\":[],\"events\":[],\"traits\":[\"plan\",\"vip\",\"tier\"]"),
     "\"people_from\":4,\"converted\":2~\"tested\":3~\"of\":\"trait\",\"name\":\"plan\",\"value\":"
     "\"gold\",\"with\":2,\"converted_with\":2,\"rate_with\":1,\"without\":2,"
     "\"converted_without\":0~\"name\":\"tier\",\"value\":\"3\",\"with\":1,\"converted_with\":0~"
     "\"name\":\"vip\",\"value\":\"true\",\"with\":2,\"converted_with\":1~\"people\":5"},
    {"drop-offs and times", "1 a 0|1 b 1|1 c 3|2 a 0|2 b 2|3 a 0|4 a -72|4 b -71", FRI(""),
     "{\"name\":\"a\",\"people\":3,\"people_then\":1~{\"measure\":\"drop_off\",\"n\":3,\"count\":1,"
     "~"
     "\"n_then\":1,\"count_then\":0~\"measure\":\"step_time\",\"n\":2,\"count\":null,\"value\":"
     "7200,"
     "\"n_then\":1,\"count_then\":null,\"value_then\":3600,\"difference\":3600,\"low\":null~"
     "{\"name\":\"b\",\"people\":2,\"people_then\":1~"
     "{\"name\":\"c\",\"people\":1,\"people_then\":0,\"measures\":[]}~\"people\":3,\"rows\":"},
    {"steps back", "1 a 0|1 b 1|1 a 2|1 c 3|2 a 0|2 b 1|2 a 200|3 a 0|3 a 1|3 b 2", FRI(""),
     "{\"name\":\"b\",\"people\":3~{\"measure\":\"back_steps\",\"n\":3,\"count\":1,"},
    {"repeats in one session", "1 a 0|1 a 0.1|1 a 0.2|1 b 1|2 a 0|2 a 0.1|2 a 2|2 b 3", FRI(""),
     "{\"measure\":\"repeats\",\"n\":2,\"count\":1,"},
    {"errors and empty searches",
     "1 a 0|1 Payment_Failed 1|1 b 2|2 a 0|2 Products_Searched 1 results=0|3 a 0|"
     "3 Products_Searched 1 results=2|4 Payment_Failed 0|4 a 1",
     FRI(""),
     "{\"measure\":\"errors\",\"n\":4,\"count\":1,~{\"measure\":\"empty_searches\",\"n\":4,"
     "\"count\":1,"},
    {"hand-overs",
     "1 a 0 @channel=1|1 b 1 @channel=3|2 a 0 @channel=1|2 b 1 @channel=1|3 a 0|"
     "3 b 1 @channel=1",
     FRI(""), "{\"measure\":\"hand_over\",\"n\":2,\"count\":1,\"value\":0.5"},
    {"a baseline of its own", "1 a 0|2 a -200|2 b -199",
     FRI(",\"baseline\":{\"from\":\"2026-02-20\",\"to\":\"2026-02-25\"}"),
     "\"baseline\":{\"from\":\"2026-02-20T00:00:00.000Z\",\"to\":\"2026-02-26T00:00:00.000Z\"}~"
     "\"people\":1,\"people_then\":1"},

    {"visits", "1 a 0 @channel=1|1 a 1 @channel=2|1 b 2 @channel=3|1 a 4|2 b 0|2 c 1|2 z 5",
     JOU(""),
     "{\"name\":\"a\",\"people\":1,\"people_then\":0,\"events\":3,\"visits\":2,\"going_on\":1,"
     "\"going_on_share\":1,\"ended\":1,\"median_s\":null,\"channels\":[{\"channel\":\"web\","
     "\"people\":1},{\"channel\":\"app\",\"people\":1},{\"channel\":null,\"people\":1}]~"
     "\"measure\":\"hand_over\",\"n\":1,\"count\":1~\"measure\":\"step_time\",\"n\":1,\"count\":"
     "null,"
     "\"value\":7200~"
     "{\"name\":\"b\",\"people\":2,\"people_then\":0,\"events\":2,\"visits\":2,\"going_on\":1,"
     "\"going_on_share\":0.5,\"ended\":0,\"median_s\":7200~"
     "{\"measure\":\"back_steps\",\"n\":2,\"count\":1~"
     "{\"name\":\"c\",\"people\":1~\"median_s\":3600~"
     "\"flows\":[{\"from\":0,\"to\":1,\"people\":1,\"moves\":1},{\"from\":1,\"to\":0,\"people\":1,"
     "\"moves\":1},{\"from\":1,\"to\":2,\"people\":1,\"moves\":1}],\"people\":2"},
    {"errors while they were there", "1 Error 0|1 a 1|1 Error 2|2 a 0|2 b 1|2 Error 2", JOU(""),
     "{\"name\":\"a\",\"people\":2~{\"measure\":\"errors\",\"n\":2,\"count\":1~{\"name\":\"b\"~"
     "{\"measure\":\"errors\",\"n\":1,\"count\":1"},
    {"the shop's own stages",
     "1 Product_Viewed 0|1 Order_Completed 1|1 Order_Completed 30|2 Order_Completed 0",
     "{\"kind\":\"journey\"," DAYS "}",
     "{\"name\":\"consider\",\"people\":1~{\"name\":\"checkout\",\"people\":2~"
     "{\"name\":\"repeat\",\"people\":1~\"median_s\":104400~{\"name\":\"loyalty\",\"people\":0"},
};

/* Of all stores here. */
static void open_store(QRig *r)
{
    static const QRigTrait traits[] = {{"plan", 1, "\"gold\""},   {"plan", 2, "\"gold\""},
                                       {"plan", 3, "[\"gold\"]"}, {"plan", 5, "\"gold\""},
                                       {"vip", 1, "true"},        {"vip", 3, "true"},
                                       {"tier", 4, "3"},          {"tier", 2, "null"}};
    qrig_open(r);
    memcpy(r->traits, traits, sizeof traits);
    r->trait_count = PT_COUNT(traits);
}

static void test_ask(void **state)
{
    const struct KindCase *c = *state;
    QRig r;
    open_store(&r);
    qrig_tell(&r, c->rows);
    const char *answer = qrig_ask(&r, c->query);
    PtStr rest = pt_str(c->want), piece;
    while (pt_str_cut(&rest, '~', &piece)) {
        char text[TEXT];
        assert_true(pt_str_copy(text, sizeof text, piece));
        const char *found = strstr(answer, text);
        if (found == NULL) {
            fail_msg("no %s (behind what stood before it) in %s", text, r.answer.data);
        }
        answer = found + piece.len;
    }
    qrig_close(&r);
}

static struct PeopleCase {
    const char *name, *rows, *query, *cell, *want;
} people_cases[] = {
    {"of a cohort", "1 a 0|1 x 1|2 a 0", FUN, "{\"among\":1,\"step\":1}", "1"},
    {"of the first cohort", "1 a 0|1 x 1|2 a 0", FUN, "{\"step\":1}", "1 2"},
    {"of a cohort that is not there", "", FUN, "{\"among\":2,\"step\":1}",
     "FAILED invalid: at \"/cell/among\": not in 0..1"},
    {"with a value", "1 a 0 p=x|1 b 1|2 a 0 p=x|3 a 0",
     COR(",\"properties\":[{\"property\":\"p\"}],\"events\":[]"), "{\"row\":0}", "1 2"},
    {"with a value, converted", "1 a 0 p=x|1 b 1|2 a 0 p=x|3 a 0",
     COR(",\"properties\":[{\"property\":\"p\"}],\"events\":[]"), "{\"row\":0,\"converted\":true}",
     "1"},
    {"with a value, not converted", "1 a 0 p=x|1 b 1|2 a 0 p=x|3 a 0",
     COR(",\"properties\":[{\"property\":\"p\"}],\"events\":[]"), "{\"row\":0,\"converted\":false}",
     "2"},
    {"with an event", "1 c 0|1 a 1|1 b 2|2 c 0|2 a 1|3 a 0",
     COR(",\"properties\":[],\"events\":[" E("c") "]"), "{\"row\":0,\"converted\":false}", "2"},
    {"with a trait", "1 a 0|1 b 1|2 a 0|3 a 0|4 a 0|5 b 0",
     COR(",\"properties\":[],\"events\":[],\"traits\":[\"plan\"]"), "{\"row\":0}", "1 2"},
    {"with a trait, converted", "1 a 0|1 b 1|2 a 0|3 a 0|4 a 0|5 b 0",
     COR(",\"properties\":[],\"events\":[],\"traits\":[\"plan\"]"),
     "{\"row\":0,\"converted\":true}", "1"},
    {"with a trait, not converted", "1 a 0|1 b 1|2 a 0|3 a 0|4 a 0|5 b 0",
     COR(",\"properties\":[],\"events\":[],\"traits\":[\"plan\"]"),
     "{\"row\":0,\"converted\":false}", "2"},
    {"all of a correlation", "1 c 0|1 a 1|1 b 2|2 c 0|2 a 1|3 a 0|4 b 1",
     COR(",\"properties\":[],\"events\":[]"), "{}", "1 2 3"},
    {"no such row", "1 a 0", COR(",\"properties\":[],\"events\":[]"), "{\"row\":0}",
     "FAILED invalid: at \"/cell/row\": not in 0..-1"},
    {"who came to a step", "1 a 0|1 b 1|2 a 0", FRI(""), "{\"step\":2}", "1"},
    {"who dropped off", "1 a 0|1 b 1|2 a 0", FRI(""), "{\"step\":1,\"measure\":\"drop_off\"}", "2"},
    {"who dropped off before", "1 a 0|3 a -40", FRI(""),
     "{\"step\":1,\"measure\":\"drop_off\",\"then\":true}", "3"},
    {"who was slow", "1 a 0|1 b 1|2 a 0|2 b 9", FRI(""), "{\"step\":1,\"measure\":\"step_time\"}",
     "2"},
    {"the last step has no measures", "1 a 0", FRI(""), "{\"step\":3,\"measure\":\"errors\"}",
     "FAILED invalid: at \"/cell/step\": not in 1..2"},
    {"no such measure", "1 a 0", FRI(""), "{\"step\":1,\"measure\":\"x\"}",
     "FAILED invalid: at \"/cell/measure\": not one of drop_off, back_steps, repeats, errors, "
     "empty_searches, hand_over, step_time"},
    {"of a stage", "1 a 0|1 b 1|2 a 0", JOU(""), "{\"stage\":1}", "1"},
    {"of a flow", "1 a 0|1 b 1|2 a 0|3 b 0|3 a 1", JOU(""), "{\"stage\":0,\"to\":1}", "1"},
    {"who went on", "1 a 0|1 b 1|2 a 0|3 a 0|3 c 1", JOU(""), "{\"stage\":0,\"going_on\":true}",
     "1 3"},
    {"of a channel", "1 a 0 @channel=3|2 a 0", JOU(""), "{\"stage\":0,\"channel\":\"store\"}", "1"},
    {"of no channel", "1 a 0 @channel=3|2 a 0", JOU(""), "{\"stage\":0,\"channel\":null}", "2"},
    {"whose journey ended", "1 a 0|1 b 1|2 a 0", JOU(""), "{\"stage\":0,\"measure\":\"drop_off\"}",
     "2"},
    {"two questions in a cell", "1 a 0", JOU(""), "{\"stage\":0,\"to\":1,\"going_on\":true}",
     "FAILED invalid: at \"/cell\": one of measure, to, channel and going_on"},
    {"no such channel", "1 a 0", JOU(""), "{\"stage\":0,\"channel\":\"tv\"}",
     "FAILED invalid: at \"/cell/channel\": not one of web, app, store, service, and null"},
};

static void test_people(void **state)
{
    const struct PeopleCase *c = *state;
    QRig r;
    open_store(&r);
    qrig_tell(&r, c->rows);
    assert_string_equal(qrig_people(&r, c->query, c->cell), c->want);
    qrig_close(&r);
}

/* Every allocation fails once: the answer, or that there was no memory. */
static void test_no_memory(void **state)
{
    static const char *const queries[] = {FUN, COR(",\"properties\":\"all\",\"traits\":[\"plan\"]"),
                                          FRI(""),
                                          JOU(",\"who\":{\"all\":[{\"did\":{\"event\":\"a\"}}]}")};
    (void)state;
    for (size_t i = 0; i < PT_COUNT(queries); i++) {
        QRig r;
        const char *said = "";
        uint64_t nth = 1;
        open_store(&r);
        r.world.threads = 1;
        qrig_tell(&r, "1 a 0 p=x|1 b 1|1 x 2|2 a 0 p=y|2 b 2|2 c 3|3 c 0|3 a 1");
        for (; nth < 4000; nth++) {
            fault_alloc_fail(nth, 0);
            said = qrig_ask(&r, queries[i]);
            const uint64_t asked = fault_alloc_count();
            fault_alloc_fail(0, 0);
            if (asked < nth) {
                break;
            }
            // an arena does not tell its bound from the machine's
            if (strstr(said, "\"rows\":") == NULL && strncmp(said, "FAILED no_memory", 16) != 0 &&
                strstr(said, "bound of memory") == NULL) {
                fail_msg("allocation %u: %s", (unsigned)nth, said);
            }
        }
        assert_true(nth > 20 && nth < 4000 && strstr(said, "\"rows\":") != NULL);
        qrig_close(&r);
    }
}

int main(void)
{
    struct CMUnitTest tests[PT_COUNT(cases) + PT_COUNT(people_cases) + 1];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, cases, test_ask);
    PT_TEST_ROWS(tests, n, people_cases, test_people);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_no_memory);
    return _cmocka_run_group_tests("behaviour/query_kinds", tests, n, NULL, NULL);
}
