// SPDX-License-Identifier: Apache-2.0
/* Fuzz target for what people write into a destination and what a mapping makes of an event: a
 * definition, a NUL, and an event's JSON. What a mapping makes is JSON; so is a renamed event.
 */
#include "base/json.h"
#include "base/map.h"
#include "connect/destination_internal.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void apply(PtArena *arena, PtStr definition, PtStr event)
{
    DeliverColumn *columns;
    size_t count = 0;
    PtStr made;
    if (deliver_mapping_read(definition, arena, &columns, &count, NULL) != PT_OK) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        assert(columns[i].to.len > 0);
        assert((columns[i].from.len > 0) + (columns[i].trait.len > 0) +
                   (columns[i].value.len > 0) ==
               1);
    }
    if (pt_json_check(event, 64, NULL) != PT_OK) {
        return;
    }
    const DeliverSubject nobody = {.trait_count = 0};
    if (deliver_mapping_apply(columns, count, event, &nobody, arena, &made, NULL) == PT_OK) {
        assert(pt_json_check(made, PT_JSON_MAX_DEPTH, NULL) == PT_OK);
    }
    if (deliver_rename(event, PT_STR("\"x\""), arena, &made, NULL) == PT_OK) {
        assert(pt_json_check(made, 64, NULL) == PT_OK);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, 0, size) : NULL;
    const size_t len = end != NULL ? (size_t)(end - data) : size;
    const PtStr definition = {(const char *)data, len};
    const PtStr event = end != NULL ? (PtStr){(const char *)end + 1, size - len - 1} : PT_STR("{}");
    PtArena *arena = pt_arena_new(8 << 20);
    PtMap *events = NULL;
    PtStr *purposes;
    DeliverText *texts;
    DeliverFigures figures;
    size_t count = 0;
    assert(arena != NULL && deliver_figures_init(&figures, NULL) == PT_OK);
    apply(arena, definition, event);
    if (deliver_events_read(definition, arena, &events, NULL) == PT_OK) {
        pt_map_free(events, NULL);
    }
    (void)!deliver_purposes_read(definition, arena, &purposes, &count, NULL);
    (void)!deliver_texts(definition, "settings", 64, arena, &texts, &count, NULL);
    deliver_figures_read(&figures, definition);
    deliver_figures_done(&figures);
    const int64_t after_ms = deliver_retry_after_ms(definition, 1763776800000);
    assert(after_ms >= 0 && after_ms <= 86400000);
    pt_arena_free(arena);
    return 0;
}
