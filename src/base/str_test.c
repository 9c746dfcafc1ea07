// SPDX-License-Identifier: Apache-2.0
#include "base/rng.h"
#include "base/str.h"
#include "base/test_rows.h"

#include <stdlib.h>
#include <string.h>

static void a_part_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
        bool there;
    } rows[] = {
        {"", "", true},
        {"a", "", true},
        {"", "a", false},
        {"a", "a", true},
        {"a", "ab", false},
        {"traits", "traits", true},
        {"0123456789abcdef", "f", true},
        {"0123456789abcdef", "0123456789abcdef", true},
        {"0123456789abcdef0", "0123456789abcdef", true},
        {"0123456789abcdeftraits", "traits", true},
        {"0123456789abtraits0123456789", "traits", true}, // over the edge of a step
        {"0123456789abtrait_0123456789", "traits", false},
        {"ttttttttttttttttttttttttttttraits", "traits", true},
        {"t....s t....s t....s t....s t....s", "traits", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (pt_str_has(pt_str(rows[i].text), pt_str(rows[i].part)) != rows[i].there) {
            fail_msg("\"%s\" in \"%s\"", rows[i].part, rows[i].text);
        }
    }
}

/* Against memmem, on texts of two letters; each in memory of its own size, so that a read behind
 * its end is seen by the sanitizer. */
static void it_agrees_with_memmem(void **state)
{
    (void)state;
    PtRng rng;
    pt_rng_init(&rng, 7);
    for (unsigned round = 0; round < 20000; round++) {
        const size_t len = pt_rng_u64(&rng) % 70, part_len = 1 + pt_rng_u64(&rng) % 9;
        char *text = malloc(len + 1), part[9];
        assert_non_null(text);
        for (size_t i = 0; i < len; i++) {
            text[i] = (char)('a' + pt_rng_u64(&rng) % 2);
        }
        for (size_t i = 0; i < part_len; i++) {
            part[i] = (char)('a' + pt_rng_u64(&rng) % 2);
        }
        char *exact = realloc(text, len > 0 ? len : 1);
        assert_non_null(exact);
        const bool there = len > 0 && memmem(exact, len, part, part_len) != NULL;
        assert_int_equal(pt_str_has((PtStr){exact, len}, (PtStr){part, part_len}), there);
        free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_part_is_found),
        cmocka_unit_test(it_agrees_with_memmem),
    };
    return cmocka_run_group_tests_name("base/str", tests, NULL, NULL);
}
