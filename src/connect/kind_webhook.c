// SPDX-License-Identifier: Apache-2.0
/* Webhooks after the Standard Webhooks specification 1.0.0 (github.com/standard-webhooks/
 * standard-webhooks, spec/standard-webhooks.md): headers webhook-id, webhook-timestamp (seconds)
 * and webhook-signature, "v1," + base64 of HMAC-SHA256 over "id.timestamp.body"; several signatures
 * with a blank between while a secret is rotated; secrets are "whsec_" + base64 of 24 to 64 bytes.
 */
#include "connect/kind_internal.h"
#include "connect/net.h"

#include <sodium.h>
#include <string.h>

enum {
    SECRET_MIN = 24,
    SECRET_MAX = 64,
    BATCH_MAX = 1000,
    HEADERS_MAX = 16,
    BODY_MAX = 4 << 20,
    HEADERS_TEXT_MAX = 4096,
    FILE_MAX = 100 << 20,
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

/* Under the secret, which the check has seen to be one. */
static void begin_signature(PtStr secret, PtStr head, crypto_auth_hmacsha256_state *h)
{
    uint8_t key[SECRET_MAX + 2];
    const int key_len = secret_key(secret, key);
    (void)crypto_auth_hmacsha256_init(h, key, key_len < 0 ? 0 : (size_t)key_len);
    (void)crypto_auth_hmacsha256_update(h, (const uint8_t *)head.data, head.len);
    sodium_memzero(key, sizeof key);
}

/* " v1,<base64>". */
static void end_signature(crypto_auth_hmacsha256_state *h, PtBuf *out)
{
    uint8_t mac[crypto_auth_hmacsha256_BYTES];
    (void)crypto_auth_hmacsha256_final(h, mac);
    pt_buf_add_str(out, PT_STR(" v1,"));
    kind_base64(mac, sizeof mac, out);
}

static void add_signature(PtStr secret, PtStr head, PtStr body, PtBuf *out)
{
    crypto_auth_hmacsha256_state h;
    begin_signature(secret, head, &h);
    (void)crypto_auth_hmacsha256_update(&h, (const uint8_t *)body.data, body.len);
    end_signature(&h, out);
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

static bool add_own_headers(const ConnectSettings *s, PtArena *arena, ConnectRequest *r)
{
    PtStr rest = connect_setting(s, "headers"), line;
    bool ok = true;
    while (ok && next_line(&rest, &line)) {
        ok = kind_add_header(r, pt_arena_str(arena, line));
    }
    return ok;
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
    return add_own_headers(s, arena, r)
               ? sign(s, batch, arena, r, err)
               : pt_fail(err, PT_NO_MEMORY, "no memory for a webhook's headers");
}

static ConnectVerdict judge(const ConnectSettings *s, int status, PtStr body, size_t count,
                            bool test, char why[static CONNECT_WHY_MAX])
{
    (void)s, (void)test;
    return kind_judge(status, count, body, why);
}

/* ---- Files ------------------------------------------------------------------------------------
 */

typedef struct FileSigns { /* with the newest secret, and the one before */
    crypto_auth_hmacsha256_state now, before;
} FileSigns;

static void sign_bytes(void *ctx, const uint8_t *bytes, size_t len)
{
    FileSigns *signs = ctx;
    (void)crypto_auth_hmacsha256_update(&signs->now, bytes, len);
    (void)crypto_auth_hmacsha256_update(&signs->before, bytes, len);
}

static PtStatus sign_file(const ConnectSettings *s, const ConnectFile *f, PtArena *arena,
                          ConnectRequest *r, PtError *err)
{
    FileSigns signs;
    const long long seconds = (long long)(f->now_ms / 1000);
    const PtStr previous = connect_setting(s, "previous_secret");
    const PtStr head = kind_printf(arena, "%.*s.%lld.", PT_STR_ARG(f->id), seconds);
    PtStr line;
    if (head.data == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to sign a webhook");
    }
    begin_signature(connect_setting(s, "secret"), head, &signs.now);
    begin_signature(previous, head, &signs.before);
    PtStatus st = kind_file_read(f, 0, f->bytes, sign_bytes, &signs, err);
    PtBuf buf;
    pt_buf_init(&buf, 512);
    pt_buf_add_str(&buf, PT_STR("webhook-signature:"));
    end_signature(&signs.now, &buf);
    if (previous.len > 0) {
        end_signature(&signs.before, &buf);
    }
    sodium_memzero(&signs, sizeof signs);
    if (st != PT_OK) {
        pt_buf_done(&buf);
        return st;
    }
    st = kind_finish(&buf, arena, &line, err);
    const bool ok = st == PT_OK &&
                    kind_add_header(r, kind_printf(arena, "webhook-id: %.*s", PT_STR_ARG(f->id))) &&
                    kind_add_header(r, kind_printf(arena, "webhook-timestamp: %lld", seconds)) &&
                    kind_add_header(r, line);
    return ok ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory to sign a webhook");
}

static PtStatus post_file(const ConnectSettings *s, const ConnectFile *f,
                          const ConnectCarrier *carrier, PtArena *arena, ConnectRequest *r,
                          ConnectFileEnd *end, PtError *err)
{
    ConnectFileAnswer answer = {0};
    const char *slash = f->name.len > 0 ? memrchr(f->name.data, '/', f->name.len) : NULL;
    const size_t from = slash != NULL ? (size_t)(slash - f->name.data) + 1 : 0;
    r->method = "POST";
    r->url = pt_arena_str(arena, connect_setting(s, "url"));
    r->content_type = pt_str(f->content_type);
    const bool ok = r->url.data != NULL &&
                    kind_add_header(r, kind_printf(arena,
                                                   "Content-Disposition: attachment; "
                                                   "filename=\"%.*s\"",
                                                   PT_STR_ARG(pt_str_from(f->name, from)))) &&
                    add_own_headers(s, arena, r);
    PtStatus st = ok ? sign_file(s, f, arena, r, err)
                     : pt_fail(err, PT_NO_MEMORY, "no memory for a webhook's headers");
    st = st == PT_OK ? carrier->send(carrier->ctx, r, 0, f->bytes, &answer, err) : st;
    if (st == PT_OK) {
        kind_file_judge(s->kind, s, &answer, end);
    }
    return st;
}

PtStatus kind_webhook_put(const ConnectSettings *s, const ConnectFile *f,
                          const ConnectCarrier *carrier, PtArena *arena, ConnectFileEnd *end,
                          PtError *err)
{
    const PtStr origin = connect_net_origin(connect_setting(s, "url")); // a path may be a secret
    (void)pt_str_copy(end->place, sizeof end->place, origin);
    if (f->bytes > FILE_MAX) {
        end->verdict = CONNECT_REFUSED;
        kind_why(end->why, "the file has over %d MiB, the most that a webhook is sent",
                 FILE_MAX >> 20);
        return PT_OK;
    }
    ConnectRequest r;
    connect_request_init(&r, 0);
    PtStatus st = post_file(s, f, carrier, arena, &r, end, err);
    connect_request_done(&r);
    return st;
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
    .put = kind_webhook_put,
};
