// SPDX-License-Identifier: Apache-2.0
/* /api/v1/tickets: seen, listed, exported; /api/v1/desk/policy: how priorities are found. */
#include "api/desk.h"

#include "base/time.h"

#include <string.h>

enum { EXPORT_ROWS = 10000, EXPORT_PAGE = 500, POLICY_BYTES = 8 << 20, PAGE_BYTES = 256 << 20 };

void api_set_desk(Api *api, Desk *desk)
{
    api->desk = desk;
}

/* -- one ticket ---------------------------------------------------------------------------------
 */

static void put_field(PtJsonOut *out, DeskField field, PtStr value)
{
    if (!desk_field_is_json(field)) {
        pt_json_put_str(out, desk_fields[field], value);
    } else if (value.len > 0) {
        api_put_raw(out, desk_fields[field], value);
    } else {
        api_put_raw(out, desk_fields[field], field == DESK_F_CUSTOM ? PT_STR("{}") : PT_STR("[]"));
    }
}

static void put_due(PtJsonOut *out, DeskDue due)
{
    if (due.due_ms != WORK_NEVER) {
        api_put_time(out, "due_at", due.due_ms);
        pt_json_put_str(out, "due_clock", pt_str(work_clock_name(due.clock)));
    } else {
        api_put_null(out, "due_at");
        api_put_null(out, "due_clock");
    }
    pt_json_put_str(out, "due_state", pt_str(desk_due_states[due.state]));
}

static void put_tone(PtJsonOut *out, const DeskTicket *t)
{
    const struct {
        const char *name;
        int64_t value;
    } tones[] = {{"sentiment", t->sentiment},
                 {"sentiment_lowest", t->sentiment_lowest},
                 {"tone_urgency", t->tone_urgency}};
    pt_json_put_str(out, "mood", pt_str(desk_moods[desk_mood(t->tones, t->sentiment)]));
    for (size_t i = 0; i < sizeof tones / sizeof *tones; i++) {
        if (t->tones > 0) {
            api_put_double(out, tones[i].name, (double)tones[i].value / DESK_TONE_ONE);
        } else {
            api_put_null(out, tones[i].name);
        }
    }
}

void api_put_ticket(ApiCall *call, PtJsonOut *out, const DeskTicket *t)
{
    char key[DESK_KEY_MAX];
    pt_json_out_object(out);
    pt_json_put_str(out, "key", desk_key(t->type, t->number, key));
    pt_json_put_i64(out, "number", t->number);
    pt_json_put_i64(out, "version", t->version);
    pt_json_put_str(out, "type", pt_str(desk_types[t->type]));
    pt_json_put_i64(out, "priority", t->priority);
    api_put_raw(out, "why", t->why);
    pt_json_put_i64(out, "policy_version", t->policy);
    for (DeskField i = 0; i < DESK_FIELDS; i++) {
        put_field(out, i, t->f[i]);
    }
    pt_json_put_i64(out, "reports", t->reports);
    pt_json_put_i64(out, "stores", t->stores);
    pt_json_put_i64(out, "tills", t->tills);
    pt_json_put_i64(out, "customers", t->customers);
    pt_json_put_bool(out, "major", t->major);
    if (t->merged_into != 0) {
        pt_json_put_i64(out, "merged_into", t->merged_into);
    } else {
        api_put_null(out, "merged_into");
    }
    api_put_time(out, "opened_at", t->opened_ms);
    api_put_time(out, "changed_at", t->changed_ms);
    api_put_time_or_null(out, "last_report_at", t->last_report_ms);
    api_put_time_or_null(out, "acknowledged_at", t->acknowledged_ms);
    api_put_time_or_null(out, "replied_at", t->replied_ms);
    api_put_time_or_null(out, "resolved_at", t->resolved_ms);
    api_put_time_or_null(out, "closed_at", t->closed_ms);
    put_due(out, desk_due(call->api->desk, t->number));
    put_tone(out, t);
    pt_json_out_object_end(out);
}

static void put_link(PtJsonOut *out, const DeskLink *link)
{
    char key[DESK_KEY_MAX];
    pt_json_out_object(out);
    pt_json_put_str(out, "kind", link->kind);
    pt_json_put_bool(out, "inverse", link->inverse);
    pt_json_put_str(out, "key", desk_key(link->type, link->other, key));
    pt_json_put_i64(out, "number", link->other);
    pt_json_put_str(out, "type", pt_str(desk_types[link->type]));
    pt_json_put_str(out, "state", pt_str(desk_states[link->state]));
    pt_json_put_i64(out, "priority", link->priority);
    pt_json_put_str(out, "title", link->title);
    pt_json_out_object_end(out);
}

void api_answer_ticket(ApiCall *call, int status, const DeskTicket *ticket)
{
    DeskLink *links = NULL;
    size_t count = 0;
    if (api_failed(call, desk_links(call->api->desk, ticket->number, call->arena, &links, &count,
                                    &call->error))) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("ticket"));
    api_put_ticket(call, &out, ticket);
    pt_json_out_key(&out, PT_STR("links"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        put_link(&out, &links[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, status);
}

PtStatus api_ticket_number(ApiCall *call, PtStr key, int64_t *ret_number)
{
    return desk_key_parse(key, ret_number)
               ? PT_OK
               : pt_fail(&call->error, PT_NOT_FOUND,
                         "a ticket has a key or number such as INC-1024 or 1024");
}

void api_tickets_get(ApiCall *call)
{
    DeskTicket ticket;
    int64_t number = 0;
    PtStatus st = api_ticket_number(call, call->args[0], &number);
    st =
        st == PT_OK ? desk_ticket(call->api->desk, number, call->arena, &ticket, &call->error) : st;
    if (!api_failed(call, st)) {
        api_answer_ticket(call, 200, &ticket);
    }
}

/* -- lists --------------------------------------------------------------------------------------
 */

/* Names that a filter takes, each a bit from `first`; `also` is one more name, of these bits. */
typedef struct BitNames {
    const char *parameter;
    const char *const *names;
    unsigned first;
    const char *also; /* or NULL */
    unsigned also_bits;
} BitNames;

/* Of names with commas between. */
static PtStatus read_bits(ApiCall *call, const ApiValue *value, const BitNames *of,
                          unsigned *ret_bits)
{
    PtStr rest = value->text, part;
    while (rest.len > 0 && pt_str_cut(&rest, ',', &part)) {
        unsigned bits = of->also != NULL && pt_str_eq(part, pt_str(of->also)) ? of->also_bits : 0;
        for (unsigned i = 0; of->names[i] != NULL; i++) {
            bits |= pt_str_eq(part, pt_str(of->names[i])) ? 1U << (i + of->first) : 0;
        }
        if (bits == 0) {
            return pt_fail(&call->error, PT_INVALID, "%s: \"%.*s\" is none of its names",
                           of->parameter, (int)(part.len < 40 ? part.len : 40), part.data);
        }
        *ret_bits |= bits;
    }
    return PT_OK;
}

/* What list and export have in common, by the place of their first parameter. */
typedef struct ListPlaces {
    unsigned state, type, priority, queue, assignee, store, category, requester, major, search, due,
        mood, lowest, pressing, sort, reversed;
} ListPlaces;

#define LIST_PLACES(OP)                                                                            \
    {.state = Q_##OP##_STATE,                                                                      \
     .type = Q_##OP##_TYPE,                                                                        \
     .priority = Q_##OP##_PRIORITY,                                                                \
     .queue = Q_##OP##_QUEUE,                                                                      \
     .assignee = Q_##OP##_ASSIGNEE,                                                                \
     .store = Q_##OP##_STORE,                                                                      \
     .category = Q_##OP##_CATEGORY,                                                                \
     .requester = Q_##OP##_REQUESTER,                                                              \
     .major = Q_##OP##_MAJOR,                                                                      \
     .search = Q_##OP##_SEARCH,                                                                    \
     .due = Q_##OP##_DUE_STATE,                                                                    \
     .mood = Q_##OP##_MOOD,                                                                        \
     .lowest = Q_##OP##_MOOD_LOWEST,                                                               \
     .pressing = Q_##OP##_PRESSING,                                                                \
     .sort = Q_##OP##_SORT,                                                                        \
     .reversed = Q_##OP##_REVERSED}

static PtStatus read_query(ApiCall *call, const ListPlaces *p, DeskQuery *query)
{
    static const char *const priorities[] = {"P1", "P2", "P3", "P4", "P5", NULL};
    static const BitNames states = {"state", desk_states, 0, "open",
                                    1U << DESK_NEW | 1U << DESK_IN_PROGRESS | 1U << DESK_WAITING};
    static const BitNames types = {"type", desk_types, 0, NULL, 0};
    static const BitNames levels = {"priority", priorities, 1, NULL, 0};
    static const BitNames dues = {"due_state", desk_due_states, 0, NULL, 0};
    static const BitNames moods = {"mood", desk_moods, 0, NULL, 0};
    static const BitNames lowest = {"mood_lowest", desk_moods, 0, NULL, 0};
    const ApiValue *q = call->query;
    *query = (DeskQuery){.queue = q[p->queue].text,
                         .assignee = q[p->assignee].text,
                         .store = q[p->store].text,
                         .category = q[p->category].text,
                         .requester = q[p->requester].text,
                         .text = q[p->search].text,
                         .major = q[p->major].truth,
                         .pressing = q[p->pressing].truth,
                         .sort = (DeskSort)q[p->sort].choice,
                         .ascending = q[p->reversed].truth};
    PtStatus st = read_bits(call, &q[p->state], &states, &query->states);
    st = st == PT_OK ? read_bits(call, &q[p->type], &types, &query->types) : st;
    st = st == PT_OK ? read_bits(call, &q[p->due], &dues, &query->dues) : st;
    st = st == PT_OK ? read_bits(call, &q[p->mood], &moods, &query->moods) : st;
    st = st == PT_OK ? read_bits(call, &q[p->lowest], &lowest, &query->lowest_moods) : st;
    return st == PT_OK ? read_bits(call, &q[p->priority], &levels, &query->priorities) : st;
}

static PtArena *page_arena(ApiCall *call)
{
    PtArena *arena = pt_arena_new(PAGE_BYTES);
    if (arena == NULL) {
        (void)pt_fail(&call->error, PT_NO_MEMORY, "no memory for a page of tickets");
    }
    return arena;
}

/* Where texts have the words, of those tickets whose key, title and so on have not all. */
static void put_matched(PtJsonOut *out, const DeskPage *page)
{
    pt_json_out_key(out, PT_STR("matched"));
    pt_json_out_array(out);
    for (size_t i = 0; page->matched != NULL && i < page->count; i++) {
        const DeskMatched *m = &page->matched[i];
        if (m->text.len == 0) {
            continue;
        }
        pt_json_out_object(out);
        pt_json_put_i64(out, "number", page->tickets[i].number);
        pt_json_put_str(out, "in",
                        m->seq == 0    ? PT_STR("description")
                        : m->is_public ? PT_STR("note")
                                       : PT_STR("internal_note"));
        if (m->seq != 0) {
            pt_json_put_i64(out, "seq", m->seq);
        } else {
            api_put_null(out, "seq");
        }
        pt_json_put_str(out, "text", m->text);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

static void put_searched(PtJsonOut *out, DeskSearched searched)
{
    pt_json_out_key(out, PT_STR("searched"));
    pt_json_out_object(out);
    pt_json_put_bool(out, "reads", searched.reads);
    pt_json_put_i64(out, "from", searched.from);
    pt_json_out_object_end(out);
}

void api_tickets_list(ApiCall *call)
{
    static const ListPlaces places = LIST_PLACES(TICKETS_LIST);
    PT_CLEANUP(pt_arena_freep) PtArena *arena = page_arena(call);
    DeskQuery query = {0};
    DeskPage page;
    PtStatus st = arena != NULL ? read_query(call, &places, &query) : PT_NO_MEMORY;
    query.cursor = call->query[Q_TICKETS_LIST_CURSOR].text;
    query.max = (size_t)call->query[Q_TICKETS_LIST_LIMIT].number;
    st = st == PT_OK ? desk_list(call->api->desk, &query, arena, &page, &call->error) : st;
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_u64(&out, "total", page.total);
    api_put_text_or_null(&out, "next_cursor", pt_str(page.next));
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < page.count; i++) {
        api_put_ticket(call, &out, &page.tickets[i]);
    }
    pt_json_out_array_end(&out);
    if (query.text.len > 0) {
        put_matched(&out, &page);
        put_searched(&out, desk_searched(call->api->desk));
    }
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

/* -- export -------------------------------------------------------------------------------------
 */

static void csv_time(PtBuf *out, int64_t ms)
{
    char text[PT_TIME_TEXT];
    pt_buf_add_char(out, ',');
    if (ms != 0) {
        pt_buf_add_str(out, pt_time_format(ms, text));
    }
}

static const DeskField csv_fields[] = {
    DESK_F_STATE,   DESK_F_WAITING_FOR, DESK_F_TITLE,    DESK_F_REQUESTER, DESK_F_STORE,
    DESK_F_TILL,    DESK_F_CHANNEL,     DESK_F_CATEGORY, DESK_F_SERVICES,  DESK_F_TOUCHPOINTS,
    DESK_F_URGENCY, DESK_F_QUEUE,       DESK_F_ASSIGNEE, DESK_F_RESOLUTION};

static void csv_head(PtBuf *out)
{
    pt_buf_add_str(out, PT_STR("key,type,priority"));
    for (size_t i = 0; i < sizeof csv_fields / sizeof *csv_fields; i++) {
        pt_buf_printf(out, ",%s", desk_fields[csv_fields[i]]);
    }
    pt_buf_add_str(out, PT_STR(",reports,stores,tills,customers,major,opened_at,changed_at,"
                               "acknowledged_at,resolved_at,closed_at,due_at,due_clock,due_state,"
                               "mood,sentiment,sentiment_lowest,tone_urgency\r\n"));
}

static void csv_due(PtBuf *out, DeskDue due)
{
    const bool dated = due.due_ms != WORK_NEVER;
    csv_time(out, dated ? due.due_ms : 0);
    pt_buf_printf(out, ",%s,%s", dated ? work_clock_name(due.clock) : "",
                  desk_due_states[due.state]);
}

static void csv_tone(PtBuf *out, const DeskTicket *t)
{
    const int64_t tones[] = {t->sentiment, t->sentiment_lowest, t->tone_urgency};
    pt_buf_printf(out, ",%s", desk_moods[desk_mood(t->tones, t->sentiment)]);
    for (size_t i = 0; i < sizeof tones / sizeof *tones; i++) {
        pt_buf_add_char(out, ',');
        if (t->tones > 0) {
            pt_buf_printf(out, "%.4f", (double)tones[i] / DESK_TONE_ONE);
        }
    }
    pt_buf_add_str(out, PT_STR("\r\n"));
}

static void csv_row(ApiCall *call, const DeskTicket *t)
{
    PtBuf *out = &call->body;
    char key[DESK_KEY_MAX];
    pt_buf_add_str(out, desk_key(t->type, t->number, key));
    pt_buf_printf(out, ",%s,P%u", desk_types[t->type], t->priority);
    for (size_t i = 0; i < sizeof csv_fields / sizeof *csv_fields; i++) {
        pt_buf_add_char(out, ',');
        pt_buf_add_csv(out, t->f[csv_fields[i]]);
    }
    pt_buf_printf(out, ",%lld,%lld,%lld,%lld,%s", (long long)t->reports, (long long)t->stores,
                  (long long)t->tills, (long long)t->customers, t->major ? "yes" : "no");
    const int64_t times[] = {t->opened_ms, t->changed_ms, t->acknowledged_ms, t->resolved_ms,
                             t->closed_ms};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        csv_time(out, times[i]);
    }
    csv_due(out, desk_due(call->api->desk, t->number));
    csv_tone(out, t);
}

/* *query stands at the page's beginning, and is moved on; *ret_more false: that was the last. */
static PtStatus export_page(ApiCall *call, DeskQuery *query, char cursor[static DESK_CURSOR_MAX],
                            bool *ret_more)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = page_arena(call);
    DeskPage page;
    PtStatus st = arena == NULL ? PT_NO_MEMORY
                                : desk_list(call->api->desk, query, arena, &page, &call->error);
    if (st != PT_OK) {
        return st;
    }
    if (page.total > EXPORT_ROWS) {
        return pt_fail(&call->error, PT_TOO_LARGE, "%llu tickets fit, and an export has %d at most",
                       (unsigned long long)page.total, EXPORT_ROWS);
    }
    for (size_t i = 0; i < page.count; i++) {
        csv_row(call, &page.tickets[i]);
    }
    memcpy(cursor, page.next, DESK_CURSOR_MAX);
    query->cursor = pt_str(cursor);
    *ret_more = page.next[0] != '\0';
    return PT_OK;
}

void api_tickets_export(ApiCall *call)
{
    static const ListPlaces places = LIST_PLACES(TICKETS_EXPORT);
    DeskQuery query = {0};
    char cursor[DESK_CURSOR_MAX];
    bool more = true;
    PtStatus st = read_query(call, &places, &query);
    query.max = EXPORT_PAGE;
    csv_head(&call->body);
    while (st == PT_OK && more) {
        st = export_page(call, &query, cursor, &more);
    }
    if (!api_failed(call, st)) {
        call->content_type = "text/csv; charset=utf-8";
        api_header(call, "Content-Disposition", PT_STR("attachment; filename=\"tickets.csv\""));
        api_answer(call, 200);
    }
}

/* -- the policy ---------------------------------------------------------------------------------
 */

static void answer_policy(ApiCall *call, const DeskPolicyVersion *policy)
{
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_i64(&out, "version", policy->version);
    api_put_raw(&out, "policy", policy->json);
    api_put_time_or_null(&out, "changed_at", policy->changed_ms);
    pt_json_put_str(&out, "changed_by", policy->changed_by);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

void api_desk_policy_get(ApiCall *call)
{
    const ApiValue *version = &call->query[Q_DESK_POLICY_GET_VERSION];
    DeskPolicyVersion policy;
    if (!api_failed(call, desk_policy(call->api->desk, version->given ? version->number : 0,
                                      call->arena, &policy, &call->error))) {
        answer_policy(call, &policy);
    }
}

void api_desk_policy_put(ApiCall *call)
{
    DeskPolicyVersion policy;
    if (!api_failed(call, desk_policy_put(call->api->desk, &call->who.actor,
                                          call->in[IN_DESK_POLICY_PUT_VERSION].number,
                                          call->in[IN_DESK_POLICY_PUT_POLICY].text, call->arena,
                                          &policy, &call->error))) {
        answer_policy(call, &policy);
    }
}

void api_desk_policy_try(ApiCall *call)
{
    const ApiValue *in = call->in;
    const DeskTrial trial = {.policy = in[IN_DESK_POLICY_TRY_POLICY].text,
                             .category = in[IN_DESK_POLICY_TRY_CATEGORY].text,
                             .touchpoints = in[IN_DESK_POLICY_TRY_TOUCHPOINTS].text,
                             .impact = in[IN_DESK_POLICY_TRY_IMPACT].text,
                             .urgency = in[IN_DESK_POLICY_TRY_URGENCY].text,
                             .label = in[IN_DESK_POLICY_TRY_LABEL].text,
                             .stores = in[IN_DESK_POLICY_TRY_STORES].number,
                             .tills = in[IN_DESK_POLICY_TRY_TILLS].number,
                             .customers = in[IN_DESK_POLICY_TRY_CUSTOMERS].number,
                             .at_ms = in[IN_DESK_POLICY_TRY_AT].given
                                          ? in[IN_DESK_POLICY_TRY_AT].number
                                          : pt_clock_now_ms(call->api->c.clock)};
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(POLICY_BYTES);
    PtStatus st = arena == NULL
                      ? pt_fail(&call->error, PT_NO_MEMORY, "no memory for a policy")
                      : desk_policy_try(call->api->desk, &trial, arena, &call->body, &call->error);
    if (!api_failed(call, st)) {
        api_answer(call, 200);
    }
}
