// SPDX-License-Identifier: Apache-2.0
#include "platform/outbox.h"

int64_t pt_backoff_ms(const PtBackoff *policy, uint32_t attempts, PtRng *rng)
{
    int64_t most_ms = policy->first_ms;
    for (uint32_t i = 1; i < attempts && most_ms < policy->max_ms; i++) {
        most_ms = most_ms > policy->max_ms / 2 ? policy->max_ms : most_ms * 2;
    }
    most_ms = most_ms < policy->max_ms ? most_ms : policy->max_ms;
    return (int64_t)pt_rng_below(rng, (uint64_t)most_ms + 1);
}

bool pt_breaker_may(const PtBreaker *b, int64_t now_ms)
{
    return now_ms >= b->until_ms && !(b->trips > 0 && b->probing);
}

void pt_breaker_begin(PtBreaker *b)
{
    b->probing = b->trips > 0;
}

void pt_breaker_succeeded(PtBreaker *b)
{
    *b = (PtBreaker){.until_ms = b->trips > 0 ? 0 : b->until_ms};
}

void pt_breaker_passed(PtBreaker *b)
{
    b->probing = false;
}

bool pt_breaker_failed(PtBreaker *b, const PtBreakerPolicy *policy, int64_t now_ms,
                       int64_t after_ms, PtRng *rng)
{
    const bool was_open = b->trips > 0, probe = was_open && b->probing;
    int64_t until_ms = now_ms + after_ms;
    b->probing = false;
    b->failures += b->failures < UINT32_MAX;
    // calls that were under way when it opened tell nothing new
    if (probe || (!was_open && b->failures >= policy->failures_max)) {
        b->trips += b->trips < UINT32_MAX;
        const int64_t pause_ms = policy->least_ms + pt_backoff_ms(&policy->pause, b->trips, rng);
        until_ms = now_ms + (pause_ms > after_ms ? pause_ms : after_ms);
    }
    b->until_ms = until_ms > b->until_ms ? until_ms : b->until_ms;
    return !was_open && b->trips > 0;
}
