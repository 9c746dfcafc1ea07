// SPDX-License-Identifier: Apache-2.0
/* Answers, people and events written out as CSV, JSON lines or Parquet. The question is asked once,
 * at the begin; what it found is then written piece by piece, in a memory that does not grow with
 * it. */
#include "behaviour/export_internal.h"

#include "events/events.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
const char *const behaviour_format_names[BEHAVIOUR_FORMATS] = {"csv", "jsonl", "parquet"};
const char *const behaviour_format_types[BEHAVIOUR_FORMATS] = {
    "text/csv; charset=utf-8", "application/x-ndjson", "application/vnd.apache.parquet"};

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
    ExportColumn columns[EXPORT_COLUMNS];
    size_t column_count;
    int file; /* Parquet as it is written: -1 before that */
    off_t file_at;
    const _Atomic bool *stop; /* while it is written */
};

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for an export");
}

/* ---- Rows -------------------------------------------------------------------------------------
 */

typedef struct RowOut {
    BehaviourExport *e;
    PtBuf *out;
    PtBuf text; /* one value, decoded */
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

static void put_object(PtJsonOut *json, const ExportColumn *columns, const PtStr *values,
                       size_t count)
{
    pt_json_out_object(json);
    for (size_t i = 0; i < count; i++) {
        pt_json_out_key(json, pt_str(columns[i].name));
        pt_json_out_raw(json, values[i].data != NULL ? values[i] : PT_STR("null"));
    }
    pt_json_out_object_end(json);
}

static void put_csv_row(RowOut *r, const ExportColumn *columns, const PtStr *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        pt_buf_add_str(r->out, i > 0 ? PT_STR(",") : PT_STR(""));
        if (values == NULL) {
            pt_buf_add_str(r->out, pt_str(columns[i].name));
        } else {
            put_csv(r, values[i]);
        }
    }
    pt_buf_add_str(r->out, PT_STR("\r\n"));
}

static void put_json_row(RowOut *r, const ExportColumn *columns, const PtStr *values, size_t count)
{
    PtJsonOut json = pt_json_out(r->out);
    if (values != NULL) {
        put_object(&json, columns, values, count);
        pt_buf_add_char(r->out, '\n');
    }
}

/* As an ExportRows gives them. */
static void put_array_row(RowOut *r, const ExportColumn *columns, const PtStr *values, size_t count)
{
    PtJsonOut json = pt_json_out(r->out);
    if (values == NULL) {
        memcpy(r->e->columns, columns, count * sizeof *columns);
        r->e->column_count = count;
        return;
    }
    pt_json_out_array(&json);
    for (size_t i = 0; i < count; i++) {
        pt_json_out_raw(&json, values[i].data != NULL ? values[i] : PT_STR("null"));
    }
    pt_json_out_array_end(&json);
    pt_buf_add_char(r->out, '\n');
}

/* An ExportRow. */
static PtStatus put_row(void *ctx, const ExportColumn *columns, const PtStr *values, size_t count,
                        PtError *err)
{
    static void (*const forms[BEHAVIOUR_FORMATS])(RowOut *r, const ExportColumn *columns,
                                                  const PtStr *values, size_t count) = {
        [BEHAVIOUR_CSV] = put_csv_row,
        [BEHAVIOUR_JSONL] = put_json_row,
        [BEHAVIOUR_PARQUET] = put_array_row,
    };
    RowOut *r = ctx;
    forms[r->e->format](r, columns, values, count);
    r->rows += values != NULL;
    return check_out(r, err);
}

static RowOut row_out(BehaviourExport *e, PtBuf *out)
{
    RowOut r = {.e = e, .out = out};
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
    RowOut r = row_out(e, &e->text);
    st = export_answer_rows(pt_buf_str(&answer), put_row, &r, err);
    pt_buf_done(&r.text);
    e->rows = r.rows;
    return st;
}

/* Whole lines: those of a PIECE, or one that is longer. */
static size_t next_piece(const BehaviourExport *e)
{
    const char *begin = e->text.data + e->at;
    const size_t left = e->text.len - e->at;
    if (left <= PIECE) {
        return left;
    }
    const char *end = memrchr(begin, '\n', PIECE);
    end = end != NULL ? end : memchr(begin + PIECE, '\n', left - PIECE);
    return end != NULL ? (size_t)(end - begin) + 1 : left;
}

static PtStatus next_of_answer(BehaviourExport *e, const _Atomic bool *stop, PtBuf *out,
                               PtError *err)
{
    (void)stop;
    (void)err;
    e->done = e->rows;
    if (e->at < e->text.len) {
        const size_t piece = next_piece(e);
        pt_buf_add(out, e->text.data + e->at, piece);
        e->at += piece;
        e->done = e->rows * e->at / e->text.len;
    }
    return PT_OK;
}

/* One whose rows are objects in an array. */
typedef struct TableOut {
    PtJsonOut json;
    const char **names;
} TableOut;

static PtStatus add_to_table(void *ctx, const ExportColumn *columns, const PtStr *values,
                             size_t count, PtError *err)
{
    TableOut *t = ctx;
    (void)err;
    if (values == NULL) {
        for (size_t i = 0; i < count; i++) {
            t->names[i] = columns[i].name;
        }
        t->names[count] = NULL;
        return PT_OK;
    }
    put_object(&t->json, columns, values, count);
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

static const ExportColumn person_columns[] = {
    {"id", EXPORT_TEXT}, {"name", EXPORT_TEXT}, {"detail", EXPORT_TEXT}};
enum { PERSON_COLUMNS = sizeof person_columns / sizeof *person_columns };

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
    const PtStr texts[PERSON_COLUMNS] = {pt_str(brief->id), brief->name, brief->detail};
    PtStr values[PERSON_COLUMNS];
    size_t ends[PERSON_COLUMNS];
    pt_buf_clear(&e->text, PIECE);
    PtJsonOut json = pt_json_out(&e->text);
    for (size_t i = 0; i < PERSON_COLUMNS; i++) {
        json.comma = false;
        pt_json_out_str(&json, texts[i]);
        ends[i] = e->text.len;
    }
    if (pt_buf_status(&e->text) != PT_OK) {
        return no_memory(err);
    }
    for (size_t i = 0; i < PERSON_COLUMNS; i++) {
        const size_t begin = i > 0 ? ends[i - 1] : 0;
        values[i] = (PtStr){e->text.data + begin, ends[i] - begin};
    }
    return put_row(r, person_columns, values, PERSON_COLUMNS, err);
}

static PtStatus next_of_people(BehaviourExport *e, const _Atomic bool *stop, PtBuf *out,
                               PtError *err)
{
    uint32_t persons[PEOPLE_ROWS];
    RowOut r = row_out(e, out);
    (void)stop;
    PtStatus st = e->begun ? PT_OK : put_row(&r, person_columns, NULL, PERSON_COLUMNS, err);
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

static const ExportColumn event_columns[] = {
    {"timestamp", EXPORT_TIME},  {"type", EXPORT_TEXT},     {"event", EXPORT_TEXT},
    {"profile_id", EXPORT_TEXT}, {"userId", EXPORT_TEXT},   {"anonymousId", EXPORT_TEXT},
    {"source", EXPORT_TEXT},     {"position", EXPORT_TEXT}, {"messageId", EXPORT_TEXT},
    {"properties", EXPORT_TEXT}, {"traits", EXPORT_TEXT},   {"context", EXPORT_TEXT}};
enum { EVENT_COLUMNS = sizeof event_columns / sizeof *event_columns };

/* Of the event as JSON. Pages and screens have a name, and the rest is the server's own. */
static PtStatus put_event(PtStr event, RowOut *r, PtError *err)
{
    PtStr values[EVENT_COLUMNS];
    const PtStr own = export_member(event, PT_STR("_patron"));
    for (size_t i = 0; i < EVENT_COLUMNS; i++) {
        const PtStr name = pt_str(event_columns[i].name);
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
    if (st != PT_OK || e->format != BEHAVIOUR_JSONL) {
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
    RowOut r = row_out(e, out);
    PtStatus st = e->begun || e->format == BEHAVIOUR_JSONL
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
    const ExportColumn *columns; /* NULL: those of the answer's kind */
    size_t column_count;
} whats[BEHAVIOUR_EXPORTS] = {
    [BEHAVIOUR_EXPORT_ANSWER] = {open_answer, next_of_answer, NULL, 0},
    [BEHAVIOUR_EXPORT_PEOPLE] = {open_people, next_of_people, person_columns, PERSON_COLUMNS},
    [BEHAVIOUR_EXPORT_EVENTS] = {open_events, next_of_events, event_columns, EVENT_COLUMNS},
};

PtStatus behaviour_export_open(Behaviour *b, const BehaviourExportAsk *ask,
                               BehaviourExport **ret_export, PtError *err)
{
    BehaviourExport *e = calloc(1, sizeof *e);
    if (e == NULL) {
        return no_memory(err);
    }
    *e = (BehaviourExport){.b = b, .what = ask->what, .format = ask->format, .file = -1};
    e->arena = pt_arena_new(ARENA_BYTES);
    pt_buf_init(&e->text, ANSWER_BYTES);
    PtStatus st = e->arena == NULL                 ? no_memory(err)
                  : e->format == BEHAVIOUR_PARQUET ? export_parquet_check(b->c.duckdb, err)
                                                   : PT_OK;
    st = st == PT_OK ? whats[e->what].open(e, ask, err) : st;
    if (st != PT_OK) {
        behaviour_export_close(e);
        return st;
    }
    *ret_export = e;
    return PT_OK;
}

static bool has_more(const BehaviourExport *e)
{
    return e->at < e->people.words || e->next < e->events.end;
}

/* The next rows, in the form of text. */
static PtStatus next_rows(BehaviourExport *e, const _Atomic bool *stop, PtBuf *out, PtError *err)
{
    PtStatus st = whats[e->what].next(e, stop, out, err);
    e->begun = true;
    return st == PT_OK && pt_buf_status(out) != PT_OK ? no_memory(err) : st;
}

/* Of an ExportRows: persons that are gone leave a piece without rows. */
static PtStatus next_lines(void *ctx, PtBuf *lines, PtError *err)
{
    BehaviourExport *e = ctx;
    PtStatus st;
    do {
        st = e->stop != NULL && atomic_load(e->stop) ? pt_fail(err, PT_UNAVAILABLE, "stopped")
                                                     : next_rows(e, e->stop, lines, err);
    } while (st == PT_OK && lines->len == 0 && has_more(e));
    return st;
}

static PtStatus write_parquet(BehaviourExport *e, const _Atomic bool *stop, PtError *err)
{
    const BehaviourConfig *c = &e->b->c;
    const struct What *what = &whats[e->what];
    const bool fixed = what->columns != NULL;
    const ExportRows rows = {fixed ? what->columns : e->columns,
                             fixed ? what->column_count : e->column_count, next_lines, e};
    e->stop = stop;
    return export_parquet_write(c->duckdb, c->scratch, &rows, &e->file, err);
}

static PtStatus next_of_parquet(BehaviourExport *e, const _Atomic bool *stop, PtBuf *out,
                                bool *ret_more, PtError *err)
{
    PtStatus st = e->file < 0 ? write_parquet(e, stop, err) : PT_OK;
    char *room = st == PT_OK ? pt_buf_reserve(out, PIECE) : NULL;
    if (room == NULL) {
        return st == PT_OK ? no_memory(err) : st;
    }
    const ssize_t got = pread(e->file, room, PIECE, e->file_at);
    if (got < 0) {
        return pt_fail(err, PT_IO, "cannot read an export: %s", strerror(errno));
    }
    out->len += (size_t)got;
    e->file_at += got;
    *ret_more = got > 0;
    return PT_OK;
}

PtStatus behaviour_export_next(BehaviourExport *e, const _Atomic bool *stop, PtBuf *out,
                               bool *ret_more, PtError *err)
{
    const size_t before = out->len;
    if (e->format == BEHAVIOUR_PARQUET) {
        return next_of_parquet(e, stop, out, ret_more, err);
    }
    PtStatus st = next_rows(e, stop, out, err);
    *ret_more = out->len > before || has_more(e);
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
    if (e->file >= 0) {
        (void)close(e->file);
    }
    pt_log_reader_close(e->reader);
    free(e->people.bits);
    free(e->events.bits);
    pt_buf_done(&e->text);
    pt_arena_free(e->arena);
    free(e);
}
