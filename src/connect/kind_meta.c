// SPDX-License-Identifier: Apache-2.0
/* Meta's Conversions API (developers.facebook.com/docs/marketing-api/conversions-api): POST
 * /v<version>/<pixel>/events?access_token=.. with up to 1,000 events in `data`. Any event older
 * than 7 days (62 days of a physical store) fails the whole request, as does one without what it
 * needs; so such events are kept back here, each with its reason.
 */
#include "base/money.h"
#include "connect/kind_meta_internal.h"
#include "platform/client.h"

#include <string.h>

enum {
    COUNT_MAX = 1000, /* .../using-the-api, "Batch Requests" */
    BODY_MAX = 2 << 20,
    NAME_MAX_BYTES = 50,
    TOKEN_MAX = 512,
    DAY_MS = 24 * 3600 * 1000,
    PAST_DAYS = 7, /* .../using-the-api, "Upload Time versus Event Transaction Time" */
    STORE_PAST_DAYS = 62,
};

static const ConnectField fields[] = {
    {"pixel_id", "Dataset (pixel) id", "", false, true, 32, "", NULL},
    {"access_token", "Access token", "Made in the Events Manager under Settings.", true, true,
     TOKEN_MAX, "", NULL},
    {"test_event_code", "Test event code",
     "\"TEST...\" of the Events Manager: test sends then show there, and only there.", false, false,
     32, "", NULL},
    {"currency", "Currency", "Of events that name none, like EUR.", false, false, 3, "", NULL},
    {"calling_code", "Calling code",
     "Digits that take the place of a phone number's leading 0, like 49.", false, false, 4, "",
     NULL},
    {"batch", "Events a request", "1 to 1000.", false, false, 4, "200", NULL},
    {"api_version", "API version", "", false, false, 8, "v23.0", NULL},
    {"endpoint", "Address", "", false, false, 2048, "https://graph.facebook.com", NULL},
};

/* .../marketing-api/conversions-api/parameters/server-event and the Pixel's standard events */
static const struct NameRow {
    const char *segment, *meta;
} names[] = {
    {"Products Searched", "Search"},
    {"Product List Viewed", "ViewContent"},
    {"Product Viewed", "ViewContent"},
    {"Product Added", "AddToCart"},
    {"Product Added to Wishlist", "AddToWishlist"},
    {"Checkout Started", "InitiateCheckout"},
    {"Payment Info Entered", "AddPaymentInfo"},
    {"Order Completed", "Purchase"},
    {"Signed Up", "CompleteRegistration"},
    {"Lead Generated", "Lead"},
};

/* .../parameters/server-event, action_source. The first row whose path holds its text (or, with an
 * empty text, anything) tells. */
static const struct SourceRow {
    const char *path, *text, *source;
} sources[] = {
    {"context.channel", "web", "website"},
    {"context.channel", "browser", "website"},
    {"context.channel", "app", "app"},
    {"context.channel", "mobile", "app"},
    {"context.channel", "store", "physical_store"},
    {"context.channel", "retail", "physical_store"},
    {"context.channel", "pos", "physical_store"},
    {"context.channel", "till", "physical_store"},
    {"context.channel", "phone", "phone_call"},
    {"context.channel", "chat", "chat"},
    {"context.channel", "email", "email"},
    {"channel", "browser", "website"},
    {"channel", "mobile", "app"},
    {"properties.register", "", "physical_store"},
    {"context.page.url", "", "website"},
    {"context.os.name", "iOS", "app"},
    {"context.os.name", "Android", "app"},
    {"properties.store_id", "", "physical_store"},
};

static const char *const action_sources[] = {"email",
                                             "website",
                                             "app",
                                             "phone_call",
                                             "chat",
                                             "physical_store",
                                             "system_generated",
                                             "business_messaging",
                                             "other",
                                             NULL};

typedef struct MetaEvent {
    const ConnectOutEvent *out;
    const KindNode *root, *mapped, *properties;
    PtArena *arena;
    PtStr currency, name, action_source, url;
} MetaEvent;

static uint32_t count_max(const ConnectSettings *s)
{
    return kind_number(s, "batch", 1, COUNT_MAX);
}

static bool only(PtStr text, const char *letters)
{
    size_t i = 0;
    while (i < text.len && text.data[i] != '\0' && strchr(letters, text.data[i]) != NULL) {
        i++;
    }
    return i == text.len;
}

static PtStatus check(const ConnectSettings *s, PtError *err)
{
    static const char digits[] = "0123456789";
    PtStr version = connect_setting(s, "api_version"), currency = connect_setting(s, "currency");
    char code[4];
    if (!only(connect_setting(s, "pixel_id"), digits)) {
        return pt_fail(err, PT_INVALID, "pixel_id is not digits");
    }
    if (!only(connect_setting(s, "calling_code"), digits)) {
        return pt_fail(err, PT_INVALID, "calling_code is not digits");
    }
    if (version.len < 4 || version.data[0] != 'v' ||
        !only(pt_str_from(version, 1), "0123456789.")) {
        return pt_fail(err, PT_INVALID, "api_version is not like v23.0");
    }
    if (currency.len > 0 && !pt_currency_parse(currency, code)) {
        return pt_fail(err, PT_INVALID, "currency is not three letters");
    }
    PtStatus st = kind_check_number(s, "batch", 1, COUNT_MAX, err);
    return st == PT_OK ? kind_check_url(s, "endpoint", err) : st;
}

/* -- what the event is ------------------------------------------------------------------------- */

static PtStr name_of(const MetaEvent *e)
{
    const EventView *v = e->out->view;
    PtStr given = kind_text(kind_at(e->mapped, "event_name"));
    if (given.len > 0) {
        return given;
    }
    if (v->type == EVENT_PAGE) {
        return PT_STR("PageView");
    }
    for (size_t i = 0; i < sizeof names / sizeof *names && v->type == EVENT_TRACK; i++) {
        if (pt_str_eq(v->name, pt_str(names[i].segment))) {
            return pt_str(names[i].meta);
        }
    }
    return v->type == EVENT_TRACK ? v->name : (PtStr){NULL, 0};
}

static PtStr source_of(const MetaEvent *e)
{
    PtStr given = kind_text(kind_at(e->mapped, "action_source"));
    for (const char *const *a = action_sources; *a != NULL; a++) {
        if (pt_str_eq(given, pt_str(*a))) {
            return given;
        }
    }
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        PtStr text = kind_text(kind_at(e->root, sources[i].path));
        PtStr want = pt_str(sources[i].text);
        if (want.len == 0 ? text.len > 0 : pt_str_eq_nocase(text, want)) {
            return pt_str(sources[i].source);
        }
    }
    if (e->out->view->type == EVENT_PAGE) {
        return PT_STR("website");
    }
    return e->out->view->type == EVENT_SCREEN ? PT_STR("app") : PT_STR("other");
}

static bool read_event(const ConnectSettings *s, const ConnectOutEvent *out, PtArena *arena,
                       MetaEvent *e)
{
    static const char *const pages[] = {"context.page.url", "properties.url", NULL};
    *e = (MetaEvent){.out = out, .arena = arena, .currency = connect_setting(s, "currency")};
    if (!kind_tree(out->json, arena, &e->root) ||
        (out->mapped.len > 0 && !kind_tree(out->mapped, arena, &e->mapped))) {
        return false;
    }
    e->properties = kind_at(e->root, "properties");
    e->name = name_of(e);
    e->action_source = source_of(e);
    e->url = kind_text(kind_at(e->mapped, "event_source_url"));
    e->url = e->url.len > 0 ? e->url : kind_first(e->root, pages);
    return true;
}

/* Why Meta would refuse the event, by what it is; NULL: it would not. */
static const char *why_not(const MetaEvent *e, int64_t now_ms)
{
    static const char *const agents[] = {"context.userAgent", NULL};
    const EventView *v = e->out->view;
    const bool store = pt_str_eq(e->action_source, PT_STR("physical_store"));
    const int64_t past_ms = (int64_t)(store ? STORE_PAST_DAYS : PAST_DAYS) * DAY_MS;
    PtStr agent = kind_text(kind_at(e->mapped, "client_user_agent"));
    if (agent.len == 0) {
        agent = kind_first(e->root, agents);
    }
    if (e->name.len == 0) {
        return "Meta takes track and page calls only";
    }
    if (e->name.len > NAME_MAX_BYTES) {
        return "event name over 50 bytes";
    }
    if (now_ms - v->timestamp_ms >= past_ms) {
        return store ? "older than 62 days" : "older than 7 days";
    }
    if (pt_str_eq(e->action_source, PT_STR("website")) && (agent.len == 0 || e->url.len == 0)) {
        return "website event without user agent or page";
    }
    return NULL;
}

/* -- custom_data ------------------------------------------------------------------------------- */

static PtStr id_of(const KindNode *product)
{
    static const char *const paths[] = {"product_id", "sku", "id", NULL};
    return kind_first(product, paths);
}

static void put_content(const KindNode *product, PtJsonOut *out)
{
    int64_t micros;
    PtStr id = id_of(product);
    if (id.len == 0) {
        return;
    }
    pt_json_out_object(out);
    kind_put_text(out, "id", id);
    if (kind_amount(kind_at(product, "quantity"), &micros)) {
        kind_put_amount(out, "quantity", micros);
    } else {
        kind_put_amount(out, "quantity", PT_MICROS);
    }
    if (kind_amount(kind_at(product, "price"), &micros)) {
        kind_put_amount(out, "item_price", micros);
    }
    pt_json_out_object_end(out);
}

static void put_contents(const MetaEvent *e, PtJsonOut *out)
{
    const KindNode *products = kind_at(e->properties, "products");
    const bool list = products != NULL && products->type == PT_JSON_ARRAY;
    if (!list && id_of(e->properties).len == 0) {
        return;
    }
    kind_put_text(out, "content_type", PT_STR("product"));
    pt_json_out_key(out, PT_STR("contents"));
    pt_json_out_array(out);
    for (const KindNode *n = list ? products->child : NULL; n != NULL; n = n->next) {
        put_content(n, out);
    }
    if (!list) {
        put_content(e->properties, out);
    }
    pt_json_out_array_end(out);
}

static bool amount_of(const MetaEvent *e, int64_t *ret_micros)
{
    static const char *const paths[] = {"value", "revenue", "total", "subtotal", "price", NULL};
    if (kind_amount(kind_at(e->mapped, "value"), ret_micros)) {
        return true;
    }
    for (const char *const *path = paths; *path != NULL; path++) {
        if (kind_amount(kind_at(e->properties, *path), ret_micros)) {
            return true;
        }
    }
    return false;
}

/* Members of the mapping that belong neither to the event nor to the person. */
static void put_mapped(const MetaEvent *e, PtJsonOut *out)
{
    static const char *const own[] = {"event_name", "event_id", "action_source", "event_source_url",
                                      "value",      "currency", "order_id",      NULL};
    const KindNode *n = e->mapped != NULL ? e->mapped->child : NULL;
    for (; n != NULL; n = n->next) {
        const char *const *o = own;
        while (*o != NULL && !pt_str_eq(n->key, pt_str(*o))) {
            o++;
        }
        PtStr text = kind_text(n);
        if (*o == NULL && !meta_is_person_field(n->key) && text.len > 0) {
            pt_json_out_key(out, n->key);
            if (n->type == PT_JSON_NUMBER) {
                pt_json_out_raw(out, n->raw);
            } else {
                pt_json_out_str(out, text);
            }
        }
    }
}

/* NULL, or why Meta would refuse it. A Purchase needs both value and currency; a value without
 * currency is left out of others. */
static const char *put_custom(const MetaEvent *e, PtJsonOut *out, PtStr *ret_note)
{
    char currency[4];
    int64_t micros;
    PtStr text = kind_text(kind_at(e->mapped, "currency"));
    if (text.len == 0) {
        text = kind_text(kind_at(e->properties, "currency"));
    }
    const bool has_currency = pt_currency_parse(text.len > 0 ? text : e->currency, currency);
    const bool has_value = amount_of(e, &micros);
    if (pt_str_eq(e->name, PT_STR("Purchase")) && !(has_value && has_currency)) {
        return "a purchase without value or currency";
    }
    pt_json_out_key(out, PT_STR("custom_data"));
    pt_json_out_object(out);
    if (has_value && has_currency) {
        kind_put_amount(out, "value", micros);
        kind_put_text(out, "currency", pt_str(currency));
    } else if (has_value) {
        *ret_note = PT_STR("a value without currency left out");
    }
    text = kind_text(kind_at(e->mapped, "order_id"));
    kind_put_text(out, "order_id",
                  text.len > 0 ? text : kind_text(kind_at(e->properties, "order_id")));
    kind_put_text(out, "search_string", kind_text(kind_at(e->properties, "query")));
    put_contents(e, out);
    put_mapped(e, out);
    pt_json_out_object_end(out);
    return NULL;
}

/* -- requests ---------------------------------------------------------------------------------- */

static const char *put_event(const ConnectSettings *s, const MetaEvent *e, PtBuf *buf,
                             PtStr *ret_note)
{
    const EventView *v = e->out->view;
    PtStr id = kind_text(kind_at(e->mapped, "event_id"));
    MetaPerson person = {.root = e->root,
                         .mapped = e->mapped,
                         .view = v,
                         .calling_code = connect_setting(s, "calling_code"),
                         .arena = e->arena};
    PtJsonOut out = pt_json_out(buf);
    pt_json_out_object(&out);
    kind_put_text(&out, "event_name", e->name);
    pt_json_out_key(&out, PT_STR("event_time"));
    pt_json_out_i64(&out, v->timestamp_ms / 1000);
    kind_put_text(&out, "event_id", id.len > 0 ? id : v->message_id);
    kind_put_text(&out, "action_source", e->action_source);
    kind_put_text(&out, "event_source_url", e->url);
    pt_json_out_key(&out, PT_STR("user_data"));
    if (!meta_put_person(&person, buf)) {
        return "nothing that Meta knows a person by";
    }
    out.comma = true; // user_data was written past this writer
    const char *why = put_custom(e, &out, ret_note);
    pt_json_out_object_end(&out);
    return why;
}

static PtStatus render(const ConnectSettings *s, const ConnectOutEvent *event, int64_t now_ms,
                       PtArena *arena, ConnectPiece *ret, PtError *err)
{
    MetaEvent e;
    ConnectPiece piece = {.offset = event->record->position.offset};
    if (!read_event(s, event, arena, &e)) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to read an event");
    }
    PtStatus st = PT_OK;
    piece.skip = why_not(&e, now_ms);
    if (piece.skip == NULL) {
        PtBuf buf;
        pt_buf_init(&buf, 16 * EVENT_MAX_BYTES);
        piece.skip = put_event(s, &e, &buf, &piece.note);
        st = kind_finish(&buf, arena, &piece.body, err);
    }
    if (st == PT_OK) {
        *ret = piece;
    }
    return st;
}

static PtStatus put_url(const ConnectSettings *s, PtArena *arena, PtStr *ret, PtError *err)
{
    PtStr endpoint = connect_setting(s, "endpoint");
    PtBuf url;
    while (endpoint.len > 0 && endpoint.data[endpoint.len - 1] == '/') {
        endpoint.len--;
    }
    pt_buf_init(&url, 8192);
    pt_buf_printf(&url, "%.*s/%.*s/%.*s/events?access_token=", PT_STR_ARG(endpoint),
                  PT_STR_ARG(connect_setting(s, "api_version")),
                  PT_STR_ARG(connect_setting(s, "pixel_id")));
    pt_client_escape(connect_setting(s, "access_token"), &url);
    return kind_finish(&url, arena, ret, err);
}

static PtStatus encode(const ConnectSettings *s, const ConnectPiece *pieces, size_t count,
                       const ConnectBatch *batch, PtArena *arena, ConnectRequest *r, PtError *err)
{
    PtStr code = connect_setting(s, "test_event_code");
    PtJsonOut out = pt_json_out(&r->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        pt_json_out_raw(&out, pieces[i].body);
    }
    pt_json_out_array_end(&out);
    kind_put_text(&out, "test_event_code", batch->test ? code : (PtStr){NULL, 0});
    pt_json_out_object_end(&out);
    r->method = "POST";
    r->content_type = PT_STR("application/json");
    PtStatus st = pt_buf_status(&r->body);
    return st == PT_OK ? put_url(s, arena, &r->url, err)
                       : pt_fail(err, st, "no room for a request to Meta");
}

/* Codes of developers.facebook.com/docs/graph-api/guides/error-handling. */
static ConnectVerdict verdict_of(int64_t code, int64_t subcode, bool transient, int status,
                                 size_t count)
{
    static const struct {
        int64_t from, to;
        ConnectVerdict verdict;
    } rows[] = {
        {1, 2, CONNECT_AGAIN},         {4, 4, CONNECT_AGAIN},     {10, 10, CONNECT_STOP},
        {17, 17, CONNECT_AGAIN},       {32, 32, CONNECT_AGAIN},   {102, 102, CONNECT_STOP},
        {190, 190, CONNECT_STOP},      {200, 299, CONNECT_STOP},  {341, 341, CONNECT_AGAIN},
        {368, 368, CONNECT_AGAIN},     {613, 613, CONNECT_AGAIN}, {803, 803, CONNECT_STOP},
        {80000, 80014, CONNECT_AGAIN},
    };
    if (transient) {
        return CONNECT_AGAIN;
    }
    if (code == 100 && subcode == 33) {
        return CONNECT_STOP; // no such dataset, or none that this token may write
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (code >= rows[i].from && code <= rows[i].to) {
            return rows[i].verdict;
        }
    }
    return status / 100 == 5 ? CONNECT_AGAIN : count > 1 ? CONNECT_SPLIT : CONNECT_REFUSED;
}

static ConnectVerdict judge(const ConnectSettings *s, int status, PtStr body, size_t count,
                            bool test, char why[static CONNECT_WHY_MAX])
{
    (void)s, (void)test;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(8 << 20);
    const KindNode *root = NULL;
    int64_t code = 0, subcode = 0;
    ConnectVerdict verdict = kind_judge(status, count, body, why);
    if (verdict == CONNECT_DELIVERED || arena == NULL || !kind_tree(body, arena, &root)) {
        return verdict;
    }
    const KindNode *error = kind_at(root, "error");
    const KindNode *number = kind_at(error, "code"), *sub = kind_at(error, "error_subcode");
    if (number == NULL || !pt_json_to_i64(number->raw, &code)) {
        return verdict;
    }
    if (sub != NULL) {
        (void)pt_json_to_i64(sub->raw, &subcode);
    }
    const KindNode *transient = kind_at(error, "is_transient");
    static const char *const texts[] = {"error_user_msg", "message", NULL};
    PtStr text = kind_first(error, texts);
    kind_why(why, "it answered %d, code %lld: %.*s", status, (long long)code,
             (int)(text.len < CONNECT_WHY_MAX ? text.len : CONNECT_WHY_MAX),
             text.len > 0 ? text.data : "");
    return verdict_of(code, subcode, transient != NULL && transient->type == PT_JSON_TRUE, status,
                      count);
}

static size_t fill_max(const ConnectSettings *s)
{
    return BODY_MAX - 128 - (size_t)count_max(s);
}

static const char *const purposes[] = {"advertising", NULL};

const ConnectKind connect_kind_meta = {
    .name = "meta",
    .title = "Meta Conversions API",
    .help = "Sends conversions to Meta; what tells who somebody is goes out hashed.",
    .fields = fields,
    .field_count = sizeof fields / sizeof *fields,
    .bytes_max = BODY_MAX,
    .parallel = 2,
    .repeatable = true,
    .mapping = CONNECT_MAPPING_FIELDS,
    .purposes_default = purposes,
    .check = check,
    .count_max = count_max,
    .fill_max = fill_max,
    .render = render,
    .encode = encode,
    .judge = judge,
};
