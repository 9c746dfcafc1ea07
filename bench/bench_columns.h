// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "platform/columns_plan.h"

/* What bench/columns.c and its plans (columns_plans.c) share: the retailer whose events they are.
 */

#define BENCH_BEGIN_MS 1735689600000 /* 2025-01-01 */
enum { BENCH_DAYS = 365 };

enum {
    EV_PAGE,
    EV_LIST,
    EV_PRODUCT,
    EV_SEARCH,
    EV_PROMO,
    EV_WISH,
    EV_ERROR,
    EV_ADDED,
    EV_REMOVED,
    EV_CART,
    EV_CHECKOUT,
    EV_PAYMENT,
    EV_ORDER,
    EV_RATED,
    EV_VISIT,
    EV_OPENED,
    EV_COUNT,
};
extern const char *const bench_events[EV_COUNT];
extern const PtStr bench_channels[16];
extern const char *const bench_devices[4];

/* Two nodes each; one person, whose number is the lower node's. */
static inline uint32_t bench_node(uint32_t customer, bool second)
{
    return customer * 2 + 1 + (second ? 1 : 0);
}

static inline uint32_t bench_person(uint32_t customer)
{
    return customer * 2 + 1;
}

/* ColumnsConfig.person_of: one customer in 20 was not known to be one when the runs were written.
 */
uint32_t bench_person_sealed(void *ctx, uint32_t node);

typedef struct BenchPlan BenchPlan;
PT_NODISCARD PtStatus bench_plan_new(ColumnsSnapshot *snapshot, PtStr name, BenchPlan **ret_plan,
                                     PtError *err);
void bench_plan_free(BenchPlan *plan);
const ColumnsPlan *bench_plan(const BenchPlan *plan);
/* The answer as a JSON list of numbers and texts, as the peers' queries give it. */
void bench_plan_write(const BenchPlan *plan, const PlanAnswer *answer, PtBuf *out);
