// SPDX-License-Identifier: Apache-2.0
/* What a pull asks for, what an answer says, where the position moves. */
#include "base/test_rows.h"
#include "connect/pull_internal.h"

#include <stdio.h>
#include <string.h>

/* ---- Templates ------------------------------------------------------------------------------- */

static struct UrlCase {
    const char *name, *template, *want; /* want NULL: refused */
} url_cases[] = {
    {"no hole", "http://a/b?c=d", "http://a/b?c=d"},
    {"both", "http://a/?c={cursor}&s={since}", "http://a/?c=x%2F%20%C3%A9&s=2026-01-01T00%3A00Z"},
    {"twice", "http://a/{cursor}/{cursor}", "http://a/x%2F%20%C3%A9/x%2F%20%C3%A9"},
    {"at the end", "http://a/{cursor}", "http://a/x%2F%20%C3%A9"},
    {"another name", "http://a/{page}", NULL},
    {"an open brace", "http://a/{cursor", NULL},
    {"an empty name", "http://a/{}", NULL},
};

static void url_case(void **state)
{
    const struct UrlCase *c = *state;
    PtBuf out;
    pt_buf_init(&out, 1000);
    pt_buf_add_char(&out, '!');
    PtStatus st = pull_url(pt_str(c->template), PT_STR("x/ \xc3\xa9"), PT_STR("2026-01-01T00:00Z"),
                           &out, NULL);
    assert_int_equal(st, c->want != NULL ? PT_OK : PT_INVALID);
    pt_buf_add_char(&out, '\0');
    assert_string_equal(out.data + 1, c->want != NULL ? c->want : "");
    pt_buf_done(&out);
}

static struct HoleCase {
    const char *name;
    PtStatus want;
    bool cursor, since;
} hole_cases[] = {
    {"http://a/", PT_OK, false, false},
    {"http://a/?c={cursor}", PT_OK, true, false},
    {"http://a?s={since}&{cursor}", PT_OK, true, true},
    {"http://{cursor}/", PT_INVALID, false, false},
    {"http://a.{since}:80/", PT_INVALID, false, false},
};

static void hole_case(void **state)
{
    const struct HoleCase *c = *state;
    PullHoles holes = {false, false};
    assert_int_equal(pull_holes(pt_str(c->name), &holes, NULL), c->want);
    assert_int_equal(holes.cursor, c->cursor);
    assert_int_equal(holes.since, c->since);
}

/* ---- Links ----------------------------------------------------------------------------------- */

static struct LinkCase {
    const char *name, *base, *want; /* name: the link; want NULL: refused */
} link_cases[] = {
    {"https://a/x?p=2", "https://a/x?p=1", "https://a/x?p=2"},
    {"/x?p=2", "https://a:81/x?p=1", "https://a:81/x?p=2"},
    {"?p=2", "https://a/x?p=1", "https://a/x?p=2"},
    {"?p=2", "https://a/x", "https://a/x?p=2"},
    {"HTTPS://A/x", "https://a/", NULL}, /* libcurl would take it; we do not guess */
    {"https://A/x", "https://a/", "https://A/x"},
    {"https://b/x", "https://a/", NULL},
    {"http://a/x", "https://a/", NULL},
    {"https://a:82/x", "https://a:81/", NULL},
    {"https://a.b/x", "https://a/", NULL},
    {"https://a@b/x", "https://a/", NULL},
    {"//b/x", "https://a/", NULL},
    {"x?p=2", "https://a/", NULL},
    {"javascript:1", "https://a/", NULL},
    {"/x y", "https://a/", NULL},
    {"/x#y", "https://a/", NULL},
};

static void link_case(void **state)
{
    const struct LinkCase *c = *state;
    PtArena *arena = pt_arena_new(10000);
    PtStr url = {NULL, 0};
    PtStatus st = pull_link(pt_str(c->base), pt_str(c->name), arena, &url, NULL);
    assert_int_equal(st, c->want != NULL ? PT_OK : PT_INVALID);
    if (c->want != NULL) {
        assert_true(pt_str_eq(url, pt_str(c->want)));
    }
    pt_arena_free(arena);
}

static struct HeaderCase {
    const char *name, *want;
} header_cases[] = {
    {"<https://a/2>; rel=\"next\"", "https://a/2"},
    {"</1>; rel=\"prev\", </3>; rel=\"next\"", "/3"},
    {" </3> ;title=\"a, b\"; REL=next , </1>; rel=first", "/3"},
    {"</3>; rel=\"last next\"", "/3"},
    {"</3>; rel=\"nexts\"", ""},
    {"</3>", ""},
    {"</3>; rel", ""},
    {"</3", ""},
    {"<", ""},
    {"", ""},
    {"; rel=next", ""},
};

static void header_case(void **state)
{
    const struct HeaderCase *c = *state;
    assert_true(pt_str_eq(pull_link_header(pt_str(c->name)), pt_str(c->want)));
}

/* ---- Pages ----------------------------------------------------------------------------------- */

static struct PageCase {
    const char *name, *items, *body;
    PtStatus want;
    size_t count;
    const char *next, *newest;
} page_cases[] = {
    {"a list", "", "[1, {\"at\":\"b\"} ,[]]", PT_OK, 3, "", "b"},
    {"an empty list", "", " [ ] ", PT_OK, 0, "", ""},
    {"a list below", "d.o", "{\"d\":{\"o\":[{\"at\":2},{\"at\":10}]},\"n\":\"c\"}", PT_OK, 2, "c",
     "10"},
    {"null is empty", "d", "{\"d\":null,\"n\":null}", PT_OK, 0, "", ""},
    {"a number is a cursor", "d", "{\"d\":[],\"n\":7}", PT_OK, 0, "7", ""},
    {"false is none", "d", "{\"d\":[],\"n\":false}", PT_OK, 0, "", ""},
    {"escapes", "d", "{\"d\":[{\"at\":\"\\u0041\"}],\"n\":\"\\\"\"}", PT_OK, 1, "\"", "A"},
    {"no such path", "d", "{\"e\":[]}", PT_INVALID, 0, "", ""},
    {"no object", "d", "[]", PT_INVALID, 0, "", ""},
    {"no list", "d", "{\"d\":{}}", PT_INVALID, 0, "", ""},
    {"the answer is no list", "", "{}", PT_INVALID, 0, "", ""},
    {"next is an object", "d", "{\"d\":[],\"n\":{}}", PT_INVALID, 0, "", ""},
    {"not JSON", "", "[1,]", PT_INVALID, 0, "", ""},
    {"more behind it", "", "[] []", PT_INVALID, 0, "", ""},
    {"nothing", "", "", PT_INVALID, 0, "", ""},
};

static void page_case(void **state)
{
    const struct PageCase *c = *state;
    PtArena *arena = pt_arena_new(1 << 20);
    const ConnectPullEdit edit = {.items = pt_str(c->items),
                                  .paging = CONNECT_PAGE_CURSOR,
                                  .next = PT_STR("n"),
                                  .since = PT_STR("at")};
    PullPage page = {NULL, 99, {NULL, 0}, {NULL, 0}};
    assert_int_equal(pull_page_read(&edit, pt_str(c->body), arena, &page, NULL), c->want);
    if (c->want == PT_OK) {
        assert_int_equal(page.count, c->count);
        assert_true(pt_str_eq(page.next, pt_str(c->next)));
        assert_true(pt_str_eq(page.newest, pt_str(c->newest)));
    } else {
        assert_int_equal(page.count, 99);
    }
    pt_arena_free(arena);
}

static void as_many_items_as_fit(void **state)
{
    (void)state;
    PtBuf body;
    PtArena *arena = pt_arena_new(4 << 20);
    const ConnectPullEdit edit = {.paging = CONNECT_PAGE_NONE};
    PullPage page;
    pt_buf_init(&body, 1 << 20);
    pt_buf_add_str(&body, PT_STR("[1"));
    for (int i = 1; i < CONNECT_PULL_ITEMS_MAX; i++) {
        pt_buf_add_str(&body, PT_STR(",1"));
    }
    pt_buf_add_char(&body, ']');
    assert_int_equal(pull_page_read(&edit, pt_buf_str(&body), arena, &page, NULL), PT_OK);
    assert_int_equal(page.count, CONNECT_PULL_ITEMS_MAX);
    body.len--;
    pt_buf_add_str(&body, PT_STR(",1]"));
    assert_int_equal(pull_page_read(&edit, pt_buf_str(&body), arena, &page, NULL), PT_TOO_LARGE);
    pt_buf_done(&body);
    pt_arena_free(arena);
}

static void no_memory_is_told(void **state)
{
    (void)state;
    const ConnectPullEdit edit = {.paging = CONNECT_PAGE_NONE};
    PtArena *arena = pt_arena_new(1);
    PullPage page;
    assert_int_equal(pull_page_read(&edit, PT_STR("[1]"), arena, &page, NULL), PT_NO_MEMORY);
    pt_arena_free(arena);
}

/* ---- The position ---------------------------------------------------------------------------- */

static struct NewerCase {
    const char *name, *a, *b;
    bool want;
} newer_cases[] = {
    {"numbers by value", "9", "10", true},
    {"equal numbers", "10", "10", false},
    {"times by instant", "2026-01-01T01:00:00+01:00", "2026-01-01T00:00:01Z", true},
    {"the same instant", "2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00Z", false},
    {"text", "abc", "abd", true},
    {"a longer text", "ab", "abc", true},
    {"a shorter one", "abc", "ab", false},
    {"behind nothing", "", "a", true},
    {"nothing is never newer", "", "", false},
    {"a number and a text", "10", "9x", true},
};

static void newer_case(void **state)
{
    const struct NewerCase *c = *state;
    assert_int_equal(pull_is_newer(pt_str(c->a), pt_str(c->b)), c->want);
}

static struct AdvanceCase {
    const char *name;
    ConnectPaging paging;
    ConnectPullEnd at_end;
    const char *cursor, *since, *newest;                /* before */
    size_t count;                                       /* of the page */
    const char *next, *page_newest;                     /* likewise */
    const char *want_cursor, *want_since, *want_newest; /* after */
    bool end;
} advance_cases[] = {
    {"one page", CONNECT_PAGE_NONE, CONNECT_END_RESTART, "", "", "", 3, "", "5", "", "5", "", true},
    {"a cursor", CONNECT_PAGE_CURSOR, CONNECT_END_RESTART, "", "1", "", 3, "b", "5", "b", "1", "5",
     false},
    {"the next cursor", CONNECT_PAGE_CURSOR, CONNECT_END_RESTART, "b", "1", "5", 3, "c", "4", "c",
     "1", "5", false},
    {"the last cursor", CONNECT_PAGE_CURSOR, CONNECT_END_RESTART, "c", "1", "5", 3, "", "6", "",
     "6", "", true},
    {"the last cursor stays", CONNECT_PAGE_CURSOR, CONNECT_END_STAY, "c", "", "", 3, "", "", "c",
     "", "", true},
    {"a cursor that does not move", CONNECT_PAGE_CURSOR, CONNECT_END_STAY, "c", "", "", 3, "c", "",
     "c", "", "", true},
    {"the first number", CONNECT_PAGE_NUMBER, CONNECT_END_RESTART, "", "", "", 3, "", "", "10", "",
     "", false},
    {"the next number", CONNECT_PAGE_NUMBER, CONNECT_END_RESTART, "10", "", "", 3, "", "", "20", "",
     "", false},
    {"no more numbers", CONNECT_PAGE_NUMBER, CONNECT_END_RESTART, "20", "", "", 0, "", "", "", "",
     "", true},
    {"the last number stays", CONNECT_PAGE_NUMBER, CONNECT_END_STAY, "20", "", "", 0, "", "", "10",
     "", "", true},
    {"never before the first", CONNECT_PAGE_NUMBER, CONNECT_END_STAY, "0", "", "", 0, "", "", "0",
     "", "", true},
    {"since moves", CONNECT_PAGE_SINCE, CONNECT_END_RESTART, "", "5", "", 3, "", "7", "", "7", "7",
     false},
    {"since stands", CONNECT_PAGE_SINCE, CONNECT_END_RESTART, "", "7", "7", 3, "", "7", "", "7", "",
     true},
    {"an empty page", CONNECT_PAGE_SINCE, CONNECT_END_RESTART, "", "7", "7", 0, "", "", "", "7", "",
     true},
};

static void advance_case(void **state)
{
    const struct AdvanceCase *c = *state;
    PtArena *arena = pt_arena_new(10000);
    const ConnectPullEdit edit = {.paging = c->paging, .at_end = c->at_end, .page_step = 10};
    const PullPage page = {NULL, c->count, pt_str(c->next), pt_str(c->page_newest)};
    ConnectPullPosition at = {pt_str(c->cursor), pt_str(c->since), pt_str(c->newest), true};
    bool end = !c->end;
    assert_int_equal(pull_advance(&edit, &page, arena, &at, &end, NULL), PT_OK);
    assert_int_equal(end, c->end);
    assert_int_equal(at.in_pass, !c->end);
    assert_true(pt_str_eq(at.cursor, pt_str(c->want_cursor)));
    assert_true(pt_str_eq(at.since, pt_str(c->want_since)));
    assert_true(pt_str_eq(at.newest, pt_str(c->want_newest)));
    pt_arena_free(arena);
}

static void a_number_does_not_run_over(void **state)
{
    (void)state;
    PtArena *arena = pt_arena_new(10000);
    const ConnectPullEdit edit = {.paging = CONNECT_PAGE_NUMBER, .page_step = 2};
    const PullPage page = {NULL, 1, {NULL, 0}, {NULL, 0}};
    bool end = false;
    ConnectPullPosition at = {.cursor = PT_STR("9223372036854775805")};
    assert_int_equal(pull_advance(&edit, &page, arena, &at, &end, NULL), PT_OK);
    assert_true(pt_str_eq(at.cursor, PT_STR("9223372036854775807")));
    assert_int_equal(pull_advance(&edit, &page, arena, &at, &end, NULL), PT_TOO_LARGE);
    at.cursor = PT_STR("x");
    assert_int_equal(pull_advance(&edit, &page, arena, &at, &end, NULL), PT_INVALID);
    pt_arena_free(arena);
}

/* ---- Ids, reasons, answers, pauses ----------------------------------------------------------- */

static void ids_follow_from_pull_item_and_version(void **state)
{
    (void)state;
    static const struct {
        const char *pull, *id, *version, *item;
    } rows[] = {{"p", "1", "v", "a"}, {"q", "1", "v", "a"}, {"p", "2", "v", "a"},
                {"p", "1", "w", "a"}, {"p", "", "", "a"},   {"p", "", "", "b"},
                {"p", "1", "", "a"},  {"p", "1", "", "b"},  {"p1", "", "v", "a"}};
    char ids[PT_COUNT(rows)][PULL_MESSAGE_ID], again[PULL_MESSAGE_ID];
    for (size_t i = 0; i < PT_COUNT(rows); i++) {
        pull_message_id(pt_str(rows[i].pull), pt_str(rows[i].id), pt_str(rows[i].version),
                        pt_str(rows[i].item), ids[i]);
        assert_int_equal(strlen(ids[i]), PULL_MESSAGE_ID - 1);
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(ids[i], ids[k]);
        }
    }
    pull_message_id(PT_STR("p"), PT_STR("1"), PT_STR("v"), PT_STR("other bytes"), again);
    assert_string_equal(again, ids[0]); // the version says that it is the same
}

static struct RedactCase {
    const char *name, *want;
} redact_cases[] = {
    {"total \"much\" is not a number", "total \"...\" is not a number"},
    {"plain", "plain"},
    {"an \"open one", "an \"..."},
    {"", ""},
    {"\"a\" and \"b\"", "\"...\""},
    {"x \"a\"b\"c\" is", "x \"...\" is"},
};

static void redact_case(void **state)
{
    const struct RedactCase *c = *state;
    char out[64], small[8];
    pull_redact(c->name, out, sizeof out);
    assert_string_equal(out, c->want);
    pull_redact(c->name, small, sizeof small);
    assert_true(strlen(small) < sizeof small);
}

static struct StatusCase {
    const char *name;
    int status;
    PullVerdict want;
} status_cases[] = {
    {"200", 200, PULL_ANSWERED}, {"299", 299, PULL_ANSWERED}, {"300", 300, PULL_REFUSED},
    {"304", 304, PULL_REFUSED},  {"400", 400, PULL_REFUSED},  {"401", 401, PULL_STOP},
    {"402", 402, PULL_REFUSED},  {"403", 403, PULL_STOP},     {"404", 404, PULL_REFUSED},
    {"408", 408, PULL_AGAIN},    {"425", 425, PULL_AGAIN},    {"429", 429, PULL_AGAIN},
    {"499", 499, PULL_REFUSED},  {"500", 500, PULL_AGAIN},    {"599", 599, PULL_AGAIN},
    {"199", 199, PULL_REFUSED},
};

static void status_case(void **state)
{
    const struct StatusCase *c = *state;
    assert_int_equal(pull_verdict(c->status), c->want);
}

static struct PauseCase {
    const char *name;
    int64_t failures, retry_after_s, least, most;
} pause_cases[] = {
    {"the first", 1, 0, 500, 1000},
    {"the second", 2, 0, 1000, 2000},
    {"the twelfth", 12, 0, 1024000, 2048000},
    {"the thirteenth", 13, 0, 1800000, 3600000},
    {"no end", INT64_MAX, 0, 1800000, 3600000},
    {"none yet", 0, 0, 500, 1000},
    {"as asked", 1, 7, 7000, 7000},
    {"a day, as asked", 13, 86400, 86400000, 86400000},
};

static void pause_case(void **state)
{
    const struct PauseCase *c = *state;
    const uint64_t randoms[] = {0, 1, 12345, UINT64_MAX};
    for (size_t i = 0; i < PT_COUNT(randoms); i++) {
        const int64_t pause = pull_pause_ms(c->failures, c->retry_after_s, randoms[i]);
        assert_in_range(pause, c->least, c->most);
    }
}

static bool take_line(void *ctx, const char *line)
{
    PtBuf *out = ctx;
    pt_buf_add_str(out, pt_str(line));
    pt_buf_add_char(out, '|');
    return true;
}

static struct HeadersCase {
    const char *name, *want; /* want NULL: refused */
} headers_cases[] = {
    {"{}", ""},
    {"{\"X-A\":\"b\",\"accept-language\":\"de\"}", "X-A: b|accept-language: de|"},
    {"{\"X-A\":\"\"}", "X-A;|"},
    {"{\"X-A\":1}", NULL},
    {"{\"\":\"b\"}", NULL},
    {"{\"X A\":\"b\"}", NULL},
    {"{\"X-A:\":\"b\"}", NULL},
    {"{\"Authorization\":\"b\"}", NULL},
    {"{\"host\":\"b\"}", NULL},
    {"{\"Transfer-Encoding\":\"chunked\"}", NULL},
    {"{\"X-A\":\"a\\r\\nX-B: c\"}", NULL},
    {"{\"X-A\":\"a\\u0000\"}", "X-A: a\xef\xbf\xbd|"},
    {"{\"1\":\"\",\"2\":\"\",\"3\":\"\",\"4\":\"\",\"5\":\"\",\"6\":\"\",\"7\":\"\",\"8\":\"\","
     "\"9\":\"\",\"a\":\"\"}",
     "1;|2;|3;|4;|5;|6;|7;|8;|9;|a;|"},
    {"{\"1\":\"\",\"2\":\"\",\"3\":\"\",\"4\":\"\",\"5\":\"\",\"6\":\"\",\"7\":\"\",\"8\":\"\","
     "\"9\":\"\",\"a\":\"\",\"b\":\"\"}",
     NULL},
    {"[]", NULL},
    {"{", NULL},
};

static void headers_case(void **state)
{
    const struct HeadersCase *c = *state;
    PtBuf lines;
    pt_buf_init(&lines, 400);
    PtStatus st = pull_headers(pt_str(c->name), take_line, &lines, NULL);
    assert_int_equal(st, c->want != NULL ? PT_OK : PT_INVALID);
    if (c->want != NULL) {
        assert_true(pt_str_eq(pt_buf_str(&lines), pt_str(c->want)));
    }
    pt_buf_done(&lines);
}

int main(void)
{
    static struct CMUnitTest tests[200] = {cmocka_unit_test(as_many_items_as_fit),
                                           cmocka_unit_test(no_memory_is_told),
                                           cmocka_unit_test(a_number_does_not_run_over),
                                           cmocka_unit_test(ids_follow_from_pull_item_and_version)};
    size_t n = 4;
    PT_TEST_ROWS(tests, n, url_cases, url_case);
    PT_TEST_ROWS(tests, n, hole_cases, hole_case);
    PT_TEST_ROWS(tests, n, link_cases, link_case);
    PT_TEST_ROWS(tests, n, header_cases, header_case);
    PT_TEST_ROWS(tests, n, page_cases, page_case);
    PT_TEST_ROWS(tests, n, newer_cases, newer_case);
    PT_TEST_ROWS(tests, n, advance_cases, advance_case);
    PT_TEST_ROWS(tests, n, redact_cases, redact_case);
    PT_TEST_ROWS(tests, n, status_cases, status_case);
    PT_TEST_ROWS(tests, n, pause_cases, pause_case);
    PT_TEST_ROWS(tests, n, headers_cases, headers_case);
    return _cmocka_run_group_tests("connect/pull", tests, n, NULL, NULL);
}
