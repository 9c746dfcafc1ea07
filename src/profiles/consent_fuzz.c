// SPDX-License-Identifier: Apache-2.0
/* Fuzz target of what events say of consent: any text. No purpose is said two ways, none that there
 * is not, and none both declared and carried along.
 * Input: a byte that chooses the event's name, the event, a NUL, the batch's own members. The event
 * is also read as the list of categories of a purpose.
 */
#include "profiles/consent_internal.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_word(const ConsentWord *w, uint32_t known)
{
    const uint32_t declared = w->granted | w->refused;
    const uint32_t carried = w->ambient_granted | w->ambient_refused;
    assert((w->granted & w->refused) == 0 && (w->ambient_granted & w->ambient_refused) == 0);
    assert((declared & carried) == 0 && ((declared | carried) & ~known) == 0);
    (void)declared;
    (void)carried;
    (void)known;
}

static void check_slot(PtStr categories)
{
    ConsentSlot slot;
    consent_slot_read(&slot, PT_STR("one"), categories);
    assert(slot.category_count <= CONSENT_LIST_MAX && strcmp(slot.slug, "one") == 0);
    for (size_t i = 0; i < slot.category_count; i++) {
        assert(slot.categories[i][0] != '\0');
        assert(memchr(slot.categories[i], '\0', sizeof slot.categories[i]) != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"Seen", "Consent Changed", "Consent Updated",
                                        "Segment Consent Preference Updated"};
    ConsentSlot slots[CONSENT_PURPOSES_MAX];
    ConsentWord word;
    PtBuf text;
    if (size < 1) {
        return 0;
    }
    PtStr rest = {(const char *)data + 1, size - 1};
    EventView v = {.type = EVENT_TRACK, .name = pt_str(names[data[0] % 4])};
    if (pt_str_cut(&rest, '\0', &v.raw)) {
        v.common = rest;
    }
    consent_slots_seed(slots);
    pt_buf_init(&text, EVENT_MAX_BYTES);
    consent_read_event(slots, &v, &text, &word);
    check_word(&word, (1U << CONSENT_SEEDS) - 1);
    check_slot(v.raw);
    pt_buf_done(&text);
    return 0;
}
