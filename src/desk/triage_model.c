// SPDX-License-Identifier: Apache-2.0
/* Versions of models: kept, listed, put in force. */
#include "desk/triage_internal.h"

#include "base/json.h"
#include "triage.sql.h"

#include <stdio.h>
#include <stdlib.h>

const char *const desk_model_states[] = {"in_force", "candidate", "retired", NULL};

enum { METRICS_BYTES = 4 << 20, DETAIL_BYTES = 100 };

/* ---- In and out of SQL ------------------------------------------------------------------------
 */

PtStatus triage_model_copy(PtSqlTx *tx, LanguageKind kind, LanguageModel **ret_model,
                           int64_t *ret_version, PtError *err)
{
    bool row = false;
    *ret_version = 0;
    PtStatus st = pt_sql_use(tx, SQL_TRIAGE_MODEL_IN_FORCE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(language_kinds[kind]));
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK && row) {
        *ret_version = pt_sql_i64(tx, 0);
        st = language_model_read(pt_sql_blob(tx, 1), ret_model, err);
    }
    pt_sql_done(tx);
    return st;
}

PtStatus triage_models_load(Desk *d, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    for (LanguageKind i = 0; st == PT_OK && i < LANGUAGE_KINDS; i++) {
        LanguageModel *model = NULL;
        int64_t version = 0;
        st = triage_model_copy(tx, i, &model, &version, err);
        if (st == PT_OK && model != NULL) {
            language_triage_use(d->learning->asks, i, model);
        }
    }
    return st;
}

PtStatus triage_model_last(PtSqlTx *tx, LanguageKind kind, int64_t *ret_version,
                           int64_t *ret_made_ms, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_TRIAGE_MODEL_LAST, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(language_kinds[kind]));
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        *ret_version = pt_sql_i64(tx, 0);
        *ret_made_ms = pt_sql_i64(tx, 1);
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus retire(PtSqlTx *tx, LanguageKind kind, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_TRIAGE_MODEL_RETIRE, err);
    if (st == PT_OK) {
        pt_sql_bind_text(tx, 1, pt_str(language_kinds[kind]));
        st = pt_sql_finish(tx, err);
    }
    return st;
}

static PtStatus prune(PtSqlTx *tx, LanguageKind kind, int64_t newest, PtError *err)
{
    PtStatus st = newest > DESK_MODELS_MAX ? pt_sql_use(tx, SQL_TRIAGE_MODEL_PRUNE, err) : PT_OK;
    if (st == PT_OK && newest > DESK_MODELS_MAX) {
        pt_sql_bind_text(tx, 1, pt_str(language_kinds[kind]));
        pt_sql_bind_i64(tx, 2, newest - DESK_MODELS_MAX);
        st = pt_sql_finish(tx, err);
    }
    return st;
}

static PtStatus add_row(PtSqlTx *tx, const TriageNew *fresh, PtStr bytes, PtError *err)
{
    const DeskModel *m = &fresh->row;
    PtStatus st = pt_sql_use(tx, SQL_TRIAGE_MODEL_ADD, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(language_kinds[fresh->kind]));
    pt_sql_bind_i64(tx, 2, m->version);
    pt_sql_bind_text(tx, 3, m->origin);
    pt_sql_bind_text(tx, 4, m->state);
    pt_sql_bind_text(tx, 5, m->reason);
    pt_sql_bind_i64(tx, 6, m->before);
    pt_sql_bind_i64(tx, 7, m->made_ms);
    pt_sql_bind_text(tx, 8, m->made_by);
    pt_sql_bind_i64(tx, 9, m->decisions);
    pt_sql_bind_i64(tx, 10, m->files);
    pt_sql_bind_text(tx, 11, m->metrics);
    pt_sql_bind_blob(tx, 12, bytes);
    return pt_sql_finish(tx, err);
}

PtStatus triage_model_add(PtSqlTx *tx, const TriageNew *fresh, PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf bytes;
    const bool takes_over = pt_str_eq(fresh->row.state, pt_str(desk_model_states[0]));
    pt_buf_init(&bytes, LANGUAGE_MODEL_BYTES);
    language_model_write(fresh->model, &bytes);
    PtStatus st = pt_buf_status(&bytes) == PT_OK
                      ? PT_OK
                      : pt_fail(err, pt_buf_status(&bytes), "no memory for the model");
    st = st == PT_OK && takes_over ? retire(tx, fresh->kind, err) : st;
    st = st == PT_OK ? add_row(tx, fresh, pt_buf_str(&bytes), err) : st;
    return st == PT_OK ? prune(tx, fresh->kind, fresh->row.version, err) : st;
}

/* ---- The starter ------------------------------------------------------------------------------
 */

static PtStatus add_starter(Desk *d, PtSqlTx *tx, PtError *err)
{
    static const LanguageComparison none = {.luck = 1};
    PT_CLEANUP(language_model_freep) LanguageModel *model = NULL;
    PT_CLEANUP(language_corpus_freep) LanguageCorpus *held = NULL;
    PT_CLEANUP(pt_buf_done) PtBuf metrics;
    pt_buf_init(&metrics, METRICS_BYTES);
    PtStatus st = language_starter(&model, err);
    st = st == PT_OK ? language_corpus_new(&held, err) : st;
    st = st == PT_OK ? triage_metrics(model, &none, held, &metrics, err) : st;
    if (st != PT_OK) {
        return st;
    }
    const TriageNew starter = {.kind = LANGUAGE_CATEGORY,
                               .model = model,
                               .row = {.version = 1,
                                       .made_ms = pt_clock_now_ms(d->c.clock),
                                       .origin = PT_STR("starter"),
                                       .state = PT_STR("in_force"),
                                       .reason = PT_STR("comes with the program"),
                                       .made_by = PT_STR("server"),
                                       .metrics = pt_buf_str(&metrics)}};
    return triage_model_add(tx, &starter, err);
}

PtStatus triage_starter_keep(Desk *d, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    int64_t version = 0, made_ms = 0;
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    st = st == PT_OK ? triage_model_last(tx, LANGUAGE_CATEGORY, &version, &made_ms, err) : st;
    pt_sql_rollback(PT_TAKE(tx));
    if (st != PT_OK || version > 0) {
        return st;
    }
    st = pt_sql_begin(d->c.core, true, &tx, err); // somebody else may have come first
    st = st == PT_OK ? triage_model_last(tx, LANGUAGE_CATEGORY, &version, &made_ms, err) : st;
    st = st == PT_OK && version == 0 ? add_starter(d, tx, err) : st;
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

/* ---- Listing ----------------------------------------------------------------------------------
 */

static PtStatus copy(PtSqlTx *tx, PtArena *arena, DeskModel *m, PtError *err)
{
    const struct {
        int column;
        PtStr *into;
    } texts[] = {
        {1, &m->origin}, {2, &m->state}, {3, &m->reason}, {6, &m->made_by}, {9, &m->metrics}};
    *m = (DeskModel){.version = pt_sql_i64(tx, 0),
                     .before = pt_sql_i64(tx, 4),
                     .made_ms = pt_sql_i64(tx, 5),
                     .decisions = pt_sql_i64(tx, 7),
                     .files = pt_sql_i64(tx, 8)};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i].into = pt_arena_str(arena, pt_sql_text(tx, texts[i].column));
        if (texts[i].into->data == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for models");
        }
    }
    return PT_OK;
}

PtStatus desk_models(Desk *d, LanguageKind kind, PtArena *arena, DeskModel **ret_list,
                     size_t *ret_count, PtError *err)
{
    enum { MOST = DESK_MODELS_MAX + 2 }; // the starter, and one in force
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DeskModel *list = pt_arena_alloc(arena, MOST, sizeof *list);
    size_t count = 0;
    bool row = true;
    PtStatus st = list == NULL ? pt_fail(err, PT_NO_MEMORY, "no memory for models")
                  : d->learning == NULL
                      ? pt_fail(err, PT_UNAVAILABLE, "the desk has nothing that reads texts")
                      : PT_OK;
    st = st == PT_OK && kind == LANGUAGE_CATEGORY ? triage_starter_keep(d, err) : st;
    st = st == PT_OK ? pt_sql_begin(d->c.core, false, &tx, err) : st;
    st = st == PT_OK ? pt_sql_use(tx, SQL_TRIAGE_MODEL_LIST, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(language_kinds[kind]));
    pt_sql_bind_i64(tx, 2, MOST);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row &&
           (st = copy(tx, arena, &list[count], err)) == PT_OK) {
        count++;
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_list = list;
        *ret_count = count;
    }
    return st;
}

/* The model of this version, and which came before it. */
static PtStatus read_version(PtSqlTx *tx, LanguageKind kind, int64_t version,
                             LanguageModel **ret_model, int64_t *ret_before, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_TRIAGE_MODEL_BYTES, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(language_kinds[kind]));
    pt_sql_bind_i64(tx, 2, version);
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        *ret_before = row ? pt_sql_i64(tx, 1) : 0;
        st = row ? language_model_read(pt_sql_blob(tx, 0), ret_model, err)
                 : pt_fail(err, PT_NOT_FOUND, "there is no model %lld", (long long)version);
    }
    pt_sql_done(tx);
    return st;
}

/* ---- In force ---------------------------------------------------------------------------------
 */

static PtStatus use_row(Desk *d, PtSqlTx *tx, const AuditActor *by, LanguageKind kind,
                        int64_t version, PtError *err)
{
    char reason[PT_ERROR_MESSAGE_MAX], number[24];
    const PtStr name = audit_actor_name(by);
    (void)snprintf(reason, sizeof reason, "put in force by %.*s", PT_STR_ARG(name));
    (void)snprintf(number, sizeof number, "%lld", (long long)version);
    PtStatus st = retire(tx, kind, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_TRIAGE_MODEL_USE, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(language_kinds[kind]));
    pt_sql_bind_i64(tx, 2, version);
    pt_sql_bind_text(tx, 3, pt_str(reason));
    st = pt_sql_finish(tx, err);
    const AuditEntry entry = {.by = by,
                              .action = "triage.model_used",
                              .subject_type = "triage model",
                              .subject = pt_str(number),
                              .subject_name = pt_str(language_kinds[kind])};
    return st == PT_OK ? audit_write(tx, pt_clock_now_ms(d->c.clock), &entry, err) : st;
}

PtStatus desk_model_use(Desk *d, const AuditActor *by, LanguageKind kind, int64_t version,
                        PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PT_CLEANUP(language_model_freep) LanguageModel *model = NULL;
    int64_t before = 0;
    if (d->learning == NULL) {
        return pt_fail(err, PT_UNAVAILABLE, "the desk has nothing that reads texts");
    }
    PtStatus st = kind == LANGUAGE_CATEGORY ? triage_starter_keep(d, err) : PT_OK;
    st = st == PT_OK ? pt_sql_begin(d->c.core, true, &tx, err) : st;
    st = st == PT_OK ? read_version(tx, kind, version, &model, &before, err) : st;
    st = st == PT_OK ? use_row(d, tx, by, kind, version, err) : st;
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    if (st == PT_OK) {
        language_triage_use(d->learning->asks, kind, PT_TAKE(model));
    }
    return st;
}

/* ---- Words that changed -----------------------------------------------------------------------
 */

enum { WORD_TEXTS = 300, WORDS_SEEN = 20000 };

typedef struct Compared {
    LanguageModel *models[2]; /* before, after */
    LanguageReader *reader;
    DeskWordMoved *words; /* [WORDS_SEEN] */
    size_t count;
    PtArena *arena;
} Compared;

static void compared_done(Compared *c)
{
    language_model_free(c->models[0]);
    language_model_free(c->models[1]);
    language_reader_free(c->reader);
    free(c->words);
}

static int by_word(const void *a, const void *b)
{
    const DeskWordMoved *x = a, *y = b;
    const int word = pt_str_order(x->word, y->word);
    return word != 0 ? word : pt_str_order(x->label, y->label);
}

static double moved(const DeskWordMoved *w)
{
    const double by = w->after - w->before;
    return by < 0 ? -by : by;
}

static int by_move(const void *a, const void *b)
{
    const double x = moved(a), y = moved(b);
    return x != y ? (x < y) - (x > y) : by_word(a, b);
}

/* The words of a text with what they weigh for its label, as both see it. */
static void weigh(Compared *c, PtStr text, PtStr label)
{
    for (int side = 0; side < 2; side++) {
        LanguageReason reasons[LANGUAGE_REASONS_MAX];
        const LanguageModel *m = c->models[side];
        uint32_t at = 0;
        while (at < language_model_about(m).labels && !pt_str_eq(language_label(m, at), label)) {
            at++;
        }
        if (at == language_model_about(m).labels) {
            continue;
        }
        const size_t count =
            language_explain(m, c->reader, text, at, reasons, LANGUAGE_REASONS_MAX);
        for (size_t i = 0; i < count && c->count < WORDS_SEEN; i++) {
            DeskWordMoved *w = &c->words[c->count++];
            *w = (DeskWordMoved){.word = reasons[i].word, .label = label};
            *(side == 0 ? &w->before : &w->after) = (double)reasons[i].weight;
        }
    }
}

/* One entry a word and label: the strongest that each side said. */
static void fold(Compared *c)
{
    size_t kept = 0;
    qsort(c->words, c->count, sizeof *c->words, by_word);
    for (size_t i = 0; i < c->count; i++) {
        const DeskWordMoved *w = &c->words[i];
        if (kept == 0 || by_word(w, &c->words[kept - 1]) != 0) {
            c->words[kept++] = *w;
            continue;
        }
        DeskWordMoved *into = &c->words[kept - 1];
        into->before = w->before > into->before ? w->before : into->before;
        into->after = w->after > into->after ? w->after : into->after;
    }
    c->count = kept;
    qsort(c->words, c->count, sizeof *c->words, by_move);
}

static PtStatus weigh_examples(Compared *c, PtSqlTx *tx, LanguageKind kind, const char *source,
                               PtError *err)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_TRIAGE_EXAMPLE_NEWEST, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(language_kinds[kind]));
    pt_sql_bind_text(tx, 2, pt_str(source));
    pt_sql_bind_i64(tx, 3, WORD_TEXTS);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        const PtStr text = pt_arena_str(c->arena, pt_sql_text(tx, 0));
        const PtStr label = pt_arena_str(c->arena, pt_sql_text(tx, 1));
        if (text.data == NULL || label.data == NULL) {
            st = pt_fail(err, PT_NO_MEMORY, "no memory for words");
            break;
        }
        weigh(c, text, label);
    }
    pt_sql_done(tx);
    return st;
}

PtStatus desk_model_words(Desk *d, LanguageKind kind, int64_t version, PtArena *arena,
                          DeskWordMoved **ret_list, size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PT_CLEANUP(compared_done) Compared c = {.arena = arena};
    int64_t before = 0, ignored = 0;
    c.reader = language_reader_new();
    c.words = calloc(WORDS_SEEN, sizeof *c.words);
    PtStatus st = c.reader != NULL && c.words != NULL
                      ? pt_sql_begin(d->c.core, false, &tx, err)
                      : pt_fail(err, PT_NO_MEMORY, "no memory for words");
    st = st == PT_OK ? read_version(tx, kind, version, &c.models[1], &before, err) : st;
    *ret_count = 0;
    if (st != PT_OK || before == 0) {
        return st;
    }
    PtError gone = {0};
    st = read_version(tx, kind, before, &c.models[0], &ignored, &gone);
    if (st != PT_OK) { // the one before is no longer kept: nothing to compare with
        return st == PT_NOT_FOUND ? PT_OK : pt_fail(err, st, "%s", gone.message);
    }
    st = weigh_examples(&c, tx, kind, "decision", err);
    st = st == PT_OK ? weigh_examples(&c, tx, kind, "file", err) : st;
    if (st != PT_OK) {
        return st;
    }
    fold(&c);
    const size_t count = c.count < DESK_WORDS_MAX ? c.count : DESK_WORDS_MAX;
    DeskWordMoved *list = pt_arena_alloc(arena, count + 1, sizeof *list);
    if (list == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for words");
    }
    for (size_t i = 0; i < count; i++) {
        list[i] = c.words[i];
    }
    *ret_list = list;
    *ret_count = count;
    return PT_OK;
}

PtStatus triage_model_in_force(PtSqlTx *tx, LanguageKind kind, int64_t *ret_version, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_TRIAGE_MODEL_IN_FORCE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(language_kinds[kind]));
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        *ret_version = row ? pt_sql_i64(tx, 0) : 0;
    }
    pt_sql_done(tx);
    return st;
}
