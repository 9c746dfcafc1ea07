// SPDX-License-Identifier: Apache-2.0
/* Any sender that signs as Standard Webhooks says, with a mapping that people write; and the table
 * of kinds. */
#include "connect/shops/table_internal.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>

enum { KEY_MAX = HOOK_SECRET_MAX, SIGNATURES_MAX = 8 };

/* "whsec_" and base64, or base64 alone; what is no base64 is the key itself. */
static PtStr key_of(PtStr secret, uint8_t room[static KEY_MAX])
{
    const PtStr prefix = PT_STR("whsec_");
    size_t len = 0;
    if (pt_str_starts(secret, prefix)) {
        secret = pt_str_from(secret, prefix.len);
    }
    const bool decoded = sodium_base642bin(room, KEY_MAX, secret.data, secret.len, NULL, &len, NULL,
                                           sodium_base64_VARIANT_ORIGINAL) == 0;
    return decoded && len > 0 ? (PtStr){(const char *)room, len} : secret;
}

/* id.timestamp.body. False: there is no key, and nothing is signed with it. */
static bool mac_of(PtStr secret, const HttpRequest *r, uint8_t mac[static 32])
{
    uint8_t room[KEY_MAX];
    const PtStr parts[] = {http_header(r, "webhook-id"), http_header(r, "webhook-timestamp"),
                           r->body};
    crypto_auth_hmacsha256_state h;
    const PtStr key = key_of(secret, room);
    if (key.data == NULL || key.len == 0) {
        return false;
    }
    (void)crypto_auth_hmacsha256_init(&h, (const uint8_t *)key.data, key.len);
    for (size_t i = 0; i < COUNT(parts); i++) {
        if (i > 0) {
            (void)crypto_auth_hmacsha256_update(&h, (const uint8_t *)".", 1);
        }
        (void)crypto_auth_hmacsha256_update(&h, (const uint8_t *)parts[i].data, parts[i].len);
    }
    (void)crypto_auth_hmacsha256_final(&h, mac);
    sodium_memzero(room, sizeof room);
    sodium_memzero(&h, sizeof h);
    return true;
}

static bool is_recent(PtStr seconds, int64_t now_ms)
{
    uint32_t s = 0;
    if (!pt_str_to_u32(seconds, UINT32_MAX, &s)) {
        return false;
    }
    const int64_t off_ms = now_ms - (int64_t)s * 1000;
    return off_ms <= HOOK_SKEW_MS && off_ms >= -HOOK_SKEW_MS;
}

static bool is_signed(const ShopSender *sender, PtStr secret, const HttpRequest *r)
{
    uint8_t mac[32];
    PtStr rest = http_header(r, "webhook-signature"), one = {NULL, 0};
    const PtStr version = PT_STR("v1,");
    if (http_header(r, "webhook-id").len == 0 ||
        !is_recent(http_header(r, "webhook-timestamp"), sender->now_ms) ||
        !mac_of(secret, r, mac)) {
        return false;
    }
    for (unsigned i = 0; i < SIGNATURES_MAX && pt_str_cut(&rest, ' ', &one); i++) {
        if (pt_str_starts(one, version) && shop_is_base64_of(pt_str_from(one, version.len), mac)) {
            return true;
        }
    }
    return false;
}

static void pack(const ShopSender *sender, PtStr secret, ShopParcel *p)
{
    char text[64];
    uint8_t mac[32];
    (void)snprintf(text, sizeof text, "%" PRId64, sender->now_ms / 1000);
    shop_parcel_put(p, "webhook-id", p->delivery);
    shop_parcel_put(p, "webhook-timestamp", pt_arena_str(p->arena, pt_str(text)));
    const HttpRequest r = shop_parcel_request(p);
    if (p->failed || !mac_of(secret, &r, mac)) {
        return; // without a key there is no signature, and the check says so
    }
    const PtStr base64 = shop_base64_of(mac, p->arena);
    (void)snprintf(text, sizeof text, "v1,%s", base64.data != NULL ? base64.data : "");
    shop_parcel_put(p, "webhook-signature", pt_arena_str(p->arena, pt_str(text)));
}

static PtStatus read_head(const HttpRequest *r, PtStr json, PtArena *arena, ShopHead *ret_head,
                          PtError *err)
{
    const ShopScope s = {json, json, ret_head, arena};
    PtStr raw = {NULL, 0};
    (void)err;
    ret_head->delivery = http_header(r, "webhook-id");
    ret_head->topic = shop_find(&s, PT_STR("type"), &raw) ? shop_text(&s, raw) : PT_STR("webhook");
    if (ret_head->topic.data == NULL) {
        ret_head->topic = PT_STR("webhook");
    }
    return PT_OK;
}

/* For a trial before anything came. */
static const HookSample samples[] = {
    {"order.paid", "{\"type\":\"order.paid\",\"data\":{\"id\":\"1001\",\"total\":\"19.90\","
                   "\"currency\":\"EUR\",\"customer\":{\"id\":\"7\"}}}"},
};

static const char *const topics[] = {NULL};

const ShopKind shop_webhook = {
    .kind = {.name = "webhook",
             .title = "Signed webhook",
             .help =
                 "Any system that signs as Standard Webhooks says; its JSON is mapped by rules of "
                 "your own",
             .secret = HOOK_SECRET_MADE,
             .secret_title = "Signing secret",
             .secret_help = "whsec_ and base64",
             .topics = topics,
             .samples = samples,
             .sample_count = COUNT(samples),
             .signature = "webhook-signature",
             .mapped_by_people = true},
    .is_signed = is_signed,
    .pack = pack,
    .head = read_head,
    .local_ids = true,
    .answer = "{}",
};

/* ---- The table ------------------------------------------------------------------------------- */

static const ShopKind *const shops[] = {&shop_shopify,    &shop_woocommerce, &shop_square,
                                        &shop_lightspeed, &shop_adobe,       &shop_webhook};
static const HookKind *const kinds[] = {&shop_shopify.kind, &shop_woocommerce.kind,
                                        &shop_square.kind,  &shop_lightspeed.kind,
                                        &shop_adobe.kind,   &shop_webhook.kind};

const ShopKind *shop_kind_of(PtStr name)
{
    for (size_t i = 0; i < COUNT(shops); i++) {
        if (pt_str_eq(name, pt_str(shops[i]->kind.name))) {
            return shops[i];
        }
    }
    return NULL;
}

const HookKind *const *hook_kinds(size_t *ret_count)
{
    *ret_count = COUNT(kinds);
    return kinds;
}

const HookKind *hook_kind_of(PtStr name)
{
    const ShopKind *kind = shop_kind_of(name);
    return kind != NULL ? &kind->kind : NULL;
}

PtStr shop_setting(const ShopSender *s, const char *name)
{
    for (size_t i = 0; i < s->setting_count; i++) {
        if (s->settings[i].value.len > 0 && pt_str_eq(s->settings[i].name, pt_str(name))) {
            return s->settings[i].value;
        }
    }
    for (size_t i = 0; i < s->kind->kind.field_count; i++) {
        const HookField *f = &s->kind->kind.fields[i];
        if (f->fallback != NULL && strcmp(f->name, name) == 0) {
            return pt_str(f->fallback);
        }
    }
    return PT_STR("");
}
