// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* Where the server may connect to when a person names an address: public addresses, and private
 * ones only where the operator allows them (setting connect.networks). Checked when the socket is
 * opened, on the address that the name was resolved to: a name that resolves to something else a
 * moment later gains nothing.
 *
 * Refused  loopback, private, link-local, shared (100.64/10), benchmark, documentation, multicast
 *          and reserved networks, "this" network, and IPv6 forms that hold such an IPv4 address
 *          (mapped, 6to4, NAT64).
 * Threads  A ConnectNet is immutable: any thread.
 */
enum { CONNECT_NETWORKS_MAX = 64, CONNECT_URL_MAX = 2000, CONNECT_ADDRESS_TEXT = 64 };

typedef struct ConnectNetwork {
    uint8_t address[16]; /* IPv4: mapped into IPv6 */
    uint8_t bits;        /* 0..128 */
} ConnectNetwork;

typedef struct ConnectNet {
    ConnectNetwork allowed[CONNECT_NETWORKS_MAX];
    size_t count;
} ConnectNet;

/* "127.0.0.1, 10.0.0.0/8, fd00::/8"; "" allows public addresses only. PT_INVALID: no address, a
 * network with bits behind its length, or more than CONNECT_NETWORKS_MAX. */
PT_NODISCARD PtStatus connect_net_parse(const char *text, ConnectNet *ret_net, PtError *err);

/* AF_INET and AF_INET6 only: any other family is refused. */
bool connect_net_allows(const ConnectNet *net, const struct sockaddr *address);

/* For one request of libcurl. net and the guard must outlive it. */
typedef struct ConnectNetGuard {
    const ConnectNet *net;
    char refused[CONNECT_ADDRESS_TEXT]; /* the address that was not connected to; "" */
} ConnectNetGuard;

/* Puts the rules on a handle of libcurl (CURL *): http and https only, no proxy, redirects not
 * followed, no credentials from files, no signals, every address asked about. False when out of
 * memory. After a failed transfer guard->refused tells whether it was an address. */
bool connect_net_guard(ConnectNetGuard *guard, const ConnectNet *net, void *curl);

/* "http://" or "https://", a host, no user and password, no fragment, no blanks or control
 * characters, at most CONNECT_URL_MAX bytes. PT_INVALID says which; the name stands in front
 * ("url"). */
PT_NODISCARD PtStatus connect_net_url(const char *name, PtStr url, PtError *err);

/* "https://host:port": up to the path; empty when the text is no such URL. */
PtStr connect_net_origin(PtStr url);
