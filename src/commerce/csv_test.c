// SPDX-License-Identifier: Apache-2.0
/* Rows of CSV as people's spreadsheets write them. */
#include "commerce/commerce_internal.h"

#include <string.h>

#include "base/test_rows.h"

static struct CsvCase {
    const char *name, *text;
    const char *want;  /* cells with | behind each, rows with / behind each */
    const char *error; /* NULL: it is read to its end */
} cases[] = {
    {"nothing", "", "", NULL},
    {"one cell", "a", "a|/", NULL},
    {"line ends of both kinds", "a,b\r\nc,d\n", "a|b|/c|d|/", NULL},
    {"empty cells at the end", "a,,\n", "a|||/", NULL},
    {"empty lines are passed over", "\n\r\na\n\nb", "a|/b|/", NULL},
    {"quotes", "\"a,\"\"b\"\"\",\"\"\n", "a,\"b\"||/", NULL},
    {"a line end in quotes", "\"a\nb\",c\n", "a\nb|c|/", NULL},
    {"semicolons", "a;b\n1,5;2\n", "a|b|/1,5|2|/", NULL},
    {"a byte order mark",
     "\xef\xbb\xbf"
     "a,b\n",
     "a|b|/", NULL},
    {"a formula that was made harmless", "'=1+1,'-x,'a\n", "=1+1|-x|'a|/", NULL},
    {"a quote that is open", "a\n\"b\nc", "a|/", "line 2: a quote is not closed"},
    {"text behind a quote", "\"a\"b\n", "", "line 1: text behind a closing quote"},
};

static void rows(void **state)
{
    const struct CsvCase *c = *state;
    PtArena *arena = pt_arena_new(1 << 20);
    CommerceCsv csv = commerce_csv(pt_str(c->text));
    PtStr cells[COMMERCE_CELLS_MAX];
    PtError err = {0};
    PtBuf got;
    size_t count = 0;
    uint64_t line = 0;
    bool row = true;
    PtStatus st = PT_OK;
    pt_buf_init(&got, 1000);
    while ((st = commerce_csv_next(&csv, arena, cells, &count, &line, &row, &err)) == PT_OK &&
           row) {
        for (size_t i = 0; i < count; i++) {
            pt_buf_printf(&got, "%.*s|", PT_STR_ARG(cells[i]));
        }
        pt_buf_add_char(&got, '/');
    }
    pt_buf_add_char(&got, '\0');
    assert_string_equal(got.data, c->want);
    assert_int_equal(st, c->error == NULL ? PT_OK : PT_INVALID);
    assert_string_equal(err.message, c->error == NULL ? "" : c->error);
    pt_buf_done(&got);
    pt_arena_free(arena);
}

static void cells_have_a_bound(void **state)
{
    (void)state;
    char text[2 * COMMERCE_CELLS_MAX + 1];
    PtArena *arena = pt_arena_new(1 << 20);
    PtStr cells[COMMERCE_CELLS_MAX];
    size_t count = 0;
    uint64_t line = 0;
    bool row = false;
    memset(text, ',', sizeof text);
    CommerceCsv csv = commerce_csv((PtStr){text, COMMERCE_CELLS_MAX - 1});
    assert_int_equal(commerce_csv_next(&csv, arena, cells, &count, &line, &row, NULL), PT_OK);
    assert_int_equal(count, COMMERCE_CELLS_MAX);
    csv = commerce_csv((PtStr){text, COMMERCE_CELLS_MAX});
    assert_int_equal(commerce_csv_next(&csv, arena, cells, &count, &line, &row, NULL), PT_INVALID);
    pt_arena_free(arena);
}

int main(void)
{
    struct CMUnitTest tests[PT_COUNT(cases) + 1];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, cases, rows);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(cells_have_a_bound);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
