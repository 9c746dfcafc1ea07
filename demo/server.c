// SPDX-License-Identifier: Apache-2.0
/* The retailer's own back end: who may come in, the pages, and what each path does. */
#include "server_internal.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/time.h"
#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CONNECTIONS = 64,
    BODY_BYTES = 64 << 10,
    BUFFERED_BYTES = 4 << 20,
    PATRON_THREADS = 4,
    PATRON_WAITING = 64,
    CONFIG_BYTES = 256 << 10,
    SCENARIOS_BYTES = 16 << 10,
    GRACE_MS = 1000,
    HEADERS = 8,
};

/* -- answers --------------------------------------------------------------------------------------
 */

void server_reply_json(HttpExchange *x, int status, PtStr body)
{
    const HttpHeader headers[] = {
        {PT_STR("Content-Type"),
         status < 400 ? PT_STR("application/json") : PT_STR("application/problem+json")},
        {PT_STR("Cache-Control"), PT_STR("no-store")},
        {PT_STR("Cross-Origin-Resource-Policy"), PT_STR("same-origin")},
    };
    http_reply(x, status, headers, sizeof headers / sizeof *headers, body);
}

static void reply_page(const DemoServe *s, HttpExchange *x, const DemoPage *page)
{
    const HttpHeader headers[] = {
        {PT_STR("Content-Type"), pt_str(page->type)},
        {PT_STR("ETag"), pt_str(page->etag)},
        {PT_STR("Cache-Control"), PT_STR("no-cache")},
        {PT_STR("Content-Security-Policy"), pt_str(s->policy)},
        {PT_STR("X-Frame-Options"), PT_STR("DENY")},
        {PT_STR("Referrer-Policy"), PT_STR("same-origin")},
        {PT_STR("Cross-Origin-Opener-Policy"), PT_STR("same-origin")},
        {PT_STR("Cross-Origin-Resource-Policy"), PT_STR("same-origin")},
    };
    const bool known = pt_str_eq(http_header(http_request(x), "if-none-match"), pt_str(page->etag));
    const PtStr body = {demo_page_blob + page->start, known ? 0 : page->len};
    http_reply(x, known ? 304 : 200, headers, sizeof headers / sizeof *headers, body);
}

/* -- what paths do --------------------------------------------------------------------------------
 */

static void get_config(DemoServe *s, HttpExchange *x)
{
    server_reply_json(x, 200, pt_buf_str(&s->config));
}

static void put_scenario(PtJsonOut *out, ScenarioState state)
{
    char since[PT_TIME_TEXT];
    pt_json_out_object(out);
    pt_json_out_key(out, PT_STR("name"));
    pt_json_out_str(out, pt_str(state.row->name));
    pt_json_out_key(out, PT_STR("title"));
    pt_json_out_str(out, pt_str(state.row->title));
    pt_json_out_key(out, PT_STR("what"));
    pt_json_out_str(out, pt_str(state.row->what));
    pt_json_out_key(out, PT_STR("duration_min"));
    pt_json_out_i64(out, state.row->duration_min);
    pt_json_out_key(out, PT_STR("active"));
    pt_json_out_bool(out, state.active);
    pt_json_out_key(out, PT_STR("since"));
    if (state.active) {
        pt_json_out_str(out, pt_time_format(state.since_ms, since));
    } else {
        pt_json_out_null(out);
    }
    pt_json_out_object_end(out);
}

static void get_scenarios(DemoServe *s, HttpExchange *x)
{
    (void)s;
    PtBuf body;
    char story[SCENARIO_STORY];
    scenario_story(story);
    pt_buf_init(&body, SCENARIOS_BYTES);
    PtJsonOut out = pt_json_out(&body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < scenario_count(); i++) {
        put_scenario(&out, scenario_at(i));
    }
    pt_json_out_array_end(&out);
    pt_json_out_key(&out, PT_STR("story"));
    pt_json_out_str(&out, pt_str(story));
    pt_json_out_object_end(&out);
    if (pt_buf_status(&body) == PT_OK) {
        server_reply_json(x, 200, pt_buf_str(&body));
    } else {
        http_reply_problem(x, pt_buf_status(&body), "no room for the list of scenarios");
    }
    pt_buf_done(&body);
}

static PtStatus set_scenario(PtStr body, PtBuf *name, PtBuf *action, PtError *err)
{
    PtStatus st = server_member(body, "name", name, err);
    if (st == PT_OK) {
        st = server_member(body, "action", action, err);
    }
    if (st != PT_OK) {
        return st;
    }
    pt_buf_add(name, "", 1);
    const bool start = pt_str_eq(pt_buf_str(action), PT_STR("start"));
    if (pt_buf_status(name) != PT_OK ||
        (!start && !pt_str_eq(pt_buf_str(action), PT_STR("stop")))) {
        return pt_fail(err, PT_INVALID, "\"action\" is neither \"start\" nor \"stop\"");
    }
    return (start ? scenario_start(name->data) : scenario_stop(name->data))
               ? PT_OK
               : pt_fail(err, PT_NOT_FOUND, "there is no such scenario");
}

static void post_scenarios(DemoServe *s, HttpExchange *x)
{
    PtBuf name, action;
    PtError err;
    pt_buf_init(&name, SERVER_MEMBER);
    pt_buf_init(&action, SERVER_MEMBER);
    const PtStatus st = set_scenario(http_request(x)->body, &name, &action, &err);
    pt_buf_done(&name);
    pt_buf_done(&action);
    if (st == PT_OK) {
        get_scenarios(s, x);
    } else {
        http_reply_problem(x, st, err.message);
    }
}

typedef struct Route {
    const char *method, *path;
    void (*run)(DemoServe *s, HttpExchange *x);
    const char *patron_method, *patron_path; /* where Patron is asked */
    ServerCredential credential;
} Route;

static const Route routes[] = {
    {"GET", "/config.json", get_config, NULL, NULL, SERVER_TILL},
    {"GET", "/scenarios", get_scenarios, NULL, NULL, SERVER_TILL},
    {"POST", "/scenarios", post_scenarios, NULL, NULL, SERVER_TILL},
    {"GET", "/clock", NULL, "GET", "/api/v1/clock", SERVER_ASSOCIATE},
    {"PUT", "/clock", NULL, "PUT", "/api/v1/clock", SERVER_OPERATOR},
    {"POST", "/till/events", NULL, "POST", "/v1/batch", SERVER_TILL},
    {"POST", "/associate/search", NULL, "GET", "/api/v1/profiles?limit=20&search={text}",
     SERVER_ASSOCIATE},
    {"POST", "/associate/recent", NULL, "GET", "/api/v1/profiles?limit=20", SERVER_ASSOCIATE},
    {"POST", "/associate/lookup", NULL, "GET", "/api/v1/profiles/lookup?type={type}&value={value}",
     SERVER_ASSOCIATE},
    {"POST", "/associate/profile", NULL, "GET", "/api/v1/profiles/{id}", SERVER_ASSOCIATE},
    {"POST", "/associate/timeline", NULL, "GET", "/api/v1/profiles/{id}/timeline?limit=50",
     SERVER_ASSOCIATE},
    {"POST", "/associate/context", NULL, "GET", "/api/v1/profiles/{id}/context", SERVER_ASSOCIATE},
};

static bool has_credential(const DemoServe *s, ServerCredential credential)
{
    return credential == SERVER_TILL || (credential == SERVER_ASSOCIATE && s->associate_token) ||
           (credential == SERVER_OPERATOR && s->operator_token);
}

static void run_route(DemoServe *s, HttpExchange *x, const Route *route)
{
    if (route->run != NULL) {
        route->run(s, x);
    } else if (!has_credential(s, route->credential)) {
        http_reply_problem(x, PT_NOT_IMPLEMENTED, "the demo was started without a token for this");
    } else {
        server_forward(s, x, route->patron_method, route->patron_path, route->credential);
    }
}

/* -- who may come in ------------------------------------------------------------------------------
 */

/* A name that only the machine itself has: a site of somebody else's that points its name at
 * 127.0.0.1 comes with that name. */
static bool is_loopback_name(PtStr host)
{
    static const PtStr names[] = {PT_STR_INIT("127.0.0.1"), PT_STR_INIT("localhost"),
                                  PT_STR_INIT("[::1]")};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const PtStr rest = pt_str_from(host, names[i].len);
        if (host.len >= names[i].len &&
            pt_str_eq_nocase((PtStr){host.data, names[i].len}, names[i]) &&
            (rest.len == 0 || rest.data[0] == ':')) {
            return true;
        }
    }
    return false;
}

/* A browser names the page's origin with every POST and PUT; other programs name none. */
static bool is_own_origin(const HttpRequest *r)
{
    const PtStr origin = http_header(r, "origin"), scheme = PT_STR("http://");
    return origin.data == NULL ||
           (pt_str_starts(origin, scheme) &&
            pt_str_eq_nocase(pt_str_from(origin, scheme.len), http_header(r, "host")));
}

static const char *refusal(const DemoServe *s, const HttpRequest *r)
{
    const bool reads = pt_str_eq(r->method, PT_STR("GET")) || pt_str_eq(r->method, PT_STR("HEAD"));
    if (!s->open && !(r->loopback && is_loopback_name(http_header(r, "host")))) {
        return "the demo answers the machine itself only";
    }
    if (!reads && !is_own_origin(r)) {
        return "the request comes from another site's page";
    }
    return !reads && !pt_str_starts(http_header(r, "content-type"), PT_STR("application/json"))
               ? "the content type is not application/json"
               : NULL;
}

static const DemoPage *page_of(PtStr path)
{
    const PtStr wanted = pt_str_eq(path, PT_STR("/")) ? PT_STR("/panel") : path;
    for (unsigned i = 0; i < demo_page_count; i++) {
        if (pt_str_eq(wanted, pt_str(demo_pages[i].path))) {
            return &demo_pages[i];
        }
    }
    return NULL;
}

static void handle(void *ctx, HttpExchange *x)
{
    DemoServe *s = ctx;
    const HttpRequest *r = http_request(x);
    const char *why = refusal(s, r);
    if (why != NULL) {
        http_reply_problem(x, PT_FORBIDDEN, why);
        return;
    }
    bool known = false;
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        const bool fits = pt_str_eq(r->path, pt_str(routes[i].path));
        if (fits && pt_str_eq(r->method, pt_str(routes[i].method))) {
            run_route(s, x, &routes[i]);
            return;
        }
        known |= fits;
    }
    const DemoPage *page = page_of(r->path);
    if (page == NULL && !known) {
        http_reply_problem(x, PT_NOT_FOUND, "there is no such page");
    } else if (page == NULL ||
               !(pt_str_eq(r->method, PT_STR("GET")) || pt_str_eq(r->method, PT_STR("HEAD")))) {
        http_reply_problem(x, PT_METHOD_NOT_ALLOWED, "this path does not take the method");
    } else {
        reply_page(s, x, page);
    }
}

/* -- start and stop -------------------------------------------------------------------------------
 */

static void *thread_main(void *ctx)
{
    DemoServe *s = ctx;
    pt_loop_run(s->loop);
    return NULL;
}

/* Goes into a header and into JSON: an address and nothing else. */
static bool is_url(const char *url)
{
    const bool scheme = strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0;
    return scheme && strlen(url) < 256 && strpbrk(url, " \t\r\n\"';,\\<>") == NULL;
}

static PtStatus check(const DemoServeConfig *config, PtError *err)
{
    const PtStr address = pt_str(config->listen);
    if (!is_url(config->patron_url)) {
        return pt_fail(err, PT_INVALID, "\"%s\" is not a URL", config->patron_url);
    }
    if (!config->open && !pt_str_starts(address, PT_STR("127.")) &&
        !pt_str_starts(address, PT_STR("[::1]:"))) {
        return pt_fail(err, PT_FORBIDDEN, "\"%s\" is not an address of the machine's own",
                       config->listen);
    }
    return PT_OK;
}

static bool copy_text(const char *text, char **ret_copy)
{
    *ret_copy = text != NULL ? strdup(text) : NULL;
    return text == NULL || *ret_copy != NULL;
}

/* Pages run their own files and what Patron serves to a shop, the browser loader; nothing inline.
 */
static bool make_texts(DemoServe *s, const DemoServeConfig *config)
{
    s->open = config->open;
    pt_buf_init(&s->config, CONFIG_BYTES);
    server_config_write(config, &s->config);
    return pt_buf_status(&s->config) == PT_OK && copy_text(config->patron_url, &s->patron_url) &&
           copy_text(config->till_key, &s->till_key) &&
           copy_text(config->associate_token, &s->associate_token) &&
           copy_text(config->operator_token, &s->operator_token) &&
           asprintf(&s->policy,
                    "default-src 'none'; script-src 'self' %s; style-src 'self'; img-src 'self' "
                    "data:; connect-src 'self' %s; base-uri 'none'; form-action 'none'; "
                    "frame-ancestors 'none'",
                    config->patron_url, config->patron_url) >= 0;
}

static PtStatus open_all(DemoServe *s, const DemoServeConfig *config, PtError *err)
{
    HttpLimits limits = http_limits_default();
    limits.connections = CONNECTIONS;
    limits.body_bytes = BODY_BYTES;
    limits.buffered_bytes = BUFFERED_BYTES;
    if (!make_texts(s, config)) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the retailer's pages");
    }
    PtStatus st = pt_loop_new(&s->loop, err);
    if (st == PT_OK) {
        st = pt_pool_new(PATRON_THREADS, PATRON_WAITING, &s->pool, err);
    }
    if (st == PT_OK) {
        st = http_server_new(s->loop, &limits, handle, s, &s->http, err);
    }
    if (st == PT_OK) {
        st = http_listen_tcp(s->http, config->listen, &s->port, err);
    }
    if (st == PT_OK && pthread_create(&s->thread, NULL, thread_main, s) != 0) {
        return pt_fail(err, PT_UNAVAILABLE, "cannot start a thread for the retailer's pages");
    }
    s->running = st == PT_OK;
    return st;
}

PtStatus demo_serve_start(const DemoServeConfig *config, DemoServe **ret_serve, PtError *err)
{
    PtStatus st = check(config, err);
    if (st != PT_OK) {
        return st;
    }
    DemoServe *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the retailer's pages");
    }
    st = open_all(s, config, err);
    if (st != PT_OK) {
        demo_serve_stop(s);
        return st;
    }
    *ret_serve = s;
    return PT_OK;
}

uint16_t demo_serve_port(const DemoServe *s)
{
    return s->port;
}

static void drained(void *ctx)
{
    DemoServe *s = ctx;
    pt_loop_stop(s->loop);
}

static void drain(void *ctx)
{
    DemoServe *s = ctx;
    http_drain(s->http, GRACE_MS, drained, s);
}

void demo_serve_stop(DemoServe *s)
{
    if (s == NULL) {
        return;
    }
    atomic_store(&s->stopping, true);
    if (s->running) {
        if (!pt_loop_post(s->loop, drain, s)) {
            pt_loop_stop(s->loop);
        }
        (void)pthread_join(s->thread, NULL);
    }
    pt_pool_free(s->pool);
    if (s->http != NULL) {
        (void)pt_loop_turn(s->loop, 0); // answers that the pool's last jobs have posted
    }
    http_server_free(s->http);
    pt_loop_free(s->loop);
    pt_buf_done(&s->config);
    free(s->patron_url);
    free(s->till_key);
    free(s->associate_token);
    free(s->operator_token);
    free(s->policy);
    free(s);
}
