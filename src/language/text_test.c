// SPDX-License-Identifier: Apache-2.0
/* Sentiment, entities, languages: what single texts say. */
#include "base/test_rows.h"

#include "language/language.h"

#include <fault/fault_alloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Examples of VADER's own description, and one for every rule. The whole is held equal to the
 * package by tests/scenario/test_eval_sentiment.py. */
static struct SentimentCase {
    const char *name, *text;
    const char *want; /* compound */
} sentiment_cases[] = {
    {"plain", "VADER is smart, handsome, and funny.", "0.8316"},
    {"exclamation mark", "VADER is smart, handsome, and funny!", "0.8439"},
    {"booster", "VADER is very smart, handsome, and funny.", "0.8545"},
    {"capitals", "VADER is VERY SMART, handsome, and FUNNY.", "0.9227"},
    {"all of it", "VADER is VERY SMART, uber handsome, and FRIGGIN FUNNY!!!", "0.9469"},
    {"negation", "VADER is not smart, handsome, nor funny.", "-0.7424"},
    {"none", "The table is made of wood", "0.0000"},
    {"nothing", "", "0.0000"},
    {"white space", " \t\xc2\xa0 ", "0.0000"},
    {"at least", "At least it isn't a horrible book.", "0.4310"},
    {"phrase", "The book was only kind of good.", "0.3832"},
    {"but", "The plot was good, but the characters are uncompelling and the dialog is not great.",
     "-0.7042"},
    {"slang", "Today SUX!", "-0.5461"},
    {"emoticons", "Make sure you :) or :D today!", "0.8633"},
    {"emoji",
     "Catch utf-8 emoji such as \xf0\x9f\x92\x98 and \xf0\x9f\x92\x8b and \xf0\x9f\x98\x81",
     "0.8750"},
    {"negated bad", "Not bad at all", "0.4310"},
};

static void test_sentiment(void **state)
{
    const struct SentimentCase *c = *state;
    LanguageSentiment s;
    char got[32];
    assert_int_equal(language_sentiment(pt_str(c->text), &s, NULL), PT_OK);
    (void)snprintf(got, sizeof got, "%.4f", s.compound);
    assert_string_equal(got, c->want);
    const double shares = s.negative + s.neutral + s.positive;
    assert_true(shares == 0 || fabs(shares - 1) < 1e-9);
}

static void test_long_sentiment(void **state)
{
    (void)state;
    enum { LONG = 100000 };
    static const char *const patterns[] = {
        "a ", "\xff", "\xe2\x98\xba", "good but ", "kind of bad ", "\xf0\x9f\xa7\xbf", "\xc4\xb0"};
    char *text = malloc(LONG);
    for (size_t k = 0; k < PT_COUNT(patterns); k++) {
        LanguageSentiment s;
        for (size_t i = 0; i < LONG; i++) {
            text[i] = patterns[k][i % strlen(patterns[k])];
        }
        assert_int_equal(language_sentiment((PtStr){text, LONG}, &s, NULL), PT_OK);
        assert_true(s.compound >= -1 && s.compound <= 1);
    }
    free(text);
}

static void test_sentiment_without_memory(void **state)
{
    (void)state;
    for (uint64_t nth = 1; nth <= 2; nth++) {
        LanguageSentiment s;
        fault_alloc_fail(nth, 1);
        const PtStatus st = language_sentiment(PT_STR("good \xf0\x9f\x98\x81"), &s, NULL);
        fault_alloc_fail(0, 0);
        assert_int_equal(st, PT_NO_MEMORY);
    }
}

static struct EntityCase {
    const char *name, *text, *want; /* "store:42 till:3" */
} entity_cases[] = {
    {"words and numbers", "Till no. 3 in store 42 is dead", "till:3 store:42"},
    {"by form", "EFT-0042 shows 0x80070005, order ORD-12345",
     "device:EFT-0042 error:0x80070005 order:ORD-12345"},
    {"hash and colon", "Order #100234, error code: E-1001", "order:100234 error:E-1001"},
    {"German", "Filiale 12, Kasse Nr. 4: Fehler 4711 am Drucker PRN7",
     "store:12 till:4 error:4711 device:PRN7"},
    {"accents", "Ger\xc3\xa4t A77 und die caisse num\xc3\xa9ro 4", "device:A77 till:4"},
    {"several", "tills 3, 4 and 5", "till:3 till:4 till:5"},
    {"once", "till 3, I mean till 3", "till:3"},
    {"other sentence", "we are at the store. 12 people wait", ""},
    {"no. does not end it", "store no. 12", "store:12"},
    {"times", "open 24/7, till 10:30, till 5pm", ""},
    {"price", "shop for 12.50", ""},
    {"too long", "till 1234567", ""},
    {"too short", "order 12", ""},
    {"status", "the page says HTTP 503", "error:503"},
    {"nothing", "", ""},
    {"marks", "#!: -- 0x", ""},
};

static void test_entities(void **state)
{
    const struct EntityCase *c = *state;
    LanguageEntity list[8];
    char got[200] = "";
    size_t len = 0;
    const size_t count = language_entities(pt_str(c->text), list, PT_COUNT(list));
    for (size_t i = 0; i < count; i++) {
        len += (size_t)snprintf(got + len, sizeof got - len, "%s%s:%.*s", i > 0 ? " " : "",
                                language_things[list[i].thing], PT_STR_ARG(list[i].value));
    }
    assert_string_equal(got, c->want);
}

static void test_entity_room(void **state)
{
    (void)state;
    LanguageEntity list[2];
    assert_int_equal(language_entities(PT_STR("tills 1, 2, 3, 4"), list, 2), 2);
    assert_int_equal(language_entities(PT_STR("tills 1, 2, 3, 4"), list, 0), 0);
}

static struct TongueCase {
    const char *name, *text, *want;
} tongue_cases[] = {
    {"English", "The till in our store does not work", "en"},
    {"German", "Die Kasse in der Filiale geht nicht mehr", "de"},
    {"French", "La caisse du magasin ne marche pas depuis ce matin", "fr"},
    {"Spanish",
     "La caja de la tienda no funciona desde esta ma\xc3\xb1"
     "ana, por favor",
     "es"},
    {"Italian", "La cassa del negozio non funziona da questa mattina, grazie", "it"},
    {"Portuguese", "O caixa da loja n\xc3\xa3o funciona desde esta manh\xc3\xa3, obrigado", "pt"},
    {"Dutch", "De kassa in de winkel doet het niet meer, kan iemand helpen", "nl"},
    {"Polish",
     "Kasa w sklepie nie dzia\xc5\x82"
     "a od rana, prosz\xc4\x99 o pomoc",
     "pl"},
    {"Swedish", "Kassan i butiken fungerar inte och jag kan inte s\xc3\xa4lja", "sv"},
    {"Arabic", "\xd8\xa7\xd9\x84\xd9\x85\xd9\x88\xd9\x82\xd8\xb9 \xd8\xa8\xd8\xb7\xd9\x8a\xd8\xa1",
     "ar"},
    {"Russian",
     "\xd0\xba\xd0\xb0\xd1\x81\xd1\x81\xd0\xb0 \xd0\xbd\xd0\xb5 "
     "\xd1\x80\xd0\xb0\xd0\xb1\xd0\xbe\xd1\x82\xd0\xb0\xd0\xb5\xd1\x82",
     "ru"},
    {"Japanese with kanji",
     "\xe3\x83\xac\xe3\x82\xb8\xe3\x81\x8c\xe5\x8b\x95\xe3\x81\x8b\xe3\x81\xaa\xe3\x81\x84", "ja"},
    {"Chinese", "\xe6\x94\xb6\xe9\x93\xb6\xe6\x9c\xba\xe5\x9d\x8f\xe4\xba\x86", "zh"},
    {"numbers", "4711 0815", ""},
    {"nothing", "", ""},
    {"names", "EFT PRN POS SCO", ""},
    {"no UTF-8", "\xff\xfe\xfd", ""},
};

static void test_tongue(void **state)
{
    const struct TongueCase *c = *state;
    assert_string_equal(language_of(pt_str(c->text)), c->want);
}

static struct ToneCase {
    const char *name, *text;
    LanguageIntent want;
    double least, most; /* urgency */
} tone_cases[] = {
    {"a fault in a hurry", "URGENT: all tills are down!!", LANGUAGE_FAULT, 0.7, 0.9},
    {"a fault in German", "Kasse 3 ist defekt", LANGUAGE_FAULT, 0, 0},
    {"a request", "I need access to the shared drive", LANGUAGE_REQUEST, 0, 0},
    {"a question by its mark", "opening hours on Sunday?", LANGUAGE_QUESTION, 0, 0},
    {"thanks", "Merci pour votre aide", LANGUAGE_THANKS, 0, 0},
    {"nothing", "", LANGUAGE_UNCLEAR, 0, 0},
    {"marks have a bound", "!!!!!!!!!!", LANGUAGE_UNCLEAR, 0.29, 0.31},
    {"a part of a word is none", "download the countdown", LANGUAGE_UNCLEAR, 0, 0},
};

static void test_tone(void **state)
{
    const struct ToneCase *c = *state;
    const LanguageTone tone = language_tone(pt_str(c->text), 0);
    assert_int_equal(tone.intent, c->want);
    assert_true(tone.urgency >= c->least && tone.urgency <= c->most);
}

int main(void)
{
    struct CMUnitTest tests[64] = {
        cmocka_unit_test(test_long_sentiment),
        cmocka_unit_test(test_sentiment_without_memory),
        cmocka_unit_test(test_entity_room),
    };
    size_t n = 3;
    PT_TEST_ROWS(tests, n, sentiment_cases, test_sentiment);
    PT_TEST_ROWS(tests, n, entity_cases, test_entities);
    PT_TEST_ROWS(tests, n, tongue_cases, test_tongue);
    PT_TEST_ROWS(tests, n, tone_cases, test_tone);
    return _cmocka_run_group_tests("language/text", tests, n, NULL, NULL);
}
