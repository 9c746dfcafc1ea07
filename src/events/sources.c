// SPDX-License-Identifier: Apache-2.0
#include "events/sources.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/map.h"
#include "base/rng.h"
#include "base/uuid.h"
#include "events/feed.h"
#include "sources.sql.h"

#include <pthread.h>
#include <stdlib.h>

enum { WRITE_KEY_LEN = EVENT_WRITE_KEY_TEXT - 1 };

/* What the table held when it was read. Immutable. */
typedef struct Snapshot {
    EventSource *sources; /* by number */
    size_t count;
    PtMap *by_key, *by_id, *by_name; /* to an element of sources */
} Snapshot;

struct EventSources {
    PtSql *sql;
    const PtClock *clock;
    pthread_rwlock_t lock;   /* of the pointer */
    pthread_mutex_t writing; /* so that snapshots replace each other in the order of commits */
    Snapshot *snapshot;
};

static void snapshot_free(Snapshot *s)
{
    if (s == NULL) {
        return;
    }
    pt_map_free(s->by_key, NULL);
    pt_map_free(s->by_id, NULL);
    pt_map_free(s->by_name, NULL);
    free(s->sources);
    free(s);
}

static void snapshot_freep(Snapshot **s)
{
    snapshot_free(*s);
}

static PtStatus read_row(PtSqlTx *tx, EventSource *s, PtError *err)
{
    int64_t number = pt_sql_i64(tx, 0);
    PtStr skew = pt_sql_text(tx, 6);
    bool keep = pt_str_eq(skew, PT_STR("keep"));
    *s = (EventSource){.number = (uint32_t)number,
                       .enabled = pt_sql_i64(tx, 4) != 0,
                       .historical = pt_sql_i64(tx, 5) != 0,
                       .skew = keep ? EVENT_SKEW_KEEP : EVENT_SKEW_CORRECT,
                       .created_ms = pt_sql_i64(tx, 7)};
    if (number < 1 || number > UINT32_MAX || !(keep || pt_str_eq(skew, PT_STR("correct"))) ||
        !pt_str_copy(s->id, sizeof s->id, pt_sql_text(tx, 1)) ||
        !pt_str_copy(s->name, sizeof s->name, pt_sql_text(tx, 2)) ||
        !pt_str_copy(s->write_key, sizeof s->write_key, pt_sql_text(tx, 3))) {
        return pt_fail(err, PT_CORRUPT, "source %lld in the database does not read",
                       (long long)number);
    }
    return PT_OK;
}

static PtStatus read_rows(PtSqlTx *tx, Snapshot *s, PtError *err)
{
    size_t cap = 0;
    PtStatus st = pt_sql_use(tx, SQL_SOURCE_LIST, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, EVENT_SOURCES_MAX);
    for (bool row = false; (st = pt_sql_step(tx, &row, err)) == PT_OK && row;) {
        if (s->count == cap) {
            cap = cap > 0 ? cap * 2 : 16;
            EventSource *grown = realloc(s->sources, cap * sizeof *grown);
            if (grown == NULL) {
                st = pt_fail(err, PT_NO_MEMORY, "no memory for the sources");
                break;
            }
            s->sources = grown;
        }
        st = read_row(tx, &s->sources[s->count], err);
        if (st != PT_OK) {
            break;
        }
        s->count++;
    }
    pt_sql_done(tx);
    return st;
}

/* The table as the transaction sees it. */
static PtStatus snapshot_load(PtSqlTx *tx, Snapshot **ret_snapshot, PtError *err)
{
    PT_CLEANUP(snapshot_freep) Snapshot *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the sources");
    }
    PtStatus st = read_rows(tx, s, err);
    if (st != PT_OK) {
        return st;
    }
    s->by_key = pt_map_new();
    s->by_id = pt_map_new();
    s->by_name = pt_map_new();
    bool ok = s->by_key != NULL && s->by_id != NULL && s->by_name != NULL;
    for (size_t i = 0; ok && i < s->count; i++) {
        EventSource *x = &s->sources[i];
        ok = pt_map_set(s->by_key, pt_str(x->write_key), x, NULL) &&
             pt_map_set(s->by_id, pt_str(x->id), x, NULL) &&
             pt_map_set(s->by_name, pt_str(x->name), x, NULL);
    }
    if (!ok) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the sources");
    }
    *ret_snapshot = PT_TAKE(s);
    return PT_OK;
}

PtStatus event_sources_open(PtSql *sql, const PtClock *clock, EventSources **ret_sources,
                            PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PT_CLEANUP(snapshot_freep) Snapshot *snapshot = NULL;
    PtStatus st = pt_sql_begin(sql, false, &tx, err);
    st = st == PT_OK ? snapshot_load(tx, &snapshot, err) : st;
    if (st != PT_OK) {
        return st;
    }
    EventSources *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the sources");
    }
    s->sql = sql;
    s->clock = clock;
    (void)pthread_rwlock_init(&s->lock, NULL);
    (void)pthread_mutex_init(&s->writing, NULL);
    s->snapshot = PT_TAKE(snapshot);
    *ret_sources = s;
    return PT_OK;
}

void event_sources_close(EventSources *s)
{
    if (s == NULL) {
        return;
    }
    snapshot_free(s->snapshot);
    (void)pthread_rwlock_destroy(&s->lock);
    (void)pthread_mutex_destroy(&s->writing);
    free(s);
}

static bool copy_found(EventSources *s, const EventSource *found, EventSource *ret_source)
{
    if (found != NULL) {
        *ret_source = *found;
    }
    (void)pthread_rwlock_unlock(&s->lock);
    return found != NULL;
}

bool event_source_by_key(EventSources *s, PtStr write_key, EventSource *ret_source)
{
    if (write_key.len != WRITE_KEY_LEN) {
        return false;
    }
    (void)pthread_rwlock_rdlock(&s->lock);
    return copy_found(s, pt_map_get(s->snapshot->by_key, write_key), ret_source);
}

bool event_source_by_number(EventSources *s, uint32_t number, EventSource *ret_source)
{
    (void)pthread_rwlock_rdlock(&s->lock);
    const Snapshot *now = s->snapshot;
    // numbers rise from 1 and none is taken out, so that it mostly stands at its own index
    size_t low = 0, high = now->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (now->sources[mid].number < number) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    bool found = low < now->count && now->sources[low].number == number;
    return copy_found(s, found ? &now->sources[low] : NULL, ret_source);
}

bool event_source_by_ref(EventSources *s, PtStr id_or_name, EventSource *ret_source)
{
    (void)pthread_rwlock_rdlock(&s->lock);
    const EventSource *found = pt_map_get(s->snapshot->by_id, id_or_name);
    if (found == NULL) {
        found = pt_map_get(s->snapshot->by_name, id_or_name);
    }
    return copy_found(s, found, ret_source);
}

static PtStatus check_name(PtStr name, PtError *err)
{
    size_t characters = 0;
    const char *p = name.data, *end = p + name.len;
    if (pt_str_eq(name, PT_STR(EVENT_FEED_SOURCE))) {
        return pt_fail(err, PT_INVALID, "\"%s\" is the name of the server's own events",
                       EVENT_FEED_SOURCE);
    }
    while (p < end && characters <= EVENT_SOURCE_NAME_MAX) {
        size_t len = pt_utf8_step(p, end);
        bool control = (unsigned char)*p < 0x20 || *p == 0x7F ||
                       (len == 2 && (unsigned char)p[0] == 0xC2 && (unsigned char)p[1] < 0xA0);
        if (len == 0 || control) {
            return pt_fail(err, PT_INVALID,
                           "the name of a source is text without control characters");
        }
        p += len;
        characters++;
    }
    if (characters < 1 || characters > EVENT_SOURCE_NAME_MAX) {
        return pt_fail(err, PT_INVALID, "the name of a source has 1 to %d characters",
                       EVENT_SOURCE_NAME_MAX);
    }
    return PT_OK;
}

static void make_key(char out[static EVENT_WRITE_KEY_TEXT])
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    enum { LETTERS = sizeof letters - 1, FAIR = 256 / LETTERS * LETTERS };
    size_t len = 0;
    while (len < WRITE_KEY_LEN) {
        uint8_t bytes[WRITE_KEY_LEN];
        pt_random_bytes(bytes, sizeof bytes);
        for (size_t i = 0; i < sizeof bytes && len < WRITE_KEY_LEN; i++) {
            if (bytes[i] < FAIR) { // the rest would make the first letters likelier
                out[len++] = letters[bytes[i] % LETTERS];
            }
        }
    }
    out[len] = '\0';
}

static const char *skew_text(EventSkewPolicy skew)
{
    return skew == EVENT_SKEW_KEEP ? "keep" : "correct";
}

static PtStatus next_number(PtSqlTx *tx, int64_t *ret_number, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_SOURCE_LAST_NUMBER, err);
    st = st == PT_OK ? pt_sql_step(tx, &row, err) : st;
    if (st == PT_OK && row) {
        *ret_number = pt_sql_i64(tx, 0) + 1;
    }
    pt_sql_done(tx);
    return st;
}

/* Runs the bound statement. A name that is taken is the one constraint that a caller can hit. */
static PtStatus run_change(PtSqlTx *tx, PtStr name, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_step(tx, &row, err);
    int64_t changed = st == PT_OK ? pt_sql_changes(tx) : 0;
    pt_sql_done(tx);
    if (st == PT_CONFLICT) {
        return pt_fail(err, PT_CONFLICT, "a source is named \"%.*s\" already", PT_STR_ARG(name));
    }
    return st == PT_OK && changed == 0 ? pt_fail(err, PT_NOT_FOUND, "no such source") : st;
}

static PtStatus insert(PtSqlTx *tx, const EventSource *s, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_SOURCE_ADD, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, s->number);
    pt_sql_bind_text(tx, 2, pt_str(s->id));
    pt_sql_bind_text(tx, 3, pt_str(s->name));
    pt_sql_bind_text(tx, 4, pt_str(s->write_key));
    pt_sql_bind_i64(tx, 5, s->enabled);
    pt_sql_bind_i64(tx, 6, s->historical);
    pt_sql_bind_text(tx, 7, pt_str(skew_text(s->skew)));
    pt_sql_bind_i64(tx, 8, s->created_ms);
    return run_change(tx, pt_str(s->name), err);
}

/* A change of the table, and the snapshot behind it, under s->writing. */
typedef struct Change {
    PtStatus (*run)(PtSqlTx *tx, const struct Change *c, PtError *err);
    EventSource *added; /* of add; its number is set */
    PtStr id;
    const EventSourceEdit *to; /* of update */
    const char *action;
    const AuditActor *by;
} Change;

static void put_edit(PtJsonOut *out, const EventSource *s)
{
    const struct {
        PtStr key;
        bool value;
    } bits[] = {{PT_STR("enabled"), s->enabled}, {PT_STR("historical"), s->historical}};
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++) {
        pt_json_out_key(out, bits[i].key);
        pt_json_out_bool(out, bits[i].value);
    }
    pt_json_put_str(out, "skew", pt_str(skew_text(s->skew)));
}

/* What it is now, and its name before when that was another; never the write key. */
static PtStatus audit(PtSqlTx *tx, const Change *c, const EventSource *old, const EventSource *now,
                      int64_t now_ms, PtError *err)
{
    PtBuf detail;
    pt_buf_init(&detail, 4096);
    PtJsonOut out = pt_json_out(&detail);
    pt_json_out_object(&out);
    put_edit(&out, now);
    if (old != NULL && strcmp(old->name, now->name) != 0) {
        pt_json_put_str(&out, "name_before", pt_str(old->name));
    }
    pt_json_out_object_end(&out);
    PtStatus st = pt_buf_status(&detail);
    const AuditEntry entry = {.by = c->by,
                              .action = c->action,
                              .subject_type = "source",
                              .subject = pt_str(now->id),
                              .subject_name = pt_str(now->name),
                              .detail = pt_buf_str(&detail)};
    st = st == PT_OK ? audit_write(tx, now_ms, &entry, err)
                     : pt_fail(err, st, "no memory to tell of a change");
    pt_buf_done(&detail);
    return st;
}

/* Everybody sees it from now on. */
static void publish(EventSources *s, Snapshot *fresh)
{
    (void)pthread_rwlock_wrlock(&s->lock);
    Snapshot *old = s->snapshot;
    s->snapshot = fresh;
    (void)pthread_rwlock_unlock(&s->lock);
    snapshot_free(old);
}

static PtStatus change_locked(EventSources *s, const Change *c, EventSource *ret_source,
                              PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PT_CLEANUP(snapshot_freep) Snapshot *snapshot = NULL;
    PtStatus st = pt_sql_begin(s->sql, true, &tx, err);
    st = st == PT_OK ? c->run(tx, c, err) : st;
    // read before the commit, so that after it nothing can fail
    st = st == PT_OK ? snapshot_load(tx, &snapshot, err) : st;
    if (st != PT_OK) {
        return st;
    }
    const EventSource *now = pt_map_get(snapshot->by_id, c->id);
    if (now == NULL) {
        return pt_fail(err, PT_NOT_FOUND, "no such source");
    }
    st = audit(tx, c, pt_map_get(s->snapshot->by_id, c->id), now, pt_clock_now_ms(pt_clock_real()),
               err);
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    if (st == PT_OK) {
        *ret_source = *now;
        publish(s, PT_TAKE(snapshot));
    }
    return st;
}

static PtStatus change_table(EventSources *s, const Change *c, EventSource *ret_source,
                             PtError *err)
{
    (void)pthread_mutex_lock(&s->writing);
    PtStatus st = change_locked(s, c, ret_source, err);
    (void)pthread_mutex_unlock(&s->writing);
    return st;
}

static PtStatus add(PtSqlTx *tx, const Change *c, PtError *err)
{
    int64_t number = 0;
    PtStatus st = next_number(tx, &number, err);
    if (st != PT_OK) {
        return st;
    }
    if (number > EVENT_SOURCES_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "there are %d sources: no more can be added",
                       EVENT_SOURCES_MAX);
    }
    c->added->number = (uint32_t)number;
    return insert(tx, c->added, err);
}

PtStatus event_source_add(EventSources *s, const EventSourceEdit *edit, const AuditActor *by,
                          EventSource *ret_source, PtError *err)
{
    PtStatus st = check_name(edit->name, err);
    if (st != PT_OK) {
        return st;
    }
    EventSource x = {.enabled = edit->enabled,
                     .historical = edit->historical,
                     .skew = edit->skew,
                     .created_ms = pt_clock_now_ms(s->clock)};
    uint8_t random[10];
    pt_random_bytes(random, sizeof random);
    (void)pt_uuid_format(pt_uuid7(x.created_ms, random), x.id);
    (void)pt_str_copy(x.name, sizeof x.name, edit->name);
    make_key(x.write_key);
    const Change c = {
        .run = add, .added = &x, .id = pt_str(x.id), .action = "source.added", .by = by};
    return change_table(s, &c, ret_source, err);
}

PtStatus event_source_find_or_add(EventSources *s, const EventSourceEdit *edit,
                                  const AuditActor *by, EventSource *ret_source, PtError *err)
{
    if (event_source_by_ref(s, edit->name, ret_source)) {
        return PT_OK;
    }
    PtStatus st = event_source_add(s, edit, by, ret_source, err);
    // somebody else may have added it meanwhile
    return st == PT_CONFLICT && event_source_by_ref(s, edit->name, ret_source) ? PT_OK : st;
}

static PtStatus update(PtSqlTx *tx, const Change *c, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_SOURCE_CHANGE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, c->id);
    pt_sql_bind_text(tx, 2, c->to->name);
    pt_sql_bind_i64(tx, 3, c->to->enabled);
    pt_sql_bind_i64(tx, 4, c->to->historical);
    pt_sql_bind_text(tx, 5, pt_str(skew_text(c->to->skew)));
    return run_change(tx, c->to->name, err);
}

PtStatus event_source_change(EventSources *s, PtStr id, const EventSourceEdit *edit,
                             const AuditActor *by, EventSource *ret_source, PtError *err)
{
    const Change c = {.run = update, .id = id, .to = edit, .action = "source.changed", .by = by};
    PtStatus st = check_name(edit->name, err);
    return st == PT_OK ? change_table(s, &c, ret_source, err) : st;
}

static PtStatus rotate(PtSqlTx *tx, const Change *c, PtError *err)
{
    char key[EVENT_WRITE_KEY_TEXT];
    make_key(key);
    PtStatus st = pt_sql_use(tx, SQL_SOURCE_ROTATE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, c->id);
    pt_sql_bind_text(tx, 2, pt_str(key));
    return run_change(tx, c->id, err);
}

PtStatus event_source_rotate(EventSources *s, PtStr id, const AuditActor *by,
                             EventSource *ret_source, PtError *err)
{
    const Change c = {.run = rotate, .id = id, .action = "source.key_rotated", .by = by};
    return change_table(s, &c, ret_source, err);
}

PtStatus event_sources_list(EventSources *s, PtArena *arena, EventSource **ret_list,
                            size_t *ret_count, PtError *err)
{
    (void)pthread_rwlock_rdlock(&s->lock);
    size_t count = s->snapshot->count;
    EventSource *list = pt_arena_alloc(arena, count > 0 ? count : 1, sizeof *list);
    if (list != NULL && count > 0) {
        memcpy(list, s->snapshot->sources, count * sizeof *list);
    }
    (void)pthread_rwlock_unlock(&s->lock);
    if (list == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for %zu sources", count);
    }
    *ret_list = list;
    *ret_count = count;
    return PT_OK;
}
