// SPDX-License-Identifier: Apache-2.0
#include "connect/net.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

enum { V4_AT = 12, V4_BITS = 96, ADDRESS_BITS = 128 };

/* What is not public. IPv4 stands mapped; a row of IPv6 holds the IPv4 part at v4_at where the form
 * carries one, which is then judged by itself. */
static const struct Special {
    uint8_t prefix[16];
    uint8_t bits;
    uint8_t v4_at; /* 0: none; the network is refused as a whole */
} specials[] = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0}, V4_BITS + 8, 0},             /* 0.0.0.0/8 */
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10}, V4_BITS + 8, 0},            /* 10.0.0.0/8 */
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 100, 64}, V4_BITS + 10, 0},      /* 100.64.0.0/10 */
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127}, V4_BITS + 8, 0},           /* 127.0.0.0/8 */
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 169, 254}, V4_BITS + 16, 0},     /* 169.254/16 */
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 172, 16}, V4_BITS + 12, 0},      /* 172.16.0.0/12 */
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 0}, V4_BITS + 24, 0},    /* 192.0.0.0/24 */
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2}, V4_BITS + 24, 0},    /* 192.0.2.0/24 */
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 88, 99}, V4_BITS + 24, 0},  /* 192.88.99/24 */
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 168}, V4_BITS + 16, 0},     /* 192.168/16 */
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 198, 18}, V4_BITS + 15, 0},      /* 198.18.0.0/15 */
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 198, 51, 100}, V4_BITS + 24, 0}, /* 198.51.100/24 */
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 203, 0, 113}, V4_BITS + 24, 0},  /* 203.0.113/24 */
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 224}, V4_BITS + 3, 0},           /* 224/3 */
    {{0}, V4_BITS - 16, 0},                        /* ::/80: unspecified, loopback, compatible */
    {{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, 0}, /* ::ffff:0:0/96, translated */
    {{0, 0x64, 0xff, 0x9b}, 96, V4_AT},            /* 64:ff9b::/96, NAT64 */
    {{0, 0x64, 0xff, 0x9b, 0, 1}, 48, 0},          /* 64:ff9b:1::/48, local NAT64 */
    {{0x01}, 64, 0},                               /* 100::/64, discard */
    {{0x20, 0x01, 0, 0}, 23, 0},                   /* 2001::/23: Teredo and protocols */
    {{0x20, 0x01, 0x0d, 0xb8}, 32, 0},             /* 2001:db8::/32, documentation */
    {{0x20, 0x02}, 16, 2},                         /* 2002::/16, 6to4 */
    {{0x3f, 0xff}, 20, 0},                         /* 3fff::/20, documentation */
    {{0x5f}, 16, 0},                               /* 5f00::/16, segment routing */
    {{0xfc}, 7, 0},                                /* fc00::/7, unique local */
    {{0xfe, 0x80}, 10, 0},                         /* fe80::/10, link-local */
    {{0xfe, 0xc0}, 10, 0},                         /* fec0::/10, site-local */
    {{0xff}, 8, 0},                                /* multicast */
};

static bool within(const uint8_t address[16], const uint8_t prefix[16], unsigned bits)
{
    const unsigned whole = bits / 8, rest = bits % 8;
    const uint8_t mask = (uint8_t)(0xff00U >> rest);
    return memcmp(address, prefix, whole) == 0 &&
           (rest == 0 || (address[whole] & mask) == (prefix[whole] & mask));
}

static void map_v4(const uint8_t v4[4], uint8_t out[16])
{
    memset(out, 0, 10);
    out[10] = out[11] = 0xff;
    memcpy(out + V4_AT, v4, 4);
}

static bool is_mapped(const uint8_t address[16])
{
    static const uint8_t prefix[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    return within(address, prefix, V4_BITS);
}

/* Within ::/80 also stand the mapped addresses, which have rows of their own. */
static bool is_special(const uint8_t address[16], const struct Special *s)
{
    return within(address, s->prefix, s->bits) && (s->bits >= V4_BITS || !is_mapped(address));
}

static bool is_public(const uint8_t address[16])
{
    for (size_t i = 0; i < sizeof specials / sizeof *specials; i++) {
        const struct Special *s = &specials[i];
        if (!is_special(address, s)) {
            continue;
        }
        if (s->v4_at == 0) {
            return false;
        }
        uint8_t inner[16];
        map_v4(address + s->v4_at, inner);
        if (!is_public(inner)) { // once: a mapped address carries no further one
            return false;
        }
    }
    return true;
}

static bool is_allowed(const ConnectNet *net, const uint8_t address[16])
{
    for (size_t i = 0; i < net->count; i++) {
        if (within(address, net->allowed[i].address, net->allowed[i].bits)) {
            return true;
        }
    }
    return false;
}

bool connect_net_allows(const ConnectNet *net, const struct sockaddr *address)
{
    uint8_t bytes[16];
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof in);
        map_v4((const uint8_t *)&in.sin_addr, bytes);
    } else if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in;
        memcpy(&in, address, sizeof in);
        memcpy(bytes, &in.sin6_addr, sizeof bytes);
    } else {
        return false;
    }
    return is_allowed(net, bytes) || is_public(bytes);
}

/* ---- The setting ------------------------------------------------------------------------------
 */

static bool read_address(PtStr text, uint8_t out[16], bool *ret_v4)
{
    char copy[INET6_ADDRSTRLEN + 1];
    uint8_t v4[4];
    if (text.len == 0 || text.len >= sizeof copy) {
        return false;
    }
    memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    *ret_v4 = inet_pton(AF_INET, copy, v4) == 1;
    if (*ret_v4) {
        map_v4(v4, out);
        return true;
    }
    return inet_pton(AF_INET6, copy, out) == 1;
}

static bool nothing_behind(const ConnectNetwork *n)
{
    for (unsigned bit = n->bits; bit < ADDRESS_BITS; bit++) {
        if ((n->address[bit / 8] & (0x80U >> bit % 8)) != 0) {
            return false;
        }
    }
    return true;
}

static bool read_network(PtStr text, ConnectNetwork *ret)
{
    PtStr address;
    bool v4 = false;
    uint32_t bits = 0;
    if (!pt_str_cut(&text, '/', &address) || !read_address(address, ret->address, &v4)) {
        return false;
    }
    const uint32_t most = v4 ? ADDRESS_BITS - V4_BITS : ADDRESS_BITS;
    if (text.data == NULL) {
        bits = most;
    } else if (!pt_str_to_u32(text, most, &bits)) {
        return false;
    }
    ret->bits = (uint8_t)(bits + (v4 ? V4_BITS : 0));
    return nothing_behind(ret);
}

PtStatus connect_net_parse(const char *text, ConnectNet *ret_net, PtError *err)
{
    ConnectNet net = {.count = 0};
    PtStr rest = pt_str(text), item;
    while (rest.len > 0 && pt_str_cut(&rest, ',', &item)) {
        item = pt_str_trim(item);
        if (net.count == CONNECT_NETWORKS_MAX) {
            return pt_fail(err, PT_INVALID, "connect.networks: over %d networks",
                           CONNECT_NETWORKS_MAX);
        }
        if (!read_network(item, &net.allowed[net.count])) {
            return pt_fail(err, PT_INVALID, "connect.networks: \"%.*s\" is no address or network",
                           (int)(item.len < 60 ? item.len : 60), item.data);
        }
        net.count++;
    }
    *ret_net = net;
    return PT_OK;
}

/* ---- libcurl ----------------------------------------------------------------------------------
 */

static void note_refused(ConnectNetGuard *guard, const struct curl_sockaddr *at)
{
    const struct sockaddr *address = &at->addr;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    const void *bytes = NULL;
    if (address->sa_family == AF_INET) {
        memcpy(&v4, address, sizeof v4);
        bytes = &v4.sin_addr;
    } else if (address->sa_family == AF_INET6) {
        memcpy(&v6, address, sizeof v6);
        bytes = &v6.sin6_addr;
    }
    if (bytes == NULL ||
        inet_ntop(address->sa_family, bytes, guard->refused, sizeof guard->refused) == NULL) {
        (void)strcpy(guard->refused, "?");
    }
}

static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
    ConnectNetGuard *guard = ctx;
    if (purpose != CURLSOCKTYPE_IPCXN || !connect_net_allows(guard->net, &address->addr)) {
        note_refused(guard, address);
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

bool connect_net_guard(ConnectNetGuard *guard, const ConnectNet *net, void *curl)
{
    *guard = (ConnectNetGuard){.net = net};
    CURLcode rc = curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    rc |= curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, guard);
    rc |= curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    rc |= curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    rc |= curl_easy_setopt(curl, CURLOPT_PROXY, ""); // an environment's proxy is not asked for
    rc |= curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    rc |= curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    return rc == CURLE_OK;
}

/* ---- URLs -------------------------------------------------------------------------------------
 */

static size_t scheme_len(PtStr url)
{
    return pt_str_starts(url, PT_STR("https://"))  ? 8
           : pt_str_starts(url, PT_STR("http://")) ? 7
                                                   : 0;
}

PtStr connect_net_origin(PtStr url)
{
    size_t end = scheme_len(url);
    const size_t host = end;
    while (host > 0 && end < url.len && url.data[end] != '/' && url.data[end] != '?' &&
           url.data[end] != '#') {
        end++;
    }
    return end > host ? (PtStr){url.data, end} : (PtStr){NULL, 0};
}

PtStatus connect_net_url(const char *name, PtStr url, PtError *err)
{
    const PtStr origin = connect_net_origin(url);
    if (url.len > CONNECT_URL_MAX) {
        return pt_fail(err, PT_INVALID, "%s: over %d bytes", name, CONNECT_URL_MAX);
    }
    for (size_t i = 0; i < url.len; i++) {
        const unsigned char c = (unsigned char)url.data[i];
        if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '#') {
            return pt_fail(err, PT_INVALID,
                           "%s: byte %zu is not allowed in a URL; write it as %%%02X", name, i + 1,
                           c);
        }
    }
    if (origin.len == 0) {
        return pt_fail(err, PT_INVALID, "%s: not a URL that begins with https:// or http://", name);
    }
    if (memchr(origin.data, '@', origin.len) != NULL) {
        return pt_fail(err, PT_INVALID, "%s: user and password do not stand in the URL", name);
    }
    return PT_OK;
}
