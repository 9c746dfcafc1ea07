// SPDX-License-Identifier: Apache-2.0
/* Times to periods. Rows of a session lie in one period, so the period is looked up once for each
 * that begins another. */
#include "platform/columns/columns_scan.h"

#include <string.h>

static inline int64_t time_at(const int64_t *times, const uint16_t *rows, size_t i)
{
    return rows != NULL ? times[rows[i]] : times[i];
}

static void put_period(TimesSeen *seen, size_t period, bool several)
{
    const size_t word = period / 64;
    const uint64_t bit = 1ull << period % 64;
    const bool fresh = seen->from == seen->to;
    seen->twice[word] |= several || (seen->once[word] & bit) != 0 ? bit : 0;
    seen->once[word] |= bit;
    seen->from = fresh || word < seen->from ? word : seen->from;
    seen->to = fresh || word >= seen->to ? word + 1 : seen->to;
}

void times_put(TimesSeen *seen, const PlanPeriods *periods, const int64_t *times,
               const uint16_t *rows, size_t count, uint64_t *totals)
{
    for (size_t i = 0; i < count;) {
        const size_t period = plan_period_of(periods, time_at(times, rows, i)), first = i;
        const int64_t end = periods->edges[period + 1];
        i++;
        while (i < count && time_at(times, rows, i) < end) {
            i++;
        }
        put_period(seen, period, i - first > 1);
        if (totals != NULL) {
            totals[period] += i - first;
        }
    }
}

void times_forget(TimesSeen *seen)
{
    if (seen->from < seen->to) {
        const size_t bytes = (seen->to - seen->from) * sizeof(uint64_t);
        memset(seen->once + seen->from, 0, bytes);
        memset(seen->twice + seen->from, 0, bytes);
    }
    seen->from = seen->to = 0;
}
