// SPDX-License-Identifier: Apache-2.0
/* What there is to see of destinations. */
#include "base/json.h"
#include "connect/destination_internal.h"

#include <stdlib.h>
#include <string.h>

enum { DEAD_MAX = 200 };

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for destinations");
}

static PtStr copy(PtArena *arena, const char *text)
{
    return pt_arena_str(arena, pt_str(text));
}

/* ---- One destination
 * ----------------------------------------------------------------------------- */

static PtStatus name_secrets(const DestinationRow *row, PtArena *arena, PtStr *ret_names,
                             PtError *err)
{
    DeliverText *texts;
    size_t count;
    PtBuf buf;
    PtStatus st = deliver_texts(row->secrets, "secrets", 64, arena, &texts, &count, err);
    if (st != PT_OK) {
        return st;
    }
    pt_buf_init(&buf, CONNECT_DESTINATION_JSON);
    PtJsonOut out = pt_json_out(&buf);
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        pt_json_out_str(&out, texts[i].name);
    }
    pt_json_out_array_end(&out);
    *ret_names =
        pt_buf_status(&buf) == PT_OK ? pt_arena_str(arena, pt_buf_str(&buf)) : (PtStr){NULL, 0};
    pt_buf_done(&buf);
    return ret_names->data != NULL ? PT_OK : no_memory(err);
}

/* Figures under their lock. */
static PtStatus copy_figures(const DeliverFigures *f, PtArena *arena, ConnectDestination *out,
                             PtError *err)
{
    out->delivered = f->delivered;
    out->retried = f->retried;
    out->requests = f->requests;
    out->last_success_ms = f->last_success_ms;
    out->last_error_ms = f->last_error_ms;
    out->last_error = copy(arena, f->last_error);
    out->latency_p50_ms = deliver_figures_latency(f, 50);
    out->latency_p99_ms = deliver_figures_latency(f, 99);
    out->skips = pt_arena_alloc(arena, f->skip_count + 1, sizeof *out->skips);
    if (out->last_error.data == NULL || out->skips == NULL) {
        return no_memory(err);
    }
    for (size_t i = 0; i < f->skip_count; i++) {
        out->skips[i] = (ConnectSkip){copy(arena, f->skips[i].reason), f->skips[i].count};
        if (out->skips[i].reason.data == NULL) {
            return no_memory(err);
        }
    }
    out->skip_count = f->skip_count;
    return PT_OK;
}

static PtStatus copy_counts(const PtOutboxCount *counts, size_t count, PtArena *arena,
                            ConnectDestination *out, PtError *err)
{
    out->counts = pt_arena_alloc(arena, count + 1, sizeof *out->counts);
    if (out->counts == NULL) {
        return no_memory(err);
    }
    memcpy(out->counts, counts, count * sizeof *counts);
    out->failed_count = count;
    out->dead = out->waiting = 0;
    for (size_t i = 0; i < count; i++) {
        *(counts[i].state == PT_OUTBOX_DEAD ? &out->dead : &out->waiting) +=
            (uint64_t)counts[i].items;
    }
    return PT_OK;
}

/* What is stored; a thread of it that runs knows more. */
static PtStatus copy_queue(PtSqlTx *tx, const DestinationRow *row, PtArena *arena,
                           ConnectDestination *out, PtError *err)
{
    PtOutboxQueue q;
    DeliverFigures f;
    char name[PT_OUTBOX_NAME];
    PtOutboxCount counts[PT_OUTBOX_REASONS];
    size_t count = 0;
    destination_queue_name(row->id, name);
    PtStatus st = pt_outbox_get(tx, name, &q, err);
    st = st == PT_OK ? pt_outbox_counts(tx, name, counts, &count, err) : st;
    st = st == PT_OK ? copy_counts(counts, count, arena, out, err) : st;
    st = st == PT_OK ? deliver_figures_init(&f, err) : st;
    if (st != PT_OK) {
        return st;
    }
    deliver_figures_read(&f, pt_str(q.figures));
    st = copy_figures(&f, arena, out, err);
    deliver_figures_done(&f);
    out->state = row->enabled ? q.state : PT_OUTBOX_PAUSED;
    out->state_reason = copy(arena, q.reason);
    out->waits_ms = q.hold_ms > deliver_machine_ms() ? q.hold_ms : 0;
    out->position = q.position;
    out->job = q.job;
    out->replay = q.replay;
    return st == PT_OK && out->state_reason.data == NULL ? no_memory(err) : st;
}

static PtStatus overlay(Deliver *d, PtArena *arena, ConnectDestination *out, PtError *err)
{
    DeliverFigures *f = &d->figures;
    pthread_mutex_lock(&f->lock);
    PtStatus st = copy_figures(f, arena, out, err);
    out->position = f->position > out->position ? f->position : out->position;
    const int64_t now_ms = pt_clock_now_ms(d->c->clock);
    out->lag_ms = f->oldest_ms > 0 && now_ms > f->oldest_ms ? now_ms - f->oldest_ms : 0;
    pthread_mutex_unlock(&f->lock);
    return st;
}

static PtStatus describe(ConnectDestinations *ds, PtSqlTx *tx, const DestinationRow *row,
                         PtArena *arena, ConnectDestination *out, PtError *err)
{
    *out = (ConnectDestination){.id = row->id,
                                .name = row->name,
                                .kind = row->kind,
                                .settings = row->settings,
                                .filter = row->filter,
                                .mapping = row->mapping,
                                .events = row->events,
                                .purposes = row->purposes,
                                .changed_by = row->changed_by,
                                .enabled = row->enabled,
                                .in_order = row->in_order,
                                .historical = row->historical,
                                .redrive_per_s = row->redrive_per_s,
                                .version = row->version,
                                .created_ms = row->created_ms,
                                .changed_ms = row->changed_ms};
    PtStatus st = name_secrets(row, arena, &out->secrets_set, err);
    st = st == PT_OK ? copy_queue(tx, row, arena, out, err) : st;
    pthread_mutex_lock(&ds->lock);
    for (size_t i = 0; st == PT_OK && i < ds->runner_count; i++) {
        if (pt_str_eq(pt_str(ds->runners[i]->plan->id), row->id)) {
            st = overlay(ds->runners[i], arena, out, err);
        }
    }
    pthread_mutex_unlock(&ds->lock);
    out->log_end = pt_log_end(ds->c.log, 0);
    out->lag = out->log_end > out->position ? out->log_end - out->position : 0;
    return st;
}

PtStatus connect_destinations_list(ConnectDestinations *ds, PtArena *arena,
                                   ConnectDestination **ret_list, size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DestinationRow *rows;
    size_t count = 0;
    PtStatus st = pt_sql_begin(ds->c.sql, false, &tx, err);
    st = st == PT_OK ? destination_read_all(tx, arena, &rows, &count, err) : st;
    if (st != PT_OK) {
        return st;
    }
    ConnectDestination *list = pt_arena_alloc(arena, count + 1, sizeof *list);
    st = list != NULL ? PT_OK : no_memory(err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = describe(ds, tx, &rows[i], arena, &list[i], err);
    }
    if (st == PT_OK) {
        *ret_list = list;
        *ret_count = count;
    }
    return st;
}

PtStatus connect_destination_get(ConnectDestinations *ds, PtStr id, PtArena *arena,
                                 ConnectDestination *ret_destination, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DestinationRow row;
    PtStatus st = pt_sql_begin(ds->c.sql, false, &tx, err);
    st = st == PT_OK ? destination_read(tx, id, arena, &row, err) : st;
    return st == PT_OK ? describe(ds, tx, &row, arena, ret_destination, err) : st;
}

/* ---- Dead letters
 * -------------------------------------------------------------------------------- */

static PtStatus tell_event(PtLogReader *reader, PtArena *arena, ConnectDeadLetter *letter,
                           PtError *err)
{
    const PtRecord *r = NULL;
    EventView view;
    size_t count = 0;
    pt_log_seek(reader, letter->item.position);
    PtStatus st = pt_log_fetch(reader, 1, true, &r, &count, err);
    if (st == PT_GONE || (st == PT_OK && (count == 0 || r->klass != PT_RECORD_EVENT ||
                                          r->position.offset != letter->item.position))) {
        return PT_OK;
    }
    st = st == PT_OK ? event_payload_read(r, &view, err) : st;
    if (st != PT_OK) {
        return st;
    }
    letter->found = true;
    letter->received_ms = r->time_ms;
    letter->type = event_type_name(view.type);
    letter->event = pt_arena_str(arena, view.name);
    letter->message_id = pt_arena_str(arena, view.message_id);
    return letter->event.data != NULL && letter->message_id.data != NULL ? PT_OK : no_memory(err);
}

static PtStatus read_dead(ConnectDestinations *ds, PtStr id, const PtOutboxDead *query,
                          PtArena *arena, PtOutboxItem *items, size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DestinationRow row;
    PtStatus st = pt_sql_begin(ds->c.sql, false, &tx, err);
    st = st == PT_OK ? destination_read(tx, id, arena, &row, err) : st;
    return st == PT_OK ? pt_outbox_dead(tx, query, items, ret_count, err) : st;
}

PtStatus connect_destination_dead(ConnectDestinations *ds, const ConnectDeadQuery *q,
                                  PtArena *arena, ConnectDeadLetter **ret_list, size_t *ret_count,
                                  PtError *err)
{
    char queue[PT_OUTBOX_NAME];
    size_t count = 0;
    PtLogReader *reader = NULL;
    const size_t max = q->max < DEAD_MAX ? q->max : DEAD_MAX;
    destination_queue_name(q->id, queue);
    const PtOutboxDead query = {
        .queue = queue, .reason = q->reason, .after = q->after, .before_ms = INT64_MAX, .max = max};
    PtOutboxItem *items = pt_arena_alloc(arena, max + 1, sizeof *items);
    ConnectDeadLetter *list = pt_arena_alloc(arena, max + 1, sizeof *list);
    if (items == NULL || list == NULL) {
        return no_memory(err);
    }
    PtStatus st = read_dead(ds, q->id, &query, arena, items, &count, err);
    st = st == PT_OK ? pt_log_reader_open(ds->c.log, NULL, 0, 0, &reader, err) : st;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        list[i].item = items[i];
        st = tell_event(reader, arena, &list[i], err);
    }
    pt_log_reader_close(reader);
    if (st == PT_OK) {
        *ret_list = list;
        *ret_count = count;
    }
    return st;
}

/* ---- Skipped
 * ------------------------------------------------------------------------------------- */

static PtStatus copy_samples(const DeliverSkip *skip, PtArena *arena, ConnectSkipped *list,
                             size_t *count, PtError *err)
{
    const size_t kept =
        skip->sample_count < CONNECT_SKIP_SAMPLES ? skip->sample_count : CONNECT_SKIP_SAMPLES;
    for (size_t i = 0; i < kept; i++) { // the newest first
        const size_t at = (skip->sample_count - 1 - i) % CONNECT_SKIP_SAMPLES;
        ConnectSkipped *s = &list[(*count)++];
        *s = (ConnectSkipped){.position = skip->samples[at].position,
                              .at_ms = skip->samples[at].at_ms,
                              .reason = copy(arena, skip->reason),
                              .detail = copy(arena, skip->samples[at].detail),
                              .event = copy(arena, skip->samples[at].event)};
        if (s->reason.data == NULL || s->detail.data == NULL || s->event.data == NULL) {
            return no_memory(err);
        }
    }
    return PT_OK;
}

PtStatus connect_destination_skipped(ConnectDestinations *ds, PtStr id, PtArena *arena,
                                     ConnectSkipped **ret_list, size_t *ret_count, PtError *err)
{
    ConnectDestination known;
    size_t count = 0;
    ConnectSkipped *list =
        pt_arena_alloc(arena, (size_t)CONNECT_SKIP_REASONS * CONNECT_SKIP_SAMPLES, sizeof *list);
    PtStatus st =
        list != NULL ? connect_destination_get(ds, id, arena, &known, err) : no_memory(err);
    if (st != PT_OK) {
        return st;
    }
    pthread_mutex_lock(&ds->lock);
    for (size_t i = 0; i < ds->runner_count; i++) {
        DeliverFigures *f = &ds->runners[i]->figures;
        if (!pt_str_eq(pt_str(ds->runners[i]->plan->id), id)) {
            continue;
        }
        pthread_mutex_lock(&f->lock);
        for (size_t k = 0; st == PT_OK && k < f->skip_count; k++) {
            st = copy_samples(&f->skips[k], arena, list, &count, err);
        }
        pthread_mutex_unlock(&f->lock);
    }
    pthread_mutex_unlock(&ds->lock);
    if (st == PT_OK) {
        *ret_list = list;
        *ret_count = count;
    }
    return st;
}
