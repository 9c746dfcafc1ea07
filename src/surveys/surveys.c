// SPDX-License-Identifier: Apache-2.0
/* Surveys themselves: what is asked, of whom, how often. */
#include "surveys.sql.h"
#include "surveys/surveys_internal.h"

#include "access/access.h"
#include "platform/metrics.h"

#include <stdlib.h>
#include <string.h>

enum { CHANNELS_BYTES = SURVEY_CHANNELS_MAX * (SURVEY_CHANNEL_MAX * 4 + 1) };

const char *const survey_scales[] = {"csat", "ces", "nps", NULL};
static const int64_t bounds[SURVEY_SCALES][2] = {
    [SURVEY_CSAT] = {1, 5}, [SURVEY_CES] = {1, 7}, [SURVEY_NPS] = {0, 10}};

int64_t survey_scale_least(SurveyScale scale)
{
    return bounds[scale][0];
}

int64_t survey_scale_most(SurveyScale scale)
{
    return bounds[scale][1];
}

PtStatus survey_no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for surveys");
}

PtStatus surveys_open(const SurveysConfig *config, Surveys **ret_surveys, PtError *err)
{
    Surveys *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return survey_no_memory(err);
    }
    s->c = *config;
    *ret_surveys = s;
    return PT_OK;
}

void surveys_close(Surveys *s)
{
    if (s != NULL) {
        explicit_bzero(s->c.key, sizeof s->c.key);
        free(s);
    }
}

/* ---- Reading ----------------------------------------------------------------------------------
 */

static PtStatus read_channels(PtStr text, PtArena *arena, Survey *survey, PtError *err)
{
    PtStr *channels = pt_arena_alloc(arena, SURVEY_CHANNELS_MAX, sizeof *channels);
    PtStr rest = text;
    survey->channels = channels;
    survey->channel_count = 0;
    while (channels != NULL && text.len > 0 && survey->channel_count < SURVEY_CHANNELS_MAX &&
           pt_str_cut(&rest, '\n', &channels[survey->channel_count])) {
        survey->channel_count++;
    }
    return channels != NULL ? PT_OK : survey_no_memory(err);
}

static PtStatus copy_survey(PtSqlTx *tx, PtArena *arena, Survey *survey, PtError *err)
{
    PtStr scale = {NULL, 0}, channels = {NULL, 0};
    const struct {
        PtStr *text;
        int column;
    } texts[] = {{&survey->id, 0}, {&survey->name, 1}, {&survey->question, 2},
                 {&scale, 3},      {&channels, 4},     {&survey->changed_by, 11}};
    *survey = (Survey){.scale = SURVEY_SCALES,
                       .active = pt_sql_i64(tx, 5) != 0,
                       .sample = pt_sql_i64(tx, 6),
                       .quiet_days = pt_sql_i64(tx, 7),
                       .expiry_days = pt_sql_i64(tx, 8),
                       .version = pt_sql_i64(tx, 9),
                       .changed_ms = pt_sql_i64(tx, 10)};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i].text = pt_arena_str(arena, pt_sql_text(tx, texts[i].column));
        if (texts[i].text->data == NULL) {
            return survey_no_memory(err);
        }
    }
    for (int i = 0; i < SURVEY_SCALES; i++) {
        survey->scale = pt_str_eq(scale, pt_str(survey_scales[i])) ? (SurveyScale)i : survey->scale;
    }
    return survey->scale < SURVEY_SCALES ? read_channels(channels, arena, survey, err)
                                         : pt_fail(err, PT_CORRUPT, "a survey has no known scale");
}

PtStatus survey_load(PtSqlTx *tx, PtStr id, PtArena *arena, Survey *ret_survey, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_SURVEY_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, id);
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        st = row ? copy_survey(tx, arena, ret_survey, err)
                 : pt_fail(err, PT_NOT_FOUND, "no survey has that id");
    }
    pt_sql_done(tx);
    return st;
}

PtStatus survey_load_all(PtSqlTx *tx, PtArena *arena, Survey **ret_list, size_t *ret_count,
                         PtError *err)
{
    Survey *list = pt_arena_alloc(arena, SURVEYS_MAX, sizeof *list);
    size_t count = 0;
    bool row = true;
    PtStatus st = list != NULL ? pt_sql_use(tx, SQL_SURVEY_LIST, err) : survey_no_memory(err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, SURVEYS_MAX);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row &&
           (st = copy_survey(tx, arena, &list[count], err)) == PT_OK) {
        count++;
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_list = list;
        *ret_count = count;
    }
    return st;
}

PtStatus surveys_list(Surveys *s, PtArena *arena, Survey **ret_list, size_t *ret_count,
                      PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(s->c.core, false, &tx, err);
    return st == PT_OK ? survey_load_all(tx, arena, ret_list, ret_count, err) : st;
}

/* ---- Changing ---------------------------------------------------------------------------------
 */

PtStatus survey_text_check(const char *name, PtStr text, size_t min, size_t max, bool lines,
                           PtError *err)
{
    size_t count = 0;
    bool plain = pt_utf8_valid(text);
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.data[i];
        count += (c & 0xC0) != 0x80;
        plain =
            plain && c != 0x7F && (c >= ' ' || (lines && (c == '\n' || c == '\r' || c == '\t')));
    }
    if (!plain) {
        return pt_fail(err, PT_INVALID, "%s: not UTF-8 without control characters", name);
    }
    return count >= min && count <= max
               ? PT_OK
               : pt_fail(err, PT_INVALID, "%s: length is %zu, not %zu..%zu characters", name, count,
                         min, max);
}

static bool id_valid(PtStr id)
{
    bool valid = id.len >= 1 && id.len <= SURVEY_ID_MAX && id.data[0] >= 'a' && id.data[0] <= 'z';
    for (size_t i = 0; valid && i < id.len; i++) {
        const char c = id.data[i];
        valid = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    }
    return valid;
}

static PtStatus number_check(const char *name, int64_t value, int64_t min, int64_t max,
                             PtError *err)
{
    return value >= min && value <= max ? PT_OK
                                        : pt_fail(err, PT_INVALID, "%s: not %lld..%lld", name,
                                                  (long long)min, (long long)max);
}

static PtStatus check(const Survey *survey, PtError *err)
{
    if (!id_valid(survey->id)) {
        return pt_fail(err, PT_INVALID, "id: not 1..%d of a-z, 0-9 and _, the first a letter",
                       SURVEY_ID_MAX);
    }
    PtStatus st = survey_text_check("name", survey->name, 1, SURVEY_NAME_MAX, false, err);
    st = st == PT_OK
             ? survey_text_check("question", survey->question, 1, SURVEY_QUESTION_MAX, false, err)
             : st;
    st = st == PT_OK ? number_check("sample", survey->sample, 1, 100, err) : st;
    st = st == PT_OK ? number_check("quiet_days", survey->quiet_days, 0, SURVEY_DAYS_MAX, err) : st;
    st = st == PT_OK ? number_check("expiry_days", survey->expiry_days, 1, SURVEY_DAYS_MAX, err)
                     : st;
    st = st == PT_OK
             ? number_check("channels", (int64_t)survey->channel_count, 0, SURVEY_CHANNELS_MAX, err)
             : st;
    for (size_t i = 0; st == PT_OK && i < survey->channel_count; i++) {
        st = survey_text_check("channels", survey->channels[i], 1, SURVEY_CHANNEL_MAX, false, err);
    }
    return st;
}

static PtStatus there_is_room(PtSqlTx *tx, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_SURVEY_COUNT, err);
    st = st == PT_OK ? pt_sql_step(tx, &row, err) : st;
    const bool full = st == PT_OK && row && pt_sql_i64(tx, 0) >= SURVEYS_MAX;
    pt_sql_done(tx);
    return full ? pt_fail(err, PT_TOO_LARGE, "there are %d surveys, and no room for more",
                          SURVEYS_MAX)
                : st;
}

/* Version 0: there must be none; else the one of this version. */
static PtStatus may_write(PtSqlTx *tx, const Survey *survey, PtArena *arena, PtError *err)
{
    Survey before = {0};
    PtError none = {0};
    PtStatus st = survey_load(tx, survey->id, arena, &before, &none);
    if (st == PT_NOT_FOUND && survey->version == 0) {
        return there_is_room(tx, err);
    }
    if (st != PT_OK) {
        return pt_fail(err, st, "%s", none.message);
    }
    return before.version == survey->version
               ? PT_OK
               : pt_fail(err, PT_CONFLICT, "version: %lld is not the newest, which is %lld",
                         (long long)survey->version, (long long)before.version);
}

static PtStatus write(PtSqlTx *tx, const AuditActor *by, const Survey *survey, int64_t now_ms,
                      PtError *err)
{
    char channels[CHANNELS_BYTES];
    size_t len = 0;
    for (size_t i = 0; i < survey->channel_count; i++) {
        const PtStr channel = survey->channels[i];
        if (len > 0) {
            channels[len++] = '\n';
        }
        memcpy(channels + len, channel.data, channel.len);
        len += channel.len;
    }
    PtStatus st = pt_sql_use(tx, survey->version == 0 ? SQL_SURVEY_ADD : SQL_SURVEY_SET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, survey->id);
    pt_sql_bind_text(tx, 2, survey->name);
    pt_sql_bind_text(tx, 3, survey->question);
    pt_sql_bind_text(tx, 4, pt_str(survey_scales[survey->scale]));
    pt_sql_bind_text(tx, 5, (PtStr){channels, len});
    pt_sql_bind_i64(tx, 6, survey->active);
    pt_sql_bind_i64(tx, 7, survey->sample);
    pt_sql_bind_i64(tx, 8, survey->quiet_days);
    pt_sql_bind_i64(tx, 9, survey->expiry_days);
    pt_sql_bind_i64(tx, 10, survey->version + 1);
    pt_sql_bind_i64(tx, 11, now_ms);
    pt_sql_bind_text(tx, 12, audit_actor_name(by));
    st = pt_sql_finish(tx, err);
    const AuditEntry entry = {.by = by,
                              .action = survey->version == 0 ? "survey.added" : "survey.changed",
                              .subject_type = "survey",
                              .subject = survey->id,
                              .subject_name = survey->name};
    return st == PT_OK ? audit_write(tx, now_ms, &entry, err) : st;
}

PtStatus surveys_put(Surveys *s, const AuditActor *by, const Survey *survey, PtArena *arena,
                     Survey *ret_survey, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    Survey now;
    PtStatus st = check(survey, err);
    st = st == PT_OK ? pt_sql_begin(s->c.core, true, &tx, err) : st;
    st = st == PT_OK ? may_write(tx, survey, arena, err) : st;
    st = st == PT_OK ? write(tx, by, survey, pt_clock_now_ms(s->c.clock), err) : st;
    st = st == PT_OK ? survey_load(tx, survey->id, arena, &now, err) : st;
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    if (st == PT_OK) {
        *ret_survey = now;
    }
    return st;
}

/* ---- Figures ----------------------------------------------------------------------------------
 */

static PtStatus step_counts(PtSqlTx *tx, SurveyCounts *ret_counts, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_step(tx, &row, err);
    if (st == PT_OK && row) {
        *ret_counts = (SurveyCounts){(uint64_t)pt_sql_i64(tx, 0), (uint64_t)pt_sql_i64(tx, 1)};
    }
    pt_sql_done(tx);
    return st;
}

PtStatus surveys_counts(Surveys *s, PtStr survey, int64_t from_ms, SurveyCounts *ret_counts,
                        PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(s->c.core, false, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_SURVEY_COUNTS, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, survey);
    pt_sql_bind_i64(tx, 2, from_ms);
    return step_counts(tx, ret_counts, err);
}

void surveys_metrics(void *ctx, PtBuf *out)
{
    Surveys *s = ctx;
    pt_metric_line(out, "patron_surveys_answers_total", "counter",
                   "Answers to surveys, since the start", true, NULL,
                   (double)atomic_load(&s->answers));
}
