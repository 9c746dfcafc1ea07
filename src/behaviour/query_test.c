// SPDX-License-Identifier: Apache-2.0
/* Questions of a small store, worked by hand; and of each cell with people in it, that as many
 * stand behind it. */
#include "base/test_rows.h"
#include "behaviour/query_rig.h"

#include <fault/fault_alloc.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { TEXT = 4096 };

#define DAYS        "\"range\":{\"from\":\"2026-03-02\",\"to\":\"2026-03-04\"}"
#define SEG(x)      "{\"kind\":\"segmentation\"," DAYS "," x "}"
#define COUNT(x)    SEG("\"series\":[{" x "}]")
#define A           "\"event\":\"a\""
#define WHERE(p, x) COUNT("\"where\":{\"property\":\"" p "\",\"is\":" x "}")
#define FIELD(p, x) COUNT("\"where\":{\"field\":\"" p "\",\"is\":\"equals\",\"value\":\"" x "\"}")
#define FUN(x) "{\"kind\":\"funnel\"," DAYS ",\"steps\":[{\"event\":\"a\"},{\"event\":\"b\"}]" x "}"
#define RET(x)                                                                                     \
    "{\"kind\":\"retention\"," DAYS ",\"unit\":\"day\",\"begin\":{" A                              \
    "},\"again\":{\"event\":\"b\"}" x "}"
#define WHO(x) SEG("\"who\":" x ",\"series\":[{" A ",\"measure\":\"uniques\"}],\"unit\":\"whole\"")

#define TOTALS(v) "[{\"value\":null,\"series\":[{\"values\":[" v "],\"n\":[" v "]}]}]"
#define ONE(v)    TOTALS(v)
#define STEP(name, people, mean, median)                                                           \
    "{\"name\":\"" name "\",\"people\":" people ",\"mean_s\":" mean ",\"median_s\":" median "}"

static struct AskCase {
    const char *name, *rows, *query, *member, *want;
} cases[] = {
    {"nothing", "1 b 0", COUNT(A), "data", TOTALS("0,0,0")},
    {"no such event", "1 b 0", COUNT("\"event\":\"z\""), "data", TOTALS("0,0,0")},
    {"totals by day", "1 a 0|1 a 1|2 a 24|1 b 2|1 a 71.9|1 a 72", COUNT(A), "data",
     TOTALS("2,1,1")},
    {"of all events", "1 a 0|1 b 1|2 c 24", COUNT("\"name\":\"x\""), "data", TOTALS("2,1,0")},
    {"of two names", "1 a 0|1 b 1|2 c 24", COUNT("\"event\":[\"a\",\"c\"]"), "data",
     TOTALS("1,1,0")},
    {"of a name, whatever the type", "1 a 0|1 a 1 @type=page", COUNT(A), "data", TOTALS("2,0,0")},
    {"by an old name", "1 Order_Completed 0", COUNT("\"event\":\"Completed Order\""), "data",
     TOTALS("1,0,0")},
    {"periods", "1 a 0", COUNT(A), "periods",
     "[\"2026-03-02T00:00:00.000Z\",\"2026-03-03T00:00:00.000Z\",\"2026-03-04T00:00:00.000Z\"]"},
    {"people", "1 a 0|1 a 1|2 a 24|1 a 25", COUNT(A ",\"measure\":\"uniques\""), "data",
     TOTALS("1,2,0")},
    {"people of the whole", "1 a 0|1 a 1|2 a 24|1 a 25",
     SEG("\"unit\":\"whole\",\"series\":[{" A ",\"measure\":\"uniques\"}]"), "data", TOTALS("2")},
    {"a sum", "1 a 0 t=1.5|2 a 1 t=2|1 a 2|1 a 24 t:4.25|1 a 25 t:x",
     COUNT("\"measure\":\"sum\",\"of\":{\"property\":\"t\"}"), "data",
     "[{\"value\":null,\"series\":[{\"values\":[3.5,4.25,0],\"n\":[2,1,0]}]}]"},
    {"an average of amounts", "1 a 0 @amount=1|2 a 1 @amount=4",
     COUNT("\"measure\":\"average\",\"of\":{\"field\":\"amount\"}"), "data",
     "[{\"value\":null,\"series\":[{\"values\":[2.5,null,null],\"n\":[2,0,0]}]}]"},
    {"the median", "1 a 0 t=1|2 a 1 t=5|2 a 2 t=9",
     COUNT("\"measure\":\"quantile\",\"of\":{\"property\":\"t\"}"), "data",
     "[{\"value\":null,\"series\":[{\"values\":[5,null,null],\"n\":[3,0,0]}]}]"},
    {"least of nothing at all", "", COUNT("\"measure\":\"least\",\"of\":{\"property\":\"t\"}"),
     "data", "[{\"value\":null,\"series\":[{\"values\":[null,null,null],\"n\":[0,0,0]}]}]"},

    {"text equals, any case", "1 a 0 p=Gold|1 a 1 p=silver|1 a 2",
     WHERE("p", "\"equals\",\"value\":\"gold\""), "data", TOTALS("1,0,0")},
    {"missing is not equal", "1 a 0 p=Gold|1 a 1 p=silver|1 a 2",
     WHERE("p", "\"not_equals\",\"value\":\"gold\""), "data", TOTALS("2,0,0")},
    {"number", "1 a 0 p=5|1 a 1 p=4.99|1 a 2 p=true", WHERE("p", "\"at_least\",\"value\":5"),
     "data", TOTALS("1,0,0")},
    {"number in text", "1 a 0 p:12.50|1 a 1 p:1e1|1 a 2 p:x|1 a 3 p=11",
     WHERE("p", "\"more\",\"value\":10"), "data", TOTALS("2,0,0")},
    {"a number in text equals no number", "1 a 0 p:5|1 a 1 p=5",
     WHERE("p", "\"equals\",\"value\":5"), "data", TOTALS("1,0,0")},
    {"time in text", "1 a 0 p:2026-03-01|1 a 1 p:2026-03-02T12:00:00Z|1 a 2 p=5",
     WHERE("p", "\"before\",\"value\":\"2026-03-02\""), "data", TOTALS("1,0,0")},
    {"truth", "1 a 0 p=true|1 a 1 p=false|1 a 2 p:true", WHERE("p", "\"true\""), "data",
     TOTALS("1,0,0")},
    {"exists, of any kind", "1 a 0 p=true|1 a 1 p=1|1 a 2 p:|1 a 3", WHERE("p", "\"exists\""),
     "data", TOTALS("3,0,0")},
    {"no such property", "1 a 0 p=1", WHERE("q", "\"absent\""), "data", TOTALS("1,0,0")},
    {"context", "1 a 0 context.device.type=till|1 a 1",
     COUNT("\"where\":{\"context\":\"device.type\",\"is\":\"exists\"}"), "data", TOTALS("1,0,0")},
    {"field event", "1 a 0|1 b 1|1 Order_Completed 2|1 - 3 @type=identify", FIELD("event", "A"),
     "data", TOTALS("1,0,0")},
    {"field event, absent", "1 a 0|1 - 3 @type=identify",
     COUNT("\"where\":{\"field\":\"event\",\"is\":\"absent\"}"), "data", TOTALS("1,0,0")},
    {"field type", "1 a 0|1 a 1 @type=page|1 - 3 @type=identify", FIELD("type", "page"), "data",
     TOTALS("1,0,0")},
    {"field channel", "1 a 0 @channel=1|1 a 1 @channel=3|1 a 2", FIELD("channel", "store"), "data",
     TOTALS("1,0,0")},
    {"no channel", "1 a 0 @channel=1|1 a 2",
     COUNT("\"where\":{\"field\":\"channel\",\"is\":\"absent\"}"), "data", TOTALS("1,0,0")},
    {"field source", "1 a 0 @source=2|1 a 1 @source=1|1 a 2 @source=9", FIELD("source", "tills"),
     "data", TOTALS("1,0,0")},
    {"field timestamp", "1 a 0|1 a 1|1 a 30",
     COUNT(
         "\"where\":{\"field\":\"timestamp\",\"is\":\"after\",\"value\":\"2026-03-02T00:30:00Z\"}"),
     "data", TOTALS("1,1,0")},
    {"events within any", "1 a 0 p=1|1 b 1|1 c 2|1 b 3 p=1",
     COUNT("\"where\":{\"any\":[{\"field\":\"event\",\"is\":\"equals\",\"value\":\"b\"},{"
           "\"property\":\"p\",\"is\":\"exists\"}]}"),
     "data", TOTALS("3,0,0")},
    {"the condition of all goes with each", "1 a 0 p=1 q=1|1 a 1 p=1|1 b 2 p=1",
     SEG("\"where\":{\"property\":\"p\",\"is\":\"exists\"},\"series\":[{" A
         ",\"where\":{\"property\":\"q\",\"is\":\"exists\"}},{}]"),
     "data",
     "[{\"value\":null,\"series\":[{\"values\":[1,0,0],\"n\":[1,0,0]},{\"values\":[3,0,0],\"n\":[3,"
     "0,0]}]}]"},

    {"formula", "1 a 0|1 a 1|1 b 2|1 b 3|1 b 4|1 b 5|2 a 24",
     SEG("\"series\":[{" A "},{\"event\":\"b\"}],\"formulae\":[{\"formula\":\"A / B * "
         "100\"}]"),
     "data",
     "[{\"value\":null,\"series\":[{\"values\":[2,1,0],\"n\":[2,1,0]},{\"values\":[4,0,0],\"n\":[4,"
     "0,0]},{\"values\":[50,null,null]}]}]"},
    {"breakdown", "1 a 0 p=x|1 a 1 p=y|1 a 2 p=y|1 a 3|1 a 24 p=y",
     SEG("\"series\":[{" A "}],\"breakdown\":{\"property\":\"p\"},\"limit\":2"), "data",
     "[{\"value\":\"y\",\"series\":[{\"values\":[2,1,0],\"n\":[2,1,0]}]},{\"value\":null,"
     "\"series\":[{\"values\":[1,0,0],\"n\":[1,0,0]}]}],\"values_left\":1"},
    {"breakdown by event and type", "1 a 0|1 a 1 @type=page|1 b 2|1 a 3",
     SEG("\"unit\":\"whole\",\"series\":[{}],\"breakdown\":{\"field\":\"event\"}"), "data",
     "[{\"value\":\"a\",\"series\":[{\"values\":[3],\"n\":[3]}]},{\"value\":\"b\",\"series\":[{"
     "\"values\":[1],\"n\":[1]}]}],\"values_left\":0"},
    {"breakdown by store", "1 a 0 @store=S1|1 a 1 @store=S1|1 b 2",
     SEG("\"unit\":\"whole\",\"series\":[{}],\"breakdown\":{\"field\":\"store\"}"), "data",
     "[{\"value\":\"S1\",\"series\":[{\"values\":[2],\"n\":[2]}]},{\"value\":null,\"series\":[{"
     "\"values\":[1],\"n\":[1]}]}],\"values_left\":0"},
    {"breakdown of nothing", "1 b 0",
     SEG("\"series\":[{" A "}],\"breakdown\":{\"property\":\"p\"}"), "data",
     "[],\"values_left\":0"},

    {"funnel", "1 a 0|1 b 1|2 a 0|2 b 0.5|3 a 0|4 b 3", FUN(""), "data",
     "[{\"value\":null,\"steps\":[" STEP("a", "3", "null", "null") "," STEP("b", "2", "2700",
                                                                            "1800") "]}]"},
    {"funnel of nobody", "", FUN(""), "data",
     "[{\"value\":null,\"steps\":[" STEP("a", "0", "null", "null") "," STEP("b", "0", "null",
                                                                            "null") "]}]"},
    {"funnel, too late", "1 a 0|1 b 2", FUN(",\"window\":{\"hours\":2}"), "data",
     "[{\"value\":null,\"steps\":[" STEP("a", "1", "null", "null") "," STEP("b", "0", "null",
                                                                            "null") "]}]"},
    {"funnel with an exclusion", "1 a 0|1 x 1|1 b 2|2 a 0|2 b 1",
     FUN(",\"exclude\":[{\"event\":\"x\",\"after\":1}]"), "data",
     "[{\"value\":null,\"steps\":[" STEP("a", "2", "null", "null") "," STEP("b", "1", "3600",
                                                                            "3600") "]}]"},
    {"funnel of the same", "1 a 0 p=x|1 b 1 p=y|2 a 0 p=x|2 b 1 p=x",
     FUN(",\"same\":{\"property\":\"p\"}"), "data",
     "[{\"value\":null,\"steps\":[" STEP("a", "2", "null", "null") "," STEP("b", "1", "3600",
                                                                            "3600") "]}]"},
    {"funnel in any order", "1 b 0|1 a 1", FUN(",\"order\":\"any\""), "data",
     "[{\"value\":null,\"steps\":[" STEP("a", "1", "null", "null") "," STEP("b", "1", "3600",
                                                                            "3600") "]}]"},
    {"funnel by value", "1 a 0 p=x|1 b 1|2 a 0 p=y|3 a 0 p=x",
     FUN(",\"breakdown\":{\"property\":\"p\"}"), "data",
     "[{\"value\":\"x\",\"steps\":[" STEP("a", "2", "null", "null") "," STEP(
         "b", "1", "3600",
         "3600") "]},{\"value\":\"y\",\"steps\":[" STEP("a", "1", "null",
                                                        "null") "," STEP("b", "0", "null",
                                                                         "null") "]}],\"values_"
                                                                                 "left\":0"},

    {"retention", "1 a 0|1 b 1|1 b 25|2 a 1|2 b 50|3 a 24|3 b 49", RET(""), "data",
     "[{\"value\":null,\"cohorts\":[{\"period\":0,\"people\":2,\"back\":[1,1,1]},{\"period\":1,"
     "\"people\":1,\"back\":[0,1]},{\"period\":2,\"people\":0,\"back\":[0]}]}]"},
    {"retention, in brackets", "1 a 0|1 b 1|1 b 25|2 a 1|2 b 50", RET(",\"brackets\":[0,1,3]"),
     "brackets",
     "[0,1,3],\"data\":[{\"value\":null,\"cohorts\":[{\"period\":0,\"people\":2,\"back\":[1,2]},{"
     "\"period\":1,\"people\":0,\"back\":[0,0]},{\"period\":2,\"people\":0,\"back\":[0,0]}]}]"},
    {"retention of nobody", "", RET(""), "brackets",
     "null,\"data\":[{\"value\":null,\"cohorts\":[{\"period\":0,\"people\":0,\"back\":[0,0,0]},{"
     "\"period\":1,\"people\":0,\"back\":[0,0]},{\"period\":2,\"people\":0,\"back\":[0]}]}]"},

    {"paths", "1 a 0|1 b 0.1|1 b 0.2|1 c 0.3|2 a 0|2 c 0.1|3 a 0|1 c 5",
     "{\"kind\":\"paths\"," DAYS ",\"from\":{" A "},\"depth\":3}", "edges",
     "[{\"depth\":1,\"from\":{\"type\":\"track\",\"name\":\"a\"},\"to\":{\"type\":\"track\","
     "\"name\":\"b\"},\"count\":1},{\"depth\":1,\"from\":{\"type\":\"track\",\"name\":\"a\"},"
     "\"to\":{\"type\":\"track\",\"name\":\"c\"},\"count\":1},{\"depth\":1,\"from\":{\"type\":"
     "\"track\",\"name\":\"a\"},\"to\":null,\"count\":1},{\"depth\":2,\"from\":{\"type\":\"track\","
     "\"name\":\"b\"},\"to\":{\"type\":\"track\",\"name\":\"c\"},\"count\":1},{\"depth\":2,"
     "\"from\":{\"type\":\"track\",\"name\":\"c\"},\"to\":null,\"count\":1}],\"edges_left\":0,"
     "\"paths\":3"},
    {"paths, the most frequent ones", "1 a 0|1 b 0.1|2 a 0|2 b 0.1|3 a 0|3 c 0.1",
     "{\"kind\":\"paths\"," DAYS ",\"to\":{\"event\":\"b\"},\"depth\":2,\"limit\":1}", "edges",
     "[{\"depth\":1,\"from\":{\"type\":\"track\",\"name\":\"b\"},\"to\":{\"type\":\"track\","
     "\"name\":\"a\"},\"count\":2}],\"edges_left\":0,\"paths\":2"},

    {"stickiness", "1 a 0|1 a 1|1 a 25|1 a 50|2 a 0|3 a 24|3 a 49|4 b 0",
     "{\"kind\":\"stickiness\"," DAYS ",\"of\":{" A "}}", "data",
     "[{\"periods\":1,\"people\":1},{\"periods\":2,\"people\":1},{\"periods\":3,\"people\":1}]"},
    {"lifecycle", "1 a 0|1 a 24|1 a 48|2 a 0|2 a 49|3 a 30",
     "{\"kind\":\"lifecycle\",\"unit\":\"day\"," DAYS ",\"of\":{" A "}}", "data",
     "[{\"new\":2,\"returning\":0,\"resurrecting\":0,\"dormant\":0},{\"new\":1,\"returning\":1,"
     "\"resurrecting\":0,\"dormant\":1},{\"new\":0,\"returning\":1,\"resurrecting\":1,\"dormant\":"
     "1}]"},
    {"sessions", "1 a 0|1 b 0.5|1 c 0.51|2 a 1|1 a 23.9|1 a 24.2",
     "{\"kind\":\"sessions\"," DAYS "}", "data",
     "[{\"sessions\":3,\"people\":2,\"median_s\":1080,\"mean_s\":972,\"mean_events\":2},{"
     "\"sessions\":0,\"people\":0,\"median_s\":null,\"mean_s\":null,\"mean_events\":null},{"
     "\"sessions\":0,\"people\":0,\"median_s\":null,\"mean_s\":null,\"mean_events\":null}]"},

    {"who did", "1 a 0|1 x 1|2 a 1|3 a 2|3 x 3|3 x 4", WHO("{\"did\":{\"event\":\"x\"}}"), "data",
     ONE("2")},
    {"who did often", "1 a 0|1 x 1|2 a 1|3 a 2|3 x 3|3 x 4",
     WHO("{\"did\":{\"event\":\"x\"},\"times\":{\"at_least\":2}}"), "data", ONE("1")},
    {"who did not", "1 a 0|1 x 1|2 a 1|3 a 2|3 x 3|3 x 4", WHO("{\"absent\":{\"event\":\"x\"}}"),
     "data", ONE("1")},
    {"who did what is nowhere", "1 a 0", WHO("{\"did\":{\"event\":\"z\"}}"), "data", ONE("0")},
    {"who did it long before", "1 a 0|1 x -500|2 a 0|2 x -800",
     WHO("{\"did\":{\"event\":\"x\"},\"window\":{\"last\":{\"days\":30}}}"), "data", ONE("1")},
    {"who did it behind the range", "1 a 0|1 x 72|2 a 0|2 x 71.9",
     WHO("{\"did\":{\"event\":\"x\"}}"), "data", ONE("1")},
    {"who, by a sequence", "1 a 0|1 x 1|1 y 2|2 a 0|2 y 1|2 x 2",
     WHO("{\"sequence\":[{\"event\":\"x\"},{\"event\":\"y\"}]}"), "data", ONE("1")},
    {"who did not come back", "1 a 0|1 x 1|2 a 0|2 x 1|2 y 2",
     WHO("{\"sequence\":[{\"event\":\"x\"},{\"event\":\"y\",\"within\":{\"hours\":2},\"not\":true}]"
         "}"),
     "data", ONE("1")},
    {"who, with a condition", "1 a 0|1 x 1 p=3|2 a 0|2 x 1 p:4",
     WHO("{\"did\":{\"event\":\"x\",\"where\":{\"property\":\"p\",\"is\":\"more\",\"value\":3}}}"),
     "data", ONE("1")},
    {"who, by the event's name in a condition", "1 a 0|1 x 1|2 a 0|2 y 1",
     WHO("{\"did\":{\"where\":{\"field\":\"event\",\"is\":\"equals\",\"value\":\"x\"}}}"), "data",
     ONE("1")},
    {"who has a trait", "1 a 0|2 a 0|3 a 0",
     WHO("{\"trait\":\"plan\",\"is\":\"equals\",\"value\":\"gold\"}"), "data", ONE("1")},
    {"who lacks a trait", "1 a 0|2 a 0|3 a 0",
     WHO("{\"not\":{\"trait\":\"plan\",\"is\":\"exists\"}}"), "data", ONE("1")},
    {"who has a trait and did not", "1 a 0|1 x 1|2 a 0|3 a 0",
     WHO("{\"all\":[{\"trait\":\"plan\",\"is\":\"exists\"},{\"absent\":{\"event\":\"x\"}}]}"),
     "data", ONE("1")},
    {"a trait's number in text", "1 a 0|2 a 0|3 a 0",
     WHO("{\"any\":[{\"trait\":\"age\",\"is\":\"less\",\"value\":30},{\"trait\":\"age\",\"is\":"
         "\"equals\",\"value\":40}]}"),
     "data", ONE("2")},
    {"nobody counts without who", "0 a 0|1 a 1", COUNT(A), "data", TOTALS("2,0,0")},
    {"nobody does not with it", "0 a 0|1 a 1", WHO("{\"all\":[]}"), "data", ONE("1")},
};

static void test_ask(void **state)
{
    const struct AskCase *c = *state;
    static const QRigTrait traits[] = {
        {"plan", 1, "\"gold\""}, {"plan", 2, "\"silver\""}, {"age", 1, "\"25\""},
        {"age", 2, "40"},        {"age", 3, "\"40\""},
    };
    QRig r;
    qrig_open(&r);
    memcpy(r.traits, traits, sizeof traits);
    r.trait_count = PT_COUNT(traits);
    qrig_tell(&r, c->rows);
    const char *said = qrig_ask(&r, c->query);
    if (strncmp(said, "FAILED", 6) == 0) {
        fail_msg("%s", said);
    }
    said = qrig_part(&r, c->member);
    if (strcmp(c->member, "periods") == 0) {
        assert_memory_equal(said, c->want, strlen(c->want));
    } else {
        assert_string_equal(said, c->want);
    }
    qrig_close(&r);
}

/* ---- Ranges ---------------------------------------------------------------------------------- */

#define RANGE(range, zone, unit)                                                                   \
    "{\"kind\":\"stickiness\",\"unit\":\"" unit "\",\"zone\":\"" zone "\",\"range\":{" range "}}"
#define LAST(n) "\"last\":{" n "}"

static struct RangeCase {
    const char *name, *query, *now, *want_from, *want_to;
} range_cases[] = {
    {"one day", RANGE(LAST("\"days\":1"), "UTC", "day"), "2026-03-30T10:00:00Z",
     "2026-03-30T00:00:00.000Z", "2026-03-30T10:00:00.001Z"},
    {"a day in Berlin", RANGE(LAST("\"days\":1"), "Europe/Berlin", "day"), "2026-03-30T22:30:00Z",
     "2026-03-30T22:00:00.000Z", "2026-03-30T22:30:00.001Z"},
    {"days over the change of clocks", RANGE(LAST("\"days\":3"), "Europe/Berlin", "day"),
     "2026-03-30T10:00:00Z", "2026-03-27T23:00:00.000Z", "2026-03-30T10:00:00.001Z"},
    {"a half-hour zone", RANGE(LAST("\"days\":2"), "Asia/Kolkata", "day"), "2026-03-30T18:30:00Z",
     "2026-03-29T18:30:00.000Z", "2026-03-30T18:30:00.001Z"},
    {"no midnight", RANGE(LAST("\"days\":1"), "America/Asuncion", "day"), "2023-10-01T12:00:00Z",
     "2023-10-01T04:00:00.000Z", "2023-10-01T12:00:00.001Z"},
    {"weeks from Monday", RANGE(LAST("\"weeks\":2"), "UTC", "week"), "2026-03-29T23:59:00Z",
     "2026-03-16T00:00:00.000Z", "2026-03-29T23:59:00.001Z"},
    {"months", RANGE(LAST("\"months\":3"), "UTC", "month"), "2026-01-31T00:00:00Z",
     "2025-11-01T00:00:00.000Z", "2026-01-31T00:00:00.001Z"},
    {"hours", RANGE(LAST("\"hours\":2"), "UTC", "day"), "2026-03-30T10:20:00Z",
     "2026-03-30T09:00:00.000Z", "2026-03-30T10:20:00.001Z"},
    {"hours of a half-hour zone", RANGE(LAST("\"hours\":1"), "Asia/Kolkata", "day"),
     "2026-03-30T10:20:00Z", "2026-03-30T09:30:00.000Z", "2026-03-30T10:20:00.001Z"},
    {"days, both inside",
     RANGE("\"from\":\"2026-03-28\",\"to\":\"2026-03-29\"", "Europe/Berlin", "day"),
     "2026-03-30T10:00:00Z", "2026-03-27T23:00:00.000Z", "2026-03-29T22:00:00.000Z"},
    {"instants",
     RANGE("\"from\":\"2026-03-28T10:00:00+01:00\",\"to\":\"2026-03-28T10:00:00Z\"",
           "Europe/Berlin", "day"),
     "2026-03-30T10:00:00Z", "2026-03-28T09:00:00.000Z", "2026-03-28T10:00:00.000Z"},
    {"it ends before it begins",
     RANGE("\"from\":\"2026-03-28\",\"to\":\"2026-03-27\"", "UTC", "day"), "2026-03-30T10:00:00Z",
     NULL, "at \"/range\": ends before it begins"},
    {"over 1,000 days", RANGE("\"from\":\"2020-03-28\",\"to\":\"2026-03-27\"", "UTC", "day"),
     "2026-03-30T10:00:00Z", NULL, "at \"/range\": "},
};

static void test_range(void **state)
{
    const struct RangeCase *c = *state;
    PtArena *arena = pt_arena_new((size_t)1 << 20);
    Query *q = NULL;
    PtError err = {0};
    int64_t now = 0, from = 0, to = 0;
    char text[PT_TIME_TEXT];
    assert_true(pt_time_parse(pt_str(c->now), &now));
    assert_int_equal(query_read(pt_str(c->query), arena, &q, &err), PT_OK);
    const PtStatus st = query_plan_check(q, now, &err);
    if (c->want_from == NULL) {
        assert_int_not_equal(st, PT_OK);
        assert_memory_equal(err.message, c->want_to, strlen(c->want_to));
    } else {
        assert_int_equal(st, PT_OK);
        assert_int_equal(query_range_span(&q->range, q->zone, now, &from, &to, &err), PT_OK);
        assert_string_equal(pt_time_format(from, text).data, c->want_from);
        assert_string_equal(pt_time_format(to, text).data, c->want_to);
    }
    query_free(q);
    pt_arena_free(arena);
}

/* Of the day on which clocks go on an hour is missing: events stand by the wall clock. */
static void test_change_of_clocks(void **state)
{
    (void)state;
    QRig r;
    qrig_open(&r);
    // 2026-03-29 in Berlin lasts from 23:00 to 22:00 in UTC, that is hours 647 to 670
    qrig_tell(&r, "1 a 646.99|1 a 647|1 a 669.99|1 a 670");
    (void)qrig_ask(&r, "{\"kind\":\"segmentation\",\"zone\":\"Europe/Berlin\",\"range\":{\"from\":"
                       "\"2026-03-28\",\"to\":\"2026-03-30\"},\"series\":[{}]}");
    assert_string_equal(qrig_part(&r, "data"), TOTALS("1,2,1"));
    qrig_close(&r);
}

/* ---- People ---------------------------------------------------------------------------------- */

#define ROWS                                                                                       \
    "1 a 0 p=x|1 b 1|1 c 1.2|1 b 25|2 a 1 p=y|2 b 50|3 a 24 p=x|3 c 24.1|3 b 49|4 a 2 p=x|"        \
    "4 a 26|0 a 3|5 b 4"

static struct PeopleCase {
    const char *name, *query, *cell, *want;
} people_cases[] = {
    {"a period", COUNT(A), "{}", "1 2 4"},
    {"another", COUNT(A ",\"measure\":\"uniques\""), "{\"period\":1}", "3 4"},
    {"another series", SEG("\"series\":[{" A "},{\"event\":\"c\"}]"), "{\"series\":1}", "1"},
    {"a value", SEG("\"series\":[{" A "}],\"breakdown\":{\"property\":\"p\"}"),
     "{\"value\":1,\"period\":1}", "4"},
    {"a value by its text", SEG("\"series\":[{" A "}],\"breakdown\":{\"property\":\"p\"}"),
     "{\"value\":\"y\"}", "2"},
    {"what has no value", SEG("\"series\":[{" A "}],\"breakdown\":{\"property\":\"p\"}"),
     "{\"value\":null,\"period\":1}", "4"},
    {"null, without a breakdown", COUNT(A), "{\"value\":null}", "1 2 4"},
    {"no such text", SEG("\"series\":[{" A "}],\"breakdown\":{\"property\":\"p\"}"),
     "{\"value\":\"z\"}", "FAILED invalid: at \"/cell/value\": the answer has no such value"},
    {"a step", FUN(""), "{\"step\":2}", "1 2 3"},
    {"dropped", FUN(""), "{\"step\":2,\"dropped\":true}", "4"},
    {"a cohort", RET(""), "{\"cohort\":0}", "1 2 4"},
    {"back on a day", RET(""), "{\"cohort\":0,\"back\":1}", "1"},
    {"an edge", "{\"kind\":\"paths\"," DAYS ",\"from\":{" A "},\"depth\":2}", "{\"edge\":0}",
     "1 2 4"},
    {"a row", "{\"kind\":\"stickiness\"," DAYS ",\"of\":{" A "}}", "{\"row\":1}", "4"},
    {"a state", "{\"kind\":\"lifecycle\",\"unit\":\"day\"," DAYS ",\"of\":{" A "}}",
     "{\"period\":1,\"state\":\"dormant\"}", "1 2"},
    {"sessions", "{\"kind\":\"sessions\"," DAYS "}", "{\"period\":1}", "1 3 4"},
    {"of who", WHO("{\"did\":{\"event\":\"c\"}}"), "{}", "1 3"},
    {"no such period", COUNT(A), "{\"period\":3}",
     "FAILED invalid: at \"/cell/period\": not in 0..2"},
    {"no such series", COUNT(A), "{\"series\":1}",
     "FAILED invalid: at \"/cell/series\": not in 0..0"},
    {"no such value", COUNT(A), "{\"value\":1}", "FAILED invalid: at \"/cell/value\": not in 0..0"},
    {"a value that is not there", SEG("\"series\":[{" A "}],\"breakdown\":{\"property\":\"p\"}"),
     "{\"value\":7}", "FAILED invalid: no value 7 of 3"},
    {"step 0", FUN(""), "{\"step\":0}", "FAILED invalid: at \"/cell/step\": not in 1..2"},
    {"dropped before the first", FUN(""), "{\"step\":1,\"dropped\":true}",
     "FAILED invalid: at \"/cell/step\": not in 2..2"},
    {"no step", FUN(""), "{}", "FAILED invalid: at \"/cell\": \"step\" of a cell is missing"},
    {"of another kind", FUN(""), "{\"step\":1,\"cohort\":1}",
     "FAILED invalid: at \"/cell\": \"cohort\" does not go with kind \"funnel\""},
    {"a negative one", COUNT(A), "{\"period\":-1}",
     "FAILED invalid: at \"/cell/period\": not a whole number in 0..100000"},
    {"behind the last period", RET(""), "{\"cohort\":2,\"back\":1}",
     "FAILED invalid: at \"/cell/back\": not in 0..0"},
    {"no such edge", "{\"kind\":\"paths\"," DAYS ",\"from\":{" A "},\"depth\":2}", "{\"edge\":99}",
     "FAILED invalid: at \"/cell/edge\": not in 0..1"},
};

static void test_people(void **state)
{
    const struct PeopleCase *c = *state;
    QRig r;
    qrig_open(&r);
    qrig_tell(&r, ROWS);
    assert_string_equal(qrig_people(&r, c->query, c->cell), c->want);
    qrig_close(&r);
}

/* How many the text counts. */
static uint64_t count_words(const char *text)
{
    uint64_t count = *text != 0;
    for (; *text != 0; text++) {
        count += *text == ' ';
    }
    return count;
}

static uint64_t next_number(const char **text, const char *key)
{
    const char *at = strstr(*text, key);
    assert_non_null(at);
    char *end;
    const uint64_t number = strtoull(at + strlen(key), &end, 10);
    *text = end;
    return number;
}

/* Rows by chance, of some merged persons; the same for the same seed. */
static void tell_chance(QRig *r, unsigned seed)
{
    uint64_t state = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    for (unsigned i = 0; i < 600; i++) {
        char row[TEXT];
        state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
        const unsigned x = (unsigned)(state >> 33);
        (void)snprintf(row, sizeof row, "%u %c %u.%u p=%c", x % 40, 'a' + (char)(x / 40 % 3),
                       x / 120 % 80, x / 9600 % 10, 'x' + (char)(x / 96000 % 3));
        qrig_tell(r, row);
    }
    for (uint32_t i = 20; i < 30; i++) {
        r->person_of[i] = i - 19;
    }
}

static void check_cells(QRig *r, const char *query, const char *key, const char *cell_format,
                        unsigned from, unsigned count)
{
    char answer[TEXT * 4], cell[TEXT];
    assert_true(pt_str_copy(answer, sizeof answer, pt_str(qrig_ask(r, query))));
    const char *at = strstr(answer, "\"data\":");
    assert_non_null(at);
    for (unsigned i = from; i < from + count; i++) {
        const uint64_t people = next_number(&at, key);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        (void)snprintf(cell, sizeof cell, cell_format, i);
#pragma GCC diagnostic pop
        assert_int_equal(count_words(qrig_people(r, query, cell)), people);
    }
}

/* What a cell counts in people is how many stand behind it. */
static void test_cells_are_people(void **state)
{
    (void)state;
    for (unsigned seed = 0; seed < 10; seed++) {
        QRig r;
        qrig_open(&r);
        tell_chance(&r, seed);
        check_cells(&r, FUN(",\"breakdown\":{\"property\":\"p\"},\"limit\":1"),
                    "\"people\":", "{\"step\":%u}", 1, 2);
        check_cells(&r, RET(""), "\"people\":", "{\"cohort\":%u}", 0, 3);
        check_cells(&r, "{\"kind\":\"stickiness\"," DAYS "}", "\"people\":", "{\"row\":%u}", 0, 3);
        check_cells(&r, "{\"kind\":\"sessions\"," DAYS "}", "\"people\":", "{\"period\":%u}", 0, 3);
        check_cells(&r, "{\"kind\":\"lifecycle\",\"unit\":\"day\"," DAYS "}",
                    "\"returning\":", "{\"period\":%u,\"state\":\"returning\"}", 0, 3);
        check_cells(&r,
                    SEG("\"unit\":\"whole\",\"series\":[{\"measure\":\"uniques\"},{" A
                        ",\"measure\":\"uniques\"}]"),
                    "\"n\":[", "{\"series\":%u}", 0, 2);
        qrig_close(&r);
    }
}

/* ---- Bounds ---------------------------------------------------------------------------------- */

static void test_memory_bound(void **state)
{
    (void)state;
    QRig r;
    qrig_open(&r);
    tell_chance(&r, 1);
    r.world.memory_bytes = 1000;
    const char *said = qrig_ask(&r, FUN(""));
    assert_memory_equal(said, "FAILED too_large: ", 18);
    said = qrig_ask(&r, WHO("{\"trait\":\"plan\",\"is\":\"exists\"}"));
    assert_memory_equal(said, "FAILED too_large: ", 18);
    qrig_close(&r);
}

static void test_too_many_numbers(void **state)
{
    (void)state;
    QRig r;
    char query[TEXT];
    size_t len = (size_t)snprintf(query, sizeof query,
                                  "{\"kind\":\"segmentation\",\"unit\":\"hour\",\"limit\":100,"
                                  "\"range\":{\"last\":{\"hours\":999}},\"breakdown\":{"
                                  "\"property\":\"p\"},\"series\":[{}");
    for (unsigned i = 1; i < QUERY_SERIES; i++) {
        len += (size_t)snprintf(query + len, sizeof query - len, ",{}");
    }
    (void)snprintf(query + len, sizeof query - len, "]}");
    qrig_open(&r);
    for (unsigned i = 0; i < 21; i++) {
        char row[TEXT];
        (void)snprintf(row, sizeof row, "1 a 600 p=v%u", i);
        qrig_tell(&r, row);
    }
    assert_string_equal(qrig_ask(&r, query),
                        "FAILED too_large: the answer has 209790 numbers, over 200000");
    qrig_close(&r);
}

static void test_too_many_slots(void **state)
{
    (void)state;
    QRig r;
    char query[TEXT * 4];
    size_t len = (size_t)snprintf(query, sizeof query,
                                  "{\"kind\":\"stickiness\",\"of\":{\"where\":{\"all\":[");
    for (unsigned i = 0; i <= PLAN_SLOTS; i++) {
        len += (size_t)snprintf(query + len, sizeof query - len,
                                "%s{\"property\":\"p%u\",\"is\":\"exists\"}", i > 0 ? "," : "", i);
    }
    (void)snprintf(query + len, sizeof query - len, "]}}}");
    qrig_open(&r);
    assert_string_equal(qrig_ask(&r, query),
                        "FAILED invalid: the query reads over 64 values of events");
    qrig_close(&r);
}

static void test_stopped(void **state)
{
    (void)state;
    QRig r;
    const _Atomic bool stop = true;
    qrig_open(&r);
    tell_chance(&r, 1);
    r.world.ends = &stop;
    assert_string_equal(qrig_ask(&r, FUN("")), "FAILED unavailable: the query was stopped");
    r.world.ends = NULL;
    r.world.stop = &stop;
    assert_string_equal(qrig_ask(&r, FUN("")), "FAILED unavailable: the query was stopped");
    qrig_close(&r);
}

static void test_no_memory(void **state)
{
    (void)state;
    QRig r;
    const char *said = "";
    qrig_open(&r);
    r.traits[0] = (QRigTrait){"plan", 1, "\"gold\""};
    r.trait_count = 1;
    r.world.threads = 1;
    qrig_tell(&r, ROWS);
    (void)qrig_ask(&r, FUN("")); // what the rig itself needs
    for (uint64_t nth = 1; nth < 2000; nth++) {
        fault_alloc_fail(nth, 0);
        said = qrig_people(&r,
                           FUN(",\"who\":{\"all\":[{\"trait\":\"plan\",\"is\":\"exists\"},{"
                               "\"did\":{\"event\":\"c\"}}]},\"where\":{\"property\":\"p\",\"is\":"
                               "\"not_equals\",\"value\":\"z\"}"),
                           "{\"step\":1}");
        const uint64_t asked = fault_alloc_count();
        fault_alloc_fail(0, 0);
        if (asked < nth) {
            break;
        }
        // an arena does not tell its bound from the machine's
        if (strcmp(said, "1") != 0 && strncmp(said, "FAILED no_memory", 16) != 0 &&
            strstr(said, "bound of memory") == NULL) {
            fail_msg("allocation %u: %s", (unsigned)nth, said);
        }
    }
    assert_string_equal(said, "1");
    qrig_close(&r);
}

int main(void)
{
    struct CMUnitTest tests[PT_COUNT(cases) + PT_COUNT(range_cases) + PT_COUNT(people_cases) + 7];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, cases, test_ask);
    PT_TEST_ROWS(tests, n, range_cases, test_range);
    PT_TEST_ROWS(tests, n, people_cases, test_people);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_change_of_clocks);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_cells_are_people);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_memory_bound);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_too_many_numbers);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_too_many_slots);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_stopped);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_no_memory);
    return _cmocka_run_group_tests("behaviour/query", tests, n, NULL, NULL);
}
