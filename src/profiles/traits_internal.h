// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "base/map.h"
#include "profiles/profiles_internal.h"

/* What events say of people: shared by gathering (traits.c), the tables (traits_store.c), reading
 * (read.c, fold.c) and search (search.c). Nothing else includes this file.
 *
 * A trait of a node is one value: the one of higher precedence, then the newer, then the one that
 * came later in the log. Values are sums of orders: they are gathered as a list, in log order, and
 * taken once.
 */
enum {
    TRAITS_NAMES_MAX = 300, /* of a node; those said first stay */
    TRAIT_NAME_MAX = 200,   /* bytes */
    TRAIT_JSON_MAX = 8192,  /* bytes of a value */
    ORDERS_KEPT = 20,       /* of a node, the newest: their numbers, each of which counts once */
    ORDER_NUMBER_MAX = 100, /* bytes; an order with a longer number counts, without being known */
    VALUES_MAX = 16,        /* currencies of a node */
    SEEN_PAGE = 4096,       /* nodes */
};

typedef enum TraitPrecedence {
    TRAIT_OF_CONTEXT = 1, /* context.traits, which repeat what an identify said before */
    TRAIT_OF_IDENTIFY = 2,
    TRAIT_OF = 3,              /* these bits; above them the preference of its source */
    TRAIT_PREFERENCE_BITS = 2, /* (identity_preference) */
} TraitPrecedence;

typedef struct SaidValue {
    PtStr json;
    int64_t at_ms; /* timestamp of the event */
    uint32_t source;
    uint8_t precedence; /* TraitPrecedence and preference */
} SaidValue;

/* Whether `later`, which comes later in the log, takes the place of `earlier`. */
static inline bool said_replaces(const SaidValue *later, const SaidValue *earlier)
{
    return later->precedence != earlier->precedence ? later->precedence > earlier->precedence
                                                    : later->at_ms >= earlier->at_ms;
}

/* ---- JSON of events (member.c) --------------------------------------------------------------- */

/* The value of the object's member `key`, the last that is not null; data NULL: there is none, or
 * that is no object. */
PtStr profile_member(PtStr object, PtStr key);
/* Of the event's `properties` and the like, and of its context, where the batch's own members
 * stand under the event's. */
PtStr profile_event_member(const EventView *v, PtStr key);
PtStr profile_context_member(const EventView *v, PtStr key);
/* The text of a string, a number's own; empty for all else. Borrowed from the JSON or `text`, whose
 * content goes; that it found no memory stays in its status, for the caller to look at once. */
PtStr profile_json_text(PtStr json, PtBuf *text);

/* ---- Orders (orders.c) ----------------------------------------------------------------------- */

typedef struct SaidOrder {
    struct SaidOrder *next;
    uint64_t offset;
    int64_t micros; /* a refund's too: 0 or more */
    char currency[4];
    bool refund;
    PtStr number; /* "" where it has none */
} SaidOrder;

/* False: the event is no order. *ret_number is borrowed from the event or `text`. */
bool order_read(const EventView *v, PtBuf *text, SaidOrder *ret_order);

typedef struct KeptOrder {
    uint64_t offset;
    bool completed;       /* else only refunds of it have come */
    bool stored, changed; /* it has a row; that row is not as this says */
    char number[ORDER_NUMBER_MAX];
    uint8_t len;
} KeptOrder;

typedef struct OrderBook { /* of a node */
    ProfileValue values[VALUES_MAX];
    bool value_changed[VALUES_MAX];
    size_t value_count;
    KeptOrder kept[ORDERS_KEPT]; /* oldest first */
    size_t kept_count;
    uint64_t gone[ORDERS_KEPT]; /* offsets of rows that are to go */
    size_t gone_count;
} OrderBook;

/* False: it does not count, being known already, or being out of the range of money or of the bound
 * of currencies. */
bool order_book_take(OrderBook *book, const SaidOrder *order);
PT_NODISCARD PtStatus order_book_load(PtSqlTx *tx, uint32_t node, OrderBook *ret_book,
                                      PtError *err);
/* Without the orders that are known: for reading where none is added. */
PT_NODISCARD PtStatus order_book_load_values(PtSqlTx *tx, uint32_t node, OrderBook *ret_book,
                                             PtError *err);
PT_NODISCARD PtStatus order_book_store(PtSqlTx *tx, uint32_t node, const OrderBook *book,
                                       PtError *err);

/* ---- Records of the log (touch.c) ------------------------------------------------------------ */

typedef struct Touches Touches;

Touches *touches_new(void);    /* NULL when out of memory */
void touches_free(Touches *t); /* accepts NULL */
void touches_clear(Touches *t);
/* Any thread, without the lock. */
PT_NODISCARD PtStatus touch_read(Profiles *p, uint64_t offset, ProfileTouch *ret_touch,
                                 PtError *err);

/* ---- What is gathered (traits.c) ------------------------------------------------------------- */

typedef enum SaidState { SAID_NEW, SAID_STORED, SAID_BEATEN } SaidState;

typedef struct SaidTrait {
    struct SaidTrait *next; /* of the node, by first appearance */
    PtStr name;
    SaidValue value;         /* that holds, of all that were said */
    SaidValue own;           /* as this event said it */
    struct SaidTrait *again; /* said by a later event of the same node */
    struct SaidTrait *last;  /* the end of that chain; NULL: said once */
    uint64_t offset;         /* of the event */
    int64_t received_ms;     /* it was; NOT_SEEN: it was redriven, and counted before */
    bool added;              /* by the event in hand */
    SaidState state;         /* of its row: while writing */
    bool changed;            /* its row does not say the same */
} SaidTrait;

typedef struct SaidNode {
    struct SaidNode *next;
    uint32_t node;
    SaidTrait *traits, **traits_end;
    SaidOrder *orders, **orders_end;
} SaidNode;

typedef struct SeenNode {      /* NOT_SEEN: not since the start */
    int64_t first_ms, last_ms; /* timestamps: of the event that brought it, of the newest filed */
} SeenNode;

#define NOT_SEEN INT64_MIN

typedef struct Gathering {
    PtArena *arena;               /* of all of it */
    PtMap *map;                   /* node (4 bytes) -> SaidNode; node and name -> SaidTrait */
    SaidNode *nodes, **nodes_end; /* by first appearance */
} Gathering;

struct Traits {
    Gathering now;
    Gathering spare;       /* empty: takes the place of `now` when that is forgotten */
    uint64_t applied;      /* records below it are in memory */
    SeenNode **seen_pages; /* by node */
    size_t seen_page_count;
    Touches *touches;      /* has its own lock */
    PtBuf text;            /* one text, decoded */
    uint64_t left_out;     /* names, values, orders over a bound, since open */
    uint64_t left_out_now; /* of those, what the last traits_flush found */
};

/* NULL: nothing is gathered of it. Under the lock for reading. */
const SaidNode *traits_said(const Profiles *p, uint32_t node);
SaidTrait *traits_said_trait(const Profiles *p, uint32_t node, PtStr name);
/* Of a node that no transaction has written before all is gathered: it has no rows of traits or
 * orders but what this says. */
bool traits_all_said(const Profiles *p, const SaidNode *said);
/* What memory knows of the node's times; NOT_SEEN where it does not. */
SeenNode traits_seen(const Profiles *p, uint32_t node);

/* ---- The fold (fold.c): pure ----------------------------------------------------------------- */

typedef struct FoldTrait {
    ProfileTrait trait;
    uint8_t precedence;
    bool stored;   /* has a row: what is gathered came later */
    uint32_t rank; /* of the node's type: lower wins */
} FoldTrait;

/* Leaves of each name the one that holds, by name, without those that are null; returns how many.
 */
size_t fold_traits(FoldTrait *traits, size_t count);
/* Adds `value` to the sum of its currency; false where there is no room, or no such money. */
bool fold_value(ProfileValue *values, size_t *count, size_t max, const ProfileValue *value);
/* What people call somebody; borrowed or in the arena; "" where nothing is known, data NULL without
 * memory. */
PtStr fold_name(const Profile *profile, PtArena *arena);
/* The first node's value of the first of these types (NULL ends them) that there is; else "". */
PtStr fold_identifier(const ProfileNode *nodes, size_t count, const char *const *types);

/* ---- Search (search.c) ----------------------------------------------------------------------- */

bool search_shows(PtStr trait); /* a trait of that name is in the index */
/* What search shows of the node's traits or orders changed. On the view's thread. */
void search_touch_texts(Profiles *p, uint32_t node);
/* The best nodes, at most PT_TEXT_RESULTS_MAX. */
PT_NODISCARD PtStatus search_text(Profiles *p, PtStr query, PtTextHit *ret_hits, size_t *ret_count,
                                  PtError *err);
