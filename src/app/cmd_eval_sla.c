// SPDX-License-Identifier: Apache-2.0
/* Labelled cases of business time (due, elapsed, days) against base/calendar. Clock changes are
 * read by the wall clock, and a span that ends at a closing edge is due at it, so of a case that
 * has several values "wall" is compared before "first", and "first" before "due". Cases are in
 * seconds.
 */
#include "app/cli.h"
#include "app/eval.h"

#include "base/calendar.h"
#include "base/json.h"
#include "base/memory.h"

#include <stdio.h>

enum {
    JSON_DEPTH = 16,
    TEXT_BYTES = 4 << 20,
    TEXT_KEEP = 1 << 16,
    SHOWN = 5, /* mismatches */
    PAUSES_MAX = 1000,
    OPS = 3,
};

#define SECONDS_MAX INT64_C(1000000000000) /* behind year 9999, in ms still far from overflow */

const CliOption cmd_eval_sla_options[] = {{"values", NULL,
                                           "print a JSON line {\"id\", \"value\"} for every case "
                                           "instead, with \"opening\" where the value "
                                           "is a closing edge",
                                           false},
                                          {0}};

typedef struct Tally {
    uint64_t cases, matched;
} Tally;

typedef struct Eval {
    bool values;
    PtZones *zones;
    const EvalLine *line; /* of one case, as the rest of this block */
    PtCalendar *calendar;
    PtSpan pauses[PAUSES_MAX];
    size_t pause_count;
    uint64_t files, shown_count, by_opening;
    Tally of_op[OPS];
    PtBuf text, shown;
    PtJsonOut mismatches;
} Eval;

typedef struct Answer {
    bool never;      /* no such instant */
    int64_t value;   /* the closing edge where it is one */
    int64_t opening; /* due: the next opening from there; else as value */
} Answer;

static PtStatus wrong(const Eval *e, PtError *err, const char *what)
{
    return eval_wrong(e->line, err, what);
}

/* ---- Reading a case ----------------------------------------------------------------------------
 */

static bool seconds_of(PtStr json, const char *name, int64_t *ret_s)
{
    return pt_json_to_i64(cli_json(json, name), ret_s) && *ret_s >= -SECONDS_MAX &&
           *ret_s <= SECONDS_MAX;
}

static int by_from(const void *a, const void *b)
{
    const PtSpan *x = a, *y = b;
    return (x->from_ms > y->from_ms) - (x->from_ms < y->from_ms);
}

/* [[from, to], ...] */
static PtStatus read_pauses(Eval *e, PtStr json, PtError *err)
{
    static const char what[] = "\"pauses\" is not a list of at most 1000 [from, to] in seconds";
    PtStr list = cli_json(json, "pauses");
    PtJson j;
    e->pause_count = 0;
    if (list.data == NULL) {
        return PT_OK;
    }
    pt_json_init(&j, list, JSON_DEPTH);
    bool ok = pt_json_next(&j) == PT_JSON_ARRAY;
    PtJsonToken t = ok ? pt_json_next(&j) : PT_JSON_ERROR;
    for (; ok && t == PT_JSON_ARRAY; t = pt_json_next(&j)) {
        int64_t edges[2] = {0, 0};
        for (int i = 0; ok && i < 2; i++) {
            ok = pt_json_next(&j) == PT_JSON_NUMBER && pt_json_to_i64(j.raw, &edges[i]) &&
                 edges[i] >= -SECONDS_MAX && edges[i] <= SECONDS_MAX;
        }
        ok = ok && pt_json_next(&j) == PT_JSON_ARRAY_END && e->pause_count < PAUSES_MAX;
        if (ok) {
            e->pauses[e->pause_count++] = (PtSpan){edges[0] * 1000, edges[1] * 1000};
        }
    }
    if (!ok || t != PT_JSON_ARRAY_END) {
        return wrong(e, err, what);
    }
    if (e->pause_count > 1) {
        qsort(e->pauses, e->pause_count, sizeof *e->pauses, by_from);
    }
    return PT_OK;
}

static PtStatus read_calendar(Eval *e, PtStr json, PtError *err)
{
    static const char *const members[] = {"zone", "hours", "shifts", "holidays", "breaks"};
    PtError bad;
    pt_buf_clear(&e->text, TEXT_KEEP);
    PtJsonOut o = pt_json_out(&e->text);
    pt_json_out_object(&o);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        PtStr value = cli_json(json, members[i]);
        if (value.data != NULL) {
            pt_json_out_key(&o, pt_str(members[i]));
            pt_json_out_raw(&o, value);
        }
    }
    pt_json_out_object_end(&o);
    if (pt_buf_status(&e->text) != PT_OK) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a calendar");
    }
    PtCalendarVersion version = {.json = pt_buf_str(&e->text)};
    PtStatus st = pt_calendar_new(&version, 1, e->zones, &e->calendar, &bad);
    return st == PT_OK ? PT_OK : wrong(e, err, bad.message);
}

/* ---- Answers -----------------------------------------------------------------------------------
 */

static PtSpans pauses_of(const Eval *e)
{
    return (PtSpans){e->pauses, e->pause_count};
}

static PtStatus answer_due(Eval *e, PtStr json, int64_t start_ms, Answer *ret, PtError *err)
{
    int64_t span;
    if (!seconds_of(json, "span", &span)) {
        return wrong(e, err, "\"span\" is not a whole number of seconds");
    }
    PtStatus st = pt_calendar_due(e->calendar, start_ms, span * 1000, pauses_of(e), &ret->value);
    ret->never = st != PT_OK ||
                 pt_calendar_due(e->calendar, ret->value, 0, pauses_of(e), &ret->opening) != PT_OK;
    return PT_OK;
}

static PtStatus answer_elapsed(Eval *e, PtStr json, int64_t start_ms, Answer *ret, PtError *err)
{
    int64_t end;
    if (!seconds_of(json, "end", &end)) {
        return wrong(e, err, "\"end\" is not a whole number of seconds");
    }
    ret->value = pt_calendar_elapsed(e->calendar, start_ms, end * 1000, pauses_of(e));
    ret->opening = ret->value;
    return PT_OK;
}

static PtStatus answer_days(Eval *e, PtStr json, int64_t start_ms, Answer *ret, PtError *err)
{
    int64_t days;
    if (!seconds_of(json, "days", &days) || days < 0 || days > PT_CALENDAR_DAYS_MAX) {
        return wrong(e, err, "\"days\" is not a whole number in 0..3660");
    }
    PtStatus st =
        pt_calendar_days(e->calendar, start_ms, (uint32_t)days, PT_DAYS_NEXT_OPEN, &ret->value);
    ret->never = st != PT_OK ||
                 pt_calendar_due(e->calendar, ret->value, 0, pauses_of(e), &ret->value) != PT_OK;
    ret->opening = ret->value;
    return PT_OK;
}

static const struct Op {
    const char *name, *label; /* label: the value of a case that has no other */
    PtStatus (*answer)(Eval *e, PtStr json, int64_t start_ms, Answer *ret, PtError *err);
} ops[OPS] = {
    {"due", "due", answer_due},
    {"elapsed", "elapsed", answer_elapsed},
    {"days", "due", answer_days},
};

/* ---- One case ----------------------------------------------------------------------------------
 */

static void put_value(PtJsonOut *o, const Answer *a)
{
    if (a->never) {
        pt_json_out_null(o);
    } else if (a->value % 1000 == 0) {
        pt_json_out_i64(o, a->value / 1000);
    } else {
        pt_json_out_double(o, (double)a->value / 1000);
    }
}

static void print_value(Eval *e, PtStr id, const Answer *a)
{
    pt_buf_clear(&e->text, TEXT_KEEP);
    PtJsonOut o = pt_json_out(&e->text);
    pt_json_out_object(&o);
    pt_json_out_key(&o, PT_STR("id"));
    pt_json_out_raw(&o, id);
    pt_json_out_key(&o, PT_STR("value"));
    put_value(&o, a);
    if (!a->never && a->opening != a->value) {
        pt_json_put_i64(&o, "opening", a->opening / 1000);
    }
    pt_json_out_object_end(&o);
    cli_print_json(pt_buf_str(&e->text));
}

static void show_mismatch(Eval *e, PtStr id, int64_t want_s, const Answer *a)
{
    PtJsonOut *o = &e->mismatches;
    pt_json_out_object(o);
    pt_json_out_key(o, PT_STR("id"));
    pt_json_out_raw(o, id);
    pt_json_put_str(o, "file", pt_str(e->line->file));
    pt_json_put_u64(o, "line", e->line->number);
    pt_json_put_i64(o, "expected", want_s);
    pt_json_out_key(o, PT_STR("got"));
    put_value(o, a);
    pt_json_out_object_end(o);
}

static PtStatus compare(Eval *e, PtStr json, size_t op, const Answer *a, PtError *err)
{
    int64_t plain, first, wall, want;
    if (!seconds_of(json, ops[op].label, &plain)) {
        return wrong(e, err, "the case has no whole number of seconds to compare with");
    }
    bool same;
    if (seconds_of(json, "wall", &wall)) {
        want = wall;
        same = a->opening == wall * 1000; // "wall" is, as "due", never a closing edge
        e->by_opening += same && a->value != a->opening;
    } else {
        want = seconds_of(json, "first", &first) ? first : plain;
        same = a->value == want * 1000 && a->opening == plain * 1000;
    }
    same = same && !a->never;
    if (!same && e->shown_count++ < SHOWN) {
        show_mismatch(e, cli_json(json, "id"), want, a);
    }
    e->of_op[op].cases++;
    e->of_op[op].matched += same;
    return PT_OK;
}

static PtStatus answer_case(Eval *e, PtStr json, PtError *err)
{
    PtStr id = cli_json(json, "id"), name = cli_json(json, "op");
    int64_t start;
    size_t op = 0;
    while (op < OPS && !(name.len > 2 &&
                         pt_str_eq((PtStr){name.data + 1, name.len - 2}, pt_str(ops[op].name)))) {
        op++;
    }
    if (id.data == NULL || op == OPS || !seconds_of(json, "start", &start)) {
        return wrong(e, err,
                     "the line is not an object with \"id\", \"op\" (due, elapsed or days) and "
                     "\"start\" in seconds");
    }
    Answer answer = {0};
    PtStatus st = read_calendar(e, json, err);
    st = st == PT_OK ? read_pauses(e, json, err) : st;
    st = st == PT_OK ? ops[op].answer(e, json, start * 1000, &answer, err) : st;
    if (st == PT_OK && e->values) {
        print_value(e, id, &answer);
    } else if (st == PT_OK) {
        st = compare(e, json, op, &answer, err);
    }
    return st;
}

static PtStatus eval_case(void *ctx, const EvalLine *line, PtError *err)
{
    Eval *e = ctx;
    PtError bad;
    e->line = line;
    if (pt_json_check(line->raw, JSON_DEPTH, &bad) != PT_OK) {
        return wrong(e, err, bad.message);
    }
    PtStatus st = answer_case(e, line->raw, err);
    pt_calendar_free(e->calendar);
    e->calendar = NULL;
    return st;
}

/* ---- All of them -------------------------------------------------------------------------------
 */

static void put_tally(PtJsonOut *o, const Tally *t)
{
    pt_json_put_u64(o, "cases", t->cases);
    pt_json_put_u64(o, "matched", t->matched);
    pt_json_put_u64(o, "mismatched", t->cases - t->matched);
}

static PtStatus print_summary(Eval *e, PtError *err)
{
    Tally all = {0};
    for (size_t i = 0; i < OPS; i++) {
        all.cases += e->of_op[i].cases;
        all.matched += e->of_op[i].matched;
    }
    pt_json_out_array_end(&e->mismatches);
    pt_buf_clear(&e->text, TEXT_KEEP);
    PtJsonOut o = pt_json_out(&e->text);
    pt_json_out_object(&o);
    pt_json_put_str(&o, "eval", PT_STR("sla"));
    pt_json_put_str(&o, "clock_changes", PT_STR("wall"));
    pt_json_put_str(&o, "closing_edge", PT_STR("first"));
    pt_json_put_u64(&o, "files", e->files);
    put_tally(&o, &all);
    for (size_t i = 0; i < OPS; i++) {
        pt_json_out_key(&o, pt_str(ops[i].name));
        pt_json_out_object(&o);
        put_tally(&o, &e->of_op[i]);
        pt_json_out_object_end(&o);
    }
    pt_json_put_u64(&o, "wall_by_opening", e->by_opening);
    pt_json_out_key(&o, PT_STR("metrics"));
    pt_json_out_object(&o);
    pt_json_out_key(&o, PT_STR("exact"));
    pt_json_out_double(&o, all.cases > 0 ? (double)all.matched / (double)all.cases : 1);
    pt_json_out_object_end(&o);
    pt_json_out_key(&o, PT_STR("mismatches"));
    pt_json_out_raw(&o, pt_buf_str(&e->shown));
    pt_json_out_object_end(&o);
    if (pt_buf_status(&e->text) != PT_OK || pt_buf_status(&e->shown) != PT_OK) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the result");
    }
    cli_print_json(pt_buf_str(&e->text));
    return PT_OK;
}

PtStatus cmd_eval_sla(Cli *cli, const CliArgs *args, PtError *err)
{
    (void)cli; /* what is printed is JSON, with and without --json */
    Eval *e = calloc(1, sizeof *e);
    PtZones *zones = pt_zones_new(NULL);
    PtStatus st = e != NULL && zones != NULL ? PT_OK : PT_NO_MEMORY;
    if (st != PT_OK) {
        (void)pt_fail(err, st, "no memory to read cases");
    } else {
        e->zones = zones;
        e->values = cli_value(args, "values") != NULL;
        pt_buf_init(&e->text, TEXT_BYTES);
        pt_buf_init(&e->shown, TEXT_BYTES);
        e->mismatches = pt_json_out(&e->shown);
        pt_json_out_array(&e->mismatches);
    }
    for (size_t i = 0; st == PT_OK && i < args->positional_count; i++) {
        st = eval_file(args->positionals[i], eval_case, e, err);
        e->files++;
    }
    if (st == PT_OK && !e->values) {
        st = print_summary(e, err);
    }
    if (e != NULL) {
        pt_buf_done(&e->text);
        pt_buf_done(&e->shown);
    }
    free(e);
    pt_zones_free(zones);
    return st;
}
