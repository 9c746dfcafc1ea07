// SPDX-License-Identifier: Apache-2.0
/* GA4 Measurement Protocol (developers.google.com/analytics/devguides/collection/protocol/ga4):
 * POST /mp/collect?measurement_id=..&api_secret=.. with client_id, user_id and up to 25 events of
 * that client. It answers 2xx to whatever arrives; only /debug/mp/collect tells what is wrong with
 * it.
 */
#include "base/hash.h"
#include "base/money.h"
#include "connect/kind_ga4_internal.h"
#include "platform/client.h"

enum {
    GROUP_MAX = CONNECT_GROUP_MAX,
    HEAD_MAX = GROUP_MAX + 128, /* bytes of a body around its events */
    BACKDATE_HOURS = 72,        /* sending-events, "Override timestamp" */
};

static const char *const consent_choices[] = {"GRANTED", "DENIED", NULL};
static const char *const client_choices[] = {"skip", "derive", NULL};

static const ConnectField fields[] = {
    {"measurement_id", "Measurement id", "\"G-...\", of the web stream.", false, true, 40, "",
     NULL},
    {"api_secret", "API secret", "Made under the stream's Measurement Protocol API secrets.", true,
     true, 100, "", NULL},
    {"currency", "Currency", "Of events that name none, like EUR.", false, false, 3, "", NULL},
    {"without_client", "Events without a client id",
     "skip: not sent. derive: a client id made from the user id, so that sales of a till arrive.",
     false, false, 8, "skip", client_choices},
    {"ad_user_data", "Consent to ad user data", "Sent with each request; empty: not sent.", false,
     false, 8, "", consent_choices},
    {"ad_personalization", "Consent to ad personalisation", "Likewise.", false, false, 8, "",
     consent_choices},
    {"endpoint", "Address", "https://region1.google-analytics.com keeps data within the EU.", false,
     false, 2048, "https://www.google-analytics.com", NULL},
};

static uint32_t count_max(const ConnectSettings *s)
{
    (void)s;
    return GA4_EVENTS_MAX;
}

static PtStatus check(const ConnectSettings *s, PtError *err)
{
    PtStr id = connect_setting(s, "measurement_id"), currency = connect_setting(s, "currency");
    char code[4];
    bool ok = pt_str_starts(id, PT_STR("G-")) && id.len > 2;
    for (size_t i = 2; ok && i < id.len; i++) {
        ok = (id.data[i] >= 'A' && id.data[i] <= 'Z') || (id.data[i] >= '0' && id.data[i] <= '9');
    }
    if (!ok) {
        return pt_fail(err, PT_INVALID,
                       "measurement_id is not G- followed by capital letters and digits");
    }
    if (currency.len > 0 && !pt_currency_parse(currency, code)) {
        return pt_fail(err, PT_INVALID, "currency is not three letters");
    }
    return kind_check_url(s, "endpoint", err);
}

/* In the form of GA4's own ids, two numbers. */
static PtStr derived_client(PtStr user, PtArena *arena)
{
    uint8_t h[PT_SHA256];
    pt_sha256(user, h);
    uint32_t a = (uint32_t)h[0] << 24 | (uint32_t)h[1] << 16 | (uint32_t)h[2] << 8 | h[3];
    uint32_t b = (uint32_t)h[4] << 24 | (uint32_t)h[5] << 16 | (uint32_t)h[6] << 8 | h[7];
    return kind_printf(arena, "%u.%u", a, b);
}

static PtStr client_of(const ConnectSettings *s, const ConnectOutEvent *e, const Ga4Event *g,
                       PtBuf *failed)
{
    static const char *const paths[] = {"integrations.Google Analytics 4.clientId",
                                        "integrations.Google Analytics 4.client_id",
                                        "integrations.Actions Google Analytic 4.clientId", NULL};
    PtStr client = kind_text(kind_at(g->mapped, "client_id"));
    if (client.len == 0) {
        client = kind_first(g->root, paths);
    }
    if (client.len == 0) {
        client = e->view->anonymous_id;
    }
    if (client.len == 0 && e->view->user_id.len > 0 &&
        pt_str_eq(connect_setting(s, "without_client"), PT_STR("derive"))) {
        client = derived_client(e->view->user_id, g->arena);
        failed->status = client.data == NULL ? PT_NO_MEMORY : failed->status;
    }
    return client;
}

/* What all events of a request share, as it stands there: "client_id":"..","user_id":"..". */
static PtStatus put_group(const ConnectSettings *s, const ConnectOutEvent *e, const Ga4Event *g,
                          ConnectPiece *piece, PtError *err)
{
    PtBuf buf;
    pt_buf_init(&buf, 16 * GROUP_MAX);
    PtStr client = client_of(s, e, g, &buf), user = kind_text(kind_at(g->mapped, "user_id"));
    PtJsonOut out = pt_json_out(&buf);
    kind_put_text(&out, "client_id", client);
    kind_put_text(&out, "user_id", user.len > 0 ? user : e->view->user_id);
    PtStatus st = kind_finish(&buf, g->arena, &piece->group, err);
    if (client.len == 0) {
        piece->skip = "no client id";
    } else if (piece->group.len > GROUP_MAX) {
        piece->skip = "client id and user id are too long";
    }
    return st;
}

static PtStatus render(const ConnectSettings *s, const ConnectOutEvent *e, int64_t now_ms,
                       PtArena *arena, ConnectPiece *ret, PtError *err)
{
    ConnectPiece piece = {.offset = e->record->position.offset};
    Ga4Event g = {.arena = arena,
                  .currency = connect_setting(s, "currency"),
                  .timestamp_ms = e->view->timestamp_ms,
                  .type = e->view->type,
                  .name = e->view->name};
    bool ok = kind_tree(e->json, arena, &g.root) &&
              (e->mapped.len == 0 || kind_tree(e->mapped, arena, &g.mapped));
    PtStatus st = ok ? put_group(s, e, &g, &piece, err)
                     : pt_fail(err, PT_NO_MEMORY, "no memory to read an event");
    if (st != PT_OK) {
        return st;
    }
    if (now_ms - e->view->timestamp_ms > (int64_t)BACKDATE_HOURS * 3600 * 1000) {
        piece.skip = "older than 72 hours";
    }
    if (piece.skip == NULL) {
        PtBuf buf;
        pt_buf_init(&buf, 16 * EVENT_MAX_BYTES);
        piece.skip = ga4_put_event(&g, &buf, &piece.note);
        st = kind_finish(&buf, arena, &piece.body, err);
    }
    if (piece.skip == NULL && piece.body.len > GA4_BODY_MAX - HEAD_MAX) {
        piece.skip = "over 130 kB";
    }
    if (st == PT_OK) {
        *ret = piece;
    }
    return st;
}

static void put_consent(const ConnectSettings *s, PtBuf *body)
{
    PtStr data = connect_setting(s, "ad_user_data"), ads = connect_setting(s, "ad_personalization");
    PtJsonOut out = pt_json_out(body);
    if (data.len + ads.len > 0) {
        pt_buf_add_str(body, PT_STR("\"consent\":"));
        pt_json_out_object(&out);
        kind_put_text(&out, "ad_user_data", data);
        kind_put_text(&out, "ad_personalization", ads);
        pt_json_out_object_end(&out);
        pt_buf_add_char(body, ',');
    }
}

static PtStatus put_url(const ConnectSettings *s, bool test, PtArena *arena, PtStr *ret,
                        PtError *err)
{
    PtStr endpoint = connect_setting(s, "endpoint");
    PtBuf url;
    while (endpoint.len > 0 && endpoint.data[endpoint.len - 1] == '/') {
        endpoint.len--;
    }
    pt_buf_init(&url, 4096);
    pt_buf_add_str(&url, endpoint);
    pt_buf_add_str(&url, test ? PT_STR("/debug/mp/collect") : PT_STR("/mp/collect"));
    pt_buf_add_str(&url, PT_STR("?measurement_id="));
    pt_client_escape(connect_setting(s, "measurement_id"), &url);
    pt_buf_add_str(&url, PT_STR("&api_secret="));
    pt_client_escape(connect_setting(s, "api_secret"), &url);
    return kind_finish(&url, arena, ret, err);
}

static PtStatus encode(const ConnectSettings *s, const ConnectPiece *pieces, size_t count,
                       const ConnectBatch *batch, PtArena *arena, ConnectRequest *r, PtError *err)
{
    pt_buf_add_char(&r->body, '{');
    pt_buf_add_str(&r->body, pieces[0].group);
    pt_buf_add_char(&r->body, ',');
    put_consent(s, &r->body);
    pt_buf_add_str(&r->body, PT_STR("\"events\":["));
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            pt_buf_add_char(&r->body, ',');
        }
        pt_buf_add_str(&r->body, pieces[i].body);
    }
    pt_buf_add_str(&r->body, PT_STR("]}"));
    r->method = "POST";
    r->content_type = PT_STR("application/json");
    PtStatus st = pt_buf_status(&r->body);
    return st == PT_OK ? put_url(s, batch->test, arena, &r->url, err)
                       : pt_fail(err, st, "no room for a request to GA4");
}

/* The debug endpoint answers {"validationMessages": [{"description", ...}]}. */
static ConnectVerdict judge(const ConnectSettings *s, int status, PtStr body, size_t count,
                            bool test, char why[static CONNECT_WHY_MAX])
{
    (void)s;
    ConnectVerdict verdict = kind_judge(status, count, body, why);
    if (verdict != CONNECT_DELIVERED || !test) {
        return verdict;
    }
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(8 << 20);
    const KindNode *root = NULL;
    if (arena == NULL || !kind_tree(body, arena, &root)) {
        return CONNECT_AGAIN;
    }
    const KindNode *list = kind_at(root, "validationMessages");
    if (list == NULL || list->type != PT_JSON_ARRAY) {
        kind_why(why, "the debug endpoint did not answer with validationMessages");
        return CONNECT_REFUSED;
    }
    if (list->child == NULL) {
        return CONNECT_DELIVERED;
    }
    PtStr said = kind_text(kind_at(list->child, "description"));
    kind_why(why, "%.*s", (int)(said.len < CONNECT_WHY_MAX ? said.len : CONNECT_WHY_MAX),
             said.len > 0 ? said.data : "");
    return CONNECT_REFUSED;
}

static size_t fill_max(const ConnectSettings *s)
{
    (void)s;
    return GA4_BODY_MAX - HEAD_MAX - GA4_EVENTS_MAX;
}

static const char *const purposes[] = {"analytics", NULL};

const ConnectKind connect_kind_ga4 = {
    .name = "ga4",
    .title = "Google Analytics 4",
    .help = "Sends events by the Measurement Protocol.",
    .fields = fields,
    .field_count = sizeof fields / sizeof *fields,
    .bytes_max = GA4_BODY_MAX,
    .parallel = 8,
    .repeatable = false, // GA4 knows repeats of a purchase only
    .mapping = CONNECT_MAPPING_FIELDS,
    .purposes_default = purposes,
    .check = check,
    .count_max = count_max,
    .fill_max = fill_max,
    .render = render,
    .encode = encode,
    .judge = judge,
};
