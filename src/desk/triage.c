// SPDX-License-Identifier: Apache-2.0
/* Triage at intake: what the text of a new ticket says, and what of that is set. */
#include "desk/triage_internal.h"

#include "base/json.h"
#include "commerce/commerce.h"
#include "triage.sql.h"

#include <stdlib.h>

enum {
    SUMMARY_BYTES = 600,
    WORDS_SAID = 5,
    WORDS_LEAST = 3, /* that say something: "A printer" is no report to be sure of */
};

/* ---- What is known of the text ----------------------------------------------------------------
 */

PtStr triage_text(const PtStr *fields, PtArena *arena)
{
    const PtStr title = fields[DESK_F_TITLE], more = fields[DESK_F_DESCRIPTION];
    PtBuf buf;
    pt_buf_init(&buf, title.len + more.len + 1);
    pt_buf_add_str(&buf, title);
    pt_buf_add_char(&buf, '\n');
    pt_buf_add_str(&buf, more);
    PtStr text =
        pt_buf_status(&buf) == PT_OK ? pt_arena_str(arena, pt_buf_str(&buf)) : (PtStr){NULL, 0};
    pt_buf_done(&buf);
    if (text.len > TRIAGE_TEXT_BYTES) { // cut at a letter
        text.len = TRIAGE_TEXT_BYTES;
        while (text.len > 0 && ((unsigned char)text.data[text.len] & 0xC0U) == 0x80) {
            text.len--;
        }
    }
    return text;
}

PtStatus desk_triage_text(Desk *d, PtStr text, LanguageFindings *ret_findings, PtError *err)
{
    return d->learning != NULL
               ? language_triage(d->learning->asks, text, ret_findings, err)
               : pt_fail(err, PT_UNAVAILABLE, "the desk has nothing that reads texts");
}

/* Things of a kind that are known: the first, and how many. */
typedef struct Known {
    PtStr first;
    int64_t count;
} Known;

/* Whether the entity is a known store, or a known till of `store`. */
static PtStatus look_up(DeskWriting *w, const LanguageEntity *e, PtStr store, bool *ret_known)
{
    *ret_known = false;
    if (e->thing == LANGUAGE_STORE) {
        return commerce_known(w->tx, e->value, PT_STR(""), ret_known, w->err);
    }
    return e->thing == LANGUAGE_TILL && store.len > 0
               ? commerce_known(w->tx, store, e->value, ret_known, w->err)
               : PT_OK;
}

static PtStatus find_known(DeskWriting *w, DeskFinding *f, LanguageThing thing, PtStr store,
                           Known *ret)
{
    PtStatus st = PT_OK;
    *ret = (Known){.first = PT_STR("")};
    for (size_t i = 0; st == PT_OK && i < f->f.entity_count; i++) {
        const LanguageEntity *e = &f->f.entities[i];
        if (e->thing != thing) {
            continue;
        }
        st = look_up(w, e, store, &f->known[i]);
        if (st == PT_OK && f->known[i]) {
            ret->first = ret->count == 0 ? e->value : ret->first;
            ret->count++; // no entity is there twice
        }
    }
    return st;
}

/* ---- What is set ------------------------------------------------------------------------------
 */

static void set(DeskFinding *f, DeskField field, PtStr value)
{
    if (f->row.t.f[field].len == 0 && value.len > 0) {
        f->row.t.f[field] = value;
        f->set |= 1U << field;
    }
}

/* Store and till where the text names one that is known; how many where it names several. */
static PtStatus place(DeskWriting *w, DeskFinding *f)
{
    Known stores, tills;
    PtStatus st = find_known(w, f, LANGUAGE_STORE, PT_STR(""), &stores);
    if (st != PT_OK) {
        return st;
    }
    const PtStr said = f->row.t.f[DESK_F_STORE];
    const PtStr store = said.len > 0 ? said : stores.count == 1 ? stores.first : PT_STR("");
    st = find_known(w, f, LANGUAGE_TILL, store, &tills);
    if (st != PT_OK || !f->sets) {
        return st;
    }
    set(f, DESK_F_STORE, store);
    if (tills.count == 1) {
        set(f, DESK_F_TILL, tills.first);
    }
    if (f->report.stores == 0 && stores.count > 1) {
        f->report.stores = stores.count;
    }
    if (f->report.tills == 0 && tills.count > 1) {
        f->report.tills = tills.count;
    }
    return PT_OK;
}

/* The category where it is sure, and the policy knows it; the queue by the policy, else by the
 * model of queues. */
static PtStatus sort(DeskWriting *w, DeskFinding *f)
{
    const LanguageFound *category = &f->f.of[LANGUAGE_CATEGORY], *queue = &f->f.of[LANGUAGE_QUEUE];
    const DeskCategory *row = desk_rules_category(&w->policy->rules, pt_str(category->label));
    const bool chosen = f->row.t.f[DESK_F_CATEGORY].len > 0;
    const PtStr by_model = queue->verdict.accepted ? pt_str(queue->label) : PT_STR("");
    f->category = chosen ? PT_STR("") : pt_arena_str(w->arena, pt_str(category->label));
    f->queue = !chosen && row != NULL && row->queue.len > 0 ? row->queue : by_model;
    f->queue = pt_arena_str(w->arena, f->queue);
    if (f->category.data == NULL || f->queue.data == NULL) {
        return pt_fail(w->err, PT_NO_MEMORY, "no memory for a ticket");
    }
    f->accepted = category->verdict.accepted && f->f.reason_count >= WORDS_LEAST;
    const bool sure = f->accepted && row != NULL && !chosen;
    if (f->sets && sure && f->row.t.type == DESK_INCIDENT) {
        set(f, DESK_F_CATEGORY, f->category);
        set(f, DESK_F_QUEUE, f->queue);
    } else if (f->sets && by_model.len > 0) {
        set(f, DESK_F_QUEUE, f->queue);
    }
    return PT_OK;
}

static bool sets_anything(Desk *d)
{
    (void)pthread_mutex_lock(&d->learning->lock);
    const bool sets = d->learning->settings.sets;
    (void)pthread_mutex_unlock(&d->learning->lock);
    return sets;
}

/* What cannot be found now is found in the transaction, or fails there. */
void desk_triage_ahead(Desk *d, const DeskReport *report, PtArena *arena, DeskAhead *ret)
{
    ret->text = (PtStr){NULL, 0};
    if (d->learning != NULL && triage_reads(report->type)) {
        const PtStr text = triage_text(report->f, arena);
        if (text.data != NULL && language_triage(d->learning->asks, text, &ret->f, NULL) == PT_OK) {
            ret->text = text;
        }
    }
}

static PtStatus find(DeskWriting *w, PtStr text, LanguageFindings *ret_findings)
{
    const DeskAhead *ahead = w->ahead;
    if (ahead != NULL && ahead->text.data != NULL && pt_str_eq(ahead->text, text)) {
        *ret_findings = ahead->f;
        return PT_OK;
    }
    return language_triage(w->desk->learning->asks, text, ret_findings, w->err);
}

PtStatus desk_triage_row(DeskWriting *w, const DeskReport *report, const DeskRow *row,
                         DeskFinding *ret)
{
    *ret = (DeskFinding){.report = *report, .row = *row, .f.language = ""};
    if (w->desk->learning == NULL || !triage_reads(row->t.type)) {
        return PT_OK;
    }
    const PtStr text = triage_text(row->t.f, w->arena);
    if (text.data == NULL) {
        return pt_fail(w->err, PT_NO_MEMORY, "no memory for a ticket");
    }
    ret->read = true;
    ret->sets = sets_anything(w->desk);
    PtStatus st = find(w, text, &ret->f);
    st = st == PT_OK ? place(w, ret) : st;
    return st == PT_OK ? sort(w, ret) : st;
}

/* ---- What is kept -----------------------------------------------------------------------------
 */

static void put_number(PtJsonOut *out, const char *name, double value)
{
    pt_json_out_key(out, pt_str(name));
    pt_json_out_double(out, value);
}

void desk_triage_found(PtBuf *buf, const DeskFinding *f)
{
    PtJsonOut out = pt_json_out(buf);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("reasons"));
    pt_json_out_array(&out);
    for (size_t i = 0; f->category.len > 0 && i < f->f.reason_count; i++) {
        pt_json_out_object(&out);
        pt_json_put_str(&out, "word", f->f.reasons[i].word);
        put_number(&out, "weight", (double)f->f.reasons[i].weight);
        pt_json_out_object_end(&out);
    }
    pt_json_out_array_end(&out);
    pt_json_out_key(&out, PT_STR("entities"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < f->f.entity_count; i++) {
        pt_json_out_object(&out);
        pt_json_put_str(&out, "thing", pt_str(language_things[f->f.entities[i].thing]));
        pt_json_put_str(&out, "value", f->f.entities[i].value);
        pt_json_put_bool(&out, "known", f->known[i]);
        pt_json_out_object_end(&out);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
}

static void put_fields(PtBuf *buf, unsigned set)
{
    PtJsonOut out = pt_json_out(buf);
    pt_json_out_array(&out);
    for (unsigned i = 0; i < DESK_FIELDS; i++) {
        if ((set & 1U << i) != 0) {
            pt_json_out_str(&out, pt_str(desk_fields[i]));
        }
    }
    pt_json_out_array_end(&out);
}

static PtStatus keep(DeskWriting *w, const DeskFinding *f, int64_t ticket)
{
    const LanguageFound *category = &f->f.of[LANGUAGE_CATEGORY];
    PT_CLEANUP(pt_buf_done) PtBuf found, fields;
    pt_buf_init(&found, TRIAGE_FOUND_BYTES);
    pt_buf_init(&fields, TRIAGE_FOUND_BYTES);
    desk_triage_found(&found, f);
    put_fields(&fields, f->set);
    PtStatus st = pt_buf_status(&found) == PT_OK && pt_buf_status(&fields) == PT_OK
                      ? pt_sql_use(w->tx, SQL_TRIAGE_ADD, w->err)
                      : pt_fail(w->err, PT_NO_MEMORY, "no memory for a ticket");
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(w->tx, 1, ticket);
    pt_sql_bind_i64(w->tx, 2, w->now_ms);
    pt_sql_bind_i64(w->tx, 3, category->model.version);
    pt_sql_bind_text(w->tx, 4, f->category);
    pt_sql_bind_text(w->tx, 5, f->queue);
    pt_sql_bind_double(w->tx, 6, category->verdict.confidence);
    pt_sql_bind_double(w->tx, 7, category->model.threshold);
    pt_sql_bind_i64(w->tx, 8, f->accepted);
    pt_sql_bind_text(w->tx, 9, pt_buf_str(&fields));
    pt_sql_bind_text(w->tx, 10, pt_str(f->f.language));
    pt_sql_bind_text(w->tx, 11, pt_str(language_intents[f->f.mood.tone.intent]));
    pt_sql_bind_double(w->tx, 12, f->f.mood.sentiment.compound);
    pt_sql_bind_double(w->tx, 13, f->f.mood.tone.urgency);
    pt_sql_bind_text(w->tx, 14, pt_buf_str(&found));
    return pt_sql_finish(w->tx, w->err);
}

/* "category pos_outage: 0.97 (from 0.81 on), model 3, by: tills, down; store 42" */
static void summarize(PtBuf *buf, const DeskFinding *f)
{
    const LanguageFound *category = &f->f.of[LANGUAGE_CATEGORY];
    size_t said = 0;
    if ((f->set & 1U << DESK_F_CATEGORY) != 0) {
        pt_buf_printf(buf, "category %s: %.2f (from %.2f on), model %u", category->label,
                      category->verdict.confidence, category->model.threshold,
                      category->model.version);
        for (size_t i = 0; i < f->f.reason_count && said < WORDS_SAID; i++) {
            if (f->f.reasons[i].weight > 0) {
                pt_buf_printf(buf, "%s%.*s", said == 0 ? ", by: " : ", ",
                              PT_STR_ARG(f->f.reasons[i].word));
                said++;
            }
        }
    }
    for (DeskField i = 0; i < DESK_FIELDS; i++) {
        if (i != DESK_F_CATEGORY && (f->set & 1U << i) != 0) {
            pt_buf_printf(buf, "%s%s %.*s", buf->len > 0 ? "; " : "", desk_fields[i],
                          PT_STR_ARG(f->row.t.f[i]));
        }
    }
}

static PtStatus set_all(DeskWriting *w, const DeskFinding *f, DeskRow *row)
{
    const AuditActor *by = w->by;
    const DeskCategory *category =
        desk_rules_category(&w->policy->rules, f->row.t.f[DESK_F_CATEGORY]);
    DeskRow after = *row;
    PT_CLEANUP(pt_buf_done) PtBuf text;
    pt_buf_init(&text, SUMMARY_BYTES);
    summarize(&text, f);
    if (text.status == PT_NO_MEMORY) { // over the bound it ends early
        return pt_fail(w->err, PT_NO_MEMORY, "no memory for a ticket");
    }
    for (DeskField i = 0; i < DESK_FIELDS; i++) {
        after.t.f[i] = f->row.t.f[i];
    }
    const int64_t store = after.t.f[DESK_F_STORE].len > 0, till = after.t.f[DESK_F_TILL].len > 0;
    after.t.stores = after.t.stores > store ? after.t.stores : store;
    after.t.tills = after.t.tills > till ? after.t.tills : till;
    after.t.major = after.t.major || (after.t.type == DESK_INCIDENT && category != NULL &&
                                      (category->actions & 1U << DESK_ACT_MAJOR) != 0);
    const DeskSaid said = {.kind = "triaged", .text = (PtStr){text.data, text.len}};
    w->by = NULL;
    const PtStatus st = desk_update(w, row, &after, &said);
    w->by = by;
    *row = after;
    return st;
}

PtStatus desk_triage_settle(DeskWriting *w, const DeskFinding *f, DeskRow *row)
{
    PtStatus st = PT_OK;
    if (!f->read) {
        return PT_OK;
    }
    st = f->set != 0 ? set_all(w, f, row) : PT_OK;
    return st == PT_OK ? keep(w, f, row->t.number) : st;
}

/* ---- Of a ticket that nobody read when it was opened ------------------------------------------
 */

static PtStatus take_now(const DeskFinding *f, PtArena *arena, int64_t now_ms, DeskTriage *ret,
                         PtError *err)
{
    const LanguageFound *category = &f->f.of[LANGUAGE_CATEGORY];
    PT_CLEANUP(pt_buf_done) PtBuf found;
    pt_buf_init(&found, TRIAGE_FOUND_BYTES);
    desk_triage_found(&found, f);
    *ret = (DeskTriage){.at_ms = now_ms,
                        .model = category->model.version,
                        .category = f->category,
                        .queue = f->queue,
                        .confidence = category->verdict.confidence,
                        .threshold = category->model.threshold,
                        .accepted = f->accepted,
                        .fields = PT_STR("[]"),
                        .language = pt_str(f->f.language),
                        .intent = pt_str(language_intents[f->f.mood.tone.intent]),
                        .sentiment = f->f.mood.sentiment.compound,
                        .urgency = f->f.mood.tone.urgency,
                        .outcome = PT_STR(""),
                        .label = PT_STR(""),
                        .decided_by = PT_STR(""),
                        .now = true};
    ret->found =
        pt_buf_status(&found) == PT_OK ? pt_arena_str(arena, pt_buf_str(&found)) : (PtStr){NULL, 0};
    return ret->found.data != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for a triage");
}

static const DeskReport no_report;

PtStatus triage_now(Desk *d, PtSqlTx *tx, const DeskRow *row, PtArena *arena,
                    DeskTriage *ret_triage, PtError *err)
{
    DeskFinding f;
    DeskWriting w = {.desk = d, .tx = tx, .arena = arena, .err = err}; // nothing is written
    w.now_ms = pt_clock_now_ms(d->c.clock);
    w.policy = desk_policy_hold(d);
    PtStatus st = desk_triage_row(&w, &no_report, row, &f);
    st = st == PT_OK ? take_now(&f, arena, w.now_ms, ret_triage, err) : st;
    desk_policy_release(w.policy);
    return st;
}

PtStatus triage_keep_now(DeskWriting *w, const DeskRow *row)
{
    DeskFinding f;
    const PtStatus st = desk_triage_row(w, &no_report, row, &f);
    f.set = 0;
    return st == PT_OK ? keep(w, &f, row->t.number) : st;
}

/* ---- Opened and closed ------------------------------------------------------------------------
 */

PtStatus desk_learning_open(Desk *d, PtError *err)
{
    if (d->c.triage == NULL) {
        return PT_OK;
    }
    DeskLearning *l = calloc(1, sizeof *l);
    if (l == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for triage");
    }
    l->asks = d->c.triage;
    (void)pthread_mutex_init(&l->near_lock, NULL);
    (void)pthread_mutex_init(&l->lock, NULL);
    (void)pthread_cond_init(&l->wake, NULL);
    d->learning = l;
    PtStatus st = language_near_new(&l->near, err);
    st = st == PT_OK ? triage_settings_load(d, err) : st;
    return st == PT_OK ? triage_models_load(d, err) : st;
}

void desk_learning_close(Desk *d)
{
    DeskLearning *l = d->learning;
    if (l != NULL) {
        triage_thread_stop(d);
        language_near_free(l->near);
        language_reader_free(l->reader);
        (void)pthread_cond_destroy(&l->wake);
        (void)pthread_mutex_destroy(&l->lock);
        (void)pthread_mutex_destroy(&l->near_lock);
        free(l);
    }
}

PtStatus desk_learning_start(Desk *d, PtError *err)
{
    return d->learning != NULL ? triage_thread_start(d, err) : PT_OK;
}
