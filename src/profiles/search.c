// SPDX-License-Identifier: Apache-2.0
/* Search as you type: documents are nodes. The view's thread brings in what changed; what the
 * tables held at the start is brought in by a thread of its own, so that nothing waits for it.
 *
 * Lock     The loading thread reads the tables as they were committed, so what it knows of a node
 *          may be older than what the view's thread has brought in since: it leaves such nodes out.
 */
#include "platform/loop.h"
#include "profiles/read_internal.h"
#include "traits.sql.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    TEXTS_OF_NODE = 7, /* names in trait_texts */
    FIELDS_OF_NODE = 1 + TEXTS_OF_NODE + ORDERS_KEPT,
    LOAD_NODES = 512,       /* between two looks at whether to go on */
    LOAD_AT_ONCE = 2048,    /* nodes brought in before the start is done */
    LOAD_ARENA = 256 << 20, /* texts of LOAD_NODES nodes; most have a few */
};

typedef enum Field {
    FIELD_NAME,
    FIELD_EMAIL,
    FIELD_PHONE,
    FIELD_USER,
    FIELD_OTHER,
    FIELD_ORDER
} Field;

static const float weights[] = {1.5F, 1.2F, 1.2F, 1, 1, 1};

/* What people do not look for by its parts is found as a whole only. */
static const PtStr unshown_types[] = {PT_STR_INIT("anonymous_id"), PT_STR_INIT("device_id"),
                                      PT_STR_INIT("event")};

static const struct TypeField {
    const char *type;
    Field field;
} type_fields[] = {{"email", FIELD_EMAIL}, {"phone", FIELD_PHONE}, {"user_id", FIELD_USER}};

/* By name, as rows come. */
static const struct TraitField {
    PtStr name;
    Field field;
} trait_fields[TEXTS_OF_NODE] = {
    {PT_STR_INIT("email"), FIELD_EMAIL},     {PT_STR_INIT("firstName"), FIELD_NAME},
    {PT_STR_INIT("first_name"), FIELD_NAME}, {PT_STR_INIT("lastName"), FIELD_NAME},
    {PT_STR_INIT("last_name"), FIELD_NAME},  {PT_STR_INIT("name"), FIELD_NAME},
    {PT_STR_INIT("phone"), FIELD_PHONE},
};

typedef struct Touched {
    uint32_t node;
    bool texts; /* its traits or orders changed; else it is new and says nothing yet */
} Touched;

struct Search {
    PtText *text;
    /* the view's thread */
    Touched *touched;
    size_t touched_count, touched_room;
    bool lost; /* a touched node found no memory: all are brought in again */
    /* the loading thread; `lock` is held while anything is put */
    pthread_mutex_t lock;
    pthread_t thread;
    bool running;
    _Atomic bool stop;
    uint32_t next, end; /* nodes to load */
    uint64_t *fresh;    /* a bit for each node below `end` that the view has brought in since */
};

/* ---- Lifetime -------------------------------------------------------------------------------- */

PtStatus search_new(Profiles *p, PtError *err)
{
    Search *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for search");
    }
    PtStatus st = pt_text_new(weights, sizeof weights / sizeof *weights, &s->text, err);
    if (st != PT_OK) {
        free(s);
        return st;
    }
    (void)pthread_mutex_init(&s->lock, NULL);
    p->search = s;
    return PT_OK;
}

static void stop_loading(Search *s)
{
    atomic_store(&s->stop, true);
    if (s->running) {
        (void)pthread_join(s->thread, NULL);
        s->running = false;
    }
    free(s->fresh);
    s->fresh = NULL;
}

void search_free(Profiles *p)
{
    Search *s = p->search;
    if (s != NULL) {
        stop_loading(s);
        (void)pthread_mutex_destroy(&s->lock);
        pt_text_free(s->text);
        free(s->touched);
        free(s);
        p->search = NULL;
    }
}

/* Under the lock, which the loading thread may wait for: it is joined by search_load. */
void search_clear(Profiles *p)
{
    Search *s = p->search;
    atomic_store(&s->stop, true);
    (void)pthread_mutex_lock(&s->lock);
    pt_text_clear(s->text);
    (void)pthread_mutex_unlock(&s->lock);
    s->touched_count = 0;
    s->lost = false;
}

PtStatus search_text(Profiles *p, PtStr query, PtTextHit *ret_hits, size_t *ret_count, PtError *err)
{
    return pt_text_search(p->search->text, query, PT_TEXT_RESULTS_MAX, ret_hits, ret_count, err);
}

size_t search_bytes(const Profiles *p)
{
    return (size_t)pt_text_stats(p->search->text).bytes;
}

/* ---- What a node says ------------------------------------------------------------------------ */

/* TEXTS_OF_NODE: it is in no document. */
static size_t place_of_trait(PtStr name)
{
    size_t i = 0;
    while (i < TEXTS_OF_NODE && !pt_str_eq(name, trait_fields[i].name)) {
        i++;
    }
    return i;
}

bool search_shows(PtStr trait)
{
    return place_of_trait(trait) < TEXTS_OF_NODE;
}

static bool type_shown(PtStr type)
{
    for (size_t i = 0; i < sizeof unshown_types / sizeof *unshown_types; i++) {
        if (pt_str_eq(type, unshown_types[i])) {
            return false;
        }
    }
    return true;
}

static Field field_of_type(PtStr type)
{
    for (size_t i = 0; i < sizeof type_fields / sizeof *type_fields; i++) {
        if (pt_str_eq(type, pt_str(type_fields[i].type))) {
            return type_fields[i].field;
        }
    }
    return FIELD_OTHER;
}

typedef struct Document {
    PtTextField fields[FIELDS_OF_NODE];
    size_t count;
} Document;

static bool add_field(Document *d, Field field, PtStr text, PtArena *arena)
{
    if (text.len == 0 || d->count == FIELDS_OF_NODE) {
        return true;
    }
    const PtStr copy = pt_arena_str(arena, text);
    if (copy.data == NULL) {
        return false;
    }
    d->fields[d->count++] = (PtTextField){field, copy};
    return true;
}

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for search");
}

static PtStatus begin_texts(PtSqlTx *tx, const char *statement, uint32_t from, size_t count,
                            size_t rows, PtError *err)
{
    PtStatus st = pt_sql_use(tx, statement, err);
    if (st == PT_OK) {
        pt_sql_bind_i64(tx, 1, from);
        pt_sql_bind_i64(tx, 2, (int64_t)from + (int64_t)count);
        pt_sql_bind_i64(tx, 3, (int64_t)(rows * count));
    }
    return st;
}

/* Adds the texts of the traits of the nodes from..from+count-1 to their documents. */
static PtStatus read_traits(PtSqlTx *tx, uint32_t from, size_t count, Document *documents,
                            PtArena *arena, PtError *err)
{
    PtBuf text;
    bool row = true;
    PtStatus st = begin_texts(tx, SQL_TRAIT_TEXTS, from, count, TEXTS_OF_NODE, err);
    pt_buf_init(&text, EVENT_MAX_BYTES);
    while (st == PT_OK && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        Document *d = &documents[pt_sql_i64(tx, 0) - from];
        const PtStr shown = profile_json_text(pt_sql_text(tx, 2), &text);
        const size_t at = place_of_trait(pt_sql_text(tx, 1));
        const Field field = at < TEXTS_OF_NODE ? trait_fields[at].field : FIELD_OTHER;
        st = add_field(d, field, shown, arena) ? PT_OK : no_memory(err);
    }
    pt_sql_done(tx);
    st = st == PT_OK && pt_buf_status(&text) != PT_OK ? no_memory(err) : st;
    pt_buf_done(&text);
    return st;
}

/* And of their orders. */
static PtStatus read_orders(PtSqlTx *tx, uint32_t from, size_t count, Document *documents,
                            PtArena *arena, PtError *err)
{
    PtStatus st = begin_texts(tx, SQL_ORDER_TEXTS, from, count, ORDERS_KEPT, err);
    for (bool row = true; st == PT_OK && (st = pt_sql_step(tx, &row, err)) == PT_OK && row;) {
        Document *d = &documents[pt_sql_i64(tx, 0) - from];
        st = add_field(d, FIELD_ORDER, pt_sql_text(tx, 1), arena) ? PT_OK : no_memory(err);
    }
    pt_sql_done(tx);
    return st;
}

/* The same of a node all of which is gathered: no row has to be read. */
static PtStatus gather_traits(const SaidNode *said, Document *d, PtArena *arena, PtError *err)
{
    const SaidTrait *shown[TEXTS_OF_NODE] = {NULL};
    PtBuf text;
    bool ok = true;
    for (const SaidTrait *t = said->traits; t != NULL; t = t->next) {
        const size_t at = place_of_trait(t->name);
        if (at < TEXTS_OF_NODE) {
            shown[at] = t;
        }
    }
    pt_buf_init(&text, EVENT_MAX_BYTES);
    for (size_t i = 0; ok && i < TEXTS_OF_NODE; i++) {
        ok = shown[i] == NULL || add_field(d, trait_fields[i].field,
                                           profile_json_text(shown[i]->value.json, &text), arena);
    }
    ok = ok && pt_buf_status(&text) == PT_OK;
    pt_buf_done(&text);
    return ok ? PT_OK : no_memory(err);
}

static bool add_identifier(const Profiles *p, uint32_t node, Document *d, PtArena *arena)
{
    IdentityNode of;
    return !identity_node(p->graph, node, &of) || !type_shown(of.type) ||
           add_field(d, field_of_type(of.type), of.value, arena);
}

/* ---- What the view's thread brings in -------------------------------------------------------- */

static void touch(Search *s, uint32_t node, bool texts)
{
    if (s->touched_count == s->touched_room) {
        const size_t room = s->touched_room == 0 ? 256 : 2 * s->touched_room;
        Touched *touched = realloc(s->touched, room * sizeof *touched);
        if (touched == NULL) {
            s->lost = true;
            return;
        }
        s->touched = touched;
        s->touched_room = room;
    }
    s->touched[s->touched_count++] = (Touched){node, texts};
}

void search_touch_texts(Profiles *p, uint32_t node)
{
    touch(p->search, node, true);
}

void search_touch(Profiles *p, uint32_t node)
{
    IdentityNode of;
    if (identity_node(p->graph, node, &of) && type_shown(of.type)) {
        touch(p->search, node, false);
    }
}

void search_erase(Profiles *p, uint32_t node)
{
    touch(p->search, node, true);
}

/* By node; of one node the one with texts comes first. */
static int compare_touched(const void *a, const void *b)
{
    const Touched *x = a, *y = b;
    return x->node != y->node ? (x->node > y->node) - (x->node < y->node)
                              : (int)y->texts - (int)x->texts;
}

static void unique(Search *s)
{
    size_t kept = 0;
    qsort(s->touched, s->touched_count, sizeof *s->touched, compare_touched);
    for (size_t i = 0; i < s->touched_count; i++) {
        if (kept == 0 || s->touched[kept - 1].node != s->touched[i].node) {
            s->touched[kept++] = s->touched[i];
        }
    }
    s->touched_count = kept;
}

static PtStatus put(Search *s, uint32_t node, const Document *d, PtError *err)
{
    (void)pthread_mutex_lock(&s->lock);
    if (s->fresh != NULL && node < s->end) {
        s->fresh[node / 64] |= UINT64_C(1) << node % 64;
    }
    PtStatus st = pt_text_put(s->text, node, d->fields, d->count, err);
    (void)pthread_mutex_unlock(&s->lock);
    return st;
}

static PtStatus bring_in(Profiles *p, PtSqlTx *tx, Touched touched, PtArena *arena, PtError *err)
{
    Document d = {.count = 0};
    pt_arena_clear(arena);
    PtStatus st = add_identifier(p, touched.node, &d, arena) ? PT_OK : no_memory(err);
    const SaidNode *said = touched.texts ? traits_said(p, touched.node) : NULL;
    const bool gathered = said != NULL && traits_all_said(p, said);
    if (st == PT_OK && touched.texts) {
        st = gathered ? gather_traits(said, &d, arena, err)
                      : read_traits(tx, touched.node, 1, &d, arena, err);
    }
    if (st == PT_OK && touched.texts && !(gathered && said->orders == NULL)) {
        st = read_orders(tx, touched.node, 1, &d, arena, err);
    }
    // what a node says becomes nothing where it is erased: else one without a text has none in the
    // index either
    const bool erased = identity_person(p->graph, touched.node) == 0;
    return st == PT_OK && (d.count > 0 || erased) ? put(p->search, touched.node, &d, err) : st;
}

PtStatus search_flush(Profiles *p, PtSqlTx *tx, PtError *err)
{
    Search *s = p->search;
    if (s->lost) {
        PtStatus st = search_load(p, tx, err);
        if (st != PT_OK) {
            return st;
        }
    }
    if (s->touched_count == 0) {
        return PT_OK;
    }
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(LOAD_ARENA);
    if (arena == NULL) {
        return no_memory(err);
    }
    PtStatus st = PT_OK;
    unique(s);
    for (size_t i = 0; st == PT_OK && i < s->touched_count; i++) {
        st = bring_in(p, tx, s->touched[i], arena, err);
    }
    s->touched_count = st == PT_OK ? 0 : s->touched_count;
    return st;
}

/* ---- What the tables hold at the start ------------------------------------------------------- */

static PtStatus put_loaded(Search *s, uint32_t from, size_t count, const Document *documents,
                           PtError *err)
{
    PtStatus st = PT_OK;
    (void)pthread_mutex_lock(&s->lock);
    for (size_t i = 0; st == PT_OK && i < count && !atomic_load(&s->stop); i++) {
        const uint32_t node = from + (uint32_t)i;
        if (documents[i].count > 0 && (s->fresh[node / 64] >> node % 64 & 1) == 0) {
            st = pt_text_put(s->text, node, documents[i].fields, documents[i].count, err);
        }
    }
    (void)pthread_mutex_unlock(&s->lock);
    return st;
}

static PtStatus load_nodes(Profiles *p, PtSqlTx *tx, Document *documents, PtArena *arena,
                           PtError *err)
{
    Search *s = p->search;
    const uint32_t from = s->next;
    const size_t left = s->end - from, count = left < LOAD_NODES ? left : LOAD_NODES;
    bool fits = true;
    pt_arena_clear(arena);
    memset(documents, 0, count * sizeof *documents);
    (void)pthread_rwlock_rdlock(&p->lock);
    for (size_t i = 0; fits && i < count && !atomic_load(&s->stop); i++) {
        fits = add_identifier(p, from + (uint32_t)i, &documents[i], arena);
    }
    (void)pthread_rwlock_unlock(&p->lock);
    PtStatus st = fits ? read_traits(tx, from, count, documents, arena, err) : no_memory(err);
    st = st == PT_OK ? read_orders(tx, from, count, documents, arena, err) : st;
    if (st == PT_OK) {
        st = put_loaded(s, from, count, documents, err);
        s->next = from + (uint32_t)count;
    }
    return st;
}

/* tx: NULL for one of its own. */
static PtStatus load_up_to(Profiles *p, PtSqlTx *tx, uint32_t end, PtError *err)
{
    Search *s = p->search;
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *own = NULL;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(LOAD_ARENA);
    Document *documents = calloc(LOAD_NODES, sizeof *documents);
    PtStatus st = arena != NULL && documents != NULL ? PT_OK : no_memory(err);
    if (st == PT_OK && tx == NULL) {
        st = pt_sql_begin(p->views, false, &own, err);
        tx = own;
    }
    while (st == PT_OK && s->next < end && !atomic_load(&s->stop)) {
        st = load_nodes(p, tx, documents, arena, err);
    }
    free(documents);
    return st;
}

/* What cannot be read now is tried again a moment later: nobody else would. */
static void *loading_thread(void *ctx)
{
    Profiles *p = ctx;
    const struct timespec moment = {.tv_sec = 1};
    pt_background();
    while (load_up_to(p, NULL, p->search->end, NULL) != PT_OK && !atomic_load(&p->search->stop)) {
        (void)nanosleep(&moment, NULL);
    }
    return NULL;
}

PtStatus search_load(Profiles *p, PtSqlTx *tx, PtError *err)
{
    Search *s = p->search;
    stop_loading(s);
    s->next = 1;
    s->end = identity_counts(p->graph).nodes + 1;
    s->fresh = calloc(s->end / 64 + 1, sizeof *s->fresh);
    if (s->fresh == NULL) {
        return no_memory(err);
    }
    atomic_store(&s->stop, false);
    PtStatus st = load_up_to(p, tx, s->end < LOAD_AT_ONCE ? s->end : LOAD_AT_ONCE, err);
    if (st == PT_OK && s->next < s->end) {
        s->running = pthread_create(&s->thread, NULL, loading_thread, p) == 0;
        st = s->running ? PT_OK : pt_fail(err, PT_UNAVAILABLE, "no thread to load search");
    }
    s->lost = s->lost && st != PT_OK;
    return st;
}
