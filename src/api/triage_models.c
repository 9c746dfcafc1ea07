// SPDX-License-Identifier: Apache-2.0
/* /api/v1/triage: examples to learn from, models in versions, how well it goes. */
#include "api/desk.h"

#include "connect/connect.h"

#include <string.h>

enum {
    EXAMPLES_ARENA = 16 << 20,
    TEXT_BYTES = 1 << 20,
    TEXT_KEEP = 64 << 10,
    FAULTS_MAX = 100,
    JSON_DEPTH = 16,
};

/* ---- Examples ---------------------------------------------------------------------------------
 */

typedef struct Fault {
    uint64_t line;
    PtStr what;
} Fault;

typedef struct Taking {
    ConnectReader *reader;
    bool json;
    int text, label; /* columns; -1: not known yet */
    PtStr rest;      /* of the body */
    DeskExample *list;
    size_t count, failed, fault_count;
    Fault faults[FAULTS_MAX];
    PtArena *arena;
    PtBuf decoded;
} Taking;

static void taking_done(Taking *t)
{
    connect_reader_free(t->reader);
    pt_arena_free(t->arena);
    pt_buf_done(&t->decoded);
}

static PtStatus read_body(void *ctx, char *bytes, size_t cap, size_t *ret_len, PtError *err)
{
    Taking *t = ctx;
    (void)err;
    *ret_len = t->rest.len < cap ? t->rest.len : cap;
    memcpy(bytes, t->rest.data, *ret_len);
    t->rest = pt_str_from(t->rest, *ret_len);
    return PT_OK;
}

static void fault(Taking *t, const ConnectRow *row, const char *what)
{
    t->failed++;
    if (t->fault_count < FAULTS_MAX) {
        const PtStr kept = pt_arena_str(t->arena, pt_str(what));
        t->faults[t->fault_count++] = (Fault){row->line, kept.data != NULL ? kept : PT_STR("")};
    }
}

/* A text member of the row's object, the arena's; data NULL: there is none. */
static PtStr member(Taking *t, PtStr object, PtStr name)
{
    PtJson j;
    pt_json_init(&j, object, JSON_DEPTH);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return (PtStr){NULL, 0};
    }
    while (pt_json_next(&j) == PT_JSON_KEY) {
        const bool found = pt_json_raw_eq(j.raw, j.flags, name);
        PtStr raw = {0};
        if (!pt_json_skip(&j, &raw, NULL, NULL)) {
            break;
        }
        if (found && raw.len >= 2 && raw.data[0] == '"') {
            pt_buf_clear(&t->decoded, TEXT_KEEP);
            pt_json_decode((PtStr){raw.data + 1, raw.len - 2}, &t->decoded);
            return pt_arena_str(t->arena, pt_buf_str(&t->decoded));
        }
    }
    return (PtStr){NULL, 0};
}

static PtStatus find_columns(Taking *t, PtError *err)
{
    size_t count = 0;
    const PtStr *names = connect_reader_header(t->reader, &count);
    for (size_t i = 0; i < count; i++) {
        if (pt_str_eq_nocase(names[i], PT_STR("text"))) {
            t->text = (int)i;
        } else if (pt_str_eq_nocase(names[i], PT_STR("label"))) {
            t->label = (int)i;
        }
    }
    if (count == 2 && t->text < 0 && t->label < 0) {
        t->text = 0;
        t->label = 1;
    }
    return t->text >= 0 && t->label >= 0
               ? PT_OK
               : pt_fail(err, PT_INVALID, "the body has no columns \"text\" and \"label\"");
}

static PtStatus take_row(Taking *t, const ConnectRow *row, PtError *err)
{
    DeskExample e = {.text = {NULL, 0}};
    if (row->problem != NULL) {
        fault(t, row, row->problem);
        return PT_OK;
    }
    if (t->json) {
        e.text = member(t, row->raw, PT_STR("text"));
        e.label = member(t, row->raw, PT_STR("label"));
    } else {
        PtStatus st = t->text < 0 ? find_columns(t, err) : PT_OK;
        if (st != PT_OK) {
            return st;
        }
        const bool whole = (size_t)t->text < row->count && (size_t)t->label < row->count;
        e.text = whole ? pt_arena_str(t->arena, row->fields[t->text]) : e.text;
        e.label = whole ? pt_arena_str(t->arena, row->fields[t->label]) : e.label;
    }
    if (e.text.len == 0 || e.label.len == 0) {
        fault(t, row, "the row has no text, or no label");
    } else if (t->count == DESK_EXAMPLES_AT_ONCE) {
        return pt_fail(err, PT_TOO_LARGE, "over %d rows at once", DESK_EXAMPLES_AT_ONCE);
    } else {
        t->list[t->count++] = e;
    }
    return PT_OK;
}

static PtStatus take_rows(Taking *t, PtStr body, PtError *err)
{
    const PtStr begin = pt_str_trim_low(body);
    ConnectRow row;
    bool has = true;
    t->json = begin.len > 0 && begin.data[0] == '{';
    t->rest = body;
    t->arena = pt_arena_new(EXAMPLES_ARENA);
    t->list =
        t->arena != NULL ? pt_arena_alloc(t->arena, DESK_EXAMPLES_AT_ONCE, sizeof *t->list) : NULL;
    if (t->list == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for examples");
    }
    const ConnectShape shape = {.format = t->json ? CONNECT_JSONL : CONNECT_CSV,
                                .delimiter = ',',
                                .header = !t->json,
                                .encoding = CONNECT_UTF8};
    PtStatus st = connect_reader_new((ConnectSource){read_body, t}, &shape, &t->reader, err);
    while (st == PT_OK && has) {
        st = connect_reader_next(t->reader, &row, &has, err);
        st = st == PT_OK && has ? take_row(t, &row, err) : st;
    }
    return st;
}

static void answer_taken(ApiCall *call, const Taking *t)
{
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_u64(&out, "added", t->count);
    pt_json_put_u64(&out, "failed", t->failed);
    pt_json_out_key(&out, PT_STR("faults"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < t->fault_count; i++) {
        pt_json_out_object(&out);
        pt_json_put_u64(&out, "line", t->faults[i].line);
        pt_json_put_str(&out, "what", t->faults[i].what);
        pt_json_out_object_end(&out);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

void api_triage_add_examples(ApiCall *call)
{
    PT_CLEANUP(taking_done) Taking t = {.text = -1, .label = -1};
    pt_buf_init(&t.decoded, TEXT_BYTES);
    PtStatus st = call->request->body.len <= API_BODY_MAX
                      ? PT_OK
                      : pt_fail(&call->error, PT_TOO_LARGE, "over %d bytes at once", API_BODY_MAX);
    st = st == PT_OK ? take_rows(&t, call->request->body, &call->error) : st;
    const DeskExamples examples = {
        .kind = (LanguageKind)call->query[Q_TRIAGE_ADD_EXAMPLES_KIND].choice,
        .part = (LanguagePart)call->query[Q_TRIAGE_ADD_EXAMPLES_PART].choice,
        .list = t.list,
        .count = t.count};
    if (st == PT_OK && t.count > 0) {
        st = desk_examples_add(call->api->desk, &call->who.actor, &examples, &call->error);
    }
    if (!api_failed(call, st)) {
        answer_taken(call, &t);
    }
}

void api_triage_drop_examples(ApiCall *call)
{
    int64_t dropped = 0;
    if (api_failed(call,
                   desk_examples_drop(call->api->desk, &call->who.actor,
                                      (LanguageKind)call->query[Q_TRIAGE_DROP_EXAMPLES_KIND].choice,
                                      &dropped, &call->error))) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_i64(&out, "dropped", dropped);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

void api_triage_examples(ApiCall *call)
{
    DeskTraining t;
    if (api_failed(call, desk_training(call->api->desk, &t, &call->error))) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (LanguageKind i = 0; i < LANGUAGE_KINDS; i++) {
        pt_json_out_object(&out);
        pt_json_put_str(&out, "kind", pt_str(language_kinds[i]));
        pt_json_put_i64(&out, "decisions", t.decisions[i]);
        pt_json_put_i64(&out, "files", t.files[i]);
        pt_json_out_object_end(&out);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

/* ---- Models -----------------------------------------------------------------------------------
 */

static void put_training(PtJsonOut *out, const DeskTraining *t)
{
    pt_json_out_object(out);
    pt_json_put_bool(out, "running", t->running);
    pt_json_put_str(out, "kind", pt_str(language_kinds[t->kind]));
    api_put_time_or_null(out, "began_at", t->began_ms);
    api_put_time_or_null(out, "ended_at", t->ended_ms);
    api_put_text_or_null(out, "problem", pt_str(t->problem));
    pt_json_out_object_end(out);
}

void api_triage_train(ApiCall *call)
{
    const ApiValue *in = call->in;
    const DeskTrain train = {.kind = (LanguageKind)in[IN_TRIAGE_TRAIN_KIND].choice,
                             .no_starter = !in[IN_TRIAGE_TRAIN_STARTER].truth,
                             .precision = in[IN_TRIAGE_TRAIN_PRECISION].real};
    DeskTraining t;
    PtStatus st = desk_train(call->api->desk, &call->who.actor, &train, &call->error);
    st = st == PT_OK ? desk_training(call->api->desk, &t, &call->error) : st;
    if (!api_failed(call, st)) {
        PtJsonOut out = pt_json_out(&call->body);
        put_training(&out, &t);
        api_answer(call, 202);
    }
}

static void put_model(PtJsonOut *out, const DeskModel *m)
{
    pt_json_out_object(out);
    pt_json_put_i64(out, "version", m->version);
    pt_json_put_str(out, "origin", m->origin);
    pt_json_put_str(out, "state", m->state);
    pt_json_put_str(out, "reason", m->reason);
    if (m->before > 0) {
        pt_json_put_i64(out, "before", m->before);
    } else {
        api_put_null(out, "before");
    }
    api_put_time(out, "made_at", m->made_ms);
    pt_json_put_str(out, "made_by", m->made_by);
    pt_json_put_i64(out, "decisions", m->decisions);
    pt_json_put_i64(out, "files", m->files);
    api_put_raw(out, "metrics", m->metrics);
    pt_json_out_object_end(out);
}

/* Metrics of many labels are long: an arena of their own. */
static PtArena *models_arena(ApiCall *call)
{
    PtArena *arena = pt_arena_new(8 * EXAMPLES_ARENA);
    if (arena == NULL) {
        api_failed(call, pt_fail(&call->error, PT_NO_MEMORY, "no memory for models"));
    }
    return arena;
}

void api_triage_models(ApiCall *call)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = models_arena(call);
    DeskModel *list = NULL;
    DeskTraining t;
    size_t count = 0;
    if (arena == NULL) {
        return;
    }
    PtStatus st = desk_training(call->api->desk, &t, &call->error);
    if (st == PT_OK) {
        st = desk_models(call->api->desk, (LanguageKind)call->query[Q_TRIAGE_MODELS_KIND].choice,
                         arena, &list, &count, &call->error);
    }
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("training"));
    put_training(&out, &t);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        put_model(&out, &list[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

static PtStatus version_of(ApiCall *call, int64_t *ret_version)
{
    return pt_json_to_i64(call->args[0], ret_version) && *ret_version > 0
               ? PT_OK
               : pt_fail(&call->error, PT_NOT_FOUND, "there is no such model");
}

static const DeskModel *find_model(const DeskModel *list, size_t count, int64_t version)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i].version == version) {
            return &list[i];
        }
    }
    return NULL;
}

static void answer_model(ApiCall *call, const DeskModel *m, const DeskWordMoved *words,
                         size_t count)
{
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("model"));
    put_model(&out, m);
    pt_json_out_key(&out, PT_STR("words"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        pt_json_out_object(&out);
        pt_json_put_str(&out, "word", words[i].word);
        pt_json_put_str(&out, "label", words[i].label);
        api_put_double(&out, "before", words[i].before);
        api_put_double(&out, "after", words[i].after);
        pt_json_out_object_end(&out);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

void api_triage_model(ApiCall *call)
{
    const LanguageKind kind = (LanguageKind)call->query[Q_TRIAGE_MODEL_KIND].choice;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = models_arena(call);
    DeskModel *list = NULL;
    DeskWordMoved *words = NULL;
    size_t count = 0, word_count = 0;
    int64_t version = 0;
    if (arena == NULL) {
        return;
    }
    PtStatus st = version_of(call, &version);
    st = st == PT_OK ? desk_models(call->api->desk, kind, arena, &list, &count, &call->error) : st;
    const DeskModel *m = st == PT_OK ? find_model(list, count, version) : NULL;
    if (st == PT_OK && m == NULL) {
        st = pt_fail(&call->error, PT_NOT_FOUND, "there is no model %lld", (long long)version);
    }
    if (st == PT_OK) {
        st = desk_model_words(call->api->desk, kind, version, arena, &words, &word_count,
                              &call->error);
    }
    if (!api_failed(call, st)) {
        answer_model(call, m, words, word_count);
    }
}

void api_triage_use_model(ApiCall *call)
{
    int64_t version = 0;
    PtStatus st = version_of(call, &version);
    if (st == PT_OK) {
        st = desk_model_use(call->api->desk, &call->who.actor,
                            (LanguageKind)call->query[Q_TRIAGE_USE_MODEL_KIND].choice, version,
                            &call->error);
    }
    if (!api_failed(call, st)) {
        api_answer_done(call);
    }
}

/* ---- How well it goes -------------------------------------------------------------------------
 */

void api_triage_quality(ApiCall *call)
{
    DeskWeek *weeks = NULL;
    size_t count = 0;
    if (api_failed(call, desk_triage_weeks(call->api->desk,
                                           (size_t)call->query[Q_TRIAGE_QUALITY_WEEKS].number,
                                           call->arena, &weeks, &count, &call->error))) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        pt_json_out_object(&out);
        api_put_time(&out, "from", weeks[i].from_ms);
        pt_json_put_i64(&out, "triaged", weeks[i].triaged);
        pt_json_put_i64(&out, "set", weeks[i].set);
        pt_json_put_i64(&out, "confirmed", weeks[i].confirmed);
        pt_json_put_i64(&out, "corrected", weeks[i].corrected);
        pt_json_put_i64(&out, "left", weeks[i].left);
        pt_json_put_i64(&out, "set_corrected", weeks[i].set_corrected);
        pt_json_out_object_end(&out);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

static void answer_settings(ApiCall *call, const DeskTriageSettings *s)
{
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_i64(&out, "version", s->version);
    pt_json_put_bool(&out, "sets", s->sets);
    pt_json_put_i64(&out, "retrain_after", s->retrain_after);
    pt_json_put_i64(&out, "retrain_hour", s->retrain_hour);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

void api_triage_settings(ApiCall *call)
{
    DeskTriageSettings s;
    if (!api_failed(call, desk_triage_settings(call->api->desk, &s, &call->error))) {
        answer_settings(call, &s);
    }
}

void api_triage_put_settings(ApiCall *call)
{
    const ApiValue *in = call->in;
    const DeskTriageSettings put = {.version = in[IN_TRIAGE_PUT_SETTINGS_VERSION].number,
                                    .sets = in[IN_TRIAGE_PUT_SETTINGS_SETS].truth,
                                    .retrain_after =
                                        in[IN_TRIAGE_PUT_SETTINGS_RETRAIN_AFTER].number,
                                    .retrain_hour = in[IN_TRIAGE_PUT_SETTINGS_RETRAIN_HOUR].number};
    DeskTriageSettings s;
    if (!api_failed(call, desk_triage_settings_put(call->api->desk, &call->who.actor, &put, &s,
                                                   &call->error))) {
        answer_settings(call, &s);
    }
}
