// SPDX-License-Identifier: Apache-2.0
/* Fuzz target of the policy of priorities: any document. What reads decides, for every row, scope
 * and urgency it has: a priority 1..5 that no label lowers, and an explanation that is JSON. */
#include "base/json.h"
#include "desk/policy_internal.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA = 8 << 20, WHY = 1 << 20 };

static void check(const DeskRules *rules, const DeskFacts *facts, int64_t now_ms)
{
    PtBuf why;
    DeskFacts labelled = *facts;
    labelled.label = 5;
    pt_buf_init(&why, WHY);
    const unsigned priority = desk_priority(rules, facts, now_ms, &why);
    if (priority < 1 || priority > 5 || pt_buf_status(&why) != PT_OK ||
        pt_json_check(pt_buf_str(&why), 8, NULL) != PT_OK ||
        desk_priority(rules, &labelled, now_ms, NULL) != priority) {
        abort();
    }
    pt_buf_done(&why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PtArena *arena = pt_arena_new(ARENA);
    DeskRules rules;
    if (desk_rules_read((PtStr){(const char *)data, size}, arena, &rules, NULL) == PT_OK) {
        for (size_t i = 0; i < rules.category_count && i < 8; i++) {
            for (unsigned n = 0; n < 8; n++) {
                const DeskFacts facts = {.category = rules.categories[i].id,
                                         .stores = n,
                                         .impact = (DeskLevel)(n % (DESK_LEVELS + 1)),
                                         .urgency = (DeskLevel)(n % (DESK_LEVELS + 1))};
                check(&rules, &facts, rules.peak_count > 0 ? rules.peaks[0].from_ms : 0);
            }
        }
    }
    pt_arena_free(arena);
    return 0;
}
