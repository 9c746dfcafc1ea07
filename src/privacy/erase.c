// SPDX-License-Identifier: Apache-2.0
/* Erasures, step by step. What is due is carried out together: one plan, one pass of the log. Each
 * step may be done twice, so after a kill all of it begins again. */
#include "privacy/privacy_internal.h"

#include "platform/diag.h"
#include "platform/loop.h"
#include "privacy.sql.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    PARTITION = 0,
    PORTION = 4096, /* records of one rewrite */
    VIEW_WAIT_MS = 600000,
    VIEW_SLICE_MS = 1000,
    ERASE_WAIT_MS = 120000,
    PLAN_TRIES = 5,
    FIGURES_TEXT = 4096,
    RECORD_ARENA = 32 << 20,
};

typedef struct One { /* a request */
    PrivacyRequest *request;
    Resolved who;
    ErasedName *names; /* all identifiers: of its persons, and those that are nobody's */
    size_t name_count;
    PrivacyFigures own;
} One;

typedef struct Pass {
    Privacy *p;
    PtArena *arena;
    One *ones;
    size_t count;
    PtStr *ids; /* of all, each once */
    size_t id_count;
    ErasedName *words; /* ids and identifiers without a person, for the finder */
    size_t word_count;
    ErasePlan *plan; /* NULL: nobody is known */
    Finder finder;
    PrivacyFigures figures; /* of the whole pass */
    uint64_t upto;          /* records of the plan lie below it */
} Pass;

PrivacyFigures figures_of(const ErasePlan *plan)
{
    const ErasePlanSummary s = erase_plan_summary(plan);
    PrivacyFigures f = {0};
    f.n[PRIVACY_FIGURE_EVENTS] = s.own;
    f.n[PRIVACY_FIGURE_IDENTIFIERS] = s.nodes;
    f.n[PRIVACY_FIGURE_TRAITS] = s.traits;
    f.n[PRIVACY_FIGURE_ORDERS] = s.orders;
    f.n[PRIVACY_FIGURE_COMPUTED] = s.computed;
    f.n[PRIVACY_FIGURE_GROUPS] = s.groups;
    f.n[PRIVACY_FIGURE_DUPLICATES] = s.duplicates;
    f.n[PRIVACY_FIGURE_NAMED] = s.named;
    f.n[PRIVACY_FIGURE_DECISIONS] = s.server;
    f.n[PRIVACY_FIGURE_QUARANTINED] = s.quarantined;
    return f;
}

/* After a kill a count may find less than before: what was removed then counts. */
static void keep_largest(PrivacyFigures *to, const PrivacyFigures *before)
{
    for (size_t i = 0; i < PRIVACY_FIGURES; i++) {
        to->n[i] = to->n[i] > before->n[i] ? to->n[i] : before->n[i];
    }
}

/* ---- Noting --------------------------------------------------------------------------------- */

static PtStatus note_step(Pass *pass, ErasureStep step, PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < pass->count; i++) {
        PT_CLEANUP(pt_buf_done) PtBuf space;
        One *o = &pass->ones[i];
        pt_buf_init(&space, FIGURES_TEXT);
        st = store_once(pass->p, SQL_PRIVACY_RUN, err, "tiiti", pt_str(o->request->id),
                        (int64_t)step, privacy_now(pass->p), store_figures_text(&o->own, &space),
                        (int64_t)o->request->persons);
    }
    return st;
}

static PtStatus check_stop(const Privacy *p, PtError *err)
{
    return atomic_load(&p->stop) ? pt_fail(err, PT_UNAVAILABLE, "the server stops") : PT_OK;
}

/* ---- 1: the register ------------------------------------------------------------------------ */

static bool has_name(const One *o, PtStr type, PtStr value)
{
    for (size_t i = 0; i < o->name_count; i++) {
        if (pt_str_eq(o->names[i].type, type) && pt_str_eq(o->names[i].value, value)) {
            return true;
        }
    }
    return false;
}

static PtStatus copy_name(Pass *pass, One *o, PtStr type, PtStr value, PtError *err)
{
    const ErasedName name = {pt_arena_str(pass->arena, type), pt_arena_str(pass->arena, value)};
    if (name.type.data == NULL || name.value.data == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for identifiers");
    }
    o->names[o->name_count++] = name;
    return PT_OK;
}

/* Identifiers of a plan of the request's persons alone, behind those that it names. */
static PtStatus take_names(Pass *pass, One *o, const ErasePlan *plan, PtError *err)
{
    size_t count = 0;
    const EraseNode *nodes = plan != NULL ? erase_plan_nodes(plan, &count) : NULL;
    o->names = pt_arena_alloc(pass->arena, count + o->who.name_count + 1, sizeof *o->names);
    o->name_count = 0;
    PtStatus st =
        o->names != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for identifiers");
    for (size_t i = 0; st == PT_OK && nodes != NULL && i < count; i++) {
        st = copy_name(pass, o, nodes[i].type, nodes[i].value, err);
    }
    for (size_t i = 0; st == PT_OK && i < o->who.name_count; i++) {
        const ErasedName *n = &o->who.names[i];
        if (!has_name(o, n->type, n->value)) {
            st = copy_name(pass, o, n->type, n->value, err);
        }
    }
    return st;
}

static PtStatus register_one(Pass *pass, One *o, PtError *err)
{
    PT_CLEANUP(erase_plan_freep) ErasePlan *plan = NULL;
    const ErasePlanOptions options = {.stop = &pass->p->stop};
    PtStatus st = PT_OK;
    if (o->who.id_count > 0) {
        st = profiles_erase_plan(pass->p->c.profiles, o->who.ids, o->who.id_count, &options, &plan,
                                 err);
    }
    if (st != PT_OK) {
        return st;
    }
    if (plan != NULL) {
        o->own = figures_of(plan);
        o->request->persons = o->who.id_count;
    }
    keep_largest(&o->own, &o->request->figures);
    st = take_names(pass, o, plan, err);
    st = st == PT_OK ? erased_add(pass->p->c.erased, o->names, o->name_count, ERASED_RUNNING,
                                  pt_str(o->request->id), err)
                     : st;
    return st == PT_OK ? register_note_own(pass->p, err) : st;
}

static PtStatus resolve_one(Pass *pass, One *o, PtError *err)
{
    PrivacySubject *subjects;
    size_t count;
    PtStatus st = privacy_subjects_read(o->request->subjects, pass->arena, &subjects, &count, err);
    return st == PT_OK
               ? subjects_resolve(pass->p, subjects, count, false, pass->arena, &o->who, err)
               : st;
}

/* Again whenever the views have come further: a merge brings identifiers. */
static PtStatus register_all(Pass *pass, PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < pass->count; i++) {
        st = resolve_one(pass, &pass->ones[i], err);
        st = st == PT_OK ? register_one(pass, &pass->ones[i], err) : st;
    }
    return st;
}

/* ---- 2: all that came before is seen --------------------------------------------------------- */

/* In slices, so that a stop of the server is not waited out. */
static PtStatus wait_view(const Privacy *p, PtStr view, uint64_t end, PtError *err)
{
    const int64_t until = pt_mono_ms() + VIEW_WAIT_MS;
    PtStatus st = PT_UNAVAILABLE;
    while (st == PT_UNAVAILABLE && pt_mono_ms() < until) {
        const int64_t begin_ms = pt_mono_ms();
        st = check_stop(p, err);
        if (st != PT_OK) {
            return st;
        }
        st = event_views_wait(p->c.views, view, end, VIEW_SLICE_MS, err);
        if (pt_mono_ms() - begin_ms < VIEW_SLICE_MS / 2) {
            return st; // a view that has stopped is not waited for
        }
    }
    return st;
}

static PtStatus catch_up(Pass *pass, PtError *err)
{
    const PrivacyConfig *c = &pass->p->c;
    event_intake_settle_calls(c->intake); // from here on all of them are suppressed
    PtStatus st = pt_log_commit(c->log, err);
    const uint64_t end = pt_log_end(c->log, PARTITION);
    for (size_t i = 0; st == PT_OK && i < event_views_count(c->views); i++) {
        const EventViewState view = event_views_state(c->views, i);
        st = wait_view(pass->p, pt_str(view.name), end, err);
    }
    return st;
}

/* ---- 3: the plan ---------------------------------------------------------------------------- */

static bool known_id(const Pass *pass, PtStr id)
{
    for (size_t i = 0; i < pass->id_count; i++) {
        if (pt_str_eq(pass->ids[i], id)) {
            return true;
        }
    }
    return false;
}

static PtStatus gather(Pass *pass, PtError *err)
{
    size_t ids = 1, words = 1;
    for (size_t i = 0; i < pass->count; i++) {
        ids += pass->ones[i].who.id_count;
        words += pass->ones[i].who.id_count + pass->ones[i].who.name_count;
    }
    pass->ids = pt_arena_alloc(pass->arena, ids, sizeof *pass->ids);
    pass->words = pt_arena_alloc(pass->arena, words, sizeof *pass->words);
    pass->id_count = pass->word_count = 0;
    if (pass->ids == NULL || pass->words == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for an erasure");
    }
    for (size_t i = 0; i < pass->count; i++) {
        const Resolved *who = &pass->ones[i].who;
        for (size_t k = 0; k < who->id_count; k++) {
            if (!known_id(pass, who->ids[k])) {
                pass->ids[pass->id_count++] = who->ids[k];
                pass->words[pass->word_count++] = (ErasedName){PT_STR("id"), who->ids[k]};
            }
        }
        for (size_t k = 0; k < who->name_count; k++) {
            pass->words[pass->word_count++] = who->names[k];
        }
    }
    return PT_OK;
}

/* Whether all identifiers of the plan stand in the register as of a running erasure. */
static bool is_registered(const Pass *pass)
{
    size_t count = 0;
    const EraseNode *nodes = erase_plan_nodes(pass->plan, &count);
    for (size_t i = 0; i < count; i++) {
        int64_t at_ms = 0;
        if (!erased_find(pass->p->c.erased, nodes[i].type, nodes[i].value, &at_ms) ||
            at_ms != ERASED_RUNNING) {
            return false;
        }
    }
    return true;
}

static PtStatus make_plan(Pass *pass, PtError *err)
{
    const ErasePlanOptions options = {.thorough = true, .stop = &pass->p->stop};
    erase_plan_free(PT_TAKE(pass->plan));
    PtStatus st = gather(pass, err);
    if (st == PT_OK && pass->id_count > 0) {
        st = profiles_erase_plan(pass->p->c.profiles, pass->ids, pass->id_count, &options,
                                 &pass->plan, err);
    }
    if (st == PT_OK) {
        pass->finder =
            (Finder){.plan = pass->plan, .names = pass->words, .name_count = pass->word_count};
    }
    return st;
}

/* Steps 1 to 3, until the plan has nobody's identifiers but those that are suppressed. */
static PtStatus plan_all(Pass *pass, PtError *err)
{
    PtStatus st = PT_OK;
    for (int i = 0; st == PT_OK && i < PLAN_TRIES; i++) {
        st = register_all(pass, err);
        st = st == PT_OK ? note_step(pass, ERASURE_REGISTERED, err) : st;
        st = st == PT_OK ? catch_up(pass, err) : st;
        st = st == PT_OK ? note_step(pass, ERASURE_CAUGHT_UP, err) : st;
        st = st == PT_OK ? make_plan(pass, err) : st;
        if (st == PT_OK && (pass->plan == NULL || is_registered(pass))) {
            return note_step(pass, ERASURE_PLANNED, err);
        }
    }
    return st == PT_OK ? pt_fail(err, PT_BUSY, "the person gains identifiers all the time") : st;
}

/* ---- 4: the log ------------------------------------------------------------------------------ */

typedef struct Portion {
    Pass *pass;
    const EraseRecord *records;
    size_t count;
    PtArena *arena;
    PtBuf payload, others;
} Portion;

static int by_offset(const void *key, const void *item)
{
    const uint64_t want = *(const uint64_t *)key, at = ((const EraseRecord *)item)->offset;
    return (want > at) - (want < at);
}

static PtStatus rewrite_own(Portion *portion, const PtRecord *record, PtRecord *ret_record,
                            PtError *err)
{
    PtStatus st = PT_OK;
    // what retention left of it may still have identifiers
    if ((record->flags & EVENT_ERASED) != 0 &&
        !pt_str_has(record->payload, PT_STR("externalIds"))) {
        return PT_OK;
    }
    if (record->klass == PT_RECORD_EVENT) {
        st = erase_plan_others(portion->pass->plan, record, portion->arena, &portion->others, err);
    }
    return st == PT_OK ? residue_write(record, pt_buf_str(&portion->others), &portion->pass->finder,
                                       &portion->payload, ret_record, err)
                       : st;
}

/* A PtLogRewriteFn. */
static PtStatus rewrite(void *ctx, const PtRecord *record, PtRecord *ret_record, PtError *err)
{
    Portion *portion = ctx;
    const EraseRecord *r = bsearch(&record->position.offset, portion->records, portion->count,
                                   sizeof *portion->records, by_offset);
    pt_arena_clear(portion->arena);
    pt_buf_clear(&portion->payload, 1 << 20);
    pt_buf_clear(&portion->others, 1 << 16);
    if (r == NULL) {
        return PT_OK;
    }
    if (r->what == ERASE_OWN || r->what == ERASE_QUARANTINE) {
        return rewrite_own(portion, record, ret_record, err);
    }
    uint64_t node = 0;
    PtStatus st = erase_plan_redact(portion->pass->plan, record, r->what, portion->arena,
                                    &portion->payload, &node, err);
    if (st == PT_OK && !pt_str_eq(pt_buf_str(&portion->payload), record->payload)) {
        ret_record->payload = pt_buf_str(&portion->payload);
        ret_record->node = node;
    }
    return st;
}

/* The list of quarantine says the field and the bound, and may show a value. */
static PtStatus blank_quarantined(Pass *pass, const EraseRecord *records, size_t count,
                                  PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        if (records[i].what != ERASE_QUARANTINE) {
            continue;
        }
        if (tx == NULL) {
            st = pt_sql_begin(pass->p->c.views_sql, true, &tx, err);
        }
        st = st == PT_OK ? event_quarantine_blank(tx, records[i].offset, err) : st;
    }
    return st == PT_OK && tx != NULL ? pt_sql_commit(&tx, err) : st;
}

static PtStatus rewrite_portion(Pass *pass, const EraseRecord *records, size_t count,
                                uint64_t *offsets, PtError *err)
{
    Portion portion = {.pass = pass, .records = records, .count = count};
    PtLogRewritten done = {0};
    portion.arena = pt_arena_new(RECORD_ARENA);
    pt_buf_init(&portion.payload, PT_LOG_PAYLOAD_MAX);
    pt_buf_init(&portion.others, 1 << 20);
    for (size_t i = 0; i < count; i++) {
        offsets[i] = records[i].offset;
    }
    PtStatus st =
        portion.arena != NULL
            ? pt_log_rewrite(pass->p->c.log, offsets, count, rewrite, &portion, &done, err)
            : pt_fail(err, PT_NO_MEMORY, "no memory to rewrite the log");
    pass->figures.n[PRIVACY_FIGURE_LOG_FILES] += done.files;
    pt_buf_done(&portion.payload);
    pt_buf_done(&portion.others);
    pt_arena_free(portion.arena);
    return st == PT_OK ? blank_quarantined(pass, records, count, err) : st;
}

/* All records of the plan from `from` on, from the end of the log to its begin. */
static PtStatus rewrite_log(Pass *pass, uint64_t from, PtError *err)
{
    EraseRecord *records = calloc(PORTION, sizeof *records);
    uint64_t *offsets = calloc(PORTION, sizeof *offsets);
    uint64_t before = UINT64_MAX;
    size_t count = 1;
    PtStatus st = records != NULL && offsets != NULL
                      ? PT_OK
                      : pt_fail(err, PT_NO_MEMORY, "no memory to rewrite the log");
    while (st == PT_OK && count > 0) {
        st = check_stop(pass->p, err);
        st = st == PT_OK
                 ? erase_plan_records(pass->plan, from, before, PORTION, records, &count, err)
                 : st;
        if (st == PT_OK && count > 0) {
            before = records[0].offset;
            st = rewrite_portion(pass, records, count, offsets, err);
        }
    }
    free(records);
    free(offsets);
    return st;
}

/* ---- Rows of events ---------------------------------------------------------------------------
 */

static bool row_finds(void *ctx, PtStr text)
{
    return finder_finds(ctx, text);
}

/* Of the plan's identifiers, while their numbers are known; texts of those that are nobody's, too.
 */
static PtStatus erase_rows(Pass *pass, PtError *err)
{
    const PrivacyRows *rows = &pass->p->c.rows;
    size_t count = 0;
    const EraseNode *nodes = pass->plan != NULL ? erase_plan_nodes(pass->plan, &count) : NULL;
    if (rows->erase == NULL) {
        return PT_OK;
    }
    uint32_t *numbers = calloc(count + 1, sizeof *numbers);
    if (numbers == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for identifiers");
    }
    for (size_t i = 0; nodes != NULL && i < count; i++) {
        numbers[i] = nodes[i].number;
    }
    const PtStatus st = rows->erase(rows->ctx, numbers, count, row_finds, &pass->finder, err);
    free(numbers);
    return st;
}

/* ---- 5 and 6: profiles and the other places ---------------------------------------------------
 */

/* What waits in the feed is in the log soon, and not in SQL any more. */
static PtStatus drain_feed(Pass *pass, PtError *err)
{
    const int64_t until = pt_mono_ms() + 10000;
    int64_t waiting = 1;
    PtStatus st = PT_OK;
    while (st == PT_OK && waiting > 0) {
        PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
        st = pt_sql_begin(pass->p->c.core, false, &tx, err);
        st = st == PT_OK ? store_number(tx, SQL_PRIVACY_FEED_WAITING, 0, false, &waiting, err) : st;
        if (st == PT_OK && waiting > 0 && pt_mono_ms() > until) {
            st = pt_fail(err, PT_UNAVAILABLE, "rows of the feed wait to be moved into the log");
        }
        if (st == PT_OK && waiting > 0) {
            pt_sql_rollback(PT_TAKE(tx));
            pt_log_wait(pass->p->c.log, PARTITION, pt_log_end(pass->p->c.log, PARTITION),
                        pt_mono_ms() + 50, NULL);
        }
    }
    return st;
}

static PtStatus erase_profiles(Pass *pass, PtError *err)
{
    PtStatus st = PT_OK;
    if (pass->plan == NULL) {
        return PT_OK;
    }
    const uint64_t upto = erase_plan_summary(pass->plan).upto;
    st = profiles_erase(pass->p->c.profiles, pass->plan, ERASE_WAIT_MS, err);
    st = st == PT_OK ? drain_feed(pass, err) : st;
    // what the view has done is durable before what it was done from is gone
    st = st == PT_OK ? pt_sql_scrub(pass->p->c.views_sql, err) : st;
    st = st == PT_OK ? rewrite_log(pass, upto, err) : st;
    return st == PT_OK ? erase_rows(pass, err) : st; // and what came in between
}

/* ---- 7: the certificate, the end --------------------------------------------------------------
 */

static PtStatus certify(Pass *pass, One *o, int64_t erased_ms, PtError *err)
{
    Privacy *p = pass->p;
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PT_CLEANUP(pt_buf_done) PtBuf text;
    PT_CLEANUP(pt_buf_done) PtBuf space;
    CertificateFacts facts = {.request = o->request,
                              .own = &o->own,
                              .pass = &pass->figures,
                              .together = pass->count,
                              .erased_ms = erased_ms,
                              .records = pt_log_end(p->c.log, PARTITION),
                              .erased = p->c.erased,
                              .names = o->names,
                              .name_count = o->name_count};
    pt_buf_init(&text, PRIVACY_CERTIFICATE_MAX);
    pt_buf_init(&space, FIGURES_TEXT);
    ErasedHash *registered = NULL;
    PtStatus st = erased_of_request(p->c.erased, pt_str(o->request->id), &registered,
                                    &facts.registered_count, err);
    facts.registered = registered;
    st = st == PT_OK ? certificate_write(&facts, p->secret_key, &text, err) : st;
    free(registered);
    st = st == PT_OK ? pt_sql_begin(p->c.core, true, &tx, err) : st;
    st = st == PT_OK ? store_run(tx, SQL_PRIVACY_CERTIFY, err, "tiitt", pt_str(o->request->id),
                                 (int64_t)ERASURE_CERTIFIED, erased_ms,
                                 store_figures_text(&o->own, &space), pt_buf_str(&text))
                     : st;
    st = st == PT_OK ? store_audit(tx, erased_ms, NULL, "privacy.erased", pt_str(o->request->id),
                                   PT_STR("{}"), err)
                     : st;
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

/* The one pass's figures count for each of its requests, where they are not one's own. */
static void share_figures(Pass *pass)
{
    static const PrivacyFigure shared[] = {
        PRIVACY_FIGURE_NAMED,         PRIVACY_FIGURE_DECISIONS,    PRIVACY_FIGURE_QUARANTINED,
        PRIVACY_FIGURE_IMPORT_FILES,  PRIVACY_FIGURE_REFUSED_ROWS, PRIVACY_FIGURE_ANSWERS,
        PRIVACY_FIGURE_AUDIT_ENTRIES, PRIVACY_FIGURE_REQUESTS,     PRIVACY_FIGURE_TICKETS,
        PRIVACY_FIGURE_EXPORT_FILES,  PRIVACY_FIGURE_LOG_FILES};
    for (size_t i = 0; i < pass->count; i++) {
        PrivacyFigures *own = &pass->ones[i].own;
        for (size_t k = 0; k < sizeof shared / sizeof *shared; k++) {
            const uint64_t found = pass->figures.n[shared[k]];
            own->n[shared[k]] = found > own->n[shared[k]] ? found : own->n[shared[k]];
        }
    }
}

static PtStatus finish(Privacy *p, const PrivacyRequest *r, int64_t erased_ms, PtError *err)
{
    PtStatus st = erased_finish(p->c.erased, pt_str(r->id), erased_ms, err);
    st = st == PT_OK ? register_note_own(p, err) : st;
    st = st == PT_OK ? pt_sql_scrub(p->c.core, err) : st;
    st = st == PT_OK ? pt_sql_scrub(p->c.views_sql, err) : st;
    st = st == PT_OK ? store_once(p, SQL_PRIVACY_FINISH, err, "ti", pt_str(r->id), privacy_now(p))
                     : st;
    if (st == PT_OK) {
        atomic_fetch_add(&p->done, 1);
        pt_diag(PT_DIAG_INFO, "privacy", "an erasure is done", PT_F_STR("request", pt_str(r->id)));
    }
    return st;
}

static PtStatus finish_all(Pass *pass, PtError *err)
{
    const int64_t erased_ms = privacy_now(pass->p);
    PtStatus st = PT_OK;
    share_figures(pass);
    for (size_t i = 0; st == PT_OK && i < pass->count; i++) {
        st = certify(pass, &pass->ones[i], erased_ms, err);
    }
    for (size_t i = 0; st == PT_OK && i < pass->count; i++) {
        st = finish(pass->p, pass->ones[i].request, erased_ms, err);
    }
    return st;
}

/* ---- All of it ------------------------------------------------------------------------------- */

static PtStatus run_pass(Pass *pass, PtError *err)
{
    PrivacyRequest *own = pt_arena_alloc(pass->arena, pass->count, sizeof *own);
    PtStatus st =
        own != NULL ? plan_all(pass, err) : pt_fail(err, PT_NO_MEMORY, "no memory for an erasure");
    if (st != PT_OK) {
        return st;
    }
    for (size_t i = 0; i < pass->count; i++) {
        own[i] = *pass->ones[i].request;
    }
    if (pass->plan != NULL) {
        pass->figures = figures_of(pass->plan);
        st = rewrite_log(pass, 0, err);
    } else {
        st = pt_log_rewrite(pass->p->c.log, NULL, 0, rewrite, NULL, &(PtLogRewritten){0}, err);
    }
    // of identifiers that are nobody's the plan knows nothing
    st = st == PT_OK ? erase_quarantined(pass->p, &pass->finder,
                                         &pass->figures.n[PRIVACY_FIGURE_QUARANTINED], err)
                     : st;
    share_figures(pass);
    st = st == PT_OK ? erase_rows(pass, err) : st;
    st = st == PT_OK ? note_step(pass, ERASURE_REWRITTEN, err) : st;
    st = st == PT_OK ? places_erase(pass->p, &pass->finder, own, pass->count, pass->arena,
                                    &pass->figures, err)
                     : st;
    share_figures(pass);
    st = st == PT_OK ? note_step(pass, ERASURE_PLACES, err) : st;
    st = st == PT_OK ? erase_profiles(pass, err) : st;
    st = st == PT_OK ? note_step(pass, ERASURE_PROFILES, err) : st;
    return st == PT_OK ? finish_all(pass, err) : st;
}

PtStatus erasures_run(Privacy *p, PrivacyRequest *requests, size_t count, PtArena *arena,
                      PtError *err)
{
    Pass pass = {.p = p, .arena = arena};
    PtStatus st = PT_OK;
    pass.ones = pt_arena_alloc(arena, count + 1, sizeof *pass.ones);
    if (pass.ones == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for an erasure");
    }
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        if (requests[i].step == ERASURE_CERTIFIED) { // killed behind its certificate
            st = finish(p, &requests[i], requests[i].erased_ms, err);
        } else {
            pass.ones[pass.count++].request = &requests[i];
        }
    }
    if (st == PT_OK && pass.count > 0) {
        st = run_pass(&pass, err);
    }
    erase_plan_free(pass.plan);
    return st;
}
