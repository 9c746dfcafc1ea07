// SPDX-License-Identifier: Apache-2.0
/* Cards, pairs and refusals in memory. */
#include "profiles/duplicates_state.h"

#include <stdlib.h>
#include <string.h>

enum { CARD_PAGE = 4096, SAID_BYTES = 64 << 20 };

/* ---- Numbers --------------------------------------------------------------------------------- */

void numbers_add(Numbers *n, uint32_t number)
{
    if (n->count > 0 && n->items[n->count - 1] == number) {
        return;
    }
    if (n->count == n->room) {
        const size_t room = n->room == 0 ? 16 : 2 * n->room;
        uint32_t *items = realloc(n->items, room * sizeof *items);
        if (items == NULL) {
            n->failed = true;
            return;
        }
        n->items = items;
        n->room = room;
    }
    n->items[n->count++] = number;
}

static int compare_numbers(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

void numbers_unique(Numbers *n)
{
    size_t kept = 0;
    if (n->count > 1) {
        qsort(n->items, n->count, sizeof *n->items, compare_numbers);
    }
    for (size_t i = 0; i < n->count; i++) {
        if (kept == 0 || n->items[kept - 1] != n->items[i]) {
            n->items[kept++] = n->items[i];
        }
    }
    n->count = kept;
}

static void clear_numbers(Numbers *n)
{
    n->count = 0;
    n->failed = false;
}

/* ---- Cards ----------------------------------------------------------------------------------- */

PtStr cards_get(const Duplicates *d, uint32_t node)
{
    const size_t page = node / CARD_PAGE;
    const char *text = page < d->card_page_count && d->card_pages[page] != NULL
                           ? d->card_pages[page][node % CARD_PAGE]
                           : NULL;
    return text != NULL ? pt_str(text) : (PtStr){NULL, 0};
}

static bool make_page(Duplicates *d, size_t page)
{
    if (page >= d->card_page_count) {
        const size_t count = 2 * page + 8;
        char ***pages = realloc(d->card_pages, count * sizeof(char **));
        if (pages == NULL) {
            return false;
        }
        for (size_t i = d->card_page_count; i < count; i++) {
            pages[i] = NULL;
        }
        d->card_pages = pages;
        d->card_page_count = count;
    }
    if (d->card_pages[page] == NULL) {
        d->card_pages[page] = calloc(CARD_PAGE, sizeof(char *));
        d->card_bytes += d->card_pages[page] != NULL ? CARD_PAGE * sizeof(char *) : 0;
    }
    return d->card_pages[page] != NULL;
}

bool cards_set(Duplicates *d, uint32_t node, PtStr text)
{
    enum { HEAP = 16 }; // what the allocator adds
    if (!make_page(d, node / CARD_PAGE)) {
        return false;
    }
    char **at = &d->card_pages[node / CARD_PAGE][node % CARD_PAGE], *copy = NULL;
    if (text.len > 0) {
        copy = malloc(text.len + 1);
        if (copy == NULL) {
            return false;
        }
        memcpy(copy, text.data, text.len);
        copy[text.len] = '\0';
        d->card_bytes += text.len + HEAP;
    }
    d->card_bytes -= *at != NULL ? strlen(*at) + HEAP : 0;
    free(*at);
    *at = copy;
    return true;
}

static void clear_cards(Duplicates *d)
{
    for (size_t page = 0; page < d->card_page_count; page++) {
        for (size_t i = 0; d->card_pages[page] != NULL && i < CARD_PAGE; i++) {
            free(d->card_pages[page][i]);
        }
        free(d->card_pages[page]);
    }
    free(d->card_pages);
    d->card_pages = NULL;
    d->card_page_count = d->card_bytes = 0;
}

/* ---- Pairs ----------------------------------------------------------------------------------- */

static PtStr key_of(const uint32_t *node)
{
    return (PtStr){(const char *)node, sizeof *node};
}

static Partners *partners_of(const Duplicates *d, uint32_t node)
{
    return pt_map_get(d->partners, key_of(&node));
}

const Partner *pairs_get(const Duplicates *d, uint32_t node, uint32_t other)
{
    const Partners *all = partners_of(d, node);
    for (size_t i = 0; all != NULL && i < all->count; i++) {
        if (all->items[i].node == other) {
            return &all->items[i];
        }
    }
    return NULL;
}

static void free_partners(void *partners)
{
    Partners *all = partners;
    free(all->items);
    free(all);
}

static Partners *make_partners(Duplicates *d, uint32_t node)
{
    Partners *all = partners_of(d, node);
    if (all == NULL) {
        all = calloc(1, sizeof *all);
        if (all != NULL && !pt_map_set(d->partners, key_of(&node), all, NULL)) {
            free(all);
            all = NULL;
        }
    }
    return all;
}

static bool put_partner(Duplicates *d, uint32_t node, const Partner *partner)
{
    Partners *all = make_partners(d, node);
    size_t at = 0;
    while (all != NULL && at < all->count && all->items[at].node != partner->node) {
        at++;
    }
    if (all != NULL && at == all->room) {
        const size_t room = all->room == 0 ? 2 : 2 * all->room;
        Partner *items = realloc(all->items, room * sizeof *items);
        if (items == NULL) {
            return false;
        }
        all->items = items;
        all->room = room;
    }
    if (all != NULL) {
        all->items[at] = *partner;
        all->count += at == all->count;
    }
    return all != NULL;
}

static void drop_partner(Duplicates *d, uint32_t node, uint32_t other)
{
    Partners *all = partners_of(d, node);
    for (size_t i = 0; all != NULL && i < all->count; i++) {
        if (all->items[i].node == other) {
            all->items[i] = all->items[--all->count];
        }
    }
    if (all != NULL && all->count == 0) {
        free_partners(pt_map_remove(d->partners, key_of(&node)));
    }
}

static bool add_due(Duplicates *d, uint32_t node, uint32_t other)
{
    if (d->pairs_due_count == d->pairs_due_room) {
        const size_t room = d->pairs_due_room == 0 ? 16 : 2 * d->pairs_due_room;
        PairKey *items = realloc(d->pairs_due, room * sizeof *items);
        if (items == NULL) {
            return false;
        }
        d->pairs_due = items;
        d->pairs_due_room = room;
    }
    d->pairs_due[d->pairs_due_count++] =
        node < other ? (PairKey){node, other} : (PairKey){other, node};
    return true;
}

bool pairs_put(Duplicates *d, const PairKey *pair, uint32_t score_ppm, int64_t found_ms)
{
    return put_partner(d, pair->low, &(Partner){pair->high, score_ppm, found_ms}) &&
           put_partner(d, pair->high, &(Partner){pair->low, score_ppm, found_ms});
}

static bool is_among(const Partner *partners, size_t count, uint32_t node)
{
    for (size_t i = 0; i < count; i++) {
        if (partners[i].node == node) {
            return true;
        }
    }
    return false;
}

static bool drop_others(Duplicates *d, uint32_t node, const Partner *partners, size_t count)
{
    const Partners *all = partners_of(d, node);
    for (size_t i = all != NULL ? all->count : 0; i-- > 0;) {
        const uint32_t other = all->items[i].node;
        if (is_among(partners, count, other)) {
            continue;
        }
        const bool last = all->count == 1;
        drop_partner(d, other, node);
        drop_partner(d, node, other);
        if (!add_due(d, node, other)) {
            return false;
        }
        if (last) {
            break;
        }
    }
    return true;
}

bool pairs_replace(Duplicates *d, uint32_t node, const Partner *partners, size_t count)
{
    bool ok = drop_others(d, node, partners, count);
    for (size_t i = 0; ok && i < count; i++) {
        const Partner *new = &partners[i], *old = pairs_get(d, node, new->node);
        if (old != NULL && old->score_ppm == new->score_ppm && old->found_ms == new->found_ms) {
            continue;
        }
        ok = pairs_put(d, &(PairKey){node, new->node}, new->score_ppm, new->found_ms) &&
             add_due(d, node, new->node);
    }
    return ok;
}

/* ---- Refusals -------------------------------------------------------------------------------- */

const Numbers *refusals_of(const Duplicates *d, uint32_t node)
{
    return pt_map_get(d->refused, key_of(&node));
}

static void free_numbers(void *numbers)
{
    free(((Numbers *)numbers)->items);
    free(numbers);
}

static bool add_refusal(Duplicates *d, uint32_t node, uint32_t other)
{
    Numbers *all = pt_map_get(d->refused, key_of(&node));
    if (all == NULL) {
        all = calloc(1, sizeof *all);
        if (all == NULL || !pt_map_set(d->refused, key_of(&node), all, NULL)) {
            free(all);
            return false;
        }
    }
    numbers_add(all, other);
    return !all->failed;
}

bool refusals_add(Duplicates *d, uint32_t node, uint32_t other)
{
    return add_refusal(d, node, other) && add_refusal(d, other, node);
}

/* ---- Lifetime -------------------------------------------------------------------------------- */

PtStatus duplicates_new(Profiles *p, PtError *err)
{
    Duplicates *d = p->duplicates = calloc(1, sizeof *d);
    if (d != NULL) {
        d->decisions_end = &d->decisions;
        d->said = pt_arena_new(SAID_BYTES);
        d->blocks = blocks_new();
        d->partners = pt_map_new();
        d->refused = pt_map_new();
    }
    return d != NULL && d->said != NULL && d->blocks != NULL && d->partners != NULL &&
                   d->refused != NULL
               ? PT_OK
               : pt_fail(err, PT_NO_MEMORY, "no memory for duplicates");
}

void duplicates_free(Profiles *p)
{
    Duplicates *d = p->duplicates;
    if (d == NULL) {
        return;
    }
    Numbers *const numbers[] = {&d->facts, &d->nodes, &d->persons,  &d->erased,
                                &d->due,   &d->look,  &d->cards_due};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        free(numbers[i]->items);
    }
    clear_cards(d);
    blocks_free(d->blocks);
    pt_map_free(d->partners, free_partners);
    pt_map_free(d->refused, free_numbers);
    pt_arena_free(d->said);
    free(d->pairs_due);
    free(d);
    p->duplicates = NULL;
}

static void clear_map(PtMap *map, void (*free_value)(void *))
{
    PtStr key;
    void *value;
    for (size_t cursor = 0; pt_map_next(map, &cursor, &key, &value); cursor = 0) {
        uint32_t node;
        memcpy(&node, key.data, sizeof node);
        free_value(pt_map_remove(map, key_of(&node)));
    }
}

void duplicates_clear(Profiles *p)
{
    Duplicates *d = p->duplicates;
    Numbers *const numbers[] = {&d->facts, &d->nodes, &d->persons,  &d->erased,
                                &d->due,   &d->look,  &d->cards_due};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        clear_numbers(numbers[i]);
    }
    clear_cards(d);
    blocks_clear(d->blocks);
    clear_map(d->partners, free_partners);
    clear_map(d->refused, free_numbers);
    duplicates_forget(p);
    d->last_decision = 0;
    d->lost = false;
}

size_t duplicates_bytes(const Profiles *p)
{
    return atomic_load(&p->duplicates->bytes);
}

void state_measure(Duplicates *d)
{
    atomic_store(&d->bytes, blocks_bytes(d->blocks) + d->card_bytes +
                                d->card_page_count * sizeof *d->card_pages);
}

uint64_t duplicates_passed_over(const Profiles *p)
{
    return atomic_load(&p->duplicates->passed_over);
}
