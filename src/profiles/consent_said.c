// SPDX-License-Identifier: Apache-2.0
/* What an event says of consent: categories of consent managers and purposes, as bits of slots. */
#include "base/json.h"
#include "profiles/consent_internal.h"
#include "profiles/traits_internal.h"

#include <string.h>

const char consent_changed[] = "Consent Changed";

/* As the rows that core/0013_consent.sql begins with. */
static const struct {
    const char *slug, *categories;
} seeds[CONSENT_SEEDS] = {
    {"essential", "[\"C0001\",\"necessary\",\"strictly necessary\"]"},
    {"analytics", "[\"C0002\",\"performance\"]"},
    {"personalisation", "[\"C0003\",\"functional\",\"personalization\",\"preferences\"]"},
    {"marketing_email", "[\"email marketing\"]"},
    {"marketing_sms", "[\"sms marketing\"]"},
    {"advertising", "[\"C0004\",\"C0005\",\"targeting\",\"marketing\"]"},
};

/* ---- Slots ------------------------------------------------------------------------------------
 */

static bool copy_text(char *to, size_t room, PtStr json)
{
    PtBuf text;
    pt_buf_init(&text, TRAIT_JSON_MAX);
    const PtStr value = profile_json_text(json, &text);
    const bool fits = value.len > 0 && value.len < room;
    if (fits) {
        memcpy(to, value.data, value.len);
        to[value.len] = '\0';
    }
    pt_buf_done(&text);
    return fits;
}

void consent_slot_read(ConsentSlot *slot, PtStr slug, PtStr categories)
{
    PtJson j;
    PtStr item;
    *slot = (ConsentSlot){.category_count = 0};
    if (slug.len > CONSENT_SLUG_MAX) {
        return;
    }
    memcpy(slot->slug, slug.data, slug.len);
    pt_json_init(&j, categories, EVENT_MAX_DEPTH);
    if (categories.len == 0 || pt_json_next(&j) != PT_JSON_ARRAY) {
        return;
    }
    while (slot->category_count < CONSENT_LIST_MAX && pt_json_skip(&j, &item, NULL, NULL)) {
        char *to = slot->categories[slot->category_count];
        slot->category_count += copy_text(to, sizeof slot->categories[0], item);
    }
}

void consent_slots_seed(ConsentSlot slots[static CONSENT_PURPOSES_MAX])
{
    memset(slots, 0, CONSENT_PURPOSES_MAX * sizeof *slots);
    for (size_t i = 0; i < CONSENT_SEEDS; i++) {
        consent_slot_read(&slots[i], pt_str(seeds[i].slug), pt_str(seeds[i].categories));
    }
}

static bool slot_means(const ConsentSlot *slot, PtStr category)
{
    bool means = slot->slug[0] != '\0' && pt_str_eq_nocase(category, pt_str(slot->slug));
    for (size_t i = 0; !means && i < slot->category_count; i++) {
        means = pt_str_eq_nocase(category, pt_str(slot->categories[i]));
    }
    return means;
}

/* Bits of the purposes that it means; none: nobody has mapped it. */
static uint32_t slots_of(const ConsentSlot *slots, PtStr category)
{
    uint32_t bits = 0;
    for (unsigned i = 0; i < CONSENT_PURPOSES_MAX; i++) {
        bits |= slot_means(&slots[i], category) ? 1U << i : 0;
    }
    return bits;
}

/* ---- Preferences ------------------------------------------------------------------------------
 */

static PtStr decoded(PtStr raw, unsigned flags, PtBuf *text)
{
    if ((flags & PT_JSON_ESCAPED) == 0) {
        return raw;
    }
    pt_buf_clear(text, TRAIT_JSON_MAX);
    pt_json_decode(raw, text);
    return pt_buf_str(text);
}

/* Anything but true and false says nothing. */
static void add_choice(uint32_t bits, PtStr json, uint32_t *granted, uint32_t *refused)
{
    *granted |= pt_str_eq(json, PT_STR("true")) ? bits : 0;
    *refused |= pt_str_eq(json, PT_STR("false")) ? bits : 0;
}

void consent_read_preferences(const ConsentSlot *slots, PtStr object, PtBuf *text,
                              uint32_t *ret_granted, uint32_t *ret_refused)
{
    PtJson j;
    PtStr value;
    pt_json_init(&j, object, EVENT_MAX_DEPTH);
    if (object.len == 0 || pt_json_next(&j) != PT_JSON_OBJECT) {
        return;
    }
    for (int i = 0; i < CONSENT_CATEGORIES_MAX && pt_json_next(&j) == PT_JSON_KEY; i++) {
        const PtStr key = decoded(j.raw, j.flags, text);
        const uint32_t bits = key.len > 0 && key.len <= CONSENT_ITEM_MAX ? slots_of(slots, key) : 0;
        if (!pt_json_skip(&j, &value, NULL, NULL)) {
            return;
        }
        add_choice(bits, value, ret_granted, ret_refused);
    }
}

void consent_read_choices(const ConsentSlot *slots, PtStr properties, PtBuf *text,
                          ConsentWord *ret_word)
{
    const PtStr purpose = profile_json_text(profile_member(properties, PT_STR("purpose")), text);
    if (purpose.len > 0 && purpose.len <= CONSENT_ITEM_MAX) {
        add_choice(slots_of(slots, purpose), profile_member(properties, PT_STR("granted")),
                   &ret_word->granted, &ret_word->refused);
    }
    consent_read_preferences(slots, profile_member(properties, PT_STR("purposes")), text,
                             &ret_word->granted, &ret_word->refused);
    ret_word->granted &= ~ret_word->refused;
}

/* ---- Events -----------------------------------------------------------------------------------
 */

static PtStr preferences_of(PtStr object)
{
    return profile_member(profile_member(object, PT_STR("consent")), PT_STR("categoryPreferences"));
}

/* The events by which consent managers tell that somebody has chosen. */
static bool tells_choice(const EventView *v)
{
    return v->type == EVENT_TRACK &&
           (pt_str_eq(v->name, PT_STR("Segment Consent Preference Updated")) ||
            pt_str_eq(v->name, PT_STR("Consent Updated")));
}

void consent_read_event(const ConsentSlot *slots, const EventView *v, PtBuf *text,
                        ConsentWord *ret_word)
{
    const PtStr carried =
        profile_member(profile_context_member(v, PT_STR("consent")), PT_STR("categoryPreferences"));
    uint32_t granted = 0, refused = 0;
    *ret_word = (ConsentWord){0};
    consent_read_preferences(slots, carried, text, &granted, &refused);
    if (tells_choice(v)) {
        const PtStr properties = profile_event_member(v, PT_STR("properties"));
        ret_word->granted = granted;
        ret_word->refused = refused;
        consent_read_preferences(slots, preferences_of(properties), text, &ret_word->granted,
                                 &ret_word->refused);
        consent_read_preferences(slots, profile_member(properties, PT_STR("categoryPreferences")),
                                 text, &ret_word->granted, &ret_word->refused);
        ret_word->granted &= ~ret_word->refused;
        return;
    }
    if (v->type == EVENT_TRACK && pt_str_eq(v->name, pt_str(consent_changed))) {
        consent_read_choices(slots, profile_event_member(v, PT_STR("properties")), text, ret_word);
    }
    const uint32_t declared = ret_word->granted | ret_word->refused;
    ret_word->ambient_refused = refused & ~declared;
    ret_word->ambient_granted = granted & ~declared & ~refused;
}
