// SPDX-License-Identifier: Apache-2.0
/* GET /debugger and its parts: static files, with nothing in them that needs protection. */
#include "api/assets.h"

#include "api/api_internal.h"

static const ApiAsset *find_asset(PtStr path)
{
    const PtStr wanted = pt_str_eq(path, PT_STR("/")) ? PT_STR("/debugger") : path;
    for (unsigned i = 0; i < api_asset_count; i++) {
        if (pt_str_eq(wanted, pt_str(api_assets[i].path))) {
            return &api_assets[i];
        }
    }
    return NULL;
}

void api_asset(ApiCall *call)
{
    const ApiAsset *asset = find_asset(call->request->path);
    if (!call->request->local && !call->request->loopback) {
        (void)pt_fail(&call->error, PT_FORBIDDEN, "the debugger is open to this machine only");
        api_problem(call, PT_FORBIDDEN, &call->error);
        return;
    }
    if (asset == NULL) {
        (void)pt_fail(&call->error, PT_NOT_FOUND, "no such page");
        api_problem(call, PT_NOT_FOUND, &call->error);
        return;
    }
    const HttpHeader headers[] = {
        {PT_STR("Content-Type"), pt_str(asset->content_type)},
        {PT_STR("ETag"), pt_str(asset->etag)},
        {PT_STR("Cache-Control"), PT_STR("no-cache")},
        {PT_STR("Content-Security-Policy"),
         PT_STR("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                "img-src 'self' data:; "
                "base-uri 'none'; form-action 'none'; frame-ancestors 'none'")},
        {PT_STR("Referrer-Policy"), PT_STR("no-referrer")},
        {PT_STR("Cross-Origin-Opener-Policy"), PT_STR("same-origin")},
    };
    const size_t count = sizeof headers / sizeof *headers;
    if (pt_str_eq(http_header(call->request, "if-none-match"), pt_str(asset->etag))) {
        http_reply(call->x, 304, headers, count, (PtStr){NULL, 0});
    } else {
        http_reply(call->x, 200, headers, count, asset->content());
    }
}
