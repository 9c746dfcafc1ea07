// SPDX-License-Identifier: Apache-2.0
#include "connect/reader_internal.h"
#include "connect/test_bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { OUT_MAX = 4096 };

/* Rows as text: fields in [], rows with their line, bad rows with their problem. */
static void show_rows(PtStr text, const ConnectShape *shape, size_t step, char *out)
{
    TestBytes bytes = {text, step, 0, 0};
    ConnectReader *r = NULL;
    ConnectRow row;
    bool has = true;
    size_t at = 0;
    PtError err = {0};
    assert_int_equal(connect_reader_new(test_bytes_source(&bytes), shape, &r, &err), PT_OK);
    out[0] = '\0';
    for (;;) {
        if (connect_reader_next(r, &row, &has, &err) != PT_OK) {
            at += (size_t)snprintf(out + at, OUT_MAX - at, "!%s", err.message);
            break;
        }
        if (!has) {
            break;
        }
        at += (size_t)snprintf(out + at, OUT_MAX - at, "%llu:", (unsigned long long)row.line);
        if (row.problem != NULL) {
            at += (size_t)snprintf(out + at, OUT_MAX - at, "<%s>", row.problem);
        } else if (shape->format >= CONNECT_JSONL) {
            at += (size_t)snprintf(out + at, OUT_MAX - at, "%.*s", PT_STR_ARG(row.raw));
        }
        for (size_t i = 0; row.problem == NULL && i < row.count; i++) {
            at += (size_t)snprintf(out + at, OUT_MAX - at, "[%.*s]", PT_STR_ARG(row.fields[i]));
        }
        assert_true(at + 1 < OUT_MAX);
        out[at++] = ' ';
        out[at] = '\0';
    }
    connect_reader_free(r);
}

static struct RowsCase {
    const char *name, *text;
    char delimiter; /* 'J': JSON lines, ' ': blanks */
    bool header;
    ConnectEncoding encoding;
    const char *want;
} rows_cases[] = {
    {"plain", "a,b\nc,d\n", ',', false, 0, "1:[a][b] 2:[c][d] "},
    {"no line end at the end", "a,b\nc,d", ',', false, 0, "1:[a][b] 2:[c][d] "},
    {"CRLF", "a,b\r\nc,d\r\n", ',', false, 0, "1:[a][b] 2:[c][d] "},
    {"CR at the very end", "a,b\r", ',', false, 0, "1:[a][b] "},
    {"empty file", "", ',', false, 0, ""},
    {"only a header", "a,b\n", ',', true, 0, ""},
    {"header is no row", "h,i\na,b\n", ',', true, 0, "2:[a][b] "},
    {"byte order mark", "\xef\xbb\xbfh,i\na,b\n", ',', true, 0, "2:[a][b] "},
    {"UTF-16", "\xff\xfeh\0", ',', true, 0, "!the file is UTF-16: save it as UTF-8"},
    {"blank lines do not count", "a,b\n\n\nc,d\n", ',', false, 0, "1:[a][b] 4:[c][d] "},
    {"empty fields", ",\n,x\n", ',', false, 0, "1:[][] 2:[][x] "},
    {"quoted", "\"a,b\",\"c\"\n", ',', false, 0, "1:[a,b][c] "},
    {"doubled quotes", "\"a\"\"b\"\"\",c\n", ',', false, 0, "1:[a\"b\"][c] "},
    {"only a doubled quote", "\"\"\"\",\"\"\n", ',', false, 0, "1:[\"][] "},
    {"line end in quotes", "\"a\nb\",c\nd,e\n", ',', false, 0, "1:[a\nb][c] 3:[d][e] "},
    {"quote inside a plain field", "5\" disk,x\n", ',', false, 0, "1:[5\" disk][x] "},
    {"text after a closing quote", "\"a\"b,c\nd,e\n", ',', false, 0,
     "1:<field 1: text after its closing quote> 2:[d][e] "},
    {"quote never closed", "\"a,b\nc,d\n", ',', false, 0,
     "1:<a quote is opened and never closed> 2:[c][d] "},
    {"too few fields", "a,b\nc\nd,e\n", ',', false, 0, "1:[a][b] 2:<1 fields, want 2> 3:[d][e] "},
    {"too many fields", "a,b\nc,d,e\n", ',', false, 0, "1:[a][b] 2:<3 fields, want 2> "},
    {"semicolon", "a;b,c\n", ';', false, 0, "1:[a][b,c] "},
    {"tab", "a\tb c\n", '\t', false, 0, "1:[a][b c] "},
    {"blanks", "  a  b \n\tc d\r\n", ' ', false, 0, "1:[a][b] 2:[c][d] "},
    {"a line of blanks", "a b\n   \nc d\n", ' ', false, 0, "1:[a][b] 3:[c][d] "},
    {"UTF-8 stays", "\xc3\xa9,\xe2\x82\xac\n", ',', false, 0, "1:[\xc3\xa9][\xe2\x82\xac] "},
    {"Windows-1252 is told by the first bad byte", "a,b\n\xe9,\x80\n", ',', false, 0,
     "1:[a][b] 2:[\xc3\xa9][\xe2\x82\xac] "},
    {"after UTF-8, bad bytes are a bad row", "\xc3\xa9,b\n\xe9,c\n", ',', false, 0,
     "1:[\xc3\xa9][b] 2:<the record is not valid UTF-8> "},
    {"said to be UTF-8", "\xe9,c\n", ',', false, CONNECT_UTF8,
     "1:<the record is not valid UTF-8> "},
    {"said to be Latin-1", "\x80,\xe9\n", ',', false, CONNECT_LATIN_1, "1:[\xc2\x80][\xc3\xa9] "},
    {"one byte text in quotes", "\"\xe9\"\"\n\",c\n", ',', false, CONNECT_WINDOWS_1252,
     "1:[\xc3\xa9\"\n][c] "},
    {"JSON lines", "{\"a\":1}\r\n\n{\"b\":2}", 'J', false, 0, "1:{\"a\":1} 3:{\"b\":2} "},
};

static void rows_case(void **state)
{
    const struct RowsCase *c = *state;
    ConnectShape shape = {.format = c->delimiter == 'J'   ? CONNECT_JSONL
                                    : c->delimiter == ' ' ? CONNECT_SPACES
                                                          : CONNECT_CSV,
                          .delimiter = c->delimiter,
                          .header = c->header,
                          .encoding = c->encoding};
    PtStr text = {c->text, strlen(c->text) + (c->text[0] == '\xff')};
    /* However the bytes come: whole, one by one, in threes. */
    for (size_t step = 0; step <= 3; step += step == 0 ? 1 : 2) {
        char got[OUT_MAX];
        show_rows(text, &shape, step, got);
        assert_string_equal(got, c->want);
    }
}

static PtStr filled(char *space, size_t len, const char *tail)
{
    memset(space, 'x', len);
    memcpy(space + len, tail, strlen(tail));
    return (PtStr){space, len + strlen(tail)};
}

/* Both sides of the bounds of a field and of a record. */
static void bounds(void **state)
{
    (void)state;
    ConnectShape shape = {.format = CONNECT_CSV, .delimiter = ','};
    char *space = malloc(4 * CONNECT_RECORD_MAX), *out = malloc(4 * CONNECT_RECORD_MAX);
    assert_non_null(space);
    assert_non_null(out);
    static const struct {
        size_t len;
        bool lines; /* JSON lines: the record's bound alone */
        const char *problem;
    } cases[] = {
        {CONNECT_FIELD_MAX, false, NULL},
        {CONNECT_FIELD_MAX + 1, false, "field 1 is over 65536 bytes"},
        {CONNECT_RECORD_MAX - 1, true, NULL},
        {CONNECT_RECORD_MAX, true, "the record is over 1 MiB"},
        {3 * CONNECT_RECORD_MAX, true, "the record is over 1 MiB"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        TestBytes bytes = {filled(space, cases[i].len, "\nnext\n"), 0, 0, 0};
        ConnectReader *r = NULL;
        ConnectRow row;
        bool has = false;
        shape.format = cases[i].lines ? CONNECT_JSONL : CONNECT_CSV;
        assert_int_equal(connect_reader_new(test_bytes_source(&bytes), &shape, &r, NULL), PT_OK);
        assert_int_equal(connect_reader_next(r, &row, &has, NULL), PT_OK);
        assert_true(has);
        if (cases[i].problem == NULL) {
            assert_null(row.problem);
        } else {
            assert_string_equal(row.problem, cases[i].problem);
        }
        /* Reading goes on with the next line. */
        assert_int_equal(connect_reader_next(r, &row, &has, NULL), PT_OK);
        assert_true(has);
        assert_null(row.problem);
        assert_int_equal(row.line, 2);
        assert_true(pt_str_eq(row.raw, PT_STR("next")));
        connect_reader_free(r);
    }
    free(space);
    free(out);
}

static void column_bound(void **state)
{
    (void)state;
    ConnectShape shape = {.format = CONNECT_CSV, .delimiter = ','};
    char text[CONNECT_COLUMNS_MAX + 2];
    for (size_t commas = CONNECT_COLUMNS_MAX - 1; commas <= CONNECT_COLUMNS_MAX; commas++) {
        memset(text, ',', commas);
        TestBytes bytes = {{text, commas}, 0, 0, 0};
        ConnectReader *r = NULL;
        ConnectRow row;
        bool has = false;
        assert_int_equal(connect_reader_new(test_bytes_source(&bytes), &shape, &r, NULL), PT_OK);
        assert_int_equal(connect_reader_next(r, &row, &has, NULL), PT_OK);
        assert_int_equal(row.problem == NULL, commas < CONNECT_COLUMNS_MAX);
        connect_reader_free(r);
    }
}

static void a_failing_source_fails_the_reader(void **state)
{
    (void)state;
    ConnectShape shape = {.format = CONNECT_CSV, .delimiter = ','};
    TestBytes bytes = {PT_STR("a,b\nc,d\n"), 4, 0, 4};
    ConnectReader *r = NULL;
    ConnectRow row;
    bool has = false;
    PtStatus st = PT_OK;
    PtError err = {0};
    assert_int_equal(connect_reader_new(test_bytes_source(&bytes), &shape, &r, NULL), PT_OK);
    for (int i = 0; i < 3 && st == PT_OK; i++) {
        st = connect_reader_next(r, &row, &has, &err);
    }
    assert_int_equal(st, PT_IO);
    assert_string_equal(err.message, "the disk is gone");
    connect_reader_free(r);
}

static void the_change_of_encoding_is_noted(void **state)
{
    (void)state;
    ConnectShape shape = {.format = CONNECT_CSV, .delimiter = ','};
    TestBytes bytes = {PT_STR("a,b\n\xe9,d\n"), 0, 0, 0};
    ConnectReader *r = NULL;
    ConnectRow row;
    bool has = true;
    assert_int_equal(connect_reader_new(test_bytes_source(&bytes), &shape, &r, NULL), PT_OK);
    while (has) {
        assert_int_equal(connect_reader_next(r, &row, &has, NULL), PT_OK);
    }
    assert_string_equal(connect_reader_note(r),
                        "line 2 is not UTF-8: the file is read as Windows-1252 from there on");
    connect_reader_free(r);
}

static struct Utf8Case {
    const char *name, *text;
    bool want;
} utf8_cases[] = {
    {"utf8 ascii", "plain text", true},
    {"utf8 two", "\xc2\x80", true},
    {"utf8 overlong two", "\xc1\xbf", false},
    {"utf8 three", "\xe0\xa0\x80", true},
    {"utf8 overlong three", "\xe0\x9f\xbf", false},
    {"utf8 before surrogates", "\xed\x9f\xbf", true},
    {"utf8 surrogate", "\xed\xa0\x80", false},
    {"utf8 four", "\xf0\x90\x80\x80", true},
    {"utf8 overlong four", "\xf0\x8f\xbf\xbf", false},
    {"utf8 last", "\xf4\x8f\xbf\xbf", true},
    {"utf8 past the last", "\xf4\x90\x80\x80", false},
    {"utf8 cut", "abcdefgh\xe2\x82", false},
    {"utf8 lone tail", "\x80", false},
};

static void utf8_case(void **state)
{
    const struct Utf8Case *c = *state;
    bool ascii;
    assert_int_equal(reader_utf8(pt_str(c->text), &ascii), c->want);
}

int main(void)
{
    enum {
        ROWS = sizeof rows_cases / sizeof *rows_cases,
        UTF8 = sizeof utf8_cases / sizeof *utf8_cases
    };
    struct CMUnitTest tests[ROWS + UTF8 + 4] = {cmocka_unit_test(bounds),
                                                cmocka_unit_test(column_bound),
                                                cmocka_unit_test(a_failing_source_fails_the_reader),
                                                cmocka_unit_test(the_change_of_encoding_is_noted)};
    size_t n = 4;
    for (size_t i = 0; i < ROWS; i++) {
        tests[n++] = (struct CMUnitTest){rows_cases[i].name, rows_case, NULL, NULL, &rows_cases[i]};
    }
    for (size_t i = 0; i < UTF8; i++) {
        tests[n++] = (struct CMUnitTest){utf8_cases[i].name, utf8_case, NULL, NULL, &utf8_cases[i]};
    }
    return cmocka_run_group_tests_name("connect/csv", tests, NULL, NULL);
}
