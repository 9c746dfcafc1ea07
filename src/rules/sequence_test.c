// SPDX-License-Identifier: Apache-2.0
/* Rules over a person: reading and writing, worked examples, bounds. JSON stands with ' for ". */
#include "base/test_rows.h"
#include "base/time.h"
#include "rules/rules_rig.h"

#include <fault/fault_alloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { JSON = 65536 };

/* ---- What is no rule ------------------------------------------------------------------------- */

#define A "{'event':'A'}"
#define B "{'event':'B'}"

static struct BadCase {
    const char *name, *json, *want;
} bad_cases[] = {
    {"no object", "7", "at \"\": not an object"},
    {"nothing", "{}", "at \"\": all, any, not, trait, did, absent or sequence is missing"},
    {"unknown member", "{'done':" A "}", "at \"\": \"done\" is not known here"},
    {"two heads", "{'did':" A ",'absent':" A "}", "at \"\": \"absent\" does not go with \"did\""},
    {"a group and more", "{'any':[],'window':{'last':{'days':1}}}",
     "at \"\": \"window\" does not go with \"any\""},
    {"times of absent", "{'absent':" A ",'times':{'at_least':1}}",
     "at \"\": \"times\" does not go with \"absent\""},
    {"at_least of did", "{'did':" A ",'at_least':1}",
     "at \"\": \"at_least\" does not go with \"did\""},
    {"is of did", "{'did':" A ",'is':'exists'}", "at \"\": \"is\" does not go with \"did\""},
    {"property", "{'all':[{'property':'a','is':'exists'}]}",
     "at \"/all/0\": \"property\" is of events: it goes into a where"},
    {"field", "{'not':{'field':'event','is':'exists'}}",
     "at \"/not\": \"field\" is of events: it goes into a where"},
    {"trait in a where", "{'did':{'where':{'trait':'a','is':'exists'}}}",
     "at \"/did/where/trait\": an event set looks at events, not at traits"},
    {"trait without an operator", "{'trait':'a'}", "at \"/is\": is missing"},
    {"event no text", "{'did':{'event':7}}", "at \"/did/event\": not a text"},
    {"event empty", "{'did':{'event':['A','']}}", "at \"/did/event/1\": an empty text"},
    {"events with more", "{'did':{'event':'A','within':{'hours':1}}}",
     "at \"/did\": \"within\" is not known here"},
    {"times of nothing", "{'did':" A ",'times':{}}",
     "at \"/times\": at_least, at_most, both, or exactly alone"},
    {"exactly and more", "{'did':" A ",'times':{'exactly':1,'at_most':2}}",
     "at \"/times\": at_least, at_most, both, or exactly alone"},
    {"at least 0", "{'did':" A ",'times':{'at_least':0}}",
     "at \"/times/at_least\": not a whole number in 1..1000"},
    {"too often", "{'did':" A ",'times':{'exactly':1001}}",
     "at \"/times/exactly\": not a whole number in 0..1000"},
    {"times upside down", "{'did':" A ",'times':{'at_least':3,'at_most':2}}",
     "at \"/times\": at_least is over at_most"},
    {"no steps", "{'sequence':[]}", "at \"/sequence\": not 2 to 20 steps"},
    {"one step", "{'sequence':[" A "]}", "at \"/sequence\": not 2 to 20 steps"},
    {"steps no list", "{'sequence':" A "}", "at \"/sequence\": not a list"},
    {"never", "{'sequence':[" A "," B "],'at_least':0}",
     "at \"/at_least\": not a whole number in 1..20"},
    {"too many times", "{'sequence':[" A "," B "],'at_least':21}",
     "at \"/at_least\": not a whole number in 1..20"},
    {"within of the first", "{'sequence':[{'event':'A','within':{'hours':1}}," B "]}",
     "at \"/sequence/0/within\": the first step has none before it"},
    {"without of the first", "{'sequence':[{'event':'A','without':[" A "]}," B "]}",
     "at \"/sequence/0/without\": the first step has none before it"},
    {"within no time", "{'sequence':[" A ",{'event':'B','within':{'hours':0}}]}",
     "at \"/sequence/1/within/hours\": not a whole number in 1..240000"},
    {"within nothing", "{'sequence':[" A ",{'event':'B','within':{}}]}",
     "at \"/sequence/1/within\": not 1 second to 10000 days"},
    {"without no list", "{'sequence':[" A ",{'event':'B','without':" A "}]}",
     "at \"/sequence/1/without\": not a list"},
    {"without a step", "{'sequence':[" A ",{'event':'B','without':[" A ",{'not':true}]}]}",
     "at \"/sequence/1/without/1\": \"not\" is not known here"},
    {"not in between", "{'sequence':[" A ",{'event':'B','not':true,'within':{'hours':1}}," A "]}",
     "at \"/sequence/1/not\": only the last step may be one that did not come"},
    {"not without an end", "{'sequence':[" A ",{'event':'B','not':true}]}",
     "at \"/sequence/1/not\": a step that did not come takes within, and no without"},
    {"not and without",
     "{'sequence':[" A ",{'event':'B','not':true,'within':{'hours':1},'without':[" A "]}]}",
     "at \"/sequence/1/not\": a step that did not come takes within, and no without"},
    {"not no truth", "{'sequence':[" A ",{'event':'B','not':1}]}",
     "at \"/sequence/1/not\": neither true nor false"},
    {"window", "{'sequence':[" A "," B "],'window':{}}",
     "at \"/window\": one of last and calendar"},
    {"zone", "{'absent':" A ",'window':{'calendar':'day','zone':'Mars/Base'}}",
     "at \"/window/zone\": cannot open time zone \"Mars/Base\": No such file or directory"},
};

static void bad_case(void **state)
{
    const struct BadCase *c = *state;
    static char json[JSON];
    RuleOperands *o = NULL;
    RuleWho *w = NULL;
    PtError err = {0};
    assert_int_equal(rule_operands_new(&o, NULL), PT_OK);
    assert_int_equal(
        rule_who_read(pt_str(rules_rig_quoted(c->json, json, sizeof json)), o, &w, &err),
        PT_INVALID);
    assert_string_equal(err.message, c->want);
    assert_null(w);
    rule_operands_free(o);
}

/* ---- The normal form ------------------------------------------------------------------------- */

static struct WriteCase {
    const char *name, *json, *want;
} write_cases[] = {
    {"any event", " {'did': {}} ", "{'did':{}}"},
    {"at least once is not said", "{'did':{'event':['A']},'times':{'at_least':1}}",
     "{'did':{'event':'A'}}"},
    {"names of today", "{'did':{'event':['Viewed Cart','A']}}",
     "{'did':{'event':['Cart Viewed','A']}}"},
    {"times", "{'times':{'at_most':5,'at_least':2},'did':" A "}",
     "{'did':{'event':'A'},'times':{'at_least':2,'at_most':5}}"},
    {"exactly", "{'did':" A ",'times':{'at_least':1000,'at_most':1000}}",
     "{'did':{'event':'A'},'times':{'exactly':1000}}"},
    {"at most", "{'did':" A ",'times':{'at_most':1}}",
     "{'did':{'event':'A'},'times':{'at_most':1}}"},
    {"never is absent", "{'did':" A ",'times':{'exactly':0},'window':{'last':{'hours':24}}}",
     "{'absent':{'event':'A'},'window':{'last':{'days':1}}}"},
    {"a tree",
     "{'all':[{'any':[]},{'not':{'trait':'plan','is':'equals','value':'gold'}},{'absent':"
     "{'event':[],'where':{'field':'channel','is':'equals','value':'app'}}}]}",
     "{'all':[{'any':[]},{'not':{'trait':'plan','is':'equals','value':'gold'}},{'absent':"
     "{'where':{'field':'channel','is':'equals','value':'app'}}}]}"},
    {"a sequence",
     "{'window':{'calendar':'week'},'at_least':2,'sequence':[" A ",{'not':false,'without':[" B "," A
     "," B "],'within':{'minutes':90},'event':'B'},{'event':'C','not':true,'within':{'days':1}}]}",
     "{'sequence':[{'event':'A'},{'event':'B','within':{'minutes':90},'without':[{'event':'A'},"
     "{'event':'B'}]},{'event':'C','within':{'days':1},'not':true}],'at_least':2,"
     "'window':{'calendar':'week','zone':'UTC','back':0}}"},
    {"empty lists", "{'sequence':[" A ",{'event':[],'without':[]}],'at_least':1}",
     "{'sequence':[{'event':'A'},{}]}"},
};

static void write_case(void **state)
{
    const struct WriteCase *c = *state;
    static RulesRig rig;
    static char json[JSON], want[JSON];
    PtBuf out;
    rules_rig_init(&rig);
    pt_buf_init(&out, RULE_JSON);
    RuleWho *w = rules_rig_who(&rig, rules_rig_quoted(c->json, json, sizeof json));
    rule_who_write(w, &out);
    pt_buf_add_char(&out, 0);
    assert_string_equal(out.data, rules_rig_quoted(c->want, want, sizeof want));
    pt_buf_done(&out);
    rule_who_free(w);
    rules_rig_done(&rig);
}

/* ---- Worked examples ------------------------------------------------------------------------- */

/* A history: a letter is an event's name, behind it the second; "*": again, the same event. Times
 * are seconds of 1970; the zone is UTC. */
enum { NEVER = -1, HOUR = 3600, DAY = 86400 };

#define AB           "{'sequence':[" A "," B "]}"
#define AB_IN_60     "{'sequence':[" A ",{'event':'B','within':{'minutes':1}}]}"
#define AB_WITHOUT_C "{'sequence':[" A ",{'event':'B','without':[{'event':'C'}]}]}"
#define A_NO_B       "{'sequence':[" A ",{'event':'B','within':{'minutes':1},'not':true}]}"
#define ABC_IN_60                                                                                  \
    "{'sequence':[" A ",{'event':'B','within':{'minutes':1}},{'event':'C','within':{'minutes':1}}" \
    "]}"
#define TWICE(steps) "{'sequence':[" steps "],'at_least':2}"
#define LAST_100     ",'window':{'last':{'seconds':100}}}"
#define TODAY        ",'window':{'calendar':'day'}}"
#define YESTERDAY    ",'window':{'calendar':'day','back':1}}"

static struct RunCase {
    const char *name, *json, *history;
    int64_t now_s;
    bool holds;
    int64_t changes_s;
} run_cases[] = {
    {"nothing was done", "{'did':" A "}", "", 0, false, NEVER},
    {"did", "{'did':" A "}", "A5", 9, true, NEVER},
    {"did another", "{'did':" A "}", "B5", 9, false, NEVER},
    {"absent", "{'absent':" A "}", "B5", 9, true, NEVER},
    {"ever is also ahead", "{'did':" A "}", "A50", 9, true, NEVER},
    {"twice", "{'did':" A ",'times':{'at_least':2}}", "A5 A5", 9, true, NEVER},
    {"the same event again", "{'did':" A ",'times':{'at_least':2}}", "A5 * *", 9, false, NEVER},
    {"at most", "{'did':" A ",'times':{'at_most':2}}", "A5 A6 A7", 9, false, NEVER},
    {"at most, at it", "{'did':" A ",'times':{'at_most':2}}", "A5 A6", 9, true, NEVER},

    {"inside until it leaves", "{'did':" A LAST_100, "A5", 104, true, 105},
    {"it has left", "{'did':" A LAST_100, "A5", 105, false, NEVER},
    {"now is inside", "{'did':" A LAST_100, "A5", 5, true, 105},
    {"ahead comes in", "{'did':" A LAST_100, "A5", 4, false, 5},
    {"absent until it comes", "{'absent':" A LAST_100, "A5", 4, true, 5},
    {"absent once it has left", "{'absent':" A LAST_100, "A5 A7", 50, false, 107},
    {"the second newest counts", "{'did':" A ",'times':{'at_least':2}" LAST_100, "A5 A7 A9", 50,
     true, 107},
    {"too many until one leaves", "{'did':" A ",'times':{'exactly':2}" LAST_100, "A5 A6 A7 A8", 50,
     false, 106},
    {"from too many to too few", "{'did':" A ",'times':{'exactly':2}" LAST_100, "A5 A7 A7 A7", 50,
     false, NEVER},
    {"enough until one leaves", "{'did':" A ",'times':{'exactly':2}" LAST_100, "A7 A8", 50, true,
     107},

    {"today", "{'did':" A TODAY, "A5", 9, true, DAY},
    {"not today", "{'did':" A TODAY, "A5", DAY, false, NEVER},
    {"yesterday", "{'did':" A YESTERDAY, "A5", DAY, true, 2 * DAY},
    {"yesterday tomorrow", "{'did':" A YESTERDAY, "A5", 9, false, DAY},
    {"absent today", "{'absent':" A TODAY, "A5", 9, false, DAY},
    {"absent again", "{'absent':" A TODAY, "A5", DAY, true, NEVER},
    {"a night", "{'did':" A ",'window':{'calendar':'day','zone':'Europe/Berlin'}}", "A82799", 82799,
     true, 82800},

    {"in order", AB, "A5 B6", 9, true, NEVER},
    {"out of order", AB, "B5 A6", 9, false, NEVER},
    {"others between", AB, "A5 C6 A7 C8 B9", 9, true, NEVER},
    {"one event is one step", "{'sequence':[" A "," A "]}", "A5", 9, false, NEVER},
    {"the same again is one event", "{'sequence':[" A "," A "]}", "A5 *", 9, false, NEVER},
    {"two events", "{'sequence':[" A "," A "]}", "A5 A5", 9, true, NEVER},
    {"position decides", AB, "A5 B5", 9, true, NEVER},
    {"position decides, too", AB, "B5 A5", 9, false, NEVER},
    {"steps inside of the window", "{'sequence':[" A "," B "]" LAST_100, "A5 B50", 104, true, 105},
    {"a step has left", "{'sequence':[" A "," B "]" LAST_100, "A5 B50", 105, false, NEVER},
    {"the latest start", "{'sequence':[" A "," B "]" LAST_100, "A5 A7 B50 A60", 90, true, 107},

    {"within", AB_IN_60, "A5 B64", 99, true, NEVER},
    {"within ends", AB_IN_60, "A5 B65", 99, false, NEVER},
    {"a later start is in time", AB_IN_60, "A5 A40 B70", 99, true, NEVER},
    {"counted from the step before", ABC_IN_60, "A5 B60 C119", 999, true, NEVER},
    {"a step too late", ABC_IN_60, "A5 B60 C120", 999, false, NEVER},
    {"the other B is in time", ABC_IN_60, "A5 B10 B60 C100", 999, true, NEVER},
    {"the later A is not needed", ABC_IN_60, "A5 B60 A61 C100", 999, true, NEVER},

    {"without", AB_WITHOUT_C, "A5 C6 B7", 9, false, NEVER},
    {"before and behind", AB_WITHOUT_C, "C4 A5 B7 C8", 9, true, NEVER},
    {"another attempt", AB_WITHOUT_C, "A5 C6 A7 B8", 9, true, NEVER},
    {"at the same time", AB_WITHOUT_C, "A5 C5 B5", 9, false, NEVER},
    {"at the same time, before", AB_WITHOUT_C, "C5 A5 B5 C5", 9, true, NEVER},
    {"no second A", "{'sequence':[" A ",{'event':'B','without':[" A "]}]}", "A5 A6 B7", 9, true,
     NEVER},
    {"a step may be of without", "{'sequence':[" A ",{'event':'B','without':[" B "]}]}", "A5 B7", 9,
     true, NEVER},
    {"nothing at all between", "{'sequence':[" A ",{'event':'B','without':[{}]}]}", "A5 C6 B7", 9,
     false, NEVER},

    {"not yet", A_NO_B, "A5", 64, false, 65},
    {"did not come", A_NO_B, "A5", 65, true, NEVER},
    {"came", A_NO_B, "A5 B64", 99, false, NEVER},
    {"came too late", A_NO_B, "A5 B65", 99, true, NEVER},
    {"came before", A_NO_B, "B5 A5", 99, true, NEVER},
    {"came at once", A_NO_B, "A5 B5", 99, false, NEVER},
    {"one of two", A_NO_B, "A5 A10 B66", 99, true, NEVER},
    {"both came", A_NO_B, "A5 A10 B64", 99, false, NEVER},
    {"will come", A_NO_B, "A5 B20 A30 B70", 40, false, NEVER},
    {"will not come in time", A_NO_B, "A5 B90", 40, false, 65},
    {"a start leaves",
     "{'sequence':[" A ",{'event':'B','within':{'minutes':1},'not':true}]" LAST_100, "A5", 70, true,
     105},
    {"not in the next period",
     "{'sequence':[" A ",{'event':'B','within':{'minutes':1},'not':true}]" YESTERDAY,
     "A86390 B86410", DAY + HOUR, false, NEVER},
    {"nor in that", "{'sequence':[" A ",{'event':'B','within':{'minutes':1},'not':true}]" YESTERDAY,
     "A86390", DAY + HOUR, true, 2 * DAY},
    {"the period ends first",
     "{'sequence':[" A ",{'event':'B','within':{'minutes':1},'not':true}]" TODAY, "A86390", 86395,
     false, NEVER},

    {"twice in order", TWICE(A "," B), "A5 B6 A7 B8", 9, true, NEVER},
    {"one in the other", TWICE(A "," B), "A5 A6 B7 B8", 9, false, NEVER},
    {"an end is no beginning", TWICE(A "," A), "A5 A6 A7", 9, false, NEVER},
    {"abandoned once", TWICE(A ",{'event':'B','within':{'minutes':1},'not':true}"), "A5 A6 A64",
     200, false, NEVER},
    {"abandoned twice", TWICE(A ",{'event':'B','within':{'minutes':1},'not':true}"), "A5 A6 A65",
     125, true, NEVER},
    {"soon abandoned twice", TWICE(A ",{'event':'B','within':{'minutes':1},'not':true}"),
     "A5 A6 A65", 124, false, 125},

    {"all: the first change", "{'all':[{'did':" A LAST_100 ",{'did':" B LAST_100 "]}", "A5 B7", 9,
     true, 105},
    {"all: no change helps", "{'all':[{'absent':" A LAST_100 ",{'absent':" B LAST_100 "]}", "A5 B7",
     9, false, 107},
    {"any: both must go", "{'any':[{'did':" A LAST_100 ",{'did':" B LAST_100 "]}", "A5 B7", 9, true,
     107},
    {"any: one is enough", "{'any':[{'absent':" A LAST_100 ",{'absent':" B LAST_100 "]}", "A5 B7",
     9, false, 105},
    {"not", "{'not':{'did':" A LAST_100 "}", "A5", 9, false, 105},
    {"all of none", "{'all':[]}", "A5", 9, true, NEVER},
    {"any of none", "{'any':[]}", "A5", 9, false, NEVER},
};

static void feed(RulesRig *rig, const RuleWho *w, RuleRun *run, const char *history)
{
    char name[2] = "";
    int64_t ms = 0;
    uint64_t position = 7;
    for (const char *at = history; *at != 0; at += strspn(at, " ")) {
        char *end = NULL;
        if (*at == '*') {
            at++;
        } else {
            name[0] = *at;
            ms = strtoll(at + 1, &end, 10) * 1000;
            position++;
            at = end;
        }
        const EventView event = rules_rig_event(name, "{}", ms);
        rule_run_feed(run, rule_who_mask(w, rules_rig_load(rig, &event)), ms, position);
    }
}

static void run_case(void **state)
{
    const struct RunCase *c = *state;
    static RulesRig rig;
    static char json[JSON];
    RuleRun *run = NULL;
    rules_rig_init(&rig);
    RuleWho *w = rules_rig_who(&rig, rules_rig_quoted(c->json, json, sizeof json));
    assert_int_equal(rule_run_new(w, &run, NULL), PT_OK);
    for (int again = 0; again < 2; again++) { // nothing stays of the person before
        rule_run_begin(run, c->now_s * 1000);
        feed(&rig, w, run, c->history);
        const RuleTruth truth = rule_run_end(run, NULL);
        assert_int_equal(truth.holds, c->holds);
        assert_int_equal(truth.changes_ms, c->changes_s == NEVER ? INT64_MAX : c->changes_s * 1000);
        rule_run_begin(run, c->now_s * 1000 + 1);
        feed(&rig, w, run, "A1 B2 C3 A4 B5 C6 A7 B8 A9 B10");
    }
    rule_run_free(run);
    rule_who_free(w);
    rules_rig_done(&rig);
}

/* ---- The guide's examples -------------------------------------------------------------------- */

#define ABANDONED                                                                                  \
    "{'sequence':[{'event':'Cart "                                                                 \
    "Viewed','where':{'property':'value','is':'at_least','value':50}},"                            \
    "{'event':'Order Completed','within':{'hours':2},'not':true}],'window':{'last':{'days':7}}}"
#define LAPSED                                                                                     \
    "{'all':[{'did':{'event':'Order Completed'},'times':{'at_least':3},'window':{'last':{'days':"  \
    "730}}},{'absent':{'event':'Order Completed'},'window':{'last':{'days':180}}},"                \
    "{'trait':'loyalty_member','is':'true'}]}"
#define NO_RETRY                                                                                   \
    "{'sequence':[{'event':'Checkout Started'},{'event':'Payment Failed','within':{'hours':1},"    \
    "'without':[{'event':'Order Completed'}]},{'event':['Payment Info Entered','Order Completed'"  \
    "],'within':{'minutes':30},'not':true}],'window':{'last':{'days':30}}}"

static struct GuideCase {
    const char *name, *json;
    struct {
        const char *name, *value; /* NULL: no more */
        int64_t s;
    } events[4];
    int64_t now_s;
    bool holds;
    int64_t changes_s;
} guide_cases[] = {
    {"a cart that waits", ABANDONED, {{"Cart Viewed", "50", 100}}, 7299, false, 7300},
    {"a cart left behind", ABANDONED, {{"Cart Viewed", "50", 100}}, 7300, true, 100 + 7 * DAY},
    {"a small cart", ABANDONED, {{"Cart Viewed", "49.99", 100}}, 7300, false, NEVER},
    {"a cart that was ordered",
     ABANDONED,
     {{"Viewed Cart", "50", 100}, {"Completed Order", "50", 7299}},
     9999,
     false,
     NEVER},
    {"a cart that was ordered too late",
     ABANDONED,
     {{"Viewed Cart", "50", 100}, {"Completed Order", "50", 7300}},
     9999,
     true,
     100 + 7 * DAY},
    {"a lapsed buyer",
     LAPSED,
     {{"Order Completed", "1", 1},
      {"Order Completed", "1", DAY},
      {"Order Completed", "1", 2 * DAY}},
     182 * DAY,
     true,
     1 + 730 * DAY},
    {"a buyer about to lapse",
     LAPSED,
     {{"Order Completed", "1", 1},
      {"Order Completed", "1", DAY},
      {"Order Completed", "1", 2 * DAY}},
     182 * DAY - 1,
     false,
     182 * DAY},
    {"too few orders",
     LAPSED,
     {{"Order Completed", "1", 1}, {"Order Completed", "1", 2 * DAY}},
     182 * DAY,
     false,
     NEVER},
    {"an error and no other try",
     NO_RETRY,
     {{"Checkout Started", "1", 0}, {"Payment Failed", "1", 60}},
     1860,
     true,
     30 * DAY},
    {"an error and another try",
     NO_RETRY,
     {{"Checkout Started", "1", 0}, {"Payment Failed", "1", 60}, {"Payment Info Entered", "1", 90}},
     1860,
     false,
     NEVER},
    {"another try that fails too",
     NO_RETRY,
     {{"Checkout Started", "1", 0},
      {"Payment Failed", "1", 60},
      {"Payment Info Entered", "1", 90},
      {"Payment Failed", "1", 100}},
     1899,
     false,
     1900},
    {"an error behind the order",
     NO_RETRY,
     {{"Checkout Started", "1", 0}, {"Order Completed", "1", 50}, {"Payment Failed", "1", 60}},
     1860,
     false,
     NEVER},
};

static void guide_case(void **state)
{
    const struct GuideCase *c = *state;
    static RulesRig rig;
    static char json[JSON];
    RuleRun *run = NULL;
    PtValue traits[PT_PROGRAM_SLOTS];
    rules_rig_init(&rig);
    RuleWho *w = rules_rig_who(&rig, rules_rig_quoted(c->json, json, sizeof json));
    assert_int_equal(rule_run_new(w, &run, NULL), PT_OK);
    rule_run_begin(run, c->now_s * 1000);
    for (size_t i = 0; i < PT_COUNT(c->events) && c->events[i].name != NULL; i++) {
        char raw[60];
        const int64_t ms = c->events[i].s * 1000;
        (void)snprintf(raw, sizeof raw, "{\"properties\":{\"value\":%s}}", c->events[i].value);
        // what comes in has today's names
        const PtStr name = event_canonical_name(pt_str(c->events[i].name));
        const EventView event = rules_rig_event(name.data, raw, ms);
        rule_run_feed(run, rule_who_mask(w, rules_rig_load(&rig, &event)), ms, i);
    }
    for (size_t i = 0; i < PT_COUNT(traits); i++) {
        traits[i] = (PtValue){.kind = PT_VALUE_BOOL, .truth = true};
    }
    const RuleTruth truth = rule_run_end(run, traits);
    assert_int_equal(truth.holds, c->holds);
    assert_int_equal(truth.changes_ms, c->changes_s == NEVER ? INT64_MAX : c->changes_s * 1000);
    rule_run_free(run);
    rule_who_free(w);
    rules_rig_done(&rig);
}

/* ---- The door -------------------------------------------------------------------------------- */

static void the_sets(void **state)
{
    static RulesRig rig;
    static char json[JSON];
    (void)state;
    rules_rig_init(&rig);
    RuleWho *w = rules_rig_who(
        &rig, rules_rig_quoted("{'all':[{'did':" A "},{'absent':{'event':['B','Viewed Cart'],"
                               "'where':{'property':'n','is':'more','value':2}}},"
                               "{'sequence':[{'event':['A']},{}]}]}",
                               json, sizeof json));
    assert_int_equal(rule_who_sets(w), 3); // equal ones once
    const RuleSet set = rule_who_set(w, 1);
    assert_int_equal(set.name_count, 2);
    assert_true(pt_str_eq(set.names[1], PT_STR("Cart Viewed")));
    assert_non_null(set.where);
    assert_int_equal(rule_who_set(w, 2).name_count, 0);
    assert_null(rule_who_set(w, 0).where);
    EventView event = rules_rig_event("B", "{\"properties\":{\"n\":\"3\"}}", 0);
    assert_int_equal(rule_who_mask(w, rules_rig_load(&rig, &event)), 6);
    assert_true(pt_program_run(set.where, rig.values));
    event = rules_rig_event("B", "{\"properties\":{\"n\":2}}", 0);
    assert_int_equal(rule_who_mask(w, rules_rig_load(&rig, &event)), 4);
    event = rules_rig_event("a", "{}", 0); // names of events are exact
    assert_int_equal(rule_who_mask(w, rules_rig_load(&rig, &event)), 4);
    assert_false(rule_who_reads_traits(w));
    rule_who_free(w);
    rules_rig_done(&rig);
}

static void operands_are_told(void **state)
{
    static RulesRig rig;
    static char json[JSON];
    (void)state;
    rules_rig_init(&rig);
    RuleCondition *c = rules_rig_condition(
        &rig, rules_rig_quoted("{'all':[{'property':'a.b','is':'less','value':1},"
                               "{'context':'os','is':'exists'},{'trait':'x y','is':'exists'},"
                               "{'field':'timestamp','is':'after','value':'2026-01-01'}]}",
                               json, sizeof json));
    static const struct {
        RuleRoot root;
        RuleAs as;
        const char *path;
    } want[] = {{RULE_PROPERTY, RULE_AS_NUMBER, "a.b"},
                {RULE_CONTEXT, RULE_AS_IS, "os"},
                {RULE_TRAIT, RULE_AS_IS, "x y"},
                {RULE_FIELD, RULE_AS_TIME, "timestamp"}};
    assert_int_equal(rule_operands_count(rig.operands), PT_COUNT(want));
    for (uint32_t i = 0; i < PT_COUNT(want); i++) {
        const RuleOperand got = rule_operand_at(rig.operands, i);
        assert_int_equal(got.root, want[i].root);
        assert_int_equal(got.as, want[i].as);
        assert_true(pt_str_eq(got.path, pt_str(want[i].path)));
    }
    rule_condition_free(c);
    rules_rig_done(&rig);
}

static void traits_beside_events(void **state)
{
    static RulesRig rig;
    static char json[JSON];
    RuleRun *run = NULL;
    (void)state;
    rules_rig_init(&rig);
    RuleWho *w = rules_rig_who(
        &rig, rules_rig_quoted("{'all':[{'trait':'plan','is':'equals','value':'gold'},{'did':" A
                               ",'window':{'last':{'days':1}}}]}",
                               json, sizeof json));
    assert_true(rule_who_reads_traits(w));
    assert_int_equal(rule_run_new(w, &run, NULL), PT_OK);
    for (int gold = 0; gold < 2; gold++) {
        PtValue traits[PT_PROGRAM_SLOTS] = {0};
        PtStr name;
        rule_run_begin(run, 5000);
        feed(&rig, w, run, "A1");
        for (uint32_t i = 0; i < rule_operands_count(rig.operands); i++) {
            if (rule_operand_trait(rig.operands, i, &name)) {
                traits[i] = (PtValue){.kind = PT_VALUE_TEXT,
                                      .text = gold ? PT_STR("Gold") : PT_STR("none")};
            }
        }
        const RuleTruth truth = rule_run_end(run, traits);
        assert_int_equal(truth.holds, gold);
        assert_int_equal(truth.changes_ms, gold ? 1000 + DAY * 1000 : INT64_MAX);
    }
    rule_run_free(run);
    rule_who_free(w);
    rules_rig_done(&rig);
}

static void where_a_scan_may_begin(void **state)
{
    static const struct {
        const char *json;
        int64_t from_ms;
    } rows[] = {
        {"{'did':" A LAST_100, 900001},
        {"{'all':[{'did':" A LAST_100 ",{'absent':" B ",'window':{'last':{'minutes':5}}}]}",
         700001},
        {"{'any':[{'did':" A TODAY ",{'did':" A LAST_100 "]}", 0},
        {"{'any':[{'did':" A "},{'did':" A LAST_100 "]}", INT64_MIN},
        {"{'trait':'x','is':'exists'}", INT64_MAX},
    };
    static char json[JSON];
    (void)state;
    for (size_t i = 0; i < PT_COUNT(rows); i++) {
        static RulesRig rig;
        RuleRun *run = NULL;
        rules_rig_init(&rig);
        RuleWho *w = rules_rig_who(&rig, rules_rig_quoted(rows[i].json, json, sizeof json));
        assert_int_equal(rule_run_new(w, &run, NULL), PT_OK);
        rule_run_begin(run, 1000000);
        assert_int_equal(rule_run_from(run), rows[i].from_ms);
        rule_run_free(run);
        rule_who_free(w);
        rules_rig_done(&rig);
    }
}

/* ---- Bounds ---------------------------------------------------------------------------------- */

/* The text `count` times, with %d the number, between head and tail. */
static const char *many(const char *head, const char *item, int count, const char *tail)
{
    static char json[JSON], quoted[JSON];
    size_t len = (size_t)snprintf(json, sizeof json, "%s", head);
    for (int i = 0; i < count; i++) {
        len += (size_t)snprintf(json + len, sizeof json - len, "%s", i > 0 ? "," : "");
        for (const char *p = item; *p != 0; p++) {
            len += *p == '#' ? (size_t)snprintf(json + len, sizeof json - len, "%d", i)
                             : (size_t)snprintf(json + len, sizeof json - len, "%c", *p);
        }
    }
    (void)snprintf(json + len, sizeof json - len, "%s", tail);
    return rules_rig_quoted(json, quoted, sizeof quoted);
}

static struct BoundCase {
    const char *name, *head, *item, *tail;
    int most;
    const char *want; /* one over it */
} bound_cases[] = {
    {"steps", "{'sequence':[", A, "]}", RULE_STEPS, "at \"/sequence\": a list of over 20 items"},
    {"parts", "{'any':[", "{'did':" A "}", "]}", RULE_PARTS,
     "at \"/any/32\": over 32 of did, absent and sequence"},
    {"withouts", "{'sequence':[" A ",{'without':[", "{'event':'#'}", "]}]}", RULE_WITHOUTS,
     "at \"/sequence/1/without\": a list of over 10 items"},
    {"sets", "{'all':[",
     "{'sequence':[{'event':'a#'},{'event':'b#'},{'event':'c#'},{'event':'d#'}]}", "]}",
     RULE_SETS / 4, "at \"/all/16/sequence/0\": over 64 event sets that differ"},
    {"names", "{'did':{'event':[", "'#'", "]}}", RULE_EVENTS,
     "at \"/did/event\": a list of over 100 items"},
    {"items of a group", "{'any':[", "{'trait':'t','is':'equals','value':#}", "]}", RULE_CONDITIONS,
     "at \"/any\": a list of over 200 items"},
};

static void bound_case(void **state)
{
    const struct BoundCase *c = *state;
    for (int over = 0; over < 2; over++) {
        PT_CLEANUP(rule_operands_freep) RuleOperands *o = NULL;
        PT_CLEANUP(rule_who_freep) RuleWho *w = NULL;
        PtError err = {0};
        assert_int_equal(rule_operands_new(&o, NULL), PT_OK);
        const char *json = many(c->head, c->item, c->most + over, c->tail);
        assert_int_equal(rule_who_read(pt_str(json), o, &w, &err), over ? PT_INVALID : PT_OK);
        assert_string_equal(err.message, over ? c->want : "");
    }
}

static void comparisons_are_counted_over_the_rule(void **state)
{
    (void)state;
    for (int over = 0; over < 2; over++) {
        PT_CLEANUP(rule_operands_freep) RuleOperands *o = NULL;
        PT_CLEANUP(rule_who_freep) RuleWho *w = NULL;
        PtError err = {0};
        assert_int_equal(rule_operands_new(&o, NULL), PT_OK);
        const char *json =
            many("{'all':[{'did':{'where':{'any':[", "{'property':'p','is':'equals','value':#}",
                 RULE_CONDITIONS - 1,
                 over ? "]}}},{'trait':'t','is':'exists'},{'trait':'t','is':'exists'}]}"
                      : "]}}},{'trait':'t','is':'exists'}]}");
        const PtStatus st = rule_who_read(pt_str(json), o, &w, &err);
        assert_int_equal(st, over ? PT_INVALID : PT_OK);
        assert_string_equal(err.message, over ? "at \"/all/2\": over 200 comparisons" : "");
    }
}

static void levels(void **state)
{
    (void)state;
    for (int over = 0; over < 2; over++) {
        PT_CLEANUP(rule_operands_freep) RuleOperands *o = NULL;
        PT_CLEANUP(rule_who_freep) RuleWho *w = NULL;
        static char json[JSON], quoted[JSON];
        size_t len = 0;
        PtError err = {0};
        assert_int_equal(rule_operands_new(&o, NULL), PT_OK);
        for (int i = 0; i < RULE_DEPTH - 1 + over; i++) {
            len += (size_t)snprintf(json + len, sizeof json - len, "{'not':");
        }
        len += (size_t)snprintf(json + len, sizeof json - len, "{'did':" A "}");
        memset(json + len, '}', RULE_DEPTH - 1 + (size_t)over);
        json[len + RULE_DEPTH - 1 + (size_t)over] = 0;
        const PtStatus st =
            rule_who_read(pt_str(rules_rig_quoted(json, quoted, sizeof quoted)), o, &w, &err);
        assert_int_equal(st, over ? PT_INVALID : PT_OK);
        assert_int_equal(strstr(err.message, "rules nest over 16 levels") != NULL, over);
    }
}

/* The longest ring and the longest sequence there may be, at their ends. */
static void at_the_bounds(void **state)
{
    static RulesRig rig;
    static char json[JSON];
    RuleRun *run = NULL;
    (void)state;
    rules_rig_init(&rig);
    RuleWho *w = rules_rig_who(&rig, rules_rig_quoted("{'did':" A
                                                      ",'times':{'at_most':1000},'window':{'last':"
                                                      "{'days':1}}}",
                                                      json, sizeof json));
    assert_int_equal(rule_run_new(w, &run, NULL), PT_OK);
    rule_run_begin(run, 5000);
    for (uint64_t i = 0; i < RULE_TIMES + 5; i++) {
        rule_run_feed(run, 1, (int64_t)i, i);
    }
    const RuleTruth truth = rule_run_end(run, NULL);
    assert_false(truth.holds);
    assert_int_equal(truth.changes_ms, 4 + DAY * 1000);
    rule_run_free(run);
    rule_who_free(w);
    w = rules_rig_who(&rig, many("{'sequence':[", A, RULE_STEPS, "],'at_least':20}"));
    assert_int_equal(rule_run_new(w, &run, NULL), PT_OK);
    for (uint64_t count = 399; count <= 400; count++) {
        rule_run_begin(run, 5000);
        for (uint64_t i = 0; i < count; i++) {
            rule_run_feed(run, 1, 1, i);
        }
        assert_int_equal(rule_run_end(run, NULL).holds, count == 400);
    }
    rule_run_free(run);
    rule_who_free(w);
    rules_rig_done(&rig);
}

/* ---- Memory ---------------------------------------------------------------------------------- */

static PtStatus whole_way(const char *json, PtError *err)
{
    PT_CLEANUP(rule_operands_freep) RuleOperands *o = NULL;
    PT_CLEANUP(rule_who_freep) RuleWho *w = NULL;
    PT_CLEANUP(rule_run_freep) RuleRun *run = NULL;
    PtStatus st = rule_operands_new(&o, err);
    st = st == PT_OK ? rule_who_read(pt_str(json), o, &w, err) : st;
    return st == PT_OK ? rule_run_new(w, &run, err) : st;
}

static void no_memory(void **state)
{
    static const char *const rules[] = {
        "{'all':[{'trait':'plan','is':'one_of','value':['a','b']},{'absent':" A "}]}",
        "{'did':{'event':['A','B'],'where':{'property':'x','is':'exists'}},'times':{'at_most':3},"
        "'window':{'calendar':'week','zone':'Europe/Berlin'}}",
        "{'sequence':[" A ",{'event':['B'],'within':{'hours':1},'without':[" A "," B "]}],"
        "'at_least':3}",
    };
    static char json[JSON];
    (void)state;
    for (size_t k = 0; k < PT_COUNT(rules); k++) {
        PtStatus st = PT_NO_MEMORY;
        for (uint64_t n = 1; st != PT_OK; n++) {
            PtError err = {0};
            assert_true(n < 500);
            (void)rules_rig_quoted(rules[k], json, sizeof json);
            fault_alloc_fail(n, 0);
            st = whole_way(json, &err);
            fault_alloc_fail(0, 0);
            assert_true(st == PT_OK || st == PT_NO_MEMORY);
            assert_int_equal(err.message[0] != 0, st != PT_OK);
        }
    }
    rule_who_free(NULL);
    rule_run_free(NULL);
}

int main(void)
{
    struct CMUnitTest tests[PT_COUNT(bad_cases) + PT_COUNT(write_cases) + PT_COUNT(run_cases) +
                            PT_COUNT(guide_cases) + PT_COUNT(bound_cases) + 8];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, bad_cases, bad_case);
    PT_TEST_ROWS(tests, n, write_cases, write_case);
    PT_TEST_ROWS(tests, n, run_cases, run_case);
    PT_TEST_ROWS(tests, n, guide_cases, guide_case);
    PT_TEST_ROWS(tests, n, bound_cases, bound_case);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(the_sets);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(operands_are_told);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(traits_beside_events);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(where_a_scan_may_begin);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(comparisons_are_counted_over_the_rule);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(levels);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(at_the_bounds);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(no_memory);
    return _cmocka_run_group_tests("rules/sequence", tests, n, NULL, NULL);
}
