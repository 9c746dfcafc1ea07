// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "profiles/identity.h"

#include <stdalign.h>

/* What the files of the identity engine share: the rules as they are kept, and the store of the
 * graph (identity_store.c): nodes, persons, barriers, types and texts in pages that are never
 * moved, and the table that finds a node.
 *
 * Room is reserved before anything changes: what follows a reserve cannot fail, so that a change is
 * made whole or not at all.
 */

/* ---- Rules ----------------------------------------------------------------------------------- */

typedef struct IdentityPrefers IdentityPrefers;

struct IdentityRules {
    IdentityType types[IDENTITY_TYPES_MAX]; /* by name */
    size_t type_count;
    IdentityType other; /* its name is empty */
    uint32_t merge_cap;
    PtStr *blocked; /* shorter ones first, then by their bytes */
    size_t blocked_count;
    char *blocked_text;       /* of all of them */
    IdentityPrefers *prefers; /* NULL: none */
};

extern const char identity_event_type[]; /* "event": nodes of events without any identifier */

/* The row that holds for a type; `other` where none is named. */
const IdentityType *identity_rules_type(const IdentityRules *rules, PtStr name);
/* value as it came: spaces, quotes and case do not matter. */
bool identity_rules_block(const IdentityRules *rules, PtStr value);
bool identity_type_name_valid(PtStr name);
PtStr identity_trim(PtStr s); /* without ASCII white space around it */

/* The member "traits" (rules_prefer.c), where a reading of rules stands in front of its value. */
PtStatus identity_prefers_read(PtJson *j, IdentityPrefers **ret_prefers, PtError *err);
void identity_prefers_write(const IdentityPrefers *all, PtJsonOut *o);
void identity_prefers_free(IdentityPrefers *all); /* accepts NULL */

/* ---- Store ----------------------------------------------------------------------------------- */

enum {
    IDENTITY_PAGE_BITS = 12,
    IDENTITY_PAGE = 1 << IDENTITY_PAGE_BITS, /* items */
    IDENTITY_TEXT_PAGE = 1 << 16,            /* bytes; a text does not straddle two */
    IDENTITY_TYPES_SEEN = 64,                /* power of two */
};

typedef struct GraphNode {
    uint32_t person; /* 0: erased */
    uint32_t next;   /* of the same person, rising; 0: the last */
    uint32_t type;
    uint32_t text;     /* where: a byte of length, then the value */
    uint32_t barriers; /* the newest that stands here; 0: none */
} GraphNode;

typedef struct GraphPerson {
    uint32_t first, last; /* nodes */
    uint32_t count;       /* nodes */
    uint32_t merged_into; /* 0: lives; its own number: erased */
} GraphPerson;

typedef struct GraphBarrier {
    uint32_t node[2]; /* 0: lifted */
    uint32_t next[2]; /* barrier at that node */
} GraphBarrier;

typedef struct GraphType {
    char name[IDENTITY_TYPE_NAME_MAX + 1];
    uint8_t name_len, mode; /* IdentityMode */
    uint32_t limit;
    uint64_t round; /* of the check that the counts below belong to */
    uint32_t total, largest, single;
} GraphType;

typedef struct GraphPages {
    void **pages;
    size_t count; /* of page pointers; NULL: not needed yet */
} GraphPages;

typedef struct GraphBlock {
    struct GraphBlock *next;
    alignas(max_align_t) char bytes[]; /* pages */
} GraphBlock;

typedef struct GraphSlot {
    uint32_t node; /* 0: free */
    uint32_t hash;
} GraphSlot;

struct Identity {
    const IdentityRules *rules;
    IdentityListener *listener;
    void *listener_ctx;
    GraphPages nodes, persons, barriers, types, texts;
    uint32_t node_count, person_count, barrier_count, type_count; /* the last number of each */
    uint32_t living;                                              /* persons not merged away */
    bool moded;         /* some type's mode is not the default one */
    uint64_t text_end;  /* where the next text may begin */
    uint64_t round;     /* of checks */
    GraphBlock *blocks; /* that pages are taken from, the newest first */
    char *block_at;
    size_t block_left;
    size_t bytes;                            /* of all but the slots */
    struct PtMap *type_of;                   /* name to number */
    uint32_t type_seen[IDENTITY_TYPES_SEEN]; /* numbers by what is quick to tell of a name */
    GraphSlot *slots;                        /* a power of two of them, at most 3/4 in use */
    uint64_t slot_mask;
};

static inline void *graph_item(const GraphPages *p, uint32_t number, size_t size)
{
    char *page = p->pages[number >> IDENTITY_PAGE_BITS];
    return page + (size_t)(number & (IDENTITY_PAGE - 1)) * size;
}

static inline GraphNode *graph_node(const Identity *g, uint32_t number)
{
    return graph_item(&g->nodes, number, sizeof(GraphNode));
}

static inline GraphPerson *graph_person(const Identity *g, uint32_t number)
{
    return graph_item(&g->persons, number, sizeof(GraphPerson));
}

static inline GraphBarrier *graph_barrier(const Identity *g, uint32_t number)
{
    return graph_item(&g->barriers, number, sizeof(GraphBarrier));
}

static inline GraphType *graph_type(const Identity *g, uint32_t number)
{
    return graph_item(&g->types, number, sizeof(GraphType));
}

static inline PtStr graph_type_name(const Identity *g, uint32_t number)
{
    const GraphType *type = graph_type(g, number);
    return (PtStr){type->name, type->name_len};
}

static inline PtStr graph_text(const Identity *g, const GraphNode *n)
{
    const char *page = g->texts.pages[n->text / IDENTITY_TEXT_PAGE];
    const char *at = page + n->text % IDENTITY_TEXT_PAGE;
    return (PtStr){at + 1, (uint8_t)at[0]};
}

/* The number of a type's name; 0: no node has it. */
uint32_t graph_type_find(const Identity *g, PtStr name);
/* Gives it one; 0: no memory. */
uint32_t graph_type_put(Identity *g, PtStr name);
void graph_types_limit(Identity *g); /* and their modes, as the rules say now */

uint32_t graph_find(const Identity *g, uint32_t type, PtStr value); /* node; 0: none */

/* The same for several at once: nearly all the time of a look-up is waiting for memory, and so they
 * wait together. */
typedef struct GraphKey {
    uint32_t type, hash;
    PtStr value;
    uint32_t node; /* found; 0: none */
} GraphKey;
void graph_find_all(const Identity *g, GraphKey *keys, size_t count);

typedef struct GraphRoom {
    uint32_t nodes, persons;
    uint64_t barriers;
} GraphRoom;
PT_NODISCARD PtStatus graph_reserve(Identity *g, GraphRoom room, PtError *err);
/* The page that barrier `number` lies in, and no other. */
PT_NODISCARD PtStatus graph_reserve_barrier(Identity *g, uint32_t number, PtError *err);

/* After a reserve. A node is given the highest number, so it is its person's last. */
uint32_t graph_add_node(Identity *g, const GraphKey *key, uint32_t person); /* looked up before */
uint32_t graph_add_person(Identity *g);
void graph_add_barrier(Identity *g, uint32_t number, uint32_t node, uint32_t other);
void graph_lift_barrier(Identity *g, uint32_t number);
void graph_move_all(Identity *g, uint32_t from, uint32_t to); /* nodes of a person; both live */
void graph_erase_node(Identity *g, uint32_t number);          /* without barriers */
/* A number for a node that was erased before. */
void graph_add_erased(Identity *g, uint32_t type);

void graph_init(Identity *g); /* no memory is needed */
void graph_done(Identity *g);
