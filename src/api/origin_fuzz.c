// SPDX-License-Identifier: Apache-2.0
/* Any bytes as the setting and the headers of a proxy that is believed: an address in its usual
 * form, or a refusal. Two lines of input: X-Forwarded-For, then X-Forwarded-Proto; a third one is
 * read as access.proxies. */
#include "api/origin.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char setting[1001];
    struct in6_addr bytes;
    ApiProxies proxies;
    ApiOrigin origin;
    PtStr rest = {(const char *)data, size}, list = {"", 0}, scheme = {"", 0};
    (void)pt_str_cut(&rest, '\n', &list);
    (void)pt_str_cut(&rest, '\n', &scheme);
    (void)snprintf(setting, sizeof setting, "%.*s", (int)(rest.len < 1000 ? rest.len : 1000),
                   rest.data != NULL ? rest.data : "");
    if ((rest.len == 0 || api_proxies_parse(setting, &proxies, NULL) != PT_OK) &&
        api_proxies_parse("127.0.0.1, 10.0.0.0/8, 2001:db8::/33", &proxies, NULL) != PT_OK) {
        abort();
    }
    const HttpHeader headers[] = {{PT_STR("X-Forwarded-For"), list},
                                  {PT_STR("X-Forwarded-Proto"), scheme}};
    HttpRequest r = {.headers = headers, .header_count = 2, .peer = "127.0.0.1", .loopback = true};
    if (api_origin(&proxies, &r, &origin, NULL) == PT_OK &&
        inet_pton(AF_INET, origin.peer, &bytes) != 1 &&
        inet_pton(AF_INET6, origin.peer, &bytes) != 1) {
        abort();
    }
    return 0;
}
