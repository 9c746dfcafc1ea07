// SPDX-License-Identifier: Apache-2.0
/* Every kind is there in every language that needs it, words are filled in, and a message has the
 * lines that RFC 5322 asks for, whatever the form. */
#include "letters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const LetterWords words = {.store = "Köln Dom",
                                  .name = "Zoë",
                                  .who = "Mia",
                                  .code = "S3",
                                  .till = "2",
                                  .order = "4100000",
                                  .date = "Mon, 4 May 2026 09:00:00 +0000"};

static void test_every_language_says_it(void **state)
{
    static const char *const kinds[] = {
        "till_fault",  "loyalty_auth", "signage_offline", "inventory_sync", "network",
        "access",      "equipment",    "site_speed",      "charge",         "membership",
        "order",       "refund",       "thanks_store",    "greeting",       "closing",
        "attribution", "answer",       "thanks",          "again",          "away",
        "seen",        "ask",          "solved"};
    PtRng rng;
    (void)state;
    pt_rng_init(&rng, 1);
    for (size_t l = 0; l < LETTER_LANGUAGES; l++) {
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
            const Letter *letter = letter_draw(letter_languages[l], kinds[k], &rng);
            assert_non_null(letter);
            assert_string_equal(letter->language, letter_languages[l]);
        }
    }
    assert_string_equal(letter_draw("xx", "order", &rng)->language, "en");
    assert_null(letter_draw("en", "nothing", &rng));
}

static void test_words_are_filled_in(void **state)
{
    (void)state;
    for (size_t i = 0; i < letter_count; i++) {
        PtBuf out;
        pt_buf_init(&out, 4096);
        letter_fill(letters[i].subject, &words, &out);
        letter_fill(letters[i].text, &words, &out);
        assert_int_equal(pt_buf_status(&out), PT_OK);
        assert_null(memchr(out.data, '{', out.len));
        pt_buf_done(&out);
    }
    PtBuf out;
    pt_buf_init(&out, 64);
    letter_fill("{store}, {else} {", &words, &out);
    assert_true(pt_str_eq(pt_buf_str(&out), PT_STR("Köln Dom, {else} {")));
    pt_buf_done(&out);
}

static void check_lines(PtStr message)
{
    PtStr rest = message, line;
    bool head = true;
    while (pt_str_cut(&rest, '\n', &line)) {
        assert_true(rest.data == NULL || (line.len > 0 && line.data[line.len - 1] == '\r'));
        assert_in_range(line.len, 0, 998);
        head = head && line.len > 1;
        for (size_t i = 0; head && i < line.len; i++) {
            assert_in_range((unsigned char)line.data[i], '\t', 126);
        }
    }
}

static void test_messages(void **state)
{
    (void)state;
    for (size_t i = 0; i < letter_count * LETTER_FORM_COUNT; i++) {
        const Letter *letter = &letters[i / LETTER_FORM_COUNT];
        PtBuf out;
        pt_buf_init(&out, 16384);
        letter_write(&(LetterMail){.from_name = "Zoë Ünal",
                                   .from = "zoe@mail.example",
                                   .to = "help@larkfield.example",
                                   .id = "1@mail.example",
                                   .answers = i % 2 == 0 ? "" : "<0@mail.example>",
                                   .head = "",
                                   .subject = pt_str(letter->subject),
                                   .text = pt_str(letter->text),
                                   .at_ms = INT64_C(1759744800000),
                                   .form = (LetterForm)(i % LETTER_FORM_COUNT)},
                     &out);
        assert_int_equal(pt_buf_status(&out), PT_OK);
        check_lines(pt_buf_str(&out));
        assert_non_null(memmem(out.data, out.len, "Date: Mon, 6 Oct 2025 10:00:00 +0000\r\n", 38));
        assert_non_null(memmem(out.data, out.len, "=?utf-8?B?Wm/DqyDDnG5hbA==?= <zoe@", 34));
        pt_buf_done(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_language_says_it),
        cmocka_unit_test(test_words_are_filled_in),
        cmocka_unit_test(test_messages),
    };
    return cmocka_run_group_tests_name("demo/letters", tests, NULL, NULL);
}
