// SPDX-License-Identifier: Apache-2.0
/* GET of anything that is no operation: the console's page and files, and the browser loader. */
#include "api/assets.h"

#include "api/api_internal.h"
#include "base/hash.h"
#include "base/rng.h"
#include "events/events.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { NONCE_BYTES = 16, POLICY_TEXT = 512, ETAG_TEXT = 64, HEADERS = 12 };

#define NONCE_MARK    PT_STR("PATRON_CSP_NONCE")
#define LOADER_PREFIX PT_STR("/analytics.js/v1/")

static const char no_console[] =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Patron</title>"
    "<h1>Patron runs, without its console</h1>"
    "<p>This program was built before its console was. <code>./dev build</code> builds both.</p>"
    "<p>The API is there: <a href=\"/api/v1/openapi.json\">its description</a>.</p></html>\n";

static const struct {
    const char *suffix, *name; /* of the ETag; of Content-Encoding */
} codings[API_CODINGS] = {
    [API_CODING_IDENTITY] = {"", NULL},
    [API_CODING_BROTLI] = {"-br", "br"},
    [API_CODING_GZIP] = {"-gz", "gzip"},
};

/* -- which file
 * ---------------------------------------------------------------------------------------------------
 */

static bool fits(PtStr path, PtStr pattern)
{
    PtStr part = {NULL, 0}, want = {NULL, 0};
    bool more = true;
    while (more) {
        more = pt_str_cut(&pattern, '/', &want);
        if (pt_str_cut(&path, '/', &part) != more) {
            return false;
        }
        const bool any = pt_str_eq(want, PT_STR("*")) && part.len > 0;
        if (more && !any && !pt_str_eq(want, part)) {
            return false;
        }
    }
    return true;
}

/* Under these live files and calls; a page never does. */
static const char *const not_pages[] = {
    "/api", "/assets", "/v1", "/analytics.js", "/analytics-next", "/pixel", "/beacon", "/projects"};

static bool is_page(PtStr path)
{
    if (path.len == 0 || path.data == NULL) {
        return false;
    }
    for (size_t i = 0; i < sizeof not_pages / sizeof *not_pages; i++) {
        const PtStr prefix = pt_str(not_pages[i]);
        if (pt_str_starts(path, prefix) &&
            (path.len == prefix.len || path.data[prefix.len] == '/')) {
            return false;
        }
    }
    const char *slash = memrchr(path.data, '/', path.len);
    const size_t name = slash == NULL ? 0 : (size_t)(slash - path.data);
    return memchr(path.data + name, '.', path.len - name) == NULL;
}

const ApiAsset *api_asset_of(const ApiAsset *assets, size_t count, PtStr path)
{
    const PtStr wanted = is_page(path) ? PT_STR("/index.html") : path;
    for (size_t i = 0; i < count; i++) {
        if (fits(wanted, pt_str(assets[i].path))) {
            return &assets[i];
        }
    }
    return NULL;
}

/* -- which coding
 * -------------------------------------------------------------------------------------------------
 */

/* "q=0", "q=0.", "q=0.000": the coding is refused. */
static bool is_refused(PtStr parameter)
{
    parameter = pt_str_trim(parameter);
    if (parameter.len < 3 || strncasecmp(parameter.data, "q=0", 3) != 0) {
        return false;
    }
    for (size_t i = 3; i < parameter.len; i++) {
        if (parameter.data[i] != '.' && parameter.data[i] != '0') {
            return false;
        }
    }
    return true;
}

static bool accepts(PtStr header, const char *coding)
{
    PtStr item, name;
    while (header.len > 0 && pt_str_cut(&header, ',', &item)) {
        (void)pt_str_cut(&item, ';', &name);
        name = pt_str_trim(name);
        if (name.len == strlen(coding) && strncasecmp(name.data, coding, name.len) == 0) {
            return !is_refused(item);
        }
    }
    return false;
}

ApiCoding api_asset_coding(const ApiAsset *asset, PtStr accept_encoding)
{
    for (int c = API_CODING_BROTLI; c < API_CODINGS; c++) {
        if (asset->parts[c].len > 0 && accepts(accept_encoding, codings[c].name)) {
            return (ApiCoding)c;
        }
    }
    return API_CODING_IDENTITY;
}

/* -- answers
 * ------------------------------------------------------------------------------------------------------
 */

typedef struct Headers {
    HttpHeader list[HEADERS];
    size_t count;
} Headers;

static void add(Headers *h, PtStr name, PtStr value)
{
    h->list[h->count++] = (HttpHeader){name, value};
}

/* A page may do only what the console needs: its own files, and what carries this answer's nonce.
 */
static void add_page_headers(Headers *h, const char *nonce, char policy[static POLICY_TEXT])
{
    (void)snprintf(policy, POLICY_TEXT,
                   "default-src 'none'; script-src 'self' 'nonce-%s'; style-src 'self' 'nonce-%s'; "
                   "img-src 'self' data:; connect-src 'self'; font-src 'self'; worker-src 'self'; "
                   "manifest-src 'self'; base-uri 'none'; form-action 'self'; "
                   "frame-ancestors 'none'",
                   nonce, nonce);
    add(h, PT_STR("Content-Security-Policy"), pt_str(policy));
    add(h, PT_STR("X-Frame-Options"), PT_STR("DENY"));
    add(h, PT_STR("Referrer-Policy"), PT_STR("no-referrer"));
    add(h, PT_STR("Cross-Origin-Opener-Policy"), PT_STR("same-origin"));
    add(h, PT_STR("Cross-Origin-Resource-Policy"), PT_STR("same-origin"));
    add(h, PT_STR("Permissions-Policy"),
        PT_STR("camera=(), microphone=(), geolocation=(), payment=(), usb=()"));
}

static void put_with_nonce(PtBuf *out, PtStr page, PtStr nonce)
{
    const PtStr mark = NONCE_MARK;
    while (page.len > 0) {
        const char *at = memmem(page.data, page.len, mark.data, mark.len);
        const size_t before = at == NULL ? page.len : (size_t)(at - page.data);
        pt_buf_add_str(out, (PtStr){page.data, before});
        page = pt_str_from(page, before);
        if (at != NULL) {
            pt_buf_add_str(out, nonce);
            page = pt_str_from(page, mark.len);
        }
    }
}

static void reply_page(HttpExchange *x, PtStr page)
{
    uint8_t random[NONCE_BYTES];
    char nonce[2 * NONCE_BYTES + 1], policy[POLICY_TEXT];
    pt_random_bytes(random, sizeof random);
    pt_hex(random, sizeof random, nonce);
    PtBuf body;
    pt_buf_init(&body, page.len * 2 + 4096);
    put_with_nonce(&body, page, pt_str(nonce));
    if (pt_buf_status(&body) != PT_OK) {
        http_reply_problem(x, PT_NO_MEMORY, "no memory for the page");
    } else {
        Headers h = {.count = 0};
        add(&h, PT_STR("Content-Type"), PT_STR("text/html; charset=utf-8"));
        add(&h, PT_STR("Cache-Control"), PT_STR("no-cache"));
        add_page_headers(&h, nonce, policy);
        http_reply(x, 200, h.list, h.count, pt_buf_str(&body));
    }
    pt_buf_done(&body);
}

static void reply_file(HttpExchange *x, const ApiAsset *asset)
{
    const HttpRequest *r = http_request(x);
    const ApiCoding coding = api_asset_coding(asset, http_header(r, "accept-encoding"));
    char etag[ETAG_TEXT];
    (void)snprintf(etag, sizeof etag, "\"%s%s\"", asset->etag, codings[coding].suffix);
    Headers h = {.count = 0};
    add(&h, PT_STR("Content-Type"), pt_str(asset->content_type));
    add(&h, PT_STR("ETag"), pt_str(etag));
    add(&h, PT_STR("Cache-Control"), pt_str(asset->cache_control));
    add(&h, PT_STR("Vary"), PT_STR("Accept-Encoding"));
    add(&h, PT_STR("Cross-Origin-Resource-Policy"),
        asset->cors ? PT_STR("cross-origin") : PT_STR("same-origin"));
    if (asset->cors) {
        add(&h, PT_STR("Access-Control-Allow-Origin"), PT_STR("*"));
    }
    if (codings[coding].name != NULL) {
        add(&h, PT_STR("Content-Encoding"), pt_str(codings[coding].name));
    }
    if (pt_str_eq(http_header(r, "if-none-match"), pt_str(etag))) {
        http_reply(x, 304, h.list, h.count, (PtStr){NULL, 0});
        return;
    }
    http_reply(x, 200, h.list, h.count,
               (PtStr){api_asset_blob + asset->parts[coding].start, asset->parts[coding].len});
}

/* The loader's path names a write key that must be a source's. */
static bool is_known_loader(Api *api, PtStr path)
{
    PtStr rest = pt_str_from(path, LOADER_PREFIX.len), key;
    EventSource source;
    return pt_str_cut(&rest, '/', &key) && event_source_by_key(api->c.sources, key, &source);
}

void api_asset(Api *api, HttpExchange *x)
{
    const PtStr path = http_request(x)->path;
    const ApiAsset *asset = api_asset_of(api_assets, api_asset_count, path);
    if (asset == NULL && api_asset_count == 0 && is_page(path)) {
        reply_page(x, pt_str(no_console));
    } else if (asset == NULL) {
        http_reply_problem(x, PT_NOT_FOUND, "no such page");
    } else if (pt_str_starts(path, LOADER_PREFIX) && !is_known_loader(api, path)) {
        http_reply_problem(x, PT_NOT_FOUND, "no source has this write key");
    } else if (strcmp(asset->path, "/index.html") == 0) {
        reply_page(x, (PtStr){api_asset_blob + asset->parts[API_CODING_IDENTITY].start,
                              asset->parts[API_CODING_IDENTITY].len});
    } else {
        reply_file(x, asset);
    }
}
