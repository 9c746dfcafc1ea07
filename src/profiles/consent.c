// SPDX-License-Identifier: Apache-2.0
/* Consent in memory: a word of two bits a purpose for each node, and asking it. */
#include "profiles/consent_internal.h"

#include "profiles/identity_book.h"
#include "profiles/read_internal.h"
#include "profiles/traits_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
    /* Bytes. What is noted of a record has at most about 2 KB of texts and 4 bytes a node. A step
     * that met the bound would be read again and meet it again, so it ends at a quarter: the rest
     * is room for one batch, of 64 records, with persons of over two million nodes. */
    NOTED_MAX = 1 << 30,
    NOTED_ENOUGH = NOTED_MAX / 4,
    CLAIMS_ARENA = 1 << 20,
    PAGES_FIRST = 64,
};

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for consent");
}

/* ---- Names ------------------------------------------------------------------------------------
 */

static const char *const basis_names[CONSENT_BASIS_COUNT] = {
    "consent",         "contract",    "legal_obligation",
    "vital_interests", "public_task", "legitimate_interests"};

PtStr consent_basis_name(ConsentBasis basis)
{
    return pt_str(basis_names[basis]);
}

bool consent_basis_of(PtStr name, ConsentBasis *ret_basis)
{
    for (int i = 0; i < CONSENT_BASIS_COUNT; i++) {
        if (pt_str_eq(name, pt_str(basis_names[i]))) {
            *ret_basis = (ConsentBasis)i;
            return true;
        }
    }
    return false;
}

PtStr consent_state_name(ConsentState state)
{
    static const char *const names[] = {[CONSENT_DEFAULT_REFUSED] = "default_refused",
                                        [CONSENT_DEFAULT_GRANTED] = "default_granted",
                                        [CONSENT_REFUSED] = "refused",
                                        [CONSENT_GRANTED] = "granted"};
    return pt_str(names[state]);
}

/* ---- Lifetime ---------------------------------------------------------------------------------
 */

PtStatus consent_new(Profiles *p, const uint8_t key[static 32], PtError *err)
{
    Consent *c = p->consent = calloc(1, sizeof *c);
    if (c == NULL) {
        return no_memory(err);
    }
    (void)pthread_mutex_init(&c->define_lock, NULL);
    c->seen = calloc(CONSENT_SEEN, sizeof *c->seen);
    c->arena = pt_arena_new(NOTED_MAX);
    c->noted_end = &c->noted;
    pt_buf_init(&c->text, EVENT_MAX_BYTES);
    pt_secret_hash(PT_STR("patron consent"), key, c->key);
    consent_slots_seed(c->slots);
    return c->seen != NULL && c->arena != NULL ? consent_uses_load(p, err) : no_memory(err);
}

static void forget_words(Consent *c)
{
    for (size_t i = 0; i < c->page_count; i++) {
        free(c->pages[i]);
    }
    free(c->pages);
    c->pages = NULL;
    c->page_count = 0;
}

void consent_free(Profiles *p)
{
    Consent *c = p->consent;
    if (c != NULL) {
        forget_words(c);
        free(c->seen);
        pt_arena_free(c->arena);
        pt_buf_done(&c->text);
        (void)pthread_mutex_destroy(&c->define_lock);
        explicit_bzero(c->key, sizeof c->key);
        free(c);
        p->consent = NULL;
    }
}

void consent_clear(Profiles *p)
{
    Consent *c = p->consent;
    forget_words(c);
    consent_slots_seed(c->slots);
    memset(c->seen, 0, CONSENT_SEEN * sizeof *c->seen);
    consent_forget(p);
}

bool consent_is_full(const Profiles *p)
{
    return p->consent != NULL && pt_arena_used(p->consent->arena) >= NOTED_ENOUGH;
}

size_t consent_bytes(const Profiles *p)
{
    size_t bytes = CONSENT_SEEN * sizeof *p->consent->seen;
    for (size_t i = 0; i < p->consent->page_count; i++) {
        bytes += p->consent->pages[i] != NULL ? CONSENT_PAGE_NODES * sizeof(uint64_t) : 0;
    }
    return bytes;
}

/* ---- Words ------------------------------------------------------------------------------------
 */

static uint64_t word_of(const Consent *c, uint32_t node)
{
    const size_t page = node / CONSENT_PAGE_NODES;
    return page < c->page_count && c->pages[page] != NULL
               ? c->pages[page][node % CONSENT_PAGE_NODES]
               : 0;
}

static bool add_pages(Consent *c, size_t page)
{
    const size_t count = page < PAGES_FIRST / 2 ? PAGES_FIRST : 2 * page;
    uint64_t **pages = realloc(c->pages, count * sizeof(uint64_t *));
    if (pages == NULL) {
        return false;
    }
    for (size_t i = c->page_count; i < count; i++) {
        pages[i] = NULL;
    }
    c->pages = pages;
    c->page_count = count;
    return true;
}

/* NULL: no memory. */
static uint64_t *word_at(Consent *c, uint32_t node)
{
    const size_t page = node / CONSENT_PAGE_NODES;
    if (page >= c->page_count && !add_pages(c, page)) {
        return NULL;
    }
    uint64_t *words = c->pages[page];
    if (words == NULL) {
        words = calloc(CONSENT_PAGE_NODES, sizeof *words);
        c->pages[page] = words;
    }
    return words != NULL ? &words[node % CONSENT_PAGE_NODES] : NULL;
}

PtStatus consent_set(Profiles *p, uint32_t node, unsigned slot, ConsentBits bits, PtError *err)
{
    uint64_t *word = word_at(p->consent, node);
    if (word == NULL) {
        return no_memory(err);
    }
    *word = (*word & ~(UINT64_C(3) << (2 * slot))) | (uint64_t)bits << (2 * slot);
    return PT_OK;
}

/* Of each pair the greater. Only 0, 1 and 2 occur, so a refusal in one hides a grant in the
 * other. */
static uint64_t stricter(uint64_t a, uint64_t b)
{
    const uint64_t both = a | b, refused = both & UINT64_C(0xAAAAAAAAAAAAAAAA);
    return both & ~(refused >> 1);
}

uint64_t consent_fold(const Profiles *p, uint32_t person)
{
    uint64_t word = 0;
    IdentityNode node;
    if (p->consent->page_count == 0) {
        return 0;
    }
    for (uint32_t cursor = 0; identity_next_node(p->graph, person, &cursor, &node);) {
        word = stricter(word, word_of(p->consent, node.node));
    }
    return word;
}

static uint32_t slots_with(uint64_t word, ConsentBits bits)
{
    uint32_t slots = 0;
    for (unsigned i = 0; i < CONSENT_PURPOSES_MAX; i++) {
        slots |= consent_bits(word, i) == bits ? 1U << i : 0;
    }
    return slots;
}

/* ---- Decisions --------------------------------------------------------------------------------
 */

static size_t count_nodes(const Profiles *p, uint32_t person)
{
    size_t count = 0;
    IdentityNode node;
    for (uint32_t cursor = 0; identity_next_node(p->graph, person, &cursor, &node);) {
        count++;
    }
    return count;
}

static void note(Consent *c, ConsentNoted *noted)
{
    *c->noted_end = noted;
    c->noted_end = &noted->next;
}

/* Of the person's nodes as they are now. */
static PtStatus decide(Profiles *p, uint32_t person, ConsentNoted *noted, PtError *err)
{
    IdentityNode node;
    PtStatus st = PT_OK;
    noted->nodes = pt_arena_alloc(p->consent->arena, count_nodes(p, person), sizeof *noted->nodes);
    if (noted->nodes == NULL) {
        return no_memory(err);
    }
    for (uint32_t cursor = 0;
         st == PT_OK && identity_next_node(p->graph, person, &cursor, &node);) {
        noted->nodes[noted->node_count++] = node.node;
        for (unsigned slot = 0; st == PT_OK && slot < CONSENT_PURPOSES_MAX; slot++) {
            if (((noted->granted | noted->refused) >> slot & 1) != 0) {
                const bool granted = (noted->granted >> slot & 1) != 0;
                st = consent_set(p, node.node, slot,
                                 granted ? CONSENT_BITS_GRANTED : CONSENT_BITS_REFUSED, err);
            }
        }
    }
    note(p->consent, noted);
    return st;
}

/* A text of the event, as much as is kept; "" where there is none. */
static bool keep_text(Consent *c, PtStr json, size_t max, PtStr *ret_text)
{
    *ret_text = pt_arena_str(c->arena, consent_cut(profile_json_text(json, &c->text), max));
    return ret_text->data != NULL && pt_buf_status(&c->text) == PT_OK;
}

static bool keep_texts(Consent *c, PtStr properties, ConsentNoted *noted)
{
    const struct {
        const char *key;
        size_t max;
        PtStr *to;
    } rows[] = {{"evidence", CONSENT_EVIDENCE_MAX, &noted->evidence},
                {"text_version", CONSENT_VERSION_MAX, &noted->text_version},
                {"page", CONSENT_PAGE_MAX, &noted->page},
                {"ip", CONSENT_IP_MAX, &noted->ip}};
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof rows / sizeof *rows; i++) {
        ok = keep_text(c, profile_member(properties, pt_str(rows[i].key)), rows[i].max, rows[i].to);
    }
    return ok;
}

/* Where it was said, as far as the event tells. */
static bool keep_place(Consent *c, const EventView *v, ConsentNoted *noted)
{
    bool ok = true;
    if (noted->page.len == 0) {
        const PtStr page = profile_context_member(v, PT_STR("page"));
        ok = keep_text(c, profile_member(page, PT_STR("url")), CONSENT_PAGE_MAX, &noted->page);
    }
    if (ok && noted->ip.len == 0) {
        ok = keep_text(c, profile_context_member(v, PT_STR("ip")), CONSENT_IP_MAX, &noted->ip);
    }
    if (ok && noted->ip.len == 0) {
        noted->ip = pt_arena_str(c->arena, consent_cut(v->ip, CONSENT_IP_MAX));
        ok = noted->ip.data != NULL;
    }
    return ok;
}

static PtStatus apply_word(Profiles *p, const EventView *v, const PtRecord *r, uint32_t node,
                           const ConsentWord *word, PtError *err)
{
    Consent *c = p->consent;
    const uint32_t person = identity_person(p->graph, node);
    const uint64_t now = consent_fold(p, person);
    const uint32_t granted =
        word->granted | (word->ambient_granted & slots_with(now, CONSENT_BITS_NONE));
    const uint32_t refused =
        word->refused | (word->ambient_refused & ~slots_with(now, CONSENT_BITS_REFUSED));
    if ((granted | refused) == 0) {
        return PT_OK;
    }
    ConsentNoted *noted = pt_arena_alloc(c->arena, 1, sizeof *noted);
    if (noted == NULL) {
        return no_memory(err);
    }
    *noted = (ConsentNoted){.offset = r->position.offset,
                            .at_ms = v->timestamp_ms,
                            .source = r->source,
                            .granted = granted,
                            .refused = refused,
                            .declared = word->granted | word->refused,
                            .via = PT_STR("event"),
                            .by = PT_STR("")};
    const PtStr properties =
        noted->declared != 0 ? profile_event_member(v, PT_STR("properties")) : PT_STR("");
    return keep_texts(c, properties, noted) && keep_place(c, v, noted)
               ? decide(p, person, noted, err)
               : no_memory(err);
}

PtStatus consent_apply(Profiles *p, const EventView *v, const PtRecord *r, uint32_t node,
                       PtError *err)
{
    Consent *c = p->consent;
    const uint64_t offset = r->position.offset;
    ConsentWord word;
    c->seen[offset % CONSENT_SEEN] = (ConsentSeen){offset, node};
    if (!consent_may_say(v)) {
        return PT_OK;
    }
    pt_buf_clear(&c->text, EVENT_MAX_BYTES);
    consent_read_event(c->slots, v, &c->text, &word);
    if (pt_buf_status(&c->text) == PT_NO_MEMORY) {
        return no_memory(err);
    }
    return (word.granted | word.refused | word.ambient_granted | word.ambient_refused) != 0
               ? apply_word(p, v, r, node, &word, err)
               : PT_OK;
}

PtStatus consent_decided(Profiles *p, PtStr properties, uint32_t person, uint64_t offset,
                         int64_t at_ms, PtError *err)
{
    Consent *c = p->consent;
    ConsentWord word = {0};
    pt_buf_clear(&c->text, EVENT_MAX_BYTES);
    consent_read_choices(c->slots, properties, &c->text, &word);
    if ((word.granted | word.refused) == 0) {
        return pt_buf_status(&c->text) == PT_NO_MEMORY ? no_memory(err) : PT_OK;
    }
    ConsentNoted *noted = pt_arena_alloc(c->arena, 1, sizeof *noted);
    if (noted == NULL) {
        return no_memory(err);
    }
    *noted = (ConsentNoted){.offset = offset,
                            .at_ms = at_ms,
                            .granted = word.granted,
                            .refused = word.refused,
                            .declared = word.granted | word.refused};
    const bool kept =
        keep_texts(c, properties, noted) &&
        keep_text(c, profile_member(properties, PT_STR("via")), CONSENT_SLUG_MAX, &noted->via) &&
        keep_text(c, profile_member(properties, PT_STR("by")), CONSENT_BY_MAX, &noted->by);
    return kept ? decide(p, person, noted, err) : no_memory(err);
}

PtStatus consent_defined(Profiles *p, PtStr properties, PtError *err)
{
    Consent *c = p->consent;
    uint32_t slot = 0;
    pt_buf_clear(&c->text, EVENT_MAX_BYTES);
    const PtStr slug = profile_json_text(profile_member(properties, PT_STR("purpose")), &c->text);
    if (pt_buf_status(&c->text) == PT_NO_MEMORY) {
        return no_memory(err);
    }
    if (slug.len > 0 && pt_str_to_u32(profile_member(properties, PT_STR("slot")),
                                      CONSENT_PURPOSES_MAX - 1, &slot)) {
        consent_slot_read(&c->slots[slot], slug, profile_member(properties, PT_STR("categories")));
        c->slots_changed |= 1U << slot;
    }
    return PT_OK;
}

PtStatus consent_erase(Profiles *p, const uint32_t *nodes, size_t count, PtError *err)
{
    Consent *c = p->consent;
    ConsentNoted *noted = pt_arena_alloc(c->arena, 1, sizeof *noted);
    uint32_t *copy = pt_arena_alloc(c->arena, count > 0 ? count : 1, sizeof *copy);
    if (noted == NULL || copy == NULL) {
        return no_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        const size_t page = nodes[i] / CONSENT_PAGE_NODES;
        if (page < c->page_count && c->pages[page] != NULL) {
            c->pages[page][nodes[i] % CONSENT_PAGE_NODES] = 0;
        }
        copy[i] = nodes[i];
    }
    *noted = (ConsentNoted){.erased = true, .nodes = copy, .node_count = count};
    note(c, noted);
    return PT_OK;
}

/* ---- Asking -----------------------------------------------------------------------------------
 */

/* Those long gone by are looked up as they were filed. */
static PtStatus find_node(const Profiles *p, const EventView *v, uint64_t offset,
                          uint32_t *ret_node)
{
    const ConsentSeen *seen = &p->consent->seen[offset % CONSENT_SEEN];
    if (seen->node != 0 && seen->offset == offset) {
        *ret_node = seen->node;
        return PT_OK;
    }
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(CLAIMS_ARENA);
    IdentityClaims claims;
    PtStatus st = arena != NULL
                      ? identity_claims(book_at(p, offset), p->graph, v, arena, &claims, NULL)
                      : PT_NO_MEMORY;
    if (st == PT_OK) {
        *ret_node = profile_node_of_event(p, &claims, v->message_id);
    }
    return st;
}

static bool allows(const ConsentUse *use, uint64_t word, uint32_t own_refused)
{
    if (use == NULL || use->archived || (own_refused >> use->slot & 1) != 0) {
        return false;
    }
    const ConsentBits bits = consent_bits(word, use->slot);
    return bits == CONSENT_BITS_NONE ? use->basis != CONSENT_BASIS_CONSENT
                                     : bits == CONSENT_BITS_GRANTED;
}

static bool all_allowed(const Profiles *p, const PtStr *purposes, size_t count, uint64_t word,
                        uint32_t own_refused, PtStr *ret_purpose)
{
    for (size_t i = 0; i < count; i++) {
        if (!allows(consent_use(p, purposes[i]), word, own_refused)) {
            *ret_purpose = purposes[i];
            return false;
        }
    }
    return true;
}

/* What the event itself refuses: what was sent under a refusal is not used after a grant. */
static uint32_t refused_by(const Profiles *p, const EventView *v, PtStatus *st)
{
    ConsentWord word = {0};
    PtBuf text;
    if (!consent_may_say(v)) {
        return 0;
    }
    pt_buf_init(&text, EVENT_MAX_BYTES);
    consent_read_event(p->consent->slots, v, &text, &word);
    *st = pt_buf_status(&text) == PT_NO_MEMORY ? PT_NO_MEMORY : *st;
    pt_buf_done(&text);
    return word.refused | word.ambient_refused;
}

static PtStatus lock_to_ask(Profiles *p)
{
    PtStatus st = consent_uses_renew(p, NULL);
    return st == PT_OK ? profiles_lock_read(p, NULL) : st;
}

PtStatus consent_allows(Profiles *p, const EventView *v, uint64_t offset, const PtStr *purposes,
                        size_t count, bool *ret_allowed, PtStr *ret_purpose)
{
    uint32_t node = 0;
    PtStatus st = lock_to_ask(p);
    if (st != PT_OK) {
        return st;
    }
    st = offset < p->seen ? find_node(p, v, offset, &node) : PT_UNAVAILABLE;
    if (st == PT_OK) {
        const uint32_t person = identity_person(p->graph, node);
        const uint64_t word = person != 0 ? consent_fold(p, person) : 0;
        const uint32_t refused = refused_by(p, v, &st);
        const bool allowed = all_allowed(p, purposes, count, word, refused, ret_purpose);
        *ret_allowed = st == PT_OK ? allowed : *ret_allowed;
    }
    profiles_unlock(p);
    return st;
}

PtStatus consent_allows_person(Profiles *p, PtStr id, const PtStr *purposes, size_t count,
                               bool *ret_allowed, PtStr *ret_purpose)
{
    PtStatus st = lock_to_ask(p);
    if (st != PT_OK) {
        return st;
    }
    const uint32_t person = profile_person_find(p, id);
    if (person != 0) {
        *ret_allowed = all_allowed(p, purposes, count, consent_fold(p, person), 0, ret_purpose);
    }
    profiles_unlock(p);
    return person != 0 ? PT_OK : PT_NOT_FOUND;
}
