// SPDX-License-Identifier: Apache-2.0
/* Rules over a payload: which apply, and the events they make. */
#include "base/json.h"
#include "base/money.h"
#include "base/time.h"
#include "connect/shops/shop.h"

#include <stdio.h>

enum {
    SEGMENTS_MAX = 5,
    TEXT_MAX = 1000,       /* bytes of one text */
    RAW_MAX = 4096,        /* of a value that goes as it stands */
    LINES_FILL = 26 << 10, /* of an event, after which no further line is begun */
    MESSAGE_ID_MAX = 200,
    EVENT_ROOM = 64 << 10,
};

/* ---- Writing nested members ------------------------------------------------------------------ */

typedef struct Writer {
    PtBuf buf;
    PtJsonOut out;
    PtStr open[SEGMENTS_MAX];
    size_t depth;
} Writer;

static void close_to(Writer *w, size_t depth)
{
    while (w->depth > depth) {
        pt_json_out_object_end(&w->out);
        w->depth--;
    }
}

/* Opens the parents of `to` and writes its own key. */
static void key_of(Writer *w, PtStr to)
{
    PtStr segments[SEGMENTS_MAX + 1] = {{NULL, 0}};
    size_t count = 0, same = 0;
    while (count <= SEGMENTS_MAX && pt_str_cut(&to, '.', &segments[count])) {
        count++;
    }
    while (same < w->depth && same + 1 < count && pt_str_eq(w->open[same], segments[same])) {
        same++;
    }
    close_to(w, same);
    for (size_t i = same; i + 1 < count; i++) {
        pt_json_out_key(&w->out, segments[i]);
        pt_json_out_object(&w->out);
        w->open[w->depth++] = segments[i];
    }
    if (count > 0) {
        pt_json_out_key(&w->out, segments[count - 1]);
    }
}

/* ---- One event ------------------------------------------------------------------------------- */

typedef struct Making {
    const ShopSender *sender;
    const ShopHead *head;
    const ShopRule *rule;
    PtArena *arena;
    PtError *err;
    ShopEvent *event; /* the one that is being made */
    size_t number;    /* of it in its delivery */
} Making;

static PtStatus missing(const Making *m, const ShopField *f)
{
    return pt_fail(m->err, PT_INVALID, "%.*s: %s is missing, for %s", PT_STR_ARG(m->head->topic),
                   f->from, f->to);
}

static PtStatus wrong(const Making *m, const ShopField *f, const char *what)
{
    return pt_fail(m->err, PT_INVALID, "%.*s: %s is no %s, for %s", PT_STR_ARG(m->head->topic),
                   f->from, what, f->to);
}

static PtStr cut(PtStr text)
{
    size_t len = text.len < TEXT_MAX ? text.len : TEXT_MAX;
    while (len < text.len && len > 0 && ((unsigned char)text.data[len] & 0xC0) == 0x80) {
        len--;
    }
    return (PtStr){text.data, len};
}

static void put_text(Writer *w, PtStr to, PtStr text)
{
    key_of(w, to);
    pt_json_out_str(&w->out, cut(text));
}

static void put_micros(Writer *w, PtStr to, int64_t micros)
{
    char text[PT_MONEY_TEXT];
    key_of(w, to);
    pt_json_out_raw(&w->out, pt_money_format(micros, text));
}

/* What an id is made of: "shopify:customer:7", with the connector's mark where ids are one shop's.
 */
static PtStr own_id(const Making *m, PtStr label, PtStr id)
{
    char text[MESSAGE_ID_MAX];
    const bool local = m->sender->kind->local_ids;
    const int len =
        snprintf(text, sizeof text, "%s:%s%s%.*s%s%.*s", m->sender->kind->kind.name,
                 local ? m->sender->mark : "", local ? ":" : "", (int)label.len,
                 label.len > 0 ? label.data : "", label.len > 0 ? ":" : "", PT_STR_ARG(id));
    return len > 0 && (size_t)len < sizeof text ? pt_arena_str(m->arena, (PtStr){text, (size_t)len})
                                                : (PtStr){NULL, 0};
}

/* "label:path": its text; data NULL: not there, or 0, which shops give for nobody. */
static PtStr labelled(const ShopScope *s, PtStr pair, PtStr *ret_label)
{
    PtStr rest = pair, raw = {NULL, 0};
    (void)pt_str_cut(&rest, ':', ret_label);
    if (rest.data == NULL || !shop_find(s, rest, &raw)) {
        return (PtStr){NULL, 0};
    }
    const PtStr text = shop_text(s, raw);
    return pt_str_eq(text, PT_STR("0")) ? (PtStr){NULL, 0} : text;
}

static PtStatus known_of(const Making *m, const ShopScope *s, PtStr pair, PtStr *who)
{
    PtStr label = {NULL, 0};
    char owner[SHOP_PATH_MAX];
    ShopEvent *e = m->event;
    const PtStr id = labelled(s, pair, &label);
    const int len = snprintf(owner, sizeof owner, "%.*s:%.*s", PT_STR_ARG(label), PT_STR_ARG(id));
    if (id.data == NULL || len <= 0 || (size_t)len >= sizeof owner) {
        return PT_OK;
    }
    const PtStr kept = pt_arena_str(m->arena, (PtStr){owner, (size_t)len});
    if (kept.data == NULL) {
        return pt_fail(m->err, PT_NO_MEMORY, "no memory for a delivery");
    }
    e->owners[e->owner_count++] = kept;
    return who->data != NULL || m->sender->who == NULL
               ? PT_OK
               : m->sender->who(m->sender->ctx, kept, m->arena, who, m->err);
}

/* A till's customer for all who are not known is nobody. */
static bool is_nobody(const Making *m, const ShopScope *s, PtStr label)
{
    const char *when = m->sender->kind->nobody;
    const PtStr customer = PT_STR("customer");
    return when != NULL && label.len >= customer.len &&
           pt_str_eq(pt_str_from(label, label.len - customer.len), customer) &&
           shop_holds(s, pt_str(when));
}

/* Whoever came first of an order and what follows it says under which id all of them are filed. */
static PtStatus known_who(const Making *m, const ShopScope *s, PtStr *who)
{
    PtStr rest = m->rule->owner != NULL ? pt_str(m->rule->owner) : (PtStr){NULL, 0};
    PtStr pair = {NULL, 0};
    PtStatus st = PT_OK;
    while (st == PT_OK && m->event->owner_count < SHOP_OWNERS_MAX &&
           pt_str_cut(&rest, '|', &pair)) {
        st = known_of(m, s, pair, who);
    }
    return st;
}

static PtStatus put_who(Writer *w, const Making *m, const ShopScope *s, const ShopField *f)
{
    PtStr rest = pt_str(f->from), pair = {NULL, 0}, label = {NULL, 0}, id = {NULL, 0};
    PtStr who = {NULL, 0};
    PtStatus st = known_who(m, s, &who);
    while (id.data == NULL && pt_str_cut(&rest, '|', &pair)) {
        id = labelled(s, pair, &label);
        id = id.data != NULL && is_nobody(m, s, label) ? (PtStr){NULL, 0} : id;
    }
    if (st != PT_OK || (id.data == NULL && who.data == NULL)) {
        return st != PT_OK ? st : missing(m, f);
    }
    who = who.data != NULL ? who : own_id(m, label, id);
    if (who.data == NULL) {
        return wrong(m, f, "id of at most 150 bytes");
    }
    m->event->who = who;
    put_text(w, pt_str(f->to), who);
    if (m->sender->user_ids && pt_str_eq(label, PT_STR("customer"))) {
        put_text(w, PT_STR("userId"), id);
    }
    return PT_OK;
}

static void put_external(Writer *w, const Making *m, PtStr type, PtStr id)
{
    const bool marked =
        m->sender->kind->local_ids && pt_str_starts(type, pt_str(m->sender->kind->kind.name));
    const PtStr local = marked ? own_id(m, PT_STR(""), id) : id;
    pt_json_out_object(&w->out);
    pt_json_out_key(&w->out, PT_STR("type"));
    pt_json_out_str(&w->out, type);
    pt_json_out_key(&w->out, PT_STR("id"));
    pt_json_out_str(&w->out, cut(local.data != NULL ? local : id));
    pt_json_out_object_end(&w->out);
}

static PtStatus put_ids(Writer *w, const Making *m, const ShopScope *s, const ShopField *f)
{
    PtStr rest = pt_str(f->from), pair = {NULL, 0}, label = {NULL, 0};
    bool open = false;
    while (pt_str_cut(&rest, '|', &pair)) {
        const PtStr id = labelled(s, pair, &label);
        if (id.data == NULL || is_nobody(m, s, label)) {
            continue;
        }
        if (!open) {
            key_of(w, pt_str(f->to));
            pt_json_out_array(&w->out);
            open = true;
        }
        put_external(w, m, label, id);
    }
    if (open) {
        pt_json_out_array_end(&w->out);
    }
    return PT_OK;
}

/* ---- Values by form -------------------------------------------------------------------------- */

static PtStatus put_number(Writer *w, const Making *m, const ShopScope *s, const ShopField *f)
{
    PtStr raw = {NULL, 0};
    int64_t micros = 0;
    if (!shop_first(s, pt_str(f->from), &raw)) {
        return f->required ? missing(m, f) : PT_OK;
    }
    const PtStr text = shop_text(s, raw);
    if (text.data == NULL || pt_money_parse(text, &micros, NULL) != PT_OK) {
        return f->required ? wrong(m, f, "number") : PT_OK;
    }
    put_micros(w, pt_str(f->to), micros);
    return PT_OK;
}

static PtStatus put_money(Writer *w, const Making *m, const ShopScope *s, const ShopField *f)
{
    int64_t micros = 0;
    bool any = false;
    PtStatus st = shop_sum(s, pt_str(f->from), &micros, &any, m->err);
    if (st != PT_OK || !any) {
        return st == PT_OK && f->required ? missing(m, f) : st;
    }
    if (f->form == SHOP_AMOUNT && micros < 0) { // the range of money is the same on both sides
        micros = -micros;
    }
    put_micros(w, pt_str(f->to), micros);
    return PT_OK;
}

/* {"amount": 1000, "currency": "USD"}: whole numbers of the minor unit. */
static PtStatus put_minor(Writer *w, const Making *m, const ShopScope *s, const ShopField *f)
{
    ShopScope money = *s;
    PtStr raw = {NULL, 0}, code = {NULL, 0};
    int64_t amount = 0, micros = 0, scale = PT_MICROS;
    char currency[4];
    if (!shop_first(s, pt_str(f->from), &money.at)) {
        return f->required ? missing(m, f) : PT_OK;
    }
    if (!shop_find(&money, PT_STR("amount"), &raw) || !pt_json_to_i64(raw, &amount) ||
        !shop_find(&money, PT_STR("currency"), &code) ||
        !pt_currency_parse(shop_text(&money, code), currency)) {
        return wrong(m, f, "amount with a currency");
    }
    for (unsigned i = pt_money_minor_digits(currency); i > 0; i--) {
        scale /= 10;
    }
    if (__builtin_mul_overflow(amount, scale, &micros)) {
        return wrong(m, f, "amount within the range of money");
    }
    put_micros(w, pt_str(f->to), micros);
    return PT_OK;
}

static PtStatus put_time(Writer *w, const Making *m, const ShopScope *s, const ShopField *f)
{
    PtStr raw = {NULL, 0};
    int64_t ms = 0;
    char text[PT_TIME_TEXT];
    if (!shop_first(s, pt_str(f->from), &raw)) {
        return f->required ? missing(m, f) : PT_OK;
    }
    const PtStr given = shop_text(s, raw);
    if (given.data == NULL || !pt_time_parse(given, &ms)) {
        return f->required ? wrong(m, f, "time") : PT_OK;
    }
    put_text(w, pt_str(f->to), pt_time_format(ms, text));
    return PT_OK;
}

static PtStatus put_currency(Writer *w, const Making *m, const ShopScope *s, const ShopField *f)
{
    PtStr raw = {NULL, 0};
    char currency[4];
    if (!shop_first(s, pt_str(f->from), &raw)) {
        return f->required ? missing(m, f) : PT_OK;
    }
    const PtStr text = shop_text(s, raw);
    if (text.data == NULL || !pt_currency_parse(text, currency)) {
        return f->required ? wrong(m, f, "currency") : PT_OK;
    }
    put_text(w, pt_str(f->to), pt_str(currency));
    return PT_OK;
}

static PtStatus put_plain(Writer *w, const Making *m, const ShopScope *s, const ShopField *f)
{
    PtStr raw = {NULL, 0};
    if (!shop_first(s, pt_str(f->from), &raw)) {
        return f->required ? missing(m, f) : PT_OK;
    }
    const bool truth = pt_str_eq(raw, PT_STR("true")) || pt_str_eq(raw, PT_STR("false"));
    if (f->form == SHOP_JSON || f->form == SHOP_BOOL) {
        if (f->form == SHOP_JSON ? raw.len <= RAW_MAX : truth) {
            key_of(w, pt_str(f->to));
            pt_json_out_raw(&w->out, raw);
        }
        return PT_OK;
    }
    const PtStr text = truth ? raw : shop_text(s, raw);
    if (text.data == NULL) {
        return f->required ? wrong(m, f, "text") : PT_OK;
    }
    put_text(w, pt_str(f->to), text);
    return PT_OK;
}

static PtStatus put_joined(Writer *w, const Making *m, const ShopScope *s, const ShopField *f)
{
    const PtStr text = shop_joined(s, pt_str(f->from));
    if (text.data == NULL) {
        return f->required ? missing(m, f) : PT_OK;
    }
    put_text(w, pt_str(f->to), text);
    return PT_OK;
}

static PtStatus put_given(Writer *w, const Making *m, const ShopScope *s, const ShopField *f)
{
    (void)m;
    (void)s;
    key_of(w, pt_str(f->to));
    if (f->form == SHOP_VALUE) {
        pt_json_out_str(&w->out, pt_str(f->from));
    } else {
        pt_json_out_raw(&w->out, pt_str(f->from));
    }
    return PT_OK;
}

static PtStatus put_lines(Writer *w, const Making *m, const ShopScope *s, const ShopField *f);

typedef PtStatus PutFn(Writer *w, const Making *m, const ShopScope *s, const ShopField *f);

static PtStatus put_field(Writer *w, const Making *m, const ShopScope *s, const ShopField *f)
{
    static PutFn *const by_form[SHOP_FORMS] = {
        [SHOP_TEXT] = put_plain,   [SHOP_NUMBER] = put_number,     [SHOP_MONEY] = put_money,
        [SHOP_AMOUNT] = put_money, [SHOP_MINOR] = put_minor,       [SHOP_BOOL] = put_plain,
        [SHOP_TIME] = put_time,    [SHOP_CURRENCY] = put_currency, [SHOP_JSON] = put_plain,
        [SHOP_VALUE] = put_given,  [SHOP_LITERAL] = put_given,     [SHOP_LINES] = put_lines,
        [SHOP_WHO] = put_who,      [SHOP_IDS] = put_ids,           [SHOP_OBJECT] = put_joined,
    };
    return by_form[f->form](w, m, s, f);
}

/* Lines are flat: keys of their own, no parents. */
static PtStatus put_line(Writer *w, const Making *m, const ShopScope *s, const ShopField *f)
{
    PtStatus st = PT_OK;
    const size_t depth = w->depth;
    w->depth = 0; // parents of a line are within it
    pt_json_out_object(&w->out);
    for (size_t i = 0; st == PT_OK && i < f->line_count; i++) {
        st = put_field(w, m, s, &f->lines[i]);
    }
    close_to(w, 0);
    pt_json_out_object_end(&w->out);
    w->depth = depth;
    return st;
}

static PtStatus put_lines(Writer *w, const Making *m, const ShopScope *s, const ShopField *f)
{
    PtStr raw = {NULL, 0}, item = {NULL, 0}, open[SEGMENTS_MAX];
    PtStatus st = PT_OK;
    size_t count = 0, left_out = 0;
    PtJson j;
    if (!shop_first(s, pt_str(f->from), &raw) || raw.data[0] != '[') {
        return f->required ? missing(m, f) : PT_OK;
    }
    key_of(w, pt_str(f->to));
    memcpy(open, w->open, sizeof open);
    pt_json_out_array(&w->out);
    pt_json_init(&j, raw, SHOP_DEPTH_MAX);
    (void)pt_json_next(&j);
    while (st == PT_OK && shop_item(&j, &item)) {
        ShopScope line = *s;
        line.at = item;
        if (count == SHOP_LINES_MAX || w->buf.len > LINES_FILL) {
            left_out++;
            continue;
        }
        st = put_line(w, m, &line, f);
        count++;
    }
    pt_json_out_array_end(&w->out);
    memcpy(w->open, open, sizeof open);
    if (st == PT_OK && left_out > 0) {
        put_micros(w, PT_STR("properties.lines_left_out"), (int64_t)left_out * PT_MICROS);
    }
    return st;
}

/* ---- Ids ------------------------------------------------------------------------------------- */

/* A time or a number; 0: there is none. */
static int64_t version_of(const ShopScope *s, const char *path)
{
    PtStr raw = {NULL, 0};
    int64_t value = 0;
    if (path == NULL || !shop_first(s, pt_str(path), &raw)) {
        return 0;
    }
    const PtStr text = shop_text(s, raw);
    if (text.data == NULL || (!pt_json_to_i64(text, &value) && !pt_time_parse(text, &value))) {
        return 0;
    }
    return value;
}

static PtStatus object_of(const Making *m, const ShopScope *s, ShopEvent *e)
{
    const ShopRule *r = m->rule;
    char text[SHOP_PATH_MAX + 2 * SHOP_NAME_MAX + 8];
    if (r->object == NULL) {
        return PT_OK;
    }
    const PtStr id = shop_joined(s, pt_str(r->id));
    if (id.data == NULL || id.len == 0) {
        return pt_fail(m->err, PT_INVALID,
                       "%.*s: %s, the id of the %s, is missing or over 200 bytes",
                       PT_STR_ARG(m->head->topic), r->id, r->object);
    }
    const int len = snprintf(text, sizeof text, "%s:%.*s%s%s", r->object, PT_STR_ARG(id),
                             r->once != NULL ? "/" : "", r->once != NULL ? r->once : "");
    if (len < 0 || (size_t)len >= sizeof text) {
        return pt_fail(m->err, PT_INVALID, "%.*s: the name of its object is over %zu bytes",
                       PT_STR_ARG(m->head->topic), sizeof text - 1);
    }
    e->object = pt_arena_str(m->arena, (PtStr){text, (size_t)len});
    e->version = version_of(s, r->version);
    return e->object.data != NULL ? PT_OK
                                  : pt_fail(m->err, PT_NO_MEMORY, "no memory for a delivery");
}

/* What is told once is known by what it tells of, all else by its delivery; both are the
 * connector's own, of which a source may have several. */
static PtStr message_id(const Making *m, const ShopEvent *e)
{
    char text[MESSAGE_ID_MAX * 3]; // holds the longest object; a longer id is a digest of it
    const char *kind = m->sender->kind->kind.name, *mark = m->sender->mark;
    const int len =
        m->rule->take == SHOP_ONCE
            ? snprintf(text, sizeof text, "%s:%s:%.*s", kind, mark, PT_STR_ARG(e->object))
            : snprintf(text, sizeof text, "%s:%s:%.*s:%zu", kind, mark,
                       PT_STR_ARG(m->head->delivery), m->number);
    if (len < 0 || (size_t)len >= sizeof text) {
        return (PtStr){NULL, 0};
    }
    const PtStr whole = {text, (size_t)len};
    return whole.len <= MESSAGE_ID_MAX ? pt_arena_str(m->arena, whole)
                                       : shop_digest_id(whole, m->arena);
}

static PtStatus put_head(Writer *w, const Making *m, const ShopScope *s, const ShopEvent *e)
{
    const char *name = m->rule->event;
    PtStr event = name != NULL ? pt_str(name) : (PtStr){NULL, 0}, raw = {NULL, 0};
    if (name != NULL && name[0] == '=') {
        event = shop_first(s, pt_str(name + 1), &raw) ? shop_text(s, raw) : (PtStr){NULL, 0};
        if (event.data == NULL) {
            return pt_fail(m->err, PT_INVALID, "%s, the name of the event, is missing", name + 1);
        }
    }
    const PtStr id = message_id(m, e);
    if (id.data == NULL) {
        return pt_fail(m->err, PT_NO_MEMORY, "no memory for a delivery");
    }
    put_text(w, PT_STR("type"), name != NULL ? PT_STR("track") : PT_STR("identify"));
    if (name != NULL) {
        put_text(w, PT_STR("event"), event);
    }
    put_text(w, PT_STR("messageId"), id);
    return PT_OK;
}

/* context comes last in every table, so that this goes into the same object. */
static void put_library(Writer *w, const Making *m)
{
    char name[64];
    const int len = snprintf(name, sizeof name, "patron-%s", m->sender->kind->kind.name);
    put_text(w, PT_STR("context.library.name"), (PtStr){name, len > 0 ? (size_t)len : 0});
}

static PtStatus write_event(Writer *w, const Making *m, const ShopScope *s, ShopEvent *e)
{
    pt_json_out_object(&w->out);
    PtStatus st = put_head(w, m, s, e);
    for (size_t i = 0; st == PT_OK && i < m->rule->field_count; i++) {
        st = put_field(w, m, s, &m->rule->fields[i]);
    }
    if (st != PT_OK) {
        return st;
    }
    put_library(w, m);
    close_to(w, 0);
    pt_json_out_object_end(&w->out);
    e->json = pt_buf_status(&w->buf) == PT_OK ? pt_arena_str(m->arena, pt_buf_str(&w->buf))
                                              : (PtStr){NULL, 0};
    if (pt_buf_status(&w->buf) == PT_TOO_LARGE) {
        return pt_fail(m->err, PT_INVALID, "%.*s: its event is over %d bytes",
                       PT_STR_ARG(m->head->topic), EVENT_ROOM);
    }
    return e->json.data != NULL ? PT_OK : pt_fail(m->err, PT_NO_MEMORY, "no memory for a delivery");
}

static PtStatus make_event(Making *m, const ShopScope *s, ShopMapped *mapped)
{
    Writer w = {.depth = 0};
    if (mapped->count == HOOK_EVENTS_MAX) {
        return pt_fail(m->err, PT_INVALID, "%.*s: it makes over %d events",
                       PT_STR_ARG(m->head->topic), HOOK_EVENTS_MAX);
    }
    ShopEvent *e = &mapped->events[mapped->count];
    *e = (ShopEvent){.take = m->rule->take};
    m->event = e;
    m->number = mapped->count;
    PtStatus st = object_of(m, s, e);
    if (st != PT_OK) {
        return st;
    }
    pt_buf_init(&w.buf, EVENT_ROOM);
    w.out = pt_json_out(&w.buf);
    st = write_event(&w, m, s, e);
    pt_buf_done(&w.buf);
    mapped->count += st == PT_OK;
    return st;
}

/* ---- Rules ----------------------------------------------------------------------------------- */

static bool is_listed(const char *topics, PtStr topic)
{
    PtStr rest = topics != NULL ? pt_str(topics) : (PtStr){NULL, 0}, one = {NULL, 0};
    while (pt_str_cut(&rest, ' ', &one)) {
        if (pt_str_eq(one, topic)) {
            return true;
        }
    }
    return topics == NULL;
}

static bool applies(const ShopScope *s, const char *when)
{
    PtStr rest = when != NULL ? pt_str(when) : (PtStr){NULL, 0}, one = {NULL, 0};
    while (pt_str_cut(&rest, ' ', &one)) {
        if (one.len > 0 && !shop_holds(s, one)) {
            return false;
        }
    }
    return true;
}

static PtStatus run_rule(Making *m, ShopScope s, ShopMapped *mapped)
{
    const ShopRule *r = m->rule;
    PtStr list = {NULL, 0};
    if (r->root != NULL && !shop_find(&s, pt_str(r->root), &s.at)) {
        if (r->topics == NULL) {
            return PT_OK; // a rule for payloads of another shape
        }
        return pt_fail(m->err, PT_INVALID, "%.*s: it has no %s", PT_STR_ARG(m->head->topic),
                       r->root);
    }
    if (r->each == NULL) {
        return applies(&s, r->when) ? make_event(m, &s, mapped) : PT_OK;
    }
    PtJson j;
    PtStatus st = PT_OK;
    if (!shop_find(&s, pt_str(r->each), &list) || list.data[0] != '[') {
        return PT_OK;
    }
    pt_json_init(&j, list, SHOP_DEPTH_MAX);
    (void)pt_json_next(&j);
    while (st == PT_OK && shop_item(&j, &s.at)) {
        st = applies(&s, r->when) ? make_event(m, &s, mapped) : PT_OK;
    }
    return st;
}

static PtStatus map_privacy(const ShopPrivacyRule *rule, const ShopScope *s, ShopPrivacy *ret,
                            PtError *err)
{
    PtStr rest = rule->identifiers != NULL ? pt_str(rule->identifiers) : (PtStr){NULL, 0};
    PtStr pair = {NULL, 0}, raw = {NULL, 0};
    const size_t room = sizeof ret->identifiers / sizeof *ret->identifiers;
    ret->rule = rule;
    ret->request = s->head->delivery;
    if (rule->request != NULL && shop_first(s, pt_str(rule->request), &raw)) {
        ret->request = shop_text(s, raw);
    }
    while (ret->count < room && pt_str_cut(&rest, '|', &pair)) {
        HookIdentifier *one = &ret->identifiers[ret->count];
        one->value = labelled(s, pair, &one->type);
        ret->count += one->value.data != NULL;
    }
    if (rule->orders != NULL && shop_find(s, pt_str(rule->orders), &raw) && raw.len <= RAW_MAX) {
        ret->orders = raw;
    }
    return rule->identifiers == NULL || ret->count > 0
               ? PT_OK
               : pt_fail(err, PT_INVALID, "%.*s: it names nobody", PT_STR_ARG(s->head->topic));
}

static PtStatus check_payload(PtStr json, PtError *err)
{
    PtError why = {0};
    if (pt_json_check(json, SHOP_DEPTH_MAX, &why) != PT_OK) {
        return pt_fail(err, PT_INVALID, "the body is not JSON: %.150s", why.message);
    }
    size_t at = 0;
    while (at < json.len && (unsigned char)json.data[at] <= ' ') {
        at++;
    }
    return at < json.len && json.data[at] == '{'
               ? PT_OK
               : pt_fail(err, PT_INVALID, "the body is not a JSON object");
}

PtStatus shop_map(const ShopSender *sender, const ShopHead *head, PtStr json, PtArena *arena,
                  ShopMapped *ret_mapped, PtError *err)
{
    const ShopKind *kind = sender->kind;
    const ShopScope s = {json, json, head, arena};
    ret_mapped->count = 0;
    ret_mapped->known = false;
    ret_mapped->privacy = (ShopPrivacy){.rule = NULL};
    PtStatus st = check_payload(json, err);
    if (st != PT_OK) {
        return st;
    }
    for (size_t i = 0; i < kind->privacy_count; i++) {
        if (pt_str_eq(head->topic, pt_str(kind->privacy[i].topic))) {
            ret_mapped->known = true;
            return map_privacy(&kind->privacy[i], &s, &ret_mapped->privacy, err);
        }
    }
    Making m = {.sender = sender, .head = head, .arena = arena, .err = err};
    for (size_t i = 0; st == PT_OK && i < sender->rule_count; i++) {
        m.rule = &sender->rules[i];
        if (is_listed(m.rule->topics, head->topic)) {
            ret_mapped->known = true;
            st = run_rule(&m, s, ret_mapped);
        }
    }
    return st;
}
