// SPDX-License-Identifier: Apache-2.0
/* What one event says of its node: gathered in memory, by node and name, until it is written. */
#include "profiles/traits_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    GATHERED_MAX = 512 << 20, /* bytes; a step ends long before */
    SEEN_PAGES_FIRST = 64,
    KEY_MAX = sizeof(uint32_t) + TRAIT_NAME_MAX,
};

typedef struct Key {
    char bytes[KEY_MAX];
    size_t len;
} Key;

static PtStr key_of(Key *key, uint32_t node, PtStr name)
{
    memcpy(key->bytes, &node, sizeof node);
    if (name.len > 0) {
        memcpy(key->bytes + sizeof node, name.data, name.len);
    }
    key->len = sizeof node + name.len;
    return (PtStr){key->bytes, key->len};
}

/* ---- Lifetime -------------------------------------------------------------------------------- */

static bool gathering_init(Gathering *g)
{
    g->arena = pt_arena_new(GATHERED_MAX);
    g->map = pt_map_new();
    g->nodes_end = &g->nodes;
    return g->arena != NULL && g->map != NULL;
}

static void gathering_done(Gathering *g)
{
    pt_map_free(g->map, NULL);
    pt_arena_free(g->arena);
}

/* The map keeps its room for the next step. */
static void gathering_clear(Gathering *g)
{
    Key key;
    for (SaidNode *node = g->nodes; node != NULL; node = node->next) {
        for (SaidTrait *said = node->traits; said != NULL; said = said->next) {
            (void)pt_map_remove(g->map, key_of(&key, node->node, said->name));
        }
        (void)pt_map_remove(g->map, key_of(&key, node->node, PT_STR("")));
    }
    assert(pt_map_count(g->map) == 0);
    pt_arena_clear(g->arena);
    g->nodes = NULL;
    g->nodes_end = &g->nodes;
}

PtStatus traits_new(Profiles *p, PtError *err)
{
    Traits *t = p->traits = calloc(1, sizeof *t);
    if (t == NULL || !gathering_init(&t->now) || !gathering_init(&t->spare) ||
        (t->touches = touches_new()) == NULL) {
        traits_free(p);
        return pt_fail(err, PT_NO_MEMORY, "no memory for traits");
    }
    pt_buf_init(&t->text, EVENT_MAX_BYTES);
    return PT_OK;
}

static void forget_seen(Traits *t)
{
    for (size_t i = 0; i < t->seen_page_count; i++) {
        free(t->seen_pages[i]);
    }
    free(t->seen_pages);
    t->seen_pages = NULL;
    t->seen_page_count = 0;
}

void traits_free(Profiles *p)
{
    Traits *t = p->traits;
    if (t != NULL) {
        forget_seen(t);
        gathering_done(&t->now);
        gathering_done(&t->spare);
        touches_free(t->touches);
        pt_buf_done(&t->text);
        free(t);
        p->traits = NULL;
    }
}

void traits_clear(Profiles *p)
{
    Traits *t = p->traits;
    gathering_clear(&t->now);
    touches_clear(t->touches);
    forget_seen(t);
    t->applied = 0;
    t->left_out = t->left_out_now = 0;
}

void traits_forget(Profiles *p)
{
    Traits *t = p->traits;
    (void)pthread_rwlock_wrlock(&p->lock);
    Gathering done = t->now;
    t->now = t->spare;
    t->now.nodes_end = &t->now.nodes; // what it pointed to has moved with it
    t->spare = done;
    t->left_out += t->left_out_now;
    t->left_out_now = 0;
    (void)pthread_rwlock_unlock(&p->lock);
    gathering_clear(&t->spare);
}

size_t traits_bytes(const Profiles *p)
{
    const Traits *t = p->traits;
    return pt_arena_used(t->now.arena) +
           t->seen_page_count * (sizeof *t->seen_pages + SEEN_PAGE * sizeof(SeenNode));
}

uint64_t traits_left_out(const Profiles *p)
{
    return p->traits->left_out;
}

/* ---- Looking up ------------------------------------------------------------------------------ */

const SaidNode *traits_said(const Profiles *p, uint32_t node)
{
    Key key;
    return pt_map_get(p->traits->now.map, key_of(&key, node, PT_STR("")));
}

bool traits_all_said(const Profiles *p, const SaidNode *said)
{
    size_t names = 0;
    for (const SaidTrait *t = said->traits; t != NULL; t = t->next) {
        names++;
    }
    return said->node > p->known_nodes && names <= TRAITS_NAMES_MAX;
}

static SaidTrait *find_trait(const Gathering *g, uint32_t node, PtStr name)
{
    Key key;
    return name.len == 0 || name.len > TRAIT_NAME_MAX
               ? NULL
               : pt_map_get(g->map, key_of(&key, node, name));
}

SaidTrait *traits_said_trait(const Profiles *p, uint32_t node, PtStr name)
{
    return find_trait(&p->traits->now, node, name);
}

SeenNode traits_seen(const Profiles *p, uint32_t node)
{
    const Traits *t = p->traits;
    const size_t page = node / SEEN_PAGE;
    return page < t->seen_page_count && t->seen_pages[page] != NULL
               ? t->seen_pages[page][node % SEEN_PAGE]
               : (SeenNode){NOT_SEEN, NOT_SEEN};
}

static bool add_pages(Traits *t, size_t page)
{
    const size_t count = page < SEEN_PAGES_FIRST / 2 ? SEEN_PAGES_FIRST : 2 * page;
    SeenNode **pages = realloc(t->seen_pages, count * sizeof(SeenNode *));
    if (pages == NULL) {
        return false;
    }
    for (size_t i = t->seen_page_count; i < count; i++) {
        pages[i] = NULL;
    }
    t->seen_pages = pages;
    t->seen_page_count = count;
    return true;
}

/* NULL: no memory. */
static SeenNode *seen_at(Traits *t, uint32_t node)
{
    const size_t page = node / SEEN_PAGE;
    if (page >= t->seen_page_count && !add_pages(t, page)) {
        return NULL;
    }
    if (t->seen_pages[page] == NULL) {
        SeenNode *nodes = malloc(SEEN_PAGE * sizeof *nodes);
        for (size_t i = 0; nodes != NULL && i < SEEN_PAGE; i++) {
            nodes[i] = (SeenNode){NOT_SEEN, NOT_SEEN};
        }
        t->seen_pages[page] = nodes;
    }
    return t->seen_pages[page] != NULL ? &t->seen_pages[page][node % SEEN_PAGE] : NULL;
}

/* A node that finds no memory here is shown without its first time until it has a row. */
void traits_node_added(Profiles *p, uint32_t node, int64_t at_ms)
{
    SeenNode *seen = seen_at(p->traits, node);
    if (seen != NULL) {
        seen->first_ms = at_ms;
    }
}

void traits_node_erased(Profiles *p, uint32_t node)
{
    const Traits *t = p->traits;
    const size_t page = node / SEEN_PAGE;
    if (page < t->seen_page_count && t->seen_pages[page] != NULL) {
        t->seen_pages[page][node % SEEN_PAGE] = (SeenNode){NOT_SEEN, NOT_SEEN};
    }
}

/* ---- Staging: what the event says, not yet seen by anybody ----------------------------------- */

typedef struct Stage {
    const Profiles *of;
    Gathering *into;
    PtBuf *text;
    uint32_t node;
    SaidValue value; /* its json is set trait by trait, its precedence without a preference */
    uint64_t offset;
    int64_t received_ms; /* as SaidTrait has it */
    SaidTrait *first, **end;
    SaidOrder *order;
    size_t left_out;
    bool no_memory;
} Stage;

static PtStr name_of(Stage *s, PtStr raw, unsigned flags)
{
    PtBuf *text = s->text;
    if ((flags & PT_JSON_ESCAPED) == 0) {
        return raw;
    }
    pt_buf_clear(text, EVENT_MAX_BYTES);
    pt_json_decode(raw, text);
    s->no_memory = s->no_memory || pt_buf_status(text) == PT_NO_MEMORY;
    return pt_buf_str(text);
}

static void stage_trait(Stage *s, PtStr name, PtStr json)
{
    if (name.len == 0 || name.len > TRAIT_NAME_MAX || json.len > TRAIT_JSON_MAX) {
        s->left_out++;
        return;
    }
    SaidTrait *said = pt_arena_alloc(s->into->arena, 1, sizeof *said);
    if (said == NULL) {
        s->no_memory = true;
        return;
    }
    said->name = pt_arena_str(s->into->arena, name);
    said->value = s->value;
    said->value.json = pt_arena_str(s->into->arena, json);
    said->own = said->value;
    said->offset = s->offset;
    said->received_ms = s->received_ms;
    s->no_memory = said->name.data == NULL || said->value.json.data == NULL;
    *s->end = said;
    s->end = &said->next;
}

/* What the rules prefer of this trait. Few traits have a list, so the source's id is looked up for
 * them only. */
static uint8_t precedence_of(const Stage *s, PtStr name)
{
    const IdentityRules *rules = s->of->rules;
    EventSource source;
    if (s->of->sources == NULL || !identity_prefers(rules, name) ||
        !event_source_by_number(s->of->sources, s->value.source, &source)) {
        return s->value.precedence;
    }
    const unsigned preference = identity_preference(rules, name, pt_str(source.id));
    return (uint8_t)(s->value.precedence | preference << TRAIT_PREFERENCE_BITS);
}

static void stage_traits(Stage *s, PtStr object, TraitPrecedence precedence)
{
    PtJson j;
    pt_json_init(&j, object, EVENT_MAX_DEPTH);
    if (object.len == 0 || pt_json_next(&j) != PT_JSON_OBJECT) {
        return;
    }
    s->value.precedence = (uint8_t)precedence;
    while (!s->no_memory && pt_json_next(&j) == PT_JSON_KEY) {
        const PtStr name = name_of(s, j.raw, j.flags);
        PtStr json;
        if (!pt_json_skip(&j, &json, NULL, NULL)) {
            break;
        }
        const uint8_t plain = s->value.precedence;
        s->value.precedence = precedence_of(s, name);
        stage_trait(s, name, json);
        s->value.precedence = plain;
    }
}

static void stage_order(Stage *s, const EventView *v, uint64_t offset)
{
    SaidOrder read;
    if (!order_read(v, s->text, &read)) {
        return;
    }
    SaidOrder *order = pt_arena_alloc(s->into->arena, 1, sizeof *order);
    if (order != NULL) {
        *order = read;
        order->offset = offset;
        order->number = pt_arena_str(s->into->arena, read.number);
    }
    s->no_memory =
        order == NULL || order->number.data == NULL || pt_buf_status(s->text) == PT_NO_MEMORY;
    s->order = order;
}

/* Most events say nothing of who somebody is: looked for before anything is parsed. A key may be
 * written with escapes. */
static bool may_name(PtStr text, PtStr name)
{
    return pt_str_has(text, name) || pt_str_has(text, PT_STR("\\u"));
}

static void stage_event(Stage *s, const EventView *v, uint64_t offset)
{
    const PtStr traits = PT_STR("traits");
    if (may_name(v->raw, traits) || may_name(v->common, traits)) {
        stage_traits(s, profile_context_member(v, traits), TRAIT_OF_CONTEXT);
    }
    if (v->type == EVENT_IDENTIFY && !s->no_memory) {
        stage_traits(s, profile_event_member(v, traits), TRAIT_OF_IDENTIFY);
    }
    if (!s->no_memory) {
        stage_order(s, v, offset);
    }
}

/* ---- Taking it over: all of it, or nothing --------------------------------------------------- */

static SaidNode *node_of(Stage *s, bool *ret_added)
{
    Gathering *g = s->into;
    Key key;
    const PtStr k = key_of(&key, s->node, PT_STR(""));
    SaidNode *said = pt_map_get(g->map, k);
    *ret_added = said == NULL;
    if (said == NULL) {
        said = pt_arena_alloc(g->arena, 1, sizeof *said);
        if (said == NULL || !pt_map_set(g->map, k, said, NULL)) {
            return NULL;
        }
        *said = (SaidNode){.node = s->node};
        said->traits_end = &said->traits;
        said->orders_end = &said->orders;
    }
    return said;
}

static bool add_names(Stage *s)
{
    Key key;
    for (SaidTrait *said = s->first; said != NULL; said = said->next) {
        const PtStr k = key_of(&key, s->node, said->name);
        if (pt_map_get(s->into->map, k) == NULL) {
            if (!pt_map_set(s->into->map, k, said, NULL)) {
                return false;
            }
            said->added = true;
        }
    }
    return true;
}

static void take_back(Stage *s, bool node_added)
{
    Key key;
    for (SaidTrait *said = s->first; said != NULL; said = said->next) {
        if (said->added) {
            (void)pt_map_remove(s->into->map, key_of(&key, s->node, said->name));
        }
    }
    if (node_added) {
        (void)pt_map_remove(s->into->map, key_of(&key, s->node, PT_STR("")));
    }
}

/* What the event said by itself is kept behind the value that holds: conflicts are told by each. */
static void say_again(SaidTrait *before, SaidTrait *said)
{
    SaidTrait *end = before->last != NULL ? before->last : before;
    end->again = said;
    before->last = said;
    if (said_replaces(&said->value, &before->value)) {
        before->value = said->value;
    }
}

static void take_over(Stage *s, SaidNode *node)
{
    for (SaidTrait *said = s->first, *next; said != NULL; said = next) {
        next = said->next;
        said->next = NULL;
        if (said->added) {
            said->added = false;
            *node->traits_end = said;
            node->traits_end = &said->next;
            continue;
        }
        SaidTrait *before = find_trait(s->into, s->node, said->name);
        if (before != NULL) {
            say_again(before, said);
        }
    }
    if (s->order != NULL) {
        *node->orders_end = s->order;
        node->orders_end = &s->order->next;
    }
}

static PtStatus keep_stage(Traits *t, Stage *s, PtError *err)
{
    SaidNode *said = NULL;
    bool node_added = false;
    if (!s->no_memory && (s->first != NULL || s->order != NULL)) {
        said = node_of(s, &node_added);
        s->no_memory = said == NULL;
    }
    if (!s->no_memory && !add_names(s)) {
        s->no_memory = true;
    }
    if (s->no_memory) {
        take_back(s, node_added);
        return pt_fail(err, PT_NO_MEMORY, "no memory for what an event says");
    }
    if (said != NULL) {
        take_over(s, said);
        if (node_added) {
            *t->now.nodes_end = said;
            t->now.nodes_end = &said->next;
        }
    }
    t->left_out += s->left_out;
    return PT_OK;
}

PtStatus traits_apply(Profiles *p, const EventView *v, const PtRecord *r, uint32_t node,
                      PtError *err)
{
    Traits *t = p->traits;
    Stage s = {.of = p,
               .into = &t->now,
               .text = &t->text,
               .node = node,
               .offset = r->position.offset,
               .received_ms = (r->flags & EVENT_REDRIVEN) == 0 ? r->time_ms : NOT_SEEN};
    pt_buf_clear(&t->text, EVENT_MAX_BYTES);
    s.end = &s.first;
    s.value = (SaidValue){.at_ms = v->timestamp_ms, .source = r->source};
    stage_event(&s, v, r->position.offset);
    SeenNode *seen = seen_at(t, node);
    s.no_memory = s.no_memory || seen == NULL;
    PtStatus st = keep_stage(t, &s, err);
    if (st == PT_OK && seen != NULL) { // it is there: else there was no memory
        seen->last_ms = v->timestamp_ms;
        t->applied = r->position.offset + 1;
    }
    return st;
}

PtStatus traits_redact(Profiles *p, uint32_t node, const TraitRedacted *r, PtError *err)
{
    Traits *t = p->traits;
    Stage s = {.of = p,
               .into = &t->now,
               .text = &t->text,
               .node = node,
               .offset = r->offset,
               .received_ms = NOT_SEEN};
    s.end = &s.first;
    s.value =
        (SaidValue){.at_ms = r->at_ms, .source = r->source, .precedence = (uint8_t)r->precedence};
    stage_trait(&s, r->name, PT_STR("\"-\""));
    return keep_stage(t, &s, err);
}
