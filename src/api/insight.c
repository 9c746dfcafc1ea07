// SPDX-License-Identifier: Apache-2.0
/* /api/v1/insight/desk: the four figures in tandem, as JSON and as lines, and the tickets behind
 * them. */
#include "api/desk.h"

#include "base/time.h"

#include <string.h>

enum { ANSWER_BYTES = 64 << 20 };
static const int64_t range_ms = 28 * 86400000LL;
static const double second_ms = 1000;

void api_set_insight(Api *api, Insight *insight)
{
    api->insight = insight;
}

/* -- reading a question -------------------------------------------------------------------------
 */

/* Where the parameters of an operation stand; what it has not is NULL. */
typedef struct Places {
    const ApiValue *from, *to, *zone, *unit, *by, *queue, *store, *category, *channel, *priority,
        *type;
} Places;

#define PLACE(OP, NAME) &call->query[Q_INSIGHT_DESK##OP##_##NAME]
#define FILTERS(OP)                                                                                \
    .from = PLACE(OP, FROM), .to = PLACE(OP, TO), .queue = PLACE(OP, QUEUE),                       \
    .store = PLACE(OP, STORE), .category = PLACE(OP, CATEGORY), .channel = PLACE(OP, CHANNEL),     \
    .priority = PLACE(OP, PRIORITY), .type = PLACE(OP, TYPE)
#define QUESTION(OP)                                                                               \
    FILTERS(OP), .zone = PLACE(OP, ZONE), .unit = PLACE(OP, UNIT), .by = PLACE(OP, BY)

/* Names with commas between, each a bit from `first`. */
static PtStatus read_bits(ApiCall *call, const char *parameter, PtStr text,
                          const char *const *names, unsigned first, unsigned *ret_bits)
{
    PtStr rest = text, part;
    while (rest.len > 0 && pt_str_cut(&rest, ',', &part)) {
        unsigned bit = 0;
        for (unsigned i = 0; names[i] != NULL; i++) {
            bit |= pt_str_eq(part, pt_str(names[i])) ? 1U << (i + first) : 0;
        }
        if (bit == 0) {
            return pt_fail(&call->error, PT_INVALID, "%s: \"%.*s\" is none of its names", parameter,
                           (int)(part.len < 40 ? part.len : 40), part.data);
        }
        *ret_bits |= bit;
    }
    return PT_OK;
}

static PtStatus read_ask(ApiCall *call, const Places *p, InsightAsk *ret_ask)
{
    static const char *const priorities[] = {"P1", "P2", "P3", "P4", "P5", NULL};
    static const char *const types[] = {"incident", "service_request", NULL};
    const int64_t to_ms = p->to->given ? p->to->number : pt_clock_now_ms(call->api->c.clock) + 1;
    const PtStr zone = p->zone != NULL ? pt_arena_str(call->arena, p->zone->text) : PT_STR("UTC");
    if (zone.data == NULL) {
        return pt_fail(&call->error, PT_NO_MEMORY, "no memory for a question");
    }
    *ret_ask = (InsightAsk){.from_ms = p->from->given ? p->from->number : to_ms - range_ms,
                            .to_ms = to_ms,
                            .zone = zone.data,
                            .unit = p->unit != NULL ? (InsightUnit)p->unit->choice : INSIGHT_DAY,
                            .by = p->by != NULL ? (InsightBy)p->by->choice : INSIGHT_NONE,
                            .queue = p->queue->text,
                            .store = p->store->text,
                            .category = p->category->text,
                            .channel = p->channel->text,
                            .stop = &call->gone};
    PtStatus st =
        read_bits(call, "priority", p->priority->text, priorities, 1, &ret_ask->priorities);
    return st == PT_OK ? read_bits(call, "type", p->type->text, types, 0, &ret_ask->types) : st;
}

static PtArena *new_arena(ApiCall *call)
{
    PtArena *arena = pt_arena_new(ANSWER_BYTES);
    if (arena == NULL) {
        (void)pt_fail(&call->error, PT_NO_MEMORY, "no memory for figures");
    }
    return arena;
}

static PtStatus ask(ApiCall *call, const Places *places, PtArena *arena, InsightAsk *ret_ask,
                    InsightAnswer *ret_answer)
{
    PtStatus st = arena != NULL ? read_ask(call, places, ret_ask) : PT_NO_MEMORY;
    return st == PT_OK
               ? insight_figures(call->api->insight, ret_ask, arena, ret_answer, &call->error)
               : st;
}

/* -- as JSON ------------------------------------------------------------------------------------
 */

/* null where it is of nothing. */
static void put_known(PtJsonOut *out, const char *key, double value, uint64_t n)
{
    if (n > 0) {
        api_put_double(out, key, value);
    } else {
        api_put_null(out, key);
    }
}

static void put_ratio(PtJsonOut *out, const char *key, double of, uint64_t n)
{
    put_known(out, key, n > 0 ? of / (double)n : 0, n);
}

static void put_share(PtJsonOut *out, uint64_t hits, uint64_t n)
{
    const InsightInterval i = insight_wilson(hits, n);
    put_ratio(out, "share", (double)hits, n);
    put_known(out, "low", i.low, n);
    put_known(out, "high", i.high, n);
    pt_json_put_u64(out, "hits", hits);
    pt_json_put_u64(out, "n", n);
}

static void open_member(PtJsonOut *out, const char *name)
{
    pt_json_out_key(out, pt_str(name));
    pt_json_out_object(out);
}

static void put_clocks(PtJsonOut *out, const InsightCell *c)
{
    open_member(out, "sla");
    pt_json_out_key(out, PT_STR("clocks"));
    pt_json_out_array(out);
    for (int i = 0; i < WORK_CLOCKS; i++) {
        if (c->met[i] + c->breached[i] > 0 || i == WORK_CLOCK_RESPONSE ||
            i == WORK_CLOCK_RESOLUTION) {
            pt_json_out_object(out);
            pt_json_put_str(out, "clock", pt_str(work_clock_name((WorkClockKind)i)));
            put_share(out, c->met[i], c->met[i] + c->breached[i]);
            pt_json_out_object_end(out);
        }
    }
    pt_json_out_array_end(out);
    pt_json_put_u64(out, "unjudged", c->unjudged);
    pt_json_out_object_end(out);
}

static double mean_score(const InsightCell *c)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < 5; i++) {
        sum += (i + 1) * c->scores[i];
    }
    return (double)sum;
}

static void put_satisfaction(PtJsonOut *out, const InsightCell *c)
{
    open_member(out, "csat");
    put_share(out, c->satisfied, c->answered);
    pt_json_put_u64(out, "invited", c->invited);
    put_ratio(out, "response", (double)c->answered, c->invited);
    put_ratio(out, "mean", mean_score(c), c->answered);
    pt_json_out_key(out, PT_STR("scores"));
    pt_json_out_array(out);
    for (int i = 0; i < 5; i++) {
        pt_json_out_u64(out, c->scores[i]);
    }
    pt_json_out_array_end(out);
    pt_json_out_object_end(out);
}

static void put_cell(PtJsonOut *out, const char *key, const InsightCell *c)
{
    open_member(out, key);
    pt_json_put_u64(out, "resolved", c->resolved);
    open_member(out, "fcr");
    put_share(out, c->first, c->resolved);
    pt_json_put_u64(out, "provisional", c->provisional);
    pt_json_put_u64(out, "reopened", c->reopened);
    pt_json_put_u64(out, "transferred", c->transferred);
    pt_json_put_u64(out, "switched", c->switched);
    pt_json_put_u64(out, "repeated", c->repeated);
    pt_json_put_u64(out, "contacted", c->contacted);
    pt_json_out_object_end(out);
    open_member(out, "mttr");
    pt_json_put_u64(out, "n", c->resolved);
    put_ratio(out, "mean_s", (double)c->sum_ms / second_ms, c->resolved);
    put_known(out, "p50_s", (double)c->p50_ms / second_ms, c->resolved);
    put_known(out, "p90_s", (double)c->p90_ms / second_ms, c->resolved);
    put_ratio(out, "business_mean_s", (double)c->business_sum_ms / second_ms, c->resolved);
    put_ratio(out, "wait_mean_s", (double)c->wait_sum_ms / second_ms, c->resolved);
    pt_json_out_object_end(out);
    put_clocks(out, c);
    put_satisfaction(out, c);
    pt_json_out_object_end(out);
}

static void put_incident(PtJsonOut *out, const InsightIncident *i)
{
    char key[DESK_KEY_MAX];
    pt_json_out_object(out);
    pt_json_put_str(out, "key", desk_key(DESK_INCIDENT, i->number, key));
    pt_json_put_i64(out, "priority", i->priority);
    pt_json_put_str(out, "category", i->category);
    pt_json_put_str(out, "store", i->store);
    api_put_time(out, "opened_at", i->opened_ms);
    api_put_time_or_null(out, "resolved_at", i->resolved_ms);
    pt_json_out_object_end(out);
}

static void put_parts(PtJsonOut *out, const InsightAnswer *a)
{
    pt_json_out_key(out, PT_STR("periods"));
    pt_json_out_array(out);
    for (size_t i = 0; i < a->period_count; i++) {
        pt_json_out_object(out);
        api_put_time(out, "from", a->periods[i].from_ms);
        api_put_time(out, "to", a->periods[i].to_ms);
        put_cell(out, "cell", &a->periods[i].cell);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
    pt_json_out_key(out, PT_STR("groups"));
    pt_json_out_array(out);
    for (size_t i = 0; i < a->group_count; i++) {
        pt_json_out_object(out);
        pt_json_put_str(out, "value", a->groups[i].value);
        put_cell(out, "cell", &a->groups[i].cell);
        put_cell(out, "before", &a->groups[i].before);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
    pt_json_out_key(out, PT_STR("incidents"));
    pt_json_out_array(out);
    for (size_t i = 0; i < a->incident_count; i++) {
        put_incident(out, &a->incidents[i]);
    }
    pt_json_out_array_end(out);
}

void api_insight_desk(ApiCall *call)
{
    const Places places = {QUESTION()};
    PT_CLEANUP(pt_arena_freep) PtArena *arena = new_arena(call);
    InsightAsk question;
    InsightAnswer a;
    if (api_failed(call, ask(call, &places, arena, &question, &a))) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    api_put_time(&out, "from", a.from_ms);
    api_put_time(&out, "to", a.to_ms);
    api_put_time(&out, "before_from", a.before_ms);
    api_put_time(&out, "now", a.now_ms);
    pt_json_put_str(&out, "zone", pt_str(question.zone));
    pt_json_put_str(&out, "unit", pt_str(insight_units[question.unit]));
    pt_json_put_str(&out, "by", pt_str(insight_bys[question.by]));
    put_cell(&out, "total", &a.total);
    put_cell(&out, "before", &a.before);
    put_parts(&out, &a);
    open_member(&out, "open");
    pt_json_put_u64(&out, "tickets", a.open);
    pt_json_put_u64(&out, "breached", a.open_breached);
    api_put_time_or_null(&out, "oldest_at", a.open_oldest_ms);
    pt_json_out_object_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

/* -- as lines -----------------------------------------------------------------------------------
 */

static const char csv_head[] =
    "part,value,from,to,resolved,first_contact,provisional,reopened,transferred,switched,repeated,"
    "contacted,mean_s,p50_s,p90_s,business_mean_s,wait_mean_s,response_met,response_breached,"
    "resolution_met,resolution_breached,invited,answered,satisfied,score_mean\r\n";

static void csv_ratio(PtBuf *out, double of, uint64_t n)
{
    if (n > 0) {
        pt_buf_printf(out, ",%.3f", of / (double)n);
    } else {
        pt_buf_add_char(out, ',');
    }
}

static void csv_line(PtBuf *out, const char *part, PtStr value, const InsightPeriod *p)
{
    const InsightCell *c = &p->cell;
    char from[PT_TIME_TEXT], to[PT_TIME_TEXT];
    const double n = (double)c->resolved;
    const uint64_t counts[] = {c->resolved,    c->first,    c->provisional, c->reopened,
                               c->transferred, c->switched, c->repeated,    c->contacted};
    const uint64_t rest[] = {c->met[WORK_CLOCK_RESPONSE],
                             c->breached[WORK_CLOCK_RESPONSE],
                             c->met[WORK_CLOCK_RESOLUTION],
                             c->breached[WORK_CLOCK_RESOLUTION],
                             c->invited,
                             c->answered,
                             c->satisfied};
    pt_buf_printf(out, "%s,", part);
    pt_buf_add_csv(out, value);
    pt_buf_printf(out, ",%s,%s", pt_time_format(p->from_ms, from).data,
                  pt_time_format(p->to_ms, to).data);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        pt_buf_printf(out, ",%llu", (unsigned long long)counts[i]);
    }
    csv_ratio(out, (double)c->sum_ms / second_ms, c->resolved);
    csv_ratio(out, (double)c->p50_ms / second_ms * n, c->resolved);
    csv_ratio(out, (double)c->p90_ms / second_ms * n, c->resolved);
    csv_ratio(out, (double)c->business_sum_ms / second_ms, c->resolved);
    csv_ratio(out, (double)c->wait_sum_ms / second_ms, c->resolved);
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) {
        pt_buf_printf(out, ",%llu", (unsigned long long)rest[i]);
    }
    csv_ratio(out, mean_score(c), c->answered);
    pt_buf_add_str(out, PT_STR("\r\n"));
}

void api_insight_desk_export(ApiCall *call)
{
    const Places places = {QUESTION(_EXPORT)};
    PT_CLEANUP(pt_arena_freep) PtArena *arena = new_arena(call);
    PtBuf *out = &call->body;
    InsightAsk question;
    InsightAnswer a;
    if (api_failed(call, ask(call, &places, arena, &question, &a))) {
        return;
    }
    pt_buf_add_str(out, pt_str(csv_head));
    csv_line(out, "total", PT_STR(""), &(InsightPeriod){a.from_ms, a.to_ms, a.total});
    csv_line(out, "before", PT_STR(""), &(InsightPeriod){a.before_ms, a.from_ms, a.before});
    for (size_t i = 0; i < a.period_count; i++) {
        csv_line(out, insight_units[question.unit], PT_STR(""), &a.periods[i]);
    }
    for (size_t i = 0; i < a.group_count; i++) {
        csv_line(out, insight_bys[question.by], a.groups[i].value,
                 &(InsightPeriod){a.from_ms, a.to_ms, a.groups[i].cell});
    }
    call->content_type = "text/csv; charset=utf-8";
    api_header(call, "Content-Disposition", PT_STR("attachment; filename=\"figures.csv\""));
    api_answer(call, 200);
}

/* -- the tickets behind a number ----------------------------------------------------------------
 */

static void put_clock_names(PtJsonOut *out, const char *key, const uint32_t *rounds)
{
    pt_json_out_key(out, pt_str(key));
    pt_json_out_array(out);
    for (int i = 0; i < WORK_CLOCKS; i++) {
        if (rounds[i] > 0) {
            pt_json_out_str(out, pt_str(work_clock_name((WorkClockKind)i)));
        }
    }
    pt_json_out_array_end(out);
}

/* The title for those who may read tickets; it may have gone since. */
static PtStatus put_title(ApiCall *call, PtArena *arena, PtJsonOut *out, int64_t number)
{
    DeskTicket ticket;
    PtStatus st = PT_NOT_FOUND;
    if ((call->who.permissions & PERMISSION_DESK_READ) != 0) {
        st = desk_ticket(call->api->desk, number, arena, &ticket, &call->error);
    }
    api_put_text_or_null(out, "title", st == PT_OK ? ticket.f[DESK_F_TITLE] : PT_STR(""));
    return st == PT_NOT_FOUND ? PT_OK : st;
}

static PtStatus put_ticket(ApiCall *call, PtArena *arena, PtJsonOut *out, const InsightTicket *t)
{
    char key[DESK_KEY_MAX];
    pt_json_out_object(out);
    pt_json_put_str(out, "key", desk_key(t->type, t->number, key));
    PtStatus st = put_title(call, arena, out, t->number);
    pt_json_put_str(out, "type", pt_str(desk_types[t->type]));
    pt_json_put_i64(out, "priority", t->priority);
    pt_json_put_str(out, "store", t->store);
    pt_json_put_str(out, "queue", t->queue);
    pt_json_put_str(out, "category", t->category);
    pt_json_put_str(out, "channel", t->channel);
    api_put_time(out, "opened_at", t->opened_ms);
    api_put_time(out, "resolved_at", t->resolved_ms);
    api_put_double(out, "took_s", (double)t->took_ms / second_ms);
    api_put_double(out, "business_s", (double)t->business_ms / second_ms);
    api_put_double(out, "wait_s", (double)t->wait_ms / second_ms);
    pt_json_put_bool(out, "first", t->first);
    pt_json_put_bool(out, "provisional", t->provisional);
    pt_json_put_i64(out, "contacts", t->contacts);
    pt_json_put_i64(out, "reopened", t->reopened);
    pt_json_put_i64(out, "transferred", t->transferred);
    pt_json_put_i64(out, "switched", t->switched);
    pt_json_put_i64(out, "repeats", t->repeats);
    put_clock_names(out, "met", t->verdict.met);
    put_clock_names(out, "breached", t->verdict.breached);
    if (t->score > 0) {
        pt_json_put_i64(out, "score", t->score);
    } else {
        api_put_null(out, "score");
    }
    pt_json_out_object_end(out);
    return st;
}

void api_insight_desk_tickets(ApiCall *call)
{
    const Places places = {FILTERS(_TICKETS)};
    PT_CLEANUP(pt_arena_freep) PtArena *arena = new_arena(call);
    const ApiValue *q = call->query;
    const size_t limit = (size_t)q[Q_INSIGHT_DESK_TICKETS_LIMIT].number;
    InsightDrill drill = {.behind = (InsightBehind)q[Q_INSIGHT_DESK_TICKETS_BEHIND].choice,
                          .clock = (WorkClockKind)q[Q_INSIGHT_DESK_TICKETS_CLOCK].choice,
                          .max = limit};
    InsightTicket *list = NULL;
    uint64_t after = 0;
    size_t count = 0;
    char next[24] = "";
    PtStatus st = arena != NULL ? read_ask(call, &places, &drill.ask) : PT_NO_MEMORY;
    st = st == PT_OK ? api_cursor_u64(&q[Q_INSIGHT_DESK_TICKETS_CURSOR], 0, &after, &call->error)
                     : st;
    drill.after = (int64_t)after;
    st = st == PT_OK
             ? insight_tickets(call->api->insight, &drill, arena, &list, &count, &call->error)
             : st;
    PtJsonOut out = pt_json_out(&call->body);
    api_page_begin(&out);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = put_ticket(call, arena, &out, &list[i]);
    }
    if (st == PT_OK && count == limit) {
        (void)snprintf(next, sizeof next, "%lld", (long long)list[count - 1].number);
    }
    api_page_end(&out, next[0] != '\0' ? next : NULL);
    if (!api_failed(call, st)) {
        api_answer(call, 200);
    }
}
