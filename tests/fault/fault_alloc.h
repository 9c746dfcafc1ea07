// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

/* malloc, calloc and realloc that fail on command. Link the test with fault_alloc_link
 * (tests/fault/ meson.build). Threads  Counts the allocations of the calling thread only.
 */

/* The nth allocation from now on (1 = the next) returns NULL, and with `all` also every later one
 * until the order is taken back with nth = 0. */
void fault_alloc_fail(uint64_t nth, int all);

/* Allocations by this thread since the last fault_alloc_fail. */
uint64_t fault_alloc_count(void);
