// SPDX-License-Identifier: Apache-2.0
/* Fuzz target of policies: any text. What reads is a policy that folds a history with whatever
 * names and spans it has; the explanation sums to the clock. Input: the policy.
 */
#include "work/work.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_MAX = 1 << 20 };

static const WorkChange opened[] = {{WORK_STATE, PT_STR_INIT("new")},
                                    {WORK_PRIORITY, PT_STR_INIT("P1")}};
static const WorkChange asked[] = {{WORK_STATE, PT_STR_INIT("waiting")},
                                   {WORK_WAITING_FOR, PT_STR_INIT("requester")}};
static const WorkChange answered[] = {{WORK_STATE, PT_STR_INIT("resolved")},
                                      {WORK_WAITING_FOR, {NULL, 0}},
                                      {WORK_PRIORITY, PT_STR_INIT("P3")}};
static const WorkRow rows[] = {
    {0, PT_STR_INIT("opened"), opened, 2},
    {600000, PT_STR_INIT("asked"), asked, 2},
    {900000, PT_STR_INIT("answered"), answered, 3},
    {1900000, PT_STR_INIT("reopened"), opened, 2},
};

static void check(const WorkRules *rules, WorkClockKind kind)
{
    enum { NOW = 9000000 };
    const WorkHistory history = {rows, sizeof rows / sizeof *rows};
    PtArena *arena = pt_arena_new(ARENA_MAX);
    WorkClock clock;
    WorkExplained told;
    int64_t sum = 0;
    if (arena == NULL || work_clock_fold(rules, &history, kind, NOW, &clock, NULL) != PT_OK ||
        work_clock_explain(rules, &history, kind, NOW, arena, &told, NULL) != PT_OK) {
        abort();
    }
    for (size_t i = 0; i < told.count; i++) {
        sum += told.list[i].why == WORK_WHY_COUNTED && told.list[i].round == clock.round
                   ? told.list[i].to_ms - told.list[i].from_ms
                   : 0;
    }
    assert(sum == clock.elapsed_ms);
    pt_arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PtError err = {0};
    WorkPolicy *policy = NULL;
    const PtStatus st = work_policy_read((PtStr){(const char *)data, size}, &policy, &err);
    if (st != PT_OK) {
        assert(err.message[0] != 0);
        return 0;
    }
    const WorkVersion version = {policy, 0, WORK_NEVER, 1};
    const WorkRules rules = {.versions = &version, .count = 1};
    for (unsigned i = 0; i < WORK_CLOCKS; i++) {
        check(&rules, (WorkClockKind)i);
    }
    work_policy_free(policy);
    return 0;
}
