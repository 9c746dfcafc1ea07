// SPDX-License-Identifier: Apache-2.0
#include "connect/mapping_internal.h"
#include "connect/test_bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct GuessCase {
    const char *name, *text;
    const char *wants[6]; /* parts of the mapping */
    const char *note;     /* part of the notes; NULL: any */
} guess_cases[] = {
    {"names tell",
     "user_id,Event,time,amount\nu1,Buy,2026-01-02T03:04:05Z,1.50\nu2,Go,2026-01-02,2\n",
     {"\"delimiter\": \",\"", "\"userId\": {\"column\": \"user_id\"}",
      "\"name\": {\"column\": \"Event\"}", "\"format\": \"rfc3339\"",
      "\"properties.revenue\": {\"column\": \"amount\", \"type\": \"decimal\"}"},
     NULL},
    {"semicolons and a decimal comma",
     "Kundennr;Datum;total\n1;24.12.2025;1.234,50\n2;01.02.2026;7,5\n",
     {"\"delimiter\": \";\"", "\"decimal_mark\": \",\"", "\"format\": \"%d.%m.%Y\"",
      "\"type\": \"decimal\"", "\"userId\": {\"column\": \"Kundennr\"}"},
     NULL},
    {"tabs", "user\tdate\na\t2026-01-01\nb\t2026-01-02\n", {"\"delimiter\": \"tab\""}, NULL},
    {"month first until a day says otherwise",
     "user,date\na,01/02/2026\nb,12/31/2026\n",
     {"\"format\": \"%m/%d/%Y\""},
     "look at the zone and the order"},
    {"day first", "user,date\na,01/02/2026\nb,31/12/2026\n", {"\"format\": \"%d/%m/%Y\""}, NULL},
    {"no header, digits that are days",
     " 00001 19970101  1   11.77\n 00002 19970112  5   77.00\n",
     {"\"delimiter\": \"spaces\"", "\"header\": false", "\"column\": \"2\", \"type\": \"time\"",
      "\"format\": \"%Y%m%d\""},
     "no column looks like a user id"},
    {"an order's lines",
     "Invoice,SKU,Qty,Price,Customer ID\n1,a,2,1.5,7\n1,b,-1,2.5,7\n2,a,1,1.5,\n",
     {"\"group_by\": [\"Invoice\"]", "\"properties.products[].product_id\": {\"column\": \"SKU\"}",
      "{\"sum\": [\"Qty\", \"Price\"]}", "\"if_empty\": \"Customer ID\"",
      "\"column\": \"Qty\", \"less_than\": 0"},
     NULL},
    {"ids that a spreadsheet made numbers",
     "customer_id,x\n17850.0,1\n17851.0,2\n",
     {"\"strip_suffix\": \".0\""},
     "no column looks like a time"},
    {"JSON lines",
     "{\"email\":\"a@b\",\"time\":\"2026-01-01\",\"n\":1}\n{\"email\":\"c@d\",\"n\":2}\n",
     {"\"format\": \"jsonl\"", "\"userId\": {\"column\": \"email\"}", "context.traits.email",
      "\"properties.n\": {\"column\": \"n\", \"type\": \"int\"}"},
     NULL},
    {"events",
     "{\"type\":\"track\",\"event\":\"A\",\"userId\":\"u\"}\n",
     {"\"format\": \"events\""},
     "events already"},
};

static void guess_case(void **state)
{
    const struct GuessCase *c = *state;
    TestBytes bytes = {pt_str(c->text), 0, 0, 0};
    PtBuf mapping, notes;
    ConnectMapping *m = NULL;
    PtError err = {0};
    pt_buf_init(&mapping, CONNECT_MAPPING_MAX);
    pt_buf_init(&notes, CONNECT_MAPPING_MAX);
    assert_int_equal(connect_guess(test_bytes_source(&bytes), &mapping, &notes, &err), PT_OK);
    assert_int_equal(connect_mapping_parse(pt_buf_str(&mapping), &m, &err), PT_OK);
    pt_buf_add_char(&mapping, '\0');
    pt_buf_add_char(&notes, '\0');
    for (size_t i = 0; i < sizeof c->wants / sizeof *c->wants && c->wants[i] != NULL; i++) {
        if (strstr(mapping.data, c->wants[i]) == NULL) {
            fail_msg("%s is not in %s", c->wants[i], mapping.data);
        }
    }
    assert_true(c->note == NULL || strstr(notes.data, c->note) != NULL);
    connect_mapping_free(m);
    pt_buf_done(&mapping);
    pt_buf_done(&notes);
}

static void what_has_no_shape_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "one\ntwo\nthree\n", "{\"a\":\n{\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        TestBytes bytes = {pt_str(texts[i]), 0, 0, 0};
        PtBuf mapping, notes;
        PtError err = {0};
        pt_buf_init(&mapping, CONNECT_MAPPING_MAX);
        pt_buf_init(&notes, CONNECT_MAPPING_MAX);
        assert_int_equal(connect_guess(test_bytes_source(&bytes), &mapping, &notes, &err),
                         PT_INVALID);
        assert_true(err.message[0] != '\0');
        pt_buf_done(&mapping);
        pt_buf_done(&notes);
    }
}

int main(void)
{
    enum { GUESSES = sizeof guess_cases / sizeof *guess_cases };
    struct CMUnitTest tests[GUESSES + 1] = {cmocka_unit_test(what_has_no_shape_is_refused)};
    for (size_t i = 0; i < GUESSES; i++) {
        tests[i + 1] =
            (struct CMUnitTest){guess_cases[i].name, guess_case, NULL, NULL, &guess_cases[i]};
    }
    return cmocka_run_group_tests_name("connect/guess", tests, NULL, NULL);
}
