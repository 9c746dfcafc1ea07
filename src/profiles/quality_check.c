// SPDX-License-Identifier: Apache-2.0
/* What one event lacks, and what of it cannot be what it says it is. Pure; docs/quality.md tells
 * the same in words. */
#include "base/json.h"
#include "base/money.h"
#include "profiles/quality_internal.h"
#include "profiles/standard.h"
#include "profiles/traits_internal.h"

#include <string.h>

enum {
    NEEDS_MAX = 4,
    LINES_MAX = 100, /* of products that are looked at */
};

/* ---- Tables ---------------------------------------------------------------------------------- */

typedef enum Form {
    FORM_ANY,
    FORM_EMAIL,
    FORM_CURRENCY,
    FORM_AMOUNT,
    FORM_LIST, /* from here on the value is kept: it is judged once all of the object is read */
    FORM_PHONE,
    FORM_COUNTRY,
    FORM_ADDRESS,
    FORMS,
} Form;

typedef struct Key {
    PtStr name;
    Form form;
    const char *in_properties, *in_traits, *in_context; /* what people are told of it */
} Key;

#define PROPERTY(id, key, form) [id] = {PT_STR_INIT(key), form, "properties." key, NULL, NULL}
#define TRAIT(id, key, form)                                                                       \
    [id] = {PT_STR_INIT(key), form, NULL, "traits." key, "context.traits." key}

enum { /* of properties */
       ORDER_ID,
       TOTAL,
       REVENUE,
       VALUE,
       SUBTOTAL,
       SHIPPING,
       TAX,
       DISCOUNT,
       PRICE,
       QUANTITY,
       CURRENCY,
       PRODUCTS,
       PRODUCT_ID,
       SKU,
       QUERY,
       LIST_ID,
       CATEGORY,
       CART_ID,
       CHECKOUT_ID,
       COUPON_ID,
       COUPON_NAME,
       URL,
       PROPERTY_KEYS,
};

static const Key property_keys[PROPERTY_KEYS] = {
    PROPERTY(ORDER_ID, "order_id", FORM_ANY),
    PROPERTY(TOTAL, "total", FORM_AMOUNT),
    PROPERTY(REVENUE, "revenue", FORM_AMOUNT),
    PROPERTY(VALUE, "value", FORM_AMOUNT),
    PROPERTY(SUBTOTAL, "subtotal", FORM_AMOUNT),
    PROPERTY(SHIPPING, "shipping", FORM_AMOUNT),
    PROPERTY(TAX, "tax", FORM_AMOUNT),
    PROPERTY(DISCOUNT, "discount", FORM_AMOUNT),
    PROPERTY(PRICE, "price", FORM_AMOUNT),
    PROPERTY(QUANTITY, "quantity", FORM_AMOUNT),
    PROPERTY(CURRENCY, "currency", FORM_CURRENCY),
    PROPERTY(PRODUCTS, "products", FORM_LIST),
    PROPERTY(PRODUCT_ID, "product_id", FORM_ANY),
    PROPERTY(SKU, "sku", FORM_ANY),
    PROPERTY(QUERY, "query", FORM_ANY),
    PROPERTY(LIST_ID, "list_id", FORM_ANY),
    PROPERTY(CATEGORY, "category", FORM_ANY),
    PROPERTY(CART_ID, "cart_id", FORM_ANY),
    PROPERTY(CHECKOUT_ID, "checkout_id", FORM_ANY),
    PROPERTY(COUPON_ID, "coupon_id", FORM_ANY),
    PROPERTY(COUPON_NAME, "coupon_name", FORM_ANY),
    PROPERTY(URL, "url", FORM_ANY),
};

enum { /* of traits */
       EMAIL,
       PHONE,
       NAME,
       FIRST_NAME,
       FIRSTNAME,
       LAST_NAME,
       LASTNAME,
       COUNTRY,
       ADDRESS,
       TRAIT_KEYS,
};

static const Key trait_keys[TRAIT_KEYS] = {
    TRAIT(EMAIL, "email", FORM_EMAIL),       TRAIT(PHONE, "phone", FORM_PHONE),
    TRAIT(NAME, "name", FORM_ANY),           TRAIT(FIRST_NAME, "first_name", FORM_ANY),
    TRAIT(FIRSTNAME, "firstName", FORM_ANY), TRAIT(LAST_NAME, "last_name", FORM_ANY),
    TRAIT(LASTNAME, "lastName", FORM_ANY),   TRAIT(COUNTRY, "country", FORM_COUNTRY),
    TRAIT(ADDRESS, "address", FORM_ADDRESS),
};

typedef struct Need { /* one of these keys; field: what people are told is missing */
    uint32_t properties, traits;
    const char *field;
} Need;

#define ONE(key)  (1U << (key))
#define NEED(...) __VA_ARGS__

/* What a good event of each kind has: e-commerce after Segment's specification. */
static const struct Kind {
    EventType type;
    const char *name; /* of the event; NULL: any */
    Need needs[NEEDS_MAX];
} kinds[] = {
    {EVENT_IDENTIFY,
     NULL,
     {{0,
       ONE(EMAIL) | ONE(PHONE) | ONE(NAME) | ONE(FIRST_NAME) | ONE(FIRSTNAME) | ONE(LAST_NAME) |
           ONE(LASTNAME),
       "traits.email, phone or name"}}},
    {EVENT_GROUP, NULL, {{0, ONE(NAME), "traits.name"}}},
    {EVENT_PAGE, NULL, {{ONE(URL), 0, "properties.url or context.page.url"}}},
    {EVENT_TRACK,
     "Order Completed",
     {{ONE(ORDER_ID), 0, "properties.order_id"},
      {ONE(TOTAL) | ONE(REVENUE), 0, "properties.total or revenue"},
      {ONE(CURRENCY), 0, "properties.currency"},
      {ONE(PRODUCTS), 0, "properties.products"}}},
    {EVENT_TRACK,
     "Order Refunded",
     {{ONE(ORDER_ID), 0, "properties.order_id"},
      {ONE(TOTAL) | ONE(REVENUE), 0, "properties.total or revenue"},
      {ONE(CURRENCY), 0, "properties.currency"}}},
    {EVENT_TRACK, "Order Cancelled", {{ONE(ORDER_ID), 0, "properties.order_id"}}},
    {EVENT_TRACK, "Order Updated", {{ONE(ORDER_ID), 0, "properties.order_id"}}},
    {EVENT_TRACK,
     "Product Viewed",
     {{ONE(PRODUCT_ID) | ONE(SKU), 0, "properties.product_id or sku"}}},
    {EVENT_TRACK,
     "Product Clicked",
     {{ONE(PRODUCT_ID) | ONE(SKU), 0, "properties.product_id or sku"}}},
    {EVENT_TRACK,
     "Product Added",
     {{ONE(PRODUCT_ID) | ONE(SKU), 0, "properties.product_id or sku"},
      {ONE(PRICE), 0, "properties.price"}}},
    {EVENT_TRACK,
     "Product Removed",
     {{ONE(PRODUCT_ID) | ONE(SKU), 0, "properties.product_id or sku"}}},
    {EVENT_TRACK,
     "Product List Viewed",
     {{ONE(LIST_ID) | ONE(CATEGORY), 0, "properties.list_id or category"},
      {ONE(PRODUCTS), 0, "properties.products"}}},
    {EVENT_TRACK, "Products Searched", {{ONE(QUERY), 0, "properties.query"}}},
    {EVENT_TRACK, "Cart Viewed", {{ONE(PRODUCTS), 0, "properties.products"}}},
    {EVENT_TRACK, "Checkout Started", {{ONE(PRODUCTS), 0, "properties.products"}}},
    {EVENT_TRACK,
     "Coupon Applied",
     {{ONE(COUPON_ID) | ONE(COUPON_NAME), 0, "properties.coupon_id or coupon_name"}}},
};

/* ISO 4217, with XXX for "no currency". By letter. */
static const char currencies[] = "AEDAFNALLAMDANGAOAARSAUDAWGAZNBAMBBDBDTBGNBHDBIFBMDBNDBOBBOVBRLBS"
                                 "DBTNBWPBYNBZDCADCDFCHECHFCHWCLF"
                                 "CLPCNYCOPCOUCRCCUCCUPCVECZKDJFDKKDOPDZDEGPERNETBEURFJDFKPGBPGELGH"
                                 "SGIPGMDGNFGTQGYDHKDHNLHRKHTGHUF"
                                 "IDRILSINRIQDIRRISKJMDJODJPYKESKGSKHRKMFKPWKRWKWDKYDKZTLAKLBPLKRLR"
                                 "DLSLLYDMADMDLMGAMKDMMKMNTMOPMRU"
                                 "MURMVRMWKMXNMXVMYRMZNNADNGNNIONOKNPRNZDOMRPABPENPGKPHPPKRPLNPYGQA"
                                 "RRONRSDRUBRWFSARSBDSCRSDGSEKSGD"
                                 "SHPSLESOSSRDSSPSTNSVCSYPSZLTHBTJSTMTTNDTOPTRYTTDTWDTZSUAHUGXUSDUS"
                                 "NUYIUYUUYWUZSVEDVESVNDVUVWSTXAF"
                                 "XAGXAUXBAXBBXBCXBDXCDXDRXOFXPDXPFXPTXSUXTSXUAXXXYERZARZMWZWGZWL";

/* ---- Forms ----------------------------------------------------------------------------------- */

static bool is_currency(PtStr text)
{
    char code[4];
    size_t low = 0, high = (sizeof currencies - 1) / 3;
    if (!pt_currency_parse(text, code)) {
        return false;
    }
    while (low < high) {
        const size_t mid = (low + high) / 2;
        const int order = memcmp(code, currencies + 3 * mid, 3);
        if (order == 0) {
            return true;
        }
        low = order > 0 ? mid + 1 : low;
        high = order < 0 ? mid : high;
    }
    return false;
}

static bool is_amount(PtStr text)
{
    int64_t micros;
    return pt_money_parse(text, &micros, NULL) == PT_OK;
}

typedef enum Verdict { ABSENT, GOOD, BAD } Verdict;

/* A text as it stands, else all of it; without space around. */
static PtStr plain_of(PtStr json)
{
    const bool text = json.len > 1 && json.data[0] == '"';
    return pt_str_trim(text ? (PtStr){json.data + 1, json.len - 2} : json);
}

/* Of the value's JSON text. A text with escapes is not judged: it is there. */
static Verdict judge(PtStr json, unsigned flags, Form form)
{
    const char c = json.data[0];
    const bool text = c == '"', number = c == '-' || (c >= '0' && c <= '9');
    const PtStr plain = plain_of(json);
    if (plain.len == 0 || pt_str_eq(json, PT_STR("null")) || pt_str_eq(json, PT_STR("[]"))) {
        return ABSENT;
    }
    if (form == FORM_ANY || form > FORM_PHONE || (text && (flags & PT_JSON_ESCAPED) != 0)) {
        return GOOD;
    }
    const bool good = form == FORM_LIST ? c == '['
                      : form == FORM_EMAIL
                          ? text && standard_mail_fault(plain) == STANDARD_FAULT_NONE
                      : form == FORM_PHONE    ? text || number
                      : form == FORM_CURRENCY ? text && is_currency(plain)
                                              : (text || number) && is_amount(plain);
    return good ? GOOD : BAD;
}

/* ---- Reading --------------------------------------------------------------------------------- */

typedef struct Found { /* a bit a key */
    uint32_t there, bad;
    PtStr kept[FORMS - FORM_LIST]; /* JSON; empty: absent, bad, or a phone with escapes */
} Found;

typedef struct Reading { /* of one event, in one pass */
    PtJson j;
    Found properties, traits, context, page;
} Reading;

static PtStr kept(const Found *found, Form form)
{
    return found->kept[form - FORM_LIST];
}

static bool is_key(const PtJson *j, PtStr name)
{
    return (j->flags & PT_JSON_ESCAPED) == 0 ? pt_str_eq(j->raw, name)
                                             : pt_json_raw_eq(j->raw, j->flags, name);
}

/* The object that comes next; of equal names the last counts. False: it does not read. */
static bool read_object(PtJson *j, const Key *keys, size_t count, Found *ret_found)
{
    PtJsonToken token = pt_json_next(j);
    *ret_found = (Found){0};
    if (token != PT_JSON_OBJECT) {
        return token == PT_JSON_ARRAY ? pt_json_skip_open(j, NULL, NULL, NULL)
                                      : token != PT_JSON_ERROR;
    }
    while ((token = pt_json_next(j)) == PT_JSON_KEY) {
        size_t key = 0;
        PtStr value;
        unsigned flags;
        while (key < count && !is_key(j, keys[key].name)) {
            key++;
        }
        if (!pt_json_skip(j, &value, &flags, NULL)) {
            return false;
        }
        if (key < count) {
            const Verdict verdict = judge(value, flags, keys[key].form);
            ret_found->there &= ~ONE(key);
            ret_found->bad &= ~ONE(key);
            ret_found->there |= verdict != ABSENT ? ONE(key) : 0;
            ret_found->bad |= verdict == BAD ? ONE(key) : 0;
            if (keys[key].form >= FORM_LIST) {
                const bool raw = keys[key].form == FORM_PHONE && (flags & PT_JSON_ESCAPED) != 0;
                ret_found->kept[keys[key].form - FORM_LIST] =
                    verdict == GOOD && !raw ? value : (PtStr){NULL, 0};
            }
        }
    }
    return token == PT_JSON_OBJECT_END;
}

static bool read_context(Reading *r)
{
    PtJsonToken token = pt_json_next(&r->j);
    if (token != PT_JSON_OBJECT) {
        return token == PT_JSON_ARRAY ? pt_json_skip_open(&r->j, NULL, NULL, NULL)
                                      : token != PT_JSON_ERROR;
    }
    while ((token = pt_json_next(&r->j)) == PT_JSON_KEY) {
        const bool ok = is_key(&r->j, PT_STR("traits"))
                            ? read_object(&r->j, trait_keys, TRAIT_KEYS, &r->context)
                        : is_key(&r->j, PT_STR("page"))
                            ? read_object(&r->j, property_keys, PROPERTY_KEYS, &r->page)
                            : pt_json_skip(&r->j, NULL, NULL, NULL);
        if (!ok) {
            return false;
        }
    }
    return token == PT_JSON_OBJECT_END;
}

static void read_event(PtStr raw, Reading *r)
{
    bool ok = true;
    pt_json_init(&r->j, raw, EVENT_MAX_DEPTH);
    r->properties = r->traits = r->context = r->page = (Found){0};
    if (raw.len == 0 || pt_json_next(&r->j) != PT_JSON_OBJECT) {
        return;
    }
    while (ok && pt_json_next(&r->j) == PT_JSON_KEY) {
        ok = is_key(&r->j, PT_STR("properties"))
                 ? read_object(&r->j, property_keys, PROPERTY_KEYS, &r->properties)
             : is_key(&r->j, PT_STR("traits"))
                 ? read_object(&r->j, trait_keys, TRAIT_KEYS, &r->traits)
             : is_key(&r->j, PT_STR("context")) ? read_context(r)
                                                : pt_json_skip(&r->j, NULL, NULL, NULL);
    }
}

static void add(QualityFacts *f, const char *kind, const char *field, QualityProblem problem)
{
    for (size_t i = 0; i < f->count; i++) {
        if (f->found[i].field == field && f->found[i].problem == problem) {
            return;
        }
    }
    if (f->count < QUALITY_FACTS_MAX) {
        f->found[f->count++] = (QualityFact){kind, field, problem};
    }
}

/* Whether one line of the list has a price that is no number. */
static bool has_bad_price(PtStr products)
{
    PtJson j;
    if (products.len == 0) {
        return false;
    }
    pt_json_init(&j, products, EVENT_MAX_DEPTH);
    (void)pt_json_next(&j); // the bracket
    for (int i = 0; i < LINES_MAX; i++) {
        Found found;
        if (!read_object(&j, &property_keys[PRICE], 1, &found)) {
            return false; // the end
        }
        if (found.bad != 0) {
            return true;
        }
    }
    return false;
}

static const struct Kind *kind_of(const EventView *v)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].type == v->type &&
            (kinds[i].name == NULL || pt_str_eq(v->name, pt_str(kinds[i].name)))) {
            return &kinds[i];
        }
    }
    return NULL;
}

static bool has(PtStr text, PtStr part)
{
    return pt_str_has(text, part);
}

static void check_needs(QualityFacts *f, const struct Kind *kind, const Found *properties,
                        const Found *traits)
{
    for (size_t i = 0; i < NEEDS_MAX && kind->needs[i].field != NULL; i++) {
        const Need *need = &kind->needs[i];
        if ((properties->there & need->properties) == 0 && (traits->there & need->traits) == 0) {
            add(f, f->kind, need->field, QUALITY_IS_MISSING);
        }
    }
}

static void check_properties(QualityFacts *f, const Found *found)
{
    for (size_t i = 0; i < PROPERTY_KEYS; i++) {
        if ((found->bad & ONE(i)) != 0) {
            add(f, f->kind, property_keys[i].in_properties, QUALITY_IS_MALFORMED);
        }
    }
    if (has_bad_price(kept(found, FORM_LIST))) {
        add(f, f->kind, "properties.products.price", QUALITY_IS_MALFORMED);
    }
}

/* country: of a number without one, where these traits say none. */
static bool has_bad_phone(const Found *found, const char *country)
{
    char known[STANDARD_COUNTRY];
    const PtStr phone = plain_of(kept(found, FORM_PHONE));
    PtStr said = kept(found, FORM_COUNTRY);
    if (phone.len == 0) {
        return false;
    }
    said = said.len > 0 ? said : profile_member(kept(found, FORM_ADDRESS), PT_STR("country"));
    standard_country_or(plain_of(said), country, known);
    return standard_phone_fault(phone, known) != STANDARD_FAULT_NONE;
}

static void check_traits(QualityFacts *f, const Found *found, const char *country, bool of_context)
{
    const uint32_t bad = found->bad | (has_bad_phone(found, country) ? ONE(PHONE) : 0);
    for (size_t i = 0; i < TRAIT_KEYS; i++) {
        if ((bad & ONE(i)) != 0) {
            add(f, f->kind, of_context ? trait_keys[i].in_context : trait_keys[i].in_traits,
                QUALITY_IS_MALFORMED);
        }
    }
}

/* Of the batch's context, where the event's own has no page. */
static bool batch_has_url(const EventView *v)
{
    Found found = {0};
    PtJson j;
    const PtStr page = profile_member(profile_member(v->common, PT_STR("context")), PT_STR("page"));
    if (page.len > 0) {
        pt_json_init(&j, page, EVENT_MAX_DEPTH);
        (void)read_object(&j, property_keys, PROPERTY_KEYS, &found);
    }
    return (found.there & ONE(URL)) != 0;
}

/* Most events of no known kind say nothing that could be wrong: looked for before anything is
 * parsed. */
static void check_body(QualityFacts *f, const EventView *v, const struct Kind *kind,
                       const char *country)
{
    Reading r;
    if (kind == NULL && !has(v->raw, PT_STR("\"currency\"")) &&
        !has(v->raw, PT_STR("\"revenue\"")) && !has(v->raw, PT_STR("\"traits\""))) {
        return;
    }
    read_event(v->raw, &r);
    if (v->type == EVENT_TRACK) {
        check_properties(f, &r.properties);
    }
    check_traits(f, &r.traits, country, false);
    check_traits(f, &r.context, country, true);
    if (v->type == EVENT_PAGE) {
        r.properties.there |= r.page.there & ONE(URL);
        r.properties.there |= v->common.len > 0 && batch_has_url(v) ? ONE(URL) : 0;
    }
    if (kind != NULL) {
        check_needs(f, kind, &r.properties, &r.traits);
    }
}

static void check_flags(QualityFacts *f, unsigned flags)
{
    static const struct {
        unsigned flag;
        const char *field;
    } rows[] = {{EVENT_REPLACED_TEXT, "text that is no Unicode"},
                {EVENT_DUPLICATE_KEY, "a key twice in one object"},
                {EVENT_UNREADABLE_TIME, "timestamp"},
                {EVENT_CLAMPED, "timestamp in the future"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if ((flags & rows[i].flag) != 0) {
            add(f, f->kind, rows[i].field, QUALITY_IS_MALFORMED);
        }
    }
}

void quality_check(const EventView *v, unsigned flags, size_t identifiers, const char *country,
                   QualityFacts *ret_facts)
{
    QualityFacts *f = ret_facts;
    const struct Kind *kind = kind_of(v);
    f->count = 0;
    f->kind = kind != NULL && kind->name != NULL ? kind->name : event_type_name(v->type).data;
    f->checked = kind != NULL || identifiers == 0;
    if (identifiers == 0) {
        add(f, f->kind, "userId, anonymousId or another identifier", QUALITY_IS_MISSING);
    }
    check_body(f, v, kind, country);
    check_flags(f, flags);
}
