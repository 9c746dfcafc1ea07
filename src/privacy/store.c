// SPDX-License-Identifier: Apache-2.0
/* The rows of requests. */
#include "privacy/privacy_internal.h"

#include "privacy.sql.h"

#include <stdarg.h>

enum { FIGURES_TEXT = 4096 };

static const char *const kinds[PRIVACY_KINDS] = {"erasure", "export"};
static const char *const states[PRIVACY_STATES] = {"received", "approved",  "running", "done",
                                                   "refused",  "cancelled", "failed"};
static const char *const channels[PRIVACY_CHANNELS] = {"staff", "shop", "register"};

const char *privacy_kind_name(PrivacyKind kind)
{
    return kinds[kind];
}

const char *privacy_state_name(PrivacyState state)
{
    return states[state];
}

const char *privacy_channel_name(PrivacyChannel channel)
{
    return channels[channel];
}

static int index_of(PtStr name, const char *const *names, int count)
{
    int i = 0;
    while (i < count && !pt_str_eq(name, pt_str(names[i]))) {
        i++;
    }
    return i < count ? i : 0;
}

/* ---- Figures -------------------------------------------------------------------------------- */

#define FIGURE_NAME(id, name) [PRIVACY_FIGURE_##id] = (name),
static const char *const figure_names[PRIVACY_FIGURES] = {PRIVACY_FIGURE_MAP(FIGURE_NAME)};
#undef FIGURE_NAME

void privacy_figures_json(const PrivacyFigures *figures, PtJsonOut *out)
{
    pt_json_out_object(out);
    for (size_t i = 0; i < PRIVACY_FIGURES; i++) {
        pt_json_out_key(out, pt_str(figure_names[i]));
        pt_json_out_u64(out, figures->n[i]);
    }
    pt_json_out_object_end(out);
}

PtStr store_figures_text(const PrivacyFigures *figures, PtBuf *space)
{
    PtJsonOut out = pt_json_out(space);
    privacy_figures_json(figures, &out);
    return pt_buf_str(space);
}

PrivacyFigures store_figures(PtStr json)
{
    PrivacyFigures f = {0};
    PtJson j;
    pt_json_init(&j, json, 4);
    if (json.len == 0 || pt_json_next(&j) != PT_JSON_OBJECT) {
        return f;
    }
    while (pt_json_next(&j) == PT_JSON_KEY) {
        size_t i = 0;
        while (i < PRIVACY_FIGURES && !pt_json_raw_eq(j.raw, j.flags, pt_str(figure_names[i]))) {
            i++;
        }
        PtStr raw;
        int64_t value;
        if (!pt_json_skip(&j, &raw, NULL, NULL)) {
            break;
        }
        if (i < PRIVACY_FIGURES && pt_json_to_i64(raw, &value) && value >= 0) {
            f.n[i] = (uint64_t)value;
        }
    }
    return f;
}

/* ---- Statements ----------------------------------------------------------------------------- */

static PtStatus run_with(PtSqlTx *tx, const char *statement, PtError *err, const char *binds,
                         va_list args)
{
    PtStatus st = pt_sql_use(tx, statement, err);
    if (st != PT_OK) {
        return st;
    }
    for (int i = 0; binds[i] != '\0'; i++) {
        if (binds[i] == 'i') {
            pt_sql_bind_i64(tx, i + 1, va_arg(args, int64_t));
        } else if (binds[i] == 'b') {
            pt_sql_bind_blob(tx, i + 1, va_arg(args, PtStr));
        } else {
            pt_sql_bind_text(tx, i + 1, va_arg(args, PtStr));
        }
    }
    return pt_sql_finish(tx, err);
}

PtStatus store_run(PtSqlTx *tx, const char *statement, PtError *err, const char *binds, ...)
{
    va_list args;
    va_start(args, binds);
    PtStatus st = run_with(tx, statement, err, binds, args);
    va_end(args);
    return st;
}

PtStatus store_once(Privacy *p, const char *statement, PtError *err, const char *binds, ...)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(p->c.core, true, &tx, err);
    if (st == PT_OK) {
        va_list args;
        va_start(args, binds);
        st = run_with(tx, statement, err, binds, args);
        va_end(args);
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

PtStatus store_number(PtSqlTx *tx, const char *statement, int64_t bind, bool bound,
                      int64_t *ret_number, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, statement, err);
    if (st != PT_OK) {
        return st;
    }
    if (bound) {
        pt_sql_bind_i64(tx, 1, bind);
    }
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK && row) {
        *ret_number = pt_sql_i64(tx, 0);
    }
    pt_sql_done(tx);
    return st;
}

PtStatus store_audit(PtSqlTx *tx, int64_t now_ms, const AuditActor *by, const char *action,
                     PtStr id, PtStr detail, PtError *err)
{
    const AuditEntry entry = {.by = by,
                              .action = action,
                              .subject_type = "privacy_request",
                              .subject = id,
                              .detail = detail};
    return audit_write(tx, now_ms, &entry, err);
}

/* ---- Rows ----------------------------------------------------------------------------------- */

PtStatus store_add(PtSqlTx *tx, const PrivacyRow *row, PtError *err)
{
    const PrivacyRequest *r = row->request;
    return store_run(tx, SQL_PRIVACY_ADD, err, "ttttttttiitttii", pt_str(r->id),
                     pt_str(kinds[r->kind]), pt_str(states[r->state]), pt_str(channels[r->channel]),
                     row->origin, r->subjects, r->label, r->note, (int64_t)r->persons,
                     (int64_t)r->bulk, audit_actor_kind(row->by->kind), pt_str(row->by->id),
                     pt_str(row->by->name), r->received_ms, r->due_ms);
}

typedef enum Column {
    COL_ID,
    COL_KIND,
    COL_STATE,
    COL_CHANNEL,
    COL_SUBJECTS,
    COL_LABEL,
    COL_NOTE,
    COL_PERSONS,
    COL_BULK,
    COL_REQUESTED_KIND,
    COL_REQUESTED_BY,
    COL_REQUESTED_NAME,
    COL_RECEIVED,
    COL_DUE,
    COL_DECIDED_BY,
    COL_DECIDED_NAME,
    COL_DECIDED,
    COL_STARTED,
    COL_FINISHED,
    COL_STEP,
    COL_ERASED,
    COL_PROBLEM,
    COL_FIGURES,
    COL_CERTIFIED,
    COL_FILE_BYTES,
    COL_EXPIRES,
    COL_FETCHED,
} Column;

static PtStatus copy_texts(PtSqlTx *tx, PtArena *arena, PrivacyRequest *r, PtError *err)
{
    const struct {
        Column column;
        PtStr *text;
    } rows[] = {{COL_SUBJECTS, &r->subjects},
                {COL_LABEL, &r->label},
                {COL_NOTE, &r->note},
                {COL_REQUESTED_KIND, &r->requested_kind},
                {COL_REQUESTED_BY, &r->requested_by},
                {COL_REQUESTED_NAME, &r->requested_name},
                {COL_DECIDED_BY, &r->decided_by},
                {COL_DECIDED_NAME, &r->decided_name},
                {COL_PROBLEM, &r->problem}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        *rows[i].text = pt_arena_str(arena, pt_sql_text(tx, rows[i].column));
        if (rows[i].text->data == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for a privacy request");
        }
    }
    return PT_OK;
}

static PtStatus copy_row(PtSqlTx *tx, PtArena *arena, PrivacyRequest *ret_request, PtError *err)
{
    PrivacyRequest r = {
        .kind = (PrivacyKind)index_of(pt_sql_text(tx, COL_KIND), kinds, PRIVACY_KINDS),
        .state = (PrivacyState)index_of(pt_sql_text(tx, COL_STATE), states, PRIVACY_STATES),
        .channel =
            (PrivacyChannel)index_of(pt_sql_text(tx, COL_CHANNEL), channels, PRIVACY_CHANNELS),
        .persons = (uint64_t)pt_sql_i64(tx, COL_PERSONS),
        .bulk = pt_sql_i64(tx, COL_BULK) != 0,
        .received_ms = pt_sql_i64(tx, COL_RECEIVED),
        .due_ms = pt_sql_i64(tx, COL_DUE),
        .decided_ms = pt_sql_i64(tx, COL_DECIDED),
        .started_ms = pt_sql_i64(tx, COL_STARTED),
        .finished_ms = pt_sql_i64(tx, COL_FINISHED),
        .erased_ms = pt_sql_i64(tx, COL_ERASED),
        .step = (unsigned)pt_sql_i64(tx, COL_STEP),
        .steps = PRIVACY_STEPS,
        .figures = store_figures(pt_sql_text(tx, COL_FIGURES)),
        .certified = pt_sql_i64(tx, COL_CERTIFIED) != 0,
        .file_bytes = (uint64_t)pt_sql_i64(tx, COL_FILE_BYTES),
        .expires_ms = pt_sql_i64(tx, COL_EXPIRES),
        .fetched_ms = pt_sql_i64(tx, COL_FETCHED),
    };
    PtStr id = pt_sql_text(tx, COL_ID);
    if (id.len >= sizeof r.id) {
        return pt_fail(err, PT_CORRUPT, "a privacy request has a long id");
    }
    memcpy(r.id, id.data, id.len);
    PtStatus st = copy_texts(tx, arena, &r, err);
    if (st == PT_OK) {
        *ret_request = r;
    }
    return st;
}

PtStatus store_get(PtSqlTx *tx, PtStr id, PtArena *arena, PrivacyRequest *ret_request, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_PRIVACY_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, id);
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        st = row ? copy_row(tx, arena, ret_request, err)
                 : pt_fail(err, PT_NOT_FOUND, "there is no privacy request with this id");
    }
    pt_sql_done(tx);
    return st;
}

/* The statement is in use and bound. */
static PtStatus copy_rows(PtSqlTx *tx, size_t limit, PtArena *arena, PrivacyRequest **ret_list,
                          size_t *ret_count, PtError *err)
{
    PrivacyRequest *list = pt_arena_alloc(arena, limit, sizeof *list);
    size_t count = 0;
    bool row = true;
    PtStatus st =
        list != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for privacy requests");
    while (st == PT_OK && count < limit && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        st = copy_row(tx, arena, &list[count++], err);
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_list = list;
        *ret_count = count;
    }
    return st;
}

// NOLINTNEXTLINE(readability-function-size): a list takes its filter, page and results
PtStatus store_list(PtSqlTx *tx, PrivacyState state, PtStr after, size_t limit, PtArena *arena,
                    PrivacyRequest **ret_list, size_t *ret_count, PtError *err)
{
    const bool any = state == PRIVACY_STATES;
    PtStatus st = pt_sql_use(tx, any ? SQL_PRIVACY_LIST : SQL_PRIVACY_LIST_STATE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, after.len > 0 ? after : PT_STR("g")); // behind every hex digit
    pt_sql_bind_i64(tx, 2, (int64_t)limit);
    if (!any) {
        pt_sql_bind_text(tx, 3, pt_str(states[state]));
    }
    return copy_rows(tx, limit, arena, ret_list, ret_count, err);
}

PtStatus store_due(PtSqlTx *tx, PrivacyKind kind, size_t limit, PtArena *arena,
                   PrivacyRequest **ret_list, size_t *ret_count, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_PRIVACY_DUE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(kinds[kind]));
    pt_sql_bind_i64(tx, 2, (int64_t)limit);
    return copy_rows(tx, limit, arena, ret_list, ret_count, err);
}
