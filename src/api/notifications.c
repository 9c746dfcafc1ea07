// SPDX-License-Identifier: Apache-2.0
/* /api/v1/notifications: what one is told of, what one wants, and what left the building. */
#include "api/api_internal.h"

#include <stdio.h>

enum { PAGE_BYTES = 64 << 20 };

void api_set_notify(Api *api, Notify *notify)
{
    api->notify = notify;
}

/* Tokens and the socket are nobody. */
static bool need_person(ApiCall *call)
{
    const bool person = call->who.actor.kind == AUDIT_ACCOUNT;
    if (!person) {
        (void)pt_fail(&call->error, PT_CONFLICT, "only for a person who is signed in");
        api_problem(call, PT_CONFLICT, &call->error);
    }
    return person;
}

static PtStr account_of(const ApiCall *call)
{
    return pt_str(call->who.actor.id);
}

/* ---- The list ---------------------------------------------------------------------------------
 */

/* The name of an account, kept from row to row; "" of one that is gone. */
typedef struct Named {
    PtStr account, name;
} Named;

static PtStr name_of(ApiCall *call, PtArena *arena, PtStr account, Named *named)
{
    AccessAccount who;
    PtError none;
    if (account.len > 0 && !pt_str_eq(account, named->account)) {
        const bool found =
            access_account(call->api->c.access, account, arena, &who, &none) == PT_OK;
        *named = (Named){account, found ? who.name : PT_STR("")};
    }
    return account.len > 0 ? named->name : PT_STR("");
}

static void put_notification(ApiCall *call, PtJsonOut *out, const Notification *x, PtStr by)
{
    const bool ticket =
        x->subject.key.len > 0 && (call->who.permissions & PERMISSION_DESK_READ) != 0;
    pt_json_out_object(out);
    pt_json_put_i64(out, "id", x->event);
    pt_json_put_str(out, "kind", pt_str(notify_kinds[x->kind]));
    api_put_time(out, "at", x->at_ms);
    api_put_time_or_null(out, "read_at", x->read_ms);
    api_put_text_or_null(out, "ticket", ticket ? x->subject.key : PT_STR(""));
    pt_json_put_str(out, "title", ticket ? x->subject.title : PT_STR(""));
    pt_json_put_str(out, "queue", ticket ? x->subject.queue : PT_STR(""));
    if (ticket) {
        pt_json_put_i64(out, "priority", x->subject.priority);
    } else {
        api_put_null(out, "priority");
    }
    pt_json_put_str(out, "detail", x->detail);
    pt_json_put_str(out, "by", by);
    pt_json_out_object_end(out);
}

/* Rows and the cursor behind them. */
static void put_cursor(PtJsonOut *out, bool more, int64_t last)
{
    char cursor[24];
    (void)snprintf(cursor, sizeof cursor, "%lld", (long long)last);
    api_put_text_or_null(out, "next_cursor", more ? pt_str(cursor) : PT_STR(""));
}

void api_notifications_list(ApiCall *call)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(PAGE_BYTES);
    const ApiValue *q = call->query;
    Notification *list = NULL;
    size_t count = 0;
    int64_t unread = 0;
    uint64_t before = 0;
    Named named = {PT_STR(""), PT_STR("")};
    PtJsonOut out = pt_json_out(&call->body);
    if (!need_person(call)) {
        return;
    }
    PtStatus st = arena == NULL
                      ? pt_fail(&call->error, PT_NO_MEMORY, "no memory for notifications")
                      : api_cursor_u64(&q[Q_NOTIFICATIONS_LIST_CURSOR], 0, &before, &call->error);
    const NotifyQuery ask = {.account = account_of(call),
                             .unread = q[Q_NOTIFICATIONS_LIST_UNREAD].truth,
                             .before = (int64_t)before,
                             .max = (size_t)q[Q_NOTIFICATIONS_LIST_LIMIT].number};
    st = st == PT_OK
             ? notify_list(call->api->notify, &ask, arena, &list, &count, &unread, &call->error)
             : st;
    if (api_failed(call, st)) {
        return;
    }
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        put_notification(call, &out, &list[i], name_of(call, arena, list[i].by, &named));
    }
    pt_json_out_array_end(&out);
    put_cursor(&out, count == ask.max, count > 0 ? list[count - 1].event : 0);
    pt_json_put_i64(&out, "unread", unread);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

static void done(ApiCall *call, PtStatus st)
{
    if (!api_failed(call, st)) {
        api_answer_done(call);
    }
}

void api_notifications_read(ApiCall *call)
{
    const ApiValue *ids = &call->in[IN_NOTIFICATIONS_READ_IDS];
    if (need_person(call)) {
        done(call, notify_read(call->api->notify, account_of(call), ids->numbers, ids->count,
                               &call->error));
    }
}

void api_notifications_read_all(ApiCall *call)
{
    if (need_person(call)) {
        done(call, notify_read_all(call->api->notify, account_of(call),
                                   call->in[IN_NOTIFICATIONS_READ_ALL_UNTIL].number, &call->error));
    }
}

/* ---- Settings ---------------------------------------------------------------------------------
 */

static void put_settings(PtJsonOut *out, const NotifySettings *s)
{
    const struct {
        const char *name;
        int64_t value;
    } numbers[] = {{"version", s->version},
                   {"quiet_from_min", s->quiet_from_min},
                   {"quiet_until_min", s->quiet_until_min},
                   {"digest_every_min", s->digest_every_min},
                   {"digest_at_min", s->digest_at_min}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        pt_json_put_i64(out, numbers[i].name, numbers[i].value);
    }
    pt_json_put_bool(out, "own", s->own);
    api_put_raw(out, "rules", s->rules);
    pt_json_put_str(out, "language", pt_str(notify_languages[s->language]));
    pt_json_put_str(out, "zone", s->zone);
    pt_json_put_bool(out, "quiet_not_p1", s->quiet_not_p1);
    pt_json_put_str(out, "shape", pt_str(notify_shapes[s->shape]));
    api_put_text_or_null(out, "webhook", s->hook);
}

static void answer_settings(ApiCall *call)
{
    const Notify *n = call->api->notify;
    NotifySettings s;
    AccessAccount who;
    PtJsonOut out = pt_json_out(&call->body);
    PtStatus st =
        access_account(call->api->c.access, account_of(call), call->arena, &who, &call->error);
    st = st == PT_OK
             ? notify_settings(call->api->notify, account_of(call), call->arena, &s, &call->error)
             : st;
    if (api_failed(call, st)) {
        return;
    }
    pt_json_out_object(&out);
    put_settings(&out, &s);
    api_put_text_or_null(&out, "mail", notify_mail_ready(n) ? who.email : PT_STR(""));
    pt_json_put_str(&out, "push_key", notify_push_key(n));
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

void api_notifications_settings(ApiCall *call)
{
    if (need_person(call)) {
        answer_settings(call);
    }
}

void api_notifications_settings_put(ApiCall *call)
{
    const ApiValue *in = call->in;
    const NotifySettings s = {
        .version = in[IN_NOTIFICATIONS_SETTINGS_PUT_VERSION].number,
        .rules = in[IN_NOTIFICATIONS_SETTINGS_PUT_RULES].text,
        .language = in[IN_NOTIFICATIONS_SETTINGS_PUT_LANGUAGE].choice,
        .shape = in[IN_NOTIFICATIONS_SETTINGS_PUT_SHAPE].choice,
        .zone = in[IN_NOTIFICATIONS_SETTINGS_PUT_ZONE].text,
        .quiet_from_min = in[IN_NOTIFICATIONS_SETTINGS_PUT_QUIET_FROM_MIN].number,
        .quiet_until_min = in[IN_NOTIFICATIONS_SETTINGS_PUT_QUIET_UNTIL_MIN].number,
        .quiet_not_p1 = in[IN_NOTIFICATIONS_SETTINGS_PUT_QUIET_NOT_P1].truth,
        .digest_every_min = in[IN_NOTIFICATIONS_SETTINGS_PUT_DIGEST_EVERY_MIN].number,
        .digest_at_min = in[IN_NOTIFICATIONS_SETTINGS_PUT_DIGEST_AT_MIN].number};
    if (need_person(call) &&
        !api_failed(call, notify_settings_put(call->api->notify, account_of(call), &s,
                                              in[IN_NOTIFICATIONS_SETTINGS_PUT_WEBHOOK_URL].text,
                                              &call->error))) {
        answer_settings(call);
    }
}

/* ---- Devices ----------------------------------------------------------------------------------
 */

void api_notifications_devices(ApiCall *call)
{
    NotifyDevice *list = NULL;
    size_t count = 0;
    PtJsonOut out = pt_json_out(&call->body);
    if (!need_person(call) ||
        api_failed(call, notify_devices(call->api->notify, account_of(call), call->arena, &list,
                                        &count, &call->error))) {
        return;
    }
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        pt_json_out_object(&out);
        pt_json_put_str(&out, "id", list[i].id);
        pt_json_put_str(&out, "name", list[i].name);
        pt_json_put_str(&out, "service", list[i].service);
        api_put_time(&out, "created_at", list[i].created_ms);
        api_put_time_or_null(&out, "sent_at", list[i].sent_ms);
        pt_json_out_object_end(&out);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

void api_notifications_device_add(ApiCall *call)
{
    char id[37];
    const ApiValue *in = call->in;
    const NotifySubscription sub = {.name = in[IN_NOTIFICATIONS_DEVICE_ADD_NAME].text,
                                    .endpoint = in[IN_NOTIFICATIONS_DEVICE_ADD_ENDPOINT].text,
                                    .p256dh = in[IN_NOTIFICATIONS_DEVICE_ADD_P256DH].text,
                                    .auth = in[IN_NOTIFICATIONS_DEVICE_ADD_AUTH].text};
    PtJsonOut out = pt_json_out(&call->body);
    if (!need_person(call) ||
        api_failed(
            call, notify_device_add(call->api->notify, account_of(call), &sub, id, &call->error))) {
        return;
    }
    pt_json_out_object(&out);
    pt_json_put_str(&out, "id", pt_str(id));
    pt_json_out_object_end(&out);
    api_answer(call, 201);
}

void api_notifications_device_remove(ApiCall *call)
{
    if (need_person(call)) {
        done(call, notify_device_remove(call->api->notify, account_of(call), call->args[0],
                                        &call->error));
    }
}

void api_notifications_test(ApiCall *call)
{
    int64_t delivery = 0;
    const ApiValue *in = call->in;
    PtJsonOut out = pt_json_out(&call->body);
    if (!need_person(call) ||
        api_failed(call,
                   notify_test(call->api->notify, account_of(call),
                               (NotifyChannel)in[IN_NOTIFICATIONS_TEST_CHANNEL].choice,
                               in[IN_NOTIFICATIONS_TEST_DEVICE].text, &delivery, &call->error))) {
        return;
    }
    pt_json_out_object(&out);
    pt_json_put_i64(&out, "delivery", delivery);
    pt_json_out_object_end(&out);
    api_answer(call, 202);
}

/* ---- Deliveries -------------------------------------------------------------------------------
 */

static void put_delivery(PtJsonOut *out, const NotifyDelivery *d)
{
    pt_json_out_object(out);
    pt_json_put_i64(out, "number", d->number);
    pt_json_put_str(out, "account", d->account);
    pt_json_put_str(out, "channel", pt_str(notify_channels[d->channel]));
    api_put_text_or_null(out, "device", d->device);
    pt_json_put_str(out, "state", pt_str(notify_states[d->state]));
    api_put_text_or_null(out, "reason", d->reason);
    api_put_text_or_null(out, "error", d->error);
    pt_json_put_i64(out, "attempts", d->attempts);
    pt_json_put_i64(out, "notifications", d->events);
    api_put_time(out, "due_at", d->due_ms);
    api_put_time_or_null(out, "retry_at", d->retry_ms);
    api_put_time(out, "created_at", d->created_ms);
    api_put_time_or_null(out, "done_at", d->done_ms);
    pt_json_out_object_end(out);
}

static PtStatus read_number(ApiCall *call, int64_t *ret_number)
{
    return pt_json_to_i64(call->args[0], ret_number)
               ? PT_OK
               : pt_fail(&call->error, PT_NOT_FOUND, "no delivery has this number");
}

void api_notifications_deliveries(ApiCall *call)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(PAGE_BYTES);
    const ApiValue *q = call->query;
    NotifyDelivery *list = NULL;
    size_t count = 0;
    uint64_t before = 0;
    PtJsonOut out = pt_json_out(&call->body);
    PtStatus st = arena == NULL ? pt_fail(&call->error, PT_NO_MEMORY, "no memory for deliveries")
                                : api_cursor_u64(&q[Q_NOTIFICATIONS_DELIVERIES_CURSOR], 0, &before,
                                                 &call->error);
    const NotifyDeliveryQuery ask = {.state = q[Q_NOTIFICATIONS_DELIVERIES_STATE].choice,
                                     .before = (int64_t)before,
                                     .max = (size_t)q[Q_NOTIFICATIONS_DELIVERIES_LIMIT].number};
    st = st == PT_OK
             ? notify_deliveries(call->api->notify, &ask, arena, &list, &count, &call->error)
             : st;
    if (api_failed(call, st)) {
        return;
    }
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        put_delivery(&out, &list[i]);
    }
    pt_json_out_array_end(&out);
    put_cursor(&out, count == ask.max, count > 0 ? list[count - 1].number : 0);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

/* One of one's own, whoever may see the others. */
void api_notifications_test_get(ApiCall *call)
{
    NotifyDelivery *list = NULL;
    size_t count = 0;
    int64_t number = 0;
    PtJsonOut out = pt_json_out(&call->body);
    if (!need_person(call) || api_failed(call, read_number(call, &number))) {
        return;
    }
    const NotifyDeliveryQuery ask = {
        .state = -1, .before = number < INT64_MAX ? number + 1 : number, .max = 1};
    PtStatus st =
        notify_deliveries(call->api->notify, &ask, call->arena, &list, &count, &call->error);
    if (st == PT_OK &&
        (count == 0 || list[0].number != number || !pt_str_eq(list[0].account, account_of(call)))) {
        st = pt_fail(&call->error, PT_NOT_FOUND, "no delivery of yours has this number");
    }
    if (!api_failed(call, st)) {
        put_delivery(&out, &list[0]);
        api_answer(call, 200);
    }
}

void api_notifications_redrive(ApiCall *call)
{
    int64_t number = 0;
    PtStatus st = read_number(call, &number);
    done(call, st == PT_OK
                   ? notify_redrive(call->api->notify, &call->who.actor, number, &call->error)
                   : st);
}
