// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "profiles/consent.h"
#include "profiles/profiles_internal.h"

#include <pthread.h>
#include <stdatomic.h>

/* What the parts of consent share: what events say (consent_said.c), memory (consent.c), the tables
 * of the view (consent_store.c), purposes (consent_define.c), decisions of staff and of the
 * preference page (consent_decide.c), reading (consent_read.c). */
enum {
    CONSENT_SEEDS = 6,            /* purposes of every installation; core/0013 has them too */
    CONSENT_SEEN = 1 << 16,       /* newest events whose node is known without looking it up */
    CONSENT_PAGE_NODES = 4096,    /* words of state that are made at once */
    CONSENT_CATEGORIES_MAX = 100, /* of one event; the rest is not looked at */
    CONSENT_PAGE_MAX = 500,       /* bytes of a page's address */
    CONSENT_IP_MAX = 45,
    CONSENT_BY_MAX = 120,
};

extern const char consent_changed[];         /* "Consent Changed": name of an event */
extern const char consent_purpose_changed[]; /* "Consent Purpose Changed" */

/* ---- What events say (consent_said.c): pure ---------------------------------------------------
 */

typedef struct ConsentSlot {         /* a purpose as the log knows it at this place */
    char slug[CONSENT_SLUG_MAX + 1]; /* "": there is none */
    char categories[CONSENT_LIST_MAX][CONSENT_ITEM_MAX + 1];
    size_t category_count;
} ConsentSlot;

/* Where the log begins. */
void consent_slots_seed(ConsentSlot slots[static CONSENT_PURPOSES_MAX]);
/* The list as it is stored: a JSON array of texts. What is over a bound is left out. */
void consent_slot_read(ConsentSlot *slot, PtStr slug, PtStr categories);

typedef struct ConsentWord {   /* a bit a slot; of a purpose that is said both ways: refused */
    uint32_t granted, refused; /* declared */
    uint32_t ambient_granted, ambient_refused; /* carried along; none that is declared */
} ConsentWord;

/* Whether an event may say anything of consent: looked for before anything is parsed. */
static inline bool consent_may_say(const EventView *v)
{
    const PtStr needle = PT_STR("onsent"); // of the key and of the names
    return pt_str_has(v->raw, needle) || (v->common.len > 0 && pt_str_has(v->common, needle));
}

/* text: for what is to be decoded; its status tells PT_NO_MEMORY. */
void consent_read_event(const ConsentSlot *slots, const EventView *v, PtBuf *text,
                        ConsentWord *ret_word);
/* {"purpose", "granted"} or {"purposes": {slug: bool}} of an event's properties: declared. */
void consent_read_choices(const ConsentSlot *slots, PtStr properties, PtBuf *text,
                          ConsentWord *ret_word);
/* A JSON object of categories or slugs to booleans; ret_*: bits are added. */
void consent_read_preferences(const ConsentSlot *slots, PtStr object, PtBuf *text,
                              uint32_t *ret_granted, uint32_t *ret_refused);

/* ---- Memory (consent.c) -----------------------------------------------------------------------
 */

/* Two bits of each slot in a node's word. The greater is the stricter. */
typedef enum ConsentBits {
    CONSENT_BITS_NONE = 0,
    CONSENT_BITS_GRANTED = 1,
    CONSENT_BITS_REFUSED = 2,
} ConsentBits;

static inline ConsentBits consent_bits(uint64_t word, unsigned slot)
{
    return (ConsentBits)(word >> (2 * slot) & 3);
}

typedef struct ConsentNoted { /* a decision, or that nodes were erased; until it is in the tables */
    struct ConsentNoted *next;
    bool erased; /* then all below but the nodes is empty */
    uint64_t offset;
    int64_t at_ms;
    uint32_t source, granted, refused, declared; /* bits a slot */
    PtStr via, evidence, text_version, page, ip, by;
    uint32_t *nodes;
    size_t node_count;
} ConsentNoted;

typedef struct ConsentUse { /* a purpose as the core database has it now */
    char slug[CONSENT_SLUG_MAX + 1];
    unsigned slot;
    ConsentBasis basis;
    bool archived;
} ConsentUse;

typedef struct ConsentSeen {
    uint64_t offset;
    uint32_t node;
} ConsentSeen;

struct Consent {
    ConsentSlot slots[CONSENT_PURPOSES_MAX]; /* at the view's place in the log */
    uint32_t slots_changed;                  /* bits: their rows are not as they are */
    uint64_t **pages;                        /* words by node; under the lock */
    size_t page_count;
    ConsentSeen *seen; /* CONSENT_SEEN, by offset */
    PtArena *arena;    /* of what is noted */
    ConsentNoted *noted, **noted_end;
    PtBuf text;                            /* the view's thread only */
    ConsentUse uses[CONSENT_PURPOSES_MAX]; /* changed under the lock for writing */
    size_t use_count;
    _Atomic bool uses_stale;     /* reading them has failed: they are read before they are used */
    pthread_mutex_t define_lock; /* one change of purposes at a time */
    uint8_t key[PT_SECRET_KEY];  /* of tokens and of addresses that are suppressed */
};

PtStatus consent_new(Profiles *p, const uint8_t key[static 32], PtError *err);
void consent_free(Profiles *p);  /* accepts one that consent_new has not made */
void consent_clear(Profiles *p); /* under the lock for writing: what is in memory and noted goes */
/* What an event says of its person. Under the lock for writing, each record once. On failure memory
 * has to be loaded anew. */
PtStatus consent_apply(Profiles *p, const EventView *v, const PtRecord *r, uint32_t node,
                       PtError *err);
/* What staff or the page decided of a person (decided.c), and that a purpose changed. */
PtStatus consent_decided(Profiles *p, PtStr properties, uint32_t person, uint64_t offset,
                         int64_t at_ms, PtError *err);
PtStatus consent_defined(Profiles *p, PtStr properties, PtError *err);
/* These nodes are nobody's any more: their decisions go from memory at once and from the tables
 * with the next flush. Under the lock for writing, on the view's thread. */
PtStatus consent_erase(Profiles *p, const uint32_t *nodes, size_t count, PtError *err);
/* The strictest of the person's nodes. Under the lock. */
uint64_t consent_fold(const Profiles *p, uint32_t person);
/* So much is noted that the step has to end. On the view's thread; of a preview: never. */
bool consent_is_full(const Profiles *p);
PtStatus consent_set(Profiles *p, uint32_t node, unsigned slot, ConsentBits bits, PtError *err);
/* Under the lock. What is noted goes with each step, and is not in it: it is the view's thread's,
 * which clears it without the lock. */
size_t consent_bytes(const Profiles *p);

/* ---- Tables of the view (consent_store.c) -----------------------------------------------------
 */

PtStatus consent_load(Profiles *p, PtSqlTx *tx, PtError *err); /* before any record */
/* As traits_flush and traits_forget, in the same transaction. */
PtStatus consent_flush(Profiles *p, PtSqlTx *tx, PtError *err);
void consent_forget(Profiles *p);
PtStatus consent_reset(PtSqlTx *tx, PtError *err);

/* ---- Purposes (consent_define.c) --------------------------------------------------------------
 */

/* The core database's purposes into memory; takes the lock for writing. With define_lock held. */
PtStatus consent_uses_load(Profiles *p, PtError *err);
/* Reads them where reading them failed, as after a commit of which nobody knows how it ended; never
 * waits for a change. PT_UNAVAILABLE: it is not known yet what they are. */
PtStatus consent_uses_renew(Profiles *p, PtError *err);
/* NULL: there is none. Under the lock. */
const ConsentUse *consent_use(const Profiles *p, PtStr slug);

/* ---- Texts ------------------------------------------------------------------------------------
 */

/* At most max bytes, whole characters. */
static inline PtStr consent_cut(PtStr text, size_t max)
{
    size_t len = text.len < max ? text.len : max;
    while (len > 0 && len < text.len && ((unsigned char)text.data[len] & 0xC0) == 0x80) {
        len--;
    }
    return (PtStr){text.data, len};
}
