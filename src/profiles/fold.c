// SPDX-License-Identifier: Apache-2.0
/* From what nodes say to what holds of a person. */
#include "base/json.h"
#include "base/money.h"
#include "profiles/traits_internal.h"

#include <stdlib.h>
#include <string.h>

/* By name; of one name the one that holds comes first. */
static int compare_traits(const void *a, const void *b)
{
    const FoldTrait *x = a, *y = b;
    const int by_name = pt_str_order(x->trait.name, y->trait.name);
    if (by_name != 0) {
        return by_name;
    }
    if (x->precedence != y->precedence) {
        return x->precedence > y->precedence ? -1 : 1;
    }
    if (x->trait.at_ms != y->trait.at_ms) {
        return x->trait.at_ms > y->trait.at_ms ? -1 : 1;
    }
    if (x->rank != y->rank) {
        return x->rank < y->rank ? -1 : 1;
    }
    if (x->trait.node != y->trait.node) {
        return x->trait.node > y->trait.node ? -1 : 1;
    }
    return (int)x->stored - (int)y->stored;
}

size_t fold_traits(FoldTrait *traits, size_t count)
{
    if (count > 1) {
        qsort(traits, count, sizeof *traits, compare_traits);
    }
    size_t kept = 0;
    PtStr last = {NULL, 0};
    for (size_t i = 0; i < count; i++) {
        const PtStr name = traits[i].trait.name;
        if (last.data != NULL && pt_str_eq(name, last)) {
            continue;
        }
        last = name;
        if (!pt_str_eq(traits[i].trait.json, PT_STR("null"))) {
            traits[kept] = traits[i];
            traits[kept].trait.preferred = traits[i].precedence > TRAIT_OF;
            traits[kept++].trait.identify = (traits[i].precedence & TRAIT_OF) == TRAIT_OF_IDENTIFY;
        }
    }
    return kept;
}

bool fold_value(ProfileValue *values, size_t *count, size_t max, const ProfileValue *value)
{
    size_t i = 0;
    while (i < *count && memcmp(values[i].currency, value->currency, 4) < 0) {
        i++;
    }
    const bool known = i < *count && memcmp(values[i].currency, value->currency, 4) == 0;
    int64_t sum = value->micros;
    if ((!known && *count == max) || (known && !pt_money_add(values[i].micros, sum, &sum))) {
        return false;
    }
    if (!known) {
        memmove(&values[i + 1], &values[i], (*count - i) * sizeof *values);
        values[i] = *value;
        ++*count;
        return true;
    }
    values[i].micros = sum;
    values[i].orders += value->orders;
    values[i].refunds += value->refunds;
    return true;
}

/* ---- Names ----------------------------------------------------------------------------------- */

/* The decoded text of a trait that is a text; "" where it is none, data NULL without memory. */
static PtStr trait_text(const Profile *profile, const char *name, PtArena *arena)
{
    for (size_t i = 0; i < profile->trait_count; i++) {
        const ProfileTrait *trait = &profile->traits[i];
        if (pt_str_eq(trait->name, pt_str(name)) && trait->json.len > 2 &&
            trait->json.data[0] == '"') {
            PtBuf text;
            pt_buf_init(&text, 4 * (size_t)TRAIT_JSON_MAX);
            const PtStr copy = pt_arena_str(arena, profile_json_text(trait->json, &text));
            const bool whole = pt_buf_status(&text) == PT_OK;
            pt_buf_done(&text);
            return whole ? copy : (PtStr){NULL, 0};
        }
    }
    return PT_STR("");
}

static PtStr either(const Profile *profile, const char *a, const char *b, PtArena *arena)
{
    const PtStr text = trait_text(profile, a, arena);
    return text.data != NULL && text.len == 0 ? trait_text(profile, b, arena) : text;
}

static PtStr first_and_last(const Profile *profile, PtArena *arena)
{
    const PtStr first = either(profile, "firstName", "first_name", arena);
    const PtStr last = either(profile, "lastName", "last_name", arena);
    if (first.data == NULL || last.data == NULL) {
        return (PtStr){NULL, 0};
    }
    if (first.len == 0 || last.len == 0) {
        return first.len > 0 ? first : last;
    }
    char *both = pt_arena_alloc(arena, first.len + 1 + last.len, 1);
    if (both != NULL) {
        memcpy(both, first.data, first.len);
        both[first.len] = ' ';
        memcpy(both + first.len + 1, last.data, last.len);
    }
    return (PtStr){both, both != NULL ? first.len + 1 + last.len : 0};
}

PtStr fold_identifier(const ProfileNode *nodes, size_t count, const char *const *types)
{
    for (; *types != NULL; types++) {
        for (size_t i = 0; i < count; i++) {
            if (pt_str_eq(nodes[i].type, pt_str(*types))) {
                return nodes[i].value;
            }
        }
    }
    return PT_STR("");
}

PtStr fold_name(const Profile *profile, PtArena *arena)
{
    static const char *const types[] = {"email", "phone", "user_id", NULL};
    PtStr name = trait_text(profile, "name", arena);
    if (name.data != NULL && name.len == 0) {
        name = first_and_last(profile, arena);
    }
    if (name.data != NULL && name.len == 0) {
        name = fold_identifier(profile->nodes, profile->node_count, types);
    }
    return name;
}
