// SPDX-License-Identifier: Apache-2.0
/* Fuzz target of rules that people write, and of mentions in a text: rules that read take an event
 * by a kind that it has; mentions stay within their bound. */
#include "notify/notify_internal.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const PtStr text = {(const char *)data, size};
    NotifyRule rules[NOTIFY_RULES_MAX];
    char mentions[NOTIFY_MENTIONS_MAX];
    size_t count = 0;
    PtArena *arena = pt_arena_new(ARENA);
    notify_mentions(text, mentions);
    bool bad = strlen(mentions) >= sizeof mentions;
    if (notify_rules_read(text, rules, &count, arena, NULL) == PT_OK) {
        for (unsigned kind = 0; kind < NOTIFY_KINDS; kind++) {
            const NotifyFact fact = {.kinds = 1U << kind, .queue = PT_STR("q"), .mine = ~0U};
            const NotifyRule *rule = NULL;
            NotifyKind took = NOTIFY_KINDS;
            bad = bad ||
                  (notify_rules_take(rules, count, &fact, &took, &rule) && (unsigned)took != kind);
        }
    }
    pt_arena_free(arena);
    if (bad) {
        abort();
    }
    return 0;
}
