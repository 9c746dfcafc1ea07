// SPDX-License-Identifier: Apache-2.0
/* Fuzz target of what is judged in an event, and of what makes a household: any text. What is found
 * is of the tables, each once; forms are within their bounds and UTF-8.
 * Input: a byte of type and kind of name, the event, a NUL, the batch's own members. The event is
 * also taken for the JSON of a node's traits, cut at line ends.
 */
#include "profiles/groups_internal.h"
#include "profiles/quality_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_facts(const QualityFacts *f)
{
    assert(f->count <= QUALITY_FACTS_MAX && f->kind != NULL);
    for (size_t i = 0; i < f->count; i++) {
        assert(f->found[i].field != NULL && f->found[i].problem < QUALITY_IS_CONFLICTING);
        for (size_t k = 0; k < i; k++) {
            assert(f->found[k].field != f->found[i].field ||
                   f->found[k].problem != f->found[i].problem);
        }
    }
}

static void check_form(const char *text, size_t room)
{
    assert(strlen(text) < room && pt_utf8_valid(pt_str(text)));
    (void)text;
    (void)room;
}

/* One line a trait; those that are no JSON cannot have come. */
static void check_household(PtStr rest)
{
    static const char *const names[] = {"household_id", "last_name", "name",        "address",
                                        "street",       "city",      "postal_code", "country"};
    HouseholdSaid said = {.household_id = {NULL, 0}};
    Households h;
    PtBuf text;
    PtStr line;
    for (size_t i = 0; i < sizeof names / sizeof *names && pt_str_cut(&rest, '\n', &line); i++) {
        PtStr *at = household_said_at(&said, pt_str(names[i]));
        assert(at != NULL);
        if (pt_json_check(line, EVENT_MAX_DEPTH, NULL) == PT_OK) {
            *at = line;
        }
    }
    pt_buf_init(&text, EVENT_MAX_BYTES);
    households_read(&said, &text, &h);
    pt_buf_done(&text);
    check_form(h.declared, sizeof h.declared);
    check_form(h.derived, sizeof h.derived);
    check_form(h.label, sizeof h.label);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"", "Order Completed", "Product Viewed", "Cart Viewed"};
    QualityFacts facts;
    if (size < 1) {
        return 0;
    }
    PtStr rest = {(const char *)data + 1, size - 1};
    EventView v = {.type = (EventType)(data[0] % EVENT_TYPE_COUNT),
                   .name = pt_str(names[data[0] / EVENT_TYPE_COUNT % 4])};
    if (pt_str_cut(&rest, '\0', &v.raw)) {
        v.common = rest;
    }
    quality_check(&v, data[0], data[0] % 3, data[0] % 2 == 0 ? "AT" : "", &facts);
    check_facts(&facts);
    check_household(v.raw);
    return 0;
}
