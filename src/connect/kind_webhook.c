// SPDX-License-Identifier: Apache-2.0
/* Webhooks after the Standard Webhooks specification 1.0.0 (github.com/standard-webhooks/
 * standard-webhooks, spec/standard-webhooks.md): headers webhook-id, webhook-timestamp (seconds)
 * and webhook-signature, "v1," + base64 of HMAC-SHA256 over "id.timestamp.body"; several signatures
 * with a blank between while a secret is rotated; secrets are "whsec_" + base64 of 24 to 64 bytes.
 */
#include "connect/kind_internal.h"

#include <sodium.h>
#include <string.h>

enum {
    SECRET_MIN = 24,
    SECRET_MAX = 64,
    BATCH_MAX = 1000,
    HEADERS_MAX = 16,
    BODY_MAX = 4 << 20,
    HEADERS_TEXT_MAX = 4096,
};

static const ConnectField fields[] = {
    {"url", "Address", "Where each event is posted to.", false, true, 2048, "", NULL},
    {"secret", "Signing secret", "\"whsec_\" and the base64 of 24 to 64 random bytes.", true, true,
     120, "", NULL},
    {"previous_secret", "Previous signing secret",
     "While receivers change over, requests are signed with both.", true, false, 120, "", NULL},
    {"batch", "Events a request",
     "1: the event itself is the body. More: a JSON array of up to so many.", false, false, 4, "1",
     NULL},
    {"headers", "More headers", "One \"Name: value\" a line, at most 16.", true, false,
     HEADERS_TEXT_MAX, "", NULL},
};

static uint32_t count_max(const ConnectSettings *s)
{
    return kind_number(s, "batch", 1, BATCH_MAX);
}

/* The key's bytes; -1 when the text is no secret. */
static int secret_key(PtStr secret, uint8_t key[static SECRET_MAX + 2])
{
    if (!pt_str_starts(secret, PT_STR("whsec_"))) {
        return -1;
    }
    int len = kind_base64_decode(pt_str_from(secret, strlen("whsec_")), key, SECRET_MAX + 2);
    return len >= SECRET_MIN && len <= SECRET_MAX ? len : -1;
}

static PtStatus check_secret(const ConnectSettings *s, const char *name, PtError *err)
{
    uint8_t key[SECRET_MAX + 2];
    PtStr secret = connect_setting(s, name);
    bool ok = secret.len == 0 || secret_key(secret, key) >= 0;
    sodium_memzero(key, sizeof key);
    if (ok) {
        return PT_OK;
    }
    return pt_fail(err, PT_INVALID, "%s is not \"whsec_\" and base64 of %d to %d bytes", name,
                   SECRET_MIN, SECRET_MAX);
}

static bool is_token(PtStr name)
{
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL))) {
            return false;
        }
    }
    return name.len > 0;
}

/* Names that the request itself needs. */
static bool is_reserved(PtStr name)
{
    static const char *const names[] = {
        "host",   "content-length", "content-type",      "connection",        "transfer-encoding",
        "expect", "webhook-id",     "webhook-timestamp", "webhook-signature", "upgrade",
        "te",     "trailer",        "keep-alive"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (pt_str_eq_nocase(name, pt_str(names[i]))) {
            return true;
        }
    }
    return false;
}

/* Cuts the next line that is not empty; false at the end. */
static bool next_line(PtStr *rest, PtStr *ret_line)
{
    while (pt_str_cut(rest, '\n', ret_line)) {
        while (ret_line->len > 0 && (unsigned char)ret_line->data[ret_line->len - 1] <= ' ') {
            ret_line->len--;
        }
        if (ret_line->len > 0) {
            return true;
        }
    }
    return false;
}

static PtStatus check_headers(const ConnectSettings *s, PtError *err)
{
    PtStr rest = connect_setting(s, "headers"), line;
    for (unsigned number = 1; next_line(&rest, &line); number++) {
        PtStr value = line, name = line;
        (void)pt_str_cut(&value, ':', &name);
        bool ok = value.data != NULL && is_token(name) && !is_reserved(name);
        for (size_t i = 0; ok && i < value.len; i++) {
            ok = (unsigned char)value.data[i] >= ' ' && value.data[i] != 0x7f;
        }
        if (!ok || number > HEADERS_MAX) {
            return pt_fail(err, PT_INVALID,
                           "headers: line %u is not \"Name: value\", is a name that Patron sets "
                           "itself, or is over the %dth",
                           number, HEADERS_MAX);
        }
    }
    return PT_OK;
}

static PtStatus check(const ConnectSettings *s, PtError *err)
{
    PtStatus st = kind_check_url(s, "url", err);
    st = st == PT_OK ? check_secret(s, "secret", err) : st;
    st = st == PT_OK ? check_secret(s, "previous_secret", err) : st;
    st = st == PT_OK ? kind_check_number(s, "batch", 1, BATCH_MAX, err) : st;
    return st == PT_OK ? check_headers(s, err) : st;
}

static PtStatus render(const ConnectSettings *s, const ConnectOutEvent *e, int64_t now_ms,
                       PtArena *arena, ConnectPiece *ret, PtError *err)
{
    (void)s, (void)now_ms, (void)arena, (void)err;
    *ret = (ConnectPiece){.offset = e->record->position.offset,
                          .body = e->mapped.len > 0 ? e->mapped : e->json};
    return PT_OK;
}

/* " v1,<base64>" of the body under the secret, which the check has seen to be one. */
static void add_signature(PtStr secret, PtStr head, PtStr body, PtBuf *out)
{
    uint8_t key[SECRET_MAX + 2], mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state h;
    const int key_len = secret_key(secret, key);
    (void)crypto_auth_hmacsha256_init(&h, key, key_len < 0 ? 0 : (size_t)key_len);
    (void)crypto_auth_hmacsha256_update(&h, (const uint8_t *)head.data, head.len);
    (void)crypto_auth_hmacsha256_update(&h, (const uint8_t *)body.data, body.len);
    (void)crypto_auth_hmacsha256_final(&h, mac);
    sodium_memzero(key, sizeof key);
    pt_buf_add_str(out, PT_STR(" v1,"));
    kind_base64(mac, sizeof mac, out);
}

static PtStatus sign(const ConnectSettings *s, const ConnectBatch *batch, PtArena *arena,
                     ConnectRequest *r, PtError *err)
{
    PtStr id = batch->first == batch->last
                   ? kind_printf(arena, "msg_%.*s_%llu", PT_STR_ARG(s->destination),
                                 (unsigned long long)batch->first)
                   : kind_printf(arena, "msg_%.*s_%llu_%llu", PT_STR_ARG(s->destination),
                                 (unsigned long long)batch->first, (unsigned long long)batch->last);
    long long seconds = (long long)(batch->now_ms / 1000);
    PtStr head = kind_printf(arena, "%.*s.%lld.", PT_STR_ARG(id), seconds);
    PtStr previous = connect_setting(s, "previous_secret"), line;
    PtBuf buf;
    pt_buf_init(&buf, 512);
    pt_buf_add_str(&buf, PT_STR("webhook-signature:"));
    add_signature(connect_setting(s, "secret"), head, pt_buf_str(&r->body), &buf);
    if (previous.len > 0) {
        add_signature(previous, head, pt_buf_str(&r->body), &buf);
    }
    PtStatus st = kind_finish(&buf, arena, &line, err);
    bool ok = st == PT_OK && id.data != NULL && head.data != NULL &&
              kind_add_header(r, kind_printf(arena, "webhook-id: %.*s", PT_STR_ARG(id))) &&
              kind_add_header(r, kind_printf(arena, "webhook-timestamp: %lld", seconds)) &&
              kind_add_header(r, line);
    return ok ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory to sign a webhook");
}

static PtStatus encode(const ConnectSettings *s, const ConnectPiece *pieces, size_t count,
                       const ConnectBatch *batch, PtArena *arena, ConnectRequest *r, PtError *err)
{
    const bool array = count_max(s) > 1;
    for (size_t i = 0; i < count; i++) {
        if (array) {
            pt_buf_add_char(&r->body, i == 0 ? '[' : ',');
        }
        pt_buf_add_str(&r->body, pieces[i].body);
    }
    if (array) {
        pt_buf_add_char(&r->body, ']');
    }
    r->method = "POST";
    r->url = pt_arena_str(arena, connect_setting(s, "url"));
    r->content_type = PT_STR("application/json");
    PtStatus st = pt_buf_status(&r->body);
    if (st != PT_OK || r->url.data == NULL) {
        return pt_fail(err, st != PT_OK ? st : PT_NO_MEMORY, "no room for a webhook's body");
    }
    PtStr rest = connect_setting(s, "headers"), line;
    while (next_line(&rest, &line)) {
        if (!kind_add_header(r, pt_arena_str(arena, line))) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for a webhook's headers");
        }
    }
    return sign(s, batch, arena, r, err);
}

static ConnectVerdict judge(const ConnectSettings *s, int status, PtStr body, size_t count,
                            bool test, char why[static CONNECT_WHY_MAX])
{
    (void)s, (void)test;
    return kind_judge(status, count, body, why);
}

static size_t fill_max(const ConnectSettings *s)
{
    return BODY_MAX - 2 - (size_t)count_max(s); // brackets and commas
}

static const char *const purposes[] = {NULL};

const ConnectKind connect_kind_webhook = {
    .name = "webhook",
    .title = "Webhook",
    .help = "Posts events to an address of yours, signed after Standard Webhooks.",
    .fields = fields,
    .field_count = sizeof fields / sizeof *fields,
    .bytes_max = BODY_MAX,
    .parallel = 16,
    .repeatable = true,
    .mapping = CONNECT_MAPPING_WHOLE,
    .purposes_default = purposes,
    .check = check,
    .count_max = count_max,
    .fill_max = fill_max,
    .render = render,
    .encode = encode,
    .judge = judge,
};
