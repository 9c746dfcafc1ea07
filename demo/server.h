// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

/* The retailer's own web pages and the small back end behind them: a shop, a till, a page for store
 * associates and a panel that starts scenarios. They are any retailer's software: the browser sends
 * events through the public intake, the back end asks Patron's management API with a token of its
 * own. Nothing here knows the daemon's insides.
 *
 *   GET  /, /panel, /shop, /till, /associate and their files   embedded at build
 *   GET  /config.json          Patron's address, the shop's write key, catalogue, stores, customers
 *   GET  /scenarios            {"data": [{name, title, what, duration_min, active, since}]}
 *   POST /scenarios            {"name", "action": "start" | "stop"}; the list
 *   GET, PUT /clock            Patron's /api/v1/clock, with operator_token
 *   POST /till/events          a batch of the till's, to Patron's /v1/batch with the till's key
 *   POST /associate/search     {"text"}: who fits, as GET /api/v1/profiles
 *   POST /associate/recent     {}: who was seen last
 *   POST /associate/lookup     {"type", "value"}: who has this identifier
 *   POST /associate/profile    {"id"}, likewise /associate/timeline and /associate/context
 *
 * Bounds   64 connections, 64 KiB a request, 1 MiB an answer of Patron's, 4 at once to Patron.
 * Access   No sign-in of its own: only the machine itself is answered, under a loopback name (so
 *          that no other site can point its own name here), unless `open` is set. What changes
 *          something or names a customer is a POST or PUT of JSON from the pages' own origin.
 * Secrets  Tokens and the till's key stay here; the browser learns the web shop's write key, as in
 *          any shop.
 * Options  patron-demo --pages ADDRESS:PORT starts it; the tokens come by
 * PATRON_DEMO_ASSOCIATE_TOKEN and PATRON_DEMO_OPERATOR_TOKEN, since a command line is seen by
 * everybody on the machine. Threads  Its own; start and stop on one thread.
 */
typedef struct DemoServe DemoServe;

typedef struct DemoServeConfig {
    const char *listen;     /* "127.0.0.1:8090"; port 0: any */
    const char *patron_url; /* "http://127.0.0.1:8080": for the browser and for this back end */
    const char *web_key, *till_key;
    const char
        *associate_token; /* of role agent; NULL: the associate page says that there is none */
    const char *operator_token; /* may move the clock; NULL: the panel shows no clock */
    bool open;                  /* also to other machines: whoever comes sees customers */
} DemoServeConfig;

/* Texts are copied. PT_INVALID: an address or a URL that is none; PT_FORBIDDEN: not loopback, and
 * not `open`. */
PT_NODISCARD PtStatus demo_serve_start(const DemoServeConfig *config, DemoServe **ret_serve,
                                       PtError *err);
uint16_t demo_serve_port(const DemoServe *serve);
void demo_serve_stop(DemoServe *serve); /* ends requests within a second; accepts NULL */
