// SPDX-License-Identifier: Apache-2.0
/* Waiting items in groups that the same agents fit: each a tree by waiting time whose shape (a
 * treap) hangs on the places' hashes. */
#include "work/route_internal.h"

#include <string.h>

bool route_same_needs(const RouteNeed *a, size_t a_count, const RouteNeed *b, size_t b_count)
{
    bool same = a_count == b_count;
    for (size_t i = 0; same && i < a_count; i++) {
        same = a[i].skill == b[i].skill && a[i].level == b[i].level;
    }
    return same;
}

/* ---- Lists ----------------------------------------------------------------------------------- */

void route_link(Route *r, uint32_t *head, unsigned which, uint32_t item)
{
    r->items[item].links[which] = (RouteLink){.prev = ROUTE_NONE, .next = *head};
    if (*head != ROUTE_NONE) {
        r->items[*head].links[which].prev = item;
    }
    *head = item;
}

void route_unlink(Route *r, uint32_t *head, unsigned which, uint32_t item)
{
    const RouteLink link = r->items[item].links[which];
    if (link.next != ROUTE_NONE) {
        r->items[link.next].links[which].prev = link.prev;
    }
    *(link.prev != ROUTE_NONE ? &r->items[link.prev].links[which].next : head) = link.next;
}

static uint32_t *list_of(Route *r, const RouteGroupKey *key)
{
    return key->only != ROUTE_NONE ? &r->agents[key->only].held : &r->queues[key->queue].groups;
}

void route_group_dirty(Route *r, uint32_t group)
{
    if (!r->groups[group].dirty) {
        r->groups[group].dirty = true;
        r->dirty_groups[r->dirty_group_count++] = group;
    }
}

void route_agent_dirty(Route *r, uint32_t agent)
{
    if (!r->agents[agent].dirty) {
        r->agents[agent].dirty = true;
        r->dirty_agents[r->dirty_agent_count++] = agent;
    }
}

/* ---- Tree ------------------------------------------------------------------------------------ */

static bool before(const Route *r, uint32_t a, uint32_t b)
{
    const RouteItemPlace *x = &r->items[a], *y = &r->items[b];
    return x->since_ms != y->since_ms ? x->since_ms < y->since_ms : x->id < y->id;
}

static void tree_add(Route *r, uint32_t *link, uint32_t x)
{
    const uint32_t weight = route_hash(x);
    while (*link != ROUTE_NONE && route_hash(*link) >= weight) {
        link = before(r, x, *link) ? &r->items[*link].left : &r->items[*link].right;
    }
    uint32_t rest = *link;
    *link = x;
    uint32_t *left = &r->items[x].left, *right = &r->items[x].right;
    while (rest != ROUTE_NONE) { /* what stood there is split into earlier and later */
        if (before(r, rest, x)) {
            *left = rest;
            left = &r->items[rest].right;
            rest = *left;
        } else {
            *right = rest;
            right = &r->items[rest].left;
            rest = *right;
        }
    }
    *left = *right = ROUTE_NONE;
}

static void tree_remove(Route *r, uint32_t *link, uint32_t x)
{
    while (*link != x) {
        link = before(r, x, *link) ? &r->items[*link].left : &r->items[*link].right;
    }
    uint32_t a = r->items[x].left, b = r->items[x].right;
    while (a != ROUTE_NONE && b != ROUTE_NONE) {
        if (route_hash(a) > route_hash(b)) {
            *link = a;
            link = &r->items[a].right;
            a = *link;
        } else {
            *link = b;
            link = &r->items[b].left;
            b = *link;
        }
    }
    *link = a != ROUTE_NONE ? a : b;
}

uint32_t route_group_after(const Route *r, uint32_t group, uint32_t item)
{
    uint32_t after = ROUTE_NONE;
    for (uint32_t at = r->groups[group].root; at != ROUTE_NONE;) {
        if (before(r, item, at)) {
            after = at;
            at = r->items[at].left;
        } else {
            at = r->items[at].right;
        }
    }
    return after;
}

static void note_first(Route *r, RouteGroup *g)
{
    uint32_t at = g->root;
    while (r->items[at].left != ROUTE_NONE) {
        at = r->items[at].left;
    }
    g->first = at;
    g->first_since_ms = r->items[at].since_ms;
    g->first_id = r->items[at].id;
}

/* ---- Groups ---------------------------------------------------------------------------------- */

static uint32_t hash_of(const RouteGroupKey *key)
{
    uint64_t h = (uint64_t)key->queue << 32 | key->only;
    h = (uint64_t)route_hash(h) << 32 | (uint32_t)key->weight << 16 | (uint32_t)key->channel << 8 |
        key->priority;
    for (size_t i = 0; i < key->need_count; i++) {
        h = (uint64_t)route_hash(h) << 32 | (uint32_t)key->needs[i].skill << 8 |
            key->needs[i].level;
    }
    return route_hash(h);
}

static bool same_key(const RouteGroupKey *a, const RouteGroupKey *b)
{
    return a->queue == b->queue && a->only == b->only && a->weight == b->weight &&
           a->channel == b->channel && a->priority == b->priority &&
           route_same_needs(a->needs, a->need_count, b->needs, b->need_count);
}

static uint32_t find_group(const Route *r, const RouteGroupKey *key, uint32_t hash)
{
    const RouteTable *t = &r->group_table;
    const uint32_t mask = t->count - 1;
    for (uint32_t b = hash & mask; t->buckets[b].place != 0; b = (b + 1) & mask) {
        const uint32_t place = t->buckets[b].place - 1;
        if (t->buckets[b].hash == hash && same_key(&r->groups[place].key, key)) {
            return place;
        }
    }
    return ROUTE_NONE;
}

/* There are never more groups than items, whose arrays are as long. */
static uint32_t begin_group(Route *r, const RouteGroupKey *key, uint32_t hash)
{
    uint32_t place = r->group_free;
    bool dirty = false;
    if (place != ROUTE_NONE) {
        r->group_free = r->groups[place].link.next;
        dirty = r->groups[place].dirty; /* it stands in the list still */
    } else {
        place = r->group_count++;
    }
    uint32_t *head = list_of(r, key);
    r->groups[place] = (RouteGroup){.key = *key,
                                    .hash = hash,
                                    .root = ROUTE_NONE,
                                    .dirty = dirty,
                                    .link = {.prev = ROUTE_NONE, .next = *head}};
    if (*head != ROUTE_NONE) {
        r->groups[*head].link.prev = place;
    }
    *head = place;
    route_table_add(&r->group_table, hash, place);
    return place;
}

static void end_group(Route *r, uint32_t place)
{
    RouteGroup *g = &r->groups[place];
    if (g->link.next != ROUTE_NONE) {
        r->groups[g->link.next].link.prev = g->link.prev;
    }
    *(g->link.prev != ROUTE_NONE ? &r->groups[g->link.prev].link.next : list_of(r, &g->key)) =
        g->link.next;
    route_table_remove(&r->group_table, g->hash, place);
    g->link.next = r->group_free;
    r->group_free = place;
}

void route_group_join(Route *r, uint32_t item, const RouteGroupKey *key)
{
    const uint32_t old = r->items[item].group;
    if (old != ROUTE_NONE && same_key(&r->groups[old].key, key)) {
        return;
    }
    route_group_leave(r, item);
    const uint32_t hash = hash_of(key);
    uint32_t place = find_group(r, key, hash);
    if (place == ROUTE_NONE) {
        place = begin_group(r, key, hash);
    }
    RouteGroup *g = &r->groups[place];
    tree_add(r, &g->root, item);
    r->items[item].group = place;
    if (g->count++ == 0 || before(r, item, g->first)) {
        note_first(r, g);
    }
    r->queues[key->queue].waiting++;
    route_group_dirty(r, place);
}

void route_group_leave(Route *r, uint32_t item)
{
    const uint32_t place = r->items[item].group;
    if (place == ROUTE_NONE) {
        return;
    }
    RouteGroup *g = &r->groups[place];
    tree_remove(r, &g->root, item);
    r->items[item].group = ROUTE_NONE;
    r->queues[g->key.queue].waiting--;
    if (--g->count == 0) {
        end_group(r, place);
    } else if (g->first == item) {
        note_first(r, g);
    }
}
