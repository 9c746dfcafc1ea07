// SPDX-License-Identifier: Apache-2.0
/* One pass over an event's JSON: what it says of itself, scalars of its properties, and of its
 * context what a table names. */
#include "behaviour/rows.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/money.h"
#include "profiles/profiles.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
    PROPERTIES = COLUMNS_ROW_PROPERTIES_MAX,
    PATHS = PROPERTIES * (COLUMNS_NAME_MAX + 1) + COLUMNS_NAME_MAX,
    DECODED = 2 * EVENT_MAX_BYTES, /* of an event and its batch; decoding makes no text longer */
    JSON_DEPTH = EVENT_MAX_DEPTH + 1,
    PREFIX = 11, /* of "properties." */
};

const PtStr rows_channels[ROWS_CHANNELS] = {PT_STR_INIT(""), PT_STR_INIT("web"), PT_STR_INIT("app"),
                                            PT_STR_INIT("store"), PT_STR_INIT("service")};

/* ---- Context: members that are kept ----------------------------------------------------------
 */

typedef enum Top {
    TOP_APP,
    TOP_CAMPAIGN,
    TOP_CHANNEL,
    TOP_DEVICE,
    TOP_LIBRARY,
    TOP_LOCALE,
    TOP_LOCATION,
    TOP_NETWORK,
    TOP_OS,
    TOP_PAGE,
    TOP_REFERRER,
    TOP_TIMEZONE,
    TOP_USER_AGENT,
    TOPS,
} Top;

static const PtStr tops[TOPS] = {
    PT_STR_INIT("app"),      PT_STR_INIT("campaign"), PT_STR_INIT("channel"),
    PT_STR_INIT("device"),   PT_STR_INIT("library"),  PT_STR_INIT("locale"),
    PT_STR_INIT("location"), PT_STR_INIT("network"),  PT_STR_INIT("os"),
    PT_STR_INIT("page"),     PT_STR_INIT("referrer"), PT_STR_INIT("timezone"),
    PT_STR_INIT("userAgent")};

#define NO_SIGN PROFILE_SIGNS
#define PATH(p) PT_STR_INIT("context." p)
#define SUB(s)  PT_STR_INIT(s)

/* By top; a member without a sub is a scalar itself. path "": it is no property. */
static const struct Kept {
    Top top;
    PtStr sub, path;
    ProfileSign sign;
} kept[] = {
    {TOP_APP, SUB("name"), PATH("app.name"), NO_SIGN},
    {TOP_APP, SUB("version"), PATH("app.version"), NO_SIGN},
    {TOP_CAMPAIGN, SUB("name"), PATH("campaign.name"), NO_SIGN},
    {TOP_CAMPAIGN, SUB("source"), PATH("campaign.source"), NO_SIGN},
    {TOP_CAMPAIGN, SUB("medium"), PATH("campaign.medium"), NO_SIGN},
    {TOP_CAMPAIGN, SUB("term"), PATH("campaign.term"), NO_SIGN},
    {TOP_CAMPAIGN, SUB("content"), PATH("campaign.content"), NO_SIGN},
    {TOP_CHANNEL, SUB(""), SUB(""), PROFILE_SIGN_CHANNEL},
    {TOP_DEVICE, SUB("type"), PATH("device.type"), PROFILE_SIGN_DEVICE},
    {TOP_DEVICE, SUB("model"), PATH("device.model"), NO_SIGN},
    {TOP_LIBRARY, SUB("name"), PATH("library.name"), PROFILE_SIGN_LIBRARY},
    {TOP_LOCALE, SUB(""), PATH("locale"), NO_SIGN},
    {TOP_LOCATION, SUB("country"), PATH("location.country"), NO_SIGN},
    {TOP_LOCATION, SUB("store_id"), SUB(""), NO_SIGN},
    {TOP_NETWORK, SUB("carrier"), PATH("network.carrier"), NO_SIGN},
    {TOP_OS, SUB("name"), PATH("os.name"), PROFILE_SIGN_SYSTEM},
    {TOP_PAGE, SUB("path"), PATH("page.path"), NO_SIGN},
    {TOP_PAGE, SUB("title"), PATH("page.title"), NO_SIGN},
    {TOP_REFERRER, SUB("type"), PATH("referrer.type"), NO_SIGN},
    {TOP_TIMEZONE, SUB(""), PATH("timezone"), NO_SIGN},
    {TOP_USER_AGENT, SUB(""), SUB(""), PROFILE_SIGN_AGENT},
};

enum { KEPT = sizeof kept / sizeof *kept };

/* ---- Properties that say more -----------------------------------------------------------------
 */

typedef enum Said {
    SAID_STORE_ID, /* stores: the first that is there counts */
    SAID_STORE_ID_CAMEL,
    SAID_STORE,
    SAID_LOCATION_ID,
    SAID_TOTAL, /* amounts, likewise */
    SAID_REVENUE,
    SAID_VALUE,
    SAID_CURRENCY,
    SAID_CHANNEL, /* of a residue */
    SAID_REGISTER,
    SAID_REGISTER_ID,
    SAID_TILL_ID,
    SAID_POS_ID,
    SAIDS,
} Said;

static const PtStr said_names[SAIDS] = {
    PT_STR_INIT("store_id"),    PT_STR_INIT("storeId"),     PT_STR_INIT("store"),
    PT_STR_INIT("location_id"), PT_STR_INIT("total"),       PT_STR_INIT("revenue"),
    PT_STR_INIT("value"),       PT_STR_INIT("currency"),    PT_STR_INIT("channel"),
    PT_STR_INIT("register"),    PT_STR_INIT("register_id"), PT_STR_INIT("till_id"),
    PT_STR_INIT("pos_id")};

static const PtStr products = PT_STR_INIT("products");

typedef struct Scalar { /* kind COLUMNS_KINDS: something is there, which is no scalar */
    ColumnsKind kind;
    bool there, truth;
    PtStr text; /* of a number its digits */
    double number;
} Scalar;

struct Rows {
    PtJson json;
    PtBuf decoded;
    char paths[PATHS];
    size_t path_bytes;
    bool twice; /* a path may come again: the last one counts */
    ColumnsValue values[PROPERTIES];
    size_t count;
    uint64_t over; /* properties of this row that found no room */
    Scalar said[SAIDS];
    Scalar context[KEPT];
    bool page;      /* context.page is there */
    Scalar channel; /* of the event itself */
    _Atomic uint64_t left_out;
};

PtStatus rows_new(Rows **ret_rows, PtError *err)
{
    Rows *r = calloc(1, sizeof *r);
    if (r != NULL) {
        pt_buf_init(&r->decoded, DECODED);
    }
    if (r == NULL || pt_buf_reserve(&r->decoded, DECODED) == NULL) { // texts in it stay in place
        rows_free(r);
        return pt_fail(err, PT_NO_MEMORY, "no memory for rows of events");
    }
    *ret_rows = r;
    return PT_OK;
}

void rows_free(Rows *r)
{
    if (r != NULL) {
        pt_buf_done(&r->decoded);
        free(r);
    }
}

uint64_t rows_left_out(const Rows *r)
{
    return atomic_load(&r->left_out);
}

/* ---- Scalars ----------------------------------------------------------------------------------
 */

static PtStr decode(Rows *r, PtStr raw, unsigned flags)
{
    if ((flags & PT_JSON_ESCAPED) == 0) {
        return raw;
    }
    const size_t before = r->decoded.len;
    pt_json_decode(raw, &r->decoded);
    return (PtStr){r->decoded.data + before, r->decoded.len - before};
}

static Scalar take_number(const Rows *r)
{
    const double number = pt_json_to_double(r->json.raw);
    return isfinite(number) ? (Scalar){COLUMNS_NUMBER, true, false, r->json.raw, number}
                            : (Scalar){.kind = COLUMNS_KINDS, .there = true};
}

/* The value that comes next, and all of it where it is none. False: the JSON is broken. */
static bool take_scalar(Rows *r, PtJsonToken token, Scalar *s)
{
    switch (token) {
    case PT_JSON_STRING:
        *s = (Scalar){
            .kind = COLUMNS_TEXT, .there = true, .text = decode(r, r->json.raw, r->json.flags)};
        return true;
    case PT_JSON_NUMBER:
        *s = take_number(r);
        return true;
    case PT_JSON_TRUE:
    case PT_JSON_FALSE:
        *s = (Scalar){.kind = COLUMNS_TRUTH, .there = true, .truth = token == PT_JSON_TRUE};
        return true;
    case PT_JSON_NULL:
        *s = (Scalar){.there = false};
        return true;
    case PT_JSON_OBJECT:
    case PT_JSON_ARRAY:
        *s = (Scalar){.kind = COLUMNS_KINDS, .there = true};
        return pt_json_skip_open(&r->json, NULL, NULL, NULL);
    default:
        return false;
    }
}

/* ---- Properties -------------------------------------------------------------------------------
 */

/* A path that comes again, and what stood below it. */
static void drop_paths(Rows *r, size_t path_len)
{
    const PtStr path = {r->paths + r->path_bytes, path_len};
    size_t kept_count = 0;
    for (size_t i = 0; i < r->count; i++) {
        const PtStr other = r->values[i].path;
        const bool below =
            pt_str_starts(other, path) && (other.len == path_len || other.data[path_len] == '.');
        if (!below) {
            r->values[kept_count++] = r->values[i];
        }
    }
    r->count = kept_count;
}

/* The path in hand goes on being made behind it, from its first `stays` bytes. */
static void add_property(Rows *r, size_t path_len, size_t stays, const Scalar *s)
{
    char *path = r->paths + r->path_bytes;
    if (r->twice) {
        drop_paths(r, path_len);
    }
    if (!s->there || s->kind == COLUMNS_KINDS) {
        return;
    }
    if (r->count == PROPERTIES || r->path_bytes + path_len + COLUMNS_NAME_MAX > PATHS) {
        r->over++;
        return;
    }
    r->values[r->count++] = (ColumnsValue){.path = {path, path_len},
                                           .kind = s->kind,
                                           .text = s->text,
                                           .number = s->number,
                                           .truth = s->truth};
    memcpy(path + path_len, path, stays);
    r->path_bytes += path_len;
}

/* 0: the path would be too long. */
static size_t add_name(Rows *r, size_t path_len, PtStr name)
{
    char *path = r->paths + r->path_bytes;
    if (path_len + name.len + 1 > COLUMNS_NAME_MAX) {
        return 0;
    }
    if (name.len > 0) {
        memcpy(path + path_len, name.data, name.len);
        r->twice = r->twice || memchr(name.data, '.', name.len) != NULL;
    }
    path[path_len + name.len] = '.';
    return path_len + name.len;
}

static Said said_of(PtStr name)
{
    Said i = 0;
    while (i < SAIDS && !pt_str_eq(name, said_names[i])) {
        i++;
    }
    return i;
}

/* The list that was just opened. */
static bool count_items(Rows *r, Scalar *s)
{
    double count = 0;
    PtJsonToken token;
    while ((token = pt_json_next(&r->json)) != PT_JSON_ARRAY_END) {
        const bool nested = token == PT_JSON_OBJECT || token == PT_JSON_ARRAY;
        if (token == PT_JSON_ERROR || (nested && !pt_json_skip_open(&r->json, NULL, NULL, NULL))) {
            return false;
        }
        count++;
    }
    *s = (Scalar){.kind = COLUMNS_NUMBER, .there = true, .number = count};
    return true;
}

typedef struct Walk {        /* through nested objects */
    size_t ends[ROWS_DEPTH]; /* bytes of the path with its dot */
    size_t depth;
} Walk;

/* A member whose key was just read. */
static bool take_member(Rows *r, Walk *w, PtStr name)
{
    const size_t end = w->ends[w->depth], len = add_name(r, end, name);
    const Said said = w->depth == 0 ? said_of(name) : SAIDS;
    const PtJsonToken token = pt_json_next(&r->json);
    Scalar s = {.kind = COLUMNS_KINDS, .there = true};
    if (token == PT_JSON_OBJECT && w->depth + 1 < ROWS_DEPTH && len > 0) {
        if (r->twice) {
            drop_paths(r, len);
        }
        w->ends[++w->depth] = len + 1;
    } else {
        const bool list = token == PT_JSON_ARRAY && w->depth == 0 && pt_str_eq(name, products);
        if (list ? !count_items(r, &s) : !take_scalar(r, token, &s)) {
            return false;
        }
        if (len > 0) {
            add_property(r, len, end, &s);
        } else {
            r->over++;
        }
    }
    if (said < SAIDS) {
        r->said[said] = s;
    }
    return true;
}

/* The object that was just opened; it takes the place of one that came before. */
static bool take_properties(Rows *r)
{
    Walk w = {.ends = {PREFIX}};
    r->count = r->path_bytes = r->over = 0;
    memset(r->said, 0, sizeof r->said);
    memcpy(r->paths, "properties.", PREFIX);
    for (;;) {
        const PtJsonToken token = pt_json_next(&r->json);
        if (token == PT_JSON_OBJECT_END) {
            if (w.depth == 0) {
                return true;
            }
            w.depth--;
        } else if (token != PT_JSON_KEY ||
                   !take_member(r, &w, decode(r, r->json.raw, r->json.flags))) {
            return false;
        }
    }
}

/* ---- Context ----------------------------------------------------------------------------------
 */

static Top top_of(PtStr name)
{
    Top top = 0;
    while (top < TOPS && !pt_str_eq(name, tops[top])) {
        top++;
    }
    return top;
}

/* KEPT: it is not kept. sub "": the member itself. */
static size_t kept_at(Top top, PtStr sub)
{
    size_t i = 0;
    while (i < KEPT && (kept[i].top != top || !pt_str_eq(sub, kept[i].sub))) {
        i++;
    }
    return i;
}

static bool take_subs(Rows *r, Top top)
{
    PtJsonToken token;
    while ((token = pt_json_next(&r->json)) == PT_JSON_KEY) {
        Scalar s;
        const size_t at = kept_at(top, r->json.raw);
        if (!take_scalar(r, pt_json_next(&r->json), &s)) {
            return false;
        }
        if (at < KEPT) {
            r->context[at] = s;
        }
    }
    return token == PT_JSON_OBJECT_END;
}

/* What the event's own context says of a member takes the place of all that its batch says. */
static void forget_top(Rows *r, Top top)
{
    for (size_t i = 0; i < KEPT; i++) {
        if (kept[i].top == top) {
            r->context[i].there = false;
        }
    }
}

/* The object that was just opened. */
static bool take_context(Rows *r)
{
    PtJsonToken token;
    while ((token = pt_json_next(&r->json)) == PT_JSON_KEY) {
        Scalar s;
        const Top top = top_of(r->json.raw);
        token = pt_json_next(&r->json);
        if (top < TOPS && token != PT_JSON_NULL) {
            forget_top(r, top);
            r->page = r->page || top == TOP_PAGE;
        }
        if (top < TOPS && token == PT_JSON_OBJECT) {
            if (!take_subs(r, top)) {
                return false;
            }
            continue;
        }
        const size_t at = top < TOPS ? kept_at(top, PT_STR("")) : KEPT;
        if (!take_scalar(r, token, &s)) {
            return false;
        }
        if (at < KEPT && s.there) {
            r->context[at] = s;
        }
    }
    return token == PT_JSON_OBJECT_END;
}

/* ---- The event --------------------------------------------------------------------------------
 */

static bool take_top(Rows *r, bool batch)
{
    const PtStr name = r->json.raw;
    const bool properties = !batch && pt_str_eq(name, PT_STR("properties"));
    const bool context = pt_str_eq(name, PT_STR("context"));
    const bool channel = !batch && pt_str_eq(name, PT_STR("channel"));
    if (!properties && !context && !channel) {
        return pt_json_skip(&r->json, NULL, NULL, NULL);
    }
    const PtJsonToken token = pt_json_next(&r->json);
    if (token == PT_JSON_OBJECT && !channel) {
        return properties ? take_properties(r) : take_context(r);
    }
    Scalar s;
    if (!take_scalar(r, token, &s)) {
        return false;
    }
    if (channel) {
        r->channel = s;
    }
    return true;
}

static PtStatus take_json(Rows *r, PtStr json, bool batch, PtError *err)
{
    pt_json_init(&r->json, json, JSON_DEPTH);
    bool ok = json.len > 0 && pt_json_next(&r->json) == PT_JSON_OBJECT;
    PtJsonToken token = PT_JSON_OBJECT;
    while (ok && (token = pt_json_next(&r->json)) == PT_JSON_KEY) {
        ok = take_top(r, batch);
    }
    return ok && token == PT_JSON_OBJECT_END
               ? PT_OK
               : pt_fail(err, PT_CORRUPT, "an event of the log is no JSON object");
}

/* ---- What follows from it ---------------------------------------------------------------------
 */

static PtStr text_of(const Scalar *s)
{
    const bool readable = s->there && (s->kind == COLUMNS_TEXT || s->kind == COLUMNS_NUMBER);
    return readable ? pt_str_trim(s->text) : PT_STR("");
}

static PtStr sign_of(const Scalar *s)
{
    return !s->there                 ? (PtStr){NULL, 0}
           : s->kind == COLUMNS_TEXT ? (PtStr){s->text.len > 0 ? s->text.data : "", s->text.len}
                                     : PT_STR("");
}

static uint8_t channel_number(PtStr channel)
{
    uint8_t i = ROWS_CHANNELS - 1;
    while (i > 0 && !pt_str_eq(channel, rows_channels[i])) {
        i--;
    }
    return i;
}

static uint8_t channel_of(const Rows *r, const EventView *v, bool erased)
{
    ProfileSigns signs = {0};
    const uint8_t said = erased ? channel_number(text_of(&r->said[SAID_CHANNEL])) : 0;
    if (said != 0) {
        return said;
    }
    for (size_t i = 0; i < KEPT; i++) {
        if (kept[i].sign != NO_SIGN) {
            signs.json[kept[i].sign] = sign_of(&r->context[i]);
        }
    }
    signs.json[PROFILE_SIGN_TOP_CHANNEL] = sign_of(&r->channel);
    for (Said i = SAID_REGISTER; i <= SAID_POS_ID; i++) {
        if (r->said[i].there) {
            signs.json[PROFILE_SIGN_REGISTER] = PT_STR("");
        }
    }
    if (r->page) {
        signs.json[PROFILE_SIGN_PAGE] = PT_STR("");
    }
    if (r->said[SAID_STORE_ID].there || r->said[SAID_STORE_ID_CAMEL].there) {
        signs.json[PROFILE_SIGN_STORE] = PT_STR("");
    }
    signs.json[PROFILE_SIGN_TYPE] = event_type_name(v->type);
    return channel_number(profiles_channel_by(&signs));
}

static PtStr store_of(const Rows *r)
{
    for (Said i = SAID_STORE_ID; i <= SAID_LOCATION_ID; i++) {
        const PtStr text = text_of(&r->said[i]);
        if (text.len > 0) {
            return text;
        }
    }
    return text_of(&r->context[kept_at(TOP_LOCATION, PT_STR("store_id"))]);
}

/* As orders are summed for profiles. */
static void put_amount(const Rows *r, const EventView *v, ColumnsRow *row)
{
    for (Said i = SAID_TOTAL; !row->has_amount && i <= SAID_VALUE; i++) {
        const PtStr text = text_of(&r->said[i]);
        row->has_amount = text.len > 0 && pt_money_parse(text, &row->amount, NULL) == PT_OK;
    }
    if (row->has_amount && row->amount < 0 && pt_str_eq(v->name, PT_STR("Order Refunded"))) {
        row->amount = -row->amount; // the range of money is the same on both sides
    }
    if (!pt_currency_parse(text_of(&r->said[SAID_CURRENCY]), row->currency)) {
        row->currency[0] = '\0';
    }
}

/* Before the properties: of one source they stand at the same places. */
static void put_values(Rows *r, ColumnsRow *row)
{
    ColumnsValue context[KEPT];
    size_t count = 0;
    for (size_t i = 0; i < KEPT; i++) {
        const Scalar *s = &r->context[i];
        if (s->there && s->kind != COLUMNS_KINDS && kept[i].path.len > 0) {
            context[count++] = (ColumnsValue){.path = kept[i].path,
                                              .kind = s->kind,
                                              .text = s->text,
                                              .number = s->number,
                                              .truth = s->truth};
        }
    }
    if (r->count > PROPERTIES - count) {
        r->over += r->count - (PROPERTIES - count);
        r->count = PROPERTIES - count;
    }
    memmove(&r->values[count], r->values, r->count * sizeof *r->values);
    memcpy(r->values, context, count * sizeof *context);
    row->values = r->values;
    row->value_count = count + r->count;
}

static void forget(Rows *r, bool twice)
{
    pt_buf_clear(&r->decoded, DECODED);
    memset(r->said, 0, sizeof r->said);
    memset(r->context, 0, sizeof r->context);
    r->channel = (Scalar){.there = false};
    r->count = r->path_bytes = r->over = 0;
    r->page = false;
    r->twice = twice;
}

PtStatus rows_read(Rows *r, const PtRecord *record, const EventView *v, ColumnsRow *ret_row,
                   PtError *err)
{
    const bool erased = (record->flags & EVENT_ERASED) != 0;
    PtStatus st = PT_OK;
    forget(r, (record->flags & EVENT_DUPLICATE_KEY) != 0);
    if (v->common.len > 0) {
        st = take_json(r, v->common, true, err);
    }
    st = st == PT_OK ? take_json(r, v->raw, false, err) : st;
    if (st != PT_OK) {
        return st;
    }
    ColumnsRow row = {.offset = record->position.offset,
                      .time_ms = v->timestamp_ms,
                      .source = record->source,
                      .type = (uint8_t)v->type,
                      .channel = channel_of(r, v, erased),
                      .event = v->name,
                      .store = store_of(r)};
    put_amount(r, v, &row);
    if (!erased) {
        put_values(r, &row);
        atomic_fetch_add_explicit(&r->left_out, r->over, memory_order_relaxed);
    }
    *ret_row = row;
    return PT_OK;
}
