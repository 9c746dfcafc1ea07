// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Randomness comes in as a parameter. PtRng is a seeded, reproducible generator (xoshiro256**) for
 * tests, simulation, jitter and sampling; never for secrets. pt_random_bytes() is the system's, for
 * secrets.
 */
typedef struct PtRng {
    uint64_t s[4];
} PtRng;

void pt_rng_init(PtRng *rng, uint64_t seed); /* splitmix64 fills the state; any seed is good */
uint64_t pt_rng_u64(PtRng *rng);
uint64_t pt_rng_below(PtRng *rng, uint64_t bound); /* 0..bound-1 without bias; bound >= 1 */
double pt_rng_unit(PtRng *rng);                    /* [0, 1) */

void pt_random_bytes(void *out, size_t len); /* getrandom(2); ends the process if it cannot */
