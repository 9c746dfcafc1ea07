// SPDX-License-Identifier: Apache-2.0
/* The incumbent's persons against ours: a thread reads the file of an import and asks whose each
 * identifier is. */
#include "connect/adopt_internal.h"

#include "adopt.sql.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/rng.h"
#include "base/uuid.h"
#include "connect/import.h"
#include "connect/job_internal.h"
#include "platform/diag.h"
#include "platform/loop.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIRST_PAIRS = 4096,
    PERSON_MAX = 200, /* bytes of a person's id there */
    EXAMPLES_BYTES = 256 << 10,
    OFFER_ROWS = 16,
};

static const char *const states[] = {"running", "done", "failed"};

const char *connect_identity_state_name(ConnectIdentityState state)
{
    return states[state];
}

/* ---- The object -------------------------------------------------------------------------------
 */

static PtStatus mark_interrupted(ConnectAdopt *a, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(a->c.core, true, &tx, err);
    if (st == PT_OK) {
        st = pt_sql_use(tx, SQL_ADOPT_IDENTITY_INTERRUPT, err);
    }
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, pt_clock_now_ms(a->c.clock));
    st = pt_sql_finish(tx, err);
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

PtStatus connect_adopt_open(const ConnectAdoptConfig *config, ConnectAdopt **ret_adopt,
                            PtError *err)
{
    ConnectAdopt *a = calloc(1, sizeof *a);
    if (a == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the comparison");
    }
    a->c = *config;
    (void)pthread_mutex_init(&a->lock, NULL);
    PtStatus st = mark_interrupted(a, err);
    if (st != PT_OK) {
        connect_adopt_free(a);
        return st;
    }
    *ret_adopt = a;
    return PT_OK;
}

static void join(ConnectAdopt *a)
{
    if (a->thread_on) {
        (void)pthread_join(a->thread, NULL);
        a->thread_on = false;
    }
}

void connect_adopt_stop(ConnectAdopt *a)
{
    if (a == NULL) {
        return;
    }
    atomic_store(&a->stop, true);
    (void)pthread_mutex_lock(&a->lock);
    join(a);
    (void)pthread_mutex_unlock(&a->lock);
}

void connect_adopt_free(ConnectAdopt *a)
{
    if (a == NULL) {
        return;
    }
    connect_adopt_stop(a);
    (void)pthread_mutex_destroy(&a->lock);
    free(a);
}

/* ---- Reading the file -------------------------------------------------------------------------
 */

/* A file of an import as rows with person, type and value. */
typedef struct Rows {
    JobFile file;
    ConnectInput *input;
    ConnectReader *reader;
    size_t person, type, value; /* columns */
} Rows;

static void rows_done(Rows *r)
{
    connect_reader_free(r->reader);
    connect_input_close(r->input);
    job_file_close(&r->file);
}

static PtStatus rows_open(ConnectAdopt *a, Rows *r, PtError *err)
{
    const ConnectShape shape = {CONNECT_CSV, ',', true, CONNECT_ENCODING_GUESS};
    PtStatus st = job_file_open(a->c.jobs, a->import, &r->file, err);
    if (st == PT_OK) {
        r->file.stop = &a->stop;
        st = connect_input_over(job_file_source(&r->file), 0, &r->input, err);
    }
    return st == PT_OK ? connect_reader_new(connect_input_source(r->input), &shape, &r->reader, err)
                       : st;
}

static bool find_column(const PtStr *header, size_t count, const char *name, size_t *ret_at)
{
    for (size_t i = 0; i < count; i++) {
        if (pt_str_eq_nocase(header[i], pt_str(name))) {
            *ret_at = i;
            return true;
        }
    }
    return false;
}

static PtStatus find_columns(Rows *r, PtError *err)
{
    size_t count;
    const PtStr *header = connect_reader_header(r->reader, &count);
    return find_column(header, count, "person", &r->person) &&
                   find_column(header, count, "type", &r->type) &&
                   find_column(header, count, "value", &r->value)
               ? PT_OK
               : pt_fail(err, PT_INVALID, "the file has no header with person, type and value");
}

typedef struct Cells {
    PtStr person, type, value;
    bool bad;
} Cells;

/* *ret_has false: the end. */
static PtStatus rows_next(Rows *r, Cells *ret, bool *ret_has, PtError *err)
{
    ConnectRow row;
    PtStatus st = connect_reader_next(r->reader, &row, ret_has, err);
    if (st != PT_OK || !*ret_has) {
        return st;
    }
    if (row.number == 1) {
        st = find_columns(r, err);
    }
    if (row.number % OFFER_ROWS == 0) {
        pt_background_offer();
    }
    *ret = (Cells){.bad = true};
    if (st == PT_OK && row.problem == NULL) {
        *ret = (Cells){row.fields[r->person], row.fields[r->type], row.fields[r->value], false};
        ret->bad = ret->person.len == 0 || ret->person.len > PERSON_MAX || ret->type.len == 0 ||
                   ret->value.len == 0;
    }
    return st;
}

/* ---- Whose each identifier is -----------------------------------------------------------------
 */

typedef struct Comparison {
    ConnectAdopt *a;
    AdoptPair *pairs; /* owned */
    size_t count, cap;
    ConnectIdentityFigures figures;
    AdoptVerdict verdict;
    PtBuf examples;
} Comparison;

static PtStatus add_pair(Comparison *c, PtStr person, const PtUuid *ours, PtError *err)
{
    if (c->count == CONNECT_ADOPT_PAIRS_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "over %d identifiers that both sides know",
                       CONNECT_ADOPT_PAIRS_MAX);
    }
    if (c->count == c->cap) {
        const size_t cap = c->cap > 0 ? 2 * c->cap : FIRST_PAIRS;
        AdoptPair *more = realloc(c->pairs, cap * sizeof *more);
        if (more == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory to compare identifiers");
        }
        c->pairs = more;
        c->cap = cap;
    }
    AdoptPair *pair = &c->pairs[c->count++];
    *pair = (AdoptPair){.theirs = pt_hash64(person)};
    memcpy(pair->ours, ours->bytes, sizeof pair->ours);
    return PT_OK;
}

static PtStatus one_row(Comparison *c, const Cells *cells, PtError *err)
{
    char id[CONNECT_ADOPT_ID] = "";
    PtUuid ours;
    PtError why = {0};
    c->figures.rows++;
    if (cells->bad) {
        c->figures.refused++;
        return PT_OK;
    }
    PtStatus st = c->a->c.person_of(c->a->c.ctx, cells->type, cells->value, id, &why);
    if (st == PT_NOT_FOUND) {
        c->figures.unknown++;
        return PT_OK;
    }
    if (st == PT_INVALID) { // a type that Patron does not know, or a value that is none of it
        c->figures.refused++;
        return PT_OK;
    }
    if (st != PT_OK || !pt_uuid_parse(pt_str(id), &ours)) {
        return pt_fail(err, st != PT_OK ? st : PT_CORRUPT, "%s", why.message);
    }
    return add_pair(c, cells->person, &ours, err);
}

static PtStatus read_pairs(Comparison *c, PtError *err)
{
    PT_CLEANUP(rows_done) Rows rows = {.input = NULL};
    Cells cells;
    bool has = true;
    PtStatus st = rows_open(c->a, &rows, err);
    while (st == PT_OK && has) {
        st = rows_next(&rows, &cells, &has, err);
        if (st == PT_OK && has) {
            st = one_row(c, &cells, err);
        }
        if (st == PT_OK && atomic_load(&c->a->stop)) {
            st = pt_fail(err, PT_UNAVAILABLE, "the server stopped");
        }
    }
    return st;
}

/* ---- Examples ---------------------------------------------------------------------------------
 */

/* Ids of theirs that examples name: by hash until the file is read again. */
typedef struct Wanted {
    uint64_t hash;
    char text[PERSON_MAX + 1];
} Wanted;

enum { WANTED_MAX = 2 * CONNECT_ADOPT_EXAMPLES * CONNECT_ADOPT_EXAMPLE_PERSONS };

static size_t list_wanted(const AdoptVerdict *v, Wanted *wanted)
{
    size_t count = 0;
    for (size_t i = 0; i < v->example_count; i++) {
        for (size_t k = 0; k < v->examples[i].their_count; k++) {
            wanted[count++].hash = v->examples[i].theirs[k];
        }
    }
    return count;
}

static PtStatus find_wanted(ConnectAdopt *a, Wanted *wanted, size_t count, PtError *err)
{
    PT_CLEANUP(rows_done) Rows rows = {.input = NULL};
    Cells cells;
    bool has = count > 0;
    PtStatus st = has ? rows_open(a, &rows, err) : PT_OK;
    while (st == PT_OK && has && !atomic_load(&a->stop)) {
        st = rows_next(&rows, &cells, &has, err);
        if (st != PT_OK || !has || cells.bad) {
            continue;
        }
        const uint64_t hash = pt_hash64(cells.person);
        for (size_t i = 0; i < count; i++) {
            if (wanted[i].hash == hash && wanted[i].text[0] == '\0') {
                (void)pt_str_copy(wanted[i].text, sizeof wanted[i].text, cells.person);
            }
        }
    }
    return st;
}

static void put_example(PtJsonOut *out, const AdoptExample *e, const Wanted *wanted)
{
    char text[PT_UUID_TEXT];
    pt_json_out_object(out);
    pt_json_put_str(out, "kind", e->joined ? PT_STR("joined") : PT_STR("parted"));
    pt_json_out_key(out, PT_STR("theirs"));
    pt_json_out_array(out);
    for (size_t i = 0; i < e->their_count; i++) {
        pt_json_out_str(out, pt_str(wanted[i].text));
    }
    pt_json_out_array_end(out);
    pt_json_out_key(out, PT_STR("ours"));
    pt_json_out_array(out);
    for (size_t i = 0; i < e->our_count; i++) {
        PtUuid id;
        memcpy(id.bytes, e->ours[i], sizeof id.bytes);
        pt_json_out_str(out, pt_uuid_format(id, text));
    }
    pt_json_out_array_end(out);
    pt_json_out_object_end(out);
}

static PtStatus write_examples(Comparison *c, PtError *err)
{
    const AdoptVerdict *v = &c->verdict;
    Wanted *wanted = calloc(WANTED_MAX, sizeof *wanted);
    PtJsonOut out = pt_json_out(&c->examples);
    if (wanted == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for examples");
    }
    PtStatus st = find_wanted(c->a, wanted, list_wanted(v, wanted), err);
    size_t at = 0;
    pt_json_out_array(&out);
    for (size_t i = 0; i < v->example_count; i++) {
        put_example(&out, &v->examples[i], &wanted[at]);
        at += v->examples[i].their_count;
    }
    pt_json_out_array_end(&out);
    free(wanted);
    return st == PT_OK && pt_buf_status(&c->examples) != PT_OK
               ? pt_fail(err, pt_buf_status(&c->examples), "no memory for examples")
               : st;
}

/* ---- The thread -------------------------------------------------------------------------------
 */

static PtStatus store(ConnectAdopt *a, const Comparison *c, PtStatus outcome, const PtError *why,
                      PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    const ConnectIdentityFigures *f = &c->figures;
    const int64_t numbers[] = {f->rows, f->refused, f->unknown, f->theirs,
                               f->ours, f->alike,   f->parted,  f->joined};
    char reason[PT_ERROR_MESSAGE_MAX];
    PtStatus st = pt_sql_begin(a->c.core, true, &tx, err);
    if (st == PT_OK) {
        st = pt_sql_use(tx, SQL_ADOPT_IDENTITY_SET, err);
    }
    if (st != PT_OK) {
        return st;
    }
    job_say(reason, sizeof reason, why->message);
    pt_sql_bind_text(tx, 1, pt_str(a->id));
    pt_sql_bind_text(tx, 2, outcome == PT_OK ? PT_STR("done") : PT_STR("failed"));
    pt_sql_bind_text(tx, 3, outcome == PT_OK ? (PtStr){NULL, 0} : pt_str(reason));
    pt_sql_bind_i64(tx, 4, pt_clock_now_ms(a->c.clock));
    for (int i = 0; i < (int)(sizeof numbers / sizeof *numbers); i++) {
        pt_sql_bind_i64(tx, i + 5, numbers[i]);
    }
    pt_sql_bind_text(tx, 13, outcome == PT_OK ? pt_buf_str(&c->examples) : PT_STR("[]"));
    st = pt_sql_finish(tx, err);
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

static void *compare_main(void *ctx)
{
    ConnectAdopt *a = ctx;
    Comparison c = {.a = a};
    PtError why = {0}, err = {0};
    pt_background();
    pt_buf_init(&c.examples, EXAMPLES_BYTES);
    PtStatus st = read_pairs(&c, &why);
    if (st == PT_OK) {
        adopt_compare(c.pairs, c.count, &c.verdict);
        c.figures.theirs = c.verdict.theirs;
        c.figures.ours = c.verdict.ours;
        c.figures.alike = c.verdict.alike;
        c.figures.parted = c.verdict.parted;
        c.figures.joined = c.verdict.joined;
        st = write_examples(&c, &why);
    }
    if (store(a, &c, st, &why, &err) != PT_OK) { // the next start marks it
        pt_diag(PT_DIAG_WARN, "adoption", "a comparison was not written down",
                PT_F_STR("problem", pt_str(err.message)));
    }
    pt_buf_done(&c.examples);
    free(c.pairs);
    atomic_store(&a->running, false);
    return NULL;
}

/* ---- Starting and reading ---------------------------------------------------------------------
 */

static PtStatus insert(ConnectAdopt *a, const char *id, PtStr import, const AuditActor *by,
                       PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    const int64_t now_ms = pt_clock_now_ms(a->c.clock);
    PtStatus st = pt_sql_begin(a->c.core, true, &tx, err);
    if (st == PT_OK) {
        st = pt_sql_use(tx, SQL_ADOPT_IDENTITY_ADD, err);
    }
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(id));
    pt_sql_bind_text(tx, 2, import);
    pt_sql_bind_i64(tx, 3, now_ms);
    pt_sql_bind_text(tx, 4, audit_actor_name(by));
    st = pt_sql_finish(tx, err);
    if (st == PT_OK) {
        st = pt_sql_use(tx, SQL_ADOPT_IDENTITY_TRIM, err);
    }
    if (st == PT_OK) {
        pt_sql_bind_i64(tx, 1, CONNECT_ADOPT_COMPARISONS_KEPT);
        st = pt_sql_finish(tx, err);
    }
    if (st == PT_OK) {
        const AuditEntry entry = {.by = by,
                                  .action = "adoption.identity_compared",
                                  .subject_type = "import",
                                  .subject = import};
        st = audit_write(tx, now_ms, &entry, err);
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

static PtStatus check_import(ConnectAdopt *a, PtStr import, PtError *err)
{
    ConnectJob job;
    PtStatus st = connect_job_get(a->c.jobs, import, &job, err);
    return st == PT_OK && (job.digest[0] == '\0' || !job.file_kept)
               ? pt_fail(err, PT_CONFLICT, "the import's file is not there as a whole")
               : st;
}

static PtStatus remove_comparison(PtSqlTx *tx, PtStr id, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_ADOPT_IDENTITY_REMOVE, err);
    if (st == PT_OK) {
        pt_sql_bind_text(tx, 1, id);
        st = pt_sql_finish(tx, err);
    }
    return st;
}

/* Of a comparison that did not begin. */
static void take_back(ConnectAdopt *a, const char *id)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtError err = {0};
    PtStatus st = pt_sql_begin(a->c.core, true, &tx, &err);
    if (st == PT_OK) {
        st = remove_comparison(tx, pt_str(id), &err);
    }
    if (st == PT_OK) {
        st = pt_sql_commit(&tx, &err);
    }
    if (st != PT_OK) { // the next start marks it
        pt_diag(PT_DIAG_WARN, "adoption", "a comparison that did not begin was not removed",
                PT_F_STR("problem", pt_str(err.message)));
    }
}

/* Under the lock. */
static PtStatus start(ConnectAdopt *a, PtStr import, const AuditActor *by,
                      char ret_id[static CONNECT_ADOPT_ID], PtError *err)
{
    uint8_t random[10];
    if (atomic_load(&a->running)) {
        return pt_fail(err, PT_CONFLICT, "a comparison runs already");
    }
    join(a);
    pt_random_bytes(random, sizeof random);
    (void)pt_uuid_format(pt_uuid7(pt_clock_now_ms(a->c.clock), random), a->id);
    (void)pt_str_copy(a->import, sizeof a->import, import);
    PtStatus st = insert(a, a->id, import, by, err);
    if (st != PT_OK) {
        return st;
    }
    atomic_store(&a->running, true);
    a->thread_on = !atomic_load(&a->stop) && pthread_create(&a->thread, NULL, compare_main, a) == 0;
    if (!a->thread_on) {
        take_back(a, a->id);
        atomic_store(&a->running, false);
        return pt_fail(err, PT_UNAVAILABLE, "cannot start a comparison");
    }
    memcpy(ret_id, a->id, CONNECT_ADOPT_ID);
    return PT_OK;
}

PtStatus connect_identity_start(ConnectAdopt *a, PtStr import, const AuditActor *by,
                                char ret_id[static CONNECT_ADOPT_ID], PtError *err)
{
    PtStatus st = check_import(a, import, err);
    if (st == PT_OK) {
        (void)pthread_mutex_lock(&a->lock);
        st = start(a, import, by, ret_id, err);
        (void)pthread_mutex_unlock(&a->lock);
    }
    return st;
}

static PtStatus read_row(PtSqlTx *tx, PtArena *arena, ConnectIdentity *ret, PtError *err)
{
    PtStr texts[] = {pt_sql_text(tx, 0), pt_sql_text(tx, 1), pt_sql_text(tx, 3), pt_sql_text(tx, 6),
                     pt_sql_text(tx, 15)};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        texts[i] = texts[i].data != NULL ? pt_arena_str(arena, texts[i]) : PT_STR("");
        if (texts[i].data == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for comparisons");
        }
    }
    ConnectIdentity c = {.id = texts[0],
                         .import = texts[1],
                         .reason = texts[2],
                         .started_by = texts[3],
                         .examples = texts[4],
                         .started_ms = pt_sql_i64(tx, 4),
                         .finished_ms = pt_sql_i64(tx, 5),
                         .figures = {pt_sql_i64(tx, 7), pt_sql_i64(tx, 8), pt_sql_i64(tx, 9),
                                     pt_sql_i64(tx, 10), pt_sql_i64(tx, 11), pt_sql_i64(tx, 12),
                                     pt_sql_i64(tx, 13), pt_sql_i64(tx, 14)}};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        if (pt_str_eq(pt_sql_text(tx, 2), pt_str(states[i]))) {
            c.state = (ConnectIdentityState)i;
        }
    }
    *ret = c;
    return PT_OK;
}

PtStatus connect_identity_list(ConnectAdopt *a, PtArena *arena, ConnectIdentity **ret_list,
                               size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    ConnectIdentity *list = pt_arena_alloc(arena, CONNECT_ADOPT_COMPARISONS_KEPT, sizeof *list);
    bool row = true;
    size_t count = 0;
    PtStatus st = list != NULL ? pt_sql_begin(a->c.core, false, &tx, err)
                               : pt_fail(err, PT_NO_MEMORY, "no memory for comparisons");
    if (st == PT_OK) {
        st = pt_sql_use(tx, SQL_ADOPT_IDENTITY_LIST, err);
    }
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, CONNECT_ADOPT_COMPARISONS_KEPT);
    while (count < CONNECT_ADOPT_COMPARISONS_KEPT && (st = pt_sql_step(tx, &row, err)) == PT_OK &&
           row) {
        st = read_row(tx, arena, &list[count], err);
        if (st != PT_OK) {
            break;
        }
        count++;
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_list = list;
        *ret_count = count;
    }
    return st;
}

PtStatus connect_adopt_erase(PtSql *core, bool (*finds)(const void *ctx, PtStr text),
                             const void *ctx, PtError *err)
{
    enum { ID = 0, STATE = 2, EXAMPLES = 15 };
    char found[CONNECT_ADOPT_COMPARISONS_KEPT][CONNECT_ADOPT_ID];
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    size_t count = 0;
    bool row = true;
    PtStatus st = pt_sql_begin(core, true, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_ADOPT_IDENTITY_LIST, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, CONNECT_ADOPT_COMPARISONS_KEPT);
    while (count < CONNECT_ADOPT_COMPARISONS_KEPT && (st = pt_sql_step(tx, &row, err)) == PT_OK &&
           row) {
        const PtStr id = pt_sql_text(tx, ID);
        const bool running =
            pt_str_eq(pt_sql_text(tx, STATE), pt_str(states[CONNECT_IDENTITY_RUNNING]));
        if (id.len < CONNECT_ADOPT_ID && (running || finds(ctx, pt_sql_text(tx, EXAMPLES)))) {
            // a running one may have read the person already; it ends without a row
            memcpy(found[count], id.data, id.len);
            found[count++][id.len] = '\0';
        }
    }
    pt_sql_done(tx);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = remove_comparison(tx, pt_str(found[i]), err);
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}
