// SPDX-License-Identifier: Apache-2.0
#include "api/origin.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum { V4_AT = 12 }; /* where an IPv4 address lies in a mapped one */

static const uint8_t v4_mapped[V4_AT] = {[10] = 0xFF, [11] = 0xFF};

static bool is_v4(const uint8_t address[static 16])
{
    return memcmp(address, v4_mapped, V4_AT) == 0;
}

static bool read_address(PtStr text, uint8_t ret_address[static 16])
{
    char copy[INET6_ADDRSTRLEN];
    uint8_t found[16];
    if (text.len == 0 || text.len >= sizeof copy || memchr(text.data, '\0', text.len) != NULL) {
        return false;
    }
    memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    memcpy(found, v4_mapped, V4_AT);
    if (inet_pton(AF_INET, copy, found + V4_AT) != 1 && inet_pton(AF_INET6, copy, found) != 1) {
        return false;
    }
    memcpy(ret_address, found, sizeof found);
    return true;
}

static bool fits(const ApiNetwork *n, const uint8_t address[static 16])
{
    const unsigned bytes = n->bits / 8, rest = n->bits % 8;
    return memcmp(n->address, address, bytes) == 0 &&
           (rest == 0 || (n->address[bytes] ^ address[bytes]) >> (8 - rest) == 0);
}

static bool is_proxy(const ApiProxies *p, const uint8_t address[static 16])
{
    for (size_t i = 0; i < p->count; i++) {
        if (fits(&p->networks[i], address)) {
            return true;
        }
    }
    return false;
}

/* -- the setting ------------------------------------------------------------------------------- */

/* 0..max in decimal, without leading zeros. */
static bool read_bits(PtStr text, unsigned max, unsigned *ret_bits)
{
    unsigned value = 0;
    if (text.len == 0 || text.len > 3 || (text.len > 1 && text.data[0] == '0')) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
        value = value * 10 + (unsigned)(text.data[i] - '0');
    }
    *ret_bits = value;
    return value <= max;
}

static bool read_network(PtStr text, ApiNetwork *ret_network)
{
    ApiNetwork n = {.bits = 128};
    PtStr rest = text, address = {NULL, 0};
    unsigned bits = 0;
    const bool has_bits = pt_str_cut(&rest, '/', &address) && address.len < text.len;
    if (!read_address(address, n.address)) {
        return false;
    }
    const bool v4 = memchr(address.data, ':', address.len) == NULL;
    if (has_bits) {
        if (!read_bits(rest, v4 ? 32 : 128, &bits)) {
            return false;
        }
        n.bits = (uint8_t)(v4 ? bits + V4_AT * 8 : bits);
    }
    for (unsigned bit = n.bits; bit < 128; bit++) {
        if ((n.address[bit / 8] >> (7 - bit % 8) & 1) != 0) {
            return false; // "10.0.0.1/8": the address or the length is not what was meant
        }
    }
    *ret_network = n;
    return true;
}

PtStatus api_proxies_parse(const char *text, ApiProxies *ret_proxies, PtError *err)
{
    ApiProxies p = {.count = 0};
    PtStr rest = pt_str_trim(pt_str(text)), item = {NULL, 0};
    while (rest.len > 0 && pt_str_cut(&rest, ',', &item)) {
        item = pt_str_trim(item);
        if (p.count == API_PROXIES_MAX) {
            return pt_fail(err, PT_INVALID, "access.proxies: over %d addresses", API_PROXIES_MAX);
        }
        if (!read_network(item, &p.networks[p.count])) {
            return pt_fail(err, PT_INVALID, "access.proxies: \"%.*s\" is no address and no network",
                           (int)(item.len < 60 ? item.len : 60), item.data);
        }
        p.count++;
    }
    *ret_proxies = p;
    return PT_OK;
}

/* -- the request ------------------------------------------------------------------------------- */

/* data NULL when absent; PT_INVALID when there are two: which one the proxy wrote is not known. */
static PtStatus one_header(const HttpRequest *r, const char *name, PtStr *ret_value, PtError *err)
{
    *ret_value = (PtStr){NULL, 0};
    for (size_t i = 0; i < r->header_count; i++) {
        if (!http_name_eq(r->headers[i].name, name)) {
            continue;
        }
        if (ret_value->data != NULL) {
            return pt_fail(err, PT_INVALID, "%s: sent twice", name);
        }
        *ret_value = r->headers[i].value;
    }
    return PT_OK;
}

/* The last item of a list, cut off its end. False: the list is empty. */
static bool cut_last(PtStr *list, PtStr *ret_item)
{
    if (list->data == NULL) {
        return false;
    }
    const char *comma = list->len > 0 ? memrchr(list->data, ',', list->len) : NULL;
    const size_t at = comma != NULL ? (size_t)(comma - list->data) + 1 : 0;
    PtStr item = pt_str_trim((PtStr){list->data + at, list->len - at});
    *list = comma != NULL ? (PtStr){list->data, at - 1} : (PtStr){NULL, 0};
    if (item.len > 2 && item.data[0] == '[' && item.data[item.len - 1] == ']' &&
        memchr(item.data, ':', item.len) != NULL) {
        item = (PtStr){item.data + 1, item.len - 2};
    }
    *ret_item = item;
    return true;
}

static size_t count_items(PtStr list)
{
    size_t count = 1;
    for (size_t i = 0; i < list.len; i++) {
        count += list.data[i] == ',';
    }
    return count;
}

static PtStatus read_forwarded(const ApiProxies *p, PtStr list, uint8_t ret_client[static 16],
                               PtError *err)
{
    PtStr item = {NULL, 0};
    if (count_items(list) > API_FORWARDED_MAX) {
        return pt_fail(err, PT_INVALID, "x-forwarded-for: over %d addresses", API_FORWARDED_MAX);
    }
    for (bool proxy = true; proxy && cut_last(&list, &item);) {
        if (!read_address(item, ret_client)) {
            return pt_fail(err, PT_INVALID, "x-forwarded-for: not a list of addresses");
        }
        proxy = is_proxy(p, ret_client);
    }
    return PT_OK;
}

static void write_origin(const uint8_t address[static 16], ApiOrigin *out)
{
    struct in6_addr in6;
    memcpy(&in6, address, sizeof in6);
    if (is_v4(address)) {
        (void)inet_ntop(AF_INET, address + V4_AT, out->peer, sizeof out->peer);
        out->loopback = address[V4_AT] == 127;
    } else {
        (void)inet_ntop(AF_INET6, &in6, out->peer, sizeof out->peer);
        out->loopback = IN6_IS_ADDR_LOOPBACK(&in6);
    }
}

PtStatus api_origin(const ApiProxies *proxies, const HttpRequest *r, ApiOrigin *ret_origin,
                    PtError *err)
{
    uint8_t address[16];
    PtStr list, scheme;
    ApiOrigin out = {.loopback = r->loopback, .tls = r->tls};
    (void)snprintf(out.peer, sizeof out.peer, "%s", r->peer);
    if (!read_address(pt_str(r->peer), address) || !is_proxy(proxies, address)) {
        *ret_origin = out;
        return PT_OK;
    }
    PtStatus st = one_header(r, "x-forwarded-for", &list, err);
    if (st == PT_OK) {
        st = one_header(r, "x-forwarded-proto", &scheme, err);
    }
    if (st == PT_OK && list.data != NULL) {
        st = read_forwarded(proxies, list, address, err);
    }
    if (st != PT_OK) {
        return st;
    }
    if (scheme.data != NULL) {
        out.tls = pt_str_eq_nocase(scheme, PT_STR("https"));
        if (!out.tls && !pt_str_eq_nocase(scheme, PT_STR("http"))) {
            return pt_fail(err, PT_INVALID, "x-forwarded-proto: not https or http");
        }
    }
    write_origin(address, &out);
    *ret_origin = out;
    return PT_OK;
}
