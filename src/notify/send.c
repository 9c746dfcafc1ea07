// SPDX-License-Identifier: Apache-2.0
/* The thread that sends: one delivery at a time, a row before the call and its outcome after it. */
#include "notify.sql.h"
#include "notify/notify_internal.h"

#include "platform/diag.h"
#include "platform/outbox.h"

#include <string.h>

enum {
    TRIES = 12, /* over about an hour */
    ARENA_BYTES = 64 << 20,
    AGAIN_MS = 1000, /* after a failure of this machine */
    SOON_MS = 60000, /* the machine's clock may be set while it waits */
};
static const PtBackoff backoff = {.first_ms = 1000, .max_ms = 3600000};

typedef struct Sending {
    Notify *n;
    PtArena *arena;
    int64_t number, attempts, created_ms;
    PtStr account, device;
    NotifyChannel channel;
    AccessAccount who;
    NotifyWants wants;
    NotifyLine lines[NOTIFY_TOLD_MAX];
    size_t count;
    bool is_test;
    NotifyPushTo to;
    PtError *err;
} Sending;

static int64_t machine_ms(void)
{
    return pt_clock_now_ms(pt_clock_real());
}

/* ---- Taking the next --------------------------------------------------------------------------
 */

static PtStatus read_next(Sending *s, PtSqlTx *tx, bool *ret_found)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_NOTIFY_NEXT, s->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, machine_ms());
    st = pt_sql_step(tx, &row, s->err);
    if (st == PT_OK && row) {
        const int channel = notify_choice(notify_channels, pt_sql_text(tx, 2));
        s->number = pt_sql_i64(tx, 0);
        s->account = pt_arena_str(s->arena, pt_sql_text(tx, 1));
        s->channel = channel >= 0 ? (NotifyChannel)channel : NOTIFY_MAIL;
        s->device = pt_arena_str(s->arena, pt_sql_text(tx, 3));
        s->attempts = pt_sql_i64(tx, 4) + 1;
        s->created_ms = pt_sql_i64(tx, 5);
        st = s->account.data != NULL && s->device.data != NULL ? PT_OK : notify_no_memory(s->err);
    }
    pt_sql_done(tx);
    *ret_found = st == PT_OK && row;
    return st;
}

static PtStatus take_next(Sending *s, bool *ret_found)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(s->n->c.core, true, &tx, s->err);
    st = st == PT_OK ? read_next(s, tx, ret_found) : st;
    if (st != PT_OK || !*ret_found) {
        return st;
    }
    st = pt_sql_use(tx, SQL_NOTIFY_DELIVERY_SENDING, s->err);
    if (st == PT_OK) {
        pt_sql_bind_i64(tx, 1, s->number);
        st = pt_sql_finish(tx, s->err);
    }
    return st == PT_OK ? pt_sql_commit(&tx, s->err) : st;
}

static PtStatus next_retry(const Notify *n, int64_t *ret_ms, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    bool row = false;
    PtStatus st = pt_sql_begin(n->c.core, false, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_NOTIFY_NEXT_RETRY, err) : st;
    if (st != PT_OK) {
        return st;
    }
    st = pt_sql_step(tx, &row, err);
    *ret_ms = st == PT_OK && row && !pt_sql_is_null(tx, 0) ? pt_sql_i64(tx, 0) : INT64_MAX;
    pt_sql_done(tx);
    return st;
}

/* ---- What it says -----------------------------------------------------------------------------
 */

static PtStatus read_lines(Sending *s, PtSqlTx *tx, int64_t tickets[static NOTIFY_TOLD_MAX])
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_NOTIFY_ITEMS, s->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, s->number);
    pt_sql_bind_text(tx, 2, s->account);
    pt_sql_bind_i64(tx, 3, NOTIFY_TOLD_MAX);
    while (st == PT_OK && s->count < NOTIFY_TOLD_MAX &&
           (st = pt_sql_step(tx, &row, s->err)) == PT_OK && row) {
        const int kind = notify_choice(notify_kinds, pt_sql_text(tx, 2));
        NotifyLine *line = &s->lines[s->count];
        s->is_test = s->is_test || pt_sql_i64(tx, 0) == 0;
        if (kind < 0) {
            continue; // a test, or a notification that is too old to be there
        }
        tickets[s->count++] = pt_sql_i64(tx, 3);
        *line = (NotifyLine){.kind = (NotifyKind)kind,
                             .event = pt_sql_i64(tx, 0),
                             .at_ms = pt_sql_i64(tx, 1),
                             .detail = pt_arena_str(s->arena, pt_sql_text(tx, 4))};
        st = line->detail.data != NULL ? PT_OK : notify_no_memory(s->err);
    }
    pt_sql_done(tx);
    return st;
}

/* Lines of tickets that are gone, or that the person may see no more, go. */
static PtStatus ask_subjects(Sending *s, const int64_t *tickets)
{
    const bool desk = s->n->c.may(s->n->c.ctx, s->who.role, false, false);
    const bool alerts = s->n->c.may(s->n->c.ctx, s->who.role, true, false);
    size_t kept = 0;
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < s->count; i++) {
        NotifyLine line = s->lines[i];
        PtError why = {0};
        bool keep = tickets[i] == 0 ? alerts : desk;
        if (keep && tickets[i] > 0) {
            st = s->n->c.subject(s->n->c.ctx, tickets[i], s->arena, &line.subject, &why);
            keep = st == PT_OK;
            st = keep || st == PT_NOT_FOUND ? PT_OK : pt_fail(s->err, st, "%s", why.message);
        }
        if (keep) {
            s->lines[kept++] = line;
        }
    }
    s->count = kept;
    return st;
}

/* Why it is not sent at all, or NULL. */
static const char *moot(const Sending *s)
{
    return s->who.state != ACCESS_ACTIVE                                ? "account_ended"
           : s->count == 0 && !s->is_test                               ? "read"
           : s->channel == NOTIFY_MAIL && !notify_mail_ready(s->n)      ? "not_configured"
           : s->channel == NOTIFY_WEBHOOK && s->wants.hook_url.len == 0 ? "not_configured"
           : s->channel == NOTIFY_PUSH && s->to.endpoint.len == 0       ? "device_removed"
                                                                        : NULL;
}

static PtStatus load(Sending *s)
{
    PtSqlTx *tx = NULL;
    int64_t tickets[NOTIFY_TOLD_MAX] = {0};
    PtError why = {0};
    PtStatus st = access_account(s->n->c.access, s->account, s->arena, &s->who, &why);
    if (st == PT_NOT_FOUND) {
        s->who = (AccessAccount){.state = ACCESS_DISABLED};
        return PT_OK;
    }
    st = st == PT_OK ? pt_sql_begin(s->n->c.core, false, &tx, s->err)
                     : pt_fail(s->err, st, "%s", why.message);
    st = st == PT_OK
             ? notify_wants_load(s->n, tx, s->account, s->who.role, s->arena, &s->wants, s->err)
             : st;
    st = st == PT_OK ? read_lines(s, tx, tickets) : st;
    if (st == PT_OK && s->channel == NOTIFY_PUSH) {
        st = notify_device_load(s->n, tx, s->device, s->arena, &s->to, s->err);
        st = st == PT_NOT_FOUND ? PT_OK : st;
    }
    pt_sql_rollback(tx);
    return st == PT_OK ? ask_subjects(s, tickets) : st;
}

/* ---- The call ---------------------------------------------------------------------------------
 */

static PtStatus call(Sending *s, NotifyOutcome *ret_outcome)
{
    const NotifyMessage m = {.delivery = s->number,
                             .created_ms = s->created_ms,
                             .account = s->account,
                             .email = s->who.email,
                             .name = s->who.name,
                             .wants = &s->wants,
                             .lines = s->lines,
                             .count = s->count,
                             .urgent = s->count == 1 && s->lines[0].subject.priority == 1};
    return s->channel == NOTIFY_MAIL   ? notify_send_mail(s->n, &m, ret_outcome, s->err)
           : s->channel == NOTIFY_PUSH ? notify_send_push(s->n, &m, &s->to, ret_outcome, s->err)
                                       : notify_send_hook(s->n, &m, ret_outcome, s->err);
}

/* ---- Its outcome ------------------------------------------------------------------------------
 */

static PtStatus settle_row(const Sending *s, PtSqlTx *tx, NotifyState state, int64_t retry_ms,
                           const NotifyOutcome *o)
{
    PtStatus st = pt_sql_use(tx, SQL_NOTIFY_DELIVERY_SETTLE, s->err);
    if (st == PT_OK) {
        pt_sql_bind_i64(tx, 1, s->number);
        pt_sql_bind_text(tx, 2, pt_str(notify_states[state]));
        pt_sql_bind_i64(tx, 3, retry_ms);
        pt_sql_bind_text(tx, 4, pt_str(o->reason));
        pt_sql_bind_text(tx, 5, pt_utf8_valid(pt_str(o->error)) ? pt_str(o->error) : PT_STR(""));
        pt_sql_bind_i64(tx, 6, state == NOTIFY_QUEUED ? 0 : pt_clock_now_ms(s->n->c.clock));
        st = pt_sql_finish(tx, s->err);
    }
    return st;
}

static void bind_place(const Sending *s, PtSqlTx *tx)
{
    pt_sql_bind_text(tx, 1, s->account);
    pt_sql_bind_text(tx, 2, pt_str(notify_channels[s->channel]));
    pt_sql_bind_text(tx, 3, s->device);
}

static PtStatus put_off(const Sending *s, PtSqlTx *tx, int64_t retry_ms)
{
    PtStatus st = pt_sql_use(tx, SQL_NOTIFY_PUT_OFF, s->err);
    if (st == PT_OK) {
        bind_place(s, tx);
        pt_sql_bind_i64(tx, 4, retry_ms);
        st = pt_sql_finish(tx, s->err);
    }
    return st;
}

static PtStatus drop_device(const Sending *s, PtSqlTx *tx)
{
    PtStatus st = pt_sql_use(tx, SQL_NOTIFY_DEVICE_GONE, s->err);
    if (st == PT_OK) {
        pt_sql_bind_text(tx, 1, s->device);
        st = pt_sql_finish(tx, s->err);
    }
    st = st == PT_OK ? pt_sql_use(tx, SQL_NOTIFY_DROP_OF, s->err) : st;
    if (st == PT_OK) {
        bind_place(s, tx);
        pt_sql_bind_text(tx, 4, PT_STR("device_removed"));
        pt_sql_bind_i64(tx, 5, pt_clock_now_ms(s->n->c.clock));
        st = pt_sql_finish(tx, s->err);
    }
    return st;
}

static PtStatus note_device(const Sending *s, PtSqlTx *tx)
{
    PtStatus st = pt_sql_use(tx, SQL_NOTIFY_DEVICE_SENT, s->err);
    if (st == PT_OK) {
        pt_sql_bind_text(tx, 1, s->device);
        pt_sql_bind_i64(tx, 2, pt_clock_now_ms(s->n->c.clock));
        st = pt_sql_finish(tx, s->err);
    }
    return st;
}

static PtStatus settle(const Sending *s, const NotifyOutcome *o, bool is_moot)
{
    static const NotifyState ends[] = {[NOTIFY_FATE_SENT] = NOTIFY_SENT,
                                       [NOTIFY_FATE_LATER] = NOTIFY_QUEUED,
                                       [NOTIFY_FATE_NEVER] = NOTIFY_DEAD,
                                       [NOTIFY_FATE_GONE] = NOTIFY_DROPPED,
                                       [NOTIFY_FATE_DOUBT] = NOTIFY_DOUBT};
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    const bool given_up = o->fate == NOTIFY_FATE_LATER && s->attempts >= TRIES;
    const NotifyState state = is_moot ? NOTIFY_DROPPED : given_up ? NOTIFY_DEAD : ends[o->fate];
    const int64_t jitter_ms = pt_backoff_ms(&backoff, (uint32_t)s->attempts, &s->n->rng);
    const int64_t after_ms = o->after_ms > jitter_ms ? o->after_ms : jitter_ms;
    const int64_t retry_ms = state == NOTIFY_QUEUED ? machine_ms() + after_ms : 0;
    PtStatus st = pt_sql_begin(s->n->c.core, true, &tx, s->err);
    st = st == PT_OK ? settle_row(s, tx, state, retry_ms, o) : st;
    if (st == PT_OK && state == NOTIFY_QUEUED) {
        st = put_off(s, tx, retry_ms);
    } else if (st == PT_OK && o->fate == NOTIFY_FATE_GONE && !is_moot) {
        st = drop_device(s, tx);
    } else if (st == PT_OK && state == NOTIFY_SENT && s->channel == NOTIFY_PUSH) {
        st = note_device(s, tx);
    }
    st = st == PT_OK ? pt_sql_commit(&tx, s->err) : st;
    atomic_fetch_add(&s->n->sent, st == PT_OK && state == NOTIFY_SENT);
    atomic_fetch_add(&s->n->dead, st == PT_OK && state == NOTIFY_DEAD);
    return st;
}

static PtStatus send_one(Sending *s)
{
    NotifyOutcome o = {.fate = NOTIFY_FATE_LATER};
    PtStatus st = load(s);
    const char *why_not = st == PT_OK ? moot(s) : NULL;
    if (why_not != NULL) {
        (void)pt_str_copy(o.reason, sizeof o.reason, pt_str(why_not));
    } else {
        st = st == PT_OK ? call(s, &o) : st;
    }
    if (st != PT_OK) { // of this machine: nothing has left it
        (void)pt_str_copy(o.reason, sizeof o.reason, PT_STR("server"));
        (void)pt_str_copy(o.error, sizeof o.error, pt_str(s->err->message));
    }
    return settle(s, &o, why_not != NULL);
}

PtStatus notify_send_next(Notify *n, bool *ret_sent, int64_t *ret_next_ms, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA_BYTES);
    Sending *s = arena != NULL ? pt_arena_alloc(arena, 1, sizeof *s) : NULL;
    bool found = false;
    if (s == NULL) {
        return notify_no_memory(err);
    }
    *s = (Sending){.n = n, .arena = arena, .to = {.endpoint = PT_STR("")}, .err = err};
    *ret_next_ms = INT64_MAX;
    PtStatus st = take_next(s, &found);
    if (st == PT_OK) {
        st = found ? send_one(s) : next_retry(n, ret_next_ms, err);
    }
    *ret_sent = found;
    return st;
}

/* ---- The thread -------------------------------------------------------------------------------
 */

void *notify_sender(void *ctx)
{
    Notify *n = ctx;
    PtStatus said = PT_OK;
    while (!atomic_load(&n->stopping)) {
        PtError err = {0};
        bool sent = false;
        int64_t next_ms = INT64_MAX;
        PtStatus st = notify_send_next(n, &sent, &next_ms, &err);
        if (st != PT_OK && st != said) {
            pt_diag(PT_DIAG_ERROR, "notify", "deliveries are not sent, tried again",
                    PT_F_STR("problem", pt_str(err.message)));
        }
        said = st;
        if (st != PT_OK) {
            notify_wait(n, &n->deliveries, AGAIN_MS);
        } else if (!sent && next_ms == INT64_MAX) {
            notify_wait(n, &n->deliveries, INT64_MAX);
        } else if (!sent) {
            const int64_t left_ms = next_ms - machine_ms();
            notify_wait(n, &n->deliveries, left_ms < SOON_MS ? left_ms : SOON_MS);
        }
    }
    return NULL;
}
