// SPDX-License-Identifier: Apache-2.0
/* A proposed mapping from a file's first rows. Nothing is imported by it before a person saw it. */
#include "connect/mapping_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

/* What a column may be, each a bit that a value can take away. */
enum {
    LIKE_INT = 1,
    LIKE_DECIMAL = 2,       /* 1,234.50 */
    LIKE_DECIMAL_COMMA = 4, /* 1.234,50 */
    LIKE_TIME = 8,          /* its bits of time_forms say which */
    LIKE_ALL = 15,
};

/* Tried in this order: the first that fits every value wins, so day-first is preferred only where
 * some value has a day over 12 in that place. */
static const char *const time_forms[] = {
    "rfc3339",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%Y%m%d",
    "%d %b %Y",
    "%d-%b-%Y",
    "%m/%d/%Y %I:%M:%S %p",
    "unix_ms",
    "unix_s",
};
enum { TIME_FORMS = sizeof time_forms / sizeof *time_forms, TIME_DIGITS = 13 /* %Y%m%d */ };

typedef enum Role {
    ROLE_NONE,
    ROLE_USER,
    ROLE_ANONYMOUS,
    ROLE_EMAIL,
    ROLE_TIME,
    ROLE_EVENT,
    ROLE_ORDER,
    ROLE_REVENUE,
    ROLE_PRICE,
    ROLE_QUANTITY,
    ROLE_PRODUCT,
    ROLE_PRODUCT_NAME,
    ROLE_COUNT
} Role;

/* Names people give, lower case without blanks and marks; the first fitting row wins. */
static const struct {
    const char *name;
    Role role;
} role_names[] = {
    {"userid", ROLE_USER},
    {"customerid", ROLE_USER},
    {"customerno", ROLE_USER},
    {"customernumber", ROLE_USER},
    {"clientid", ROLE_USER},
    {"memberid", ROLE_USER},
    {"contactid", ROLE_USER},
    {"kundennummer", ROLE_USER},
    {"kundennr", ROLE_USER},
    {"customer", ROLE_USER},
    {"user", ROLE_USER},
    {"anonymousid", ROLE_ANONYMOUS},
    {"visitorid", ROLE_ANONYMOUS},
    {"sessionid", ROLE_ANONYMOUS},
    {"deviceid", ROLE_ANONYMOUS},
    {"email", ROLE_EMAIL},
    {"emailaddress", ROLE_EMAIL},
    {"mail", ROLE_EMAIL},
    {"timestamp", ROLE_TIME},
    {"time", ROLE_TIME},
    {"datetime", ROLE_TIME},
    {"date", ROLE_TIME},
    {"createdat", ROLE_TIME},
    {"occurredat", ROLE_TIME},
    {"eventtime", ROLE_TIME},
    {"orderdate", ROLE_TIME},
    {"invoicedate", ROLE_TIME},
    {"datum", ROLE_TIME},
    {"event", ROLE_EVENT},
    {"eventname", ROLE_EVENT},
    {"eventtype", ROLE_EVENT},
    {"action", ROLE_EVENT},
    {"orderid", ROLE_ORDER},
    {"order", ROLE_ORDER},
    {"orderno", ROLE_ORDER},
    {"ordernumber", ROLE_ORDER},
    {"invoiceno", ROLE_ORDER},
    {"invoiceid", ROLE_ORDER},
    {"invoice", ROLE_ORDER},
    {"transactionid", ROLE_ORDER},
    {"receiptno", ROLE_ORDER},
    {"revenue", ROLE_REVENUE},
    {"total", ROLE_REVENUE},
    {"amount", ROLE_REVENUE},
    {"ordertotal", ROLE_REVENUE},
    {"value", ROLE_REVENUE},
    {"dollarvalue", ROLE_REVENUE},
    {"spend", ROLE_REVENUE},
    {"price", ROLE_PRICE},
    {"unitprice", ROLE_PRICE},
    {"quantity", ROLE_QUANTITY},
    {"qty", ROLE_QUANTITY},
    {"sku", ROLE_PRODUCT},
    {"productid", ROLE_PRODUCT},
    {"stockcode", ROLE_PRODUCT},
    {"itemid", ROLE_PRODUCT},
    {"productname", ROLE_PRODUCT_NAME},
    {"description", ROLE_PRODUCT_NAME},
    {"item", ROLE_PRODUCT_NAME},
};

typedef struct Column {
    PtStr name; /* owned by the guess's arena */
    unsigned like;
    uint32_t forms; /* bits of time_forms */
    Role role;
    uint64_t values;    /* not empty */
    uint64_t tail_zero; /* end in ".0" */
    bool negative;      /* some number is */
} Column;

typedef struct Guess {
    PtArena *arena;
    PtStr text; /* the sample */
    ConnectShape shape;
    Column *columns;
    size_t count;
    uint64_t rows;
    int by_role[ROLE_COUNT]; /* column, -1: none */
    bool repeats;            /* an order's id stands in consecutive rows */
    char decimal_mark;
} Guess;

typedef struct Memory {
    PtStr rest;
} Memory;

static PtStatus read_memory(void *ctx, char *bytes, size_t cap, size_t *ret_len, PtError *err)
{
    Memory *m = ctx;
    (void)err;
    size_t len = m->rest.len < cap ? m->rest.len : cap;
    if (len > 0) {
        memcpy(bytes, m->rest.data, len);
    }
    m->rest = (PtStr){m->rest.data + len, m->rest.len - len};
    *ret_len = len;
    return PT_OK;
}

/* ---- Shape ---------------------------------------------------------------------------------- */

/* How well the sample reads this way: rows of the first row's width, times the width. */
static PtStatus score(const Guess *g, const ConnectShape *shape, uint64_t *ret_score,
                      size_t *ret_width, PtError *err)
{
    Memory memory = {g->text};
    ConnectReader *reader = NULL;
    ConnectRow row;
    bool has = true;
    uint64_t good = 0, all = 0;
    PtStatus st = connect_reader_new((ConnectSource){read_memory, &memory}, shape, &reader, err);
    *ret_width = 0;
    while (st == PT_OK && all < CONNECT_GUESS_ROWS) {
        st = connect_reader_next(reader, &row, &has, err);
        if (st != PT_OK || !has) {
            break;
        }
        all++;
        good += row.problem == NULL;
        *ret_width = row.problem == NULL && *ret_width == 0 ? row.count : *ret_width;
    }
    connect_reader_free(reader);
    *ret_score = all == 0 || *ret_width < 2 || good * 10 < all * 9
                     ? 0
                     : good * 1000 / all * 1000 + *ret_width;
    return st;
}

static PtStatus guess_delimiter(Guess *g, PtError *err)
{
    static const char delimiters[] = {',', ';', '\t', '|', ' '};
    uint64_t best = 0;
    for (size_t i = 0; i < sizeof delimiters; i++) {
        bool spaces = delimiters[i] == ' ';
        ConnectShape shape = {.format = spaces ? CONNECT_SPACES : CONNECT_CSV,
                              .delimiter = delimiters[i]};
        uint64_t points;
        size_t width;
        PtStatus st = score(g, &shape, &points, &width, err);
        if (st != PT_OK) {
            return st;
        }
        if (points > best &&
            !(spaces && best > 0)) { // blanks separate only where nothing else does
            best = points;
            g->shape = shape;
        }
    }
    return best > 0 ? PT_OK
                    : pt_fail(err, PT_INVALID,
                              "no delimiter out of comma, semicolon, tab, | and blanks gives rows "
                              "of equal length: write a mapping and give it as --map FILE");
}

static char first_letter(PtStr text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (strchr(" \t\r\n\xef\xbb\xbf", text.data[i]) == NULL) {
            return text.data[i];
        }
    }
    return '\0';
}

/* ---- Columns -------------------------------------------------------------------------------- */

static void judge_time(Column *c, PtStr text)
{
    for (size_t i = 0; i < TIME_FORMS; i++) {
        int64_t ms = 0;
        MapTarget t = {.time_form = MAP_PATTERN, .pattern = time_forms[i]};
        bool unix_time = time_forms[i][0] == 'u';
        t.time_form = i == 0 ? MAP_RFC3339 : unix_time ? MAP_UNIX_S : MAP_PATTERN;
        if (unix_time && strcmp(time_forms[i], "unix_ms") == 0) {
            t.time_form = MAP_UNIX_MS;
        }
        /* A plain number is a time only where it falls between 1990 and 2100. */
        bool fits =
            map_time(&t, text, &ms) && (!unix_time || (ms > 631152000000 && ms < 4102444800000));
        c->forms &= fits ? UINT32_MAX : ~(UINT32_C(1) << i);
    }
    c->like &= c->forms != 0 ? LIKE_ALL : ~(unsigned)LIKE_TIME;
}

static void judge(Column *c, PtStr text)
{
    char number[MAP_NUMBER_MAX];
    size_t len;
    if (text.len == 0) {
        return;
    }
    c->values++;
    bool point = map_number(text, '.', number, &len);
    bool whole = point && memchr(number, '.', len) == NULL && memchr(number, 'e', len) == NULL;
    bool zero = point && len > 2 && number[len - 1] == '0' && number[len - 2] == '.';
    c->tail_zero += zero;
    c->negative |= text.data[0] == '-';
    c->like &= point ? LIKE_ALL : ~(unsigned)(LIKE_DECIMAL | LIKE_INT);
    c->like &= whole ? LIKE_ALL : ~(unsigned)LIKE_INT;
    c->like &= map_number(text, ',', number, &len) ? LIKE_ALL : ~(unsigned)LIKE_DECIMAL_COMMA;
    if (c->like & LIKE_TIME) {
        judge_time(c, text);
    }
}

static bool is_number(PtStr text)
{
    char number[MAP_NUMBER_MAX];
    size_t len;
    return map_number(text, '.', number, &len) || map_number(text, ',', number, &len);
}

/* The first row names the columns: all filled, none a number, none twice. */
static bool looks_like_header(const ConnectRow *row)
{
    for (size_t i = 0; i < row->count; i++) {
        if (row->fields[i].len == 0 || row->fields[i].len > 100 || is_number(row->fields[i])) {
            return false;
        }
        for (size_t k = 0; k < i; k++) {
            if (pt_str_eq(row->fields[i], row->fields[k])) {
                return false;
            }
        }
    }
    return row->count > 0;
}

static Role role_of(PtStr name)
{
    char plain[64];
    size_t len = 0;
    for (size_t i = 0; i < name.len && len + 1 < sizeof plain; i++) {
        char c = name.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (letter) {
            plain[len++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
        }
    }
    plain[len] = '\0';
    for (size_t i = 0; i < sizeof role_names / sizeof *role_names; i++) {
        if (strcmp(plain, role_names[i].name) == 0) {
            return role_names[i].role;
        }
    }
    return ROLE_NONE;
}

static PtStatus name_columns(Guess *g, const ConnectRow *first, PtError *err)
{
    g->columns = pt_arena_alloc(g->arena, first->count, sizeof *g->columns);
    g->count = first->count;
    for (size_t i = 0; g->columns != NULL && i < g->count; i++) {
        char number[24];
        (void)snprintf(number, sizeof number, "%zu", i + 1);
        PtStr name = g->shape.header ? first->fields[i] : pt_str(number);
        g->columns[i] = (Column){.name = pt_arena_str(g->arena, name),
                                 .like = LIKE_ALL,
                                 .forms = (UINT32_C(1) << TIME_FORMS) - 1};
        g->columns[i].role = role_of(g->columns[i].name);
        if (g->columns[i].name.data == NULL) {
            g->columns = NULL;
            break;
        }
    }
    return g->columns != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for a guess");
}

static void judge_row(Guess *g, const ConnectRow *row, PtBuf *last_order)
{
    for (size_t i = 0; i < g->count; i++) {
        judge(&g->columns[i], row->fields[i]);
        if (g->columns[i].role == ROLE_ORDER) {
            g->repeats |=
                row->fields[i].len > 0 && pt_str_eq(row->fields[i], pt_buf_str(last_order));
            pt_buf_clear(last_order, 4096);
            pt_buf_add_str(last_order, row->fields[i]);
        }
    }
    g->rows++;
}

static PtStatus judge_rows(Guess *g, PtError *err)
{
    Memory memory = {g->text};
    ConnectReader *reader = NULL;
    ConnectRow row;
    bool has = true;
    PtBuf last_order;
    pt_buf_init(&last_order, CONNECT_FIELD_MAX);
    PtStatus st =
        connect_reader_new((ConnectSource){read_memory, &memory}, &g->shape, &reader, err);
    while (st == PT_OK && g->rows < CONNECT_GUESS_ROWS) {
        st = connect_reader_next(reader, &row, &has, err);
        if (st != PT_OK || !has) {
            break;
        }
        if (row.problem != NULL) {
            continue;
        }
        if (g->columns == NULL) {
            g->shape.header = looks_like_header(&row);
            st = name_columns(g, &row, err);
            if (g->shape.header) {
                continue;
            }
        }
        if (st == PT_OK && g->columns != NULL) {
            judge_row(g, &row, &last_order);
        }
    }
    connect_reader_free(reader);
    pt_buf_done(&last_order);
    if (st == PT_OK && g->columns == NULL) {
        st = pt_fail(err, PT_INVALID, "the file has no rows");
    }
    return st;
}

/* Each role goes to its first column; a time must read as one, a number as one. */
static void settle_roles(Guess *g)
{
    bool comma = false, point = false;
    for (int r = 0; r < ROLE_COUNT; r++) {
        g->by_role[r] = -1;
    }
    for (size_t i = 0; i < g->count; i++) {
        Column *c = &g->columns[i];
        c->like = c->values > 0 ? c->like : 0;
        comma |= (c->like & (LIKE_DECIMAL_COMMA | LIKE_DECIMAL)) == LIKE_DECIMAL_COMMA;
        point |= (c->like & (LIKE_DECIMAL_COMMA | LIKE_DECIMAL)) == LIKE_DECIMAL;
    }
    g->decimal_mark = comma && !point ? ',' : '.';
    unsigned number = g->decimal_mark == ',' ? LIKE_DECIMAL_COMMA : LIKE_DECIMAL;
    for (size_t i = 0; i < g->count; i++) {
        Column *c = &g->columns[i];
        bool needs_number =
            c->role == ROLE_REVENUE || c->role == ROLE_PRICE || c->role == ROLE_QUANTITY;
        if ((c->role == ROLE_TIME && !(c->like & LIKE_TIME)) ||
            (needs_number && !(c->like & number)) || g->by_role[c->role] >= 0) {
            c->role = ROLE_NONE;
        }
        if (c->role != ROLE_NONE) {
            g->by_role[c->role] = (int)i;
        }
    }
    for (size_t i = 0; g->by_role[ROLE_TIME] < 0 && i < g->count; i++) {
        Column *c = &g->columns[i];
        /* No name tells: the first column that can hardly be anything but a time. */
        bool digits = (c->forms & (UINT32_C(1) << TIME_DIGITS)) != 0;
        if (c->role == ROLE_NONE && (c->like & LIKE_TIME) && (!(c->like & LIKE_INT) || digits)) {
            c->role = ROLE_TIME;
            g->by_role[ROLE_TIME] = (int)i;
        }
    }
}

/* ---- The mapping as text -------------------------------------------------------------------- */

static void add_json_str(PtBuf *out, PtStr text)
{
    PtJsonOut o = pt_json_out(out);
    pt_json_out_str(&o, text);
}

/* A line of "columns": "TARGET": {"column": NAME<extra>}. */
static void add_target(PtBuf *out, bool *any, PtStr target, PtStr column, const char *extra)
{
    pt_buf_add_str(out, *any ? PT_STR(",\n    ") : PT_STR("\n    "));
    *any = true;
    add_json_str(out, target);
    pt_buf_add_str(out, PT_STR(": {\"column\": "));
    add_json_str(out, column);
    pt_buf_printf(out, "%s}", extra);
}

static void add_time(const Column *c, PtBuf *out, bool *any)
{
    char extra[80];
    size_t form = 0;
    while (form + 1 < TIME_FORMS && !(c->forms & (UINT32_C(1) << form))) {
        form++;
    }
    (void)snprintf(extra, sizeof extra, ", \"type\": \"time\", \"format\": \"%s\"",
                   time_forms[form]);
    add_target(out, any, PT_STR("timestamp"), c->name, extra);
}

/* A path segment out of a column's name: dots and brackets would mean structure. */
static PtStr segment_of(PtStr name, char out[static 128])
{
    size_t len = 0;
    for (size_t i = 0; i < name.len && len < 100; i++) {
        char c = name.data[i];
        out[len++] = c == '.' || c == '[' || c == ']' ? '_' : c;
    }
    return (PtStr){out, len};
}

static const char *type_of(const Guess *g, const Column *c)
{
    unsigned number = g->decimal_mark == ',' ? LIKE_DECIMAL_COMMA : LIKE_DECIMAL;
    if (c->like & LIKE_INT) {
        return ", \"type\": \"int\"";
    }
    return c->like & number ? ", \"type\": \"decimal\"" : "";
}

static void add_plain(const Guess *g, const Column *c, const char *prefix, PtStr name, PtBuf *out,
                      bool *any)
{
    char segment[128], path[256];
    PtStr s = name.len > 0 ? name : segment_of(c->name, segment);
    (void)snprintf(path, sizeof path, "%s%.*s", prefix, PT_STR_ARG(s));
    bool id = c->role == ROLE_ORDER || c->role == ROLE_PRODUCT || c->role == ROLE_PRODUCT_NAME;
    add_target(out, any, pt_str(path), c->name, id ? "" : type_of(g, c));
}

static void add_ids(const Guess *g, PtBuf *out, bool *any)
{
    int user = g->by_role[ROLE_USER], anonymous = g->by_role[ROLE_ANONYMOUS];
    int email = g->by_role[ROLE_EMAIL], order = g->by_role[ROLE_ORDER];
    if (user >= 0) {
        const Column *c = &g->columns[user];
        bool floats = c->values > 0 && c->tail_zero == c->values;
        add_target(out, any, PT_STR("userId"), c->name, floats ? ", \"strip_suffix\": \".0\"" : "");
    } else if (email >= 0) {
        add_target(out, any, PT_STR("userId"), g->columns[email].name, "");
    }
    if (anonymous >= 0) {
        add_target(out, any, PT_STR("anonymousId"), g->columns[anonymous].name, "");
    } else if (order >= 0) {
        PtBuf extra;
        pt_buf_init(&extra, 4096);
        pt_buf_add_str(&extra, PT_STR(", \"prefix\": \"order-\""));
        if (user >= 0) {
            pt_buf_add_str(&extra, PT_STR(", \"if_empty\": "));
            add_json_str(&extra, g->columns[user].name);
        }
        pt_buf_add_char(&extra, '\0');
        add_target(out, any, PT_STR("anonymousId"), g->columns[order].name,
                   pt_buf_status(&extra) == PT_OK ? extra.data : "");
        pt_buf_done(&extra);
    }
    if (email >= 0) {
        add_target(out, any, PT_STR("context.traits.email"), g->columns[email].name, "");
    }
}

static void add_sum(const Guess *g, PtBuf *out, bool *any)
{
    pt_buf_add_str(out, *any ? PT_STR(",\n    ") : PT_STR("\n    "));
    *any = true;
    pt_buf_add_str(out, PT_STR("\"properties.revenue\": {\"sum\": ["));
    add_json_str(out, g->columns[g->by_role[ROLE_QUANTITY]].name);
    pt_buf_add_str(out, PT_STR(", "));
    add_json_str(out, g->columns[g->by_role[ROLE_PRICE]].name);
    pt_buf_add_str(out, PT_STR("]}"));
}

static void add_property(const Guess *g, const Column *c, PtBuf *out, bool *any)
{
    static const char *const names[ROLE_COUNT] = {
        [ROLE_ORDER] = "order_id",    [ROLE_REVENUE] = "revenue",    [ROLE_PRICE] = "price",
        [ROLE_QUANTITY] = "quantity", [ROLE_PRODUCT] = "product_id", [ROLE_PRODUCT_NAME] = "name",
    };
    bool line = g->repeats && (c->role == ROLE_PRICE || c->role == ROLE_QUANTITY ||
                               c->role == ROLE_PRODUCT || c->role == ROLE_PRODUCT_NAME);
    PtStr name = names[c->role] != NULL && (line || c->role != ROLE_PRODUCT_NAME)
                     ? pt_str(names[c->role])
                     : (PtStr){NULL, 0};
    add_plain(g, c, line ? "properties.products[]." : "properties.", name, out, any);
}

static void add_columns(const Guess *g, PtBuf *out)
{
    bool any = false;
    pt_buf_add_str(out, PT_STR("  \"columns\": {"));
    add_ids(g, out, &any);
    if (g->by_role[ROLE_TIME] >= 0) {
        add_time(&g->columns[g->by_role[ROLE_TIME]], out, &any);
    }
    if (g->by_role[ROLE_REVENUE] < 0 && g->by_role[ROLE_PRICE] >= 0 &&
        g->by_role[ROLE_QUANTITY] >= 0) {
        add_sum(g, out, &any);
    }
    for (size_t i = 0; i < g->count && i < CONNECT_TARGETS_MAX - 8; i++) {
        const Column *c = &g->columns[i];
        bool placed = c->role == ROLE_USER || c->role == ROLE_ANONYMOUS || c->role == ROLE_EMAIL ||
                      c->role == ROLE_TIME || c->role == ROLE_EVENT;
        if (!placed) {
            add_property(g, c, out, &any);
        }
    }
    pt_buf_add_str(out, PT_STR("\n  }\n}\n"));
}

/* Orders with a negative quantity or amount are refunds. */
static void add_refund_rule(const Guess *g, PtBuf *out)
{
    static const Role roles[] = {ROLE_QUANTITY, ROLE_REVENUE, ROLE_PRICE};
    bool any = false;
    for (size_t i = 0; g->by_role[ROLE_EVENT] < 0 && i < sizeof roles / sizeof *roles; i++) {
        int column = g->by_role[roles[i]];
        if (column < 0 || !g->columns[column].negative) {
            continue;
        }
        pt_buf_add_str(out, any ? PT_STR(", ")
                                : PT_STR(",\n    \"rules\": [{\"name\": \"Order Refunded\", "
                                         "\"any\": ["));
        any = true;
        pt_buf_add_str(out, PT_STR("{\"column\": "));
        add_json_str(out, g->columns[column].name);
        pt_buf_add_str(out, PT_STR(", \"less_than\": 0}"));
    }
    pt_buf_add_str(out, any ? PT_STR("]}]") : PT_STR(""));
}

static void add_event(const Guess *g, PtBuf *out)
{
    bool money =
        g->by_role[ROLE_REVENUE] >= 0 || g->by_role[ROLE_PRICE] >= 0 || g->by_role[ROLE_ORDER] >= 0;
    pt_buf_add_str(out, PT_STR("  \"event\": {\"type\": \"track\", \"name\": "));
    if (g->by_role[ROLE_EVENT] >= 0) {
        pt_buf_add_str(out, PT_STR("{\"column\": "));
        add_json_str(out, g->columns[g->by_role[ROLE_EVENT]].name);
        pt_buf_add_char(out, '}');
    } else {
        add_json_str(out, money ? PT_STR("Order Completed") : PT_STR("Row Imported"));
    }
    add_refund_rule(g, out);
    pt_buf_add_str(out, PT_STR("},\n"));
    if (g->repeats && g->by_role[ROLE_ORDER] >= 0) {
        pt_buf_add_str(out, PT_STR("  \"group_by\": ["));
        add_json_str(out, g->columns[g->by_role[ROLE_ORDER]].name);
        pt_buf_add_str(out, PT_STR("],\n"));
    }
}

static const char *delimiter_name(const ConnectShape *s)
{
    static const char *const names[] = {",", ";", "|"};
    if (s->format == CONNECT_SPACES) {
        return "spaces";
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i][0] == s->delimiter) {
            return names[i];
        }
    }
    return "tab";
}

static void write_mapping(const Guess *g, PtBuf *out)
{
    bool json = g->shape.format == CONNECT_JSONL;
    pt_buf_printf(out, "{\n  \"format\": \"%s\",\n", json ? "jsonl" : "csv");
    if (!json) {
        pt_buf_printf(out, "  \"delimiter\": \"%s\",\n  \"header\": %s,\n",
                      delimiter_name(&g->shape), g->shape.header ? "true" : "false");
    }
    pt_buf_add_str(out, PT_STR("  \"zone\": \"UTC\",\n"));
    if (g->decimal_mark == ',') {
        pt_buf_add_str(out, PT_STR("  \"decimal_mark\": \",\",\n"));
    }
    pt_buf_add_str(out, PT_STR("  \"source\": \"import\",\n"));
    add_event(g, out);
    add_columns(g, out);
}

static void write_notes(const Guess *g, PtBuf *notes)
{
    pt_buf_printf(notes, "looked at %llu rows with %zu columns\n", (unsigned long long)g->rows,
                  g->count);
    if (g->by_role[ROLE_USER] < 0 && g->by_role[ROLE_ANONYMOUS] < 0 && g->by_role[ROLE_EMAIL] < 0 &&
        g->by_role[ROLE_ORDER] < 0) {
        pt_buf_add_str(notes, PT_STR("no column looks like a user id: map one to userId or "
                                     "anonymousId, or every row is rejected\n"));
    }
    if (g->by_role[ROLE_TIME] < 0) {
        pt_buf_add_str(notes, PT_STR("no column looks like a time: events get the time of the "
                                     "import\n"));
    } else if (!(g->columns[g->by_role[ROLE_TIME]].forms & 1)) {
        pt_buf_add_str(notes, PT_STR("times are read as UTC, and day and month as the format "
                                     "says: look at the zone and the order\n"));
    } else {
        pt_buf_add_str(notes, PT_STR("times without a zone are read as UTC: set the zone\n"));
    }
}

/* ---- JSON lines ----------------------------------------------------------------------------- */

static bool is_event(PtStr object)
{
    static const char *const types[] = {"\"track\"",  "\"identify\"", "\"page\"",
                                        "\"screen\"", "\"group\"",    "\"alias\""};
    PtStr raw = {NULL, 0};
    for (size_t i = 0; map_json_path(object, PT_STR("type"), &raw) && i < 6; i++) {
        if (pt_str_eq(raw, pt_str(types[i]))) {
            return true;
        }
    }
    return false;
}

static Column *json_column(Guess *g, const PtJson *j)
{
    for (size_t i = 0; i < g->count; i++) {
        if (pt_json_raw_eq(j->raw, j->flags, g->columns[i].name)) {
            return &g->columns[i];
        }
    }
    if (g->count == CONNECT_TARGETS_MAX / 2 || j->raw.len > 100) {
        return NULL;
    }
    PtBuf name;
    pt_buf_init(&name, 1024);
    pt_json_decode(j->raw, &name);
    Column *c = &g->columns[g->count];
    *c = (Column){.name = pt_arena_str(g->arena, pt_buf_str(&name)),
                  .like = LIKE_ALL,
                  .forms = (UINT32_C(1) << TIME_FORMS) - 1};
    pt_buf_done(&name);
    if (c->name.data == NULL || c->name.len == 0) {
        return NULL;
    }
    c->role = role_of(c->name);
    g->count++;
    return c;
}

static void judge_object(Guess *g, PtStr object)
{
    PtJson j;
    PtStr raw = {NULL, 0};
    pt_json_init(&j, object, MAP_JSON_DEPTH);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return;
    }
    while (pt_json_next(&j) == PT_JSON_KEY) {
        Column *c = json_column(g, &j);
        if (!pt_json_skip(&j, &raw, NULL, NULL)) {
            return;
        }
        bool text = raw.data[0] == '"';
        if (c != NULL && !pt_str_eq(raw, PT_STR("null"))) {
            judge(c, text ? (PtStr){raw.data + 1, raw.len - 2} : raw);
        }
    }
    g->rows++;
}

static PtStatus guess_lines(Guess *g, bool *ret_events, PtError *err)
{
    PtStr rest = g->text, line;
    uint64_t events = 0, bad = 0;
    g->shape.format = CONNECT_JSONL;
    g->columns = pt_arena_alloc(g->arena, CONNECT_TARGETS_MAX, sizeof *g->columns);
    if (g->columns == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a guess");
    }
    while (g->rows + bad < CONNECT_GUESS_ROWS && pt_str_cut(&rest, '\n', &line)) {
        if (first_letter(line) == '\0' || (rest.data == NULL && bad == 0 && g->rows > 0)) {
            continue; // blank, or a last line that the sample cut
        }
        if (pt_json_check(line, MAP_JSON_DEPTH, NULL) != PT_OK) {
            bad++;
            continue;
        }
        events += is_event(line);
        judge_object(g, line);
    }
    *ret_events = events > 0 && events == g->rows;
    return g->rows > bad ? PT_OK
                         : pt_fail(err, PT_INVALID, "the lines are not JSON objects, one a line");
}

/* ---- The whole ------------------------------------------------------------------------------ */

static PtStatus read_sample(ConnectSource source, char **ret_text, size_t *ret_len, PtError *err)
{
    PT_CLEANUP(pt_free_charp) char *text = malloc(CONNECT_GUESS_BYTES);
    size_t len = 0, more = 1;
    if (text == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a guess");
    }
    while (more > 0 && len < CONNECT_GUESS_BYTES) {
        PtStatus st = source.read(source.ctx, text + len, CONNECT_GUESS_BYTES - len, &more, err);
        if (st != PT_OK) {
            return st;
        }
        len += more;
    }
    *ret_text = PT_TAKE(text);
    *ret_len = len;
    return PT_OK;
}

static PtStatus guess_rows(Guess *g, PtBuf *ret_mapping, PtBuf *notes, PtError *err)
{
    bool events = false;
    bool json = first_letter(g->text) == '{';
    PtStatus st = json ? guess_lines(g, &events, err) : guess_delimiter(g, err);
    if (st == PT_OK && !json) {
        st = judge_rows(g, err);
    }
    if (st != PT_OK) {
        return st;
    }
    if (events) {
        pt_buf_add_str(ret_mapping,
                       PT_STR("{\n  \"format\": \"events\",\n  \"source\": \"import\"\n}\n"));
        pt_buf_add_str(notes, PT_STR("the lines are events already\n"));
        return pt_buf_status(ret_mapping);
    }
    settle_roles(g);
    write_mapping(g, ret_mapping);
    write_notes(g, notes);
    st = pt_buf_status(ret_mapping);
    return st == PT_OK ? PT_OK : pt_fail(err, st, "the proposed mapping is too large");
}

PtStatus connect_guess(ConnectSource source, PtBuf *ret_mapping, PtBuf *notes, PtError *err)
{
    PT_CLEANUP(pt_free_charp) char *text = NULL;
    Guess g = {.decimal_mark = '.'};
    PtStatus st = read_sample(source, &text, &g.text.len, err);
    if (st != PT_OK) {
        return st;
    }
    g.text.data = text;
    g.arena = pt_arena_new(8 << 20);
    if (g.arena == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a guess");
    }
    st = guess_rows(&g, ret_mapping, notes, err);
    pt_arena_free(g.arena);
    return st;
}
