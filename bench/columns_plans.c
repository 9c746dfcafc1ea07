// SPDX-License-Identifier: Apache-2.0
/* The questions of bench/columns.py, as plans. */
#include "bench_columns.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char *const bench_events[EV_COUNT] = {
    "Page Viewed",       "Product List Viewed", "Product Viewed",
    "Products Searched", "Promotion Viewed",    "Product Added to Wishlist",
    "Error Shown",       "Product Added",       "Product Removed",
    "Cart Viewed",       "Checkout Started",    "Payment Info Entered",
    "Order Completed",   "Product Reviewed",    "Store Visited",
    "Application Opened"};
const PtStr bench_channels[16] = {PT_STR_INIT(""), PT_STR_INIT("web"), PT_STR_INIT("app"),
                                  PT_STR_INIT("store"), PT_STR_INIT("service")};
const char *const bench_devices[4] = {"desktop", "phone", "tablet", "till"};

uint32_t bench_person_sealed(void *ctx, uint32_t node)
{
    (void)ctx;
    const uint32_t customer = (node - 1) / 2;
    return customer % 20 == 0 ? node : bench_person(customer);
}

struct BenchPlan {
    ColumnsPlan plan;
    PlanSlot slots[2];
    PlanSet sets[4];
    uint64_t codes[4][COLUMNS_EVENTS_MAX / 64];
    PlanSeries series[1];
    PtProgram *program;
    uint32_t *person_of;
    int event_of[COLUMNS_EVENTS_MAX]; /* code to index of bench_events */
};

enum { NODES_MAX = 1 << 23 };

static void set_event(BenchPlan *p, ColumnsSnapshot *s, size_t set, int event)
{
    const ColumnsEvent *events;
    const size_t count = columns_snapshot_events(s, &events);
    for (size_t code = 0; code < count; code++) {
        if (pt_str_eq(events[code].name, pt_str(bench_events[event])) && events[code].type == 1) {
            p->codes[set][code / 64] |= 1ull << code % 64;
        }
    }
    p->sets[set].codes = p->codes[set];
    p->plan.set_count = set + 1;
}

static uint32_t property(ColumnsSnapshot *s, const char *path, ColumnsKind kind)
{
    const ColumnsProperty *list;
    const size_t count = columns_snapshot_properties(s, &list);
    for (size_t i = 0; i < count; i++) {
        if (list[i].kind == kind && pt_str_eq(list[i].path, pt_str(path))) {
            return COLUMNS_COLUMN_PROPERTIES + (uint32_t)i;
        }
    }
    return UINT32_MAX;
}

static uint32_t add_slot(BenchPlan *p, uint32_t number, uint32_t text)
{
    p->slots[p->plan.slot_count] = (PlanSlot){.number = number, .text = text, .truth = UINT32_MAX};
    return (uint32_t)p->plan.slot_count++;
}

static PtStatus price_from(BenchPlan *p, ColumnsSnapshot *s, size_t set, double least, PtError *err)
{
    const uint32_t slot = add_slot(p, property(s, "properties.price", COLUMNS_NUMBER), UINT32_MAX);
    const PtValue constant = {.kind = PT_VALUE_NUMBER, .number = least};
    PtStatus st = pt_program_new(&p->program, err);
    st = st == PT_OK ? pt_program_compare(p->program, slot, PT_COMPARE_GE, &constant, err) : st;
    st = st == PT_OK ? pt_program_end(p->program, err) : st;
    p->sets[set].program = p->program;
    return st;
}

/* ---- The questions --------------------------------------------------------------------------- */

static PtStatus cut(const BenchPlan *p, PlanUnit unit, PlanPeriods *ret_periods, PtError *err)
{
    return plan_periods(ret_periods, unit, p->plan.from_ms, p->plan.to_ms, NULL, err);
}

static PtStatus funnel(BenchPlan *p, ColumnsSnapshot *s, PtError *err)
{
    (void)err;
    p->plan.kind = PLAN_FUNNEL;
    set_event(p, s, 0, EV_PRODUCT);
    set_event(p, s, 1, EV_ADDED);
    set_event(p, s, 2, EV_ORDER);
    p->plan.funnel = (PlanFunnel){.steps = {0, 1, 2},
                                  .step_count = 3,
                                  .window_ms = 7ll * 86400000,
                                  .same = UINT32_MAX,
                                  .breakdown = {UINT32_MAX}};
    return PT_OK;
}

static PtStatus filters(BenchPlan *p, ColumnsSnapshot *s, PtError *err)
{
    PlanSegmentation *plan = &p->plan.segmentation;
    p->plan.kind = PLAN_SEGMENTATION;
    set_event(p, s, 0, EV_PRODUCT);
    PtStatus st = price_from(p, s, 0, 50, err);
    p->series[0] = (PlanSeries){.measure = PLAN_UNIQUES, .slot = UINT32_MAX};
    *plan = (PlanSegmentation){.series = p->series, .series_count = 1};
    plan->breakdown.slot =
        add_slot(p, UINT32_MAX, property(s, "context.device.type", COLUMNS_TEXT));
    return st == PT_OK ? cut(p, PLAN_MONTH, &plan->periods, err) : st;
}

static PtStatus uniques(BenchPlan *p, ColumnsSnapshot *s, PtError *err)
{
    (void)s;
    p->plan.kind = PLAN_SEGMENTATION;
    p->plan.set_count = 1; // all events
    p->series[0] = (PlanSeries){.measure = PLAN_UNIQUES, .slot = UINT32_MAX};
    p->plan.segmentation =
        (PlanSegmentation){.series = p->series, .series_count = 1, .breakdown = {UINT32_MAX}};
    return cut(p, PLAN_DAY, &p->plan.segmentation.periods, err);
}

static PtStatus revenue(BenchPlan *p, ColumnsSnapshot *s, PtError *err)
{
    PlanSegmentation *plan = &p->plan.segmentation;
    p->plan.kind = PLAN_SEGMENTATION;
    set_event(p, s, 0, EV_ORDER);
    p->series[0] =
        (PlanSeries){.measure = PLAN_SUM, .slot = add_slot(p, COLUMNS_COLUMN_AMOUNT, UINT32_MAX)};
    *plan = (PlanSegmentation){.series = p->series, .series_count = 1};
    plan->breakdown.slot =
        add_slot(p, UINT32_MAX, property(s, "context.device.type", COLUMNS_TEXT));
    return cut(p, PLAN_MONTH, &plan->periods, err);
}

static PtStatus retention(BenchPlan *p, ColumnsSnapshot *s, PtError *err)
{
    (void)s;
    p->plan.kind = PLAN_RETENTION;
    p->plan.set_count = 1;
    p->plan.retention = (PlanRetention){.begin = 0, .again = 0, .breakdown = {UINT32_MAX}};
    return cut(p, PLAN_WEEK, &p->plan.retention.periods, err);
}

static PtStatus paths(BenchPlan *p, ColumnsSnapshot *s, PtError *err)
{
    (void)err;
    const ColumnsEvent *events;
    const size_t count = columns_snapshot_events(s, &events);
    for (size_t code = 0; code < count; code++) {
        for (int i = 0; i < EV_COUNT; i++) {
            if (pt_str_eq(events[code].name, pt_str(bench_events[i]))) {
                p->event_of[code] = i;
            }
        }
    }
    p->plan.kind = PLAN_PATHS;
    set_event(p, s, 1, EV_PAGE);
    p->plan.paths = (PlanPaths){.nodes = 0, .anchor = 1, .gap_ms = 1800000, .depth = 5};
    return PT_OK;
}

/* Who ordered within the last 30 days. */
static PtStatus segment(BenchPlan *p, ColumnsSnapshot *s, PtError *err)
{
    p->plan.kind = PLAN_SEGMENTATION;
    p->plan.from_ms = p->plan.to_ms - 30ll * 86400000;
    set_event(p, s, 0, EV_ORDER);
    p->series[0] = (PlanSeries){.measure = PLAN_UNIQUES, .slot = UINT32_MAX};
    p->plan.segmentation =
        (PlanSegmentation){.series = p->series, .series_count = 1, .breakdown = {UINT32_MAX}};
    return cut(p, PLAN_WHOLE, &p->plan.segmentation.periods, err);
}

static PtStatus stickiness(BenchPlan *p, ColumnsSnapshot *s, PtError *err)
{
    (void)s;
    p->plan.kind = PLAN_STICKINESS;
    p->plan.set_count = 1;
    return cut(p, PLAN_DAY, &p->plan.stickiness.periods, err);
}

static PtStatus lifecycle(BenchPlan *p, ColumnsSnapshot *s, PtError *err)
{
    (void)s;
    p->plan.kind = PLAN_LIFECYCLE;
    p->plan.set_count = 1;
    return cut(p, PLAN_WEEK, &p->plan.lifecycle.periods, err);
}

static PtStatus sessions(BenchPlan *p, ColumnsSnapshot *s, PtError *err)
{
    (void)s;
    p->plan.kind = PLAN_SESSIONS;
    p->plan.set_count = 1;
    p->plan.sessions.gap_ms = 1800000;
    return cut(p, PLAN_MONTH, &p->plan.sessions.periods, err);
}

static PtStatus no_row(void *range, uint32_t person, uint64_t sets, int64_t time_ms,
                       uint64_t offset, PtError *err)
{
    (void)range;
    (void)person;
    (void)sets;
    (void)time_ms;
    (void)offset;
    (void)err;
    return PT_OK;
}

/* What a walk costs by itself. */
static PtStatus walk(BenchPlan *p, ColumnsSnapshot *s, PtError *err)
{
    (void)s;
    (void)err;
    p->plan.kind = PLAN_WALK;
    p->plan.set_count = 1;
    p->plan.walk = (PlanWalk){.row = no_row};
    return PT_OK;
}

static PtStatus build(BenchPlan *p, ColumnsSnapshot *s, PtStr name, PtError *err)
{
    static const struct {
        const char *name;
        PtStatus (*build)(BenchPlan *p, ColumnsSnapshot *s, PtError *err);
    } plans[] = {
        {"funnel", funnel},         {"filters", filters},
        {"uniques", uniques},       {"revenue", revenue},
        {"retention", retention},   {"paths", paths},
        {"stickiness", stickiness}, {"lifecycle", lifecycle},
        {"sessions", sessions},     {"walk", walk},
        {"segment", segment},
    };
    for (size_t i = 0; i < sizeof plans / sizeof *plans; i++) {
        if (pt_str_eq(name, pt_str(plans[i].name))) {
            return plans[i].build(p, s, err);
        }
    }
    return pt_fail(err, PT_INVALID, "no such plan: %.*s", (int)name.len, name.data);
}

PtStatus bench_plan_new(ColumnsSnapshot *s, PtStr name, BenchPlan **ret_plan, PtError *err)
{
    BenchPlan *p = calloc(1, sizeof *p);
    *ret_plan = p;
    if (p == NULL || (p->person_of = malloc(NODES_MAX * sizeof *p->person_of)) == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a plan");
    }
    p->person_of[0] = 0;
    for (uint32_t node = 1; node < NODES_MAX; node++) {
        p->person_of[node] = bench_person((node - 1) / 2);
    }
    p->plan = (ColumnsPlan){.from_ms = BENCH_BEGIN_MS,
                            .to_ms = BENCH_BEGIN_MS + (int64_t)BENCH_DAYS * 86400000,
                            .slots = p->slots,
                            .sets = p->sets,
                            .channels = bench_channels,
                            .person_of = p->person_of,
                            .node_count = NODES_MAX};
    return build(p, s, name, err);
}

void bench_plan_free(BenchPlan *p)
{
    pt_program_free(p->program);
    free(p->person_of);
    free(p);
}

const ColumnsPlan *bench_plan(const BenchPlan *plan)
{
    return &plan->plan;
}

static const char *comma(const PtBuf *out)
{
    return out->len > 0 && out->data[out->len - 1] == ']' ? ", " : "";
}

void bench_plan_write(const BenchPlan *plan, const PlanAnswer *a, PtBuf *out)
{
    const ColumnsPlan *p = &plan->plan;
    pt_buf_add_char(out, '[');
    for (size_t v = 0; p->kind == PLAN_SEGMENTATION && v < a->value_count; v++) {
        const size_t periods = p->segmentation.periods.count;
        for (size_t i = 0; i < periods; i++) {
            pt_buf_printf(out, "%s[\"%.*s\", %zu, %.2f]", comma(out), (int)a->values[v].len,
                          a->values[v].data, i, a->cells[v * periods + i].value);
        }
    }
    for (size_t v = 0; p->kind == PLAN_FUNNEL && v < a->value_count; v++) {
        for (size_t i = 0; i < p->funnel.step_count; i++) {
            pt_buf_printf(out, "%s[\"%.*s\", %zu, %" PRIu64 "]", comma(out), (int)a->values[v].len,
                          a->values[v].data, i, a->funnel[v].reached[i]);
        }
    }
    for (size_t c = 0; p->kind == PLAN_RETENTION && c < p->retention.periods.count; c++) {
        for (size_t k = 0; a->retention[c] != NULL && k < p->retention.periods.count - c; k++) {
            pt_buf_printf(out, "%s[%zu, %zu, %" PRIu64 "]", comma(out), c, k,
                          k == 0 ? a->retention[c]->persons : a->retention[c]->back[k]);
        }
    }
    for (size_t k = 1; p->kind == PLAN_STICKINESS && k <= p->stickiness.periods.count; k++) {
        pt_buf_printf(out, "%s[%zu, %" PRIu64 "]", comma(out), k, a->stickiness[k]);
    }
    for (size_t i = 0; p->kind == PLAN_LIFECYCLE && i < p->lifecycle.periods.count; i++) {
        for (size_t stage = 0; stage < PLAN_STAGES; stage++) {
            pt_buf_printf(out, "%s[%zu, %zu, %" PRIu64 "]", comma(out), i, stage,
                          a->lifecycle[i][stage]);
        }
    }
    for (size_t i = 0; p->kind == PLAN_SESSIONS && i < p->sessions.periods.count; i++) {
        const PlanSessionsRow *r = &a->sessions[i];
        pt_buf_printf(out, "%s[%zu, %" PRIu64 ", %" PRIu64 ", %" PRIu64 ", %" PRId64 "]",
                      comma(out), i, r->sessions, r->persons, r->rows, r->length_median_ms);
    }
    for (size_t i = 0; p->kind == PLAN_PATHS && i < a->edge_count; i++) {
        const PlanEdge *e = &a->edges[i];
        pt_buf_printf(out, "%s[\"%d>%d\", %u, %" PRIu64 "]", comma(out), plan->event_of[e->from],
                      e->to == PLAN_END ? -1 : plan->event_of[e->to], e->depth, e->count);
    }
    pt_buf_add_char(out, ']');
}
