// SPDX-License-Identifier: Apache-2.0
#include "api/intake_routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct RouteCase {
    const char *path;
    bool known;
    EventCallKind kind;
    EventType type;
} route_cases[] = {
    {"/v1/batch", true, EVENT_CALL_BATCH, EVENT_UNKNOWN},
    {"/v1/batch/", true, EVENT_CALL_BATCH, EVENT_UNKNOWN},
    {"/v1/import/", true, EVENT_CALL_BATCH, EVENT_UNKNOWN},
    {"/b", true, EVENT_CALL_BATCH, EVENT_UNKNOWN},
    {"/v1/batch/b", true, EVENT_CALL_BATCH, EVENT_UNKNOWN},
    {"/v1/t", true, EVENT_CALL_TYPED, EVENT_TRACK},
    {"/v1/alias", true, EVENT_CALL_TYPED, EVENT_ALIAS},
    {"/pixel/v1/page", true, EVENT_CALL_TYPED, EVENT_PAGE},
    {"/v1/batch//", false, 0, 0},
    {"/v1/merge", false, 0, 0},
    {"/v1", false, 0, 0},
    {"/", false, 0, 0},
    {"", false, 0, 0},
};

static void route_case(void **state)
{
    const struct RouteCase *c = *state;
    const IntakeRoute *route = intake_route(pt_str(c->path));
    assert_int_equal(route != NULL, c->known);
    if (route != NULL) {
        assert_int_equal(route->kind, c->kind);
        assert_int_equal(route->type, c->type);
    }
}

static struct SettingsCase {
    const char *path, *key; /* key NULL: not a settings path */
} settings_cases[] = {
    {"/v1/projects/abc/settings", "abc"},  {"/projects/abc/settings", "abc"},
    {"/v1/projects//settings", NULL},      {"/v1/projects/abc", NULL},
    {"/v1/projects/abc/settings/x", NULL}, {"/settings", NULL},
};

static void settings_case(void **state)
{
    const struct SettingsCase *c = *state;
    PtStr key = intake_settings_key(pt_str(c->path));
    assert_int_equal(key.data != NULL, c->key != NULL);
    if (c->key != NULL) {
        assert_true(pt_str_eq(key, pt_str(c->key)));
    }
}

static struct Base64Case {
    const char *text, *want; /* want NULL: malformed */
} base64_cases[] = {
    {"", ""},        {"YQ==", "a"},      {"YQ", "a"},         {"YWI=", "ab"},
    {"YWJj", "abc"}, {"YWJjZA", "abcd"}, {"_-8", "\xff\xef"}, {"/+8=", "\xff\xef"},
    {"Y", NULL},     {"YW J", NULL},     {"YWJ\n", NULL},     {"YQ===", NULL},
};

static void base64_case(void **state)
{
    const struct Base64Case *c = *state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 16);
    PtStr got = intake_base64(pt_str(c->text), arena);
    assert_int_equal(got.data != NULL, c->want != NULL);
    if (c->want != NULL) {
        assert_true(pt_str_eq(got, pt_str(c->want)));
    }
}

static struct PixelCase {
    const char *query, *want; /* JSON, or NULL when refused */
    PtStatus status;
} pixel_cases[] = {
    {"event=A&userId=u", "{\"event\":\"A\",\"userId\":\"u\"}", PT_OK},
    {"properties.sku=1&properties.a.b=x+y&z=%41",
     "{\"properties\":{\"a\":{\"b\":\"x y\"},\"sku\":\"1\"},\"z\":\"A\"}", PT_OK},
    {"a=1&a=2", "{\"a\":\"2\"}", PT_OK},
    {"a=1&a.b=2", "{\"a\":{\"b\":\"2\"}}", PT_OK},
    {"a.b=2&a-b=3&a=1", "{\"a\":{\"b\":\"2\"},\"a-b\":\"3\"}", PT_OK},
    {"flag", "{\"flag\":\"\"}", PT_OK},
    {"", "{}", PT_OK},
    {"&&a=1&", "{\"a\":\"1\"}", PT_OK},
    {"data=eyJldmVudCI6IkEifQ", "{\"event\":\"A\"}", PT_OK},
    {"data=%%%", NULL, PT_INVALID},
    {"a=%4", NULL, PT_INVALID},
    {"a.b.c.d.e.f.g.h=1", "{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"g\":{\"h\":\"1\"}}}}}}}}",
     PT_OK},
    {"a.b.c.d.e.f.g.h.i=1", NULL, PT_TOO_LARGE},
    {"a..b=1", "{\"a\":{\"\":{\"b\":\"1\"}}}", PT_OK},
};

static void pixel_case(void **state)
{
    const struct PixelCase *c = *state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    const HttpRequest r = {.query = pt_str(c->query)};
    PtStr json = {NULL, 0};
    PtError err = {0};
    const PtStatus st = intake_pixel_json(&r, arena, &json, &err);
    assert_int_equal(st == PT_OK, c->want != NULL);
    if (c->want != NULL) {
        assert_int_equal(json.len, strlen(c->want));
        assert_memory_equal(json.data, c->want, json.len);
    }
}

static void pixel_bounds(void **state)
{
    (void)state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    char query[201 * 8] = "";
    size_t len = 0;
    PtStr json;
    for (int i = 0; i < 200; i++) {
        len += (size_t)snprintf(query + len, sizeof query - len, "a%d=1&", i);
    }
    HttpRequest r = {.query = {query, len}};
    assert_int_equal(intake_pixel_json(&r, arena, &json, NULL), PT_OK);
    len += (size_t)snprintf(query + len, sizeof query - len, "b=1");
    r.query = (PtStr){query, len};
    assert_int_equal(intake_pixel_json(&r, arena, &json, NULL), PT_TOO_LARGE);
}

static struct KeyCase {
    const char *authorization, *query, *want; /* want NULL: refused */
} key_cases[] = {
    {"Basic YWJjOg==", "", "abc"},     {"basic YWJjOng=", "", "abc"},
    {"Basic YWJj", "", "abc"},         {"Bearer xyz", "", ""},
    {"Bearer xyz", "writeKey=q", "q"}, {"Basic !!", "", NULL},
    {"", "writeKey=q%31", "q1"},       {"", "", ""},
};

static void key_case(void **state)
{
    const struct KeyCase *c = *state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 16);
    const HttpHeader header = {PT_STR("Authorization"), pt_str(c->authorization)};
    const HttpRequest r = {.headers = &header, .header_count = 1, .query = pt_str(c->query)};
    PtStr key = {NULL, 0};
    assert_int_equal(intake_key(&r, arena, &key, NULL) == PT_OK, c->want != NULL);
    if (c->want != NULL) {
        assert_true(pt_str_eq(key, pt_str(c->want)));
    }
}

#define COUNT(a) (sizeof(a) / sizeof *(a))

int main(void)
{
    struct CMUnitTest tests[80] = {cmocka_unit_test(pixel_bounds)};
    size_t n = 1;
    for (size_t i = 0; i < COUNT(route_cases); i++) {
        tests[n++] =
            (struct CMUnitTest){route_cases[i].path, route_case, NULL, NULL, &route_cases[i]};
    }
    for (size_t i = 0; i < COUNT(settings_cases); i++) {
        tests[n++] = (struct CMUnitTest){settings_cases[i].path, settings_case, NULL, NULL,
                                         &settings_cases[i]};
    }
    for (size_t i = 0; i < COUNT(base64_cases); i++) {
        tests[n++] =
            (struct CMUnitTest){base64_cases[i].text, base64_case, NULL, NULL, &base64_cases[i]};
    }
    for (size_t i = 0; i < COUNT(pixel_cases); i++) {
        tests[n++] =
            (struct CMUnitTest){pixel_cases[i].query, pixel_case, NULL, NULL, &pixel_cases[i]};
    }
    for (size_t i = 0; i < COUNT(key_cases); i++) {
        tests[n++] =
            (struct CMUnitTest){key_cases[i].authorization, key_case, NULL, NULL, &key_cases[i]};
    }
    return _cmocka_run_group_tests("api/intake_routes", tests, n, NULL, NULL);
}
