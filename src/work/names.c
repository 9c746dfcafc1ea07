// SPDX-License-Identifier: Apache-2.0
#include "work/work_internal.h"

#define WORK_NAME(id, name) name,
static const char *const fact_names[] = {WORK_FACT_MAP(WORK_NAME)};
static const char *const clock_names[] = {WORK_CLOCK_MAP(WORK_NAME)};
static const char *const state_names[] = {WORK_STATE_MAP(WORK_NAME)};
static const char *const why_names[] = {WORK_WHY_MAP(WORK_NAME)};
#undef WORK_NAME

WorkFactKind work_fact_kind(WorkFact fact)
{
    static const uint8_t kinds[WORK_FACTS] = {
        [WORK_ACKNOWLEDGED] = WORK_FACT_TRUTH,      [WORK_REPLIED] = WORK_FACT_TRUTH,
        [WORK_AWAITS_REPLY] = WORK_FACT_TRUTH,      [WORK_SENTIMENT] = WORK_FACT_NUMBER,
        [WORK_SENTIMENT_LOWEST] = WORK_FACT_NUMBER, [WORK_TONE_URGENCY] = WORK_FACT_NUMBER};
    return (WorkFactKind)kinds[fact];
}

const char *work_fact_name(WorkFact fact)
{
    return fact_names[fact];
}

bool work_fact_of(PtStr name, WorkFact *ret_fact)
{
    for (unsigned i = 0; i < WORK_FACTS; i++) {
        if (pt_str_eq(name, pt_str(fact_names[i]))) {
            *ret_fact = (WorkFact)i;
            return true;
        }
    }
    return false;
}

const char *work_clock_name(WorkClockKind kind)
{
    return clock_names[kind];
}

const char *work_state_name(WorkClockState state)
{
    return state_names[state];
}

const char *work_why_name(WorkWhy why)
{
    return why_names[why];
}

int work_priority_of(PtStr text)
{
    return text.len == 2 && text.data[0] == 'P' && text.data[1] >= '1' && text.data[1] <= '5'
               ? text.data[1] - '1'
               : -1;
}
