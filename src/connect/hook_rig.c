// SPDX-License-Identifier: Apache-2.0
#include "connect/hook_rig.h"

#include "connect/shops/shop.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

const AuditActor shops_someone = {.kind = AUDIT_ACCOUNT, .id = "a1", .name = "Ada"};

void shops_open(Shops *s)
{
    PtError err = {0};
    const HooksConfig c = {.sql = s->base.sql,
                           .clock = s->base.clock,
                           .machine = s->base.clock,
                           .log = s->rig.log,
                           .intake = s->rig.intake,
                           .sources = s->base.sources,
                           .access = s->access,
                           .hash_key = "sixteen bytes k"};
    if (hooks_open(&c, &s->hooks, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
}

static const char *no_permission(unsigned bit)
{
    (void)bit;
    return NULL;
}

int shops_set_up(void **state)
{
    static const AccessRole roles[] = {{"owner", 1}};
    Shops *s = calloc(1, sizeof *s);
    *state = s;
    s->fs = fault_fs_new(7);
    s->arena = pt_arena_new(32 << 20);
    if (s->fs == NULL || s->arena == NULL || !rig_base_open(&s->base) ||
        !rig_open(&s->rig, &s->base, s->fs, (RigOptions){.threads = true})) {
        return -1;
    }
    const AccessConfig access = {.sql = s->base.sql,
                                 .clock = s->base.clock,
                                 .token_key = "a key of 32 bytes for the tests",
                                 .seal_key = "another key of 32 bytes, tests",
                                 .roles = roles,
                                 .role_count = 1,
                                 .permission_name = no_permission,
                                 .idle_ms = 1000,
                                 .life_ms = 1000};
    if (access_open(&access, &s->access, NULL) != PT_OK) {
        return -1;
    }
    shops_open(s);
    HookMadeSecret made;
    const HookEdit edit = {
        .name = PT_STR("shop"), .source = PT_STR("keep"), .secret = PT_STR(SECRET)};
    return hooks_add(s->hooks, PT_STR("shopify"), &edit, &shops_someone, s->arena, &s->shop, &made,
                     NULL) == PT_OK
               ? 0
               : -1;
}

int shops_tear_down(void **state)
{
    Shops *s = *state;
    hooks_close(s->hooks);
    rig_close(&s->rig);
    access_close(s->access);
    rig_base_close(&s->base);
    pt_arena_free(s->arena);
    fault_fs_free(s->fs);
    free(s);
    return 0;
}

/* ---- Sending --------------------------------------------------------------------------------- */

/* during: what happens between the check and the delivery; NULL: nothing. */
PtStatus shops_send_while(Shops *s, const char *topic, const char *id, const char *body,
                          void (*during)(Shops *s))
{
    char mac64[64];
    uint8_t mac[32];
    HookTicket *ticket = NULL;
    PtStr answer = {NULL, 0};
    shop_hmac(PT_STR(SECRET), pt_str(body), (PtStr){NULL, 0}, mac);
    (void)sodium_bin2base64(mac64, sizeof mac64, mac, sizeof mac, sodium_base64_VARIANT_ORIGINAL);
    const HttpHeader headers[] = {{PT_STR("X-Shopify-Topic"), pt_str(topic)},
                                  {PT_STR("X-Shopify-Webhook-Id"), pt_str(id)},
                                  {PT_STR("X-Shopify-Hmac-SHA256"), pt_str(mac64)}};
    const HttpRequest r = {
        .headers = headers, .header_count = 3, .body = pt_str(body), .peer = "192.0.2.1"};
    PtStatus st = hooks_check(s->hooks, pt_str(s->shop.id), &r, &ticket, &answer, NULL);
    if (st != PT_OK || ticket == NULL) {
        assert_true(st != PT_OK || pt_str_eq(answer, PT_STR("{}")));
        return st;
    }
    if (during != NULL) {
        during(s);
    }
    return hooks_deliver(s->hooks, ticket, &r, &answer, NULL);
}

PtStatus shops_send_as(Shops *s, const char *topic, const char *id, const char *body)
{
    return shops_send_while(s, topic, id, body, NULL);
}

PtStatus shops_send(Shops *s, const char *topic, const char *body)
{
    char id[32];
    (void)snprintf(id, sizeof id, "d-%u", ++s->made);
    return shops_send_as(s, topic, id, body);
}

HookDelivery shops_last(Shops *s)
{
    static const HookDelivery none;
    const HookDelivery *newest = &none;
    HookDelivery *list = NULL;
    size_t count = 0;
    assert_int_equal(hooks_deliveries(s->hooks, pt_str(s->shop.id), s->arena, &list, &count, NULL),
                     PT_OK);
    for (size_t i = 0; i < count; i++) { // the clock stands: by number
        newest = list[i].number > newest->number ? &list[i] : newest;
    }
    return *newest;
}

/* The events of the log but the feed's, of a class. */
size_t shops_read(Shops *s, PtRecordClass klass, EventView *views, size_t cap)
{
    PtLogReader *reader = NULL;
    const PtRecord *records = NULL;
    size_t count = 1, kept = 0;
    assert_int_equal(pt_log_reader_open(s->rig.log, NULL, 0, 0, &reader, NULL), PT_OK);
    while (count > 0) {
        assert_int_equal(pt_log_fetch(reader, 1, true, &records, &count, NULL), PT_OK);
        if (count > 0 && records->klass == klass && kept < cap) {
            PtRecord copy = *records;
            copy.payload = pt_arena_str(s->arena, records->payload);
            assert_int_equal(event_payload_read(&copy, &views[kept++], NULL), PT_OK);
        }
    }
    pt_log_reader_close(reader);
    return kept;
}

PtStatus shops_desk(void *ctx, const HookPrivacy *request, PtError *err)
{
    Shops *s = ctx;
    s->asks++;
    s->asked = request->kind;
    s->identifiers = (unsigned)request->count;
    assert_true(request->source == s->shop.source && request->request.len > 0);
    return s->desk == PT_OK ? PT_OK : pt_fail(err, s->desk, "no");
}

void shops_change_source(Shops *s, bool enabled)
{
    EventSource source;
    const EventSourceEdit edit = {
        .name = PT_STR("keep"), .enabled = enabled, .skew = EVENT_SKEW_KEEP};
    assert_true(event_source_by_ref(s->base.sources, PT_STR("keep"), &source));
    assert_int_equal(event_source_change(s->base.sources, pt_str(source.id), &edit, &shops_someone,
                                         &source, NULL),
                     PT_OK);
}
