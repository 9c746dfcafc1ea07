// SPDX-License-Identifier: Apache-2.0
/* A person's notifications, and deliveries as people see them. */
#include "notify.sql.h"
#include "notify/notify_internal.h"

#define NOTIFY_STATE_NAME(id, name) name,
const char *const notify_states[] = {NOTIFY_STATE_MAP(NOTIFY_STATE_NAME) NULL};
#undef NOTIFY_STATE_NAME

/* ---- Notifications ----------------------------------------------------------------------------
 */

static PtStatus copy_row(PtSqlTx *tx, PtArena *arena, Notification *x, PtError *err)
{
    const int kind = notify_choice(notify_kinds, pt_sql_text(tx, 3));
    *x = (Notification){.event = pt_sql_i64(tx, 0),
                        .at_ms = pt_sql_i64(tx, 1),
                        .read_ms = pt_sql_i64(tx, 2),
                        .kind = kind >= 0 ? (NotifyKind)kind : NOTIFY_CHANGED,
                        .ticket = pt_sql_i64(tx, 4),
                        .detail = pt_arena_str(arena, pt_sql_text(tx, 5)),
                        .by = pt_arena_str(arena, pt_sql_text(tx, 6)),
                        .subject = {.key = PT_STR("")}};
    return x->detail.data != NULL && x->by.data != NULL ? PT_OK : notify_no_memory(err);
}

static PtStatus count_unread(PtSqlTx *tx, PtStr account, int64_t *ret_unread, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_NOTIFY_UNREAD, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, account);
    st = pt_sql_step(tx, &row, err);
    *ret_unread = row ? pt_sql_i64(tx, 0) : 0;
    pt_sql_done(tx);
    return st;
}

static PtStatus read_rows(PtSqlTx *tx, const NotifyQuery *q, PtArena *arena, Notification *list,
                          size_t *ret_count, PtError *err)
{
    size_t count = 0;
    bool row = true;
    PtStatus st = pt_sql_use(tx, q->unread ? SQL_NOTIFY_LIST_UNREAD : SQL_NOTIFY_LIST, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, q->account);
    pt_sql_bind_i64(tx, 2, q->before > 0 ? q->before : INT64_MAX);
    pt_sql_bind_i64(tx, 3, (int64_t)q->max);
    while (st == PT_OK && count < q->max && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        st = copy_row(tx, arena, &list[count++], err);
    }
    pt_sql_done(tx);
    *ret_count = count;
    return st;
}

/* What their tickets are now; outside of a transaction, since others are asked. */
static PtStatus ask_subjects(const Notify *n, Notification *list, size_t count, PtArena *arena,
                             PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        PtError why = {0};
        if (list[i].ticket > 0) {
            st = n->c.subject(n->c.ctx, list[i].ticket, arena, &list[i].subject, &why);
            st = st == PT_OK || st == PT_NOT_FOUND ? PT_OK : pt_fail(err, st, "%s", why.message);
        }
    }
    return st;
}

PtStatus notify_list(Notify *n, const NotifyQuery *q, PtArena *arena, Notification **ret_list,
                     size_t *ret_count, int64_t *ret_unread, PtError *err)
{
    PtSqlTx *tx = NULL;
    size_t count = 0;
    int64_t unread = 0;
    Notification *list = pt_arena_alloc(arena, q->max, sizeof *list);
    if (list == NULL) {
        return notify_no_memory(err);
    }
    PtStatus st = pt_sql_begin(n->c.core, false, &tx, err);
    st = st == PT_OK ? read_rows(tx, q, arena, list, &count, err) : st;
    st = st == PT_OK ? count_unread(tx, q->account, &unread, err) : st;
    pt_sql_rollback(tx);
    st = st == PT_OK ? ask_subjects(n, list, count, arena, err) : st;
    if (st == PT_OK) {
        *ret_list = list;
        *ret_count = count;
        *ret_unread = unread;
    }
    return st;
}

static PtStatus mark(PtSqlTx *tx, const char *statement, PtStr account, int64_t event,
                     int64_t now_ms, PtError *err)
{
    PtStatus st = pt_sql_use(tx, statement, err);
    if (st == PT_OK) {
        pt_sql_bind_text(tx, 1, account);
        pt_sql_bind_i64(tx, 2, event);
        pt_sql_bind_i64(tx, 3, now_ms);
        st = pt_sql_finish(tx, err);
    }
    return st;
}

static PtStatus mark_all(Notify *n, const char *statement, PtStr account, const int64_t *events,
                         size_t count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    const int64_t now_ms = pt_clock_now_ms(n->c.clock);
    PtStatus st = pt_sql_begin(n->c.core, true, &tx, err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = mark(tx, statement, account, events[i], now_ms, err);
    }
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    if (st == PT_OK) {
        notify_revise(n, account);
    }
    return st;
}

PtStatus notify_read(Notify *n, PtStr account, const int64_t *events, size_t count, PtError *err)
{
    return mark_all(n, SQL_NOTIFY_READ, account, events, count, err);
}

PtStatus notify_read_all(Notify *n, PtStr account, int64_t until, PtError *err)
{
    return mark_all(n, SQL_NOTIFY_READ_ALL, account, &until, 1, err);
}

/* ---- Deliveries -------------------------------------------------------------------------------
 */

static PtStatus copy_delivery(PtSqlTx *tx, PtArena *arena, NotifyDelivery *d, PtError *err)
{
    const int channel = notify_choice(notify_channels, pt_sql_text(tx, 2)),
              state = notify_choice(notify_states, pt_sql_text(tx, 4));
    *d = (NotifyDelivery){.number = pt_sql_i64(tx, 0),
                          .account = pt_arena_str(arena, pt_sql_text(tx, 1)),
                          .channel = channel >= 0 ? (NotifyChannel)channel : NOTIFY_MAIL,
                          .device = pt_arena_str(arena, pt_sql_text(tx, 3)),
                          .state = state >= 0 ? (NotifyState)state : NOTIFY_DEAD,
                          .due_ms = pt_sql_i64(tx, 5),
                          .retry_ms = pt_sql_i64(tx, 6),
                          .attempts = pt_sql_i64(tx, 7),
                          .reason = pt_arena_str(arena, pt_sql_text(tx, 8)),
                          .error = pt_arena_str(arena, pt_sql_text(tx, 9)),
                          .created_ms = pt_sql_i64(tx, 10),
                          .done_ms = pt_sql_i64(tx, 11),
                          .events = pt_sql_i64(tx, 12)};
    return d->account.data != NULL && d->device.data != NULL && d->reason.data != NULL &&
                   d->error.data != NULL
               ? PT_OK
               : notify_no_memory(err);
}

PtStatus notify_deliveries(Notify *n, const NotifyDeliveryQuery *q, PtArena *arena,
                           NotifyDelivery **ret_list, size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    size_t count = 0;
    bool row = true;
    NotifyDelivery *list = pt_arena_alloc(arena, q->max, sizeof *list);
    if (list == NULL) {
        return notify_no_memory(err);
    }
    PtStatus st = pt_sql_begin(n->c.core, false, &tx, err);
    st = st == PT_OK
             ? pt_sql_use(tx, q->state >= 0 ? SQL_NOTIFY_DELIVERIES_STATE : SQL_NOTIFY_DELIVERIES,
                          err)
             : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, q->before > 0 ? q->before : INT64_MAX);
    pt_sql_bind_i64(tx, 2, (int64_t)q->max);
    if (q->state >= 0) {
        pt_sql_bind_text(tx, 3, pt_str(notify_states[q->state]));
    }
    while (st == PT_OK && count < q->max && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        st = copy_delivery(tx, arena, &list[count++], err);
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_list = list;
        *ret_count = count;
    }
    return st;
}

static PtStatus run_redrive(PtSqlTx *tx, int64_t number, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_NOTIFY_REDRIVE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, number);
    st = pt_sql_finish(tx, err);
    if (st != PT_OK || pt_sql_changes(tx) > 0) {
        return st;
    }
    st = pt_sql_use(tx, SQL_NOTIFY_DELIVERY_EXISTS, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, number);
    st = pt_sql_step(tx, &row, err);
    const bool exists = row && pt_sql_i64(tx, 0) > 0;
    pt_sql_done(tx);
    return st != PT_OK ? st
           : exists    ? pt_fail(err, PT_CONFLICT, "the delivery is neither dead nor in doubt")
                       : pt_fail(err, PT_NOT_FOUND, "no delivery has this number");
}

PtStatus notify_redrive(Notify *n, const AuditActor *by, int64_t number, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    char id[24];
    (void)snprintf(id, sizeof id, "%lld", (long long)number);
    const AuditEntry entry = {.by = by,
                              .action = "notification.redriven",
                              .subject_type = "delivery",
                              .subject = pt_str(id)};
    PtStatus st = pt_sql_begin(n->c.core, true, &tx, err);
    st = st == PT_OK ? run_redrive(tx, number, err) : st;
    st = st == PT_OK ? audit_write(tx, pt_clock_now_ms(pt_clock_real()), &entry, err) : st;
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    if (st == PT_OK) {
        notify_wake_sender(n);
    }
    return st;
}

/* ---- A test -----------------------------------------------------------------------------------
 */

static PtStatus add_test(PtSqlTx *tx, PtStr account, NotifyChannel channel, PtStr device,
                         int64_t now_ms, int64_t *ret_delivery, PtError *err)
{
    PtStatus st = notify_next_number(tx, "delivery", ret_delivery, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_NOTIFY_DELIVERY_ADD, err) : st;
    if (st == PT_OK) {
        pt_sql_bind_i64(tx, 1, *ret_delivery);
        pt_sql_bind_text(tx, 2, account);
        pt_sql_bind_text(tx, 3, pt_str(notify_channels[channel]));
        pt_sql_bind_text(tx, 4, device);
        pt_sql_bind_text(tx, 5, PT_STR("queued"));
        pt_sql_bind_i64(tx, 6, now_ms);
        pt_sql_bind_i64(tx, 7, now_ms);
        st = pt_sql_finish(tx, err);
    }
    st = st == PT_OK ? pt_sql_use(tx, SQL_NOTIFY_ITEM_ADD, err) : st;
    if (st == PT_OK) {
        pt_sql_bind_i64(tx, 1, *ret_delivery);
        pt_sql_bind_i64(tx, 2, 0);
        st = pt_sql_finish(tx, err);
    }
    return st;
}

/* Whether the person has what a test of the channel needs. */
static PtStatus check_place(Notify *n, PtSqlTx *tx, PtStr account, NotifyChannel channel,
                            PtStr device, PtArena *arena, PtError *err)
{
    NotifyWants wants;
    bool row = false;
    if (channel == NOTIFY_MAIL) {
        return notify_mail_ready(n)
                   ? PT_OK
                   : pt_fail(err, PT_CONFLICT, "mail is not configured: smtp.host is not set");
    }
    if (channel == NOTIFY_WEBHOOK) {
        PtStatus st = notify_wants_load(n, tx, account, PT_STR(""), arena, &wants, err);
        return st == PT_OK && wants.hook_url.len == 0
                   ? pt_fail(err, PT_CONFLICT, "no webhook is set")
                   : st;
    }
    PtStatus st = pt_sql_use(tx, SQL_NOTIFY_DEVICE_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, device);
    st = pt_sql_step(tx, &row, err);
    const bool theirs = row && pt_str_eq(pt_sql_text(tx, 5), account);
    pt_sql_done(tx);
    return st == PT_OK && !theirs ? pt_fail(err, PT_NOT_FOUND, "no device of yours has this id")
                                  : st;
}

PtStatus notify_test(Notify *n, PtStr account, NotifyChannel channel, PtStr device,
                     int64_t *ret_delivery, PtError *err)
{
    enum { ARENA = 256 << 10 };
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA);
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = arena != NULL ? pt_sql_begin(n->c.core, true, &tx, err) : notify_no_memory(err);
    st = st == PT_OK ? check_place(n, tx, account, channel, device, arena, err) : st;
    st = st == PT_OK ? add_test(tx, account, channel, device, pt_clock_now_ms(n->c.clock),
                                ret_delivery, err)
                     : st;
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    if (st == PT_OK) {
        notify_wake_sender(n);
    }
    return st;
}
