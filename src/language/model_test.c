// SPDX-License-Identifier: Apache-2.0
#include "base/test_rows.h"

#include "base/hash.h"
#include "base/memory.h"
#include "language/language_internal.h"

#include <fault/fault_alloc.h>
#include <stdio.h>
#include <string.h>

enum { EACH = 20, LABELS = 3 };

static const char *const labels[LABELS] = {"printing", "selling", LANGUAGE_OUT_OF_SCOPE};
static const char *const words[LABELS][6] = {
    {"printer", "paper", "toner", "page", "ink", "jam"},
    {"till", "receipt", "cash", "drawer", "customer", "price"},
    {"holiday", "party", "birthday", "weather", "lunch", "football"},
};

static LanguageCorpus *new_corpus(void)
{
    LanguageCorpus *c = NULL;
    assert_int_equal(language_corpus_new(&c, NULL), PT_OK);
    return c;
}

static void put(LanguageCorpus *c, const char *text, const char *label)
{
    assert_int_equal(language_corpus_add(c, pt_str(text), pt_str(label), NULL), PT_OK);
}

/* Two words of its subject in each text; `shift` makes other texts of the same kind. */
static LanguageCorpus *make_corpus(unsigned shift)
{
    LanguageCorpus *c = new_corpus();
    for (unsigned i = 0; i < EACH * LABELS; i++) {
        const unsigned label = i % LABELS, k = i / LABELS + shift;
        char text[100];
        (void)snprintf(text, sizeof text, "please look at the %s and the %s number %u",
                       words[label][k % 6], words[label][(k * 5 + 1 + k / 6) % 6], i);
        put(c, text, labels[label]);
    }
    return c;
}

static LanguageModel *train(unsigned shift)
{
    const LanguageTraining how = {.precision = 0.99, .seed = 7, .version = 3};
    LanguageCorpus *texts = make_corpus(shift), *valid = make_corpus(shift + 1);
    LanguageModel *m = NULL;
    assert_int_equal(language_train(texts, valid, &how, &m, NULL), PT_OK);
    language_corpus_free(texts);
    language_corpus_free(valid);
    return m;
}

static PtBuf bytes_of(const LanguageModel *m)
{
    PtBuf bytes;
    pt_buf_init(&bytes, LANGUAGE_MODEL_BYTES);
    language_model_write(m, &bytes);
    assert_int_equal(pt_buf_status(&bytes), PT_OK);
    return bytes;
}

/* ---- Answers ----------------------------------------------------------------------------------
 */

static void test_answers(void **state)
{
    (void)state;
    LanguageModel *m = train(0);
    LanguageReader *r = language_reader_new();
    const LanguageAbout about = language_model_about(m);
    assert_int_equal(about.version, 3);
    assert_int_equal(about.labels, LABELS);
    assert_int_equal(about.train_count, EACH * LABELS);
    assert_int_equal(about.valid_out_of_scope, EACH);
    const LanguageVerdict v = language_classify(m, r, PT_STR("PAPER jam, no toner!"));
    assert_true(pt_str_eq(language_label(m, v.label), PT_STR("printing")));
    assert_true(v.accepted && v.confidence > 0.8 && v.in_scope > 0.8 && v.margin > 0);
    const LanguageVerdict other = language_classify(m, r, PT_STR("football weather"));
    assert_true(!other.accepted && other.in_scope < 0.5 && other.confidence < v.confidence);
    assert_false(pt_str_eq(language_label(m, other.label), PT_STR(LANGUAGE_OUT_OF_SCOPE)));
    language_reader_free(r);
    language_model_free(m);
}

static struct TextCase {
    const char *name, *text;
    size_t len;
} odd_texts[] = {
    {"empty", "", 0},
    {"NULs", "\0\0", 2},
    {"marks alone", "?!... --", 8},
    {"no UTF-8", "\xff\xc3paper\xe2\x80", 10},
    {"one letter", "a", 1},
    {"apostrophes alone", "''''", 4},
};

static void test_odd_text(void **state)
{
    const struct TextCase *c = *state;
    LanguageModel *m = train(0);
    LanguageReader *r = language_reader_new();
    LanguageReason reasons[4];
    const LanguageVerdict v = language_classify(m, r, (PtStr){c->text, c->len});
    assert_true(v.label < LABELS && v.confidence >= 0 && v.confidence <= 1);
    assert_true(language_explain(m, r, (PtStr){c->text, c->len}, v.label, reasons, 4) <= 1);
    language_reader_free(r);
    language_model_free(m);
}

/* Text at the bounds: letters, words, letters of a word. */
static void test_long_texts(void **state)
{
    (void)state;
    enum { LONG = 200000 };
    LanguageModel *m = train(0);
    LanguageReader *r = language_reader_new();
    char *text = malloc(LONG);
    static const char *const patterns[] = {"a", "a ", "ab c", "\xc3\xa4", "\xef\xb7\xba ", "x1-"};
    for (size_t k = 0; k < PT_COUNT(patterns); k++) {
        const size_t len = strlen(patterns[k]);
        for (size_t i = 0; i < LONG; i++) {
            text[i] = patterns[k][i % len];
        }
        (void)language_classify(m, r, (PtStr){text, LONG});
        assert_true(r->letter_count <= LANGUAGE_TEXT_MAX && r->word_count <= LANGUAGE_WORDS_MAX &&
                    r->feature_count <= LANGUAGE_GRAMS_MAX);
    }
    free(text);
    language_reader_free(r);
    language_model_free(m);
}

static void test_reasons(void **state)
{
    (void)state;
    LanguageModel *m = train(0);
    LanguageReader *r = language_reader_new();
    LanguageReason reasons[LANGUAGE_REASONS_MAX];
    const PtStr text = PT_STR("the Toner, the TONER and another thing");
    const uint32_t label = language_classify(m, r, text).label;
    const size_t count = language_explain(m, r, text, label, reasons, LANGUAGE_REASONS_MAX);
    assert_true(count >= 2);
    assert_true(pt_str_eq(reasons[0].word, PT_STR("Toner"))); // once, as it is written first
    assert_ptr_equal(reasons[0].word.data, text.data + 4);
    float sum = m->bias[label];
    for (size_t i = 0; i < count; i++) {
        assert_true(i == 0 || fabsf(reasons[i].weight) <= fabsf(reasons[i - 1].weight));
        assert_false(i > 0 && pt_str_eq_nocase(reasons[i].word, PT_STR("toner")));
        sum += reasons[i].weight;
    }
    assert_true(fabsf(sum - language_classify(m, r, text).score) < 1e-4); // the whole score is told
    assert_int_equal(language_explain(m, r, text, LABELS, reasons, 1), 0);
    language_reader_free(r);
    language_model_free(m);
}

static void test_words_fold(void **state)
{
    (void)state;
    LanguageReader *r = language_reader_new();
    language_read_words(r,
                        PT_STR("What's GR\xc3\x96SSE \xd0\x9a\xd0\xb0\xd1\x81\xd1\x81\xd0\xb0 3A"));
    assert_int_equal(r->word_count, 4);
    assert_int_equal(r->words[0].len, 5); // whats
    assert_int_equal(r->words[0].to, 6);
    assert_int_equal(r->words[1].len, 6); // grosse
    assert_int_equal(r->letters[r->words[1].at + 2], 'o');
    assert_int_equal(r->letters[r->words[2].at], 0x43A);
    language_reader_free(r);
}

/* ---- The same again ---------------------------------------------------------------------------
 */

static void test_the_same_model_twice(void **state)
{
    (void)state;
    LanguageModel *a = train(0), *b = train(0), *other = train(2);
    PtBuf x = bytes_of(a), y = bytes_of(b), z = bytes_of(other);
    assert_true(pt_str_eq(pt_buf_str(&x), pt_buf_str(&y)));
    assert_false(pt_str_eq(pt_buf_str(&x), pt_buf_str(&z)));
    pt_buf_done(&x);
    pt_buf_done(&y);
    pt_buf_done(&z);
    language_model_free(a);
    language_model_free(b);
    language_model_free(other);
}

static void test_equal_scores_after_reload(void **state)
{
    (void)state;
    LanguageModel *m = train(0), *again = NULL;
    LanguageReader *r = language_reader_new();
    LanguageCorpus *texts = make_corpus(4);
    PtBuf bytes = bytes_of(m);
    assert_int_equal(language_model_read(pt_buf_str(&bytes), &again, NULL), PT_OK);
    for (size_t i = 0; i < language_corpus_count(texts); i++) {
        const PtStr text = language_corpus_at(texts, i).text;
        const LanguageVerdict a = language_classify(m, r, text);
        const LanguageVerdict b = language_classify(again, r, text);
        assert_memory_equal(&a.confidence, &b.confidence, sizeof a.confidence);
        assert_memory_equal(&a.in_scope, &b.in_scope, sizeof a.in_scope);
        assert_memory_equal(&a.score, &b.score, sizeof a.score);
        assert_int_equal(a.label, b.label);
    }
    PtBuf rewritten = bytes_of(again);
    assert_true(pt_str_eq(pt_buf_str(&bytes), pt_buf_str(&rewritten)));
    pt_buf_done(&bytes);
    pt_buf_done(&rewritten);
    language_corpus_free(texts);
    language_reader_free(r);
    language_model_free(m);
    language_model_free(again);
}

static void test_damaged_bytes(void **state)
{
    (void)state;
    LanguageModel *m = train(0), *none = NULL;
    PtBuf bytes = bytes_of(m);
    for (size_t len = 0; len < bytes.len; len += len < 400 ? 1 : 997) {
        assert_int_equal(language_model_read((PtStr){bytes.data, len}, &none, NULL), PT_CORRUPT);
    }
    for (size_t at = 0; at < bytes.len; at += at < 400 ? 1 : 997) {
        bytes.data[at] ^= 0x10;
        assert_int_equal(language_model_read(pt_buf_str(&bytes), &none, NULL), PT_CORRUPT);
        bytes.data[at] ^= 0x10;
    }
    assert_null(none);
    pt_buf_done(&bytes);
    language_model_free(m);
}

/* Fields of the head under a right checksum. */
static struct HeadCase {
    const char *name;
    size_t at;
    uint32_t value;
} bad_heads[] = {
    {"magic", 0, 1},
    {"format", 4, 99},
    {"one label", 12, 1},
    {"too many labels", 12, LANGUAGE_LABELS_MAX + 1},
    {"features", 16, 1U << 30},
    {"bytes of names", 20, 1U << 30},
    {"accepted", 40, 1000},
    {"a NaN", 44 + 4, 0x7FF80000},
};

static void test_bad_head(void **state)
{
    const struct HeadCase *c = *state;
    LanguageModel *m = train(0), *none = NULL;
    PtBuf bytes = bytes_of(m);
    memcpy(bytes.data + c->at, &c->value, sizeof c->value);
    const uint32_t crc = pt_crc32c(0, bytes.data, bytes.len - 4);
    memcpy(bytes.data + bytes.len - 4, &crc, sizeof crc);
    assert_int_equal(language_model_read(pt_buf_str(&bytes), &none, NULL), PT_CORRUPT);
    pt_buf_done(&bytes);
    language_model_free(m);
}

/* ---- Training ---------------------------------------------------------------------------------
 */

static void test_what_cannot_be_trained(void **state)
{
    (void)state;
    const LanguageTraining how = {.precision = 0.9, .seed = 1};
    LanguageCorpus *texts = make_corpus(0), *one = new_corpus(), *none = new_corpus();
    LanguageModel *m = NULL;
    PtError err;
    put(one, "a text", "printing");
    put(one, "another", LANGUAGE_OUT_OF_SCOPE);
    assert_int_equal(language_train(texts, none, &how, &m, &err), PT_INVALID);
    assert_int_equal(language_train(one, texts, &how, &m, &err), PT_INVALID);
    assert_string_equal(err.message, "the texts have 1 labels in scope, not 2..1000");
    assert_int_equal(language_train(none, texts, &how, &m, &err), PT_INVALID);
    LanguageCorpus *many = new_corpus();
    for (int i = 0; i <= LANGUAGE_LABELS_MAX; i++) {
        char label[16];
        (void)snprintf(label, sizeof label, "%d", i);
        put(many, "text", label);
    }
    assert_int_equal(language_train(many, texts, &how, &m, &err), PT_TOO_LARGE);
    assert_null(m);
    language_corpus_free(texts);
    language_corpus_free(one);
    language_corpus_free(none);
    language_corpus_free(many);
}

static struct LabelCase {
    const char *name;
    size_t len;
    PtStatus want;
} label_cases[] = {
    {"no label", 0, PT_INVALID},
    {"120 bytes fit", LANGUAGE_LABEL_MAX, PT_OK},
    {"121 do not", LANGUAGE_LABEL_MAX + 1, PT_INVALID},
};

static void test_label(void **state)
{
    const struct LabelCase *c = *state;
    char label[LANGUAGE_LABEL_MAX + 1];
    LanguageCorpus *texts = new_corpus();
    memset(label, 'x', sizeof label);
    assert_int_equal(language_corpus_add(texts, PT_STR("text"), (PtStr){label, c->len}, NULL),
                     c->want);
    assert_int_equal(language_corpus_count(texts), c->want == PT_OK);
    language_corpus_free(texts);
}

/* Threshold: the lowest that keeps the precision; never where none does. */
static void test_threshold(void **state)
{
    (void)state;
    const LanguageTraining how = {.precision = 0.9, .seed = 1};
    LanguageCorpus *texts = make_corpus(0), *wrong = new_corpus();
    LanguageModel *m = NULL;
    for (unsigned i = 0; i < 10; i++) {
        put(wrong, "paper toner", "selling");
    }
    assert_int_equal(language_train(texts, wrong, &how, &m, NULL), PT_OK);
    assert_true(language_model_about(m).threshold > 1);
    assert_true(language_model_about(m).share == 0);
    LanguageReader *r = language_reader_new();
    assert_false(language_classify(m, r, PT_STR("paper toner")).accepted);
    double low, high;
    language_share_interval(m, 100, &low, &high);
    assert_true(low == 0 && high > 0 && high < 0.5);
    language_reader_free(r);
    language_model_free(m);
    language_corpus_free(texts);
    language_corpus_free(wrong);
}

static void test_quality(void **state)
{
    (void)state;
    LanguageModel *m = train(0);
    LanguageCorpus *texts = make_corpus(3);
    LanguageQuality q;
    assert_int_equal(language_judge(m, texts, &q, NULL), PT_OK);
    assert_int_equal(q.texts, EACH * LABELS);
    assert_int_equal(q.in_scope, EACH * 2);
    assert_int_equal(q.right, EACH * 2);
    assert_true(q.separation == 1);
    assert_true(q.accepted_right >= q.accepted * 9 / 10 && q.calibration_error < 0.2);
    language_corpus_free(texts);
    texts = new_corpus();
    assert_int_equal(language_judge(m, texts, &q, NULL), PT_OK);
    assert_true(q.texts == 0 && isnan(q.separation) && q.calibration_error == 0);
    language_corpus_free(texts);
    language_model_free(m);
}

static void train_without_memory(uint64_t nth, const LanguageCorpus *texts, const PtStr *bytes,
                                 bool *ret_failed)
{
    const LanguageTraining how = {.precision = 0.9, .seed = 7, .version = 3};
    LanguageModel *m = NULL;
    PtError err;
    fault_alloc_fail(nth, 1);
    const PtStatus st = language_train(texts, texts, &how, &m, &err);
    fault_alloc_fail(0, 0);
    assert_true(st == PT_NO_MEMORY || (st == PT_OK && m != NULL));
    *ret_failed = st != PT_OK;
    language_model_free(m);
    m = NULL;
    fault_alloc_fail(nth, 1);
    const PtStatus read = language_model_read(*bytes, &m, &err);
    fault_alloc_fail(0, 0);
    assert_true(read == PT_NO_MEMORY || (read == PT_OK && m != NULL));
    language_model_free(m);
}

static void test_memory_runs_out(void **state)
{
    (void)state;
    LanguageCorpus *texts = make_corpus(0);
    LanguageModel *m = train(0);
    PtBuf bytes = bytes_of(m);
    const PtStr all = pt_buf_str(&bytes);
    bool failed = true;
    uint64_t nth = 1;
    for (; failed && nth < 1000; nth++) {
        train_without_memory(nth, texts, &all, &failed);
    }
    assert_true(nth > 20 && !failed);
    pt_buf_done(&bytes);
    language_model_free(m);
    language_corpus_free(texts);
}

/* ---- Corrections ------------------------------------------------------------------------------
 */

/* wrong: texts that begin with one of two words of six have the other label. held: with those that
 * models are compared on. */
static LanguageCorpus *numbered(unsigned count, bool wrong, bool held)
{
    LanguageCorpus *c = new_corpus();
    for (unsigned i = 0; i < count; i++) {
        char text[100];
        const unsigned label = i % 2, first = i / 2 % 6;
        (void)snprintf(text, sizeof text, "%s %s case %u", words[label][first],
                       words[label][i / 12 % 6], i);
        if (held || language_part(pt_str(text)) != LANGUAGE_HELD) {
            put(c, text, labels[wrong && first < 2 ? 1 - label : label]);
        }
    }
    return c;
}

static void test_parts(void **state)
{
    (void)state;
    LanguageCorpus *c = numbered(2000, false, true);
    unsigned of[3] = {0};
    for (size_t i = 0; i < 2000; i++) {
        of[language_part(language_corpus_at(c, i).text)]++;
    }
    assert_in_range(of[LANGUAGE_TRAIN], 1500, 1700);
    assert_in_range(of[LANGUAGE_VALID], 150, 250);
    assert_in_range(of[LANGUAGE_HELD], 150, 250);
    language_corpus_free(c);
}

/* Labels that were wrong are corrected: the new model is better, the old is as it was. */
static void test_corrections(void **state)
{
    (void)state;
    const LanguageTraining how = {.precision = 0.9, .seed = 7, .version = 4};
    LanguageCorpus *wrong = numbered(600, true, true), *right = numbered(600, false, true);
    LanguageCorpus *spoiled = numbered(600, true, false);
    LanguageModel *old = NULL, *fresh = NULL, *worse = NULL;
    LanguageComparison c;
    const LanguageLessons first = {.known = wrong}, second = {.known = wrong, .corrections = right};
    const LanguageLessons third = {.known = right, .corrections = spoiled};
    assert_int_equal(language_retrain(NULL, &first, &how, &old, &c, NULL, NULL), PT_OK);
    assert_true(c.better && c.before.texts == 0 && c.after.texts > 30);
    PtBuf before = bytes_of(old);
    assert_int_equal(language_retrain(old, &second, &how, &fresh, &c, NULL, NULL), PT_OK);
    assert_true(c.better && c.after.right > c.before.right);
    assert_int_equal(c.after.right, c.after.texts);
    assert_int_equal(language_retrain(fresh, &third, &how, &worse, &c, NULL, NULL), PT_OK);
    assert_false(c.better);
    assert_true(c.luck < 0.05 && c.lost > c.gained);
    PtBuf after = bytes_of(old);
    assert_true(pt_str_eq(pt_buf_str(&before), pt_buf_str(&after)));
    pt_buf_done(&before);
    pt_buf_done(&after);
    language_model_free(old);
    language_model_free(fresh);
    language_model_free(worse);
    language_corpus_free(wrong);
    language_corpus_free(right);
    language_corpus_free(spoiled);
}

static struct StarterCase {
    const char *name, *text, *want; /* NULL: a person decides */
} starter_cases[] = {
    {"English", "Good morning, every till in our shop went offline and nothing can be sold",
     "pos_outage"},
    {"German", "Hallo, Kasse 3 druckt keine Bons mehr, Bondrucker defekt", "till_fault"},
    {"French", "toutes les caisses du magasin sont en panne depuis ce matin", "pos_outage"},
    {"Spanish", "el inventario de la web no coincide con la tienda", "inventory_sync"},
    {"Arabic",
     "\xd8\xb4\xd8\xa7\xd8\xb4\xd8\xa9 \xd8\xa7\xd9\x84\xd8\xb9\xd8\xb1\xd8\xb6 "
     "\xd8\xb3\xd9\x88\xd8\xaf\xd8\xa7\xd8\xa1",
     "signage_offline"},
    {"none of them", "may I take two days of holiday next week", NULL},
    {"nothing known", "zzz qqq", NULL},
};

static void test_starter(void **state)
{
    const struct StarterCase *c = *state;
    LanguageModel *m = NULL;
    LanguageReader *r = language_reader_new();
    assert_int_equal(language_starter(&m, NULL), PT_OK);
    const LanguageVerdict v = language_classify(m, r, pt_str(c->text));
    assert_int_equal(v.accepted, c->want != NULL);
    if (c->want != NULL) {
        assert_true(pt_str_eq(language_label(m, v.label), pt_str(c->want)));
    }
    language_reader_free(r);
    language_model_free(m);
}

/* Phrases first, then what pulls to the side of the whole, the strongest first, each once. */
static void test_mood(LanguageTriage *t)
{
    static const struct {
        const char *text, *words[LANGUAGE_MOOD_WORDS];
    } moods[] = {
        {"It is good, yet unacceptable: the THIRD time, terrible, terrible, a bad scanner.",
         {"unacceptable", "third time", "bad", "terrible"}},
        {"Thank you, great, good.", {"great", "good", "thank"}},
        {"The table is made of wood", {NULL}},
        {"awful bad terrible horrible disgusting evil sad", {"horrible", "terrible"}},
    };
    LanguageMood mood;
    for (size_t i = 0; i < PT_COUNT(moods); i++) {
        size_t at = 0;
        assert_int_equal(language_mood(t, pt_str(moods[i].text), &mood, NULL), PT_OK);
        for (; at < LANGUAGE_MOOD_WORDS && moods[i].words[at] != NULL; at++) {
            assert_true(at < mood.word_count);
        }
        assert_true(mood.word_count <= LANGUAGE_MOOD_WORDS);
        for (size_t k = 1; k < mood.word_count; k++) {
            const double a = mood.words[k - 1].weight, b = mood.words[k].weight;
            assert_true(a == 0 || fabs(a) >= fabs(b));
            assert_string_not_equal(mood.words[k - 1].word, mood.words[k].word);
        }
        assert_int_equal(mood.word_count == 0, moods[i].words[0] == NULL);
    }
    assert_int_equal(language_mood(t, pt_str(moods[0].text), &mood, NULL), PT_OK);
    for (size_t k = 0; moods[0].words[k] != NULL; k++) {
        assert_string_equal(mood.words[k].word, moods[0].words[k]);
    }
}

static void test_triage(void **state)
{
    (void)state;
    const PtStr text = PT_STR("all tills in store 42 are down, we cannot sell anything!");
    LanguageTriage *t = NULL;
    LanguageFindings f;
    PtStatus st = PT_NO_MEMORY;
    uint64_t nth = 0;
    while (st == PT_NO_MEMORY && nth < 100000) {
        nth += 1 + nth / 8; // under the address sanitizer each text of an arena is an allocation
        fault_alloc_fail(nth, 1);
        st = t == NULL ? language_triage_new(&t, NULL) : PT_OK;
        st = st == PT_OK ? language_triage(t, text, &f, NULL) : st;
        fault_alloc_fail(0, 0);
    }
    assert_int_equal(st, PT_OK);
    assert_true(nth > 20);
    assert_string_equal(f.of[LANGUAGE_CATEGORY].label, "pos_outage");
    assert_true(f.of[LANGUAGE_CATEGORY].verdict.accepted);
    assert_string_equal(f.of[LANGUAGE_QUEUE].label, "");
    assert_int_equal(f.entity_count, 1);
    assert_true(f.reason_count > 3 && f.mood.sentiment.compound == 0);
    assert_string_equal(f.language, "en");
    test_mood(t);
    language_triage_free(t);
}

int main(void)
{
    struct CMUnitTest tests[64] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_long_texts),
        cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_words_fold),
        cmocka_unit_test(test_the_same_model_twice),
        cmocka_unit_test(test_equal_scores_after_reload),
        cmocka_unit_test(test_damaged_bytes),
        cmocka_unit_test(test_what_cannot_be_trained),
        cmocka_unit_test(test_threshold),
        cmocka_unit_test(test_quality),
        cmocka_unit_test(test_memory_runs_out),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_corrections),
        cmocka_unit_test(test_triage),
    };
    size_t n = 14;
    PT_TEST_ROWS(tests, n, odd_texts, test_odd_text);
    PT_TEST_ROWS(tests, n, bad_heads, test_bad_head);
    PT_TEST_ROWS(tests, n, label_cases, test_label);
    PT_TEST_ROWS(tests, n, starter_cases, test_starter);
    return _cmocka_run_group_tests("language/model", tests, n, NULL, NULL);
}
