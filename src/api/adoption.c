// SPDX-License-Identifier: Apache-2.0
/* /api/v1/adoption: Patron beside the system that it is to take over from. */
#include "api/api_internal.h"

#include "base/time.h"

enum { DEFAULT_DAYS = 14 };

/* ---- The comparison ---------------------------------------------------------------------------
 */

static PtStatus read_query(ApiCall *call, ConnectAdoptQuery *ret)
{
    const ApiValue *q = call->query;
    const ApiValue *from = &q[Q_ADOPTION_GET_FROM], *until = &q[Q_ADOPTION_GET_UNTIL];
    ConnectAdoptQuery query = {.name = q[Q_ADOPTION_GET_EVENT].text,
                               .destination = q[Q_ADOPTION_GET_DESTINATION].text};
    const int64_t end = until->given ? until->number : pt_clock_now_ms(call->api->c.clock);
    query.until_ms = pt_time_floor(end + CONNECT_DAY_MS - 1, CONNECT_DAY_MS);
    query.from_ms = from->given ? pt_time_floor(from->number, CONNECT_DAY_MS)
                                : query.until_ms - DEFAULT_DAYS * CONNECT_DAY_MS;
    PtStatus st = api_find_source(call, &q[Q_ADOPTION_GET_SOURCE], &query.source, &call->error);
    if (st == PT_OK && query.source == API_SOURCE_OWN) {
        st = pt_fail(&call->error, PT_NOT_FOUND, "source: the server's own events are not counted");
    }
    if (st == PT_OK) {
        *ret = query;
    }
    return st;
}

static void put_days(PtJsonOut *out, const ConnectAdoptReport *r, bool forwarding)
{
    pt_json_out_key(out, PT_STR("days"));
    pt_json_out_array(out);
    for (size_t i = 0; i < r->day_count; i++) {
        const ConnectAdoptDay *day = &r->days[i];
        pt_json_out_object(out);
        api_put_time(out, "at", day->at_ms);
        pt_json_put_i64(out, "ours", day->ours);
        if (forwarding) {
            pt_json_put_i64(out, "forwarded", day->delivered);
        } else {
            api_put_null(out, "forwarded");
        }
        if (day->told) {
            pt_json_put_i64(out, "theirs", day->theirs);
        } else {
            api_put_null(out, "theirs");
        }
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

static void put_forwarded(PtJsonOut *out, const ConnectAdoptEvent *e)
{
    const char *way = connect_forwarding_name(connect_adopt_forwarding(e));
    pt_json_put_i64(out, "forwarded", e->delivered);
    pt_json_put_i64(out, "replayed", e->replayed);
    pt_json_put_i64(out, "switched_off", e->switched_off);
    pt_json_put_i64(out, "withheld", e->withheld);
    api_put_text_or_null(out, "forwarding", pt_str(way != NULL ? way : ""));
}

static void put_events(PtJsonOut *out, const ConnectAdoptReport *r)
{
    pt_json_out_key(out, PT_STR("events"));
    pt_json_out_array(out);
    for (size_t i = 0; i < r->event_count; i++) {
        const ConnectAdoptEvent *e = &r->events[i];
        pt_json_out_object(out);
        pt_json_put_str(out, "name", e->name);
        pt_json_put_i64(out, "ours", e->ours);
        put_forwarded(out, e);
        pt_json_put_i64(out, "theirs", e->theirs);
        pt_json_put_i64(out, "difference", e->ours - e->theirs);
        if (e->theirs > 0) {
            api_put_double(out, "share", (double)e->ours / (double)e->theirs);
        } else {
            api_put_null(out, "share");
        }
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

static void put_parts(PtJsonOut *out, const ConnectPart parts[static CONNECT_PARTS])
{
    pt_json_out_key(out, PT_STR("parts"));
    pt_json_out_array(out);
    for (size_t i = 0; i < CONNECT_PARTS; i++) {
        pt_json_out_object(out);
        pt_json_put_str(out, "name", pt_str(parts[i].name));
        pt_json_put_str(out, "title", pt_str(parts[i].title));
        pt_json_put_str(out, "state", pt_str(connect_part_state_name(parts[i].state)));
        pt_json_put_str(out, "note", parts[i].note);
        api_put_time_or_null(out, "changed_at", parts[i].changed_ms);
        api_put_text_or_null(out, "changed_by", parts[i].changed_by);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

typedef struct Destinations {
    ConnectDestination *list;
    size_t count;
    const ConnectDestination *feeds; /* the incumbent; NULL: none */
} Destinations;

/* Which one is meant: by its id, else the first that speaks Segment's API. */
static PtStatus find_destination(ApiCall *call, ConnectAdoptQuery *query, Destinations *d)
{
    PtStatus st = connect_destinations_list(call->api->destinations, call->arena, &d->list,
                                            &d->count, &call->error);
    const PtStr wanted = query->destination;
    for (size_t i = 0; st == PT_OK && d->feeds == NULL && i < d->count; i++) {
        const ConnectDestination *one = &d->list[i];
        if (wanted.len > 0 ? pt_str_eq(one->id, wanted) : pt_str_eq(one->kind, PT_STR("segment"))) {
            d->feeds = one;
        }
    }
    if (st == PT_OK && d->feeds == NULL && wanted.len > 0) {
        st = pt_fail(&call->error, PT_NOT_FOUND, "destination: there is none of that id");
    }
    query->destination = d->feeds != NULL ? d->feeds->id : (PtStr){NULL, 0};
    return st;
}

static void put_destinations(PtJsonOut *out, const Destinations *d)
{
    const ConnectDestination *feeds = d->feeds;
    if (feeds == NULL) {
        api_put_null(out, "forwarding");
    } else {
        const char *state = feeds->enabled ? pt_outbox_state_name(feeds->state) : "disabled";
        pt_json_out_key(out, PT_STR("forwarding"));
        pt_json_out_object(out);
        pt_json_put_str(out, "id", feeds->id);
        pt_json_put_str(out, "name", feeds->name);
        pt_json_put_str(out, "kind", feeds->kind);
        pt_json_put_str(out, "state", pt_str(state));
        api_put_text_or_null(out, "state_reason", feeds->state_reason);
        pt_json_put_u64(out, "lag", feeds->lag);
        api_put_double(out, "lag_s", (double)feeds->lag_ms / 1000);
        pt_json_put_u64(out, "waiting", feeds->waiting);
        pt_json_put_u64(out, "dead", feeds->dead);
        api_put_time(out, "created_at", feeds->created_ms);
        pt_json_out_object_end(out);
    }
    pt_json_out_key(out, PT_STR("destinations"));
    pt_json_out_array(out);
    for (size_t i = 0; i < d->count; i++) {
        pt_json_out_object(out);
        pt_json_put_str(out, "id", d->list[i].id);
        pt_json_put_str(out, "name", d->list[i].name);
        pt_json_put_str(out, "kind", d->list[i].kind);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

void api_adoption_get(ApiCall *call)
{
    Destinations destinations = {.count = 0};
    ConnectAdoptQuery query;
    ConnectAdoptReport report;
    ConnectPart parts[CONNECT_PARTS];
    PtStatus st = read_query(call, &query);
    if (st == PT_OK) {
        st = find_destination(call, &query, &destinations);
    }
    if (st == PT_OK) {
        st = connect_adopt_report(call->api->adopt, &query, call->arena, &report, &call->error);
    }
    if (st == PT_OK) {
        st = connect_parts_list(call->api->adopt, call->arena, parts, &call->error);
    }
    if (st != PT_OK) {
        api_problem(call, st, &call->error);
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    api_put_time(&out, "from", query.from_ms);
    api_put_time(&out, "until", query.until_ms);
    put_destinations(&out, &destinations);
    put_days(&out, &report, destinations.feeds != NULL);
    put_events(&out, &report);
    put_parts(&out, parts);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

/* The type of a header's value, without parameters such as charset. */
static bool is_type(PtStr value, PtStr type)
{
    PtStr first = {NULL, 0};
    (void)pt_str_cut(&value, ';', &first);
    while (first.len > 0 && first.data[first.len - 1] == ' ') {
        first.len--;
    }
    return pt_str_eq_nocase(first, type);
}

void api_adoption_put_counts(ApiCall *call)
{
    const PtStr type = http_header(call->request, "content-type");
    const bool csv = is_type(type, PT_STR("text/csv"));
    ConnectAdoptRow *rows = NULL;
    size_t count = 0;
    PtStatus st = PT_OK;
    if (!csv && !is_type(type, PT_STR("application/json"))) {
        st = pt_fail(&call->error, PT_UNSUPPORTED_MEDIA,
                     "counts are sent as text/csv or application/json");
    } else if (call->request->body.len > API_BODY_MAX) {
        st = pt_fail(&call->error, PT_TOO_LARGE, "over %d bytes at once", API_BODY_MAX);
    }
    if (st == PT_OK) {
        st = connect_adopt_read(call->request->body, csv, call->arena, &rows, &count, &call->error);
    }
    if (st == PT_OK) {
        st =
            connect_adopt_put_counts(call->api->adopt, rows, count, &call->who.actor, &call->error);
    }
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_u64(&out, "rows", count);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

void api_adoption_set_part(ApiCall *call)
{
    const ApiValue *in = call->in;
    if (!api_failed(call, connect_part_set(call->api->adopt, call->args[0],
                                           (ConnectPartState)in[IN_ADOPTION_SET_PART_STATE].choice,
                                           in[IN_ADOPTION_SET_PART_NOTE].text, &call->who.actor,
                                           &call->error))) {
        api_answer_done(call);
    }
}

/* ---- Who is one person ------------------------------------------------------------------------
 */

static void put_identity(PtJsonOut *out, const ConnectIdentity *c)
{
    const ConnectIdentityFigures *f = &c->figures;
    const struct {
        const char *key;
        int64_t value;
    } figures[] = {{"rows", f->rows},     {"refused", f->refused}, {"unknown", f->unknown},
                   {"theirs", f->theirs}, {"ours", f->ours},       {"alike", f->alike},
                   {"parted", f->parted}, {"joined", f->joined}};
    pt_json_out_object(out);
    pt_json_put_str(out, "id", c->id);
    pt_json_put_str(out, "import", c->import);
    pt_json_put_str(out, "state", pt_str(connect_identity_state_name(c->state)));
    api_put_text_or_null(out, "reason", c->reason);
    api_put_time(out, "started_at", c->started_ms);
    api_put_time_or_null(out, "finished_at", c->finished_ms);
    pt_json_put_str(out, "started_by", c->started_by);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        pt_json_put_i64(out, figures[i].key, figures[i].value);
    }
    api_put_raw(out, "examples", c->examples);
    pt_json_out_object_end(out);
}

void api_adoption_identity_list(ApiCall *call)
{
    ConnectIdentity *list = NULL;
    size_t count = 0;
    if (api_failed(call, connect_identity_list(call->api->adopt, call->arena, &list, &count,
                                               &call->error))) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        put_identity(&out, &list[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

void api_adoption_identity_start(ApiCall *call)
{
    char id[CONNECT_ADOPT_ID] = "";
    if (api_failed(call, connect_identity_start(call->api->adopt,
                                                call->in[IN_ADOPTION_IDENTITY_START_IMPORT].text,
                                                &call->who.actor, id, &call->error))) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "id", pt_str(id));
    pt_json_out_object_end(&out);
    api_answer(call, 202);
}

void api_set_adopt(Api *api, ConnectAdopt *adopt)
{
    api->adopt = adopt;
}
