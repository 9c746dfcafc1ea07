// SPDX-License-Identifier: Apache-2.0
#include "api/assets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const ApiAsset some_assets[] = {
    {.path = "/analytics.js/v1/*/analytics.min.js"},
    {.path = "/assets/index-1.js"},
    {.path = "/icon.svg"},
    {.path = "/index.html"},
};

static struct PathCase {
    const char *path, *want; /* NULL: none */
} path_cases[] = {
    {"/", "/index.html"},
    {"/sources", "/index.html"},
    {"/sources/01a2-03", "/index.html"},
    {"/sources/", "/index.html"},
    {"/index.html", "/index.html"},
    {"/icon.svg", "/icon.svg"},
    {"/assets/index-1.js", "/assets/index-1.js"},
    {"/analytics.js/v1/key/analytics.min.js", "/analytics.js/v1/*/analytics.min.js"},
    {"/apis", "/index.html"},
    {"/v10", "/index.html"},
    {"/a.b/c", "/index.html"},
    {"", NULL},
    {"/assets", NULL},
    {"/assets/", NULL},
    {"/assets/index-1", NULL},
    {"/assets/index-1.js/x", NULL},
    {"/api", NULL},
    {"/api/v1/none", NULL},
    {"/v1/none", NULL},
    {"/pixel/v1/none", NULL},
    {"/analytics.js/v1//analytics.min.js", NULL},
    {"/analytics.js/v1/a/b/analytics.min.js", NULL},
    {"/none.js", NULL},
    {"/sources/.env", NULL},
    {"/icon.svg/", "/index.html"},
};

static void path_case(void **state)
{
    const struct PathCase *c = *state;
    const ApiAsset *asset = api_asset_of(some_assets, COUNT(some_assets), pt_str(c->path));
    if (c->want == NULL) {
        assert_null(asset);
    } else {
        assert_non_null(asset);
        assert_string_equal(asset->path, c->want);
    }
}

static struct CodingCase {
    const char *accept;
    bool brotli, gzip; /* what the asset has */
    ApiCoding want;
} coding_cases[] = {
    {"", true, true, API_CODING_IDENTITY},         {"br", true, true, API_CODING_BROTLI},
    {"gzip, br", true, true, API_CODING_BROTLI},   {"gzip,deflate", true, true, API_CODING_GZIP},
    {"GZip", true, true, API_CODING_GZIP},         {"\tgzip \t", true, true, API_CODING_GZIP},
    {"br;q=0, gzip", true, true, API_CODING_GZIP}, {"br; q=0.000", true, true, API_CODING_IDENTITY},
    {"br;Q=0", true, true, API_CODING_IDENTITY},   {"br;q=0.001", true, true, API_CODING_BROTLI},
    {"br;q=", true, true, API_CODING_BROTLI},      {"brx, xbr, b", true, true, API_CODING_IDENTITY},
    {"*", true, true, API_CODING_IDENTITY},        {",,;,gzip", true, true, API_CODING_GZIP},
    {"br, gzip", false, true, API_CODING_GZIP},    {"br, gzip", false, false, API_CODING_IDENTITY},
};

static void coding_case(void **state)
{
    const struct CodingCase *c = *state;
    ApiAsset asset = {.path = "/x"};
    asset.parts[API_CODING_BROTLI].len = c->brotli ? 1 : 0;
    asset.parts[API_CODING_GZIP].len = c->gzip ? 1 : 0;
    assert_int_equal(api_asset_coding(&asset, pt_str(c->accept)), c->want);
}

static void no_header_no_coding(void **state)
{
    (void)state;
    ApiAsset asset = {.path = "/x"};
    asset.parts[API_CODING_GZIP].len = 1;
    assert_int_equal(api_asset_coding(&asset, (PtStr){NULL, 0}), API_CODING_IDENTITY);
}

int main(void)
{
    struct CMUnitTest tests[COUNT(path_cases) + COUNT(coding_cases) + 1] = {
        cmocka_unit_test(no_header_no_coding)};
    size_t n = 1;
    for (size_t i = 0; i < COUNT(path_cases); i++) {
        tests[n++] = (struct CMUnitTest){path_cases[i].path, path_case, NULL, NULL, &path_cases[i]};
    }
    for (size_t i = 0; i < COUNT(coding_cases); i++) {
        tests[n++] =
            (struct CMUnitTest){coding_cases[i].accept, coding_case, NULL, NULL, &coding_cases[i]};
    }
    return _cmocka_run_group_tests("api/assets", tests, n, NULL, NULL);
}
