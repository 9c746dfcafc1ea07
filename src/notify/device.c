// SPDX-License-Identifier: Apache-2.0
/* Browsers that take web push. An endpoint is a secret: who has it can send. */
#include "notify.sql.h"
#include "notify/notify_internal.h"

#include "base/hash.h"
#include "base/json.h"
#include "base/uuid.h"

#include <sodium.h>
#include <string.h>

enum {
    PLAIN_MAX = 2 * NOTIFY_URL_MAX, /* JSON of a subscription */
    SEALED_MAX = 2 * PLAIN_MAX,
    DEVICE_NAME_MAX = 100, /* characters */
    MEMBERS = 3,
    DEPTH = 2,
    P256_POINT = 4, /* the first byte of an uncompressed one */
};
static const char *const members[] = {"endpoint", "p256dh", "auth", NULL};

bool notify_base64url(PtStr text, uint8_t *out, size_t size)
{
    size_t len = 0;
    const char *end = NULL;
    while (text.len > 0 && text.data[text.len - 1] == '=') { // browsers of old leave the padding
        text.len--;
    }
    return sodium_base642bin(out, size, text.data, text.len, NULL, &len, &end,
                             sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
           len == size && end == text.data + text.len;
}

/* ---- A subscription as it is kept -------------------------------------------------------------
 */

static PtStatus read_plain(PtStr plain, PtArena *arena, PtStr texts[static MEMBERS], PtError *err)
{
    PtJson j;
    pt_json_init(&j, plain, DEPTH);
    (void)pt_json_next(&j);
    while (pt_json_next(&j) == PT_JSON_KEY) {
        const int which = notify_choice(members, j.raw);
        PtBuf text;
        pt_buf_init(&text, PLAIN_MAX);
        if (pt_json_next(&j) == PT_JSON_STRING && which >= 0) {
            pt_json_decode(j.raw, &text);
            texts[which] = pt_arena_str(arena, pt_buf_str(&text));
        }
        pt_buf_done(&text);
    }
    return texts[0].data != NULL && texts[1].data != NULL && texts[2].data != NULL
               ? PT_OK
               : notify_no_memory(err);
}

static PtStatus unseal(const Notify *n, PtStr sealed, PtArena *arena, PtStr texts[static MEMBERS],
                       PtError *err)
{
    PtStr plain;
    PtStatus st = access_unseal(n->c.access, sealed, arena, &plain, err);
    return st == PT_OK ? read_plain(plain, arena, texts, err) : st;
}

static PtStatus seal(const Notify *n, const NotifySubscription *sub, char out[static SEALED_MAX],
                     PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf plain;
    pt_buf_init(&plain, PLAIN_MAX);
    PtJsonOut o = pt_json_out(&plain);
    pt_json_out_object(&o);
    pt_json_put_str(&o, members[0], sub->endpoint);
    pt_json_put_str(&o, members[1], sub->p256dh);
    pt_json_put_str(&o, members[2], sub->auth);
    pt_json_out_object_end(&o);
    const PtStatus st = pt_buf_status(&plain);
    return st == PT_OK          ? access_seal(n->c.access, pt_buf_str(&plain), out, SEALED_MAX, err)
           : st == PT_TOO_LARGE ? pt_fail(err, st, "endpoint: over %d bytes", NOTIFY_URL_MAX)
                                : notify_no_memory(err);
}

PtStatus notify_device_load(const Notify *n, PtSqlTx *tx, PtStr id, PtArena *arena,
                            NotifyPushTo *ret_to, PtError *err)
{
    PtStr texts[MEMBERS] = {{NULL, 0}}, sealed = {NULL, 0};
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_NOTIFY_DEVICE_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, id);
    st = pt_sql_step(tx, &row, err);
    sealed = row ? pt_arena_str(arena, pt_sql_text(tx, 2)) : sealed;
    pt_sql_done(tx);
    if (st == PT_OK && !row) {
        return pt_fail(err, PT_NOT_FOUND, "the device was removed");
    }
    st = st == PT_OK && sealed.data == NULL ? notify_no_memory(err) : st;
    st = st == PT_OK ? unseal(n, sealed, arena, texts, err) : st;
    ret_to->endpoint = texts[0];
    return st != PT_OK ? st
           : notify_base64url(texts[1], ret_to->p256dh, sizeof ret_to->p256dh) &&
                   notify_base64url(texts[2], ret_to->auth, sizeof ret_to->auth)
               ? PT_OK
               : pt_fail(err, PT_CORRUPT, "the device's keys cannot be read");
}

/* ---- The list ---------------------------------------------------------------------------------
 */

static PtStatus copy_device(PtSqlTx *tx, PtArena *arena, NotifyDevice *d, PtStr *ret_sealed,
                            PtError *err)
{
    *d = (NotifyDevice){.id = pt_arena_str(arena, pt_sql_text(tx, 0)),
                        .name = pt_arena_str(arena, pt_sql_text(tx, 1)),
                        .created_ms = pt_sql_i64(tx, 3),
                        .sent_ms = pt_sql_i64(tx, 4)};
    *ret_sealed = pt_arena_str(arena, pt_sql_text(tx, 2));
    return d->id.data != NULL && d->name.data != NULL && ret_sealed->data != NULL
               ? PT_OK
               : notify_no_memory(err);
}

static PtStatus read_devices(PtSqlTx *tx, PtStr account, PtArena *arena,
                             NotifyDevice list[static NOTIFY_DEVICES_MAX],
                             PtStr sealed[static NOTIFY_DEVICES_MAX], size_t *ret_count,
                             PtError *err)
{
    size_t count = 0;
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_NOTIFY_DEVICES, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, account);
    pt_sql_bind_i64(tx, 2, NOTIFY_DEVICES_MAX);
    while (st == PT_OK && count < NOTIFY_DEVICES_MAX &&
           (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        st = copy_device(tx, arena, &list[count], &sealed[count], err);
        count++;
    }
    pt_sql_done(tx);
    *ret_count = count;
    return st;
}

PtStatus notify_devices(Notify *n, PtStr account, PtArena *arena, NotifyDevice **ret_list,
                        size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStr sealed[NOTIFY_DEVICES_MAX];
    size_t count = 0;
    NotifyDevice *list = pt_arena_alloc(arena, NOTIFY_DEVICES_MAX, sizeof *list);
    if (list == NULL) {
        return notify_no_memory(err);
    }
    PtStatus st = pt_sql_begin(n->c.core, false, &tx, err);
    st = st == PT_OK ? read_devices(tx, account, arena, list, sealed, &count, err) : st;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        PtStr texts[MEMBERS] = {{NULL, 0}};
        st = unseal(n, sealed[i], arena, texts, err);
        list[i].service = connect_net_origin(texts[0]);
    }
    if (st == PT_OK) {
        *ret_list = list;
        *ret_count = count;
    }
    return st;
}

/* ---- Changes ----------------------------------------------------------------------------------
 */

static PtStatus check_name(PtStr name, PtError *err)
{
    size_t characters = 0;
    bool plain = name.len > 0 && pt_utf8_valid(name);
    for (size_t i = 0; plain && i < name.len; i++) {
        const unsigned char c = (unsigned char)name.data[i];
        plain = c >= ' ' && c != 0x7f;
        characters += (c & 0xc0U) != 0x80;
    }
    return plain && characters <= DEVICE_NAME_MAX
               ? PT_OK
               : pt_fail(err, PT_INVALID, "name: not 1 to %d characters", DEVICE_NAME_MAX);
}

static PtStatus check(const NotifySubscription *sub, PtError *err)
{
    uint8_t point[NOTIFY_P256_PUBLIC], auth[NOTIFY_PUSH_AUTH];
    PtStatus st = check_name(sub->name, err);
    if (st == PT_OK && sub->endpoint.len > NOTIFY_URL_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "endpoint: over %d bytes", NOTIFY_URL_MAX);
    }
    st = st == PT_OK ? connect_net_url("endpoint", sub->endpoint, err) : st;
    if (st == PT_OK &&
        (!notify_base64url(sub->p256dh, point, sizeof point) || point[0] != P256_POINT)) {
        return pt_fail(err, PT_INVALID, "p256dh: not base64url of a point of P-256, %d bytes",
                       NOTIFY_P256_PUBLIC);
    }
    if (st == PT_OK && !notify_base64url(sub->auth, auth, sizeof auth)) {
        return pt_fail(err, PT_INVALID, "auth: not base64url of %d bytes", NOTIFY_PUSH_AUTH);
    }
    return st;
}

static void digest_of(PtStr endpoint, char out[static 2 * PT_SHA256 + 1])
{
    uint8_t digest[PT_SHA256];
    pt_sha256(endpoint, digest);
    pt_hex(digest, sizeof digest, out);
}

static PtStatus check_room(PtSqlTx *tx, PtStr account, PtError *err)
{
    size_t count = 0;
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_NOTIFY_DEVICES, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, account);
    pt_sql_bind_i64(tx, 2, NOTIFY_DEVICES_MAX);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        count++;
    }
    pt_sql_done(tx);
    return st == PT_OK && count >= NOTIFY_DEVICES_MAX
               ? pt_fail(err, PT_CONFLICT, "there are %d devices already", NOTIFY_DEVICES_MAX)
               : st;
}

static PtStatus run_text(PtSqlTx *tx, const char *statement, PtStr text, PtError *err)
{
    PtStatus st = pt_sql_use(tx, statement, err);
    if (st == PT_OK) {
        pt_sql_bind_text(tx, 1, text);
        st = pt_sql_finish(tx, err);
    }
    return st;
}

PtStatus notify_device_add(Notify *n, PtStr account, const NotifySubscription *sub,
                           char ret_id[static 37], PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    char digest[2 * PT_SHA256 + 1], sealed[SEALED_MAX];
    uint8_t random[10];
    const int64_t now_ms = pt_clock_now_ms(n->c.clock);
    PtStatus st = check(sub, err);
    st = st == PT_OK ? seal(n, sub, sealed, err) : st;
    st = st == PT_OK ? pt_sql_begin(n->c.core, true, &tx, err) : st;
    if (st == PT_OK) {
        digest_of(sub->endpoint, digest);
        st = run_text(tx, SQL_NOTIFY_DEVICE_REPLACE, pt_str(digest), err);
    }
    st = st == PT_OK ? check_room(tx, account, err) : st;
    st = st == PT_OK ? pt_sql_use(tx, SQL_NOTIFY_DEVICE_ADD, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_random_bytes(random, sizeof random);
    pt_sql_bind_text(tx, 1, pt_uuid_format(pt_uuid7(now_ms, random), ret_id));
    pt_sql_bind_text(tx, 2, account);
    pt_sql_bind_text(tx, 3, sub->name);
    pt_sql_bind_text(tx, 4, pt_str(digest));
    pt_sql_bind_text(tx, 5, pt_str(sealed));
    pt_sql_bind_i64(tx, 6, now_ms);
    st = pt_sql_finish(tx, err);
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

PtStatus notify_device_remove(Notify *n, PtStr account, PtStr id, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(n->c.core, true, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_NOTIFY_DEVICE_REMOVE, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, id);
    pt_sql_bind_text(tx, 2, account);
    st = pt_sql_finish(tx, err);
    if (st == PT_OK && pt_sql_changes(tx) == 0) {
        st = pt_fail(err, PT_NOT_FOUND, "no device of yours has this id");
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}
