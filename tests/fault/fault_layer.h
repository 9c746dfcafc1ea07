// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/file.h"

#include <stdatomic.h>
#include <stdint.h>

/* A layer over a disk of tests (fault_fs.h): counts the operations, cuts the power before one of
 * them, and keeps the failing of allocations (fault_alloc.h, with its link arguments) away from the
 * disk, which is none of what is tested. */
typedef struct FaultLayer {
    PtFs fs;
    PtFs *disk;
    _Atomic uint64_t ops;
    uint64_t cut_at;   /* the power goes before this operation, from 1; 0: never */
    uint64_t alloc_at; /* which allocation is to fail, from when that was ordered; 0: none */
} FaultLayer;

void fault_layer_init(FaultLayer *layer, PtFs *disk);
/* The nth allocation from now on fails (not those of the disk); 0 takes the order back. */
void fault_layer_fail_alloc(FaultLayer *layer, uint64_t nth);
