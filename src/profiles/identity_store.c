// SPDX-License-Identifier: Apache-2.0
/* Where the graph lies in memory. Pages are never moved, so that growing costs a page and not a
 * copy of all; the table that finds nodes is the one thing that doubles. */
#include "base/hash.h"
#include "base/map.h"
#include "profiles/identity_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { FIRST_SLOTS = 64, LARGE = 2 << 20 };

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for the identity graph");
}

/* ---- Memory ---------------------------------------------------------------------------------- */

/* Look-ups in a large graph spend their time waiting for memory, a third of it for the tables of
 * the way there: the large parts lie so that one entry of those can stand for 2 MiB. */
static void *large_block(size_t bytes)
{
    void *block = aligned_alloc(LARGE, bytes);
    if (block != NULL) {
        (void)madvise(block, bytes, MADV_HUGEPAGE); /* not where the kernel has none: only slower */
        memset(block, 0, bytes);
    }
    return block;
}

/* Zeros, until graph_done. */
static void *take(Identity *g, size_t bytes)
{
    if (bytes > g->block_left) {
        bool large = g->bytes >= LARGE;
        size_t size = large ? LARGE : sizeof(GraphBlock) + bytes;
        GraphBlock *block = large ? large_block(size) : calloc(1, size);
        if (block == NULL) {
            return NULL;
        }
        block->next = g->blocks;
        g->blocks = block;
        g->block_at = block->bytes;
        g->block_left = size - sizeof *block;
        g->bytes += size;
    }
    void *taken = g->block_at;
    g->block_at += bytes;
    g->block_left -= bytes;
    return taken;
}

/* ---- Pages ----------------------------------------------------------------------------------- */

/* Room for the pointer to page `index`. */
static PtStatus add_place(Identity *g, GraphPages *p, size_t index, PtError *err)
{
    if (index < p->count) {
        return PT_OK;
    }
    size_t count = index + 1 > p->count * 2 ? index + 1 : p->count * 2;
    void **pages = realloc(p->pages, count * sizeof *pages);
    if (pages == NULL) {
        return no_memory(err);
    }
    memset(pages + p->count, 0, (count - p->count) * sizeof *pages);
    g->bytes += (count - p->count) * sizeof *pages;
    p->pages = pages;
    p->count = count;
    return PT_OK;
}

static PtStatus add_page(Identity *g, GraphPages *p, size_t index, size_t bytes, PtError *err)
{
    PtStatus st = add_place(g, p, index, err);
    if (st != PT_OK || p->pages[index] != NULL) {
        return st;
    }
    p->pages[index] = take(g, bytes);
    return p->pages[index] != NULL ? PT_OK : no_memory(err);
}

/* Pages for `more` items behind the number `last`. */
static PtStatus add_pages(Identity *g, GraphPages *p, uint32_t last, uint64_t more, size_t size,
                          PtError *err)
{
    if (more > UINT32_MAX - 1 - last) {
        return no_memory(err); /* numbers are used up */
    }
    PtStatus st = PT_OK;
    size_t end = (last + more) >> IDENTITY_PAGE_BITS;
    for (size_t i = (last + 1) >> IDENTITY_PAGE_BITS; st == PT_OK && more > 0 && i <= end; i++) {
        st = add_page(g, p, i, size * IDENTITY_PAGE, err);
    }
    return st;
}

void graph_init(Identity *g)
{
    *g = (Identity){.rules = g->rules, .listener = g->listener, .listener_ctx = g->listener_ctx};
}

void graph_done(Identity *g)
{
    GraphPages *all[] = {&g->nodes, &g->persons, &g->barriers, &g->types, &g->texts};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        free(all[i]->pages);
    }
    for (GraphBlock *next; g->blocks != NULL; g->blocks = next) {
        next = g->blocks->next;
        free(g->blocks);
    }
    pt_map_free(g->type_of, NULL);
    free(g->slots);
}

/* ---- Types ----------------------------------------------------------------------------------- */

static void apply_rule(Identity *g, GraphType *type)
{
    PtStr name = {type->name, type->name_len};
    const IdentityType *rule = identity_rules_type(g->rules, name);
    bool event = pt_str_eq(name, pt_str(identity_event_type));
    type->limit = event ? UINT32_MAX : rule->limit;
    type->mode = event ? IDENTITY_MODE_UNIQUE : (uint8_t)rule->mode;
    g->moded = g->moded || type->mode != IDENTITY_MODE_UNIQUE;
}

uint32_t graph_type_find(const Identity *g, PtStr name)
{
    return g->type_of != NULL ? (uint32_t)(uintptr_t)pt_map_get(g->type_of, name) : 0;
}

static uint32_t *seen_at(Identity *g, PtStr name)
{
    unsigned quick = 0;
    if (name.len > 0) {
        quick =
            (unsigned)name.len * 7 + (uint8_t)name.data[0] * 3 + (uint8_t)name.data[name.len - 1];
    }
    return &g->type_seen[quick & (IDENTITY_TYPES_SEEN - 1)];
}

static uint32_t add_type(Identity *g, PtStr name)
{
    if (g->type_of == NULL) {
        g->type_of = pt_map_new();
    }
    uint32_t number = g->type_count + 1;
    if (g->type_of == NULL || name.len > IDENTITY_TYPE_NAME_MAX ||
        add_pages(g, &g->types, g->type_count, 1, sizeof(GraphType), NULL) != PT_OK ||
        !pt_map_set(g->type_of, name, (void *)(uintptr_t)number, NULL)) {
        return 0;
    }
    g->type_count = number;
    GraphType *type = graph_type(g, number);
    memcpy(type->name, name.data, name.len);
    type->name_len = (uint8_t)name.len;
    apply_rule(g, type);
    return number;
}

uint32_t graph_type_put(Identity *g, PtStr name)
{
    uint32_t *seen = seen_at(g, name);
    if (*seen != 0 && pt_str_eq(graph_type_name(g, *seen), name)) {
        return *seen;
    }
    uint32_t number = graph_type_find(g, name);
    number = number != 0 ? number : add_type(g, name);
    *seen = number;
    return number;
}

void graph_types_limit(Identity *g)
{
    g->moded = false;
    for (uint32_t i = 1; i <= g->type_count; i++) {
        apply_rule(g, graph_type(g, i));
    }
}

/* ---- The table ------------------------------------------------------------------------------- */

static uint32_t hash_of(uint32_t type, PtStr value)
{
    uint64_t hash = pt_hash64(value) ^ type * 0x9E3779B97F4A7C15U;
    return (uint32_t)(hash ^ hash >> 32);
}

/* The node at the slot or behind it that has the hash; 0: none. *at goes on behind it. */
static uint32_t next_hit(const Identity *g, uint32_t hash, uint64_t *at)
{
    uint32_t node = 0;
    for (; (node = g->slots[*at].node) != 0; *at = (*at + 1) & g->slot_mask) {
        if (g->slots[*at].hash == hash) {
            *at = (*at + 1) & g->slot_mask;
            return node;
        }
    }
    return 0;
}

static uint32_t find_from(const Identity *g, uint32_t type, PtStr value, uint32_t hash, uint64_t at,
                          uint32_t node)
{
    for (; node != 0; node = next_hit(g, hash, &at)) {
        const GraphNode *n = graph_node(g, node);
        if (n->type == type && pt_str_eq(graph_text(g, n), value)) {
            break;
        }
    }
    return node;
}

uint32_t graph_find(const Identity *g, uint32_t type, PtStr value)
{
    if (g->slots == NULL || type == 0) {
        return 0;
    }
    uint32_t hash = hash_of(type, value);
    uint64_t at = hash & g->slot_mask;
    uint32_t node = next_hit(g, hash, &at);
    return find_from(g, type, value, hash, at, node);
}

void graph_find_all(const Identity *g, GraphKey *keys, size_t count)
{
    uint64_t at[IDENTITY_CLAIMS_MAX];
    assert(count <= IDENTITY_CLAIMS_MAX);
    for (size_t i = 0; i < count; i++) {
        keys[i].hash = hash_of(keys[i].type, keys[i].value);
        keys[i].node = 0;
        at[i] = keys[i].hash & g->slot_mask;
        if (g->slots != NULL) {
            __builtin_prefetch(&g->slots[at[i]]);
        }
    }
    for (size_t i = 0; g->slots != NULL && i < count; i++) {
        keys[i].node = next_hit(g, keys[i].hash, &at[i]);
        if (keys[i].node != 0) {
            __builtin_prefetch(graph_node(g, keys[i].node));
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (keys[i].node != 0) {
            __builtin_prefetch(graph_text(g, graph_node(g, keys[i].node)).data);
        }
    }
    for (size_t i = 0; i < count; i++) {
        keys[i].node = find_from(g, keys[i].type, keys[i].value, keys[i].hash, at[i], keys[i].node);
    }
}

static void put_slot(GraphSlot *slots, uint64_t mask, GraphSlot slot)
{
    uint64_t i = slot.hash & mask;
    while (slots[i].node != 0) {
        i = (i + 1) & mask;
    }
    slots[i] = slot;
}

static PtStatus reserve_slots(Identity *g, uint64_t nodes, PtError *err)
{
    uint64_t before = g->slots != NULL ? g->slot_mask + 1 : 0;
    uint64_t count = before > 0 ? before : FIRST_SLOTS;
    while (nodes > count / 4 * 3) {
        count *= 2;
    }
    if (count == before) {
        return PT_OK;
    }
    size_t bytes = count * sizeof(GraphSlot);
    GraphSlot *slots = bytes >= LARGE ? large_block(bytes) : calloc(1, bytes);
    if (slots == NULL) {
        return no_memory(err);
    }
    for (uint64_t i = 0; i < before; i++) {
        if (g->slots[i].node != 0) {
            put_slot(slots, count - 1, g->slots[i]);
        }
    }
    free(g->slots);
    g->slots = slots;
    g->slot_mask = count - 1;
    return PT_OK;
}

/* ---- Room ------------------------------------------------------------------------------------ */

/* Pages of text that `nodes` more values of the greatest length fit into. */
static PtStatus reserve_text(Identity *g, uint32_t nodes, PtError *err)
{
    PtStatus st = PT_OK;
    uint64_t page = g->text_end / IDENTITY_TEXT_PAGE;
    uint64_t each = IDENTITY_TEXT_PAGE / (IDENTITY_VALUE_MAX + 1);
    uint64_t last = page + (nodes + each - 1) / each;
    if (last > UINT32_MAX / IDENTITY_TEXT_PAGE) {
        return no_memory(err); /* 4 GiB of texts */
    }
    uint64_t left = IDENTITY_TEXT_PAGE - g->text_end % IDENTITY_TEXT_PAGE;
    last = nodes * (uint64_t)(IDENTITY_VALUE_MAX + 1) <= left ? page : last;
    for (uint64_t i = page; st == PT_OK && i <= last; i++) {
        st = add_page(g, &g->texts, i, IDENTITY_TEXT_PAGE, err);
    }
    return st;
}

PtStatus graph_reserve(Identity *g, GraphRoom room, PtError *err)
{
    PtStatus st = add_pages(g, &g->nodes, g->node_count, room.nodes, sizeof(GraphNode), err);
    if (st == PT_OK) {
        st = add_pages(g, &g->persons, g->person_count, room.persons, sizeof(GraphPerson), err);
    }
    if (st == PT_OK) {
        st = add_pages(g, &g->barriers, g->barrier_count, room.barriers, sizeof(GraphBarrier), err);
    }
    if (st == PT_OK && room.nodes > 0) {
        st = reserve_text(g, room.nodes, err);
    }
    if (st == PT_OK && room.nodes > 0) {
        st = reserve_slots(g, (uint64_t)g->node_count + room.nodes, err);
    }
    return st;
}

PtStatus graph_reserve_barrier(Identity *g, uint32_t number, PtError *err)
{
    return add_page(g, &g->barriers, number >> IDENTITY_PAGE_BITS,
                    IDENTITY_PAGE * sizeof(GraphBarrier), err);
}

/* ---- Changes --------------------------------------------------------------------------------- */

static uint32_t put_text(Identity *g, PtStr value)
{
    assert(value.len <= IDENTITY_VALUE_MAX);
    uint64_t left = IDENTITY_TEXT_PAGE - g->text_end % IDENTITY_TEXT_PAGE;
    uint64_t at = value.len + 1 <= left ? g->text_end : g->text_end + left;
    char *page = g->texts.pages[at / IDENTITY_TEXT_PAGE];
    page += at % IDENTITY_TEXT_PAGE;
    *page = (char)(uint8_t)value.len;
    memcpy(page + 1, value.data, value.len);
    g->text_end = at + value.len + 1;
    return (uint32_t)at;
}

uint32_t graph_add_node(Identity *g, const GraphKey *key, uint32_t person)
{
    uint32_t number = ++g->node_count;
    GraphPerson *p = graph_person(g, person);
    *graph_node(g, number) =
        (GraphNode){.person = person, .type = key->type, .text = put_text(g, key->value)};
    put_slot(g->slots, g->slot_mask, (GraphSlot){number, key->hash});
    if (p->first == 0) {
        p->first = number;
    } else {
        graph_node(g, p->last)->next = number;
    }
    p->last = number;
    p->count++;
    return number;
}

uint32_t graph_add_person(Identity *g)
{
    *graph_person(g, ++g->person_count) = (GraphPerson){0};
    g->living++;
    return g->person_count;
}

/* Both lists rise, and so does the one that comes of them: a person's nodes stand in the order in
 * which they appeared, whatever happened since. */
void graph_move_all(Identity *g, uint32_t from, uint32_t to)
{
    GraphPerson *source = graph_person(g, from), *target = graph_person(g, to);
    uint32_t a = target->first, b = source->first, last = 0;
    while (a != 0 || b != 0) {
        bool take_a = b == 0 || (a != 0 && a < b);
        uint32_t taken = take_a ? a : b;
        GraphNode *n = graph_node(g, taken);
        *(take_a ? &a : &b) = n->next;
        n->person = to;
        *(last == 0 ? &target->first : &graph_node(g, last)->next) = taken;
        last = taken;
    }
    graph_node(g, last)->next = 0;
    target->last = last;
    target->count += source->count;
    *source = (GraphPerson){.merged_into = to};
    g->living--;
}

/* Slots behind a free one move up to where they are looked for. */
static void free_slot(Identity *g, uint64_t at)
{
    const uint64_t mask = g->slot_mask;
    for (uint64_t next = (at + 1) & mask; g->slots[next].node != 0; next = (next + 1) & mask) {
        const uint64_t home = g->slots[next].hash & mask;
        if (((next - home) & mask) >= ((next - at) & mask)) {
            g->slots[at] = g->slots[next];
            at = next;
        }
    }
    g->slots[at] = (GraphSlot){0, 0};
}

static void leave_person(Identity *g, uint32_t number)
{
    GraphPerson *p = graph_person(g, graph_node(g, number)->person);
    uint32_t before = 0;
    for (uint32_t n = p->first; n != number; n = graph_node(g, n)->next) {
        before = n;
    }
    const uint32_t next = graph_node(g, number)->next;
    *(before == 0 ? &p->first : &graph_node(g, before)->next) = next;
    p->last = p->last == number ? before : p->last;
    p->count--;
}

static void wipe_text(const Identity *g, const GraphNode *n)
{
    char *page = g->texts.pages[n->text / IDENTITY_TEXT_PAGE];
    explicit_bzero(page + n->text % IDENTITY_TEXT_PAGE, 1 + graph_text(g, n).len);
}

void graph_erase_node(Identity *g, uint32_t number)
{
    GraphNode *n = graph_node(g, number);
    const uint32_t person = n->person;
    uint64_t at = hash_of(n->type, graph_text(g, n)) & g->slot_mask;
    while (g->slots[at].node != number) {
        at = (at + 1) & g->slot_mask;
    }
    free_slot(g, at);
    leave_person(g, number);
    wipe_text(g, n);
    n->person = 0;
    n->next = 0;
    if (graph_person(g, person)->count == 0) {
        graph_person(g, person)->merged_into = person;
        g->living--;
    }
}

void graph_add_erased(Identity *g, uint32_t type)
{
    *graph_node(g, ++g->node_count) =
        (GraphNode){.type = type, .text = put_text(g, (PtStr){"", 0})};
}

void graph_add_barrier(Identity *g, uint32_t number, uint32_t node, uint32_t other)
{
    GraphNode *a = graph_node(g, node), *b = graph_node(g, other);
    *graph_barrier(g, number) = (GraphBarrier){{node, other}, {a->barriers, b->barriers}};
    a->barriers = number;
    b->barriers = number;
    g->barrier_count = number;
}

void graph_lift_barrier(Identity *g, uint32_t number)
{
    GraphBarrier *gone = graph_barrier(g, number);
    for (int side = 0; side < 2; side++) {
        uint32_t node = gone->node[side];
        uint32_t *link = &graph_node(g, node)->barriers;
        while (*link != number) {
            GraphBarrier *b = graph_barrier(g, *link);
            link = &b->next[b->node[0] == node ? 0 : 1];
        }
        *link = gone->next[side];
    }
    *gone = (GraphBarrier){0};
}
