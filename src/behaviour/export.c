// SPDX-License-Identifier: Apache-2.0
/* Answers, people and events written out as CSV or JSON lines. The question is asked once, at the
 * begin; what it found is then written piece by piece, in a memory that does not grow with it. */
#include "behaviour/export_internal.h"

#include "events/events.h"

#include <stdlib.h>
#include <string.h>

enum {
    PIECE = 256 << 10,
    ANSWER_BYTES = 256 << 20,
    ARENA_BYTES = 64 << 20,
    PEOPLE_ROWS = 500, /* named at a time */
    FETCH_RECORDS = 256,
    GAP = 64, /* positions that are read rather than passed over */
    WORD = 64,
};

const char *const behaviour_export_names[BEHAVIOUR_EXPORTS] = {"answer", "people", "events"};
const char *const behaviour_format_names[BEHAVIOUR_FORMATS] = {"csv", "jsonl"};

struct BehaviourExport {
    Behaviour *b;
    BehaviourExportWhat what;
    BehaviourFormat format;
    PtArena *arena;
    PtBuf text; /* scratch; of an answer all of it */
    size_t at;  /* in that text; of people the next word */
    uint64_t rows, done;
    bool begun;
    QueryPeople people;
    ExportOffsets events;
    uint64_t next; /* event to look at */
    PtLogReader *reader;
};

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for an export");
}

/* ---- Rows -------------------------------------------------------------------------------------
 */

typedef struct RowOut {
    PtBuf *out;
    PtBuf text; /* one value, decoded */
    BehaviourFormat format;
    uint64_t rows;
} RowOut;

static void put_csv(RowOut *r, PtStr json)
{
    if (json.data == NULL || pt_str_eq(json, PT_STR("null"))) {
        return;
    }
    if (json.data[0] == '"') {
        pt_buf_clear(&r->text, PIECE);
        pt_json_decode((PtStr){json.data + 1, json.len - 2}, &r->text);
        pt_buf_add_csv(r->out, pt_buf_str(&r->text));
    } else if (json.data[0] == '{' || json.data[0] == '[') {
        pt_buf_add_csv(r->out, json);
    } else { // a number or a truth: nobody's text
        pt_buf_add_str(r->out, json);
    }
}

static PtStatus check_out(const RowOut *r, PtError *err)
{
    const PtStatus st =
        pt_buf_status(r->out) != PT_OK ? pt_buf_status(r->out) : pt_buf_status(&r->text);
    return st == PT_OK ? PT_OK
           : st == PT_TOO_LARGE
               ? pt_fail(err, st, "the export of an answer is over %d bytes", ANSWER_BYTES)
               : no_memory(err);
}

static void put_object(PtJsonOut *json, const char *const *names, const PtStr *values, size_t count)
{
    pt_json_out_object(json);
    for (size_t i = 0; i < count; i++) {
        pt_json_out_key(json, pt_str(names[i]));
        pt_json_out_raw(json, values[i].data != NULL ? values[i] : PT_STR("null"));
    }
    pt_json_out_object_end(json);
}

/* An ExportRow. */
static PtStatus put_row(void *ctx, const char *const *names, const PtStr *values, size_t count,
                        PtError *err)
{
    RowOut *r = ctx;
    if (r->format == BEHAVIOUR_CSV) {
        for (size_t i = 0; i < count; i++) {
            pt_buf_add_str(r->out, i > 0 ? PT_STR(",") : PT_STR(""));
            if (values == NULL) {
                pt_buf_add_str(r->out, pt_str(names[i]));
            } else {
                put_csv(r, values[i]);
            }
        }
        pt_buf_add_str(r->out, PT_STR("\r\n"));
    } else if (values != NULL) {
        PtJsonOut json = pt_json_out(r->out);
        put_object(&json, names, values, count);
        pt_buf_add_char(r->out, '\n');
    }
    r->rows += values != NULL;
    return check_out(r, err);
}

static RowOut row_out(BehaviourFormat format, PtBuf *out)
{
    RowOut r = {.out = out, .format = format};
    pt_buf_init(&r.text, ARENA_BYTES);
    return r;
}

/* ---- Answers ----------------------------------------------------------------------------------
 */

static PtStatus open_answer(BehaviourExport *e, const BehaviourExportAsk *ask, PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf answer;
    pt_buf_init(&answer, ANSWER_BYTES);
    PtStatus st = behaviour_query(e->b, &ask->ask, e->arena, &answer, err);
    if (st != PT_OK) {
        return st;
    }
    RowOut r = row_out(e->format, &e->text);
    st = export_answer_rows(pt_buf_str(&answer), put_row, &r, err);
    pt_buf_done(&r.text);
    e->rows = r.rows;
    return st;
}

static PtStatus next_of_answer(BehaviourExport *e, const _Atomic bool *stop, PtBuf *out,
                               PtError *err)
{
    const size_t left = e->text.len - e->at, piece = left < PIECE ? left : PIECE;
    (void)stop;
    (void)err;
    if (piece > 0) {
        pt_buf_add(out, e->text.data + e->at, piece);
    }
    e->at += piece;
    e->done = e->at == e->text.len ? e->rows : e->rows * e->at / e->text.len;
    return PT_OK;
}

/* One whose rows are objects in an array. */
typedef struct TableOut {
    PtJsonOut json;
    const char **names;
} TableOut;

static PtStatus add_to_table(void *ctx, const char *const *names, const PtStr *values, size_t count,
                             PtError *err)
{
    TableOut *t = ctx;
    (void)err;
    if (values == NULL) {
        memcpy(t->names, names, count * sizeof *names);
        t->names[count] = NULL;
        return PT_OK;
    }
    put_object(&t->json, names, values, count);
    return PT_OK;
}

PtStatus behaviour_answer_table(PtStr answer, const char **ret_names, PtBuf *out, PtError *err)
{
    TableOut t = {.json = pt_json_out(out), .names = ret_names};
    pt_json_out_array(&t.json);
    PtStatus st = export_answer_rows(answer, add_to_table, &t, err);
    pt_json_out_array_end(&t.json);
    return st == PT_OK && pt_buf_status(out) != PT_OK ? no_memory(err) : st;
}

/* ---- People -----------------------------------------------------------------------------------
 */

static PtStatus open_people(BehaviourExport *e, const BehaviourExportAsk *ask, PtError *err)
{
    PtStatus st = behaviour_ask_people(e->b, &ask->ask, ask->cell, &e->people, err);
    e->rows = e->people.count;
    return st;
}

/* The next persons, whose bits are then gone. */
static size_t take_persons(BehaviourExport *e, uint32_t persons[static PEOPLE_ROWS])
{
    size_t count = 0;
    for (; e->at < e->people.words; e->at++) {
        uint64_t *word = &e->people.bits[e->at];
        for (; *word != 0; *word &= *word - 1) {
            if (count == PEOPLE_ROWS) {
                return count;
            }
            persons[count++] = (uint32_t)(e->at * WORD) + (uint32_t)__builtin_ctzll(*word);
        }
    }
    return count;
}

static PtStatus put_person(BehaviourExport *e, const ProfileBrief *brief, RowOut *r, PtError *err)
{
    static const char *const names[] = {"id", "name", "detail"};
    const PtStr texts[] = {pt_str(brief->id), brief->name, brief->detail};
    PtStr values[3];
    pt_buf_clear(&e->text, PIECE);
    size_t ends[3];
    PtJsonOut json = pt_json_out(&e->text);
    for (size_t i = 0; i < 3; i++) {
        json.comma = false;
        pt_json_out_str(&json, texts[i]);
        ends[i] = e->text.len;
    }
    if (pt_buf_status(&e->text) != PT_OK) {
        return no_memory(err);
    }
    for (size_t i = 0; i < 3; i++) {
        const size_t begin = i > 0 ? ends[i - 1] : 0;
        values[i] = (PtStr){e->text.data + begin, ends[i] - begin};
    }
    return put_row(r, names, values, 3, err);
}

static PtStatus next_of_people(BehaviourExport *e, const _Atomic bool *stop, PtBuf *out,
                               PtError *err)
{
    static const char *const names[] = {"id", "name", "detail"};
    uint32_t persons[PEOPLE_ROWS];
    RowOut r = row_out(e->format, out);
    (void)stop;
    PtStatus st = e->begun ? PT_OK : put_row(&r, names, NULL, 3, err);
    const size_t count = take_persons(e, persons);
    pt_arena_clear(e->arena);
    ProfileBrief *briefs = pt_arena_alloc(e->arena, PEOPLE_ROWS, sizeof *briefs);
    st = st != PT_OK      ? st
         : briefs == NULL ? no_memory(err)
         : count > 0      ? profiles_briefs(e->b->c.profiles, persons, count, e->arena, briefs, err)
                          : PT_OK;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        if (briefs[i].id[0] != 0) { // else merged or erased since
            st = put_person(e, &briefs[i], &r, err);
        }
    }
    e->done += count;
    pt_buf_done(&r.text);
    return st;
}

/* ---- Events -----------------------------------------------------------------------------------
 */

static PtStatus open_events(BehaviourExport *e, const BehaviourExportAsk *ask, PtError *err)
{
    const uint64_t begin = pt_log_begin(e->b->c.log, 0);
    e->events.first = ask->from > begin ? ask->from : begin;
    e->events.end = atomic_load(&e->b->next);
    e->events.end = e->events.end > e->events.first ? e->events.end : e->events.first;
    PtStatus st = behaviour_ask_events(e->b, &ask->ask, &e->events, err);
    e->rows = e->events.count;
    e->next = e->events.first;
    return st == PT_OK ? pt_log_reader_open(e->b->c.log, NULL, 0, e->next, &e->reader, err) : st;
}

static bool is_wanted(const BehaviourExport *e, uint64_t offset)
{
    const uint64_t at = offset - e->events.first;
    return offset < e->events.end && (e->events.bits[at / WORD] >> at % WORD & 1) != 0;
}

/* The first wanted event from `offset` on; the end where there is none. */
static uint64_t next_wanted(const BehaviourExport *e, uint64_t offset)
{
    while (offset < e->events.end && !is_wanted(e, offset)) {
        const uint64_t at = offset - e->events.first;
        const bool empty = at % WORD == 0 && e->events.bits[at / WORD] == 0;
        offset += empty ? WORD : 1;
    }
    return offset < e->events.end ? offset : e->events.end;
}

static const char *const event_columns[] = {"timestamp", "type",        "event",  "profile_id",
                                            "userId",    "anonymousId", "source", "position",
                                            "messageId", "properties",  "traits", "context"};
enum { EVENT_COLUMNS = sizeof event_columns / sizeof *event_columns };

/* Of the event as JSON. Pages and screens have a name, and the rest is the server's own. */
static PtStatus put_event(PtStr event, RowOut *r, PtError *err)
{
    PtStr values[EVENT_COLUMNS];
    const PtStr own = export_member(event, PT_STR("_patron"));
    for (size_t i = 0; i < EVENT_COLUMNS; i++) {
        const PtStr name = pt_str(event_columns[i]);
        values[i] = export_member(event, name);
        if (values[i].data == NULL) {
            values[i] = export_member(pt_str_eq(name, PT_STR("event")) ? event : own,
                                      pt_str_eq(name, PT_STR("event")) ? PT_STR("name") : name);
        }
    }
    return put_row(r, event_columns, values, EVENT_COLUMNS, err);
}

static PtStatus write_event(BehaviourExport *e, const PtRecord *record, RowOut *r, PtError *err)
{
    EventSource space;
    EventView view;
    EventSourceName source = {{NULL, 0}, {NULL, 0}};
    char person[37] = "";
    pt_arena_clear(e->arena);
    pt_buf_clear(&e->text, PIECE);
    if (e->b->c.sources != NULL &&
        event_source_by_number(e->b->c.sources, record->source, &space)) {
        source = (EventSourceName){pt_str(space.id), pt_str(space.name)};
    }
    PtStatus st = event_payload_read(record, &view, err);
    if (st != PT_OK) {
        return st;
    }
    profiles_id_of_event(e->b->c.profiles, &view, record->position.offset, person);
    st = event_to_json(record, &source, pt_str(person), e->arena, &e->text, err);
    if (st != PT_OK || r->format == BEHAVIOUR_CSV) {
        return st == PT_OK ? put_event(pt_buf_str(&e->text), r, err) : st;
    }
    pt_buf_add_str(r->out, pt_buf_str(&e->text));
    pt_buf_add_char(r->out, '\n');
    return check_out(r, err);
}

/* Records from where the reader is to the last wanted one of those that are fetched at once. */
static size_t to_fetch(const BehaviourExport *e, uint64_t wanted)
{
    const uint64_t from = pt_log_tell(e->reader);
    uint64_t last = from + FETCH_RECORDS - 1;
    while (last > wanted && !is_wanted(e, last)) {
        last--;
    }
    return last > from ? (size_t)(last - from) + 1 : 1;
}

static PtStatus write_some(BehaviourExport *e, RowOut *r, PtError *err)
{
    const PtRecord *records;
    size_t count;
    const uint64_t wanted = next_wanted(e, e->next);
    if (wanted == e->events.end) {
        e->next = wanted;
        return PT_OK;
    }
    if (wanted - pt_log_tell(e->reader) > GAP) {
        pt_log_seek(e->reader, wanted);
    }
    PtStatus st = pt_log_fetch(e->reader, to_fetch(e, wanted), true, &records, &count, err);
    if (st == PT_OK && count == 0) {
        st = pt_fail(err, PT_CORRUPT, "the log ends before an event of the columns");
    }
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        e->next = records[i].position.offset + 1;
        if (records[i].klass == PT_RECORD_EVENT && is_wanted(e, records[i].position.offset)) {
            e->done++;
            st = write_event(e, &records[i], r, err);
        }
    }
    return st;
}

static PtStatus next_of_events(BehaviourExport *e, const _Atomic bool *stop, PtBuf *out,
                               PtError *err)
{
    RowOut r = row_out(e->format, out);
    PtStatus st = e->begun || e->format != BEHAVIOUR_CSV
                      ? PT_OK
                      : put_row(&r, event_columns, NULL, EVENT_COLUMNS, err);
    while (st == PT_OK && out->len < PIECE && e->next < e->events.end) {
        st = stop != NULL && atomic_load(stop) ? pt_fail(err, PT_UNAVAILABLE, "stopped")
                                               : write_some(e, &r, err);
    }
    pt_buf_done(&r.text);
    return st;
}

/* ---- The door ---------------------------------------------------------------------------------
 */

static const struct What {
    PtStatus (*open)(BehaviourExport *e, const BehaviourExportAsk *ask, PtError *err);
    PtStatus (*next)(BehaviourExport *e, const _Atomic bool *stop, PtBuf *out, PtError *err);
} whats[BEHAVIOUR_EXPORTS] = {
    [BEHAVIOUR_EXPORT_ANSWER] = {open_answer, next_of_answer},
    [BEHAVIOUR_EXPORT_PEOPLE] = {open_people, next_of_people},
    [BEHAVIOUR_EXPORT_EVENTS] = {open_events, next_of_events},
};

PtStatus behaviour_export_open(Behaviour *b, const BehaviourExportAsk *ask,
                               BehaviourExport **ret_export, PtError *err)
{
    BehaviourExport *e = calloc(1, sizeof *e);
    if (e == NULL) {
        return no_memory(err);
    }
    *e = (BehaviourExport){.b = b, .what = ask->what, .format = ask->format};
    e->arena = pt_arena_new(ARENA_BYTES);
    pt_buf_init(&e->text, ANSWER_BYTES);
    PtStatus st = e->arena != NULL ? whats[e->what].open(e, ask, err) : no_memory(err);
    if (st != PT_OK) {
        behaviour_export_close(e);
        return st;
    }
    *ret_export = e;
    return PT_OK;
}

PtStatus behaviour_export_next(BehaviourExport *e, const _Atomic bool *stop, PtBuf *out,
                               bool *ret_more, PtError *err)
{
    const size_t before = out->len;
    PtStatus st = whats[e->what].next(e, stop, out, err);
    e->begun = true;
    if (st == PT_OK && pt_buf_status(out) != PT_OK) {
        st = no_memory(err);
    }
    *ret_more = out->len > before || e->at < e->people.words || e->next < e->events.end;
    return st;
}

uint64_t behaviour_export_rows(const BehaviourExport *e)
{
    return e->rows;
}

uint64_t behaviour_export_done(const BehaviourExport *e)
{
    return e->done;
}

uint64_t behaviour_export_end(const BehaviourExport *e)
{
    return e->events.end;
}

void behaviour_export_close(BehaviourExport *e)
{
    if (e == NULL) {
        return;
    }
    pt_log_reader_close(e->reader);
    free(e->people.bits);
    free(e->events.bits);
    pt_buf_done(&e->text);
    pt_arena_free(e->arena);
    free(e);
}
