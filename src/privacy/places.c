// SPDX-License-Identifier: Apache-2.0
/* Where else somebody may stand than in the log and the profiles. */
#include "privacy/privacy_internal.h"

#include "privacy.sql.h"

#include <stdlib.h>

enum {
    PAGE = 50,
    KEY_TEXT = 72,
    ENTRIES = 1000,
    SHORT = 4,
    DESTINATIONS_WAIT_MS = 30000,
    OTHERS_ARENA = 128 << 20,
};

/* ---- Finding -------------------------------------------------------------------------------- */

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Standing alone: not as a part of a longer word. Case counts for nothing, as in most forms. */
static bool holds(PtStr text, PtStr word)
{
    if (word.len < SHORT || word.len > text.len) {
        return false;
    }
    for (size_t i = 0; i + word.len <= text.len; i++) {
        if (pt_ascii_lower(text.data[i]) != pt_ascii_lower(word.data[0]) ||
            strncasecmp(text.data + i, word.data, word.len) != 0) {
            continue;
        }
        const bool before = i > 0 && is_word(text.data[i - 1]) && is_word(word.data[0]);
        const bool behind = i + word.len < text.len && is_word(text.data[i + word.len]) &&
                            is_word(word.data[word.len - 1]);
        if (!before && !behind) {
            return true;
        }
    }
    return false;
}

bool finder_finds(const Finder *f, PtStr text)
{
    if (f->plan != NULL && erase_plan_finds(f->plan, text)) {
        return true;
    }
    for (size_t i = 0; i < f->name_count; i++) {
        if (holds(text, f->names[i].value)) {
            return true;
        }
    }
    return false;
}

static bool finds(const void *ctx, PtStr text)
{
    return finder_finds(ctx, text);
}

/* ---- Imports -------------------------------------------------------------------------------- */

static PtStatus erase_imports(Privacy *p, const Finder *f, PrivacyFigures *figures, PtError *err)
{
    ConnectErased erased = {0};
    PtStatus st = connect_jobs_erase(p->c.imports, finds, f, &erased, err);
    if (st == PT_OK) {
        figures->n[PRIVACY_FIGURE_IMPORT_FILES] += erased.files;
        figures->n[PRIVACY_FIGURE_REFUSED_ROWS] += erased.refusals;
    }
    return st == PT_OK && erased.waiting > 0
               ? pt_fail(err, PT_BUSY,
                         "an import whose file holds the person is running: the "
                         "erasure goes on when it has ended or is paused")
               : st;
}

/* ---- Connectors, destinations, comparisons ----------------------------------------------------
 */

/* Shops' orders are known by the anonymous ids that their events were given. */
static PtStatus erase_hooks(Privacy *p, const Finder *f, PtArena *arena, PtError *err)
{
    size_t nodes = 0, count = 0;
    const EraseNode *node = f->plan != NULL ? erase_plan_nodes(f->plan, &nodes) : NULL;
    PtStr *ids = pt_arena_alloc(arena, nodes + f->name_count + 1, sizeof *ids);
    if (ids == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for identifiers");
    }
    for (size_t i = 0; i < nodes; i++) {
        if (pt_str_eq(node[i].type, PT_STR("anonymous_id"))) {
            ids[count++] = node[i].value;
        }
    }
    for (size_t i = 0; i < f->name_count; i++) {
        if (pt_str_eq(f->names[i].type, PT_STR("anonymous_id"))) {
            ids[count++] = f->names[i].value;
        }
    }
    return hooks_erase(p->c.core, ids, count, err);
}

static PtStatus erase_connect(Privacy *p, const Finder *f, PtArena *arena, PtError *err)
{
    PtStatus st = erase_hooks(p, f, arena, err);
    if (st == PT_OK && p->c.destinations != NULL) {
        st = connect_destinations_erase(p->c.destinations, finds, f, DESTINATIONS_WAIT_MS, err);
    }
    return st == PT_OK ? connect_adopt_erase(p->c.core, finds, f, err) : st;
}

/* ---- Answers kept for Idempotency-Key ------------------------------------------------------- */

typedef struct AnswerPage {
    char found[PAGE][KEY_TEXT], last[KEY_TEXT];
    size_t found_count, rows;
} AnswerPage;

static void keep_key(char out[static KEY_TEXT], PtStr key)
{
    const size_t len = key.len < KEY_TEXT ? key.len : KEY_TEXT - 1;
    memcpy(out, key.data, len);
    out[len] = '\0';
}

static PtStatus read_answers(PtSqlTx *tx, const Finder *f, AnswerPage *page, PtError *err)
{
    bool row = true;
    page->found_count = page->rows = 0;
    PtStatus st = pt_sql_use(tx, SQL_PRIVACY_ANSWERS, err);
    if (st != PT_OK) {
        return st;
    }
    char after[KEY_TEXT];
    memcpy(after, page->last, sizeof after);
    pt_sql_bind_text(tx, 1, pt_str(after));
    pt_sql_bind_i64(tx, 2, PAGE);
    while (page->rows < PAGE && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        const PtStr body = pt_sql_blob(tx, 1);
        keep_key(page->last, pt_sql_text(tx, 0));
        if (body.len > 0 && finder_finds(f, body)) {
            memcpy(page->found[page->found_count++], page->last, KEY_TEXT);
        }
        page->rows++;
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus erase_answers(Privacy *p, const Finder *f, PrivacyFigures *figures, PtError *err)
{
    AnswerPage page = {.rows = PAGE};
    PtStatus st = PT_OK;
    while (st == PT_OK && page.rows == PAGE) {
        PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
        st = pt_sql_begin(p->c.core, true, &tx, err);
        st = st == PT_OK ? read_answers(tx, f, &page, err) : st;
        for (size_t i = 0; st == PT_OK && i < page.found_count; i++) {
            st = store_run(tx, SQL_PRIVACY_ANSWER_DROP, err, "t", pt_str(page.found[i]));
        }
        st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
        figures->n[PRIVACY_FIGURE_ANSWERS] += st == PT_OK ? page.found_count : 0;
    }
    return st;
}

/* ---- The audit ------------------------------------------------------------------------------ */

typedef struct Entries {
    const Finder *finder;
    int64_t seqs[ENTRIES], last;
    size_t count, seen;
} Entries;

static bool look_at(void *ctx, const AuditRecord *record)
{
    Entries *e = ctx;
    bool found = false;
    e->last = record->seq;
    e->seen++;
    for (size_t i = 0; !record->erased && i < AUDIT_FIELDS; i++) {
        found |= record->fields[i].len > 0 && finder_finds(e->finder, record->fields[i]);
    }
    if (found) {
        e->seqs[e->count++] = record->seq;
    }
    return true;
}

static PtStatus erase_audit(Privacy *p, const Finder *f, PrivacyFigures *figures, PtError *err)
{
    Entries e = {.finder = f, .seen = ENTRIES};
    PtStatus st = PT_OK;
    while (st == PT_OK && e.seen == ENTRIES) {
        PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
        const AuditFilter filter = {
            .until_ms = INT64_MAX, .from_seq = e.last, .oldest_first = true, .limit = ENTRIES};
        e.count = e.seen = 0;
        st = audit_read(p->c.core, &filter, look_at, &e, err);
        if (st != PT_OK || e.count == 0) {
            continue;
        }
        st = pt_sql_begin(p->c.core, true, &tx, err);
        for (size_t i = 0; st == PT_OK && i < e.count; i++) {
            st = audit_erase_content(tx, e.seqs[i], err);
        }
        st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
        figures->n[PRIVACY_FIGURE_AUDIT_ENTRIES] += st == PT_OK ? e.count : 0;
    }
    return st;
}

/* ---- Other requests ------------------------------------------------------------------------- */

typedef struct Other {
    char id[PRIVACY_ID];
    PtStr left;                 /* subjects that are not found, as JSON; empty: none */
    size_t kept;                /* how many */
    bool over, export, settled; /* done; not an erasure; only its problem says anything */
} Other;

typedef struct OtherPage {
    Other found[PAGE];
    char last[PRIVACY_ID];
    size_t found_count, rows;
} OtherPage;

static bool is_own(PtStr id, const PrivacyRequest *own, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (pt_str_eq(id, pt_str(own[i].id))) {
            return true;
        }
    }
    return false;
}

/* The row that the statement stands on. ids: of the persons, as a request may name them. */
static bool concerns(PtSqlTx *tx, const Finder *f)
{
    for (int column = 3; column <= 6; column++) {
        const PtStr text = pt_sql_text(tx, column);
        if (text.len > 0 && finder_finds(f, text)) {
            return true;
        }
    }
    return false;
}

/* An erasure of several goes on with those that are not found. */
static PtStatus read_left(PtStr json, const Finder *f, PtArena *arena, Other *o, PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf text;
    PrivacySubject *subjects;
    size_t count = 0, kept = 0;
    pt_buf_init(&text, PRIVACY_SUBJECTS_JSON);
    PtStatus st = privacy_subjects_read(json, arena, &subjects, &count, err);
    if (st != PT_OK || count < 2) {
        return st;
    }
    for (size_t i = 0; i < count; i++) {
        const PrivacySubject s = subjects[i];
        if (!finder_finds(f, s.id.len > 0 ? s.id : s.value)) {
            subjects[kept++] = s;
        }
    }
    subjects_write(subjects, kept, &text);
    o->kept = kept;
    o->left = pt_arena_str(arena, pt_buf_str(&text));
    return pt_buf_status(&text) == PT_OK && o->left.data != NULL
               ? PT_OK
               : pt_fail(err, PT_NO_MEMORY, "no memory for privacy requests");
}

/* The row that the statement stands on. */
static PtStatus read_other(PtSqlTx *tx, const Finder *f, PtArena *arena, Other *o, PtError *err)
{
    const PtStr subjects = pt_sql_text(tx, 3);
    o->export = pt_str_eq(pt_sql_text(tx, 1), pt_str(privacy_kind_name(PRIVACY_EXPORT)));
    o->over = pt_str_eq(pt_sql_text(tx, 2), pt_str(privacy_state_name(PRIVACY_DONE)));
    o->settled = subjects.len == 0;
    o->kept = 0;
    return o->export || o->over || o->settled || subjects.len <= 2
               ? PT_OK
               : read_left(subjects, f, arena, o, err);
}

// NOLINTNEXTLINE(readability-function-size): a page of rows takes its filter and results
static PtStatus read_others(PtSqlTx *tx, const Finder *f, const PrivacyRequest *own,
                            size_t own_count, PtArena *arena, OtherPage *page, PtError *err)
{
    char after[PRIVACY_ID];
    bool row = true;
    page->found_count = page->rows = 0;
    memcpy(after, page->last, sizeof after);
    PtStatus st = pt_sql_use(tx, SQL_PRIVACY_SUBJECTS, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(after));
    pt_sql_bind_i64(tx, 2, PAGE);
    while (page->rows < PAGE && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        const PtStr id = pt_sql_text(tx, 0);
        Other *next = &page->found[page->found_count];
        (void)pt_str_copy(page->last, sizeof page->last, id);
        page->rows++;
        if (!is_own(id, own, own_count) && concerns(tx, f)) {
            memcpy(next->id, page->last, sizeof next->id);
            page->found_count++;
            st = read_other(tx, f, arena, next, err);
            if (st != PT_OK) {
                break;
            }
        }
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus close_other(Privacy *p, const Other *o, PtError *err)
{
    const int64_t now = privacy_now(p);
    if (o->settled) {
        return store_once(p, SQL_PRIVACY_UNSAY, err, "t", pt_str(o->id));
    }
    if (o->kept > 0) {
        return store_once(p, SQL_PRIVACY_NARROW, err, "ttii", pt_str(o->id), o->left,
                          (int64_t)o->kept, now);
    }
    // what it may have left: an archive, identifiers that are suppressed whatever the time
    PtStatus st = o->export ? export_remove(p, pt_str(o->id), err)
                            : erased_finish(p->c.erased, pt_str(o->id), now, err);
    st = st == PT_OK && !o->export ? register_note_own(p, err) : st;
    if (st != PT_OK) {
        return st;
    }
    return o->over ? store_once(p, SQL_PRIVACY_FETCHED, err, "tii", pt_str(o->id), (int64_t)0, now)
                   : store_once(p, SQL_PRIVACY_SETTLE, err, "ttit", pt_str(o->id),
                                pt_str(privacy_state_name(PRIVACY_CANCELLED)), now,
                                PT_STR("the person was erased by another request"));
}

static PtStatus erase_requests(Privacy *p, const Finder *f, const PrivacyRequest *own,
                               size_t own_count, PrivacyFigures *figures, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(OTHERS_ARENA);
    OtherPage page = {.rows = PAGE};
    PtStatus st =
        arena != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for privacy requests");
    while (st == PT_OK && page.rows == PAGE) {
        PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
        pt_arena_clear(arena);
        st = pt_sql_begin(p->c.core, false, &tx, err);
        st = st == PT_OK ? read_others(tx, f, own, own_count, arena, &page, err) : st;
        pt_sql_rollback(PT_TAKE(tx));
        for (size_t i = 0; st == PT_OK && i < page.found_count; i++) {
            st = close_other(p, &page.found[i], err);
            figures->n[PRIVACY_FIGURE_REQUESTS] += st == PT_OK;
        }
    }
    return st;
}

/* ---- The desk -------------------------------------------------------------------------------- */

static PtStatus erase_tickets(Privacy *p, const Finder *f, PrivacyFigures *figures, PtError *err)
{
    uint64_t changed = 0;
    PtStatus st = p->c.tickets.erase != NULL
                      ? p->c.tickets.erase(p->c.tickets.ctx, finds, f, &changed, err)
                      : PT_OK;
    figures->n[PRIVACY_FIGURE_TICKETS] += changed;
    return st;
}

/* ---- Files of exports by a schedule -----------------------------------------------------------
 */

static PtStatus erase_files(Privacy *p, const Finder *f, PrivacyFigures *figures, PtError *err)
{
    uint64_t removed = 0;
    PtStatus st = p->c.files.erase != NULL
                      ? p->c.files.erase(p->c.files.ctx, finds, f, &removed, err)
                      : PT_OK;
    figures->n[PRIVACY_FIGURE_EXPORT_FILES] += removed;
    return st;
}

PtStatus places_erase(Privacy *p, const Finder *f, const PrivacyRequest *own, size_t own_count,
                      PtArena *arena, PrivacyFigures *figures, PtError *err)
{
    PtStatus st = erase_imports(p, f, figures, err);
    st = st == PT_OK ? erase_connect(p, f, arena, err) : st;
    st = st == PT_OK ? erase_answers(p, f, figures, err) : st;
    st = st == PT_OK ? erase_audit(p, f, figures, err) : st;
    st = st == PT_OK ? erase_tickets(p, f, figures, err) : st;
    st = st == PT_OK ? erase_files(p, f, figures, err) : st;
    return st == PT_OK ? erase_requests(p, f, own, own_count, figures, err) : st;
}
