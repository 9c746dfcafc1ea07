// SPDX-License-Identifier: Apache-2.0
/* Our engines on anybody's labelled files: needs no server. */
#include "app/cli.h"
#include "app/eval.h"

#include "base/json.h"
#include "base/map.h"
#include "base/memory.h"
#include "profiles/profiles.h"

#include <errno.h>
#include <stdio.h>

enum {
    JSON_DEPTH = 64,
    CASE_BYTES = 256 << 20, /* of memory for one history */
    TEXT_KEEP = 1 << 16,
    SHOWN = 5, /* mismatches */
    SHOWN_BYTES = 64 << 20,
    RULES_BYTES = 1 << 20,
};

const CliOption cmd_eval_identity_options[] = {
    {"values", NULL, "print a JSON line {\"id\", \"value\"} for every history instead", false},
    {"rules", "FILE", "rules of identity (JSON); the defaults when not given", false},
    {0}};

typedef struct Event {
    PtStr message_id;
    uint32_t node;
    uint32_t want; /* cluster that expect names it in, from 1 */
} Event;

/* Events parted into clusters, each in the order of the events, and so are the clusters by their
 * first one: sorted as `expect` is when the events are. */
typedef struct Parting {
    uint32_t *of;            /* cluster, from 0, by event */
    uint32_t *next;          /* event of the same cluster + 1; 0: the last */
    uint32_t *first, *count; /* by cluster: its first event, its events */
    uint32_t *last;
    uint32_t clusters;
} Parting;

typedef struct Eval {
    const IdentityRules *rules;
    bool values;
    PtArena *arena; /* of one history */
    const EvalLine *line;
    Event *events; /* of one history */
    size_t count;
    uint64_t files, cases, matched, total_events;
    uint64_t pairs_got, pairs_want, pairs_both;
    PtBuf text, shown;
    PtJsonOut mismatches;
} Eval;

static PtStatus wrong(const Eval *e, PtError *err, const char *what)
{
    return eval_wrong(e->line, err, what);
}

static PtStatus no_memory(const Eval *e, PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "file %s:%llu: no memory for the history", e->line->file,
                   (unsigned long long)e->line->number);
}

/* ---- Reading a history ------------------------------------------------------------------------
 */

/* A member's text in the arena; data NULL: no memory. */
static PtStr text_of(Eval *e, PtStr json, const char *name)
{
    const char *text = cli_json_text(json, name, &e->text);
    return pt_arena_str(e->arena, pt_str(text));
}

static PtStatus view_of(Eval *e, PtStr json, EventView *ret_view, PtError *err)
{
    EventView v = {.raw = json};
    v.message_id = text_of(e, json, "messageId");
    v.user_id = text_of(e, json, "userId");
    v.anonymous_id = text_of(e, json, "anonymousId");
    v.type = event_type_of(pt_str(cli_json_text(json, "type", &e->text)));
    if (v.message_id.data == NULL || v.user_id.data == NULL || v.anonymous_id.data == NULL) {
        return no_memory(e, err);
    }
    if (v.message_id.len == 0 || v.message_id.len > EVENT_MESSAGE_ID_MAX) {
        return wrong(e, err, "an event's messageId is not 1..255 bytes long");
    }
    *ret_view = v;
    return PT_OK;
}

static PtStatus apply_event(Eval *e, Identity *graph, PtStr json, Event *event, PtError *err)
{
    EventView view;
    IdentityClaims claims;
    IdentityOutcome outcome;
    PtStatus st = view_of(e, json, &view, err);
    if (st == PT_OK) {
        st = identity_claims(e->rules, graph, &view, e->arena, &claims, err);
    }
    if (st == PT_OK) {
        st = identity_apply(graph, &claims, view.message_id, &outcome, err);
    }
    if (st == PT_OK) {
        *event = (Event){.message_id = view.message_id, .node = outcome.node};
    }
    return st;
}

/* The next item of an array that was opened; false at its end. */
static bool next_item(PtJson *j, PtStr *ret_item)
{
    PtJson ahead = *j; /* a value, or the array's end? */
    *ret_item = (PtStr){NULL, 0};
    if (pt_json_next(&ahead) == PT_JSON_ARRAY_END) {
        *j = ahead;
        return false;
    }
    return pt_json_skip(j, ret_item, NULL, NULL);
}

static bool open_array(PtJson *j, PtStr json)
{
    pt_json_init(j, json, JSON_DEPTH);
    return json.len > 0 && pt_json_next(j) == PT_JSON_ARRAY;
}

static PtStatus apply_all(Eval *e, Identity *graph, PtStr events, PtError *err)
{
    PtJson j;
    PtStr item;
    PtStatus st = PT_OK;
    if (!open_array(&j, events)) {
        return wrong(e, err, "\"events\" is not an array");
    }
    for (e->count = 0; st == PT_OK && next_item(&j, &item); e->count++) {
        if (item.data[0] != '{') {
            return wrong(e, err, "an event is not a JSON object");
        }
        st = apply_event(e, graph, item, &e->events[e->count], err);
    }
    return st;
}

static void map_freep(PtMap **map)
{
    pt_map_free(*map, NULL);
}

static PtStatus index_events(const Eval *e, PtMap *by_id, PtError *err)
{
    for (size_t i = 0; i < e->count; i++) {
        void *before = NULL;
        if (!pt_map_set(by_id, e->events[i].message_id, &e->events[i], &before)) {
            return no_memory(e, err);
        }
        if (before != NULL) {
            return wrong(e, err, "two events have one messageId");
        }
    }
    return PT_OK;
}

static PtStatus expect_cluster(Eval *e, const PtMap *by_id, PtStr cluster, uint32_t number,
                               PtError *err)
{
    PtJson j;
    PtStr item;
    if (!open_array(&j, cluster)) {
        return wrong(e, err, "\"expect\" is not an array of arrays");
    }
    while (next_item(&j, &item)) {
        Event *event = NULL;
        if (item.data[0] == '"') {
            pt_buf_clear(&e->text, TEXT_KEEP);
            pt_json_decode((PtStr){item.data + 1, item.len - 2}, &e->text);
            event = pt_map_get(by_id, pt_buf_str(&e->text));
        }
        if (event == NULL || event->want != 0) {
            return wrong(e, err, "\"expect\" names what is no event's messageId, or one twice");
        }
        event->want = number;
    }
    return PT_OK;
}

static PtStatus read_expect(Eval *e, PtStr expect, PtError *err)
{
    PT_CLEANUP(map_freep) PtMap *by_id = pt_map_new();
    PtJson j;
    PtStr item;
    if (by_id == NULL) {
        return no_memory(e, err);
    }
    if (!open_array(&j, expect)) {
        return wrong(e, err, "\"expect\" is not an array of arrays");
    }
    PtStatus st = index_events(e, by_id, err);
    for (uint32_t number = 1; st == PT_OK && next_item(&j, &item); number++) {
        st = expect_cluster(e, by_id, item, number, err);
    }
    for (size_t i = 0; st == PT_OK && i < e->count; i++) {
        st = e->events[i].want != 0 ? PT_OK : wrong(e, err, "\"expect\" leaves an event out");
    }
    return st;
}

/* ---- Clusters -------------------------------------------------------------------------------- */

static int by_message_id(const void *a, const void *b)
{
    return pt_str_order(((const Event *)a)->message_id, ((const Event *)b)->message_id);
}

static uint32_t *numbers(Eval *e, size_t count)
{
    return pt_arena_alloc(e->arena, count + 1, sizeof(uint32_t));
}

/* label: of each event, 1..max. */
static PtStatus part_events(Eval *e, const uint32_t *label, uint32_t max, Parting *ret_parting,
                            PtError *err)
{
    Parting p = {numbers(e, e->count), numbers(e, e->count), numbers(e, e->count),
                 numbers(e, e->count), numbers(e, e->count), 0};
    uint32_t *cluster_of = numbers(e, max); /* + 1; by label */
    if (p.of == NULL || p.next == NULL || p.first == NULL || p.count == NULL || p.last == NULL ||
        cluster_of == NULL) {
        return no_memory(e, err);
    }
    for (uint32_t i = 0; i < e->count; i++) {
        bool begins = cluster_of[label[i]] == 0;
        if (begins) {
            p.first[p.clusters] = i;
            cluster_of[label[i]] = ++p.clusters;
        }
        uint32_t c = cluster_of[label[i]] - 1;
        if (!begins) {
            p.next[p.last[c]] = i + 1;
        }
        p.of[i] = c;
        p.last[c] = i;
        p.count[c]++;
    }
    *ret_parting = p;
    return PT_OK;
}

static PtStatus part_both(Eval *e, const Identity *graph, Parting *ret_got, Parting *ret_want,
                          PtError *err)
{
    uint32_t *got = numbers(e, e->count), *want = numbers(e, e->count), most = 0;
    if (got == NULL || want == NULL) {
        return no_memory(e, err);
    }
    for (size_t i = 0; i < e->count; i++) {
        got[i] = identity_person(graph, e->events[i].node);
        want[i] = e->events[i].want;
        most = want[i] > most ? want[i] : most;
    }
    PtStatus st = part_events(e, got, identity_counts(graph).last_person, ret_got, err);
    return st == PT_OK ? part_events(e, want, most, ret_want, err) : st;
}

static uint64_t pairs_of(const Parting *p)
{
    uint64_t pairs = 0;
    for (uint32_t c = 0; c < p->clusters; c++) {
        pairs += (uint64_t)p->count[c] * (p->count[c] - 1) / 2;
    }
    return pairs;
}

/* Whether the cluster is one of the other parting too. *pairs rises by the pairs of its events that
 * are together there. tally: zeros, by cluster of the other. */
static bool same_cluster(const Parting *p, const Parting *other, uint32_t c, uint32_t *tally,
                         uint64_t *pairs)
{
    for (uint32_t i = p->first[c] + 1; i != 0; i = p->next[i - 1]) {
        *pairs += tally[other->of[i - 1]]++;
    }
    uint32_t theirs = other->of[p->first[c]];
    bool same = tally[theirs] == p->count[c] && other->count[theirs] == p->count[c];
    for (uint32_t i = p->first[c] + 1; i != 0; i = p->next[i - 1]) {
        tally[other->of[i - 1]] = 0;
    }
    return same;
}

static void put_cluster(const Eval *e, const Parting *p, uint32_t c, PtJsonOut *o)
{
    pt_json_out_array(o);
    for (uint32_t i = p->first[c] + 1; i != 0; i = p->next[i - 1]) {
        pt_json_out_str(o, e->events[i - 1].message_id);
    }
    pt_json_out_array_end(o);
}

/* The clusters that the other parting does not have; *ret_pairs as above, over all of them. */
static uint32_t put_differing(const Eval *e, const Parting *p, const Parting *other,
                              uint32_t *tally, PtJsonOut *o, uint64_t *ret_pairs)
{
    uint32_t differing = 0;
    *ret_pairs = 0;
    pt_json_out_array(o);
    for (uint32_t c = 0; c < p->clusters; c++) {
        if (!same_cluster(p, other, c, tally, ret_pairs)) {
            put_cluster(e, p, c, o);
            differing++;
        }
    }
    pt_json_out_array_end(o);
    return differing;
}

/* ---- One history ------------------------------------------------------------------------------
 */

static void print_value(Eval *e, PtStr id, const Parting *got)
{
    pt_buf_clear(&e->text, TEXT_KEEP);
    PtJsonOut o = pt_json_out(&e->text);
    pt_json_out_object(&o);
    pt_json_out_key(&o, PT_STR("id"));
    pt_json_out_raw(&o, id);
    pt_json_out_key(&o, PT_STR("value"));
    pt_json_out_array(&o);
    for (uint32_t c = 0; c < got->clusters; c++) {
        put_cluster(e, got, c, &o);
    }
    pt_json_out_array_end(&o);
    pt_json_out_object_end(&o);
    cli_print_json(pt_buf_str(&e->text));
}

/* Both lists hold the clusters that differ. */
static void show_mismatch(Eval *e, PtStr id, PtStr expected, PtStr got)
{
    PtJsonOut *o = &e->mismatches;
    pt_json_out_object(o);
    pt_json_out_key(o, PT_STR("id"));
    pt_json_out_raw(o, id);
    pt_json_put_str(o, "file", pt_str(e->line->file));
    pt_json_put_u64(o, "line", e->line->number);
    pt_json_out_key(o, PT_STR("expected"));
    pt_json_out_raw(o, expected);
    pt_json_out_key(o, PT_STR("got"));
    pt_json_out_raw(o, got);
    pt_json_out_object_end(o);
}

static PtStatus compare(Eval *e, PtStr id, const Parting *got, const Parting *want, PtError *err)
{
    uint32_t *tally = numbers(e, e->count);
    PtBuf texts[2];
    uint64_t pairs = 0;
    if (tally == NULL) {
        return no_memory(e, err);
    }
    pt_buf_init(&texts[0], SHOWN_BYTES);
    pt_buf_init(&texts[1], SHOWN_BYTES);
    PtJsonOut of_got = pt_json_out(&texts[0]), of_want = pt_json_out(&texts[1]);
    bool same = put_differing(e, got, want, tally, &of_got, &pairs) == 0;
    e->pairs_both += pairs;
    (void)put_differing(e, want, got, tally, &of_want, &pairs);
    e->pairs_got += pairs_of(got);
    e->pairs_want += pairs_of(want);
    if (!same && e->cases - e->matched < SHOWN) {
        show_mismatch(e, id, pt_buf_str(&texts[1]), pt_buf_str(&texts[0]));
    }
    e->matched += same;
    bool full = pt_buf_status(&texts[0]) != PT_OK || pt_buf_status(&texts[1]) != PT_OK;
    pt_buf_done(&texts[0]);
    pt_buf_done(&texts[1]);
    return full ? no_memory(e, err) : PT_OK;
}

static void graph_freep(Identity **graph)
{
    identity_free(*graph);
}

static PtStatus run_events(Eval *e, Identity *graph, PtStr json, PtError *err)
{
    PtStr events = cli_json(json, "events");
    /* An event takes three bytes at the least: a pair of braces and a comma. */
    e->events = pt_arena_alloc(e->arena, events.len / 3 + 1, sizeof *e->events);
    if (e->events == NULL) {
        return no_memory(e, err);
    }
    PtStatus st = apply_all(e, graph, events, err);
    if (st == PT_OK) {
        qsort(e->events, e->count, sizeof *e->events, by_message_id);
        st = read_expect(e, cli_json(json, "expect"), err);
    }
    return st;
}

static PtStatus eval_case(void *ctx, const EvalLine *line, PtError *err)
{
    Eval *e = ctx;
    PtStr json = line->raw;
    PT_CLEANUP(graph_freep) Identity *graph = NULL;
    Parting got, want;
    PtError bad;
    e->line = line;
    pt_arena_clear(e->arena);
    if (pt_json_check(json, JSON_DEPTH, &bad) != PT_OK) {
        return wrong(e, err, bad.message);
    }
    PtStr id = cli_json(json, "id");
    if (id.data == NULL) {
        return wrong(e, err, "the line is not an object with \"id\", \"events\" and \"expect\"");
    }
    PtStatus st = identity_new(e->rules, &graph, err);
    st = st == PT_OK ? run_events(e, graph, json, err) : st;
    st = st == PT_OK ? part_both(e, graph, &got, &want, err) : st;
    if (st == PT_OK && e->values) {
        print_value(e, id, &got);
    } else if (st == PT_OK) {
        st = compare(e, id, &got, &want, err);
    }
    e->cases++;
    e->total_events += e->count;
    return st;
}

/* ---- All of them ------------------------------------------------------------------------------
 */

static double share(uint64_t part, uint64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : 1;
}

static void put_metrics(const Eval *e, PtJsonOut *o)
{
    double precision = share(e->pairs_both, e->pairs_got);
    double recall = share(e->pairs_both, e->pairs_want);
    double sum = precision + recall;
    pt_json_out_object(o);
    pt_json_out_key(o, PT_STR("exact"));
    pt_json_out_double(o, share(e->matched, e->cases));
    pt_json_out_key(o, PT_STR("pair_precision"));
    pt_json_out_double(o, precision);
    pt_json_out_key(o, PT_STR("pair_recall"));
    pt_json_out_double(o, recall);
    pt_json_out_key(o, PT_STR("pair_f1"));
    pt_json_out_double(o, sum > 0 ? 2 * precision * recall / sum : 0);
    pt_json_out_object_end(o);
}

static PtStatus print_summary(Eval *e, PtError *err)
{
    const struct {
        const char *name;
        uint64_t count;
    } counts[] = {{"files", e->files},
                  {"cases", e->cases},
                  {"events", e->total_events},
                  {"matched", e->matched},
                  {"mismatched", e->cases - e->matched}};
    pt_json_out_array_end(&e->mismatches);
    pt_buf_clear(&e->text, TEXT_KEEP);
    PtJsonOut o = pt_json_out(&e->text);
    pt_json_out_object(&o);
    pt_json_put_str(&o, "eval", PT_STR("identity"));
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        pt_json_out_key(&o, pt_str(counts[i].name));
        pt_json_out_u64(&o, counts[i].count);
    }
    pt_json_out_key(&o, PT_STR("metrics"));
    put_metrics(e, &o);
    pt_json_out_key(&o, PT_STR("mismatches"));
    pt_json_out_raw(&o, pt_buf_str(&e->shown));
    pt_json_out_object_end(&o);
    if (pt_buf_status(&e->text) != PT_OK || pt_buf_status(&e->shown) != PT_OK) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the result");
    }
    cli_print_json(pt_buf_str(&e->text));
    return PT_OK;
}

static PtStatus read_rules(const char *path, IdentityRules **ret_rules, PtError *err)
{
    if (path == NULL) {
        return identity_rules_default(ret_rules, err);
    }
    PT_CLEANUP(pt_close_filep) FILE *f = fopen(path, "re");
    if (f == NULL) {
        int why = errno;
        return pt_fail(err, pt_status_of_errno(why), "cannot open \"%s\": %s", path, strerror(why));
    }
    PT_CLEANUP(pt_free_charp) char *text = malloc(RULES_BYTES + 1);
    if (text == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to read \"%s\"", path);
    }
    size_t len = fread(text, 1, RULES_BYTES + 1, f);
    if (ferror(f) || len > RULES_BYTES) {
        return ferror(f) ? pt_fail(err, PT_IO, "cannot read \"%s\"", path)
                         : pt_fail(err, PT_TOO_LARGE, "\"%s\" is over 1 MiB", path);
    }
    PtError bad;
    PtStatus st = identity_rules_read((PtStr){text, len}, ret_rules, &bad);
    return st == PT_OK ? PT_OK : pt_fail(err, st, "file %s: %s", path, bad.message);
}

static void rules_freep(IdentityRules **rules)
{
    identity_rules_free(*rules);
}

PtStatus cmd_eval_identity(Cli *cli, const CliArgs *args, PtError *err)
{
    PT_CLEANUP(rules_freep) IdentityRules *rules = NULL;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(CASE_BYTES);
    (void)cli; /* what is printed is JSON, with and without --json */
    if (arena == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to read histories");
    }
    PtStatus st = read_rules(cli_value(args, "rules"), &rules, err);
    Eval e = {.rules = rules, .values = cli_value(args, "values") != NULL, .arena = arena};
    pt_buf_init(&e.text, SHOWN_BYTES);
    pt_buf_init(&e.shown, SHOWN_BYTES);
    e.mismatches = pt_json_out(&e.shown);
    pt_json_out_array(&e.mismatches);
    for (size_t i = 0; st == PT_OK && i < args->positional_count; i++) {
        st = eval_file(args->positionals[i], eval_case, &e, err);
        e.files++;
    }
    if (st == PT_OK && !e.values) {
        st = print_summary(&e, err);
    }
    pt_buf_done(&e.text);
    pt_buf_done(&e.shown);
    return st;
}
