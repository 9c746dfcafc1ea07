// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/status.h"
#include "platform/http.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whom a request is from when a proxy stands in front: its X-Forwarded-For and X-Forwarded-Proto,
 * believed when the connection is from one of access.proxies and from nobody else.
 *
 * Strict   Each of the two headers at most once; X-Forwarded-For with 1..20 addresses, bare (or an
 *          IPv6 one in brackets), without ports; X-Forwarded-Proto "https" or "http". What a proxy
 *          that is believed sends otherwise is refused, not guessed at. Addresses left of the
 *          client's are the client's own words: counted, not read.
 */
enum { API_PROXIES_MAX = 64, API_FORWARDED_MAX = 20 };

typedef struct ApiNetwork {
    uint8_t address[16]; /* IPv4: mapped into IPv6 */
    uint8_t bits;        /* 0..128 */
} ApiNetwork;

typedef struct ApiProxies {
    ApiNetwork networks[API_PROXIES_MAX];
    size_t count;
} ApiProxies;

/* "10.0.0.1, 192.168.0.0/16, 2001:db8::/32"; "" is none. PT_INVALID: no address, a network with
 * bits behind its length, or more than API_PROXIES_MAX. */
PT_NODISCARD PtStatus api_proxies_parse(const char *text, ApiProxies *ret_proxies, PtError *err);

typedef struct ApiOrigin {
    char peer[64]; /* the address in its usual form */
    bool loopback; /* 127.0.0.0/8 or ::1 */
    bool tls;
} ApiOrigin;

/* The last address of X-Forwarded-For that is no proxy; where all are, the first one; without the
 * header, and from other peers, the connection's own. PT_INVALID: see above. */
PT_NODISCARD PtStatus api_origin(const ApiProxies *proxies, const HttpRequest *request,
                                 ApiOrigin *ret_origin, PtError *err);
