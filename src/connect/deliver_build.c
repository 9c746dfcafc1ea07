// SPDX-License-Identifier: Apache-2.0
/* From an event of the log to a request: what is wanted, what consent says, what it looks like. */
#include "base/map.h"
#include "connect/destination_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
    EVENT_JSON_MAX = 1 << 20,
    PROFILE_WAIT_MS = 300, /* how long an event waits until it is known whose it is */
    LOOK_MAX = 256,        /* events looked at in one call that are then skipped */
};

static PtStr text(const char *s)
{
    return pt_str(s);
}

/* ---- Whether it is wanted ----------------------------------------------------------------------
 */

PtStatus deliver_judge(Deliver *d, const PtRecord *record, EventView *ret_view, PtStr *ret_skip,
                       PtError *err)
{
    const DeliverPlan *p = d->plan;
    bool holds = true;
    *ret_skip = (PtStr){NULL, 0};
    PtStatus st = event_payload_read(record, ret_view, err);
    if (st != PT_OK) {
        return st;
    }
    if ((record->flags & EVENT_ERASED) != 0) {
        *ret_skip = PT_STR("erased");
    } else if ((record->flags & EVENT_HISTORICAL) != 0 && !p->historical) {
        *ret_skip = PT_STR("historical");
    } else if (p->events != NULL && pt_map_get(p->events, ret_view->name) == NULL) {
        *ret_skip = PT_STR("event");
    } else if (p->sieve.condition != NULL) {
        const DeliverSubject subject = {.record = record, .view = ret_view};
        pt_arena_clear(d->arena);
        st = deliver_filter_holds(d, &p->sieve, &subject, &holds, err);
        *ret_skip = holds ? *ret_skip : PT_STR("filter");
    }
    return st;
}

/* ---- What it looks like ------------------------------------------------------------------------
 */

/* event_to_json ends with ,"_patron":{...}}: what is ours alone is left out. Nothing behind it can
 * hold these bytes, as quotes inside of texts are escaped. */
static PtStr without_own(PtStr json)
{
    static const char mark[] = ",\"_patron\":{\"partition\":";
    const size_t len = sizeof mark - 1;
    for (size_t at = json.len > len ? json.len - len : 0; at > 0; at--) {
        if (json.data[at] == ',' && memcmp(json.data + at, mark, len) == 0) {
            return (PtStr){json.data, at};
        }
    }
    return json;
}

static PtStatus event_json(const ConnectDestinationsConfig *c, const PtRecord *record,
                           PtStr profile_id, PtArena *arena, PtStr *ret_json, PtError *err)
{
    EventSource source;
    EventSourceName name = {.id = {NULL, 0}};
    PtBuf buf;
    if (event_source_by_number(c->sources, record->source, &source)) {
        name = (EventSourceName){text(source.id), text(source.name)};
    }
    pt_buf_init(&buf, EVENT_JSON_MAX);
    PtStatus st = event_to_json(record, &name, profile_id, arena, &buf, err);
    if (st == PT_OK) {
        const PtStr plain = without_own(pt_buf_str(&buf));
        char *copy = pt_arena_alloc(arena, plain.len + 2, 1);
        if (copy == NULL) {
            st = pt_fail(err, PT_NO_MEMORY, "no memory for an event");
        } else {
            const bool cut = plain.len < buf.len;
            memcpy(copy, plain.data, plain.len);
            copy[plain.len] = cut ? '}' : '\0';
            *ret_json = (PtStr){copy, plain.len + cut};
        }
    }
    pt_buf_done(&buf);
    return st;
}

PtStatus deliver_out_event(const ConnectDestinationsConfig *c, const DeliverPlan *p,
                           const DeliverSubject *subject, PtArena *arena,
                           ConnectOutEvent *ret_event, PtError *err)
{
    char id[37] = "";
    const PtRecord *record = subject->record;
    const EventView *view = subject->view;
    const PtStr *as = p->events != NULL ? pt_map_get(p->events, view->name) : NULL;
    if (c->hooks.profile_id != NULL) {
        c->hooks.profile_id(c->hooks.ctx, view, record->position.offset, id);
    }
    *ret_event = (ConnectOutEvent){
        .record = record, .view = view, .profile_id = pt_arena_str(arena, text(id))};
    if (ret_event->profile_id.data == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for an event");
    }
    PtStatus st = event_json(c, record, ret_event->profile_id, arena, &ret_event->json, err);
    if (st == PT_OK && as != NULL && as->len > 0) {
        EventView *renamed = pt_arena_alloc(arena, 1, sizeof *renamed);
        if (renamed == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for an event");
        }
        *renamed = *view;
        renamed->name = *as;
        ret_event->view = renamed;
        st = deliver_rename(ret_event->json, *as, arena, &ret_event->json, err);
    }
    if (st == PT_OK && p->column_count > 0) {
        st = deliver_mapping_apply(p->columns, p->column_count, ret_event->json, subject, arena,
                                   &ret_event->mapped, err);
    }
    return st;
}

/* ---- Consent -----------------------------------------------------------------------------------
 */

typedef enum Leave { LEAVE_NOW, LEAVE_LATER, LEAVE_NEVER } Leave;

static Leave ask_consent(Deliver *d, DeliverEvent *e, const EventView *view, PtStr *ret_purpose)
{
    const ConnectHooks *h = &d->c->hooks;
    bool allowed = false;
    if (d->plan->purpose_count == 0) {
        return LEAVE_NOW;
    }
    const PtStatus st = h->consent != NULL
                            ? h->consent(h->ctx, view, e->record.position.offset, d->plan->purposes,
                                         d->plan->purpose_count, &allowed, ret_purpose)
                            : PT_UNAVAILABLE;
    return st != PT_OK ? LEAVE_LATER : allowed ? LEAVE_NOW : LEAVE_NEVER;
}

/* Events wait a moment for the view that tells whose they are; consent waits as long as it takes.
 */
static bool is_known(Deliver *d, const DeliverEvent *e, const EventView *view)
{
    char id[37] = "";
    if (d->c->hooks.profile_id == NULL || pt_mono_ms() - e->since_mono_ms >= PROFILE_WAIT_MS) {
        return true;
    }
    d->c->hooks.profile_id(d->c->hooks.ctx, view, e->record.position.offset, id);
    return id[0] != '\0';
}

/* ---- The person ---------------------------------------------------------------------------------
 */

/* Whether the filter holds by what is known of the event's person now. */
static PtStatus ask_person(Deliver *d, DeliverSubject *subject, bool *ret_holds, PtError *err)
{
    const DeliverPlan *p = d->plan;
    if (p->trait_count == 0) {
        return PT_OK;
    }
    pt_arena_clear(d->arena);
    PtStatus st = deliver_person_read(d->c, p, d->arena, subject, err);
    return st == PT_OK && p->filter.condition != NULL
               ? deliver_filter_holds(d, &p->filter, subject, ret_holds, err)
               : st;
}

/* ---- A request ----------------------------------------------------------------------------------
 */

typedef struct Filling {
    DeliverShot *shot;
    ConnectPiece *pieces;
    ConnectBatch batch;
    size_t count, bytes;
} Filling;

static bool fits(const Deliver *d, const Filling *f, const DeliverEvent *e,
                 const ConnectPiece *piece)
{
    const bool cut = e->origin == DELIVER_LIVE && f->batch.first < d->cut_at &&
                     e->record.position.offset >= d->cut_at;
    return f->count == 0 || (!cut && !e->alone && f->bytes + piece->body.len <= d->plan->fill_max &&
                             pt_str_eq(f->pieces[0].group, piece->group));
}

static void take_in(Filling *f, DeliverEvent *e, const ConnectPiece *piece)
{
    DeliverShot *shot = f->shot;
    *(shot->last != NULL ? &shot->last->next : &shot->first) = e;
    shot->last = e;
    shot->count++;
    if (f->count == 0) {
        f->batch.first = e->record.position.offset;
    }
    f->batch.last = e->record.position.offset;
    f->bytes += piece->body.len;
    f->pieces[f->count++] = *piece;
}

/* It is for the destination: *ret_piece, or why not. */
static PtStatus render(Deliver *d, const Filling *f, const DeliverSubject *subject,
                       ConnectPiece *ret_piece, PtError *err)
{
    ConnectOutEvent out;
    PtStatus st = deliver_out_event(d->c, d->plan, subject, f->shot->arena, &out, err);
    return st == PT_OK ? d->plan->settings.kind->render(&d->plan->settings, &out, f->batch.now_ms,
                                                        f->shot->arena, ret_piece, err)
                       : st;
}

static bool skip_without_consent(Deliver *d, DeliverEvent *e, const EventView *view, PtStr purpose)
{
    char reason[DELIVER_REASON_MAX];
    (void)snprintf(reason, sizeof reason, "consent: %.*s",
                   (int)(purpose.len < 60 ? purpose.len : 60), purpose.data);
    deliver_skip(d, e, view, text(reason), PT_STR(""));
    return true;
}

/* What consent and the person's traits say. True: the event is settled, or back in its queue and
 * *ret_stop. */
static bool keep_back(Deliver *d, DeliverEvent *e, DeliverSubject *subject, bool *ret_stop,
                      PtStatus *ret_st, PtError *err)
{
    PtStr purpose = {NULL, 0};
    bool holds = true;
    const Leave leave = ask_consent(d, e, subject->view, &purpose);
    if (leave == LEAVE_NEVER) {
        return skip_without_consent(d, e, subject->view, purpose);
    }
    const bool known = leave == LEAVE_NOW && is_known(d, e, subject->view);
    *ret_st = known ? ask_person(d, subject, &holds, err) : PT_UNAVAILABLE;
    if (*ret_st == PT_UNAVAILABLE) {
        *ret_st = PT_OK;
        d->behind = *ret_stop = true;
        deliver_window_put_back(&d->window, e);
        return true;
    }
    if (*ret_st == PT_OK && !holds) {
        deliver_skip(d, e, subject->view, PT_STR("filter"), PT_STR(""));
    }
    return !holds;
}

/* The queue's first event: into the request, or settled, or *ret_stop: it stays where it is. */
static PtStatus take_one(Deliver *d, DeliverQueue *q, Filling *f, bool *ret_stop, PtError *err)
{
    EventView view;
    ConnectPiece piece = {.skip = NULL};
    DeliverEvent *e = deliver_window_take(&d->window, q);
    DeliverSubject subject = {.record = &e->record, .view = &view};
    PtStatus st = event_payload_read(&e->record, &view, err);
    if (st != PT_OK) { // it was read before: memory is broken
        deliver_window_put_back(&d->window, e);
        return st;
    }
    if (keep_back(d, e, &subject, ret_stop, &st, err)) {
        return st;
    }
    st = st == PT_OK ? render(d, f, &subject, &piece, err) : st;
    if (st == PT_TOO_LARGE && f->count == 0) {
        deliver_fail(d, e, PT_OUTBOX_DEAD, "too_large", err != NULL ? err->message : "", 0);
        return PT_OK;
    }
    if (st == PT_OK && piece.skip != NULL) {
        deliver_skip(d, e, &view, text(piece.skip), piece.note);
        return PT_OK;
    }
    if (st == PT_OK && fits(d, f, e, &piece)) {
        take_in(f, e, &piece);
        *ret_stop = e->alone;
        return PT_OK;
    }
    *ret_stop = true;
    deliver_window_put_back(&d->window, e);
    return f->count > 0 ? PT_OK : st; // a full arena: what is in is sent, then there is room
}

static PtStatus encode(Deliver *d, Filling *f, PtError *err)
{
    DeliverShot *shot = f->shot;
    const ConnectKind *kind = d->plan->settings.kind;
    connect_request_init(&shot->request, kind->bytes_max);
    shot->encoded = true;
    return kind->encode(&d->plan->settings, f->pieces, f->count, &f->batch, shot->arena,
                        &shot->request, err);
}

PtStatus deliver_build(Deliver *d, DeliverQueue *q, DeliverShot *shot, bool *ret_made, PtError *err)
{
    Filling f = {.shot = shot, .batch = {.now_ms = pt_clock_now_ms(d->c->clock)}};
    const size_t room = q->again > 0 ? q->again : d->plan->count_max;
    const size_t most = q->count < room ? q->count : room;
    bool stop = false;
    PtStatus st = PT_OK;
    *ret_made = false;
    f.pieces = pt_arena_alloc(shot->arena, most + 1, sizeof *f.pieces);
    if (f.pieces == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a request");
    }
    for (size_t looked = 0; st == PT_OK && !stop && q->first != NULL && f.count < most; looked++) {
        const bool ended = q->again > 0 && looked >= q->again; // none in place of what is skipped
        if (ended || (looked >= LOOK_MAX && f.count == 0)) {
            q->again = ended && f.count == 0 ? 0 : q->again;
            d->more = true; // a long run of events that are skipped: others have their turn
            break;
        }
        st = take_one(d, q, &f, &stop, err);
    }
    shot->queue = q;
    if (st == PT_OK && f.count > 0) {
        st = encode(d, &f, err);
        *ret_made = st == PT_OK;
    }
    if (!*ret_made) {
        deliver_give_back(d, shot);
    }
    return st;
}
