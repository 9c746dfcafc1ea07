// SPDX-License-Identifier: Apache-2.0
/* Searching persons: hits are nodes, folded into who they belong to. */
#include "profiles/read_internal.h"
#include "traits.sql.h"

#include <stdlib.h>
#include <string.h>

enum { HITS_MAX = 50, TEXT_MAX = 1024 };

static const float exact_score = 100; // over any of parts

typedef struct Found { /* a person; the node that matched best */
    uint32_t person, node;
    float score;
} Found;

typedef struct FoundList {
    Found items[HITS_MAX];
    size_t count, max;
} FoundList;

/* Persons come in the order of what is found. */
static void add_found(const Profiles *p, FoundList *list, uint32_t node, float score)
{
    const uint32_t person = identity_person(p->graph, node);
    if (person == 0 || list->count == list->max) {
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].person == person) {
            return;
        }
    }
    list->items[list->count++] = (Found){person, node, score};
}

static void find_recent(const Profiles *p, FoundList *list)
{
    const uint64_t kept = p->recent_count < PROFILES_RECENT ? p->recent_count : PROFILES_RECENT;
    for (uint64_t i = 1; i <= kept && list->count < list->max; i++) {
        add_found(p, list, p->recent[(p->recent_count - i) % PROFILES_RECENT], 0);
    }
}

/* Identifiers that the index does not hold by their parts, and any other as a whole. */
static void find_exact(const Profiles *p, PtStr text, PtArena *arena, FoundList *list)
{
    static const char *const types[] = {"user_id", "email", "phone", "anonymous_id", "device_id"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        IdentityClaim claim;
        if (identity_claim(p->rules, pt_str(types[i]), text, arena, &claim)) {
            add_found(p, list, identity_find(p->graph, claim.type, claim.value), exact_score);
        }
    }
}

static PtStatus find_nodes(Profiles *p, PtStr text, PtArena *arena, FoundList *list, PtError *err)
{
    PtTextHit hits[PT_TEXT_RESULTS_MAX];
    size_t count = 0;
    PtStatus st = text.len > 0 ? search_text(p, text, hits, &count, err) : PT_OK;
    if (st == PT_OK) {
        st = profiles_lock_read(p, err);
    }
    if (st != PT_OK) {
        return st;
    }
    if (text.len == 0) {
        find_recent(p, list);
    } else {
        find_exact(p, text, arena, list);
    }
    for (size_t i = 0; i < count; i++) {
        add_found(p, list, hits[i].document, hits[i].score);
    }
    profiles_unlock(p);
    return PT_OK;
}

/* ---- What matched ---------------------------------------------------------------------------- */

static bool contains(PtStr text, PtStr part)
{
    for (size_t i = 0; part.len > 0 && i + part.len <= text.len; i++) {
        if (pt_str_eq_nocase((PtStr){text.data + i, part.len}, part)) {
            return true;
        }
    }
    return false;
}

static PtStr longest_word(PtStr text)
{
    PtStr word, longest = {NULL, 0};
    while (pt_str_cut(&text, ' ', &word)) {
        longest = word.len > longest.len ? word : longest;
    }
    return longest;
}

static PtStatus is_order(Profiles *p, uint32_t node, PtStr word, bool *ret_is, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    bool row = true;
    PtStatus st = pt_sql_begin(p->views, false, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_ORDER_LIST, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node);
    while (!*ret_is && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        *ret_is = contains(pt_sql_text(tx, 1), word);
    }
    pt_sql_done(tx);
    return st;
}

/* By the longest word of what was looked for; one with a typing error is taken for a name. */
static PtStatus what_matched(Profiles *p, const Shot *shot, uint32_t node, PtStr text,
                             ProfileHit *hit, PtError *err)
{
    const PtStr word = longest_word(text);
    bool order = false;
    hit->matched = text.len > 0 ? PT_STR("name") : PT_STR("");
    if (word.len == 0 || contains(hit->name, word)) {
        return PT_OK;
    }
    for (size_t i = 0; i < shot->node_count; i++) {
        if (contains(shot->nodes[i].shown.value, word)) {
            hit->matched = shot->nodes[i].shown.type;
            return PT_OK;
        }
    }
    for (size_t i = 0; i < shot->trait_count; i++) {
        const ProfileTrait *trait = &shot->traits[i].trait;
        if (search_shows(trait->name) && contains(trait->json, word)) {
            const bool contact =
                pt_str_eq(trait->name, PT_STR("email")) || pt_str_eq(trait->name, PT_STR("phone"));
            hit->matched = contact ? trait->name : hit->matched;
            return PT_OK;
        }
    }
    PtStatus st = is_order(p, node, word, &order, err);
    hit->matched = order ? PT_STR("order") : hit->matched;
    return st;
}

/* ---- Hits ------------------------------------------------------------------------------------ */

PtStr shot_detail(const Shot *shot)
{
    static const char *const types[] = {"email",        "phone",     "user_id", "loyalty_card",
                                        "anonymous_id", "device_id", NULL};
    for (const char *const *type = types; *type != NULL; type++) {
        for (size_t i = 0; i < shot->node_count; i++) {
            if (pt_str_eq(shot->nodes[i].shown.type, pt_str(*type))) {
                return shot->nodes[i].shown.value;
            }
        }
    }
    return shot->nodes[0].shown.value;
}

static PtStatus read_hit(Profiles *p, const Found *found, PtStr text, PtArena *arena,
                         ProfileHit *hit, PtError *err)
{
    Shot shot;
    const ShotWho who = {.node = found->node};
    PtStatus st = shot_take(p, &who, arena, &shot, err);
    if (st == PT_OK) {
        st = shot_read_tables(p, &shot, arena, err);
    }
    *hit = (ProfileHit){.score = found->score};
    if (st == PT_OK) {
        st = shot_last_seen(p, &shot, &hit->last_ms, err);
    }
    if (st != PT_OK) {
        return st;
    }
    memcpy(hit->id, shot.id, sizeof hit->id);
    hit->name = shot_name(&shot, arena);
    hit->detail = shot_detail(&shot);
    return hit->name.data != NULL ? what_matched(p, &shot, found->node, text, hit, err)
                                  : pt_fail(err, PT_NO_MEMORY, "no memory for search");
}

/* Two that were found may have become one since. */
static bool is_there(const ProfileHit *hits, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (memcmp(hits[i].id, hits[count].id, sizeof hits[i].id) == 0) {
            return true;
        }
    }
    return false;
}

PtStatus profiles_search(Profiles *p, PtStr text, size_t max, PtArena *arena, ProfileHit **ret_hits,
                         size_t *ret_count, PtError *err)
{
    FoundList list = {.max = max < HITS_MAX ? max : HITS_MAX};
    if (text.len > TEXT_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "the text to search for has %zu bytes, not 0..%d",
                       text.len, TEXT_MAX);
    }
    text = pt_str_trim(text);
    ProfileHit *hits = pt_arena_alloc(arena, HITS_MAX, sizeof *hits);
    PtStatus st = hits != NULL ? find_nodes(p, text, arena, &list, err)
                               : pt_fail(err, PT_NO_MEMORY, "no memory for search");
    size_t count = 0;
    for (size_t i = 0; st == PT_OK && i < list.count; i++) {
        st = read_hit(p, &list.items[i], text, arena, &hits[count], err);
        count += st == PT_OK && !is_there(hits, count);
        st = st == PT_NOT_FOUND ? PT_OK : st; // erased since
    }
    if (st == PT_OK) {
        *ret_hits = hits;
        *ret_count = count;
    }
    return st;
}
