// SPDX-License-Identifier: Apache-2.0
#ifndef FAULT_SEEDS_H
#define FAULT_SEEDS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

/* Which seeds a randomised test runs: PATRON_SEEDS of them, else `normal`, or `soak` with
 * PATRON_SOAK=1; the first is PATRON_SEED, else follows from the time. A test prints what fails. */
typedef struct FaultSeeds {
    uint64_t first, count;
} FaultSeeds;

static inline uint64_t fault_number(const char *variable, uint64_t otherwise)
{
    const char *text = getenv(variable);
    return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

static inline bool fault_is_soak(void)
{
    const char *soak = getenv("PATRON_SOAK");
    return soak != NULL && soak[0] == '1';
}

static inline FaultSeeds fault_seeds(uint64_t normal, uint64_t soak)
{
    const uint64_t count = fault_is_soak() ? soak : normal;
    return (FaultSeeds){fault_number("PATRON_SEED", (uint64_t)time(NULL) * 1000),
                        fault_number("PATRON_SEEDS", count)};
}

#endif
