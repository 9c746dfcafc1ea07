// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A hash table from text to a pointer: open addressing, keys copied and owned by the map.
 * Iteration order is not defined. One owner at a time (or a lock around it).
 */
typedef struct PtMap PtMap;

PtMap *pt_map_new(void); /* NULL when out of memory */
void pt_map_free(PtMap *map,
                 void (*free_value)(void *)); /* free_value may be NULL; accepts NULL map */

/* The value, or NULL when absent (or stored as NULL). */
void *pt_map_get(const PtMap *map, PtStr key);

/* Sets or replaces; *ret_old (may be NULL) gets the value replaced. False when out of memory: map
 * unchanged. */
bool pt_map_set(PtMap *map, PtStr key, void *value, void **ret_old);

/* Removes and returns the value; NULL when absent. */
void *pt_map_remove(PtMap *map, PtStr key);

size_t pt_map_count(const PtMap *map);

/* Walks all entries: start with *cursor = 0; false at the end. The map must not change meanwhile.
 */
bool pt_map_next(const PtMap *map, size_t *cursor, PtStr *ret_key, void **ret_value);
