// SPDX-License-Identifier: Apache-2.0
/* How a ticket sounds, by what its requesters write: the latest of its conversation, the lowest of
 * all, and the words that make it so. */
#include "desk/desk_internal.h"

#include "base/json.h"
#include "triage.sql.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { WORDS_BYTES = 4 << 10, FOUND_BYTES = 32 << 10, WHY_DEPTH = 4 };

/* ---- Numbers ----------------------------------------------------------------------------------
 */

static int64_t whole(double value)
{
    return (int64_t)llround(value * DESK_TONE_ONE);
}

PtStr desk_tone_number(PtArena *arena, int64_t value)
{
    char text[24];
    const long long size = llabs((long long)value);
    (void)snprintf(text, sizeof text, "%s%lld.%04lld", value < 0 ? "-" : "", size / DESK_TONE_ONE,
                   size % DESK_TONE_ONE);
    return pt_arena_str(arena, pt_str(text));
}

const char *const desk_moods[] = {"none", "very_negative", "negative", "neutral", "positive", NULL};

DeskMood desk_mood(int64_t tones, int64_t sentiment)
{
    static const struct {
        int64_t most;
        DeskMood mood;
    } bands[] = {{-DESK_TONE_ONE / 2, DESK_VERY_NEGATIVE},
                 {-DESK_TONE_ONE / 20, DESK_NEGATIVE},
                 {DESK_TONE_ONE / 20 - 1, DESK_NEUTRAL}};
    for (size_t i = 0; tones > 0 && i < sizeof bands / sizeof *bands; i++) {
        if (sentiment <= bands[i].most) {
            return bands[i].mood;
        }
    }
    return tones > 0 ? DESK_POSITIVE : DESK_MOOD_NONE;
}

void desk_tone_take(DeskTicket *t, const LanguageMood *mood, DeskToneOf of)
{
    const int64_t sentiment = whole(mood->sentiment.compound);
    const bool first = t->tones == 0;
    t->tones++;
    t->sentiment_lowest =
        first || sentiment < t->sentiment_lowest ? sentiment : t->sentiment_lowest;
    if (first || of == DESK_TONE_SAID) {
        t->sentiment = sentiment;
        t->tone_urgency = whole(mood->tone.urgency);
    }
}

/* ---- Kept -------------------------------------------------------------------------------------
 */

static void put_words(PtBuf *buf, const LanguageMood *mood)
{
    PtJsonOut out = pt_json_out(buf);
    pt_json_out_array(&out);
    for (size_t i = 0; i < mood->word_count; i++) {
        pt_json_out_object(&out);
        pt_json_put_str(&out, "word", pt_str(mood->words[i].word));
        pt_json_out_key(&out, PT_STR("weight"));
        pt_json_out_double(&out, mood->words[i].weight);
        pt_json_out_object_end(&out);
    }
    pt_json_out_array_end(&out);
}

/* What a finding has besides its tone; an answer has none of it. */
typedef struct Beside {
    int64_t report, origin, seq, model, accepted;
    double confidence;
    PtStr category, found;
    const char *language;
} Beside;

static PtStatus add(DeskWriting *w, int64_t ticket, const LanguageMood *mood, const Beside *b)
{
    PT_CLEANUP(pt_buf_done) PtBuf words;
    pt_buf_init(&words, WORDS_BYTES);
    put_words(&words, mood);
    PtStatus st = pt_buf_status(&words) == PT_OK
                      ? desk_next_row(w, SQL_FINDING_LAST, SQL_FINDING_ADD, ticket, b->report)
                      : pt_fail(w->err, PT_NO_MEMORY, "no memory for a ticket");
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(w->tx, 5, b->model);
    pt_sql_bind_text(w->tx, 6, b->category);
    pt_sql_bind_double(w->tx, 7, b->confidence);
    pt_sql_bind_i64(w->tx, 8, b->accepted);
    pt_sql_bind_text(w->tx, 9, pt_str(b->language));
    pt_sql_bind_text(w->tx, 10, pt_str(language_intents[mood->tone.intent]));
    pt_sql_bind_i64(w->tx, 11, whole(mood->sentiment.compound));
    pt_sql_bind_i64(w->tx, 12, whole(mood->tone.urgency));
    pt_sql_bind_text(w->tx, 13, pt_buf_str(&words));
    pt_sql_bind_text(w->tx, 14, b->found);
    pt_sql_bind_i64(w->tx, 15, b->origin);
    pt_sql_bind_i64(w->tx, 16, b->seq);
    return pt_sql_finish(w->tx, w->err);
}

PtStatus desk_finding_keep(DeskWriting *w, const DeskFinding *f, int64_t ticket, int64_t report,
                           bool joined)
{
    const LanguageFound *category = &f->f.of[LANGUAGE_CATEGORY];
    PT_CLEANUP(pt_buf_done) PtBuf found;
    pt_buf_init(&found, FOUND_BYTES);
    if (!f->read) {
        return PT_OK;
    }
    if (joined) {
        desk_triage_found(&found, f);
    } else {
        pt_buf_add_str(&found, PT_STR("{}")); // the ticket's own triage has it
    }
    const Beside beside = {.report = report,
                           .model = category->model.version,
                           .accepted = f->accepted,
                           .confidence = category->verdict.confidence,
                           .category = f->category,
                           .found = pt_buf_str(&found),
                           .language = f->f.language};
    return pt_buf_status(&found) == PT_OK ? add(w, ticket, &f->f.mood, &beside)
                                          : pt_fail(w->err, PT_NO_MEMORY, "no memory for a ticket");
}

PtStatus desk_tone_read(DeskWriting *w, PtStr text, DeskTone *ret_tone)
{
    ret_tone->read = w->desk->c.triage != NULL && text.len > 0;
    return ret_tone->read ? language_mood(w->desk->c.triage, text, &ret_tone->mood, w->err) : PT_OK;
}

PtStatus desk_tone_keep(DeskWriting *w, const DeskTicket *t, const LanguageMood *mood)
{
    const Beside answer = {.origin = t->number,
                           .seq = t->version,
                           .category = PT_STR(""),
                           .found = PT_STR("{}"),
                           .language = ""};
    return add(w, t->number, mood, &answer);
}

/* ---- Moved ------------------------------------------------------------------------------------
 */

PtStatus desk_tone_move(DeskWriting *w, int64_t from, int64_t to, int64_t report)
{
    PtStatus st = pt_sql_use(w->tx, SQL_FINDING_MOVE, w->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(w->tx, 1, from);
    pt_sql_bind_i64(w->tx, 2, to);
    pt_sql_bind_i64(w->tx, 3, report);
    return pt_sql_finish(w->tx, w->err);
}

PtStatus desk_tone_recount(DeskWriting *w, DeskTicket *t)
{
    bool row = false;
    PtStatus st = pt_sql_use(w->tx, SQL_FINDING_COUNTS, w->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(w->tx, 1, t->number);
    st = pt_sql_step(w->tx, &row, w->err);
    if (st == PT_OK) {
        t->tones = pt_sql_i64(w->tx, 0);
        t->sentiment_lowest = pt_sql_i64(w->tx, 1);
    }
    pt_sql_done(w->tx);
    return st;
}

PtStatus desk_tone_of_report(DeskWriting *w, int64_t ticket, int64_t report, DeskTicket *t)
{
    bool row = false;
    PtStatus st = pt_sql_use(w->tx, SQL_FINDING_REPORT, w->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(w->tx, 1, ticket);
    pt_sql_bind_i64(w->tx, 2, report);
    st = pt_sql_step(w->tx, &row, w->err);
    if (st == PT_OK && row) {
        t->tones = 1;
        t->sentiment = t->sentiment_lowest = pt_sql_i64(w->tx, 0);
        t->tone_urgency = pt_sql_i64(w->tx, 1);
    }
    pt_sql_done(w->tx);
    return st;
}

/* ---- Why --------------------------------------------------------------------------------------
 */

static void say_words(PtStr words, PtBuf *out)
{
    PtJson j;
    const char *between = ": '";
    pt_json_init(&j, words, WHY_DEPTH);
    if (pt_json_next(&j) != PT_JSON_ARRAY) {
        return;
    }
    while (pt_json_next(&j) == PT_JSON_OBJECT) {
        while (pt_json_next(&j) == PT_JSON_KEY) {
            const bool word = pt_str_eq(j.raw, PT_STR("word"));
            PtStr raw = {NULL, 0};
            if (!pt_json_skip(&j, &raw, NULL, NULL)) {
                return;
            }
            if (word && raw.len > 2) {
                pt_buf_add_str(out, pt_str(between));
                pt_json_decode((PtStr){raw.data + 1, raw.len - 2}, out);
                pt_buf_add_char(out, '\'');
                between = ", '";
            }
        }
    }
}

PtStatus desk_tone_why(DeskWriting *w, const DeskTicket *t, bool lowest, PtBuf *out)
{
    const int64_t sentiment = lowest ? t->sentiment_lowest : t->sentiment;
    bool row = false;
    PtStatus st = pt_sql_use(w->tx, SQL_FINDING_SAID, w->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(w->tx, 1, t->number);
    pt_sql_bind_i64(w->tx, 2, sentiment);
    st = pt_sql_step(w->tx, &row, w->err);
    if (st == PT_OK) {
        pt_buf_printf(out, "tone %.2f", (double)sentiment / DESK_TONE_ONE);
    }
    if (st == PT_OK && row) {
        say_words(pt_sql_text(w->tx, 0), out);
    }
    pt_sql_done(w->tx);
    return st;
}
